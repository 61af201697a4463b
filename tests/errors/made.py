"""Broken inputs too large or too binary to keep: the gallery makes them when it needs them."""

from __future__ import annotations

from collections.abc import Callable

from tests.claims import workbooks


def case_deep() -> bytes:
    """100,000 brackets."""
    return b"[" * 100_000


def file_bomb() -> bytes:
    """A sheet of 600 MiB of blanks, packed to less than one."""
    return workbooks.xlsx({"s": "<sheetData>" + " " * (600 << 20) + "</sheetData>"})


def file_many_members() -> bytes:
    """An archive of 5,000 empty members."""
    return workbooks.packed({"xl/workbook.xml": "", **{f"xl/{n}.xml": "" for n in range(5_000)}})


def file_million_rows() -> bytes:
    """Few enough bytes, too many rows."""
    return b"date,borrow,repay,balance\n" + b"2001-01-10,200000,,200000\n" * 1_000_000


def file_ten_million_rows() -> bytes:
    """Too many bytes, too."""
    return b"2001-01-10,200000,,200000\n" * 10_000_000


MADE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "case-deep": ("input.json", case_deep),
    "file-bomb": ("input.xlsx", file_bomb),
    "file-many-members": ("input.xlsx", file_many_members),
    "file-million-rows": ("input.csv", file_million_rows),
    "file-ten-million-rows": ("input.csv", file_ten_million_rows),
}
"""Case → the name its input has, and what makes it."""
