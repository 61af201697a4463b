"""One paper in one form, and packs of them; every file agrees with the one content [書類の作成]."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from pathlib import Path

import pypdfium2

from motocho.claims import layouts, pleading
from motocho.claims.layouts import Layout
from motocho.claims.pleading import (
    Block,
    BlockKind,
    Content,
    Counted,
    Exhibit,
    Grid,
    Look,
    PaperKind,
    certified,
    filing,
)
from motocho.documents import spreadsheet, typeset
from motocho.documents.sheet import Pair, Sheet
from motocho.office.papers import _exhibits, _reading_back, _sources, _word
from motocho.office.papers._pages import Foot, certified_file, page_file
from motocho.units.errors import Fault, FaultyInput

Template = _sources.Source


class Form(Enum):
    """The form of a file [ファイルの形]."""

    PDF = "pdf"
    WORD = "docx"
    XLSX = "xlsx"

    @property
    def media_type(self) -> str:
        """What a browser is told it is [媒体の種類]."""
        return _MEDIA[self]


_OFFICE = "application/vnd.openxmlformats-officedocument"
_MEDIA = {
    Form.PDF: "application/pdf",
    Form.WORD: f"{_OFFICE}.wordprocessingml.document",
    Form.XLSX: f"{_OFFICE}.spreadsheetml.sheet",
}


class Making(Enum):
    """Whether facts that are missing stop a paper [下書きか完成か]."""

    FINAL = "final"
    DRAFT = "draft"
    """With blanks where facts are missing, to be looked at."""


@dataclass(frozen=True, slots=True)
class Desk:
    """How an office makes its papers [作成の設定]."""

    templates: Path | None = None
    """The folder of the office's own templates."""
    layout: Layout = Layout.COURT
    grid: Grid = Grid.ACROSS_20
    making: Making = Making.FINAL


PLAIN = Desk()


@dataclass(frozen=True, slots=True)
class File:
    """One finished file [ファイル]."""

    name: str
    data: bytes
    form: Form
    kind: PaperKind | None = None


@dataclass(frozen=True, slots=True)
class Pack:
    """Files that go together, and papers that could not be made [書類一式]."""

    files: tuple[File, ...]
    lacking: Mapping[PaperKind, tuple[pleading.Asked, ...]] = field(default_factory=dict)
    dated_on: date = date.min

    def zipped(self) -> bytes:
        """All of them in one archive; the same files give the same bytes [ZIP]."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for file in self.files:
                entry = zipfile.ZipInfo(file.name, _ZIP_TIME)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.create_system = 3
                entry.external_attr = 0o600 << 16
                archive.writestr(entry, file.data)
        return out.getvalue()

    def printed(self) -> bytes:
        """The pages of all of them one after another, to be printed at once [印刷用PDF]."""
        whole = pypdfium2.PdfDocument.new()
        for file in self.files:
            if file.form is Form.PDF:
                part = pypdfium2.PdfDocument(file.data)
                whole.import_pages(part)
                part.close()
        out = io.BytesIO()
        whole.save(out)
        whole.close()
        return _with_fixed_id(out.getvalue())


_ID = re.compile(rb"/ID\[<[0-9A-Fa-f]{32}><[0-9A-Fa-f]{32}>\]")


def _with_fixed_id(data: bytes) -> bytes:
    """The same pages give the same bytes: the file's own name is made of what it holds."""
    bare = _ID.sub(b"", data)
    name = hashlib.sha256(bare).hexdigest()[:32].upper().encode()
    return _ID.sub(b"/ID[<%b><%b>]" % (name, name), data)


_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


# ------------------------------------------------------------------------------------------- papers
def make(kind: PaperKind, content: Content, form: Form = Form.PDF, desk: Desk = PLAIN) -> File:
    """One paper in one form, its amounts held against the content [書類の作成].

    Raises    FaultyInput where it lacks a fact, does not fit the case, its template has a fault, or
              it says an amount that the content does not.
    """
    if desk.making is Making.FINAL:
        pleading.require(kind, content)
    if kind.spec.look is Look.SHEET:
        return _sheet_file(kind, content, form, desk)
    data = _paper(kind, content, form, desk)
    if desk.making is Making.FINAL:
        faults = _reading_back.disagreements(
            kind, _read_back(kind, form, data, content, desk), content
        )
        if faults:
            raise FaultyInput(*faults)
    return File(f"{kind.spec.title_ja}.{form.value}", data, form, kind)


def _read_back(kind: PaperKind, form: Form, data: bytes, content: Content, desk: Desk) -> str:
    """What the finished file says; a grid has one sign a cell, so there its lines are read."""
    if form is Form.WORD:
        return _reading_back.word_text(data)
    if kind.spec.look is Look.CERTIFIED:
        source = _sources.load(kind.value, desk.templates)
        return "".join(_laid(_sources.blocks_of(source, _fields(content)), desk.grid).lines)
    return _reading_back.pdf_text(data)


def _paper(kind: PaperKind, content: Content, form: Form, desk: Desk) -> bytes:
    source = _sources.load(kind.value, desk.templates)
    fields = _fields(content)
    blocks = _sources.blocks_of(source, fields)
    foot = _foot(kind.spec.title_ja, content)
    if kind.spec.look is Look.CERTIFIED and form is Form.PDF:
        return certified_file(_laid(blocks, desk.grid), foot)
    if form is Form.PDF:
        return page_file(blocks, kind.spec.look, foot)
    if form is Form.WORD:
        return _word.word_file(blocks, kind.spec.look, foot, fields, _shell(desk))
    details = {"title": kind.spec.title_ja, "title_en": kind.spec.title_en}
    raise FaultyInput(Fault("PLD-053", excerpt=form.value, details=details))


def _shell(desk: Desk) -> bytes | None:
    path = None if desk.templates is None else desk.templates / _word.WORD_SHELL
    return path.read_bytes() if path is not None and path.is_file() else None


def _fields(content: Content) -> pleading.Fields:
    return pleading.fields(content)


def _foot(title: str, content: Content) -> Foot:
    """Engine and hash; the conditions that differ, or that none does."""
    changed = pleading.fields(content)["case"]["changed_conditions"]
    said = "・".join(one["label"] for one in changed) or "なし"
    parts = (
        content.engine,
        f"入力 sha256 {content.input_sha256}",
        f"標準と異なる条件 {said}",
    )
    return Foot(title, "　".join(parts), content.written_on)


def certified_text(content: Content, desk: Desk = PLAIN) -> str:
    """The text of the claim letter as certified mail counts it [内容証明の本文].

    Raises    FaultyInput with every fault of the template.
    """
    source = _sources.load(PaperKind.CERTIFIED_DEMAND.value, desk.templates)
    return _fitting(_plain(_sources.blocks_of(source, _fields(content))), desk.grid)


def _plain(blocks: Iterable[Block]) -> str:
    """Paragraphs as bare lines: a certified letter has neither tables nor numbers beside it."""
    lines = []
    for block in blocks:
        if block.kind in {BlockKind.PAIR, BlockKind.HEADING}:
            lines.append(f"{block.label}　{block.text}")
        else:
            lines.append("　".join(block.cells) or block.text)
    return "\n".join(lines)


def _laid(blocks: Sequence[Block], grid: Grid) -> Counted:
    return certified.count(_fitting(_plain(blocks), grid), grid)


def _fitting(text: str, grid: Grid) -> str:
    """The text without its empty lines where they alone would cost a sheet: each sheet is paid."""
    bare = "\n".join(line for line in text.split("\n") if line.strip())
    is_less = certified.count(bare, grid).sheets < certified.count(text, grid).sheets
    return bare if is_less else text


def certified_from(text: str, grid: Grid, title: str, on: date) -> bytes:
    """A text of one's own on the grid of certified mail [内容証明の清書]."""
    return certified_file(certified.count(text, grid), Foot(title, "", on))


# ------------------------------------------------------------------------------------------- sheets
def sheet_of(kind: PaperKind, content: Content, layout: Layout = Layout.COURT) -> Sheet:
    """The calculation sheet under the name of the paper, with its parties [計算書]."""
    facts = content.facts
    subject = [
        Pair("原告" if kind is PaperKind.ANNEX else "依頼者", facts.text("client_name")),
        Pair("被告", content.lender if kind is PaperKind.ANNEX else ""),
    ]
    sheet = layouts.content(content.statement, layout, subject=[one for one in subject if one.text])
    if kind is not PaperKind.ANNEX:
        return sheet
    own = tuple(
        pair for pair in sheet.subject if pair.text != content.lender or pair.label == "被告"
    )
    return replace(sheet, title=f"別紙　{sheet.title}", subject=own)


def _sheet_file(kind: PaperKind, content: Content, form: Form, desk: Desk) -> File:
    sheet = sheet_of(kind, content, desk.layout)
    if form is Form.WORD:
        details = {"title": kind.spec.title_ja, "title_en": kind.spec.title_en}
        raise FaultyInput(Fault("PLD-053", excerpt=form.value, details=details))
    data = typeset.render(sheet) if form is Form.PDF else spreadsheet.render(sheet)
    return File(f"{kind.spec.title_ja}.{form.value}", data, form, kind)


def forms_of(kind: PaperKind) -> tuple[Form, ...]:
    """The forms in which a paper is made [作れる形]."""
    if kind.spec.look is Look.SHEET:
        return (Form.PDF, Form.XLSX)
    return (Form.PDF, Form.WORD)


# -------------------------------------------------------------------------------------------- packs
def packing_file(content: Content, desk: Desk = PLAIN) -> File | None:
    """The list of what is handed in; None where there is nothing to claim [提出書類一覧]."""
    listed = filing.packing_list(content)
    if listed is None:
        return None
    fields = _fields(content) | {"packing": pleading.packing_fields(listed)}
    source = _sources.load(_sources.PACKING_LIST, desk.templates)
    blocks = _sources.blocks_of(source, fields)
    foot = _foot("提出書類一覧", content)
    return File("提出書類一覧.pdf", page_file(blocks, Look.LETTER, foot), Form.PDF)


ANNEXED = (PaperKind.COMPLAINT, PaperKind.PARTY_LIST, PaperKind.ANNEX)
"""What is filed as one document: the complaint with what it refers to."""


def filing_file(content: Content, desk: Desk = PLAIN) -> File:
    """The complaint, the list of parties and the annex as one PDF with bookmarks [訴状一式].

    Raises    FaultyInput as `make`.
    """
    parts = [(kind.spec.title_ja, make(kind, content, Form.PDF, desk).data) for kind in ANNEXED]
    data = _exhibits.joined("訴状一式", parts, content.written_on)
    return File("訴状一式.pdf", data, Form.PDF)


def exhibit_file(data: bytes, exhibit: Exhibit, content: Content) -> File:
    """A file as an exhibit of the case [書証].

    Raises    FaultyInput for what is no PDF or picture, or too large.
    """
    return File(exhibit.file_name, _exhibits.stamped(data, exhibit, content.written_on), Form.PDF)


def pack(
    content: Content,
    kinds: Iterable[PaperKind] | None = None,
    desk: Desk = PLAIN,
    originals: Mapping[int, bytes] | None = None,
) -> Pack:
    """Papers that lack nothing, in each of their forms, numbered in order [書類一式].

    Takes     `kinds`: the usual ones without; `originals`: the files of exhibits, by their numbers.
    Raises    FaultyInput as `make`.
    """
    wanted = tuple(kinds) if kinds is not None else pleading.usual(content)
    lacking = {kind: pleading.missing(kind, content) for kind in wanted}
    ready = [kind for kind in wanted if not lacking[kind]]
    files = []
    listed = packing_file(content, desk) if PaperKind.COMPLAINT in ready else None
    if listed is not None:
        files.append(replace(listed, name=f"00_{listed.name}"))
    for number, kind in enumerate(ready, 1):
        for form in forms_of(kind):
            file = make(kind, content, form, desk)
            files.append(replace(file, name=f"{number:02d}_{file.name}"))
    for exhibit in content.exhibits:
        data = (originals or {}).get(exhibit.number)
        if data is not None:
            files.append(exhibit_file(data, exhibit, content))
    not_ready = {kind: asked for kind, asked in lacking.items() if asked}
    return Pack(tuple(files), not_ready, content.written_on)
