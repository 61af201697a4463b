"""The folder between us and a bureau's program: files out, files in [受け渡しフォルダー].

A file has a name of its own for ever: laid down again it is the same file, and lies there once.
Whatever sends files to a bureau takes them from `out` and lays the bureau's into `in`; what we
have taken in goes to `done`. A folder that holds a file named `shut` takes nothing: the bureau is
closed, or the line is down.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from motocho.outside._laying import lay
from motocho.outside.postgres import home
from motocho.units.errors import Fault, OutsideFailure

VARIABLE = "MOTOCHO_BUREAU_TRAY"
SHUT = "shut"


class Line(Protocol):
    """A line to a bureau: what a vendor's program puts in this folder's place [機関との回線]."""

    def put(self, name: str, data: bytes) -> None:
        """Hand a file over; one that was handed over already stays as it is [送信].

        Raises    OutsideFailure where it may not have arrived: it may be handed over again.
        """

    def waiting(self) -> Sequence[str]:
        """The names of the files that came in, the earliest first [受信の一覧].

        Raises    OutsideFailure where nobody answers.
        """

    def get(self, name: str) -> bytes:
        """The bytes of a file that came in [受信].

        Raises    OutsideFailure where it cannot be read.
        """

    def done(self, name: str) -> None:
        """Say that a file was taken in; saying it again changes nothing [受信の完了].

        Raises    OutsideFailure where it cannot be said.
        """


@dataclass(frozen=True, slots=True)
class Tray:
    """A folder as the line to a bureau [受け渡しフォルダー]."""

    folder: Path

    def _place(self, name: str) -> Path:
        place = self.folder / name
        try:
            place.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError:
            raise OutsideFailure(Fault("BUR-020")) from None
        return place

    def put(self, name: str, data: bytes) -> None:
        """Lay a file down, whole or not at all [送信].

        Raises    OutsideFailure where the folder is shut or cannot be written.
        """
        place = self._place("out")
        if (self.folder / SHUT).exists():
            raise OutsideFailure(Fault("BUR-020"))
        try:
            lay(place, name, data)
        except OSError:
            raise OutsideFailure(Fault("BUR-020")) from None

    def waiting(self) -> Sequence[str]:
        """The files that lie in `in`; drafts, which begin with a dot, are left [受信の一覧].

        Raises    OutsideFailure where the folder cannot be made.
        """
        place = self._place("in")
        return sorted(path.name for path in place.iterdir() if not path.name.startswith("."))

    def get(self, name: str) -> bytes:
        """The bytes of a file [受信].

        Raises    OutsideFailure where it cannot be read.
        """
        try:
            return (self._place("in") / name).read_bytes()
        except OSError:
            raise OutsideFailure(Fault("BUR-021", file=name)) from None

    def done(self, name: str) -> None:
        """Move a file to `done` [受信の完了].

        Raises    OutsideFailure where it cannot be moved.
        """
        try:
            (self._place("in") / name).replace(self._place("done") / name)
        except FileNotFoundError:
            pass  # it was moved before: the transaction before this one ended in between
        except OSError:
            raise OutsideFailure(Fault("BUR-021", file=name)) from None


def trays() -> Path:
    """Where the folders of all bureaus are [受け渡しフォルダーの場所]."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else home() / "bureau"


def from_environment(bureau_id: str) -> Tray:
    """The folder of a bureau: below the one the environment names, else MOTOCHO_HOME [設定]."""
    return Tray(trays() / bureau_id)
