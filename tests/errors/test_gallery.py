"""The error gallery: every broken input with the faults and warnings it gets.

A folder holds `input.*`, unless made.py makes it, and `expected.json`: what is wrong with it in one sentence, and every fault and warning as the check
command gives them. `MOTOCHO_GOLDEN=write` writes what is found, and README.md, the reference of
messages; the difference is to be looked at.
"""

from __future__ import annotations

import json
import os
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from tests.errors.made import MADE

from motocho.claims import reading
from motocho.units.errors import Fault, FaultyInput

HERE = Path(__file__).parent
CASES = sorted(path for path in HERE.iterdir() if path.is_dir() and path.name != "__pycache__")
WRITES = os.environ.get("MOTOCHO_GOLDEN") == "write"
SHOWN = 14
"""Messages of one case that README.md shows."""
SLOWEST_SECONDS = 2
LARGEST_GROWTH_BYTES = 300 << 20


def input_of(case: Path) -> tuple[str, bytes]:
    if case.name in MADE:
        name, make = MADE[case.name]
        return name, make()
    (path,) = case.glob("input.*")
    return path.name, path.read_bytes()


def found(case: Path) -> dict[str, Any]:
    """What reading the case gives; a traceback is a failure, whatever the input."""
    name, data = input_of(case)
    faults: tuple[Fault, ...] = ()
    tracemalloc.start()
    begun = time.perf_counter()
    try:
        warnings = reading.read(data, file=name).warnings
    except FaultyInput as error:
        faults, warnings = error.faults, error.warnings
    seconds = time.perf_counter() - begun
    grown = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert seconds < SLOWEST_SECONDS * 4, f"{seconds:.1f} s under tracing"
    assert grown < LARGEST_GROWTH_BYTES
    return {
        "faults": [fault.document() for fault in faults],
        "warnings": [warning.document() for warning in warnings],
    }


def expected(case: Path) -> dict[str, Any]:
    path = case / "expected.json"
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return content


def readme() -> str:
    lines = [
        "# The errors a history can have",
        "",
        "Each folder here is one broken input with the messages it gets; this page is written from them",
        "(`./run golden`). The place (line, column) stands before the message; → is what mends it.",
        "",
    ]
    for case in CASES:
        content = expected(case)
        name = next((path.name for path in case.glob("input.*")), "made by made.py")
        lines += [f"## {case.name}", "", f"{content['about']} (`{name}`)", ""]
        for kind in ("faults", "warnings"):
            for message in content[kind][:SHOWN]:
                where = ", ".join(
                    str(part) for part in (message["line"], message["column"]) if part is not None
                )
                mark = "" if kind == "faults" else "⚠ "
                place = f"({where}) " if where else ""
                lines.append(
                    f"- {mark}`{message['code']}` {place}{message['what_ja']} → {message['fix_ja']}"
                )
                lines.append(f"  {message['what_en']} → {message['fix_en']}")
            if len(content[kind]) > SHOWN:
                lines.append(f"- … {len(content[kind]) - SHOWN} more, the last of them:")
                lines.append(f"  `{content[kind][-1]['code']}` {content[kind][-1]['what_ja']}")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_gives_its_messages(case: Path) -> None:
    content = found(case)
    known = expected(case)
    assert known.get("about"), "say in expected.json what is wrong with the input"
    if WRITES:
        text = json.dumps({"about": known["about"], **content}, ensure_ascii=False, indent=1)
        (case / "expected.json").write_text(text + "\n", encoding="utf-8")
        return
    assert content == {"faults": known["faults"], "warnings": known["warnings"]}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_is_refused_or_warned_of(case: Path) -> None:
    """Nothing broken passes in silence, and every message says what to do."""
    known = expected(case)
    assert known["faults"] or known["warnings"]
    for message in (*known["faults"], *known["warnings"]):
        assert message["what_ja"]
        assert message["fix_ja"]


def test_readme_is_current() -> None:
    path = HERE / "README.md"
    if WRITES:
        path.write_text(readme(), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == readme()


def test_gallery_is_large() -> None:
    assert len(CASES) >= 45
