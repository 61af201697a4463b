"""What stands against a higher limit in our own book, asked for or offered [増額の前提].

Screening looks at it where a member asks, and the desk where it may offer; each adds what is its
own: screening what others are owed, the desk that a bureau's answer is never looked at (SOLI-006).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from motocho.kernel.schedule import MONTHS
from motocho.law.citation import parse_citations
from motocho.law.rules import Refusal
from motocho.law.tables import table
from motocho.loans import monitoring
from motocho.loans.monitoring import Income
from motocho.loans.monitoring import a_month_after as after_months
from motocho.loans.policy import Status
from motocho.loans.queries import Conduct
from motocho.units.money import yen_text

LEAST_MONTHS = 6
"""Of use, and without arrears: a house rule · LEND-023."""
_ONE_DAY = timedelta(days=1)


def used_from(known: Conduct) -> date:
    """The day on which the agreement was used long enough [利用期間を満たす日] · LEND-023."""
    return after_months(known.opened_on, LEAST_MONTHS)


def clean_from(known: Conduct) -> date | None:
    """The day on which nothing was late for long enough [遅れのない期間を満たす日] · LEND-023.

    Gives     None where nothing was late; while something is, as if it were paid today.
    """
    late_on = known.on if known.is_late else known.last_late_on
    return None if late_on is None else after_months(late_on, LEAST_MONTHS) + _ONE_DAY


def check_use(known: Conduct) -> Iterator[Refusal]:
    """How the agreement, and any other of the member's, was used [利用状況の条件] · LEND-023."""
    if known.status is not Status.OPEN:
        yield refusal("SCR-001")
    if known.on < used_from(known):
        details = {"months": str(LEAST_MONTHS), "opened": str(known.opened_on)}
        yield refusal("SCR-002", used_from(known), **details)
    clean_on = clean_from(known)
    if known.is_late:
        yield refusal("SCR-003", months=str(LEAST_MONTHS))
    elif clean_on is not None and known.on < clean_on:
        details = {"months": str(LEAST_MONTHS), "late": str(known.last_late_on)}
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
    """The income of the newest evidence, if that is of the latest period [年収] · LEND-006.

    A higher limit asks for the latest paper there is, as a new contract does; the three years for
    which monitoring may use one (10条の26) say nothing here. A paper of which nobody noted the kind
    counts for none.

    Law       貸金業法13条3項, 5項; 施行規則10条の17第2項.
    """
    income = known.income
    return income if income is not None and income.is_latest(known.on) else None


def held_income(known: Conduct) -> Income | None:
    """The newest shown income, while monitoring may use its paper [保有する収入証明書の年収].

    It bars an invitation that it would not bear; it carries no higher limit: see `evidence_of`.

    Law       貸金業法13条の3第3項; 施行規則10条の26第2項.
    """
    if known.income is None:
        return None
    years = monitoring.law_on(known.on).number("evidence_years")
    is_old = after_months(known.income.issued_on, years * MONTHS) < known.on
    return None if is_old else known.income


def needs_evidence(known: Conduct, limit_yen: int, others_yen: int = 0) -> bool:
    """Whether a limit asks for a paper that is not there [収入証明書の要否] · LEND-003, LEND-004.

    Takes     what other money lenders are owed, with what stands outside the third.
    Law       貸金業法13条3項, 5項.
    """
    own = own_yen(known, limit_yen)
    law = table("lending.income_evidence").at(known.on)
    is_above = own > law.number("own_above_yen")
    is_above = is_above or own + others_yen > law.number("total_above_yen")
    return is_above and evidence_of(known) is None


def most_without_yen(known: Conduct) -> int:
    """The highest limit that needs no paper, by our own book alone [書類なしの上限額]."""
    above = table("lending.income_evidence").at(known.on).number("own_above_yen")
    return _in_units(known, above - own_yen(known, 0))


def most_within_third_yen(known: Conduct, income_yen: int, others_yen: int = 0) -> int:
    """The highest limit within a third of an income [総量規制の上限額] · LEND-009.

    Exact     the whole third is the greatest whole yen that passes, so dropping loses nothing.
    """
    parts = monitoring.law_on(known.on).number("parts_of_income")
    return _in_units(known, income_yen // parts - own_yen(known, 0) - others_yen)


def income_for_yen(known: Conduct, limit_yen: int, others_yen: int = 0) -> int:
    """The least income by which a limit is within a third [必要な年収]."""
    parts = monitoring.law_on(known.on).number("parts_of_income")
    return parts * (own_yen(known, limit_yen) + others_yen)


def _in_units(known: Conduct, most_yen: int) -> int:
    within_yen = min(known.largest_limit_yen, most_yen)
    return max(0, within_yen // known.unit_yen * known.unit_yen)


def refusal(code: str, allowed_from: date | None = None, **details: str) -> Refusal:
    """A condition of the house that is not met [満たさない条件] · LEND-023."""
    return Refusal("LEND-023", code, (), details, allowed_from)
