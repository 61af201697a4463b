"""What opens files that anybody made is kept off by the kernel itself, where it can; what is said to hold does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.ocr.scans import FONTS
from tests.office.test_intake import HEAD, ROWS, text_pdf

SOURCE = os.fspath(FONTS.parents[2])
TRIES = """
import ctypes, json, os, sys, threading
sys.path.insert(0, sys.argv[1])
from motocho.office._apart import child, fences
native = ctypes.CDLL(None, use_errno=True)
def read(path):
    try:
        with open(path, "rb") as file: return len(file.read())
    except OSError as wrong: return type(wrong).__name__
def write(path):
    try: os.close(os.open(path, os.O_WRONLY | os.O_CREAT)); return "done"
    except OSError as wrong: return type(wrong).__name__
def tries():
    return {"own": read(sys.argv[2]), "system": read("/etc/passwd"), "parent": read(f"/proc/{os.getppid()}/environ"),
        "listed": read(os.path.dirname(sys.argv[2])), "written": write(sys.argv[2] + ".made"),
        "socket": native.socket(1, 1, 0), "program": native.execv(b"/bin/true", None),
        "trace": native.ptrace(16, os.getppid(), 0, 0)}
"""
ASK = (
    TRIES
    + """
found = {"before": read(sys.argv[2]), "held": sorted(one.value for one in fences.fence_off()), "main": tries()}
other = threading.Thread(target=lambda: found.update(thread=tries()))
other.start(); other.join()
print(json.dumps(found))
"""
)
AFTER_READING = (
    TRIES
    + """
out = open(os.devnull, "wb")
child.main("text", 1, sys.stdin.buffer, out)
print(json.dumps({"main": tries_native()}))
""".replace("tries_native()", "{'own': read(sys.argv[2]), 'socket': native.socket(1, 1, 0)}")
)


def asked(program: str, secret: Path, data: bytes = b"") -> dict[str, Any]:
    run = subprocess.run(
        [sys.executable, "-I", "-B", "-c", program, SOURCE, os.fspath(secret)],
        input=data,
        capture_output=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(run.stdout)
    return found


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file of the same user, as a client's papers are."""
    path = tmp_path / "client.txt"
    path.write_text("of a client")
    return path


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="fences are of Linux")
def test_what_is_said_to_hold_holds_in_every_thread(secret: Path) -> None:
    found = asked(ASK, secret)
    assert found["before"] == 11
    held = found["held"]
    if not held:
        pytest.skip("this kernel has neither Landlock nor filters for everybody")
    for tries in (found["main"], found["thread"]):
        if "files" in held:
            kept = (tries["own"], tries["system"], tries["parent"], tries["written"])
            assert kept == ("PermissionError",) * 4
        if "calls" in held:
            assert (tries["socket"], tries["program"], tries["trace"]) == (-1, -1, -1)
    assert not Path(f"{secret}.made").exists() or "files" not in held


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="fences are of Linux")
def test_child_that_has_read_a_file_reads_no_other(secret: Path) -> None:
    if "files" not in asked(ASK, secret)["held"]:
        pytest.skip("this kernel has no Landlock")
    found = asked(AFTER_READING, secret, text_pdf([HEAD, *ROWS]))
    assert found["main"] == {"own": "PermissionError", "socket": -1}
