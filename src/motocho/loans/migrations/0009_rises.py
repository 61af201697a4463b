"""Whatever lets somebody draw more rests on a survey; as `rises.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Functions and triggers; no table."""

    dependencies = (("loans", "0008_restoring"),)
    operations = (
        migrations.RunSQL((files("motocho.loans") / "rises.sql").read_text(encoding="utf-8")),
    )
