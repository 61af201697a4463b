"""The content of a calculation sheet: words and whole numbers, ready to be laid out [計算書の内容].

A `Sheet` is what every form of a sheet is made of: `typeset` makes pages of it, `spreadsheet` a
workbook, and `csv_text` and `table` here plain text. It knows no calculation: numbers come in
finished, formulas come in as templates, words in the language of the reader.

A template names other cells as `[key]` (the same line) or `[key@line]`:

>>> references("MAX(0,[principal@7]-[repay])")
[('principal', '7'), ('repay', '')]
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import NamedTuple, TypeAlias

from motocho.units.days import era_date_short
from motocho.units.errors import Language, ensure
from motocho.units.money import minus_text, rate_text

Value: TypeAlias = int | str | date | None
"""What a cell holds. Whole yen, days or ppm are integers; an amount that is not a whole number of
yen is its exact fraction in text; None is a blank cell."""

PAGE_TEXT_MM = 260
"""Width between the margins of a landscape A4 page; a wider sheet goes on larger paper."""

MUST_BE_STATED = frozenset({"year_basis", "first_day", "rounding"})
"""Keys of conditions without which a sheet is refused (OVER-008)."""


class Align(Enum):
    """Where the text of a column stands [文字揃え]."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class Style(Enum):
    """How the values of a column are written [表示形式]."""

    TEXT = "text"
    COUNT = "count"
    YEN = "yen"
    RATE = "rate"
    """The value is ppm a year."""
    DAY_BOTH = "day_both"
    """2001-01-10 / H13.1.10."""
    DAY_ERA = "day_era"
    DAY_WESTERN = "day_western"


DAY_STYLES = frozenset({Style.DAY_BOTH, Style.DAY_ERA, Style.DAY_WESTERN})


class Part(Enum):
    """Where a column belongs [列の区分]."""

    PRINTED = "printed"
    CHECK = "check"
    """In a workbook only: whether the formulas of a line give the values of the engine."""
    WORKING = "working"
    """In a workbook only: what the formulas are made of."""


class Role(Enum):
    """Whether a column is given or follows from others [列の役割]."""

    GIVEN = "given"
    COMPUTED = "computed"


class LineKind(Enum):
    """What a line of a sheet is [行の種類]."""

    ROW = "row"
    SUBTOTAL = "subtotal"
    TOTAL = "total"


class FigureKind(Enum):
    """What a figure of the result is; a total stands over a double rule [結果の種類]."""

    PART = "part"
    TOTAL = "total"


class Pair(NamedTuple):
    """A label and what it says [項目]."""

    label: str
    text: str


class Condition(NamedTuple):
    """One condition that the calculation rests on [計算の条件]."""

    key: str
    label: str
    text: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class Column:
    """One column [列]; `width_mm` is the least width that its values need on paper."""

    key: str
    header_ja: str
    header_en: str
    width_mm: int
    align: Align
    style: Style
    part: Part = Part.PRINTED
    role: Role = Role.COMPUTED

    def header(self, language: Language) -> str:
        """The header in a language [見出し]."""
        return self.header_ja if language is Language.JA else self.header_en


class Cell(NamedTuple):
    """One cell [セル]: its value, the formula that gives it, and a shorter text for paper."""

    value: Value = None
    formula: str | None = None
    shown: str | None = None


BLANK = Cell()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table, a cell for each column [行].

    `name` is what templates call it; `mark` stands before its number on paper.
    """

    name: str
    kind: LineKind
    cells: tuple[Cell, ...]
    mark: str = ""


class Figure(NamedTuple):
    """One figure of the result [計算結果]."""

    label: str
    value: Value
    style: Style
    kind: FigureKind = FigureKind.PART
    formula: str | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """The fixed words of a sheet in the language of its reader [用語]."""

    conditions: str
    presets: str
    deviation: str
    results: str
    notes: str
    engine: str
    input: str
    table_sheet: str
    check: str
    all_match: str
    some_differ: str
    without_formulas: str
    working: str
    line_without_formula: str
    amount: str
    """A yen amount in running text, with its unit: a template over `amount`."""
    unit: str
    """The unit of the amounts in the table."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A calculation sheet [計算書].

    Raises    BrokenInvariant without the conditions it rests on (OVER-008), or if a line has not
              one cell for each column.
    """

    title: str
    subject: tuple[Pair, ...]
    presets: str
    conditions: tuple[Condition, ...]
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    figures: tuple[Figure, ...]
    notes: tuple[Pair, ...]
    workbook_notes: tuple[Pair, ...]
    """What only a reader of the workbook must know."""
    words: Words
    language: Language
    engine_version: str
    input_sha256: str
    dated_on: date
    """The day the sheet speaks of; it stands in the properties of its files, so that they hold no
    time of their making."""

    def __post_init__(self) -> None:
        stated = {condition.key for condition in self.conditions if condition.text.strip()}
        missing = MUST_BE_STATED - stated
        ensure(not missing, "OVER-008: a sheet states its conditions", missing=sorted(missing))
        width = len(self.columns)
        for line in self.lines:
            ensure(len(line.cells) == width, "one cell for each column", line=line.name)

    def printed(self) -> tuple[tuple[int, Column], ...]:
        """The columns on paper, each with its place in a line [印刷する列]."""
        return tuple(
            (place, column)
            for place, column in enumerate(self.columns)
            if column.part is Part.PRINTED
        )

    def label_span(self) -> int:
        """How many printed columns the label of a sum stands across [見出しの幅]."""
        columns = [column for _, column in self.printed()]
        return next(
            (place for place, column in enumerate(columns, 1) if column.style in DAY_STYLES), 1
        )

    def stated(self) -> list[Pair]:
        """Every condition, a star before each that is not the default [条件の一覧]."""
        return [
            Pair(label, text if is_default else f"＊{text}")
            for _, label, text, is_default in self.conditions
        ]


# ---------------------------------------------------------------------------------------- templates
REFERENCE = re.compile(r"\[([a-z0-9_]+)(?:@([^\]]+))?\]")
"""A cell named in a template: key, line."""


def references(formula: str) -> list[tuple[str, str]]:
    """The cells a template names: key and line, the line empty for the same line [参照]."""
    return [(found[1], found[2] or "") for found in REFERENCE.finditer(formula)]


# --------------------------------------------------------------------------------------------- text
_REPLACED = {"Cc": " ", "Zl": " ", "Zp": " ", "Cf": "", "Cs": "〓"}
_VOICED = re.compile("[\u3041-\u30ff][\u3099\u309a]")


def printable(text: str) -> str:
    r"""`text` as one line, without signs that steer a terminal or turn the reading round [表示文].

    Why       names keep their exact characters: only kana and their voicing marks are joined.

    >>> printable("カ\u3099ス\n\x1b[1m会社")
    'ガス  [1m会社'
    """
    if text.isascii() and text.isprintable():
        return text
    joined = _VOICED.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)
    return "".join(_REPLACED.get(unicodedata.category(sign), sign) for sign in joined)


def text_of(cell: Cell, style: Style) -> str:
    """What a reader sees in a cell [表示].

    >>> text_of(Cell(-1234), Style.YEN), text_of(Cell(180_000), Style.RATE)
    ('▲1,234', '18.0%')
    >>> text_of(Cell(date(2001, 1, 10)), Style.DAY_BOTH)
    '2001-01-10 / H13.1.10'
    """
    value = cell.value if cell.shown is None else cell.shown
    if value is None:
        return ""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, date):
        return _day_text(value, style)
    return rate_text(value) if style is Style.RATE else minus_text(value)


def _day_text(on: date, style: Style) -> str:
    if style is Style.DAY_ERA:
        return era_date_short(on)
    if style is Style.DAY_BOTH:
        return f"{on.isoformat()} / {era_date_short(on)}"
    return on.isoformat()


# ---------------------------------------------------------------------------------------------- CSV
_FORMULA_SIGNS = frozenset("=+-@＝＋－＠")


def csv_text(sheet: Sheet) -> str:
    """The sheet as comma-separated text [CSV]: rows, then result, conditions and notes.

    Format    RFC 4180 with CRLF and a byte order mark, so that spreadsheets read the Japanese;
              every record has as many fields as there are columns.
    Why       a text that a spreadsheet would take for a formula gets an apostrophe before it;
              numbers stay plain: -1234, 18.0%.
    """
    columns = sheet.printed()
    width = max(len(columns), 2)
    records: list[list[str]] = [[column.header(sheet.language) for _, column in columns]]
    for kind in (LineKind.ROW, LineKind.TOTAL):
        records += [
            [_plain(line.cells[place], column) for place, column in columns]
            for line in sheet.lines
            if line.kind is kind
        ]
        records.append([])
    records.append(_pair(sheet.words.results, ""))
    records += [[_safe(label), _plain_figure(value)] for label, value, *_ in sheet.figures]
    for heading, pairs in _sections(sheet):
        records += [[], _pair(heading, ""), *(_pair(*pair) for pair in pairs)]
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    for record in records:
        writer.writerow(record + [""] * (width - len(record)))
    return out.getvalue()


def _sections(sheet: Sheet) -> list[tuple[str, Sequence[Pair]]]:
    """What stands under the rows and the result, in every form of plain text."""
    words = sheet.words
    return [
        (words.conditions, [Pair(words.presets, sheet.presets), *sheet.stated()]),
        (words.notes, sheet.notes),
        (sheet.title, [*sheet.subject, *provenance(sheet)]),
    ]


def provenance(sheet: Sheet) -> list[Pair]:
    """What was calculated by what [計算の出どころ]."""
    return [
        Pair(sheet.words.engine, sheet.engine_version),
        Pair(sheet.words.input, sheet.input_sha256),
    ]


def _pair(label: str, text: str) -> list[str]:
    return [_safe(label), _safe(text)]


def _safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    shown = printable(text).strip()
    return f"'{shown}" if shown[:1] in _FORMULA_SIGNS else shown


def plain_text(text: str) -> str:
    """Text that no spreadsheet takes for a formula, for other papers [数式にならない文字列].

    >>> plain_text("=1+1")
    "'=1+1"
    """
    return _safe(text)


_NUMBER = re.compile(r"[-+\uff0d\uff0b]?[0-9\uff10-\uff19,.\uff0c\uff0e]*")


def typed_text(text: str) -> str:
    """`plain_text` for what people typed into a table: a number keeps its sign [入力された文字列].

    >>> typed_text("-10,000"), typed_text("-"), typed_text("-1+cmd|' /C calc'!A0")
    ('-10,000', '-', "'-1+cmd|' /C calc'!A0")
    """
    return text if _NUMBER.fullmatch(text) else _safe(text)


def _plain(cell: Cell, column: Column) -> str:
    value = cell.value
    if isinstance(value, str):
        return value if column.style is Style.YEN else _safe(value)
    if isinstance(value, int) and column.style is Style.RATE:
        return rate_text(value)
    return _plain_figure(value)


def _plain_figure(value: Value) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


# ----------------------------------------------------------------------------------------- terminal
@dataclass(frozen=True, slots=True)
class Table:
    """A sheet as texts, for whoever draws it with characters [端末向けの表]."""

    title: str
    subject: tuple[Pair, ...]
    headers: tuple[str, ...]
    aligns: tuple[Align, ...]
    rows: tuple[tuple[LineKind, tuple[str, ...]], ...]
    figures: tuple[tuple[FigureKind, Pair], ...]
    conditions_title: str
    conditions: tuple[Pair, ...]
    notes: tuple[Pair, ...]


def table(sheet: Sheet) -> Table:
    """The sheet as texts [端末向けの表]."""
    columns = sheet.printed()
    words = sheet.words
    return Table(
        printable(sheet.title),
        _shown(sheet.subject),
        tuple(column.header(sheet.language) for _, column in columns),
        tuple(column.align for _, column in columns),
        tuple((line.kind, line_texts(line, columns)) for line in sheet.lines),
        tuple((figure.kind, figure_pair(figure, words)) for figure in sheet.figures),
        words.conditions,
        _shown([Pair(words.presets, sheet.presets), *sheet.stated()]),
        _shown([*sheet.notes, *provenance(sheet)]),
    )


def line_texts(line: Line, columns: Iterable[tuple[int, Column]]) -> tuple[str, ...]:
    """What a reader sees in a line; its mark stands before the first text [行の表示]."""
    texts = [text_of(line.cells[place], column.style) for place, column in columns]
    if line.mark:
        texts[0] = line.mark + texts[0]
    return tuple(texts)


def figure_pair(figure: Figure, words: Words) -> Pair:
    """A figure with its label, as a reader sees both [結果の表示]."""
    shown = text_of(Cell(figure.value), figure.style)
    amount = words.amount.format(amount=shown) if figure.style is Style.YEN else shown
    return Pair(printable(figure.label), amount)


def _shown(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    return tuple(Pair(printable(label), printable(text)) for label, text in pairs)
