"""A consultation for a day and an hour: booked, looked at, cancelled [相談を予約]."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.http import require_http_methods, require_POST

from motocho.care.reliefs import consultations
from motocho.contact.guard import REST_DAYS
from motocho.people.access import Action
from motocho.people.facts import history, values
from motocho.units.errors import RefusedError
from motocho.web import _commands, access, pages
from motocho.web._directory import directory
from motocho.web.access import Member
from motocho.web.care import _acting
from motocho.web.maintenance import changes_something
from motocho.web.words import Said, said

TOPICS = {
    consultations.Topic.LATE: "care.talk.late",
    consultations.Topic.LESS: "care.talk.less",
    consultations.Topic.INCOME: "care.talk.income",
    consultations.Topic.DEBTS: "care.talk.debts",
    consultations.Topic.OTHER: "care.talk.other",
}


@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
@access.members(Action.ASK_FOR_HELP)
def consultation(request: HttpRequest, member: Member) -> HttpResponse:
    """Choose what about and when; a call comes then and none before [相談の予約] · VULN-002."""
    if request.method == "POST":
        return _book(request, member)
    return _page(request, member, None, 200)


def _page(request: HttpRequest, member: Member, wrong: Said | None, status: int) -> HttpResponse:
    with connection.cursor() as cursor:
        booked = consultations.booked(cursor, member.member_id, member.at)
        offered = _offered(cursor, member)
        facts = history.as_of(cursor, member.member_id, member.today)
    known = directory()
    ours = known.calling(known.desk("card_loan"), member.today)
    phones = [facts[kind].masked for kind in _PHONES if kind in facts]
    context = {
        "booked": booked,
        "booked_on": None if booked is None else localtime(booked.booked_for).date(),
        "topic": None if booked is None else TOPICS[booked.topic],
        "topics": [(one.value, key) for one, key in TOPICS.items()],
        "days": _by_day(offered),
        "phone": phones[0] if phones else "",
        "ours": "" if ours is None else ours.text,
        "rest_days": REST_DAYS,
        "wrong": wrong,
        "wanted": request.POST.get("hour", ""),
        "about": request.POST.get("topic", ""),
        "ref": _acting.form_key(request),
    }
    return pages.show(request, "care/consultation.html", context, status=status)


_PHONES = (values.Kind.MOBILE_PHONE, values.Kind.HOME_PHONE)


def _offered(cursor: Any, member: Member) -> list[datetime]:
    hours = directory().desk("card_loan").hours
    full = consultations.full_hours(cursor, member.at)
    return consultations.hours_to_choose(hours, member.at, _acting.is_business_day, full)


def _by_day(offered: Sequence[datetime]) -> list[tuple[date, list[datetime]]]:
    return [(on, list(alike)) for on, alike in groupby(offered, key=datetime.date)]


def _book(request: HttpRequest, member: Member) -> HttpResponse:
    hour = _acting.moment(request.POST.get("hour", ""))
    known = {one.value: one for one in consultations.Topic}
    topic = known.get(request.POST.get("topic", ""), consultations.Topic.OTHER)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            form = _commands.source(f"consultation {_acting.form_key(request)}")
            wanted = consultations.Wanted(topic, hour or member.at, _offered(cursor, member))
            consultations.book(cursor, member.member_id, wanted, form, member.at)
    except RefusedError as refused:
        wrong = said(refused.faults[0], pages.tongue_of(request))
        return _page(request, member, wrong, 422)
    return HttpResponseRedirect(reverse("care:consultation"))


@require_POST
@changes_something
@access.members(Action.ASK_FOR_HELP)
def cancel(request: HttpRequest, member: Member) -> HttpResponse:
    """The consultation is not wanted any more [予約の取消し]."""
    with transaction.atomic(), connection.cursor() as cursor:
        form = _commands.source(f"cancel {_acting.form_key(request)}")
        found = consultations.booked(cursor, member.member_id, member.at)
        if found is not None and _acting.is_meant(request, found.consultation_id):
            consultations.cancel(cursor, member.member_id, form, member.at)
    return HttpResponseRedirect(reverse("care:consultation"))
