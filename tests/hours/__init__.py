"""The clock of the tests: the real one, moved out of the hours in which a run would not be of one day.

A run that crosses midnight would hold yesterday's date against today's, and on Mondays from 1:00 to
5:00 the site changes nothing, while tests look at a whole day's work on the real clock. Where a run
that begins now would reach into either, the clock of this run stands whole hours ahead; so it does
in every process that the tests start (PYTHONPATH finds `sitecustomize` here).
`MOTOCHO_TESTS_AT=2026-11-23T02:00+09:00` begins a run at a moment, which is how to see what holds in
the maintenance itself.
"""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from motocho.outside import clock
from motocho.people.access import MAINTENANCE

AT, MOVED_SECONDS = "MOTOCHO_TESTS_AT", "MOTOCHO_TESTS_MOVED_SECONDS"
RUN = timedelta(hours=1)
"""Longer than a run takes; before Monday's first hour it is still Sunday."""
SOURCES = Path(__file__).parents[2] / "src"
_real_now: Callable[[], datetime] = inspect.unwrap(clock.now)
"""Not moved, in a process too that began with a moved one (`sitecustomize`)."""


def moved(at: datetime) -> timedelta:
    """How far the clock of a run that begins at a moment stands ahead: the fewest whole hours.

    >>> from motocho.outside.clock import JAPAN
    >>> def hours(day: int, hour: int, minute: int = 0) -> int:
    ...     return moved(datetime(2026, 11, day, hour, minute, tzinfo=JAPAN)) // timedelta(hours=1)
    >>> [hours(23, 0, 1), hours(23, 4, 59), hours(23, 5), hours(24, 2)]  # the 23rd is a Monday
    [5, 1, 0, 0]
    >>> [hours(22, 23), hours(22, 23, 1), hours(23, 23, 30), hours(24, 0)]  # before a midnight
    [0, 6, 1, 0]
    """
    ahead = timedelta(0)
    while not _of_one_day((at + ahead).astimezone(clock.JAPAN)):
        ahead += timedelta(hours=1)
    return ahead


def _of_one_day(begins: datetime) -> bool:
    weekday, _, last = MAINTENANCE
    early = begins.weekday() == weekday and begins.time() < last
    return not early and (begins + RUN - timedelta.resolution).date() == begins.date()


def begin() -> None:
    """Move the clock of this process, and of those that it starts, where that is needed."""
    if MOVED_SECONDS not in os.environ:
        wanted, now = os.environ.get(AT), clock.now()
        ahead = datetime.fromisoformat(wanted) - now if wanted else moved(now)
        if not ahead:
            return
        os.environ[MOVED_SECONDS] = str(ahead.total_seconds())
        os.environ["PYTHONPATH"] = path(os.environ.get("PYTHONPATH", ""))
    ahead = timedelta(seconds=float(os.environ[MOVED_SECONDS]))

    @functools.wraps(_real_now)
    def moved_now() -> datetime:
        return _real_now() + ahead

    clock.now = moved_now


def path(others: str = str(SOURCES)) -> str:
    """PYTHONPATH of a process that a test starts: our sources, and the moved clock if it is."""
    mover = str(Path(__file__).parent) if MOVED_SECONDS in os.environ else ""
    return os.pathsep.join(filter(None, (mover, others)))
