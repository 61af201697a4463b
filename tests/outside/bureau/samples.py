"""People, inquiries, answers and reports for the tests of a bureau's files."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from motocho.outside.bureau import (
    Answer,
    Declarer,
    Ending,
    Excepted,
    Found,
    Head,
    Inquiry,
    LenderKind,
    Loan,
    Person,
    Purpose,
    Receipt,
    Report,
    ReportKind,
    SelfExclusion,
    Standing,
    Trouble,
)

ON = date(2026, 11, 24)
SATO = Person(
    "ｻﾄｳ ﾊﾅｺ", "佐藤 花子", date(1985, 4, 1), ("09011112222",), "東京都千代田区千代田1-1", "株式会社青空",
    "308512345670", "",
)  # fmt: skip
HEAD = Head("inquiries", "9999", "fake", 7, ON)

DAYS = st.dates(date(1950, 1, 1), date(2099, 12, 31))
YEN = st.integers(0, 99_999_999_999)
KANA = st.text("ｱｲｳｶﾞﾊﾟｯｬｰ", min_size=1, max_size=20)
TEXT = st.text("東京都髙橋〓 abc1-あア", max_size=20).map(str.strip)
CODES = st.text("0123456789ABCxyz-_", min_size=1, max_size=8)
PHONES = st.lists(st.text("0123456789", min_size=10, max_size=11), max_size=3).map(tuple)
PEOPLE = st.builds(
    Person, KANA, TEXT, DAYS, PHONES, TEXT, TEXT, st.text("0123456789", max_size=12), CODES
)
LOANS = st.builds(
    Loan, CODES, st.sampled_from(LenderKind), DAYS, YEN, YEN, YEN, st.booleans(),
    st.none() | DAYS, st.sampled_from(Excepted), DAYS, st.booleans(),
)  # fmt: skip
WISHES = st.builds(SelfExclusion, DAYS, DAYS, st.sampled_from(Declarer))
FOUND = st.builds(
    Found, PEOPLE, st.lists(LOANS, max_size=3).map(tuple), st.lists(WISHES, max_size=2).map(tuple),
    st.integers(0, 9999),
)  # fmt: skip
INQUIRIES = st.builds(Inquiry, CODES, st.sampled_from(Purpose), PEOPLE, st.booleans())
ANSWERS = st.builds(
    Answer, CODES, CODES, DAYS, st.lists(FOUND, max_size=2).map(tuple), st.integers(1, 9999)
)
STANDINGS = st.builds(
    Standing, DAYS, YEN, YEN, st.booleans(), st.none() | DAYS, st.sampled_from(Trouble),
    st.none() | DAYS, st.sampled_from(Ending), st.none() | DAYS, st.sampled_from(Excepted),
)  # fmt: skip
REPORTS = st.builds(
    Report, CODES, CODES, st.integers(1, 999_999), st.sampled_from(ReportKind), DAYS, PEOPLE,
    STANDINGS,
)  # fmt: skip
RECEIPTS = st.builds(Receipt, CODES, st.just("") | CODES)
