"""Expand: a column that may be empty, so that no row is written; a check of new rows only."""

from django.db import migrations

CHECK = (
    "ALTER TABLE loan_agreement ADD CONSTRAINT loan_agreement_reviewed"
    " CHECK (reviewed_on >= opened_on) NOT VALID"
)


class Migration(migrations.Migration):
    dependencies = (("loans", "0001_initial"),)
    operations = (
        migrations.RunSQL([
            "ALTER TABLE loan_agreement ADD COLUMN reviewed_on date",
            "GRANT UPDATE (reviewed_on) ON loan_agreement TO motocho_app",
            CHECK,
        ]),
    )  # fmt: skip
