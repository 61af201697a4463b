"""Running the command as a person or a program does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import hours

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"


@dataclass(frozen=True)
class Run:
    code: int
    out: bytes
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)

    @property
    def text(self) -> str:
        return self.out.decode()


def motocho(*arguments: str | Path, stdin: bytes = b"", **environment: str) -> Run:
    """`motocho …` in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "motocho", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": hours.path(), **environment},
        cwd=ROOT,
        check=False,
    )
    return Run(done.returncode, done.stdout, done.stderr.decode())
