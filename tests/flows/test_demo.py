"""The demonstration's book: filled once, found again, begun anew when cut off, never in another's."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from tests import hours
from tests.cli.command import ROOT, Run, motocho

SMALL = ("demo", "--members", "6", "--years", "1", "--no-site")


def at(home: Path, *arguments: str) -> Run:
    return motocho(*arguments, MOTOCHO_HOME=str(home), DATABASE_URL="")


def demo(home: Path) -> Run:
    return at(home, *SMALL, "--into", str(home / "sheets"))


def test_filled_once_and_found_again(home: Path) -> None:
    first = demo(home)
    assert first.code == 0, first.err
    for part in (
        "4. 架空の会員9人の帳簿",
        "5. 昨夜の締め",
        "6. 会員",
        "最後の入金の説明",
        "7. 続けて",
    ):
        assert part in first.text
    again = demo(home)
    assert again.text == first.text
    assert "帳簿を作っています" not in again.err
    assert at(home, "ledger", "verify").code == 0


def test_book_of_somebody_else_is_not_touched(home: Path) -> None:
    names = ("--family-name", "佐藤", "--given-name", "花子")
    kana = ("--family-kana", "サトウ", "--given-kana", "ハナコ")
    person = (*names, *kana, "--born-on", "1985-04-01")
    assert at(home, "db", "migrate").code == 0
    added = at(home, "member", "add", "00000001", *person)
    assert added.code == 0, added.err
    before = at(home, "member", "show", "00000001", "--json").document
    refused = demo(home)
    assert refused.code == 6
    assert "何も変えていません" in refused.err
    after = at(home, "member", "show", "00000001", "--json").document
    assert after == before


def test_filling_that_was_cut_off_is_begun_anew(home: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "motocho", *SMALL, "--into", home / "sheets"],
        env={**os.environ, "PYTHONPATH": hours.path(), "MOTOCHO_HOME": str(home), "DATABASE_URL": ""},
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    seals = home / "seals" / "seals.txt"
    while not (seals.exists() and len(seals.read_text(encoding="ascii").splitlines()) > 50):
        assert process.poll() is None, "it was cut off too late"
        time.sleep(0.05)
    process.kill()
    process.wait()
    whole = demo(home)
    assert whole.code == 0, whole.err
    assert "4. 架空の会員9人の帳簿" in whole.text
    assert at(home, "ledger", "verify").code == 0
