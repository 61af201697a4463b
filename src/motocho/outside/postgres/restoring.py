"""A backup brought back to a moment, in a new folder [復元].

The old server is only read: its archive, and what a dead one had not archived yet. The new one has
passwords of its own and an archive that begins with it.
"""

from __future__ import annotations

import re
import shlex
import shutil
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from motocho.outside.postgres.address import State
from motocho.outside.postgres.backup import Backup, moment, seal
from motocho.outside.postgres.programs import Waiting, in_silence
from motocho.outside.postgres.server import Server
from motocho.units.errors import Fault, InputError, OutsideFailure, StateConflict, ensure

SEGMENT = re.compile("[0-9A-F]{24}")
HISTORY = re.compile(r"[0-9A-F]{8}\.history")
TIMELINE_LENGTH = 8
NOT_REACHED = "recovery ended before configured recovery target"
LAST_COMMIT = re.compile(r"last completed transaction was at log time (\S+ \S+)")


def restore(
    backup: Backup,
    source: Server,
    into: Path,
    until: datetime | None = None,
    waiting: Waiting = in_silence,
) -> Server:
    """A new server from a backup and the archive, at a moment or the end of what there is [復元].

    Takes     the backup; the server it came from, running or dead or gone; the new home, which must
              hold nothing; the moment: all that was committed by it is there, and nothing later.
    Gives     the new server, running.
    Raises    StateConflict where `into` holds something; InputError for a moment that cannot be
              reached; OutsideFailure. A failure leaves nothing in `into`.
    """
    if into.exists() and any(into.iterdir()):
        raise StateConflict(Fault("DBS-032", file=str(into)))
    if until is not None and until < backup.ended_at:
        raise _unreachable("DBS-035", until, _shown(backup.ended_at))
    _bring_up_to_date(source, until)
    server = Server(into / "postgres", source.settings)
    with ExitStack() as failed:
        failed.callback(shutil.rmtree, into, ignore_errors=True)
        failed.callback(shutil.rmtree, server.folder, ignore_errors=True)
        failed.callback(server.stop)
        _lay_out(backup, source, server)
        _recover(server, until, waiting)
        server.start(waiting)
        failed.pop_all()
    return server


def _bring_up_to_date(source: Server, until: datetime | None) -> None:
    """What a running source has not archived yet, it archives now."""
    if source.state() is not State.RUNNING:
        return
    now = moment(source.address)
    if until is not None and until > now:
        raise _unreachable("DBS-036", until, _shown(now))
    seal(source)


def _lay_out(backup: Backup, source: Server, server: Server) -> None:
    """The backup's files and the WAL after it, in the new folder, as the new server's user's."""
    server.make_folders()
    shutil.copytree(backup.folder / "data", server.data, symlinks=True)
    incoming = _incoming(server)
    incoming.mkdir(mode=0o700)
    places = [source.archive]
    if source.state() is not State.RUNNING:
        places.append(source.data / "pg_wal")
    for place in places:
        for file in place.iterdir() if place.exists() else ():
            if _is_needed(file.name, backup.first_segment) and not (incoming / file.name).exists():
                shutil.copyfile(file, incoming / file.name)
    for top in (server.data, incoming):
        for place in (top, *top.rglob("*")):
            server.programs.own(place)


def _incoming(server: Server) -> Path:
    return server.folder / "incoming"


def _is_needed(name: str, first_segment: str) -> bool:
    """Histories of timelines, and segments from the backup's first on, on any timeline."""
    if HISTORY.fullmatch(name):
        return True
    later = name[TIMELINE_LENGTH:] >= first_segment[TIMELINE_LENGTH:]
    return SEGMENT.fullmatch(name) is not None and later


def _recover(server: Server, until: datetime | None, waiting: Waiting) -> None:
    from_there = shlex.quote(str(_incoming(server))).replace("%", "%%")
    settings = {
        **server.settings,
        "archive_mode": "off",
        # No connection is taken before recovery has come to its end.
        "hot_standby": "off",
        "restore_command": f"cp {from_there}/%f %p",
        "recovery_target_action": "promote",
    }
    if until is not None:
        settings["recovery_target_time"] = until.isoformat(sep=" ")
    signal = server.data / "recovery.signal"
    signal.touch(mode=0o600)
    server.programs.own(signal)
    recovering = Server(server.folder, settings)
    try:
        recovering.recover(waiting)
    except OutsideFailure as failure:
        if until is None or NOT_REACHED not in failure.faults[0].details.get("said", ""):
            raise
        raise _unreachable("DBS-036", until, _last_commit(server)) from None
    ensure(not signal.exists(), "recovery came to its end", folder=server.folder)
    shutil.rmtree(_incoming(server))


def _last_commit(server: Server) -> str:
    """The last moment the archive reaches, as the server told its log while it recovered."""
    logs = (server.folder / "log").glob("postgresql-*.log")
    told = [LAST_COMMIT.findall(log.read_text(encoding="utf-8", errors="replace")) for log in logs]
    moments = sorted(moment for found in told for moment in found)
    return moments[-1].split(".")[0] if moments else "—"


def _unreachable(code: str, until: datetime, limit: str) -> InputError:
    details = {"moment": limit}
    return InputError(Fault(code, column="--until", excerpt=_shown(until), details=details))


def _shown(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"
