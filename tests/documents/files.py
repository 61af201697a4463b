"""Files as members send them, and as attackers do; all made here."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825
ON_ITS_SIDE = 6


def drawn(wide: int = 900, high: int = 600, mode: str = "RGB") -> Image.Image:
    """A page with a mark in its upper left corner."""
    page = Image.new("RGB", (wide, high), "white")
    ImageDraw.Draw(page).rectangle((0, 0, wide // 4, high // 4), fill="red")
    return page.convert(mode)


def saved(page: Image.Image, form: str = "JPEG", **options: Any) -> bytes:
    out = BytesIO()
    page.save(out, form, **options)
    return out.getvalue()


def photo(wide: int = 900, high: int = 600) -> bytes:
    return saved(drawn(wide, high), quality=90)


def photo_of_a_place() -> bytes:
    """On its side, with a maker, a place, and a comment."""
    words = Image.Exif()
    words[ORIENTATION] = ON_ITS_SIDE
    words[MAKE] = "SECRET-MAKER"
    words.get_ifd(GPS)[1] = "N"
    words.get_ifd(GPS)[2] = (35.0, 41.0, 22.0)
    return saved(drawn(), exif=words, comment=b"SECRET-COMMENT")


def polyglot() -> bytes:
    """A photo that is a page with a script as well."""
    return photo() + b"<html><script>alert('SECRET-SCRIPT')</script></html>"


def bomb(wide: int = 60_000, high: int = 60_000) -> bytes:
    """A PNG of some kilobytes that says it is ten gigabytes of picture."""

    def chunk(name: bytes, content: bytes) -> bytes:
        whole = name + content
        return struct.pack(">I", len(content)) + whole + struct.pack(">I", zlib.crc32(whole))

    head = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 10_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def pdf(pages: int = 1, *, catalog: bytes = b"", side: int = 595) -> bytes:
    """A PDF with a black square on each page; `catalog` adds to its catalogue."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R" + catalog + b">>",
        b"<</Type/Pages/Count %d/Kids[%s]>>"
        % (pages, b" ".join(b"%d 0 R" % (3 + 2 * number) for number in range(pages))),
    ]
    for number in range(pages):
        content = b"0 0 0 rg 0 0 200 200 re f"
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d 842]/Contents %d 0 R>>"
            % (side, 4 + 2 * number)
        )
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
    out, places = BytesIO(), []
    out.write(b"%PDF-1.7\n")
    for number, one in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj%s endobj\n" % (number, one))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start))
    return out.getvalue()


def active_pdf() -> bytes:
    """A PDF that runs a script when it is opened."""
    script = b"/OpenAction<</S/JavaScript/JS(app.alert\\('SECRET-SCRIPT'\\))>>"
    return pdf(catalog=script)
