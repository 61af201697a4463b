"""The way of a case: events, the client's money, papers; as `tracker/schema.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Tables, triggers, rights."""

    dependencies = (("office", "0001_initial"),)
    operations = (
        migrations.RunSQL(
            (files("motocho.office") / "tracker" / "schema.sql").read_text(encoding="utf-8")
        ),
    )
