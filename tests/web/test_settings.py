"""Settings at the desk: asked by one, agreed to by another, every fault beside the text."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.database import Database
from tests.people.house import rows
from tests.web.membership import Site, do
from tests.web.office import Seat, browser, seated

from motocho.care import settings
from motocho.care.reliefs import limits
from motocho.care.settings import Setting
from motocho.contact.directory import shipped
from motocho.outside import clock, mail
from motocho.people.access import Role
from motocho.web._directory import directory

pytestmark = pytest.mark.usefixtures("database")
RELIEFS = settings.shipped(Setting.RELIEFS)
WIDER = RELIEFS.replace("offer_open_days: 7 ", "offer_open_days: 9 ")
AT = "/desk/settings/reliefs/"


@pytest.fixture
def site(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Site.at(tmp_path)


@pytest.fixture
def tanaka(site: Site) -> Seat:
    return seated("tanaka", Role.SUPERVISOR)


@pytest.fixture
def suzuki(tanaka: Seat) -> Seat:
    return seated("suzuki", Role.SUPERVISOR)


def typed(text: str = WIDER, do: str = "propose", days: int = 1, **other: str) -> dict[str, str]:
    on = clock.now().date() + timedelta(days=days)
    lines = text.replace("\n", "\r\n")  # as browsers send them
    return {"text": lines, "effective_on": on.isoformat(), "reason": "理由", "do": do} | other


def words(response: Any) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))


def mark(seat: Seat) -> str:
    found = re.search(r'name="mark" value="(\w+)"', seat.client.get(AT).content.decode())
    assert found is not None
    return found[1]


def test_one_asks_another_agrees_and_it_holds_from_its_day(
    tanaka: Seat, suzuki: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    tomorrow = clock.now().date() + timedelta(days=1)
    page = tanaka.client.post(AT, typed(do="check"))
    assert page.status_code == 200
    assert "まだ申請していません" in words(page)
    assert "offer_open_days: 9" in words(page)
    assert rows("SELECT 1 FROM care_approval") == []
    assert tanaka.client.post(AT, typed())["Location"] == AT
    own = words(tanaka.client.get(AT))
    assert "取り下げる" in own
    assert 'value="agree"' not in tanaka.client.get(AT).content.decode()
    assert "offer_open_days: 9" in words(suzuki.client.get(AT))
    assert "1件" in words(suzuki.client.get("/desk/settings/"))
    refusal = {"do": "refuse", "mark": mark(suzuki), "words": ""}
    assert suzuki.client.post(AT, refusal).status_code == 422  # without a reason: asked again
    assert suzuki.client.post(AT, {"do": "agree", "mark": "0" * 64}).status_code == 409
    alone = {"do": "agree", "mark": mark(suzuki)}
    assert tanaka.client.post(AT, alone).status_code in {404, 409}
    assert do(settings.versions, Setting.RELIEFS) == []
    assert suzuki.client.post(AT, alone)["Location"] == AT
    assert suzuki.client.post(AT, alone)["Location"] == AT  # sent again, it is done already
    assert do(limits.in_force, clock.now().date()).offer_open_days == 7
    assert do(limits.in_force, tomorrow).offer_open_days == 9
    (version,) = do(settings.versions, Setting.RELIEFS)
    assert version.text == WIDER  # without the browser's line ends
    assert "第1版" in words(tanaka.client.get("/desk/settings/reliefs/?version=1"))
    assert tanaka.client.get("/desk/settings/reliefs/?version=2").status_code == 404
    assert tanaka.client.get("/desk/settings/passwords/").status_code == 404


def test_faults_stand_beside_what_was_typed_and_nothing_is_lost(tanaka: Seat) -> None:
    bad = settings.shipped(Setting.REASONS).replace(
        "お忙しいところ失礼します。", "審査なしですぐにご利用いただけます。"
    )
    at = "/desk/settings/reasons/"
    for step in ("check", "propose"):
        page = tanaka.client.post(at, typed(bad, step))
        assert page.status_code == 422
        told = words(page)
        assert "審査なし" in told
        assert "opening" in told
        assert bad in html.unescape(page.content.decode())
    page = tanaka.client.post(at, typed("- a: [\n"))
    assert "2行目" in words(page)
    page = tanaka.client.post(at, typed(days=0))
    assert page.status_code == 422
    page = tanaka.client.post(AT, typed(reason=" "))
    assert page.status_code == 422
    assert "offer_open_days: 9" in words(page)
    assert rows("SELECT 1 FROM care_approval") == []


def test_auditors_look_and_change_nothing(tanaka: Seat) -> None:
    auditor = seated("ono", Role.AUDITOR)
    page = auditor.client.get(AT)
    assert "offer_open_days: 7" in words(page)
    assert "<textarea" not in page.content.decode()
    assert auditor.client.post(AT, typed()).status_code == 409
    assert tanaka.client.post(AT, typed())["Location"] == AT
    assert auditor.client.post(AT, {"do": "agree", "mark": mark(tanaka)}).status_code == 409
    assert tanaka.client.post(AT, {"do": "withdraw", "mark": mark(tanaka)})["Location"] == AT
    assert "取下げ" in words(auditor.client.get(AT))
    assert do(settings.versions, Setting.RELIEFS) == []


def test_a_running_site_takes_another_directory_on_its_day(
    tanaka: Seat, suzuki: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = "/desk/settings/directory/"
    known = shipped().desks[0]
    text = settings.shipped(Setting.DIRECTORY).replace(known.name_ja, "新しい窓口")
    assert directory().desks[0].name_ja == known.name_ja
    assert tanaka.client.post(at, typed(text))["Location"] == at
    found = re.search(r'name="mark" value="(\w+)"', suzuki.client.get(at).content.decode())
    assert found is not None
    suzuki.client.post(at, {"do": "agree", "mark": found[1]})
    assert directory().desks[0].name_ja == known.name_ja
    tomorrow = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    assert directory().desks[0].name_ja == "新しい窓口"
    assert "新しい窓口" in browser().get("/contacts/").content.decode()


def test_what_waits_leads_to_its_own_page(tanaka: Seat, suzuki: Seat) -> None:
    """A reviewer, whom settings are not shown, sees the request alone."""
    assert tanaka.client.post(AT, typed())["Location"] == AT
    listed = suzuki.client.get("/desk/approvals/")
    assert f'href="{AT}"' in listed.content.decode()
    assert "業務の設定の変更" in words(listed)
    reviewer = seated("abe", Role.REVIEWER)
    listed = reviewer.client.get("/desk/approvals/")
    found = re.search(r'href="(/desk/approvals/0/[0-9]+/)"', listed.content.decode())
    assert found is not None
    assert reviewer.client.get(found[1]).status_code == 200
