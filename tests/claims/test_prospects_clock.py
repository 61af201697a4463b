"""The prescription clock: the seed's own example, both Codes, every hold, and a second count."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motocho.claims import reading
from motocho.claims.assumptions import Assumptions
from motocho.claims.prospects import (
    Dealing,
    Side,
    Start,
    State,
    Steps,
    Tranche,
    clock,
    counts_of,
    dealings_of,
)
from motocho.claims.statement import Statement, recalculate
from motocho.kernel.conventions import EventKind, Series
from motocho.law.prescription import Talks, last_day_of
from motocho.units.errors import Language

DAY = timedelta(days=1)
TODAY = date(2026, 11, 23)


def walked_last_day(event_on: date, months: int) -> date:
    """The second route: walk from the day after the event, month by month, with a finger."""
    first = event_on + DAY
    on, passed = first, 0
    year, month = first.year, first.month
    while passed < months:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        passed += 1
    if first.day <= monthrange(year, month)[1]:
        on = date(year, month, first.day)
        return on - DAY
    while on.month != month or on.year != year or (on + DAY).month == month:
        on += DAY
    return on


def seed_statement(contracts: Series) -> Statement:
    """The seed's example: paid off 15 years ago, borrowed again, paid off 8 years ago."""
    rows = ["date,borrow,repay,rate,contract", "1998-01-10,500000,,0.27375,1"]
    on = date(1998, 2, 10)
    while on < date(2011, 11, 1):
        rows.append(f"{on.isoformat()},,15000,,1")
        on = date(on.year + on.month // 12, on.month % 12 + 1, 10)
    rows += ["2011-11-23,,100000,,1", "2012-03-01,300000,,0.18,2"]
    on = date(2012, 4, 1)
    while on < date(2018, 11, 1):
        rows.append(f"{on.isoformat()},,10000,,2")
        on = date(on.year + on.month // 12, on.month % 12 + 1, 1)
    rows.append("2018-11-23,,50000,,2")
    history = reading.read("\n".join([*rows, ""]).encode())
    return recalculate(history, replace(Assumptions(), contracts=contracts), as_of=TODAY)


def test_the_seeds_example_as_several_dealings_loses_the_first() -> None:
    found = clock(seed_statement(Series.SEPARATE), Steps(), TODAY, scenario="分断")
    first, second = found.counts
    assert (first.contract, second.contract) == ("1", "2")
    (lost,) = first.losses
    assert (lost.last_on, lost.state, lost.days_left) == (date(2021, 11, 23), State.LOST, 0)
    assert first.lost_yen == found.dealings[0].overpayment_yen > 1_000_000
    (open_,) = second.losses
    assert (open_.last_on, open_.state, open_.days_left) == (date(2028, 11, 23), State.OPEN, 731)
    assert found.lost_yen(Side.CLAIMANT) == found.dealings[0].overpayment_yen
    assert found.act_by_on == date(2028, 11, 23)


def test_the_seeds_example_as_one_dealing_loses_nothing() -> None:
    found = clock(seed_statement(Series.JOINED), Steps(), TODAY, scenario="一連")
    (count,) = found.counts
    (loss,) = count.losses
    assert (count.start, count.side) == (Start.END_OF_DEALING, Side.CLAIMANT)
    assert (loss.last_on, loss.state) == (date(2028, 11, 23), State.OPEN)
    separate = clock(seed_statement(Series.SEPARATE), Steps(), TODAY)
    assert loss.yen > separate.counts[1].kept_yen
    assert found.lost_yen(Side.CLAIMANT) == 0


def test_stop_of_lending_loses_the_older_yen_and_each_payment_by_itself() -> None:
    statement = seed_statement(Series.JOINED)
    stopped = date(2012, 3, 2)
    found = clock(statement, Steps(stopped_on=stopped), TODAY)
    (count,) = [each for each in found.counts if each.start is Start.STOP_OF_LENDING]
    assert count.side is Side.LENDER
    assert count.losses[0].last_on == last_day_of(stopped, 120)
    # The second route: every row after the stop adds its yen, with ten years of its own.
    by_day: dict[date, int] = {}
    before = 0
    for row in statement.rows:
        now = int(row.overpayment_yen)
        if now > before and row.event.on > stopped:
            by_day[row.event.on] = by_day.get(row.event.on, 0) + now - before
        before = now
    later = {loss.from_on: loss.yen for loss in count.losses[1:]}
    assert later == by_day
    assert sum(loss.yen for loss in count.losses) == found.dealings[0].overpayment_yen
    lost = sum(yen for on, yen in by_day.items() if walked_last_day(on, 120) < TODAY)
    assert count.lost_yen == lost + count.losses[0].yen
    assert found.lost_yen(Side.LENDER) == count.lost_yen
    assert found.lost_yen(Side.CLAIMANT) == 0


def dealing(*tranches: tuple[date, int], ended_on: date) -> Dealing:
    made = tuple(Tranche(on, yen) for on, yen in tranches)
    return Dealing("1", ended_on, made, sum(yen for _, yen in tranches))


def test_yen_of_before_2020_know_no_five_years() -> None:
    old = dealing((date(2020, 3, 31), 1), ended_on=date(2021, 3, 31))
    (count,) = counts_of(old, Steps(known_on=date(2021, 4, 1)), TODAY)
    assert count.losses[0].last_on == date(2031, 3, 31)


def test_yen_of_the_new_code_are_counted_twice_and_the_reasons_say_by_whom() -> None:
    new = dealing((date(2020, 4, 1), 70), ended_on=date(2021, 3, 31))
    ours, theirs = counts_of(new, Steps(known_on=date(2021, 6, 10)), TODAY)
    assert (ours.side, ours.losses[0].last_on) == (Side.CLAIMANT, date(2031, 3, 31))
    assert (theirs.side, theirs.losses[0].last_on) == (Side.LENDER, date(2026, 6, 10))
    assert (ours.lost_yen, theirs.lost_yen) == (0, 70)
    assert {"clock_knowledge", "clock_against_new_code"} <= {each.key for each in theirs.reasons}


def test_a_dealing_over_both_codes_parts_its_yen() -> None:
    both = dealing((date(2019, 1, 5), 100), (date(2020, 5, 5), 30), ended_on=date(2021, 3, 31))
    _, theirs = counts_of(both, Steps(), TODAY)
    assert [(loss.yen, loss.last_on) for loss in theirs.losses] == [
        (30, date(2026, 3, 31)),
        (100, date(2031, 3, 31)),
    ]
    assert "clock_knowledge_assumed" in {each.key for each in theirs.reasons}


ENDED = dealing((date(2010, 1, 5), 500), ended_on=date(2016, 12, 31))


@pytest.mark.parametrize(
    ("steps", "last_on", "state", "key"),
    [
        (Steps(), date(2026, 12, 31), State.OPEN, "clock_end"),
        (Steps(demanded_on=(date(2026, 11, 21),)), date(2027, 5, 21), State.OPEN, "clock_demand"),
        (
            Steps(demanded_on=(date(2026, 11, 21), date(2026, 12, 20))),
            date(2027, 6, 20),
            State.OPEN,
            "clock_demands",
        ),
        (
            Steps(demanded_on=(date(2026, 11, 21), date(2027, 3, 1))),
            date(2027, 5, 21),
            State.OPEN,
            "clock_demand_in_vain",
        ),
        (Steps(talks=(Talks(date(2026, 12, 1)),)), date(2027, 12, 1), State.OPEN, "clock_talks"),
        (
            Steps(talks=(Talks(date(2026, 12, 1), refused_on=date(2027, 1, 10)),)),
            date(2027, 7, 10),
            State.OPEN,
            "clock_talks",
        ),
        (
            Steps(demanded_on=(date(2026, 12, 30),), talks=(Talks(date(2027, 1, 5)),)),
            date(2027, 6, 30),
            State.OPEN,
            "clock_talks_in_vain",
        ),
        (Steps(filed_on=date(2026, 11, 20)), date(2026, 12, 31), State.HELD, "clock_filed"),
    ],
)
def test_what_holds_a_last_day(steps: Steps, last_on: date, state: State, key: str) -> None:
    acted = [*steps.demanded_on, *(each.refused_on or each.agreed_on for each in steps.talks)]
    (count,) = counts_of(ENDED, steps, max([TODAY, *acted]))
    (loss,) = count.losses
    assert (loss.last_on, loss.state) == (last_on, state)
    assert key in {each.key for each in count.reasons}


def test_an_action_after_the_last_day_holds_nothing() -> None:
    late = dealing((date(2009, 1, 5), 500), ended_on=date(2015, 6, 1))
    (count,) = counts_of(late, Steps(filed_on=date(2025, 6, 2)), TODAY)
    assert count.losses[0].state is State.LOST
    assert "clock_filed_late" in {each.key for each in count.reasons}
    (in_time,) = counts_of(late, Steps(filed_on=date(2025, 6, 1)), TODAY)
    assert in_time.losses[0].state is State.HELD


@pytest.mark.parametrize("ended_on", [date(2016, 12, 31), date(2015, 6, 1)])
def test_an_action_that_is_only_planned_is_not_said_to_hold(ended_on: date) -> None:
    planned = dealing((date(2009, 1, 5), 500), ended_on=ended_on)
    (count,) = counts_of(planned, Steps(filed_on=TODAY + DAY), TODAY)
    (without,) = counts_of(planned, Steps(), TODAY)
    assert count == without


def test_a_demand_counts_from_the_day_it_arrives_and_is_only_a_plan_before() -> None:
    steps = Steps(demanded_on=(date(2026, 12, 1),))
    (planned,) = counts_of(ENDED, steps, date(2026, 11, 30))
    assert planned.losses[0].last_on == planned.losses[0].strict_on == date(2026, 12, 31)
    (said,) = [each for each in planned.reasons if each.key == "clock_demand_planned"]
    assert (said.details["on"], said.details["until"]) == ("2026-12-01", "2027-06-01")
    assert "clock_demand" not in {each.key for each in planned.reasons}
    (arrived,) = counts_of(ENDED, steps, date(2026, 12, 1))
    assert arrived.losses[0].last_on == date(2027, 6, 1)
    assert "clock_demand_planned" not in {each.key for each in arrived.reasons}


@pytest.mark.parametrize(
    ("arrived", "planned_on", "key"),
    [
        ((), date(2027, 1, 1), "clock_plan_in_vain"),
        ((date(2026, 11, 20),), date(2027, 1, 5), "clock_plan_in_vain"),
        ((date(2026, 11, 20),), date(2026, 12, 20), "clock_demand_planned"),
    ],
)
def test_a_plan_says_whether_it_would_help(
    arrived: tuple[date, ...], planned_on: date, key: str
) -> None:
    (count,) = counts_of(ENDED, Steps(demanded_on=(*arrived, planned_on)), TODAY)
    (without,) = counts_of(ENDED, Steps(demanded_on=arrived), TODAY)
    assert count.losses == without.losses
    assert [each.key for each in count.reasons[len(without.reasons) :]] == [key]


def test_written_talks_and_a_refusal_hold_from_their_own_day() -> None:
    talks = Talks(date(2026, 12, 1), refused_on=date(2026, 12, 20))
    last = [
        counts_of(ENDED, Steps(talks=(talks,)), on)[0].losses[0].last_on
        for on in (date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 20))
    ]
    assert last == [date(2026, 12, 31), date(2027, 12, 1), date(2027, 6, 20)]


def test_what_is_lost_is_told_of_no_plan() -> None:
    late = dealing((date(2009, 1, 5), 500), ended_on=date(2015, 6, 1))
    (count,) = counts_of(late, Steps(demanded_on=(date(2026, 12, 1),)), TODAY)
    assert not {"clock_demand_planned", "clock_plan_in_vain"} & {one.key for one in count.reasons}


def test_the_last_day_itself_is_still_free() -> None:
    (count,) = counts_of(ENDED, Steps(), date(2026, 12, 31))
    assert (count.losses[0].state, count.losses[0].days_left) == (State.OPEN, 0)
    (next_day,) = counts_of(ENDED, Steps(), date(2027, 1, 1))
    assert next_day.losses[0].state is State.LOST


@given(st.dates(date(1970, 1, 1), date(2035, 12, 31)), st.sampled_from([6, 12, 60, 120]))
def test_last_day_equals_the_walked_one(on: date, months: int) -> None:
    assert last_day_of(on, months) == walked_last_day(on, months)


@given(
    st.lists(
        st.tuples(st.sampled_from(["borrow", "repay"]), st.integers(1_000, 400_000)), max_size=25
    )
)
def test_what_is_left_of_each_day_sums_to_the_overpayment(moves: list[tuple[str, int]]) -> None:
    on = date(2001, 1, 10)
    rows = ["date,borrow,repay", "2001-01-05,100000,"]
    for kind, yen in moves:
        rows.append(f"{on.isoformat()},{yen},") if kind == "borrow" else rows.append(
            f"{on.isoformat()},,{yen}"
        )
        on += timedelta(days=40)
    statement = recalculate(reading.read("\n".join([*rows, ""]).encode()), Assumptions())
    found = dealings_of(statement)
    assert sum(each.overpayment_yen for each in found) == int(statement.result.overpayment_yen)
    for each in found:
        days = [tranche.arose_on for tranche in each.tranches]
        assert days == sorted(days)
        paid = {row.event.on for row in statement.rows if row.event.kind is EventKind.REPAY}
        assert set(days) <= paid


def test_every_sentence_names_its_law() -> None:
    (count,) = counts_of(ENDED, Steps(demanded_on=(date(2026, 11, 21),)), TODAY)
    assert all(each.citations for each in count.reasons)
    assert "2027-05-21" in count.reasons[1].text(Language.EN)
    document = count.document()
    assert document["losses"][0]["last_on"] == "2027-05-21"


def test_a_dealing_that_goes_on_says_that_time_has_not_begun() -> None:
    (count,) = counts_of(ENDED, Steps(is_going_on=True), TODAY)
    assert "clock_going_on" in {each.key for each in count.reasons}
    assert "clock_going_on" not in {
        each.key for each in counts_of(ENDED, Steps(), TODAY)[0].reasons
    }
