"""Staff: joiners and leavers, two factors, passkeys, recovery by two supervisors."""

from __future__ import annotations

import base64
import json
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pyotp
import pytest
from cryptography.exceptions import InvalidTag
from tests.database import Database
from tests.loans.crowd import at_once, do
from tests.people.authenticator import PRESENT, Authenticator
from tests.people.house import AT, House, after, kinds_of, rows

from motocho.law.rules import Refusal
from motocho.people import access, staff
from motocho.people.access import Duty, Role, Staff
from motocho.people.credentials import hashing
from motocho.people.credentials.passkeys import Site
from motocho.people.staff import Account, Enrolled, Entered, Joiner, Locked, Missed, Typed
from motocho.units.errors import NotAllowedError, NotFoundError, StateConflict

PASSWORD = "hashi no ue no kaze"
SITE = Site("desk.example.jp", "https://desk.example.jp")
MANAGER = Staff(99, frozenset({Role.ADMINISTRATOR}))
FIRST = Joiner("sato", "佐藤", AT.date(), frozenset({Role.ADMINISTRATOR}))


def joined(house: House) -> tuple[Account, str]:
    """The first colleague, and the seed of the codes."""
    account, token = do(staff.join, FIRST, None, AT)
    enrolled = do(staff.enrol, token, PASSWORD, AT)
    assert isinstance(enrolled, Enrolled)
    return account, seed_of(enrolled)


def seed_of(enrolled: Enrolled) -> str:
    return parse_qs(urlsplit(enrolled.otpauth).query)["secret"][0]


def code(seed: str, at: datetime = AT) -> str:
    return pyotp.TOTP(seed).at(at)


def enter(seed: str, at: datetime = AT, **other: Any) -> staff.Outcome:
    typed = replace(Typed("sato", PASSWORD, code(seed, at)), **other)
    outcome: staff.Outcome = do(staff.enter, typed, at)
    return outcome


# ---------------------------------------------------------------------------------- in and out of it
def test_colleague_is_here_from_the_first_day_to_the_last(house: House) -> None:
    account, seed = joined(house)
    house.colleague("suzuki", Role.SUPERVISOR)
    last = AT.date() + timedelta(days=10)
    do(staff.leave, account.staff_id, last, MANAGER, AT)
    with pytest.raises(StateConflict):
        do(staff.leave, account.staff_id, AT.date(), MANAGER, AT)
    assert do(staff.active, account.staff_id, FIRST.joined_on - timedelta(days=1)) is None
    assert do(staff.active, account.staff_id, last) is not None
    assert do(staff.active, account.staff_id, last + timedelta(days=1)) is None
    assert isinstance(enter(seed, after(days=10)), Entered)
    assert enter(seed, after(days=11)) == Missed()
    assert [one.left_on for one in do(staff.accounts)] == [last, None]


def test_roles_have_their_days(house: House) -> None:
    account, _ = joined(house)
    monday = date(2026, 12, 7)
    duty = Duty(account.staff_id, Role.REVIEWER)
    for _ in range(2):  # held already: nothing changes
        do(access.give_role, duty, monday, MANAGER, AT)
    do(access.end_role, duty, monday + timedelta(days=1), MANAGER, AT)
    with pytest.raises(StateConflict):
        do(access.end_role, duty, monday, MANAGER, AT)
    told = ["staff_role_given", "staff_role_given", "staff_role_ended"]  # the first by joining
    assert [kind for kind in kinds_of(0) if "role" in kind] == told
    found = [
        do(staff.active, account.staff_id, monday + timedelta(days=days)) for days in (-1, 0, 1, 2)
    ]
    held = [one is not None and Role.REVIEWER in one.roles for one in found]
    assert held == [False, True, True, False]


@pytest.mark.rule("PRIV-003")
def test_who_does_not_manage_the_staff_changes_nothing_of_it(house: House) -> None:
    account, _ = joined(house)
    thief = Staff(account.staff_id, frozenset({Role.OPERATOR, Role.REVIEWER, Role.AUDITOR}))
    duty = Duty(account.staff_id, Role.SUPERVISOR)
    before = kinds_of(0)
    for command in (
        partial(do, staff.join, replace(FIRST, login_name="friend"), thief, AT),
        partial(do, staff.leave, account.staff_id, AT.date(), thief, AT),
        partial(do, access.give_role, duty, AT.date(), thief, AT),
        partial(do, access.end_role, duty, AT.date(), thief, AT),
    ):
        with pytest.raises(NotAllowedError):
            command()
    assert kinds_of(0) == before


def test_first_colleague_is_made_once(house: House) -> None:
    joined(house)
    with pytest.raises(StateConflict):
        do(staff.join, replace(FIRST, login_name="thief"), None, AT)
    with pytest.raises(StateConflict):
        do(staff.join, FIRST, Staff(1, frozenset({Role.ADMINISTRATOR})), AT)


@pytest.mark.parametrize("password", ["", "short", "a" * 40, "sato sato sato 1", "0" * 12])
def test_password_that_is_easy_to_guess_is_refused(house: House, password: str) -> None:
    _, token = do(staff.join, FIRST, None, AT)
    assert isinstance(do(staff.enrol, token, password, AT), Refusal)
    assert isinstance(do(staff.enrol, token, PASSWORD, AT), Enrolled)


def test_link_of_a_joiner_works_once_and_for_a_day(house: House) -> None:
    _, token = do(staff.join, FIRST, None, AT)
    assert isinstance(do(staff.enrol, token, PASSWORD, after(hours=24)), Refusal)
    assert isinstance(do(staff.enrol, token, PASSWORD, AT), Enrolled)
    assert isinstance(do(staff.enrol, token, PASSWORD, AT), Refusal)


# -------------------------------------------------------------------------------------- two factors
def test_password_and_code_sign_in(house: House) -> None:
    account, seed = joined(house)
    assert enter(seed) == Entered(account.staff_id)
    assert kinds_of(0)[-1] == "staff_entered"


def test_password_is_the_same_in_any_width(house: House) -> None:
    _, seed = joined(house)
    assert isinstance(enter(seed, login_name="ＳＡＴＯ", password="ｈashi no ue no kaze"), Entered)


@pytest.mark.parametrize("other", [
    {"login_name": "nobody"}, {"password": "hashi no ue no ame"}, {"code": "000000"}, {"code": ""},
    {"code": "１"}, {"password": ""},
])  # fmt: skip
def test_anything_wrong_gives_one_answer(house: House, other: dict[str, Any]) -> None:
    _, seed = joined(house)
    assert enter(seed, **other) == Missed()


def test_code_counts_once(house: House) -> None:
    _, seed = joined(house)
    assert isinstance(enter(seed), Entered)
    assert enter(seed) == Missed()
    assert enter(seed, code=code(seed, after(seconds=-30))) == Missed()
    assert isinstance(enter(seed, after(seconds=30)), Entered)


def test_code_used_at_once_enters_once(house: House) -> None:
    _, seed = joined(house)
    outcomes = at_once([partial(enter, seed)] * 4)
    assert Counter(type(one) for one in outcomes) == {Entered: 1, Missed: 3}


@pytest.mark.parametrize(
    ("seconds", "is_good"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)]
)
def test_clock_may_be_off_by_one_step(house: House, seconds: int, *, is_good: bool) -> None:
    _, seed = joined(house)
    outcome = enter(seed, code=code(seed, after(seconds=seconds)))
    assert isinstance(outcome, Entered) is is_good


@pytest.mark.parametrize("name", ["sato", "nobody"])
def test_five_misses_lock_for_a_while_whoever_it_is(house: House, name: str) -> None:
    _, seed = joined(house)
    misses = [enter(seed, login_name=name, code="000000") for _ in range(5)]
    until = AT + staff.LOCKED_FOR
    assert misses == [Missed()] * 4 + [Locked(until)]
    assert enter(seed, login_name=name) == Locked(until)
    later = enter(seed, until, login_name=name)
    assert isinstance(later, Entered if name == "sato" else Missed)


def test_seed_and_password_are_kept_nowhere(house: House, database: Database) -> None:
    _, seed = joined(house)
    with database.connect("postgres") as admin:
        kept = str(admin.execute("SELECT s::text FROM people_staff_secret s").fetchall())
        [(sealed,)] = admin.execute("SELECT seed FROM people_staff_secret").fetchall()
    assert seed not in kept
    assert seed.encode() not in sealed
    assert base64.b32decode(seed) not in sealed
    assert PASSWORD not in kept
    assert "m=65536,t=3,p=4" in kept


def test_seed_moved_to_another_colleague_opens_nothing(house: House) -> None:
    account, _ = joined(house)
    sealed = rows("SELECT seed, seed_pepper_id FROM people_staff_secret")[0]
    with pytest.raises(InvalidTag):
        hashing.unseal(
            "totp", f"staff {account.staff_id + 1}", hashing.Sealed(bytes(sealed[0]), sealed[1])
        )


def test_rotated_pepper_keeps_staff_in(
    house: House, pepper: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, seed = joined(house)
    second = f"second:{base64.b64encode(b's' * hashing.PEPPER_BYTES).decode()}"
    monkeypatch.setenv(hashing.VARIABLE, f"{pepper},{second}")
    used = "SELECT pepper_id, seed_pepper_id FROM people_staff_secret"
    assert rows(used) == [("first", "first")]
    assert isinstance(enter(seed), Entered)
    assert rows(used) == [("second", "second")]
    monkeypatch.setenv(hashing.VARIABLE, second)
    assert isinstance(enter(seed, after(minutes=1)), Entered)


# ----------------------------------------------------------------------------------------- recovery
def supervisors(house: House) -> tuple[Staff, Staff]:
    return house.colleague("tanaka", Role.SUPERVISOR), house.colleague("suzuki", Role.SUPERVISOR)


def test_two_supervisors_give_new_means(house: House) -> None:
    account, seed = joined(house)
    one, two = supervisors(house)
    assert do(staff.ask_recovery, account.staff_id, one, AT) is None
    token = do(staff.agree, account.staff_id, two, AT)
    assert isinstance(token, str)
    assert isinstance(enter(seed), Entered)  # until the new ones are set
    enrolled = do(staff.enrol, token, "umi no ue no tsuki", AT)
    assert isinstance(enrolled, Enrolled)
    assert enter(seed, after(minutes=1)) == Missed()
    new = {"password": "umi no ue no tsuki"}
    assert isinstance(enter(seed_of(enrolled), after(minutes=1), **new), Entered)


def test_one_supervisor_or_the_one_concerned_is_not_enough(house: House) -> None:
    account, _ = joined(house)
    one, two = supervisors(house)
    with pytest.raises(NotFoundError):
        do(staff.agree, account.staff_id, one, AT)
    do(staff.ask_recovery, account.staff_id, one, AT)
    assert isinstance(do(staff.agree, account.staff_id, one, AT), Refusal)
    operator = Staff(two.staff_id, frozenset({Role.OPERATOR}))
    assert isinstance(do(staff.agree, account.staff_id, operator, AT), Refusal)
    do(staff.ask_recovery, two.staff_id, one, AT)
    assert isinstance(do(staff.agree, two.staff_id, two, AT), Refusal)
    assert isinstance(do(staff.ask_recovery, one.staff_id, one, AT), Refusal)


def test_link_that_was_lost_is_over_once_another_is_asked_for(house: House) -> None:
    account, seed = joined(house)
    one, two = supervisors(house)
    do(staff.ask_recovery, account.staff_id, one, AT)
    lost = do(staff.agree, account.staff_id, two, AT)
    assert isinstance(lost, str)
    do(staff.ask_recovery, account.staff_id, two, after(minutes=1))
    assert isinstance(do(staff.enrol, lost, "umi no ue no tsuki", after(minutes=2)), Refusal)
    again = do(staff.agree, account.staff_id, one, after(minutes=3))
    assert isinstance(again, str)
    assert isinstance(enter(seed, after(minutes=3)), Entered)
    assert isinstance(do(staff.enrol, again, "umi no ue no tsuki", after(minutes=4)), Enrolled)


def test_what_no_second_supervisor_agrees_to_within_a_day_is_over(house: House) -> None:
    account, _ = joined(house)
    one, two = supervisors(house)
    for at in (AT, after(hours=1)):  # asked twice, told once
        assert do(staff.ask_recovery, account.staff_id, one, at) is None
    assert kinds_of(0).count("staff_recovery_asked") == 1
    assert do(staff.recoveries, AT) == {account.staff_id: one.staff_id}
    assert do(staff.recoveries, after(days=1)) == {}
    with pytest.raises(NotFoundError):
        do(staff.agree, account.staff_id, two, after(days=1))
    do(staff.ask_recovery, account.staff_id, two, after(days=1))
    assert do(staff.recoveries, after(days=1)) == {account.staff_id: two.staff_id}
    assert isinstance(do(staff.agree, account.staff_id, one, after(days=1)), str)


@pytest.mark.parametrize("attack", [
    "UPDATE people_staff_enrolment SET token_hash = sha256('x') WHERE kind = 'recovery'",
    "UPDATE people_staff_enrolment SET agreed_by = asked_by WHERE kind = 'recovery'",
    "UPDATE people_staff_enrolment SET agreed_by = staff_id WHERE kind = 'recovery'",
    "DELETE FROM people_staff",
])  # fmt: skip
def test_database_holds_to_two_supervisors(house: House, database: Database, attack: str) -> None:
    account, _ = joined(house)
    one, _ = supervisors(house)
    do(staff.ask_recovery, account.staff_id, one, AT)
    with database.connect("motocho_owner") as owner, pytest.raises(psycopg.Error):
        owner.execute(attack)


# ----------------------------------------------------------------------------------------- passkeys
def with_passkey(house: House) -> tuple[Account, Authenticator]:
    account, _ = joined(house)
    key = Authenticator(SITE.name, SITE.origin)
    options = staff.ask_passkey(SITE, account, AT)
    assert do(staff.add_passkey, SITE, account.staff_id, key.register(options), AT) is True
    return account, key


def sign_in(answer: str, at: datetime = AT) -> Entered | Missed:
    outcome: Entered | Missed = do(staff.enter_by_passkey, SITE, answer, at)
    return outcome


def test_passkey_signs_in(house: House) -> None:
    account, key = with_passkey(house)
    for _ in range(2):
        answer = key.sign(do(staff.ask_entry, SITE, "sato", AT))
        assert sign_in(answer) == Entered(account.staff_id)
        assert sign_in(answer) == Missed()  # each answer once


@pytest.mark.parametrize(
    "fault", ["key", "origin", "site", "unverified", "challenge", "count", "late", "json"]
)
def test_answer_that_is_not_right_is_refused(house: House, fault: str) -> None:
    _, key = with_passkey(house)
    key.count = 5
    assert isinstance(sign_in(key.sign(do(staff.ask_entry, SITE, "sato", AT))), Entered)
    options = do(staff.ask_entry, SITE, "sato", AT)
    other = Authenticator(SITE.name, SITE.origin, count=9)
    if fault == "key":
        key.key = other.key
    elif fault == "origin":
        key.origin = "https://desk.example.com"
    elif fault == "site":
        key.site = "example.com"
    elif fault == "unverified":
        key.flags = PRESENT
    elif fault == "challenge":
        options = '{"challenge": "AAAA"}'
    elif fault == "count":
        key.count = 3
    answer = "{}" if fault == "json" else key.sign(options)
    assert sign_in(answer, after(minutes=5 if fault == "late" else 0)) == Missed()


def test_key_of_a_leaver_opens_nothing(house: House) -> None:
    account, key = with_passkey(house)
    house.colleague("suzuki", Role.SUPERVISOR)
    do(staff.leave, account.staff_id, AT.date(), MANAGER, AT)
    tomorrow = after(days=1)
    assert sign_in(key.sign(do(staff.ask_entry, SITE, "sato", tomorrow)), tomorrow) == Missed()


def test_key_opens_nothing_after_new_means_were_given(house: House) -> None:
    account, key = with_passkey(house)
    one, two = supervisors(house)
    do(staff.ask_recovery, account.staff_id, one, AT)
    do(staff.enrol, do(staff.agree, account.staff_id, two, AT), "umi no ue no tsuki", AT)
    assert sign_in(key.sign(do(staff.ask_entry, SITE, "sato", AT))) == Missed()


def test_name_that_nobody_has_is_asked_the_same(house: House) -> None:
    with_passkey(house)
    nobody = do(staff.ask_entry, SITE, "nobody", AT)
    assert '"allowCredentials": []' in nobody
    sizes = {
        len(json.loads(one)["challenge"]) for one in (nobody, do(staff.ask_entry, SITE, "sato", AT))
    }
    assert len(sizes) == 1


def test_nobody_fills_or_uses_up_the_challenges_of_another(house: House) -> None:
    account, key = with_passkey(house)
    other = do(staff.join, replace(FIRST, login_name="ito"), Staff(1, FIRST.roles), AT)[0]
    before = rows("SELECT count(*) FROM people_staff_challenge")
    mine = do(staff.ask_entry, SITE, "sato", AT)
    stranger = Authenticator(SITE.name, SITE.origin)
    stranger.credential_id = key.credential_id
    for _ in range(7):
        assert sign_in(stranger.sign(do(staff.ask_entry, SITE, "sato", AT))) == Missed()
        assert sign_in(stranger.sign(mine)) == Missed()
    assert rows("SELECT count(*) FROM people_staff_challenge") == before
    # What was asked of a colleague, or for another purpose, is no question to this key.
    assert sign_in(key.sign(do(staff.ask_entry, SITE, "ito", AT))) == Missed()
    assert sign_in(key.sign(staff.ask_passkey(SITE, account, AT))) == Missed()
    assert sign_in(key.sign(mine)) == Entered(account.staff_id)
    assert sign_in(key.sign(mine)) == Missed()
    later = after(minutes=6)
    assert sign_in(key.sign(do(staff.ask_entry, SITE, "sato", later)), later) == Entered(
        account.staff_id
    )
    assert rows("SELECT count(*) FROM people_staff_challenge") == [(1,)]
    assert other.staff_id != account.staff_id


def test_registration_for_another_site_is_refused(house: House) -> None:
    account, _ = joined(house)
    key = Authenticator(SITE.name, "https://desk.example.com")
    options = staff.ask_passkey(SITE, account, AT)
    assert do(staff.add_passkey, SITE, account.staff_id, key.register(options), AT) is False
