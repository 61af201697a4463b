"""Who approves and who is the same person, mended; as the schemas of the rooms write it."""

import re
from importlib.resources import files

from django.db import migrations

from motocho.outside.postgres import add_index, drop_index

_INDEX = "screening_identity_by_licence"
_LICENCES = "ON screening_identity (licence_number) WHERE licence_number <> ''"
_APPLICATIONS = (
    "screening_same_person",
    "screening_stands_suspected",
    "check_approval",
    "check_contract",
)


def _function(folder: str, name: str) -> str:
    """A function as a schema writes it, in the place of the one of before."""
    text = (files("motocho.screening") / folder / "schema.sql").read_text(encoding="utf-8")
    found = re.search(rf"CREATE (FUNCTION {name}\(.*?\$\$;)", text, re.DOTALL)
    return f"CREATE OR REPLACE {found.group(1)}\n" if found else ""


class Migration(migrations.Migration):
    """Functions anew; an index while the book is used."""

    atomic = False
    dependencies = (("screening", "0006_wishes"),)
    operations = (
        migrations.RunSQL(add_index(_INDEX, _LICENCES), drop_index(_INDEX)),
        *(migrations.RunSQL(_function("applications", name)) for name in _APPLICATIONS),
        migrations.RunSQL(_function("identity", "screening_may_see_suspicions")),
        migrations.RunSQL(
            "REVOKE ALL ON FUNCTION screening_same_person FROM PUBLIC;"
            "GRANT EXECUTE ON FUNCTION screening_same_person TO motocho_app"
        ),
    )
