"""A second, slow life of a revolving loan, only to check the kernel against [リボルビング取引の検算].

Everything here is done the way a clerk with a calendar would do it: every calendar day is walked,
what a day bears is an exact fraction of a yen, and a row's sum is cut once. Nothing is shared with
the kernel; the sources are the rules LEDG-* and RATE-* of the law catalogue and what the kernel's
types promise in words. Where those admit two readings, a comment that starts with ``READING:``
says which one is taken.

>>> terms = Terms(rate_ppm=180_000, damages_ppm=200_000, limit_yen=500_000,
...     brackets=((300_000, 42_000), (None, 30_000)))
>>> loan = Loan(date(2026, 1, 5), terms, Rules())
>>> _ = loan.draw(date(2026, 1, 5), 100_000)
>>> loan.receive(date(2026, 2, 4), 5_000)["to_interest_yen"]
1479
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

ONE_DAY = timedelta(days=1)
PPM = 1_000_000
DECEMBER = 12

EVERY_35_DAYS, MONTHLY = "every_35_days", "monthly"
NEXT_BUSINESS_DAY, AS_WRITTEN = "next_business_day", "as_written"
EACH_ROW, EACH_RECEIPT = "each_row", "each_receipt"
BALANCE, INSTALMENT = "balance", "instalment"
MINIMUM, MINIMUM_AND_DAMAGES = "minimum", "minimum_and_damages"
INTEREST_ONLY, AMOUNT = "interest_only", "amount"


@dataclass(frozen=True)
class Terms:
    """What was agreed [契約条件]."""

    rate_ppm: int
    damages_ppm: int
    limit_yen: int
    brackets: tuple[tuple[int | None, int], ...]
    unit_yen: int = 1_000
    scheme: str = EVERY_35_DAYS
    day_of_month: int = 0
    cycle_days: int = 35
    window_days: int = 14
    holiday_rule: str = NEXT_BUSINESS_DAY
    free_from: date | None = None
    free_to: date | None = None


@dataclass(frozen=True)
class Rules:
    """How the product counts [商品の計算方法]."""

    fractions: str = EACH_ROW
    damages_base: str = BALANCE
    cure: str = MINIMUM
    rest_below_yen: int = 1_000
    closed: frozenset[date] = frozenset()


@dataclass(frozen=True)
class Arrangement:
    """An agreed relief [取決め]."""

    relief: str
    amount_yen: int
    until: date


# --------------------------------------------------------------------------------------- due dates


def day_in_month(year: int, month: int, day: int) -> date:
    """LEDG-011: the 29th to 31st of a short month is its last day."""
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def following_day_of_month(after: date, day: int) -> date:
    """The first day X of a month that is later than a day."""
    here = day_in_month(after.year, after.month, day)
    if here > after:
        return here
    if after.month == DECEMBER:
        return day_in_month(after.year + 1, 1, day)
    return day_in_month(after.year, after.month + 1, day)


def first_due_date(terms: Terms, drawn_on: date) -> date:
    """LEDG-007: the draw and 35 days. Monthly: the first such day beyond the window of LEDG-008."""
    if terms.scheme == EVERY_35_DAYS:
        return drawn_on + timedelta(days=terms.cycle_days)
    due = following_day_of_month(drawn_on, terms.day_of_month)
    while due - drawn_on <= timedelta(days=terms.window_days):
        due = following_day_of_month(due, terms.day_of_month)
    return due


def due_date_after(terms: Terms, due_on: date, paid_on: date) -> date:
    """LEDG-007: from the payment that met it. Monthly: the same day of the next month."""
    if terms.scheme == EVERY_35_DAYS:
        return paid_on + timedelta(days=terms.cycle_days)
    return following_day_of_month(due_on, terms.day_of_month)


def last_day_in_time(terms: Terms, due_on: date, closed: frozenset[date]) -> date:
    """LEDG-010: a due date on a holiday may be paid until the next business day."""
    day = due_on
    while terms.holiday_rule == NEXT_BUSINESS_DAY and day in closed:
        day += ONE_DAY
    return day


def is_inside_window(terms: Terms, due_on: date, paid_on: date) -> bool:
    """LEDG-008: 15 days or more before a monthly due date is extra for the month before."""
    return terms.scheme == EVERY_35_DAYS or due_on - paid_on <= timedelta(days=terms.window_days)


def minimum_payment(terms: Terms, balance_yen: int) -> int:
    """LEDG-004: the balance after the last draw by the rate of the limit, up to a full unit."""
    for up_to, ppm in terms.brackets:
        if up_to is None or terms.limit_yen <= up_to:
            units = Fraction(balance_yen * ppm, PPM) / terms.unit_yen
            return terms.unit_yen * -(-units.numerator // units.denominator)
    raise ValueError(terms.brackets)


# -------------------------------------------------------------------------------------- the loan


@dataclass
class Loan:
    """A loan at the end of a day; it changes as days and events pass [貸付け]."""

    on: date
    terms: Terms
    rules: Rules
    principal_yen: int = 0
    interest_yen: int = 0
    damages_yen: int = 0
    costs_yen: int = 0
    excess_yen: int = 0
    written_off_yen: int = 0
    row_interest: Fraction = field(default_factory=Fraction)
    row_damages: Fraction = field(default_factory=Fraction)
    minimum_yen: int = 0
    due_on: date | None = None
    paid_yen: int = 0
    late_since: date | None = None
    arrears_yen: int = 0
    overdue_principal_yen: int = 0
    accelerated_on: date | None = None
    arrangement: Arrangement | None = None

    # ------------------------------------------------------------------------------ what is owed

    def besides_principal_yen(self) -> int:
        """Costs, damages and interest to this day; each kind's fraction is cut (LEDG-001)."""
        kinds = (self.interest_yen + self.row_interest, self.damages_yen + self.row_damages)
        return self.costs_yen + sum(kind.numerator // kind.denominator for kind in kinds)

    def payoff_yen(self) -> int:
        """LEDG-005: principal, interest, damages and costs."""
        return self.principal_yen + self.besides_principal_yen()

    def still_required_yen(self) -> int:
        """What the next due date still asks for (LEDG-005), beside what is in arrears."""
        if self.due_on is None:
            return 0
        relief = self.arrangement
        if relief is None or self.due_on > relief.until:
            wanted = self.minimum_yen - self.paid_yen
        elif relief.relief == AMOUNT:
            wanted = relief.amount_yen - self.paid_yen
        else:
            # READING: to pay the interest, what comes before it in the order must be paid as well.
            wanted = self.besides_principal_yen()
        return max(0, min(wanted, self.payoff_yen() - self.arrears_yen))

    def bears_nothing(self) -> bool:
        """LEDG-017: a principal below a note bears nothing."""
        return self.principal_yen < self.rules.rest_below_yen

    # ------------------------------------------------------------------------------- days passing

    def walk_to(self, day: date) -> None:
        """Let days pass, one by one."""
        while self.on < day:
            self.on += ONE_DAY
            self._miss_what_was_due()
            self._bear()

    def _miss_what_was_due(self) -> None:
        """The day before was the last to pay: what is not paid is in arrears (LEDG-012, 028)."""
        while (
            self.due_on is not None
            and last_day_in_time(self.terms, self.due_on, self.rules.closed) < self.on
        ):
            missed = self.still_required_yen()
            if missed:
                # What is missed is appropriated like a payment: its principal comes last.
                in_arrears = self.arrears_yen - self.overdue_principal_yen
                before = max(0, self.besides_principal_yen() - in_arrears)
                free = self.principal_yen - self.overdue_principal_yen
                self.overdue_principal_yen += min(free, max(0, missed - before))
                self.arrears_yen += missed
                self.late_since = self.late_since or self.due_on
            self.due_on = due_date_after(self.terms, self.due_on, self.due_on)
            self.paid_yen = 0

    def _bear(self) -> None:
        """One day: interest, or damages in its place (LEDG-001, 002, 003, 012)."""
        if self.bears_nothing():
            return
        year = 366 if calendar.isleap(self.on.year) else 365
        in_delay = 0
        if self.accelerated_on is not None:
            in_delay = self.principal_yen
        elif self.late_since is not None:
            whole = self.rules.damages_base == BALANCE
            in_delay = self.principal_yen if whole else self.overdue_principal_yen
        self.row_damages += Fraction(in_delay * self.terms.damages_ppm, PPM * year)
        free_from, free_to = self.terms.free_from, self.terms.free_to
        if free_from and free_to and free_from <= self.on <= free_to:
            return
        agreed = self.principal_yen - in_delay
        self.row_interest += Fraction(agreed * self.terms.rate_ppm, PPM * year)

    # ------------------------------------------------------------------------------------- events

    def _row(self, day: date, *, receipt: bool = False) -> dict[str, int]:
        """Walk to the day of an event and cut the row that ends there."""
        self.walk_to(day)
        if self.rules.fractions == EACH_RECEIPT and not receipt:
            return {}
        interest_yen = self.row_interest.numerator // self.row_interest.denominator
        damages_yen = self.row_damages.numerator // self.row_damages.denominator
        self.interest_yen += interest_yen
        self.damages_yen += damages_yen
        self.row_interest = self.row_damages = Fraction(0)
        return {"interest_yen": interest_yen, "damages_yen": damages_yen}

    def draw(self, day: date, amount_yen: int) -> dict[str, int]:
        """LEDG-004: a draw sets the minimum; LEDG-007: it moves no due date."""
        row = self._row(day)
        self.principal_yen += amount_yen
        self.minimum_yen = minimum_payment(self.terms, self.principal_yen)
        if self.due_on is None and self.accelerated_on is None and not self.bears_nothing():
            self.due_on = first_due_date(self.terms, day)
        return row

    def receive(self, day: date, amount_yen: int) -> dict[str, int]:
        """Costs, damages, interest, principal (LEDG-013); beyond it the member's (LEDG-018)."""
        row = self._row(day, receipt=True)
        required = self.still_required_yen()
        left = amount_yen
        for kind in ("costs", "damages", "interest", "principal", "written_off"):
            owed = getattr(self, f"{kind}_yen")
            part = min(left, owed)
            setattr(self, f"{kind}_yen", owed - part)
            row[f"to_{kind}_yen"] = part
            left -= part
        row["to_excess_yen"] = left
        self.excess_yen += left
        to_principal = row["to_principal_yen"]
        self.overdue_principal_yen = max(0, self.overdue_principal_yen - to_principal)
        self._count(day, amount_yen, required)
        self._paid_up()
        return row

    def _count(self, day: date, amount_yen: int, required: int) -> None:
        """To the arrears first, then to the next due date (LEDG-007, 008, 028)."""
        to_arrears = min(amount_yen, self.arrears_yen)
        self.arrears_yen -= to_arrears
        amount_yen -= to_arrears
        cured = self.arrears_yen == 0 and (self.rules.cure == MINIMUM or self.damages_yen == 0)
        if self.late_since is not None and cured and self.accelerated_on is None:
            self.late_since = None
            self.overdue_principal_yen = 0
            if self.due_on is not None and self.terms.scheme == EVERY_35_DAYS:
                # LEDG-007: the payment that met the minimum begins the next cycle.
                self.due_on = due_date_after(self.terms, self.due_on, day)
                self.paid_yen = 0
                return
        if self.due_on is None or not is_inside_window(self.terms, self.due_on, day):
            return
        self.paid_yen += amount_yen
        if amount_yen >= required:
            self.due_on = due_date_after(self.terms, self.due_on, day)
            self.paid_yen = 0

    def _paid_up(self) -> None:
        """Nothing is owed, or only a rest below a note: nothing is due (LEDG-017)."""
        if self.besides_principal_yen() or not self.bears_nothing():
            return
        self.due_on = self.late_since = None
        self.paid_yen = self.minimum_yen = self.arrears_yen = self.overdue_principal_yen = 0

    def use_excess(self, day: date, amount_yen: int) -> dict[str, int]:
        """LEDG-018: held money, put to the loan as agreed; it pays like any other money."""
        self.excess_yen -= amount_yen
        return self.receive(day, amount_yen)

    def refund(self, day: date, amount_yen: int) -> dict[str, int]:
        row = self._row(day)
        self.excess_yen -= amount_yen
        return row

    def charge(self, day: date, amount_yen: int) -> dict[str, int]:
        row = self._row(day)
        self.costs_yen += amount_yen
        return row

    def change_terms(self, day: date, terms: Terms, due_on: date | None) -> dict[str, int]:
        """From a day on, this day's interest included: the day itself is not walked yet."""
        row = self._row(day - ONE_DAY)
        self.terms = terms
        self.due_on = due_on or self.due_on
        return row

    def arrange(
        self,
        day: date,
        arrangement: Arrangement | None,
        due_on: date | None,
        arrears_yen: int | None,
    ) -> dict[str, int]:
        """Another amount asked for; the arrears may be asked for later."""
        row = self._row(day)
        self.arrangement = arrangement
        self.due_on = due_on or self.due_on
        if arrears_yen is not None:
            self.arrears_yen = arrears_yen
            self.overdue_principal_yen = min(self.overdue_principal_yen, arrears_yen)
            if not arrears_yen:
                self.late_since = None
        return row

    def accelerate(self, day: date) -> dict[str, int]:
        """All falls due, and is in delay from the next day."""
        row = self._row(day)
        self.accelerated_on = day
        self.due_on = None
        self.paid_yen = 0
        self.late_since = self.late_since or day
        self.overdue_principal_yen = self.principal_yen
        return row

    def waive(
        self, day: date, damages_yen: int, interest_yen: int, principal_yen: int
    ) -> dict[str, int]:
        row = self._row(day)
        self.damages_yen -= damages_yen
        self.interest_yen -= interest_yen
        self.principal_yen -= principal_yen
        self.overdue_principal_yen = min(self.overdue_principal_yen, self.principal_yen)
        self.arrears_yen = min(self.arrears_yen, self.payoff_yen())
        self._paid_up()
        return row

    def write_off(self, day: date) -> dict[str, int]:
        """The principal leaves the books and is still claimed."""
        row = self._row(day)
        self.written_off_yen += self.principal_yen
        self.principal_yen = self.overdue_principal_yen = 0
        return row

    def depart(self, day: date) -> dict[str, int]:
        """Somebody else's claim: nothing is owed here any more; held money is the member's."""
        row = self._row(day)
        self.principal_yen = self.interest_yen = self.damages_yen = self.costs_yen = 0
        self.written_off_yen = 0
        self.row_interest = self.row_damages = Fraction(0)
        self._paid_up()
        return row
