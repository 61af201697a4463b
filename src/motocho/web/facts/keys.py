"""Passkeys of a member: seen, added, taken away; each after one more check [パスキー]."""

from __future__ import annotations

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST
from webauthn import base64url_to_bytes
from webauthn.helpers import bytes_to_base64url

from motocho.people.access import Action
from motocho.people.members import no_such_member
from motocho.people.safety import codes, passkeys
from motocho.units.errors import clipped
from motocho.web import access, pages
from motocho.web.access import Member
from motocho.web.maintenance import changes_something
from motocho.web.member import confirming
from motocho.web.member.confirming import Thing

LONGEST_KEY_NAME = 30


@access.members(Action.LOOK)
def keys(request: HttpRequest, member: Member) -> HttpResponse:
    """The keys by name, and the way to another one [パスキーの一覧]."""
    with connection.cursor() as cursor:
        found = passkeys.keys(cursor, member.member_id)
    context = {
        "keys": [(bytes_to_base64url(credential_id), name) for credential_id, name in found],
        "may_add": len(found) < passkeys.MOST,
        "failed": request.GET.get("failed", ""),
    }
    return pages.show(request, "facts/keys.html", context)


@require_POST
@changes_something
@access.members(Action.CHANGE_FACTS)
def add(request: HttpRequest, member: Member) -> HttpResponse:
    """Another key: a code first, then the browser makes it [パスキーの登録] · AUTH-007."""
    name = clipped(" ".join(request.POST.get("name", "").split()))[:LONGEST_KEY_NAME]
    name = name or access.device_name(request.headers.get("User-Agent", ""))
    if "made" in request.POST:
        return _made(request, member, name)
    thing = Thing(codes.Purpose.PASSKEY, confirming.bound(member, "passkey"))
    asking = confirming.confirmed(request, member, thing)
    if asking is not None:
        return confirming.show(request, asking, (), "passkey.add")
    with transaction.atomic(), connection.cursor() as cursor:
        asked = passkeys.ask_new(
            cursor, access.passkey_site(), member.member_id, thing.bound_to, member.at
        )
    if isinstance(asked, codes.TooMany):
        return HttpResponseRedirect(f"{reverse('facts:keys')}?failed=many")
    access.allow(asked)
    context = {"asked": asked, "name": name}
    return pages.show(request, "facts/key_new.html", context)


def _made(request: HttpRequest, member: Member, name: str) -> HttpResponse:
    code_id = request.POST.get("code_id", "")
    code_no = int(code_id) if code_id.isascii() and code_id.isdigit() and len(code_id) < 18 else 0
    made = passkeys.NewKey(code_no, request.POST.get("made", ""), name)
    with transaction.atomic(), connection.cursor() as cursor:
        known = passkeys.add(cursor, access.passkey_site(), member.member_id, made, member.at)
    address = reverse("facts:keys")
    return HttpResponseRedirect(address if known else f"{address}?failed=unknown")


@require_POST
@changes_something
@access.members(Action.CHANGE_FACTS)
def end(request: HttpRequest, member: Member) -> HttpResponse:
    """Take a key away, after one more check [パスキーの削除].

    Raises    NotFoundError for another's key, as for none.
    """
    named = request.POST.get("key", "")
    with connection.cursor() as cursor:
        found = dict(passkeys.keys(cursor, member.member_id))
    credential_id = _read_id(named)
    if credential_id not in found:
        raise no_such_member()
    thing = Thing(codes.Purpose.PASSKEY, confirming.bound(member, "end passkey", named))
    asking = confirming.confirmed(request, member, thing)
    if asking is not None:
        told = (("passkey.title", found[credential_id]),)
        return confirming.show(request, asking, told, "passkey.end")
    with transaction.atomic(), connection.cursor() as cursor:
        access.allow(codes.spend(cursor, member.member_id, *thing, member.at))
        passkeys.end(cursor, member.member_id, credential_id, member.at)
    return HttpResponseRedirect(reverse("facts:keys"))


def _read_id(named: str) -> bytes:
    try:
        return base64url_to_bytes(named[:1000])
    except ValueError:
        return b""
