"""Bytes to records and back, in both forms of our files [ファイルの読み書き].

A file is a header, its records, and a trailer with their count, the sum of their balances and a
CRC-32 of every byte before it. A file with one fault counts for nothing: all of them are listed,
each with its line and its bytes.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from motocho.outside.bureau.layouts import HEADER, LAYOUTS, OF_KIND, TRAILER, WIDTH, Layout, Sort
from motocho.outside.bureau.layouts import Field as Place
from motocho.units.errors import Fault, FaultyInput, clipped, ensure

Value = str | int | bool | date | None
Row = Mapping[str, Value]
MOST_BYTES = 256 << 20
MOST_FAULTS = 1_000
_SIGNS = {one.sign: one for one in LAYOUTS}
_NAMES = {one.name: one for one in LAYOUTS}
_CODE = re.compile("[0-9A-Za-z._/-]*")
_KANA = re.compile("[ｦ-ﾟA-Z ]*")
_GETA = "〓"
"""What printers put for a sign that they lack."""


class Form(Enum):
    """How a file is written [ファイルの形式]."""

    FIXED = "fixed"
    """Records of one width in Shift_JIS, each with CR LF."""
    JSON = "json"
    """One JSON object a line in UTF-8."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record with its layout and its line [レコード]."""

    layout: Layout
    row: Row
    line: int = 0


@dataclass(frozen=True, slots=True)
class Head:
    """Whose file it is, of what kind, and which of the row [ヘッダー]."""

    kind: str
    company_code: str
    bureau_id: str
    file_no: int
    made_on: date

    @property
    def row(self) -> Row:
        """The fields of its record."""
        return {
            "kind": self.kind,
            "company_code": self.company_code,
            "bureau_id": self.bureau_id,
            "file_no": self.file_no,
            "made_on": self.made_on,
        }


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file without a fault of form [読み取ったファイル]."""

    head: Head
    records: tuple[Record, ...]


# ------------------------------------------------------------------------------------- writing
def written(head: Head, records: Sequence[Record], form: Form) -> bytes:
    """A file as bytes: the same for the same records [ファイルの作成]."""
    put = _LINES[form]
    lines = [put(HEADER, head.row), *(put(one.layout, one.row) for one in records)]
    body = b"".join(lines)
    return body + put(TRAILER, _trailer(records, body))


def _trailer(records: Sequence[Record], body: bytes) -> Row:
    sum_yen = sum(_int(one.row.get("balance_yen", 0)) for one in records)
    checksum = f"{zlib.crc32(body):08x}"
    return {"count": len(records), "sum_yen": sum_yen, "checksum": checksum}


def _int(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _fixed_line(layout: Layout, row: Row) -> bytes:
    fields = b"".join(_fixed(one, row.get(one.name)) for one in layout.fields)
    return layout.sign.encode() + fields + b"\r\n"


def _fixed(place: Place, value: Value) -> bytes:
    if place.sort in {Sort.TEXT, Sort.KANA}:
        return fitted(str(value), place.width)
    if place.sort is Sort.NUMBER:
        return _within(place, f"{value:0{place.width}}")
    if place.sort is Sort.FLAG:
        return b"1" if value else b"0"
    if place.sort is Sort.CHOICE:
        return next(sign for sign, word in place.choices.items() if word == value).encode()
    plain = f"{value:%Y%m%d}" if isinstance(value, date) else str(value or "")
    return _within(place, plain.ljust(place.width))


def _within(place: Place, plain: str) -> bytes:
    ensure(len(plain) == place.width, "a value that fits its field", field=place.name)
    return plain.encode("ascii")


def fitted(text: str, width: int) -> bytes:
    """A text in so many bytes of Shift_JIS, no sign cut in two, filled with blanks [文字の切詰め].

    >>> fitted("髙橋𠮷", 8).decode("cp932"), fitted("東京都", 5).decode("cp932")
    ('髙橋〓  ', '東京 ')
    """
    made = b""
    for sign in "".join(sign if sign.isprintable() else " " for sign in text):
        try:
            bytes_ = sign.encode("cp932")
        except UnicodeEncodeError:
            bytes_ = _GETA.encode("cp932")
        if len(made) + len(bytes_) > width:
            break
        made += bytes_
    return made.ljust(width)


def _json_line(layout: Layout, row: Row) -> bytes:
    fields = {one.name: _plain(row.get(one.name)) for one in _kept(layout)}
    text = json.dumps({"record": layout.name, **fields}, ensure_ascii=False)
    return f"{text}\n".encode()


def _plain(value: Value) -> str | int | bool | None:
    return value.isoformat() if isinstance(value, date) else value


def _kept(layout: Layout) -> Iterator[Place]:
    return (one for one in layout.fields if one.sort is not Sort.FILLER)


_LINES: Mapping[Form, Callable[[Layout, Row], bytes]] = {
    Form.FIXED: _fixed_line,
    Form.JSON: _json_line,
}


# ------------------------------------------------------------------------------------- reading
class _Faults:
    """Faults of one file while they are gathered."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Fault] = []

    def add(
        self, code: str, line: int, column: str = "", excerpt: str = "", **details: str
    ) -> None:
        if len(self.found) < MOST_FAULTS:
            shown = clipped(excerpt)
            self.found.append(Fault(code, self.file, line, column or None, shown, details))

    def stop(self) -> None:
        if self.found:
            raise FaultyInput(*self.found)


def read(data: bytes, file: str) -> Parsed:
    """The records of a file in either form [ファイルの読取り].

    Raises    FaultyInput with every fault, each at its line: then nothing of it counts.
    """
    faults = _Faults(file)
    form = Form.JSON if data[:1] == b"{" else Form.FIXED
    if not data or len(data) > MOST_BYTES:
        faults.add("BUR-010", 1, excerpt=str(len(data)))
        faults.stop()
    lines = _split(data, form)
    records = [_record(line, place, form, faults) for place, line in enumerate(lines, 1)]
    faults.stop()
    end = _ENDS[form]
    before = b"".join(line + end for line in lines[:-1])
    return _whole([one for one in records if one is not None], before, faults)


def _split(data: bytes, form: Form) -> list[bytes]:
    lines = data.split(_ENDS[form])
    return lines[:-1] if lines[-1] == b"" else lines


_ENDS = {Form.FIXED: b"\r\n", Form.JSON: b"\n"}


def _whole(records: Sequence[Record], before: bytes, faults: _Faults) -> Parsed:
    """The file if its header, order and trailer hold; `before` is all before the trailer."""
    first, last, body = records[0], records[-1], records[1:-1]
    if first.layout is not HEADER or last.layout is not TRAILER or len(records) == 1:
        faults.add("BUR-013", last.line, excerpt=last.layout.name)
        faults.stop()
    allowed = OF_KIND[str(first.row["kind"])]
    for one in body:
        if one.layout not in allowed:
            faults.add("BUR-013", one.line, excerpt=one.layout.name)
    wanted = _trailer(body, before)
    for name, value in wanted.items():
        if last.row[name] != value:
            seen = {"seen": str(last.row[name]), "wanted": str(value)}
            faults.add("BUR-014", last.line, TRAILER.field(name).place, **seen)
    faults.stop()
    row = dict(first.row)
    head = Head(
        str(row["kind"]), str(row["company_code"]), str(row["bureau_id"]), _int(row["file_no"]),
        row["made_on"] if isinstance(row["made_on"], date) else date.min,
    )  # fmt: skip
    return Parsed(head, tuple(body))


def _record(line: bytes, place: int, form: Form, faults: _Faults) -> Record | None:
    return _of_json(line, place, faults) if form is Form.JSON else _of_fixed(line, place, faults)


def _of_fixed(line: bytes, place: int, faults: _Faults) -> Record | None:
    layout = _SIGNS.get(line[:1].decode("ascii", "replace"))
    if layout is None or len(line) != WIDTH:
        details = {"width": str(WIDTH), "length": str(len(line))}
        faults.add("BUR-011", place, excerpt=line[:20].decode("cp932", "replace"), **details)
        return None
    row: dict[str, Value] = {}
    for one in _kept(layout):
        try:
            text = line[one.first - 1 : one.last].decode("cp932")
            row[one.name] = _value(one, text)
        except ValueError:
            seen = line[one.first - 1 : one.last].decode("cp932", "replace")
            faults.add("BUR-012", place, one.place, seen.strip())
    return Record(layout, row, place)


def _value(place: Place, text: str) -> Value:
    """The value of a field of the fixed form; ValueError for one that is none."""
    plain = text.rstrip(" ")
    if place.sort is Sort.NUMBER:
        return _number(text)
    if place.sort is Sort.FLAG:
        return text == "1" if text in {"0", "1"} else _refused(text)
    if place.sort is Sort.CHOICE:
        return place.choices[text] if text in place.choices else _refused(text)
    if place.sort is Sort.DAY:
        if not plain and not place.is_needed:
            return None
        return date.fromisoformat(f"{_digits(text)[:4]}-{text[4:6]}-{text[6:]}")
    return _text(place, plain)


def _text(place: Place, plain: str) -> str:
    pattern = {Sort.CODE: _CODE, Sort.KANA: _KANA}.get(place.sort)
    if pattern is not None and not pattern.fullmatch(plain):
        _refused(plain)
    is_blank_refused = place.is_needed and place.sort in {Sort.CODE, Sort.KANA}
    return _refused(plain) if is_blank_refused and not plain else plain


def _digits(text: str) -> str:
    return text if re.fullmatch("[0-9]+", text) else _refused(text)


def _number(text: str) -> int:
    return int(_digits(text))


def _refused(text: str) -> str:
    """Never gives anything: what stands in a field is none of its values."""
    raise ValueError(text)


def _of_json(line: bytes, place: int, faults: _Faults) -> Record | None:
    try:
        read_row = json.loads(line)
        layout = _NAMES[read_row.pop("record")]
        wanted = {one.name for one in _kept(layout)}
        if read_row.keys() != wanted:
            _refused(", ".join(sorted(read_row.keys() ^ wanted)))
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        faults.add("BUR-016", place, excerpt=str(error))
        return None
    row: dict[str, Value] = {}
    for one in _kept(layout):
        try:
            row[one.name] = _json_value(one, read_row[one.name])
        except (ValueError, TypeError):
            faults.add("BUR-012", place, one.name, str(read_row[one.name]))
    return Record(layout, row, place)


def _json_value(place: Place, value: Any) -> Value:
    if place.sort is Sort.NUMBER:
        if isinstance(value, bool) or not isinstance(value, int):
            return _refused(str(value))
        return value if 0 <= value < 10**place.width else _refused(str(value))
    if place.sort is Sort.FLAG:
        return value if isinstance(value, bool) else _refused(str(value))
    if value is None and place.sort is Sort.DAY and not place.is_needed:
        return None
    if not isinstance(value, str):
        return _refused(str(value))
    if place.sort is Sort.DAY:
        return date.fromisoformat(value)
    if place.sort is Sort.CHOICE:
        return value if value in place.choices.values() else _refused(value)
    return _text(place, value)
