"""Two persons are two people; as `applications/persons.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Functions and triggers; no table."""

    dependencies = (("screening", "0015_particulars"), ("loans", "0009_rises"))
    operations = (
        migrations.RunSQL(
            (files("motocho.screening") / "applications" / "persons.sql").read_text(
                encoding="utf-8"
            )
        ),
    )
