"""`motocho demo` and the small commands."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from scripts import sample_history
from tests.cli.command import motocho

from motocho.cli import _demonstration as demo
from motocho.outside import clock


def test_sample_is_what_its_program_writes() -> None:
    assert demo.sample_bytes() == sample_history.text().encode("utf-8-sig")


def test_demo_finds_the_planted_error_and_writes_the_sheets(tmp_path: Path) -> None:
    run = motocho("demo", "--no-book", "--into", tmp_path)
    assert run.code == 0
    assert "返済 51,000円 は 15,000円 ではありませんか" in run.text
    for name in demo.SHEETS.values():
        assert (tmp_path / name).stat().st_size > 1_000
        assert name in run.text


def test_demo_in_english(tmp_path: Path) -> None:
    run = motocho("demo", "--no-book", "--into", tmp_path, "--lang", "en")
    assert "yen overpaid" in run.text


def test_demo_into_a_file_is_usage(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert motocho("demo", "--no-book", "--into", tmp_path / "file").code == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_completion_scripts(shell: str, tmp_path: Path) -> None:
    run = motocho("completion", shell)
    assert run.code == 0
    assert "_MOTOCHO_COMPLETE" in run.text
    if shell == "bash":
        script = tmp_path / "motocho.bash"
        script.write_bytes(run.out)
        done = subprocess.run(["bash", "-n", script], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()


def test_version_and_help() -> None:
    assert motocho("--version").text.startswith("motocho ")
    for arguments in ([], ["--help"], ["recalc", "--help"], ["recalc", "run", "--help"]):
        run = motocho(*arguments)
        assert run.code in {0, 2}
        assert "Usage" in run.text + run.err


@pytest.mark.parametrize(
    "command",
    [
        ["recalc", "run"],
        ["recalc", "batch"],
        ["recalc", "explain"],
        ["recalc", "compare"],
        ["recalc", "differ"],
        ["recalc", "deduction"],
        ["history", "check"],
        ["fee"],
        ["demo"],
        ["completion"],
    ],
)
def test_every_command_shows_two_examples(command: list[str]) -> None:
    text = motocho(*command, "--help").text
    assert text.count("motocho " + " ".join(command)) >= 2


def test_business_date_is_of_japan() -> None:
    assert clock.now().utcoffset() == clock.JAPAN.utcoffset(None)
    assert clock.business_date() == clock.now().date()
