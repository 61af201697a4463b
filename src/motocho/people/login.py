"""Trying to log in with a number and a PIN: counted, locked, slowed [ログイン].

Three misses in a row lock, for numbers that nobody has, too. They are counted by lane: each device
that the member uses has its own, all others share one; so a stranger can lock strangers out, and
never the member from the member's own phone. Where somebody guesses over many numbers, tries from
other devices wait for a turn: once, and the same try passes then. Nobody is refused for what others
did.

    typed = Typed(number, pin, form_ref)
    with transaction.atomic(), connection.cursor() as cursor:
        outcome = login.enter(cursor, typed, origin, clock.now())

The transaction must be of its own and commit whatever comes after: a miss that is rolled back is
not counted.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeAlias

from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.rules import Refusal
from motocho.ledger.chart import HOUSE
from motocho.people.credentials import hashing, keeping, networks
from motocho.people.credentials.hashing import Match
from motocho.people.credentials.pins import Guess, Pin
from motocho.people.safety import codes, devices, sessions
from motocho.people.safety.codes import Purpose
from motocho.people.safety.devices import NewDevice
from motocho.people.safety.sessions import SessionKey

log = logging.getLogger("motocho.people")
MOST_MISSES = 3
STRANGERS = 0
"""The lane that all devices share which the member does not use."""
WINDOW = timedelta(minutes=10)
"""How far back misses count as one attack, and how long a turn is kept."""
KEPT = timedelta(hours=1)
"""How long tries are kept at the most."""
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=10)
"""Nobody waits longer, whatever others do."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed [入力された番号と暗証番号].

    `form_ref` is of one form: the same form sent twice counts once.
    """

    member_number: str
    pin: Pin
    form_ref: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where it came from [接続元]: the address, the device's token and what it calls itself."""

    address: str
    device_token: str | None = field(default=None, repr=False)
    device_name: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """The PIN was right [照合成功]; without a device, a code is asked for before anything else."""

    member_id: int
    device_id: int | None
    must_change: Guess | None


@dataclass(frozen=True, slots=True)
class Missed:
    """Number or PIN was not right [照合失敗]; how many tries are left."""

    left: int


@dataclass(frozen=True, slots=True)
class Locked:
    """No more tries, right or wrong, until who it is was checked [ロック]."""


@dataclass(frozen=True, slots=True)
class Slowed:
    """Not tried yet: the same may be tried again from a moment on [待ち時間]; counts as nothing."""

    until: datetime


Outcome: TypeAlias = Entered | Missed | Locked | Slowed


def enter(cursor: Any, typed: Typed, origin: Origin, at: datetime) -> Outcome:
    """One try to log in [ログインの試行] · AUTH-004…006.

    A wrong number, a wrong PIN and a locked number take the same time and give the same answers.

    Lock      the count of the number and lane, until the transaction ends.
    """
    member_id = _member_of(cursor, typed.member_number)
    somebody = HOUSE if member_id is None else member_id  # nobody is looked for too
    device_id = None
    if origin.device_token is not None:
        device_id = devices.known(cursor, somebody, origin.device_token)
    lane = STRANGERS if device_id is None else device_id
    attempt = _Attempt.of(typed, origin, lane)
    until = _wait(cursor, attempt, at) if lane == STRANGERS else None
    if until is not None:
        return Slowed(until)
    misses = _locked_count(cursor, typed.member_number, lane)
    earlier = _earlier(cursor, attempt)
    stored, owner = keeping.stored(cursor, somebody), keeping.owner(somebody)
    found = hashing.match(hashing.Cost.PIN, owner, typed.pin.digits, stored)
    if earlier is not None and earlier[0] != "entered":
        return Missed(earlier[1]) if earlier[0] == "missed" else Locked()
    if misses == MOST_MISSES:
        _note(cursor, attempt, "locked", 0, at)
        return Locked()
    if found is Match.WRONG or member_id is None:
        return _missed(cursor, attempt, member_id, misses, at)
    _set_count(cursor, typed.member_number, lane, 0, None)
    if earlier is None:
        _note(cursor, attempt, "entered", MOST_MISSES, at)
    if found is Match.OUTDATED:
        keeping.refresh(cursor, member_id, typed.pin)
    return Entered(member_id, device_id, keeping.must_change(cursor, member_id))


def _missed(
    cursor: Any, attempt: _Attempt, member_id: int | None, misses: int, at: datetime
) -> Missed | Locked:
    misses += 1
    left = MOST_MISSES - misses
    _set_count(cursor, attempt.member_number, attempt.lane, misses, None if left else at)
    outcome = "missed" if left else "locked"
    _note(cursor, attempt, outcome, left, at)
    member = HOUSE if member_id is None else member_id
    subject = {"lane": attempt.lane, "left": left}
    journal.write(cursor, [Happening(member, f"login_{outcome}", "member", at, subject)])
    return Missed(left) if left else Locked()


@dataclass(frozen=True, slots=True)
class Admitted:
    """A login that is complete [ログイン完了]; a device that is new gets its token, once."""

    key: SessionKey
    new_device: NewDevice | None


def admit(
    cursor: Any, entered: Entered, origin: Origin, bound_to: str, at: datetime
) -> Admitted | Refusal:
    """Begin a session after the right PIN [ログインの完了] · AUTH-007.

    A device that the member does not use needs a code for `NEW_DEVICE`, bound to what the face made
    for this login; it is known from then on.
    """
    device_id, new = entered.device_id, None
    if device_id is None:
        refusal = codes.spend(cursor, entered.member_id, Purpose.NEW_DEVICE, bound_to, at)
        if refusal is not None:
            return refusal
        new = devices.learn(cursor, entered.member_id, origin.device_name, at)
        device_id = new.device_id
    place = networks.shown(origin.address)
    return Admitted(sessions.begin(cursor, entered.member_id, device_id, place, at), new)


# ------------------------------------------------------------------------------------------ counts
def locked_lanes(cursor: Any, member_id: int) -> list[tuple[int, datetime]]:
    """The lanes of a member that are locked, each with the moment [ロックの一覧]."""
    cursor.execute(
        "SELECT c.lane, c.locked_at FROM people_login_count c JOIN people_number n"
        " USING (member_number) WHERE n.member_id = %s AND c.locked_at IS NOT NULL ORDER BY c.lane",
        (member_id,),
    )
    return [(lane, locked_at) for lane, locked_at in cursor.fetchall()]


def reopen(cursor: Any, member_id: int, actor: str, at: datetime) -> int:
    """Take all locks of a member away, after it was checked who it is [ロックの解除] · AUTH-004.

    Gives how many there were. Misses that did not lock are forgotten with them.
    """
    cursor.execute(
        "UPDATE people_login_count c SET misses = 0, locked_at = NULL FROM people_number n"
        " WHERE n.member_number = c.member_number AND n.member_id = %s AND c.misses > 0"
        " RETURNING (SELECT o.locked_at FROM people_login_count o"
        " WHERE (o.member_number, o.lane) = (c.member_number, c.lane))",
        (member_id,),
    )
    opened = sum(locked_at is not None for (locked_at,) in cursor.fetchall())
    if opened:
        happening = Happening(member_id, "login_reopened", actor, at, {"lanes": opened})
        journal.write(cursor, [happening])
    return opened


def _member_of(cursor: Any, member_number: str) -> int | None:
    cursor.execute(
        "SELECT member_id FROM people_number WHERE member_number = %s AND ended_at IS NULL",
        (member_number,),
    )
    row = cursor.fetchone()
    return None if row is None else int(row[0])


def _locked_count(cursor: Any, member_number: str, lane: int) -> int:
    """The misses so far; whoever else tries the same number and lane waits from here on."""
    cursor.execute(
        "INSERT INTO people_login_count AS c (member_number, lane) VALUES (%s, %s)"
        " ON CONFLICT (member_number, lane) DO UPDATE SET misses = c.misses RETURNING misses",
        (member_number, lane),
    )
    return int(cursor.fetchone()[0])


def _set_count(
    cursor: Any, member_number: str, lane: int, misses: int, locked_at: datetime | None
) -> None:
    cursor.execute(
        "UPDATE people_login_count SET misses = %s, locked_at = %s"
        " WHERE member_number = %s AND lane = %s",
        (misses, locked_at, member_number, lane),
    )


# ------------------------------------------------------------------------------------------- tries
class _Attempt(NamedTuple):
    """A try without its secrets."""

    member_number: str
    lane: int
    attempt_mark: bytes
    network_mark: bytes
    pin_mark: bytes
    turn_mark: bytes

    @classmethod
    def of(cls, typed: Typed, origin: Origin, lane: int) -> _Attempt:
        network = networks.prefix(origin.address)
        number, digits = typed.member_number, typed.pin.digits
        return cls(
            number,
            lane,
            hashing.mark("attempt", typed.form_ref, number, digits, str(lane)),
            hashing.mark("network", network),
            hashing.mark("pin", digits),
            hashing.mark("turn", number, network),
        )


def _earlier(cursor: Any, attempt: _Attempt) -> tuple[str, int] | None:
    """What the same form gave when it came first, with the same number and PIN."""
    cursor.execute(
        "SELECT outcome, misses_left FROM people_login_try WHERE attempt_mark = %s",
        (attempt.attempt_mark,),
    )
    row = cursor.fetchone()
    return None if row is None else (str(row[0]), int(row[1]))


def _note(cursor: Any, attempt: _Attempt, outcome: str, left: int, at: datetime) -> None:
    pin_mark = None if outcome == "entered" else attempt.pin_mark
    cursor.execute(
        "INSERT INTO people_login_try (attempt_mark, member_number, lane, network_mark, pin_mark,"
        " outcome, misses_left, tried_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (attempt_mark) DO NOTHING",
        (
            attempt.attempt_mark,
            attempt.member_number,
            attempt.lane,
            attempt.network_mark,
            pin_mark,
            outcome,
            left,
            at,
        ),
    )


def clear(cursor: Any, at: datetime) -> int:
    """Clear away tries and turns that are over [試行記録の消去]; gives how many tries."""
    cursor.execute("DELETE FROM people_login_turn WHERE turn_at < %s", (at - WINDOW,))
    cursor.execute("DELETE FROM people_login_pressure WHERE last_turn_at < %s", (at - WINDOW,))
    cursor.execute("DELETE FROM people_login_try WHERE tried_at < %s", (at - KEPT,))
    return int(cursor.rowcount)


# ----------------------------------------------------------------------------------------- pressure
class _Watch(NamedTuple):
    """How many different numbers may fail in a window before tries wait, and how turns follow."""

    kind: str
    most_numbers: int
    between_turns: timedelta


_ONE_NETWORK = _Watch("one_network", 20, timedelta(seconds=1))
_ONE_PIN = _Watch("one_pin", 10, timedelta(seconds=1))
_EVERYWHERE = _Watch("everywhere", 500, timedelta(milliseconds=50))
_COUNTED = 2_000
"""Rows of a window that are looked at; more tell nothing more."""

_FAILING = (
    "SELECT count(DISTINCT member_number) FROM (SELECT member_number FROM people_login_try"
    " WHERE lane = 0 AND outcome <> 'entered' AND tried_at > %s {} ORDER BY tried_at DESC LIMIT %s)"
    " AS t"
)


def _wait(cursor: Any, attempt: _Attempt, at: datetime) -> datetime | None:
    """Until when a try of a stranger waits [順番待ち] · AUTH-005; None if it may be made now."""
    pressing = list(_pressing(cursor, attempt, at))
    if not pressing:
        return None
    cursor.execute(
        "SELECT turn_at FROM people_login_turn WHERE turn_mark = %s AND turn_at > %s FOR UPDATE",
        (attempt.turn_mark, at - WINDOW),
    )
    row = cursor.fetchone()
    if row is None:
        turn_at = max(_turn(cursor, watch, cause, at) for watch, cause in pressing)
        cursor.execute(
            "INSERT INTO people_login_turn (turn_mark, turn_at) VALUES (%s, %s)"
            " ON CONFLICT (turn_mark) DO UPDATE SET turn_at = EXCLUDED.turn_at",
            (attempt.turn_mark, turn_at),
        )
        return turn_at
    known_at: datetime = row[0]
    if known_at > at:
        return known_at
    cursor.execute("DELETE FROM people_login_turn WHERE turn_mark = %s", (attempt.turn_mark,))
    return None


def _pressing(cursor: Any, attempt: _Attempt, at: datetime) -> Iterator[tuple[_Watch, bytes]]:
    """What speaks for a guesser behind this try; the people on duty are told."""
    for watch, condition, cause in (
        (_ONE_NETWORK, "AND network_mark = %s", attempt.network_mark),
        (_ONE_PIN, "AND pin_mark = %s", attempt.pin_mark),
        (_EVERYWHERE, "", b""),
    ):
        values = [at - WINDOW, *([cause] if cause else []), _COUNTED]
        cursor.execute(_FAILING.format(condition), values)
        numbers = int(cursor.fetchone()[0])
        if numbers > watch.most_numbers:
            _alarm(cursor, watch, cause, numbers, at)
            yield watch, cause


def _turn(cursor: Any, watch: _Watch, cause: bytes, at: datetime) -> datetime:
    """The next turn under a pressure: one after another, none later than the longest wait."""
    cursor.execute(
        "INSERT INTO people_login_pressure AS p (pressure_mark, last_turn_at) VALUES (%s, %s)"
        " ON CONFLICT (pressure_mark) DO UPDATE SET last_turn_at ="
        " least(%s, greatest(EXCLUDED.last_turn_at, p.last_turn_at + %s)) RETURNING last_turn_at",
        (
            watch.kind.encode() + cause,
            at + FIRST_WAIT,
            at + LONGEST_WAIT,
            watch.between_turns,
        ),
    )
    turn_at: datetime = cursor.fetchone()[0]
    return turn_at


def _alarm(cursor: Any, watch: _Watch, cause: bytes, numbers: int, at: datetime) -> None:
    seconds = int(WINDOW.total_seconds())
    period_at = datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, at.tzinfo)
    cursor.execute(
        "INSERT INTO people_alarm (kind, cause, period_at, numbers, raised_at)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING alarm_id",
        (watch.kind, cause, period_at, numbers, at),
    )
    row = cursor.fetchone()
    if row is not None:
        subject: dict[str, int | str] = {
            "alarm_id": int(row[0]),
            "kind": watch.kind,
            "numbers": numbers,
        }
        journal.write(cursor, [Happening(HOUSE, "login_alarm", "system", at, subject)])
        log.warning("login alarm %s: %d numbers", watch.kind, numbers)


class Alarm(NamedTuple):
    """Somebody guesses over many numbers [警報]: how it was noticed, when last, over how many."""

    kind: str
    last_at: datetime
    numbers: int


def alarms(cursor: Any, since: datetime) -> list[Alarm]:
    """What the people on duty must look at since a moment, the latest first [警報の一覧]."""
    cursor.execute(
        "SELECT kind, max(raised_at) AS last_at, max(numbers) FROM people_alarm"
        " WHERE raised_at > %s GROUP BY kind ORDER BY last_at DESC, kind",
        (since,),
    )
    return [Alarm(*row) for row in cursor.fetchall()]
