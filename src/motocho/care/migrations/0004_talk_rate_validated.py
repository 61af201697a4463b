"""Calls of before are held to the rule of the rate, too: no writer waits meanwhile."""

from django.db import migrations


class Migration(migrations.Migration):
    """One check, looked through."""

    dependencies = (("care", "0003_talk_rate"),)
    operations = (migrations.RunSQL("ALTER TABLE care_talk VALIDATE CONSTRAINT told_rate"),)
