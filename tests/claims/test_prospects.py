"""Prospects: the three questions, the line, offers, fees at their edges, records, tax, costs."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motocho.claims import pleading, prospects, reading
from motocho.claims.assumptions import Assumptions
from motocho.claims.prospects import (
    Agreed,
    Answers,
    Circumstances,
    Expenses,
    GuaranteedLoan,
    Handling,
    Offer,
    Record,
    Standings,
    Told,
    Totals,
    Verdict,
    agreed_fee,
    bureau_effect,
    check,
    costs,
    known_sentences,
    line,
    most_fee,
    outlook,
    read_period,
    settlement_table,
    tax_note,
    totals,
    totals_of,
)
from motocho.claims.prospects.sentences import Sentence
from motocho.claims.statement import Statement, recalculate
from motocho.kernel.conventions import Series
from motocho.law.court import Court
from motocho.law.lenders import lender_by_id
from motocho.law.published import Way
from motocho.office.tracker import fees
from motocho.units.errors import InputError, Language, LawGap

TODAY = date(2026, 11, 23)
PLACES = re.compile(r"\{(\w+)\}")


# ------------------------------------------------------------------------------- am I affected?
@pytest.mark.parametrize(
    ("began", "paid_off", "lender", "verdict", "keys"),
    [
        ("2003", "2019-05", "アコム", Verdict.LIKELY, {"began_before_at_rate", "in_time"}),
        ("2007-06-17", None, "アコム", Verdict.LIKELY, {"still_paying"}),
        ("2007-06-18", None, "アコム", Verdict.UNLIKELY, {"began_after"}),
        ("2007", None, "アコム", Verdict.LIKELY, {"began_near"}),
        ("2003", "2016-11-23", "アコム", Verdict.LIKELY, {"professional_soon"}),
        ("2003", "2016-11-22", "アコム", Verdict.TIME_BARRED, {"time_over"}),
        ("2003", "2016-11", "アコム", Verdict.PROFESSIONAL, {"professional_edge"}),
        ("H15", "令和2年5月", "アコム", Verdict.LIKELY, {"professional_five_years"}),
        ("2007-07-31", None, "アイフル", Verdict.LIKELY, {"began_before_at_rate"}),
        ("2007-08-01", None, "アイフル", Verdict.UNLIKELY, {"began_after"}),
        ("1999", None, "武富士", Verdict.UNLIKELY, {"lender_discharged"}),
        ("2005", None, "バンクイック", Verdict.UNLIKELY, {"lender_bank"}),
        ("2005", None, "レイク", Verdict.LIKELY, {"began_before_at_rate"}),
        ("1995", None, "レイク", Verdict.PROFESSIONAL, {"professional_disputed"}),
        ("2005", None, "クオークローン", Verdict.PROFESSIONAL, {"professional_not_carried"}),
        ("2005", None, "三洋信販", Verdict.LIKELY, {"taken_over"}),
        ("2010-06-17", None, "知らない会社", Verdict.LIKELY, {"began_before_law"}),
        ("2010-06-18", None, "知らない会社", Verdict.UNLIKELY, {"began_after_law"}),
    ],
)
def test_three_answers_give_a_verdict_with_its_reasons(
    began: str, paid_off: str | None, lender: str, verdict: Verdict, keys: set[str]
) -> None:
    answers = Answers(read_period(began), read_period(paid_off) if paid_off else None, lender)
    found = check(answers, TODAY)
    assert found.verdict is verdict
    said = {each.key for each in found.reasons}
    assert keys | {"no_promise"} <= said


@pytest.mark.parametrize(
    ("paid_off", "today", "key", "see"),
    [
        ("2022-06-10", date(2026, 11, 23), "new_code_may_apply", False),
        ("2022-06-10", date(2026, 12, 9), "new_code_may_apply", False),
        ("2022-06-10", date(2026, 12, 10), "professional_five_years_soon", True),
        ("2022-06-10", date(2027, 6, 10), "professional_five_years_soon", True),
        ("2022-06-10", date(2027, 6, 11), "professional_five_years", True),
        ("2020", date(2025, 4, 1), "professional_five_years_soon", True),
        ("2020", date(2025, 4, 2), "professional_five_years", True),
        ("2020-03-31", date(2026, 11, 23), None, False),
    ],
)
def test_five_years_that_are_over_or_near_send_to_a_professional(
    paid_off: str, today: date, key: str | None, *, see: bool
) -> None:
    found = check(Answers(read_period("2003"), read_period(paid_off), "アコム"), today)
    told = {each.key for each in found.reasons} & {
        "new_code_may_apply", "professional_five_years", "professional_five_years_soon",
    }  # fmt: skip
    assert told == ({key} if key else set())
    assert found.see_professional is see
    assert found.verdict is Verdict.LIKELY


def test_a_company_of_another_time_is_not_asked() -> None:
    found = check(Answers(read_period("2005"), None, "レイク"), TODAY)
    assert [each.lender_id for each in found.lenders] == ["shinsei_financial"]


@pytest.mark.parametrize(
    ("text", "first_on", "last_on"),
    [
        ("2005", date(2005, 1, 1), date(2005, 12, 31)),
        ("平成17年頃", date(2005, 1, 1), date(2005, 12, 31)),
        ("2004年2月", date(2004, 2, 1), date(2004, 2, 29)),
        ("H17.3", date(2005, 3, 1), date(2005, 3, 31)),
        ("2005-3-7", date(2005, 3, 7), date(2005, 3, 7)),
        ("令和元年5月", date(2019, 5, 1), date(2019, 5, 31)),
    ],
)
def test_a_time_is_read_as_it_is_remembered(text: str, first_on: date, last_on: date) -> None:
    assert read_period(text) == (first_on, last_on)


@pytest.mark.parametrize("text", ["", "むかし", "2005-13", "H99"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_period(text)


def test_a_payoff_before_the_beginning_and_a_day_to_come_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        check(Answers(read_period("2005"), read_period("2004"), "アコム"), TODAY)
    assert caught.value.faults[0].code == "PRS-002"
    with pytest.raises(InputError) as caught:
        check(Answers(read_period("2027"), None, "アコム"), TODAY)
    assert caught.value.faults[0].code == "PRS-001"


# ---------------------------------------------------------------------------------------- line
def statement_of(overpaid_yen: int) -> Statement:
    paper = f"date,borrow,repay\n2025-01-10,100000,\n2025-01-10,,{100_000 + overpaid_yen}\n"
    return recalculate(reading.read(paper.encode()), Assumptions())


@pytest.mark.parametrize(
    ("yen", "court", "may", "passed"),
    [
        (1_399_999, Court.SUMMARY, True, None),
        (1_400_000, Court.SUMMARY, True, None),
        (1_400_001, Court.DISTRICT, False, 2),
        (0, None, True, None),
    ],
)
def test_line_at_each_yen(yen: int, court: Court | None, passed: int | None, *, may: bool) -> None:
    found = line(statement_of(yen), TODAY)
    assert (found.court, found.scrivener_may_act, found.passed_in_row) == (court, may, passed)
    assert found.below_yen == 1_400_000 - yen


def test_two_claims_below_the_line_are_a_district_court_together() -> None:
    paper = (
        "date,borrow,repay,contract\n2025-01-10,100000,,1\n2025-01-10,,900000,1\n"
        "2025-02-10,100000,,2\n2025-02-10,,900000,2\n"
    )
    history = reading.read(paper.encode())
    found = line(recalculate(history, replace(Assumptions(), contracts=Series.SEPARATE)), TODAY)
    assert (found.court, found.scrivener_may_act, found.passed_in_row) == (Court.DISTRICT, True, 4)
    assert [each.yen for each in found.claims] == [800_000, 800_000]
    assert {"professional_lawyer_in_court"} <= {each.key for each in found.reasons}


def test_court_and_costs_go_by_what_the_papers_sue_for_after_set_off() -> None:
    paper = (
        "date,borrow,repay,contract\n2025-01-10,100000,,1\n2025-01-10,,1600000,1\n"
        "2025-01-10,400000,,2\n"
    )
    assumptions = replace(Assumptions(), contracts=Series.SEPARATE_SET_OFF)
    statement = recalculate(reading.read(paper.encode()), assumptions)
    found = line(statement, TODAY)
    sued_yen = pleading.content(statement, pleading.read({}), TODAY).overpayment_yen
    assert found.amount_in_dispute_yen == sued_yen == 1_100_000
    assert (found.court, found.passed_in_row) == (Court.SUMMARY, None)
    price = outlook([Told("主張", statement)], Circumstances(), TODAY).costs
    assert price is not None
    assert price.filing.amount_in_dispute_yen == sued_yen


# ---------------------------------------------------------------------------------------- fees
@given(st.integers(0, 20_000_000), st.sampled_from(list(Way)), st.sampled_from(list(Handling)))
def test_fee_equals_its_fraction(yen: int, way: Way, handling: Handling) -> None:
    """The second route: exact fractions, cut where the fee is cut."""
    fee = most_fee(handling, way, yen, date(2025, 1, 6))
    if handling in {Handling.ALONE, Handling.AGREED}:
        assert fee.total_yen == 0
        return
    fixed = {Handling.LAWYER: 20_000, Handling.SCRIVENER: 50_000}[handling]
    share = Fraction(25 if way is Way.SUIT else 20, 100)
    bare = fixed + int(yen * share)
    assert fee.total_yen == bare + int(Fraction(bare, 10))
    assert fee.citations


@given(st.integers(0, 20_000_000), st.sampled_from(list(Way)))
def test_an_agreed_fee_at_the_caps_is_the_capped_one(yen: int, way: Way) -> None:
    """A third route: what the tracker of a case takes for the same agreement."""
    on = date(2026, 11, 23)
    for handling, fixed in ((Handling.LAWYER, 20_000), (Handling.SCRIVENER, 50_000)):
        terms = fees.Terms(fees.Profession(handling.value), 200_000, 250_000, fixed, on)
        road = fees.Road.SUIT if way is Way.SUIT else fees.Road.TALKS
        capped = most_fee(handling, way, yen, on).total_yen
        assert agreed_fee(Agreed(200_000, 250_000, fixed), way, yen, on).total_yen == capped
        assert fees.fee(terms, yen, road, on).total_yen == capped


@pytest.mark.parametrize(
    ("handling", "on", "total_yen"),
    [
        (Handling.LAWYER, date(2019, 9, 30), 237_600),
        (Handling.LAWYER, date(2019, 10, 1), 242_000),
        (Handling.SCRIVENER, date(2019, 9, 30), 270_000),
        (Handling.SCRIVENER, date(2019, 10, 1), 275_000),
        (Handling.LAWYER, date(2026, 3, 31), 242_000),
        (Handling.LAWYER, date(2026, 4, 1), 242_000),
        (Handling.SCRIVENER, date(2025, 2, 1), 275_000),
    ],
)
def test_fee_on_both_sides_of_each_change(handling: Handling, on: date, total_yen: int) -> None:
    assert most_fee(handling, Way.TALKS, 1_000_000, on).total_yen == total_yen


def test_a_cap_whose_prolongation_was_not_read_says_so() -> None:
    assert not any(
        "弁護士" in each.title_ja
        for each in most_fee(Handling.LAWYER, Way.TALKS, 1, date(2026, 3, 31)).unverified
    )
    assert any(
        "弁護士" in each.title_ja
        for each in most_fee(Handling.LAWYER, Way.TALKS, 1, date(2026, 4, 1)).unverified
    )


def test_no_cap_before_the_federations_had_one() -> None:
    with pytest.raises(LawGap):
        most_fee(Handling.LAWYER, Way.TALKS, 1, date(2011, 3, 31))


# ------------------------------------------------------------------------------------- settling
TOTALS = Totals(1_000_000, 1_300_000, 0, TODAY)


def test_an_offer_has_its_shares_and_what_it_pays_out() -> None:
    offers = [Offer(TODAY, "業者", 500_000), Offer(TODAY, "業者", 1_300_000, way=Way.SUIT)]
    expenses = Expenses(talks_yen=1_710, suit_yen=14_710)
    first, second = settlement_table(TOTALS, offers, lender_id="acom", expenses=expenses).rounds
    assert (first.share_without_ppm, first.share_with_ppm) == (500_000, 384_615)
    assert first.gives_up_yen == 800_000
    nets = {each.handling: each.net_yen for each in first.payouts}
    # 500,000 − (50,000 + 100,000) × 1.1 − 1,710; 500,000 − (20,000 + 100,000) × 1.1 − 1,710.
    assert nets == {
        Handling.ALONE: 498_290,
        Handling.SCRIVENER: 333_290,
        Handling.LAWYER: 366_290,
    }
    assert [each.key for each in first.warnings] == ["trap_below_principal"]
    assert (second.gives_up_yen, second.warnings) == (0, ())
    assert {each.handling: each.net_yen for each in second.payouts}[Handling.ALONE] == 1_285_290


def test_the_totals_in_full_show_what_they_would_pay_out() -> None:
    expenses = Expenses(talks_yen=1_710, suit_yen=14_710)
    talks, suit = settlement_table(TOTALS, [], expenses=expenses).whole
    assert (talks.offer.way, suit.offer.way) == (Way.TALKS, Way.SUIT)
    # 1,000,000 − (20,000 + 200,000) × 1.1 − 1,710; 1,300,000 − (20,000 + 325,000) × 1.1 − 14,710.
    assert {each.handling: each.net_yen for each in talks.payouts}[Handling.LAWYER] == 756_290
    assert {each.handling: each.net_yen for each in suit.payouts}[Handling.LAWYER] == 905_790
    assert settlement_table(Totals(0, 0, 5, TODAY), []).whole == ()


def test_an_agreed_fee_stands_beside_the_caps() -> None:
    expenses = Expenses(agreed=Agreed(150_000, 200_000, 10_000))
    (only,) = settlement_table(TOTALS, [Offer(TODAY, "業者", 600_000)], expenses=expenses).rounds
    # 600,000 − (10,000 + 90,000) × 1.1.
    assert (only.payouts[-1].handling, only.payouts[-1].net_yen) == (Handling.AGREED, 490_000)


def test_a_zero_settlement_is_a_trap_unless_a_debt_is_forgiven() -> None:
    (zero,) = settlement_table(TOTALS, [Offer(TODAY, "業者", 0)]).rounds
    assert [each.key for each in zero.warnings] == ["trap_zero", "professional_zero"]
    assert "1,300,000" in zero.warnings[0].text(Language.JA)
    owing = Totals(0, 0, 80_000, TODAY)
    (forgiven,) = settlement_table(owing, [Offer(TODAY, "業者", 0)]).rounds
    assert [each.key for each in forgiven.warnings] == ["zero_with_debt"]


def test_a_scrivener_pays_out_nothing_above_the_line() -> None:
    above = Totals(1_400_001, 1_500_000, 0, TODAY)
    (only,) = settlement_table(above, [Offer(TODAY, "業者", 900_000)]).rounds
    assert {each.handling: each.net_yen is None for each in only.payouts} == {
        Handling.ALONE: False,
        Handling.SCRIVENER: True,
        Handling.LAWYER: False,
    }


@pytest.mark.parametrize(("largest", "may"), [(1_400_000, True), (1_400_001, False)])
def test_a_scrivener_acts_by_the_single_claim_and_not_by_the_total_without_interest(
    largest: int, *, may: bool
) -> None:
    of = Totals(1_300_000, 1_900_000, 0, TODAY, largest)
    (only,) = settlement_table(of, [Offer(TODAY, "業者", 900_000)]).rounds
    found = {each.handling: each.net_yen is not None for each in only.payouts}
    assert found[Handling.SCRIVENER] is may


@pytest.mark.parametrize(("way", "may"), [(Way.TALKS, True), (Way.SUIT, False)])
def test_a_scrivener_does_not_sue_for_claims_that_are_above_the_line_together(
    way: Way, *, may: bool
) -> None:
    of = Totals(1_600_000, 1_900_000, 0, TODAY, 800_000, 1_600_000)
    (only,) = settlement_table(of, [Offer(TODAY, "業者", 900_000, way=way)]).rounds
    found = {each.handling: each.net_yen is not None for each in only.payouts}
    assert found[Handling.SCRIVENER] is may


def test_the_single_claim_is_the_amount_in_dispute_of_the_statement() -> None:
    statement = statement_of(1_400_001)
    found = totals_of(statement, TODAY)
    assert found.largest_claim_yen == int(statement.result.overpayment_yen) == 1_400_001


def test_an_offer_below_nothing_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        settlement_table(TOTALS, [Offer(TODAY, "業者", -1)])
    assert caught.value.faults[0].code == "PRS-003"


def test_published_shares_are_the_lenders_and_everybodys_with_their_pages() -> None:
    found = settlement_table(TOTALS, [], lender_id="aiful").published
    assert {each.lender_id for each in found} == {"aiful", None}
    assert all(each.url.startswith("http") and each.says for each in found)


def test_the_total_without_interest_is_a_calculation_of_its_own() -> None:
    paper = (
        b"date,borrow,repay\n2001-01-10,100000,\n2001-02-10,,400000\n"
        b"2011-02-10,350000,\n2012-02-10,,10000\n"
    )
    history = reading.read(paper)
    found = totals(history, Assumptions(), TODAY)
    whole = recalculate(history, Assumptions(), as_of=TODAY)
    assert found.with_interest_yen == int(whole.result.claim_yen)
    assert found.without_interest_yen == 0  # the advance of 2011 took it all; interest did not help
    assert found.with_interest_yen > 0


# --------------------------------------------------------------------------- records and effects
@pytest.mark.parametrize(
    ("of", "record", "keys"),
    [
        (Standings(0, 0, 500_000), Record.NONE, {"bureau_paid_off"}),
        (Standings(200_000, 0, 500_000), Record.NONE, {"bureau_recalculated_to_nothing"}),
        (Standings(200_000, 90_000, 90_000), Record.NONE, {"bureau_recalculated_to_nothing"}),
        (Standings(200_000, 90_001, 90_000), Record.LIKELY, {"bureau_debt_left"}),
        (Standings(0, 0, 50_000, shopping_yen=50_000), Record.NONE, {"bureau_shopping_covered"}),
        (Standings(0, 0, 50_000, shopping_yen=50_001), Record.LIKELY, {"bureau_shopping"}),
    ],
)
def test_record_by_what_is_left(of: Standings, record: Record, keys: set[str]) -> None:
    found = bureau_effect(of, lender_by_id("acom"))
    assert found.record is record
    assert keys <= {each.key for each in found.reasons}


@pytest.mark.parametrize(
    ("balance", "record"), [(300_000, Record.NONE), (300_001, Record.POSSIBLE)]
)
def test_the_seeds_bank_loans_are_looked_at(balance: int, record: Record) -> None:
    loan = GuaranteedLoan("三菱UFJ銀行", "バンクイック", balance)
    found = bureau_effect(Standings(0, 0, 300_000, loans=(loan,)), lender_by_id("acom"))
    assert found.record is record
    names = next(each for each in found.side_effects if each.key == "effect_guaranteed")
    assert "じぶんローン" in names.text(Language.JA)
    assert names.source


# ---------------------------------------------------------------------------------- tax and costs
@pytest.mark.parametrize(
    ("interest", "other", "needed"), [(199_999, 0, False), (200_000, 0, False), (200_001, 0, True)]
)
def test_tax_line(interest: int, other: int, *, needed: bool) -> None:
    assert tax_note(interest, other, TODAY).return_needed is needed


@pytest.mark.parametrize(
    ("yen", "on", "paper", "electronic"),
    [
        (100_000, date(2026, 5, 21), 1_710 + 600 + 3_500, 1_710 + 600 + 2_400),
        (100_001, date(2026, 5, 21), 1_710 + 600 + 4_500, 1_710 + 600 + 3_400),
        (1_000_000, TODAY, 1_710 + 600 + 12_500, 1_710 + 600 + 11_400),
        (1_000_001, TODAY, 1_710 + 600 + 13_500, 1_710 + 600 + 12_400),
        (1_400_000, TODAY, 1_710 + 600 + 14_500, 1_710 + 600 + 13_400),
    ],
)
def test_costs_of_an_action(yen: int, on: date, paper: int, electronic: int) -> None:
    found = costs(yen, on)
    assert [each.total_yen for each in found.actions] == [paper, electronic]
    assert found.least_action_yen == electronic


def test_before_the_flat_part_no_total_is_known() -> None:
    found = costs(1_050_000, date(2026, 5, 20))
    (only,) = found.actions
    assert (only.route.value, only.total_yen, found.least_action_yen) == ("paper", None, None)
    assert (only.filing_yen, only.known_yen) == (11_000, 11_000 + 1_710 + 600)
    assert found.letter.total_yen == 1_710


def test_the_fee_is_always_among_what_an_action_costs() -> None:
    """Also where the post or the certificate of the day is not known: the fee is never left out."""
    before, after = costs(1_050_000, date(2026, 5, 20)), costs(1_050_000, date(2026, 5, 21))
    assert [each.filing_yen for each in after.actions] == [13_500, 12_400]
    assert [each.known_yen for each in after.actions] == [each.total_yen for each in after.actions]
    assert (before.known_action_yen, after.known_action_yen) == (13_310, 14_710)
    unread = costs(1_050_000, date(2025, 3, 31))
    assert unread.actions[0].known_yen == 11_000 + unread.letter.total_yen
    statement = statement_of(1_050_000)
    suit = [
        each
        for each in outlook(
            [Told("主張", statement)], Circumstances(), date(2026, 5, 20)
        ).settling.whole
        if each.offer.way is Way.SUIT
    ]
    assert [payout.costs_yen for payout in suit[0].payouts] == [13_310] * 3


def test_certificates_of_before_2025_were_not_read() -> None:
    assert costs(1_050_000, date(2025, 3, 31)).certificates == ()
    assert len(costs(1_050_000, date(2025, 4, 1)).certificates) == 3


# -------------------------------------------------------------------------------------- together
def test_outlook_gathers_every_part() -> None:
    statement = statement_of(1_450_000)
    offers = (Offer(TODAY, "業者", 0),)
    of = Circumstances(lender=lender_by_id("acom"), offers=offers)
    found = outlook([Told("主張", statement)], of, TODAY)
    document = found.document()
    assert document["act_by_on"] == "2030-01-10"
    keys = {each.key for each in found.professional}
    assert {"professional_lawyer_only", "professional_zero", "professional_tax"} <= keys
    assert document["costs"]["court"] == "district"
    assert {each["subject"] for each in document["durations"]} == {"duration_months", "stage_days"}


@pytest.mark.parametrize(
    ("rows", "record"),
    [
        (("2025-01-10,100000,,1,100000", "2025-02-10,,101500,1,0"), Record.NONE),
        (
            ("2025-01-10,500000,,1,500000", "2025-01-10,90000,,2,90000", "2025-02-10,,92000,2,0"),
            Record.LIKELY,
        ),
        (
            (
                "2025-01-10,100000,,1,100000",
                "2025-02-10,,101500,1,0",
                "2025-03-10,300000,,1,",
            ),
            Record.LIKELY,
        ),
    ],
)
def test_paid_off_is_what_every_contract_last_printed(
    rows: tuple[str, ...], record: Record
) -> None:
    paper = "\n".join(("date,borrow,repay,contract,balance", *rows, ""))
    assumptions = replace(Assumptions(), contracts=Series.SEPARATE)
    statement = recalculate(reading.read(paper.encode()), assumptions, as_of=TODAY)
    found = outlook([Told("主張", statement)], Circumstances(), TODAY)
    assert found.bureau.record is record


def test_an_outlook_without_an_overpayment_has_no_costs() -> None:
    paper = b"date,borrow,repay\n2025-01-10,100000,\n"
    statement = recalculate(reading.read(paper), Assumptions(), as_of=TODAY)
    found = outlook([Told("主張", statement)], Circumstances(), TODAY)
    assert found.costs is None
    assert found.clocks[0].counts == ()
    assert found.line.court is None


# ------------------------------------------------------------------------------------- sentences
@pytest.mark.parametrize("key", known_sentences())
def test_sentence_has_both_languages_and_readable_law(key: str) -> None:
    texts = known_sentences()[key]
    assert set(texts) <= {"ja", "en", "law"}
    assert set(PLACES.findall(texts["ja"])) == set(PLACES.findall(texts["en"])) or key.startswith(
        ("began_", "lender_")
    )
    details = dict.fromkeys(PLACES.findall(texts["ja"]) + PLACES.findall(texts["en"]), "x")
    sentence = Sentence(key, details)
    assert sentence.text(Language.JA) != sentence.text(Language.EN)
    assert sentence.citations or "law" not in texts


def test_every_sentence_is_said_somewhere() -> None:
    source = "".join(
        path.read_text(encoding="utf-8") for path in Path(prospects.__file__).parent.glob("*.py")
    )
    assert not [key for key in known_sentences() if f'"{key}"' not in source]


@pytest.mark.parametrize("key", known_sentences())
def test_no_sentence_ranks_promises_or_refers(key: str) -> None:
    texts = known_sentences()[key]
    for word in ("おすすめ", "ランキング", "必ず戻", "確実に", "No.1", "当事務所"):
        assert word not in texts["ja"]
    for word in ("recommend", "best", "guaranteed to", "certainly"):
        assert word not in texts["en"].lower()
