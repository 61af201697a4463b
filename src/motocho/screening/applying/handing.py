"""What an applicant hands in, and as what: so that who screens sees it side by side [書類の提出].

slots = handing.wanted(date)                       what may be handed in that day
handing.put(cursor, key, Handed(Slot.FACE, ref), at)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from motocho.documents.intake import Purpose
from motocho.screening.applications import ApplicationKey, forms
from motocho.screening.identity import CountsAs, Method, Paper, check_method, counts_as


class Slot(Enum):
    """As what a page is handed in [書類の欄]."""

    IDENTITY_FRONT = "identity_front"
    IDENTITY_BACK = "identity_back"
    FACE = "face"
    INCOME = "income"
    ADDRESS = "address"
    OTHER = "other"

    @property
    def purpose(self) -> Purpose:
        """What for it is kept [提出の目的]."""
        return _PURPOSES[self]


_PURPOSES = {
    Slot.IDENTITY_FRONT: Purpose.IDENTITY,
    Slot.IDENTITY_BACK: Purpose.IDENTITY,
    Slot.FACE: Purpose.IDENTITY,
    Slot.INCOME: Purpose.INCOME,
    Slot.ADDRESS: Purpose.ADDRESS,
    Slot.OTHER: Purpose.OTHER,
}
PICTURED = (Slot.IDENTITY_FRONT, Slot.IDENTITY_BACK, Slot.FACE)
"""What is handed in only where a picture of a paper counts on the day · KYC-003."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A document, and as what [提出した書類]."""

    slot: Slot
    document_ref: str


def methods_on(on: date) -> tuple[Method, ...]:
    """The ways to be identified at a distance on a day [その日の確認方法] · KYC-003."""
    remote = (one for one in Method if one is not Method.IN_PERSON)
    return tuple(one for one in remote if check_method(one, on) is None)


def papers_on(on: date) -> tuple[Paper, ...]:
    """The papers that count that day, those with a photo first [その日の本人確認書類] · KYC-004."""
    counted = [(counts_as(one, on), one) for one in Paper]
    order = list(CountsAs)
    fitting = [(order.index(as_what), one) for as_what, one in counted if as_what is not _NOT]
    return tuple(one for _, one in sorted(fitting, key=lambda each: each[0]))


_NOT = CountsAs.NOT_ACCEPTED


def wanted(on: date) -> tuple[Slot, ...]:
    """What may be handed in on a day [その日に出せる書類]."""
    pictures_count = Method.PHOTO in methods_on(on)
    return tuple(one for one in Slot if pictures_count or one not in PICTURED)


def put(cursor: Any, key: ApplicationKey, handed: Handed, at: datetime) -> None:
    """Note as what a document of the applicant's was handed in, once [提出の記録].

    Raises    StateConflict if the application is over.
    """
    forms.opened(cursor, key)
    cursor.execute(
        "INSERT INTO screening_handed_in (member_id, application_id, document_ref, slot, handed_at)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (*key, handed.document_ref, handed.slot.value, at),
    )


def of(cursor: Any, key: ApplicationKey) -> tuple[Handed, ...]:
    """What was handed in, the first one first [提出された書類]."""
    cursor.execute(
        "SELECT slot, document_ref FROM screening_handed_in WHERE member_id = %s"
        " AND application_id = %s ORDER BY handed_at, slot",
        key,
    )
    return tuple(Handed(Slot(slot), ref) for slot, ref in cursor.fetchall())
