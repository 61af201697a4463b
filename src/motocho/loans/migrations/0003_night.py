"""What the night looks up and keeps, as `night.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Tables, indexes, rights."""

    dependencies = (("loans", "0002_debits"),)
    operations = (
        migrations.RunSQL((files("motocho.loans") / "night.sql").read_text(encoding="utf-8")),
    )
