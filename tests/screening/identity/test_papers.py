"""Papers and ways: each day at which one ends or begins, and what is missing is named all at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motocho.law.rules import Refusal
from motocho.screening.identity import (
    Checked,
    CountsAs,
    Declared,
    Liveness,
    Method,
    Paper,
    Second,
    Shown,
    Side,
    Supplement,
    check_method,
    counts_as,
    lacking,
    papers,
)
from motocho.units.errors import Language

ON = date(2026, 11, 21)
HOME, OLD_HOME = "東京都千代田区千代田1-1", "大阪府大阪市北区1-1"
BORN = date(1985, 4, 1)
SELF = Declared("佐藤 花子", HOME, BORN, "生計費のため", "会社員")
LICENCE = Shown(
    Paper.DRIVING_LICENCE, "佐藤 花子", BORN, HOME, "308512345670", None, date(2028, 4, 30)
)
RECORD = Shown(Paper.RESIDENT_RECORD, "佐藤 花子", BORN, HOME, "", date(2026, 10, 1))
ELIGIBLE = Shown(
    Paper.ELIGIBILITY_CERTIFICATE, "佐藤 花子", BORN, HOME, "12345678", None, date(2027, 7, 31)
)
POWER = Second(Supplement.ELECTRICITY, "佐藤 花子", HOME, date(2026, 9, 10))
SELFIE = Checked(Method.PHOTO, ON, (LICENCE,), face=Liveness.SAME)
JPKI = Checked(
    Method.CERTIFICATE, ON, (replace(LICENCE, paper=Paper.MY_NUMBER_CARD, number=""),),
    is_signed=True,
)  # fmt: skip


def codes(found: tuple[Refusal, ...]) -> list[str]:
    for one in found:
        assert one.what(Language.JA)
        assert one.fix(Language.EN)
    return [one.code for one in found]


# ----------------------------------------------------------------------------------------- methods
@pytest.mark.rule("KYC-003")
@pytest.mark.parametrize("method", Method)
def test_every_way_is_open_until_the_end_of_march_2027(method: Method) -> None:
    assert check_method(method, date(2027, 3, 31)) is None


@pytest.mark.rule("KYC-003")
@pytest.mark.parametrize(("method", "is_over"), [
    (Method.PHOTO, "over"), (Method.COPIES, "over"), (Method.CHIP, ""), (Method.CERTIFICATE, ""),
    (Method.RESTRICTED_POST, ""),
])  # fmt: skip
def test_from_april_2027_pictures_and_copies_are_over(method: Method, is_over: str) -> None:
    found = check_method(method, date(2027, 4, 1))
    assert (found is not None) == bool(is_over)
    if found is not None:
        assert (found.rule_id, found.code) == ("KYC-003", "IDV-007")


@pytest.mark.rule("KYC-003")
def test_the_same_check_a_day_later() -> None:
    last, first = date(2027, 3, 31), date(2027, 4, 1)
    assert lacking(SELF, replace(SELFIE, on=last)) == ()
    assert codes(lacking(SELF, replace(SELFIE, on=first))) == ["IDV-007"]
    for day in (last, first, date(2027, 4, 2)):
        assert lacking(SELF, replace(JPKI, on=day)) == ()


# ------------------------------------------------------------------------------------------ papers
@pytest.mark.rule("KYC-004")
@pytest.mark.parametrize(("on", "wanted"), [
    (date(2025, 12, 1), CountsAs.PAIR), (date(2025, 12, 2), CountsAs.NOT_ACCEPTED), (ON, CountsAs.NOT_ACCEPTED),
])  # fmt: skip
def test_health_insurance_card_ends_on_a_day(on: date, wanted: CountsAs) -> None:
    card = replace(ELIGIBLE, paper=Paper.HEALTH_INSURANCE_CARD)
    assert counts_as(card.paper, on) is wanted
    found = [one.rule_id for one in papers.check(card, on)]
    assert found == (["KYC-004"] if wanted is CountsAs.NOT_ACCEPTED else [])


@pytest.mark.rule("KYC-004")
@pytest.mark.parametrize("paper", [one for one in Paper if one is not Paper.HEALTH_INSURANCE_CARD])
def test_every_other_paper_counts_for_what_the_law_says(paper: Paper) -> None:
    wanted = {
        Paper.ELIGIBILITY_CERTIFICATE: "pair", Paper.CHILD_ALLOWANCE: "pair",
        Paper.MATERNITY_HANDBOOK: "pair", Paper.SEAL_CERTIFICATE: "paper",
        Paper.FAMILY_REGISTER: "paper", Paper.RESIDENT_RECORD: "paper",
    }  # fmt: skip
    assert counts_as(paper, ON).value == wanted.get(paper, "photo")


@pytest.mark.rule("KYC-004")
@pytest.mark.parametrize(("issued", "address", "wanted"), [
    (date(2020, 2, 3), HOME, []), (date(2020, 2, 4), HOME, ["IDV-002"]), (date(2020, 2, 3), "", ["IDV-002"]),
])  # fmt: skip
def test_passport_without_a_page_for_the_address(
    issued: date, address: str, wanted: list[str]
) -> None:
    passport = Shown(
        Paper.PASSPORT, "佐藤 花子", BORN, address, "TK1234567", issued, date(2029, 1, 1)
    )
    assert codes(papers.check(passport, ON)) == wanted


@pytest.mark.rule("KYC-005")
@pytest.mark.parametrize(("expires", "wanted"), [
    (ON, []), (ON - timedelta(days=1), ["IDV-003"]), (date(2028, 4, 30), []), (None, ["IDV-003"]),
])  # fmt: skip
def test_paper_is_valid_on_its_last_day_and_not_after(
    expires: date | None, wanted: list[str]
) -> None:
    assert codes(papers.check(replace(LICENCE, expires_on=expires), ON)) == wanted


@pytest.mark.rule("KYC-005")
@pytest.mark.parametrize(("on", "issued", "wanted"), [
    (ON, date(2026, 5, 21), []), (ON, date(2026, 5, 20), ["IDV-004"]), (ON, ON, []),
    (ON, ON + timedelta(days=1), ["IDV-004"]), (ON, None, ["IDV-004"]),
    (date(2026, 8, 31), date(2026, 2, 28), []), (date(2026, 8, 31), date(2026, 2, 27), ["IDV-004"]),
])  # fmt: skip
def test_paper_without_a_last_day_is_of_the_last_six_months(
    on: date, issued: date | None, wanted: list[str]
) -> None:
    assert codes(papers.check(replace(RECORD, issued_on=issued), on)) == wanted


@pytest.mark.rule("KYC-006")
@pytest.mark.parametrize(("change", "passes"), [
    ({}, "yes"), ({"on": date(2026, 5, 21)}, "yes"), ({"on": date(2026, 5, 20)}, ""),
    ({"on": ON + timedelta(days=1)}, ""), ({"kind": Supplement.MOBILE_PHONE}, ""),
    ({"kind": Supplement.TAX}, "yes"), ({"kind": Supplement.WATER}, "yes"),
    ({"address": OLD_HOME}, ""), ({"name": "佐藤 太郎"}, ""),
])  # fmt: skip
def test_address_of_today_is_shown_by_a_second_paper(
    change: dict[str, object], passes: str
) -> None:
    moved = replace(LICENCE, address=OLD_HOME)
    second = replace(POWER, **change)  # type: ignore[arg-type]
    found = papers.check_address(moved, HOME, second, ON)
    assert (found is None) == bool(passes)
    checked = replace(SELFIE, shown=(moved,), second=second)
    assert codes(lacking(SELF, checked)) == ([] if passes else ["IDV-006"])


@pytest.mark.rule("KYC-006")
def test_address_that_is_the_same_needs_no_second_paper() -> None:
    wide = replace(LICENCE, address="東京都千代田区千代田１−１")
    assert papers.check_address(wide, HOME, None, ON) is None
    assert papers.check_address(replace(LICENCE, address=OLD_HOME), HOME, None, ON) is not None


@pytest.mark.rule("PRIV-001")
@pytest.mark.parametrize(("change", "wanted"), [
    ({"side": Side.FRONT, "number": ""}, []), ({"side": Side.BACK, "number": ""}, ["IDV-005"]),
    ({"number": "123456789018"}, ["IDV-005"]),
])  # fmt: skip
def test_individual_number_is_never_taken(change: dict[str, object], wanted: list[str]) -> None:
    card = replace(LICENCE, paper=Paper.MY_NUMBER_CARD, **change)  # type: ignore[arg-type]
    assert codes(papers.check(card, ON)) == wanted


@pytest.mark.rule("PRIV-001")
def test_the_number_of_a_licence_is_taken_whatever_its_last_digit() -> None:
    """Twelve digits too: one in eleven reads as an individual number, and is none."""
    for last in range(100):
        shown = replace(LICENCE, number=f"3085123456{last:02d}")
        assert papers.check(shown, ON) == ()
        assert papers.check(replace(shown, paper=Paper.DRIVING_HISTORY), ON) == ()


# --------------------------------------------------------------------------------- the whole check
@pytest.mark.rule("KYC-001")
@pytest.mark.parametrize("checked", [
    SELFIE, JPKI,
    Checked(Method.CHIP, ON, (LICENCE,), face=Liveness.SAME),
    Checked(Method.IN_PERSON, ON, (LICENCE,)),
    Checked(Method.IN_PERSON, ON, (ELIGIBLE, RECORD)),
    Checked(Method.IN_PERSON, ON, (ELIGIBLE,), second=POWER),
    Checked(Method.IN_PERSON, ON, (RECORD,), received_on=ON),
    Checked(Method.COPIES, ON, (LICENCE, RECORD), received_on=date(2026, 11, 20)),
    Checked(Method.RESTRICTED_POST, ON, (LICENCE,), received_on=ON),
], ids=lambda one: one.method.value)  # fmt: skip
def test_whole_checks_lack_nothing(checked: Checked) -> None:
    assert lacking(SELF, checked) == ()


@pytest.mark.rule("KYC-001")
def test_post_to_the_addressee_alone_needs_a_photo_since_april_2020() -> None:
    """A paper without a photo was enough until 2020-03-31; copies by post never asked for one."""
    for on, wanted in ((date(2020, 3, 31), []), (date(2020, 4, 1), ["IDV-012"])):
        record = replace(RECORD, issued_on=on)
        checked = Checked(Method.RESTRICTED_POST, on, (record,), received_on=on)
        assert codes(lacking(SELF, checked)) == wanted


@pytest.mark.rule("KYC-004")
def test_health_insurance_card_is_none_by_post_since_december_2025() -> None:
    for on, wanted in (
        (date(2025, 12, 1), ["IDV-012"]),
        (date(2025, 12, 2), ["IDV-001", "IDV-012"]),
    ):
        card = replace(ELIGIBLE, paper=Paper.HEALTH_INSURANCE_CARD)
        checked = Checked(Method.RESTRICTED_POST, on, (card,), received_on=on)
        assert codes(lacking(SELF, checked)) == wanted


@pytest.mark.rule("KYC-001")
@pytest.mark.parametrize(("declared", "checked", "wanted"), [
    (replace(SELF, purpose=" "), SELFIE, ["IDV-008"]),
    (replace(SELF, occupation=""), SELFIE, ["IDV-008"]),
    (SELF, replace(SELFIE, shown=()), ["IDV-009", "IDV-012"]),
    (replace(SELF, name="佐藤 太郎"), SELFIE, ["IDV-010"]),
    (replace(SELF, born_on=date(1985, 4, 2)), SELFIE, ["IDV-010"]),
    (SELF, replace(SELFIE, face=Liveness.OTHER), ["IDV-011"]),
    (SELF, replace(SELFIE, face=Liveness.NOT_ALIVE), ["IDV-011"]),
    (SELF, replace(SELFIE, face=None), ["IDV-011"]),
    (SELF, replace(SELFIE, shown=(RECORD,)), ["IDV-012"]),
    (SELF, Checked(Method.CHIP, ON, (RECORD,), face=Liveness.SAME), ["IDV-013"]),
    (SELF, replace(JPKI, is_signed=False), ["IDV-014"]),
    (SELF, Checked(Method.RESTRICTED_POST, ON, (LICENCE,)), ["IDV-015"]),
    (SELF, Checked(Method.RESTRICTED_POST, ON, (LICENCE,), received_on=date(2026, 11, 22)), ["IDV-015"]),
    (SELF, Checked(Method.COPIES, ON, (LICENCE,), received_on=ON), ["IDV-016"]),
    (SELF, Checked(Method.IN_PERSON, ON, (RECORD,)), ["IDV-016"]),
    (SELF, Checked(Method.IN_PERSON, ON, (ELIGIBLE,)), ["IDV-016"]),
    (SELF, Checked(Method.IN_PERSON, date(2027, 4, 1), (LICENCE,)), ["IDV-017"]),
    (replace(SELF, purpose=""), replace(SELFIE, face=None, on=date(2028, 5, 1)),
     ["IDV-008", "IDV-007", "IDV-003", "IDV-011"]),
])  # fmt: skip
def test_everything_missing_is_named(
    declared: Declared, checked: Checked, wanted: list[str]
) -> None:
    assert codes(lacking(declared, checked)) == wanted


@settings(max_examples=80)
@given(
    st.sampled_from(Paper), st.sampled_from(Method), st.dates(date(2024, 1, 1), date(2029, 1, 1)),
    st.integers(-800, 800), st.integers(0, 800),
)  # fmt: skip
def test_an_older_paper_never_helps(
    paper: Paper, method: Method, on: date, left: int, age: int
) -> None:
    def of(expires_in: int, issued_ago: int) -> int:
        shown = Shown(paper, "佐藤 花子", BORN, HOME, "", on - timedelta(days=issued_ago),
                      on + timedelta(days=expires_in))  # fmt: skip
        checked = Checked(
            method, on, (shown,), POWER, Liveness.SAME, is_signed=True, received_on=on
        )
        return len(lacking(SELF, checked))

    if paper is not Paper.PASSPORT:  # an older one may have its page for the address
        assert of(left, age) <= of(left - 1, age + 1)
