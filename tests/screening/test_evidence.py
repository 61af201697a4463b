"""Evidence of income: the closed list, its age, changes of employer, and a year's income."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.screening import capacity_oracle as oracle

from motocho.law.tables import table
from motocho.screening.capacity import (
    Bonus,
    Employment,
    Finding,
    IncomeKind,
    LocalTaxMethod,
    Method,
    Outcome,
    Paper,
    PaperKind,
    Purpose,
    Reach,
    Setting,
    Slip,
    Whose,
    annual_income,
    judge,
    law_of,
)

ON = date(2026, 11, 10)
SAME = Employment("applicant")
DAYS = st.dates(date(2012, 1, 1), date(2030, 12, 31))


def setting(on: date = ON, purpose: Purpose = Purpose.CONTRACT) -> Setting:
    return Setting(on, law_of(on), purpose)


def slips(*months: int, pay_yen: int = 300_000, year: int = 2026) -> tuple[Slip, ...]:
    return tuple(Slip(date(year, month, 25), pay_yen) for month in months)


def pay(*months: int, pay_yen: int = 300_000) -> Paper:
    return Paper("p1", PaperKind.PAY_SLIPS, slips=slips(*months, pay_yen=pay_yen))


def slip_of(year: int) -> Paper:
    return Paper("w1", PaperKind.WITHHOLDING_SLIP, year=year, annual_yen=4_000_000)


def found(
    rule_id: str, paper: Paper, on: date = ON, employment: Employment | None = SAME
) -> Finding:
    return next(one for one in judge(paper, employment, setting(on)) if one.rule_id == rule_id)


def held(paper: Paper, on: date, employment: Employment | None = SAME) -> Finding:
    judged = judge(paper, employment, setting(on, Purpose.MONITORING))
    return next(one for one in judged if one.rule_id == "LEND-012")


# ------------------------------------------------------------------------------------- LEND-005
def test_the_kinds_are_those_of_the_law() -> None:
    listed = set(table("lending.income_documents").columns)
    assert {kind.value for kind in PaperKind} == {*listed, "other"}
    assert listed == oracle.LISTED


@pytest.mark.rule("LEND-005")
@pytest.mark.parametrize("kind", [kind for kind in PaperKind if kind is not PaperKind.OTHER])
def test_a_listed_paper_is_accepted(kind: PaperKind) -> None:
    assert found("LEND-005", Paper("x", kind)).passes


@pytest.mark.rule("LEND-005")
def test_a_bankbook_or_a_contract_of_work_is_refused() -> None:
    judged = judge(Paper("x", PaperKind.OTHER, annual_yen=5_000_000), SAME, setting())
    assert [(one.rule_id, one.outcome, one.code) for one in judged] == [
        ("LEND-005", Outcome.FAIL, "SCR-101")
    ]


@pytest.mark.rule("LEND-005")
def test_a_spouse_s_paper_counts_for_the_sum_of_both_alone() -> None:
    paper = replace(slip_of(2025), whose=Whose.SPOUSE)
    assert found("LEND-005", paper).code == "SCR-102"
    judged = judge(paper, SAME, replace(setting(), reach=Reach.WITH_SPOUSE))
    assert all(one.passes for one in judged)


# ------------------------------------------------------------------------------------- LEND-006
@pytest.mark.rule("LEND-006")
def test_pay_slips_of_september_and_october_pass_on_10_november() -> None:
    assert found("LEND-006", pay(9, 10)).passes
    assert found("LEND-006", pay(10, 11)).passes


@pytest.mark.rule("LEND-006")
@pytest.mark.parametrize("months", [(10,), (6, 7), (8, 9), (8, 10), (11, 12)])
def test_one_slip_an_old_one_a_gap_or_a_later_month_is_refused(months: tuple[int, ...]) -> None:
    assert found("LEND-006", pay(*months)).code == "SCR-105"


@pytest.mark.rule("LEND-006")
def test_one_slip_with_the_local_tax_of_the_year_is_enough() -> None:
    paper = replace(pay(), slips=(Slip(date(2026, 10, 25), 300_000, 14_000),))
    assert found("LEND-006", paper).passes


@pytest.mark.rule("LEND-006")
@pytest.mark.parametrize(
    ("kind", "on", "year", "passes"),
    [
        (PaperKind.WITHHOLDING_SLIP, date(2027, 2, 28), 2025, True),
        (PaperKind.WITHHOLDING_SLIP, date(2027, 3, 1), 2025, False),
        (PaperKind.WITHHOLDING_SLIP, date(2027, 3, 1), 2026, True),
        (PaperKind.WITHHOLDING_SLIP, date(2026, 2, 1), 2024, False),  # by the first reading
        (PaperKind.TAX_RETURN, date(2027, 3, 31), 2025, True),
        (PaperKind.TAX_RETURN, date(2027, 4, 1), 2025, False),
        (PaperKind.TAX_NOTICE, date(2027, 6, 30), 2025, True),
        (PaperKind.TAX_NOTICE, date(2027, 7, 1), 2025, False),
        (PaperKind.TAX_NOTICE, date(2027, 7, 1), 2028, False),
    ],
)
def test_the_latest_period_turns_on_its_day(
    kind: PaperKind, on: date, year: int, *, passes: bool
) -> None:
    finding = found("LEND-006", Paper("x", kind, year=year), on)
    assert finding.passes is passes
    assert finding.code == ("" if passes else "SCR-104")


@given(st.sampled_from(sorted(oracle.ANNUAL)), st.integers(2008, 2032), DAYS)
def test_latest_periods_agree_with_the_oracle(kind: str, year: int, on: date) -> None:
    finding = found("LEND-006", Paper("x", PaperKind(kind), year=year), on)
    assert finding.passes is oracle.accepts_year(kind, year, on)


@given(st.sets(st.integers(0, 40), min_size=1, max_size=8), DAYS)
def test_latest_months_agree_with_the_oracle(back: set[int], on: date) -> None:
    months = {divmod(on.year * 12 + on.month - 1 - each, 12) for each in back}
    dates = [date(year, month + 1, 25) for year, month in months]
    paper = Paper("x", PaperKind.PAY_SLIPS, slips=tuple(Slip(each, 1) for each in dates))
    wanted = oracle.accepts_months({(each.year, each.month) for each in dates}, on)
    assert found("LEND-006", paper, on).passes is wanted


@given(st.integers(2008, 2031), DAYS)
def test_an_older_paper_never_helps(year: int, on: date) -> None:
    newer = found("LEND-006", slip_of(year), on).passes
    older = found("LEND-006", slip_of(year - 1), on).passes
    assert newer or not older or year > on.year


def test_what_is_not_known_of_a_paper_never_passes() -> None:
    for kind in PaperKind:
        judged = judge(Paper("x", kind), SAME, setting())
        if kind is PaperKind.PENSION_CERTIFICATE:
            assert all(one.passes for one in judged)
        else:
            assert not all(one.passes for one in judged), kind


# ------------------------------------------------------------------------------------- LEND-007
@pytest.mark.rule("LEND-007")
def test_an_old_slip_passes_while_the_new_employer_has_not_paid_twice() -> None:
    changed = Employment(
        "call", date(2026, 10, 15), new_confirmed_on=date(2026, 11, 5), months_paid=1
    )
    assert found("LEND-007", slip_of(2025), employment=changed).passes
    twice = replace(changed, months_paid=2)
    assert found("LEND-007", slip_of(2025), employment=twice).code == "SCR-108"
    unknown = replace(changed, months_paid=None)
    assert found("LEND-007", slip_of(2025), employment=unknown).outcome is Outcome.UNKNOWN


@pytest.mark.rule("LEND-007")
@pytest.mark.parametrize(
    "confirmed_on", [None, date(2026, 11, 11)], ids=["not confirmed", "a day later"]
)
def test_an_old_slip_is_refused_where_the_new_employer_is_not_confirmed(
    confirmed_on: date | None,
) -> None:
    changed = Employment("call", date(2026, 10, 15), new_confirmed_on=confirmed_on, months_paid=0)
    assert found("LEND-007", slip_of(2025), employment=changed).outcome is Outcome.FAIL


@pytest.mark.rule("LEND-007")
def test_slips_of_after_the_change_pass_and_of_before_are_refused() -> None:
    changed = Employment("call", date(2026, 9, 1), months_paid=2)
    assert found("LEND-007", pay(9, 10), employment=changed).passes
    late = replace(changed, changed_on=date(2026, 10, 1))
    assert found("LEND-007", pay(9, 10), employment=late).outcome is Outcome.FAIL


def test_another_change_of_means_has_no_exception() -> None:
    retired = Employment(
        "call", date(2026, 10, 15), is_employer=False, new_confirmed_on=ON, months_paid=0
    )
    assert found("LEND-007", slip_of(2025), employment=retired).outcome is Outcome.FAIL


def test_a_pension_does_not_change_with_an_employer() -> None:
    changed = Employment("call", date(2026, 10, 15), months_paid=5)
    paper = Paper("n", PaperKind.PENSION_NOTICE, IncomeKind.PENSION, year=2025)
    assert found("LEND-007", paper, employment=changed).passes
    assert found("LEND-007", slip_of(2025), employment=None).outcome is Outcome.UNKNOWN


# ------------------------------------------------------------------------------------- LEND-012
@pytest.mark.rule("LEND-012")
@pytest.mark.parametrize(("on", "passes"), [(date(2027, 1, 20), True), (date(2027, 1, 21), False)])
def test_held_evidence_counts_three_years(on: date, *, passes: bool) -> None:
    paper = replace(slip_of(2023), issued_on=date(2024, 1, 20))
    assert held(paper, on).passes is passes


@pytest.mark.rule("LEND-012")
@pytest.mark.parametrize(
    ("confirmed_on", "passes"),
    [
        (date(2026, 1, 19), False), (date(2026, 1, 20), True),
        (date(2027, 1, 19), True), (date(2027, 1, 20), False),
    ],
)  # fmt: skip
def test_held_evidence_counts_five_where_the_employer_was_confirmed_in_the_third_year(
    confirmed_on: date, *, passes: bool
) -> None:
    paper = replace(slip_of(2023), issued_on=date(2024, 1, 20))
    employment = Employment("call", confirmed_on=(confirmed_on,))
    assert held(paper, date(2029, 1, 20), employment).passes is passes
    assert not held(paper, date(2029, 1, 21), employment).passes


def test_the_age_of_a_return_counts_from_its_filing_if_that_was_in_time() -> None:
    paper = Paper(
        "r", PaperKind.TAX_RETURN, IncomeKind.BUSINESS, year=2022, issued_on=date(2023, 6, 1),
        filed_on=date(2023, 3, 10), is_filed_in_time=True,
    )  # fmt: skip
    assert held(paper, date(2026, 3, 10)).passes
    assert not held(paper, date(2026, 3, 11)).passes
    assert held(replace(paper, is_filed_in_time=False), date(2026, 6, 1)).passes
    assert held(replace(paper, is_filed_in_time=None), date(2023, 7, 1)).outcome is Outcome.UNKNOWN


def test_a_pension_certificate_has_no_age() -> None:
    paper = Paper("c", PaperKind.PENSION_CERTIFICATE, IncomeKind.PENSION)
    assert held(paper, date(2030, 1, 1)).passes


@given(DAYS, st.lists(DAYS, max_size=3), DAYS)
def test_ages_agree_with_the_oracle(issued_on: date, confirmed: list[date], on: date) -> None:
    paper = replace(slip_of(2020), issued_on=issued_on)
    employment = Employment("call", confirmed_on=tuple(confirmed))
    assert held(paper, on, employment).passes is oracle.still_counts(issued_on, confirmed, on)


@given(DAYS, st.integers(1, 400), DAYS)
def test_evidence_held_longer_never_counts_more(issued_on: date, older: int, on: date) -> None:
    newer = replace(slip_of(2020), issued_on=issued_on)
    before = replace(newer, issued_on=issued_on - timedelta(days=older))
    assert held(newer, on).passes or not held(before, on).passes or issued_on > on


# ------------------------------------------------------------------------------------- LEND-008
def income(*papers: Paper, on: date = ON) -> int | None:
    employments: dict[Whose, Employment | None] = {Whose.APPLICANT: SAME}
    return annual_income(papers, employments, setting(on), LocalTaxMethod(100_000, 5_000)).yen


@pytest.mark.rule("LEND-008")
def test_the_average_of_two_months_times_twelve() -> None:
    paper = replace(pay(), slips=(*slips(9, pay_yen=280_000), *slips(10)))
    assert income(paper) == 3_480_000


@pytest.mark.rule("LEND-008")
def test_a_bonus_counts_where_a_paper_shows_it_within_a_year() -> None:
    paper = replace(pay(9, 10), bonuses=(Bonus(date(2025, 11, 10), 400_000),))
    assert income(paper) == 3_600_000 + 400_000
    too_old = replace(paper, bonuses=(Bonus(date(2025, 11, 9), 400_000),))
    later = replace(paper, bonuses=(Bonus(date(2026, 11, 11), 400_000),))
    assert income(too_old) == income(later) == 3_600_000


@pytest.mark.rule("LEND-008")
def test_a_bonus_that_no_paper_shows_is_not_assumed() -> None:
    assert income(pay(9, 10, pay_yen=290_000)) == 290_000 * 12 != 290_000 * 14


@pytest.mark.rule("LEND-008")
def test_winnings_do_not_count() -> None:
    paper = replace(slip_of(2025), income=IncomeKind.OTHER)
    result = annual_income([paper], {Whose.APPLICANT: SAME}, setting())
    assert result.yen is None
    assert result.findings[-1].code == "SCR-109"


@pytest.mark.parametrize("kind", [IncomeKind.RENT, IncomeKind.BUSINESS])
def test_rent_and_business_count_where_a_person_found_them_steady(kind: IncomeKind) -> None:
    paper = Paper("r", PaperKind.TAX_RETURN, kind, year=2025, annual_yen=2_000_000)
    outcomes = {}
    for steady in (True, False, None):
        read = replace(paper, is_steady=steady)
        result = annual_income([read], {Whose.APPLICANT: SAME}, setting())
        outcomes[steady] = (result.yen, result.findings[-1].outcome)
    assert outcomes == {
        True: (2_000_000, Outcome.PASS),
        False: (None, Outcome.FAIL),
        None: (None, Outcome.UNKNOWN),
    }


def test_several_incomes_are_added_and_one_income_on_two_papers_counts_once() -> None:
    pension = Paper(
        "n", PaperKind.PENSION_NOTICE, IncomeKind.PENSION, "pension", year=2025, annual_yen=900_000
    )
    assert income(slip_of(2025), pension) == 4_900_000
    again = replace(slip_of(2025), source="t", kind=PaperKind.TAX_NOTICE, annual_yen=3_900_000)
    assert income(slip_of(2025), again) == 3_900_000  # of equally new ones the lowest
    assert income(slip_of(2025), pay(9, 10)) == 3_600_000  # the newer one, lower or higher
    assert income(slip_of(2025), pay(9, 10, pay_yen=400_000)) == 4_800_000


def test_local_tax_gives_an_income_that_is_at_least_so_high() -> None:
    paper = replace(pay(), slips=(Slip(date(2026, 10, 25), 300_000, 14_000),))
    result = annual_income(
        [paper], {Whose.APPLICANT: SAME}, setting(), LocalTaxMethod(100_000, 5_000)
    )
    assert [part.method for part in result.parts] == [Method.LOCAL_TAX]
    assert result.yen == (14_000 * 12 - 5_000) * 10
    assert annual_income([paper], {Whose.APPLICANT: SAME}, setting()).yen is None


@given(
    st.lists(st.integers(0, 2_000_000), min_size=2, max_size=12),
    st.lists(st.tuples(st.dates(date(2025, 1, 1), ON), st.integers(0, 3_000_000)), max_size=4),
)
def test_incomes_of_slips_agree_with_the_oracle(
    pays: list[int], bonuses: list[tuple[date, int]]
) -> None:
    days = [
        date(2026 - (0 if back < 10 else 1), (9 - back) % 12 + 1, 25) for back in range(len(pays))
    ]
    paper = Paper(
        "p", PaperKind.PAY_SLIPS,
        slips=tuple(Slip(on, each) for on, each in zip(days, pays, strict=True)),
        bonuses=tuple(Bonus(on, each) for on, each in bonuses),
    )  # fmt: skip
    assert income(paper) == oracle.year_of_slips(pays, bonuses, ON)


def test_a_check_of_an_open_line_may_use_what_a_new_contract_may_not() -> None:
    paper = replace(slip_of(2023), issued_on=date(2024, 1, 20))
    employments: dict[Whose, Employment | None] = {Whose.APPLICANT: SAME}
    assert annual_income([paper], employments, setting()).yen is None
    watched = annual_income([paper], employments, setting(purpose=Purpose.MONITORING))
    assert watched.yen == 4_000_000
    assert {one.rule_id for one in watched.findings} == {
        "LEND-005", "LEND-012", "LEND-007", "LEND-008",
    }  # fmt: skip


@given(st.integers(0, 5_000_000), st.integers(0, 100_000))
def test_more_pay_never_makes_less_income(pay_yen: int, more: int) -> None:
    lower, higher = income(pay(9, 10, pay_yen=pay_yen)), income(pay(9, 10, pay_yen=pay_yen + more))
    assert lower is not None
    assert higher is not None
    assert lower <= higher
