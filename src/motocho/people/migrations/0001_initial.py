"""The first schema of people, as its two files write it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Members and staff: who they are, how they prove it, what they told and agreed to."""

    initial = True
    dependencies = (("journal", "0001_initial"),)
    operations = tuple(
        migrations.RunSQL((files("motocho.people") / name).read_text(encoding="utf-8"))
        for name in (
            "schema.sql",
            "payers.sql",
            "credentials.sql",
            "safety.sql",
            "listed.sql",
            "facts.sql",
            "cards.sql",
            "staff.sql",
        )
    )
