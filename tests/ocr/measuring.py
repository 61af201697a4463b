"""How scans come out, measured page by page: each page's reading is kept, so that a run goes on where it stopped.

    python -m tests.ocr.measuring 0-124           what came out, a line a page
    python -m tests.ocr.measuring 4 32 33         these pages
    python -m tests.ocr.measuring angled/0-7      these pages, each suffering so

A kept reading counts only for the program that made it: its folder is named by the text of what reads.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from tests.ocr import scans
from tests.ocr.scans import Printed, Scan, scan

from motocho.claims.transcripts import (
    CheckedLine,
    Content,
    Page,
    Repaired,
    Standing,
    guess_columns,
    page_from,
    repair,
    transcribe,
)
from motocho.office import _apart
from motocho.office.intake import read
from motocho.units.errors import FaultyInput

PROCESSES = int(os.environ.get("MOTOCHO_OCR_PROCESSES", "2"))
HOME = Path(os.environ.get("MOTOCHO_HOME", ".motocho")) / "ocr-measured"
"""Where readings are kept."""


def program() -> str:
    """Which program reads: a word over its text, the engine's version and the maker of the scans."""
    told = hashlib.sha256()
    for name in ("rapidocr", "onnxruntime", "opencv-python-headless"):
        told.update(version(name).encode())
    for path in (*sorted(Path(_apart.__file__).parent.glob("*.py")), Path(scans.__file__)):
        told.update(path.read_bytes())
    return told.hexdigest()[:12]


@dataclass
class Tally:
    """How the cells of some scans came out."""

    amounts: int = 0
    right: int = 0
    flagged: int = 0
    rows: int = 0
    missing_rows: int = 0
    days_wrong_in_silence: int = 0
    silent: list[str] = field(default_factory=list)
    looked_at: int = 0
    corrected: int = 0
    by_damage: Counter[str] = field(default_factory=Counter)
    wrong_by_damage: Counter[str] = field(default_factory=Counter)
    hardest: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    """Pages that were refused or took too long: said to the person, nothing of them goes in."""
    made_up: list[str] = field(default_factory=list)
    """Lines that no printed row is behind."""

    def count(self, one: Scan, pages: tuple[Page, ...]) -> None:
        """One page more."""
        place = f"seed {one.seed} {one.layout} {one.damage}"
        found = repair(transcribe(pages, guess_columns(pages)))
        self.rows += len(one.rows)
        if pages and not found.lines:
            self.unread.append(f"{place}: no columns found")
        self.looked_at += found.count(Standing.DOUBTFUL)
        self.corrected += found.count(Standing.CORRECTED)
        if not pages:
            self.unread.append(place)
        partner = paired(one.rows, found)
        for to in sorted(set(range(len(found.lines))) - set(partner.values())):
            self.made_up.append(f"{place} line {to + 1}: printed nowhere")
            if not found.lines[to].doubtful():
                self.silent.append(self.made_up[-1])
        for at, printed in enumerate(one.rows):
            if at in partner:
                self._row(one, printed, found.lines[partner[at]], f"{place} row {at + 1}")
                continue
            after = next(
                (partner[later] for later in range(at, len(one.rows)) if later in partner), None
            )
            told = "" if found.lines else "as nothing of the page came"
            if after is not None and found.lines[after].doubtful():
                told = "the row after it is flagged"
            self._lost(one, f"{place} row {at + 1}", told)

    def _lost(self, one: Scan, place: str, told: str) -> None:
        """A row that did not come at all: said where the row behind it does not follow."""
        self.amounts += 2
        self.missing_rows += 1
        self.by_damage[one.damage] += 2
        self.wrong_by_damage[one.damage] += 2
        if told:
            self.hardest.append(f"{place}: lost, {told}")
        else:
            self.silent.append(f"{place}: lost")

    def _row(self, one: Scan, printed: Printed, line: CheckedLine, place: str) -> None:
        self.amounts += 2
        self.by_damage[one.damage] += 2
        money = Content.BORROW if printed.way == 1 else Content.REPAY
        for content, yen in ((money, printed.yen), (Content.BALANCE, printed.balance_yen)):
            cell = line.cells.get(content)
            if cell is not None and cell.text == str(yen):
                self.right += 1
                continue
            self.wrong_by_damage[one.damage] += 1
            said = f"{place} {content.value}: {yen} as {cell and cell.seen!r}"
            if line.doubtful():
                self.flagged += 1
                self.hardest.append(said)
            else:
                self.silent.append(said)
        day = line.cells[Content.DATE]
        wrong_day = day.text != printed.on.isoformat() and day.standing is not Standing.DOUBTFUL
        self.days_wrong_in_silence += wrong_day


def paired(rows: tuple[Printed, ...], found: Repaired) -> dict[int, int]:
    """Each printed row's line: the place of one to the place of the other.

    Why       a row that is lost must not make all rows behind it count as wrong, nor as right.
    """
    if len(rows) == len(found.lines):
        return {at: at for at in range(len(rows))}
    return _alignment([_signs_of_row(row) for row in rows], [_signs_of(x) for x in found.lines])


def _signs_of_row(row: Printed) -> tuple[str, str, str]:
    return row.on.isoformat(), str(row.yen), str(row.balance_yen)


def _signs_of(line: CheckedLine) -> tuple[str, str, str]:
    money = next((c.text for k, c in line.cells.items() if k in _MONEY), "")
    balance = line.cells.get(Content.BALANCE)
    return line.cells[Content.DATE].text, money, balance.text if balance else ""


_MONEY = (Content.BORROW, Content.REPAY, Content.AMOUNT)


def _alignment(
    first: list[tuple[str, str, str]], second: list[tuple[str, str, str]]
) -> dict[int, int]:
    """The longest common row of rows, by how much of each pair is the same."""
    best = [[0] * (len(second) + 1) for _ in range(len(first) + 1)]
    for at in reversed(range(len(first))):
        for to in reversed(range(len(second))):
            same = sum(x == y for x, y in zip(first[at], second[to], strict=True))
            best[at][to] = max(
                best[at + 1][to], best[at][to + 1], best[at + 1][to + 1] + same if same else 0
            )
    at = to = 0
    found: dict[int, int] = {}
    while at < len(first) and to < len(second):
        if best[at][to] == best[at + 1][to]:
            at += 1
        elif best[at][to] == best[at][to + 1]:
            to += 1
        else:
            found[at] = to
            at, to = at + 1, to + 1
    return found


def read_all(chosen: Iterable[Scan]) -> Iterator[tuple[Scan, tuple[Page, ...]]]:
    """Each scan in a process of its own, some at a time."""
    with ThreadPoolExecutor(PROCESSES) as pool:
        yield from pool.map(lambda one: (one, read(one.data)), chosen)


class Asked(NamedTuple):
    """A page by its seed; damage goes round unless it is named."""

    seed: int
    damage: str = ""

    def file_name(self) -> str:
        """Where its reading is kept."""
        return f"{self.damage}{self.seed}.json"


def read_kept(asked: Iterable[Asked]) -> Iterator[tuple[Scan, tuple[Page, ...]]]:
    """The same, each reading kept; one that was kept by this program is not made again."""
    folder = HOME / program()
    folder.mkdir(parents=True, exist_ok=True)

    def one_of(one: Asked) -> tuple[Scan, tuple[Page, ...]]:
        made, path = scan(one.seed, damage=one.damage), folder / one.file_name()
        if not path.exists():
            since = monotonic()
            try:
                pages, fault = read(made.data), ""
            except FaultyInput as refused:
                pages, fault = (), refused.faults[0].code
            document = {
                "seconds": round(monotonic() - since, 1),
                "fault": fault,
                "pages": [page.document() for page in pages],
            }
            path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
        told = json.loads(path.read_text("utf-8"))
        return made, tuple(map(page_from, told["pages"]))

    with ThreadPoolExecutor(PROCESSES) as pool:
        yield from pool.map(one_of, asked)


def measured(asked: Iterable[Asked]) -> Tally:
    """All of some pages; what each page came to is told as soon as it is known."""
    whole = Tally()
    told = HOME / "told.txt"
    told.parent.mkdir(parents=True, exist_ok=True)
    with told.open("a", encoding="utf-8") as out:
        for one, pages in read_kept(asked):
            own = Tally()
            own.count(one, pages)
            whole.count(one, pages)
            said = f"{own.right} of {own.amounts} right, {own.looked_at} to look at"
            line = f"seed {one.seed} {one.layout} {one.damage}: {said}"
            for hard in [f"SILENT {x}" for x in own.silent] + own.hardest:
                line += f"\n    {hard}"
            print(line, file=out, flush=True)
    return whole


def asked_of(words: Iterable[str]) -> Iterator[Asked]:
    """Pages as they are asked for on the command line."""
    for word in words:
        *damage, seeds = word.split("/")
        first, _, last = seeds.partition("-")
        for seed in range(int(first), int(last or first) + 1):
            yield Asked(seed, *damage)


if __name__ == "__main__":
    found = measured(asked_of(sys.argv[1:]))
    print(
        f"{found.right} of {found.amounts} right, {found.flagged} flagged, {found.missing_rows} lost"
    )
    print("\n".join([*(f"SILENT {one}" for one in found.silent), *found.hardest]))
