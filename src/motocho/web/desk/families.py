"""Families who worry, and the care that members need [家族からの申告・配慮].

What the desk sees after a report is one page for everybody: the script and who can help. Only a
reviewer finds, in a list of its own, that somebody is to be looked at (VULN-001).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from motocho.care.cases import complaints, disclosures, draw_checks, frauds, helplines
from motocho.care.reasons import talks
from motocho.care.support import families, flags, scripts
from motocho.contact.holds import Source
from motocho.people import access as gate
from motocho.people import members
from motocho.people.access import Action
from motocho.units.errors import InputError, NotFoundError
from motocho.web import _commands, _directory, access, pages
from motocho.web._covering import masked
from motocho.web.access import Colleague
from motocho.web.desk import _records
from motocho.web.desk._choosing import ChoiceField
from motocho.web.desk._covering import once_known
from motocho.web.fields import DateField, Form, LineField, LinesField, shown

OUTCOMES = {
    families.Outcome.NOTHING.value: "family.nothing",
    families.Outcome.CARE.value: "family.care",
    families.Outcome.NO_LENDING.value: "family.no_lending",
}


class WorryForm(Form):
    """What a family tells [申告の入力]."""

    relation = ChoiceField("family.relation", known=[one.value for one in families.Relation])
    concern = ChoiceField("family.concern", known=[one.value for one in families.Concern])
    kana = LineField("family.kana", "family.kana_hint")
    born = DateField("family.born", optional="optional")
    words = LinesField("family.words", "family.words_hint", optional="optional")


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.ASK_FOR_HELP)
def reports(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """A family's worry is written down; the answer is the same for anybody [申告の受付]."""
    form = WorryForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        receipt = _recorded(request, colleague, form)
        if receipt is not None:
            return HttpResponseRedirect(reverse("desk:family", args=[receipt.report_id]))
    whole = scripts.shipped()
    with connection.cursor() as cursor:
        may_look = colleague.may(Action.UNFREEZE)
        context = {
            "desk": colleague,
            "recent": families.latest(cursor),
            "looks": families.waiting(cursor) if may_look else [],
            "relations": whole.relations,
            "concerns": whole.concerns,
            "form": shown(form, pages.tongue_of(request)),
            "relation": request.POST.get("relation", ""),
            "concern": request.POST.get("concern", ""),
        }
    return pages.show(request, "desk/families.html", context, status=_status(form))


def _status(form: Form) -> int:
    return 422 if form.is_bound else 200


def _recorded(
    request: HttpRequest, colleague: Colleague, form: WorryForm
) -> families.Receipt | None:
    typed = form.cleaned_data
    worry = families.Worry(
        families.Relation(typed["relation"]),
        families.Concern(typed["concern"]),
        typed["kana"],
        typed["born"],
        typed["words"] or "",
    )
    by = Source(colleague.staff.actor, _commands.form_ref(request, _commands.DESK))
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            return families.record(cursor, worry, by, colleague.at)
    except InputError as error:
        fault = error.faults[0]
        form.refuse("kana" if fault.code == "FRD-034" else "words", fault)
        return None


@require_safe
@access.staff(Action.ASK_FOR_HELP)
def heard(request: HttpRequest, colleague: Colleague, report_id: int) -> HttpResponse:
    """What is said now, and who can help: one page for everybody [お話しすること] · VULN-001."""
    lender = _directory.directory().lender.name_ja
    context = {
        "desk": colleague,
        "number": report_id,
        "script": scripts.script(lender, report_id),
        "helplines": helplines.helplines(),
    }
    return pages.show(request, "desk/family.html", context)


# ------------------------------------------------------------------------------------------ looks
class OutcomeForm(Form):
    """What a look found [判断]."""

    outcome = ChoiceField("family.outcome", known=OUTCOMES)


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.UNFREEZE)
@once_known
def look(
    request: HttpRequest, colleague: Colleague, member_id: int, report_id: int
) -> HttpResponse:
    """A careful look at a member whom a report may mean [会員の確認]; no family is told."""
    key = families.LookKey(member_id, report_id)
    staff = colleague.looking_for(f"family report {report_id}")
    form = OutcomeForm(request.POST if request.method == "POST" else None)
    with transaction.atomic(), connection.cursor() as cursor:
        access.allow(gate.ask(cursor, staff, Action.UNFREEZE, member_id, colleague.at))
        known = families.one(cursor, key)
        if form.is_bound and form.is_valid():
            reference = _commands.form_ref(request, _commands.DESK)
            made = _commands.made(cursor, reference, colleague.at, staff.actor, _commands.DESK)
            outcome = families.Outcome(form.cleaned_data["outcome"])
            families.end_look(cursor, key, outcome, made)
            return HttpResponseRedirect(reverse("desk:families"))
        context = {
            "desk": colleague,
            "look": known,
            "member": members.one(cursor, member_id),
            "options": OUTCOMES,
            "form": shown(form, pages.tongue_of(request)),
            "chosen": request.POST.get("outcome", ""),
        }
    return pages.show(request, "desk/family_look.html", context, status=_status(form))


# ------------------------------------------------------------------------------------------- care
class NeedForm(Form):
    """Care that is wanted [配慮の入力]."""

    category = ChoiceField("flags.category", known=[one.value for one in flags.BY_HAND])
    last_on = DateField("flags.last_on", "flags.last_on_hint")
    reference = LineField("flags.reference", "flags.reference_hint")
    words = LineField("flags.note", "family.words_hint", optional="optional")


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.ASK_FOR_HELP)
def care(request: HttpRequest, colleague: Colleague, member_id: int) -> HttpResponse:
    """The care that a member needs: what we do, until when, who says so [配慮] · VULN-002."""
    staff = colleague.looking_for("care")
    is_new = request.method == "POST" and request.POST.get("do") == "put"
    form = NeedForm(request.POST if is_new else None)
    with transaction.atomic(), connection.cursor() as cursor:
        access.allow(gate.ask(cursor, staff, Action.ASK_FOR_HELP, member_id, colleague.at))
        if request.method == "POST" and _changed(request, cursor, form, (member_id, colleague)):
            return HttpResponseRedirect(request.path)
        by_id = {one.choice_id: one for one in scripts.shipped().categories}
        standing = flags.standing(cursor, member_id, _commands.today(cursor, colleague.at))
        context: dict[str, Any] = {
            "desk": colleague,
            "member_id": member_id,
            "masked": masked(members.one(cursor, member_id)),
            "standing": [
                (
                    one,
                    by_id[one.need.category.value],
                    one.need.category in flags.BY_HAND,
                    _rests_on(cursor, one, colleague),
                )
                for one in standing
            ],
            "categories": [
                one for name, one in by_id.items() if flags.Category(name) in flags.BY_HAND
            ],
            "form": shown(form, pages.tongue_of(request)),
            "category": request.POST.get("category", ""),
        }
    return pages.show(request, "desk/flags.html", context, status=_status(form))


_THINGS: Mapping[str, Callable[[Any, int, int], object]] = {
    "case": lambda cursor, *key: complaints.case(cursor, complaints.CaseKey(*key)),
    "disclosure": lambda cursor, *key: disclosures.one(cursor, disclosures.DisclosureKey(*key)),
    "fraud": lambda cursor, *key: frauds.report(cursor, frauds.FraudKey(*key)),
    "draw check": lambda cursor, *key: draw_checks.one(cursor, draw_checks.CheckKey(*key)),
    "report": lambda cursor, *key: families.one(cursor, families.LookKey(*key)),
    "call": lambda cursor, *key: talks.one(cursor, talks.TalkKey(*key)),
}
"""What a flag may rest on, and how it is found again."""


def _rests_on(cursor: Any, flag: flags.Flag, colleague: Colleague) -> list[_records.Part]:
    """What a flag rests on, in words, with a link where it is there and may be opened.

    What a colleague typed otherwise is shown as it was typed.
    """
    found = _records.thing(flag.need.reference)
    if found is None or found[0] not in _THINGS:
        return [_records.Part("", flag.need.reference)]
    member_id = flag.key.member_id
    parts = _records.told(flag.need.reference, _records.Reader(colleague, member_id))
    try:
        _THINGS[found[0]](cursor, member_id, found[1])
    except NotFoundError:
        return [replace(one, address="") for one in parts]
    return parts


def _changed(request: HttpRequest, cursor: Any, form: NeedForm, by: tuple[int, Colleague]) -> str:
    """Put one down or end one; empty where a box says what is wrong."""
    member_id, colleague = by
    actor = colleague.staff.actor
    number = request.POST.get("flag", "")
    if request.POST.get("do") == "end" and number.isdecimal():
        flags.end(cursor, flags.FlagKey(member_id, int(number)), actor, colleague.at)
        return "ended"
    if not form.is_bound or not form.is_valid():
        return ""
    typed = form.cleaned_data
    need = flags.Need(
        flags.Category(typed["category"]),
        typed["last_on"],
        typed["reference"],
        typed["words"] or "",
    )
    source = Source(actor, _commands.form_ref(request, _commands.DESK))
    try:
        with transaction.atomic():
            flags.put(cursor, member_id, need, source, colleague.at)
    except InputError as error:
        fault = error.faults[0]
        boxes = {"FRD-031": "last_on", "FRD-032": "reference"}
        form.refuse(boxes.get(fault.code, "words"), fault)
        return ""
    return "put"
