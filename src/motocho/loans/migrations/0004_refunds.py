"""Held money that is paid back by transfer; as `refunds.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Payouts say what they are for."""

    dependencies = (("loans", "0003_evidence"),)
    operations = (
        migrations.RunSQL((files("motocho.loans") / "refunds.sql").read_text(encoding="utf-8")),
    )
