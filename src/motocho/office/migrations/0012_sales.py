"""Claims go to a buyer once two persons agreed; as `registers/sales.sql` writes it."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    """A kind of request; no table."""

    dependencies = (("office", "0011_returned"), ("care", "0001_initial"))
    operations = (
        migrations.RunSQL(
            (files("motocho.office") / "registers" / "sales.sql").read_text(encoding="utf-8")
        ),
    )
