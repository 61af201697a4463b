"""Of which bureaus we are a member, from when, and how files to each are written [加入の記録].

Whoever joins a bureau asks and reports from that day on. What is owed already that day is reported
first (貸金業法41条の35第1項): `reports.report_all`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from motocho.outside.bureau import Form
from motocho.units.errors import Fault, NotFoundError, StateConflict
from motocho.units.periods import counted, held_on

FILE = "bureau.yaml"
UNCONSENTED = """
SELECT i.member_id, i.inquiry_id FROM screening_inquiry i
WHERE i.ground = 'consent'
  AND bureau_consent_no(i.member_id, '', i.asked_at) IS DISTINCT FROM i.consent_no
"""
"""Finds nothing: every inquiry has the consent that was in force · CRED-001."""
OVERTAKEN = """
SELECT r.member_id, r.bureau_id, r.agreement_id FROM screening_report r
GROUP BY r.member_id, r.bureau_id, r.agreement_id HAVING max(r.seq_no) <> count(*)
"""
"""Finds nothing: the reports of an agreement are numbered without a gap."""


class Terms(Enum):
    """By whose terms a delay is a long one [会員規約]."""

    CIC = "cic"
    JICC = "jicc"


@dataclass(frozen=True, slots=True)
class Bureau:
    """A membership [加入している機関]; inquiries go to the one that `is_asked`.

    One is enough: designated bureaus answer with what the others hold (41条の24).
    """

    bureau_id: str
    company_code: str
    joined_on: date
    form: Form
    terms: Terms
    is_asked: bool


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds on a day [その日の方針]."""

    repeat_hours: int
    tell_after: int
    most_records: int


@cache
def _periods() -> tuple[tuple[date, Policy], ...]:
    text = (files("motocho.screening") / "data" / FILE).read_text(encoding="utf-8")
    return counted(yaml.load(text, Loader=yaml.CSafeLoader), Policy, "BUR-039")


def policy(on: date) -> Policy:
    """What holds on a day; the first row for days before it [その日の方針].

    >>> policy(date(2026, 11, 24)).repeat_hours
    6
    """
    return held_on(on, _periods())


def join(cursor: Any, bureau: Bureau, actor: str, at: datetime) -> None:
    """Write down that we are a member from a day on [加入].

    Raises    StateConflict if it is known already, or another one is asked.
    Why       the journal is read from here on: what happened before was no news to this bureau.
    """
    cursor.execute(
        "INSERT INTO screening_bureau (bureau_id, company_code, joined_on, form, terms, is_asked,"
        " recorded_at, actor) VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            bureau.bureau_id, bureau.company_code, bureau.joined_on, bureau.form.value,
            bureau.terms.value, bureau.is_asked, at, actor,
        ),
    )  # fmt: skip
    if cursor.rowcount == 0:
        raise StateConflict(Fault("BUR-030", excerpt=bureau.bureau_id))
    cursor.execute(
        "INSERT INTO screening_bureau_reader (bureau_id, transaction_id, row_id, looked_on)"
        " VALUES (%s, journal_horizon()::text::bigint - 1, 9223372036854775807, %s)",
        (bureau.bureau_id, bureau.joined_on),
    )


_SELECT = "SELECT bureau_id, company_code, joined_on, form, terms, is_asked FROM screening_bureau"


def every(cursor: Any) -> list[Bureau]:
    """All memberships, in the order of joining [加入の一覧]."""
    cursor.execute(f"{_SELECT} ORDER BY joined_on, bureau_id")
    return [_bureau(row) for row in cursor.fetchall()]


def one(cursor: Any, bureau_id: str) -> Bureau:
    """A membership by its name [加入の照会].

    Raises    NotFoundError if there is none.
    """
    cursor.execute(f"{_SELECT} WHERE bureau_id = %s", (bureau_id,))
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("BUR-031"))
    return _bureau(row)


def asked(cursor: Any, on: date) -> Bureau | None:
    """Which bureau is asked on a day; None where we have joined none by then [照会先]."""
    cursor.execute(f"{_SELECT} WHERE is_asked AND joined_on <= %s", (on,))
    row = cursor.fetchone()
    return None if row is None else _bureau(row)


def unreadable(cursor: Any, most: int = 100) -> list[tuple[str, list[str]]]:
    """Files that came in and could not be read, the newest first, with faults [読めない受信]."""
    cursor.execute(
        "SELECT name, faults FROM screening_bureau_taken WHERE cardinality(faults) > 0"
        " ORDER BY taken_at DESC LIMIT %s",
        (most,),
    )
    return [(name, list(faults)) for name, faults in cursor.fetchall()]


def _bureau(row: tuple[Any, ...]) -> Bureau:
    name, code, joined_on, form, terms, is_asked = row
    return Bureau(name, code, joined_on, Form(form), Terms(terms), bool(is_asked))
