"""Bytes to records and back, by the table of layouts [レコードの読み書き].

One regular expression a record, made from its layout, takes the ordinary record; what it does not
take is looked at field by field, and every fault of the file is listed with its line, its bytes and
what mends it. JIS X 0201 is one byte a sign, so positions of bytes and of signs are the same.

>>> encoded("ﾔﾏﾀﾞ A1").hex(" ")
'd4 cf c0 de 20 41 31'
>>> decoded(bytes.fromhex("d4 cf c0 de 20 41 31"))
'ﾔﾏﾀﾞ A1'
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache

from motocho.outside.bank.layouts import ANY_SIGN, Field, Kind, Layout, Need
from motocho.units.errors import Fault, FaultyInput, clipped, ensure
from motocho.units.money import yen_text

MAX_FILE_BYTES = 256 << 20
"""Largest file read; a million records of 200 bytes fit."""
MOST_FAULTS = 1_000
"""Faults listed of one file; the rest are counted."""

_UNKNOWN_BASE = 0xE000
_CONTROLS = "\r\n\x1a"
_EBCDIC_ONE = b"\xf1"
_END_OF_TEXT = "\x1a"


def _sign_of(byte: int) -> str:
    """The sign of one byte of JIS X 0201; for a byte that is none, a private one that keeps it."""
    if byte in (0x5C, 0x7E):
        return "¥" if byte == 0x5C else "‾"
    if 0x20 <= byte < 0x7F or chr(byte) in _CONTROLS:
        return chr(byte)
    is_kana = 0xA1 <= byte <= 0xDF
    return chr(0xFF61 + byte - 0xA1) if is_kana else chr(_UNKNOWN_BASE + byte)


_SIGNS = "".join(_sign_of(byte) for byte in range(256))
_KNOWN_BYTES = bytes(byte for byte in range(256) if ord(_SIGNS[byte]) != _UNKNOWN_BASE + byte)


def decoded(data: bytes) -> str:
    """The text of JIS X 0201 bytes, one sign a byte [復号].

    Why       a byte that is no sign becomes a private one, so that places stay what they were and
              `shown` can tell what stood there.
    """
    return codecs.charmap_decode(data, "strict", _SIGNS)[0]


def _is_unknown(sign: str) -> bool:
    return _UNKNOWN_BASE <= ord(sign) < _UNKNOWN_BASE + len(_SIGNS)


def shown(text: str) -> str:
    """Decoded text as a person may recognise it: bytes that are no sign, as wide letters [表示用].

    >>> shown(decoded("山田 ﾊﾅｺ".encode("cp932")))
    '山田 ﾊﾅｺ'
    """
    if not any(_is_unknown(sign) for sign in text) or any(sign not in _SIGNS for sign in text):
        return text
    raw = bytes(_SIGNS.index(sign) for sign in text)
    return raw.decode("cp932", "replace")


def encoded(text: str) -> bytes:
    """The bytes of a text whose signs are all in JIS X 0201 [符号化]."""
    data = text.replace("¥", "\\").replace("‾", "~").encode("cp932")
    ensure(len(data) == len(text), "a sign of two bytes", text=clipped(text))
    return data


class Separator(Enum):
    """What parts the records [改行]."""

    NONE = ""
    CRLF = "\r\n"
    LF = "\n"


Values = tuple[str, ...]
"""The fields of one record as text, in the order of its layout."""


@dataclass(slots=True)
class Group:
    """A header with its data and its trailer [ファイルの一組]; lines count from 1."""

    line: int
    header: Values
    source: Sequence[str]
    rows: list[Values] = field(default_factory=list)
    trailer: Values = ()

    @property
    def first_row_line(self) -> int:
        """Line of the first data record."""
        return self.line + 1

    def raw(self, place: int) -> str:
        """A data record as it stood in the file [元のレコード]."""
        return self.source[self.line + place]

    @property
    def trailer_line(self) -> int:
        """Line of the trailer."""
        return self.first_row_line + len(self.rows)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file as records of one layout, without a fault of form [読み取ったレコード]."""

    layout: Layout
    groups: tuple[Group, ...]
    end: Values
    end_line: int
    separator: Separator


class Faults:
    """Faults of one file while they are gathered [誤りの一覧]."""

    def __init__(self, file: str | None) -> None:
        self._file = file
        self._found: list[Fault] = []
        self._beyond = 0

    def add(self, code: str, line: int | None = None, column: str | None = None,
            excerpt: str = "", **details: str) -> None:  # fmt: skip
        """One more fault [誤りの追加]."""
        if len(self._found) >= MOST_FAULTS:
            self._beyond += 1
            return
        seen = clipped(shown(excerpt))
        self._found.append(Fault(code, self._file, line, column, seen, details))

    def __bool__(self) -> bool:
        return bool(self._found)

    def refuse(self) -> None:
        """Stop if there is any fault.

        Raises    FaultyInput with all of them.
        """
        if self._found:
            raise self.error()

    def error(self) -> FaultyInput:
        """All faults as one error, those beyond the limit counted [誤りの全部]."""
        if not self._beyond:
            return FaultyInput(*self._found)
        more = Fault("BNK-019", self._file, details={"count": yen_text(self._beyond)})
        return FaultyInput(*self._found, more)


# --------------------------------------------------------------------------------------- reading
_FOLLOWS = {"": "1", "1": "28", "2": "28", "8": "19", "9": ""}
"""Which records may follow which: several headers with their trailers may share one end record."""
_TITLES = {"1": "ヘッダー", "2": "データ", "8": "トレーラ", "9": "エンド"}


def parse(data: bytes, layouts: Sequence[Layout], *, file: str | None = None) -> Parsed:
    """The records of a file in one of some layouts [レコードへの分解].

    Takes     layouts in the order they are tried, where several have one code.
    Raises    FaultyInput with every fault of form: line, bytes, what was seen, what mends it.
    """
    faults = Faults(file)
    text = _text(data, faults)
    faults.refuse()
    layout = _layout_of(text, layouts, faults)
    lines, separator = _lines(text, layout.width, faults)
    layout = _by_first_row(lines, layout, layouts)
    known = _END_OF_TEXT not in text and not data.translate(None, _KNOWN_BYTES)
    row_pattern = layout.data.quick_pattern if known else layout.data.pattern
    groups, end = _grouped(lines, layout, row_pattern.fullmatch, faults)
    faults.refuse()
    return Parsed(layout, tuple(groups), end, len(lines), separator)


def _text(data: bytes, faults: Faults) -> str:
    """The signs of the file, if it can be in JIS X 0201 at all."""
    if len(data) > MAX_FILE_BYTES:
        limit = str(MAX_FILE_BYTES >> 20)
        faults.add("BNK-004", size=str(len(data) >> 20), limit=limit)
        return ""
    if not data.strip():
        faults.add("BNK-001")
        return ""
    text = decoded(data)
    if data.translate(None, _KNOWN_BYTES):
        if data.startswith(_EBCDIC_ONE):
            faults.add("BNK-003", excerpt=data[:4].hex(" "))
        elif _is_unicode(data):
            faults.add("BNK-002", excerpt=data[:4].hex(" "))
    return text.removesuffix(_END_OF_TEXT)


def _is_unicode(data: bytes) -> bool:
    if data.startswith((codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE)) or b"\x00" in data[:4]:
        return True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


_HEAD = 6
"""Bytes that are shown of a file that does not begin like one."""


def _layout_of(text: str, layouts: Sequence[Layout], faults: Faults) -> Layout:
    """The layout that the kind code of the first record names."""
    for layout in layouts:
        if text.startswith(f"1{layout.code}"):
            return layout
    seen = text[: _HEAD if any(_is_unknown(sign) for sign in text[:_HEAD]) else 3]
    wanted = "・".join(dict.fromkeys(f"1{layout.code}" for layout in layouts))
    title = layouts[0].title_ja
    faults.add("BNK-005", 1, "1-3 データ区分・種別コード", seen, wanted=wanted, title=title)
    raise faults.error()


def _lines(text: str, width: int, faults: Faults) -> tuple[list[str], Separator]:
    """The records of the file, each a line; lines of another length are faults."""
    separator = _separator(text, faults)
    if separator is Separator.NONE:
        lines = [text[start : start + width] for start in range(0, len(text), width)]
    else:
        lines = text.split(separator.value)
        if not lines[-1]:
            lines.pop()
    for number, line in enumerate(lines, start=1):
        if len(line) != width:
            _length_fault(number, line, width, faults)
    return lines, separator


def _separator(text: str, faults: Faults) -> Separator:
    breaks, feeds, returns = text.count("\r\n"), text.count("\n"), text.count("\r")
    if not feeds and not returns:
        return Separator.NONE
    if breaks == feeds == returns:
        return Separator.CRLF
    if not returns:
        return Separator.LF
    faults.add("BNK-006", crlf=str(breaks), lf=str(feeds - breaks), cr=str(returns - breaks))
    faults.refuse()
    return Separator.NONE


def _length_fault(number: int, line: str, width: int, faults: Faults) -> None:
    seen, wanted = str(len(line)), str(width)
    code = "BNK-008" if len(line) > width else "BNK-007"
    faults.add(code, number, excerpt=line[:20], seen=seen, width=wanted)


def _by_first_row(lines: Sequence[str], layout: Layout, layouts: Sequence[Layout]) -> Layout:
    """Of several layouts of one code, the first that takes the first data record."""
    same = [each for each in layouts if each.code == layout.code]
    row = next((line for line in lines if line.startswith("2")), None)
    if row is None or len(same) == 1:
        return same[-1]
    return next((each for each in same if each.data.pattern.fullmatch(row)), same[-1])


def _grouped(
    lines: Sequence[str],
    layout: Layout,
    take: Callable[[str], re.Match[str] | None],
    faults: Faults,
) -> tuple[list[Group], Values]:
    """Headers with their data and trailers, in order; the end record."""
    groups: list[Group] = []
    end: Values = ()
    previous = ""
    rows: list[Values] = []
    for number, line in enumerate(lines, start=1):
        mark = line[:1]
        if mark == "2" and previous in {"1", "2"}:
            found = take(line)
            previous = mark
            if found is not None:
                rows.append(found.groups())
                continue
        elif mark not in tuple(_FOLLOWS[previous]):
            _order_fault(number, mark, previous, faults)
        previous = mark if mark in _TITLES else previous
        values = _values(number, line, layout, faults)
        if mark == "1":
            rows = []
            groups.append(Group(number, values, lines, rows))
        elif mark == "8" and groups:
            groups[-1].trailer = values
        elif mark == "9":
            end = values
    if previous != "9":
        missing = "・".join(_TITLES[mark] for mark in ("89" if previous != "8" else "9"))
        faults.add("BNK-011", len(lines), missing=missing)
    return groups, end


def _order_fault(number: int, mark: str, previous: str, faults: Faults) -> None:
    if mark not in _TITLES:
        faults.add("BNK-009", number, "1-1 データ区分", mark)
        return
    if previous == "9":
        faults.add("BNK-012", number, "1-1 データ区分", mark)
        return
    wanted = "・".join(_TITLES[each] for each in _FOLLOWS[previous])
    seen, before = _TITLES[mark], _TITLES.get(previous, "先頭")
    faults.add("BNK-010", number, "1-1 データ区分", mark, seen=seen, before=before, wanted=wanted)


def _values(number: int, line: str, layout: Layout, faults: Faults) -> Values:
    """The fields of one record; where it has faults, they are added."""
    record = layout.records.get(line[:1])
    if record is None or len(line) != record.width:
        return ()
    found = record.pattern.fullmatch(line)
    if found is not None:
        return found.groups()
    for each in record.fields:
        _field_fault(number, line[each.first - 1 : each.last], each, faults)
    return ()


@cache
def _field_pattern(asked: Field) -> re.Pattern[str]:
    return re.compile(asked.pattern(f"[{ANY_SIGN}]"))


def _field_fault(number: int, seen: str, asked: Field, faults: Faults) -> None:
    """Why a field is not what its pattern takes, if it is not."""
    if _field_pattern(asked).fullmatch(seen):
        return
    place = asked.place
    for offset, sign in enumerate(seen):
        if _is_unknown(sign) or sign in _CONTROLS:
            at = str(asked.first + offset)
            faults.add("BNK-020", number, place, seen, title=asked.title_ja, at=at)
            return
    if asked.choices:
        known = ", ".join(asked.choices)
        faults.add("BNK-022", number, place, seen, title=asked.title_ja, known=known)
    else:
        faults.add("BNK-021", number, place, seen, title=asked.title_ja)


def number_or_zero(text: str) -> int:
    """The number in a field that may be blank [任意の数字項目]."""
    return int(text) if text.strip(" ") else 0


# --------------------------------------------------------------------------------------- writing
class Composer:
    """A file while it is written: every value is checked against the table first [書き出し].

    `finished` gives the bytes, or every fault of what was added, with the line it would have had.
    """

    def __init__(self, layout: Layout, faults: Faults) -> None:
        self._layout = layout
        self._faults = faults
        self._lines: list[str] = []

    @property
    def next_line(self) -> int:
        """The line that the next record will be."""
        return len(self._lines) + 1

    def add(self, mark: str, values: Mapping[str, str | int]) -> None:
        """One record; what it does not name is zero or blank [レコードの追加]."""
        record = self._layout.records[mark]
        strange = values.keys() - record.by_name.keys()
        ensure(not strange, "a field that the layout has not", mark=mark, strange=sorted(strange))
        texts = [self._filled(each, values) for each in record.fields]
        self._lines.append("".join(texts))

    def _filled(self, asked: Field, values: Mapping[str, str | int]) -> str:
        if asked.need is Need.FILLER:
            return " " * asked.width
        if asked.name not in values and asked.choices and not asked.is_kept:
            return asked.choices[0]
        value = values.get(asked.name, 0 if asked.kind is Kind.NUMBER else "")
        if not _fits(asked, value):
            for fault in _value_faults(asked, value):
                details = fault.details
                self._faults.add(fault.code, self.next_line, asked.place, str(value), **details)
        text = str(value)
        return text.zfill(asked.width) if asked.kind is Kind.NUMBER else text.ljust(asked.width)

    def finished(self, separator: Separator) -> bytes:
        """The bytes of the file; each record, the last too, ends with the separator [完成].

        Raises    FaultyInput with every fault of the values.
        """
        self._faults.refuse()
        widths = {len(line) for line in self._lines}
        ensure(widths <= {self._layout.width}, "a record of another width", widths=widths)
        return encoded("".join(f"{line}{separator.value}" for line in self._lines))


def _fits(asked: Field, value: str | int) -> bool:
    """Whether a value may stand in a field: the quick answer, for it is mostly yes."""
    if asked.choices:
        return value in asked.choices
    if isinstance(value, int):
        return 0 <= value < _LIMITS[asked.width]
    if asked.kind is Kind.NUMBER:
        return len(value) == asked.width and value.isascii() and value.isdecimal()
    return len(value) <= asked.width and bool(asked.letters.pattern.fullmatch(value))


_LIMITS: tuple[int, ...] = tuple(10**width for width in range(21))
"""The first number too large for a field of that many digits."""


def _value_faults(asked: Field, value: str | int) -> Iterator[Fault]:
    """What keeps a value from standing in a field."""
    title, width = asked.title_ja, str(asked.width)
    if isinstance(value, int):
        if not 0 <= value < _LIMITS[asked.width]:
            limit = yen_text(_LIMITS[asked.width] - 1)
            yield Fault("BNK-041", details={"title": title, "limit": limit})
    elif asked.kind is Kind.NUMBER:
        if not (len(value) == asked.width and value.isascii() and value.isdecimal()):
            yield Fault("BNK-040", details={"title": title, "width": width})
    else:
        if len(value) > asked.width:
            length = str(len(value))
            yield Fault("BNK-043", details={"title": title, "width": width, "length": length})
        sign = next((each for each in value if not asked.letters.pattern.fullmatch(each)), None)
        if sign is not None:
            yield Fault("BNK-042", details={"title": title, "sign": sign})
    unused = asked.need is Need.OPTIONAL and not str(value).strip("0")
    if asked.choices and str(value) not in asked.choices and not unused:
        known = ", ".join(asked.choices)
        yield Fault("BNK-022", details={"title": title, "known": known})
