"""Contract: the column goes when no program in use names it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = (("next_release", "0003_validate"),)
    operations = (migrations.RunSQL("ALTER TABLE loan_agreement DROP COLUMN reviewed_on"),)
