"""Whose a case on the lender's server is; as `owned/schema.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """A table, its trigger, rights."""

    dependencies = (
        ("office", "0004_intake"),
        ("loans", "0001_initial"),
        ("people", "0001_initial"),
    )
    operations = (
        migrations.RunSQL(
            (files("motocho.office") / "owned" / "schema.sql").read_text(encoding="utf-8")
        ),
    )
