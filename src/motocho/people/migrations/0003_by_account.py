"""Accounts found by their number: another member with the same one is seen at once."""

from django.db import migrations


class Migration(migrations.Migration):
    """One index, made beside a working book."""

    atomic = False
    dependencies = (("people", "0002_card_ends"),)
    operations = (
        migrations.RunSQL(
            "CREATE INDEX CONCURRENTLY people_fact_by_account ON people_fact"
            " ((value ->> 'number')) WHERE kind = 'bank_account'"
        ),
    )
