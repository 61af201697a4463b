"""The credit bureau and identity records at the desk: what waits for a person [信用情報・本人確認].

A reviewer says whose a doubtful answer is, and sends again what a bureau did not take, once the
facts are mended. What an answer says is read for that alone; each reading is kept (SOLI-006).
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from motocho.outside.bureau import Answer
from motocho.outside.clock import JAPAN
from motocho.people import access as gate
from motocho.people import members
from motocho.people.access import Action
from motocho.screening import bureau
from motocho.screening.bureau import InquiryKey, Judged
from motocho.screening.identity import Method, Record, records
from motocho.units.errors import Fault, NotFoundError
from motocho.web import _commands, access
from motocho.web.access import Colleague
from motocho.web.desk._choosing import ChoiceField, labels
from motocho.web.desk._covering import once_known
from motocho.web.desk._sheets import (
    Cell,
    Deed,
    Listing,
    Sheet,
    bound,
    done_again,
    offered,
    show,
    tried,
)
from motocho.web.desk._shown import number_of
from motocho.web.fields import Form, MemberNumberField

NOBODY = "nobody"
STATES = labels(bureau.inquiries.State, "bureaus.state")
METHODS = labels(Method, "bureaus.method")
_MASKED_DIGITS = 4


class JudgeForm(Form):
    """Whose a doubtful answer is [本人の判定]."""

    found = ChoiceField("bureaus.found")


class NumberForm(Form):
    """Whose records [会員の指定]."""

    number = MemberNumberField("desk.member_number", "cases.number_hint")


# ------------------------------------------------------------------------------------- the bureau
@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.REVIEW_DOCUMENT)
def waiting(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """What waits for a person: answers in doubt, silence, refused reports, unreadable files [授受].

    A refused report goes again by the facts of today; its fault is said as the bureau named it.
    """
    wrong: tuple[Fault, ...] = ()
    if request.method == "POST" and request.POST.get("do") == "again":
        wrong = tried(lambda cursor: _again(cursor, request, colleague))
        if not wrong:
            return done_again(request)
    with connection.cursor() as cursor:
        hidden = gate.kept_from(cursor, colleague.staff)
        listings = _waiting(cursor, colleague, hidden)
    links = [("bureaus.identity", reverse("desk:identity"))]
    sheet = Sheet("bureaus.title", "bureaus.lead", listings, (), links, wrong)
    return show(request, colleague, sheet)


def _again(cursor: Any, request: HttpRequest, colleague: Colleague) -> None:
    """Report anew what a bureau did not take.

    Raises    NotFoundError for none, as for whom one may not see.
    """
    key = bureau.reports.key_of(request.POST.get("of", ""))
    if key is None:
        raise NotFoundError(Fault("BUR-040", excerpt=request.POST.get("of", "")[:20]))
    by = colleague.looking_for(f"bureau report {key.report_id}")
    access.allow(gate.ask(cursor, by, Action.REVIEW_DOCUMENT, key.member_id, colleague.at))
    of = bureau.reports.one(cursor, key)
    one = bureau.memberships.one(cursor, of.bureau_id)
    bureau.following.hold(cursor, one)
    source = _commands.form_ref(request, _commands.DESK)
    cause = bureau.Cause(source, colleague.at, _commands.booking_day(cursor, colleague.at))
    bureau.reports.again(cursor, one, key, colleague.staff.actor, cause)


def _waiting(cursor: Any, colleague: Colleague, hidden: set[int]) -> list[Listing]:
    numbers: dict[int, str] = {}

    def member(member_id: int) -> Cell:
        if member_id not in numbers:
            numbers[member_id] = members.one(cursor, member_id).member_number
        return Cell(numbers[member_id])

    doubtful = [
        (
            Cell(one.key.ref, address=reverse("desk:bureau_answer", args=one.key)),
            member(one.key.member_id), Cell(one.bureau_id),
            Cell(on=one.asked_at.astimezone(JAPAN).date()),
        )
        for one in bureau.inquiries.doubtful(cursor) if one.key.member_id not in hidden
    ]  # fmt: skip
    silent = [
        (
            Cell(one.key.ref),
            member(one.key.member_id),
            Cell(one.bureau_id),
            Cell(f"{one.times_sent}"),
        )
        for one in bureau.inquiries.unanswered(cursor, colleague.at)
        if one.key.member_id not in hidden
    ]
    rejected = [
        (
            Cell(one.key.ref), member(one.key.member_id), Cell(one.bureau_id), Cell(one.reason),
            Cell(on=one.as_of_on), Cell(label="bureaus.again", deed="again", of=one.key.ref),
        )
        for one in bureau.reports.rejected(cursor) if one.key.member_id not in hidden
    ]  # fmt: skip
    files = [(Cell(name), Cell(", ".join(faults)))
             for name, faults in bureau.memberships.unreadable(cursor)]  # fmt: skip
    about = ("bureaus.ref", "desk.member_number", "bureaus.bureau")
    return [
        Listing("bureaus.doubtful", (*about, "bureaus.asked_on"), doubtful),
        Listing("bureaus.rejected", (*about, "bureaus.reason", "bureaus.as_of", "registers.act"),
                rejected),
        Listing("bureaus.silent", (*about, "bureaus.times"), silent),
        Listing("bureaus.unreadable", ("bureaus.file", "bureaus.faults"), files),
    ]  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.REVIEW_DOCUMENT)
@once_known
def answer(
    request: HttpRequest, colleague: Colleague, member_id: int, inquiry_id: int
) -> HttpResponse:
    """One doubtful answer beside the member it may be of; said once whose it is [本人の判定].

    Raises    NotFoundError for none, as for whom one may not see.
    """
    key = InquiryKey(member_id, inquiry_id)
    form = bound(request, "judge", JudgeForm)
    wrong: tuple[Fault, ...] = ()
    with transaction.atomic(), connection.cursor() as cursor:
        by = colleague.looking_for(f"bureau inquiry {inquiry_id}")
        access.allow(gate.ask(cursor, by, Action.REVIEW_DOCUMENT, member_id, colleague.at))
        asked = bureau.inquiries.one(cursor, key)
        newest = bureau.answers.kept(cursor, key)[-1:]
        said = None
        if newest and asked.state is bureau.inquiries.State.DOUBTFUL:
            reading = (colleague.staff.actor, "survey match", colleague.at)
            said = bureau.answers.read(cursor, newest[0], reading)
        own = members.one(cursor, member_id).person
    options = {} if said is None else _places(said)
    offered(form, {"found": options})
    if said is not None and form.is_bound and form.is_valid():
        place = form.cleaned_data["found"]
        judged = Judged(newest[0].answer_no, None if place == NOBODY else int(place))
        source = _commands.form_ref(request, _commands.DESK)

        def act(cursor: Any) -> None:
            made = _commands.made(cursor, source, colleague.at, colleague.staff.actor, "desk")
            bureau.judge(cursor, key, judged, (colleague.staff, made))

        wrong = tried(act)
        if not wrong:
            return HttpResponseRedirect(reverse("desk:bureau"))
    rows = [
        (Cell(label="bureaus.ours"), Cell(f"{own.family_name} {own.given_name}"),
         Cell(f"{own.family_kana} {own.given_kana}"), Cell(on=own.born_on), Cell()),
        *((Cell(f"{place}"), Cell(one.person.name), Cell(one.person.kana),
           Cell(on=one.person.born_on),
           Cell(" ".join(f"…{each[-_MASKED_DIGITS:]}" for each in one.person.phones)))
          for place, one in enumerate(() if said is None else said.found, 1)),
    ]  # fmt: skip
    heads = ("bureaus.place", "bureaus.name", "bureaus.kana", "bureaus.born_on", "bureaus.phones")
    state = [(Cell(key.ref), Cell(label=STATES[asked.state.value]), Cell(asked.bureau_id))]
    listings = [
        Listing("bureaus.inquiry", ("bureaus.ref", "bureaus.about", "bureaus.bureau"), state),
        Listing("bureaus.candidates", heads, rows),
    ]
    deeds = () if said is None else (Deed("judge", "bureaus.judge", form, {"found": options}),)
    links = [("bureaus.title", reverse("desk:bureau"))]
    sheet = Sheet("bureaus.answer", "bureaus.answer_lead", listings, deeds, links, wrong)
    return show(request, colleague, sheet)


def _places(said: Answer) -> dict[str, str]:
    """Whom the answer found, by place, and nobody of them."""
    return {**{f"{place}": f"«{place + 1}»" for place in range(len(said.found))},
            NOBODY: "bureaus.nobody"}  # fmt: skip


# ------------------------------------------------------------------------------- identity records
@require_safe
@access.staff(Action.REVIEW_DOCUMENT)
def identity(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """A member's identity records: ways, days, by whom, until when; one read whole [確認記録].

    Each look, and each reading, is written down with its purpose · KYC-002.
    """
    form = NumberForm(request.GET if "number" in request.GET else None)
    listings: list[Listing] = []
    if form.is_bound and form.is_valid():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                listings = _identity(cursor, colleague, form.cleaned_data["number"], request)
        except NotFoundError as error:
            form.refuse("number", error.faults[0])
    sheet = Sheet("bureaus.identity", "bureaus.identity_lead", listings,
                  (Deed("find", "bureaus.identity_find", form),),
                  [("bureaus.title", reverse("desk:bureau"))])  # fmt: skip
    return show(request, colleague, sheet)


def _identity(
    cursor: Any, colleague: Colleague, number: str, request: HttpRequest
) -> list[Listing]:
    member = members.by_number(cursor, number)
    by = colleague.looking_for("identity record")
    access.allow(gate.ask(cursor, by, Action.REVIEW_DOCUMENT, member.member_id, colleague.at))
    found = records.of_member(cursor, member.member_id)
    until = records.kept_until(cursor, member.member_id)
    rows = [
        (
            Cell(str(one.record_id), address=f"?number={number}&record={one.record_id}"),
            Cell(label=METHODS[one.method.value]), Cell(on=one.checked_on), Cell(one.made_by),
            Cell(on=until),
        )
        for one in found
    ]  # fmt: skip
    heads = ("bureaus.ref", "bureaus.way", "bureaus.checked_on", "bureaus.made_by",
             "registers.kept_until")  # fmt: skip
    listings = [Listing("bureaus.records", heads, rows)]
    wanted = number_of(request.GET.get("record", ""))
    chosen = [one for one in found if one.record_id == wanted]
    return [*listings, *(_whole(cursor, colleague, one) for one in chosen)]


def _whole(cursor: Any, colleague: Colleague, one: Record) -> Listing:
    """What a record says of the person; the reading is kept."""
    reading = (colleague.staff.actor, f"identity record {one.record_id}", colleague.at)
    declared: dict[str, Any] = records.read(cursor, one, reading)["declared"]
    names = ("name", "address", "born_on", "purpose", "occupation")
    rows = [
        (Cell(label=f"bureaus.declared_{name}"), Cell(str(declared.get(name, ""))))
        for name in names
    ]
    return Listing("bureaus.declared", ("registers.what", "registers.content"), rows)
