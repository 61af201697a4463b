"""Links by mail that lead on who has no PIN yet, as `invitations.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Tables of their own."""

    dependencies = (("people", "0004_card_orders"),)
    operations = (
        migrations.RunSQL(
            (files("motocho.people") / "invitations.sql").read_text(encoding="utf-8")
        ),
    )
