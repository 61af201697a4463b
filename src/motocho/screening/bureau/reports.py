"""Reports to bureaus: what changed of a contract, in the order of its changes [信用情報の登録].

Each report holds the contract whole, as it stands when the report is made: a bureau that has the
last one knows how it stands. What is the same as in the last report is not reported again. News
come from the journal, so that nothing is missed, and nothing is made twice for one of its rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

import orjson

from motocho.contact import tasks
from motocho.contact.holds import Source
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.loans import queries, standing
from motocho.loans.commands import Key
from motocho.loans.policy import Status
from motocho.loans.standing import Seen
from motocho.outside.bank import next_business_day
from motocho.outside.bureau import (
    Ending,
    Person,
    Report,
    ReportKind,
    Standing,
    Trouble,
)
from motocho.outside.clock import JAPAN
from motocho.screening.bureau import troubles
from motocho.screening.bureau._persons import person_of
from motocho.screening.bureau.memberships import Bureau
from motocho.screening.bureau.troubles import Facts
from motocho.units.errors import Fault, NotFoundError, StateConflict

READING = "bureau report"
REJECTED = "bureau_rejected"


class State(Enum):
    """How far a report is [登録の状態]."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    TAKEN = "taken"
    REJECTED = "rejected"
    """The bureau did not take it: a person of the staff looks why."""


class ReportKey(NamedTuple):
    """A report [登録の番号]."""

    member_id: int
    report_id: int

    @property
    def ref(self) -> str:
        """How the bureau knows it [登録番号]."""
        return f"R{self.member_id}-{self.report_id}"


def key_of(ref: str) -> ReportKey | None:
    """The report of a reference; None for one that is none of ours [登録番号から]."""
    member, _, number = ref.removeprefix("R").partition("-")
    is_ours = ref.startswith("R") and member.isdecimal() and number.isdecimal()
    return ReportKey(int(member), int(number)) if is_ours else None


@dataclass(frozen=True, slots=True)
class Made:
    """A report with how far it is [登録]."""

    key: ReportKey
    bureau_id: str
    agreement: Key
    seq_no: int
    kind: ReportKind
    as_of_on: date
    made_at: datetime
    person: Person
    standing: Standing
    state: State
    times_sent: int
    reason: str

    def written(self) -> Report:
        """The report as its file holds it [登録の内容]."""
        account_ref = f"{self.agreement.member_id}-{self.agreement.agreement_id}"
        return Report(
            self.key.ref, account_ref, self.seq_no, self.kind, self.as_of_on, self.person,
            self.standing,
        )  # fmt: skip


class Why(Enum):
    """Of what sort a cause is [きっかけの種類]."""

    MONEY = "money"
    DRAW = "draw"
    """A draw, each of which is a contract of its own."""
    PERSON = "person"
    """What tells the person apart changed."""
    UNDOING = "undoing"
    """Something that was reported before may be wrong."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why an agreement is looked at [登録のきっかけ]: one cause makes one report of it.

    `event_no` is that of a draw.
    """

    ref: str
    at: datetime
    on: date
    why: Why = Why.MONEY
    event_no: int = 0


# ------------------------------------------------------------------------------ as it stands now
def standing_of(
    cursor: Any, bureau: Bureau, seen: Seen, cause: Cause, last: Standing | None
) -> Standing | None:
    """A contract as it is to be reported; None where nothing was ever lent [契約の状態].

    Law       貸金業法41条の35第1項, 施行規則30条の13第2項: the balance is that of all draws.
    """
    on = cause.on
    state = seen.on(on.toordinal())
    balance_yen = state.principal_yen + state.written_off_yen
    drawn = queries.draw_of(cursor, seen.key, cause.event_no) if cause.event_no else None
    drawn = drawn or queries.last_draw(cursor, seen.key, on)
    if drawn is None and not balance_yen:
        return None if last is None else replace(last, balance_yen=0, is_late=False)
    overpaid = queries.is_overpaid(cursor, seen.key)
    late_after = _late_after(seen, on)
    facts = Facts(
        on,
        late_after,
        is_settled=queries.is_settled(cursor, seen.key),
        is_written_off=seen.status is Status.WRITTEN_OFF,
        is_assigned=seen.status is Status.ASSIGNED,
        recalculated_yen=0 if overpaid else None,
    )
    trouble, trouble_on = _trouble(facts, bureau, last)
    ending, ended_on = _ending(seen, on, last)
    is_late = late_after is not None and not overpaid
    return Standing(
        contracted_on=seen.opened_on if drawn is None else drawn.on,
        amount_yen=balance_yen if drawn is None else drawn.amount_yen,
        balance_yen=balance_yen,
        is_late=is_late,
        late_since=late_after if is_late else None,
        trouble=trouble,
        trouble_on=trouble_on,
        ending=ending,
        ended_on=ended_on,
    )


def _late_after(seen: Seen, on: date) -> date | None:
    """The last day on which the oldest missed payment could be made; None while none is late."""
    state = seen.on(on.toordinal())
    days = standing.days_late(state, seen.rules)
    return on - timedelta(days=days) if days else None


def _ending(seen: Seen, on: date, last: Standing | None) -> tuple[Ending, date | None]:
    ending = _ENDINGS.get(seen.status, Ending.OPEN)
    if ending is Ending.OPEN:
        return ending, None
    return ending, last.ended_on if last is not None and last.ending is ending else on


_ENDINGS = {Status.CLOSED: Ending.PAID, Status.ASSIGNED: Ending.ASSIGNED}


def _trouble(facts: Facts, bureau: Bureau, last: Standing | None) -> tuple[Trouble, date | None]:
    """What went wrong, and since when; what was reported stays, unless it was an overpayment.

    Why       an entry of a long delay stays after it was paid; whether one was wrong from the
              start, because a receipt was booked late, is for a person (`clear`).
    """
    now = troubles.trouble_of(facts, bureau.terms)
    if now is Trouble.NONE:
        if facts.recalculated_yen is not None or last is None:
            return Trouble.NONE, None
        return last.trouble, last.trouble_on
    if last is not None and last.trouble is now:
        return now, last.trouble_on
    if now is Trouble.LONG_DELAY and facts.late_after is not None:
        return now, troubles.long_from(facts.late_after, bureau.terms)
    return now, facts.on


# -------------------------------------------------------------------------------------- making
def report(cursor: Any, bureau: Bureau, key: Key, cause: Cause) -> Made | None:
    """Report what changed of an agreement since its last report [登録の作成] · CRED-003, 004.

    Gives     the report; None where nothing changed, or the cause made one before.
    Lock      the caller holds the bureau's reader (`following`): one writer for each bureau.
    """
    if cause.why is Why.DRAW and queries.draw_of(cursor, key, cause.event_no) is None:
        cause = replace(cause, why=Why.MONEY, event_no=0)  # it was taken back since
    (seen,) = standing.see(cursor, [key])
    last = latest(cursor, bureau.bureau_id, key)
    stands = standing_of(cursor, bureau, seen, cause, None if last is None else last.standing)
    is_new = last is None and cause.why is not Why.DRAW
    if stands is None or (is_new and not stands.balance_yen):
        return None
    kind = _kind(None if last is None else last.standing, stands, cause)
    if kind is None and cause.why is not Why.PERSON:
        return None
    person = person_of(cursor, key.member_id, cause.on, (READING, cause.at))
    if kind is None and (last is None or last.person == person):
        return None
    return _add(cursor, bureau, key, cause, (kind or ReportKind.PERSON, person, stands))


def _kind(last: Standing | None, stands: Standing, cause: Cause) -> ReportKind | None:
    """What a report tells of the contract; None where it stands as it was reported."""
    if last is None or cause.why is Why.DRAW:
        return ReportKind.LOAN
    if stands == last:
        return None
    if cause.why is Why.UNDOING:
        return ReportKind.CORRECTION
    return ReportKind.BALANCE if stands.ending is last.ending else ReportKind.END


def _add(
    cursor: Any, bureau: Bureau, key: Key, cause: Cause,
    content: tuple[ReportKind, Person, Standing],
) -> Made | None:  # fmt: skip
    kind, person, stands = content
    cursor.execute(
        "INSERT INTO screening_report (member_id, bureau_id, agreement_id, seq_no, kind, cause,"
        " as_of_on, person, standing, made_at) SELECT %s, %s, %s, count(*) + 1, %s, %s, %s, %s, %s,"
        " %s FROM screening_report WHERE member_id = %s AND bureau_id = %s AND agreement_id = %s"
        " ON CONFLICT (member_id, bureau_id, agreement_id, cause) DO NOTHING RETURNING report_id",
        (
            key.member_id, bureau.bureau_id, key.agreement_id, kind.value, cause.ref, cause.on,
            orjson.dumps(person.document()).decode(), orjson.dumps(stands.document()).decode(),
            cause.at, key.member_id, bureau.bureau_id, key.agreement_id,
        ),
    )  # fmt: skip
    row = cursor.fetchone()
    return None if row is None else one(cursor, ReportKey(key.member_id, int(row[0])))


def clear(cursor: Any, bureau: Bureau, key: Key, actor: str, cause: Cause) -> Made:
    """Take an entry of trouble back that was wrong from the start [異動の取消し] · CRED-004.

    Raises    StateConflict where none is reported, or it stands by the facts of today.
    Law       貸金業法41条の35第3項.
    """
    last = latest(cursor, bureau.bureau_id, key)
    if last is None or last.standing.trouble is Trouble.NONE:
        raise StateConflict(Fault("BUR-041"))
    (seen,) = standing.see(cursor, [key])
    plain = replace(last.standing, trouble=Trouble.NONE, trouble_on=None)
    stands = standing_of(cursor, bureau, seen, cause, plain)
    if stands is None or stands.trouble is not Trouble.NONE:
        raise StateConflict(Fault("BUR-041"))
    person = person_of(cursor, key.member_id, cause.on, (READING, cause.at))
    made = _add(cursor, bureau, key, cause, (ReportKind.CORRECTION, person, stands))
    if made is None:
        raise StateConflict(Fault("BUR-041"))
    subject = {"agreement": key.agreement_id, "report": made.key.report_id}
    journal.write(cursor, [Happening(key.member_id, "bureau_cleared", actor, cause.at, subject)])
    return made


# ------------------------------------------------------------------------------ what came of one
def taken(cursor: Any, key: ReportKey, reason: str, actor: str, at: datetime) -> bool:
    """What the bureau did with a report; whether that was news [受付結果].

    One that it did not take becomes a task for a person of the staff.
    """
    cursor.execute(
        "SELECT state, agreement_id FROM screening_report"
        " WHERE member_id = %s AND report_id = %s FOR UPDATE",
        key,
    )
    row = cursor.fetchone()
    if row is None or State(row[0]) not in {State.SENDING, State.SENT}:
        return False
    state = State.REJECTED if reason else State.TAKEN
    cursor.execute(
        "UPDATE screening_report SET state = %s, reason = %s, ended_at = %s"
        " WHERE member_id = %s AND report_id = %s",
        (state.value, reason, at, *key),
    )
    if reason:
        _put_task(cursor, key, int(row[1]), actor, at)
    return True


def _put_task(cursor: Any, key: ReportKey, agreement_id: int, actor: str, at: datetime) -> None:
    by_on = next_business_day(at.astimezone(JAPAN).date())
    facts: dict[str, int | str] = {
        "what": REJECTED, "report": key.report_id, "agreement": agreement_id,
        "by": by_on.isoformat(),
    }  # fmt: skip
    plan = tasks.Plan(tasks.Kind.FOLLOW_UP, facts=facts)
    source = Source(actor, f"{REJECTED} {key.report_id}")
    tasks.put(cursor, key.member_id, plan, source, at)
    subject = {"report": key.report_id, "agreement": agreement_id}
    journal.write(cursor, [Happening(key.member_id, "bureau_rejected", actor, at, subject)])


def again(cursor: Any, bureau: Bureau, key: ReportKey, actor: str, cause: Cause) -> Made:
    """Report anew what a bureau did not take, by the facts of today [再登録]; ends its task.

    Raises    NotFoundError for no such report; StateConflict for one that was taken, or is older
              than what was reported since.
    """
    known = one(cursor, key)
    last = latest(cursor, bureau.bureau_id, known.agreement)
    if known.state is not State.REJECTED or last is None or last.key != key:
        raise StateConflict(Fault("BUR-042"))
    (seen,) = standing.see(cursor, [known.agreement])
    stands = standing_of(cursor, bureau, seen, cause, known.standing) or known.standing
    person = person_of(cursor, key.member_id, cause.on, (READING, cause.at))
    made = _add(cursor, bureau, known.agreement, cause, (known.kind, person, stands))
    if made is None:
        raise StateConflict(Fault("BUR-042"))
    ending = tasks.Ending(tasks.Outcome.DONE, actor)
    for task in tasks.of_member(cursor, key.member_id):
        facts = task.plan.facts
        if facts.get("what") == REJECTED and facts.get("report") == key.report_id:
            tasks.end(cursor, key.member_id, task.task_id, ending, cause.at)
    return made


# -------------------------------------------------------------------------------------- looking
_SELECT = (
    "SELECT member_id, report_id, bureau_id, agreement_id, seq_no, kind, as_of_on, made_at,"
    " person::text, standing::text, state, times_sent, reason FROM screening_report"
)


def one(cursor: Any, key: ReportKey) -> Made:
    """One report [登録の参照].

    Raises    NotFoundError if there is none.
    """
    cursor.execute(f"{_SELECT} WHERE member_id = %s AND report_id = %s", key)
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("BUR-040", excerpt=key.ref))
    return _made(row)


def latest(cursor: Any, bureau_id: str, key: Key) -> Made | None:
    """The last report of an agreement to a bureau; None where none was made [直近の登録]."""
    cursor.execute(
        f"{_SELECT} WHERE member_id = %s AND bureau_id = %s AND agreement_id = %s"
        " ORDER BY seq_no DESC LIMIT 1",
        (key.member_id, bureau_id, key.agreement_id),
    )
    row = cursor.fetchone()
    return None if row is None else _made(row)


def of_member(cursor: Any, member_id: int) -> list[Made]:
    """All reports of a member, the newest first [会員の登録]."""
    cursor.execute(f"{_SELECT} WHERE member_id = %s ORDER BY report_id DESC", (member_id,))
    return [_made(row) for row in cursor.fetchall()]


def rejected(cursor: Any, most: int = 100) -> list[Made]:
    """The last reports of agreements that a bureau did not take [受け付けられなかった登録]."""
    cursor.execute(
        f"{_SELECT} r WHERE state = 'rejected' AND NOT EXISTS (SELECT FROM screening_report n"
        " WHERE n.member_id = r.member_id AND n.bureau_id = r.bureau_id"
        " AND n.agreement_id = r.agreement_id AND n.seq_no > r.seq_no)"
        " ORDER BY ended_at LIMIT %s",
        (most,),
    )
    return [_made(row) for row in cursor.fetchall()]


def reported(cursor: Any, bureau_id: str, member_id: int) -> Sequence[Key]:
    """The agreements of a member that a bureau knows [登録済みの契約]."""
    cursor.execute(
        "SELECT DISTINCT agreement_id FROM screening_report"
        " WHERE member_id = %s AND bureau_id = %s ORDER BY agreement_id",
        (member_id, bureau_id),
    )
    return [Key(member_id, int(row[0])) for row in cursor.fetchall()]


def _made(row: tuple[Any, ...]) -> Made:
    member_id, number, bureau_id, agreement_id, seq_no, kind, on, at, person, stands, *rest = row
    return Made(
        ReportKey(int(member_id), int(number)), bureau_id, Key(int(member_id), int(agreement_id)),
        int(seq_no), ReportKind(kind), on, at, Person.of_document(orjson.loads(person)),
        Standing.of_document(orjson.loads(stands)), State(rest[0]), int(rest[1]), rest[2],
    )  # fmt: skip
