"""The watch over open lines; as `watch/schema.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Tables, triggers, rights."""

    dependencies = (
        ("screening", "0008_claims"),
        ("loans", "0006_watch"),
        ("people", "0001_initial"),
        ("office", "0007_erasure"),
    )
    operations = (
        migrations.RunSQL(
            (files("motocho.screening") / "watch" / "schema.sql").read_text(encoding="utf-8")
        ),
    )
