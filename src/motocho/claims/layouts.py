"""The sheet of a calculated statement: which columns, which words [計算書の体裁].

`content` makes what every printed form is laid out from, `csv_text` and `table` are its plain
forms, and `describe` says in words what a calculation rests on. A layout chooses columns and
headings only: the arithmetic is the statement's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from fractions import Fraction
from itertools import groupby

from motocho import __version__
from motocho.claims._formulas import LARGEST_EXACT, Live, LiveRow, is_live, live
from motocho.claims._wording import (
    Described,
    day_text,
    describe,
    heading,
    presets_text,
    text,
    words,
    year_text,
)
from motocho.claims.assumptions import KEYS, Assumptions
from motocho.claims.statement import Result, Row, Segment, Statement, Yen, public_yen
from motocho.documents import sheet as paper
from motocho.documents.sheet import (
    BLANK,
    Align,
    Cell,
    Column,
    Condition,
    Figure,
    FigureKind,
    Line,
    LineKind,
    Pair,
    Part,
    Role,
    Sheet,
    Style,
    Table,
)
from motocho.kernel.conventions import EventKind, OpeningBalance, SegmentKind, Series
from motocho.units.errors import Language
from motocho.units.money import rate_text, yen_text
from motocho.units.text import half_widths

__all__ = ["Described", "Layout", "conditions", "content", "csv_text", "describe", "table"]

TOTAL = "total"
"""The name of the last line of a sheet."""
ESTIMATED = "◇"
"""Stands before a row that rests on an estimate [推定]; its note in the history says so."""
_SAYS_ESTIMATED = (ESTIMATED, "推定")
_ADVICE = frozenset({"LAW-054", "LAW-061", "HIS-006", "HIS-007"})
"""Warnings that advise the user about the claim (time bar, agent, other readings of the contracts):
they have no place on a paper that goes to court and opponent, nor do hints how to mend an input."""


class Layout(Enum):
    """How a sheet is laid out [体裁]."""

    COURT = "court"
    NAGOYA = "nagoya"
    """名古屋式: one balance, below zero when overpaid."""
    TOYAMA = "toyama"
    """外山式."""


_ORDER: Mapping[Layout, str] = {
    Layout.COURT: (
        "row contract date borrow repay days rate interest unpaid principal"
        " overpaid earned overpaid_interest note"
    ),
    Layout.NAGOYA: (
        "row contract date borrow repay rate days interest unpaid balance"
        " earned overpaid_interest note"
    ),
    Layout.TOYAMA: (
        "row contract date borrow repay days rate interest unpaid principal"
        " overpaid earned overpaid_interest note"
    ),
}
_HEADINGS: Mapping[Layout, Mapping[str, str]] = {
    Layout.COURT: {},
    Layout.NAGOYA: {"borrow": "借入金額", "repay": "弁済額"},
    Layout.TOYAMA: {"date": "取引日"},
}
_DAYS: Mapping[Layout, Style] = {
    Layout.COURT: Style.DAY_BOTH,
    Layout.NAGOYA: Style.DAY_ERA,
    Layout.TOYAMA: Style.DAY_WESTERN,
}
_STYLES: Mapping[str, Style] = {
    "contract": Style.TEXT,
    "rate": Style.RATE,
    "borrow": Style.YEN,
    "repay": Style.YEN,
    "interest": Style.YEN,
    "unpaid": Style.YEN,
    "principal": Style.YEN,
    "balance": Style.YEN,
    "overpaid": Style.YEN,
    "earned": Style.YEN,
    "overpaid_interest": Style.YEN,
    "note": Style.TEXT,
    "check": Style.TEXT,
    "carried": Style.YEN,
    "carried_interest": Style.YEN,
    "own_day": Style.YEN,
    "early": Style.YEN,
    "late": Style.YEN,
}
"""Of columns that are not plain counts or days."""
_FLOWS = ("borrow", "repay", "interest", "earned")
"""Columns that a year and the whole sheet sum up."""
_GIVEN = frozenset({"date", "borrow", "repay"})
_WORKED_OUT = frozenset({"principal", "overpaid", "own_day", "early", "late"})
"""Working columns that hold formulas."""

Cells = dict[str, Cell]


def content(
    statement: Statement,
    layout: Layout,
    language: Language = Language.JA,
    *,
    subject: Sequence[Pair] = (),
    notes: Sequence[Pair] = (),
) -> Sheet:
    """The sheet of a statement, ready to be laid out [計算書の内容].

    Takes     `subject`: what stands before case and lender, such as 事件名, 原告, 被告;
              `notes`: what the caller has to say beside the statement's own warnings.
    Gives     with formulas for spreadsheets, unless fractions of a yen are kept.
    """
    formulas = live(statement) if is_live(statement.assumptions) else None
    columns, lines = _Lines(statement, layout, language, formulas).made()
    history = statement.history
    named = (("case", history.title), ("lender", history.lender))
    own = [Pair(text(name, language), said) for name, said in named]
    return Sheet(
        title=text("title", language),
        subject=tuple(pair for pair in (*subject, *own) if pair.text.strip()),
        presets=presets_text(statement.assumptions, language),
        conditions=conditions(statement.assumptions, language),
        columns=columns,
        lines=lines,
        figures=tuple(_figures(statement, language, lines[-1])),
        notes=(*_notes(statement, layout, lines, language), *notes),
        workbook_notes=tuple(_workbook_notes(formulas, language)),
        words=words(language),
        language=language,
        engine_version=f"Motocho {__version__}",
        input_sha256=history.input_sha256,
        dated_on=statement.rows[-1].event.on,
    )


def conditions(assumptions: Assumptions, language: Language) -> tuple[Condition, ...]:
    """Every assumption as a condition of a sheet (OVER-008) [計算の条件]."""
    described = describe(assumptions, language)
    return tuple(Condition(key, *one) for key, one in zip(KEYS, described, strict=True))


def csv_text(statement: Statement, layout: Layout, language: Language = Language.JA) -> str:
    """The statement as comma-separated text, with a byte order mark [CSV]."""
    return paper.csv_text(content(statement, layout, language))


def table(statement: Statement, layout: Layout, language: Language = Language.JA) -> Table:
    """The statement as texts for a terminal [端末向けの表]."""
    return paper.table(content(statement, layout, language))


# --------------------------------------------------------------------------------------- lines
class _Lines:
    """Makes the columns and the lines of a sheet."""

    def __init__(
        self, statement: Statement, layout: Layout, language: Language, formulas: Live | None
    ) -> None:
        self._statement = statement
        self._layout = layout
        self._language = language
        self._live = formulas
        self._sums_live = formulas is not None and all(row.check for row in formulas.rows)
        self._live_rows = formulas.rows if formulas else (None,) * len(statement.rows)
        opening = statement.assumptions.opening_balance
        self._amounts = [_amounts(row, opening) for row in statement.rows]

    def made(self) -> tuple[tuple[Column, ...], tuple[Line, ...]]:
        """The columns, as wide as their texts, and the lines in order."""
        named = [
            (name, kind, cells if kind is LineKind.ROW else _checked(cells), mark)
            for name, kind, cells, mark in self._named_lines()
        ]
        columns = [self._column(key, part) for key, part in self._keys(named)]
        lines = tuple(
            Line(name, kind, tuple(cells.get(column.key, BLANK) for column in columns), mark)
            for name, kind, cells, mark in named
        )
        return _fitted(columns, lines), lines

    def _keys(
        self, named: Sequence[tuple[str, LineKind, Cells, str]]
    ) -> Iterator[tuple[str, Part]]:
        """The columns of this sheet and where they belong."""
        keys = _ORDER[self._layout].split()
        if len(self._statement.history.contracts()) == 1:
            keys.remove("contract")
        if not any(cells["note"].value for _, kind, cells, _ in named if kind is LineKind.ROW):
            keys.remove("note")
        yield from ((key, Part.PRINTED) for key in keys)
        if self._live is not None:
            yield "check", Part.CHECK
            for key in ("principal", "overpaid", *self._live.working):
                if key not in keys:
                    yield key, Part.WORKING

    def _column(self, key: str, part: Part) -> Column:
        base, _, number = key.rpartition("_")
        if not number.isdigit():
            base, number = key, "1"
        japanese, english = heading(base)
        japanese = _HEADINGS[self._layout].get(key, japanese)
        if number != "1":
            japanese, english = f"{japanese} ({number})", f"{english} ({number})"
        style = _DAYS[self._layout] if key == "date" else _STYLES.get(base, Style.COUNT)
        left = style is Style.TEXT or style in paper.DAY_STYLES
        align = Align.CENTER if key == "check" else Align.LEFT if left else Align.RIGHT
        given = key in _GIVEN or (part is Part.WORKING and key not in _WORKED_OUT)
        role = Role.GIVEN if given else Role.COMPUTED
        return Column(key, japanese, english, _WORKING_MM, align, style, part, role)

    def _named_lines(self) -> Iterator[tuple[str, LineKind, Cells, str]]:
        """Rows, a subtotal after each year, balances of separate contracts, and the total."""
        places = range(len(self._statement.rows))
        years = []
        for year, group in groupby(places, key=lambda at: self._statement.rows[at].event.on.year):
            of_year = list(group)
            for at in of_year:
                note = self._statement.rows[at].event.note
                mark = ESTIMATED if any(sign in note for sign in _SAYS_ESTIMATED) else ""
                yield str(at + 1), LineKind.ROW, self._row(at), mark
            years.append(f"y{year}")
            label = text("subtotal", self._language, year=year_text(year, self._language))
            rows = f"[{{key}}@{of_year[0] + 1}]:[{{key}}@{of_year[-1] + 1}]"
            yield years[-1], LineKind.SUBTOTAL, self._sums(label, of_year, rows), ""
        for number, (contract, result) in enumerate(self._statement.contract_results):
            label = text("contract_total", self._language, contract=contract)
            balances = self._balances(result, [self._last_of(contract)])
            yield f"c{number}", LineKind.SUBTOTAL, {"date": Cell(label), **balances}, ""
        years_named = ",".join(f"[{{key}}@{year}]" for year in years)
        total = self._sums(text("total", self._language), places, years_named) | self._final()
        yield TOTAL, LineKind.TOTAL, total, ""

    def _row(self, at: int) -> Cells:
        row, live_row = self._statement.rows[at], self._live_rows[at]
        formulas = live_row.formulas if live_row else {}
        amounts = self._amounts[at]
        cells = {key: _yen(amount, formulas.get(key)) for key, amount in amounts.items()}
        for key in _idle(row):
            cells[key] = cells[key]._replace(shown="")
        balance = row.outstanding_principal_yen - row.overpayment_yen
        cells |= {
            "row": Cell(row.row),
            "contract": Cell(row.event.contract),
            "date": Cell(row.event.on),
            "days": Cell(row.days, formulas.get("days")),
            "rate": Cell(row.applied_rate_ppm, formulas.get("rate")),
            "balance": _yen(balance, "[principal]-[overpaid]" if formulas else None),
            "note": Cell(text("and_so", self._language).join(self._remarks(row)) or None),
        }
        if live_row is not None:
            cells["check"] = self._check(live_row)
            cells |= {key: Cell(value) for key, value in live_row.working.items()}
            for key in ("own_day", "early", "late"):
                if key in formulas:
                    cells[key] = Cell(None, formulas[key])
        return cells

    def _check(self, live_row: LiveRow) -> Cell:
        if live_row.valued or live_row.check is None:
            return Cell(words(self._language).line_without_formula)
        return Cell(None, live_row.check)

    def _sums(self, label: str, places: Sequence[int], named: str) -> Cells:
        """Sums over rows; `named` names their cells for a column `key`."""
        cells = {"date": Cell(label)}
        for key in _FLOWS:
            amount = sum((self._amounts[at][key] or 0 for at in places), start=0)
            cells[key] = self._sum(amount, f"SUM({named.format(key=key)})")
        return cells

    def _final(self) -> Cells:
        statement = self._statement
        contracts = [contract for contract, _ in statement.contract_results]
        last = [self._last_of(contract) for contract in contracts] or [len(statement.rows)]
        return self._balances(statement.result, last)

    def _last_of(self, contract: str) -> int:
        rows = reversed(self._statement.rows)
        return next(row.row for row in rows if row.event.contract == contract)

    def _balances(self, result: Result, rows: Sequence[int]) -> Cells:
        """The balances of a result, as the sum of the last rows they come from."""
        balances = {
            "unpaid": result.unpaid_interest_yen,
            "principal": result.outstanding_principal_yen,
            "overpaid": result.overpayment_yen,
            "overpaid_interest": result.overpayment_interest_yen,
        }
        cells = {
            key: self._sum(amount, "+".join(f"[{key}@{row}]" for row in rows))
            for key, amount in balances.items()
        }
        balance = result.outstanding_principal_yen - result.overpayment_yen
        return cells | {"balance": self._sum(balance, "[principal]-[overpaid]")}

    def _sum(self, amount: Yen, formula: str) -> Cell:
        return _yen(amount, formula if self._sums_live and amount < LARGEST_EXACT else None)

    # ------------------------------------------------------------------------------- remarks
    def _remarks(self, row: Row) -> Iterator[str]:
        """What a reader of the row must know: what it is, how its interest is made up."""
        event, language = row.event, self._language
        amount = yen_text(event.amount_yen)
        if event.kind is EventKind.OPENING:
            zero = self._statement.assumptions.opening_balance is OpeningBalance.ZERO
            yield text("opening_zero" if zero else "opening", language, amount=amount)
        elif event.kind is EventKind.CARRY:
            interest = yen_text(event.carried_interest_yen)
            yield text("carry", language, amount=amount, interest=interest)
        elif event.kind is EventKind.CLOSING:
            yield text("closing", language)
        yield from self._pieces(row)
        if event.note.strip():
            yield event.note.strip()

    def _pieces(self, row: Row) -> Iterator[str]:
        """The pieces of a row, where one rate does not say it all."""
        language = self._language
        segments = row.segments
        tranches = len(segments) == 2 and segments[0].from_on == segments[1].from_on
        if tranches and segments[0].kind is SegmentKind.OVERPAYMENT:
            first, second = (_rate(segment, language) for segment in segments)
            yield text("and", language, first=first, second=second)
            return
        if sum((one.to_on - one.from_on).days + 1 for one in segments) > row.days:
            yield text("own_day", language, rate=_rate(segments[0], language))
            segments = segments[1:]
        if len(segments) > 1 or any(one.kind is SegmentKind.DAMAGES for one in segments):
            rate = _rate(segments[0], language)
            yield text("first", language, rate=rate) if len(segments) > 1 else rate
            for segment in segments[1:]:
                on = day_text(segment.from_on, language)
                yield text("from", language, on=on, rate=_rate(segment, language))


def _amounts(row: Row, opening: OpeningBalance) -> dict[str, Yen | None]:
    """The amounts of a row by column; None is a blank."""
    event = row.event
    opens = event.kind is EventKind.OPENING and opening is OpeningBalance.AS_GIVEN
    return {
        "borrow": event.amount_yen if opens or event.kind is EventKind.BORROW else None,
        "repay": event.amount_yen if event.kind is EventKind.REPAY else None,
        "interest": row.interest_yen,
        "unpaid": row.unpaid_interest_yen,
        "principal": row.outstanding_principal_yen,
        "overpaid": row.overpayment_yen,
        "earned": row.overpayment_interest_row_yen,
        "overpaid_interest": row.overpayment_interest_yen,
    }


def _idle(row: Row) -> Iterator[str]:
    """Columns that paper leaves blank: of the side that owes nothing and earns nothing."""
    gained = row.overpayment_interest_row_yen or row.overpayment_interest_yen
    if not (row.overpayment_yen or gained):
        yield from ("overpaid", "earned", "overpaid_interest")
    elif not (row.outstanding_principal_yen or row.interest_yen or row.unpaid_interest_yen):
        yield from ("interest", "unpaid")


def _rate(segment: Segment, language: Language) -> str:
    damages = text("damages", language) if segment.kind is SegmentKind.DAMAGES else ""
    return rate_text(segment.rate_ppm) + damages


def _checked(cells: Cells) -> Cells:
    """A line of sums with the check that its formulas give the values of the engine."""
    same = [
        f"[{key}]={cell.value}" for key, cell in cells.items() if cell.formula and key != "balance"
    ]
    if not same:
        return cells
    return cells | {"check": Cell(None, f'IF(AND({",".join(same)}),"✓","✕")')}


_LONGEST_FRACTION = 9
_SHOWN_PLACES = 2


def _yen(amount: Yen | None, formula: str | None = None) -> Cell:
    """An amount; on paper a long fraction stops after some places, and says so."""
    if amount is None:
        return BLANK
    value = public_yen(amount)
    if isinstance(value, int) or len(value) <= _LONGEST_FRACTION:
        return Cell(value, formula)
    whole, rest = divmod(abs(Fraction(amount)), 1)
    places = int(rest * 10**_SHOWN_PLACES)
    sign = "▲" if amount < 0 else ""
    return Cell(value, formula, f"{sign}{yen_text(whole)}.{places:0{_SHOWN_PLACES}d}…")


# --------------------------------------------------------------------------- result and notes
def _figures(statement: Statement, language: Language, total: Line) -> Iterator[Figure]:
    """The result, in the order of a claim: what is owed, what is overpaid, what is asked for."""
    result = statement.result
    formulas = any(cell.formula for cell in total.cells)

    def yen(name: str, amount: Yen, keys: str = "", kind: FigureKind = FigureKind.PART) -> Figure:
        formula = "+".join(f"[{key}@{TOTAL}]" for key in (keys or name).split())
        cell = _yen(amount, formula if formulas else None)
        shown = cell.value if cell.shown is None else cell.shown
        return Figure(text(name, language), shown, Style.YEN, kind, cell.formula)

    if result.owed_yen:
        yield yen("principal", result.outstanding_principal_yen)
        yield yen("unpaid", result.unpaid_interest_yen)
        yield yen("owed", result.owed_yen, "principal unpaid", FigureKind.TOTAL)
    else:
        yield yen("owed", result.owed_yen, "principal unpaid")
    yield yen("overpaid", result.overpayment_yen)
    if result.claim_yen:
        yield yen("overpaid_interest", result.overpayment_interest_yen)
        yield yen("claim", result.claim_yen, "overpaid overpaid_interest", FigureKind.TOTAL)
    if statement.assumptions.contracts is Series.SEPARATE_SET_OFF:
        claim = f"[overpaid@{TOTAL}]+[overpaid_interest@{TOTAL}]"
        owed = f"[principal@{TOTAL}]+[unpaid@{TOTAL}]"
        set_off, net = yen("set_off", statement.set_off_yen), yen("net", statement.net_yen)
        if formulas:
            set_off = set_off._replace(formula=f"MIN({claim},{owed})")
            net = net._replace(formula=f"{claim}-({owed})")
        yield set_off
        yield net._replace(kind=FigureKind.TOTAL)
    if result.overpayment_yen:
        yield yen("in_dispute", result.overpayment_yen, "overpaid")
    if result.first_overpaid_on is not None:
        label = text("first_overpaid_on", language)
        yield Figure(label, result.first_overpaid_on, Style.DAY_BOTH)


def _notes(
    statement: Statement, layout: Layout, lines: Sequence[Line], language: Language
) -> Iterator[Pair]:
    """What a reader must know beside the conditions: marks, signs, warnings."""
    if any(line.mark == ESTIMATED for line in lines):
        yield Pair(ESTIMATED, text("estimated", language))
    if layout is Layout.NAGOYA and any(row.overpayment_yen for row in statement.rows):
        yield Pair("▲", text("below_zero", language))
    for warning in statement.warnings:
        if warning.code not in _ADVICE:
            yield Pair(text("warning", language), warning.what(language))


def _workbook_notes(formulas: Live | None, language: Language) -> Iterator[Pair]:
    """What a reader of the workbook must know about its formulas."""
    label = text("formula_label", language)
    if formulas is None:
        yield Pair(label, text("exact", language))
        return
    yield Pair(label, text("formulas", language))
    yield Pair(label, text("formula_form", language))
    yield Pair(text("check_label", language), text("check", language))
    if any(row.valued for row in formulas.rows):
        yield Pair(text("check_label", language), text("valued", language))


# -------------------------------------------------------------------------------------- widths
_WORKING_MM = 16
_LEAST_MM = {Style.YEN: 19, Style.RATE: 14, Style.COUNT: 9, Style.TEXT: 14}
_MOST_TEXT_MM = 30
_LEAST_NOTE_MM = 26
_FIGURE_MICRONS = 1_510
"""Width of one figure in the table of the PDF."""
_LABEL_MICRONS = 2_000
"""The same in the bold type of a label, its insets included."""
_MOST_LABEL_MM = 60
_INSETS_MICRONS = 2_200
_MICRONS = 1_000


def _fitted(columns: Sequence[Column], lines: Sequence[Line]) -> tuple[Column, ...]:
    """The columns, each as wide as the longest of its values; remarks get what is left."""
    fitted = [
        replace(column, width_mm=_width_mm(place, column, lines))
        if column.part is Part.PRINTED
        else column
        for place, column in enumerate(columns)
    ]
    fitted = _with_room_for_labels(fitted, lines)
    others_mm = sum(
        column.width_mm for column in fitted if column.part is Part.PRINTED and column.key != "note"
    )
    most_mm = max(_LEAST_NOTE_MM, paper.PAGE_TEXT_MM - others_mm)
    return tuple(
        replace(column, width_mm=min(column.width_mm, most_mm)) if column.key == "note" else column
        for column in fitted
    )


def _with_room_for_labels(columns: list[Column], lines: Sequence[Line]) -> list[Column]:
    """The labels of sums run from the first column to the days: these must hold them together."""
    place = next(at for at, column in enumerate(columns) if column.style in paper.DAY_STYLES)
    longest = max(
        half_widths(paper.text_of(line.cells[place], Style.TEXT))
        for line in lines
        if line.kind is not LineKind.ROW
    )
    needed_mm = min(longest * _LABEL_MICRONS // _MICRONS, _MOST_LABEL_MM)
    missing_mm = needed_mm - sum(column.width_mm for column in columns[: place + 1])
    widened = replace(columns[place], width_mm=columns[place].width_mm + max(missing_mm, 0))
    return [*columns[:place], widened, *columns[place + 1 :]]


def _width_mm(place: int, column: Column, lines: Sequence[Line]) -> int:
    """What the values of a column need; the labels of sums run over their neighbours."""
    labelled = column.style in paper.DAY_STYLES
    longest = max(
        half_widths(line.mark + paper.text_of(line.cells[place], column.style))
        if column.key == "row"
        else half_widths(paper.text_of(line.cells[place], column.style))
        for line in lines
        if line.kind is LineKind.ROW or not labelled
    )
    needed_mm = (longest * _FIGURE_MICRONS + _INSETS_MICRONS) // _MICRONS + 1
    width_mm = max(_LEAST_MM.get(column.style, 0), needed_mm)
    return min(width_mm, _MOST_TEXT_MM) if column.key == "contract" else width_mm
