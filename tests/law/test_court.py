"""Court: fees against a second way of counting, competence, agents, and the routes of filing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motocho.law import court
from motocho.law.court import (
    Cause,
    Court,
    Filer,
    Filing,
    Petition,
    PostageRule,
    Route,
    execution_cost,
)
from motocho.law.tables import table
from motocho.units.errors import InputError, Language, LawGap

DAY = timedelta(days=1)
OLD = date(2026, 5, 20)
NEW = date(2026, 5, 21)
TODAY = date(2026, 11, 21)
BOTH = (date(2004, 1, 1), OLD, NEW, TODAY)

LIMITS = (1_000_000, 5_000_000, 10_000_000, 1_000_000_000, 5_000_000_000)
EDGES = sorted(
    {
        max(1, limit + shift)
        for limit in (100_000, 200_000, 1_200_000, 5_500_000, 11_000_000, *LIMITS)
        for shift in (-1, 0, 1)
    }
)

# Published: yoichi.net/shiryou1028sogaku.html (訴状の貼用印紙).
PUBLISHED = {
    100_000: 1_000,
    300_000: 3_000,
    1_000_000: 10_000,
    1_200_000: 11_000,
    1_400_000: 12_000,
    1_600_000: 13_000,
    2_000_000: 15_000,
    3_000_000: 20_000,
    5_000_000: 30_000,
    5_500_000: 32_000,
    9_000_000: 46_000,
}


def fee_by_counting(amount_yen: int) -> int:
    """The part by value, one begun unit after another, as a clerk with the table would count."""
    covered = fee = 0
    while covered < amount_yen:
        if covered < 1_000_000:
            unit, price = 100_000, 1_000
        elif covered < 5_000_000:
            unit, price = 200_000, 1_000
        elif covered < 10_000_000:
            unit, price = 500_000, 2_000
        elif covered < 1_000_000_000:
            unit, price = 1_000_000, 3_000
        elif covered < 5_000_000_000:
            unit, price = 5_000_000, 10_000
        else:
            unit, price = 10_000_000, 10_000
        covered += unit
        fee += price
    return fee


@pytest.mark.rule("OVER-006")
@pytest.mark.parametrize(("amount_yen", "fee_yen"), PUBLISHED.items())
@pytest.mark.parametrize("on", BOTH)
def test_part_by_value_is_the_published_one(amount_yen: int, fee_yen: int, on: date) -> None:
    assert court.filing_fee_yen(amount_yen, on) == fee_yen


@pytest.mark.parametrize("on", BOTH)
@pytest.mark.parametrize("amount_yen", EDGES)
def test_part_by_value_equals_counting_at_every_edge(amount_yen: int, on: date) -> None:
    assert court.filing_fee_yen(amount_yen, on) == fee_by_counting(amount_yen)


@given(st.integers(1, 20_000_000) | st.integers(1, 7_000_000_000))
def test_part_by_value_equals_counting(amount_yen: int) -> None:
    assert court.filing_fee_yen(amount_yen, TODAY) == fee_by_counting(amount_yen)
    assert court.filing_fee_yen(amount_yen, OLD) == fee_by_counting(amount_yen)


@pytest.mark.parametrize("on", BOTH)
@pytest.mark.parametrize("amount_yen", EDGES)
def test_other_petitions_are_exact_multiples(amount_yen: int, on: date) -> None:
    by_value = fee_by_counting(amount_yen)
    found = {kind: court.filing_fee_yen(amount_yen, on, kind) for kind in Petition}
    assert found[Petition.ACTION] == by_value
    assert 2 * found[Petition.APPEAL] == 3 * by_value
    assert found[Petition.FINAL_APPEAL] == 2 * by_value
    assert 4 * found[Petition.APPEAL_UNDECIDED] == 3 * by_value
    assert found[Petition.FINAL_APPEAL_UNDECIDED] == by_value
    assert 2 * found[Petition.PAYMENT_ORDER] == by_value
    assert found[Petition.SETTLEMENT] == 0


@pytest.mark.parametrize("amount_yen", [0, -1])
def test_amount_that_is_not_positive_is_refused(amount_yen: int) -> None:
    with pytest.raises(InputError):
        court.filing_fee_yen(amount_yen, TODAY)
    with pytest.raises(InputError):
        court.competent_court(amount_yen, TODAY)


def test_fee_before_the_first_verified_table_is_a_gap() -> None:
    with pytest.raises(LawGap):
        court.filing_fee_yen(300_000, date(2003, 12, 31))
    with pytest.raises(LawGap):
        court.cost_of_action(300_000, date(2003, 12, 31))
    assert court.filing_fee_yen(300_000, date(2004, 1, 1)) == 3_000


# What recalculation.md 5.7 gives: amount, paper, online.
VECTORS = [
    (300_000, 5_500, 4_400),
    (1_050_000, 13_500, 12_400),
    (1_400_000, 14_500, 13_400),
]


@pytest.mark.rule("OVER-009")
@pytest.mark.parametrize(("amount_yen", "paper_yen", "online_yen"), VECTORS)
def test_flat_part_is_added_from_2026_05_21(
    amount_yen: int, paper_yen: int, online_yen: int
) -> None:
    paper = Filing(amount_yen, NEW, route=Route.PAPER)
    online = Filing(amount_yen, NEW, route=Route.ELECTRONIC)
    assert court.total_fee_yen(paper) == paper_yen
    assert court.total_fee_yen(online) == online_yen
    assert court.check_filing_fee(paper_yen, paper) is None
    two = Filing(amount_yen, NEW, defendants=2)
    assert court.total_fee_yen(two) == paper_yen + 2_000
    assert court.total_fee_yen(Filing(amount_yen, OLD)) == fee_by_counting(amount_yen)


@pytest.mark.parametrize(
    ("petition", "paper_yen", "online_yen"),
    [
        (Petition.ACTION, 2_500, 1_400),
        (Petition.APPEAL, 1_900, 800),
        (Petition.APPEAL_UNDECIDED, 1_900, 800),
        (Petition.FINAL_APPEAL, 2_700, 1_100),
        (Petition.FINAL_APPEAL_UNDECIDED, 2_700, 1_100),
        (Petition.PAYMENT_ORDER, 2_700, 2_500),
        (Petition.SETTLEMENT, 2_700, 2_400),
    ],
)
def test_flat_part_of_every_petition(petition: Petition, paper_yen: int, online_yen: int) -> None:
    assert court.flat_part_yen(petition, Route.PAPER, NEW) == paper_yen
    assert court.flat_part_yen(petition, Route.ELECTRONIC, NEW) == online_yen
    before = 2_000 if petition is Petition.SETTLEMENT else 0
    assert court.flat_part_yen(petition, Route.PAPER, OLD) == before


def test_further_defendants_count_in_an_action_only() -> None:
    assert court.flat_part_yen(Petition.ACTION, Route.PAPER, NEW, 3) == 6_500
    assert court.flat_part_yen(Petition.APPEAL, Route.PAPER, NEW, 3) == 1_900
    with pytest.raises(InputError):
        court.flat_part_yen(Petition.ACTION, Route.PAPER, NEW, 0)


def test_appeal_in_an_older_action_has_no_flat_part() -> None:
    appeal = Filing(1_050_000, OLD, Petition.APPEAL)
    assert court.total_fee_yen(appeal) == 16_500
    assert court.total_fee_yen(Filing(1_050_000, NEW, Petition.APPEAL)) == 18_400


@pytest.mark.rule("OVER-006")
@pytest.mark.parametrize(
    ("stated_yen", "filing"),
    [
        (14_000, Filing(1_400_000, OLD)),
        (12_000, Filing(1_050_000, OLD)),
        (14_000, Filing(1_400_000, NEW)),
        (0, Filing(100_000, NEW)),
    ],
)
def test_wrong_fee_is_refused(stated_yen: int, filing: Filing) -> None:
    refusal = court.check_filing_fee(stated_yen, filing)
    assert refusal is not None
    assert refusal.rule_id == "OVER-006"
    lawful = court.total_fee_yen(filing)
    assert str(lawful) in refusal.what(Language.JA)
    assert court.check_filing_fee(lawful, filing) is None


@pytest.mark.rule("OVER-009")
@pytest.mark.parametrize("route", Route)
def test_fee_without_the_flat_part_is_refused(route: Route) -> None:
    filing = Filing(1_050_000, date(2026, 6, 1), route=route)
    refusal = court.check_filing_fee(11_000, filing)
    assert refusal is not None
    assert refusal.rule_id == "OVER-009"
    assert "11,000" not in refusal.what(Language.EN)
    assert "flat part" in refusal.what(Language.EN)
    assert "令和4年法律48号附則25条" in [cited.text(Language.JA) for cited in refusal.citations]


@pytest.mark.parametrize(
    ("before_yen", "after_yen", "due_yen"),
    [(1_000_000, 1_400_000, 2_000), (1_400_000, 1_000_000, 0), (300_000, 300_001, 1_000)],
)
def test_amendment_pays_the_difference(before_yen: int, after_yen: int, due_yen: int) -> None:
    assert court.amendment_fee_yen(before_yen, after_yen, NEW) == due_yen
    assert court.amendment_fee_yen(before_yen, after_yen, OLD) == due_yen


@pytest.mark.parametrize(
    ("paid_yen", "refund_yen"),
    [(5_500, 1_500), (4_400, 400), (13_500, 6_750), (14_500, 7_250), (8_000, 4_000), (3_500, 0)],
)
@pytest.mark.parametrize("on", BOTH)
def test_withdrawal_leaves_half_and_at_least_4000(paid_yen: int, refund_yen: int, on: date) -> None:
    assert court.withdrawal_refund_yen(paid_yen, paid_yen, on) == refund_yen


def test_overpaid_fee_comes_back_beside_the_half() -> None:
    assert court.withdrawal_refund_yen(20_000, 13_500, NEW) == 13_250


@pytest.mark.rule("OVER-005")
@pytest.mark.parametrize(
    ("amount_yen", "on", "chosen"),
    [
        (1, TODAY, Court.SUMMARY),
        (1_399_999, TODAY, Court.SUMMARY),
        (1_400_000, TODAY, Court.SUMMARY),
        (1_400_001, TODAY, Court.DISTRICT),
        (1_400_000, date(2004, 4, 1), Court.SUMMARY),
        (900_000, date(2004, 3, 31), Court.SUMMARY),
        (900_001, date(2004, 3, 31), Court.DISTRICT),
        (300_001, date(1982, 8, 31), Court.DISTRICT),
        (100_000, date(1970, 6, 30), Court.SUMMARY),
    ],
)
def test_court_by_value_and_day(amount_yen: int, on: date, chosen: Court) -> None:
    assert court.competent_court(amount_yen, on) is chosen
    assert court.check_court(chosen, amount_yen, on) is None


@pytest.mark.rule("OVER-005")
@pytest.mark.parametrize(
    ("chosen", "amount_yen", "on"),
    [
        (Court.DISTRICT, 1_400_000, TODAY),
        (Court.SUMMARY, 1_400_001, TODAY),
        (Court.SUMMARY, 1_400_000, date(2004, 3, 31)),
    ],
)
def test_court_that_is_not_competent_is_refused(chosen: Court, amount_yen: int, on: date) -> None:
    refusal = court.check_court(chosen, amount_yen, on)
    assert refusal is not None
    assert refusal.rule_id == "OVER-005"
    assert chosen.name_ja in refusal.what(Language.JA)
    assert chosen.name_en in refusal.what(Language.EN)


@pytest.mark.rule("OVER-011")
@pytest.mark.parametrize("on", [date(2004, 4, 1), TODAY])
def test_scrivener_may_act_up_to_the_line(on: date) -> None:
    assert court.scrivener_may_act(1_400_000, on)
    assert court.check_scrivener(1_400_000, on) is None


@pytest.mark.rule("OVER-011")
def test_scrivener_may_not_act_above_the_line() -> None:
    assert not court.scrivener_may_act(1_400_001, TODAY)
    refusal = court.check_scrivener(1_400_001, TODAY)
    assert refusal is not None
    assert "1400001" in refusal.what(Language.EN)
    assert "司法書士法3条1項7号" in [cited.text(Language.JA) for cited in refusal.citations]
    with pytest.raises(LawGap):
        court.scrivener_may_act(1, date(2004, 3, 31))


@pytest.mark.rule("OVER-010")
@pytest.mark.parametrize(
    ("filer", "route", "on", "cause"),
    [
        (Filer.PARTY_IN_PERSON, Route.PAPER, NEW, Cause.NONE),
        (Filer.PARTY_IN_PERSON, Route.ELECTRONIC, NEW, Cause.NONE),
        (Filer.MANDATED_AGENT, Route.ELECTRONIC, NEW, Cause.NONE),
        (Filer.CERTIFIED_SCRIVENER, Route.ELECTRONIC, TODAY, Cause.NONE),
        (Filer.COURT_ADMITTED_AGENT, Route.PAPER, TODAY, Cause.NONE),
        (Filer.MANDATED_AGENT, Route.PAPER, TODAY, Cause.SYSTEM_DOWN),
        (Filer.PUBLIC_BODY_AGENT, Route.PAPER, TODAY, Cause.OUTSIDE_CONTROL),
        (Filer.MANDATED_AGENT, Route.PAPER, OLD, Cause.NONE),
    ],
)
def test_open_route_is_allowed(filer: Filer, route: Route, on: date, cause: Cause) -> None:
    assert court.check_filing_channel(filer, route, on, cause) is None


@pytest.mark.rule("OVER-010")
@pytest.mark.parametrize(
    "filer", [Filer.MANDATED_AGENT, Filer.CERTIFIED_SCRIVENER, Filer.PUBLIC_BODY_AGENT]
)
def test_agent_on_paper_without_a_cause_is_refused(filer: Filer) -> None:
    refusal = court.check_filing_channel(filer, Route.PAPER, NEW)
    assert refusal is not None
    assert (refusal.rule_id, refusal.code) == ("OVER-010", "LAW-060")
    assert filer.name_ja in refusal.what(Language.JA)
    assert filer.name_en in refusal.what(Language.EN)


@pytest.mark.rule("OVER-010")
def test_online_filing_before_its_day_is_refused_until_that_day() -> None:
    refusal = court.check_filing_channel(
        Filer.MANDATED_AGENT, Route.ELECTRONIC, OLD, Cause.SYSTEM_DOWN
    )
    assert refusal is not None
    assert refusal.allowed_from == NEW
    assert "書面" in refusal.fix(Language.JA)


def test_cost_of_an_action_names_court_routes_and_articles() -> None:
    old = court.cost_of_action(1_050_000, OLD)
    assert (old.court, old.filing_fee_yen, old.scrivener_may_act) == (Court.SUMMARY, 11_000, True)
    (paper,) = old.routes
    assert (paper.route, paper.postage_rule) == (Route.PAPER, PostageRule.SET_BY_COURT)
    assert (paper.flat_part_yen, paper.postage_yen, paper.total_yen) == (0, None, None)
    new = court.cost_of_action(1_500_000, NEW, defendants=2)
    assert (new.court, new.scrivener_may_act) == (Court.DISTRICT, False)
    found = [
        (each.route, each.flat_part_yen, each.postage_yen, each.total_yen) for each in new.routes
    ]
    assert found == [(Route.PAPER, 4_500, 0, 17_500), (Route.ELECTRONIC, 3_400, 0, 16_400)]
    assert {each.postage_rule for each in new.routes} == {PostageRule.INCLUDED_IN_FEE}
    texts = [cited.text(Language.JA) for cited in new.citations]
    assert "裁判所法33条1項1号" in texts
    assert len(texts) == len(set(texts))
    assert new.unverified == ()


def test_other_papers_of_a_case_have_their_price() -> None:
    proof = table("certificate.representative").at(TODAY)
    prices = [proof.number(way) for way in ("counter", "online_by_post", "online_pick_up")]
    assert prices == [600, 520, 490]
    assert table("court.attachment").at(date(2028, 6, 12)).number() == 4_000
    with pytest.raises(LawGap):
        table("court.attachment").at(date(2028, 6, 13))


@pytest.mark.parametrize(
    "on", [date(2020, 4, 1), date(2026, 5, 20), date(2026, 5, 21), date(2028, 6, 12)]
)
def test_execution_costs_on_both_sides_of_each_change(on: date) -> None:
    cost = execution_cost(on)
    assert (cost.clause_yen, cost.certificate_yen, cost.attachment_yen) == (300, 150, 4_000)
    assert bool(cost.unverified) == (on >= date(2026, 5, 21))


@pytest.mark.parametrize("on", [date(2020, 3, 31), date(2028, 6, 13)])
def test_execution_costs_of_days_that_were_not_read(on: date) -> None:
    with pytest.raises(LawGap):
        execution_cost(on)
