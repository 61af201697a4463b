"""Names and words the house does not use, and marks nobody may leave behind."""

from __future__ import annotations

import ast
import re
import tokenize

from tests.tidy.source import ROOT, modules, place

FORBIDDEN_NAMES = {
    "allocation": "appropriation",
    "allocate": "appropriate",
    "penalty": "delay_damages",
    "late_fee": "delay_damages",
    "customer": "borrower",
    "loan_amount": "principal",
    "surplus": "overpayment",
    "excess_interest": "overpayment",
}
ROMAJI = {
    "kabarai", "kabaraikin", "hikinaoshi", "zankin", "zandaka", "risoku", "rishi", "ganpon",
    "gankin", "hensai", "nyukin", "shukkin", "kariire", "kashitsuke", "keisan", "torihiki", "rireki",
    "tenbiki", "sogaku", "soshou", "wakai", "jikou",
}  # fmt: skip
WORD = re.compile(r"[a-z]+")
OPEN_MARK = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))")


def _identifiers(node: ast.AST) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.arg):
        return node.arg
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node.name
    return None


def test_identifiers_use_the_words_of_the_glossary() -> None:
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = _identifiers(node)
            if name is None:
                continue
            plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
            for word, instead in FORBIDDEN_NAMES.items():
                said = word == plain or word in plain.split("_")
                assert not said, f"{place(path, node)} {name}: say {instead}"
            assert not ROMAJI & set(WORD.findall(plain)), f"{place(path, node)} {name} is romaji"


def test_no_open_marks_without_an_issue() -> None:
    for path in modules():
        with path.open("rb") as file:
            for token in tokenize.tokenize(file.readline):
                if token.type == tokenize.COMMENT:
                    assert not OPEN_MARK.search(token.string), f"{path}:{token.start[0]}"


def test_nothing_names_the_machine() -> None:
    """Paths of one machine and addresses of package hosts do not belong in the tree."""
    marks = re.compile(rb"/work/|/root/|pypi\.org|files\.pythonhosted|registry\.npmjs|deb\.debian")
    own = {ROOT / "tests" / "tidy" / "test_words.py"}
    for pattern in ("*.md", "*.toml", "*.py", "*.sh", "*.txt", "*.yaml", "*.typ", "run"):
        for path in ROOT.rglob(pattern):
            if any(part.startswith(".") or part == "dist" for part in path.relative_to(ROOT).parts):
                continue
            if path not in own:
                assert not marks.search(path.read_bytes()), path
