"""Whether an applicant wants a card, as `applications/wishes.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """A table of its own."""

    dependencies = (("screening", "0005_applying"),)
    operations = (
        migrations.RunSQL(
            (files("motocho.screening") / "applications" / "wishes.sql").read_text(encoding="utf-8")
        ),
    )
