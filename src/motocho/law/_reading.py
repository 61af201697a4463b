"""Reading YAML with its places: every refusal names file, line and remedy [読取り].

A law table is refused, never guessed at. `Item` is one node of a file together with the key it
stands under; asking it for a kind of value either gives that value or raises `BadTable`. Floats
and truth values are refused wherever they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import NoReturn, TypeVar

import yaml

from motocho.units.errors import Fault, FaultyInput, clipped

WHOLE = re.compile(r"-?(?:0|[1-9][0-9_]*)")
TAG = "tag:yaml.org,2002:"
KINDS_REFUSED = {f"{TAG}float", f"{TAG}bool", f"{TAG}binary", f"{TAG}set", f"{TAG}omap"}


Choice = TypeVar("Choice", bound=Enum)


class BadTable(FaultyInput):
    """A file of law data that cannot be trusted [不正な法令データ]: names file, line, remedy."""


@dataclass(frozen=True, slots=True)
class Item:
    """One node of a YAML file and the key it stands under [項目]."""

    file: str
    key: str
    node: yaml.Node

    @property
    def line(self) -> int:
        """Line of the node, counted from 1 [行]."""
        return int(self.node.start_mark.line) + 1

    @property
    def shown(self) -> str:
        """The node as a message repeats it [抜粋]."""
        return clipped(str(self.node.value)) if isinstance(self.node, yaml.ScalarNode) else ""

    @property
    def is_null(self) -> bool:
        """Whether the node is an explicit null [空]."""
        return bool(self.node.tag == f"{TAG}null")

    def refuse(self, code: str, **details: str) -> NoReturn:
        """Refuse the file at this place [拒否].

        Raises    BadTable.
        """
        fault = Fault(
            code=code,
            file=self.file,
            line=self.line,
            column=self.key or None,
            excerpt=self.shown,
            details={"key": self.key, **details},
        )
        raise BadTable(fault)

    def mapping(self, *, required: set[str], optional: set[str]) -> Mapping[str, Item]:
        """The keys below: all of `required`, none outside `optional` [組].

        Raises    BadTable for a missing, an unknown or a repeated key.
        """
        found = dict(self._pairs())
        for key, item in found.items():
            if key not in required | optional:
                item.refuse("LAW-011", known=", ".join(sorted(required | optional)))
        for key in sorted(required - found.keys()):
            self.refuse("LAW-012", missing=key)
        return found

    def free_mapping(self) -> Mapping[str, Item]:
        """The keys below, whatever they are named [任意の組]."""
        return dict(self._pairs())

    def sequence(self) -> tuple[Item, ...]:
        """The entries of a list that is not empty [列]."""
        if not isinstance(self.node, yaml.SequenceNode) or not self.node.value:
            self.refuse("LAW-013", wanted_ja="空でない列", wanted_en="a list that is not empty")
        return tuple(Item(self.file, self.key, node) for node in self.node.value)

    def text(self) -> str:
        """Text that is not empty [文字列]."""
        if self._tag() != "str" or not self.node.value.strip():
            self.refuse("LAW-013", wanted_ja="文字列", wanted_en="text")
        return str(self.node.value).strip()

    def whole(self) -> int:
        """A whole number [整数]."""
        if self._tag() != "int" or not WHOLE.fullmatch(self.node.value):
            self.refuse("LAW-013", wanted_ja="整数", wanted_en="a whole number")
        return int(self.node.value.replace("_", ""))

    def day(self) -> date:
        """A calendar day, written 2026-05-21 [日付]."""
        try:
            return date.fromisoformat(self.node.value)
        except (TypeError, ValueError):
            self.refuse(
                "LAW-013", wanted_ja="日付（例: 2026-05-21）", wanted_en="a day such as 2026-05-21"
            )

    def one_of(self, choices: type[Choice], code: str = "LAW-016") -> Choice:
        """One of the words of a closed list [選択肢]."""
        known = {choice.value: choice for choice in choices}
        if self.text() not in known:
            self.refuse(code, known=", ".join(known))
        return known[self.text()]

    def day_or_open(self) -> date | None:
        """A calendar day, or null for an open end [日付又は未定]."""
        return None if self.is_null else self.day()

    def _tag(self) -> str:
        is_scalar = isinstance(self.node, yaml.ScalarNode)
        return str(self.node.tag).removeprefix(TAG) if is_scalar else ""

    def _pairs(self) -> Iterator[tuple[str, Item]]:
        if not isinstance(self.node, yaml.MappingNode):
            self.refuse("LAW-013", wanted_ja="キーと値の組", wanted_en="keys with values")
        seen: set[str] = set()
        for key_node, value_node in self.node.value:
            key = str(key_node.value)
            if key in seen:
                Item(self.file, key, key_node).refuse("LAW-028")
            seen.add(key)
            yield key, Item(self.file, key, value_node)


def read_items(text: str, file: str) -> Item:
    """The whole of a YAML text as one item, its floats and truth values refused [全体].

    Raises    BadTable if the text is not YAML, is empty, or holds such a value.
    """
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = None if mark is None else mark.line + 1
        fault = Fault("LAW-010", file=file, line=line, details={"problem": str(error.problem)})
        raise BadTable(fault) from error
    if node is None:
        raise BadTable(Fault("LAW-010", file=file, line=1, details={"problem": "empty"}))
    root = Item(file, "", node)
    _refuse_inexact(root)
    return root


def _refuse_inexact(item: Item) -> None:
    node = item.node
    if node.tag in KINDS_REFUSED:
        item.refuse("LAW-014")
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            # Keys are names: YAML 1.1 would take the key `on` for a truth value.
            _refuse_inexact(Item(item.file, str(key.value), value))
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _refuse_inexact(Item(item.file, item.key, value))


@cache
def data_text(name: str) -> str:
    """The text of one file of `law/data` [データ]."""
    return (files("motocho.law") / "data" / name).read_text(encoding="utf-8")


def has_data(name: str) -> bool:
    """Whether `law/data` has a file of this name [有無]."""
    return (files("motocho.law") / "data" / name).is_file()


def data_names() -> tuple[str, ...]:
    """Names of all files of `law/data`, sorted [一覧]."""
    return tuple(sorted(entry.name for entry in (files("motocho.law") / "data").iterdir()))
