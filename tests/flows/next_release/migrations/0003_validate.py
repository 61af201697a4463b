"""The check, of all rows: reads the table and holds nobody up."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = (("next_release", "0002_index"),)
    operations = (
        migrations.RunSQL("ALTER TABLE loan_agreement VALIDATE CONSTRAINT loan_agreement_reviewed"),
    )
