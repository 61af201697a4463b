"""What the lines of a member's history are called [応対履歴の表示]."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from motocho.care.reception import happenings
from motocho.contact.guard import Purpose
from motocho.notices import sending, wording
from motocho.notices.kinds import purpose_of
from motocho.units.errors import Language
from motocho.web.desk._records import purpose

GROUPS = {
    happenings.Group.CALLS: "desk.history.calls",
    happenings.Group.MAILS: "desk.history.mails",
    happenings.Group.PAYMENTS: "desk.history.payments",
    happenings.Group.PROMISES: "desk.history.promises",
    happenings.Group.CHANGES: "desk.history.changes",
    happenings.Group.LOOKS: "desk.history.looks",
}
KINDS: Mapping[str, str] = {
    "call_taken": "desk.kind.call_taken",
    "call_refused": "desk.kind.call_refused",
    "identity_passed": "desk.kind.identity_passed",
    "identity_missed": "desk.kind.identity_missed",
    "consultation_booked": "desk.kind.consultation_booked",
    "consultation_ended": "desk.kind.consultation_ended",
    "case_told": "desk.kind.case_told",
    "case_step": "desk.kind.case_step",
    "mail_bounced": "desk.kind.mail_bounced",
    "paper_posted": "desk.kind.paper_posted",
    "mailed": "desk.kind.mailed",
    "mailed_safety": "desk.kind.mailed",
    "sent_sms": "desk.kind.sent_sms",
    "sent_demand_mail": "desk.kind.sent_demand_mail",
    "document_ready": "desk.kind.document_ready",
    "billed": "desk.kind.billed",
    "received": "desk.kind.received",
    "drawn": "desk.kind.drawn",
    "draw_sent": "desk.kind.draw_sent",
    "reversed": "desk.kind.reversed",
    "settled": "desk.kind.settled",
    "due_missed": "desk.kind.due_missed",
    "promised": "desk.kind.promised",
    "promise_kept": "desk.kind.promise_kept",
    "promise_broken": "desk.kind.promise_broken",
    "promise_withdrawn": "desk.kind.promise_withdrawn",
    "offer_made": "desk.kind.offer_made",
    "offer_agreed": "desk.kind.offer_agreed",
    "offer_declined": "desk.kind.offer_declined",
    "offer_replaced": "desk.kind.offer_replaced",
    "fact_changed": "desk.kind.fact_changed",
    "contact_held": "desk.kind.contact_held",
    "contact_hold_ended": "desk.kind.contact_hold_ended",
    "contact_agreed": "desk.kind.contact_agreed",
    "contact_disagreed": "desk.kind.contact_disagreed",
    "frozen": "desk.kind.frozen",
    "unfrozen": "desk.kind.unfrozen",
    "limit_changed": "desk.kind.limit_changed",
    "rate_changed": "desk.kind.rate_changed",
    "plan_changed": "desk.kind.plan_changed",
    "arranged": "desk.kind.arranged",
    "suspended": "desk.kind.suspended",
    "lifted": "desk.kind.lifted",
    "loan_opened": "desk.kind.loan_opened",
    "closed": "desk.kind.closed",
    "accelerated": "desk.kind.accelerated",
    "pin_changed": "desk.kind.pin_changed",
    "pin_reset": "desk.kind.pin_reset",
    "card_issued": "desk.kind.card_issued",
    "number_reissued": "desk.kind.number_reissued",
    "login": "desk.kind.login",
    "device_learnt": "desk.kind.device_learnt",
    "increase_asked": "desk.kind.increase_asked",
    "document_kept": "desk.kind.document_kept",
    "notices_chosen": "desk.kind.notices_chosen",
    "memo_saved": "desk.kind.memo_saved",
    "staff_access": "desk.kind.staff_access",
    "fact_read": "desk.kind.fact_read",
    "paper_opened": "desk.kind.paper_opened",
    "called_arrears": "desk.kind.called_arrears",
    "called_asked_for": "desk.kind.called_asked_for",
    "called_campaign": "desk.kind.called_campaign",
    "called_identity": "desk.kind.called_identity",
    "called_employment": "desk.kind.called_employment",
}
"""Each kind of a happening; a call of ours for anything else is just a call."""
RESULTS = {
    "spoken": "desk.result.spoken",
    "no_answer": "desk.result.no_answer",
    "busy": "desk.result.busy",
    "message_left": "desk.result.message_left",
    "wrong_person": "desk.result.wrong_person",
    "bounced": "desk.result.bounced",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the history [履歴の1行]; an amount only where the member is known."""

    of: happenings.Happened
    group: str
    label: str
    amount_yen: int | None
    result: str


def mails(cursor: Any, member_id: int, language: Language) -> list[happenings.Happened]:
    """The mails of notices that left for a member, by what they are called [送ったメール]."""
    return [
        happenings.Happened(
            happenings.Group.MAILS,
            "mailed_safety" if purpose_of(one.kind) is Purpose.SECURITY else "mailed",
            one.at,
            "",
            result=one.state,
            title=wording.title_of(one.kind, language),
        )
        for one in sending.sent(cursor, member_id)
    ]


def lines(found: Sequence[happenings.Happened], most: int, *, whole: str) -> list[Line]:
    """The newest lines, with amounts where the page is `whole` [履歴の表示]."""
    return [
        Line(
            one,
            GROUPS[one.group],
            KINDS.get(one.kind, "desk.kind.called"),
            one.amount_yen if whole else None,
            purpose(one.result) if one.kind == "staff_access" else RESULTS.get(one.result, ""),
        )
        for one in found[:most]
    ]
