"""A room's underscore modules and the insides of its folders are its own."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.tidy.source import PACKAGE, modules, place, room, tree

DOOR_DEPTH = 2
"""A door is `motocho.<room>.<module>`; what is deeper belongs to the module that holds it."""


def test_nobody_imports_another_room_s_private_modules() -> None:
    for path in modules():
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith(
                "motocho"
            ):
                continue
            parts = (node.module or "").split(".")[1:]
            if not parts or parts[0] == room(path):
                continue
            names = [*parts, *(alias.name for alias in node.names)]
            private = [name for name in names if name.startswith("_") and name != "__version__"]
            inside = len(parts) > DOOR_DEPTH or _is_inside_a_folder(parts, names)
            assert not private, f"{place(path, node)}: {private}"
            assert not inside, f"{place(path, node)}: {names}"


def _is_inside_a_folder(parts: list[str], names: list[str]) -> bool:
    """Whether what is imported from a folder is one of its files and not what its door shows."""
    folder = PACKAGE.joinpath(*parts)
    if len(parts) < DOOR_DEPTH or not folder.is_dir():
        return False
    shown = _shown_by(folder / "__init__.py")
    inner = names[len(parts) :]
    return any((folder / f"{name}.py").exists() and name not in shown for name in inner)


def _shown_by(door: Path) -> set[str]:
    """What a folder's door lists in `__all__`."""
    for node in tree(door).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return set()
