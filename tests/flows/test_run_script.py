"""`./run` as a newcomer meets it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

from tests.tidy.source import ROOT


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [str(ROOT / "run"), *arguments],
        capture_output=True,
        cwd=environment.pop("CWD", str(ROOT)),
        env={**os.environ, **environment},
        check=False,
    )


def test_stdout_belongs_to_the_task() -> None:
    done = run("fee", "--amount-in-dispute", "1050000", "--on", "2025-04-01", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["filing_fee_yen"] == 11_000


def test_it_works_from_any_folder(tmp_path: Path) -> None:
    done = run("--version", CWD=str(tmp_path))
    assert done.stdout.startswith(b"motocho ")


def test_exit_code_is_the_task_s() -> None:
    assert run("recalc", "run", "nowhere.csv").returncode == 4


def test_help_names_every_task() -> None:
    shown = run("help").stdout.decode()
    for task in (
        "demo",
        "test",
        "check",
        "long",
        "fuzz",
        "bench",
        "golden",
        "rules",
        "docs",
        "lock",
    ):
        assert f"./run {task}" in shown


def test_without_a_python_it_says_what_to_do(tmp_path: Path) -> None:
    """A machine with the usual tools and no Python at all."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "dirname", "sed", "cat", "cksum", "rm", "id", "env"):
        found = shutil.which(name)
        assert found
        (tools / name).symlink_to(found)
    clone = tmp_path / "clone"
    clone.mkdir()
    shutil.copy(ROOT / "run", clone / "run")
    shutil.copytree(ROOT / "requirements", clone / "requirements")
    done = subprocess.run(
        [str(clone / "run"), "demo"], capture_output=True, env={"PATH": str(tools)}, check=False
    )
    assert done.returncode != 0
    assert done.stdout == b""
    assert b"Python 3.11" in done.stderr


def test_python_without_venv_support_gets_the_one_line(tmp_path: Path) -> None:
    """As on a bare Debian: python3 is there, ensurepip is not, and the user is not root."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "dirname", "sed", "cat", "cksum", "rm", "env"):
        found = shutil.which(name)
        assert found
        (tools / name).symlink_to(found)
    (tools / "id").write_text("#!/bin/sh\necho 1000\n", encoding="utf-8")
    python = '#!/bin/sh\ncase "$2" in *ensurepip*) exit 1 ;; esac\nexit 0\n'
    (tools / "python3").write_text(python, encoding="utf-8")
    for name in ("id", "python3"):
        (tools / name).chmod(0o755)
    clone = tmp_path / "clone"
    clone.mkdir()
    shutil.copy(ROOT / "run", clone / "run")
    shutil.copytree(ROOT / "requirements", clone / "requirements")
    done = subprocess.run(
        [str(clone / "run"), "demo"], capture_output=True, env={"PATH": str(tools)}, check=False
    )
    assert done.returncode == 7
    assert b"apt-get install -y python3-venv" in done.stderr


def test_lock_files_hold_hashes_and_no_addresses() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "http" not in text
        assert "--index" not in text
        entries = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
        assert entries
        assert text.count("--hash=sha256:") >= len(entries)
