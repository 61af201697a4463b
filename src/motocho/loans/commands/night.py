"""What the night does to agreements, many in one transaction: due dates pass [夜間の経過].

The night of a business day makes the states of the next morning: a due date that could be paid
until that day, and was not, is missed from then on. It looks at agreements whose last day to pay is
over and at those on which something was booked that day, so that nothing that became late by another
road goes unseen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from motocho.journal.rows import Happening, write
from motocho.kernel import revolving
from motocho.kernel.revolving import Rules, State
from motocho.loans import _rows, products
from motocho.loans._book import CLOSED, Key, Made
from motocho.loans.policy import wake_on

_WOKEN = """
SELECT member_id, agreement_id FROM loan_agreement WHERE wake_on <= %s
UNION
SELECT member_id, agreement_id FROM loan_event WHERE business_on = %s
ORDER BY 1, 2
"""
_LOCK = """
SELECT FROM loan_agreement a
WHERE (member_id, agreement_id) IN (SELECT * FROM unnest(%s::bigint[], %s::bigint[]))
ORDER BY member_id, agreement_id FOR UPDATE
"""
_LOOK = """
SELECT a.member_id, a.agreement_id, a.product_id, a.product_version, p.from_on, p.content::text,
    t.content::text, a.state::text
FROM unnest(%s::bigint[], %s::bigint[]) AS k (member_id, agreement_id)
JOIN loan_agreement a USING (member_id, agreement_id)
JOIN loan_product p ON p.product_id = a.product_id AND p.version = a.product_version
JOIN loan_terms t USING (member_id, agreement_id, terms_no)
ORDER BY 1, 2
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
    """An agreement on the morning after [翌朝の状態]: its state, and what it missed overnight."""

    key: Key
    state: State
    missed: tuple[Missed, ...]


def to_look_at(cursor: Any, business_on: date) -> list[Key]:
    """Agreements whose last day to pay is over, or on which something was booked [確認の対象]."""
    morning = business_on + timedelta(days=1)
    cursor.execute(_WOKEN, (morning, business_on))
    return [Key(*row) for row in cursor.fetchall()]


def pass_days(cursor: Any, keys: Sequence[Key], made: Made) -> list[Passed]:
    """Let agreements come to the morning after; what is missed is saved and told [期日の経過].

    Lock      the agreements, in the order of members and agreements.
    """
    morning = made.business_on.toordinal() + 1
    columns = [list(column) for column in zip(*keys, strict=True)]
    cursor.execute(_LOCK, columns)
    cursor.execute(_LOOK, columns)
    passed, changed, news = [], [], []
    for row in cursor.fetchall():
        key = Key(row[0], row[1])
        rules = products.from_text(*row[2:6]).rules(CLOSED)
        before = _rows.state_from(row[7], _rows.terms_from(row[6]))
        missed, state = _to_morning(before, morning, rules)
        if state is not before:
            changed.append((key, state, rules))
        for one in missed:
            subject = {"agreement": key.agreement_id, "due_on": one.due_on.isoformat(),
                       "short_yen": one.short_yen}  # fmt: skip
            news.append(
                Happening(key.member_id, "due_missed", made.actor, made.booked_at, subject)
            )
        passed.append(Passed(key, revolving.advance(state, morning, rules), missed))
    _save(cursor, changed)
    write(cursor, news)
    return passed


def _to_morning(before: State, morning: int, rules: Rules) -> tuple[tuple[Missed, ...], State]:
    """The due dates that pass until the morning, and the state right after the last of them."""
    missed, state = [], before
    for due_on, after in _passing(before, morning, rules):
        short_yen = after.arrears_yen - state.arrears_yen
        if short_yen:
            missed.append(Missed(date.fromordinal(due_on), short_yen))
        state = after
    return tuple(missed), state


def _passing(state: State, morning: int, rules: Rules) -> Iterator[tuple[int, State]]:
    last_to_pay = revolving.deadline(state, rules)
    while last_to_pay is not None and last_to_pay < morning:
        due_on = state.due_on or last_to_pay
        state = revolving.advance(state, max(last_to_pay, state.on) + 1, rules)
        yield due_on, state
        last_to_pay = revolving.deadline(state, rules)


def _save(cursor: Any, changed: Sequence[tuple[Key, State, Rules]]) -> None:
    """Write the states of agreements that are locked."""
    if not changed:
        return
    rows = []
    for key, state, rules in changed:
        wakes = wake_on(state, rules)
        wakes_on = None if wakes is None else date.fromordinal(wakes)
        rows.append((*key, _rows.state_text(state), wakes_on))
    cursor.execute(_SAVE, [list(column) for column in zip(*rows, strict=True)])
