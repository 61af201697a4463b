"""Several forms on one page of the studio, each with its own button [ページ内のフォーム].

    page = Page(request, {"step": StepForm, "hearing": HearingForm})
    if (sent := page.sent) is not None and sent.is_valid(): …        the one that was sent
    page.shown                                                        for the template

A field's name is its own on the whole page, so that a fault in the summary leads to its box. What a
room refuses is put on a field, and everything that was typed stays.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest

from motocho.units.errors import MotochoError, Unread
from motocho.units.text import folded
from motocho.web import fields, pages
from motocho.web.fields import Form, FormPage, LineField, Manner
from motocho.web.words import Tongue

WHICH, REF = "form", "ref"
LONGEST_REF = 64


class TextField(LineField):
    """One line of free words [1行の文]."""

    def read(self, text: str) -> str | Unread:
        """The words without blanks around them [読取り]."""
        plain = " ".join(text.split())
        return plain or Unread("TRK-020", "")


class TallField(LineField):
    """Free words in several lines [数行の文]."""

    manner = Manner(width="tall")
    longest = 4_000

    def read(self, text: str) -> str | Unread:
        """The words as they were typed [読取り]."""
        plain = text.replace("\r\n", "\n").strip()
        return plain or Unread("TRK-020", "")


class TimeField(LineField):
    """An hour of the day, 10:30 or 1030 in any width [時刻]."""

    manner = Manner(width="short")

    def read(self, text: str) -> str | Unread:
        """The hour as HH:MM [読取り].

        >>> TimeField("").read("１０時３０分"), TimeField("").read("9:5")
        ('10:30', '09:05')
        """
        return read_time(text)


def read_time(text: str) -> str | Unread:
    """An hour as people write it, as HH:MM [時刻の読取り].

    >>> read_time("午後1時半").code, read_time("1330"), read_time("25:00").code
    ('TRK-021', '13:30', 'TRK-021')
    """
    signs = folded(text).replace("時", ":").replace("分", "").strip()
    whole, _, rest = signs.partition(":")
    if ":" not in signs and whole.isdigit() and len(whole) in {3, 4}:
        whole, rest = whole[:-2], whole[-2:]
    rest = rest or "0"
    if not (whole.isascii() and whole.isdigit() and rest.isascii() and rest.isdigit()):
        return Unread("TRK-021", text)
    hour, minute = int(whole), int(rest)
    if hour > 23 or minute > 59:
        return Unread("TRK-021", text)
    return f"{hour:02}:{minute:02}"


class Page:
    """The forms of a page, and the one of them that was sent [ページのフォーム]."""

    def __init__(self, request: HttpRequest, forms: Mapping[str, type[Form]]) -> None:
        which = request.POST.get(WHICH, "") if request.method == "POST" else ""
        self.which = which if which in forms else ""
        self.tongue: Tongue = pages.tongue_of(request)
        self.forms = {
            name: form(request.POST if name == self.which else None) for name, form in forms.items()
        }

    @property
    def sent(self) -> Form | None:
        """The form that was sent and could be read; else None [送信された内容]."""
        form = self.forms.get(self.which)
        return form if form is not None and form.is_valid() else None

    def carried_out(self, act: Callable[[dict[str, Any]], object]) -> bool:
        """Whether the form that was sent could be carried out; if not, it says why [実行]."""
        form = self.sent
        if form is None:
            return False
        try:
            act(form.cleaned_data)
        except MotochoError as error:
            for fault in error.faults:
                form.refuse(next(iter(form.fields)), fault)
            return False
        return True

    @property
    def shown(self) -> FormPage:
        """All fields by their names, and what is wrong [フォームの表示]."""
        found = [fields.shown(form, self.tongue) for form in self.forms.values()]
        return FormPage(
            {name: one for each in found for name, one in each.fields.items()},
            tuple(one for each in found for one in each.wrong),
        )


def new_ref() -> str:
    """A form's own number: what is sent twice is done once [送信番号]."""
    return str(uuid.uuid4())


def ref_of(request: HttpRequest) -> str:
    """The number of the form that was sent [送信番号]."""
    return request.POST.get(REF, "")[:LONGEST_REF] or new_ref()
