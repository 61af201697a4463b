"""Which folders hold files of whom, and when a file goes; each room says it in `folders.sql`."""

from importlib.resources import files

from django.db import migrations

ROOMS = ("loans", "people", "notices", "screening", "office")


class Migration(migrations.Migration):
    """The list, and what was removed of it."""

    dependencies = (
        ("office", "0009_not_there"),
        ("loans", "0008_restoring"),
        ("people", "0004_card_orders"),
        ("notices", "0001_initial"),
        ("care", "0001_initial"),
        ("screening", "0012_identity_requests"),
    )
    operations = (
        migrations.RunSQL(
            (files("motocho.office") / "registers" / "folders.sql").read_text(encoding="utf-8")
        ),
        *(
            migrations.RunSQL(
                (files(f"motocho.{room}") / "folders.sql").read_text(encoding="utf-8")
            )
            for room in ROOMS
        ),
    )
