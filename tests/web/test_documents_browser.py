"""Pages of documents in a real browser: a photo in five taps, no scripts, both papers, three tongues."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import FilePayload, Page
from tests.database import Database
from tests.documents import files
from tests.web.browsing import DESKTOP, LOOKS, Device
from tests.web.membership import Site, do
from tests.web.test_browser import SIDEWAYS, TARGETS, violations
from tests.web.test_delivery import delivered
from tests.web.test_documents import ask_for_income
from tests.web.test_member_browser import picture, sign_in

from motocho.documents import intake
from motocho.documents.intake import Finding, Kept, Purpose, Upload
from motocho.loans.commands import Key
from motocho.outside import clock, mail
from motocho.people.access import Role
from motocho.people.members import Member

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
MakeDevice = Callable[..., Device]
PHOTO: FilePayload = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": files.photo()}


@pytest.fixture
def house(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Site.at(tmp_path)


def judged(house: Site, member: Member) -> str:
    """A document of two pages, one of which was refused."""
    upload = Upload("", files.pdf(2))
    kept = do(intake.keep, member.member_id, Purpose.INCOME, upload, clock.now())
    assert isinstance(kept, Kept)
    reviewer = house.house.colleague("tanaka", Role.REVIEWER)
    findings = {1: Finding.CUT_CORNER, 2: Finding.ACCEPTED}
    do(intake.judge, kept.document_ref, reviewer, findings, clock.now())
    return kept.document_ref


def addresses(ref: str, key: Key) -> dict[str, str]:
    return {
        "papers-delivered": f"/member/dealings/{key.agreement_id}/papers/",
        "documents": "/member/documents/",
        "send": "/member/documents/send/income/",
        "document": f"/member/documents/{ref}/",
        "again": f"/member/documents/{ref}/1/again/",
    }


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_of_documents_is_whole(device: MakeDevice, house: Site, look: str) -> None:
    member, key = house.member()
    delivered(member, key, 1, "a")
    delivered(member, key, 500, "b")
    one = device(color_scheme=look, has_touch=True, is_mobile=True)
    sign_in(one.page, house, member)
    empty = one.open("/member/documents/")
    assert violations(empty) == []
    picture(empty, f"documents-empty-{look}")
    ask_for_income(member)
    for name, address in addresses(judged(house, member), key).items():
        page = one.open(address)
        picture(page, f"{name}-phone-{look}")
        assert page.evaluate(SIDEWAYS) <= 0, name
        assert page.evaluate(TARGETS) == [], name
        assert violations(page) == [], name
    wrong = one.open("/member/documents/send/income/")
    wrong.click(".form .button")
    wrong.wait_for_selector(".summary")
    picture(wrong, f"send-wrong-{look}")
    assert violations(wrong) == []
    assert one.complaints == []


@pytest.mark.parametrize("tongue", ["easy", "en"])
def test_documents_in_other_tongues(device: MakeDevice, house: Site, tongue: str) -> None:
    member, key = house.member()
    delivered(member, key, 1, "a")
    ask_for_income(member)
    one = device(tongue=tongue, viewport=DESKTOP)
    sign_in(one.page, house, member)
    for name, address in addresses(judged(house, member), key).items():
        page = one.open(address)
        picture(page, f"{name}-desktop-{tongue}")
        assert violations(page) == [], name


@pytest.mark.parametrize("scripts", [True, False])
def test_photo_takes_five_taps_from_home(device: MakeDevice, house: Site, *, scripts: bool) -> None:
    member, _ = house.member()
    ask_for_income(member)
    one = device(java_script_enabled=scripts, has_touch=True)
    sign_in(one.page, house, member)
    page: Page = one.page
    page.click("main >> text=書類を出す")  # 1
    page.click("text=収入の書類を送る")  # 2
    page.set_input_files("#page-camera", PHOTO)  # 3: open, 4: take
    page.click("text=この書類を送る")  # 5
    page.wait_for_selector(".page-picture")
    page.wait_for_load_state("load")
    wide = page.locator(".page-picture").evaluate("one => one.naturalWidth")
    assert wide == 320
    page.reload()
    assert page.locator(".page-picture").count() == 1


def page_of_words(paper: int = 205) -> Image.Image:
    """A page of small words on grey paper, as a phone sees it."""
    made = Image.new("RGB", (1200, 900), (paper, paper, paper))
    pen = ImageDraw.Draw(made)
    for row in range(40, 860, 22):
        pen.text((40, row), "NAME ADDRESS INCOME 2026 4,200,000 " * 5, fill="black")
    return made


def with_a_light() -> Image.Image:
    made = page_of_words()
    ImageDraw.Draw(made).ellipse((700, 300, 950, 500), fill="white")
    return made


PHOTOS: dict[str, Callable[[], Image.Image]] = {
    "": page_of_words,
    "ぼやけている": lambda: page_of_words().filter(ImageFilter.GaussianBlur(5)),
    "光が反射": with_a_light,
    "暗くて": lambda: page_of_words(40),
}


def test_photo_is_looked_at_before_it_is_sent(device: MakeDevice, house: Site) -> None:
    """On the device itself: it says what may be wrong, and forbids nothing."""
    member, _ = house.member()
    one = device()
    sign_in(one.page, house, member)
    page = one.open("/member/documents/send/income/")
    said = page.locator("[data-photo]")
    for words, made in PHOTOS.items():
        name = f"{len(words)}.png"
        photo: FilePayload = {
            "name": name, "mimeType": "image/png", "buffer": files.saved(made(), "PNG"),
        }  # fmt: skip
        page.set_input_files("#page-folder", photo)
        page.wait_for_selector(f"[data-looked='{name}']", state="attached")
        found = said.locator("[data-fault]:visible").all_inner_texts()
        assert [words in text for text in found] == [True] * bool(words), (words, found)
        assert said.is_visible() == bool(words)
    assert one.complaints == []
    page.click("text=この書類を送る")  # dark as it is
    page.wait_for_selector(".page-picture")
