"""The way to a person: phones, addresses and e-mail, whole, for who holds a permit [連絡先の開示].

`contact` gives permits; it, what reports to a credit bureau and what asks who an applicant is alone
may import this module (the check of imports holds it). A permit is of one member, some kinds and a
short while; each use is a journal row.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import date, datetime
from typing import Any, Protocol

from motocho.people.facts import _rows
from motocho.people.facts._rows import Reading, Whole
from motocho.people.facts.values import CONTACTS, Kind
from motocho.units.errors import Fault, NotAllowedError

__all__ = ["Permit", "Whole", "disclosed", "earlier", "identifying", "whole"]


class Permit(Protocol):
    """What `contact` must have found before somebody may be reached [連絡の許可]."""

    @property
    def permit_id(self) -> int:
        """Its number, under which the reading is found again [許可番号]."""

    @property
    def member_id(self) -> int:
        """Whom it lets reach [対象の会員]."""

    @property
    def kinds(self) -> AbstractSet[Kind]:
        """By which ways [手段]."""

    @property
    def actor(self) -> str:
        """Who will [実行者]."""

    @property
    def purpose(self) -> str:
        """What for [目的]."""

    @property
    def valid_until(self) -> datetime:
        """Until when [有効期限]."""


def whole(cursor: Any, permit: Permit, kind: Kind, on: date, at: datetime) -> Whole | None:
    """A phone, an address or an e-mail address as of a day [連絡先]; None if there is none.

    Raises    NotAllowedError if the permit is over, or not for this.
    """
    reading = _reading(permit, kind, at)
    return _rows.on_day(cursor, permit.member_id, {kind}, on, reading).get(kind)


def disclosed(
    cursor: Any, member_id: int, on: date, actor: str, why: tuple[str, datetime]
) -> dict[Kind, Whole]:
    """All that is registered of a member, whole, to be given to whom it is of [個人データの開示].

    Takes     who reads, for which request, and when: each reading is kept.
    Law       個人情報保護法33条.
    Why       no way to the person is used by it: what is sent goes by a permit of its own.
    """
    purpose, at = why
    return _rows.on_day(cursor, member_id, set(Kind), on, Reading(actor, purpose, at))


def identifying(
    cursor: Any, member_id: int, kinds: AbstractSet[Kind], on: date, why: tuple[str, datetime]
) -> dict[Kind, Whole]:
    """What a credit bureau or a vendor must be told to know who is meant [識別する事項].

    Takes     for which report, inquiry or application, and when: each reading is kept.
    Law       貸金業法41条の35第1項1号; 施行規則30条の13第1項; 犯収法4条1項.
    Why       no way to the person is used by it.
    """
    purpose, at = why
    return _rows.on_day(cursor, member_id, kinds, on, Reading("system", purpose, at))


def earlier(cursor: Any, permit: Permit, fact_no: int, at: datetime) -> Whole | None:
    """One that held before, to tell the old address of a change [変更前の連絡先] · AUTH-008.

    Raises    NotAllowedError if the permit is over, or for none of the contacts.
    """
    kinds = permit.kinds & CONTACTS
    reading = _reading(permit, min(kinds, key=lambda kind: kind.value, default=None), at)
    return _rows.one(cursor, permit.member_id, kinds, fact_no, reading)


def _reading(permit: Permit, kind: Kind | None, at: datetime) -> Reading:
    if kind not in permit.kinds or kind not in CONTACTS or at >= permit.valid_until:
        raise NotAllowedError(Fault("PPL-053", details={"permit": str(permit.permit_id)}))
    return Reading(permit.actor, f"permit {permit.permit_id} {permit.purpose}", at)
