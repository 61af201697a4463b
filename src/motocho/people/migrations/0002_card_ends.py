"""Cards that ended before their last day, as `card_ends.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """A table of its own."""

    dependencies = (("people", "0001_initial"),)
    operations = (
        migrations.RunSQL((files("motocho.people") / "card_ends.sql").read_text(encoding="utf-8")),
    )
