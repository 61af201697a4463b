"""Any file of a lender as pages of text cells: the bytes decide what it is [ファイルの読取り]."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from motocho.claims.transcripts import Page, pages_of_table
from motocho.office.intake._process import NeedsScan, ReadPage, pages_of
from motocho.units.errors import Fault, FaultyInput

MOST_BYTES = 64 << 20
_PICTURES = (
    b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\x00", b"MM\x00*", b"GIF8", b"BM",
)  # fmt: skip


class FileKind(Enum):
    """What a file is by its bytes [ファイルの種類]."""

    TABLE = "table"
    PDF = "pdf"
    PICTURE = "picture"


def kind_of(data: bytes) -> FileKind:
    """What a file is [ファイルの種類].

    >>> kind_of(b"%PDF-1.7"), kind_of("日付,借入".encode())
    (<FileKind.PDF: 'pdf'>, <FileKind.TABLE: 'table'>)
    """
    if data.lstrip()[:5] == b"%PDF-":
        return FileKind.PDF
    is_web_picture = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    is_bitmap = data[:2] != b"BM" or b"\x00" in data[:16]
    if (data.startswith(_PICTURES) and is_bitmap) or data[4:8] == b"ftyp" or is_web_picture:
        return FileKind.PICTURE
    return FileKind.TABLE


def read(data: bytes, name: str = "") -> tuple[Page, ...]:
    """All pages of a file [読取り].

    Takes     a table file, a PDF with text or of pictures, a photo or scan.
    Raises    FaultyInput where it cannot be used; OutsideFailure where what recognises text is not
              installed.
    """
    kind = kind_of(data)
    try:
        if kind is FileKind.TABLE:
            return pages_of_table(data)
        return tuple(found.page for found in read_pages(data, kind))
    except FaultyInput as faulty:
        raise FaultyInput(*(fault.within(name or fault.file) for fault in faulty.faults)) from None


def read_pages(data: bytes, kind: FileKind) -> Iterator[ReadPage]:
    """The pages of a PDF or a picture, one after the other, each with its picture [ページ].

    Raises    as `read`.
    """
    if len(data) > MOST_BYTES:
        raise FaultyInput(Fault("INT-009", details={"limit": f"{MOST_BYTES >> 20}MiB"}))
    started = False
    if kind is FileKind.PDF:
        try:
            for found in pages_of(data, "text"):
                started = True
                yield found
        except NeedsScan:
            started = False
        else:
            started = True
    if not started:
        yield from pages_of(data, "scan")


__all__ = ["MOST_BYTES", "FileKind", "NeedsScan", "ReadPage", "kind_of", "read", "read_pages"]
