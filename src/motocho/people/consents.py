"""What members agreed to, from when, in which words, and what they took back [同意].

    if consents.in_force(cursor, member_id, Consent(Kind.BUREAU), at): ...

Nothing is agreed to by silence: without a row there is no consent. Rows are added, never changed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any

from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.outside.clock import JAPAN
from motocho.units.errors import Fault, InputError, StateConflict


class Kind(Enum):
    """What may be agreed to [同意の種類].

    Law       貸金業法16条の2第4項, 17条7項, 18条4項 (電磁的方法による提供の承諾); 41条の36
              (指定信用情報機関への同意); 個人情報保護法18条, 27条.
    """

    ELECTRONIC_DELIVERY = "electronic_delivery"
    PERIOD_STATEMENT = "period_statement"
    """One statement a month in place of a paper for each draw and receipt · 17条6項, 18条3項."""
    BUREAU = "bureau"
    NOTICE = "notice"
    CAMPAIGN = "campaign"
    PERSONAL_DATA = "personal_data"


SCOPED = frozenset({Kind.ELECTRONIC_DELIVERY, Kind.NOTICE})
REPORTING = ("report", "members", "other_bureaus")
"""Scopes of BUREAU that are asked for before a contract; without a scope it is that of an inquiry.

Law       貸金業法41条の36第2項1号 (to the bureau), 2号 (its members), 3号 (members of others).
"""


@dataclass(frozen=True, slots=True)
class Consent:
    """One thing that may be agreed to [同意の対象].

    `scope` names the kind of document for electronic delivery, the kind of notice for notices, and
    what of the bureau's data is agreed to before a contract.
    """

    kind: Kind
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """By whom, by which form, in which words it was agreed or taken back [意思表示]."""

    actor: str
    form_ref: str
    wording_ref: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A consent given or taken back, with its moment [同意の状態]."""

    consent_no: int
    consent: Consent
    is_given: bool
    effective_at: datetime
    wording_ref: str


def give(cursor: Any, member_id: int, consent: Consent, told: Told, at: datetime) -> int:
    """A member agrees, to words that can be shown again [同意の取得]; gives the row's number.

    Raises    InputError without a scope where one belongs, or without the words agreed to.
    """
    if not told.wording_ref:
        raise InputError(Fault("PPL-060", excerpt=consent.kind.value))
    return _say(cursor, member_id, consent, told, _Said(at, "consent_given"))


def withdraw(cursor: Any, member_id: int, consent: Consent, told: Told, at: datetime) -> int:
    """A member takes a consent back, at once [同意の撤回]; gives the row's number.

    Law       貸金業法施行令1条の2の2 (承諾の撤回後は電磁的方法によらない).
    """
    return _say(cursor, member_id, consent, told, _Said(at, "consent_withdrawn"))


@dataclass(frozen=True, slots=True)
class _Said:
    at: datetime
    kind: str

    @property
    def is_given(self) -> bool:
        return self.kind == "consent_given"


def _say(cursor: Any, member_id: int, consent: Consent, told: Told, said: _Said) -> int:
    is_reporting = consent.kind is Kind.BUREAU and consent.scope in REPORTING
    if (consent.kind in SCOPED) != bool(consent.scope) and not is_reporting:
        raise InputError(Fault("PPL-061", excerpt=consent.kind.value))
    cursor.execute(
        "INSERT INTO people_consent (member_id, kind, scope, is_given, effective_at, recorded_at,"
        " wording_ref, actor, form_ref) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (member_id, form_ref, kind, scope) DO NOTHING RETURNING consent_no",
        (
            member_id,
            consent.kind.value,
            consent.scope,
            said.is_given,
            said.at,
            said.at,
            told.wording_ref,
            told.actor,
            told.form_ref,
        ),
    )
    row = cursor.fetchone()
    if row is None:
        return _earlier(cursor, member_id, consent, told, said)
    subject = {"consent_no": int(row[0]), "kind": consent.kind.value, "scope": consent.scope}
    journal.write(cursor, [Happening(member_id, said.kind, told.actor, said.at, subject)])
    return int(row[0])


def _earlier(cursor: Any, member_id: int, consent: Consent, told: Told, said: _Said) -> int:
    cursor.execute(
        "SELECT consent_no, is_given FROM people_consent"
        " WHERE member_id = %s AND form_ref = %s AND kind = %s AND scope = %s",
        (member_id, told.form_ref, consent.kind.value, consent.scope),
    )
    consent_no, is_given = cursor.fetchone()
    if is_given is not said.is_given:
        raise StateConflict(Fault("PPL-054"))
    return int(consent_no)


def in_force(cursor: Any, member_id: int, consent: Consent, at: datetime) -> bool:
    """Whether a consent is in force at a moment [同意の有無]."""
    cursor.execute(
        "SELECT is_given FROM people_consent WHERE member_id = %s AND kind = %s AND scope = %s"
        " AND effective_at <= %s ORDER BY effective_at DESC, consent_no DESC LIMIT 1",
        (member_id, consent.kind.value, consent.scope, at),
    )
    row = cursor.fetchone()
    return row is not None and bool(row[0])


def listed(members: Collection[int]) -> str:
    """Many ids as PostgreSQL writes an array [会員番号の列]: a driver takes longer for a list."""
    return f"{{{','.join(map(str, members))}}}"


def of_all(cursor: Any, members: Collection[int], kind: Kind, at: datetime) -> set[int]:
    """Who of many members has a consent of the widest scope in force [同意のある会員]."""
    cursor.execute(
        "SELECT member_id FROM (SELECT DISTINCT ON (member_id) member_id, is_given"
        " FROM unnest(%s::bigint[]) AS k (member_id) JOIN people_consent USING (member_id)"
        " WHERE kind = %s AND scope = '' AND effective_at <= %s"
        " ORDER BY member_id, effective_at DESC, consent_no DESC) AS last WHERE is_given",
        (listed(members), kind.value, at),
    )
    return {member_id for (member_id,) in cursor.fetchall()}


def standing(cursor: Any, member_id: int, consent: Consent, at: datetime) -> Standing | None:
    """The last word on a consent at a moment; None if nothing was said [直近の意思表示]."""
    cursor.execute(
        "SELECT consent_no, kind, scope, is_given, effective_at, wording_ref FROM people_consent"
        " WHERE member_id = %s AND kind = %s AND scope = %s AND effective_at <= %s"
        " ORDER BY effective_at DESC, consent_no DESC LIMIT 1",
        (member_id, consent.kind.value, consent.scope, at),
    )
    row = cursor.fetchone()
    return None if row is None else _standing(row)


def on_day(cursor: Any, member_id: int, on: date) -> dict[Consent, Standing]:
    """What was in force at the end of a day in Japan [ある日の同意]."""
    end = datetime.combine(on + timedelta(days=1), time(), JAPAN)
    cursor.execute(
        "SELECT DISTINCT ON (kind, scope) consent_no, kind, scope, is_given, effective_at,"
        " wording_ref FROM people_consent WHERE member_id = %s AND effective_at < %s"
        " ORDER BY kind, scope, effective_at DESC, consent_no DESC",
        (member_id, end),
    )
    found = [_standing(row) for row in cursor.fetchall()]
    return {one.consent: one for one in found if one.is_given}


def history(cursor: Any, member_id: int) -> list[Standing]:
    """Everything a member agreed to or took back, in order [同意の履歴]."""
    cursor.execute(
        "SELECT consent_no, kind, scope, is_given, effective_at, wording_ref FROM people_consent"
        " WHERE member_id = %s ORDER BY consent_no",
        (member_id,),
    )
    return [_standing(row) for row in cursor.fetchall()]


def _standing(row: tuple[Any, ...]) -> Standing:
    return Standing(row[0], Consent(Kind(row[1]), row[2]), bool(row[3]), row[4], row[5])
