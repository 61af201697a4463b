"""The pages for trouble and change in a real browser: taps, no scripts, both papers, three tongues."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.database import Database
from tests.people.house import SATO
from tests.web.browsing import DESKTOP, PHONE, Device
from tests.web.membership import Site, do
from tests.web.test_browser import SIDEWAYS, TARGETS, violations
from tests.web.test_care_bounds import BOUND
from tests.web.test_member_browser import sign_in

from motocho.care.cases import complaints
from motocho.care.cases.complaints import State, Step
from motocho.contact import calls, gate
from motocho.contact.calls import Result
from motocho.contact.directory import shipped
from motocho.contact.gate import Permit, Wanted
from motocho.contact.guard import Purpose
from motocho.contact.holds import Source
from motocho.loans.commands import Key
from motocho.outside import clock, mail
from motocho.outside.bank import business_day_until
from motocho.outside.clock import JAPAN
from motocho.people.members import Member

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
MakeDevice = Callable[..., Device]
PICTURES = "MOTOCHO_PICTURES"
DAY = timedelta(days=1)


@pytest.fixture
def house(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The site on a business day at noon: desks are open, and calls may be made."""
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    on = business_day_until(clock.now().date())
    began, noon = clock.now(), datetime.combine(on, time(12), JAPAN)
    now = clock.now
    monkeypatch.setattr(clock, "now", lambda: noon + (now() - began))
    return Site.at(tmp_path)


def late(house: Site) -> tuple[Member, Key]:
    """A member with a payment overdue, who was called once."""
    made = house.house.member(SATO, clock.now() - timedelta(days=300))
    today = clock.now().date()
    key = house.desk.open(today - 280 * DAY, 500_000, member_id=made.member_id)
    house.desk.draw(key, 150_000, today - 60 * DAY)
    called_at = clock.now() - timedelta(hours=3)
    wanted = Wanted(Purpose.ARREARS, "case 7", "staff 7", "0300000108", shipped())
    permit = do(gate.ask, made.member_id, wanted, called_at)
    assert isinstance(permit, Permit)
    do(calls.note, permit, Result.NO_ANSWER, Source("staff 7", "call"), called_at)
    told = complaints.Told(complaints.Kind.COMPLAINT, "電話が多いです。\n回数を減らしてください。")
    case = do(complaints.tell, made.member_id, told, Source("member", "x"), called_at)
    answer = Step(State.ANSWERED, "1日に1回までにします。")
    do(complaints.add, case.key, answer, Source("staff 7", "y"), clock.now() - DAY / 24)
    return made, key


def addresses(key: Key) -> dict[str, str]:
    """Every page of care, in the states that a late member and others meet."""
    one, limit = f"/member/trouble/{key.agreement_id}", f"/member/limit/{key.agreement_id}"
    on = business_day_until(clock.now().date() + 10 * DAY)
    return {
        "procedures": "/member/procedures/",
        "trouble": "/member/trouble/",
        "promise": f"{one}/promise/",
        "promise-wrong": f"{one}/promise/?on=2020-01-01&amount=0",
        "promise-review": f"{one}/promise/?on={on.isoformat()}&amount=8000",
        "due": f"{one}/due-date/",
        "due-review": f"{one}/due-date/?plan=25",
        "lighter": f"{one}/lighter/",
        "done": f"{one}/done/due-date/",
        "consultation": "/member/trouble/consultation/",
        "limit": limit + "/",
        "limit-wrong": limit + "/?limit=9,000,000",
        "limit-review": limit + "/?chip=250,000",
        "raise": f"{limit}/raise/",
        "rest": "/member/rest/",
        "calls": "/member/calls/",
        "reply": "/member/calls/1/reply/",
        "voices": "/member/voices/",
        "voice": "/member/voices/1/",
        "close": f"/member/close/{key.agreement_id}/",
    }


def picture(page: Page, name: str) -> None:
    folder = os.environ.get(PICTURES)
    if folder:
        page.screenshot(path=f"{folder}/care-{name}.png", full_page=True)


def look(page: Page, name: str, scheme: str = "light") -> None:
    """Everything that must hold of a page on a phone, on light or on dark paper."""
    page.wait_for_load_state("load")
    assert page.evaluate(SIDEWAYS) <= 0, name
    assert page.evaluate(TARGETS) == [], name
    for details in page.query_selector_all("main details"):
        details.evaluate("one => one.open = true")
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    assert violations(page) == [], f"{name} {scheme}"
    picture(page, f"{name}-phone-{scheme}")
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate(SIDEWAYS) <= 0, f"{name} at 320"
    page.set_viewport_size(PHONE)


def test_page_of_a_loan_that_has_no_ordinary_ways_is_whole_on_a_phone(
    device: MakeDevice, house: Site
) -> None:
    """Each state in both papers and in two tongues: what is so, and what to do instead."""
    one = device()
    for state, (bring, _, _) in BOUND.items():
        member, key = late(house)
        bring(house, key)
        sign_in(one.page, house, member)
        own = f"/member/trouble/{key.agreement_id}"
        for tongue in ("ja", "en"):
            one.context.add_cookies(
                [{"name": "tongue", "value": tongue, "url": one.page.url.split("/member")[0]}]
            )
            scheme = "dark" if tongue == "en" else "light"
            for name, address in {
                "hub": "/member/trouble/",
                "closed": f"{own}/lighter/",
                "promise": f"{own}/promise/",
            }.items():
                page = one.open(address)
                assert page.locator(".notice-info").count() >= 1, (state, name)
                look(page, f"{state.replace(' ', '-')}-{name}-{tongue}", scheme)
        one.context.clear_cookies()


def test_every_page_is_whole_on_a_phone(device: MakeDevice, house: Site) -> None:
    """Of a late member, and of one who is on time; then each page after something was done."""
    one = device()
    for who, (member, key) in {"dark": late(house), "light": house.member()}.items():
        sign_in(one.page, house, member)
        for name, address in addresses(key).items():
            page = one.open(address)
            if who == "light" and name in {"reply", "voice"}:
                continue  # nobody called, nothing was told: there is no such page
            assert page.locator("h1").count() == 1, name
            look(page, name, who)
        if who == "dark":
            one.page.click(".head-tools form .tool")
            one.page.wait_for_url("**/signed-out/")
    page, limit = one.page, f"/member/limit/{key.agreement_id}"
    for words, name in (("80万", "raise-refused"), ("60万", "raise-again")):
        page.goto(f"{limit}/raise/")
        page.fill("#limit", words)
        page.fill("#income", "4,000,000")
        page.click("text=条件を確かめる")
        page.wait_for_selector(".answer")
        look(page, name)
    page.goto("/member/voices/")
    page.click(".form >> text=送る")
    page.wait_for_selector(".summary")
    look(page, "voices-wrong")
    page.goto("/member/trouble/consultation/")
    page.click("text=この時刻に予約する")
    page.wait_for_selector("text=予約を取り消す")
    look(page, "consultation-booked")
    page.goto("/member/rest/")
    page.click("text=3か月休む")
    page.wait_for_selector("text=明日から借りられるようにする")
    look(page, "resting")
    assert one.complaints == []


@pytest.mark.parametrize("tongue", ["easy", "en"])
def test_other_tongues_say_all_of_it(device: MakeDevice, house: Site, tongue: str) -> None:
    member, key = late(house)
    one = device(tongue=tongue, viewport=DESKTOP)
    sign_in(one.page, house, member)
    for name, address in addresses(key).items():
        page = one.open(address)
        picture(page, f"{name}-desktop-{tongue}")
        assert page.locator("h1").is_visible(), name
        if tongue == "en" and name != "voice":
            told = page.locator("main").inner_text()
            assert not re.search("[ぁ-んァ-ヶ]", told), f"{name}: {told}"


@dataclass
class Taps:
    """A thumb that counts."""

    page: Page
    count: int = 0

    def on(self, selector: str) -> None:
        self.page.locator(selector).first.click()
        self.count += 1
        self.page.wait_for_load_state()

    def from_home(self) -> None:
        self.page.goto("/member/")
        self.count = 0


def test_taps_from_home(device: MakeDevice, house: Site) -> None:
    member, key = house.member()
    one = device(viewport=PHONE)
    sign_in(one.page, house, member)
    taps = Taps(one.page)
    taps.from_home()
    taps.on("main >> text=返済にお困りのとき")
    assert one.page.url.endswith("/member/trouble/")
    assert taps.count == 1
    taps.on("text=約束日を決める")
    taps.on(".chips button")
    taps.on("text=この日に返すと約束する")
    one.page.wait_for_selector("text=約束を受け取りました")
    assert taps.count <= 4
    taps.from_home()
    taps.on("main >> text=返済にお困りのとき")
    taps.on("text=返済日を変える")
    taps.on(".chips button >> text=毎月25日")
    taps.on("text=この返済日に変える")
    one.page.wait_for_selector("h1 >> text=返済日は毎月25日です")
    assert taps.count <= 5
    taps.from_home()
    taps.on("text=限度額を変える")
    taps.on("text=250,000円に下げる")
    taps.on(".actions >> text=250,000円に下げる")
    one.page.wait_for_selector("dd:has-text('250,000円')")
    lower = taps.count
    assert lower <= 3
    taps.from_home()
    taps.on("text=当社からの電話")
    assert taps.count <= 1
    assert "約束があるので" in one.page.locator("main").inner_text()
    taps.from_home()
    taps.on(".places >> text=手続き")
    taps.on("text=ご意見・苦情")
    one.page.wait_for_selector("#words")
    assert taps.count <= 2
    taps.from_home()
    taps.on("text=限度額を変える")
    taps.on("main .actions >> text=借入を休む")
    taps.on("text=1か月休む")
    one.page.wait_for_selector("text=まで借入を休みます")
    assert taps.count <= 3
    assert key.member_id == member.member_id


def test_raising_takes_no_fewer_taps_than_lowering(device: MakeDevice, house: Site) -> None:
    made = house.house.member(SATO, clock.now() - timedelta(days=300))
    today = clock.now().date()
    key = house.desk.open(today - 280 * DAY, 300_000, member_id=made.member_id)
    house.desk.draw(key, 50_000, today - 20 * DAY)
    one = device()
    sign_in(one.page, house, made)
    taps = Taps(one.page)
    taps.from_home()
    taps.on("text=限度額を変える")
    taps.on("main >> text=条件を確かめる")
    one.page.fill("#limit", "40万")
    one.page.fill("#income", "500万")
    taps.on(".form >> text=条件を確かめる")
    one.page.wait_for_selector("text=申し込めます")
    look(one.page, "raise-may")
    taps.on("text=この額で申し込む")
    one.page.fill("#code", house.code(made))
    assert taps.count >= 3
    taps.on(".form:has(#code) .button")
    one.page.wait_for_selector("text=増額の申込みを受け付けています")
    look(one.page, "raise-waiting")


def test_every_way_without_scripts(device: MakeDevice, house: Site) -> None:
    member, key = late(house)
    one = device(java_script_enabled=False)
    sign_in(one.page, house, member)
    page, trouble = one.page, f"/member/trouble/{key.agreement_id}"
    page.goto("/member/")
    page.click(".hero >> text=返済にお困りのとき")
    page.click("text=約束日を決める")
    page.fill("#amount", "８千円")
    page.press("#amount", "Enter")  # a day is missing: none was chosen by itself
    assert page.locator(".figure-owed").count() == 0
    assert page.locator("#on-wrong").is_visible()
    page.click(".chips button >> nth=1")
    page.click("text=この日に返すと約束する")
    assert "8,000円" in page.locator(".figure-owed").inner_text()
    page.go_back()  # nothing is kept in the browser: the page says what stands
    assert page.locator("h1").inner_text() == "約束を受け取りました"
    picture(page, "promised-phone")
    page.goto(f"{trouble}/lighter/")
    page.click("text=次の1回を利息だけにする")
    assert "利息だけです" in page.locator("h1").inner_text()
    page.goto("/member/trouble/consultation/")
    page.select_option("#topic", "income")
    page.click("text=この時刻に予約する")
    assert page.locator("text=収入が減った").is_visible()
    page.click("text=予約を取り消す")
    page.goto("/member/calls/")
    page.click("text=この用件に返事する")
    page.fill("#words", "来週払います")
    page.click("text=送る")
    assert "来週払います" in page.locator(".said").inner_text()
    page.goto("/member/limit/")
    page.fill("#limit", "２０万")
    page.press("#limit", "Enter")
    page.click(".actions >> text=200,000円に下げる")
    assert "200,000円" in page.locator(".pairs").inner_text()
    page.goto("/member/rest/")
    page.click("text=解除するまで休む")
    page.click("text=明日から借りられるようにする")
    assert "まで借入を休みます" in page.locator("main").inner_text()
    house.desk.receive(key, 400_000, clock.now().date())
    page.goto(f"/member/close/{key.agreement_id}/")
    assert "お預りしている" in page.locator("main").inner_text()


def test_what_is_said_stands_where_it_is_needed(device: MakeDevice, house: Site) -> None:
    """On the page of a promise the yen and the button are seen without scrolling."""
    member, key = late(house)
    one = device(viewport=PHONE)
    sign_in(one.page, house, member)
    page = one.open(addresses(key)["promise-review"])
    box = page.locator("main dl").first.bounding_box()
    assert box is not None
    assert box["y"] < 640 - 64
    assert page.locator("main form .button").first.is_visible()
