"""First draws held for signs of a fraud, until the member was called back [借入の保留と折返し].

    check = draw_checks.hold(cursor, key, Held(amount_yen, signals), made)      stops draws, a task
    draw_checks.end(cursor, check.key, Outcome.CLEARED, made)                   after a call alone

FRAUD-001. The call goes to the registered number, and nowhere else: who is on the site now may not
be the member, or may have somebody beside them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

from motocho.contact import tasks
from motocho.contact.guard import Purpose
from motocho.contact.holds import Source, lock
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.rules import Refusal
from motocho.loans import commands, queries
from motocho.loans.commands import Key, Made
from motocho.loans.payouts import Signal
from motocho.loans.policy import Status, Stop
from motocho.units.errors import Fault, NotFoundError, RefusedError, StateConflict


class Outcome(Enum):
    """What the call told [確認の結果]."""

    CLEARED = "cleared"
    """The member's own wish: draws go on."""
    FRAUD = "fraud"
    """Somebody else is behind it: the stop stays, a report follows."""


class CheckKey(NamedTuple):
    """One check of a member [確認の番号]."""

    member_id: int
    check_id: int


@dataclass(frozen=True, slots=True)
class Held:
    """What was held [保留した借入]."""

    amount_yen: int
    signals: frozenset[Signal]


@dataclass(frozen=True, slots=True)
class Check:
    """A draw that was held [借入の保留]."""

    key: CheckKey
    agreement_id: int
    held: Held
    task_id: int
    held_at: datetime
    outcome: Outcome | None


def hold(cursor: Any, key: Key, held: Held, made: Made) -> Check:
    """Stop the member's draws and put a call down, once for its form [借入の保留] · FRAUD-001.

    While a check is open, another draw that shows signs adds none.

    Lock      the member's agreements and contacts.
    """
    member_id = key.member_id
    stop_all(cursor, member_id, made)
    lock(cursor, member_id)
    known = of_member(cursor, member_id)
    if known is not None:
        return known
    source = Source(made.actor, f"draw check {made.channel} {made.external_ref}")
    plan = tasks.Plan(
        tasks.Kind.CALL, Purpose.SECURITY, made.booked_at, {"agreement": key.agreement_id}
    )
    task_id = tasks.put(cursor, member_id, plan, source, made.booked_at)
    signals = sorted(one.value for one in held.signals)
    cursor.execute(
        "INSERT INTO care_draw_check (member_id, agreement_id, amount_yen, signals, task_id,"
        " source, held_at) VALUES (%s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (member_id, source) DO NOTHING",
        (*key, held.amount_yen, signals, task_id, source.ref, made.booked_at),
    )
    cursor.execute(f"{_SELECT} WHERE member_id = %s AND source = %s", (member_id, source.ref))
    check = _check(cursor.fetchone())
    named = {"check": check.key.check_id, "signals": ",".join(signals)}
    _tell(cursor, member_id, "draw_check_held", made, named)
    return check


def stop_all(cursor: Any, member_id: int, made: Made) -> None:
    """Stop the draws of every agreement that is not over [利用停止]."""
    for one in queries.agreements(cursor, member_id):
        if one.status is not Status.CLOSED:
            commands.suspend(cursor, one.key, Stop.FRAUD, made)


def go_on(cursor: Any, member_id: int, made: Made) -> None:
    """End those stops again, unless a report or a check still stands [利用停止の解除]."""
    cursor.execute(
        "SELECT FROM care_fraud f WHERE member_id = %(member)s AND NOT EXISTS (SELECT"
        " FROM care_fraud_step s WHERE (s.member_id, s.fraud_id) = (f.member_id, f.fraud_id)"
        " AND s.state = 'closed') UNION ALL SELECT FROM care_draw_check"
        " WHERE member_id = %(member)s AND outcome IS NULL",
        {"member": member_id},
    )
    if cursor.fetchone() is None:
        for one in queries.agreements(cursor, member_id):
            if one.status is not Status.CLOSED:
                commands.lift(cursor, one.key, Stop.FRAUD, made)


def end(cursor: Any, key: CheckKey, outcome: Outcome, made: Made) -> Check:
    """Say what the call told [確認の完了] · FRAUD-001.

    Lock      the member's agreements, then the contacts.
    Raises    RefusedError to clear a draw before anybody spoke with the member; StateConflict if it
              is not open.
    """
    check = one(cursor, key)
    commands.lock(cursor, Key(key.member_id, check.agreement_id))
    lock(cursor, key.member_id)
    if outcome is Outcome.CLEARED and not _was_called(cursor, check, made.booked_at):
        raise RefusedError(Fault("FRD-002"))
    cursor.execute(
        "UPDATE care_draw_check SET outcome = %s, ended_at = %s, ended_by = %s"
        " WHERE member_id = %s AND check_id = %s AND outcome IS NULL",
        (outcome.value, made.booked_at, made.actor, *key),
    )
    if cursor.rowcount == 0:
        raise StateConflict(Fault("FRD-003"))
    waits = {task.task_id for task in tasks.of_member(cursor, key.member_id)}
    if check.task_id in waits:
        ending = tasks.Ending(tasks.Outcome.DONE, made.actor)
        tasks.end(cursor, key.member_id, check.task_id, ending, made.booked_at)
    if outcome is Outcome.CLEARED:
        go_on(cursor, key.member_id, made)
    subject = {"check": key.check_id, "outcome": outcome.value}
    _tell(cursor, key.member_id, "draw_check_ended", made, subject)
    return one(cursor, key)


def note_listed(cursor: Any, member_id: int, refused: object, at: datetime) -> None:
    """Let the staff know that a member named a listed account [名簿該当の連絡] · FRAUD-003.

    Takes     what was answered: anything but that refusal leaves no trace. Once for a line: the
              member reads words that accuse nobody, the staff which list and line it was.
    """
    if not isinstance(refused, Refusal) or refused.code != LISTED:
        return
    facts: dict[str, int | str] = {"list": refused.details["list"], "line": refused.details["line"]}
    source = Source("system", f"listed account {facts['list']}-{facts['line']}")
    tasks.put(cursor, member_id, tasks.Plan(tasks.Kind.FOLLOW_UP, facts=facts), source, at)


LISTED = "FRD-010"
"""What an account of a list is refused with, wherever it was named."""


def _was_called(cursor: Any, check: Check, at: datetime) -> bool:
    cursor.execute(
        "SELECT FROM contact_attempt a JOIN contact_call_result r USING (member_id, attempt_id)"
        " WHERE a.member_id = %s AND a.channel = 'phone' AND a.whom = 'own'"
        " AND r.result = 'spoken' AND a.asked_at >= %s AND r.noted_at <= %s",
        (check.key.member_id, check.held_at, at),
    )
    return cursor.fetchone() is not None


def _tell(cursor: Any, member_id: int, kind: str, made: Made, subject: Mapping[str, Any]) -> None:
    journal.write(cursor, [Happening(member_id, kind, made.actor, made.booked_at, subject)])


# --------------------------------------------------------------------------------------- looking
_SELECT = (
    "SELECT member_id, check_id, agreement_id, amount_yen, signals, task_id, held_at, outcome"
    " FROM care_draw_check"
)


def one(cursor: Any, key: CheckKey) -> Check:
    """A check of a member [確認の照会].

    Raises    NotFoundError if the member has none of that number.
    """
    cursor.execute(f"{_SELECT} WHERE member_id = %s AND check_id = %s", key)
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("FRD-004"))
    return _check(row)


def of_member(cursor: Any, member_id: int) -> Check | None:
    """The check that is open [確認中の借入]; None if there is none."""
    cursor.execute(f"{_SELECT} WHERE member_id = %s AND outcome IS NULL", (member_id,))
    row = cursor.fetchone()
    return None if row is None else _check(row)


def waiting(cursor: Any, most: int = 100) -> Sequence[Check]:
    """Draws that wait for a call, the oldest first [折返し待ち]."""
    cursor.execute(f"{_SELECT} WHERE outcome IS NULL ORDER BY held_at LIMIT %s", (most,))
    return [_check(row) for row in cursor.fetchall()]


def count_waiting(cursor: Any) -> int:
    """How many wait [折返し待ちの件数]."""
    cursor.execute("SELECT count(*) FROM care_draw_check WHERE outcome IS NULL")
    return int(cursor.fetchone()[0])


def _check(row: tuple[Any, ...]) -> Check:
    member_id, check_id, agreement_id, amount_yen, signals, task_id, held_at, outcome = row
    held = Held(int(amount_yen), frozenset(map(Signal, signals)))
    ended = None if outcome is None else Outcome(outcome)
    key = CheckKey(int(member_id), int(check_id))
    return Check(key, int(agreement_id), held, int(task_id), held_at, ended)
