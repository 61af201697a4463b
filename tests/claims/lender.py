"""A lender that keeps its books its own way, to make histories with printed balances.

Nothing here is shared with the reader or its checksum: interest is an exact fraction, summed over
the days of each year by themselves. `plant` makes the slips of a typist in such a history.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from random import Random

RATES_PERCENT = (
    "54.75", "40.004", "39.785", "36.5", "32.85", "29.2", "29.0", "28.8", "28.5", "27.5", "27.375",
    "27.36", "26.28", "25.55", "24.82", "24.0", "22.995", "21.9", "20.0", "18.25", "18.0", "17.95",
    "17.8", "17.4", "15.0", "14.6", "14.5",
)  # fmt: skip
CUTTINGS = ("floor", "half_up", "none")


@dataclass(frozen=True)
class Ways:
    """How a lender counts."""

    leap_years: bool
    both_ends: bool
    cutting: str


@dataclass(frozen=True)
class Printed:
    """One row as the lender prints it; `lent` and not `paid` where money went out."""

    on: date
    lent: bool
    amount: int
    balance: int


@dataclass(frozen=True)
class Paper:
    """A history, and what only the lender knows of it."""

    rows: list[Printed]
    ways: Ways
    rates: list[tuple[int, Fraction]]
    """The first row whose days bear a rate, and the rate."""

    def rate_of(self, row: int) -> Fraction:
        return [rate for first, rate in self.rates if first <= row][-1]


class Books:
    """The running account."""

    def __init__(self, ways: Ways) -> None:
        self.ways = ways
        self.owed = Fraction(0)
        self.unpaid = Fraction(0)
        self.on: date | None = None
        self.lent_today = Fraction(0)

    def post(self, on: date, amount: int, rate: Fraction, *, lent: bool) -> int:
        """Charge the days since the last row, then the row; gives the balance to print."""
        self.unpaid += self._interest(on, rate)
        if self.on is None or on > self.on:
            self.lent_today = Fraction(0)
            self.on = on
        if lent:
            self.owed += amount
            self.lent_today += amount
        else:
            to_interest = min(self.unpaid, Fraction(amount))
            self.unpaid -= to_interest
            self.owed = max(Fraction(0), self.owed - (amount - to_interest))
        return self.owed.numerator // self.owed.denominator

    def _interest(self, on: date, rate: Fraction) -> Fraction:
        if self.on is None or on <= self.on or self.owed == 0:
            return Fraction(0)
        interest = self.owed * rate * self._part_of_year(self.on + timedelta(days=1), on)
        if self.ways.both_ends and self.lent_today:
            interest += self.lent_today * rate * self._part_of_year(self.on, self.on)
        if self.ways.cutting == "floor":
            return Fraction(interest.numerator // interest.denominator)
        if self.ways.cutting == "half_up":
            half = interest + Fraction(1, 2)
            return Fraction(half.numerator // half.denominator)
        return interest

    def _part_of_year(self, first: date, last: date) -> Fraction:
        total = Fraction(0)
        for year in range(first.year, last.year + 1):
            begins = max(first, date(year, 1, 1))
            ends = min(last, date(year, 12, 31))
            length = 365
            if self.ways.leap_years:
                length = (date(year + 1, 1, 1) - date(year, 1, 1)).days
            total += Fraction((ends - begins).days + 1, length)
        return total


# ------------------------------------------------------------------------------------------ making
def make(
    random: Random,
    rows: int | None = None,
    ways: Ways | None = None,
    rate: Fraction | None = None,
) -> Paper:
    """A history of a few years: monthly payments, advances in between, now and then a payoff."""
    chosen = Ways(random.random() < 0.5, random.random() < 0.3, random.choice(CUTTINGS))
    ways = ways or chosen
    count = rows or random.randrange(40, 161)
    rates = _rates(random, count) if rate is None else [(0, rate)]
    paper = Paper([], ways, rates)
    books = Books(ways)
    on = date(1985, 1, 1) + timedelta(days=random.randrange(9_000))
    limit = random.choice((300_000, 500_000, 1_000_000))
    usual = random.choice((8_000, 10_000, 12_000, 15_000, 20_000, 30_000))
    lent, amount = True, 10_000 * random.randrange(5, limit // 10_000 + 1)
    for number in range(count):
        rate = paper.rate_of(number)
        balance = books.post(on, amount, rate, lent=lent)
        paper.rows.append(Printed(on, lent, amount, balance))
        later = paper.rate_of(min(number + 1, count - 1))
        on, lent, amount = _next(random, books, later, limit=limit, usual=usual)
    return paper


def _rates(random: Random, count: int) -> list[tuple[int, Fraction]]:
    def rate() -> Fraction:
        return Fraction(random.choice(RATES_PERCENT)) / 100

    rates = [(0, rate())]
    for _ in range(random.choice((0, 0, 1, 2))):
        first = random.randrange(10, count - 9)
        if all(abs(first - other) > 9 for other, _ in rates):
            rates.append((first, rate()))
    return sorted(rates)


def _next(
    random: Random, books: Books, rate: Fraction, *, limit: int, usual: int
) -> tuple[date, bool, int]:
    on = books.on or date.min
    room = limit - int(books.owed)
    if books.owed == 0:
        return (
            on + timedelta(days=random.randrange(1, 120)),
            True,
            10_000 * random.randrange(1, limit // 10_000),
        )
    dice = random.random()
    if dice < 0.22 and room >= 10_000:
        unit = 10_000 if random.random() < 0.7 else 1_000
        days = 0 if random.random() < 0.12 else random.randrange(1, 26)
        return (
            on + timedelta(days=days),
            True,
            unit * random.randrange(1, min(room, 200_000) // unit + 1),
        )
    days = random.randrange(24, 37) if dice < 0.95 else random.randrange(1, 90)
    later = on + timedelta(days=days)
    due = books.unpaid + books._interest(later, rate)
    payoff = books.owed + due
    if random.random() < 0.008:
        return later, False, -(-payoff.numerator // payoff.denominator)
    if random.random() < 0.007 and due > 2_000:
        return later, False, int(due) // 2 // 100 * 100
    amount = usual
    if random.random() < 0.15:
        amount = usual + 1_000 * random.randrange(-3, 11)
    elif random.random() < 0.04:
        amount = usual + random.randrange(1, 2_000)
    if amount <= due + 500:
        amount = (int(due) // 1_000 + 1 + random.randrange(1, 4)) * 1_000
    if amount >= payoff:
        return later, False, -(-payoff.numerator // payoff.denominator)
    return later, False, amount


# ---------------------------------------------------------------------------------------- planting
@dataclass(frozen=True)
class Planted:
    """A history with one slip, and what the paper says."""

    rows: list[Printed]
    row: int
    """The row of the slip, from 0; for a missing row the one that follows it."""
    original: Printed


def plant(paper: Paper, kind: str, random: Random) -> Planted | None:
    """One slip at a random row; None where that row cannot have it, or no balance shows it."""
    at = random.randrange(len(paper.rows))
    row = paper.rows[at]
    rows = list(paper.rows)
    if kind == "missing_row":
        del rows[at]
    elif kind == "doubled_row":
        rows.insert(at + 1, row)
    else:
        changed = _slipped(row, kind, random)
        if changed is None or changed == row:
            return None
        rows[at] = changed
        if (
            paper.ways.cutting == "none"
            and abs(changed.amount - row.amount + changed.balance - row.balance) == 1
        ):
            return None  # without cutting, printed balances are within a yen: one yen has no row
    if is_consistent(rows, paper, at, kind):
        return None
    return Planted(rows, at, row)


def _slipped(row: Printed, kind: str, random: Random) -> Printed | None:
    if kind == "digit":
        return replace(row, amount=_other_digit(row.amount, random))
    if kind == "times_ten":
        return replace(row, amount=row.amount * 10)
    if kind == "tenth":
        return replace(row, amount=row.amount // 10) if row.amount % 10 == 0 else None
    if kind == "transposed":
        amount = _transposed(row.amount, random)
        return None if amount is None else replace(row, amount=amount)
    if kind == "swapped_column":
        return replace(row, lent=not row.lent)
    if kind == "wrong_balance":
        balance = random.choice((_other_digit, _transposed))(row.balance, random)
        return None if balance is None else replace(row, balance=balance)
    on = _other_day(row.on, random)
    return None if on is None else replace(row, on=on)


def _other_digit(number: int, random: Random) -> int:
    digits = str(number)
    place = random.randrange(len(digits))
    choices = [
        digit for digit in "0123456789" if digit != digits[place] and (place or digit != "0")
    ]
    return int(digits[:place] + random.choice(choices) + digits[place + 1 :])


def _transposed(number: int, random: Random) -> int | None:
    digits = str(number)
    places = [
        place
        for place in range(len(digits) - 1)
        if digits[place] != digits[place + 1] and (place or digits[1] != "0")
    ]
    if not places:
        return None
    place = random.choice(places)
    return int(digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :])


def _other_day(on: date, random: Random) -> date | None:
    """A digit of day or month is wrong, or the two of the day have changed places."""
    year, month, day = f"{on:%Y}", f"{on:%m}", f"{on:%d}"
    try:
        match random.randrange(4):
            case 0:
                return date(
                    int(year), int(month), int(f"{_other_digit(int('1' + day), random)}"[1:])
                )
            case 1:
                return date(int(year), int(month), int(day[::-1]))
            case 2:
                return date(
                    int(year), int(f"{_other_digit(int('1' + month), random)}"[1:]), int(day)
                )
            case _:
                return date(int(year) + random.choice((-1, 1)), int(month), int(day))
    except ValueError:
        return None


def is_consistent(rows: list[Printed], paper: Paper, at: int, kind: str) -> bool:
    """Whether the lender itself would print these balances for these rows: nothing to be seen."""
    books = Books(paper.ways)
    slack = 1 if paper.ways.cutting == "none" else 0
    for number, row in enumerate(rows):
        original = (
            number
            + (kind == "missing_row" and number >= at)
            - (kind == "doubled_row" and number > at)
        )
        balance = books.post(row.on, row.amount, paper.rate_of(original), lent=row.lent)
        if abs(balance - row.balance) > slack:
            return False
    return True
