"""Lines and texts of a page put together: what a crease, a seal or noise did to the lines is put right."""

from __future__ import annotations

from motocho.office._apart.grouping import Text
from motocho.office._apart.scans import _completed

ACROSS = [300, 600, 900, 1200]
HIGH = 48


def texts_of(rows: int, *, columns: int = 3) -> list[Text]:
    """A text in the middle of each cell, one row below the other from 200 on."""
    return [
        Text(360 + 300 * at, 205 + HIGH * row, 540 + 300 * at, 243 + HIGH * row, "1,000", 990)
        for row in range(rows)
        for at in range(columns)
    ]


def test_line_under_a_crease_is_found_between_the_rows_that_it_parted() -> None:
    down = [200 + HIGH * row for row in range(9)]
    moved = [*down[:4], down[4] - 17, *down[5:]]  # the shadow moved it into the row above
    assert _completed((ACROSS, moved), texts_of(8)) == (ACROSS, down)


def test_remark_of_two_lines_parts_no_row() -> None:
    down = [200, 300, 348, 396]
    texts = [
        *(
            text._replace(top=text.top + 24, bottom=text.bottom + 24)
            for text in texts_of(1, columns=2)
        ),
        Text(960, 205, 1140, 243, "残高不足のため", 990),
        Text(960, 253, 1140, 291, "次回へ", 990),
        *(text._replace(top=text.top + 100, bottom=text.bottom + 100) for text in texts_of(2)),
    ]
    assert _completed((ACROSS, down), texts)[1] == down
