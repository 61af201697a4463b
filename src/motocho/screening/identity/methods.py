"""Ways to identify somebody, by meaning and not by letter, and what each needs; pure [確認の方法].

The letters of 施行規則6条1項1号 move with every amendment. From 2027-04-01 pictures and copies of
papers end at a distance; a chip or a certificate of signature is what is left, or post that is
handed to the addressee alone.

>>> [check_method(Method.PHOTO, date(2027, *day)) is None for day in ((3, 31), (4, 1))]
[True, False]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum

from motocho.law.rules import Refusal
from motocho.law.tables import table
from motocho.screening.identity import papers
from motocho.screening.identity.papers import CHIPPED, CountsAs, Second, Shown, refusal

LEAST_WITHOUT_PHOTO = 2


class Method(Enum):
    """How somebody is identified [本人確認方法]."""

    PHOTO = "photo_of_document"
    """A picture of a paper with a photo, and of the face, by our software."""
    COPIES = "posted_copies"
    """Copies that were sent in, and post that is not forwarded."""
    CHIP = "chip_reading"
    """The chip's data and a picture of the face."""
    RESTRICTED_POST = "restricted_post"
    """本人限定受取郵便: the paper is shown to who delivers it."""
    CERTIFICATE = "public_key_certificate"
    """公的個人認証: a signature by the card's certificate."""
    IN_PERSON = "in_person"
    """The paper is shown to us."""


POSTED = frozenset({Method.COPIES})
"""Done only once post that is not forwarded was received [転送不要郵便]."""


class Liveness(Enum):
    """Whether the face was alive and that of the paper [容貌の照合]."""

    SAME = "same"
    OTHER = "other"
    NOT_ALIVE = "not_alive"


@dataclass(frozen=True, slots=True)
class Declared:
    """What somebody says of themselves [申告事項] · 犯収法4条1項1号–3号."""

    name: str
    address: str
    born_on: date
    purpose: str
    """取引を行う目的."""
    occupation: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What was done to know somebody [確認の内容].

    `face` for pictures and chips; `is_signed` for a certificate whose signature and validity were
    checked; `received_on` the day on which post that is not forwarded was received.
    """

    method: Method
    on: date
    shown: tuple[Shown, ...]
    second: Second | None = None
    face: Liveness | None = None
    is_signed: bool = False
    received_on: date | None = None


def check_method(method: Method, on: date) -> Refusal | None:
    """Whether a method is allowed on a day [方法の可否] · KYC-003.

    Law       犯収法施行規則6条1項1号; amended on 2025-06-24, from 2027-04-01.
    """
    if method is Method.IN_PERSON:
        return None
    if table("identity.remote_methods").at(on).word(method.value) == "allowed":
        return None
    return refusal("KYC-003", "IDV-007", "犯収法施行規則6条1項1号", method=method.value)


def lacking(declared: Declared, checked: Checked) -> tuple[Refusal, ...]:
    """Everything that is missing before somebody counts as identified [取引時確認の不足] · KYC-001.

    Gives     nothing where name, address and birthday are shown as they were declared, by papers
              that count, in a way that is allowed, and purpose and occupation were told.
    Law       犯収法4条1項; 施行規則6条, 7条, 9条, 10条.
    """
    return tuple(_lacking(declared, checked))


_DECLARED = {
    "purpose": ("取引の目的", "purpose of the dealing"),
    "occupation": ("職業", "occupation"),
    "name": ("氏名", "name"),
    "address": ("申告された住所", "stated address"),
}
"""What a customer declares, as it is called in both languages."""


def _lacking(declared: Declared, checked: Checked) -> Iterator[Refusal]:
    for name, (japanese, english) in _DECLARED.items():
        if not getattr(declared, name).strip():
            law = "犯罪収益移転防止法4条1項"
            yield refusal("KYC-001", "IDV-008", law, field=japanese, field_en=english)
    found = check_method(checked.method, checked.on)
    if found is not None:
        yield found
    for shown in checked.shown:
        yield from papers.check(shown, checked.on)
    yield from _as_declared(declared, checked)
    yield from _NEEDS[checked.method](checked)


def _as_declared(declared: Declared, checked: Checked) -> Iterator[Refusal]:
    """Name, birthday and address as each paper shows them."""
    if not checked.shown:
        yield refusal("KYC-001", "IDV-009", "犯罪収益移転防止法4条1項")
        return
    for shown in checked.shown:
        if not papers.same(shown.name, declared.name) or shown.born_on != declared.born_on:
            paper = shown.paper.value
            yield refusal("KYC-001", "IDV-010", "犯罪収益移転防止法4条1項", paper=paper)
    if not any(papers.same(one.address, declared.address) for one in checked.shown):
        found = papers.check_address(checked.shown[0], declared.address, checked.second, checked.on)
        if found is not None:
            yield found


# ------------------------------------------------------------------------ what each method needs
def _counts(checked: Checked) -> list[CountsAs]:
    return [papers.counts_as(one.paper, checked.on) for one in checked.shown]


def _needs_face(checked: Checked) -> Iterator[Refusal]:
    if checked.face is not Liveness.SAME:
        yield refusal("KYC-001", "IDV-011", "犯収法施行規則6条1項1号")


def _photo(checked: Checked) -> Iterator[Refusal]:
    yield from _needs_face(checked)
    if CountsAs.PHOTO not in _counts(checked):
        yield refusal("KYC-001", "IDV-012", "犯収法施行規則6条1項1号")


def _chip(checked: Checked) -> Iterator[Refusal]:
    yield from _needs_face(checked)
    if not any(one.paper in CHIPPED for one in checked.shown):
        yield refusal("KYC-001", "IDV-013", "犯収法施行規則6条1項1号")


def _certificate(checked: Checked) -> Iterator[Refusal]:
    if not checked.is_signed:
        yield refusal("KYC-001", "IDV-014", "犯収法施行規則6条1項1号")


def _restricted(checked: Checked) -> Iterator[Refusal]:
    yield from _received(checked)
    needs_photo = table("identity.restricted_post").at(checked.on).word() == "with_photo"
    if needs_photo and CountsAs.PHOTO not in _counts(checked):
        yield refusal("KYC-001", "IDV-012", "犯収法施行規則6条1項1号")


def _received(checked: Checked) -> Iterator[Refusal]:
    if checked.received_on is None or checked.received_on > checked.on:
        yield refusal("KYC-001", "IDV-015", "犯収法施行規則6条1項1号")


def _copies(checked: Checked) -> Iterator[Refusal]:
    yield from _received(checked)
    if len(checked.shown) < LEAST_WITHOUT_PHOTO and checked.second is None:
        yield refusal("KYC-001", "IDV-016", "犯収法施行規則6条1項1号")


def _in_person(checked: Checked) -> Iterator[Refusal]:
    """A photo; or two papers, or one and a supplement; or one and post that is not forwarded."""
    is_read = table("identity.in_person").at(checked.on).word() == "chip_read"
    counts = _counts(checked)
    if CountsAs.PHOTO in counts:
        if is_read and not checked.is_signed:
            yield refusal("KYC-003", "IDV-017", "犯収法施行規則6条1項1号")
        return
    is_paired = CountsAs.PAIR in counts and (
        len(checked.shown) >= LEAST_WITHOUT_PHOTO or checked.second is not None
    )
    if not is_paired and (checked.received_on is None or checked.received_on > checked.on):
        yield refusal("KYC-001", "IDV-016", "犯収法施行規則6条1項1号")


_NEEDS = {
    Method.PHOTO: _photo,
    Method.COPIES: _copies,
    Method.CHIP: _chip,
    Method.RESTRICTED_POST: _restricted,
    Method.CERTIFICATE: _certificate,
    Method.IN_PERSON: _in_person,
}
