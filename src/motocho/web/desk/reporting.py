"""The month in figures, what is set aside, advertisements: their pages [計数・引当・広告]."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from motocho.loans import products
from motocho.office import registers
from motocho.office.registers import Advert, Decision, Draft, Medium, Stage
from motocho.people.access import Action
from motocho.units.errors import Fault, InputError
from motocho.web import _commands, access, pages
from motocho.web._directory import directory
from motocho.web.access import Colleague
from motocho.web.desk._choosing import ChoiceField, labels
from motocho.web.desk._sheets import Cell, Deed, Listing, Sheet, bound, done_again, show, tried
from motocho.web.desk.registering import home_link, number, refuse_reader, today
from motocho.web.fields import DateField, Form, LinesField, WordsField
from motocho.web.words import Tongue

STAGES = labels(Stage, "registers.stage")
MEDIA = labels(Medium, "registers.medium")


class MonthForm(Form):
    """Which month, by a day in it [月の指定]."""

    month = DateField("registers.month", "registers.month_hint")


@require_safe
@access.staff(Action.READ_REGISTERS)
def figures(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """A month by product and limit, what became of applications, complaints [月次計数]."""
    form = MonthForm(request.GET if "month" in request.GET else None)
    on = today(colleague)
    wanted = on.replace(day=1) - timedelta(1)
    found, titles = None, dict[str, str]()
    if form.is_bound and form.is_valid():
        wanted = form.cleaned_data["month"]
    if not form.is_bound or form.is_valid():
        try:
            found, titles = _figures(wanted, on, pages.tongue_of(request))
        except InputError as error:
            form.refuse("month", error.faults[0])
    if found is not None and request.GET.get("form") == "csv":
        return _csv(found.csv_text(), f"figures-{found.last_on:%Y%m}")
    listings = [] if found is None else _figure_tables(found, wanted, titles)
    sheet = Sheet("registers.figures", "registers.figures_lead", listings,
                  (Deed("find", "registers.figures_find", form),), home_link())  # fmt: skip
    return show(request, colleague, sheet)


def _figures(month: date, on: date, tongue: Tongue) -> tuple[registers.Figures, dict[str, str]]:
    """The month, and what its products are called; the file names them by their ids."""
    with transaction.atomic(), connection.cursor() as cursor:
        found = registers.figures(cursor, month, on)
        titles = {
            one.product_id: one.title_en if tongue is Tongue.EN else one.title_ja
            for one in products.on_sale(cursor, found.last_on)
        }
    return found, titles


def _csv(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text.encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _figure_tables(
    found: registers.Figures, month: date, titles: Mapping[str, str]
) -> list[Listing]:
    rows = [
        (Cell(titles.get(one.product, one.product)), Cell(yen=one.limit_to_yen),
         Cell(f"{one.contracts:,}"), Cell(f"{one.with_balance:,}"), Cell(yen=one.balance_yen),
         Cell(f"{one.opened:,}"),
         Cell(f"{one.draws:,}"), Cell(yen=one.lent_yen))
        for one in found.rows
    ]  # fmt: skip
    applied = [
        (Cell(titles.get(one.product, one.product)), Cell(f"{one.submitted:,}"),
         Cell(f"{one.contracted:,}"), Cell(f"{one.refused:,}"), Cell(f"{one.withdrawn:,}"),
         Cell(f"{one.lapsed:,}"))
        for one in found.applied
    ]  # fmt: skip
    whole = [
        (Cell(label="registers.month"), Cell(on=found.last_on)),
        (Cell(label="registers.balance"), Cell(yen=found.balance_yen)),
        (Cell(label="registers.lent"), Cell(yen=found.lent_yen)),
        (Cell(label="registers.complaints"), Cell(f"{sum(found.complaints.values()):,}")),
        (Cell(label="registers.file"), Cell("CSV", address=f"?month={month}&form=csv")),
    ]
    heads = ("registers.product", "registers.limit_to", "registers.contracts",
             "registers.with_balance", "registers.balance", "registers.opened", "registers.draws",
             "registers.lent")  # fmt: skip
    applied_heads = ("registers.product", "registers.submitted", "registers.contracted",
                     "registers.refused", "registers.withdrawn", "registers.lapsed")  # fmt: skip
    return [
        Listing("registers.figures", ("registers.what", "registers.content"), whole),
        Listing("registers.by_band", heads, rows),
        Listing("registers.applied", applied_heads, applied),
    ]


@require_safe
@access.staff(Action.READ_REGISTERS)
def provisioning(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """The book by stage, and what is set aside for each [貸倒引当]."""
    with transaction.atomic(), connection.cursor() as cursor:
        found = registers.provisioning(cursor, _commands.today(cursor, colleague.at))
    if request.GET.get("form") == "csv":
        return _csv(found.csv_text(), f"provisioning-{found.on:%Y%m%d}")
    rows = [
        (Cell(label=STAGES[one.stage.value]), Cell(f"{one.loans:,}"), Cell(yen=one.principal_yen),
         Cell(f"{one.share_ppm:,} ppm"), Cell(yen=one.provision_yen))
        for one in found.rows
    ]  # fmt: skip
    whole = [
        (Cell(label="registers.as_of"), Cell(on=found.on)),
        (Cell(label="registers.balance"), Cell(yen=found.principal_yen)),
        (Cell(label="registers.set_aside"), Cell(yen=found.provision_yen)),
        (Cell(label="registers.file"), Cell("CSV", address="?form=csv")),
    ]
    heads = ("registers.stage", "registers.loans", "registers.balance", "registers.share",
             "registers.set_aside")  # fmt: skip
    listings = [
        Listing("registers.provisioning", ("registers.what", "registers.content"), whole),
        Listing("registers.by_stage", heads, rows),
    ]
    sheet = Sheet("registers.provisioning", "registers.provisioning_lead", listings, (),
                  home_link())  # fmt: skip
    return show(request, colleague, sheet)


# ------------------------------------------------------------------------------------ adverts
class AdvertForm(Form):
    """A text that is to run [広告の申請]."""

    medium = ChoiceField("registers.medium", known=MEDIA)
    title = WordsField("registers.advert_title")
    words = LinesField("registers.advert_words", "registers.advert_words_hint")
    from_on = DateField("registers.from_on")
    until_on = DateField("registers.until_on")


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.READ_REGISTERS)
def adverts(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """Advertisements: checked by rules, agreed to by another, taken down [広告] · ADV-004."""
    form = bound(request, "propose", AdvertForm)
    wrong: tuple[Fault, ...] = ()
    if request.method == "POST":
        refuse_reader(colleague)
        if request.POST.get("do") in {"agree", "refuse", "stop"}:
            wrong = tried(lambda cursor: _decide(cursor, request, colleague))
            if not wrong:
                return done_again(request)
        elif form.is_bound and form.is_valid():
            draft = _draft(request, form)
            wrong = tried(lambda cursor: registers.propose_advert(
                cursor, draft, directory(), colleague.staff.actor, colleague.at))  # fmt: skip
            if not wrong:
                return done_again(request)
    with connection.cursor() as cursor:
        found = registers.adverts(cursor)
    listings = _advert_tables(found, colleague)
    deed = Deed("propose", "registers.advert_propose", form, {"medium": MEDIA})
    may = colleague.may(Action.KEEP_REGISTERS)
    sheet = Sheet("registers.adverts", "registers.adverts_lead", listings, (deed,) if may else (),
                  home_link(), wrong)  # fmt: skip
    return show(request, colleague, sheet)


def _draft(request: HttpRequest, form: AdvertForm) -> Draft:
    typed = form.cleaned_data
    ref = _commands.form_ref(request, _commands.DESK)
    text = typed["words"].replace("\r\n", "\n")
    days = (typed["from_on"], typed["until_on"])
    return Draft(Medium(typed["medium"]), typed["title"], text, *days, ref)


def _decide(cursor: Any, request: HttpRequest, colleague: Colleague) -> None:
    advert_id, do = number(request.POST.get("of", "")), request.POST["do"]
    if do == "stop":
        actor, at = colleague.staff.actor, colleague.at
        registers.stop_advert(cursor, advert_id, today(colleague), actor, at)
        return
    said = Decision(colleague.staff.actor, is_agreed=do == "agree")
    registers.decide_advert(cursor, advert_id, said, colleague.at)


def _advert_tables(found: list[Advert], colleague: Colleague) -> list[Listing]:
    on, may = today(colleague), colleague.may(Action.KEEP_REGISTERS)
    rows = []
    for one in found:
        others = may and one.asked_by != colleague.staff.actor
        deeds = (Cell(), Cell())
        if one.is_agreed is None and others:
            deeds = (
                Cell(label="registers.agree", deed="agree", of=f"{one.advert_id}"),
                Cell(label="registers.refuse", deed="refuse", of=f"{one.advert_id}"),
            )
        elif may and one.runs_on(on):
            deeds = (Cell(label="registers.stop", deed="stop", of=f"{one.advert_id}"), Cell())
        state = "waits" if one.is_agreed is None else "agreed" if one.is_agreed else "declined"
        rows.append((
            Cell(f"«{one.title}»"), Cell(label=MEDIA[one.medium.value]), Cell(on=one.from_on),
            Cell(on=one.stopped_on or one.until_on),
            Cell(label="registers.runs" if one.runs_on(on) else f"registers.advert_{state}"),
            *deeds,
        ))  # fmt: skip
    heads = (
        "registers.advert_title", "registers.medium", "registers.from_on", "registers.until_on",
        "registers.state", "registers.act", "registers.act_too",
    )  # fmt: skip
    waiting = [one for one in found if one.is_agreed is None]
    texts = [(Cell(f"«{one.title}»"), Cell(f"«{one.words}»")) for one in waiting]
    return [
        Listing("registers.adverts", heads, rows),
        Listing("registers.advert_texts", ("registers.advert_title", "registers.advert_words"),
                texts),
    ]  # fmt: skip
