"""Reading the files a command is given, and writing the one it makes [ファイルの読み書き]."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from motocho.claims.reading import MAX_FILE_BYTES
from motocho.units.errors import Fault, FaultyInput, InputError, NotFoundError, clipped

STDIN = "-"


def read_bytes(name: str) -> tuple[bytes, str]:
    """The bytes of a file, or of standard input for `-`, and the name faults call it by.

    Raises    InputError for a directory or an unreadable file, NotFoundError where there is none,
              FaultyInput beyond MAX_FILE_BYTES.
    """
    shown = "(stdin)" if name == STDIN else Path(name).name
    with open_binary(name) as stream:
        data = stream.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        limit = {"limit_mib": str(MAX_FILE_BYTES >> 20)}
        raise FaultyInput(Fault("USE-004", file=shown, details=limit))
    return data, shown


@contextmanager
def open_binary(name: str) -> Iterator[BinaryIO]:
    """A file, or standard input for `-`, open for reading.

    Raises    InputError for a directory or an unreadable file, NotFoundError where there is none.
    """
    if name == STDIN:
        yield sys.stdin.buffer
        return
    try:
        with Path(name).open("rb") as stream:
            yield stream
    except FileNotFoundError:
        raise NotFoundError(Fault("USE-001", file=name)) from None
    except IsADirectoryError:
        raise InputError(Fault("USE-002", file=name)) from None
    except OSError as error:
        details = {"reason": error.strerror or str(error)}
        raise InputError(Fault("USE-003", file=name, details=details)) from None


def toml_of(name: str) -> tuple[Mapping[str, Any], str]:
    """What a file of facts states, and the file's name for faults [事実のファイル].

    Raises    FaultyInput where it is no TOML; as `read_bytes`.
    """
    data, shown = read_bytes(name)
    try:
        return tomllib.loads(data.decode("utf-8-sig")), shown
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FaultyInput(Fault("SCR-157", file=shown, excerpt=clipped(str(error)))) from None


def write_bytes(data: bytes, path: Path) -> None:
    """Write a file whole: it is there complete, or not at all.

    Raises    InputError where the place cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        details = {"reason": error.strerror or str(error)}
        raise InputError(Fault("USE-005", file=str(path), details=details)) from None
