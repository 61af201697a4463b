"""The workbook: every formula gives the engine's yen, and the file is the same everywhere."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from math import gcd
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from tests.documents.samples import EXACT, PLAIN, SAMPLES, case, event, monthly, sha256, sheet_of
from tests.documents.workbook import Content, Page
from tests.strategies import random_case

from motocho.claims.layouts import Layout
from motocho.documents import spreadsheet
from motocho.documents.sheet import Line, LineKind, Part, Sheet
from motocho.kernel.accrual import YEAR_WEIGHT, span_between, weight_of
from motocho.kernel.conventions import YearBasis

ROOT = Path(__file__).parents[2]
COMPARED = ("days", "interest", "unpaid", "principal", "overpaid", "earned", "overpaid_interest")
LARGEST_EXACT = 10**14


def opened(sheet: Sheet) -> Page:
    return Page(spreadsheet.render(sheet))


def head_row(page: Page, sheet: Sheet) -> int:
    first = sheet.columns[0].header(sheet.language)
    rows = page.sheet.iter_rows(min_col=1, max_col=1)
    found: int = next(cell.row for (cell,) in rows if cell.value == first)
    return found


def line_of(sheet: Sheet, name: str) -> Line:
    return next(line for line in sheet.lines if line.name == name)


def all_match(page: Page, sheet: Sheet) -> Any:
    rows = page.sheet.iter_rows(min_col=1, max_col=1)
    at = next(cell.row for (cell,) in rows if cell.value == sheet.words.check)
    return page.value(f"D{at}")


def differing(sheet: Sheet, page: Page) -> Iterator[str]:
    """Where a cell shows another number than the content says."""
    start = head_row(page, sheet)
    for row, line in enumerate(sheet.lines, start=start + 1):
        shown = page.row(row)
        for place, column in enumerate(sheet.columns):
            value, seen = line.cells[place].value, shown[place]
            if column.part is Part.CHECK:
                if line.cells[place].formula and seen != "✓":
                    yield f"line {line.name}: {seen}"
            elif isinstance(value, int) and seen != (
                value if column.key != "rate" else value / 1e6
            ):
                text = column.key != "rate" and seen == str(value)
                if not text:
                    yield f"line {line.name}, {column.key}: {seen} for {value}"


@pytest.mark.parametrize("layout", Layout)
@pytest.mark.parametrize("name", SAMPLES)
def test_formulas_give_the_values_of_the_engine(name: str, layout: Layout) -> None:
    sheet = sheet_of(SAMPLES[name], layout)
    page = opened(sheet)
    assert list(differing(sheet, page)) == []
    live = name != "exact"
    assert all_match(page, sheet) == (
        sheet.words.all_match if live else sheet.words.without_formulas
    )


@pytest.mark.parametrize("seed", range(10))
def test_workbooks_of_random_cases_give_the_values_of_the_engine(seed: int) -> None:
    sheet = sheet_of(random_case(seed), list(Layout)[seed % 3])
    page = opened(sheet)
    assert list(differing(sheet, page)) == []
    assert all_match(page, sheet) != sheet.words.some_differ


def check_formulas(seeds: range) -> None:
    for seed in seeds:
        sheet = sheet_of(random_case(seed), list(Layout)[seed % 3])
        assert list(Content(sheet).differing()) == [], seed


@pytest.mark.parametrize("batch", range(5))
def test_formulas_of_random_cases_give_the_values_of_the_engine(batch: int) -> None:
    check_formulas(range(batch * 60, batch * 60 + 60))


@pytest.mark.long
def test_formulas_of_many_random_cases_give_the_values_of_the_engine() -> None:
    check_formulas(range(10_000, 20_000))


@cache
def cases_at_the_bound() -> list[tuple[Any, int]]:
    """Interest that is whole, or one unit short of whole, with the largest numbers allowed."""
    found = []
    for rate, ppm, denominator in (("0.18", 180_000, 100), ("0.27375", 273_750, 800)):
        for days in (30, 400, 2_299):
            first = date(1999, 12, 28)
            last = first + timedelta(days=days)
            weight = weight_of(
                span_between(first.toordinal() + 1, last.toordinal(), YearBasis.CALENDAR)
            )
            unit, step = denominator * YEAR_WEIGHT, ppm * denominator // 1_000_000 * weight
            common = gcd(step, unit)
            for short in (0, 1):
                turn = pow(step // common, -1, unit // common)
                principal = -short * turn % (unit // common)
                most = (LARGEST_EXACT - 1) // step
                principal += (most - principal) // (unit // common) * (unit // common)
                if 0 < principal <= most:
                    events = [
                        event(first.isoformat(), "borrow", principal, rate=rate),
                        event(last.isoformat(), "closing"),
                    ]
                    found.append((case(*events, ceiling_rule="none"), principal * step))
    return found


def test_formulas_hold_at_the_bound_of_exact_numbers() -> None:
    assert len(cases_at_the_bound()) >= 8
    for document, numerator in cases_at_the_bound():
        assert numerator < LARGEST_EXACT
        sheet = sheet_of(document)
        page = opened(sheet)
        assert list(differing(sheet, page)) == []
        assert any(cell.formula and "INT" in cell.formula for cell in line_of(sheet, "2").cells)


def test_numbers_too_large_for_a_spreadsheet_stay_values() -> None:
    document = case(
        event("2001-01-10", "borrow", 999_999_999_999, rate="0.123457"),
        event("2011-01-10", "repay", 5),
        event("2011-02-10", "repay", 5),
        ceiling_rule="none",
    )
    sheet = sheet_of(document)
    page = opened(sheet)
    check = next(at for at, column in enumerate(sheet.columns) if column.part is Part.CHECK)
    assert line_of(sheet, "2").cells[check].value == sheet.words.line_without_formula == "値"
    assert any("値だけ" in text for _, text in sheet.workbook_notes)
    assert list(differing(sheet, page)) == []
    assert all_match(page, sheet) == sheet.words.all_match


def test_numbers_beyond_15_digits_are_text() -> None:
    document = case(
        event("1990-01-10", "borrow", 10**12, rate="999"),
        event("2020-01-10", "closing"),
        event("2021-01-10", "closing"),
        ceiling_rule="none",
        unpaid_interest="capitalize",
    )
    sheet = sheet_of(document)
    page = opened(sheet)
    large = [
        cell.value for line in sheet.lines for cell in line.cells if isinstance(cell.value, int)
    ]
    assert max(large) >= 10**15
    assert list(differing(sheet, page)) == []
    assert all_match(page, sheet) in {sheet.words.all_match, sheet.words.without_formulas}


def test_exact_fractions_are_values_and_the_sheet_says_so() -> None:
    sheet = sheet_of(EXACT)
    assert all(cell.formula is None for line in sheet.lines for cell in line.cells)
    assert any("数式ではなく値" in text for _, text in sheet.workbook_notes)
    shown = {value for row in opened(sheet).rows() for value in row}
    fractions = {
        cell.value for line in sheet.lines for cell in line.cells if "/" in str(cell.value or "")
    }
    assert fractions
    assert fractions <= shown


def test_changed_amount_flows_on_and_is_told() -> None:
    sheet = sheet_of(PLAIN)
    page = opened(sheet)
    row = head_row(page, sheet) + 2
    keys = [column.key for column in sheet.columns]
    repaid = page.sheet.cell(row, keys.index("repay") + 1)
    before = page.value(page.sheet.cell(row + 3, keys.index("principal") + 1).coordinate)
    page.change(repaid.coordinate, int(repaid.value) + 1_000)
    after = page.value(page.sheet.cell(row + 3, keys.index("principal") + 1).coordinate)
    assert isinstance(before, float)
    assert isinstance(after, float)
    assert before - 1_100 < after < before - 999
    assert all_match(page, sheet) == sheet.words.some_differ


def test_days_are_formulas_over_dates() -> None:
    sheet = sheet_of(PLAIN)
    days = next(at for at, column in enumerate(sheet.columns) if column.key == "days")
    formulas = [line.cells[days].formula for line in sheet.lines if line.kind is LineKind.ROW]
    assert formulas[0] is None
    assert formulas[1:4] == ["[date]-[date@1]", "[date]-[date@2]", "[date]-[date@3]"]


def test_days_before_spreadsheets_count_are_text() -> None:
    document = case(
        event("1899-01-10", "borrow", 1_000, rate="0.1"),
        event("1899-02-10", "repay", 100),
        event("1901-02-10", "closing"),
        ceiling_rule="none",
    )
    sheet = sheet_of(document)
    page = opened(sheet)
    assert page.row(head_row(page, sheet) + 1)[1] == "1899-01-10"
    assert list(differing(sheet, page)) == []


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(1)", "#N/A", "=HYPERLINK(1)"])
def test_text_never_becomes_a_formula(text: str) -> None:
    document = case(event("2001-01-10", "borrow", 1_000, note=text))
    document |= {"lender": text, "title": text}
    workbook = load_workbook(io.BytesIO(spreadsheet.render(sheet_of(document))))
    cells = [cell for page in workbook for row in page.iter_rows() for cell in row]
    told = [cell for cell in cells if cell.value == text]
    assert len(told) >= 3
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in told)


def test_control_characters_are_left_out() -> None:
    document = case(event("2001-01-10", "borrow", 1_000, note="a\x00b\x1b[1m\u202ec"))
    values = {value for row in opened(sheet_of(document)).rows() for value in row}
    assert "a b [1mc" in values


def test_page_is_set_up_for_printing() -> None:
    sheet = sheet_of(SAMPLES["separate"])
    page = opened(sheet)
    head, own = head_row(page, sheet), page.sheet
    assert (own.page_setup.orientation, own.page_setup.paperSize) == ("landscape", 9)
    assert (own.page_setup.fitToWidth, own.page_setup.fitToHeight) == (1, 0)
    assert own.sheet_properties.pageSetUpPr.fitToPage
    assert own.print_title_rows == f"${head}:${head}"
    assert own.freeze_panes == f"D{head + 1}"
    assert own.oddHeader.right.text == "&P / &N"
    assert sheet.input_sha256 in own.oddFooter.left.text
    assert own.page_margins.left * 25.4 >= 20
    printed = [column for column in sheet.columns if column.part is Part.PRINTED]
    assert own.print_area.startswith("'計算書'!$A$1:$")
    assert own.print_area.split("$")[3] == own.cell(1, len(printed)).column_letter
    formats = {cell.number_format for cell in own[head + 1]}
    assert '#,##0;"▲"#,##0' in formats


def test_second_sheet_states_the_conditions() -> None:
    sheet = sheet_of(SAMPLES["separate"])
    page = Page(spreadsheet.render(sheet), 1)
    assert page.sheet.title == "計算の条件"
    rows = [row[:2] for row in page.rows()]
    for pair in (*sheet.stated(), *sheet.notes, *sheet.workbook_notes):
        assert [pair.label, pair.text] in rows
    assert [sheet.words.input, sheet.input_sha256] in rows
    assert [sheet.words.engine, sheet.engine_version] in rows


RENDER = """
import sys
sys.path[:0] = ["src", "."]
from tests.documents.samples import SAMPLES, sha256, sheet_of
from motocho.documents import spreadsheet
print(*(sha256(spreadsheet.render(sheet_of(one))) for one in SAMPLES.values()))
"""


def test_same_content_gives_the_same_bytes_in_any_process() -> None:
    own = [sha256(spreadsheet.render(sheet_of(one))) for one in SAMPLES.values()]
    for settings in (
        {"TZ": "Asia/Tokyo", "LANG": "ja_JP.UTF-8", "PYTHONHASHSEED": "1"},
        {"TZ": "America/New_York", "LC_ALL": "C", "PYTHONHASHSEED": "2"},
    ):
        done = subprocess.run(
            [sys.executable, "-c", RENDER],
            cwd=ROOT,
            env={**os.environ, **settings},
            capture_output=True,
            check=True,
        )
        assert done.stdout.decode().split() == own


def test_file_holds_no_time_of_its_making() -> None:
    sheet = sheet_of(PLAIN)
    data = spreadsheet.render(sheet)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert core.count(f"{sheet.dated_on.isoformat()}T00:00:00Z") == 2
    other = spreadsheet.render(replace(sheet, dated_on=date(2020, 1, 1)))
    assert sha256(other) != sha256(data)


SOFFICE = shutil.which("soffice")
AS_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,1"


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed: no second opinion")
def test_libreoffice_gives_the_values_of_the_engine(tmp_path: Path) -> None:
    assert SOFFICE is not None
    seeds = range(1_000, 1_040)
    sheets = {seed: sheet_of(random_case(seed), list(Layout)[seed % 3]) for seed in seeds}
    sheets |= {at: sheet_of(one) for at, (one, _) in enumerate(cases_at_the_bound())}
    for seed, sheet in sheets.items():
        (tmp_path / f"{seed}.xlsx").write_bytes(spreadsheet.render(sheet))
    names = [f"{seed}.xlsx" for seed in sheets]
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        [SOFFICE, profile, "--headless", "--convert-to", AS_CSV, *names],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    for seed, sheet in sheets.items():
        path = tmp_path / f"{seed}-{sheet.words.table_sheet}.csv"
        records = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
        assert [record[3] for record in records if record[0] == sheet.words.check] != [
            sheet.words.some_differ
        ]
        rows = iter(record for record in records if record[0].isdigit())
        for line in sheet.lines:
            if line.kind is LineKind.ROW:
                record = next(rows)
                for place, column in enumerate(sheet.columns):
                    if column.key in COMPARED:
                        said = line.cells[place].value
                        assert record[place] == str(said), (seed, line.name, column.key)


def test_500_rows_are_one_workbook() -> None:
    sheet = sheet_of(monthly(500))
    assert len(spreadsheet.render(sheet)) < 300_000
