"""Kinds of evidence, and both sums of a bureau's answer; as `evidence.sql` writes them."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Columns beside the old ones; what was written before stays true."""

    dependencies = (("loans", "0002_surveys"),)
    operations = (
        migrations.RunSQL((files("motocho.loans") / "evidence.sql").read_text(encoding="utf-8")),
    )
