"""The package from its own wheel, in an empty folder, far from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.tidy.source import ROOT

UV = Path(sys.executable).parent / "uv"


def call(*command: str | Path, cwd: Path, **more: str) -> bytes:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**environment, **more},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel and its dependencies as locked; the folder of commands."""
    folder = tmp_path_factory.mktemp("wheel")
    build = (UV, "build", "--wheel", "--no-build-isolation", "--python", sys.executable)
    call(*build, "-o", folder / "dist", cwd=ROOT)
    wheel = next((folder / "dist").glob("*.whl"))
    call(UV, "venv", "-q", "--python", sys.executable, folder / "env", cwd=folder)
    python = folder / "env" / "bin" / "python"
    install = (UV, "pip", "install", "-q", "--python", python)
    call(*install, wheel, "-c", ROOT / "requirements" / "run.txt", cwd=folder)
    return folder / "env" / "bin"


def test_demo_runs_writes_its_sheets_and_fills_a_book(
    installed: Path, tmp_path: Path, home: Path
) -> None:
    own = {"MOTOCHO_HOME": str(home), "MOTOCHO_CALLED_AS": ""}
    small = ("demo", "--members", "5", "--years", "1", "--no-site")
    shown = call(installed / "motocho", *small, cwd=tmp_path, **own).decode()
    assert "51,000" in shown
    assert "motocho ledger verify" in shown
    call(installed / "motocho", "ledger", "verify", cwd=tmp_path, **own)
    for name in ("recalculation.pdf", "recalculation.xlsx", "recalculation.csv"):
        assert (tmp_path / "demo" / name).stat().st_size > 5_000


def test_law_and_fonts_came_along(installed: Path, tmp_path: Path) -> None:
    fee = ("fee", "--amount-in-dispute", "140万", "--on", "2026-05-21")
    assert "13,400" in call(installed / "motocho", *fee, cwd=tmp_path).decode()
    case = '{"events":[{"date":"2001-01-10","kind":"borrow","amount":200000}]}'
    (tmp_path / "case.json").write_text(case, encoding="utf-8")
    call(installed / "motocho", "recalc", "run", "case.json", "-o", "sheet.pdf", cwd=tmp_path)
    assert b"BIZUDPGothic" in (tmp_path / "sheet.pdf").read_bytes()


def test_batch_works_without_the_compiled_extra(installed: Path, tmp_path: Path) -> None:
    case = '{"events":[{"date":"2001-01-10","kind":"borrow","amount":200000}]}\n'
    (tmp_path / "cases.jsonl").write_text(case * 1_200, encoding="utf-8")
    out = call(installed / "motocho", "recalc", "batch", "cases.jsonl", cwd=tmp_path)
    assert len(out.splitlines()) == 1_200


def test_wheel_is_what_it_says(installed: Path) -> None:
    listed = call(UV, "pip", "list", "--python", installed / "python", cwd=installed).decode()
    assert "motocho" in listed
    assert "numba" not in listed
