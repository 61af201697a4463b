"""What a reader of a statement must be told beside its numbers [注意].

Each function looks at one question of law and gives its warnings; none of them changes a yen.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from motocho.claims.assumptions import Assumptions, values_of
from motocho.kernel.conventions import OverpaymentAppropriation, OverpaymentRateRule, Series
from motocho.law import court, interest, prescription
from motocho.law.prescription import RestitutionClaim
from motocho.law.tables import Standing
from motocho.units.errors import Fault, LawGap
from motocho.units.money import minus_text, rate_text


def overpayment_rate(
    assumptions: Assumptions, first_overpaid_on: date | None, last_on: date
) -> list[Fault]:
    """OVER-003: a constant rate that is not the statutory one of its day [過払利息の利率]."""
    if (
        first_overpaid_on is None
        or assumptions.overpayment_appropriation is OverpaymentAppropriation.NO_INTEREST
    ):
        return []
    known_until = interest.statutory_interest_rows()[-1].until_on
    if assumptions.overpayment_rate_rule is OverpaymentRateRule.CONSTANT:
        try:
            refusal = interest.check_overpayment_rate(
                assumptions.overpayment_rate_ppm, first_overpaid_on
            )
        except LawGap as gap:
            return list(gap.faults)
        return [] if refusal is None else [refusal.fault()]
    if known_until is not None and last_on > known_until:
        used = rate_text(interest.statutory_interest_rows()[-1].ppm)
        return [Fault("HIS-010", details={"first": known_until.isoformat(), "rate": used})]
    return []


def unverified_law(assumptions: Assumptions) -> list[Fault]:
    """Values of law in use that were not confirmed in their source [未確認の法令]."""
    if not assumptions.delay_periods:
        return []
    return [
        Fault("HIS-008", details={"title": "損害金の上限の倍率", "title_en": "damages multiple"})
        for row in interest.damages_multipliers()
        if row.standing is Standing.UNVERIFIED
    ]


def time_bar(last_dealt_on: date, first_overpaid_on: date | None, on: date) -> list[Fault]:
    """OVER-004: a claim that may be time-barred on the last day of the statement [時効]."""
    claim = RestitutionClaim(last_dealt_on, first_overpaid_on)
    warning = prescription.time_bar_warning(claim, on)
    return [] if warning is None else [warning]


def beyond_scrivener(amount_in_dispute_yen: int, on: date) -> list[Fault]:
    """OVER-011: an amount in dispute to which a judicial scrivener cannot act [代理権の範囲]."""
    try:
        refusal = court.check_scrivener(amount_in_dispute_yen, on)
    except LawGap:
        return []  # the statement ends before scriveners could act at all: nothing to warn of
    return [] if refusal is None else [refusal.fault()]


def other_series(
    series: Series, *, contracts: int, net_yen: int | Fraction, other_yen: int | Fraction
) -> list[Fault]:
    """OVER-002: one dealing or several is a choice; both answers are told [一連・分断]."""
    details = {
        "count": str(contracts),
        "net": minus_text(int(net_yen)),
        "other": minus_text(int(other_yen)),
        "choices": ", ".join(values_of("contracts")),
    }
    return [Fault("HIS-006" if series is Series.JOINED else "HIS-007", details=details)]


def ends_apart(ends: Mapping[str, date], last_on: date) -> list[Fault]:
    """Contracts set off at nominal value although they end on different days [相殺の日]."""
    return [
        Fault(
            "HIS-009",
            excerpt=ended_on.isoformat(),
            details={"contract": contract, "last": last_on.isoformat()},
        )
        for contract, ended_on in ends.items()
        if ended_on < last_on
    ]
