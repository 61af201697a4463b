"""The book as statements: the way into a later major version of PostgreSQL [論理ダンプ].

A data folder belongs to one major version; a dump is read by every later one. It is a folder with
`rows/` (PostgreSQL's directory format) and `dump.json` with the SHA-256 of each file.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from motocho.outside.postgres.address import Address
from motocho.outside.postgres.backup import whole_or_nothing
from motocho.outside.postgres.programs import (
    Waiting,
    client_programs,
    in_silence,
    installed_version,
)
from motocho.outside.postgres.roles import Role
from motocho.units.errors import Fault, FaultyInput, NotFoundError, StateConflict

JOBS = "2"


def dump(at: Address, into: Path, waiting: Waiting = in_silence) -> None:
    """Write a database as it is at one moment into a new folder [ダンプ].

    Raises    StateConflict where the folder exists; OutsideFailure.
    """
    with whole_or_nothing(into) as beside:
        rows = beside / "rows"
        client_programs().run(
            "pg_dump",
            *("--format=directory", f"--jobs={JOBS}", "--no-password", "--file", rows),
            waiting=waiting,
            login=at.environment(Role.BACKUP),
        )
        facts = {"postgresql": installed_version(), "sha256": _sums(rows)}
        (beside / "dump.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def load(folder: Path, at: Address, admin: str | None, waiting: Waiting = in_silence) -> None:
    """Read a dump into an empty database whose roles are made: all of it or nothing [読み込み].

    Takes     the dump; the database; its administrator, None for the user in the URL.
    Raises    NotFoundError where there is no dump; FaultyInput with every file that differs;
              StateConflict where the database holds tables; OutsideFailure.
    """
    _check_sums(folder)
    with at.connect(admin, autocommit=True) as connection:
        [(tables,)] = connection.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', "
            "'information_schema')"
        )
    if tables:
        raise StateConflict(Fault("DBS-038", file=at.database, details={"tables": str(tables)}))
    whole = ("--exit-on-error", "--single-transaction", "--no-password")
    client_programs().run(
        "pg_restore",
        *(*whole, f"--dbname={at.database}", folder / "rows"),
        waiting=waiting,
        login=at.environment(admin),
    )
    with at.connect(Role.OWNER, autocommit=True) as connection:
        connection.execute("ANALYZE")


def _sums(rows: Path) -> dict[str, str]:
    sums = {}
    for file in sorted(rows.iterdir()):
        with file.open("rb") as stream:
            sums[file.name] = hashlib.file_digest(stream, "sha256").hexdigest()
    return sums


def _check_sums(folder: Path) -> None:
    try:
        facts = json.loads((folder / "dump.json").read_text(encoding="utf-8"))
        wanted: dict[str, str] = facts["sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        raise NotFoundError(Fault("DBS-037", file=str(folder))) from None
    found = _sums(folder / "rows")
    differing = sorted(name for name, _ in wanted.items() ^ found.items())
    if differing:
        faults = [Fault("DBS-039", file=str(folder / "rows" / name)) for name in set(differing)]
        raise FaultyInput(*faults)
