"""Requests of who cannot log in: one answer for all, two looks, one link."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.database import Database
from tests.loans.crowd import at_once, do
from tests.people.house import AT, BORN, GOOD, MAIL, OTHER, WRONG, House, after, kinds_of, rows

from motocho.config.worker import CLEAR_TRIES, TASKS
from motocho.law.rules import Refusal
from motocho.people import pin, requests
from motocho.people.access import Role, Staff
from motocho.people.credentials.pins import Pin
from motocho.people.facts.values import Email
from motocho.people.facts.values import Kind as Item
from motocho.people.login import Entered, Locked
from motocho.people.members import Member
from motocho.people.requests import Claim, Kind, Received, RequestKey, State, Verdict
from motocho.people.safety import holds, sessions
from motocho.units.errors import NotFoundError, StateConflict


@pytest.fixture
def member(house: House) -> Member:
    return house.member()


@pytest.fixture
def reviewers(house: House) -> tuple[Staff, Staff]:
    return house.colleague("tanaka", Role.REVIEWER), house.colleague("suzuki", Role.SUPERVISOR)


def claim(member: Member) -> Claim:
    return Claim(BORN, MAIL.address, member.member_number, "サトウハナコ", "document 1")


def ask(kind: Kind, asked: Claim, at: datetime = AT) -> Received:
    """Asked, and looked at by the worker."""
    answer: Received = do(requests.ask, kind, asked, at)
    for (claim_id,) in rows("SELECT claim_id FROM people_claim"):
        TASKS[requests.LOOK](claim_id=claim_id)
    return answer


def waiting(member: Member) -> RequestKey:
    ask(Kind.PIN_RESET, claim(member))
    (found,) = do(requests.waiting)
    key: RequestKey = found.key
    return key


def approved(member: Member, reviewers: tuple[Staff, Staff]) -> str:
    key = waiting(member)
    for staff in reviewers:
        do(requests.review, key, staff, Verdict.GENUINE, AT)
    token = do(requests.reset_link, key, "letter 1", AT)
    assert isinstance(token, str)
    return token


@pytest.mark.parametrize("other", [
    {}, {"member_number": "98765432"}, {"document_ref": ""}, {"email": "thief@example.com"}, {"born_on": BORN.replace(day=1)},
])  # fmt: skip
def test_answer_is_the_same_whoever_asks(
    house: House, member: Member, other: dict[str, Any]
) -> None:
    asked = replace(claim(member), **other)
    assert ask(Kind.PIN_RESET, asked) == Received()
    assert len(do(requests.waiting)) == (1 if not other else 0)


@pytest.mark.parametrize("other", [
    {}, {"kana": "スズキハナコ"}, {"email": "thief@example.com"}, {"born_on": BORN.replace(day=1)},
])  # fmt: skip
def test_number_goes_to_the_registered_address_once_a_day(
    member: Member, other: dict[str, Any]
) -> None:
    asked = replace(claim(member), **other)
    for hours in (0, 1, 23):
        assert ask(Kind.MEMBER_NUMBER, asked, after(hours=hours)) == Received()
    assert kinds_of(member.member_id).count("member_number_asked") == (0 if other else 1)
    ask(Kind.MEMBER_NUMBER, asked, after(hours=24))
    assert kinds_of(member.member_id).count("member_number_asked") == (0 if other else 2)


@pytest.mark.parametrize(("hour", "minute"), [(0, 30), (8, 0)])
def test_address_of_today_is_asked_for_by_the_day_in_japan(
    house: House, member: Member, hour: int, minute: int
) -> None:
    """Before nine in Japan it is still yesterday in Greenwich."""
    house.tell(member.member_id, Item.EMAIL, Email("new@example.jp"), effective_on=AT.date())
    asked = replace(claim(member), email="new@example.jp")
    ask(Kind.PIN_RESET, asked, AT.replace(hour=hour, minute=minute))
    assert len(do(requests.waiting)) == 1


def test_one_request_at_a_time(member: Member) -> None:
    for _ in range(6):
        do(requests.ask, Kind.PIN_RESET, claim(member), AT)
    claims = [claim_id for (claim_id,) in rows("SELECT claim_id FROM people_claim")]
    came = at_once([partial(do, requests.look, claim_id) for claim_id in claims])
    assert sorted(came) == [0, 0, 0, 0, 0, 1]
    assert len(do(requests.waiting)) == 1


def test_claim_is_sealed_and_gone_once_it_was_looked_at(member: Member) -> None:
    do(requests.ask, Kind.PIN_RESET, claim(member), AT)
    [(claim_id, sealed)] = rows("SELECT claim_id, sealed FROM people_claim")
    assert b"example.jp" not in bytes(sealed)
    assert do(requests.look, claim_id) == 1
    assert rows("SELECT 1 FROM people_claim") == []
    assert do(requests.look, claim_id) == 0


def test_asking_does_the_same_whoever_asks(member: Member) -> None:
    """The statements of asking, counted: nothing is looked up before the answer."""
    counts = set()
    for asked in (claim(member), replace(claim(member), member_number="98765432", email="x@y.jp")):
        with CaptureQueriesContext(connection) as seen:
            do(requests.ask, Kind.PIN_RESET, asked, AT)
        counts.add(
            tuple(
                re.sub("[0-9]+", "", query["sql"].split("VALUES")[0])
                for query in seen.captured_queries
            )
        )
    assert len(counts) == 1


@pytest.mark.rule("AUTH-002")
def test_two_looks_and_a_new_pin(
    house: House, member: Member, reviewers: tuple[Staff, Staff]
) -> None:
    for _ in range(3):
        house.enter(member.member_number, WRONG)
    session = house.session(member.member_id, after(days=-30))
    token = approved(member, reviewers)
    assert do(pin.reset, token, OTHER, AT) == pin.Changed(member.member_id)
    assert isinstance(house.enter(member.member_number, OTHER), Entered)
    assert isinstance(do(sessions.use, session, after(days=-30)), sessions.Ended)
    assert isinstance(do(pin.reset, token, Pin("9246"), AT), Refusal)
    assert do(holds.holds, member.member_id, AT) == []
    assert "pin_reset" in kinds_of(member.member_id)


@pytest.mark.rule("AUTH-002")
def test_one_look_or_the_same_one_twice_is_not_enough(
    house: House, member: Member, reviewers: tuple[Staff, Staff]
) -> None:
    for _ in range(3):
        house.enter(member.member_number, WRONG)
    key = waiting(member)
    first, _ = reviewers
    assert do(requests.review, key, first, Verdict.GENUINE, AT) is State.ONCE
    again = do(requests.review, key, first, Verdict.GENUINE, AT)
    assert isinstance(again, Refusal)
    assert again.code == "PPL-070"
    assert do(requests.reset_link, key, "letter 1", AT) is None
    assert house.enter(member.member_number) == Locked()


def test_one_who_doubts_ends_it(member: Member, reviewers: tuple[Staff, Staff]) -> None:
    key = waiting(member)
    first, second = reviewers
    assert do(requests.review, key, first, Verdict.NOT_GENUINE, AT) is State.REFUSED
    with pytest.raises(StateConflict, match="settled already"):
        do(requests.review, key, second, Verdict.GENUINE, AT)
    assert do(requests.reset_link, key, "letter 1", AT) is None


def test_both_at_once_are_two_looks(member: Member, reviewers: tuple[Staff, Staff]) -> None:
    key = waiting(member)
    looks = [partial(do, requests.review, key, one, Verdict.GENUINE, AT) for one in reviewers]
    assert set(at_once(looks)) == {State.ONCE, State.APPROVED}


def test_operators_do_not_review(house: House, member: Member) -> None:
    refused = do(
        requests.review, waiting(member), house.colleague("ito", Role.OPERATOR), Verdict.GENUINE, AT
    )
    assert isinstance(refused, Refusal)
    assert refused.code == "PPL-081"


def test_request_of_another_member_is_not_there(
    house: House, member: Member, reviewers: tuple[Staff, Staff]
) -> None:
    key = RequestKey(house.member().member_id, waiting(member).request_id)
    with pytest.raises(NotFoundError):
        do(requests.review, key, reviewers[0], Verdict.GENUINE, AT)


@pytest.mark.parametrize("is_link_made", [True, False])
def test_link_that_ran_out_bars_no_other_request(
    member: Member, reviewers: tuple[Staff, Staff], *, is_link_made: bool
) -> None:
    """Neither does one that was never made: the worker may have been down."""
    key = waiting(member)
    for one in reviewers:
        do(requests.review, key, one, Verdict.GENUINE, AT)
    if is_link_made:
        do(requests.reset_link, key, "letter 1", AT)
    ask(Kind.PIN_RESET, claim(member), after(hours=23))
    assert do(requests.waiting) == []
    ask(Kind.PIN_RESET, claim(member), after(hours=24))
    (new,) = do(requests.waiting)
    assert new.key != key
    assert do(requests.reset_link, key, "letter 1", after(hours=24)) is None
    ended = rows("SELECT state, reason, token_hash FROM people_request ORDER BY request_id")[0]
    assert ended == ("refused", "expired", None)
    assert "pin_reset_expired" in kinds_of(member.member_id)


def test_document_of_a_link_that_ran_out_goes_a_month_later(
    member: Member, reviewers: tuple[Staff, Staff]
) -> None:
    approved(member, reviewers)
    needed = [do(requests.needed, ["document 1"], after(days=days)) for days in (0, 29, 30)]
    assert needed == [{"document 1"}, {"document 1"}, set()]


@pytest.mark.parametrize("hours", [24, 100])
def test_link_lives_a_day(member: Member, reviewers: tuple[Staff, Staff], hours: int) -> None:
    token = approved(member, reviewers)
    refused = do(pin.reset, token, OTHER, after(hours=hours))
    assert isinstance(refused, Refusal)
    assert refused.code == "PPL-072"


def test_another_letter_ends_the_one_before(member: Member, reviewers: tuple[Staff, Staff]) -> None:
    first = approved(member, reviewers)
    (key,) = [RequestKey(*row) for row in rows("SELECT member_id, request_id FROM people_request")]
    assert do(requests.reset_link, key, "letter 1", after(minutes=1)) == first
    second = do(requests.reset_link, key, "letter 2", AT)
    assert isinstance(do(pin.reset, first, OTHER, AT), Refusal)
    assert do(pin.reset, second, OTHER, AT) == pin.Changed(member.member_id)


@pytest.mark.rule("AUTH-002")
@pytest.mark.parametrize("looks", [0, 1])
def test_another_address_ends_the_review_bound_to_the_one_before(
    house: House, member: Member, reviewers: tuple[Staff, Staff], looks: int
) -> None:
    key = waiting(member)
    for one in reviewers[:looks]:
        do(requests.review, key, one, Verdict.GENUINE, AT)
    house.tell(member.member_id, Item.EMAIL, Email("new@example.jp"))
    assert do(requests.review, key, reviewers[looks], Verdict.GENUINE, AT) is State.REFUSED
    assert kinds_of(member.member_id)[-1] == "pin_reset_expired"


@pytest.mark.rule("AUTH-002")
def test_another_address_ends_the_link_sent_to_the_one_before(
    house: House, member: Member, reviewers: tuple[Staff, Staff]
) -> None:
    token = approved(member, reviewers)
    house.tell(member.member_id, Item.EMAIL, Email("new@example.jp"))
    assert isinstance(do(pin.reset, token, OTHER, AT), Refusal)
    ask(Kind.PIN_RESET, replace(claim(member), email="new@example.jp"))
    assert len(do(requests.waiting)) == 1


def test_claims_that_no_job_could_look_at_are_cleared_away(member: Member) -> None:
    do(requests.ask, Kind.PIN_RESET, claim(member), AT)
    for hours, left in ((23, 1), (24, 0)):
        TASKS[CLEAR_TRIES](timestamp=int(after(hours=hours).timestamp()))
        assert rows("SELECT count(*) FROM people_claim") == [(left,)]


def test_guessable_pin_leaves_the_link_open(member: Member, reviewers: tuple[Staff, Staff]) -> None:
    token = approved(member, reviewers)
    for digits in (Pin("0412"), GOOD):
        assert isinstance(do(pin.reset, token, digits, AT), Refusal)
    assert do(pin.reset, token, OTHER, AT) == pin.Changed(member.member_id)


@pytest.mark.rule("AUTH-008")
def test_reset_and_a_new_phone_hold_draws(
    house: House, member: Member, reviewers: tuple[Staff, Staff]
) -> None:
    do(pin.reset, approved(member, reviewers), OTHER, AT)
    house.device(member.member_id, after(hours=2))
    assert isinstance(do(holds.check_draw, member.member_id, None, after(hours=3)), Refusal)


@pytest.mark.parametrize("attack", [
    "UPDATE people_request SET state = 'approved'",
    "UPDATE people_request SET state = 'approved', first_staff = 1, second_staff = 1",
    "UPDATE people_request SET token_hash = sha256('x')",
    "DELETE FROM people_request",
])  # fmt: skip
def test_database_holds_to_two_looks(
    member: Member, reviewers: tuple[Staff, Staff], database: Database, attack: str
) -> None:
    waiting(member)
    with database.connect("motocho_owner") as owner, pytest.raises(psycopg.Error):
        owner.execute(attack)
