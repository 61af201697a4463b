"""The printed sheet: every page a court can file, the same bytes everywhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from tests.documents.pages import MM_IN_POINTS, Face, Pdf, close_set
from tests.documents.samples import (
    PLAIN,
    RARE,
    SAMPLES,
    case,
    event,
    monthly,
    sha256,
    sheet_of,
)

from motocho.claims.layouts import Layout
from motocho.documents import typeset
from motocho.documents.sheet import Pair, line_texts

ROOT = Path(__file__).parents[2]
FACES = {"BIZUDPGothic-Regular", "BIZUDPGothic-Bold", "BIZUDGothic-Regular", "NotoSerifJP-Regular"}
A4_MM = (297, 210)


@pytest.mark.parametrize("layout", Layout)
@pytest.mark.parametrize("name", SAMPLES)
def test_every_line_stands_on_paper(name: str, layout: Layout) -> None:
    sheet = sheet_of(SAMPLES[name], layout)
    text = Pdf(typeset.render(sheet)).close_set()
    for line in sheet.lines:
        shown = close_set("".join(line_texts(line, sheet.printed())))
        assert shown in text, line.name


@pytest.mark.parametrize("name", SAMPLES)
def test_nothing_stands_outside_the_margins(name: str) -> None:
    pdf = Pdf(typeset.render(sheet_of(SAMPLES[name])))
    for page in range(len(pdf)):
        width, height = pdf.size(page)
        for sign in pdf.signs(page):
            assert sign.left >= 24.5 * MM_IN_POINTS, sign
            assert sign.right <= width - 11 * MM_IN_POINTS, sign
            assert 5 * MM_IN_POINTS <= sign.bottom < sign.top <= height - 8 * MM_IN_POINTS, sign


def test_amounts_of_nine_digits_fit_their_columns() -> None:
    document = case(
        *(event(f"2001-{month:02}-10", "borrow", 100_000_000) for month in range(1, 10)),
        event("2002-01-10", "repay", 999_999_999),
        event("2003-01-10", "closing"),
    )
    pdf = Pdf(typeset.render(sheet_of(document)))
    assert pdf.size(0) == pytest.approx([side * MM_IN_POINTS for side in A4_MM], abs=0.1)
    for page in range(len(pdf)):
        signs = pdf.signs(page)
        for one, other in pairwise(signs):
            same_line = abs(one.bottom - other.bottom) < 1
            assert not (same_line and one.left < other.left < one.right - 0.5), (one, other)


def test_monstrous_amounts_go_on_larger_paper_uncut() -> None:
    document = case(
        *(event(f"20{year:02}-01-10", "borrow", 10**12, rate="999") for year in range(1, 4)),
        event("2020-01-10", "repay", 10**12),
        ceiling_rule="none",
    )
    sheet = sheet_of(document)
    pdf = Pdf(typeset.render(sheet))
    assert pdf.size(0)[0] > A4_MM[0] * MM_IN_POINTS + 1
    assert close_set("".join(line_texts(sheet.lines[0], sheet.printed()))) in pdf.close_set()


def test_500_rows_are_at_most_15_pages() -> None:
    assert len(Pdf(typeset.render(sheet_of(monthly(500))))) <= 15


def test_each_page_says_what_it_belongs_to() -> None:
    sheet = sheet_of(monthly(200))
    pages = Pdf(typeset.render(sheet)).texts()
    heads = close_set("".join(column.header_ja for _, column in sheet.printed()))
    assert len(pages) > 3
    for number, text in enumerate(pages, start=1):
        plain = close_set(text)
        assert plain.startswith(close_set("引き直し計算書" + "".join(t for _, t in sheet.subject)))
        assert f"{number}/{len(pages)}" in plain
        assert heads in plain
        assert sheet.input_sha256 in plain
        assert close_set(sheet.engine_version) in plain


def test_type_is_never_smaller_than_8_points() -> None:
    for document in SAMPLES.values():
        assert Pdf(typeset.render(sheet_of(document))).least_size() >= 7.99


def test_only_our_fonts_are_used_and_embedded() -> None:
    faces = Pdf(typeset.render(sheet_of(PLAIN))).faces()
    assert faces == {Face(name, is_embedded=True) for name in FACES}


def test_rare_characters_of_names_are_printed() -> None:
    pdf = Pdf(typeset.render(sheet_of(PLAIN)))
    assert f"株式会社{RARE}ファイナンス" in pdf.close_set()
    assert typeset.WITHOUT_GLYPH not in pdf.close_set()


def test_every_character_of_our_own_words_has_a_glyph() -> None:
    held = typeset._held_characters()
    wording = ROOT / "src" / "motocho" / "claims" / "wording.toml"
    assert {ord(sign) for sign in wording.read_text(encoding="utf-8") if sign != "\n"} <= held


def test_ordinary_japanese_needs_no_look_into_the_fonts() -> None:
    """What cp932 can write, but for its private part, is held by the fonts."""
    held = typeset._held_characters()
    for code in range(0x20, 0x10000):
        if code in range(0x7F, 0xA0) or code in range(0xE000, 0xF900):
            continue
        try:
            chr(code).encode("cp932")
        except UnicodeEncodeError:
            continue
        assert code in held, hex(code)


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("株式会社😀", "株式会社〓"),
        ("주식회사", "〓〓〓〓"),
        ("\ue000商店", "〓商店"),
        ("葛\U000e0100城", "葛\U000e0100城"),
        ("カ\u3099ス", "ガス"),
        ("a\u202eb\x00c", "abc"),
        ("\ud800", "〓"),
    ],
)
def test_characters_without_glyph_are_replaced(name: str, printed: str) -> None:
    sheet = replace(sheet_of(PLAIN), subject=(Pair("貸主", name),))
    assert f"貸主{printed}" in Pdf(typeset.render(sheet)).close_set()


def test_long_words_break_inside_their_place() -> None:
    document = case(event("2001-01-10", "borrow", 1_000, note="A" * 400))
    document |= {"lender": "B" * 500, "title": "http://example.test/" + "c" * 300}
    pdf = Pdf(typeset.render(sheet_of(document)))
    width, _ = pdf.size(0)
    assert all(sign.right <= width - 11 * MM_IN_POINTS for sign in pdf.signs(0))
    assert pdf.close_set().count("A") >= 400
    assert "B" * 500 in pdf.close_set()


def test_many_conditions_flow_over_the_page() -> None:
    rates = [[f"{year}-01-01", f"0.1{year % 100:02}"] for year in range(1950, 2090)]
    sheet = sheet_of(case(event("2001-01-10", "borrow", 1_000), contract_rates=rates))
    pdf = Pdf(typeset.render(sheet))
    assert len(pdf) == 3
    assert pdf.close_set().count("から年") == len(rates)


def test_black_alone_carries_the_page() -> None:
    template = typeset.TEMPLATE.read_text(encoding="utf-8")
    assert re.findall(r"rgb\(|cmyk\(|fill:", template) == []


RENDER = """
import sys
sys.path[:0] = ["src", "."]
from tests.documents.samples import SAMPLES, sha256, sheet_of
from motocho.documents import typeset
print(*(sha256(typeset.render(sheet_of(one))) for one in SAMPLES.values()))
"""


def test_same_content_gives_the_same_bytes_in_any_process() -> None:
    own = [sha256(typeset.render(sheet_of(one))) for one in SAMPLES.values()]
    for settings in (
        {"TZ": "Asia/Tokyo", "LANG": "ja_JP.UTF-8", "PYTHONHASHSEED": "1"},
        {"TZ": "America/New_York", "LC_ALL": "C", "SOURCE_DATE_EPOCH": "5", "HOME": "/nowhere"},
    ):
        done = subprocess.run(
            [sys.executable, "-c", RENDER],
            cwd=ROOT,
            env={**os.environ, **settings},
            capture_output=True,
            check=True,
        )
        assert done.stdout.decode().split() == own


def test_file_is_an_archive_format_without_the_time_of_its_making() -> None:
    sheet = sheet_of(PLAIN)
    data = typeset.render(replace(sheet, dated_on=date(2010, 3, 1)))
    assert b"<pdfaid:part>2</pdfaid:part>" in data
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in data
    assert b"StructTreeRoot" in data
    known = Pdf(data).metadata()
    assert known["Title"] == "引き直し計算書"
    assert known["CreationDate"] == known["ModDate"] == "D:20100301000000Z"


def test_fonts_have_their_licences_beside_them() -> None:
    texts = [path.read_text(encoding="utf-8") for path in typeset.FONTS.glob("*-OFL.txt")]
    assert len(texts) == 2
    assert all("SIL OPEN FONT LICENSE Version 1.1" in text for text in texts)
    told = (typeset.FONTS / "README.md").read_text(encoding="utf-8")
    assert all(
        path.name in told for path in typeset.FONTS.iterdir() if path.suffix[1:] in "ttf otf"
    )
