"""S3: what was read of a file, before it goes into the case [読み取りの確認].

A file of any kind is kept and read; photos and scans go on while nobody looks. Then the columns are
shown with sample rows, each to be changed by hand, and the cells that the arithmetic did not
confirm, the least sure first, each beside its picture.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from motocho.claims.transcripts import (
    PICTURE_READ,
    PICTURE_UNREAD,
    Box,
    CheckedLine,
    Columns,
    Content,
    Signs,
    Standing,
    columns_from,
    samples_of,
)
from motocho.office import cases, intake
from motocho.office.intake import FileKind, Look, Stage
from motocho.units.days import Era
from motocho.units.errors import Fault, FaultyInput, NotFoundError
from motocho.web import pages
from motocho.web.studio import frame
from motocho.web.words import said

SHOWN_LINES = 120
SHOWN_TO_LOOK_AT = 60
"""Cells to look at on one page of them."""
TAKE_UNSEEN = "unseen"
"""What the button says that puts doubtful cells into the case which are on other pages."""
_MOST_TEMPLATE_BYTES = 100_000


@require_http_methods(["GET", "HEAD", "POST"])
def intake_page(request: HttpRequest, case_id: int) -> HttpResponse:
    """A file of any kind comes in; those that came before [ファイルの受付]."""
    case = cases.load(case_id)
    faults: tuple[Fault, ...] = ()
    if request.method == "POST":
        try:
            job_id = _begun(request, case_id)
            return HttpResponseRedirect(reverse("studio:reading", args=[case_id, job_id]))
        except FaultyInput as error:
            faults = error.faults
    context = {
        "wrong": _said(request, faults),
        "jobs": [
            (job, f"studio.intake.stage.{job.stage.value}") for job in intake.jobs_of(case_id)
        ],
        "templates": intake.kept_templates(),
    }
    status = 422 if faults else 200
    return frame.case_page(request, "studio/intake.html", case, context, status=status)


def _begun(request: HttpRequest, case_id: int) -> int:
    """The reading of what was sent.

    Raises    FaultyInput for nothing, and for what cannot be read at all.
    """
    sent = request.FILES.get("file")
    if sent is None:
        raise FaultyInput(Fault("STU-016"))
    return intake.begin(case_id, sent.read(), name=sent.name or "", at=pages.moment(request))


def _said(request: HttpRequest, faults: tuple[Fault, ...] | list[Fault]) -> list[dict[str, Any]]:
    tongue = pages.tongue_of(request)
    return [{"fault": one, "said": said(one, tongue)} for one in faults]


@require_safe
def reading_page(request: HttpRequest, case_id: int, job_id: int) -> HttpResponse:
    """How far a reading is, or what was read [読取りの画面]."""
    case = cases.load(case_id)
    job = intake.job_of(job_id, case_id)
    if job.stage is Stage.READING:
        intake.carry_on(job_id)
        return frame.case_page(request, "studio/intake_progress.html", case, {"job": job})
    if job.stage in {Stage.FAILED, Stage.CANCELLED}:
        faults = [Fault(job.code or "INT-040", file=job.name)]
        context = {"job": job, "wrong": _said(request, faults)}
        return frame.case_page(request, "studio/intake_ended.html", case, context)
    shown = intake.look(job)
    return frame.case_page(request, "studio/reading.html", case, _shown(request, shown))


@require_safe
def reading_state(_: HttpRequest, case_id: int, job_id: int) -> HttpResponse:
    """The same for a page that asks again and again [進みぐあい]."""
    job = intake.job_of(job_id, case_id)
    return JsonResponse(
        {"stage": job.stage.value, "pages_done": job.pages_done, "pages": job.pages}
    )


@require_POST
def cancel_reading(_: HttpRequest, case_id: int, job_id: int) -> HttpResponse:
    """A reading is not wanted any more [取消]."""
    intake.job_of(job_id, case_id)
    intake.cancel(job_id)
    return HttpResponseRedirect(reverse("studio:reading", args=[case_id, job_id]))


# ---------------------------------------------------------------------------------- what was read
def _shown(request: HttpRequest, shown: Look, wrong: list[Fault] | None = None) -> dict[str, Any]:
    repaired = shown.repaired
    page_no = _whole(request.GET.get("page", ""), shown.pages[0].number if shown.pages else 1)
    looking = _looking(request, shown)
    return {
        **looking,
        "job": shown.job,
        "wrong": _said(request, wrong if wrong is not None else shown.faults()),
        "template": shown.template,
        "pictures_read": _pages_with(shown, PICTURE_READ),
        "pictures_unread": _pages_with(shown, PICTURE_UNREAD),
        "columns": _columns(shown),
        "contents": [(one.value, f"studio.intake.content.{one.value}") for one in Content],
        "signs": [(one.value, f"studio.intake.signs.{one.value}") for one in Signs],
        "signed": shown.columns.signs.value,
        "has_amount": Content.AMOUNT in shown.columns.contents,
        "eras": list(Era),
        "era": shown.columns.era,
        "counts": [
            (f"studio.intake.standing.{one.value}", repaired.count(one)) for one in Standing
        ],
        "known": repaired.is_known,
        "page_no": page_no,
        "pages": [page.number for page in shown.pages],
        "has_picture": shown.job.kind is not FileKind.TABLE,
        "lines": [
            _line(shown, at, line)
            for at, line in enumerate(repaired.lines)
            if line.line.page == page_no
        ][:SHOWN_LINES],
        "left_out": [
            (one, f"studio.intake.left.{one.why.value}")
            for one in shown.script.left_out
            if one.page == page_no and one.text
        ],
        "line_count": len(repaired.lines),
    }


def _pages_with(shown: Look, picture: str) -> str:
    """The numbers of pages whose picture came out so."""
    return ", ".join(str(page.number) for page in shown.pages if page.picture == picture)


def _columns(shown: Look) -> list[dict[str, Any]]:
    heads = shown.columns.heads
    return [
        {
            "at": at,
            "number": at + 1,
            "head": heads[at] if at < len(heads) else "",
            "content": content.value,
            "samples": samples_of(shown.pages, shown.columns, at),
        }
        for at, content in enumerate(shown.columns.contents)
    ]


def _to_look_at(shown: Look) -> list[dict[str, Any]]:
    """Doubtful cells first, the least sure before the others; those a person has said are done."""
    found = []
    for at, content, cell in intake.to_look_at(shown.repaired):
        column = intake.column_of(content)
        done = (at, column) in shown.said
        line = shown.repaired.lines[at].line
        found.append(
            {
                "at": at,
                "row": at + 1,
                "page": line.page,
                "column": column,
                "content": f"studio.column.{column}",
                "cell": cell,
                "value": shown.said.get((at, column), cell.text),
                "standing": f"studio.intake.standing.{cell.standing.value}",
                "reason": f"studio.intake.reason.{cell.reason.value}",
                "doubtful": cell.standing is Standing.DOUBTFUL and not done,
                "done": done,
                "percent": cell.sure_permille // 10,
                "has_crop": shown.job.kind is not FileKind.TABLE
                and _box(shown, at, column) is not None,
            }
        )
    return found


def _looking(request: HttpRequest, shown: Look) -> dict[str, Any]:
    """A page of the cells to look at, and how many doubts are open, on it and on the others."""
    cells = _to_look_at(shown)
    pages_of_cells = range(1, max(-(-len(cells) // SHOWN_TO_LOOK_AT), 1) + 1)
    asked = _whole(request.POST.get("look") or request.GET.get("look", ""), 1)
    now = min(max(asked, 1), len(pages_of_cells))
    here = cells[(now - 1) * SHOWN_TO_LOOK_AT : now * SHOWN_TO_LOOK_AT]
    count = sum(one["doubtful"] for one in cells)
    return {
        "to_look_at": here,
        "look_no": now,
        "look_pages": pages_of_cells,
        "next_look": now + 1 if now < len(pages_of_cells) else 0,
        "doubts": count,
        "unseen": count - sum(one["doubtful"] for one in here),
    }


def _box(shown: Look, at: int, column: str) -> Box | None:
    """Where a cell of a line stands on its page."""
    if at >= len(shown.repaired.lines):
        return None
    line = shown.repaired.lines[at].line
    contents = {"date": Content.DATE, "balance": Content.BALANCE}
    content = contents.get(column, line.money())
    return line.cell(content).box


_MARKS = {
    Standing.CONFIRMED: "✓",
    Standing.CORRECTED: "✎",
    Standing.DOUBTFUL: "△",
    Standing.UNCHECKED: "·",
}


def _line(shown: Look, at: int, line: CheckedLine) -> dict[str, Any]:
    texts = intake.texts_of(line)
    by_column = {intake.column_of(content): cell for content, cell in line.cells.items()}
    cells = []
    for column in ("date", "borrow", "repay", "balance"):
        cell = by_column.get(column)
        text = shown.said.get((at, column), texts.get(column, ""))
        is_said = (at, column) in shown.said
        standing = None if cell is None or not text else cell.standing
        cells.append(
            {
                "text": text,
                "mark": "✓" if is_said else _MARKS[standing] if standing else "",
                "standing": "confirmed" if is_said else standing.value if standing else "none",
                "label": f"studio.intake.standing.{standing.value}" if standing else "",
            }
        )
    return {"row": at + 1, "cells": cells, "note": texts["note"]}


def _whole(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else otherwise


def _ready(case_id: int, job_id: int) -> Look:
    job = intake.job_of(job_id, case_id)
    if job.stage not in {Stage.READ, Stage.TAKEN}:
        raise NotFoundError(Fault("INT-041"))
    return intake.look(job)


@require_POST
def assign_columns(request: HttpRequest, case_id: int, job_id: int) -> HttpResponse:
    """Every column by hand; kept as a template under a name if one is given [列の割り当て]."""
    shown = _ready(case_id, job_id)
    width = len(shown.columns.contents)
    document = {
        "contents": [request.POST.get(f"content-{at}", "nothing") for at in range(width)],
        "signs": _known(request.POST.get("signs", ""), [one.value for one in Signs]),
        "era": request.POST.get("era", ""),
        "words": {word: meant.value for word, meant in shown.columns.words.items()},
    }
    chosen = columns_from(document, width)
    at = pages.moment(request)
    intake.choose_columns(shown, chosen, at)
    name = " ".join(request.POST.get("template", "").split())
    if name:
        intake.keep_template(intake.template_of(name, _with_heads(chosen, shown)), at)
    return HttpResponseRedirect(reverse("studio:reading", args=[case_id, job_id]))


def _known(text: str, known: list[str]) -> str:
    return text if text in known else known[0]


def _with_heads(chosen: Columns, shown: Look) -> Columns:
    heads = list(shown.columns.heads)
    return columns_from({**chosen.document(), "heads": heads}, len(chosen.contents))


@require_POST
def say_cells(request: HttpRequest, case_id: int, job_id: int) -> HttpResponse:
    """What cells hold, as a person says; then, if asked, all into the case [確定と取り込み].

    Why       doubtful cells on pages that were not before the person go in only when told of.
    """
    case = cases.load(case_id)
    shown = _ready(case_id, job_id)
    at = pages.moment(request)
    told: dict[tuple[int, str], str] = {}
    for name, text in request.POST.items():
        kind, _, place = name.partition("/")
        line, _, column = place.partition("/")
        if kind != "cell" or not line.isdigit() or int(line) >= len(shown.repaired.lines):
            continue
        before = request.POST.get(f"was/{place}", "")
        if request.POST.get(f"right/{place}") or str(text).strip() != before.strip():
            told[int(line), column] = str(text).strip()
    if told:
        intake.say_cells(shown, told, at)
        shown = _ready(case_id, job_id)
    taking = request.POST.get("take")
    if not taking:
        look = _whole(request.POST.get("next") or request.POST.get("look", ""), 1)
        address = reverse("studio:reading", args=[case_id, job_id])
        return HttpResponseRedirect(f"{address}?look={look}#look")
    if taking != TAKE_UNSEEN and _looking(request, shown)["unseen"]:
        context = {**_shown(request, shown), "asks_unseen": TAKE_UNSEEN}
        return frame.case_page(request, "studio/reading.html", case, context, status=409)
    try:
        read = frame.seq_read(request, case)
        intake.take(shown, actor=frame.actor_of(request), at=at, expected_seq=read)
    except FaultyInput as error:
        context = _shown(request, shown, list(error.faults))
        return frame.case_page(request, "studio/reading.html", case, context, status=422)
    return HttpResponseRedirect(reverse("studio:case", args=[case_id]))


# ----------------------------------------------------------------------- pictures, templates
@require_safe
def page_picture(_: HttpRequest, case_id: int, job_id: int, page_no: int) -> HttpResponse:
    """The picture of a page, made anew from the file [ページの画像]."""
    job = intake.job_of(job_id, case_id)
    return _jpeg(intake.picture_of(job.job_id, page_no))


@require_safe
def cell_picture(_: HttpRequest, case_id: int, job_id: int, line: int, column: str) -> HttpResponse:
    """The picture of one cell [セルの画像]."""
    shown = _ready(case_id, job_id)
    box = _box(shown, line, column)
    if box is None:
        raise NotFoundError(Fault("INT-041"))
    return _jpeg(intake.crop_of(shown.job, shown.repaired.lines[line].line.page, box))


def _jpeg(data: bytes) -> HttpResponse:
    response = HttpResponse(data, content_type="image/jpeg")
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def template_file(_: HttpRequest, name: str) -> HttpResponse:
    """A template as a file, for another office [雛形の書き出し]."""
    found = [one for one in intake.kept_templates() if one.name == name]
    if not found:
        raise NotFoundError(Fault("INT-041"))
    response = HttpResponse(found[0].text(), content_type="application/toml; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="template.toml"'
    return response


@require_POST
def take_template(request: HttpRequest, case_id: int) -> HttpResponse:
    """A template that another office made [雛形の取り込み]."""
    case = cases.load(case_id)
    sent = request.FILES.get("template")
    try:
        data = b"" if sent is None else sent.read(_MOST_TEMPLATE_BYTES)
        intake.keep_template(
            intake.read_template(data.decode("utf-8", "replace")), pages.moment(request)
        )
    except FaultyInput as error:
        context = {
            "wrong": _said(request, error.faults),
            "jobs": [],
            "templates": intake.kept_templates(),
        }
        return frame.case_page(request, "studio/intake.html", case, context, status=422)
    return HttpResponseRedirect(reverse("studio:intake", args=[case_id]))
