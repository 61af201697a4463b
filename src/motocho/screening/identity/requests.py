"""Requests to a vendor, and what became of each: added, never changed [本人確認の依頼].

    asked = requests.ask(cursor, key, Wish(Way.CHIP, until_on), Source("member", form), at)
    became = requests.take(cursor, asked, Answer(result, declared), at)

A vendor's word is put to the law of its day: there is a record only of what lacks nothing. The
first result counts, in the transaction that makes the record; `requests.sql` holds both.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any

import orjson

from motocho.contact.holds import Source
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.rules import Refusal
from motocho.outside.clock import JAPAN
from motocho.outside.identity import Outcome, Result, Way
from motocho.screening.identity import records
from motocho.screening.identity.methods import Checked, Declared, check_method, lacking
from motocho.screening.identity.papers import refusal
from motocho.screening.identity.records import Evidence
from motocho.screening.identity.results import METHODS, checked_of
from motocho.units.errors import Fault, LawGap, RefusedError, StateConflict, ensure

WORKER = "worker"
_LONGEST = 200
_REF_BYTES = 16


class Became(Enum):
    """How a request ended [依頼の結果]."""

    IDENTIFIED = "identified"
    """It lacked nothing, and there is a record."""
    LACKING = "lacking"
    """A result came, and something is missing by the law of its day."""
    UNFINISHED = "unfinished"
    """Tried in vain, given up, or post that came back."""
    EXPIRED = "expired"
    """No result came in its time."""
    VOID = "void"
    """The application ended, or the applicant was identified by another way."""


@dataclass(frozen=True, slots=True)
class Wish:
    """By which way, and until when it may be finished [依頼の内容]."""

    way: Way
    until_on: date


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it stands [依頼]; `reasons` say what was missing, in the applicant's words."""

    key: tuple[int, int]
    """The member and the application."""
    request_id: int
    request_ref: str
    way: Way
    until_on: date
    asked_at: datetime
    is_needed: bool = True
    """Whether the application is open and its applicant not identified."""
    is_sent: bool = False
    became: Became | None = None
    answered_on: date | None = None
    reasons: tuple[Fault, ...] = ()
    unread: tuple[Fault, ...] = ()
    """Why results that came for it counted for nothing: of each sort the first."""
    evidence_ref: str = field(default="", repr=False)

    @property
    def source(self) -> str:
        """What its record says it came from [確認記録の出所]."""
        return f"identity {self.request_ref}"

    @property
    def asked_on(self) -> date:
        """The day on which it was asked for, in Japan [依頼の日]."""
        return self.asked_at.astimezone(JAPAN).date()


@dataclass(frozen=True, slots=True)
class Answer:
    """A vendor's result, and what the applicant says of themselves [結果と申告]."""

    result: Result = field(repr=False)
    declared: Declared = field(repr=False)


# ----------------------------------------------------------------------------------------- asking
def ask(cursor: Any, of: tuple[int, int], wish: Wish, source: Source, at: datetime) -> Asked:
    """Ask for an identification, once for its form [本人確認の依頼] · KYC-001, KYC-003.

    Takes     the member and the application, which is open.
    Raises    RefusedError for a way that the day does not allow, or by which a vendor was asked as
              often as the policy of the day allows; StateConflict while one by the same way is
              open, or once the applicant is identified.
    Lock      caller holds the member's row.
    """
    cursor.execute(f"{_SELECT} WHERE r.member_id = %s AND r.source = %s", (of[0], source.ref))
    row = cursor.fetchone()
    if row is not None:
        return _asked(row)
    _refuse(cursor, of, wish, at.astimezone(JAPAN).date())
    ref = secrets.token_hex(_REF_BYTES)
    cursor.execute(
        "INSERT INTO screening_identity_request (member_id, application_id, request_ref, way,"
        " until_on, actor, asked_at, source) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
        " RETURNING request_id",
        (*of, ref, wish.way.value, wish.until_on, source.actor, at, source.ref),
    )
    number = int(cursor.fetchone()[0])
    subject = {"application": of[1]}
    told = Happening(of[0], "application_identity_asked", source.actor, at, subject)
    journal.write(cursor, [told])
    return Asked(of, number, ref, wish.way, wish.until_on, at)


def _refuse(cursor: Any, of: tuple[int, int], wish: Wish, on: date) -> None:
    refused = check_method(METHODS[wish.way], on)
    if refused is not None:
        raise RefusedError(refused.fault())
    if records.of_member(cursor, of[0]):
        raise StateConflict(Fault("IDV-031"))
    if any(one.way is wish.way and one.became is None for one in of_application(cursor, of)):
        raise StateConflict(Fault("IDV-030"))
    if wish.way in spent(cursor, of, on):
        raise RefusedError(_spent_fault(cursor, of, wish.way, on))


_NAMES = {
    Way.PHOTO: ("書類と顔の写真", "pictures of paper and face"),
    Way.CHIP: ("ICチップの読み取り", "reading the chip"),
    Way.CERTIFICATE: ("マイナンバーカードの電子証明書", "the My Number card's certificate"),
    Way.POST: ("本人限定受取郵便", "post handed to the addressee alone"),
}
_IN_PERSON = ("店頭での提示", "showing a paper in person")


def spent(cursor: Any, of: tuple[int, int], on: date) -> frozenset[Way]:
    """The ways by which a vendor was asked as often as a day's policy allows [使い切った方法].

    Why       each request that went out may cost the lender, whatever became of it.
    """
    cursor.execute("SELECT screening_identity_spent(%s, %s, %s)", (*of, on))
    return frozenset(Way(way) for (way,) in cursor.fetchall())


def spent_faults(cursor: Any, of: tuple[int, int], on: date) -> dict[Way, Fault]:
    """What is said of each way that is spent, with the ways that are left [回数の上限の文言]."""
    ways = spent(cursor, of, on)
    return {way: _spent_fault(cursor, of, way, on) for way in Way if way in ways}


def _spent_fault(cursor: Any, of: tuple[int, int], way: Way, on: date) -> Fault:
    cursor.execute("SELECT screening_identity_most(%s)", (on,))
    (most,) = cursor.fetchone()
    gone = spent(cursor, of, on)
    left = [one for one in Way if one not in gone and check_method(METHODS[one], on) is None]
    others = [*(_NAMES[one] for one in left), _IN_PERSON]
    details = {
        "most": str(most),
        "way_ja": _NAMES[way][0],
        "way_en": _NAMES[way][1],
        "others_ja": "、".join(japanese for japanese, _ in others),
        "others_en": ", ".join(english for _, english in others),
    }
    return Fault("IDV-034", details=details)


# ----------------------------------------------------------------------------------- what became
def sent(cursor: Any, asked: Asked, at: datetime) -> None:
    """Write down that a request went out [依頼の送付].

    Lock      caller holds the member's row.
    """
    _step(cursor, asked, "sent", None, at)


def set_aside(cursor: Any, asked: Asked, fault: Fault, at: datetime) -> bool:
    """Write down that a result counts for nothing, of each sort once [結果の不採用] · KYC-001.

    Gives     whether it is the first of its sort for this request.
    Why       what lies in the folder is read again each minute; who audits sees it once.
    """
    cursor.execute(
        "INSERT INTO screening_identity_unread (member_id, request_id, code, noted_at)"
        " VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING code",
        (asked.key[0], asked.request_id, fault.code, at),
    )
    if cursor.fetchone() is None:
        return False
    subject: dict[str, int | str] = {"application": asked.key[1], "fault": fault.code}
    told = Happening(asked.key[0], "identity_result_unread", WORKER, at, subject)
    journal.write(cursor, [told])
    return True


def end(cursor: Any, asked: Asked, became: Became, at: datetime) -> None:
    """End a request without a result: its time is over, or it is of no use [依頼の終了].

    Lock      caller holds the member's row.
    """
    ensure(became in {Became.EXPIRED, Became.VOID}, "a result ends a request by `take`")
    _step(cursor, asked, became.value, None, at)
    _tell(cursor, asked, "identity_request_ended", at)


def take(cursor: Any, asked: Asked, answer: Answer, at: datetime) -> Became:
    """Put a result to the law of its day; keep the record, or why there is none [結果の受領].

    Takes     a request that went out and is not over.
    Gives     identified with a record, made in this transaction; or what it became else.
    Lock      caller holds the member's row.
    Law       犯収法4条1項, 6条1項; 施行規則6条1項1号, 20条 · KYC-001, KYC-003.
    """
    result = answer.result
    checked = judge(asked, answer, at.astimezone(JAPAN).date())
    reasons: Sequence[Refusal] = ()
    if isinstance(checked, Checked):
        refs = (asked.source, result.evidence_ref[:_LONGEST])
        evidence = Evidence(answer.declared, checked, tuple(filter(None, refs)))
        made = records.keep(cursor, asked.key[0], evidence, Source(WORKER, asked.source), at)
        reasons = made if isinstance(made, tuple) else ()
    else:
        reasons = checked
    is_done = result.outcome is Outcome.DONE
    failed = Became.LACKING if is_done else Became.UNFINISHED
    became = failed if reasons else Became.IDENTIFIED
    _step(cursor, asked, became.value, (result, reasons), at)
    _tell(cursor, asked, "application_identity_answered", at)
    return became


def judge(asked: Asked, answer: Answer, today: date) -> Checked | tuple[Refusal, ...]:
    """What a result comes to, by the law of its day; pure [結果の判定] · KYC-001.

    Gives     the check where nothing is lacking, or everything that is.
    """
    result = answer.result
    found = checked_of(result)
    if isinstance(found, Refusal):
        return (found,)
    told = {"on": result.on.isoformat()}
    untimely = refusal("KYC-001", "IDV-029", "犯罪収益移転防止法4条1項", **told)
    first = min(result.on, result.received_on or result.on)
    if first < asked.asked_on or result.on > min(today, asked.until_on):
        return (untimely,)
    try:
        return lacking(answer.declared, found) or found
    except LawGap:  # a paper of a day before all law that we know
        return (untimely,)


def _step(
    cursor: Any,
    asked: Asked,
    step: str,
    answer: tuple[Result, Sequence[Refusal]] | None,
    at: datetime,
) -> None:
    answered_on, evidence_ref, reasons = None, "", "[]"
    if answer is not None:
        result, refusals = answer
        answered_on, evidence_ref = result.on, result.evidence_ref[:_LONGEST]
        told = [{"code": one.code, "details": dict(one.fault().details)} for one in refusals]
        reasons = orjson.dumps(told).decode()
    cursor.execute(
        "INSERT INTO screening_identity_step (member_id, request_id, step, answered_on,"
        " evidence_ref, reasons, noted_at) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (asked.key[0], asked.request_id, step, answered_on, evidence_ref, reasons, at),
    )


def _tell(cursor: Any, asked: Asked, kind: str, at: datetime) -> None:
    subject = {"application": asked.key[1]}
    journal.write(cursor, [Happening(asked.key[0], kind, WORKER, at, subject)])


# ---------------------------------------------------------------------------------------- reading
_SELECT = """
SELECT r.member_id, r.application_id, r.request_id, r.request_ref, r.way, r.until_on, r.asked_at,
  EXISTS (SELECT FROM screening_application a WHERE a.member_id = r.member_id
    AND a.application_id = r.application_id AND a.ended_at IS NULL)
  AND NOT EXISTS (SELECT FROM screening_identity i WHERE i.member_id = r.member_id),
  EXISTS (SELECT FROM screening_identity_step g WHERE g.member_id = r.member_id
    AND g.request_id = r.request_id AND NOT g.is_over),
  s.step, s.answered_on, s.reasons::text, s.evidence_ref,
  ARRAY(SELECT u.code FROM screening_identity_unread u WHERE u.member_id = r.member_id
    AND u.request_id = r.request_id ORDER BY u.noted_at, u.code)
FROM screening_identity_request r LEFT JOIN screening_identity_step s
  ON s.member_id = r.member_id AND s.request_id = r.request_id AND s.is_over
"""


def of_application(cursor: Any, of: tuple[int, int]) -> list[Asked]:
    """The requests of an application, the newest first [申込みの依頼]."""
    cursor.execute(
        f"{_SELECT} WHERE r.member_id = %s AND r.application_id = %s ORDER BY r.request_id DESC",
        tuple(of),
    )
    return [_asked(row) for row in cursor.fetchall()]


def still_open(cursor: Any) -> list[Asked]:
    """Every request that is not over, the oldest first [未了の依頼]."""
    cursor.execute(f"{_SELECT} WHERE s.step IS NULL ORDER BY r.request_id")
    return [_asked(row) for row in cursor.fetchall()]


def one(cursor: Any, asked: Asked) -> Asked:
    """The same request as it stands now [依頼の参照]."""
    cursor.execute(
        f"{_SELECT} WHERE r.member_id = %s AND r.request_id = %s",
        (asked.key[0], asked.request_id),
    )
    return _asked(cursor.fetchone())


def _asked(row: tuple[Any, ...]) -> Asked:
    (member_id, application_id, number, ref, way, until_on, asked_at, is_needed, is_sent, step,
     answered_on, reasons, evidence_ref, unread) = row  # fmt: skip
    return Asked(
        (int(member_id), int(application_id)), int(number), ref, Way(way), until_on, asked_at,
        is_needed, is_sent, None if step is None else Became(step), answered_on,
        tuple(_fault(told) for told in orjson.loads(reasons or "[]") if told),
        tuple(Fault(code) for code in unread),
        evidence_ref or "",
    )  # fmt: skip


def _fault(told: Mapping[str, Any]) -> Fault:
    return Fault(told["code"], details=told["details"])
