"""Text as people type it: folding, kanji numbers, numbers of a fixed length, name keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motocho.units.errors import Language, Unread, catalogue
from motocho.units.text import (
    MEMBER_NUMBER,
    POSTCODE,
    FixedNumber,
    close_set,
    folded,
    holds_my_number,
    kanji_number,
    name_key,
    read_digits,
    without_blanks,
)

ANY_TEXT = st.text() | st.text(
    st.sampled_from("ーー－−‐-ｱｶﾞパー①²１1〇一十百千万億兆,、 　\u200b\u3099")
)


def widened(text: str) -> str:
    """ASCII in the wide forms that Japanese keyboards give."""
    return "".join(
        "　" if sign == " " else chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign
        for sign in text
    )


class TestFolding:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("Ｈ１３．１．５", "H13.1.5"),
            ("　５０，０００　円　", "50,000 円"),
            ("a \t\u00a0 b\r\n", "a b"),
            ("ｾﾝﾀｰ", "センター"),
            ("ﾊﾞﾝｸ", "バンク"),
            ("ハ゛ンク", "バンク"),
            ("㍻13年", "平成13年"),
            ("㈱山田", "(株)山田"),
            ("\ufeff12\u200b3\u00ad4", "1234"),
            ("1‐2‑3‒4–5—6―7−8－9﹣0━1─2", "1-2-3-4-5-6-7-8-9-0-1-2"),
            ("ー1,000", "-1,000"),
            ("５ー１ｰ２", "5-1-2"),
            ("スーパー", "スーパー"),
            ("らーめんーー", "らーめんーー"),
            ("三丁目ー１", "三丁目-1"),
            ("10²", "10²"),
            ("①500", "①500"),
            ("", ""),
        ],
    )
    def test_gives_one_spelling(self, text: str, expected: str) -> None:
        assert folded(text) == expected

    def test_leaves_wave_dashes(self) -> None:
        assert folded("4月〜5月") == "4月〜5月"
        assert "-" not in folded("4月～5月")

    @given(ANY_TEXT)
    def test_twice_is_once(self, text: str) -> None:
        assert folded(folded(text)) == folded(text)
        assert without_blanks(without_blanks(text)) == without_blanks(text)
        assert close_set(close_set(text)) == close_set(text)

    @given(ANY_TEXT)
    def test_leaves_no_blank_at_the_ends_or_in_runs(self, text: str) -> None:
        assert folded(text) == " ".join(folded(text).split())
        assert not any(sign.isspace() for sign in without_blanks(text))

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("¥ 50,000 -", "¥50,000-"),
            ("５ 万 円", "5万円"),
            ("10000　20000", "10000 20000"),
            ("五 六", "五 六"),
        ],
    )
    def test_close_set_never_joins_two_numbers(self, text: str, expected: str) -> None:
        assert close_set(text) == expected


class TestNameKey:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("山田　花子", "山田花子"),
            ("ﾔﾏﾀﾞ ﾊﾅｺ", "ヤマダハナコ"),
            ("ｾﾝﾀ-", "センター"),
            ("センタ－", "センター"),
            ("ＹＡＭＡＤＡ Taro", "yamada taro"),
            ("葛\U000e0100城", "葛城"),
            ("ハ ゛ンク", "バンク"),
        ],
    )
    def test_joins_spellings_of_one_name(self, one: str, other: str) -> None:
        assert name_key(one) == name_key(other)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("ショウヤ", "シヨウヤ"),
            ("さくら", "サクラ"),
            ("髙橋", "高橋"),
            ("ハハ", "ババ"),
            ("Jean-Paul", "JeanPaul"),
        ],
    )
    def test_keeps_other_names_apart(self, one: str, other: str) -> None:
        assert name_key(one) != name_key(other)

    @given(ANY_TEXT)
    def test_never_raises(self, text: str) -> None:
        name_key(text)


def _kanji(number: int) -> str:
    """A number in words, a second road to the same value."""
    signs = "〇一二三四五六七八九"
    if number == 0:
        return "〇"
    words = ""
    for unit, value in (("兆", 10**12), ("億", 10**8), ("万", 10**4), ("", 1)):
        group = number // value % 10_000
        if group == 0:
            continue
        for small, weight in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
            digit = group // weight % 10
            if digit:
                words += ("" if digit == 1 and small else signs[digit]) + small
        words += unit
    return words


class TestKanjiNumber:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("十三", 13),
            ("百二十", 120),
            ("千", 1_000),
            ("千百", 1_100),
            ("二〇〇一", 2_001),
            ("二○○一", 2_001),
            ("零", 0),
            ("五万", 50_000),
            ("五十万", 500_000),
            ("千万", 10_000_000),
            ("5万5千", 55_000),
            ("5万5,000", 55_000),
            ("５万０５３９", 50_539),
            ("1億2,000万", 120_000_000),
            ("1億2345万0539", 123_450_539),
            ("12000万", 120_000_000),
            ("壱百弐拾参萬", 1_230_000),
            ("五〇,〇〇〇", 50_000),
            ("2001", 2_001),
            ("2,001", 2_001),
            ("007", 7),
            ("1兆", 10**12),
        ],
    )
    def test_reads(self, text: str, expected: int) -> None:
        assert kanji_number(text) == expected

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "万",
            "億",
            "万五千",
            "5万50000",
            "5万05",
            "5千500",
            "五千六千",
            "十千",
            "1,00",
            "1,000,00",
            "0,500",
            "1一5",
            "一1",
            "5万6億",
            "5 0000",
            "五 六",
            "1.5万",
            "-5",
            "5円",
            "٣",
            "三百㊿",
            "9" * 5_000,
        ],
    )
    def test_gives_none_for_what_is_no_number(self, text: str) -> None:
        assert kanji_number(text) is None

    @given(st.integers(0, 10**16 - 1))
    def test_reads_every_number_in_words(self, number: int) -> None:
        assert kanji_number(_kanji(number)) == number

    @given(st.integers(0, 10**16 - 1))
    def test_reads_every_number_in_digits(self, number: int) -> None:
        assert kanji_number(str(number)) == number
        assert kanji_number(f"{number:,}") == number
        assert (
            kanji_number(str(number).translate(str.maketrans("0123456789", "〇一二三四五六七八九")))
            == number
        )

    @given(ANY_TEXT)
    def test_never_raises(self, text: str) -> None:
        number = kanji_number(text)
        assert number is None or number >= 0


# text, number, code, proposal, Japanese, English
BAD_NUMBERS = [
    ("", MEMBER_NUMBER, "NUM-001", None, "会員番号が入っていません", "Member number is missing"),
    ("　- ", POSTCODE, "NUM-001", None, "郵便番号が入っていません", "Postcode is missing"),
    (
        "1234567",
        MEMBER_NUMBER,
        "NUM-002",
        None,
        "会員番号は8けたの数字です。いま7けたです",
        "Member number has 8 digits; you entered 7",
    ),
    (
        "１２３４５６７８９",
        MEMBER_NUMBER,
        "NUM-002",
        None,
        "会員番号は8けたの数字です。いま9けたです",
        "Member number has 8 digits; you entered 9",
    ),
    (
        "100-000",
        POSTCODE,
        "NUM-002",
        None,
        "郵便番号は7けたの数字です。いま6けたです",
        "Postcode has 7 digits; you entered 6",
    ),
    (
        "No.12345678",
        MEMBER_NUMBER,
        "NUM-003",
        "12345678",
        "会員番号は数字だけです。「N」が入っています",
        "Member number is digits only; it contains “N”",
    ),
    (
        "1234567O",
        MEMBER_NUMBER,
        "NUM-003",
        "12345670",
        "会員番号は数字だけです。「O」が入っています",
        "Member number is digits only; it contains “O”",
    ),
    (
        "1234567B",
        MEMBER_NUMBER,
        "NUM-003",
        None,
        "会員番号は数字だけです。「B」が入っています",
        "Member number is digits only; it contains “B”",
    ),
    (
        "١٢٣٤٥٦٧٨",
        MEMBER_NUMBER,
        "NUM-003",
        None,
        "会員番号は数字だけです。「١」が入っています",
        "Member number is digits only; it contains “١”",
    ),
    (
        "1234567\x07",
        MEMBER_NUMBER,
        "NUM-003",
        None,
        "会員番号は数字だけです。「 」が入っています",
        "Member number is digits only; it contains “ ”",
    ),
]


class TestReadDigits:
    @pytest.mark.parametrize(
        ("text", "number", "expected"),
        [
            ("12345678", MEMBER_NUMBER, "12345678"),
            ("００１２ ３４５６", MEMBER_NUMBER, "00123456"),
            ("1234-5678", MEMBER_NUMBER, "12345678"),
            ("１２３４ー５６７８", MEMBER_NUMBER, "12345678"),
            ("〒100-0001", POSTCODE, "1000001"),
            ("１００　０００１", POSTCODE, "1000001"),
        ],
    )
    def test_reads(self, text: str, number: FixedNumber, expected: str) -> None:
        assert read_digits(text, number) == expected

    @pytest.mark.parametrize(("text", "number", "code", "proposed", "ja", "en"), BAD_NUMBERS)
    def test_says_what_is_wrong(
        self, *, text: str, number: FixedNumber, code: str, proposed: str | None, ja: str, en: str
    ) -> None:
        read = read_digits(text, number)
        assert isinstance(read, Unread)
        fault = read.at()
        assert (read.code, read.proposed) == (code, proposed)
        assert (fault.what(Language.JA), fault.what(Language.EN)) == (ja, en)
        assert proposed is None or fault.fix(Language.JA) == f"{proposed}にしますか"

    def test_table_shows_every_code(self) -> None:
        shown = {code for _, _, code, *_ in BAD_NUMBERS}
        assert shown == {code for code in catalogue() if code.startswith("NUM-0")}

    @given(ANY_TEXT)
    def test_never_raises(self, text: str) -> None:
        read = read_digits(text, MEMBER_NUMBER)
        if isinstance(read, Unread):
            assert read.at().document()["what_ja"]
        else:
            assert read.isascii()
            assert read.isdigit()
            assert len(read) == MEMBER_NUMBER.length

    @given(st.from_regex("[0-9]{4}[ -]?[0-9]{4}", fullmatch=True))
    def test_reads_wide_text_the_same(self, text: str) -> None:
        assert read_digits(widened(text), MEMBER_NUMBER) == read_digits(text, MEMBER_NUMBER)


@given(st.integers(0, 10**11 - 1), st.sampled_from(["", " ", "-"]))
def test_of_ten_last_digits_one_makes_a_my_number(first_eleven: int, between: str) -> None:
    """A second route: the weights of the ordinance, written out from the lowest digit up."""
    digits = f"{first_eleven:011d}"
    total = sum(
        int(sign) * (place + 1 if place <= 6 else place - 5)
        for place, sign in enumerate(reversed(digits), start=1)
    )
    check = 0 if total % 11 <= 1 else 11 - total % 11
    found = []
    for last in range(10):
        whole = f"{digits}{last}"
        shown = between.join((whole[:4], whole[4:8], whole[8:]))
        if holds_my_number(f"番号{shown}。"):
            found.append(last)
    assert found == [check]
    assert not holds_my_number(f"1{digits}{check}")
