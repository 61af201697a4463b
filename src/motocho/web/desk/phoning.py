"""Calls at the desk: a reason, a permit, what is said, how it ended [通話].

Each step is a form that works by itself; what was typed stays where it is refused. A call that was
begun is kept whatever happens to the machine: every page of the desk leads back to it, and no other
call begins before it has its ending.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, time
from http import HTTPStatus
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from motocho.care.collections import letters
from motocho.care.reasons import catalogue, endings, notes, scripts, talks, wrapping
from motocho.care.reception import checks
from motocho.contact import calls, tasks
from motocho.contact.gate import Closed
from motocho.contact.guard import HOURS_A_DAY, Channel
from motocho.contact.holds import Source
from motocho.law.rules import Refusal
from motocho.loans import products
from motocho.loans.commands import Key
from motocho.outside import clock
from motocho.outside.clock import JAPAN
from motocho.people import access as gate
from motocho.people.access import Action, Staff
from motocho.people.facts import matching
from motocho.screening import applications
from motocho.screening.applications import decisions, forms
from motocho.units.days import read_date
from motocho.units.errors import Fault, InputError, RefusedError, StateConflict, Unread
from motocho.units.money import SignRule, read_yen
from motocho.units.text import without_blanks
from motocho.web import _commands, access, pages
from motocho.web._directory import directory
from motocho.web.access import Colleague
from motocho.web.desk import panel
from motocho.web.fields import (
    LONGEST_TYPED,
    DateField,
    Form,
    LineField,
    LinesField,
    Manner,
    YenField,
    shown,
)
from motocho.web.words import Tongue, said

PRODUCT = "card"
_HOUR = re.compile("([0-9]{1,2})(?::([0-9]{2})|時(?:([0-9]{1,2})分)?)")
MINUTES_AN_HOUR = 60
MOST_SHOWN = 8
LONGEST_NAME = 40
"""Signs of the name that is said at a place of work; more is refused, never cut."""
"""Calls of a member that stand beside the panel."""
LARGEST_YEN = 100_000_000


# ---------------------------------------------------------------------------------- before dialling
@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.ASK_FOR_HELP)
def choose(request: HttpRequest, colleague: Colleague, member_id: int) -> HttpResponse:
    """The reasons of a member with their legal state; a call begins with one [架電] · COLL-018."""
    staff = colleague.looking_for("call panel")
    with transaction.atomic(), connection.cursor() as cursor:
        access.allow(gate.ask(cursor, staff, Action.ASK_FOR_HELP, member_id, colleague.at))
        if request.method == "POST":
            act = _did if "task" in request.POST else _begin
            answer = act(cursor, request, colleague, member_id)
            if isinstance(answer, HttpResponse):
                return answer
        else:
            answer = {}
        context = panel.panel(cursor, request, colleague, member_id) | answer
        done = _done(cursor, request, member_id)
        ending = None if done is None else done.card.ending_of(done.ending)
        context |= {"desk": colleague, "panel_open": True, "done": done, "done_ending": ending}
        context["override_given"] = request.POST
        may_answer = done is not None and colleague.may(Action.ASK_FOR_HELP)
        context["done_case"] = endings.case_of(cursor, done.key) if done and may_answer else None
        context["done_counsel"] = ending and catalogue.Effect.COUNSEL in ending.effects
        context |= _before(cursor, member_id)
        seat = checks.seat(cursor, member_id, staff.actor, colleague.at)
        shown_name = panel.whole_name if seat.is_known else panel.masked_name
        context["called_name"] = shown_name(cursor, member_id)
    return pages.show(request, "desk/call.html", context, status=answer.get("status", 200))


def _did(
    cursor: Any, request: HttpRequest, colleague: Colleague, member_id: int
) -> HttpResponse | dict[str, Any]:
    """Something that a call left was done; only what the panel lists."""
    chosen = request.POST["task"]
    listed = panel.left_to_do(cursor, colleague, member_id)
    ending = tasks.Ending(tasks.Outcome.DONE, colleague.staff.actor)
    for one in listed:
        if str(one.task_id) == chosen:
            tasks.end(cursor, member_id, one.task_id, ending, colleague.at)
            return HttpResponseRedirect(reverse("desk:call", args=[member_id]))
    return _refused(request, [Fault("CON-018")], status=409)


def _before(cursor: Any, member_id: int) -> dict[str, Any]:
    """Calls so far with how they ended, and tries that were refused."""
    recent = talks.of_member(cursor, member_id, MOST_SHOWN)
    tries = [
        one for one in calls.refused(cursor, member_id, MOST_SHOWN) if one.channel is Channel.PHONE
    ]
    return {"recent": [(one, one.card.ending_of(one.ending)) for one in recent], "tries": tries}


def _done(cursor: Any, request: HttpRequest, member_id: int) -> talks.Talk | None:
    """The call that was just ended, as its address names it; only one of this member."""
    text = request.GET.get("done", "")
    if not (text.isascii() and text.isdigit() and len(text) < len("1" * 19)):
        return None
    found = talks.of_member(cursor, member_id)
    return next((one for one in found if one.ending and one.key.attempt_id == int(text)), None)


def _begin(
    cursor: Any, request: HttpRequest, colleague: Colleague, member_id: int
) -> HttpResponse | dict[str, Any]:
    """Begin, or what the page says of why not."""
    chosen = request.POST.get("reason", "")
    reason = next((one for one in catalogue.Reason if one.value == chosen), None)
    if reason is None or reason is catalogue.Reason.INBOUND:
        return _refused(request, [Fault("CPN-003")], status=422)
    if reason is catalogue.Reason.EMPLOYMENT and not colleague.may(Action.CALL_AT_WORK):
        return _refused(request, [Fault("CPN-004")], status=403)
    try:
        wanted = _wanted(cursor, request, (colleague, member_id), reason)
    except InputError as error:
        return _refused(request, error.faults, status=422)
    if _is_last(cursor, request, colleague, (member_id, reason)):
        return {"confirm": wanted.reason.value, "confirm_given": request.POST, "status": 200}
    try:
        answer = talks.begin(cursor, member_id, wanted, colleague.at)
    except (InputError, StateConflict) as error:
        return _refused(request, error.faults, status=409)
    if isinstance(answer, talks.Begun):
        return _to_talk(answer.key)
    if isinstance(answer, talks.TalkKey):
        return _to_talk(answer)
    if isinstance(answer, Closed):
        refusals = tuple(one.refusal for one in answer.hindrances)
        return _closed(request, refusals, answer.allowed_at)
    return _closed(request, answer, None)


def _wanted(
    cursor: Any, request: HttpRequest, about: tuple[Colleague, int], reason: catalogue.Reason
) -> talks.Wanted:
    colleague, member_id = about
    caller = panel.caller_of(cursor, colleague)
    given = request.POST
    if reason is catalogue.Reason.EMPLOYMENT:
        name = given.get("name", "")
        if len(name) > LONGEST_NAME:
            raise InputError(Fault("FCT-011", details={"length": f"{LONGEST_NAME}"}))
        caller = talks.Caller(name, caller.actor, caller.hand)
    number = given.get("agreement", "")
    key = Key(member_id, int(number)) if number.isascii() and number.isdigit() else None
    limit = given.get("limit", "")
    proposed = _proposed(cursor, limit, colleague.at) if limit else None
    if reason is catalogue.Reason.CONTRACT and not limit:
        proposed = _approved(cursor, member_id, colleague.at)
    source = f"{_commands.DESK} call {_commands.reference_of(request)}"
    other = given.get("counterpart", "")
    counterpart = int(other) if other.isascii() and other.isdigit() else None
    override = given.get("override", "")
    if faults := notes.scanned(override):
        raise InputError(*faults)
    return talks.Wanted(reason, caller, directory(), key, proposed, source, counterpart, override)


def _proposed(cursor: Any, limit: str, at: datetime) -> scripts.Proposed:
    read = read_yen(limit, sign=SignRule.NONE)
    product = products.on_day(cursor, PRODUCT, _commands.today(cursor, at))
    if isinstance(read, Unread):
        raise InputError(read.at(column="limit"))
    return scripts.proposed(product, read, "limit")


def _approved(cursor: Any, member_id: int, at: datetime) -> scripts.Proposed | None:
    """The terms of the offer that was approved, where nobody typed others [承認した条件].

    None where the product became cheaper since: that offer holds no longer.
    """
    application = forms.open_of(cursor, member_id)
    known = None if application is None else decisions.standing(cursor, application.key)
    if application is None or known is None or not known.is_approved:
        return None
    contract = applications.offered(cursor, application, known.decision, at)
    terms, usual_ppm = contract.terms, contract.product.rate_ppm(contract.terms.limit_yen)
    if usual_ppm < terms.rate_ppm:
        return None
    lower_ppm = terms.rate_ppm if terms.rate_ppm < usual_ppm else None
    return scripts.Proposed(contract.product, terms.limit_yen, lower_ppm)


def _is_last(
    cursor: Any, request: HttpRequest, colleague: Colleague, about: tuple[int, catalogue.Reason]
) -> bool:
    """Whether it is the day's last call, and nobody has said yet that it is to be."""
    member_id, reason = about
    if "confirmed" in request.POST:
        return False
    context = panel.panel(cursor, request, colleague, member_id)
    return any(
        one.card.reason is reason and one.state is panel.State.LAST
        for one in (*context["faces"], *context["others"])
    )


def _refused(request: HttpRequest, faults: Any, *, status: int) -> dict[str, Any]:
    tongue = pages.tongue_of(request)
    return {"faults": [said(one, tongue) for one in faults], "status": status}


def _closed(
    request: HttpRequest, refusals: tuple[Refusal, ...], opens_at: datetime | None
) -> dict[str, Any]:
    return {"refused": panel.against(request, refusals), "opens_at": opens_at, "status": 409}


def _to_talk(key: talks.TalkKey) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("desk:talk", args=key))


@require_POST
@access.staff(Action.ASK_FOR_HELP)
def take(request: HttpRequest, colleague: Colleague, member_id: int) -> HttpResponse:
    """The member called us: the call is kept, and counts nothing [受電]."""
    staff = colleague.looking_for("call taken")
    with transaction.atomic(), connection.cursor() as cursor:
        access.allow(gate.ask(cursor, staff, Action.ASK_FOR_HELP, member_id, colleague.at))
        source = f"{_commands.DESK} call {_commands.reference_of(request)}"
        incoming = talks.Incoming(panel.caller_of(cursor, colleague), source)
        key = talks.take(cursor, member_id, incoming, colleague.at)
    return _to_talk(key)


@require_http_methods(["GET", "HEAD"])
@access.staff(Action.ASK_FOR_HELP)
def unfinished(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """To the own call that has no ending, or to the queue [未了の通話へ]."""
    del request
    with connection.cursor() as cursor:
        going = talks.unfinished(cursor, colleague.staff.actor)
    return HttpResponseRedirect(reverse("desk:queue")) if going is None else _to_talk(going)


# ------------------------------------------------------------------------------ a call that goes on
class HourField(LineField):
    """A time of day [時刻]."""

    manner = Manner(width="short")

    def read(self, text: str) -> time | Unread:
        """Hours and minutes, as 14:00, 14時 or 14時30分 [読取り]."""
        found = _HOUR.fullmatch(without_blanks(text))
        if found is None:
            return Unread("RSN-047", text)
        hours, minutes = int(found[1]), int(found[2] or found[3] or 0)
        if hours >= HOURS_A_DAY or minutes >= MINUTES_AN_HOUR:
            return Unread("RSN-047", text)
        return time(hours, minutes)


class DayField(DateField):
    """A day near by, with its year or without it [日]."""

    def read(self, text: str) -> Any | Unread:
        """The day [読取り]."""
        found = read_date(text, after=clock.business_date())
        return found if isinstance(found, Unread) else found.on


class EndingForm(Form):
    """How a call ended [結果の入力]: what an ending needs is asked by the ending itself."""

    note = LinesField("call.note", "call.note_hint", optional="optional")
    said = LinesField("call.said", "call.said_hint", optional="optional")
    amount = YenField("call.amount", most_yen=LARGEST_YEN, optional="optional")
    day = DayField("call.day", optional="optional")
    hour = HourField("call.hour", "call.hour_hint", optional="optional")
    until = HourField("call.until", optional="optional")
    name = LineField("call.name_at_work", optional="optional")


@sensitive_post_parameters(*(one.value for one in matching.Item))
@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.ASK_FOR_HELP)
def talk(
    request: HttpRequest, colleague: Colleague, member_id: int, attempt_id: int
) -> HttpResponse:
    """One call: number, script, identity, notes, ending [通話の画面] · COLL-006, COLL-016.

    Raises    NotFoundError where the member has no such call.
    """
    key = talks.TalkKey(member_id, attempt_id)
    staff = colleague.looking_for(f"call {attempt_id}")
    form = EndingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and request.headers.get("X-Requested-With") == "fetch":
        return _kept_meanwhile(request, staff, key, form)
    with transaction.atomic(), connection.cursor() as cursor:
        access.allow(gate.ask(cursor, staff, Action.ASK_FOR_HELP, member_id, colleague.at))
        found = talks.one(cursor, key)
        if found.ending:
            return _to_done(key)
        faults: list[Fault] = []
        if request.method == "POST":
            answer = _act(cursor, request, (staff, colleague, found), form)
            if isinstance(answer, HttpResponse):
                return answer
            faults = answer
        context = panel.talking(cursor, colleague, talks.one(cursor, key))
        draft = context["draft"]
        if not form.is_bound:
            form = EndingForm({"note": draft.note, "said": draft.said, **draft.boxes})
            form.full_clean()
    tongue = pages.tongue_of(request)
    context |= {
        "desk": colleague,
        "form": shown(form, tongue),
        "faults": [said(one, tongue) for one in faults],
        "chosen": request.POST.get("ending", draft.ending),
        "given": request.POST or draft.boxes,
        "items": [(*one, request.POST.get(one[0], "")) for one in context["items"]],
        "call_ref": _commands.new_reference(),
    }
    is_wrong = request.method == "POST" and bool(faults or form.errors)
    return pages.show(request, "desk/talk.html", context, status=422 if is_wrong else 200)


def _to_done(key: talks.TalkKey) -> HttpResponseRedirect:
    address = reverse("desk:call", args=[key.member_id])
    return HttpResponseRedirect(f"{address}?done={key.attempt_id}")


About = tuple[Staff, Colleague, talks.Talk]


def _act(
    cursor: Any, request: HttpRequest, about: About, form: EndingForm
) -> HttpResponse | list[Fault]:
    """One step of a call; a redirect where it was taken, else what keeps it from being taken."""
    step = _STEPS.get(request.POST.get("do", "finish"), _finish)
    is_good = form.is_valid()
    if step is _finish and not is_good:
        return []
    saved = transaction.savepoint()
    try:
        return step(cursor, request, about, form)
    except InputError as error:
        faults = list(error.faults)
    except (RefusedError, StateConflict) as error:
        faults = list(error.faults)
    transaction.savepoint_rollback(saved)
    left = []
    for fault in faults:
        one = _in_words(fault, about[2].card, pages.tongue_of(request))
        field = _FIELDS.get(one.code) or _FIELDS.get(one.column or "") or one.column
        if field in form.fields:
            form.refuse(str(field), Fault("CPN-005") if one.code == "RSN-032" else one)
        else:
            left.append(one)
    return left


def _in_words(fault: Fault, card: catalogue.Card, tongue: Tongue) -> Fault:
    """The same as people at a desk say it: an ending and a question by words, never by an id."""
    if fault.code == "RSN-030":
        return Fault("CPN-013", column="ending")
    asked = {one.question_id: one for one in card.questions}
    if fault.code in {"RSN-034", "RSN-035"} and fault.excerpt in asked:
        question = asked[fault.excerpt]
        words = question.en if tongue is Tongue.EN else question.ja
        return replace(fault, excerpt=_PLACES.sub("…", words))
    return fault


_PLACES = re.compile(r"\{[a-z_]+\}")
"""What a script fills in: a question is known by its words without them."""
_FIELDS = {
    "hours": "hour", "words": "said",
    "RSN-010": "note", "RSN-011": "note", "RSN-012": "note", "RSN-013": "note", "RSN-014": "note",
    "RSN-015": "note",
}  # fmt: skip
"""At which box a fault stands, by its place or by its code."""


def _identify(cursor: Any, request: HttpRequest, about: About, form: EndingForm) -> HttpResponse:
    """What the caller says is compared and not kept; a miss is kept, and the page says so."""
    staff, colleague, found = about
    told = {one: request.POST.get(one.value, "")[:LONGEST_TYPED] for one in matching.Item}
    source = Source(staff.actor, _commands.form_ref(request, _commands.DESK))
    _keep(cursor, request, found, form)
    checks.check(cursor, found.key, told, source, colleague.at)
    return _to_talk(found.key)


def _keep(cursor: Any, request: HttpRequest, found: talks.Talk, form: EndingForm) -> None:
    if "note" not in request.POST:
        return
    words = form.data
    asked = {f"answer-{one.question_id}" for one in found.card.questions}
    boxes = {
        name: str(words[name])[:LONGEST_TYPED]
        for name in (*_BOXES, *sorted(asked))
        if words.get(name)
    }
    written = wrapping.Draft(
        words.get("ending", ""), words.get("note", ""), words.get("said", ""), boxes=boxes
    )
    wrapping.keep(cursor, found.key, written)


_BOXES = ("amount", "day", "hour", "until", "name", "agreement")
"""What a draft holds beside the words and the answers."""


def _draft(cursor: Any, request: HttpRequest, about: About, form: EndingForm) -> HttpResponse:
    _keep(cursor, request, about[2], form)
    return _to_talk(about[2].key)


def _kept_meanwhile(
    request: HttpRequest, staff: Staff, key: talks.TalkKey, form: EndingForm
) -> HttpResponse:
    """What the page of a call keeps while somebody writes: it shows nothing, so it is no look."""
    with transaction.atomic(), connection.cursor() as cursor:
        access.allow(gate.check_staff(cursor, staff, Action.ASK_FOR_HELP, key.member_id))
        try:
            _keep(cursor, request, talks.one(cursor, key), form)
        except InputError:  # the form itself says which words may not be kept
            return HttpResponse(status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _hang_up(cursor: Any, request: HttpRequest, about: About, form: EndingForm) -> HttpResponse:
    _, colleague, found = about
    _keep(cursor, request, found, form)
    wrapping.hang_up(cursor, found.key, colleague.at)
    return _to_talk(found.key)


def _extend(cursor: Any, request: HttpRequest, about: About, form: EndingForm) -> HttpResponse:
    _, colleague, found = about
    _keep(cursor, request, found, form)
    wrapping.extend(cursor, found.key, colleague.at)
    return _to_talk(found.key)


def _particulars(cursor: Any, request: HttpRequest, about: About, form: EndingForm) -> HttpResponse:
    """The request is kept; to a member who is known, the paper is made and sent at once."""
    staff, colleague, found = about
    _keep(cursor, request, found, form)
    task_id = wrapping.ask_for_particulars(cursor, found.key, staff.actor, colleague.at)
    if found.is_identified and found.agreement_id is not None and not found.is_asked:
        key = Key(found.key.member_id, found.agreement_id)
        asking = letters.Asking(
            key, found.caller.name, staff.staff_id, f"talk {found.key.attempt_id}"
        )
        letters.identify(cursor, asking, directory(), colleague.at)
        done = tasks.Ending(tasks.Outcome.DONE, staff.actor)
        tasks.end(cursor, found.key.member_id, task_id, done, colleague.at)
    return _to_talk(found.key)


def _finish(cursor: Any, request: HttpRequest, about: About, form: EndingForm) -> HttpResponse:
    """Everything that follows from an ending, in one transaction with it."""
    staff, colleague, found = about
    told = _told(request.POST, form.cleaned_data, colleague.at)
    reference = f"call {found.key.attempt_id}"
    made = _commands.made(cursor, reference, colleague.at, staff.actor, _commands.DESK)
    endings.finish(cursor, found.key, told, made, directory())
    return _to_done(found.key)


_STEPS: Mapping[str, Callable[[Any, HttpRequest, About, EndingForm], HttpResponse]] = {
    "identify": _identify,
    "draft": _draft,
    "hang_up": _hang_up,
    "extend": _extend,
    "particulars": _particulars,
    "finish": _finish,
}


def _told(given: Any, read: Mapping[str, Any], at: datetime) -> endings.Told:
    """What the form says, as the room takes it; an hour without a day is today's."""
    here = at.astimezone(JAPAN)
    on = read["day"] or here.date()
    hour = None if read["hour"] is None else datetime.combine(on, read["hour"], JAPAN)
    until = None if read["until"] is None else datetime.combine(on, read["until"], JAPAN)
    at_work = None
    if hour is not None and until is not None:
        at_work = endings.AtWork(hour, until, read["name"] or "")
    number = given.get("agreement", "")
    return endings.Told(
        given.get("ending", ""),
        read["note"] or "",
        read["said"] or "",
        amount_yen=read["amount"],
        on=read["day"],
        hour=hour,
        at_work=at_work,
        agreement_id=int(number) if number.isascii() and number.isdigit() else None,
        answers=_answers(given),
    )


def _answers(given: Any) -> dict[str, endings.Answered]:
    known = {one.value: one for one in catalogue.Answer}
    found = {}
    for name, value in given.items():
        question = name.removeprefix("answer-")
        if question != name and value in known:
            found[question] = endings.Answered(known[value], given.get(f"asked-{question}", ""))
    return found
