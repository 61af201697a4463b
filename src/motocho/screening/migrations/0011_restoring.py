"""Limits that are put back, by which decision; as `applications/restoring.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """A table; what is put back needs no application."""

    dependencies = (
        ("screening", "0010_reviews"),
        ("loans", "0008_restoring"),
        ("office", "0007_erasure"),
    )
    operations = (
        migrations.RunSQL(
            (files("motocho.screening") / "applications" / "restoring.sql").read_text(
                encoding="utf-8"
            )
        ),
    )
