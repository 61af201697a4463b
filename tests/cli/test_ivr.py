"""`motocho ivr`: a call from a terminal, through the site's own door, on a real database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.cli.at_book import Command
from tests.cli.command import Run, motocho
from tests.database import Database
from tests.loans.desk import Desk
from tests.people.conftest import pepper
from tests.people.house import GOOD, SATO, House, rows

from motocho.outside import clock

__all__ = ["pepper"]


@pytest.fixture
def command(database: Database, pepper: str) -> Command:
    return Command(database)


def called(command: Command, *lines: str, caller: str = "") -> Run:
    options = ("--caller", caller) if caller else ()
    typed = "".join(f"{line}\n" for line in lines).encode()
    return motocho("ivr", *options, stdin=typed, DATABASE_URL=command.url)


def test_a_registered_phone_hears_its_balance(command: Command) -> None:
    at = clock.now() - timedelta(days=90)
    member = House().member(SATO, at)
    desk = Desk()
    key = desk.open(at.date(), 500_000, member_id=member.member_id)
    desk.draw(key, 23_000, at.date())
    done = called(command, "1", member.member_number, GOOD.digits, "1", "0", caller="090-1111-2222")
    assert done.code == 0, done.err
    said = done.text.splitlines()
    assert said[0].startswith("♪ お電話ありがとうございます")
    assert any("お借入れの残高は、二万三千円です。" in line for line in said)
    assert said[-1] == "♪ お電話ありがとうございました。失礼いたします。"
    for secret in (member.member_number, GOOD.digits):
        assert secret not in done.text + done.err
    assert rows("SELECT is_over, turn_no FROM care_ivr_call") == [(True, 6)]


def test_the_end_of_the_input_hangs_up_and_a_desk_is_shown_as_dialled(command: Command) -> None:
    hung_up = called(command, "1")
    assert (hung_up.code, len(hung_up.text.splitlines())) == (0, 2)
    lost = called(command, "5")
    assert "→ +81300000103" in lost.text
    assert rows("SELECT is_over FROM care_ivr_call ORDER BY begun_at") == [(False,), (True,)]


def test_what_is_wrong_is_said(command: Command) -> None:
    """A number that is none; a site that has no voice service, as this process was started."""
    assert called(command, caller="12").code == 2
    refused = command("ivr")
    assert refused.code == 7
    assert "MOTOCHO_VOICE_SECRET" in refused.err
