"""Mails that come back hours later: noted once, for the address that the very letter went to."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from tests.loans.crowd import do
from tests.notices.posting import Refusing, office, waiting, work
from tests.notices.test_notices import happen, states
from tests.outside.reports import MAKERS, Maker, delayed, postfix
from tests.people.house import AT, MAIL, House, after, kinds_of, rows

from motocho.config import worker
from motocho.notices import bounces, sending
from motocho.notices.bounces import Noted
from motocho.outside.mail import Delivery, Letter, Outcome, Report, read_report
from motocho.people.facts.values import Email
from motocho.people.facts.values import Kind as Fact
from motocho.units.errors import Fault, OutsideFailure, Unread

NEW = Email("new@example.jp")
LATER = after(hours=6)


def login(member_id: int, number: int = 1) -> None:
    happen(member_id, "login", session_id=number, device_id=1)


def sent(house: House) -> tuple[int, str, Refusing]:
    """A member, the id of the letter that went out, and the post."""
    member_id = house.member().member_id
    post = Refusing(lambda letter: Outcome.TAKEN)
    login(member_id)
    work(post, AT)
    return member_id, post.seen[0].letter_id, post


def came(data: bytes) -> Noted | Unread:
    report = read_report(data)
    assert isinstance(report, Report)
    noted: Noted | Unread = do(bounces.note, report, LATER)
    return noted


def fact_no() -> int:
    found: int = rows("SELECT max(fact_no) FROM people_fact WHERE kind = 'email'")[0][0]
    return found


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.__name__)
def test_a_report_marks_the_address_once(house: House, maker: Maker) -> None:
    member_id, letter_id, post = sent(house)
    assert do(bounces.unreachable_since, member_id, LATER.date()) is None
    assert came(maker(letter_id)) is Noted.MARKED
    for again in MAKERS:
        assert came(again(letter_id)) is Noted.KNOWN
    assert do(sending.bounced_at, member_id, fact_no()) == LATER
    assert kinds_of(member_id).count("mail_bounced") == 1
    assert do(bounces.unreachable_since, member_id, LATER.date()) == date(2026, 11, 18)
    message_id = rows("SELECT message_id FROM notices_message")[0][0]
    (fate,) = do(sending.fates, member_id, message_id)
    assert (fate.state, fate.settled_at) == ("bounced", LATER)
    login(member_id, 2)
    work(post, after(hours=7))
    assert (len(post.seen), states(member_id)) == (1, ["sent", "bounced"])


def test_a_delayed_letter_changes_nothing(house: House) -> None:
    member_id, letter_id, post = sent(house)
    assert came(delayed(letter_id)) is Noted.UNDER_WAY
    assert rows("SELECT 1 FROM notices_return") == []
    login(member_id, 2)
    work(post, after(hours=7))
    assert states(member_id) == ["sent", "sent"]


def test_a_full_mailbox_loses_the_letter_and_not_the_address(house: House) -> None:
    member_id, letter_id, post = sent(house)
    assert came(postfix(letter_id, "failed", "5.2.2")) is Noted.CAME_BACK
    assert came(postfix(letter_id, "failed", "5.2.2")) is Noted.KNOWN
    assert do(bounces.unreachable_since, member_id, LATER.date()) is None
    login(member_id, 2)
    work(post, after(hours=7))
    assert [one.to for one in post.seen] == [MAIL.address] * 2
    assert came(postfix(letter_id)) is Noted.MARKED


@pytest.mark.parametrize("delivery", Delivery)
def test_a_letter_that_never_went_out_marks_nobody(house: House, delivery: Delivery) -> None:
    member_id = house.member().member_id
    login(member_id)
    worker.read_news(AT)
    (waits,) = rows("SELECT letter_id::text FROM notices_mail")[0]
    for letter_id in (waits, "00000000-1111-4222-8333-444444444444"):
        found = do(bounces.note, Report(letter_id, delivery), LATER)
        assert isinstance(found, Unread)
        assert found.code == "MAI-014"
    assert rows("SELECT 1 FROM notices_bounce UNION ALL SELECT 1 FROM notices_return") == []


def test_the_report_marks_the_address_it_went_to_and_not_the_next_one(house: House) -> None:
    member_id, letter_id, post = sent(house)
    old = fact_no()
    house.tell(member_id, Fact.EMAIL, NEW, at=after(hours=1))
    assert came(postfix(letter_id)) is Noted.MARKED
    assert do(sending.bounced_at, member_id, old) == LATER
    assert do(bounces.unreachable_since, member_id, LATER.date()) is None
    login(member_id, 2)
    work(post, after(hours=7))
    assert post.seen[-1].to == NEW.address


def test_one_members_report_says_nothing_of_anothers(house: House) -> None:
    member_id, letter_id, _ = sent(house)
    other_id = house.member().member_id
    assert came(postfix(letter_id)) is Noted.MARKED
    assert do(bounces.unreachable_since, other_id, LATER.date()) is None
    assert do(bounces.unreachable_since, member_id, LATER.date()) is not None


def test_a_letter_tried_at_two_addresses_is_two(house: House) -> None:
    """Else a report of the first, which the server had taken after all, would mark the second."""
    member_id = house.member().member_id

    def away(letter: Letter) -> Outcome:
        raise OutsideFailure(Fault("MAI-001", details={"host": "x"}))

    post = Refusing(away)
    login(member_id)
    worker.read_news(AT)
    (key,) = waiting()
    with pytest.raises(OutsideFailure):
        sending.send(key, office(post, AT))
    house.tell(member_id, Fact.EMAIL, NEW, at=after(minutes=1))
    post.fate = lambda letter: Outcome.TAKEN
    sending.send(key, office(post, after(minutes=2)))
    first, second = post.seen
    assert (first.to, second.to) == (MAIL.address, NEW.address)
    assert first.letter_id != second.letter_id
    found = do(bounces.note, Report(first.letter_id, Delivery.NOBODY), LATER)
    assert isinstance(found, Unread)
    assert do(bounces.unreachable_since, member_id, LATER.date()) is None


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM notices_return", "UPDATE notices_return SET noted_at = now()"],
)
def test_what_came_back_stays(house: House, statement: str) -> None:
    _, letter_id, _ = sent(house)
    came(postfix(letter_id))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
