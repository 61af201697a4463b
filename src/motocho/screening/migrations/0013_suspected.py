"""Two persons where a suspicion stands; as `applications/suspected.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Functions and triggers; no table."""

    dependencies = (("screening", "0012_identity_requests"),)
    operations = (
        migrations.RunSQL(
            (files("motocho.screening") / "applications" / "suspected.sql").read_text(
                encoding="utf-8"
            )
        ),
    )
