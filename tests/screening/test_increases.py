"""A higher limit: every condition with its day, and an application that is kept once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from tests.database import Database
from tests.loans.crowd import at_once, do
from tests.loans.desk import Desk
from tests.people.house import rows
from tests.screening import capacity_oracle as oracle

from motocho.contact.holds import Source
from motocho.law.lending import PaperKind, Shown, is_latest, latest_until
from motocho.law.rules import Refusal
from motocho.loans import commands, queries, raises
from motocho.loans.commands import Key
from motocho.loans.monitoring import Burden, Income
from motocho.loans.policy import Status, Stop
from motocho.loans.queries import Conduct
from motocho.loans.raises import LEAST_MONTHS
from motocho.screening import increases
from motocho.screening.eligibility import Asked, eligibility, outlook
from motocho.screening.increases import Increase
from motocho.units.errors import Language, NotFoundError

ON = date(2026, 11, 24)


def slip(year: int, yen: int) -> Income:
    shown = Shown(PaperKind.WITHHOLDING_SLIP, date(year, 12, 31))
    return Income(date(year + 1, 1, 20), yen, shown)


def slips(paid_on: date, yen: int) -> Income:
    return Income(paid_on, yen, Shown(PaperKind.PAY_SLIPS, paid_on))


KEY = Key(1, 1)
CLEAN = Conduct(
    key=KEY, on=ON, opened_on=date(2025, 6, 1), status=Status.OPEN, stops=frozenset(),
    limit_yen=300_000, largest_limit_yen=8_000_000, unit_yen=1_000, is_late=False,
    last_late_on=None, burden=Burden(300_000, 0), is_bureau_known=False, income=None,
)  # fmt: skip


def codes_of(known: Conduct, asked: Asked) -> list[str]:
    return [one.code for one in eligibility(known, asked).refusals]


def noon(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 3, tzinfo=UTC)


@pytest.mark.rule("LEND-023")
def test_fourteen_clean_months_may_apply() -> None:
    found = eligibility(CLEAN, Asked(400_000, 4_000_000))
    assert found.may_apply
    assert not found.needs_evidence


@pytest.mark.rule("LEND-023")
@pytest.mark.parametrize(("change", "code", "allowed_from"), [
    ({"opened_on": date(2026, 5, 24)}, "", None),
    ({"opened_on": date(2026, 5, 25)}, "SCR-002", date(2026, 11, 25)),
    ({"opened_on": date(2026, 8, 31)}, "SCR-002", date(2027, 2, 28)),
    ({"is_late": True, "last_late_on": ON}, "SCR-003", None),
    ({"last_late_on": date(2026, 7, 24)}, "SCR-004", date(2027, 1, 25)),
    ({"last_late_on": date(2026, 5, 24)}, "SCR-004", date(2026, 11, 25)),
    ({"last_late_on": date(2026, 5, 23)}, "", None),
    ({"status": Status.WRITTEN_OFF}, "SCR-001", None),
    ({"stops": frozenset({Stop.RESTING})}, "SCR-008", None),
    ({"stops": frozenset({Stop.COUNSEL})}, "SCR-010", None),
])  # fmt: skip
def test_each_condition_with_its_day(
    change: dict[str, object], code: str, allowed_from: date | None
) -> None:
    found = eligibility(replace(CLEAN, **change), Asked(400_000, 4_000_000)).refusals  # type: ignore[arg-type]
    assert [one.code for one in found] == ([code] if code else [])
    if code:
        assert found[0].allowed_from == allowed_from


@pytest.mark.parametrize("stop", Stop)
def test_every_stop_stands_against_it_in_words(stop: Stop) -> None:
    (found,) = eligibility(replace(CLEAN, stops=frozenset({stop})), Asked(400_000)).refusals
    for language in Language:
        assert found.what(language)


@pytest.mark.parametrize("limit", [0, 1, 300_000, 299_000, 300_500, 8_001_000])
def test_amount_outside_the_product_is_named(limit: int) -> None:
    assert codes_of(CLEAN, Asked(limit)) == ["SCR-013"]


@given(
    st.integers(301, 8_000).map(lambda units: units * 1_000),
    st.integers(0, 20_000_000),
    st.integers(0, 5_000_000),
)
def test_a_third_of_the_income_is_never_passed(limit: int, income: int, others: int) -> None:
    found = codes_of(CLEAN, Asked(limit, income, others))
    is_over = income > 0 and 3 * (limit + others) > income
    assert found == (["SCR-014"] if is_over else [])


@pytest.mark.parametrize(("known", "asked", "wanted"), [
    (CLEAN, Asked(500_000), "nothing"),
    (CLEAN, Asked(501_000), "evidence"),
    (replace(CLEAN, burden=Burden(550_000, 0)), Asked(301_000), "evidence"),
    (CLEAN, Asked(400_000, 0, 600_000), "nothing"),
    (CLEAN, Asked(400_000, 0, 600_001), "evidence"),
    (replace(CLEAN, burden=Burden(300_000, 700_000)), Asked(301_000), "evidence"),
    (replace(CLEAN, burden=Burden(300_000, 500_000, 200_000)), Asked(300_000), "nothing"),
    (replace(CLEAN, burden=Burden(300_000, 500_000, 200_001)), Asked(300_000), "evidence"),
    (replace(CLEAN, income=slip(2025, 9_000_000)), Asked(800_000), "nothing"),
    (replace(CLEAN, income=slip(2024, 9_000_000)), Asked(800_000), "evidence"),
    (replace(CLEAN, income=Income(ON, 9_000_000)), Asked(800_000), "evidence"),
])  # fmt: skip
def test_evidence_is_asked_for_above_the_amounts_of_the_law(
    known: Conduct, asked: Asked, wanted: str
) -> None:
    assert eligibility(known, asked).needs_evidence is (wanted == "evidence")


@pytest.mark.rule("LEND-006")
@pytest.mark.rule("LEND-023")
def test_evidence_that_is_not_the_latest_refuses_nobody_and_counts_for_nothing() -> None:
    """Three years are for monitoring alone (10条の26): a higher limit asks for the latest paper."""
    for old in (slip(2024, 1_000_000), Income(ON, 1_000_000), slips(date(2026, 9, 30), 1_000_000)):
        known = replace(CLEAN, income=old)
        assert codes_of(known, Asked(400_000, 3_000_000)) == []
        assert codes_of(known, Asked(400_000, 900_000)) == ["SCR-014"]
    for fresh in (slip(2025, 1_000_000), slips(date(2026, 10, 1), 1_000_000)):
        known = replace(CLEAN, income=fresh)
        assert codes_of(known, Asked(400_000, 3_000_000)) == ["SCR-014"]


# ----------------------------------------------------------------- each condition before an amount
@pytest.mark.rule("LEND-023")
def test_the_outlook_says_each_day_and_yen() -> None:
    found = outlook(replace(CLEAN, income=slip(2025, 3_000_000)))
    assert (found.used_from, found.is_used) == (date(2025, 12, 1), True)
    assert (found.clean_from, found.is_clean, found.stops) == (None, True, ())
    assert (found.income_until, found.without_paper_yen) == (date(2027, 2, 28), 500_000)
    assert (found.within_third_yen, found.is_within_third) == (1_000_000, True)
    assert found.income_for_more_yen == 3 * 301_000
    young = outlook(replace(CLEAN, opened_on=date(2026, 5, 25), last_late_on=date(2026, 7, 24)))
    assert (young.used_from, young.is_used) == (date(2026, 11, 25), False)
    assert (young.clean_from, young.is_clean) == (date(2027, 1, 25), False)
    assert (young.income, young.within_third_yen, young.is_within_third) == (None, None, None)
    late = outlook(replace(CLEAN, is_late=True))
    assert (late.is_late, late.is_clean, late.clean_from) == (True, False, date(2027, 5, 25))
    (stop,) = outlook(replace(CLEAN, stops=frozenset({Stop.RESTING}))).stops
    assert stop.code == "SCR-008"


@pytest.mark.rule("SOLI-006")
@given(st.integers(0, 9_000_000), st.integers(0, 9_000_000))
def test_what_a_bureau_told_is_not_looked_at_before_somebody_applies(
    others: int, left_out: int
) -> None:
    known = replace(CLEAN, income=slip(2025, 3_000_000))
    told = replace(known, burden=Burden(300_000, others, left_out), is_bureau_known=True)
    assert outlook(told) == outlook(known)


@given(
    st.integers(1, 8_000).map(lambda units: units * 1_000),
    st.integers(0, 3_000_000),
    st.integers(0, 30_000_000),
)
def test_the_highest_limits_agree_with_the_judgement_of_each_amount(
    limit: int, beside: int, income: int
) -> None:
    """The oracle tries amounts step by step; the judgement is of one amount."""
    shown = slip(2025, income)
    known = replace(CLEAN, limit_yen=limit, burden=Burden(limit + beside, 0), income=shown)
    found = outlook(known)
    best = found.within_third_yen
    assert best is not None
    assert oracle.highest(income, beside, 1_000, 8_000_000) == best
    if best < 8_000_000:
        assert raises.check_third(known, income, raises.own_yen(known, best + 1_000)) is not None
    if best:
        assert raises.check_third(known, income, raises.own_yen(known, best)) is None
    bare = replace(known, income=None)
    free = found.without_paper_yen
    assert not free or not raises.needs_evidence(bare, free)
    assert free == 8_000_000 or raises.needs_evidence(bare, free + 1_000)
    assert raises.income_for_yen(known, limit + 1_000) == 3 * (beside + limit + 1_000)


# --------------------------------------------------------------------------- the latest period
ANNUAL = [PaperKind(kind) for kind in sorted(oracle.ANNUAL)]
DAYS = st.dates(date(2010, 6, 18), date(2040, 12, 31))


@pytest.mark.rule("LEND-006")
@given(st.sampled_from(ANNUAL), DAYS, st.integers(-1, 4))
def test_a_paper_of_a_year_is_the_latest_as_the_oracle_has_it(
    kind: PaperKind, on: date, ago: int
) -> None:
    shown = Shown(kind, date(on.year - ago, 12, 31))
    wanted = oracle.accepts_year(kind.value, on.year - ago, on)
    assert is_latest(shown, on) is wanted
    until = latest_until(shown, on)
    assert until is not None
    first = date(on.year - ago, 1, 1)
    assert wanted is (first <= on <= until)
    if until >= date(2010, 6, 18):
        assert is_latest(shown, until)
        assert not is_latest(shown, until + timedelta(days=1))


@pytest.mark.rule("LEND-006")
@given(DAYS, st.integers(-5, 120))
def test_pay_is_the_latest_in_its_month_and_the_next(on: date, days: int) -> None:
    paid_on = on - timedelta(days=days)
    shown = Shown(PaperKind.PAY_SLIPS, paid_on)
    month = (paid_on.year, paid_on.month)
    two = {month, _before(month)}
    assert is_latest(shown, on) is oracle.accepts_months(two, on)
    until = latest_until(shown, on)
    assert until is not None
    if until >= date(2010, 6, 18):
        assert is_latest(shown, until)
        assert not is_latest(shown, until + timedelta(days=1))


def test_a_pension_certificate_has_no_period_and_what_is_not_listed_never_counts() -> None:
    old = Shown(PaperKind.PENSION_CERTIFICATE, date(1999, 1, 1))
    assert is_latest(old, ON)
    assert latest_until(old, ON) is None
    other = Shown(PaperKind.OTHER, ON)
    assert not is_latest(other, ON)
    assert latest_until(other, ON) is None


def _before(month: tuple[int, int]) -> tuple[int, int]:
    first = date(*month, 1) - timedelta(days=1)
    return first.year, first.month


# --------------------------------------------------------------------------------- with a book
@pytest.mark.rule("LEND-023")
def test_lateness_with_another_agreement_counts(database: Database) -> None:
    desk = Desk()
    clean = desk.open(date(2026, 1, 5), 300_000)
    other = desk.open(date(2026, 1, 5), 300_000)
    desk.draw(other, 100_000, date(2026, 1, 5))
    late = do(queries.conduct, clean, date(2026, 3, 20), LEAST_MONTHS)
    assert (late.is_late, late.last_late_on) == (True, date(2026, 3, 20))
    desk.receive(other, 110_000, date(2026, 3, 25))
    paid = do(queries.conduct, clean, date(2026, 4, 1), LEAST_MONTHS)
    assert (paid.is_late, paid.last_late_on) == (False, date(2026, 3, 25))


def used(desk: Desk, months_ago: int) -> Key:
    key = desk.open(ON - timedelta(days=30 * months_ago), 300_000)
    desk.draw(key, 100_000, ON - timedelta(days=30))
    return key


@pytest.mark.rule("LEND-023")
def test_lateness_between_two_receipts_is_seen(database: Database) -> None:
    """Late and paid again, so that no state that was kept says so."""
    desk = Desk()
    key = desk.open(date(2026, 1, 5), 300_000)
    desk.draw(key, 100_000, date(2026, 1, 5))
    for on in (date(2026, 2, 5), date(2026, 3, 5), date(2026, 4, 5), date(2026, 5, 5)):
        desk.receive(key, 6_000, on)
    desk.receive(key, 6_000, date(2026, 6, 5))
    clean = do(queries.conduct, key, date(2026, 6, 6), LEAST_MONTHS)
    assert (clean.last_late_on, clean.is_late) == (None, False)
    desk.receive(key, 6_000, date(2026, 7, 20))
    seen = do(queries.conduct, key, date(2026, 7, 21), LEAST_MONTHS)
    assert (seen.last_late_on, seen.is_late) == (date(2026, 7, 20), False)
    looked = do(increases.look, key, Asked(400_000), noon(date(2026, 8, 1)))
    assert [one.code for one in looked.eligibility.refusals] == ["SCR-004"]
    assert looked.eligibility.refusals[0].allowed_from == date(2027, 1, 21)
    for on in (date(2026, 8, 20), date(2026, 9, 20), date(2026, 10, 20), date(2026, 11, 20)):
        desk.receive(key, 6_000, on)
    desk.receive(key, 6_000, date(2026, 12, 20))
    desk.receive(key, 6_000, date(2027, 1, 20))
    after = do(increases.look, key, Asked(400_000), noon(date(2027, 1, 21)))
    assert after.eligibility.may_apply
    before = do(increases.look, key, Asked(400_000), noon(date(2027, 1, 20)))
    assert not before.eligibility.may_apply


def test_application_is_kept_once_and_waits_for_a_person(database: Database) -> None:
    desk = Desk()
    key = used(desk, 9)
    asked, form = Asked(600_000, 4_000_000), Source("member", "form 1")
    kept = do(increases.apply, key, asked, form, noon(ON))
    assert isinstance(kept, Increase)
    assert do(increases.apply, key, asked, form, noon(ON)) == kept
    assert (kept.limit_before_yen, kept.needs_evidence) == (300_000, True)
    refused = do(increases.apply, key, asked, Source("member", "form 2"), noon(ON))
    assert isinstance(refused, tuple)
    assert [one.code for one in refused] == ["SCR-015"]
    assert do(increases.waiting) == [kept]
    assert do(queries.position, key, ON).limit_yen == 300_000
    do(increases.withdraw, key.member_id, "member", noon(ON) + timedelta(hours=1))
    with pytest.raises(NotFoundError):
        do(increases.withdraw, key.member_id, "member", noon(ON))
    again = do(increases.apply, key, asked, Source("member", "form 3"), noon(ON))
    assert isinstance(again, Increase)


def test_of_two_applications_at_once_one_is_kept(database: Database) -> None:
    desk = Desk()
    key = used(desk, 9)

    def apply(number: int) -> Increase | tuple[Refusal, ...]:
        form = Source("member", f"form {number}")
        found: Increase | tuple[Refusal, ...] = do(
            increases.apply, key, Asked(400_000), form, noon(ON)
        )
        return found

    answers = at_once([lambda: apply(1), lambda: apply(2), lambda: apply(3)])
    assert sum(isinstance(one, Increase) for one in answers) == 1


def test_who_may_not_apply_is_told_all_of_it_and_nothing_is_kept(database: Database) -> None:
    desk = Desk()
    key = used(desk, 2)
    desk.do(commands.rest, key.member_id, 1, desk.made(ON))
    found = do(increases.apply, key, Asked(400_000, 900_000), Source("member", "f"), noon(ON))
    assert isinstance(found, tuple)
    assert [one.code for one in found] == ["SCR-002", "SCR-008", "SCR-014"]
    assert not rows("SELECT 1 FROM screening_increase")


@pytest.mark.parametrize("statement", [
    "DELETE FROM screening_increase", "UPDATE screening_increase SET limit_wanted_yen = 9000000",
    "TRUNCATE screening_increase",
])  # fmt: skip
def test_application_stays_as_it_was(database: Database, statement: str) -> None:
    do(increases.apply, used(Desk(), 9), Asked(400_000), Source("member", "f"), noon(ON))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
