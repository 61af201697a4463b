"""The night runs: one day after another, step after step, from where it stopped [締めの実行].

Each step goes through its agreements in transactions of some hundreds. A transaction that fails is
done again one agreement at a time; what fails then is parked with its reason, and the rest goes on.
How far a step is stands in the database with its work, so that a night that was killed goes on from
there. Only one night runs at once. The last transaction seals the day and moves the business date
on; it begins only when the trial balance agrees.

>>> [step.value for step in STEPS][-1]
'next_date'
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from time import sleep
from typing import Any, NamedTuple

from django.db import connection, transaction

from motocho.close import _trial, seals
from motocho.close import day as days
from motocho.close.plan import STEPS, Step, Told
from motocho.close.steps import WORK, AtOnce, OneSnapshot, PerAgreement, PerNews
from motocho.journal.rows import News, Position, one_row, read
from motocho.ledger import checks
from motocho.ledger.checks import Seal
from motocho.loans.commands import Key, Made
from motocho.units.errors import Fault, StateConflict, clipped

_LOCK = "SELECT pg_try_advisory_lock(hashtext('motocho close'))"
_UNLOCK = "SELECT pg_advisory_unlock(hashtext('motocho close'))"


@dataclass(frozen=True, slots=True)
class Night:
    """What a night is run with [締めの設定]."""

    now: Callable[[], datetime]
    """The clock; what is booked bears its moments."""
    seals: Path
    """The folder of the file with the seals, outside the database."""
    actor: str = "close"
    chunk: int = 500
    """Agreements in one transaction."""


class StepDone(NamedTuple):
    """What one step of one night did [工程の結果]."""

    step: Step
    looked: int
    changed: int
    parked: int
    is_done: bool


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed day [締め済みの日]."""

    business_on: date
    steps: tuple[StepDone, ...]
    seal: Seal


def run(night: Night, until: date) -> tuple[Closed, ...]:
    """Close every day up to one, that one too; gives the days that were closed [締め].

    Raises    StateConflict while another night runs, or where the seals' file disagrees; Imbalance
              where the books do; NotFoundError if the book has no business date.
    """
    closed = []
    with _alone():
        with connection.cursor() as cursor:
            seals.copy_out(cursor, night.seals)
        while (on := _today()) <= until:
            closed.append(_close(night, on))
    return tuple(closed)


@contextmanager
def _alone() -> Iterator[None]:
    """One night at once. The lock is the session's: if the program dies, it goes with it."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
        if cursor.fetchone() == (False,):
            raise StateConflict(Fault("CLS-003"))
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute(_UNLOCK)


def _today() -> date:
    with connection.cursor() as cursor:
        return days.standing(cursor)


def _close(night: Night, on: date) -> Closed:
    progress = _progress(on)
    for step in STEPS[:-1]:
        if progress[step].is_done:
            continue
        at, work = At(night, on, step), WORK[step]
        if isinstance(work, AtOnce):
            _do_at_once(at, work)
        elif isinstance(work, PerNews):
            _read_news(at, work, progress[step].parked)
        else:
            _go_through(at, work, progress[step])
    seal = _move_on(night, on)
    seals.append(night.seals, seal)
    return Closed(on, _done(on), seal)


# ------------------------------------------------------------------------------------------- steps
@dataclass(frozen=True, slots=True)
class At:
    """A step of a night: what its transactions are made with."""

    night: Night
    on: date
    step: Step

    def made(self) -> Made:
        """How what is done in it came [受付]."""
        night = self.night
        return Made("close", f"{self.on} {self.step.value}", self.on, night.now(), night.actor)

    def advance(self, cursor: Any, after: Key, counts: tuple[int, int, int]) -> None:
        """All agreements up to one are done: how many were looked at, changed, parked."""
        cursor.execute(_ADVANCE, (*after, *counts, self.on, self.step.value))

    def finish(self, cursor: Any) -> None:
        """The step is done."""
        cursor.execute(
            "UPDATE close_step SET done_at = %s WHERE business_on = %s AND step = %s",
            (self.night.now(), self.on, self.step.value),
        )


NOBODY = Key(-1, -1)
"""Before the first agreement."""
_ADVANCE = """
UPDATE close_step SET after_member = %s, after_agreement = %s, looked = looked + %s,
    changed = changed + %s, parked = parked + %s
WHERE business_on = %s AND step = %s
"""


class _Parked(NamedTuple):
    key: Key
    ref: str


class _Progress(NamedTuple):
    after: Key
    is_done: bool
    parked: list[_Parked]


def _progress(on: date) -> dict[Step, _Progress]:
    """How far each step is, and what was parked in it on earlier nights."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO close_step (business_on, step) SELECT %s, unnest(%s::text[])"
            " ON CONFLICT DO NOTHING",
            (on, [step.value for step in STEPS]),
        )
        cursor.execute(
            "SELECT step, after_member, after_agreement, done_at IS NOT NULL FROM close_step"
            " WHERE business_on = %s",
            (on,),
        )
        found = {
            Step(row[0]): _Progress(Key(row[1], row[2]), row[3], []) for row in cursor.fetchall()
        }
        cursor.execute(
            "SELECT step, member_id, agreement_id, ref FROM close_parked"
            " WHERE freed_on IS NULL AND parked_on < %s",
            (on,),
        )
        for step, member_id, agreement_id, ref in cursor.fetchall():
            found[Step(step)].parked.append(_Parked(Key(member_id, agreement_id), ref))
    return found


def _do_at_once(at: At, work: AtOnce) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        if isinstance(work, OneSnapshot):
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        looked = work.work(cursor, at.made())
        at.advance(cursor, NOBODY, (looked, 0, 0))
        at.finish(cursor)


def _go_through(at: At, work: PerAgreement, progress: _Progress) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        found = {*work.find(cursor, at.on), *(one.key for one in progress.parked)}
        keys = sorted(key for key in found if key > progress.after)
        if not keys:
            at.finish(cursor)
            return
    for start in range(0, len(keys), at.night.chunk):
        _do_some(at, work, keys[start : start + at.night.chunk])
    with transaction.atomic(), connection.cursor() as cursor:
        at.finish(cursor)


def _do_some(at: At, work: PerAgreement, keys: Sequence[Key]) -> None:
    """Some agreements in one transaction; each in one of its own where that fails."""

    def do(cursor: Any) -> None:
        changed = work.work(cursor, keys, at.made())
        _free(cursor, at, [_Parked(key, "") for key in keys])
        at.advance(cursor, keys[-1], (len(keys), changed, 0))

    failed = _attempt(do)
    if failed is None:
        return
    if len(keys) > 1:
        for key in keys:
            _do_some(at, work, [key])
        return
    with transaction.atomic(), connection.cursor() as cursor:
        _park(cursor, at, _Parked(keys[0], ""), failed)
        at.advance(cursor, keys[0], (1, 0, 1))


def _attempt(do: Callable[[Any], None]) -> str | None:
    """Do something in one transaction; gives what went wrong, and None when nothing did.

    Why       one of the doors that catch every exception: whatever is wrong with one agreement is
              kept as its reason, and the night goes on with the others.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            do(cursor)
    except Exception as error:
        if not connection.is_usable():
            raise
        return clipped(f"{type(error).__name__}: {error}")
    return None


# -------------------------------------------------------------------------------------------- news
def _read_news(at: At, work: PerNews, parked: Sequence[_Parked]) -> None:
    """Go through the journal from where the step stopped; its position moves with its work."""
    for one in parked:
        with connection.cursor() as cursor:
            news = one_row(cursor, one.key.member_id, int(one.ref))
        _do_news(at, work, [news], _stay)
    _wait_for_others()
    while _read_some(at, work):
        pass
    with transaction.atomic(), connection.cursor() as cursor:
        at.finish(cursor)


WAITS, WAIT_SECONDS = 200, 0.05
"""How often, and how long each time, a step waits for transactions that began before it."""


def _wait_for_others() -> None:
    """Wait until all transactions of before are over: the journal gives no row out earlier.

    One that takes longer is not waited for: what it tells is read on the next night.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        mine = cursor.fetchone()[0]
    for _ in range(WAITS):
        with connection.cursor() as cursor:
            cursor.execute("SELECT journal_horizon() > %s::text::xid8", (mine,))
            if cursor.fetchone() == (True,):
                return
        sleep(WAIT_SECONDS)


def _read_some(at: At, work: PerNews) -> bool:
    """Some rows in one transaction, or each in its own; gives whether there may be more."""
    with transaction.atomic(), connection.cursor() as cursor:
        news = read(cursor, _position(cursor, at.step), at.night.chunk)
    if news:
        _do_news(at, work, news, _move)
    return len(news) == at.night.chunk


def _do_news(
    at: At, work: PerNews, news: Sequence[News], move: Callable[[Any, Step, Position], None]
) -> None:
    told = [Told(one.position.row_id, one.happening) for one in news]
    parked = [
        _Parked(Key(one.happening.member_id, one.agreement_id), str(one.row_id)) for one in told
    ]

    def do(cursor: Any) -> None:
        changed = work.work(cursor, told, at.made())
        _free(cursor, at, parked)
        move(cursor, at.step, news[-1].position)
        at.advance(cursor, NOBODY, (len(news), changed, 0))

    failed = _attempt(do)
    if failed is None:
        return
    if len(news) > 1:
        for one in news:
            _do_news(at, work, [one], move)
        return
    with transaction.atomic(), connection.cursor() as cursor:
        _park(cursor, at, parked[0], failed)
        move(cursor, at.step, news[0].position)
        at.advance(cursor, NOBODY, (1, 0, 1))


def _position(cursor: Any, step: Step) -> Position:
    cursor.execute("SELECT transaction_id, row_id FROM close_reader WHERE step = %s", (step.value,))
    row = cursor.fetchone()
    return Position(*row) if row else Position()


def _move(cursor: Any, step: Step, position: Position) -> None:
    cursor.execute(
        "INSERT INTO close_reader VALUES (%s, %s, %s) ON CONFLICT (step) DO UPDATE"
        " SET transaction_id = excluded.transaction_id, row_id = excluded.row_id",
        (step.value, *position),
    )


def _stay(cursor: Any, step: Step, position: Position) -> None:
    """A row that was parked lies before the position already."""


# ------------------------------------------------------------------------------------------ parked
def _park(cursor: Any, at: At, parked: _Parked, reason: str) -> None:
    cursor.execute(
        "INSERT INTO close_parked (member_id, agreement_id, step, ref, parked_on, reason)"
        " VALUES (%s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (member_id, agreement_id, step, ref) DO UPDATE"
        " SET parked_on = excluded.parked_on, reason = excluded.reason, freed_on = NULL,"
        " nights = CASE WHEN close_parked.freed_on IS NULL THEN close_parked.nights + 1 ELSE 1 END",
        (*parked.key, at.step.value, parked.ref, at.on, reason),
    )


def _free(cursor: Any, at: At, parked: Sequence[_Parked]) -> None:
    rows = [(*one.key, one.ref) for one in parked]
    members, agreements, refs = zip(*rows, strict=True)
    cursor.execute(
        "UPDATE close_parked p SET freed_on = %s"
        " FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS k (member_id, agreement_id, ref)"
        " WHERE p.step = %s AND p.freed_on IS NULL AND p.ref = k.ref"
        " AND p.member_id = k.member_id AND p.agreement_id = k.agreement_id",
        (at.on, list(members), list(agreements), list(refs), at.step.value),
    )


@dataclass(frozen=True, slots=True)
class Parked:
    """What a night set aside, with its reason [保留]."""

    key: Key
    step: Step
    parked_on: date
    nights: int
    reason: str


def parked(cursor: Any) -> list[Parked]:
    """What is set aside now [保留の一覧]."""
    cursor.execute(
        "SELECT member_id, agreement_id, step, parked_on, nights, reason FROM close_parked"
        " WHERE freed_on IS NULL ORDER BY parked_on, member_id, agreement_id, step"
    )
    return [Parked(Key(row[0], row[1]), Step(row[2]), *row[3:]) for row in cursor.fetchall()]


# ---------------------------------------------------------------------------------------- next date
def _move_on(night: Night, on: date) -> Seal:
    """Seal the day and move the business date on, in one transaction, alone with the date."""
    at = At(night, on, Step.NEXT_DATE)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(days.ALONE)
        _trial.keep(cursor, on)
        seal = checks.seal(cursor, on, night.now())
        at.finish(cursor)
        cursor.execute("UPDATE close_day SET business_on = %s", (on + timedelta(days=1),))
    return seal


def _done(on: date) -> tuple[StepDone, ...]:
    with connection.cursor() as cursor:
        return steps_of(cursor, on)


def steps_of(cursor: Any, on: date) -> tuple[StepDone, ...]:
    """What each step of a night did, in their order [工程の結果]; none if it never ran."""
    cursor.execute(
        "SELECT step, looked, changed, parked, done_at IS NOT NULL FROM close_step"
        " WHERE business_on = %s",
        (on,),
    )
    found = {Step(row[0]): StepDone(Step(row[0]), *row[1:]) for row in cursor.fetchall()}
    return tuple(found[step] for step in STEPS if step in found)
