"""A file laid down in a folder that others read: whole or not at all, once [ファイルの受渡し]."""

from __future__ import annotations

import os
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
