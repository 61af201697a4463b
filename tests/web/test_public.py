"""The public pages: what they answer, and the rules that bind them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from tests.database import Database
from tests.web.browsing import PAGES

from motocho.contact.directory import shipped
from motocho.contact.wording import refuse_wording
from motocho.loans import products
from motocho.outside import clock
from motocho.simulation import world
from motocho.units.money import rate_text
from motocho.units.phones import read_phone
from motocho.web.public.guide import TERMS, TOPICS
from motocho.web.words import Tongue, catalogue

PHONE = re.compile(r"0[0-9]{1,4}-[0-9]{2,4}-[0-9]{3,4}")
DISPUTES = "0570-051-051"
OURS = [name for name in PAGES if name != "gallery" and not name.startswith("number-")]


def text_of(client: Client, address: str) -> str:
    return re.sub(r"<[^>]+>", " ", client.get(address).content.decode())


# -------------------------------------------------------------------------------- number checker
@pytest.mark.rule("FRAUD-004")
@pytest.mark.parametrize("typed", ["03-0000-0108", "０３００００" + "０１０８", "+81 3 0000 0108"])
def test_number_of_ours_is_yes_with_reasons_and_where_to_call_back(
    client: Client, typed: str
) -> None:
    text = text_of(client, f"/number/?number={typed.replace('+', '%2B')}")
    assert "はい、当社の番号です" in text
    assert "書類のお願い" in text
    assert "発信だけの番号です" in text
    assert "この番号から電話することはありません" not in text
    assert "03-0000-0102" in text


@pytest.mark.rule("FRAUD-004")
def test_number_that_we_never_call_from_was_faked_where_it_called(client: Client) -> None:
    """Whoever calls with our published desk's number on the display is not us."""
    text = text_of(client, "/number/?number=03-0000-0102")
    assert "この番号から電話することはありません" in text
    assert "話さずに切ってください" in text
    both = text_of(client, "/number/?number=03-0000-0104")
    assert "この番号から電話することはありません" not in both


@pytest.mark.rule("FRAUD-004")
@pytest.mark.parametrize(("typed", "verdict"), [
    ("0312345678", "わからない番号です"),
    ("0120-000-111", "わからない番号です"),
    ("090-1234-5678", "いいえ、当社の番号ではありません"),
    ("050-1234-5678", "いいえ、当社の番号ではありません"),
    ("03-0000-0110", "以前は当社の番号でした"),
])  # fmt: skip
def test_number_that_is_not_published_is_never_ours(
    client: Client, typed: str, verdict: str
) -> None:
    text = text_of(client, f"/number/?number={typed}")
    assert verdict in text
    assert "はい、当社の番号です" not in text
    assert "03-0000-0102" in text


def test_number_that_cannot_be_one_is_asked_again_with_what_was_typed(client: Client) -> None:
    page = client.get("/number/?number=12345").content.decode()
    assert "<title>エラー：" in page
    assert 'value="12345"' in page
    assert 'aria-invalid="true"' in page
    assert page.count("電話番号は10けたか11けたです。いま5けたです") == 2


def test_what_was_typed_is_shown_as_text(client: Client) -> None:
    page = client.get("/number/", {"number": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


# ------------------------------------------------------------------------------------ calculator
@pytest.fixture
def of_one_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan begins today, and its first months have as many days as they have."""
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 23, 12, tzinfo=clock.JAPAN))


@pytest.mark.parametrize("amount", ["30万", "３０００００", "300,000円", "三十万", "¥300000"])
def test_calculator_takes_an_amount_however_it_is_written(client: Client, amount: str) -> None:
    text = text_of(client, f"/calculator/?principal={amount}&rate=18&monthly=9千")
    assert "300,000円を毎月9,000円ずつ返すと" in text
    assert "47回" in text


@pytest.mark.usefixtures("of_one_day")
@pytest.mark.parametrize(("rate", "payments", "interest"), [
    ("18", "47回", "118,827円"), ("18%", "47回", "118,827円"), ("１８．０％", "47回", "118,827円"),
    ("0.18", "47回", "118,827円"), ("0.08", "38回", "40,348円"), ("8", "38回", "40,348円"),
    ("0.5%", "34回", "2,146円"),
])  # fmt: skip
def test_rate_is_percent_from_one_up_and_a_part_below(
    client: Client, rate: str, payments: str, interest: str
) -> None:
    text = text_of(
        client, f"/calculator/?principal=30万&rate={rate.replace('%', '%25')}&monthly=9000"
    )
    assert payments in text
    assert interest in text


def test_payment_below_the_interest_is_told_the_least(client: Client) -> None:
    text = text_of(client, "/calculator/?principal=30万&rate=18&monthly=4千5百")
    assert "毎月4,500円では利息に足りず" in text
    assert "4,588円以上" in text


def test_payment_above_the_interest_that_ends_too_late_is_told_so(client: Client) -> None:
    text = text_of(client, "/calculator/?principal=100万&rate=5&monthly=4300")
    assert "600回では返し終わりません" in text
    assert "利息に足りず" not in text
    assert "4,248円以上" not in text


def test_unclear_amount_is_asked(client: Client) -> None:
    text = text_of(client, "/calculator/?principal=100.000&rate=18&monthly=9000")
    assert "「100.000」は10万円ですか、100円ですか" in text


def test_rate_above_the_ceiling_is_said(client: Client) -> None:
    assert "上限 年18.0%をこえています" in text_of(
        client, "/calculator/?principal=30万&rate=29.2&monthly=15000"
    )
    assert "をこえています" not in text_of(
        client, "/calculator/?principal=30万&rate=18&monthly=15000"
    )


def test_calculator_starts_empty(client: Client) -> None:
    page = client.get("/calculator/").content.decode()
    assert not re.search(r'<input[^>]*type="text"[^>]*value=', page)
    assert 'type="range"' not in page
    assert "checked" not in page


@pytest.mark.parametrize(("typed", "shown"), [
    ("5万", "50,000円（5万円）として進みます"), ("五万", "50,000円（5万円）として進みます"),
    ("100.000", ""), ("x", ""), ("", ""), ("<b>", ""),
])  # fmt: skip
def test_echo_says_what_is_read_and_nothing_of_what_is_not(
    client: Client, typed: str, shown: str
) -> None:
    assert client.get("/echo/yen", {"principal": typed}).content.decode() == shown


def test_echo_of_days(client: Client) -> None:
    assert "2001年1月5日" in client.get("/echo/date", {"on": "H13.1.5"}).content.decode()
    assert client.get("/echo/other", {"on": "1"}).status_code == 404


# -------------------------------------------------------------------- contacts, numbers, wording
@pytest.mark.rule("ADV-001")
@pytest.mark.parametrize("name", OURS)
def test_pages_show_registered_numbers_only(client: Client, name: str) -> None:
    today = clock.business_date()
    for shown in PHONE.findall(text_of(client, PAGES[name])):
        if shown != DISPUTES:
            assert shipped().refuse_shown(str(read_phone(shown)), today) is None, shown


@pytest.mark.rule("DESK-001")
def test_contacts_show_hours_of_every_desk_that_is_called(client: Client) -> None:
    text = text_of(client, "/contacts/")
    known, today = shipped(), clock.business_date()
    for desk in known.desks:
        assert (desk.name_ja in text) == bool(known.incoming(desk, today))
    assert "平日 9:00–18:00" in text
    assert "24時間・年中無休" in text
    for number in known.outgoing(today):
        assert number.text in text
    assert "03-0000-0110" not in text


@pytest.mark.rule("ADV-005")
@pytest.mark.parametrize("tongue", Tongue)
@pytest.mark.parametrize("name", PAGES)
def test_no_page_uses_unlawful_wording(client: Client, name: str, tongue: Tongue) -> None:
    client.cookies["tongue"] = tongue.value
    assert refuse_wording(text_of(client, PAGES[name]) if name != "gallery" else "") == ()


def test_warning_stands_where_people_sign_in_and_check_numbers(client: Client) -> None:
    for address in ("/", "/member/sign-in/", "/number/"):
        assert "暗証番号を聞くことはありません" in text_of(client, address)


# ------------------------------------------------------------------------------------------ terms
@pytest.mark.rule("ADV-004")
@pytest.mark.rule("ADV-006")
def test_terms_of_today_s_book_stand_with_every_item(client: Client, database: Database) -> None:
    today = clock.business_date()
    with transaction.atomic(), connection.cursor() as cursor:
        for product in world.products(today - timedelta(days=300)):
            products.publish(cursor, product, clock.now())
        sold = products.on_sale(cursor, today)
    text = text_of(client, "/terms/")
    lender = shipped().lender
    for item in (
        lender.name_ja, lender.registration, lender.address_ja, "実質年率", "遅延損害金", "返済の方式",
        "返済の期間と回数", "担保・保証人", "例: 100,000円を毎月",
    ):  # fmt: skip
        assert item in text, item
    assert len(sold) == 2
    for product in sold:
        assert product.title_ja in text
        rates = [one.rate_ppm for one in product.rates]
        assert f"年{rate_text(min(rates))}〜{rate_text(max(rates))}" in text
        assert f"年{rate_text(product.damages_ppm)}" in text
    assert "年12.0%〜17.8%" in text  # the newer version, not the first


@pytest.mark.rule("ADV-004")
@pytest.mark.rule("ADV-006")
def test_terms_that_no_contract_is_made_on_are_not_shown(
    client: Client, database: Database
) -> None:
    """A version shows on its own day, and not before: the page cannot part from the contracts."""
    today = clock.business_date()
    with transaction.atomic(), connection.cursor() as cursor:
        first, newer, _ = world.products(today)
        products.publish(cursor, first, clock.now())
        products.publish(cursor, newer, clock.now())  # from a later day on
    text = text_of(client, "/terms/")
    assert "年15.0%〜18.0%" in text
    assert "17.8%" not in text


def test_terms_without_a_product_say_so(client: Client, database: Database) -> None:
    assert "いま新しく契約できる商品はありません" in text_of(client, "/terms/")


# ----------------------------------------------------------------------------------- help, banks
@pytest.mark.parametrize("topic", TOPICS)
def test_every_reason_has_its_page(client: Client, topic: str) -> None:
    text = text_of(client, f"/help/{topic}/")
    assert catalogue()[f"topic.{topic}.title"]["ja"] in text
    assert catalogue()[f"topic.{topic}.do1"]["ja"] in text
    assert "03-0000-010" in text


def test_every_page_of_help_is_listed_and_no_text_is_left_over(client: Client) -> None:
    page = client.get("/help/").content.decode()
    for topic in TOPICS:
        assert f'href="/help/{topic}/"' in page
    for kind, slugs in (("topic.", TOPICS), ("term.", TERMS)):
        known = {key.split(".")[1] for key in catalogue() if key.startswith(kind)}
        assert known == set(slugs)


def test_reasons_have_texts_of_their_own() -> None:
    """One cause, one message: suspended, locked, maintenance are never the same text."""
    whys = [catalogue()[f"topic.{topic}.why"]["ja"] for topic in TOPICS]
    assert len(set(whys)) == len(TOPICS)


@pytest.mark.parametrize(("words", "found"), [
    ("ロック", 0), ("暗証番号 忘れた", 1), ("ATM", 1), ("ａｔｍ", 1), ("lost card", 1), ("こうふ", 1),
    ("利息", 1), ("りそく", 1),
])  # fmt: skip
def test_search_reads_every_tongue_and_width(client: Client, words: str, found: int) -> None:
    text = text_of(client, f"/help/?q={words}")
    assert ("見つかりません" in text) == (found == 0)


def test_banks_are_found_by_kana_and_what_is_not_there_is_said(client: Client) -> None:
    assert "みずほ" in text_of(client, "/banks/?name=ミズホ")
    assert "城南信金" not in text_of(client, "/banks/?name=ミズホ")
    assert "対応していません" in text_of(client, "/banks/?name=どこか")


# ---------------------------------------------------------------------------------- signing in
def sign_in(client: Client, number: str, pin: str) -> Any:
    client.handler.enforce_csrf_checks = False
    return client.post("/member/sign-in/", {"member_number": number, "pin": pin})


def test_seven_digits_are_counted_and_the_pin_is_not_repeated(client: Client) -> None:
    response = sign_in(client, "１２３４ ５６７", "98765")
    page = response.content.decode()
    assert response.status_code == 422
    assert "会員番号は8けたの数字です。いま7けたです" in page
    assert "暗証番号は4けたの数字です。いま5文字です" in page
    assert 'value="１２３４ ５６７"' in page
    assert "98765" not in page
