"""What was written before the rules of evidence is held to them, too: no writer waits meanwhile."""

from django.db import migrations


class Migration(migrations.Migration):
    """Three checks, looked through."""

    dependencies = (("loans", "0006_watch"),)
    operations = (
        migrations.RunSQL(
            "ALTER TABLE loan_income_evidence VALIDATE CONSTRAINT loan_income_evidence_kind"
        ),
        migrations.RunSQL(
            "ALTER TABLE loan_bureau_answer VALIDATE CONSTRAINT loan_bureau_answer_left_out"
        ),
        migrations.RunSQL("ALTER TABLE loan_survey VALIDATE CONSTRAINT loan_survey_evidence"),
    )
