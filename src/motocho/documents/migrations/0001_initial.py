"""The first schema of documents, as its two files write it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """What members hand in, and what was delivered to them."""

    initial = True
    dependencies = (("contact", "0001_initial"),)
    operations = tuple(
        migrations.RunSQL((files("motocho.documents") / name).read_text(encoding="utf-8"))
        for name in ("intake.sql", "papers.sql")
    )
