"""What bureau and book say becomes facts, and a decision becomes the survey the book asks for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from tests.database import Database
from tests.loans.desk import Desk
from tests.screening.facts import POLICY, SLIP, application, decided

from motocho.kernel.schedule import Scheme
from motocho.law.lending import PaperKind, Shown
from motocho.loans import commands, queries
from motocho.loans.commands import BureauAnswer, Evidence, Exceptional, Opening
from motocho.loans.monitoring import Income
from motocho.outside.bureau import (
    Declarer,
    Excepted,
    Found,
    LenderKind,
    Loan,
    Person,
    SelfExclusion,
)
from motocho.screening.bureau import answers
from motocho.screening.capacity import Cost as UrgentCost
from motocho.screening.capacity import (
    Exposure,
    Filed,
    Special,
    Spouse,
    Urgency,
    Urgent,
    exposure,
)
from motocho.screening.decision import Verdict, decide
from motocho.screening.gathering import bureau_answer, surveyed
from motocho.units.errors import BrokenInvariant

DAY = date(2026, 11, 10)
OURS = "1234567"
SOMEBODY = Person("ｺｳﾉ ﾊﾅｺ", "甲野花子", date(1990, 5, 5))


def loan(balance_yen: int = 100_000, **change: object) -> Loan:
    one = Loan(
        "7654321", LenderKind.MONEY_LENDER, DAY, 300_000, 300_000, balance_yen, is_late=False,
        long_delay_on=None, excepted=Excepted.NEITHER, as_of_on=DAY,
    )  # fmt: skip
    return replace(one, **change)  # type: ignore[arg-type]


LOANS = st.lists(
    st.builds(
        lambda balance, kind, excepted, ours: loan(
            balance, kind=kind, excepted=excepted, lender_code=OURS if ours else "7654321"
        ),
        st.integers(0, 3_000_000), st.sampled_from(LenderKind), st.sampled_from(Excepted), st.booleans(),
    )
)  # fmt: skip


@given(LOANS)
def test_the_sum_of_the_third_is_the_one_the_bureau_room_keeps(loans: list[Loan]) -> None:
    """Two routes to one number: the balances one by one, and the sum that the book is given."""
    found = Found(SOMEBODY, tuple(loans))
    told = bureau_answer("B1", DAY, found, OURS)
    lent = exposure((), told)
    assert lent.others_third_yen == answers.others_yen(found, OURS)
    excluded = sum(
        one.balance_yen
        for one in loans
        if one.excepted is Excepted.EXCLUDED
        and one.kind is LenderKind.MONEY_LENDER
        and one.lender_code != OURS
    )
    assert lent.others_yen == answers.others_yen(found, OURS) + excluded


def test_what_stands_beside_the_balances_is_told_and_our_own_lines_are_left_out() -> None:
    wish = SelfExclusion(date(2026, 1, 1), date(2030, 12, 31), Declarer.FAMILY)
    found = Found(
        SOMEBODY,
        (
            loan(is_late=True, excepted=Excepted.EXCEPTION),
            loan(long_delay_on=DAY, is_disputed=True),
            loan(lender_code=OURS, is_late=True, long_delay_on=DAY),
        ),
        (wish,),
        asked_lately=3,
    )
    told = bureau_answer("B1", DAY, found, OURS)
    assert told.strain is not None
    assert (told.strain.is_late, told.strain.long_delays) == (True, 1)
    assert (told.strain.asked_lately, told.strain.is_disputed) == (3, True)
    assert [one.urgency for one in told.others] == [Urgency.URGENT, Urgency.ORDINARY]
    assert told.self_exclusions is not None
    assert [(one.until_on, one.filed) for one in told.self_exclusions] == [
        (date(2030, 12, 31), Filed.OTHER)
    ]
    assert decided(application(bureau=told)).verdict is Verdict.REFUSE


def test_who_is_not_held_by_the_bureau_owes_nothing_and_was_asked_about() -> None:
    told = bureau_answer("B1", DAY, None, OURS)
    assert (told.others, told.self_exclusions) == ((), ())
    assert decided(application(bureau=told)).verdict is Verdict.OFFER


# ------------------------------------------------------------------------------- into the book
@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk()


@pytest.mark.rule("LEND-009")
def test_a_decision_becomes_a_survey_by_which_an_agreement_opens(desk: Desk) -> None:
    others = loan(550_000)
    told = bureau_answer("B1", DAY, Found(SOMEBODY, (others,)), OURS)
    facts = application(800_000, papers=(replace(SLIP, annual_yen=3_000_000),), bureau=told)
    decision = decide(facts, POLICY, DAY)
    assert decision.offer is not None
    assert decision.offer.limit_yen == 450_000  # the third leaves no more
    with transaction.atomic(), connection.cursor() as cursor:
        made = desk.made(DAY)
        commands.record_bureau_answer(
            cursor, desk.member_id, BureauAnswer(DAY, 550_000, "B1"), made
        )
        shown = Evidence(Income(DAY, 3_000_000, Shown(PaperKind.PAY_SLIPS, DAY)), SLIP.source)
        commands.record_income(cursor, desk.member_id, shown, made)
        said = queries.newest_answer(cursor, desk.member_id)
        evidence = queries.newest_income(cursor, desk.member_id)
    assert said is not None
    wanted = surveyed(decision, said, "decision-1", evidence)
    number = desk.do(commands.surveys.make, desk.member_id, wanted, desk.made(DAY))
    opening = Opening("card", 450_000, Scheme.EVERY_35_DAYS, survey_id=number)
    key = desk.do(commands.open_agreement, desk.member_id, opening, desk.made(DAY)).key
    assert key.member_id == desk.member_id


def test_an_exception_is_named_as_the_book_names_it() -> None:
    said = queries.BureauSaid(1, DAY, 0)
    spouse = Spouse(
        "doc-7", ("relation_certificate", "spouse_consent"), consents=True, income_yen=3_000_000,
        lent=Exposure(0, 0, 0, 0),
    )  # fmt: skip
    decision = decided(application(1_500_000, papers=(SLIP,), special=Special(spouse=spouse)))
    assert surveyed(decision, said, "d").exceptional == (Exceptional.SPOUSE, "doc-7")
    abroad = Urgent(
        "doc-8", UrgentCost.ABROAD, DAY, DAY, ("bureau_record", "abroad_record"), is_urgent=True,
        is_handed_over_abroad=True, is_within_capacity=True,
    )  # fmt: skip
    poor = replace(SLIP, annual_yen=100_000)
    decision = decided(application(100_000, papers=(poor,), special=Special(urgent_need=abroad)))
    assert surveyed(decision, said, "d").exceptional == (Exceptional.URGENT_NEED, "doc-8")
    assert surveyed(decided(application()), said, "d").exceptional is None
    with pytest.raises(BrokenInvariant):
        surveyed(decided(application(510_000)), said, "d")
