"""Ways to be identified beside pictures, on the page of an application and at the desk; no scripts."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from tests.database import Database
from tests.people.house import rows
from tests.screening.applying.filling import AT, HANAKO, Desk
from tests.screening.applying.vendored import CHIPPED, SECRET, Post, standing, submitted
from tests.web.applying import main
from tests.web.office import seated as at_desk
from tests.web.test_apply_status import seated

from motocho.config import worker
from motocho.outside import clock, identity
from motocho.outside.clock import JAPAN
from motocho.outside.fakes.identity import FakeVendor, Trouble, scripted
from motocho.outside.identity import Way
from motocho.people.access import Role
from motocho.screening.applications import ApplicationKey
from motocho.screening.identity.requests import Became
from motocho.units.errors import Language

STATUS, ASK = "/apply/status/", "/apply/status/identity/{}/"


@pytest.fixture
def applied(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ApplicationKey:
    assert database is not None
    monkeypatch.setattr(clock, "now", lambda: AT + timedelta(hours=1))
    monkeypatch.setenv(identity.VARIABLE, str(tmp_path))
    monkeypatch.setenv(identity.SECRET, SECRET.decode())
    Desk()
    return submitted()


@pytest.mark.rule("KYC-001")
def test_asked_for_on_the_page_and_told_there_what_is_missing(
    applied: ApplicationKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = seated(applied)
    page = client.get(STATUS).content.decode()
    for way in ("chip_reading", "public_key_certificate", "restricted_post"):
        assert f'action="{ASK.format(way)}"' in page
    assert ASK.format("photo_of_document") not in page
    for _ in range(2):
        done = client.post(ASK.format("chip_reading"))
        assert done["Location"] == f"{STATUS}#identify"
    (asked,) = standing(applied)
    text = main(client.get(STATUS))
    assert "受付済み。確認を待っています" in text
    assert asked.request_ref in text.replace(" ", "")
    assert "事業者の画面の開き方は、下の窓口に" in text
    monkeypatch.setenv(identity.SITE, "https://identify.example/")
    assert 'href="https://identify.example/" rel="noopener' in client.get(STATUS).content.decode()
    monkeypatch.setenv(identity.SITE, "http://identify.example/")
    assert "identify.example" not in client.get(STATUS).content.decode()
    assert "2026/12/08までに" in text
    people = {"佐藤 花子": {**CHIPPED, "name": "佐藤 花子", "born_on": HANAKO.born_on.isoformat()}}
    fake = FakeVendor(tmp_path, SECRET, people, scripted(Trouble.OTHER_FACE))
    worker.pass_identity(timestamp=0)
    fake.work(AT.date())
    worker.pass_identity(timestamp=0)
    assert standing(applied)[0].became is Became.LACKING
    told = {}
    for tongue in ("ja", "easy", "en"):
        told[tongue] = main(seated(applied, tongue).get(STATUS))
    assert "足りないことがあります" in told["ja"]
    assert "たりません" in told["easy"]
    assert "something is missing" in told["en"]
    for one in standing(applied)[0].reasons:
        assert one.fix(Language.JA) in told["ja"]
        assert one.fix(Language.EN) in told["en"]
    rie = at_desk("rie", Role.REVIEWER)
    queue = rie.client.get("/desk/screening/").content.decode()
    assert "本人確認に不足" in queue
    whose = f"/desk/screening/{applied.member_id}/{applied.application_id}/identity/"
    shown = rie.client.get(whose).content.decode()
    assert "不足あり" in shown
    assert f"vendor-{asked.request_ref}" in shown
    client.post(ASK.format("public_key_certificate"))
    Post(tmp_path, HANAKO, Way.CERTIFICATE, at=AT + timedelta(hours=1)).round()
    text = main(client.get(STATUS))
    assert "確認できました" in text
    assert "ご本人の確認がまだです" not in text
    assert "/apply/status/identity/" not in client.get(STATUS).content.decode()


def test_nobody_is_asked_without_a_vendor_by_other_ways_or_for_others(
    applied: ApplicationKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = seated(applied)
    for way in ("photo_of_document", "in_person", "anything"):
        assert client.post(ASK.format(way)).status_code == 404
    assert client.get(ASK.format("chip_reading")).status_code == 405
    stranger = Client(SERVER_NAME="127.0.0.1")
    assert stranger.post(ASK.format("chip_reading"))["Location"] == "/apply/return/"
    monkeypatch.delenv(identity.SECRET)
    assert "/apply/status/identity/" not in client.get(STATUS).content.decode()
    assert client.post(ASK.format("chip_reading")).status_code == 404
    worker.pass_identity(timestamp=0)
    assert rows("SELECT count(*) FROM screening_identity_request") == [(0,)]


def test_what_is_missing_is_said_in_words_and_never_by_a_code(
    applied: ApplicationKey, tmp_path: Path
) -> None:
    client = seated(applied)
    client.post(ASK.format("chip_reading"))
    Post(tmp_path, HANAKO, Way.CHIP, (Trouble.OTHER_PERSON,), at=AT + timedelta(hours=1)).round()
    rie = at_desk("rie", Role.REVIEWER)
    whose = f"/desk/screening/{applied.member_id}/{applied.application_id}/identity/"
    for tongue, paper in (("ja", "運転免許証"), ("easy", "運転免許証"), ("en", "driving licence")):
        text = main(seated(applied, tongue).get(STATUS))
        assert f"（{paper}）" in text or f"({paper})" in text, tongue
        assert "driving_licence" not in text
        rie.client.cookies["tongue"] = tongue
        shown = rie.client.get(whose).content.decode()
        shown = shown[shown.index('id="vendor"') : shown.index('id="pictures"')]
        assert paper in shown
        assert "driving_licence" not in shown


@pytest.mark.rule("KYC-001")
@pytest.mark.rule("PRIV-003")
def test_forged_result_is_seen_once_by_who_audits_and_by_the_reviewer(
    applied: ApplicationKey, tmp_path: Path
) -> None:
    seated(applied).post(ASK.format("chip_reading"))
    post = Post(tmp_path, HANAKO, Way.CHIP, (Trouble.FORGED,))
    worker.pass_identity(timestamp=0)
    post.fake.work(AT.date())
    for _ in range(3):
        worker.pass_identity(timestamp=0)
    mori, ono = at_desk("mori", Role.SUPERVISOR), at_desk("ono", Role.AUDITOR)
    for colleague, what in ((mori, "refusals"), (ono, "refusals"), (ono, "all")):
        page = colleague.client.get(f"/desk/audit/?what={what}").content.decode()
        assert page.count("identity_result_unread") == 1, what
        assert "本人確認の結果の不採用" in page
        assert "本人確認の結果に、事業者の封印がありません" in page
    kind = {"what": "all", "kind": "本人確認の結果の不採用", "member": number_of(applied)}
    assert ono.client.get("/desk/audit/", kind).content.decode().count("result_unread</code>") == 1
    for what in ("changes", "looks", "sign_ins"):
        page = ono.client.get(f"/desk/audit/?what={what}").content.decode()
        assert "identity_result_unread</code>" not in page
    rie = at_desk("rie", Role.REVIEWER)
    whose = f"/desk/screening/{applied.member_id}/{applied.application_id}/identity/"
    shown = rie.client.get(whose).content.decode()
    assert "使わなかった結果" in shown
    assert "取り込まず、届いた経路を調べてください" in shown
    told = main(seated(applied).get(STATUS))
    assert "受付済み。確認を待っています" in told
    assert "封印" not in told


def number_of(key: ApplicationKey) -> str:
    ((number,),) = rows(
        "SELECT member_number FROM people_member WHERE member_id = %s", key.member_id
    )
    return str(number)


@pytest.mark.rule("KYC-001")
def test_a_way_that_is_spent_has_no_button_and_says_what_is_left(
    applied: ApplicationKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = datetime(2026, 12, 1, 12, tzinfo=JAPAN)
    monkeypatch.setattr(clock, "now", lambda: at)
    client = seated(applied)
    people = {"佐藤 花子": {**CHIPPED, "name": "佐藤 花子", "born_on": HANAKO.born_on.isoformat()}}
    for _ in range(3):
        assert ASK.format("chip_reading") in client.get(STATUS).content.decode()
        client.post(ASK.format("chip_reading"))
        fake = FakeVendor(tmp_path, SECRET, people, scripted(Trouble.ABANDONED))
        worker.pass_identity(timestamp=0)
        fake.work(at.date())
        worker.pass_identity(timestamp=0)
        assert standing(applied)[0].became is Became.UNFINISHED
    page = client.get(STATUS)
    assert ASK.format("chip_reading") not in page.content.decode()
    assert ASK.format("restricted_post") in page.content.decode()
    assert "ICチップの読み取りによる確認を頼めるのは3回まで" in main(page)
    assert "この やりかたは もう つかえません" in main(seated(applied, "easy").get(STATUS))
    client.post(ASK.format("chip_reading"))
    assert len(standing(applied)) == 3
