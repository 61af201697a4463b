"""Orders of cards, as `card_orders.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Tables of their own."""

    dependencies = (("people", "0003_by_account"),)
    operations = (
        migrations.RunSQL(
            (files("motocho.people") / "card_orders.sql").read_text(encoding="utf-8")
        ),
    )
