"""Offers of a settlement beside the claim: what each gives up, and what would be paid out [和解].

Two totals stand beside every offer: the overpayment without interest (0 %) and the claim with its
interest (5 %). What an offer pays out is shown after the most an agent may take and what others
are paid; which offer to take is nobody's to say here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from motocho.claims._due import NOTHING_PAID, Refunds, due_of, largest_claim_yen
from motocho.claims.assumptions import Assumptions
from motocho.claims.history import History
from motocho.claims.prospects.fees import Agreed, Fee, Handling, agreed_fee, most_fee
from motocho.claims.prospects.sentences import Sentence
from motocho.claims.statement import Statement, recalculate
from motocho.kernel.conventions import OverpaymentAppropriation
from motocho.law.court import scrivener_may_act
from motocho.law.published import Published, Subject, Way, published
from motocho.law.tables import Unverified
from motocho.units.errors import Fault, InputError, Language
from motocho.units.money import PPM, yen_text

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Totals:
    """What offers are measured by [和解の基準額].

    `without_interest_yen` is the 0 % total, `with_interest_yen` the claim to the day; `owed_yen`
    what the borrower still owes after recalculation. `largest_claim_yen` is the greatest single
    claim, by which a scrivener may act or not: None takes the 0 % total for it; `sued_yen` what
    one action asks for, by which its court goes: None takes the greatest single claim.
    """

    without_interest_yen: int
    with_interest_yen: int
    owed_yen: int
    as_of: date
    largest_claim_yen: int | None = None
    sued_yen: int | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """One round of talks [和解の提示]: who offered how much, to be paid when."""

    offered_on: date
    by: str
    yen: int
    pays_on: date | None = None
    way: Way = Way.TALKS
    note: str = ""


@dataclass(frozen=True, slots=True)
class Expenses:
    """What others are paid, in talks and by an action, and a fee that was agreed [費用]."""

    talks_yen: int = 0
    suit_yen: int = 0
    agreed: Agreed | None = None
    """The fee that was agreed, if one was."""

    def of(self, way: Way) -> int:
        """The expenses of one way [手続ごとの実費]."""
        return self.suit_yen if way is Way.SUIT else self.talks_yen


NO_EXPENSES = Expenses()


@dataclass(frozen=True, slots=True)
class Payout:
    """What one offer would pay out to the claimant [手取り]; None where the agent may not act."""

    handling: Handling
    fee: Fee | None
    costs_yen: int
    net_yen: int | None


@dataclass(frozen=True, slots=True)
class Round:
    """An offer with its shares, what it gives up, and its payouts [和解の一回]."""

    number: int
    offer: Offer
    share_without_ppm: int
    share_with_ppm: int
    gives_up_yen: int
    payouts: tuple[Payout, ...]
    warnings: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class SettlementTable:
    """All rounds beside the totals, and what is published of the lender [和解の比較表]."""

    totals: Totals
    whole: tuple[Round, ...]
    """What the totals themselves would pay out: 0 % by talks, the claim by an action."""
    rounds: tuple[Round, ...]
    published: tuple[Published, ...]
    reasons: tuple[Sentence, ...]
    unverified: tuple[Unverified, ...]

    def document(self) -> dict[str, Any]:
        """The table in its public form [公開形式]."""
        return {
            "schema_version": SCHEMA_VERSION,
            "as_of": self.totals.as_of.isoformat(),
            "without_interest_yen": self.totals.without_interest_yen,
            "with_interest_yen": self.totals.with_interest_yen,
            "owed_yen": self.totals.owed_yen,
            "whole": [_round_document(each) for each in self.whole],
            "rounds": [_round_document(each) for each in self.rounds],
            "published": [published_document(each) for each in self.published],
            "reasons": [each.document() for each in self.reasons],
            "unverified": [each.text(Language.JA) for each in self.unverified],
        }


def _round_document(each: Round) -> dict[str, Any]:
    pays_on = each.offer.pays_on
    return {
        "round": each.number,
        "offered_on": each.offer.offered_on.isoformat(),
        "by": each.offer.by,
        "way": each.offer.way.value,
        "offered_yen": each.offer.yen,
        "pays_on": None if pays_on is None else pays_on.isoformat(),
        "share_without_interest_ppm": each.share_without_ppm,
        "share_with_interest_ppm": each.share_with_ppm,
        "gives_up_yen": each.gives_up_yen,
        "payouts": [
            {
                "handling": payout.handling.value,
                "fee_yen": None if payout.fee is None else payout.fee.total_yen,
                "costs_yen": payout.costs_yen,
                "net_yen": payout.net_yen,
            }
            for payout in each.payouts
        ],
        "warnings": [sentence.document() for sentence in each.warnings],
    }


def published_document(each: Published) -> dict[str, Any]:
    """One published figure in its public form [公表例の公開形式]."""
    return {
        "subject": each.subject.value,
        "way": each.way.value,
        "who": each.who.value,
        "low": each.low,
        "high": each.high,
        "says": each.says,
        "title": each.title,
        "url": each.url,
        "read_on": each.read_on.isoformat(),
    }


def totals(history: History, assumptions: Assumptions, as_of: date) -> Totals:
    """The 0 % and the 5 % total of a history [基準額].

    Raises    FaultyInput, InputError as `statement.recalculate`.
    Why       without interest is a calculation of its own: interest also meets later advances.
    """
    return totals_of(recalculate(history, assumptions, as_of=as_of), as_of)


def totals_of(statement: Statement, as_of: date, refunds: Refunds = NOTHING_PAID) -> Totals:
    """The totals that are left beside a statement: after set-off and part payments [残る基準額].

    Raises    FaultyInput as `statement.recalculate`, or for what was paid back and does not fit.
    Why       without interest, everything that was paid back went to costs and the overpayment.
    """
    due = due_of(statement, refunds)
    without = replace(
        statement.assumptions, overpayment_appropriation=OverpaymentAppropriation.NO_INTEREST
    )
    bare = due_of(recalculate(statement.history, without, as_of=statement.as_of))
    paid_yen = sum(each.yen - each.costs_yen for each in due.applied)
    return Totals(
        without_interest_yen=max(0, bare.overpayment_yen - paid_yen),
        with_interest_yen=due.total_yen,
        owed_yen=due.owed_yen,
        as_of=as_of,
        largest_claim_yen=largest_claim_yen(due),
        sued_yen=due.in_dispute_yen,
    )


def settlement_table(
    of: Totals,
    offers: Sequence[Offer],
    *,
    lender_id: str | None = None,
    expenses: Expenses = NO_EXPENSES,
) -> SettlementTable:
    """Every round beside the totals: shares, payouts, traps [和解の比較表].

    Exact     shares are cut to whole ppm, fees to whole yen.
    Raises    InputError for an offer below 0; LawGap for a mandate before the federations' caps.
    """
    rounds = tuple(
        _round(number, offer, of, expenses) for number, offer in enumerate(offers, start=1)
    )
    whole = tuple(_round(0, offer, of, expenses) for offer in _in_full(of))
    unverified = [
        each
        for one in (*whole, *rounds)
        for payout in one.payouts
        if payout.fee is not None
        for each in payout.fee.unverified
    ]
    reasons = [Sentence("settling_published"), Sentence("settling_caps")]
    return SettlementTable(
        of,
        whole,
        rounds,
        published(Subject.RETURN_SHARE, lender_id=lender_id),
        tuple(reasons),
        tuple(dict.fromkeys(unverified)),
    )


def _in_full(of: Totals) -> Iterable[Offer]:
    """The totals as offers, to see what they would pay out; none where nothing is overpaid."""
    if of.without_interest_yen:
        yield Offer(of.as_of, "", of.without_interest_yen)
    if of.with_interest_yen:
        yield Offer(of.as_of, "", of.with_interest_yen, way=Way.SUIT)


def _round(number: int, offer: Offer, of: Totals, expenses: Expenses) -> Round:
    if offer.yen < 0:
        raise InputError(Fault("PRS-003", excerpt=str(offer.yen)))
    costs_yen = expenses.of(offer.way)
    capped = (each for each in Handling if each is not Handling.AGREED)
    payouts = [_payout(handling, offer, of, costs_yen) for handling in capped]
    if expenses.agreed is not None:
        payouts.append(_agreed(offer, expenses.agreed, costs_yen))
    return Round(
        number,
        offer,
        _share_ppm(offer.yen, of.without_interest_yen),
        _share_ppm(offer.yen, of.with_interest_yen),
        max(0, of.with_interest_yen - offer.yen),
        tuple(payouts),
        _traps(offer, of),
    )


def _share_ppm(part_yen: int, whole_yen: int) -> int:
    return part_yen * PPM // whole_yen if whole_yen else 0


def _payout(handling: Handling, offer: Offer, of: Totals, costs_yen: int) -> Payout:
    single_yen = of.largest_claim_yen
    if single_yen is None:
        single_yen = of.without_interest_yen
    # A certified scrivener acts in the summary court alone, whatever each single claim is.
    sued_yen = (of.sued_yen or single_yen) if offer.way is Way.SUIT else 0
    may_act = scrivener_may_act(max(single_yen, sued_yen), offer.offered_on)
    if handling is Handling.SCRIVENER and not may_act:
        return Payout(handling, None, costs_yen, None)
    fee = most_fee(handling, offer.way, offer.yen, offer.offered_on)
    return Payout(handling, fee, costs_yen, offer.yen - fee.total_yen - costs_yen)


def _agreed(offer: Offer, agreed: Agreed, costs_yen: int) -> Payout:
    fee = agreed_fee(agreed, offer.way, offer.yen, offer.offered_on)
    return Payout(Handling.AGREED, fee, costs_yen, offer.yen - fee.total_yen - costs_yen)


def _traps(offer: Offer, of: Totals) -> tuple[Sentence, ...]:
    """What an offer hides: a claim given up for nothing, a debt that is none."""
    given_up = {"yen": yen_text(max(0, of.with_interest_yen - offer.yen))}
    if offer.yen == 0 and of.with_interest_yen > of.owed_yen:
        return (Sentence("trap_zero", given_up), Sentence("professional_zero"))
    if offer.yen == 0 and of.owed_yen:
        return (Sentence("zero_with_debt", {"yen": yen_text(of.owed_yen)}),)
    if offer.yen < of.without_interest_yen:
        return (Sentence("trap_below_principal", given_up),)
    return ()
