"""`motocho claim case`: the studio's cases on the command line, while it runs and while it does not."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from tests.cli.command import ROOT, motocho
from tests.database import folder_for_anyone

PREPARE = """
from datetime import date, datetime
from motocho.config.studio import attending
with attending():
    from motocho.office import cases
    from motocho.office.tracker import Kind, Made, Told, keeping
    from motocho.outside.clock import JAPAN
    at = datetime(2026, 11, 22, 10, tzinfo=JAPAN)
    one = cases.open_case({"client": "甲野花子", "lender": "アコム"}, actor="x", at=at)
    told = Told(Kind.STEP, date(2026, 11, 2), {"step": "disclosure_asked"}, "a")
    keeping.note(one, told, Made("x", at))
    cases.open_case({"client": "乙山次郎"}, actor="x", at=at)
"""


@pytest.fixture(scope="module")
def home() -> Path:
    """A studio with two cases, in a folder of its own."""
    folder = folder_for_anyone()
    environment = {
        "MOTOCHO_STUDIO_HOME": str(folder),
        "PYTHONPATH": str(ROOT / "src"),
        "PATH": "/usr/bin:/bin",
    }
    subprocess.run([sys.executable, "-c", PREPARE], env=environment, check=True, cwd=ROOT)
    return folder


def test_list_show_next_and_due(home: Path) -> None:
    at = ("--home", home, "--on", "2026-11-22")
    listed = motocho("claim", "case", "list", *at, "--json")
    assert listed.code == 0, listed.err
    first, second = listed.document["cases"]
    assert (first["next_step"], second["next_step"]) == ("history_received", "engaged")
    assert first["days"][0]["act_by"] == "2026-12-02"
    shown = motocho("claim", "case", "next", "1", *at)
    assert "取引履歴が届いた" in shown.text
    assert "2026-12-02" in shown.text
    due = motocho("claim", "case", "due", *at, "--json").document["due"]
    assert [one["case_id"] for one in due] == [1]


def test_calendar_and_export_are_files(home: Path, tmp_path: Path) -> None:
    made = motocho("claim", "case", "calendar", "--home", home)
    assert made.out.startswith(b"BEGIN:VCALENDAR\r\n")
    assert made.out.count(b"BEGIN:VEVENT") == 1
    done = motocho("claim", "case", "export", "1", "--home", home, "-o", tmp_path / "one.zip")
    assert done.code == 0, done.err
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert "case.json" in archive.namelist()


def test_case_that_is_not_there_is_not_found(home: Path) -> None:
    assert motocho("claim", "case", "show", "99", "--home", home).code == 4
