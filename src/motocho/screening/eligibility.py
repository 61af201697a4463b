"""Whether a higher limit may be asked for: each condition, and when it is met [増額の条件].

Looked at without obligation, before anything is written down. Whoever meets all of it may apply;
what is granted is decided by a person, after a survey (貸金業法13条). Evidence of income that is
missing refuses nobody: it is named, so that it can be handed in.

>>> from motocho.loans.monitoring import Burden
>>> after_months(date(2026, 1, 31), 1).isoformat()
'2026-02-28'
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from motocho.law.citation import parse_citations
from motocho.law.rules import Refusal
from motocho.law.tables import table
from motocho.loans import monitoring
from motocho.loans.monitoring import Income
from motocho.loans.monitoring import a_month_after as after_months
from motocho.loans.policy import Status, Stop
from motocho.loans.queries import Conduct
from motocho.units.money import yen_text

LEAST_MONTHS = 6
"""Of use, and without arrears: a house rule · LEND-023."""
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a member asks for, and says of themselves [申込み]; zero where nothing was said."""

    limit_yen: int
    income_yen: int = 0
    others_yen: int = 0


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Whether one may apply [申込みの可否]: refusals in the order in which they are shown.

    A refusal names in `allowed_from` the first day on which it may be gone, where there is one.
    """

    refusals: tuple[Refusal, ...]
    needs_evidence: bool

    @property
    def may_apply(self) -> bool:
        """Whether nothing stands against it [申込みできるか]."""
        return not self.refusals


def eligibility(known: Conduct, asked: Asked) -> Eligibility:
    """Each condition for a higher limit that is not met [増額の条件の確認] · LEND-023.

    Takes     how the agreement was used in the last `LEAST_MONTHS`.
    Law       貸金業法13条, 13条の2 (a third of the income); the six months are the house's.
    """
    found = tuple(_refusals(known, asked))
    return Eligibility(found, needs_evidence(known, asked))


def _refusals(known: Conduct, asked: Asked) -> Iterator[Refusal]:
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
        details = {"months": str(LEAST_MONTHS), "late": str(known.last_late_on)}
        if known.on < clean_on:
            yield _refusal("SCR-004", clean_on, **details)
    for stop, code in _STOPS.items():
        if stop in known.stops:
            yield _refusal(code)
    yield from _amounts(known, asked)


_STOPS: Mapping[Stop, str] = {
    Stop.OVER_ONE_THIRD: "SCR-005",
    Stop.INCOME_EVIDENCE_DUE: "SCR-006",
    Stop.BUREAU_CHECK_DUE: "SCR-007",
    Stop.RESTING: "SCR-008",
    Stop.MEMBER_ASKED: "SCR-009",
    Stop.NO_BUREAU_CONSENT: "SCR-017",
    Stop.COUNSEL: "SCR-010",
    Stop.CARD_LOST: "SCR-011",
    Stop.DECEASED: "SCR-012",
    Stop.FRAUD: "SCR-012",
    Stop.CREDIT: "SCR-012",
}


def _amounts(known: Conduct, asked: Asked) -> Iterator[Refusal]:
    least, most = known.limit_yen + known.unit_yen, known.largest_limit_yen
    if not least <= asked.limit_yen <= most or asked.limit_yen % known.unit_yen:
        unit = yen_text(known.unit_yen)
        yield _refusal("SCR-013", least=yen_text(least), most=yen_text(most), unit=unit)
        return
    income, law = _income_yen(known, asked), monitoring.law_on(known.on)
    total = _total_yen(known, asked)
    if income and law.number("parts_of_income") * total > income:
        details = {
            "third": yen_text(income // law.number("parts_of_income")),
            "total": yen_text(total),
        }
        cited = tuple(parse_citations("貸金業法13条の2"))
        yield Refusal("LEND-009", "SCR-014", cited, details)


def _own_yen(known: Conduct, asked: Asked) -> int:
    """Own exposure after the raise: revolving contracts count at their limit."""
    return known.burden.own_limits_yen - known.limit_yen + asked.limit_yen


def _total_yen(known: Conduct, asked: Asked) -> int:
    """With what other money lenders are owed: what a bureau said, or what the member says now."""
    return _own_yen(known, asked) + max(known.burden.others_yen, asked.others_yen)


def _income_yen(known: Conduct, asked: Asked) -> int:
    """What an evidence shows that still counts; else what the member says; 0 where neither is."""
    shown = evidence_of(known)
    return asked.income_yen if shown is None else shown.annual_yen


def evidence_of(known: Conduct) -> Income | None:
    """The income of the newest evidence, while the law lets it count [収入証明書の年収]."""
    if known.income is None:
        return None
    years = monitoring.law_on(known.on).number("evidence_years")
    is_old = after_months(known.income.issued_on, years * _MONTHS) < known.on
    return None if is_old else known.income


def needs_evidence(known: Conduct, asked: Asked) -> bool:
    """Whether evidence of income must be handed in before a decision [収入証明書の要否].

    Law       貸金業法13条3項; evidence that is older than the law lets it be counts for none.
    """
    law = table("lending.income_evidence").at(known.on)
    is_needed = _own_yen(known, asked) > law.number("own_above_yen")
    is_needed = is_needed or _total_yen(known, asked) > law.number("total_above_yen")
    return is_needed and evidence_of(known) is None


_MONTHS = 12


def _refusal(code: str, allowed_from: date | None = None, **details: str) -> Refusal:
    return Refusal("LEND-023", code, (), details, allowed_from)
