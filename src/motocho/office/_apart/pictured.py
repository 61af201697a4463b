"""Pages with letters and a picture: which of the two holds the table [文字と画像のページ]."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any

_LARGE = 0.1
"""Of the page: a picture so large may hold a table."""
_FEW_SIGNS = 20
"""So few letters upon a picture are a stamp or a page number, not its table."""
_INVISIBLE = 3
_DEEP = 5


class Pictured(Enum):
    """What a picture on a page with letters may be [画像の位置づけ]."""

    NONE = ""
    BESIDE = "beside"
    """It holds what the letters do not."""
    UNDER = "under"
    """It is a scan, and somebody's recognition lies invisible over it."""


def pictured(data: bytes, page: Any, number: int) -> Pictured:
    """Whether a page's picture must be read as well as its letters [画像の要否]."""
    boxes = [box for image in page.images if (box := _on_page(page, image)) is not None]
    covered = sum((right - left) * (bottom - top) for left, top, right, bottom in boxes)
    if covered < _LARGE * float(page.width) * float(page.height):
        return Pictured.NONE
    if _is_unseen(data, number):
        return Pictured.UNDER
    over = sum(
        any(
            left <= (sign["x0"] + sign["x1"]) / 2 <= right
            and top <= (sign["top"] + sign["bottom"]) / 2 <= bottom
            for left, top, right, bottom in boxes
        )
        for sign in page.chars
        if sign["text"].strip()
    )
    return Pictured.BESIDE if over < _FEW_SIGNS else Pictured.NONE


def _on_page(page: Any, image: Any) -> tuple[float, float, float, float] | None:
    left, top = max(float(image["x0"]), 0), max(float(image["top"]), 0)
    right = min(float(image["x1"]), float(page.width))
    bottom = min(float(image["bottom"]), float(page.height))
    return (left, top, right, bottom) if left < right and top < bottom else None


def _is_unseen(data: bytes, number: int) -> bool:
    """Whether most texts of a page are drawn invisible, as a scanner lays them over its picture."""
    import pypdfium2  # noqa: PLC0415

    try:
        pdf = pypdfium2.PdfDocument(data)
        modes = list(_modes(pdf[number - 1]))
    except (pypdfium2.PdfiumError, IndexError):
        return False
    return 2 * sum(mode == _INVISIBLE for mode in modes) > len(modes)


def _modes(page: Any) -> Iterator[int]:
    from pypdfium2 import raw  # noqa: PLC0415

    for text in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=_DEEP):
        yield raw.FPDFTextObj_GetTextRenderMode(text.raw)
