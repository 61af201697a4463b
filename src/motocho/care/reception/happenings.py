"""What happened with a member, in one list: calls, mails, payments, changes, looks [応対履歴].

Read from the journal, the calls that were made, texts and letters that left; bounded, so that a
long history costs no more than a short one. Mails of notices are theirs to tell: whoever shows the
list puts them in (`together`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from itertools import chain
from typing import Any

from motocho.care.collections import stages
from motocho.contact import calls
from motocho.documents import archive
from motocho.journal import rows as journal
from motocho.journal.rows import Happening

MOST = 200
"""Rows of the journal that are read, of looks and of everything else."""


class Group(Enum):
    """What a happening is about [履歴の種類]."""

    CALLS = "calls"
    MAILS = "mails"
    PAYMENTS = "payments"
    PROMISES = "promises"
    CHANGES = "changes"
    LOOKS = "looks"


GROUPS: Mapping[str, Group] = {
    **dict.fromkeys(
        ("call_taken", "call_refused", "identity_passed", "identity_missed",
         "consultation_booked", "consultation_ended", "case_told", "case_step"), Group.CALLS),
    **dict.fromkeys(("mail_bounced", "document_ready", "billed"), Group.MAILS),
    **dict.fromkeys(
        ("received", "drawn", "draw_sent", "reversed", "settled", "due_missed"), Group.PAYMENTS),
    **dict.fromkeys(
        ("promised", "promise_kept", "promise_broken", "promise_withdrawn", "offer_made",
         "offer_agreed", "offer_declined", "offer_replaced"), Group.PROMISES),
    **dict.fromkeys(
        ("fact_changed", "contact_held", "contact_hold_ended", "frozen", "unfrozen",
         "limit_changed", "rate_changed", "plan_changed", "arranged", "suspended", "lifted",
         "loan_opened", "closed", "accelerated", "pin_changed", "pin_reset", "card_issued",
         "number_reissued", "login", "device_learnt", "increase_asked", "document_kept",
         "notices_chosen", "contact_agreed", "contact_disagreed", "memo_saved"), Group.CHANGES),
    **dict.fromkeys(("staff_access", "fact_read", "paper_opened"), Group.LOOKS),
}  # fmt: skip
"""Kinds of the journal that are shown, and under what; the others are the house's own affairs."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of the list [履歴の1行]: references and amounts, never words of anybody."""

    group: Group
    kind: str
    at: datetime
    actor: str
    amount_yen: int | None = None
    result: str = ""
    """What came of a call or a mail; what a look was for."""
    title: str = ""
    """What a letter or a mail is called; never its words."""


def of_member(cursor: Any, member_id: int, group: Group | None = None) -> list[Happened]:
    """The latest of a member, the newest first, of one group or of all [応対履歴]."""
    wanted = {kind: its for kind, its in GROUPS.items() if group in (None, its)}
    looks = [kind for kind, its in wanted.items() if its is Group.LOOKS]
    others = [kind for kind in wanted if kind not in looks]
    # Apart, so that many looks leave nothing else out.
    read = [journal.latest(cursor, member_id, kinds, MOST) for kinds in (others, looks) if kinds]
    found = [_told(one) for one in chain(*read)]
    if group in (None, Group.CALLS):
        found += [
            Happened(
                Group.CALLS,
                f"called_{one.purpose.value}",
                one.called_at,
                "",
                result="" if one.result is None else one.result.value,
            )
            for one in calls.of_member(cursor, member_id)
        ]
    if group in (None, Group.MAILS):
        found += [
            Happened(Group.MAILS, f"sent_{way.value}", at, "")
            for way, at in stages.sent(cursor, member_id)
        ]
        found += [
            Happened(Group.MAILS, "paper_posted", one.posted_at, "", title=one.title)
            for one in archive.posted_to(cursor, member_id)
            if one.posted_at is not None
        ]
    return together(found)


def together(*lists: list[Happened]) -> list[Happened]:
    """Several lists as one, the newest first [履歴の統合]."""
    return sorted(chain(*lists), key=lambda one: one.at, reverse=True)


def _told(one: Happening) -> Happened:
    amount = one.subject.get("amount_yen")
    amount_yen = amount if isinstance(amount, int) else None
    result = one.purpose if one.kind == "staff_access" else ""
    return Happened(GROUPS[one.kind], one.kind, one.happened_at, one.actor, amount_yen, result)
