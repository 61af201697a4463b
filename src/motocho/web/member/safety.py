"""What keeps a member safe: the PIN, devices, logins, the stop [安全の設定]."""

from __future__ import annotations

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from motocho.law.rules import Refusal
from motocho.loans import commands
from motocho.loans.policy import Stop
from motocho.people import cards, members, pin
from motocho.people.access import Action
from motocho.people.credentials import pins
from motocho.people.login import Entered, Missed
from motocho.people.members import no_such_member
from motocho.people.safety import devices, freezes, sessions
from motocho.units.errors import Fault
from motocho.web import _commands, access, pages
from motocho.web.access import Member
from motocho.web.fields import Form, Manner, PinField, shown
from motocho.web.maintenance import changes_something
from motocho.web.member import signing

SHOWN_LOGINS = 30


class NewPinField(PinField):
    """A PIN that is to be set [新しい暗証番号]."""

    manner = Manner(
        width="short", keyboard="numeric", autocomplete="new-password", conceal="conceal"
    )


class PinForm(Form):
    """The present PIN, and another one twice [暗証番号の変更]."""

    present = PinField("pin.present")
    new = NewPinField("pin.new", "pin.new_hint")
    again = NewPinField("pin.again")


# ------------------------------------------------------------------------------------- overview
@access.members(Action.LOOK)
def settings(request: HttpRequest, member: Member) -> HttpResponse:
    """Devices, logins, and the ways to what can be set [設定・安全]."""
    with connection.cursor() as cursor:
        known = devices.devices(cursor, member.member_id)
        logins = sessions.history(cursor, member.member_id, SHOWN_LOGINS)
        card = cards.current(cursor, member.member_id)
    context = {
        "card": card,
        "card_is_over": card is not None and card.validity.expires_on < member.today,
        "devices": known,
        "logins": logins,
        "this_device": member.device_id,
        "this_session": member.session.session_id,
    }
    return pages.show(request, "member/settings.html", context)


# ------------------------------------------------------------------------------------- stopping
@require_http_methods(["GET", "HEAD", "POST"])
@access.members(Action.FREEZE)
def freeze(request: HttpRequest, member: Member) -> HttpResponse:
    """Stop everything that moves money out or changes facts [利用を止める] · AUTH-011.

    Works in the maintenance too: it only takes away. All sessions end with it, this one too.
    """
    if request.method != "POST":
        return pages.show(request, "member/freeze.html")
    _freeze(member, "freeze")
    access.leave(request)
    return pages.show(request, "member/frozen.html")


def _freeze(member: Member, why: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        made = _commands.made(cursor, f"{why} {member.session.session_id}", member.at)
        for listed in member.open_agreements:
            commands.suspend(cursor, listed.key, Stop.MEMBER_ASKED, made)
        freezes.freeze(cursor, member.member_id, freezes.Road.SITE, "member", member.at)


@require_POST
@access.members(Action.FREEZE)
def not_me(request: HttpRequest, member: Member, session_id: int) -> HttpResponse:
    """「これは私ではない」: a login was somebody else's; all stops [心当たりなし]."""
    with connection.cursor() as cursor:
        logins = sessions.history(cursor, member.member_id, SHOWN_LOGINS)
    if session_id not in {one.session_id for one in logins}:
        raise no_such_member()
    with transaction.atomic(), connection.cursor() as cursor:
        freezes.not_me(cursor, sessions.SessionKey(member.member_id, session_id), member.at)
        made = _commands.made(cursor, f"not me {session_id}", member.at)
        for listed in member.open_agreements:
            commands.suspend(cursor, listed.key, Stop.MEMBER_ASKED, made)
    access.leave(request)
    return pages.show(request, "member/frozen.html")


@require_POST
@access.members(Action.FREEZE)
def end_device(request: HttpRequest, member: Member, device_id: int) -> HttpResponse:  # noqa: ARG001
    """Know a device no more; its sessions end [端末の登録解除]."""
    with transaction.atomic(), connection.cursor() as cursor:
        known = {one.device_id for one in devices.devices(cursor, member.member_id)}
        if device_id not in known:
            raise no_such_member()
        devices.end(cursor, member.member_id, device_id, devices.End.FORGOTTEN, member.at)
    return HttpResponseRedirect(reverse("member:settings"))


# ------------------------------------------------------------------------------------------- PIN
@sensitive_post_parameters("present", "new", "again")
@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
@access.members(Action.CHANGE_PIN)
def change_pin(request: HttpRequest, member: Member) -> HttpResponse:
    """Another PIN, after the present one; forced where that one can be guessed [暗証番号の変更].

    AUTH-003, AUTH-004: misses of the present one count as those of a login.
    """
    if request.method != "POST":
        return _pin_page(request, PinForm(), 200)
    form = PinForm(request.POST)
    if form.is_valid() and form.cleaned_data["new"] != form.cleaned_data["again"]:
        form.refuse("again", Fault("MBR-002"))
    if not form.is_valid():
        return _pin_page(request, form, 422)
    with connection.cursor() as cursor:
        number = members.numbers_of(cursor, [member.member_id])[member.member_id]
    outcome = signing.attempt(request, number, form.cleaned_data["present"])
    if isinstance(outcome, Missed):
        form.refuse("present", Fault("MBR-006", details={"left": str(outcome.left)}))
        return _pin_page(request, form, 422)
    if not isinstance(outcome, Entered):
        end(request, member)
        return signing.stopped(request, outcome)
    refusal = _change(member, outcome, form.cleaned_data["new"])
    if refusal is not None:
        form.refuse("new", refusal.fault())
        return _pin_page(request, form, 422)
    access.begin(request, member.session)
    return HttpResponseRedirect(reverse("member:home"))


def _change(member: Member, entered: Entered, digits: str) -> Refusal | None:
    with transaction.atomic(), connection.cursor() as cursor:
        done = pin.change(cursor, entered, pins.Pin(digits), member.at, member.session)
    return done if isinstance(done, Refusal) else None


def end(request: HttpRequest, member: Member) -> None:
    """Whoever guesses at the PIN from inside is outside after the third miss [強制ログアウト]."""
    with transaction.atomic(), connection.cursor() as cursor:
        sessions.end(cursor, member.session, sessions.End.LOGOUT, member.at)
    access.leave(request)


def _pin_page(request: HttpRequest, form: PinForm, status: int) -> HttpResponse:
    found = access.signed(request)
    reason = None if found is None else found.must_change
    context = {
        "form": shown(form, pages.tongue_of(request)),
        "forced": "" if reason is None else reason.value,
    }
    return pages.show(request, "member/pin.html", context, status=status)
