"""Cases in the database: opened, added to, read [事件の保存].

Whoever writes says up to which entry they have read. If somebody wrote meanwhile nothing is
written and both are told: the entries since then are there to be read, and what was to be written
is still in the writer's hands.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from motocho.office.cases import _operations, _sealing, _state
from motocho.office.cases._case import Case
from motocho.office.cases._operations import Operation
from motocho.office.cases._state import Change, Entry, State
from motocho.units.errors import Fault, NotFoundError, StateConflict


@dataclass(frozen=True, slots=True)
class Logged:
    """One entry of the log with what it changed [変更の記録]."""

    entry: Entry
    changes: tuple[Change, ...]


def open_case(heads: Mapping[str, str], *, actor: str, at: datetime, key: str = "") -> int:
    """Open a case [事件の作成]; gives its id.

    Takes     client, lender, title as far as they are known; a key that was given elsewhere.
    Raises    FaultyInput for heads that are none.
    """
    operations = _operations.read(
        [
            {"op": "set_head", "name": name, "value": value}
            for name, value in {"client": "", **heads}.items()
        ]
    )
    with transaction.atomic(), connection.cursor() as cursor:
        case_id = open_empty(key, at)
        _write(cursor, case_id, operations, Entry(0, 1, {}, actor, at.isoformat()))
    return case_id


def open_empty(key: str, at: datetime) -> int:
    """A case without an entry yet; who calls writes its first in one transaction [事件の番号].

    Takes     the key it has elsewhere; a new one where that is empty.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtext('office lock'))")
        cursor.execute(
            "INSERT INTO office_case (case_key, opened_at) VALUES (%s, %s) RETURNING case_id",
            (key or str(uuid.uuid4()), at),
        )
        return int(cursor.fetchone()[0])


def apply(
    case_id: int,
    operations: Sequence[Operation],
    *,
    actor: str,
    at: datetime,
    expected_seq: int,
) -> int:
    """Write operations down as one group [操作の記録]; gives the number of the last.

    Takes     the number of the last entry the writer has read.
    Raises    FaultyInput for operations of the wrong shape, InputError for those that do not fit
              the case, each with its place; StateConflict if somebody wrote meanwhile: then
              nothing is written. NotFoundError for a case that is not there.
    Lock      none: of two writers at once the second is refused by the database.
    """
    wanted = _operations.read(operations)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            entries = list(_entries(cursor, case_id))
            last = len(entries)
            if last != expected_seq:
                raise _conflict(last, expected_seq)
            _state.proposed(entries, wanted)
            _write(cursor, case_id, wanted, Entry(last, last + 1, {}, actor, at.isoformat()))
    except IntegrityError as error:
        if "office_operation" not in str(error):
            raise
        with connection.cursor() as cursor:
            raise _conflict(_last(cursor, case_id), expected_seq) from None
    return last + len(wanted)


def undo_to(case_id: int, seq: int, *, actor: str, at: datetime, expected_seq: int) -> int:
    """Go back to what a case was after an entry [取り消し]; gives the number of this entry.

    Going back is an entry too: the same with a later number brings back what was gone back from.

    Raises    InputError for an entry that is not there yet; else as `apply`.
    """
    operation = {"op": "undo_to", "seq": seq}
    return apply(case_id, [operation], actor=actor, at=at, expected_seq=expected_seq)


def load(case_id: int) -> Case:
    """A case as it stands [事件の読み出し].

    Raises    NotFoundError for one that is not there.
    """
    with connection.cursor() as cursor:
        return _loaded(cursor, case_id)


def load_at(case_id: int, seq: int) -> Case:
    """A case as it stood after one of its entries [過去の事件].

    Raises    NotFoundError for a case or an entry that is not there.
    """
    with connection.cursor() as cursor:
        case = _loaded(cursor, case_id, seq)
    if case.seq != seq:
        raise NotFoundError(Fault("STU-004", excerpt=str(seq)))
    return case


def log(case_id: int) -> list[Logged]:
    """Every entry of a case with what it changed, the oldest first [変更の記録]."""
    with connection.cursor() as cursor:
        entries = list(_entries(cursor, case_id))
    return [Logged(entry, changes) for entry, changes in _state.changes(entries)]


def entries_of(case_id: int, after: int = 0) -> list[Entry]:
    """The entries of a case after one that was read [それ以後の操作].

    Raises    NotFoundError for a case that is not there.
    """
    with connection.cursor() as cursor:
        return [entry for entry in _entries(cursor, case_id) if entry.seq > after]


def case_ids() -> list[int]:
    """Every case, the one that was worked on last first [事件の一覧]."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT case_id FROM office_operation GROUP BY case_id ORDER BY max(at) DESC, case_id"
        )
        return [case_id for (case_id,) in cursor.fetchall()]


def case_of_key(key: str) -> int | None:
    """The case of a key, which is the same on every PC; None if it is not here [事件の照合]."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT case_id FROM office_case WHERE case_key = %s", (key,))
        found = cursor.fetchone()
    return None if found is None else int(found[0])


# ------------------------------------------------------------------------------------- the tables
def _conflict(last: int, expected: int) -> StateConflict:
    details = {"last": str(last), "read": str(expected)}
    return StateConflict(Fault("STU-013", details=details))


def _last(cursor: Any, case_id: int) -> int:
    cursor.execute(
        "SELECT coalesce(max(seq), 0) FROM office_operation WHERE case_id = %s", (case_id,)
    )
    return int(cursor.fetchone()[0])


def _place(case_id: int, seq: int) -> str:
    return f"case {case_id} entry {seq}"


def _write(cursor: Any, case_id: int, operations: Sequence[Operation], after: Entry) -> None:
    """Write operations after an entry; its actor and moment are theirs."""
    entries = [
        after._replace(seq=seq, operation=operation)
        for seq, operation in enumerate(operations, start=after.seq + 1)
    ]
    write_entries(cursor, case_id, entries)


def write_entries(cursor: Any, case_id: int, entries: Sequence[Entry]) -> None:
    """Write entries as they are, whoever made them and when [記録の書き込み]."""
    rows = [
        (
            case_id,
            one.seq,
            one.first_seq,
            _sealing.seal({"actor": one.actor, **one.operation}, _place(case_id, one.seq)),
            one.at,
        )
        for one in entries
    ]
    cursor.executemany(
        "INSERT INTO office_operation (case_id, seq, first_seq, body, at)"
        " VALUES (%s, %s, %s, %s, %s)",
        rows,
    )


def _entries(cursor: Any, case_id: int) -> Iterator[Entry]:
    cursor.execute(
        "SELECT seq, first_seq, body, at FROM office_operation WHERE case_id = %s ORDER BY seq",
        (case_id,),
    )
    found = cursor.fetchall()
    if not found:
        raise NotFoundError(Fault("STU-014", excerpt=str(case_id)))
    for seq, first_seq, body, at in found:
        operation = _sealing.opened(body, _place(case_id, seq))
        actor = operation.pop("actor")
        yield Entry(seq, first_seq, operation, actor, at.isoformat())


def _loaded(cursor: Any, case_id: int, until: int | None = None) -> Case:
    entries = list(_entries(cursor, case_id))[:until]
    cursor.execute(
        "SELECT case_key::text, opened_at FROM office_case WHERE case_id = %s", (case_id,)
    )
    key, opened_at = cursor.fetchone()
    state: State = _state.fold(entries)
    last_at = datetime.fromisoformat(entries[-1].at) if entries else opened_at
    return Case(case_id, key, opened_at, last_at, state)
