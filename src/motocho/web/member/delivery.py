"""Papers that were delivered, and how they are to be delivered [書面の受取り].

Before a consent the page shows the kind and the content of the method (貸金業法施行令3条の3). Each
kind of paper has its own, and takes it back with as many taps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from motocho.documents import archive
from motocho.documents.archive import Kept, Road
from motocho.loans.commands import Key
from motocho.people import consents
from motocho.people.access import Action
from motocho.people.consents import Consent, Told
from motocho.web import _commands, access, pages
from motocho.web.access import Member
from motocho.web.maintenance import changes_something
from motocho.web.words import wording_ref

METHOD = ("delivery.kind", "delivery.format", "delivery.on_paper", "delivery.back_any_time")
"""The words of the method, which belong to each consent to delivery by wire."""
PERIOD = "period"
_ELECTRONIC = consents.Kind.ELECTRONIC_DELIVERY
WANTED: Mapping[str, tuple[Consent, str]] = {
    "contract": (Consent(_ELECTRONIC, "contract"), "delivery.contract"),
    "pre_contract": (Consent(_ELECTRONIC, "pre_contract"), "delivery.pre_contract"),
    "draw": (Consent(_ELECTRONIC, "draw"), "delivery.draw"),
    "receipt": (Consent(_ELECTRONIC, "receipt"), "delivery.receipt"),
    "monthly_statement": (Consent(_ELECTRONIC, "monthly_statement"), "delivery.monthly"),
    PERIOD: (Consent(consents.Kind.PERIOD_STATEMENT), "delivery.period"),
}
"""What may be agreed to here, by its name in the form, with its words."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One consent as the page shows it [同意の表示]."""

    name: str
    label: str
    standing: consents.Standing | None

    @property
    def is_given(self) -> bool:
        """Whether it stands [同意済みか]."""
        return self.standing is not None and self.standing.is_given


@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
@access.members(Action.LOOK)
def delivery(request: HttpRequest, member: Member) -> HttpResponse:
    """By wire or by post, kind by kind [電磁交付の設定] · DOC-005.

    Who stopped everything takes back all the same: it only takes away.
    """
    if request.method == "POST":
        _say(request, member)
        return HttpResponseRedirect(reverse("member:delivery"))
    with connection.cursor() as cursor:
        choices = [
            Choice(name, label, consents.standing(cursor, member.member_id, consent, member.at))
            for name, (consent, label) in WANTED.items()
        ]
    context = {
        "choices": [one for one in choices if one.name != PERIOD],
        "period": next(one for one in choices if one.name == PERIOD),
        "all_given": all(one.is_given for one in choices if one.name != PERIOD),
    }
    return pages.show(request, "member/delivery.html", context)


def _say(request: HttpRequest, member: Member) -> None:
    """Each page gives its forms another token: a form sent twice says it once."""
    if request.POST.get("give"):
        access.require(member, Action.CHANGE_CONSENTS)
    tongue, form_ref = pages.tongue_read(request), _commands.form_ref(request)
    for command, field in ((consents.give, "give"), (consents.withdraw, "withdraw")):
        name = request.POST.get(field, "")
        names = [one for one in WANTED if one != PERIOD] if name == "all" else [name]
        with transaction.atomic(), connection.cursor() as cursor:
            for one in names:
                if one in WANTED:
                    consent, label = WANTED[one]
                    words = [label] if one == PERIOD else [label, *METHOD]
                    told = Told(_commands.MEMBER, form_ref, wording_ref(words, tongue))
                    command(cursor, member.member_id, consent, told, member.at)


# --------------------------------------------------------------------------------------- papers
@dataclass(frozen=True, slots=True)
class Shown:
    """A delivered paper in a list [書面の表示]."""

    of: Kept

    @property
    def state(self) -> str:
        """The key of what became of it [状態]."""
        if self.of.posted_at is not None:
            return "delivery.posted"
        if self.of.queued_at is not None:
            return "delivery.to_be_posted"
        return "delivery.by_wire" if self.of.road is Road.ELECTRONIC else "delivery.copy"

    @property
    def can_be_asked(self) -> bool:
        """Whether it may still be asked for on paper [紙での請求]."""
        return self.of.queued_at is None


def delivered(member: Member, agreement_id: int, year: str) -> tuple[list[Shown], list[str]]:
    """Papers of an agreement, of one year or all, and the years there are [書面の一覧]."""
    with connection.cursor() as cursor:
        kept = archive.listed(cursor, member.member_id, agreement_id)
    years = sorted({str(one.dated_on.year) for one in kept}, reverse=True)
    shown = [Shown(one) for one in kept if not year or str(one.dated_on.year) == year]
    return shown, years


def contract_paper(key: Key) -> Kept | None:
    """With which letter the contract's own paper goes back, or went [契約書の返却] · DOC-008."""
    with connection.cursor() as cursor:
        return archive.going_back(cursor, key)


@require_safe
@access.members(Action.LOOK)
def kept_pdf(request: HttpRequest, member: Member, paper_no: int) -> HttpResponse:  # noqa: ARG001
    """A paper to the byte as it was delivered; that it was opened is kept [書面のPDF]."""
    with transaction.atomic(), connection.cursor() as cursor:
        content = archive.opened(cursor, member.member_id, paper_no, member.at)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="paper-{paper_no}.pdf"'
    return response


@require_POST
@changes_something
@access.members(Action.ASK_FOR_HELP)
def ask_on_paper(request: HttpRequest, member: Member, paper_no: int) -> HttpResponse:  # noqa: ARG001
    """Ask for a paper by post too; asking twice asks once [紙での受取り]."""
    with transaction.atomic(), connection.cursor() as cursor:
        kept = archive.ask_on_paper(cursor, member.member_id, paper_no, member.at)
    return HttpResponseRedirect(reverse("member:papers", args=[kept.agreement_id]))
