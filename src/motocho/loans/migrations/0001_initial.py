"""The first schema of loans, as its four files write it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Agreements and events; debits; what the night looks up and monitors; payouts and bills."""

    initial = True
    dependencies = (("ledger", "0001_initial"), ("people", "0001_initial"))
    operations = tuple(
        migrations.RunSQL((files("motocho.loans") / name).read_text(encoding="utf-8"))
        for name in ("schema.sql", "debits.sql", "night.sql", "payouts.sql")
    )
