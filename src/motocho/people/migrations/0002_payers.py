"""Members by the name under which a bank writes them, as `payers.sql` has it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """One index."""

    dependencies = (("people", "0001_initial"),)
    operations = (
        migrations.RunSQL((files("motocho.people") / "payers.sql").read_text(encoding="utf-8")),
    )
