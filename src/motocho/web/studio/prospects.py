"""S12 and the outlook of a case: whether, until when, where, how much, at what cost [見通し].

The pages show what `claims.prospects` reasons, and keep in the case's log what it asks: days,
balances and guaranteed loans. Offers and steps are those of the case's way (`office.tracker`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from motocho.claims import prospects
from motocho.claims.prospects import (
    Agreed,
    Answers,
    Circumstances,
    Clock,
    Offer,
    Outlook,
    Period,
    Round,
    Sentence,
    Side,
    Told,
)
from motocho.claims.statement import recalculate
from motocho.kernel.conventions import Series
from motocho.law.lenders import lender_by_id
from motocho.law.published import Published, Way
from motocho.law.tables import Standing as Confirmed
from motocho.law.tables import Unverified
from motocho.office import cases
from motocho.office.cases import Case, Operation
from motocho.office.tracker import Standing, board
from motocho.units.errors import Fault, FaultyInput, InputError, Language, MotochoError, Unread
from motocho.web import fields, pages
from motocho.web.fields import DateField, Form, YenField, refusing
from motocho.web.studio import _terms, frame
from motocho.web.studio._asking import Page, TextField
from motocho.web.studio.tracker import today
from motocho.web.words import Tongue, said

MOST_YEN = 999_999_999
MOST_LOANS = 20
DEMANDED, FILED = "claim_served", "suit_filed"
"""Steps of the case's way that hold prescription."""


class PeriodField(TextField):
    """A year, a month or a day, as people remember it [時期]."""

    def read(self, text: str) -> Any | Unread:
        """Both ends of it [読取り]."""
        try:
            return prospects.read_period(text)
        except InputError as error:
            raise refusing(error.faults[0]) from None


class AskedForm(Form):
    """The three questions [3つの質問]."""

    began = PeriodField("studio.prospects.began", "studio.prospects.began_hint")
    paid_off = PeriodField(
        "studio.prospects.paid_off", "studio.prospects.paid_off_hint", optional="yes"
    )
    lender = TextField("studio.prospects.lender", "studio.prospects.lender_hint")


class FactsForm(Form):
    """What starts or holds time, and balances beside the history [事情]."""

    known_on = DateField("studio.prospects.known_on", "studio.prospects.known_hint", optional="yes")
    stopped_on = DateField(
        "studio.prospects.stopped_on", "studio.prospects.stopped_hint", optional="yes"
    )
    demanded_on = TextField(
        "studio.prospects.demanded_on", "studio.prospects.demanded_hint", optional="yes"
    )
    talks_agreed_on = DateField(
        "studio.prospects.talks_agreed_on", "studio.prospects.talks_hint", optional="yes"
    )
    talks_until_on = DateField("studio.prospects.talks_until_on", optional="yes")
    talks_refused_on = DateField("studio.prospects.talks_refused_on", optional="yes")
    filed_on = DateField("studio.prospects.filed_on", optional="yes")
    lender_balance_yen = YenField(
        "studio.prospects.lender_balance",
        "studio.prospects.lender_balance_hint",
        least_yen=0,
        most_yen=MOST_YEN,
        optional="yes",
    )
    shopping_yen = YenField(
        "studio.prospects.shopping", least_yen=0, most_yen=MOST_YEN, optional="yes"
    )
    other_income_yen = YenField(
        "studio.prospects.other_income",
        "studio.prospects.other_income_hint",
        least_yen=0,
        most_yen=MOST_YEN,
        optional="yes",
    )


class LoanForm(Form):
    """A bank loan that the lender guarantees [保証付きの借入]."""

    loan_product = TextField("studio.prospects.loan_product", "studio.prospects.loan_hint")
    loan_bank = TextField("studio.prospects.loan_bank", optional="yes")
    loan_balance_yen = YenField("studio.prospects.loan_balance", least_yen=0, most_yen=MOST_YEN)


# ------------------------------------------------------------------------------- am I affected?
@require_safe
def affected(request: HttpRequest) -> HttpResponse:
    """Three questions before anything is typed, and the answer with its reasons [簡易確認]."""
    tongue = pages.tongue_of(request)
    asked = "lender" in request.GET
    form = AskedForm(request.GET if asked else None)
    found = None
    if asked and form.is_valid():
        given = form.cleaned_data
        try:
            found = prospects.check(_answers(given), today(request))
        except InputError as error:
            form.refuse("paid_off" if given["paid_off"] else "began", error.faults[0])
    context: dict[str, Any] = {
        "form": fields.shown(form, tongue),
        "given": "",
        "check": found,
        "reasons": _explained(_said(found.reasons, tongue), tongue) if found else [],
        "verdict": f"studio.prospects.verdict_{found.verdict.value}" if found else "",
    }
    wrong = asked and found is None
    return frame.show(request, "studio/affected.html", context, status=422 if wrong else 200)


def _explained(told: list[dict[str, Any]], tongue: Tongue) -> list[dict[str, Any]]:
    """Sentences whose words of the law lead to the page that explains them."""
    return [{**one, "text": _terms.explained(one["text"], tongue)} for one in told]


def _answers(given: dict[str, Any]) -> Answers:
    paid_off: Period | None = given["paid_off"]
    return Answers(given["began"], paid_off, given["lender"])


# ------------------------------------------------------------------------------------- the outlook
@require_http_methods(["GET", "HEAD", "POST"])
def outlook(request: HttpRequest, case_id: int) -> HttpResponse:
    """The outlook of a case, and what it asks for [事件の見通し]."""
    case = cases.load(case_id)
    page = Page(request, {"facts": FactsForm, "loan": LoanForm})
    if page.carried_out(lambda given: _keep(request, case, page.which, given)):
        return HttpResponseRedirect(reverse("studio:outlook", args=[case_id]))
    if request.method == "POST" and not page.which:
        _taken(request, case)
        _remove(request, case)
        return HttpResponseRedirect(reverse("studio:outlook", args=[case_id]))
    form = page.shown
    context: dict[str, Any] = {
        "form": form,
        "given": "",
        "fact_fields": [
            (form.fields[name], case.facts.get(name, "")) for name in FactsForm.base_fields
        ],
        "loans": _loans(case),
        "lender": _lender(case),
        **_found(request, case, page.tongue),
    }
    status = 422 if form.wrong else 200
    return frame.case_page(request, "studio/outlook.html", case, context, status=status)


def _found(request: HttpRequest, case: Case, tongue: Tongue) -> dict[str, Any]:
    """The outlook, or why there is none."""
    on = today(request)
    try:
        told = _told(case, on)
        found = prospects.outlook(told, circumstances_of(case, on), max(on, _last_on(told)))
    except MotochoError as error:
        return {"outlook": None, "told": [said(one, tongue) for one in error.faults]}
    counted_to = told[0].statement.charged_until
    parts = _parts(found, told, tongue)
    contents = [(place, label) for place, label, needs in CONTENTS if not needs or parts.get(needs)]
    whole = {"outlook": found, "told": [], "counted_to": counted_to, "contents": contents}
    return whole | parts


CONTENTS = (
    ("see", "studio.prospects.see", "professional"),
    ("clock", "studio.prospects.clock", ""),
    ("line", "studio.prospects.line", ""),
    ("settling", "studio.prospects.settling", ""),
    ("to-bureau", "studio.prospects.bureau", ""),
    ("to-tax", "studio.prospects.tax", ""),
    ("to-costs", "studio.prospects.costs", "has_costs"),
    ("to-durations", "studio.prospects.durations", ""),
    ("to-unverified", "studio.prospects.unverified", "unverified"),
    ("facts", "studio.prospects.facts", ""),
)
"""Parts of the page, each with what it needs to be there; folded ones open at their text."""


def _told(case: Case, on: date) -> Sequence[Told]:
    """The scenarios, the claimed one first; with several contracts 一連 and 分断 both."""
    history = case.history()
    day = case.as_of or max([on, *(event.on for event in history.events)])
    rest = [name for name in case.scenarios if name not in {case.claimed, case.reserve}]
    names = [case.claimed, *([case.reserve] if case.reserve else []), *rest]
    told = [Told(name, case.statement(name, day)) for name in names]
    series = {each.statement.assumptions.contracts for each in told}
    if len(history.contracts()) > 1 and len(series) == 1:
        claimed = told[0].statement.assumptions
        other = Series.SEPARATE if claimed.contracts is Series.JOINED else Series.JOINED
        split = recalculate(history, replace(claimed, contracts=other), as_of=day)
        told.append(Told(SERIES_NAMES[other], split))
    return told


SERIES_NAMES = {Series.JOINED: "一連", Series.SEPARATE: "分断"}


def _last_on(told: Sequence[Told]) -> date:
    return max(event.on for event in told[0].statement.history.events)


def circumstances_of(case: Case, on: date) -> Circumstances:
    """What the case keeps, and what its way shows.

    Raises    FaultyInput for a text of the case that cannot be read.
    """
    found = prospects.read_circumstances({**case.facts, "lender": case.lender}, case.findings)
    standing = board.standing(case.case_id, on)
    done = {one.step.id: one.on for one in standing.track.done}
    demanded = found.steps.demanded_on or tuple(
        one.on for one in standing.track.done if one.step.id == DEMANDED
    )
    steps = replace(
        found.steps, demanded_on=demanded, filed_on=found.steps.filed_on or done.get(FILED)
    )
    return replace(found, steps=steps, offers=tuple(_offers(standing)), agreed=_agreed(standing))


def _agreed(standing: Standing) -> Agreed | None:
    """The fee as the case has it, if one was agreed."""
    event = standing.track.fees
    if event is None:
        return None
    return Agreed(event.number("talks_ppm"), event.number("suit_ppm"), event.number("fixed_yen"))


def _offers(standing: Standing) -> Iterable[Offer]:
    """Rounds as the talks of the case have them."""
    sued_on = [one.on for one in standing.track.done if one.step.id == FILED]
    for one in standing.track.offers:
        event = one.event
        way = Way.SUIT if sued_on and sued_on[0] <= event.on else Way.TALKS
        yield Offer(
            event.on,
            event.text("by"),
            event.number("amount_yen"),
            event.day("pay_on"),
            way,
            event.text("text"),
        )


def _keep(request: HttpRequest, case: Case, which: str, given: dict[str, Any]) -> None:
    """What was sent becomes operations of the case's log."""
    operations: list[Operation]
    if which == "loan":
        finding = {
            "product": given["loan_product"],
            "bank": given["loan_bank"] or "",
            "balance_yen": str(given["loan_balance_yen"]),
        }
        number = len([name for name in case.findings if name.startswith(prospects.LOAN)])
        if number >= MOST_LOANS:
            raise InputError(Fault("PRS-005", details={"most": str(MOST_LOANS)}))
        name = f"{prospects.LOAN}{case.seq + 1:06d}"
        operations = [{"op": "set_finding", "name": name, "finding": finding}]
    else:
        texts = {name: _text(given[name]) for name in prospects.FACTS}
        prospects.read_circumstances(
            {name: text for name, text in texts.items() if text is not None}, {}
        )
        operations = [
            {"op": "set_fact", "name": name, "value": text}
            for name, text in texts.items()
            if text != case.facts.get(name)
        ]
    if operations:
        _apply(request, case, operations)


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    return value.isoformat() if isinstance(value, date) else str(value)


def _taken(request: HttpRequest, case: Case) -> None:
    """The lender's name and head office from the directory, for the papers."""
    lender = prospects.the_lender(case.lender)
    if lender is None or lender.address is None or "take_lender" not in request.POST:
        return
    facts = {"lender_name": lender.name, "lender_address": lender.address.address}
    operations: list[Operation] = [
        {"op": "set_fact", "name": name, "value": text}
        for name, text in facts.items()
        if case.facts.get(name) != text
    ]
    if operations:
        _apply(request, case, operations)


def _remove(request: HttpRequest, case: Case) -> None:
    name = request.POST.get("remove", "")
    if name.startswith(prospects.LOAN) and name in case.findings:
        _apply(request, case, [{"op": "set_finding", "name": name, "finding": None}])


def _apply(request: HttpRequest, case: Case, operations: Sequence[Operation]) -> None:
    cases.apply(
        case.case_id,
        operations,
        actor=frame.actor_of(request),
        at=pages.moment(request),
        expected_seq=case.seq,
    )


# ------------------------------------------------------------------------------------ what is shown
def _lender(case: Case) -> dict[str, Any] | None:
    """What the directory holds of the other side; nothing where it does not know the name."""
    lender = prospects.the_lender(case.lender)
    if lender is None:
        return None
    address = lender.address
    return {
        "lender": lender,
        "names": "、".join(dict.fromkeys(each.name for each in lender.names)),
        "address": address,
        "is_taken": address is not None and case.facts.get("lender_address") == address.address,
        "goes_to": [
            (lender_by_id(each.to).name, f"studio.prospects.duty_{each.duty.value}", each.source)
            for each in lender.successions
        ],
    }


def _loans(case: Case) -> list[dict[str, Any]]:
    """The loans that were noted; one that cannot be read stands as it was noted, to be removed."""
    found = []
    for name in sorted(case.findings):
        if name.startswith(prospects.LOAN):
            noted = case.findings[name]
            try:
                loan = prospects.read_loan(noted)
            except FaultyInput:
                loan = None
            found.append({"name": name, "loan": loan, "noted": " ".join(map(str, noted.values()))})
    return found


def _said(sentences: Iterable[Sentence], tongue: Tongue) -> list[dict[str, Any]]:
    """Sentences in the page's tongue, each with its law and its source."""
    return [
        {
            "text": each.text(tongue.language),
            "law": "、".join(each.citations),
            "source": each.source,
            "unverified": each.standing is Confirmed.UNVERIFIED,
            "professional": each.sends_to_a_professional,
        }
        for each in dict.fromkeys(sentences)
    ]


def _parts(found: Outlook, told: Sequence[Told], tongue: Tongue) -> dict[str, Any]:
    language = tongue.language
    bureau = found.bureau
    return {
        "professional": _said(found.professional, tongue),
        "clocks": [
            {**_clock(each, tongue), "series": _series(one)}
            for each, one in zip(found.clocks, told, strict=True)
        ],
        "line_reasons": _said(found.line.reasons, tongue),
        "whole": [_round(each, tongue) for each in found.settling.whole],
        "rounds": [_round(each, tongue) for each in found.settling.rounds],
        "settling_reasons": _said(found.settling.reasons, tongue),
        "published": _published(found.settling.published, language),
        "record": f"studio.prospects.record_{bureau.record.value}",
        "bureau_reasons": _said(bureau.reasons, tongue),
        "effects": _said(bureau.side_effects, tongue),
        "tax_reasons": _said(found.tax.reasons, tongue),
        "certificates": [
            (f"studio.prospects.certificate_{way.value}", yen)
            for way, yen in (found.costs.certificates if found.costs else ())
        ],
        "actions": [
            (
                f"studio.prospects.route_{each.route.value}",
                f"studio.prospects.route_name_{each.route.value}",
                each,
            )
            for each in (found.costs.actions if found.costs else ())
        ],
        "durations": _published(found.durations, language),
        "has_costs": found.costs is not None,
        "unverified": _unverified(found, language),
    }


def _round(each: Round, tongue: Tongue) -> dict[str, Any]:
    return {
        "round": each,
        "way": f"studio.prospects.way_{each.offer.way.value}",
        "by": f"studio.track.by.{each.offer.by}" if each.offer.by else "",
        "warnings": _said(each.warnings, tongue),
        "payouts": [
            (f"studio.prospects.handling_{one.handling.value}", one) for one in each.payouts
        ],
    }


def _series(told: Told) -> str:
    """Whether a scenario takes several contracts for one dealing; empty for a single one."""
    statement = told.statement
    if len(statement.history.contracts()) < 2:
        return ""
    return f"studio.prospects.series_{statement.assumptions.contracts.public_name}"


def _clock(clock: Clock, tongue: Tongue) -> dict[str, Any]:
    return {
        "clock": clock,
        "lender_yen": clock.lost_yen(Side.LENDER),
        "claimant_yen": clock.lost_yen(Side.CLAIMANT),
        "counts": [
            {
                "count": each,
                "side": f"studio.prospects.side_{each.side.value}",
                "start": f"studio.prospects.start_{each.start.value}",
                "losses": [
                    (loss, f"studio.prospects.state_{loss.state.value}") for loss in each.losses
                ],
                "reasons": _said(each.reasons, tongue),
            }
            for each in clock.counts
        ],
    }


def _published(entries: Iterable[Published], language: Language) -> list[dict[str, Any]]:
    return [
        {
            "entry": each,
            "range": each.text_ja if language is Language.JA else each.text_en,
            "way": f"studio.prospects.way_{each.way.value}",
            "who": f"studio.prospects.who_{each.who.value}",
        }
        for each in entries
    ]


def _unverified(found: Outlook, language: Language) -> list[str]:
    rows: list[Unverified] = [*found.settling.unverified, *found.tax.unverified]
    rows += found.costs.unverified if found.costs else ()
    return [each.text(language) for each in dict.fromkeys(rows)]
