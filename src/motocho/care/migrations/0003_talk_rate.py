"""The rate that a call told; as `reasons/rates.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """A column that may be empty, and its check."""

    dependencies = (("care", "0002_refunds"),)
    operations = (
        migrations.RunSQL(
            (files("motocho.care") / "reasons" / "rates.sql").read_text(encoding="utf-8")
        ),
    )
