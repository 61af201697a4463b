"""Registers at the desk: what is due, the book of a contract, erasures, leaks [備付け].

Supervisors write, auditors look. Of members a page shows numbers alone; the book of one contract is
a look at its member, written down with its purpose.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from motocho.documents import paper as sheets
from motocho.loans import queries
from motocho.loans.commands import Key
from motocho.office import registers
from motocho.office.registers import Deed as Erased
from motocho.office.registers import Done, Leak, Noted, Step, Taken
from motocho.outside.clock import JAPAN
from motocho.people import access as gate
from motocho.people import members
from motocho.people.access import Action
from motocho.units.errors import Fault, NotFoundError, RefusedError
from motocho.web import _commands, access, pages
from motocho.web.access import Colleague
from motocho.web.desk._choosing import ChoiceField, labels
from motocho.web.desk._sheets import Cell, Deed, Listing, Sheet, bound, done_again, show, tried
from motocho.web.desk._shown import number_of
from motocho.web.fields import DateField, Form, LinesField, MemberNumberField, WordsField
from motocho.web.words import catalogue, said

HOME = "registers.title"
YES = {"no": "registers.no", "yes": "registers.yes"}
STEPS = labels(Step, "registers.step")
DEEDS = labels(Erased, "registers.deed")
OF_WHOM = labels(registers.OfWhom, "registers.files_of")
MOST_DUE = 100
_JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")
_PLACES = (
    ("registers.book", "book"),
    ("registers.erasures", "erasures"),
    ("registers.leaks", "leaks"),
    ("registers.filings", "filings"),
    ("registers.partners", "partners"),
    ("registers.staff_list", "staff_list"),
    ("registers.transfers", "transfers"),
    ("registers.figures", "figures"),
    ("registers.provisioning", "provisioning"),
    ("registers.adverts", "adverts"),
)


def home_link() -> list[tuple[str, str]]:
    """The way back to the registers [備付けの一覧へ]."""
    return [(HOME, reverse("desk:registers"))]


def today(colleague: Colleague) -> date:
    """The day in Japan [今日]."""
    return colleague.at.astimezone(JAPAN).date()


def refuse_reader(colleague: Colleague) -> None:
    """Raises RefusedError for who may only look [記載の権限]."""
    if not colleague.may(Action.KEEP_REGISTERS):
        raise RefusedError(Fault("PPL-081", details={"action": Action.KEEP_REGISTERS.value}))


def number(text: str) -> int:
    """How many, as somebody typed it; 0 for what is no number [件数の読取り]."""
    return number_of(text.strip())


@require_safe
@access.staff(Action.READ_REGISTERS)
def home(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """Every register, and what is due or late in it [備付けの一覧]."""
    on = today(colleague)
    with connection.cursor() as cursor:
        waiting = len(registers.wishes(cursor))
        due = len(registers.due(cursor, on, MOST_DUE))
        late = sum(bool(one.late(on)) for one in registers.incidents(cursor))
        open_reports = [one for one in registers.reports(cursor) if one.filed_on is None]
        asked = sum(one.is_agreed is None for one in registers.adverts(cursor))
        told = sum(not one.ways for one in registers.transfers(cursor))
    links = [(label, reverse(f"desk:register_{name}")) for label, name in _PLACES]
    counts = {
        "registers.erasures_due": due,
        "registers.erasures_waiting": waiting,
        "registers.leaks_late": late,
        "registers.filings_open": len(open_reports),
        "registers.adverts_waiting": asked,
        "registers.transfers_untold": told,
    }
    rows = [(Cell(label=label), Cell(str(count))) for label, count in counts.items()]
    listing = Listing("registers.due", ("registers.what", "registers.count"), rows)
    return show(request, colleague, Sheet(HOME, "registers.lead", [listing], (), links))


# ------------------------------------------------------------------------- the book of a contract
class BookForm(Form):
    """Whose book of which contract [帳簿の指定]."""

    number = MemberNumberField("desk.member_number", "cases.number_hint")
    agreement = WordsField("registers.agreement", "registers.agreement_hint", optional="optional")


@require_safe
@access.staff(Action.READ_REGISTERS)
def book(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """The statutory book of a contract, as CSV or PDF, with its digest [法定帳簿] · BOOK-001.

    Each reading is a look at the member, with its purpose.
    """
    form = BookForm(request.GET if "number" in request.GET else None)
    found = None
    if form.is_bound and form.is_valid():
        try:
            found = _book(form, colleague)
        except NotFoundError as error:
            form.refuse("number", error.faults[0])
    if found is not None and request.GET.get("form") in {"csv", "pdf"}:
        return _book_file(found, request.GET["form"])
    listings = () if found is None else (_parts(found, request),)
    deed = Deed("find", "registers.book", form)
    sheet = Sheet("registers.book", "registers.book_lead", listings, (deed,), home_link())
    return show(request, colleague, sheet)


def _book(form: BookForm, colleague: Colleague) -> registers.Book:
    """The book that a form means.

    Raises    NotFoundError for nobody, whom one may not see, or no such contract: one answer.
    """
    typed = form.cleaned_data
    with transaction.atomic(), connection.cursor() as cursor:
        member = members.by_number(cursor, typed["number"])
        by = colleague.looking_for("register book")
        access.allow(gate.ask(cursor, by, Action.SEE_WHOLE, member.member_id, colleague.at))
        keys = [one.key for one in queries.agreements(cursor, member.member_id)]
        wanted = number(typed["agreement"] or "") or (keys[-1].agreement_id if keys else 0)
        key = Key(member.member_id, wanted)
        if key not in keys:
            raise members.no_such_member()
        return registers.book_of(cursor, key, today(colleague))


def _parts(found: registers.Book, request: HttpRequest) -> Listing:
    address = f"{request.get_full_path()}&form="
    counts = {name: len(getattr(found, name)) for name in
              ("terms", "money", "papers", "transfers", "talks")}  # fmt: skip
    rows = [(Cell(label=f"registers.part_{one}"), Cell(str(n))) for one, n in counts.items()]
    rows += [
        (Cell(label="registers.digest"), Cell(found.digest)),
        (Cell(label="registers.file"), Cell("CSV", address=f"{address}csv")),
        (Cell(label="registers.file"), Cell("PDF", address=f"{address}pdf")),
    ]
    return Listing("registers.book", ("registers.what", "registers.count"), rows)


def _book_file(found: registers.Book, form: str) -> HttpResponse:
    name = f"book-{found.member_number}-{found.key.agreement_id}.{form}"
    if form == "csv":
        response = HttpResponse(found.csv_text().encode(), content_type="text/csv")
    else:
        response = HttpResponse(sheets.pdf(found.paper()), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# -------------------------------------------------------------------------------------- erasures
class AskErasureForm(Form):
    """Who is to be erased [消去の申請]."""

    number = MemberNumberField("desk.member_number", "cases.number_hint")


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.READ_REGISTERS)
def erasures(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """Whose time is over, who waits for a second person, what goes from where [消去] · PRIV-006."""
    form = bound(request, "ask", AskErasureForm)
    wrong: tuple[Fault, ...] = ()
    if request.method == "POST":
        refuse_reader(colleague)
        wrong = _erasing(request, colleague, form)
        if not wrong and not (form.is_bound and form.errors):
            return done_again(request)
    with connection.cursor() as cursor:
        listings = _erasures(cursor, colleague)
    deed = Deed("ask", "registers.erasure_ask", form)
    deeds = (deed,) if colleague.may(Action.KEEP_REGISTERS) else ()
    sheet = Sheet(
        "registers.erasures", "registers.erasures_lead", listings, deeds, home_link(), wrong
    )
    return show(request, colleague, sheet)


def _erasing(request: HttpRequest, colleague: Colleague, form: AskErasureForm) -> tuple[Fault, ...]:
    actor, at = colleague.staff.actor, colleague.at
    if request.POST.get("do") == "erase":
        member_id = number(request.POST.get("of", ""))
        return tried(lambda cursor: registers.erase(_own(cursor, colleague, member_id), member_id,
                                                    actor, at))  # fmt: skip
    if not form.is_bound or not form.is_valid():
        return ()
    typed = form.cleaned_data["number"]

    def ask(cursor: Any) -> None:
        member_id = members.by_number(cursor, typed).member_id
        registers.ask_erasure(_own(cursor, colleague, member_id), member_id, actor, at)

    faults = tried(ask)
    for one in faults:
        form.refuse("number", one)
    return ()


def _own(cursor: Any, colleague: Colleague, member_id: int) -> Any:
    """The cursor, once it is known that the colleague may see the member; written down."""
    by = colleague.looking_for("register erasure")
    access.allow(gate.ask(cursor, by, Action.SEE_WHOLE, member_id, colleague.at))
    return cursor


def _erasures(cursor: Any, colleague: Colleague) -> list[Listing]:
    hidden = gate.kept_from(cursor, colleague.staff)
    may = colleague.may(Action.KEEP_REGISTERS)
    waiting = [one for one in registers.wishes(cursor) if one.member_id not in hidden]
    rows = []
    for one in waiting:
        kept = registers.kept_until(cursor, one.member_id)
        agree = may and one.asked_by != colleague.staff.actor
        button = Cell(label="registers.erase", deed="erase", of=f"{one.member_id}")
        rows.append((
            Cell(members.one(cursor, one.member_id).member_number), Cell(one.asked_by),
            Cell(on=one.asked_at.astimezone(JAPAN).date()), Cell(on=kept.until_on),
            button if agree else Cell(),
        ))  # fmt: skip
    due = [
        (Cell(members.one(cursor, one.member_id).member_number), Cell(on=one.until_on))
        for one in registers.due(cursor, today(colleague), MOST_DUE)
        if one.member_id not in hidden
    ]
    places = [
        (Cell(one.table), Cell(label=DEEDS[one.deed.value]), _reason(one.why))
        for one in registers.places(cursor)
    ]
    heads = ("desk.member_number", "registers.asked_by", "registers.asked_on",
             "registers.kept_until", "registers.act")  # fmt: skip
    return [
        Listing("registers.erasures_waiting", heads, rows),
        Listing("registers.erasures_due", ("desk.member_number", "registers.kept_until"), due),
        _erased(cursor, hidden),
        _folders(cursor, today(colleague)),
        Listing("registers.places", ("registers.table", "registers.what", "registers.why"), places),
    ]


def _erased(cursor: Any, hidden: Collection[int]) -> Listing:
    rows = [
        (
            Cell(f"{one.member_id}"), Cell(on=one.erased_at.astimezone(JAPAN).date()),
            Cell(one.agreed_by),
            Cell(label="registers.files_gone" if one.is_cleared else "registers.files_waiting"),
            Cell(on=one.many_until_on),
        )
        for one in registers.erasures(cursor, MOST_DUE) if one.member_id not in hidden
    ]  # fmt: skip
    heads = ("registers.erased_id", "registers.erased_on", "registers.agreed_by",
             "registers.files", "registers.many_until")  # fmt: skip
    return Listing("registers.erased", heads, rows)


def _folders(cursor: Any, on: date) -> Listing:
    terms, stays = registers.folder_terms(on), registers.Goes.STAYS
    rows = [
        (
            Cell(one.name), Cell(label=OF_WHOM[one.of_whom.value]),
            Cell(label="registers.files_stay") if one.goes is stays
            else Cell(f"{terms.days(one.name)}"),
            _lies_in(one),
        )
        for one in registers.folders(cursor)
    ]  # fmt: skip
    heads = ("registers.folder", "registers.files_whose", "registers.files_days",
             "registers.content")  # fmt: skip
    return Listing("registers.folders", heads, rows)


def _lies_in(folder: registers.Folder) -> Cell:
    """What lies in a folder, in words of the page; of one that has none, as the room says it."""
    key = f"registers.lies.{folder.name.replace('/', '_')}"
    return Cell(label=key) if key in catalogue() else _reason(folder.why)


def _reason(why: str) -> Cell:
    """A reason as the room wrote it, with its language: an article of the law, or plain English."""
    return Cell(why, lang="ja" if _JAPANESE.search(why) else "en")


# ----------------------------------------------------------------------------------------- leaks
class LeakForm(Form):
    """A leak as it became known [漏えい等の記録]."""

    known_on = DateField("registers.known_on", "registers.known_on_hint")
    persons = WordsField("registers.persons", "registers.persons_hint")
    sensitive = ChoiceField("registers.sensitive", known=YES)
    property_harm = ChoiceField("registers.property", known=YES)
    wrongful = ChoiceField("registers.wrongful", known=YES)
    words = LinesField("registers.leak_words", "registers.leak_words_hint")


class StepForm(Form):
    """What was done about a leak [漏えい等への対応]."""

    step = ChoiceField("registers.step", known=STEPS)
    done_on = DateField("registers.done_on")
    ref = WordsField("registers.ref", "registers.ref_hint")


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.READ_REGISTERS)
def leaks(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """Leaks with their last days, late ones said so; a new one [漏えい等] · PRIV-004."""
    form = bound(request, "note", LeakForm)
    wrong: tuple[Fault, ...] = ()
    if request.method == "POST":
        refuse_reader(colleague)
        if form.is_bound and form.is_valid():
            wrong = _note(request, colleague, form)
            if not wrong:
                return done_again(request)
    on, tongue = today(colleague), pages.tongue_of(request)
    with connection.cursor() as cursor:
        found = registers.incidents(cursor)
    addresses = {
        one.incident_id: reverse("desk:register_leak", args=[one.incident_id]) for one in found
    }
    rows = [
        (
            Cell(str(one.incident_id), address=addresses[one.incident_id]),
            Cell(on=one.known_on), Cell(str(one.persons)),
            Cell(on=one.clock.prompt_by if one.clock else None),
            Cell(on=one.clock.final_by if one.clock else None,
                 faults=tuple(said(late.fault(), tongue) for late in one.late(on))),
        )
        for one in found
    ]  # fmt: skip
    heads = ("registers.number", "registers.known_on", "registers.persons", "registers.prompt_by",
             "registers.final_by")  # fmt: skip
    options = {"sensitive": YES, "property_harm": YES, "wrongful": YES}
    deeds = (Deed("note", "registers.leak_note", form, options),)
    listing = Listing("registers.leaks", heads, rows)
    may = colleague.may(Action.KEEP_REGISTERS)
    sheet = Sheet("registers.leaks", "registers.leaks_lead", [listing], deeds if may else (),
                  home_link(), wrong)  # fmt: skip
    return show(request, colleague, sheet)


def _note(request: HttpRequest, colleague: Colleague, form: LeakForm) -> tuple[Fault, ...]:
    typed, ref = form.cleaned_data, _commands.form_ref(request, _commands.DESK)
    leak = Leak(
        typed["known_on"], number(typed["persons"]), typed["sensitive"] == "yes",
        typed["property_harm"] == "yes", typed["wrongful"] == "yes",
    )  # fmt: skip
    noted = Noted(leak, typed["words"], ref)
    return tried(lambda cursor: registers.note_leak(cursor, noted, colleague.staff.actor,
                                                    colleague.at))  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.READ_REGISTERS)
def leak(request: HttpRequest, colleague: Colleague, incident_id: int) -> HttpResponse:
    """One leak, its steps, the next one [漏えい等への対応] · PRIV-004.

    Raises    NotFoundError for none.
    """
    form = bound(request, "take", StepForm)
    wrong: tuple[Fault, ...] = ()
    if request.method == "POST":
        refuse_reader(colleague)
        if form.is_bound and form.is_valid():
            typed = form.cleaned_data
            taken = Taken(incident_id, Step(typed["step"]), Done(typed["done_on"], typed["ref"]))
            wrong = tried(lambda cursor: registers.take_step(cursor, taken, colleague.staff.actor,
                                                             colleague.at))  # fmt: skip
            if not wrong:
                return done_again(request)
    with connection.cursor() as cursor:
        one = registers.incident(cursor, incident_id)
    tongue = pages.tongue_of(request)
    facts = [
        (Cell(label="registers.known_on"), Cell(on=one.known_on)),
        (Cell(label="registers.persons"), Cell(str(one.persons))),
        (Cell(label="registers.leak_words"), Cell(one.words)),
    ]
    if one.clock is not None:
        late = tuple(said(each.fault(), tongue) for each in one.late(today(colleague)))
        facts += [
            (Cell(label="registers.prompt_by"), Cell(on=one.clock.prompt_by)),
            (Cell(label="registers.final_by"), Cell(on=one.clock.final_by, faults=late)),
        ]
    steps = [(Cell(label=STEPS[step.value]), Cell(on=on)) for step, on in one.steps]
    heads = ("registers.what", "registers.content")
    listings = [
        Listing("registers.leak", heads, facts),
        Listing("registers.steps", ("registers.step", "registers.done_on"), steps),
    ]
    deeds = (Deed("take", "registers.step_take", form, {"step": STEPS}),)
    links = [*home_link(), ("registers.leaks", reverse("desk:register_leaks"))]
    may = colleague.may(Action.KEEP_REGISTERS)
    sheet = Sheet("registers.leak", "registers.leaks_lead", listings, deeds if may else (),
                  links, wrong)  # fmt: skip
    return show(request, colleague, sheet)
