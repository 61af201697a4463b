"""Requests to a vendor of identification; as `identity/requests.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Tables, triggers, rights; what an erasure does to them."""

    dependencies = (("screening", "0011_restoring"), ("office", "0007_erasure"))
    operations = (
        migrations.RunSQL(
            (files("motocho.screening") / "identity" / "requests.sql").read_text(encoding="utf-8")
        ),
    )
