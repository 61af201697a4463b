"""Whether the book is whole: pages, indexes, and what must always hold [検証]."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

from psycopg import Connection

from motocho.outside.postgres.address import Address
from motocho.outside.postgres.backup import Backup, check_files
from motocho.outside.postgres.programs import Waiting, client_programs, in_silence
from motocho.outside.postgres.restoring import restore
from motocho.outside.postgres.roles import ADMIN, Role
from motocho.outside.postgres.server import Server
from motocho.units.errors import Fault, OutsideFailure, clipped


@dataclass(frozen=True, slots=True)
class Invariant:
    """A query that must find nothing [不変条件].

    `name` is for people; each row `sql` finds is a violation. It runs as the auditor, read only.
    """

    name: str
    sql: LiteralString
    of_table: str | None = None
    """A table it needs; where a schema is not there yet, nothing is asked of it."""


def violations(at: Address, invariants: Iterable[Invariant]) -> tuple[Fault, ...]:
    """What does not hold, of one moment for all queries [違反].

    Why       a fault shows how many rows and the first of them: enough to look, not a copy.
    """
    found = []
    with at.connect(Role.AUDIT) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for invariant in invariants:
            if invariant.of_table is not None and not _is_there(connection, invariant.of_table):
                continue
            rows = connection.execute(invariant.sql).fetchall()
            if rows:
                shown = clipped(", ".join(map(str, rows[0])))
                details = {"name": invariant.name, "rows": str(len(rows))}
                found.append(Fault("DBS-041", excerpt=shown, details=details))
    return tuple(found)


def _is_there(connection: Connection[Any], table: str) -> bool:
    [(found,)] = connection.execute("SELECT to_regclass(%s) IS NOT NULL", (table,))
    return bool(found)


def check(
    server: Server, invariants: Iterable[Invariant], waiting: Waiting = in_silence
) -> tuple[Fault, ...]:
    """A running server: every table and index against each other, then the invariants [検証].

    Gives     every fault found; nothing where the book is whole.
    """
    at = server.start(waiting)
    faults = []
    try:
        client_programs().run(
            "pg_amcheck",
            *("--install-missing", "--heapallindexed", "--no-password", at.database),
            waiting=waiting,
            login=at.environment(ADMIN),
        )
    except OutsideFailure as failure:
        faults.append(Fault("DBS-042", details=failure.faults[0].details))
    return (*faults, *violations(at, invariants))


def rehearse(
    backup: Backup,
    source: Server,
    invariants: Iterable[Invariant],
    scratch: Path,
    waiting: Waiting = in_silence,
) -> tuple[Fault, ...]:
    """A backup, for what it is worth: restored into a scratch folder and checked there [復元訓練].

    Takes     a folder with nothing in it; it is gone afterwards.
    Gives     every fault found, those of page checksums with them.
    Raises    OutsideFailure where it cannot even be restored.
    """
    with ExitStack() as afterwards:
        afterwards.callback(shutil.rmtree, scratch, ignore_errors=True)
        check_files(backup.folder, waiting)
        server = restore(backup, source, scratch, waiting=waiting)
        afterwards.callback(shutil.rmtree, server.folder)
        afterwards.callback(server.stop)
        faults = check(server, invariants, waiting)
        server.stop(waiting)
        try:
            server.programs.run("pg_checksums", "--check", "-D", server.data, waiting=waiting)
        except OutsideFailure as failure:
            faults = (*faults, Fault("DBS-042", details=failure.faults[0].details))
    return faults
