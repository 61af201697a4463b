"""Names in the signs of banks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.outside.bank.samples import UNHURRIED

from motocho.outside import bank
from motocho.outside.bank import names
from motocho.outside.bank.layouts import Letters
from motocho.units.errors import Unread


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("ヤマダ　ハナコ", "ﾔﾏﾀﾞ ﾊﾅｺ"),
        ("やまだ はなこ", "ﾔﾏﾀﾞ ﾊﾅｺ"),
        ("ﾔﾏﾀﾞ ﾊﾅｺ", "ﾔﾏﾀﾞ ﾊﾅｺ"),
        ("キュウヨ　イチロウ", "ｷﾕｳﾖ ｲﾁﾛｳ"),
        ("ジンジ ショウゴ", "ｼﾞﾝｼﾞ ｼﾖｳｺﾞ"),
        ("ｷｭｳﾖ ｲﾁﾛｳ", "ｷﾕｳﾖ ｲﾁﾛｳ"),
        ("ハットリ マッケイ", "ﾊﾂﾄﾘ ﾏﾂｹｲ"),
        ("ヨーコ", "ﾖ-ｺ"),
        ("ﾖｰｺ", "ﾖ-ｺ"),
        ("ヴァイオレット", "ｳﾞｱｲｵﾚﾂﾄ"),
        ("ヰノウエ ヱミ", "ｲﾉｳｴ ｴﾐ"),
        ("カヲル", "ｶｵﾙ"),
        ("ヵヶ", "ｶｹ"),
        ("プリズム", "ﾌﾟﾘｽﾞﾑ"),
        ("ジョン・スミス", "ｼﾞﾖﾝ ｽﾐｽ"),
        ("Ｓｍｉｔｈ　Ｊｏｈｎ", "SMITH JOHN"),
        ("Ｊ．スミス", "J.ｽﾐｽ"),
        ("ヤマダ－タロウ", "ﾔﾏﾀﾞ-ﾀﾛｳ"),
        ("  ヤマダ   タロウ ", "ﾔﾏﾀﾞ ﾀﾛｳ"),
        ("カ゛ク", "ｶﾞｸ"),
    ],
)
def test_account_name(written: str, expected: str) -> None:
    assert bank.account_name(written) == expected


# Forms of the table of banks (京葉銀行): head, end and middle.
@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("株式会社ケイヨウ", "ｶ)ｹｲﾖｳ"),
        ("ケイヨウ株式会社", "ｹｲﾖｳ(ｶ"),
        ("ケイヨウ株式会社チバシテン", "ｹｲﾖｳ(ｶ)ﾁﾊﾞｼﾃﾝ"),
        ("㈱ケイヨウ", "ｶ)ｹｲﾖｳ"),
        ("ケイヨウ㈲", "ｹｲﾖｳ(ﾕ"),
        ("（カ）ケイヨウ", "ｶ)ｹｲﾖｳ"),
        ("カ）ケイヨウ", "ｶ)ｹｲﾖｳ"),
        ("ケイヨウ（カ）", "ｹｲﾖｳ(ｶ"),
        ("ケイヨウ（カ", "ｹｲﾖｳ(ｶ"),
        ("有限会社ア", "ﾕ)ｱ"),
        ("合同会社ア", "ﾄﾞ)ｱ"),
        ("医療法人社団ア", "ｲ)ｱ"),
        ("一般財団法人ア", "ｻﾞｲ)ｱ"),
        ("公益社団法人ア", "ｼﾔ)ｱ"),
        ("地方独立行政法人ア", "ﾁﾄﾞｸ)ｱ"),
        ("特定非営利活動法人ア", "ﾄｸﾋ)ｱ"),
        ("司法書士法人ア", "ｼﾎｳ)ｱ"),
        ("カブシキガイシャ ケイヨウ", "ｶ)ｹｲﾖｳ"),
        ("ケイヨウユウゲンガイシャ", "ｹｲﾖｳ(ﾕ"),
        ("ケイヨウ株式会社エイ営業所", "ｹｲﾖｳ(ｶ)ｴｲ(ｴｲ"),
    ],
)
def test_corporate_form_stands_in_the_bracket_of_its_place(written: str, expected: str) -> None:
    assert bank.account_name(written) == expected


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("山田花子", "BNK-042"),
        ("ヤマダ＠", "BNK-042"),
        ("", "BNK-044"),
        ("　", "BNK-044"),
        ("①", "BNK-042"),
    ],
)
def test_name_that_banks_do_not_take(written: str, code: str) -> None:
    found = bank.account_name(written)
    assert isinstance(found, Unread)
    assert (found.code, found.seen) == (code, written)


def test_payee_name_is_the_head_of_a_longer_one() -> None:
    assert bank.payee_name("ダ" * 20) == "ﾀﾞ" * 15
    assert isinstance(bank.payee_name("漢"), Unread)


def test_every_written_name_is_one_banks_take() -> None:
    assert Letters.NAME.pattern.fullmatch("ｶ)ﾏﾙｲﾁ ABC-1.2(ﾕ")
    for sign in "ｦｧｰ,｡･'/¥｢":
        assert not Letters.NAME.pattern.fullmatch(sign)
    assert Letters.EDI.pattern.fullmatch("ｦ¥｢｣/")
    assert not Letters.EDI.pattern.fullmatch(",")
    assert not Letters.BRANCH.pattern.fullmatch("ﾎﾝ ﾃﾝ")


# --------------------------------------------------------------------------------------- comparing
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ｷﾕｳﾖ ｲﾁﾛｳ", "キュウヨ　イチロウ"),
        ("ﾔﾏﾀﾞﾊﾅｺ", "ﾔﾏﾀﾞ ﾊﾅｺ"),
        ("ﾖ-ｺ", "ヨーコ"),
        ("J.ｽﾐｽ", "ｊ ｽﾐｽ"),
        ("ｶ)ﾏﾙｲﾁ", "カブシキガイシャマルイチ"),
        ("ｶ) ﾏﾙｲﾁ", "(カ)マルイチ"),
        ("ﾏﾙｲﾁ(ｶ", "マルイチ株式会社"),
        ("ﾏﾙｲﾁ(ｶ)", "マルイチ　カブシキガイシヤ"),
        ("ﾏﾙｲﾁ (ｶ) ﾁﾊﾞ", "ﾏﾙｲﾁ(ｶ)ﾁﾊﾞ"),
        ("ｺﾞｳﾄﾞｳｶﾞｲｼﾔｱ", "ﾄﾞ)ｱ"),
    ],
)
def test_spellings_of_one_name_compare_equal(one: str, other: str) -> None:
    assert bank.compared(one) == bank.compared(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ﾀﾅｶ ﾀﾛｳ", "ﾀﾅｶ ｼﾞﾛｳ"),
        ("ｶ)ﾏﾙｲﾁ", "ﾏﾙｲﾁ(ｶ"),
        ("ｶ)ﾏﾙｲﾁ", "ﾕ)ﾏﾙｲﾁ"),
        ("ｶ)ﾏﾙｲﾁ", "ﾏﾙｲﾁ"),
        ("ﾊﾔｼ", "ﾊﾞﾔｼ"),
        ("ｵｵﾉ", "ｵﾉ"),
    ],
)
def test_other_names_compare_unequal(one: str, other: str) -> None:
    assert bank.compared(one) != bank.compared(other)


BANK_SIGNS = st.text("ｱｲｳｴｵｶﾔﾕﾖﾗﾝﾞﾟABZ019 -.()", max_size=12)
KANA = st.text("アイウエオガギャュョッヴパーヲヰ・ ", max_size=12)


@UNHURRIED
@given(BANK_SIGNS)
def test_quick_way_for_names_of_banks_is_the_long_way(text: str) -> None:
    name = " ".join(text.split())
    long_way = names._abbreviated(names.half_width(name)).translate(names._IGNORED)
    assert bank.compared(name) == long_way


@UNHURRIED
@given(KANA)
def test_kana_of_any_kind_becomes_a_name_that_compares_equal(text: str) -> None:
    name = bank.account_name(text)
    if isinstance(name, str):
        assert Letters.NAME.pattern.fullmatch(name)
        assert bank.account_name(name) == name
        assert bank.compared(name) == bank.compared(text)
