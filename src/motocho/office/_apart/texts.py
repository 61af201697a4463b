"""PDF with a text in it: its tables, ruled or not, page by page [テキストPDF]."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

from motocho.office._apart.grouping import Text, cell_of, table_of

LONG_SIDE = 1_600
"""Of the picture beside the table, in pixels."""
FEWEST_SIGNS = 20
"""A page with fewer letters is taken for a scan."""
_LEAST_COLUMNS = 2
_QUALITY = 70


def opened(data: bytes) -> Any:
    """The PDF; ValueError names why it cannot be opened: broken or locked [PDFを開く]."""
    import pdfplumber  # noqa: PLC0415
    from pdfminer.pdfdocument import PDFPasswordIncorrect  # noqa: PLC0415
    from pdfplumber.utils.exceptions import PdfminerException  # noqa: PLC0415

    try:
        return pdfplumber.open(io.BytesIO(data))
    except PDFPasswordIncorrect as wrong:
        raise ValueError("locked") from wrong
    except PdfminerException as wrong:
        inner = wrong.args[0] if wrong.args else None
        raise ValueError(
            "locked" if isinstance(inner, PDFPasswordIncorrect) else "broken"
        ) from wrong
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OSError) as wrong:
        raise ValueError("broken") from wrong


def has_text(page: Any) -> bool:
    """Whether a page holds letters, not only a picture [文字の有無]."""
    return len([sign for sign in page.chars if sign["text"].strip()]) >= FEWEST_SIGNS


def page_of(page: Any, number: int) -> tuple[dict[str, Any], bytes]:
    """A page as JSON, and its picture [ページ]."""
    scale = LONG_SIDE / max(float(page.width), float(page.height), 1)
    rows = list(_ruled(page, scale)) or _unruled(page, scale)
    picture = page.to_image(resolution=72 * scale).original.convert("RGB")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY)
    document = {
        "number": number,
        "rows": rows,
        "wide": picture.width,
        "high": picture.height,
        "origin": "text",
    }
    return document, out.getvalue()


def _ruled(page: Any, scale: float) -> Iterator[list[Any]]:
    """The rows of tables that lines draw; nothing where they hold less than half of the letters."""
    tables = [table for table in page.find_tables() if _columns(table) >= _LEAST_COLUMNS]
    if not tables:
        return
    inside = sum(len(page.crop(_within(page, table.bbox)).chars) for table in tables)
    if 2 * inside < len(page.chars):
        return
    for table in tables:
        if not table.rows:
            continue
        for row, texts in zip(table.rows, table.extract(), strict=True):
            yield [
                [
                    _line(text),
                    1000,
                    None if box is None else [int(side * scale) for side in box],
                    [],
                ]
                for text, box in zip(texts, row.cells, strict=True)
            ]


def _within(page: Any, box: Sequence[float]) -> tuple[float, float, float, float]:
    """A box cut to its page."""
    left, top, right, bottom = page.bbox
    return max(box[0], left), max(box[1], top), min(box[2], right), min(box[3], bottom)


def _columns(table: Any) -> int:
    return max((len(row.cells) for row in table.rows), default=0)


def _line(text: str | None) -> str:
    return " ".join((text or "").split())


def _unruled(page: Any, scale: float) -> list[list[Any]]:
    """Rows by where the words stand."""
    words = page.extract_words(x_tolerance=1.5, y_tolerance=2, keep_blank_chars=False)
    texts = [
        Text(
            float(word["x0"]),
            float(word["top"]),
            float(word["x1"]),
            float(word["bottom"]),
            str(word["text"]),
            1000,
        )
        for word in words
    ]
    table, _ = table_of(texts)
    return [[cell_of(cell, scale) for cell in row] for row in table]
