"""Whose a case is: kept once, taken up again, the book's news taken over [当社契約の事件の保存]."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction

from motocho.loans.commands import Key
from motocho.office import cases, lender
from motocho.office.cases import Operation
from motocho.office.owned._rows import UNTIL, BookNews, news_of_book
from motocho.people import members
from motocho.units.errors import broken

_COLUMNS = "case_id, member_id, agreement_id, opened_by, actor, opened_at"


class Opener(Enum):
    """Who opened a case of an agreement of ours [開いた側]; each has their own."""

    HOUSE = "house"
    MEMBER = "member"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a case is [事件の帰属]."""

    case_id: int
    key: Key
    by: Opener
    actor: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Opening:
    """How a case is opened [事件の開き方]: by whom, until which day, with what is known."""

    by: Opener
    actor: str
    until_on: date
    facts: Mapping[str, str] = field(default_factory=dict)
    """What the house says of itself, under the names that papers know."""


class Taking(NamedTuple):
    """Who takes over what the book has since, having read up to which entry [引継ぎ]."""

    actor: str
    at: datetime
    until_on: date
    expected_seq: int


def open_case(cursor: Any, key: Key, opening: Opening, at: datetime) -> int:
    """The case of an agreement of ours: with the book's rows, or taken up again [事件を開く].

    Takes     the agreement, who opens and what for; who calls asked whether they may.
    Gives     its id; the one that is there already, whoever comes second.
    Raises    NotFoundError where the member has no such agreement.
    Lock      none: of two at once the database lets one, and the other takes that one up.
    """
    known = _of_agreement(cursor, key, opening.by)
    if known is not None:
        return known
    try:
        with transaction.atomic():
            return _opened(cursor, key, opening, at)
    except IntegrityError as error:
        if "office_owned_once" not in str(error):
            raise
    known = _of_agreement(cursor, key, opening.by)
    if known is None:
        broken("a case that was opened by another is there", key=str(key))
    return known


def _opened(cursor: Any, key: Key, opening: Opening, at: datetime) -> int:
    history = lender.of_courts(lender.own_history(cursor, key, opening.until_on))
    member = members.one(cursor, key.member_id)
    person = member.person
    heads = {"client": f"{person.family_name} {person.given_name}", "title": history.title}
    if opening.facts.get("lender_name"):
        heads["lender"] = opening.facts["lender_name"]
    case_id = cases.open_case(heads, actor=opening.actor, at=at)
    cursor.execute(
        f"INSERT INTO office_owned ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s)",  # noqa: S608
        (case_id, *key, opening.by.value, opening.actor, at),
    )
    case = cases.load(case_id)
    facts = {
        "client_name": heads["client"],
        "client_kana": f"{person.family_kana} {person.given_kana}",
        "member_number": f"{member.member_number}・{key.agreement_id}",
        **opening.facts,
    }
    if opening.by is Opener.MEMBER:  # for the papers that a member files
        facts["client_birth_date"] = person.born_on.isoformat()
    news = news_of_book(case, cases.entries_of(case_id), history)
    told = [_fact(name, text) for name, text in facts.items() if text.strip()]
    operations = [*told, *news.operations, _until(opening.until_on)]
    cases.apply(case_id, operations, actor=opening.actor, at=at, expected_seq=case.seq)
    return case_id


def _fact(name: str, text: str) -> Operation:
    return {"op": "set_fact", "name": name, "value": text}


def _until(on: date) -> Operation:
    return _fact(UNTIL, on.isoformat())


# ---------------------------------------------------------------------------------- whose it is
def owner_of(cursor: Any, case_id: int) -> Owner | None:
    """Whose a case is [事件の帰属]; None for one of an office of its own, and for none."""
    cursor.execute(
        f"SELECT {_COLUMNS} FROM office_owned WHERE case_id = %s",  # noqa: S608
        (case_id,),
    )
    row = cursor.fetchone()
    return None if row is None else _read(row)


def of_member(cursor: Any, member_id: int) -> list[Owner]:
    """The cases that a member opened for themselves, by agreement [会員の事件]."""
    cursor.execute(
        f"SELECT {_COLUMNS} FROM office_owned"  # noqa: S608
        " WHERE member_id = %s AND opened_by = %s ORDER BY agreement_id",
        (member_id, Opener.MEMBER.value),
    )
    return [_read(row) for row in cursor.fetchall()]


def of_house(
    cursor: Any, but: Collection[int], *, first: int, most: int
) -> tuple[list[Owner], int]:
    """The cases that the house opened, the newest first, and how many there are [当社の事件].

    Takes     the members whose cases are left out; a page of them, counted from 0.
    """
    cursor.execute(
        f"SELECT {_COLUMNS}, count(*) OVER () FROM office_owned"  # noqa: S608
        " WHERE opened_by = %s AND member_id <> ALL(%s)"
        " ORDER BY opened_at DESC, case_id DESC LIMIT %s OFFSET %s",
        (Opener.HOUSE.value, list(but), most, first),
    )
    found = cursor.fetchall()
    return [_read(row[:-1]) for row in found], int(found[0][-1]) if found else 0


def _read(row: tuple[Any, ...]) -> Owner:
    case_id, member_id, agreement_id, by, actor, opened_at = row
    return Owner(case_id, Key(member_id, agreement_id), Opener(by), actor, opened_at)


def _of_agreement(cursor: Any, key: Key, by: Opener) -> int | None:
    cursor.execute(
        "SELECT case_id FROM office_owned"
        " WHERE member_id = %s AND agreement_id = %s AND opened_by = %s",
        (*key, by.value),
    )
    row = cursor.fetchone()
    return None if row is None else int(row[0])


# --------------------------------------------------------------------------------- the book's news
def since_taken(cursor: Any, owner: Owner, until_on: date) -> BookNews:
    """What the book says of an agreement since its case took it [帳簿の新しい行]."""
    history = lender.of_courts(lender.own_history(cursor, owner.key, until_on))
    case = cases.load(owner.case_id)
    return news_of_book(case, cases.entries_of(owner.case_id), history)


def take_over(cursor: Any, owner: Owner, taking: Taking) -> int:
    """Take over what the book has since, as one group of entries [帳簿の引継ぎ].

    Gives     the number of the last entry; that of before where there is nothing.
    Raises    StateConflict if somebody wrote meanwhile: then nothing is written.
    """
    news = since_taken(cursor, owner, taking.until_on)
    if not news.operations:
        return taking.expected_seq
    return cases.apply(
        owner.case_id,
        [*news.operations, _until(taking.until_on)],
        actor=taking.actor,
        at=taking.at,
        expected_seq=taking.expected_seq,
    )
