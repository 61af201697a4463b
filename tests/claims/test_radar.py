"""The radar names what was planted, with the mend that undoes it, and is silent on clean papers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from random import Random

import pytest
from tests.claims.lender import Books, Printed, Ways, make, plant

from motocho.claims import reading
from motocho.claims.assumptions import Assumptions
from motocho.claims.history import History
from motocho.claims.radar import (
    Action,
    Alarm,
    Check,
    Line,
    Mend,
    Sight,
    Survey,
    Weight,
    claim_yen,
    mended,
    survey,
)
from motocho.claims.statement import recalculate
from motocho.units.errors import FaultyInput

TODAY = date(2026, 11, 22)
HEAD = "日付\t借入\t返済\t利率\t残高\t備考\t契約\n"


def lines_of(rows: Iterable[Printed]) -> list[Line]:
    return [
        Line(
            row.on.isoformat(),
            str(row.amount) if row.lent else "",
            "" if row.lent else str(row.amount),
            "",
            str(row.balance),
        )
        for row in rows
    ]


def read(lines: Sequence[Line]) -> History:
    """Lines through the reader of tables: the other way to the same history."""
    return reading.read((HEAD + "\n".join("\t".join(line) for line in lines)).encode())


def sight_of(lines: Sequence[Line], history: History | None = None) -> Sight:
    numbered = dict(enumerate(lines, start=2))
    return Sight(history or read(lines), Assumptions(), TODAY, numbered)


def carried_out(lines: Sequence[Line], mends: Sequence[Mend]) -> list[Line]:
    """Mends carried out on the typed rows, as an editor does it."""
    changed: list[Line | None] = list(lines)
    for mend in mends:
        if mend.action is Action.SORT:
            return sorted(lines, key=lambda line: line.date)
        place = len(changed) if mend.row is None else mend.row - 2
        if mend.action is Action.INSERT:
            changed.insert(place, Line()._replace(**mend.cells))
        elif mend.action is Action.DELETE:
            del changed[place]
        else:
            old = changed[place]
            assert old is not None
            changed[place] = old._replace(**mend.cells)
    return [line for line in changed if line is not None]


def wrong(found: Iterable[Alarm]) -> list[Alarm]:
    return [alarm for alarm in found if alarm.weight is Weight.WRONG]


PLANTED = {
    "times_ten": Check.DIGIT,
    "transposed": Check.DIGIT,
    "digit": Check.DIGIT,
    "swapped_column": Check.SWAPPED,
    "missing_row": Check.MISSING,
    "doubled_row": Check.DOUBLED,
    "wrong_date": Check.DATE,
    "wrong_balance": Check.BALANCE,
}


@pytest.mark.parametrize("kind", PLANTED)
def test_planted_slip_is_named_and_its_mend_brings_the_paper_back(kind: str) -> None:
    """Mended rows are read again by the reader of tables; a miss in twelve is allowed for."""
    random = Random(f"radar {kind}")
    right = tried = 0
    while tried < 12:
        paper = make(random, rows=60)
        planted = plant(paper, kind, random)
        if planted is None:
            continue
        tried += 1
        lines = lines_of(planted.rows)
        first = next(iter(wrong(survey(sight_of(lines)))), None)
        if first is None or first.check is not PLANTED[kind] or not first.mends:
            continue
        again = read(carried_out(lines, first.mends))
        right += not wrong(survey(sight_of(lines, again)))
    assert right >= 11, f"{kind}: {right} of {tried}"


def test_clean_papers_raise_no_alarm() -> None:
    random = Random("clean radar")
    for _ in range(30):
        found = survey(sight_of(lines_of(make(random).rows)))
        slips = {Check.BALANCE, Check.DIGIT, Check.SWAPPED, Check.DOUBLED, Check.DATE}
        assert not [alarm for alarm in found if alarm.check in slips]
        assert not wrong(found)


def test_effect_is_what_the_mended_file_claims() -> None:
    """By events and by reading the mended rows anew: the same yen."""
    random = Random("effects")
    seen = 0
    while seen < 12:
        paper = make(random, rows=50)
        planted = plant(paper, random.choice(sorted(PLANTED)), random)
        if planted is None:
            continue
        lines = lines_of(planted.rows)
        history = read(lines)
        for alarm in survey(sight_of(lines)):
            if not alarm.mends:
                continue
            seen += 1
            before = int(recalculate(history, Assumptions()).net_yen)
            after = recalculate(read(carried_out(lines, alarm.mends)), Assumptions())
            assert alarm.effect_yen == int(after.net_yen) - before


def test_date_of_no_calendar_is_told_with_its_day() -> None:
    """S64.1.8 is Heisei 1: the row is left out until it is mended, and the mend is one change."""
    lines = lines_of(monthly(24, date(1988, 8, 8)))
    at = 5
    assert lines[at].date == "1989-01-08"
    lines[at] = lines[at]._replace(date="S64.1.8")
    with pytest.raises(FaultyInput) as refused:
        read(lines)
    history = read([*lines[:at], Line(), *lines[at + 1 :]])
    found = survey(sight_of(lines, history), unread=refused.value.faults)
    (alarm,) = [one for one in found if one.row == at + 2]
    assert alarm.check is Check.DATE
    assert alarm.mends == (Mend(Action.SET, at + 2, {"date": "1989-01-08"}),)
    whole = read(carried_out(lines, alarm.mends))
    now = claim_yen(history, Assumptions(), None)
    then = claim_yen(whole, Assumptions(), None)
    assert now is not None
    assert then is not None
    assert alarm.effect_yen == then - now != 0


# ------------------------------------------------------------------------------- without balances
def monthly(count: int, first_on: date = date(2001, 1, 9)) -> list[Printed]:
    """Lent once, paid monthly at 29.2 %, on working days or not as they fall."""
    books = Books(Ways(leap_years=False, both_ends=False, cutting="floor"))
    rate = Fraction(292, 1000)
    rows = []
    on = first_on
    for number in range(count):
        lent = number == 0
        amount = 300_000 if lent else 10_000
        rows.append(Printed(on, lent, amount, books.post(on, amount, rate, lent=lent)))
        month = on.month % 12 + 1
        on = date(on.year + (on.month == 12), month, first_on.day)
    return rows


def found_in(lines: Sequence[Line], check: Check) -> list[Alarm]:
    return [alarm for alarm in survey(sight_of(lines)) if alarm.check is check]


def test_ten_times_the_usual_payment_is_seen_without_balances() -> None:
    lines = [line._replace(balance="") for line in lines_of(monthly(30))]
    assert found_in(lines, Check.DIGIT) == []
    lines[9] = lines[9]._replace(repay="100000")
    (alarm,) = found_in(lines, Check.DIGIT)
    assert (alarm.row, alarm.mends[0].cells) == (11, {"repay": "10000"})
    assert alarm.effect_yen is not None
    assert alarm.effect_yen < -90_000


def test_rows_out_of_order_are_told_and_sorted_only_on_demand() -> None:
    lines = lines_of(monthly(20))
    lines[4], lines[5] = lines[5], lines[4]
    (alarm,) = [one for one in survey(sight_of(lines)) if one.fault.code == "RAD-001"]
    assert alarm.row == 7
    assert alarm.mends == (Mend(Action.SORT, None),)
    assert carried_out(lines, alarm.mends) == lines_of(monthly(20))


def test_lone_sunday_among_working_days_is_asked_about() -> None:
    rows = []
    for row in monthly(60):
        on = row.on
        while on.weekday() > 4 or on.month == 1:
            on += timedelta(days=1)
        rows.append(replace(row, on=on))
    lines = [line._replace(balance="") for line in lines_of(rows)]
    assert found_in(lines, Check.WEEKDAY) == []
    sunday = rows[20].on + timedelta(days=6 - rows[20].on.weekday())
    lines[20] = lines[20]._replace(date=sunday.isoformat())
    assert [alarm.row for alarm in found_in(lines, Check.WEEKDAY)] == [22]


def test_purchases_left_out_are_told() -> None:
    lines = lines_of(monthly(12))
    lines.insert(6, Line(lines[5].date, "5000", "", "", "", "ショッピング"))
    assert len(found_in(lines, Check.SHOPPING)) == 1


def test_opening_balance_is_a_question_with_its_yen() -> None:
    opening = Line(date="2001-01-09", balance="300000", note="繰越残高")
    lines = [opening, *lines_of(monthly(12))[1:]]
    (alarm,) = found_in(lines, Check.OPENING)
    assert alarm.weight is Weight.QUESTION
    assert alarm.effect_yen is not None
    assert alarm.effect_yen > 300_000


def test_lent_again_after_a_payoff_asks_one_or_two() -> None:
    lines = lines_of(monthly(8))
    lines += [
        Line("2001-09-10", "", "300000", "", "0"),
        Line("2002-09-10", "100000", "", "", "100000"),
        Line("2002-10-10", "", "102400", "", "0"),
    ]
    (alarm,) = found_in(lines, Check.PAUSE)
    assert (alarm.row, alarm.fault.code, alarm.mends) == (11, "RAD-005", ())
    assert alarm.effect_yen is not None


def test_time_bar_is_told_when_it_is_near_or_gone() -> None:
    lines = [line._replace(balance="") for line in lines_of(monthly(72))]
    ended = date.fromisoformat(lines[-1].date)
    sight = sight_of(lines)
    for today, codes in (
        (ended + timedelta(days=8 * 365), []),
        (ended + timedelta(days=int(9.5 * 365)), ["RAD-007"]),
        (ended + timedelta(days=11 * 365), ["RAD-008"]),
    ):
        found = survey(sight._replace(today=today))
        told = [alarm for alarm in found if alarm.check is Check.PRESCRIPTION]
        assert [alarm.fault.code for alarm in told] == codes
        assert all((alarm.effect_yen or 0) < 0 for alarm in told)


def test_rate_that_fell_below_the_ceiling_is_proposed_for_its_row() -> None:
    books = Books(Ways(leap_years=False, both_ends=False, cutting="floor"))
    rows = []
    for number, plain in enumerate(monthly(60)):
        rate = Fraction(292, 1000) if number < 30 else Fraction(150, 1000)
        amount = 900_000 if plain.lent else 30_000
        rows.append(
            replace(
                plain,
                amount=amount,
                balance=books.post(plain.on, amount, rate, lent=plain.lent),
            )
        )
    (alarm,) = found_in(lines_of(rows), Check.RATE)
    assert alarm.mends == (Mend(Action.SET, 31, {"rate": "15.0%"}),)
    assert alarm.effect_yen is not None
    assert alarm.effect_yen > 0


# ------------------------------------------------------------------------------------------ small
def test_key_of_an_alarm_follows_what_it_says() -> None:
    lines = lines_of(monthly(12))
    lines[6] = lines[6]._replace(repay="100000")
    (first,) = wrong(survey(sight_of(lines)))
    shifted = [lines[0], *lines[1:]]
    assert survey(sight_of(shifted)).at(8)[0].key == first.key
    lines[6] = lines[6]._replace(repay="1000")
    assert survey(sight_of(lines)).at(8)[0].key != first.key


def test_nothing_to_look_at() -> None:
    assert survey(Sight(History(()), Assumptions(), TODAY, {})) == Survey()
    assert mended(History(()), [Mend(Action.SET, 2, {"date": "いつか"})], {}) is None
