"""What is gathered beside papers: exclusions, exceptions, a spouse, scores; both sums of a bureau."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from tests.database import Database
from tests.loans.crowd import do
from tests.people.house import rows
from tests.screening.applications.office import SINCE, SLIP, Office
from tests.screening.bureau.counter import HANAKO
from tests.screening.test_gathering import SOMEBODY

from motocho.loans import queries
from motocho.loans.monitoring import Burden, Income, law_on, needs_evidence
from motocho.outside import score as scorer
from motocho.outside.bureau import Excepted, Found, LenderKind, Loan, Tray
from motocho.outside.fakes import score as fake
from motocho.screening import applications
from motocho.screening.applications import claims, scores
from motocho.screening.applications.claims import Claim, Kind
from motocho.screening.bureau.answers import left_out_yen, others_yen
from motocho.screening.capacity import (
    Employment,
    Exclusion,
    ExclusionKind,
    Exposure,
    Paper,
    PaperKind,
    Spouse,
    Whose,
)
from motocho.screening.decision import Decision, Verdict
from motocho.units.errors import FaultyInput, InputError, NotAllowedError, StateConflict


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return Office(tmp_path, database)


def now(office: Office, key: Any) -> Decision:
    """What would be decided now, written nowhere."""
    found: Decision = do(
        applications.decisions.again, do(applications.forms.one, key), "x", office.at
    )
    return found


def entered(office: Office, key: Any, claim: Claim) -> int:
    number: int = do(claims.enter, key, claim, office.enterer, office.form())
    return number


SPOUSE = Spouse("", consents=True, lent=Exposure(0, 0, 0, 0))
HERS = Paper("", PaperKind.WITHHOLDING_SLIP, stream="hers", whose=Whose.SPOUSE, year=2025,
             annual_yen=3_000_000)  # fmt: skip


@pytest.mark.rule("LEND-011")
@pytest.mark.rule("LEND-001")
def test_a_spouses_income_counts_with_consent_and_the_paper_of_the_marriage(
    office: Office,
) -> None:
    office.consent()
    office.identify()
    key = office.submit(1_000_000, income_yen=3_000_000).key
    office.enter(key, replace(SLIP, annual_yen=1_500_000))
    office.employed(key)
    office.checked(key)
    office.carry()
    assert _limit(now(office, key)) == 100_000
    office.enter(key, HERS)
    entered(office, key, Claim(Kind.SPOUSE_EMPLOYMENT, Employment("", SINCE, new_confirmed_on=SINCE,
                                                                 months_paid=24)))  # fmt: skip
    both = {name: office.document() for name in ("spouse_consent", "relation_certificate")}
    for papers in ({}, {"spouse_consent": both["spouse_consent"]}):
        entered(office, key, Claim(Kind.SPOUSE, SPOUSE, papers))
        assert _limit(now(office, key)) == 100_000  # a third of the own income, less what is owed
    entered(office, key, Claim(Kind.SPOUSE, replace(SPOUSE, consents=None), both))
    assert _limit(now(office, key)) != 1_000_000  # nobody asked the spouse: nothing is let through
    entered(office, key, Claim(Kind.SPOUSE, SPOUSE, both))
    decided = now(office, key)
    assert (decided.verdict, _limit(decided)) == (Verdict.OFFER, 1_000_000)
    assert next(one for one in decided.findings if one.rule_id == "LEND-011").passes
    office.decide(key)
    entered(office, key, Claim(Kind.SPOUSE, None))  # taken back: another decision is due
    assert not do(applications.decisions.is_current, do(applications.decisions.newest, key))
    assert _limit(now(office, key)) != 1_000_000
    number = entered(office, key, Claim(Kind.SPOUSE, SPOUSE, both))
    done = office.conclude(key, office.agreed(key))
    assert do(queries.contract, done.agreement).terms.limit_yen == 1_000_000
    assert rows("SELECT exception, proof_ref, annual_yen FROM loan_survey") == [
        ("spouse", f"claim {number}", 1_500_000)
    ]


def _limit(decided: Decision) -> int | None:
    return None if decided.offer is None else decided.offer.limit_yen


@pytest.mark.rule("LEND-010")
@pytest.mark.rule("LEND-024")
def test_what_is_claimed_is_entered_whole_once_and_by_others_than_who_approves(
    office: Office,
) -> None:
    key = office.prepared()
    car = Exclusion(ExclusionKind.CAR, "", is_for_that_purpose=True, has_title=True)
    papers = {
        name: office.document() for name in ("car_sale_contract", "car_inspection_certificate")
    }
    form = office.form()
    number = do(claims.enter, key, Claim(Kind.EXCLUSION, car, papers), office.second, form)
    assert do(claims.enter, key, Claim(Kind.EXCLUSION, car, papers), office.second, form) == number
    found = do(claims.gathered, key).exclusion
    assert found == replace(car, source=f"claim {number}", papers=tuple(sorted(papers)))
    assert next(one for one in now(office, key).findings if one.rule_id == "LEND-010").passes
    entered(office, key, Claim(Kind.EXCLUSION, car, {"car_sale_contract": office.document()}))
    lacks = next(one for one in now(office, key).findings if one.rule_id == "LEND-010")
    assert not lacks.passes
    made = office.decide(key)
    with pytest.raises(StateConflict):  # whoever entered it approves nothing
        do(applications.approve, made, office.second, office.at)
    assert do(applications.approve, made, office.first, office.at).is_approved
    stranger = office.counter.desk.member()
    for claim, staff, error in (
        (Claim(Kind.EXCLUSION, car, {"x": office.document(stranger)}), office.enterer, InputError),
        (Claim(Kind.SPOUSE, car), office.enterer, InputError),
        (Claim(Kind.RELIEFS, claims.Named("", ("no_such",))), office.enterer, InputError),
        (Claim(Kind.EXCLUSION, None, papers), office.enterer, InputError),
        (Claim(Kind.EXCLUSION, car), office.operator, NotAllowedError),
    ):
        with pytest.raises(error):
            do(claims.enter, key, claim, staff, office.form())
    entered(office, key, Claim(Kind.RELIEFS, claims.Named("", ("noto_2024",))))
    special = do(claims.gathered, key).special
    assert special is not None
    assert special.reliefs == ("noto_2024",)
    for table in ("screening_claim", "screening_claim_paper"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")
    with pytest.raises(FaultyInput):
        claims.content_of(Kind.SPOUSE, {"consent": True})


# ----------------------------------------------------------------------------------------- scores
def test_a_score_is_asked_for_once_and_only_lowers_or_sends_to_a_person(
    office: Office, tmp_path: Path
) -> None:
    key, tray = office.prepared(500_000), Tray(tmp_path / "score")
    made = office.decide(key)
    assert (made.verdict, made.limit_yen) == (Verdict.OFFER, 500_000)
    assert do(scores.carry, tray, office.at) == scores.Carried(1, 0, 0)
    assert do(scores.carry, tray, office.at) == scores.Carried(0, 0, 0)
    (asked,) = (tmp_path / "score" / "out").iterdir()
    assert set(orjson.loads(asked.read_bytes())) == {
        "ref", "kind", "limit_yen", "age", "stated_income_yen",
    }  # fmt: skip
    assert len(fake.play(tmp_path / "score")) == 1
    assert do(scores.carry, tray, office.at) == scores.Carried(0, 1, 0)
    assert fake.play(tmp_path / "score") == []
    kept = do(scores.newest, key)
    assert kept is not None
    assert sum(one.points for one in kept.factors) == kept.points
    assert not do(applications.decisions.is_current, made)  # a score that comes asks for another
    ref = f"S{key.member_id}-{key.application_id}"
    for points, verdict, limit_yen in ((499, Verdict.REFER, 500_000), (399, Verdict.REFER, 300_000),
                                       (10_000, Verdict.OFFER, 500_000)):  # fmt: skip
        line = {"ref": ref, "model": "m", "points": points,
                "factors": [{"name": "all", "points": points}]}  # fmt: skip
        tray.waiting()
        (tmp_path / "score" / "in" / f"{points}.jsonl").write_bytes(orjson.dumps(line))
        assert do(scores.carry, tray, office.at).taken == 1
        decided = now(office, key)
        assert (decided.verdict, _limit(decided)) == (verdict, limit_yen)
    other = {"ref": "S1-999", "model": "m", "points": 1, "factors": [{"name": "a", "points": 1}]}
    assert scorer.read(orjson.dumps(other), "f")[0].ref == "S1-999"
    (tmp_path / "score" / "in" / "x.jsonl").write_bytes(orjson.dumps(other))
    assert do(scores.carry, tray, office.at) == scores.Carried(0, 0, 1)
    assert rows("SELECT count(*) FROM screening_score") == [(4,)]
    for bad in (b"{}", b"x", orjson.dumps({**other, "points": 2})):
        with pytest.raises(FaultyInput):
            scorer.read(bad, "f")


# --------------------------------------------------------------------------- what was shown before
@pytest.mark.rule("LEND-006")
def test_papers_of_an_earlier_application_count_while_they_are_the_latest(office: Office) -> None:
    key = office.prepared(600_000)
    office.conclude(key, office.agreed(key))
    (shown,) = rows("SELECT kind, shows_until FROM loan_income_evidence")
    assert shown == ("withholding_slip", date(2025, 12, 31))
    again = office.submit(100_000, income_yen=6_000_000).key
    assert now(office, again).income.value == 6_000_000
    office.enter(again, replace(SLIP, stream="another name", annual_yen=5_000_000))
    assert now(office, again).income.value == 5_000_000  # one income, never both
    assert now(office, key).income.value == 6_000_000


# ------------------------------------------------------------------------------- the two sums
LOAN = Loan(
    "C9", LenderKind.MONEY_LENDER, date(2020, 1, 1), 1_000_000, 0, 400_000, is_late=False,
    long_delay_on=None, excepted=Excepted.NEITHER, as_of_on=date(2026, 11, 1), is_disputed=False,
)  # fmt: skip


@pytest.mark.rule("LEND-004")
@pytest.mark.rule("LEND-015")
@given(
    st.lists(
        st.tuples(st.sampled_from(Excepted), st.sampled_from(LenderKind), st.integers(0, 10**6)),
        max_size=6,
    )
)
def test_the_third_leaves_out_what_evidence_adds_up(
    loans: list[tuple[Excepted, LenderKind, int]],
) -> None:
    held = tuple(
        replace(LOAN, excepted=excepted, kind=kind, balance_yen=yen)
        for excepted, kind, yen in loans
    )
    found = Found(SOMEBODY, held)
    third, left = others_yen(found, "OURS"), left_out_yen(found, "OURS")
    lent = [one for one in loans if one[1] is LenderKind.MONEY_LENDER]
    assert third + left == sum(yen for _, _, yen in lent)
    assert left == sum(yen for excepted, _, yen in lent if excepted is Excepted.EXCLUDED)
    assert (others_yen(found, "C9"), left_out_yen(found, "C9")) == (0, 0)


@pytest.mark.rule("LEND-015")
@pytest.mark.parametrize(
    ("others", "left_out", "needed"),
    [(700_000, 0, False), (700_000, 9_000_000, False), (700_001, 0, True), (700_001, 1, True)],
)
def test_monitoring_asks_for_evidence_by_the_sum_of_the_third(
    others: int, left_out: int, *, needed: bool
) -> None:
    # 13条の3第3項 looks at the sum of its 5項, whose items 2 and 3 leave out what 10条の21 names.
    on = date(2026, 11, 10)
    burden = Burden(300_000, others, left_out)
    assert needs_evidence(burden, None, on, law_on(on)) is needed
    assert not needs_evidence(burden, Income(on - timedelta(days=9), 1), on, law_on(on))


@pytest.mark.rule("LEND-004")
def test_what_stands_outside_the_third_is_kept_beside_it(
    database: Database, tmp_path: Path
) -> None:
    inside, bank, outside, ours = HANAKO.claims
    claims_held = [inside, bank, replace(outside, balance=700_000), ours]
    office = Office(tmp_path, database, [replace(HANAKO, claims=claims_held)])
    key = office.prepared(300_000)
    said = do(queries.newest_answer, office.member_id)
    assert said is not None
    assert (said.others_yen, said.left_out_yen) == (400_000, 700_000)
    decided = now(office, key)
    assert decided.ceilings.without_evidence_yen == 0  # 1,100,000 elsewhere: a paper, always
    assert decided.ceilings.with_income_yen == 1_600_000  # 2,000,000 less 400,000
    office.conclude(key, office.agreed(key))
    assert rows("SELECT others_yen, left_out_yen FROM loan_survey") == [(400_000, 700_000)]
