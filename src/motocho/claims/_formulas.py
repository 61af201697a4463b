"""The arithmetic of a statement as spreadsheet formulas [計算式].

Days, interest and balances of each row become formulas over the row before, so that court and
opponent can check them in any spreadsheet. Cells are named by key and row
(`documents.sheet.references`). What a formula needs beside the printed columns, such as the days of
common and of leap years, stands in working columns, whose values come from here.

A spreadsheet counts in binary fractions, and takes a number for whole when its first 15 digits are.
So a formula holds integers up to its one division, half a unit is added before the cut, and no
integer reaches LARGEST_EXACT: the cut then lies farther off than either error can carry a number.
A row that would need larger numbers stays a value.

The balances follow `kernel.appropriation`, step by step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from math import gcd, lcm
from typing import NamedTuple

from motocho.claims.assumptions import Assumptions, regime
from motocho.claims.statement import Row, Segment, Statement, Yen
from motocho.kernel.accrual import (
    COMMON_YEAR_DAYS,
    LEAP_YEAR_DAYS,
    PPM,
    YEAR_WEIGHT,
    Span,
    span_between,
)
from motocho.kernel.conventions import (
    EventKind,
    FirstDay,
    OpeningBalance,
    OverpaymentAppropriation,
    OverpaymentRateRule,
    Rounding,
    RoundingStage,
    SegmentKind,
    Series,
    UnpaidInterest,
    YearBasis,
)

LARGEST_EXACT = 10**14
"""Bound of every integer in a formula: half a unit is then more than 15 digits can blur."""
MOST_TERMS = 12
"""Terms of one interest formula; a row of more stays a value."""
FIRST_CELL_DAY = date(1900, 3, 1)
"""The first day that all spreadsheets number alike; an earlier day is text."""

TERM_KEYS = ("numerator", "years", "common", "leap")
"""Working columns of each term: the rate over the common denominator, and its time."""
WORKING_KEYS = (
    "carried",
    "carried_interest",
    "own_day",
    "early",
    "late",
    "denominator",
    *(f"{key}_{number}" for number in range(1, MOST_TERMS + 1) for key in TERM_KEYS),
)

_PERCENT = 100
_PPM_PER_PERCENT = PPM // _PERCENT
_OWN_DAYS = frozenset({FirstDay.BOTH, FirstDay.BOTH_FIRST_ONLY})
_WITHOUT_LEAP_DAYS = frozenset({YearBasis.FIXED_365, YearBasis.WHOLE_THEN_365})
_WITHOUT_WHOLE_YEARS = frozenset({YearBasis.CALENDAR, YearBasis.FIXED_365})


class LiveRow(NamedTuple):
    """The formulas of a row and the values they are made of [行の計算式].

    `check` compares them with the engine; None: the row has values only. `valued`: its interest is
    a value, because the numbers are too large for a formula.
    """

    formulas: Mapping[str, str]
    working: Mapping[str, int]
    check: str | None
    valued: bool


class Live(NamedTuple):
    """The formulas of a statement row by row, and the working columns they use [計算式一式]."""

    rows: tuple[LiveRow, ...]
    working: tuple[str, ...]


class _Term(NamedTuple):
    """An amount that bears a rate for a time: its cell, and a bound of its value."""

    cell: str
    most_yen: int
    rate_ppm: int
    span: Span


class _Form(NamedTuple):
    """Weights of time in a formula, and how many of them make a year."""

    year: int
    common_day: int
    leap_day: int
    unit: int


_MIXED = _Form(YEAR_WEIGHT, LEAP_YEAR_DAYS, COMMON_YEAR_DAYS, YEAR_WEIGHT)
_COMMON = _Form(COMMON_YEAR_DAYS, 1, 0, COMMON_YEAR_DAYS)
_LEAP = _Form(LEAP_YEAR_DAYS, 0, 1, LEAP_YEAR_DAYS)
_PARTS = (
    _Form(1, 0, 0, 1),
    _Form(0, 1, 0, COMMON_YEAR_DAYS),
    _Form(0, 0, 1, LEAP_YEAR_DAYS),
)


class _Before(NamedTuple):
    """What stands before the event of a row acts, each as the terms of a sum."""

    unpaid: list[str]
    principal: list[str]
    overpaid: list[str]
    gained: list[str]


def is_live(assumptions: Assumptions) -> bool:
    """Whether formulas can give the values: spreadsheets keep no fractions [数式の可否]."""
    return assumptions.rounding is not Rounding.EXACT


def live(statement: Statement) -> Live:
    """The formulas of every row of a statement that is_live [計算式]."""
    joined = statement.assumptions.contracts is Series.JOINED
    dealings: dict[str, _Dealing] = {}
    rows = []
    for row in statement.rows:
        name = "" if joined else row.event.contract
        if name not in dealings:
            dealings[name] = _Dealing(statement.assumptions)
        rows.append(dealings[name].next(row))
    used = {key for row in rows for key in (*row.working, *row.formulas)}
    return Live(tuple(rows), tuple(key for key in WORKING_KEYS if key in used))


class _Dealing:
    """Makes the formulas of one dealing, row after row."""

    def __init__(self, assumptions: Assumptions) -> None:
        self._basis = assumptions.year_basis
        self._rounding = assumptions.rounding
        self._stage = assumptions.rounding_stage
        self._order = assumptions.overpayment_appropriation
        self._opens_at_zero = assumptions.opening_balance is OpeningBalance.ZERO
        self._capitalized = assumptions.unpaid_interest is UnpaidInterest.CAPITALIZE
        self._first_own_day_only = assumptions.first_day is FirstDay.BOTH_FIRST_ONLY
        self._own_days = assumptions.first_day in _OWN_DAYS
        self._tranches = assumptions.overpayment_rate_rule is OverpaymentRateRule.TRANCHE
        self._split_on = date.fromordinal(regime(assumptions).split_on)
        self._previous: Row | None = None
        self._too_large = False
        self._has_lent = False
        self._own_day_most_yen = 0

    def next(self, row: Row) -> LiveRow:
        """The formulas of the next row; none once a row has held numbers too large."""
        self._too_large = self._too_large or not _fits(row)
        live_row = LiveRow({}, {}, None, valued=True)
        if not self._too_large:
            working: dict[str, int] = {}
            if row.event.kind is EventKind.CARRY:
                working["carried"] = row.event.amount_yen
                working["carried_interest"] = row.event.carried_interest_yen
            formulas = self._charged(row, working)
            before = self._before()
            formulas |= self._after(row, before)
            if self._own_days:
                formulas["own_day"] = self._own_day(row, before)
            if self._tranches:
                formulas |= self._by_tranche(row, before)
            valued = bool(row.segments) and "rate" not in formulas
            live_row = LiveRow(formulas, working, _check(row, formulas), valued)
        self._previous = row
        return live_row

    # ---------------------------------------------------------------------------------- interest
    def _charged(self, row: Row, working: dict[str, int]) -> dict[str, str]:
        """Days and interest; the rates and times they are made of go to `working`."""
        previous = self._previous
        formulas: dict[str, str] = {}
        if previous is None:
            return formulas
        if previous.event.on >= FIRST_CELL_DAY:
            formulas["days"] = f"[date]-[date@{previous.row}]"
        pieces = self._pieces(row, previous)
        terms = [term for piece in pieces for term in piece]
        if not 0 < len(terms) <= MOST_TERMS:
            return formulas
        denominator = lcm(*(_denominator(term.rate_ppm) for term in terms))
        formula = self._interest(pieces, denominator)
        if formula is None:
            return formulas
        overpaid = row.segments[0].kind is SegmentKind.OVERPAYMENT
        formulas["earned" if overpaid else "interest"] = formula
        formulas["rate"] = f"[numerator_{len(terms)}]/[denominator]"
        working["denominator"] = denominator
        for number, term in enumerate(terms, start=1):
            working[f"numerator_{number}"] = _numerator(term.rate_ppm, denominator)
            times = zip(("years", "common", "leap"), term.span, strict=True)
            working |= {f"{key}_{number}": time for key, time in times if key in self._times()}
        return formulas

    def _pieces(self, row: Row, previous: Row) -> list[list[_Term]]:
        """The pieces of a row, each with the amounts that bear interest over its days."""
        at = previous.row
        owed_yen, overpaid_yen = (
            int(previous.outstanding_principal_yen),
            int(previous.overpayment_yen),
        )
        if self._tranches and owed_yen == 0 and len(row.segments) == 2:
            both = zip(("early", "late"), row.segments, strict=True)
            return [[self._term(f"[{key}@{at}]", overpaid_yen, segment) for key, segment in both]]
        pieces = []
        for segment in row.segments:
            if segment.kind is SegmentKind.OVERPAYMENT:
                term = self._term(f"[overpaid@{at}]", overpaid_yen, segment)
            elif self._own_days and segment.from_on <= previous.event.on:
                term = self._term(f"[own_day@{at}]", self._own_day_most_yen, segment)
            else:
                term = self._term(f"[principal@{at}]", owed_yen, segment)
            pieces.append([term])
        return pieces

    def _term(self, cell: str, most_yen: int, segment: Segment) -> _Term:
        first, last = segment.from_on.toordinal(), segment.to_on.toordinal()
        return _Term(cell, most_yen, segment.rate_ppm, span_between(first, last, self._basis))

    def _times(self) -> tuple[str, ...]:
        """The working columns in which this year basis keeps time."""
        return (
            *(() if self._basis in _WITHOUT_WHOLE_YEARS else ("years",)),
            "common",
            *(() if self._basis in _WITHOUT_LEAP_DAYS else ("leap",)),
        )

    def _interest(self, pieces: Sequence[Sequence[_Term]], denominator: int) -> str | None:
        """The formula of a row's interest; None where its numbers would be too large."""
        if self._stage is RoundingStage.PART:
            return self._interest_by_part(pieces, denominator)
        numbered = list(enumerate((term for piece in pieces for term in piece), start=1))
        cuts = (self._cut(numbered, form, denominator) for form in self._forms(numbered))
        return next((cut for cut in cuts if cut is not None), None)

    def _interest_by_part(self, pieces: Sequence[Sequence[_Term]], denominator: int) -> str | None:
        """Whole years, days of common and of leap years of each piece, each cut apart."""
        cuts = []
        number = 1
        for piece in pieces:
            numbered = list(enumerate(piece, start=number))
            number += len(piece)
            forms = [form for form in _PARTS if self._weights(form, numbered[0][0])]
            cuts += [self._cut(numbered, form, denominator) for form in forms]
        known = [cut for cut in cuts if cut is not None]
        return "+".join(known) if len(known) == len(cuts) else None

    def _forms(self, numbered: Sequence[tuple[int, _Term]]) -> list[_Form]:
        """The weights that suit every term: first those that suit any row, then smaller ones."""
        if self._basis in _WITHOUT_LEAP_DAYS:
            return [_COMMON]
        forms = [_MIXED]
        if all(term.span.leap_days == 0 for _, term in numbered):
            forms.append(_COMMON)
        if all(term.span.common_days == 0 for _, term in numbered):
            forms.append(_LEAP)
        return forms

    def _cut(
        self, numbered: Sequence[tuple[int, _Term]], form: _Form, denominator: int
    ) -> str | None:
        """The formula of a sum of terms, cut once; None where its numbers would be too large."""
        sums, most = [], 0
        for number, term in numbered:
            sums.append(f"{term.cell}*[numerator_{number}]*{self._weights(form, number)}")
            weight = sum(time * weight for time, weight in zip(term.span, form[:3], strict=True))
            most += term.most_yen * _numerator(term.rate_ppm, denominator) * weight
        numerator, unit = "+".join(sums), denominator * form.unit
        divisor = "[denominator]" if form.unit == 1 else f"([denominator]*{form.unit})"
        if self._rounding is Rounding.HALF_UP:
            most, cut = 2 * most + unit, f"INT((2*({numerator})+{divisor}+0.5)/(2*{divisor}))"
        elif self._rounding is Rounding.CEIL:
            most, cut = most + unit, f"INT(({numerator}+{divisor}-0.5)/{divisor})"
        else:
            cut = f"INT(({numerator}+0.5)/{divisor})"
        return cut if max(most, unit) < LARGEST_EXACT else None

    def _weights(self, form: _Form, number: int) -> str:
        """The time of a term in the weights of a form; empty where the form has none of it."""
        parts = [
            f"[{key}_{number}]" if weight == 1 else f"[{key}_{number}]*{weight}"
            for key, weight in zip(("years", "common", "leap"), form[:3], strict=True)
            if weight and key in self._times()
        ]
        return f"({'+'.join(parts)})" if len(parts) > 1 else "".join(parts)

    # ---------------------------------------------------------------------------------- balances
    def _before(self) -> _Before:
        if self._previous is None:
            return _Before([], [], [], [])
        at = self._previous.row
        earns = self._order is not OverpaymentAppropriation.NO_INTEREST
        return _Before(
            [] if self._capitalized else [f"[unpaid@{at}]", "[interest]"],
            [f"[principal@{at}]", *(["[interest]"] if self._capitalized else [])],
            [f"[overpaid@{at}]"],
            [f"[overpaid_interest@{at}]", *(["[earned]"] if earns else [])],
        )

    def _after(self, row: Row, before: _Before) -> dict[str, str]:
        """The balances after the event; the same formulas whatever the event is."""
        if row.event.kind is EventKind.CARRY:
            return self._after_carry(before)
        paid, lent = ["[repay]"], ["[borrow]"]
        overpaid, gained = _less(before.overpaid, lent), before.gained
        if self._order is OverpaymentAppropriation.INTEREST_FIRST:
            overpaid = _less(before.overpaid, _less(lent, before.gained))
            gained = _less(before.gained, lent)
        elif self._order is OverpaymentAppropriation.PRINCIPAL_FIRST:
            gained = _less(before.gained, _less(lent, before.overpaid))
        excess = _less(paid, [*before.unpaid, *before.principal])
        return _stated(
            unpaid=_less(before.unpaid, paid),
            principal=[
                *_less(before.principal, _less(paid, before.unpaid)),
                *self._new_principal(before),
            ],
            overpaid=[*overpaid, *excess],
            overpaid_interest=gained,
        )

    def _new_principal(self, before: _Before) -> list[str]:
        """What of an advance is left after set-off."""
        with_interest = self._order in {
            OverpaymentAppropriation.INTEREST_FIRST,
            OverpaymentAppropriation.PRINCIPAL_FIRST,
        }
        return _less(["[borrow]"], [*before.overpaid, *(before.gained if with_interest else [])])

    def _after_carry(self, before: _Before) -> dict[str, str]:
        """The balances after an overpayment with its interest is brought in and met a debt."""
        carried, interest = ["[carried]"], ["[carried_interest]"]
        debt = [*before.unpaid, *before.principal]
        paid = [*interest, *carried]
        excess, gained = _less(carried, debt), interest
        if self._order is OverpaymentAppropriation.INTEREST_FIRST:
            excess, gained = _less(carried, _less(debt, interest)), _less(interest, debt)
        elif self._order is OverpaymentAppropriation.PRINCIPAL_FIRST:
            gained = _less(interest, _less(debt, carried))
        else:
            paid = carried
        return _stated(
            unpaid=_less(before.unpaid, paid),
            principal=_less(before.principal, _less(paid, before.unpaid)),
            overpaid=[*before.overpaid, *excess],
            overpaid_interest=[*before.gained, *gained],
        )

    def _own_day(self, row: Row, before: _Before) -> str:
        """The advances whose own day is still to be charged."""
        previous = self._previous
        terms = []
        if previous is not None and row.days == 0:
            terms.append(f"[own_day@{previous.row}]")
        else:
            self._own_day_most_yen = 0
        if self._lent_yen(row) > 0:
            if not (self._first_own_day_only and self._has_lent):
                terms += self._new_principal(before)
                self._own_day_most_yen += row.event.amount_yen
            self._has_lent = True
        return f"IF([principal]=0,0,{'+'.join(terms)})" if terms else "0"

    def _lent_yen(self, row: Row) -> int:
        """What of the row's advance became principal."""
        if row.event.kind is EventKind.OPENING and self._opens_at_zero:
            return 0
        if row.event.kind not in {EventKind.BORROW, EventKind.OPENING}:
            return 0
        owed_yen: Yen = self._previous.outstanding_principal_yen if self._previous else 0
        if self._capitalized:
            owed_yen += row.interest_yen
        return int(row.outstanding_principal_yen - owed_yen)

    def _by_tranche(self, row: Row, before: _Before) -> dict[str, str]:
        """Overpayments that arose before the statutory rate changed, and later ones."""
        early = [f"[early@{self._previous.row}]"] if self._previous else []
        debt = [*before.unpaid, *before.principal]
        if row.event.kind is EventKind.CARRY:
            interest = ["[carried_interest]"]
            first = self._order is OverpaymentAppropriation.INTEREST_FIRST
            excess = _less(["[carried]"], _less(debt, interest) if first else debt)
        else:
            lent = ["[borrow]"]
            if self._order is OverpaymentAppropriation.INTEREST_FIRST:
                lent = _less(lent, before.gained)
            early = _less(early, lent)
            excess = _less(["[repay]"], debt)
        if (row.event.arose_on or row.event.on) < self._split_on:
            early += excess
        return {"early": "+".join(early) or "0", "late": "[overpaid]-[early]"}


def _fits(row: Row) -> bool:
    amounts = (row.event.amount_yen, row.event.carried_interest_yen, *_amounts(row).values())
    return all(amount < LARGEST_EXACT for amount in amounts)


def _amounts(row: Row) -> dict[str, int]:
    """What the formulas of a row must give."""
    return {
        "days": row.days,
        "interest": int(row.interest_yen),
        "unpaid": int(row.unpaid_interest_yen),
        "principal": int(row.outstanding_principal_yen),
        "earned": int(row.overpayment_interest_row_yen),
        "overpaid_interest": int(row.overpayment_interest_yen),
        "overpaid": int(row.overpayment_yen),
    }


def _check(row: Row, formulas: Mapping[str, str]) -> str:
    """Whether every formula of a row gives the value of the engine."""
    same = ",".join(f"[{key}]={amount}" for key, amount in _amounts(row).items() if key in formulas)
    return f'IF(AND({same}),"✓","✕")'


def _denominator(rate_ppm: int) -> int:
    """The denominator of a rate: 100 for whole percents, else the least there is."""
    return _PERCENT if rate_ppm % _PPM_PER_PERCENT == 0 else PPM // gcd(rate_ppm, PPM)


def _numerator(rate_ppm: int, denominator: int) -> int:
    return rate_ppm * denominator // PPM


def _less(minuend: Sequence[str], subtrahend: Sequence[str]) -> list[str]:
    """The terms of a difference that does not go below zero.

    >>> _less(["a", "b"], ["c"]), _less(["a"], []), _less([], ["c"])
    (['MAX(0,a+b-c)'], ['a'], [])
    """
    if not minuend or not subtrahend:
        return list(minuend)
    return [f"MAX(0,{'+'.join(minuend)}-{'-'.join(subtrahend)})"]


def _stated(**sums: Sequence[str]) -> dict[str, str]:
    """The formulas of the sums that have terms."""
    return {key: "+".join(terms) for key, terms in sums.items() if terms}
