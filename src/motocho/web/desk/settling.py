"""Steps about a debt that need more than one hand: settlement, write-off, counsel [債権管理].

A settlement is reckoned on the page before it is asked for; what was asked waits for a second
person. A notice of counsel is taken in by one form, and everything stops with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from motocho.care import approvals
from motocho.care.approvals import Decision, Outcome, Ref
from motocho.care.collections import counsel, legal, settlements, visits
from motocho.documents import paper as sheets
from motocho.loans import queries
from motocho.loans.commands import Key
from motocho.loans.policy import Status
from motocho.people import access as gate
from motocho.people import members
from motocho.people.access import Action, Staff
from motocho.people.members import Member
from motocho.units.errors import (
    Fault,
    InputError,
    NotAllowedError,
    RefusedError,
    StateConflict,
)
from motocho.web import _commands, access, pages
from motocho.web._directory import directory
from motocho.web.access import Colleague
from motocho.web.desk import approving
from motocho.web.desk._choosing import ChoiceField
from motocho.web.desk._covering import once_known, unknown
from motocho.web.fields import (
    DateField,
    Form,
    FormPage,
    LinesField,
    PhoneField,
    WordsField,
    YenField,
    shown,
)
from motocho.web.words import Said, said

LARGEST_YEN = 100_000_000
ROADS = {
    settlements.Road.VOICE.value: "desk.collect.voice",
    settlements.Road.LETTER.value: "desk.collect.letter",
    settlements.Road.COUNSEL.value: "desk.collect.by_counsel",
}
CAUSES = {one.value: f"desk.collect.{one.value}" for one in settlements.Cause}
SENDERS = {one.value: f"desk.collect.{one.value}" for one in counsel.Sender}
PROCEEDINGS = {one.value: f"desk.collect.{one.value}" for one in counsel.Proceeding}
TYPED = {one.value for one in (*counsel.Sender, *counsel.Proceeding, *counsel.Reason)} - {
    one.value for one in counsel.NOT_TYPED
}
"""What a form offers of these; the rest follows by itself."""
RECEIVED = {
    counsel.Road.LETTER.value: "desk.collect.letter",
    counsel.Road.FAX.value: "desk.collect.fax",
    counsel.Road.PHONE.value: "desk.collect.voice",
}
REASONS = {one.value: f"desk.collect.{one.value}" for one in counsel.Reason}
STANDINGS = {one: f"desk.collect.{one.value}" for one in settlements.Standing}


TYPED_SENDERS = {name: label for name, label in SENDERS.items() if name in TYPED}
TYPED_PROCEEDINGS = {name: label for name, label in PROCEEDINGS.items() if name in TYPED}
TYPED_REASONS = {name: label for name, label in REASONS.items() if name in TYPED}


class ReckonForm(Form):
    """What the member would pay [和解案の入力]."""

    paid = YenField("desk.collect.paid", "desk.collect.paid_hint", most_yen=LARGEST_YEN)
    instalment = YenField("desk.collect.instalment", most_yen=LARGEST_YEN)


class SettleForm(Form):
    """By which road and when the member agreed, and why [和解の依頼]."""

    road = ChoiceField("desk.approval.road", known=ROADS)
    agreed_on = DateField("desk.collect.agreed_on")
    reason = LinesField("desk.approval.reason", "desk.collect.reason_hint")


class WriteOffForm(Form):
    """For which cause, and why [償却の依頼]."""

    cause = ChoiceField("desk.approval.cause", known=CAUSES)
    reason = LinesField("desk.approval.reason", "desk.collect.reason_hint")


class NoticeForm(Form):
    """What a notice says [受任通知の入力]."""

    sender = ChoiceField("desk.collect.sender", known=TYPED_SENDERS)
    proceeding = ChoiceField("desk.collect.proceeding", known=TYPED_PROCEEDINGS)
    office = WordsField("desk.collect.office")
    name = WordsField("desk.collect.name", "desk.collect.name_hint", optional="optional")
    registration = WordsField(
        "desk.collect.registration", "desk.collect.name_hint", optional="optional"
    )
    phone = PhoneField("desk.collect.phone", optional="optional")
    case_ref = WordsField("desk.collect.case_ref", "desk.collect.case_hint", optional="optional")
    road = ChoiceField("desk.collect.road", known=RECEIVED)
    received_on = DateField("desk.collect.received_on")
    document_ref = WordsField("desk.collect.document_ref", optional="optional")


class EndForm(Form):
    """Why, from when, and by whose word [受任の終了の入力]."""

    why = ChoiceField("desk.collect.why", known=TYPED_REASONS)
    ended_on = DateField("desk.collect.ended_on")
    words = LinesField("desk.collect.end_words")


FORM = TypeVar("FORM", bound=Form)


@dataclass(frozen=True, slots=True)
class Claim:
    """An agreement as the page shows it [契約の表示]."""

    key: Key
    position: queries.Position


@dataclass(frozen=True, slots=True)
class About:
    """Whom a page is about, and who looks [会員と従業者]."""

    staff: Staff
    member: Member
    colleague: Colleague

    @property
    def home(self) -> str:
        """The page all of these go back to [債権管理の画面]."""
        return reverse("desk:collection", args=[self.member.member_id])


def about_of(cursor: Any, colleague: Colleague, member_id: int) -> About:
    """Who may and why, written down; not there for who may not [権限の確認]."""
    by = colleague.looking_for("collection")
    access.allow(gate.ask(cursor, by, Action.COLLECT, member_id, colleague.at))
    return About(by, members.one(cursor, member_id), colleague)


def claims_of(cursor: Any, about: About, agreement_id: int | None = None) -> list[Claim]:
    """Agreements that are not closed, or the one of a number, as they stand today [契約].

    Raises    NotFoundError where there is none of that number.
    """
    on = _commands.today(cursor, about.colleague.at)
    found = [
        Claim(one.key, queries.position(cursor, one.key, on))
        for one in queries.agreements(cursor, about.member.member_id)
        if one.status is not Status.CLOSED and agreement_id in {None, one.key.agreement_id}
    ]
    if agreement_id is not None and not found:
        raise members.no_such_member()
    return found


def source_of(request: HttpRequest) -> str:
    """The form it came by: sent twice, it counts once [フォームの番号]."""
    return f"desk {_commands.reference_of(request) or _commands.new_reference()}"


def tried(form: Form, field: str, act: Callable[[], object]) -> bool:
    """Do it in a transaction; what is refused stands beside its field, undone [実行]."""
    try:
        with transaction.atomic():
            act()
    except (InputError, NotAllowedError, RefusedError, StateConflict) as error:
        form.refuse(field, error.faults[0])
        return False
    return True


def fresh(form: FORM, usual: Mapping[str, str]) -> FORM:
    """A form that nobody sent yet, with what is usual in its boxes [初期値]."""
    form.data = usual
    return form


def form_page(form: Form, request: HttpRequest) -> FormPage:
    """A form as its template takes it [フォームの表示]."""
    return shown(form, pages.tongue_of(request))


# --------------------------------------------------------------------------------- where it stands
@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.COLLECT)
@once_known
def overview(request: HttpRequest, colleague: Colleague, member_id: int) -> HttpResponse:
    """Claims, notices, what was asked and what was settled; one takes one's own back [債権管理]."""
    with transaction.atomic(), connection.cursor() as cursor:
        about = about_of(cursor, colleague, member_id)
        if request.method == "POST":
            _withdraw(cursor, request, about)
            return HttpResponseRedirect(about.home)
        on = _commands.today(cursor, colleague.at)
        settled = [
            (one, STANDINGS[settlements.standing(cursor, one, on)])
            for one in settlements.of_member(cursor, member_id)
        ]
        notices = counsel.of_member(cursor, member_id)
        asked = approvals.of_member(cursor, member_id)
        claims = claims_of(cursor, about)
        planned = visits.of_member(cursor, member_id)
        cases = legal.of_member(cursor, member_id)
    context = {
        "desk": colleague,
        "member": about.member,
        "claims": claims,
        "visits": planned,
        "cases": [(one, f"desk.collect.step.{one.steps[-1].step.value}") for one in cases],
        "notices": [
            (one, SENDERS[one.notice.sender.value], PROCEEDINGS[one.notice.proceeding.value],
             "" if one.ended is None else REASONS[one.ended.reason.value])
            for one in notices
        ],
        "settled": settled,
        "asked": [
            (one, approving.KINDS.get(one.kind, ""),
             "" if one.decided is None else approving.OUTCOMES[one.decided.outcome],
             one.is_open(colleague.at),
             one.is_open(colleague.at) and one.asked_by == colleague.staff.staff_id)
            for one in asked
        ],
        "may_approve": colleague.may(Action.APPROVE),
    }  # fmt: skip
    return pages.show(request, "desk/collection.html", context)


def _withdraw(cursor: Any, request: HttpRequest, about: About) -> None:
    text = request.POST.get("withdraw", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < len("1" * 19) else 0
    found = approvals.one(cursor, Ref(about.member.member_id, number))
    if found.is_open(about.colleague.at):
        decision = Decision(Outcome.WITHDRAWN, "", found.mark)
        approvals.decide(cursor, found.ref, decision, about.staff, about.colleague.at)


# ---------------------------------------------------------------------------------- what is asked
@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.COLLECT)
@once_known
def settlement(
    request: HttpRequest, colleague: Colleague, member_id: int, agreement_id: int
) -> HttpResponse:
    """What would be paid and given up; then a supervisor is asked for it [和解の依頼]."""
    with transaction.atomic(), connection.cursor() as cursor:
        about = about_of(cursor, colleague, member_id)
        (claim,) = claims_of(cursor, about, agreement_id)
        reckoning = ReckonForm(request.GET if "paid" in request.GET else None)
        found = _reckoned(cursor, reckoning, claim)
        usual = {"agreed_on": f"{claim.position.on:%Y/%m/%d}"}
        form = SettleForm(request.POST) if request.method == "POST" else fresh(SettleForm(), usual)
        if request.method == "POST" and found is not None and form.is_valid():
            typed = form.cleaned_data
            offer = settlements.Offer(
                claim.key, found.paid_yen, reckoning.cleaned_data["instalment"],
                settlements.Road(typed["road"]), typed["agreed_on"],
            )  # fmt: skip
            asking = settlements.Asking(
                about.staff, typed["reason"], source_of(request), colleague.at, claim.position.on
            )
            if tried(form, "reason", lambda: settlements.ask(cursor, offer, asking)):
                return HttpResponseRedirect(about.home)
    is_wrong = request.method == "POST" or (reckoning.is_bound and found is None)
    context = _asked(request, about, claim)
    context |= {
        "reckoning": form_page(reckoning, request),
        "found": found,
        "form": form_page(form, request),
        "options": ROADS,
    }
    status = 422 if is_wrong else 200
    return pages.show(request, "desk/settlement.html", context, status=status)


def _reckoned(cursor: Any, form: ReckonForm, claim: Claim) -> queries.Settled | None:
    if not form.is_bound or not form.is_valid():
        return None
    on: date = claim.position.on
    typed = form.cleaned_data
    offer = settlements.Offer(
        claim.key, typed["paid"], typed["instalment"], settlements.Road.VOICE, on
    )
    found: list[queries.Settled] = []
    tried(form, "paid", lambda: found.append(settlements.reckon(cursor, offer, on)))
    return found[0] if found else None


def _asked(request: HttpRequest, about: About, claim: Claim) -> dict[str, Any]:
    return {
        "desk": about.colleague,
        "member": about.member,
        "claim": claim,
        "back": about.home,
        "ref": _commands.reference_of(request) or _commands.new_reference(),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.COLLECT)
@once_known
def write_off(
    request: HttpRequest, colleague: Colleague, member_id: int, agreement_id: int
) -> HttpResponse:
    """A supervisor is asked to take a claim out of the books [償却の依頼]."""
    form = WriteOffForm(request.POST if request.method == "POST" else None)
    with transaction.atomic(), connection.cursor() as cursor:
        about = about_of(cursor, colleague, member_id)
        (claim,) = claims_of(cursor, about, agreement_id)
        if form.is_bound and form.is_valid():
            cause = settlements.Cause(form.cleaned_data["cause"])
            asking = settlements.Asking(
                about.staff, form.cleaned_data["reason"], source_of(request), colleague.at,
                claim.position.on,
            )  # fmt: skip
            if tried(
                form, "reason", lambda: settlements.ask_write_off(cursor, claim.key, cause, asking)
            ):
                return HttpResponseRedirect(about.home)
    page = form_page(form, request)
    context = _asked(request, about, claim) | {
        "form": page,
        "options": CAUSES,
    }
    status = 422 if form.is_bound else 200
    return pages.show(request, "desk/write_off.html", context, status=status)


@require_safe
@access.staff(Action.COLLECT)
@once_known
def paper(
    request: HttpRequest,  # noqa: ARG001
    colleague: Colleague,
    member_id: int,
    request_id: int,
) -> HttpResponse:
    """The settlement on paper, to be signed by both [和解書]."""
    with transaction.atomic(), connection.cursor() as cursor:
        about = about_of(cursor, colleague, member_id)
        kept = settlements.one(cursor, member_id, request_id)
        parties = settlements.parties_of(about.member, directory().lender)
        made = settlements.paper(cursor, kept, parties)
    response = HttpResponse(sheets.pdf(made), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="settlement-{request_id}.pdf"'
    return response


# ---------------------------------------------------------------------------------------- counsel
@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.COLLECT)
def notice(request: HttpRequest, colleague: Colleague, member_id: int) -> HttpResponse:
    """A notice of counsel or of a court: taken in, and everything stops [受任通知] · COLL-010."""
    usual = {"received_on": f"{colleague.at:%Y/%m/%d}"}
    form = NoticeForm(request.POST) if request.method == "POST" else fresh(NoticeForm(), usual)
    with transaction.atomic(), connection.cursor() as cursor:
        about = about_of(cursor, colleague, member_id)
        claims = claims_of(cursor, about)
        hidden = unknown(cursor, colleague, member_id)
        if request.method == "POST" and form.is_valid():
            wanted = _notice(request, form, claims)
            made = _commands.made(
                cursor, source_of(request), colleague.at, about.staff.actor, _commands.DESK
            )
            if tried(form, "office", lambda: counsel.receive(cursor, member_id, wanted, made)):
                return HttpResponseRedirect(about.home)
    is_wrong = request.method == "POST"
    page = form_page(form, request)
    context = {
        "desk": colleague, "member": about.member, "claims": claims, "back": about.home,
        "unknown": hidden, "form": page,
        "ref": _commands.reference_of(request) or _commands.new_reference(),
        "senders": TYPED_SENDERS, "proceedings": TYPED_PROCEEDINGS, "roads": RECEIVED,
    }  # fmt: skip
    return pages.show(request, "desk/counsel.html", context, status=422 if is_wrong else 200)


def _notice(request: HttpRequest, form: NoticeForm, claims: list[Claim]) -> counsel.Notice:
    named = {str(one.key.agreement_id): one.key.agreement_id for one in claims}
    chosen = [named[text] for text in request.POST.getlist("agreements") if text in named]
    typed = form.cleaned_data
    return counsel.Notice(
        counsel.Sender(typed["sender"]),
        counsel.Proceeding(typed["proceeding"]),
        typed["office"], typed["name"] or "", typed["registration"] or "", typed["phone"] or "",
        typed["case_ref"] or "", counsel.Road(typed["road"]),
        typed["received_on"],
        tuple(chosen), typed["document_ref"] or "",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.COLLECT)
@once_known
def notice_ended(
    request: HttpRequest, colleague: Colleague, member_id: int, counsel_no: int
) -> HttpResponse:
    """A notice holds no more: from when, why, by whose word [受任の終了]."""
    usual = {"ended_on": f"{colleague.at:%Y/%m/%d}"}
    form = EndForm(request.POST) if request.method == "POST" else fresh(EndForm(), usual)
    with transaction.atomic(), connection.cursor() as cursor:
        about = about_of(cursor, colleague, member_id)
        kept = counsel.one(cursor, member_id, counsel_no)
        if request.method == "POST" and form.is_valid():
            typed = form.cleaned_data
            reason = counsel.Reason(typed["why"])
            ending = counsel.Ending(reason, typed["ended_on"], typed["words"])
            made = _commands.made(
                cursor, source_of(request), colleague.at, about.staff.actor, _commands.DESK
            )
            if tried(
                form, "words", lambda: counsel.end(cursor, member_id, counsel_no, ending, made)
            ):
                return HttpResponseRedirect(about.home)
    is_wrong = request.method == "POST"
    wrong: Said | None = (
        None if kept.ended is None else said(Fault("LGL-008"), pages.tongue_of(request))
    )
    context = {
        "desk": colleague, "member": about.member, "kept": kept, "back": about.home,
        "form": form_page(form, request),
        "ended": wrong, "options": TYPED_REASONS,
        "ref": _commands.reference_of(request) or _commands.new_reference(),
    }  # fmt: skip
    return pages.show(request, "desk/counsel_end.html", context, status=422 if is_wrong else 200)
