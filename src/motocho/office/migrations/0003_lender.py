"""Claims against us, their steps and payments; as `lender/schema.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Tables, triggers, rights."""

    dependencies = (
        ("office", "0002_tracker"),
        ("care", "0001_initial"),
        ("loans", "0001_initial"),
        ("people", "0001_initial"),
    )
    operations = (
        migrations.RunSQL(
            (files("motocho.office") / "lender" / "schema.sql").read_text(encoding="utf-8")
        ),
    )
