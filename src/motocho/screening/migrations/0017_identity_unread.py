"""Results of a vendor that count for nothing; as `identity/unread.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Table, triggers, rights; what an erasure does to it."""

    dependencies = (("screening", "0016_persons"), ("office", "0007_erasure"))
    operations = (
        migrations.RunSQL(
            (files("motocho.screening") / "identity" / "unread.sql").read_text(encoding="utf-8")
        ),
    )
