"""Rests from borrowing at a member's wish: begun at once, lifted from the next day [借入れの休止].

A rest stops draws on every open agreement of the member with a reason of its own, so that a stop
for another reason neither ends with it nor ends it. It is never shortened but by the member's own
word, and even that leaves the night in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from motocho.loans import monitoring
from motocho.loans._book import Key, Made
from motocho.loans.commands._telling import tell
from motocho.loans.commands.opening import lift, suspend
from motocho.loans.policy import Status, Stop
from motocho.units.errors import Fault, InputError, NotFoundError

REST_MONTHS: Sequence[int] = (1, 3, 6)


@dataclass(frozen=True, slots=True)
class Rest:
    """A rest that is on [休止中]; `last_on` is its last day, None until the member lifts it."""

    member_id: int
    rest_no: int
    began_on: date
    last_on: date | None


_COLUMNS = "member_id, rest_no, began_on, last_on"


def rest(cursor: Any, member_id: int, months: int | None, made: Made) -> Rest:
    """Rest from borrowing for some months, or until it is lifted (None) [借入れの休止].

    A rest that is on becomes longer, never shorter. What was asked under the same reference before
    changes nothing, whatever became of that rest: it is answered as it stands.

    Lock      the member's agreements.
    Raises    InputError for months that cannot be chosen.
    """
    if months is not None and months not in REST_MONTHS:
        raise InputError(Fault("LON-070", details={"months": str(months)}))
    keys = _lock(cursor, member_id)
    earlier = rest_asked(cursor, member_id, made)
    if earlier is not None:
        return earlier
    last_on = None if months is None else monitoring.a_month_after(made.business_on, months)
    found = rest_of(cursor, member_id)
    if found is None:
        found = _begin(cursor, member_id, last_on, made)
    elif found.last_on is not None and (last_on is None or last_on > found.last_on):
        found = _move(cursor, found, last_on)
        tell(cursor, Key(member_id, 0), "rest_extended", made, last_on=str(last_on or ""))
    cursor.execute(
        "INSERT INTO loan_rest_asking (member_id, channel, external_ref, rest_no)"
        " VALUES (%s, %s, %s, %s)",
        (member_id, made.channel, made.external_ref, found.rest_no),
    )
    for key in keys:
        suspend(cursor, key, Stop.RESTING, _for(made, key))
    return found


def rest_asked(cursor: Any, member_id: int, made: Made) -> Rest | None:
    """The rest that was asked for under the same reference, over or not [二重登録の確認]."""
    cursor.execute(
        f"SELECT {_COLUMNS} FROM loan_rest JOIN loan_rest_asking USING (member_id, rest_no)"  # noqa: S608
        " WHERE member_id = %s AND channel = %s AND external_ref = %s",
        (member_id, made.channel, made.external_ref),
    )
    row = cursor.fetchone()
    return None if row is None else Rest(*row)


def _begin(cursor: Any, member_id: int, last_on: date | None, made: Made) -> Rest:
    cursor.execute(
        "INSERT INTO loan_rest (member_id, began_on, last_on, actor, made_at)"  # noqa: S608
        f" VALUES (%s, %s, %s, %s, %s) RETURNING {_COLUMNS}",
        (member_id, made.business_on, last_on, made.actor, made.booked_at),
    )
    begun = Rest(*cursor.fetchone())
    tell(cursor, Key(member_id, 0), "rest_begun", made, last_on=str(last_on or ""))
    return begun


def lift_rest(cursor: Any, member_id: int, made: Made) -> Rest:
    """The member lifts a rest: today is its last day, tomorrow one may draw [休止の解除].

    Lock      the member's agreements.
    Raises    NotFoundError if none is on.
    """
    _lock(cursor, member_id)
    found = rest_of(cursor, member_id)
    if found is None:
        raise NotFoundError(Fault("LON-071"))
    if found.last_on is not None and found.last_on <= made.business_on:
        return found
    lifted = _move(cursor, found, made.business_on)
    tell(cursor, Key(member_id, 0), "rest_lifted", made, last_on=str(made.business_on))
    return lifted


def rest_of(cursor: Any, member_id: int) -> Rest | None:
    """The rest that is on, if one is [休止の照会]."""
    cursor.execute(
        f"SELECT {_COLUMNS} FROM loan_rest WHERE member_id = %s AND ended_on IS NULL",  # noqa: S608
        (member_id,),
    )
    row = cursor.fetchone()
    return None if row is None else Rest(*row)


def rests_over(cursor: Any, on: date, most: int = 1_000) -> list[int]:
    """Members whose rest had its last day before a day [終わった休止]."""
    cursor.execute(
        "SELECT member_id FROM loan_rest WHERE ended_on IS NULL AND last_on < %s"
        " ORDER BY last_on, member_id LIMIT %s",
        (on, most),
    )
    return [int(member_id) for (member_id,) in cursor.fetchall()]


def end_rest(cursor: Any, member_id: int, made: Made) -> None:
    """Take the stop of a rest away whose last day is over; nothing if it is not [休止の終了].

    Lock      the member's agreements.
    """
    keys = _lock(cursor, member_id)
    found = rest_of(cursor, member_id)
    if found is None or found.last_on is None or found.last_on >= made.business_on:
        return
    cursor.execute(
        "UPDATE loan_rest SET ended_on = %s WHERE member_id = %s AND rest_no = %s",
        (made.business_on, member_id, found.rest_no),
    )
    for key in keys:
        lift(cursor, key, Stop.RESTING, _for(made, key))
    tell(cursor, Key(member_id, 0), "rest_ended", made, rest=found.rest_no)


def _move(cursor: Any, found: Rest, last_on: date | None) -> Rest:
    cursor.execute(
        "UPDATE loan_rest SET last_on = %s WHERE member_id = %s AND rest_no = %s",
        (last_on, found.member_id, found.rest_no),
    )
    return replace(found, last_on=last_on)


def _lock(cursor: Any, member_id: int) -> list[Key]:
    """The member's agreements that are not closed, all of them locked."""
    cursor.execute(
        "SELECT agreement_id, status FROM loan_agreement WHERE member_id = %s"
        " ORDER BY agreement_id FOR UPDATE",
        (member_id,),
    )
    return [
        Key(member_id, agreement_id)
        for agreement_id, status in cursor.fetchall()
        if Status(status) is not Status.CLOSED
    ]


def _for(made: Made, key: Key) -> Made:
    return replace(made, external_ref=f"{made.external_ref} {key.agreement_id}")
