"""A maker of cards to try things on: it sends what was ordered, and fails [模擬のカード会社].

It shares nothing with `outside.cards`: it reads our orders as JSON by itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from pathlib import Path

from motocho.outside.fakes import plans


class Trouble(Enum):
    """What goes wrong with one order [障害]."""

    NONE = "none"
    LATE = "late"
    """Sent the next time."""
    DOUBLED = "doubled"
    """Told twice."""
    RETURNED = "returned"
    """Sent, and came back."""
    CUT = "cut"
    """Half a file."""
    STRANGE = "strange"
    """A report of an order that nobody made, besides."""


Plan = Callable[[int], Trouble]
"""The trouble of each order, counted from 0."""


calm: Plan = plans.scripted(Trouble.NONE)
"""Nothing goes wrong."""


def scripted(*troubles: Trouble) -> Plan:
    """These troubles, step by step, then none [決められた障害]."""
    return plans.scripted(Trouble.NONE, *troubles)


@dataclass(slots=True)
class FakeMaker:
    """The maker on a folder [模擬のカード会社]."""

    folder: Path
    plan: Plan = calm
    known: set[str] = field(default_factory=set)
    late: set[str] = field(default_factory=set)
    _step: int = 0

    def work(self, on: date) -> int:
        """Make and send every card that was not sent yet; how many were [実行]."""
        count = 0
        for path in sorted((self.folder / "orders").glob("[!.]*.json")):
            if path.name in self.known:
                continue
            trouble = Trouble.NONE
            if path.name not in self.late:
                trouble = self.plan(self._step)
                self._step += 1
            if trouble is Trouble.LATE:
                self.late.add(path.name)
                continue
            self.known.add(path.name)
            self._tell(json.loads(path.read_text("utf-8"))["order_ref"], trouble, on)
            count += 1
        return count

    def _tell(self, order_ref: str, trouble: Trouble, on: date) -> None:
        told = [("1", order_ref, "sent")]
        if trouble is Trouble.DOUBLED:
            told.append(("2", order_ref, "sent"))
        if trouble is Trouble.RETURNED:
            told.append(("2", order_ref, "returned"))
        if trouble is Trouble.STRANGE:
            told.append(("2", "999999-1", "sent"))
        place = self.folder / "reports"
        place.mkdir(parents=True, exist_ok=True)
        for number, ref, fate in told:
            text = json.dumps({"order_ref": ref, "fate": fate, "on": on.isoformat()})
            if trouble is Trouble.CUT:
                text = text[: len(text) // 2]
            (place / f"{order_ref}-{number}.json").write_text(text, encoding="utf-8")
