"""How what a page does comes to the book: on its day, and once for each form [コマンドの受付].

Two marks tell that a form came before. `form_ref` is of one sending: each page gives its forms
another token. `reference_of` is a number that a way of several pages carries from the first on, so
that Back and another sending still mean the same thing.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest

from motocho.close import day
from motocho.contact.holds import Source
from motocho.loans.commands import Made
from motocho.outside.clock import JAPAN

SITE, DESK = "site", "desk"
MEMBER = "member"
_REFERENCE = re.compile("[A-Za-z0-9_-]{16,64}")


def made(
    cursor: Any, reference: str, at: datetime, actor: str = MEMBER, channel: str = SITE
) -> Made:
    """How a command came to the book [操作の記録]; by the member on the site unless said.

    Lock      the business date, until the transaction ends.
    """
    return Made(channel, reference, booking_day(cursor, at), at, actor)


def booking_day(cursor: Any, at: datetime) -> date:
    """The book's day, for what is done on it [記帳日].

    Lock      the business date, until the transaction ends.
    """
    return day.booking_date(cursor, at.astimezone(JAPAN).date())


def today(cursor: Any, at: datetime) -> date:
    """The book's day, to look at: it decides what may be done [業務日付]."""
    return day.day_to_look_at(cursor, at.astimezone(JAPAN).date())


def source(reference: str) -> Source:
    """The member on the site as the source of what is written down [記録元]."""
    return Source(MEMBER, f"{SITE} {reference}")


def form_ref(request: HttpRequest, channel: str = SITE) -> str:
    """One sending of one form [フォームの識別子]: sent twice it counts once."""
    token = request.POST.get("csrfmiddlewaretoken", "") or secrets.token_hex()
    return f"{channel} {hashlib.sha256(token.encode()).hexdigest()}"


def new_reference() -> str:
    """What one way of pages asks under, however often it is sent [二重送信を防ぐ番号]."""
    return secrets.token_urlsafe(18)


def reference_of(request: HttpRequest) -> str:
    """The reference that a form carries; empty where it is none of ours [番号の読取り]."""
    given = request.POST.get("ref") or request.GET.get("ref") or ""
    return given if _REFERENCE.fullmatch(given) else ""
