"""From an approved offer to the applicant's word on it [申込者の承諾まで].

    path = joining.link_for(cursor, key, at)                    /joining/…, opened by the birth date
    joining.agree(cursor, offer, CardWish.WANTED, source, at)   the paper was there before

Agreed is to just this offer, after its paper was opened, or went by post. A card is a wish of its
own: without one the contract is the same.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any

from motocho.contact.holds import Source
from motocho.documents import archive
from motocho.documents.archive import Kept as Paper
from motocho.documents.archive import Kind, Road
from motocho.journal import rows as journal
from motocho.law.citation import parse_citations
from motocho.law.rules import Refusal
from motocho.people import invitations
from motocho.people.invitations import Purpose, Whose
from motocho.screening.applications import decisions, forms
from motocho.screening.applications.decisions import Kept
from motocho.screening.applications.forms import ApplicationKey
from motocho.screening.decision import AskedKind
from motocho.units.errors import RefusedError

PATH = "/joining/"


class CardWish(Enum):
    """Whether a card is to be made [カードの希望]; without one everything is done on the site."""

    WANTED = "wanted"
    CARDLESS = "cardless"


# --------------------------------------------------------------------------------------- the link
def link_for(cursor: Any, key: ApplicationKey, at: datetime) -> str:
    """Where an applicant reads the offer and answers it, a link of some days [提案へのリンク]."""
    whose = Whose(key.member_id, Purpose.OFFER, key.application_id)
    return PATH + invitations.fresh(cursor, whose, at)


# -------------------------------------------------------------------------------------- the paper
def cause_of(of: Kept) -> str:
    """The cause of the paper of before the contract, of just this offer [契約締結前書面の対象]."""
    return f"application {of.key.application_id} decision {of.decision_no}"


def paper_of(cursor: Any, of: Kept) -> Paper | None:
    """The paper of just this offer as it was delivered; None before that [提案の書面]."""
    known = archive.listed(cursor, of.key.member_id, 0)
    wanted = cause_of(of)
    return next(
        (one for one in known if one.kind is Kind.PRE_CONTRACT and one.cause == wanted), None
    )


def unread(cursor: Any, of: Kept, at: datetime) -> Refusal | None:
    """Why the offer cannot be agreed to yet: its paper was not read [書面の確認] · DOC-001.

    By wire it was opened; by post it went out before now.
    Law       貸金業法16条の2第2項.
    """
    paper = paper_of(cursor, of)
    if paper is not None and paper.road is not Road.ELECTRONIC:
        is_there = any(one is not None and one <= at for one in (paper.posted_at, paper.handed_at))
        return None if is_there else _refused("JOI-003")
    if paper is None or paper.paper_no not in _opened(cursor, of.key.member_id):
        return _refused("JOI-002")
    return None


def _opened(cursor: Any, member_id: int) -> set[int]:
    rows = journal.latest(cursor, member_id, ["paper_opened"], _MOST_LOOKED)
    return {int(row.subject["paper"]) for row in rows}


_MOST_LOOKED = 100


def _refused(code: str) -> Refusal:
    return Refusal("DOC-001", code, parse_citations("貸金業法16条の2第2項"))


# ----------------------------------------------------------------------------------- the word on it
def agree(cursor: Any, of: Kept, wish: CardWish | None, source: Source, at: datetime) -> None:
    """The applicant agrees to just this offer, once, and says whether a card is wanted [承諾].

    A higher limit has its paper after it changed (17条), and no card of its own.

    Raises    RefusedError before the paper was read (DOC-001); StateConflict where the offer is not
              the newest, is not approved, or is too old.
    Lock      the member's row.
    Law       貸金業法16条の2第2項.
    """
    application = forms.opened(cursor, of.key)
    refusal = unread(cursor, of, at) if application.kind is AskedKind.NEW else None
    if refusal is not None:
        raise RefusedError(refusal.fault())
    decisions.accept(cursor, of, source, at)
    if wish is None:
        return
    cursor.execute(
        "INSERT INTO screening_card_wish (member_id, application_id, wish, source, actor,"
        " wished_at) VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (*of.key, wish.value, source.ref, source.actor, at),
    )


def wish_of(cursor: Any, key: ApplicationKey) -> CardWish | None:
    """What an applicant said about a card; None where nothing was said [カードの希望の参照]."""
    cursor.execute(
        "SELECT wish FROM screening_card_wish WHERE member_id = %s AND application_id = %s", key
    )
    row = cursor.fetchone()
    return None if row is None else CardWish(row[0])
