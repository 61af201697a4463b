"""The web site as a process: Django as WSGI on granian [Webサーバー]."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import Any

from motocho.config.settings import setup
from motocho.outside.postgres import Role
from motocho.units.errors import Fault, OutsideFailure

TARGET = "motocho.config.site:application"
LOOPBACK = "127.0.0.1"
PORT = 8000
_BESIDE = {
    name: {"class": "logging.StreamHandler", "formatter": form, "stream": "ext://sys.stderr"}
    for name, form in (("console", "generic"), ("access", "access"))
}
"""What the server says of itself goes where errors go: programs read what a command answers."""


@dataclass(frozen=True, slots=True)
class Serving:
    """How the site is served [起動の設定]."""

    port: int = PORT
    host: str = LOOPBACK
    workers: int = 1
    threads: int = 8
    """Requests that one worker answers at once; each thread keeps one connection."""


def application() -> Any:
    """The site as a WSGI application, Django turned to the application's role [WSGI]."""
    setup(Role.APP)
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415  # not before Django is on

    return get_wsgi_application()


def serve(how: Serving) -> None:
    """Serve until the process is told to stop; workers end what they are at [起動].

    Raises    OutsideFailure where the port is taken.
    """
    serve_target(TARGET, how)


def serve_target(target: str, how: Serving) -> None:
    """The same for another application of ours, named by where its factory stands [起動].

    Raises    OutsideFailure where the port is taken.
    """
    _refuse_taken(how)
    from granian.constants import Interfaces  # noqa: PLC0415  # slow to import
    from granian.log import LogLevels  # noqa: PLC0415
    from granian.server import Server  # noqa: PLC0415

    Server(
        target,
        address=how.host,
        port=how.port,
        interface=Interfaces.WSGI,
        workers=how.workers,
        blocking_threads=how.threads,
        factory=True,
        log_access=False,
        log_level=LogLevels.warning,
        log_dictconfig={"handlers": _BESIDE},
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    ).serve()


def _refuse_taken(how: Serving) -> None:
    family = socket.AF_INET6 if ":" in how.host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((how.host, how.port))
        except OSError:
            raise OutsideFailure(Fault("WEB-006", details={"port": str(how.port)})) from None
