"""Loans in arrears, as the night saw them last: when each is looked at again [延滞の管理]."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from motocho.close import plan, tasks
from motocho.close.plan import Watched
from motocho.journal.rows import Happening, write
from motocho.kernel.revolving import State
from motocho.loans import standing
from motocho.loans.commands import Key, Made
from motocho.loans.standing import Lateness, Seen

_MARK = """
INSERT INTO close_arrears (member_id, agreement_id, late_since, stage, looks_on)
SELECT *, 'current', %s FROM unnest(%s::bigint[], %s::bigint[], %s::date[])
ON CONFLICT (member_id, agreement_id) DO UPDATE SET looks_on = excluded.looks_on
"""
_UNMARK = """
UPDATE close_arrears a SET looks_on = %s
FROM unnest(%s::bigint[], %s::bigint[]) AS k (member_id, agreement_id)
WHERE a.member_id = k.member_id AND a.agreement_id = k.agreement_id
"""
_KNOWN = """
SELECT a.member_id, a.agreement_id, a.late_since, a.stage, a.looks_on
FROM unnest(%s::bigint[], %s::bigint[]) AS k (member_id, agreement_id)
JOIN close_arrears a USING (member_id, agreement_id)
"""
_WRITE = """
INSERT INTO close_arrears (member_id, agreement_id, late_since, stage, looks_on)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::date[], %s::text[], %s::date[])
ON CONFLICT (member_id, agreement_id) DO UPDATE SET late_since = excluded.late_since,
    stage = excluded.stage, looks_on = excluded.looks_on
"""


def mark(cursor: Any, passed: Iterable[tuple[Seen, State]], morning: date) -> None:
    """Have the arrears step look at loans that are late, and at those that were [延滞の印]."""
    late, others = [], []
    for seen, state in passed:
        if state.late_since is not None and plan.is_watched(state, seen.status):
            late.append((*seen.key, date.fromordinal(state.late_since)))
        else:
            others.append(tuple(seen.key))
    if late:
        cursor.execute(_MARK, [morning, *_columns(late)])
    if others:
        cursor.execute(_UNMARK, [morning, *_columns(others)])


def to_look_at(cursor: Any, business_on: date) -> list[Key]:
    """Loans that are new in arrears, out of them, or reach a stage the next morning [対象]."""
    cursor.execute(
        "SELECT member_id, agreement_id FROM close_arrears WHERE looks_on <= %s ORDER BY 1, 2",
        (business_on + timedelta(days=1),),
    )
    return [Key(*row) for row in cursor.fetchall()]


def look(cursor: Any, keys: Sequence[Key], made: Made) -> int:
    """Bring the stages up to date; what is new is told in the journal [延滞段階の更新].

    Gives     how many stages changed.
    """
    day = made.business_on.toordinal()
    known = _known(cursor, keys)
    plans = {
        seen.key: plan.arrears(known.get(seen.key), seen, seen.on(day), day + 1)
        for seen in standing.see(cursor, keys)
    }
    _write(cursor, {key: one.watch for key, one in plans.items() if one.watch is not None})
    _forget(cursor, [key for key, one in plans.items() if one.watch is None])
    tasks.end(cursor, (end for one in plans.values() for end in one.ends), made.business_on)
    news = [
        Happening(
            key.member_id,
            "arrears_stage",
            made.actor,
            made.booked_at,
            {"agreement": key.agreement_id, **one.news},
        )
        for key, one in plans.items()
        if one.news is not None
    ]
    write(cursor, news)
    return len(news)


def _known(cursor: Any, keys: Sequence[Key]) -> dict[Key, Watched]:
    """What is kept; a row that was only marked is nothing that was told yet."""
    cursor.execute(_KNOWN, _columns(keys))
    return {
        Key(row[0], row[1]): Watched(row[2], Lateness(row[3]), row[4])
        for row in cursor.fetchall()
        if row[3] != Lateness.CURRENT.value
    }


def _write(cursor: Any, watched: dict[Key, Watched]) -> None:
    rows = [(*key, one.late_since, one.stage.value, one.looks_on) for key, one in watched.items()]
    if rows:
        cursor.execute(_WRITE, _columns(rows))


def _forget(cursor: Any, keys: Sequence[Key]) -> None:
    if keys:
        cursor.execute(
            "DELETE FROM close_arrears WHERE (member_id, agreement_id)"
            " IN (SELECT * FROM unnest(%s::bigint[], %s::bigint[]))",
            _columns(keys),
        )


def watched(cursor: Any, business_on: date) -> list[Key]:
    """Every loan in arrears; whether something is done is not decided here [延滞契約]."""
    del business_on
    cursor.execute(
        "SELECT member_id, agreement_id FROM close_arrears WHERE stage <> 'current' ORDER BY 1, 2"
    )
    return [Key(*row) for row in cursor.fetchall()]


def _columns(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
