"""Each threshold of lending once more, with the yen or the day beside it [境界値]."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.screening.facts import BUREAU, LINE, ON, SLIP, application, decided, increase, who

from motocho.loans.monitoring import Burden, Income, law_on, needs_evidence
from motocho.screening.capacity import OtherBalance, Outcome
from motocho.screening.decision import Decision, LineUse, Verdict

DAY = timedelta(days=1)


def outcome(decision: Decision, rule_id: str, subject: str = "") -> Outcome:
    found = [one for one in decision.findings if one.rule_id == rule_id]
    return next(one.outcome for one in found if one.subject == subject)


@pytest.mark.rule("LEND-002")
@pytest.mark.parametrize(("days_ago", "wanted"), [
    (0, Outcome.PASS), (30, Outcome.PASS), (31, Outcome.UNKNOWN), (-1, Outcome.UNKNOWN),
])  # fmt: skip
def test_a_bureaus_answer_is_as_new_as_the_house_asks(days_ago: int, wanted: Outcome) -> None:
    bureau = replace(BUREAU, answered_on=ON - days_ago * DAY)
    assert outcome(decided(application(bureau=bureau)), "LEND-002") is wanted


@pytest.mark.rule("LEND-002")
def test_an_answer_of_no_designated_bureau_or_none_lends_nothing() -> None:
    for bureau in (None, replace(BUREAU, is_designated=False)):
        decision = decided(application(bureau=bureau))
        assert outcome(decision, "LEND-002") is Outcome.UNKNOWN
        assert outcome(decision, "LEND-001") is Outcome.UNKNOWN
        assert (decision.verdict, decision.offer) == (Verdict.NEEDS, None)


@pytest.mark.rule("LEND-003")
@pytest.mark.parametrize(("beside", "needed"), [(0, False), (1, True)])
def test_own_limits_above_half_a_million_ask_for_a_paper_by_one_yen(
    beside: int, *, needed: bool
) -> None:
    """400,000 asked for beside a line of 100,000 and of 100,001."""
    line = replace(LINE, limit_yen=100_000 + beside, balance_yen=0)
    decision = decided(application(400_000, own=(line,)))
    assert (outcome(decision, "LEND-003") is Outcome.UNKNOWN) is needed


@pytest.mark.rule("LEND-004")
@pytest.mark.parametrize(("others", "needed"), [(700_000, False), (700_001, True)])
def test_everything_above_a_million_asks_for_a_paper_by_one_yen(
    others: int, *, needed: bool
) -> None:
    """What stands outside the third counts here, and does not there (10条の21)."""
    lent = (OtherBalance("x", others, is_excluded=True),)
    decision = decided(application(300_000, bureau=replace(BUREAU, others=lent)))
    assert (outcome(decision, "LEND-004") is Outcome.UNKNOWN) is needed
    assert outcome(decision, "LEND-009") is (Outcome.UNKNOWN if needed else Outcome.PASS)


@pytest.mark.rule("LEND-009")
@pytest.mark.parametrize(("income", "wanted"), [(2_400_000, 800_000), (2_399_999, 790_000)])
def test_the_third_itself_is_within_and_one_yen_less_is_not(income: int, wanted: int) -> None:
    paper = replace(SLIP, annual_yen=income)
    decision = decided(application(800_000, papers=(paper,)))
    assert decision.offer is not None
    assert decision.offer.limit_yen == wanted


@pytest.mark.rule("LEND-018")
@pytest.mark.parametrize(("born_on", "majority", "asks"), [
    (ON.replace(year=ON.year - 18), Outcome.PASS, True),
    (ON.replace(year=ON.year - 18) + DAY, Outcome.FAIL, True),
    (ON.replace(year=ON.year - 20), Outcome.PASS, False),
    (ON.replace(year=ON.year - 20) + DAY, Outcome.PASS, True),
])  # fmt: skip
def test_majority_and_the_paper_of_the_young_by_one_day(
    born_on: date, majority: Outcome, *, asks: bool
) -> None:
    decision = decided(application(100_000, applicant=who(born_on=born_on)))
    assert outcome(decision, "LEND-018", "majority") is majority
    found = [one.outcome for one in decision.findings
             if (one.rule_id, one.subject) == ("LEND-018", "evidence")]  # fmt: skip
    assert found == ([Outcome.UNKNOWN] if asks else [])


@pytest.mark.rule("LEND-023")
@pytest.mark.parametrize(("opened", "late", "use", "arrears"), [
    (date(2026, 5, 10), None, Outcome.PASS, Outcome.PASS),
    (date(2026, 5, 11), None, Outcome.FAIL, Outcome.PASS),
    (date(2025, 1, 1), date(2026, 5, 9), Outcome.PASS, Outcome.PASS),
    (date(2025, 1, 1), date(2026, 5, 10), Outcome.PASS, Outcome.FAIL),
])  # fmt: skip
def test_six_months_of_use_and_without_arrears_by_one_day(
    opened: date, late: date | None, use: Outcome, arrears: Outcome
) -> None:
    line = LineUse("book", opened, is_late=False, last_late_on=late)
    decision = decided(increase(use=line))
    assert outcome(decision, "LEND-023", "use") is use
    assert outcome(decision, "LEND-023", "arrears") is arrears


@pytest.mark.rule("LEND-012")
@pytest.mark.rule("LEND-015")
@pytest.mark.parametrize(("issued_on", "needed"), [
    (date(2023, 11, 10), False), (date(2023, 11, 9), True),
])  # fmt: skip
def test_held_evidence_counts_for_monitoring_three_years_to_the_day(
    issued_on: date, *, needed: bool
) -> None:
    found = needs_evidence(Burden(1_000_001, 0), Income(issued_on, 9_000_000), ON, law_on(ON))
    assert found is needed
