"""The readings of docs/adr/0004, one by one, with hand-made figures."""

from __future__ import annotations

from typing import Any

import pytest
from tests.claims.cases import case, event, rows_of, statement_of

from motocho.units.errors import FaultyInput

NO_CEILING = {"ceiling_rule": "none"}


def interest(document: dict[str, Any], row: int) -> int:
    found: int = rows_of(document)[row - 1]["interest_yen"]
    return found


class TestAgreedRates:
    """100,000,000 yen at 36.5 % bears 100,000 a day, at 3.65 % 10,000: figures show the days."""

    def test_dated_rate_governs_its_own_day(self) -> None:
        rates = [["2001-01-01", "0.365"], ["2001-01-05", "0.0365"]]
        events = [event("2001-01-01", "borrow", 10**8), event("2001-01-05", "closing")]
        document = case(events, contract_rates=rates, **NO_CEILING)
        assert interest(document, 2) == 3 * 100_000 + 10_000

    def test_rate_of_an_event_governs_the_days_after_it(self) -> None:
        events = [
            event("2001-01-01", "borrow", 10**8, rate="0.365"),
            event("2001-01-05", "closing", rate="0.0365"),
            event("2001-01-07", "closing"),
        ]
        document = case(events, **NO_CEILING)
        assert [interest(document, row) for row in (2, 3)] == [400_000, 20_000]

    def test_with_the_lending_day_counted_it_governs_its_own_day_too(self) -> None:
        events = [
            event("2001-01-01", "borrow", 10**8, rate="0.365"),
            event("2001-01-05", "closing", rate="0.0365"),
            event("2001-01-07", "closing"),
        ]
        document = case(events, first_day="lend_in_repay_out", **NO_CEILING)
        assert [interest(document, row) for row in (2, 3)] == [400_000, 20_000]
        assert rows_of(document)[2]["segments"][0]["from_on"] == "2001-01-05"

    def test_event_wins_over_a_dated_rate_of_its_date(self) -> None:
        events = [
            event("2001-01-01", "borrow", 10**8, rate="0.365"),
            event("2001-01-05", "closing", rate="0.0365"),
            event("2001-01-07", "closing"),
        ]
        rates = [["2001-01-05", "0.73"]]
        document = case(events, contract_rates=rates, **NO_CEILING)
        assert [interest(document, row) for row in (2, 3)] == [300_000 + 200_000, 20_000]

    def test_last_of_several_events_of_a_date_governs(self) -> None:
        events = [
            event("2001-01-01", "borrow", 10**8, rate="0.365"),
            event("2001-01-01", "closing", rate="0.0365"),
            event("2001-01-03", "closing"),
        ]
        assert interest(case(events, **NO_CEILING), 3) == 20_000

    def test_lower_of_agreed_and_ceiling_applies_day_by_day(self) -> None:
        events = [event("2001-01-01", "borrow", 500_000), event("2001-01-11", "closing")]
        rates = [["2000-01-01", "0.29"], ["2001-01-06", "0.10"]]
        row = rows_of(case(events, contract_rates=rates))[1]
        assert [(part["rate_ppm"], part["kind"]) for part in row["segments"]] == [
            (180_000, "ceiling"),
            (100_000, "agreed"),
        ]
        assert row["applied_rate_ppm"] == 100_000

    def test_rates_above_the_ceiling_make_no_piece(self) -> None:
        events = [event("2001-01-01", "borrow", 500_000), event("2001-01-11", "closing")]
        rates = [["2000-01-01", "0.29"], ["2001-01-06", "0.27"]]
        assert len(rows_of(case(events, contract_rates=rates))[1]["segments"]) == 1

    def test_day_without_a_rate_and_without_a_ceiling_is_a_fault(self) -> None:
        events = [event("2001-01-01", "borrow", 1000), event("2001-01-11", "closing")]
        rates = [["2001-01-05", "0.1"]]
        with pytest.raises(FaultyInput) as raised:
            statement_of(case(events, contract_rates=rates, **NO_CEILING))
        fault = raised.value.faults[0]
        assert (fault.code, fault.line, fault.excerpt) == ("HIS-004", 2, "2001-01-02")


class TestOwnDay:
    """10,000,000 yen at 36.5 % bears 10,000 a day."""

    RATES = {"contract_rates": [["1990-01-01", "0.365"]], **NO_CEILING}

    def test_both_adds_the_own_day_in_the_next_row_with_days(self) -> None:
        events = [
            event("2001-01-01", "borrow", 10**7),
            event("2001-01-01", "closing"),
            event("2001-01-04", "closing"),
            event("2001-01-05", "closing"),
        ]
        rows = rows_of(case(events, first_day="both", **self.RATES))
        assert [row["interest_yen"] for row in rows] == [0, 0, 40_000, 10_000]
        assert rows[2]["segments"][0] == {
            "from_on": "2001-01-01", "to_on": "2001-01-01", "rate_ppm": 365_000, "kind": "agreed",
        }  # fmt: skip
        assert rows[2]["days"] == 3

    def test_part_payment_of_the_day_does_not_reduce_it(self) -> None:
        events = [
            event("2001-01-01", "borrow", 10**7),
            event("2001-01-01", "repay", 5 * 10**6),
            event("2001-01-02", "closing"),
        ]
        assert interest(case(events, first_day="both", **self.RATES), 3) == 5_000 + 10_000

    def test_it_is_dropped_when_the_debt_is_gone_before(self) -> None:
        events = [
            event("2001-01-01", "borrow", 10**7),
            event("2001-01-01", "repay", 10**7),
            event("2001-01-01", "borrow", 10**6),
            event("2001-01-02", "closing"),
        ]
        assert interest(case(events, first_day="both", **self.RATES), 4) == 1_000 + 1_000

    def test_both_first_only_knows_the_first_advance_that_leaves_a_debt(self) -> None:
        events = [
            event("2001-01-01", "carry", 1_000),
            event("2001-01-02", "borrow", 1_000),
            event("2001-01-03", "borrow", 10**7),
            event("2001-01-04", "borrow", 10**7),
            event("2001-01-05", "closing"),
        ]
        stated = {"overpayment_appropriation": "no_interest", **self.RATES}
        rows = rows_of(case(events, first_day="both_first_only", **stated))
        assert [row["interest_yen"] for row in rows[3:]] == [20_000, 20_000]

    def test_part_met_by_set_off_bears_no_own_day(self) -> None:
        events = [
            event("2001-01-01", "carry", 4 * 10**6),
            event("2001-01-01", "borrow", 10**7),
            event("2001-01-02", "closing"),
        ]
        stated = {"overpayment_appropriation": "no_interest", **self.RATES}
        assert interest(case(events, first_day="both", **stated), 3) == 12_000


class TestCeiling:
    @pytest.mark.parametrize(
        ("principal", "ceiling"),
        [(99_999, 200_000), (100_000, 180_000), (999_999, 180_000), (1_000_000, 150_000)],
    )
    def test_brackets_at_their_edges(self, principal: int, ceiling: int) -> None:
        rows = rows_of(case([event("2001-01-01", "borrow", principal)]))
        assert rows[0]["ceiling_ppm"] == ceiling

    def test_advance_wholly_met_by_set_off_changes_nothing(self) -> None:
        events = [
            event("2001-01-01", "carry", 2_000_000),
            event("2001-01-01", "borrow", 1_500_000),
            event("2001-01-01", "borrow", 550_000),
        ]
        rows = rows_of(case(events))
        assert [row["ceiling_ppm"] for row in rows] == [None, None, 200_000]

    def test_gross_base_counts_the_whole_advance(self) -> None:
        events = [event("2005-04-01", "carry", 241_426), event("2005-04-01", "borrow", 1_000_000)]
        assert rows_of(case(events))[1]["ceiling_ppm"] == 180_000
        assert rows_of(case(events, bracket_base="gross"))[1]["ceiling_ppm"] == 150_000

    def test_unpaid_interest_does_not_enter_the_bracket(self) -> None:
        events = [
            event("2001-01-01", "borrow", 99_000),
            event("2002-01-01", "borrow", 900),
        ]
        assert rows_of(case(events))[1]["ceiling_ppm"] == 200_000

    def test_zero_advance_changes_nothing(self) -> None:
        events = [event("2001-01-01", "borrow", 0), event("2001-01-02", "closing")]
        assert [row["ceiling_ppm"] for row in rows_of(case(events))] == [None, None]

    def test_floating_follows_the_principal(self) -> None:
        events = [
            event("2001-01-01", "borrow", 1_000_000),
            event("2001-01-01", "repay", 950_000),
            event("2001-01-01", "repay", 50_000),
        ]
        rows = rows_of(case(events, ceiling_rule="floating"))
        assert [row["ceiling_ppm"] for row in rows] == [150_000, 200_000, None]


class TestDamages:
    @pytest.mark.parametrize(
        ("lent_on", "stated", "rate"),
        [
            ("2000-05-31", {}, 360_000),
            ("2000-06-01", {}, 262_800),
            ("2010-06-17", {}, 262_800),
            ("2010-06-18", {}, 200_000),
            ("2010-06-18", {"lender_kind": "private"}, 262_800),
        ],
    )
    def test_cap_follows_the_law_of_its_day(
        self, lent_on: str, stated: dict[str, Any], rate: int
    ) -> None:
        events = [event(lent_on, "borrow", 500_000), event("2011-01-01", "closing")]
        delays = [{"from_on": lent_on, "to_on": None}]
        row = rows_of(case(events, delay_periods=delays, **stated))[1]
        assert row["applied_rate_ppm"] == rate
        assert row["segments"][0]["kind"] == "damages"

    @pytest.mark.parametrize(("basis", "rate"), [("agreement", 262_800), ("advance", 200_000)])
    def test_whose_date_decides_is_an_assumption(self, basis: str, rate: int) -> None:
        events = [
            event("2009-03-01", "borrow", 300_000),
            event("2012-03-01", "borrow", 200_000),
            event("2012-03-11", "closing"),
        ]
        delays = [{"from_on": "2012-03-02", "to_on": "2012-03-11"}]
        row = rows_of(case(events, delay_periods=delays, damages_cap_basis=basis))[2]
        assert row["applied_rate_ppm"] == rate

    def test_delay_cuts_a_row_on_its_days(self) -> None:
        events = [event("2005-01-01", "borrow", 500_000), event("2005-01-31", "closing")]
        delays = [{"from_on": "2005-01-11", "to_on": "2005-01-20"}]
        row = rows_of(case(events, delay_periods=delays))[1]
        assert [(part["from_on"], part["to_on"]) for part in row["segments"]] == [
            ("2005-01-02", "2005-01-10"),
            ("2005-01-11", "2005-01-20"),
            ("2005-01-21", "2005-01-31"),
        ]

    def test_agreed_rate_of_damages_applies_where_lower(self) -> None:
        events = [event("2005-01-01", "borrow", 500_000), event("2005-01-31", "closing")]
        delays = [{"from_on": "2005-01-02", "to_on": None, "contract_rate": "0.20"}]
        assert rows_of(case(events, delay_periods=delays))[1]["applied_rate_ppm"] == 200_000


class TestOverpaymentRates:
    EVENTS = [
        event("2020-01-01", "carry", 365_000_000, arose_on="2019-12-01"),
        event("2020-04-10", "repay", 365_000_000),
        event("2021-01-01", "closing"),
    ]

    @pytest.mark.parametrize(
        ("rule", "first", "second"),
        [
            ("constant", 365_000_000 * 5 * 100 // 36_600, 730_000_000 * 5),
            ("origin", 365_000_000 * 5 * 100 // 36_600, 730_000_000 * 5),
            ("split_2020", 365_000_000 * (5 * 90 + 3 * 10) // 36_600, 730_000_000 * 3),
            ("tranche", 365_000_000 * 5 * 100 // 36_600, 365_000_000 * 5 + 365_000_000 * 3),
        ],
    )
    def test_each_rule(self, rule: str, first: int, second: int) -> None:
        rows = rows_of(case(self.EVENTS, overpayment_rate_rule=rule))
        assert rows[1]["overpayment_interest_row_yen"] == first
        of_2020, of_2021 = second * 265, second * 1
        exact = (of_2020 * 365 + of_2021 * 366) // (366 * 365 * 100)
        assert rows[2]["overpayment_interest_row_yen"] == exact

    def test_oldest_tranche_is_used_first(self) -> None:
        events = [
            event("2020-03-31", "repay", 1_000_000),
            event("2020-04-01", "repay", 1_000_000),
            event("2020-04-01", "borrow", 1_000_136),
            event("2021-04-01", "closing"),
        ]
        row = rows_of(case(events, overpayment_rate_rule="tranche"))[3]
        assert row["applied_rate_ppm"] == 30_000


class TestOrders:
    def test_principal_first_leaves_the_interest(self) -> None:
        events = [
            event("2014-04-01", "carry", 100_000, interest=5_000),
            event("2014-04-01", "borrow", 102_000),
        ]
        row = rows_of(case(events, overpayment_appropriation="principal_first"))[1]
        assert (row["overpayment_yen"], row["overpayment_interest_yen"]) == (0, 3_000)
        assert row["outstanding_principal_yen"] == 0

    @pytest.mark.parametrize("order", ["accumulate", "no_interest"])
    def test_interest_stays_beside_a_later_debt(self, order: str) -> None:
        events = [
            event("2014-04-01", "carry", 100_000, interest=5_000),
            event("2014-04-01", "borrow", 102_000),
        ]
        row = rows_of(case(events, overpayment_appropriation=order))[1]
        assert (row["outstanding_principal_yen"], row["overpayment_interest_yen"]) == (2_000, 5_000)

    def test_same_day_orders(self) -> None:
        events = [
            event("2001-01-01", "repay", 50_000),
            event("2001-01-01", "closing"),
            event("2001-01-01", "borrow", 100_000),
            event("2001-01-01", "opening", 1),
        ]

        def kinds(order: str) -> list[str]:
            rows = rows_of(case(events, same_day_order=order))
            return [row["kind"] for row in rows]

        assert kinds("borrow_first") == ["opening", "borrow", "repay", "closing"]
        assert kinds("repay_first") == ["opening", "repay", "borrow", "closing"]

    def test_opening_elsewhere_than_first_is_a_fault(self) -> None:
        events = [event("2001-01-01", "borrow", 5), event("2001-01-01", "opening", 1)]
        with pytest.raises(FaultyInput) as raised:
            statement_of(case(events))
        assert [fault.code for fault in raised.value.faults] == ["HIS-002"]


class TestContracts:
    EVENTS = [
        event("2001-01-01", "borrow", 100_000, contract="A"),
        event("2001-02-01", "repay", 150_000, contract="A"),
        event("2001-02-01", "borrow", 100_000, contract="B"),
        event("2001-03-01", "closing", contract="B"),
    ]

    @pytest.mark.rule("OVER-002")
    def test_one_contract_goes_on_through_its_payoff(self) -> None:
        """The passing case: within one contract the overpayment meets the later advance."""
        events = [{**one, "contract": "A"} for one in self.EVENTS]
        statement = statement_of(case(events))
        assert statement.result.outstanding_principal_yen < 100_000
        assert "HIS-006" not in [warning.code for warning in statement.warnings]

    @pytest.mark.rule("OVER-002")
    def test_several_contracts_are_never_joined_silently(self) -> None:
        """The refused case: joined or apart, the other answer stands beside the result."""
        joined = statement_of(case(self.EVENTS))
        apart = statement_of(case(self.EVENTS, contracts="separate"))
        said = {warning.code: warning for warning in (*joined.warnings, *apart.warnings)}
        assert {"HIS-006", "HIS-007"} <= set(said)
        assert said["HIS-006"].details["net"] == said["HIS-007"].details["other"]
        assert said["HIS-006"].details["other"] == said["HIS-007"].details["net"]

    def test_separate_lists_each_and_sums_them(self) -> None:
        document = statement_of(case(self.EVENTS, contracts="separate")).document()
        result = document["result"]
        assert [own["contract"] for own in result["contracts"]] == ["A", "B"]
        assert result["overpayment_yen"] == result["contracts"][0]["overpayment_yen"] > 0
        assert result["outstanding_principal_yen"] == 100_000
        assert "set_off_yen" not in result

    def test_set_off_at_nominal_value(self) -> None:
        document = statement_of(case(self.EVENTS, contracts="separate_set_off")).document()
        result = document["result"]
        owed = result["outstanding_principal_yen"] + result["unpaid_interest_yen"]
        assert result["set_off_yen"] == min(result["claim_yen"], owed)
        assert result["net_yen"] == result["claim_yen"] - owed

    def test_result_is_the_last_row(self) -> None:
        document = statement_of(case(self.EVENTS)).document()
        for key in ("outstanding_principal_yen", "overpayment_yen", "overpayment_interest_yen"):
            assert document["result"][key] == document["rows"][-1][key]


class TestExactFractions:
    def test_values_are_lowest_terms_in_text(self) -> None:
        events = [event("2001-01-01", "borrow", 100_000), event("2001-01-02", "closing")]
        row = rows_of(case(events, rounding="exact"))[1]
        assert row["interest_yen"] == "3600/73"
        whole = [event("2001-01-01", "borrow", 365_000), event("2001-01-11", "closing")]
        assert rows_of(case(whole, rounding="exact"))[1]["interest_yen"] == 1_800


class TestEnforcementInterest:
    """支払済みまで: one sum at 5 %, whole years first."""

    def test_interest_until_payment(self) -> None:
        events = [event("2020-02-29", "carry", 1_000_000), event("2023-03-31", "closing")]
        row = rows_of(case(events, year_basis="whole_then_calendar"))[1]
        # three years from 1 March 2020 to 28 February 2023, then 31 days of 2023
        assert row["overpayment_interest_row_yen"] == 150_000 + 1_000_000 * 5 * 31 // 36_500
