"""What reviewers say of applications; as `applications/reviews.sql` writes it."""

from importlib.resources import files

from django.db import migrations

ERASURE = """
SELECT office_clears('screening_review', 'words = office_blank(words)', 'words of a reviewer');
"""


class Migration(migrations.Migration):
    """A table, its triggers, rights; what an erasure does to it."""

    dependencies = (("screening", "0009_watch"), ("office", "0007_erasure"))
    operations = (
        migrations.RunSQL(
            (files("motocho.screening") / "applications" / "reviews.sql").read_text("utf-8")
        ),
        migrations.RunSQL(ERASURE),
    )
