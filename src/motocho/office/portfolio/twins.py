"""Agreements whose lines stand apart in the input: found although memory stays flat [離れた行].

Where names ascend nothing needs to be looked for. Where they do not, they are looked through in
several passes, each of which keeps only some names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from motocho.office.portfolio import shards

NAMES_AT_ONCE = 1 << 22


def found(folder: Path, done: Sequence[shards.Done], at_once: int = NAMES_AT_ONCE) -> set[Any]:
    """The names that come more than once among the results and faults of a run [重複した契約]."""
    count = sum(one.agreements + one.faulty for one in done)
    passes = count // at_once + 1
    twice: set[Any] = set()
    for number in range(passes):
        keys = [keys[keys % passes == number] for keys, _ in _names(folder, done)]
        again = _repeated(np.concatenate(keys)) if keys else np.zeros(0, np.int64)
        if len(again):
            twice |= _exactly(folder, done, again)
    return twice


def _repeated(keys: Any) -> Any:
    keys = np.sort(keys)
    return np.unique(keys[1:][keys[1:] == keys[:-1]])


def _exactly(folder: Path, done: Sequence[shards.Done], again: Any) -> set[Any]:
    """The names behind repeated keys that are themselves repeated."""
    counts: Counter[Any] = Counter()
    for keys, names in _names(folder, done):
        places = np.flatnonzero(np.isin(keys, again))
        counts.update(names.take(pa.array(places)).to_pylist())
    return {name for name, count in counts.items() if count > 1}


def _names(folder: Path, done: Sequence[shards.Done]) -> Iterator[tuple[Any, pa.Array]]:
    for one in done:
        yield from _names_in(shards.found_path(folder, one.number))
        if one.faults_sha256:
            yield from _names_in(shards.faults_path(folder, one.number))


def _names_in(path: Path) -> Iterator[tuple[Any, pa.Array]]:
    """Names with a number each; of an agreement's faults, that stand together, one name."""
    last: Any = None
    for rows in shards.batches_in(path):
        names = rows.column(0).drop_null()
        values = names.to_pylist()
        fresh = [at for at, name in enumerate(values) if name != (values[at - 1] if at else last)]
        last = values[-1] if values else last
        names = names.take(pa.array(fresh, pa.int64()))
        yield _keys(names), names


def _keys(names: pa.Array) -> Any:
    if pa.types.is_integer(names.type):
        return names.to_numpy(zero_copy_only=False).astype(np.int64)
    return np.fromiter(map(hash, names.to_pylist()), dtype=np.int64, count=len(names))
