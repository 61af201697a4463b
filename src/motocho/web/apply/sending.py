"""All answers at once, each with its way back, and one button [申込みの確認と送信]."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from motocho.notices import choices
from motocho.outside import banks
from motocho.screening.applying import Draft, links, submit
from motocho.units.days import both_calendars_text
from motocho.units.errors import InputError, MotochoError, StateConflict
from motocho.units.text import folded
from motocho.web import access, pages
from motocho.web.apply import _forms, _reading, seating
from motocho.web.apply._forms import Ground, Question, holder_of
from motocho.web.apply.asking import ground_of, next_of, options_of
from motocho.web.facts._forms import PostcodeField
from motocho.web.fields import Form, YenField, shown
from motocho.web.maintenance import changes_something
from motocho.web.words import Tongue, said, yen


class Row(NamedTuple):
    """One question with its answers [回答の1行]."""

    slug: str
    title: str
    answers: tuple[tuple[str, SafeString | str], ...]


def _row(of: Question, ground: Ground, tongue: Tongue) -> Row:
    form = of.read(ground.answers[of.slug], ground)
    options = {
        name: dict(options_of(each, ground, tongue)) for name, each in form.choices(ground).items()
    }
    found, found_at = [], _looked_up(form, ground)
    for name, one in shown(form, tongue).fields.items():
        typed = ground.said(of.slug, name)
        answer = (
            options.get(name, {}).get(typed)
            or found_at.get(name)
            or _read(form, name, typed, tongue)
        )
        if answer:
            found.append((one.label, answer))
    return Row(of.slug, f"apply.ask.{of.slug}.title", tuple(found))


def _looked_up(form: Form, ground: Ground) -> dict[str, str]:
    """What bank and branch are called, whatever was typed of them [銀行と支店の名]."""
    account = form.account(holder_of(ground)) if isinstance(form, _forms.AccountForm) else None
    if account is None:
        return {}
    bank = banks.by_code(account.bank_code)
    branch = banks.branch_name(account.bank_code, account.branch_code)
    return {
        "bank": f"{bank.name if bank else ''} ({account.bank_code})",
        "branch": f"{branch or ''} ({account.branch_code})",
    }


def _read(form: Form, name: str, typed: str, tongue: Tongue) -> str:
    """As it was read, so that it is that which is checked: amounts, days, signs of any width."""
    value = form.cleaned_data[name]
    if isinstance(value, date):
        return value.isoformat() if tongue is Tongue.EN else both_calendars_text(value)
    if isinstance(form.fields[name], PostcodeField):
        return f"{value[:3]}-{value[3:]}"
    return yen(value, tongue) if isinstance(form.fields[name], YenField) else folded(typed)


@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
@seating.at_draft
def review(request: HttpRequest, draft: Draft) -> HttpResponse:
    """What was answered, each to be changed; sent once however often it is sent [申込みの確認].

    Law       貸金業法13条, 41条の36; 12条の6 (ORG-002).
    """
    ground = ground_of(request, draft.answers)
    if not draft.is_confirmed or _forms.open_of(ground) is not None:
        return HttpResponseRedirect(next_of(request, draft))
    told: list[Any] = []
    if request.method == "POST":
        refused = _send(request, draft, ground)
        if refused is None:
            return HttpResponseRedirect(reverse("apply:status"))
        told = [said(one, pages.tongue_of(request)) for one in refused.faults]
    tongue = pages.tongue_of(request)
    context = {
        "rows": [_row(one, ground, tongue) for one in _forms.asked(ground)],
        "address": draft.address,
        "told": told,
    }
    return pages.show(request, "apply/review.html", context, status=422 if told else 200)


def _send(request: HttpRequest, draft: Draft, ground: Ground) -> MotochoError | None:
    """Everything in one transaction, with the mail that leads to its state; why not, where not."""
    at = pages.moment(request)
    token = request.COOKIES.get(access.DEVICE_COOKIE, "")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            key = submit(cursor, draft.draft_id, _reading.applied(ground, token), at)
            language = pages.tongue_of(request).language
            links.ask(cursor, draft.address, language, at)
            chosen = choices.of(cursor, key.member_id)
            if chosen.language is not language:
                wanted = replace(chosen, language=language)
                choices.choose(cursor, key.member_id, wanted, at)
    except (InputError, StateConflict) as refused:
        return refused
    seating.move_on(request, key)
    return None
