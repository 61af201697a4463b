"""What the night does to agreements, many in one transaction: due dates pass [夜間の経過].

The night of a business day D makes what holds from the next morning on: a due date that could be
paid until D, and was not, is missed. The states that are written are still those of the end of D,
so that the next day's events come after them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from motocho.journal.rows import Happening, write
from motocho.kernel import revolving
from motocho.kernel.revolving import Rules, State
from motocho.loans import _rows, standing
from motocho.loans._book import Key, Made
from motocho.loans.policy import wake_on
from motocho.loans.standing import Seen

_WOKEN = """
SELECT member_id, agreement_id FROM loan_agreement WHERE wake_on <= %s
UNION
SELECT member_id, agreement_id FROM loan_event WHERE business_on = %s
ORDER BY 1, 2
"""
_LOCK = """
SELECT FROM loan_agreement
WHERE (member_id, agreement_id) IN (SELECT * FROM unnest(%s::bigint[], %s::bigint[]))
ORDER BY member_id, agreement_id FOR UPDATE
"""
_SAVE = """
UPDATE loan_agreement a SET state = n.state, wake_on = n.wake_on
FROM unnest(%s::bigint[], %s::bigint[], %s::jsonb[], %s::date[])
    AS n (member_id, agreement_id, state, wake_on)
WHERE a.member_id = n.member_id AND a.agreement_id = n.agreement_id
"""


class Missed(NamedTuple):
    """A due date that was not met [期日の徒過]."""

    due_on: date
    short_yen: int


class Passed(NamedTuple):
    """An agreement after the night [翌朝の契約]: its state, and what it missed overnight."""

    seen: Seen
    state: State
    missed: tuple[Missed, ...]


def to_look_at(cursor: Any, business_on: date) -> list[Key]:
    """Agreements whose last day to pay is over, or on which something was booked [確認の対象].

    Why       those that were booked on too: a reversal may have made one late long ago.
    """
    cursor.execute(_WOKEN, (business_on + timedelta(days=1), business_on))
    return [Key(*row) for row in cursor.fetchall()]


def promises_to_judge(cursor: Any, business_on: date) -> list[Key]:
    """Agreements whose open promise has its day, or that something was booked on [約束]."""
    cursor.execute(
        "SELECT member_id, agreement_id FROM loan_promise"
        " WHERE outcome IS NULL AND pay_on <= %s"
        " UNION SELECT p.member_id, p.agreement_id FROM loan_event e"
        " JOIN loan_promise p USING (member_id, agreement_id)"
        " WHERE e.business_on = %s AND p.outcome IS NULL ORDER BY 1, 2",
        (business_on, business_on),
    )
    return [Key(*row) for row in cursor.fetchall()]


def lock(cursor: Any, keys: Sequence[Key]) -> None:
    """Lock agreements, whatever else is asked of them afterwards [契約のロック].

    Lock      the agreements, in the order of members and agreements.
    """
    cursor.execute(_LOCK, [list(column) for column in zip(*keys, strict=True)])
    cursor.fetchall()


def pass_days(cursor: Any, keys: Sequence[Key], made: Made) -> list[Passed]:
    """Let agreements come to the morning after; what is missed is saved and told [期日の経過].

    Lock      the agreements, in the order of members and agreements.
    """
    morning = made.business_on.toordinal() + 1
    lock(cursor, keys)
    passed, changed, news = [], [], []
    for seen in standing.see(cursor, keys):
        missed, state = _to_morning(seen.state, morning, seen.rules)
        if state is not seen.state:
            changed.append((seen, state))
        news += [_told(seen.key, one, made) for one in missed]
        passed.append(Passed(seen, state, missed))
    _save(cursor, changed)
    write(cursor, news)
    return passed


def _told(key: Key, missed: Missed, made: Made) -> Happening:
    subject: dict[str, int | str] = {
        "agreement": key.agreement_id,
        "due_on": missed.due_on.isoformat(),
        "short_yen": missed.short_yen,
    }
    return Happening(key.member_id, "due_missed", made.actor, made.booked_at, subject)


def _to_morning(before: State, morning: int, rules: Rules) -> tuple[tuple[Missed, ...], State]:
    """The due dates that pass until the morning, and the state that the last of them leaves."""
    missed, state = [], before
    for due_on, after in _passing(before, morning, rules):
        short_yen = after.arrears_yen - state.arrears_yen
        if short_yen:
            missed.append(Missed(date.fromordinal(due_on), short_yen))
        state = after
    return tuple(missed), state


def _passing(state: State, morning: int, rules: Rules) -> Iterator[tuple[int, State]]:
    """Each due date that passes, and the state right after it: at the end of its last day to pay.

    The kernel decides a due date when the day after begins; that day itself is not lived here.
    """
    last = revolving.deadline(state, rules)
    while last is not None and last < morning:
        last = max(last, state.on)
        until, after = (revolving.advance(state, day, rules) for day in (last, last + 1))
        due_on = state.due_on or last
        state = after._replace(
            on=last, interest_ticks=until.interest_ticks, damages_ticks=until.damages_ticks
        )
        yield due_on, state
        last = revolving.deadline(state, rules)


def _save(cursor: Any, changed: Sequence[tuple[Seen, State]]) -> None:
    """Write the states of agreements that are locked."""
    if not changed:
        return
    rows = []
    for seen, state in changed:
        wakes = wake_on(state, seen.rules)
        wakes_on = None if wakes is None else date.fromordinal(wakes)
        rows.append((*seen.key, _rows.state_text(state), wakes_on))
    cursor.execute(_SAVE, [list(column) for column in zip(*rows, strict=True)])
