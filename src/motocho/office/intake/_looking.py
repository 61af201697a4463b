"""A file before a person: its columns, its lines, what to look at [確認の画面の中身]."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from motocho.claims.transcripts import (
    Box,
    Columns,
    Content,
    Page,
    Repaired,
    Transcript,
    columns_from,
    repair,
    transcribe,
    width_of,
)
from motocho.office import cases
from motocho.office.intake import _keeping
from motocho.office.intake._filling import rows_of
from motocho.office.intake._keeping import Job
from motocho.office.intake._templates import recognised
from motocho.units.errors import Fault, FaultyInput, NotFoundError

COLUMNS = ("date", "borrow", "repay", "balance", "rate", "note")
_MARGIN = 6
_LEAST_SIDE = 8


@dataclass(frozen=True, slots=True)
class Look:
    """Everything that the page of a file shows [読取り結果の全体]."""

    job: Job
    pages: tuple[Page, ...]
    columns: Columns
    template: str
    """The template that knew the file; empty where the columns were guessed or chosen."""
    script: Transcript
    repaired: Repaired
    said: Mapping[tuple[int, str], str]

    def faults(self) -> list[Fault]:
        """Why no rows can be made of it as it stands [不足]."""
        missing = self.columns.missing()
        if missing:
            details = {
                "columns": "・".join(_NAMES[one] for one in missing),
                "columns_en": ", ".join(one.value for one in missing),
            }
            return [Fault("INT-011", file=self.job.name, details=details)]
        return [] if self.repaired.lines else [Fault("INT-010", file=self.job.name)]


_NAMES = {Content.DATE: "日付", Content.AMOUNT: "金額"}


def look(job: Job) -> Look:
    """A file that is read, under the columns that were chosen, known or guessed [確認]."""
    pages = _keeping.kept_pages(job.job_id)
    choice = _keeping.choice_of(job.job_id)
    found, template = recognised(pages, _keeping.kept_templates())
    columns = columns_from(choice["columns"], width_of(pages)) if "columns" in choice else found
    script = transcribe(pages, columns)
    said = {_place(key): str(text) for key, text in choice.get("said", {}).items()}
    name = template.name if template and "columns" not in choice else ""
    return Look(job, pages, columns, name, script, repair(script), said)


def _place(key: str) -> tuple[int, str]:
    at, _, column = key.partition("/")
    return int(at), column


def choose_columns(shown: Look, columns: Columns, at: datetime) -> None:
    """Say what the columns hold; what was said of cells before is not kept [列の変更]."""
    heads = replace(columns, heads=shown.columns.heads, data_from=shown.columns.data_from)
    _keeping.choose(shown.job.job_id, {"columns": heads.document(), "said": {}}, at)


def say_cells(shown: Look, said: Mapping[tuple[int, str], str], at: datetime) -> None:
    """Say what cells hold: it counts more than what was read [セルの確定]."""
    whole = {**shown.said, **{key: text for key, text in said.items() if key[1] in COLUMNS}}
    document: dict[str, Any] = {
        "columns": shown.columns.document(),
        "said": {f"{line}/{column}": text for (line, column), text in whole.items()},
    }
    _keeping.choose(shown.job.job_id, document, at)


def take(shown: Look, *, actor: str, at: datetime, expected_seq: int | None = None) -> int:
    """The lines go into the case as one group of operations [取り込み].

    Takes     the number of the case's last entry that was read, so that nothing goes in twice.
    Gives     how many rows went in.
    Raises    FaultyInput where there are none, or columns are missing; StateConflict where the case
              was written to since.
    """
    faults = shown.faults()
    rows = [] if faults else rows_of(shown.repaired, shown.said)
    if not rows:
        raise FaultyInput(*(faults or [Fault("INT-010", file=shown.job.name)]))
    with transaction.atomic():
        put_rows(shown.job.case_id, rows, actor=actor, at=at, expected_seq=expected_seq)
        _keeping.add_turn(shown.job.job_id, "taken")
    return len(rows)


def put_rows(
    case_id: int,
    rows: list[dict[str, Any]],
    *,
    actor: str,
    at: datetime,
    expected_seq: int | None = None,
) -> None:
    """Rows into a case as one group, in place of blank ones [行の追加]."""
    case = cases.load(case_id)
    blank = [row.row_id for row in case.rows if row.is_blank]
    operations: list[dict[str, Any]] = [{"op": "delete_rows", "ids": blank}] if blank else []
    operations.append({"op": "put_rows", "rows": rows, "before": None})
    seq = case.seq if expected_seq is None else expected_seq
    cases.apply(case_id, operations, actor=actor, at=at, expected_seq=seq)


def crop_of(job: Job, page_no: int, box: Box) -> bytes:
    """A cell of a page's picture as JPEG [セルの切り抜き].

    Raises    NotFoundError where the page has no picture, or the place lies outside it.
    """
    from PIL import Image  # noqa: PLC0415

    with Image.open(io.BytesIO(_keeping.picture_of(job.job_id, page_no))) as picture:
        left, top = max(box.left - _MARGIN, 0), max(box.top - _MARGIN, 0)
        right = min(box.right + _MARGIN, picture.width)
        bottom = min(box.bottom + _MARGIN, picture.height)
        if right - left < _LEAST_SIDE or bottom - top < _LEAST_SIDE:
            raise NotFoundError(Fault("INT-041"))
        out = io.BytesIO()
        picture.crop((left, top, right, bottom)).save(out, "JPEG", quality=85)
    return out.getvalue()
