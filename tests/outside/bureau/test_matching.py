"""Whose an answer is: the same only where numbers agree, never a guess."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.outside.bureau.samples import PEOPLE, SATO

from motocho.outside import bureau
from motocho.outside.bureau import Found, Likeness, Person, Verdict, half_kana
from motocho.units.errors import Unread

OTHER_PHONE = ("0399998888",)


def likeness(held: Person) -> Likeness:
    return bureau.compare(SATO, held).likeness


@pytest.mark.parametrize(("change", "wanted"), [
    ({}, Likeness.SAME),
    ({"phones": ("09011112222", "0312345678")}, Likeness.SAME),
    ({"phones": OTHER_PHONE}, Likeness.SAME),  # the licence agrees
    ({"phones": (), "licence_number": ""}, Likeness.DOUBTFUL),
    ({"phones": OTHER_PHONE, "licence_number": ""}, Likeness.DOUBTFUL),
    ({"licence_number": "999999999999"}, Likeness.DOUBTFUL),
    ({"phones": OTHER_PHONE, "licence_number": "999999999999"}, Likeness.DOUBTFUL),
    ({"kana": "ｽｽﾞｷ ﾊﾅｺ"}, Likeness.DOUBTFUL),  # married: phone and licence agree
    ({"kana": "ｽｽﾞｷ ﾊﾅｺ", "phones": (), "licence_number": ""}, Likeness.OTHER),
    ({"born_on": date(1985, 4, 2), "phones": (), "licence_number": ""}, Likeness.OTHER),
    ({"born_on": date(1985, 4, 2)}, Likeness.DOUBTFUL),
    ({"kana": "ｻﾄｰ ﾊﾅｺ", "name": "佐藤花子"}, Likeness.DOUBTFUL),
    ({"kana": "サトウ　ハナコ"}, Likeness.SAME),
])  # fmt: skip
def test_each_point_decides_as_the_table_says(change: dict[str, object], wanted: Likeness) -> None:
    assert likeness(replace(SATO, **change)) is wanted  # type: ignore[arg-type]


def test_answer_is_the_persons_only_if_all_others_are_surely_others() -> None:
    same = Found(SATO)
    doubtful = Found(replace(SATO, phones=(), licence_number=""))
    other = Found(replace(SATO, born_on=date(1990, 1, 1), phones=(), licence_number=""))
    assert bureau.match(SATO, []) == bureau.Match(Verdict.NOBODY)
    assert bureau.match(SATO, [other]) == bureau.Match(Verdict.NOBODY)
    assert bureau.match(SATO, [other, same]) == bureau.Match(Verdict.SAME, 1)
    for found in ([doubtful], [same, doubtful], [same, same], [other, doubtful]):
        assert bureau.match(SATO, found) == bureau.Match(Verdict.DOUBTFUL)


@settings(max_examples=100)
@given(PEOPLE, PEOPLE)
def test_likeness_is_the_same_from_both_sides_and_whoever_is_the_same_shares_a_number(
    one: Person, other: Person
) -> None:
    found = bureau.compare(one, other)
    assert found == bureau.compare(other, one)
    if found.likeness is Likeness.SAME:
        assert set(one.phones) & set(other.phones) or one.licence_number or one.document_number
        assert one.born_on == other.born_on


@pytest.mark.parametrize(("typed", "wanted"), [
    ("サトウ　ハナコ", "ｻﾄｳ ﾊﾅｺ"),
    ("さとう はなこ", "ｻﾄｳ ﾊﾅｺ"),
    ("ﾊﾟｰｶｰ", "ﾊﾟｰｶｰ"),
    ("ヴィクトル・ユーゴー", "ｳﾞｨｸﾄﾙ ﾕｰｺﾞｰ"),
    ("Ｎｇｕｙｅｎ　Ａｎｈ", "NGUYEN ANH"),
    ("ヰノウエ ヱイコ", "ｲﾉｳｴ ｴｲｺ"),
    ("ヲカダ", "ｦｶﾀﾞ"),
])  # fmt: skip
def test_readings_go_as_half_width_kana(typed: str, wanted: str) -> None:
    assert half_kana(typed) == wanted


@pytest.mark.parametrize("typed", ["佐藤 花子", "", "　", "サトウ1"])
def test_what_is_no_reading_is_said_so(typed: str) -> None:
    assert isinstance(half_kana(typed), Unread)


@settings(max_examples=100)
@given(st.text(st.sampled_from("アカガパャッーヴぁがﾊﾟ "), max_size=12))
def test_reading_made_twice_is_the_same(typed: str) -> None:
    made = half_kana(typed)
    if isinstance(made, str):
        assert half_kana(made) == made
        assert bureau.name_key(made) == bureau.name_key(typed)
