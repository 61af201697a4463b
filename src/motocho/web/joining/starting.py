"""The first PIN, by the link that followed the contract [最初の暗証番号].

On the same page a member says how papers come and how mails look, and is signed in from there. The
number is shown once, on the page that follows. No PIN goes by telephone or mail.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from motocho.law.rules import Refusal
from motocho.notices import choices
from motocho.notices.choices import Style
from motocho.people import consents, invitations
from motocho.people.consents import Told
from motocho.people.credentials import pins
from motocho.people.invitations import Missed, Over, Purpose
from motocho.people.login import Admitted
from motocho.people.requests import Turns
from motocho.units.errors import Fault, Language
from motocho.web import _commands, access, pages
from motocho.web.facts import recovering, telling
from motocho.web.facts._forms import ChoiceField
from motocho.web.fields import DateField, Form, shown
from motocho.web.joining import using
from motocho.web.joining.entering import over
from motocho.web.maintenance import changes_something
from motocho.web.member import delivery
from motocho.web.member.safety import NewPinField
from motocho.web.words import wording_ref

ROADS = {"wire": "joining.all_by_wire", "post": "joining.all_by_post"}


class StartForm(Form):
    """Who it is, the PIN twice, how papers and mails come [はじめの設定]."""

    born_on = DateField("joining.born", "joining.born_hint")
    new = NewPinField("joining.pin", "pin.new_hint")
    again = NewPinField("joining.pin_again")
    road = ChoiceField("joining.road", ROADS)
    style = ChoiceField("notify.style", telling.STYLES)
    language = ChoiceField("notify.language", telling.LANGUAGES)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
def start(request: HttpRequest, token: str) -> HttpResponse:
    """Set the first PIN and go on signed in [はじめの設定] · AUTH-002, 003, 007."""
    slowed = recovering.turn(request, Turns.APPLYING)
    if slowed is not None:
        return slowed
    form = StartForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and form.cleaned_data["new"] != form.cleaned_data["again"]:
        form.refuse("again", Fault("MBR-002"))
    if not form.is_bound or not form.is_valid():
        return _asked(request, form)
    at, typed = pages.moment(request), form.cleaned_data
    with transaction.atomic(), connection.cursor() as cursor:
        told = (typed["born_on"], pins.Pin(typed["new"]))
        done = invitations.begin(cursor, token, told, at)
        if isinstance(done, invitations.Begun):
            _choose(cursor, request, done.member_id, typed)
            return _entered(request, invitations.admit(cursor, done, access.origin(request), at))
    if isinstance(done, Over):
        return over(request, token, Purpose.FIRST_PIN)
    _refuse(form, done)
    return _asked(request, form)


def _refuse(form: StartForm, answer: Missed | Refusal) -> None:
    if isinstance(answer, Missed):
        form.refuse("born_on", Fault("JOI-001"))
    else:
        form.refuse("new", answer.fault())


def _choose(cursor: Any, request: HttpRequest, member_id: int, typed: dict[str, Any]) -> None:
    """Papers by wire or by post, and which mails come, in one go."""
    at, tongue = pages.moment(request), pages.tongue_read(request)
    form_ref = _commands.form_ref(request)
    for name, (consent, label) in delivery.WANTED.items():
        stands = consents.in_force(cursor, member_id, consent, at)
        if name == delivery.PERIOD or stands is (typed["road"] == "wire"):
            continue
        say = consents.withdraw if stands else consents.give
        words = wording_ref([label, *delivery.METHOD], tongue)
        say(cursor, member_id, consent, Told(_commands.MEMBER, form_ref, words), at)
    off = {
        kind
        for name, (_, kinds) in telling.GROUPS.items()
        if name not in request.POST
        for kind in kinds
    }
    wanted = replace(
        choices.of(cursor, member_id),
        style=Style(typed["style"]),
        language=Language(typed["language"]),
        switched_off=frozenset(off),
    )
    choices.choose(cursor, member_id, wanted, at)


def _entered(request: HttpRequest, admitted: Admitted) -> HttpResponse:
    access.begin(request, admitted.key)
    using.show_number_once(request)
    response = HttpResponseRedirect(reverse("joining:welcome"))
    access.remember(response, admitted, "on" if request.POST.get("remember") else "")
    return response


def _asked(request: HttpRequest, form: StartForm) -> HttpResponse:
    tongue = pages.tongue_of(request)
    sent = request.POST if form.is_bound else {}
    groups = [
        (name, label, "on" if not form.is_bound or name in sent else "")
        for name, (label, _) in telling.GROUPS.items()
    ]
    context = {
        "form": shown(form, tongue),
        "roads": ROADS,
        "road": sent.get("road", ""),
        "styles": telling.STYLES,
        "style": sent.get("style", Style.DISCREET.value),
        "languages": telling.LANGUAGES,
        "language": sent.get("language", tongue.language.value),
        "groups": groups,
    }
    status = 422 if form.is_bound else 200
    return pages.show(request, "joining/start.html", context, status=status)
