"""Partners, reports to the authority, the staff list, claims that went: their pages [備付け]."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from motocho.loans.commands import Key
from motocho.office import registers
from motocho.office.registers import (
    Branch,
    Done,
    Entry,
    Kind,
    Look,
    Matter,
    Partner,
    Road,
    Told,
    Way,
)
from motocho.people import access as gate
from motocho.people import members
from motocho.people.access import Action
from motocho.units.errors import Fault, NotFoundError
from motocho.web import access, pages
from motocho.web.access import Colleague
from motocho.web.desk._choosing import ChoiceField, labels
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
from motocho.web.desk.registering import YES, home_link, number, refuse_reader, today
from motocho.web.fields import DateField, Form, WordsField
from motocho.web.words import said

ROADS = labels(Road, "registers.road")
KINDS = labels(Kind, "registers.kind")
WAYS = labels(Way, "registers.way")


# -------------------------------------------------------------------------------------- partners
class PartnerForm(Form):
    """Who is to get data of members [委託先・提供先の登録]."""

    partner = WordsField("registers.partner", "registers.partner_hint")
    name = WordsField("registers.name")
    address = WordsField("registers.address")
    road = ChoiceField("registers.road", known=ROADS)
    purpose = WordsField("registers.purpose")
    contract_ref = WordsField("registers.contract_ref")
    from_on = DateField("registers.from_on")
    screened_on = DateField("registers.screened_on", "registers.screened_hint")


class CheckForm(Form):
    """That a partner was looked at again [再確認]."""

    checked = ChoiceField("registers.partner")
    checked_on = DateField("registers.screened_on")


class EndForm(Form):
    """The last day of a partner's contract [委託の終了]."""

    ended = ChoiceField("registers.partner")
    until_on = DateField("registers.until_on")


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.READ_REGISTERS)
def partners(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """Who gets data, by which contract, and until when the last look holds [委託先] · PRIV-007."""
    with connection.cursor() as cursor:
        found = registers.partners(cursor)
    open_ones = {one.partner_id: one for one in found if one.until_on is None}
    ids = dict.fromkeys(open_ones, "")
    forms = {
        "list": bound(request, "list", PartnerForm),
        "look": bound(request, "look", CheckForm),
        "end": bound(request, "end", EndForm),
    }
    offered(forms["look"], {"checked": ids})
    offered(forms["end"], {"ended": ids})
    wrong: tuple[Fault, ...] = ()
    if request.method == "POST":
        refuse_reader(colleague)
        form = forms.get(request.POST.get("do", ""))
        if form is not None and form.is_valid():
            wrong = _partner_done(form, colleague, open_ones)
            if not wrong:
                return done_again(request)
        elif request.POST.get("do") == "ask":
            wrong = tried(lambda cursor: registers.begin_asking(
                cursor, today(colleague), colleague.staff.actor, colleague.at))  # fmt: skip
            if not wrong:
                return done_again(request)
    return _partners_page(request, colleague, found, forms, wrong)


def _partner_done(form: Form, colleague: Colleague, known: dict[str, Partner]) -> tuple[Fault, ...]:
    typed, by = form.cleaned_data, (colleague.staff.actor, colleague.at)
    if isinstance(form, CheckForm):
        look = Look(typed["checked"], typed["checked_on"], colleague.staff.actor)
        return tried(lambda cursor: registers.look_again(cursor, look, *by))
    if isinstance(form, EndForm):
        one = known[typed["ended"]]
        return tried(lambda cursor: registers.end_partner(cursor, one, typed["until_on"], *by))
    partner = Partner(
        typed["partner"], typed["name"], typed["address"], Road(typed["road"]), typed["purpose"],
        typed["contract_ref"], typed["from_on"], typed["screened_on"], colleague.staff.actor,
    )  # fmt: skip
    return tried(lambda cursor: registers.list_partner(cursor, partner, *by))


def _partners_page(
    request: HttpRequest,
    colleague: Colleague,
    found: list[Partner],
    forms: dict[str, Form],
    wrong: tuple[Fault, ...],
) -> HttpResponse:
    on, tongue = today(colleague), pages.tongue_of(request)
    rows = []
    may = colleague.may(Action.KEEP_REGISTERS)
    with connection.cursor() as cursor:
        for one in found:
            refused = registers.check_partner(cursor, one.partner_id, on)
            faults = () if refused is None else (said(refused.fault(), tongue),)
            rows.append((
                Cell(one.partner_id), Cell(one.name), Cell(label=ROADS[one.road.value]),
                Cell(one.purpose), Cell(on=one.from_on), Cell(on=one.until_on),
                Cell(on=registers.checked_until(cursor, one.partner_id, on), faults=faults),
            ))  # fmt: skip
        since = registers.asks_since(cursor)
        stands = {
            one: registers.check_partner(cursor, one, on) is None
            for one in registers.receivers(cursor)
        }
    sent = [
        (Cell(name), Cell(label="registers.stands" if is_there else "registers.lacks"))
        for name, is_there in stands.items()
    ]
    sent.append((Cell(label="registers.asks_since"),
                 Cell(on=since) if since or not may
                 else Cell(label="registers.begin_asking", deed="ask")))  # fmt: skip
    heads = ("registers.partner", "registers.name", "registers.road", "registers.purpose",
             "registers.from_on", "registers.until_on", "registers.checked_until")  # fmt: skip
    listings = [
        Listing("registers.partners", heads, rows),
        Listing("registers.receivers", ("registers.partner", "registers.what"), sent),
    ]
    named = {one.partner_id: f"«{one.partner_id}»" for one in found if one.until_on is None}
    deeds = (
        Deed("list", "registers.partner_list", forms["list"], {"road": ROADS}),
        Deed("look", "registers.partner_look", forms["look"], {"checked": named}),
        Deed("end", "registers.partner_end", forms["end"], {"ended": named}),
    )
    sheet = Sheet("registers.partners", "registers.partners_lead", listings,
                  deeds if may else (), home_link(), wrong)  # fmt: skip
    return show(request, colleague, sheet)


# ------------------------------------------------------------------------ reports to the authority
class MatterForm(Form):
    """What is to be reported [届出の発生]."""

    kind = ChoiceField("registers.kind", known=KINDS)
    about = WordsField("registers.about", "registers.about_hint")
    happened_on = DateField("registers.happened_on")


class FilingForm(Form):
    """That something was reported [届出]."""

    report = WordsField("registers.number")
    filed_on = DateField("registers.filed_on")
    filing_ref = WordsField("registers.ref")


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.READ_REGISTERS)
def filings(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """Reports to the authority with their last days; one that was filed [届出] · ASGN-002."""
    noting, filing = bound(request, "note", MatterForm), bound(request, "file", FilingForm)
    wrong: tuple[Fault, ...] = ()
    if request.method == "POST":
        refuse_reader(colleague)
        by = (colleague.staff.actor, colleague.at)
        if noting.is_bound and noting.is_valid():
            typed = noting.cleaned_data
            matter = Matter(Kind(typed["kind"]), typed["about"], typed["happened_on"])
            wrong = tried(lambda cursor: registers.note_report(cursor, matter, *by))
        elif filing.is_bound and filing.is_valid():
            wrong = tried(lambda cursor: _file(cursor, filing, by))
        if not wrong and (noting if noting.is_bound else filing).is_valid():
            return done_again(request)
    on, tongue = today(colleague), pages.tongue_of(request)
    with connection.cursor() as cursor:
        found = registers.reports(cursor)
    rows = []
    for one in found:
        late = one.late(on)
        rows.append((
            Cell(str(one.report_id)), Cell(label=KINDS[one.matter.kind.value]),
            Cell(one.matter.about), Cell(on=one.matter.happened_on),
            Cell(on=one.due_on, faults=() if late is None else (said(late.fault(), tongue),)),
            Cell(on=one.filed_on),
        ))  # fmt: skip
    heads = ("registers.number", "registers.kind", "registers.about", "registers.happened_on",
             "registers.due_on", "registers.filed_on")  # fmt: skip
    deeds = (
        Deed("note", "registers.filing_note", noting, {"kind": KINDS}),
        Deed("file", "registers.filing_file", filing),
    )
    may = colleague.may(Action.KEEP_REGISTERS)
    sheet = Sheet("registers.filings", "registers.filings_lead",
                  [Listing("registers.filings", heads, rows)], deeds if may else (),
                  home_link(), wrong)  # fmt: skip
    return show(request, colleague, sheet)


def _file(cursor: Any, form: FilingForm, by: tuple[str, Any]) -> None:
    typed = form.cleaned_data
    wanted = number(typed["report"])
    found = [one for one in registers.reports(cursor) if one.report_id == wanted]
    if not found:
        raise NotFoundError(Fault("REG-035", excerpt=typed["report"][:20]))
    registers.file_report(cursor, found[0], Done(typed["filed_on"], typed["filing_ref"]), *by)


# ------------------------------------------------------------------------------------- staff list
class BranchForm(Form):
    """An office [営業所の登録]."""

    branch = WordsField("registers.branch", "registers.partner_hint")
    branch_name = WordsField("registers.name")
    opened_on = DateField("registers.opened_on")


class EntryForm(Form):
    """An entry of the staff list, whole [従業者名簿の記載]."""

    at = ChoiceField("registers.branch")
    certificate_no = WordsField("registers.certificate_no")
    from_on = DateField("registers.from_on")
    name = WordsField("registers.person")
    address = WordsField("registers.address")
    born_on = DateField("registers.born_on")
    duty = WordsField("registers.duty")
    joined_on = DateField("registers.joined_on")
    left_on = DateField("registers.left_on", optional="optional")
    chief_no = WordsField("registers.chief_no", optional="optional")
    year = ChoiceField("registers.year", known=YES)
    full_time = ChoiceField("registers.full_time", known=YES)


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.READ_REGISTERS)
def staff_list(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """The staff list of each office and its chiefs [従業者名簿] · BOOK-005, ORG-001."""
    with connection.cursor() as cursor:
        branches = registers.branches(cursor)
    known = {one.branch_id: f"«{one.name}»" for one in branches}
    opening, entering = bound(request, "open", BranchForm), bound(request, "enter", EntryForm)
    offered(entering, {"at": known})
    wrong: tuple[Fault, ...] = ()
    if request.method == "POST":
        refuse_reader(colleague)
        if opening.is_bound and opening.is_valid():
            typed = opening.cleaned_data
            branch = Branch(typed["branch"], typed["branch_name"], typed["opened_on"])
            wrong = tried(lambda cursor: registers.open_branch(cursor, branch))
        elif entering.is_bound and entering.is_valid():
            entry = _entry(entering)
            wrong = tried(lambda cursor: registers.write_entry(
                cursor, entry, colleague.staff.actor, colleague.at))  # fmt: skip
        if not wrong and (opening if opening.is_bound else entering).is_valid():
            return done_again(request)
    with connection.cursor() as cursor:
        listings = [
            one for branch in branches for one in _branch(cursor, request, colleague, branch)
        ]
    options = {"at": known, "year": YES, "full_time": YES}
    deeds = (
        Deed("enter", "registers.staff_enter", entering, options),
        Deed("open", "registers.branch_open", opening),
    )
    may = colleague.may(Action.KEEP_REGISTERS)
    sheet = Sheet("registers.staff_list", "registers.staff_lead", listings, deeds if may else (),
                  home_link(), wrong)  # fmt: skip
    return show(request, colleague, sheet)


def _entry(form: EntryForm) -> Entry:
    typed = form.cleaned_data
    return Entry(
        typed["at"], typed["certificate_no"], typed["from_on"], typed["name"], typed["address"],
        typed["born_on"], typed["duty"], typed["joined_on"], typed["left_on"],
        typed["chief_no"] or "", typed["year"] == "yes", typed["full_time"] == "yes",
    )  # fmt: skip


def _branch(
    cursor: Any, request: HttpRequest, colleague: Colleague, branch: Branch
) -> list[Listing]:
    on: date = today(colleague)
    chiefs = registers.chiefs_of(cursor, branch.branch_id, on)
    lacking = chiefs.lacking()
    faults = () if lacking is None else (said(lacking.fault(), pages.tongue_of(request)),)
    counts = [(Cell(branch.name), Cell(str(chiefs.staff)), Cell(str(chiefs.chiefs)),
               Cell(str(chiefs.needed), faults=faults), Cell(on=chiefs.cure_by))]  # fmt: skip
    rows = [
        (Cell(one.certificate_no), Cell(one.name), Cell(one.duty), Cell(on=one.joined_on),
         Cell(one.chief_no))
        for one in registers.staff_list(cursor, branch.branch_id, on)
    ]  # fmt: skip
    count_heads = ("registers.branch", "registers.staff", "registers.chiefs", "registers.needed",
                   "registers.cure_by")  # fmt: skip
    heads = ("registers.certificate_no", "registers.person", "registers.duty",
             "registers.joined_on", "registers.chief_no")  # fmt: skip
    return [
        Listing("registers.chiefs", count_heads, counts),
        Listing("registers.staff_list", heads, rows),
    ]


# ------------------------------------------------------------------------------- claims that went
class ToldForm(Form):
    """That the debtor knows [債務者への通知・承諾]."""

    transfer = ChoiceField("registers.transfer")
    way = ChoiceField("registers.way", known=WAYS)
    reached_on = DateField("registers.reached_on")
    fixed = ChoiceField("registers.fixed", known=YES)
    ref = WordsField("registers.ref")


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.READ_REGISTERS)
def transfers(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """Claims that went, and whether the debtor knows [債権譲渡] · ASGN-001, ASGN-003."""
    with connection.cursor() as cursor:
        hidden = gate.kept_from(cursor, colleague.staff)
        found = [one for one in registers.transfers(cursor) if one.key.member_id not in hidden]
        numbers = {one.key: members.one(cursor, one.key.member_id).member_number for one in found}
    known = {f"{key.member_id}-{key.agreement_id}": key for key in numbers}
    named = {name: f"«{numbers[key]}/{key.agreement_id}»" for name, key in known.items()}
    form = bound(request, "tell", ToldForm)
    offered(form, {"transfer": named})
    wrong: tuple[Fault, ...] = ()
    if request.method == "POST":
        refuse_reader(colleague)
        if form.is_bound and form.is_valid():
            wrong = _told(form, colleague, known)
            if not wrong:
                return done_again(request)
    on, tongue = today(colleague), pages.tongue_of(request)
    rows = []
    with connection.cursor() as cursor:
        for one in found:
            lacks = registers.check_standing(cursor, one.key, on)
            faults = tuple(said(each.fault(), tongue) for each in lacks)
            rows.append((
                Cell(f"{numbers[one.key]}/{one.key.agreement_id}"), Cell(one.buyer_id),
                Cell(on=one.transferred_on), Cell(yen=one.claim_yen),
                Cell(label=WAYS[one.ways[0].value] if one.ways else "", faults=faults),
            ))  # fmt: skip
    heads = ("registers.agreement", "registers.buyer", "registers.transferred_on",
             "registers.claim", "registers.way")  # fmt: skip
    options = {"transfer": named, "way": WAYS, "fixed": YES}
    deeds = (Deed("tell", "registers.transfer_tell", form, options),)
    may = colleague.may(Action.KEEP_REGISTERS) and bool(found)
    sheet = Sheet("registers.transfers", "registers.transfers_lead",
                  [Listing("registers.transfers", heads, rows)], deeds if may else (),
                  [*home_link(), ("registers.partners", reverse("desk:register_partners")),
                   ("registers.sell", reverse("desk:register_sell"))],
                  wrong)  # fmt: skip
    return show(request, colleague, sheet)


def _told(form: ToldForm, colleague: Colleague, known: dict[str, Key]) -> tuple[Fault, ...]:
    typed = form.cleaned_data
    told = Told(Way(typed["way"]), typed["reached_on"], typed["fixed"] == "yes", typed["ref"])
    key = known[typed["transfer"]]
    return tried(lambda cursor: registers.tell_debtor(cursor, key, told, colleague.staff.actor,
                                                      colleague.at))  # fmt: skip
