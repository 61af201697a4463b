"""Mandates and requests of direct debits, as `debits.sql` writes them."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Tables, triggers, rights."""

    dependencies = (("loans", "0001_initial"),)
    operations = (
        migrations.RunSQL((files("motocho.loans") / "debits.sql").read_text(encoding="utf-8")),
    )
