"""Draws by transfer: asked once, kept back, sent once, taken back before, answered by the bank."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from tests.database import Database
from tests.loans.crowd import at_once, behind, do
from tests.loans.desk import CARD, Desk, balances_of
from tests.people.house import House, rows

from motocho.kernel import revolving
from motocho.kernel.revolving import Rules
from motocho.ledger.chart import Account
from motocho.loans import _book, commands, payouts, policy, queries
from motocho.loans.commands import Key, Made, Settlement
from motocho.loans.payouts import Asked, Caution, Habits, Payee, Payout, Sender, State
from motocho.loans.payouts.costs import smaller_than
from motocho.loans.policy import Stop
from motocho.outside.bank import AccountType, BankAccount
from motocho.outside.clock import JAPAN
from motocho.outside.teller import SHUT, Answer, Fate, Tray
from motocho.people.facts.history import Reading
from motocho.people.facts.values import BankAccount as Registered
from motocho.people.facts.values import Kind
from motocho.people.safety import freezes, holds
from motocho.units.errors import NotFoundError, RefusedError, StateConflict

pytestmark = pytest.mark.usefixtures("database")
AT = datetime(2026, 11, 18, 12, 0, tzinfo=JAPAN)
ON = AT.date()
ACCOUNT = BankAccount("0001", "001", AccountType.ORDINARY, "1234567")
LONG_AGO = AT - timedelta(days=90)
OURS = Payee(ACCOUNT, "ｻﾄｳ ﾊﾅｺ", LONG_AGO)
ASKED = Asked(50_000, OURS, "サトウ ハナコ", ON)


def made(ref: str, at: datetime = AT) -> Made:
    return Made("site", ref, at.date(), at, "member")


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def key(desk: Desk) -> Key:
    return desk.open(ON - timedelta(days=60), 300_000)


@pytest.fixture
def tray(tmp_path: Path) -> Tray:
    return Tray(tmp_path)


def sender(tray: Tray, at: datetime = AT + payouts.REGRET) -> Sender:
    return Sender(tray, lambda: at, lambda _cursor: at.date())


def ask(key: Key, ref: str = "A", asked: Asked = ASKED, at: datetime = AT) -> Payout:
    return do(payouts.ask, key, asked, made(ref, at))


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises((RefusedError, StateConflict)) as caught:
        yield
    assert [fault.code for fault in caught.value.faults] == [code]


def state_of(payout: Payout) -> State:
    return do(payouts.one, payout.key).state


def principal(key: Key) -> int:
    return do(queries.position, key, ON + timedelta(days=3)).principal_yen


# ------------------------------------------------------------------------------------ the whole way
def test_draw_goes_its_way_and_interest_begins_when_it_arrives(key: Key, tray: Tray) -> None:
    payout = ask(key)
    assert (payout.state, payout.send_from) == (State.WAITING, AT + payouts.REGRET)
    assert principal(key) == 0
    assert do(queries.position, key, ON).held_yen == 50_000
    assert payouts.carry(sender(tray, AT + timedelta(minutes=29))) == 0
    assert not tray.unanswered()
    assert payouts.carry(sender(tray)) == 1
    assert state_of(payout) is State.SENT
    (order,) = tray.unanswered()
    assert (order.payee, order.name, order.amount_yen) == (ACCOUNT, "ｻﾄｳ ﾊﾅｺ", 50_000)
    assert payouts.carry(sender(tray)) == 0  # nothing new: it waits for the bank
    tray.put_answer(order.order_ref, Answer(Fate.ARRIVED, ON))
    assert payouts.carry(sender(tray)) == 1
    assert state_of(payout) is State.ARRIVED
    assert principal(key) == 50_000
    assert payouts.carry(sender(tray)) == 0
    assert balances_of(key)[Account.PRINCIPAL] == 50_000
    kinds = [kind for (kind,) in rows("SELECT kind FROM loan_event WHERE kind = 'draw'")]
    assert kinds == ["draw"]


def after(on: date, tray: Tray, business_on: date | None = None) -> Sender:
    """The worker after noon of a day, on a book that may lag behind it."""
    at = datetime.combine(on, AT.timetz()) + payouts.REGRET
    return Sender(tray, lambda: at, lambda _cursor: business_on or on)


def test_draw_that_arrived_before_midnight_is_of_that_day(key: Key, desk: Desk, tray: Tray) -> None:
    """The bank's answer is taken two days later; a draw came in between and is made anew."""
    days = timedelta(days=1)
    payout = ask(key)
    payouts.carry(sender(tray))
    tray.put_answer(payout.order_ref, Answer(Fate.ARRIVED, ON))
    desk.draw(key, 20_000, ON + days)
    assert payouts.carry(after(ON + 2 * days, tray)) == 1
    assert do(payouts.arrived_on, key.member_id, payout.entry_id) == ON
    drawn = "SELECT value_on FROM loan_event WHERE kind = 'draw' ORDER BY value_on"
    assert [on for (on,) in rows(drawn)] == [ON, ON + days]
    quote = do(queries.payoff_quote, key, ON + 10 * days)
    assert (quote.principal_yen, quote.interest_yen) == (
        70_000,
        _interest(50_000, 1) + _interest(70_000, 9),
    )
    assert do(payouts.interest_if_repaid, key, 50_000, ON, ON + 2 * days) == _interest(50_000, 2)
    (booked,) = rows("SELECT business_on FROM ledger_entry WHERE settles_entry_id IS NOT NULL")
    assert booked == (ON + 2 * days,)


def _interest(principal_yen: int, days: int) -> int:
    return principal_yen * days * 18 // (100 * 365)


def test_answer_of_a_day_that_the_book_has_not_come_to_waits(key: Key, tray: Tray) -> None:
    """The night is stuck: nothing is lent before its day, and nothing is lost."""
    tomorrow = ON + timedelta(days=1)
    payout = ask(key)
    payouts.carry(sender(tray))
    tray.put_answer(payout.order_ref, Answer(Fate.ARRIVED, tomorrow))
    assert payouts.carry(after(tomorrow, tray, ON)) == 0
    assert (state_of(payout), do(queries.position, key, ON).held_yen) == (State.SENT, 50_000)
    assert payouts.carry(after(tomorrow, tray)) == 1
    assert state_of(payout) is State.ARRIVED
    assert rows("SELECT value_on FROM loan_event WHERE kind = 'draw'") == [(tomorrow,)]


def test_arrival_before_the_order_is_no_arrival(
    key: Key, tray: Tray, caplog: pytest.LogCaptureFixture
) -> None:
    payout = ask(key)
    payouts.carry(sender(tray))
    tray.put_answer(payout.order_ref, Answer(Fate.ARRIVED, ON - timedelta(days=1)))
    assert payouts.carry(sender(tray)) == 0
    assert state_of(payout) is State.SENT
    assert "LON-065" in caplog.text


@pytest.mark.rule("RATE-002")
def test_rate_steps_down_from_the_day_of_arrival(desk: Desk, tray: Tray) -> None:
    """Told late: a draw made since then passed the threshold unseen."""
    key, other = (desk.open(ON - timedelta(days=60), 600_000) for _ in range(2))
    payout = ask(key, asked=replace(ASKED, amount_yen=600_000))
    payouts.carry(sender(tray))
    tray.put_answer(payout.order_ref, Answer(Fate.ARRIVED, ON))
    desk.draw(other, 500_000, ON + timedelta(days=1))
    assert payouts.carry(after(ON + timedelta(days=2), tray)) == 1
    quote = do(queries.payoff_quote, other, ON + timedelta(days=3))
    assert quote.interest_yen == 500_000 * 15 * 2 // (100 * 365) == 410


def test_odd_answer_stops_nobody_behind_it(
    key: Key, tray: Tray, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = (ask(key, ref, replace(ASKED, amount_yen=10_000)) for ref in "AB")
    payouts.carry(sender(tray))
    (tray.folder / "answers" / f"{first.order_ref}.json").write_text('{"answer": "gone", "on": 5}')
    tray.put_answer(second.order_ref, Answer(Fate.ARRIVED, ON))
    assert payouts.carry(sender(tray)) == 1
    assert (state_of(first), state_of(second)) == (State.SENT, State.ARRIVED)
    assert f"MNY-007 {first.order_ref}.json" in caplog.text


def test_many_that_wait_for_their_banks_hold_nobody_up(key: Key, tray: Tray) -> None:
    """Looked up one at a time: those behind are sent, and the last is answered first."""
    waiting = [ask(key, ref, replace(ASKED, amount_yen=10_000)) for ref in "ABC"]
    assert payouts.carry(sender(tray), most=1) == 3
    assert {state_of(one) for one in waiting} == {State.SENT}
    tray.put_answer(waiting[-1].order_ref, Answer(Fate.ARRIVED, ON))
    assert payouts.carry(sender(tray), most=1) == 1
    assert state_of(waiting[-1]) is State.ARRIVED


@pytest.mark.rule("BANK-007")
def test_transfer_that_comes_back_lends_nothing(key: Key, tray: Tray) -> None:
    payout = ask(key)
    payouts.carry(sender(tray))
    tray.put_answer(payout.order_ref, Answer(Fate.RETURNED, ON, "口座なし"))
    payouts.carry(sender(tray))
    found = do(payouts.one, payout.key)
    assert (found.state, found.reason) == (State.RETURNED, "口座なし")
    assert principal(key) == 0
    assert do(queries.position, key, ON).available_yen == 300_000
    assert balances_of(key) == {}


def test_same_reference_asks_once_however_far_it_is(key: Key, tray: Tray, desk: Desk) -> None:
    first = ask(key)
    assert ask(key).key == first.key
    with refused("LON-056"):
        ask(key, asked=replace(ASKED, amount_yen=30_000))
    with refused("LON-056"):
        ask(desk.open(ON, 100_000))
    payouts.carry(sender(tray))
    tray.put_answer(first.order_ref, Answer(Fate.ARRIVED, ON))
    payouts.carry(sender(tray))
    assert ask(key).state is State.ARRIVED
    assert len(rows("SELECT 1 FROM loan_payout")) == 1
    assert principal(key) == 50_000


def test_hurried_draw_is_sent_at_once(key: Key, tray: Tray) -> None:
    payout = ask(key)
    do(payouts.hurry, payout.key, made("hurry"))
    payouts.carry(sender(tray, AT + timedelta(seconds=1)))
    assert state_of(payout) is State.SENT
    assert do(payouts.hurry, payout.key, made("hurry")).state is State.SENT


# --------------------------------------------------------------------------------------- taken back
def test_draw_is_taken_back_before_it_is_sent_and_never_after(key: Key, tray: Tray) -> None:
    payout = ask(key)
    assert do(payouts.recall, payout.key, made("recall")).state is State.RECALLED
    assert do(payouts.recall, payout.key, made("recall")).state is State.RECALLED
    assert payouts.carry(sender(tray)) == 0
    assert not tray.unanswered()
    assert do(queries.position, key, ON).available_yen == 300_000
    other = ask(key, "B")
    payouts.carry(sender(tray))
    with refused("MNY-003"):
        do(payouts.recall, other.key, made("recall 2"))
    assert state_of(other) is State.SENT


@pytest.mark.parametrize("_round", range(6))
def test_taking_back_and_sending_at_once_end_in_one_of_them(
    key: Key, tray: Tray, _round: int
) -> None:
    payout = ask(key)

    def recall() -> str:
        try:
            do(payouts.recall, payout.key, made("recall"))
        except StateConflict:
            return "late"
        return "recalled"

    def send() -> str:
        payouts.carry(sender(tray))
        return "carried"

    outcome = at_once([recall, send] if _round % 2 else [send, recall])
    is_recalled = "recalled" in outcome
    assert state_of(payout) is (State.RECALLED if is_recalled else State.SENT)
    assert len(tray.unanswered()) == (0 if is_recalled else 1)
    assert do(queries.position, key, ON).held_yen == (0 if is_recalled else 50_000)


def test_who_waits_for_the_lock_finds_what_the_first_did(
    key: Key, tray: Tray, database: Database
) -> None:
    payout = ask(key)
    with database.connect() as watch:
        watch.autocommit = True

        def hold() -> None:
            with connection.cursor() as cursor:
                payouts.recall(cursor, payout.key, made("recall"))

        assert behind(hold, lambda: payouts.carry(sender(tray)), watch) == 1
    assert state_of(payout) is State.RECALLED
    assert not tray.unanswered()


def test_two_tabs_never_draw_the_last_yen_twice(key: Key) -> None:
    whole = replace(ASKED, amount_yen=300_000)

    def one(ref: str) -> str:
        try:
            ask(key, ref, whole)
        except RefusedError as refused:
            return refused.faults[0].code
        return "asked"

    assert sorted(at_once([lambda: one("A"), lambda: one("B")])) == ["LON-014", "asked"]
    assert len(rows("SELECT 1 FROM loan_payout")) == 1


# ------------------------------------------------------------------------ stops, silence, strangers
def test_freeze_within_the_time_to_regret_stops_the_money(key: Key, tray: Tray) -> None:
    payout = ask(key)
    do(freezes.freeze, key.member_id, freezes.Road.SITE, "member", AT)
    payouts.carry(sender(tray))
    assert (state_of(payout), do(payouts.one, payout.key).reason) == (State.STOPPED, "frozen")
    assert not tray.unanswered()
    assert do(queries.position, key, ON).held_yen == 0


def test_stop_put_meanwhile_stops_the_money(key: Key, tray: Tray, desk: Desk) -> None:
    payout = ask(key)
    do(commands.suspend, key, Stop.FRAUD, desk.made(ON))
    payouts.carry(sender(tray))
    assert (state_of(payout), do(payouts.one, payout.key).reason) == (State.STOPPED, "fraud")


def be_late(desk: Desk, key: Key) -> date:
    desk.draw(key, 10_000, ON - timedelta(days=40))
    return ON + timedelta(days=20)


def lower(desk: Desk, key: Key) -> date:
    do(commands.change_limit, key, 40_000, desk.made(ON))
    return ON


@pytest.mark.parametrize(("change", "reason"), [(be_late, "late"), (lower, "limit")])
@pytest.mark.rule("LEND-019")
@pytest.mark.rule("LEND-020")
def test_what_is_asked_of_a_draw_is_asked_again_before_it_is_sent(
    key: Key, tray: Tray, desk: Desk, change: Callable[[Desk, Key], date], reason: str
) -> None:
    payout = ask(key)
    on = change(desk, key)
    payouts.carry(after(on, tray))
    found = do(payouts.one, payout.key)
    assert (found.state, found.reason) == (State.STOPPED, reason)
    assert not tray.unanswered()
    assert do(queries.position, key, on).held_yen == 0


def test_whole_limit_under_way_is_sent(key: Key, tray: Tray) -> None:
    """What is held for a payout does not stand in its own way."""
    payout = ask(key, asked=replace(ASKED, amount_yen=300_000))
    payouts.carry(sender(tray))
    assert state_of(payout) is State.SENT


def test_agreement_does_not_end_while_a_draw_is_under_way(key: Key, desk: Desk) -> None:
    desk.draw(key, 10_000, ON - timedelta(days=10))
    payout = ask(key)
    settlement = Settlement(0, 0, 1_000, 3_000, ON + timedelta(days=365), "S-1")
    settle = partial(commands.settle, wanted=settlement)
    for command in (commands.write_off, commands.assign, settle):
        with refused("LON-066"):
            do(command, key=key, made=desk.made(ON))
    do(payouts.recall, payout.key, made("recall"))
    do(commands.write_off, key, desk.made(ON))
    do(commands.assign, key, desk.made(ON))


def test_silent_bank_leaves_the_draw_waiting_and_taking_back_open(key: Key, tray: Tray) -> None:
    payout = ask(key)
    (tray.folder / SHUT).touch()
    assert payouts.carry(sender(tray)) == 0
    assert state_of(payout) is State.WAITING
    (tray.folder / SHUT).unlink()
    payouts.carry(sender(tray))
    assert state_of(payout) is State.SENT


def test_order_whose_taking_nobody_noted_goes_again_as_the_same(key: Key, tray: Tray) -> None:
    """Killed between the bank's taking it and our writing it down."""
    payout = ask(key)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE loan_payout SET state = 'sending', sending_at = %s", (AT,))
    payouts.carry(sender(tray))
    assert state_of(payout) is State.SENT
    assert len(tray.unanswered()) == 1


def test_payout_of_another_is_not_there(key: Key, desk: Desk) -> None:
    payout = ask(key)
    other = desk.member()
    with pytest.raises(NotFoundError):
        do(payouts.one, payouts.PayoutKey(other, payout.key.payout_id))
    with pytest.raises(NotFoundError):
        do(payouts.recall, payouts.PayoutKey(other, payout.key.payout_id), made("recall"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE loan_payout SET amount_yen = 1",
        "UPDATE loan_payout SET state = 'sent', sending_at = now(), sent_at = now()",
        "UPDATE loan_payout SET state = 'arrived', ended_at = now()",
        "DELETE FROM loan_payout",
    ],
)
def test_raw_statements_cannot_leave_the_way(key: Key, statement: str) -> None:
    ask(key)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_payout_that_ends_without_its_entry_is_found(key: Key) -> None:
    ask(key)
    do(payouts.recall, ask(key, "B").key, made("recall"))
    assert rows(payouts.ENDS_APART) == []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE loan_payout SET state = 'recalled', ended_at = now() WHERE state = 'waiting'")  # fmt: skip
    assert len(rows(payouts.ENDS_APART)) == 1


def test_what_was_taken_back_cannot_be_sent_by_raw_statements(key: Key) -> None:
    payout = ask(key)
    do(payouts.recall, payout.key, made("recall"))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE loan_payout SET state = 'sending', sending_at = now(), ended_at = NULL"
        )


# ----------------------------------------------------------------------------------------- whom to
@pytest.mark.rule("FRAUD-002")
def test_account_in_ones_own_name_is_paid_however_it_is_spelt(key: Key) -> None:
    payee = replace(OURS, holder="ｻﾄｳﾊﾅｺ")
    assert ask(key, asked=replace(ASKED, payee=payee)).holder == "ｻﾄｳﾊﾅｺ"


@pytest.mark.rule("FRAUD-002")
def test_account_in_another_name_is_refused(key: Key) -> None:
    payee = replace(OURS, holder="ﾀﾅｶ ｼﾖｳｺﾞ")
    with refused("MNY-010"):
        ask(key, asked=replace(ASKED, payee=payee))
    assert not rows("SELECT 1 FROM loan_payout")


@pytest.mark.rule("AUTH-008")
def test_account_changed_today_waits_for_a_day(key: Key) -> None:
    do(holds.after, key.member_id, holds.Cause.BANK_ACCOUNT, AT - timedelta(hours=1))
    new = replace(OURS, registered_at=AT - timedelta(hours=1))
    with refused("PPL-043"):
        ask(key, asked=replace(ASKED, payee=new))
    later = AT + timedelta(hours=24)
    assert ask(key, asked=replace(ASKED, payee=new), at=later).state is State.WAITING


@pytest.mark.rule("FRAUD-005")
def test_fifth_draw_within_a_day_waits_and_the_fourth_does_not(key: Key) -> None:
    small = replace(ASKED, amount_yen=1_000)
    for number in range(4):
        ask(key, f"N{number}", small, AT + timedelta(hours=number))
    with refused("MNY-011"):
        ask(key, "N5", small, AT + timedelta(hours=5))
    assert ask(key, "N6", small, AT + timedelta(hours=24, minutes=1)).state is State.WAITING


def test_registered_account_is_read(desk: Desk) -> None:
    house, reading = House(), Reading("member", "payout", AT)
    member = house.member(at=LONG_AGO)
    assert do(payouts.account_of, member.member_id, ON, reading) is None
    kept = Registered("0001", "001", "ordinary", "1234567", "ｻﾄｳ ﾊﾅｺ")
    house.tell(member.member_id, Kind.BANK_ACCOUNT, kept, at=LONG_AGO)
    found = do(payouts.account_of, member.member_id, ON, reading)
    assert found is not None
    assert (found.account, found.holder) == (ACCOUNT, "ｻﾄｳ ﾊﾅｺ")
    told = Registered("0001", "001", "ordinary", "1234567", "サトウ ハナコ")
    house.tell(member.member_id, Kind.BANK_ACCOUNT, told, at=LONG_AGO)
    spelt = do(payouts.account_of, member.member_id, ON, reading)
    assert spelt is not None
    assert spelt.holder == "ｻﾄｳ ﾊﾅｺ"


# ------------------------------------------------------------------------------------ what it costs
def facts_of(key: Key, on: date = ON) -> tuple[policy.Facts, Rules]:
    with transaction.atomic(), connection.cursor() as cursor:
        loan = _book.look(cursor, key)
        return loan.facts(on), loan.rules


def test_cost_is_what_the_ledger_books_if_the_minimum_is_paid(key: Key, desk: Desk) -> None:
    """The promise before the draw against the kernel's own fold after it, payment by payment."""
    desk.draw(key, 100_000, ON - timedelta(days=30))
    costs = do(payouts.cost, key, 50_000, ON)
    assert costs is not None
    assert costs.now is not None
    assert costs.smaller is not None
    assert costs.smaller.amount_yen == 30_000
    desk.draw(key, 50_000, ON)
    facts, rules = facts_of(key)
    state = facts.state
    paid: list[revolving.Step] = []
    assert state.minimum_yen == costs.wanted.ends.monthly_yen
    while state.principal_yen and len(paid) < 600:
        due = state.due_on
        assert due is not None
        left = revolving.payoff_yen(revolving.advance(state, due, rules))
        step = revolving.apply(
            state, revolving.Receipt(due, min(left, costs.wanted.ends.monthly_yen)), rules
        )
        paid.append(step)
        state = step.state
    assert len(paid) == costs.wanted.ends.payments
    assert sum(one.to_interest_yen for one in paid) == costs.wanted.ends.interest_yen
    added = costs.wanted.ends.interest_yen - costs.now.interest_yen
    assert costs.wanted.added_yen == added > costs.smaller.added_yen > 0


def test_cost_begins_on_the_day_of_arrival(key: Key, desk: Desk) -> None:
    """Over a weekend a draw bears nothing yet: page and ledger say the same interest."""
    arrives_on = ON + timedelta(days=4)
    costs = do(payouts.cost, key, 50_000, ON, arrives_on)
    assert costs is not None
    first = costs.wanted.ends.rows[0]
    desk.draw(key, 50_000, arrives_on)
    state = facts_of(key, arrives_on)[0].state
    assert state.due_on == first.on.toordinal()
    paid = desk.receive(key, first.paid_yen, first.on)
    assert paid.step.to_interest_yen == first.interest_yen


def test_cost_is_reckoned_as_of_today_where_a_payment_falls_due_first(key: Key, desk: Desk) -> None:
    desk.draw(key, 50_000, ON - timedelta(days=33))
    today = do(payouts.cost, key, 50_000, ON)
    assert today is not None
    assert do(payouts.cost, key, 50_000, ON, ON + timedelta(days=6)) == today


def test_cost_counts_what_is_on_its_way(key: Key, tray: Tray) -> None:
    payout = ask(key)
    before = do(payouts.cost, key, 50_000, ON)
    payouts.carry(sender(tray))
    tray.put_answer(payout.order_ref, Answer(Fate.ARRIVED, ON))
    payouts.carry(sender(tray))
    assert before == do(payouts.cost, key, 50_000, ON)
    assert before is not None
    assert (before.now is not None, before.wanted.principal_yen) == (True, 100_000)


@pytest.mark.rule("RATE-002")
def test_cost_reckons_with_the_rate_that_steps_down(desk: Desk) -> None:
    key = desk.open(ON - timedelta(days=60), 1_500_000)
    desk.draw(key, 990_000, ON - timedelta(days=30))
    costs = do(payouts.cost, key, 100_000, ON)
    assert costs is not None
    assert costs.wanted.rate_ppm == 150_000


@given(st.integers(1, 999).map(lambda thousands: thousands * 1_000))
def test_smaller_amount_is_smaller_and_can_be_drawn(amount_yen: int) -> None:
    smaller = smaller_than(amount_yen, 1_000)
    assert 0 <= smaller < amount_yen
    assert smaller % 1_000 == 0


def test_interest_is_nothing_on_the_day_and_something_on_the_next(key: Key, desk: Desk) -> None:
    desk.draw(key, 50_000, ON)
    today = do(payouts.interest_if_repaid, key, 50_000, ON, ON)
    tomorrow = do(payouts.interest_if_repaid, key, 50_000, ON, ON + timedelta(days=1))
    assert (today, tomorrow) == (0, 24)


def test_interest_free_days_are_counted_where_there_are_some() -> None:
    desk = Desk(replace(CARD, free_days=30))
    key = desk.open(ON - timedelta(days=1), 300_000)
    desk.draw(key, 50_000, ON)
    free = do(payouts.interest_if_repaid, key, 50_000, ON, ON + timedelta(days=10))
    later = do(payouts.interest_if_repaid, key, 50_000, ON, ON + timedelta(days=40))
    assert free == do(queries.payoff_quote, key, ON + timedelta(days=10)).interest_yen == 0
    assert later == _interest(50_000, 11)  # the 30th day after the contract is the last free one


def test_effect_of_paying_more_is_an_earlier_end(key: Key, desk: Desk) -> None:
    desk.draw(key, 100_000, ON - timedelta(days=30))
    effect = do(payouts.effect, key, 50_000, ON)
    assert effect.to_interest_yen + effect.to_principal_yen == 50_000
    assert effect.rest_yen == 100_000 - effect.to_principal_yen
    assert effect.payments_fewer > 5
    owed = do(queries.position, key, ON).payoff_yen
    assert do(payouts.effect, key, owed, ON).rest_yen == 0


@pytest.mark.rule("LEDG-022")
def test_whatever_comes_before_the_due_date_is_open_may_be_as_little_as_a_yen(
    key: Key, desk: Desk
) -> None:
    desk.draw(key, 100_000, ON - timedelta(days=3))
    facts, rules = facts_of(key)
    assert payouts.least_yen(facts, rules) == 1
    facts, rules = facts_of(key, ON + timedelta(days=30))
    assert payouts.least_yen(facts, rules) == facts.state.minimum_yen


CALM = Habits(0, frozenset())


@pytest.mark.parametrize(
    ("drawn_before", "asked", "wanted"),
    [
        (10, (CALM, 50_000), None),
        (33, (CALM, 50_000), Caution.DUE_SOON),
        (10, (Habits(2, frozenset()), 50_000), Caution.MANY_DRAWS),
        (10, (Habits(1, frozenset()), 50_000), None),
        (10, (CALM, 140_000), None),
        (10, (CALM, 141_000), Caution.NEAR_LIMIT),
        (10, (Habits(0, frozenset({ON})), 50_000), Caution.LATE_LATELY),
    ],
)
def test_a_fact_is_told_only_when_there_is_risk(
    key: Key, desk: Desk, drawn_before: int, asked: tuple[Habits, int], wanted: Caution | None
) -> None:
    desk.draw(key, 100_000, ON - timedelta(days=drawn_before))
    facts, rules = facts_of(key)
    assert payouts.caution(facts, rules, *asked) is wanted


def test_habits_are_what_the_last_weeks_show(key: Key, desk: Desk) -> None:
    desk.draw(key, 50_000, ON - timedelta(days=59))
    desk.receive(key, 5_000, ON - timedelta(days=10))
    desk.draw(key, 10_000, ON - timedelta(days=5))
    ask(key)
    found = do(payouts.habits, key, ON)
    assert found == Habits(2, frozenset({ON - timedelta(days=10)}))
