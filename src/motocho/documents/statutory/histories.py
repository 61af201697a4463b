"""The whole history of an agreement as files: PDF, XLSX, CSV, case file [取引履歴の書面].

The member's own page and a disclosure by telephone, post or counter give the same bytes.

Law       貸金業法19条の2.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import orjson

from motocho.documents import paper as sheets
from motocho.documents.paper import Heading, Paper
from motocho.documents.sheet import Align, Pair
from motocho.loans.queries import HistoryCase
from motocho.units.errors import Language

FORMS: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "case": "application/json",
}
"""Each form with its content type [ファイルの形式]."""
_WHOLE = (
    Heading("日付", Align.LEFT, 11), Heading("種別", Align.LEFT, 7),
    Heading("金額(円)", Align.RIGHT, 10), Heading("残元金(円)", Align.RIGHT, 10),
    Heading("備考", Align.LEFT, 14),
)  # fmt: skip


def paper_of(case: HistoryCase, on: date) -> Paper:
    """The history as a paper of a day [取引履歴の書面]."""
    rows = tuple(
        (row.on, row.kind_name, row.amount_yen, row.balance_yen, row.note) for row in case.rows
    )
    return Paper(
        "取引履歴", on, (Pair("契約", case.title),), _WHOLE, rows, (), case.title, Language.JA
    )


def file_of(case: HistoryCase, form: str, on: date) -> bytes:
    """The history in one of `FORMS` [取引履歴のファイル]."""
    if form == "case":
        return orjson.dumps(case.document(), option=orjson.OPT_INDENT_2)
    if form == "csv":
        return case.table().encode()
    made = paper_of(case, on)
    return sheets.pdf(made) if form == "pdf" else sheets.xlsx(made)


def ending_of(form: str) -> str:
    """How the name of such a file ends [拡張子]."""
    return "json" if form == "case" else form
