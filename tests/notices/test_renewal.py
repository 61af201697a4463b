"""The reminder of a card that ends: once for each, in daytime, to who still needs a card."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from tests.loans.crowd import do
from tests.loans.desk import Desk
from tests.notices.posting import mails, plain, work
from tests.notices.test_notices import folder, states, told
from tests.people.house import AT, MAIL, House, after, rows

from motocho.loans import commands
from motocho.loans.commands import Ask, Key
from motocho.loans.policy import Stop
from motocho.notices import choices, messages
from motocho.notices.choices import Choices, Style
from motocho.notices.kinds import Kind
from motocho.outside.clock import JAPAN
from motocho.people import cards
from motocho.people.cards import Validity
from motocho.people.facts.values import Kind as Fact
from motocho.units.errors import Language

__all__ = ["folder"]
ENDS = date(2026, 12, 18)
"""Thirty days after the house's day."""


def holder(house: House, ends: date = ENDS) -> tuple[Desk, Key]:
    """A member with an agreement and a card."""
    desk = Desk()
    house.tell(desk.member_id, Fact.EMAIL, MAIL, at=datetime(2020, 1, 1, 12, tzinfo=JAPAN))
    key = desk.open(AT.date())
    do(cards.issue, desk.member_id, Validity(date(2021, 12, 18), ends), "staff 1", AT)
    return desk, key


def night(hour: int, day: int = 18) -> datetime:
    return datetime(2026, 11, day, hour, 30, tzinfo=JAPAN)


def test_a_card_that_ends_is_told_once_thirty_days_before(house: House, folder: Path) -> None:
    desk, _ = holder(house)
    do(choices.choose, desk.member_id, Choices(Style.PLAIN, Language.JA, ""), AT)
    work(folder, after(days=-1))
    assert told(desk.member_id) == []
    for at in (AT, after(minutes=1), after(days=1), after(days=30), after(days=31)):
        work(folder, at)
    assert told(desk.member_id) == [Kind.CARD_RENEWAL]
    (mail,) = mails(folder)
    assert "2026年12月18日" in plain(mail)
    (message,) = do(messages.listed, desk.member_id)
    assert "2026-12-18" in message.text(Language.EN).body


def orders(member_id: int) -> list[tuple[str, str | None]]:
    found = rows(
        "SELECT cause, expires_on::text FROM people_card_order WHERE member_id = %s", member_id
    )
    return [(cause, ends) for cause, ends in found]


def test_another_card_is_ordered_once_with_the_reminder(house: House, folder: Path) -> None:
    desk, _ = holder(house)
    work(folder, after(days=-1))
    assert orders(desk.member_id) == []
    for at in (AT, after(minutes=1), after(days=1)):
        work(folder, at)
    assert orders(desk.member_id) == [("renewed", "2031-11-30")]


def test_no_card_goes_to_where_nobody_was_reached(house: House, folder: Path) -> None:
    desk, key = holder(house)
    asked = Ask(key.member_id, Stop.UNREACHABLE, "test", AT.date())
    do(commands.watches.ask, [asked], desk.made(AT.date()))
    work(folder, AT)
    assert orders(desk.member_id) == []
    tasks = rows("SELECT facts->>'what' FROM contact_task WHERE member_id = %s", desk.member_id)
    assert tasks == [("card_renewal",)]


def test_a_discreet_mail_says_nothing_of_a_card(house: House, folder: Path) -> None:
    holder(house)
    work(folder, AT)
    (mail,) = mails(folder)
    assert "カード" not in plain(mail) + mail["Subject"]


def test_it_waits_for_the_morning(house: House, folder: Path) -> None:
    desk, _ = holder(house)
    work(folder, night(0))
    assert (states(desk.member_id), mails(folder)) == (["later"], [])
    work(folder, night(7))
    assert mails(folder) == []
    work(folder, night(8))
    assert states(desk.member_id) == ["sent"]


def test_the_day_is_a_day_in_japan(house: House, folder: Path) -> None:
    desk, _ = holder(house)
    work(folder, night(23, 17))
    assert told(desk.member_id) == []
    work(folder, night(0))
    assert told(desk.member_id) == [Kind.CARD_RENEWAL]


def test_who_switched_it_off_sees_it_on_the_site_alone(house: House, folder: Path) -> None:
    desk, _ = holder(house)
    off = Choices(switched_off=frozenset({Kind.CARD_RENEWAL}))
    do(choices.choose, desk.member_id, off, AT)
    work(folder, AT)
    assert told(desk.member_id) == [Kind.CARD_RENEWAL]
    assert mails(folder) == []


def test_after_a_renewal_nothing_is_told_until_the_next_end(house: House, folder: Path) -> None:
    desk, _ = holder(house)
    renewed = Validity(AT.date(), date(2031, 12, 18))
    do(cards.issue, desk.member_id, renewed, "staff 1", AT)
    for at in (AT, after(days=30)):
        work(folder, at)
    assert told(desk.member_id) == []
    work(folder, datetime(2031, 11, 18, 12, tzinfo=JAPAN))
    assert told(desk.member_id) == [Kind.CARD_RENEWAL]


def test_a_mended_day_is_not_told_again(house: House, folder: Path) -> None:
    desk, _ = holder(house)
    work(folder, AT)
    for ends in (date(2031, 12, 18), ENDS):
        do(cards.issue, desk.member_id, Validity(AT.date(), ends), "staff 1", AT)
    work(folder, after(minutes=1))
    assert told(desk.member_id) == [Kind.CARD_RENEWAL]


def test_closed_members_are_not_told(house: House, folder: Path) -> None:
    desk, key = holder(house)
    desk.do(commands.close_agreement, key, desk.made(AT.date()))
    work(folder, AT)
    assert told(desk.member_id) == []


def test_of_two_agreements_one_is_enough(house: House, folder: Path) -> None:
    desk, key = holder(house)
    desk.open(AT.date())
    desk.do(commands.close_agreement, key, desk.made(AT.date()))
    work(folder, AT)
    assert told(desk.member_id) == [Kind.CARD_RENEWAL]


@pytest.mark.parametrize("stop", [Stop.CARD_LOST, Stop.DECEASED, Stop.FRAUD])
def test_a_stop_that_needs_no_card_tells_nobody(house: House, folder: Path, stop: Stop) -> None:
    desk, key = holder(house)
    desk.do(commands.suspend, key, stop, desk.made(AT.date()))
    work(folder, AT)
    assert told(desk.member_id) == []


def test_who_has_no_agreement_is_not_told(house: House, folder: Path) -> None:
    member_id = house.member().member_id
    do(cards.issue, member_id, Validity(date(2021, 12, 18), ENDS), "staff 1", AT)
    work(folder, AT)
    assert told(member_id) == []
