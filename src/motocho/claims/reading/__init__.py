"""The one way in for histories: bytes of a file, a history out [取引履歴の読み取り].

A case file is JSON; everything else is a table: CSV or TSV in UTF-8 or Shift_JIS, XLSX, XLS, ODS,
or text pasted from a sheet. The bytes decide, not the name of the file.
"""

from __future__ import annotations

from motocho.claims.history import History
from motocho.claims.reading import cases
from motocho.claims.reading.cells import MAX_FILE_BYTES

__all__ = ["MAX_FILE_BYTES", "read", "read_case"]


def read(data: bytes, *, file: str | None = None) -> History:
    """A history from the bytes of a case file or a table [取引履歴の読み取り].

    Raises    FaultyInput with every fault: file, line, column, excerpt, cause and fix.
    """
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}:
        return cases.read(data, file=file)
    from motocho.claims.reading import tables  # noqa: PLC0415  # not for case files

    return tables.read(data, file=file)


def read_case(data: bytes, *, file: str | None = None) -> History:
    """A history from a case file and nothing else, as in the lines of a batch [事件ファイル].

    Raises    FaultyInput with every fault.
    """
    return cases.read(data, file=file)
