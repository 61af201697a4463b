"""One refund of an agreement is under way at a time, held by the database."""

from django.db import migrations


class Migration(migrations.Migration):
    """One index, made beside a working book."""

    atomic = False
    dependencies = (("loans", "0004_refunds"),)
    operations = (
        migrations.RunSQL(
            "CREATE UNIQUE INDEX CONCURRENTLY loan_payout_one_refund ON loan_payout"
            " (member_id, agreement_id) WHERE purpose = 'refund' AND ended_at IS NULL"
        ),
    )
