r"""A plain list as a file: CSV or a workbook, where no text becomes a formula [一覧の書き出し].

>>> csv_bytes(("a",), [("=1+1",), (2,)]).decode("utf-8-sig")
"a\r\n'=1+1\r\n2\r\n"
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, TypeAlias

from motocho.documents.sheet import plain_text
from motocho.documents.spreadsheet import without_times

Cell: TypeAlias = str | int


def csv_bytes(headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The list as CSV in UTF-8 with its mark, which every spreadsheet opens [CSV]."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([plain_text(one) for one in headers])
    for row in rows:
        writer.writerow([plain_text(one) if isinstance(one, str) else one for one in row])
    return out.getvalue().encode("utf-8-sig")


def workbook_bytes(
    title: str, headers: Sequence[str], rows: Iterable[Sequence[Cell]], dated_on: date
) -> bytes:
    """The list as a workbook of one sheet, every text marked as text [XLSX].

    Why       openpyxl is imported here: what needs no workbook does not wait for it.
    """
    from openpyxl import Workbook  # noqa: PLC0415
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

    workbook = Workbook(write_only=True)
    page = workbook.create_sheet(plain_text(title))
    page.freeze_panes = "A2"

    def cells(row: Sequence[Cell]) -> Iterable[Any]:
        for one in row:
            cell = WriteOnlyCell(page, plain_text(one) if isinstance(one, str) else one)
            if isinstance(one, str):
                cell.data_type, cell.number_format = "s", "@"
            yield cell

    for row in (headers, *rows):
        page.append(cells(row))
    out = io.BytesIO()
    workbook.save(out)
    return without_times(out.getvalue(), dated_on)
