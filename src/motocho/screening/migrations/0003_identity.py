"""Records of who somebody is, and suspicions; as `identity/schema.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Tables, triggers, rights."""

    dependencies = (
        ("screening", "0002_bureau"),
        ("loans", "0001_initial"),
        ("people", "0001_initial"),
        ("journal", "0001_initial"),
    )
    operations = (
        migrations.RunSQL(
            (files("motocho.screening") / "identity" / "schema.sql").read_text(encoding="utf-8")
        ),
    )
