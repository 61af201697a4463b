"""The first schema of the journal, as `schema.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Table, trigger, rights."""

    initial = True
    operations = (
        migrations.RunSQL((files("motocho.journal") / "schema.sql").read_text(encoding="utf-8")),
    )
