"""Held money that the desk pays back; as `collections/refunds.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """A kind of approval, a policy, and a trigger on payouts."""

    dependencies = (("care", "0001_initial"), ("loans", "0004_refunds"))
    operations = (
        migrations.RunSQL(
            (files("motocho.care") / "collections" / "refunds.sql").read_text(encoding="utf-8")
        ),
    )
