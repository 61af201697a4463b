"""Fraud reports: what somebody else did in a member's name, and what became of it [不正利用の申出].

    report = frauds.tell(cursor, member_id, Told(...), made)    stops everything at once, then asks
    frauds.add(cursor, report.key, Step(State.POLICE, ...), made)
    frauds.ask_decision(cursor, report.key, Verdict.COMPENSATED, by, made)      a second one agrees

From the first word on nothing is lent, nobody is asked to pay, and the member's pages are frozen.
Whether draws are taken back is for two persons to say (`care.approvals`); it is done by the loans'
own reversal, and the bureau is corrected after it (CRED-004): a report is not closed before that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, NamedTuple

from motocho.care import approvals
from motocho.care.approvals import Content, Decided, Request, Wanted
from motocho.care.cases import draw_checks
from motocho.care.cases.complaints import readable
from motocho.contact import holds, tasks
from motocho.contact.guard import HoldKind
from motocho.contact.holds import Source, Wish, lock
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.loans import commands, queries
from motocho.loans.commands import Key, Made
from motocho.outside.bank import next_business_day
from motocho.outside.clock import JAPAN
from motocho.people.access import Staff
from motocho.people.safety import freezes
from motocho.units.errors import Fault, InputError, NotFoundError, RefusedError, StateConflict

WHOLE = 0
"""In place of a draw: the whole agreement is disputed."""
LONGEST_NUMBER, LONGEST_STATION = 80, 60
APPROVAL = "fraud_decision"
_CHANNEL = "fraud"


class Kind(Enum):
    """What happened [申出の種類]."""

    NAME_USED = "name_used"
    """Somebody else made the contract in this name [なりすまし契約]."""
    TAKEN_OVER = "taken_over"
    """Somebody got into the member's pages [不正ログイン]."""
    DECEIVED = "deceived"
    """The member was talked into it [詐欺の被害]."""
    CARD = "card"
    """A card that was lost or stolen was used [カードの盗用]."""


class Reporter(Enum):
    """Who told it [申出人]."""

    MEMBER = "member"
    NAMED = "named"
    """Whose name was used, and who never was a member by their own will [名義人]."""
    POLICE = "police"


class State(Enum):
    """One step of a report [対応状況]."""

    RECEIVED = "received"
    POLICE = "police"
    """A report to the police, with its number and station [被害届]."""
    EVIDENCE = "evidence"
    """A document that was handed in [証拠書類]."""
    LOOKING = "looking"
    COMPENSATED = "compensated"
    """Two persons: draws are taken back [補償の決定]."""
    NOT_COMPENSATED = "not_compensated"
    CORRECTED = "corrected"
    """The bureau has the correction [信用情報の訂正]."""
    INFORMED = "informed"
    """The result went to who told it, by letter or otherwise [結果の通知]."""
    CLOSED = "closed"


class Verdict(Enum):
    """What two persons may decide [補償の可否]."""

    COMPENSATED = "compensated"
    NOT_COMPENSATED = "not_compensated"


DECIDED = frozenset({State.COMPENSATED, State.NOT_COMPENSATED})
NEEDS_REFERENCE = frozenset({State.POLICE, State.EVIDENCE, State.CORRECTED})
BY_HAND = frozenset(State) - DECIDED - {State.RECEIVED}
"""What the staff writes down itself; a decision comes by two."""


class FraudKey(NamedTuple):
    """One report of a member [申出の番号]."""

    member_id: int
    fraud_id: int


class Disputed(NamedTuple):
    """What is disputed [争いのある借入]: a draw by its event, or `WHOLE` of an agreement."""

    agreement_id: int
    event_no: int


@dataclass(frozen=True, slots=True)
class Told:
    """What was told [申出の内容]."""

    kind: Kind
    reporter: Reporter
    words: str
    disputed: tuple[Disputed, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step [対応の一段]: `reference` is a number of the police, a document, a correction."""

    state: State
    words: str = ""
    reference: str = ""
    station: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken [対応の記録]."""

    step: Step
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """A report with its steps, the first one first [不正利用の申出]."""

    key: FraudKey
    kind: Kind
    reporter: Reporter
    told_at: datetime
    hold_id: int
    disputed: tuple[Disputed, ...]
    steps: tuple[Taken, ...]

    @property
    def states(self) -> frozenset[State]:
        """What has been done [済んだ段階]."""
        return frozenset(one.step.state for one in self.steps)

    @property
    def state(self) -> State:
        """The last step [対応状況]."""
        return self.steps[-1].step.state

    @property
    def is_open(self) -> bool:
        """Whether it goes on [調査中か]."""
        return State.CLOSED not in self.states

    @property
    def correct_by_on(self) -> date | None:
        """The last day for the bureau to have it right, if it is due [訂正の期限] · CRED-004."""
        if State.CORRECTED in self.states:
            return None
        moments = [one.at for one in self.steps if one.step.state is State.COMPENSATED]
        return next_business_day(moments[0].astimezone(JAPAN).date()) if moments else None


# --------------------------------------------------------------------------------------- telling
def tell(cursor: Any, member_id: int, told: Told, made: Made) -> Report:
    """Take a report in, and stop everything at once, once for its form [不正利用の受付].

    Draws stop, the member's pages are frozen, nobody is asked to pay.

    Lock      the member's agreements, then the contacts.
    Raises    InputError without words or without a draw that is the member's.
    """
    words = readable(told.words)
    draw_checks.stop_all(cursor, member_id, made)
    lock(cursor, member_id)
    source = Source(made.actor, _source(made))
    known = _of_source(cursor, member_id, source.ref)
    if known is not None:
        return known
    _check_disputed(cursor, member_id, told, made.business_on)
    at = made.booked_at
    road = freezes.Road.NOT_ME if told.kind is Kind.TAKEN_OVER else freezes.Road.PHONE
    freezes.freeze(cursor, member_id, road, made.actor, at)
    hold = holds.put(cursor, member_id, Wish(HoldKind.DISPUTED), source, at)
    cursor.execute(
        "INSERT INTO care_fraud (member_id, kind, reporter, source, actor, told_at, hold_id)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING fraud_id",
        (
            member_id, told.kind.value, told.reporter.value, source.ref, made.actor, at,
            hold.hold_id,
        ),
    )  # fmt: skip
    key = FraudKey(member_id, int(cursor.fetchone()[0]))
    cursor.executemany(
        "INSERT INTO care_fraud_draw (member_id, fraud_id, agreement_id, event_no)"
        " VALUES (%s, %s, %s, %s)",
        [(*key, *one) for one in dict.fromkeys(told.disputed)],
    )
    _write(cursor, key, Step(State.RECEIVED, words), source, at)
    _put_task(cursor, key, "look", made)
    return report(cursor, key)


def _source(made: Made) -> str:
    return f"{made.channel} {made.external_ref}"


def _check_disputed(cursor: Any, member_id: int, told: Told, on: date) -> None:
    own = {one.key.agreement_id: one for one in queries.agreements(cursor, member_id)}
    if not told.disputed:
        raise InputError(Fault("FRD-005"))
    for agreement_id, event_no in told.disputed:
        if agreement_id not in own:
            raise InputError(Fault("FRD-005"))
        if event_no != WHOLE and event_no not in draws(cursor, own[agreement_id].key, on):
            raise InputError(Fault("FRD-005"))


def draws(cursor: Any, key: Key, on: date) -> dict[int, tuple[date, int]]:
    """The draws of an agreement that count: event → day and yen [借入の一覧]."""
    listed = [one for one in queries.agreements(cursor, key.member_id) if one.key == key]
    rows = queries.statement(cursor, key, listed[0].opened_on, on) if listed else []
    return {row.event_no: (row.on, row.amount_yen) for row in rows if row.kind == "draw"}


# ---------------------------------------------------------------------------------- what follows
def add(cursor: Any, key: FraudKey, step: Step, made: Made) -> Report:
    """Write one more step down, once for its form [対応の記録]; closing ends what was stopped.

    Lock      the member's agreements, then the contacts.
    Raises    InputError without the number or the station that a step names; RefusedError where it
              would be closed before it is decided, told and corrected; StateConflict once closed.
    """
    known = _begun(cursor, key)
    if _was_written(cursor, key, made):
        return known
    if not known.is_open:
        raise StateConflict(Fault("FRD-008"))
    named = _step(step)
    if step.state is State.CLOSED:
        _check_closing(known)
    _write(cursor, key, named, Source(made.actor, _source(made)), made.booked_at)
    _end_tasks(cursor, key, _ENDS.get(step.state, ()), made)
    if step.state is State.CLOSED:
        holds.end(cursor, key.member_id, known.hold_id, made.actor, made.booked_at)
        draw_checks.go_on(cursor, key.member_id, made)
        look_after(cursor, made.booked_at, key.member_id)
    return report(cursor, key)


_ENDS = {
    State.LOOKING: ("look",),
    State.CORRECTED: ("correct",),
    State.INFORMED: ("inform",),
    State.CLOSED: ("look", "correct", "inform"),
}
"""Which tasks a step ends."""


def _begun(cursor: Any, key: FraudKey) -> Report:
    """Locks in the order of the loans, then of the contacts; then what is known."""
    known = report(cursor, key)
    commands.lock(cursor, Key(key.member_id, known.disputed[0].agreement_id))
    lock(cursor, key.member_id)
    return report(cursor, key)


def _was_written(cursor: Any, key: FraudKey, made: Made) -> bool:
    cursor.execute(
        "SELECT FROM care_fraud_step WHERE member_id = %s AND source = %s",
        (key.member_id, _source(made)),
    )
    return cursor.fetchone() is not None


def _step(step: Step) -> Step:
    if step.state not in BY_HAND:
        raise InputError(Fault("FRD-007"))
    reference, station = step.reference.strip(), step.station.strip()
    if step.state in NEEDS_REFERENCE and not 0 < len(reference) <= LONGEST_NUMBER:
        raise InputError(Fault("FRD-006", details={"most": str(LONGEST_NUMBER)}))
    if step.state is State.POLICE and not 0 < len(station) <= LONGEST_STATION:
        raise InputError(Fault("FRD-006", details={"most": str(LONGEST_STATION)}))
    words = readable(step.words) if step.words.strip() else ""
    kept = station if step.state is State.POLICE else ""
    return Step(step.state, words, reference if step.state in NEEDS_REFERENCE else "", kept)


def _check_closing(known: Report) -> None:
    """Refused where something is still owed to who told it, or to the bureau."""
    if not DECIDED & known.states:
        raise RefusedError(Fault("FRD-016"))
    if State.INFORMED not in known.states:
        raise RefusedError(Fault("FRD-017"))
    if known.correct_by_on is not None:
        details = {"rule": "CRED-004", "last_on": known.correct_by_on.isoformat()}
        raise RefusedError(Fault("FRD-018", details=details))


# --------------------------------------------------------------------------- decided by two persons
def ask_decision(
    cursor: Any, key: FraudKey, verdict: Verdict, reason: str, by: tuple[Staff, Made]
) -> Request:
    """Ask a second person whether draws are taken back [補償の決裁依頼].

    Raises    as `approvals.ask`; StateConflict where it is decided.
    """
    staff, made = by
    known = report(cursor, key)
    if DECIDED & known.states or not known.is_open:
        raise StateConflict(Fault("FRD-008"))
    content = {"fraud": key.fraud_id, "verdict": verdict.value}
    wanted = Wanted(
        APPROVAL, key.member_id, f"fraud {key.fraud_id}", content, reason, _source(made),
        made.business_on,
    )  # fmt: skip
    return approvals.ask(cursor, wanted, staff, made.booked_at)


def requests(cursor: Any, key: FraudKey) -> list[Request]:
    """What was asked about a report, the newest first [決裁の履歴]."""
    return approvals.of_subject(cursor, key.member_id, f"fraud {key.fraud_id}")


def _figures(cursor: Any, wanted: Wanted, at: datetime) -> Content:
    """The draws as they stand: what would be taken back, and what is owed today."""
    known = report(cursor, FraudKey(wanted.member_id, int(wanted.content["fraud"])))
    meant = _meant(cursor, known, wanted.day(at))
    found = [
        {"agreement": key.agreement_id, "event": event_no, "on": str(day), "yen": yen}
        for key, event_no, day, yen in meant
    ]
    return {"draws": found, "total_yen": sum(one[-1] for one in meant)}


def _meant(cursor: Any, known: Report, on: date) -> list[tuple[Key, int, date, int]]:
    """Each draw that is disputed; of a whole agreement, all that count."""
    found = []
    for agreement_id in dict.fromkeys(one.agreement_id for one in known.disputed):
        key = Key(known.key.member_id, agreement_id)
        named = {one.event_no for one in known.disputed if one.agreement_id == agreement_id}
        for event_no, (day, yen) in draws(cursor, key, on).items():
            if WHOLE in named or event_no in named:
                found.append((key, event_no, day, yen))
    return found


def _carry(cursor: Any, request: Request, decided: Decided, on: date) -> None:
    """Take the draws back by the loans' own reversal, the latest first, and say what follows."""
    key = FraudKey(request.ref.member_id, int(request.content["fraud"]))
    at = decided.decided_at
    actor = f"staff {decided.decided_by}"
    verdict = Verdict(request.content["verdict"])
    made = Made(_CHANNEL, f"request {request.ref.request_id}", on, at, actor)
    known = _begun(cursor, key)
    if not known.is_open or DECIDED & known.states:
        raise StateConflict(Fault("FRD-008"))
    if verdict is Verdict.COMPENSATED:
        for one in reversed(request.figures["draws"]):
            agreement = Key(key.member_id, int(one["agreement"]))
            ref = f"fraud {key.fraud_id} {agreement.agreement_id}-{one['event']}"
            reversal = Made(_CHANNEL, ref, on, at, actor)
            reason = f"fraud {key.fraud_id}"
            commands.reverse(cursor, agreement, int(one["event"]), reason, reversal)
        _put_task(cursor, key, "correct", made)
    step = Step(State(verdict.value), "", f"request {request.ref.request_id}")
    _write(cursor, key, step, Source(actor, _source(made)), at, request.ref.request_id)
    _put_task(cursor, key, "inform", made)
    subject = {"fraud": key.fraud_id, "kind": known.kind.value, "verdict": verdict.value}
    journal.write(cursor, [Happening(key.member_id, "fraud_decided", actor, at, subject)])


approvals.register(approvals.Kind(APPROVAL, _figures, _carry))


# ----------------------------------------------------------------------------------------- tasks
def _put_task(cursor: Any, key: FraudKey, what: str, made: Made) -> None:
    """Something for the staff, with its day: references, no words."""
    by_on = next_business_day(made.booked_at.astimezone(JAPAN).date())
    facts: dict[str, int | str] = {"fraud": key.fraud_id, "what": what, "by": by_on.isoformat()}
    plan = tasks.Plan(tasks.Kind.FOLLOW_UP, facts=facts)
    source = Source(made.actor, f"fraud {key.fraud_id} {what}")
    tasks.put(cursor, key.member_id, plan, source, made.booked_at)


def _end_tasks(cursor: Any, key: FraudKey, named: tuple[str, ...], made: Made) -> None:
    ending = tasks.Ending(tasks.Outcome.DONE, made.actor)
    for one in tasks.of_member(cursor, key.member_id):
        facts = one.plan.facts
        if facts.get("fraud") == key.fraud_id and facts.get("what") in named:
            tasks.end(cursor, key.member_id, one.task_id, ending, made.booked_at)


# ---------------------------------------------------------------------- pages that stay frozen
FROZEN = "frozen"
"""What a reviewer looks at: pages that are frozen while no report goes on."""
_OVER = """
SELECT f.member_id, max(f.fraud_id) FROM care_fraud f
WHERE %(member)s::bigint IS NULL OR f.member_id = %(member)s
GROUP BY f.member_id HAVING bool_and(EXISTS (SELECT FROM care_fraud_step s
    WHERE (s.member_id, s.fraud_id) = (f.member_id, f.fraud_id) AND s.state = 'closed'))
ORDER BY 1
"""


def look_after(cursor: Any, at: datetime, member_id: int | None = None) -> int:
    """Give pages that are frozen after the last report was closed to a reviewer, once each freeze.

    One that stayed from the report, and one that came after it by whichever road: the site, a link
    of an alert, the telephone [停止の確認]. A task whose freeze was lifted ends by itself.

    Takes     a member, or None for everybody; the worker asks for everybody every few minutes.
    Gives     how many tasks are new.
    """
    cursor.execute(_OVER, {"member": member_id})
    over = {int(row[0]): int(row[1]) for row in cursor.fetchall()}
    frozen = freezes.standing(cursor, over)
    for one in frozen_pages(cursor, member_id):
        held = frozen.get(one.member_id)
        if held is None or one.plan.facts["freeze"] != held.freeze_id:
            _end_frozen(cursor, one, "system", at)
    return sum(
        _put_frozen(cursor, FraudKey(member, over[member]), held.freeze_id, at)
        for member, held in sorted(frozen.items())
    )


def frozen_pages(cursor: Any, member_id: int | None = None) -> list[tasks.Task]:
    """Pages that a reviewer is to look at, of one or (None) of all [停止中の会員ページ]."""
    cursor.execute(
        "SELECT DISTINCT member_id FROM contact_task WHERE ended_at IS NULL AND kind = 'follow_up'"
        " AND facts->>'what' = %(what)s AND (%(member)s::bigint IS NULL OR member_id = %(member)s)"
        " ORDER BY 1",
        {"what": FROZEN, "member": member_id},
    )
    found = [one for (known,) in cursor.fetchall() for one in tasks.of_member(cursor, known)]
    return [one for one in found if one.plan.facts.get("what") == FROZEN]


def leave_frozen(cursor: Any, member_id: int, task_id: int, made: Made) -> None:
    """A reviewer looked, and the pages stay frozen: nobody asked to go on [停止の継続].

    Raises    StateConflict if there is no such task.
    """
    for one in frozen_pages(cursor, member_id):
        if one.task_id == task_id:
            _end_frozen(cursor, one, made.actor, made.booked_at)
            return
    raise StateConflict(Fault("CON-018"))


def _end_frozen(cursor: Any, task: tasks.Task, actor: str, at: datetime) -> None:
    ending = tasks.Ending(tasks.Outcome.DONE, actor)
    tasks.end(cursor, task.member_id, task.task_id, ending, at)


def _put_frozen(cursor: Any, key: FraudKey, freeze_id: int, at: datetime) -> int:
    """Once a freeze: one that was looked at and left is not given again."""
    ref = f"fraud {key.fraud_id} {FROZEN} {freeze_id}"
    cursor.execute(
        "SELECT FROM contact_task WHERE member_id = %s AND source = %s", (key.member_id, ref)
    )
    if cursor.fetchone() is not None:
        return 0
    by_on = next_business_day(at.astimezone(JAPAN).date())
    facts: dict[str, int | str] = {
        "fraud": key.fraud_id, "what": FROZEN, "freeze": freeze_id, "by": by_on.isoformat(),
    }  # fmt: skip
    plan = tasks.Plan(tasks.Kind.FOLLOW_UP, facts=facts)
    tasks.put(cursor, key.member_id, plan, Source("system", ref), at)
    return 1


def _write(
    cursor: Any, key: FraudKey, step: Step, source: Source, at: datetime, *request: int
) -> None:
    cursor.execute(
        "INSERT INTO care_fraud_step (member_id, fraud_id, step_no, state, words, reference,"
        " station, request_id, source, actor, at) SELECT %s, %s, count(*) + 1, %s, %s, %s, %s, %s,"
        " %s, %s, %s FROM care_fraud_step WHERE member_id = %s AND fraud_id = %s",
        (
            *key, step.state.value, step.words, step.reference, step.station,
            request[0] if request else None, source.ref, source.actor, at, *key,
        ),
    )  # fmt: skip
    subject: dict[str, int | str] = {"fraud": key.fraud_id, "state": step.state.value}
    journal.write(cursor, [Happening(key.member_id, "fraud_step", source.actor, at, subject)])


# --------------------------------------------------------------------------------------- looking
_SELECT = (
    "SELECT f.member_id, f.fraud_id, f.kind, f.reporter, f.told_at, f.hold_id FROM care_fraud f"
)
_OPEN = (
    " WHERE NOT EXISTS (SELECT FROM care_fraud_step s"
    " WHERE (s.member_id, s.fraud_id) = (f.member_id, f.fraud_id) AND s.state = 'closed')"
)


def report(cursor: Any, key: FraudKey) -> Report:
    """One report with its steps [申出の照会].

    Raises    NotFoundError if the member has none of that number.
    """
    cursor.execute(f"{_SELECT} WHERE f.member_id = %s AND f.fraud_id = %s", key)
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("FRD-004"))
    return _report(cursor, row)


def of_member(cursor: Any, member_id: int) -> list[Report]:
    """A member's reports, the newest first [会員の申出]."""
    cursor.execute(f"{_SELECT} WHERE f.member_id = %s ORDER BY f.fraud_id DESC", (member_id,))
    return [_report(cursor, row) for row in cursor.fetchall()]


def waiting(cursor: Any, most: int = 100) -> list[Report]:
    """Reports that are not closed, the oldest first [対応中の申出]."""
    cursor.execute(f"{_SELECT}{_OPEN} ORDER BY f.told_at LIMIT %s", (most,))
    return [_report(cursor, row) for row in cursor.fetchall()]


def count_waiting(cursor: Any) -> int:
    """How many are not closed [対応中の件数]."""
    cursor.execute(f"SELECT count(*) FROM care_fraud f{_OPEN}")  # noqa: S608  # our own words
    return int(cursor.fetchone()[0])


def _of_source(cursor: Any, member_id: int, ref: str) -> Report | None:
    cursor.execute(f"{_SELECT} WHERE f.member_id = %s AND f.source = %s", (member_id, ref))
    row = cursor.fetchone()
    return None if row is None else _report(cursor, row)


def _report(cursor: Any, row: tuple[Any, ...]) -> Report:
    key = FraudKey(int(row[0]), int(row[1]))
    cursor.execute(
        "SELECT agreement_id, event_no FROM care_fraud_draw WHERE member_id = %s AND fraud_id = %s"
        " ORDER BY agreement_id, event_no",
        key,
    )
    disputed = tuple(Disputed(*one) for one in cursor.fetchall())
    cursor.execute(
        "SELECT state, words, reference, station, actor, at FROM care_fraud_step"
        " WHERE member_id = %s AND fraud_id = %s ORDER BY step_no",
        key,
    )
    steps = tuple(
        Taken(Step(State(state), words, reference, station), actor, at)
        for state, words, reference, station, actor, at in cursor.fetchall()
    )
    return Report(key, Kind(row[2]), Reporter(row[3]), row[4], int(row[5]), disputed, steps)
