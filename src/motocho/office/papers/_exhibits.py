"""Exhibits with their numbers on them: A4, named, bookmarked [書証].

Pages of the original go in as they are, with their text; they are only made to fit A4, and the
first bears its number at the upper right.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import orjson
import pypdfium2

from motocho.claims.pleading import Exhibit
from motocho.documents.typeset import bound, settable
from motocho.units.errors import Fault, FaultyInput

LAYOUT = Path(__file__).parent / "layouts" / "exhibit.typ"
JOINED = LAYOUT.with_name("joined.typ")
MOST_BYTES = 50_000_000
MOST_PAGES = 500
_PICTURES = {b"\xff\xd8\xff": "page.jpg", b"\x89PNG": "page.png"}


def stamped(data: bytes, exhibit: Exhibit, on: date) -> bytes:
    """A PDF or picture as an exhibit: its number on the first page, every page A4 [書証の作成].

    Raises    FaultyInput for what is no PDF or picture, or too large.
    """
    if len(data) > MOST_BYTES:
        raise FaultyInput(Fault("PLD-051", details={"most": f"{MOST_BYTES // 1_000_000}MB"}))
    name = next((name for sign, name in _PICTURES.items() if data.startswith(sign)), "pages.pdf")
    shapes = _shapes(data) if name == "pages.pdf" else _picture_shape(data)
    content = {
        "title": settable(f"{exhibit.mark}　{exhibit.title}"),
        "mark": settable(exhibit.mark),
        "file": name,
        "shapes": shapes,
        "date": [on.year, on.month, on.day],
    }
    return bound(LAYOUT, {"exhibit": orjson.dumps(content).decode()}, {name: data})


def joined(title: str, parts: Sequence[tuple[str, bytes]], on: date) -> bytes:
    """Papers as one PDF with a bookmark for each, as the court's system wants it [合本].

    Takes     `parts`: title and PDF of each, in order.
    """
    files = {f"part{number}.pdf": data for number, (_, data) in enumerate(parts)}
    content = {
        "title": settable(title),
        "date": [on.year, on.month, on.day],
        "parts": [
            {"title": settable(name), "file": file, "shapes": _shapes(data)}
            for (name, data), file in zip(parts, files, strict=True)
        ],
    }
    return bound(JOINED, {"joined": orjson.dumps(content).decode()}, files)


def _shapes(data: bytes) -> list[str]:
    """How each page stands; opening it proves that it is one."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        raise FaultyInput(Fault("PLD-050")) from None
    try:
        if len(document) > MOST_PAGES:
            raise FaultyInput(Fault("PLD-051", details={"most": f"{MOST_PAGES}ページ"}))
        sizes = [page.get_size() for page in document]
    finally:
        document.close()
    return ["wide" if width > height else "tall" for width, height in sizes]


def _picture_shape(data: bytes) -> list[str]:
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415

    try:
        with Image.open(io.BytesIO(data)) as picture:
            width, height = picture.size
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        raise FaultyInput(Fault("PLD-050")) from None
    return ["wide" if width > height else "tall"]


def has_text(data: bytes) -> bool:
    """Whether a PDF has text that can be searched [文字の層]."""
    document = pypdfium2.PdfDocument(data)
    try:
        return all(page.get_textpage().count_chars() > 0 for page in document)
    finally:
        document.close()
