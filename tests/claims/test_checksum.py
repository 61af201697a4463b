"""The lender-balance checksum: it is silent on clean papers and names every planted slip."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from random import Random

import pytest
from tests.claims.lender import (
    CUTTINGS,
    RATES_PERCENT,
    Books,
    Planted,
    Printed,
    Ways,
    make,
    plant,
)

from motocho.claims import reading
from motocho.claims.assumptions import DatedRate
from motocho.claims.checksum import BalanceCheck, Field, SlipKind, Source, check_balances
from motocho.claims.history import Event, History
from motocho.kernel.conventions import EventKind, FirstDay, Rounding, YearBasis
from motocho.units.errors import Language

KINDS = (
    "digit",
    "times_ten",
    "tenth",
    "transposed",
    "swapped_column",
    "missing_row",
    "doubled_row",
    "wrong_date",
    "wrong_balance",
)
LEAST_FOUND = Fraction(99, 100)


def history_of(rows: Sequence[Printed], rates: Sequence[int | None] = ()) -> History:
    """Rows as a history whose first row is row 2 of its file, under a heading."""
    return History(
        tuple(
            Event(
                row.on,
                EventKind.BORROW if row.lent else EventKind.REPAY,
                row.amount,
                rates[number] if rates else None,
                lender_balance_yen=row.balance,
                source_row=number + 2,
            )
            for number, row in enumerate(rows)
        )
    )


def is_named(check: BalanceCheck, planted: Planted, kind: str) -> bool:
    """Whether exactly the planted row is named first, with what the paper says."""
    likeliest = [slip for slip in check.slips if slip.order == 1]
    if len(likeliest) != 1:
        return False
    (slip,) = likeliest
    original = planted.original
    if kind == "doubled_row":
        # Which of two equal rows is too many cannot be told.
        return slip.kind is SlipKind.DOUBLED_ROW and slip.row in {planted.row + 2, planted.row + 3}
    if kind == "missing_row":
        return _is_missing_named(slip.least_yen, slip.most_yen, check, original)
    if slip.row != planted.row + 2:
        return False
    if kind == "swapped_column":
        return slip.kind is SlipKind.SWAPPED_COLUMN
    if kind == "wrong_date":
        return slip.kind is SlipKind.WRONG_DATE and slip.proposed == str(original.on)
    if kind == "wrong_balance":
        return slip.kind is SlipKind.WRONG_BALANCE and slip.proposed == str(original.balance)
    return slip.field is _field(original) and slip.proposed == str(original.amount)


def _field(row: Printed) -> Field:
    return Field.BORROW if row.lent else Field.REPAY


def _is_missing_named(
    least: int | None, most: int | None, check: BalanceCheck, original: Printed
) -> bool:
    """The amount, and days that hold the row's; an uneven amount may stay between two ends."""
    slip = check.slips[0]
    if slip.kind is not SlipKind.MISSING_ROW or slip.field is not _field(original):
        return False
    assert slip.from_on is not None
    assert slip.to_on is not None
    assert least is not None
    assert most is not None
    in_time = slip.from_on <= original.on <= slip.to_on
    between = least < most and least <= original.amount <= most
    return in_time and (slip.proposed == str(original.amount) or between)


def share_found(kind: str, plants: int, seed: str) -> tuple[Fraction, list[str]]:
    random = Random(seed + kind)
    found = 0
    missed: list[str] = []
    tried = 0
    while tried < plants:
        paper = make(random)
        planted = plant(paper, kind, random)
        if planted is None:
            continue
        tried += 1
        check = check_balances(history_of(planted.rows))
        if is_named(check, planted, kind):
            found += 1
        else:
            named = [(slip.kind.value, slip.row, slip.proposed) for slip in check.slips[:3]]
            missed.append(f"row {planted.row + 2} {planted.original}: {named}")
    return Fraction(found, plants), missed


# ----------------------------------------------------------------------------------------- the property
@pytest.mark.parametrize("kind", KINDS)
def test_planted_slip_is_named(kind: str) -> None:
    """A sample of the long test below; one miss of a sample is allowed for."""
    share, missed = share_found(kind, plants=25, seed="short")
    assert share >= Fraction(24, 25), missed


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_planted_slip_is_named_two_thousand_times(kind: str) -> None:
    share, missed = share_found(kind, plants=2_000, seed="long")
    print(f"measured: planted slips named, {kind}: {float(share):.2%} of 2,000")
    assert share >= LEAST_FOUND, missed


def false_alarms(papers: int, seed: str) -> list[tuple[Ways, int, int]]:
    random = Random(seed)
    alarms = []
    for _ in range(papers):
        paper = make(random)
        check = check_balances(history_of(paper.rows))
        if check.slips or check.rows_agreeing != check.rows_checked:
            alarms.append((paper.ways, check.rows_agreeing, check.rows_checked))
    return alarms


def test_clean_paper_raises_no_alarm() -> None:
    assert false_alarms(40, "clean") == []


@pytest.mark.long
def test_clean_paper_raises_no_alarm_two_thousand_times() -> None:
    assert false_alarms(2_000, "clean, long") == []


@pytest.mark.parametrize("percent", RATES_PERCENT)
@pytest.mark.parametrize("cutting", CUTTINGS)
def test_every_usual_rate_and_cutting_is_found(percent: str, cutting: str) -> None:
    """One rate, some way of counting: all rows agree, and the rate is the one found."""
    rate = Fraction(percent) / 100
    random = Random(percent + cutting)
    ways = Ways(random.random() < 0.5, random.random() < 0.5, cutting)
    check = check_balances(history_of(make(random, 45, ways, rate).rows))
    assert check.rows_agreeing == check.rows_checked == 45
    assert {stretch.rate_ppm for stretch in check.stretches} == {int(rate * 1_000_000)}


# ----------------------------------------------------------------------------------------- single cases
def paper_of(moves: Sequence[tuple[int, bool, int]], percent: str = "29.2") -> list[Printed]:
    """Rows from days after 2001-01-10, with the balances of a lender at 365 days a year."""
    books = Books(Ways(leap_years=False, both_ends=False, cutting="floor"))
    rows = []
    for days, lent, amount in moves:
        on = date(2001, 1, 10) + timedelta(days=days)
        balance = books.post(on, amount, Fraction(percent) / 100, lent=lent)
        rows.append(Printed(on, lent, amount, balance))
    return rows


MOVES = [(0, True, 300_000), *((30 * month, False, 10_000) for month in range(1, 16))]


def test_message_asks_about_the_one_value() -> None:
    rows = paper_of(MOVES)
    rows[5] = replace(rows[5], amount=11_000)
    check = check_balances(replace(history_of(rows), file="paper.csv"))
    slip = check.slips[0]
    assert (slip.kind, slip.row, slip.seen, slip.proposed) == (SlipKind.DIGIT, 7, "11000", "10000")
    assert slip.difference_yen == 1_000
    assert slip.fault.what(Language.JA) == "7行目から1,000円ずれています"
    assert slip.fault.fix(Language.JA) == "返済 11,000円 は 10,000円 ではありませんか"
    assert slip.fault.fix(Language.EN) == "Is repay 11,000 not 10,000 yen?"
    assert (slip.fault.file, slip.fault.line, slip.fault.column) == ("paper.csv", 7, "返済")
    assert check.faults()[0] is slip.fault
    assert check.document()["slips"][0]["field"] == "repay"


def test_convention_and_rate_are_told_by_stretch() -> None:
    check = check_balances(history_of(paper_of(MOVES)))
    (stretch,) = check.stretches
    assert (stretch.first_row, stretch.last_row, stretch.rate_ppm) == (2, 17, 292_000)
    assert stretch.source is Source.INFERRED
    assert (stretch.year_basis, stretch.first_day, stretch.rounding) == (
        YearBasis.FIXED_365,
        FirstDay.EXCLUDE,
        Rounding.FLOOR,
    )


def test_unusual_round_rate_is_found() -> None:
    check = check_balances(history_of(paper_of(MOVES, "23.4")))
    assert [stretch.rate_ppm for stretch in check.stretches] == [234_000]
    assert check.rows_agreeing == 16


def test_printed_rates_are_gone_by() -> None:
    rows = paper_of(MOVES, "23.45")
    check = check_balances(history_of(rows, [234_500] + [None] * 15))
    assert check.stretches[0].source is Source.COLUMN
    assert check.rows_agreeing == 16


def test_stated_rates_are_gone_by() -> None:
    check = check_balances(
        history_of(paper_of(MOVES, "23.45")), contract_rates=[DatedRate(date(2001, 1, 1), 234_500)]
    )
    assert check.stretches[0].source is Source.GIVEN
    assert check.rows_agreeing == 16


def test_wrong_stated_rate_does_not_spoil_the_check() -> None:
    check = check_balances(
        history_of(paper_of(MOVES)), contract_rates=[DatedRate(date(2001, 1, 1), 180_000)]
    )
    assert check.stretches[0].source is Source.INFERRED
    assert check.rows_agreeing == 16


def test_printed_interest_is_gone_by_where_no_rate_explains_it() -> None:
    random = Random(1)
    balance, events = 300_000, []
    events.append(
        Event(
            date(2001, 1, 10), EventKind.BORROW, 300_000, lender_balance_yen=balance, source_row=2
        )
    )
    for month in range(2, 12):
        interest = random.randrange(3_000, 7_000)
        balance -= 10_000 - interest
        events.append(
            Event(
                date(2001, month, 10),
                EventKind.REPAY,
                10_000,
                lender_balance_yen=balance,
                source_row=month + 1,
                lender_interest_yen=interest,
            )
        )
    check = check_balances(History(tuple(events)))
    assert check.stretches[0].source is Source.PRINTED
    assert check.rows_agreeing == 11
    slipped = History((*events[:5], events[5]._replace(amount_yen=1_000), *events[6:]))
    slip = check_balances(slipped).slips[0]
    assert (slip.kind, slip.row, slip.proposed) == (SlipKind.TENTH, 7, "10000")


def test_unknown_rates_are_said_and_advances_still_checked() -> None:
    random = Random(2)
    rows = paper_of(MOVES)
    rows = [
        row if row.lent else replace(row, balance=row.balance + random.randrange(1, 5_000))
        for row in rows
    ]
    check = check_balances(history_of(rows))
    assert [note.code for note in check.notes] == ["CHK-023"]
    assert check.slips == ()


def test_without_balances_nothing_is_checked() -> None:
    history = reading.read("日付,借入,返済\n2001-01-10,200000,\n2001-02-09,,10000\n".encode())
    check = check_balances(history)
    assert (check.rows_checked, check.first_differing_row, check.slips) == (0, None, ())
    assert [note.code for note in check.notes] == ["CHK-024"]


def test_balances_here_and_there_are_enough() -> None:
    """Between printed balances the account is reckoned on."""
    history = history_of(paper_of(MOVES))
    events = [
        event if number % 3 == 0 else event._replace(lender_balance_yen=None)
        for number, event in enumerate(history.events)
    ]
    check = check_balances(
        History(tuple(events)), contract_rates=[DatedRate(date(2001, 1, 1), 292_000)]
    )
    assert check.rows_agreeing == check.rows_checked == 6


def test_head_of_a_partial_history_is_told() -> None:
    rows = paper_of([(0, True, 303_456), *MOVES[1:]])[1:]
    check = check_balances(history_of(rows))
    assert [note.code for note in check.notes] == ["CHK-022"]
    assert check.slips == ()
    assert check.rows_agreeing == check.rows_checked


def test_missing_head_is_proposed_where_it_is_plain() -> None:
    check = check_balances(history_of(paper_of(MOVES)[1:]))
    slip = check.slips[0]
    assert (slip.kind, slip.field, slip.proposed) == (SlipKind.MISSING_ROW, Field.BORROW, "300000")
    assert slip.from_on == slip.to_on == date(2001, 1, 10)
    assert check.notes == ()


def test_opening_balance_is_gone_on_from() -> None:
    rows = paper_of(MOVES)
    opening = Event(rows[3].on, EventKind.OPENING, rows[3].balance, source_row=2)
    later = history_of(rows[4:]).events
    check = check_balances(History((opening, *later)))
    assert check.rows_agreeing == check.rows_checked == len(later)


def test_two_slips_are_both_named() -> None:
    rows = paper_of(MOVES)
    rows[4] = replace(rows[4], amount=100_000)
    rows[11] = replace(rows[11], balance=rows[11].balance + 9_000)
    likeliest = [slip for slip in check_balances(history_of(rows)).slips if slip.order == 1]
    assert [(slip.kind, slip.row) for slip in likeliest] == [
        (SlipKind.TIMES_TEN, 6),
        (SlipKind.WRONG_BALANCE, 13),
    ]


def test_contracts_are_kept_apart_where_the_lender_did() -> None:
    first = history_of(paper_of(MOVES)).events
    second = [
        event._replace(contract="2", on=event.on + timedelta(days=3), source_row=100 + number)
        for number, event in enumerate(history_of(paper_of(MOVES)).events)
    ]
    mixed = sorted((*first, *second), key=lambda event: event.on)
    check = check_balances(History(tuple(mixed)))
    assert check.rows_agreeing == check.rows_checked == 32


def test_long_gap_and_double_are_noted() -> None:
    rows = paper_of([*MOVES[:6], *((400 + 30 * n, False, 10_000) for n in range(6))])
    events = [event._replace(lender_balance_yen=None) for event in history_of(rows).events]
    events.insert(3, events[2]._replace(source_row=99))
    codes = [note.code for note in check_balances(History(tuple(events))).notes]
    assert codes == ["CHK-024", "CHK-021", "CHK-020"]


def test_rate_that_changes_between_rows_is_followed() -> None:
    """利率変更 on a day without money: the days before and after it bear two rates."""
    history = reading.read(
        "日付,取引,貸付,返済,残高,約定利率\n2001-01-10,貸付,200000,,200000,29.2%\n"
        "2001-02-09,返済,,10000,194800,29.2%\n2001-03-12,返済,,10000,189631,29.2%\n"
        "2001-04-01,利率変更,,,,25.55%\n2001-04-10,返済,,10000,183840,25.55%\n"
        "2001-05-11,返済,,10000,177829,25.55%\n".encode()
    )
    check = check_balances(history)
    assert check.rows_agreeing == check.rows_checked == 5


def test_no_history_breaks_the_check() -> None:
    """Nonsense is answered, not raised upon."""
    random = Random(3)
    kinds = list(EventKind)
    seen = Counter[str]()
    for _ in range(25):
        events = tuple(
            Event(
                date(2001, 1, 1) + timedelta(days=random.randrange(-400, 4_000)),
                random.choice(kinds),
                random.choice((0, 1, 10_000, 10**12)),
                random.choice((None, 0, 180_000, 10**9)),
                random.choice(("1", "2")),
                random.choice((None, 0, -5, 1, 10_000, 10**12)),
                source_row=random.choice((None, number)),
                lender_interest_yen=random.choice((None, 0, 10**9)),
            )
            for number in range(random.randrange(0, 25))
        )
        check = check_balances(History(events))
        check.document()
        seen.update(fault.code for fault in check.faults())
    assert len(seen) > 5
