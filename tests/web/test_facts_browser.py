"""Facts, choices, recovery and the desk in a real browser: whole pages, no scripts, taps, passkeys."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, Page
from tests.database import Database
from tests.documents.files import photo
from tests.notices.posting import work
from tests.people.house import BORN, MAIL, rows
from tests.web import office
from tests.web.browsing import DESKTOP, LOOKS, Device
from tests.web.membership import Site, do
from tests.web.office import PASSWORD, Seat, joined
from tests.web.test_browser import SIDEWAYS, TARGETS, violations
from tests.web.test_facts import asking, looked_at
from tests.web.test_member_browser import sign_in

from motocho.care.cases import complaints
from motocho.care.reliefs import consultations
from motocho.care.reliefs.consultations import Topic, Wanted
from motocho.contact.holds import Source
from motocho.documents import intake
from motocho.outside import clock, mail
from motocho.outside.clock import JAPAN
from motocho.people import requests
from motocho.people.access import Role
from motocho.people.safety import freezes

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
MakeDevice = Callable[..., Device]
PICTURES = "MOTOCHO_PICTURES"


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Today's noon: no telephone rings at night."""
    found = clock.now().astimezone(JAPAN).replace(hour=12, minute=0, second=0, microsecond=0)
    monkeypatch.setattr(clock, "now", lambda: found)
    return found


@pytest.fixture
def house(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Site.at(tmp_path)


def looked(page: Page, name: str) -> None:
    """A page that is whole: no fault of axe, nothing sideways, targets that a thumb hits."""
    page.wait_for_load_state("load")
    folder = os.environ.get(PICTURES)
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    assert page.evaluate(SIDEWAYS) <= 0, name
    assert page.evaluate(TARGETS) == [], name
    for details in page.query_selector_all("main details"):
        details.evaluate("one => one.open = true")
    assert violations(page) == [], name


FACTS = "/member/settings/facts/"
SHOWN = {
    "facts": FACTS,
    "facts-name": f"{FACTS}name/",
    "facts-address": f"{FACTS}address/",
    "facts-income": f"{FACTS}income/",
    "facts-account": f"{FACTS}bank_account/",
    "notify": "/member/settings/notices/",
    "solicit": "/member/settings/solicitation/",
    "consents": "/member/settings/consents/",
    "passkeys": "/member/settings/passkeys/",
    "card": "/member/settings/card/",
    "reopen": "/member/settings/reopen/",
    "inbox": "/member/inbox/",
    "ask-pin": "/member/forgotten/pin/",
    "ask-number": "/member/forgotten/number/",
    "freeze-link": "/freeze/made-up",
    "reset-link": "/reset/made-up",
}


def walk(page: Page, house: Site, look: str) -> None:
    """Every page in its states: empty, filled, wrong, done."""
    for name, address in SHOWN.items():
        page.goto(address)
        looked(page, f"{name}-{look}")
    page.goto(f"{FACTS}bank_account/")
    page.click("main .form .button")
    looked(page, f"account-wrong-{look}")
    page.goto(f"{FACTS}address/")
    page.fill("#postcode", "100-0001")
    page.fill("#address", "東京都千代田区千代田1-1 帳面荘203号室")
    page.click("main .form .button")
    looked(page, f"step-{look}")
    page.fill("#code", "12")
    page.click(".form:has(#code) .button")
    looked(page, f"step-wrong-{look}")
    page.goto("/member/settings/notices/")
    page.fill("#watchword", "長い" * 15)
    page.click("main .form .button")
    looked(page, f"notify-wrong-{look}")
    page.click("main .form:last-of-type .button")
    looked(page, f"notify-tested-{look}")
    page.goto("/member/settings/solicitation/")
    page.click("main .form .button")
    looked(page, f"solicit-done-{look}")
    page.goto("/member/settings/consents/")
    page.click("#campaign .button")
    looked(page, f"consents-given-{look}")
    work(house.codes / "sent", clock.now())
    page.goto("/member/inbox/")
    looked(page, f"inbox-filled-{look}")
    page.click("main .tasks a")
    looked(page, f"message-{look}")
    page.goto("/member/forgotten/pin/")
    page.click("main .form .button")
    looked(page, f"ask-pin-wrong-{look}")
    page.goto("/reset/made-up")
    page.fill("#new", "6183")
    page.fill("#again", "6183")
    page.click("main .form .button")
    looked(page, f"reset-over-{look}")
    page.goto("/freeze/made-up")
    page.click("main .form .button")
    looked(page, f"freeze-done-{look}")
    page.goto("/member/settings/card/")
    page.click("main .form .button-danger")
    looked(page, f"card-stopped-{look}")


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_whole(device: MakeDevice, house: Site, look: str) -> None:
    member, _ = house.member()
    one = device(color_scheme=look)
    sign_in(one.page, house, member)
    walk(one.page, house, look)
    assert one.complaints == []


@pytest.mark.parametrize("tongue", ["easy", "en"])
def test_other_tongues_are_as_good(device: MakeDevice, house: Site, tongue: str) -> None:
    member, _ = house.member()
    one = device(tongue=tongue, viewport=DESKTOP)
    sign_in(one.page, house, member)
    walk(one.page, house, tongue)


def test_changes_and_recovery_without_scripts(device: MakeDevice, house: Site) -> None:
    member, _ = house.member()
    one = device(java_script_enabled=False)
    page = one.page
    page.goto("/member/forgotten/pin/")
    page.fill("#member_number", member.member_number)
    page.fill("#born_on", BORN.isoformat())
    page.fill("#email", MAIL.address)
    page.set_input_files(
        "input[type=file] >> nth=1", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    page.click("main .form .button")
    assert page.locator("h1").inner_text() == "再設定の申込みを受け付けました"
    assert looked_at() == 1
    sign_in(page, house, member)
    page.goto(f"{FACTS}email/")
    page.fill("#email", "new@example.jp")
    page.click("main .form .button")
    page.fill("#code", house.code(member))
    page.click(".form:has(#code) .button")
    page.wait_for_selector(".notice-ok")
    assert "n***@example.jp" in page.locator("main").inner_text()
    page.goto("/member/settings/notices/")
    page.uncheck("#due_soon")
    page.click("main .form .button")
    page.wait_for_selector(".notice-ok")
    assert not page.is_checked("#due_soon")


def test_taps_from_home(device: MakeDevice, house: Site) -> None:
    member, _ = house.member()
    one = device()
    page = one.page
    sign_in(page, house, member)

    def tap(selector: str) -> int:
        page.click(selector)
        return 1

    taps = tap("text=勧誘を受けない") + tap("main .form .button")
    page.wait_for_selector("h2:has-text('まで電話・メールの勧誘をしません')")
    assert taps <= 2
    page.goto("/member/")
    taps = tap(".places >> text=設定") + tap("main >> text=登録情報") + tap("a[href$='/employer/']")
    assert taps <= 3
    page.goto("/member/")
    taps = tap(".places >> text=設定") + tap("main >> text=通知の設定") + tap("main .form .button")
    page.wait_for_selector(".notice-ok")
    assert taps <= 3
    page.goto("/member/")
    taps = tap("text=利用を止める") + tap("text=いますぐ止める")
    page.wait_for_selector("h1:has-text('利用を止めました')")
    assert taps <= 2
    assert do(freezes.frozen_at, member.member_id) is not None


def test_passkey_of_a_device_confirms_a_change(browser: Browser, house: Site, site: str) -> None:
    origin = f"http://localhost:{urlsplit(site).port}"
    member, _ = house.member()
    with override_settings(ORIGIN=origin):
        one = Device(browser, origin)
        page = one.page
        session = one.context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        session.send(
            "WebAuthn.addVirtualAuthenticator",
            {"options": {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                         "hasUserVerification": True, "isUserVerified": True,
                         "automaticPresenceSimulation": True}},
        )  # fmt: skip
        sign_in(page, house, member)
        page.goto("/member/settings/passkeys/")
        page.fill("#name", "わたしのスマホ")
        page.click("main .form .button")
        page.fill("#code", house.code(member))
        page.click(".form:has(#code) .button")
        looked(page, "passkey-new")
        page.click("text=作る")
        page.wait_for_selector("strong:has-text('わたしのスマホ')")
        looked(page, "passkeys-one")
        page.goto(f"{FACTS}email/")
        page.fill("#email", "new@example.jp")
        page.click("main .form .button")
        looked(page, "step-passkey")
        page.click("text=パスキーで確かめる")
        page.wait_for_selector(".notice-ok")
        assert "n***@example.jp" in page.locator("main").inner_text()
        assert one.complaints == []
        one.context.close()


# --------------------------------------------------------------------------------------- the desk
def enter_desk(page: Page, seat: Seat) -> None:
    page.goto("/desk/sign-in/")
    page.fill("#login_name", seat.login_name)
    page.fill("#password", PASSWORD)
    page.fill("#code", seat.code())
    page.click("main .form .button >> nth=0")
    page.wait_for_url(re.compile("/desk/(today/)?$"))


def on_both_sizes(page: Page, name: str) -> None:
    """Whole on a desk, and nothing sideways on the narrowest phone."""
    looked(page, name)
    page.set_viewport_size({"width": 320, "height": 568})
    assert page.evaluate(SIDEWAYS) <= 0, name
    page.set_viewport_size(DESKTOP)


def _consulted(page: Page, check: Callable[[Page, str], None]) -> None:
    """The button leads to the call's page; an ending there settles the consultation."""
    address = page.url
    page.click("main button[name=reason]")
    page.wait_for_selector("#ending-form")
    assert "09011112222" in page.locator("main").inner_text()
    page.goto(address)
    check(page, "desk-consultation-going")
    assert not page.query_selector("main button[name=reason]")
    page.click('a[href="/desk/call/"]')
    page.check('input[name="ending"][value="missed"]')
    page.click('#ending-form .talk-actions button[value="finish"]')
    page.wait_for_selector(".notice-ok")
    assert rows("SELECT outcome FROM care_consultation") == [("missed",)]


@pytest.mark.parametrize(("look", "scripts"), [("light", True), ("dark", False)])
def test_desk_is_whole_and_works_without_scripts(
    noon: datetime, device: MakeDevice, house: Site, look: str, *, scripts: bool
) -> None:
    seat = joined("tanaka", Role.REVIEWER, Role.SUPERVISOR)
    member, _ = house.member()
    office.browser().post("/member/forgotten/pin/", asking(member))
    assert looked_at() == 1
    upload = intake.Upload("a.jpg", photo())
    do(intake.keep, member.member_id, intake.Purpose.INCOME, upload, clock.now())
    do(requests.ask_own, member.member_id, requests.Kind.NEW_CARD, clock.now())
    told = complaints.Told(complaints.Kind.COMPLAINT, "電話が多い")
    do(complaints.tell, member.member_id, told, Source("member", "x"), clock.now())
    soon = noon + timedelta(minutes=5)
    wanted, source = Wanted(Topic.LESS, soon, [soon]), Source("member", "y")
    do(consultations.book, member.member_id, wanted, source, clock.now())
    one = device(color_scheme=look, viewport=DESKTOP, java_script_enabled=scripts)
    page = one.page
    check = on_both_sizes if scripts else (lambda _page, _name: None)
    for name, address in (("desk-sign-in", "/desk/sign-in/"), ("desk-join", "/desk/join/x/")):
        page.goto(address)
        check(page, name)
    enter_desk(page, seat)
    check(page, "desk-queue")
    page.click("main tbody a")
    check(page, "desk-reset")
    page.click("main .form .button")
    check(page, "desk-reset-wrong")
    page.check("#verdict-genuine")
    page.click("main .form .button")
    page.wait_for_url("**/desk/?tab=resets")
    page.click("main tbody a")
    check(page, "desk-reset-own")
    page.goto("/desk/?tab=documents")
    page.click("main tbody a")
    check(page, "desk-document")
    page.select_option("#page-1", "accepted")
    page.click("main .form .button")
    page.wait_for_url("**/desk/?tab=documents")
    page.goto("/desk/?tab=applications")
    page.click("main tbody a")
    check(page, "desk-card")
    page.goto("/desk/?tab=complaints")
    page.click("main tbody a")
    check(page, "desk-case")
    page.check("#step-answered")
    page.click("main .form .button")
    check(page, "desk-case-wrong")
    page.fill("#words", "回数を見直しました")
    page.click("main .form .button")
    page.wait_for_url("**/desk/?tab=complaints")
    page.goto("/desk/?tab=consultations")
    check(page, "desk-consultations")
    page.click("main tbody a")
    check(page, "desk-consultation")
    page.click("main .form .button")
    check(page, "desk-consultation-wrong")
    _consulted(page, check)
    for name in ("colleagues", "passkey"):
        page.goto(f"/desk/{name}/")
        check(page, f"desk-{name}")
    page.click(".head-tools form >> text=サインアウト")
    page.wait_for_url("**/desk/sign-in/")
    assert re.search("desk/sign-in", page.url)
    assert one.complaints == []
