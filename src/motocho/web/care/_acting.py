"""What the pages of care share: the book's day, how a command is made, keys of forms [共通]."""

from __future__ import annotations

import re
import secrets
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from motocho.close import day
from motocho.contact.directory import Directory, read_file, shipped
from motocho.contact.holds import Source
from motocho.law.rules import Refusal
from motocho.loans.commands import Made
from motocho.outside.bank import is_business_day
from motocho.units.errors import NotFoundError
from motocho.web import pages
from motocho.web.access import Member
from motocho.web.words import Said, said

__all__ = ["is_business_day"]
CHANNEL = "site"
MEMBER = "member"
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")


@cache
def directory() -> Directory:
    """The directory of this site, read once [連絡先]."""
    named: str | None = settings.DIRECTORY_FILE
    return read_file(Path(named)) if named else shipped()


def form_key(request: HttpRequest) -> str:
    """The key of a form: the one it came with, or a new one [フォームの控え番号].

    Why       a form that is sent twice does what it does once; its page is given the key anew.
    """
    typed = request.POST.get("key", "")
    return typed if _KEY.fullmatch(typed) else secrets.token_urlsafe(18)


def is_meant(request: HttpRequest, number: int) -> bool:
    """Whether a form that ends something names it [対象の確認].

    Why       an old form sent once more must not end what came after it.
    """
    return request.POST.get("which", "") == str(number)


def today(cursor: Any, member: Member) -> date:
    """The day of the book, which decides what may be done [業務日付]; else the calendar's."""
    try:
        return day.standing(cursor)
    except NotFoundError:
        return member.today


def made(cursor: Any, member: Member, reference: str) -> Made:
    """How a member's command came to the book [操作の記録].

    Lock      the business date, until the transaction ends.
    """
    try:
        on = day.business_date(cursor)
    except NotFoundError:
        on = member.today
    return Made(CHANNEL, reference, on, member.at, MEMBER)


def source(reference: str) -> Source:
    """The member as the source of what is written down [記録元]."""
    return Source(MEMBER, f"{CHANNEL} {reference}")


def told(request: HttpRequest, refusal: Refusal | None) -> Said | None:
    """A refusal in the page's words [拒否の表示]."""
    return None if refusal is None else said(refusal.fault(), pages.tongue_of(request))


def moment(text: str) -> datetime | None:
    """A moment that a form names [日時の読取り]; None for what is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
