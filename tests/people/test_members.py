"""Members are registered once and found by their number."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from tests.database import Database

from motocho.people import members
from motocho.people.members import Person
from motocho.units.errors import NotFoundError, StateConflict

AT = datetime(2026, 11, 20, tzinfo=UTC)
SUZUKI = Person("鈴木", "一郎", "スズキ", "イチロウ", date(1990, 2, 28))


def test_member_is_found_by_number(database: Database) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        made = members.register(cursor, SUZUKI, "00000017", AT)
        assert members.by_number(cursor, "00000017") == made
        with pytest.raises(NotFoundError):
            members.by_number(cursor, "00000018")


@pytest.mark.parametrize(("person", "number"), [
    (SUZUKI, "00000017"),
    (SUZUKI, "1234567"),
    (SUZUKI, "1234567a"),
    (replace(SUZUKI, family_kana="鈴木"), "00000018"),
    (replace(SUZUKI, given_name=""), "00000018"),
])  # fmt: skip
def test_wrong_facts_are_refused(database: Database, person: Person, number: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        members.register(cursor, SUZUKI, "00000017", AT)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        members.register(cursor, person, number, AT)


@pytest.mark.rule("AUTH-011")
def test_number_that_is_or_was_somebody_s_is_given_to_nobody_else(database: Database) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        one = members.register(cursor, SUZUKI, "00000017", AT)
        other = members.register(cursor, SUZUKI, "00000018", AT)
        members.renumber(cursor, one.member_id, "00000019", "staff 1", AT)
    for taken in ("00000017", "00000018", "00000019"):
        with (
            pytest.raises(StateConflict) as told,
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            members.renumber(cursor, other.member_id, taken, "staff 1", AT)
        assert told.value.faults[0].code == members.NUMBER_TAKEN
    with transaction.atomic(), connection.cursor() as cursor:
        assert members.by_number(cursor, "00000018").member_id == other.member_id
