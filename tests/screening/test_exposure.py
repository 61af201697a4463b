"""What is lent and may be lent: sums, thresholds, the third, self-exclusion, records."""

from __future__ import annotations

import time
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.screening import capacity_oracle as oracle

from motocho.screening.capacity import (
    BureauAnswer,
    ContractKind,
    Cut,
    Ending,
    Exposure,
    Filed,
    Known,
    Lent,
    OtherBalance,
    Outcome,
    OwnContract,
    SelfExclusion,
    Third,
    check_restored,
    check_self_exclusion,
    check_third,
    evidence_due_on,
    evidence_need,
    exposure,
    law_of,
    monitoring_kept_until,
    old_evidence_kept_until,
    survey_kept_until,
    third_of,
)
from motocho.screening.thirds import Columns, third_of_many
from motocho.units.errors import BrokenInvariant, LawGap

ON = date(2026, 11, 10)
LAW = law_of(ON)
YEN = st.integers(0, 5_000_000)


def bureau(*others: OtherBalance) -> BureauAnswer:
    return BureauAnswer("B1", ON, is_designated=True, others=others)


def line(limit_yen: int, shown_yen: int | None = None, **more: object) -> OwnContract:
    return OwnContract("A", ContractKind.REVOLVING, 0, limit_yen, shown_yen, **more)  # type: ignore[arg-type]


# ------------------------------------------------------------------------------- what counts
def test_a_line_counts_at_its_limit_or_the_lower_one_shown_and_another_loan_at_its_balance() -> (
    None
):
    assert line(500_000).counted_yen == 500_000
    assert line(500_000, 300_000).counted_yen == 300_000
    assert line(500_000, 700_000).counted_yen == 500_000
    assert OwnContract("T", ContractKind.TERM, 123_456, 900_000).counted_yen == 123_456


def test_of_others_only_loans_of_money_lenders_count() -> None:
    others = [OtherBalance(each.value, 100_000, each) for each in Lent]
    assert exposure((), bureau(*others)).others_yen == 100_000


def test_excluded_loans_are_left_out_of_the_third_and_not_of_the_need_for_evidence() -> None:
    home = OwnContract("H", ContractKind.TERM, 20_000_000, is_excluded=True)
    car = OtherBalance("car", 1_000_000, is_excluded=True)
    lent = exposure([home], bureau(car))
    assert (lent.own_yen, lent.own_third_yen) == (20_000_000, 0)
    assert (lent.others_yen, lent.others_third_yen) == (1_000_000, 0)
    assert evidence_need(10_000, lent, LAW).outcome is Outcome.FAIL
    third = third_of(3_000_000, lent, LAW)
    assert third is not None
    assert third.allows(1_000_000)


@given(st.lists(st.tuples(st.sampled_from(["revolving", "term"]), YEN, YEN, st.none() | YEN)))
def test_own_sums_agree_with_the_oracle(rows: list[tuple[str, int, int, int | None]]) -> None:
    own = [
        OwnContract(str(place), ContractKind(kind), balance, limit, shown)
        for place, (kind, balance, limit, shown) in enumerate(rows)
    ]
    wanted = sum(
        oracle.counted({"kind": kind, "balance": balance, "limit": limit, "shown": shown})
        for kind, balance, limit, shown in rows
    )
    assert exposure(own, None).own_yen == wanted


# ------------------------------------------------------------------------ LEND-003, LEND-004
@pytest.mark.rule("LEND-003")
@pytest.mark.parametrize(("asked", "needed"), [(500_000, False), (500_001, True), (510_000, True)])
def test_evidence_is_needed_above_500_000_yen_with_us(asked: int, *, needed: bool) -> None:
    need = evidence_need(asked, exposure((), bureau()), LAW)
    assert (need.outcome is Outcome.FAIL) is needed
    assert need.findings[0].outcome is (Outcome.FAIL if needed else Outcome.PASS)
    assert need.most_without_yen == 500_000


@pytest.mark.rule("LEND-003")
def test_a_second_contract_is_added_at_its_limit() -> None:
    lent = exposure([line(250_000)], bureau())
    assert evidence_need(250_000, lent, LAW).outcome is Outcome.PASS
    assert evidence_need(300_000, lent, LAW).findings[0].code == "SCR-115"
    assert evidence_need(0, lent, LAW).most_without_yen == 250_000


@pytest.mark.rule("LEND-004")
@pytest.mark.parametrize(("others", "needed"), [(700_000, False), (700_001, True)])
def test_evidence_is_needed_above_1_000_000_yen_in_all(others: int, *, needed: bool) -> None:
    need = evidence_need(300_000, exposure((), bureau(OtherBalance("x", others))), LAW)
    assert (need.outcome is Outcome.FAIL) is needed
    assert need.findings[1].code == ("SCR-116" if needed else "")


@pytest.mark.rule("LEND-004")
def test_banks_and_shopping_do_not_count_and_an_answer_is_needed() -> None:
    others = bureau(OtherBalance("bank", 5_000_000, Lent.BANK))
    assert evidence_need(300_000, exposure((), others), LAW).outcome is Outcome.PASS
    need = evidence_need(300_000, exposure((), None), LAW)
    assert (need.outcome, need.findings[1].code) == (Outcome.UNKNOWN, "SCR-113")
    assert need.most_without_yen is None


@given(YEN, YEN, YEN)
def test_needs_agree_with_the_oracle(own: int, others: int, asked: int) -> None:
    need = evidence_need(asked, Exposure(own, own, others, others), LAW)
    assert (need.outcome is Outcome.FAIL) is oracle.needs_paper(own + asked, others)
    most = need.most_without_yen
    assert most is not None
    assert not most or not oracle.needs_paper(own + most, others)
    assert oracle.needs_paper(own + most + 1, others)


# --------------------------------------------------------------------------------- LEND-009
@pytest.mark.rule("LEND-009")
@pytest.mark.parametrize(("others", "passes"), [(500_000, True), (500_001, False)])
def test_a_third_itself_passes_and_one_yen_more_is_refused(others: int, *, passes: bool) -> None:
    lent = exposure((), bureau(OtherBalance("x", others)))
    finding = check_third(500_000, Known("income_yen", 3_000_000, "w1"), lent, LAW)
    assert finding.passes is passes
    assert finding.code == ("" if passes else "SCR-114")
    assert [each.name for each in finding.known] == [
        "income_yen",
        "asked_yen",
        "own_yen",
        "others_yen",
    ]


@pytest.mark.rule("LEND-009")
def test_without_an_income_or_an_answer_nothing_passes() -> None:
    nothing = check_third(10_000, Known("income_yen", None, ""), exposure((), bureau()), LAW)
    unanswered = check_third(10_000, Known("income_yen", 9_000_000, "w"), exposure((), None), LAW)
    assert (nothing.outcome, unanswered.outcome) == (Outcome.UNKNOWN, Outcome.UNKNOWN)
    assert (nothing.code, unanswered.code) == ("SCR-112", "SCR-113")


@given(st.integers(0, 30_000_000), YEN, YEN)
def test_thirds_agree_with_the_oracle(income: int, taken: int, asked: int) -> None:
    assert Third(3, income, taken).allows(asked) is oracle.within_third(income, [taken, asked])


@given(
    st.integers(0, 6_000_000), st.integers(0, 2_000_000), st.sampled_from([1_000, 10_000, 30_000])
)
def test_the_highest_limit_agrees_with_trying_each(income: int, taken: int, step: int) -> None:
    found = Third(3, income, taken).highest_yen(step, 1_500_000)
    assert found == oracle.highest(income, taken, step, 1_500_000)


@given(st.integers(0, 30_000_000), YEN, st.integers(0, 1_000_000))
def test_more_income_never_lowers_and_more_debt_never_raises(
    income: int, taken: int, more: int
) -> None:
    found = Third(3, income, taken).highest_yen(10_000, 8_000_000)
    assert Third(3, income + more, taken).highest_yen(10_000, 8_000_000) >= found
    assert Third(3, income, taken + more).highest_yen(10_000, 8_000_000) <= found


@given(st.lists(st.tuples(st.integers(0, 30_000_000), YEN, YEN, YEN), min_size=1, max_size=30))
def test_many_at_once_give_the_answers_of_one(rows: list[tuple[int, int, int, int]]) -> None:
    income, own, others, asked = (
        np.array(each, dtype=np.int64) for each in zip(*rows, strict=True)
    )
    many = third_of_many(
        Columns(income, own, others, asked), LAW, step_yen=10_000, largest_yen=8_000_000
    )
    singles = [Third(3, row[0], row[1] + row[2]) for row in rows]
    assert many.allows.tolist() == [
        one.allows(row[3]) for one, row in zip(singles, rows, strict=True)
    ]
    assert many.highest_yen.tolist() == [one.highest_yen(10_000, 8_000_000) for one in singles]


def test_a_million_lines_are_judged_within_seconds_and_an_absurd_amount_stops() -> None:
    count = 1_000_000
    column = np.arange(count, dtype=np.int64)
    began = time.monotonic()
    many = third_of_many(
        Columns(column * 9, column, column, column), LAW, step_yen=1_000, largest_yen=8_000_000
    )
    assert time.monotonic() - began < 5
    assert bool(many.allows.all())
    with pytest.raises(BrokenInvariant):
        third_of_many(
            Columns(column, column, column, column - 1), LAW, step_yen=1_000, largest_yen=1
        )


def test_before_its_commencement_there_is_no_third() -> None:
    with pytest.raises(LawGap):
        law_of(date(2010, 6, 17))
    assert law_of(date(2010, 6, 18)).parts == 3


# --------------------------------------------------------------------------------- LEND-021
def excluded(*held: SelfExclusion) -> BureauAnswer:
    return BureauAnswer("B1", ON, is_designated=True, self_exclusions=held)


@pytest.mark.rule("LEND-021")
def test_a_registration_that_has_ended_or_was_taken_back_lets_pass() -> None:
    ended = SelfExclusion(date(2021, 10, 2), date(2026, 10, 1))
    back = SelfExclusion(date(2026, 1, 1), date(2031, 1, 1), withdrawn_on=ON)
    later = SelfExclusion(ON + timedelta(days=1))
    for held in ((), (ended,), (back,), (later,)):
        assert check_self_exclusion(excluded(*held), ON, LAW).passes


@pytest.mark.rule("LEND-021")
@pytest.mark.parametrize("until_on", [ON, None, date(2031, 1, 1)])
def test_a_registration_that_holds_refuses(until_on: date | None) -> None:
    finding = check_self_exclusion(excluded(SelfExclusion(ON, until_on)), ON, LAW)
    assert (finding.outcome, finding.code) == (Outcome.FAIL, "SCR-118")


@pytest.mark.rule("LEND-021")
@pytest.mark.parametrize(
    ("held", "on", "passes"),
    [
        (SelfExclusion(date(2021, 11, 9)), date(2026, 11, 9), False),
        (SelfExclusion(date(2021, 11, 9)), date(2026, 11, 10), True),
        (SelfExclusion(date(2026, 8, 11), withdrawn_on=date(2026, 9, 1)), date(2026, 11, 10), False),
        (SelfExclusion(date(2026, 8, 11), withdrawn_on=date(2026, 9, 1)), date(2026, 11, 11), True),
        (
            SelfExclusion(date(2026, 8, 11), withdrawn_on=date(2026, 9, 1), filed=Filed.OTHER),
            date(2026, 9, 1), True,
        ),
    ],
    ids=["five years", "a day more", "within three months", "three months", "filed by family"],
)  # fmt: skip
def test_how_long_a_registration_holds(held: SelfExclusion, on: date, *, passes: bool) -> None:
    assert check_self_exclusion(excluded(held), on, law_of(on)).passes is passes


@pytest.mark.rule("LEND-021")
def test_what_was_not_asked_of_the_bureau_is_not_known() -> None:
    for answer in (None, bureau()):
        assert check_self_exclusion(answer, ON, LAW).outcome is Outcome.UNKNOWN


# ------------------------------------------------------------------------ put back, and records
@pytest.mark.parametrize(
    ("cut", "asked", "passes"),
    [
        (Cut(500_000, for_unreachable=True, for_capacity=False, reached_on=ON), 500_000, True),
        (Cut(500_000, for_unreachable=True, for_capacity=False, reached_on=ON), 500_001, False),
        (Cut(500_000, for_unreachable=True, for_capacity=True, reached_on=ON), 500_000, False),
        (Cut(500_000, for_unreachable=False, for_capacity=False, reached_on=ON), 500_000, False),
        (Cut(500_000, for_unreachable=True, for_capacity=False, reached_on=None), 500_000, False),
        (
            Cut(
                500_000, for_unreachable=True, for_capacity=False, reached_on=ON + timedelta(days=1)
            ),
            500_000,
            False,
        ),
    ],
)
def test_a_limit_is_put_back_without_a_survey_only_after_a_cut_for_being_out_of_reach(
    cut: Cut, asked: int, *, passes: bool
) -> None:
    assert check_restored(cut, asked, ON).passes is passes


@pytest.mark.rule("LEND-017")
def test_a_survey_is_kept_until_contract_and_claims_have_ended() -> None:
    revolving, term = ContractKind.REVOLVING, ContractKind.TERM
    ended, paid = date(2030, 1, 1), date(2031, 5, 5)
    assert survey_kept_until(Ending(revolving)) is None
    assert survey_kept_until(Ending(revolving, extinguished_on=paid)) is None
    assert survey_kept_until(Ending(revolving, ended)) == ended
    assert survey_kept_until(Ending(revolving, ended, date(2035, 1, 1), paid)) == paid
    assert survey_kept_until(Ending(revolving, ended, date(2035, 1, 1))) == date(2035, 1, 1)
    assert survey_kept_until(Ending(term, last_due_on=ended)) == ended
    assert survey_kept_until(Ending(term, last_due_on=ended, extinguished_on=paid)) == paid


@pytest.mark.rule("LEND-017")
def test_records_of_monitoring_are_kept_three_years_and_old_evidence_five_from_its_issue() -> None:
    assert monitoring_kept_until(date(2024, 2, 29), LAW) == date(2027, 2, 28)
    assert old_evidence_kept_until(date(2023, 10, 1), LAW) == date(2028, 10, 1)


# --------------------------------------------------------------------------------- LEND-024
@pytest.mark.rule("LEND-024")
def test_a_relief_in_force_lengthens_the_time_for_who_is_named() -> None:
    assert evidence_due_on(date(2024, 7, 31), ["noto_2024"]) == date(2025, 1, 31)
    assert evidence_due_on(date(2024, 1, 17), ["noto_2024"]) == date(2024, 7, 17)


@pytest.mark.rule("LEND-024")
@pytest.mark.parametrize(
    ("on", "named"),
    [
        (date(2024, 8, 1), ["noto_2024"]), (date(2024, 1, 16), ["noto_2024"]),
        (date(2024, 7, 31), []), (date(2024, 7, 31), ["flood_of_nowhere"]),
        (date(2020, 8, 1), ["rain_2020"]),
    ],
    ids=["a day after", "a day before", "not named", "not known", "its days were not read"],
)  # fmt: skip
def test_without_a_relief_the_ordinary_time_holds(on: date, named: list[str]) -> None:
    assert evidence_due_on(on, named) == evidence_due_on(on, [])
    assert evidence_due_on(on, named) < oracle.anniversary(on, 1)
