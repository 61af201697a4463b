"""An application whole: what to read first, every rule, the word on it [申込みの審査].

    J → five lines → A, or R with a reason, or E to a second person → the next one

Whoever judges sends back the mark of what stood on the page. What the applicant will read stands
there before anything is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from motocho.people import members, staff
from motocho.people.access import Action
from motocho.screening import applications
from motocho.screening.applications import (
    ApplicationKey,
    Reason,
    Why,
    queue,
    refusals,
    reviews,
    steps,
)
from motocho.screening.decision import Decision, Verdict, verdict_word
from motocho.units.errors import Fault
from motocho.web import access, pages
from motocho.web.access import Colleague
from motocho.web.desk._covering import once_known
from motocho.web.desk.screening import _lines, listing
from motocho.web.desk.screening._held import (
    KINDS,
    USES,
    Held,
    faults,
    form_of,
    held,
    to,
    tried,
)
from motocho.web.words import Tongue

DONE: Mapping[str, str] = {
    one: f"screening.done_{one}"
    for one in ("entered", "confirmed", "checked", "identified", "decided", "shown", "concluded")
} | dict(listing.DONE)
Told = tuple[tuple[str, str], ...]
_ACTS = ("approve", "refuse", "hand_on", "decide")


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.REVIEW_DOCUMENT)
@once_known
def application(
    request: HttpRequest, colleague: Colleague, member_id: int, application_id: int
) -> HttpResponse:
    """One application; approved, refused, handed on by the mark of what was read [審査] · LEND-001.

    Raises    NotFoundError where there is none, or its member is not to be looked at.
    """
    wrong: tuple[Fault, ...] = ()
    with transaction.atomic(), connection.cursor() as cursor:
        of = held(cursor, colleague, member_id, application_id)
        rows = queue.waiting(cursor, of.staff)
    if request.method == "POST":
        does = request.POST.get("do", "")
        wrong = _done(request, colleague, of, does) if does in _ACTS else (Fault("SCR-263"),)
        if not wrong:
            return _next(of.key, does, rows)
    with transaction.atomic(), connection.cursor() as cursor:
        of = held(cursor, colleague, member_id, application_id)
        context = _context(request, cursor, colleague, of)
    before, after = listing.beside(rows, of.key)
    tongue = pages.tongue_of(request)
    context |= {"wrong": faults(wrong, tongue), "before": before, "after": after,
                "typed": request.POST.get("words", "") if wrong else "",
                "chosen": request.POST.get("reason", "") if wrong else "",
                "opened": request.POST.get("do", "") if wrong else "",
                "done": DONE.get(request.GET.get("done", ""), "")}  # fmt: skip
    page = "desk/screening/application.html"
    return pages.show(request, page, context, status=422 if wrong else 200)


def _next(key: ApplicationKey, does: str, rows: list[queue.Row]) -> HttpResponse:
    """To the one that waits next; with the last one done, to the list."""
    if does == "decide":
        return to("application", key, "decided")
    words = {"approve": "approved", "refuse": "refused", "hand_on": "handed_on"}
    _, after = listing.beside(rows, key)
    if after is None or after == key:
        return HttpResponseRedirect(f"{reverse('desk:screening')}?done={words[does]}")
    return to("application", after, words[does])


def _done(request: HttpRequest, colleague: Colleague, of: Held, does: str) -> tuple[Fault, ...]:
    """Do what was asked for, of what stood on the page; why not, or nothing."""
    mark, at = request.POST.get("mark", ""), colleague.at
    form = form_of(request, colleague, does)
    why = _why(request)
    if why is None and does in {"refuse", "hand_on"}:
        return (Fault("SCR-263"),)
    said = why or Why(Reason.OTHER)
    acts: Mapping[str, Callable[[Any], object]] = {
        "approve": lambda cursor: reviews.approve(cursor, of.key, mark, of.staff, at),
        "refuse": lambda cursor: reviews.refuse(cursor, of.key, (mark, said), of.staff, form),
        "hand_on": lambda cursor: reviews.hand_on(cursor, of.key, said, of.staff, form),
        "decide": lambda cursor: applications.make(cursor, of.key, of.staff, at),
    }
    return tried(acts[does])


def _why(request: HttpRequest) -> Why | None:
    known = {one.value: one for one in Reason}
    chosen = known.get(request.POST.get("reason", ""))
    return None if chosen is None else Why(chosen, request.POST.get("words", ""))


# ----------------------------------------------------------------------------------------- showing
def _context(request: HttpRequest, cursor: Any, colleague: Colleague, of: Held) -> dict[str, Any]:
    tongue, one = pages.tongue_of(request), of.application
    seen = reviews.seen(cursor, one, of.staff.actor, colleague.at)
    names = {each.staff_id: each.name for each in staff.accounts(cursor)}
    member = members.one(cursor, of.key.member_id)
    about = _lines.About(cursor, of, tongue, names)
    context: dict[str, Any] = {
        "desk": colleague,
        "one": one,
        "member": member,
        "kind": KINDS[one.kind.value],
        "use": USES[one.wanted.use.value],
        "seen": seen,
        "outcome": "" if one.outcome is None else f"screening.outcome_{one.outcome.value}",
        "steps": [(step.what(tongue.language), step.fix(tongue.language),
                   f"screening.turn_{step.turn.value}")
                  for step in steps.steps(cursor, one, colleague.at)],
        "calls": [(call.what(tongue.language), call.fix(tongue.language))
                  for call in steps.calls(cursor, one)],
        "reviews": [(each, f"screening.review_{each.kind.value}",
                     refusals.reason_word(each.why.reason, tongue.language),
                     names.get(each.staff_id, "")) for each in reviews.every(cursor, of.key)],
        "checks": _lines.checks(about),
        "papers": _lines.papers(about),
        "employments": _lines.employments(about),
        "documents": _lines.handed_in(about),
        "identity": _lines.identity(about),
        "claimed": _lines.claimed(about),
        "inquiries": _lines.inquiries(about),
        "alike": _lines.alike(about),
        "told_before": _lines.told(about, colleague.at),
        "past": _lines.past(about),
    }  # fmt: skip
    if seen is not None:
        context |= _judged(about, seen, member.member_number)
        context |= _may(cursor, of, seen, colleague, tongue)
        standing = seen.standing
        context["approvers"] = [] if standing is None else [
            names.get(number, "") for number in standing.approved_by
        ]  # fmt: skip
    return context


def _judged(about: _lines.About, seen: reviews.Seen, number: str) -> dict[str, Any]:
    decision, language = seen.decision, about.tongue.language
    offer = decision.offer
    return {
        "verdict": verdict_word(decision.verdict, language),
        "offer": offer,
        "lines": _lines.first(about, decision, number),
        "facts": _lines.facts(decision, about.tongue),
        "rules": _lines.rules(decision, about.tongue),
        "bureau": _lines.bureau(decision, about.tongue),
        "compared": _lines.compared(about, decision),
        "told": decision.told(language) if decision.verdict is Verdict.NEEDS else (),
        "offered_words": _lines.offered(language) if offer is not None else (),
    }


def _may(
    cursor: Any, of: Held, seen: reviews.Seen, colleague: Colleague, tongue: Tongue
) -> dict[str, Any]:
    """What may be pressed: never a button that only refuses."""
    one, verdict = of.application, seen.decision.verdict
    bars = reviews.bars(cursor, of.key, of.staff, colleague.at) if one.is_open else ()
    standing = seen.standing
    has_approved = standing is not None and of.staff.staff_id in standing.approved_by
    is_full = standing is not None and standing.is_approved
    may_approve = one.is_open and seen.decision.offer is not None and not (has_approved or is_full)
    return {
        "bars": faults(bars, tongue) if may_approve else [],
        "may_approve": "yes" if may_approve and not bars else "",
        "has_approved": "yes" if has_approved else "",
        "is_full": "yes" if is_full else "",
        "may_refuse": "yes" if one.is_open and not is_full and _may_refuse(bars) else "",
        "refusing": _refusing(seen.decision, tongue),
        "may_hand_on": "yes" if one.is_open and not is_full and _may_refuse(bars) else "",
        "handing_on": _choices(reviews.FOR_HANDING_ON, tongue),
        "may_decide": "yes"
        if one.is_open and standing is None and verdict is Verdict.NEEDS
        else "",
        "may_conclude": "yes" if one.is_open and is_full else "",
    }


def _may_refuse(bars: tuple[Fault, ...]) -> bool:
    return all(one.code not in {"SCR-261", "SCR-262"} for one in bars)


def _choices(known: tuple[Reason, ...], tongue: Tongue) -> list[tuple[str, str, str]]:
    """Each reason with its digit, its word and what it is called."""
    return [
        (str(number), one.value, refusals.reason_word(one, tongue.language))
        for number, one in enumerate(known, 1)
    ]


def _refusing(decided: Decision, tongue: Tongue) -> list[tuple[str, str, str, Told]]:
    """The same of a refusal, with what the applicant reads of each."""
    known, language = reviews.refusals_of(decided), tongue.language
    named = _choices(tuple(one.reason for one in known), tongue)
    return [
        (*words, reviews.told_by_reason(decided, one, language))
        for words, one in zip(named, known, strict=True)
    ]
