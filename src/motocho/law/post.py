"""Post: what certified mail costs on a day, part by part [内容証明郵便].

A certified letter is a registered letter whose text the post office certifies; proof of delivery
is asked for with it or later. The tariff is the company's own and changes by date; a tariff that
was not read itself is used and named as unverified.

>>> content_certified_yen(date(2026, 11, 21), sheets=1)
1420
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from motocho.law.citation import Citation
from motocho.law.rules import Refusal
from motocho.law.tables import Unverified, table, unverified_among
from motocho.units.errors import Fault, InputError, ensure
from motocho.units.money import PPM


class DeliveryProof(Enum):
    """Whether and when proof of delivery is asked for [配達証明]."""

    NONE = "none"
    AT_POSTING = "at_posting"
    LATER = "later"


class Part(Enum):
    """One part of the price [料金の内訳]."""

    LETTER = "letter"
    REGISTERED = "registered"
    CERTIFICATION = "certification"
    DELIVERY_PROOF = "delivery_proof"

    @property
    def name_ja(self) -> str:
        """The name at the counter [名称]."""
        return _NAMES_JA[self]


_NAMES_JA = {
    Part.LETTER: "基本料金",
    Part.REGISTERED: "一般書留",
    Part.CERTIFICATION: "内容証明",
    Part.DELIVERY_PROOF: "配達証明",
}


@dataclass(frozen=True, slots=True)
class CertifiedLetter:
    """A letter as it is brought to the counter [差し出す郵便物].

    `recipients` counts the addressees of one text posted together [同文内容証明].
    """

    sheets: int
    delivery_proof: DeliveryProof = DeliveryProof.AT_POSTING
    recipients: int = 1


@dataclass(frozen=True, slots=True)
class Postage:
    """The price and its parts, over all recipients [郵便料金]."""

    parts: tuple[tuple[Part, int], ...]
    total_yen: int
    citations: tuple[Citation, ...]
    unverified: tuple[Unverified, ...]


def content_certified(on: date, letter: CertifiedLetter) -> Postage:
    """What a certified letter costs on the day it is posted, part by part [内容証明の料金].

    Units     sheets: of the text, from 1; a standard letter of up to 25 g.
    Raises    InputError if a count is below 1; LawGap before 2009-04-01, or where the price of a
              proof asked for later was not read.
    Law       郵便法45条, 47条, 48条 and the tariff.
    Why       from the second recipient of one text the certification costs half.

    >>> postage = content_certified(date(2019, 10, 1), CertifiedLetter(sheets=1))
    >>> [(part.value, yen) for part, yen in postage.parts]
    [('letter', 84), ('registered', 435), ('certification', 440), ('delivery_proof', 320)]
    """
    _at_least_one("sheets", letter.sheets)
    _at_least_one("recipients", letter.recipients)
    plain, special = table("post.letter").at(on), table("post.certified_mail").at(on)
    further_yen = special.number("further_sheet") * (letter.sheets - 1)
    first_text_yen = special.number("first_sheet") + further_yen
    same_text = first_text_yen * special.number("same_text_share")
    ensure(same_text % PPM == 0, "half a yen", first_text_yen=first_text_yen)
    certification_yen = first_text_yen + same_text // PPM * (letter.recipients - 1)
    proof_yen = 0
    if letter.delivery_proof is DeliveryProof.AT_POSTING:
        proof_yen = special.number("delivery_proof")
    elif letter.delivery_proof is DeliveryProof.LATER:
        proof_yen = special.number("delivery_proof_later")
    parts = (
        (Part.LETTER, plain.number() * letter.recipients),
        (Part.REGISTERED, special.number("registered") * letter.recipients),
        (Part.CERTIFICATION, certification_yen),
        (Part.DELIVERY_PROOF, proof_yen * letter.recipients),
    )
    return Postage(
        parts=parts,
        total_yen=sum(yen for _, yen in parts),
        citations=(*special.citations, *plain.citations),
        unverified=unverified_among([plain, special]),
    )


def content_certified_yen(
    on: date, sheets: int, delivery_proof: DeliveryProof = DeliveryProof.AT_POSTING
) -> int:
    """The price of one certified letter to one recipient [内容証明の料金の合計].

    Raises    InputError if sheets is below 1; LawGap as `content_certified`.
    Law       郵便法45条, 47条, 48条 and the tariff.

    >>> content_certified_yen(date(2023, 10, 1), 2, DeliveryProof.NONE)
    1334
    """
    return content_certified(on, CertifiedLetter(sheets, delivery_proof)).total_yen


def check_postage(stated_yen: int, on: date, letter: CertifiedLetter) -> Refusal | None:
    """OVER-007: a stated price that is not the one of the day [郵便料金の検査].

    Raises    InputError and LawGap as `content_certified`.
    Law       郵便法45条, 47条, 48条 and the tariff.

    >>> check_postage(1_252, date(2026, 11, 21), CertifiedLetter(1)).details["lawful_yen"]
    '1420'
    """
    postage = content_certified(on, letter)
    if stated_yen == postage.total_yen:
        return None
    details = {
        "posted_on": on.isoformat(),
        "lawful_yen": str(postage.total_yen),
        "stated_yen": str(stated_yen),
    }
    return Refusal("OVER-007", "LAW-057", postage.citations, details)


def _at_least_one(name: str, count: int) -> None:
    if count < 1:
        details = {"key": name, "least": "1"}
        raise InputError(Fault("LAW-042", excerpt=str(count), details=details))
