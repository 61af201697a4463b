"""What the radar gives back: places, reasons, and mends that can be carried out [点検の結果]."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple

from motocho.units.errors import Fault

_KEY_DIGITS = 16


class Check(Enum):
    """The twelve checks [点検の種類]."""

    BALANCE = "balance"
    DIGIT = "digit"
    SWAPPED = "swapped"
    MISSING = "missing"
    DOUBLED = "doubled"
    DATE = "date"
    WEEKDAY = "weekday"
    SHOPPING = "shopping"
    OPENING = "opening"
    PAUSE = "pause"
    PRESCRIPTION = "prescription"
    RATE = "rate"


class Weight(Enum):
    """What an alarm says of its row [点検の重さ]."""

    WRONG = "wrong"
    """The row cannot be as it stands [不一致]."""
    LOOK = "look"
    """Somebody should look at the paper [確認]."""
    QUESTION = "question"
    """No slip: a choice of law or of fact that moves yen [問い]."""


class Action(Enum):
    """How a mend changes the rows [直し方]."""

    SET = "set"
    DELETE = "delete"
    INSERT = "insert"
    """A row before the one named; after the last where None is named."""
    SORT = "sort"


class Mend(NamedTuple):
    """One change of the rows [直し]; cells are texts by the names of `Line`."""

    action: Action
    row: int | None
    cells: Mapping[str, str] = {}

    def document(self) -> dict[str, Any]:
        """The mend in its public form [公開形式]."""
        return {"action": self.action.value, "row": self.row, "cells": dict(self.cells)}


class Line(NamedTuple):
    """One row as it is typed, before it is read [入力の行]."""

    date: str = ""
    borrow: str = ""
    repay: str = ""
    rate: str = ""
    balance: str = ""
    note: str = ""
    contract: str = ""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A place that somebody should look at [点検の指摘]."""

    check: Check
    weight: Weight
    row: int | None
    """The row of the source; None for the whole history."""
    fault: Fault
    mends: tuple[Mend, ...] = field(default=())
    effect_yen: int | None = None
    """What the claim would gain (or lose) were the mend made; None where that is not known."""

    @property
    def key(self) -> str:
        """What stays the same while the row does: 「これで正しい」 is kept under it [指摘の鍵]."""
        said = f"{self.check.value}|{self.fault.code}|{self.fault.excerpt}|{self.fault.proposed}"
        return hashlib.sha256(said.encode()).hexdigest()[:_KEY_DIGITS]

    def document(self) -> dict[str, Any]:
        """The alarm in its public form [公開形式]."""
        return {
            "check": self.check.value,
            "weight": self.weight.value,
            "row": self.row,
            "key": self.key,
            "fault": self.fault.document(),
            "mends": [mend.document() for mend in self.mends],
            "effect_yen": self.effect_yen,
        }
