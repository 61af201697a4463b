"""The error gallery of bank files: every broken file with the faults it gets.

A folder of `errors/` holds `input.txt` and `expected.json`: what is wrong with it in one sentence,
who reads it, and every fault. `MOTOCHO_GOLDEN=write` writes what is found, and README.md; the difference is to be
looked at.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.outside.bank.samples import NEAR_ON

from motocho.outside import bank
from motocho.units.errors import FaultyInput

HERE = Path(__file__).parent / "errors"
CASES = sorted(path for path in HERE.iterdir() if path.is_dir())
WRITES = os.environ.get("MOTOCHO_GOLDEN") == "write"
FEWEST = 35
SHOWN = 6
"""Faults of one case that README.md shows."""

READERS: dict[str, Callable[..., Any]] = {
    "transfers": bank.read_transfers,
    "debits": bank.read_debits,
    "debit_answers": bank.read_debit_answers,
    "statements": bank.read_statements,
}


def found(case: Path) -> list[dict[str, object]]:
    """The faults of a case; a file that is taken is a failure."""
    data = (case / "input.txt").read_bytes()
    read = READERS[expected(case)["reader"]]
    with pytest.raises(FaultyInput) as refused:
        read(data, near_on=NEAR_ON, file="input.txt")
    return [fault.document() for fault in refused.value.faults]


def expected(case: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    return content


def readme() -> str:
    lines = [
        "# The errors a bank file can have",
        "",
        "Each folder here is one broken file with the messages it gets; this page is written from them",
        "(`./run golden`). Line and bytes stand before the message; → is what mends it.",
        "",
    ]
    for case in CASES:
        content = expected(case)
        lines += [f"## {case.name}", "", content["about"], ""]
        for message in content["faults"][:SHOWN]:
            place = ", ".join(str(message[key]) for key in ("line", "column") if message[key])
            where = f"({place}) " if place else ""
            lines.append(f"- `{message['code']}` {where}{message['what_ja']} → {message['fix_ja']}")
            lines.append(f"  {message['what_en']} → {message['fix_en']}")
        if len(content["faults"]) > SHOWN:
            lines.append(f"- … {len(content['faults']) - SHOWN} more")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_gives_its_messages(case: Path) -> None:
    known = expected(case)
    faults = found(case)
    if WRITES:
        content = {"about": known["about"], "reader": known["reader"], "faults": faults}
        text = json.dumps(content, ensure_ascii=False, indent=1)
        (case / "expected.json").write_text(text + "\n", encoding="utf-8")
        return
    assert faults == known["faults"]
    assert faults


def test_readme_is_current() -> None:
    path = HERE / "README.md"
    if WRITES:
        path.write_text(readme(), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == readme()


def test_gallery_is_large() -> None:
    assert len(CASES) >= FEWEST
