"""Decisions: each rule alone, what may be offered, what is told, and the record that replays."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.screening import capacity_oracle as oracle
from tests.screening.facts import (
    APPLICANT,
    BUREAU,
    CALM,
    LINE,
    ON,
    POLICY,
    SLIP,
    application,
    decided,
    increase,
    who,
)

from motocho.law.citation import parse_citations
from motocho.screening.capacity import (
    Base,
    Cut,
    Employment,
    Exclusion,
    ExclusionKind,
    Exposure,
    Finding,
    IncomeKind,
    OtherBalance,
    Outcome,
    OwnContract,
    Paper,
    PaperKind,
    SelfExclusion,
    Special,
    Spouse,
    Whose,
)
from motocho.screening.decision import (
    Asked,
    AskedKind,
    Decision,
    Factor,
    Facts,
    LineUse,
    Score,
    Verdict,
    asked_for,
    compare,
    decide,
    digest,
    document,
    offering_of,
    plain,
    policy_on,
    read,
    read_houses,
    replay,
)
from motocho.simulation.world import products
from motocho.units.errors import FaultyInput, Language


def finding(decision: Decision, rule_id: str, subject: str = "") -> Finding:
    return next(
        one
        for one in decision.findings
        if one.rule_id == rule_id and (not subject or one.subject == subject)
    )


def test_an_ordinary_application_is_offered_what_it_asks_for() -> None:
    decision = decided(application())
    assert (decision.verdict, decision.open_findings) == (Verdict.OFFER, ())
    assert decision.offer is not None
    assert (decision.offer.limit_yen, decision.offer.rate_ppm, decision.offer.persons) == (
        300_000, 180_000, 1,
    )  # fmt: skip
    assert decision.ceilings.with_income_yen == 1_000_000
    assert decision.ceilings.without_evidence_yen == 500_000
    assert decision.told(Language.JA) == ()


def test_every_rule_names_its_article_and_what_it_looked_at() -> None:
    decision = decided(application(600_000, papers=(SLIP,)))
    assert decision.verdict is Verdict.OFFER
    for one in (*decision.findings, *decision.papers):
        assert one.known, one.rule_id
        if not one.rule_id.startswith(("house", "KYC")):
            assert parse_citations(one.law), one.rule_id


# ------------------------------------------------------------------------- thresholds, end to end
@pytest.mark.rule("LEND-003")
def test_a_limit_above_500_000_yen_waits_for_a_paper() -> None:
    waiting = decided(application(510_000))
    assert waiting.verdict is Verdict.NEEDS
    assert finding(waiting, "LEND-003").code == "SCR-115"
    assert waiting.income.value is None  # what was only said does not count above it
    assert decided(application(500_000)).verdict is Verdict.OFFER
    assert decided(application(510_000, papers=(SLIP,))).verdict is Verdict.OFFER


@pytest.mark.rule("LEND-006")
def test_a_paper_that_may_not_be_used_is_no_paper() -> None:
    old = replace(SLIP, year=2024)
    decision = decided(application(510_000, papers=(old,)))
    assert decision.verdict is Verdict.NEEDS
    assert [one.code for one in decision.papers if not one.passes] == ["SCR-104"]


@pytest.mark.rule("LEND-009")
def test_above_the_third_the_highest_limit_that_passes_is_offered() -> None:
    others = replace(BUREAU, others=(OtherBalance("x", 555_000),))
    decision = decided(application(600_000, papers=(SLIP,), bureau=others))
    assert decision.verdict is Verdict.OFFER
    assert decision.offer is not None
    assert decision.offer.limit_yen == 440_000 == decision.ceilings.with_income_yen
    full = replace(BUREAU, others=(OtherBalance("x", 990_001),))
    refused = decided(application(600_000, papers=(SLIP,), bureau=full))
    assert (refused.verdict, refused.offer) == (Verdict.REFUSE, None)
    assert finding(refused, "LEND-009").code == "SCR-114"


def test_without_an_answer_of_the_bureau_nothing_is_offered() -> None:
    for bureau in (
        None, replace(BUREAU, is_designated=False), replace(BUREAU, self_exclusions=None),
        replace(BUREAU, answered_on=ON - timedelta(days=31)),
        replace(BUREAU, answered_on=ON + timedelta(days=1)),
    ):  # fmt: skip
        decision = decided(application(bureau=bureau))
        assert (decision.verdict, decision.offer) == (Verdict.NEEDS, None)
    assert decided(application(bureau=replace(BUREAU, answered_on=ON - timedelta(days=30)))).offer


@pytest.mark.rule("LEND-004")
def test_a_paper_that_may_be_used_is_given_even_where_its_income_does_not_count() -> None:
    business = Paper(
        "r", PaperKind.TAX_RETURN, IncomeKind.BUSINESS, year=2025, annual_yen=9_000_000
    )
    others = replace(BUREAU, others=(OtherBalance("x", 800_001),))
    decision = decided(application(200_000, papers=(business,), bureau=others))
    assert finding(decision, "LEND-004").passes
    assert finding(decision, "LEND-009").code == "SCR-112"
    assert decision.verdict is Verdict.NEEDS
    steady = replace(business, is_steady=True)
    assert decided(application(200_000, papers=(steady,), bureau=others)).verdict is Verdict.OFFER


# ---------------------------------------------------------------------------- LEND-018, LEND-021
@pytest.mark.rule("LEND-018")
@pytest.mark.parametrize(
    ("born_on", "verdict", "code"),
    [
        (date(2008, 11, 11), Verdict.REFUSE, "SCR-131"),
        (date(2008, 11, 10), Verdict.NEEDS, "SCR-132"),
        (date(2006, 11, 11), Verdict.NEEDS, "SCR-132"),
        (date(2006, 11, 10), Verdict.OFFER, ""),
        (date(1953, 11, 11), Verdict.OFFER, ""),
        (date(1953, 11, 10), Verdict.REFUSE, "SCR-134"),
        (None, Verdict.NEEDS, "SCR-133"),
    ],
)
def test_ages_at_their_birthdays(born_on: date | None, verdict: Verdict, code: str) -> None:
    decision = decided(application(100_000, applicant=who(born_on=born_on)))
    assert decision.verdict is verdict
    assert (code == "") or code in {one.code for one in decision.open_findings}


@pytest.mark.rule("LEND-018")
def test_at_19_a_paper_is_needed_for_any_amount_and_is_enough() -> None:
    young = who(born_on=date(2007, 1, 1))
    assert decided(application(10_000, applicant=young)).verdict is Verdict.NEEDS
    with_paper = decided(application(100_000, applicant=young, papers=(SLIP,)))
    assert with_paper.verdict is Verdict.OFFER
    assert finding(with_paper, "LEND-018", "evidence").passes


def test_who_was_born_on_29_february_comes_of_age_on_1_march() -> None:
    born = who(born_on=date(2008, 2, 29))
    bureau = replace(BUREAU, answered_on=date(2026, 2, 28))
    facts = application(100_000, applicant=born, bureau=bureau)
    facts = replace(facts, applicant=replace(born, identity_confirmed_on=date(2026, 1, 1)))
    assert decided(facts, date(2026, 2, 28)).verdict is Verdict.REFUSE
    assert decided(facts, date(2026, 3, 1)).verdict is Verdict.NEEDS


@pytest.mark.rule("LEND-021")
def test_a_self_exclusion_refuses_and_is_told() -> None:
    held = replace(BUREAU, self_exclusions=(SelfExclusion(date(2026, 1, 1), date(2031, 1, 1)),))
    decision = decided(application(bureau=held))
    assert decision.verdict is Verdict.REFUSE
    assert "貸付自粛" in decision.told(Language.JA)[0][0]


# --------------------------------------------------------------------------- LEND-022, KYC-007
@pytest.mark.rule("LEND-022")
def test_no_tie_passes_and_a_tie_refuses_without_its_reason() -> None:
    assert decided(application()).verdict is Verdict.OFFER
    decision = decided(application(applicant=who(has_barred_ties=True)))
    assert (decision.verdict, decision.offer) == (Verdict.REFUSE, None)
    assert finding(decision, "LEND-022").outcome is Outcome.FAIL
    assert [what for what, _ in decision.told(Language.JA)] == [
        "総合的な判断により、お取引をお受けできません"
    ]


@pytest.mark.rule("LEND-022")
def test_beside_another_reason_a_tie_is_not_hinted_at_and_unchecked_it_never_passes() -> None:
    minor = {"born_on": date(2010, 1, 1)}
    alone = decided(application(applicant=who(**minor)))
    with_tie = decided(application(applicant=who(**minor, has_barred_ties=True)))
    assert alone.told(Language.EN) == with_tie.told(Language.EN)
    unknown = decided(application(applicant=who(has_barred_ties=None)))
    assert unknown.verdict is Verdict.NEEDS
    assert unknown.told(Language.JA)[0][0] == "担当者が内容を確かめています"


def test_a_suspicion_goes_to_a_person_and_looks_like_any_referral() -> None:
    suspicious = decided(application(applicant=who(is_suspicious=True)))
    unseen = decided(application(applicant=who(is_suspicious=None)))
    low = decided(application(score=Score("m", "v1", 450)))
    assert suspicious.verdict is unseen.verdict is low.verdict is Verdict.REFER
    for language in Language:
        assert suspicious.told(language) == low.told(language)


# ------------------------------------------------------------------------------ the house's rules
@pytest.mark.parametrize(
    ("change", "verdict", "rule"),
    [
        ({"long_delays": 1}, Verdict.REFUSE, "house.long_delay"),
        ({"is_late": True}, Verdict.REFER, "house.late_elsewhere"),
        ({"is_disputed": True}, Verdict.REFER, "house.disputed"),
        ({"asked_lately": 4}, Verdict.REFER, "house.asked_lately"),
        ({"asked_lately": 3}, Verdict.OFFER, ""),
    ],
)
def test_what_a_bureau_tells_beside_balances(
    change: dict[str, Any], verdict: Verdict, rule: str
) -> None:
    decision = decided(application(bureau=replace(BUREAU, strain=replace(CALM, **change))))
    assert decision.verdict is verdict
    assert [one.rule_id for one in decision.open_findings] == ([rule] if rule else [])
    assert decided(application(bureau=replace(BUREAU, strain=None))).verdict is Verdict.NEEDS


@pytest.mark.parametrize(
    ("limit", "code"), [(10_000, ""), (9_999, "SCR-138"), (15_000, "SCR-138"), (0, "SCR-138")]
)
def test_amounts_are_in_steps(limit: int, code: str) -> None:
    assert finding(decided(application(limit)), "house.amount").code == code


@pytest.mark.parametrize(("limit", "persons"), [(990_000, 1), (1_000_000, 2)])
def test_two_persons_approve_from_the_policy_s_amount_on(limit: int, persons: int) -> None:
    paper = replace(SLIP, annual_yen=9_000_000)
    offer = decided(application(limit, papers=(paper,))).offer
    assert offer is not None
    assert offer.persons == persons


def test_a_rate_is_lowered_to_the_ceiling_of_all_that_is_lent() -> None:
    paper = replace(SLIP, annual_yen=9_000_000)
    for balance, rate in ((99_999, 180_000), (100_000, 180_000), (500_000, 150_000)):
        own = (replace(LINE, limit_yen=balance),)
        offer = decided(application(500_000, papers=(paper,), own=own)).offer
        assert offer is not None
        assert offer.rate_ppm == rate, balance
        assert rate <= oracle_ceiling(500_000 + balance)


def oracle_ceiling(principal_yen: int) -> int:
    return 200_000 if principal_yen < 100_000 else 180_000 if principal_yen < 1_000_000 else 150_000


def test_an_identity_that_is_not_confirmed_waits() -> None:
    for confirmed_on in (None, ON + timedelta(days=1)):
        decision = decided(application(applicant=who(identity_confirmed_on=confirmed_on)))
        assert decision.verdict is Verdict.NEEDS
        assert "SCR-135" in {one.code for one in decision.needs}


# ----------------------------------------------------------------------------------- increases
@pytest.mark.rule("LEND-023")
def test_an_increase_after_six_months_without_arrears_passes() -> None:
    decision = decided(increase())
    assert decision.verdict is Verdict.OFFER, decision.open_findings
    assert decision.ceilings.without_evidence_yen == 500_000  # the line itself is not counted twice


@pytest.mark.rule("LEND-023")
@pytest.mark.parametrize(
    ("use", "code"),
    [
        (LineUse("book", date(2026, 5, 11), is_late=False), "SCR-136"),
        (LineUse("book", date(2025, 1, 1), is_late=True), "SCR-137"),
        (
            LineUse("book", date(2025, 1, 1), is_late=False, last_late_on=date(2026, 5, 10)),
            "SCR-137",
        ),
        (LineUse("book", date(2025, 1, 1), is_late=False, last_late_on=date(2026, 5, 9)), ""),
        (None, "SCR-141"),
    ],
)
def test_an_increase_turns_on_its_days(use: LineUse | None, code: str) -> None:
    found = {one.code for one in decided(increase(use=use)).findings if one.rule_id == "LEND-023"}
    assert found - {""} == ({code} if code else set())


def test_a_day_is_told_as_the_house_writes_it_and_kept_as_text() -> None:
    made = decided(increase(use=LineUse("book", date(2026, 5, 11), is_late=False)))
    (found,) = [one for one in made.findings if one.code == "SCR-136"]
    kept = found.details["from"]
    assert date.fromisoformat(kept) > date(2026, 5, 11)
    for language in Language:
        assert kept.replace("-", "/") in found.fix(language)
        assert kept not in found.fix(language)


def test_an_increase_is_above_the_limit_of_now() -> None:
    assert finding(decided(increase(300_000)), "house.amount").outcome is Outcome.FAIL
    assert finding(decided(increase(310_000)), "house.amount").passes
    others = replace(BUREAU, others=(OtherBalance("x", 700_000),))
    refused = decided(increase(400_000, bureau=others, papers=(SLIP,)))
    assert (refused.verdict, refused.offer) == (Verdict.REFUSE, None)
    # The third leaves just the limit of now, which is no increase: the third is what is told.
    assert [one.rule_id for one in refused.open_findings] == ["LEND-009"]


def test_a_limit_is_put_back_without_a_survey() -> None:
    asked = Asked(AskedKind.RESTORE, 500_000, "A1")
    facts = Facts(
        asked,
        APPLICANT,
        own=(LINE,),
        cut=Cut(500_000, for_unreachable=True, for_capacity=False, reached_on=ON),
    )
    decision = decided(facts)
    assert decision.verdict is Verdict.OFFER
    assert decision.offer is not None
    assert (decision.offer.limit_yen, decision.offer.rate_ppm) == (500_000, None)
    assert (
        decided(
            replace(facts, cut=Cut(500_000, for_unreachable=True, for_capacity=True, reached_on=ON))
        ).verdict
        is Verdict.REFUSE
    )
    assert decided(replace(facts, cut=None)).verdict is Verdict.REFUSE


# ---------------------------------------------------------------------- exclusions and exceptions
@pytest.mark.rule("LEND-010")
def test_a_loan_with_its_proof_is_left_out_of_the_third_and_without_it_is_not() -> None:
    car = Exclusion(
        ExclusionKind.CAR,
        "doc",
        ("car_sale_contract", "car_inspection_certificate"),
        is_for_that_purpose=True,
        has_title=True,
    )
    facts = application(2_000_000, papers=(SLIP,), exclusion=car)
    assert decided(facts).verdict is Verdict.OFFER
    assert finding(decided(facts), "LEND-009").subject == "car"
    refused = decided(replace(facts, exclusion=replace(car, has_title=False)))
    assert refused.offer is not None
    assert refused.offer.limit_yen == 1_000_000  # what the third itself allows
    waiting = decided(replace(facts, exclusion=replace(car, has_title=None)))
    assert waiting.verdict is Verdict.NEEDS


@pytest.mark.rule("LEND-011")
def test_a_spouse_s_papers_carry_the_sum_of_both() -> None:
    spouse = Spouse(
        "doc", ("relation_certificate", "spouse_consent"), consents=True, lent=Exposure(0, 0, 0, 0)
    )
    paper = replace(SLIP, source="w2", whose=Whose.SPOUSE, annual_yen=2_400_000)
    facts = application(
        1_800_000, papers=(SLIP, paper), special=Special(spouse=spouse),
        spouse_employment=Employment("form"),
    )  # fmt: skip
    assert decided(facts).verdict is Verdict.OFFER
    assert finding(decided(facts), "LEND-009").subject == "spouse"
    above = decided(asked_for(facts, 1_810_000))
    assert above.offer is None or above.offer.limit_yen == 1_000_000
    alone = decided(replace(facts, special=None))
    assert "SCR-102" in {one.code for one in alone.papers}


def test_what_a_spouse_borrowed_on_both_incomes_is_left_out_of_the_own_third() -> None:
    facts = application(900_000, papers=(SLIP,), spouse_lent=Base(1_200_000, 3_000_000))
    decision = decided(facts)
    assert decision.offer is not None
    assert decision.offer.limit_yen == 800_000 == decision.ceilings.with_income_yen


# ------------------------------------------------------------------------------------ the score
def test_a_low_score_sends_to_a_person_and_lowers_what_is_offered() -> None:
    low = Score("model", "v1", 399, (Factor("months_at_employer", -50),))
    decision = decided(application(500_000, score=low))
    assert decision.verdict is Verdict.REFER
    assert decision.offer is not None
    assert decision.offer.limit_yen == 300_000
    named = {one.name for one in finding(decision, "house.score").known}
    assert "factor.months_at_employer" in named
    at_the_line = decided(application(500_000, score=replace(low, points=400)))
    assert at_the_line.offer is not None
    assert at_the_line.offer.limit_yen == 500_000
    assert decided(application(500_000, score=replace(low, points=500))).verdict is Verdict.OFFER


FACTS = st.builds(
    lambda limit, income, others, own, born, slip, tie, score: application(
        limit * 10_000,
        applicant=who(stated_income_yen=income, born_on=born, has_barred_ties=tie),
        bureau=replace(BUREAU, others=(OtherBalance("x", others),)),
        own=(replace(LINE, limit_yen=own),),
        papers=(replace(SLIP, annual_yen=slip),) if slip is not None else (),
        score=None if score is None else Score("m", "v1", score),
    ),
    st.integers(0, 200), st.none() | st.integers(0, 9_000_000), st.integers(0, 1_500_000),
    st.integers(0, 900_000), st.none() | st.dates(date(1950, 1, 1), date(2010, 1, 1)),
    st.none() | st.integers(0, 9_000_000), st.sampled_from([None, False, False, False, True]),
    st.none() | st.integers(-100, 900),
)  # fmt: skip


@given(FACTS, st.integers(-100, 900))
def test_a_score_never_refuses_never_lets_through_and_raises_nothing(
    facts: Facts, points: int
) -> None:
    without = decided(replace(facts, score=None))
    scored = decided(replace(facts, score=Score("m", "v1", points)))
    same = (
        {without.verdict, Verdict.REFER} if without.verdict is Verdict.OFFER else {without.verdict}
    )
    assert scored.verdict in same
    if without.offer is None:
        assert scored.offer is None
    else:
        assert scored.offer is not None
        assert scored.offer.limit_yen <= without.offer.limit_yen


@given(FACTS)
def test_what_is_offered_is_within_the_third_by_the_oracle_and_nothing_unknown_passes(
    facts: Facts,
) -> None:
    decision = decided(facts)
    if decision.offer is None:
        assert decision.verdict in {Verdict.NEEDS, Verdict.REFUSE}
        assert any(not one.passes for one in decision.findings)
        return
    own = sum(one.limit_yen for one in facts.own)
    others = sum(one.balance_yen for one in facts.bureau.others) if facts.bureau else 0
    limit = decision.offer.limit_yen
    shown = facts.papers[0].annual_yen if facts.papers else None
    income = shown if shown is not None else facts.applicant.stated_income_yen
    assert income is not None
    assert oracle.within_third(income, [own, others, limit])
    assert shown is not None or not oracle.needs_paper(own + limit, others)
    assert limit <= facts.asked.limit_yen
    assert {one.rule_id for one in decision.open_findings} <= {"house.score"}
    assert decision.offer.rate_ppm is not None
    assert decision.offer.rate_ppm <= oracle_ceiling(own + limit)


@given(FACTS, st.integers(0, 3_000_000))
def test_more_income_shown_never_lowers_what_is_offered(facts: Facts, more: int) -> None:
    facts = replace(facts, papers=(SLIP,), score=None)
    richer = replace(facts, papers=(replace(SLIP, annual_yen=(SLIP.annual_yen or 0) + more),))
    one, other = decided(facts).offer, decided(richer).offer
    assert one is None or (other is not None and other.limit_yen >= one.limit_yen)


# ------------------------------------------------------------------------------------- the record
@given(FACTS)
def test_a_record_replays_to_the_same(facts: Facts) -> None:
    kept = orjson.loads(orjson.dumps(document(decided(facts))))
    again = replay(kept)
    assert again.same
    assert again.changed_tables == ()
    assert document(again.decision) == kept


@given(FACTS)
def test_facts_survive_their_plain_form(facts: Facts) -> None:
    assert read(Facts, orjson.loads(orjson.dumps(plain(facts)))) == facts


def test_a_changed_record_is_refused_and_another_document_too() -> None:
    kept = document(decided(application()))
    forged = copy.deepcopy(kept)
    forged["facts"]["applicant"]["stated_income_yen"] = 9_000_000
    for broken, code in (
        (forged, "SCR-154"),
        ({"schema": "x"}, "SCR-155"),
        ({**kept, "law": 1}, "SCR-154"),
    ):
        with pytest.raises(FaultyInput) as caught:
            replay(broken)
        assert caught.value.faults[0].code == code


def test_a_row_that_was_corrected_since_is_named() -> None:
    kept = copy.deepcopy(document(decided(application())))
    for row in kept["law"]:
        if row["table"] == "lending.one_third":
            row["values"][0]["cells"]["value"] = 4
    kept["sha256"] = digest(kept)
    assert replay(kept).changed_tables == ("lending.one_third",)


def test_by_the_law_of_another_day_the_difference_is_told() -> None:
    young = application(100_000, applicant=who(born_on=date(2007, 1, 1)))
    kept = document(decided(young))
    found = compare(kept, date(2022, 3, 31))
    assert (found.before.verdict, found.after.verdict) == (Verdict.NEEDS, Verdict.REFUSE)
    assert ("LEND-018", "majority", "pass", "fail") in {
        (one.rule_id, one.subject, one.before, one.after) for one in found.changes
    }
    assert {"person.age_of_majority", "lending.young_evidence"} <= set(found.changed_tables)
    assert compare(kept, ON).changes == ()


def test_the_record_has_the_shape_of_its_schema() -> None:
    root = Path(__file__).parents[2] / "src/motocho/screening/data/decision.schema.json"
    schema = orjson.loads(root.read_bytes())
    for facts in (application(), application(510_000, applicant=who(has_barred_ties=True))):
        held = orjson.loads(orjson.dumps(document(decided(facts))))
        faults = list(misshapen(schema, held, schema, "$"))
        assert not faults
        for key in schema["required"]:
            assert list(misshapen(schema, {k: v for k, v in held.items() if k != key}, schema, "$"))


def misshapen(schema: dict[str, Any], value: Any, root: dict[str, Any], at: str) -> Any:
    """The words of JSON Schema that the file uses, and no others."""
    used = {"$schema", "$id", "title", "$defs", "$ref", "type", "required", "properties", "items",
            "additionalProperties", "enum", "const", "pattern", "description"}  # fmt: skip
    assert set(schema) <= used, set(schema) - used
    if "$ref" in schema:
        yield from misshapen(root["$defs"][schema["$ref"].rsplit("/", 1)[-1]], value, root, at)
        return
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "null": type(None)}
    wanted = schema.get("type", [])
    wanted = [wanted] if isinstance(wanted, str) else wanted
    if wanted and not any(type(value) is kinds[each] for each in wanted):
        yield f"{at}: {value!r}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r}"
    if "const" in schema and value != schema["const"]:
        yield f"{at}: {value!r}"
    if isinstance(value, dict):
        yield from (f"{at}.{key}" for key in schema.get("required", []) if key not in value)
        known = schema.get("properties", {})
        for key, held in value.items():
            if key in known:
                yield from misshapen(known[key], held, root, f"{at}.{key}")
            elif schema.get("additionalProperties") is False:
                yield f"{at}.{key}: not named"
    if isinstance(value, list) and "items" in schema:
        for place, held in enumerate(value):
            yield from misshapen(schema["items"], held, root, f"{at}[{place}]")


# ------------------------------------------------------------------------------- reading, policy
def test_every_fault_of_a_file_is_told_with_its_path() -> None:
    wrong = {
        "asked": {"kind": "gift", "limit_yen": -1},
        "applicant": {"source": "form", "born_on": "1990-13-01", "salary": 1},
        "papers": [{"kind": "pay_slips", "slips": [{"paid_on": "2026-10-25"}]}],
        "own": {},
        "bureau": {"answer_id": "B", "answered_on": "2026-11-10", "is_designated": "yes"},
    }
    with pytest.raises(FaultyInput) as caught:
        read(Facts, wrong)
    assert [(each.code, each.column) for each in caught.value.faults] == [
        ("SCR-153", "asked.kind"), ("SCR-153", "asked.limit_yen"),
        ("SCR-151", "applicant.salary"), ("SCR-153", "applicant.born_on"),
        ("SCR-152", "papers[1].source"), ("SCR-152", "papers[1].slips[1].pay_yen"),
        ("SCR-153", "own"), ("SCR-153", "bureau.is_designated"),
    ]  # fmt: skip
    with pytest.raises(FaultyInput):
        read(Facts, {"asked": True})


def test_a_policy_with_a_gap_or_without_a_number_is_refused() -> None:
    row = "\n".join(f"  {name}: 1" for name in POLICY.house.__dataclass_fields__)
    assert read_houses(f"- from: 2026-01-01\n  until: null\n{row}\n")
    for text in (
        f"- from: 2026-01-01\n  until: 2026-12-31\n{row}\n",
        f"- from: 2026-01-01\n  until: null\n{row.replace('most_age: 1', 'most_age: 0')}\n",
        "- from: 2026-01-01\n  until: null\n",
    ):
        with pytest.raises(FaultyInput):
            read_houses(text)


def test_a_product_is_offered_as_it_is_published() -> None:
    product = products(date(2026, 1, 1))[0]
    offering = offering_of(product)
    assert decide(application(), policy_on(ON, offering), ON).offer is not None
    for limit in (1_000, 300_000, 999_999, 1_000_000, 3_000_000):
        assert offering.rate_ppm(limit) == product.rate_ppm(limit)
    assert offering.rate_ppm(999) is None


def test_a_paper_of_an_unlisted_kind_decides_nothing_by_itself() -> None:
    bankbook = Paper("b", PaperKind.OTHER)
    assert decided(application(papers=(bankbook,))).verdict is Verdict.OFFER
    assert decided(application(510_000, papers=(bankbook,))).verdict is Verdict.NEEDS


def test_own_contracts_are_counted_once_each() -> None:
    own = (LINE, OwnContract("A2", LINE.kind, 0, 200_000))
    decision = decided(application(10_000, own=own))
    known = {one.name: one.value for one in finding(decision, "LEND-003").known}
    assert known["own_with_asked_yen"] == 510_000
