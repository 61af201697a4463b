"""Holds on contact: put down, ended by the member's own word, listed [連絡の制限].

A hold is of the person. A new opt-out never shortens an old one: each stands with its own last day,
and all of them count. Promises and a counsel's notice stand with the loans, where they were told;
the gate reads them there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from motocho.contact import guard
from motocho.contact.guard import (
    REFUSALS,
    REST_DAYS,
    Agreement,
    AgreementKind,
    Hold,
    HoldKind,
    Hours,
)
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.outside.clock import JAPAN
from motocho.units.errors import Fault, InputError, NotFoundError, Unread
from motocho.units.phones import read_phone
from motocho.units.text import folded, without_blanks

LONGEST_PAUSE = timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to hold [連絡の希望]: a pause names its last day, preferred hours their hours.

    A consultation names its day in `last_on`: the rest counts from there. A refusal for a time may
    name a later last day than the rules ask for at least.
    """

    kind: HoldKind
    last_on: date | None = None
    hours: Hours | None = None
    about: str = ""
    """Who refused to help, as every call to that person names them."""


@dataclass(frozen=True, slots=True)
class Source:
    """Who wrote a hold down, and from which form, call or letter [記録元]; one counts once."""

    actor: str
    ref: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A hold that is in force, with its number [有効な制限]."""

    hold_id: int
    hold: Hold
    told_at: datetime


def sign_of(told: str) -> str:
    """How somebody else is named: by the number, else the name [相手の符号] · COLL-009.

    >>> sign_of("兄 ０３－０１２３－４５６７"), sign_of("+81 3-0123-4567"), sign_of("兄 太郎")
    ('0301234567', '0301234567', '兄太郎')
    """
    number = _NUMBER.search(folded(told))
    found = read_phone(number[0]) if number else Unread("PHN-001", told)
    return without_blanks(told).casefold() if isinstance(found, Unread) else found


_NUMBER = re.compile(r"[+]?[0-9][0-9 ().-]{8,}[0-9]")


def put(cursor: Any, member_id: int, wish: Wish, source: Source, at: datetime) -> Standing:
    """Put a hold down, from this moment on [連絡の制限の登録] · SOLI-001 to 005, 009.

    Lock      the member's contacts, so that no permit is given beside it.
    Raises    InputError for a last day or hours that cannot be, or a refusal of nobody.
    """
    told_on = at.astimezone(JAPAN).date()
    last_on = _last_on(wish, told_on)
    _refuse_hours(wish, told_on)
    about = sign_of(wish.about)
    if (wish.kind is HoldKind.THIRD_REFUSED) is not bool(about):
        raise InputError(Fault("CON-048"))
    lock(cursor, member_id)
    from_hour, until_hour = wish.hours or (None, None)
    cursor.execute(
        "INSERT INTO contact_hold (member_id, kind, told_at, last_on, from_hour, until_hour,"
        " about, source, actor) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (member_id, source, kind) DO NOTHING RETURNING hold_id",
        (
            member_id,
            wish.kind.value,
            at,
            last_on,
            from_hour,
            until_hour,
            about,
            source.ref,
            source.actor,
        ),
    )
    row = cursor.fetchone()
    if row is None:
        return _same_source(cursor, member_id, wish, source)
    subject: dict[str, int | str] = {"hold_id": int(row[0]), "kind": wish.kind.value}
    if last_on is not None:
        subject["last_on"] = last_on.isoformat()
    journal.write(cursor, [Happening(member_id, "contact_held", source.actor, at, subject)])
    return Standing(int(row[0]), Hold(wish.kind, told_on, last_on, wish.hours, about), at)


def _last_on(wish: Wish, told_on: date) -> date | None:
    if wish.kind in REFUSALS:
        least = guard.last_day(wish.kind, told_on)
        wanted = wish.last_on if wish.kind is HoldKind.NOT_NOW else None
        if wanted is not None and wanted > told_on + LONGEST_PAUSE:
            raise InputError(Fault("CON-020", excerpt=str(wanted)))
        return max(least, wanted or least)
    if wish.kind is HoldKind.CONSULTATION:
        return max(told_on, wish.last_on or told_on) + timedelta(days=REST_DAYS)
    if wish.kind is HoldKind.HOSPITAL and wish.last_on is None:
        return None
    if wish.kind in {HoldKind.PAUSE, HoldKind.CARE} | guard.DISTRESS:
        last_on = wish.last_on
        if last_on is None or not told_on <= last_on <= told_on + LONGEST_PAUSE:
            raise InputError(Fault("CON-020", excerpt=str(last_on or "")))
        return last_on
    return None


def _refuse_hours(wish: Wish, on: date) -> None:
    hours = wish.hours
    if wish.kind is not HoldKind.PREFERRED_HOURS:
        return
    if hours is None or not 0 <= hours.from_hour < hours.until_hour <= guard.HOURS_A_DAY:
        raise InputError(Fault("CON-021"))
    allowed = guard.hours_of(on)
    if hours.from_hour >= allowed.until_hour or hours.until_hour <= allowed.from_hour:
        details = {"from": f"{allowed.from_hour}:00", "until": f"{allowed.until_hour}:00"}
        raise InputError(Fault("CON-023", details=details))


def _same_source(cursor: Any, member_id: int, wish: Wish, source: Source) -> Standing:
    cursor.execute(
        f"{_SELECT} WHERE member_id = %s AND source = %s AND kind = %s",
        (member_id, source.ref, wish.kind.value),
    )
    return _standing(cursor.fetchone())


def end(cursor: Any, member_id: int, hold_id: int, actor: str, at: datetime) -> None:
    """End a hold on the member's own wish [連絡の制限の解除] · SOLI-004; kept, and written down.

    Raises    NotFoundError if no such hold is in force.
    """
    lock(cursor, member_id)
    cursor.execute(
        "UPDATE contact_hold SET ended_at = %s, ended_by = %s"
        " WHERE member_id = %s AND hold_id = %s AND ended_at IS NULL",
        (at, actor, member_id, hold_id),
    )
    if cursor.rowcount == 0:
        raise NotFoundError(Fault("CON-022"))
    journal.write(
        cursor, [Happening(member_id, "contact_hold_ended", actor, at, {"hold_id": hold_id})]
    )


def standing(cursor: Any, member_id: int, on: date) -> list[Standing]:
    """Holds in force on a day, the newest first [有効な制限の一覧]; a strong refusal stays."""
    cursor.execute(
        f"{_SELECT} WHERE member_id = %s AND ended_at IS NULL"
        " AND (last_on IS NULL OR last_on >= %s OR kind = 'never') ORDER BY hold_id DESC",
        (member_id, on),
    )
    return [_standing(row) for row in cursor.fetchall()]


def lock(cursor: Any, member_id: int) -> None:
    """Hold the member's contacts until the transaction ends [連絡の排他]."""
    cursor.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('motocho contact', %s))", (member_id,)
    )


_SELECT = "SELECT hold_id, kind, told_at, last_on, from_hour, until_hour, about FROM contact_hold"


def _standing(row: tuple[Any, ...]) -> Standing:
    hold_id, kind, told_at, last_on, from_hour, until_hour, about = row
    hours = None if from_hour is None else Hours(from_hour, until_hour)
    told_on = told_at.astimezone(JAPAN).date()
    return Standing(int(hold_id), Hold(HoldKind(kind), told_on, last_on, hours, about), told_at)


def agree(cursor: Any, member_id: int, agreement: Agreement, source: Source, at: datetime) -> int:
    """Write down what the member agreed to, once for its source; gives its number [本人の同意].

    Lock      the member's contacts.
    Raises    InputError for days or hours that do not fit, or lie in the night.
    """
    hours, allowed = agreement.hours, guard.hours_of(agreement.from_on)
    is_day = allowed.from_hour <= hours.from_hour < hours.until_hour <= allowed.until_hour
    if not is_day or agreement.last_on < agreement.from_on:
        raise InputError(Fault("CON-049"))
    lock(cursor, member_id)
    kind, days = agreement.kind.value, (agreement.from_on, agreement.last_on)
    cursor.execute(
        "INSERT INTO contact_agreement (member_id, kind, from_on, last_on, from_hour, until_hour,"
        " source, actor, agreed_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (member_id, source, kind) DO NOTHING RETURNING agreement_id",
        (member_id, kind, *days, *hours, source.ref, source.actor, at),
    )
    row = cursor.fetchone()
    if row is None:
        cursor.execute(
            "SELECT agreement_id FROM contact_agreement"
            " WHERE member_id = %s AND source = %s AND kind = %s",
            (member_id, source.ref, kind),
        )
        return int(cursor.fetchone()[0])
    subject: dict[str, int | str] = {"agreement_no": int(row[0]), "kind": kind}
    journal.write(cursor, [Happening(member_id, "contact_agreed", source.actor, at, subject)])
    return int(row[0])


def withdraw(cursor: Any, member_id: int, agreement_id: int, actor: str, at: datetime) -> None:
    """The member takes an agreement back [同意の撤回].

    Raises    NotFoundError if none of this number is in force.
    """
    lock(cursor, member_id)
    cursor.execute(
        "UPDATE contact_agreement SET ended_at = %s, ended_by = %s"
        " WHERE member_id = %s AND agreement_id = %s AND ended_at IS NULL",
        (at, actor, member_id, agreement_id),
    )
    if cursor.rowcount == 0:
        raise NotFoundError(Fault("CON-022"))
    subject: dict[str, int | str] = {"agreement_no": agreement_id}
    journal.write(cursor, [Happening(member_id, "contact_disagreed", actor, at, subject)])


def agreements(cursor: Any, member_id: int, on: date) -> tuple[Agreement, ...]:
    """Agreements that are in force on a day, or will be [有効な同意]."""
    cursor.execute(
        "SELECT kind, from_on, last_on, from_hour, until_hour FROM contact_agreement"
        " WHERE member_id = %s AND ended_at IS NULL AND last_on >= %s ORDER BY agreement_id",
        (member_id, on),
    )
    return tuple(
        Agreement(AgreementKind(kind), from_on, last_on, Hours(from_hour, until_hour))
        for kind, from_on, last_on, from_hour, until_hour in cursor.fetchall()
    )
