"""The words of every message: lawful, discreet, whole in both languages, harmless in HTML."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motocho.contact import directory
from motocho.contact.wording import faults_of_wording
from motocho.notices.choices import Choices, Style, read_watchword
from motocho.notices.kinds import ALWAYS_MAILED, JOINING, OF_NEWS, WITH_LINK, Kind, purpose_of
from motocho.notices.wording import (
    Extra,
    Part,
    Text,
    applicant_mail,
    catalogue,
    code_mail,
    mail_of,
    text_of,
)
from motocho.outside.clock import JAPAN
from motocho.units.errors import Language, Unread

AT = datetime(2028, 2, 29, 0, 0, tzinfo=JAPAN)
FACTS: dict[str, int | str] = {
    "amount_yen": 50_000, "limit_yen": 300_000, "kind": "email", "asked_yen": 8_000,
    "last_day_to_pay": "2028-02-29", "due_on": "2028-02-29",
}  # fmt: skip
SECRETS = {Kind.PIN_LINK: "https://site.example/reset/x", Kind.MEMBER_NUMBER: "10000001"}
IN_A_SUBJECT = re.compile(
    "返済|借|融資|ローン|督促|延滞|遅れ|滞納|loan|borrow|repay|debt|overdue|late", re.IGNORECASE
)
OF_A_LOAN = re.compile(
    "返済|借入|融資|ローン|督促|延滞|円|loan|borrow|repay|debt|overdue|¥", re.IGNORECASE
)
TO_BORROW_ELSEWHERE = re.compile("他社|ほかから借|家族に|ご家族|borrow from|family")
TO_THREATEN = re.compile("会社に(行|連絡)|勤務先に|訴え|差し?押さ?え|workplace|sue|seize")


def all_mails(style: Style, language: Language) -> dict[Kind, tuple[str, str, str]]:
    chosen = Choices(style, language, "あおい りんご")
    found = {}
    for kind in Kind:
        secret = SECRETS.get(kind, "")
        link = "https://site.example/freeze/x" if kind in WITH_LINK else ""
        extra = Extra(secret, link)
        written = mail_of(kind, text_of(kind, FACTS, AT, language), chosen, extra)
        found[kind] = (written.subject, written.text, written.html)
    return found


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("style", Style)
def test_every_text_is_lawful_and_whole(style: Style, language: Language) -> None:
    lender = directory.shipped().lender
    for kind, (subject, text, html) in all_mails(style, language).items():
        whole = subject + text + html
        assert faults_of_wording(whole) == (), kind
        assert not IN_A_SUBJECT.search(subject), kind
        assert not TO_BORROW_ELSEWHERE.search(whole), kind
        assert not TO_THREATEN.search(whole), kind
        assert lender.name_ja not in whole, kind
        assert lender.name_en not in whole, kind
        assert "{" not in text, kind
        assert "あおい りんご" in text, kind
        assert SECRETS.get(kind, "") in text, kind
        assert ("/freeze/" in text) == (kind in WITH_LINK), kind
        assert not any(secret in subject for secret in SECRETS.values()), kind
        assert len(subject) <= 40, kind


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("part", Part)
def test_letters_to_applicants_tell_of_no_loan_and_hold_what_was_asked_for(
    part: Part, language: Language
) -> None:
    times = {"minutes": 10, "hours": 24}
    written = applicant_mail(part, "https://site.example/apply/link/x/", times, language)
    whole = written.subject + written.text + written.html
    assert not OF_A_LOAN.search(whole.replace("/apply/", ""))
    assert faults_of_wording(whole) == ()
    assert "https://site.example/apply/link/x/" in written.text
    assert ("24" in written.text, "10" in written.text) == (part is Part.LINK, part is Part.CODE)
    assert "{" not in written.text


@pytest.mark.parametrize("language", Language)
def test_discreet_mails_tell_of_no_loan(language: Language) -> None:
    for kind, (subject, text, _) in all_mails(Style.DISCREET, language).items():
        assert subject in {"お知らせが1件あります", "You have a notice"}
        assert not OF_A_LOAN.search(text), kind


def test_every_kind_has_its_texts_in_both_languages() -> None:
    tables = set(catalogue()) - {"frame", "facts", "code", "applicant"}
    assert tables == {kind.value for kind in Kind}
    for name, table in catalogue().items():
        keys = {key.rpartition("_")[0] for key in table}
        assert set(table) == {f"{key}_{language.value}" for key in keys for language in Language}, (
            name
        )


def test_the_site_says_the_amount_and_the_day_in_japan() -> None:
    utc_evening = datetime.fromisoformat("2028-02-28T15:00:00+00:00")
    text = text_of(Kind.DRAW, FACTS, utc_evening, Language.JA)
    assert text.body.startswith("2028年2月29日 0:00に、50,000円")
    before = text_of(Kind.DRAW, FACTS, utc_evening - timedelta(seconds=1), Language.JA)
    assert before.body.startswith("2028年2月28日 23:59に")


def test_kinds_agree_with_each_other() -> None:
    assert set(OF_NEWS.values()) <= set(Kind)
    assert all(
        purpose_of(kind).value in {"security", "statutory_document"}
        for kind in ALWAYS_MAILED - JOINING
    )
    assert {purpose_of(kind).value for kind in JOINING} == {"transaction"}
    assert not WITH_LINK & {Kind.DUE_SOON, Kind.DUE_TODAY, Kind.DUE_MISSED, Kind.PIN_LINK}


class Tags(HTMLParser):
    """The tags of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.add(tag)


@given(st.text(max_size=60), st.text(max_size=20))
def test_whatever_stands_in_a_text_is_no_markup(words: str, watchword: str) -> None:
    chosen = Choices(Style.PLAIN, Language.JA, f"<b onload=x>{watchword}")
    text = Text(f"<script>{words}", f"<img src=x>{words}</p>")
    written = mail_of(Kind.LOGIN, text, chosen, Extra(freeze_link="https://x/?a=<i>"))
    assert Tags(written.html).seen == {"html", "head", "meta", "title", "body", "p"}


@given(st.text(max_size=100))
def test_a_watchword_is_one_short_line(text: str) -> None:
    read = read_watchword(text)
    assert isinstance(read, Unread) or (read.isprintable() and 0 < len(read) <= 20)
    if not isinstance(read, Unread):
        assert read_watchword(read) == read


def test_a_code_stands_in_the_body_alone() -> None:
    written = code_mail("123456", Choices())
    assert "123456" in written.text
    assert "123456" not in written.subject
