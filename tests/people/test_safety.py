"""Devices, sessions, codes, holds and freezes: what keeps an account its member's."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from functools import partial

import psycopg
import pytest
from tests.database import Database
from tests.loans.crowd import at_once, do
from tests.people.authenticator import Authenticator
from tests.people.house import AT, GOOD, OTHER, House, after, kinds_of, rows

from motocho.law.rules import Refusal
from motocho.people import pin
from motocho.people.credentials import keeping, networks
from motocho.people.credentials.keeping import Ceremony
from motocho.people.credentials.passkeys import Site
from motocho.people.credentials.pins import Pin
from motocho.people.facts.values import Email, Kind
from motocho.people.login import Entered
from motocho.people.safety import codes, devices, freezes, holds, passkeys, sessions
from motocho.people.safety.codes import Asked, CodeKey, Confirmed, Over, Purpose, TooMany, Wrong
from motocho.people.safety.freezes import Road
from motocho.people.safety.passkeys import Question
from motocho.people.safety.sessions import Ended, InUse, SessionKey
from motocho.units.errors import NotFoundError, Unread


# ------------------------------------------------------------------------------------------ devices
def test_sixth_device_takes_the_place_of_the_one_used_longest_ago(house: House) -> None:
    member_id = house.member().member_id
    known = [house.device(member_id, after(days=day)) for day in range(5)]
    do(sessions.begin, member_id, known[0].device_id, "x", after(days=5))
    sixth = house.device(member_id, after(days=6))
    left = {one.device_id for one in do(devices.devices, member_id)}
    expected = {one.device_id for one in (known[0], *known[2:], sixth)}
    assert left == expected
    assert do(devices.known, member_id, known[1].token) is None


def test_forgotten_device_ends_its_sessions(house: House) -> None:
    member_id = house.member().member_id
    key = house.session(member_id)
    (device,) = do(devices.devices, member_id)
    assert do(devices.end, member_id, device.device_id, devices.End.FORGOTTEN, AT) == 1
    assert do(devices.end, member_id, device.device_id, devices.End.FORGOTTEN, AT) == 0
    assert do(sessions.use, key, AT) == Ended(sessions.End.DEVICE_ENDED)


def test_other_members_device_cannot_be_ended_or_used(house: House) -> None:
    mine, other = house.member().member_id, house.member().member_id
    device = house.device(other)
    assert do(devices.end, mine, device.device_id, devices.End.FORGOTTEN, AT) == 0
    with pytest.raises(Exception, match="foreign key"):
        do(sessions.begin, mine, device.device_id, "x", AT)


def test_token_is_kept_nowhere(house: House, database: Database) -> None:
    device = house.device(house.member().member_id)
    with database.connect("postgres") as admin:
        kept = str(admin.execute("SELECT d::text FROM people_device d").fetchall())
    assert device.token not in kept
    assert device.token not in repr(device)


# ----------------------------------------------------------------------------------------- sessions
@pytest.mark.rule("AUTH-009")
def test_session_in_use_goes_on(house: House) -> None:
    key = house.session(house.member().member_id)
    for minutes in (9, 18, 27):
        used = do(sessions.use, key, after(minutes=minutes))
        assert isinstance(used, InUse)
        assert used.ends_at == after(minutes=minutes + 10)
        assert used.warn_at == after(minutes=minutes + 8)


@pytest.mark.rule("AUTH-009")
@pytest.mark.parametrize("minutes", [10, 40])
def test_idle_session_is_over(house: House, minutes: int) -> None:
    key = house.session(house.member().member_id)
    ended = Ended(sessions.End.IDLE)
    assert do(sessions.use, key, after(minutes=minutes)) == ended
    assert do(sessions.use, key, after(minutes=1)) == ended


@pytest.mark.rule("AUTH-009")
def test_logout_ends_the_session_for_whoever_has_its_key(house: House) -> None:
    key = house.session(house.member().member_id)
    do(sessions.end, key, sessions.End.LOGOUT, AT)
    assert do(sessions.use, key, AT) == Ended(sessions.End.LOGOUT)
    assert do(sessions.use, SessionKey(key.member_id, 999), AT) == Ended(sessions.End.LOGOUT)


def test_session_lasts_eight_hours_at_the_most(house: House) -> None:
    key = house.session(house.member().member_id)
    for minutes in range(9, 480, 9):
        assert isinstance(do(sessions.use, key, after(minutes=minutes)), InUse)
    assert do(sessions.use, key, after(minutes=480)) == Ended(sessions.End.TOO_LONG)


def test_asking_what_is_left_of_a_session_is_not_using_it(house: House) -> None:
    key = house.session(house.member().member_id)
    for minutes in (0, 5, 9):
        left = do(sessions.left, key, after(minutes=minutes))
        assert isinstance(left, InUse)
        assert left.ends_at == after(minutes=10)
    assert do(sessions.left, key, after(minutes=10)) == Ended(sessions.End.IDLE)
    assert rows("SELECT ended_at FROM people_session") == [(None,)]


def test_use_is_written_down_once_in_a_while(house: House) -> None:
    key = house.session(house.member().member_id)
    do(sessions.use, key, after(seconds=14))
    assert rows("SELECT last_used_at FROM people_session") == [(AT,)]
    do(sessions.use, key, after(seconds=15))
    assert rows("SELECT last_used_at FROM people_session") == [(after(seconds=15),)]


def test_history_shows_masked_places_newest_first(house: House) -> None:
    member_id = house.member().member_id
    first = house.session(member_id)
    second = house.session(member_id, after(hours=1))
    do(sessions.end, first, sessions.End.LOGOUT, after(minutes=2))
    history = do(sessions.history, member_id)
    assert [one.session_id for one in history] == [second.session_id, first.session_id]
    assert (history[1].place, history[1].end) == ("203.0.113.x", sessions.End.LOGOUT)
    assert history[0].device_name == "Firefox"


@pytest.mark.parametrize(("address", "prefix", "shown"), [
    ("203.0.113.77", "203.0.113.0/24", "203.0.113.x"),
    ("2001:db8:aaaa:bbbb::1", "2001:db8:aaaa::/48", "2001:db8:aaaa::x"),
    ("::ffff:203.0.113.77", "203.0.113.0/24", "203.0.113.x"),
    ("", "unknown", "unknown"), ("203.0.113.77, 10.0.0.1", "unknown", "unknown"),
])  # fmt: skip
def test_networks(address: str, prefix: str, shown: str) -> None:
    assert (networks.prefix(address), networks.shown(address)) == (prefix, shown)


# -------------------------------------------------------------------------------------------- codes
def asked(member_id: int, bound_to: str = "session 1", minutes: int = 0) -> Asked:
    made = do(codes.ask, member_id, Purpose.CONTACT, bound_to, after(minutes=minutes))
    assert isinstance(made, Asked)
    return made


def wrong(code: str, place: int = 1) -> str:
    return f"{(int(code) + place) % 1_000_000:06}"


def test_code_is_read_as_it_is_pasted() -> None:
    assert codes.read_code(" １２３ 456\n") == "123456"
    assert isinstance(codes.read_code("12345"), Unread)


@pytest.mark.rule("AUTH-007")
def test_code_opens_one_act_for_five_minutes(house: House) -> None:
    member_id = house.member().member_id
    code = asked(member_id)
    typed = partial(do, codes.confirm, member_id, code.code_id, code.code)
    assert typed(after(minutes=1)) == Confirmed(after(minutes=6))
    assert typed(after(minutes=2)) == Confirmed(after(minutes=6))  # the same form again
    check = partial(do, codes.check_fresh, member_id, Purpose.CONTACT)
    assert check("session 1", after(minutes=5)) is None
    assert isinstance(check("session 1", after(minutes=6)), Refusal)
    assert isinstance(check("session 2", after(minutes=5)), Refusal)
    spend = partial(do, codes.spend, member_id, Purpose.CONTACT, "session 1")
    assert spend(after(minutes=5)) is None
    assert isinstance(spend(after(minutes=5)), Refusal)


@pytest.mark.rule("AUTH-007")
def test_code_of_another_purpose_opens_nothing(house: House) -> None:
    member_id = house.member().member_id
    house.confirmed(member_id, Purpose.CONTACT, "session 1")
    for purpose in set(Purpose) - {Purpose.CONTACT}:
        refused = do(codes.check_fresh, member_id, purpose, "session 1", AT)
        assert isinstance(refused, Refusal)
        assert refused.rule_id == "AUTH-007"


def test_code_may_be_mistyped_four_times(house: House) -> None:
    member_id = house.member().member_id
    code = asked(member_id)
    answers = [
        do(codes.confirm, member_id, code.code_id, wrong(code.code, place), AT)
        for place in range(1, 6)
    ]
    assert answers == [Wrong(4), Wrong(3), Wrong(2), Wrong(1), Over()]
    assert do(codes.confirm, member_id, code.code_id, code.code, AT) == Over()


def test_codes_guessed_at_once_are_counted_one_by_one(house: House) -> None:
    member_id = house.member().member_id
    code = asked(member_id)
    tries = [
        partial(do, codes.confirm, member_id, code.code_id, wrong(code.code, place), AT)
        for place in range(1, 13)
    ]
    assert Counter(type(one) for one in at_once(tries)) == {Wrong: 4, Over: 8}


def test_code_is_over_after_five_minutes_and_when_a_new_one_is_asked_for(house: House) -> None:
    member_id = house.member().member_id
    first = asked(member_id)
    late = do(codes.confirm, member_id, first.code_id, first.code, after(minutes=5))
    assert late == Over()
    second, third = asked(member_id, minutes=6), asked(member_id, minutes=7)
    seven = after(minutes=7)
    assert do(codes.confirm, member_id, second.code_id, second.code, seven) == Over()
    assert isinstance(do(codes.confirm, member_id, third.code_id, third.code, seven), Confirmed)


def test_five_codes_an_hour(house: House) -> None:
    member_id = house.member().member_id
    for minutes in range(5):
        asked(member_id, minutes=minutes)
    refused = do(codes.ask, member_id, Purpose.CONTACT, "session 1", after(minutes=5))
    assert refused == TooMany(after(hours=1))
    assert isinstance(do(codes.ask, member_id, Purpose.LIMIT, "session 1", AT), Asked)
    asked(member_id, minutes=60)


def test_codes_asked_for_at_once_are_five(house: House) -> None:
    member_id = house.member().member_id
    made = at_once([partial(do, codes.ask, member_id, Purpose.LIMIT, "form", AT)] * 9)
    assert Counter(type(one) for one in made) == {Asked: 5, TooMany: 4}


def test_code_of_another_member_is_not_there(house: House) -> None:
    code = asked(house.member().member_id)
    with pytest.raises(NotFoundError):
        do(codes.confirm, house.member().member_id, code.code_id, code.code, AT)


def test_code_is_kept_nowhere(house: House, database: Database) -> None:
    code = asked(house.member().member_id)
    with database.connect("postgres") as admin:
        kept = str(admin.execute("SELECT code_mark FROM people_code").fetchall())
    assert code.code not in kept
    assert code.code not in repr(code)


# ----------------------------------------------------------------------------------------- passkeys
SITE = Site("example.jp", "https://example.jp")
THING = (Purpose.LIMIT, "session 1")


def question_of(member_id: int) -> Question:
    asked = do(passkeys.ask, SITE, member_id, THING, AT)
    assert isinstance(asked, Question)
    return asked


def with_passkey(house: House, member_id: int) -> Authenticator:
    house.confirmed(member_id, Purpose.PASSKEY, "session 1")
    asked = do(passkeys.ask_new, SITE, member_id, "session 1", AT)
    assert isinstance(asked, Question)
    key = Authenticator(SITE.name, SITE.origin)
    made = passkeys.NewKey(asked.code_id, key.register(asked.options), "my phone")
    assert do(passkeys.add, SITE, member_id, made, AT) is True
    assert do(passkeys.add, SITE, member_id, made, AT) is False
    return key


def test_passkey_that_is_known_is_not_added_again(house: House) -> None:
    member_id = house.member().member_id
    key = with_passkey(house, member_id)
    house.confirmed(member_id, Purpose.PASSKEY, "session 2")
    asked = do(passkeys.ask_new, SITE, member_id, "session 2", AT)
    assert isinstance(asked, Question)
    again = passkeys.NewKey(asked.code_id, key.register(asked.options), "my phone")
    assert do(passkeys.add, SITE, member_id, again, AT) is False
    assert kinds_of(member_id).count("passkey_added") == 1


@pytest.mark.rule("AUTH-007")
def test_passkey_stands_in_for_a_code(house: House) -> None:
    member_id = house.member().member_id
    key = with_passkey(house, member_id)
    question = question_of(member_id)
    asked_of = CodeKey(member_id, question.code_id)
    answered = do(passkeys.confirm, SITE, asked_of, key.sign(question.options), AT)
    assert answered == Confirmed(after(minutes=5))
    assert do(codes.spend, member_id, *THING, AT) is None
    assert isinstance(do(codes.spend, member_id, *THING, AT), Refusal)


@pytest.mark.rule("AUTH-007")
def test_question_shown_to_the_page_opens_nothing_by_itself(house: House) -> None:
    member_id = house.member().member_id
    key = with_passkey(house, member_id)
    question = question_of(member_id)
    asked_of = CodeKey(member_id, question.code_id)
    challenge = json.loads(question.options)["challenge"]
    assert isinstance(do(codes.confirm, *asked_of, challenge, AT), Wrong)
    other = Authenticator(SITE.name, SITE.origin, credential_id=key.credential_id, count=9)
    assert do(passkeys.confirm, SITE, asked_of, other.sign(question.options), AT) == Over()
    assert do(passkeys.confirm, SITE, asked_of, "{}", AT) == Over()
    assert isinstance(do(codes.spend, member_id, *THING, AT), Refusal)


def test_new_passkey_needs_a_code_and_a_taken_away_one_opens_nothing(house: House) -> None:
    member_id = house.member().member_id
    assert isinstance(do(passkeys.ask_new, SITE, member_id, "session 1", AT), Refusal)
    key = with_passkey(house, member_id)
    assert do(passkeys.keys, member_id) == [(key.credential_id, "my phone")]
    assert do(passkeys.end, member_id, key.credential_id, AT) == 1
    question = question_of(member_id)
    asked_of = CodeKey(member_id, question.code_id)
    assert do(passkeys.confirm, SITE, asked_of, key.sign(question.options), AT) == Over()


# -------------------------------------------------------------------------------------------- holds
def reset(house: House, member_id: int) -> None:
    """As `pin.reset` leaves it: the ceremony is what holds look at."""
    do(keeping.keep, member_id, OTHER, Ceremony.RESET, AT)
    do(holds.after, member_id, holds.Cause.PIN_RESET, AT)


@pytest.mark.rule("AUTH-008")
def test_reset_alone_holds_nothing(house: House) -> None:
    member_id = house.member().member_id
    house.device(member_id, AT - timedelta(days=30))
    reset(house, member_id)
    assert do(holds.check_draw, member_id, None, AT) is None


@pytest.mark.rule("AUTH-008")
@pytest.mark.parametrize("change", ["device", "email"])
@pytest.mark.parametrize("order", ["reset first", "reset last"])
def test_reset_with_new_device_or_email_within_a_day_holds_all_draws(
    house: House, change: str, order: str
) -> None:
    member_id = house.member().member_id

    def alter(hours: int) -> None:
        if change == "device":
            house.device(member_id, after(hours=hours))
        else:
            house.tell(member_id, Kind.EMAIL, Email("x@example.jp"), at=after(hours=hours))

    if order == "reset last":
        alter(-23)
        reset(house, member_id)
        since = 0
    else:
        reset(house, member_id)
        alter(23)
        since = 23
    long_since = AT - timedelta(days=40)
    refused = do(holds.check_draw, member_id, long_since, after(hours=since + 1))
    assert isinstance(refused, Refusal)
    assert isinstance(do(holds.check_draw, member_id, None, after(hours=since + 23)), Refusal)
    assert do(holds.check_draw, member_id, None, after(hours=since + 24)) is None


def test_new_device_more_than_a_day_after_a_reset_holds_nothing(house: House) -> None:
    member_id = house.member().member_id
    reset(house, member_id)
    house.device(member_id, after(hours=25))
    assert do(holds.holds, member_id, after(hours=25)) == []


def test_hold_cannot_be_shortened(house: House, database: Database) -> None:
    member_id = house.member().member_id
    house.tell(member_id, Kind.EMAIL, Email("x@example.jp"))
    for attack in ("DELETE FROM people_hold", "UPDATE people_hold SET until_at = from_at + '1s'"):
        with database.connect("motocho_owner") as owner, pytest.raises(psycopg.Error):
            owner.execute(attack)


# ------------------------------------------------------------------------------------------- freezes
def test_freeze_ends_sessions_and_devices(house: House) -> None:
    member_id = house.member().member_id
    key = house.session(member_id)
    do(freezes.freeze, member_id, Road.SITE, "member", AT)
    do(freezes.freeze, member_id, Road.SITE, "member", after(minutes=1))
    assert do(freezes.frozen_at, member_id) == AT
    assert do(sessions.use, key, AT) == Ended(sessions.End.FROZEN)
    assert do(devices.devices, member_id) == []
    assert kinds_of(member_id).count("frozen") == 1
    assert do(freezes.lift, member_id, "staff 1", after(hours=1)) == 1
    assert do(freezes.lift, member_id, "staff 1", after(hours=1)) == 0
    assert do(freezes.frozen_at, member_id) is None


def test_not_me_freezes_and_forgets_the_device(house: House) -> None:
    member_id = house.member().member_id
    with_passkey(house, member_id)  # theirs, for all that we know
    mine, theirs = house.session(member_id), house.session(member_id)
    do(freezes.not_me, theirs, AT)
    assert rows("SELECT count(*) FROM people_passkey WHERE ended_at IS NULL") == [(0,)]
    assert do(freezes.frozen_at, member_id) == AT
    assert do(sessions.use, theirs, AT) == Ended(sessions.End.NOT_ME)
    assert do(sessions.use, mine, AT) == Ended(sessions.End.FROZEN)
    do(freezes.lift, member_id, "staff 1", after(hours=1))
    assert rows("SELECT must_change FROM people_pin WHERE member_id = %s", member_id) == [
        ("not_me",)
    ]
    do(freezes.not_me, SessionKey(house.member().member_id, theirs.session_id), AT)
    assert rows("SELECT count(*) FROM people_freeze") == [(1,)]


def test_link_freezes_once_and_tells_nothing(house: House) -> None:
    member_id = house.member().member_id
    token = do(freezes.link, member_id, AT)
    assert do(freezes.freeze_by_link, "made up", AT) is None
    assert do(freezes.frozen_at, member_id) is None
    assert do(freezes.freeze_by_link, token, AT) == member_id
    assert do(freezes.frozen_at, member_id) == AT
    do(freezes.lift, member_id, "staff 1", AT)
    assert do(freezes.freeze_by_link, token, AT) is None
    assert do(freezes.frozen_at, member_id) is None
    late = do(freezes.link, member_id, AT)
    do(freezes.freeze_by_link, late, after(days=31))
    assert do(freezes.frozen_at, member_id) is None


# ------------------------------------------------------------------------------------------ new PINs
def test_changed_pin_ends_the_other_sessions(house: House) -> None:
    member = house.member()
    kept, other = house.session(member.member_id), house.session(member.member_id)
    entered = house.entered(member.member_number)
    assert do(pin.change, entered, OTHER, AT, kept) == pin.Changed(member.member_id)
    assert isinstance(do(sessions.use, kept, AT), InUse)
    assert do(sessions.use, other, AT) == Ended(sessions.End.PIN_CHANGED)
    assert isinstance(house.enter(member.member_number, OTHER), Entered)
    assert not isinstance(house.enter(member.member_number, GOOD), Entered)


@pytest.mark.rule("AUTH-003")
@pytest.mark.parametrize(("digits", "code"), [
    ("7305", "PPL-018"), ("0412", "PPL-014"), ("2222", "PPL-011"), ("1111", "PPL-011"),
    ("1122", "PPL-013"), ("0901", "PPL-015"),
])  # fmt: skip
def test_guessable_pin_is_not_taken(house: House, digits: str, code: str) -> None:
    member = house.member()
    refused = do(pin.change, house.entered(member.member_number), Pin(digits), AT)
    assert isinstance(refused, Refusal)
    assert (refused.rule_id, refused.code) == ("AUTH-003", code)
    assert isinstance(house.enter(member.member_number), Entered)
