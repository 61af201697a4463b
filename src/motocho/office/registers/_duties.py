"""Leaks, reports to the authority, partners: each with its last day [事故・届出・委託先].

    leak = note_leak(cursor, Noted(Leak(…), words, form), actor, at)     its clock runs from the day
    take_step(cursor, leak, Step.PROMPT, Done(on, ref), actor, at)
    report = note_report(cursor, Matter(…), actor, at)
    file_report(cursor, report, Done(on, ref), actor, at)
    check_partner(cursor, partner_id, on)                                None, or why not

A report that is late is filed all the same: that it was late stays to be seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from django.db import IntegrityError, transaction

from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.rules import Refusal
from motocho.ledger.chart import HOUSE
from motocho.office.registers._clocks import (
    Leak,
    LeakClock,
    is_late,
    leak_clock,
    refusal,
    report_due,
)
from motocho.units.errors import Fault, InputError, NotFoundError, RefusedError, StateConflict


@dataclass(frozen=True, slots=True)
class Done:
    """That something was done, on which day, under which number [処理の記録]."""

    on: date
    ref: str


# ------------------------------------------------------------------------------------------ leaks
class Step(Enum):
    """What is done about a leak [漏えい等への対応]."""

    PROMPT = "prompt"
    """速報 · 施行規則8条1項."""
    FINAL = "final"
    """確報 · 施行規則8条2項."""
    PERSONS_TOLD = "persons_told"
    """本人への通知 · 法26条2項."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Noted:
    """A leak as somebody writes it down, once for its form [漏えい等の記録]."""

    leak: Leak
    words: str
    form_ref: str


@dataclass(frozen=True, slots=True)
class Incident:
    """A leak in the register [漏えい等]."""

    incident_id: int
    known_on: date
    persons: int
    clock: LeakClock | None
    words: str
    steps: tuple[tuple[Step, date], ...]

    def done_on(self, step: Step) -> date | None:
        """The day on which a step was taken; None while it was not [対応日]."""
        return dict(self.steps).get(step)

    def late(self, on: date) -> tuple[Refusal, ...]:
        """What is late, or was [期限の徒過] · PRIV-004."""
        if self.clock is None:
            return ()
        last_days = ((Step.PROMPT, self.clock.prompt_by), (Step.FINAL, self.clock.final_by))
        return tuple(
            refusal("PRIV-004", "REG-007", "個人情報保護法26条1項", step=step.value, due=str(due))
            for step, due in last_days
            if is_late(due, self.done_on(step), on)
        )


def note_leak(cursor: Any, noted: Noted, actor: str, at: datetime) -> Incident:
    """Write a leak down; its clock is set at once, by the law [漏えい等の登録] · PRIV-004.

    Raises    InputError without words, or with a number that nobody may hold.
    Law       個人情報保護法26条; 施行規則7条, 8条, 10条.
    """
    leak, clock = noted.leak, leak_clock(noted.leak)
    try:
        with transaction.atomic():
            cursor.execute(
                "INSERT INTO office_incident (known_on, persons, is_sensitive, may_harm_property,"
                " may_be_wrongful, words, prompt_by, final_by, actor, noted_at, form_ref)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
                " ON CONFLICT (form_ref) DO NOTHING",
                (
                    leak.known_on, leak.persons, leak.is_sensitive, leak.may_harm_property,
                    leak.may_be_wrongful, noted.words.strip(), clock and clock.prompt_by,
                    clock and clock.final_by, actor, at, noted.form_ref,
                ),
            )  # fmt: skip
            is_new = cursor.rowcount == 1
    except IntegrityError:
        raise InputError(Fault("REG-008")) from None
    cursor.execute("SELECT incident_id FROM office_incident WHERE form_ref = %s", (noted.form_ref,))
    number = int(cursor.fetchone()[0])
    if is_new:
        journal.write(cursor, [Happening(HOUSE, "leak_noted", actor, at, {"incident": number})])
    return incident(cursor, number)


_INCIDENT = """
SELECT i.incident_id, i.known_on, i.persons, i.prompt_by, i.final_by, i.words,
    coalesce((SELECT array_agg(s.step ORDER BY s.noted_at, s.step) FROM office_incident_step s
        WHERE s.incident_id = i.incident_id), '{}'),
    coalesce((SELECT array_agg(s.done_on ORDER BY s.noted_at, s.step) FROM office_incident_step s
        WHERE s.incident_id = i.incident_id), '{}')
FROM office_incident i
"""


def incident(cursor: Any, incident_id: int) -> Incident:
    """A leak by its number [漏えい等の照会].

    Raises    NotFoundError if there is none.
    """
    cursor.execute(f"{_INCIDENT} WHERE i.incident_id = %s", (incident_id,))
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("REG-009"))
    return _incident(row)


def incidents(cursor: Any) -> list[Incident]:
    """Every leak, the newest first [漏えい等の一覧]."""
    cursor.execute(f"{_INCIDENT} ORDER BY i.known_on DESC, i.incident_id DESC")
    return [_incident(row) for row in cursor.fetchall()]


def _incident(row: tuple[Any, ...]) -> Incident:
    number, known_on, persons, prompt_by, final_by, words, steps, days = row
    clock = None if prompt_by is None else LeakClock(prompt_by, final_by)
    taken = tuple((Step(step), on) for step, on in zip(steps, days, strict=True))
    return Incident(int(number), known_on, persons, clock, words, taken)


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken about a leak [対応]."""

    incident_id: int
    step: Step
    done: Done


def take_step(cursor: Any, taken: Taken, actor: str, at: datetime) -> Incident:
    """Write down what was done about a leak, once [漏えい等への対応の記録] · PRIV-004.

    Raises    StateConflict for a step that is not due: closed before both reports and before those
              whom it concerns were told, a second time, or before it was known.
    """
    try:
        with transaction.atomic():
            cursor.execute(
                "INSERT INTO office_incident_step"
                " (incident_id, step, done_on, ref, actor, noted_at)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                (taken.incident_id, taken.step.value, taken.done.on, taken.done.ref, actor, at),
            )
    except IntegrityError:
        raise StateConflict(Fault("REG-010")) from None
    subject = {"incident": taken.incident_id, "step": taken.step.value}
    journal.write(cursor, [Happening(HOUSE, "leak_step", actor, at, subject)])
    return incident(cursor, taken.incident_id)


# ---------------------------------------------------------------------------------------- reports
class Kind(Enum):
    """What is reported to the authority within two weeks [届出事項] · 施行規則26条の25第1項."""

    CLAIM_TRANSFER = "claim_transfer"
    OUTSOURCING_BEGUN = "outsourcing_begun"
    OUTSOURCING_ENDED = "outsourcing_ended"
    STAFF_BREACH = "staff_breach"
    """From the day on which it became known."""
    BUREAU_BEGUN = "bureau_begun"
    BUREAU_ENDED = "bureau_ended"
    ASSOCIATION_JOINED = "association_joined"
    ASSOCIATION_LEFT = "association_left"
    CHIEF_LACKING = "chief_lacking"


@dataclass(frozen=True, slots=True)
class Matter:
    """What happened that is to be reported [届出の原因]; references, no words of a person."""

    kind: Kind
    about: str
    happened_on: date


@dataclass(frozen=True, slots=True)
class Report:
    """A report to the authority [届出]."""

    report_id: int
    matter: Matter
    due_on: date
    filed_on: date | None
    filing_ref: str | None

    def late(self, on: date) -> Refusal | None:
        """That it is, or was, late [期限の徒過] · ASGN-002."""
        if not is_late(self.due_on, self.filed_on, on):
            return None
        law = "貸金業法24条の6の2"
        return refusal("ASGN-002", "REG-011", law, due=str(self.due_on))


_REPORT = "report_id, kind, about, happened_on, due_on, filed_on, filing_ref"


def note_report(cursor: Any, matter: Matter, actor: str, at: datetime) -> Report:
    """Something is to be reported; once, with its last day [届出の発生] · ASGN-002."""
    cursor.execute(
        "INSERT INTO office_report (kind, about, happened_on, due_on, actor, noted_at)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (kind, about, happened_on) DO NOTHING",
        (
            matter.kind.value, matter.about, matter.happened_on, report_due(matter.happened_on),
            actor, at,
        ),
    )  # fmt: skip
    is_new = cursor.rowcount == 1
    cursor.execute(
        f"SELECT {_REPORT} FROM office_report"  # noqa: S608
        " WHERE kind = %s AND about = %s AND happened_on = %s",
        (matter.kind.value, matter.about, matter.happened_on),
    )
    found = _report(cursor.fetchone())
    if is_new:
        subject = {"report": found.report_id, "what": matter.kind.value}
        journal.write(cursor, [Happening(HOUSE, "report_due", actor, at, subject)])
    return found


def file_report(cursor: Any, report: Report, done: Done, actor: str, at: datetime) -> Report:
    """Say that a report was filed, once; late ones too [届出の記録] · ASGN-002.

    Raises    StateConflict for one that was filed already.
    """
    cursor.execute(
        "UPDATE office_report SET filed_on = %s, filing_ref = %s, filed_by = %s"  # noqa: S608
        f" WHERE report_id = %s AND filed_on IS NULL RETURNING {_REPORT}",
        (done.on, done.ref, actor, report.report_id),
    )
    row = cursor.fetchone()
    if row is None:
        raise StateConflict(Fault("REG-012"))
    subject = {"report": report.report_id, "what": report.matter.kind.value}
    journal.write(cursor, [Happening(HOUSE, "report_filed", actor, at, subject)])
    return _report(row)


def reports(cursor: Any) -> list[Report]:
    """Every report, those that are open first, by their last day [届出の一覧]."""
    cursor.execute(
        f"SELECT {_REPORT} FROM office_report ORDER BY filed_on IS NOT NULL, due_on, report_id"  # noqa: S608
    )
    return [_report(row) for row in cursor.fetchall()]


def _report(row: tuple[Any, ...]) -> Report:
    number, kind, about, happened_on, *rest = row
    return Report(int(number), Matter(Kind(kind), about, happened_on), *rest)


# --------------------------------------------------------------------------------------- partners
class Road(Enum):
    """Why a partner gets data [提供の根拠]."""

    OUTSOURCING = "outsourcing"
    """委託 · 施行規則10条の5."""
    THIRD_PARTY = "third_party"
    """第三者提供 · 個人情報保護法27条."""
    BUYER = "buyer"
    """Somebody to whom claims go · 貸金業法24条."""


@dataclass(frozen=True, slots=True)
class Partner:
    """Who gets data of members, for what, by which contract [委託先・提供先]."""

    partner_id: str
    name: str
    address: str
    road: Road
    purpose: str
    contract_ref: str
    from_on: date
    screened_on: date
    """When it was looked at: able to do it, no gang, nobody likely to break 貸金業法21条."""
    screened_by: str
    until_on: date | None = None


_PARTNER = (
    "partner_id, name, address, road, purpose, contract_ref, from_on, screened_on, screened_by,"
    " until_on"
)
_OPENS = {Road.OUTSOURCING: Kind.OUTSOURCING_BEGUN}
_ENDS = {Road.OUTSOURCING: Kind.OUTSOURCING_ENDED}


def list_partner(cursor: Any, partner: Partner, actor: str, at: datetime) -> None:
    """Put a partner on the list, looked at before its first day [委託先の登録] · PRIV-007.

    That outsourcing begins is a report to the authority (ASGN-002), and stands there at once.

    Raises    InputError where it was looked at too late or something is missing; StateConflict for
              an id that is taken.
    """
    values = (
        partner.partner_id, partner.name, partner.address, partner.road.value, partner.purpose,
        partner.contract_ref, partner.from_on, partner.screened_on, partner.screened_by, actor, at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            cursor.execute(
                "INSERT INTO office_partner (partner_id, name, address, road, purpose,"
                " contract_ref, from_on, screened_on, screened_by, actor, listed_at)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
                " ON CONFLICT (partner_id) DO NOTHING",
                values,
            )
            is_new = cursor.rowcount == 1
    except IntegrityError:
        raise InputError(Fault("REG-013")) from None
    if not is_new:
        raise StateConflict(Fault("REG-014"))
    _partner_news(cursor, partner, "partner_listed", actor, at)
    if partner.road in _OPENS:
        matter = Matter(_OPENS[partner.road], partner.partner_id, partner.from_on)
        note_report(cursor, matter, actor, at)


def end_partner(cursor: Any, partner: Partner, until_on: date, actor: str, at: datetime) -> None:
    """A partner's contract ends; nothing goes there afterwards [委託の終了] · PRIV-007.

    Raises    StateConflict where it ended already.
    """
    cursor.execute(
        "UPDATE office_partner SET until_on = %s, ended_by = %s"
        " WHERE partner_id = %s AND until_on IS NULL",
        (until_on, actor, partner.partner_id),
    )
    if cursor.rowcount == 0:
        raise StateConflict(Fault("REG-014"))
    _partner_news(cursor, partner, "partner_ended", actor, at)
    if partner.road in _ENDS:
        note_report(cursor, Matter(_ENDS[partner.road], partner.partner_id, until_on), actor, at)


def _partner_news(cursor: Any, partner: Partner, kind: str, actor: str, at: datetime) -> None:
    journal.write(cursor, [Happening(HOUSE, kind, actor, at, {"partner": partner.partner_id})])


def partners(cursor: Any) -> list[Partner]:
    """Every partner, those of today first [委託先・提供先の一覧]."""
    cursor.execute(
        f"SELECT {_PARTNER} FROM office_partner ORDER BY until_on IS NOT NULL, partner_id"  # noqa: S608
    )
    return [_partner(row) for row in cursor.fetchall()]


def _partner(row: tuple[Any, ...]) -> Partner:
    partner_id, name, address, road, *rest = row
    return Partner(partner_id, name, address, Road(road), *rest)


def check_partner(cursor: Any, partner_id: str, on: date) -> Refusal | None:
    """Whether data may go to a partner on a day [提供先の確認] · PRIV-007.

    Its contract runs, and somebody looked at it within three years (a rule of the house).

    Law       貸金業法施行規則10条の2, 10条の5.
    """
    cursor.execute("SELECT office_partner_stands(%s, %s)", (partner_id, on))
    if cursor.fetchone()[0]:
        return None
    return refusal("PRIV-007", "REG-015", "貸金業法施行規則10条の5", partner=partner_id)


def checked_until(cursor: Any, partner_id: str, on: date) -> date | None:
    """Until when the last look at a partner holds; None for who is not listed [確認の期限]."""
    cursor.execute("SELECT office_partner_checked_until(%s, %s)", (partner_id, on))
    found: date | None = cursor.fetchone()[0]
    return found


@dataclass(frozen=True, slots=True)
class Look:
    """That somebody looked at a partner again [再確認]."""

    partner_id: str
    checked_on: date
    checked_by: str


def look_again(cursor: Any, look: Look, actor: str, at: datetime) -> None:
    """A partner was looked at again; it holds for three years [委託先の再確認] · PRIV-007.

    Raises    StateConflict for who is not listed, or a second time on a day.
    """
    try:
        with transaction.atomic():
            cursor.execute(
                "INSERT INTO office_partner_check (partner_id, checked_on, checked_by, actor,"
                " noted_at) VALUES (%s, %s, %s, %s, %s)",
                (look.partner_id, look.checked_on, look.checked_by, actor, at),
            )
    except IntegrityError:
        raise StateConflict(Fault("REG-033")) from None
    subject = {"partner": look.partner_id}
    journal.write(cursor, [Happening(HOUSE, "partner_checked", actor, at, subject)])


OUTBOXES = ("bank", "cards", "mail", "sms")
"""Who is sent to beside the bureaus, which are listed as `bureau-` and their id [送信先]."""
IDENTIFIER = "identity"
"""Who identifies people for a house that has such a vendor: listed before a request goes out."""


def receivers(cursor: Any) -> tuple[str, ...]:
    """Under which ids whom we send to must be listed [送信先の一覧]."""
    cursor.execute("SELECT bureau_id FROM screening_bureau ORDER BY bureau_id")
    return (*OUTBOXES, *(bureau_partner(one) for (one,) in cursor.fetchall()))


def bureau_partner(bureau_id: str) -> str:
    """The id of a bureau in the list of partners [機関の番号].

    >>> bureau_partner("jicc_1")
    'bureau-jicc-1'
    """
    return f"bureau-{bureau_id.replace('_', '-')}"


def begin_asking(cursor: Any, on: date, actor: str, at: datetime) -> None:
    """From now on what leaves the house asks the list of partners, for ever [提供先確認の開始].

    Raises    RefusedError while somebody who is sent to is not listed.
    """
    lacking = [one for one in receivers(cursor) if check_partner(cursor, one, on) is not None]
    if lacking:
        details = {"rule": "PRIV-007", "partners": ", ".join(lacking)}
        raise RefusedError(Fault("REG-032", details=details))
    cursor.execute(
        "INSERT INTO office_partner_duty (from_on, recorded_at, actor) VALUES (%s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (on, at, actor),
    )
    if cursor.rowcount:
        journal.write(cursor, [Happening(HOUSE, "partners_asked", actor, at)])


def asks_since(cursor: Any) -> date | None:
    """Since when what leaves the house asks the list; None while it does not [確認の開始日]."""
    cursor.execute("SELECT from_on FROM office_partner_duty")
    row = cursor.fetchone()
    return None if row is None else row[0]


def refuse_sending(cursor: Any, partner_id: str, on: date) -> Refusal | None:
    """Why nothing may be sent to somebody; None if it may [送信先の確認] · PRIV-007.

    Law       貸金業法施行規則10条の2, 10条の5. A book without a list asks nobody.
    """
    since = asks_since(cursor)
    if since is None or on < since or check_partner(cursor, partner_id, on) is None:
        return None
    return refusal("PRIV-007", "REG-031", "貸金業法施行規則10条の5", partner=partner_id)


@dataclass(frozen=True, slots=True)
class Provision:
    """What is handed to a partner [提供の内容]: items, how many people, the file's SHA-256."""

    partner_id: str
    given_on: date
    items: str
    persons: int
    digest: bytes


def provide(cursor: Any, given: Provision, actor: str, at: datetime) -> int:
    """Write down what goes to a partner, before it goes; gives its number [提供の記録] · PRIV-007.

    Raises    RefusedError for who is not on the list that day: then nothing may go.
    """
    refused = check_partner(cursor, given.partner_id, given.given_on)
    if refused is not None:
        raise RefusedError(refused.fault())
    cursor.execute(
        "INSERT INTO office_provision"
        " (partner_id, given_on, items, persons, digest, actor, noted_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING provision_id",
        (given.partner_id, given.given_on, given.items, given.persons, given.digest, actor, at),
    )
    number = int(cursor.fetchone()[0])
    subject: dict[str, int | str] = {"partner": given.partner_id, "provision": number}
    journal.write(cursor, [Happening(HOUSE, "data_provided", actor, at, subject)])
    return number
