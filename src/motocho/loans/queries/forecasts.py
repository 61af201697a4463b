"""What would be if: another plan, a lighter month, a later payment, a limit used up [見通し].

Each answer is what the kernel's fold makes of the agreement as it stands, by the same events that
the command would let happen, so that what a member reads before deciding is what the ledger does
afterwards. Nothing here changes anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from motocho.kernel import revolving
from motocho.kernel.accrual import TICKS_PER_YEN
from motocho.kernel.revolving import Arrangement, NewArrangement, NewTerms, Receipt, Relief, State
from motocho.kernel.schedule import DuePlan, Scheme, last_day_to_pay, minimum_yen
from motocho.law.rules import Refusal
from motocho.loans import _book, outlook, policy
from motocho.loans._book import Key, Loan
from motocho.loans.outlook import Outlook
from motocho.loans.queries._moment import at_one_moment
from motocho.loans.queries.positions import due_yen

DATES_SHOWN = 6
"""How many due dates to come are shown."""


@dataclass(frozen=True, slots=True)
class DueDay:
    """A due date to come, if nothing happens but the payments before it [予定の返済日]."""

    due_on: date
    pay_by_on: date
    """The last day to pay in time: later where banks are closed."""
    paid_yen: int
    interest_yen: int


@dataclass(frozen=True, slots=True)
class Course:
    """How an agreement goes on if each due date is met with what it asks for [返済の流れ].

    `extra_yen` is all the interest and damages from now to the end; `ends_on` the last payment.
    """

    days: tuple[DueDay, ...]
    extra_yen: int
    ends_on: date


# ------------------------------------------------------------------------------------ another plan
@dataclass(frozen=True, slots=True)
class PlanForecast:
    """Another plan beside the present one [返済日変更の見通し]; None where nothing is owed."""

    refusal: Refusal | None
    plan: DuePlan
    now: Course | None
    then: Course | None

    @property
    def more_yen(self) -> int:
        """How much more all of it costs with the new plan; below zero for less [差額]."""
        return _more_yen(self.now, self.then)

    @property
    def difference_yen(self) -> int:
        """The same without its sign, to be said in words [差額の大きさ]."""
        return abs(self.more_yen)


@at_one_moment
def plan_forecast(
    cursor: Any, key: Key, scheme: Scheme, day_of_month: int, on: date
) -> PlanForecast:
    """What another plan would bring, from a day on [返済日変更の見通し] · LEDG-027.

    Raises    NotFoundError if the member has no such agreement.
    """
    loan = _book.look(cursor, key)
    facts = loan.facts(on)
    plan = loan.product.plan(scheme, day_of_month)
    refusal = policy.check_plan_request(facts, plan)
    now = _course(loan, facts.state)
    if refusal is not None:
        return PlanForecast(refusal, plan, now, None)
    state = replanned(loan, facts.state, plan, on.toordinal())
    return PlanForecast(None, plan, now, _course(loan, state))


def replanned(loan: Loan, state: State, plan: DuePlan, day: int) -> State:
    """An agreement on another plan from a day on, as the command would make it [変更後の状態]."""
    due_on = policy.due_after_change(state, plan, day)
    terms = state.terms._replace(plan=plan)
    if loan.state.on >= day:  # something happened today already, and its interest is counted
        return state._replace(terms=terms, due_on=due_on)
    # New terms hold from the beginning of the day: the state before it is what they meet.
    before = revolving.advance(loan.state, day - 1, loan.rules)
    changed = revolving.apply(before, NewTerms(day, terms, due_on), loan.rules).state
    return revolving.advance(changed, day, loan.rules)


def plan_of(cursor: Any, key: Key, on: date) -> DuePlan:
    """How due dates follow each other now [返済日の決め方]."""
    plan: DuePlan = _book.look(cursor, key).facts(on).state.terms.plan
    return plan


def _course(loan: Loan, state: State) -> Course | None:
    """The way of an agreement that is not late, with the minimum on each due date."""
    late = state.late_since is not None or state.accelerated_on is not None
    if late or not state.principal_yen or not state.minimum_yen:
        return None
    found = outlook.outlook(state, state.minimum_yen, loan.rules)
    return None if found is None else _course_of(loan, state, found, 0)


def _course_of(loan: Loan, state: State, found: Outlook, before_yen: int) -> Course:
    plan, closed = state.terms.plan, loan.rules.closed
    days = tuple(
        DueDay(
            row.on,
            date.fromordinal(last_day_to_pay(plan, row.on.toordinal(), closed)),
            row.paid_yen,
            row.interest_yen,
        )
        for row in found.rows[:DATES_SHOWN]
    )
    return Course(days, found.interest_yen + before_yen, found.ends_on)


def _more_yen(now: Course | None, then: Course | None) -> int:
    return 0 if now is None or then is None else then.extra_yen - now.extra_yen


# ---------------------------------------------------------------------------------- a lighter month
@dataclass(frozen=True, slots=True)
class Lighter:
    """A month in which the interest alone is paid, beside an ordinary one [利息だけ払う月]."""

    refusal: Refusal | None
    arrangement: Arrangement
    pay_on: date
    """The day for which the amounts are reckoned: the due date, or today if it is over."""
    asked_now_yen: int
    asked_then_yen: int
    used: int
    """How many such months this year had already."""
    most: int
    now: Course | None
    then: Course | None

    @property
    def more_yen(self) -> int:
        """How much more all of it costs in the end [差額]."""
        return _more_yen(self.now, self.then)

    @property
    def difference_yen(self) -> int:
        """The same without its sign, to be said in words [差額の大きさ]."""
        return abs(self.more_yen)


@at_one_moment
def is_lighter(cursor: Any, key: Key, on: date) -> bool:
    """Whether the payment asked for now is the interest alone, as agreed [利息だけ払う月か].

    Raises    NotFoundError if the member has no such agreement.
    """
    state = _book.look(cursor, key).facts(on).state
    agreed = state.arrangement
    if agreed is None or agreed.relief is not Relief.INTEREST_ONLY:
        return False
    asked_on = on.toordinal() if state.due_on is None else state.due_on
    return asked_on <= agreed.until


@at_one_moment
def lighter_forecast(cursor: Any, key: Key, on: date) -> Lighter:
    """What an interest-only month would bring for the next due date [利息だけ払う月の見通し].

    On an overdue agreement the interest and damages are asked for at once, in place of the arrears.

    Raises    NotFoundError if the member has no such agreement.
    Law       LEDG-015.
    """
    loan = _book.look(cursor, key)
    facts = loan.facts(on)
    state, day = facts.state, on.toordinal()
    pay_day = day if state.late_since is not None or state.due_on is None else state.due_on
    wanted = Arrangement(Relief.INTEREST_ONLY, 0, max(day, pay_day))
    event = NewArrangement(day, wanted, arrears_yen=arrears_asked(state, wanted))
    used = interest_only_months(cursor, loan, on)
    refusal = policy.check_arrangement(facts, event, used)
    if refusal is None and (not state.principal_yen or not state.minimum_yen):
        refusal = policy.refusal("LEDG-015", "LON-028")
    at_once = date.fromordinal(max(day, pay_day))
    asked_now = due_yen(revolving.advance(state, pay_day, loan.rules), loan.rules)
    now = _course_after(loan, state, pay_day, asked_now)
    most = facts.product.interest_only_a_year
    if refusal is not None:
        return Lighter(refusal, wanted, at_once, asked_now, asked_now, used, most, now, None)
    arranged = revolving.apply(state, event, loan.rules).state
    asked_then = due_yen(revolving.advance(arranged, pay_day, loan.rules), loan.rules)
    then = _course_after(loan, arranged, pay_day, asked_then)
    return Lighter(None, wanted, at_once, asked_now, asked_then, used, most, now, then)


def arrears_asked(state: State, wanted: Arrangement) -> int | None:
    """What of the arrears a relief asks for at once; None where nothing is late [延滞額の請求].

    An interest-only month asks for what is owed beside the principal, another for its own amount.
    """
    if state.late_since is None:
        return None
    owed = revolving.payoff_yen(state) - state.principal_yen
    asked = owed if wanted.relief is Relief.INTEREST_ONLY else wanted.amount_yen
    return min(asked, state.arrears_yen)


def interest_only_months(cursor: Any, loan: Loan, on: date) -> int:
    """How many interest-only months an agreement had since the new year [利息だけ払った月の数]."""
    since = on.replace(month=1, day=1)
    found = _book.events(
        cursor, loan.key, " AND e.kind = 'arrangement' AND e.value_on >= %(since)s", since=since
    )
    return sum(
        1
        for one in found
        if isinstance(one.event, NewArrangement)
        and one.event.arrangement is not None
        and one.event.arrangement.relief is Relief.INTEREST_ONLY
    )


def _course_after(loan: Loan, state: State, pay_day: int, paid_yen: int) -> Course | None:
    """The way after one payment of its own amount."""
    if not paid_yen or not state.minimum_yen:
        return None
    step = revolving.apply(state, Receipt(pay_day, paid_yen), loan.rules)
    after = step.state
    late = after.late_since is not None or after.accelerated_on is not None
    if late or not after.principal_yen:
        return None
    found = outlook.outlook(after, state.minimum_yen, loan.rules)
    if found is None:
        return None
    return _course_of(loan, after, found, step.to_interest_yen + step.to_damages_yen)


# ---------------------------------------------------------------------------------- a later payment
@dataclass(frozen=True, slots=True)
class Waiting:
    """What it costs to pay later [待つあいだの費用]."""

    on: date
    until: date
    asked_yen: int
    """What is to be paid on the later day, so that nothing is late any more."""
    interest_yen: int
    damages_yen: int
    a_day_yen: int
    """What the last of the days bears, cut to the yen."""
    damages_from_on: date | None
    """The first of the days that bears damages in place of interest; None if none does."""


@at_one_moment
def waiting(cursor: Any, key: Key, on: date, until: date) -> Waiting:
    """What an agreement costs more if the payment comes on a later day [待つあいだの費用].

    Days      after `on`, up to `until`.
    Raises    NotFoundError if the member has no such agreement.
    """
    loan = _book.look(cursor, key)
    now = loan.facts(on).state
    last = until.toordinal()
    then = revolving.advance(now, last, loan.rules)
    before = revolving.advance(now, max(now.on, last - 1), loan.rules)
    missed = then.late_since is not None
    first = last + 1
    if missed and now.late_since is not None:
        first = now.on + 1
    elif missed:
        first = (revolving.deadline(now, loan.rules) or last) + 1
    return Waiting(
        on=on,
        until=until,
        asked_yen=_to_be_paid(then, loan),
        interest_yen=_interest_yen(then) - _interest_yen(now),
        damages_yen=_damages_yen(then) - _damages_yen(now),
        a_day_yen=_ticks(then, before) // TICKS_PER_YEN,
        damages_from_on=date.fromordinal(first) if first <= last else None,
    )


def _to_be_paid(state: State, loan: Loan) -> int:
    """What is missed; where nothing is, what the next due date asks for."""
    if state.late_since is None or state.accelerated_on is not None:
        return due_yen(state, loan.rules)
    return due_yen(state._replace(due_on=None), loan.rules)


def _interest_yen(state: State) -> int:
    return state.interest_yen + state.interest_ticks // TICKS_PER_YEN


def _damages_yen(state: State) -> int:
    return state.damages_yen + state.damages_ticks // TICKS_PER_YEN


def _ticks(after: State, before: State) -> int:
    interest = after.interest_ticks - before.interest_ticks
    return interest + after.damages_ticks - before.damages_ticks


# --------------------------------------------------------------------------------- a limit used up
@dataclass(frozen=True, slots=True)
class LimitForecast:
    """What a limit costs if all of it is drawn at once [限度額を使い切ったとき]."""

    limit_yen: int
    rate_ppm: int
    minimum_yen: int
    course: Outlook | None
    """How it ends if the minimum is paid on each due date of its plan; None if it never does."""


@at_one_moment
def limit_forecast(cursor: Any, key: Key, limit_yen: int, on: date) -> LimitForecast:
    """What a limit would cost, used up and paid back by the minimum [使い切ったときの費用].

    The rate is what `commands.change_limit` would set: never above the present one.
    """
    loan = _book.look(cursor, key)
    rate = min(loan.state.terms.rate_ppm, loan.product.rate_ppm(limit_yen))
    least = minimum_yen(loan.product.minimum, limit_yen, limit_yen)
    used_up = outlook.new_loan(limit_yen, rate, on, loan.state.terms.plan)
    found = outlook.outlook(used_up, least, loan.rules)
    return LimitForecast(limit_yen, rate, least, found)


def lower_limits(cursor: Any, key: Key, on: date) -> tuple[int, ...]:
    """Limits below the present one that are easy to choose [減額の候補]."""
    return policy.lower_limits(_book.look(cursor, key).facts(on))
