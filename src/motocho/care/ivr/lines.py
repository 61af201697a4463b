"""The lines of the service, out of one file or the house's settings [台詞]. Pure once read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from string import Formatter
from typing import Any, TypeAlias

import yaml

from motocho.care import _in_force
from motocho.care._in_force import Setting
from motocho.units.errors import Fault, FaultyInput, clipped

FILE = "ivr.yaml"
LATER = frozenset(
    f"stopped_{cause}"
    for cause in ("often", "late", "third", "elsewhere", "evidence", "facts", "other")
)
"""Lines that a text of before they were there need not hold: the shipped ones are said."""
Texts: TypeAlias = Mapping[str, str]
"""Lines by their keys."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line to say [台詞]; what stands in it comes as it is to be read, and may tell a debt."""

    key: str
    details: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def text(self) -> str:
        """As the shipped file says it [出荷時の読み上げ文]."""
        return self.said(texts())

    def said(self, known: Texts) -> str:
        """As it is said in the words of a day [読み上げる文]."""
        return known[self.key].format_map(self.details)


@cache
def texts() -> Texts:
    """Every line by its key, as the package brings them [出荷時の台詞]."""
    return _lines(_in_force.shipped(Setting.IVR))


def in_force(cursor: Any, on: date) -> Texts:
    """Every line as it is said on a day: the house's settings, else the shipped file [台詞]."""
    return _read(_in_force.text(cursor, Setting.IVR, on), FILE)


def read(text: str, file: str) -> Texts:
    """The lines that a text holds [台詞の点検].

    Raises    FaultyInput for each line that is missing, unknown or empty, and each placeholder that
              the line is not filled with.
    """
    known, found = texts(), _lines(text)
    found = {**{key: known[key] for key in LATER if key in known}, **found}
    faults = [
        Fault("SET-007", file=file, column=clipped(key)) for key in sorted(known.keys() ^ found)
    ]
    for key in known.keys() & found:
        if not found[key].strip():
            faults.append(Fault("SET-007", file=file, column=key))
        strange = sorted(_placeholders(found[key]) - _placeholders(known[key]))
        faults += [
            Fault("SET-008", file=file, column=key, excerpt=clipped(name)) for name in strange
        ]
    if faults:
        raise FaultyInput(*faults)
    return found


_read = lru_cache(maxsize=8)(read)
"""By the text itself: a version that comes into force is another text."""


def _lines(text: str) -> Texts:
    content = yaml.load(text, Loader=yaml.CSafeLoader)
    return {str(key): str(line).replace("。 ", "。") for key, line in content.items()}


def _placeholders(line: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(line) if name is not None)
