"""Advertisements, looks at partners; as `registers/adverts.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Tables, triggers, rights."""

    dependencies = (("office", "0007_erasure"),)
    operations = (
        migrations.RunSQL(
            (files("motocho.office") / "registers" / "adverts.sql").read_text(encoding="utf-8")
        ),
    )
