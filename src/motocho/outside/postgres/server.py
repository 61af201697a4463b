"""Our own PostgreSQL server, where nobody brings one [組み込みサーバー].

A `Server` is one cluster folder and the PostgreSQL that serves it; starting it again, or from many
processes at once, gives the same server. Whether it runs is asked of the server itself, never of a
process number.

Shapes of a cluster folder: `data/` (PostgreSQL's own), `archive/` (finished WAL segments), `log/`,
`run/` (the socket), `passwords` (a libpq password file), `server.json` (what is remembered).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from time import sleep
from typing import Any

from motocho.outside.postgres import roles
from motocho.outside.postgres.address import LOCAL, Address, State
from motocho.outside.postgres.programs import (
    Programs,
    Waiting,
    in_silence,
    installed_major,
    open_to_all,
    programs_for,
)
from motocho.outside.postgres.roles import ADMIN, DATABASE
from motocho.units.errors import Fault, OutsideFailure, StateConflict, clipped

LONGEST_SOCKET_PATH = 100
"""Bytes; the kernel's limit is 107 on Linux and 103 on macOS."""
FIRST_PORT, PORTS = 20_000, 12_000
PORT_TRIES = 8
WAIT_LIMIT_SECONDS = "86400"
"""Recovery after a crash may be long; it is waited for, with a message, and not given up."""
START_LOG = "log/start.log"
START = ("start", "-w", "-t", WAIT_LIMIT_SECONDS, "-l", START_LOG)
"""No path of ours stands in it: pg_ctl hands its command to a shell."""
LOOK_SECONDS, LOOKS_A_SECOND = 0.1, 10
LAST_WORDS_LOOKS = 100
REFUSED = "FATAL:  the database system is"
"""What a client is told while a server starts, recovers or stops: no reason of its own."""
ORPHAN_SECONDS = 30
WAL_SEGMENT_MEGABYTES = 4
"""An unfinished segment is archived whole every five minutes of work; 16 would mostly be air."""
ROOT_HOME = Path("/var/lib/motocho")

DURABLE: Mapping[str, str] = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "wal_level": "replica",
    "archive_mode": "on",
    "archive_timeout": "300s",
}
"""What a book is kept with: an acknowledged row is on the disk, and soon in the archive."""
FLEETING: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "archive_mode": "off",
    "autovacuum": "off",
}
"""For tests and trials: fast, and nothing survives a power cut."""
QUIET: Mapping[str, str] = {
    "lc_messages": "C",
    "timezone": "Asia/Tokyo",
    "log_timezone": "Asia/Tokyo",
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_rotation_age": "1d",
    "log_truncate_on_rotation": "on",
    "log_file_mode": "0600",
    # A log holds what failed and no value of a row: no statement, no parameters, no detail.
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
}


def home() -> Path:
    """Where Motocho keeps what it stores [保存先].

    Why       MOTOCHO_HOME, else the user's data folder; root has no data folder of its own that a
              server without rights could enter, so root's is the system's.
    """
    given = os.environ.get("MOTOCHO_HOME")
    if given:
        return Path(given).expanduser().absolute()
    if os.getuid() == 0:
        return ROOT_HOME
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "motocho"


class Server:
    """The PostgreSQL of one cluster folder [組み込みサーバー].

    Takes     the folder, made at the first start; settings beyond the durable ones.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str] = DURABLE) -> None:
        self._asked = folder
        self.settings = settings

    @cached_property
    def folder(self) -> Path:
        """The cluster folder itself; made if need be [クラスタのフォルダ].

        Why       root's server runs as a user without rights. Where that user cannot enter the
                  folder asked for, opening its parents is not ours to do: the folder becomes a link
                  to one under /var/lib.
        """
        asked = self._asked
        if not asked.exists() and not asked.is_symlink():
            asked.parent.mkdir(parents=True, exist_ok=True)
            if os.getuid() == 0 and not open_to_all(asked.parent):
                key = hashlib.sha256(str(asked).encode()).hexdigest()[:12]
                real = ROOT_HOME / key
                real.mkdir(mode=0o711, parents=True, exist_ok=True)
                _link(asked, real)
            asked.mkdir(mode=0o711 if os.getuid() == 0 else 0o700, exist_ok=True)
        return asked.resolve()

    @property
    def unsynced(self) -> tuple[str, ...]:
        """What tells the programs not to sync files, where the server does not [同期なし]."""
        return ("--no-sync",) if self.settings.get("fsync") == "off" else ()

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder [データフォルダ]."""
        return self.folder / "data"

    @property
    def archive(self) -> Path:
        """Where finished WAL segments are kept [WALアーカイブ]."""
        return self.folder / "archive"

    @property
    def _logs(self) -> Path:
        return self.folder / "log"

    @property
    def passwords(self) -> Path:
        """The libpq password file [パスワードファイル]."""
        return self.folder / "passwords"

    @property
    def programs(self) -> Programs:
        """The programs that serve this folder [プログラム群]."""
        return programs_for(self.folder, self.data)

    @property
    def sockets(self) -> Path:
        """The folder of the unix socket: ours, or a short one where ours has too long a path."""
        own = self.folder / "run"
        if len(os.fsencode(own / ".s.PGSQL.65535")) <= LONGEST_SOCKET_PATH:
            return own
        key = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        short = Path(tempfile.gettempdir())
        if len(os.fsencode(short)) > LONGEST_SOCKET_PATH // 2:
            short = Path("/tmp")  # noqa: S108  # its owner is checked before it is used
        return short / f"motocho-{key}"

    @property
    def address(self) -> Address:
        """Where the server listens: its socket, else the loopback [接続先].

        Why       a cleaner of temporary folders may take the socket away from a running server.
        """
        return self._at(f"{self.sockets},{LOCAL}")

    def _at(self, host: str) -> Address:
        return Address(
            {
                "host": host,
                "port": str(self._remembered().get("port", FIRST_PORT)),
                "dbname": DATABASE,
                "passfile": str(self.passwords),
                # Whoever may have put a socket there instead gets no password out of us.
                "require_auth": "scram-sha-256",
            }
        )

    def state(self) -> State:
        """What the server answers now [状態].

        Raises    StateConflict where the folder is somebody else's.
        """
        try:
            if not (self._asked.exists() and (self.data / "PG_VERSION").exists()):
                return State.NEW
        except PermissionError:
            raise StateConflict(Fault("DBS-008", file=str(self._asked))) from None
        # Of the socket, which is ours alone: another server may have taken the port meanwhile.
        return self._at(str(self.sockets)).state()

    def start(self, waiting: Waiting = in_silence) -> Address:
        """Start the server, or find it running; gives its address [起動].

        Takes     who is told of each second of waiting: recovery after a crash takes its time.
        Raises    StateConflict for a data folder of another major version or one somebody holds;
                  OutsideFailure where PostgreSQL does not come up.
        """
        if self.state() is State.RUNNING and self._is_prepared():
            return self.address
        with self._locked():
            lost_passwords = self.data.exists() and not self.passwords.exists()
            self.make_folders()
            if not self.data.exists():
                self._make_data(waiting)
            if lost_passwords:
                self._launch(waiting)
                self._halt(waiting)
                self._set_admin_password()
            self._launch(waiting)
            if not self._is_prepared():
                self._prepare()
        return self.address

    def recover(self, waiting: Waiting = in_silence) -> None:
        """Let PostgreSQL recover the data folder it was given, and stop it again [回復].

        Why       the data comes from elsewhere, so nobody here knows its passwords: afterwards the
                  administrator gets the one of this folder, while no server listens.
        """
        with self._locked():
            self._launch(waiting)
            self._halt(waiting)
            self._set_admin_password()

    def _set_admin_password(self) -> None:
        """Make the kept password the administrator's, and the roles' at the next start."""
        verifier = roles.scram_verifier(roles.read_passwords(self.passwords)[ADMIN])
        statement = f"ALTER ROLE {ADMIN} PASSWORD '{verifier}'\n"
        alone = ("--single", "-D", self.data, "postgres")
        self.programs.run("postgres", *alone, said_to_it=statement)
        self._remember(roles=None)

    def stop(self, waiting: Waiting = in_silence) -> bool:
        """Stop the server in order; gives whether one ran [停止].

        Raises    OutsideFailure where it does not stop.
        """
        if self.state() is State.NEW:
            return False
        with self._locked():
            if self._settled(waiting) is State.STOPPED and self._postmaster() is None:
                self._clear_stale_locks(waiting)
                return False
            self._halt(waiting)
        return True

    def _halt(self, waiting: Waiting) -> None:
        stop = ("stop", "-m", "fast", "-w", "-t", WAIT_LIMIT_SECONDS, "-D", self.data)
        self.programs.run("pg_ctl", *stop, waiting=waiting)
        self._await_last_process()

    def _settled(self, waiting: Waiting) -> State:
        """The state once a start, a recovery or a stop is over.

        Why       a server that gives up may cut off the one who asks, which libpq takes for an
                  answer; it cannot happen twice, so it is asked twice.
        """
        looks = 0
        while (state := self.state()) is State.STARTING or self.state() is not state:
            sleep(LOOK_SECONDS)
            looks += 1
            if looks % LOOKS_A_SECOND == 0:
                waiting(looks // LOOKS_A_SECOND)
        return state

    def _await_last_process(self) -> None:
        """The log's writer ends a moment after the server, with the server's last words."""
        for _ in range(LAST_WORDS_LOOKS):
            if not self.processes():
                return
            sleep(LOOK_SECONDS)

    # -- first start -------------------------------------------------------------------------------

    def make_folders(self) -> None:
        """The cluster folder with its passwords, still without data [フォルダの用意]."""
        roles.kept_passwords(self.passwords)
        programs = self.programs
        for name in ("run", "log", "archive"):
            place = self.folder / name
            if not place.exists():
                place.mkdir(mode=0o700)
                programs.own(place)

    def _make_data(self, waiting: Waiting) -> None:
        programs = self.programs
        beside = self.folder / "data.new"
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(mode=0o700)
        programs.own(beside)
        asked = self.folder / "run" / "password"
        asked.unlink(missing_ok=True)
        asked.touch(mode=0o600)
        asked.write_text(roles.read_passwords(self.passwords)[ADMIN], encoding="ascii")
        programs.own(asked)
        try:
            programs.run("initdb", *_initdb(beside, asked), *self.unsynced, waiting=waiting)
        finally:
            asked.unlink()
        beside.rename(self.data)

    def _check_version(self) -> None:
        """Only the same major version can read a data folder."""
        found = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if found != str(installed_major()):
            details = {"found": found, "have": str(installed_major())}
            raise StateConflict(Fault("DBS-003", file=str(self.data), details=details))

    def _prepare(self) -> None:
        known = roles.read_passwords(self.passwords)
        with self.address.named("postgres").connect(ADMIN, autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if not found.fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE}")
        with self.address.connect(ADMIN, autocommit=True) as connection:
            roles.prepare(connection, known, DATABASE)
        self._remember(roles=roles.version())

    def _is_prepared(self) -> bool:
        is_known = self._remembered().get("roles") == roles.version()
        return is_known and self.passwords.exists()

    # -- launching ---------------------------------------------------------------------------------

    def _launch(self, waiting: Waiting) -> None:
        """PostgreSQL itself, running, whatever state an earlier one was left in."""
        self._check_version()
        self._clear_stale_locks(waiting)
        if self._settled(waiting) is State.RUNNING:
            return
        for left in self.archive.glob("archtemp*"):
            left.unlink()
        self._launch_on_a_port(waiting)

    def _launch_on_a_port(self, waiting: Waiting) -> None:
        """Try the remembered port, then others: only PostgreSQL itself knows what is free."""
        port = self._remembered().get("port") or _some_port()
        for _ in range(PORT_TRIES):
            self._remember(port=port)
            self._configure(port)
            (self.folder / START_LOG).unlink(missing_ok=True)
            before = self._log_sizes()
            # Whether it came up is asked of the server: pg_ctl is content with a recovery begun.
            with suppress(OutsideFailure):
                at_data = {"PGDATA": str(self.data)}
                self.programs.run("pg_ctl", *START, waiting=waiting, more=at_data)
            if self._settled(waiting) is State.RUNNING:
                return
            self._await_last_process()
            said = self._said_since(before)
            if not any("Address already in use" in line for line in said):
                details = {"said": clipped(said[-1] if said else "")}
                raise OutsideFailure(Fault("DBS-004", file=str(self._logs), details=details))
            port = _some_port()
        raise OutsideFailure(Fault("DBS-005", excerpt=str(PORT_TRIES)))

    def _log_sizes(self) -> dict[Path, int]:
        return {log: log.stat().st_size for log in self._logs.glob("*.log")}

    def _said_since(self, before: Mapping[Path, int]) -> list[str]:
        """What the server gave as its reasons since its logs had these sizes."""
        said: list[str] = []
        for log, size in self._log_sizes().items():
            written = log.read_bytes()[before.get(log, 0) :] if size else b""
            said += [
                line.split("FATAL:")[-1].strip()
                for line in written.decode(errors="replace").splitlines()
                if ("FATAL:" in line and REFUSED not in line) or "could not bind" in line
            ]
        return said

    def _configure(self, port: int) -> None:
        """Write our settings anew; postgresql.conf only includes them, then the operator's own."""
        sockets = self._socket_folder()
        own = {
            "listen_addresses": LOCAL,
            "port": str(port),
            "unix_socket_directories": _listed(sockets),
            "unix_socket_permissions": "0700",
            "log_directory": str(self._logs),
            **QUIET,
            **self.settings,
        }
        if own.get("archive_mode") == "on":
            own |= {
                "archive_library": "basic_archive",
                "basic_archive.archive_directory": str(self.archive),
            }
        lines = [f"{name} = '{quoted(value)}'\n" for name, value in own.items()]
        settings = self.data / "motocho.conf"
        settings.write_text("".join(lines), encoding="utf-8")
        settings.chmod(0o600)
        self.programs.own(settings)
        main = self.data / "postgresql.conf"
        includes = "include 'motocho.conf'\ninclude_if_exists '../postgresql.conf'\n"
        text = main.read_text(encoding="utf-8")
        if not text.endswith(includes):
            main.write_text(text + includes, encoding="utf-8")

    def _socket_folder(self) -> Path:
        """The folder of the socket, and nobody else's."""
        folder = self.sockets
        uid = self.programs.uid
        if not folder.exists():
            folder.mkdir(mode=0o700)
            self.programs.own(folder)
        found = folder.lstat()
        if folder.is_symlink() or found.st_uid != uid:
            raise StateConflict(Fault("DBS-006", file=str(folder), excerpt=str(found.st_uid)))
        return folder

    # -- what is left of an earlier server ---------------------------------------------------------

    def _clear_stale_locks(self, waiting: Waiting) -> None:
        """Take away the lock files of a server that is gone, of the data and of the socket.

        Why       PostgreSQL believes the process number in them; it may belong to a zombie nobody
                  reaps, or to somebody else's process since. They may go only when no process works
                  in the data folder: two servers on one folder would destroy it.
        """
        locks = (self.data / "postmaster.pid", *self.sockets.glob(".s.PGSQL.*.lock"))
        for seconds in range(ORPHAN_SECONDS):
            if not any(lock.exists() for lock in locks) or self.state() is not State.STOPPED:
                return
            at_work = self.processes()
            if at_work is None:
                return
            if not at_work:
                for lock in locks:
                    lock.unlink(missing_ok=True)
                return
            waiting(seconds)
            sleep(1)
        shown = ", ".join(map(str, self.processes() or []))
        raise StateConflict(Fault("DBS-007", file=str(self.data), details={"processes": shown}))

    def _postmaster(self) -> int | None:
        """The server's first process, where the lock file names one that lives."""
        try:
            number = int((self.data / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        except (FileNotFoundError, ValueError, IndexError):
            return None
        at_work = self.processes()
        return number if at_work is None or number in at_work else None

    def processes(self) -> list[int] | None:
        """PostgreSQL's living processes in the data folder; None where nobody tells [プロセス].

        Why       a zombie has no working folder any more, so it is not among them.
        """
        if not Path("/proc/self/cwd").exists():
            return None
        mine = str(self.data.resolve())
        found = []
        for entry in os.scandir("/proc"):
            if not entry.name.isdigit():
                continue
            try:
                at = str(Path(f"/proc/{entry.name}/cwd").readlink())
                name = Path(f"/proc/{entry.name}/comm").read_text(encoding="utf-8").strip()
            except OSError:
                continue  # it ended while we looked, or is somebody else's
            if at == mine and name == "postgres":
                found.append(int(entry.name))
        return found

    # -- what is remembered ------------------------------------------------------------------------

    def _remembered(self) -> dict[str, Any]:
        try:
            known: dict[str, Any] = json.loads(
                (self.folder / "server.json").read_text(encoding="utf-8")
            )
        except (FileNotFoundError, ValueError):
            return {}  # nothing here that cannot be found again
        return known

    def _remember(self, **facts: Any) -> None:
        known = {**self._remembered(), **facts}
        beside = self.folder / "server.json.new"
        beside.write_text(json.dumps(known), encoding="utf-8")
        beside.replace(self.folder / "server.json")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time starts or stops the server of a folder."""
        with (self.folder / "lock").open("w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _initdb(data: Path, password: Path) -> tuple[str | Path, ...]:
    return (
        "--pgdata", data, "--username", ADMIN, "--pwfile", password,
        "--auth-host=scram-sha-256", "--auth-local=scram-sha-256", "--encoding=UTF8",
        "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--data-checksums",
        f"--wal-segsize={WAL_SEGMENT_MEGABYTES}",
    )  # fmt: skip


def _some_port() -> int:
    return FIRST_PORT + secrets.randbelow(PORTS)


def quoted(value: str) -> str:
    """A value as postgresql.conf reads it between quotes [引用]."""
    return value.replace("\\", "\\\\").replace("'", "''")


def _listed(path: Path) -> str:
    """A path as an entry of a list in postgresql.conf."""
    return '"' + str(path).replace('"', '""') + '"'


def _link(link: Path, to: Path) -> None:
    with suppress(FileExistsError):  # another process made it at the same moment
        link.symlink_to(to)
