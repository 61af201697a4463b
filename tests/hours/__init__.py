"""The clock of the tests: the real one, moved out of the weekly maintenance.

On Mondays from 1:00 to 5:00 the site changes nothing, and tests that look at a whole day's work run
on the real clock. In those hours, and so long before them that a run may reach into them, the clock
of this run stands six hours ahead; so it does in every process that the tests start (PYTHONPATH
finds `sitecustomize` here). `MOTOCHO_TESTS_AT=2026-11-23T02:00+09:00` begins a run at a moment,
which is how to see what holds in the maintenance itself.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

from motocho.outside import clock
from motocho.people.access import MAINTENANCE

AT, MOVED_SECONDS = "MOTOCHO_TESTS_AT", "MOTOCHO_TESTS_MOVED_SECONDS"
AHEAD = timedelta(hours=6)
RUN = timedelta(hours=1)
"""Longer than a run takes; before Monday's first hour it is still Sunday."""
SOURCES = Path(__file__).parents[2] / "src"
_real_now = clock.now


def moved(at: datetime) -> timedelta:
    """How far the clock of a run that begins at a moment stands ahead.

    >>> from motocho.outside.clock import JAPAN
    >>> begins = (datetime(2026, 11, 23, 0, 1), datetime(2026, 11, 23, 4, 59))
    >>> [moved(one.replace(tzinfo=JAPAN)) == AHEAD for one in begins]
    [True, True]
    >>> moved(datetime(2026, 11, 23, 5, 0, tzinfo=JAPAN)), moved(datetime(2026, 11, 24, 2, 0, tzinfo=JAPAN))
    (datetime.timedelta(0), datetime.timedelta(0))
    """
    weekday, first, last = MAINTENANCE
    here = at.astimezone(clock.JAPAN)
    begins = datetime.combine(here.date(), first, clock.JAPAN) - RUN
    ends = datetime.combine(here.date(), last, clock.JAPAN)
    return AHEAD if here.weekday() == weekday and begins <= here < ends else timedelta(0)


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
    clock.now = lambda: _real_now() + ahead


def path(others: str = str(SOURCES)) -> str:
    """PYTHONPATH of a process that a test starts: our sources, and the moved clock if it is."""
    mover = str(Path(__file__).parent) if MOVED_SECONDS in os.environ else ""
    return os.pathsep.join(filter(None, (mover, others)))
