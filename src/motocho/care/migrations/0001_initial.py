"""The first schema of care, as its files of SQL write it."""

from importlib.resources import files

from django.db import migrations

SQL = (
    "schema.sql",
    "cases/schema.sql",
    "ivr.sql",
    "reasons/schema.sql",
    "reception/schema.sql",
    "collections/stages.sql",
    "approvals.sql",
    "cases/frauds.sql",
    "support/schema.sql",
    "settings.sql",
    "reasons/reviews.sql",
    "worklist/schema.sql",
    "collections/counsel.sql",
    "collections/settlements.sql",
    "collections/visits.sql",
    "collections/legal.sql",
)


class Migration(migrations.Migration):
    """Tables, triggers, rights."""

    initial = True
    dependencies = (
        ("contact", "0001_initial"),
        ("documents", "0001_initial"),
        ("loans", "0001_initial"),
    )
    operations = tuple(
        migrations.RunSQL((files("motocho.care") / name).read_text(encoding="utf-8"))
        for name in SQL
    )
