"""Bytes of a file to sheets of cells: what the bytes are decides, not the name [ファイルの見分け].

Text, XLSX, ODS and XLS are read. Whatever else people send (PDF, pictures, web pages, letters,
locked workbooks) is recognised and refused with what to do instead. Nothing is opened before its
size is known to be bounded.
"""

from __future__ import annotations

from motocho.claims.reading.cells import MAX_FILE_BYTES, Book
from motocho.claims.reading.files import ods, texts, xls, xlsx
from motocho.claims.reading.files.archives import Archive, broken_archive, locked
from motocho.claims.reading.files.compound import SIGNATURE, Compound
from motocho.units.errors import Fault, FaultyInput

_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_HEAD_BYTES = 2_048
_NOTHING = b"\xef\xbb\xbf\xff\xfe\x00\x1a \t\r\n"
"""Blanks, line ends, and the marks of encodings."""

# Signatures, the code of the message, and what people call such a file.
_FOREIGN: tuple[tuple[bytes, str, str, str], ...] = (
    (b"%PDF-", "TAB-010", "PDF", "A PDF"),
    (b"\x89PNG", "TAB-011", "PNG画像", "A PNG picture"),
    (b"\xff\xd8\xff", "TAB-011", "JPEG画像", "A JPEG picture"),
    (b"GIF8", "TAB-011", "GIF画像", "A GIF picture"),
    (b"BM", "TAB-011", "BMP画像", "A BMP picture"),
    (b"II*\x00", "TAB-011", "TIFF画像", "A TIFF picture"),
    (b"MM\x00*", "TAB-011", "TIFF画像", "A TIFF picture"),
    (b"\x00\x00\x00\x18ftyphei", "TAB-011", "HEIC画像", "A HEIC picture"),
    (b"\x00\x00\x00\x24ftyphei", "TAB-011", "HEIC画像", "A HEIC picture"),
    (b"{\\rtf", "TAB-013", "リッチテキスト", "A rich-text letter"),
    (b"\x1f\x8b", "TAB-014", "gzip圧縮ファイル", "A gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "TAB-014", "7z圧縮ファイル", "A 7z archive"),
    (b"Rar!", "TAB-014", "RAR圧縮ファイル", "A RAR archive"),
)
_MARKUP: tuple[tuple[bytes, str, str], ...] = (
    (b"<!doctype html", "Webページ(HTML)", "A web page (HTML)"),
    (b"<html", "Webページ(HTML)", "A web page (HTML)"),
    (b"<table", "Webページ(HTML)", "A web page (HTML)"),
    (b"<?xml", "XML", "An XML document"),
)
_BITMAP = b"BM"


def read(data: bytes) -> Book:
    """The sheets of a file [ファイルの読み取り].

    Raises    FaultyInput where the file is empty, too large, damaged, locked or of another kind.
    """
    if len(data) > MAX_FILE_BYTES:
        details = {"limit": f"{MAX_FILE_BYTES >> 20}MiB"}
        raise FaultyInput(Fault("TAB-002", details=details))
    head = data[:_HEAD_BYTES]
    if not head.strip(_NOTHING) and not data.strip(_NOTHING):
        raise FaultyInput(Fault("TAB-001"))
    if head.startswith(_ZIP):
        return _packed(Archive(data))
    if head.startswith(SIGNATURE):
        return _compound(Compound(data))
    _refuse_foreign(head)
    return texts.read(data)


def _refuse_foreign(head: bytes) -> None:
    for signature, code, name, name_en in _FOREIGN:
        if head.startswith(signature) and (signature != _BITMAP or b"\x00" in head[:16]):
            raise _foreign(code, name, name_en)
    shown = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for signature, name, name_en in _MARKUP:
        if shown.startswith(signature):
            raise _foreign("TAB-012", name, name_en)


def _foreign(code: str, name: str, name_en: str) -> FaultyInput:
    return FaultyInput(Fault(code, details={"format": name, "format_en": name_en}))


def _packed(archive: Archive) -> Book:
    names = archive.names()
    if ods.CONTENT in names:
        mimetype = archive.read("mimetype", 100) if "mimetype" in names else b""
        if not mimetype.strip() or mimetype.strip().decode("latin-1").startswith(ods.MIMETYPE):
            return ods.read(archive)
        raise _foreign("TAB-013", "文書(ODF)", "A document (ODF)")
    if "xl/workbook.bin" in names:
        raise FaultyInput(Fault("TAB-017"))
    if "word/document.xml" in names:
        raise _foreign("TAB-013", "Word文書", "A Word document")
    if "ppt/presentation.xml" in names:
        raise _foreign("TAB-013", "PowerPoint文書", "A PowerPoint document")
    if "[Content_Types].xml" in names or xlsx.WORKBOOK in names:
        return xlsx.read(archive)
    if any(name.endswith(".iwa") for name in names):
        raise _foreign("TAB-013", "Numbers・Pages文書", "A Numbers or Pages document")
    raise _foreign("TAB-014", "ZIP圧縮ファイル", "A ZIP archive")


def _compound(compound: Compound) -> Book:
    names = compound.names()
    if "EncryptedPackage" in names or "EncryptionInfo" in names:
        raise locked()
    if xls.STREAM in names:
        return xls.read(compound)
    if "Book" in names:
        raise FaultyInput(Fault("TAB-018"))
    if "WordDocument" in names:
        raise _foreign("TAB-013", "Word文書", "A Word document")
    if "PowerPoint Document" in names:
        raise _foreign("TAB-013", "PowerPoint文書", "A PowerPoint document")
    raise broken_archive()
