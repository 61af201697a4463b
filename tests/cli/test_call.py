"""`motocho call …` on a real database: from the list of reasons to what an ending did."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
from tests.cli.at_book import Command
from tests.database import Database
from tests.loans.crowd import do
from tests.loans.desk import Desk
from tests.people.conftest import house, pepper
from tests.people.house import BORN, MOBILE, SATO, House, rows

from motocho.outside import clock
from motocho.people import consents
from motocho.people.consents import Consent

__all__ = ["house", "pepper"]


EXIT_NOT_ALLOWED = 5


@pytest.fixture
def command(database: Database) -> Command:
    made = Command(database)
    made.done("staff", "add", "tanaka", "--name", "田中", "--role", "administrator", "--role",
              "operator")  # fmt: skip
    return made


def member(house: House, opened_days_ago: int = 400) -> str:
    """A member with an agreement for a year, who takes invitations."""
    at = clock.now() - timedelta(days=opened_days_ago + 1)
    found = house.member(at=at)
    told = consents.Told("member", "form 1", "v1")
    do(consents.give, found.member_id, Consent(consents.Kind.CAMPAIGN), told, at)
    Desk().open(clock.business_date() - timedelta(days=opened_days_ago), member_id=found.member_id)
    return found.member_number


def is_by_day() -> bool:
    return 8 <= clock.now().hour < 20


def test_reasons_and_notes_need_no_book(command: Command) -> None:
    shown = json.loads(command.done("call", "reasons", "--json").out)["reasons"]
    assert {one["reason"]: one["purpose"] for one in shown}["increase"] == "campaign"
    assert "返済の確認" in command.done("call", "reasons").out.decode()
    assert command.done("call", "note", "::absent").out.decode().startswith("ご不在")
    for note in ("暗証番号は7305", "::nobody", "がんの治療中"):
        assert command("call", "note", note).code == 2


def said(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    """What the caller says comes by standard input, a line each."""
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(answers) + "\n"))


@pytest.mark.rule("DESK-003")
def test_call_at_work_is_a_supervisor_s_here_too(command: Command, house: House) -> None:
    number = house.member().member_number
    begin = ("call", "begin", number, "employment", "--name", "佐々木", "--by")
    refused = command(*begin, "tanaka")
    assert "上長" in refused.err
    assert refused.code == EXIT_NOT_ALLOWED
    command.done("staff", "add", "suzuki", "--name", "鈴木", "--role", "supervisor",
                 "--by", "tanaka")  # fmt: skip
    asked = command(*begin, "suzuki")
    assert "上長だけ" not in asked.err
    assert asked.code == 6, "nobody agreed to it"


def test_offer_that_is_refused_blocks_itself(
    command: Command, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = member(house)
    listed = json.loads(command.done("call", "reasons", number, "--json").out)["reasons"]
    offered = "increase" in {one["reason"] for one in listed}
    assert offered is is_by_day()
    begin = ("call", "begin", number, "increase", "--limit", "80万", "--by", "tanaka")
    begun = command(*begin, "--json")
    if not is_by_day():
        assert begun.code == 6
        return
    call = str(json.loads(begun.out)["call"])
    assert "main" not in {one["part"] for one in json.loads(begun.out)["script"]}
    identify = ("call", "identify", number, call)
    said(monkeypatch, "1999/9/9", MOBILE.digits[-4:], "カトウ")
    asked = ("birth_date", "phone_digits", "name_reading", "--by", "tanaka")
    assert command(*identify, *asked).code == 6
    assert rows("SELECT is_passed FROM care_identity_check") == [(False,)], "a miss is kept"
    said(monkeypatch, f"{BORN:%Y/%m/%d}", MOBILE.digits[-4:])
    assert command(*identify, "birth_date", "phone_digits", "--by", "tanaka").code == 2
    said(monkeypatch, f"{BORN:%Y/%m/%d}", MOBILE.digits[-4:], SATO.family_kana + SATO.given_kana)
    script = command.done(*identify, *asked).out.decode()
    assert "限度額を80万円まで広げるお申込み" in script
    assert "審査があります" in script
    ended = command.done("call", "end", number, call, "0", "--by", "tanaka", "--said",
                         "でも、今のところ増額の必要はありません。", "--json")  # fmt: skip
    (held,) = json.loads(ended.out)["holds"]
    assert held["kind"] == "not_now"
    refused = command(*begin)
    assert refused.code == 6
    assert "勧誘を断られています" in refused.err
    after = json.loads(command.done("call", "reasons", number, "--json").out)["reasons"]
    assert "increase" not in {one["reason"] for one in after}
    (kept,) = json.loads(command.done("call", "list", number, "--by", "tanaka", "--json").out)[
        "calls"
    ]
    assert (kept["ending"], kept["identified"]) == ("other", True)
    assert rows("SELECT count(*) FROM journal_row WHERE kind = 'staff_access'")[0][0] >= 4


def test_words_that_cannot_be_read_are_named(command: Command, house: House) -> None:
    number = member(house)
    for arguments in (
        ("begin", number, "friendship"),
        ("identify", number, "1", "horoscope"),
        ("end", number, "1", "6", "--answer", "rate"),
        ("end", number, "1", "6", "--at", "noon"),
        ("begin", number, "increase"),
        ("begin", number, "increase", "--limit", "900万"),
    ):
        assert command("call", *arguments, "--by", "tanaka").code == 2, arguments
    assert command("call", "end", number, "1", "6", "--by", "tanaka").code == 4
    assert command("call", "begin", number, "identity", "--by", "nobody").code == 4
    assert command("call", "begin", number, "identity", "--by", "tanaka").code == 6
