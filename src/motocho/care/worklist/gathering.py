"""The facts of the day, of a whole book, in a few statements [本日の業務の材料].

Each kind of ground is one reading of the room that holds it, as it stands at this moment: what was
paid, promised or put down a minute ago is in it. What the gate looks at is read for all at once.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from motocho.care.collections import strategy
from motocho.care.reliefs import promises
from motocho.care.reliefs.promises import Verdict
from motocho.care.worklist import claims, hours, policy, ranking
from motocho.care.worklist.claims import Claim
from motocho.care.worklist.hours import Best, Experience, Rate, Slot
from motocho.care.worklist.policy import Policy, Why
from motocho.care.worklist.ranking import Called, Ground, Person, Ranked, Row
from motocho.contact import calls, gate, guard, tasks
from motocho.contact.guard import JAPAN, Facts, Hand, HoldKind, Purpose, hindrances
from motocho.loans import queries, standing
from motocho.loans.queries import Pledge
from motocho.loans.standing import Late, Lateness

Grounds = dict[int, list[Ground]]


@dataclass(frozen=True, slots=True)
class Today:
    """The list of the day with what is known of the first rows [本日の一覧]."""

    at: datetime
    ranked: Ranked
    bests: Mapping[int, Best]
    """The next good hour of those who are shown."""

    @property
    def rows(self) -> tuple[Row, ...]:
        """Whom to reach now, the first of them [いま連絡できる人]."""
        return self.ranked.rows


def today(cursor: Any, at: datetime, hand: Hand, kept_from: Collection[int] = ()) -> Today:
    """Whom to call at a moment, in order, and who waits for later [本日の一覧] · COLL-001 to 018.

    Takes     members that whoever asks may not see.
    """
    on = at.astimezone(JAPAN).date()
    held = policy.in_force(cursor, on)
    with _no_circles():
        ranked = ranking.rank(people(cursor, at, kept_from, hand), held, at, hand)
    first = ranked.rows[: held.shown]
    bests = best_hours(cursor, [row.person for row in first], at)
    rows = (*ranking.timed(first, bests, held, at), *ranked.rows[held.shown :])
    return Today(at, Ranked(rows, ranked.later, ranked.counts, ranked.later_counts), bests)


@contextmanager
def _no_circles() -> Iterator[None]:
    """Python looks for no circles meanwhile.

    Why       a large book gives rows by the hundred thousand, none of them in a circle, and each
              look would go through all of them again.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def people(
    cursor: Any, at: datetime, kept_from: Collection[int] = (), hand: Hand = Hand.SUPERVISOR
) -> list[Person]:
    """Everybody for whom there is a ground today, with the gate's facts [対象者].

    Takes     whose list it is: what a supervisor decides stands on no other one's.
    """
    on = at.astimezone(JAPAN).date()
    planned = tasks.until(cursor, datetime.combine(on, time.max, JAPAN))
    if hand is not Hand.SUPERVISOR:
        planned = [each for each in planned if sort_of(each.plan) not in SUPERVISED]
    grounds = _grounds(cursor, on, policy.in_force(cursor, on), planned)
    for member_id in kept_from:
        grounds.pop(member_id, None)
    facts = gate.facts_of_all(cursor, grounds, at)
    _soften(grounds, facts, on, {each.member_id for each in planned if _is_of_step(each.plan)})
    midnight = datetime.combine(on, time(), JAPAN)
    called = calls.tried_since(cursor, midnight, at)
    return [
        Person(member_id, facts[member_id], tuple(found), _called(called.get(member_id)))
        for member_id, found in grounds.items()
    ]


class Next(NamedTuple):
    """Whom a colleague calls next, and by which claim [次の人]."""

    claim: Claim
    row: Row


def take_next(cursor: Any, staff_id: int, found: Today, hand: Hand) -> Next | None:
    """The first of the list whom nobody has, taken [次の人の確保]; None where nobody is left.

    What the gate says is asked once more when the member is taken: whoever was before may have had
    the last call of the day, or a word that stands against another.
    """
    rows = {row.person.member_id: row for row in found.rows}
    left = [(member_id, row.ground.why) for member_id, row in rows.items()]
    while left:
        claim = claims.take(cursor, staff_id, left, found.at)
        if claim is None:
            return None
        row = rows[claim.member_id]
        facts, purpose = gate.facts_of(cursor, claim.member_id, found.at), row.ground.purpose
        if purpose is None:
            return Next(claim, row)
        if not hindrances(facts, purpose, found.at, ranking.way_of(purpose, hand)):
            return Next(claim, row)
        claims.release(cursor, claim.member_id)
        left = left[[member_id for member_id, _ in left].index(claim.member_id) + 1 :]
    return None


def _soften(
    grounds: Grounds, facts: Mapping[int, Facts], on: date, asked_for: Collection[int]
) -> None:
    """Who needs care is called about arrears when a step asks for it, not before · VULN-002."""
    for member_id in [one for one in grounds if guard.needs_care(facts[one], on)]:
        if member_id not in asked_for:
            left = [one for one in grounds[member_id] if one.why is not Why.LATE]
            grounds[member_id] = left
            if not left:
                del grounds[member_id]


def _called(found: calls.Tried | None) -> Called | None:
    return None if found is None else Called(found.at, found.is_reached)


# --------------------------------------------------------------------------------------- grounds
def _grounds(cursor: Any, on: date, held: Policy, planned: Sequence[tasks.Task]) -> Grounds:
    found: defaultdict[int, list[Ground]] = defaultdict(list)
    late = standing.late(cursor, on)
    for member_id, ground in (
        *_of_tasks(planned),
        *_of_promises(cursor, late, on, held),
        *_of_late(late, strategy.in_force(cursor, on).calls_from),
        *_of_papers(cursor, on, held),
        *_due_soon(cursor, late, on, held),
    ):
        found[member_id].append(ground)
    return found


Named = tuple[int, Ground]
_WHY_OF = {
    tasks.Kind.CONSULTATION: Why.CONSULTATION,
    tasks.Kind.CALL_BACK: Why.CALL_BACK,
    tasks.Kind.CALL: Why.TASK,
    tasks.Kind.REPLY: Why.REPLY,
    tasks.Kind.FOLLOW_UP: Why.FOLLOW_UP,
}


def _of_tasks(found: Sequence[tasks.Task]) -> Iterator[Named]:
    """What was put down; a call that a step of collections asks for stands under "late" instead."""
    for each in found:
        plan = each.plan
        if _is_of_step(plan):
            continue
        why = _WHY_OF[plan.kind]
        ground = Ground(why, plan.purpose, plan.planned_at, ref=each.task_id, sort=sort_of(plan))
        yield each.member_id, ground


SORTS = (
    "acceleration", "handover", "paper", "wants", "violation", "talk", "disclosure", "fraud",
    "list", "family_report", "third", "card_order",
)  # fmt: skip
"""By a fact of a follow-up: what is left to do; the first that fits."""
WHATS = (
    "card_renewal", "reach_again", "bureau_consent", "bureau_silent", "bureau_doubt",
    "bureau_rejected",
)  # fmt: skip
"""What a follow-up says itself in its fact `what`, where none of `SORTS` is among its facts."""
SUPERVISED = frozenset({"acceleration", "violation"})
"""What a supervisor alone decides, or looks into: on nobody else's list."""


def sort_of(plan: tasks.Plan) -> str:
    """What a follow-up leaves to do [後処理の内容]; empty for others, and where it does not say."""
    if plan.kind is not tasks.Kind.FOLLOW_UP:
        return ""
    what = str(plan.facts.get("what", ""))
    said = what if what in WHATS else ""
    found = next((name for name in SORTS if name in plan.facts), said)
    return str(plan.facts.get("follow", found))


def _is_of_step(plan: tasks.Plan) -> bool:
    return plan.kind is tasks.Kind.CALL and plan.purpose is Purpose.ARREARS and "step" in plan.facts


def _of_late(late: Sequence[Late], calls_from: int | None) -> Iterator[Named]:
    """Who is behind for so long that the strategy calls; before it, its mails and texts do.

    Of a loan that fell due as a whole the legal desk has a task (`stages`).
    """
    if calls_from is None:
        return
    for each in late:
        if each.days >= calls_from and each.stage is not Lateness.ACCELERATED:
            yield (
                each.key.member_id,
                # In the order of its fields: many are made.
                Ground(
                    Why.LATE,
                    Purpose.ARREARS,
                    None,
                    each.key.agreement_id,
                    each.days,
                    each.arrears_yen,
                    each.stage.value,
                ),
            )


def _of_promises(cursor: Any, late: Sequence[Late], on: date, held: Policy) -> Iterator[Named]:
    """Promises of today, and those that were missed while the loan is late still."""
    first_on = on - timedelta(days=held.missed_days)
    judged = promises.judged(cursor, first_on, on, on)
    last = {each.pledge.key: each.pledge.promise_no for each in judged}
    stood = {each.key for each in late}
    for each in judged:
        pledge = each.pledge
        if pledge.promise_no != last[pledge.key]:
            continue
        if each.verdict is Verdict.OPEN and pledge.pay_on == on:
            yield pledge.key.member_id, _promised(pledge, Why.PROMISE_TODAY, on)
        elif promises.is_missed(each, on) and pledge.key in stood:
            yield pledge.key.member_id, _promised(pledge, Why.PROMISE_MISSED, on)


def _promised(pledge: Pledge, why: Why, on: date) -> Ground:
    return Ground(
        why,
        Purpose.ARREARS,
        agreement_id=pledge.key.agreement_id,
        days=(on - pledge.pay_on).days,
        yen=pledge.short_yen,
        ref=pledge.promise_no,
    )


def _of_papers(cursor: Any, on: date, held: Policy) -> Iterator[Named]:
    for each in queries.evidence_due(cursor, on + timedelta(days=held.papers_days)):
        yield each.member_id, Ground(Why.PAPERS, Purpose.DUTY, days=(each.due_on - on).days)


def _due_soon(cursor: Any, late: Sequence[Late], on: date, held: Policy) -> Iterator[Named]:
    """Due dates that come; who is late already hears of that instead."""
    days = held.due_soon_days
    behind = {each.key.member_id for each in late}
    for key in standing.to_pay_until(cursor, on + timedelta(days=days)):
        if key.member_id not in behind:
            yield (
                key.member_id,
                Ground(Why.DUE_SOON, Purpose.REMINDER, None, key.agreement_id, days),
            )


# ------------------------------------------------------------------------------------ good hours
def best_hours(cursor: Any, asked: Sequence[Person], at: datetime) -> dict[int, Best]:
    """The next good hour of some members, from their history and everybody's [次に良い時間]."""
    held = policy.in_force(cursor, at.astimezone(JAPAN).date())
    members = [each.member_id for each in asked]
    if not members:
        return {}
    own = calls.tried(cursor, members, at - timedelta(days=held.history_days), at)
    rates = calls.rates(cursor, at - timedelta(days=held.house_days), at)
    house = {Slot(*slot): Rate(*rate) for slot, rate in rates.items()}
    answers: dict[tuple[Any, ...], Best] = {}
    found = {}
    for each in asked:
        known = _known(each, own.get(each.member_id, []), house)
        said = (known.own, known.wishes)
        if said not in answers:
            answers[said] = hours.best(known, held, at)
        found[each.member_id] = answers[said]
    return found


def _known(person: Person, own: Sequence[calls.Tried], house: Mapping[Slot, Rate]) -> Experience:
    wishes = tuple(
        hold.hours
        for hold in person.facts.holds
        if hold.kind is HoldKind.PREFERRED_HOURS and hold.hours is not None
    )
    return Experience(tuple((each.at, each.is_reached) for each in own), house, wishes)
