"""A second person is another person; as `persons.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Functions; no table."""

    dependencies = (("care", "0004_talk_rate_validated"), ("screening", "0016_persons"))
    operations = (
        migrations.RunSQL((files("motocho.care") / "persons.sql").read_text(encoding="utf-8")),
    )
