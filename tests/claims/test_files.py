"""Files to cells: encodings, delimiters, workbooks, and the limits of each."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import python_calamine
from hypothesis import given
from hypothesis import strategies as st
from tests.claims import workbooks

from motocho.claims import reading
from motocho.claims.reading import files
from motocho.claims.reading.cells import MAX_COLUMNS, MAX_ROWS, Book, Value, number
from motocho.claims.reading.files import texts
from motocho.claims.reading.files.xlsx import shows_day
from motocho.claims.reading.words import Kind, Role, kind_of, role_of
from motocho.units.days import Epoch
from motocho.units.errors import FaultyInput

HISTORIES = Path(__file__).parent / "histories"
HEAD = "日付,借入,返済,残高\n"
ROW = "2001-01-10,200000,,200000\n"


def cells(data: bytes, sheet: int = 0) -> list[tuple[int, list[Value]]]:
    return [(row.number, row.cells) for row in files.read(data).sheets[sheet].rows]


def code_of(data: bytes) -> str:
    with pytest.raises(FaultyInput) as caught:
        files.read(data)
    (fault,) = caught.value.faults
    return fault.code


# ------------------------------------------------------------------------------------------ numbers
@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("0", 0),
        ("-0.0", 0),
        ("200000", 200_000),
        ("200000.0", 200_000),
        ("2E5", 200_000),
        ("2.0e+5", 200_000),
        ("0.27375", "0.27375"),
        ("0.29199999999999998", "0.292"),
        ("2.7375000000000003E-2", "0.027375"),
        ("10000.5", "10000.5"),
        (".5", "0.5"),
        ("-1234.5", "-1234.5"),
        ("99999999999999999999", 10**20),
        ("1E999", "1E999"),
        ("NaN", "NaN"),
        ("", ""),
        (".", "."),
    ],
)
def test_numbers_are_exact_decimal_text(written: str, value: int | str) -> None:
    assert number(written) == value
    assert type(number(written)) is type(value)


@given(st.integers(-(10**12), 10**12))
def test_whole_numbers_come_back(value: int) -> None:
    assert number(str(value)) == number(f"{value}.0") == value


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12))
def test_numbers_are_what_a_spreadsheet_shows(value: float) -> None:
    """Fifteen digits, rounded: the same as a program that formats the binary fraction."""
    assert abs(float(number(repr(value))) - float(f"{value:.15g}")) <= abs(value) * 1e-14


# ----------------------------------------------------------------------------------------- encodings
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp932", "euc_jp", "utf-16", "utf-16-be", "iso2022_jp"]
)
def test_encoding_is_found_by_trial(encoding: str) -> None:
    text = HEAD + "平成13年1月10日,200000,,200000\n①,髙﨑,～,ｱ\n" * 3
    if encoding in {"euc_jp", "iso2022_jp"}:
        text = text.replace("①,髙﨑,～,ｱ", "い,高崎,〜,ア")
    data = text.encode(encoding)
    data = b"\xfe\xff" + data if encoding == "utf-16-be" else data
    assert texts.decode(data).replace("〜", "～") == text.replace("〜", "～")


def test_byte_that_fits_no_encoding_is_named() -> None:
    with pytest.raises(FaultyInput) as caught:
        files.read((HEAD + ROW).encode("cp932") + b"\x81\xff\n")
    (fault,) = caught.value.faults
    assert (fault.code, fault.line, fault.details["byte"]) == ("TAB-007", 3, "0x81")


def test_control_signs_are_no_text() -> None:
    assert code_of(bytes(range(1, 32)) * 40) == "TAB-016"
    assert code_of(b"a\0b") == "TAB-016"


def test_old_end_of_file_mark_is_passed_over() -> None:
    assert cells((HEAD + ROW).encode() + b"\x1a")[-1][0] == 2


# ----------------------------------------------------------------------------------------- delimiters
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "，", "|", "│"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiter_is_found_by_trial(delimiter: str, end: str) -> None:
    text = end.join(
        [
            delimiter.join(["日付", "借入", "返済", "残高"]),
            delimiter.join(["2001/1/10", "200000", "", "200000"]),
            delimiter.join(["2001/2/9", "", "10000", "194500"]),
        ]
    )
    assert cells(text.encode()) == [
        (1, ["日付", "借入", "返済", "残高"]),
        (2, ["2001/1/10", "200000", "", "200000"]),
        (3, ["2001/2/9", "", "10000", "194500"]),
    ]


def test_stated_delimiter_is_believed() -> None:
    assert cells(b"sep=;\na;b,c\n")[0] == (2, ["a", "b,c"])


def test_quoted_line_ends_keep_the_line_numbers() -> None:
    data = HEAD.strip() + ',備考\n2001-01-10,200000,,200000,"一行目\n二行目"\n' + ROW
    assert [number for number, _ in cells(data.encode())] == [1, 2, 4]


def test_quotes_left_open_are_each_named() -> None:
    data = HEAD + '2001-01-10,"200000,,\n' + ROW + '2001-02-09,,10000,"194500\n'
    with pytest.raises(FaultyInput) as caught:
        files.read(data.encode())
    assert [(fault.code, fault.line) for fault in caught.value.faults] == [
        ("TAB-008", 2),
        ("TAB-008", 4),
    ]


def test_aligned_text_keeps_its_columns() -> None:
    text = "取引日         貸付金額      入金額      残高\nH13. 1.10      200,000              200,000\nH13. 2. 9                 10,000    194,500\n"
    assert cells(text.encode())[1:] == [
        (2, ["H13. 1.10", "200,000", "", "200,000"]),
        (3, ["H13. 2. 9", "", "10,000", "194,500"]),
    ]


def test_garbled_text_is_warned_of() -> None:
    garbled = "日付".encode().decode("cp932", "replace")
    book = files.read(f"{HEAD}{ROW}2001-02-09,,10000,194500,{garbled}\n".encode())
    assert [(warning.code, warning.line) for warning in book.warnings] == [("TAB-033", 3)]


# ----------------------------------------------------------------------------------------- workbooks
ROWS: list[list[workbooks.Cell]] = [
    ["日付", "借入", "返済", "残高"],
    [date(2001, 1, 10), 200_000, None, 200_000],
    [date(2001, 2, 9), None, 10_000, 194_500],
]
WRITERS: dict[str, Callable[[], bytes]] = {
    "xlsx": lambda: workbooks.xlsx({"s": workbooks.sheet_data(ROWS)}),
    "xlsx-1904": lambda: workbooks.xlsx(
        {"s": workbooks.sheet_data(ROWS, epoch_1904=True)}, epoch_1904=True
    ),
    "ods": lambda: workbooks.ods({"s": workbooks.ods_rows(ROWS)}),
    "xls": lambda: workbooks.xls(workbooks.xls_cells(ROWS)),
}


@pytest.mark.parametrize("writer", WRITERS)
def test_workbook_gives_its_cells(writer: str) -> None:
    assert cells(WRITERS[writer]()) == [
        (1, ["日付", "借入", "返済", "残高"]),
        (2, [date(2001, 1, 10), 200_000, "", 200_000]),
        (3, [date(2001, 2, 9), "", 10_000, 194_500]),
    ]


@pytest.mark.parametrize("name", sorted(path.name for path in HISTORIES.glob("*.[xo][ld]s*")))
def test_workbook_reads_as_an_independent_reader_reads_it(name: str) -> None:
    """Files that an office suite wrote, against another implementation; it knows no error marks."""
    data = (HISTORIES / name).read_bytes()
    other = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    for sheet in files.read(data).sheets:
        theirs = other.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
        for row in sheet.rows:
            for column, value in enumerate(row.cells):
                their = theirs[row.number - 1][column]
                if isinstance(their, float):
                    their = number(repr(their))
                assert value == their, (row.number, column)


@given(
    st.lists(
        st.lists(
            st.one_of(
                st.integers(-(10**12), 10**12),
                st.dates(date(1950, 1, 1), date(2100, 12, 31)),
                st.text(st.characters(categories=("L", "N", "P")), max_size=12),
                st.booleans(),
                st.none(),
            ),
            max_size=6,
        ),
        min_size=1,
        max_size=8,
    )
)
def test_written_workbook_comes_back(rows: list[list[int | date | str | bool | None]]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(line, column)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"  # a text that begins with = is no formula
    buffer = io.BytesIO()
    book.save(buffer)
    expected = {
        (line, column): value
        for line, row in enumerate(rows, start=1)
        for column, value in enumerate(row)
        if value is not None and value != ""
    }
    found = {
        (line, column): value
        for line, row in cells(buffer.getvalue())
        for column, value in enumerate(row)
        if value != ""
    }
    assert found == expected


def sheet(body: str) -> Book:
    return files.read(
        workbooks.xlsx(
            {"s": f"<sheetData>{body}</sheetData>"},
            shared=[
                "<t>甲</t>",
                '<r><t>乙</t></r><r><t>丙</t></r><rPh sb="0" eb="1"><t>オツ</t></rPh>',
            ],
        )
    )


def test_kinds_of_cells_of_xlsx() -> None:
    book = sheet(
        '<row r="2"><c r="A2" t="s"><v>1</v></c><c r="C2" t="b"><v>1</v></c>'
        '<c r="D2" t="e"><v>#N/A</v></c><c r="E2" t="str"><f>A1</f><v></v></c>'
        '<c r="F2"><f>SUM(A1)</f><v>5</v></c><c r="G2" t="d"><v>2001-01-10T00:00:00</v></c>'
        '<c r="H2" s="1"><v>36901.75</v></c><c r="I2" s="1"><v>0.5</v></c><c r="J2"><f>A1</f></c>'
        '<c r="K2" s="4"><v>0.27374999999999999</v></c><c r="L2" s="1"><v>-5</v></c>'
        '<c r="M2" t="inlineStr"><is><t>_x0041_a</t></is></c></row>'
    )
    assert [(row.number, row.cells) for row in book.sheets[0].rows] == [
        (
            2,
            [
                "乙丙",
                "",
                True,
                "#N/A",
                "",
                5,
                date(2001, 1, 10),
                date(2001, 1, 10),
                "12:00",
                "=A1",
                "0.27375",
                -5,
                "Aa",
            ],
        )
    ]
    (warning,) = book.warnings
    assert (warning.code, warning.line, warning.column, warning.details["count"]) == (
        "TAB-030",
        2,
        "E",
        "2",
    )


def test_cells_without_references_follow_each_other() -> None:
    assert sheet("<row><c><v>1</v></c><c/><c><v>3</v></c></row><row><c><v>4</v></c></row>").sheets[
        0
    ].rows == [
        (1, [1, "", 3]),
        (2, [4]),
    ]


def test_prefixed_xml_is_read() -> None:
    data = workbooks.xlsx({"s": workbooks.sheet_data(ROWS)})
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    plain = parts["xl/worksheets/sheet1.xml"].decode()
    for name in ("worksheet", "sheetData", "row", "c", "v", "is", "t"):
        plain = (
            plain.replace(f"<{name}>", f"<x:{name}>")
            .replace(f"<{name} ", f"<x:{name} ")
            .replace(f"</{name}>", f"</x:{name}>")
        )
    parts["xl/worksheets/sheet1.xml"] = plain.replace("xmlns=", "xmlns:x=").encode()
    assert cells(workbooks.packed(parts)) == cells(data)


@pytest.mark.parametrize(
    ("code", "is_day"),
    [
        ("General", False),
        ("G/標準", False),
        ("0.00E+00", False),
        ('#,##0"円";[Red]"▲"#,##0"円"', False),
        ("yyyy/m/d", True),
        ('[$-411]ggge"年"m"月"d"日";@', True),
        ("[$-ja-JP]e.m.d", True),
        ('m"月"d"日"', True),
        ("h:mm:ss", False),
        ("[h]:mm", False),
        ("mm:ss", False),
        ('"date" 0', False),
    ],
)
def test_formats_of_days(code: str, is_day: bool) -> None:  # noqa: FBT001  # a column of the table
    assert shows_day(code) is is_day


def test_kinds_of_cells_of_ods() -> None:
    rows = (
        '<table:table-row table:number-rows-repeated="2"><table:table-cell office:value-type="float" office:value="5" table:number-columns-repeated="2"/>'
        '<table:covered-table-cell/><table:table-cell office:value-type="percentage" office:value="0.18"/>'
        '<table:table-cell office:value-type="boolean" office:boolean-value="true"/>'
        '<table:table-cell office:value-type="date" office:date-value="2001-01-10T09:00:00"/>'
        '<table:table-cell office:value-type="string"><office:annotation><text:p>memo</text:p></office:annotation><text:p>a<text:s text:c="2"/>b</text:p><text:p>c</text:p></table:table-cell>'
        '<table:table-cell table:formula="of:=[.A1]+1"/>'
        '<table:table-cell office:value-type="string" calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048574"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    found = cells(workbooks.ods({"s": rows}))
    expected: list[Value] = [
        5,
        5,
        "",
        "0.18",
        True,
        date(2001, 1, 10),
        "a  b\nc",
        "=[.A1]+1",
        "#DIV/0!",
    ]
    assert found == [(1, expected), (2, expected)]


def test_kinds_of_cells_of_xls() -> None:
    def at(column: int) -> bytes:
        return struct.pack("<HHH", 3, column, 0)

    record = workbooks.record
    half = struct.unpack("<Q", struct.pack("<d", 0.5))[0] >> 32
    data = (
        record(0x027E, at(0) + struct.pack("<I", 200_000 << 2 | 2))
        + record(0x027E, at(1) + struct.pack("<I", 2_737_5 << 2 | 3))
        + record(0x027E, at(2) + struct.pack("<I", half & 0xFFFFFFFC))
        + record(0x027E, at(3) + struct.pack("<i", -5 << 2 | 2))
        + record(0x00BD, struct.pack("<HHHIHIH", 3, 4, 0, 7 << 2 | 2, 0, 8 << 2 | 2, 5))
        + record(0x0205, at(6) + b"\x07\x01")
        + record(0x0205, at(7) + b"\x01\x00")
        + record(0x0006, at(8) + struct.pack("<d", 194_500) + bytes(8))
        + record(0x0006, at(9) + b"\x00\0\0\0\0\0\xff\xff" + bytes(8))
        + record(0x0207, workbooks.xls_text("計算"))
        + record(0x0006, at(10) + b"\x02\0\x17\0\0\0\xff\xff" + bytes(8))
        + record(0x0006, at(11) + b"\x01\0\x01\0\0\0\xff\xff" + bytes(8))
        + record(0x00FD, at(12) + struct.pack("<I", 1))
        + record(0x0208, struct.pack("<HHHHHHHH", 3, 0, 13, 255, 0, 0, 0x20, 0))
        + record(0x00E5, struct.pack("<HHHHH", 1, 3, 3, 0, 1))
    )
    # The second text runs on over two records and changes its width between them.
    text = (
        struct.pack("<II", 2, 2)
        + struct.pack("<HB", 1, 1)
        + "甲".encode("utf-16-le")
        + struct.pack("<HB", 4, 0)
        + b"ab"
    )
    head = record(0x00FC, text) + record(0x003C, b"\x01" + "丙丁".encode("utf-16-le"))
    book = files.read(workbooks.xls(data, head=head))
    assert [(row.number, row.cells) for row in book.sheets[0].rows] == [
        (
            4,
            [
                200_000,
                "273.75",
                "0.5",
                -5,
                7,
                8,
                "#DIV/0!",
                True,
                194_500,
                "計算",
                "#REF!",
                True,
                "ab丙丁",
            ],
        )
    ]
    assert book.sheets[0].merges == ((4, 0, 4, 1),)
    assert [warning.code for warning in book.warnings] == ["TAB-030", "TAB-031"]


def test_epoch_of_old_workbooks() -> None:
    data = workbooks.xls(workbooks.xls_cells(ROWS), head=workbooks.record(0x0022, b"\x01\0"))
    book = files.read(data)
    assert book.sheets[0].epoch is Epoch.YEAR_1904
    assert book.sheets[0].rows[1].cells[0] == date(2005, 1, 11)


# -------------------------------------------------------------------------------------------- limits
def test_limits_of_rows_and_columns() -> None:
    wide = ",".join(["1"] * (MAX_COLUMNS + 1))
    assert code_of(f"日付,{wide}\n{ROW}".encode()) == "TAB-004"
    assert code_of(ROW.encode() * (MAX_ROWS + 1)) == "TAB-003"
    far = f'<row r="{MAX_ROWS + 1}"><c><v>1</v></c></row>'
    assert code_of(workbooks.xlsx({"s": f"<sheetData>{far}</sheetData>"})) == "TAB-003"
    repeated = '<table:table-row table:number-rows-repeated="300000"><table:table-cell office:value-type="float" office:value="1"/></table:table-row>'
    assert code_of(workbooks.ods({"s": repeated})) == "TAB-003"
    columns = '<table:table-row><table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="300"/></table:table-row>'
    assert code_of(workbooks.ods({"s": columns})) == "TAB-004"
    assert code_of((("1," * 200) + "\n").encode() * 12_000) == "TAB-005"


def test_cell_longer_than_any_text_is_refused() -> None:
    assert code_of(b'a,b\n1,"' + b"x" * 200_000 + b'"\n') == "TAB-006"


def test_empty_cells_far_away_cost_nothing() -> None:
    body = '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"/></row><row r="1048576"><c r="A1048576"/></row>'
    assert sheet(body).sheets[0].rows == [(1, [1])]


@pytest.mark.parametrize("depth", [100, 100_000])
def test_deep_xml_is_refused(depth: int) -> None:
    body = "<a>" * depth + "</a>" * depth
    data = workbooks.xlsx({"s": f"{body}<sheetData/>"})
    if depth < 200:
        assert cells(data) == []
    else:
        assert code_of(data) == "TAB-020"


def test_token_without_end_is_refused_early() -> None:
    data = workbooks.xlsx(
        {"s": f'<sheetData><row r="1" x="{"y" * (20 << 20)}"/></sheetData>'},
        compression=zipfile.ZIP_STORED,
    )
    assert code_of(data) == "TAB-020"


@pytest.mark.parametrize("name", ["merged_head.xlsx", "merged_head.ods", "merged_head.xls"])
def test_cut_workbooks_are_refused_or_whole(name: str) -> None:
    data = (HISTORIES / name).read_bytes()
    for length in range(8, len(data), len(data) // 25):
        try:
            found = cells(data[:length])
        except FaultyInput:
            continue
        # What was cut off held no cells.
        assert found == cells(data)


def test_members_beyond_the_directory_limit_are_refused_unread() -> None:
    data = workbooks.packed({f"{number}.xml": "" for number in range(2_001)})
    assert code_of(data) == "TAB-022"


def test_large_file_is_refused_at_once_and_takes_no_memory() -> None:
    data = ROW.encode() * 10_000_000
    tracemalloc.start()
    assert code_of(data) == "TAB-002"
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


# --------------------------------------------------------------------------------------------- speed
def test_csv_imports_no_reader_of_workbooks() -> None:
    """Reading a CSV is what the command does most: it loads no library of others."""
    script = (
        "import sys; from motocho.claims import reading;"
        f"reading.read({(HEAD + ROW).encode()!r});"
        "print([name for name in ('openpyxl', 'python_calamine', 'orjson', 'numpy') if name in sys.modules])"
    )
    environment = {"PYTHONPATH": str(Path(reading.__file__).parents[3])}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, text=True, env=environment
    )
    assert done.stdout.strip() == "[]"


def test_long_plain_csv_is_read_whole() -> None:
    """Its speed is measured by `./run bench recalc`."""
    rows = "".join(
        f"2001/{n % 12 + 1}/{n % 28 + 1},{'' if n % 4 else 10_000},{5_000 if n % 4 else ''},{n}\n"
        for n in range(20_000)
    )
    events = reading.read((HEAD + rows).encode("cp932")).events
    assert len(events) == 20_000
    assert [event.source_row for event in events] == list(range(2, 20_002))


# --------------------------------------------------------------------------------------------- words
@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("ご融資額(円)", Role.BORROW),
        ("お取引日", Role.DATE),
        ("取引\n年月日", Role.DATE),
        ("返済後残高", Role.BALANCE),
        ("元金残高", Role.BALANCE),
        ("無利息残高", Role.UNREAD),
        ("次回返済日", Role.UNREAD),
        ("ご利用限度額", Role.UNREAD),
        ("遅延損害金率", Role.UNREAD),
        ("引き直し残高", Role.UNREAD),
        ("約定利率(%)", Role.RATE),
        ("元金充当額", Role.PRINCIPAL_PART),
        ("うち利息", Role.INTEREST_PART),
        ("借入(返済は▲)", Role.AMOUNT),
        ("借入・返済額", Role.AMOUNT),
        ("非貸付金", Role.SHOPPING),
        ("Repayment", Role.REPAY),
        ("返済日", Role.DATE),
    ],
)
def test_headings_name_their_role(heading: str, role: Role) -> None:
    found = role_of(heading)
    assert found is not None
    assert found.role is role


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("ATM出金", Kind.LENT),
        ("ＡＴＭ貸付", Kind.LENT),
        ("契約（新規融資）", Kind.LENT),
        ("貸付金の返済", Kind.PAID),
        ("口座振替", Kind.PAID),
        ("一括返済（完済）", Kind.PAID),
        ("ｼｮｯﾋﾟﾝｸﾞ", Kind.SHOPPING),
        ("立替金", Kind.SHOPPING),
        ("キャッシングリボ", Kind.LENT),
        ("利率変更", Kind.RATE_CHANGE),
        ("限度額変更", Kind.NO_MONEY),
        ("返済方法変更", Kind.NO_MONEY),
        ("督促状送付", Kind.NO_MONEY),
        ("前頁繰越", Kind.CARRIED),
        ("次頁へ繰越", Kind.CARRIED_ON),
        ("頁計", Kind.SUBTOTAL),
        ("総合計", Kind.TOTAL),
        ("遅延損害金", Kind.CHARGE),
        ("店頭", None),
    ],
)
def test_words_say_what_a_row_is(word: str, kind: Kind | None) -> None:
    assert kind_of(word) is kind
