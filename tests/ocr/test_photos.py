"""Photos taken at an angle are made flat; what is a scan already stays as it is."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest
from tests.ocr.measuring import Tally, read_all
from tests.ocr.scans import DAMAGES, HIGH, WIDE, scan

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("rapidocr") is None, reason="text of pictures is not read here"
)
ROWS = 40
RULED = (6, ROWS + 2)
"""Lines across and down of a ruled page: five columns, and the head above the rows."""


def pixels_of(seed: int, layout: str, damage: str) -> Any:
    from motocho.office._apart import scans  # noqa: PLC0415

    pictures = scans.pictures(scan(seed, ROWS, layout, damage).data, 1)
    assert next(pictures) == 1
    return next(pictures)


def lines_of(pixels: Any) -> tuple[int, int]:
    from motocho.office._apart import lines  # noqa: PLC0415

    grid = lines.grid_of(lines.upright(pixels))
    return (0, 0) if grid is None else (len(grid[0]), len(grid[1]))


def flat(pixels: Any) -> Any:
    from motocho.office._apart.flattening import flattened  # noqa: PLC0415

    return flattened(pixels)


@pytest.mark.parametrize("damage", ["angled", "close"])
@pytest.mark.parametrize("seed", [11, 12, 13, 14])
def test_lines_of_a_photo_at_an_angle_become_level(seed: int, damage: str) -> None:
    photo = pixels_of(seed, "ruled", damage)
    assert lines_of(photo) != RULED
    assert lines_of(flat(photo)) == RULED


@pytest.mark.parametrize("damage", [*DAMAGES, "clean", "several"])
@pytest.mark.parametrize("layout", ["ruled", "unruled"])
def test_scan_is_left_as_it_is(layout: str, damage: str) -> None:
    one = pixels_of(21, layout, damage)
    assert flat(one) is one


@pytest.mark.parametrize("seed", [2, 12])
def test_page_half_in_the_light_of_a_lamp_is_not_cut(seed: int) -> None:
    photo = pixels_of(seed, "unruled", "close")
    assert flat(photo).shape == (HIGH, WIDE, 3)


def test_photo_at_an_angle_comes_out_right_or_is_flagged() -> None:
    found = Tally()
    for one, pages in read_all([scan(3, 20, "unruled", "angled"), scan(5, 20, "ruled", "close")]):
        found.count(one, pages)
    assert (found.silent, found.days_wrong_in_silence) == ([], 0)
    assert found.right * 100 >= found.amounts * 98
