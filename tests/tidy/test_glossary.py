"""The glossary says only what is true of the code."""

from __future__ import annotations

import ast
import re

from tests.tidy.source import ROOT, modules, tree

CODE = re.compile(r"`([A-Za-z_]+)`")


def _names() -> set[str]:
    found: set[str] = set()
    for path in modules():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found.add(node.name)
            elif isinstance(node, ast.Name):
                found.add(node.id)
            elif isinstance(node, ast.Attribute):
                found.add(node.attr)
            elif isinstance(node, ast.arg):
                found.add(node.arg)
    return found


def test_identifiers_of_the_glossary_exist() -> None:
    names = _names()
    rows = [
        line.split("|")[2]
        for line in (ROOT / "GLOSSARY.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| ") and "identifier" not in line
    ]
    listed = {identifier for row in rows for identifier in CODE.findall(row)}
    assert listed
    assert not listed - names
