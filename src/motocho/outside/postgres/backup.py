"""Backups: taken, listed, thinned out [バックアップ].

A backup is a dated folder: `data/` with PostgreSQL's `backup_manifest` (size and SHA-256 of each
file), and `backup.json`. With the archive of WAL beside it, `restoring` brings a new server to any
moment after the backup ended. Passwords are in neither.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import sleep

from motocho.outside.postgres.address import Address
from motocho.outside.postgres.programs import (
    Waiting,
    client_programs,
    in_silence,
    installed_version,
)
from motocho.outside.postgres.roles import Role
from motocho.outside.postgres.server import Server
from motocho.units.errors import (
    Fault,
    FaultyInput,
    NotFoundError,
    OutsideFailure,
    StateConflict,
    ensure,
)

ARCHIVE_LOOKS, LOOK_SECONDS = 600, 0.1
UNFINISHED = ".unfinished"


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup [バックアップ].

    Days      `ended_at` is the earliest moment a server can be brought to with it.
    """

    folder: Path
    started_at: datetime
    ended_at: datetime
    version: str
    first_segment: str

    @property
    def name(self) -> str:
        """The name of its folder [名前]."""
        return self.folder.name


def take(server: Server, into: Path, waiting: Waiting = in_silence) -> Backup:
    """Copy a server's whole data into a dated folder, and check the copy [バックアップの取得].

    Takes     the server, started if need be; the folder of all backups.
    Raises    OutsideFailure where a program fails; nothing that looks like a backup is left then.
    """
    at = server.start(waiting)
    started_at = moment(at)
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = into / f"{started_at:%Y%m%dT%H%M%S%z}"
    with whole_or_nothing(folder) as beside:
        copy = ("--no-password", "--checkpoint=fast", "--wal-method=stream")
        server.programs.run(
            "pg_basebackup",
            *(*copy, "--manifest-checksums=SHA256", *server.unsynced),
            *("--pgdata", beside / "data"),
            waiting=waiting,
            login=at.environment(Role.BACKUP),
        )
        facts = {
            "started_at": started_at.isoformat(),
            "ended_at": moment(at).isoformat(),
            "postgresql": installed_version(),
            "first_segment": _first_segment(beside / "data"),
        }
        (beside / "backup.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
        check_files(beside, waiting)
    seal(server)
    return read(folder)


def check_files(folder: Path, waiting: Waiting = in_silence) -> None:
    """Every file of a backup against its manifest, and its WAL [ファイルの照合].

    Raises    OutsideFailure with what differs.
    """
    # From within the folder: it hands the path to a shell.
    client_programs(folder).run("pg_verifybackup", "--quiet", "data", waiting=waiting)


def seal(server: Server) -> None:
    """Close the running server's WAL segment and wait until it is in the archive [WALの区切り].

    Raises    OutsideFailure where the archive does not take it.
    """
    with server.address.connect(Role.BACKUP, autocommit=True) as connection:
        # A commit, so that recovery to any moment until now finds one after that moment.
        connection.execute("SELECT pg_logical_emit_message(true, 'motocho', 'seal')")
        [(wanted,)] = connection.execute("SELECT pg_walfile_name(pg_switch_wal())")
        for _ in range(ARCHIVE_LOOKS):
            [(archived,)] = connection.execute("SELECT last_archived_wal FROM pg_stat_archiver")
            if (archived or "") >= wanted:
                return
            sleep(LOOK_SECONDS)
    raise OutsideFailure(Fault("DBS-031", file=str(server.archive), excerpt=wanted))


def moment(at: Address) -> datetime:
    """The server's own clock, by which commits are dated [サーバーの時刻]."""
    with at.connect(Role.BACKUP) as connection:
        [(now,)] = connection.execute("SELECT clock_timestamp()")
    ensure(isinstance(now, datetime), "a server tells its time", seen=now)
    told: datetime = now
    return told


def _first_segment(data: Path) -> str:
    label = (data / "backup_label").read_text(encoding="utf-8", errors="replace")
    return label.split("(file ", 1)[1].split(")", 1)[0]


@contextmanager
def whole_or_nothing(folder: Path) -> Iterator[Path]:
    """A folder that appears under its name once it is complete and on the disk, or not at all.

    Raises    StateConflict where it is there already.
    """
    if folder.exists():
        raise StateConflict(Fault("DBS-032", file=str(folder)))
    beside = folder.with_name(folder.name + UNFINISHED)
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(mode=0o700)
    try:
        yield beside
        # PostgreSQL's programs have synced what they wrote; the rest stands at the top.
        for place in (*beside.glob("*.json"), beside):
            _sync(place)
        beside.rename(folder)
        _sync(folder.parent)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _sync(place: Path) -> None:
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read(folder: Path) -> Backup:
    """The backup in a folder [バックアップの読み取り].

    Raises    NotFoundError where there is none, FaultyInput where its `backup.json` is damaged.
    """
    if not (folder / "data" / "PG_VERSION").exists():
        raise NotFoundError(Fault("DBS-033", file=str(folder)))
    try:
        facts = json.loads((folder / "backup.json").read_text(encoding="utf-8"))
        return Backup(
            folder=folder,
            started_at=datetime.fromisoformat(facts["started_at"]),
            ended_at=datetime.fromisoformat(facts["ended_at"]),
            version=facts["postgresql"],
            first_segment=facts["first_segment"],
        )
    except (OSError, ValueError, KeyError, TypeError):
        raise FaultyInput(Fault("DBS-034", file=str(folder / "backup.json"))) from None


def listed(into: Path) -> tuple[Backup, ...]:
    """All backups of a folder, oldest first [バックアップの一覧]."""
    folders = [label.parent for label in into.glob("*/backup.json")]
    found = [read(folder) for folder in folders if not folder.name.endswith(UNFINISHED)]
    return tuple(sorted(found, key=lambda backup: backup.ended_at))


def latest(into: Path, until: datetime | None = None) -> Backup:
    """The newest backup, or the newest that ended by a moment [最新のバックアップ].

    Raises    NotFoundError.
    """
    found = [backup for backup in listed(into) if until is None or backup.ended_at <= until]
    if not found:
        raise NotFoundError(Fault("DBS-033", file=str(into)))
    return found[-1]


def prune(server: Server, into: Path, keep: int) -> tuple[Backup, ...]:
    """Delete all but the newest backups, and the WAL only they needed; gives the deleted [整理]."""
    found = listed(into)
    old = found[: max(len(found) - keep, 0)]
    for backup in old:
        # First out of sight, so that a half-deleted one is never taken for a backup.
        gone = backup.folder.rename(backup.folder.with_name(backup.name + UNFINISHED))
        shutil.rmtree(gone)
    if old and len(found) > len(old):
        kept = found[len(old)].first_segment
        server.programs.run("pg_archivecleanup", server.archive, kept)
    return old
