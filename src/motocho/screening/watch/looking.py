"""The daily look at every open line, in stretches of members [途上管理の夜間処理].

    watched = looking.watch_day(WatchNight(now), on)

Each stretch is a transaction: what it found, what it ended, and how far it came. One that was
killed goes on from there; done twice it changes nothing. A day that was skipped is taken in by the
next: a look counts everything that happened since the last one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, TypeAlias

from django.db import connection, transaction

from motocho.contact import tasks
from motocho.contact.holds import Source
from motocho.loans.commands import Ask, Ended, Ending, Made, watches
from motocho.loans.policy import Stop
from motocho.screening.watch import _finding, acting
from motocho.screening.watch._finding import Stretch
from motocho.screening.watch.policy import policy

CHANNEL = "watch"
REACH = "reach_again"


class Members(NamedTuple):
    """The members after one, up to another [会員の範囲]."""

    after: int
    upto: int


Besides: TypeAlias = Callable[[Any, Members, Made], None]
"""What somebody else does about the same members in the same transaction."""


@dataclass(frozen=True, slots=True)
class WatchNight:
    """What a look is run with [途上管理の設定]."""

    now: Callable[[], datetime]
    actor: str = "watch"
    chunk: int = 20_000
    """Members in one transaction."""
    besides: Sequence[Besides] = ()


@dataclass(frozen=True, slots=True)
class Watched:
    """What a look of a business date did [途上管理の結果]."""

    business_on: date
    lines: int
    asked: int
    ended: int


def watch_day(night: WatchNight, on: date) -> Watched:
    """Look at every open line on a business date, from where it stopped [途上管理の実行].

    Takes     the business date that is open: everything before it is known.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        since_on = _begin(cursor, night, on)
    while _do_some(night, on, since_on):
        pass
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT business_on, lines, asked, ended FROM screening_watch_day"
            " WHERE business_on = %s",
            (on,),
        )
        return Watched(*cursor.fetchone())


def _begin(cursor: Any, night: WatchNight, on: date) -> date:
    """The day's row, and the first day whose happenings count."""
    cursor.execute(
        "INSERT INTO screening_watch_day (business_on, since_on, begun_at) VALUES (%s, coalesce("
        " (SELECT max(business_on) FROM screening_watch_day WHERE business_on < %s"
        "  AND done_at IS NOT NULL), %s), %s) ON CONFLICT DO NOTHING",
        (on, on, on - timedelta(days=1), night.now()),
    )
    cursor.execute("SELECT since_on FROM screening_watch_day WHERE business_on = %s", (on,))
    found: date = cursor.fetchone()[0]
    return found


_NEXT = """
SELECT max(member_id), count(*) FROM (
    SELECT member_id FROM loan_agreement WHERE member_id > %s AND status = 'open'
    ORDER BY member_id FETCH FIRST %s ROWS WITH TIES) AS stretch
"""


def _do_some(night: WatchNight, on: date, since_on: date) -> bool:
    """One stretch in one transaction; whether there is more."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT after_member, done_at IS NOT NULL FROM screening_watch_day"
            " WHERE business_on = %s FOR UPDATE",
            (on,),
        )
        after, is_done = cursor.fetchone()
        if is_done:
            return False
        cursor.execute(_NEXT, (after, night.chunk))
        upto, lines = cursor.fetchone()
        if upto is None:
            cursor.execute(
                "UPDATE screening_watch_day SET done_at = %s WHERE business_on = %s",
                (night.now(), on),
            )
            return False
        stretch = Stretch(after, upto, since_on, on, policy(on))
        made = Made(CHANNEL, f"{on} {after}", on, night.now(), night.actor)
        ended = _end(cursor, stretch, made)
        asked = _ask(cursor, stretch, made)
        for do in night.besides:
            do(cursor, Members(after, upto), made)
        cursor.execute(
            "UPDATE screening_watch_day SET after_member = %s, lines = lines + %s,"
            " asked = asked + %s, ended = ended + %s WHERE business_on = %s",
            (upto, lines, asked, ended, on),
        )
        return True


def _end(cursor: Any, stretch: Stretch, made: Made) -> int:
    """End what is over, or was done meanwhile."""
    found = [(member_id, stop, Ending.OVER) for member_id, stop in _finding.over(cursor, stretch)]
    found += [
        (member_id, Stop.UNREACHABLE, Ending.DONE)
        for member_id in _finding.reached(cursor, stretch)
    ]
    for member_id, stop, how in sorted(found, key=lambda one: one[0]):
        own = replace(made, external_ref=f"{made.external_ref} {member_id}")
        watches.end(cursor, member_id, stop, Ended(how, f"{CHANNEL} {stretch.on}"), own)
        if stop is Stop.SELF_EXCLUDED:
            acting.end_holds(cursor, member_id, own)
    return len(found)


def _ask(cursor: Any, stretch: Stretch, made: Made) -> int:
    """Ask for what the finders found; who cannot be reached is tried again by a person."""
    asked, unreached = 0, list[Ask]()
    for find in _finding.FINDERS:
        found = find(cursor, stretch)
        asked += watches.ask(cursor, found, made)
        unreached += [one for one in found if one.stop is Stop.UNREACHABLE]
    new = [
        tasks.New(
            one.member_id,
            tasks.Plan(tasks.Kind.FOLLOW_UP, facts={"what": REACH, "by": str(one.due_on)}),
            Source(made.actor, one.source),
        )
        for one in unreached
    ]
    tasks.put_all(cursor, new, made.booked_at)
    return asked
