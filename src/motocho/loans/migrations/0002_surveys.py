"""Surveys of what somebody can repay; as `surveys.sql` writes them."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Tables; no agreement and no rise of a limit without its survey from now on."""

    dependencies = (("loans", "0001_initial"),)
    operations = (
        migrations.RunSQL((files("motocho.loans") / "surveys.sql").read_text(encoding="utf-8")),
    )
