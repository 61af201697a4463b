"""The first schema of care, as `schema.sql` and `reasons/schema.sql` write it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Tables, triggers, rights."""

    initial = True
    dependencies = (("contact", "0001_initial"), ("loans", "0001_initial"))
    operations = (
        migrations.RunSQL((files("motocho.care") / "schema.sql").read_text(encoding="utf-8")),
        migrations.RunSQL(
            (files("motocho.care.reasons") / "schema.sql").read_text(encoding="utf-8")
        ),
    )
