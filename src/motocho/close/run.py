"""The night runs: one day after another, step after step, from where it stopped [締めの実行].

Each step goes through its agreements in transactions of some hundreds. A transaction that fails is
done again one agreement at a time; what fails then is parked with its reason, and the rest goes on.
How far a step is stands in the database with its work, so that a night that was killed goes on from
there. Only one night runs at once. The last transaction seals the day and moves the business date on;
it begins only when the trial balance agrees.

>>> [step.value for step in STEPS][-1]
'next_date'
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection, transaction

from motocho.close import _seals, _trial, day as days
from motocho.close.plan import STEPS, Step
from motocho.close.steps import WORK, AtOnce, PerAgreement
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
        _copy_seals(night)
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


def _copy_seals(night: Night) -> None:
    with connection.cursor() as cursor:
        _seals.copy_out(cursor, night.seals)


def _close(night: Night, on: date) -> Closed:
    for step in STEPS[:-1]:
        work = WORK[step]
        if isinstance(work, AtOnce):
            _do_at_once(night, on, step, work)
        else:
            _go_through(night, on, step, work)
    seal = _move_on(night, on)
    _copy_seals(night)
    return Closed(on, _done(on), seal)


# ------------------------------------------------------------------------------------------- steps
class _Progress(NamedTuple):
    after: Key
    is_done: bool


def _progress(cursor: Any, on: date, step: Step) -> _Progress:
    cursor.execute(
        "INSERT INTO close_step (business_on, step) VALUES (%s, %s) ON CONFLICT DO NOTHING",
        (on, step.value),
    )
    cursor.execute(
        "SELECT after_member, after_agreement, done_at IS NOT NULL FROM close_step"
        " WHERE business_on = %s AND step = %s",
        (on, step.value),
    )
    member_id, agreement_id, is_done = cursor.fetchone()
    return _Progress(Key(member_id, agreement_id), is_done)


_ADVANCE = """
UPDATE close_step SET after_member = %s, after_agreement = %s, looked = looked + %s,
    changed = changed + %s, parked = parked + %s
WHERE business_on = %s AND step = %s
"""


def _finish(cursor: Any, night: Night, on: date, step: Step) -> None:
    cursor.execute(
        "UPDATE close_step SET done_at = %s WHERE business_on = %s AND step = %s",
        (night.now(), on, step.value),
    )


def _made(night: Night, on: date, step: Step) -> Made:
    return Made("close", f"{on} {step.value}", on, night.now(), night.actor)


def _do_at_once(night: Night, on: date, step: Step, work: AtOnce) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        if _progress(cursor, on, step).is_done:
            return
        looked = work.work(cursor, _made(night, on, step))
        cursor.execute(_ADVANCE, (-1, -1, looked, 0, 0, on, step.value))
        _finish(cursor, night, on, step)


def _go_through(night: Night, on: date, step: Step, work: PerAgreement) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        progress = _progress(cursor, on, step)
        if progress.is_done:
            return
        keys = sorted({*work.find(cursor, on), *_parked(cursor, step)})
    keys = [key for key in keys if key > progress.after]
    for start in range(0, len(keys), night.chunk):
        _do_some(night, on, step, keys[start : start + night.chunk])
    with transaction.atomic(), connection.cursor() as cursor:
        _finish(cursor, night, on, step)


def _do_some(night: Night, on: date, step: Step, keys: Sequence[Key]) -> None:
    """Some agreements in one transaction; each in one of its own where that fails."""
    failed = _try(night, on, step, keys)
    if failed is None:
        return
    if len(keys) > 1:
        for key in keys:
            _do_some(night, on, step, [key])
        return
    with transaction.atomic(), connection.cursor() as cursor:
        _park(cursor, on, step, keys[0], failed)
        cursor.execute(_ADVANCE, (*keys[0], 1, 0, 1, on, step.value))


def _try(night: Night, on: date, step: Step, keys: Sequence[Key]) -> str | None:
    """Do them; gives what went wrong, and None when nothing did.

    Why       one of the doors that catch every exception: whatever is wrong with one agreement is
              kept as its reason, and the night goes on with the others.
    """
    work = WORK[step]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            changed = work.work(cursor, keys, _made(night, on, step))
            _free(cursor, on, step, keys)
            cursor.execute(_ADVANCE, (*keys[-1], len(keys), changed, 0, on, step.value))
    except Exception as error:
        if not connection.is_usable():
            raise
        return clipped(f"{type(error).__name__}: {error}")
    return None


# ------------------------------------------------------------------------------------------ parked
def _parked(cursor: Any, step: Step) -> list[Key]:
    cursor.execute(
        "SELECT member_id, agreement_id FROM close_parked WHERE step = %s AND freed_on IS NULL",
        (step.value,),
    )
    return [Key(*row) for row in cursor.fetchall()]


def _park(cursor: Any, on: date, step: Step, key: Key, reason: str) -> None:
    cursor.execute(
        "INSERT INTO close_parked (member_id, agreement_id, step, parked_on, reason)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (member_id, agreement_id, step) DO UPDATE"
        " SET parked_on = excluded.parked_on, reason = excluded.reason, freed_on = NULL,"
        " nights = CASE WHEN close_parked.freed_on IS NULL THEN close_parked.nights + 1 ELSE 1 END",
        (*key, step.value, on, reason),
    )


def _free(cursor: Any, on: date, step: Step, keys: Sequence[Key]) -> None:
    members, agreements = zip(*keys, strict=True)
    cursor.execute(
        "UPDATE close_parked p SET freed_on = %s"
        " FROM unnest(%s::bigint[], %s::bigint[]) AS k (member_id, agreement_id)"
        " WHERE p.step = %s AND p.freed_on IS NULL"
        " AND p.member_id = k.member_id AND p.agreement_id = k.agreement_id",
        (on, list(members), list(agreements), step.value),
    )


# ---------------------------------------------------------------------------------------- next date
def _move_on(night: Night, on: date) -> Seal:
    """Seal the day and move the business date on, in one transaction, alone with the date."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(days.ALONE)
        _trial.keep(cursor, on)
        seal = checks.seal(cursor, on, night.now())
        _progress(cursor, on, Step.NEXT_DATE)
        _finish(cursor, night, on, Step.NEXT_DATE)
        cursor.execute("UPDATE close_day SET business_on = %s", (on + timedelta(days=1),))
    return seal


def _done(on: date) -> tuple[StepDone, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT step, looked, changed, parked FROM close_step WHERE business_on = %s", (on,)
        )
        found = {Step(row[0]): StepDone(Step(row[0]), *row[1:]) for row in cursor.fetchall()}
    return tuple(found[step] for step in STEPS)
