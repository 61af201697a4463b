"""A server for one trial, gone with its data afterwards; or our own empty book [試行用]."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from motocho.config import schema
from motocho.config.database import address
from motocho.config.settings import setup
from motocho.outside.postgres import FLEETING, Role, Server, Waiting, home, in_silence
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
    server = Server(folder / "postgres", FLEETING)
    try:
        at = server.start(waiting)
        schema.migrate(at)
        setup(Role.APP, at)
        yield folder / "seals"
    finally:
        from django.db import connections  # noqa: PLC0415  # not before Django is on

        connections.close_all()
        server.stop()
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
