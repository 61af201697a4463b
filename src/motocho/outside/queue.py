"""Jobs by name: put in by a command in its own transaction, worked off by a worker later [ジョブ].

A room calls `enqueue` and knows no worker; `config.worker` maps names to commands. A job carries
ids and nothing else: it looks up what holds when it runs, and nothing personal stands in the queue.
A job that fails is tried again after ever longer times, and ends as failed, for a person to see.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from procrastinate.contrib.django import app

from motocho.units.errors import Fault, NotFoundError, ensure

AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""When a job that need not wait is due [即時]: the database compares by its own clock."""


def enqueue(name: str, **ids: int) -> int:
    """Put a job in the queue, in the caller's transaction; gives its number [ジョブの登録].

    Takes     the name of a task, and ids by name: whole numbers, each name ending in `_id`. Rolled
              back with the transaction, the job never runs.
    """
    _ensure_lawful(name, ids)
    return app.configure_task(name, allow_unknown=True).defer(**ids)


def enqueue_all(name: str, many: Sequence[Mapping[str, int]]) -> None:
    """The same for many jobs of one name at once, in their order [ジョブの一括登録].

    Why       one by one they cost three milliseconds each.
    """
    for ids in many:
        _ensure_lawful(name, ids)
    if many:
        jobs: list[dict[str, Any]] = [dict(ids) for ids in many]
        app.configure_task(name, allow_unknown=True).batch_defer(*jobs)


def _ensure_lawful(name: str, ids: Mapping[str, int]) -> None:
    ensure(connection.in_atomic_block, "a job is put in within a command's transaction", job=name)
    for key, value in ids.items():
        is_id = key.endswith("_id") and type(value) is int
        ensure(is_id, "a job carries ids and nothing else", job=name, argument=key)


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that was tried as often as it may be [失敗したジョブ]."""

    job_id: int
    name: str
    ids: Mapping[str, int]
    attempts: int
    failed_at: datetime | None
    """None where nobody noted it."""


_FAILED = """
SELECT j.id, j.task_name, j.args::text, j.attempts,
    (SELECT max(e.at) FROM procrastinate_events e WHERE e.job_id = j.id)
FROM procrastinate_jobs j WHERE j.status = 'failed' ORDER BY j.id
"""


AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""When a job that need not wait is due [即時]: the database compares by its own clock."""


def failed(cursor: Any) -> list[FailedJob]:
    """Jobs that wait for a person [失敗したジョブの一覧]."""
    cursor.execute(_FAILED)
    return [
        FailedJob(job_id, name, json.loads(ids), attempts, failed_at)
        for job_id, name, ids, attempts, failed_at in cursor.fetchall()
    ]


def try_again(cursor: Any, job_id: int) -> None:
    """Give a failed job to the workers again [ジョブの再実行].

    Raises    NotFoundError if no such job failed.
    """
    cursor.execute("SELECT FROM procrastinate_jobs WHERE id = %s AND status = 'failed'", (job_id,))
    if cursor.fetchone() is None:
        raise NotFoundError(Fault("QUE-001", details={"job": str(job_id)}))
    app.job_manager.retry_job_by_id(job_id, AT_ONCE)
