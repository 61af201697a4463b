"""What is slow to import is imported only where it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tests.cli.command import EXAMPLES, ROOT

PROBE = """
import sys
from motocho.cli.app import run
code = run(sys.argv[1:])
print(",".join(sorted({name.split(".")[0] for name in sys.modules})), file=sys.stderr)
raise SystemExit(code)
"""
HEAVY = {"django", "numba", "numpy", "llvmlite", "openpyxl", "typst", "python_calamine", "psycopg"}


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        (["recalc", "run", "examples/case.json", "--json"], set()),
        (["recalc", "run", "examples/history.csv"], set()),
        (["recalc", "run", "examples/case.json", "--out", "csv"], set()),
        (["recalc", "run", "examples/case.json", "--out", "pdf"], {"typst"}),
        (["recalc", "run", "examples/case.json", "--out", "xlsx"], {"openpyxl", "numpy"}),
        (["recalc", "explain", "examples/case.json", "--row", "2"], set()),
        (["fee", "--amount-in-dispute", "105万"], set()),
        (["history", "check", "examples/history.csv"], set()),
    ],
)
def test_command_imports_only_what_it_uses(arguments: list[str], allowed: set[str]) -> None:
    assert EXAMPLES.exists()
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments],
        capture_output=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": ""},
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    loaded = set(done.stderr.decode().splitlines()[-1].split(","))
    assert not (HEAVY - allowed) & loaded
