"""One more check: a passkey where there is one, else a code by e-mail [追加の本人確認].

    thing = Thing(codes.Purpose.CONTACT, confirming.bound(member, "email", value))
    asking = confirming.confirmed(request, member, thing)
    if asking is not None:
        return confirming.show(request, asking, told, "facts.title")

What was typed travels in the page itself, in fields that nobody sees, and is read anew when the
answer comes: nothing of it is kept here. An answer is good for this change alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import localtime

from motocho.people.credentials import hashing
from motocho.people.safety import codes, passkeys
from motocho.units.errors import Fault
from motocho.web import pages
from motocho.web.access import Member, passkey_site
from motocho.web.fields import shown
from motocho.web.member import signing, stepping
from motocho.web.member.stepping import CodeForm

_KEPT = "step"
"""The store's key of the question that is open."""
_OURS = frozenset({"csrfmiddlewaretoken", "code", "answer", "again"})


class Thing(NamedTuple):
    """What an answer is good for [確認の対象]."""

    purpose: codes.Purpose
    bound_to: str


@dataclass(frozen=True, slots=True)
class Asking:
    """A question that is open [確認の待ち]."""

    road: codes.Road
    code_id: int
    address: str
    until: datetime | None
    options: str
    form: CodeForm
    has_keys: str
    """`keys` where the member has passkeys, else empty."""


def bound(member: Member, *parts: str) -> str:
    """A mark of a change in this session: another change is another thing [確認の対象の印].

    Why       a mark under a kept key tells nobody what was typed.
    """
    session_id = member.session.session_id
    mark = hashing.mark("step", str(member.member_id), str(session_id), *parts)
    return f"session {session_id} {mark.hex()[:32]}"


def confirmed(request: HttpRequest, member: Member, thing: Thing) -> Asking | None:
    """None once it was confirmed within five minutes; else the question to show · AUTH-007.

    Raises    OutsideFailure if nobody sends codes here; nothing was changed.
    """
    if _is_fresh(member, thing):
        return None
    kept: dict[str, Any] = request.session.get(_KEPT) or {}
    is_other = kept.get("bound_to") != thing.bound_to
    if is_other or "again" in request.POST or not kept["code_id"]:  # 0: none was sent
        return _ask(request, member, thing, CodeForm())
    if not {"code", "answer"} & request.POST.keys():
        return _first(request, member, thing, kept)
    if kept["road"] == codes.Road.PASSKEY.value:
        return _signed(request, member, thing, int(kept["code_id"]))
    form = CodeForm(request.POST)
    if form.is_valid():
        code = form.cleaned_data["code"]
        answer = stepping.confirm(request, member.member_id, int(kept["code_id"]), code)
        if not signing.refuse_code(form, answer):
            return None
    return Asking(
        codes.Road.MAIL, int(kept["code_id"]), str(kept["address"]), None, "", form, _keys(member)
    )


def _first(request: HttpRequest, member: Member, thing: Thing, kept: Mapping[str, Any]) -> Asking:
    """The same thing asked for once more: by the code that still waits, or by a new one."""
    key = codes.CodeKey(member.member_id, int(kept["code_id"]))
    with connection.cursor() as cursor:
        waits = codes.is_open(cursor, key, member.at)
    if not waits or kept["road"] != codes.Road.MAIL.value:
        return _ask(request, member, thing, CodeForm())
    address = str(kept["address"])
    return Asking(codes.Road.MAIL, key.code_id, address, None, "", CodeForm(), _keys(member))


def _is_fresh(member: Member, thing: Thing) -> bool:
    with connection.cursor() as cursor:
        return codes.check_fresh(cursor, member.member_id, *thing, member.at) is None


def _keys(member: Member) -> str:
    with connection.cursor() as cursor:
        return "keys" if passkeys.keys(cursor, member.member_id) else ""


def _signed(request: HttpRequest, member: Member, thing: Thing, code_id: int) -> Asking | None:
    key = codes.CodeKey(member.member_id, code_id)
    with transaction.atomic(), connection.cursor() as cursor:
        answer = passkeys.confirm(
            cursor, passkey_site(), key, request.POST.get("answer", ""), member.at
        )
    if isinstance(answer, codes.Confirmed):
        return None
    form = CodeForm(request.POST)
    form.is_valid()
    form.errors.clear()
    form.refuse("code", Fault("FCT-012"))
    return _ask(request, member, thing, form)


def _ask(request: HttpRequest, member: Member, thing: Thing, form: CodeForm) -> Asking:
    wants_mail = request.POST.get("again") == "mail"
    keys = _keys(member)
    if keys and not wants_mail:
        with transaction.atomic(), connection.cursor() as cursor:
            asked = passkeys.ask(cursor, passkey_site(), member.member_id, thing, member.at)
        if isinstance(asked, codes.TooMany):
            made = Asking(codes.Road.PASSKEY, 0, "", asked.until, "", form, keys)
        else:
            made = Asking(codes.Road.PASSKEY, asked.code_id, "", None, asked.options, form, keys)
    else:
        step = stepping.ask(request, member.member_id, *thing)
        made = Asking(codes.Road.MAIL, step.code_id, step.address, step.until, "", form, keys)
    kept: dict[str, Any] = request.session.get(_KEPT) or {}
    if not made.code_id and (kept.get("bound_to"), kept.get("road")) == (
        thing.bound_to,
        made.road.value,
    ):  # none more for now: the one that was sent before is good still
        made = replace(made, code_id=int(kept["code_id"]))
    request.session[_KEPT] = {
        "bound_to": thing.bound_to,
        "code_id": made.code_id,
        "road": made.road.value,
        "address": made.address,
    }
    return made


def show(
    request: HttpRequest, asking: Asking, told: Sequence[tuple[str, str]], title: str
) -> HttpResponse:
    """The page of a question, with what was typed in it [追加の本人確認の画面]."""
    carried = [(name, value) for name, value in request.POST.items() if name not in _OURS]
    context: Mapping[str, Any] = {
        "form": shown(asking.form, pages.tongue_of(request)),
        "asking": asking,
        "by_passkey": asking.road is codes.Road.PASSKEY,
        "until": None if asking.until is None else f"{localtime(asking.until):%H:%M}",
        "carried": carried,
        "told": told,
        "title": title,
    }
    status = 422 if asking.form.is_bound else 200
    return pages.show(request, "member/confirming.html", context, status=status)
