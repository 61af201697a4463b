"""The first schema of screening, as `schema.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Tables, triggers, rights."""

    initial = True
    dependencies = (("loans", "0001_initial"),)
    operations = (
        migrations.RunSQL((files("motocho.screening") / "schema.sql").read_text(encoding="utf-8")),
    )
