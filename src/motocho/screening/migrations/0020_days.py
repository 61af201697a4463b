"""The day of a decision; as `applications/days.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """One check, of new rows."""

    dependencies = (("screening", "0019_identity_asked"),)
    operations = (
        migrations.RunSQL(
            (files("motocho.screening") / "applications" / "days.sql").read_text(encoding="utf-8")
        ),
    )
