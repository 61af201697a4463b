"""Rows of pages as lines of a history: day, way, yen and balance, as far as they are read [明細].

What is no line (repeated heads, sums of a page, page numbers, blank rows) is left out and said.
Nothing is corrected here: a text that no reader takes stays a text without a value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from itertools import pairwise

from motocho.claims.reading.words import is_total
from motocho.claims.transcripts.columns import Columns, Content, Signs
from motocho.claims.transcripts.pages import SURE, TABLE_1904, Cell, Page
from motocho.claims.transcripts.words import Meaning, key_of, meaning_of
from motocho.units.days import Epoch, excel_serial_date, read_date
from motocho.units.errors import Unread
from motocho.units.money import RateRule, SignRule, read_rate_ppm, read_yen

LENT, PAID, UNKNOWN = 1, -1, 0
"""Which way a line moves money."""


class Dropped(Enum):
    """Why a row of a page is no line [読み飛ばした理由]."""

    HEAD = "head"
    TOTAL = "total"
    BLANK = "blank"
    PAGE = "page"
    CARRIED = "carried"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that is no line [読み飛ばした行]."""

    page: int
    row: int
    why: Dropped
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line as read [明細]; a value is None where its text was not understood."""

    page: int
    row: int
    cells: Mapping[Content, Cell]
    on: date | None
    way: int
    amount_yen: int | None
    balance_yen: int | None
    rate_ppm: int | None = None
    sure_way: int = SURE
    """How sure the way is, in permille."""
    meaning: Meaning | None = None

    def cell(self, content: Content) -> Cell:
        """The cell of a content; an empty one where the pages have none [セル]."""
        return self.cells.get(content, Cell())

    def money(self) -> Content:
        """The column that holds this line's amount [金額の列]."""
        if Content.AMOUNT in self.cells:
            return Content.AMOUNT
        return Content.BORROW if self.way == LENT else Content.REPAY

    def text(self, content: Content) -> str:
        """The text of a cell without blanks around it [文字]."""
        return self.cell(content).text.strip()


@dataclass(frozen=True, slots=True)
class Transcript:
    """All lines of all pages, and the rows that are none [書き起こし]."""

    lines: tuple[Line, ...]
    left_out: tuple[LeftOut, ...]
    columns: Columns


def transcribe(pages: Sequence[Page], columns: Columns) -> Transcript:
    """Lines out of pages under an assignment of columns [書き起こし]."""
    lines: list[Line] = []
    left: list[LeftOut] = []
    above: date | None = None
    for at, page in enumerate(pages):
        for number, row in enumerate(page.rows, start=1):
            above_data = at == 0 and number <= columns.data_from
            place = _Place(page, number)
            why = Dropped.HEAD if above_data else _left_out(row, columns)
            if why is Dropped.WORDS and place.is_scan and _holds_figures(row, columns):
                why = None
            if why is None:
                line = _line(place, row, columns, above)
                above = line.on or above
                lines.append(line)
            else:
                text = " ".join(cell.text for cell in row if cell.text.strip())
                left.append(LeftOut(page.number, number, why, text))
    return Transcript(tuple(_by_balance(lines, columns)), tuple(left), columns)


@dataclass(frozen=True, slots=True)
class _Place:
    page: Page
    row: int

    @property
    def is_scan(self) -> bool:
        return self.page.origin == "scan"

    def epoch(self) -> Epoch:
        return Epoch.YEAR_1904 if self.page.origin == TABLE_1904 else Epoch.YEAR_1900


# ----------------------------------------------------------------------------- what is no line
_PAGE_MARK = re.compile(
    r"[-–—()\s]*(?:p(?:age)?\.?)?\s*\d{1,4}(?:\s*[/／]\s*\d{1,4})?\s*(?:頁|ページ)?[-–—()\s]*",
    re.IGNORECASE,
)
_MONEY = (Content.BORROW, Content.REPAY, Content.AMOUNT)


def _left_out(row: Sequence[Cell], columns: Columns) -> Dropped | None:
    texts = [cell.text.strip() for cell in row]
    said = [text for text in texts if text]
    if not said:
        return Dropped.BLANK
    heads = [key_of(head) for head in columns.heads]
    same = sum(
        bool(text) and key_of(text) == head for text, head in zip(texts, heads, strict=False)
    )
    if same >= 2 and same * 2 >= len(said):
        return Dropped.HEAD
    if any(is_total(text) for text in said[:2]):
        return Dropped.TOTAL
    if len(said) == 1 and _PAGE_MARK.fullmatch(said[0]):
        return Dropped.PAGE
    has_day = _has_day(texts, columns)
    if not has_day and any(meaning_of(text) is Meaning.CARRIED for text in said):
        return Dropped.CARRIED
    has_money = any(
        any(sign.isdigit() for sign in texts[at])
        for content in (*_MONEY, Content.BALANCE)
        if (at := columns.at(content)) is not None and at < len(texts)
    )
    return None if has_money else Dropped.WORDS


_FEWEST_DIGITS = 3


def _holds_figures(row: Sequence[Cell], columns: Columns) -> bool:
    """Whether a recognised row has a day, and yen in a column that is not said to hold any.

    Why       a column that was misread must not take its rows away unseen.
    """
    texts = [cell.text.strip() for cell in row]
    if not _has_day(texts, columns):
        return False
    day = columns.at(Content.DATE)
    figures = [
        text for at, text in enumerate(texts) if at != day and read_scanned(text) is not None
    ]
    return any(sum(sign.isdigit() for sign in text) >= _FEWEST_DIGITS for text in figures)


def _has_day(texts: Sequence[str], columns: Columns) -> bool:
    at = columns.at(Content.DATE)
    at = columns.at(Content.DAY) if at is None else at
    return at is not None and at < len(texts) and any(sign.isdigit() for sign in texts[at])


# --------------------------------------------------------------------------------------- one line
def _line(place: _Place, row: Sequence[Cell], columns: Columns, above: date | None) -> Line:
    cells: dict[Content, Cell] = {}
    for content, cell in zip(columns.contents, row, strict=False):
        if content is not Content.NOTHING:
            cells[content] = _joined(cells[content], cell) if content in cells else cell
    if Content.DATE not in cells and Content.DAY in cells:
        parts = [
            cells.pop(part) for part in (Content.YEAR, Content.MONTH, Content.DAY) if part in cells
        ]
        cells[Content.DATE] = Cell(
            "/".join(part.text.strip() for part in parts),
            min(part.sure_permille for part in parts),
            parts[0].box,
        )
    on = _day_of(cells.get(Content.DATE, Cell()).text, columns, above, place)
    said = [cells[one].text for one in (Content.KIND, Content.NOTE) if one in cells]
    meaning = next((meant for text in said if (meant := meaning_of(text, columns.words))), None)
    line = Line(place.page.number, place.row, cells, on, UNKNOWN, None, None, meaning=meaning)
    read = read_scanned if place.is_scan else read_written
    return _with_money(line, columns, read)


def _joined(first: Cell, second: Cell) -> Cell:
    """Two columns said to hold the same: their texts beside each other."""
    text = " ".join(part for part in (first.text.strip(), second.text.strip()) if part)
    return first._replace(text=text, sure_permille=min(first.sure_permille, second.sure_permille))


def _with_money(line: Line, columns: Columns, read: Callable[[str], int | None]) -> Line:
    balance = read(line.text(Content.BALANCE))
    if line.meaning is Meaning.OPENING and balance is not None:
        return replace(line, way=LENT, amount_yen=balance, balance_yen=balance)
    rate = read_rate_ppm(line.text(Content.RATE), rule=RateRule.TABLE_CELL)
    rate_ppm = rate if isinstance(rate, int) else None
    if Content.AMOUNT not in line.cells:
        way, amount = _of_two(line, read)
        return replace(line, way=way, amount_yen=amount, balance_yen=balance, rate_ppm=rate_ppm)
    amount = read(line.text(Content.AMOUNT))
    way, sure = _way_of_one(line, columns, amount)
    value = None if amount is None else abs(amount)
    return replace(
        line, way=way, amount_yen=value, balance_yen=balance, rate_ppm=rate_ppm, sure_way=sure
    )


def _of_two(line: Line, read: Callable[[str], int | None]) -> tuple[int, int | None]:
    """Borrowed or repaid: the column that says something."""
    texts = {LENT: line.text(Content.BORROW), PAID: line.text(Content.REPAY)}
    yen = {way: read(text) for way, text in texts.items()}
    some = [way for way in (LENT, PAID) if yen[way]]
    if len(some) == 1:
        return some[0], yen[some[0]]
    written = [way for way in (LENT, PAID) if texts[way]]
    if len(written) == 1:
        return written[0], yen[written[0]]
    return UNKNOWN, 0 if not any(texts.values()) else None


_SIGN_SURE = 900


def _way_of_one(line: Line, columns: Columns, amount: int | None) -> tuple[int, int]:
    """A single amount: what a word says, else its sign."""
    word = (
        meaning_of(line.text(Content.KIND), columns.words) if Content.KIND in line.cells else None
    )
    word = word or line.meaning
    if word in {Meaning.LENT, Meaning.PAID}:
        return (LENT if word is Meaning.LENT else PAID), SURE
    if columns.signs is Signs.BY_BALANCE or amount is None:
        return UNKNOWN, 0
    minus = PAID if columns.signs is Signs.MINUS_REPAYS else LENT
    return (minus if amount < 0 else -minus), _SIGN_SURE


def _by_balance(lines: Sequence[Line], columns: Columns) -> Iterator[Line]:
    """Ways that nothing else tells, by whether the balance rises."""
    if columns.signs is not Signs.BY_BALANCE or Content.AMOUNT not in columns.contents:
        yield from lines
        return
    before = None
    for line in lines:
        now = line.balance_yen
        way = line.way
        if way == UNKNOWN and now is not None:
            way = LENT if now > (before or 0) else PAID
        yield replace(line, way=way)
        before = now if now is not None else before


# ---------------------------------------------------------------------------------------- readers
def _day_of(text: str, columns: Columns, above: date | None, place: _Place) -> date | None:
    """The day of a text; None where none is read [日付].

    Why       a scan's letters are turned into the digits they look like; a table's are not touched.
    """
    plain = text.strip()
    if not plain:
        return None
    for said in (plain, _as_day(plain)) if place.is_scan else (plain,):
        read = read_date(said, era=columns.era, after=above)
        if not isinstance(read, Unread):
            return read.on
    is_serial = plain.isascii() and plain.isdigit() and len(plain) == _SERIAL_DIGITS
    if is_serial and not place.is_scan:
        on = excel_serial_date(int(plain), place.epoch())
        return None if isinstance(on, Unread) else on
    return None


_SERIAL_DIGITS = 5
_ALIKE = str.maketrans("OoQDlI|!iSsBZzbGgq", "000011111558226699"[:18])
_DAY_RUN = re.compile(
    r"([MTSHRmtshr明大昭平令][治正和成]?)?\s*(\d{1,4})\s*[./\-年・,:]\s*(\d{1,2})\s*[./\-月・,:]\s*(\d{1,2})"
    r"(?![./\-]\d)"
)


def _as_day(text: str) -> str:
    """The part of a scanned text that looks like a day, with letters as digits behind the era."""
    era, rest = (text[:1], text[1:]) if text[:1] in "MTSHRmtshr" else ("", text)
    found = _DAY_RUN.search(era + rest.translate(_ALIKE))
    if found is None:
        return text
    return (
        f"{(found[1] or '').upper()}{found[2]}.{found[3]}.{found[4]}"
        if found[1]
        else f"{found[2]}/{found[3]}/{found[4]}"
    )


def read_written(text: str) -> int | None:
    """The whole yen that a written text says; None without one [金額]."""
    read = read_yen(text, sign=SignRule.SIGNED)
    return read if isinstance(read, int) else None


_GROUPED = re.compile(r"(?:\d{1,3}(?:[,.]\d{3})+|\d+)")


def read_scanned(text: str) -> int | None:
    """The whole yen of a scanned text, its points taken for commas [スキャンの金額].

    >>> read_scanned("30.000"), read_scanned("▲1O,000"), read_scanned("25000K")
    (30000, -10000, None)
    >>> read_scanned("1,44/,/80")  # a coarse fax has no 7
    1447780
    """
    plain = text.strip().replace("，", ",").replace("．", ".").replace("、", ",").replace(" ", "")
    sign = -1 if plain[:1] in {"▲", "△", "-", "−", "－", "A", "Δ", "▼"} else 1
    body = plain.lstrip("▲△-−－AΔ▼¥￥\\").removesuffix("円").translate(_ALIKE)
    body = body.replace("/", "7")
    if not _GROUPED.fullmatch(body):
        return None
    return sign * int(body.replace(",", "").replace(".", ""))


def is_in_order(lines: Sequence[Line]) -> bool:
    """Whether the days never run backwards [日付順]."""
    days = [line.on for line in lines if line.on is not None]
    return all(first <= second for first, second in pairwise(days))
