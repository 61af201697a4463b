"""Which number is whose, and what a caller is told [電話番号の案内] · FRAUD-004, DESK-001."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from motocho.contact.directory import Channel, Desk, Number, Topic, Use, next_opening
from motocho.outside.bank import is_business_day
from motocho.outside.clock import JAPAN
from motocho.people.access import Action
from motocho.web import access, pages
from motocho.web._directory import directory
from motocho.web.access import Colleague
from motocho.web.desk._choosing import labels
from motocho.web.fields import Form, PhoneField, shown

TOPICS = labels(Topic, "cases.topic")
USES = labels(Use, "cases.use")
CHANNELS = labels(Channel, "cases.by")


class NumberForm(Form):
    """The number that somebody asks about [問合せの番号]."""

    number = PhoneField("cases.called_by", "cases.called_by_hint")


@require_safe
@access.staff(Action.LOOK)
def numbers(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """Whose a number is, which desk is for what, and which of them is open now [番号の案内]."""
    known, here = directory(), colleague.at.astimezone(JAPAN)
    on = here.date()
    form = NumberForm(request.GET if "number" in request.GET else None)
    context: dict[str, Any] = {"desk": colleague, "topics": TOPICS}
    if form.is_bound and form.is_valid():
        found = known.caller(form.cleaned_data["number"], on)
        use = "" if found.number is None else USES[found.number.use.value]
        context |= {"caller": found, "use": use, "verdict": f"cases.verdict_{found.verdict.value}"}
    wanted = request.GET.get("topic", "")
    if wanted in TOPICS:
        led = known.desk_for(Topic(wanted))
        context |= {"topic": wanted, "led": _opening(led, here), "back": known.call_back(led, on)}
    context["desks"] = [
        _opening(one, here)
        | {"numbers": [_shown(each) for each in known.numbers if each.desk == one]}
        for one in known.desks
    ]
    context |= {"today": on, "form": shown(form, pages.tongue_of(request))}
    return pages.show(request, "desk/numbers.html", context)


def _opening(desk: Desk, here: datetime) -> dict[str, Any]:
    opens = next_opening(desk.hours, here, is_business_day)
    channels = [CHANNELS[one.value] for one in desk.channels]
    return {"of": desk, "channels": channels, "opens": None if opens == here else opens}


def _shown(number: Number) -> dict[str, Any]:
    return {"of": number, "use": USES[number.use.value]}
