"""Prescription: last days by the calendar, the two counts, demands, and the warning."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motocho.law.prescription import (
    RestitutionClaim,
    Talks,
    postponed_by_demands,
    postponed_by_talks,
    prescription_completes_on,
    time_bar_warning,
)
from motocho.units.errors import Language

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("ended_on", "last_on"),
    [
        (date(1999, 1, 1), date(2009, 1, 1)),  # whartonbpc.com/background.html
        (date(2010, 5, 31), date(2020, 5, 31)),
        (date(2016, 12, 31), date(2026, 12, 31)),
        # The count begins on 29 February, which 2018 lacks: it ends with the month.
        (date(2008, 2, 28), date(2018, 2, 28)),
        (date(2008, 2, 29), date(2018, 2, 28)),
        (date(2018, 2, 28), date(2028, 2, 29)),
    ],
)
def test_ten_years_end_on_the_eve_of_the_corresponding_day(ended_on: date, last_on: date) -> None:
    assert prescription_completes_on(RestitutionClaim(ended_on)).completes_on == last_on


@given(st.dates(date(1960, 1, 1), date(2019, 12, 31)))
def test_ten_years_end_within_a_day_of_the_same_day_ten_years_on(ended_on: date) -> None:
    last_on = prescription_completes_on(RestitutionClaim(ended_on)).completes_on
    same_day = date(ended_on.year + 10, ended_on.month, min(ended_on.day, 28))
    assert abs((last_on - same_day).days) <= 3
    assert last_on + DAY > date(ended_on.year + 10, ended_on.month, 1)


def test_old_code_has_ten_years_only() -> None:
    claim = RestitutionClaim(date(2019, 6, 30), date(2008, 1, 5), date(2019, 7, 1))
    found = prescription_completes_on(claim)
    assert found.completes_on == date(2029, 6, 30)
    assert found.from_knowledge_on is None
    assert "旧民法167条1項" in [cited.text(Language.JA) for cited in found.citations]


def test_claim_of_before_2020_keeps_ten_years_when_the_dealing_ends_later() -> None:
    claim = RestitutionClaim(date(2021, 3, 31), date(2020, 3, 31), date(2021, 4, 1))
    assert prescription_completes_on(claim).completes_on == date(2031, 3, 31)


@pytest.mark.parametrize(
    ("known_on", "last_on"),
    [
        (None, date(2031, 3, 31)),
        (date(2021, 6, 10), date(2026, 6, 10)),
        (date(2020, 6, 10), date(2026, 3, 31)),  # not before the dealing has ended
        (date(2027, 1, 5), date(2031, 3, 31)),  # ten years end first
    ],
)
def test_new_code_takes_the_earlier_of_five_and_ten_years(
    known_on: date | None, last_on: date
) -> None:
    claim = RestitutionClaim(date(2021, 3, 31), date(2020, 4, 1), known_on)
    found = prescription_completes_on(claim)
    assert found.completes_on == last_on
    assert found.from_possible_on == date(2031, 3, 31)
    assert found.unverified == ()


@pytest.mark.parametrize(
    ("demanded_on", "until_on"),
    [
        (date(2026, 11, 21), date(2027, 5, 21)),
        (date(2026, 12, 31), date(2027, 6, 30)),
        (date(2026, 8, 31), date(2027, 2, 28)),
        (date(2026, 8, 30), date(2027, 2, 28)),
        (date(2026, 7, 1), date(2027, 1, 1)),
    ],
)
def test_demand_puts_completion_off_six_months(demanded_on: date, until_on: date) -> None:
    found = postponed_by_demands(date(2026, 12, 31), [demanded_on])
    assert (found.completes_on, found.by_demand_on) == (until_on, demanded_on)
    assert "民法150条1項" in [cited.text(Language.JA) for cited in found.citations]


@pytest.mark.parametrize("demanded_on", [date(2027, 1, 1), date(2026, 6, 30), date(2019, 5, 1)])
def test_demand_too_late_or_too_early_changes_nothing(demanded_on: date) -> None:
    found = postponed_by_demands(date(2026, 12, 31), [demanded_on])
    assert (found.completes_on, found.by_demand_on) == (date(2026, 12, 31), None)
    assert found.without_effect == (demanded_on,)


def test_demand_made_while_completion_is_put_off_has_no_effect() -> None:
    found = postponed_by_demands(date(2026, 12, 31), [date(2027, 3, 1), date(2026, 11, 21)])
    assert (found.completes_on, found.strict_on) == (date(2027, 5, 21), date(2027, 5, 21))
    assert found.without_effect == (date(2027, 3, 1),)


def test_demand_repeated_before_the_last_day_counts_and_the_strict_day_stands_beside() -> None:
    # 高松高判令和7年4月18日: the last demand made within the period decides.
    days = [date(2026, 11, 21), date(2026, 12, 20), date(2026, 1, 5)]
    found = postponed_by_demands(date(2026, 12, 31), days)
    assert (found.completes_on, found.by_demand_on) == (date(2027, 6, 20), date(2026, 12, 20))
    assert found.strict_on == date(2027, 5, 21)
    assert found.without_effect == (date(2026, 1, 5),)


@pytest.mark.rule("OVER-004")
def test_claim_within_ten_years_bears_no_warning() -> None:
    assert time_bar_warning(RestitutionClaim(date(2017, 3, 1)), date(2026, 11, 21)) is None
    assert time_bar_warning(RestitutionClaim(date(2016, 11, 21)), date(2026, 11, 21)) is None


@pytest.mark.rule("OVER-004")
@pytest.mark.parametrize(
    "claim",
    [
        RestitutionClaim(date(2010, 5, 1)),
        RestitutionClaim(date(2016, 11, 20)),
        RestitutionClaim(date(2021, 1, 31), date(2020, 5, 1), date(2021, 2, 1)),
    ],
)
def test_claim_past_its_last_day_is_warned_of_and_not_refused(claim: RestitutionClaim) -> None:
    warning = time_bar_warning(claim, date(2026, 11, 21))
    assert warning is not None
    last_on = prescription_completes_on(claim).completes_on
    assert last_on.isoformat() in warning.what(Language.JA)
    assert "invokes" in warning.what(Language.EN)


@pytest.mark.parametrize(
    ("talks", "until_on", "in_vain"),
    [
        ([], date(2026, 12, 31), ()),
        ([Talks(date(2026, 6, 30))], date(2027, 6, 30), ()),
        ([Talks(date(2026, 12, 31))], date(2027, 12, 31), ()),
        ([Talks(date(2027, 1, 1))], date(2026, 12, 31), (date(2027, 1, 1),)),
        ([Talks(date(2020, 3, 31))], date(2026, 12, 31), (date(2020, 3, 31),)),
        ([Talks(date(2025, 12, 1))], date(2026, 12, 31), (date(2025, 12, 1),)),
        ([Talks(date(2026, 12, 1), until_on=date(2027, 3, 31))], date(2027, 3, 31), ()),
        ([Talks(date(2026, 12, 1), refused_on=date(2026, 12, 20))], date(2027, 6, 20), ()),
        ([Talks(date(2026, 12, 1)), Talks(date(2027, 11, 30))], date(2028, 11, 30), ()),
        ([Talks(date(2026, 12, 1)), Talks(date(2027, 12, 2))], date(2027, 12, 1), (date(2027, 12, 2),)),
    ],
)  # fmt: skip
def test_talks_put_completion_off(
    talks: list[Talks], until_on: date, in_vain: tuple[date, ...]
) -> None:
    found = postponed_by_talks(date(2026, 12, 31), talks)
    assert (found.completes_on, found.without_effect) == (until_on, in_vain)
    assert "民法151条1項" in [cited.text(Language.JA) for cited in found.citations]


def test_talks_hold_five_years_in_all() -> None:
    again = [Talks(date(2026 + years, 12, 31)) for years in range(8)]
    found = postponed_by_talks(date(2026, 12, 31), again)
    assert found.completes_on == date(2031, 12, 31)
    assert found.strict_on == date(2027, 12, 31)
