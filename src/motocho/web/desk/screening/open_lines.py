"""An open line: evidence that was asked for, a cut for nobody reached, put back [途上の手続き].

What a paper shows goes into the book, which lifts the stop that its lack brought, or cuts what is
above a third. A cut is for being out of reach alone; it is put back without a survey, by a decision
that is kept whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from motocho.loans import commands, queries
from motocho.loans.commands import Key, Made
from motocho.loans.policy import Status, Stop
from motocho.people import access as gate
from motocho.people import members
from motocho.people.access import Action, Staff
from motocho.screening.applications import incomes, restoring
from motocho.screening.capacity import Employment, PaperKind, Whose
from motocho.screening.decision import value_word
from motocho.units.errors import Fault
from motocho.web import _commands, access, pages
from motocho.web._covering import masked
from motocho.web.access import Colleague
from motocho.web.desk._choosing import ChoiceField
from motocho.web.desk._covering import once_known
from motocho.web.desk.screening import _papers
from motocho.web.desk.screening._held import documents, faults, placed, tried
from motocho.web.desk.screening._lines import document_names
from motocho.web.desk.screening._papers import (
    ANSWERS,
    FOUND,
    MOST_YEN,
    MonthsField,
    PaperForm,
)
from motocho.web.fields import DateField, Form, LineField, YenField, shown
from motocho.web.words import plain

KINDS = {one.value: one for one in PaperKind}
DONE: Mapping[str, str] = {one: f"screening.done_{one}" for one in ("income", "cut", "put_back")}
_AT: Mapping[str, tuple[str, ...]] = {
    "SCR-103": ("filed_on", "issued_on", "paid_on_1"),
    "SCR-106": ("filed_on", "issued_on", "paid_on_1"),
    "SCR-107": ("employer_asked",),
    "SCR-108": ("employer_changed_on",),
    "LON-078": ("cut_limit",),
    "SCR-119": ("back_limit",),
    "SCR-140": ("back_ties",),
}
"""At which box a refusal stands: a paper that is too old, at the day of its issue."""


class RefField(LineField):
    """By what it is shown: a call, a letter, a note of ours [記録の番号]."""

    longest = 60

    def faults(self, value: str) -> tuple[Fault, ...]:
        """It must be said, and is no story [点検]."""
        if not value.strip():
            return (Fault("SCR-279"),)
        return (Fault("FCT-011", details={"length": str(self.longest)}),) * (
            len(value) > self.longest
        )


@dataclass(frozen=True, slots=True)
class _Seat:
    """Who works on whose line [担当と会員]."""

    member_id: int
    staff: Staff
    colleague: Colleague

    def made(self, cursor: Any, request: HttpRequest) -> Made:
        """How the command comes to the book: once a form."""
        ref = _commands.form_ref(request, _commands.DESK)
        return _commands.made(cursor, ref, self.colleague.at, self.staff.actor, _commands.DESK)


def _seat(cursor: Any, colleague: Colleague, member_id: int) -> _Seat:
    staff = colleague.looking_for("application")
    access.allow(gate.ask(cursor, staff, Action.REVIEW_DOCUMENT, member_id, colleague.at))
    return _Seat(member_id, staff, colleague)


# ---------------------------------------------------------------------------------------- evidence
@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.REVIEW_DOCUMENT)
@once_known
def income(request: HttpRequest, colleague: Colleague, member_id: int) -> HttpResponse:
    """A paper that monitoring asked for, beside its picture [途上与信の収入証明書] · LEND-012.

    Law       貸金業法13条の3第3項; 施行規則10条の26.
    """
    tongue = pages.tongue_of(request)
    with transaction.atomic(), connection.cursor() as cursor:
        seat = _seat(cursor, colleague, member_id)
        papers = dict(documents(cursor, member_id))
        member = masked(members.one(cursor, member_id))
    ref = request.GET.get("document", "")
    ref = ref if ref in papers else ""
    kind = KINDS.get(request.GET.get("kind", "")) if ref else None
    form = None if kind is None else _income_form(request, kind)
    wrong: tuple[Fault, ...] = ()
    if request.method == "POST" and kind is not None and form is not None and _is_whole(form):
        seen = incomes.Seen(ref, _papers.paper_of(kind, form), _employment(ref, form))
        wrong = tried(
            lambda cursor: incomes.accept_income(
                cursor, member_id, seen, (seat.staff, seat.made(cursor, request))
            )
        )
        if not wrong:
            return HttpResponseRedirect(f"{request.path}?done=income")
        wrong = placed(form, wrong, _AT)
    context = {
        "desk": colleague,
        "member_id": member_id,
        "masked": member,
        "documents": list(document_names(papers.items(), {}, tongue).items()),
        "document": ref,
        "pages": papers.get(ref, []),
        "kind": "" if kind is None else kind.value,
        "kinds": [(one, value_word(one, tongue.language)) for one in KINDS],
        "form": None if form is None else shown(form, tongue),
        "boxes": [] if form is None else _boxes(form, tongue),
        "wrong": faults(wrong, tongue),
        "done": DONE.get(request.GET.get("done", ""), ""),
    }
    status = 422 if request.method == "POST" else 200
    return pages.show(request, "desk/screening/income.html", context, status=status)


def _income_form(request: HttpRequest, kind: PaperKind) -> PaperForm:
    form = _papers.form_for(kind, request.POST if request.method == "POST" else None)
    del form.fields["whose"]  # of an open line it is the member's own
    more: Mapping[str, LineField] = {
        "employer_asked": ChoiceField(
            "screening.employer_asked", "screening.employer_asked_hint", known=FOUND,
            optional="optional",
        ),
        "employer_changed_on": DateField("screening.claim_changed_on", optional="optional"),
        "employer_new_on": DateField("screening.claim_new_confirmed_on", optional="optional"),
        "employer_same_on": DateField("screening.claim_confirmed_on", optional="optional"),
        "employer_months": MonthsField("screening.months_paid", optional="optional"),
    }  # fmt: skip
    form.fields |= more
    if not form.is_bound:
        form.data = {"income": "salary"}
    return form


def _is_whole(form: PaperForm) -> bool:
    is_read = form.is_valid()
    if is_read:
        form.cleaned_data["whose"] = Whose.APPLICANT.value
    _papers.checked(form)
    return is_read and not form.errors


def _employment(ref: str, form: PaperForm) -> Employment | None:
    """What was found of the employer; None where nobody asked."""
    typed = form.cleaned_data
    names = ("employer_changed_on", "employer_new_on", "employer_same_on", "employer_months")
    changed_on, new_on, same_on, months = (typed.get(name) for name in names)
    is_asked = typed.get("employer_asked") == "yes"
    if not is_asked and (changed_on, new_on, same_on, months) == (None,) * len(names):
        return None
    same = () if same_on is None else (same_on,)
    return Employment(
        ref, changed_on, new_confirmed_on=new_on, months_paid=months, confirmed_on=same
    )


def _boxes(form: Form, tongue: Any) -> list[tuple[Any, list[tuple[str, str]] | None]]:
    page = shown(form, tongue)
    found = []
    for name, asked in page.fields.items():
        line = form.fields[name]
        known = line.known if isinstance(line, ChoiceField) else None
        words = [(one, plain(key, tongue)) for one, key in known.items()] if isinstance(
            known, Mapping
        ) else None  # fmt: skip
        found.append((asked, words))
    return found


# ------------------------------------------------------------------------------------ cut, put back
class CutForm(Form):
    """A lower limit, and what shows that nobody is reached [連絡不能による減額]."""

    cut_limit = YenField("screening.cut_limit", least_yen=0, most_yen=MOST_YEN)
    cut_proof = RefField("screening.cut_proof", "screening.cut_proof_hint")


class BackForm(Form):
    """The limit as it shall be, and by what the member was reached [限度額の復元]."""

    back_limit = YenField("screening.back_limit", least_yen=1, most_yen=MOST_YEN)
    back_reached_on = DateField("screening.back_reached_on")
    back_proof = RefField("screening.back_proof", "screening.back_proof_hint")
    back_ties = ChoiceField("screening.check_barred_ties", known=ANSWERS)


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.REVIEW_DOCUMENT)
@once_known
def limit(
    request: HttpRequest, colleague: Colleague, member_id: int, agreement_id: int
) -> HttpResponse:
    """A limit that is cut as nobody is reached, and put back [減額と復元] · LEND-002.

    Raises    NotFoundError for a contract that is not open, or is somebody else's.
    Law       貸金業法13条5項; 施行規則10条の19.
    """
    tongue, does = pages.tongue_of(request), request.POST.get("do", "")
    with transaction.atomic(), connection.cursor() as cursor:
        seat = _seat(cursor, colleague, member_id)
        _open(cursor, Key(member_id, agreement_id))
    cut = CutForm(request.POST if does == "cut" else None)
    back = BackForm(request.POST if does == "put_back" else None)
    wrong: tuple[Fault, ...] = ()
    form: Form | None = {"cut": cut, "put_back": back}.get(does)
    if form is not None and form.is_valid():
        key = Key(member_id, agreement_id)
        act = _cutting(request, seat, key, cut) if does == "cut" else _putting(
            request, seat, key, back
        )  # fmt: skip
        wrong = tried(act)
        if not wrong:
            return HttpResponseRedirect(f"{request.path}?done={does}")
    with transaction.atomic(), connection.cursor() as cursor:
        context = _limit_context(cursor, seat, Key(member_id, agreement_id))
    if form is not None and context[f"may_{does}"]:  # else there is no box to put it at
        wrong = placed(form, wrong, _AT)
    context |= {
        "form": shown(form or cut, tongue),
        "cutting": shown(cut, tongue),
        "putting": shown(back, tongue),
        "answers": ANSWERS,
        "ties": request.POST.get("back_ties", ""),
        "wrong": faults(wrong, tongue),
        "done": DONE.get(request.GET.get("done", ""), ""),
    }
    status = 422 if request.method == "POST" else 200
    return pages.show(request, "desk/screening/limit.html", context, status=status)


def _open(cursor: Any, key: Key) -> Any:
    for one in queries.agreements(cursor, key.member_id):
        if one.key == key and one.status is Status.OPEN:
            return one
    raise members.no_such_member()


def _limit_context(cursor: Any, seat: _Seat, key: Key) -> dict[str, Any]:
    today = _commands.today(cursor, seat.colleague.at)
    stops = queries.position(cursor, key, today).stops
    before = commands.newest_cut(cursor, key)
    may_put_back = before is not None and not before.is_put_back
    return {
        "desk": seat.colleague,
        "member_id": seat.member_id,
        "masked": masked(members.one(cursor, seat.member_id)),
        "line": _open(cursor, key),
        "before": before,
        "may_cut": "yes" if Stop.UNREACHABLE in stops else "",
        "may_put_back": "yes" if may_put_back and Stop.UNREACHABLE not in stops else "",
    }


def _cutting(request: HttpRequest, seat: _Seat, key: Key, form: CutForm) -> Callable[[Any], object]:
    typed = form.cleaned_data

    def act(cursor: Any) -> object:
        made = seat.made(cursor, request)
        proof = typed["cut_proof"].strip()
        return commands.cut_unreached(cursor, key, typed["cut_limit"], proof, made)

    return act


def _putting(
    request: HttpRequest, seat: _Seat, key: Key, form: BackForm
) -> Callable[[Any], object]:
    typed = form.cleaned_data
    wish = restoring.Wish(
        typed["back_limit"],
        typed["back_reached_on"],
        typed["back_proof"].strip(),
        has_barred_ties=typed["back_ties"] == "found",
    )

    def act(cursor: Any) -> object:
        made = seat.made(cursor, request)
        return restoring.put_back(cursor, key, wish, (seat.staff, made))

    return act
