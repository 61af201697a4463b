"""Accounts found by their number: another member with the same one is seen at once."""

from django.db import migrations

from motocho.outside.postgres import add_index, drop_index

NAME = "people_fact_by_account"
ON = "ON people_fact ((value ->> 'number')) WHERE kind = 'bank_account'"


class Migration(migrations.Migration):
    """One index, made beside a working book."""

    atomic = False
    dependencies = (("people", "0002_card_ends"),)
    operations = (migrations.RunSQL(add_index(NAME, ON), drop_index(NAME)),)
