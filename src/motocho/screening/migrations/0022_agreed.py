"""Consent to what one of the staff takes in; as `applications/agreed.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Functions and a trigger on applications."""

    dependencies = (("screening", "0021_days_hold"),)
    operations = (
        migrations.RunSQL(
            (files("motocho.screening") / "applications" / "agreed.sql").read_text(encoding="utf-8")
        ),
    )
