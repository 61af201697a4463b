"""No agreement and no higher limit without a survey, for commands and for raw SQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from tests.database import Database
from tests.loans.desk import CONSENT, Desk, days

from motocho.kernel.schedule import Scheme
from motocho.law.lending import PaperKind, Shown
from motocho.loans import commands, queries
from motocho.loans.commands import (
    BureauAnswer,
    Evidence,
    Exceptional,
    Key,
    Opening,
    Raise,
    Surveyed,
)
from motocho.loans.monitoring import Income
from motocho.units.errors import RefusedError

DAY = date(2026, 11, 2)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk()


def looked(desk: Desk, limit_yen: int, others_yen: int = 0, annual_yen: int = 9_000_000, *,
           paper: bool = False, **named: Any) -> Surveyed:  # fmt: skip
    """What was looked into, with the bureau's answer and the paper written first."""
    with transaction.atomic(), connection.cursor() as cursor:
        made = desk.made(DAY)
        answer = BureauAnswer(DAY, others_yen, "B-1")
        commands.record_bureau_answer(cursor, desk.member_id, answer, made)
        evidence = None
        if paper:
            shown = Evidence(Income(DAY, annual_yen, Shown(PaperKind.PAY_SLIPS, DAY)), "DOC-1")
            commands.record_income(cursor, desk.member_id, shown, made)
            evidence = queries.newest_income(cursor, desk.member_id)
        said = queries.newest_answer(cursor, desk.member_id)
        assert said is not None
        return Surveyed(limit_yen, said, annual_yen, "APP-1", evidence, **named)


def made_for(desk: Desk, wanted: Surveyed) -> int:
    number: int = desk.do(commands.surveys.make, desk.member_id, wanted, desk.made(DAY))
    return number


def opened(desk: Desk, limit_yen: int, survey_id: int | None, member_id: int = 0) -> Key:
    opening = Opening("card", limit_yen, Scheme.EVERY_35_DAYS, survey_id=survey_id)
    member = member_id or desk.member_id
    key: Key = desk.do(commands.open_agreement, member, opening, desk.made(DAY)).key
    return key


def rule_of(refused: pytest.ExceptionInfo[RefusedError]) -> str:
    return refused.value.faults[0].details["rule"]


# ------------------------------------------------------------------------------------ what is asked
@pytest.mark.rule("LEND-001")
def test_agreement_with_its_survey_opens_and_uses_it(desk: Desk) -> None:
    number = made_for(desk, looked(desk, 300_000))
    key = opened(desk, 300_000, number)
    with connection.cursor() as cursor:
        cursor.execute("SELECT agreement_id, event_no FROM loan_survey_use")
        assert cursor.fetchall() == [(key.agreement_id, 1)]


@pytest.mark.rule("LEND-001")
@pytest.mark.parametrize("case", ["none", "used", "too small", "for a rise", "of somebody else"])
def test_agreement_without_a_survey_that_covers_it_is_refused(desk: Desk, case: str) -> None:
    number: int | None = made_for(desk, looked(desk, 300_000))
    member = desk.member_id
    if case == "none":
        number = None
    elif case == "used":
        opened(desk, 10_000, number)
    elif case == "for a rise":
        key = opened(desk, 10_000, number)
        number = made_for(desk, looked(desk, 300_000, agreement_id=key.agreement_id))
    elif case == "of somebody else":
        member = desk.member()
    with pytest.raises(RefusedError) as refused:
        opened(desk, 301_000 if case == "too small" else 300_000, number, member)
    assert rule_of(refused) == "LEND-001"


def test_survey_before_another_agreement_no_longer_covers(desk: Desk) -> None:
    first, second = (made_for(desk, looked(desk, 200_000)) for _ in range(2))
    opened(desk, 200_000, first)
    with pytest.raises(RefusedError) as refused:
        opened(desk, 200_000, second)
    assert rule_of(refused) == "LEND-001"


def test_two_agreements_at_once_do_not_share_what_an_income_bears(desk: Desk) -> None:
    """Each alone is within the third, both are not: one is opened."""
    numbers = [made_for(desk, looked(desk, 300_000, annual_yen=1_000_000)) for _ in range(2)]

    def at_once(number: int) -> str:
        try:
            opened(desk, 300_000, number)
        except RefusedError as refused:
            return refused.faults[0].details["rule"]
        finally:
            connection.close()
        return "opened"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(at_once, numbers)) == ["LEND-001", "opened"]


# ------------------------------------------------------------------------------------ what it holds
@pytest.mark.parametrize(
    ("limit_yen", "others_yen", "rule"),
    [
        pytest.param(500_000, 500_000, None, marks=[pytest.mark.rule("LEND-003"), pytest.mark.rule("LEND-004")]),
        pytest.param(500_001, 0, "LEND-003", marks=pytest.mark.rule("LEND-003")),
        pytest.param(300_000, 700_000, None, marks=pytest.mark.rule("LEND-004")),
        pytest.param(300_000, 700_001, "LEND-004", marks=pytest.mark.rule("LEND-004")),
    ],
)  # fmt: skip
def test_evidence_is_asked_for_above_the_amounts(
    desk: Desk, limit_yen: int, others_yen: int, rule: str | None
) -> None:
    """貸金業法13条3項: above, not from."""
    wanted = looked(desk, limit_yen, others_yen)
    if rule is None:
        assert made_for(desk, wanted)
    else:
        with pytest.raises(RefusedError) as refused:
            made_for(desk, wanted)
        assert rule_of(refused) == rule
    assert made_for(desk, looked(desk, limit_yen, others_yen, paper=True))


def test_other_agreements_of_ours_count_at_their_limit(desk: Desk) -> None:
    opened(desk, 250_000, made_for(desk, looked(desk, 250_000)))
    assert made_for(desk, looked(desk, 250_000))
    with pytest.raises(RefusedError) as refused:
        made_for(desk, looked(desk, 251_000))
    assert rule_of(refused) == "LEND-003"


@pytest.mark.rule("LEND-009")
def test_a_third_of_the_income_exactly(desk: Desk) -> None:
    within = looked(desk, 500_000, 500_000, 3_000_000, paper=True)
    assert made_for(desk, within)
    assert made_for(desk, looked(desk, 100_000, 0, 300_000))


@pytest.mark.rule("LEND-009")
def test_one_yen_above_a_third_is_refused(desk: Desk) -> None:
    above = looked(desk, 500_000, 500_001, 3_000_000, paper=True)
    with pytest.raises(RefusedError) as refused:
        made_for(desk, above)
    assert rule_of(refused) == "LEND-009"
    shown = replace(above, exceptional=(Exceptional.STEPWISE_REFINANCE, "PLAN-1"))
    assert made_for(desk, shown)


def test_higher_limit_by_its_own_survey(desk: Desk) -> None:
    key = opened(desk, 300_000, made_for(desk, looked(desk, 300_000)))
    number = made_for(desk, looked(desk, 500_000, agreement_id=key.agreement_id))
    way = desk.made(DAY + days(1))
    done = desk.do(commands.change_limit, key, 500_000, way, Raise(CONSENT, number))
    assert done.step.state.terms.limit_yen == 500_000
    with pytest.raises(RefusedError):
        desk.do(commands.change_limit, key, 510_000, desk.made(DAY), Raise(CONSENT, number))


def test_same_reference_gives_the_same_survey(desk: Desk) -> None:
    wanted, way = looked(desk, 300_000), desk.made(DAY)
    first = desk.do(commands.surveys.make, desk.member_id, wanted, way)
    assert desk.do(commands.surveys.make, desk.member_id, wanted, way) == first


# -------------------------------------------------------------------------------------- a cut undone
def test_cut_is_undone_on_its_day_and_never_later(desk: Desk) -> None:
    key = desk.open(DAY)
    cut = desk.do(commands.change_limit, key, 100_000, desk.made(DAY))
    back = desk.do(commands.reverse, key, cut.event_no, "wrong customer", desk.made(DAY))
    assert back.step.state.terms.limit_yen == 500_000
    again = desk.do(commands.change_limit, key, 100_000, desk.made(DAY))
    with pytest.raises(RefusedError) as refused:
        desk.do(commands.reverse, key, again.event_no, "too late", desk.made(DAY + days(1)))
    assert rule_of(refused) == "LEND-001"


# ------------------------------------------------------------------------------------------ raw SQL
def refused_by(sql: str, *values: int | date) -> str:
    """The constraint that raw SQL meets, at the latest when it commits."""
    with (
        pytest.raises(IntegrityError) as refused,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, values)
    name: str = refused.value.__cause__.diag.constraint_name  # type: ignore[union-attr]
    return name


@pytest.mark.rule("LEND-001")
def test_raw_sql_raises_no_limit(desk: Desk) -> None:
    key = desk.open(DAY, 300_000)
    raise_it = "UPDATE loan_agreement SET limit_yen = %s WHERE member_id = %s"
    assert refused_by(raise_it, 301_000, key.member_id) == "loan_agreement_surveyed"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(raise_it, (299_000, key.member_id))


@pytest.mark.rule("LEND-001")
def test_raw_sql_opens_no_agreement(desk: Desk) -> None:
    desk.open(DAY, 300_000)
    copied = (
        "INSERT INTO loan_agreement (member_id, product_id, product_version, opened_on, status,"
        " ceiling_ppm, limit_yen, event_no, terms_no, state) SELECT member_id, product_id,"
        " product_version, opened_on, status, ceiling_ppm, limit_yen, 1, 0, state FROM loan_agreement"
    )
    assert refused_by(copied) == "loan_agreement_surveyed"


@pytest.mark.rule("LEND-001")
def test_a_survey_of_a_later_day_covers_nothing(desk: Desk) -> None:
    """LEND-001: on or before the signing; on its own day it does, as everywhere above."""
    wanted = looked(desk, 300_000)
    number = desk.do(commands.surveys.make, desk.member_id, wanted, desk.made(DAY + days(1)))
    with pytest.raises(IntegrityError, match="no survey that covers it"):
        opened(desk, 300_000, number)


_RAW = (
    "INSERT INTO loan_survey (member_id, made_on, limit_yen, own_others_yen, answer_id, others_yen,"
    " evidence_id, annual_yen, basis_ref, channel, external_ref, booked_at, actor)"
    " SELECT b.member_id, %s, %s, 0, b.answer_id, %s, e.evidence_id, %s, 'x', 'x', 'x', now(), 'x'"
    " FROM loan_bureau_answer b LEFT JOIN loan_income_evidence e USING (member_id)"
)


@pytest.mark.parametrize(
    ("on", "limit_yen", "others_yen", "annual_yen", "is_shown", "constraint"),
    [
        (DAY, 300_000, 1, 9_000_000, False, "loan_survey_true"),
        (DAY - days(1), 300_000, 0, 9_000_000, False, "loan_survey_true"),
        (DAY, 300_000, 0, 9_000_001, True, "loan_survey_true"),
        (DAY, 500_001, 0, 9_000_000, False, "loan_survey_evidence"),
        (DAY, 300_001, 0, 900_000, False, "loan_survey_third"),
    ],
)
def test_raw_sql_writes_no_untrue_survey(
    desk: Desk, on: date, limit_yen: int, others_yen: int, annual_yen: int, *, is_shown: bool, constraint: str
) -> None:  # fmt: skip
    looked(desk, 300_000, paper=is_shown)
    assert refused_by(_RAW, on, limit_yen, others_yen, annual_yen) == constraint


@pytest.mark.rule("LEND-002")
def test_survey_rests_on_a_bureaus_answer(desk: Desk) -> None:
    number = made_for(desk, looked(desk, 300_000))
    with connection.cursor() as cursor:
        cursor.execute("SELECT answer_id FROM loan_survey WHERE survey_id = %s", (number,))
        assert cursor.fetchone() is not None


@pytest.mark.rule("LEND-002")
def test_survey_without_a_bureaus_answer_is_refused(desk: Desk) -> None:
    without = _RAW.replace("b.answer_id", "NULL")
    looked(desk, 300_000)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(without, (DAY, 300_000, 0, 9_000_000))


@pytest.mark.rule("LEND-017")
@pytest.mark.parametrize("table", ["loan_survey", "loan_survey_use"])
@pytest.mark.parametrize(
    "deed", ["DELETE FROM {}", "UPDATE {} SET member_id = 0", "TRUNCATE {} CASCADE"]
)
def test_surveys_are_never_changed_or_removed(desk: Desk, table: str, deed: str) -> None:
    desk.open(DAY)
    with (
        pytest.raises(Exception, match=r"never changed or removed|permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(deed.format(table))


# ------------------------------------------------------------------------ of which paper it is
PAPERS: list[tuple[Shown | None, date, bool]] = [
    (Shown(PaperKind.PAY_SLIPS, DAY), DAY, True),
    (Shown(PaperKind.PAY_SLIPS, DAY.replace(day=1) - days(1)), DAY, True),
    (Shown(PaperKind.PAY_SLIPS, (DAY.replace(day=1) - days(1)).replace(day=1) - days(1)), DAY, False),
    (Shown(PaperKind.WITHHOLDING_SLIP, date(DAY.year - 2, 12, 31)), DAY, DAY.month == 1),
    (Shown(PaperKind.WITHHOLDING_SLIP, date(DAY.year - 3, 12, 31)), DAY, False),
    (Shown(PaperKind.PENSION_CERTIFICATE, date(1999, 4, 1)), DAY, True),
    (None, DAY, False),
]  # fmt: skip


@pytest.mark.rule("LEND-006")
def test_a_survey_rests_on_evidence_of_the_latest_period_alone(desk: Desk) -> None:
    for shown, issued_on, passes in PAPERS:
        with transaction.atomic(), connection.cursor() as cursor:
            paper = Evidence(Income(issued_on, 9_000_000, shown), "DOC-2")
            commands.record_income(cursor, desk.member_id, paper, desk.made(DAY))
            evidence = queries.newest_income(cursor, desk.member_id)
        assert evidence is not None
        assert evidence.income.shown == shown
        wanted = replace(looked(desk, 510_000), evidence=evidence)
        if passes:
            assert made_for(desk, wanted)
            continue
        with pytest.raises(RefusedError) as refused:
            made_for(desk, wanted)
        assert rule_of(refused) == "LEND-006"


@pytest.mark.rule("LEND-006")
def test_raw_rows_of_unknown_papers_carry_no_survey(desk: Desk) -> None:
    """As a row that was written before kinds were kept."""
    looked(desk, 300_000, paper=True)
    with transaction.atomic(), connection.cursor() as cursor:
        old = Evidence(Income(DAY, 9_000_000), "DOC-OLD")
        commands.record_income(cursor, desk.member_id, old, desk.made(DAY))
        cursor.execute("SELECT kind, shows_until FROM loan_income_evidence ORDER BY evidence_id")
        assert cursor.fetchall() == [("pay_slips", DAY), ("unknown", None)]
    of_unknown = _RAW + " WHERE e.kind = 'unknown'"
    assert refused_by(of_unknown, DAY, 300_000, 0, 9_000_000) == "loan_survey_true"
    untold = (
        "INSERT INTO loan_income_evidence (member_id, issued_on, annual_yen, kind, document_ref, channel,"
        " external_ref, business_on, booked_at, actor) SELECT member_id, issued_on, annual_yen, %s,"
        " document_ref, channel, 'x', business_on, booked_at, actor FROM loan_income_evidence LIMIT 1"
    )
    for kind in ("withholding_slip", "bankbook"):
        assert refused_by(untold.replace("%s", f"'{kind}'")) == "loan_income_evidence_kind"


@pytest.mark.rule("LEND-004")
@pytest.mark.parametrize(("left_out", "rule"), [(300_000, None), (300_001, "LEND-004")])
def test_evidence_is_asked_for_above_everything_others_lent(
    desk: Desk, left_out: int, rule: str | None
) -> None:
    """500,000 with us, 200,000 within the third, and what 10条の21 leaves out of it."""
    wanted = looked(desk, 500_000)
    with transaction.atomic(), connection.cursor() as cursor:
        told = BureauAnswer(DAY, 200_000, "B-2", left_out)
        commands.record_bureau_answer(cursor, desk.member_id, told, desk.made(DAY))
        said = queries.newest_answer(cursor, desk.member_id)
    assert said is not None
    if rule is None:
        assert made_for(desk, replace(wanted, answer=said))
        return
    with pytest.raises(RefusedError) as refused:
        made_for(desk, replace(wanted, answer=said))
    assert rule_of(refused) == rule
