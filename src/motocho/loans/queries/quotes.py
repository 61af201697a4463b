"""What settles an agreement: its parts, the days behind them, each later day [完済額]."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from motocho.kernel import revolving
from motocho.kernel.accrual import TICKS_PER_YEN
from motocho.kernel.revolving import Piece, Rules, State
from motocho.loans import _book
from motocho.loans._book import Key
from motocho.loans.queries import _steps
from motocho.loans.queries._days import Charged, charged
from motocho.loans.queries._moment import at_one_moment
from motocho.loans.queries.positions import settling_yen

DAYS_AHEAD = 31
"""How many later days a quote names: as long as the longest month."""


@dataclass(frozen=True, slots=True)
class DayTotal:
    """What settles an agreement on a later day, if nothing happens before [日ごとの完済額]."""

    on: date
    total_yen: int
    extra_yen: int
    """More than the day before."""


@dataclass(frozen=True, slots=True)
class Quote:
    """What settles an agreement on a day [完済額の照会]."""

    key: Key
    on: date
    total_yen: int
    costs_yen: int
    damages_yen: int
    """Of earlier rows and of this one."""
    interest_yen: int
    principal_yen: int
    written_off_yen: int
    excess_yen: int
    """Money of the member's that is held; it may be put to the loan, as agreed, and is not in the
    total."""
    unpaid_damages_yen: int
    """Of `damages_yen`: what earlier rows left."""
    unpaid_interest_yen: int
    charges: tuple[Charged, ...]
    """The days of this row; their interest, cut once, and their damages, cut once, are the rest."""
    ahead: tuple[DayTotal, ...]

    @property
    def owed_principal_yen(self) -> int:
        """The principal, what was written off too: it is owed still [残元金]."""
        return self.principal_yen + self.written_off_yen

    def document(self) -> dict[str, Any]:
        """The quote as JSON [公開形式]."""
        amounts = {name: getattr(self, name) for name in self.__slots__ if name.endswith("_yen")}
        return {
            "member_id": self.key.member_id,
            "agreement_id": self.key.agreement_id,
            "on": str(self.on),
            **amounts,
            "charges": [one.document() for one in self.charges],
            "ahead": [
                {"on": str(one.on), "total_yen": one.total_yen, "extra_yen": one.extra_yen}
                for one in self.ahead
            ],
        }


@at_one_moment
def payoff_quote(cursor: Any, key: Key, on: date) -> Quote:
    """What settles an agreement on a day, with its parts and the days behind them [完済額の照会].

    Raises    NotFoundError if the member has no such agreement, or if it was opened after the day.
    """
    loan = _book.look(cursor, key)
    _steps.refuse_before_opening(loan, on)
    start = _steps.row_start(cursor, loan, on + timedelta(days=1))
    steps = [one.step for one in _steps.told(cursor, loan, start, on)]
    state = start.state
    passed: tuple[Piece, ...] = ()
    for walked in _steps.walk(start.state, steps, loan.rules):
        state = walked.step.state
        passed = () if _steps.row_ended(state) else walked.pieces
    passed += revolving.pieces(state, on.toordinal(), loan.rules)
    state = revolving.advance(state, on.toordinal(), loan.rules)
    return quote_of(key, state, passed, loan.rules)


def quote_of(key: Key, state: State, passed: tuple[Piece, ...], rules: Rules) -> Quote:
    """A quote from the state of a day and the days of its row: pure [完済額の組立て]."""
    damages = state.damages_yen + state.damages_ticks // TICKS_PER_YEN
    interest = state.interest_yen + state.interest_ticks // TICKS_PER_YEN
    return Quote(
        key=key,
        on=date.fromordinal(state.on),
        total_yen=settling_yen(state),
        costs_yen=state.costs_yen,
        damages_yen=damages,
        interest_yen=interest,
        principal_yen=state.principal_yen,
        written_off_yen=state.written_off_yen,
        excess_yen=state.excess_yen,
        unpaid_damages_yen=state.damages_yen,
        unpaid_interest_yen=state.interest_yen,
        charges=charged(passed),
        ahead=tuple(_ahead(state, rules)),
    )


def _ahead(state: State, rules: Rules) -> list[DayTotal]:
    totals = []
    before = settling_yen(state)
    for day in range(state.on + 1, state.on + DAYS_AHEAD + 1):
        state = revolving.advance(state, day, rules)
        total = settling_yen(state)
        totals.append(DayTotal(date.fromordinal(day), total, total - before))
        before = total
    return totals
