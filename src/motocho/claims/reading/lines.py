"""Rows of a table as lines of a history: every cell read, nothing decided yet [行の読み取り].

A line has a day and its amounts as printed. What is no line of money (heads of further pages, sums,
page numbers, ruled lines, remarks, rows like 契約 or 督促) is told apart here and accounted for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from motocho.claims.history import DEFAULT_CONTRACT
from motocho.claims.reading.cells import MAX_COLUMNS, Row, Sheet, Value, text_of
from motocho.claims.reading.columns import Layout
from motocho.claims.reading.dates import NO_DATE, TWO_DIGIT_YEAR, DayReader
from motocho.claims.reading.noted import Noted
from motocho.claims.reading.words import Kind, Role, heading_key, is_total, kind_of, no_money_label
from motocho.units.days import both_calendars_text
from motocho.units.errors import Fault, Unread, clipped
from motocho.units.money import (
    AMOUNT_EMPTY,
    MAX_AMOUNT_YEN,
    RATE_EMPTY,
    RateRule,
    SignRule,
    read_rate_ppm,
    read_yen,
    yen_text,
)
from motocho.units.text import folded


@dataclass(slots=True)
class Line:
    """One row that moves money, or states a balance, as printed [明細行]."""

    number: int
    on: date
    lent_yen: int = 0
    paid_yen: int = 0
    amount_yen: int = 0
    """The one amount of a table with one column of amounts, sign as printed."""
    balance_yen: int | None = None
    rate_ppm: int | None = None
    interest_yen: int | None = None
    contract: str = DEFAULT_CONTRACT
    kind: Kind | None = None
    words: str = ""
    """All words that may mark the row: of kind, remarks, and columns with a strange head."""
    note: str = ""
    sheet: str = ""
    """The name of its sheet where there are several."""


@dataclass
class Page:
    """What goes on from sheet to sheet: the day above, and sums since the last sum [続き]."""

    days: DayReader
    lent_yen: int = 0
    paid_yen: int = 0
    page_lent_yen: int = 0
    page_paid_yen: int = 0
    contract: str = DEFAULT_CONTRACT
    stated_rates: list[tuple[date, int]] = field(default_factory=list)


_LEADING_GROUP = re.compile('[¥"]?[1-9][0-9]{0,2}')
_GROUP = re.compile('[0-9]{3}"?')
_RULED = re.compile(r"[-=_─━═┄┈┌┐└┘├┤┬┴┼│┃|+*・….\s]+")
_PAGE = re.compile(
    r"(?:p(?:age|\.)?|頁|ページ)?-?[0-9]{1,4}(?:(?:/|of|／)[0-9]{1,4})?-?(?:頁|ページ|枚目)?",
    re.IGNORECASE,
)
_NO_AMOUNT = frozenset({AMOUNT_EMPTY, "AMT-002"})
_DITTO = frozenset({"〃", "々", "同日", "同上", "同", '"', "''", "”"})
_CLOSED = re.compile("以上|以下余白|余白|end|続く|つづく")
_WHOLE_DECIMALS = re.compile(r"([+-]?[0-9,]+)\.0{1,2}")
_QUOTED_FORMULA = re.compile(r'="([^"]*)"')
_PARTS = (Role.PRINCIPAL_PART, Role.INTEREST_PART, Role.DAMAGES_PART, Role.OTHER_PART)


_MONEY_KINDS = frozenset({Kind.LENT, Kind.PAID})
_SUM_KINDS = frozenset({Kind.SUBTOTAL, Kind.TOTAL})
_STILL_KINDS = frozenset({Kind.CARRIED_ON, Kind.CARRIED, Kind.OPENING, Kind.CLOSING})
_BALANCE_KINDS = frozenset({Kind.CARRIED, Kind.CARRIED_ON, Kind.OPENING})


class LineReader:
    """Reads the rows of one sheet under its layout [シートの読み取り]."""

    def __init__(self, sheet: Sheet, layout: Layout, noted: Noted, page: Page) -> None:
        self.lines: list[Line] = []
        self._sheet = sheet
        self._layout = layout
        self._noted = noted
        self._page = page
        self._prefix = ""
        columns = self._columns = layout.columns
        self._keys = layout.keys()
        # Looking a role up costs more than reading a cell: the columns of each row stand here.
        self._lent, self._paid = columns.get(Role.BORROW), columns.get(Role.REPAY)
        self._amount, self._balance = columns.get(Role.AMOUNT), columns.get(Role.BALANCE)
        self._rate, self._interest = columns.get(Role.RATE), columns.get(Role.INTEREST)
        self._note, self._contract = columns.get(Role.NOTE), columns.get(Role.CONTRACT)
        self._parts = [columns[role] for role in _PARTS if role in columns]
        if Role.PRINCIPAL_PART not in columns or Role.INTEREST_PART not in columns:
            self._parts = []
        used = [*layout.columns.values(), *layout.words, layout.lent_on or 0]
        self._width = max(used) + 1
        self._headed = max(layout.headings, default=MAX_COLUMNS) + 1
        self._word_columns = tuple(
            column
            for column in (
                layout.columns.get(Role.KIND),
                layout.columns.get(Role.NOTE),
                *layout.words,
            )
            if column is not None
        )
        self._marks_in_contract = self._contract_holds_marks()
        if self._marks_in_contract:
            self._word_columns = (layout.columns[Role.CONTRACT], *self._word_columns)

    def read(self, prefix: str = "") -> list[Line]:
        """All lines of the sheet; `prefix` names it where there are several [明細行の一覧]."""
        self._prefix = prefix
        self._page.days.look_at(self._sheet, self._layout)
        for row in self._sheet.rows[self._layout.data_from :]:
            self._take(row)
        return self.lines

    # ----------------------------------------------------------------------------- kinds of rows
    def _take(self, row: Row) -> None:
        cells = row.cells
        if len(cells) > self._headed and self._is_split(cells):
            shown = clipped(",".join(map(text_of, cells)))
            self._noted.fault(Fault("TAB-039", line=row.number, excerpt=shown[:30]))
            return
        if len(cells) < self._width:
            cells = cells + [""] * (self._width - len(cells))
        if self._layout.lent_on is not None:
            self._take_side_by_side(row.number, cells)
            return
        day = self._page.days.read(cells, row.number)
        if isinstance(day, date):
            self._take_dated(row.number, cells, day)
        else:
            self._take_undated(row.number, cells, day)

    def _take_dated(self, number: int, cells: Sequence[Value], day: date) -> None:
        faults = self._noted.count()
        line = Line(number, day, sheet=self._prefix, contract=self._contract_of(cells))
        if self._word_columns:
            self._take_words(line, cells)
        self._take_money(line, cells)
        kind = line.kind
        if kind is not None and kind in _SUM_KINDS:
            self._check_sums(number, kind, line.lent_yen, line.paid_yen)
        elif kind is not None and kind in _STILL_KINDS:
            self.lines.append(line)
        else:
            self._sum(line)
            if kind is Kind.SHOPPING:
                amount = line.lent_yen or line.paid_yen or line.amount_yen
                self._noted.once_with_sum(Fault("TAB-060", line=number), amount)
            elif line.lent_yen or line.paid_yen or line.amount_yen:
                self.lines.append(line)
            elif self._noted.count() == faults:
                self._take_still(line)

    def _take_money(self, line: Line, cells: Sequence[Value]) -> None:
        number = line.number
        if self._amount is not None:
            line.amount_yen = self._yen(cells, self._amount, number) or 0
        else:
            line.lent_yen = self._yen(cells, self._lent, number) or 0
            line.paid_yen = self._paid_of(cells, number)
        if self._balance is not None:
            line.balance_yen = self._yen(cells, self._balance, number)
        if self._rate is not None:
            line.rate_ppm = self._ppm(cells, self._rate, number)
        if self._interest is not None:
            line.interest_yen = self._yen(cells, self._interest, number)

    def _take_still(self, line: Line) -> None:
        """A dated row without money: counted by its word; a change of rate is kept."""
        if line.kind is Kind.RATE_CHANGE and line.rate_ppm is not None:
            self._page.stated_rates.append((line.on, line.rate_ppm))
            shown = line.on.isoformat()
            self._noted.once(Fault("TAB-062", line=line.number, excerpt=shown))
            return
        label = no_money_label(line.words) if line.words else "—"
        self._noted.still(clipped(label), line.number)

    def _take_undated(self, number: int, cells: Sequence[Value], day: Unread | None) -> None:
        texts = [text_of(cell) for cell in cells if cell != ""]
        texts = [text for text in texts if text.strip()]
        if not texts or all(_RULED.fullmatch(text) for text in texts) or self._is_head(cells):
            return
        total = next((kind for kind in map(is_total, texts) if kind is not None), None)
        if total is not None:
            lent, paid = self._summed(cells, self._lent), self._summed(cells, self._paid)
            self._check_sums(number, total, lent, paid)
            return
        kind = next((kind for kind in map(kind_of, texts) if kind in _BALANCE_KINDS), None)
        if kind is not None:
            self._take_balance_row(number, cells, kind)
        elif len(texts) == 1 and _PAGE.fullmatch(folded(texts[0]).replace(" ", "").lower()):
            return
        elif self._holds_money(cells) or (day is not None and day.code != NO_DATE):
            self._take_dateless(number, cells, day)
        elif not _CLOSED.fullmatch(folded(texts[0]).lower()):
            shown = clipped(" ".join(texts))
            self._noted.once(Fault("TAB-063", line=number, excerpt=shown[:30]))

    def _take_balance_row(self, number: int, cells: Sequence[Value], kind: Kind) -> None:
        """前頁繰越, 次頁繰越, 冒頭残高 without a day: the day is found later."""
        line = Line(number, date.max, kind=kind, sheet=self._prefix)
        stated = self._summed(cells, self._balance) or self._summed(cells, self._amount)
        line.balance_yen = stated
        line.contract = self._contract_of(cells)
        self.lines.append(line)

    def _take_dateless(self, number: int, cells: Sequence[Value], day: Unread | None) -> None:
        """Money without a readable day."""
        column = self._place(self._layout.name(self._date_role()))
        above = self._page.days.after
        written = text_of(cells[self._columns.get(self._date_role(), 0)]).strip()
        if above is not None and (written in _DITTO or self._joined_above(number)):
            self._take_dated(number, cells, above)
            return
        if day is not None:
            fault = day.at(line=number, column=column)
            if day.code == TWO_DIGIT_YEAR:
                self._noted.short_year(fault)
            else:
                self._noted.fault(fault)
        else:
            shown = clipped(" ".join(text_of(cell) for cell in cells if cell != ""))
            proposed = None if above is None else above.isoformat()
            details = {} if above is None else {"meant": both_calendars_text(above)}
            self._noted.fault(Fault("TAB-040", None, number, column, shown[:30], details, proposed))
        for amounts in (self._lent, self._paid, self._amount, self._balance):
            self._yen(cells, amounts, number)

    def _take_side_by_side(self, number: int, cells: Sequence[Value]) -> None:
        """A day of lending and a day of paying in one row: two lines."""
        if self._is_head(cells):
            return
        taken: list[Line] = []
        for amounts, days in ((self._lent, self._layout.lent_on), (self._paid, None)):
            amount = self._yen(cells, amounts, number)
            if not amount:
                continue
            day = self._page.days.read(cells, number, days)
            if not isinstance(day, date):
                self._take_undated(number, cells, day)
                return
            line = Line(number, day, sheet=self._prefix, contract=self._contract_of(cells))
            self._take_words(line, cells)
            line.lent_yen, line.paid_yen = (amount, 0) if amounts == self._lent else (0, amount)
            self._sum(line)
            taken.append(line)
        if taken:
            taken[-1].balance_yen = self._yen(cells, self._balance, number)
            self.lines += taken

    # ------------------------------------------------------------------------------------- sums
    def _sum(self, line: Line) -> None:
        page = self._page
        page.lent_yen += line.lent_yen
        page.page_lent_yen += line.lent_yen
        page.paid_yen += line.paid_yen
        page.page_paid_yen += line.paid_yen

    def _check_sums(self, number: int, kind: Kind, lent: int, paid: int) -> None:
        """A row of sums against the rows above it, of this page or of all."""
        page = self._page
        for role, stated, of_page, of_all in (
            (Role.BORROW, lent, page.page_lent_yen, page.lent_yen),
            (Role.REPAY, paid, page.page_paid_yen, page.paid_yen),
        ):
            known = {of_page} if kind is Kind.SUBTOTAL else {of_page, of_all}
            if role in self._columns and stated and stated not in known:
                summed = of_page if kind is Kind.SUBTOTAL else of_all
                details = {"amount": yen_text(stated), "summed": yen_text(summed)}
                column = self._place(self._layout.name(role))
                self._noted.warn(Fault("TAB-064", line=number, column=column, details=details))
        if kind is Kind.SUBTOTAL:
            page.page_lent_yen = page.page_paid_yen = 0

    def _summed(self, cells: Sequence[Value], column: int | None) -> int:
        """An amount of a row of sums; what cannot be read there is no fault."""
        read = 0 if column is None else read_yen(text_of(cells[column]), sign=SignRule.SIGNED)
        return 0 if isinstance(read, Unread) else read

    # ------------------------------------------------------------------------------------- cells
    def _take_words(self, line: Line, cells: Sequence[Value]) -> None:
        for column in self._word_columns:
            cell = cells[column]
            if cell == "" or not isinstance(cell, str):
                continue
            line.words = f"{line.words} {cell}" if line.words else cell
            kind = kind_of(cell)
            if line.kind is None or (line.kind is Kind.SHOPPING and kind in _MONEY_KINDS):
                line.kind = kind or line.kind
        if self._note is not None and cells[self._note] != "":
            line.note = folded(text_of(cells[self._note]))

    def _paid_of(self, cells: Sequence[Value], number: int) -> int:
        """The payment of a row, held against its parts; or their sum where it is not printed."""
        paid = self._yen(cells, self._paid, number) or 0
        if not self._parts:
            return paid
        parts = sum(self._summed(cells, column) for column in self._parts)
        if self._paid is None:
            return parts
        if paid and parts and parts != paid:
            details = {"amount": yen_text(paid), "summed": yen_text(parts)}
            column = self._place(self._layout.name(Role.REPAY))
            self._noted.warn(Fault("TAB-065", line=number, column=column, details=details))
        return paid

    def _yen(self, cells: Sequence[Value], column: int | None, number: int) -> int | None:
        if column is None:
            return None
        value = cells[column]
        if value == "":
            return None
        if type(value) is int and -MAX_AMOUNT_YEN <= value <= MAX_AMOUNT_YEN:
            return value
        text = value if isinstance(value, str) else text_of(value)
        read = read_yen(text, sign=SignRule.SIGNED)
        return read if isinstance(read, int) else self._unread_yen(read, text, column, number)

    def _unread_yen(self, unread: Unread, text: str, column: int, number: int) -> int | None:
        if unread.code == AMOUNT_EMPTY:
            return None
        name = self._place(self._layout.column_name(column))
        quoted = _QUOTED_FORMULA.fullmatch(text.strip())
        if quoted is not None:
            read = read_yen(quoted[1], sign=SignRule.SIGNED)
            if isinstance(read, int):
                return read
        whole = _WHOLE_DECIMALS.fullmatch(folded(text))
        if whole is not None:
            read = read_yen(whole[1], sign=SignRule.SIGNED)
            if isinstance(read, int):
                self._noted.once(Fault("TAB-066", line=number, column=name, excerpt=clipped(text)))
                return read
        if text.lstrip().startswith("="):
            self._noted.fault(Fault("TAB-041", line=number, column=name, excerpt=clipped(text)))
        else:
            self._noted.fault(unread.at(line=number, column=name))
        return None

    def _ppm(self, cells: Sequence[Value], column: int, number: int) -> int | None:
        value = cells[column]
        if value == "":
            return None
        read = read_rate_ppm(text_of(value), rule=RateRule.TABLE_CELL)
        if isinstance(read, int):
            return read
        if read.code != RATE_EMPTY:
            name = self._place(self._layout.column_name(column))
            self._noted.fault(read.at(line=number, column=name))
        return None

    def _contract_of(self, cells: Sequence[Value]) -> str:
        if self._contract is None or self._marks_in_contract:
            return DEFAULT_CONTRACT
        name = folded(text_of(cells[self._contract]))
        if name:
            self._page.contract = name
        return self._page.contract

    # ------------------------------------------------------------------------------ small questions
    def _is_split(self, cells: Sequence[Value]) -> bool:
        """Whether commas inside amounts made cells of their own, beyond the last heading."""
        if all(cell == "" for cell in cells[self._headed :]):
            return False
        return any(
            _LEADING_GROUP.fullmatch(text_of(earlier)) and _GROUP.fullmatch(text_of(later))
            for earlier, later in pairwise(cells)
            if isinstance(earlier, str) and isinstance(later, str)
        )

    def _place(self, column: str) -> str:
        return f"{self._prefix}!{column}" if self._prefix else column

    def _date_role(self) -> Role:
        return Role.DATE if Role.DATE in self._columns else Role.DAY

    def _is_head(self, cells: Sequence[Value]) -> bool:
        """Whether a row repeats the head, as each page of a print does."""
        keys = self._keys
        same = sum(
            isinstance(cells[column], str) and heading_key(str(cells[column])) in key
            for column, key in keys.items()
            if column < len(cells) and cells[column] != ""
        )
        filled = sum(cell != "" for cell in cells)
        return same >= 2 and same * 2 > filled

    def _holds_money(self, cells: Sequence[Value]) -> bool:
        for column in (self._lent, self._paid, self._amount):
            if column is None or cells[column] == "":
                continue
            read = read_yen(text_of(cells[column]), sign=SignRule.SIGNED)
            if read.code not in _NO_AMOUNT if isinstance(read, Unread) else read:
                return True
        return False

    def _joined_above(self, number: int) -> bool:
        """Whether the day of a row is one joined cell with the row above."""
        column = self._columns.get(Role.DATE)
        return any(
            merge.first_column == column and merge.first_row < number <= merge.last_row
            for merge in self._sheet.merges
        )

    def _contract_holds_marks(self) -> bool:
        """Whether the column 契約 holds words like 契約 and 解約, not the number of a contract."""
        column = self._columns.get(Role.CONTRACT)
        if column is None:
            return False
        cells = [
            text_of(row.cells[column]).strip()
            for row in self._sheet.rows[self._layout.data_from :]
            if column < len(row.cells)
        ]
        marks = [cell for cell in cells if cell]
        return bool(marks) and all(kind_of(mark) is Kind.NO_MONEY for mark in marks)
