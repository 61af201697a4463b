"""Documents of members: what is asked and until when, one bad page again, nothing of another's."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from tests.database import Database
from tests.documents import files
from tests.people.house import rows
from tests.web.membership import Site, do
from tests.web.test_member import page

from motocho.config.worker import read_news
from motocho.documents import intake
from motocho.documents.intake import Finding, Kept, Purpose
from motocho.loans.commands import checks
from motocho.notices import messages
from motocho.outside import clock, mail
from motocho.outside.postgres import Role as Login
from motocho.people.access import Role
from motocho.people.members import Member
from motocho.units.errors import Language
from motocho.web.uploads import urls

INCOME = "/member/documents/send/income/"


@pytest.fixture
def site(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Site.at(tmp_path)


def ask_for_income(member: Member, days: int = 20) -> None:
    """What a night puts down (`loans.commands.checks`), shortened."""
    today = clock.now().date()
    found_on = today - timedelta(days=10)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO loan_check (member_id, agreement_id, kind, found_on, due_on)"
            " VALUES (%s, 0, 'income', %s, %s)",
            (member.member_id, found_on, today + timedelta(days=days)),
        )


def send(client: Client, data: bytes, address: str = INCOME, name: str = "page") -> Any:
    return client.post(address, {name: SimpleUploadedFile("../a.jpg", data)})


def sent_ref(response: Any) -> str:
    assert response.status_code == 302
    return str(response["Location"].split("/")[-2])


def test_document_that_is_asked_for_is_sent_seen_and_judged(client: Client, site: Site) -> None:
    member, _ = site.enter(client)
    ask_for_income(member)
    assert "収入の書類を" in page(client.get("/member/"))
    asked = page(client.get("/member/documents/"))
    assert "貸金業法13条の3" in asked
    ref = sent_ref(send(client, files.pdf(2), name="page_file"))
    seen = page(client.get(f"/member/documents/{ref}/"))
    assert seen.count("確認待ち") == 2
    small = client.get(f"/member/documents/{ref}/1/small/")
    assert (small["Content-Type"], small["Cache-Control"]) == ("image/jpeg", "no-store")
    assert small.content[:3] == b"\xff\xd8\xff"
    assert "届いています" in page(client.get("/member/documents/"))
    reviewer = site.house.colleague("tanaka", Role.REVIEWER)
    findings = {1: Finding.GLARE, 2: Finding.ACCEPTED}
    do(intake.judge, ref, reviewer, findings, clock.now())
    read_news(clock.now())
    titles = [one.text(Language.JA).title for one in do(messages.listed, member.member_id)]
    assert titles.count("書類の出し直しをお願いします") == 1
    again = page(client.get("/member/documents/"))
    assert "光が反射して文字が読めません" in again
    better = sent_ref(send(client, files.photo(), f"/member/documents/{ref}/1/again/"))
    assert (
        sent_ref(send(client, files.photo(700, 700), f"/member/documents/{ref}/1/again/")) == better
    )
    listed = page(client.get("/member/documents/"))
    assert "出し直し済み" in listed
    assert "光が反射" not in listed


def test_form_that_is_sent_twice_sends_one_document(client: Client, site: Site) -> None:
    site.enter(client)
    first, second = (sent_ref(send(client, files.photo())) for _ in range(2))
    assert first == second
    assert rows("SELECT count(*) FROM documents_upload") == [(1,)]


@pytest.mark.parametrize(("data", "code"), [(files.bomb(), "画素が多すぎます"), (b"<svg/>", "写真（JPEG・PNG・HEIC）かPDFではありません"), (b"", "まだ選ばれていない")])  # fmt: skip
def test_file_that_is_none_is_said_beside_the_field(
    client: Client, site: Site, data: bytes, code: str
) -> None:
    site.enter(client)
    response = send(client, data)
    assert response.status_code == 422
    assert code in page(response)
    assert not rows("SELECT 1 FROM documents_upload")


@pytest.mark.rule("PRIV-003")
def test_document_of_another_is_as_none(client: Client, site: Site) -> None:
    other, _ = site.member()
    kept = do(
        intake.keep, other.member_id, Purpose.INCOME, intake.Upload("", files.photo()), clock.now()
    )
    assert isinstance(kept, Kept)
    site.enter(client)
    asked = 0
    for ref in (kept.document_ref, "abcdefghijklmnopqrstuv"):
        values = {"<slug:document_ref>": ref, "<int:page_no>": "1", "<slug:size>": "small"}
        for one in urls.urlpatterns:
            address = str(one.pattern)
            for place, value in values.items():
                address = address.replace(place, value)
            if ref in address:
                asked += 1
                assert client.get(f"/member/{address}").status_code == 404
                assert send(client, files.photo(), f"/member/{address}").status_code in {404, 405}
    assert asked == 6
    assert do(intake.open_kept, kept.document_ref).pages[0].replaced_by is None


def test_who_is_not_signed_in_sends_nothing(client: Client, site: Site) -> None:
    client.handler.enforce_csrf_checks = False
    assert "sign-in" in send(client, files.photo())["Location"]
    assert "sign-in" in client.get("/member/documents/")["Location"]
    assert not rows("SELECT 1 FROM documents_upload")


def test_evidence_that_is_late_stops_borrowing_and_says_so(
    client: Client, site: Site, database: Database
) -> None:
    member, _ = site.enter(client)
    ask_for_income(member, days=-1)
    over = page(client.get("/member/documents/"))
    assert "期限の" in over
    assert "止めています" not in over  # no night has stopped anything yet
    today = clock.now().date()
    do(checks.stop_overdue, member.member_id, site.desk.made(today))
    assert "確認できるまで、新しい借入を止めています" in page(client.get("/member/documents/"))
    with database.connect(Login.OWNER) as owner:
        owner.execute("UPDATE loan_check SET met_on = due_on")
    assert "いまお願いしている書類は0件です" in page(client.get("/member/documents/"))
