"""Every room is one subject behind one card."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest
from tests.tidy.source import PACKAGE, ROOT, rooms, tree

CARD_LINES = ("Holds", "Takes", "Gives", "Never")
MOST_PUBLIC_MODULES = 8
MOST_LINES = 600
LONG_MODULES: dict[str, str] = {
    "kernel/recalculation.py": "one fold, read from top to bottom; its records stand with it",
}


@pytest.mark.parametrize("room", rooms(), ids=lambda room: room.name)
def test_room_has_its_card(room: Path) -> None:
    """A card is a title with a Japanese term and the four lines, and nothing else but exports."""
    module = tree(room / "__init__.py")
    card = ast.get_docstring(module) or ""
    assert "[" in card.splitlines()[0]
    for line in CARD_LINES:
        assert any(text.startswith(line) for text in card.splitlines()), f"{room.name}: {line}"
    others = [node for node in module.body[1:] if not isinstance(node, ast.ImportFrom | ast.Assign)]
    assert not others, f"{room.name}/__init__.py holds more than its card"


@pytest.mark.parametrize("room", rooms(), ids=lambda room: room.name)
def test_room_has_few_modules(room: Path) -> None:
    public = [path.stem for path in room.glob("*.py") if not path.stem.startswith("_")]
    assert len(public) <= MOST_PUBLIC_MODULES, public


def test_rooms_stand_in_the_layers() -> None:
    """A new room fails here until someone decides where it stands."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    built = {
        name.strip()
        for layer in layers
        for name in layer.split("|")
        if not name.strip().startswith("(")
    }
    assert built == {room.name for room in rooms()}


def test_modules_are_of_a_size_to_be_read() -> None:
    for path in PACKAGE.rglob("*.py"):
        name = str(path.relative_to(PACKAGE))
        lines = len(path.read_text(encoding="utf-8").splitlines())
        allowed = 700 if name in LONG_MODULES else MOST_LINES
        assert lines <= allowed, f"{name} has {lines} lines: split it by subject"


def test_no_drawers() -> None:
    """A module is named after a subject; these names are where subjects go to be lost."""
    drawers = {
        "utils",
        "util",
        "common",
        "helpers",
        "helper",
        "misc",
        "base",
        "manager",
        "services",
    }
    names = {path.stem for path in PACKAGE.rglob("*.py")}
    assert not names & drawers
