"""Who may be told of a higher limit, by our own records alone [増額をご案内できる会員].

What a credit bureau told is not looked at: to use it for an invitation is a crime (SOLI-006,
貸金業法41条の38). Whoever applies is looked at anew, and then with it (`screening.eligibility`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from motocho.law.citation import parse_citations
from motocho.law.rules import Refusal
from motocho.loans import monitoring
from motocho.loans.monitoring import a_month_after as after_months
from motocho.loans.policy import Status, Stop
from motocho.loans.queries import Conduct
from motocho.units.money import yen_text

LEAST_MONTHS = 6
"""Of use, and without arrears: a house rule · LEND-023."""
BY_A_BUREAU = frozenset({Stop.OVER_ONE_THIRD, Stop.BUREAU_CHECK_DUE, Stop.NO_BUREAU_CONSENT})
"""Stops that a bureau's answer brings or lifts: they say nothing here · SOLI-006."""
_ONE_DAY = timedelta(days=1)


def against(known: Conduct, limit_yen: int) -> tuple[Refusal, ...]:
    """Everything for which a limit may not be offered; empty if it may [案内の可否].

    Takes     how the agreement was used in the last `LEAST_MONTHS`.
    Law       貸金業法16条3項 (SOLI-005), 13条の2 over own contracts alone (LEND-009), LEND-023.
    """
    return tuple(_against(known, limit_yen))


def _against(known: Conduct, limit_yen: int) -> Iterator[Refusal]:
    if known.status is not Status.OPEN:
        yield _refusal("SCR-001")
    used_on = after_months(known.opened_on, LEAST_MONTHS)
    if known.on < used_on:
        details = {"months": str(LEAST_MONTHS), "opened": str(known.opened_on)}
        yield _refusal("SCR-002", used_on, **details)
    if known.is_late:
        yield _refusal("SCR-003", months=str(LEAST_MONTHS))
    elif known.last_late_on is not None:
        clean_on = after_months(known.last_late_on, LEAST_MONTHS) + _ONE_DAY
        if known.on < clean_on:
            details = {"months": str(LEAST_MONTHS), "late": str(known.last_late_on)}
            yield _refusal("SCR-004", clean_on, **details)
    if known.stops - BY_A_BUREAU:
        yield Refusal("SOLI-005", "RSN-020", tuple(parse_citations("貸金業法16条3項")))
    yield from _amount(known, limit_yen)


def _amount(known: Conduct, limit_yen: int) -> Iterator[Refusal]:
    least, most = known.limit_yen + known.unit_yen, known.largest_limit_yen
    if not least <= limit_yen <= most or limit_yen % known.unit_yen:
        unit = yen_text(known.unit_yen)
        yield _refusal("SCR-013", least=yen_text(least), most=yen_text(most), unit=unit)
        return
    if known.income is None:
        return
    parts = monitoring.law_on(known.on).number("parts_of_income")
    own_yen = known.burden.own_limits_yen - known.limit_yen + limit_yen
    if parts * own_yen > known.income.annual_yen:
        details = {"third": yen_text(known.income.annual_yen // parts), "total": yen_text(own_yen)}
        yield Refusal("LEND-009", "SCR-014", tuple(parse_citations("貸金業法13条の2")), details)


def _refusal(code: str, allowed_from: date | None = None, **details: str) -> Refusal:
    return Refusal("LEND-023", code, (), details, allowed_from)
