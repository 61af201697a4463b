"""Pages of a calculation sheet [計算書のPDF].

The template beside this module (`templates/recalculation.typ`) says where things stand; this module
hands it the texts. Only the fonts in `fonts/` are used, and no time enters the file: the same
content gives the same bytes, on every machine.
"""

from __future__ import annotations

import re
import struct
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from motocho.documents.sheet import (
    PAGE_TEXT_MM,
    Column,
    Line,
    LineKind,
    Pair,
    Sheet,
    Style,
    figure_pair,
    line_texts,
    printable,
    provenance,
)
from motocho.units.errors import clipped

if TYPE_CHECKING:
    import typst

FOLDER = Path(__file__).parent
FONTS = FOLDER / "fonts"
TEMPLATE = FOLDER / "templates" / "recalculation.typ"
WITHOUT_GLYPH = "〓"
"""Printed for a character that none of the fonts holds, as printers do [ゲタ]."""

LONGEST_UNBROKEN = 300
"""Characters in one cell up to which a row is kept on one page."""


def render(sheet: Sheet) -> bytes:
    """The sheet as PDF/A-2b [PDF]."""
    return compiled(TEMPLATE, {"sheet": orjson.dumps(_content(sheet)).decode()})


def compiled(template: Path, content: dict[str, str]) -> bytes:
    """A template of this room with its content, as PDF/A-2b [組版].

    Why       typst is imported here: what needs no pages does not wait for it.
    """
    import typst  # noqa: PLC0415

    rendered = typst.compile(
        template,
        root=template.parent,
        font_paths=_fonts(),
        sys_inputs=content,
        pdf_standards="a-2b",
    )
    return bytes(rendered)


def bound(template: Path, content: dict[str, str], files: Mapping[str, bytes]) -> bytes:
    """A template with pages and pictures of other files in it, as PDF [他の文書を含む組版].

    Takes     `files`: by the plain names under which the template finds them, and nothing else.
    Why       a PDF that holds pages of another cannot promise to be PDF/A.
    """
    import typst  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, data in files.items():
            (folder / Path(file).name).write_bytes(data)
        main = folder / template.name
        main.write_bytes(template.read_bytes())
        made = typst.compile(main, root=folder, font_paths=_fonts(), sys_inputs=content)
    return bytes(made)


def settable(text: str) -> str:
    """Text that the fonts can show, for other papers [組める文字列]."""
    return _set(text)


@cache
def _fonts() -> typst.Fonts:
    import typst  # noqa: PLC0415

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


def _content(sheet: Sheet) -> dict[str, Any]:
    """What the template reads: texts only."""
    columns = sheet.printed()
    words = sheet.words
    width_mm = sum(column.width_mm for _, column in columns)
    lines = [(line.kind.value, _line(line, columns, sheet)) for line in sheet.lines]
    return {
        "paper": "a4" if width_mm <= PAGE_TEXT_MM else "a3",
        "date": [sheet.dated_on.year, sheet.dated_on.month, sheet.dated_on.day],
        "lang": sheet.language.value,
        "title": _set(sheet.title),
        "subject": _pairs(sheet.subject),
        "running": [_set(clipped(text)) for _, text in sheet.subject],
        "figures": [
            [*_pairs([figure_pair(figure, words)])[0], figure.kind.value]
            for figure in sheet.figures
        ],
        "results_title": _set(words.results),
        "conditions_title": _set(words.conditions),
        "presets": _pairs([Pair(words.presets, sheet.presets)])[0],
        "deviation": _set(words.deviation),
        "conditions": _pairs(sheet.stated()),
        "columns": [
            {
                "header": _set(column.header(sheet.language)),
                "width": column.width_mm,
                "align": column.align.value,
            }
            for _, column in columns
        ],
        "unit": _set(words.unit),
        "label_span": sheet.label_span(),
        "lines": lines,
        "unbroken": max(len(text) for _, texts in lines for text in texts) <= LONGEST_UNBROKEN,
        "notes_title": _set(words.notes),
        "notes": _pairs(sheet.notes),
        "foot": "　".join(f"{label}: {text}" for label, text in provenance(sheet)),
    }


def _line(line: Line, columns: Sequence[tuple[int, Column]], sheet: Sheet) -> list[str]:
    """The texts of a line; the label of a sum comes first, alone."""
    texts = [
        _set(text, _RUN_IN_A_CELL) if column.style is Style.TEXT else text
        for text, (_, column) in zip(line_texts(line, columns), columns, strict=True)
    ]
    if line.kind is LineKind.ROW:
        return texts
    span = sheet.label_span()
    return [_set("".join(texts[:span])), *texts[span:]]


def _pairs(pairs: Iterable[Pair]) -> list[list[str]]:
    return [[_set(label), _set(text)] for label, text in pairs]


# ----------------------------------------------------------------------------- text that can be set
_LONG_RUN = re.compile(r"[!-~]{40,}")
_RUN_IN_A_CELL = re.compile(r"[!-~]{13,}")
_BREAK_AFTER = 8
_ZERO_WIDTH_SPACE = "\u200b"
_PRIVATE_USE = re.compile("[\ue000-\uf8ff]")


def _set(text: str, run: re.Pattern[str] = _LONG_RUN) -> str:
    """Text that the fonts can show; a long run of letters may break."""
    shown = printable(text)
    try:
        shown.encode("cp932")  # our fonts hold all of it but its private part
        known = _PRIVATE_USE.search(shown) is None
    except UnicodeEncodeError:
        known = False
    if not known:
        held = _held_characters()
        shown = "".join(sign if ord(sign) in held else WITHOUT_GLYPH for sign in shown)
    return run.sub(_broken, shown)


def _broken(found: re.Match[str]) -> str:
    run = found[0]
    pieces = [run[place : place + _BREAK_AFTER] for place in range(0, len(run), _BREAK_AFTER)]
    return _ZERO_WIDTH_SPACE.join(pieces)


@cache
def _held_characters() -> frozenset[int]:
    """Every character that a font of ours holds; variation selectors choose among forms of one."""
    held = set(range(0xFE00, 0xFE10)) | set(range(0xE0100, 0xE01F0))
    for path in sorted(FONTS.iterdir()):
        if path.suffix in {".ttf", ".otf"}:
            for first, last in _character_ranges(path.read_bytes()):
                held.update(range(first, last + 1))
    return frozenset(held)


_CMAP = b"cmap"
_UNICODE_FULL = (3, 10)
_SEGMENTED_COVERAGE = 12


def _character_ranges(font: bytes) -> list[tuple[int, int]]:
    """The characters of a font file, from its table of the full Unicode range."""
    count = struct.unpack_from(">H", font, 4)[0]
    tables = {
        tag: start for tag, _, start, _ in struct.iter_unpack(">4sIII", font[12 : 12 + 16 * count])
    }
    start = tables[_CMAP]
    records = struct.iter_unpack(
        ">HHI", font[start + 4 : start + 4 + 8 * struct.unpack_from(">H", font, start + 2)[0]]
    )
    for platform, encoding, offset in records:
        at = start + offset
        if (platform, encoding) == _UNICODE_FULL:
            form, _, _, _, groups = struct.unpack_from(">HHIII", font, at)
            if form == _SEGMENTED_COVERAGE:
                ranges = struct.iter_unpack(">III", font[at + 16 : at + 16 + 12 * groups])
                return [(first, last) for first, last, _ in ranges]
    return []
