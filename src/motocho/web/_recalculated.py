"""An agreement of ours recalculated, as pages show and hand it out [引き直し計算の表示].

Read only: the history is the book's of that moment, the conventions are the courts' unless others
are named, and each row says why it is what it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from django.http import Http404, HttpResponse

from motocho.claims import layouts, reasoning
from motocho.claims.statement import Row, Statement
from motocho.documents import spreadsheet, typeset
from motocho.loans.commands import Key
from motocho.office import lender
from motocho.units.errors import Fault, Language
from motocho.web import _chart
from motocho.web.words import Said, Tongue, said

FORMS = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}
SHOWN_ROWS = 600


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the sheet, and where its reason stands [計算書の行]."""

    row: Row
    kind: str
    is_ours: bool
    """The borrower is owed something after it."""


def of_agreement(cursor: Any, key: Key, on: date) -> Statement:
    """The whole agreement, recalculated as courts do, up to a day [引き直し計算].

    Raises    NotFoundError if the member has no such agreement.
    """
    return lender.statement_of(lender.own_history(cursor, key, on), {})


def context(statement: Statement, tongue: Tongue, row_no: int = 0) -> dict[str, Any]:
    """What a page shows of a recalculation: result, rows, conditions, warnings [計算の表示].

    Takes     a row that is explained; 0 for none.
    """
    language = Language.EN if tongue is Tongue.EN else Language.JA
    known = 1 <= row_no <= len(statement.rows)
    return {
        "statement": statement,
        "result": statement.result,
        "chart": _chart.chart_of(statement, tongue),
        "lines": [_line(row) for row in statement.rows[:SHOWN_ROWS]],
        "more": max(0, len(statement.rows) - SHOWN_ROWS),
        "conditions": layouts.conditions(statement.assumptions, language),
        "warnings": [_said(one, tongue) for one in statement.warnings],
        "explained": reasoning.explain(statement, row_no).text(language) if known else "",
        "row_no": row_no,
        "forms": FORMS,
    }


def _said(fault: Fault, tongue: Tongue) -> Said:
    return said(fault, tongue)


def _line(row: Row) -> Line:
    return Line(row, f"recalculated.kind_{row.document()['kind']}", bool(row.overpayment_yen))


def file(statement: Statement, form: str, name: str) -> HttpResponse:
    """The sheet in a form to keep [計算書のファイル].

    Raises    Http404 for a form that there is none of.
    """
    if form not in FORMS:
        raise Http404
    response = HttpResponse(_bytes(statement, form), content_type=FORMS[form])
    response["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response


def _bytes(statement: Statement, form: str) -> bytes:
    if form == "json":
        return orjson.dumps(statement.document()) + b"\n"
    if form == "csv":
        return layouts.csv_text(statement, layouts.Layout.COURT).encode()
    content = layouts.content(statement, layouts.Layout.COURT)
    return spreadsheet.render(content) if form == "xlsx" else typeset.render(content)
