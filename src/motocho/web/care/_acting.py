"""What the pages of care share: the book's day, how a command is made, keys of forms [共通]."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest

from motocho.law.rules import Refusal
from motocho.outside.bank import is_business_day
from motocho.web import _commands, pages
from motocho.web.words import Said, said

__all__ = ["is_business_day"]


def form_key(request: HttpRequest) -> str:
    """The reference of a form: the one it came with, or a new one [フォームの控え番号].

    Why       a form that is sent twice does what it does once; its page is given it anew.
    """
    return _commands.reference_of(request) or _commands.new_reference()


def is_meant(request: HttpRequest, number: int) -> bool:
    """Whether a form that ends something names it [対象の確認].

    Why       an old form sent once more must not end what came after it.
    """
    return request.POST.get("which", "") == str(number)


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
