"""A migration after a room's first may run while the book is used: `docs/operations/upgrade.md`."""

from __future__ import annotations

import itertools
import re
from importlib import import_module
from pathlib import Path

import pytest
from django.db import migrations
from tests.tidy.source import PACKAGE

LATER = sorted(
    path for path in PACKAGE.glob("*/migrations/0*.py") if not path.name.startswith("0001_")
)
TESTED = sorted((Path(__file__).parents[1] / "flows").glob("*/migrations/0*.py"))
MADE = re.compile(r"CREATE TABLE (\w+)", re.IGNORECASE)
FUNCTION = re.compile(r"CREATE (?:OR REPLACE )?FUNCTION.*?\$\$.*?\$\$", re.DOTALL)
STANDS_IN_THE_WAY = {
    "an index without CONCURRENTLY": r"CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY)\w+ ON (\w+)",
    "a new type": r"ALTER TABLE (\w+)[^;]*ALTER (?:COLUMN )?\w+ (?:SET DATA )?TYPE",
    "a column that must be filled": r"ALTER TABLE (\w+)[^;]*ADD COLUMN [^;]*NOT NULL",
    "a default that is reckoned": r"ALTER TABLE (\w+)[^;]*ADD COLUMN [^;]*DEFAULT [^;]*\(",
    "a constraint of all rows": r"ALTER TABLE (\w+)[^;]*ADD CONSTRAINT(?![^;]*(?:NOT VALID|USING INDEX))",
    "a whole table written": r"^\s*UPDATE (\w+)",
    "a table rewritten or locked": r"(?:VACUUM FULL|CLUSTER|LOCK TABLE) (\w+)",
    "a rename": r"ALTER TABLE (\w+)[^;]* RENAME",
}  # fmt: skip


def faults(text: str) -> list[str]:
    """What in some statements would stop commands on tables that they did not make themselves."""
    text = re.sub(r"--[^\n]*", "", text)
    text = FUNCTION.sub("", text)  # what a function will do is not done by the migration
    made = set(MADE.findall(text))
    flags = re.IGNORECASE | re.MULTILINE
    return [
        f"{name}: {found.group(1)}"
        for name, pattern in STANDS_IN_THE_WAY.items()
        for found in re.finditer(pattern, text, flags)
        if found.group(1) not in made
    ]


def statements(path: Path) -> tuple[type[migrations.Migration], list[str]]:
    inside = path.relative_to(PACKAGE.parent if path in LATER else Path(__file__).parents[2])
    migration = import_module(".".join(inside.with_suffix("").parts)).Migration
    texts: list[str] = []
    for operation in migration.operations:
        assert isinstance(operation, migrations.RunSQL), f"{path}: SQL is plain here"
        texts += (
            [operation.sql]
            if isinstance(operation.sql, str)
            else [str(one) for one in operation.sql]
        )
    return migration, texts


@pytest.mark.parametrize(
    "path", [*LATER, *TESTED], ids=lambda path: f"{path.parts[-3]}.{path.stem}"
)
def test_later_migration_stands_in_nobodys_way(path: Path) -> None:
    migration, texts = statements(path)
    assert faults(";\n".join(texts)) == []
    if any("CONCURRENTLY" in text for text in texts):
        assert migration.atomic is False


@pytest.mark.parametrize("text", [
    "CREATE INDEX slow ON loan_event (kind)",
    "CREATE UNIQUE INDEX slow ON loan_event (kind)",
    "ALTER TABLE loan_event ALTER COLUMN kind TYPE varchar",
    "ALTER TABLE loan_event ADD COLUMN a text NOT NULL",
    "ALTER TABLE loan_event ADD COLUMN a uuid DEFAULT gen_random_uuid()",
    "ALTER TABLE loan_event ADD CONSTRAINT c CHECK (kind <> '')",
    "CREATE TABLE other (a int);\nUPDATE loan_agreement SET stops = '{}'",
    "LOCK TABLE loan_event",
    "ALTER TABLE loan_event RENAME COLUMN kind TO sort",
])  # fmt: skip
def test_what_would_stop_commands_is_found(text: str) -> None:
    assert len(faults(text)) == 1


def test_what_a_migration_makes_itself_is_its_own() -> None:
    assert faults("CREATE TABLE mine (a int);\nCREATE INDEX quick ON mine (a);") == []


def test_what_a_function_will_do_is_not_done_yet_and_what_stands_beside_it_is() -> None:
    function = (
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$\nUPDATE loan_event SET kind = ''\n$$;"
    )
    assert faults(function) == []
    assert len(faults(f"{function}\nUPDATE loan_event SET kind = '';\n{function}")) == 1


@pytest.mark.parametrize("room", sorted({path.parts[-3] for path in LATER}))
def test_migrations_of_a_room_stand_in_one_line(room: str) -> None:
    """Two that were written beside each other would leave a new book without a last one."""
    line = sorted((PACKAGE / room / "migrations").glob("0*.py"))
    assert [int(path.name[:4]) for path in line] == list(range(1, len(line) + 1))
    for before, path in itertools.pairwise(line):
        text = path.read_text(encoding="utf-8")
        assert f'("{room}", "{before.stem}")' in text, f"{path.name} does not follow {before.name}"
