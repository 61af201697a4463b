"""A case as others use it: its sheet as a history, its scenarios as statements [事件].

The sheet's cells go through the same reader as any table (`claims.reading`): what a person typed
means the same here, in a file and on the command line. A fault's line is that of the table;
`row_of` gives the row of the sheet.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from motocho.claims import assumptions as assumed
from motocho.claims import reading
from motocho.claims.assumptions import Assumptions
from motocho.claims.history import History
from motocho.claims.statement import Statement, recalculate
from motocho.documents.sheet import typed_text
from motocho.office.cases._operations import ROLES
from motocho.office.cases._state import SheetRow, State
from motocho.units.days import read_date
from motocho.units.errors import Fault, FaultyInput, Unread

HEADINGS: Mapping[str, str] = {
    "date": "日付",
    "kind": "種別",
    "borrow": "借入",
    "repay": "返済",
    "balance": "残高",
    "rate": "約定利率",
    "contract": "契約",
    "note": "備考",
}
"""The head of the table that a sheet is, by column."""
_ALWAYS = ("date", "borrow", "repay")
_FIRST_LINE = 2


@dataclass(frozen=True, slots=True)
class Case:
    """A case after its operations [事件]."""

    case_id: int
    key: str
    opened_at: datetime
    last_at: datetime
    state: State

    @property
    def seq(self) -> int:
        """How many operations it has: what `expected_seq` must be for the next [記録の番号]."""
        return self.state.seq

    @property
    def rows(self) -> tuple[SheetRow, ...]:
        """The rows of the sheet, in order [行]."""
        return self.state.rows

    @property
    def scenarios(self) -> Mapping[str, Mapping[str, Any]]:
        """Each scenario's name with the assumptions it states [シナリオ]."""
        return self.state.scenarios

    @property
    def claimed(self) -> str:
        """The name of the scenario that is claimed [主張]."""
        return self.state.chosen[ROLES[0]]

    @property
    def reserve(self) -> str | None:
        """The name of the scenario in reserve, if one is chosen [予備]."""
        return self.state.chosen.get(ROLES[1])

    @property
    def facts(self) -> Mapping[str, str]:
        """What is known beside the sheet: `client_address`, `court` and others, by name [事実]."""
        return self.state.facts

    @property
    def findings(self) -> Mapping[str, Mapping[str, Any]]:
        """What was found and weighed, by name [認定した事情]."""
        return self.state.findings

    @property
    def client(self) -> str:
        """The client's name [依頼者]."""
        return self.state.heads.get("client", "")

    @property
    def lender(self) -> str:
        """The lender: an id of `law.lenders`, or a name [貸金業者]."""
        return self.state.heads.get("lender", "")

    @property
    def title(self) -> str:
        """What the office calls the case [事件名]."""
        return self.state.heads.get("title", "")

    @property
    def as_of(self) -> date | None:
        """The day to which the case is calculated; None for its last dealing [計算日]."""
        text = self.state.heads.get("as_of", "")
        read = read_date(text) if text.strip() else None
        return None if read is None or isinstance(read, Unread) else read.on

    def table(self) -> bytes:
        """The sheet as a table in CSV, as the command line reads it [表]."""
        return table_of(self.rows)

    def table_for_people(self) -> bytes:
        """The same table for who opens it in a spreadsheet: no cell is a formula [書き出す表]."""
        return table_of([SheetRow(*map(typed_text, row)) for row in self.rows])

    def history(self) -> History:
        """The sheet as a history [取引履歴].

        Raises    FaultyInput with every cell that cannot be read; `row_of(fault.line)` is its row.
        """
        history = read_table(self.table())
        return replace(history, lender=self.lender, title=self.title)

    def row_of(self, line: int | None) -> SheetRow | None:
        """The row of the sheet that a line of the table is [行の位置]."""
        at = (line or 0) - _FIRST_LINE
        return self.rows[at] if 0 <= at < len(self.rows) else None

    def assumptions(self, scenario: str = "") -> Assumptions:
        """What a scenario assumes; the one that is claimed where none is named [前提].

        Raises    FaultyInput with every faulty switch.
        """
        stated = {**self.history().stated_assumptions, **self.scenarios[scenario or self.claimed]}
        found = assumed.read(stated)
        if found.faults:
            raise FaultyInput(*found.faults)
        return found.assumptions

    def statement(self, scenario: str = "", as_of: date | None = None) -> Statement:
        """The case recalculated under a scenario; the claimed one where none is named [計算書].

        Takes     the day of calculation; the case's own where None.
        Raises    FaultyInput, InputError as `claims.statement.recalculate`.
        """
        return recalculate(self.history(), self.assumptions(scenario), as_of=as_of or self.as_of)


def table_of(rows: Sequence[SheetRow]) -> bytes:
    """Rows as a table in CSV; a row is a line, and columns that nobody filled are left out [表]."""
    filled = [
        name
        for name in HEADINGS
        if name in _ALWAYS or any(getattr(row, name).strip() for row in rows)
    ]
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow([HEADINGS[name] for name in filled])
    for row in rows:
        writer.writerow([" ".join(getattr(row, name).split()) for name in filled])
    return made.getvalue().encode()


@lru_cache(maxsize=64)
def read_table(table: bytes) -> History:
    """A sheet's table as a history; the same one is read once, however many pages ask [読み取り].

    Raises    FaultyInput with every cell that cannot be read.
    """
    if table.count(b"\n") < _FIRST_LINE:
        raise FaultyInput(Fault("HIS-001"))
    return reading.read(table)
