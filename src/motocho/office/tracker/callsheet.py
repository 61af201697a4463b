"""The sheet for a call about a claim: figures, what was offered, what is due [電話のシート].

Words stand with the page; here are the figures and days that they need, each taken from the case:
the claim without interest and with it, what was offered last and which part of the claim that is,
and the next days that the other side's delay could cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from motocho.claims import prospects
from motocho.claims.statement import Statement
from motocho.kernel.conventions import OverpaymentRateRule
from motocho.office.cases import Case
from motocho.office.tracker.board import Standing
from motocho.office.tracker.tracks import Deadline, Event, Kind, Offer
from motocho.units.errors import FaultyInput
from motocho.units.money import PPM

NEAREST_DAYS = 4
TENTH_PPM = 1_000
"""A tenth of a percent."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What a claim comes to, without interest and with it [請求額]."""

    without_yen: int
    """With no interest on the overpayment at all."""
    with_yen: int
    rate_ppm: int | None
    """The one rate of the interest; None where it goes by the day."""
    owed_yen: int
    """What the client still owes by the same calculation."""
    as_of: date | None


@dataclass(frozen=True, slots=True)
class Round:
    """An offer beside the claim [提案と請求額の比較]."""

    offer: Offer
    amount_yen: int
    of_without_ppm: int
    of_with_ppm: int
    given_up_yen: int
    """What an answer of yes leaves of the claim with interest."""


@dataclass(frozen=True, slots=True)
class CallSheet:
    """Everything a call needs on one page [電話のシート]."""

    standing: Standing
    totals: Totals | None
    rounds: tuple[Round, ...]
    """Every offer, the last first."""
    talks: tuple[Event, ...]
    days: tuple[Deadline, ...]


def totals(case: Case, as_of: date | None = None) -> Totals | None:
    """What a case comes to; None while it cannot be calculated [請求額].

    Why       what is left after set-off and part payments, as the papers and the outlook say it.
    """
    try:
        claimed: Statement = case.statement(as_of=as_of)
        day = as_of or case.as_of or max(row.event.on for row in claimed.rows)
        found = prospects.totals_of(claimed, day, prospects.read_refunds(case.facts, []))
    except FaultyInput:
        return None
    is_constant = claimed.assumptions.overpayment_rate_rule is OverpaymentRateRule.CONSTANT
    return Totals(
        found.without_interest_yen,
        found.with_interest_yen,
        claimed.assumptions.overpayment_rate_ppm if is_constant else None,
        found.owed_yen,
        as_of or case.as_of,
    )


def rounds(offers: Sequence[Offer], whole: Totals | None) -> tuple[Round, ...]:
    """Every offer beside the claim, the last first [提案の一覧]; parts rounded down."""
    return tuple(_round(one, whole) for one in reversed(offers))


def _round(offer: Offer, whole: Totals | None) -> Round:
    amount_yen = offer.event.number("amount_yen")
    without_yen = whole.without_yen if whole else 0
    with_yen = whole.with_yen if whole else 0
    return Round(
        offer,
        amount_yen,
        _part(amount_yen, without_yen),
        _part(amount_yen, with_yen),
        max(0, with_yen - amount_yen),
    )


def _part(amount_yen: int, whole_yen: int) -> int:
    """The part of a whole in ppm, to a tenth of a percent, rounded down; 0 where there is none."""
    return amount_yen * (PPM // TENTH_PPM) // whole_yen * TENTH_PPM if whole_yen else 0


def sheet(standing: Standing) -> CallSheet:
    """The sheet of a case for a call of today [電話のシート]."""
    whole = totals(standing.case, standing.on)
    if whole is None:
        whole = totals(standing.case)
    return CallSheet(
        standing,
        whole,
        rounds(standing.track.offers, whole),
        tuple(reversed(standing.track.of_kind(Kind.TALK))),
        standing.days[:NEAREST_DAYS],
    )
