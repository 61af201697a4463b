"""Which table an erasure clears, deletes from or keeps; each room says it in its `erasure.sql`."""

from importlib.resources import files

from django.db import migrations

ROOMS = (
    "people",
    "contact",
    "care",
    "documents",
    "loans",
    "ledger",
    "journal",
    "notices",
    "close",
    "screening",
    "office",
)


class Migration(migrations.Migration):
    """The list, and the one door that it opens."""

    dependencies = (
        ("office", "0006_registers"),
        ("contact", "0001_initial"),
        ("notices", "0001_initial"),
        ("close", "0001_initial"),
        ("people", "0005_invitations"),
        ("care", "0002_refunds"),
        ("screening", "0006_wishes"),
    )
    operations = (
        migrations.RunSQL(
            (files("motocho.office") / "registers" / "erasure.sql").read_text(encoding="utf-8")
        ),
        *(
            migrations.RunSQL(
                (files(f"motocho.{room}") / "erasure.sql").read_text(encoding="utf-8")
            )
            for room in ROOMS
        ),
    )
