"""Where the table of a sheet begins, and what each of its columns is [列の見つけ方].

The head is looked for, not assumed: it may stand below a title, over two rows of joined cells, and
again on every page. Without a head the columns are guessed from what they hold, and said so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from motocho.claims.reading.cells import Row, Sheet, Value, letter, text_of
from motocho.claims.reading.looks import looks_like_amount, looks_like_day, looks_like_serial
from motocho.claims.reading.words import Heading, Kind, Role, heading_key, kind_of, role_of

HEAD_ROWS = 60
"""Rows from the top in which the head of a table is looked for."""
_SAMPLE_ROWS = 400


class Form(Enum):
    """How a table tells lending from paying [表の形]."""

    TWO_COLUMNS = "two_columns"
    KIND = "kind"
    """One amount and a word [種別+金額]."""
    ONE_COLUMN = "one_column"
    """One amount: its sign or the balances tell."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What the columns of a sheet are [列の割り当て]."""

    columns: Mapping[Role, int]
    headings: Mapping[int, str]
    """The headings as printed, by column; empty where there is no head."""
    data_from: int
    """The place in `Sheet.rows` of the first row under the head."""
    words: tuple[int, ...] = ()
    """Columns whose words may mark a row, beside kind and note."""
    unread: tuple[str, ...] = ()
    """Headings of columns that are not read."""
    lent_on: int | None = None
    """A column of days for advances alone, where `columns` holds those of payments."""

    @property
    def form(self) -> Form:
        """How lending and paying are told apart [表の形]."""
        if Role.AMOUNT not in self.columns:
            return Form.TWO_COLUMNS
        return Form.KIND if Role.KIND in self.columns else Form.ONE_COLUMN

    def name(self, role: Role) -> str:
        """The heading of a role's column, or its letter [列の呼び名]."""
        column = self.columns.get(role)
        return role.value if column is None else self.column_name(column)

    def column_name(self, column: int) -> str:
        """The heading of a column, or its letter [列の呼び名]."""
        return self.headings.get(column) or letter(column)

    def keys(self) -> dict[int, str]:
        """Headings for comparing: how repeated heads are known [見出しの照合]."""
        return {column: heading_key(text) for column, text in self.headings.items() if text}


class _Head(NamedTuple):
    score: int
    data_from: int
    roles: dict[int, Heading | None]
    texts: dict[int, str]


_MONEY = frozenset({Role.BORROW, Role.REPAY, Role.AMOUNT, Role.BALANCE, Role.PRINCIPAL_PART})
_SPLIT_DATE = (Role.YEAR, Role.MONTH, Role.DAY)


def headed_layout(sheet: Sheet) -> Layout | None:
    """The layout that a head in the first rows states; None without one [見出しによる割り当て]."""
    best: _Head | None = None
    rows = [row for row in sheet.rows[: HEAD_ROWS + 1] if row.number <= HEAD_ROWS]
    for place, row in enumerate(rows):
        for head in _heads_at(sheet, place, row):
            if best is None or head.score > best.score:
                best = head
    return None if best is None else _layout(sheet, best)


def _heads_at(sheet: Sheet, place: int, row: Row) -> Iterator[_Head]:
    """The head that begins at a row: of one row, or of this and the next."""
    upper = _texts(row)
    if upper is None:
        return
    yield from _scored(place + 1, {column: role_of(text) for column, text in upper.items()}, upper)
    below = sheet.rows[place + 1] if place + 1 < len(sheet.rows) else None
    lower = None if below is None or below.number > row.number + 1 else _texts(below)
    if not lower:
        return
    groups = _spread(sheet, row, upper, lower)
    roles: dict[int, Heading | None] = {}
    texts: dict[int, str] = {}
    for column in sorted({*groups, *lower}):
        over, under = groups.get(column, ""), lower.get(column, "")
        texts[column] = f"{over} {under}".strip()
        roles[column] = (
            role_of(over + under) or (role_of(under) if under else None) or role_of(over)
        )
    yield from _scored(place + 2, roles, texts)


def _texts(row: Row) -> dict[int, str] | None:
    """The words of a row that may be a head; None where it holds a day or a number."""
    texts: dict[int, str] = {}
    for column, value in enumerate(row.cells):
        if value == "":
            continue
        if not isinstance(value, str) or looks_like_day(value) or _is_numeric(value):
            return None
        if value.strip():
            texts[column] = " ".join(value.split())
    return texts or None


def _is_numeric(value: str) -> bool:
    return any(sign.isdigit() for sign in value) and looks_like_amount(value)


def _spread(
    sheet: Sheet, row: Row, upper: Mapping[int, str], lower: Mapping[int, str]
) -> dict[int, str]:
    """Upper words over all the columns that they stand above."""
    groups = dict(upper)
    for merge in sheet.merges:
        if merge.first_row == row.number and merge.first_column in upper:
            for column in range(merge.first_column, merge.last_column + 1):
                groups[column] = upper[merge.first_column]
    current = ""
    for column in range(max([*groups, *lower]) + 1):
        current = groups.get(column, current)
        if column in lower and column not in groups and current:
            groups[column] = current
    return groups


def _scored(
    data_from: int, roles: dict[int, Heading | None], texts: dict[int, str]
) -> Iterator[_Head]:
    found = {heading.role for heading in roles.values() if heading is not None}
    dated = Role.DATE in found or found.issuperset(_SPLIT_DATE)
    if dated and found & _MONEY:
        known = found - {Role.UNREAD, Role.NUMBER}
        yield _Head(len(known), data_from, roles, texts)


def _layout(sheet: Sheet, head: _Head) -> Layout:
    columns: dict[Role, int] = {}
    ranks: dict[Role, int] = {}
    doubles: list[int] = []
    for column, heading in sorted(head.roles.items()):
        if heading is None or heading.role in {Role.UNREAD, Role.NUMBER}:
            continue
        role, rank = heading
        if role not in columns or rank < ranks[role]:
            doubles += [columns[role]] if role in columns else []
            columns[role], ranks[role] = column, rank
        else:
            doubles.append(column)
    columns, lent_on = _two_days(columns, head, doubles)
    columns = _settled(columns, head, doubles)
    unknown = tuple(column for column, heading in head.roles.items() if heading is None)
    remarks = tuple(
        column
        for column in doubles
        if (heading := head.roles[column]) and heading.role in {Role.KIND, Role.NOTE}
    )
    blank = _unheaded(sheet, head)
    used = {*columns.values(), lent_on, *unknown, *remarks}
    ignored = {
        column
        for column, heading in head.roles.items()
        if column not in used and heading is not None and heading.role is not Role.NUMBER
    }
    return Layout(
        columns,
        head.texts,
        head.data_from,
        words=(*remarks, *unknown, *blank),
        unread=tuple(head.texts[column] for column in sorted({*ignored, *unknown})),
        lent_on=lent_on,
    )


def _unheaded(sheet: Sheet, head: _Head) -> tuple[int, ...]:
    """Columns with cells but without a heading."""
    width = max((len(row.cells) for row in sheet.rows[: head.data_from + _SAMPLE_ROWS]), default=0)
    return tuple(column for column in range(width) if column not in head.roles)


def _two_days(
    columns: dict[Role, int], head: _Head, doubles: list[int]
) -> tuple[dict[Role, int], int | None]:
    """A list with a day of lending and a day of paying side by side in each row."""
    days = [
        column
        for column in (columns.get(Role.DATE), *doubles)
        if column is not None and head.roles[column] == Heading(Role.DATE, 2)
    ]
    if len(days) < 2 or head.roles[columns[Role.DATE]] != Heading(Role.DATE, 2):
        return columns, None
    kinds = {column: kind_of(heading_key(head.texts[column]).rstrip("日付年月")) for column in days}
    lent = next((column for column in days if kinds[column] is Kind.LENT), None)
    paid = next((column for column in days if kinds[column] is Kind.PAID), None)
    if lent is None or paid is None:
        return columns, None
    return {**columns, Role.DATE: paid}, lent


_TILL = 2
"""The rank of words that a passbook uses: 預り beside 支払."""


def _settled(columns: dict[Role, int], head: _Head, doubles: list[int]) -> dict[Role, int]:
    """Roles after the columns were seen together."""
    settled = dict(columns)
    deposits = [column for column in doubles if head.roles[column] == Heading(Role.REPAY, _TILL)]
    if Role.BORROW not in settled and Role.REPAY in settled and deposits:
        # お支払金額 beside お預り金額: a passbook, where 支払 leaves the bank.
        settled[Role.BORROW], settled[Role.REPAY] = settled[Role.REPAY], deposits[0]
    if {Role.BORROW, Role.REPAY} <= settled.keys():
        settled.pop(Role.AMOUNT, None)
    one = [role for role in (Role.BORROW, Role.REPAY) if role in settled]
    if len(one) == 1 and Role.AMOUNT not in settled and Role.KIND in settled:
        settled[Role.AMOUNT] = settled.pop(one[0])
    if Role.AMOUNT in settled:
        settled.pop(Role.BORROW, None)
        settled.pop(Role.REPAY, None)
    if not settled.keys() & {Role.DATE} and not settled.keys() >= set(_SPLIT_DATE):
        settled.pop(Role.DATE, None)
    if Role.DATE in settled or not settled.keys() >= set(_SPLIT_DATE):
        for role in _SPLIT_DATE:
            settled.pop(role, None)
    return settled


# ------------------------------------------------------------------------------------- without head
class _Profile(NamedTuple):
    """What the cells of a column look like."""

    column: int
    filled: int
    days: int
    serials: int
    amounts: int
    kinds: int
    rates: int


def guessed_layout(sheet: Sheet) -> Layout | None:
    """The layout that the cells suggest; None where no column holds days [中身による割り当て].

    Why       the first column of days, then the columns of amounts from the left; a column of words
              like 貸付 and 返済 makes one amount out of them.
    """
    rows = sheet.rows[:_SAMPLE_ROWS]
    profiles = [_profile(rows, column) for column in range(_width(rows))]
    days = next((profile for profile in profiles if _mostly(profile.days, profile)), None)
    if days is None:
        days = next((profile for profile in profiles if _mostly(profile.serials, profile)), None)
    if days is None:
        return None
    others = [profile for profile in profiles if profile.column != days.column]
    columns = {Role.DATE: days.column}
    amounts = [
        profile.column
        for profile in others
        if _mostly(profile.amounts, profile) and not _mostly(profile.rates, profile)
    ]
    kind = next((profile.column for profile in others if _mostly(profile.kinds, profile)), None)
    rate = next((profile.column for profile in others if _mostly(profile.rates, profile)), None)
    if rate is not None:
        columns[Role.RATE] = rate
    if kind is not None:
        columns[Role.KIND] = kind
    if not amounts:
        return None
    columns.update(zip(_amount_roles(rows, columns, amounts), amounts, strict=False))
    taken = {*columns.values()}
    words = tuple(
        profile.column for profile in others if profile.column not in taken and profile.filled
    )
    return Layout(columns, {}, 0, words=words)


def _width(rows: Sequence[Row]) -> int:
    return max((len(row.cells) for row in rows), default=0)


_FEWEST_FILLED = 1
_MOST_OF = 2, 3


def _mostly(count: int, profile: _Profile) -> bool:
    part, whole = _MOST_OF
    return count >= _FEWEST_FILLED and count * whole >= profile.filled * part


def _profile(rows: Sequence[Row], column: int) -> _Profile:
    cells = [
        row.cells[column]
        for row in rows
        if column < len(row.cells) and text_of(row.cells[column]).strip(" 　-")
    ]
    return _Profile(
        column,
        len(cells),
        sum(map(looks_like_day, cells)),
        sum(map(looks_like_serial, cells)),
        sum(looks_like_amount(cell) and not looks_like_day(cell) for cell in cells),
        sum(isinstance(cell, str) and kind_of(cell) is not None for cell in cells),
        sum(map(_looks_like_rate, cells)),
    )


_LARGEST_RATE = 110


def _looks_like_rate(value: Value) -> bool:
    text = text_of(value).strip()
    if text.endswith(("%", "％")):
        return True
    whole, point, part = text.partition(".")
    return bool(point) and whole.isdigit() and part.isdigit() and int(whole[:4]) < _LARGEST_RATE


def _amount_roles(
    rows: Sequence[Row], columns: Mapping[Role, int], amounts: Sequence[int]
) -> tuple[Role, ...]:
    """Amounts from the left: lent, paid, balance; or one amount and a balance.

    Why       two columns never filled together are lent and paid; a balance is always filled.
    """
    if Role.KIND in columns or len(amounts) == 1:
        return (Role.AMOUNT, Role.BALANCE)
    first, second = amounts[:2]
    filled = both = 0
    for row in rows:
        cells = [
            column < len(row.cells) and text_of(row.cells[column]).strip(" 　-0") != ""
            for column in (first, second)
        ]
        filled += any(cells)
        both += all(cells)
    if both * 2 > filled:
        return (Role.AMOUNT, Role.BALANCE)
    return (Role.BORROW, Role.REPAY, Role.BALANCE)
