"""Facts as plain values and back: for files, for what is kept, for a replay [事実の記録].

One reader for every record: the types of its fields say what may stand there. Whatever else stands
in a file is a fault with its path; all faults are told at once.

>>> from dataclasses import dataclass
>>> @dataclass(frozen=True)
... class Point:
...     on: date
...     paid_yen: int = 0
>>> read(Point, {"on": "2026-11-23"})
Point(on=datetime.date(2026, 11, 23), paid_yen=0)
>>> plain(Point(date(2026, 11, 23), 5))
{'on': '2026-11-23', 'paid_yen': 5}
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, TypeVar

from motocho.units.errors import Fault, FaultyInput, clipped

Held = TypeVar("Held")
_MOST_YEN = 10**12
_WANTED: Mapping[object, tuple[str, str]] = {
    int: ("0以上1兆以下の整数", "a whole number from 0 to 10¹²"),
    str: ("文字", "text"),
    bool: ("true か false", "true or false"),
    date: ("2026-11-23 のような日付", "a day such as 2026-11-23"),
}
_GROUP = ("項目の組", "a group of items")
_LIST = ("並び", "a list")


def plain(value: Any) -> Any:
    """A record as values of JSON [記録する形].

    What nobody said is left out. An empty list stands where it says something: that a bureau was
    asked and named none is not the same as that it was not asked.
    """
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if is_dataclass(value) and not isinstance(value, type):
        named = ((each, getattr(value, each.name)) for each in fields(value))
        return {each.name: plain(held) for each, held in named if not _is_left_out(each, held)}
    return value


def _is_left_out(each: Field[Any], held: object) -> bool:
    return held == each.default and (held is None or held == ())


def read(kind: type[Held], value: object, path: str = "") -> Held:
    """A record from values of JSON or of TOML [記録の読取り].

    Takes     the path at which it stands in its file, for faults.
    Raises    FaultyInput with every item that is missing, unknown, or no value of its kind.
    """
    faults: list[Fault] = []
    found = _record(kind, value, path, faults)
    if faults:
        raise FaultyInput(*faults)
    return typing.cast("Held", found)


_HINTS: dict[str, Mapping[str, Any]] = {}


def _hints(kind: type[Any]) -> Mapping[str, Any]:
    """The types of a record's fields, found once."""
    name = f"{kind.__module__}.{kind.__qualname__}"
    if name not in _HINTS:
        _HINTS[name] = typing.get_type_hints(kind)
    return _HINTS[name]


def _record(kind: type[Any], value: object, path: str, faults: list[Fault]) -> Any:
    if not isinstance(value, Mapping):
        return _refuse(path, _GROUP, value, faults)
    known = {each.name: each for each in fields(kind)}
    for key in value:
        if key not in known:
            details = {"key": clipped(str(key)), "known": ", ".join(known)}
            faults.append(Fault("SCR-151", column=_at(path, str(key)), details=details))
    before = len(faults)
    held = {}
    for name, each in known.items():
        if name in value:
            held[name] = _value(_hints(kind)[name], value[name], _at(path, name), faults)
        elif _is_required(each):
            faults.append(Fault("SCR-152", column=_at(path, name), details={"key": name}))
    return kind(**held) if len(faults) == before and set(value) <= set(known) else None


def _is_required(each: Field[Any]) -> bool:
    return each.default is MISSING and each.default_factory is MISSING


def _value(hint: Any, value: object, path: str, faults: list[Fault]) -> Any:
    origin = typing.get_origin(hint)
    if origin is types.UnionType or origin is typing.Union:
        inner = [one for one in typing.get_args(hint) if one is not type(None)]
        return None if value is None else _value(inner[0], value, path, faults)
    if origin is tuple:
        if not isinstance(value, list):
            return _refuse(path, _LIST, value, faults)
        kind = typing.get_args(hint)[0]
        return tuple(
            _value(kind, one, f"{path}[{place}]", faults) for place, one in enumerate(value, 1)
        )
    if is_dataclass(hint):
        return _record(typing.cast("type[Any]", hint), value, path, faults)
    return _single(hint, value, path, faults)


def _single(hint: Any, value: object, path: str, faults: list[Fault]) -> Any:
    if isinstance(hint, type) and issubclass(hint, Enum):
        chosen = {one.value: one for one in hint}
        if isinstance(value, str) and value in chosen:
            return chosen[value]
        choices = " / ".join(chosen)
        return _refuse(path, (choices, choices), value, faults)
    if hint is date:
        return _day(value, path, faults)
    if type(value) is not hint or (hint is int and not _is_amount(path, value)):
        return _refuse(path, _WANTED[hint], value, faults)
    return value


def _is_amount(path: str, value: object) -> bool:
    """Points of a score may be below zero; no other number may."""
    least = -_MOST_YEN if path.endswith("points") else 0
    return isinstance(value, int) and least <= value <= _MOST_YEN


def _day(value: object, path: str, faults: list[Fault]) -> date | None:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        _refuse(path, _WANTED[date], value, faults)
        return None


def _refuse(path: str, wanted: tuple[str, str], value: object, faults: list[Fault]) -> None:
    details = {"key": path or "-", "wanted_ja": wanted[0], "wanted_en": wanted[1]}
    faults.append(Fault("SCR-153", column=path, excerpt=clipped(str(value)), details=details))


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
