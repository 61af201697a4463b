"""The ways back for who cannot sign in: a new PIN, a forgotten number [ログインできないとき].

Whatever was typed, the page after it is the same: what happens next happens at the registered
e-mail address. How often somebody may ask is counted by network, before anything is looked at.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import localtime
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from motocho.documents import intake
from motocho.documents.intake import Kept, Purpose
from motocho.law.rules import Refusal
from motocho.people import members, pin, requests
from motocho.people.credentials import pins
from motocho.people.requests import Claim, Kind, Turns
from motocho.units.errors import Fault
from motocho.web import access, pages
from motocho.web.facts._forms import EmailField, KanaField
from motocho.web.fields import DateField, Form, FormPage, MemberNumberField, shown
from motocho.web.maintenance import changes_something
from motocho.web.member.safety import NewPinField
from motocho.web.uploads import UploadField


class PinForm(Form):
    """Who somebody says to be who forgot the PIN, with a document for it [再設定の申込み]."""

    member_number = MemberNumberField("sign_in.number", "sign_in.number_hint")
    born_on = DateField("recover.born", "recover.born_hint")
    email = EmailField("recover.email", "recover.email_hint")
    document = UploadField("recover.document", "recover.document_hint")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
def ask_pin(request: HttpRequest) -> HttpResponse:
    """A new PIN is asked for, with an identity document [暗証番号の再設定] · AUTH-002, AUTH-006.

    The document is made anew and kept whoever asks: what it costs tells nothing either.
    """
    slowed = turn(request)
    if slowed is not None:
        return slowed
    form = PinForm(request.POST, request.FILES) if request.method == "POST" else PinForm()
    if not form.is_bound or not form.is_valid():
        return _asked(request, "facts/ask_pin.html", form)
    at, typed = pages.moment(request), form.cleaned_data
    with transaction.atomic(), connection.cursor() as cursor:
        kept = intake.keep(cursor, None, Purpose.IDENTITY, typed["document"], at)
        if isinstance(kept, Kept):
            claim = Claim(
                typed["born_on"],
                typed["email"].address,
                typed["member_number"],
                document_ref=kept.document_ref,
            )
            requests.ask(cursor, Kind.PIN_RESET, claim, at)
            return pages.show(request, "facts/pin_asked.html")
    for fault in kept:
        form.refuse("document", fault)
    return _asked(request, "facts/ask_pin.html", form)


class NumberForm(Form):
    """Who somebody says to be who forgot the number [会員番号の問合せ]."""

    family_kana = KanaField("changing.family_kana", "changing.kana_hint")
    given_kana = KanaField("changing.given_kana", "changing.kana_hint")
    born_on = DateField("recover.born", "recover.born_hint")
    email = EmailField("recover.email", "recover.email_hint")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
def ask_number(request: HttpRequest) -> HttpResponse:
    """The number is sent to the registered address, if it is anybody's [会員番号の問合せ]."""
    slowed = turn(request)
    if slowed is not None:
        return slowed
    form = NumberForm(request.POST if request.method == "POST" else None)
    if not form.is_bound or not form.is_valid():
        return _asked(request, "facts/ask_number.html", form)
    typed = form.cleaned_data
    kana = members.payer_key(typed["family_kana"] + typed["given_kana"])
    claim = Claim(typed["born_on"], typed["email"].address, kana=kana)
    with transaction.atomic(), connection.cursor() as cursor:
        requests.ask(cursor, Kind.MEMBER_NUMBER, claim, pages.moment(request))
    return pages.show(request, "facts/number_asked.html")


def _asked(request: HttpRequest, template: str, form: Form) -> HttpResponse:
    page = shown(form, pages.tongue_of(request))
    context = {"form": page, "asked": list(page.fields.values())}
    return pages.show(request, template, context, status=422 if form.is_bound else 200)


def turn(request: HttpRequest, of: Turns = Turns.CLAIMS) -> HttpResponse | None:
    """The page of a wait, where a network asks too often; a sent form counts [順番待ち]."""
    if request.method != "POST":
        return None
    at = pages.moment(request)
    with transaction.atomic(), connection.cursor() as cursor:
        until = requests.turn(cursor, access.address_of(request), at, of)
    return None if until is None else _slowed(request, until)


def _slowed(request: HttpRequest, until: datetime) -> HttpResponse:
    context = {"until": f"{localtime(until):%H:%M}"}
    response = pages.show(request, "facts/slowed.html", context, status=429)
    wait = until - pages.moment(request)
    response["Retry-After"] = str(max(1, int(wait.total_seconds()) + 1))
    return response


# -------------------------------------------------------------------------------- the link by mail
class ResetForm(Form):
    """Another PIN, twice [新しい暗証番号]."""

    new = NewPinField("pin.new", "pin.new_hint")
    again = NewPinField("pin.again")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
def reset(request: HttpRequest, token: str) -> HttpResponse:
    """A new PIN by the link that followed the review of two [暗証番号の再設定] · AUTH-002, 003."""
    form = ResetForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and form.cleaned_data["new"] != form.cleaned_data["again"]:
        form.refuse("again", Fault("MBR-002"))
    if not form.is_bound or not form.is_valid():
        return _reset_page(request, shown(form, pages.tongue_of(request)))
    with transaction.atomic(), connection.cursor() as cursor:
        new = pins.Pin(form.cleaned_data["new"])
        done = pin.reset(cursor, token, new, pages.moment(request))
    if not isinstance(done, Refusal):
        return pages.show(request, "facts/reset_done.html")
    if done.rule_id == "AUTH-002":
        return pages.show(request, "facts/reset_over.html", status=410)
    form.refuse("new", done.fault())
    return _reset_page(request, shown(form, pages.tongue_of(request)))


def _reset_page(request: HttpRequest, form: FormPage) -> HttpResponse:
    return pages.show(
        request, "facts/reset.html", {"form": form}, status=422 if form.wrong else 200
    )
