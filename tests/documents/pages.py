"""A PDF as its reader sees it: text by page, fonts, sizes, places."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import pypdfium2
import pypdfium2.raw as pdfium

MM_IN_POINTS = 72 / 25.4
T = TypeVar("T")


class Sign(NamedTuple):
    """One character that is drawn: its box in points from the lower left of its page."""

    text: str
    left: float
    bottom: float
    right: float
    top: float


class Face(NamedTuple):
    """A font of the file, without the prefix of its subset."""

    name: str
    is_embedded: bool


class Pdf:
    """An opened PDF."""

    def __init__(self, data: bytes) -> None:
        self._document = pypdfium2.PdfDocument(data)

    def __len__(self) -> int:
        return len(self._document)

    def size(self, page: int) -> tuple[float, float]:
        width, height = self._document[page].get_size()
        return float(width), float(height)

    def texts(self) -> list[str]:
        """The text of each page."""
        return [str(page.get_textpage().get_text_range()) for page in self._document]

    def close_set(self) -> str:
        """All text, with no blanks, line ends or places to break."""
        return close_set("".join(self.texts()))

    def signs(self, page: int) -> list[Sign]:
        text = self._document[page].get_textpage()
        signs = []
        for at in range(text.count_chars()):
            letter = text.get_text_range(at, 1)
            if letter.strip() and letter != "\u200b":
                signs.append(Sign(letter, *text.get_charbox(at)))
        return signs

    def faces(self) -> set[Face]:
        return self._of_each_text(_face)

    def least_size(self) -> float:
        """The smallest type in the file, in points."""
        return min(self._of_each_text(_size))

    def _of_each_text(self, ask: Callable[[Any], T]) -> set[T]:
        """What every piece of text answers; its page must stay open meanwhile."""
        kinds = [pdfium.FPDF_PAGEOBJ_TEXT]
        return {ask(item.raw) for page in self._document for item in page.get_objects(filter=kinds)}

    def metadata(self) -> dict[str, str]:
        return dict(self._document.get_metadata_dict())


def _face(item: Any) -> Face:
    font = pdfium.FPDFTextObj_GetFont(item)
    name = ctypes.create_string_buffer(200)
    pdfium.FPDFFont_GetBaseFontName(font, name, 200)
    known = name.value.decode().split("+")[-1]
    return Face(known, bool(pdfium.FPDFFont_GetIsEmbedded(font)))


def _size(item: Any) -> float:
    size, matrix = ctypes.c_float(), pdfium.FS_MATRIX()
    assert pdfium.FPDFTextObj_GetFontSize(item, size)
    assert pdfium.FPDFPageObj_GetMatrix(item, matrix)
    return float(size.value * abs(matrix.d))


def close_set(text: str) -> str:
    return re.sub("[\\s\u200b]", "", text)
