"""Borrowing and paying back without a browser: once, in time, each cause its own page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern
from tests.database import Database
from tests.loans.crowd import at_once
from tests.people.house import rows
from tests.web.borrowing import (
    OWN,
    REF,
    borrower,
    carry,
    confirm,
    enter,
    form,
    give_account,
    latest,
    main,
    see,
    tray,
)
from tests.web.membership import PIN, Site, do

from motocho.kernel.schedule import DuePlan, Scheme
from motocho.loans import commands, debits, payeasy, payouts, queries
from motocho.loans.commands import Key, Made
from motocho.loans.payouts import State
from motocho.loans.policy import Stop
from motocho.outside import bank, clock, mail, teller
from motocho.outside.clock import JAPAN
from motocho.outside.fakes import paid
from motocho.outside.payeasy import read_notice
from motocho.outside.teller import SHUT, Fate
from motocho.people.facts.values import BankAccount, Kind
from motocho.people.safety import freezes, holds
from motocho.people.safety import listed as account_lists
from motocho.web.money import urls

pytestmark = pytest.mark.usefixtures("database")
WRONG = "8406"
Move = Callable[[datetime | timedelta], None]


@pytest.fixture
def site(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path / "codes"))
    monkeypatch.setenv(teller.VARIABLE, str(tmp_path / "bank"))
    return Site.at(tmp_path / "codes")


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Move:
    """Moves the clock on."""
    started = clock.now()

    def move(moment: datetime | timedelta) -> None:
        then = started + moment if isinstance(moment, timedelta) else moment
        monkeypatch.setattr(clock, "now", lambda: then)

    return move


def draws() -> int:
    return len(rows("SELECT 1 FROM loan_payout"))


# -------------------------------------------------------------------------------- the whole way
def test_every_spelling_of_an_amount_reaches_its_cost(client: Client, site: Site) -> None:
    _, key = enter(site, client)
    for typed in ("5万", "５００００", "50,000円", "五万"):
        shown = main(see(client, "borrow/cost", **form(key, typed)))
        assert "50,000円を借りると" in shown, typed
        assert "30,000円" in shown


def test_way_of_a_draw_from_the_amount_to_the_paper(client: Client, site: Site, at: Move) -> None:
    member, key = enter(site, client)
    first = client.get("/member/borrow/").content.decode()
    assert 'type="range"' not in first
    assert re.search(r'<input id="amount"[^>]* value=', first) is None
    (ref,) = re.findall(r'name="ref" value="([\w-]+)"', first)
    cost = see(client, "borrow/cost", **form(key, "5万", ref))
    assert cost.status_code == 200
    asked = main(see(client, "borrow/confirm", **form(key, "50000", ref)))
    assert "まだ借入は受け付けていません" in asked
    assert draws() == 0
    done = confirm(client, form(key, "50000", ref))
    payout = latest(member)
    assert done["Location"] == f"/member/borrow/{payout.key.payout_id}/"
    waiting = main(client.get(done["Location"]))
    assert "50,000円の借入を受け付けました" in waiting
    assert "この借入を取り消す" in waiting
    carry()
    sent = main(client.get(done["Location"]))
    assert "取り消す" not in sent
    carry(Fate.ARRIVED)
    arrived = client.get(done["Location"])
    assert "50,000円が着きました" in main(arrived)
    assert "利息は0円" in main(arrived)
    at(timedelta(days=1))
    site.sign_in(client, member)
    assert "今日のうちに返す" not in main(client.get(done["Location"]))
    address = f"/member/dealings/{key.agreement_id}/papers/lending/"
    assert f'href="{address}"' in arrived.content.decode()
    assert "50,000円" in main(client.get(address))


def test_what_the_bank_returns_was_never_borrowed(client: Client, site: Site) -> None:
    member, key = enter(site, client)
    done = confirm(client, form(key))
    carry(Fate.RETURNED, "口座なし")
    shown = main(client.get(done["Location"]))
    assert "振り込めませんでした" in shown
    assert "借入は成立していません" in shown
    assert "銀行の回答: 口座なし" in shown
    assert do(queries.position, key, clock.business_date()).held_yen == 0
    assert latest(member).state is State.RETURNED


def test_draw_that_waits_for_the_bank_names_no_time_that_is_over(
    client: Client, site: Site, at: Move
) -> None:
    member, key = enter(site, client)
    done = confirm(client, form(key))
    assert "それまでは取り消せます" in main(client.get(done["Location"]))
    at(timedelta(minutes=31))
    site.sign_in(client, member)
    later = main(client.get(done["Location"]))
    assert "銀行が受け付けるのを待っています" in later
    assert "それまでは取り消せます" not in later
    assert "この借入を取り消す" in later


@pytest.mark.rule("BANK-006")
def test_bank_that_opens_later_is_said_before_the_button(
    client: Client, site: Site, at: Move
) -> None:
    member, key = enter(site, client)
    other = BankAccount("1344", "001", "ordinary", "7654321", "ｻﾄｳ ﾊﾅｺ")
    give_account(site, member.member_id, other)
    saturday = clock.now().astimezone(JAPAN).replace(hour=22, minute=0)
    while saturday.weekday() != 5:
        saturday += timedelta(days=1)
    at(saturday)
    site.sign_in(client, member)
    shown = main(see(client, "borrow/cost", **form(key, seen="yes")))
    assert re.search(r"銀行の都合で \d+月\d+日\([月火水木金]\) に着きます", shown)
    give_account(site, member.member_id, OWN)
    shown = main(see(client, "borrow/cost", **form(key, seen="yes")))
    assert "22:30に送り、すぐ着きます" in shown


# ----------------------------------------------------------------------------------- once, no more
@pytest.mark.rule("LEDG-020")
def test_same_form_sent_again_is_one_draw(client: Client, site: Site) -> None:
    member, key = enter(site, client)
    first = confirm(client, form(key))
    again = confirm(client, form(key))
    back = see(client, "borrow/confirm", **form(key))
    assert first["Location"] == again["Location"] == back["Location"]
    assert draws() == 1
    carry(Fate.ARRIVED)
    assert confirm(client, form(key))["Location"] == first["Location"]
    assert draws() == 1
    assert do(queries.position, key, clock.business_date()).held_yen == 0
    assert latest(member).state is State.ARRIVED


def test_double_tap_at_the_same_moment_is_one_draw(client: Client, site: Site) -> None:
    member, key = enter(site, client)
    other = Client(SERVER_NAME="127.0.0.1")
    other.cookies = client.cookies
    answers = at_once([partial(confirm, one, form(key)) for one in (client, other)])
    assert {one.status_code for one in answers} == {302}
    assert len({one["Location"] for one in answers}) == 1
    assert draws() == 1
    assert latest(member).amount_yen == 50_000


@pytest.mark.rule("LEND-019")
def test_two_tabs_race_for_the_last_yen(client: Client, site: Site) -> None:
    _, key = enter(site, client)
    left = do(queries.position, key, clock.business_date()).available_yen
    other = Client(SERVER_NAME="127.0.0.1")
    other.cookies = client.cookies
    asked = [form(key, str(left), f"{REF}-{number}", seen="yes") for number in (1, 2)]
    answers = at_once(
        [partial(confirm, one, what) for one, what in zip((client, other), asked, strict=True)]
    )
    assert sorted(one.status_code for one in answers) in ([302, 409], [302, 422])
    assert draws() == 1
    assert do(queries.position, key, clock.business_date()).available_yen == 0


def test_draw_is_taken_back_until_it_is_sent(client: Client, site: Site) -> None:
    member, key = enter(site, client)
    address = confirm(client, form(key))["Location"]
    for _ in range(2):
        assert client.post(f"{address}recall/")["Location"] == address
    assert "取り消しました" in main(client.get(address))
    assert "お金は動いていません" in main(client.get(address))
    assert latest(member).state is State.RECALLED
    second = confirm(client, form(key, ref=f"{REF}-2"))["Location"]
    carry()
    late = client.post(f"{second}recall/")
    assert "取り消せませんでした" in main(client.get(late["Location"]))
    assert latest(member).state is State.SENT


def test_hurried_draw_is_sent_before_its_time(client: Client, site: Site) -> None:
    member, key = enter(site, client)
    address = confirm(client, form(key))["Location"]
    client.post(f"{address}hurry/")
    assert "待たずに送る" not in main(client.get(address))
    payouts.carry(payouts.Sender(tray(), clock.now, lambda _cursor: clock.business_date()))
    assert latest(member).state is State.SENT


def test_day_of_arrival_is_that_of_the_moment_it_is_sent(client: Client, site: Site) -> None:
    """Not the one shown when it was asked for: it may be hurried, or wait for the bank."""
    _, key = enter(site, client)
    stale, at = clock.business_date() - timedelta(days=3), clock.now()
    account = bank.BankAccount("0001", "001", bank.AccountType.ORDINARY, "1234567")
    payee = payouts.Payee(account, "ｻﾄｳ ﾊﾅｺ", at - timedelta(days=90))
    asked = payouts.Asked(50_000, payee, "サトウ ハナコ", stale)
    made = Made("site", "A", clock.business_date(), at, "member")
    found = do(payouts.ask, key, asked, made)
    on = payouts.send_from(at).astimezone(JAPAN).date()
    shown = main(client.get(f"/member/borrow/{found.key.payout_id}/"))
    assert f"着く日 {on.year}年{on.month}月{on.day}日" in shown
    assert f"{stale.year}年{stale.month}月{stale.day}日" not in shown


def test_nothing_is_called_paid_while_a_draw_is_on_its_way(client: Client, site: Site) -> None:
    _, key = enter(site, client)
    address = confirm(client, form(key))["Location"]
    site.desk.receive(key, 400_000, clock.now().date())
    settled = f"/member/dealings/{key.agreement_id}/papers/settled/"
    answer = client.get(settled)
    assert answer.status_code == 409
    assert "振込中の借入50,000円があるので" in main(answer)
    assert "振込中の借入50,000円は" in main(
        client.get(f"/member/dealings/{key.agreement_id}/payoff/")
    )
    client.post(f"{address}recall/")
    assert client.get(settled).status_code == 200


# --------------------------------------------------------------------------------------------- PIN
@pytest.mark.rule("AUTH-004")
def test_misses_of_the_pin_count_as_at_the_login(client: Client, site: Site) -> None:
    member, key = enter(site, client)
    for left in (2, 1):
        missed = confirm(client, form(key), WRONG)
        assert missed.status_code == 422
        assert f"あと{left}回" in main(missed)
        assert "まだ借入は受け付けていません" in main(missed)
    assert confirm(client, form(key), WRONG).status_code == 403
    assert client.get("/member/").status_code == 302
    assert site.sign_in(client, member).status_code == 403
    assert draws() == 0


# ------------------------------------------------------------------------------- what is typed wrong
UNDRAWABLE = {
    "": "借りる金額が入っていません",
    "100.000": "「100.000」は10万円ですか、100円ですか",
    "5500": "1,000円単位で入力してください",
    "500": "1,000円単位で入力してください",
    "900000": "いま借りられるのは347,000円までです",
    "abc": "abc",
}


def test_amount_that_cannot_be_drawn_is_said_with_what_can(client: Client, site: Site) -> None:
    _, key = enter(site, client)
    for typed, wanted in UNDRAWABLE.items():
        for name in ("borrow/cost", "borrow/confirm"):
            answer = see(client, name, **form(key, typed))
            assert answer.status_code == 422
            assert wanted in main(answer)
            assert answer.content.decode().count("<title>エラー：") == 1
    assert draws() == 0


def test_near_amounts_are_named_by_their_step(client: Client, site: Site) -> None:
    _, key = enter(site, client)
    assert "近い額は5,000円か6,000円です" in main(see(client, "borrow/cost", **form(key, "5500")))
    assert "近い額は1,000円です" in main(see(client, "borrow/cost", **form(key, "500")))


def test_address_without_a_reference_begins_anew(client: Client, site: Site) -> None:
    _, key = enter(site, client)
    for ref in ("", "short", "x" * 99, "<script>alert(1)</script>"):
        answer = see(client, "borrow/confirm", **form(key, ref=ref))
        assert answer["Location"] == "/member/borrow/"


# -------------------------------------------------------------------------------------- each cause
def stop(kind: Stop) -> Callable[[Site, Key], None]:
    return lambda site, key: do(commands.suspend, key, kind, site.desk.made(clock.business_date()))


def freeze(site: Site, key: Key) -> None:
    do(freezes.freeze, key.member_id, freezes.Road.PHONE, "staff 1", clock.now())


def hold(site: Site, key: Key) -> None:
    now = clock.now()
    site.house.device(key.member_id, now)
    statement = "INSERT INTO people_hold (member_id, kind, cause, from_at, until_at) VALUES (%s, 'all_draws', 'pin_reset', %s, %s) RETURNING 1"  # fmt: skip
    rows(statement, key.member_id, str(now - timedelta(hours=1)), str(now + timedelta(hours=23)))


def use_up(site: Site, key: Key) -> None:
    left = do(queries.position, key, clock.business_date()).available_yen
    site.desk.draw(key, left, clock.business_date())


def ask_for_all(site: Site, key: Key) -> None:
    """All that is left is on its way already."""
    left = do(queries.position, key, clock.business_date()).available_yen
    do(commands.send_draw, key, left, site.desk.made(clock.business_date()))


def write_off(site: Site, key: Key) -> None:
    do(commands.write_off, key, site.desk.made(clock.business_date()))


def assign(site: Site, key: Key) -> None:
    do(commands.assign, key, site.desk.made(clock.business_date()))


def take_account(site: Site, key: Key) -> None:
    site.house.tell(key.member_id, Kind.BANK_ACCOUNT, None, at=clock.now() - timedelta(days=80))


CAUSES: dict[str, Callable[[Site, Key], Any]] = {
    **{kind.value: stop(kind) for kind in Stop},
    "held": hold,
    "limit used": use_up,
    "under way": ask_for_all,
    "frozen": freeze,
    "written off": write_off,
    "assigned": assign,
    "no account": take_account,
}


def lower(site: Site, key: Key) -> None:
    do(commands.change_limit, key, 160_000, site.desk.made(clock.business_date()))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (freeze, "あなたの申し出で、借入と登録の変更を止めています"),
        (hold, "大切な変更があったので"),
        (stop(Stop.FRAUD), "ふだんとちがう使われ方があったため"),
        (stop(Stop.RESTING), "あなたの希望で借入を休んでいます"),
        (lower, "借りられる額が、この借入の額より少なくなりました"),
    ],
)
def test_what_was_stopped_says_why_in_the_words_of_its_cause(
    client: Client, site: Site, change: Callable[[Site, Key], None], why: str
) -> None:
    member, key = enter(site, client)
    done = confirm(client, form(key, "50000"))
    change(site, key)
    carry()
    if change is freeze:
        site.sign_in(client, member)
        client.post("/member/sign-in/code/", {"code": site.code(member)})
    shown = main(client.get(done["Location"]))
    assert "送る前に止めたので、振り込んでいません" in shown
    assert f"そのときの理由: {why}" in shown


def test_each_cause_has_a_page_of_its_own(site: Site) -> None:
    texts = {}
    for name, make in CAUSES.items():
        one = Client(SERVER_NAME="127.0.0.1")
        member, key = borrower(site)
        make(site, key)
        site.known(one, member)
        site.sign_in(one, member)
        for address in ("borrow", "borrow/cost", "borrow/confirm"):
            answer = see(one, address, **form(key))
            assert answer.status_code == 409, name
            assert "いまは借りられません" in main(answer), name
            assert "お金は動いていません" in main(answer), name
            assert "つぎにできること" in main(answer), name
        texts[name] = main(see(one, "borrow"))
        assert confirm(one, form(key)).status_code == 409, name
    assert len(set(texts.values())) == len(texts)
    assert draws() == 0


@pytest.mark.rule("LEND-020")
def test_member_who_is_late_pays_first(client: Client, site: Site, at: Move) -> None:
    member, _ = enter(site, client)
    at(timedelta(days=60))
    site.sign_in(client, member)
    shown = see(client, "borrow")
    assert shown.status_code == 409
    assert "返済日を過ぎているので" in main(shown)
    assert 'href="/member/repay/"' in shown.content.decode()


@pytest.mark.rule("AUTH-011")
def test_frozen_member_borrows_nothing_and_may_pay(client: Client, site: Site) -> None:
    member, key = enter(site, client)
    freeze(site, key)
    again = Client(SERVER_NAME="127.0.0.1")
    site.known(again, member)
    site.sign_in(again, member)
    assert "あなたの申し出で" in main(see(again, "borrow"))
    assert see(again, "repay").status_code == 200
    assert confirm(again, form(key)).status_code == 409


@pytest.mark.rule("AUTH-010")
def test_maintenance_is_view_only_for_money(client: Client, site: Site, at: Move) -> None:
    member, key = enter(site, client)
    address = confirm(client, form(key))["Location"]
    monday = clock.now().astimezone(JAPAN).replace(hour=2, minute=0)
    while monday.weekday() != 0:
        monday += timedelta(days=1)
    at(monday)
    site.sign_in(client, member)
    for name in ("borrow", "repay"):
        answer = see(client, name)
        assert answer.status_code == 503
        assert "5:00" in main(answer)
    assert confirm(client, form(key, ref=f"{REF}-2")).status_code == 503
    assert client.get(address).status_code == 200
    assert draws() == 1
    assert client.post(f"{address}recall/")["Location"] == address
    at(monday.replace(hour=5))
    site.sign_in(client, member)
    assert see(client, "borrow").status_code == 200


@pytest.mark.rule("FRAUD-002")
def test_account_in_another_name_is_refused_with_a_page(client: Client, site: Site) -> None:
    member, key = enter(site, client)
    give_account(
        site, member.member_id, BankAccount("0001", "001", "ordinary", "7654321", "ﾀﾅｶ ｼﾖｳｺﾞ")
    )
    assert "名義が、会員の名前とちがいます" in main(confirm(client, form(key)))
    assert draws() == 0


@pytest.mark.rule("FRAUD-005")
def test_fifth_draw_of_a_day_has_a_page(client: Client, site: Site) -> None:
    _, key = enter(site, client)
    for number in range(4):
        assert confirm(client, form(key, "1000", f"{REF}-{number}")).status_code == 302
    answer = confirm(client, form(key, "1000", f"{REF}-5"))
    assert answer.status_code == 409
    assert "24時間のうちに4回" in main(answer)
    assert draws() == 4


@pytest.mark.rule("AUTH-008")
def test_account_changed_within_a_day_waits(client: Client, site: Site) -> None:
    member, key = enter(site, client)
    site.house.tell(member.member_id, Kind.BANK_ACCOUNT, OWN, at=clock.now())
    assert see(client, "borrow").status_code == 200
    answer = confirm(client, form(key))
    assert answer.status_code == 409
    assert "24時間" in main(answer)
    assert draws() == 0
    assert holds.Kind.NEW_ACCOUNT in {one.kind for one in do(holds.holds, member.member_id, clock.now())}  # fmt: skip


def test_bank_that_is_shut_is_said_and_nothing_was_borrowed(client: Client, site: Site) -> None:
    _, key = enter(site, client)
    tray().folder.mkdir(parents=True, exist_ok=True)
    (tray().folder / SHUT).touch()
    answer = confirm(client, form(key))
    assert answer.status_code == 503
    assert "まだ借入は成立していません" in main(answer)
    assert draws() == 0
    (tray().folder / SHUT).unlink()
    assert confirm(client, form(key)).status_code == 302


# --------------------------------------------------------------------------- a fact before the cost
def test_fact_stands_before_the_cost_only_where_there_is_risk(client: Client, site: Site) -> None:
    _, key = enter(site, client)
    assert "50,000円を借りると" in main(see(client, "borrow/cost", **form(key)))
    risky = see(client, "borrow/cost", **form(key, "300000"))
    assert "限度額500,000円の8割を超えます" in main(risky)
    text = risky.content.decode()
    assert text.index("今日はやめる") < text.index("続けて費用を見る")
    after = see(client, "borrow/cost", **form(key, "300000", seen="yes"))
    assert "300,000円を借りると" in main(after)


def test_several_agreements_are_asked_about_only_if_more_can_be_drawn_on(
    client: Client, site: Site
) -> None:
    member, key = enter(site, client)
    assert "どの契約で借りますか" not in main(see(client, "borrow"))
    other = site.desk.open(clock.business_date() - timedelta(days=9), 200_000, member_id=member.member_id)  # fmt: skip
    assert "どの契約で借りますか" in main(see(client, "borrow"))
    confirm(client, form(other, "10000"))
    assert latest(member).agreement == other
    assert key != other


def test_another_members_draws_and_bills_are_as_none(client: Client, site: Site) -> None:
    one = Client(SERVER_NAME="127.0.0.1")
    theirs, key = enter(site, one)
    payout_id = int(re.findall(r"\d+", confirm(one, form(key))["Location"])[0])
    bill = one.post("/member/repay/confirm/", pay(key, "8000", "amount"))["Location"]
    bill_id = int(re.findall(r"\d+", bill)[0])
    enter(site, client)
    for pattern in urls.urlpatterns:
        assert isinstance(pattern, URLPattern)
        address = f"/member/{pattern.pattern}"
        if "<" not in address:
            continue
        for name, theirs_id in {"payout_id": payout_id, "bill_id": bill_id, "agreement_id": key.agreement_id}.items():  # fmt: skip
            seen = address.replace(f"<int:{name}>", str(theirs_id))
            nowhere = address.replace(f"<int:{name}>", "987654")
            if seen == address:
                continue
            for send in (client.get, client.post):
                there, none = send(seen), send(nowhere)
                assert there.status_code == none.status_code, seen
                assert there.status_code in {404, 405}, seen
    assert latest(theirs).state is State.WAITING
    wanted = confirm(client, form(key, ref=f"{REF}-x"))
    assert wanted.status_code == 409
    assert "この借入は受け付けていません" in main(wanted)
    assert draws() == 1
    assert latest(theirs).key.payout_id == payout_id
    billed = client.post("/member/repay/confirm/", pay(key, "8000", "amount", f"{REF}-x"))
    assert billed.status_code == 409
    assert rows("SELECT count(*) FROM loan_bill") == [(1,)]


def test_agreement_that_was_confirmed_is_never_another(client: Client, site: Site) -> None:
    """Stopped or paid off between the pages: not the other agreement instead."""
    member, key = enter(site, client)
    other = site.desk.open(clock.business_date() - timedelta(days=9), 200_000, member_id=member.member_id)  # fmt: skip
    site.desk.draw(other, 50_000, clock.business_date() - timedelta(days=8))
    stop(Stop.FRAUD)(site, other)
    answer = confirm(client, form(other, "10000"))
    assert answer.status_code == 409
    assert "この借入は受け付けていません" in main(answer)
    assert draws() == 0
    write_off(site, other)
    answer = client.post("/member/repay/confirm/", pay(other, "8000", "amount"))
    assert answer.status_code == 409
    assert "返す番号は出していません" in main(answer)
    assert 'href="/member/repay/"' in answer.content.decode()
    assert rows("SELECT count(*) FROM loan_bill") == [(0,)]
    assert see(client, "borrow").status_code == 200  # named by nobody: the one that is left
    assert confirm(client, form(key, "10000")).status_code == 302


def test_who_is_not_signed_in_moves_nothing(site: Site) -> None:
    client = Client(SERVER_NAME="127.0.0.1")
    _, key = borrower(site)
    for name in ("borrow", "borrow/cost", "borrow/confirm", "repay", "repay/confirm"):
        assert "sign-in" in see(client, name, **form(key))["Location"]
    assert "sign-in" in confirm(client, form(key))["Location"]
    assert draws() == 0


def test_every_form_needs_its_token(site: Site) -> None:
    client = Client(enforce_csrf_checks=True, SERVER_NAME="127.0.0.1")
    _, key = enter(site, client)
    client.handler.enforce_csrf_checks = True
    assert confirm(client, form(key)).status_code == 403
    assert client.post("/member/repay/confirm/", pay(key, "8000", "amount")).status_code == 403
    assert draws() == 0


# --------------------------------------------------------------------------------------- paying back
def pay(key: Key, amount: str, what: str, ref: str = REF) -> dict[str, str]:
    return form(key, amount, ref, what=what, how="payeasy", shown=amount)


def due_of(key: Key) -> int:
    found: int = do(queries.position, key, clock.business_date()).due_yen
    return found


def test_what_is_due_is_chosen_beforehand_and_paid_in_three_steps(
    client: Client, site: Site
) -> None:
    member, key = enter(site, client)
    first = see(client, "repay").content.decode()
    assert 'id="what-due" name="what" value="due" checked' in first
    assert 'id="how-payeasy" name="how" value="payeasy" checked' in first
    due = due_of(key)
    shown = see(client, "repay/confirm", **pay(key, "", "due"))
    assert f"{due:,}円を返します" in main(shown)
    done = client.post("/member/repay/confirm/", pay(key, str(due), "due"))
    address = done["Location"]
    waiting = main(client.get(address))
    assert "まだ届いていません" in waiting
    billed = do(payeasy.one_bill, member.member_id, int(re.findall(r"\d+", address)[0]))
    assert billed.payer_number in waiting
    assert rows("SELECT count(*) FROM loan_event WHERE kind = 'receipt'") == [(3,)]
    data = paid("99999", billed.payer_number, billed.confirmation_number, due, clock.business_date())  # fmt: skip
    notice = read_notice(json.loads(data))
    made = site.desk.made(clock.business_date())
    for _ in range(2):
        do(payeasy.pay_bill, notice, "99999", made)
    after = client.get(address)
    assert f"{due:,}円を受け取りました" in main(after)
    assert "受取証書" in main(after)
    assert rows("SELECT count(*) FROM loan_event WHERE kind = 'receipt'") == [(4,)]


@pytest.mark.rule("LEDG-020")
def test_same_bill_form_sent_again_is_one_bill(client: Client, site: Site) -> None:
    _, key = enter(site, client)
    places = {client.post("/member/repay/confirm/", pay(key, "8000", "amount"))["Location"] for _ in range(3)}  # fmt: skip
    assert len(places) == 1
    assert rows("SELECT count(*) FROM loan_bill") == [(1,)]


def test_amount_that_changed_since_it_was_shown_is_shown_again(client: Client, site: Site) -> None:
    _, key = enter(site, client)
    answer = client.post("/member/repay/confirm/", pay(key, "1234", "due"))
    assert answer.status_code == 200
    assert f"{due_of(key):,}円を返します" in main(answer)
    assert rows("SELECT count(*) FROM loan_bill") == [(0,)]


def test_typed_amount_is_meant_whatever_stood_chosen(client: Client, site: Site) -> None:
    _, key = enter(site, client)
    assert "30,000円を返します" in main(see(client, "repay/confirm", **pay(key, "3万", "due")))


@pytest.mark.rule("LEDG-022")
def test_paying_more_says_how_much_sooner_it_ends(client: Client, site: Site) -> None:
    _, key = enter(site, client)
    shown = main(see(client, "repay/confirm", **pay(key, "8万", "amount")))
    assert "80,000円を返します" in shown
    assert re.search(r"\d+回早く、20\d\d年\d+月に終わります", shown)


def test_all_of_it_is_exact_and_says_its_day(client: Client, site: Site) -> None:
    _, key = enter(site, client)
    payoff = do(queries.payoff_quote, key, clock.business_date()).total_yen
    shown = main(see(client, "repay/confirm", **pay(key, "", "all")))
    assert f"{payoff:,}円を返します" in shown
    assert "中に届くと、全部返し終わります" in shown
    transfer = main(see(client, "repay/confirm", **{**pay(key, "", "all"), "how": "transfer"}))
    assert "着く日が変わると" in transfer
    page = client.get(f"/member/dealings/{key.agreement_id}/payoff/").content.decode()
    assert f"/member/repay/confirm/?agreement={key.agreement_id}&amp;what=all" in page


def test_less_than_what_is_due_leads_to_a_talk(client: Client, site: Site, at: Move) -> None:
    member, key = enter(site, client)
    early = see(client, "repay/confirm", **pay(key, "1000", "amount"))
    assert early.status_code == 200  # more than two weeks ahead any amount only shortens the loan
    at(timedelta(days=5))
    site.sign_in(client, member)
    due = due_of(key)
    answer = see(client, "repay/confirm", **pay(key, str(due - 1), "amount"))
    assert answer.status_code == 422
    assert f"今回の分{due:,}円以上" in main(answer)
    assert "返し方を相談できます" in main(answer)
    assert 'href="/member/trouble/"' in answer.content.decode()


@pytest.mark.rule("LEDG-022")
def test_payment_before_its_due_date_is_open_lowers_the_principal(
    client: Client, site: Site
) -> None:
    member = site.house.member()
    today = clock.business_date()
    day = (today - timedelta(days=3)).day
    key = site.desk.open(today - timedelta(days=50), 300_000, Scheme.MONTHLY, min(day, 28), member.member_id)  # fmt: skip
    site.desk.draw(key, 100_000, today - timedelta(days=2))
    site.known(client, member)
    site.sign_in(client, member)
    first = see(client, "repay")
    assert 'id="what-due"' not in first.content.decode()
    assert "から返せます" in main(first)
    assert "1円を返します" in main(see(client, "repay/confirm", **pay(key, "1", "amount")))


UNPAYABLE = {
    "": "返す金額が入っていません",
    "9000000": "全部返すには今日",
    "100.000": "10万円ですか",
}


def test_amount_that_cannot_be_paid_is_said(client: Client, site: Site) -> None:
    _, key = enter(site, client)
    for typed, wanted in UNPAYABLE.items():
        answer = see(client, "repay/confirm", **pay(key, typed, "amount"))
        assert answer.status_code == 422
        assert wanted in main(answer)


def test_transfer_names_our_account_and_the_senders_number(client: Client, site: Site) -> None:
    member, key = enter(site, client)
    shown = main(see(client, "repay/confirm", **{**pay(key, "8000", "amount"), "how": "transfer"}))
    assert "みほん銀行 本店" in shown
    assert f"{member.member_number} サトウ ハナコ" in shown


def test_direct_debit_is_set_up_and_ended_once(client: Client, site: Site) -> None:
    member, _ = enter(site, client)
    today = clock.business_date()
    key = site.desk.open(today - timedelta(days=50), 300_000, Scheme.MONTHLY, 20, member.member_id)
    site.desk.draw(key, 100_000, today - timedelta(days=40))
    address = f"/member/repay/debit/{key.agreement_id}/"
    before = main(client.get(address))
    assert "みずほ銀行 ***4567から、毎月の返済額を引き落とします" in before
    assert "最初の引き落としは" in before
    for _ in range(2):
        assert client.post(address, {"ref": REF, "begin": "yes"})["Location"] == address
    assert do(debits.standing_mandate, key) is not None
    assert "引き落としています" in main(client.get(address))
    for _ in range(2):
        client.post(address, {"ref": f"{REF}-end", "end": "yes"})
    assert do(debits.standing_mandate, key) is None
    assert rows("SELECT count(*) FROM loan_mandate") == [(1,)]


def test_direct_debit_can_be_ended_whatever_stands_against_a_new_one(
    client: Client, site: Site
) -> None:
    member, _ = enter(site, client)
    today = clock.business_date()
    key = site.desk.open(today - timedelta(days=50), 300_000, Scheme.MONTHLY, 10, member.member_id)
    site.desk.draw(key, 100_000, today - timedelta(days=10))
    address = f"/member/repay/debit/{key.agreement_id}/"
    client.post(address, {"ref": REF, "begin": "yes"})
    do(commands.change_plan, key, DuePlan(Scheme.EVERY_35_DAYS), site.desk.made(today))
    shown = client.get(address)
    assert shown.status_code == 200
    assert 'name="end"' in shown.content.decode()
    assert client.post(address, {"ref": f"{REF}-end", "end": "yes"})["Location"] == address
    assert do(debits.standing_mandate, key) is None
    assert client.get(address).status_code == 409


@pytest.mark.rule("FRAUD-002")
def test_account_of_somebody_else_is_not_debited(client: Client, site: Site) -> None:
    member, _ = enter(site, client)
    today = clock.business_date()
    key = site.desk.open(today - timedelta(days=50), 300_000, Scheme.MONTHLY, 10, member.member_id)
    theirs = BankAccount("0001", "001", "ordinary", "7654321", "タナカ ショウゴ")
    site.house.tell(member.member_id, Kind.BANK_ACCOUNT, theirs, at=clock.now())
    address = f"/member/repay/debit/{key.agreement_id}/"
    for answer in (client.get(address), client.post(address, {"ref": REF, "begin": "yes"})):
        assert answer.status_code == 409
        assert "引き落としにできます" in main(answer)
    assert do(debits.standing_mandate, key) is None


@pytest.mark.rule("LEDG-009")
def test_direct_debit_does_not_go_with_35_days(client: Client, site: Site) -> None:
    _, key = enter(site, client)
    answer = client.get(f"/member/repay/debit/{key.agreement_id}/")
    assert answer.status_code == 409
    assert "35日ごとの返済では" in main(answer)
    assert client.post(f"/member/repay/debit/{key.agreement_id}/", {"ref": REF, "begin": "yes"}).status_code == 409  # fmt: skip


@pytest.mark.rule("LEDG-009")
def test_debit_of_another_due_date_is_not_promised_and_can_be_ended(
    client: Client, site: Site
) -> None:
    member, _ = enter(site, client)
    today = clock.business_date()
    key = site.desk.open(today - timedelta(days=5), 300_000, Scheme.MONTHLY, 25, member.member_id)
    address = f"/member/repay/debit/{key.agreement_id}/"
    closed = client.get(address)
    assert closed.status_code == 409
    assert "6日から20日のどれかに変えると" in main(closed)
    account = bank.BankAccount("0001", "001", bank.AccountType.ORDINARY, "1234567")
    do(debits.register_mandate, key, account, "サトウ ハナコ", site.desk.made(today))
    idle = main(client.get(address))
    assert "いまは行われません" in idle
    assert "引き落としています" not in idle
    client.post(address, {"ref": REF, "end": "yes"})
    assert do(debits.standing_mandate, key) is None


def test_debit_is_not_said_to_go_on_where_a_lawyer_speaks(client: Client, site: Site) -> None:
    member, _ = enter(site, client)
    today = clock.business_date()
    key = site.desk.open(today - timedelta(days=5), 300_000, Scheme.MONTHLY, 20, member.member_id)
    account = bank.BankAccount("0001", "001", bank.AccountType.ORDINARY, "1234567")
    do(debits.register_mandate, key, account, "サトウ ハナコ", site.desk.made(today))
    address = f"/member/repay/debit/{key.agreement_id}/"
    assert "引き落としています" in main(client.get(address))
    stop(Stop.COUNSEL)(site, key)
    assert "いまは行われません" in main(client.get(address))


def test_who_owes_nothing_is_told_so(client: Client, site: Site) -> None:
    member = site.house.member()
    site.desk.open(clock.business_date() - timedelta(days=5), member_id=member.member_id)
    site.known(client, member)
    site.sign_in(client, member)
    answer = see(client, "repay")
    assert answer.status_code == 409
    assert "返すお金はありません" in main(answer)


def test_who_owes_to_another_company_is_not_told_that_nothing_is_owed(
    client: Client, site: Site
) -> None:
    _, key = enter(site, client)
    assign(site, key)
    answer = see(client, "repay")
    assert answer.status_code == 409
    assert "返すお金はありません" not in main(answer)
    assert "移った先の会社" in main(answer)


def test_home_leads_to_both_with_the_debt_first(client: Client, site: Site) -> None:
    enter(site, client)
    text = client.get("/member/").content.decode()
    assert text.index('href="/member/repay/"') < text.index('href="/member/borrow/"')


# ------------------------------------------------------------------------- signs of a fraud, lists
def listed(number: str, holder: str = "ﾔﾏﾀﾞ ﾀﾛｳ") -> None:
    """A list of frozen accounts with this one in it."""
    line = account_lists.Line(2, account_lists.Number("0001", "001", number), holder)
    incoming = account_lists.Incoming("police", number.encode(), (line,))
    do(account_lists.bring_in, incoming, "operator 1", clock.now())


@pytest.mark.rule("FRAUD-001")
def test_sign_of_a_fraud_holds_the_first_draw_and_we_call_back(client: Client, site: Site) -> None:
    member, key = enter(site, client)
    shown = main(client.get("/member/borrow/confirm/", form(key)))
    assert "遠隔操作のアプリ" in shown
    assert "暗証番号を電話・メール・SMSで聞くことはありません" in shown
    held = client.post("/member/borrow/confirm/", {**form(key), "pin": PIN, "told": ["remote"]})
    assert held.status_code == 409
    text = main(held)
    for words in (
        "お手続きを一時停止しました",
        "登録の電話番号へこちらから電話します",
        "お金は動いていません",
    ):
        assert words in text
    assert rows("SELECT 1 FROM loan_payout") == []
    assert rows("SELECT signals FROM care_draw_check") == [(["remote"],)]
    assert rows("SELECT kind, purpose FROM contact_task") == [("call", "security")]
    again = confirm(client, form(key, ref="another-reference-of-a-test"))  # nothing told any more
    assert again.status_code == 409
    assert rows("SELECT 1 FROM loan_payout") == []
    assert do(queries.position, key, clock.business_date()).stops == {Stop.FRAUD}
    assert member.member_id


@pytest.mark.rule("FRAUD-001")
def test_one_weak_sign_or_none_lets_a_draw_go_on(client: Client, site: Site) -> None:
    member, key = enter(site, client)
    told = {**form(key), "pin": PIN, "told": ["story", "new_payee_full", "nonsense"]}
    assert client.post("/member/borrow/confirm/", told)["Location"].startswith("/member/borrow/")
    assert latest(member).state is State.WAITING
    later = form(key, ref="another-reference-of-a-test")
    assert "遠隔操作のアプリ" not in main(client.get("/member/borrow/confirm/", later))


@pytest.mark.rule("FRAUD-001")
def test_two_weak_signs_hold(client: Client, site: Site) -> None:
    _, key = enter(site, client)
    told = {**form(key), "pin": PIN, "told": ["story", "on_call"]}
    assert client.post("/member/borrow/confirm/", told).status_code == 409
    assert rows("SELECT signals FROM care_draw_check") == [(["on_call", "story"],)]


@pytest.mark.rule("FRAUD-003")
def test_listed_account_is_refused_in_words_that_accuse_nobody(client: Client, site: Site) -> None:
    member, key = enter(site, client)
    listed("1234567")
    refused = confirm(client, form(key))
    assert refused.status_code == 409
    text = main(refused)
    assert "この口座はご利用いただけません" in text
    assert not re.search("凍結|詐欺|犯罪|名簿|不正|警察", text)
    assert rows("SELECT 1 FROM loan_payout") == []
    assert rows("SELECT facts->>'line' FROM contact_task") == [("2",)]  # what the staff reads
    assert member.member_id


@pytest.mark.rule("FRAUD-003")
def test_account_that_no_list_has_is_paid(client: Client, site: Site) -> None:
    member, key = enter(site, client)
    listed("7654321")
    assert confirm(client, form(key))["Location"].startswith("/member/borrow/")
    listed("1234567")  # it comes into the list before the transfer is sent
    carry()
    assert (latest(member).state, latest(member).reason) == (State.STOPPED, "listed")
    address = f"/member/borrow/{latest(member).key.payout_id}/"
    assert "この口座はご利用いただけません" in main(client.get(address))
