"""Damaged scans of several layouts become rows: right after the arithmetic, and never wrong in silence."""

from __future__ import annotations

import importlib.util
import io
import os

import pypdfium2
import pytest
import typst
from PIL import Image
from tests.ocr.measuring import Tally, asked_of, measured, program, read_all
from tests.ocr.scans import DAMAGES, LAYOUTS, ROWS, scan

from motocho.office.intake import FileKind, kind_of, read

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("rapidocr") is None, reason="text of pictures is not read here"
)
LONG_ROWS = 5_000


SAMPLE = (
    (0, "ruled", "faxed"),
    (1, "unruled", "turned"),
    (2, "signed", "stamped"),
    (3, "words", "several"),
    (4, "ruled", "blurred"),
)


def test_five_damaged_pages_come_out_right_or_are_flagged() -> None:
    scans = [scan(seed, 25, layout, damage) for seed, layout, damage in SAMPLE]
    assert {kind_of(one.data) for one in scans} == {FileKind.PICTURE}
    found = Tally()
    for one, pages in read_all(scans):
        found.count(one, pages)
    assert not found.silent
    assert found.missing_rows == 0
    assert found.days_wrong_in_silence == 0
    assert found.right * 1_000 >= found.amounts * 990
    assert found.amounts == 2 * 25 * len(SAMPLE)


def test_picture_among_pages_with_letters_is_read_in_its_place() -> None:
    one, picture, whole = scan(1, rows=8, damage="clean"), io.BytesIO(), io.BytesIO()
    Image.open(io.BytesIO(one.data)).convert("RGB").save(picture, "PDF", resolution=200)
    typed = typst.compile(b"#table(columns: 3, [2001/01/10], [200,000], [the first page of it])")
    joined = pypdfium2.PdfDocument.new()
    for part in (typed, picture.getvalue(), typed):
        joined.import_pages(pypdfium2.PdfDocument(part))
    joined.save(whole)
    pages = read(whole.getvalue(), "mixed.pdf")
    assert [(page.number, page.origin) for page in pages] == [(1, "text"), (2, "scan"), (3, "text")]
    assert len(pages[1].rows) > 8


@pytest.mark.long
def test_five_thousand_rows_of_scans() -> None:
    """The measure of the issue: 99.9 % of amounts right after the arithmetic, none wrong in silence."""
    pages = int(os.environ.get("MOTOCHO_OCR_PAGES", str(LONG_ROWS // ROWS)))
    first = int(os.environ.get("MOTOCHO_OCR_FIRST", "0"))
    found = measured(asked_of([f"{first}-{first + pages - 1}"]))
    whole = found.amounts
    print(
        f"measured: {found.rows} rows on {pages} pages, {len(LAYOUTS)} layouts, {len(DAMAGES)} damages"
    )
    print(f"measured: seeds from {first}, read by the program {program()}")
    print(f"measured: {len(found.unread)} pages refused or too slow {found.unread}")
    print(f"measured: {found.right} of {whole} amounts right after the arithmetic")
    print(f"measured: {found.flagged} wrong and flagged, {len(found.silent)} wrong in silence")
    print(
        f"measured: {found.missing_rows} rows lost; {found.days_wrong_in_silence} days wrong unsaid"
    )
    print(f"measured: {found.looked_at} cells for a person, {found.corrected} corrected")
    for damage, amounts in sorted(found.by_damage.items()):
        print(f"measured: damage {damage}: {found.wrong_by_damage[damage]} of {amounts} wrong")
    for hard in found.hardest[:20]:
        print(f"measured: hardest: {hard}")
    assert not found.silent
    assert found.right * 1_000 >= whole * 999
