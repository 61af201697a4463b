"""The first schema of people, as `schema.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Tables, rights."""

    initial = True
    operations = (
        migrations.RunSQL((files("motocho.people") / "schema.sql").read_text(encoding="utf-8")),
    )
