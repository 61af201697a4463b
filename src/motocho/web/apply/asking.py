"""The questions of the application, one a page, saved at each [申込みの質問]."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from motocho.notices.sending import ToApplicant
from motocho.notices.wording import Part
from motocho.outside.clock import JAPAN
from motocho.outside.mail import Outcome
from motocho.people import requests
from motocho.people.requests import Turns
from motocho.screening.applying import Answered, AskedCode, Draft, drafts, links
from motocho.units.errors import Fault, OutsideFailure
from motocho.web import access, pages
from motocho.web._directory import directory
from motocho.web.apply import _forms, seating
from motocho.web.apply._forms import Ground, Question
from motocho.web.apply.checking import sold_on
from motocho.web.fields import Asked, Form, shown
from motocho.web.maintenance import changes_something
from motocho.web.member.stepping import CodeField
from motocho.web.words import Tongue, say, wording_ref


def ground_of(request: HttpRequest, answers: Mapping[str, Mapping[str, str]]) -> Ground:
    """What answers are read against now [質問の前提]."""
    today = pages.moment(request).astimezone(JAPAN).date()
    return Ground(today, sold_on(today), answers)


# ---------------------------------------------------------------------------------------- starting
@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
def start(request: HttpRequest) -> HttpResponse:
    """What an application needs, and where it begins [申込みの案内] · ORG-002.

    How many drafts a network begins is counted: they are kept for weeks.
    """
    if request.method != "POST":
        today = pages.moment(request).astimezone(JAPAN).date()
        context = {
            "sold": sold_on(today),
            "lender": directory().lender,
            "kept_days": seating.policy(request).draft_days,
            "is_seated": seating.draft_of(request) is not None,
        }
        return pages.show(request, "apply/start.html", context)
    at, device = pages.moment(request), seating.device_of(request)
    with transaction.atomic(), connection.cursor() as cursor:
        until = requests.turn(cursor, access.address_of(request), at, Turns.APPLYING)
    if until is not None:
        return slowed(request, until)
    with transaction.atomic(), connection.cursor() as cursor:
        draft_id = drafts.begin(cursor, device, at)
    seating.sit(request, {"draft": draft_id})
    response = HttpResponseRedirect(reverse("apply:go_on"))
    seating.remember(request, response, device)
    return response


def slowed(request: HttpRequest, until: Any) -> HttpResponse:
    """The page of a wait, where one network asks too often [順番待ち]."""
    shown_at = f"{until.astimezone(JAPAN):%H:%M}"
    response = pages.show(request, "facts/slowed.html", {"until": shown_at}, status=429)
    wait = until - pages.moment(request)
    response["Retry-After"] = str(max(1, int(wait.total_seconds()) + 1))
    return response


@require_safe
@seating.at_draft
def go_on(request: HttpRequest, draft: Draft) -> HttpResponse:
    """To the first question without an answer [申込みの続き]."""
    return HttpResponseRedirect(next_of(request, draft))


def next_of(request: HttpRequest, draft: Draft, after: str = "") -> str:
    """Where it goes on: the code, what is open, or all answers at once [次の画面]."""
    ground = ground_of(request, draft.answers)
    has_address = "email" in draft.answers
    if has_address and not draft.is_confirmed and after in {"", "email"}:
        return reverse("apply:code")
    found = _forms.open_of(ground)
    if found is not None:
        return reverse("apply:question", args=[found.slug])
    return reverse("apply:review") if draft.is_confirmed else reverse("apply:code")


# --------------------------------------------------------------------------------------- questions
class Shown(NamedTuple):
    """A field with its options, if it has some [入力欄と選択肢]."""

    field: Asked
    options: tuple[tuple[str, SafeString | str], ...]


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
@seating.at_draft
def question(request: HttpRequest, draft: Draft, question: str) -> HttpResponse:
    """One question: its answer is saved, and the next one comes [質問]."""
    ground = ground_of(request, draft.answers)
    asked = _forms.asked(ground)
    found = next((one for one in asked if one.slug == question), None)
    if found is None:
        raise Http404
    if request.method != "POST":
        return _page(request, found, found.form(draft.answers.get(question)), ground)
    typed = {name: request.POST.get(name, "") for name in found.form.base_fields}
    form = found.read(typed, ground)
    if form.errors:
        return _page(request, found, form, ground)
    at = pages.moment(request)
    with transaction.atomic(), connection.cursor() as cursor:
        kept = drafts.save(cursor, draft.draft_id, (question, _kept(request, found, form)), at)
        needs_code = question == "email" and not kept.is_confirmed
        is_sent = not needs_code or _send_code(request, cursor, kept) is not None
    address = next_of(request, kept, question)
    return HttpResponseRedirect(address if is_sent else f"{address}?full")


def _kept(request: HttpRequest, of: Question, form: Form) -> dict[str, str]:
    """What is saved of a page: as it was typed; of a consent, with the words that were read."""
    if of.slug == "email":
        return {"email": form.cleaned_data["email"].address}
    typed = {name: str(form.data.get(name, "")) for name in form.fields}
    if not of.words:
        return typed
    words = wording_ref(of.words, pages.tongue_read(request))
    return {**typed, "words": words, "at": pages.moment(request).isoformat()}


def _page(
    request: HttpRequest, of: Question, form: _forms.Questioned, ground: Ground
) -> HttpResponse:
    tongue = pages.tongue_of(request)
    asked = _forms.asked(ground)
    page = shown(form, tongue)
    options = form.choices(ground)
    context = {
        "form": page,
        "title": f"apply.ask.{of.slug}.title",
        "lead": f"apply.ask.{of.slug}.lead",
        "words": of.words,
        "rows": [
            Shown(one, options_of(options.get(name, {}), ground, tongue))
            for name, one in page.fields.items()
        ],
        "number": asked.index(of) + 1,
        "in_all": len(asked),
        "here_at": request.path,
        "is_later": "email" in ground.answers,
    }
    status = 422 if page.wrong and request.method == "POST" else 200
    return pages.show(request, "apply/question.html", context, status=status)


def options_of(
    options: Mapping[str, str], ground: Ground, tongue: Tongue
) -> tuple[tuple[str, SafeString | str], ...]:
    """Options with what they are called; products by their titles [選択肢の表示]."""
    titles = {one.product_id: one for one in ground.sold}
    return tuple(
        (
            value,
            say(key, tongue) if key else getattr(titles[value], f"title_{tongue.language.value}"),
        )
        for value, key in options.items()
    )


# ------------------------------------------------------------------------------------------- codes
class CodeForm(Form):
    """The code that went to the address [確認番号]."""

    code = CodeField("step.code", "step.code_hint")


def _send_code(request: HttpRequest, cursor: Any, draft: Draft) -> AskedCode | None:
    """A code to the draft's address; None where no more may go there now.

    Raises    OutsideFailure where no letter can go: then nothing was saved either.
    """
    asked = drafts.ask_code(cursor, draft.draft_id, draft.address, pages.moment(request))
    if asked is None:
        return None
    to = ToApplicant(asked.letter_id, draft.address, pages.tongue_of(request).language)
    policy = seating.policy(request)
    times = {"minutes": policy.code_minutes, "hours": policy.link_hours}
    try:
        outcome = seating.sender()(to, (Part.CODE, asked.code), times)
    except OutsideFailure as down:  # whose server and where is no word for an applicant
        raise OutsideFailure(Fault("MBR-001")) from down
    if outcome is Outcome.BOUNCED:
        raise OutsideFailure(Fault("MBR-011"))
    return asked


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
@seating.at_draft
def code(request: HttpRequest, draft: Draft) -> HttpResponse:
    """The code that went to the address [メールアドレスの確認]; or another one."""
    if draft.is_confirmed or not draft.address:
        return HttpResponseRedirect(next_of(request, draft))
    form = CodeForm(
        request.POST if request.method == "POST" and "again" not in request.POST else None
    )
    context: dict[str, Any] = {"address": draft.address, "is_full": "full" in request.GET}
    if "again" in request.POST:
        context |= _again(request, draft)
    elif form.is_bound and form.is_valid():
        at = pages.moment(request)
        with transaction.atomic(), connection.cursor() as cursor:
            answer = drafts.confirm(cursor, draft.draft_id, form.cleaned_data["code"], at)
        if answer is Answered.RIGHT:
            return HttpResponseRedirect(reverse("apply:go_on"))
        form.refuse("code", Fault("APY-009" if answer is Answered.WRONG else "APY-010"))
    context["form"] = shown(form, pages.tongue_of(request))
    status = 422 if form.is_bound else 200
    return pages.show(request, "apply/code.html", context, status=status)


def _again(request: HttpRequest, draft: Draft) -> dict[str, Any]:
    with transaction.atomic(), connection.cursor() as cursor:
        sent = _send_code(request, cursor, draft)
    return {"is_sent": sent is not None, "is_full": sent is None}


# ----------------------------------------------------------------------------------------- leaving
@require_POST
@changes_something
@seating.at_draft
def leave(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Go on later: a link goes to the address, the browser keeps nothing [あとで続ける]."""
    at = pages.moment(request)
    if draft.is_confirmed:
        with transaction.atomic(), connection.cursor() as cursor:
            links.ask(cursor, draft.address, pages.tongue_of(request).language, at)
    seating.stand_up(request)
    until_on = draft.forget_at.astimezone(JAPAN).date()
    context = {"is_confirmed": draft.is_confirmed, "until_on": until_on}
    return pages.show(request, "apply/left.html", context)
