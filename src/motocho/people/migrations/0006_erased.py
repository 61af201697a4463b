"""When a person was erased: who was is as who is not there."""

from django.db import migrations


class Migration(migrations.Migration):
    """A day beside each member, empty for nearly all."""

    dependencies = (("people", "0005_invitations"),)
    operations = (migrations.RunSQL("ALTER TABLE people_member ADD COLUMN erased_at timestamptz"),)
