"""What a claim costs in fees of others: court, post, certificates [実費].

Until 2026-05-20 the fee went by the value alone and each court set the post that was prepaid, so an
action of then has its fee but no total; since 2026-05-21 a flat part of the fee holds the post,
lower online.

>>> found = costs(1_050_000, date(2026, 11, 23))
>>> [(each.route.value, each.total_yen) for each in found.actions]
[('paper', 15810), ('electronic', 14710)]
>>> [(each.filing_yen, each.known_yen, each.total_yen) for each in costs(
...     1_050_000, date(2026, 5, 20)).actions]
[(11000, 13310, None)]
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from motocho.law.court import FilingCost, Route, cost_of_action
from motocho.law.post import CertifiedLetter, DeliveryProof, Postage, content_certified
from motocho.law.tables import Unverified, table, unverified_among
from motocho.units.errors import Language

SCHEMA_VERSION = 1


class Certificate(Enum):
    """How the certificate of who represents the lender is asked for [代表者事項証明書]."""

    COUNTER = "counter"
    ONLINE_BY_POST = "online_by_post"
    ONLINE_PICK_UP = "online_pick_up"


@dataclass(frozen=True, slots=True)
class ActionCost:
    """An action by one route: fee, letter and certificate together [提訴までの実費].

    `filing_yen` is the court's fee of the day, its flat part included; `known_yen` everything that
    is known, the fee always; `total_yen` is None while each court set the post itself, or while the
    price of the certificate was not read.
    """

    route: Route
    filing_yen: int
    known_yen: int
    total_yen: int | None


@dataclass(frozen=True, slots=True)
class Costs:
    """Everything a claimant pays to others, and what of it was not read [実費の一覧].

    `certificates` holds a price for each way of asking; empty before the first day that was read.
    """

    on: date
    letter: Postage
    letter_sheets: int
    certificates: tuple[tuple[Certificate, int], ...]
    filing: FilingCost
    actions: tuple[ActionCost, ...]
    unverified: tuple[Unverified, ...]

    @property
    def least_action_yen(self) -> int | None:
        """The cheapest way to an action; None where no route's total is known [最も安い提訴]."""
        return min(
            (each.total_yen for each in self.actions if each.total_yen is not None), default=None
        )

    @property
    def known_action_yen(self) -> int:
        """What the cheapest way to an action costs at least, its fee included [提訴の最低額]."""
        return min(each.known_yen for each in self.actions)

    def document(self) -> dict[str, Any]:
        """The costs in their public form [公開形式]."""
        return {
            "schema_version": SCHEMA_VERSION,
            "on": self.on.isoformat(),
            "letter": {
                "sheets": self.letter_sheets,
                "parts": {part.value: yen for part, yen in self.letter.parts},
                "total_yen": self.letter.total_yen,
            },
            "certificates": {way.value: yen for way, yen in self.certificates},
            "amount_in_dispute_yen": self.filing.amount_in_dispute_yen,
            "court": self.filing.court.value,
            "filing_fee_yen": self.filing.filing_fee_yen,
            "postage_rule": self.filing.routes[0].postage_rule.value,
            "actions": [
                {
                    "route": each.route.value,
                    "filing_yen": each.filing_yen,
                    "known_yen": each.known_yen,
                    "total_yen": each.total_yen,
                }
                for each in self.actions
            ],
            "scrivener_may_act": self.filing.scrivener_may_act,
            "citations": [
                cited.text(Language.JA)
                for cited in dict.fromkeys((*self.letter.citations, *self.filing.citations))
            ],
            "unverified": [each.text(Language.JA) for each in self.unverified],
        }


def costs(amount_in_dispute_yen: int, on: date, *, letter_sheets: int = 2) -> Costs:
    """What a claim of this value costs on a day: letter, certificate, action [実費].

    Units     amount_in_dispute_yen: the overpayment without interest, from 1; letter_sheets from 1.
    Raises    InputError if a number is not positive; LawGap before 2009-04-01.
    Law       民事訴訟費用等に関する法律3条; 登記手数料令2条1項; 郵便法45条, 47条, 48条.
    Why       the total takes the certificate at the counter, which everybody can get.
    """
    letter = content_certified(on, CertifiedLetter(letter_sheets, DeliveryProof.AT_POSTING))
    filing = cost_of_action(amount_in_dispute_yen, on)
    certificates, used = _certificates(on)
    counter_yen = dict(certificates).get(Certificate.COUNTER)
    actions = []
    for route in filing.routes:
        filing_yen = filing.filing_fee_yen + route.flat_part_yen
        known_yen = filing_yen + letter.total_yen + (counter_yen or 0)
        is_whole = route.total_yen is not None and counter_yen is not None
        total_yen = known_yen if is_whole else None
        actions.append(ActionCost(route.route, filing_yen, known_yen, total_yen))
    unverified = dict.fromkeys((*letter.unverified, *filing.unverified, *used))
    return Costs(on, letter, letter_sheets, certificates, filing, tuple(actions), tuple(unverified))


def _certificates(
    on: date,
) -> tuple[tuple[tuple[Certificate, int], ...], tuple[Unverified, ...]]:
    of_law = table("certificate.representative")
    if on < of_law.rows[0].from_on:
        return (), ()
    row = of_law.at(on)
    prices = tuple((way, row.number(way.value)) for way in Certificate)
    return prices, unverified_among([row])
