"""What the house asks of members on open lines, and the stops that follow [途上管理の操作].

Each ask is a reason of its own. Where it is not done by its day, or at once where it cannot wait,
nothing is drawn; what was asked, done, lifts its own reason and no other. The night stops what is
overdue (`checks.stop_overdue`); a draw asks `unmet` by itself, so that a night that did not run
lets nothing through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any

import orjson

from motocho.journal.rows import Happening, write
from motocho.loans import monitoring, policy
from motocho.loans._book import Key, Made
from motocho.loans.commands import checks
from motocho.loans.commands._telling import refuse_day, refused, tell
from motocho.loans.monitoring import CheckKind
from motocho.loans.policy import Stop
from motocho.outside.clock import JAPAN
from motocho.units.errors import Fault, RefusedError, ensure


class Ending(Enum):
    """How what was asked ended [終わり方]."""

    DONE = "done"
    """It was done."""
    JUDGED = "judged"
    """A person of the staff found that it may go on."""
    OVER = "over"
    """Its time is over."""
    MOOT = "moot"
    """Its ground is gone."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Something to ask of a member [依頼]; `due_on` None stops draws at once.

    The same `source` asks once, and one reason is asked once at a time.
    """

    member_id: int
    stop: Stop
    source: str
    due_on: date | None = None
    until_on: date | None = None
    facts: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ended:
    """How an ask ended, and by what [終わり]: the paper, answer or page that ended it."""

    how: Ending
    ref: str


_ASK = """
INSERT INTO loan_watch (member_id, reason, found_on, due_on, until_on, facts, source, actor,
    asked_at, stopped_on)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::date[], %s::date[], %s::date[], %s::jsonb[],
    %s::text[], %s::text[], %s::timestamptz[], %s::date[])
ON CONFLICT DO NOTHING RETURNING member_id, watch_no, reason, due_on, stopped_on
"""


def ask(cursor: Any, asks: Sequence[Ask], made: Made) -> int:
    """Ask something of members, many at once; stop draws where it cannot wait [依頼の登録].

    Gives     how many are new.
    Lock      the agreements of members whose draws stop, in the order of the members.
    Raises    InvariantError for a reason that is none of these.
    """
    if not asks:
        return 0
    ensure(all(one.stop in policy.WATCHED for one in asks), "an ask has a reason of its own")
    at_once = sorted({one.member_id for one in asks if one.due_on is None})
    loans = {member_id: checks.open_loans(cursor, member_id) for member_id in at_once}
    on = made.business_on
    rows = [
        (
            one.member_id, one.stop.value, on, one.due_on or on, one.until_on,
            orjson.dumps(dict(one.facts)).decode(), one.source, made.actor, made.booked_at,
            on if one.due_on is None else None,
        )
        for one in asks
    ]  # fmt: skip
    cursor.execute(_ASK, [list(column) for column in zip(*rows, strict=True)])
    new = cursor.fetchall()
    news = []
    for member_id, watch_no, reason, due_on, stopped_on in new:
        subject = {"agreement": 0, "watch": watch_no, "stop": reason, "due_on": due_on.isoformat()}
        if stopped_on is None:
            news.append(Happening(member_id, "watch_asked", made.actor, made.booked_at, subject))
            continue
        news.append(Happening(member_id, "watch_stopped", made.actor, made.booked_at, subject))
        loans[member_id] = checks.set_stop(cursor, loans[member_id], Stop(reason), made)
    write(cursor, news)
    return len(new)


def end(cursor: Any, member_id: int, stop: Stop, ended: Ended, made: Made) -> bool:
    """What was asked has ended: its reason is lifted, and no other [依頼の終了].

    Gives     whether it was open.
    Lock      the member's agreements.
    """
    loans = checks.open_loans(cursor, member_id)
    cursor.execute(
        "UPDATE loan_watch SET ended_on = %s, ended_how = %s, ended_ref = %s, ended_by = %s"
        " WHERE member_id = %s AND reason = %s AND ended_on IS NULL RETURNING watch_no",
        (made.business_on, ended.how.value, ended.ref, made.actor, member_id, stop.value),
    )
    row = cursor.fetchone()
    if row is None:
        return False
    subject: dict[str, int | str] = {"watch": row[0], "stop": stop.value, "how": ended.how.value}
    tell(cursor, Key(member_id, 0), "watch_ended", made, **subject)
    checks.unset_stop(cursor, loans, stop, made)
    return True


_UNMET = """
SELECT kind FROM loan_check
WHERE member_id = %(member)s AND met_on IS NULL AND due_on < %(on)s
  AND (stopped_on IS NULL OR stopped_on > found_on)
UNION ALL
SELECT reason FROM loan_watch
WHERE member_id = %(member)s AND ended_on IS NULL AND (due_on < %(on)s OR stopped_on IS NOT NULL)
"""
_OF_CHECKS: Mapping[str, Stop] = {
    CheckKind.MONTHLY.value: Stop.BUREAU_CHECK_DUE,
    CheckKind.REGULAR.value: Stop.BUREAU_CHECK_DUE,
    CheckKind.INCOME.value: Stop.INCOME_EVIDENCE_DUE,
}


def unmet(cursor: Any, member_id: int, on: date) -> frozenset[Stop]:
    """What should have been done before a day, and was not [期限を過ぎた依頼] · LEND-013…015.

    Nothing is drawn then, whatever the night did.
    Why       a check that waits, because nothing may be drawn anyway, stops its own agreement
              alone; that stop stands there.
    """
    cursor.execute(_UNMET, {"member": member_id, "on": on})
    return frozenset(_OF_CHECKS.get(row[0]) or Stop(row[0]) for row in cursor.fetchall())


def leaving_on(on: date, at: datetime) -> date:
    """The day by which money that leaves at a moment is judged [送金の判定日] · LEND-020.

    Takes     the book's day, which may be behind the calendar's; never the earlier of the two.
    """
    return max(on, at.astimezone(JAPAN).date())


def unmet_at(cursor: Any, member_id: int, on: date, at: datetime) -> frozenset[Stop]:
    """What was not done in time for money that leaves at a moment [送金時の期限の確認] · LEND-013.

    Takes     the book's day, which stands still while no night moves it on; the moment, which does
              not: a last day is over with the calendar's day.
    Why       of a book that is further behind than the bureau may be asked, nobody knows whose
              period ended since: nothing leaves it.
    """
    today = leaving_on(on, at)
    found = unmet(cursor, member_id, today)
    is_unknown = (today - on).days > monitoring.law_on(today).number("days_to_ask")
    return found | {Stop.BUREAU_CHECK_DUE} if is_unknown else found


# ------------------------------------------------------------------------------------- the employer
class EmployerFound(Enum):
    """What a look at the employer found [勤務先の確認の結果]."""

    SAME = "same"
    """The one that it was · 施行規則10条の26第2項."""
    NEW = "new"
    """A new one, which was confirmed."""


@dataclass(frozen=True, slots=True)
class EmployerCheck:
    """The employer as it was confirmed, and by what paper or call [勤務先の確認]."""

    checked_on: date
    found: EmployerFound
    document_ref: str


def record_employer(cursor: Any, member_id: int, check: EmployerCheck, made: Made) -> bool:
    """The employer was confirmed: evidence may count longer, a change is settled [勤務先の確認].

    Gives     whether it is new.
    Lock      the member's agreements.
    Raises    RefusedError for a day that has not come, or without what it was confirmed by.
    Law       施行規則10条の26第2項 · LEND-012.
    """
    refuse_day(check.checked_on, made)
    if not check.document_ref:
        raise RefusedError(Fault("LON-099"))
    checks.open_loans(cursor, member_id)
    cursor.execute(
        "INSERT INTO loan_employer_check (member_id, checked_on, found, document_ref, channel,"
        " external_ref, business_on, booked_at, actor) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (member_id, channel, external_ref) DO NOTHING",
        (
            member_id, check.checked_on, check.found.value, check.document_ref, made.channel,
            made.external_ref, made.business_on, made.booked_at, made.actor,
        ),
    )  # fmt: skip
    if cursor.rowcount == 0:
        return False
    tell(cursor, Key(member_id, 0), "employer_confirmed", made, found=check.found.value)
    end(cursor, member_id, Stop.EMPLOYER_CHANGED, Ended(Ending.DONE, check.document_ref), made)
    checks.look_at_evidence(cursor, member_id, made)
    return True


def refuse_by_hand(stop: Stop) -> None:
    """Raise for a reason that only its own end lifts [手での解除の拒否]."""
    refused(policy.check_lifting(stop))
