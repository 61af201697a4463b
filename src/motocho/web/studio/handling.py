"""A case's money, papers and conflicts: what came, what is held, who is touched [預り金と書類]."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from motocho.claims import prospects
from motocho.office import cases
from motocho.office.cases import Operation
from motocho.office.tracker import (
    Event,
    Flow,
    Held,
    Kind,
    Paper,
    Profession,
    Road,
    Standing,
    Terms,
    Told,
    Way,
    board,
    conflicts,
    fees,
    keeping,
    money,
    receipts,
    shelf,
)
from motocho.units.errors import Fault, FaultyInput, InputError
from motocho.web import pages
from motocho.web.fields import DateField, Form, RateField, YenField
from motocho.web.studio import _asking, frame, tracker
from motocho.web.studio._asking import Page, TextField
from motocho.web.words import Tongue, said

MOST_SHARE_PPM = 1_000_000
REFUNDS = "refunds"
"""The fact of a case that says what was paid back."""
DECISIONS = ("clear", "accepted", "declined")


class PaidForm(Form):
    """What the lender paid [入金の記録]."""

    paid_yen = YenField("studio.money.paid_yen", most_yen=money.MOST_YEN)
    paid_on = DateField("studio.track.on")


class FlowForm(Form):
    """A movement of the client's money [預り金の入出金]."""

    flow_yen = YenField("studio.money.yen", most_yen=money.MOST_YEN)
    flow_on = DateField("studio.track.on")
    flow_note = TextField("studio.track.note", optional="yes")


class FeesForm(Form):
    """What was agreed about the fee [報酬の合意]."""

    fees_on = DateField("studio.money.agreed_on")
    fees_talks = RateField("studio.money.talks_share", least_ppm=0, most_ppm=MOST_SHARE_PPM)
    fees_suit = RateField("studio.money.suit_share", least_ppm=0, most_ppm=MOST_SHARE_PPM)
    fees_fixed = YenField("studio.money.fixed", least_yen=0, most_yen=money.MOST_YEN)


class CountForm(Form):
    """What was paid back, as the calculation shall have it [返還金への反映]."""

    count_text = TextField("studio.money.count_text", "studio.money.count_hint")


MONEY_FORMS: Mapping[str, type[Form]] = {
    "paid": PaidForm,
    "flow": FlowForm,
    "fees": FeesForm,
    "count": CountForm,
}


@require_http_methods(["GET", "HEAD", "POST"])
def purse(request: HttpRequest, case_id: int) -> HttpResponse:
    """What came of what was promised, the client's money, the fee [お金]."""
    page = Page(request, MONEY_FORMS)
    if page.carried_out(lambda given: _put(request, case_id, page.which, given)):
        return HttpResponseRedirect(reverse("studio:money", args=[case_id]))
    standing = board.standing(case_id, tracker.today(request))
    context = {
        "receipt": standing.receipt,
        "promise": standing.track.promise,
        "pay_on": standing.track.promise.day("pay_on") if standing.track.promise else None,
        "account": money.statement(case_id),
        "lines": _lines(money.statement(case_id)),
        "flows": [(one.value, f"studio.money.flow.{one.value}") for one in Flow],
        "paid_to": [(one.value, f"studio.money.to.{one.value}") for one in Held],
        "professions": [(one.value, f"studio.money.by.{one.value}") for one in Profession],
        "fees": _fees(standing, page.tongue),
        "uncounted": _uncounted(standing),
    }
    return tracker.case_page(request, "studio/money.html", standing, context, page)


def _put(request: HttpRequest, case_id: int, which: str, given: dict[str, Any]) -> None:
    made, ref = tracker.made_by(request), _asking.ref_of(request)
    match which:
        case "paid":
            to = Held(_one_of(request, "to", [one.value for one in Held]))
            entry = money.Entry(Flow.FROM_LENDER, given["paid_yen"], given["paid_on"], "", ref)
            money.receive(case_id, entry, made, held=to)
        case "flow":
            flow = Flow(_one_of(request, "flow", [one.value for one in Flow]))
            note = given["flow_note"] or ""
            entry = money.Entry(flow, given["flow_yen"], given["flow_on"], note, ref)
            money.put(case_id, entry, made)
        case "count":
            _count(request, case_id, given["count_text"])
        case _:
            terms = Terms(
                Profession(_one_of(request, "profession", [one.value for one in Profession])),
                given["fees_talks"],
                given["fees_suit"],
                given["fees_fixed"],
                given["fees_on"],
            )
            keeping.note(case_id, Told(Kind.FEES, terms.on, _terms_body(terms), ref), made)


def _uncounted(standing: Standing) -> str:
    """What the calculation would have with the payments that it does not know; empty for none."""
    stated = standing.case.facts.get(REFUNDS, "")
    try:
        found = receipts.with_noted(standing.track, stated)
    except FaultyInput:
        return ""  # the text says of itself, where it stands, that it cannot be read
    return "" if found == stated.strip() else found


def _count(request: HttpRequest, case_id: int, text: str) -> None:
    """The text becomes a fact of the case, where the calculation can take it.

    Raises    FaultyInput for what cannot be read, came before a dealing, or is more than is due.
    """
    case = cases.load(case_id)
    faults: list[Fault] = []
    refunds = prospects.read_refunds({**case.facts, REFUNDS: text}, faults)
    if faults:
        raise FaultyInput(*faults)
    if case.rows:
        prospects.due_of(case.statement(), refunds)
    operations: list[Operation] = [{"op": "set_fact", "name": REFUNDS, "value": text}]
    made = tracker.made_by(request)
    cases.apply(case_id, operations, actor=made.actor, at=made.at, expected_seq=case.seq)


def _one_of(request: HttpRequest, name: str, known: tuple[str, ...] | list[str]) -> str:
    chosen = request.POST.get(name, "")
    if chosen not in known:
        raise InputError(Fault("TRK-017"))
    return chosen


def _terms_body(terms: Terms) -> dict[str, Any]:
    return {
        "profession": terms.profession.value,
        "talks_ppm": terms.talks_ppm,
        "suit_ppm": terms.suit_ppm,
        "fixed_yen": terms.fixed_yen,
    }


def _terms(event: Event) -> Terms:
    return Terms(
        Profession(event.text("profession")),
        event.number("talks_ppm"),
        event.number("suit_ppm"),
        event.number("fixed_yen"),
        event.on,
    )


def _fees(standing: Standing, tongue: Tongue) -> dict[str, Any] | None:
    """The agreement about the fee, what is above the caps, and what the fee comes to."""
    event = standing.track.fees
    if event is None:
        return None
    terms = _terms(event)
    paid_yen = standing.receipt.paid_yen if standing.receipt else 0
    was_sued = any(one.step.id == "suit_filed" for one in standing.track.done)
    road = Road.SUIT if was_sued else Road.TALKS
    return {
        "terms": terms,
        "by": f"studio.money.by.{terms.profession.value}",
        "beyond": [said(fault, tongue) for fault in fees.beyond_caps(terms)],
        "is_verified": fees.is_verified(terms.profession, terms.on),
        "fee": fees.fee(terms, paid_yen, road, standing.on),
        "recovered_yen": paid_yen,
    }


def _lines(account: money.Account) -> list[dict[str, Any]]:
    return [
        {"entry": one, "label": f"studio.money.flow.{one.flow.value}", "is_in": one.flow.is_in}
        for one in account.entries
    ]


# ------------------------------------------------------------------------------------------ papers
class PaperForm(Form):
    """A paper for the shelf [書類の登録]."""

    paper_title = TextField("studio.shelf.name")
    paper_on = DateField("studio.track.on")


@require_http_methods(["GET", "HEAD", "POST"])
def papers(request: HttpRequest, case_id: int) -> HttpResponse:
    """Papers that came and went [書類]."""
    page = Page(request, {"paper": PaperForm})
    if page.carried_out(lambda given: _keep(request, case_id, given)):
        return HttpResponseRedirect(reverse("studio:shelf", args=[case_id]))
    standing = board.standing(case_id, tracker.today(request))
    context = {
        "listed": [(one, f"studio.shelf.{one.way.value}") for one in shelf.listed(case_id)],
        "ways": [(one.value, f"studio.shelf.{one.value}") for one in Way],
        "most": shelf.MOST_BYTES >> 20,
    }
    return tracker.case_page(request, "studio/shelf.html", standing, context, page)


def _keep(request: HttpRequest, case_id: int, given: dict[str, Any]) -> None:
    sent = request.FILES.get("file")
    if sent is None or (sent.size or 0) > shelf.MOST_BYTES:
        raise InputError(Fault("TRK-012", details={"most": str(shelf.MOST_BYTES >> 20)}))
    way = Way(_one_of(request, "way", [one.value for one in Way]))
    paper = Paper(way, given["paper_on"], sent.name or "", given["paper_title"], sent.read())
    shelf.keep(case_id, paper, tracker.made_by(request))


@require_safe
def paper(request: HttpRequest, case_id: int, paper_no: int) -> HttpResponse:  # noqa: ARG001
    """A paper as it came or went, to be kept and not to be run [書類の取り出し]."""
    kept = [one for one in shelf.listed(case_id) if one.paper_no == paper_no]
    content = shelf.content_of(case_id, paper_no)
    response = HttpResponse(content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = _as_file(kept[0].name)
    response["Cache-Control"] = "no-store"
    return response


def _as_file(name: str) -> str:

    return content_disposition_header(as_attachment=True, filename=name) or "attachment"


# --------------------------------------------------------------------------------------- conflicts
class DecisionForm(Form):
    """What was decided about a conflict [利益相反の判断]."""

    decision_note = TextField("studio.conflict.why")


@require_http_methods(["GET", "HEAD", "POST"])
def conflict_check(request: HttpRequest, case_id: int) -> HttpResponse:
    """Other cases that touch this one, and what was decided [利益相反の確認]."""
    page = Page(request, {"decision": DecisionForm})
    if page.carried_out(lambda given: _decide(request, case_id, given)):
        return HttpResponseRedirect(reverse("studio:conflicts", args=[case_id]))
    standing = board.standing(case_id, tracker.today(request))
    hits = board.conflicts_of(case_id)
    tongue = pages.tongue_of(request)
    context = {
        "hits": [
            {
                "hit": one,
                "why": f"studio.conflict.{one.why.value}",
                "is_hard": one.why in conflicts.HARD,
                "name": frame.name_of(cases.load(one.case_id), tongue),
            }
            for one in hits
        ],
        "decisions": [(one, f"studio.conflict.{one}") for one in DECISIONS],
        "decided": standing.track.conflict,
        "decided_label": _decided(standing.track.conflict),
        "party": board.party_of(standing.case),
    }
    return tracker.case_page(request, "studio/conflicts.html", standing, context, page)


def _decided(event: Event | None) -> str:
    return "" if event is None else f"studio.conflict.{event.text('decision')}"


def _decide(request: HttpRequest, case_id: int, given: dict[str, Any]) -> None:
    hits = board.conflicts_of(case_id)
    body = {
        "decision": _one_of(request, "decision", DECISIONS),
        "text": given["decision_note"],
        "hits": [[one.case_id, one.why.value] for one in hits],
    }
    told = Told(Kind.CONFLICT, tracker.today(request), body, _asking.ref_of(request))
    keeping.note(case_id, told, tracker.made_by(request))
