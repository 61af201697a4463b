"""Interest: every cap on both sides of every date, and the rate on an overpayment."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest

from motocho.law import interest
from motocho.law.tables import Standing
from motocho.units.errors import InputError, Language, LawGap
from motocho.units.money import PPM

DAY = timedelta(days=1)


def test_ceilings_are_those_of_article_1_since_1954() -> None:
    (row,) = interest.ceiling_rows()
    assert (row.from_on, row.until_on) == (date(1954, 6, 15), None)
    found = [(bracket.below_yen, bracket.ppm) for bracket in row.brackets]
    assert found == [(100_000, 200_000), (1_000_000, 180_000), (None, 150_000)]
    assert [cited.text(Language.JA) for cited in row.citations] == ["利息制限法1条"]


def test_damages_caps_give_the_published_percentages() -> None:
    ceilings = [bracket.ppm for bracket in interest.ceiling_rows()[0].brackets]
    percents = [
        [Fraction(ppm * each.multiplier_ppm, PPM * 10_000) for ppm in ceilings]
        for each in interest.damages_multipliers()
    ]
    assert percents == [
        [40, 36, 30],
        [Fraction("29.2"), Fraction("26.28"), Fraction("21.9")],
    ]
    days = [each.from_on for each in interest.damages_multipliers()]
    assert days == [date(1954, 6, 15), date(2000, 6, 1)]
    assert {each.standing for each in interest.damages_multipliers()} == {Standing.CONFIRMED}


def test_business_damages_begin_with_agreements_of_2010_06_18() -> None:
    found = interest.business_damages()
    assert (found.from_on, found.ppm) == (date(2010, 6, 18), 200_000)
    assert "平成18年法律115号附則26条1項" in [cited.text(Language.JA) for cited in found.citations]


@pytest.mark.parametrize(
    ("first_on", "before_ppm", "ppm"),
    [
        (date(1983, 11, 1), 1_095_000, 730_000),
        (date(1986, 11, 1), 730_000, 547_500),
        (date(1991, 11, 1), 547_500, 400_040),
        (date(2000, 6, 1), 400_040, 292_000),
        (date(2010, 6, 18), 292_000, 200_000),
    ],
)
def test_criminal_cap_changes_on_its_day(first_on: date, before_ppm: int, ppm: int) -> None:
    assert interest.criminal_cap_ppm(first_on - DAY) == before_ppm
    assert interest.criminal_cap_ppm(first_on) == ppm
    assert interest.criminal_cap(first_on).ppm == ppm


@pytest.mark.parametrize(
    ("on", "leap_year_ppm", "daily_ppm"),
    [
        (date(1984, 2, 29), 732_000, 2_000),
        (date(1988, 2, 29), 549_000, 1_500),
        (date(1996, 2, 29), 401_136, 1_096),
        (date(2004, 2, 29), 292_800, 800),
    ],
)
def test_leap_year_cap_is_366_daily_ones(on: date, leap_year_ppm: int, daily_ppm: int) -> None:
    cap = interest.criminal_cap(on)
    assert (cap.leap_year_ppm, cap.daily_ppm) == (leap_year_ppm, daily_ppm)
    assert daily_ppm * 366 == leap_year_ppm
    assert daily_ppm * 365 == cap.ppm


def test_criminal_cap_names_what_was_not_read() -> None:
    assert [each.table_id for each in interest.criminal_cap(date(2004, 1, 1)).unverified] == [
        "interest.criminal_cap_detail"
    ]
    assert interest.criminal_cap(date(1996, 1, 1)).unverified == ()
    assert interest.criminal_cap(date(2010, 6, 18)).leap_year_ppm is None
    assert interest.criminal_cap(date(2010, 6, 18)).daily_ppm is None
    with pytest.raises(LawGap):
        interest.criminal_cap_ppm(date(1954, 7, 31))


@pytest.mark.parametrize(
    ("first_on", "small_yen", "large_yen"),
    [
        (date(2010, 6, 18), 105, 210),
        (date(2014, 4, 1), 108, 216),
        (date(2019, 10, 1), 110, 220),
    ],
)
def test_machine_charge_cap_by_day_and_use(first_on: date, small_yen: int, large_yen: int) -> None:
    assert interest.atm_fee_cap_yen(1, first_on) == small_yen
    assert interest.atm_fee_cap_yen(10_000, first_on) == small_yen
    assert interest.atm_fee_cap_yen(10_001, first_on) == large_yen


def test_machine_charge_cap_on_the_eve_of_each_change() -> None:
    assert interest.atm_fee_cap_yen(10_000, date(2014, 3, 31)) == 105
    assert interest.atm_fee_cap_yen(10_001, date(2019, 9, 30)) == 216
    with pytest.raises(LawGap):
        interest.atm_fee_cap_yen(10_000, date(2010, 6, 17))
    with pytest.raises(InputError):
        interest.atm_fee_cap_yen(0, date(2026, 11, 21))


def test_statutory_rate_of_every_period() -> None:
    found = [(row.from_on, row.until_on, row.ppm) for row in interest.statutory_interest_rows()]
    assert found[1:] == [
        (date(2020, 4, 1), date(2023, 3, 31), 30_000),
        (date(2023, 4, 1), date(2026, 3, 31), 30_000),
        (date(2026, 4, 1), date(2029, 3, 31), 30_000),
    ]
    assert found[0][1:] == (date(2020, 3, 31), 50_000)


def test_statutory_rate_after_the_fixed_periods_is_open() -> None:
    assert interest.statutory_interest_ppm(date(2029, 3, 31)) == 30_000
    with pytest.raises(LawGap) as caught:
        interest.statutory_interest_ppm(date(2029, 4, 1))
    assert "2029-04-01" in caught.value.faults[0].what(Language.EN)


@pytest.mark.rule("OVER-003")
@pytest.mark.parametrize(
    ("rate_ppm", "arose_on"),
    [
        (50_000, date(2006, 5, 1)),
        (50_000, date(2020, 3, 31)),
        (30_000, date(2020, 4, 1)),
        (30_000, date(2026, 11, 21)),
    ],
)
def test_overpayment_bears_the_rate_of_the_day_it_arose(rate_ppm: int, arose_on: date) -> None:
    assert interest.check_overpayment_rate(rate_ppm, arose_on) is None


@pytest.mark.rule("OVER-003")
@pytest.mark.parametrize(
    ("rate_ppm", "arose_on"),
    [
        (60_000, date(2006, 5, 1)),
        (30_000, date(2006, 5, 1)),
        (30_000, date(2020, 3, 31)),
        (50_000, date(2020, 4, 1)),
    ],
)
def test_another_rate_on_an_overpayment_is_refused(rate_ppm: int, arose_on: date) -> None:
    refusal = interest.check_overpayment_rate(rate_ppm, arose_on)
    assert refusal is not None
    assert refusal.rule_id == "OVER-003"
    assert arose_on.isoformat() in refusal.what(Language.JA)
    assert str(rate_ppm) in refusal.what(Language.EN)
    assert refusal.fix(Language.EN)
    assert any("民法404条" in cited.text(Language.JA) for cited in refusal.citations)


# ------------------------------------------------------------------------------ damages and charges
OLD, NEW = date(2009, 3, 1), date(2010, 6, 18)


@pytest.mark.rule("RATE-004")
def test_damages_of_new_agreements_up_to_twenty_percent() -> None:
    assert interest.check_damages(200_000, interest.Lent(500_000, NEW, NEW)) is None


@pytest.mark.rule("RATE-004")
@pytest.mark.parametrize("rate", [200_001, 201_000, 262_800])
def test_damages_of_new_agreements_above_twenty_percent_are_refused(rate: int) -> None:
    refusal = interest.check_damages(rate, interest.Lent(500_000, NEW, NEW))
    assert refusal is not None
    assert refusal.rule_id == "RATE-004"


@pytest.mark.rule("RATE-005")
@pytest.mark.parametrize(
    ("principal", "cap"), [(99_999, 292_000), (500_000, 262_800), (1_000_000, 219_000)]
)
def test_damages_of_2005_up_to_the_cap(principal: int, cap: int) -> None:
    lent = interest.Lent(principal, date(2005, 4, 1), date(2005, 4, 1))
    assert interest.check_damages(cap, lent) is None


@pytest.mark.rule("RATE-005")
def test_damages_of_2005_above_the_cap_are_refused() -> None:
    refusal = interest.check_damages(292_000, interest.Lent(500_000, date(2005, 4, 1), OLD))
    assert refusal is not None
    assert refusal.rule_id == "RATE-005"
    assert "262,800" in refusal.what(Language.JA)
    before_2000 = interest.Lent(500_000, date(2000, 5, 31), date(2000, 5, 31))
    assert interest.check_damages(360_000, before_2000) is None


@pytest.mark.rule("RATE-014")
def test_cap_follows_the_day_of_the_agreement() -> None:
    lent = interest.Lent(500_000, date(2012, 5, 1), OLD)
    assert interest.check_damages_regime(262_800, lent) is None
    assert interest.check_damages_regime(200_000, interest.Lent(500_000, NEW, NEW)) is None


@pytest.mark.rule("RATE-014")
def test_cap_of_another_day_is_refused() -> None:
    refusal = interest.check_damages_regime(200_000, interest.Lent(500_000, date(2012, 5, 1), OLD))
    assert refusal is not None
    assert "2009-03-01" in refusal.what(Language.EN)
    last_old_day = interest.Lent(500_000, date(2012, 5, 1), date(2010, 6, 17))
    assert interest.check_damages_regime(200_000, last_old_day) is not None


@pytest.mark.rule("RATE-006")
def test_interest_without_charges_is_below_the_criminal_cap() -> None:
    today = date(2026, 11, 21)
    assert interest.check_criminal_cap(interest.Burden(100_000, 18_000, 0, 365), today) is None
    assert interest.check_criminal_cap(interest.Burden(100_000, 20_000, 0, 365), today) is None


@pytest.mark.rule("RATE-006")
@pytest.mark.parametrize("burden", [
    interest.Burden(100_000, 18_000, 5_000, 365),
    interest.Burden(100_000, 20_001, 0, 365),
    interest.Burden(100_000, 0, 822, 3),
])  # fmt: skip
def test_charges_that_lift_interest_above_the_criminal_cap_are_refused(
    burden: interest.Burden,
) -> None:
    """A loan of three days counts as one of fifteen: 821 yen on 100,000 would pass."""
    refusal = interest.check_criminal_cap(burden, date(2026, 11, 21))
    assert refusal is not None
    assert refusal.rule_id == "RATE-006"
    short = interest.Burden(100_000, 0, 821, 3)
    assert interest.check_criminal_cap(short, date(2026, 11, 21)) is None


@pytest.mark.rule("RATE-010")
@pytest.mark.parametrize(("fee", "used", "on"), [
    (110, 10_000, date(2026, 11, 21)),
    (220, 10_001, date(2026, 11, 21)),
    (105, 10_000, date(2013, 1, 1)),
])  # fmt: skip
def test_atm_fee_within_the_cap(fee: int, used: int, on: date) -> None:
    assert interest.check_atm_fee(fee, used, on) is None


@pytest.mark.rule("RATE-010")
@pytest.mark.parametrize(("fee", "used", "on"), [
    (220, 10_000, date(2026, 11, 21)),
    (330, 30_000, date(2026, 11, 21)),
    (110, 10_000, date(2013, 1, 1)),
])  # fmt: skip
def test_atm_fee_above_the_cap_is_refused(fee: int, used: int, on: date) -> None:
    refusal = interest.check_atm_fee(fee, used, on)
    assert refusal is not None
    assert refusal.rule_id == "RATE-010"


@pytest.mark.rule("RATE-011")
def test_guarantee_fee_within_the_ceiling() -> None:
    assert interest.check_guarantee(300_000, (140_000, 40_000), date(2026, 11, 21)) is None


@pytest.mark.rule("RATE-011")
def test_guarantee_fee_above_the_ceiling_is_refused() -> None:
    refusal = interest.check_guarantee(300_000, (150_000, 40_000), date(2026, 11, 21))
    assert refusal is not None
    assert refusal.rule_id == "RATE-011"
