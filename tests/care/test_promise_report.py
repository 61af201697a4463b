"""How promises were kept: derived from receipts with grace, by desk and by offer."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import date
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.care.test_reliefs import LATE, agree, loan, made_offer
from tests.cli.at_book import Command
from tests.database import Database
from tests.loans.desk import Desk, days

from motocho.care.reliefs import promises
from motocho.care.reliefs.limits import limits, waiting
from motocho.care.reliefs.promises import Verdict, verdict
from motocho.care.reliefs.scenarios import OFFERED, Told, Way
from motocho.cli.lending.care import VERDICTS, WAYS
from motocho.kernel.revolving import Receipt
from motocho.loans import _book, commands
from motocho.loans.commands import Key
from motocho.loans.queries import Pledge
from motocho.units.errors import InputError

PAY_ON = LATE + days(5)
GRACE = 3
KEY = Key(1, 1)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk()


def pledge(paid_yen: int, *, withdrawn: bool = False) -> Pledge:
    return Pledge(KEY, 1, "desk", 5_000, LATE, PAY_ON, paid_yen, withdrawn)


# ------------------------------------------------------------------------------------- the verdict
@pytest.mark.rule("LEDG-016")
@pytest.mark.parametrize(("paid", "ahead", "expected"), [
    (5_000, 0, Verdict.KEPT),
    (4_999, GRACE, Verdict.OPEN),
    (4_999, GRACE + 1, Verdict.PARTLY),
    (1, GRACE + 1, Verdict.PARTLY),
    (0, GRACE, Verdict.OPEN),
    (0, GRACE + 1, Verdict.BROKEN),
    (9_000, GRACE + 1, Verdict.KEPT),
])  # fmt: skip
def test_verdict_at_its_edges(paid: int, ahead: int, expected: Verdict) -> None:
    assert verdict(pledge(paid), GRACE, PAY_ON + days(ahead)) is expected


def test_withdrawn_promise_is_neither_broken_nor_kept_unless_it_was_paid() -> None:
    late = PAY_ON + days(30)
    assert verdict(pledge(0, withdrawn=True), GRACE, late) is Verdict.WITHDRAWN
    assert verdict(pledge(5_000, withdrawn=True), GRACE, late) is Verdict.KEPT


@given(paid=st.integers(0, 10_000), more=st.integers(0, 10_000), ahead=st.integers(-5, 30))
def test_more_money_never_makes_a_promise_worse(paid: int, more: int, ahead: int) -> None:
    order = [Verdict.BROKEN, Verdict.PARTLY, Verdict.OPEN, Verdict.KEPT]
    first, then = (verdict(pledge(yen), GRACE, PAY_ON + days(ahead)) for yen in (paid, paid + more))
    assert order.index(first) <= order.index(then)


# ---------------------------------------------------------------------------------- from the ledger
def report(desk: Desk, on: date) -> promises.Report:
    found: promises.Report = desk.do(promises.report, LATE, LATE + days(60), on)
    return found


def promised(desk: Desk, amount_yen: int = 5_000) -> Key:
    key = loan(desk)
    desk.do(commands.promise, key, amount_yen, PAY_ON, desk.made(LATE))
    return key


def verdicts(desk: Desk, on: date) -> list[Verdict]:
    return [one.verdict for one in desk.do(promises.judged, LATE, LATE + days(60), on)]


@pytest.mark.rule("LEDG-016")
@pytest.mark.parametrize(("paid_on", "expected"), [
    (PAY_ON, Verdict.KEPT),
    (PAY_ON + days(GRACE), Verdict.KEPT),
    (PAY_ON + days(GRACE + 1), Verdict.BROKEN),
])  # fmt: skip
def test_grace_counts_days_of_value(desk: Desk, paid_on: date, expected: Verdict) -> None:
    assert limits(PAY_ON).grace_days == GRACE
    key = promised(desk)
    desk.receive(key, 5_000, paid_on)
    assert verdicts(desk, PAY_ON + days(GRACE + 2)) == [expected]


def test_two_payments_add_up_and_one_that_is_taken_back_does_not_count(desk: Desk) -> None:
    key, over = promised(desk), PAY_ON + days(GRACE + 1)
    desk.receive(key, 2_000, PAY_ON)
    assert verdicts(desk, over) == [Verdict.PARTLY]
    done = desk.receive(key, 3_000, PAY_ON)
    assert verdicts(desk, over) == [Verdict.KEPT]
    desk.do(commands.reverse, key, done.event_no, "returned", desk.made(over))
    assert verdicts(desk, over) == [Verdict.PARTLY]
    assert report(desk, over).all.paid_yen == 2_000


def test_payment_that_comes_to_light_later_keeps_what_the_night_called_broken(desk: Desk) -> None:
    key, over = promised(desk), PAY_ON + days(GRACE + 4)
    judged = desk.do(
        commands.judge_promise, key, desk.do(waiting, PAY_ON), desk.made(PAY_ON + days(GRACE + 1))
    )
    assert judged is commands.Outcome.BROKEN
    assert verdicts(desk, over) == [Verdict.BROKEN]
    desk.receive(key, 5_000, PAY_ON, on=over)
    assert verdicts(desk, over) == [Verdict.KEPT]


def test_payment_counts_for_the_promise_that_stood_when_it_came(desk: Desk) -> None:
    key = promised(desk)
    desk.do(commands.withdraw_promise, key, desk.made(LATE + days(1)))
    desk.do(commands.promise, key, 6_000, PAY_ON + days(1), desk.made(LATE + days(1)))
    desk.receive(key, 6_000, PAY_ON)
    over = PAY_ON + days(GRACE + 5)
    assert verdicts(desk, over) == [Verdict.WITHDRAWN, Verdict.KEPT]


@pytest.mark.rule("LEDG-016")
def test_missed_promise_that_another_replaced_in_grace_is_broken_at_once(desk: Desk) -> None:
    key, on = promised(desk), PAY_ON + days(1)
    desk.receive(key, 1_000, PAY_ON)
    assert verdicts(desk, on) == [Verdict.OPEN]
    desk.do(commands.withdraw_promise, key, desk.made(on))
    desk.do(commands.promise, key, 4_000, PAY_ON + days(2), desk.made(on))
    desk.receive(key, 4_000, PAY_ON + days(2))
    assert verdicts(desk, on) == [Verdict.PARTLY, Verdict.KEPT]


class Life(NamedTuple):
    """A promise and what came of it, in days after it was made: day, yen."""

    amount_yen: int
    due: int
    receipts: tuple[tuple[int, int], ...]


def second_opinion(life: Life, night: int) -> str:
    """How the ledger's promise stands after the night of a day: a running sum, day by day."""
    paid = 0
    for day in range(life.due + GRACE + 1):
        paid += sum(yen for on, yen in life.receipts if on == day)
        if paid >= life.amount_yen and day <= night:
            return "kept"
    return "open" if night <= life.due + GRACE else "broken"


@pytest.mark.rule("LEDG-016")
def test_night_and_report_agree_with_a_second_opinion_on_every_day(desk: Desk) -> None:
    """One truth: what the night closes, what the report says, and a running sum beside them."""
    dice, met = random.Random(11), Counter[str]()
    waits_until = desk.do(waiting, LATE)
    for _ in range(25):
        pays = sorted((dice.randrange(14), dice.choice((500, 1_500, 2_500))) for _ in range(3))
        life = Life(dice.choice((1_000, 3_000, 5_000)), dice.randrange(1, 9), tuple(pays))
        key = desk.open(date(2026, 1, 5), member_id=desk.member())
        desk.draw(key, 50_000, date(2026, 1, 5))
        desk.do(commands.promise, key, life.amount_yen, LATE + days(life.due), desk.made(LATE))
        for night in range(15):
            on = LATE + days(night)
            for day, yen in life.receipts:
                if day == night:
                    desk.receive(key, yen, on)
            desk.do(commands.judge_promise, key, waits_until, desk.made(on))
            still = desk.do(commands.open_promise, key) is not None
            expected = second_opinion(life, night)
            assert still is (expected == "open"), (life, night)
            mine = [one for one in desk.do(promises.judged, LATE, LATE + days(20), on)
                    if one.pledge.key == key]  # fmt: skip
            said = {"partly": "broken"}.get(mine[0].verdict.value, mine[0].verdict.value)
            assert said == expected, (life, night)
            met[expected] += 1
    assert min(met[one] for one in ("open", "kept", "broken")) > 20


def test_what_was_paid_agrees_with_the_events_of_the_book(desk: Desk) -> None:
    """A second route: the events that count, read one by one."""
    key = promised(desk)
    for ahead, yen in enumerate((700, 800, 900, 1_000)):
        desk.receive(key, yen, PAY_ON + days(ahead * 2 - 1))
    done = desk.receive(key, 50, PAY_ON)
    desk.do(commands.reverse, key, done.event_no, "returned", desk.made(PAY_ON + days(6)))
    last = PAY_ON + days(GRACE)
    since = " AND e.kind = 'receipt' AND e.value_on BETWEEN %(first)s AND %(last)s"
    kept = desk.do(_book.events, key, since, first=LATE, last=last)
    paid = sum(one.event.amount_yen for one in kept if isinstance(one.event, Receipt))
    (found,) = desk.do(promises.judged, LATE, last, last)
    assert found.pledge.paid_yen == paid == 2_400


# ------------------------------------------------------------------------- by desk and by offer
def filled(desk: Desk) -> None:
    """A kept promise of an offer, a broken one of the member's own, one that is open."""
    offered = loan(desk)
    pay_on = LATE + days(2)
    agreed = agree(desk, made_offer(desk, offered, Way.INSTALMENTS, Told(1, pay_on), LATE), LATE)
    desk.receive(offered, agreed.settled.pay_yen, pay_on)
    own = desk.member()
    other = desk.open(date(2026, 1, 5), member_id=own)
    desk.draw(other, 50_000, date(2026, 1, 5))
    desk.do(commands.promise, other, 4_000, LATE + days(1), desk.made(LATE))
    third = desk.open(date(2026, 1, 5), member_id=desk.member())
    desk.draw(third, 50_000, date(2026, 1, 5))
    desk.do(commands.promise, third, 3_000, LATE + days(14), desk.made(LATE))


@pytest.mark.rule("LEDG-016")
def test_rates_are_by_desk_and_by_way_and_add_up(desk: Desk) -> None:
    filled(desk)
    found = report(desk, LATE + days(10))
    assert {one.name: one.kept_ppm for one in found.by_way} == {"instalments": 1_000_000, "none": 0}
    assert {one.name: one.kept_ppm for one in found.by_desk} == {"card_loan": 1_000_000, "desk": 0}
    assert (found.all.kept_ppm, found.all.judged, found.all.count(Verdict.OPEN)) == (500_000, 2, 1)
    for rates in (found.by_desk, found.by_way):
        assert sum(one.promised_yen for one in rates) == found.all.promised_yen
        assert sum(one.paid_yen for one in rates) == found.all.paid_yen
        for each in Verdict:
            assert sum(one.count(each) for one in rates) == found.all.count(each)


def test_empty_report_has_no_rate_and_a_turned_time_is_refused(desk: Desk) -> None:
    assert (report(desk, LATE).all.kept_ppm, report(desk, LATE).by_desk) == (None, ())
    with pytest.raises(InputError):
        desk.do(promises.report, LATE, LATE - days(1), LATE)


# ------------------------------------------------------------------------------------ the command
def test_command_says_the_same_in_words_and_as_json(database: Database, desk: Desk) -> None:
    filled(desk)
    command, on = Command(database), str(LATE + days(10))
    asked = ("care", "promises", "--from", str(LATE), "--until", str(LATE + days(20)), "--on", on)
    document: dict[str, Any] = json.loads(command.done(*asked, "--json").out)
    assert document["all"][0]["kept"] == document["all"][0]["broken"] == 1
    assert [one["name"] for one in document["by_way"]] == ["instalments", "none"]
    japanese = command.done(*asked, "--lang", "ja").text
    assert "50.0%" in japanese
    assert "分割" in japanese
    assert "in parts" in command.done(*asked, "--lang", "en").text
    turned = command("care", "promises", "--from", on, "--until", str(LATE))
    assert turned.code == 2
    assert "より後です" in turned.err


def test_each_verdict_and_way_has_its_words() -> None:
    assert list(VERDICTS) == [one.value for one in Verdict]
    promised_ways = {one.value for one in OFFERED if one is not Way.DUE_DAY}
    assert set(WAYS) == promised_ways | {promises.NO_OFFER, "all"}
