"""Exclusions, exceptions and scores of applications; as `applications/claims.sql` writes them."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Tables; a decision counts what is in them, too."""

    dependencies = (("screening", "0007_other_persons"), ("office", "0007_erasure"))
    operations = (
        migrations.RunSQL(
            (files("motocho.screening") / "applications" / "claims.sql").read_text(encoding="utf-8")
        ),
    )
