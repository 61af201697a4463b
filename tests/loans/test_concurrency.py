"""Many clients on one book at once: nothing is lent twice, lost, or seen half."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from tests.database import Database
from tests.loans.crowd import at_once, behind, do
from tests.loans.desk import CONSENT, Desk, balances_of, days

from motocho.kernel import revolving
from motocho.ledger import checks
from motocho.ledger.chart import Account
from motocho.loans import _book, commands, queries
from motocho.loans.commands import Arrived, Done, Key, Made
from motocho.units.errors import RefusedError, StateConflict

JAN_5 = date(2026, 1, 5)
CLIENTS = 32
LIMIT_YEN = 500_000


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk()


def look(key: Key) -> _book.Loan:
    with connection.cursor() as cursor:
        return _book.look(cursor, key)


# ------------------------------------------------------------------------------------------ draws
@pytest.mark.rule("LEND-019")
def test_32_clients_take_exactly_what_is_there(desk: Desk) -> None:
    """The limit is not a multiple of what they draw: the last one takes less, then all are refused."""
    key = desk.open(JAN_5, LIMIT_YEN)
    chance = random.Random(19)
    wanted = [
        [chance.randint(1, 9) * 1_000 for _ in range(6)] + [1_000] * 500 for _ in range(CLIENTS)
    ]

    codes: set[str] = set()

    def client(number: int) -> list[int]:
        taken: list[int] = []
        for attempt, amount in enumerate(wanted[number]):
            try:
                do(commands.draw, key, amount, desk.made(JAN_5, f"C{number}-{attempt}"))
            except RefusedError as refused:
                codes.add(refused.faults[0].code)
                if amount == 1_000:
                    break
            else:
                taken.append(amount)
        return taken

    taken = at_once([partial(client, number) for number in range(CLIENTS)])
    assert sum(map(sum, taken)) == LIMIT_YEN
    assert codes == {"LON-014"}
    assert balances_of(key) == {Account.PRINCIPAL: LIMIT_YEN, Account.BANK: -LIMIT_YEN}
    loan = look(key)
    assert loan.state.principal_yen == LIMIT_YEN
    assert loan.event_no == 1 + sum(map(len, taken))


def test_draws_that_wait_for_the_same_rest(desk: Desk, database: Database) -> None:
    """One draw waits while another takes all there was: it sees what is left, not what was."""
    key = desk.open(JAN_5, LIMIT_YEN)
    with database.connect(autocommit=True) as watch, pytest.raises(RefusedError) as refused:
        behind(
            lambda: do(commands.draw, key, LIMIT_YEN, desk.made(JAN_5)),
            lambda: do(commands.draw, key, 1_000, desk.made(JAN_5)),
            watch,
        )
    assert refused.value.faults[0].code == "LON-014"
    assert balances_of(key)[Account.PRINCIPAL] == LIMIT_YEN


# --------------------------------------------------------------------------------------- messages
def messages(key: Key) -> list[Arrived]:
    """Receipts of different days, all told on one business day."""
    on = JAN_5 + days(90)
    at = Desk.made(Desk.__new__(Desk), on, "x").booked_at
    return [
        Arrived(key, 3_000 + 500 * number, JAN_5 + days(7 * number + 1),
                Made("agent", f"M{number}", on, at, "agent"))
        for number in range(10)
    ]  # fmt: skip


@pytest.mark.rule("LEDG-020")
def test_duplicate_and_reordered_messages_are_posted_once(desk: Desk) -> None:
    """Eight roads bring the same ten messages, each in an order of its own; one has them in one call."""
    key, twin = desk.open(JAN_5), desk.open(JAN_5, member_id=desk.member())
    for one in (key, twin):
        desk.draw(one, 200_000, JAN_5)

    def road(seed: int) -> list[tuple[str, Done]]:
        told = messages(key)
        random.Random(seed).shuffle(told)
        if seed == 0:
            return [
                (one.made.external_ref, done)
                for one, done in zip(told, do(commands.receive_many, told), strict=True)
                if isinstance(done, Done)
            ]
        return [(one.made.external_ref, do(commands.receive, *one)) for one in told]

    results = at_once([partial(road, seed) for seed in range(8)])
    for message in messages(twin):
        do(commands.receive, *message)
    by_name: dict[str, list[Done]] = {}
    for name, done in (pair for result in results for pair in result):
        by_name.setdefault(name, []).append(done)
    for dones in by_name.values():
        assert len(dones) == 8
        assert len({done.event_no for done in dones}) == 1
        assert sum(not done.is_repeat for done in dones) == 1
    assert look(key).state == look(twin).state
    assert look(key).event_no == 2 + 10
    assert balances_of(key) == balances_of(twin)


def test_a_message_that_waits_for_its_double(desk: Desk, database: Database) -> None:
    key = desk.open(JAN_5)
    desk.draw(key, 100_000, JAN_5)
    made = desk.made(JAN_5 + days(30), "M1")
    with database.connect(autocommit=True) as watch:
        done = behind(
            lambda: do(commands.receive, key, 5_000, JAN_5 + days(30), made),
            lambda: do(commands.receive, key, 5_000, JAN_5 + days(30), made),
            watch,
        )
    assert done.is_repeat
    assert balances_of(key)[Account.BANK] == -95_000


# ------------------------------------------------------------------------------------------ terms
def test_two_desks_changing_terms_lose_none(desk: Desk, database: Database) -> None:
    key = desk.open(JAN_5, LIMIT_YEN)
    with database.connect(autocommit=True) as watch:
        behind(
            lambda: do(commands.change_limit, key, 300_000, desk.made(JAN_5)),
            lambda: do(commands.change_rate, key, 150_000, desk.made(JAN_5)),
            watch,
        )
    terms = look(key).state.terms
    assert (terms.limit_yen, terms.rate_ppm) == (300_000, 150_000)
    with connection.cursor() as cursor:
        kept = _book.events(cursor, key)
    changes = [one.event for one in kept if isinstance(one.event, revolving.NewTerms)]
    assert [(one.terms.limit_yen, one.terms.rate_ppm) for one in changes] == [
        (300_000, 180_000),
        (300_000, 150_000),
    ]


def test_many_desks_changing_terms_at_once(desk: Desk) -> None:
    key = desk.open(JAN_5, LIMIT_YEN)
    next_day = JAN_5 + days(1)
    higher = [desk.higher(key, (100 + number) * 1_000, next_day) for number in range(12)]

    def change(number: int) -> Done:
        made = desk.made(JAN_5 + days(1), f"T{number}")
        if number % 2:
            return do(commands.change_rate, key, 170_000 - number * 1_000, made, CONSENT)
        return do(commands.change_limit, key, (100 + number) * 1_000, made, higher[number])

    dones = at_once([partial(change, number) for number in range(12)])
    assert len({done.event_no for done in dones}) == 12
    with connection.cursor() as cursor:
        kept = {one.event_no: one for one in _book.events(cursor, key)}
    last = max(dones, key=lambda done: done.event_no)
    assert look(key).state.terms == kept[last.event_no].step.state.terms
    limits = {done.event_no: done.step.state.terms.limit_yen for done in dones}
    rates = {done.event_no: done.step.state.terms.rate_ppm for done in dones}
    for before, after in zip(sorted(limits), sorted(limits)[1:], strict=False):
        changed = (limits[before] != limits[after]) + (rates[before] != rates[after])
        assert changed == 1, "each change keeps what the one before it changed"


# -------------------------------------------------------------------------------------- deadlocks
def test_two_agreements_in_opposite_order_do_not_deadlock(desk: Desk) -> None:
    one, other = desk.open(JAN_5), desk.open(JAN_5)

    def both(number: int) -> None:
        order = (one, other) if number % 2 else (other, one)
        for turn in range(5):
            with transaction.atomic(), connection.cursor() as cursor:
                for key in order:
                    made = desk.made(JAN_5, f"D{number}-{turn}-{key.agreement_id}")
                    commands.draw(cursor, key, 1_000, made)

    at_once([partial(both, number) for number in range(8)])
    assert look(one).state.principal_yen == look(other).state.principal_yen == 8 * 5 * 1_000


def test_imports_in_opposite_order_do_not_deadlock(desk: Desk) -> None:
    keys = [desk.open(JAN_5, member_id=desk.member()) for _ in range(20)]
    for key in keys:
        desk.draw(key, 100_000, JAN_5)
    on = JAN_5 + days(30)

    def bring(number: int) -> None:
        order = keys if number % 2 else list(reversed(keys))
        for turn in range(4):
            arrived = [
                Arrived(key, 1_000, on, desk.made(on, f"I{number}-{turn}-{key.member_id}"))
                for key in order
            ]
            done = do(commands.receive_many, arrived)
            assert all(isinstance(one, Done) for one in done)

    at_once([partial(bring, number) for number in range(6)])
    assert {look(key).event_no for key in keys} == {2 + 6 * 4}


# ------------------------------------------------------------------------------------------ seals
def test_draws_racing_with_a_seal_never_land_on_a_sealed_day(desk: Desk) -> None:
    """A day is sealed under clients that draw on it; each goes on with the day that comes next."""
    keys = [desk.open(JAN_5, LIMIT_YEN, member_id=desk.member()) for _ in range(6)]
    drawn: list[date] = []
    is_over, codes = threading.Event(), set[str]()

    def client(number: int) -> None:
        on, turn = JAN_5, 0
        while not is_over.is_set() and turn < 400:
            turn += 1
            try:
                do(commands.draw, keys[number], 1_000, desk.made(on, f"S{number}-{turn}"))
            except StateConflict as conflict:
                codes.add(conflict.faults[0].code)
                on += days(1)
            else:
                drawn.append(on)

    def night() -> None:
        try:
            for passed in range(12):
                target = len(drawn) + 5
                while len(drawn) < target:
                    is_over.wait(0.005)
                day = JAN_5 + days(passed)
                do(checks.seal, day, desk.made(day).booked_at)
        finally:
            is_over.set()

    clients: list[Callable[[], None]] = [partial(client, number) for number in range(6)]
    at_once([*clients, night])
    with connection.cursor() as cursor:
        found = checks.verify(cursor)
        assert found.faults == ()
        assert found.days == 12
        cursor.execute("SELECT business_on, count(*) FROM ledger_entry GROUP BY 1 ORDER BY 1")
        booked = dict(cursor.fetchall())
    assert codes <= {"LDG-006"}
    assert booked == {day: drawn.count(day) for day in sorted(set(drawn))}


def test_a_draw_that_waits_for_the_seal_is_told_so(desk: Desk, database: Database) -> None:
    key = desk.open(JAN_5)
    with database.connect(autocommit=True) as watch, pytest.raises(StateConflict) as conflict:
        behind(
            lambda: do(checks.seal, JAN_5, desk.made(JAN_5).booked_at),
            lambda: do(commands.draw, key, 1_000, desk.made(JAN_5)),
            watch,
        )
    assert conflict.value.faults[0].code == "LDG-006"
    assert balances_of(key) == {}
    desk.draw(key, 1_000, JAN_5 + days(1))


# ------------------------------------------------------------------------------------------ views
_WHOLE = """
SELECT a.event_no, a.principal_yen, (a.state->>1)::bigint,
    (SELECT max(event_no) FROM loan_event e WHERE e.agreement_id = a.agreement_id),
    (SELECT debit_yen - credit_yen FROM ledger_balance b
     WHERE b.book_id = a.agreement_id AND b.account = 1100),
    (SELECT sum(CASE l.debit WHEN 1100 THEN amount_yen ELSE 0 END
        - CASE l.credit WHEN 1100 THEN amount_yen ELSE 0 END)
     FROM ledger_entry e JOIN ledger_leg l USING (member_id, entry_id)
     WHERE e.book_id = a.agreement_id AND e.phase IN ('posted', 'post'))
FROM loan_agreement a WHERE a.agreement_id = %s
"""


def busy(desk: Desk, key: Key, after_each: Callable[[], None]) -> None:
    """Transfers that are sent and arrive, receipts, and late ones that make others anew."""
    for turn in range(25):
        on = JAN_5 + days(turn + 1)
        number = do(commands.send_draw, key, 20_000, desk.made(on))
        after_each()
        do(commands.draw_arrived, key, number, on, desk.made(on))
        after_each()
        desk.receive(key, 15_000, on)
        after_each()
        if turn % 3 == 2:
            desk.receive(key, 5_000, on - days(2), on)
            after_each()


def while_busy(desk: Desk, key: Key, check: Callable[[Any], None]) -> int:
    """Look again and again while commands run; gives how often."""
    is_over, looks = threading.Event(), 0

    def write() -> None:
        try:
            busy(desk, key, lambda: None)
        finally:
            is_over.set()

    def read() -> None:
        nonlocal looks
        while not is_over.is_set():
            with connection.cursor() as cursor:
                check(cursor)
            looks += 1

    at_once([write, read])
    return looks


def test_whoever_looks_never_sees_half_a_command(desk: Desk) -> None:
    key = desk.open(JAN_5)
    desk.draw(key, 100_000, JAN_5)

    def check(cursor: Any) -> None:
        cursor.execute(_WHOLE, (key.agreement_id,))
        event_no, principal, of_state, last_event, of_balance, of_legs = cursor.fetchone()
        assert event_no == last_event
        assert principal == of_state == of_balance == of_legs

    assert while_busy(desk, key, check) > 20


def test_a_position_never_shows_half_a_command(desk: Desk) -> None:
    """A transfer that arrives turns held credit into principal at once, in no look both or neither."""
    key, twin = desk.open(JAN_5), desk.open(JAN_5, member_id=desk.member())
    for one in (key, twin):
        desk.draw(one, 100_000, JAN_5)
    on = JAN_5 + days(25)
    whole: set[tuple[int, int, int]] = set()

    def seen(cursor: Any, of: Key) -> tuple[int, int, int]:
        found = queries.position(cursor, of, on)
        return found.principal_yen, found.held_yen, found.payoff_yen

    def keep() -> None:
        with connection.cursor() as cursor:
            whole.add(seen(cursor, twin))

    keep()
    busy(desk, twin, keep)

    def check(cursor: Any) -> None:
        assert seen(cursor, key) in whole

    assert while_busy(desk, key, check) > 20
