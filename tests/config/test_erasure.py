"""Each table of the database says what an erasure does to it, column by column where words stand."""

from __future__ import annotations

import re

import pytest
from tests.database import Database

from motocho.outside.postgres import Role

REFERENCES = {
    "source", "actor", "channel", "external_ref", "digest", "sha256", "pepper_id", "ended_by",
    "ended_ref", "ended_channel", "staff_id",
}  # fmt: skip
"""Columns that hold no person wherever they stand: a form's number, a colleague's, a digest."""
WORDS = """
SELECT c.table_name, c.column_name FROM information_schema.columns c
JOIN information_schema.tables t USING (table_schema, table_name)
WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
  AND (c.data_type IN ('text', 'json', 'jsonb', 'bytea', 'character', 'uuid', 'character varying')
    OR (c.data_type = 'ARRAY' AND c.udt_name = '_text'))
  AND NOT EXISTS (SELECT FROM pg_constraint k JOIN pg_attribute a
      ON a.attrelid = k.conrelid AND a.attnum = ALL (k.conkey) AND array_length(k.conkey, 1) = 1
      WHERE k.contype = 'c' AND k.conrelid = c.table_name::regclass AND a.attname = c.column_name
        AND pg_get_constraintdef(k.oid) LIKE '%%= ANY (ARRAY[%%')
"""
"""Columns that could hold words: not those that are one of a closed list."""
NOT_OURS = ("django_", "auth_", "procrastinate_")


@pytest.fixture
def listed(database: Database) -> dict[str, tuple[str, str, list[str]]]:
    with database.connect(Role.OWNER) as owner:
        found = owner.execute(
            "SELECT place, deed, cleared, kept_columns FROM office_erasure_place"
        ).fetchall()
    return {place: (deed, cleared, kept) for place, deed, cleared, kept in found}


@pytest.mark.rule("PRIV-006")
def test_every_table_is_on_the_list_and_no_other(
    database: Database, listed: dict[str, tuple[str, str, list[str]]]
) -> None:
    with database.connect(Role.OWNER) as owner:
        tables = owner.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
    there = {name for (name,) in tables if not name.startswith(NOT_OURS)}
    assert there - set(listed) == set(), "say it in the room's erasure.sql"
    assert set(listed) - there == set()


@pytest.mark.rule("PRIV-006")
def test_every_column_of_words_is_cleared_or_said_to_hold_no_person(
    database: Database, listed: dict[str, tuple[str, str, list[str]]]
) -> None:
    with database.connect(Role.OWNER) as owner:
        columns = owner.execute(WORDS.replace("%%", "%").encode()).fetchall()
    unsaid = []
    for table, column in columns:
        deed, cleared, kept = listed.get(table, ("delete", "", []))
        is_cleared = deed == "delete" or bool(re.search(rf"\b{column} =", cleared))
        if not (is_cleared or column in kept or column in REFERENCES):
            unsaid.append(f"{table}.{column}")
    assert unsaid == [], "clear it, or name it among the kept columns"
    known = {f"{table}.{column}" for table, column in columns}
    stale = [
        f"{table}.{column}"
        for table, (_, _, kept) in listed.items()
        for column in kept
        if f"{table}.{column}" not in known
    ]
    assert stale == []
