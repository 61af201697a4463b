"""Readings that go on while nobody looks: one at a time, page by page [読取りの作業].

    job_id = begin(case_id, data, name=…, at=…)      kept first, then read
    carry_on(job_id)                                 after a restart: from the first page not kept
    cancel(job_id)                                   ends the process that reads

What is kept tells where a reading stands, so that another process can go on with it.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import datetime

from django.db import connection

from motocho.claims.transcripts import pages_of_table
from motocho.office.intake import _keeping
from motocho.office.intake._keeping import Job, Stage
from motocho.office.intake._process import Going, NeedsScan, ReadPage, pages_of
from motocho.office.intake._reading import MOST_BYTES, FileKind, kind_of
from motocho.units.errors import Fault, FaultyInput, MotochoError

_one_at_a_time = threading.Semaphore(1)
_guard = threading.Lock()
_live: dict[int, tuple[threading.Thread, threading.Event]] = {}


def begin(case_id: int, data: bytes, *, name: str, at: datetime) -> int:
    """Keep a file and begin to read it; a table is read at once [読取りの開始].

    Raises    FaultyInput for a file that is too large, and for a table that cannot be read.
    """
    if len(data) > MOST_BYTES:
        raise FaultyInput(Fault("INT-009", file=name, details={"limit": f"{MOST_BYTES >> 20}MiB"}))
    kind = kind_of(data)
    pages = pages_of_table(data) if kind is FileKind.TABLE else ()
    job_id = _keeping.add_job(case_id, kind, data, name=name, at=at)
    for page in pages:
        _keeping.add_page(job_id, ReadPage(page, b"", len(pages)))
    if kind is FileKind.TABLE:
        _keeping.add_turn(job_id, "read")
    else:
        carry_on(job_id)
    return job_id


def carry_on(job_id: int) -> None:
    """Read on where a reading stopped, unless it is read already [再開]."""
    with _guard:
        if job_id in _live or _keeping.job_of(job_id).stage is not Stage.READING:
            return
        stop = threading.Event()
        thread = threading.Thread(target=_work, args=(job_id, stop), daemon=True)
        _live[job_id] = thread, stop
        thread.start()


def cancel(job_id: int) -> None:
    """End a reading; what was read of it is not used [取消]."""
    with _guard:
        found = _live.get(job_id)
    if found is not None:
        found[1].set()
    if _keeping.job_of(job_id).stage in {Stage.READING, Stage.READ}:
        _keeping.add_turn(job_id, "cancelled")


def wait(job_id: int, seconds: int) -> None:
    """Wait until this process reads a file no more [待機]."""
    with _guard:
        found = _live.get(job_id)
    if found is not None:
        found[0].join(seconds)


def _work(job_id: int, stop: threading.Event) -> None:
    try:
        with _one_at_a_time:
            _read(_keeping.job_of(job_id), stop)
    finally:
        connection.close()
        with _guard:
            _live.pop(job_id, None)


def _read(job: Job, stop: threading.Event) -> None:
    """All pages that are not kept yet."""
    try:
        kinds = ("text", "scan") if job.kind is FileKind.PDF else ("scan",)
        for kind in kinds:
            with suppress(NeedsScan):
                _read_as(job, kind, stop)
                break
    except MotochoError as error:
        if not stop.is_set():
            _keeping.add_turn(job.job_id, "failed", error.faults[0].code)
        return
    if not stop.is_set():
        _keeping.add_turn(job.job_id, "read")


def _read_as(job: Job, kind: str, stop: threading.Event) -> None:
    def going() -> Going:
        return Going.STOP if stop.is_set() else Going.ON

    data = _keeping.content_of(job)
    for found in pages_of(data, kind, first=job.pages_done + 1, going=going):
        _keeping.add_page(job.job_id, found)
