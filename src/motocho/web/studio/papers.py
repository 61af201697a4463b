"""S8: the papers of a case: what is missing, previews, files, packs, the packing list [書類]."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pypdfium2
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from motocho.claims import layouts, pleading, reading, scenarios
from motocho.claims.pleading import Asked, Content, Kind, PaperKind, Stage
from motocho.office import cases, papers
from motocho.office.cases import Case
from motocho.units.errors import Fault, FaultyInput, Language, MotochoError
from motocho.units.money import SignRule, read_yen
from motocho.web import pages
from motocho.web.studio import _guests, _kept, frame
from motocho.web.words import Tongue, plain, said

_PREVIEW_SCALE = 1.3
_DRAFT = "draft"


def templates_folder() -> Path:
    """Where the office's own templates lie: beside its cases [書式の置き場所]."""
    return Path(settings.STUDIO_FOLDER) / "templates"


def desk_of(request: HttpRequest) -> papers.Desk:
    """How papers are made for this request [作成の設定]."""
    making = papers.Making.DRAFT if request.GET.get(_DRAFT) else papers.Making.FINAL
    grid = next(
        (one for one in pleading.Grid if one.value == request.GET.get("grid")),
        pleading.Grid.ACROSS_20,
    )
    folder = templates_folder() if settings.STUDIO_FOLDER else None
    return papers.Desk(folder, grid=grid, making=making)


def content_of(request: HttpRequest, case: Case) -> Content:
    """A case's papers on the day of the request, with its kept exhibits [書類の内容]."""
    content = papers.content_of(case, pages.moment(request).date())
    if _guests.guest_of(request) is not None:  # a server keeps no shelf
        return content
    return _kept.with_kept(case.case_id, content)


# --------------------------------------------------------------------------------------- the page
@require_http_methods(["GET", "HEAD", "POST"])
def papers_page(request: HttpRequest, case_id: int) -> HttpResponse:
    """The facts that papers need, and every paper that fits the case [書類]."""
    case = cases.load(case_id)
    if request.method == "POST":
        return _facts_sent(request, case)
    return _page(request, case, None)


def _facts_sent(request: HttpRequest, case: Case) -> HttpResponse:
    on = pages.moment(request).date()
    stated = {key: text for key, text in request.POST.items() if isinstance(text, str)}
    if "sample" in stated:
        filled = papers.stated_of(case, on)
        stated = {key: text for key, text in papers.SAMPLE_FACTS.items() if key not in filled}
    try:
        operations = papers.fact_operations(case, stated, on)
    except FaultyInput as error:
        return _page(request, case, error, stated)
    if operations:
        cases.apply(
            case.case_id,
            operations,
            actor=frame.actor_of(request),
            at=pages.moment(request),
            expected_seq=case.seq,
        )
    return HttpResponseRedirect(reverse("studio:papers", args=[case.case_id]) + "#papers")


def _page(
    request: HttpRequest, case: Case, error: FaultyInput | None, typed: dict[str, str] | None = None
) -> HttpResponse:
    tongue = pages.tongue_of(request)
    on = pages.moment(request).date()
    faults = list(error.faults) if error else []
    context: dict[str, Any] = {"wrong": [_told(one, tongue) for one in faults]}
    stated = papers.stated_of(case, on) | (typed or {})
    lacking: tuple[Asked, ...] = ()
    try:
        content = content_of(request, case)
    except MotochoError as failed:
        context |= {"content": None, "unready": [_told(one, tongue) for one in failed.faults]}
    else:
        offered = tuple(one for one in pleading.offered(content) if _guests.offers(request, one))
        lacking = _lacking(content, offered)
        may_file = _guests.is_there(request, "studio:pack")
        listed = pleading.filing.packing_list(content) if may_file else None
        context |= {
            "content": content,
            "cautions": [_told(one, tongue) for one in pleading.cautions(content)],
            "stages": _stages(content, offered, tongue),
            "packing": listed,
            "warnings": [_told(one, tongue) for one in listed.warnings] if listed else [],
            "exhibits": content.exhibits,
            "kept_exhibits": _kept_on(request, case),
            "may_file": may_file,
            "made_on": content.written_on,
        }
    asked = {one.key for one in lacking} | {fault.column for fault in faults}
    told = {fault.column: said(fault, tongue) for fault in faults}
    fields = [_field(one, stated, told, tongue) for one in pleading.ASKED]
    context |= {
        "fields_open": [one for one in fields if one["key"] in asked],
        "fields_rest": [one for one in fields if one["key"] not in asked],
        "is_sample": case.lender in {plain("studio.sample.lender", one) for one in Tongue},
    }
    status = 422 if faults else 200
    return frame.case_page(request, "studio/papers.html", case, context, status=status)


def _kept_on(request: HttpRequest, case: Case) -> list[dict[str, Any]]:
    """The numbered exhibits that lie on the shelf, each with where it is."""
    if _guests.guest_of(request) is not None:
        return []
    return [
        {"title": one.title, "at": reverse("studio:paper", args=[case.case_id, one.paper_no])}
        for _, one in sorted(_kept.listed(case.case_id).items())
    ]


def _told(fault: Fault, tongue: Tongue) -> dict[str, Any]:
    return {"column": fault.column, "said": said(fault, tongue)}


def _lacking(content: Content, offered: tuple[PaperKind, ...]) -> tuple[Asked, ...]:
    """What the papers before and at the suit still need; briefs ask for theirs when they come."""
    first = (Stage.MANDATE, Stage.DEMAND, Stage.ACTION)
    kinds = [kind for kind in offered if kind.spec.stage in first]
    found = {one.key: one for kind in kinds for one in pleading.missing(kind, content)}
    return tuple(found.values())


def _field(
    asked: Asked, stated: dict[str, str], told: dict[str | None, Any], tongue: Tongue
) -> dict[str, Any]:
    options: list[tuple[str, str]] = []
    if asked.kind is Kind.AGENT:
        options = [(one.value, plain(f"studio.papers.agent_{one.value}", tongue)) for one in AGENTS]
    elif asked.kind is Kind.ROUTE:
        names = ("", "paper", "electronic")
        options = [(one, plain(f"studio.papers.route_{one or 'open'}", tongue)) for one in names]
    elif asked.kind is Kind.ORDER:
        by_law = ("", plain("studio.papers.order_statutory", tongue))
        agreed = (pleading.Order.PRINCIPAL.value, plain("studio.papers.order_principal", tongue))
        options = [by_law, agreed]
    return {
        "key": asked.key,
        "label": asked.label(tongue.language),
        "value": stated.get(asked.key, ""),
        "wrong": told.get(asked.key),
        "options": options,
        "is_day": asked.kind is Kind.DAY,
        "is_yen": asked.kind is Kind.YEN,
    }


AGENTS = tuple(pleading.Agent)


def _stages(
    content: Content, offered: tuple[PaperKind, ...], tongue: Tongue
) -> list[dict[str, Any]]:
    stages = []
    for stage in Stage:
        rows = [
            {
                "kind": kind.value,
                "title": kind.title(tongue.language),
                "missing": [one.label(tongue.language) for one in pleading.missing(kind, content)],
                "forms": [form.value for form in papers.forms_of(kind)],
            }
            for kind in offered
            if kind.spec.stage is stage
        ]
        if rows:
            stages.append({"label": f"studio.papers.stage_{stage.value}", "rows": rows})
    return stages


# ---------------------------------------------------------------------------------------- files
def _kind_of(name: str) -> PaperKind:
    try:
        return PaperKind(name)
    except ValueError:
        raise Http404 from None


def as_file(data: bytes, name: str, media_type: str, *, shown: str = "attachment") -> HttpResponse:
    """A file for the browser, under its Japanese name [ファイルの応答]."""
    response = HttpResponse(data, content_type=media_type)
    response["Content-Disposition"] = f"{shown}; filename*=UTF-8''{quote(name)}"
    return response


@require_safe
def paper_file(request: HttpRequest, case_id: int, kind: str, form: str) -> HttpResponse:
    """One paper in one form [書類のファイル]."""
    wanted = next((one for one in papers.Form if one.value == form), None)
    if wanted is None:
        raise Http404
    content = content_of(request, cases.load(case_id))
    file = papers.make(_kind_of(kind), content, wanted, desk_of(request))
    shown = "inline" if wanted is papers.Form.PDF else "attachment"
    return as_file(file.data, file.name, wanted.media_type, shown=shown)


def packed(request: HttpRequest, case: Case) -> papers.Pack:
    """Every paper of a case that is ready [書類一式].

    Raises    FaultyInput, InputError while the case cannot be calculated.
    """
    return papers.pack(content_of(request, case), None, desk_of(request))


@require_safe
def pack_file(request: HttpRequest, case_id: int, form: str) -> HttpResponse:
    """Every paper that is ready: as one archive, or as one PDF to be printed [書類一式]."""
    case = cases.load(case_id)
    chosen = [_kind_of(name) for name in request.GET.getlist("kind")] or None
    made = papers.pack(content_of(request, case), chosen, desk_of(request))
    name = f"{frame.name_of(case, Tongue.JA)}_{plain('studio.papers.pack_name', Tongue.JA)}"
    if form == "pdf":
        media = papers.Form.PDF.media_type
        return as_file(made.printed(), f"{name}.pdf", media, shown="inline")
    return as_file(made.zipped(), f"{name}.zip", "application/zip")


@require_safe
def filing_file(request: HttpRequest, case_id: int) -> HttpResponse:
    """The complaint with its list and annex as one PDF [訴状一式]."""
    content = content_of(request, cases.load(case_id))
    file = papers.filing_file(content, desk_of(request))
    return as_file(file.data, file.name, file.form.media_type, shown="inline")


@require_safe
def preview(request: HttpRequest, case_id: int, kind: str) -> HttpResponse:
    """A paper as it will look, with blanks where facts are missing [書類の見本]."""
    case, wanted = cases.load(case_id), _kind_of(kind)
    content = content_of(request, case)
    desk = replace(desk_of(request), making=papers.Making.DRAFT)
    count = _page_count(papers.make(wanted, content, desk=desk).data)
    context = {
        "kind": wanted.value,
        "title": wanted.title(pages.tongue_of(request).language),
        "pages": range(1, count + 1),
        "missing": [
            one.label(pages.tongue_of(request).language)
            for one in pleading.missing(wanted, content)
        ],
        "forms": [form.value for form in papers.forms_of(wanted)],
        "grids": [one.value for one in pleading.Grid] if kind == "certified_demand" else [],
        "grid": desk.grid.value,
    }
    return frame.case_page(request, "studio/paper.html", case, context)


@require_safe
def page_picture(request: HttpRequest, case_id: int, kind: str, page_no: int) -> HttpResponse:
    """A picture of one page of a paper [ページの画像]."""
    content = content_of(request, cases.load(case_id))
    desk = replace(desk_of(request), making=papers.Making.DRAFT)
    data = papers.make(_kind_of(kind), content, desk=desk).data
    document = pypdfium2.PdfDocument(data)
    try:
        if not 1 <= page_no <= len(document):
            raise Http404
        out = io.BytesIO()
        document[page_no - 1].render(scale=_PREVIEW_SCALE).to_pil().save(out, "PNG")
    finally:
        document.close()
    return HttpResponse(out.getvalue(), content_type="image/png")


def _page_count(data: bytes) -> int:
    document = pypdfium2.PdfDocument(data)
    try:
        return len(document)
    finally:
        document.close()


@require_POST
def exhibit(request: HttpRequest, case_id: int) -> HttpResponse:
    """A file as an exhibit: stamped, A4, named for the court [書証].

    Takes     with `keep` that it goes on the case's shelf; else it comes back and nothing is kept.
    """
    case = cases.load(case_id)
    sent = request.FILES.get("file")
    number = request.POST.get("number", "").strip()
    chosen = (
        number if number.isascii() and number.isdigit() and 0 < int(number) < MOST_EXHIBITS else ""
    )
    if sent is None or not chosen:
        raise FaultyInput(Fault("PLD-054", column="file", details={"most": str(MOST_EXHIBITS - 1)}))
    title = " ".join(request.POST.get("title", "").split())[:40]
    content = content_of(request, case)
    named = pleading.Exhibit(int(chosen), title or sent.name or "", "写し", "", "", "")
    file = papers.exhibit_file(sent.read(), named, content)
    if request.POST.get("keep"):
        _kept.keep(request, case_id, named, file.data)
        return HttpResponseRedirect(reverse("studio:papers", args=[case_id]) + "#exhibits")
    return as_file(file.data, file.name, file.form.media_type)


MOST_EXHIBITS = 1000


# ---------------------------------------------------------------------------------- certified mail
@require_http_methods(["GET", "HEAD", "POST"])
def certified_page(request: HttpRequest, case_id: int) -> HttpResponse:
    """The text of a certified letter with its count, live while it is typed [内容証明]."""
    case = cases.load(case_id)
    typed = request.POST.get("text")
    if typed is None:
        typed = papers.certified_text(content_of(request, case), desk_of(request))
    grid = _grid_of(request.POST.get("grid", ""))
    if request.POST.get("make"):
        on = pages.moment(request).date()
        title = PaperKind.CERTIFIED_DEMAND.title(Language.JA)
        data = papers.certified_from(typed, grid, title, on)
        return as_file(data, f"{title}.pdf", papers.Form.PDF.media_type, shown="inline")
    context = {
        "typed": typed,
        "grid": grid.value,
        "grids": [one.value for one in pleading.Grid],
        "counted": _counted(request, typed, grid),
        "copies": pleading.certified.COPIES,
        "electronic_most": pleading.certified.ELECTRONIC_MOST_SHEETS,
        "electronic_yen": pleading.certified.electronic_postage_yen(pages.moment(request).date()),
    }
    return frame.case_page(request, "studio/certified.html", case, context)


@require_POST
def count(request: HttpRequest, case_id: int) -> HttpResponse:
    """The count of a text as a piece of the page [字数]."""
    cases.load(case_id)
    typed, grid = request.POST.get("text", ""), _grid_of(request.POST.get("grid", ""))
    context = {"counted": _counted(request, typed, grid)}
    return frame.show(request, "studio/parts/counted.html", context)


def _grid_of(name: str) -> pleading.Grid:
    return next((one for one in pleading.Grid if one.value == name), pleading.Grid.ACROSS_20)


def _counted(request: HttpRequest, text: str, grid: pleading.Grid) -> dict[str, Any]:
    counted = pleading.certified.count(text, grid)
    warning = counted.warning()
    on = pages.moment(request).date()
    return {
        "characters": counted.characters,
        "most": grid.most,
        "lines": len(counted.lines),
        "most_lines": grid.lines,
        "sheets": counted.sheets,
        "warning": None if warning is None else said(warning, pages.tongue_of(request)),
        "postage": pleading.certified.postage(counted, on),
    }


# ------------------------------------------------------------------------------------ S9: the proof
def _their_sheet(case: Case, data: bytes, tongue: Tongue) -> dict[str, Any]:
    """Which conventions reproduce the other side's sheet, row by row."""
    try:
        theirs = reading.read(data)
        found = scenarios.differ(case.history(), theirs, case.assumptions())
    except FaultyInput as error:
        return {"wrong": [_told(one, tongue) for one in error.faults[:_SHOWN_FAULTS]]}
    described = layouts.describe(found.best.assumptions, tongue.language)
    return {
        "sheet": found,
        "sheet_differs": [one for one in described if not one.is_default],
        "sheet_row": found.unexplained,
    }


_SHOWN_FAULTS = 20


@require_http_methods(["GET", "HEAD", "POST"])
def proof_page(request: HttpRequest, case_id: int) -> HttpResponse:
    """Conditions, engine, hash, a second run, and why another tool gives another total [検証]."""
    case = cases.load(case_id)
    tongue = pages.tongue_of(request)
    context: dict[str, Any] = {"wrong": [], "theirs": request.POST.get("theirs", "")}
    sent = request.FILES.get("sheet")
    if sent is not None:
        context |= _their_sheet(case, sent.read(reading.MAX_FILE_BYTES + 1), tongue)
    statement = case.statement()
    content = content_of(request, case)
    again = case.statement()
    context |= {
        "content": content,
        "statement": statement,
        "conditions": layouts.conditions(statement.assumptions, tongue.language),
        "is_same": again.document() == statement.document(),
    }
    typed = request.POST.get("theirs", "").strip()
    if request.method == "POST" and typed:
        read = read_yen(typed, sign=SignRule.NONE)
        if isinstance(read, int):
            context |= {
                "their_yen": read,
                "is_ours": read in {statement.result.claim_yen, statement.result.overpayment_yen},
                "matches": pleading.checking.matches(
                    case.history(), case.assumptions(), read, case.as_of
                ),
            }
        else:
            context["wrong"] = [_told(read.at(column="theirs"), tongue)]
    return frame.case_page(request, "studio/proof.html", case, context)
