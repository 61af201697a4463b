"""Seals outside the database: a line a closed day, to be printed, mailed or signed [控え].

The file is only added to. A line that differs from the seal in the database says that one of the
two was changed: then nothing is closed any more until a person has looked.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

from motocho.ledger.checks import Seal
from motocho.units.errors import Fault, OutsideFailure, StateConflict

NAME = "seals.txt"


def copy_out(cursor: Any, folder: Path) -> Path:
    """Bring the file up to date, on the disk for good [控えの書き出し].

    Raises    StateConflict where a line differs from its seal; OutsideFailure if the file cannot be
              written.
    """
    path = folder / NAME
    written = _written(path)
    cursor.execute(
        "SELECT sealed_on, entries, total_yen::bigint, day_digest, chain_digest"
        " FROM ledger_seal ORDER BY sealed_on"
    )
    lines = [
        Seal(on, entries, total_yen, bytes(day), bytes(chain)).text()
        for on, entries, total_yen, day, chain in cursor.fetchall()
    ]
    for number, (seen, kept) in enumerate(zip(written, lines, strict=False), start=1):
        if seen != kept:
            raise StateConflict(Fault("CLS-020", file=str(path), line=number))
    if len(written) > len(lines):
        raise StateConflict(Fault("CLS-020", file=str(path), line=len(lines) + 1))
    _append(path, lines[len(written) :])
    return path


def append(folder: Path, seal: Seal) -> None:
    """Add the line of a day that was just sealed; the file is up to date otherwise [控えの追記].

    Raises    OutsideFailure if the file cannot be written: the next run writes the line.
    """
    _append(folder / NAME, [seal.text()])


def last_written(folder: Path) -> Seal | None:
    """The seal on the last whole line; None where nothing was written yet [最後の控え].

    Raises    ValueError if that line is no seal.
    """
    path = folder / NAME
    if not path.exists():
        return None
    text = path.read_text(encoding="ascii")
    lines = text[: text.rfind("\n") + 1].splitlines()
    if not lines:
        return None
    sealed_on, entries, total_yen, day_digest, chain_digest = lines[-1].split()
    return Seal(
        date.fromisoformat(sealed_on),
        int(entries),
        int(total_yen),
        bytes.fromhex(day_digest),
        bytes.fromhex(chain_digest),
    )


def _written(path: Path) -> list[str]:
    """The whole lines of the file; the rest of a line that was being written is cut off."""
    try:
        text = path.read_text(encoding="ascii")
        whole = text[: text.rfind("\n") + 1]
        if whole != text:
            os.truncate(path, len(whole))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise _unwritten(path, error) from error
    return whole.splitlines()


def _append(path: Path, lines: list[str]) -> None:
    if not lines and path.exists():
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="ascii") as file:
            file.writelines(f"{line}\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise _unwritten(path, error) from error


def _unwritten(path: Path, error: OSError) -> OutsideFailure:
    return OutsideFailure(Fault("CLS-021", file=str(path), details={"said": str(error.strerror)}))
