"""Limits that were cut as nobody could be reached, and put back; as `restoring.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Tables; what is put back needs no survey from now on."""

    dependencies = (("loans", "0007_evidence_validated"),)
    operations = (
        migrations.RunSQL((files("motocho.loans") / "restoring.sql").read_text(encoding="utf-8")),
    )
