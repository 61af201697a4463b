"""Who may be told of a higher limit, by our own records alone [増額をご案内できる会員].

What a credit bureau told is not looked at: to use it for an invitation is a crime (SOLI-006,
貸金業法41条の38). Whoever applies is looked at anew, and then with it (`screening.eligibility`).
"""

from __future__ import annotations

from collections.abc import Iterator

from motocho.law.citation import parse_citations
from motocho.law.rules import Refusal
from motocho.loans import raises
from motocho.loans.policy import Stop
from motocho.loans.queries import Conduct

BY_A_BUREAU = frozenset(
    {
        Stop.OVER_ONE_THIRD,
        Stop.BUREAU_CHECK_DUE,
        Stop.NO_BUREAU_CONSENT,
        Stop.DEBTS_ELSEWHERE,
    }
)
"""Stops that a bureau's answer brings or lifts: they say nothing here · SOLI-006."""


def against(known: Conduct, limit_yen: int) -> tuple[Refusal, ...]:
    """Everything for which a limit may not be offered; empty if it may [案内の可否].

    Takes     how the agreement was used in the last `raises.LEAST_MONTHS`.
    Law       貸金業法16条3項 (SOLI-005), 13条の2 over own contracts alone (LEND-009), LEND-023.
    """
    return tuple(_against(known, limit_yen))


def _against(known: Conduct, limit_yen: int) -> Iterator[Refusal]:
    yield from raises.check_use(known)
    if known.stops - BY_A_BUREAU:
        yield Refusal("SOLI-005", "RSN-020", tuple(parse_citations("貸金業法16条3項")))
    found = raises.check_amount(known, limit_yen)
    # Nobody is invited to what the held paper would not bear; what carries the limit is judged when
    # it is asked for, by a paper of the latest period alone (`raises.evidence_of`).
    shown = raises.held_income(known)
    if found is None and shown is not None:
        own_yen = raises.own_yen(known, limit_yen)
        found = raises.check_third(known, shown.annual_yen, own_yen)
    if found is not None:
        yield found
