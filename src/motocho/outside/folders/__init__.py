"""Folders in which files lie outside the database, and how one goes [データベース外のファイル].

    for one in lying("bank/orders"): ...             what lies there, drafts too
    remove("bank/orders", "7-12.json")               gone; again is no fault

Whether a file may go is said by the database (`office.registers`), never here. A name of a bureau's
file begins with the bureau's: `jicc/inquiries-0000000001`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from motocho.outside import bureau, cards, identity, mail, score, sms, teller
from motocho.outside.postgres import home
from motocho.units.errors import Fault, OutsideFailure, ensure

__all__ = ["BACKUPS", "FOLDERS", "Lying", "lying", "place_of", "remove"]

BACKUPS = "backups"
FOLDERS: Mapping[str, Callable[[], Path]] = {
    "bank/orders": lambda: teller.from_environment().folder / "orders",
    "bank/answers": lambda: teller.from_environment().folder / "answers",
    "cards/orders": lambda: cards.from_environment().folder / "orders",
    "cards/reports": lambda: cards.from_environment().folder / "reports",
    "cards/done": lambda: cards.from_environment().folder / "done",
    "mail": mail.folder,
    "returned/taken": lambda: mail.returned_folder() / mail.TAKEN,
    "returned/aside": lambda: mail.returned_folder() / mail.ASIDE,
    "sms": sms.folder,
    "identity/requests": lambda: identity.folder() / "requests",
    "identity/results": lambda: identity.folder() / "results",
    "bureau/out": bureau.trays,
    "bureau/in": bureau.trays,
    "bureau/done": bureau.trays,
    "score/out": lambda: score.from_environment().folder / "out",
    "score/in": lambda: score.from_environment().folder / "in",
    "score/done": lambda: score.from_environment().folder / "done",
    "reports": lambda: home() / "reports",
    BACKUPS: lambda: home() / BACKUPS,
}
"""Every folder whose files can be looked at, by its name in the list of the registers."""
_EACH = {"bureau/out": "out", "bureau/in": "in", "bureau/done": "done"}
"""Where there is one folder for each partner: what it is called below the partner's own."""


@dataclass(frozen=True, slots=True)
class Lying:
    """A file that lies in a folder [置かれたファイル]."""

    name: str
    laid_at: datetime
    """When it came to lie there, or was changed last: the earliest it can be of."""

    @property
    def is_draft(self) -> bool:
        """Whether it was being written [書きかけ]: left behind by whoever was killed."""
        return self.name.rpartition("/")[2].startswith(".")


def place_of(folder: str) -> Path:
    """Where a folder is on this machine [フォルダーの場所]."""
    return FOLDERS[folder]()


def lying(folder: str) -> Iterator[Lying]:
    """Every file of a folder [ファイルの一覧]; none where there is no folder.

    Raises    OutsideFailure where it cannot be read.
    """
    try:
        for prefix, place in _places(folder):
            with os.scandir(place) as found:
                yield from filter(None, (_lying(prefix, one) for one in found))
    except FileNotFoundError:
        return
    except OSError as error:
        raise _unreachable(folder, error) from None


def _lying(prefix: str, one: os.DirEntry[str]) -> Lying | None:
    """The file; None for what is none, or was taken away meanwhile."""
    try:
        found = one.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return Lying(prefix + one.name, datetime.fromtimestamp(found.st_ctime, UTC))


def _places(folder: str) -> Iterator[tuple[str, Path]]:
    place, below = place_of(folder), _EACH.get(folder)
    if below is None:
        if place.is_dir():
            yield "", place
        return
    for each in sorted(place.iterdir()) if place.is_dir() else ():
        if (each / below).is_dir():
            yield f"{each.name}/", each / below


def remove(folder: str, name: str) -> bool:
    """Remove a file; gives whether it lay there [ファイルの削除].

    Raises    OutsideFailure where it cannot be removed.
    """
    prefix, _, own = name.rpartition("/")
    below = _EACH.get(folder, "")
    ensure(own not in {"", ".", ".."} and bool(prefix) == bool(below), "a name of a file of ours")
    try:
        (place_of(folder) / prefix / below / own).unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise _unreachable(folder, error) from None
    return True


def _unreachable(folder: str, error: OSError) -> OutsideFailure:
    return OutsideFailure(Fault("REG-036", file=folder, details={"said": str(error.strerror)}))
