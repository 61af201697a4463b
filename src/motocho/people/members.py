"""Members: registered once, found by id or by their 8-digit number [会員]."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.people import login
from motocho.people.credentials import keeping
from motocho.people.credentials.pins import Guess
from motocho.units.errors import Fault, NotFoundError, StateConflict


@dataclass(frozen=True, slots=True)
class Person:
    """Who somebody is [氏名・生年月日]; kana in full-width katakana."""

    family_name: str
    given_name: str
    family_kana: str
    given_kana: str
    born_on: date


@dataclass(frozen=True, slots=True)
class Member:
    """A person with the number that we gave [会員]."""

    member_id: int
    member_number: str
    person: Person


NUMBER_TAKEN = "PPL-003"
"""What a conflict of `renumber` says."""
_COLUMNS = "family_name, given_name, family_kana, given_kana, born_on"


def register(cursor: Any, person: Person, member_number: str, at: datetime) -> Member:
    """A new member [会員登録].

    Raises    the database's IntegrityError if the number is taken.
    """
    cursor.execute(
        "INSERT INTO people_member (member_number, family_name, given_name, family_kana,"
        " given_kana, born_on, registered_at) VALUES (%s, %s, %s, %s, %s, %s, %s)"
        " RETURNING member_id",
        (
            member_number,
            person.family_name,
            person.given_name,
            person.family_kana,
            person.given_kana,
            person.born_on,
            at,
        ),
    )
    member_id = cursor.fetchone()[0]
    cursor.execute(
        "INSERT INTO people_number (member_number, member_id) VALUES (%s, %s)",
        (member_number, member_id),
    )
    return Member(member_id, member_number, person)


def by_number(cursor: Any, member_number: str) -> Member:
    """The member of a number [会員番号から].

    Raises    NotFoundError if there is none, or who was erased.
    """
    cursor.execute(
        "SELECT m.member_id, m.member_number, m.family_name, m.given_name, m.family_kana,"
        " m.given_kana, m.born_on FROM people_number n JOIN people_member m USING (member_id)"
        " WHERE n.member_number = %s AND m.erased_at IS NULL",
        (member_number,),
    )
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("PPL-001", excerpt=member_number))
    return Member(row[0], row[1], Person(*row[2:]))


def one(cursor: Any, member_id: int) -> Member:
    """A member by id, for who was allowed to look [会員の参照].

    Raises    NotFoundError if there is none.
    """
    cursor.execute(
        f"SELECT member_id, member_number, {_COLUMNS} FROM people_member"  # noqa: S608
        " WHERE member_id = %s",
        (member_id,),
    )
    row = cursor.fetchone()
    if row is None:
        raise no_such_member()
    return Member(row[0], row[1], Person(*row[2:]))


def no_such_member() -> NotFoundError:
    """The same answer for whoever is not there and whoever is not the asker's [該当なし]."""
    return NotFoundError(Fault("PPL-002"))


def renumber(cursor: Any, member_id: int, member_number: str, actor: str, at: datetime) -> None:
    """Give a member another number; the old one ends at once [会員番号の変更] · AUTH-011.

    It stands on a card, so `cards.reissue` asks for it. Whoever found the lost card logs in nowhere
    with its number, and the PIN is chosen anew. What strangers tried with the new number while
    nobody had it locks nobody out (AUTH-004).

    Raises    NotFoundError for no such member; StateConflict for a number that was given before.
    """
    cursor.execute(
        "UPDATE people_member SET member_number = %s WHERE member_id = %s",
        (member_number, member_id),
    )
    if cursor.rowcount == 0:
        raise no_such_member()
    cursor.execute(
        "UPDATE people_number SET ended_at = %s WHERE member_id = %s AND ended_at IS NULL",
        (at, member_id),
    )
    cursor.execute(
        "INSERT INTO people_number (member_number, member_id) VALUES (%s, %s)"
        " ON CONFLICT DO NOTHING",
        (member_number, member_id),
    )
    if cursor.rowcount == 0:
        raise StateConflict(Fault(NUMBER_TAKEN, excerpt=member_number))
    keeping.demand(cursor, member_id, Guess.NEW_CARD)
    journal.write(cursor, [Happening(member_id, "number_reissued", actor, at)])
    login.reopen(cursor, member_id, actor, at)


NAMES_APART = """
SELECT m.member_id FROM people_member m JOIN LATERAL (
    SELECT masked FROM people_fact f WHERE f.member_id = m.member_id AND f.kind = 'name'
    ORDER BY f.fact_no DESC LIMIT 1
) told ON true
WHERE told.masked <> m.family_name || ' ' || m.given_name
"""
"""Finds nothing: the name that banks are matched by is the one that was told last."""


_SMALL, _LARGE, _DROPPED = "ァィゥェォッャュョヮヵヶヰヱヲ", "アイウエオツヤユヨワカケイエオ", "・ "
_TO_KEY = str.maketrans(_SMALL, _LARGE, _DROPPED)


def payer_key(kana: str) -> str:
    """A name in katakana as banks can write it, for looking it up [名義の検索キー].

    >>> payer_key("ヰトウ キョウコ")
    'イトウキヨウコ'
    """
    return kana.translate(_TO_KEY)


_PAYING = f"""
SELECT member_id, member_number, {_COLUMNS} FROM people_member
WHERE translate(family_kana || given_kana, '{_SMALL}{_DROPPED}', '{_LARGE}') = ANY(%s)
UNION
SELECT m.member_id, m.member_number, {_COLUMNS}
FROM people_number n JOIN people_member m USING (member_id) WHERE n.member_number = ANY(%s)
ORDER BY 1
"""  # noqa: S608  # our own names


def numbers_of(cursor: Any, members: Collection[int]) -> dict[int, str]:
    """The numbers of members by their ids [会員番号]."""
    cursor.execute(
        "SELECT member_id, member_number FROM people_member WHERE member_id = ANY(%s)",
        (list(members),),
    )
    return dict(cursor.fetchall())


def who_may_pay(cursor: Any, keys: Collection[str], numbers: Collection[str]) -> list[Member]:
    """Members of these names (`payer_key`) or numbers [名義・番号からの候補]."""
    cursor.execute(_PAYING, (list(keys), list(numbers)))
    return [Member(row[0], row[1], Person(*row[2:])) for row in cursor.fetchall()]
