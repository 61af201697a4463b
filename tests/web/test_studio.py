"""The studio's door and its first pages: who may come in, what a history becomes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from tests.database import Database
from tests.web.studio import TOKEN, as_studio, let_in

from motocho.office import cases
from motocho.web.doors import HEADERS
from motocho.web.studio.door import cookie_name, pass_of

PASTED = (
    "日付\t借入\t返済\t残高\r\n2001/1/10\t200,000\t\t200,000\r\nH13.2.10\t\t10,000\t194,650\r\n"
)


@pytest.fixture(autouse=True)
def _studio(database: Database) -> Iterator[None]:
    with as_studio():
        yield


def test_token_is_exchanged_for_a_cookie_and_left_behind() -> None:
    client = Client(SERVER_NAME="127.0.0.1")
    response = client.get("/enter/", {"token": TOKEN})
    assert response.status_code == 302
    assert response["Location"] == "/"
    kept = response.cookies[cookie_name()]
    assert kept.value != TOKEN
    assert kept["httponly"]
    assert kept["samesite"] == "Strict"
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("token", ["", "x", TOKEN[:-1], TOKEN + "x", pass_of(TOKEN)])
def test_another_token_lets_nobody_in(token: str) -> None:
    client = Client(SERVER_NAME="127.0.0.1")
    response = client.get("/enter/", {"token": token})
    assert response.status_code == 403
    assert cookie_name() not in response.cookies
    assert client.get("/").status_code == 403


def test_without_cookie_nothing_is_shown_or_done() -> None:
    client = Client(SERVER_NAME="127.0.0.1")
    client.cookies[cookie_name()] = pass_of("another-token-of-another-start")
    for address in ("/", "/cases/1/", "/static/x/site.css", "/nowhere/"):
        assert client.get(address).status_code == 403, address
    assert client.post("/cases/new/").status_code == 403
    assert cases.case_ids() == []


def test_host_that_a_stranger_lets_point_here_is_refused() -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "studio.localhost.evil.example"):
        assert let_in().get("/", SERVER_NAME=host).status_code == 400, host
    assert let_in().get("/", SERVER_NAME="localhost").status_code == 200


def test_what_another_site_sends_is_refused() -> None:
    client = let_in(enforce_csrf_checks=True)
    client.get("/")
    token = client.cookies["studio-csrf-8020"].value
    told = {"csrfmiddlewaretoken": token, "client": "x"}
    for headers in (
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
    ):
        assert client.post("/cases/new/", told, headers=headers).status_code == 403, headers
    assert client.post("/cases/new/", {"client": "x"}).status_code == 403
    assert cases.case_ids() == []
    assert (
        client.post("/cases/new/", told, headers={"Origin": "http://127.0.0.1"}).status_code == 302
    )
    assert len(cases.case_ids()) == 1


def test_headers_stand_on_every_response() -> None:
    for client, address in ((let_in(), "/"), (let_in(), "/nowhere/"), (Client(), "/")):
        response = client.get(address, SERVER_NAME="127.0.0.1")
        for name, value in HEADERS.items():
            assert response[name] == value, (address, name)


def test_pasted_history_becomes_rows_and_a_result() -> None:
    client = let_in()
    assert "見本の事件で試す" in client.get("/").content.decode()
    response = client.post("/cases/new/", {"client": "甲野花子", "lender": "架空ファイナンス"})
    (case_id,) = cases.case_ids()
    assert response["Location"] == f"/cases/{case_id}/import/"
    response = client.post(response["Location"], {"pasted": PASTED})
    assert response.status_code == 302
    case = cases.load(case_id)
    assert [(row.date, row.borrow, row.repay) for row in case.rows] == [
        ("2001-01-10", "200000", ""),
        ("2001-02-10", "", "10000"),
    ]
    assert "\r" not in "".join("".join(row) for row in case.rows)
    shown = client.get(response["Location"]).content.decode()
    assert "2001-02-10" in shown
    assert "甲野花子" in client.get("/").content.decode()


def test_a_history_that_is_sent_twice_goes_in_once() -> None:
    client = let_in()
    client.post("/cases/new/", {})
    (case_id,) = cases.case_ids()
    page = client.get(f"/cases/{case_id}/import/").content.decode()
    found = re.search(r'name="seq" value="(\d+)"', page)
    assert found is not None
    sent = {"pasted": PASTED, "seq": found[1]}
    assert client.post(f"/cases/{case_id}/import/", sent).status_code == 302
    assert client.post(f"/cases/{case_id}/import/", sent).status_code == 409
    assert len(cases.load(case_id).rows) == 2


def test_what_cannot_be_read_is_listed_and_stays_in_the_box() -> None:
    client = let_in()
    client.post("/cases/new/", {})
    (case_id,) = cases.case_ids()
    bad = PASTED + "S64.1.8\t\t5,000\t189,000\r\n"
    response = client.post(f"/cases/{case_id}/import/", {"pasted": bad})
    shown = response.content.decode()
    assert response.status_code == 422
    assert "S64.1.8" in shown
    assert "4行目" in shown
    assert cases.load(case_id).rows == ()


def test_sample_shows_its_result_at_once() -> None:
    client = let_in()
    response = client.post("/cases/sample/", follow=True)
    assert response.status_code == 200
    assert "見本の事件" in response.content.decode()
    (one,) = cases.outlines()
    assert one.fault is None
    assert (one.claim_yen or 0) > 0
