"""A table as a room makes one: with its grants."""

from django.db import migrations


class Migration(migrations.Migration):
    operations = [
        migrations.RunSQL(
            "CREATE TABLE growing (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, yen bigint);"
            "GRANT SELECT, INSERT ON growing TO motocho_app;"
            "GRANT SELECT ON growing TO motocho_audit"
        )
    ]
