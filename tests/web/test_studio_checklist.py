"""The studio's checklist: each of its eighteen points names tests that are there [作業場の点検表]."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations" / "studio.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (E\d+) \|[^|]*\|([^|]*)\|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
TABLE = {point: NAMED.findall(tests) for point, tests in ROW.findall(PAGE)}


def names_in(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}


@pytest.mark.parametrize("point", [f"E{number}" for number in range(1, 19)])
def test_point_has_tests_that_are_there(point: str) -> None:
    assert TABLE.get(point), f"{point} names no test"
    for file, name in TABLE[point]:
        assert name in names_in(file), f"{point}: {file} has no {name}"
