"""Documents are true: their commands run, their links lead somewhere, the two READMEs agree."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from tests.tidy.source import ROOT

DOCUMENTS = sorted(
    path for folder in (ROOT, ROOT / "docs") for path in folder.glob("*.md")
) + sorted((ROOT / "docs" / "adr").glob("*.md"))
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")
TASKS = {
    "demo", "test", "test-fast", "check", "long", "fuzz", "bench", "golden", "rules", "docs", "look",
}  # fmt: skip
"""Tasks that are not run from here: they run this test, or take long. CI runs them by themselves."""


def commands(path: Path) -> list[str]:
    blocks = BLOCK.findall(path.read_text(encoding="utf-8"))
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def runnable() -> list[str]:
    found = {line: None for path in DOCUMENTS for line in commands(path)}
    return [line for line in found if shlex.split(line)[1] not in TASKS | {"help", *ENDLESS}]


ENDLESS = {"studio", "web"}
"""Commands of the program that run until they are told to stop; `tests/flows/` runs them."""


@pytest.mark.parametrize("line", runnable())
def test_command_in_a_document_runs(line: str, tmp_path: Path) -> None:
    program, *arguments = shlex.split(line)
    assert program == "./run"
    arguments = [
        str(tmp_path / "out.pdf") if part.startswith("demo/") else part for part in arguments
    ]
    done = subprocess.run(
        [sys.executable, "-m", "motocho", *arguments],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()


def test_tasks_in_documents_are_tasks_of_run() -> None:
    script = (ROOT / "run").read_text(encoding="utf-8")
    for path in DOCUMENTS:
        for line in commands(path):
            task = shlex.split(line)[1]
            if task in TASKS | {"help"}:
                assert re.search(rf"^(?:.*\| )?{re.escape(task)}(?: \|.*)?\)", script, re.MULTILINE)


def test_the_two_readmes_have_the_same_commands() -> None:
    assert commands(ROOT / "README.md") == commands(ROOT / "README.ja.md")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    for target in LINK.findall(path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_document_has_one_title(path: Path) -> None:
    text = re.sub(
        r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    assert len(re.findall(r"^# ", text, re.MULTILINE)) == 1


def test_decisions_are_numbered_and_complete() -> None:
    files = sorted((ROOT / "docs" / "adr").glob("0*.md"))
    assert [int(path.name[:4]) for path in files] == list(range(1, len(files) + 1))
    for path in files:
        text = path.read_text(encoding="utf-8")
        for part in ("Status:", "## Context", "## Decision", "## Consequences", "## References"):
            assert part in text, f"{path.name}: {part}"


PATH = re.compile(r"`((?:src|tests|docs|scripts|bench|examples)/[\w./-]+)`")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_paths_that_documents_name_exist(path: Path) -> None:
    for named in PATH.findall(path.read_text(encoding="utf-8")):
        if "…" not in named and "<" not in named:
            assert (ROOT / named).exists(), f"{path.name}: {named}"
