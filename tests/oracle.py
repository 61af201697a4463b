"""A second, slow recalculation, only to check the engine against [引き直し計算の検算].

Everything here is done the way a lawyer with a calculator would do it: each contract is walked row
by row, each row charged day by charged day, the interest of every single day is an exact fraction
of a yen, and the sum is cut once (or once for each part of a year). There is no closed form to
trust and nothing is shared with the engine; the only source is the published contract of the case
file. Where that contract admits two readings, a comment that starts with ``READING:`` says which
one is taken.

>>> case = {
...     "events": [
...         {"date": "2001-01-10", "kind": "borrow", "amount": 200000},
...         {"date": "2001-01-27", "kind": "repay", "amount": 10000},
...     ]
... }
>>> recalculate(case)["rows"][1]["interest_yen"]
1676
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

ONE_DAY = timedelta(days=1)
ZERO = Fraction(0)
PPM = 1_000_000

CONTRACT_DEFAULT = "1"
DEFAULTS: dict[str, Any] = {
    "year_basis": "calendar",
    "first_day": "exclude",
    "rounding": "floor",
    "rounding_stage": "row",
    "ceiling_rule": "ratchet",
    "contract_rates": [],
    "bracket_base": "net",
    "unpaid_interest": "carry",
    "overpayment_appropriation": "interest_first",
    "overpayment_rate": "0.05",
    "overpayment_rate_rule": "constant",
    "same_day_order": "as_given",
    "opening_balance": "as_given",
    "delay_periods": [],
    "lender_kind": "money_lender",
    "damages_cap_basis": "agreement",
    "contracts": "joined",
}

# 利息制限法1条: the rate falls at 100,000 and at 1,000,000 yen.
BRACKETS: list[tuple[int | None, int]] = [
    (100_000, 200_000),
    (1_000_000, 180_000),
    (None, 150_000),
]
# 利息制限法4条: twice the ceiling for money lent before this day, 1.46 times from it.
DAMAGES_FACTOR_LOWERED_ON = date(2000, 6, 1)
# 利息制限法7条, 平18法115附則26条.
DAMAGES_OF_LENDERS_SINCE = date(2010, 6, 18)
DAMAGES_OF_LENDERS_PPM = 200_000
# 平29法44附則15条: the statutory rate.
STATUTORY_RATE_LOWERED_ON = date(2020, 4, 1)
STATUTORY_RATE_OLD_PPM = 50_000
STATUTORY_RATE_NEW_PPM = 30_000

DAY_ORDER: dict[str, list[str]] = {
    "borrow_first": ["borrow", "repay", "closing"],
    "repay_first": ["repay", "borrow", "closing"],
}


class OracleFault(Exception):
    """The contract calls this case a fault [入力の誤り]."""


# --------------------------------------------------------------------------------------- the input


@dataclass(frozen=True)
class Event:
    """One line of the history [取引]."""

    value_on: date
    kind: str
    amount: int
    contract: str
    rate_ppm: int | None
    carried_interest: int
    arose_on: date


@dataclass(frozen=True)
class AgreedRate:
    """The agreed rate as stated on one date [約定利率]."""

    stated_on: date
    by_event: bool
    rate_ppm: int


@dataclass(frozen=True)
class DelayPeriod:
    """Days on which the whole balance bears the damages rate [遅延損害金の期間]."""

    from_on: date
    to_on: date | None
    contract_rate_ppm: int | None

    def covers(self, day: date) -> bool:
        return self.from_on <= day and (self.to_on is None or day <= self.to_on)


@dataclass(frozen=True)
class Assumptions:
    """The switches, all of them set [前提]."""

    year_basis: str
    first_day: str
    rounding: str
    rounding_stage: str
    ceiling_rule: str
    contract_rates: list[AgreedRate]
    bracket_base: str
    unpaid_interest: str
    overpayment_appropriation: str
    overpayment_rate_ppm: int
    overpayment_rate_rule: str
    same_day_order: str
    opening_balance: str
    delay_periods: list[DelayPeriod]
    lender_kind: str
    damages_cap_basis: str
    contracts: str


def read_rate(text: str) -> int:
    ppm = Fraction(text) * PPM
    if ppm.denominator != 1:
        raise OracleFault(f"a rate is a whole number of ppm: {text}")
    return int(ppm)


def read_event(document: dict[str, Any]) -> Event:
    value_on = date.fromisoformat(document["date"])
    rate = document.get("rate")
    return Event(
        value_on=value_on,
        kind=document["kind"],
        amount=document.get("amount") or 0,
        contract=document.get("contract") or CONTRACT_DEFAULT,
        rate_ppm=None if rate is None else read_rate(rate),
        carried_interest=document.get("interest") or 0,
        arose_on=date.fromisoformat(document.get("arose_on") or document["date"]),
    )


def read_delay_period(document: dict[str, Any]) -> DelayPeriod:
    to_on = document.get("to_on")
    rate = document.get("contract_rate")
    return DelayPeriod(
        from_on=date.fromisoformat(document["from_on"]),
        to_on=None if to_on is None else date.fromisoformat(to_on),
        contract_rate_ppm=None if rate is None else read_rate(rate),
    )


def read_assumptions(document: dict[str, Any]) -> Assumptions:
    given = {**DEFAULTS, **document}
    rates = [
        AgreedRate(date.fromisoformat(from_on), by_event=False, rate_ppm=read_rate(rate))
        for from_on, rate in given.pop("contract_rates")
    ]
    periods = [read_delay_period(period) for period in given.pop("delay_periods")]
    overpayment_rate_ppm = read_rate(given.pop("overpayment_rate"))
    assumptions = Assumptions(
        contract_rates=rates,
        delay_periods=periods,
        overpayment_rate_ppm=overpayment_rate_ppm,
        **given,
    )
    # READING: "contract_rate is required" with ceiling_rule=none is a fault of the case as such,
    # whether or not a debt ever meets that delay period.
    if assumptions.ceiling_rule == "none":
        for period in periods:
            if period.contract_rate_ppm is None:
                raise OracleFault("a delay period needs contract_rate under ceiling_rule=none")
    return assumptions


def in_order(events: list[Event], same_day_order: str) -> list[Event]:
    """By date, stably; within one date by the rule [同日の順序]."""
    if same_day_order == "as_given":
        return sorted(events, key=lambda event: event.value_on)
    kinds = DAY_ORDER[same_day_order]

    def place(event: Event) -> tuple[date, int]:
        if event.kind in {"opening", "carry"}:
            return (event.value_on, 0)
        return (event.value_on, 1 + kinds.index(event.kind))

    return sorted(events, key=place)


def check_order(events: list[Event]) -> None:
    # READING: "only as the first event of a contract" is judged after ordering, and by the label
    # `contract` also when the contracts are joined.
    seen: set[str] = set()
    for event in events:
        if event.kind in {"opening", "carry"} and event.contract in seen:
            raise OracleFault(f"{event.kind} is not the first event of contract {event.contract}")
        seen.add(event.contract)


# ------------------------------------------------------------------------------------ days and yen


def is_leap_year(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def first_day_after_years(first: date, years: int) -> date:
    """The day after so many whole years that begin on a day [応当日]."""
    # READING: every whole year is counted from the piece's first charged day, not from the end of
    # the year before it. Four years that begin on 29 February 2004 therefore end on 28 February
    # 2008; chained one by one they would end on 29 February 2008.
    if (first.month, first.day) == (2, 29) and not is_leap_year(first.year + years):
        return date(first.year + years, 3, 1)
    return date(first.year + years, first.month, first.day)


def year_from_contains_29_february(first: date) -> bool:
    """Whether the year that begins on a day has a 29 February [抽象的2月29日説]."""
    day = first
    while day < first_day_after_years(first, 1):
        if (day.month, day.day) == (2, 29):
            return True
        day += ONE_DAY
    return False


@dataclass(frozen=True)
class Piece:
    """A run of charged days at one applied rate [計算区間]."""

    days: list[date]
    rates_ppm: list[int]
    kind: str
    interest_of_a_year: Fraction

    def segments(self) -> list[dict[str, Any]]:
        return [
            {
                "from_on": self.days[0].isoformat(),
                "to_on": self.days[-1].isoformat(),
                "rate_ppm": rate_ppm,
                "kind": self.kind,
            }
            for rate_ppm in self.rates_ppm
        ]


def interest_parts(piece: Piece, year_basis: str) -> list[Fraction]:
    """The exact interest of a piece: whole years, days of /365, days of /366 [利息の内訳]."""
    whole_years = 0
    remaining = piece.days
    if year_basis in {"whole_then_calendar", "whole_then_365", "whole_then_feb29"}:
        while first_day_after_years(piece.days[0], whole_years + 1) <= piece.days[-1] + ONE_DAY:
            whole_years += 1
        rest_begins = first_day_after_years(piece.days[0], whole_years)
        remaining = [day for day in piece.days if day >= rest_begins]

    whole = piece.interest_of_a_year * whole_years
    a_day_of_365 = piece.interest_of_a_year / 365
    a_day_of_366 = piece.interest_of_a_year / 366
    rest_is_leap = bool(remaining) and year_from_contains_29_february(remaining[0])
    # READING: the parts of `rounding_stage=part` are the terms with one divisor. Where every day
    # is /365 (fixed_365, and the rest of whole_then_365), or the whole rest is /366 or /365
    # (whole_then_feb29), the days are one part even if they lie in common and leap years.
    in_365 = ZERO
    in_366 = ZERO
    for day in remaining:
        if year_basis in {"fixed_365", "whole_then_365"}:
            counts_as_leap = False
        elif year_basis == "whole_then_feb29":
            counts_as_leap = rest_is_leap
        else:
            counts_as_leap = is_leap_year(day.year)
        if counts_as_leap:
            in_366 += a_day_of_366
        else:
            in_365 += a_day_of_365
    return [whole, in_365, in_366]


def cut(amount: Fraction, rounding: str) -> Fraction:
    """To whole yen, or not at all [端数処理]."""
    if rounding == "exact":
        return amount
    below = Fraction(amount.numerator // amount.denominator)
    if rounding == "floor" or amount == below:
        return below
    if rounding == "half_up" and amount - below < Fraction(1, 2):
        return below
    return below + 1


def charge(pieces: list[Piece], assumptions: Assumptions) -> Fraction:
    """The interest of one row, cut as the rules say [行の利息]."""
    parts = [part for piece in pieces for part in interest_parts(piece, assumptions.year_basis)]
    if assumptions.rounding_stage == "part":
        return sum((cut(part, assumptions.rounding) for part in parts), ZERO)
    return cut(sum(parts, ZERO), assumptions.rounding)


def bracket_ppm(amount: Fraction) -> int:
    """The ceiling for an amount [制限利率]."""
    for limit, rate_ppm in BRACKETS:
        if limit is None or amount < limit:
            return rate_ppm
    raise AssertionError("the last bracket has no limit")


def statutory_ppm(day: date) -> int:
    """The statutory rate of a day [法定利率]."""
    return STATUTORY_RATE_OLD_PPM if day < STATUTORY_RATE_LOWERED_ON else STATUTORY_RATE_NEW_PPM


# ------------------------------------------------------------------------------------- one dealing


@dataclass
class Tranche:
    """What was overpaid on one day and is not used up [過払金の発生分]."""

    arose_on: date
    amount: Fraction


@dataclass
class Dealing:
    """One contract, or all of them joined, between two rows [一つの取引]."""

    assumptions: Assumptions
    began_on: date
    agreed_rates: list[AgreedRate]
    principal: Fraction = ZERO
    unpaid_interest: Fraction = ZERO
    tranches: list[Tranche] = field(default_factory=list)
    overpayment_interest: Fraction = ZERO
    ceiling_of_contract_ppm: int | None = None
    last_advance_on: date | None = None
    extra_day_on: date | None = None
    extra_day_principal: Fraction = ZERO
    first_overpaid_on: date | None = None

    # ------------------------------------------------------------------------------------ positions

    def overpayment(self) -> Fraction:
        return sum((tranche.amount for tranche in self.tranches), ZERO)

    def ceiling_ppm(self) -> int | None:
        """The ceiling in force now [現在の制限利率]."""
        rule = self.assumptions.ceiling_rule
        if rule == "none":
            return None
        if rule == "floating":
            # READING: under `floating` the bracket is that of the principal alone; bracket_base
            # has no say.
            return bracket_ppm(self.principal) if self.principal > 0 else None
        return self.ceiling_of_contract_ppm

    # ---------------------------------------------------------------------------------------- rates

    def agreed_rate_ppm(self, day: date, events_until: date) -> int | None:
        """The agreed rate of a day, from one time line [約定利率].

        An entry of contract_rates governs from its own date, an event's rate counts if the event
        is dated `events_until` or earlier. The latest stated date governs; on one date the event.
        """
        # READING: two entries of contract_rates of one date: the one listed last governs.
        governing: AgreedRate | None = None
        for entry in self.agreed_rates:
            if entry.stated_on > (events_until if entry.by_event else day):
                continue
            if governing is None or (entry.stated_on, entry.by_event) >= (
                governing.stated_on,
                governing.by_event,
            ):
                governing = entry
        return None if governing is None else governing.rate_ppm

    def damages_cap_ppm(self) -> int | None:
        """The highest damages rate for the debt of this row [賠償額の上限]."""
        ceiling_ppm = self.ceiling_ppm()
        if ceiling_ppm is None:
            return None
        if self.last_advance_on is None:
            raise AssertionError("a debt comes from an advance")
        if self.assumptions.damages_cap_basis == "agreement":
            named_on = self.began_on
        else:
            named_on = self.last_advance_on
        if self.assumptions.lender_kind == "money_lender" and named_on >= DAMAGES_OF_LENDERS_SINCE:
            return DAMAGES_OF_LENDERS_PPM
        if self.last_advance_on < DAMAGES_FACTOR_LOWERED_ON:
            return 2 * ceiling_ppm
        return ceiling_ppm * 146 // 100

    def debt_rate(self, day: date, events_until: date) -> tuple[int, str]:
        """Rate and kind for a charged day with debt [適用利率]."""
        for period in self.assumptions.delay_periods:
            if period.covers(day):
                known = [self.damages_cap_ppm(), period.contract_rate_ppm]
                return min(rate for rate in known if rate is not None), "damages"
        ceiling_ppm = self.ceiling_ppm()
        agreed_ppm = self.agreed_rate_ppm(day, events_until)
        if ceiling_ppm is None:
            if agreed_ppm is None:
                raise OracleFault(f"no agreed rate on {day} and no ceiling")
            return agreed_ppm, "agreed"
        # READING: the agreed rate is used where it is below the ceiling; equal rates are `ceiling`.
        if agreed_ppm is not None and agreed_ppm < ceiling_ppm:
            return agreed_ppm, "agreed"
        return ceiling_ppm, "ceiling"

    def overpayment_ppm(self, day: date) -> int:
        """The rate on all overpayments of a day, for every rule but `tranche` [過払利息の利率]."""
        rule = self.assumptions.overpayment_rate_rule
        if rule == "constant":
            return self.assumptions.overpayment_rate_ppm
        if rule == "split_2020":
            return statutory_ppm(day)
        if self.first_overpaid_on is None:
            raise AssertionError("an overpayment has a first day")
        return statutory_ppm(self.first_overpaid_on)

    # --------------------------------------------------------------------------------------- pieces

    def charged_days(self, previous_on: date, value_on: date) -> list[date]:
        """The days a row charges [利息計算日]."""
        shift = 0 if self.assumptions.first_day == "lend_in_repay_out" else 1
        days = (value_on - previous_on).days
        return [previous_on + ONE_DAY * (shift + n) for n in range(days)]

    def debt_pieces(self, days: list[date]) -> list[Piece]:
        """The pieces of a row with debt, the extra day first [債務の計算区間]."""
        pieces: list[Piece] = []

        def add(days: list[date], rate_ppm: int, kind: str, principal: Fraction) -> None:
            interest_of_a_year = principal * rate_ppm / PPM
            pieces.append(Piece(days, [rate_ppm], kind, interest_of_a_year))

        if self.extra_day_on is not None:
            rate_ppm, kind = self.debt_rate(self.extra_day_on, events_until=self.extra_day_on)
            add([self.extra_day_on], rate_ppm, kind, self.extra_day_principal)

        run: list[date] = []
        run_rate_ppm, run_kind = 0, ""
        for day in days:
            if self.assumptions.first_day == "lend_in_repay_out":
                rate_ppm, kind = self.debt_rate(day, events_until=day)
            else:
                rate_ppm, kind = self.debt_rate(day, events_until=day - ONE_DAY)
            if run and rate_ppm != run_rate_ppm:
                add(run, run_rate_ppm, run_kind, self.principal)
                run = []
            if not run:
                run_rate_ppm, run_kind = rate_ppm, kind
            run.append(day)
        add(run, run_rate_ppm, run_kind, self.principal)
        return pieces

    def overpayment_pieces(self, days: list[date]) -> list[Piece]:
        """The pieces of a row on which the lender owes [過払金の計算区間]."""
        # READING: under `no_interest` nothing is charged, so there is no piece at all; a rate of 0
        # under another rule is charged and listed.
        if self.assumptions.overpayment_appropriation == "no_interest":
            return []
        if self.assumptions.overpayment_rate_rule == "tranche":
            # READING: the tranches of a row are summed before rounding also with
            # rounding_stage=part: each part is cut once for all tranches together.
            rates_ppm: list[int] = []
            interest_of_a_year = ZERO
            for tranche in self.tranches:
                rate_ppm = statutory_ppm(tranche.arose_on)
                interest_of_a_year += tranche.amount * rate_ppm / PPM
                if rate_ppm not in rates_ppm:
                    rates_ppm.append(rate_ppm)
            rates_ppm.sort(reverse=True)
            return [Piece(days, rates_ppm, "overpayment", interest_of_a_year)]
        pieces: list[Piece] = []
        run: list[date] = []
        for day in days:
            if run and self.overpayment_ppm(day) != self.overpayment_ppm(run[0]):
                pieces.append(self.overpayment_piece(run))
                run = []
            run.append(day)
        pieces.append(self.overpayment_piece(run))
        return pieces

    def overpayment_piece(self, run: list[date]) -> Piece:
        rate_ppm = self.overpayment_ppm(run[0])
        return Piece(run, [rate_ppm], "overpayment", self.overpayment() * rate_ppm / PPM)

    # ---------------------------------------------------------------------------------------- moves

    def pay_debt(self, amount: Fraction) -> Fraction:
        """To unpaid interest, then principal; gives back the rest [充当]."""
        to_interest = min(amount, self.unpaid_interest)
        self.unpaid_interest -= to_interest
        amount -= to_interest
        to_principal = min(amount, self.principal)
        self.principal -= to_principal
        return amount - to_principal

    def add_overpayment(self, amount: Fraction, arose_on: date) -> None:
        if amount > 0:
            self.tranches.append(Tranche(arose_on, amount))
            # READING: "oldest used first" goes by the date a tranche arose, also where a `carry`
            # of another joined contract brings in an older one later; equal dates keep their order.
            self.tranches.sort(key=lambda tranche: tranche.arose_on)

    def use_overpayment(self, wanted: Fraction) -> Fraction:
        """Meets a new advance, oldest first; gives what is still to be met [過払金の充当]."""
        for tranche in self.tranches:
            used = min(wanted, tranche.amount)
            tranche.amount -= used
            wanted -= used
        self.tranches = [tranche for tranche in self.tranches if tranche.amount > 0]
        return wanted

    def use_overpayment_interest(self, wanted: Fraction) -> Fraction:
        used = min(wanted, self.overpayment_interest)
        self.overpayment_interest -= used
        return wanted - used

    def advance(self, amount: Fraction, value_on: date) -> None:
        """A new advance, first met by what the lender owes [借入れ]."""
        debt_before = self.principal
        rule = self.assumptions.overpayment_appropriation
        left = amount
        if rule == "interest_first":
            left = self.use_overpayment_interest(left)
        left = self.use_overpayment(left)
        if rule == "principal_first":
            left = self.use_overpayment_interest(left)
        if left == 0:
            return
        self.principal += left

        # READING: with unpaid_interest=capitalize the interest of the row is principal already
        # when the advance of that row is tested.
        base = self.principal
        if self.assumptions.bracket_base == "gross":
            base = debt_before + amount
        bracket = bracket_ppm(base)
        if self.ceiling_of_contract_ppm is None:
            self.ceiling_of_contract_ppm = bracket
        elif self.assumptions.ceiling_rule == "ratchet":
            self.ceiling_of_contract_ppm = min(self.ceiling_of_contract_ppm, bracket)

        # READING: when the contracts are joined, both_first_only knows one first advance, that of
        # the whole dealing.
        first_that_leaves_a_debt = self.last_advance_on is None
        self.last_advance_on = value_on
        first_day = self.assumptions.first_day
        if first_day == "both" or (first_day == "both_first_only" and first_that_leaves_a_debt):
            self.extra_day_on = value_on
            self.extra_day_principal += left

    def bring_in(self, event: Event) -> None:
        """An overpayment brought in, at once set against a debt [過払金の引継ぎ]."""
        amount = Fraction(event.amount)
        interest = Fraction(event.carried_interest)
        rule = self.assumptions.overpayment_appropriation
        if rule == "interest_first":
            interest = self.pay_debt(interest)
            amount = self.pay_debt(amount)
        elif rule == "principal_first":
            amount = self.pay_debt(amount)
            interest = self.pay_debt(interest)
        else:
            amount = self.pay_debt(amount)
        self.add_overpayment(amount, event.arose_on)
        self.overpayment_interest += interest

    def apply(self, event: Event) -> None:
        """What the event of a row does, after the row's interest [取引の反映]."""
        amount = Fraction(event.amount)
        if event.kind == "repay":
            self.add_overpayment(self.pay_debt(amount), event.value_on)
        elif event.kind == "carry":
            self.bring_in(event)
        elif event.kind == "borrow" or (
            event.kind == "opening" and self.assumptions.opening_balance == "as_given"
        ):
            self.advance(amount, event.value_on)
        # READING: an opening under opening_balance=zero moves nothing, but stays a row, stays the
        # contract's first event, and its `rate` (like that of a borrow of 0) enters the time line.

        if self.principal == 0:
            self.drop_extra_day()
        # READING: arose_on of a `carry` counts only if the lender still owes after that event, and
        # a date once set is kept, even if a later `carry` names an earlier one (joined contracts).
        if self.first_overpaid_on is None and (
            self.overpayment() > 0 or self.overpayment_interest > 0
        ):
            self.first_overpaid_on = event.arose_on if event.kind == "carry" else event.value_on

    def drop_extra_day(self) -> None:
        self.extra_day_on = None
        self.extra_day_principal = ZERO


# --------------------------------------------------------------------------------------- documents


def yen(amount: Fraction) -> int | str:
    if amount.denominator == 1:
        return int(amount)
    return f"{amount.numerator}/{amount.denominator}"


def iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


@dataclass
class Walked:
    """The rows of one dealing and its end [計算結果]."""

    dealing: Dealing
    rows: list[tuple[date, dict[str, Any]]] = field(default_factory=list)


def walk(events: list[Event], assumptions: Assumptions) -> Walked:
    """Row by row through one dealing; the events are in order [一つの取引の計算]."""
    stated_by_events = [
        AgreedRate(event.value_on, by_event=True, rate_ppm=event.rate_ppm)
        for event in events
        if event.rate_ppm is not None
    ]
    dealing = Dealing(
        assumptions,
        began_on=events[0].value_on,
        agreed_rates=assumptions.contract_rates + stated_by_events,
    )
    walked = Walked(dealing)
    previous_on = events[0].value_on
    for event in events:
        days = dealing.charged_days(previous_on, event.value_on)
        interest = ZERO
        overpayment_interest_row = ZERO
        pieces: list[Piece] = []
        if days and dealing.principal > 0:
            pieces = dealing.debt_pieces(days)
            interest = charge(pieces, assumptions)
        elif days and dealing.overpayment() > 0:
            pieces = dealing.overpayment_pieces(days)
            overpayment_interest_row = charge(pieces, assumptions)
        if days:
            dealing.drop_extra_day()

        dealing.unpaid_interest += interest
        dealing.overpayment_interest += overpayment_interest_row
        if assumptions.unpaid_interest == "capitalize":
            dealing.principal += dealing.unpaid_interest
            dealing.unpaid_interest = ZERO
        dealing.apply(event)

        segments = [segment for piece in pieces for segment in piece.segments()]
        row = {
            "contract": event.contract,
            "date": event.value_on.isoformat(),
            "kind": event.kind,
            "amount_yen": event.amount,
            "days": len(days),
            "ceiling_ppm": dealing.ceiling_ppm(),
            "applied_rate_ppm": segments[-1]["rate_ppm"] if segments else None,
            "segments": segments,
            "interest_yen": yen(interest),
            "unpaid_interest_yen": yen(dealing.unpaid_interest),
            "outstanding_principal_yen": yen(dealing.principal),
            "overpayment_yen": yen(dealing.overpayment()),
            "overpayment_interest_row_yen": yen(overpayment_interest_row),
            "overpayment_interest_yen": yen(dealing.overpayment_interest),
        }
        walked.rows.append((event.value_on, row))
        previous_on = event.value_on
    return walked


def result_of(dealings: list[Dealing]) -> dict[str, Any]:
    """The sums at the end, over one dealing or several [集計]."""
    principal = sum((dealing.principal for dealing in dealings), ZERO)
    unpaid = sum((dealing.unpaid_interest for dealing in dealings), ZERO)
    overpayment = sum((dealing.overpayment() for dealing in dealings), ZERO)
    interest = sum((dealing.overpayment_interest for dealing in dealings), ZERO)
    first_days = [
        dealing.first_overpaid_on for dealing in dealings if dealing.first_overpaid_on is not None
    ]
    ceilings = {dealing.ceiling_ppm() for dealing in dealings}
    return {
        "outstanding_principal_yen": yen(principal),
        "unpaid_interest_yen": yen(unpaid),
        "overpayment_yen": yen(overpayment),
        "overpayment_interest_yen": yen(interest),
        "claim_yen": yen(overpayment + interest),
        "amount_in_dispute_yen": yen(overpayment),
        "first_overpaid_on": iso(min(first_days, default=None)),
        "ceiling_ppm": ceilings.pop() if len(ceilings) == 1 else None,
    }


def set_off(dealings: list[Dealing]) -> dict[str, Any]:
    """The contracts against each other, at nominal value [相殺]."""
    # READING: at nominal value means that nothing accrues from a contract's own last row to the
    # last date of all. `result` keeps the sums before the set-off; only these two keys show it.
    lender_owes = sum((d.overpayment() + d.overpayment_interest for d in dealings), ZERO)
    borrower_owes = sum((d.principal + d.unpaid_interest for d in dealings), ZERO)
    return {
        "set_off_yen": yen(min(lender_owes, borrower_owes)),
        "net_yen": yen(lender_owes - borrower_owes),
    }


def recalculate(case: dict[str, Any]) -> dict[str, Any]:
    """Rows and result of a valid case [引き直し計算].

    Law       利息制限法1条・4条・7条; 民法140条・489条・704条; 最判平22.4.20; 最判平25.4.11; 最判平25.7.18.
    Raises    OracleFault where the contract calls the case a fault.
    """
    assumptions = read_assumptions(case.get("assumptions") or {})
    given = [read_event(event) for event in case["events"]]
    if not given:
        raise OracleFault("a case has events")
    ordered = in_order(given, assumptions.same_day_order)
    check_order(ordered)

    if assumptions.contracts == "joined":
        walked = walk(ordered, assumptions)
        rows = [row for _, row in walked.rows]
        result = result_of([walked.dealing])
    else:
        names = list(dict.fromkeys(event.contract for event in given))
        by_name = {
            name: walk([event for event in ordered if event.contract == name], assumptions)
            for name in names
        }
        # The sort is stable: within a date the contracts come by their first appearance, each in
        # its own order.
        dated = [dated_row for name in names for dated_row in by_name[name].rows]
        dated.sort(key=lambda dated_row: dated_row[0])
        rows = [row for _, row in dated]
        dealings = [by_name[name].dealing for name in names]
        result = result_of(dealings)
        # READING: `result.contracts` has one entry a contract, by first appearance in the input,
        # with its name under "contract" and the same eight keys as `result`.
        result["contracts"] = [
            {"contract": name, **result_of([by_name[name].dealing])} for name in names
        ]
        if assumptions.contracts == "separate_set_off":
            result.update(set_off(dealings))
    return {"rows": [{"row": n, **row} for n, row in enumerate(rows, start=1)], "result": result}
