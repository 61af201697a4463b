"""Where the database of this installation is, and how its schema gets there [データベース].

`DATABASE_URL` names a server of the operator's; without it, the embedded one under `MOTOCHO_HOME`
is started.
"""

from __future__ import annotations

import os

from motocho.outside.postgres import Address, Server, Waiting, home, in_silence

URL = "DATABASE_URL"


def server() -> Server:
    """The embedded server of this installation, started or not [組み込みサーバー]."""
    return Server(home() / "postgres")


def address(waiting: Waiting = in_silence) -> Address:
    """The database of this installation; the embedded server is started if need be [接続先].

    Raises    InputError for a DATABASE_URL that cannot be read; what `Server.start` raises.
    """
    url = os.environ.get(URL)
    if url:
        return Address.read(url, home() / "passwords")
    return server().start(waiting)
