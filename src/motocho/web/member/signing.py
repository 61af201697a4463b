"""Signing in and out: number and PIN, a code on a new device, locks, waits [ログイン・ログアウト].

A number that nobody has, a wrong PIN and a wrong number give the same page; what stands on it comes
from people alone. Each try is a transaction of its own, so that it counts whatever comes after.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from motocho.law.rules import Refusal
from motocho.people import login
from motocho.people.credentials import pins
from motocho.people.login import Admitted, Entered, Locked, Missed, Outcome, Slowed, Typed
from motocho.people.safety import codes, passkeys, sessions
from motocho.units.errors import Fault
from motocho.web import _commands, access, pages
from motocho.web.fields import SignIn, shown
from motocho.web.member import stepping
from motocho.web.member.stepping import CodeForm, Step

_PENDING = "pending"
"""The store's key of a login that still waits for its code."""


@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The page of signing in; in the maintenance one may sign in and look [ログイン]."""
    if request.method != "POST":
        if access.signed(request) is not None:
            return HttpResponseRedirect(_wanted(request))
        return _asked(request, SignIn(), 200)
    form = SignIn(request.POST)
    if not form.is_valid():
        return _asked(request, form, 422)
    outcome = attempt(request, form.cleaned_data["member_number"], form.cleaned_data["pin"])
    if isinstance(outcome, Missed):
        form.refuse("pin", Fault("MBR-003", details={"left": str(outcome.left)}))
        return _asked(request, form, 422)
    if not isinstance(outcome, Entered):
        return stopped(request, outcome)
    kept = "on" if form.cleaned_data["remember"] else ""
    if outcome.device_id is None:
        return _ask_code(request, outcome, kept)
    return _admit(request, outcome, "", kept)


def attempt(request: HttpRequest, number: str, digits: str) -> Outcome:
    """One try, counted in a transaction of its own [ログインの試行] · AUTH-004…006.

    Why       each page gives its forms another token, so that a form sent twice counts once.
    """
    typed = Typed(number, pins.Pin(digits), _commands.form_ref(request))
    with transaction.atomic(), connection.cursor() as cursor:
        return login.enter(cursor, typed, access.origin(request), pages.moment(request))


def stopped(request: HttpRequest, outcome: Locked | Slowed) -> HttpResponse:
    """The page of a lock, or of a wait: never a red field [ログインを止めました] · AUTH-004."""
    if isinstance(outcome, Locked):
        return pages.show(request, "member/locked.html", status=403)
    wait = outcome.until - pages.moment(request)
    context = {"until": f"{localtime(outcome.until):%H:%M:%S}"}
    response = pages.show(request, "member/slowed.html", context, status=429)
    response["Retry-After"] = str(max(1, int(wait.total_seconds()) + 1))
    return response


def _asked(request: HttpRequest, form: SignIn, status: int) -> HttpResponse:
    context = {"form": shown(form, pages.tongue_of(request)), "next": _next(request)}
    return pages.show(request, "member/sign_in.html", context, status=status)


def _next(request: HttpRequest) -> str:
    return (request.POST.get("next") or request.GET.get("next") or "")[: pages.LONGEST_ADDRESS]


def _wanted(request: HttpRequest) -> str:
    return pages.own_address(request, _next(request), "member:home")


# ------------------------------------------------------------------------------------ a new device
def _ask_code(request: HttpRequest, entered: Entered, kept: str) -> HttpResponse:
    """The PIN was right on a device that is new: a code, bound to this login alone · AUTH-007."""
    bound_to = secrets.token_urlsafe()
    step = stepping.ask(request, entered.member_id, codes.Purpose.NEW_DEVICE, bound_to)
    wanted = _wanted(request)
    request.session.flush()
    request.session[_PENDING] = {
        "member_id": entered.member_id,
        "bound_to": bound_to,
        "code_id": step.code_id,
        "until": _kept_until(step),
        "address": step.address,
        "kept": kept,
        "next": wanted,
    }
    return _code_page(request, CodeForm(), step, 200)


@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The code that a new device needs, or another one [追加の本人確認] · AUTH-007."""
    pending = request.session.get(_PENDING)
    if pending is None:
        return HttpResponseRedirect(reverse("member:sign_in"))
    until = datetime.fromisoformat(pending["until"]) if pending["until"] else None
    step = Step(pending["code_id"], pending["address"], until)
    if request.method != "POST":
        return _code_page(request, CodeForm(), step, 200)
    if request.POST.get("again") == "passkey":
        return _ask_passkey(request, pending, step)
    if "answer" in request.POST:
        return _by_passkey(request, pending, step)
    if "again" in request.POST:
        step = stepping.ask(
            request, pending["member_id"], codes.Purpose.NEW_DEVICE, pending["bound_to"]
        )
        newest = step.code_id or pending["code_id"]
        request.session[_PENDING] = pending | {"code_id": newest, "until": _kept_until(step)}
        return _code_page(request, CodeForm(), step, 200)
    form = CodeForm(request.POST)
    if not form.is_valid() or not step.code_id:
        return _code_page(request, form, step, 422)
    member_id = pending["member_id"]
    answer = stepping.confirm(request, member_id, step.code_id, form.cleaned_data["code"])
    if refuse_code(form, answer):
        return _code_page(request, form, step, 422)
    return _admit(request, Entered(member_id, None, None), pending["bound_to"], pending["kept"])


def _kept_until(step: Step) -> str:
    """Until when no code is sent, as the store keeps it: the page goes on saying so."""
    return "" if step.until is None else step.until.isoformat()


def _ask_passkey(request: HttpRequest, pending: dict[str, Any], step: Step) -> HttpResponse:
    """A passkey in place of the code; the browser is asked on the same page · AUTH-007."""
    thing = (codes.Purpose.NEW_DEVICE, pending["bound_to"])
    with transaction.atomic(), connection.cursor() as cursor:
        asked = passkeys.ask(
            cursor, access.passkey_site(), pending["member_id"], thing, pages.moment(request)
        )
    if isinstance(asked, codes.TooMany):
        return _code_page(request, CodeForm(), replace(step, until=asked.until), 200)
    request.session[_PENDING] = pending | {"key_id": asked.code_id}
    return _code_page(request, CodeForm(), step, 200, asked.options)


def _by_passkey(request: HttpRequest, pending: dict[str, Any], step: Step) -> HttpResponse:
    if "key_id" in pending and _is_signed(request, pending):
        entered = Entered(pending["member_id"], None, None)
        return _admit(request, entered, pending["bound_to"], pending["kept"])
    form = CodeForm({})
    form.is_valid()
    form.errors.clear()
    form.refuse("code", Fault("FCT-012"))
    return _code_page(request, form, step, 422)


def _is_signed(request: HttpRequest, pending: dict[str, Any]) -> bool:
    key = codes.CodeKey(pending["member_id"], pending["key_id"])
    answer, at = request.POST["answer"], pages.moment(request)
    with transaction.atomic(), connection.cursor() as cursor:
        found = passkeys.confirm(cursor, access.passkey_site(), key, answer, at)
    return isinstance(found, codes.Confirmed)


def refuse_code(form: CodeForm, answer: codes.Answer) -> str:
    """Put on the form why a code was not taken; empty if it was [番号の判定]."""
    if isinstance(answer, codes.Wrong):
        form.refuse("code", Fault("MBR-004", details={"left": str(answer.left)}))
        return "wrong"
    if isinstance(answer, codes.Over):
        form.refuse("code", Fault("MBR-005"))
        return "over"
    return ""


def _code_page(
    request: HttpRequest, form: CodeForm, step: Step, status: int, options: str = ""
) -> HttpResponse:
    until = None if step.until is None else f"{localtime(step.until):%H:%M}"
    member_id = request.session[_PENDING]["member_id"]
    with connection.cursor() as cursor:
        has_keys = bool(passkeys.keys(cursor, member_id))
    context = {
        "has_keys": has_keys,
        "options": options,
        "form": shown(form, pages.tongue_of(request)),
        "step": step,
        "until": until,
        "action": reverse("member:code"),
    }
    return pages.show(request, "member/code.html", context, status=status)


def _admit(request: HttpRequest, entered: Entered, bound_to: str, kept: str) -> HttpResponse:
    pending = request.session.get(_PENDING) or {}
    wanted = pages.own_address(request, pending.get("next") or _next(request), "member:home")
    with transaction.atomic(), connection.cursor() as cursor:
        at = pages.moment(request)
        admitted = login.admit(cursor, entered, access.origin(request), bound_to, at)
    if isinstance(admitted, Refusal):
        return HttpResponseRedirect(reverse("member:sign_in"))
    return _entered(request, admitted, kept, wanted)


def _entered(request: HttpRequest, admitted: Admitted, kept: str, wanted: str) -> HttpResponse:
    access.begin(request, admitted.key)
    response = HttpResponseRedirect(wanted)
    access.remember(response, admitted, kept)
    return response


# ------------------------------------------------------------------------------ going on, leaving
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session everywhere, and leave nothing in the browser [ログアウト] · AUTH-009."""
    found = access.signed(request)
    if found is not None:
        with transaction.atomic(), connection.cursor() as cursor:
            at = pages.moment(request)
            sessions.end(cursor, found.use.key, sessions.End.LOGOUT, at)
    access.leave(request)
    response = HttpResponseRedirect(reverse("member:signed_out"))
    response["Clear-Site-Data"] = '"cache"'
    return response


def signed_out(request: HttpRequest) -> HttpResponse:
    """What stands after a logout, beside the way in [ログアウトしました]."""
    context = {"form": shown(SignIn(), pages.tongue_of(request))}
    return pages.show(request, "member/signed_out.html", context)


@require_safe
def left(request: HttpRequest) -> HttpResponse:
    """How long the session goes on, for the page's own clock; asking extends nothing [残り時間].

    Why       a page that lies open beside another one would end what goes on there.
    """
    return _left(request)


def _left(request: HttpRequest) -> HttpResponse:
    found = access.left(request)
    answer = {"warn": found.warn_seconds, "end": found.end_seconds, "last": found.last}
    return JsonResponse(answer)


@require_POST
def extend(request: HttpRequest) -> HttpResponse:
    """Go on with a session that was about to end; what was typed stays [延長] · AUTH-009."""
    found = access.signed(request)
    if request.headers.get("X-Requested-With") == "fetch":
        return _left(request)
    if found is None:
        return access.to_sign_in(request)
    wanted = request.POST.get("next", "")
    return HttpResponseRedirect(pages.own_address(request, wanted, "member:home"))
