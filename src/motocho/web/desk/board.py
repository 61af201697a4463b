"""The supervisors' board: what waits, who was called how often, who talks [上長の画面].

Nothing of a member stands on it but a masked number. A call of the sample is read by a supervisor
who did not make it; what is found is kept, and shown to who made the call.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from motocho.care import approvals, settings
from motocho.care.cases import complaints
from motocho.care.reasons import catalogue, reviews, talks, wrapping
from motocho.care.reliefs import promises
from motocho.contact import calls
from motocho.outside.bank import previous_business_day
from motocho.outside.clock import JAPAN
from motocho.people import access as gate
from motocho.people import members, requests
from motocho.people import staff as people_staff
from motocho.people.access import Action, Staff
from motocho.people.safety import seats
from motocho.units.days import read_date
from motocho.units.errors import Fault, InputError, NotFoundError, Unread
from motocho.web import access, pages
from motocho.web.access import Colleague
from motocho.web.desk import approving
from motocho.web.desk._covering import once_known
from motocho.web.desk.auditing import masked
from motocho.web.fields import Form, LineField, LinesField, shown

LATELY = timedelta(hours=4)
PROMISES_OF = timedelta(days=31)
SAMPLED = 5
MOST_SHOWN = 20
VERDICTS = {
    reviews.Verdict.GOOD.value: "review.good",
    reviews.Verdict.BETTER.value: "review.better",
    reviews.Verdict.WRONG.value: "review.wrong",
}


@require_safe
@access.staff(Action.SUPERVISE)
def board(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """All of it as it is now; zeros are shown [上長の画面] · COLL-002."""
    today = colleague.at.astimezone(JAPAN).date()
    with connection.cursor() as cursor:
        kept = promises.report(cursor, today - PROMISES_OF, today, today).all
        waiting = approvals.waiting(cursor, colleague.staff, colleague.at, approvals.Queue())
        context = {
            "desk": colleague,
            "now": colleague.at,
            "waiting": [(one, _address(one), approving.KINDS.get(one.kind, ""))
                        for one in waiting[:MOST_SHOWN]],
            "count_waiting": len(waiting),
            "resets": requests.count_waiting(cursor, requests.Kind.PIN_RESET),
            "demands": _demands(cursor, colleague.staff, today),
            "taken": [(count, calls.count_demanded(cursor, today).get(count, 0))
                      for count in (1, 2, 3)],
            "rules": sorted(calls.refusals(cursor, colleague.at - LATELY, _soon(colleague)).items(),
                            key=lambda one: (-one[1], one[0])),
            "kept_count": kept.count(promises.Verdict.KEPT),
            "running": _running(cursor, colleague.at),
            "overdue": _overdue(cursor, today),
            "complaints": complaints.count_waiting(cursor),
            "kept": kept,
            "seated": seats.seated(cursor, colleague.at, people_staff.LONGEST_SHIFT,
                                    people_staff.LONGEST_IDLE),
        }  # fmt: skip
    return pages.show(request, "desk/board.html", context)


def _address(one: approvals.Request) -> str:
    """Where somebody decides on it."""
    if one.kind != settings.KIND:
        return reverse("desk:approval", args=one.ref)
    return reverse("desk:setting", args=[one.content["name"]])


def _soon(colleague: Colleague) -> datetime:
    """So that what is refused in this very moment counts."""
    return colleague.at + timedelta(minutes=1)


def _names(cursor: Any) -> dict[str, str]:
    return {f"staff {one.staff_id}": one.name for one in people_staff.accounts(cursor)}


def _demands(cursor: Any, staff: Staff, on: date) -> list[tuple[str, calls.Demanded]]:
    found = calls.demanded_on(cursor, on, MOST_SHOWN)
    numbers = members.numbers_of(cursor, {one.member_id for one in found})
    by = _counting(staff)
    return [
        (masked(numbers[one.member_id]), one)
        for one in found
        if gate.check_staff(cursor, by, Action.LOOK, one.member_id) is None
    ]


def _counting(staff: Staff) -> Staff:
    """Who looks at counts alone: no look at a member, but who is kept apart is not among them."""
    return Staff(staff.staff_id, staff.roles, "board")


@dataclass(frozen=True, slots=True)
class RunningRow:
    """A call that goes on, as the board shows it [通話中の行]."""

    one: wrapping.Running
    card: catalogue.Card
    who: str
    minutes: int
    """Since it began, or since it was hung up."""


def _running(cursor: Any, at: datetime) -> list[RunningRow]:
    known = catalogue.in_force(cursor, at.astimezone(JAPAN).date())
    names = _names(cursor)
    found = []
    for one in wrapping.running(cursor):
        since = one.began_at if one.hung_up_at is None else one.hung_up_at
        minutes = int((at - since).total_seconds()) // 60
        card, who = known.of(catalogue.Reason(one.reason)), names.get(one.actor, one.actor)
        found.append(RunningRow(one, card, who, minutes))
    return found


def _overdue(cursor: Any, today: date) -> list[complaints.Case]:
    """Complaints whose day of answering is over, and that no answer has ended."""
    found = complaints.waiting(cursor)
    return [one for one in found
            if one.kind is complaints.Kind.COMPLAINT and one.answered_by_on < today]  # fmt: skip


# ---------------------------------------------------------------------------------------- reviews
class VerdictField(LineField):
    """All in all [確認の結果]."""

    def read(self, text: str) -> str:
        """The word as it was sent [読取り]."""
        return text

    def faults(self, value: str) -> tuple[Fault, ...]:
        """One of them must be chosen [点検]."""
        return () if value in VERDICTS else (Fault("DSK-003"),)


class ReviewForm(Form):
    """What was found in a call [応対品質の入力]."""

    verdict = VerdictField("review.verdict")
    good = LinesField("review.good_words", optional="optional")
    better = LinesField("review.better_words", "review.words_hint", optional="optional")


@require_safe
@access.staff(Action.SUPERVISE)
def sampled(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """The sample of a day, the same for everybody who draws it [応対品質の確認]."""
    today = colleague.at.astimezone(JAPAN).date()
    wanted = read_date(request.GET.get("on", ""))
    on = previous_business_day(today) if isinstance(wanted, Unread) else wanted.on
    with connection.cursor() as cursor:
        found = reviews.sample(cursor, on, SAMPLED)
        known = catalogue.in_force(cursor, on)
        names = _names(cursor)
    rows = [
        (one, known.of(catalogue.Reason(one.reason)), names.get(one.actor, one.actor),
         one.actor == colleague.staff.actor)
        for one in found
    ]  # fmt: skip
    context = {
        "desk": colleague,
        "on": on,
        "before": on - timedelta(days=1),
        "after": on + timedelta(days=1) if on < today else None,
        "rows": rows,
    }
    return pages.show(request, "desk/reviews.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.SUPERVISE)
@once_known
def reviewed(
    request: HttpRequest, colleague: Colleague, member_id: int, attempt_id: int
) -> HttpResponse:
    """A call that ended: how it went, and what is found in it [応対品質の記録] · PRIV-003.

    Raises    NotFoundError for a call that is none, that goes on, or that is one's own.
    """
    key = talks.TalkKey(member_id, attempt_id)
    staff = colleague.looking_for(f"review {attempt_id}")
    form = ReviewForm(request.POST if request.method == "POST" else None)
    with transaction.atomic(), connection.cursor() as cursor:
        access.allow(gate.ask(cursor, staff, Action.LOOK, member_id, colleague.at))
        talk = talks.one(cursor, key)
        if not talk.ending or talk.caller.actor == staff.actor:
            raise NotFoundError(Fault("RSN-044"))
        if form.is_bound and form.is_valid() and _kept(cursor, form, key, colleague):
            return HttpResponseRedirect(reverse("desk:reviews"))
        context = {
            "desk": colleague,
            "talk": talk,
            "ending": talk.card.ending_of(talk.ending),
            "who": _names(cursor).get(talk.caller.actor, talk.caller.name),
            "found": [(one, VERDICTS[one.found.verdict.value])
                      for one in reviews.of_talk(cursor, key)],
            "options": VERDICTS,
            "chosen": request.POST.get("verdict", ""),
            "form": shown(form, pages.tongue_of(request)),
        }  # fmt: skip
    return pages.show(request, "desk/review.html", context, status=422 if form.is_bound else 200)


def _kept(cursor: Any, form: ReviewForm, key: talks.TalkKey, colleague: Colleague) -> bool:
    """Whether it was written down; else the form says why not."""
    typed = form.cleaned_data
    found = reviews.Found(
        reviews.Verdict(typed["verdict"]), typed["good"] or "", typed["better"] or ""
    )
    try:
        reviews.review(cursor, key, found, colleague.staff, colleague.at)
    except InputError as error:
        form.refuse("better", error.faults[0])
        return False
    return True


@require_safe
@access.staff(Action.SIT)
def own(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """What supervisors found in one's own calls [自分の応対の確認]."""
    with connection.cursor() as cursor:
        found = reviews.of_colleague(cursor, colleague.staff)
        known = catalogue.in_force(cursor, colleague.at.astimezone(JAPAN).date())
    rows = [
        (one, known.of(catalogue.Reason(one.reason)), VERDICTS[one.found.verdict.value])
        for one in found
    ]
    return pages.show(request, "desk/own_reviews.html", {"desk": colleague, "rows": rows})
