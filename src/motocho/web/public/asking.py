"""Pages that answer a question: whose number, what a loan costs [問い合わせの画面]."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from motocho.contact.directory import Use, Verdict
from motocho.law.interest import ceiling_ppm
from motocho.loans.outlook import MOST_PAYMENTS, beside, least_monthly_yen, new_loan, outlook
from motocho.units.days import both_calendars_text, read_date
from motocho.units.errors import Fault, Unread
from motocho.units.money import SignRule, court_yen_text, read_yen, yen_text
from motocho.web import pages
from motocho.web._directory import directory
from motocho.web.fields import Form, PhoneField, RateField, YenField, shown
from motocho.web.words import Tongue, say, yen


class NumberForm(Form):
    """The number that called [着信した番号]."""

    number = PhoneField("number.field", "number.field_hint")


@require_safe
def number(request: HttpRequest) -> HttpResponse:
    """「その電話番号は当社?」: yes, no, or not known, and where to call back [番号の確認].

    Law       FRAUD-004: only the published list is asked; what is not in it is never called ours.
    """
    form = NumberForm(request.GET if "number" in request.GET else None)
    context: dict[str, Any] = {}
    if form.is_bound and form.is_valid():
        context["answer"] = _verdict(form.cleaned_data["number"], pages.moment(request).date())
    context["form"] = shown(form, pages.tongue_of(request))
    return pages.show(request, "public/number.html", context)


def _verdict(digits: str, on: date) -> Mapping[str, Any]:
    found = directory().caller(digits, on)
    answer: dict[str, Any] = {"digits": found.text, "verdict": found.verdict.value}
    if found.number is not None:
        answer |= {"calls_out": found.number.use is not Use.IN}
        answer |= {"takes_calls": found.number.use is not Use.OUT}
    elif found.verdict is Verdict.NO:
        answer["was_ours"] = bool(found.was_ours)
    return answer | {"desk": found.desk, "back": found.back}


LEAST_YEN = 1_000
MOST_YEN = 8_000_000
LEAST_PPM = 1_000
MOST_PPM = 292_000
"""The highest rate of a lender's contract until 2010: older contracts are asked too."""


class LoanForm(Form):
    """A loan to reckon [返済の計算]."""

    principal = YenField(
        "calculator.principal", "calculator.principal_hint", least_yen=LEAST_YEN, most_yen=MOST_YEN
    )
    rate = RateField(
        "calculator.rate", "calculator.rate_hint", least_ppm=LEAST_PPM, most_ppm=MOST_PPM
    )
    monthly = YenField(
        "calculator.monthly", "calculator.monthly_hint", least_yen=LEAST_YEN, most_yen=MOST_YEN
    )


@require_safe
def calculator(request: HttpRequest) -> HttpResponse:
    """How many payments, and how much interest, before a loan [返済シミュレーション]."""
    form = LoanForm(request.GET if "principal" in request.GET else None)
    today = pages.moment(request).date()
    context: dict[str, Any] = {"today": today}
    if form.is_bound and form.is_valid():
        context |= _reckoned(form, today)
    context["form"] = shown(form, pages.tongue_of(request))
    return pages.show(request, "public/calculator.html", context)


def _reckoned(form: LoanForm, today: date) -> dict[str, Any]:
    asked = form.cleaned_data
    principal_yen, rate_ppm, monthly_yen = asked["principal"], asked["rate"], asked["monthly"]
    least = least_monthly_yen(principal_yen, rate_ppm)
    if monthly_yen < least:
        details = {"amount": yen_text(monthly_yen), "least": yen_text(least)}
        form.refuse("monthly", Fault("WEB-005", details=details))
        return {}
    state = new_loan(principal_yen, rate_ppm, today)
    found = outlook(state, monthly_yen)
    if found is None:
        details = {"amount": yen_text(monthly_yen), "count": str(MOST_PAYMENTS)}
        form.refuse("monthly", Fault("WEB-008", details=details))
        return {}
    lawful = ceiling_ppm(principal_yen, today)
    return {
        "found": found,
        "beside": beside(state, monthly_yen),
        "principal_yen": principal_yen,
        "rate_ppm": rate_ppm,
        "above_ppm": lawful if rate_ppm > lawful else None,
    }


# --------------------------------------------------------------------------------------- the echo
@require_safe
def echo(request: HttpRequest, reader: str) -> HttpResponse:
    """What a field would be read as, shown below it while somebody types [読取り結果の表示].

    Nothing is said of what cannot be read yet: faults come when the form is sent.
    """
    read = READERS.get(reader)
    if read is None:
        raise Http404
    typed = next(iter(request.GET.values()), "")[:100]
    return HttpResponse(read(str(typed), pages.tongue_of(request)))


def _echo_yen(typed: str, tongue: Tongue) -> str:
    found = read_yen(typed, sign=SignRule.NONE)
    if isinstance(found, Unread):
        return ""
    spoken = court_yen_text(found)
    return say("frame.echo_yen", tongue, amount=yen(found, tongue), spoken=spoken)


def _echo_date(typed: str, tongue: Tongue) -> str:
    found = read_date(typed)
    return (
        ""
        if isinstance(found, Unread)
        else say("frame.echo_date", tongue, day=both_calendars_text(found.on))
    )


READERS: Mapping[str, Callable[[str, Tongue], str]] = {"yen": _echo_yen, "date": _echo_date}
