"""Registers as pages: tables, and forms beside them, in one shape [備付けの画面].

A page is made of listings and deeds. A deed is a form of its own; its fields bear its name in
front, so that several stand on one page. What was refused stands beside what was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from motocho.units.errors import (
    Fault,
    InputError,
    NotAllowedError,
    NotFoundError,
    RefusedError,
    StateConflict,
)
from motocho.web import pages
from motocho.web.access import Colleague
from motocho.web.desk._choosing import ChoiceField
from motocho.web.fields import Asked, Form, shown
from motocho.web.words import Said, said

FORM = TypeVar("FORM", bound=Form)


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a place of a table [欄]: one of its parts, and where it leads."""

    text: str = ""
    label: str = ""
    on: date | None = None
    yen: int | None = None
    address: str = ""
    faults: tuple[Said, ...] = ()
    deed: str = ""
    """What a button here does."""
    of: str = ""
    """To what."""
    lang: str = ""
    """The language of a text that is not the page's own; empty where it needs none."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A table [一覧]; `heads` and `caption` are keys of words."""

    caption: str
    heads: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]

    @property
    def lines(self) -> list[list[tuple[str, Cell]]]:
        """Each row with the head of each cell [行]."""
        return [list(zip(self.heads, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Line:
    """A field of a deed, and what it offers where it is a list [入力欄]."""

    field: Asked
    options: Sequence[tuple[str, str, str]] | None
    """Each value with the key of its words, or with a name of its own in «»."""


@dataclass(frozen=True, slots=True)
class Deed:
    """A form that does one thing [操作]; `title` is the key of what it is and of its button."""

    name: str
    title: str
    form: Form
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def lines(self, request: HttpRequest) -> list[Line]:
        """Its fields in their order [入力欄の一覧]."""
        asked = shown(self.form, pages.tongue_of(request)).fields
        return [
            Line(one, _options(self.options[name]) if name in self.options else None)
            for name, one in asked.items()
        ]


def _options(known: Mapping[str, str]) -> list[tuple[str, str, str]]:
    return [
        (value, "" if text.startswith("«") else text, text if text.startswith("«") else "")
        for value, text in known.items()
    ]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page [画面]: `title` and `lead` are keys of words; `back` leads to the registers."""

    title: str
    lead: str
    listings: Sequence[Listing] = ()
    deeds: Sequence[Deed] = ()
    links: Sequence[tuple[str, str]] = ()
    """Keys and addresses."""
    wrong: tuple[Fault, ...] = ()


def bound(request: HttpRequest, name: str, kind: type[FORM]) -> FORM:
    """The form of a deed: with what was typed, where it is the one that was sent [フォーム]."""
    return kind(request.POST if request.POST.get("do") == name else None)


def offered(form: Form, options: Mapping[str, Mapping[str, str]]) -> None:
    """Of each list, only what it offers is taken [選択肢]."""
    for name, known in options.items():
        line = form.fields[name]
        if isinstance(line, ChoiceField):
            line.known = frozenset(known)


def tried(act: Callable[[object], object]) -> tuple[Fault, ...]:
    """Do something in a transaction of its own; what was refused, undone [実行].

    Takes     what is called with the cursor.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            act(cursor)
    except (
        InputError,
        NotAllowedError,
        NotFoundError,
        RefusedError,
        StateConflict,
    ) as error:
        return error.faults
    return ()


def done_again(request: HttpRequest) -> HttpResponse:
    """The page anew, after something was done on it [再表示]."""
    return HttpResponseRedirect(request.get_full_path())


def show(request: HttpRequest, colleague: Colleague, sheet: Sheet) -> HttpResponse:
    """A register as a page; 422 where something was refused [備付けの表示]."""
    tongue = pages.tongue_of(request)
    deeds = [(one, one.lines(request), shown(one.form, tongue)) for one in sheet.deeds]
    is_wrong = bool(sheet.wrong) or any(form.wrong for _, _, form in deeds)
    context = {
        "desk": colleague,
        "sheet": sheet,
        "deeds": deeds,
        "wrong": [said(one, tongue) for one in sheet.wrong],
    }
    return pages.show(request, "desk/register.html", context, status=422 if is_wrong else 200)
