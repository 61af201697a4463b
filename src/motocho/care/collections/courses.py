"""What a step in court may follow, by when, what it does to prescription; pure [法的手続の規則].

Steps, what each follows and its article are data (`care/data/legal_steps.yaml`); the lengths of
periods are law (`law/data/court.collection_periods.yaml`). A period's first day is not counted; one
that ends while courts are closed ends on the next day that they are open.

>>> served = [Taken(Step.ORDER_SERVED, date(2026, 10, 8))]
>>> [str(one.last_on) for one in deadlines(served)]
['2026-10-22', '2026-11-24']
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from motocho.law.citation import Citation, parse_citations
from motocho.law.prescription import last_day_of
from motocho.law.tables import Row, table
from motocho.outside.bank import is_business_day
from motocho.units.errors import Fault

FILE = "legal_steps.yaml"
ONE_DAY = timedelta(days=1)
AFTER_END_MONTHS = 6
"""So long is prescription put off after an end without a title · 民法147条1項, 148条1項."""
MONTHS_A_YEAR = 12


class Step(Enum):
    """What was done or came to pass in court [手続の段階]."""

    ORDER_APPLIED = "order_applied"
    ORDER_SERVED = "order_served"
    ORDER_OBJECTED = "order_objected"
    PROVISIONAL_APPLIED = "provisional_applied"
    PROVISIONAL_SERVED = "provisional_served"
    ORDER_FINAL = "order_final"
    LAWSUIT_FILED = "lawsuit_filed"
    HEARD = "heard"
    JUDGED = "judged"
    APPEALED = "appealed"
    JUDGMENT_FINAL = "judgment_final"
    SETTLED_IN_COURT = "settled_in_court"
    SEIZURE_APPLIED = "seizure_applied"
    SEIZURE_SERVED = "seizure_served"
    COLLECTED = "collected"
    UNPAID_REPORTED = "unpaid_reported"
    SEIZURE_RELEASED = "seizure_released"
    SEIZURE_ENDED = "seizure_ended"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    DISMISSED = "dismissed"


class Effect(Enum):
    """What a step does to prescription [時効への影響]."""

    POSTPONES = "postpones"
    RENEWS = "renews"
    ENDS = "ends"
    """It is put off for some months yet."""


class Follow(Enum):
    """What is to be done on a day that a step brought about [後続の業務]."""

    OBJECTION_OVER = "objection_over"
    """Nobody objected: provisional execution may be applied for, or the order is final."""
    ORDER_LAPSES = "order_lapses"
    """Nobody applied in time: the order is without effect · 民事訴訟法392条."""
    APPEAL_OVER = "appeal_over"
    HEARING = "hearing"
    """A day in court [期日], as the court named it."""
    COLLECTS = "collects"
    """From this day on what was seized may be collected."""
    UNPAID_REPORT = "unpaid_report"
    """Nothing was paid on what was seized: the court is told, before it may cancel the seizure."""
    TIME_BAR = "time_bar"
    """Prescription goes on again soon: what comes next is decided before."""


class Target(Enum):
    """What is seized [差し押さえる債権]."""

    WAGE = "wage"
    BANK = "bank"


@dataclass(frozen=True, slots=True)
class Course:
    """A step as the data has it [段階の規則]; `after` is empty for what begins a case."""

    step: Step
    after: frozenset[Step]
    citations: tuple[Citation, ...]
    effect: Effect
    paper: str
    is_title: bool
    is_final: bool
    """A title that nobody can object to any more."""
    is_by_two: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken, on its day: of a service, the day of service [行われた段階]."""

    step: Step
    on: date
    target: Target | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day of something that may follow [期限]."""

    follows: Step
    last_on: date


@dataclass(frozen=True, slots=True)
class Due:
    """Something to be done, and from which day on [業務の日]."""

    follow: Follow
    on: date


@dataclass(frozen=True, slots=True)
class Prescription:
    """How prescription stands after some steps [時効の状況]."""

    is_postponed: bool
    """While a proceeding goes on."""
    postponed_until: date | None
    """The last day, where it ended without a title."""
    completes_on: date | None
    """The last day of the time that began anew; None where nothing renewed it."""


@cache
def courses() -> Mapping[Step, Course]:
    """Every step with its rules [段階の一覧]."""
    text = (files("motocho.care") / "data" / FILE).read_text(encoding="utf-8")
    rows: list[Mapping[str, Any]] = yaml.load(text, Loader=yaml.CSafeLoader)
    return {one.step: one for one in map(_course, rows)}


def _course(row: Mapping[str, Any]) -> Course:
    return Course(
        Step(row["step"]),
        frozenset(Step(one) for one in row["after"]),
        tuple(parse_citations(row["law"])),
        Effect(row["prescription"]),
        row["paper"],
        "title" in row,
        row.get("title") == "final",
        row.get("by_two", False),
    )


def periods(on: date) -> Row:
    """The lengths of periods on a day [期間]."""
    return table("court.collection_periods").at(on)


def is_court_day(on: date) -> bool:
    """Whether a period may end on a day [期間の末日] · 民事訴訟法95条3項.

    >>> [is_court_day(date(2026, 12, day)) for day in (28, 29)]
    [True, False]
    """
    closed = on.month == 12 and on.day >= 29  # 29 to 31 December, as the law says
    return is_business_day(on) and not closed


def last_day(event_on: date, days: int) -> date:
    """The last day of a period of days after an event [期間の満了] · 民法140条, 民事訴訟法95条."""
    found = event_on + timedelta(days=days)
    while not is_court_day(found):
        found += ONE_DAY
    return found


def deadlines(taken: Sequence[Taken]) -> tuple[Deadline, ...]:
    """What may still follow the last step, and until which day [期限の一覧]."""
    if not taken:
        return ()
    last = taken[-1]
    law = periods(last.on)
    match last.step:
        case Step.ORDER_SERVED:
            objection = last_day(last.on, law.number("objection_days"))
            apply = last_day(objection, law.number("provisional_days"))
            return (
                Deadline(Step.ORDER_OBJECTED, objection),
                Deadline(Step.PROVISIONAL_APPLIED, apply),
            )
        case Step.PROVISIONAL_SERVED:
            last_on = last_day(last.on, law.number("objection_days"))
            return (Deadline(Step.ORDER_OBJECTED, last_on),)
        case Step.JUDGED:
            return (Deadline(Step.APPEALED, last_day(last.on, law.number("appeal_days"))),)
        case Step.SEIZURE_SERVED | Step.COLLECTED | Step.UNPAID_REPORTED:
            return _to_report(taken)
        case _:
            return ()


def _to_report(taken: Sequence[Taken]) -> tuple[Deadline, ...]:
    """The last day to report that nothing was paid; after it the court may cancel the seizure."""
    first = collects_from(taken)
    asked = _last(taken, Step.SEIZURE_APPLIED)
    law = table("court.unpaid_reports")
    if first is None or asked is None or asked.on < law.rows[0].from_on:
        return ()
    row, last = law.at(asked.on), taken[-1]
    since = first - ONE_DAY if last.step is Step.SEIZURE_SERVED else last.on
    until = last_day_of(since, row.number("years") * MONTHS_A_YEAR)
    return (Deadline(Step.UNPAID_REPORTED, last_day(until, row.number("days"))),)


def _last(taken: Sequence[Taken], *steps: Step) -> Taken | None:
    return next((one for one in reversed(taken) if one.step in steps), None)


def collects_from(taken: Sequence[Taken]) -> date | None:
    """The first day on which a seized claim may be collected [取立権の発生] · 民事執行法155条.

    Days      from service on the debtor, that day not counted; a period that ends while courts are
              closed ends on the next open day (民事執行法20条, 民事訴訟法95条).
    """
    asked = _last(taken, Step.SEIZURE_APPLIED)
    served = _last(taken, Step.SEIZURE_SERVED, Step.SEIZURE_APPLIED)
    if asked is None or served is None or served.step is not Step.SEIZURE_SERVED:
        return None
    column = "collect_wage_days" if asked.target is Target.WAGE else "collect_days"
    return last_day(served.on, periods(asked.on).number(column)) + ONE_DAY


def title_of(taken: Sequence[Taken]) -> Taken | None:
    """The step that gave a title to execute with, the strongest last [債務名義] · 民事執行法22条.

    An objection takes the provisional one's finality away, and not the title (民事訴訟法393条).
    """
    found = [one for one in taken if courses()[one.step].is_title]
    return found[-1] if found else None


def fault_of(taken: Sequence[Taken], wanted: Taken) -> Fault | None:
    """Why a step does not follow, or not on that day; None where it does [段階の可否]."""
    course = courses()[wanted.step]
    last = taken[-1] if taken else None
    fits = not course.after if last is None else last.step in course.after
    if not fits:
        before = "–" if last is None else last.step.value
        return Fault("LGL-060", details={"step": wanted.step.value, "before": before})
    if last is None:
        return None
    if wanted.on < last.on:
        return Fault("LGL-061", details={"from": str(last.on)})
    return _out_of_time(taken, wanted)


TIME_BAR_DAYS = 30
"""So long before prescription goes on again somebody is told; house policy."""
REPORT_DAYS = 28
"""So long before the last day to report that nothing was paid somebody is told; house policy."""


def follow_ups(taken: Sequence[Taken]) -> tuple[Due, ...]:
    """What is to be done on which day, as the last step leaves it [後続の業務の一覧].

    >>> [(one.follow.value, str(one.on)) for one in follow_ups(
    ...     [Taken(Step.ORDER_SERVED, date(2026, 10, 8))])]
    [('objection_over', '2026-10-23'), ('order_lapses', '2026-11-25')]
    """
    if not taken:
        return ()
    over = {
        Step.ORDER_OBJECTED: Follow.OBJECTION_OVER,
        Step.PROVISIONAL_APPLIED: Follow.ORDER_LAPSES,
        Step.APPEALED: Follow.APPEAL_OVER,
    }
    found = []
    for one in deadlines(taken):
        if one.follows is Step.UNPAID_REPORTED:
            told_on = one.last_on - timedelta(days=REPORT_DAYS)
            found.append(Due(Follow.UNPAID_REPORT, told_on))
        else:
            found.append(Due(over[one.follows], one.last_on + ONE_DAY))
    first_on = collects_from(taken)
    if taken[-1].step is Step.SEIZURE_SERVED and first_on is not None:
        found.append(Due(Follow.COLLECTS, first_on))
    bar = prescription(taken)
    if bar.postponed_until is not None and bar.completes_on is None:
        found.append(Due(Follow.TIME_BAR, bar.postponed_until - timedelta(days=TIME_BAR_DAYS)))
    return tuple(found)


def _out_of_time(taken: Sequence[Taken], wanted: Taken) -> Fault | None:
    ends = {one.follows: one.last_on for one in deadlines(taken)}
    objected = ends.get(Step.ORDER_OBJECTED)
    first: date | None = None
    match wanted.step:
        case Step.PROVISIONAL_APPLIED | Step.ORDER_FINAL if objected is not None:
            first = objected + ONE_DAY
        case Step.JUDGMENT_FINAL if Step.APPEALED in ends:
            first = ends[Step.APPEALED] + ONE_DAY
        case Step.LAPSED:
            first = ends[Step.PROVISIONAL_APPLIED] + ONE_DAY
        case Step.COLLECTED:
            first = collects_from(taken)
        case _:
            pass
    if first is not None and wanted.on < first:
        return Fault("LGL-062", details={"from": str(first)})
    # An objection before provisional execution is declared is in time, however late (390条).
    is_late_order = wanted.step is Step.ORDER_OBJECTED and taken[-1].step is Step.ORDER_SERVED
    # What is reported late counts until the court has cancelled the seizure (155条6項・7項).
    is_open = is_late_order or wanted.step is Step.UNPAID_REPORTED
    last_on = None if is_open else ends.get(wanted.step)
    if last_on is not None and wanted.on > last_on:
        return Fault("LGL-063", details={"last": str(last_on)})
    return None


def prescription(taken: Sequence[Taken]) -> Prescription:
    """How prescription stands after some steps [時効の状況] · 民法147条, 148条, 169条."""
    if not taken:
        return Prescription(is_postponed=False, postponed_until=None, completes_on=None)
    effect = courses()[taken[-1].step].effect
    renewed = [
        place for place, one in enumerate(taken, 1) if courses()[one.step].effect is Effect.RENEWS
    ]
    completes_on = None
    if renewed:
        until_then = taken[: renewed[-1]]
        completes_on = last_day_of(_over_on(until_then), _years(until_then) * MONTHS_A_YEAR)
    until = last_day_of(_over_on(taken), AFTER_END_MONTHS) if effect is Effect.ENDS else None
    return Prescription(effect is Effect.POSTPONES, until, completes_on)


_BY_TIME = {
    Step.ORDER_FINAL: Step.ORDER_OBJECTED,
    Step.JUDGMENT_FINAL: Step.APPEALED,
    Step.LAPSED: Step.PROVISIONAL_APPLIED,
}
"""What comes by itself, once nobody did the other thing in time."""


def _over_on(taken: Sequence[Taken]) -> date:
    """The day at whose end the last step was there, however late it was written down.

    An order or a judgment is final, and an order lapses, as a period ends (民事訴訟法116条, 392条,
    396条): time runs from then, not from the day of a certificate.
    """
    ends = {one.follows: one.last_on for one in deadlines(taken[:-1])}
    last = taken[-1]
    awaited = _BY_TIME.get(last.step)
    return last.on if awaited is None else min(last.on, ends.get(awaited, last.on))


def _years(taken: Sequence[Taken]) -> int:
    """Ten years for what is final (民法169条1項), else the claim's own five (166条1項1号)."""
    on = taken[-1].on
    if _is_final(taken):
        return periods(on).number("title_years")
    own = table("prescription.from_knowledge")
    return own.at(max(on, own.rows[0].from_on)).number()


def _is_final(taken: Sequence[Taken]) -> bool:
    """Whether a title is final: also an order to which nobody objected in time (396条)."""
    if any(courses()[one.step].is_final for one in taken):
        return True
    places = [place for place, one in enumerate(taken, 1) if one.step is Step.PROVISIONAL_SERVED]
    return any(ends.last_on < taken[-1].on for place in places for ends in deadlines(taken[:place]))
