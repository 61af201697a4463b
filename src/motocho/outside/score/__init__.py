"""Whoever scores applications for us, as lines of files [評点の事業者].

The port: what is asked goes out, scores with their factors come in, each line one JSON object. The
line by which files come and go is the one of `outside.bureau` (`Line`, a folder for a start). A
score decides nothing: it may send an application to a person and lower an offer.

Nobody is named to a scorer, and nothing that a bureau told goes out (貸金業法41条の38): age, what
was asked for and what was said.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from motocho.outside.bureau import Tray
from motocho.outside.postgres import home
from motocho.units.errors import Fault, FaultyInput, clipped

VARIABLE = "MOTOCHO_SCORE_TRAY"
MOST_POINTS = 1_000_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked to be scored [評点の依頼]; `ref` comes back with the score."""

    ref: str
    kind: str
    limit_yen: int
    age: int | None
    stated_income_yen: int | None


@dataclass(frozen=True, slots=True)
class Scored:
    """A score with everything it was made of [評点]; the factors add up to the points."""

    ref: str
    model: str
    points: int
    factors: tuple[tuple[str, int], ...]


def write(wanted: Sequence[Wanted]) -> bytes:
    """What is asked, a line each [依頼ファイル]."""
    return b"".join(orjson.dumps(asdict(one)) + b"\n" for one in wanted)


def read(data: bytes, file: str) -> list[Scored]:
    """The scores of a file, whole or not at all [評点ファイルの読取り].

    Raises    FaultyInput with each line that is none: unknown names, no whole number, factors that
              do not add up to the points.
    """
    scored, faults = [], []
    for number, line in enumerate(data.splitlines(), 1):
        found = _scored(line)
        if found is None:
            excerpt = clipped(line.decode("utf-8", "replace"))
            faults.append(Fault("SCR-219", file=file, line=number, excerpt=excerpt))
        else:
            scored.append(found)
    if faults:
        raise FaultyInput(*faults)
    return scored


def _scored(line: bytes) -> Scored | None:
    try:
        held = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(held, dict) or set(held) != {"ref", "model", "points", "factors"}:
        return None
    factors = held["factors"]
    if not isinstance(factors, list) or not all(_is_factor(one) for one in factors):
        return None
    named = tuple((str(one["name"]), int(one["points"])) for one in factors)
    is_text = all(isinstance(held[name], str) and held[name] for name in ("ref", "model"))
    is_sum = _is_points(held["points"]) and sum(points for _, points in named) == held["points"]
    return Scored(held["ref"], held["model"], held["points"], named) if is_text and is_sum else None


def _is_factor(one: Any) -> bool:
    is_pair = isinstance(one, dict) and set(one) == {"name", "points"}
    return (
        is_pair and isinstance(one["name"], str) and bool(one["name"]) and _is_points(one["points"])
    )


def _is_points(value: object) -> bool:
    return type(value) is int and abs(value) <= MOST_POINTS


def from_environment() -> Tray:
    """The folder of the scorer: the one the environment names, else below MOTOCHO_HOME [設定]."""
    named = os.environ.get(VARIABLE)
    return Tray(Path(named) if named else home() / "score")
