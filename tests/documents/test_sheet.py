"""The content of a sheet: refused without its conditions, the same words in every plain form."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date

import pytest
from tests.documents.samples import PLAIN, case, event, sheet_of

from motocho.documents.sheet import (
    BLANK,
    Cell,
    Condition,
    FigureKind,
    LineKind,
    Pair,
    Style,
    Table,
    csv_text,
    references,
    table,
    text_of,
)
from motocho.units.errors import BrokenInvariant


def records_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


@pytest.mark.parametrize(
    ("value", "style", "shown"),
    [
        (1_234_567, Style.YEN, "1,234,567"),
        (-1_234, Style.YEN, "▲1,234"),
        (0, Style.YEN, "0"),
        ("36690/7", Style.YEN, "36690/7"),
        (None, Style.YEN, ""),
        (273_750, Style.RATE, "27.375%"),
        (200_000, Style.RATE, "20.0%"),
        (30, Style.COUNT, "30"),
        (date(2019, 5, 1), Style.DAY_BOTH, "2019-05-01 / R1.5.1"),
        (date(1989, 1, 7), Style.DAY_ERA, "S64.1.7"),
        (date(2001, 1, 10), Style.DAY_WESTERN, "2001-01-10"),
        ("1行目\n2行目", Style.TEXT, "1行目 2行目"),
    ],
)
def test_values_are_shown(value: int | str | date | None, style: Style, shown: str) -> None:
    assert text_of(Cell(value), style) == shown


def test_shorter_text_stands_for_a_value_on_paper() -> None:
    assert text_of(Cell(0, None, ""), Style.YEN) == ""


@pytest.mark.rule("OVER-008")
def test_sheet_with_its_conditions_is_accepted() -> None:
    sheet = sheet_of(PLAIN)
    assert {"year_basis", "first_day", "rounding"} <= {one.key for one in sheet.conditions}


@pytest.mark.rule("OVER-008")
@pytest.mark.parametrize("missing", ["year_basis", "first_day", "rounding"])
def test_sheet_without_a_condition_is_refused(missing: str) -> None:
    sheet = sheet_of(PLAIN)
    others = tuple(one for one in sheet.conditions if one.key != missing)
    with pytest.raises(BrokenInvariant, match=f"OVER-008.*{missing}"):
        replace(sheet, conditions=others)
    with pytest.raises(BrokenInvariant, match=f"OVER-008.*{missing}"):
        replace(sheet, conditions=(*others, Condition(missing, "条件", " ", is_default=True)))
    with pytest.raises(BrokenInvariant, match="OVER-008"):
        replace(sheet, conditions=())


def test_line_without_a_cell_for_each_column_is_refused() -> None:
    sheet = sheet_of(PLAIN)
    line = replace(sheet.lines[0], cells=(BLANK,))
    with pytest.raises(BrokenInvariant, match="one cell for each column"):
        replace(sheet, lines=(line,))


def test_templates_name_only_cells_that_exist() -> None:
    sheet = sheet_of(PLAIN)
    keys = {column.key for column in sheet.columns}
    names = {line.name for line in sheet.lines} | {""}
    formulas = [cell.formula for line in sheet.lines for cell in line.cells]
    formulas += [figure.formula for figure in sheet.figures]
    named = {one for formula in formulas if formula for one in references(formula)}
    assert named
    assert {key for key, _ in named} <= keys
    assert {line for _, line in named} <= names


# ------------------------------------------------------------------------------------------- CSV
def test_csv_is_read_by_spreadsheets_and_programs() -> None:
    sheet = sheet_of(PLAIN)
    text = csv_text(sheet)
    assert text.startswith("\ufeff行,年月日,借入額")
    assert text.endswith("\r\n")
    assert text.replace("\r\n", "").count("\n") == 0
    records = records_of(text)
    assert {len(record) for record in records} == {len(sheet.printed())}
    rows = [record for record in records if record[0].isdigit()]
    assert len(rows) == sum(line.kind is LineKind.ROW for line in sheet.lines)
    assert rows[0][:3] == ["1", "1999-01-10", "300000"]


@pytest.mark.parametrize(
    ("note", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+81-3-1234", "'+81-3-1234"),
        ("-メモ", "'-メモ"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'=1"),
        ("＝1+1", "'＝1+1"),
        ("普通の備考, 二つ目", "普通の備考, 二つ目"),
        ('引用"符', '引用"符'),
    ],
)
def test_csv_text_is_no_formula(note: str, written: str) -> None:
    document = case(event("2001-01-10", "borrow", 1_000, note=note))
    document |= {"lender": note, "title": note}
    records = records_of(csv_text(sheet_of(document)))
    assert records[1][-1] == written
    assert [record[1] for record in records if record[0] in {"件名", "貸主"}][-2:] == [written] * 2


def test_csv_quotes_what_needs_it() -> None:
    document = case(event("2001-01-10", "borrow", 1_000, note='a "b", c'))
    assert '"a ""b"", c"' in csv_text(sheet_of(document))


# -------------------------------------------------------------------------------------- terminal
def terminal() -> Table:
    return table(sheet_of(PLAIN))


def test_terminal_table_is_plain_texts() -> None:
    shown = terminal()
    assert shown.headers[:3] == ("行", "年月日", "借入額")
    assert len(shown.headers) == len(shown.aligns)
    assert {len(texts) for _, texts in shown.rows} == {len(shown.headers)}
    assert shown.rows[0] == (
        LineKind.ROW,
        ("1", "1999-01-10 / H11.1.10", "300,000", "", "0", "", "0", "0", "300,000", *[""] * 4),
    )
    assert shown.rows[-1][0] is LineKind.TOTAL
    assert FigureKind.TOTAL in {kind for kind, _ in shown.figures}


def test_terminal_gets_no_steering_signs() -> None:
    document = case(event("2001-01-10", "borrow", 1_000, note="\x1b[31mred\u202e"))
    document |= {"lender": "\x1b]0;title\x07", "title": "件名"}
    shown = table(sheet_of(document))
    texts = [text for _, row in shown.rows for text in row]
    texts += [text for pair in (*shown.subject, *shown.notes) for text in pair]
    assert all(text.isprintable() for text in texts)
    assert Pair("貸主", "]0;title") in [Pair(*map(str.strip, pair)) for pair in shown.subject]
