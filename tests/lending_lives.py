"""Random lives of revolving loans: tame, late and nasty [リボルビング取引の乱数事例].

A life is a plan of deeds: what happens, when and how much, mostly said by what the loan asks for at
that moment ("the minimum", "a day after the due date", "all but 555 yen"), so that edges are met
often. `lived` walks a plan with the day-by-day oracle and says the dated events it came to.

As in `tests.strategies`, one generator serves hypothesis (`lives`, the plainest first) and long
runs by number (`random_life`).

>>> random_life(1) == random_life(1)
True
>>> random_life(3).deeds[0].kind
'draw'
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests import lending_oracle as oracle
from tests.strategies import Drawn, Seeded, Source

ONE_DAY = timedelta(days=1)
RATES_PPM = [180_000, 150_000, 179_000, 200_000, 24_000, 0, 999_999, 1]
DAMAGES_PPM = [200_000, 219_000, 0, 365_000]
LIMITS_YEN = [500_000, 300_000, 300_001, 1_000_000, 1_000_001, 200_000, 8_000_000]
BRACKETS: list[tuple[tuple[int | None, int], ...]] = [
    ((300_000, 42_000), (1_000_000, 30_000), (None, 15_000)),
    ((None, 30_000),),
    ((100_000, 1_000_000), (None, 7)),
]
DRAWS_YEN = [100_000, 10_000, 50_000, 300_000, 123_000, 1_000_000, 1_000, 30_000, 999, 500, 1]
NOTE_YEN = 1_000


class Deed(NamedTuple):
    """One thing that is to happen [予定]."""

    kind: str
    when: str
    days: int
    amount: str = "number"
    number: int = 0
    terms: oracle.Terms | None = None
    relief: str | None = None
    moves_due: int | None = None
    """A new due date so many days ahead."""


class Life(NamedTuple):
    """A loan, and what is to happen to it [一生の予定]."""

    opened_on: date
    terms: oracle.Terms
    rules: oracle.Rules
    deeds: tuple[Deed, ...]


class Event(NamedTuple):
    """A deed as it came to be: the oracle's method, and what it is called with [出来事]."""

    kind: str
    on: date
    given: dict[str, Any]


class Moment(NamedTuple):
    """An event, its parts, and the loan after it; `before` is the loan a while before [一時点]."""

    event: Event
    before: oracle.Loan
    parts: dict[str, int]
    after: oracle.Loan


# ------------------------------------------------------------------------------------------ plans


def some_closed_days(source: Source, opened_on: date) -> frozenset[date]:
    """None, weekends with the days about New Year, or runs of closed days."""
    form = source.integer(0, 2)
    if form == 0:
        return frozenset()
    days = (opened_on + ONE_DAY * at for at in range(1_500))
    if form == 1:
        return frozenset(
            day for day in days if day.weekday() > 4 or (day.month, day.day) in {(12, 31), (1, 1)}
        )
    return frozenset(day for day in days if day.toordinal() % 11 < 6)


def some_rules(source: Source, opened_on: date) -> oracle.Rules:
    return oracle.Rules(
        fractions=source.pick([oracle.EACH_ROW, oracle.EACH_RECEIPT]),
        damages_base=source.pick([oracle.BALANCE, oracle.INSTALMENT]),
        cure=source.pick([oracle.MINIMUM, oracle.MINIMUM_AND_DAMAGES]),
        rest_below_yen=source.pick([NOTE_YEN, NOTE_YEN, 0, 5_000]),
        closed=some_closed_days(source, opened_on),
    )


def some_terms(source: Source, opened_on: date) -> oracle.Terms:
    scheme = source.pick([oracle.EVERY_35_DAYS, oracle.MONTHLY])
    free_from = free_to = None
    if source.chance(30):
        free_from = opened_on + ONE_DAY * source.pick([1, 1, 0, 20])
        free_to = free_from + ONE_DAY * source.pick([29, 29, 0, 90])
    return oracle.Terms(
        rate_ppm=source.pick(RATES_PPM),
        damages_ppm=source.pick(DAMAGES_PPM),
        limit_yen=source.pick(LIMITS_YEN),
        brackets=source.pick(BRACKETS),
        unit_yen=source.pick([NOTE_YEN, NOTE_YEN, 1, 777]),
        scheme=scheme,
        day_of_month=source.pick([25, 31, 1, 30, 29, 5]) if scheme == oracle.MONTHLY else 0,
        cycle_days=source.pick([35, 35, 30, 7]),
        window_days=source.pick([14, 14, 0, 31]),
        holiday_rule=source.pick([oracle.NEXT_BUSINESS_DAY, oracle.AS_WRITTEN]),
        free_from=free_from,
        free_to=free_to,
    )


WHEN = ["due", "days", "days", "due", "deadline", "month", "days", "long"]
PAYING = ["required", "number", "part", "arrears", "besides", "required", "number", "part"]
PAYING += ["required", "arrears", "payoff", "all but", "too much"]
KINDS = [*["receive"] * 52, *["draw"] * 22, *["change_terms"] * 6, *["arrange"] * 6]
KINDS += [*["use_excess"] * 4, *["charge"] * 3, *["refund"] * 2, *["waive"] * 3]
KINDS += ["accelerate", "accelerate", "write_off", "depart"]


def a_moment(source: Source) -> tuple[str, int]:
    when = source.pick(WHEN)
    if when in {"due", "deadline"}:
        return when, source.pick([0, 1, -1, 3, -14, -15, -5, 40])
    if when == "month":
        return when, source.integer(28, 33)
    if when == "long":
        return when, source.pick([0, 70, 120, 365, 366])
    return when, source.integer(0, 20)


def a_deed(source: Source, life: Life) -> Deed:
    kind = source.pick(KINDS)
    when, days = a_moment(source)
    deed = Deed(kind, when, days)
    if kind == "draw":
        return deed._replace(number=source.pick(DRAWS_YEN))
    if kind in {"receive", "use_excess"}:
        amount = source.pick(PAYING)
        number = source.pick([0, 0, -1, 1, 555, 1_000])
        if amount == "number":
            number = source.pick([5_000, 3_000, 1, 20_000, 1_234])
        return deed._replace(amount=amount, number=number)
    if kind in {"charge", "refund", "waive"}:
        return deed._replace(number=source.pick([100, 1, 50, 500, 10]))
    moves_due = source.pick([None, None, 1, 0, 30, 50])
    if kind == "change_terms":
        changed = some_terms(source, life.opened_on)
        if source.chance(70):
            changed = replace(life.terms, rate_ppm=changed.rate_ppm, limit_yen=changed.limit_yen)
        return deed._replace(terms=changed, moves_due=moves_due)
    if kind == "arrange":
        relief = source.pick([oracle.AMOUNT, oracle.INTEREST_ONLY, None])
        asked = source.pick(["as it is", "nothing", "half", "more than all"])
        number = source.pick([3_000, 0, 50_000])
        return deed._replace(relief=relief, number=number, amount=asked, moves_due=moves_due)
    return deed


def a_life(source: Source, most_deeds: int) -> Life:
    turn = source.pick([date(2023, 12, 1), date(2024, 1, 31), date(2025, 3, 1), date(2027, 12, 31)])
    opened_on = turn + ONE_DAY * source.integer(0, 90)
    life = Life(opened_on, some_terms(source, opened_on), some_rules(source, opened_on), ())
    first = Deed("draw", "days", source.pick([0, 1, 9, 30]), number=source.pick(DRAWS_YEN))
    count = source.integer(1, most_deeds)
    return life._replace(deeds=(first, *(a_deed(source, life) for _ in range(count))))


def random_life(seed: int) -> Life:
    """The life of a seed, fast [乱数の一生]."""
    source = Seeded(seed)
    return a_life(source, source.pick([4, 8, 16, 30]))


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """Any life [一生]."""
    return a_life(Drawn(draw), most_deeds=10)


# ------------------------------------------------------------------------------------------ lived


def lived(life: Life) -> Iterator[Moment]:
    """The plan walked day by day; deeds that make no sense just then are left out [実行]."""
    loan = oracle.Loan(life.opened_on - ONE_DAY, life.terms, life.rules)
    on = life.opened_on
    for deed in life.deeds:
        on = max(on, _day_of(deed, loan))
        before = _copy(loan)
        ahead = _copy(loan)
        ahead.walk_to(on)
        given = _given(deed, ahead)
        if given is not None:
            loan.bore = []
            parts = getattr(loan, deed.kind)(on, **given)
            yield Moment(Event(deed.kind, on, given), before, parts, _copy(loan))
        if deed.kind == "depart":
            return


def events_of(life: Life) -> list[Event]:
    """The dated events that a plan comes to [出来事の一覧]."""
    return [moment.event for moment in lived(life)]


def _copy(loan: oracle.Loan) -> oracle.Loan:
    return replace(loan, bore=list(loan.bore))


def _day_of(deed: Deed, loan: oracle.Loan) -> date:
    # New terms hold from a day's beginning, so that day must not have passed yet.
    earliest = loan.on + ONE_DAY if deed.kind == "change_terms" else loan.on
    day = loan.on
    if deed.when in {"due", "deadline"} and loan.due_on is not None:
        day = loan.due_on
        if deed.when == "deadline":
            day = oracle.last_day_in_time(loan.terms, day, loan.rules.closed)
    return max(earliest, day + ONE_DAY * deed.days)


def _given(deed: Deed, loan: oracle.Loan) -> dict[str, Any] | None:
    """What the oracle's method is called with; None if the deed cannot be done."""
    if deed.kind in {"draw", "charge"}:
        return {"amount_yen": deed.number}
    if deed.kind in {"refund", "use_excess"}:
        wanted = deed.number if deed.kind == "refund" else max(1, _wanted(deed, loan))
        amount_yen = min(wanted, loan.excess_yen)
        return {"amount_yen": amount_yen} if amount_yen else None
    if deed.kind == "receive":
        return {"amount_yen": max(1, _wanted(deed, loan))}
    if deed.kind == "change_terms":
        return {"terms": deed.terms, "due_on": _new_due(deed, loan)}
    if deed.kind == "arrange":
        return _arranged(deed, loan)
    if deed.kind == "waive":
        return _waived(deed, loan)
    return {}


def _wanted(deed: Deed, loan: oracle.Loan) -> int:
    amounts = {
        "number": 0,
        "required": loan.required_yen() - loan.paid_yen,
        "part": (loan.required_yen() - loan.paid_yen) // 2,
        "arrears": loan.arrears_yen,
        "besides": loan.besides_principal_yen(),
        "payoff": loan.payoff_yen(),
        "all but": loan.payoff_yen() - 555 - 2 * deed.number,
        "too much": loan.payoff_yen() + 555,
    }
    return amounts[deed.amount] + deed.number


def _new_due(deed: Deed, loan: oracle.Loan) -> date | None:
    return None if deed.moves_due is None else loan.on + ONE_DAY * deed.moves_due


def _arranged(deed: Deed, loan: oracle.Loan) -> dict[str, Any]:
    arrangement = None
    if deed.relief is not None:
        until = loan.on + ONE_DAY * (40 + deed.days % 7 * 30)
        arrangement = oracle.Arrangement(deed.relief, deed.number, until)
    possible = loan.payoff_yen() if loan.accelerated_on else loan.arrears_yen
    more = loan.payoff_yen() + 1_000
    asked = {"as it is": None, "nothing": 0, "half": possible // 2, "more than all": more}
    return {
        "arrangement": arrangement,
        "due_on": _new_due(deed, loan),
        "arrears_yen": asked[deed.amount],
    }


def _waived(deed: Deed, loan: oracle.Loan) -> dict[str, Any]:
    """All, half, or some yen of each kind."""

    def of(owed_yen: int) -> int:
        return min(owed_yen, {100: owed_yen, 50: owed_yen // 2}.get(deed.number, deed.number))

    return {
        "damages_yen": of(loan.damages_yen + oracle.whole(loan.row_damages)),
        "interest_yen": of(loan.interest_yen + oracle.whole(loan.row_interest)),
        "principal_yen": of(loan.principal_yen) if deed.days % 3 == 0 else 0,
        "costs_yen": of(loan.costs_yen),
        "written_off_yen": of(loan.written_off_yen),
    }
