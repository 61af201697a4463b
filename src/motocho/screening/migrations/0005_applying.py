"""Applications of the site before they are submitted; as `applying/schema.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Tables, triggers, rights."""

    dependencies = (
        ("screening", "0004_applications"),
        ("people", "0001_initial"),
        ("documents", "0001_initial"),
    )
    operations = (
        migrations.RunSQL(
            (files("motocho.screening") / "applying" / "schema.sql").read_text(encoding="utf-8")
        ),
    )
