"""Every disputed choice of a recalculation, explicit [計算の前提].

`Assumptions` holds section 2 of the recalculation contract: each switch with its public name, its
values and its default, the mainstream practice of the courts. Nothing else decides how a history is
calculated; all of them are printed on every sheet (OVER-008).

>>> Assumptions().year_basis.public_name
'calendar'
>>> read({"year_basis": "fixed_365"}).assumptions.year_basis.public_name
'fixed_365'
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from difflib import get_close_matches
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

from motocho.kernel.conventions import (
    BracketBase,
    CeilingRule,
    Convention,
    DamagesBasis,
    FirstDay,
    OpeningBalance,
    OverpaymentAppropriation,
    OverpaymentRateRule,
    Rounding,
    RoundingStage,
    SameDayOrder,
    Series,
    UnpaidInterest,
    YearBasis,
)
from motocho.kernel.recalculation import NO_RATE, Brackets, DamagesCaps, Regime
from motocho.law import interest
from motocho.units.days import read_date
from motocho.units.errors import Fault, Unread, clipped
from motocho.units.money import RateRule, rate_fraction_text, read_rate_ppm


class LenderKind(Convention):
    """Whether the flat cap on damages of a business lender can apply [貸主の種類]."""

    MONEY_LENDER = 0
    PRIVATE = 1


class DatedRate(NamedTuple):
    """An agreed rate and the first charged day it governs [約定利率の変更]."""

    from_on: date
    rate_ppm: int


class DelayPeriod(NamedTuple):
    """Days on which the whole balance bears damages; both ends charged [遅延期間]."""

    from_on: date
    to_on: date | None
    contract_rate_ppm: int | None = None


@dataclass(frozen=True, slots=True)
class Assumptions:
    """The choices of one calculation, each at its default [計算の前提]."""

    year_basis: YearBasis = YearBasis.CALENDAR
    first_day: FirstDay = FirstDay.EXCLUDE
    rounding: Rounding = Rounding.FLOOR
    rounding_stage: RoundingStage = RoundingStage.ROW
    ceiling_rule: CeilingRule = CeilingRule.RATCHET
    contract_rates: tuple[DatedRate, ...] = ()
    bracket_base: BracketBase = BracketBase.NET
    unpaid_interest: UnpaidInterest = UnpaidInterest.CARRY
    overpayment_appropriation: OverpaymentAppropriation = OverpaymentAppropriation.INTEREST_FIRST
    overpayment_rate_ppm: int = 50_000
    overpayment_rate_rule: OverpaymentRateRule = OverpaymentRateRule.CONSTANT
    same_day_order: SameDayOrder = SameDayOrder.AS_GIVEN
    opening_balance: OpeningBalance = OpeningBalance.AS_GIVEN
    delay_periods: tuple[DelayPeriod, ...] = ()
    lender_kind: LenderKind = LenderKind.MONEY_LENDER
    damages_cap_basis: DamagesBasis = DamagesBasis.AGREEMENT
    contracts: Series = Series.JOINED

    def document(self) -> dict[str, Any]:
        """All assumptions in their public form, in the order of the contract [公開形式]."""
        return {
            _public_key(slot.name): _public_value(slot.name, getattr(self, slot.name))
            for slot in fields(self)
        }


class Reading(NamedTuple):
    """Assumptions as far as they could be read, and every fault [読み取り結果]."""

    assumptions: Assumptions
    faults: tuple[Fault, ...]


_SWITCHES: Mapping[str, type[Convention]] = {
    "year_basis": YearBasis,
    "first_day": FirstDay,
    "rounding": Rounding,
    "rounding_stage": RoundingStage,
    "ceiling_rule": CeilingRule,
    "bracket_base": BracketBase,
    "unpaid_interest": UnpaidInterest,
    "overpayment_appropriation": OverpaymentAppropriation,
    "overpayment_rate_rule": OverpaymentRateRule,
    "same_day_order": SameDayOrder,
    "opening_balance": OpeningBalance,
    "lender_kind": LenderKind,
    "damages_cap_basis": DamagesBasis,
    "contracts": Series,
}


def values_of(key: str) -> tuple[str, ...]:
    """The public values of a switch, the default first; empty for a key that is not one [選択肢].

    >>> values_of("rounding_stage")
    ('row', 'part')
    """
    return tuple(member.public_name for member in _SWITCHES.get(key, ()))


def setting(text: str) -> tuple[str, Any] | Unread:
    """`KEY=VALUE` of the command line: the value is JSON only if it begins with [ { or " [設定].

    >>> setting("year_basis=fixed_365")
    ('year_basis', 'fixed_365')
    """
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        return Unread("ASM-001", text)
    if value.startswith(("[", "{", '"')):
        try:
            return key.strip(), json.loads(value)
        except ValueError:
            return Unread("ASM-002", value)
    return key.strip(), value.strip()


def read(stated: object, *, onto: Assumptions | None = None, file: str | None = None) -> Reading:
    """Assumptions from their public form, laid over others [前提の読み取り].

    Takes     a mapping of public keys to public values, as in a case file.
    Gives     every fault at once; a faulty key leaves the value underneath.
    """
    assumptions = onto or Assumptions()
    if not isinstance(stated, Mapping):
        return Reading(assumptions, (Fault("ASM-003", file=file, excerpt=clipped(str(stated))),))
    faults: list[Fault] = []
    changes: dict[str, Any] = {}
    for key, value in stated.items():
        attribute, read_value, key_faults = _read_key(str(key), value)
        faults += key_faults
        if not key_faults:
            changes[attribute] = read_value
    assumptions = replace(assumptions, **changes)
    faults += _contradictions(assumptions)
    return Reading(assumptions, tuple(fault.within(file) for fault in faults))


def _read_key(key: str, value: object) -> tuple[str, Any, list[Fault]]:
    if key in _SWITCHES:
        return key, *_read_switch(key, value)
    if key == "overpayment_rate":
        return "overpayment_rate_ppm", *_read_rate(key, value)
    if key == "contract_rates":
        return key, *_read_contract_rates(value)
    if key == "delay_periods":
        return key, *_read_delay_periods(value)
    return key, None, [_unknown("ASM-004", key, key, KEYS)]


def _read_switch(key: str, value: object) -> tuple[Convention | None, list[Fault]]:
    for member in _SWITCHES[key]:
        if value == member.public_name:
            return member, []
    return None, [_unknown("ASM-005", key, str(value), values_of(key))]


def _unknown(code: str, key: str, seen: str, known: Iterable[str]) -> Fault:
    """A name that is not one of the known; the nearest is proposed."""
    choices = list(known)
    nearest = get_close_matches(seen.strip().lower().replace("-", "_"), choices, n=1)
    return Fault(
        code,
        column=key,
        excerpt=clipped(seen),
        details={"known": ", ".join(choices), "key": key},
        proposed=nearest[0] if nearest else None,
    )


def _read_rate(key: str, value: object) -> tuple[int, list[Fault]]:
    """A rate as decimal text; JSON numbers are refused, because a float can't hold one exactly."""
    if not isinstance(value, str):
        proposal = repr(value) if isinstance(value, int | float) else None
        shown = clipped(str(value))
        return 0, [Fault("RAT-101", column=key, excerpt=shown, proposed=proposal)]
    rate = read_rate_ppm(value, rule=RateRule.FRACTION)
    if isinstance(rate, Unread):
        return 0, [rate.at(column=key)]
    return rate, []


def _read_day(key: str, value: object) -> tuple[date, list[Fault]]:
    if not isinstance(value, str):
        return date.min, [Fault("ASM-006", column=key, excerpt=clipped(str(value)))]
    day = read_date(value)
    if isinstance(day, Unread):
        return date.min, [day.at(column=key)]
    return day.on, []


def _read_contract_rates(value: object) -> tuple[tuple[DatedRate, ...], list[Fault]]:
    key = "contract_rates"
    if not isinstance(value, list):
        return (), [Fault("ASM-007", column=key, excerpt=clipped(str(value)))]
    faults: list[Fault] = []
    rates: dict[date, DatedRate] = {}
    for place, pair in enumerate(value):
        column = f"{key}[{place}]"
        if not isinstance(pair, list) or len(pair) != 2:
            faults.append(Fault("ASM-007", column=column, excerpt=clipped(str(pair))))
            continue
        day, day_faults = _read_day(column, pair[0])
        rate_ppm, rate_faults = _read_rate(column, pair[1])
        faults += day_faults + rate_faults
        if day in rates and not day_faults:
            faults.append(Fault("ASM-008", column=column, excerpt=day.isoformat()))
        rates[day] = DatedRate(day, rate_ppm)
    return tuple(rates[day] for day in sorted(rates)), faults


_DELAY_KEYS = ("from_on", "to_on", "contract_rate")


def _read_delay_periods(value: object) -> tuple[tuple[DelayPeriod, ...], list[Fault]]:
    key = "delay_periods"
    if not isinstance(value, list):
        return (), [Fault("ASM-009", column=key, excerpt=clipped(str(value)))]
    faults: list[Fault] = []
    periods: list[DelayPeriod] = []
    for place, stated in enumerate(value):
        column = f"{key}[{place}]"
        if not isinstance(stated, Mapping) or "from_on" not in stated:
            faults.append(Fault("ASM-009", column=column, excerpt=clipped(str(stated))))
            continue
        period, period_faults = _read_delay_period(column, stated)
        faults += period_faults
        periods.append(period)
    periods.sort(key=lambda period: period.from_on)
    return tuple(periods), faults


def _read_delay_period(column: str, stated: Mapping[str, Any]) -> tuple[DelayPeriod, list[Fault]]:
    faults = [
        _unknown("ASM-004", f"{column}.{name}", name, _DELAY_KEYS)
        for name in stated
        if name not in _DELAY_KEYS
    ]
    from_on, from_faults = _read_day(f"{column}.from_on", stated["from_on"])
    faults += from_faults
    to_on = None
    if stated.get("to_on") is not None:
        to_on, to_faults = _read_day(f"{column}.to_on", stated["to_on"])
        faults += to_faults
        if not faults and to_on < from_on:
            faults.append(Fault("ASM-010", column=column, excerpt=f"{from_on} … {to_on}"))
    rate_ppm = None
    if stated.get("contract_rate") is not None:
        rate_ppm, rate_faults = _read_rate(f"{column}.contract_rate", stated["contract_rate"])
        faults += rate_faults
    return DelayPeriod(from_on, to_on, rate_ppm), faults


def _contradictions(assumptions: Assumptions) -> list[Fault]:
    """Faults that lie between switches: overlapping delays, delays without a rate or a cap."""
    faults = []
    periods = assumptions.delay_periods
    for earlier, later in pairwise(periods):
        if earlier.to_on is None or later.from_on <= earlier.to_on:
            shown = f"{earlier.from_on} … {earlier.to_on or ''} / {later.from_on}"
            faults.append(Fault("ASM-011", column="delay_periods", excerpt=shown))
    if assumptions.ceiling_rule is CeilingRule.NONE:
        faults += [
            Fault("ASM-012", column="delay_periods", excerpt=str(period.from_on))
            for period in periods
            if period.contract_rate_ppm is None
        ]
    return faults


def _public_key(attribute: str) -> str:
    return "overpayment_rate" if attribute == "overpayment_rate_ppm" else attribute


def _public_value(attribute: str, value: Any) -> Any:
    if isinstance(value, Convention):
        return value.public_name
    if attribute == "contract_rates":
        return [[str(rate.from_on), rate_fraction_text(rate.rate_ppm)] for rate in value]
    if attribute == "delay_periods":
        return [_public_period(period) for period in value]
    return rate_fraction_text(value)


def _public_period(period: DelayPeriod) -> dict[str, Any]:
    document: dict[str, Any] = {
        "from_on": str(period.from_on),
        "to_on": None if period.to_on is None else str(period.to_on),
    }
    if period.contract_rate_ppm is not None:
        document["contract_rate"] = rate_fraction_text(period.contract_rate_ppm)
    return document


@cache
def brackets() -> Brackets:
    """The ceilings by principal as the kernel takes them [制限利率の表].

    Law     利息制限法1条, from the table interest.ceiling.
    """
    rows = [
        (row.from_on, row.until_on or date.max, bracket.below_yen, bracket.ppm)
        for row in interest.ceiling_rows()
        for bracket in row.brackets
    ]
    return Brackets(
        [from_on.toordinal() for from_on, _, _, _ in rows],
        [until_on.toordinal() for _, until_on, _, _ in rows],
        [_WITHOUT_LIMIT_YEN if below is None else below for _, _, below, _ in rows],
        [ppm for _, _, _, ppm in rows],
    )


def ceilings_known_from() -> date:
    """The first day for which a ceiling is known [制限利率の最初の日]."""
    return interest.ceiling_rows()[0].from_on


@cache
def damages_caps() -> DamagesCaps:
    """The caps on damages by the day of the advance, as the kernel takes them [損害金の上限の表].

    Law     利息制限法4条1項; 平成11年法155号附則4条.
    """
    rows = interest.damages_multipliers()
    return DamagesCaps(
        [row.from_on.toordinal() for row in rows], [row.multiplier_ppm for row in rows]
    )


def regime(assumptions: Assumptions) -> Regime:
    """The choices and the numbers of law they need, as the kernel takes them [計算の条件].

    Law     利息制限法7条1項 with 平成18年法115号附則26条1項 for business lenders;
            民法404条 with 平成29年法44号附則15条1項 for overpayment interest.
    """
    flat = interest.business_damages()
    by_business = assumptions.lender_kind is LenderKind.MONEY_LENDER
    earlier, later = interest.statutory_interest_rows()[:2]
    return Regime(
        year_basis=int(assumptions.year_basis),
        first_day=int(assumptions.first_day),
        rounding=int(assumptions.rounding),
        rounding_stage=int(assumptions.rounding_stage),
        ceiling_rule=int(assumptions.ceiling_rule),
        bracket_base=int(assumptions.bracket_base),
        unpaid_interest=int(assumptions.unpaid_interest),
        appropriation=int(assumptions.overpayment_appropriation),
        rate_rule=int(assumptions.overpayment_rate_rule),
        constant_ppm=assumptions.overpayment_rate_ppm,
        early_ppm=earlier.ppm,
        late_ppm=later.ppm,
        split_on=later.from_on.toordinal(),
        damages_basis=int(assumptions.damages_cap_basis),
        flat_damages_ppm=flat.ppm if by_business else NO_RATE,
        flat_damages_from_on=flat.from_on.toordinal(),
    )


_WITHOUT_LIMIT_YEN = 2**62
"""Above any principal a history can reach; stands for a bracket without limit."""


PRESETS: Mapping[str, Mapping[str, Any]] = {
    "court": {
        name: Assumptions().document()[name]
        for name in Assumptions().document()
        if name not in {"contract_rates", "delay_periods", "lender_kind"}
    },
    "enforcement": {"year_basis": "whole_then_calendar"},
    "enforcement_parts": {"year_basis": "whole_then_calendar", "rounding_stage": "part"},
    "lender": {"ceiling_rule": "none"},
    "zero": {"overpayment_appropriation": "no_interest"},
}
"""Named sets of switches. `court` puts every choice back to the practice of the courts and leaves
the facts of the case (agreed rates, delays, the kind of lender) as they are."""

KEYS = tuple(Assumptions().document())
"""The public names, in the order of the contract."""
