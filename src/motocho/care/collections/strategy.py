"""What a day asks for about a loan in arrears: dated strategy, pure [督促の方針].

A strategy is a list of steps by days late. On a day, at most one step of a member's is taken: the
last whose day has come, never one before a step that was taken already. What keeps a step away is
named, all of it, with the day on which it is over where that is known.

>>> today = date(2026, 11, 23)
>>> [decide(Case(today, days), strategy_of(today)).step.step_id for days in (3, 4)]
['first_mail', 'first_sms']
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum
from functools import cache, lru_cache
from typing import Any, TypeAlias

import yaml

from motocho.care import _in_force
from motocho.care._in_force import Setting
from motocho.units.errors import Fault, FaultyInput
from motocho.units.periods import misplaced

FILE = "strategy.yaml"


class Way(Enum):
    """By what a step is taken [督促の手段]."""

    MAIL = "mail"
    SMS = "sms"
    CALL = "call"
    LETTER = "letter"
    """A short letter without a demand [ご連絡のお願い]."""
    DEMAND_MAIL = "demand_mail"
    DEMAND = "demand"
    """A demand with every item of the law [催告書]."""
    NOTICE = "notice"
    """The same, with what follows if it is not paid [期限の利益喪失の予告]."""
    ACCELERATION = "acceleration"
    """A person decides whether all falls due [期限の利益の喪失]."""
    HANDOVER = "handover"
    """The lender's legal desk takes over [法的手続の担当への引継ぎ]."""


PAPERS = frozenset({Way.LETTER, Way.DEMAND, Way.NOTICE})
TO_PERSONS = frozenset({Way.CALL, Way.ACCELERATION, Way.HANDOVER})
"""What a colleague does, by a task."""


class Ground(Enum):
    """Why a step waits [見合わせの理由]."""

    PROMISE = "promise"
    NAMED = "named"
    """The member named a moment to be spoken to."""
    CONSULTATION = "consultation"
    OFFER = "offer"
    """A way of paying was offered and is not answered yet."""
    ARRANGEMENT = "arrangement"
    COUNSEL = "counsel"
    DECEASED = "deceased"
    DISTRESS = "distress"
    """A wedding or a funeral, a hospital, a disaster."""
    COMPLAINT = "complaint"
    RATE = "rate"
    """The agreed rate is above the ceiling: nothing falls due by the clause."""
    CARE = "care"
    """Somebody who needs care: a person decides."""
    GAP = "gap"
    """The last step of this member is too near."""
    AFTER = "after"
    """A step before is not finished."""
    NOT_YET = "not_yet"
    """The next step's day has not come."""
    ENDED = "ended"
    """Every step was taken."""


ALWAYS = frozenset(
    {
        Ground.PROMISE, Ground.NAMED, Ground.CONSULTATION, Ground.COUNSEL, Ground.DECEASED,
        Ground.DISTRESS, Ground.COMPLAINT,
    }
)  # fmt: skip
"""What keeps every step away, whatever a strategy says: a file can only add to it."""
MAY_ADD = frozenset({Ground.OFFER, Ground.ARRANGEMENT, Ground.RATE})
NEEDS_RATE = frozenset({Way.NOTICE, Way.ACCELERATION})
"""Above the ceiling the clause has no force (最二小判平成18年1月13日)."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a strategy [督促の段階]."""

    step_id: str
    way: Way
    day: int
    softened_day: int | None = None
    """The day for somebody who needs care; None where a person decides."""
    after: str = ""
    unless: frozenset[Ground] = ALWAYS


@dataclass(frozen=True, slots=True)
class Strategy:
    """What holds from a day on [督促の方針]; days of both ends are counted."""

    from_on: date
    until: date | None
    gap_days: int
    """So long after a member's last step none follows."""
    call_hour: int
    arrival_days: int
    """So long after it was posted a letter counts as received (民法97条1項): house policy."""
    pay_within_days: int
    """So long a demand leaves to pay, once it was received."""
    sender: str
    """Who sends demands (貸金業法21条2項2号), and stands on the envelope in the lender's place."""
    steps: tuple[Step, ...]

    @property
    def calls_from(self) -> int | None:
        """The first day late on which one is called [架電を始める延滞日数]; None for no call."""
        return min((one.day for one in self.steps if one.way is Way.CALL), default=None)

    def step(self, step_id: str) -> Step | None:
        """A step by its id; None if this strategy has none such [段階]."""
        return next((one for one in self.steps if one.step_id == step_id), None)


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken for the same missed due date [実施済みの段階]."""

    step_id: str
    way: Way
    is_finished: bool
    """Sent, done, or for a notice: posted, and its period over."""


@dataclass(frozen=True, slots=True)
class Case:
    """A loan in arrears on a day, and what is known of its member [督促の前提]."""

    on: date
    days_late: int
    taken: tuple[Taken, ...] = ()
    """The oldest first."""
    grounds: Mapping[Ground, date | None] = field(default_factory=dict)
    """What stands against steps, with its last day where that is known."""
    last_on: date | None = None
    """The day of the member's last step, over all loans."""
    is_softened: bool = False
    """The member needs care: steps come later, or not by themselves · VULN-002."""


@dataclass(frozen=True, slots=True)
class Due:
    """A step to be taken today [本日の段階]."""

    step: Step


@dataclass(frozen=True, slots=True)
class Waits:
    """No step today: every reason, the step that is next, its first day if known [見合わせ]."""

    grounds: tuple[Ground, ...]
    step: Step | None
    first_on: date | None


Decision: TypeAlias = Due | Waits
_ONE_DAY = timedelta(days=1)


def decide(case: Case, strategy: Strategy) -> Decision:
    """The step of a day, or every reason why there is none [段階の判定].

    Law       貸金業法21条1項 · VULN-002, COLL-003, COLL-010, COLL-015.
    """
    ahead = _ahead(case, strategy)
    reached = [one for one in ahead if _comes(one, case)]
    ready = [one for one in reached if _is_prepared(one, case)]
    if not ready:
        return _none_yet(case, ahead, reached)
    step = ready[-1]
    found = {one: case.grounds[one] for one in step.unless if one in case.grounds}
    if case.last_on is not None and case.on <= case.last_on + _gap(strategy):
        found[Ground.GAP] = case.last_on + _gap(strategy)
    if not found:
        return Due(step)
    ends = list(found.values())
    known = [one for one in ends if one is not None]
    first_on = max(known) + _ONE_DAY if len(known) == len(ends) else None
    return Waits(tuple(sorted(found, key=lambda one: one.value)), step, first_on)


def _gap(strategy: Strategy) -> timedelta:
    return timedelta(days=strategy.gap_days)


def _ahead(case: Case, strategy: Strategy) -> list[Step]:
    """The steps after the last one that was taken, in whichever strategy of then."""
    taken = {one.step_id for one in case.taken}
    places = [place for place, one in enumerate(strategy.steps) if one.step_id in taken]
    return list(strategy.steps[max(places, default=-1) + 1 :])


def _day(step: Step, case: Case) -> int | None:
    return step.softened_day if case.is_softened else step.day


def _comes(step: Step, case: Case) -> bool:
    day = _day(step, case)
    return day is not None and day <= case.days_late


def _is_prepared(step: Step, case: Case) -> bool:
    finished = {one.step_id for one in case.taken if one.is_finished}
    return not step.after or step.after in finished


def _none_yet(case: Case, ahead: Sequence[Step], reached: Sequence[Step]) -> Waits:
    """Why no step is ready: all were taken, one waits for another, for its day, or a person."""
    if not ahead:
        return Waits((Ground.ENDED,), None, None)
    if reached:
        return Waits((Ground.AFTER,), reached[0], None)
    for step in ahead:
        day = _day(step, case)
        if day is not None:
            first_on = case.on + timedelta(days=day - case.days_late)
            return Waits((Ground.NOT_YET,), step, first_on)
    return Waits((Ground.CARE,), ahead[0], None)


# ---------------------------------------------------------------------------------------- the file
@cache
def strategies() -> tuple[Strategy, ...]:
    """All that come with the package, the earliest first [出荷時の方針の一覧]."""
    return read(_in_force.shipped(Setting.STRATEGY), FILE)


def in_force(cursor: Any, on: date) -> Strategy:
    """What holds on a day: the house's settings, else the shipped file [その日の方針]."""
    return strategy_of(on, _read(_in_force.text(cursor, Setting.STRATEGY, on), FILE))


def strategy_of(on: date, known: Sequence[Strategy] = ()) -> Strategy:
    """What holds on a day; the first for days before it, of the shipped file if of none [方針]."""
    listed = known or strategies()
    holding = [one for one in listed if one.from_on <= on]
    return holding[-1] if holding else listed[0]


_NUMBERS = {
    "gap_days": (1, 31), "call_hour": (8, 20), "arrival_days": (1, 31), "pay_within_days": (7, 90),
}  # fmt: skip
"""What each number may be: at most one step a day, calls by day, a week at least to pay."""
_KEYS = ("from", "until", *_NUMBERS, "sender", "steps")
_STEP_KEYS = frozenset({"id", "way", "day", "softened_day", "after", "unless"})
_MUST = frozenset({"id", "way", "day"})
LATEST_DAY = 1_000


def read(text: str, file: str) -> tuple[Strategy, ...]:
    """Strategies from a file [方針の読み取り].

    Raises    FaultyInput with every fault and its place: what lacks, cannot be, or does not follow
              the strategy before it.
    """
    try:
        rows: Any = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        raise FaultyInput(Fault("COL-001", file=file)) from None
    if not isinstance(rows, list) or not rows:
        raise FaultyInput(Fault("COL-001", file=file))
    faults = [one for place, row in enumerate(rows, 1) for one in _faults(place, row)]
    if not faults:
        faults = _faults_of_days(rows)
    if faults:
        raise FaultyInput(*(one.within(file) for one in faults))
    return tuple(_strategy(row) for row in rows)


_read = lru_cache(maxsize=8)(read)
"""By the text itself: a version that comes into force is another text."""


def _fault(place: int, key: str, seen: object) -> Fault:
    return Fault("COL-002", excerpt=str(seen), details={"row": str(place), "key": key})


def _faults(place: int, row: Any) -> list[Fault]:
    if not isinstance(row, dict):
        return [_fault(place, "", row)]
    found = [_fault(place, key, row.get(key, "")) for key in sorted(set(_KEYS) ^ set(row))]
    if found:
        return found
    if type(row["from"]) is not date:
        found.append(_fault(place, "from", row["from"]))
    if row["until"] is not None and type(row["until"]) is not date:
        found.append(_fault(place, "until", row["until"]))
    for key, (least, most) in _NUMBERS.items():
        if type(row[key]) is not int or not least <= row[key] <= most:
            found.append(_fault(place, key, row[key]))
    if not isinstance(row["sender"], str) or not row["sender"].strip():
        found.append(_fault(place, "sender", row["sender"]))
    if not isinstance(row["steps"], list) or not row["steps"]:
        return [*found, _fault(place, "steps", row["steps"])]
    for number, step in enumerate(row["steps"], 1):
        found += [_fault(place, f"steps {number} {key}", seen) for key, seen in _wrong(step)]
    return found or _faults_of_order(place, row)


def _wrong(step: Any) -> list[tuple[str, object]]:
    """The keys of a step that cannot be, with what stands there."""
    if not isinstance(step, dict) or not set(step) >= _MUST or not set(step) <= _STEP_KEYS:
        return [("", step)]
    found: list[tuple[str, object]] = []
    if not isinstance(step["id"], str) or not step["id"].isidentifier():
        found.append(("id", step["id"]))
    if step["way"] not in {one.value for one in Way}:
        found.append(("way", step["way"]))
    found += [
        (key, step[key])
        for key in ("day", "softened_day")
        if key in step and (type(step[key]) is not int or not 1 <= step[key] <= LATEST_DAY)
    ]
    if not found and step.get("softened_day", step["day"]) < step["day"]:
        found.append(("softened_day", step["softened_day"]))
    unless = step.get("unless", [])
    adds = {one.value for one in MAY_ADD}
    if (
        not isinstance(unless, list)
        or not set(map(str, unless)) <= adds
        or (step["way"] in {one.value for one in NEEDS_RATE} and Ground.RATE.value not in unless)
    ):
        found.append(("unless", unless))
    return found


def _faults_of_order(place: int, row: Mapping[str, Any]) -> list[Fault]:
    """Steps stand by their days, each once; acceleration comes after a notice that ran out."""
    found = []
    before: dict[str, Mapping[str, Any]] = {}
    day = 0
    for number, step in enumerate(row["steps"], 1):
        name = f"steps {number}"
        if step["id"] in before:
            found.append(_fault(place, f"{name} id", step["id"]))
        if step["day"] < day:
            found.append(_fault(place, f"{name} day", step["day"]))
        after = before.get(step.get("after", ""))
        if "after" in step and after is None:
            found.append(_fault(place, f"{name} after", step["after"]))
        is_accelerating = step["way"] == Way.ACCELERATION.value
        if is_accelerating and (after is None or after["way"] != Way.NOTICE.value):
            found.append(_fault(place, f"{name} after", step.get("after", "")))
        before[step["id"]], day = step, step["day"]
    return found


def _faults_of_days(rows: Sequence[Mapping[str, Any]]) -> list[Fault]:
    return [_fault(place + 1, name, rows[place][name]) for place, name in misplaced(rows)]


def _strategy(row: Mapping[str, Any]) -> Strategy:
    numbers = {key: row[key] for key in _NUMBERS}
    steps = tuple(_step(one) for one in row["steps"])
    return Strategy(
        from_on=row["from"], until=row["until"], sender=row["sender"], steps=steps, **numbers
    )


def _step(row: Mapping[str, Any]) -> Step:
    unless = ALWAYS | {Ground(one) for one in row.get("unless", [])}
    return Step(
        row["id"], Way(row["way"]), row["day"], row.get("softened_day"), row.get("after", ""),
        unless,
    )  # fmt: skip
