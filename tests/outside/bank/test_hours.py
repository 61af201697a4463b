"""When a transfer arrives: hours, both banks, the last of a month, the first day of More Time."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motocho.outside import bank
from motocho.outside.bank import Order, Speed
from motocho.outside.clock import JAPAN
from motocho.units.errors import Language

JOINING = frozenset({"0001", "0005"})


def order(at: str, to_bank: str = "0005", amount_yen: int = 50_000) -> Order:
    return Order(datetime.fromisoformat(at).replace(tzinfo=JAPAN), "0001", to_bank, amount_yen)


@pytest.mark.rule("BANK-006")
def test_a_saturday_night_transfer_to_a_joining_bank_is_there_now() -> None:
    found = bank.arrival(order("2026-11-21T23:00"), JOINING)
    assert (found.speed, found.on, found.notice) == (Speed.AT_ONCE, date(2026, 11, 21), None)


@pytest.mark.rule("BANK-006")
def test_to_a_bank_that_does_not_join_it_is_never_called_immediate() -> None:
    found = bank.arrival(order("2026-11-21T23:00", to_bank="0398"), JOINING)
    # Sunday, then 勤労感謝の日.
    assert (found.speed, found.on) == (Speed.WHEN_BANKS_OPEN, date(2026, 11, 24))
    assert found.notice is not None
    assert "11月24日" in found.notice.what(Language.JA)
    assert "2026-11-24" in found.notice.what(Language.EN)


@pytest.mark.parametrize(
    ("at", "speed", "on"),
    [
        ("2026-11-20T08:29", Speed.WHEN_BANKS_OPEN, date(2026, 11, 20)),
        ("2026-11-20T08:30", Speed.AT_ONCE, date(2026, 11, 20)),
        ("2026-11-20T15:29:59", Speed.AT_ONCE, date(2026, 11, 20)),
        ("2026-11-20T15:30", Speed.WHEN_BANKS_OPEN, date(2026, 11, 24)),
        # The last business day of November 2026: an hour longer at both ends.
        ("2026-11-30T07:29", Speed.WHEN_BANKS_OPEN, date(2026, 11, 30)),
        ("2026-11-30T07:30", Speed.AT_ONCE, date(2026, 11, 30)),
        ("2026-11-30T16:29", Speed.AT_ONCE, date(2026, 11, 30)),
        ("2026-11-30T16:30", Speed.WHEN_BANKS_OPEN, date(2026, 12, 1)),
        ("2026-12-30T16:00", Speed.AT_ONCE, date(2026, 12, 30)),
        ("2026-12-30T16:30", Speed.WHEN_BANKS_OPEN, date(2027, 1, 4)),
    ],
)
@pytest.mark.rule("BANK-006")
def test_hours_of_the_core_system(at: str, speed: Speed, on: date) -> None:
    found = bank.arrival(order(at, to_bank="0398"), JOINING)
    assert (found.speed, found.on) == (speed, on)


@pytest.mark.parametrize(
    ("at", "amount_yen", "speed"),
    [
        ("2018-10-08T23:00", 50_000, Speed.WHEN_BANKS_OPEN),
        ("2018-10-09T23:00", 50_000, Speed.AT_ONCE),
        ("2018-10-09T23:00", 99_999_999, Speed.AT_ONCE),
        ("2018-10-09T23:00", 100_000_000, Speed.WHEN_BANKS_OPEN),
    ],
)
def test_more_time_has_a_first_day_and_a_largest_amount(
    at: str, amount_yen: int, speed: Speed
) -> None:
    assert bank.arrival(order(at, amount_yen=amount_yen), JOINING).speed is speed


def test_the_clock_of_the_machine_does_not_matter() -> None:
    at = datetime(2026, 11, 20, 6, 29, tzinfo=UTC)  # 15:29 in Japan
    found = bank.arrival(Order(at, "0001", "0398", 50_000), JOINING)
    assert found.speed is Speed.AT_ONCE


@given(
    st.datetimes(datetime(2019, 1, 1), datetime(2090, 1, 1)),  # noqa: DTZ001  # made Japan's below
    st.sampled_from(["0001", "0005", "0398"]),
)
def test_money_never_arrives_before_it_is_sent_and_waits_only_for_banks(
    at: datetime, to_bank: str
) -> None:
    found = bank.arrival(Order(at.replace(tzinfo=JAPAN), "0001", to_bank, 1_000), JOINING)
    if found.speed is Speed.AT_ONCE:
        assert found.on == at.date()
        assert to_bank in JOINING or bank.is_business_day(at.date())
    else:
        assert to_bank not in JOINING
        assert found.on >= at.date()
        assert bank.is_business_day(found.on)
        earliest = bank.business_day_from(at.date())
        assert found.on in {earliest, bank.next_business_day(at.date())}
