"""Positions of any day, payoff quotes, statements and explanations, on the real book."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, date, datetime, time
from random import Random
from typing import Any

import pytest
from django.db import connection
from tests.database import Database
from tests.loans.desk import CONSENT, Desk, days, with_settings
from tests.loans.living import Days, live

from motocho.kernel.accrual import TICKS_PER_YEN
from motocho.kernel.revolving import Arrangement, Cure, DamagesBase, PieceKind, Relief
from motocho.kernel.schedule import Scheme
from motocho.law.citation import parse_citations
from motocho.loans import commands, queries
from motocho.loans.commands import Key, Settlement
from motocho.loans.policy import Demand, Status, Stop
from motocho.loans.queries import Explanation, Position, Quote, Stage, StatementRow, Undone
from motocho.units.errors import NotFoundError

JAN_5 = date(2026, 1, 5)
FEB_9 = date(2026, 2, 9)
"""35 days later."""


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk()


def position(key: Key, on: date, at: datetime | None = None) -> Position:
    with connection.cursor() as cursor:
        return queries.position(cursor, key, on, as_known_at=at)


def quote(key: Key, on: date) -> Quote:
    with connection.cursor() as cursor:
        return queries.payoff_quote(cursor, key, on)


def rows(
    key: Key, until: date, from_on: date = JAN_5, undone: Undone = Undone.HIDDEN
) -> list[StatementRow]:
    with connection.cursor() as cursor:
        return queries.statement(cursor, key, from_on, until, undone)


def explained(key: Key, event_no: int) -> Explanation:
    with connection.cursor() as cursor:
        return queries.explain(cursor, key, event_no)


def at_noon(on: date) -> datetime:
    return datetime.combine(on, time(3, 30), UTC)


# ---------------------------------------------------------------------------------- positions
def test_position_of_a_day_holds_everything(desk: Desk) -> None:
    key = desk.open(JAN_5)
    desk.draw(key, 100_000, JAN_5)
    desk.receive(key, 5_000, JAN_5 + days(30))
    found = position(key, JAN_5 + days(40))
    assert found.principal_yen == 96_479
    assert found.accrued_interest_ticks == 96_479 * 180_000 * 10 * 366
    assert found.accrued_interest_yen == found.accrued_interest_ticks // TICKS_PER_YEN == 475
    assert found.payoff_yen == 96_479 + 475
    assert (found.unpaid_interest_yen, found.unpaid_damages_yen, found.costs_yen) == (0, 0, 0)
    assert (found.minimum_yen, found.due_yen, found.arrears_yen) == (3_000, 3_000, 0)
    assert (found.due_on, found.pay_by_on) == (date(2026, 3, 11), date(2026, 3, 11))
    assert (found.limit_yen, found.available_yen, found.held_yen) == (500_000, 403_000, 0)
    assert (found.rate_ppm, found.bears_ppm, found.bears_as) == (180_000, 180_000, PieceKind.AGREED)
    assert (found.stage, found.days_late, found.late_since) == (Stage.ON_TIME, 0, None)
    assert found.document()["accrued_interest_ticks"] == str(found.accrued_interest_ticks)


def test_past_days_are_read_from_the_step_before_them(desk: Desk) -> None:
    key = desk.open(JAN_5)
    desk.draw(key, 100_000, JAN_5)
    desk.receive(key, 5_000, JAN_5 + days(30))
    desk.draw(key, 50_000, JAN_5 + days(31))
    principals = [position(key, JAN_5 + days(n)).principal_yen for n in (0, 29, 30, 31, 400)]
    assert principals == [100_000, 100_000, 96_479, 146_479, 146_479]
    with pytest.raises(NotFoundError) as unknown:
        position(key, JAN_5 - days(1))
    assert unknown.value.faults[0].code == "QRY-001"


def test_days_to_come_pass_as_if_nothing_happened(desk: Desk) -> None:
    key = desk.open(JAN_5)
    desk.draw(key, 100_000, JAN_5)
    stages = {
        0: Stage.ON_TIME, 28: Stage.DUE_SOON, 34: Stage.DUE_SOON, 35: Stage.DUE_TODAY,
        36: Stage.LATE_1_TO_30, 65: Stage.LATE_1_TO_30, 66: Stage.LATE_31_TO_60,
        95: Stage.LATE_31_TO_60, 96: Stage.LATE_61_TO_90, 125: Stage.LATE_61_TO_90,
        126: Stage.LATE_FROM_91,
    }  # fmt: skip
    for number, stage in stages.items():
        found = position(key, JAN_5 + days(number))
        assert (found.stage, found.days_late) == (stage, max(0, number - 35)), number
    late = position(key, JAN_5 + days(40))
    assert (late.late_since, late.arrears_yen, late.available_yen) == (FEB_9, 3_000, 0)
    assert late.due_yen == 3_000
    assert late.accrued_damages_yen == 100_000 * 20 * 5 // 36_500
    assert (late.rate_ppm, late.bears_ppm, late.bears_as) == (180_000, 200_000, PieceKind.DAMAGES)


@pytest.mark.parametrize(
    ("due", "last"),
    [(date(2026, 11, 22), date(2026, 11, 24)), (date(2026, 12, 31), date(2027, 1, 4))],
)
def test_days_late_count_from_the_last_day_to_pay(desk: Desk, due: date, last: date) -> None:
    """A Sunday before a holiday Monday; the last days of the year."""
    key = desk.open(due - days(35))
    desk.draw(key, 100_000, due - days(35))
    assert position(key, last).stage is Stage.DUE_TODAY
    assert (position(key, due).due_on, position(key, due).pay_by_on) == (due, last)
    assert position(key, last + days(1)).days_late == 1


def test_what_was_known_then(desk: Desk) -> None:
    """A late receipt is unknown before it is booked; a cancellation too."""
    key = desk.open(JAN_5)
    desk.draw(key, 100_000, JAN_5)
    desk.receive(key, 5_000, FEB_9, on=date(2026, 3, 9))
    day = date(2026, 3, 1)
    assert position(key, day).stage is Stage.ON_TIME
    then = position(key, day, at_noon(date(2026, 3, 8)))
    assert (then.stage, then.principal_yen) == (Stage.LATE_1_TO_30, 100_000)
    wrong = desk.receive(key, 7_000, date(2026, 3, 10))
    desk.do(commands.reverse, key, wrong.event_no, "誤り", desk.made(date(2026, 3, 12)))
    now = position(key, date(2026, 3, 20))
    known = position(key, date(2026, 3, 20), at_noon(date(2026, 3, 11)))
    assert now.principal_yen == 96_726
    assert known.principal_yen == 96_726 - (7_000 - 29 * 96_726 * 18 // 36_500)
    assert position(key, date(2026, 3, 20), at_noon(date(2026, 3, 20))) == Position(
        **{name: getattr(now, name) for name in now.__slots__ if name != "known_at"},
        known_at=at_noon(date(2026, 3, 20)),
    )
    with pytest.raises(NotFoundError) as unknown:
        position(key, date(2026, 3, 20), at_noon(JAN_5 - days(1)))
    assert unknown.value.faults[0].code == "QRY-002"


def test_stops_and_ends_are_those_of_the_day(desk: Desk) -> None:
    key = desk.open(JAN_5)
    desk.do(commands.suspend, key, Stop.CARD_LOST, desk.made(JAN_5 + days(2)))
    desk.do(commands.lift, key, Stop.CARD_LOST, desk.made(JAN_5 + days(5)))
    desk.do(commands.close_agreement, key, desk.made(JAN_5 + days(9)))
    assert position(key, JAN_5 + days(1)).available_yen == 500_000
    stopped = position(key, JAN_5 + days(4))
    assert (stopped.available_yen, stopped.stops) == (0, frozenset({Stop.CARD_LOST}))
    assert position(key, JAN_5 + days(5)).stage is Stage.NOTHING_OWED
    closed = position(key, JAN_5 + days(9))
    assert (closed.stage, closed.status, closed.available_yen) == (Stage.CLOSED, Status.CLOSED, 0)


def test_settlement_stops_draws_on_the_page_as_in_the_book(desk: Desk) -> None:
    key = desk.open(JAN_5)
    desk.draw(key, 100_000, JAN_5)
    on = JAN_5 + days(10)
    wanted = Settlement(0, 0, 20_000, 5_000, on + days(600), "S-1")
    for _ in range(2):
        desk.do(commands.settle, key, wanted, desk.made(on, "S-1"))
    found = position(key, on)
    assert (found.stops, found.available_yen) == (frozenset({Stop.CREDIT}), 0)
    assert position(key, on - days(1)).available_yen == 400_000
    desk.do(commands.lift, key, Stop.CREDIT, desk.made(on + days(1)))
    assert position(key, on + days(1)).stops == frozenset()


def test_draws_under_way_are_held_until_they_are_settled(desk: Desk) -> None:
    key = desk.open(JAN_5)
    entry = desk.do(commands.send_draw, key, 100_000, desk.made(JAN_5 + days(1)))
    desk.do(commands.draw_arrived, key, entry, JAN_5 + days(3), desk.made(JAN_5 + days(3)))
    held = [position(key, JAN_5 + days(n)).held_yen for n in (0, 1, 2, 3)]
    assert held == [0, 100_000, 100_000, 0]
    assert position(key, JAN_5 + days(2)).available_yen == 400_000
    assert position(key, JAN_5 + days(3)).available_yen == 400_000


def test_rest_bears_nothing_and_is_not_due(desk: Desk) -> None:
    key = desk.open(JAN_5)
    desk.draw(key, 10_000, JAN_5)
    desk.receive(key, 9_445, JAN_5)
    rest = position(key, JAN_5 + days(300))
    assert (rest.stage, rest.payoff_yen, rest.due_yen, rest.due_on) == (Stage.REST, 555, 0, None)
    assert (rest.bears_ppm, rest.bears_as) == (0, PieceKind.REST)


def test_interest_free_days_are_told_and_bear_nothing(database: Database) -> None:
    desk = Desk(with_settings(free_days=30))
    key = desk.open(JAN_5)
    desk.draw(key, 100_000, JAN_5)
    last = position(key, JAN_5 + days(30))
    assert (last.interest_free_until, last.accrued_interest_yen) == (JAN_5 + days(30), 0)
    after = position(key, JAN_5 + days(31))
    assert (after.interest_free_until, after.accrued_interest_yen) == (None, 49)
    assert [one.kind for one in quote(key, JAN_5 + days(31)).charges] == [
        PieceKind.FREE, PieceKind.AGREED,
    ]  # fmt: skip


def test_monthly_plan_names_the_first_day_that_counts(desk: Desk) -> None:
    key = desk.open(JAN_5, scheme=Scheme.MONTHLY, day=25)
    desk.draw(key, 100_000, JAN_5)
    found = position(key, JAN_5)
    assert (found.due_on, found.pay_from_on) == (date(2026, 1, 25), date(2026, 1, 11))
    assert found.pay_by_on == date(2026, 1, 26)  # the 25th is a Sunday


def test_damages_are_due_where_they_must_be_paid_to_end_arrears(database: Database) -> None:
    """Arrears of which the damages alone are more than is left of them."""
    desk = Desk(with_settings(cure=Cure.MINIMUM_AND_DAMAGES))
    key = desk.open(JAN_5)
    desk.draw(key, 100_000, JAN_5)
    on = FEB_9 + days(365)
    desk.receive(key, 2_999, on)
    found = position(key, on)
    assert (found.arrears_yen, found.stage) == (1, Stage.LATE_FROM_91)
    assert found.due_yen == found.unpaid_damages_yen == 20_000 - 2_999
    desk.receive(key, found.due_yen, on)
    assert position(key, on).late_since is None


def test_stages_of_the_end(desk: Desk) -> None:
    demand = Demand(FEB_9 + days(30), FEB_9 + days(50), "D-1")
    key = desk.open(JAN_5)
    desk.draw(key, 100_000, JAN_5)
    desk.do(commands.accelerate, key, demand, desk.made(FEB_9 + days(51)))
    found = position(key, FEB_9 + days(51))
    assert (found.stage, found.due_yen) == (Stage.ACCELERATED, found.payoff_yen)
    desk.do(commands.write_off, key, desk.made(FEB_9 + days(60)))
    assert position(key, FEB_9 + days(59)).stage is Stage.ACCELERATED
    written_off = position(key, FEB_9 + days(60))
    assert (written_off.stage, written_off.written_off_yen) == (Stage.WRITTEN_OFF, 100_000)
    assert written_off.payoff_yen == 100_000 + written_off.unpaid_interest_yen + (
        written_off.unpaid_damages_yen
    )
    desk.do(commands.assign, key, desk.made(FEB_9 + days(70)))
    assert position(key, FEB_9 + days(70)).stage is Stage.ASSIGNED
    assert position(key, FEB_9 + days(69)).stage is Stage.WRITTEN_OFF


def test_unknown_agreement(desk: Desk) -> None:
    for ask in (position, quote, rows):
        with pytest.raises(NotFoundError):
            ask(Key(desk.member_id, 99), JAN_5)


# ------------------------------------------------------------------------------------- quotes
def test_quote_adds_up_and_names_each_later_day(desk: Desk) -> None:
    key = desk.open(JAN_5)
    desk.draw(key, 100_000, JAN_5)
    desk.receive(key, 1_000, JAN_5 + days(30))  # less than the interest of 1,479
    desk.do(commands.charge, key, "card_reissue", 550, desk.made(JAN_5 + days(31)))
    found = quote(key, FEB_9 + days(10))
    assert (found.principal_yen, found.costs_yen, found.unpaid_interest_yen) == (100_000, 550, 528)
    interest = [one for one in found.charges if one.kind is PieceKind.AGREED]
    damages = [one for one in found.charges if one.kind is PieceKind.DAMAGES]
    assert [(one.from_on, one.to_on, one.days) for one in interest] == [
        (JAN_5 + days(32), FEB_9, 4)
    ]
    assert [(one.from_on, one.days) for one in damages] == [(FEB_9 + days(1), 10)]
    assert found.interest_yen == 528 + sum(one.ticks for one in interest) // TICKS_PER_YEN
    assert found.damages_yen == sum(one.ticks for one in damages) // TICKS_PER_YEN == 547
    parts = found.costs_yen + found.damages_yen + found.interest_yen + found.principal_yen
    assert found.total_yen == parts == position(key, found.on).payoff_yen
    for day in found.ahead:
        assert day.total_yen == position(key, day.on).payoff_yen
    assert sum(day.extra_yen for day in found.ahead) == found.ahead[-1].total_yen - found.total_yen
    assert {day.extra_yen for day in found.ahead} == {54, 55}


def test_paying_the_quote_settles(desk: Desk) -> None:
    key = desk.open(JAN_5)
    desk.draw(key, 137_000, JAN_5)
    on = FEB_9 + days(17)
    desk.receive(key, quote(key, on).total_yen, on)
    assert position(key, on).stage is Stage.NOTHING_OWED
    assert position(key, on).excess_yen == 0


def test_quote_tells_days_since_the_last_cut_over_a_change_of_terms(desk: Desk) -> None:
    key = desk.open(JAN_5)
    desk.draw(key, 100_000, JAN_5)
    desk.do(commands.change_rate, key, 150_000, desk.made(JAN_5 + days(11)))
    found = quote(key, JAN_5 + days(20))
    assert [(one.rate_ppm, one.days) for one in found.charges] == [(180_000, 10), (150_000, 10)]
    assert found.interest_yen == (10 * 180 + 10 * 150) * 100_000 // 365_000


# --------------------------------------------------------------------------------- statements
def test_statement_rows_chain(desk: Desk) -> None:
    key = desk.open(JAN_5)
    desk.draw(key, 100_000, JAN_5)
    desk.receive(key, 5_000, JAN_5 + days(30))
    desk.receive(key, 5_000, JAN_5 + days(100))
    found = rows(key, JAN_5 + days(200))
    assert [(row.kind, row.amount_yen, row.days, row.principal_yen) for row in found] == [
        ("opening", 0, 0, 0),
        ("draw", 100_000, 0, 100_000),
        ("receipt", 5_000, 30, 96_479),
        ("receipt", 5_000, 70, 96_479 - (5_000 - 35 * 96_479 * 18 // 36_500 - 35 * 96_479 * 20 // 36_500)),
    ]  # fmt: skip
    late = found[-1]
    assert (late.late_days, late.rate_ppm) == (35, 200_000)
    for row in found:
        parts = (row.to_costs_yen, row.to_damages_yen, row.to_interest_yen, row.to_principal_yen,
                 row.to_written_off_yen, row.to_excess_yen)  # fmt: skip
        assert row.kind != "receipt" or sum(parts) == row.amount_yen
    part = rows(key, JAN_5 + days(200), JAN_5 + days(31))
    assert part == found[-1:]
    assert found[1].document()["kind"] == "draw"


def test_cancelled_rows_are_shown_with_what_undid_them_on_wish(desk: Desk) -> None:
    key = desk.open(JAN_5)
    desk.draw(key, 100_000, JAN_5)
    wrong = desk.receive(key, 9_000, JAN_5 + days(10))
    undone_on = JAN_5 + days(12)
    done = desk.do(
        commands.reverse, key, wrong.event_no, "別のお客さまの入金", desk.made(undone_on)
    )
    assert [row.kind for row in rows(key, undone_on)] == ["opening", "draw"]
    shown = rows(key, undone_on, undone=Undone.SHOWN)[-1]
    assert (shown.kind, shown.amount_yen, shown.principal_yen) == ("receipt", 9_000, None)
    assert shown.undoing is not None
    assert (shown.undoing.event_no, shown.undoing.business_on, shown.undoing.reason) == (
        done.event_no, undone_on, "別のお客さまの入金",
    )  # fmt: skip
    assert shown.document()["undone"]["event_no"] == done.event_no


# ------------------------------------------------------------------------------- explanations
NUMBER = re.compile(r"([\d,]+)(?:\.\d+…?)?円")


def amounts(text: str) -> list[int]:
    return [int(found.replace(",", "")) for found in NUMBER.findall(text)]


def life_of_everything(desk: Desk) -> Key:
    """Every kind of event once at least."""
    key = desk.open(JAN_5, 900_000)
    desk.draw(key, 300_000, JAN_5)
    desk.do(commands.charge, key, "card_reissue", 550, desk.made(JAN_5 + days(3)))
    desk.receive(key, 9_000, JAN_5 + days(20))
    desk.do(commands.change_rate, key, 170_000, desk.made(JAN_5 + days(30)))
    arranged = Arrangement(Relief.AMOUNT, 3_000, (JAN_5 + days(100)).toordinal())
    desk.do(commands.arrange, key, arranged, desk.made(JAN_5 + days(33)))
    desk.receive(key, 5_000, JAN_5 + days(90))
    desk.receive(key, 400_000, JAN_5 + days(150))
    desk.do(commands.refund, key, 1_000, desk.made(JAN_5 + days(151)))
    desk.draw(key, 200_000, JAN_5 + days(160))
    desk.do(commands.use_excess, key, 2_000, CONSENT, desk.made(JAN_5 + days(170)))
    late = JAN_5 + days(260)
    demand = Demand(JAN_5 + days(230), JAN_5 + days(250), "D-1")
    desk.do(commands.accelerate, key, demand, desk.made(late))
    wanted = Settlement(100, 100, 1_000, 5_000, date(2028, 1, 1), "S-1")
    desk.do(commands.settle, key, wanted, desk.made(late + days(10)))
    desk.do(commands.write_off, key, desk.made(late + days(20)))
    desk.receive(key, 5_000, late + days(25))
    wrong = desk.receive(key, 7_000, late + days(30))
    desk.do(commands.reverse, key, wrong.event_no, "誤り", desk.made(late + days(31)))
    desk.do(commands.assign, key, desk.made(late + days(40)))
    return key


def test_every_row_of_a_life_is_explained_and_its_numbers_are_the_rows(desk: Desk) -> None:
    key = life_of_everything(desk)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT event_no, kind FROM loan_event WHERE member_id = %s", [key.member_id]
        )
        events = cursor.fetchall()
    assert {kind for _, kind in events} >= {
        "opening", "draw", "receipt", "excess_used", "refund", "cost", "terms", "arrangement",
        "acceleration", "waiver", "write_off", "departure", "cancellation",
    }  # fmt: skip
    shown = {row.event_no: row for row in rows(key, date(2028, 1, 1))}
    for event_no, _ in events:
        found = explained(key, event_no)
        for cited in found.citations:
            assert parse_citations(cited)
        row = shown.get(event_no)
        if row is None or row.kind == "opening":
            continue
        seen = amounts(found.text_ja)
        assert seen[-1] >= 0
        for part in (
            row.to_costs_yen,
            row.to_damages_yen,
            row.to_interest_yen,
            row.to_principal_yen,
        ):
            assert part == 0 or part in seen, found.text_ja
        if row.interest_yen or row.damages_yen:
            assert row.interest_yen in seen or row.damages_yen in seen
        assert row.principal_yen in seen
        in_english = [
            int(n.replace(",", "")) for n in re.findall(r"([\d,]+)(?:\.\d+…?)? yen", found.text_en)
        ]
        assert row.principal_yen in in_english
    with pytest.raises(NotFoundError):
        explained(key, 999)


def test_explanation_of_a_late_receipt_word_for_word(desk: Desk) -> None:
    key = desk.open(JAN_5)
    desk.draw(key, 100_000, JAN_5)
    done = desk.receive(key, 5_000, FEB_9 + days(10))
    assert explained(key, done.event_no).text_ja == (
        "取引3、2026-02-19の入金5,000円です。"
        "2026-01-06から2026-02-09まで35日、100,000円 × 約定利率18.0% × 35/365 = 1,726.02…円。"
        "2026-02-10から2026-02-19まで10日、100,000円 × 遅延損害金の利率20.0% × 10/365 = 547.94…円。"
        "初日は数えず、1円未満を切り捨てて、この行の利息は1,726円、損害金は547円です。"
        "2026-02-09の返済期日にお支払いがなかったので、翌日から利息に代えて損害金が付きます。"
        "5,000円は、損害金に547円、利息に1,726円、元金に2,727円の順にあてます(計5,000円)。"
        "残元金は100,000円 - 2,727円 = 97,273円になります。"
        "これで延滞は解消しました。"
        "次のご返済期日は2026-03-26(この日から35日後)です。"
        "この行のあと、残元金は97,273円です。"
        "根拠: 利息制限法1条、利息制限法4条・7条、民法140条、民法419条、民法489条。"
    )
    assert (
        "Of 5,000 yen go, in this order: 547 to damages, 1,726 to interest, 2,727 to principal"
        in (explained(key, done.event_no).text_en)
    )


def test_explanation_of_a_draw_says_where_the_minimum_comes_from(desk: Desk) -> None:
    key = desk.open(JAN_5, 200_000)
    done = desk.draw(key, 100_000, JAN_5)
    text = explained(key, done.event_no).text_ja
    assert "100,000円 × 4.2% = 4,200.00円を1,000円単位に切り上げて5,000円です" in text
    assert "次のご返済期日は2026-02-09(この日から35日後)です" in text


def test_explanation_names_bank_holidays(desk: Desk) -> None:
    due = date(2026, 11, 22)
    key = desk.open(due - days(35))
    done = desk.draw(key, 100_000, due - days(35))
    assert "休業日のため2026-11-24まで間に合います" in explained(key, done.event_no).text_ja
    late = desk.receive(key, 1_000, due + days(10))
    assert "2026-11-22の返済期日(休業日のため2026-11-24まで)" in (
        explained(key, late.event_no).text_ja
    )
    assert "あと2,000円が未払いなので、延滞は続きます" in explained(key, late.event_no).text_ja


def test_two_rates_on_parts_of_the_principal(database: Database) -> None:
    """The overdue part bears damages, the rest interest: both are told, and add up."""
    desk = Desk(with_settings(damages_base=DamagesBase.INSTALMENT))
    key = desk.open(JAN_5)
    desk.draw(key, 100_000, JAN_5)
    done = desk.receive(key, 1_000, FEB_9 + days(10))
    charges = rows(key, FEB_9 + days(10))[-1].charges
    late = [one.amount_yen for one in charges if one.kind is PieceKind.DAMAGES]
    agreed = [one.amount_yen for one in charges if one.kind is PieceKind.AGREED]
    assert len(late) == 1
    assert agreed == [100_000, 100_000 - late[0]]
    assert "損害金は" in explained(key, done.event_no).text_ja


def test_interval_reading_is_the_same_as_reading_all(desk: Desk) -> None:
    key = life_of_everything(desk)
    everything = rows(key, date(2028, 1, 1), undone=Undone.SHOWN)
    marks = [JAN_5 + days(n) for n in (0, 10, 33, 34, 91, 160, 270, 300)]
    for first, last in itertools.pairwise(marks):
        part: list[Any] = rows(key, last - days(1), first, Undone.SHOWN)
        assert part == [row for row in everything if first <= row.on < last]


@pytest.mark.parametrize("seed", range(3))
def test_what_was_known_each_day_is_found_again(database: Database, seed: int) -> None:
    """After every act of a life: the position of that day, asked for again at the end, is the same."""
    desk = Desk(with_settings(free_days=30))
    key = desk.open(JAN_5, 300_000)
    seen: dict[date, Position] = {}

    def look(on: date) -> None:
        seen[on] = position(key, on)

    until = live(Days(desk, key, Random(seed), JAN_5), 40, look)
    changed = 0
    for on, then in seen.items():
        again = position(key, on, at_noon(on))
        assert {**again.document(), "known_at": None} == then.document()
        changed += position(key, on).document() != then.document()
    assert changed > 0
    assert until > JAN_5
