"""The first schema of office: cases and their log, as `cases/schema.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Tables, triggers, rights."""

    initial = True
    dependencies = (("people", "0001_initial"),)
    operations = (
        migrations.RunSQL(
            (files("motocho.office") / "cases" / "schema.sql").read_text(encoding="utf-8")
        ),
    )
