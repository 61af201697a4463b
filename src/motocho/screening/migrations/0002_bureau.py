"""The credit bureau: consents, inquiries, answers, reports; as `bureau/schema.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Tables, triggers, rights."""

    dependencies = (
        ("screening", "0001_initial"),
        ("loans", "0001_initial"),
        ("people", "0001_initial"),
    )
    operations = (
        migrations.RunSQL(
            (files("motocho.screening") / "bureau" / "schema.sql").read_text(encoding="utf-8")
        ),
    )
