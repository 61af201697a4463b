"""What needs the table to itself for a moment."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("growing", "0001_initial")]
    operations = [
        migrations.RunSQL("ALTER TABLE growing ADD COLUMN booked_at timestamptz DEFAULT now()")
    ]
