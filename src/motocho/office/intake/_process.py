"""The parsers' own process: started, fed, listened to, ended [別プロセスの運転].

Nothing of a file is opened here. What comes back is JSON and pictures made anew.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import IO, Any, NamedTuple

from motocho.claims.transcripts import (
    PICTURE_READ,
    PICTURE_UNREAD,
    Page,
    page_from,
    rows_with_numbers,
)
from motocho.units.errors import Fault, FaultyInput, OutsideFailure

_HERE = Path(__file__).parents[3]
"""Where this package lies: the child finds its own modules there."""
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); from motocho.office._apart.child import main; "
    "main(sys.argv[2], int(sys.argv[3]), sys.stdin.buffer, sys.stdout.buffer)"
)
_MISSING = 3
_UNDER = "under"
_SECONDS_A_PAGE = {"text": 60, "scan": 180}
_SLICE_SECONDS = 0.2
_CHUNK = 1 << 16
_OF_OTHERS = 900
"""How sure we are of letters that another program recognised."""
_LONGEST_LINE = 32 << 20
_UNUSABLE = {
    "broken": "INT-002",
    "locked": "INT-003",
    "pages": "INT-004",
    "pixels": "INT-005",
    "small": "INT-006",
    "memory": "INT-007",
    "slow": "INT-008",
}


class Going(Enum):
    """Whether to go on [続行]."""

    ON = "on"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page with its picture, and how many there are [読み取ったページ]."""

    page: Page
    picture: bytes = field(repr=False)
    pages: int


class _Doubted(NamedTuple):
    """A page with letters and a picture, of which either may hold the table."""

    found: ReadPage
    is_under: bool
    """Its letters are somebody's recognition, invisible over the picture."""


class NeedsScan(Exception):
    """A PDF without letters: its pages are pictures [画像のPDF]."""


def pages_of(
    data: bytes, kind: str, *, first: int = 1, going: Callable[[], Going] = lambda: Going.ON
) -> Iterator[ReadPage]:
    """Pages as the child finds them [ページの読取り].

    Takes     kind `text` or `scan`; `going` is asked several times a second: STOP ends the child.
    Why       a page that is a picture among pages with letters is read as one, in its place.
    Raises    FaultyInput where the file cannot be used; OutsideFailure where what recognises text
              is not installed; NeedsScan.
    """
    with tempfile.TemporaryFile() as kept:
        kept.write(data)
        kept.seek(0)
        process = _started(kind, first, kept)
        try:
            for found in _heard(process, kind, going):
                if isinstance(found, int):
                    yield from islice(pages_of(data, "scan", first=found, going=going), 1)
                elif isinstance(found, _Doubted):
                    yield from _of_both(data, found, going)
                else:
                    yield found
        finally:
            _end(process)


def _of_both(data: bytes, doubted: _Doubted, going: Callable[[], Going]) -> Iterator[ReadPage]:
    """The page as its letters say, or as its picture shows where that has more rows.

    Why       letters that a scanner recognised are doubted as what we recognise is; where pictures
              cannot be read, the page says so.
    """
    written = doubted.found
    page = _doubting(written.page) if doubted.is_under else written.page
    try:
        seen = next(pages_of(data, "scan", first=page.number, going=going), None)
    except (FaultyInput, OutsideFailure):
        yield replace(written, page=replace(page, picture=PICTURE_UNREAD))
        return
    if seen is None:
        return  # it was asked to end
    more = rows_with_numbers(seen.page) - rows_with_numbers(page)
    if more > 0 or (doubted.is_under and more == 0):
        yield replace(seen, page=replace(seen.page, picture=PICTURE_READ))
    else:
        yield replace(written, page=page)


def _doubting(page: Page) -> Page:
    rows = [
        tuple(cell._replace(sure_permille=min(cell.sure_permille, _OF_OTHERS)) for cell in row)
        for row in page.rows
    ]
    return replace(page, rows=tuple(rows))


def _started(kind: str, first: int, source: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  # our own interpreter with our own program
        [sys.executable, "-I", "-B", "-c", _START, str(_HERE), kind, str(first)],
        stdin=source,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd=tempfile.gettempdir(),
        env={"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8"},
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (AttributeError, ProcessLookupError):
            process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


class _Stopped(Exception):
    """It was asked to end."""


def _heard(
    process: subprocess.Popen[bytes], kind: str, going: Callable[[], Going]
) -> Iterator[ReadPage | _Doubted | int]:
    """Pages; the number alone of one that is a picture among pages with letters."""
    ear = _Ear(process, _SECONDS_A_PAGE[kind], going)
    try:
        while True:
            told = json.loads(ear.line())
            if "done" in told:
                return
            if "unusable" in told:
                raise _unusable(told["unusable"])
            if "picture_page" in told:
                yield int(told["picture_page"])
                continue
            picture = ear.read(int(told["bytes"]))
            found = ReadPage(page_from(told["page"]), picture, int(told["pages"]))
            how = told["page"].get("pictured")
            yield _Doubted(found, how == _UNDER) if how else found
    except _Stopped:
        return
    except EOFError:
        raise _died(process) from None


def _unusable(why: str) -> Exception:
    if why == "needs_scan":
        return NeedsScan()
    return FaultyInput(Fault(_UNUSABLE.get(why, "INT-002")))


def _died(process: subprocess.Popen[bytes]) -> Exception:
    code = process.wait()
    if code == _MISSING:
        return OutsideFailure(Fault("INT-001"))
    over = {-signal.SIGKILL, -getattr(signal, "SIGXCPU", 24)}
    return FaultyInput(Fault("INT-008" if code in over else "INT-002"))


class _Ear:
    """Listens with a limit of time for each page."""

    def __init__(
        self, process: subprocess.Popen[bytes], seconds: int, going: Callable[[], Going]
    ) -> None:
        self._out: Any = process.stdout
        self._seconds = seconds
        self._going = going
        self._had = b""

    def line(self) -> bytes:
        until = monotonic() + self._seconds
        while b"\n" not in self._had:
            if len(self._had) > _LONGEST_LINE:
                raise FaultyInput(Fault("INT-002"))
            self._more(until)
        line, _, self._had = self._had.partition(b"\n")
        return line

    def read(self, size: int) -> bytes:
        until = monotonic() + self._seconds
        while len(self._had) < size:
            self._more(until)
        taken, self._had = self._had[:size], self._had[size:]
        return taken

    def _more(self, until: float) -> None:
        while True:
            if self._going() is Going.STOP:
                raise _Stopped
            if monotonic() > until:
                raise FaultyInput(Fault("INT-008"))
            ready, _, _ = select.select([self._out], [], [], _SLICE_SECONDS)
            if ready:
                break
        got = os.read(self._out.fileno(), _CHUNK)
        if not got:
            raise EOFError
        self._had += got
