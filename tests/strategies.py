"""Random recalculation cases that are valid, tame and nasty [引き直し計算の乱数事例].

One generator serves two users. `cases()` and its relatives are property-test strategies: every
choice is drawn, and the first option is always the plainest, so a failing case shrinks to a plain
one. `random_case(seed)` makes the same variety from a seeded generator, fast enough for runs of
hundreds of thousands of cases.

>>> random_case(1) == random_case(1)
True
>>> sorted(random_case(1))
['assumptions', 'events', 'lender', 'schema_version', 'title']
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
Document = dict[str, Any]
MAX_AMOUNT_YEN = 1_000_000_000_000

# The first value of each is the default of the contract.
SWITCHES: dict[str, list[str]] = {
    "year_basis": [
        "calendar",
        "fixed_365",
        "whole_then_calendar",
        "whole_then_365",
        "whole_then_feb29",
    ],
    "first_day": ["exclude", "lend_in_repay_out", "both", "both_first_only"],
    "rounding": ["floor", "half_up", "ceil", "exact"],
    "rounding_stage": ["row", "part"],
    "ceiling_rule": ["ratchet", "first", "floating", "none"],
    "bracket_base": ["net", "gross"],
    "unpaid_interest": ["carry", "capitalize"],
    "overpayment_appropriation": [
        "interest_first",
        "principal_first",
        "accumulate",
        "no_interest",
    ],
    "overpayment_rate_rule": ["constant", "origin", "split_2020", "tranche"],
    "same_day_order": ["as_given", "borrow_first", "repay_first"],
    "opening_balance": ["as_given", "zero"],
    "lender_kind": ["money_lender", "private"],
    "damages_cap_basis": ["agreement", "advance"],
    "contracts": ["joined", "separate", "separate_set_off"],
}
RATES = [
    "0.18",
    "0.292",
    "0.27375",
    "0.2555",
    "0.25",
    "0.20",
    "0.15",
    "0.146",
    "0.219",
    "0.2628",
    "0.06",
    "0.40004",
    "1.095",
    "0.000001",
    "0",
]
OVERPAYMENT_RATES = ["0.05", "0.03", "0.06", "0.050", "0", "0.000001"]
AMOUNTS = [
    0,
    1,
    2,
    9,
    99,
    100,
    999,
    1_000,
    10_000,
    50_000,
    99_998,
    99_999,
    100_000,
    100_001,
    200_000,
    300_000,
    500_000,
    758_574,
    899_999,
    900_000,
    999_998,
    999_999,
    1_000_000,
    1_000_001,
    2_000_000,
    10_000_000,
    MAX_AMOUNT_YEN - 1,
    MAX_AMOUNT_YEN,
]
# Days on which the law, the year or the calendar turns; each also stands for its neighbours.
TURNS = [
    date(1999, 12, 31),
    date(2000, 2, 28),
    date(2000, 2, 29),
    date(2000, 5, 31),
    date(2000, 6, 1),
    date(2000, 12, 31),
    date(2001, 1, 1),
    date(2003, 3, 1),
    date(2004, 2, 29),
    date(2007, 2, 28),
    date(2008, 2, 29),
    date(2010, 6, 17),
    date(2010, 6, 18),
    date(2012, 2, 29),
    date(2016, 12, 31),
    date(2019, 3, 1),
    date(2020, 2, 29),
    date(2020, 3, 31),
    date(2020, 4, 1),
    date(2024, 2, 29),
]
STEPS_DAYS = [30, 0, 1, 2, 17, 27, 28, 29, 31, 33, 59, 60, 92, 180]
LONG_STEPS_DAYS = [364, 365, 366, 367, 700, 730, 731, 1_095, 1_096, 1_460, 1_461, 1_462, 2_299]
LABELS = ["1", "2", "10", "カード"]
ONE_DAY = timedelta(days=1)
# No step goes beyond this day, so that a walk by days stays short.
LAST_STEP_ON = date(2030, 12, 31)


class Source(Protocol):
    """Where choices come from; the lowest and the first are the plainest [選択の源]."""

    def integer(self, low: int, high: int) -> int:
        """From low to high, both included."""

    def pick(self, options: Sequence[T]) -> T:
        """One of the options."""

    def chance(self, percent: int) -> bool:
        """True in so many cases of a hundred."""


class Seeded:
    """Choices from a seeded generator [種付き乱数]."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def integer(self, low: int, high: int) -> int:
        return low + int(self._random.random() * (high - low + 1))

    def pick(self, options: Sequence[T]) -> T:
        return options[int(self._random.random() * len(options))]

    def chance(self, percent: int) -> bool:
        return self._random.random() * 100 < percent


class Drawn:
    """Choices drawn one by one by a property test [性質テストの選択]."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def integer(self, low: int, high: int) -> int:
        return self._draw(st.integers(low, high))

    def pick(self, options: Sequence[T]) -> T:
        return options[self._draw(st.integers(0, len(options) - 1))]

    def chance(self, percent: int) -> bool:
        return self._draw(st.integers(0, 99)) >= 100 - percent


# -------------------------------------------------------------------------------------- small parts


def a_rate(source: Source) -> str:
    if source.chance(15):
        return f"0.{source.integer(0, 399_999):06d}"
    return source.pick(RATES)


def an_amount(source: Source) -> int:
    form = source.integer(0, 9)
    if form < 5:
        return source.pick(AMOUNTS)
    if form < 8:
        return source.integer(0, 1_200_000)
    if form == 8:
        return source.integer(0, 3_000)
    return source.integer(0, MAX_AMOUNT_YEN)


def a_small_amount(source: Source) -> int:
    """Small enough that interest is often nothing and a debt is often paid exactly."""
    return source.pick([100, 200, 0, 1, 50, 101, 300])


def an_edge_amount(source: Source) -> int:
    """Amounts that move a debt a yen or so about a bracket."""
    base = source.pick([100_000, 1_000_000, 900_000, 500_000, 50_000, 10_000])
    return base + source.integer(-2, 2)


def near(source: Source, day: date) -> date:
    return day + ONE_DAY * source.pick([0, -1, 1])


def a_start(source: Source) -> date:
    if source.chance(40):
        return near(source, source.pick(TURNS[:17]))
    if source.chance(15):
        return date(2018, 1, 1) + ONE_DAY * source.integer(0, 900)
    return date(1998, 1, 1) + ONE_DAY * source.integer(0, 9_000)


def a_step(source: Source, long_percent: int) -> timedelta:
    if source.chance(long_percent):
        return ONE_DAY * source.pick(LONG_STEPS_DAYS)
    if source.chance(20):
        return ONE_DAY * source.integer(0, 400)
    return ONE_DAY * source.pick(STEPS_DAYS)


def a_date_after(source: Source, day: date, long_percent: int) -> date:
    """The next event's date, sometimes pulled to the next turn of the law or the calendar."""
    if source.chance(12):
        later = [turn for turn in TURNS if turn > day]
        if later:
            return max(day, near(source, later[0]))
    return min(day + a_step(source, long_percent), max(day, LAST_STEP_ON))


def event(value_on: date, kind: str, amount: int) -> Document:
    return {"date": value_on.isoformat(), "kind": kind, "amount": amount}


def day_of(document: Document) -> date:
    return date.fromisoformat(document["date"])


# ----------------------------------------------------------------------------- histories of a contract


def head(source: Source, value_on: date, amount: int) -> Document:
    """The first event: an advance, an opening balance, or an overpayment brought in."""
    form = source.integer(0, 9)
    if form < 6:
        return event(value_on, "borrow", amount)
    if form < 8:
        return event(value_on, "opening", amount)
    return brought_in(source, value_on, amount)


def brought_in(source: Source, value_on: date, amount: int) -> Document:
    """An overpayment brought in, perhaps with interest and an older first day [過払金の引継ぎ]."""
    document = event(value_on, "carry", amount)
    if source.chance(60):
        document["interest"] = source.pick([0, 1, 62_327, 5_000, amount])
    if source.chance(60):
        turn = source.pick(TURNS)
        before = value_on - ONE_DAY * source.integer(0, 3_000)
        document["arose_on"] = min(value_on, source.pick([before, near(source, turn)])).isoformat()
    return document


def revolving_history(source: Source, most_events: int) -> list[Document]:
    """A card as it is used: monthly payments, top-ups, payoff and re-borrowing [極度借入]."""
    rate_ppm = source.pick([180_000, 292_000, 273_750, 255_500, 250_000])
    limit = source.pick([200_000, 500_000, 1_000_000, 1_500_000, 90_000])
    payment = source.pick([10_000, 15_000, 20_000, 35_000, 5_000])
    due_day = source.pick([27, 1, 5, 10, 28])
    value_on = a_start(source)
    balance = source.pick([limit, limit // 2, 100_000])
    events = [head(source, value_on, balance)]
    if source.chance(40):
        events[0]["rate"] = f"0.{rate_ppm:06d}"
    for _ in range(source.integer(0, most_events - 2)):
        form = source.integer(0, 19)
        if form == 19 and balance == 0:
            value_on += ONE_DAY * source.integer(0, 900)
        elif form < 17 or balance == 0:
            month = value_on.month % 12 + 1
            year = value_on.year + (value_on.month == 12)
            value_on = max(value_on, date(year, month, due_day) + ONE_DAY * source.integer(-3, 3))
        interest = balance * rate_ppm * 30 // 365_000_000
        if balance == 0 or (form >= 15 and balance < limit):
            amount = max(1_000, (limit - balance) // 1_000 // source.pick([1, 2, 4]) * 1_000)
            balance += amount
            events.append(event(value_on, "borrow", amount))
        elif form == 14:
            events.append(event(value_on, "repay", balance + interest))
            balance = 0
        else:
            amount = interest // 2 if form == 13 else payment
            balance = max(0, balance + interest - amount)
            events.append(event(value_on, "repay", amount))
        if source.chance(40):
            events[-1]["lender_balance"] = balance
        if source.chance(2):
            rate_ppm = source.pick([180_000, 150_000, 240_000, 292_000])
            events[-1]["rate"] = f"0.{rate_ppm:06d}"
    if source.chance(60):
        events.append(event(a_date_after(source, value_on, long_percent=40), "closing", 0))
    return events


def paid_off_within_a_day(source: Source, value_on: date) -> list[Document]:
    """Borrowed, paid off with too much, borrowed again, on one day [同日の完済と再借入れ]."""
    paid = source.pick([10_000_000, 10, 1_000])
    return [
        event(value_on, "borrow", source.pick([paid // 2, 1, 100_000])),
        event(value_on, "repay", paid),
        event(value_on, "borrow", source.pick([2 * paid, paid, paid // 2])),
    ]


def nasty_history(
    source: Source, most_events: int, amount: Callable[[Source], int], long_percent: int
) -> list[Document]:
    """Any kind after any kind, on bad days, for bad amounts [極端な取引]."""
    value_on = a_start(source)
    events = [head(source, value_on, amount(source))]
    lent = events[0]["amount"] * (-1 if events[0]["kind"] == "carry" else 1)
    for _ in range(source.integer(0, most_events - 1)):
        value_on = a_date_after(source, value_on, long_percent)
        kind = source.pick(["repay", "borrow", "repay", "borrow", "closing"])
        yen = 0 if kind == "closing" else amount(source)
        if source.chance(15) and 0 < abs(lent) < MAX_AMOUNT_YEN:
            # What was lent and not paid back, or paid too much, as if there were no interest.
            kind = "repay" if lent > 0 else "borrow"
            yen = abs(lent) + source.pick([0, 1, -1])
            value_on = source.pick([value_on, day_of(events[-1])])
        lent += {"borrow": yen, "repay": -yen, "closing": 0}[kind]
        events.append(event(value_on, kind, yen))
        if source.chance(3):
            events.extend(paid_off_within_a_day(source, value_on))
        if source.chance(10):
            other = {"repay": "borrow", "borrow": "repay", "closing": "repay"}[kind]
            events.append(event(value_on, other, amount(source)))
    for document in events:
        if document["kind"] == "closing" and source.chance(50):
            del document["amount"]
    if events[0]["kind"] == "borrow" and source.chance(10):
        events[0] = event(day_of(events[0]), "repay", amount(source))
    for document in events:
        if source.chance(10):
            document["rate"] = a_rate(source)
    return events


def overpaid_history(source: Source, most_events: int) -> list[Document]:
    """Overpaid before and after 1 April 2020, used by advances now and then [過払いの跨ぎ]."""
    value_on = date(2019, 1, 1) + ONE_DAY * source.integer(0, 480)
    events = [head(source, value_on, source.pick([10_000, 100, 100_000]))]
    if source.chance(30):
        events = [brought_in(source, value_on, source.integer(1, 300_000))]
    for _ in range(source.integer(1, most_events)):
        value_on = a_date_after(source, value_on, long_percent=5)
        kind = source.pick(["repay", "repay", "borrow", "closing"])
        amount = {"repay": source.integer(0, 300_000), "borrow": source.integer(0, 400_000)}
        events.append(event(value_on, kind, amount.get(kind, 0)))
    return events


def anniversary_history(source: Source) -> list[Document]:
    """Rows of whole years, a day more or less, from about 29 February [2月29日前後]."""
    value_on = date(source.pick([2000, 2004, 2008, 2012, 2016, 2020]), 2, 28)
    value_on += ONE_DAY * source.pick([0, 1, 2, -1, 307])
    events = [event(value_on, "borrow", source.integer(1, 2_000_000))]
    for _ in range(source.integer(1, 2)):
        years = min(source.pick([1, 4, 2, 3, 5, 8]), 2030 - value_on.year)
        value_on += ONE_DAY * (1_461 * years // 4 + source.integer(-2, 2))
        kind = source.pick(["closing", "repay"])
        amount = {"repay": source.integer(0, 3_000_000)}.get(kind, 0)
        events.append(event(value_on, kind, amount))
    return events


def a_history(source: Source, most_events: int) -> list[Document]:
    form = source.integer(0, 11)
    if form < 3:
        return revolving_history(source, most_events * 2)
    if form < 5:
        return nasty_history(source, most_events, an_amount, long_percent=5)
    if form < 6:
        return nasty_history(source, most_events, a_small_amount, long_percent=0)
    if form < 8:
        return nasty_history(source, most_events, an_edge_amount, long_percent=3)
    if form < 10:
        return nasty_history(source, max(2, most_events // 3), an_amount, long_percent=50)
    if form < 11:
        return overpaid_history(source, most_events)
    return anniversary_history(source)


# -------------------------------------------------------------------------------- several contracts


def without_clash(one: Document, other: Document) -> bool:
    """Whether two neighbours may change places and still sort into the same order."""
    same_day = one["date"] == other["date"]
    return not (same_day and one.get("contract", "1") == other.get("contract", "1"))


def in_input_order(source: Source, histories: list[list[Document]]) -> list[Document]:
    """Merged by date, or one contract after the other, sometimes with dates that run backwards."""
    events = [document for history in histories for document in history]
    if source.chance(70):
        events.sort(key=day_of)
    if source.chance(20):
        for _ in range(source.integer(1, 6)):
            place = source.integer(0, max(0, len(events) - 2))
            pair = events[place : place + 2]
            if len(pair) == 2 and without_clash(pair[0], pair[1]):
                events[place : place + 2] = [pair[1], pair[0]]
    return events


def some_events(source: Source, most_events: int) -> list[Document]:
    how_many = source.pick([1, 1, 1, 2, 3])
    all_overpaid = how_many > 1 and source.chance(20)
    histories: list[list[Document]] = []
    for label in LABELS[:how_many]:
        most = most_events if how_many == 1 else max(3, most_events // 2)
        history = overpaid_history(source, most) if all_overpaid else a_history(source, most)
        if label != "1" or source.chance(30):
            for document in history:
                document["contract"] = label
        histories.append(history)
    return in_input_order(source, histories)


# -------------------------------------------------------------------------------------- assumptions


def some_contract_rates(source: Source, event_days: list[date]) -> list[list[str]]:
    days: list[date] = []
    for _ in range(source.integer(1, 4)):
        turn = source.pick(TURNS)
        day = source.pick([date(1900, 1, 1), turn, source.pick(event_days)])
        day = near(source, day)
        if day not in days:
            days.append(day)
    if source.chance(80):
        days.sort()
    return [[day.isoformat(), a_rate(source)] for day in days]


def some_delay_periods(source: Source, event_days: list[date]) -> list[Document]:
    periods: list[Document] = []
    earliest = date(1985, 1, 1)
    candidates = sorted({*TURNS, *event_days})
    for _ in range(source.integer(1, 3)):
        later = [day for day in candidates if day > earliest]
        if not later:
            break
        from_on = max(earliest, near(source, source.pick(later)))
        to_on = from_on + ONE_DAY * source.pick([0, 30, 1, 29, 365, 366, 1_500])
        to_the_end = source.chance(15)
        period: Document = {
            "from_on": from_on.isoformat(),
            "to_on": None if to_the_end else to_on.isoformat(),
        }
        if source.chance(40):
            period["contract_rate"] = a_rate(source)
        periods.append(period)
        if to_the_end:
            break
        earliest = to_on + ONE_DAY * source.pick([1, 1, 2, 40])
        if source.chance(30):
            candidates = sorted({*candidates, earliest + ONE_DAY})
    if source.chance(15):
        periods.reverse()
    return periods


def some_assumptions(source: Source, events: list[Document]) -> Document:
    """From nothing set to everything set, over every value of the contract [前提]."""
    event_days = sorted({day_of(document) for document in events})
    percent = source.pick([0, 10, 30, 60, 100])
    assumptions: Document = {}
    for name, values in SWITCHES.items():
        if source.chance(percent):
            assumptions[name] = source.pick(values)
    if source.chance(percent // 2):
        assumptions["overpayment_rate"] = source.pick(OVERPAYMENT_RATES)
    if source.chance(percent // 2):
        assumptions["contract_rates"] = some_contract_rates(source, event_days)
    if source.chance(percent * 2 // 3):
        assumptions["delay_periods"] = some_delay_periods(source, event_days)
    if assumptions.get("ceiling_rule") == "none":
        make_valid_without_ceiling(source, events, assumptions)
    return assumptions


def make_valid_without_ceiling(
    source: Source, events: list[Document], assumptions: Document
) -> None:
    """Without a ceiling every day needs an agreed rate, every delay period a contract rate."""
    for period in assumptions.get("delay_periods", []):
        period.setdefault("contract_rate", a_rate(source))
    if source.chance(50):
        seen: set[str] = set()
        for document in sorted(events, key=day_of):
            label = document.get("contract", "1")
            if label not in seen:
                document.setdefault("rate", a_rate(source))
            seen.add(label)
        return
    first_day = min(day_of(document) for document in events)
    from_on = source.pick([date(1900, 1, 1), first_day])
    rates = assumptions.setdefault("contract_rates", [])
    if all(stated_on > from_on.isoformat() for stated_on, _ in rates):
        rates.insert(0, [from_on.isoformat(), a_rate(source)])


# -------------------------------------------------------------------------------------------- cases


def document_of(source: Source, events: list[Document]) -> Document:
    assumptions = some_assumptions(source, events)
    return {
        "schema_version": 1,
        "lender": "見本金融株式会社",
        "title": "乱数事例",
        "events": events,
        "assumptions": assumptions,
    }


def random_case(seed: int) -> Document:
    """A valid case of a seed, fast [乱数事例]."""
    source = Seeded(seed)
    return document_of(source, some_events(source, source.pick([4, 8, 12, 16, 24])))


@st.composite
def cases(draw: st.DrawFn) -> Document:
    """Any valid case [事例]."""
    source = Drawn(draw)
    return document_of(source, some_events(source, most_events=12))


@st.composite
def revolving_cases(draw: st.DrawFn) -> Document:
    """One card with monthly payments, under any assumptions [極度借入の事例]."""
    source = Drawn(draw)
    events = in_input_order(source, [revolving_history(source, most_events=30)])
    return document_of(source, events)


@st.composite
def nasty_cases(draw: st.DrawFn) -> Document:
    """One contract of bad days and bad amounts, under any assumptions [極端な事例]."""
    source = Drawn(draw)
    amount = source.pick([a_small_amount, an_edge_amount, an_amount])
    events = in_input_order(source, [nasty_history(source, 8, amount, long_percent=10)])
    return document_of(source, events)
