"""Signing in with password and code, or a passkey; the first time, by a link [サインイン]."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from motocho.care.worklist import claims
from motocho.law.rules import Refusal
from motocho.people import staff
from motocho.people.access import Action
from motocho.people.staff import Entered, Locked, Typed
from motocho.units.errors import Fault
from motocho.units.text import folded
from motocho.web import access, pages
from motocho.web.access import Colleague, passkey_site
from motocho.web.fields import LONGEST_TYPED, Form, LineField, Manner, shown

SETUP_GROUP = 4


class LoginField(LineField):
    """A login name [ログイン名]."""

    manner = Manner(width="number", autocomplete="username")

    def read(self, text: str) -> str:
        """The name in one width [読取り]."""
        return folded(text)


class PasswordField(LineField):
    """A password, never repeated [パスワード]."""

    manner = Manner(autocomplete="current-password", conceal="conceal")


class NewPasswordField(LineField):
    """A password that is to be set [新しいパスワード]."""

    manner = Manner(autocomplete="new-password", conceal="conceal")


class CodeField(LineField):
    """Six digits of an authenticator [確認コード]."""

    manner = Manner(
        width="short", keyboard="numeric", autocomplete="one-time-code", conceal="conceal"
    )


class EntryForm(Form):
    """What somebody of the staff types to sign in [サインイン]."""

    login_name = LoginField("desk.login_name")
    password = PasswordField("desk.password")
    code = CodeField("desk.code", "desk.code_hint")


@sensitive_post_parameters("password", "code")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Password and code [サインイン]: one answer to whatever is wrong; five misses wait."""
    form = EntryForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        if access.colleague(request) is not None:
            return _to_first_page(request)
        return _asked(request, form, 200)
    form.is_valid()
    typed = Typed(*(str(form.cleaned_data.get(name) or "") for name in form.fields))
    with transaction.atomic(), connection.cursor() as cursor:
        outcome = staff.enter(cursor, typed, pages.moment(request))
    if isinstance(outcome, Entered):
        access.begin_staff(request, outcome.staff_id)
        return _to_first_page(request)
    if isinstance(outcome, Locked):
        context = {"until": f"{localtime(outcome.until):%H:%M}"}
        return pages.show(request, "desk/locked.html", context, status=429)
    form.refuse("code", Fault("DSK-001"))
    return _asked(request, form, 422)


def _to_first_page(request: HttpRequest) -> HttpResponse:
    """Whom to call today; who looks at documents begins with those."""
    found = access.colleague(request)
    is_caller = found is not None and found.may(Action.ASK_FOR_HELP)
    is_reviewer = found is not None and found.may(Action.REVIEW_DOCUMENT)
    name = "desk:today" if is_caller and not is_reviewer else "desk:queue"
    return HttpResponseRedirect(reverse(name))


def _asked(request: HttpRequest, form: EntryForm, status: int) -> HttpResponse:
    context = {"form": shown(form, pages.tongue_of(request))}
    return pages.show(request, "desk/sign_in.html", context, status=status)


@require_POST
def by_passkey(request: HttpRequest) -> HttpResponse:
    """A passkey in place of password and code [パスキーでのサインイン]."""
    at = pages.moment(request)
    if "answer" in request.POST:
        with transaction.atomic(), connection.cursor() as cursor:
            answer = request.POST["answer"]
            outcome = staff.enter_by_passkey(cursor, passkey_site(), answer, at)
        if isinstance(outcome, Entered):
            access.begin_staff(request, outcome.staff_id)
            return _to_first_page(request)
        form = EntryForm(request.POST)
        form.is_valid()
        form.refuse("login_name", Fault("DSK-001"))
        return _asked(request, form, 422)
    named = folded(request.POST.get("login_name", "")[:LONGEST_TYPED]).casefold()
    with transaction.atomic(), connection.cursor() as cursor:
        options = staff.ask_entry(cursor, passkey_site(), named, at)
    return pages.show(request, "desk/passkey.html", {"options": options})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Leave nothing in the browser [サインアウト]."""
    found = access.colleague(request)
    if found is not None:
        with transaction.atomic(), connection.cursor() as cursor:
            claims.leave(cursor, found.staff.staff_id, found.at)
    access.leave_desk(request)
    response = HttpResponseRedirect(reverse("desk:sign_in"))
    response["Clear-Site-Data"] = '"cache"'
    return response


@require_safe
def left(request: HttpRequest) -> HttpResponse:
    """How long the sign-in goes on, for the page's own clock; asking extends nothing [残り時間]."""
    return _left(request)


def _left(request: HttpRequest) -> HttpResponse:
    found = access.staff_left(request)
    return JsonResponse({"warn": found.warn_seconds, "end": found.end_seconds, "last": found.last})


@require_POST
def extend(request: HttpRequest) -> HttpResponse:
    """Go on with a sign-in that was about to end; what was typed stays [延長]."""
    found = access.colleague(request)
    if request.headers.get("X-Requested-With") == "fetch":
        return _left(request)
    if found is None:
        return HttpResponseRedirect(reverse("desk:sign_in"))
    return HttpResponseRedirect(
        pages.own_address(request, request.POST.get("next", ""), "desk:today")
    )


# --------------------------------------------------------------------------------- the first time
class JoinForm(Form):
    """A password, twice [パスワードの設定]."""

    password = NewPasswordField("desk.new_password", "desk.new_password_hint")
    again = NewPasswordField("desk.again")


@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Set a password by a link that works once; the key for codes is shown [認証手段の登録]."""
    form = JoinForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return _join_page(request, form, 200)
    if not form.is_valid():
        return _join_page(request, form, 422)
    password = str(form.cleaned_data.get("password") or "")
    if password != str(form.cleaned_data.get("again") or ""):
        form.refuse("again", Fault("DSK-002"))
        return _join_page(request, form, 422)
    with transaction.atomic(), connection.cursor() as cursor:
        done = staff.enrol(cursor, token, password, pages.moment(request))
    if isinstance(done, Refusal):
        form.refuse("password", done.fault())
        return _join_page(request, form, 422)
    found = access.colleague(request)
    if found is not None:
        with transaction.atomic(), connection.cursor() as cursor:
            claims.leave(cursor, found.staff.staff_id, found.at)
    access.leave_desk(request)
    seed = parse_qs(urlsplit(done.otpauth).query)["secret"][0]
    groups = [seed[at : at + SETUP_GROUP] for at in range(0, len(seed), SETUP_GROUP)]
    context = {"otpauth": done.otpauth, "key": " ".join(groups)}
    return pages.show(request, "desk/joined.html", context)


def _join_page(request: HttpRequest, form: JoinForm, status: int) -> HttpResponse:
    context = {"form": shown(form, pages.tongue_of(request))}
    return pages.show(request, "desk/join.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.SIT)
def own_passkey(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """A passkey for oneself, to sign in without password and code [パスキーの登録]."""
    staff_id = colleague.staff.staff_id
    context: dict[str, str] = {}
    if "made" in request.POST:
        with transaction.atomic(), connection.cursor() as cursor:
            made = request.POST["made"]
            known = staff.add_passkey(cursor, passkey_site(), staff_id, made, colleague.at)
        context["said"] = "added" if known else "failed"
    elif request.method == "POST":
        with transaction.atomic(), connection.cursor() as cursor:
            account = staff.account(cursor, staff_id)
        context["options"] = staff.ask_passkey(passkey_site(), account, colleague.at)
    return pages.show(request, "desk/own_passkey.html", context | {"desk": colleague})
