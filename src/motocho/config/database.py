"""Where the database of this installation is [データベース].

`DATABASE_URL` names a server of the operator's; without it, the embedded one under `MOTOCHO_HOME`
is started.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from motocho.outside.postgres import (
    Address,
    Server,
    State,
    Waiting,
    home,
    in_silence,
    kept_passwords,
    lacking,
    prepare_roles,
)
from motocho.units.errors import Fault, RefusedError

URL = "DATABASE_URL"


def url() -> str | None:
    """The address the operator gave, None for the embedded server [DATABASE_URL]."""
    return os.environ.get(URL) or None


def server() -> Server:
    """The embedded server of this installation, started or not [組み込みサーバー].

    Raises    RefusedError where the operator brings a server: it is not ours to run.
    """
    if url() is not None:
        raise RefusedError(Fault("DBS-016", column=URL))
    return Server(home() / "postgres")


def backups() -> Path:
    """Where backups are kept unless another place is named [バックアップの場所]."""
    return home() / "backups"


def address(waiting: Waiting = in_silence) -> Address:
    """The database of this installation; the embedded server is started if need be [接続先].

    Raises    InputError for a DATABASE_URL that cannot be read; what `Server.start` raises.
    """
    given = url()
    if given is None:
        return server().start(waiting)
    return Address.read(given, _passwords())


def prepare() -> Address:
    """Make the roles, or make them anew, on the server of this installation [役割の用意].

    Takes     from the environment a DATABASE_URL of an administrator; the embedded server needs
              none.
    Gives     the address. The roles' passwords are in a file under MOTOCHO_HOME.
    Raises    OutsideFailure where the administrator may not.
    """
    given = url()
    if given is None:
        return server().start()
    home().mkdir(mode=0o700, parents=True, exist_ok=True)
    known = kept_passwords(_passwords())
    at = Address.read(given)
    with at.connect(autocommit=True) as connection:
        prepare_roles(connection, known, at.database)
    return address()


@dataclass(frozen=True, slots=True)
class Condition:
    """How the database of this installation is, found without starting anything [状態]."""

    state: State
    folder: Path | None
    at: Address | None
    faults: tuple[Fault, ...]

    def document(self) -> dict[str, str | None]:
        """The part of `motocho db status --json` that is about the server [公開形式]."""
        return {
            "server": "url" if self.folder is None else "embedded",
            "state": self.state.value,
            "folder": None if self.folder is None else str(self.folder),
            "at": None if self.at is None else self.at.show(),
        }


def condition() -> Condition:
    """The state of the server, and all that it lacks [点検].

    Raises    InputError for a DATABASE_URL that cannot be read.
    """
    if url() is not None:
        at = address()
        return Condition(at.state(), None, at, lacking(at))
    own = server()
    state = own.state()
    if state is not State.RUNNING:
        return Condition(state, home() / "postgres", None, ())
    return Condition(state, own.folder, own.address, lacking(own.address))


def scratch() -> Path:
    """An empty folder for a rehearsal, which clears it away [作業用フォルダ]."""
    home().mkdir(mode=0o711, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="rehearsal-", dir=home()))
    folder.chmod(0o711)
    return folder


def _passwords() -> Path:
    return home() / "passwords"
