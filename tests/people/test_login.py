"""Trying to log in: right answers, three misses, known devices, numbers that nobody has."""

from __future__ import annotations

import asyncio
import base64
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.database import Database
from tests.loans.crowd import at_once, do
from tests.people.house import (
    AT,
    ELSEWHERE,
    GOOD,
    HERE,
    OTHER,
    WRONG,
    House,
    after,
    kinds_of,
    rows,
)

from motocho.config import worker
from motocho.config.worker import CLEAR_TRIES, RETRY, TASKS, Until
from motocho.law.rules import Refusal
from motocho.people import cards, login, members
from motocho.people.cards import Replacement, Validity
from motocho.people.credentials import hashing, keeping
from motocho.people.credentials.pins import Guess, Pin
from motocho.people.login import Admitted, Entered, Locked, Missed, Origin, Outcome, Slowed
from motocho.people.safety import sessions
from motocho.people.safety.codes import Purpose
from motocho.units.errors import OutsideFailure, Unread
from motocho.units.text import MEMBER_NUMBER, read_digits

NOBODY = "98765432"


# ---------------------------------------------------------------------------------------- right, wrong
@pytest.mark.rule("AUTH-001")
@pytest.mark.parametrize("typed", ["01234567", "０１２３４５６７", "０１２３ 4567", "0123-4567"])
def test_number_is_read_in_any_width(typed: str) -> None:
    assert read_digits(typed, MEMBER_NUMBER) == "01234567"


@pytest.mark.rule("AUTH-001")
@pytest.mark.parametrize(("typed", "count"), [("1234567", "7"), ("１２３４５６７８９", "9")])
def test_number_of_another_length_is_refused_with_its_count(typed: str, count: str) -> None:
    read = read_digits(typed, MEMBER_NUMBER)
    assert isinstance(read, Unread)
    assert read.details["count"] == count


@pytest.mark.rule("AUTH-001")
def test_database_takes_eight_digits_alone(house: House) -> None:
    for number in ("1234567", "123456789", "１２３４５６７８"):
        with pytest.raises(Exception, match=r"check|too long"):
            house.enter(number)


def test_right_pin_enters(house: House) -> None:
    member = house.member()
    assert house.enter(member.member_number) == Entered(member.member_id, None, None)


@pytest.mark.rule("AUTH-004")
def test_two_misses_and_the_right_one_begin_anew(house: House) -> None:
    number = house.member().member_number
    for _ in range(2):
        assert house.enter(number, WRONG) == Missed(2)
        assert house.enter(number, OTHER) == Missed(1)
        assert isinstance(house.enter(number), Entered)


@pytest.mark.rule("AUTH-004")
def test_three_misses_lock_and_the_right_pin_is_refused(house: House) -> None:
    member = house.member()
    outcomes = [house.enter(member.member_number, WRONG) for _ in range(3)]
    assert outcomes == [Missed(2), Missed(1), Locked()]
    assert house.enter(member.member_number) == Locked()
    connection.close()  # another process, another day
    assert house.enter(member.member_number, at=after(days=400), address=ELSEWHERE) == Locked()
    assert kinds_of(member.member_id)[-3:] == ["login_missed", "login_missed", "login_locked"]
    assert do(login.locked_lanes, member.member_id) == [(login.STRANGERS, AT)]


@pytest.mark.rule("AUTH-004")
def test_lock_is_taken_away_after_who_it_is_was_checked(house: House) -> None:
    member = house.member()
    for _ in range(3):
        house.enter(member.member_number, WRONG)
    assert do(login.reopen, member.member_id, "staff 1", AT) == 1
    assert isinstance(house.enter(member.member_number), Entered)
    assert do(login.reopen, member.member_id, "staff 1", AT) == 0


@pytest.mark.rule("AUTH-004")
@pytest.mark.parametrize("number_is", ["a member's", "nobody's"])
def test_tries_at_once_are_counted_one_by_one(house: House, number_is: str) -> None:
    """Sixteen at once: two misses, one that locks, and nothing more is even tried."""
    number = house.member().member_number if number_is == "a member's" else NOBODY
    tries = [partial(house.enter, number, Pin(f"81{place:02}")) for place in range(16)]
    outcomes: Counter[Outcome] = Counter(at_once(tries))
    assert outcomes == {Missed(2): 1, Missed(1): 1, Locked(): 14}
    assert rows("SELECT misses FROM people_login_count") == [(3,)]


def test_right_pin_among_wrong_ones_at_once_is_not_found_after_the_lock(house: House) -> None:
    """Whatever the order: at most three tries were looked at since the last that was right."""
    number = house.member().member_number
    tries = [partial(house.enter, number, WRONG if place else GOOD) for place in range(12)]
    outcomes = at_once(tries)
    assert sum(isinstance(one, Missed) for one in outcomes) <= 4
    assert house.enter(number) == Locked()


# -------------------------------------------------------------------------------------- known devices
@pytest.mark.rule("AUTH-004")
def test_stranger_cannot_lock_a_member_out_of_the_own_phone(house: House) -> None:
    member = house.member()
    phone = house.device(member.member_id)
    for _ in range(5):
        house.enter(member.member_number, WRONG, address=ELSEWHERE)
    entered = house.enter(member.member_number, token=phone.token)
    assert entered == Entered(member.member_id, phone.device_id, None)
    assert house.enter(member.member_number, address=ELSEWHERE) == Locked()


def test_known_device_has_its_own_three_misses(house: House) -> None:
    member = house.member()
    phone, tablet = house.device(member.member_id), house.device(member.member_id)
    for _ in range(3):
        house.enter(member.member_number, WRONG, token=phone.token)
    assert house.enter(member.member_number, token=phone.token) == Locked()
    assert isinstance(house.enter(member.member_number, token=tablet.token), Entered)
    assert isinstance(house.enter(member.member_number), Entered)


def test_token_of_somebody_elses_device_is_no_known_device(house: House) -> None:
    member, other = house.member(), house.member()
    phone = house.device(other.member_id)
    outcome = house.enter(member.member_number, token=phone.token)
    assert outcome == Entered(member.member_id, None, None)


@pytest.mark.rule("AUTH-007")
def test_new_device_is_admitted_with_a_code_and_known_afterwards(house: House) -> None:
    member = house.member()
    entered = house.entered(member.member_number)
    origin = Origin(HERE, None, "Firefox")
    refused = do(login.admit, entered, origin, "login 1", AT)
    assert isinstance(refused, Refusal)
    assert refused.rule_id == "AUTH-007"
    house.confirmed(member.member_id, Purpose.NEW_DEVICE, "login 1")
    admitted = do(login.admit, entered, origin, "login 1", AT)
    assert isinstance(admitted, Admitted)
    assert admitted.new_device is not None
    assert isinstance(do(sessions.use, admitted.key, AT), sessions.InUse)
    again = house.entered(member.member_number, token=admitted.new_device.token)
    known = do(login.admit, again, origin, "login 2", AT)
    assert isinstance(known, Admitted)
    assert known.new_device is None


# ----------------------------------------------------------------------------------------- the same
@pytest.mark.rule("AUTH-006")
def test_nobodys_number_answers_as_a_members_does(house: House) -> None:
    number = house.member().member_number
    for expected in (Missed(2), Missed(1), Locked(), Locked()):
        assert house.enter(number, WRONG) == house.enter(NOBODY, WRONG) == expected


@pytest.mark.rule("AUTH-006")
def test_wrong_unknown_and_locked_take_the_same_time(house: House) -> None:
    """The least work of several of each, in processor time: what a guesser could tell apart."""
    locked = house.member().member_number
    for _ in range(3):
        house.enter(locked, WRONG)
    members_numbers = [house.member().member_number for _ in range(8)]
    pins = iter(range(10, 99))

    def seconds(number: str) -> float:
        begin = time.thread_time()
        outcome = house.enter(number, Pin(f"81{next(pins)}"), address=ELSEWHERE)
        passed = time.thread_time() - begin
        assert not isinstance(outcome, Slowed)
        return passed

    quickest = {
        "wrong": min(seconds(number) for number in members_numbers),
        "unknown": min(seconds(f"5000000{place}") for place in range(8)),
        "locked": min(seconds(locked) for _ in range(8)),
    }
    assert max(quickest.values()) < 1.5 * min(quickest.values()), quickest


@pytest.mark.rule("AUTH-006")
@pytest.mark.parametrize("token", [None, "made up"])
def test_database_is_asked_the_same_whether_a_number_is_anybodys(
    house: House, token: str | None
) -> None:
    """What the server's time would tell apart: the statements of each try, one after the other."""

    def statements(number: str) -> list[list[str]]:
        tries = []
        for typed in (WRONG, OTHER, Pin("8152"), GOOD):
            with CaptureQueriesContext(connection) as seen:
                house.enter(number, typed, token=token, address=ELSEWHERE)
            tries.append([query["sql"][:20] for query in seen])
        return tries

    assert statements(house.member().member_number) == statements("60000000")


def test_member_without_a_pin_answers_as_nobody_does(house: House) -> None:
    person = house.member().person
    bare = do(members.register, person, "00000099", AT)
    assert house.enter(bare.member_number) == Missed(2)


# --------------------------------------------------------------------------------------- same form
def test_form_sent_twice_counts_once(house: House) -> None:
    number = house.member().member_number
    outcomes = [house.enter(number, WRONG, form="one") for _ in range(5)]
    assert outcomes == [Missed(2)] * 5
    assert at_once([partial(house.enter, number, WRONG, form="two")] * 4) == [Missed(1)] * 4
    assert house.enter(number, OTHER, form="one") == Locked()


def test_form_of_a_right_pin_sent_twice_enters_twice(house: House) -> None:
    member = house.member()
    first = house.enter(member.member_number, form="one")
    assert house.enter(member.member_number, form="one") == first
    assert len(rows("SELECT 1 FROM people_login_try")) == 1


def test_form_of_a_right_pin_opens_nothing_once_locked(house: House) -> None:
    number = house.member().member_number
    house.enter(number, form="one")
    for _ in range(3):
        house.enter(number, WRONG)
    assert house.enter(number, form="one") == Locked()


# ------------------------------------------------------------------------------------------ peppers
def test_new_pepper_is_taken_at_the_next_login(
    house: House, pepper: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = house.member()
    second = f"second:{base64.b64encode(b's' * hashing.PEPPER_BYTES).decode()}"
    monkeypatch.setenv(hashing.VARIABLE, f"{pepper},{second}")
    assert isinstance(house.enter(member.member_number), Entered)
    assert rows("SELECT pepper_id FROM people_pin") == [("second",)]
    monkeypatch.setenv(hashing.VARIABLE, second)
    assert isinstance(house.enter(member.member_number), Entered)


def test_lost_pepper_is_said_and_counts_no_miss(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = house.member().member_number
    other = base64.b64encode(b"o" * hashing.PEPPER_BYTES).decode()
    monkeypatch.setenv(hashing.VARIABLE, f"other:{other}")
    with pytest.raises(OutsideFailure, match="pepper"):
        house.enter(number)
    assert rows("SELECT misses FROM people_login_count WHERE misses > 0") == []


def test_peppers_are_made_once_and_are_their_owners_alone(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(hashing.VARIABLE)
    monkeypatch.setenv("MOTOCHO_HOME", str(home))
    found = at_once_without_database(8)
    assert len(found) == 1
    assert hashing.file().stat().st_mode & 0o777 == 0o600
    first = hashing.peppers().current_id
    assert hashing.rotate() == hashing.peppers().current_id != first
    assert next(iter(hashing.peppers().by_id)) == first
    assert hashing.file().stat().st_mode & 0o777 == 0o600
    hashing.file().chmod(0o640)
    with pytest.raises(OutsideFailure, match="Others"):
        hashing.peppers()


def at_once_without_database(count: int) -> set[str]:
    with ThreadPoolExecutor(count) as pool:
        return {one.current_id for one in pool.map(lambda _: hashing.peppers(), range(count))}


@pytest.mark.parametrize("given", ["", "x", "x:", "x:AAAA", ":" + "QUFB" * 20, "x:" + "%" * 60])
def test_peppers_that_cannot_be_read_are_said(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(hashing.VARIABLE, given or ",")
    with pytest.raises(OutsideFailure):
        hashing.peppers()


def test_peppers_are_not_shown() -> None:
    assert "cHBw" not in repr(hashing.peppers())
    with pytest.raises(OutsideFailure, match="environment"):
        hashing.rotate()


# ------------------------------------------------------------------------------- what the database holds
@pytest.mark.rule("AUTH-002")
def test_nothing_holds_the_pin(house: House, database: Database) -> None:
    member = house.member()
    house.enter(member.member_number, Pin("8406"))
    tables = rows("SELECT tablename FROM pg_tables WHERE tablename LIKE 'people%%'")
    with database.connect("postgres") as admin:
        text = "".join(
            str(admin.execute(f"SELECT t::text FROM {name} t").fetchall())
            for (name,) in tables
            if name not in {"people_member", "people_fact"}
        )
    assert "7305" not in text
    assert "8406" not in text


@pytest.mark.rule("AUTH-002")
def test_hash_moved_to_another_member_opens_nothing(house: House) -> None:
    mine, other = house.member(), house.member()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE people_pin SET secret = (SELECT secret FROM people_pin WHERE member_id = %s)"
            " WHERE member_id = %s",
            (mine.member_id, other.member_id),
        )
    assert house.enter(other.member_number, GOOD) == Missed(2)


@pytest.mark.parametrize("attack", [
    "DELETE FROM people_login_count",
    "UPDATE people_login_count SET misses = 2 WHERE misses = 3",
    "UPDATE people_pin SET secret = '0000'",
    "DELETE FROM people_alarm",
    "TRUNCATE people_login_count",
])  # fmt: skip
def test_database_refuses(house: House, attack: str, database: Database) -> None:
    number = house.member().member_number
    for _ in range(3):
        house.enter(number, WRONG)
    with database.connect() as app, pytest.raises(psycopg.Error):
        app.execute(attack)


def test_what_was_tried_is_kept_for_an_hour(house: House) -> None:
    number = house.member().member_number
    house.enter(number, WRONG)
    house.enter(number)
    assert len(rows("SELECT 1 FROM people_login_try WHERE pin_mark IS NOT NULL")) == 1
    assert do(login.clear, after(minutes=59)) == 0
    assert do(login.clear, after(minutes=61)) == 2
    assert rows("SELECT 1 FROM people_login_try") == []


def test_worker_that_goes_on_clears_by_itself(house: House) -> None:
    """A worker with the same tasks, each second instead of every ten minutes."""
    house.enter(house.member().member_number, WRONG, at=AT - timedelta(days=300))

    async def for_a_while() -> None:
        made = worker._app(TASKS, RETRY, {CLEAR_TRIES: "* * * * * *"})
        going = asyncio.create_task(worker._work(made, Until.EMPTY, 1))
        for _ in range(100):
            await asyncio.sleep(0.1)
            if going.done():
                going = asyncio.create_task(worker._work(made, Until.EMPTY, 1))
            if not await asyncio.to_thread(tries):
                break
        await going

    asyncio.run(for_a_while())
    assert tries() == []


def tries() -> list[tuple[Any, ...]]:
    try:
        return rows("SELECT 1 FROM people_login_try")
    finally:
        connection.close()


# -------------------------------------------------------------------------------------- many numbers
def spray(house: House, pin: Pin, count: int, first: int = 60_000_000) -> list[Outcome]:
    """One PIN over many numbers, each from a network of its own."""
    return [
        house.enter(f"{first + place}", pin, address=f"10.{place // 250}.{place % 250}.1")
        for place in range(count)
    ]


@pytest.mark.rule("AUTH-005")
def test_one_pin_over_many_numbers_and_networks_is_slowed_and_alarmed(house: House) -> None:
    outcomes = spray(house, GOOD, 50)
    assert outcomes[:11] == [Missed(2)] * 11
    assert all(isinstance(one, Slowed) for one in outcomes[11:])
    waits = [one.until for one in outcomes if isinstance(one, Slowed)]
    assert waits == sorted(waits)
    assert waits[0] == AT + login.FIRST_WAIT
    assert rows("SELECT kind, numbers FROM people_alarm") == [("one_pin", 11)]
    assert "login_alarm" in kinds_of(0)


@pytest.mark.rule("AUTH-005")
def test_innocents_are_not_locked_out_by_a_spray(house: House) -> None:
    member, other = house.member(), house.member()
    phone = house.device(member.member_id)
    spray(house, GOOD, 40)
    assert isinstance(house.enter(member.member_number, token=phone.token), Entered)
    assert house.enter(other.member_number, OTHER) == Missed(2)  # another PIN waits for nothing
    slowed = house.enter(other.member_number)
    assert isinstance(slowed, Slowed)
    assert house.enter(other.member_number, at=after(seconds=1)) == slowed
    assert isinstance(house.enter(other.member_number, at=slowed.until), Entered)
    assert slowed.until <= AT + login.LONGEST_WAIT


@pytest.mark.rule("AUTH-005")
def test_slowed_try_counts_no_miss(house: House) -> None:
    member = house.member()
    spray(house, WRONG, 12)
    for _ in range(4):
        assert isinstance(house.enter(member.member_number, WRONG), Slowed)
    assert isinstance(house.enter(member.member_number, GOOD, address=ELSEWHERE), Entered)


@pytest.mark.rule("AUTH-005")
def test_one_network_over_many_numbers_is_slowed_and_others_are_not(house: House) -> None:
    member = house.member()
    for place in range(21):
        house.enter(f"{70_000_000 + place}", Pin(f"{8100 + place}"), address=f"203.0.113.{place}")
    assert isinstance(house.enter(member.member_number, address=HERE), Slowed)
    assert isinstance(house.enter(member.member_number, address=ELSEWHERE), Entered)
    assert rows("SELECT kind FROM people_alarm") == [("one_network",)]


@pytest.mark.rule("AUTH-005")
def test_nobody_waits_longer_than_the_longest_wait(house: House) -> None:
    outcomes = spray(house, WRONG, 700)
    waits = [one.until - AT for one in outcomes if isinstance(one, Slowed)]
    assert max(waits) == login.LONGEST_WAIT


def test_attack_that_is_over_is_forgotten(house: House) -> None:
    spray(house, GOOD, 20)
    assert isinstance(house.enter(house.member().member_number, at=after(minutes=11)), Entered)


# ------------------------------------------------------------------------------------ another number
LOST = Replacement("20000001", Validity(AT.date(), date(2031, 11, 30)))


@pytest.mark.rule("AUTH-011")
def test_new_number_opens_and_the_lost_cards_does_not(house: House) -> None:
    member = house.member()
    assert isinstance(house.enter(member.member_number), Entered)
    do(cards.reissue, member.member_id, LOST, "staff 1", AT)
    assert isinstance(house.enter("20000001"), Entered)
    assert do(members.by_number, "20000001").member_id == member.member_id


@pytest.mark.rule("AUTH-011")
def test_number_of_a_lost_card_is_refused_with_the_right_pin(house: House) -> None:
    member = house.member()
    do(cards.reissue, member.member_id, LOST, "staff 1", AT)
    assert house.enter(member.member_number) == Missed(2)


@pytest.mark.rule("AUTH-004")
def test_new_number_that_strangers_tried_is_open(house: House) -> None:
    member = house.member()
    for _ in range(3):
        house.enter("20000001")
    assert house.enter("20000001") == Locked()
    do(members.renumber, member.member_id, "20000001", "staff 1", AT)
    assert isinstance(house.enter("20000001"), Entered)


@pytest.mark.rule("AUTH-003")
def test_new_number_asks_for_a_new_pin(house: House) -> None:
    member = house.member()
    do(members.renumber, member.member_id, "20000001", "staff 1", AT)
    assert house.entered("20000001").must_change is Guess.NEW_CARD


def test_cost_of_a_pin_is_what_was_decided(house: House) -> None:
    member = house.member()
    stored = do(keeping.stored, member.member_id)
    assert stored is not None
    assert stored.secret.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
