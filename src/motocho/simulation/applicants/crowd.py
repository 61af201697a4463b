"""The days of the applications: people come, the bureau answers and fails [申込みの日々].

Whoever does the deeds is given: in this process, or processes that are killed at any moment. What
was not acknowledged is done again, under the same form and at the same moment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Protocol

from django.db import connection, transaction

from motocho.outside.bureau import Tray
from motocho.outside.clock import JAPAN
from motocho.outside.fakes import FakeBureau
from motocho.outside.fakes import bureau as fakes
from motocho.screening import bureau
from motocho.screening.bureau import Carrier
from motocho.simulation.applicants import desk, people
from motocho.simulation.applicants.desk import BUREAU, COMPANY, Hall, HandIn, Turn
from motocho.simulation.applicants.people import (
    BEFORE,
    BEGINS_ON,
    CLOSING,
    Applicant,
    Deed,
    Plan,
    Sort,
)

Trouble = fakes.Trouble
PER_MILLE = {
    Trouble.LATE: 80, Trouble.LOST: 80, Trouble.DOUBLED: 80, Trouble.PARTIAL: 60,
    Trouble.CLOSED: 60, Trouble.WRONG_SUM: 60, Trouble.CORRECTED: 60, Trouble.NAMESAKE: 40,
    Trouble.DISPUTED: 40,
}  # fmt: skip
"""Of a thousand files: each trouble of a bureau."""
BEGINS_AT = datetime.combine(BEGINS_ON, time(9), JAPAN)
ROUNDS, ROUND = 5, timedelta(hours=7)
"""An inquiry goes again after six hours without an answer."""
AGAIN = 2
"""How often what is still open is gone through once more."""


class Hands(Protocol):
    """Who does things, and may be killed while doing them [作業者]."""

    def do(self, turns: Sequence[Turn]) -> list[str]:
        """Do deeds in their order, each at least once; what came of each [行為の実行]."""
        ...

    def carry(self, folder: Path, at: datetime) -> None:
        """A round of the worker with the bureau's tray [授受の実行]."""
        ...


@dataclass(slots=True)
class InHouse:
    """Everything in this process, nobody killed [単独の作業者]."""

    hand_in: HandIn

    def do(self, turns: Sequence[Turn]) -> list[str]:
        """Do deeds in their order [行為の実行]."""
        return done(turns, self.hand_in)

    def carry(self, folder: Path, at: datetime) -> None:
        """A round of the worker [授受の実行]."""
        carried(folder, at)


def done(
    turns: Sequence[Turn], hand_in: HandIn, tell: Callable[[str], None] | None = None
) -> list[str]:
    """Do deeds in their order, telling each once it stands [行為の実行]."""
    if not turns:
        return []
    hall = _hall(turns[0].at, hand_in)
    told = []
    for turn in turns:
        told.append(desk.play(hall, turn))
        if tell is not None:
            tell(told[-1])
    return told


def _hall(at: datetime, hand_in: HandIn) -> Hall:
    with transaction.atomic(), connection.cursor() as cursor:
        return desk.hall_of(cursor, at.date(), hand_in)


def carried(folder: Path, at: datetime) -> None:
    """Our side of the tray: what waits goes out, what came is taken in [授受の実行]."""
    bureau.carry(Carrier(lambda _: Tray(folder), lambda: at, lambda _: at.date()))


@dataclass(slots=True)
class Lived:
    """What was done, for the judge [模擬の結果]."""

    plan: Plan
    everyone: tuple[Applicant, ...]
    """Who has come so far."""
    fake: FakeBureau
    told: Counter[str] = field(default_factory=Counter)
    deeds: int = 0
    last_at: datetime = BEGINS_AT


def live(plan: Plan, hands: Hands, folder: Path) -> Lived:
    """A crowd applies, batch by batch, until nothing of it moves any more [模擬の実行]."""
    lived = begin(plan)
    while go_on(lived, hands, folder):
        pass
    return lived


def begin(plan: Plan) -> Lived:
    """A desk that opens, a bureau that knows some of who will come [模擬の開始]."""
    known = [people.held_of(one) for one in people.make(plan) if one.sort is not Sort.TWICE]
    registered = [one for one in known if one.claims or one.wishes]
    lived = Lived(plan, (), FakeBureau(COMPANY, registered, fakes.seeded(plan.seed, PER_MILLE)))
    with transaction.atomic(), connection.cursor() as cursor:
        desk.open_hall(cursor, lived.last_at)
    return lived


def go_on(lived: Lived, hands: Hands, folder: Path) -> bool:
    """The next batch of people, to its end; whether there was one [次の一団]."""
    first = len(lived.everyone)
    batch = people.make(lived.plan)[first : first + lived.plan.batch]
    if batch:
        lived.everyone += batch
        _batch(lived, batch, hands, folder / BUREAU)
    return bool(batch)


def _batch(lived: Lived, batch: Sequence[Applicant], hands: Hands, folder: Path) -> None:
    thrown = Random(f"{lived.plan.seed}/{batch[0].number}")  # noqa: S311  # a game, not a secret
    _do(lived, hands, [(one, BEFORE) for one in batch], thrown)
    _settle(lived, hands, folder)
    _do(lived, hands, [(one, one.script) for one in batch], thrown)
    for _ in range(AGAIN):
        _settle(lived, hands, folder)
        waiting = _open_numbers()
        _do(lived, hands, [(one, CLOSING) for one in batch if one.number in waiting], thrown)


def _settle(lived: Lived, hands: Hands, folder: Path) -> None:
    for _ in range(ROUNDS):
        hands.carry(folder, lived.last_at)
        lived.fake.carry(folder, lived.last_at.date())
        lived.last_at += ROUND


def _do(
    lived: Lived, hands: Hands, wanted: Iterable[tuple[Applicant, Sequence[Deed]]], thrown: Random
) -> None:
    """Everybody's deeds, each one's in order, mixed with everybody else's."""
    left = [[(one, deed) for deed in reversed(deeds)] for one, deeds in wanted if deeds]
    turns = []
    while left:
        place = thrown.randrange(len(left))
        one, deed = left[place].pop()
        lived.last_at += timedelta(seconds=1)
        lived.deeds += 1
        turns.append(Turn(one, deed, lived.deeds, lived.last_at))
        if not left[place]:
            left[place] = left[-1]
            left.pop()
    told = hands.do(turns)
    for turn, said in zip(turns, told, strict=True):
        lived.told[f"{turn.deed.value} {said}"] += 1


def _open_numbers() -> frozenset[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.member_number FROM screening_application a JOIN people_member m"
            " USING (member_id) WHERE a.ended_at IS NULL"
        )
        return frozenset(int(number) - people.FIRST_NUMBER for (number,) in cursor.fetchall())
