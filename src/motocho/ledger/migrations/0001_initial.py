"""The first schema of the ledger, as `schema.sql` writes it, and the chart of accounts."""

from importlib.resources import files

from django.db import migrations

from motocho.ledger.chart import write


class Migration(migrations.Migration):
    """Tables, triggers, rights; then the accounts."""

    initial = True
    operations = (
        migrations.RunSQL((files("motocho.ledger") / "schema.sql").read_text(encoding="utf-8")),
        migrations.RunPython(
            lambda _, editor: write(editor.connection.cursor()), migrations.RunPython.noop
        ),
    )
