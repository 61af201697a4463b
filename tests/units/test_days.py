"""Dates as people write them, the eras beside the western count, and the days of spreadsheets."""

from __future__ import annotations

import pickle
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motocho.units.days import (
    DATE_EMPTY,
    FIRST_ON,
    LAST_ON,
    Carried,
    DateRead,
    Epoch,
    Era,
    both_calendars_text,
    era_date_short,
    era_date_text,
    era_of,
    excel_serial_date,
    read_date,
)
from motocho.units.errors import InputError, Language, Unread, catalogue

FIFTH = date(2001, 1, 5)
DAYS = st.dates(FIRST_ON, LAST_ON)
WEEKDAYS = "月火水木金土日"


def widened(text: str) -> str:
    """ASCII in the wide forms that Japanese keyboards give."""
    return "".join(
        "　" if sign == " " else chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign
        for sign in text
    )


def on(text: str, *, era: Era | None = None, after: date | None = None) -> date:
    read = read_date(text, era=era, after=after)
    assert isinstance(read, DateRead), read
    return read.on


class TestEras:
    @pytest.mark.parametrize(
        ("day", "text", "short"),
        [
            (date(1873, 1, 1), "明治6年1月1日", "M6.1.1"),
            (date(1912, 7, 29), "明治45年7月29日", "M45.7.29"),
            (date(1912, 7, 30), "大正元年7月30日", "T1.7.30"),
            (date(1926, 12, 24), "大正15年12月24日", "T15.12.24"),
            (date(1926, 12, 25), "昭和元年12月25日", "S1.12.25"),
            (date(1989, 1, 7), "昭和64年1月7日", "S64.1.7"),
            (date(1989, 1, 8), "平成元年1月8日", "H1.1.8"),
            (date(2001, 1, 5), "平成13年1月5日", "H13.1.5"),
            (date(2019, 4, 30), "平成31年4月30日", "H31.4.30"),
            (date(2019, 5, 1), "令和元年5月1日", "R1.5.1"),
            (date(2200, 12, 31), "令和182年12月31日", "R182.12.31"),
        ],
    )
    def test_names_each_side_of_a_change(self, day: date, text: str, short: str) -> None:
        assert (era_date_text(day), era_date_short(day)) == (text, short)
        assert on(text) == on(short) == day

    def test_both_names_of_a_shared_day_are_read(self) -> None:
        assert on("明治45年7月30日") == on("大正元年7月30日") == date(1912, 7, 30)
        assert on("大正15年12月25日") == on("昭和元年12月25日") == date(1926, 12, 25)

    def test_answer_shows_both_calendars(self) -> None:
        assert both_calendars_text(date(2019, 5, 1)) == "2019年5月1日(令和元年)"

    @pytest.mark.parametrize(
        ("day", "code"), [(date(1872, 12, 31), "DAT-013"), (date(2201, 1, 1), "DAT-014")]
    )
    def test_days_outside_the_calendar_are_refused(self, day: date, code: str) -> None:
        with pytest.raises(InputError) as raised:
            era_of(day)
        assert raised.value.faults[0].code == code

    @given(DAYS)
    def test_every_day_comes_back(self, day: date) -> None:
        era = era_of(day)
        assert era.first_on <= day <= era.last_on
        assert read_date(era_date_text(day)) == DateRead(day, Carried.NOTHING, era)
        assert on(era_date_short(day)) == day


class TestReadDate:
    @pytest.mark.parametrize(
        "text",
        [
            "2001/1/5",
            "2001/01/05",
            "2001-01-05",
            "2001-1-5",
            "2001.1.5",
            "2001・1・5",
            "2001 1 5",
            "20010105",
            "２００１０１０５",
            "2001年1月5日",
            "2001年 1月 5日",
            "2001年01月05日(金)",
            "2001年1月5日（金）",
            "2001年1月5日㈮",
            "2001年1月5日 金曜日",
            "2001年1月5日(金・祝)",
            "2001/1/5(Fri)",
            "2001/1/5 [金] 10:30",
            "西暦2001年1月5日",
            "H13.1.5",
            "H13.1.5.",
            "H.13.1.5",
            "H130105",
            "Ｈ１３／１／５",
            "h13-1-5",
            "H13ー1ー5",
            "平成13年1月5日",
            "平成13年1月5",
            "平成13/1/5",
            "平成130105",
            "平13.1.5",
            "平13. 1. 5",
            "㍻13年1月5日",
            "平成十三年一月五日",
            "平成一三年〇一月〇五日",
            "二〇〇一年一月五日",
            "二〇〇一〇一〇五",
            "平成13年㋀㏤",
            "2001-01-05T00:00:00",
            "2001-01-05T00:00:00.000",
            "2001-01-05 00:00",
            "2001/1/5 9:05:30",
            "2001年1月5日 10時30分",
            "2001-01-05T00:00:00+09:00",
            "'2001/1/5",
            " 2001/1/5。",
            "\ufeff2001/1/5",
        ],
    )
    def test_reads_the_fifth_of_january_2001(self, text: str) -> None:
        assert on(text) == FIFTH
        assert on(widened(text)) == FIFTH

    @pytest.mark.parametrize(
        ("text", "era"),
        [
            ("2001/1/5", None),
            ("H13.1.5", Era.HEISEI),
            ("平13.1.5", Era.HEISEI),
            ("㍻13.1.5", Era.HEISEI),
            ("2001年1月5日", None),
        ],
    )
    def test_tells_the_era_it_read(self, text: str, era: Era | None) -> None:
        assert read_date(text) == DateRead(FIFTH, Carried.NOTHING, era)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("令和元年5月1日", date(2019, 5, 1)),
            ("R1.5.1", date(2019, 5, 1)),
            ("R元.5.1", date(2019, 5, 1)),
            ("S63.12.31", date(1988, 12, 31)),
            ("昭和64年1月7日", date(1989, 1, 7)),
            ("M45.7.29", date(1912, 7, 29)),
            ("2000/2/29", date(2000, 2, 29)),
            ("18730101", date(1873, 1, 1)),
            ("2200-12-31", date(2200, 12, 31)),
            ("平成二十三年十二月三十一日", date(2011, 12, 31)),
        ],
    )
    def test_reads(self, text: str, expected: date) -> None:
        assert on(text) == expected

    @pytest.mark.parametrize(
        ("text", "era", "expected"),
        [
            ("13/01/10", Era.HEISEI, date(2001, 1, 10)),
            ("130110", Era.HEISEI, date(2001, 1, 10)),
            ("13年1月10日", Era.HEISEI, date(2001, 1, 10)),
            ("元/5/1", Era.REIWA, date(2019, 5, 1)),
            ("'01/5/1", Era.REIWA, date(2019, 5, 1)),
            ("63.12.31", Era.SHOWA, date(1988, 12, 31)),
        ],
    )
    def test_stated_era_counts_two_digit_years(self, text: str, era: Era, expected: date) -> None:
        assert read_date(text, era=era) == DateRead(expected, Carried.NOTHING, era)

    def test_written_year_outdoes_the_stated_era(self) -> None:
        assert read_date("S63.12.31", era=Era.HEISEI) == DateRead(
            date(1988, 12, 31), Carried.NOTHING, Era.SHOWA
        )
        assert read_date("2001/1/5", era=Era.SHOWA) == DateRead(FIFTH, Carried.NOTHING, None)

    @given(DAYS)
    def test_reads_every_day_in_every_form(self, day: date) -> None:
        plain = f"{day.year}/{day.month}/{day.day}"
        weekday = WEEKDAYS[day.weekday()]
        for text in (
            day.isoformat(),
            plain,
            f"{day:%Y%m%d}",
            f"{day:%Y/%m/%d}({weekday})",
            f"{day.year}年{day.month}月{day.day}日{weekday}曜日",
            f"{day.isoformat()}T23:59:59",
        ):
            assert on(text) == on(widened(text)) == day

    @given(DAYS)
    def test_reads_kanji_numerals(self, day: date) -> None:
        kanji = str.maketrans("0123456789", "〇一二三四五六七八九")
        assert on(f"{day.year}年{day.month}月{day.day}日".translate(kanji)) == day
        assert on(f"{day:%Y%m%d}".translate(kanji)) == day


class TestCarrying:
    @pytest.mark.parametrize(
        ("text", "after", "expected"),
        [
            ("1/5", date(2001, 1, 4), FIFTH),
            ("1/5", FIFTH, FIFTH),
            ("1月5日", date(2001, 3, 31), FIFTH),
            ("1/5", date(2001, 12, 20), date(2002, 1, 5)),
            ("1/5", date(2001, 7, 7), FIFTH),  # 183 days: not more than half a year
            ("1/5", date(2001, 7, 8), date(2002, 1, 5)),
            ("12/28", date(2002, 1, 5), date(2002, 12, 28)),
            ("2/29", date(2003, 12, 20), date(2004, 2, 29)),
            ("2/29", date(2000, 1, 20), date(2000, 2, 29)),
            ("１／５", date(2001, 12, 20), date(2002, 1, 5)),
            ("一月五日", date(2001, 12, 20), date(2002, 1, 5)),
        ],
    )
    def test_month_and_day_take_the_year(self, text: str, after: date, expected: date) -> None:
        assert read_date(text, after=after) == DateRead(expected, Carried.YEAR, None)

    @pytest.mark.parametrize(
        ("text", "after", "expected"),
        [
            ("5", FIFTH, FIFTH),
            ("10", FIFTH, date(2001, 1, 10)),
            ("5日", date(2001, 1, 6), date(2001, 2, 5)),
            ("5", date(2001, 12, 6), date(2002, 1, 5)),
            ("31", date(2001, 1, 6), date(2001, 1, 31)),
        ],
    )
    def test_day_takes_year_and_month(self, text: str, after: date, expected: date) -> None:
        assert read_date(text, after=after) == DateRead(expected, Carried.YEAR_AND_MONTH, None)

    @pytest.mark.parametrize(
        ("text", "after", "code"),
        [
            ("2/29", date(2001, 1, 20), "DAT-008"),
            ("31", date(2001, 2, 6), "DAT-007"),
            ("32", date(2001, 1, 6), "DAT-007"),
            ("0", date(2001, 1, 6), "DAT-007"),
            ("1/5", date(2200, 12, 20), "DAT-014"),
            ("5", date(9999, 12, 20), "DAT-014"),
            ("12/31", date(9999, 12, 20), "DAT-014"),
            ("1/5", date(9999, 12, 20), "DAT-014"),
            ("1/5", date(1, 1, 1), "DAT-013"),
        ],
    )
    def test_carried_day_must_exist(self, text: str, after: date, code: str) -> None:
        read = read_date(text, after=after)
        assert isinstance(read, Unread)
        assert read.code == code

    @given(DAYS, DAYS)
    def test_carried_year_stays_near(self, day: date, after: date) -> None:
        read = read_date(f"{day.month}/{day.day}", after=after)
        if isinstance(read, DateRead):
            assert (read.on.month, read.on.day) == (day.month, day.day)
            assert read.on.year - after.year in (0, 1)
            assert (after - read.on).days <= 183

    @given(DAYS, st.integers(1, 31))
    def test_carried_month_never_runs_backwards(self, after: date, day: int) -> None:
        read = read_date(str(day), after=after)
        if isinstance(read, DateRead):
            assert 0 <= (read.on - after).days <= 31

    def test_row_above_settles_a_two_digit_year_by_a_question(self) -> None:
        read = read_date("13/01/10", after=date(2000, 12, 27))
        assert isinstance(read, Unread)
        assert (read.code, read.proposed) == ("DAT-015", "2001-01-10")
        far = read_date("13/01/10", after=date(1995, 12, 27))
        assert isinstance(far, Unread)
        assert far.proposed is None


# text, code, proposal, Japanese, English
BAD_DATES = [
    ("", "DAT-001", None, "日付が入っていません", "There is no date"),
    ("　－", "DAT-001", None, "日付が入っていません", "There is no date"),
    ("あした", "DAT-002", None, "「あした」を日付として読めません", "“あした” cannot be read as a date"),
    ("1 5", "DAT-002", None, "「1 5」を日付として読めません", "“1 5” cannot be read as a date"),
    ("50,000", "DAT-002", None, "「50,000」を日付として読めません", "“50,000” cannot be read as a date"),
    ("113/1/5", "DAT-002", None, "「113/1/5」を日付として読めません", "“113/1/5” cannot be read as a date"),
    ("元/1/5", "DAT-002", None, "「元/1/5」を日付として読めません", "“元/1/5” cannot be read as a date"),
    ("平成2001年1月5日", "DAT-002", None, "「平成2001年1月5日」を日付として読めません", "“平成2001年1月5日” cannot be read as a date"),
    ("昭和164年1月5日", "DAT-002", None, "「昭和164年1月5日」を日付として読めません", "“昭和164年1月5日” cannot be read as a date"),
    ("13一1一5", "DAT-002", None, "「13一1一5」を日付として読めません", "“13一1一5” cannot be read as a date"),
    ("٢٠٠١/١/٥", "DAT-002", None, "「٢٠٠١/١/٥」を日付として読めません", "“٢٠٠١/١/٥” cannot be read as a date"),
    ("99999", "DAT-002", None, "「99999」を日付として読めません", "“99999” cannot be read as a date"),
    ("2001-01-05T25:00", "DAT-002", None, "「2001-01-05T25:00」を日付として読めません", "“2001-01-05T25:00” cannot be read as a date"),
    ("2001-01-05T00:00+99:99", "DAT-002", None, "「2001-01-05T00:00+99:99」を日付として読めません", "“2001-01-05T00:00+99:99” cannot be read as a date"),
    ("昭和64年1月8日", "DAT-003", "1989-01-08", "「昭和64年1月8日」は暦にありません。昭和は64年1月7日までです", "“昭和64年1月8日” never was: Showa ended on 1989-01-07"),
    ("S64.1.8", "DAT-003", "1989-01-08", "「S64.1.8」は暦にありません。昭和は64年1月7日までです", "“S64.1.8” never was: Showa ended on 1989-01-07"),
    ("平成31年5月1日", "DAT-003", "2019-05-01", "「平成31年5月1日」は暦にありません。平成は31年4月30日までです", "“平成31年5月1日” never was: Heisei ended on 2019-04-30"),
    ("昭和65年1月5日", "DAT-003", "1990-01-05", "「昭和65年1月5日」は暦にありません。昭和は64年1月7日までです", "“昭和65年1月5日” never was: Showa ended on 1989-01-07"),
    ("昭和65年", "DAT-003", None, "「昭和65年」は暦にありません。昭和は64年1月7日までです", "“昭和65年” never was: Showa ended on 1989-01-07"),
    ("令和元年4月30日", "DAT-004", "2019-04-30", "「令和元年4月30日」は暦にありません。令和は2019年5月1日からです", "“令和元年4月30日” never was: Reiwa began on 2019-05-01"),
    ("大正1.7.29", "DAT-004", "1912-07-29", "「大正1.7.29」は暦にありません。大正は1912年7月30日からです", "“大正1.7.29” never was: Taisho began on 1912-07-30"),
    ("令和0年", "DAT-005", None, "令和0年はありません。元号の年は1(元年)から数えます", "There is no year 0 of Reiwa; era years count from 1"),
    ("H0", "DAT-005", None, "平成0年はありません。元号の年は1(元年)から数えます", "There is no year 0 of Heisei; era years count from 1"),
    ("H0.1.5", "DAT-005", None, "平成0年はありません。元号の年は1(元年)から数えます", "There is no year 0 of Heisei; era years count from 1"),
    ("2001/13/5", "DAT-006", None, "「2001/13/5」の月が13です。月は1から12までです", "The month of “2001/13/5” is 13; months run from 1 to 12"),
    ("2001-00-05", "DAT-006", None, "「2001-00-05」の月が0です。月は1から12までです", "The month of “2001-00-05” is 0; months run from 1 to 12"),
    ("13/1", "DAT-006", None, "「13/1」の月が13です。月は1から12までです", "The month of “13/1” is 13; months run from 1 to 12"),
    ("2001/4/31", "DAT-007", None, "「2001/4/31」の日が31です。4月は1日から30日までです", "The day of “2001/4/31” is 31; month 4 runs from 1 to 30"),
    ("H13.2.30", "DAT-007", None, "「H13.2.30」の日が30です。2月は1日から28日までです", "The day of “H13.2.30” is 30; month 2 runs from 1 to 28"),
    ("2001/1/0", "DAT-007", None, "「2001/1/0」の日が0です。1月は1日から31日までです", "The day of “2001/1/0” is 0; month 1 runs from 1 to 31"),
    ("2001/2/29", "DAT-008", None, "2001年はうるう年ではないので、2月29日がありません", "2001 is not a leap year, so it has no 29 February"),
    ("平成13年2月29日", "DAT-008", None, "2001年はうるう年ではないので、2月29日がありません", "2001 is not a leap year, so it has no 29 February"),
    ("1/5", "DAT-009", None, "「1/5」に年がなく、年を引きつぐ前の行もありません", "“1/5” has no year, and no row above lends one"),
    ("5", "DAT-010", None, "「5」は日だけです。年と月を引きつぐ前の行がありません", "“5” is only a day, and no row above lends month and year"),
    ("平成13年1月", "DAT-011", None, "「平成13年1月」に日がありません", "“平成13年1月” has no day"),
    ("H13.1", "DAT-011", None, "「H13.1」に日がありません", "“H13.1” has no day"),
    ("2001/1", "DAT-011", None, "「2001/1」に日がありません", "“2001/1” has no day"),
    ("1月", "DAT-011", None, "「1月」に日がありません", "“1月” has no day"),
    ("平13", "DAT-012", None, "「平13」に月と日がありません", "“平13” has no month and no day"),
    ("令和元年", "DAT-012", None, "「令和元年」に月と日がありません", "“令和元年” has no month and no day"),
    ("2001", "DAT-012", None, "「2001」に月と日がありません", "“2001” has no month and no day"),
    ("1872/12/31", "DAT-013", None, "「1872/12/31」は1873年より前です。旧暦の日付は読みません", "“1872/12/31” is before 1873; the lunar calendar is not read"),
    ("明治5年12月2日", "DAT-013", None, "「明治5年12月2日」は1873年より前です。旧暦の日付は読みません", "“明治5年12月2日” is before 1873; the lunar calendar is not read"),
    ("0000-00-00", "DAT-013", None, "「0000-00-00」は1873年より前です。旧暦の日付は読みません", "“0000-00-00” is before 1873; the lunar calendar is not read"),
    ("2201-01-01", "DAT-014", None, "「2201-01-01」は2200年よりあとです", "“2201-01-01” is after the year 2200"),
    ("9999/12/31", "DAT-014", None, "「9999/12/31」は2200年よりあとです", "“9999/12/31” is after the year 2200"),
    ("R183.1.1", "DAT-014", None, "「R183.1.1」は2200年よりあとです", "“R183.1.1” is after the year 2200"),
    ("13/01/10", "DAT-015", None, "「13/01/10」は年が2けたです。2013年・平成13年・令和13年と読めます", "“13/01/10” has a two-digit year: 2013, Heisei 13, Reiwa 13"),
    ("130110", "DAT-015", None, "「130110」は年が2けたです。2013年・平成13年・令和13年と読めます", "“130110” has a two-digit year: 2013, Heisei 13, Reiwa 13"),
    ("'01/1/5", "DAT-015", None, "「'01/1/5」は年が2けたです。2001年・平成元年・令和元年と読めます", "“'01/1/5” has a two-digit year: 2001, Heisei 1, Reiwa 1"),
    ("01/1/5", "DAT-015", None, "「01/1/5」は年が2けたです。2001年・平成元年・令和元年と読めます", "“01/1/5” has a two-digit year: 2001, Heisei 1, Reiwa 1"),
    ("55/1/5", "DAT-015", None, "「55/1/5」は年が2けたです。1955年・昭和55年と読めます", "“55/1/5” has a two-digit year: 1955, Showa 55"),
    ("99/1/5", "DAT-015", "1999-01-05", "「99/1/5」は年が2けたです。1999年と読めます", "“99/1/5” has a two-digit year: 1999"),
    ("00/1/5", "DAT-015", "2000-01-05", "「00/1/5」は年が2けたです。2000年と読めます", "“00/1/5” has a two-digit year: 2000"),
    ("2001/1/5(土)", "DAT-016", "2001-01-05", "「2001/1/5(土)」は日付と曜日が合いません。この日は金曜日です", "Date and weekday of “2001/1/5(土)” disagree: that day is a Fri"),
    ("1/5/2001", "DAT-017", None, "「1/5/2001」は年が最後に書かれています", "“1/5/2001” has its year last"),
    ("1/15/2001", "DAT-017", "2001-01-15", "「1/15/2001」は年が最後に書かれています", "“1/15/2001” has its year last"),
    ("5/5/2001", "DAT-017", "2001-05-05", "「5/5/2001」は年が最後に書かれています", "“5/5/2001” has its year last"),
    ("36896", "DAT-018", "2001-01-05", "「36896」は表計算ソフトの日付番号のようです", "“36896” looks like a spreadsheet's number of a day"),
    ("2001-01-05T20:00:00Z", "DAT-021", "2001-01-06", "「2001-01-05T20:00:00Z」の時刻は日本時間ではありません", "The time of “2001-01-05T20:00:00Z” is not Japan time"),
    ("1873-01-01T00:00+14:00", "DAT-021", None, "「1873-01-01T00:00+14:00」の時刻は日本時間ではありません", "The time of “1873-01-01T00:00+14:00” is not Japan time"),
]  # fmt: skip


class TestUnreadDates:
    @pytest.mark.parametrize(("text", "code", "proposed", "ja", "en"), BAD_DATES)
    def test_says_what_is_wrong(
        self, text: str, code: str, proposed: str | None, ja: str, en: str
    ) -> None:
        read = read_date(text)
        assert isinstance(read, Unread)
        assert (read.code, read.proposed, read.seen) == (code, proposed, text)
        fault = read.at()
        assert (fault.what(Language.JA), fault.what(Language.EN)) == (ja, en)
        assert proposed is None or on(proposed).isoformat() == proposed

    @pytest.mark.parametrize(
        ("text", "ja", "en"),
        [
            ("昭和64年1月8日", "平成元年1月8日にしますか", "Use 1989-01-08 (平成元年1月8日)?"),
            ("昭和65年", "平成2年ではありませんか。元の書類で確かめてください", "平成2年 may be meant; check the original paper"),
            ("令和元年4月30日", "平成31年4月30日にしますか", "Use 2019-04-30 (平成31年4月30日)?"),
            ("99/1/5", "1999年1月5日(平成11年)にしますか", "Use 1999-01-05?"),
            ("13/01/10", "年を4けたにするか、元号をつけてください", "Write the year in four digits, or with its era"),
            ("2001/1/5(土)", "曜日をとって2001年1月5日(平成13年)にしますか", "Drop the weekday and use 2001-01-05?"),
            ("2001-01-05T20:00Z", "日本では2001年1月6日(平成13年)です。この日にしますか", "In Japan that is 2001-01-06. Use it?"),
        ],
    )  # fmt: skip
    def test_says_what_mends_it(self, text: str, ja: str, en: str) -> None:
        read = read_date(text)
        assert isinstance(read, Unread)
        assert (read.at().fix(Language.JA), read.at().fix(Language.EN)) == (ja, en)

    def test_table_shows_every_code(self) -> None:
        shown = {code for _, code, *_ in BAD_DATES} | {"DAT-019", "DAT-020"}
        assert shown == {code for code in catalogue() if code.startswith("DAT-0")}

    def test_empty_has_its_name(self) -> None:
        read = read_date("\u3000")
        assert isinstance(read, Unread)
        assert read.code == DATE_EMPTY

    def test_can_travel_between_processes(self) -> None:
        assert pickle.loads(pickle.dumps(read_date("平13"))) == read_date("平13")

    @given(DAYS, st.integers(1, 6))
    def test_wrong_weekday_is_told(self, day: date, shift: int) -> None:
        wrong = WEEKDAYS[(day.weekday() + shift) % 7]
        read = read_date(f"{day:%Y/%m/%d}({wrong})")
        assert isinstance(read, Unread)
        assert (read.code, read.proposed) == ("DAT-016", day.isoformat())

    @given(
        st.text()
        | st.text(
            st.sampled_from("0123456789０１一二〇十元年月日平成昭和HSR/.-T: '(金)Z+"), max_size=16
        ),
        st.none() | st.sampled_from(Era),
        st.none() | st.dates(),
    )
    def test_any_text_gives_a_day_or_a_reason(
        self, text: str, era: Era | None, after: date | None
    ) -> None:
        read = read_date(text, era=era, after=after)
        if isinstance(read, DateRead):
            assert FIRST_ON <= read.on <= LAST_ON
            assert read_date(widened(text), era=era, after=after) == read
        else:
            assert read.at().document()["what_ja"]
            assert read.proposed is None or on(read.proposed).isoformat() == read.proposed


class TestSpreadsheetDays:
    @pytest.mark.parametrize(
        ("serial", "epoch", "expected"),
        [
            (1, Epoch.YEAR_1900, date(1900, 1, 1)),
            (59, Epoch.YEAR_1900, date(1900, 2, 28)),
            (61, Epoch.YEAR_1900, date(1900, 3, 1)),
            (36896, Epoch.YEAR_1900, FIFTH),
            (45658, Epoch.YEAR_1900, date(2025, 1, 1)),
            (109_939, Epoch.YEAR_1900, LAST_ON),
            (0, Epoch.YEAR_1904, date(1904, 1, 1)),
            (60, Epoch.YEAR_1904, date(1904, 3, 1)),
            (36896 - 1462, Epoch.YEAR_1904, FIFTH),
        ],
    )
    def test_reads(self, serial: int, epoch: Epoch, expected: date) -> None:
        assert excel_serial_date(serial, epoch) == expected

    @pytest.mark.parametrize(
        ("serial", "epoch", "code", "ja", "en"),
        [
            (60, Epoch.YEAR_1900, "DAT-019", "日付番号60は、暦にない1900年2月29日です", "Day number 60 is 29 February 1900, which never was"),
            (0, Epoch.YEAR_1900, "DAT-020", "番号0に当たる日付がありません", "No day has the number 0"),
            (-1, Epoch.YEAR_1904, "DAT-020", "番号-1に当たる日付がありません", "No day has the number -1"),
            (109_940, Epoch.YEAR_1900, "DAT-020", "番号109940に当たる日付がありません", "No day has the number 109940"),
            (10**30, Epoch.YEAR_1900, "DAT-020", f"番号{10**30}に当たる日付がありません", f"No day has the number {10**30}"),
        ],
    )  # fmt: skip
    def test_refuses(self, serial: int, epoch: Epoch, code: str, ja: str, en: str) -> None:
        read = excel_serial_date(serial, epoch)
        assert isinstance(read, Unread)
        assert (read.code, read.at().what(Language.JA), read.at().what(Language.EN)) == (
            code,
            ja,
            en,
        )

    @given(st.integers(61, 109_939))
    def test_following_numbers_are_following_days(self, serial: int) -> None:
        day, before = (excel_serial_date(n, Epoch.YEAR_1900) for n in (serial, serial - 1))
        assert isinstance(day, date)
        assert serial == 61 or before == day - timedelta(days=1)
