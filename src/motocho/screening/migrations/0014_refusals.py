"""Each refusal names its reason; as `applications/refusals.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """A column, constraints and triggers; rows from before stay as they are."""

    dependencies = (("screening", "0013_suspected"),)
    operations = (
        migrations.RunSQL(
            (files("motocho.screening") / "applications" / "refusals.sql").read_text(
                encoding="utf-8"
            )
        ),
    )
