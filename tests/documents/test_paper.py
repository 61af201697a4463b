"""Papers: the same bytes each time, no formulas, a cell for each heading."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import openpyxl
import pytest

from motocho.documents import paper
from motocho.documents.paper import Heading, Paper
from motocho.documents.sheet import Align, Pair
from motocho.units.errors import BrokenInvariant, Language

ON = date(2026, 11, 22)
MADE = Paper(
    title="入金明細書",
    dated_on=ON,
    pairs=(Pair("会員番号", "10000001"),),
    headings=(
        Heading("日付", Align.LEFT, 10),
        Heading("金額", Align.RIGHT, 10),
        Heading("備考", Align.LEFT, 10),
    ),
    rows=((ON, 8_000, "=1+1"), (ON, -5, "@SUM(A1)")),
    notes=(),
    foot="",
    language=Language.JA,
)


@pytest.mark.parametrize("make", [paper.pdf, paper.xlsx])
def test_same_content_gives_the_same_bytes(make: object) -> None:
    assert callable(make)
    assert make(MADE) == make(MADE)


def test_no_text_is_a_formula() -> None:
    lines = paper.csv_text(MADE).splitlines()
    assert lines[1:] == ["2026-11-22,8000,'=1+1", "2026-11-22,-5,'@SUM(A1)"]
    page = openpyxl.load_workbook(io.BytesIO(paper.xlsx(MADE))).worksheets[0]
    assert [page.cell(line, 3).data_type for line in (2, 3)] == ["s", "s"]
    assert page.cell(2, 2).value == 8_000


def test_row_without_a_cell_is_refused() -> None:
    with pytest.raises(BrokenInvariant):
        replace(MADE, rows=((ON, 1),))
