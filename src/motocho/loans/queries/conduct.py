"""How an agreement was used: since when, when last late, beside what income [利用状況の照会]."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from motocho.kernel import revolving
from motocho.loans import _book, _capacity, monitoring
from motocho.loans._book import Key, Loan
from motocho.loans.monitoring import Burden, Income
from motocho.loans.policy import Status, Stop
from motocho.loans.queries import _steps
from motocho.loans.queries._moment import at_one_moment


@dataclass(frozen=True, slots=True)
class Conduct:
    """What a decision about a higher limit looks at [利用状況]."""

    key: Key
    on: date
    opened_on: date
    status: Status
    stops: frozenset[Stop]
    limit_yen: int
    largest_limit_yen: int
    """Of the product."""
    unit_yen: int
    is_late: bool
    """With any agreement of the member's, this one or another."""
    last_late_on: date | None
    """The last day within the months asked for on which a payment of any of them was overdue."""
    burden: Burden
    """All own limits, this one too, and what a bureau last said of other lenders."""
    is_bureau_known: bool
    income: Income | None
    """As the newest evidence shows it."""

    @property
    def largest_lower_yen(self) -> int:
        """The largest limit below the one of now [下げられる上限]."""
        return self.limit_yen - self.unit_yen

    def is_lower(self, limit_yen: int) -> bool:
        """Whether an amount is a limit below the one of now [下げた限度額か]."""
        in_range = self.unit_yen <= limit_yen <= self.largest_lower_yen
        return in_range and limit_yen % self.unit_yen == 0


@at_one_moment
def conduct(cursor: Any, key: Key, on: date, months: int) -> Conduct:
    """How an agreement was used in the months before a day [利用状況の照会].

    Raises    NotFoundError if the member has no such agreement.
    """
    loan = _book.look(cursor, key)
    facts = loan.facts(on)
    loans = _all_of(cursor, loan)
    late = [found for one in loans if (found := _last_late(cursor, one, months, on)) is not None]
    said = _capacity.newest_answer(cursor, key.member_id)
    return Conduct(
        key=key,
        on=on,
        opened_on=loan.opened_on,
        status=loan.status,
        stops=loan.stops,
        limit_yen=facts.limit_yen,
        largest_limit_yen=facts.product.largest_limit_yen,
        unit_yen=facts.product.unit_yen,
        is_late=any(_is_late(one, on) for one in loans),
        last_late_on=max(late, default=None),
        burden=_capacity.burden(cursor, key.member_id, _capacity.own_yen(cursor, key.member_id)),
        is_bureau_known=said is not None,
        income=_capacity.income(cursor, key.member_id),
    )


def _all_of(cursor: Any, loan: Loan) -> list[Loan]:
    """Every agreement of the member's, the one that is asked about first."""
    cursor.execute(
        "SELECT agreement_id FROM loan_agreement WHERE member_id = %s AND agreement_id <> %s"
        " ORDER BY agreement_id",
        loan.key,
    )
    others = [Key(loan.key.member_id, int(row[0])) for row in cursor.fetchall()]
    return [loan, *(_book.look(cursor, one) for one in others)]


def _is_late(loan: Loan, on: date) -> bool:
    state = loan.facts(on).state
    return state.late_since is not None or state.accelerated_on is not None


def _last_late(cursor: Any, loan: Loan, months: int, on: date) -> date | None:
    """The last day on which something was overdue: days between events count as events do."""
    # The end of the day before: what was late on the first day of the months counts.
    since = max(loan.opened_on, monitoring.a_month_after(on, -months)) - monitoring.ONE_DAY
    state = _steps.state_on(cursor, loan, since)
    found = since.toordinal() if state.late_since is not None else None
    start = _steps.Start(state, since, _AFTER_ALL)
    for told in _steps.told(cursor, loan, start, on):
        before = revolving.advance(state, told.step.state.on, loan.rules)
        state = told.step.state
        if before.late_since is not None or state.late_since is not None:
            found = state.on
    if revolving.advance(state, on.toordinal(), loan.rules).late_since is not None:
        found = on.toordinal()
    return None if found is None else date.fromordinal(found)


_AFTER_ALL = 32_767
"""A rank after every event of a day: what happened on it is in its state already."""
