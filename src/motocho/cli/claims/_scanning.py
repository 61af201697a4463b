"""`motocho history scan`: a PDF, photo or scan as a table that the other commands read [読取り]."""

from __future__ import annotations

import csv
import io
from typing import Annotated, Any

import typer

from motocho.cli._files import read_bytes
from motocho.cli._options import FileArgument, JsonOption, LangOption
from motocho.cli._output import Output, language_of
from motocho.documents.sheet import typed_text

TemplateOption = Annotated[
    str | None,
    typer.Option("--template", metavar="FILE", help="業者の雛形(TOML) / A template of the lender."),
]
_HEAD = ("日付", "借入", "返済", "残高", "利率", "備考", "状態")
_COLUMNS = ("date", "borrow", "repay", "balance", "rate", "note", "mark")


def scan(
    file: FileArgument,
    template: TemplateOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """PDF・写真・スキャンを読み、検算してCSVにする / Read a PDF, photo or scan into a checked CSV.

    要確認の行には △ が付き、あれば終了コードは3 / Rows to look at carry △; with any, exit 3.

    例 / Examples:  motocho history scan history.pdf > history.csv ·
    motocho history scan page.jpg --template lender.toml --json
    """
    from motocho.claims.transcripts import PICTURE_UNREAD, Standing, repair, transcribe
    from motocho.office import intake

    output = Output(language_of(lang.value if lang else None))
    data, name = read_bytes(file)
    known = []
    if template is not None:
        known = [intake.read_template(read_bytes(template)[0].decode("utf-8", "replace"))]
    with output.stage("読み取り中", "Reading"):
        pages = intake.read(data, name or "")
    unread = [page.number for page in pages if page.picture == PICTURE_UNREAD]
    columns, used = intake.recognised(pages, known)
    checked = repair(transcribe(pages, columns))
    rows = intake.rows_of(checked)
    counts = {one.value: checked.count(one) for one in Standing}
    if json_wanted:
        output.document(_document(rows, counts, unread, "" if used is None else used.name))
    else:
        output.data(_table(rows))
        said = ", ".join(f"{name} {count}" for name, count in counts.items())
        output.note(output.text(f"セルの状態: {said}", f"Cells: {said}"))
    if unread:
        output.note(
            output.text(
                f"{unread}ページの画像は読めていません。行が欠けていないか確かめてください",
                f"The pictures on pages {unread} could not be read: look whether rows are missing",
            )
        )
    raise typer.Exit(3 if counts[Standing.DOUBTFUL.value] or unread or not rows else 0)


def _document(
    rows: list[dict[str, Any]], counts: dict[str, int], unread: list[int], template: str
) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "template": template,
        "cells": counts,
        "pages_with_unread_pictures": unread,
        "rows": rows,
    }


def _table(rows: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_HEAD)
    writer.writerows([typed_text(row.get(column, "")) for column in _COLUMNS] for row in rows)
    return out.getvalue().rstrip("\n")
