"""The lender's own steps in court: payment order, lawsuit, title, seizure [法的手続].

    request = legal.ask(cursor, Wanted(key, Step.ORDER_APPLIED, ...), asking)   one person
    approvals.decide(...)                                                       another: it begins
    legal.note(cursor, case, Noted(Step.ORDER_SERVED, on, ...), made)           what came of it

What begins a proceeding or an execution needs two persons; what the court or the member did is
noted by one, in the order and the time that `courses` allows. What a step brings about on a day,
and a day in court, are tasks of the staff for that day; the next step ends them. Calls and letters
go by the gate as before: a lawsuit opens nothing that was closed (貸金業法21条).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, NamedTuple

from motocho.care import approvals
from motocho.care.approvals import Decided, Kind, Request
from motocho.care.collections import counsel, courses, settlements
from motocho.care.collections.courses import Due, Follow, Step, Taken, Target
from motocho.care.collections.settlements import Asking
from motocho.contact import tasks
from motocho.contact.holds import Source
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.loans import commands, queries
from motocho.loans.commands import Key, Made
from motocho.loans.policy import Status
from motocho.outside.clock import JAPAN
from motocho.units.errors import Fault, InputError, NotFoundError, RefusedError

LEGAL_STEP = "legal_step"


class CaseKey(NamedTuple):
    """A case's key [事件の番号]."""

    member_id: int
    case_no: int


@dataclass(frozen=True, slots=True)
class Noted:
    """A step as it was written down [段階の記録]: its day, court, case and paper."""

    step: Step
    on: date
    court: str
    case_ref: str = ""
    amount_yen: int | None = None
    """What came in by an execution; the receipt itself is booked with the loan."""
    target: Target | None = None
    document_ref: str = ""

    @property
    def taken(self) -> Taken:
        """The same for the rules [行われた段階]."""
        return Taken(self.step, self.on, self.target)


@dataclass(frozen=True, slots=True)
class Case:
    """A case with its steps, in their order [法的手続の事件]."""

    key: CaseKey
    agreement_id: int
    steps: tuple[Noted, ...]

    @property
    def taken(self) -> tuple[Taken, ...]:
        """Its steps for the rules [行われた段階]."""
        return tuple(one.taken for one in self.steps)

    def next_steps(self) -> tuple[Step, ...]:
        """What may follow, by its order [次の段階]."""
        last = self.steps[-1].step
        return tuple(one for one, course in courses.courses().items() if last in course.after)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to begin [開始したい手続]: `case_no` is 0 where it begins a case."""

    key: Key
    noted: Noted
    case_no: int = 0


# ------------------------------------------------------------------------------ asked, by two
def ask(cursor: Any, wanted: Wanted, asking: Asking) -> Request:
    """Ask a supervisor to let a proceeding or an execution begin [法的手続の承認依頼].

    Raises    RefusedError for a step that does not follow, is stayed, or needs no second person;
              and as `approvals.ask`.
    """
    noted = wanted.noted
    content = {
        "agreement": wanted.key.agreement_id,
        "case": wanted.case_no,
        "step": noted.step.value,
        "court": noted.court.strip(),
        "target": "" if noted.target is None else noted.target.value,
    }
    subject = f"agreement {wanted.key.agreement_id} legal"
    request = approvals.Wanted(
        LEGAL_STEP, wanted.key.member_id, subject, content, asking.reason, asking.source
    )
    return approvals.ask(cursor, request, asking.by, asking.at)


def _wanted(member_id: int, content: approvals.Content, on: date) -> Wanted:
    target = Target(content["target"]) if content["target"] else None
    noted = Noted(Step(content["step"]), on, content["court"], target=target)
    return Wanted(Key(member_id, int(content["agreement"])), noted, int(content["case"]))


def _figures(cursor: Any, asked: approvals.Wanted, at: datetime) -> approvals.Content:
    on = at.astimezone(JAPAN).date()
    wanted = _wanted(asked.member_id, asked.content, on)
    taken = _before(cursor, wanted)
    _refuse(cursor, wanted, taken)
    position = queries.position(cursor, wanted.key, on)
    if position.status in {Status.CLOSED, Status.ASSIGNED} or position.payoff_yen == 0:
        raise RefusedError(Fault("LGL-064"))
    if position.late_since is None and position.accelerated_on is None:
        raise RefusedError(Fault("LGL-064"))
    return {
        "principal_yen": position.principal_yen,
        "written_off_yen": position.written_off_yen,
        "steps": len(taken),
    }


def _before(cursor: Any, wanted: Wanted) -> tuple[Taken, ...]:
    if wanted.case_no:
        found = one(cursor, CaseKey(wanted.key.member_id, wanted.case_no))
        if found.agreement_id != wanted.key.agreement_id:
            raise NotFoundError(Fault("LGL-067"))
        return found.taken
    return ()


def _refuse(cursor: Any, wanted: Wanted, taken: Sequence[Taken]) -> None:
    course = courses.courses()[wanted.noted.step]
    if not course.is_by_two:
        raise RefusedError(Fault("LGL-065", details={"step": wanted.noted.step.value}))
    has_target = wanted.noted.target is not None
    if not wanted.noted.court.strip() or has_target is not (course.step is Step.SEIZURE_APPLIED):
        raise InputError(Fault("LGL-066"))
    fault = courses.fault_of(taken, wanted.noted.taken)
    if fault is not None:
        raise RefusedError(fault)
    _refuse_stayed(cursor, wanted.key.member_id, wanted.key.agreement_id)


def _refuse_stayed(cursor: Any, member_id: int, agreement_id: int) -> None:
    """Insolvency stays every execution; while counsel acts, the house begins none · 破産法42条."""
    for kept in counsel.standing(cursor, member_id):
        if kept.notice.proceeding in counsel.STAYS:
            raise RefusedError(Fault("LGL-068"))
        if agreement_id in kept.notice.agreements:
            raise RefusedError(Fault("LGL-069"))


def _carry(cursor: Any, request: Request, decided: Decided, _on: date) -> None:
    at = decided.decided_at  # a step in court is of the calendar's day, whatever the book's is
    wanted = _wanted(request.ref.member_id, request.content, at.astimezone(JAPAN).date())
    commands.lock(cursor, wanted.key)
    case_no = wanted.case_no
    if not case_no:
        cursor.execute(
            "INSERT INTO care_legal_case (member_id, agreement_id, request_id, opened_at)"
            " VALUES (%s, %s, %s, %s) RETURNING case_no",
            (*wanted.key, request.ref.request_id, at),
        )
        case_no = int(cursor.fetchone()[0])
    ref = f"approval {request.ref.request_id}"
    made = Made("desk", ref, wanted.noted.on, at, f"staff {decided.decided_by}")
    key = CaseKey(request.ref.member_id, case_no)
    _insert(cursor, key, wanted.noted, (request.ref.request_id, made))


approvals.register(Kind(LEGAL_STEP, _figures, _carry))


# ------------------------------------------------------------------------------------ noted
def is_noted(cursor: Any, member_id: int, source: str) -> bool:
    """Whether one sending of a form was written down already [記録済みか]."""
    cursor.execute(
        "SELECT FROM care_legal_step WHERE member_id = %s AND source = %s", (member_id, source)
    )
    return cursor.fetchone() is not None


def note(cursor: Any, key: CaseKey, noted: Noted, made: Made) -> Case:
    """Write down what the court or the member did, once for its form [段階の記録].

    Lock      the member's agreements.
    Raises    RefusedError for what does not follow, is out of time, needs two persons, or is
              stayed by insolvency; InputError for an amount that is missing or not wanted.
    """
    case = one(cursor, key)
    commands.lock(cursor, Key(key.member_id, case.agreement_id))
    if is_noted(cursor, key.member_id, made.external_ref):
        return one(cursor, key)
    case = one(cursor, key)
    course = courses.courses()[noted.step]
    if course.is_by_two:
        raise RefusedError(Fault("LGL-070"))
    if (noted.amount_yen is not None) is not (noted.step is Step.COLLECTED):
        raise InputError(Fault("LGL-066"))
    if noted.on > made.booked_at.astimezone(JAPAN).date():
        raise InputError(Fault("LGL-061", details={"from": str(case.steps[-1].on)}))
    fault = courses.fault_of(case.taken, noted.taken)
    if fault is not None:
        raise RefusedError(fault)
    if noted.step in {Step.SEIZURE_SERVED, Step.COLLECTED, Step.PROVISIONAL_APPLIED}:
        _refuse_insolvent(cursor, key.member_id)
    _insert(cursor, key, noted, (None, made))
    return one(cursor, key)


def _refuse_insolvent(cursor: Any, member_id: int) -> None:
    for kept in counsel.standing(cursor, member_id):
        if kept.notice.proceeding in counsel.STAYS:
            raise RefusedError(Fault("LGL-068"))


def _insert(cursor: Any, key: CaseKey, noted: Noted, by: tuple[int | None, Made]) -> None:
    request_id, made = by
    cursor.execute(
        "INSERT INTO care_legal_step (member_id, case_no, step_no, step, taken_on, court, case_ref,"
        " amount_yen, target, document_ref, request_id, source, actor, noted_at)"
        " SELECT %s, %s, count(*) + 1, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s"
        " FROM care_legal_step WHERE member_id = %s AND case_no = %s",
        (
            *key, noted.step.value, noted.on, noted.court.strip(), noted.case_ref.strip(),
            noted.amount_yen, "" if noted.target is None else noted.target.value,
            noted.document_ref, request_id, made.external_ref, made.actor, made.booked_at, *key,
        ),
    )  # fmt: skip
    subject: dict[str, int | str] = {"case": key.case_no, "step": noted.step.value}
    happening = Happening(key.member_id, "legal_step", made.actor, made.booked_at, subject)
    journal.write(cursor, [happening])
    _follow(cursor, one(cursor, key), made)


# ------------------------------------------------------------------------ what follows on a day
MORNING = time(9, tzinfo=JAPAN)
"""From this hour of its day on a task stands on the list."""


def _follow(cursor: Any, case: Case, made: Made) -> None:
    """End what the step before left, and put down what this one brings about, on its days."""
    _end_tasks(cursor, case.key, tasks.Outcome.DONE, made)
    loan = Key(case.key.member_id, case.agreement_id)
    settlements.end_handover(cursor, loan, made)
    owed_yen = queries.position(cursor, loan, made.business_on).payoff_yen
    for due in courses.follow_ups(case.taken):
        if due.follow is not Follow.TIME_BAR or owed_yen:
            _put_task(cursor, case, due, f"step {len(case.steps)}", made)


def _put_task(cursor: Any, case: Case, due: Due, of: str, made: Made) -> None:
    facts: dict[str, int | str] = {
        "case": case.key.case_no, "agreement": case.agreement_id, "follow": due.follow.value,
        "on": due.on.isoformat(),
    }  # fmt: skip
    if due.follow is Follow.TIME_BAR:
        facts["time_bar"] = due.on.isoformat()
    moment = datetime.combine(due.on, MORNING)
    plan = tasks.Plan(tasks.Kind.FOLLOW_UP, planned_at=moment, facts=facts)
    source = Source(made.actor, f"case {case.key.case_no} {of} {due.follow.value}")
    tasks.put(cursor, case.key.member_id, plan, source, made.booked_at)


def _end_tasks(
    cursor: Any, key: CaseKey, outcome: tasks.Outcome, made: Made, only: Follow | None = None
) -> None:
    for each in follow_ups(cursor, key):
        if only is None or each.plan.facts["follow"] == only.value:
            ending = tasks.Ending(outcome, made.actor)
            tasks.end(cursor, key.member_id, each.task_id, ending, made.booked_at)


def follow_ups(cursor: Any, key: CaseKey) -> list[tasks.Task]:
    """What is to be done about a case, and from which day on [事件の業務]; ended ones are not."""
    return [
        each
        for each in tasks.of_member(cursor, key.member_id)
        if each.plan.facts.get("case") == key.case_no and "follow" in each.plan.facts
    ]


def name_hearing(cursor: Any, key: CaseKey, on: date, made: Made) -> None:
    """The court named its next day; another one named before is it no more [期日の指定].

    Lock      the member's agreements, then their contacts.
    Raises    RefusedError where no day in court follows, or for a day that is over.
    Law       民事訴訟法93条, 139条.
    """
    commands.lock(cursor, Key(key.member_id, one(cursor, key).agreement_id))
    case = one(cursor, key)
    if Step.HEARD not in case.next_steps() or on < made.booked_at.astimezone(JAPAN).date():
        raise RefusedError(Fault("LGL-072"))
    due = Due(Follow.HEARING, on)
    known = {each.plan.facts["on"] for each in follow_ups(cursor, key)
             if each.plan.facts["follow"] == Follow.HEARING.value}  # fmt: skip
    if known == {on.isoformat()}:
        return
    _end_tasks(cursor, key, tasks.Outcome.WITHDRAWN, made, Follow.HEARING)
    _put_task(cursor, case, due, made.external_ref, made)
    subject: dict[str, int | str] = {"case": key.case_no, "on": on.isoformat()}
    told = Happening(key.member_id, "hearing_named", made.actor, made.booked_at, subject)
    journal.write(cursor, [told])


# ----------------------------------------------------------------------------------- reading
_SELECT = (
    "SELECT c.case_no, c.agreement_id, s.step, s.taken_on, s.court, s.case_ref, s.amount_yen,"
    " s.target, s.document_ref FROM care_legal_case c JOIN care_legal_step s"
    " USING (member_id, case_no)"
)


def one(cursor: Any, key: CaseKey) -> Case:
    """A case of a member [事件の参照].

    Raises    NotFoundError for another's, as for none.
    """
    for found in of_member(cursor, key.member_id):
        if found.key == key:
            return found
    raise NotFoundError(Fault("LGL-067"))


def of_member(cursor: Any, member_id: int) -> list[Case]:
    """Cases of a member with all their steps, the newest first [事件の一覧]."""
    cursor.execute(
        f"{_SELECT} WHERE c.member_id = %s ORDER BY c.case_no DESC, s.step_no", (member_id,)
    )
    steps: dict[tuple[int, int], list[Noted]] = {}
    for number, agreement_id, step, on, court, case_ref, amount_yen, target, ref in cursor:
        noted = Noted(
            Step(step), on, court, case_ref, amount_yen, Target(target) if target else None, ref
        )
        steps.setdefault((int(number), int(agreement_id)), []).append(noted)
    return [
        Case(CaseKey(member_id, number), agreement_id, tuple(found))
        for (number, agreement_id), found in steps.items()
    ]
