"""Codes by e-mail before something grave: asked, sent, typed [追加の本人確認].

`confirming` chooses between these and passkeys once somebody is signed in.

Who sends a code stands in the settings: `CODE_SENDER` names a function. Where no letter can go, no
code was made; where nobody is at the address, that is kept. The page says so. A code is bound to
one login or one session (AUTH-007).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest
from django.utils.module_loading import import_string

from motocho.people.facts import history, values
from motocho.people.safety import codes
from motocho.units.errors import Fault, OutsideFailure, Unread
from motocho.web import pages
from motocho.web.fields import Form, LineField, Manner


class Sender(Protocol):
    """Sends a code to the member's registered address [送信]."""

    def __call__(self, cursor: Any, member_id: int, asked: codes.Asked) -> Fault | None:
        """Called in the transaction in which the code was made.

        Gives     why the code reached nobody, which is kept; None where it went out.
        Raises    OutsideFailure where nothing can be sent: then the code was not made.
        """


@dataclass(frozen=True, slots=True)
class Step:
    """A code that is waited for [追加確認の待ち]; `code_id` 0 where none more are sent for now."""

    code_id: int
    address: str
    """Masked; empty where no address is registered, and nothing was sent."""
    until: datetime | None
    """Until when no more codes are sent, None if this one was."""


class CodeField(LineField):
    """The six digits of a code, typed or pasted; never repeated [確認番号]."""

    manner = Manner(
        width="short", keyboard="numeric", autocomplete="one-time-code", conceal="conceal"
    )

    def read(self, text: str) -> str | Unread:
        """Its digits [読取り]."""
        return codes.read_code(text)


class CodeForm(Form):
    """The page that asks for a code [追加の本人確認]."""

    code = CodeField("step.code", "step.code_hint")


def ask(request: HttpRequest, member_id: int, purpose: codes.Purpose, bound_to: str) -> Step:
    """Make a code and send it [番号の送信] · AUTH-007.

    Raises    OutsideFailure if nobody sends codes here, or nobody is at the address.
    """
    at = pages.moment(request)
    sender: Sender = import_string(settings.CODE_SENDER)
    with transaction.atomic(), connection.cursor() as cursor:
        facts = history.as_of(cursor, member_id, at.date())
        if values.Kind.EMAIL not in facts:
            return Step(0, "", None)
        address = facts[values.Kind.EMAIL].masked
        asked = codes.ask(cursor, member_id, purpose, bound_to, at)
        if isinstance(asked, codes.TooMany):
            return Step(0, address, asked.until)
        try:
            fault = sender(cursor, member_id, asked)
        except OutsideFailure as down:  # whose server and where is no word for a member
            raise OutsideFailure(Fault("MBR-001")) from down
    if fault is not None:
        raise OutsideFailure(fault)
    return Step(asked.code_id, address, None)


def confirm(request: HttpRequest, member_id: int, code_id: int, code: str) -> codes.Answer:
    """Compare what was typed; a wrong try counts whatever comes after [番号の照合]."""
    with transaction.atomic(), connection.cursor() as cursor:
        return codes.confirm(cursor, member_id, code_id, code, pages.moment(request))
