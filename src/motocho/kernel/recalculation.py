"""A history of advances and repayments, recalculated row by row [引き直し計算].

One function, `recalculate`, folds the events of one dealing over three things: what the borrower
owes (`Debt`), what the lender owes (`Credit`), and where the time line of rates stands (`Cursor`).
It is plain integer Python over columns, so that the same source runs interpreted (any size, and
exact fractions) and compiled over many histories (`kernel.batch`).

A row is: charge the days since the row before, then let the event act.

Days are ordinals (`date.toordinal()`), amounts whole yen, rates ppm a year; NO_RATE and NEVER stand
for "none". The rules that choose the numbers of a `Regime` stand in `law` and `claims.assumptions`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from motocho.kernel.accrual import (
    COMMON_YEAR_DAYS,
    LEAP_YEAR_DAYS,
    PPM,
    YEAR_WEIGHT,
    Yen,
    cut,
    interest_on,
    span_between,
    weight_of,
)
from motocho.kernel.appropriation import meet_advance, repay
from motocho.kernel.conventions import (
    BracketBase,
    CeilingRule,
    DamagesBasis,
    EventKind,
    FirstDay,
    OverpaymentAppropriation,
    OverpaymentRateRule,
    RoundingStage,
    SegmentKind,
    UnpaidInterest,
)

NO_RATE = -1
"""In place of a ppm: no rate is known or needed."""
NEVER = 0
"""In place of a day: it has not happened."""


class Events(NamedTuple):
    """The events of dealings as columns, in the order in which they act [取引]."""

    kind: Sequence[int]
    on: Sequence[int]
    amount_yen: Sequence[int]
    carried_interest_yen: Sequence[int]
    """Interest brought in by a CARRY; 0 elsewhere."""
    arose_on: Sequence[int]
    """The day an overpayment brought in by a CARRY first arose; NEVER elsewhere."""


class AgreedRates(NamedTuple):
    """The time line of agreed rates as columns, sorted [約定利率].

    An entry governs the charged days from `governs_from`; the own day of an advance looks at
    `stated_on` instead, since it is charged after the events of its date.
    """

    stated_on: Sequence[int]
    governs_from: Sequence[int]
    ppm: Sequence[int]


class Delays(NamedTuple):
    """Periods of delay as columns, sorted, both days charged [遅延期間]."""

    from_on: Sequence[int]
    to_on: Sequence[int]
    ppm: Sequence[int]
    """The agreed rate of damages; NO_RATE: the cap itself."""


class Brackets(NamedTuple):
    """Ceilings by principal as columns, lowest bracket first within a period [制限利率]."""

    from_on: Sequence[int]
    until_on: Sequence[int]
    below_yen: Sequence[int]
    ppm: Sequence[int]


class DamagesCaps(NamedTuple):
    """Caps on damages as multiples of the ceiling, by the day of the advance [損害金の上限]."""

    from_on: Sequence[int]
    multiplier_ppm: Sequence[int]


class Regime(NamedTuple):
    """Every choice and every number of law a recalculation needs [計算の条件]."""

    year_basis: int
    first_day: int
    rounding: int
    rounding_stage: int
    ceiling_rule: int
    bracket_base: int
    unpaid_interest: int
    appropriation: int
    rate_rule: int
    constant_ppm: int
    """Overpayment interest under OverpaymentRateRule.CONSTANT."""
    early_ppm: int
    """Overpayment interest before `split_on` under the other rules."""
    late_ppm: int
    """The same from `split_on`."""
    split_on: int
    damages_basis: int
    flat_damages_ppm: int
    """The cap on damages that knows no brackets; NO_RATE: it cannot apply."""
    flat_damages_from_on: int


class Terms(NamedTuple):
    """A regime with the dated columns it points to [計算の条件一式]."""

    regime: Regime
    brackets: Brackets
    damages_caps: DamagesCaps
    agreed: AgreedRates
    delays: Delays


class Place(NamedTuple):
    """Where one dealing stands in the columns [列の中の位置]."""

    first: int
    stop: int
    sheet_first: int
    """Where its first row goes in the sheet."""


class Days(NamedTuple):
    """The charged days of a row, both ends charged [計算する日]."""

    row: int
    first: int
    last: int


class Piece(NamedTuple):
    """Days charged at one rate, both ends charged [区間]."""

    first: int
    last: int
    rate_ppm: int
    kind: int


class Sheet(NamedTuple):
    """Rows out, as columns of the events' length; balances are after the row [計算書の列].

    All values are whole yen, or Fractions under Rounding.EXACT.
    """

    interest_yen: list[Yen]
    unpaid_interest_yen: list[Yen]
    principal_yen: list[Yen]
    overpayment_yen: list[Yen]
    earned_yen: list[Yen]
    """Overpayment interest of the row."""
    overpayment_interest_yen: list[Yen]
    ceiling_ppm: list[int]
    applied_ppm: list[int]
    """The rate of the last charged day; NO_RATE if nothing was charged."""
    pieces: list[tuple[int, Piece]]
    """Each piece with the row it was charged in."""


def blank_sheet(rows: int) -> Sheet:
    """A sheet with room for so many rows [白紙の計算書]."""
    return Sheet(
        [0] * rows,
        [0] * rows,
        [0] * rows,
        [0] * rows,
        [0] * rows,
        [0] * rows,
        [NO_RATE] * rows,
        [NO_RATE] * rows,
        [],
    )


class Outcome(NamedTuple):
    """What a fold says beside its rows [計算の結末]."""

    first_overpaid_on: int
    unagreed_row: int
    """Of the dealing: the row in which a day bore debt while no rate was known; rows end there."""
    unagreed_on: int
    """That day; NEVER: there is none."""


class Debt(NamedTuple):
    """What the borrower owes, and how it may bear interest [債務]."""

    principal_yen: Yen
    unpaid_interest_yen: Yen
    ceiling_ppm: int
    first_event_on: int
    last_advance_on: int
    """The last advance that left a debt."""
    own_day_yen: Yen
    """Advances of the last date whose own day is still to be charged (FirstDay.BOTH)."""


class Credit(NamedTuple):
    """What the lender owes [過払い].

    Two tranches are enough: overpayments that arose before `Regime.split_on`, and from then.
    """

    early_yen: Yen
    late_yen: Yen
    interest_yen: Yen
    first_on: int


class Cursor(NamedTuple):
    """Where the time line stands, within this dealing's ranges of the columns [現在位置]."""

    agreed_at: int
    """The last entry of the agreed rates in force; one before the range: none yet."""
    agreed_stop: int
    delay_at: int
    """The first delay that is not over."""
    delay_stop: int


class Charge(NamedTuple):
    """Exact interest of a row, and the rate of its last charged day [計算した利息]."""

    yen: Yen
    ticks: Yen
    applied_ppm: int
    unagreed_on: int
    """The first day that bore debt while no rate was known; NEVER: none."""


def note_piece(sheet: Sheet, row: int, piece: Piece) -> None:
    """Write down a piece [区間の記録]; the compiled path puts its own in this place."""
    sheet.pieces.append((row, piece))


def bracket_ppm(base_yen: Yen, on: int, brackets: Brackets) -> int:
    """The ceiling on a sum on a day; NO_RATE where no bracket covers it [区分の利率]."""
    for row in range(len(brackets.ppm)):
        in_force = brackets.from_on[row] <= on <= brackets.until_on[row]
        if in_force and base_yen < brackets.below_yen[row]:
            return brackets.ppm[row]
    return NO_RATE


def ceiling_after(debt: Debt, base_yen: Yen, on: int, terms: Terms) -> int:
    """The ceiling in force once an advance has put `base_yen` to the test [制限利率の段階]."""
    if terms.regime.ceiling_rule == CeilingRule.NONE:
        return NO_RATE
    if terms.regime.ceiling_rule == CeilingRule.FIRST and debt.ceiling_ppm != NO_RATE:
        return debt.ceiling_ppm
    tested = bracket_ppm(base_yen, on, terms.brackets)
    if terms.regime.ceiling_rule == CeilingRule.RATCHET and debt.ceiling_ppm != NO_RATE:
        return min(debt.ceiling_ppm, tested)
    return tested


def ceiling_now(debt: Debt, terms: Terms) -> int:
    """The ceiling on the principal of the moment [現在の制限利率]."""
    if terms.regime.ceiling_rule != CeilingRule.FLOATING:
        return debt.ceiling_ppm
    if debt.principal_yen == 0:
        return NO_RATE
    return bracket_ppm(debt.principal_yen, debt.last_advance_on, terms.brackets)


def damages_ppm(agreed_ppm: int, ceiling_ppm: int, debt: Debt, terms: Terms) -> int:
    """The rate on a day of delay: the cap, or the agreed rate where it is lower [損害金の利率]."""
    regime = terms.regime
    if regime.ceiling_rule == CeilingRule.NONE:
        return agreed_ppm
    decided_on = debt.last_advance_on
    if regime.damages_basis == DamagesBasis.AGREEMENT:
        decided_on = debt.first_event_on
    cap_ppm = ceiling_ppm
    if regime.flat_damages_ppm != NO_RATE and decided_on >= regime.flat_damages_from_on:
        cap_ppm = regime.flat_damages_ppm
    else:
        for row in range(len(terms.damages_caps.from_on)):
            if terms.damages_caps.from_on[row] <= debt.last_advance_on:
                cap_ppm = ceiling_ppm * terms.damages_caps.multiplier_ppm[row] // PPM
    if agreed_ppm == NO_RATE:
        return cap_ppm
    return min(cap_ppm, agreed_ppm)


def rate_on_debt(
    day: int, agreed_ppm: int, cursor: Cursor, debt: Debt, terms: Terms
) -> tuple[int, int]:
    """The rate a debt bears on a day, and as what [適用利率].

    The cursor stands at `day`. NO_RATE where nothing is agreed and there is no ceiling.
    """
    ceiling_ppm = ceiling_now(debt, terms)
    if cursor.delay_at < cursor.delay_stop and terms.delays.from_on[cursor.delay_at] <= day:
        damages = damages_ppm(terms.delays.ppm[cursor.delay_at], ceiling_ppm, debt, terms)
        return damages, SegmentKind.DAMAGES
    if ceiling_ppm == NO_RATE or NO_RATE < agreed_ppm < ceiling_ppm:
        return agreed_ppm, SegmentKind.AGREED
    return ceiling_ppm, SegmentKind.CEILING


def cursor_at(day: int, cursor: Cursor, terms: Terms) -> Cursor:
    """The cursor moved on to a charged day [現在位置を進める]."""
    agreed_at, delay_at = cursor.agreed_at, cursor.delay_at
    while agreed_at + 1 < cursor.agreed_stop and terms.agreed.governs_from[agreed_at + 1] <= day:
        agreed_at += 1
    while delay_at < cursor.delay_stop and terms.delays.to_on[delay_at] < day:
        delay_at += 1
    return Cursor(agreed_at, cursor.agreed_stop, delay_at, cursor.delay_stop)


def last_day_alike(day: int, last: int, cursor: Cursor, terms: Terms) -> int:
    """The last day up to `last` to which the time line of `day` goes on [同じ条件の最後の日]."""
    until = last
    if cursor.agreed_at + 1 < cursor.agreed_stop:
        until = min(until, terms.agreed.governs_from[cursor.agreed_at + 1] - 1)
    if cursor.delay_at < cursor.delay_stop:
        if terms.delays.from_on[cursor.delay_at] <= day:
            until = min(until, terms.delays.to_on[cursor.delay_at])
        else:
            until = min(until, terms.delays.from_on[cursor.delay_at] - 1)
    return until


def piece_from(day: int, last: int, cursor: Cursor, debt: Debt, terms: Terms) -> Piece:
    """The piece that begins on a day: it ends only where the applied rate changes [区間].

    Its kind is that of its first day.
    """
    cursor = cursor_at(day, cursor, terms)
    rate_ppm, kind = rate_on_debt(day, terms.agreed.ppm[cursor.agreed_at], cursor, debt, terms)
    until = last_day_alike(day, last, cursor, terms)
    while until < last:
        day_after = until + 1
        cursor = cursor_at(day_after, cursor, terms)
        agreed_ppm = terms.agreed.ppm[cursor.agreed_at]
        if rate_on_debt(day_after, agreed_ppm, cursor, debt, terms)[0] != rate_ppm:
            break
        until = last_day_alike(day_after, last, cursor, terms)
    return Piece(day, until, rate_ppm, kind)


def own_day_piece(cursor: Cursor, debt: Debt, terms: Terms) -> Piece:
    """The own day of the advances of the last date, charged once more [貸付日の算入].

    It is charged after the events of its date, at the rate that they left in force.
    """
    day = debt.last_advance_on
    cursor = cursor_at(day, cursor, terms)
    agreed_at = cursor.agreed_at
    while agreed_at + 1 < cursor.agreed_stop and terms.agreed.stated_on[agreed_at + 1] <= day:
        agreed_at += 1
    rate_ppm, kind = rate_on_debt(day, terms.agreed.ppm[agreed_at], cursor, debt, terms)
    return Piece(day, day, rate_ppm, kind)


def charge_piece(yearly_micro_yen: Yen, piece: Piece, regime: Regime) -> tuple[Yen, Yen]:
    """Exact interest of a piece; already cut where each of its parts is cut apart [区間の利息]."""
    span = span_between(piece.first, piece.last, regime.year_basis)
    if regime.rounding_stage == RoundingStage.ROW:
        return interest_on(yearly_micro_yen, weight_of(span))
    yen, ticks = interest_on(yearly_micro_yen, span.whole_years * YEAR_WEIGHT)
    whole_years = cut(yen, ticks, regime.rounding)
    yen, ticks = interest_on(yearly_micro_yen, span.common_days * LEAP_YEAR_DAYS)
    common_days = cut(yen, ticks, regime.rounding)
    yen, ticks = interest_on(yearly_micro_yen, span.leap_days * COMMON_YEAR_DAYS)
    return whole_years + common_days + cut(yen, ticks, regime.rounding), 0


def charge_debt(days: Days, cursor: Cursor, debt: Debt, terms: Terms, sheet: Sheet) -> Charge:
    """Interest on a debt over the charged days of a row [債務の利息]."""
    yen: Yen = 0
    ticks: Yen = 0
    if debt.own_day_yen > 0:
        piece = own_day_piece(cursor, debt, terms)
        if piece.rate_ppm == NO_RATE:
            return Charge(0, 0, NO_RATE, piece.first)
        note_piece(sheet, days.row, piece)
        yen, ticks = charge_piece(debt.own_day_yen * piece.rate_ppm, piece, terms.regime)
    applied_ppm = NO_RATE
    day = days.first
    while day <= days.last:
        piece = piece_from(day, days.last, cursor, debt, terms)
        if piece.rate_ppm == NO_RATE:
            return Charge(0, 0, NO_RATE, day)
        note_piece(sheet, days.row, piece)
        piece_yen, piece_ticks = charge_piece(
            debt.principal_yen * piece.rate_ppm, piece, terms.regime
        )
        yen += piece_yen
        ticks += piece_ticks
        applied_ppm = piece.rate_ppm
        day = piece.last + 1
    return Charge(yen, ticks, applied_ppm, NEVER)


def overpayment_rates_ppm(day: int, credit: Credit, regime: Regime) -> tuple[int, int]:
    """What the early and the late tranche bear on a day [過払利息の利率]."""
    if regime.rate_rule == OverpaymentRateRule.CONSTANT:
        return regime.constant_ppm, regime.constant_ppm
    if regime.rate_rule == OverpaymentRateRule.TRANCHE:
        return regime.early_ppm, regime.late_ppm
    decided_on = day
    if regime.rate_rule == OverpaymentRateRule.ORIGIN:
        decided_on = credit.first_on
    if decided_on < regime.split_on:
        return regime.early_ppm, regime.early_ppm
    return regime.late_ppm, regime.late_ppm


def charge_credit(days: Days, credit: Credit, terms: Terms, sheet: Sheet) -> Charge:
    """Interest on an overpayment over the charged days of a row: simple interest [過払利息]."""
    regime = terms.regime
    yen: Yen = 0
    ticks: Yen = 0
    applied_ppm = NO_RATE
    day = days.first
    while day <= days.last:
        until = days.last
        if regime.rate_rule == OverpaymentRateRule.SPLIT_2020 and day < regime.split_on:
            until = min(until, regime.split_on - 1)
        early_ppm, late_ppm = overpayment_rates_ppm(day, credit, regime)
        piece = Piece(day, until, early_ppm, SegmentKind.OVERPAYMENT)
        if credit.early_yen > 0:
            note_piece(sheet, days.row, piece)
            applied_ppm = early_ppm
        if credit.late_yen > 0 and (credit.early_yen == 0 or early_ppm != late_ppm):
            piece = Piece(day, until, late_ppm, SegmentKind.OVERPAYMENT)
            note_piece(sheet, days.row, piece)
            applied_ppm = late_ppm
        yearly_micro_yen = credit.early_yen * early_ppm + credit.late_yen * late_ppm
        piece_yen, piece_ticks = charge_piece(yearly_micro_yen, piece, regime)
        yen += piece_yen
        ticks += piece_ticks
        day = until + 1
    return Charge(yen, ticks, applied_ppm, NEVER)


def with_interest(debt: Debt, interest_yen: Yen, regime: Regime) -> Debt:
    """The debt after the interest of a row: carried, or made principal [未払利息の扱い]."""
    principal_yen, unpaid_yen = debt.principal_yen, debt.unpaid_interest_yen + interest_yen
    if regime.unpaid_interest == UnpaidInterest.CAPITALIZE:
        principal_yen, unpaid_yen = principal_yen + unpaid_yen, 0
    return Debt(
        principal_yen, unpaid_yen, debt.ceiling_ppm, debt.first_event_on, debt.last_advance_on, 0
    )


def with_receipt(debt: Debt, paid_yen: Yen) -> tuple[Debt, Yen]:
    """The debt after a receipt, and what exceeds it [入金後の債務]."""
    unpaid_yen, principal_yen, excess_yen = repay(
        paid_yen, debt.unpaid_interest_yen, debt.principal_yen
    )
    own_day_yen = debt.own_day_yen
    if principal_yen == 0:
        own_day_yen = 0
    return Debt(
        principal_yen,
        unpaid_yen,
        debt.ceiling_ppm,
        debt.first_event_on,
        debt.last_advance_on,
        own_day_yen,
    ), excess_yen


def with_excess(
    credit: Credit, excess_yen: Yen, interest_yen: Yen, arose_on: int, regime: Regime
) -> Credit:
    """The credit after more is owed by the lender [過払いの増加]."""
    early_yen, late_yen = credit.early_yen, credit.late_yen
    if arose_on < regime.split_on:
        early_yen += excess_yen
    else:
        late_yen += excess_yen
    owed_interest_yen = credit.interest_yen + interest_yen
    first_on = credit.first_on
    if first_on == NEVER and early_yen + late_yen + owed_interest_yen > 0:
        first_on = arose_on
    return Credit(early_yen, late_yen, owed_interest_yen, first_on)


def after_repayment(
    at: int, events: Events, debt: Debt, credit: Credit, terms: Terms
) -> tuple[Debt, Credit]:
    """A repayment: unpaid interest, principal, and the rest is overpayment [返済]."""
    debt, excess_yen = with_receipt(debt, events.amount_yen[at])
    return debt, with_excess(credit, excess_yen, 0, events.on[at], terms.regime)


def after_carry(
    at: int, events: Events, debt: Debt, credit: Credit, terms: Terms
) -> tuple[Debt, Credit]:
    """An overpayment brought in, with its interest [過払金の引継ぎ].

    It is the first event of its contract; where contracts are joined it may meet a debt, and is
    then set off like any other overpayment under the chosen order.
    """
    order = terms.regime.appropriation
    amount_yen: Yen = events.amount_yen[at]
    interest_yen: Yen = events.carried_interest_yen[at]
    if order == OverpaymentAppropriation.INTEREST_FIRST:
        debt, interest_yen = with_receipt(debt, interest_yen)
    debt, amount_yen = with_receipt(debt, amount_yen)
    if order == OverpaymentAppropriation.PRINCIPAL_FIRST:
        debt, interest_yen = with_receipt(debt, interest_yen)
    return debt, with_excess(credit, amount_yen, interest_yen, events.arose_on[at], terms.regime)


def after_advance(
    at: int, events: Events, debt: Debt, credit: Credit, terms: Terms
) -> tuple[Debt, Credit]:
    """An advance: met by what the lender owes; the rest is principal [借入]."""
    regime = terms.regime
    on, amount_yen = events.on[at], events.amount_yen[at]
    overpayment_yen = credit.early_yen + credit.late_yen
    lent_yen, left_yen, interest_yen = meet_advance(
        amount_yen, overpayment_yen, credit.interest_yen, regime.appropriation
    )
    used_yen = overpayment_yen - left_yen
    early_yen = credit.early_yen - min(used_yen, credit.early_yen)
    credit = Credit(early_yen, left_yen - early_yen, interest_yen, credit.first_on)
    if lent_yen == 0:
        return debt, credit
    base_yen = debt.principal_yen + lent_yen
    if regime.bracket_base == BracketBase.GROSS:
        base_yen = debt.principal_yen + amount_yen
    own_day_yen = debt.own_day_yen
    is_first = debt.last_advance_on == NEVER
    if regime.first_day == FirstDay.BOTH or (
        regime.first_day == FirstDay.BOTH_FIRST_ONLY and is_first
    ):
        own_day_yen += lent_yen
    ceiling_ppm = ceiling_after(debt, base_yen, on, terms)
    principal_yen = debt.principal_yen + lent_yen
    return Debt(
        principal_yen, debt.unpaid_interest_yen, ceiling_ppm, debt.first_event_on, on, own_day_yen
    ), credit


def charged_days(row: int, previous_on: int, on: int, regime: Regime) -> Days:
    """The days of a row that bear interest [計算する日]."""
    if regime.first_day == FirstDay.LEND_IN_REPAY_OUT:
        return Days(row, previous_on, on - 1)
    return Days(row, previous_on + 1, on)


def write_balances(row: int, debt: Debt, credit: Credit, sheet: Sheet) -> None:
    """What both owe after a row [行の残高]."""
    sheet.unpaid_interest_yen[row] = debt.unpaid_interest_yen
    sheet.principal_yen[row] = debt.principal_yen
    sheet.overpayment_yen[row] = credit.early_yen + credit.late_yen
    sheet.overpayment_interest_yen[row] = credit.interest_yen


def recalculate(
    place: Place, events: Events, cursor: Cursor, terms: Terms, sheet: Sheet
) -> Outcome:
    """Recalculate one dealing row by row into `sheet` [引き直し計算].

    Shapes    the columns of `events` and `sheet` cover `place`; `terms.agreed` begins, for each
              dealing, with a sentinel entry of NO_RATE that governs from day 0.
    Units     whole yen, ppm a year, ordinals; Fractions under Rounding.EXACT.
    Order     the events stand in the order in which they act; dates never run backwards.
    Exact     integers only; interest is cut as the regime says and nowhere else.
    Raises    nothing: a day of debt without a rate is told by the outcome, and ends the fold.
    """
    regime = terms.regime
    debt = Debt(0, 0, NO_RATE, events.on[place.first], NEVER, 0)
    credit = Credit(0, 0, 0, NEVER)
    previous_on = events.on[place.first]
    for at in range(place.first, place.stop):
        row = place.sheet_first + at - place.first
        on = events.on[at]
        interest_yen: Yen = 0
        earned_yen: Yen = 0
        applied_ppm = NO_RATE
        if on > previous_on:
            days = charged_days(row, previous_on, on, regime)
            if debt.principal_yen > 0:
                cursor = cursor_at(previous_on, cursor, terms)
                charge = charge_debt(days, cursor, debt, terms, sheet)
                if charge.unagreed_on != NEVER:
                    return Outcome(credit.first_on, at - place.first, charge.unagreed_on)
                interest_yen = cut(charge.yen, charge.ticks, regime.rounding)
                applied_ppm = charge.applied_ppm
                debt = with_interest(debt, interest_yen, regime)
            elif (
                credit.early_yen + credit.late_yen > 0
                and regime.appropriation != OverpaymentAppropriation.NO_INTEREST
            ):
                charge = charge_credit(days, credit, terms, sheet)
                earned_yen = cut(charge.yen, charge.ticks, regime.rounding)
                applied_ppm = charge.applied_ppm
                credit = with_excess(credit, 0, earned_yen, on, regime)
        if events.kind[at] == EventKind.REPAY:
            debt, credit = after_repayment(at, events, debt, credit, terms)
        elif events.kind[at] == EventKind.CARRY:
            debt, credit = after_carry(at, events, debt, credit, terms)
        elif events.kind[at] != EventKind.CLOSING:
            debt, credit = after_advance(at, events, debt, credit, terms)
        write_balances(row, debt, credit, sheet)
        sheet.interest_yen[row] = interest_yen
        sheet.earned_yen[row] = earned_yen
        sheet.applied_ppm[row] = applied_ppm
        sheet.ceiling_ppm[row] = ceiling_now(debt, terms)
        previous_on = on
    return Outcome(credit.first_on, 0, NEVER)
