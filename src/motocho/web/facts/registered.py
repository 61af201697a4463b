"""Registered facts: one row each, changed without documents, each from its day on [登録情報]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from motocho.care.cases import draw_checks
from motocho.outside import banks
from motocho.people import members
from motocho.people.access import Action
from motocho.people.facts import history, values
from motocho.people.members import Person
from motocho.people.safety import codes, holds
from motocho.units.errors import broken
from motocho.units.money import yen_text
from motocho.units.phones import phone_text
from motocho.web import _commands, access, pages
from motocho.web.access import Member
from motocho.web.facts import _forms
from motocho.web.facts._forms import FORMS, REMOVABLE, Changed, FactForm
from motocho.web.fields import shown
from motocho.web.maintenance import changes_something
from motocho.web.member import confirming
from motocho.web.member.confirming import Thing

TEXTS = {
    values.Kind.NAME: "facts.name",
    values.Kind.BIRTH_DATE: "facts.birth_date",
    values.Kind.ADDRESS: "facts.address",
    values.Kind.MOBILE_PHONE: "facts.mobile_phone",
    values.Kind.HOME_PHONE: "facts.home_phone",
    values.Kind.WORK_PHONE: "facts.work_phone",
    values.Kind.EMAIL: "facts.email",
    values.Kind.EMPLOYER: "facts.employer",
    values.Kind.INCOME: "facts.income",
    values.Kind.BANK_ACCOUNT: "facts.bank_account",
}
"""What every kind is called, in the order of the page."""


@dataclass(frozen=True, slots=True)
class Row:
    """One item of the page [登録情報の1行]."""

    kind: str
    label: str
    shown: str
    since_on: date | None
    coming: history.Fact | None
    """A change that holds from a later day on."""
    told: tuple[history.Fact, ...]
    change_at: str


# ---------------------------------------------------------------------------------------- overview
@access.members(Action.LOOK)
def overview(request: HttpRequest, member: Member) -> HttpResponse:
    """What is registered, masked, with every value that was told [登録情報]."""
    with connection.cursor() as cursor:
        person = members.one(cursor, member.member_id).person
        now = history.as_of(cursor, member.member_id, member.today)
        told = {kind: history.history(cursor, member.member_id, kind) for kind in TEXTS}
        held = holds.holds(cursor, member.member_id, member.at)
    rows = [_row(kind, now.get(kind), told[kind], (person, member.today)) for kind in TEXTS]
    changed = request.GET.get("changed", "")
    context = {
        "rows": rows,
        "changed": next((row for row in rows if row.kind == changed), None),
        "held": _held(held),
    }
    return pages.show(request, "facts/overview.html", context)


_HELD = {holds.Kind.ALL_DRAWS: "changing.held_all", holds.Kind.NEW_ACCOUNT: "changing.held"}


def _held(held: Sequence[holds.Hold]) -> list[tuple[str, datetime]]:
    """What waits until when: the longest hold of each kind."""
    untils = [(text, [one.until_at for one in held if one.kind is kind])
              for kind, text in _HELD.items()]  # fmt: skip
    return [(text, max(until)) for text, until in untils if until]


def _row(
    kind: values.Kind, now: history.Fact | None, told: list[history.Fact], of: tuple[Person, date]
) -> Row:
    person, today = of
    first = {
        values.Kind.NAME: f"{person.family_name} {person.given_name}",
        values.Kind.BIRTH_DATE: f"{person.born_on.year}-**-**",
    }
    later = [one for one in told if one.effective_on > today]
    return Row(
        kind=kind.value,
        label=TEXTS[kind],
        shown=now.masked if now else first.get(kind, ""),
        since_on=now.effective_on if now else None,
        coming=later[-1] if later else None,
        told=tuple(told[::-1]),
        change_at=reverse("facts:change", args=[kind.value]) if kind in FORMS else "",
    )


# ---------------------------------------------------------------------------------------- changing
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
@access.members(Action.CHANGE_FACTS)
def change(request: HttpRequest, member: Member, name: str) -> HttpResponse:
    """Another value of one fact, or none any more [登録情報の変更] · AUTH-003, 007, 008."""
    kind = next((one for one in FORMS if one.value == name), None)
    if kind is None:
        raise Http404
    if request.method != "POST":
        return _page(request, (kind, FORMS[kind]()), 200)
    if "remove" in request.POST and kind in REMOVABLE:
        return _recorded(request, member, (kind, None, member.today), ())
    form = FORMS[kind](request.POST)
    with connection.cursor() as cursor:
        person = members.one(cursor, member.member_id).person
    value = form.value(person) if form.is_valid() else None
    effective_on = None if value is None else form.effective_on(member.today)
    if value is None or effective_on is None:
        return _page(request, (kind, form), 422)
    return _recorded(request, member, (kind, value, effective_on), _told(value))


def _told(value: Changed) -> Sequence[tuple[str, str]]:
    """What is shown before a change is confirmed: keys of labels, texts."""
    match value:
        case values.Name():
            return (
                ("facts.name", f"{value.family_name} {value.given_name}"),
                ("changing.kana", f"{value.family_kana} {value.given_kana}"),
            )
        case values.Address():
            return (("facts.address", f"〒{value.postcode[:3]}-{value.postcode[3:]} {value.text}"),)
        case values.Phone():
            return (("changing.phone", phone_text(value.digits)),)
        case values.Email():
            return (("facts.email", value.address),)
        case values.Employer():
            return (("facts.employer", value.name),)
        case values.Income():
            return (("facts.income", yen_text(value.yearly_yen)),)
        case values.BankAccount():
            return _account(value)


def _account(value: values.BankAccount) -> Sequence[tuple[str, str]]:
    """Bank and branch by name, and the holder as banks will read it."""
    bank = banks.by_code(value.bank_code)
    branch = banks.branch_name(value.bank_code, value.branch_code)
    if bank is None or branch is None:
        broken("an account whose bank was looked up")
    return (
        ("changing.bank", f"{bank.name} ({value.bank_code})"),
        ("changing.branch", f"{branch} ({value.branch_code})"),
        ("changing.number", value.number),
        ("changing.holder", value.holder),
    )


def _recorded(
    request: HttpRequest,
    member: Member,
    what: tuple[values.Kind, values.Value | None, date],
    told: Sequence[tuple[str, str]],
) -> HttpResponse:
    """Record it, after one more check where it is grave."""
    kind, value, effective_on = what
    purpose = _purpose(kind)
    bound_to = ""
    if purpose is not None:
        typed = "" if value is None else repr(sorted(values.document(value).items()))
        bound_to = confirming.bound(member, kind.value, typed, effective_on.isoformat())
        asking = confirming.confirmed(request, member, Thing(purpose, bound_to))
        if asking is not None:
            return confirming.show(request, asking, told, TEXTS[kind])
    change = history.Change(
        member.member_id, kind, value, effective_on, _commands.form_ref(request)
    )
    with transaction.atomic(), connection.cursor() as cursor:
        done = history.record(
            cursor, change, history.Teller("member", history.Road.SITE, bound_to), member.at
        )
        draw_checks.note_listed(cursor, member.member_id, done, member.at)
    access.allow(done)
    return HttpResponseRedirect(f"{reverse('facts:overview')}?changed={kind.value}")


def _purpose(kind: values.Kind) -> codes.Purpose | None:
    if kind is values.Kind.BANK_ACCOUNT:
        return codes.Purpose.PAYOUT_ACCOUNT
    return codes.Purpose.CONTACT if kind in values.CONTACTS else None


def _page(request: HttpRequest, asked: tuple[values.Kind, FactForm], status: int) -> HttpResponse:
    kind, form = asked
    page = shown(form, pages.tongue_of(request))
    context = {
        "form": page,
        "asked": list(page.fields.values()),
        "kind": kind.value,
        "label": TEXTS[kind],
        "options": _forms.ACCOUNT_KINDS,
        "is_grave": _purpose(kind) is not None,
        "is_account": kind is values.Kind.BANK_ACCOUNT,
        "removable": kind in REMOVABLE,
    }
    return pages.show(request, "facts/change.html", context, status=status)
