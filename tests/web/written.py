"""What the program writes into the journal and the calls: kinds and purposes, read from its text."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import motocho

HERE = Path(motocho.__file__).parent
NAMED = {"Happening": 1, "News": 0}
"""Whose argument of this number is a kind."""


Holder = tuple[Path, ast.FunctionDef | None]
"""Where something stands: a module, and the function in it."""
Seen = frozenset[tuple[int, str]]


@cache
def _modules() -> dict[Path, ast.Module]:
    return {one: ast.parse(one.read_text(encoding="utf-8")) for one in sorted(HERE.rglob("*.py"))}


@cache
def _calls() -> dict[str, list[tuple[Holder, ast.Call]]]:
    """Every call by the name that is called, with where it stands."""
    found: dict[str, list[tuple[Holder, ast.Call]]] = {}
    for path, tree in _modules().items():
        for holder, one in _walked(path, tree, None):
            name = str(getattr(one.func, "id", getattr(one.func, "attr", "")))
            found.setdefault(name, []).append((holder, one))
    return found


def _walked(
    path: Path, node: ast.AST, inside: ast.FunctionDef | None
) -> Iterator[tuple[Holder, ast.Call]]:
    for one in ast.iter_child_nodes(node):
        if isinstance(one, ast.Call):
            yield (path, inside), one
        yield from _walked(path, one, one if isinstance(one, ast.FunctionDef) else inside)


def _argument(call: ast.Call, place: int, name: str) -> ast.expr | None:
    named = [one.value for one in call.keywords if one.arg == name]
    return named[0] if named else call.args[place] if len(call.args) > place else None


def texts(expr: ast.expr, at: Holder, seen: Seen = frozenset()) -> set[str]:
    """Each text that an expression may be; what is filled in later stands as `{…}`."""
    match expr:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.IfExp(body=body, orelse=other):
            return texts(body, at, seen) | texts(other, at, seen)
        case ast.JoinedStr(values=parts):
            return {"".join(_part(one) for one in parts)}
        case ast.Subscript(value=ast.JoinedStr() as whole):
            return texts(whole, at, seen)
        case ast.Name(id=name):
            return _of_name(name, at, seen)
        case _:
            return {f"{{{ast.unparse(expr)}}}"}


def _part(one: ast.expr) -> str:
    if isinstance(one, ast.FormattedValue):
        return f"{{{ast.unparse(one.value)}}}"
    return str(one.value) if isinstance(one, ast.Constant) else ""


def _of_name(name: str, at: Holder, seen: Seen) -> set[str]:
    """What a name holds: what is assigned to it, or what each caller gives."""
    path, inside = at
    if (id(inside), name) in seen:
        return set()
    seen |= {(id(inside), name)}
    values = [] if inside is None else list(_assigned(name, inside))
    if values:
        return {text for one in values for text in texts(one, at, seen)}
    names = [] if inside is None else [one.arg for one in inside.args.args]
    if inside is None or name not in names:
        return {f"{{{name}}}"}
    found: set[str] = set()
    for caller, call in _calls().get(inside.name, []):
        is_its = caller[0] == path or (not inside.name.startswith("_") and _room(caller[0], path))
        expr = _argument(call, names.index(name), name)
        if is_its and expr is not None and caller != at:
            found |= texts(expr, caller, seen)
    return found


def _room(one: Path, other: Path) -> bool:
    """Whether two modules stand in one room: what is called alike elsewhere is another thing."""
    return one.relative_to(HERE).parts[0] == other.relative_to(HERE).parts[0]


def _assigned(name: str, inside: ast.FunctionDef) -> Iterator[ast.expr]:
    for one in ast.walk(inside):
        if not isinstance(one, ast.Assign):
            continue
        for to in one.targets:
            if isinstance(to, ast.Name) and to.id == name:
                yield one.value
            if isinstance(to, ast.Tuple) and isinstance(one.value, ast.Tuple):
                for target, value in zip(to.elts, one.value.elts, strict=False):
                    if isinstance(target, ast.Name) and target.id == name:
                        yield value


def of_calls(name: str, place: int, keyword: str) -> set[str]:
    """Every text that calls of a name give at a place."""
    found: set[str] = set()
    for holder, call in _calls().get(name, []):
        expr = _argument(call, place, keyword)
        if expr is not None:
            found |= texts(expr, holder)
    return found


def kinds() -> set[str]:
    """Every kind of a row of the journal."""
    return {one for name, place in NAMED.items() for one in of_calls(name, place, "kind")}


def purposes() -> set[str]:
    """What each look at a member and each reading of facts is for."""
    return (
        of_calls("looking_for", 0, "purpose")
        | of_calls("Reading", 1, "purpose")
        | of_calls("_seen", 3, "purpose")
        | of_calls("_staff", 4, "purpose")
        | of_calls("meant", 3, "purpose")
        | {text for one in ("Staff", "replace") for text in of_calls(one, 9, "purpose")}
    )


def causes() -> set[str]:
    """Why somebody is reached, by every way that asks the gate."""
    found: set[str] = set()
    for holder, call in _calls()["Wanted"]:
        first = ast.unparse(call.args[0]) if call.args else ""
        if first.startswith("Purpose.") or first.endswith("purpose"):
            found |= texts(call.args[1], holder)
    return found
