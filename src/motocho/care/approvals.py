"""Requests that a second person decides [二人承認]: asked, decided once, done in one transaction.

    register(Kind("write_off", figures, carry))                        once, where the kind lives
    request = ask(cursor, Wanted("write_off", ...), by, at)
    decided = decide(cursor, request.ref, Decision(Outcome.AGREED, "", request.mark), by, at)

A request keeps what is wanted and the figures it was asked about, with one mark over both. Whoever
agrees names the mark of what they saw; the figures are read again then, and where they are no
longer so nothing is done and it has to be asked again. That the second person is another one, by
whichever account, with the right role on that day and in time, holds in the database too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple, TypeAlias

import orjson

from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.ledger.chart import HOUSE
from motocho.outside.clock import JAPAN
from motocho.people.access import Role, Staff
from motocho.units.errors import (
    Fault,
    InputError,
    NotAllowedError,
    NotFoundError,
    StateConflict,
    broken,
)

LONGEST_WORDS = 400
Content: TypeAlias = Mapping[str, Any]
"""What stands in a request as JSON: texts, whole numbers, days as text, and lists of them."""


class Outcome(Enum):
    """What became of a request [承認の結果]."""

    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    """Who asked took it back."""
    OUTDATED = "outdated"
    """Somebody agreed, but to figures that were no longer so: nothing was done."""


class Ref(NamedTuple):
    """A request's key; the member is `HOUSE` where none is meant [承認依頼の番号]."""

    member_id: int
    request_id: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for [承認依頼の内容]: of which kind, of whom or what, and why.

    `source` is the form it came by, and counts once; `book_on` the book's day it is asked on, where
    the figures are of a book.
    """

    kind: str
    member_id: int
    subject: str
    content: Content
    reason: str
    source: str
    book_on: date | None = None

    def day(self, at: datetime) -> date:
        """The day that the figures are of [基準日]: the book's; else the calendar's in Japan."""
        return self.book_on or at.astimezone(JAPAN).date()


@dataclass(frozen=True, slots=True)
class Decided:
    """What a second person decided [承認の記録]."""

    outcome: Outcome
    words: str
    decided_by: int
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it is kept [承認依頼]."""

    ref: Ref
    kind: str
    subject: str
    content: Content
    figures: Content
    mark: str
    reason: str
    asked_by: int
    asked_at: datetime
    expires_at: datetime
    decided: Decided | None

    def is_open(self, at: datetime) -> bool:
        """Whether it waits for its decision [承認待ちか]."""
        return self.decided is None and at < self.expires_at


@dataclass(frozen=True, slots=True)
class Decision:
    """What is said to a request, with the mark of what was seen [承認の申出].

    `book_on` is the book's day on which what is agreed to is done: between midnight and the close
    it is not the calendar's.
    """

    outcome: Outcome
    words: str
    mark: str
    book_on: date | None = None


Figures: TypeAlias = Callable[[Any, Wanted, datetime], Content]
"""What a request is asked about, read at a moment; may raise RefusedError for what cannot be."""
Carry: TypeAlias = Callable[[Any, Request, Decided, date], None]
"""What is done once it is agreed, in the transaction of the decision, and on which day."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of request: who may ask and decide stands in the database [承認の種類]."""

    name: str
    figures: Figures
    carry: Carry


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Say how requests of a kind are reckoned and carried out, once [種類の登録]."""
    if kind.name in _KINDS:
        broken("a kind of request is registered once", kind=kind.name)
    _KINDS[kind.name] = kind


def _kind(name: str) -> Kind:
    return _KINDS.get(name) or broken("a request of a kind nobody carries out", kind=name)


# -------------------------------------------------------------------------------- it is asked for
class _Terms(NamedTuple):
    asked_by: frozenset[Role]
    decided_by: frozenset[Role]
    lasts: timedelta


def _terms(cursor: Any, kind: str) -> _Terms:
    cursor.execute(
        "SELECT asked_by, decided_by, lasts FROM care_approval_kind WHERE kind = %s", (kind,)
    )
    asked_by, decided_by, lasts = cursor.fetchone()
    return _Terms(frozenset(map(Role, asked_by)), frozenset(map(Role, decided_by)), lasts)


def ask(cursor: Any, wanted: Wanted, by: Staff, at: datetime) -> Request:
    """Ask for something that another person decides, once for its form [承認の依頼].

    Lock      requests of the member, or of the house.
    Raises    NotAllowedError for who may not ask; InputError without a reason; StateConflict while
              the same is asked already; RefusedError as the kind says.
    """
    kind = _kind(wanted.kind)
    terms = _terms(cursor, wanted.kind)
    if not by.roles & terms.asked_by:
        raise NotAllowedError(Fault("APV-001"))
    if not 0 < len(wanted.reason.strip()) <= LONGEST_WORDS:
        raise InputError(Fault("APV-002", details={"most": str(LONGEST_WORDS)}))
    _lock(cursor, wanted.member_id)
    known = _of_source(cursor, wanted.member_id, wanted.source)
    if known is not None:
        return known
    for other in of_subject(cursor, wanted.member_id, wanted.subject):
        if other.kind == wanted.kind and other.is_open(at):
            raise StateConflict(Fault("APV-003", details={"number": str(other.ref.request_id)}))
    content, figures = _text(wanted.content), _text(kind.figures(cursor, wanted, at))
    cursor.execute(
        "INSERT INTO care_approval (member_id, kind, subject, wanted, figures, mark, reason,"
        " source, asked_by, asked_at, expires_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING request_id",
        (
            wanted.member_id, wanted.kind, wanted.subject, content, figures,
            _mark(content, figures), wanted.reason.strip(), wanted.source, by.staff_id, at,
            at + terms.lasts,
        ),
    )  # fmt: skip
    ref = Ref(wanted.member_id, int(cursor.fetchone()[0]))
    subject: dict[str, int | str] = {"request_id": ref.request_id, "kind": wanted.kind}
    journal.write(cursor, [Happening(ref.member_id, "approval_asked", by.actor, at, subject)])
    return one(cursor, ref)


def _text(content: Content) -> str:
    return orjson.dumps(dict(content), option=orjson.OPT_SORT_KEYS).decode()


def _mark(content: str, figures: str) -> str:
    return hashlib.sha256(f"{content}\n{figures}".encode()).hexdigest()


def _lock(cursor: Any, member_id: int) -> None:
    cursor.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('motocho approval', %s))", (member_id,)
    )


# --------------------------------------------------------------------------------- it is decided
def decide(cursor: Any, ref: Ref, decision: Decision, by: Staff, at: datetime) -> Decided:
    """Agree or refuse; what is agreed is done in this transaction [承認・却下].

    Gives     what was decided: `OUTDATED` where the figures are no longer those that were asked.
    Lock      requests of the member, or of the house; then what the kind's command locks.
    Raises    NotAllowedError for who asked, by whichever account, who lacks the role, or to whom
              it is their own or of somebody near; InputError for a refusal without
              words; StateConflict if it is decided, over, or not what was seen; and what the
              kind's command raises: nothing is decided then.
    """
    _lock(cursor, ref.member_id)
    request = one(cursor, ref)
    _check_decider(cursor, request, decision, (by, at))
    if not request.is_open(at):
        raise StateConflict(Fault("APV-006"))
    if decision.mark != request.mark:
        raise StateConflict(Fault("APV-007"))
    words = decision.words.strip()
    if len(words) > LONGEST_WORDS or (decision.outcome is Outcome.REFUSED and not words):
        raise InputError(Fault("APV-002", details={"most": str(LONGEST_WORDS)}))
    outcome = decision.outcome
    wanted = _again(request, decision)
    if outcome is Outcome.AGREED and not _still(cursor, request, wanted, at):
        outcome = Outcome.OUTDATED
    decided = Decided(outcome, words, by.staff_id, at)
    _keep(cursor, request, decided, by.actor)
    if outcome is Outcome.AGREED:
        _kind(request.kind).carry(cursor, request, decided, wanted.day(at))
    return decided


def _check_decider(
    cursor: Any, request: Request, decision: Decision, said: tuple[Staff, datetime]
) -> None:
    by, at = said
    if decision.outcome is Outcome.OUTDATED:
        broken("that figures have changed is found, not said", request=request.ref)
    is_own = request.asked_by == by.staff_id
    if decision.outcome is Outcome.WITHDRAWN:
        if not is_own:
            raise NotAllowedError(Fault("APV-008"))
        return
    if is_own or _is_one_person(cursor, by.staff_id, request.asked_by):
        raise NotAllowedError(Fault("APV-004"))
    if _is_too_near(cursor, request, by, at):
        raise NotAllowedError(Fault("APV-010"))
    if not by.roles & _terms(cursor, request.kind).decided_by:
        raise NotAllowedError(Fault("APV-005"))


def _is_one_person(cursor: Any, one_staff: int, other_staff: int) -> bool:
    """Whether two accounts are of one person, as the database tells [同一人]."""
    cursor.execute("SELECT care_is_one_person(%s, %s)", (one_staff, other_staff))
    return bool(cursor.fetchone()[0])


def _is_too_near(cursor: Any, request: Request, by: Staff, at: datetime) -> bool:
    """Whether it is one's own under whatever number, or of somebody near [自分や近い人の依頼]."""
    about = (request.ref.member_id, by.staff_id, at)
    cursor.execute("SELECT screening_is_too_near(%s, %s, %s)", about)
    return bool(cursor.fetchone()[0])


def _again(request: Request, decision: Decision) -> Wanted:
    return Wanted(
        request.kind, request.ref.member_id, request.subject, request.content, request.reason, "",
        decision.book_on,
    )  # fmt: skip


def _still(cursor: Any, request: Request, wanted: Wanted, at: datetime) -> bool:
    figures = _text(_kind(request.kind).figures(cursor, wanted, at))
    return _mark(_text(request.content), figures) == request.mark


def _keep(cursor: Any, request: Request, decided: Decided, actor: str) -> None:
    cursor.execute(
        "INSERT INTO care_approval_decision (member_id, request_id, mark, outcome, words,"
        " decided_by, decided_at) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (
            *request.ref, request.mark, decided.outcome.value, decided.words, decided.decided_by,
            decided.decided_at,
        ),
    )  # fmt: skip
    subject: dict[str, int | str] = {
        "request_id": request.ref.request_id, "kind": request.kind,
        "outcome": decided.outcome.value,
    }  # fmt: skip
    happening = Happening(
        request.ref.member_id, "approval_decided", actor, decided.decided_at, subject
    )
    journal.write(cursor, [happening])


# ---------------------------------------------------------------------------------------- reading
_SELECT = (
    "SELECT a.member_id, a.request_id, a.kind, a.subject, a.wanted::text, a.figures::text, a.mark,"
    " a.reason, a.asked_by, a.asked_at, a.expires_at, d.outcome, d.words, d.decided_by,"
    " d.decided_at FROM care_approval a LEFT JOIN care_approval_decision d"
    " USING (member_id, request_id)"
)

_WAITING = """
WHERE d.request_id IS NULL AND a.asked_at <= %(at)s AND a.expires_at > %(at)s
    AND (cardinality(%(kinds)s::text[]) = 0 OR a.kind = ANY(%(kinds)s::text[]))
    AND NOT screening_is_too_near(a.member_id, %(staff)s, %(at)s)
    AND NOT EXISTS (SELECT FROM people_barred b
        WHERE b.member_id = a.member_id AND b.ended_at IS NULL
            AND (b.staff_id = %(staff)s OR b.staff_id IS NULL AND NOT %(may_all)s))
ORDER BY a.expires_at, a.request_id LIMIT %(most)s
"""


def one(cursor: Any, ref: Ref) -> Request:
    """A request [承認依頼の参照].

    Raises    NotFoundError if there is none.
    """
    cursor.execute(f"{_SELECT} WHERE a.member_id = %s AND a.request_id = %s", ref)
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("APV-009"))
    return _request(row)


@dataclass(frozen=True, slots=True)
class Queue:
    """Which requests are wanted [承認待ちの条件]: of these kinds, or of all; at most so many."""

    kinds: Sequence[str] = ()
    most: int = 100


def waiting(cursor: Any, by: Staff, at: datetime, queue: Queue) -> list[Request]:
    """Requests that wait, those that end soonest first [承認待ち] · PRIV-003.

    Of members whom the reader may not look at there are none.
    """
    cursor.execute(
        _SELECT + _WAITING,
        {
            "at": at, "kinds": list(queue.kinds), "most": queue.most, "staff": by.staff_id,
            "may_all": Role.SUPERVISOR in by.roles,
        },
    )  # fmt: skip
    return [_request(row) for row in cursor.fetchall()]


def of_subject(cursor: Any, member_id: int, subject: str) -> list[Request]:
    """What was ever asked about something, the newest first [依頼の履歴]."""
    cursor.execute(
        f"{_SELECT} WHERE a.member_id = %s AND a.subject = %s ORDER BY a.request_id DESC",
        (member_id, subject),
    )
    return [_request(row) for row in cursor.fetchall()]


def of_member(cursor: Any, member_id: int, most: int = 20) -> list[Request]:
    """What was asked about a member, or about the house, the newest first [会員の承認依頼]."""
    cursor.execute(
        f"{_SELECT} WHERE a.member_id = %s ORDER BY a.request_id DESC LIMIT %s", (member_id, most)
    )
    return [_request(row) for row in cursor.fetchall()]


def may_decide(cursor: Any, request: Request, by: Staff) -> bool:
    """Whether somebody could be the second person for it [承認できる人か]."""
    deciders = _terms(cursor, request.kind).decided_by
    is_another = not _is_one_person(cursor, by.staff_id, request.asked_by)
    return is_another and bool(by.roles & deciders)


def _of_source(cursor: Any, member_id: int, source: str) -> Request | None:
    cursor.execute(f"{_SELECT} WHERE a.member_id = %s AND a.source = %s", (member_id, source))
    row = cursor.fetchone()
    return None if row is None else _request(row)


def _request(row: tuple[Any, ...]) -> Request:
    member_id, number, kind, subject, wanted, figures, mark, reason, *rest = row
    asked_by, asked_at, expires_at, outcome, words, decided_by, decided_at = rest
    return Request(
        Ref(int(member_id), int(number)),
        kind,
        subject,
        orjson.loads(wanted),
        orjson.loads(figures),
        mark,
        reason,
        int(asked_by),
        asked_at,
        expires_at,
        None if outcome is None else Decided(Outcome(outcome), words, int(decided_by), decided_at),
    )


__all__ = [
    "HOUSE", "LONGEST_WORDS", "Carry", "Content", "Decided", "Decision", "Figures", "Kind",
    "Outcome", "Queue", "Ref", "Request", "Wanted", "ask", "decide", "may_decide", "of_member",
    "of_subject", "one", "register", "waiting",
]  # fmt: skip
