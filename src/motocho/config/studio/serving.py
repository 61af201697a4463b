"""The studio as a process: its database, its token, its server on the loopback [作業場の起動].

`prepare` comes first: it turns the environment of this process to the studio's own home and
settings. What is served then is this process's children on 127.0.0.1 and nothing else.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from motocho.outside.postgres import Role, home

LOOPBACK = "127.0.0.1"
TARGET = "motocho.config.studio.serving:application"
HOME_VARIABLE = "MOTOCHO_HOME"
STUDIO_HOME_VARIABLE = "MOTOCHO_STUDIO_HOME"
SETTINGS_MODULE = "motocho.config.studio.settings"
TOKEN_VARIABLE = "MOTOCHO_STUDIO_TOKEN"  # noqa: S105  # a name, no token
_TOKEN_BYTES = 32
_OWN = 0o700


@dataclass(frozen=True, slots=True)
class Studio:
    """A studio that is ready to be served [作業場]."""

    port: int
    folder: Path
    token: str

    @property
    def address(self) -> str:
        """Where it is opened, with the token of this start [アドレス]."""
        return f"http://{LOOPBACK}:{self.port}/enter/?token={self.token}"


def prepare(port: int) -> Studio:
    """Turn this process to the studio's home, start its database, bring it up to date [準備].

    Raises    what starting the embedded server and migrating raise.
    Why       a studio keeps cases of clients: it has a database of its own, never a lender's, and
              a folder that only its owner may enter.
    """
    folder = studio_home()
    folder.mkdir(parents=True, exist_ok=True)
    if os.getuid() != 0:  # root's server runs as a user without rights, who has to pass through
        folder.chmod(_OWN)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    os.environ.pop("DATABASE_URL", None)
    os.environ[HOME_VARIABLE] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS_MODULE
    os.environ[TOKEN_VARIABLE] = token
    from motocho.config.schema import migrate  # noqa: PLC0415  # not before the home is known

    migrate()
    return Studio(port, folder, token)


def studio_home() -> Path:
    """Where the studio keeps its cases: `MOTOCHO_STUDIO_HOME`, else beside the book's [保存先]."""
    given = os.environ.get(STUDIO_HOME_VARIABLE)
    return Path(given).expanduser().absolute() if given else home() / "studio"


def application() -> Any:
    """The studio as a WSGI application [WSGI]."""
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS_MODULE
    from motocho.config.settings import setup  # noqa: PLC0415

    setup(Role.APP)
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415  # not before Django is on

    return get_wsgi_application()


def serve(studio: Studio) -> None:
    """Serve until the process is told to stop [起動].

    Raises    OutsideFailure where the port is taken.
    """
    from motocho.config.site import Serving, serve_target  # noqa: PLC0415

    serve_target(TARGET, Serving(studio.port, LOOPBACK))
