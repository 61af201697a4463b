"""The first schema of people, as its two files write it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Members; the names under which banks write them."""

    initial = True
    operations = tuple(
        migrations.RunSQL((files("motocho.people") / name).read_text(encoding="utf-8"))
        for name in ("schema.sql", "payers.sql")
    )
