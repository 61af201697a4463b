"""Amounts and rates as people write them, and as courts and lenders print them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motocho.units.errors import Language, Unread, catalogue
from motocho.units.money import (
    AMOUNT_EMPTY,
    MAX_AMOUNT_YEN,
    MAX_RATE_PPM,
    RATE_EMPTY,
    RateRule,
    SignRule,
    court_yen_text,
    minus_text,
    rate_fraction_text,
    rate_text,
    read_rate_ppm,
    read_yen,
    yen_text,
)

AMOUNTS = st.integers(0, MAX_AMOUNT_YEN) | st.integers(0, 2_000_000)
RATES = st.integers(0, MAX_RATE_PPM) | st.integers(0, 1_095_000)
BOTH_RULES = pytest.mark.parametrize("rule", SignRule)


def widened(text: str) -> str:
    """ASCII in the wide forms that Japanese keyboards give."""
    return "".join(
        "　" if sign == " " else chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign
        for sign in text
    )


class TestReadYen:
    @BOTH_RULES
    @pytest.mark.parametrize(
        "text",
        [
            "50000",
            "50,000",
            "50，000",
            "５００００",
            "５０，０００",
            "50、000",
            "5万",
            "５万円",
            "5 万 円",
            "五万",
            "五万円",
            "五〇、〇〇〇円",
            "金五萬円也",
            "金50,000円",
            "¥50000",
            "￥50,000",
            "¥ 50,000",
            "￥50,000-",
            "￥50,000ー",
            "¥50,000.-",
            "\\50,000-",
            "50,000円",
            "50,000円也",
            "50,000円-",
            "'50000",
            " 50000 ",
            "000050000",
            "\u200b50000",
        ],
    )
    def test_reads_fifty_thousand(self, text: str, rule: SignRule) -> None:
        assert read_yen(text, sign=rule) == 50_000
        assert read_yen(widened(text), sign=rule) == 50_000

    @BOTH_RULES
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("0", 0),
            ("０", 0),
            ("零", 0),
            ("8円", 8),
            ("5万5千", 55_000),
            ("5万5,000円", 55_000),
            ("5万0539円", 50_539),
            ("六〇〇〇万〇二〇〇円", 60_000_200),
            ("1億2345万0539円", 123_450_539),
            ("1億", 100_000_000),
            ("1億2,000万", 120_000_000),
            ("1兆円", MAX_AMOUNT_YEN),
            ("1000000000000", MAX_AMOUNT_YEN),
            ("1,000,000,000,000", MAX_AMOUNT_YEN),
        ],
    )
    def test_reads(self, text: str, expected: int, rule: SignRule) -> None:
        assert read_yen(text, sign=rule) == expected

    @pytest.mark.parametrize(
        "text",
        ["-1,000", "−1000", "ー１０００", "―1,000", "▲1,000", "△ 1,000", "¥-1000", "-¥1,000-", "▲¥1,000", "(1,000)", "（1,000円）", "△1,000円", "▲千円"],
    )  # fmt: skip
    def test_minus_counts_only_where_signs_are_allowed(self, text: str) -> None:
        assert read_yen(text, sign=SignRule.SIGNED) == -1_000
        refused = read_yen(text, sign=SignRule.NONE)
        assert isinstance(refused, Unread)
        assert (refused.code, refused.proposed) == ("AMT-004", "1000")

    def test_plus_is_a_sign_too(self) -> None:
        assert read_yen("+1,000", sign=SignRule.SIGNED) == 1_000
        refused = read_yen("+1,000", sign=SignRule.NONE)
        assert isinstance(refused, Unread)
        assert (refused.code, refused.proposed) == ("AMT-004", "1000")

    @BOTH_RULES
    @pytest.mark.parametrize("text", ["", " ", "　", "-", "－", "ー", "―", "--", "\u200b"])
    def test_empty_has_its_code(self, text: str, rule: SignRule) -> None:
        read = read_yen(text, sign=rule)
        assert isinstance(read, Unread)
        assert read.code == AMOUNT_EMPTY

    def test_dash_behind_a_bare_number_is_asked(self) -> None:
        asked = read_yen("50,000-", sign=SignRule.SIGNED)
        assert isinstance(asked, Unread)
        assert (asked.code, asked.proposed) == ("AMT-010", None)

    def test_proposals_keep_the_sign_where_it_counts(self) -> None:
        signed = read_yen("-1,00,000", sign=SignRule.SIGNED)
        unsigned = read_yen("-1,00,000", sign=SignRule.NONE)
        asked = read_yen("-100.000", sign=SignRule.SIGNED)
        assert isinstance(signed, Unread)
        assert isinstance(unsigned, Unread)
        assert isinstance(asked, Unread)
        assert (signed.code, signed.proposed) == ("AMT-007", "-100000")
        assert signed.at().fix(Language.JA) == "▲100,000円にしますか"
        assert (unsigned.code, unsigned.proposed) == ("AMT-004", "100000")
        assert asked.at().what(Language.JA) == "「-100.000」は▲10万円ですか、▲100円ですか"

    @given(AMOUNTS)
    def test_every_amount_comes_back_from_every_spelling(self, amount_yen: int) -> None:
        for text in (
            str(amount_yen),
            yen_text(amount_yen),
            f"¥{amount_yen:,}-",
            f"金{amount_yen:,}円也",
            court_yen_text(amount_yen),
            court_yen_text(amount_yen).translate(
                str.maketrans("0123456789", "〇一二三四五六七八九")
            ),
            f"{amount_yen:015d}",
        ):
            assert read_yen(text, sign=SignRule.NONE) == amount_yen
            assert read_yen(widened(text), sign=SignRule.SIGNED) == amount_yen

    @given(AMOUNTS)
    def test_every_negative_amount_comes_back(self, amount_yen: int) -> None:
        for text in (
            str(-amount_yen),
            minus_text(-amount_yen),
            f"({amount_yen:,})",
            f"△{amount_yen}円",
        ):
            assert read_yen(text, sign=SignRule.SIGNED) == -amount_yen


# text, code, proposal, Japanese, English
BAD_AMOUNTS = [
    ("", "AMT-001", None, "金額が入っていません", "There is no amount"),
    ("たくさん", "AMT-002", None, "「たくさん」を金額として読めません", "“たくさん” cannot be read as an amount"),
    ("約5万円", "AMT-002", None, "「約5万円」を金額として読めません", "“約5万円” cannot be read as an amount"),
    ("0x1F", "AMT-002", None, "「0x1F」を金額として読めません", "“0x1F” cannot be read as an amount"),
    ("1_000", "AMT-002", None, "「1_000」を金額として読めません", "“1_000” cannot be read as an amount"),
    ("٥٠٠٠", "AMT-002", None, "「٥٠٠٠」を金額として読めません", "“٥٠٠٠” cannot be read as an amount"),
    ("१०००", "AMT-002", None, "「१०००」を金額として読めません", "“१०००” cannot be read as an amount"),
    ("10²", "AMT-002", None, "「10²」を金額として読めません", "“10²” cannot be read as an amount"),
    ("①500", "AMT-002", None, "「①500」を金額として読めません", "“①500” cannot be read as an amount"),
    ("1一000", "AMT-002", None, "「1一000」を金額として読めません", "“1一000” cannot be read as an amount"),
    ("$50", "AMT-002", None, "「$50」を金額として読めません", "“$50” cannot be read as an amount"),
    ("100-200", "AMT-002", None, "「100-200」を金額として読めません", "“100-200” cannot be read as an amount"),
    ("--100", "AMT-002", None, "「--100」を金額として読めません", "“--100” cannot be read as an amount"),
    ("(▲100)", "AMT-002", None, "「(▲100)」を金額として読めません", "“(▲100)” cannot be read as an amount"),
    ("(100", "AMT-002", None, "「(100」を金額として読めません", "“(100” cannot be read as an amount"),
    ("¥", "AMT-002", None, "「¥」を金額として読めません", "“¥” cannot be read as an amount"),
    ("5円5", "AMT-002", None, "「5円5」を金額として読めません", "“5円5” cannot be read as an amount"),
    ("#REF!", "AMT-003", None, "「#REF!」は金額ではなく、表の計算に失敗した印です", "“#REF!” is the mark of a failed formula, not an amount"),
    ("#N/A", "AMT-003", None, "「#N/A」は金額ではなく、表の計算に失敗した印です", "“#N/A” is the mark of a failed formula, not an amount"),
    ("######", "AMT-003", None, "「######」は金額ではなく、表の計算に失敗した印です", "“######” is the mark of a failed formula, not an amount"),
    ("NaN", "AMT-003", None, "「NaN」は金額ではなく、表の計算に失敗した印です", "“NaN” is the mark of a failed formula, not an amount"),
    ("-inf", "AMT-003", None, "「-inf」は金額ではなく、表の計算に失敗した印です", "“-inf” is the mark of a failed formula, not an amount"),
    ("-1,000", "AMT-004", "1000", "「-1,000」に符号がついています。ここは0円以上の金額です", "“-1,000” carries a sign; amounts here are 0 yen or more"),
    ("1000.5", "AMT-005", None, "「1000.5」に小数点があります。金額は1円単位です", "“1000.5” has a decimal point; amounts are in whole yen"),
    ("0.5", "AMT-005", None, "「0.5」に小数点があります。金額は1円単位です", "“0.5” has a decimal point; amounts are in whole yen"),
    ("1000.0", "AMT-005", "1000", "「1000.0」に小数点があります。金額は1円単位です", "“1000.0” has a decimal point; amounts are in whole yen"),
    ("50,000.00", "AMT-005", "50000", "「50,000.00」に小数点があります。金額は1円単位です", "“50,000.00” has a decimal point; amounts are in whole yen"),
    ("1.5万円", "AMT-005", "15000", "「1.5万円」に小数点があります。金額は1円単位です", "“1.5万円” has a decimal point; amounts are in whole yen"),
    ("1.23456万", "AMT-005", None, "「1.23456万」に小数点があります。金額は1円単位です", "“1.23456万” has a decimal point; amounts are in whole yen"),
    ("100.000", "AMT-006", None, "「100.000」は10万円ですか、100円ですか", "Is “100.000” ¥100,000 or ¥100?"),
    ("1.500", "AMT-006", None, "「1.500」は1500円ですか、1.5円ですか", "Is “1.500” ¥1,500 or ¥1.5?"),
    ("50,00", "AMT-006", None, "「50,00」は5000円ですか、50円ですか", "Is “50,00” ¥5,000 or ¥50?"),
    ("1,00", "AMT-006", None, "「1,00」は100円ですか、1円ですか", "Is “1,00” ¥100 or ¥1?"),
    ("1,00,000", "AMT-007", "100000", "「1,00,000」の区切りが3けたごとになっていません", "“1,00,000” is not separated every three digits"),
    ("1000,000", "AMT-007", "1000000", "「1000,000」の区切りが3けたごとになっていません", "“1000,000” is not separated every three digits"),
    ("1.234.567", "AMT-007", "1234567", "「1.234.567」の区切りが3けたごとになっていません", "“1.234.567” is not separated every three digits"),
    ("10 000", "AMT-007", "10000", "「10 000」の区切りが3けたごとになっていません", "“10 000” is not separated every three digits"),
    ("10000 20000", "AMT-007", None, "「10000 20000」の区切りが3けたごとになっていません", "“10000 20000” is not separated every three digits"),
    ("5,0000", "AMT-007", None, "「5,0000」の区切りが3けたごとになっていません", "“5,0000” is not separated every three digits"),
    ("0,500", "AMT-007", None, "「0,500」の区切りが3けたごとになっていません", "“0,500” is not separated every three digits"),
    ("1.234,56", "AMT-007", None, "「1.234,56」の区切りが3けたごとになっていません", "“1.234,56” is not separated every three digits"),
    ("1e5", "AMT-008", "100000", "「1e5」は指数(eのついた数)で書かれています", "“1e5” is written with an exponent"),
    ("1.5E+3", "AMT-008", "1500", "「1.5E+3」は指数(eのついた数)で書かれています", "“1.5E+3” is written with an exponent"),
    ("1E-5", "AMT-008", None, "「1E-5」は指数(eのついた数)で書かれています", "“1E-5” is written with an exponent"),
    ("1e999", "AMT-008", None, "「1e999」は指数(eのついた数)で書かれています", "“1e999” is written with an exponent"),
    ("1000000000001", "AMT-009", None, "「1000000000001」は1兆円をこえています", "“1000000000001” is more than ¥1,000,000,000,000"),
    ("2兆", "AMT-009", None, "「2兆」は1兆円をこえています", "“2兆” is more than ¥1,000,000,000,000"),
    ("50,000-", "AMT-010", "50000", "「50,000-」の最後の線が、締めの印かマイナスかわかりません", "The dash after “50,000-” may close the amount or be a minus"),
]  # fmt: skip


class TestUnreadAmounts:
    @pytest.mark.parametrize(("text", "code", "proposed", "ja", "en"), BAD_AMOUNTS)
    def test_says_what_is_wrong(
        self, text: str, code: str, proposed: str | None, ja: str, en: str
    ) -> None:
        read = read_yen(text, sign=SignRule.NONE)
        assert isinstance(read, Unread)
        assert (read.code, read.proposed, read.seen) == (code, proposed, text)
        fault = read.at()
        assert (fault.what(Language.JA), fault.what(Language.EN)) == (ja, en)
        if proposed is not None:
            assert read_yen(proposed, sign=SignRule.NONE) == int(proposed)
            assert fault.fix(Language.JA).startswith(f"{int(proposed):,}円にしますか")
            assert fault.fix(Language.EN).startswith(f"Use {int(proposed):,} yen?")

    def test_table_shows_every_code(self) -> None:
        shown = {code for _, code, *_ in BAD_AMOUNTS}
        assert shown == {code for code in catalogue() if code.startswith("AMT-0")}

    def test_long_digits_are_too_much(self) -> None:
        read = read_yen("9" * 60, sign=SignRule.NONE)
        assert isinstance(read, Unread)
        assert read.code == "AMT-009"
        assert isinstance(read_yen("9" * 10_000, sign=SignRule.NONE), Unread)

    @given(
        st.text()
        | st.text(st.sampled_from("0123456789,.-ー▲△()¥円万千億五〇 eE+１，"), max_size=14),
        st.sampled_from(SignRule),
    )
    def test_any_text_gives_an_amount_or_a_reason(self, text: str, rule: SignRule) -> None:
        read = read_yen(text, sign=rule)
        if isinstance(read, int):
            lowest = 0 if rule is SignRule.NONE else -MAX_AMOUNT_YEN
            assert lowest <= read <= MAX_AMOUNT_YEN
            assert read_yen(widened(text), sign=rule) == read
        else:
            assert read.at().document()["what_ja"]
            assert read.proposed is None or read_yen(read.proposed, sign=rule) == int(read.proposed)


class TestWritingYen:
    @pytest.mark.parametrize(
        ("amount_yen", "expected"),
        [
            (0, "0円"),
            (8, "8円"),
            (9_777, "9777円"),
            (10_000, "1万円"),
            (40_762, "4万0762円"),  # 最判平13.3.27
            (50_539, "5万0539円"),  # 最判平13.3.27
            (50_000, "5万円"),
            (59_234_271, "5923万4271円"),
            (60_000_200, "6000万0200円"),
            (100_000_539, "1億0000万0539円"),
            (123_450_539, "1億2345万0539円"),
            (100_000_000, "1億円"),
            (MAX_AMOUNT_YEN, "1兆円"),
            (-50_539, "▲5万0539円"),
        ],
    )
    def test_court_style(self, amount_yen: int, expected: str) -> None:
        assert court_yen_text(amount_yen) == expected

    def test_other_styles(self) -> None:
        assert (yen_text(1_234_567), yen_text(0)) == ("1,234,567", "0")
        assert (minus_text(-1_234), minus_text(1_234), minus_text(0)) == ("▲1,234", "1,234", "0")

    @given(AMOUNTS)
    def test_four_digits_stand_between_units(self, amount_yen: int) -> None:
        groups = (
            court_yen_text(amount_yen).removesuffix("円").replace("億", "兆").replace("万", "兆")
        )
        first, *rest = groups.removesuffix("兆").split("兆")
        assert not first.startswith("0") or first == "0"
        assert all(len(group) == 4 for group in rest)


class TestReadRate:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("0.27375", 273_750),
            ("0.18", 180_000),
            ("0.180", 180_000),
            ("0.27375000", 273_750),
            ("０．１８", 180_000),
            (".18", 180_000),
            ("0", 0),
            ("0.000001", 1),
            ("1", 1_000_000),
            ("1.095", 1_095_000),
            ("1000", MAX_RATE_PPM),
        ],
    )
    def test_fraction(self, text: str, expected: int) -> None:
        assert read_rate_ppm(text, rule=RateRule.FRACTION) == expected

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("27.375%", 273_750),
            ("27.375", 273_750),
            ("２７．３７５％", 273_750),
            ("27.375 %", 273_750),
            ("年27.375%", 273_750),
            ("年利 27.375%", 273_750),
            ("実質年率27.375%", 273_750),
            ("0.27375", 273_750),
            ("日歩7銭5厘", 273_750),
            ("日歩 7.5銭", 273_750),
            ("日歩七銭五厘", 273_750),
            ("日歩7銭", 255_500),
            ("日歩8銭", 292_000),
            ("日歩三十銭", 1_095_000),
            ("日歩5銭4厘8毛", 200_020),
            ("18", 180_000),
            ("18.0", 180_000),
            ("1", 10_000),
            ("0.99", 990_000),
            ("0.5%", 5_000),
            ("0", 0),
            ("0%", 0),
            ("109.5", 1_095_000),
            ("年5分", 50_000),
            ("年五分", 50_000),
            ("年1割8分", 180_000),
            ("年一割四分六厘", 146_000),
            ("100000%", MAX_RATE_PPM),
        ],
    )
    def test_table_cell(self, text: str, expected: int) -> None:
        assert read_rate_ppm(text, rule=RateRule.TABLE_CELL) == expected
        assert read_rate_ppm(widened(text), rule=RateRule.TABLE_CELL) == expected

    @pytest.mark.parametrize("rule", RateRule)
    @pytest.mark.parametrize("text", ["", " ", "－", "―"])
    def test_empty_has_its_code(self, text: str, rule: RateRule) -> None:
        read = read_rate_ppm(text, rule=rule)
        assert isinstance(read, Unread)
        assert read.code == RATE_EMPTY

    @given(RATES)
    def test_every_rate_comes_back(self, rate_ppm: int) -> None:
        assert read_rate_ppm(rate_fraction_text(rate_ppm), rule=RateRule.FRACTION) == rate_ppm
        assert read_rate_ppm(rate_text(rate_ppm), rule=RateRule.TABLE_CELL) == rate_ppm
        assert read_rate_ppm(widened(rate_text(rate_ppm)), rule=RateRule.TABLE_CELL) == rate_ppm

    @given(st.integers(0, 999_999))
    def test_a_cell_below_one_is_a_fraction(self, rate_ppm: int) -> None:
        assert read_rate_ppm(rate_fraction_text(rate_ppm), rule=RateRule.TABLE_CELL) == rate_ppm

    @pytest.mark.parametrize(
        ("rate_ppm", "percent", "fraction"),
        [
            (273_750, "27.375%", "0.27375"),
            (180_000, "18.0%", "0.18"),
            (50_000, "5.0%", "0.05"),
            (1, "0.0001%", "0.000001"),
            (0, "0.0%", "0"),
            (1_000_000, "100.0%", "1"),
            (1_095_000, "109.5%", "1.095"),
        ],
    )
    def test_writing(self, rate_ppm: int, percent: str, fraction: str) -> None:
        assert (rate_text(rate_ppm), rate_fraction_text(rate_ppm)) == (percent, fraction)


FRACTION, CELL = RateRule.FRACTION, RateRule.TABLE_CELL

# text, rule, code, proposal, Japanese, English
BAD_RATES = [
    ("", CELL, "RAT-001", None, "利率が入っていません", "There is no rate"),
    ("高い", CELL, "RAT-002", None, "「高い」を利率として読めません", "“高い” cannot be read as a rate"),
    ("18%年", CELL, "RAT-002", None, "「18%年」を利率として読めません", "“18%年” cannot be read as a rate"),
    ("月1.5%", CELL, "RAT-002", None, "「月1.5%」を利率として読めません", "“月1.5%” cannot be read as a rate"),
    ("18/26", CELL, "RAT-002", None, "「18/26」を利率として読めません", "“18/26” cannot be read as a rate"),
    ("18 26", CELL, "RAT-002", None, "「18 26」を利率として読めません", "“18 26” cannot be read as a rate"),
    ("年", CELL, "RAT-002", None, "「年」を利率として読めません", "“年” cannot be read as a rate"),
    ("日歩", CELL, "RAT-002", None, "「日歩」を利率として読めません", "“日歩” cannot be read as a rate"),
    ("日歩十十銭5厘", CELL, "RAT-002", None, "「日歩十十銭5厘」を利率として読めません", "“日歩十十銭5厘” cannot be read as a rate"),
    ("日歩7銭15厘", CELL, "RAT-002", None, "「日歩7銭15厘」を利率として読めません", "“日歩7銭15厘” cannot be read as a rate"),
    ("27,375%", CELL, "RAT-002", "27.375%", "「27,375%」を利率として読めません", "“27,375%” cannot be read as a rate"),
    ("日歩7銭5厘", FRACTION, "RAT-002", None, "「日歩7銭5厘」を利率として読めません", "“日歩7銭5厘” cannot be read as a rate"),
    ("18.", FRACTION, "RAT-002", None, "「18.」を利率として読めません", "“18.” cannot be read as a rate"),
    ("NaN", FRACTION, "RAT-002", None, "「NaN」を利率として読めません", "“NaN” cannot be read as a rate"),
    ("٠.١٨", FRACTION, "RAT-002", None, "「٠.١٨」を利率として読めません", "“٠.١٨” cannot be read as a rate"),
    ("18%", FRACTION, "RAT-003", "0.18", "「18%」は%で書かれています。ここは小数の年率です", "“18%” is in percent; here rates are decimal text per year"),
    ("0.2737512", FRACTION, "RAT-004", None, "「0.2737512」は0.0001%より細かい利率です", "“0.2737512” is finer than 0.0001%"),
    ("18.00001%", CELL, "RAT-004", None, "「18.00001%」は0.0001%より細かい利率です", "“18.00001%” is finer than 0.0001%"),
    ("日歩5.4321銭", CELL, "RAT-004", None, "「日歩5.4321銭」は0.0001%より細かい利率です", "“日歩5.4321銭” is finer than 0.0001%"),
    ("1.8E-01", FRACTION, "RAT-005", "0.18", "「1.8E-01」は指数(eのついた数)で書かれています", "“1.8E-01” is written with an exponent"),
    ("1e-9", CELL, "RAT-005", None, "「1e-9」は指数(eのついた数)で書かれています", "“1e-9” is written with an exponent"),
    ("1e999", CELL, "RAT-005", None, "「1e999」は指数(eのついた数)で書かれています", "“1e999” is written with an exponent"),
    ("1000.000001", FRACTION, "RAT-006", None, "「1000.000001」は年100,000%をこえています", "“1000.000001” is more than 100,000% a year"),
    ("-18", CELL, "RAT-007", "18", "「-18」に符号がついています。利率に符号はつきません", "“-18” carries a sign; a rate has none"),
    ("▲18%", FRACTION, "RAT-007", None, "「▲18%」に符号がついています。利率に符号はつきません", "“▲18%” carries a sign; a rate has none"),
]  # fmt: skip


class TestUnreadRates:
    @pytest.mark.parametrize(("text", "rule", "code", "proposed", "ja", "en"), BAD_RATES)
    def test_says_what_is_wrong(
        self, *, text: str, rule: RateRule, code: str, proposed: str | None, ja: str, en: str
    ) -> None:
        read = read_rate_ppm(text, rule=rule)
        assert isinstance(read, Unread)
        assert (read.code, read.proposed, read.seen) == (code, proposed, text)
        fault = read.at()
        assert (fault.what(Language.JA), fault.what(Language.EN)) == (ja, en)
        if proposed is not None:
            assert isinstance(read_rate_ppm(proposed, rule=rule), int)
            assert fault.fix(Language.JA) == f"{proposed}にしますか"
            assert fault.fix(Language.EN) == f"Use {proposed}?"

    def test_table_shows_every_code(self) -> None:
        shown = {code for _, _, code, *_ in BAD_RATES}
        assert shown == {code for code in catalogue() if code.startswith("RAT-0")}

    @given(
        st.text()
        | st.text(st.sampled_from("0123456789.,%％年利日歩銭厘毛割分七十 -+eE"), max_size=12),
        st.sampled_from(RateRule),
    )
    def test_any_text_gives_a_rate_or_a_reason(self, text: str, rule: RateRule) -> None:
        read = read_rate_ppm(text, rule=rule)
        if isinstance(read, int):
            assert 0 <= read <= MAX_RATE_PPM
            assert read_rate_ppm(widened(text), rule=rule) == read
        else:
            assert read.at().document()["what_ja"]
            if read.proposed is not None:
                assert isinstance(read_rate_ppm(read.proposed, rule=rule), int)
