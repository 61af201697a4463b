"""Finished files read again, and their amounts held against the one content [金額の照合].

Every amount in 円 that stands in a paper must be one that the content names: an office that types
an amount into its template learns of it before the paper leaves.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from typing import Any

import pypdfium2

from motocho.claims.pleading import Content, PaperKind
from motocho.units.errors import Fault
from motocho.units.money import court_yen_text
from motocho.units.text import kanji_number

_AMOUNT = re.compile(r"(?<![0-9,])((?:[0-9]+[億万])*(?:[0-9][0-9,]*)?)円")
_BREAKS = re.compile(r"[\r\n\ufffe\u200b]+")


def pdf_text(data: bytes) -> str:
    """The text of a PDF, its lines joined [PDFの文字]."""
    document = pypdfium2.PdfDocument(data)
    try:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()
    return _BREAKS.sub("", "".join(pages))


def word_text(data: bytes) -> str:
    """The text of a Word file, paragraph by paragraph [Wordの文字]."""
    from docx import Document  # noqa: PLC0415  # what reads no Word file does not wait for it
    from docx.oxml.ns import qn  # noqa: PLC0415

    body: Any = Document(io.BytesIO(data)).element.body
    paragraphs = body.iter(qn("w:p"))
    return "\n".join("".join(one.text or "" for one in each.iter(qn("w:t"))) for each in paragraphs)


def amounts_in(text: str) -> frozenset[int]:
    """Every amount in 円 of a text [金額の読み取り].

    >>> sorted(amounts_in("5万0539円と1,234円、8円"))
    [8, 1234, 50539]
    """
    numbers = (kanji_number(found[1]) for found in _AMOUNT.finditer(text) if found[1])
    return frozenset(number for number in numbers if number is not None)


_SAYS: dict[PaperKind, tuple[str, ...]] = {
    PaperKind.REPAYMENT_DEMAND: ("overpayment", "total"),
    PaperKind.CERTIFIED_DEMAND: ("overpayment", "total"),
    PaperKind.COMPLAINT: ("overpayment", "total", "fee"),
    PaperKind.SETTLEMENT: ("settlement",),
    PaperKind.REPAYMENT_PLAN: ("owed", "instalment_1"),
}
"""Amounts without which a paper is not what it is called."""


def disagreements(kind: PaperKind, text: str, content: Content) -> list[Fault]:
    """Amounts of a paper that the content does not name, and amounts that it lacks [金額の照合]."""
    known = content.amounts()
    found = amounts_in(text)
    details = {"title": kind.spec.title_ja, "title_en": kind.spec.title_en}
    faults = _told("PLD-040", sorted(found - {*known.values(), 0}), details)
    needed = [known[name] for name in _SAYS.get(kind, ())]
    if content.rate_ppm is None and kind is PaperKind.COMPLAINT:
        needed = [content.in_dispute_yen, known["fee"]]
    return faults + _told("PLD-041", [yen for yen in needed if yen and yen not in found], details)


def _told(code: str, amounts: Iterable[int], details: dict[str, str]) -> list[Fault]:
    return [Fault(code, excerpt=court_yen_text(yen), details=details) for yen in amounts]
