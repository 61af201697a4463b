"""Pages of the watch: every reason with its own way on, lifted by what is done; the desk's list."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from django.test import Client
from tests.database import Database
from tests.loans.desk import days
from tests.web.membership import Site, do
from tests.web.office import seated

from motocho.loans import commands, queries
from motocho.loans.commands import Ask, Key
from motocho.loans.monitoring import Income
from motocho.loans.policy import WATCHED, Stop
from motocho.outside import clock, mail
from motocho.people.access import Role
from motocho.screening.watch import ACTS, Act
from motocho.web._acts import ACT_TEXTS
from motocho.web.care.watching import AT_ONCE, CHECKED, PLACES
from motocho.web.member.home import ASK_TEXTS, STOP_TEXTS
from motocho.web.words import Tongue, plain

TODAY = clock.business_date()
SITE = "/member/watch/"


@pytest.fixture
def site(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Site.at(tmp_path)


def text_of(answer: object) -> str:
    return unescape(answer.content.decode())  # type: ignore[attr-defined]


def asked(site: Site, key: Key, stop: Stop, due: int | None = None) -> None:
    due_on = None if due is None else TODAY + days(due)
    one = Ask(key.member_id, stop, f"test {stop.value}", due_on)
    assert do(commands.watches.ask, [one], site.desk.made(TODAY)) == 1


def waits(key: Key) -> set[Stop]:
    return {one.stop for one in do(queries.watches_of, key.member_id)}


def test_every_reason_has_words_and_a_way_of_its_own() -> None:
    assert set(STOP_TEXTS) == set(Stop)
    assert set(ACT_TEXTS) == set(Act)
    assert len({plain(text, Tongue.JA) for text in STOP_TEXTS.values()}) == len(Stop)
    assert len({plain(text, Tongue.JA) for text in ACT_TEXTS.values()}) == len(Act)
    ways = set(PLACES) | AT_ONCE | {Act.WAIT, Act.WAIT_TIME, Act.COUNSEL}
    assert ways == set(Act)
    assert {ACTS[stop] for stop in ASK_TEXTS} <= AT_ONCE | CHECKED


def test_several_reasons_are_all_told_each_with_its_day(client: Client, site: Site) -> None:
    _, key = site.enter(client)
    for stop in sorted(WATCHED - {Stop.FACTS_OLD}, key=lambda one: one.value):
        asked(site, key, stop)
    asked(site, key, Stop.FACTS_OLD, 12)
    home, page = text_of(client.get("/member/")), text_of(client.get(SITE))
    borrow = client.get("/member/borrow/")
    assert borrow.status_code == 409
    for stop in WATCHED - {Stop.FACTS_OLD}:
        said = plain(STOP_TEXTS[stop], Tongue.JA)
        for where in (home, page, text_of(borrow)):
            assert said in where, stop
        assert plain(ACT_TEXTS[ACTS[stop]], Tongue.JA) in page
    due = TODAY + days(12)
    for where in (home, page):
        assert plain(ASK_TEXTS[Stop.FACTS_OLD], Tongue.JA) in where
        assert f"{due.month}月{due.day}日" in where
    assert plain(STOP_TEXTS[Stop.FACTS_OLD], Tongue.JA) not in home


def test_confirmed_facts_and_own_draws_open_their_own_reason(client: Client, site: Site) -> None:
    member, key = site.enter(client)
    for stop in (Stop.FACTS_OLD, Stop.OFTEN_DRAWN, Stop.DEBTS_ELSEWHERE):
        asked(site, key, stop)
    assert client.post(SITE, {"do": "facts"}).status_code == 302
    assert waits(key) == {Stop.OFTEN_DRAWN, Stop.DEBTS_ELSEWHERE}
    assert client.post(SITE, {"do": "own"}).status_code == 200  # a code is asked for first
    assert client.post(SITE, {"do": "own", "code": "000000"}).status_code == 422
    assert Stop.OFTEN_DRAWN in waits(key)
    assert client.post(SITE, {"do": "own", "code": site.code(member)}).status_code == 302
    assert waits(key) == {Stop.DEBTS_ELSEWHERE}
    assert client.get("/member/borrow/").status_code == 409


def test_self_exclusion_is_asked_for_in_two_steps_and_kept_to(client: Client, site: Site) -> None:
    _, key = site.enter(client)
    sure = text_of(client.get(f"{SITE}?exclude=1"))
    assert "3か月の間は取り消せません" in sure
    assert waits(key) == set()
    assert client.post(SITE, {"do": "exclude"}).status_code == 302
    assert waits(key) == {Stop.SELF_EXCLUDED}
    refused = client.post(SITE, {"do": "take_back"})
    assert refused.status_code == 409
    assert "まだ取り消せません" in text_of(refused)
    assert "から取り消せます" in text_of(client.get(SITE))


def test_the_desk_lists_lines_and_lifts_only_what_it_may(site: Site) -> None:
    reviewer = seated("mori", Role.REVIEWER)
    operator = seated("suzuki", Role.OPERATOR)
    _, key = site.member()
    asked(site, key, Stop.DEBTS_ELSEWHERE)
    asked(site, key, Stop.EMPLOYER_CHANGED, 30)
    page = text_of(reviewer.client.get("/desk/watch/"))
    assert "他社での借入れ" in page
    assert "勤務先の変更" in page
    only = text_of(reviewer.client.get("/desk/watch/?stop=employer_changed"))
    assert only.count("data-row") == 1
    at = f"/desk/members/{key.member_id}/watch/"
    judge = {"do": "judge", "what": "debts_elsewhere"}
    assert operator.client.post(at, judge).status_code == 422
    assert Stop.DEBTS_ELSEWHERE in waits(key)
    paper = {"do": "employer", "what": "new", "document": ""}
    assert reviewer.client.post(at, paper).status_code == 422
    assert reviewer.client.post(at, paper | {"document": "DOC-7"}).status_code == 302
    assert waits(key) == {Stop.DEBTS_ELSEWHERE}
    assert reviewer.client.post(at, judge).status_code == 302
    assert waits(key) == set()
    assert operator.client.post(at, {"do": "unreached", "what": "letter"}).status_code == 302
    assert reviewer.client.post(at, {"do": "judge", "what": "self_excluded"}).status_code == 302


def test_evidence_names_the_days_of_house_and_law(site: Site) -> None:
    reviewer = seated("mori", Role.REVIEWER)
    member_id = site.desk.member()
    key = site.desk.open(TODAY - timedelta(days=30), 800_000, member_id=member_id)
    made = site.desk.made(TODAY)
    do(commands.record_bureau_answer, member_id, commands.BureauAnswer(TODAY, 300_000, "J 1"), made)
    page = text_of(reviewer.client.get(f"/desk/members/{key.member_id}/watch/"))
    assert "法令上の期限" in page


@pytest.mark.rule("LEND-016")
def test_above_a_third_the_page_offers_the_cut_with_its_law_and_amount(site: Site) -> None:
    reviewer, operator = seated("mori", Role.REVIEWER), seated("suzuki", Role.OPERATOR)
    _, key = site.member()
    at = f"/desk/members/{key.member_id}/watch/"
    assert "年収の3分の1" not in text_of(reviewer.client.get(at))
    (line,) = do(queries.agreements, key.member_id)
    third_yen = line.limit_yen + 50_000
    shown = commands.Evidence(Income(TODAY, third_yen * 3), "paper 1")
    do(commands.record_income, key.member_id, shown, site.desk.made(TODAY))
    answer = commands.BureauAnswer(TODAY, 100_000, "answer 1")
    do(commands.record_bureau_answer, key.member_id, answer, site.desk.made(TODAY))
    assert Stop.OVER_ONE_THIRD in do(queries.position, key, TODAY).stops
    page = text_of(reviewer.client.get(at))
    assert "貸金業法13条の4" in page
    assert 'data-key="c"' in page  # C, then Ctrl+Enter
    (sent,) = re.findall(r'name="(limit-\d+)" value="(\d+)"', page)
    assert int(sent[1]) == line.limit_yen - 50_000
    assert "limit-" not in text_of(operator.client.get(at))  # no button that only refuses
    cut = {"do": "cut", sent[0]: sent[1]}
    assert operator.client.post(at, cut).status_code == 422
    assert reviewer.client.post(at, {"do": "cut", sent[0]: "10000"}).status_code == 422
    done = reviewer.client.post(at, cut)
    assert done["Location"].endswith("?done=cut")
    assert "3分の1までに下げました" in text_of(reviewer.client.get(done["Location"]))
    assert Stop.OVER_ONE_THIRD not in do(queries.position, key, TODAY).stops
    (line,) = do(queries.agreements, key.member_id)
    assert line.limit_yen == int(sent[1])
