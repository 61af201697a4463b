"""Applications from submission to contract; as `applications/schema.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Tables, triggers, rights."""

    dependencies = (
        ("screening", "0003_identity"),
        ("loans", "0002_surveys"),
        ("people", "0001_initial"),
        ("contact", "0001_initial"),
        ("documents", "0001_initial"),
    )
    operations = (
        migrations.RunSQL(
            (files("motocho.screening") / "applications" / "schema.sql").read_text(encoding="utf-8")
        ),
    )
