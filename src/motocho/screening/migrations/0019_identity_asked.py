"""How often a vendor is asked; as `identity/asked.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """A policy, functions, a trigger on requests."""

    dependencies = (("screening", "0018_refusals_hold"),)
    operations = (
        migrations.RunSQL(
            (files("motocho.screening") / "identity" / "asked.sql").read_text(encoding="utf-8")
        ),
    )
