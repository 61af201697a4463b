"""Tasks that the night found: kept, listed, ended [業務の一覧].

Later rooms read their kinds here (`plan.TaskKind`), do them, and say so; the night itself ends what
has no ground any more.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from motocho.close.plan import End, Task, TaskKind
from motocho.units.errors import Fault, StateConflict


class Outcome(Enum):
    """How a task ended [業務の結果]."""

    DONE = "done"
    MOOT = "moot"
    """What it was for is gone."""
    OUTDATED = "outdated"
    """Its day is over."""


@dataclass(frozen=True, slots=True)
class Found:
    """A task as it is kept [業務]."""

    task_id: int
    task: Task
    found_on: date


_ADD = """
INSERT INTO close_task (member_id, agreement_id, kind, ref, found_on, due_on, until_on, facts)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::date[], %s::date[],
    %s::date[], %s::jsonb[])
ON CONFLICT (member_id, agreement_id, kind, ref) DO NOTHING
"""
_END = """
UPDATE close_task t SET ended_on = %s, outcome = 'moot', ended_by = 'close'
FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS e (member_id, agreement_id, kind)
WHERE t.member_id = e.member_id AND t.kind = e.kind AND t.ended_on IS NULL
  AND (e.agreement_id = 0 OR t.agreement_id = e.agreement_id)
"""


def add(cursor: Any, tasks: Iterable[Task], found_on: date) -> int:
    """Keep tasks, each once [業務の登録]; gives how many are new."""
    rows = [
        (
            one.member_id, one.agreement_id, one.kind.value, one.ref, found_on, one.due_on,
            one.until_on, json.dumps(one.facts),
        )
        for one in tasks
    ]  # fmt: skip
    if not rows:
        return 0
    cursor.execute(_ADD, [list(column) for column in zip(*rows, strict=True)])
    count: int = cursor.rowcount
    return count


def end(cursor: Any, ends: Iterable[End], on: date) -> None:
    """End tasks that have no ground any more [業務の取下げ]."""
    rows = [(one.member_id, one.agreement_id, kind.value) for one in ends for kind in one.kinds]
    if rows:
        cursor.execute(_END, [on, *(list(column) for column in zip(*rows, strict=True))])


def end_outdated(cursor: Any, on: date) -> int:
    """End tasks whose last day is a day that is over [期限切れの業務]; gives how many."""
    cursor.execute(
        "UPDATE close_task SET ended_on = %s, outcome = 'outdated', ended_by = 'close'"
        " WHERE until_on <= %s AND ended_on IS NULL",
        (on, on),
    )
    count: int = cursor.rowcount
    return count


def done(cursor: Any, member_id: int, task_id: int, on: date, actor: str) -> None:
    """Say that a task is done [業務の完了].

    Raises    StateConflict if it is not open.
    """
    cursor.execute(
        "UPDATE close_task SET ended_on = %s, outcome = 'done', ended_by = %s"
        " WHERE member_id = %s AND task_id = %s AND ended_on IS NULL",
        (on, actor, member_id, task_id),
    )
    if cursor.rowcount == 0:
        raise StateConflict(Fault("CLS-030", details={"task": str(task_id)}))


def done_by_ref(
    cursor: Any,
    refs: Sequence[tuple[int, str]],
    kinds: Sequence[TaskKind],
    on: date,
    actor: str,
) -> int:
    """Say of tasks that they are done, by member and what they refer to; gives how many were open.

    For what does many at once, and does not look at tasks to do it [業務の一括完了].
    """
    cursor.execute(
        "UPDATE close_task t SET ended_on = %s, outcome = 'done', ended_by = %s"
        " FROM unnest(%s::bigint[], %s::text[]) AS d (member_id, ref)"
        " WHERE t.member_id = d.member_id AND t.ref = d.ref AND t.kind = ANY(%s)"
        " AND t.ended_on IS NULL",
        (
            on,
            actor,
            [member_id for member_id, _ in refs],
            [ref for _, ref in refs],
            [kind.value for kind in kinds],
        ),
    )
    return int(cursor.rowcount)


def still_open(
    cursor: Any, until: date, kinds: Sequence[TaskKind] = tuple(TaskKind), most: int = 1_000
) -> list[Found]:
    """Open tasks that are due until a day, the oldest first [未了の業務]."""
    cursor.execute(
        "SELECT task_id, member_id, agreement_id, kind, ref, due_on, until_on, facts::text,"
        " found_on FROM close_task"
        " WHERE ended_on IS NULL AND due_on <= %s AND kind = ANY(%s)"
        " ORDER BY due_on, kind, member_id, agreement_id LIMIT %s",
        (until, [kind.value for kind in kinds], most),
    )
    return [_found(row) for row in cursor.fetchall()]


def counts(cursor: Any, until: date) -> dict[str, int]:
    """How many open tasks of each kind are due until a day [業務の件数]."""
    cursor.execute(
        "SELECT kind, count(*) FROM close_task WHERE ended_on IS NULL AND due_on <= %s"
        " GROUP BY kind ORDER BY kind",
        (until,),
    )
    return dict(cursor.fetchall())


def _found(row: tuple[Any, ...]) -> Found:
    number, member_id, agreement_id, kind, ref, due_on, until_on, facts, found_on = row
    task = Task(member_id, agreement_id, TaskKind(kind), ref, due_on, until_on, json.loads(facts))
    return Found(number, task, found_on)
