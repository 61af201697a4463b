"""Where simulations run: on a server of their own, or in our own empty book [試行の場所]."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from motocho.config import schema
from motocho.config.database import address, server
from motocho.config.settings import setup
from motocho.outside.postgres import (
    ADMIN,
    DATABASE,
    FLEETING,
    Role,
    Server,
    Waiting,
    home,
    in_silence,
    kept_passwords,
    prepare_roles,
)
from motocho.units.errors import Fault, RefusedError

_ENTERED_BY_ALL = 0o711
"""A server that root started runs as a user without rights, who must enter the folder."""


@contextmanager
def throw_away(waiting: Waiting = in_silence) -> Iterator[Path]:
    """A fresh migrated database, Django turned to it as the application [使い捨てデータベース].

    Gives     the folder for the seals of its days.
    Why       nothing of it is kept, so it writes without waiting for the disk.
    """
    folder = Path(tempfile.mkdtemp(prefix="motocho-trial-"))
    folder.chmod(_ENTERED_BY_ALL)
    own = Server(folder / "postgres", FLEETING)
    try:
        at = own.start(waiting)
        schema.migrate(at)
        setup(Role.APP, at)
        yield folder / "seals"
    finally:
        from django.db import connections  # noqa: PLC0415  # not before Django is on

        connections.close_all()
        own.stop()
        shutil.rmtree(folder, ignore_errors=True)


def own_book(waiting: Waiting = in_silence) -> Path:
    """The database of this installation, migrated, while nobody is in its book [空の帳簿].

    Gives     the folder of the seals.
    Raises    RefusedError where somebody is: fictional people are not mixed with real ones.
    """
    at = address(waiting)
    schema.migrate(at)
    setup(Role.APP, at)
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_member")
        (count,) = cursor.fetchone()
    if count:
        raise RefusedError(Fault("SIM-001", details={"count": f"{count:,}"}))
    return home() / "seals"


def own_server(waiting: Waiting = in_silence) -> Path:
    """The embedded server of this installation, migrated, Django turned to it [組み込みサーバー].

    Gives     the folder of the seals.
    Raises    RefusedError where DATABASE_URL names a server of the operator's.
    """
    at = server().start(waiting)
    schema.migrate(at)
    setup(Role.APP, at)
    return home() / "seals"


def begin_anew() -> Path:
    """Drop the book of the embedded server, with its seals, and make an empty one [作り直し].

    Caller knows that nobody needs it.
    """
    own = server()
    with own.address.named("postgres").connect(ADMIN, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {DATABASE}")
    with own.address.connect(ADMIN, autocommit=True) as admin:
        prepare_roles(admin, kept_passwords(own.passwords), DATABASE)
    shutil.rmtree(home() / "seals", ignore_errors=True)
    return own_server()
