"""A PostgreSQL for the tests: one throw-away server a run, a fresh database a test.

The run's folder stands in an environment variable, so that xdist's workers share one server: whoever
needs it first starts it, under the server's own lock. A keeper in a session of its own waits at the
end of a pipe; when the run ends, however it ends, the pipe closes and the keeper clears up.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from motocho.outside.postgres import ADMIN, DURABLE, FLEETING, Address, Role, Server

RUN = "MOTOCHO_TEST_RUN"
ENOUGH_BYTES = 4 << 30
NUMBERS = itertools.count()
KEEPER = 'cat >/dev/null; rmdir "$1" 2>/dev/null || exec "$2" -m tests.database "$1"'


@dataclass(frozen=True)
class Database:
    """One fresh database with the schema of today, and Django turned to it as the application."""

    address: Address

    def connect(self, user: str = Role.APP, **options: Any) -> psycopg.Connection[Any]:
        """A connection of psycopg's own, beside Django's."""
        return self.address.connect(user, **options)

    @contextmanager
    def as_role(self, role: Role) -> Iterator[None]:
        """Django as another role for a while."""
        from motocho.config.settings import setup

        setup(role, self.address)
        try:
            yield
        finally:
            setup(Role.APP, self.address)


def folder_for_anyone() -> Path:
    """A new folder that a server without rights can enter; pytest's own are closed to others.

    It lies in the run's folder, so that the keeper finds whatever server is left in it.
    """
    folder = Path(
        tempfile.mkdtemp(prefix="motocho-test-", dir=os.environ.get(RUN) or quick_place())
    )
    folder.chmod(0o711)
    return folder


@contextmanager
def durable_server() -> Iterator[Server]:
    """A durable server of one test alone, migrated; Django is turned to it."""
    from django.db import connections

    from motocho.config.schema import migrate
    from motocho.config.settings import setup

    folder = folder_for_anyone()
    server = Server(folder / "postgres", DURABLE)
    try:
        migrate(server.start())
        setup(Role.APP, server.address)
        yield server
    finally:
        connections.close_all()
        server.stop()
        shutil.rmtree(folder)


def quick_place() -> Path | None:
    """Memory, where there is plenty and programs may run from it: a shared disk is slow to sync."""
    memory = Path("/dev/shm")
    if not memory.is_dir():
        return None
    found = os.statvfs(memory)
    is_fit = found.f_bavail * found.f_frsize > ENOUGH_BYTES and not found.f_flag & os.ST_NOEXEC
    return memory if is_fit else None


def open_run() -> subprocess.Popen[bytes] | None:
    """In the process that starts the run: its folder and its keeper. None in a worker."""
    if RUN in os.environ:
        return None
    folder = folder_for_anyone()
    os.environ[RUN] = str(folder)
    return subprocess.Popen(
        ["/bin/sh", "-c", KEEPER, "keeper", folder, sys.executable],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )


def close_run(keeper: subprocess.Popen[bytes]) -> None:
    """Let the keeper clear up, and wait until it has."""
    assert keeper.stdin is not None
    keeper.stdin.close()
    keeper.wait()
    del os.environ[RUN]


@cache
def run_server() -> Server:
    """The run's server, started, its database `motocho` migrated: the template of all others."""
    import fcntl

    from motocho.config.schema import migrate
    from motocho.config.settings import setup

    folder = Path(os.environ[RUN])
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        server = Server(folder / "postgres", FLEETING)
        address = server.start()
        if not (folder / "migrated").exists():
            migrate(address)
            setup(Role.APP, address)
            (folder / "migrated").touch()
    return server


@contextmanager
def fresh_database() -> Iterator[Database]:
    """A copy of the template under a name of its own, dropped afterwards."""
    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'one')}_{next(NUMBERS)}"
    from django.db import connections

    from motocho.config.settings import setup

    own = run_server().address
    known = sql.Identifier(name)
    with own.named("postgres").connect(ADMIN, autocommit=True) as admin:
        for statement in (
            "CREATE DATABASE {} TEMPLATE motocho STRATEGY file_copy OWNER motocho_owner",
            "REVOKE ALL ON DATABASE {} FROM PUBLIC",
            "GRANT CONNECT ON DATABASE {} TO motocho_app, motocho_audit, motocho_backup",
        ):
            admin.execute(sql.SQL(statement).format(known))
        database = Database(own.named(name))
        setup(Role.APP, database.address)
        try:
            yield database
        finally:
            connections.close_all()
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(known))


if __name__ == "__main__":
    for passwords in Path(sys.argv[1]).rglob("passwords"):
        Server(passwords.parent).stop()
    shutil.rmtree(sys.argv[1])
