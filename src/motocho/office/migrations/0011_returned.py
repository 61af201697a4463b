"""Folders of mails that came back; as `notices/returned.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Two rows of the list."""

    dependencies = (("office", "0010_folders"), ("notices", "0001_initial"))
    operations = (
        migrations.RunSQL((files("motocho.notices") / "returned.sql").read_text(encoding="utf-8")),
    )
