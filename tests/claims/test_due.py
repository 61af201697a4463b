"""What is left after a part payment and after set-off, by a second count; the 140万円 line once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motocho.claims import pleading
from motocho.claims.assumptions import Assumptions
from motocho.claims.history import Event, History
from motocho.claims.pleading import PaperKind, filing
from motocho.claims.prospects import (
    Circumstances,
    Order,
    Refund,
    Refunds,
    Told,
    acting,
    due_of,
    line,
    outlook,
    read_circumstances,
    totals_of,
)
from motocho.claims.statement import Statement, recalculate
from motocho.kernel.conventions import (
    EventKind,
    FirstDay,
    OverpaymentAppropriation,
    OverpaymentRateRule,
    Series,
    YearBasis,
)
from motocho.law import court
from motocho.law.court import Court
from motocho.units.errors import FaultyInput

PAID_OFF = date(2020, 1, 10)
DAY = date(2026, 11, 23)
PLAIN = Assumptions(year_basis=YearBasis.FIXED_365)
OVERPAID_YEN = 500_000


def statement_of(assumptions: Assumptions = PLAIN, overpaid_yen: int = OVERPAID_YEN) -> Statement:
    """Lent and paid back on one day: the overpayment is what was paid beyond, with no interest."""
    events = (
        Event(PAID_OFF, EventKind.BORROW, 100_000),
        Event(PAID_OFF, EventKind.REPAY, 100_000 + overpaid_yen),
    )
    history = History(events, lender="架空ファイナンス株式会社", input_sha256="ab" * 32)
    return recalculate(history, assumptions, as_of=DAY)


def grown(yen: int, from_on: date, until_on: date) -> int:
    """The second count: 5 % of 365 days, cut to the yen."""
    return int(Fraction(yen * 5 * (until_on - from_on).days, 36_500))


# ------------------------------------------------------------------------------------ part payments
def test_a_part_payment_goes_to_interest_and_then_to_the_overpayment() -> None:
    on, later = date(2022, 3, 1), date(2023, 7, 15)
    found = due_of(statement_of(), Refunds((Refund(later, 90_000), Refund(on, 200_000))))
    interest = grown(OVERPAID_YEN, PAID_OFF, on)
    left = OVERPAID_YEN + interest - 200_000
    again = grown(left, on, later)
    first, second = found.applied
    assert (first.interest_yen, first.overpayment_yen) == (interest, 200_000 - interest)
    assert (first.left_interest_yen, first.left_overpayment_yen) == (0, left)
    assert (second.interest_yen, second.left_overpayment_yen) == (again, left - 90_000 + again)
    assert (found.interest_yen, found.overpayment_yen) == (0, left + again - 90_000)
    assert (found.counted_on, found.charged_until) == (later, later)
    assert found.all_interest_yen == interest + again
    assert found.statement.as_of == on


def test_what_both_agreed_goes_first_and_leaves_interest_alone() -> None:
    """Article 490: the overpayment was paid back; its interest is left and bears none itself."""
    on = date(2022, 3, 1)
    refunds = Refunds((Refund(on, OVERPAID_YEN),), Order.PRINCIPAL)
    found = due_of(statement_of(), refunds)
    assert (found.overpayment_yen, found.interest_yen) == (0, grown(OVERPAID_YEN, PAID_OFF, on))
    assert found.is_interest_alone
    assert found.in_dispute_yen == found.interest_yen
    assert totals_of(statement_of(), DAY, refunds).with_interest_yen == found.interest_yen
    later = Refunds((*refunds.paid, Refund(date(2024, 3, 1), 1_000)), Order.PRINCIPAL)
    assert due_of(statement_of(), later).interest_yen == found.interest_yen - 1_000


def test_costs_that_were_fixed_come_before_all_by_law_and_last_by_agreement() -> None:
    on = date(2022, 3, 1)
    paid = (Refund(on, 60_000),)
    by_law = due_of(statement_of(), Refunds(paid, costs_yen=7_000)).applied[0]
    assert (by_law.costs_yen, by_law.interest_yen) == (7_000, 53_000)
    agreed = due_of(statement_of(), Refunds(paid, Order.PRINCIPAL, 7_000)).applied[0]
    assert (agreed.costs_yen, agreed.interest_yen, agreed.overpayment_yen) == (0, 0, 60_000)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2_000), st.integers(1, 120_000)), min_size=1, max_size=4),
    st.sampled_from(list(Order)),
    st.integers(0, 30_000),
)
def test_part_payments_by_a_second_count(
    moves: list[tuple[int, int]], order: Order, costs_yen: int
) -> None:
    """The second route: one loop with Fractions that knows nothing of the kernel."""
    paid = sorted(Refund(PAID_OFF + timedelta(days=days), yen) for days, yen in moves)
    found = due_of(statement_of(), Refunds(tuple(paid), order, costs_yen))
    left = {"costs": costs_yen, "interest": 0, "principal": OVERPAID_YEN}
    since, ranks = PAID_OFF, ["costs", "interest", "principal"]
    for refund in paid:
        left["interest"] += grown(left["principal"], since, refund.on)
        since, taken = refund.on, refund.yen
        for name in ranks if order is Order.STATUTORY else reversed(ranks):
            part = min(left[name], taken)
            left[name], taken = left[name] - part, taken - part
    assert (found.overpayment_yen, found.interest_yen) == (left["principal"], left["interest"])
    for one in found.applied:
        assert one.costs_yen + one.interest_yen + one.overpayment_yen == one.yen


@pytest.mark.parametrize("first_day", list(FirstDay))
def test_no_day_is_lost_between_part_payments(first_day: FirstDay) -> None:
    chosen = replace(PLAIN, first_day=first_day)
    middle, on = date(2022, 3, 1), date(2023, 7, 15)
    once = due_of(statement_of(chosen), Refunds((Refund(on, 1),), Order.PRINCIPAL))
    twice = due_of(
        statement_of(chosen), Refunds((Refund(middle, 1), Refund(on, 1)), Order.PRINCIPAL)
    )
    assert abs(once.interest_yen - twice.interest_yen) <= 1
    assert once.charged_until == twice.charged_until
    spared = first_day is FirstDay.LEND_IN_REPAY_OUT
    assert once.charged_until == (on - timedelta(days=1) if spared else on)


@pytest.mark.parametrize(
    ("paid", "code"),
    [
        ((Refund(PAID_OFF - timedelta(days=1), 1),), "PLD-009"),
        ((Refund(PAID_OFF, OVERPAID_YEN + 1),), "PLD-010"),
    ],
)
def test_a_payment_that_does_not_fit_is_told(paid: tuple[Refund, ...], code: str) -> None:
    with pytest.raises(FaultyInput) as caught:
        due_of(statement_of(), Refunds(paid))
    assert [fault.code for fault in caught.value.faults] == [code]
    assert caught.value.faults[0].column == "refunds"


def test_all_that_was_due_leaves_nothing_to_ask_for() -> None:
    stated = {"refunds": f"{PAID_OFF.isoformat()}/{OVERPAID_YEN}"}
    content = pleading.content(statement_of(), pleading.read(stated), DAY)
    assert (content.has_claim, content.fees, filing.packing_list(content)) == (False, None, None)
    assert PaperKind.COMPLAINT not in pleading.offered(content)


# --------------------------------------------------------------------------------------- the papers
FACTS = {
    "client_name": "甲野花子",
    "client_address": "東京都千代田区千代田1番1号",
    "lender_name": "架空ファイナンス株式会社",
    "lender_address": "東京都港区芝公園4丁目2番8号",
    "lender_representative": "代表取締役　架空太郎",
    "court_name": "東京簡易裁判所",
}


def test_interest_alone_is_offered_valued_and_pleaded_without_interest_on_it() -> None:
    stated = {**FACTS, "refunds": f"R4.3.1／{OVERPAID_YEN}", "refund_order": "principal"}
    content = pleading.content(statement_of(), pleading.read(stated), DAY)
    interest = grown(OVERPAID_YEN, PAID_OFF, date(2022, 3, 1))
    assert (content.overpayment_yen, content.interest_yen) == (0, interest)
    assert {PaperKind.COMPLAINT, PaperKind.CERTIFIED_DEMAND} <= set(pleading.offered(content))
    assert content.fees is not None
    assert content.fees.by_value_yen == court.filing_fee_yen(interest, DAY)
    assert content.fees.court is Court.SUMMARY
    assert content.rates == ()
    claim = pleading.fields(content)["claim"]
    assert claim["is_interest_alone"] == "1"
    assert claim["running"] == ""


def test_what_is_left_after_a_part_payment_runs_on_from_the_day_after_it() -> None:
    stated = {**FACTS, "refunds": "2022-03-01/200000;2023-07-15/90000"}
    content = pleading.content(statement_of(), pleading.read(stated), DAY)
    assert content.interest_from == date(2023, 7, 16)
    assert content.accrued_until == date(2023, 7, 15)
    assert content.fees is not None
    assert content.fees.by_value_yen == court.filing_fee_yen(content.overpayment_yen, DAY)
    claim = pleading.fields(content)["claim"]
    assert claim["sheet_on"] == "令和4年3月1日"
    assert [one["received"] for one in claim["refunds"]] == ["20万円", "9万円"]
    assert claim["running"] == "令和5年7月16日から支払済みまで年5パーセント"


@pytest.mark.parametrize("text", ["2022-03-01", "300000", "2022-03-01/x", "13月1日/3万円", "a;b"])
def test_payments_that_cannot_be_read_are_told_at_their_box(text: str) -> None:
    with pytest.raises(FaultyInput) as caught:
        pleading.read({"refunds": text})
    assert [fault.column for fault in caught.value.faults] == ["refunds"]
    with pytest.raises(FaultyInput) as caught:
        read_circumstances({"refunds": text}, {})
    assert {fault.code for fault in caught.value.faults} == {"PLD-011"}


def test_payments_are_read_alike_by_papers_and_outlook() -> None:
    texts = {
        "refunds": "R4.3.1／20万円；2023/7/15/90,000",
        "refund_order": "principal",
        "refund_costs_yen": "7000",
    }
    expected = Refunds(
        (Refund(date(2022, 3, 1), 200_000), Refund(date(2023, 7, 15), 90_000)),
        Order.PRINCIPAL,
        7_000,
    )
    assert pleading.read(texts).refunds == expected
    assert read_circumstances(texts, {}).refunds == expected
    with pytest.raises(FaultyInput):
        read_circumstances({"refund_order": "other"}, {})


def test_papers_and_outlook_ask_for_the_same() -> None:
    texts = {"refunds": "2022-03-01/200000"}
    statement = statement_of()
    content = pleading.content(statement, pleading.read({**FACTS, **texts}), DAY)
    found = outlook([Told("主張", statement)], read_circumstances(texts, {}), DAY)
    assert found.settling.totals.with_interest_yen == content.total_yen
    assert found.line.amount_in_dispute_yen == content.in_dispute_yen
    assert found.costs is not None
    assert found.costs.filing.amount_in_dispute_yen == content.in_dispute_yen
    assert found.document()["paid_back"][0]["yen"] == 200_000
    nothing = statement_of(replace(PLAIN, overpayment_rate_rule=OverpaymentRateRule.ORIGIN))
    bare = replace(PLAIN, overpayment_appropriation=OverpaymentAppropriation.NO_INTEREST)
    assert totals_of(nothing, DAY).without_interest_yen == OVERPAID_YEN
    assert due_of(statement_of(bare), Refunds((Refund(PAID_OFF, 1),))).interest_yen == 0


# --------------------------------------------------------------------------------- the 140万円 line
def of_contracts(series: Series, *moves: tuple[int, int]) -> Statement:
    """Contracts that are overpaid (first number) or owe (second); all of one day, no interest."""
    events = []
    for number, (overpaid_yen, owed_yen) in enumerate(moves, 1):
        name = str(number)
        events.append(Event(PAID_OFF, EventKind.BORROW, 1_000 + owed_yen, contract=name))
        if overpaid_yen:
            paid_yen = 1_000 + owed_yen + overpaid_yen
            events.append(Event(PAID_OFF, EventKind.REPAY, paid_yen, contract=name))
        else:
            events.append(Event(PAID_OFF, EventKind.REPAY, 1_000, contract=name))
    history = History(tuple(events), lender="架空ファイナンス株式会社", input_sha256="ab" * 32)
    return recalculate(history, replace(PLAIN, contracts=series))


def weighed(statement: Statement) -> tuple[Court | None, bool, bool, set[str]]:
    """Outlook and papers of one statement: court, talks, action, warnings of the packing list."""
    found = line(statement, DAY)
    facts = pleading.read({**FACTS, "agent_kind": "scrivener", "court_name": ""})
    listed = filing.packing_list(pleading.content(statement, facts, DAY))
    codes = {fault.code for fault in listed.warnings} if listed else set()
    return found.court, found.scrivener_may_act, found.scrivener_may_sue, codes


EDGE = 1_400_000
S, D = Court.SUMMARY, Court.DISTRICT


@pytest.mark.rule("OVER-011")
@pytest.mark.parametrize(
    ("series", "moves", "court_of", "talks", "sues"),
    [
        (Series.JOINED, [(EDGE - 1, 0)], S, True, True),
        (Series.JOINED, [(EDGE, 0)], S, True, True),
        (Series.JOINED, [(EDGE + 1, 0)], D, False, False),
        (Series.SEPARATE, [(700_000, 0), (EDGE - 700_001, 0)], S, True, True),
        (Series.SEPARATE, [(700_000, 0), (EDGE - 700_000, 0)], S, True, True),
        (Series.SEPARATE, [(700_000, 0), (EDGE - 699_999, 0)], D, True, False),
        (Series.SEPARATE, [(EDGE + 1, 0), (5_000, 0)], D, False, False),
        (Series.SEPARATE_SET_OFF, [(EDGE - 1, 0), (0, 300_000)], S, True, True),
        (Series.SEPARATE_SET_OFF, [(EDGE, 0), (0, 300_000)], S, True, True),
        (Series.SEPARATE_SET_OFF, [(EDGE + 1, 0), (0, 300_000)], S, False, False),
        (Series.SEPARATE_SET_OFF, [(1_000_000, 0), (700_000, 0), (0, 300_001)], S, True, True),
        (Series.SEPARATE_SET_OFF, [(1_000_000, 0), (700_000, 0), (0, 300_000)], S, True, True),
        (Series.SEPARATE_SET_OFF, [(1_000_000, 0), (700_000, 0), (0, 299_999)], D, True, False),
    ],
)
def test_papers_and_outlook_weigh_the_line_alike(
    series: Series, moves: list[tuple[int, int]], court_of: Court, *, talks: bool, sues: bool
) -> None:
    """Each claim before set-off for who may act; what is sued for, after it, for the court."""
    found = weighed(of_contracts(series, *moves))
    assert found == (court_of, talks, sues, set() if sues else {"LAW-061"})


@pytest.mark.rule("OVER-011")
@pytest.mark.parametrize(("owed_yen", "may"), [(EDGE, True), (EDGE + 1, False)])
def test_a_debt_above_the_line_is_no_scrivener_s_to_talk_about(owed_yen: int, *, may: bool) -> None:
    """Also where it is set off against a smaller overpayment, and where nothing is overpaid."""
    both = of_contracts(Series.SEPARATE_SET_OFF, (300_000, 0), (0, owed_yen))
    assert line(both, DAY).scrivener_may_act is may
    alone = line(of_contracts(Series.JOINED, (0, owed_yen)), DAY)
    assert (alone.court, alone.scrivener_may_act) == (None, may)
    keys = {each.key for each in alone.reasons}
    assert ("professional_lawyer_only" in keys) is not may


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([0, 1]), st.integers(1, 1_500_000)), min_size=1, max_size=4),
    st.sampled_from(list(Series)),
)
def test_a_packing_list_warns_exactly_where_the_outlook_does(
    moves: list[tuple[int, int]], series: Series
) -> None:
    parts = [(yen, 0) if is_claim else (0, yen) for is_claim, yen in moves]
    statement = of_contracts(series, *parts)
    court_of, _, sues, codes = weighed(statement)
    assert ("LAW-061" in codes) is (court_of is not None and not sues)
    found = acting(due_of(statement), DAY)
    assert line(statement, DAY).claims == found.claims
    if series is Series.SEPARATE_SET_OFF:
        largest = max(max(pair) for pair in parts)
        assert found.largest_yen == largest
        assert found.may_talk is (largest <= EDGE)


def test_after_a_part_payment_the_line_goes_by_what_is_left() -> None:
    above = statement_of(overpaid_yen=EDGE + 1)
    refunds = Refunds((Refund(PAID_OFF, 1),))
    assert not line(above, DAY).scrivener_may_act
    after = line(above, DAY, refunds)
    assert (after.court, after.scrivener_may_act, after.scrivener_may_sue) == (S, True, True)
    found = outlook([Told("主張", above)], Circumstances(refunds=refunds), DAY)
    assert found.line == after


@pytest.mark.parametrize(("books_yen", "told"), [(EDGE, False), (EDGE + 1, True)])
def test_a_balance_of_the_lender_above_the_line_sends_to_a_professional(
    books_yen: int, *, told: bool
) -> None:
    """Who may act is not settled by our recalculation alone where the creditor says more."""
    events = (
        Event(PAID_OFF, EventKind.BORROW, 100_000, lender_balance_yen=books_yen),
        Event(PAID_OFF, EventKind.REPAY, 400_000, lender_balance_yen=books_yen),
    )
    statement = recalculate(History(events, input_sha256="ab" * 32), PLAIN)
    found = line(statement, DAY)
    assert found.scrivener_may_act
    assert ("professional_by_books" in {each.key for each in found.reasons}) is told
