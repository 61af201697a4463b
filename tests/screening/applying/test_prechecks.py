"""The check before an application, against the decision itself: another way to the same answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.screening.facts import BUREAU, CALM, ON, POLICY, SLIP, application, decided, who

from motocho.screening.applying import Answer, Late, PrecheckTold, precheck
from motocho.screening.capacity import OtherBalance
from motocho.screening.decision import Decision, Verdict

MAN = 10_000
TOLD = PrecheckTold(35, 3_000_000, 400_000, 300_000)


def codes(told: PrecheckTold) -> tuple[list[str], list[str]]:
    found = precheck(told, POLICY, ON)
    return [one.code for one in found.against], [one.code for one in found.papers]


def as_decided(told: PrecheckTold, *, has_paper: bool) -> Decision:
    """The same answers as facts of an application of which all else is known and good."""
    strain = replace(CALM, is_late=told.late is Late.YES)
    bureau = replace(BUREAU, others=(OtherBalance("7777", told.others_yen),), strain=strain)
    born_on = date(ON.year - told.age, 1, 1)
    applicant = who(born_on=born_on, stated_income_yen=told.income_yen)
    papers = (replace(SLIP, annual_yen=told.income_yen),) if has_paper else ()
    facts = application(told.wanted_yen, applicant=applicant, bureau=bureau, papers=papers)
    return decided(facts)


def agrees(told: PrecheckTold) -> None:
    """What the check says is what the decision says: with a paper, and without one."""
    found = precheck(told, POLICY, ON)
    whole, bare = (as_decided(told, has_paper=has) for has in (True, False))
    offered = None if whole.offer is None else whole.offer.limit_yen
    assert (found.answer is Answer.NOT_NOW) == (whole.verdict is Verdict.REFUSE), told
    if found.answer is Answer.NOT_NOW:
        return
    wanted = Verdict.REFER if found.answer is Answer.PERSON else Verdict.OFFER
    assert whole.verdict is wanted, told
    assert offered == min(told.wanted_yen, found.highest_yen), told
    is_lower = offered < told.wanted_yen
    assert found.answer is Answer.PERSON or (found.answer is Answer.LOWER) == is_lower, told
    if not is_lower:
        assert bool(found.papers) == (bare.verdict is Verdict.NEEDS), told


@pytest.mark.rule("LEND-009")
@pytest.mark.parametrize(("income_yen", "others_yen", "answer", "highest_yen"), [
    (2_100_000, 400_000, Answer.MAY_APPLY, 30 * MAN),
    (2_100_001, 400_000, Answer.MAY_APPLY, 30 * MAN),
    (2_099_999, 400_000, Answer.LOWER, 29 * MAN),
    (2_100_000, 399_999, Answer.MAY_APPLY, 30 * MAN),
    (2_100_000, 400_001, Answer.LOWER, 29 * MAN),
    (2_100_000, 690_000, Answer.LOWER, MAN),
    (2_100_000, 690_001, Answer.NOT_NOW, 0),
    (0, 0, Answer.NOT_NOW, 0),
])  # fmt: skip
def test_third_to_the_yen(
    income_yen: int, others_yen: int, answer: Answer, highest_yen: int
) -> None:
    told = replace(TOLD, income_yen=income_yen, others_yen=others_yen)
    found = precheck(told, POLICY, ON)
    assert (found.answer, found.highest_yen) == (answer, highest_yen)
    assert ("SCR-114" in [one.code for one in found.against]) == (answer is not Answer.MAY_APPLY)
    agrees(told)


@pytest.mark.rule("LEND-003")
@pytest.mark.rule("LEND-004")
@pytest.mark.parametrize(("wanted_yen", "others_yen", "papers"), [
    (50 * MAN, 0, []),
    (51 * MAN, 0, ["SCR-115"]),
    (50 * MAN, 50 * MAN, []),
    (50 * MAN, 50 * MAN + 1, ["SCR-116"]),
    (50 * MAN, 50 * MAN - 1, []),
    (60 * MAN, 60 * MAN, ["SCR-115", "SCR-116"]),
])  # fmt: skip
def test_papers_are_asked_for_above_the_sums_of_the_law(
    wanted_yen: int, others_yen: int, papers: list[str]
) -> None:
    told = PrecheckTold(35, 9_000_000, others_yen, wanted_yen)
    assert codes(told) == ([], papers)
    agrees(told)


@pytest.mark.rule("LEND-018")
@pytest.mark.parametrize(("age", "against", "papers"), [
    (17, ["SCR-131"], ["SCR-132"]),
    (18, [], ["SCR-132"]),
    (19, [], ["SCR-132"]),
    (20, [], []),
    (72, [], []),
    (73, ["SCR-134"], []),
])  # fmt: skip
def test_ages_of_law_and_house(age: int, against: list[str], papers: list[str]) -> None:
    told = replace(TOLD, age=age)
    assert codes(told) == (against, papers)
    agrees(told)


@pytest.mark.parametrize(("wanted_yen", "is_good"), [
    (MAN - 1, False), (MAN, True), (MAN + 1, False), (800 * MAN, True), (801 * MAN, False),
])  # fmt: skip
def test_amounts_of_the_product_in_the_house_s_steps(wanted_yen: int, *, is_good: bool) -> None:
    told = PrecheckTold(35, 90_000_000, 0, wanted_yen)
    assert ("SCR-138" not in codes(told)[0]) == is_good
    agrees(told)


def test_amount_that_the_third_lowers_is_judged_as_it_is_lowered() -> None:
    told = PrecheckTold(18, 1_320_000, 430_000, MAN + 1)
    assert precheck(told, POLICY, ON).answer is Answer.LOWER
    agrees(told)
    agrees(PrecheckTold(35, 24_000_000, 0, 900 * MAN + 1))


def test_who_is_late_now_meets_a_person_and_is_refused_nothing() -> None:
    found = precheck(replace(TOLD, late=Late.YES), POLICY, ON)
    assert (found.answer, found.against) == (Answer.PERSON, ())
    agrees(replace(TOLD, late=Late.YES))


def test_what_needs_no_paper_and_what_is_left_are_told_to_the_yen() -> None:
    found = precheck(TOLD, POLICY, ON)
    assert (found.third.base_yen, found.room_yen) == (1_000_000, 600_000)
    assert found.without_paper_yen == 500_000
    assert precheck(replace(TOLD, others_yen=650_001), POLICY, ON).without_paper_yen == 340_000
    assert precheck(replace(TOLD, age=19), POLICY, ON).without_paper_yen == 0


@settings(max_examples=150, deadline=None)
@given(
    st.integers(16, 75),
    st.integers(0, 900).map(lambda many: many * MAN) | st.integers(0, 9_000_000),
    st.integers(0, 300).map(lambda many: many * MAN) | st.integers(0, 3_000_000),
    st.integers(1, 90).map(lambda many: many * MAN) | st.integers(1, 900_000),
    st.sampled_from(Late),
)
def test_check_says_what_the_decision_says(
    age: int, income_yen: int, others_yen: int, wanted_yen: int, late: Late
) -> None:
    agrees(PrecheckTold(age, income_yen, others_yen, wanted_yen, late))
