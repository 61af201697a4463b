"""The pages for trouble and change without a browser: what they do, once, and to nobody else."""

from __future__ import annotations

import html
import re
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern
from tests.database import Database
from tests.people.house import SATO, rows
from tests.web.membership import Site, do

from motocho.care.cases import complaints
from motocho.care.cases.complaints import CaseKey, State, Step
from motocho.care.cases.sorting import Category, RootCause, Sorting
from motocho.care.reliefs import consultations
from motocho.contact import calls, gate, holds, tasks
from motocho.contact.calls import Result
from motocho.contact.directory import shipped
from motocho.contact.gate import Closed, Permit, Wanted
from motocho.contact.guard import HoldKind, Purpose
from motocho.contact.holds import Source, Wish
from motocho.documents import archive
from motocho.kernel.schedule import Scheme
from motocho.loans import commands, debits, queries
from motocho.loans.commands import Key
from motocho.loans.policy import Stop
from motocho.outside import bank, clock, mail
from motocho.outside.bank import business_day_until, is_business_day, next_business_day
from motocho.outside.clock import JAPAN
from motocho.people.members import Member
from motocho.screening import increases
from motocho.screening.eligibility import Asked
from motocho.units.errors import RefusedError
from motocho.web.care import urls

pytestmark = pytest.mark.usefixtures("database")
OUR_NUMBER = "0300000108"
DAY = timedelta(days=1)
KEY = "k" * 24


@pytest.fixture
def site(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Site.at(tmp_path)


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """A business day at noon, so that calls and desks are open."""
    on = business_day_until(clock.now().date())
    at = datetime.combine(on, time(12), JAPAN)
    monkeypatch.setattr(clock, "now", lambda: at)
    return at


def page(response: Any) -> str:
    """A page as a reader sees it: no marks, one line."""
    assert response.status_code in {200, 422}, response.content.decode()[:2000]
    text = re.sub(r"<[^>]+>", " ", response.content.decode().split("<main")[1])
    return " ".join(html.unescape(text).split())


def shown_which(client: Client, address: str) -> dict[str, str]:
    """What a page's form names that it would end."""
    found = re.search(r'name="which" value="(\d+)"', client.get(address).content.decode())
    assert found is not None
    return {"which": found[1]}


def late(site: Site, client: Client) -> tuple[Member, Key]:
    """A member with a payment overdue, signed in."""
    made = site.house.member(SATO, clock.now() - timedelta(days=200))
    today = clock.now().date()
    key = site.desk.open(today - timedelta(days=120), 500_000, member_id=made.member_id)
    site.desk.draw(key, 150_000, today - timedelta(days=60))
    site.known(client, made)
    site.sign_in(client, made)
    return made, key


def long_standing(site: Site, client: Client) -> tuple[Member, Key]:
    """A member of nine months, never late, signed in."""
    made = site.house.member(SATO, clock.now() - timedelta(days=300))
    today = clock.now().date()
    key = site.desk.open(today - timedelta(days=280), 300_000, member_id=made.member_id)
    site.desk.draw(key, 50_000, today - timedelta(days=20))
    site.known(client, made)
    site.sign_in(client, made)
    return made, key


def called(member_id: int, purpose: Purpose, at: datetime) -> Permit | Closed:
    wanted = Wanted(purpose, "case 7", "staff 7", OUR_NUMBER, shipped())
    answer: Permit | Closed = do(gate.ask, member_id, wanted, at)
    return answer


# ------------------------------------------------------------------------------------- promises
def a_promise(
    key: Key, on: date, amount: str = "8000", form: str = KEY
) -> tuple[str, dict[str, str]]:
    address = f"/member/trouble/{key.agreement_id}/promise/"
    return address, {"on": on.isoformat(), "amount": amount, "ref": form}


@pytest.mark.rule("COLL-003")
def test_promise_is_chosen_with_its_cost_and_stops_calls(
    client: Client, site: Site, noon: datetime
) -> None:
    member, key = late(site, client)
    on = next_business_day(noon.date() + 5 * DAY)
    address, form = a_promise(key, on)
    assert isinstance(called(member.member_id, Purpose.ARREARS, noon), Permit)
    shown = page(client.get(address, {"on": on.isoformat(), "amount": "8,000"}))
    waiting = do(queries.waiting, key, noon.date(), on)
    assert waiting.damages_yen > 0
    assert f"{waiting.damages_yen:,}円" in shown
    assert f"{waiting.a_day_yen:,}円" in shown
    assert client.post(address, form)["Location"] == address
    assert "約束を受け取りました" in page(client.get(address))
    refused = called(member.member_id, Purpose.ARREARS, noon + DAY)
    assert isinstance(refused, Closed)
    assert [one.refusal.rule_id for one in refused.hindrances] == ["COLL-003"]
    then = datetime.combine(on + DAY, time(12), JAPAN)
    assert isinstance(called(member.member_id, Purpose.ARREARS, then), Permit)
    assert "約束があるので、その日まで返済の電話をしません" in page(client.get("/member/calls/"))


def test_promise_is_kept_once_however_often_it_is_sent(
    client: Client, site: Site, noon: datetime
) -> None:
    _, key = late(site, client)
    on = next_business_day(noon.date())
    address, form = a_promise(key, on)
    for _ in range(3):
        assert client.post(address, form).status_code == 302
    assert rows("SELECT count(*) FROM loan_promise") == [(1,)]
    other = client.post(address, form | {"ref": "x" * 24})
    assert other.status_code == 409
    assert rows("SELECT count(*) FROM loan_promise") == [(1,)]
    ended = shown_which(client, address)
    for _ in range(2):
        assert client.post(f"{address}withdraw/", ended)["Location"] == address
    assert rows("SELECT outcome FROM loan_promise") == [("withdrawn",)]
    client.post(address, form | {"ref": "n" * 24})
    client.post(f"{address}withdraw/", ended)  # the old form does not end the new promise
    assert rows("SELECT outcome FROM loan_promise ORDER BY promise_no") == [("withdrawn",), (None,)]


@pytest.mark.parametrize(
    "wrong",
    [
        (15, "8000", "までの日にしてください"),
        (-1, "8000", "までの日にしてください"),
        (3, "0", "1円から"),
        (3, "9,000,000", "円までです"),
    ],
)
def test_promise_says_what_would_mend_it(
    client: Client, site: Site, noon: datetime, wrong: tuple[int, str, str]
) -> None:
    ahead, amount, said = wrong
    _, key = late(site, client)
    on = noon.date() + ahead * DAY
    while 0 < ahead < 14 and not is_business_day(on):
        on += DAY
    address, form = a_promise(key, on, amount)
    asked = client.get(address, {"on": on.isoformat(), "amount": amount})
    assert asked.status_code == 422
    assert said in page(asked)
    sent = client.post(address, form)
    assert sent["Location"].startswith(f"{address}?")
    assert not rows("SELECT 1 FROM loan_promise")


def test_promise_offers_another_day_where_banks_are_closed(
    client: Client, site: Site, noon: datetime
) -> None:
    _, key = late(site, client)
    on = noon.date() + DAY
    while is_business_day(on):
        on += DAY
    shown = client.get(f"/member/trouble/{key.agreement_id}/promise/", {"on": on.isoformat()})
    assert shown.status_code == 422
    assert "銀行が休みです" in page(shown)
    assert f"{next_business_day(on):%Y/%m/%d}はどうですか" in page(shown)


def test_pay_day_brings_the_day_after_it(client: Client, site: Site, noon: datetime) -> None:
    _, key = late(site, client)
    address = f"/member/trouble/{key.agreement_id}/promise/"
    paid_on = noon.date() + 6 * DAY
    client.post(f"{address}pay-day/", {"day": str(paid_on.day), "ref": KEY})
    likely = next_business_day(paid_on)
    assert f"{likely.month}月{likely.day}日" in page(client.get(address))
    for turn, typed in enumerate(("0", "99", "-1", "x", "１")):
        client.post(f"{address}pay-day/", {"day": typed, "ref": f"{KEY[:-1]}{turn}"})
    assert rows("SELECT count(*) FROM care_pay_day") == [(2,)]  # the day, and 0 that forgets it


def test_promised_day_as_calendar_file(client: Client, site: Site, noon: datetime) -> None:
    _, key = late(site, client)
    on = next_business_day(noon.date())
    address, form = a_promise(key, on)
    assert client.get(f"{address}day.ics").status_code == 404
    client.post(address, form)
    made = client.get(f"{address}day.ics")
    assert made["Content-Type"] == "text/calendar; charset=utf-8"
    text = made.content.decode()
    assert f"DTSTART;VALUE=DATE:{on:%Y%m%d}\r\n" in text
    assert "SUMMARY:約束の日\r\n" in text
    for word in ("8000", "8,000", "返済", "ファイナンス"):
        assert word not in text


# ------------------------------------------------------------------------- due dates, lighter months
def test_another_due_date_is_what_was_shown(client: Client, site: Site) -> None:
    _, key = site.enter(client)
    address = f"/member/trouble/{key.agreement_id}/due-date/"
    today = clock.now().date()
    position = do(queries.position, key, today)
    assert position.due_on is not None
    assert (position.due_on - today).days >= 3
    forecast = do(queries.plan_forecast, key, Scheme.MONTHLY, 25, today)
    assert forecast.then is not None
    meant = f"/member/trouble/{key.agreement_id}/done/due-date/"
    assert "返済日は35日ごとです" in page(client.get(meant))  # an address alone changed nothing
    shown = page(client.get(address, {"plan": "25"}))
    for one in forecast.then.days:
        assert f"{one.pay_by_on.year}年{one.pay_by_on.month}月{one.pay_by_on.day}日" in shown
        assert f"{one.interest_yen:,}円" in shown
    assert len(forecast.then.days) == 6
    assert f"{forecast.difference_yen:,}円" in shown
    done = client.post(address, {"plan": "25", "ref": KEY})
    assert done["Location"].endswith("/done/due-date/")
    assert client.post(address, {"plan": "25", "ref": KEY}).status_code == 302
    after = do(queries.position, key, today)
    assert after.due_on == forecast.then.days[0].due_on
    assert rows("SELECT count(*) FROM loan_event WHERE kind = 'terms'") == [(1,)]
    again = do(queries.plan_forecast, key, Scheme.MONTHLY, 25, today)
    assert again.now == forecast.then
    assert "返済日は毎月25日です" in page(client.get(done["Location"]))


def test_due_date_that_no_debit_goes_with_is_said_before_it_is_chosen(
    client: Client, site: Site
) -> None:
    _, key = site.enter(client)
    address = f"/member/trouble/{key.agreement_id}/due-date/"
    account = bank.BankAccount("0001", "001", bank.AccountType.ORDINARY, "1234567")
    made = site.desk.made(clock.business_date())
    do(debits.register_mandate, key, account, "サトウ ハナコ", made)
    assert "口座振替で引き落とせません" in page(client.get(address, {"plan": "25"}))
    assert "口座振替で引き落とせません" not in page(client.get(address, {"plan": "20"}))


@pytest.mark.rule("LEDG-027")
def test_due_date_is_not_changed_while_late(client: Client, site: Site) -> None:
    _, key = late(site, client)
    address = f"/member/trouble/{key.agreement_id}/due-date/"
    assert "遅れている返済があるあいだは、返済日を変えられません" in page(client.get(address))
    assert client.post(address, {"plan": "25", "ref": KEY}).status_code == 409
    assert not rows("SELECT 1 FROM loan_event WHERE kind = 'terms'")


def test_due_date_is_not_changed_right_before_it(
    client: Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, key = site.enter(client)
    due_on = do(queries.position, key, clock.now().date()).due_on
    assert due_on is not None
    then = datetime.combine(due_on - 2 * DAY, time(12), JAPAN)
    monkeypatch.setattr(clock, "now", lambda: then)
    other = Client(SERVER_NAME="127.0.0.1")
    numbers = rows("SELECT member_number FROM people_number WHERE member_id = %s", key.member_id)
    found = Member(key.member_id, numbers[0][0], SATO)
    site.known(other, found)
    site.sign_in(other, found)
    address = f"/member/trouble/{key.agreement_id}/due-date/"
    shown = page(other.get(address))
    assert "3日前まで" in shown
    assert other.post(address, {"plan": "35d", "ref": KEY}).status_code == 409
    early = datetime.combine(due_on - 3 * DAY, time(12), JAPAN)
    monkeypatch.setattr(clock, "now", lambda: early)
    assert other.post(address, {"plan": "35d", "ref": KEY}).status_code == 302


@pytest.mark.rule("LEDG-015")
def test_lighter_month_is_what_was_shown_and_limited(client: Client, site: Site) -> None:
    _, key = site.enter(client)
    today = clock.now().date()
    address = f"/member/trouble/{key.agreement_id}/lighter/"
    found = do(queries.lighter_forecast, key, today)
    shown = page(client.get(address))
    assert f"{found.asked_then_yen:,}円" in shown
    assert 0 < found.asked_then_yen < found.asked_now_yen
    assert found.more_yen > 0
    assert "1年に2回まで" in shown
    meant = f"/member/trouble/{key.agreement_id}/done/lighter/"
    assert "次の1回はいつもの額です" in page(client.get(meant))  # nothing was agreed yet
    for _ in range(2):
        done = client.post(address, {"ref": KEY})
    assert "次の1回は利息だけです" in page(client.get(done["Location"]))
    due_on = do(queries.position, key, today).due_on
    assert do(queries.position, key, due_on).due_yen == found.asked_then_yen
    assert client.post(address, {"ref": "y" * 24}).status_code == 302
    assert "年2回まで" in page(client.get(address))
    assert client.post(address, {"ref": "z" * 24}).status_code == 409


@pytest.mark.rule("LEDG-015")
def test_lighter_month_of_who_owes_nothing_is_refused(client: Client, site: Site) -> None:
    """What the page refuses to show, it does not take either."""
    _, key = site.enter(client)
    today = clock.now().date()
    owed = do(queries.payoff_quote, key, today).total_yen
    site.desk.receive(key, owed, today)
    address = f"/member/trouble/{key.agreement_id}/lighter/"
    assert client.post(address, {"ref": KEY}).status_code == 409
    assert not rows("SELECT 1 FROM loan_event WHERE kind = 'arrangement'")


def test_lighter_month_of_an_overdue_loan_asks_for_the_interest_now(
    client: Client, site: Site
) -> None:
    _, key = late(site, client)
    today = clock.now().date()
    found = do(queries.lighter_forecast, key, today)
    position = do(queries.position, key, today)
    assert found.pay_on == today
    assert found.asked_now_yen == position.due_yen
    client.post(f"/member/trouble/{key.agreement_id}/lighter/", {"ref": KEY})
    assert do(queries.position, key, today).due_yen == found.asked_then_yen


# --------------------------------------------------------------------------------- consultations
@pytest.mark.rule("VULN-002")
def test_consultation_stops_calls_until_its_hour_and_offers_after_it(
    client: Client, site: Site, noon: datetime
) -> None:
    member, _ = late(site, client)
    address = "/member/trouble/consultation/"
    hours = re.findall(r'<option value="(20[^"]+)"', client.get(address).content.decode())
    assert hours
    form = {"topic": "late", "hour": hours[5], "ref": KEY}
    for _ in range(2):
        assert client.post(address, form)["Location"] == address
    assert rows("SELECT count(*) FROM care_consultation") == [(1,)]
    booked = datetime.fromisoformat(hours[5])
    shown = page(client.get(address))
    assert f"{booked.day}日" in shown
    assert "*******2222" in shown
    refused = called(member.member_id, Purpose.ARREARS, noon + timedelta(hours=1))
    assert isinstance(refused, Closed)
    assert refused.allowed_at == booked
    assert isinstance(called(member.member_id, Purpose.ASKED_FOR, booked), Permit)
    assert isinstance(called(member.member_id, Purpose.ARREARS, booked), Permit)
    (task,) = do(tasks.of_member, member.member_id)
    assert (task.plan.kind, task.plan.planned_at) == (tasks.Kind.CONSULTATION, booked)
    month_after = booked + timedelta(days=30)
    offers = Wanted(Purpose.CAMPAIGN, "c", "worker")
    for at, is_refused in ((month_after, True), (month_after + DAY, False)):
        offer = do(gate.ask, member.member_id, offers, at)
        assert isinstance(offer, Closed)  # nobody agreed to offers either
        assert ("CON-012" in {one.refusal.code for one in offer.hindrances}) is is_refused
    client.post(f"{address}cancel/", {"which": "987654"})
    assert rows("SELECT outcome FROM care_consultation") == [(None,)]
    assert client.post(f"{address}cancel/", shown_which(client, address)).status_code == 302
    assert rows("SELECT outcome FROM care_consultation") == [("cancelled",)]
    assert do(tasks.of_member, member.member_id) == []


def test_consultation_says_which_hours_there_are(
    client: Client, site: Site, noon: datetime
) -> None:
    late(site, client)
    address = "/member/trouble/consultation/"
    for hour in ("", "x", "2026-11-22", "2020-01-06T10:00:00+09:00", "2099-01-05T10:00:00+09:00"):
        response = client.post(address, {"topic": "late", "hour": hour, "ref": KEY})
        assert response.status_code == 422, hour
        assert "ほかの時間を選んでください" in page(response)
        assert "いま埋まりました" not in page(response)
    assert not rows("SELECT 1 FROM care_consultation")


# ---------------------------------------------------------------------------------------- limits
def test_lower_limit_is_shown_then_set_once(client: Client, site: Site) -> None:
    _, key = site.enter(client)
    address = f"/member/limit/{key.agreement_id}/"
    shown = client.get(address)
    chips = re.findall(r'name="chip" value="([\d,]+)"', shown.content.decode())
    assert chips[0] == "250,000"
    assert "250,000円" in page(client.get(address, {"chip": "250,000"}))
    for _ in range(2):
        done = client.post(f"{address}lower/", {"to": "250000", "ref": KEY})
        assert done["Location"] == address
    assert do(queries.position, key, clock.now().date()).limit_yen == 250_000
    assert rows("SELECT count(*) FROM journal_row WHERE kind = 'limit_changed'") == [(1,)]


@pytest.mark.parametrize("typed", ["500,000", "9,000,000", "0", "1500", "", "x"])
def test_lower_limit_never_raises(client: Client, site: Site, typed: str) -> None:
    _, key = site.enter(client)
    address = f"/member/limit/{key.agreement_id}/"
    assert client.get(address, {"limit": typed}).status_code == 422
    done = client.post(f"{address}lower/", {"to": typed, "ref": KEY})
    assert done.status_code == (302 if typed == "500,000" else 409)
    if done.status_code != 302:
        assert "1,000円から499,000円まで" in done.content.decode()
    assert do(queries.position, key, clock.now().date()).limit_yen == 500_000


@pytest.mark.rule("LEND-023")
def test_raise_names_every_reason_and_when_it_may_be_gone(client: Client, site: Site) -> None:
    _, key = late(site, client)
    address = f"/member/limit/{key.agreement_id}/raise/"
    shown = page(client.post(address, {"limit": "80万", "income": "150万", "others": ""}))
    assert "いまは申し込めません" in shown
    for said in (
        "6か月たっていません",
        "返済日をすぎている返済",
        "年収の3分の1",
        "から申し込めるようになります",
    ):
        assert said in shown, said
    assert 'name="apply"' not in shown


@pytest.mark.rule("LEND-023")
@pytest.mark.rule("AUTH-007")
def test_raise_is_kept_for_a_person_after_a_code(client: Client, site: Site) -> None:
    member, key = long_standing(site, client)
    address = f"/member/limit/{key.agreement_id}/raise/"
    form = {"limit": "60万", "income": "400万", "others": "", "ref": KEY}
    shown = page(client.post(address, form))
    assert "600,000円を申し込めます" in shown
    cost = do(queries.limit_forecast, key, 600_000, clock.now().date())
    assert cost.course is not None
    assert f"{cost.course.interest_yen:,}円" in shown
    assert "収入を証明する書類が要ります" in shown
    form |= {"apply": "yes"}
    assert "確認番号" in page(client.post(address, form))
    wrong = "000000" if site.code(member) != "000000" else "111111"
    assert client.post(address, form | {"code": wrong}).status_code == 422
    other = form | {"limit": "70万", "code": site.code(member)}
    assert client.post(address, other).status_code == 200  # a code is for what was asked for
    assert not rows("SELECT 1 FROM screening_increase")
    assert "確認番号" in page(client.post(address, form))
    assert client.post(address, form | {"code": site.code(member)})["Location"] == address
    again = client.post(address, form | {"code": site.code(member)})
    assert "増額の申込みを受け付けています" in page(again)
    (kept,) = do(increases.waiting)
    assert (kept.asked.limit_yen, kept.needs_evidence) == (600_000, True)
    waits = page(client.get(address))
    assert "増額の申込みを受け付けています" in waits
    assert "いつでも取り下げられます" in waits
    assert "日以内" not in waits  # nobody decides yet, so no day is promised
    assert do(queries.position, key, clock.now().date()).limit_yen == 300_000
    ended = shown_which(client, address)
    client.post("/member/limit/raise/withdraw/", {"which": "987654"})
    assert do(increases.waiting) == [kept]
    assert client.post("/member/limit/raise/withdraw/", ended)["Location"] == "/member/limit/"
    assert do(increases.waiting) == []


def test_raise_does_not_wait_for_an_agreement_that_has_ended(client: Client, site: Site) -> None:
    _, key = long_standing(site, client)
    asked, now = Asked(400_000, 4_000_000, 0), clock.now()
    kept = do(increases.apply, key, asked, Source("member", "form 1"), now)
    assert do(increases.waiting) == [kept]
    owed_yen = do(queries.payoff_quote, key, now.date()).total_yen
    if owed_yen:
        site.desk.receive(key, owed_yen, now.date())
    address = f"/member/close/{key.agreement_id}/"
    assert client.post(address, {"ref": KEY})["Location"] == address
    assert do(increases.waiting) == []


def test_raise_is_pointed_to_by_no_page_of_who_is_late(client: Client, site: Site) -> None:
    _, key = late(site, client)
    home = client.get("/member/").content.decode()
    assert "返済日をすぎた返済があるあいだは" in home
    assert "限度額まで借りている" not in home
    for address in ("/member/", "/member/limit/", "/member/trouble/", "/member/procedures/"):
        assert (
            f"/member/limit/{key.agreement_id}/raise/" not in client.get(address).content.decode()
        )


@pytest.mark.parametrize("trouble", ["promise", "opted out", "rest", "consultation"])
def test_raise_is_pointed_to_by_no_page_of_who_is_in_trouble(
    client: Client, site: Site, noon: datetime, trouble: str
) -> None:
    member, key = long_standing(site, client)
    raised = f"/member/limit/{key.agreement_id}/raise/"
    assert raised in client.get("/member/limit/").content.decode()
    if trouble == "promise":
        address, form = a_promise(key, next_business_day(noon.date()))
        client.post(address, form)
    elif trouble == "opted out":
        do(holds.put, member.member_id, Wish(HoldKind.NOT_NOW), Source("member", "f"), noon)
    elif trouble == "rest":
        client.post("/member/rest/", {"months": "1", "ref": KEY})
    else:
        address = "/member/trouble/consultation/"
        hours = re.findall(r'<option value="(20[^"]+)"', client.get(address).content.decode())
        client.post(address, {"topic": "less", "hour": hours[0], "ref": KEY})
    assert raised not in client.get("/member/limit/").content.decode()
    assert client.get(raised).status_code == 200  # who asks by themselves is answered


# ----------------------------------------------------------------------------------------- rests
@pytest.mark.rule("SOLI-005")
def test_rest_stops_draws_at_once_and_is_lifted_tomorrow(
    client: Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, key = site.enter(client)
    today = clock.now().date()
    assert "今日" not in page(client.get("/member/rest/"))
    client.post("/member/rest/", {"months": "3", "ref": KEY})
    with pytest.raises(RefusedError):
        site.desk.draw(key, 1_000, today)
    assert "あなたの希望で借入を休んでいます" in page(client.get("/member/"))
    client.post("/member/rest/", {"months": "1", "ref": "m" * 24})
    (rest,) = rows("SELECT last_on FROM loan_rest")
    assert rest[0] > today + timedelta(days=80)
    ended = shown_which(client, "/member/rest/")
    client.post("/member/rest/", {"lift": "yes", "which": "987654"})
    assert "明日から借りられるようにする" in page(client.get("/member/rest/"))
    client.post("/member/rest/", ended | {"lift": "yes", "ref": "n" * 24})
    client.post("/member/rest/", {"months": "3", "ref": KEY})  # Back, and the first form once more
    with pytest.raises(RefusedError):
        site.desk.draw(key, 1_000, today)
    made = site.desk.made(today + DAY)
    assert do(commands.rests_over, today) == []
    assert do(commands.rests_over, today + DAY) == [key.member_id]
    do(commands.end_rest, key.member_id, made)
    assert Stop.RESTING not in do(queries.position, key, today + DAY).stops
    site.desk.draw(key, 1_000, today + DAY)
    assert rows("SELECT count(*) FROM contact_hold WHERE ended_at IS NULL") == [(0,)]


# ------------------------------------------------------------------------------- calls and answers
def test_calls_are_listed_with_reason_and_answered_in_writing(
    client: Client, site: Site, noon: datetime
) -> None:
    member, _ = late(site, client)
    assert "0件" in page(client.get("/member/calls/"))
    permit = called(member.member_id, Purpose.ARREARS, noon - timedelta(hours=2))
    assert isinstance(permit, Permit)
    staff = Source("staff 7", "call")
    do(calls.note, permit, Result.NO_ANSWER, staff, noon - timedelta(hours=2))
    shown = page(client.get("/member/calls/"))
    for said in (
        "返済日をすぎた分の確認",
        "出られませんでした",
        "03-0000-0108",
        f"{noon:%Y/%m/%d} 10:00",
    ):
        assert said in shown, said
    address = f"/member/calls/{permit.permit_id}/reply/"
    assert client.post(address, {"words": "  ", "ref": KEY}).status_code == 422
    form = {"words": "来週<b>払います</b>\n<script>", "ref": KEY}
    for _ in range(2):
        done = client.post(address, form)
    told = client.get(done["Location"])
    assert "<script>\n" not in told.content.decode()
    assert "来週<b>払います</b>" in html.unescape(told.content.decode())
    (task,) = do(tasks.waiting, [tasks.Kind.REPLY])
    assert task.member_id == member.member_id
    assert rows("SELECT count(*) FROM care_case") == [(1,)]
    assert "返事を見る" in page(client.get("/member/calls/"))


def test_preferred_hours_are_kept_and_heeded(
    client: Client, site: Site, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    member, _ = late(site, client)
    for form in ({"from": "20", "until": "9"}, {"from": "6", "until": "12"}, {"from": "x"}, {}):
        answer = client.post("/member/calls/hours/", form)
        assert answer.status_code == 422
        assert "時までの中の" in page(answer)
    for index in range(2):
        form = {"from": "18", "until": "20", "ref": f"{KEY}{index}"}
        assert client.post("/member/calls/hours/", form).status_code == 302
    refused = called(member.member_id, Purpose.ARREARS, noon)
    assert isinstance(refused, Closed)
    assert [one.refusal.code for one in refused.hindrances] == ["CON-002"]
    assert "18時から20時まで" in page(client.get("/member/calls/"))
    ended = shown_which(client, "/member/calls/")
    monkeypatch.setattr(clock, "now", lambda: noon + timedelta(minutes=1))
    client.post("/member/calls/hours/", {"from": "9", "until": "11", "ref": "n" * 24})
    monkeypatch.setattr(clock, "now", lambda: noon + timedelta(minutes=2))
    for old in (form, ended | {"forget": "yes"}):  # what came after an old form stands
        client.post("/member/calls/hours/", old)
        assert "9時から11時まで" in page(client.get("/member/calls/"))
    ended = shown_which(client, "/member/calls/")
    client.post("/member/calls/hours/", ended | {"forget": "yes"})
    assert isinstance(called(member.member_id, Purpose.ARREARS, noon), Permit)


def test_planned_call_is_shown_unless_it_will_not_be_made(
    client: Client, site: Site, noon: datetime
) -> None:
    member, key = late(site, client)
    tomorrow = datetime.combine(next_business_day(noon.date()), time(10), JAPAN)
    plan = tasks.Plan(tasks.Kind.CALL, Purpose.ARREARS, tomorrow)
    do(tasks.put, member.member_id, plan, Source("close", "arrears 1"), noon)
    assert f"{tomorrow:%Y/%m/%d} 10:00" in page(client.get("/member/calls/"))
    address, form = a_promise(key, next_business_day(tomorrow.date()))
    client.post(address, form)
    shown = page(client.get("/member/calls/"))
    assert f"{tomorrow:%Y/%m/%d} 10:00" not in shown
    assert "いまはかけません" in shown


# -------------------------------------------------------------------------------------- complaints
@pytest.mark.rule("DESK-004")
def test_member_says_that_it_is_about_calls_and_they_stop(
    client: Client, site: Site, noon: datetime
) -> None:
    member, _ = site.enter(client)
    form = {"kind": "contact", "words": "もうやめてください", "ref": KEY}
    client.post("/member/voices/", form)
    (case,) = do(complaints.waiting)
    assert (case.kind, case.is_about_contact) == (complaints.Kind.COMPLAINT, True)
    kinds = [one.hold.kind for one in do(holds.standing, member.member_id, noon.date())]
    assert kinds == [HoldKind.COMPLAINT]


@pytest.mark.rule("DESK-004")
def test_complaint_is_answered_in_place_and_closed_by_another(
    client: Client, site: Site, noon: datetime
) -> None:
    member, _ = site.enter(client)
    form = {"kind": "complaint", "words": "電話が多いです", "ref": KEY}
    for _ in range(2):
        done = client.post("/member/voices/", form)
    address = done["Location"]
    shown = page(client.get(address))
    for said in ("電話が多いです", "受け付けました", "までに読み", "0570-051-051"):
        assert said in shown, said
    (case,) = do(complaints.waiting)
    one, two = Source("staff 1", "desk 1"), Source("staff 2", "desk 2")
    do(complaints.add, case.key, Step(State.ANSWERED, "回数を見直しました"), one, noon)
    assert "回数を見直しました" in page(client.get(address))
    with pytest.raises(RefusedError):
        do(complaints.add, case.key, Step(State.CLOSED), Source("staff 1", "desk 3"), noon)
    found = Sorting(Category.CONTACT, root_cause=RootCause.PROCEDURE)
    do(complaints.sort, case.key, found, Source("staff 1", "desk 4"), noon)
    assert do(complaints.add, case.key, Step(State.CLOSED), two, noon).state is State.CLOSED
    assert do(complaints.waiting) == []
    client.post(address, {"words": "まだ続いています", "ref": "m" * 24})
    client.post(address, {"words": "まだ続いています", "ref": "m" * 24})
    again = do(complaints.case, CaseKey(member.member_id, case.key.case_id))
    assert (again.state, len(again.steps)) == (State.RECEIVED, 4)
    assert len(do(tasks.waiting, [tasks.Kind.REPLY])) == 1
    assert not rows("SELECT 1 FROM journal_row WHERE subject::text LIKE %s", "%電話%")


def test_words_of_any_kind_are_text_and_bounded(client: Client, site: Site) -> None:
    site.enter(client)
    long = client.post("/member/voices/", {"words": "あ" * 2001, "ref": KEY})
    assert long.status_code == 422
    assert "いま2,001字です" in page(long)
    done = client.post("/member/voices/", {"words": "a\x00\x07b\u202e{{x}}'--", "ref": KEY})
    assert "ab{{x}}'--" in page(client.get(done["Location"]))


# ----------------------------------------------------------------------------------------- closing
@pytest.mark.rule("LEDG-025")
def test_agreement_is_closed_at_zero_and_can_still_be_seen(client: Client, site: Site) -> None:
    _, key = site.enter(client)
    address = f"/member/close/{key.agreement_id}/"
    assert "全部返すと解約できます" in page(client.get(address))
    assert client.post(address, {"ref": KEY}).status_code == 409
    today = clock.now().date()
    site.desk.receive(key, do(queries.payoff_quote, key, today).total_yen, today)
    assert "契約書を返します" not in page(client.get(address))
    assert "カードは使えなくなります" in page(client.get(address))
    do(archive.hold, key, "tanaka", clock.now())
    assert "契約書を返します" in page(client.get(address))
    for _ in range(2):
        assert client.post(address, {"ref": KEY})["Location"] == address
    assert "この契約は終わりました" in page(client.get(address))
    assert client.get(f"/member/dealings/{key.agreement_id}/whole/").status_code == 200


def test_card_is_kept_for_an_agreement_that_goes_on(client: Client, site: Site) -> None:
    member, key = site.enter(client)
    site.desk.open(clock.now().date(), member_id=member.member_id)
    shown = page(client.get(f"/member/close/{key.agreement_id}/"))
    assert "カードは使えなくなります" not in shown
    assert "取引の記録は法律の期間保存します" in shown


# ------------------------------------------------------------------------------- who sees what
def addresses(key: Key, attempt_id: int, case_id: int) -> list[tuple[str, str]]:
    values = {
        "<int:agreement_id>": str(key.agreement_id),
        "<int:attempt_id>": str(attempt_id),
        "<int:case_id>": str(case_id),
        "<int:offer_id>": "987654",
        "<slug:what>": "due-date",
    }
    found = []
    for one in urls.urlpatterns:
        assert isinstance(one, URLPattern)
        address = str(one.pattern)
        for place, value in values.items():
            address = address.replace(place, value)
        assert "<" not in address, f"{address}: say whose id it is"
        found.append((str(one.name), f"/member/{address}"))
    return found


@pytest.mark.rule("PRIV-003")
def test_another_members_ids_are_as_none(client: Client, site: Site, noon: datetime) -> None:
    other, key = site.member()
    permit = called(other.member_id, Purpose.REMINDER, noon)
    assert isinstance(permit, Permit)
    told = complaints.Told(complaints.Kind.COMPLAINT, "秘密の話")
    case = do(complaints.tell, other.member_id, told, Source("member", "x"), noon)
    site.enter(client)
    real = addresses(key, permit.permit_id, case.key.case_id)
    made_up = addresses(Key(key.member_id, 987_654), 987_654, 987_654)
    asked = 0
    for (name, address), (_, nowhere) in zip(real, made_up, strict=True):
        if address == nowhere:
            continue
        asked += 1
        for send in (client.get, client.post):
            there, none = send(address), send(nowhere)
            assert there.status_code == none.status_code, name
            assert there.status_code in {404, 405}, name
            texts = [
                re.sub(r'value="\w+"', "", one.content.decode()).replace(seen, "A")
                for one, seen in ((there, address), (none, nowhere))
            ]
            assert texts[0] == texts[1], name
    assert asked >= 10
    assert not rows("SELECT 1 FROM loan_promise")


@pytest.mark.rule("PRIV-003")
def test_who_is_not_signed_in_sees_nothing(client: Client, site: Site) -> None:
    _, key = site.member()
    client.handler.enforce_csrf_checks = False
    for name, address in [*addresses(key, 1, 1), ("procedures", "/member/procedures/")]:
        for response in (client.get(address), client.post(address)):
            assert response.status_code in {302, 405}, name
            assert response.status_code == 405 or "sign-in" in response["Location"], name


def test_every_form_needs_its_token_and_waits_for_the_maintenance(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(enforce_csrf_checks=True, SERVER_NAME="127.0.0.1")
    _, key = site.enter(client)
    client.handler.enforce_csrf_checks = True
    for name, address in addresses(key, 1, 1):
        assert client.post(address).status_code in {403, 405}, name
    client.handler.enforce_csrf_checks = False
    now = clock.now()
    monday = now + timedelta(days=(7 - now.weekday()) % 7 or 7)
    window = datetime.combine(monday.date(), time(1, 30), JAPAN)
    monkeypatch.setattr(clock, "now", lambda: window)
    for name, address in addresses(key, 1, 1):
        assert client.post(address).status_code in {405, 503}, name
    assert client.post("/member/rest/", {"months": "1"}).status_code == 503
    assert not rows("SELECT 1 FROM loan_rest")


def test_hub_says_the_yen_of_each_way(client: Client, site: Site) -> None:
    _, key = site.enter(client)
    today = clock.now().date()
    shown = page(client.get("/member/trouble/"))
    waiting = do(queries.waiting, key, today, today + DAY)
    lighter = do(queries.lighter_forecast, key, today)
    for amount in (waiting.a_day_yen, lighter.asked_then_yen, lighter.difference_yen):
        assert f"{amount:,}円" in shown
    for said in ("0570-051-051", "0570-078374", "188", "03-0000-0102"):
        assert said in shown, said
    assert 'href="/member/trouble/"' in client.get("/member/settings/").content.decode()
    assert consultations.MOST_AT_ONCE > 0
