"""A claim of ours is to go to a buyer: the notice first, then two persons [債権の譲渡].

The notice is what the buyer is told in writing (貸金業法24条1項); whoever asks names the one that
the buyer had. Another supervisor decides among the requests, on the same day and the same yen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from motocho.care import approvals
from motocho.care.approvals import Queue
from motocho.documents import paper as sheets
from motocho.documents.paper import Paper
from motocho.loans import queries
from motocho.loans.commands import Key
from motocho.office import registers
from motocho.people import access as gate
from motocho.people import members
from motocho.people.access import Action
from motocho.units.errors import Fault, NotFoundError
from motocho.web import _commands, access
from motocho.web.access import Colleague
from motocho.web.desk._choosing import ChoiceField
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
from motocho.web.desk.registering import home_link, number, refuse_reader
from motocho.web.fields import DateField, Form, MemberNumberField, WordsField


class NoticeForm(Form):
    """Which claim, to whom: the notice of it [通知書の指定]."""

    number = MemberNumberField("desk.member_number", "cases.number_hint")
    agreement = WordsField("registers.agreement")
    buyer = ChoiceField("registers.buyer")


class SaleForm(NoticeForm):
    """The same, with the notice that the buyer had [譲渡の依頼]."""

    noticed_on = DateField("registers.noticed_on")
    notice_ref = WordsField("registers.notice_ref")
    reason = WordsField("registers.sell_reason")


@dataclass(frozen=True, slots=True)
class _Meant:
    """A claim that a form means [指定された債権]."""

    key: Key
    buyer_id: str


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.READ_REGISTERS)
def sell(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """The notice to a buyer, and the request that a claim go there [債権の譲渡] · ASGN-001.

    Law       貸金業法24条1項, 3項; 施行規則21条.
    """
    with connection.cursor() as cursor:
        on = _commands.today(cursor, colleague.at)
        known = {one.partner_id: f"«{one.name}»" for one in registers.buyers(cursor, on)}
    find = NoticeForm(request.GET if "number" in request.GET else None)
    ask = bound(request, "ask", SaleForm)
    for form in (find, ask):
        offered(form, {"buyer": known})
    wrong: tuple[Fault, ...] = ()
    if request.method == "POST":
        refuse_reader(colleague)
        if ask.is_bound and ask.is_valid():
            wrong = tried(lambda cursor: _ask(cursor, request, ask, colleague))
            if not wrong:
                return done_again(request)
    paper = _notice(find, colleague) if find.is_bound and find.is_valid() else None
    if paper is not None and request.GET.get("form") == "pdf":
        response = HttpResponse(sheets.pdf(paper), content_type="application/pdf")
        response["Content-Disposition"] = 'attachment; filename="notice.pdf"'
        return response
    return show(request, colleague, _sheet(request, colleague, (find, ask), (paper, wrong, known)))


def _sheet(
    request: HttpRequest,
    colleague: Colleague,
    forms: tuple[NoticeForm, SaleForm],
    found: tuple[Paper | None, tuple[Fault, ...], dict[str, str]],
) -> Sheet:
    (find, ask), (paper, wrong, known) = forms, found
    options = {"buyer": known}
    may = colleague.may(Action.KEEP_REGISTERS) and bool(known)
    deeds = (
        Deed("find", "registers.sell_notice", find, options),
        Deed("ask", "registers.sell_ask", ask, options),
    )
    lead = "registers.sell_lead" if known else "registers.sell_no_buyer"
    listings = [_waiting(colleague)]
    if paper is not None:
        listings.insert(0, _lines(paper, request))
    links = [*home_link(), ("registers.transfers", reverse("desk:register_transfers")),
             ("registers.partners", reverse("desk:register_partners")),
             ("registers.sell_approvals", reverse("desk:approvals"))]  # fmt: skip
    return Sheet("registers.sell", lead, listings, deeds if may else (), links, wrong)


def _meant(cursor: Any, form: NoticeForm, colleague: Colleague) -> _Meant:
    """The claim that a form means, once whoever asks may see its member.

    Raises    NotFoundError for nobody, whom one may not see, or no such contract: one answer.
    """
    typed = form.cleaned_data
    member = members.by_number(cursor, typed["number"])
    by = colleague.looking_for("claim sale")
    access.allow(gate.ask(cursor, by, Action.SEE_WHOLE, member.member_id, colleague.at))
    key = Key(member.member_id, number(typed["agreement"]))
    if key not in [one.key for one in queries.agreements(cursor, member.member_id)]:
        raise members.no_such_member()
    return _Meant(key, typed["buyer"])


def _notice(form: NoticeForm, colleague: Colleague) -> Paper | None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            of = _meant(cursor, form, colleague)
            on = _commands.today(cursor, colleague.at)
            return registers.notice_paper(cursor, of.key, of.buyer_id, on)
    except NotFoundError as error:
        form.refuse("number", error.faults[0])
        return None


def _ask(cursor: Any, request: HttpRequest, form: SaleForm, colleague: Colleague) -> object:
    of, typed = _meant(cursor, form, colleague), form.cleaned_data
    wish = registers.SaleWish(
        of.key, of.buyer_id, typed["noticed_on"], typed["notice_ref"], typed["reason"]
    )
    source = _commands.form_ref(request, _commands.DESK)
    on = _commands.booking_day(cursor, colleague.at)
    return registers.ask_sale(cursor, wish, colleague.staff, (source, colleague.at), on)


def _lines(paper: Paper, request: HttpRequest) -> Listing:
    rows = [(Cell(pair.label), Cell(pair.text)) for pair in paper.pairs]
    rows += [(Cell(str(what)), Cell(str(text))) for what, text in paper.rows]
    rows.append(
        (Cell(label="registers.file"), Cell("PDF", address=f"{request.get_full_path()}&form=pdf"))
    )
    return Listing("registers.sell_notice_lines", ("registers.item", "registers.what"), rows)


def _waiting(colleague: Colleague) -> Listing:
    with connection.cursor() as cursor:
        queue = Queue((registers.SALE,))
        found = approvals.waiting(cursor, colleague.staff, colleague.at, queue)
        numbers = members.numbers_of(cursor, [one.ref.member_id for one in found])
    rows = [
        (
            Cell(f"{numbers[one.ref.member_id]}/{one.content['agreement']}",
                 address=reverse("desk:approval", args=one.ref)),
            Cell(str(one.figures["buyer_name"])),
            Cell(yen=int(one.figures["claim_yen"])),
        )
        for one in found
    ]  # fmt: skip
    heads = ("registers.agreement", "registers.buyer", "registers.claim")
    return Listing("registers.sell_waiting", heads, rows)
