"""Text files of cells: which encoding, which delimiter, which lines [テキストの表].

Nothing in a text file says how it is written, so each is found by trial: the encoding by what can
be decoded, the delimiter by what makes rows with days and amounts. Text that was pasted from a
printed list has no delimiter at all; its columns are where blanks stand below each other.
"""

from __future__ import annotations

import csv
import io
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from typing import NamedTuple

from motocho.claims.reading.cells import (
    MAX_COLUMNS,
    MAX_ROWS,
    Book,
    Rows,
    Sheet,
    too_many_rows,
    too_much_text,
)
from motocho.claims.reading.looks import looks_like_amount, looks_like_day
from motocho.claims.reading.words import heading_words, role_of
from motocho.units.errors import Fault, FaultyInput, clipped
from motocho.units.text import half_widths

_MOST_FAULTS = 20
_SAMPLE_LINES = 60
_SAMPLE_LINE_LENGTH = 4_000


def read(data: bytes) -> Book:
    """The one sheet of a text file [テキストの読み取り].

    Raises    FaultyInput where the bytes are no text, or the text is no table.
    """
    if data.count(b"\n") > MAX_ROWS or data.count(b"\r") > MAX_ROWS:
        raise too_many_rows()
    text = decode(data)
    lines = list(io.StringIO(text.rstrip("\x1a\n\r"), newline=None))
    if len(lines) > MAX_ROWS:
        raise too_many_rows()
    faults: list[Fault] = []
    first, delimiter = _delimiter(lines)
    rows = Rows("")
    if delimiter == BLANKS:
        _read_aligned(lines, rows)
    else:
        for line, cells in _records(lines, first, delimiter, faults):
            rows.add(line, list(cells))
    if faults:
        raise FaultyInput(*faults)
    return Book((Sheet("", rows.rows),), tuple(_mojibake(lines)))


# ----------------------------------------------------------------------------------------- encoding
_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_JIS_ESCAPE = b"\x1b$"
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufdd0-\ufdef\ufffe\uffff]")
_MOST_CONTROLS_IN = 500
"""One control character in as many is a slip of a printer file; more are no text."""
_KATAKANA_HALF = re.compile("[\uff61-\uff9f]")
_COMMON = re.compile("[ぁ-んァ-ヶ一-龠年月日]")


def decode(data: bytes) -> str:
    """The text of bytes, in the encoding that fits them [文字コード].

    Raises    FaultyInput naming the byte and line that fit no encoding.

    >>> decode("日付".encode("cp932")), decode("日付".encode("utf-16"))
    ('日付', '日付')
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _checked(_decoded(data[len(mark) :], (encoding,), len(mark)))
    if b"\x00" in data:
        raise not_text()
    if _JIS_ESCAPE in data and data.isascii():
        return _checked(_decoded(data, ("iso2022_jp_3", "iso2022_jp_ext")))
    try:
        return _checked(data.decode("utf-8"))
    except UnicodeDecodeError:
        return _checked(_decoded(data, ("utf-8", "cp932", "euc_jp")))


def not_text() -> FaultyInput:
    """The refusal of bytes that are no text [文字でないデータ]."""
    return FaultyInput(Fault("TAB-016"))


def _decoded(data: bytes, encodings: Sequence[str], skipped: int = 0) -> str:
    """The best of the encodings that fit; where none does, how far the best one got."""
    texts = []
    furthest = 0
    for encoding in encodings:
        try:
            texts.append(data.decode(encoding))
        except UnicodeDecodeError as error:
            furthest = max(furthest, error.start)
    if texts:
        return max(texts, key=_likelihood)
    line = data.count(b"\n", 0, furthest) + 1
    details = {"place": f"{skipped + furthest + 1:,}", "byte": f"0x{data[furthest]:02X}"}
    raise FaultyInput(Fault("TAB-007", line=line, details=details))


def _likelihood(text: str) -> tuple[int, int]:
    """EUC-JP read as Shift_JIS is full of narrow katakana; the other way round of rare kanji."""
    sample = text[: _SAMPLE_LINES * 100]
    return heading_words(sample), len(_COMMON.findall(sample)) - len(_KATAKANA_HALF.findall(sample))


def _checked(text: str) -> str:
    controls = len(_CONTROL.findall(text.rstrip("\x1a")))
    if controls * _MOST_CONTROLS_IN > len(text) + _MOST_CONTROLS_IN:
        raise not_text()
    return text


_MOJIBAKE = re.compile(
    "\ufffd"  # what a decoder leaves where it gave up
    "|[縺繧繝]|[荳莉譌譛譚谿雋霑蛟蜈驥逕蟷譁蜿蜍莠][ｦ-ﾟ]"  # UTF-8 that was read as Shift_JIS
    "|[ãåæç][\x80-\xbf]|[ãåæç][‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ¡-¿]"  # UTF-8 that was read as Latin-1
)


def _mojibake(lines: Sequence[str]) -> Iterator[Fault]:
    places = [
        (line, found)
        for line, text in enumerate(lines, start=1)
        if not text.isascii() and (found := _MOJIBAKE.search(text))
    ]
    if places:
        line, found = places[0]
        shown = clipped(lines[line - 1].strip()[:20])
        yield Fault("TAB-033", line=line, excerpt=shown, details={"count": f"{len(places):,}"})


# ---------------------------------------------------------------------------------------- delimiter
BLANKS = "blanks"
"""In place of a delimiter: columns stand below each other, parted by runs of blanks."""

_DELIMITERS = ("\t", ",", ";", "，", "|", "│", "┃", BLANKS)
_STATED = re.compile(r"sep=(.)\s*", re.IGNORECASE)


def _delimiter(lines: Sequence[str]) -> tuple[int, str]:
    """How many lines come before the table, and what parts its cells."""
    if lines and (stated := _STATED.fullmatch(lines[0])):
        return 1, stated[1]
    sample = [
        line[:_SAMPLE_LINE_LENGTH] for line in lines[: 4 * _SAMPLE_LINES] if not line.isspace()
    ][:_SAMPLE_LINES]
    best, best_score = ",", (0, 0, 0)
    for delimiter in _DELIMITERS:
        if delimiter != BLANKS and not any(delimiter in line for line in sample):
            continue
        score = _score(list(_sample_rows(sample, delimiter)))
        if score > best_score:
            best, best_score = delimiter, score
    return 0, best


def _sample_rows(sample: Sequence[str], delimiter: str) -> Iterator[Sequence[str]]:
    if delimiter == BLANKS:
        for line in sample:
            yield [token.text for token in _tokens(line)]
        return
    try:
        yield from csv.reader(sample, delimiter=delimiter)
    except csv.Error:
        # A cell longer than any cell is: this is not the delimiter.
        return


def _score(rows: Sequence[Sequence[str]]) -> tuple[int, int, int]:
    """Rows with a day and an amount; headings; rows as wide as most are."""
    data = 0
    headings = 0
    widths: dict[int, int] = {}
    for cells in rows:
        if len(cells) < 2 or len(cells) > MAX_COLUMNS:
            continue
        days = sum(map(looks_like_day, cells[:8]))
        data += bool(days) and any(map(looks_like_amount, cells))
        headings = max(headings, sum(role_of(cell) is not None for cell in cells))
        widths[len(cells)] = widths.get(len(cells), 0) + 1
    return data, headings, max(widths.values(), default=0)


# ------------------------------------------------------------------------------------------ records
def _records(
    lines: list[str], first: int, delimiter: str, faults: list[Fault]
) -> Iterator[tuple[int, list[str]]]:
    """Rows of cells with the number of their first line; a quote left open is a fault."""
    at = first
    quoted = any('"' in line for line in lines)
    while at < len(lines) and len(faults) < _MOST_FAULTS:
        reader = csv.reader(islice(lines, at, None), delimiter=delimiter)
        start, begun = at, 0
        at = len(lines)
        try:
            for cells in reader:
                ended = reader.line_num
                if quoted and _leaves_open(lines[start + begun : start + ended], delimiter):
                    faults.append(_open_quote(lines, start + begun))
                    at = start + begun + 1
                    break
                yield start + begun + 1, cells
                begun = ended
        except csv.Error:
            if _leaves_open(lines[start + begun : start + begun + 1], delimiter):
                faults.append(_open_quote(lines, start + begun))
                at = start + begun + 1
            else:
                raise too_much_text(start + begun + 1) from None


def _leaves_open(lines: Sequence[str], delimiter: str) -> bool:
    """Whether the lines of one row have a quote too many, or swallowed a row that has its day."""
    if sum(line.count('"') for line in lines) % 2 == 1:
        return True
    return any(looks_like_day(line.partition(delimiter)[0].strip('"')) for line in lines[1:])


def _open_quote(lines: Sequence[str], at: int) -> Fault:
    shown = lines[at].strip()
    quote = shown.rfind('"')
    return Fault("TAB-008", line=at + 1, excerpt=clipped(shown[max(quote, 0) :][:30]))


# ------------------------------------------------------------------------------------ aligned text
class _Token(NamedTuple):
    """A piece of a line between runs of blanks, and the places it covers."""

    first: int
    last: int
    text: str


_PIECE = re.compile(r"\S+(?:[ ]\S+)*")


def _tokens(line: str) -> Iterator[_Token]:
    """The pieces of a line; one blank joins, two or a wide one part."""
    text = line.rstrip("\n").replace("\t", "  ").replace("　", "  ")
    at, shown = 0, 0
    for found in _PIECE.finditer(text):
        shown += half_widths(text[at : found.start()])
        last = shown + half_widths(found[0])
        yield _Token(shown, last, found[0])
        at, shown = found.end(), last


def _read_aligned(lines: Sequence[str], rows: Rows) -> None:
    """Rows of pieces, each in the column that it stands below."""
    pieces = [list(_tokens(line)) for line in lines]
    starts = _column_starts([row for row in pieces if _begins_with_day(row)])
    for line, row in enumerate(pieces, start=1):
        cells: list[str] = []
        for token in row:
            middle = (token.first + token.last) // 2
            column = max(bisect_right(starts, middle) - 1, len(cells))
            cells += [""] * (column - len(cells))
            cells.append(token.text)
        rows.add(line, list(cells))


def _begins_with_day(row: Sequence[_Token]) -> bool:
    return any(looks_like_day(token.text) for token in row[:2])


def _column_starts(rows: Sequence[Sequence[_Token]]) -> list[int]:
    """Where each column of the data begins: half way between it and the column before it."""
    spans: list[list[int]] = []
    for first, last, _ in sorted(token for row in rows for token in row):
        if spans and first < spans[-1][1]:
            spans[-1][1] = max(spans[-1][1], last)
        else:
            spans.append([first, last])
    starts = [0]
    starts += [(before[1] + span[0]) // 2 for before, span in pairwise(spans)]
    return starts
