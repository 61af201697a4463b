"""Files that are being read, page by page; as `intake/schema.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Tables, triggers, rights."""

    dependencies = (("office", "0003_lender"),)
    operations = (
        migrations.RunSQL(
            (files("motocho.office") / "intake" / "schema.sql").read_text(encoding="utf-8")
        ),
    )
