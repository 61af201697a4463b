"""The measure of scans counts what it must: wrong cells, rows that are lost, lines that are made up."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.ocr.measuring import Tally
from tests.ocr.scans import LAYOUTS, Scan, dealing

from motocho.claims.transcripts import Page, page_of_texts

ROWS = tuple(dealing(5, 12, 180_000))
SCAN = Scan("ruled", "clean", 5, ROWS, b"")


def page(rows: list[list[str]]) -> tuple[Page, ...]:
    return (replace(page_of_texts([list(LAYOUTS["ruled"].heads), *rows]), origin="scan"),)


def cells() -> list[list[str]]:
    return [list(LAYOUTS["ruled"].cells(row)) for row in ROWS]


def counted(rows: list[list[str]]) -> Tally:
    found = Tally()
    found.count(SCAN, page(rows))
    return found


def test_what_was_printed_is_right() -> None:
    found = counted(cells())
    assert (found.amounts, found.right, found.silent, found.hardest) == (24, 24, [], [])


@pytest.mark.parametrize(("left_out", "silent"), [(4, 0), (11, 1)])
def test_lost_row_counts_as_wrong_and_is_said_only_by_the_row_behind_it(
    left_out: int, silent: int
) -> None:
    found = counted([row for at, row in enumerate(cells()) if at != left_out])
    assert (found.missing_rows, found.amounts) == (1, 24)
    assert found.right <= 22
    assert len(found.silent) == silent


def test_line_that_nothing_is_behind_is_counted() -> None:
    rows = cells()
    found = counted([*rows[:6], ["1999/01/01", "", "5", "", "777,777"], *rows[6:]])
    assert found.made_up


def test_page_that_was_refused_loses_its_rows_but_not_in_silence() -> None:
    found = Tally()
    found.count(SCAN, ())
    assert (found.missing_rows, found.silent, len(found.unread)) == (12, [], 1)
