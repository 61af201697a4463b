"""What the house asks of members on open lines; as `watch.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """Tables; a stop for what is still to be done is lifted by its own end alone from now on."""

    dependencies = (("loans", "0005_one_refund"),)
    operations = (
        migrations.RunSQL((files("motocho.loans") / "watch.sql").read_text(encoding="utf-8")),
    )
