"""`motocho care stages|strategy|demand`: what was done and comes next, a checked file, a letter to counsel."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from tests.care.collecting import Late, on_day
from tests.cli.at_book import Command
from tests.database import Database
from tests.loans.crowd import do
from tests.people.conftest import house, pepper
from tests.people.house import House

from motocho.care.collections import letters
from motocho.care.collections.letters import Asking
from motocho.contact import counterparts
from motocho.contact.counterparts import Proof, Reach, Told
from motocho.contact.directory import shipped
from motocho.contact.guard import Whom
from motocho.contact.holds import Source
from motocho.documents import addressees, archive
from motocho.documents.addressees import Registered
from motocho.loans import commands
from motocho.loans.policy import Stop
from motocho.outside import clock
from motocho.people import members

__all__ = ["house", "pepper"]


@pytest.fixture
def late(house: House, database: Database, tmp_path: Path) -> Late:
    return Late(house, tmp_path)


def number_of(late: Late) -> str:
    number: str = do(members.one, late.member_id).member_number
    return number


def test_stages_say_what_was_done_and_what_comes(late: Late, database: Database) -> None:
    command, number = Command(database), number_of(late)
    late.decide(1)
    on = ("--on", str(on_day(2)))
    found = json.loads(command.done("care", "stages", number, *on, "--json").out)
    (loan,) = found["loans"]
    assert (loan["days_late"], loan["strategy_from"]) == (2, "2026-04-01")
    assert [one["step"] for one in loan["stages"]] == ["first_mail"]
    assert loan["next"]["step"] == "first_sms"
    assert loan["next"]["waits_for"] == ["not_yet"]
    assert loan["next"]["first_on"] == str(on_day(4))
    shown = command.done("care", "stages", number, *on, "--lang", "en").out.decode()
    assert "2 days late" in shown
    assert "mail" in shown
    nothing = command.done("care", "stages", number, "--on", str(on_day(0))).out.decode()
    assert "延滞している契約はありません" in nothing


def test_strategy_of_a_day_and_a_file_with_faults(database: Database, tmp_path: Path) -> None:
    command = Command(database)
    march = json.loads(command.done("care", "strategy", "--on", "2026-03-31", "--json").out)
    april = json.loads(command.done("care", "strategy", "--on", "2026-04-01", "--json").out)
    assert "first_sms" not in {one["id"] for one in march["steps"]}
    assert "first_sms" in {one["id"] for one in april["steps"]}
    assert "promise" in april["steps"][0]["unless"]
    assert "催告書" in command.done("care", "strategy").out.decode()
    own = tmp_path / "mine.yaml"
    text = (files("motocho.care") / "data" / "strategy.yaml").read_text(encoding="utf-8")
    own.write_text(text.replace("gap_days: 3", "gap_days: 0"), encoding="utf-8")
    ran = command("care", "strategy", own)
    assert ran.code != 0
    assert ran.err.count("gap_days") == 2
    assert command("care", "strategy", tmp_path / "none.yaml").code != 0


@pytest.mark.rule("COLL-010")
def test_a_demand_to_counsel_goes_to_counsel(
    late: Late, database: Database, tmp_path: Path
) -> None:
    command, number = Command(database), number_of(late)
    to = ("--name", "弁護士 山田", "--postcode", "1020082", "--address", "東京都千代田区一番町1")
    done = ("care", "demand", number, "--to", "counsel", *to, "--ref", "r1")
    assert command.done(*done).out == command.done(*done).out
    assert len(do(archive.waiting)) == 1
    before = command.done("papers", "print", tmp_path / "before").out.decode()
    assert "0通を書き出しました" in before, "nobody gave notice: the gate refuses"
    assert "今は送れない書面は1通" in before
    made = late.made(clock.business_date(), "counsel")
    do(commands.suspend, late.key, Stop.COUNSEL, made)
    (letter,) = do(archive.waiting)
    kept = do(addressees.of_paper, letter.member_id, letter.paper_no)
    assert isinstance(kept, addressees.Addressee)
    assert (kept.whom, kept.to.name) == (Whom.COUNSEL, "弁護士 山田")
    asking = Asking(late.key, "中村 葵", 3, "talk 12")
    do(letters.identify, asking, shipped(), clock.now())
    command.done("papers", "print", tmp_path / "after")
    listed = (tmp_path / "after" / "letters.csv").read_text()
    told = [row for row in csv.DictReader(io.StringIO(listed)) if row["name"] == "佐藤 花子"]
    assert "親展" in told[0]["envelope"]
    assert "ファイナンス" not in told[0]["envelope"]
    refused = command("care", "demand", number, "--to", "counsel", "--name", " ", *to[2:])
    assert refused.code != 0


@pytest.mark.rule("COLL-010")
def test_a_demand_takes_who_is_registered_and_by_hand_only_where_nobody_is(
    late: Late, database: Database, tmp_path: Path
) -> None:
    command, number = Command(database), number_of(late)
    by_hand = ("--name", "山田", "--postcode", "1020082", "--address", "東京都千代田区一番町1")
    demand = ("care", "demand", number, "--to", "counsel")
    nobody = command(*demand, "--lang", "en")
    assert nobody.code == 2
    assert "give --name --postcode --address" in nobody.err
    reach = Reach("法田 守", "帳面法律事務所", "0355550123", "東京都千代田区九段1-1", "1020074")
    today = clock.business_date()
    source = Source("staff 1", "form 1")

    def registered(reach: Reach, form: str) -> int:
        told = Told(Whom.COUNSEL, Proof.NOTICE, today, reach)
        one: int = do(counterparts.register, late.member_id, told, replace(source, ref=form),
                      clock.now())  # fmt: skip
        return one

    registered(reach._replace(address="", postcode=""), "form 0")
    said = command.done(*demand, *by_hand, "--ref", "r0", "--lang", "en").out.decode()
    assert "by hand; the register has no address" in said
    first = registered(reach, "form 1")
    typed = command(*demand, *by_hand)
    assert typed.code == 2
    assert f"番号{first}" in typed.err
    for _ in range(2):
        done = command.done(*demand, "--ref", "r1", "--lang", "en").out.decode()
        assert "from the register" in done
    second = registered(reach._replace(name="法田 学"), "form 2")
    assert command(*demand, "--ref", "r2").code == 2, "which of the two?"
    assert command(*demand, "--which", "99").code == 2
    command.done(*demand, "--which", str(second), "--ref", "r3")
    found = {letter.paper_no: do(addressees.of_paper, letter.member_id, letter.paper_no)
             for letter in do(archive.waiting)}  # fmt: skip
    hand, *rest = found.values()
    assert isinstance(hand, addressees.Addressee)
    assert rest == [Registered(Whom.COUNSEL, first), Registered(Whom.COUNSEL, second)]
    do(commands.suspend, late.key, Stop.COUNSEL, late.made(today, "counsel"))
    do(counterparts.end, late.member_id, second, "staff 1", clock.now())
    command.done("papers", "print", tmp_path / "out")
    listed = (tmp_path / "out" / "letters.csv").read_text()
    told = {row["name"]: row for row in csv.DictReader(io.StringIO(listed))}
    assert "帳面法律事務所 法田 学" not in told, "who stands there no more is not written to"
    if 8 <= clock.now().hour < 21:  # one demand of a kind a day: the one by hand went first
        assert "山田" in told
