"""A PDF page with letters and a picture is read by whichever holds the rows, and says so."""

from __future__ import annotations

import ctypes
import importlib.util
import io
from pathlib import Path

import pypdfium2
import pytest
import typst
from PIL import Image
from pypdfium2 import raw
from tests.ocr.scans import FONTS, Printed, scan

from motocho.claims.transcripts import PICTURE_READ, PICTURE_UNREAD, guess_columns, transcribe
from motocho.office.intake import read

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("rapidocr") is None, reason="text of pictures is not read here"
)
HEAD = "#text(9pt)[株式会社架空ファイナンス 取引履歴 会員番号 0000-1234-5678 発行 2026年1月5日]"
FOOT = "#align(bottom)[お問い合わせは相談窓口 03-0000-0000 まで 1 / 1]"
ROWS = 8


def table_of(rows: tuple[Printed, ...]) -> str:
    heads = ("年月日", "摘要", "出金額", "入金額", "残高")
    cells = list(heads)
    for row in rows:
        lent = row.way == 1
        money = [f"{row.yen:,}" if lent else "", "" if lent else f"{row.yen:,}"]
        word = "ご融資" if lent else "ご入金"
        cells += [row.on.isoformat(), word, *money, f"{row.balance_yen:,}"]
    return f"#table(columns: 5, {','.join(f'[{cell}]' for cell in cells)})"


def made(folder: Path, body: str, picture: Image.Image) -> bytes:
    """A PDF of a source that may name `picture.png`."""
    picture.save(folder / "picture.png")
    source = folder / "page.typ"
    source.write_text(f'#set text(font: "BIZ UDGothic")\n{body}', encoding="utf-8")
    data: bytes = typst.compile(source, root=folder, font_paths=[str(FONTS)])  # type: ignore[misc]
    return data


def table_picture() -> tuple[Image.Image, tuple[Printed, ...]]:
    """The upper part of a clean scan without lines: eight rows."""
    one = scan(1, rows=ROWS, layout="unruled", damage="clean")
    return Image.open(io.BytesIO(one.data)).crop((0, 200, 1654, 720)), one.rows


def test_table_that_is_a_picture_between_head_and_foot_is_read(tmp_path: Path) -> None:
    picture, rows = table_picture()
    data = made(tmp_path, f'{HEAD}\n#image("picture.png", width: 100%)\n{FOOT}', picture)
    pages = read(data, "a.pdf")
    assert (pages[0].origin, pages[0].picture) == ("scan", PICTURE_READ)
    lines = transcribe(pages, guess_columns(pages)).lines
    assert [line.balance_yen for line in lines] == [row.balance_yen for row in rows]


def test_picture_without_rows_beside_a_table_changes_nothing(tmp_path: Path) -> None:
    _, rows = table_picture()
    picture = Image.linear_gradient("L").resize((900, 400)).convert("RGB")
    data = made(tmp_path, f'{HEAD}\n#image("picture.png", width: 100%)\n{table_of(rows)}', picture)
    pages = read(data, "a.pdf")
    assert (pages[0].origin, pages[0].picture) == ("text", "")
    assert len(transcribe(pages, guess_columns(pages)).lines) == ROWS


def test_picture_that_could_not_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture, rows = table_picture()
    monkeypatch.setattr("motocho.office.intake._process._SECONDS_A_PAGE", {"text": 60, "scan": 0})
    body = f'{HEAD}\n{table_of(rows[:3])}\n#image("picture.png", width: 100%)'
    pages = read(made(tmp_path, body, picture), "a.pdf")
    assert (pages[0].origin, pages[0].picture) == ("text", PICTURE_UNREAD)
    assert len(transcribe(pages, guess_columns(pages)).lines) == 3


def test_small_mark_and_letters_upon_a_ground_are_no_table(tmp_path: Path) -> None:
    """A seal, and a tint under all letters: neither is looked into, which would take its time."""
    _, rows = table_picture()
    tint = Image.new("RGB", (400, 600), (250, 250, 240))
    seal = f'{HEAD}\n#image("picture.png", width: 12%)\n{table_of(rows)}'
    ground = f'#set page(background: image("picture.png", width: 100%))\n{HEAD}\n{table_of(rows)}'
    for body in (seal, ground):
        pages = read(made(tmp_path, body, tint), "a.pdf")
        assert (pages[0].origin, pages[0].picture) == ("text", "")


def test_invisible_letters_of_a_scanner_are_not_believed(tmp_path: Path) -> None:
    """A searchable scan: the picture says 200,000 where the scanner's letters say something else."""
    picture, rows = table_picture()
    whole = made(tmp_path, '#image("picture.png", width: 100%)', picture)
    pdf = pypdfium2.PdfDocument(whole)
    page = pdf[0]
    for at, row in enumerate(rows):
        said = f"{row.on.isoformat()} 1,111 {row.balance_yen + 5}"
        text = raw.FPDFPageObj_NewTextObj(pdf.raw, b"Helvetica", 10)
        letters = ctypes.create_string_buffer((said + "\x00").encode("utf-16-le"))
        raw.FPDFText_SetText(text, ctypes.cast(letters, raw.FPDF_WIDESTRING))
        raw.FPDFTextObj_SetTextRenderMode(text, raw.FPDF_TEXTRENDERMODE_INVISIBLE)
        raw.FPDFPageObj_Transform(text, 1, 0, 0, 1, 100, 700 - 20 * at)
        raw.FPDFPage_InsertObject(page.raw, text)
    raw.FPDFPage_GenerateContent(page.raw)
    out = io.BytesIO()
    pdf.save(out)
    pages = read(out.getvalue(), "a.pdf")
    assert (pages[0].origin, pages[0].picture) == ("scan", PICTURE_READ)
    lines = transcribe(pages, guess_columns(pages)).lines
    assert [line.balance_yen for line in lines] == [row.balance_yen for row in rows]
