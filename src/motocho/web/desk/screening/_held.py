"""What the pages of an application share: who looks at which, its words [共通の部品]."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from motocho.documents import intake
from motocho.documents.intake import Standing
from motocho.people import access as gate
from motocho.people import members
from motocho.people.access import Action, Staff
from motocho.screening.applications import (
    Application,
    ApplicationKey,
    Use,
    forms,
    queue,
)
from motocho.screening.decision import AskedKind
from motocho.units.errors import (
    Fault,
    InputError,
    NotAllowedError,
    NotFoundError,
    RefusedError,
    StateConflict,
)
from motocho.web import _commands, access
from motocho.web.access import Colleague
from motocho.web.desk._choosing import labels
from motocho.web.fields import Form
from motocho.web.words import Said, Tongue, plain, said

REFUSALS = (InputError, NotAllowedError, RefusedError, StateConflict)
"""What a page says instead of doing it."""
KINDS = labels(AskedKind, "screening.kind")
USES = labels(Use, "screening.use")
WAITS = labels(queue.For, "screening.for")
_BUREAU = re.compile(r"\S+ I\d+-\d+ \d+")
_ENTRY = re.compile(r"\S+ (\d+)")


@dataclass(frozen=True, slots=True)
class Held:
    """An application on a page, and who looks at it for what [表示中の申込み]."""

    application: Application
    staff: Staff

    @property
    def key(self) -> ApplicationKey:
        """Which one it is [申込みの番号]."""
        return self.application.key


def held(cursor: Any, colleague: Colleague, member_id: int, application_id: int) -> Held:
    """The application, and who looks, written down; not there for who may not see it [閲覧].

    Raises    NotFoundError, the same for what is not there and what is not to be seen.
    """
    staff = colleague.looking_for(f"application {application_id}")
    access.allow(gate.ask(cursor, staff, Action.REVIEW_DOCUMENT, member_id, colleague.at))
    try:
        found = forms.one(cursor, ApplicationKey(member_id, application_id))
    except NotFoundError:
        raise members.no_such_member() from None
    return Held(found, staff)


def form_of(request: HttpRequest, colleague: Colleague, what: str) -> tuple[str, Any]:
    """One sending of one form of a page, and its moment [フォームの識別子]."""
    return f"{_commands.form_ref(request, _commands.DESK)} {what}", colleague.at


def tried(act: Callable[[Any], object]) -> tuple[Fault, ...]:
    """Do something in a transaction of its own; why it was refused, or nothing [操作の実行]."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            act(cursor)
    except REFUSALS as error:
        return tuple(error.faults)
    return ()


def placed(
    form: Form, found: tuple[Fault, ...], places: Mapping[str, tuple[str, ...]]
) -> tuple[Fault, ...]:
    """Put what was refused at its box, where the form has one for it; the rest is given [欄の誤り].

    Takes     the boxes by the code of a fault, the likeliest first.
    """
    rest = []
    for fault in found:
        names = [one for one in places.get(fault.code, ()) if one in form.fields]
        if names:
            form.refuse(names[0], fault)
        else:
            rest.append(fault)
    return tuple(rest)


def to(name: str, key: ApplicationKey, done: str = "") -> HttpResponse:
    """To a page of an application, which says what was done [遷移]."""
    address = reverse(f"desk:{name}", args=key)
    return HttpResponseRedirect(f"{address}?done={done}" if done else address)


def faults(found: tuple[Fault, ...], tongue: Tongue) -> list[Said]:
    """Faults as a page says them [誤りの表示]."""
    return [said(one, tongue) for one in found]


def documents(cursor: Any, member_id: int) -> list[tuple[str, list[Standing]]]:
    """What the applicant handed in that can still be looked at, the newest first [提出書類]."""
    found: dict[str, list[Standing]] = {}
    for one in intake.of_member(cursor, member_id):
        if not one.is_erased:
            found.setdefault(one.document_ref, []).append(one)
    return list(found.items())


def source_word(source: str, tongue: Tongue) -> str:
    """Where a fact comes from, in words [出所]."""
    head = source.partition(" ")[0]
    known = {"": "none", "application": "said", "law": "law", "book": "book", "person": "said"}
    if head in known:
        return plain(f"screening.source.{known[head]}", tongue)
    if head in {"employment", "claim", "score"}:
        number = source.rpartition(" ")[2]
        return plain(f"screening.source.{head}", tongue, number=number)
    if _BUREAU.fullmatch(source):
        return plain("screening.source.bureau", tongue)
    papers = [_ENTRY.fullmatch(one) for one in source.split("+")]
    if papers and all(papers):
        numbers = "、".join(one[1] for one in papers if one is not None)
        return plain("screening.source.paper", tongue, number=numbers)
    return plain("screening.source.house", tongue)
