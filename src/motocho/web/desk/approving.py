"""What waits for a second person, and the word on it [承認].

Whoever agrees sends back the mark of what stood on the page: what has changed since is not agreed
to. Who asked reads it here too and may take it back, but has no button to agree with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from motocho.care import approvals, settings
from motocho.care.approvals import HOUSE, Decision, Outcome, Queue, Ref
from motocho.care.cases import frauds
from motocho.care.collections import courses, legal, refunds, settlements
from motocho.office import lender, registers
from motocho.people import access as gate
from motocho.people import members, staff
from motocho.people.access import Action
from motocho.units.errors import Fault, InputError, NotAllowedError, RefusedError, StateConflict
from motocho.web import _commands, access, pages, words
from motocho.web._directory import directory
from motocho.web.access import Colleague
from motocho.web.desk._claims import CAUSES, CLAIMANTS, CONVENTIONS
from motocho.web.desk._covering import once_known
from motocho.web.words import Said, Tongue, said

KINDS: Mapping[str, str] = {
    settlements.SETTLEMENT: "desk.approval.settlement",
    settlements.WRITE_OFF: "desk.approval.write_off",
    legal.LEGAL_STEP: "desk.approval.legal",
    frauds.APPROVAL: "desk.approval.fraud",
    settings.KIND: "desk.approval.setting",
    refunds.HELD_REFUND: "held.pay_back",
    lender.OFFER: "claiming.do_offer",
    lender.SETTLEMENT: "claiming.do_settle",
    lender.PAYMENT: "claiming.do_pay",
    lender.RETURN: "claiming.do_return",
    lender.RESUMING: "claiming.do_resume",
    registers.SALE: "registers.sell",
}
"""What each kind is called; one that is not here is shown by its own word."""
LABELS: Mapping[str, str] = {
    "agreement": "desk.approval.agreement",
    "paid_yen": "desk.approval.paid",
    "instalment_yen": "desk.approval.instalment",
    "road": "desk.approval.road",
    "agreed_on": "desk.approval.agreed_on",
    "cause": "desk.approval.cause",
    "principal_yen": "desk.approval.principal",
    "costs_yen": "desk.approval.costs",
    "given_up_principal_yen": "desk.approval.given_up",
    "payments": "desk.approval.payments",
    "first_on": "desk.approval.first_on",
    "first_yen": "desk.approval.first",
    "ends_on": "desk.approval.ends_on",
    "step": "desk.approval.step",
    "steps": "desk.approval.steps",
    "case": "desk.approval.case",
    "court": "desk.collect.step_court",
    "target": "desk.collect.target.label",
    "written_off_yen": "desk.approval.written_off",
    "fraud": "desk.approval.fraud_no",
    "verdict": "desk.approval.verdict",
    "draws": "desk.approval.draws",
    "total_yen": "desk.approval.draws_yen",
    "name": "desk.approval.setting_name",
    "effective_on": "desk.approval.setting_on",
    "text": "desk.approval.setting_text",
    "against": "desk.approval.setting_against",
    "claim": "claiming.claim",
    "amount_yen": "claiming.amount",
    "answer_until_on": "claiming.answer_until",
    "pay_by_on": "claiming.pay_by",
    "document_ref": "claiming.settle_ref",
    "bank_code": "claiming.bank_code",
    "branch_code": "claiming.branch_code",
    "account_type": "claiming.account_kind",
    "account_number": "claiming.account_number",
    "holder": "claiming.holder",
    "pay_on": "claiming.pay_on",
    "held_yen": "held.held_yen",
    "own_claim_yen": "claiming.own_claim",
    "overpayment_yen": "claiming.overpayment",
    "debt_yen": "claiming.debt",
    "round": "claiming.round",
    "rounds": "claiming.round",
    "settled_yen": "claiming.settled_yen",
    "until_on": "claiming.until_on",
    "barred_after_on": "claiming.barred_after",
    "promised_yen": "claiming.promised",
    "damages_yen": "claiming.damages",
    "claimant": "claiming.claimant",
    "office": "claiming.office",
    "own_name": "claiming.own_name",
    "paid_there": "claiming.paid_there",
    "counsel_ended_on": "claiming.counsel_ended",
    "entitled": "claiming.entitled",
    "agreed_pay_by_on": "claiming.agreed_pay_by",
    "late_days": "claiming.late_days",
    "instead_of_on": "claiming.instead_of_on",
    "instead_of_account": "claiming.instead_of_account",
    "returned_on": "claiming.returned_on",
    "words": "claiming.returned_words",
    "sent_file": "claiming.sent_file",
    "paid_on": "claiming.paid_on",
    "accepted_on": "claiming.accepted_on",
    "causes": "claiming.causes",
    "buyer": "registers.buyer",
    "buyer_name": "registers.buyer",
    "noticed_on": "registers.noticed_on",
    "notice_ref": "registers.notice_ref",
    "transferred_on": "registers.transferred_on",
    "claim_yen": "registers.claim",
    **{name: f"claiming.{name}" for name in lender.CONVENTIONS},
}
VALUES: Mapping[str, str] = {
    settlements.Road.VOICE.value: "desk.collect.voice",
    settlements.Road.LETTER.value: "desk.collect.letter",
    settlements.Road.COUNSEL.value: "desk.collect.by_counsel",
    settlements.Cause.UNREACHABLE.value: "desk.collect.unreachable",
    settlements.Cause.NO_MEANS.value: "desk.collect.no_means",
    settlements.Cause.INSOLVENT.value: "desk.collect.insolvent",
    settlements.Cause.HEIRLESS.value: "desk.collect.heirless",
    settlements.Cause.SMALL.value: "desk.collect.small",
    frauds.Verdict.COMPENSATED.value: "fraud.compensate",
    frauds.Verdict.NOT_COMPENSATED.value: "fraud.not_compensate",
    "ordinary": "claiming.account_ordinary",
    "current": "claiming.account_current",
    "savings": "claiming.account_savings",
    **CLAIMANTS,
    **CAUSES,
    **{one.value: f"desk.collect.step.{one.value}" for one in courses.Step},
    **{one.value: f"desk.collect.target.{one.value}" for one in courses.Target},
}
OUTCOMES = {
    Outcome.AGREED: "desk.approval.agreed",
    Outcome.REFUSED: "desk.approval.refused",
    Outcome.WITHDRAWN: "desk.approval.withdrawn",
    Outcome.OUTDATED: "desk.approval.outdated",
}
_SAID = {one.value: one for one in (Outcome.AGREED, Outcome.REFUSED, Outcome.WITHDRAWN)}


@dataclass(frozen=True, slots=True)
class Line:
    """One item of a request [依頼の項目]: its label's key, or its own word, and its value."""

    label: str
    word: str
    value: str


@dataclass(frozen=True, slots=True)
class Row:
    """A request in the list [承認待ちの行]."""

    request: approvals.Request
    kind: str
    address: str
    number: str
    is_own: bool
    may_decide: bool


def lines(content: approvals.Content, tongue: Tongue) -> list[Line]:
    """The items of what is asked, in words and in the order of `LABELS` [依頼の内容]."""
    order = [*(name for name in LABELS if name in content), *sorted(content.keys() - LABELS.keys())]
    return [
        Line(LABELS.get(name, ""), name, _value(name, content[name], tongue))
        for name in order
        if content[name] != ""
    ]


def _value(name: str, value: Any, tongue: Tongue) -> str:
    if name.endswith("_yen") and isinstance(value, int):
        return words.yen(value, tongue)
    if name.endswith("_on") and isinstance(value, str):
        return f"{date.fromisoformat(value):%Y/%m/%d}"
    label = CONVENTIONS.get(name, VALUES).get(value) if isinstance(value, str) else None
    if label is not None:
        return words.plain(label, tongue)
    if name == "causes":
        return " · ".join(words.plain(CAUSES[one], tongue) for one in value)
    if isinstance(value, list):
        return str(len(value))
    return str(value)


@require_safe
@access.staff(Action.APPROVE)
def listed(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """What waits, the soonest to end first; nothing of members who are kept apart [承認待ち]."""
    with connection.cursor() as cursor:
        waiting = approvals.waiting(cursor, colleague.staff, colleague.at, Queue())
        names = {one.staff_id: one.name for one in staff.accounts(cursor)}
        rows = [_row(cursor, colleague, one) for one in waiting]
    shown = [(row, names.get(row.request.asked_by, "")) for row in rows]
    context = {"desk": colleague, "rows": shown, "done": request.GET.get("done", "")}
    return pages.show(request, "desk/approvals.html", context)


def _row(cursor: Any, colleague: Colleague, one: approvals.Request) -> Row:
    member_id = one.ref.member_id
    return Row(
        one,
        KINDS.get(one.kind, ""),
        _address(colleague, one),
        "" if member_id == HOUSE else members.one(cursor, member_id).member_number,
        one.asked_by == colleague.staff.staff_id,
        approvals.may_decide(cursor, one, colleague.staff),
    )


def _address(colleague: Colleague, one: approvals.Request) -> str:
    """Where it is decided with all that belongs to it: a text with its changes, a report whole."""
    if one.kind == settings.KIND and colleague.may(Action.LOOK_AT_SETTINGS):
        return reverse("desk:setting", args=[one.content["name"]])
    if one.kind == frauds.APPROVAL:
        return reverse("desk:fraud", args=[one.ref.member_id, one.content["fraud"]])
    return reverse("desk:approval", args=one.ref)


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.APPROVE)
@once_known
def decided(
    request: HttpRequest, colleague: Colleague, member_id: int, request_id: int
) -> HttpResponse:
    """One request: what is asked, of which figures, why; agreed, refused, taken back [承認・却下].

    Raises    NotFoundError where there is none, or its member is not to be looked at.
    """
    ref = Ref(member_id, request_id)
    by = colleague.looking_for(f"approval {request_id}")
    wrong: Said | None = None
    with transaction.atomic(), connection.cursor() as cursor:
        if member_id != HOUSE:
            access.allow(gate.ask(cursor, by, Action.APPROVE, member_id, colleague.at))
        found = approvals.one(cursor, ref)
    if request.method == "POST":
        answer = _decide(request, colleague, found)
        if isinstance(answer, Outcome):
            return HttpResponseRedirect(f"{reverse('desk:approvals')}?done={answer.value}")
        wrong = said(answer, pages.tongue_of(request))
    with connection.cursor() as cursor:
        context = _context(request, cursor, colleague, approvals.one(cursor, ref))
    context |= {"wrong": wrong, "typed": request.POST.get("words", "")}
    return pages.show(request, "desk/approval.html", context, status=422 if wrong else 200)


def _decide(
    request: HttpRequest, colleague: Colleague, found: approvals.Request
) -> Outcome | Fault:
    """Decide in a transaction of its own: what is refused leaves nothing behind."""
    outcome = _SAID.get(request.POST.get("say", ""))
    if outcome is None:
        return Fault("DSK-003")
    said_to_it, mark = request.POST.get("words", ""), request.POST.get("mark", "")
    by = colleague.looking_for(f"approval {found.ref.request_id}")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            book_on = _commands.booking_day(cursor, colleague.at)
            decision = Decision(outcome, said_to_it, mark, book_on)
            done = approvals.decide(cursor, found.ref, decision, by, colleague.at).outcome
            if done is Outcome.AGREED and found.kind == settlements.SETTLEMENT:
                settlements.deliver(cursor, found, directory().lender, colleague.at)
            return done
    except (InputError, NotAllowedError, RefusedError, StateConflict) as error:
        return _same_again(found, outcome, colleague) or error.faults[0]


def _same_again(found: approvals.Request, outcome: Outcome, colleague: Colleague) -> Outcome | None:
    """What this one said already, sent once more: no fault."""
    with connection.cursor() as cursor:
        kept = approvals.one(cursor, found.ref).decided
    is_mine = kept is not None and kept.decided_by == colleague.staff.staff_id
    return outcome if is_mine and kept is not None and kept.outcome is outcome else None


def _context(
    request: HttpRequest, cursor: Any, colleague: Colleague, found: approvals.Request
) -> dict[str, Any]:
    tongue = pages.tongue_of(request)
    names = {one.staff_id: one.name for one in staff.accounts(cursor)}
    decision = found.decided
    is_own = found.asked_by == colleague.staff.staff_id
    return {
        "desk": colleague,
        "one": found,
        "row": _row(cursor, colleague, found),
        "wanted": lines(found.content, tongue),
        "figures": lines(found.figures, tongue),
        "asked_by": names.get(found.asked_by, ""),
        "is_open": found.is_open(colleague.at),
        "is_own": is_own,
        "decided_by": "" if decision is None else names.get(decision.decided_by, ""),
        "outcome": "" if decision is None else OUTCOMES[decision.outcome],
    }
