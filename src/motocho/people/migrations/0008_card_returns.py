"""What became of a card that came back, as `card_returns.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """A table of its own, with what an erasure does to it."""

    dependencies = (("people", "0007_card_losses"), ("office", "0007_erasure"))
    operations = (
        migrations.RunSQL(
            (files("motocho.people") / "card_returns.sql").read_text(encoding="utf-8")
        ),
    )
