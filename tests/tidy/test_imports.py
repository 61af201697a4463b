"""A room's underscore modules are its own."""

from __future__ import annotations

import ast

from tests.tidy.source import modules, place, room, tree


def test_nobody_imports_another_room_s_private_modules() -> None:
    for path in modules():
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith(
                "motocho"
            ):
                continue
            parts = (node.module or "").split(".")[1:]
            names = [*parts, *(alias.name for alias in node.names)]
            foreign = parts and parts[0] != room(path)
            private = [name for name in names if name.startswith("_") and name != "__version__"]
            assert not (foreign and private), f"{place(path, node)}: {private}"
