"""Functions are short, take few things, and say what they are."""

from __future__ import annotations

import ast
import re

from tests.tidy.source import functions, modules, place, room

MOST_LINES = 60
MOST_PARAMETERS = 5
LONG: dict[str, str] = {}
MANY_PARAMETERS = {
    "kernel.batch:_loop": "numba's parallel loops carry flat tuples of columns only",
    "kernel.batch:_recalculate_one": "the body of that loop",
}
JAPANESE = re.compile(r"[぀-ヿ一-鿿]")


def test_functions_are_short() -> None:
    for path in modules():
        for name, node in functions(path):
            lines = (node.end_lineno or 0) - node.lineno + 1
            assert lines <= MOST_LINES or name in LONG, f"{place(path, node)} {name}: {lines} lines"


def test_functions_take_few_parameters() -> None:
    """Five by position at most; a command's parameters are its options, so the CLI is apart."""
    for path in modules():
        if room(path) == "cli":
            continue
        for name, node in functions(path):
            count = len([arg for arg in node.args.args if arg.arg not in {"self", "cls"}])
            assert count <= MOST_PARAMETERS or name in MANY_PARAMETERS, f"{name}: {count}"


def test_no_boolean_parameters() -> None:
    """A choice is an enumeration with names; `f(x, True)` says nothing."""
    for path in modules():
        if room(path) == "cli":
            continue
        for name, node in functions(path):
            for arg in [*node.args.args, *node.args.kwonlyargs]:
                annotation = ast.unparse(arg.annotation) if arg.annotation else ""
                assert annotation != "bool", f"{place(path, node)} {name}({arg.arg}: bool)"


def test_exceptions_to_the_limits_are_still_needed() -> None:
    known = {name: node for path in modules() for name, node in functions(path)}
    for name in LONG:
        node = known[name]
        assert (node.end_lineno or 0) - node.lineno + 1 > MOST_LINES, name
    for name in MANY_PARAMETERS:
        assert len(known[name].args.args) > MOST_PARAMETERS, name


def test_public_kernel_and_law_functions_name_the_japanese_term() -> None:
    for path in modules():
        if room(path) not in {"kernel", "law"} or path.stem.startswith("_"):
            continue
        for name, node in functions(path):
            own = name.split(":")[1]
            if "." in own or own.startswith("_"):
                continue
            first = (ast.get_docstring(node) or "").split("\n\n")[0]
            assert JAPANESE.search(first), f"{place(path, node)} {own}: no Japanese term"
