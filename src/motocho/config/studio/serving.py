"""The studio as a process: its database, its token, its server on the loopback [作業場の起動].

`serving` takes the studio's folder for this process and turns its environment to it; `prepare`
starts the database there and brings it up to date. What is served then listens on 127.0.0.1 and
nowhere else. When it ends, the database ends too.
"""

from __future__ import annotations

import fcntl
import http.client
import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from motocho.outside.postgres import Role, home
from motocho.units.errors import Fault, OutsideFailure, StateConflict

LOOPBACK = "127.0.0.1"
FIRST_PORT, TRIED_PORTS = 8020, 50
TARGET = "motocho.config.studio.serving:application"
HOME_VARIABLE = "MOTOCHO_HOME"
STUDIO_HOME_VARIABLE = "MOTOCHO_STUDIO_HOME"
SETTINGS_MODULE = "motocho.config.studio.settings"
TOKEN_VARIABLE = "MOTOCHO_STUDIO_TOKEN"  # noqa: S105  # a name, no token
PORT_VARIABLE = "MOTOCHO_STUDIO_PORT"
_TOKEN_BYTES = 32
_THREADS = 4
"""Requests at once: one person's browser, on a small machine."""
_LOOK_SECONDS, _PATIENCE_SECONDS = 0.1, 2
_OWN = 0o700
_OWN_BUT_PASSED = 0o711
"""Root's server runs as a user without rights, who has to pass through to the database."""


@dataclass(frozen=True, slots=True)
class Studio:
    """A studio of this process [作業場]."""

    port: int
    folder: Path
    token: str

    @property
    def address(self) -> str:
        """Where it is opened, with the token of this start [アドレス]."""
        return f"http://{LOOPBACK}:{self.port}/enter/?token={self.token}"

    def serve(self, told: Callable[[], None]) -> None:
        """Serve until the process is told to stop [起動].

        Takes     what is to be done once the server answers.
        Raises    OutsideFailure where the port is taken.
        """
        from motocho.config.site import Serving, serve_target  # noqa: PLC0415  # not before its home

        with _told_when_it_answers(self.port, told):
            serve_target(TARGET, Serving(self.port, LOOPBACK, threads=_THREADS))


@contextmanager
def serving(port: int | None) -> Iterator[Studio]:
    """The studio's folder, held by this process until it ends; then its database is stopped [占有].

    Takes     a port; the first free one where None.
    Raises    StateConflict where another studio holds the folder; OutsideFailure where no port is
              free.
    Why       a studio keeps cases of clients: a database of its own, never a lender's, in a folder
              that its owner alone may enter.
    """
    folder = studio_home()
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(_OWN_BUT_PASSED if os.getuid() == 0 else _OWN)
    with (folder / "studio.lock").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StateConflict(Fault("STU-030", excerpt=str(folder))) from None
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        os.environ.pop("DATABASE_URL", None)
        os.environ[HOME_VARIABLE] = str(folder)
        os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS_MODULE
        os.environ[TOKEN_VARIABLE] = token
        try:
            own_port = port or _free_port()
            os.environ[PORT_VARIABLE] = str(own_port)
            yield Studio(own_port, folder, token)
        finally:
            _stop()


@contextmanager
def attending() -> Iterator[None]:
    """The studio's database for one command: ours for a while, or of who runs it [作業場への参加].

    Why       a calendar is asked for while the studio is open as well as while it is not.
    """
    with ExitStack() as held:
        try:
            prepare(held.enter_context(serving(None)))
        except StateConflict:
            os.environ.pop("DATABASE_URL", None)
            os.environ[HOME_VARIABLE] = str(studio_home())
            os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS_MODULE
        from motocho.config.settings import setup  # noqa: PLC0415  # not before its home is known

        setup(Role.APP)
        yield


def prepare(studio: Studio) -> Studio:
    """Start the studio's database and bring it up to date [準備].

    Raises    what starting the embedded server and migrating raise.
    """
    from motocho.config.schema import migrate  # noqa: PLC0415  # not before its home is known

    migrate()
    return studio


def studio_home() -> Path:
    """Where the studio keeps its cases: `MOTOCHO_STUDIO_HOME`, else beside the book's [保存先]."""
    given = os.environ.get(STUDIO_HOME_VARIABLE)
    return Path(given).expanduser().absolute() if given else home() / "studio"


def application() -> Any:
    """The studio as a WSGI application [WSGI]."""
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS_MODULE
    from motocho.config.settings import setup  # noqa: PLC0415  # not before its home is known

    setup(Role.APP)
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415  # not before Django is on

    return get_wsgi_application()


@contextmanager
def _told_when_it_answers(port: int, told: Callable[[], None]) -> Iterator[None]:
    """Tell once that the server answers; never if it ends before."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(_LOOK_SECONDS):
            if _answers(port):
                told()
                return

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        yield
    finally:
        over.set()
        looking.join()


def _answers(port: int) -> bool:
    """Whether the server answers; a port that only listens answers nothing yet."""
    asked = http.client.HTTPConnection(LOOPBACK, port, timeout=_PATIENCE_SECONDS)
    try:
        asked.request("GET", "/enter/")
        asked.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()
    return True


def _stop() -> None:
    from motocho.config.database import server  # noqa: PLC0415  # not before its home is known

    server().stop()


def _free_port() -> int:
    for port in range(FIRST_PORT, FIRST_PORT + TRIED_PORTS):
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((LOOPBACK, port))
            except OSError:
                continue
            return port
    raise OutsideFailure(Fault("WEB-006", details={"port": str(FIRST_PORT)}))
