"""The way of a claim: its data, its periods counted a second time, and what follows what."""

from __future__ import annotations

import itertools
from calendar import monthrange
from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motocho.office.tracker import plan
from motocho.office.tracker.plan import Count
from motocho.units.errors import InputError, Language

DAY = timedelta(days=1)
PUBLIC = holidays.country_holidays("JP")
DAYS = st.dates(date(2020, 4, 1), date(2090, 12, 31))


def closed(on: date) -> bool:
    """民事訴訟法95条3項, read a second time: weekend, national holiday, 29 December to 3 January."""
    return (
        on.weekday() >= 5
        or on in PUBLIC
        or (on.month, on.day) in {(12, 29), (12, 30), (12, 31), (1, 2), (1, 3)}
    )


def moved(on: date) -> date:
    return moved(on + DAY) if closed(on) else on


def months_after(on: date, months: int) -> date:
    """民法140条, 143条: the day after is the first; the period ends before its corresponding day."""
    first = on + DAY
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    length = monthrange(year, month + 1)[1]
    if first.day > length:
        return date(year, month + 1, length)
    return date(year, month + 1, first.day) - DAY


class TestTheData:
    def test_every_way_leads_to_the_end(self) -> None:
        steps = plan.plan().steps
        reached, waiting = set(), {one.id for one in steps.values() if one.is_first}
        while waiting:
            one = waiting.pop()
            reached.add(one)
            waiting |= set(steps[one].next_ids) - reached
        assert reached == set(steps)
        assert all(one.next_ids or one.id == "closed" for one in steps.values())

    def test_from_everywhere_a_case_can_be_closed(self) -> None:
        for one in plan.plan().steps.values():
            if one.id != "closed":
                assert "closed" in {each.id for each in plan.may_follow([one.id])}, one.id
        assert plan.may_follow(["closed"]) == ()

    def test_names_of_steps_phases_and_periods_are_known(self) -> None:
        whole = plan.plan()
        for one in whole.steps.values():
            assert one.phase in whole.phases
            assert set(one.ends) <= set(whole.periods)
            assert set(one.next_ids) <= set(whole.steps)
            assert one.by
            assert one.citations
            for language in Language:
                assert one.names[language]
                assert one.to_do[language]
        for period in whole.periods.values():
            assert period.until <= set(whole.steps)
            assert period.citations
        used = {one for each in whole.steps.values() for one in each.ends}
        assert used == set(whole.periods)

    def test_every_step_of_the_seed_is_there(self) -> None:
        """The seed's own headings: history, calculation, letter, talks, suit, hearings, payment."""
        steps = plan.plan().steps
        way = (
            "disclosure_asked", "history_received", "calculated", "claim_sent", "claim_served",
            "suit_filed", "day_set", "answer_received", "brief_sent", "heard", "judged_won",
            "paid", "closed",
        )  # fmt: skip
        for before, after in itertools.pairwise(way):
            assert after in steps[before].next_ids, (before, after)

    def test_unknown_step_is_refused(self) -> None:
        with pytest.raises(InputError):
            plan.step("won")


class TestPeriods:
    @given(DAYS)
    def test_two_weeks_to_appeal_counted_again(self, served_on: date) -> None:
        ends = plan.period_ends("appeal", served_on)
        assert ends.last_on == moved(served_on + 14 * DAY)
        assert ends.safe_on <= served_on + 14 * DAY
        assert not closed(ends.safe_on)
        assert all(
            closed(ends.safe_on + n * DAY)
            for n in range(1, (served_on + 14 * DAY - ends.safe_on).days + 1)
        )

    @given(DAYS)
    def test_six_months_of_a_demand_counted_again(self, arrived_on: date) -> None:
        ends = plan.period_ends("demand_holds", arrived_on)
        assert ends.last_on == moved(months_after(arrived_on, 6))
        assert ends.safe_on <= months_after(arrived_on, 6) <= ends.last_on

    @pytest.mark.parametrize(
        ("period", "served", "last"),
        [
            ("appeal", "2026-12-14", "2026-12-28"),
            ("appeal", "2026-12-15", "2027-01-04"),
            ("appeal", "2026-12-16", "2027-01-04"),
            ("transfer_appeal", "2026-04-24", "2026-05-01"),
            ("transfer_appeal", "2026-04-25", "2026-05-07"),
            ("decision_objection", "2026-11-06", "2026-11-20"),
            ("decision_objection", "2026-11-09", "2026-11-24"),
            ("demand_holds", "2026-08-31", "2027-03-01"),
            ("demand_holds", "2026-05-20", "2026-11-20"),
            ("ask_new_day", "2026-11-20", "2026-12-21"),
        ],
    )
    def test_known_ends(self, period: str, served: str, last: str) -> None:
        assert str(plan.period_ends(period, date.fromisoformat(served)).last_on) == last

    def test_day_that_was_named_counts_as_it_is(self) -> None:
        named = date(2026, 12, 6)  # a Sunday
        assert plan.period_ends("pay_by", date(2026, 11, 22), named).last_on == named

    def test_house_days_end_on_a_day_of_work(self) -> None:
        assert plan.period_ends("disclosure_answer", date(2026, 11, 29)).last_on == date(2027, 1, 4)

    def test_collecting_begins_after_a_week(self) -> None:
        first = plan.period_ends("collects", date(2026, 11, 24)).last_on
        assert first == date(2026, 12, 2)

    def test_what_was_not_read_says_so(self) -> None:
        assert not plan.period_ends("appeal_reasons", date(2026, 11, 22)).is_verified
        assert plan.period_ends("appeal", date(2026, 11, 22)).is_verified

    def test_lengths_of_law_stand_in_law(self) -> None:
        for one in plan.plan().periods.values():
            assert bool(one.table_id) == (one.count in {Count.CIVIL, Count.COURT, Count.COLLECT})
