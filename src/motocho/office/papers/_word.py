"""Papers as Word files: the office's own shell, our paragraphs in it [書類のWord].

The shell is a Word file with `{{ fields }}` in its head and foot and one paragraph that holds the
mark of the body. An office puts its own letterhead there. It is looked at before it is used: no
macros, no links outward, no embedded parts; its fields go through the same sandbox as any template.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

from motocho.claims.pleading import Block, BlockKind, Fields, Look, markup
from motocho.documents.sheet import printable
from motocho.documents.spreadsheet import without_times
from motocho.office.papers import _sandbox
from motocho.office.papers._pages import METRICS, Foot, Metrics, column_shares
from motocho.office.papers._sample import sample_fields
from motocho.units.errors import Fault, FaultyInput
from motocho.units.text import half_widths

BODY = "[[本文]]"
"""The paragraph of a shell that the text takes the place of."""
WORD_SHELL = "word.docx"
"""An office's own Word file that every paper is poured into: its letterhead."""
MOST_BYTES = 5_000_000
MOST_UNPACKED = 40_000_000
MOST_PARTS = 400
FACE = "ＭＳ 明朝"
_POINTS = 12
_TITLE_POINTS = 16
_TABLE_POINTS = 10
_TWIPS_PER_POINT = 20
_TWIPS_PER_10_M = 566_929
_MM_PER_10_M = 10_000
_PAGE_MM = (210, 297)
_FOOT_MM = 12

# The stubs of python-docx know nothing of the XML below it.
_Node = Any


def word_file(
    blocks: Sequence[Block], look: Look, foot: Foot, fields: Fields, shell: bytes | None = None
) -> bytes:
    """A paper as an editable Word file; the same content gives the same bytes [Word].

    Raises    FaultyInput for a shell that is not to be trusted.
    Why       python-docx is imported here: what needs no Word file does not wait for it.
    """
    from docxtpl import DocxTemplate  # noqa: PLC0415

    metrics = METRICS.get(look, METRICS[Look.LETTER])
    known = fields | {"foot": {"text": foot.text, "title": foot.title}}
    if shell is not None:
        check_shell(shell, known)
    template = DocxTemplate(io.BytesIO(shell or _plain_shell(look)))
    template.render(known, jinja_env=_sandbox.word_environment(), autoescape=True)
    document: Any = template.docx
    mark = next((one for one in document.paragraphs if one.text.strip() == BODY), None)
    if mark is None:
        raise FaultyInput(Fault("PLD-038", details={"mark": BODY}))
    _Writing(document, mark, metrics).write(blocks)
    mark._element.getparent().remove(mark._element)  # noqa: SLF001  # no public way to remove
    _date(document, foot)
    out = io.BytesIO()
    template.save(out)
    return without_times(out.getvalue(), foot.dated_on)


def _date(document: Any, foot: Foot) -> None:
    moment = datetime.combine(foot.dated_on, time(), UTC)
    properties = document.core_properties
    properties.created = properties.modified = moment
    properties.title, properties.author = printable(foot.title), "Motocho"
    properties.last_modified_by, properties.revision = "Motocho", 1


# ------------------------------------------------------------------------------------------- shells
_REFUSED_PARTS = (
    (re.compile(r"vbaProject|vbaData", re.IGNORECASE), "macro"),
    (re.compile(r"embeddings/|activeX/|oleObject", re.IGNORECASE), "OLE"),
    (re.compile(r"afchunk|\.mht|\.html?$", re.IGNORECASE), "altChunk"),
)
_OUTWARD = re.compile(rb'TargetMode\s*=\s*["\']External', re.IGNORECASE)
_DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_FIELD_CODES = re.compile(rb"\b(?:INCLUDETEXT|INCLUDEPICTURE|DDEAUTO|DDE|LINK)\b")


def check_shell(data: bytes, known: Fields, *, file: str | None = None) -> None:
    """Whether a Word shell may be used [ひな形の検査].

    Raises    FaultyInput with every fault.
    """
    faults = [
        Fault("PLD-037", file=file, details={"what": what}) for what in _what_is_refused(data)
    ]
    if not faults:
        faults = _field_faults(data, known, file)
    if faults:
        raise FaultyInput(*faults)


def keep_shell(data: bytes, folder: Path) -> None:
    """An office's own Word shell, kept if nothing in it is refused [ひな形の保存].

    Raises    FaultyInput with every fault; then nothing is written.
    """
    words = sample_fields() | {"foot": {"text": "", "title": ""}}
    check_shell(data, words)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    written = folder / ".word.new"
    written.write_bytes(data)
    written.replace(folder / WORD_SHELL)


def _what_is_refused(data: bytes) -> list[str]:
    if len(data) > MOST_BYTES or not zipfile.is_zipfile(io.BytesIO(data)):
        return [".docx"]
    found = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        if len(members) > MOST_PARTS or sum(one.file_size for one in members) > MOST_UNPACKED:
            return ["zip"]
        for member in members:
            found += [what for form, what in _REFUSED_PARTS if form.search(member.filename)]
            if not member.filename.endswith((".xml", ".rels")):
                continue
            part = archive.read(member)
            if _OUTWARD.search(part):
                found.append("External")
            if _DECLARED.search(part):
                found.append("DOCTYPE")
            if _FIELD_CODES.search(part):
                found.append("INCLUDE/DDE")
    return sorted(set(found))


def _field_faults(data: bytes, known: Fields, file: str | None) -> list[Fault]:
    """Every part is looked at: docxtpl fills in head, foot, notes and properties too."""
    from docxtpl import DocxTemplate  # noqa: PLC0415

    template = DocxTemplate(io.BytesIO(data))
    template.init_docx()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [archive.read(one) for one in archive.infolist() if one.filename.endswith(".xml")]
    return [
        fault
        for part in parts
        for fault in _sandbox.lint(
            template.patch_xml(part.decode("utf-8", "replace")), known, file=file, bounds=_OF_SHELL
        )
    ]


_OF_SHELL = _sandbox.Bounds(MOST_UNPACKED, 0)
"""A shell names fields; it repeats nothing, so that what comes out is no longer than it is."""


@cache
def _plain_shell(look: Look) -> bytes:
    """Our own shell: a page of the right grid, a foot, the place of the body."""
    from docx import Document  # noqa: PLC0415
    from docx.shared import Mm, Pt  # noqa: PLC0415

    metrics = METRICS.get(look, METRICS[Look.LETTER])
    document: Any = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(_PAGE_MM[0]), Mm(_PAGE_MM[1])
    section.top_margin, section.bottom_margin = Mm(metrics.top_mm), Mm(metrics.bottom_mm)
    section.left_margin, section.right_margin = Mm(metrics.left_mm), Mm(metrics.right_mm)
    section.footer_distance = Mm(_FOOT_MM)
    style = document.styles["Normal"]
    style.font.name, style.font.size = FACE, Pt(_points(metrics))
    _east_asian(style.element)
    spare = _sizes(metrics)[0] - _points(metrics) * _TWIPS_PER_POINT
    style.element.get_or_add_rPr().append(_element("w:spacing", val=str(max(spare, 0))))
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
    _grid(section._sectPr, metrics)  # noqa: SLF001  # no public way to the grid
    foot = section.footer.paragraphs[0]
    foot.alignment = 1
    _page_number(foot)
    small = section.footer.add_paragraph()
    small.alignment = 1
    small.add_run("{{ foot.text }}").font.size = Pt(7)
    document.add_paragraph(BODY)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def plain_shell(look: Look) -> bytes:
    """Our shell as a file that an office may start from [ひな形の見本]."""
    return without_times(_plain_shell(look), date(2026, 1, 1))


def _points(metrics: Metrics) -> int:
    return _POINTS if metrics is METRICS[Look.COURT] else _POINTS - 1


def _twips(length_mm: int) -> int:
    return length_mm * _TWIPS_PER_10_M // _MM_PER_10_M


def _sizes(metrics: Metrics) -> tuple[int, int]:
    """A cell's width and a line's height, in twips."""
    width = _twips(_PAGE_MM[0] - metrics.left_mm - metrics.right_mm)
    height = _twips(_PAGE_MM[1] - metrics.top_mm - metrics.bottom_mm)
    return width // metrics.characters, height // metrics.lines


def _element(name: str, **attributes: str) -> _Node:
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415

    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def _grid(section: _Node, metrics: Metrics) -> None:
    _, pitch = _sizes(metrics)
    for old in section.findall("{*}docGrid"):
        section.remove(old)
    grid = _element("w:docGrid", type="lines", linePitch=str(pitch))
    section.append(grid)


def _east_asian(element: _Node) -> None:
    from docx.oxml.ns import qn  # noqa: PLC0415

    fonts = element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("w:eastAsia", "w:ascii", "w:hAnsi"):
        fonts.set(qn(name), FACE)


def _page_number(paragraph: Any) -> None:
    run = paragraph.add_run()._element  # noqa: SLF001  # fields have no public way
    run.append(_element("w:fldChar", fldCharType="begin"))
    code = _element("w:instrText")
    code.text = "PAGE"
    run.append(code)
    run.append(_element("w:fldChar", fldCharType="end"))


# ------------------------------------------------------------------------------------------ writing
_CENTRE, _RIGHT = 1, 2


class _Writing:
    """Writes paragraphs before the mark of the body."""

    def __init__(self, document: Any, mark: Any, metrics: Metrics) -> None:
        self._document = document
        self._mark = mark
        self._cell, self._pitch = _sizes(metrics)
        self._metrics = metrics

    def write(self, blocks: Sequence[Block]) -> None:
        """All paragraphs; rows that follow each other are one table."""
        at = 0
        while at < len(blocks):
            until = at
            while until < len(blocks) and blocks[until].kind in {BlockKind.ROW, BlockKind.WIDTHS}:
                until += 1
            if until > at:
                self._table(blocks[at:until])
                at = until
                continue
            written = self._paragraph(blocks[at])
            written.paragraph_format.keep_with_next = markup.announces(blocks, at) or None
            at += 1

    def _paragraph(self, block: Block) -> Any:
        text = printable(block.text)
        paragraph = self._mark.insert_paragraph_before()
        if block.kind is BlockKind.PAGE:
            paragraph.paragraph_format.page_break_before = True
            return paragraph
        if block.kind is BlockKind.HEADING:
            text = f"{block.label}　{text}"
            self._indent(paragraph, left=2 * block.level, first=-2)
            self._outline(paragraph, block.level)
        elif block.kind is BlockKind.PAIR:
            start = 2 * max(block.level, 1)
            gap = max(_LABEL_CELLS - half_widths(block.label), 2)
            text = f"{printable(block.label)}{'　' * (gap // 2)}{' ' * (gap % 2)}{text}"
            hang = max(_LABEL_CELLS, half_widths(block.label) + 2)
            self._indent(paragraph, left=start + hang, first=-hang)
        elif block.kind in {BlockKind.BODY, BlockKind.FLUSH}:
            first = 2 if block.kind is BlockKind.BODY else 0
            self._indent(paragraph, left=2 * max(block.level - 1, 0), first=first)
        elif block.kind in {BlockKind.TITLE, BlockKind.CENTRED}:
            paragraph.alignment = _CENTRE
        elif block.kind is BlockKind.RIGHT:
            paragraph.alignment = _RIGHT
        run = paragraph.add_run(text)
        if block.kind is BlockKind.TITLE:
            self._large(run, paragraph)
        return paragraph

    def _large(self, run: Any, paragraph: Any) -> None:
        from docx.shared import Pt  # noqa: PLC0415

        run.font.size = Pt(_TITLE_POINTS)
        paragraph.paragraph_format.space_after = Pt(_POINTS)

    def _indent(self, paragraph: Any, *, left: int, first: int) -> None:
        """Indents in half cells."""
        from docx.shared import Twips  # noqa: PLC0415

        paragraph.paragraph_format.left_indent = Twips(left * self._cell // 2)
        paragraph.paragraph_format.first_line_indent = Twips(first * self._cell // 2)

    def _outline(self, paragraph: Any, level: int) -> None:
        properties = paragraph._element.get_or_add_pPr()  # noqa: SLF001  # no public way
        properties.append(_element("w:outlineLvl", val=str(level - 1)))

    def _table(self, blocks: Sequence[Block]) -> None:
        from docx.shared import Pt, Twips  # noqa: PLC0415

        rows = [one for one in blocks if one.kind is BlockKind.ROW]
        if not rows:
            return
        count = max(len(row.cells) for row in rows)
        widths = column_shares(blocks, count)
        made = self._document.add_table(rows=0, cols=count)
        made.style, made.autofit = "Table Grid", False
        whole = self._cell * self._metrics.characters
        for column, share in zip(made.columns, widths, strict=True):
            column.width = Twips(whole * share // sum(widths))
        for number, row in enumerate(rows):
            cells = made.add_row().cells
            texts = [*row.cells, *([""] * count)][:count]
            for cell, text, share in zip(cells, texts, widths, strict=True):
                cell.width = Twips(whole * share // sum(widths))
                cell.paragraphs[0].add_run(printable(text)).font.size = Pt(_TABLE_POINTS)
            if number == 0:
                header = made.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001  # no public way
                header.append(_element("w:tblHeader"))
        self._mark._element.addprevious(made._element)  # noqa: SLF001  # no public way


_LABEL_CELLS = 14
"""Half cells that labels stand in."""
