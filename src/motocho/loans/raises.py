"""What stands against a higher limit in our own book, asked for or offered [増額の前提].

Screening looks at it where a member asks, and the desk where it may offer; each adds what is its
own: screening what others are owed, the desk that a bureau's answer is never looked at (SOLI-006).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from motocho.law.citation import parse_citations
from motocho.law.rules import Refusal
from motocho.loans import monitoring
from motocho.loans.monitoring import Income
from motocho.loans.monitoring import a_month_after as after_months
from motocho.loans.policy import Status
from motocho.loans.queries import Conduct
from motocho.units.money import yen_text

LEAST_MONTHS = 6
"""Of use, and without arrears: a house rule · LEND-023."""
_ONE_DAY = timedelta(days=1)
_MONTHS = 12


def check_use(known: Conduct) -> Iterator[Refusal]:
    """How the agreement, and any other of the member's, was used [利用状況の条件] · LEND-023."""
    if known.status is not Status.OPEN:
        yield refusal("SCR-001")
    used_on = after_months(known.opened_on, LEAST_MONTHS)
    if known.on < used_on:
        details = {"months": str(LEAST_MONTHS), "opened": str(known.opened_on)}
        yield refusal("SCR-002", used_on, **details)
    if known.is_late:
        yield refusal("SCR-003", months=str(LEAST_MONTHS))
    elif known.last_late_on is not None:
        clean_on = after_months(known.last_late_on, LEAST_MONTHS) + _ONE_DAY
        details = {"months": str(LEAST_MONTHS), "late": str(known.last_late_on)}
        if known.on < clean_on:
            yield refusal("SCR-004", clean_on, **details)


def check_amount(known: Conduct, limit_yen: int) -> Refusal | None:
    """Whether an amount is a higher limit of the product [増額の範囲]."""
    least, most = known.limit_yen + known.unit_yen, known.largest_limit_yen
    if least <= limit_yen <= most and limit_yen % known.unit_yen == 0:
        return None
    unit = yen_text(known.unit_yen)
    return refusal("SCR-013", least=yen_text(least), most=yen_text(most), unit=unit)


def check_third(known: Conduct, income_yen: int, total_yen: int) -> Refusal | None:
    """貸金業法13条の2: no more in all than a third of the income [総量規制] · LEND-009."""
    parts = monitoring.law_on(known.on).number("parts_of_income")
    if parts * total_yen <= income_yen:
        return None
    details = {"third": yen_text(income_yen // parts), "total": yen_text(total_yen)}
    return Refusal("LEND-009", "SCR-014", tuple(parse_citations("貸金業法13条の2")), details)


def own_yen(known: Conduct, limit_yen: int) -> int:
    """Own exposure after a raise: revolving contracts count at their limit [自社の極度額の合計]."""
    return known.burden.own_limits_yen - known.limit_yen + limit_yen


def evidence_of(known: Conduct) -> Income | None:
    """The income of the newest evidence, while the law lets it count [収入証明書の年収]."""
    if known.income is None:
        return None
    years = monitoring.law_on(known.on).number("evidence_years")
    is_old = after_months(known.income.issued_on, years * _MONTHS) < known.on
    return None if is_old else known.income


def refusal(code: str, allowed_from: date | None = None, **details: str) -> Refusal:
    """A condition of the house that is not met [満たさない条件] · LEND-023."""
    return Refusal("LEND-023", code, (), details, allowed_from)
