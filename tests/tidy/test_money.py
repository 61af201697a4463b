"""Money is whole yen and exact remainders: no float comes near it."""

from __future__ import annotations

import ast

from tests.tidy.source import modules, place, room, tree

EXACT_ENDINGS = ("_yen", "_ppm", "_ticks", "_weight")
ROOMS_WITHOUT_ARITHMETIC = {"documents", "outside", "cli", "web"}
ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Mod)


def _is_exact(node: ast.AST) -> bool:
    if isinstance(node, ast.Name):
        return node.id.lower().endswith(EXACT_ENDINGS)
    if isinstance(node, ast.Attribute):
        return node.attr.lower().endswith(EXACT_ENDINGS)
    return False


def _is_inexact(node: ast.AST) -> bool:
    """A true division, or a call of float or round."""
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Div)
    return isinstance(node, ast.Call) and ast.unparse(node.func) in {"float", "round"}


def test_no_division_or_float_touches_money() -> None:
    for path in modules():
        for node in filter(_is_inexact, ast.walk(tree(path))):
            touched = any(_is_exact(part) for part in ast.walk(node))
            assert not touched, f"{place(path, node)}: {ast.unparse(node)}"


def test_kernel_and_claims_hold_no_float_at_all() -> None:
    for path in modules():
        if room(path) not in {"kernel", "units", "law", "claims"}:
            continue
        for node in ast.walk(tree(path)):
            is_float = isinstance(node, ast.Constant) and isinstance(node.value, float)
            assert not is_float, f"{place(path, node)}: {ast.unparse(node)}"


def test_faces_do_no_arithmetic_on_money() -> None:
    for path in modules():
        if room(path) not in ROOMS_WITHOUT_ARITHMETIC:
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.BinOp) and isinstance(node.op, ARITHMETIC):
                touches = _is_exact(node.left) and _is_exact(node.right)
                assert not touches, f"{place(path, node)}: {ast.unparse(node)}"
