"""Steps about loans in arrears: decided by the night, taken, kept [督促の段階].

The night asks the strategy of the morning about every loan in arrears and writes down what it says,
once for each missed due date. What a colleague does becomes a task in the same transaction; what
goes out becomes a job, which asks the gate when it is about to leave (`carrying`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from motocho.care.collections import settlements, strategy
from motocho.care.collections.strategy import (
    TO_PERSONS,
    Case,
    Decision,
    Due,
    Ground,
    Step,
    Strategy,
    Taken,
    Way,
)
from motocho.care.reliefs import offers
from motocho.care.reliefs.offers import Offer
from motocho.contact import gate, guard, tasks
from motocho.contact.guard import Facts, HoldKind, Purpose
from motocho.contact.holds import Source
from motocho.contact.tasks import Ending, Outcome
from motocho.documents import archive
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.loans import standing
from motocho.loans.commands import Key, Made
from motocho.loans.policy import Status, Stop
from motocho.loans.standing import Seen
from motocho.outside import queue
from motocho.outside.clock import JAPAN
from motocho.units.errors import Fault, NotFoundError

CARRY = "collections.carry"
ONE_DAY = timedelta(days=1)
MORNING = time(8, tzinfo=JAPAN)


class StageKey(NamedTuple):
    """A step of a member that was decided [段階の番号]."""

    member_id: int
    stage_no: int


@dataclass(frozen=True, slots=True)
class Stage:
    """A step that was decided, with what became of it [督促の段階の記録]."""

    key: StageKey
    loan: Key
    late_since: date
    step_id: str
    way: Way
    strategy_on: date
    """The first day of the strategy that asked for it."""
    days_late: int
    decided_on: date
    state: str
    """`waiting`, `later`, `done` or `dropped`."""
    reason: str
    """Ids of rules, where the gate refused; else a word of ours."""
    try_at: datetime | None
    paper_no: int | None
    task_id: int | None
    pay_until: date | None
    posted_on: date | None

    @property
    def has_ended(self) -> bool:
        """Whether it is not tried any more [終了済みか]."""
        return self.state in {"done", "dropped"}


_SELECT = """
SELECT s.member_id, s.stage_no, s.agreement_id, s.late_since, s.step, s.way, s.strategy_on,
    s.days_late, s.decided_on, coalesce(t.state, 'waiting'), coalesce(t.reason, ''), t.try_at,
    coalesce(l.paper_no, t.paper_no), t.task_id, t.pay_until, l.left_at
FROM care_stage s
LEFT JOIN LATERAL (SELECT * FROM care_stage_try t
    WHERE t.member_id = s.member_id AND t.stage_no = s.stage_no
    ORDER BY t.try_no DESC LIMIT 1) t ON true
LEFT JOIN LATERAL (SELECT p.paper_no, p.dated_on, coalesce(o.posted_at, h.handed_at) AS left_at
    FROM documents_paper p
    LEFT JOIN documents_post o USING (member_id, paper_no)
    LEFT JOIN documents_handed h USING (member_id, paper_no)
    WHERE p.member_id = s.member_id AND s.way IN ('letter', 'demand', 'notice')
      AND (p.cause = 'stage ' || s.stage_no
        OR starts_with(p.cause, 'stage ' || s.stage_no || ' again '))
    ORDER BY coalesce(o.posted_at, h.handed_at), p.paper_no DESC LIMIT 1) l ON true
"""


def _stage(row: tuple[Any, ...]) -> Stage:
    member_id, stage_no, agreement_id, late_since, step_id, way, *rest, posted_at = row
    posted_on = None if posted_at is None else posted_at.astimezone(JAPAN).date()
    loan = Key(member_id, agreement_id)
    strategy_on, days_late, decided_on, state, reason, *tried = rest
    try_at, paper_no, task_id, pay_until = tried
    return Stage(
        StageKey(member_id, stage_no), loan, late_since, step_id, Way(way), strategy_on,
        days_late, decided_on, state, reason, try_at, paper_no, task_id, pay_until, posted_on,
    )  # fmt: skip


def one(cursor: Any, key: StageKey) -> Stage:
    """A step that was decided [段階の参照].

    Raises    NotFoundError if the member has no such step.
    """
    cursor.execute(f"{_SELECT} WHERE s.member_id = %s AND s.stage_no = %s", key)
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("COL-011"))
    return _stage(row)


def of_members(cursor: Any, members: Collection[int]) -> list[Stage]:
    """Every step of some members, in the order they were decided [会員の段階]."""
    cursor.execute(
        f"{_SELECT} WHERE s.member_id = ANY(%s) ORDER BY s.member_id, s.decided_on, s.stage_no",
        (sorted(set(members)),),
    )
    return [_stage(row) for row in cursor.fetchall()]


# ------------------------------------------------------------------------------------- the night
def decide(cursor: Any, keys: Sequence[Key], made: Made) -> int:
    """Decide about loans in arrears for the morning after a day [段階の決定]; gives how many steps.

    Done twice it decides nothing twice: a step is of its missed due date, and of one day.
    Lock      none: what is decided is asked of the gate again when it is about to go out.
    """
    morning = made.business_on + ONE_DAY
    held = strategy.in_force(cursor, morning)
    known: dict[int, list[Stage]] = defaultdict(list)
    for stage in of_members(cursor, [key.member_id for key in keys]):
        known[stage.key.member_id].append(stage)
    coming: list[tuple[Seen, Case]] = []
    for seen in standing.see(cursor, keys):
        mine = known[seen.key.member_id]
        _withdraw(cursor, seen, mine, made)
        case = _case(seen, mine, morning, held)
        # Care only brings steps later: whoever has none due without it has none with it.
        if case is not None and isinstance(strategy.decide(case, held), Due):
            coming.append((seen, case))
    return _write(cursor, _chosen(cursor, coming, held), held, made)


def _chosen(
    cursor: Any, coming: Sequence[tuple[Seen, Case]], held: Strategy
) -> list[tuple[Seen, Step]]:
    """What is due with everything that stands against it: one step a member and day.

    Why       facts of members are read for all at once, and only where a step's day has come.
    """
    if not coming:
        return []
    members = {seen.key.member_id for seen, _ in coming}
    facts = gate.facts_of_all(cursor, members, datetime.combine(coming[0][1].on, MORNING))
    offered = offers.open_of_all(cursor, members)
    chosen: dict[int, tuple[Seen, Step]] = {}
    for seen, case in coming:
        if seen.key.member_id in chosen:
            continue
        around = _Around(facts[seen.key.member_id], offered.get(seen.key))
        found = strategy.decide(_known(cursor, seen, case, around), held)
        if isinstance(found, Due):
            chosen[seen.key.member_id] = seen, found.step
    return list(chosen.values())


def with_open_tasks(cursor: Any) -> list[Key]:
    """Loans about which a colleague has something to do [業務が残る契約]: paid, it is withdrawn."""
    cursor.execute(
        "SELECT DISTINCT s.member_id, s.agreement_id FROM contact_task t JOIN care_stage s"
        " ON s.member_id = t.member_id AND t.source = 'stage ' || s.stage_no"
        " WHERE t.ended_at IS NULL ORDER BY 1, 2"
    )
    return [Key(*row) for row in cursor.fetchall()]


def _withdraw(cursor: Any, seen: Seen, mine: Sequence[Stage], made: Made) -> None:
    """Tasks of a missed due date that was paid meanwhile are nobody's any more."""
    since = seen.on((made.business_on + ONE_DAY).toordinal()).late_since
    over = {
        f"stage {one.key.stage_no}": one
        for one in mine
        if one.loan == seen.key
        and one.way in TO_PERSONS
        and (since is None or one.late_since != date.fromordinal(since))
    }
    if not over:
        return
    for task in tasks.of_member(cursor, seen.key.member_id):
        if task.source in over:
            ending = Ending(Outcome.WITHDRAWN, made.actor)
            tasks.end(cursor, task.member_id, task.task_id, ending, made.booked_at)
            stage = over[task.source]
            if not stage.has_ended:
                note(cursor, stage.key, Tried("dropped", "paid"), made.booked_at)


def _case(seen: Seen, mine: Sequence[Stage], morning: date, held: Strategy) -> Case | None:
    state = seen.on(morning.toordinal())
    if state.late_since is None or seen.status is not Status.OPEN:
        return None
    late_since = date.fromordinal(state.late_since)
    days = standing.days_late(state, seen.rules)
    if days < 1:
        return None
    taken = tuple(
        Taken(one.step_id, one.way, _is_finished(one, morning, held))
        for one in mine
        if one.loan == seen.key and one.late_since == late_since
    )
    if state.accelerated_on is not None:  # by whichever way: what comes before it is of no use now
        falls = (one for one in held.steps if one.way is Way.ACCELERATION)
        taken += tuple(Taken(one.step_id, one.way, is_finished=True) for one in falls)
    last_on = max((one.decided_on for one in mine), default=None)
    return Case(morning, days, taken, last_on=last_on)


def _is_finished(stage: Stage, morning: date, held: Strategy) -> bool:
    """Whether what comes after a step may be taken: a notice has to have run out first."""
    if stage.way is Way.ACCELERATION:
        return False if stage.state != "done" else stage.reason == "accelerated"
    if stage.way in {Way.DEMAND, Way.NOTICE} and stage.posted_on is None:
        return False
    if stage.way is not Way.NOTICE:
        return stage.state == "done"
    last_on = runs_until(stage, held)
    return last_on is not None and last_on < morning


def runs_until(stage: Stage, held: Strategy) -> date | None:
    """The last day that a posted notice leaves to pay [催告期間の末日]; None before it is posted.

    The day it bears, or later, where it was posted late: what it leaves counts from its arrival,
    the day of which is not counted.
    Law       民法97条1項, 140条, 541条.
    """
    if stage.posted_on is None:
        return None
    leaves = received_on(stage, held) + timedelta(days=held.pay_within_days)
    return leaves if stage.pay_until is None else max(stage.pay_until, leaves)


def received_on(stage: Stage, held: Strategy) -> date:
    """The day on which a posted letter counts as received [到達日]; house policy."""
    posted_on = stage.posted_on or stage.decided_on
    return posted_on + timedelta(days=held.arrival_days)


class _Around(NamedTuple):
    """What is read of a member beside the loan."""

    facts: Facts
    offer: Offer | None


def _around(cursor: Any, key: Key, at: datetime) -> _Around:
    return _Around(gate.facts_of(cursor, key.member_id, at), offers.open_of(cursor, key))


def _known(cursor: Any, seen: Seen, case: Case, around: _Around) -> Case:
    """The same case with everything that stands against steps, and whether care is needed."""
    found = _against(cursor, seen, datetime.combine(case.on, MORNING), around)
    return replace(case, grounds=found, is_softened=guard.needs_care(around.facts, case.on))


def standing_against(cursor: Any, seen: Seen, at: datetime) -> dict[Ground, date | None]:
    """Everything that stands against steps of a loan at a moment [見合わせの理由の照会]."""
    return _against(cursor, seen, at, _around(cursor, seen.key, at))


def _against(cursor: Any, seen: Seen, at: datetime, around: _Around) -> dict[Ground, date | None]:
    found = grounds_of(around.facts, seen, at)
    if Ground.ARRANGEMENT in found and _is_missed(cursor, seen, at):
        del found[Ground.ARRANGEMENT]
    offer = around.offer
    if offer is not None and offer.is_open(at.astimezone(JAPAN).date()):
        found[Ground.OFFER] = offer.last_on
    return found


def _is_missed(cursor: Any, seen: Seen, at: datetime) -> bool:
    """Whether a payment of a settlement is missed: what was agreed to holds back no step then."""
    late_since = seen.on(at.astimezone(JAPAN).date().toordinal()).late_since
    return late_since is not None and any(
        one.key == seen.key and one.settled_on.toordinal() <= late_since
        for one in settlements.of_member(cursor, seen.key.member_id)
    )


_HOLDS: Mapping[HoldKind, Ground] = {
    HoldKind.DECEASED: Ground.DECEASED,
    HoldKind.COMPLAINT: Ground.COMPLAINT,
    **dict.fromkeys(guard.DISTRESS, Ground.DISTRESS),
}


def grounds_of(facts: Facts, seen: Seen, at: datetime) -> dict[Ground, date | None]:
    """What stands against steps of a loan at a moment, with last days [見合わせの理由]."""
    on = at.astimezone(JAPAN).date()
    found: dict[Ground, date | None] = {}
    if facts.promised_on is not None and on <= facts.promised_on:
        found[Ground.PROMISE] = facts.promised_on
    if facts.named_at is not None and at < facts.named_at:
        found[Ground.NAMED] = facts.named_at.astimezone(JAPAN).date()
    if facts.is_consulting:
        found[Ground.CONSULTATION] = None
    if facts.has_counsel:
        found[Ground.COUNSEL] = None
    if Stop.DECEASED in seen.stops:
        found[Ground.DECEASED] = None
    for hold in facts.holds:
        ground = _HOLDS.get(hold.kind)
        if ground is not None and (hold.last_on is None or on <= hold.last_on):
            found[ground] = _later(found, ground, hold.last_on)
    state = seen.on(on.toordinal())
    if state.arrangement is not None and state.arrangement.until >= on.toordinal():
        found[Ground.ARRANGEMENT] = date.fromordinal(state.arrangement.until)
    if state.terms.rate_ppm > seen.ceiling_ppm:
        found[Ground.RATE] = None
    return found


def _later(
    found: Mapping[Ground, date | None], ground: Ground, last_on: date | None
) -> date | None:
    before = found.get(ground, date.min)
    return None if before is None or last_on is None else max(before, last_on)


_WRITE = """
INSERT INTO care_stage (member_id, agreement_id, late_since, step, way, strategy_on, days_late,
    decided_on, decided_at)
SELECT member_id, agreement_id, late_since, step, way, %(strategy_on)s, days_late, %(morning)s,
    %(at)s
FROM unnest(%(members)s::bigint[], %(agreements)s::bigint[], %(since)s::date[], %(steps)s::text[],
        %(ways)s::text[], %(days)s::integer[])
    WITH ORDINALITY AS k (member_id, agreement_id, late_since, step, way, days_late, place)
ORDER BY place
ON CONFLICT DO NOTHING RETURNING member_id, stage_no
"""


def _write(cursor: Any, due: Sequence[tuple[Seen, Step]], held: Strategy, made: Made) -> int:
    """Write steps down with what each asks for: a task of a person, or a job; gives how many."""
    if not due:
        return 0
    morning = made.business_on + ONE_DAY
    states = [seen.on(morning.toordinal()) for seen, _ in due]
    cursor.execute(
        _WRITE,
        {
            "members": [seen.key.member_id for seen, _ in due],
            "agreements": [seen.key.agreement_id for seen, _ in due],
            "since": [date.fromordinal(one.late_since or one.on) for one in states],
            "steps": [step.step_id for _, step in due],
            "ways": [step.way.value for _, step in due],
            "days": [
                standing.days_late(state, seen.rules)
                for state, (seen, _) in zip(states, due, strict=True)
            ],
            "strategy_on": held.from_on, "morning": morning, "at": made.booked_at,
        },
    )  # fmt: skip
    numbers = {int(member_id): int(number) for member_id, number in cursor.fetchall()}
    written = [
        (StageKey(seen.key.member_id, numbers[seen.key.member_id]), seen.key, step)
        for seen, step in due
        if seen.key.member_id in numbers
    ]
    journal.write(
        cursor,
        [
            Happening(
                key.member_id, "collection_stage", made.actor, made.booked_at,
                _subject(key, loan, step) | {"way": step.way.value},
            )
            for key, loan, step in written
        ],
    )  # fmt: skip
    _put_tasks(cursor, [one for one in written if one[2].way in TO_PERSONS], held, made)
    jobs = [key for key, _, step in written if step.way not in TO_PERSONS]
    queue.enqueue_all(
        CARRY, [{"member_id": key.member_id, "stage_id": key.stage_no} for key in jobs]
    )
    return len(written)


def _subject(key: StageKey, loan: Key, step: Step) -> dict[str, int | str]:
    return {"agreement": loan.agreement_id, "stage": key.stage_no, "step": step.step_id}


def _put_tasks(
    cursor: Any, written: Sequence[tuple[StageKey, Key, Step]], held: Strategy, made: Made
) -> None:
    """Calls to make, and what a person decides: with the step's number, never a word."""
    hour = time(held.call_hour, tzinfo=JAPAN)
    planned_at = datetime.combine(made.business_on + ONE_DAY, hour)
    new = []
    for key, loan, step in written:
        facts = _subject(key, loan, step)
        plan = tasks.Plan(tasks.Kind.FOLLOW_UP, facts=facts | {step.way.value: loan.agreement_id})
        if step.way is Way.CALL:
            plan = tasks.Plan(tasks.Kind.CALL, Purpose.ARREARS, planned_at, facts)
        new.append(tasks.New(key.member_id, plan, Source(made.actor, f"stage {key.stage_no}")))
    numbers = tasks.put_all(cursor, new, made.booked_at)
    for (key, _, step), task_id in zip(written, numbers, strict=True):
        if step.way is not Way.ACCELERATION:
            note(cursor, key, Tried("done", task_id=task_id), made.booked_at)


# ------------------------------------------------------------------------------------------- tries
@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a try [実施の結果]."""

    state: str
    reason: str = ""
    try_at: datetime | None = None
    paper_no: int | None = None
    task_id: int | None = None
    pay_until: date | None = None


def lock(cursor: Any, key: StageKey) -> Stage:
    """Hold a step until the transaction ends [段階の排他]: of two workers one takes it."""
    cursor.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('motocho stage', %s))", (key.stage_no,)
    )
    return one(cursor, key)


def note(cursor: Any, key: StageKey, tried: Tried, at: datetime) -> None:
    """Write down what became of a try [実施の記録]."""
    cursor.execute(
        "INSERT INTO care_stage_try (member_id, stage_no, try_no, state, reason, try_at, paper_no,"
        " task_id, pay_until, tried_at) SELECT %s, %s, count(*) + 1, %s, %s, %s, %s, %s, %s, %s"
        " FROM care_stage_try WHERE member_id = %s AND stage_no = %s",
        (
            *key, tried.state, tried.reason, tried.try_at, tried.paper_no, tried.task_id,
            tried.pay_until, at, *key,
        ),
    )  # fmt: skip


def sent(cursor: Any, member_id: int, most: int = 100) -> list[tuple[Way, datetime]]:
    """Texts and demands by mail that left for a member, the newest first [送った督促].

    The short mail is a message of notices', and letters are papers: they are told there.
    """
    cursor.execute(
        "SELECT s.way, t.tried_at FROM care_stage s JOIN care_stage_try t USING (member_id,"
        " stage_no) WHERE s.member_id = %s AND t.state = 'done' AND s.way = ANY(%s)"
        " ORDER BY t.tried_at DESC, s.stage_no DESC LIMIT %s",
        (member_id, [Way.SMS.value, Way.DEMAND_MAIL.value], most),
    )
    return [(Way(way), at) for way, at in cursor.fetchall()]


def to_try(cursor: Any, at: datetime, most: int = 500) -> list[StageKey]:
    """Steps that were put off and whose moment has come [再実施の対象]."""
    cursor.execute(
        "SELECT t.member_id, t.stage_no FROM care_stage_try t WHERE t.state = 'later'"
        " AND t.try_at <= %s AND NOT EXISTS (SELECT FROM care_stage_try n"
        " WHERE n.member_id = t.member_id AND n.stage_no = t.stage_no AND n.try_no > t.try_no)"
        " ORDER BY t.try_at, t.member_id, t.stage_no LIMIT %s",
        (at, most),
    )
    return [StageKey(*row) for row in cursor.fetchall()]


# -------------------------------------------------------------------------- letters that stayed
_STAYED = f"""
{_SELECT}
JOIN loan_agreement a ON a.member_id = s.member_id AND a.agreement_id = s.agreement_id
WHERE s.way IN ('demand', 'notice') AND t.state IN ('done', 'dropped') AND l.left_at IS NULL
  AND a.status = 'open' AND coalesce(l.dated_on, s.decided_on) < %s
  AND (a.late_since = s.late_since - DATE '0001-01-01' + 1 OR a.wake_on <= %s)
"""  # our own words


def stayed(cursor: Any, on: date, member_id: int | None = None, most: int = 100) -> list[Stage]:
    """Demands that never left and may not any more: what comes after them waits [未発送の督促書面].

    Of one member, or (None) of all, the oldest first. A person has them made anew
    (`carrying.again`).
    """
    cursor.execute(
        f"{_STAYED} AND (%s::bigint IS NULL OR s.member_id = %s) ORDER BY s.decided_on, s.stage_no",
        (on - timedelta(days=archive.FRESH_DAYS), on, member_id, member_id),
    )
    found = [_stage(row) for row in cursor.fetchall()]
    stood = {one.key: one.on(on.toordinal()) for one in standing.see(cursor, _loans(found))}
    since = {key: state.late_since for key, state in stood.items()}
    return [one for one in found if since[one.loan] == one.late_since.toordinal()][:most]


def _loans(found: Collection[Stage]) -> list[Key]:
    return sorted({one.loan for one in found})


# ------------------------------------------------------------------------------------ what is shown
@dataclass(frozen=True, slots=True)
class Outlook:
    """A loan in arrears as the desk shows it [督促の現況]: what was done, what comes next."""

    loan: Key
    late_since: date
    days_late: int
    stages: tuple[Stage, ...]
    decision: Decision
    strategy_on: date


def outlook(cursor: Any, member_id: int, on: date) -> list[Outlook]:
    """The loans of a member that are in arrears on a day, with their steps [会員の督促の現況]."""
    held = strategy.in_force(cursor, on)
    mine = of_members(cursor, [member_id])
    found = []
    for seen in standing.of_members(cursor, [member_id])[member_id]:
        case = _case(seen, mine, on, held)
        if case is None:
            continue
        around = _around(cursor, seen.key, datetime.combine(on, MORNING))
        known = _known(cursor, seen, case, around)
        state = seen.on(on.toordinal())
        found.append(
            Outlook(
                seen.key,
                date.fromordinal(state.late_since or on.toordinal()),
                case.days_late,
                tuple(one for one in mine if one.loan == seen.key),
                strategy.decide(known, held),
                held.from_on,
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Count:
    """How many steps of a way stand where, decided since a day [段階の件数]."""

    way: Way
    waiting: int
    later: int
    done: int
    dropped: int


_LATELY = (
    "s.decided_on >= %s OR s.way = 'acceleration' AND NOT EXISTS (SELECT FROM care_stage_try e"
    " WHERE e.member_id = s.member_id AND e.stage_no = s.stage_no AND e.state <> 'later')"
)


def counts(cursor: Any, since: date) -> tuple[Count, ...]:
    """Steps decided since a day by way and state; ways without any too [段階別の件数].

    What waits for a person's decision is counted however old it is.
    """
    cursor.execute(
        f"SELECT way, state, count(*) FROM ({_SELECT} WHERE {_LATELY})"  # noqa: S608  # our own words
        " AS x (member_id, stage_no, agreement_id, late_since, step, way, strategy_on, days_late,"
        " decided_on, state, reason, try_at, paper_no, task_id, pay_until, posted_at)"
        " GROUP BY way, state",
        (since,),
    )
    found = {(way, state): count for way, state, count in cursor.fetchall()}
    states = ("waiting", "later", "done", "dropped")
    return tuple(Count(way, *(found.get((way.value, state), 0) for state in states)) for way in Way)


def listed(cursor: Any, way: Way, since: date, most: int = 100) -> list[Stage]:
    """Steps of one way decided since a day, those not ended first, then the newest [一覧]."""
    cursor.execute(
        f"{_SELECT} WHERE s.way = %s AND ({_LATELY})"
        " ORDER BY (coalesce(t.state, 'waiting') IN ('done', 'dropped')), s.decided_on DESC,"
        " s.stage_no DESC LIMIT %s",
        (way.value, since, most),
    )
    return [_stage(row) for row in cursor.fetchall()]
