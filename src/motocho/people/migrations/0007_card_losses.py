"""How a card went, as `card_losses.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """A table of its own, with what an erasure does to it."""

    dependencies = (("people", "0006_erased"), ("office", "0007_erasure"))
    operations = (
        migrations.RunSQL(
            (files("motocho.people") / "card_losses.sql").read_text(encoding="utf-8")
        ),
    )
