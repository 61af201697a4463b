"""The one catalogue of messages: complete in both languages, short, in plain words, all in use."""

from __future__ import annotations

import ast
import re
import unicodedata
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from motocho.law.rules import rules
from motocho.units.errors import Fault, Language, catalogue

SOURCE = Path(__file__).parents[2] / "src" / "motocho"
CODE = re.compile("[A-Z]{3}-[0-9]{3}")
FORBIDDEN = (
    "正しく",
    "不正",
    "無効",
    "半角",
    "全角",
    "エラーが発生",
    "申し訳",
    "恐れ入り",
    "必須項目",
)
WIDEST = 60

# What a placeholder holds on an ordinary day; one that is not listed counts five wide characters.
TYPICAL = {
    "excerpt": "S64.1.8",
    "proposed": "1989-01-08",
    "era": "昭和",
    "era_en": "Showa",
    "limit": "64年1月7日",
    "limit_on": "1989-01-07",
    "renamed": "平成元年1月8日",
    "meant": "1989年1月8日(平成元年)",
    "readings": "2013年・平成13年・令和13年",
    "readings_en": "2013, Heisei 13, Reiwa 13",
    "amount": "1,234,567",
    "count": "7",
    "day": "29",
    "first": "10万円",
    "first_en": "¥100,000",
    "second": "100円",
    "second_en": "¥100",
    "last": "28",
    "length": "8",
    "limit_en": "¥1,000,000,000,000",
    "month": "13",
    "name": "会員番号",
    "name_en": "Member number",
    "sign": "B",
    "weekday": "金",
    "weekday_en": "Fri",
    "year": "2001",
}
UNLISTED = "いつもの値"


def texts(code: str) -> dict[str, str]:
    message = catalogue()[code]
    return {
        f"{name}_{language.value}": template[language]
        for name, template in (
            ("what", message.what),
            ("fix", message.fix),
            ("proposed", message.proposed),
        )
        for language in Language
    }


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def width(text: str) -> float:
    """Counted in wide characters: a narrow one is half."""
    return sum(1 if unicodedata.east_asian_width(sign) in "WFA" else 0.5 for sign in text)


@cache
def codes_in_source() -> set[str]:
    return {
        node.value
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and CODE.fullmatch(node.value)
    }


@pytest.mark.parametrize("code", sorted(catalogue()))
class TestEachMessage:
    def test_has_its_form(self, code: str) -> None:
        assert CODE.fullmatch(code)
        for key, text in texts(code).items():
            assert text.strip() == text != "", key

    def test_is_written_in_its_language(self, code: str) -> None:
        """Hiragana stands in every Japanese text; English texts quote Japanese only as examples."""
        for key, text in texts(code).items():
            hiragana = len(re.findall("[ぁ-ん]", text))
            if key.endswith("_ja"):
                assert hiragana > 0, key
            else:
                assert len(re.findall("[A-Za-z]", text)) > hiragana, key

    def test_fills_with_typical_details(self, code: str) -> None:
        for key, text in texts(code).items():
            names = placeholders(text)
            assert all(name.isidentifier() for name in names), key
            assert text.format_map({name: TYPICAL.get(name, UNLISTED) for name in names}), key

    def test_is_short(self, code: str) -> None:
        for key, text in texts(code).items():
            values = {name: TYPICAL.get(name, UNLISTED) for name in placeholders(text)}
            assert width(text.format_map(values)) <= WIDEST, key

    def test_has_no_forbidden_word(self, code: str) -> None:
        for key, text in texts(code).items():
            assert not [word for word in FORBIDDEN if word in text], key

    def test_is_used(self, code: str) -> None:
        assert code in codes_in_source()


def test_every_code_in_the_source_has_its_message() -> None:
    rules_named = {each.rule_id for each in rules()}
    assert codes_in_source() - set(catalogue()) - rules_named == set()


def test_proposal_is_asked_only_where_there_is_one() -> None:
    with_proposal = Fault("AMT-005", details={"amount": "1,000"}, excerpt="1000.0", proposed="1000")
    without = Fault("AMT-005", excerpt="1000.5")
    assert with_proposal.fix(Language.JA) == "1,000円にしますか"
    assert without.fix(Language.JA) == "円までの金額にしてください"


def test_braces_in_foreign_text_are_shown_as_they_are() -> None:
    assert Fault("DAT-002", excerpt="{proposed}").what(Language.EN).startswith("“{proposed}”")
