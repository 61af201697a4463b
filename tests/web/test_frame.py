"""The frame of every page: headers, tongues, errors, assets, words. No browser is needed here."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from tests.web.browsing import PAGES
from tests.web.gallery import changing

from motocho.outside.clock import JAPAN
from motocho.web import assets, maintenance, pages
from motocho.web.doors import HEADERS
from motocho.web.words import Tongue, catalogue, plain, say, without_ruby

WEB = Path(pages.__file__).parent
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
HTML_BYTES = 30_000
CSS_BYTES = 25_000
JS_BYTES = 30_000
KANJI = re.compile("[一-龯]")
SAID = re.compile(r"""\{% (?:say|plain) ["']([\w.\-]+)["']""")
pytestmark = pytest.mark.usefixtures("_gallery")


@pytest.fixture(autouse=True)
def _gallery() -> Iterator[None]:
    with override_settings(ROOT_URLCONF="tests.web.gallery"):
        yield


def in_tongue(client: Client, tongue: Tongue) -> Client:
    client.cookies["tongue"] = tongue.value
    return client


# ---------------------------------------------------------------------------------- every response
@pytest.mark.parametrize("address", [*PAGES.values(), "/echo/yen?a=5万", "/nowhere"])
def test_headers_stand_on_every_response(client: Client, address: str) -> None:
    response = client.get(address)
    for name, value in HEADERS.items():
        assert response[name] == value, name
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert not response.cookies.get("session")


@pytest.mark.parametrize("tongue", Tongue)
@pytest.mark.parametrize("address", PAGES.values())
def test_page_is_small_and_holds_no_style_or_script_of_its_own(
    client: Client, address: str, tongue: Tongue
) -> None:
    content = in_tongue(client, tongue).get(address).content
    text = content.decode()
    assert len(gzip.compress(content)) <= HTML_BYTES
    assert not re.search(r"<style|style=|<script(?! src=)|\son\w+=|javascript:", text)
    for host in re.findall(r'(?:src|href|action|hx-get)="([^"#]*)"', text):
        assert host.startswith(("/", "?")) or host == "", host
    assert f'<html lang="{tongue.tag}"' in text
    assert text.count("<h1") == 1
    assert text.count("<main") == 1


def test_what_is_wrong_with_the_form_of_a_page_is_told_once() -> None:
    """The frame tells it, in the title and above the page; a template of a page does not repeat it."""
    once = {"web/page.html", "studio/frame.html"}
    again = re.compile(
        r'(?<!in deeds %})\{% if form\.wrong %\}\{% (?:include "web/parts/summary|plain)'
    )
    folder = WEB / "templates"
    found = {str(path.relative_to(folder)) for path in folder.rglob("*.html")
             for text in [path.read_text("utf-8")] if again.search(text)}  # fmt: skip
    assert found == once


def test_weight_of_style_and_scripts() -> None:
    """Of what members' pages load; the studio's own files come from the machine they are used on."""
    sizes = {
        name: len(gzip.compress(asset.content, 9))
        for name, asset in assets.assets().items()
        if not name.startswith(("studio", "grid"))
    }
    assert sum(size for name, size in sizes.items() if name.endswith(".css")) <= CSS_BYTES
    assert sum(size for name, size in sizes.items() if name.endswith(".js")) <= JS_BYTES


def test_vendored_script_has_its_licence_beside_it() -> None:
    for path in (WEB / "static").glob("*.min.js"):
        assert path.with_name(path.name.replace(".min.js", ".LICENSE.txt")).exists()


def test_assets_are_kept_for_ever_under_their_hash_alone(client: Client) -> None:
    response = client.get(f"/static/{assets.fingerprint()}/site.css")
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["Content-Type"] == "text/css; charset=utf-8"
    assert client.get("/static/older/site.css")["Cache-Control"] == "no-cache"
    for name in ("nothing.css", "htmx-4.0.1.LICENSE.txt", "../words.py", "..%2fwords.py"):
        assert client.get(f"/static/x/{name}").status_code == 404


def test_pages_are_compressed_for_who_asks(client: Client) -> None:
    response = client.get("/help/", headers={"accept-encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"


# ---------------------------------------------------------------------------------------- errors
def test_bug_page_gives_a_number_and_nothing_else(
    client: Client, home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("MOTOCHO_HOME", str(home))
    client.raise_request_exception = False
    response = client.get("/broken/")
    text = response.content.decode()
    assert response.status_code == 500
    assert "1234-5678" not in text
    assert "1234-5678" not in "".join(
        record.getMessage() for record in caplog.records if record.name == "motocho.web"
    )
    number = re.search(r"番号 ([0-9A-F]{8})", text)
    assert number is not None
    report = home / "reports" / f"{number[1]}.txt"
    assert "1234-5678 typed by somebody" in report.read_text(encoding="utf-8")
    assert report.stat().st_mode & 0o077 == 0
    assert report.parent.stat().st_mode & 0o077 == 0
    assert response["Cache-Control"] == "no-store"
    client.handler.enforce_csrf_checks = False
    sent = client.post("/broken/").content.decode()
    assert UNKNOWN in sent
    assert "記録されていません" not in sent


UNKNOWN = "受け付けたかどうか、まだわかりません。ログインして確かめてください"
"""Who sent something learns no more than is known: the answer may have been lost after the book."""


def test_refusal_is_told_with_what_mends_it(client: Client) -> None:
    response = client.get("/refused/")
    assert response.status_code == 409
    assert "03-0000-0101" in response.content.decode()
    assert "until_on" in response.content.decode()


def test_unknown_address_and_wrong_method(client: Client) -> None:
    assert client.get("/nowhere/").status_code == 404
    assert "このページはありません" in client.get("/help/no-such-topic/").content.decode()
    assert client.post("/contacts/").status_code == 403  # no token: it is not looked at
    assert client.get("/choices").status_code == 405


def test_host_that_is_not_ours_is_refused(client: Client) -> None:
    assert client.get("/", SERVER_NAME="evil.example").status_code == 400


def test_form_without_token_says_that_nothing_happened(client: Client) -> None:
    response = client.post("/member/sign-in/", {"member_number": "12345678", "pin": "0012"})
    assert response.status_code == 403
    assert "お金は動いていません" in response.content.decode()


@pytest.mark.usefixtures("database")
def test_database_that_does_not_answer_is_503(client: Client) -> None:
    connections.close_all()
    kept = dict(connections.settings["default"])
    connections.settings["default"]["PORT"] = "1"
    connections.settings["default"]["HOST"] = "127.0.0.1"
    try:
        connections["default"].close()
        del connections["default"]
        response = client.get("/terms/")
        client.handler.enforce_csrf_checks = False
        sent = client.post("/member/sign-in/", {"member_number": "12345678", "pin": "4127"})
    finally:
        connections.settings["default"] |= kept
        del connections["default"]
    assert response.status_code == 503
    assert response["Retry-After"]
    assert "お金は動いていません" in response.content.decode()
    assert sent.status_code == 503
    assert UNKNOWN in sent.content.decode()
    assert "お金は動いていません" not in sent.content.decode()


# ----------------------------------------------------------------------------------- maintenance
def posted(at: datetime, method: str = "POST") -> HttpResponse:
    request: HttpRequest = RequestFactory().generic(method, "/somewhere/", SERVER_NAME="127.0.0.1")
    request.at = at  # type: ignore[attr-defined]
    return maintenance.changes_something(changing)(request)


@pytest.mark.parametrize(
    ("hour", "minute", "status"), [(0, 59, 200), (1, 0, 503), (4, 59, 503), (5, 0, 200)]
)
def test_nothing_changes_on_monday_from_one_to_five(hour: int, minute: int, status: int) -> None:
    at = datetime(2026, 11, 23, hour, minute, tzinfo=JAPAN)
    assert posted(at).status_code == status
    assert posted(at.replace(day=24)).status_code == 200
    assert posted(at, "GET").status_code == 200


def test_maintenance_says_when_it_ends() -> None:
    response = posted(datetime(2026, 11, 23, 4, 30, tzinfo=JAPAN))
    assert response["Retry-After"] == "1800"
    assert "この操作は行われていません" in response.content.decode()


# --------------------------------------------------------------------------------- tongue and look
def chosen(client: Client, **values: str) -> Any:
    client.handler.enforce_csrf_checks = False
    return client.post("/choices", values)


def test_choice_is_kept_and_leads_back(client: Client) -> None:
    response = chosen(client, tongue="en", next="/calculator/?principal=5%E4%B8%87")
    assert response.status_code == 302
    assert response["Location"] == "/calculator/?principal=5%E4%B8%87"
    assert response.cookies["tongue"].value == "en"
    assert response.cookies["tongue"]["httponly"]
    assert response.cookies["tongue"]["samesite"] == "Lax"
    assert "Repayment calculator" in client.get("/calculator/").content.decode()


@pytest.mark.parametrize("address", [
    "https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "",
    "http:evil.example", "\\\\evil.example", " //evil.example", "/%5cevil.example\n",
])  # fmt: skip
def test_redirect_never_leaves_the_site(client: Client, address: str) -> None:
    location = chosen(client, look="dark", next=address)["Location"]
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))


@pytest.mark.parametrize("values", [{"tongue": "fr"}, {"look": "'><script>"}, {"other": "x"}])
def test_choice_that_is_none_is_left_out(client: Client, values: dict[str, str]) -> None:
    assert not chosen(client, **values).cookies


@pytest.mark.parametrize(("asked", "tag"), [("en-GB,ja", "en"), ("ja,en", "ja"), ("", "ja")])
def test_first_tongue_is_the_browser_s(client: Client, asked: str, tag: str) -> None:
    response = client.get("/", headers={"accept-language": asked})
    assert f'<html lang="{tag}"' in response.content.decode()


# ---------------------------------------------------------------------------------------- words
def test_every_text_is_there_in_three_tongues() -> None:
    for key, texts in catalogue().items():
        wanted = {"easy"} if key.startswith("fault.") else {"ja", "easy", "en"}
        offices = ("studio.", "claiming.", "registers.", "bureaus.", "screening.")
        if key.startswith(offices) and "easy" not in texts:
            wanted = {"ja", "en"}  # a tool of offices; what guides a claimant has all three
        assert set(texts) == wanted, key
        assert all(text.strip() for text in texts.values()), key


def test_tongues_take_the_same_values() -> None:
    """A tongue may leave a value out, never name another."""
    for key, texts in catalogue().items():
        if "ja" in texts:
            known = set(re.findall(r"\{(\w+)\}", texts["ja"]))
            assert set(re.findall(r"\{(\w+)\}", texts["en"])) <= known, key
            assert set(re.findall(r"\{(\w+)\}", texts.get("easy", ""))) <= known, key


def test_easy_japanese_has_a_reading_for_every_kanji() -> None:
    for key, texts in catalogue().items():
        bare = re.sub("[一-龯々〆ヶ]+《[ぁ-ゖー]+》", "", texts.get("easy", ""))
        assert not KANJI.search(bare), f"{key}: {bare}"


def test_english_holds_no_japanese_but_quotations() -> None:
    for key, texts in catalogue().items():
        if "en" in texts:
            left = re.sub("万", "", texts["en"])
            assert not re.search("[ぁ-んァ-ヶ一-龯]", left), key


def test_texts_have_none_of_the_words_we_do_not_say() -> None:
    words = (
        "正しく",
        "不正",
        "無効",
        "半角",
        "全角",
        "エラーが発生",
        "申し訳",
        "恐れ入り",
        "お客様は",
    )
    for key, texts in catalogue().items():
        assert not [word for word in words if word in texts.get("ja", "")], key


def test_every_key_that_a_template_names_exists() -> None:
    for path in TEMPLATES:
        for key in SAID.findall(path.read_text(encoding="utf-8")):
            assert key in catalogue(), f"{path.name}: {key}"


def test_every_text_is_used() -> None:
    sources = [*TEMPLATES, *WEB.rglob("*.py")]
    whole = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    # A word of an enumeration follows.
    made = re.findall(r'f"([a-z_]+\.[a-z_.]*[_.])\{', whole)
    made += [f"{one}_" for one in re.findall(r'labels\([\w.]+, "([a-z_.]+)"', whole)]
    for key in catalogue():
        by_name = key.startswith(("topic.", "term.", "fault.", "audit.deed.", *made))
        assert by_name or re.search(rf"[\"']{re.escape(key)}[\"']", whole), key


def test_english_counts_one_thing_without_an_s() -> None:
    assert plain("home.left", Tongue.EN, days=1) == "1 day left"
    assert plain("home.left", Tongue.EN, days=21) == "21 days left"
    assert say("care.rest.months", Tongue.EN, months=1) == "Rest for 1 month"


def test_values_are_escaped_and_ruby_is_not() -> None:
    shown = say("help.nothing", Tongue.EASY, wanted="<script>《x》")
    assert "&lt;script&gt;" in shown
    assert "<ruby>" in say("help.topics", Tongue.EASY) or "ログイン" in plain(
        "help.topics", Tongue.EASY
    )
    assert without_ruby("返《かえ》す") == "返す"


def test_no_page_in_english_shows_japanese_but_names(client: Client) -> None:
    """Bank names, the banks' sample and the language list are Japanese by nature."""
    in_tongue(client, Tongue.EN)
    for name, address in PAGES.items():
        if name in {"gallery", "banks", "banks-none"}:
            continue
        text = client.get(address).content.decode()
        text = re.sub(r'<(\w+)[^>]* lang="ja"[^>]*>.*?</\1>', "", text)
        text = re.sub(r'value="[^"]*"|«[^»]*»', "", text)
        body = re.sub(r"財務局長\(1\)第|関東|万|円", "", text.split("<main")[1])
        assert not re.search("[ぁ-んァ-ヶ]", body), (
            f"{name}: {re.findall('.{10}[ぁ-んァ-ヶ].{10}', body)[:3]}"
        )
