"""Cards of members, and until when each may be used [カードの有効期限].

A card is never changed: a renewed one, or one in place of a lost one, is another, and the one that
was told last holds. A reminder goes out once, 30 days before a card ends.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.people import members
from motocho.units.errors import Fault, InputError

REMINDED_AHEAD = timedelta(days=30)
"""A house rule: so long before its last day a card is renewed."""
_NEWEST = """NOT EXISTS (
    SELECT 1 FROM people_card n WHERE n.member_id = c.member_id AND n.card_no > c.card_no)
AND NOT EXISTS (
    SELECT 1 FROM people_card_end e WHERE e.member_id = c.member_id AND e.card_no = c.card_no)"""


class Validity(NamedTuple):
    """The days of a card [有効期間]: given out on one, of use until the end of the other."""

    issued_on: date
    expires_on: date


@dataclass(frozen=True, slots=True)
class Card:
    """A card as it is kept [カード]; it bears the member's number of its day."""

    member_id: int
    card_no: int
    validity: Validity


class Loss(Enum):
    """How a card went [紛失・盗難の別]."""

    LOST = "lost"
    STOLEN = "stolen"


LONGEST_POLICE_REF = 40


@dataclass(frozen=True, slots=True)
class LossTold:
    """How a card went, as its member told it [紛失・盗難の届け].

    `police_ref` is the number of the report to the police; it may come later, or never.
    """

    how: Loss
    police_ref: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Replacement:
    """What stands on the card in place of a lost one [再発行カード]."""

    member_number: str
    validity: Validity


def fault_of(validity: Validity) -> Fault | None:
    """What is wrong with the days of a card [有効期間の点検]: it ends after it begins.

    >>> fault_of(Validity(date(2026, 11, 22), date(2031, 11, 30))) is None
    True
    """
    if validity.expires_on > validity.issued_on:
        return None
    details = {"issued_on": validity.issued_on.isoformat()}
    return Fault("PPL-102", excerpt=validity.expires_on.isoformat(), details=details)


def issue(cursor: Any, member_id: int, validity: Validity, actor: str, at: datetime) -> Card:
    """A card was given out, the first or a renewed one [カードの発行・更新].

    The same last day again is the same card.

    Lock      the member's row.
    Raises    NotFoundError for no such member; InputError for a card that ends before it begins.
    """
    fault = fault_of(validity)
    if fault is not None:
        raise InputError(fault)
    cursor.execute(
        "SELECT 1 FROM people_member WHERE member_id = %s FOR NO KEY UPDATE", (member_id,)
    )
    if cursor.fetchone() is None:
        raise members.no_such_member()
    held = current(cursor, member_id)
    if held is not None and held.validity.expires_on == validity.expires_on:
        return held
    return _insert(cursor, member_id, validity, actor, at)


def reissue(cursor: Any, member_id: int, card: Replacement, actor: str, at: datetime) -> Card:
    """A card in place of a lost one, with another number; the old one ends at once [再発行].

    AUTH-011: whoever found the lost card logs in nowhere with its number.

    Raises    as `issue`; StateConflict for a number that was given before.
    """
    fault = fault_of(card.validity)
    if fault is not None:
        raise InputError(fault)
    members.renumber(cursor, member_id, card.member_number, actor, at)
    return _insert(cursor, member_id, card.validity, actor, at)


def tell_loss(
    cursor: Any, member_id: int, told: LossTold, source: tuple[str, str], at: datetime
) -> None:
    """Write down how a card went, once a source [紛失・盗難の届け] · AUTH-011.

    Takes     the actor and the reference of what it was told by.
    Raises    InputError for a number of the police that is too long; of a lost card there is none.
    """
    actor, ref = source
    number = told.police_ref.strip() if told.how is Loss.STOLEN else ""
    if len(number) > LONGEST_POLICE_REF:
        raise InputError(Fault("FCT-011", details={"length": str(LONGEST_POLICE_REF)}))
    cursor.execute(
        "INSERT INTO people_card_loss (member_id, how, police_ref, source, actor, told_at)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (member_id, source) DO NOTHING",
        (member_id, told.how.value, number, ref, actor, at),
    )
    if cursor.rowcount:
        subject: dict[str, int | str] = {"how": told.how.value}
        journal.write(cursor, [Happening(member_id, "card_loss_told", actor, at, subject)])


def loss_of(cursor: Any, member_id: int) -> LossTold | None:
    """How the card of a member went, if it did since it was given out [届け出た紛失・盗難].

    What was told without a number after one was told leaves the number as it is.
    """
    cursor.execute(
        "SELECT l.how, l.police_ref FROM people_card_loss l WHERE l.member_id = %s"
        " AND NOT EXISTS (SELECT FROM people_card c WHERE c.member_id = l.member_id"
        " AND c.recorded_at > l.told_at) ORDER BY l.loss_no DESC",
        (member_id,),
    )
    found = [LossTold(Loss(how), number) for how, number in cursor.fetchall()]
    if not found:
        return None
    if found[0].how is Loss.LOST:
        return found[0]
    return next((one for one in found if one.police_ref), found[0])


def end(cursor: Any, member_id: int, on: date, actor: str, at: datetime) -> int | None:
    """The card of a member ends before its last day, once [カードの失効].

    That nothing is left to use it for is the caller's to know.

    Gives     its number; None where there is no card, or it had ended.
    Lock      the member's row.
    """
    cursor.execute(
        "SELECT 1 FROM people_member WHERE member_id = %s FOR NO KEY UPDATE", (member_id,)
    )
    held = current(cursor, member_id)
    if held is None:
        return None
    cursor.execute(
        "INSERT INTO people_card_end (member_id, card_no, ended_on, recorded_at, actor)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING card_no",
        (member_id, held.card_no, on, at, actor),
    )
    if cursor.fetchone() is None:
        return None
    subject: dict[str, int | str] = {"card_no": held.card_no, "ended_on": on.isoformat()}
    journal.write(cursor, [Happening(member_id, "card_ended", actor, at, subject)])
    return held.card_no


def has_ended(cursor: Any, card: Card) -> bool:
    """Whether a card holds no more, though its last day is to come [失効したか]."""
    cursor.execute(
        "SELECT 1 FROM people_card_end WHERE member_id = %s AND card_no = %s",
        (card.member_id, card.card_no),
    )
    return cursor.fetchone() is not None


def _insert(cursor: Any, member_id: int, validity: Validity, actor: str, at: datetime) -> Card:
    cursor.execute(
        "INSERT INTO people_card (member_id, issued_on, expires_on, recorded_at, actor)"
        " VALUES (%s, %s, %s, %s, %s) RETURNING card_no",
        (member_id, *validity, at, actor),
    )
    card_no = int(cursor.fetchone()[0])
    ends = validity.expires_on.isoformat()
    subject: dict[str, int | str] = {"card_no": card_no, "expires_on": ends}
    journal.write(cursor, [Happening(member_id, "card_issued", actor, at, subject)])
    return Card(member_id, card_no, validity)


def current(cursor: Any, member_id: int) -> Card | None:
    """The card that a member has, also when its last day is over [現在のカード]; None without."""
    cursor.execute(
        "SELECT card_no, issued_on, expires_on FROM people_card WHERE member_id = %s"
        " ORDER BY card_no DESC LIMIT 1",
        (member_id,),
    )
    row = cursor.fetchone()
    return None if row is None else Card(member_id, row[0], Validity(row[1], row[2]))


_TO_RENEW = f"""
SELECT c.member_id, c.card_no, c.issued_on, c.expires_on FROM people_card c
WHERE c.expires_on <= %s AND {_NEWEST} ORDER BY c.expires_on, c.member_id
"""  # noqa: S608  # our own words


def to_renew(cursor: Any, until: date) -> list[Card]:
    """Cards that hold and end until a day, or are over [更新するカード]; the oldest first."""
    cursor.execute(_TO_RENEW, (until,))
    return [Card(row[0], row[1], Validity(row[2], row[3])) for row in cursor.fetchall()]


# ---------------------------------------------------------------------------------------- reminders
_ENDING = f"""
SELECT c.member_id, c.card_no, c.issued_on, c.expires_on, c.expires_on >= %s AND {_NEWEST}
FROM people_card c WHERE c.looked_on IS NULL AND c.expires_on <= %s
ORDER BY c.expires_on, c.member_id LIMIT %s FOR UPDATE OF c SKIP LOCKED
"""  # noqa: S608  # our own words


def look_at_ending(cursor: Any, on: date, most: int) -> tuple[list[Card], int]:
    """Cards that end within 30 days and were not looked at [期限間近のカード]; each comes once.

    Gives     those that still hold, and how many were looked at: also renewed and ended ones.
    Lock      the cards, until the transaction ends.
    """
    cursor.execute(_ENDING, (on, on + REMINDED_AHEAD, most))
    found = cursor.fetchall()
    if found:
        cursor.execute(
            "UPDATE people_card c SET looked_on = %s"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS s (member_id, card_no)"
            " WHERE c.member_id = s.member_id AND c.card_no = s.card_no",
            (on, [row[0] for row in found], [row[1] for row in found]),
        )
    return [Card(row[0], row[1], Validity(row[2], row[3])) for row in found if row[4]], len(found)
