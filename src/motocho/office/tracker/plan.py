"""The way of a claim, from the first letter to the money, and its periods; pure [請求の段取り].

Steps, what each asks for and what may follow are data (`office/data/claim_steps.yaml`); the lengths
of periods are law (`law/data/court.*.yaml`) or, where the law names none, the house's own.

>>> step("judged_won").ends, [one.id for one in step("seizure_served").following][:1]
(('appeal',), ['collected'])
>>> ends = period_ends("appeal", date(2026, 12, 16))
>>> ends.last_on, ends.safe_on
(datetime.date(2027, 1, 4), datetime.date(2026, 12, 28))
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
from motocho.law.tables import Standing, table
from motocho.outside.bank import is_business_day
from motocho.units.errors import Fault, InputError, Language, ensure

FILE = "claim_steps.yaml"
ONE_DAY = timedelta(days=1)
_DECEMBER, _CLOSED_FROM = 12, 29


class Count(Enum):
    """How a period is counted [期間の数え方]."""

    HOUSE = "house"
    """Days that no law names: when to ask again."""
    NAMED = "named"
    """A letter, an agreement or a court names the day; the days are proposed."""
    CIVIL = "civil"
    """Months by the Civil Code; a holiday at the end moves it, and nobody should wait for that."""
    COURT = "court"
    """Days by the Code of Civil Procedure: an end while courts are closed moves on."""
    COLLECT = "collect"
    """The first day after such a period, from which something may be done."""


class By(Enum):
    """Who does a step [行う人]."""

    CLIENT = "client"
    OFFICE = "office"
    COURT = "court"
    LENDER = "lender"


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the way [段階の区分]."""

    id: str
    names: Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Period:
    """A period that a step begins [期間の規則]."""

    id: str
    names: Mapping[Language, str]
    count: Count
    days: int
    table_id: str
    column: str
    citations: tuple[Citation, ...]
    until: frozenset[str]
    """Any of these steps ends the wait."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a claim as the data has it [請求の段階]."""

    id: str
    phase: str
    by: tuple[By, ...]
    names: Mapping[Language, str]
    to_do: Mapping[Language, str]
    citations: tuple[Citation, ...]
    papers_out: tuple[str, ...]
    papers_in: tuple[str, ...]
    next_ids: tuple[str, ...]
    ends: tuple[str, ...]
    is_first: bool
    is_always: bool

    @property
    def following(self) -> tuple[Step, ...]:
        """The steps that may follow, the usual one first [次の段階]."""
        return tuple(step(one) for one in self.next_ids)


@dataclass(frozen=True, slots=True)
class Ends:
    """When a period ends [期間の満了]: by law, and the day to act by."""

    last_on: date
    """The last day by law; of `collect` the first day on which something may be done."""
    safe_on: date
    """The last day on which courts are open at or before the end as counted by the calendar."""
    is_verified: bool
    """Whether the length was read in its source."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole way [請求の段取り]."""

    phases: Mapping[str, Phase]
    periods: Mapping[str, Period]
    steps: Mapping[str, Step]


@cache
def plan() -> Plan:
    """Every phase, period and step, in the order of the way [段取りの一覧]."""
    text = (files("motocho.office") / "data" / FILE).read_text(encoding="utf-8")
    content: Mapping[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return Plan(
        {one["id"]: Phase(one["id"], _names(one)) for one in content["phases"]},
        {one["id"]: _period(one) for one in content["periods"]},
        {one["id"]: _step(one) for one in content["steps"]},
    )


def _names(row: Mapping[str, Any], prefix: str = "") -> dict[Language, str]:
    return {language: str(row[prefix + language.value]) for language in Language}


def _period(row: Mapping[str, Any]) -> Period:
    return Period(
        row["id"],
        _names(row),
        Count(row["count"]),
        row.get("days", 0),
        row.get("table", ""),
        row.get("column", "value"),
        tuple(parse_citations(row["law"])),
        frozenset(row["until"]),
    )


def _step(row: Mapping[str, Any]) -> Step:
    return Step(
        row["id"],
        row["phase"],
        tuple(By(one) for one in row["by"]),
        _names(row),
        _names(row, "do_"),
        tuple(parse_citations(row["law"])),
        tuple(row["papers_out"]),
        tuple(row["papers_in"]),
        tuple(row["next"]),
        tuple(row.get("ends", ())),
        row.get("first", False),
        row.get("always", False),
    )


def step(step_id: str) -> Step:
    """A step by its id [段階].

    Raises    InputError where there is none.
    """
    found = plan().steps.get(step_id)
    if found is None:
        raise InputError(Fault("TRK-001", excerpt=step_id))
    return found


def may_follow(done: Sequence[str]) -> tuple[Step, ...]:
    """The steps that may be noted after those already done, the usual one first [次の段階].

    Why       the last step decides; what may be noted at any time stands at the end, and nothing
              follows a closed case.

    >>> [one.id for one in may_follow(())]
    ['engaged', 'disclosure_asked', 'history_received', 'closed']
    """
    steps = plan().steps.values()
    if not done:
        begin = tuple(one for one in steps if one.is_first)
        return begin + tuple(one for one in steps if one.is_always)
    last = step(done[-1])
    if not last.next_ids:
        return ()
    always = tuple(one for one in steps if one.is_always and one.id not in last.next_ids)
    return last.following + always


# ------------------------------------------------------------------------------------------- days
def is_court_day(on: date) -> bool:
    """Whether a period may end on a day [期間の末日] · 民事訴訟法95条3項.

    >>> [is_court_day(date(2026, 12, day)) for day in (28, 29)]
    [True, False]
    """
    closed = on.month == _DECEMBER and on.day >= _CLOSED_FROM
    return is_business_day(on) and not closed


def period_ends(period_id: str, from_on: date, named_on: date | None = None) -> Ends:
    """When a period that begins on a day ends [期間の満了].

    Takes     `named_on`, where a letter or a court named the day itself.
    Days      the first day is not counted (民法140条); months end by 民法143条. What ends on a
              Saturday, Sunday, holiday or from 29 December to 3 January ends on the next day
              (民事訴訟法95条3項; 民法142条, which asks for a custom of resting).
    """
    rule = plan().periods[period_id]
    if rule.count in {Count.HOUSE, Count.NAMED}:
        return _unlegislated(rule, from_on, named_on)
    row = table(rule.table_id).at(from_on)
    length = row.number(rule.column)
    is_verified = row.standing is Standing.CONFIRMED
    if rule.count is Count.CIVIL:
        end = last_day_of(from_on, length)
        return Ends(_moved(end), _safe(end), is_verified)
    end = from_on + timedelta(days=length)
    if rule.count is Count.COLLECT:
        first = _moved(end) + ONE_DAY
        return Ends(first, first, is_verified)
    return Ends(_moved(end), _safe(end), is_verified)


def _unlegislated(rule: Period, from_on: date, named_on: date | None) -> Ends:
    if rule.count is Count.NAMED and named_on is not None:
        return Ends(named_on, named_on, is_verified=True)
    ensure(rule.days > 0, "a period without a length", period=rule.id)
    on = _moved(from_on + timedelta(days=rule.days))
    return Ends(on, on, is_verified=True)


def _moved(on: date) -> date:
    while not is_court_day(on):
        on += ONE_DAY
    return on


def _safe(on: date) -> date:
    while not is_court_day(on):
        on -= ONE_DAY
    return on
