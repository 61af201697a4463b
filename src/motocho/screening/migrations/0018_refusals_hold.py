"""What 0014 asks of new reviews holds for those of before, too."""

from django.db import migrations

HOLD = """
ALTER TABLE screening_review VALIDATE CONSTRAINT screening_review_reason_check;
ALTER TABLE screening_review VALIDATE CONSTRAINT screening_review_untold;
"""


class Migration(migrations.Migration):
    """Looks at rows while they are used; changes none."""

    dependencies = (("screening", "0017_identity_unread"),)
    operations = (migrations.RunSQL(HOLD),)
