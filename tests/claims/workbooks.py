"""Workbooks written byte by byte, so that a test can also write what no program would write.

`xlsx` and `ods` take the XML of the cells, `xls` takes records; `compound` is the container of XLS.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from xml.sax.saxutils import escape

Cell = str | int | date | None

# ------------------------------------------------------------------------------------------- XLSX
_TYPES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/></Types>"""
_ROOT = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"""
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STYLES = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="{_MAIN}"><numFmts count="2">
<numFmt numFmtId="164" formatCode="[$-411]ggge&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@"/>
<numFmt numFmtId="165" formatCode="#,##0;[Red]-#,##0"/></numFmts>
<cellStyleXfs count="1"><xf numFmtId="14"/></cellStyleXfs>
<cellXfs count="5"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="10"/></cellXfs></styleSheet>"""
PLAIN, DAY, ERA_DAY, YEN, PERCENT = range(5)
"""Styles of a cell, by their number in STYLES."""


def letter(column: int) -> str:
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def xlsx(
    sheets: Mapping[str, str],
    *,
    shared: Sequence[str] = (),
    epoch_1904: bool = False,
    hidden: Iterable[str] = (),
    extra: Mapping[str, bytes] | None = None,
    compression: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """A workbook of sheets given as the XML inside `<worksheet>`."""
    hidden = set(hidden)
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{number}" r:id="rId{number}"'
        + (' state="hidden"' if name in hidden else "")
        + "/>"
        for number, name in enumerate(sheets, start=1)
    )
    relations = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, len(sheets) + 1)
    )
    relations += f'<Relationship Id="rId90" Type="{_RELATIONS}/styles" Target="styles.xml"/>'
    relations += (
        f'<Relationship Id="rId91" Type="{_RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
    )
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _ROOT,
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><workbookPr'
        + (' date1904="1"' if epoch_1904 else "")
        + f"/><sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relations}</Relationships>',
        "xl/styles.xml": STYLES,
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">'
        + "".join(f"<si>{text}</si>" for text in shared)
        + "</sst>",
    }
    for number, body in enumerate(sheets.values(), start=1):
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{_MAIN}">{body}</worksheet>'
        )
    return packed({**parts, **(extra or {})}, compression)


def packed(parts: Mapping[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive with members of a fixed date, so that the bytes are always the same."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name, (2001, 1, 10, 0, 0, 0))
            info.compress_type = compression
            archive.writestr(info, content)
    return buffer.getvalue()


def serial(on: date, *, epoch_1904: bool = False) -> int:
    return (on - (date(1904, 1, 1) if epoch_1904 else date(1899, 12, 30))).days


def sheet_data(
    rows: Sequence[Sequence[Cell]],
    *,
    style: int = DAY,
    epoch_1904: bool = False,
    first_row: int = 1,
) -> str:
    """Rows of plain values as `<sheetData>`; days get `style`."""
    written = []
    for number, row in enumerate(rows, start=first_row):
        cells = []
        for column, value in enumerate(row):
            place = f'r="{letter(column)}{number}"'
            if value is None or value == "":
                continue
            if isinstance(value, date):
                cells.append(
                    f'<c {place} s="{style}"><v>{serial(value, epoch_1904=epoch_1904)}</v></c>'
                )
            elif isinstance(value, int):
                cells.append(f'<c {place} s="{YEN}"><v>{value}</v></c>')
            else:
                cells.append(f'<c {place} t="inlineStr"><is><t>{escape(value)}</t></is></c>')
        written.append(f'<row r="{number}">{"".join(cells)}</row>')
    return f"<sheetData>{''.join(written)}</sheetData>"


# -------------------------------------------------------------------------------------------- ODS
_ODS_SPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
    for short, long in (
        ("office", "office"),
        ("table", "table"),
        ("text", "text"),
        ("style", "style"),
    )
)


def ods(
    tables: Mapping[str, str],
    *,
    mimetype: str = "application/vnd.oasis.opendocument.spreadsheet",
    manifest: str = "",
) -> bytes:
    """A spreadsheet of tables given as the XML of their rows."""
    body = "".join(
        f'<table:table table:name="{escape(name)}">{rows}</table:table>'
        for name, rows in tables.items()
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_ODS_SPACES} '
        'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
        f"<office:body><office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
    )
    listed = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="content.xml">{manifest}</manifest:file-entry></manifest:manifest>'
    )
    return packed({"mimetype": mimetype, "content.xml": content, "META-INF/manifest.xml": listed})


def ods_rows(rows: Sequence[Sequence[Cell]]) -> str:
    """Rows of plain values as table rows."""
    written = []
    for row in rows:
        cells = []
        for value in row:
            if value is None or value == "":
                cells.append("<table:table-cell/>")
            elif isinstance(value, date):
                cells.append(
                    f'<table:table-cell office:value-type="date" office:date-value="{value}"/>'
                )
            elif isinstance(value, int):
                cells.append(
                    f'<table:table-cell office:value-type="float" office:value="{value}"/>'
                )
            else:
                cells.append(
                    f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
                )
        written.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    return "".join(written)


# -------------------------------------------------------------------------------------------- XLS
_SECTOR = 512
_END_OF_CHAIN, _FREE, _TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def compound(streams: Mapping[str, bytes]) -> bytes:
    """A compound file; every stream is padded to whole sectors outside the small ones."""
    directory_sectors = (len(streams) + 1 + 3) // 4
    contents = {name: data.ljust(4096, b"\0") for name, data in streams.items()}
    sizes = {name: -(-len(data) // _SECTOR) for name, data in contents.items()}
    needed = directory_sectors + sum(sizes.values())
    tables = 1
    while tables * 128 < needed + tables:
        tables += 1
    chain: list[int] = [_TABLE] * tables
    chain += [*range(tables + 1, tables + directory_sectors), _END_OF_CHAIN]
    starts = {}
    for name, size in sizes.items():
        starts[name] = len(chain)
        chain += [*range(len(chain) + 1, len(chain) + size), _END_OF_CHAIN]
    chain += [_FREE] * (tables * 128 - len(chain))
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        tables,
        tables,
        0,
        4096,
        _END_OF_CHAIN,
        0,
        _END_OF_CHAIN,
        0,
        0,
    )
    header = header[:76] + struct.pack("<109I", *range(tables), *[_FREE] * (109 - tables))
    entries = [_entry("Root Entry", 5, _END_OF_CHAIN, 0, child=1)]
    entries += [
        _entry(
            name,
            2,
            starts[name],
            len(data),
            right=number + 2 if number + 1 < len(contents) else _FREE,
        )
        for number, (name, data) in enumerate(contents.items())
    ]
    directory = b"".join(entries).ljust(directory_sectors * _SECTOR, b"\0")
    body = struct.pack(f"<{len(chain)}I", *chain) + directory
    body += b"".join(data.ljust(sizes[name] * _SECTOR, b"\0") for name, data in contents.items())
    return header + body


def _entry(
    name: str, kind: int, start: int, size: int, *, child: int = _FREE, right: int = _FREE
) -> bytes:
    written = name.encode("utf-16-le") + b"\0\0"
    head = written.ljust(64, b"\0") + struct.pack(
        "<HBBIII", len(written), kind, 1, _FREE, right, child
    )
    return (head + bytes(36) + struct.pack("<III", start, size, 0)).ljust(128, b"\0")


def record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def xls_text(text: str) -> bytes:
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")


def xls_stream(
    cells: bytes, *, head: bytes = b"", name: str = "Sheet1", version: int = 0x0600
) -> bytes:
    """A workbook stream of one sheet, its cells given as records."""
    formats = record(0x00E0, bytes(20)) + record(0x00E0, struct.pack("<HH16x", 0, 14))
    bound_name = struct.pack("<BB", len(name), 1) + name.encode("utf-16-le")
    start = record(0x0809, struct.pack("<HH12x", version, 5)) + head + formats
    length = len(start) + 4 + 6 + len(bound_name) + 4
    bound = record(0x0085, struct.pack("<IBB", length, 0, 0) + bound_name)
    sheet = record(0x0809, struct.pack("<HH12x", version, 0x10)) + cells + record(0x000A)
    return start + bound + record(0x000A) + sheet


def xls(cells: bytes, *, head: bytes = b"") -> bytes:
    """An XLS workbook of one sheet."""
    return compound({"Workbook": xls_stream(cells, head=head)})


def xls_cells(rows: Sequence[Sequence[Cell]]) -> bytes:
    """Rows of plain values as records of cells."""
    written = b""
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            if value is None or value == "":
                continue
            if isinstance(value, date):
                written += record(0x0203, struct.pack("<HHHd", row, column, 1, serial(value)))
            elif isinstance(value, int):
                written += record(0x0203, struct.pack("<HHHd", row, column, 0, value))
            else:
                written += record(0x0204, struct.pack("<HHH", row, column, 0) + xls_text(value))
    return written
