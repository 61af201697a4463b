"""Whether a higher limit may be asked for: each condition, and when it is met [増額の条件].

Looked at without obligation, before anything is written down. Whoever meets all of it may apply;
what is granted is decided by a person, after a survey (貸金業法13条). Evidence of income that is
missing refuses nobody: it is named, so that it can be handed in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from motocho.law.rules import Refusal
from motocho.law.tables import table
from motocho.loans import raises
from motocho.loans.policy import Stop
from motocho.loans.queries import Conduct


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

    Takes     how the agreement was used in the last `raises.LEAST_MONTHS`.
    Law       貸金業法13条, 13条の2 (a third of the income); the six months are the house's.
    """
    found = tuple(_refusals(known, asked))
    return Eligibility(found, needs_evidence(known, asked))


def _refusals(known: Conduct, asked: Asked) -> Iterator[Refusal]:
    yield from raises.check_use(known)
    for stop, code in _STOPS.items():
        if stop in known.stops:
            yield raises.refusal(code)
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
    found = raises.check_amount(known, asked.limit_yen)
    income_yen = _income_yen(known, asked)
    if found is None and income_yen:
        found = raises.check_third(known, income_yen, _total_yen(known, asked))
    if found is not None:
        yield found


def _total_yen(known: Conduct, asked: Asked) -> int:
    """With what other money lenders are owed: what a bureau said, or what the member says now."""
    return raises.own_yen(known, asked.limit_yen) + max(known.burden.others_yen, asked.others_yen)


def _income_yen(known: Conduct, asked: Asked) -> int:
    """What an evidence shows that still counts; else what the member says; 0 where neither is."""
    shown = raises.evidence_of(known)
    return asked.income_yen if shown is None else shown.annual_yen


def needs_evidence(known: Conduct, asked: Asked) -> bool:
    """Whether evidence of income must be handed in before a decision [収入証明書の要否].

    Law       貸金業法13条3項; evidence that is older than the law lets it be counts for none.
    """
    law = table("lending.income_evidence").at(known.on)
    is_needed = raises.own_yen(known, asked.limit_yen) > law.number("own_above_yen")
    is_needed = is_needed or _total_yen(known, asked) > law.number("total_above_yen")
    return is_needed and raises.evidence_of(known) is None
