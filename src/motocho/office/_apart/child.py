"""Read a file that anybody made, page by page, and write what was found [読取り].

stdin is the file; stdout is for each page a line of JSON with the length of its picture, then the
picture. A page of a text PDF that is a picture is only named: `{"picture_page": number}`; another
child reads it. One with letters and a picture says `pictured`, so that another child may read the
picture, too. The last line says `{"done": pages}`, or `{"unusable": why}`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

from motocho.office._apart.bounds import bound, close_off
from motocho.office._apart.fences import fence_off

MOST_PAGES = 300
LIBRARIES_MISSING = 3
"""The exit code where what reads pictures is not installed."""
_TEXT, _SCAN = "text", "scan"


def main(kind: str, first: int, source: BinaryIO, out: BinaryIO) -> None:
    """Read from a page on [読取り].

    Takes     kind: `text` for a PDF read by its letters, `scan` for pictures and PDFs of pictures.
    """
    bound(kind)
    fence_off()
    try:
        _load(kind)
    except ImportError:
        sys.exit(LIBRARIES_MISSING)
    close_off()
    try:
        data = source.read()
        pages = _scanned(data, first) if kind == _SCAN else _written(data, first)
        for total, document, picture in pages:
            if document["origin"] == "picture":
                _write(out, {"picture_page": document["number"]})
            else:
                _write(out, {"page": document, "pages": total, "bytes": len(picture)}, picture)
    except ValueError as unusable:
        _write(out, {"unusable": str(unusable)})
        return
    except MemoryError:
        _write(out, {"unusable": "memory"})
        return
    _write(out, {"done": True})


def _write(out: BinaryIO, document: dict[str, Any], picture: bytes = b"") -> None:
    out.write(json.dumps(document, ensure_ascii=False).encode() + b"\n" + picture)
    out.flush()


def _load(kind: str) -> None:
    """Everything that opens files of its own, before the doors are shut."""
    import PIL.Image  # noqa: PLC0415
    import pypdfium2  # noqa: F401, PLC0415

    PIL.Image.init()
    if kind == _TEXT:
        import pdfplumber  # noqa: F401, PLC0415
    else:
        from motocho.office._apart import scans  # noqa: PLC0415

        scans.load()


def _written(data: bytes, first: int) -> Iterator[tuple[int, dict[str, Any], bytes]]:
    """The pages of a PDF with letters, pictures among them only named; `needs_scan` without any."""
    from motocho.office._apart import pictured, texts  # noqa: PLC0415

    with texts.opened(data) as pdf:
        total = _counted(len(pdf.pages))
        if not any(texts.has_text(page) for page in pdf.pages[:3]):
            raise ValueError("needs_scan")
        for number, page in enumerate(pdf.pages[first - 1 :], start=first):
            if page.images and not texts.has_text(page):
                yield total, {"number": number, "origin": "picture"}, b""
                continue
            document, picture = texts.page_of(page, number)
            document["pictured"] = pictured.pictured(data, page, number).value
            page.close()
            yield total, document, picture


def _scanned(data: bytes, first: int) -> Iterator[tuple[int, dict[str, Any], bytes]]:
    from motocho.office._apart import scans  # noqa: PLC0415

    pictures = scans.pictures(data, first)
    total = _counted(next(pictures))
    for number, pixels in enumerate(pictures, start=first):
        document, picture = scans.page_of(pixels, number)
        yield total, document, picture


def _counted(total: int) -> int:
    if total > MOST_PAGES:
        raise ValueError("pages")
    return total
