"""The clock is read in one place, and exceptions are caught whole only at the doors."""

from __future__ import annotations

import ast

from tests.tidy.source import PACKAGE, modules, place, tree

CLOCK = PACKAGE / "outside" / "clock.py"
READS_CLOCK = {"now", "today", "utcnow", "time", "monotonic", "perf_counter"}
DOORS = {"cli/app.py", "close/run.py"}


def test_only_the_clock_reads_the_clock() -> None:
    for path in modules():
        if path == CLOCK:
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = ast.unparse(node.func.value)
                reads = node.func.attr in READS_CLOCK and owner in {
                    "datetime", "datetime.datetime", "date", "datetime.date", "time",
                }  # fmt: skip
                assert not reads, f"{place(path, node)}: {ast.unparse(node)}"


def test_only_doors_catch_everything() -> None:
    for path in modules():
        if str(path.relative_to(PACKAGE)) in DOORS:
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ExceptHandler):
                caught = "" if node.type is None else ast.unparse(node.type)
                assert caught not in {"", "Exception", "BaseException"}, place(path, node)


def test_no_assert_in_the_package() -> None:
    """`python -O` strips asserts; invariants go through units.errors.ensure."""
    for path in modules():
        for node in ast.walk(tree(path)):
            assert not isinstance(node, ast.Assert), place(path, node)


def test_no_exception_is_swallowed() -> None:
    """A handler that only passes needs its reason beside it."""
    for path in modules():
        lines = path.read_text(encoding="utf-8").splitlines()
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ExceptHandler) and isinstance(node.body[0], ast.Pass):
                assert "#" in lines[node.body[0].lineno - 1], place(path, node)
