"""What must be agreed to before a bureau is asked, and before a contract is made [同意の確認].

Before asking: one consent. Before the contract: three, each by itself: that we report to the
bureau, that it tells its members, that it tells members of other bureaus. The database holds both
for whatever writes to it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from motocho.law.citation import parse_citations
from motocho.law.rules import Refusal
from motocho.outside.clock import JAPAN
from motocho.people import consents
from motocho.people.consents import REPORTING, Consent, Kind, Told
from motocho.screening.bureau import memberships
from motocho.units.errors import ensure

CONTRACT = tuple(Consent(Kind.BUREAU, scope) for scope in REPORTING)
"""貸金業法41条の36第2項1号–3号, in its order."""
INQUIRY = Consent(Kind.BUREAU)
"""41条の36第1項."""


def check_contract(cursor: Any, member_id: int, at: datetime) -> Refusal | None:
    """Whether the three consents are there [契約前の同意の確認] · CRED-002.

    Gives     None where they are, or where we have joined no bureau by that day.
    Law       貸金業法41条の36第2項.
    """
    on = at.astimezone(JAPAN).date()
    if not any(one.joined_on <= on for one in memberships.every(cursor)):
        return None
    lacking = [one.scope for one in CONTRACT if not consents.in_force(cursor, member_id, one, at)]
    if not lacking:
        return None
    cited = parse_citations("貸金業法41条の36第2項")
    details = {"count": str(len(lacking)), "scopes": " ".join(lacking)}
    return Refusal("CRED-002", "BUR-032", cited, details)


def give_all(cursor: Any, member_id: int, told: Told, at: datetime) -> None:
    """The three consents and that of an inquiry, as one form asks for them [同意の取得].

    Takes     words in which each of the four is shown by itself.
    """
    for one in (INQUIRY, *CONTRACT):
        consents.give(cursor, member_id, one, told, at)


def inquiry_consent_no(cursor: Any, member_id: int, at: datetime) -> int | None:
    """The consent by which a bureau may be asked now; None for none [照会の同意] · CRED-001."""
    found = consents.standing(cursor, member_id, INQUIRY, at)
    return found.consent_no if found is not None and found.is_given else None


def no_consent() -> Refusal:
    """Nobody is asked about without a consent [同意なし] · CRED-001."""
    ensure(INQUIRY.scope == "", "an inquiry has the widest scope")
    return Refusal("CRED-001", "BUR-033", parse_citations("貸金業法41条の36第1項"))
