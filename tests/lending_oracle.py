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


def whole(yen: Fraction) -> int:
    """The yen below an exact amount (LEDG-001)."""
    return yen.numerator // yen.denominator


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
    bore: list[tuple[date, str, int, int]] = field(default_factory=list)
    """What each day bore: the day, why, the rate, on how much."""

    # ------------------------------------------------------------------------------ what is owed

    def besides_principal_yen(self) -> int:
        """Costs, damages and interest to this day; each kind's fraction is cut (LEDG-001)."""
        interest_yen = self.interest_yen + whole(self.row_interest)
        return self.costs_yen + interest_yen + self.damages_yen + whole(self.row_damages)

    def payoff_yen(self) -> int:
        """LEDG-005: principal (also what is written off), interest, damages and costs."""
        return self.principal_yen + self.written_off_yen + self.besides_principal_yen()

    def required_yen(self) -> int:
        """What the next due date asks for, with what was paid towards it (LEDG-005).

        READING: what is in arrears already is not asked for a second time.
        """
        relief = self.arrangement
        wanted = self.minimum_yen
        if relief is not None and self.due_on is not None and self.due_on <= relief.until:
            wanted = relief.amount_yen
            if relief.relief == INTEREST_ONLY:
                # READING: to pay the interest, what comes before it in the order is paid as well.
                in_arrears = max(0, self.arrears_yen - self.overdue_principal_yen)
                wanted = self.paid_yen + max(0, self.besides_principal_yen() - in_arrears)
        return min(wanted, self.paid_yen + self.payoff_yen() - self.arrears_yen)

    def bears_nothing(self) -> bool:
        """LEDG-017: a principal below a note bears nothing.

        READING: also where interest is still owed, and where the loan is late.
        """
        return self.principal_yen == 0 or self.principal_yen < self.rules.rest_below_yen

    def principal_of(self, asked_yen: int) -> int:
        """The principal in an amount asked for: LEDG-013 pays it last."""
        return min(self.principal_yen, max(0, asked_yen - self.besides_principal_yen()))

    # ------------------------------------------------------------------------------- days passing

    def walk_to(self, day: date) -> None:
        """Let days pass, one by one."""
        while self.on < day:
            self.on += ONE_DAY
            self._miss_what_was_due(self.on)
            self._bear()

    def _miss_what_was_due(self, today: date) -> None:
        """The day before was the last to pay: what is not paid is in arrears (LEDG-012, 028).

        READING: a 35-day plan counts from the payment that meets the minimum (LEDG-007); until it
        is met there is no next due date.
        """
        while (
            self.due_on is not None
            and last_day_in_time(self.terms, self.due_on, self.rules.closed) < today
        ):
            missed = max(0, self.required_yen() - self.paid_yen)
            self.paid_yen = 0
            following = due_date_after(self.terms, self.due_on, self.due_on)
            if missed:
                self.late_since = self.late_since or self.due_on
                self.arrears_yen += missed
                overdue = self.principal_of(self.arrears_yen)
                self.overdue_principal_yen = max(self.overdue_principal_yen, overdue)
            waits = missed and self.terms.scheme == EVERY_35_DAYS
            self.due_on = None if waits else following

    def _bear(self) -> None:
        """One day: interest, or damages in its place (LEDG-001, 002, 003, 012)."""
        if self.principal_yen == 0:
            return
        if self.bears_nothing():
            self.bore.append((self.on, "rest", 0, self.principal_yen))
            return
        year = 366 if calendar.isleap(self.on.year) else 365
        in_delay = 0
        if self.late_since is not None:
            all_of_it = self.rules.damages_base == BALANCE or self.accelerated_on is not None
            in_delay = self.principal_yen if all_of_it else self.overdue_principal_yen
        if in_delay:
            self.row_damages += Fraction(in_delay * self.terms.damages_ppm, PPM * year)
            self.bore.append((self.on, "damages", self.terms.damages_ppm, in_delay))
        agreed = self.principal_yen - in_delay
        if not agreed:
            return
        free_from, free_to = self.terms.free_from, self.terms.free_to
        if free_from and free_to and free_from <= self.on <= free_to:
            self.bore.append((self.on, "free", 0, agreed))
            return
        self.row_interest += Fraction(agreed * self.terms.rate_ppm, PPM * year)
        self.bore.append((self.on, "agreed", self.terms.rate_ppm, agreed))

    # ------------------------------------------------------------------------------------- events

    def _row(self, day: date, *, ends: bool = False) -> dict[str, int]:
        """Walk to the day of an event and cut the row that ends there."""
        self.walk_to(day)
        if self.rules.fractions == EACH_RECEIPT and not ends:
            return {}
        interest_yen, damages_yen = whole(self.row_interest), whole(self.row_damages)
        self.interest_yen += interest_yen
        self.damages_yen += damages_yen
        self.row_interest = self.row_damages = Fraction(0)
        return {"interest_yen": interest_yen, "damages_yen": damages_yen}

    def draw(self, day: date, amount_yen: int) -> dict[str, int]:
        """LEDG-004: a draw sets the minimum; LEDG-007: it moves no due date."""
        row = self._row(day)
        self.principal_yen += amount_yen
        self.minimum_yen = minimum_payment(self.terms, self.principal_yen)
        if self.accelerated_on is not None:
            # READING: policy lets nobody draw now; what comes in late all the same is due at once.
            self.late_since = self.late_since or day
        elif self.due_on is None and self.late_since is None and not self.bears_nothing():
            self.due_on = first_due_date(self.terms, day)
            self.paid_yen = 0
        return row

    def receive(self, day: date, amount_yen: int) -> dict[str, int]:
        """Costs, damages, interest, principal (LEDG-013); beyond it the member's (LEDG-018)."""
        row = self._row(day, ends=True)
        required = self.required_yen()
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
        if not self._paid_up() and self.accelerated_on is None:
            self._count(day, amount_yen, required)
        return row

    def _count(self, day: date, amount_yen: int, required: int) -> None:
        """To the arrears first, then to the next due date (LEDG-007, 008, 028)."""
        if self.late_since is not None:
            to_arrears = min(amount_yen, self.arrears_yen)
            self.arrears_yen -= to_arrears
            amount_yen -= to_arrears
            damages_stand = self.rules.cure == MINIMUM_AND_DAMAGES and self.damages_yen > 0
            if self.arrears_yen or damages_stand:
                return
            self.late_since = None
            self.overdue_principal_yen = 0
            if self.due_on is None:
                # LEDG-007: the payment that met the minimum begins the next cycle.
                self.due_on = first_due_date(self.terms, day)
                self.paid_yen = 0
                return
        if self.due_on is None or not is_inside_window(self.terms, self.due_on, day):
            return
        self.paid_yen += amount_yen
        if self.paid_yen >= required:
            self.due_on = due_date_after(self.terms, self.due_on, day)
            self.paid_yen = 0

    def _paid_up(self) -> bool:
        """Nothing is owed, or only a rest below a note: nothing is due (LEDG-017)."""
        if self.besides_principal_yen() or self.written_off_yen or not self.bears_nothing():
            return False
        self._nothing_due()
        return True

    def _nothing_due(self) -> None:
        self.due_on = self.late_since = None
        self.paid_yen = self.minimum_yen = self.arrears_yen = self.overdue_principal_yen = 0

    def use_excess(self, day: date, amount_yen: int) -> dict[str, int]:
        """LEDG-018: held money, put to the loan as agreed; it pays like any other money."""
        row = self.receive(day, amount_yen)
        self.excess_yen -= amount_yen
        row["to_excess_yen"] -= amount_yen
        return row

    def refund(self, day: date, amount_yen: int) -> dict[str, int]:
        row = self._row(day)
        self.excess_yen -= amount_yen
        return {**row, "to_excess_yen": -amount_yen}

    def charge(self, day: date, amount_yen: int) -> dict[str, int]:
        row = self._row(day)
        self.costs_yen += amount_yen
        return row

    def change_terms(self, day: date, terms: Terms, due_on: date | None) -> dict[str, int]:
        """From a day on, this day's interest included: the day itself is not walked yet.

        READING: what was due the day before is missed under the old terms; a change of rate ends
        no row, as in the courts' recalculation.
        """
        self.walk_to(day - ONE_DAY)
        self._miss_what_was_due(day)
        self.terms = terms
        if self.accelerated_on is None:
            self.due_on = due_on or self.due_on
        self._paid_up()
        return {}

    def arrange(
        self,
        day: date,
        arrangement: Arrangement | None,
        due_on: date | None,
        arrears_yen: int | None,
    ) -> dict[str, int]:
        """Another amount asked for; the arrears may be asked for later.

        READING: no arrears, no delay; after an acceleration a due date, or saying what is asked
        for at once, gives the time back. Nobody is asked for more than is owed; where nothing is
        late, arrears that were to be paid at once are gone.
        """
        self.walk_to(day)
        if arrears_yen:
            is_late = self.late_since is not None
            arrears_yen = min(arrears_yen, self.payoff_yen()) if is_late else None
        self.arrangement = arrangement
        self.due_on = due_on or self.due_on
        if self.accelerated_on is not None and (due_on or arrears_yen is not None):
            self.accelerated_on = None
            arrears_yen = arrears_yen or 0
        if arrears_yen is not None:
            self.arrears_yen = arrears_yen
            self.overdue_principal_yen = self.principal_of(arrears_yen)
            if not arrears_yen:
                self.late_since = None
            waits = self.late_since is not None and self.terms.scheme == EVERY_35_DAYS
            if self.due_on is None and not waits:
                # No payment is awaited, so the agreement begins the next cycle.
                self.due_on = first_due_date(self.terms, day)
        self._paid_up()
        return {}

    def accelerate(self, day: date) -> dict[str, int]:
        """All falls due, and is in delay from the next day; no due date stands beside it."""
        row = self._row(day, ends=True)
        self.accelerated_on = day
        late_since = self.late_since or day
        self.due_on = None
        self.paid_yen = self.arrears_yen = self.overdue_principal_yen = 0
        if not self._paid_up():
            self.late_since = late_since
        return row

    def waive(self, day: date, **given_up_yen: int) -> dict[str, int]:
        """READING: the arrears stay, as far as so much is still owed."""
        row = self._row(day, ends=True)
        for name, amount_yen in given_up_yen.items():
            setattr(self, name, getattr(self, name) - amount_yen)
        self.overdue_principal_yen = min(self.overdue_principal_yen, self.principal_yen)
        self.arrears_yen = min(self.arrears_yen, self.payoff_yen())
        self._paid_up()
        return row

    def write_off(self, day: date) -> dict[str, int]:
        """The principal leaves the books and is still claimed; nothing is due in the books."""
        row = self._row(day, ends=True)
        self.written_off_yen += self.principal_yen
        self.principal_yen = 0
        self._nothing_due()
        return row

    def depart(self, day: date) -> dict[str, int]:
        """Somebody else's claim: nothing is owed here any more; held money is the member's."""
        row = self._row(day, ends=True)
        self.principal_yen = self.interest_yen = self.damages_yen = self.costs_yen = 0
        self.written_off_yen = 0
        self.accelerated_on = self.arrangement = None
        self._nothing_due()
        return row
