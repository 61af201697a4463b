"""Talks with a lender: rounds of offers, what was agreed, the sheet for a call [話し合い]."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from motocho.office.tracker import (
    Kind,
    Told,
    board,
    callsheet,
    keeping,
)
from motocho.units.errors import Fault, InputError
from motocho.web import pages
from motocho.web.fields import DateField, Form, RateField, YenField
from motocho.web.studio import _asking, tracker
from motocho.web.studio._asking import Page, TallField, TextField

MOST_YEN = 1_000_000_000_000
MOST_PPM = 300_000
ANSWERS = ("declined", "accepted", "countered")
SIDES = ("lender", "client")


class OfferForm(Form):
    """An offer of one side [提案の記録]."""

    offer_yen = YenField("studio.talk.offer_yen", most_yen=MOST_YEN)
    offer_on = DateField("studio.track.on")
    offer_pay_on = DateField("studio.talk.pay_on", optional="yes")
    offer_answer_by = DateField("studio.talk.answer_by", optional="yes")
    offer_note = TextField("studio.track.note", optional="yes")


class TalkForm(Form):
    """What was said [話の記録]."""

    talk_on = DateField("studio.track.on")
    talk_with = TextField("studio.talk.with")
    talk_text = TallField("studio.talk.said")


class PromiseForm(Form):
    """What is to be paid and when [支払の約束]."""

    promise_yen = YenField("studio.talk.promise_yen", most_yen=MOST_YEN)
    promise_pay_on = DateField("studio.talk.pay_on")
    promise_damages = RateField(
        "studio.talk.damages", "studio.talk.damages_hint", least_ppm=0, most_ppm=MOST_PPM
    )


TALK_FORMS: Mapping[str, type[Form]] = {
    "offer": OfferForm,
    "talk": TalkForm,
    "promise": PromiseForm,
}


@require_http_methods(["GET", "HEAD", "POST"])
def talks(request: HttpRequest, case_id: int) -> HttpResponse:
    """Rounds of offers, talks, what was agreed [話し合い]."""
    page = Page(request, TALK_FORMS)
    if page.carried_out(lambda given: _note(request, case_id, page.which, given)):
        return HttpResponseRedirect(reverse("studio:talks", args=[case_id]))
    if request.method == "POST" and not page.which:
        _answer(request, case_id)
        return HttpResponseRedirect(reverse("studio:talks", args=[case_id]))
    standing = board.standing(case_id, tracker.today(request))
    context = {
        "sheet": callsheet.sheet(standing),
        "rounds": _rounds(callsheet.sheet(standing)),
        "answers": [(one, f"studio.talk.answer.{one}") for one in ANSWERS],
        "sides": [(one, f"studio.track.by.{one}") for one in SIDES],
        "promise": standing.track.promise,
        "side": request.POST.get("by", ""),
    }
    return tracker.case_page(request, "studio/talks.html", standing, context, page)


def _note(request: HttpRequest, case_id: int, which: str, given: dict[str, Any]) -> None:
    on, ref = tracker.today(request), _asking.ref_of(request)
    match which:
        case "offer":
            by = request.POST.get("by", "")
            if by not in SIDES:
                raise InputError(Fault("TRK-017"))
            body: dict[str, Any] = {
                "by": by,
                "amount_yen": given["offer_yen"],
                "pay_on": _iso(given["offer_pay_on"]),
                "answer_by": _iso(given["offer_answer_by"]),
                "text": given["offer_note"] or "",
            }
            told = Told(Kind.OFFER, given["offer_on"], body, ref)
        case "talk":
            body = {"by": "lender", "with": given["talk_with"]}
            body["text"] = f"{given['talk_with']}\n{given['talk_text']}"
            told = Told(Kind.TALK, given["talk_on"], body, ref)
        case _:
            body = {
                "amount_yen": given["promise_yen"],
                "pay_on": _iso(given["promise_pay_on"]),
                "damages_ppm": given["promise_damages"],
            }
            told = Told(Kind.PROMISE, on, body, ref)
    keeping.note(case_id, told, tracker.made_by(request))


def _iso(on: date | None) -> str:
    return "" if on is None else on.isoformat()


def _answer(request: HttpRequest, case_id: int) -> None:
    """The buttons beside an offer: how it was answered."""
    answer, of = request.POST.get("answer", ""), request.POST.get("of", "")
    if answer not in ANSWERS or not of.isdigit():
        raise InputError(Fault("TRK-004"))
    body = {"of": int(of), "answer": answer}
    told = Told(Kind.ANSWER, tracker.today(request), body, _asking.ref_of(request))
    keeping.note(case_id, told, tracker.made_by(request))


def _rounds(sheet: callsheet.CallSheet) -> list[dict[str, Any]]:
    """Offers as the page and the sheet show them."""
    return [
        {
            "round": one,
            "event": one.offer.event,
            "by": f"studio.track.by.{one.offer.event.text('by')}",
            "answer": f"studio.talk.answer.{one.offer.answer}" if one.offer.answer else "",
            "pay_on": one.offer.event.day("pay_on"),
        }
        for one in sheet.rounds
    ]


@require_safe
def call_sheet(request: HttpRequest, case_id: int) -> HttpResponse:
    """One page for a call: what to say, what not to accept, what to write down [電話のシート]."""
    standing = board.standing(case_id, tracker.today(request))
    sheet = callsheet.sheet(standing)
    tongue = pages.tongue_of(request)
    context = {
        "sheet": sheet,
        "lender": board.lender_name(standing.case),
        "rounds": _rounds(sheet),
        "days": [tracker.day_shown(one, standing.on, tongue) for one in sheet.days],
        "say": [f"studio.call.say.{one}" for one in ("who", "claim", "offer", "basis", "when")],
        "refuse": [
            f"studio.call.refuse.{one}" for one in ("zero", "now", "oral", "discount", "clause")
        ],
        "write": [f"studio.call.write.{one}" for one in ("who", "yen", "day", "why", "next")],
    }
    return tracker.case_page(request, "studio/call_sheet.html", standing, context)
