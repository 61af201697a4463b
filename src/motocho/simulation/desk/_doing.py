"""How the simulated desk does things: each command in its transaction, refusals counted [実行]."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import Any, TypeVar

from django.db import connection, transaction

from motocho.contact.directory import Directory
from motocho.contact.guard import Hand
from motocho.contact.holds import Source
from motocho.loans.commands import Made
from motocho.units.errors import InputError, NotFoundError, RefusedError, StateConflict

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody who works at the desk [担当者]."""

    staff_id: int
    name: str
    hand: Hand

    @property
    def actor(self) -> str:
        """As rows name them [記録上の名前]."""
        return f"staff {self.staff_id}"


@dataclass(slots=True)
class Doing:
    """What turns share: dice, the directory, and a count of what was done [共有する状態]."""

    thrown: Random
    directory: Directory
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    _forms: int = 0

    def do(self, kind: str, command: Callable[..., Result], *given: Any) -> Result | None:
        """A command in its transaction; None where it was refused as a person would be told."""
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                result = command(cursor, *given)
        except (RefusedError, InputError, StateConflict, NotFoundError) as error:
            self.refused[f"{kind} {error.faults[0].code}"] += 1
            return None
        self.done[kind] += 1
        return result

    def look(self, query: Callable[..., Result], *given: Any) -> Result:
        """What is only read [照会]."""
        with transaction.atomic(), connection.cursor() as cursor:
            return query(cursor, *given)

    def form(self, actor: str) -> Source:
        """A form of its own, by whoever sends it [様式]."""
        self._forms += 1
        return Source(actor, f"form {self._forms}")

    def made(self, seat: Seat, on: date, at: datetime) -> Made:
        """How something came that the desk takes in [受付]."""
        self._forms += 1
        return Made("desk", f"form {self._forms}", on, at, seat.actor)
