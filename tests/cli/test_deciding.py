"""`motocho care counsel|approvals`: a notice stops everything; one asks, another decides."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from tests.cli.at_book import Command
from tests.database import Database
from tests.loans.crowd import do
from tests.loans.desk import Desk
from tests.people.conftest import house, pepper
from tests.people.house import House, rows

from motocho.care.collections import counsel, settlements
from motocho.care.collections.settlements import Asking, Offer, Road
from motocho.contact import gate, tasks
from motocho.contact.guard import Purpose
from motocho.contact.holds import Source
from motocho.documents import archive
from motocho.kernel.schedule import Scheme
from motocho.loans import queries
from motocho.loans.commands import Key
from motocho.outside import clock
from motocho.people import staff
from motocho.people.access import Staff

__all__ = ["house", "pepper"]
ROLES = {"root": "administrator", "ueda": "operator", "mori": "supervisor", "wada": "supervisor"}


@pytest.fixture
def command(database: Database) -> Command:
    made = Command(database)
    for login, role in ROLES.items():
        by = () if login == "root" else ("--by", "root")
        made.done("staff", "add", login, "--name", login, "--role", role, *by)
    return made


class Debtor:
    """A loan of 200,000 yen that nobody paid for long."""

    def __init__(self, house: House) -> None:
        opened = clock.business_date() - timedelta(days=300)
        member = house.member(at=clock.now() - timedelta(days=301))
        self.number, self.member_id = member.member_number, member.member_id
        self.desk = Desk()
        self.key: Key = self.desk.open(
            opened, scheme=Scheme.MONTHLY, day=25, member_id=self.member_id
        )
        self.desk.draw(self.key, 200_000, opened)

    def position(self) -> queries.Position:
        found: queries.Position = do(queries.position, self.key, clock.business_date())
        return found


@pytest.fixture
def debtor(house: House) -> Debtor:
    return Debtor(house)


def colleague(login: str) -> Staff:
    (found,) = [one for one in do(staff.accounts) if one.login_name == login]
    active = do(staff.active, found.staff_id, clock.business_date(), "case 7")
    assert isinstance(active, Staff)
    return active


def told(command: Command, *arguments: str) -> Any:
    return json.loads(command.done(*arguments, "--json").out)


# -------------------------------------------------------------------------------------- counsel
@pytest.mark.rule("COLL-010")
def test_a_notice_by_command_stops_everything_at_once(command: Command, debtor: Debtor) -> None:
    plan = tasks.Plan(tasks.Kind.CALL, Purpose.ARREARS, clock.now())
    do(tasks.put, debtor.member_id, plan, Source("close", "stage 1"), clock.now())
    receive = (
        "care", "counsel", "receive", debtor.number, "--from", "lawyer", "--office",
        "帳面法律事務所", "--name", "法田 守", "--road", "fax", "--ref", "r1",
    )  # fmt: skip
    number = ("--registration", "12345")
    assert command(*receive, *number, "--by", "nobody").code == 4
    assert command(*receive, *number, "--by", "root").code == 6, "an administrator sees nobody"
    assert command(*receive, "--registration", "?", "--by", "ueda").code == 2
    assert command(*receive, *number, "--by", "ueda", "--proceeding", "unknown").code == 2
    for wrong in (("--from", "member"), ("--road", "pigeon"), ("--agreement", "99")):
        assert command(*receive, *number, "--by", "ueda", *wrong).code == 2
    assert do(counsel.of_member, debtor.member_id) == []
    done = told(command, *receive, *number, "--by", "ueda")
    assert (done["tasks"], done["is_repeat"]) == (1, False)
    assert done["agreements"] == [debtor.key.agreement_id]
    assert told(command, *receive, *number, "--by", "ueda")["is_repeat"]
    facts = do(gate.facts_of, debtor.member_id, clock.now())
    assert facts.has_counsel
    (one,) = told(command, "care", "counsel", "list", debtor.number, "--by", "ueda")["notices"]
    assert (one["office"], one["from"], one["ended_on"]) == ("帳面法律事務所", "lawyer", None)
    shown = command.done("care", "counsel", "list", debtor.number, "--by", "ueda").out.decode()
    assert "帳面法律事務所" in shown
    looks = rows("SELECT actor, purpose FROM journal_row WHERE kind = 'staff_access'")
    actor = colleague("ueda").actor
    assert (actor, "collection") in looks
    assert {who for who, _ in looks} == {actor}


def test_a_word_of_the_member_stops_it_and_an_end_opens_it(
    command: Command, debtor: Debtor
) -> None:
    done = told(command, "care", "counsel", "said", debtor.number, "--by", "ueda")
    assert done["notice"] is not None
    end = ("care", "counsel", "end", debtor.number, str(done["notice"]))
    assert command(*end, "named", "x", "--by", "ueda").code == 2, "that follows by itself"
    assert command(*end, "mistaken", " ", "--by", "ueda").code == 2
    ended = command.done(*end, "mistaken", "別の会員でした", "--by", "ueda", "--lang", "en")
    assert "0 stand" in ended.out.decode()
    assert not do(gate.facts_of, debtor.member_id, clock.now()).has_counsel
    assert command(*end, "mistaken", "もう一度", "--by", "ueda").code == 8
    assert command(*end[:-1], "99", "mistaken", "x", "--by", "ueda").code == 4


def test_where_nothing_is_open_nothing_is_stopped(command: Command, house: House) -> None:
    number = house.member(at=clock.now() - timedelta(days=9)).member_number
    assert told(command, "care", "counsel", "said", number, "--by", "ueda")["notice"] is None
    shown = command.done("care", "counsel", "said", number, "--by", "ueda", "--lang", "en")
    assert "nothing to stop" in shown.out.decode()


# ------------------------------------------------------------------------------------- approvals
def asked(debtor: Debtor) -> int:
    offer = Offer(debtor.key, 160_000, 10_000, Road.VOICE, clock.business_date())
    asking = Asking(colleague("ueda"), "収入が減った", "form 1", clock.now())
    number: int = do(settlements.ask, offer, asking).ref.request_id
    return number


def test_one_asks_another_decides_and_the_paper_is_there(command: Command, debtor: Debtor) -> None:
    request = str(asked(debtor))
    listed = ("care", "approvals", "list")
    assert command(*listed, "--by", "ueda").code == 5, "an operator decides on nothing"
    (one,) = told(command, *listed, "--by", "mori")["requests"]
    assert (one["member"], one["kind"], one["asked_by"]) == (debtor.number, "settlement", "ueda")
    assert (str(one["request"]), one["may_decide"]) == (request, True)
    assert debtor.number in command.done(*listed, "--by", "mori").out.decode()
    show = ("care", "approvals", "show", debtor.number, request, "--by", "mori")
    shown = told(command, *show)
    assert shown["wanted"]["paid_yen"] == 160_000
    assert shown["figures"]["given_up_principal_yen"] == 40_000
    assert shown["is_open"]
    text = command.done(*show).out.decode()
    assert "160,000" in text
    assert shown["mark"] in text
    decide = ("care", "approvals", "decide", debtor.number, request)
    mark = ("--mark", shown["mark"][:12])
    assert command(*decide, "agreed", *mark, "--by", "ueda").code == 6
    assert command(*decide, "outdated", *mark, "--by", "mori").code == 2
    for wrong in ("", shown["mark"][:11], "0" * 64):
        assert command(*decide, "agreed", "--mark", wrong, "--by", "mori").code == 8
    assert command(*decide, "refused", *mark, "--by", "mori").code == 2, "a refusal has its words"
    assert debtor.position().payoff_yen > 200_000
    for _ in range(2):  # the same word again is the same decision
        done = told(command, *decide, "agreed", *mark, "--by", "mori")
        assert done["outcome"] == "agreed"
    assert command(*decide, "agreed", *mark, "--by", "wada").code == 8, "it is decided"
    assert debtor.position().payoff_yen == 160_000
    papers = [one for one in do(archive.listed, *debtor.key) if one.title == "和解書"]
    assert [one.road for one in papers] == [archive.Road.POST]
    assert told(command, *show)["decided_by"] == "mori"
    assert told(command, *listed, "--by", "mori")["requests"] == []


def test_nobody_decides_on_what_they_asked_and_what_changed_is_not_done(
    command: Command, debtor: Debtor
) -> None:
    offer = Offer(debtor.key, 160_000, 10_000, Road.VOICE, clock.business_date())
    asking = Asking(colleague("mori"), "収入が減った", "form 1", clock.now())
    request = str(do(settlements.ask, offer, asking).ref.request_id)
    show = ("care", "approvals", "show", debtor.number, request, "--by", "mori")
    mark = ("--mark", told(command, *show)["mark"])
    decide = ("care", "approvals", "decide", debtor.number, request)
    assert command(*decide, "agreed", *mark, "--by", "mori").code == 5
    assert command(*decide, "withdrawn", *mark, "--by", "wada").code == 5
    debtor.desk.receive(debtor.key, 45_000, clock.business_date())
    owed_yen = debtor.position().payoff_yen
    changed = command(*decide, "agreed", *mark, "--by", "wada", "--lang", "en")
    assert changed.code == 8
    assert "had changed" in changed.out.decode()
    assert debtor.position().payoff_yen == owed_yen
    assert rows("SELECT outcome FROM care_approval_decision") == [("outdated",)]


def test_a_setting_is_shown_here_and_decided_at_the_desk_alone(
    command: Command, debtor: Debtor, tmp_path: Any
) -> None:
    text = command.done("settings", "show", "reliefs").out.decode()
    own = tmp_path / "reliefs.yaml"
    own.write_text(text.replace("offer_open_days: 7 ", "offer_open_days: 9 "), encoding="utf-8")
    propose = ("settings", "propose", "reliefs", str(own), "--by", "mori", "--reason", "のばす")
    request = str(told(command, *propose)["request"])
    show = ("care", "approvals", "show", "house", request, "--by", "wada")
    mark = told(command, *show)["mark"]
    decide = ("care", "approvals", "decide", "house", request)
    for said, by in (("agreed", "wada"), ("refused", "wada"), ("withdrawn", "mori")):
        words = ("--mark", mark, "--words", "理由", "--by", by)
        refused = command(*decide, said, *words)
        assert refused.code == 5, said
        assert "窓口の画面" in refused.err
    assert not rows("SELECT 1 FROM care_approval_decision")
    assert not rows("SELECT 1 FROM care_setting")
