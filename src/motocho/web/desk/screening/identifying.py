"""Who the applicant is: pictures side by side, by a way that the day allows [取引時確認].

An individual number is never written down: of that card the front alone counts, and no number of it
is kept (番号利用法20条).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from motocho.contact.holds import Source
from motocho.documents.intake import Purpose
from motocho.outside.clock import JAPAN
from motocho.people import members
from motocho.people.access import Action
from motocho.people.members import Member
from motocho.screening import identity
from motocho.screening.identity import (
    Asked,
    Became,
    Checked,
    CountsAs,
    Declared,
    Evidence,
    Liveness,
    Method,
    Paper,
    Second,
    Shown,
    Side,
    Supplement,
)
from motocho.units.errors import Fault, RefusedError
from motocho.web import _identity, access, pages
from motocho.web.access import Colleague
from motocho.web.desk._choosing import ChoiceField, labels, offering
from motocho.web.desk._covering import once_known
from motocho.web.desk.screening import _lines
from motocho.web.desk.screening._held import Held, documents, form_of, held, to, tried
from motocho.web.fields import DateField, Form, LineField, shown
from motocho.web.words import Said, Tongue, said

METHODS = labels(Method, "screening.method")
PAPERS = labels(Paper, "screening.idpaper")
FACES = labels(Liveness, "screening.face")
SUPPLEMENTS = labels(Supplement, "screening.supplement")
ENDED = {one: f"screening.vendor_{one.value}" for one in Became}
WAITING = {False: "screening.vendor_waiting", True: "screening.vendor_sent"}
SIGNED = {"yes": "screening.signature_good"}
SEEN = frozenset({Purpose.IDENTITY, Purpose.ADDRESS})
"""Documents whose pictures stand here."""
_SECOND_PAPER = 2


class IdentityForm(Form):
    """What was shown, and in which way [確認の内容]."""

    method = ChoiceField("screening.method_label")
    checked_on = DateField("screening.checked_on")
    purpose = LineField("screening.dealing_purpose")
    occupation = LineField("screening.occupation")
    address = LineField("screening.declared_address")
    paper_1 = ChoiceField("screening.idpaper_1")
    name_1 = LineField("screening.shown_name")
    born_on_1 = DateField("screening.shown_born_on")
    address_1 = LineField("screening.shown_address", optional="optional")
    number_1 = LineField("screening.shown_number", "screening.number_hint", optional="optional")
    issued_on_1 = DateField("screening.issued_on", optional="optional")
    expires_on_1 = DateField("screening.expires_on", optional="optional")
    paper_2 = ChoiceField("screening.idpaper_2", optional="optional")
    name_2 = LineField("screening.shown_name_2", optional="optional")
    born_on_2 = DateField("screening.shown_born_on_2", optional="optional")
    address_2 = LineField("screening.shown_address_2", optional="optional")
    number_2 = LineField("screening.shown_number_2", "screening.number_hint", optional="optional")
    issued_on_2 = DateField("screening.issued_on_2", optional="optional")
    expires_on_2 = DateField("screening.expires_on_2", optional="optional")
    supplement = ChoiceField("screening.supplement_label", known=SUPPLEMENTS, optional="optional")
    supplement_on = DateField("screening.supplement_on", optional="optional")
    face = ChoiceField("screening.face_label", known=FACES, optional="optional")
    signed = ChoiceField("screening.signature", known=SIGNED, optional="optional")
    received_on = DateField("screening.received_on", "screening.received_hint", optional="optional")


CHOICES = {"paper_1": PAPERS, "paper_2": PAPERS, "method": METHODS, "face": FACES,
           "supplement": SUPPLEMENTS, "signed": SIGNED}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.REVIEW_DOCUMENT)
@once_known
def identified(
    request: HttpRequest, colleague: Colleague, member_id: int, application_id: int
) -> HttpResponse:
    """Who the applicant is, by what lacks nothing, or what is missing [取引時確認] · KYC-001."""
    tongue = pages.tongue_of(request)
    with transaction.atomic(), connection.cursor() as cursor:
        of = held(cursor, colleague, member_id, application_id)
        member = members.one(cursor, member_id)
        about = _lines.About(cursor, of, tongue, {})
        seen = [(ref, each) for ref, each in documents(cursor, member_id)
                if each[0].purpose in SEEN]  # fmt: skip
        words = {ref: purpose for ref, _, purpose, _ in _lines.handed_in(about)}
        asked = identity.requests.of_application(cursor, of.key)
        records = _lines.identity(about)
    today = colleague.at.astimezone(JAPAN).date()
    form = IdentityForm(request.POST if request.method == "POST" else None)
    offered = _offered(today)
    offering(form, {"method": offered[0], "paper_1": offered[1], "paper_2": offered[1]})
    wrong: tuple[Fault, ...] = ()
    if form.is_bound and form.is_valid() and _is_paired(form):
        refs = tuple(ref for ref, _ in seen if ref in request.POST.getlist("refs"))
        wrong = _kept(form, (of, member), refs, form_of(request, colleague, "identity"))
        if not wrong:
            return to("application", of.key, "identified")
    if not form.is_bound:
        form.data = _begun(member, today)
    context = {
        "desk": colleague,
        "one": of.application,
        "member": member,
        "documents": [(ref, each, words[ref]) for ref, each in seen],
        "ticked": request.POST.getlist("refs") if form.is_bound else [ref for ref, _ in seen],
        "records": records,
        "asked": [_asked(one, tongue) for one in asked],
        "methods": {name: METHODS[name] for name in offered[0]},
        "papers": {name: PAPERS[name] for name in offered[1]},
        "over": [METHODS[one.value] for one in Method if one.value not in offered[0]],
        "boxes": _boxes(form, tongue, offered),
        "form": shown(form, tongue),
        "wrong": [_identity.told(one, tongue) for one in wrong],
    }
    status = 422 if form.is_bound else 200
    return pages.show(request, "desk/screening/identity.html", context, status=status)


def _asked(one: Asked, tongue: Tongue) -> tuple[Asked, str, str, list[Said], list[Said]]:
    """A request: by which way, how it stands, what is missing, what was not used [依頼の行]."""
    state = WAITING[one.is_sent] if one.became is None else ENDED[one.became]
    reasons = [_identity.told(each, tongue) for each in one.reasons]
    unread = [said(each, tongue) for each in one.unread]
    return one, METHODS[one.way.value], state, reasons, unread


def _offered(on: date) -> tuple[list[str], list[str]]:
    """The ways and the papers that the day allows · KYC-003, KYC-004."""
    ways = [one.value for one in Method if identity.check_method(one, on) is None]
    papers = [one.value for one in Paper
              if identity.counts_as(one, on) is not CountsAs.NOT_ACCEPTED]  # fmt: skip
    return ways, papers


def _begun(member: Member, today: date) -> dict[str, str]:
    """What stands in an empty form: the day, and what is registered."""
    person = member.person
    name, born_on = f"{person.family_name} {person.given_name}", f"{person.born_on:%Y/%m/%d}"
    return {"checked_on": f"{today:%Y/%m/%d}", "name_1": name, "born_on_1": born_on}


def _boxes(
    form: IdentityForm, tongue: Any, offered: tuple[list[str], list[str]]
) -> list[tuple[Any, Any, str]]:
    """Each box with its choices of the day, if it has some."""
    of_day = {"method": offered[0], "paper_1": offered[1], "paper_2": offered[1]}
    found = []
    for name, asked in shown(form, tongue).fields.items():
        known = CHOICES.get(name)
        if known is not None and name in of_day:
            known = {each: known[each] for each in of_day[name]}
        found.append((asked, known, asked.typed))
    return found


def _is_paired(form: IdentityForm) -> bool:
    """A second paper has its name and birthday; a supplement has its day."""
    typed = form.cleaned_data
    if typed["paper_2"] and not (typed["name_2"] and typed["born_on_2"]):
        form.refuse("paper_2", Fault("SCR-274"))
    if bool(typed["supplement"]) is not (typed["supplement_on"] is not None):
        form.refuse("supplement", Fault("SCR-275"))
    return not form.errors


def _kept(
    form: IdentityForm,
    whose: tuple[Held, Member],
    refs: tuple[str, ...],
    sending: tuple[str, datetime],
) -> tuple[Fault, ...]:
    of, member = whose
    ref, at = sending
    person, typed = member.person, form.cleaned_data
    name = f"{person.family_name} {person.given_name}"
    declared = Declared(
        name, typed["address"], person.born_on, typed["purpose"], typed["occupation"]
    )
    evidence = Evidence(declared, _checked(typed), refs)

    def act(cursor: Any) -> object:
        source = Source(of.staff.actor, ref)
        found = identity.keep(cursor, member.member_id, evidence, source, at)
        if isinstance(found, tuple):
            raise RefusedError(*(one.fault() for one in found))
        return found

    return tried(act)


def _checked(typed: dict[str, Any]) -> Checked:
    several = [_shown(typed, number) for number in (1, _SECOND_PAPER) if typed[f"paper_{number}"]]
    second = None
    if typed["supplement"]:
        kind = Supplement(typed["supplement"])
        second = Second(kind, typed["name_1"], typed["address"], typed["supplement_on"])
    return Checked(
        Method(typed["method"]),
        typed["checked_on"],
        tuple(several),
        second,
        Liveness(typed["face"]) if typed["face"] else None,
        is_signed=typed["signed"] == "yes",
        received_on=typed["received_on"],
    )


def _shown(typed: dict[str, Any], number: int) -> Shown:
    return Shown(
        Paper(typed[f"paper_{number}"]),
        typed[f"name_{number}"],
        typed[f"born_on_{number}"],
        typed[f"address_{number}"] or "",
        typed[f"number_{number}"] or "",
        typed[f"issued_on_{number}"],
        typed[f"expires_on_{number}"],
        Side.FRONT,
    )
