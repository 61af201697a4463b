"""The webhook: a request of the provider, checked, heard, answered [着信の応答].

Who does not know the secret gets 403 and no word; where no secret is set, the address does not
exist. Digits come in the body alone, and leave in nothing: no address, no cookie, no log.
"""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from motocho.care.ivr import calls, dialogue, lines
from motocho.outside.clock import JAPAN
from motocho.units.errors import RefusedError, Unread
from motocho.units.phones import read_phone
from motocho.web import pages
from motocho.web.voice import carrying, signature, twiml
from motocho.web.voice.carrying import Caller

_LONGEST_ID = 64
_MOST_NEEDS = 3
"""Needs that may follow one another in a turn: PIN, code."""
_HEARD = ("Digits", "DialCallStatus")


@csrf_exempt  # a provider has no page of ours: its signature stands in place of the token
@require_POST
@sensitive_post_parameters()
def answer(request: HttpRequest, token: str = calls.FIRST) -> HttpResponse:
    """One turn of a call [応答]; the same request twice gives the same answer."""
    address = settings.ORIGIN + request.get_full_path()
    form = dict(request.POST.lists())
    given = request.headers.get(signature.HEADER, "")
    call_id = request.POST.get("CallSid", "")
    if not signature.is_signed(settings.VOICE_SECRET, address, form, given):
        return HttpResponse(status=HTTPStatus.FORBIDDEN)
    if not 0 < len(call_id) <= _LONGEST_ID:
        return HttpResponse(status=HTTPStatus.UNPROCESSABLE_ENTITY)
    content = "\0".join(request.POST.get(name, "") for name in _HEARD)
    came = calls.Request(call_id, token, content)
    at = pages.moment(request)
    with connection.cursor() as cursor, calls.alone(cursor, came):
        found = calls.find(cursor, came, at)
        if isinstance(found, calls.Past):
            return HttpResponse(status=HTTPStatus.FORBIDDEN)
        if isinstance(found, calls.Late):
            text = _ended(cursor, at)
        elif isinstance(found, calls.Told):
            text = found.answer
        else:
            text = _answered(request, came, found)
    return HttpResponse(text, content_type=twiml.CONTENT_TYPE)


def _ended(cursor: Any, at: datetime) -> str:
    """Words and no error to who stayed long, as with a desk; nothing is told and nothing kept."""
    texts = lines.in_force(cursor, at.astimezone(JAPAN).date())
    return twiml.written(dialogue.too_long(), "", texts)


@sensitive_variables()
def _answered(request: HttpRequest, came: calls.Request, found: calls.New | calls.Standing) -> str:
    at = pages.moment(request)
    heard = dialogue.Heard(*(request.POST.get(name, "") for name in _HEARD))
    caller = Caller(phone(request.POST.get("From", "")), came.call_mark.hex(), came.ref, at)
    turn = dialogue.begin() if isinstance(found, calls.New) else _turn(found, heard, caller)
    token = "" if isinstance(turn.then, dialogue.HangUp) else calls.new_token()
    address = reverse("voice:turn", args=[token]) if token else ""
    with transaction.atomic(), connection.cursor() as cursor:
        texts = lines.in_force(cursor, at.astimezone(JAPAN).date())
        done = calls.Answered(turn.state, twiml.written(turn, address, texts), token)
        return calls.keep(cursor, came, found, done, at)


def _turn(found: calls.Standing, heard: dialogue.Heard, caller: Caller) -> dialogue.Turn:
    """Goes on with a call until there is something to say.

    A member who may not be told any more, as one who is gone, hears the first words again.
    """
    following = dialogue.hear(found.state, heard)
    for _ in range(_MOST_NEEDS):
        if not isinstance(following, dialogue.Need):
            return following
        try:
            following = dialogue.told(following, carrying.carry(following, caller))
        except RefusedError:
            return dialogue.begin()
    return dialogue.begin() if isinstance(following, dialogue.Need) else following


def phone(told: str) -> str:
    """The digits of who calls, as the network tells them [発信者番号]; empty for none of Japan.

    >>> phone("+819011112222"), phone("anonymous"), phone("+14155550100")
    ('09011112222', '', '')
    """
    found = read_phone(told)
    return "" if isinstance(found, Unread) else found
