"""The pages for operators, command by command, in their order."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from tests.cli.command import motocho
from tests.tidy.source import ROOT
from tests.tidy.test_docs import commands

PAGES = ROOT / "docs" / "operations"


@pytest.mark.parametrize(("page", "count"), [("database", 9), ("night", 9), ("book-import", 4)])
def test_commands_of_the_page_run_in_their_order(page: str, count: int, home: Path) -> None:
    lines = commands(PAGES / f"{page}.md")
    assert len(lines) == count
    for line in lines:
        arguments = [
            str(home / "made" / part)
            if part in {"restored", "dump", "demo/parked"} and before in {"--into", "--parked"}
            else part
            for before, part in zip(["", *shlex.split(line)], shlex.split(line), strict=False)
        ]
        assert arguments[0] == "./run"
        done = motocho(*arguments[1:], MOTOCHO_HOME=str(home), DATABASE_URL="")
        assert done.code == 0, f"{line}: {done.err}"
