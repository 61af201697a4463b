"""What no hand did and an auditor looks for is found without reading the whole journal."""

from django.db import migrations


class Migration(migrations.Migration):
    """One index, made beside a working book."""

    atomic = False
    dependencies = (("journal", "0001_initial"),)
    operations = (
        migrations.RunSQL(
            "CREATE INDEX CONCURRENTLY journal_row_unread ON journal_row (happened_at, row_id)"
            " WHERE kind = 'identity_result_unread'"
        ),
    )
