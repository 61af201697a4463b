"""An index of the largest table, made beside whoever writes to it."""

from django.db import migrations

from motocho.outside.postgres import add_index, drop_index

NAME = "loan_event_of_business_day"


class Migration(migrations.Migration):
    atomic = False
    dependencies = (("next_release", "0001_expand"),)
    operations = (
        migrations.RunSQL(add_index(NAME, "ON loan_event (business_on, kind)"), drop_index(NAME)),
    )
