"""A member who stands at the counter: known by a paper, helped at once [店頭対応].

    seen = Seen(Paper.LICENCE, "301234567890", expires_on)
    visit = counter.check(cursor, member_id, seen, source, at)
    counter.present(cursor, member_id, at)                    who was known within the hour
    counter.ask_new_pin(cursor, visit.key, staff, at)         the first of two; a link by e-mail
    counter.hand_over(cursor, visit.key, paper_no, receipt, source, at)

A paper is looked at and given back: no copy, no number but its last three signs. Of a My Number
card the front alone is looked at and nothing is written down of it (PRIV-001). What is done is done
for who was known, and for an hour.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

from motocho.contact.holds import Source
from motocho.documents import archive
from motocho.documents.archive import Kept
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.rules import Refusal
from motocho.outside.clock import JAPAN
from motocho.people import members, requests
from motocho.people.access import Staff
from motocho.people.facts import history, values
from motocho.people.requests import RequestKey
from motocho.units.errors import Fault, InputError, RefusedError, broken
from motocho.units.text import folded, holds_my_number

LASTS = timedelta(hours=1)
"""So long what is done counts as done for who was known at the counter."""
SHOWN_SIGNS = 3
MOST_SIGNS = 20
_NUMBER = re.compile("[0-9A-Z]{6,20}")


class Paper(Enum):
    """By what a member is known at the counter [本人確認書類]: with a photograph, all of them.

    Health insurance cards are none (identity.health_insurance_card).
    """

    LICENCE = "licence"
    DRIVING_RECORD = "driving_record"
    PASSPORT = "passport"
    RESIDENCE_CARD = "residence_card"
    SPECIAL_RESIDENT = "special_resident"
    MY_NUMBER_FRONT = "my_number_front"
    DISABILITY_HANDBOOK = "disability_handbook"


WITHOUT_END = frozenset({Paper.DRIVING_RECORD, Paper.DISABILITY_HANDBOOK})
"""Papers that have no last day."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What stood on the paper [確認した書類]; its number is masked before it is kept."""

    paper: Paper
    number: str = ""
    expires_on: date | None = None


class VisitKey(NamedTuple):
    """One time a member was known at the counter [来店]."""

    member_id: int
    visit_id: int


@dataclass(frozen=True, slots=True)
class Visit:
    """A member who was known at the counter [店頭での本人確認]."""

    key: VisitKey
    paper: Paper
    masked: str
    expires_on: date | None
    actor: str
    seen_at: datetime


def masked(number: str) -> str:
    """All but the last three signs as stars [番号の伏せ字].

    >>> masked("３０１２ ３４５６ ７８９０")
    '*********890'
    """
    plain = "".join(folded(number).upper().split()).replace("-", "")
    return "*" * (len(plain) - SHOWN_SIGNS) + plain[-SHOWN_SIGNS:] if plain else ""


def fault_of(seen: Seen, on: date) -> Fault | None:
    """What is wrong with a paper; pure [書類の点検] · PRIV-001.

    >>> fault_of(Seen(Paper.LICENCE, "301234567890", date(2026, 11, 21)), date(2026, 11, 22)).code
    'DSC-030'
    """
    plain = "".join(folded(seen.number).upper().split()).replace("-", "")
    if seen.paper is Paper.MY_NUMBER_FRONT:
        if plain:
            return Fault("DSC-031", column="number")
    elif not _NUMBER.fullmatch(plain):
        return Fault("DSC-032", column="number", details={"length": str(MOST_SIGNS)})
    if holds_my_number(plain) and seen.paper is not Paper.LICENCE:
        return Fault("DSC-031", column="number")
    if (seen.expires_on is None) is not (seen.paper in WITHOUT_END):
        return Fault("DSC-033", column="expires")
    if seen.expires_on is not None and seen.expires_on < on:
        return Fault("DSC-030", column="expires", excerpt=seen.expires_on.isoformat())
    return None


def check(cursor: Any, member_id: int, seen: Seen, source: Source, at: datetime) -> Visit:
    """Write down by which paper a member was known, once for each form [店頭での本人確認].

    Raises    NotFoundError for no such member; InputError for a paper that is over, or a number
              that may not be kept.
    """
    fault = fault_of(seen, at.astimezone(JAPAN).date())
    if fault is not None:
        raise InputError(fault)
    members.one(cursor, member_id)
    cursor.execute(
        "INSERT INTO care_counter_visit (member_id, paper, masked, expires_on, source, actor,"
        " seen_at) VALUES (%s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (member_id, source) DO NOTHING RETURNING visit_id",
        (
            member_id, seen.paper.value, masked(seen.number), seen.expires_on, source.ref,
            source.actor, at,
        ),
    )  # fmt: skip
    row = cursor.fetchone()
    if row is not None:
        subject: dict[str, int | str] = {"visit": int(row[0]), "paper": seen.paper.value}
        journal.write(cursor, [Happening(member_id, "counter_known", source.actor, at, subject)])
    return present(cursor, member_id, at) or broken("a visit was written", member=member_id)


def present(cursor: Any, member_id: int, at: datetime) -> Visit | None:
    """The newest visit within the hour [来店中の確認]; None where nobody was known."""
    cursor.execute(
        "SELECT visit_id, paper, masked, expires_on, actor, seen_at FROM care_counter_visit"
        " WHERE member_id = %s AND seen_at > %s AND seen_at <= %s"
        " ORDER BY seen_at DESC, visit_id DESC LIMIT 1",
        (member_id, at - LASTS, at),
    )
    return _visit(member_id, cursor.fetchone())


def one(cursor: Any, key: VisitKey) -> Visit | None:
    """A visit by its number, also after its hour [来店の照会]."""
    cursor.execute(
        "SELECT visit_id, paper, masked, expires_on, actor, seen_at FROM care_counter_visit"
        " WHERE member_id = %s AND visit_id = %s",
        key,
    )
    return _visit(key.member_id, cursor.fetchone())


def _visit(member_id: int, row: tuple[Any, ...] | None) -> Visit | None:
    if row is None:
        return None
    return Visit(VisitKey(member_id, int(row[0])), Paper(row[1]), *row[2:])


def _require(cursor: Any, key: VisitKey, at: datetime) -> None:
    found = one(cursor, key)
    if found is None or not found.seen_at <= at < found.seen_at + LASTS:
        raise RefusedError(Fault("DSC-034"))


# ------------------------------------------------------------------------------------ what is done
def ask_new_pin(cursor: Any, key: VisitKey, staff: Staff, at: datetime) -> RequestKey | Refusal:
    """A new PIN for who stands there: the first of two agrees [店頭での再設定] · AUTH-002.

    Raises    RefusedError where nobody was known within the hour; StateConflict as `requests`.
    """
    _require(cursor, key, at)
    return requests.ask_at_counter(cursor, key.member_id, key.visit_id, staff, at)


def ask_new_card(cursor: Any, key: VisitKey, at: datetime) -> RequestKey:
    """A new card with a new number for who stands there [店頭での再発行の受付] · AUTH-011.

    Raises    RefusedError where nobody was known within the hour.
    """
    _require(cursor, key, at)
    return requests.ask_own(cursor, key.member_id, requests.Kind.NEW_CARD, at)


def hand_over(
    cursor: Any, key: VisitKey, paper_no: int, receipt: str, by: tuple[str, datetime]
) -> Kept:
    """A paper is handed over against a signature [書面の手渡し]: delivered by that.

    Raises    RefusedError where nobody was known within the hour; as `archive.hand_over`.
    """
    _require(cursor, key, by[1])
    return archive.hand_over(cursor, key.member_id, paper_no, receipt, by)


def change(
    cursor: Any, key: VisitKey, told: tuple[values.Kind, values.Value], source: Source, at: datetime
) -> history.Recorded | Refusal:
    """A registered fact changes, with the paper seen that shows it [店頭での登録変更] · AUTH-008.

    Draws may be held by it, as after every change of a contact.

    Raises    RefusedError where nobody was known within the hour.
    """
    _require(cursor, key, at)
    kind, value = told
    on = at.astimezone(JAPAN).date()
    wanted = history.Change(key.member_id, kind, value, on, source.ref)
    return history.record(cursor, wanted, history.Teller(source.actor, history.Road.DESK), at)
