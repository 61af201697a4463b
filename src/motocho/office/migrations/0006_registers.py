"""Registers of the lender; as `registers/schema.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Tables, triggers, rights."""

    dependencies = (
        ("office", "0005_owned"),
        ("loans", "0002_surveys"),
        ("people", "0001_initial"),
        ("journal", "0001_initial"),
        ("documents", "0001_initial"),
        ("care", "0001_initial"),
        ("screening", "0004_applications"),
    )
    operations = (
        migrations.RunSQL(
            (files("motocho.office") / "registers" / "schema.sql").read_text(encoding="utf-8")
        ),
    )
