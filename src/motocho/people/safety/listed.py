"""Accounts that banks froze or that served a crime, as lists that were imported [凍結口座].

    lines = read(data, "list.csv")                     every fault of the file at once, or its lines
    listed.bring_in(cursor, Incoming("police", data, lines), actor, at)
    listed.check(cursor, number)                       a refusal that accuses nobody, or None

Kept are marks alone: nobody can read the list back, and a look-up finds an account it is asked for.
The act binds banks; a lender who uses the list does so by its own policy (FRAUD-003).
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.rules import Refusal
from motocho.ledger.chart import HOUSE
from motocho.outside.bank import account_name, compared
from motocho.people.credentials import hashing
from motocho.units.errors import Fault, FaultyInput, InputError, Unread, clipped
from motocho.units.text import folded

COLUMNS = {
    "bank_code": ("bank_code", "金融機関コード", "銀行コード"),
    "branch_code": ("branch_code", "支店コード", "店番"),
    "number": ("number", "口座番号"),
    "holder": ("holder", "口座名義", "名義人カナ"),
}
"""What each column may be called; others are left unread, and kept nowhere."""
_DIGITS = {"bank_code": 4, "branch_code": 3, "number": 7}
_SOURCE = re.compile("[a-z][a-z0-9_-]{1,29}")
MOST_FAULTS = 50


class Number(NamedTuple):
    """By what an account is known [口座の特定]: four, three and seven digits."""

    bank_code: str
    branch_code: str
    number: str


@dataclass(frozen=True, slots=True)
class Line:
    """One account of a list [名簿の1行]; `holder` in the signs of banks."""

    line_no: int
    number: Number
    holder: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A list that is brought in [名簿の取込み]: whose, the bytes of its file, and its lines."""

    source: str
    data: bytes = field(repr=False)
    lines: tuple[Line, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Hit:
    """An account that stands in a list in force [名簿の該当]: in which, and on what line."""

    source: str
    list_id: int
    line_no: int
    imported_at: datetime


@dataclass(frozen=True, slots=True)
class InForce:
    """A list in force [有効な名簿]."""

    source: str
    list_id: int
    accounts: int
    imported_at: datetime


# --------------------------------------------------------------------------------------- reading
def read(data: bytes, name: str) -> tuple[Line, ...]:
    """The lines of a CSV file with a header, in UTF-8 or Shift_JIS [名簿の読取り].

    Raises    FaultyInput with every fault of the file: nothing of a list with a fault is taken.

    >>> text = "金融機関コード,店番,口座番号,口座名義" + chr(10) + "0001,１,7654321,ﾀﾅｶ ｼﾖｳｺﾞ"
    >>> (one,) = read(text.encode(), "list.csv")
    >>> one.number
    Number(bank_code='0001', branch_code='001', number='7654321')
    """
    rows = list(csv.reader(io.StringIO(_text(data, name))))
    places = _places(rows[0] if rows else [], name)
    lines: list[Line] = []
    faults: list[Fault] = []
    for line_no, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        found = _line(line_no, {key: _cell(row, at) for key, at in places.items()})
        if isinstance(found, Line):
            lines.append(found)
        else:
            faults += [one.within(name) for one in found]
    if not lines and not faults:
        faults.append(Fault("FRD-013", file=name))
    if faults:
        raise FaultyInput(*faults[:MOST_FAULTS])
    return tuple(lines)


def _text(data: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FaultyInput(Fault("FRD-014", file=name))


def _places(header: list[str], name: str) -> dict[str, int]:
    named = [folded(cell).casefold() for cell in header]
    places = {
        key: next((named.index(one) for one in known if one in named), -1)
        for key, known in COLUMNS.items()
    }
    missing = [COLUMNS[key][1] for key, at in places.items() if at < 0]
    if missing:
        details = {"names": "・".join(missing)}
        raise FaultyInput(Fault("FRD-011", file=name, line=1, details=details))
    return places


def _cell(row: list[str], at: int) -> str:
    return row[at].strip() if at < len(row) else ""


def _line(line_no: int, cells: dict[str, str]) -> Line | list[Fault]:
    """Shorter numbers have lost their zeros on the way through a spreadsheet."""
    faults: list[Fault] = []
    digits: dict[str, str] = {}
    for key, length in _DIGITS.items():
        plain = folded(cells[key])
        if plain.isascii() and plain.isdigit() and len(plain) <= length:
            digits[key] = plain.zfill(length)
        else:
            column = COLUMNS[key][1]
            seen, details = clipped(cells[key]), {"title": column, "count": str(length)}
            faults.append(Fault("FRD-012", None, line_no, column, seen, details))
    holder = account_name(cells["holder"])
    if isinstance(holder, Unread):
        faults.append(holder.at(line=line_no, column=COLUMNS["holder"][1]))
        return faults
    return faults or Line(line_no, Number(**digits), holder)


# ------------------------------------------------------------------------------------ bringing in
def bring_in(cursor: Any, incoming: Incoming, actor: str, at: datetime) -> InForce:
    """Put a list in the place of the one before of its source [名簿の取込み] · FRAUD-003.

    The same file again changes nothing.

    Lock      lists of the source, until the transaction ends.
    Raises    InputError for a source that is no word.
    """
    if not _SOURCE.fullmatch(incoming.source):
        raise InputError(Fault("FRD-015", excerpt=clipped(incoming.source)))
    cursor.execute(
        "SELECT pg_advisory_xact_lock(hashtext('motocho accounts ' || %s))", (incoming.source,)
    )
    file_hash = hashlib.sha256(incoming.data).digest()
    cursor.execute(
        "SELECT list_id, accounts, imported_at FROM people_account_list"
        " WHERE source = %s AND replaced_at IS NULL AND file_hash = %s",
        (incoming.source, file_hash),
    )
    row = cursor.fetchone()
    if row is not None:
        return InForce(incoming.source, *row)
    cursor.execute(
        "UPDATE people_account_list SET replaced_at = %s WHERE source = %s AND replaced_at IS NULL",
        (at, incoming.source),
    )
    cursor.execute(
        "INSERT INTO people_account_list (source, file_hash, accounts, actor, imported_at)"
        " VALUES (%s, %s, %s, %s, %s) RETURNING list_id",
        (incoming.source, file_hash, len(incoming.lines), actor, at),
    )
    list_id = int(cursor.fetchone()[0])
    cursor.executemany(
        "INSERT INTO people_listed_account (account_mark, list_id, line_no, holder_mark)"
        " VALUES (%s, %s, %s, %s)",
        [
            (
                hashing.mark(_ACCOUNT, *one.number), list_id, one.line_no,
                hashing.mark(_HOLDER, compared(one.holder)),
            )
            for one in incoming.lines
        ],
    )  # fmt: skip
    subject: dict[str, int | str] = {"list": list_id, "accounts": len(incoming.lines)}
    journal.write(cursor, [Happening(HOUSE, "accounts_listed", actor, at, subject)])
    return InForce(incoming.source, list_id, len(incoming.lines), at)


_ACCOUNT, _HOLDER = "listed account", "listed holder"


# ----------------------------------------------------------------------------------------- asking
_FIND = (
    "SELECT l.source, l.list_id, a.line_no, l.imported_at FROM people_listed_account a"
    " JOIN people_account_list l USING (list_id) WHERE l.replaced_at IS NULL"
    " AND a.{mark} = ANY(%s) ORDER BY l.list_id, a.line_no LIMIT 1"
)


def hit(cursor: Any, number: Number) -> Hit | None:
    """Where an account stands in a list in force [口座の照会]; None if it does not."""
    cursor.execute(_FIND.format(mark="account_mark"), (hashing.marks(_ACCOUNT, *number),))
    row = cursor.fetchone()
    return None if row is None else Hit(*row)


def same_name(cursor: Any, holder: str) -> Hit | None:
    """Where somebody of the same name stands in a list [名義の照会].

    Why       many people have one name: it refuses nobody, it makes somebody look.
    """
    cursor.execute(_FIND.format(mark="holder_mark"), (hashing.marks(_HOLDER, compared(holder)),))
    row = cursor.fetchone()
    return None if row is None else Hit(*row)


def check(cursor: Any, number: Number) -> Refusal | None:
    """FRAUD-003: an account of a list is neither paid nor debited [凍結口座の拒否].

    Law       犯罪利用預金口座等被害回復分配金法3条: it binds banks; a lender follows it by policy.
    """
    found = hit(cursor, number)
    if found is None:
        return None
    details = {"list": str(found.list_id), "line": str(found.line_no)}
    return Refusal("FRAUD-003", "FRD-010", (), details)


def in_force(cursor: Any) -> list[InForce]:
    """The lists in force, by their source [有効な名簿の一覧]."""
    cursor.execute(
        "SELECT source, list_id, accounts, imported_at FROM people_account_list"
        " WHERE replaced_at IS NULL ORDER BY source"
    )
    return [InForce(*row) for row in cursor.fetchall()]
