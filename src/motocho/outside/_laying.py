"""Files in a folder that others write or read: whole or not at all, once [ファイルの受渡し]."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def lay(folder: Path, name: str, data: bytes) -> None:
    """Lay a file down; one of the same name that lies there already stays [書き出し].

    Raises    OSError where it cannot be laid down.
    Why       who reads the folder meanwhile sees no half of it: drafts begin with a dot.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder / f".{name}.{os.getpid()}"
    draft.write_bytes(data)
    try:
        os.link(draft, folder / name)
    except FileExistsError:
        pass  # what has this name is the same, for ever
    finally:
        draft.unlink()


def taken(path: Path, most_bytes: int) -> bytes:
    """What lies there; what is made to stop us stops nobody [読み込み].

    Raises    OSError for what is no plain file (no link is followed, no pipe waited for);
              ValueError for what is longer.
    """
    place = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(place, "rb") as held:
        if not stat.S_ISREG(os.fstat(place).st_mode):
            raise OSError(path.name)
        data = held.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise ValueError(path.name)
    return data


def put_away(path: Path, folder: Path) -> Path | None:
    """Move a file that was read into a folder, beside another of its name [退避].

    Gives     where it lies now; None where somebody else moved it meanwhile.
    Raises    OSError where it cannot be moved.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target, count = folder / path.name, 1
    while target.exists():
        count += 1
        target = folder / f"{path.stem}-{count}{path.suffix}"
    try:
        path.rename(target)
    except FileNotFoundError:
        return None
    return target
