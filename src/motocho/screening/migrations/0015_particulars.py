"""What an applicant told is not changed; as `applying/particulars.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """A trigger; no table."""

    dependencies = (("screening", "0014_refusals"), ("office", "0007_erasure"))
    operations = (
        migrations.RunSQL(
            (files("motocho.screening") / "applying" / "particulars.sql").read_text(
                encoding="utf-8"
            )
        ),
    )
