"""Why a line stops: six causes, each reason with what the member can do, and by when [停止の理由].

No reason is ever said as another, or as none in particular; several at once are all said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Any

from motocho.loans import queries
from motocho.loans.policy import WATCHED, Status, Stop
from motocho.loans.queries import Position, Watch
from motocho.screening.watch import acting
from motocho.screening.watch.policy import policy


class Cause(Enum):
    """The causes of a stop [利用停止の原因]: six that a member may meet, and what else there is."""

    OFTEN = "often"
    """Drawn many times in a short time [短い期間に何度も借入れ]."""
    LATE = "late"
    """Late for long, or again and again [長期の滞納・遅延の繰返し]."""
    THIRD = "third"
    """More than a third of the income [年収の3分の1]."""
    ELSEWHERE = "elsewhere"
    """Borrowed from others, too [他社からの借入れ]."""
    EVIDENCE = "evidence"
    """Evidence of income was asked for, and did not come [収入証明書]."""
    FACTS = "facts"
    """Employer, income, address: a change was not told [届出の変更]."""
    OTHER = "other"
    """The member's own wish, a card, a death, counsel, a check of ours."""


CAUSES: Mapping[Stop, Cause] = {
    Stop.OFTEN_DRAWN: Cause.OFTEN,
    Stop.LATE_OFTEN: Cause.LATE,
    Stop.OVER_ONE_THIRD: Cause.THIRD,
    Stop.DEBTS_ELSEWHERE: Cause.ELSEWHERE,
    Stop.INCOME_EVIDENCE_DUE: Cause.EVIDENCE,
    Stop.FACTS_OLD: Cause.FACTS,
    Stop.EMPLOYER_CHANGED: Cause.FACTS,
    Stop.UNREACHABLE: Cause.FACTS,
    Stop.BUREAU_CHECK_DUE: Cause.OTHER,
    Stop.SELF_EXCLUDED: Cause.OTHER,
    Stop.MEMBER_ASKED: Cause.OTHER,
    Stop.RESTING: Cause.OTHER,
    Stop.NO_BUREAU_CONSENT: Cause.OTHER,
    Stop.CARD_LOST: Cause.OTHER,
    Stop.COUNSEL: Cause.OTHER,
    Stop.DECEASED: Cause.OTHER,
    Stop.FRAUD: Cause.OTHER,
    Stop.CREDIT: Cause.OTHER,
}
"""Every reason has one."""


class Act(Enum):
    """What the member can do about a reason [本人ができること]."""

    SAY_OWN = "say_own"
    PAY = "pay"
    """Pay what is late, and stay in time."""
    REPAY = "repay"
    """Owe less than a third."""
    TALK = "talk"
    SEND_EVIDENCE = "send_evidence"
    CONFIRM_FACTS = "confirm_facts"
    SEND_EMPLOYER = "send_employer"
    REGISTER_ADDRESS = "register_address"
    WAIT = "wait"
    WAIT_TIME = "wait_time"
    REOPEN = "reopen"
    LIFT_REST = "lift_rest"
    CONSENT = "consent"
    NEW_CARD = "new_card"
    COUNSEL = "counsel"


ACTS: Mapping[Stop, Act] = {
    Stop.OFTEN_DRAWN: Act.SAY_OWN,
    Stop.LATE_OFTEN: Act.PAY,
    Stop.OVER_ONE_THIRD: Act.REPAY,
    Stop.DEBTS_ELSEWHERE: Act.TALK,
    Stop.INCOME_EVIDENCE_DUE: Act.SEND_EVIDENCE,
    Stop.FACTS_OLD: Act.CONFIRM_FACTS,
    Stop.EMPLOYER_CHANGED: Act.SEND_EMPLOYER,
    Stop.UNREACHABLE: Act.REGISTER_ADDRESS,
    Stop.BUREAU_CHECK_DUE: Act.WAIT,
    Stop.SELF_EXCLUDED: Act.WAIT_TIME,
    Stop.MEMBER_ASKED: Act.REOPEN,
    Stop.RESTING: Act.LIFT_REST,
    Stop.NO_BUREAU_CONSENT: Act.CONSENT,
    Stop.CARD_LOST: Act.NEW_CARD,
    Stop.COUNSEL: Act.COUNSEL,
    Stop.DECEASED: Act.TALK,
    Stop.FRAUD: Act.TALK,
    Stop.CREDIT: Act.TALK,
}
"""Every reason has one."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason for a stop, or one that comes of what is asked [停止の理由と、できること].

    `due_on` is the last day to do it before draws stop, or was; `opens_on` a day on which it ends
    by itself, where one is known.
    """

    stop: Stop
    cause: Cause
    act: Act
    asked_on: date | None
    due_on: date | None
    opens_on: date | None
    is_stopped: bool


def reasons(
    cursor: Any, member_id: int, positions: Sequence[Position], on: date
) -> tuple[Reason, ...]:
    """Every reason of a member's stops, and all that is asked of them [理由の一覧].

    Those that stop stand first; of what is asked, the first due. Arrears of now are no reason
    here: the positions say them, and what is owed.

    Takes     the member's agreements as they stand on the day.
    """
    waits = {one.stop: one for one in reversed(queries.watches_of(cursor, member_id))}
    open_ones = [one for one in positions if one.status is Status.OPEN]
    stops = frozenset[Stop]().union(*(one.stops for one in open_ones))
    overdue = {one.stop for one in waits.values() if is_overdue(one, on)}
    asked = {stop for stop in waits if stop in WATCHED or stop is Stop.INCOME_EVIDENCE_DUE}
    found = [
        _reason(
            stop,
            waits.get(stop),
            _opens_on(cursor, member_id, waits.get(stop), on),
            stops | overdue,
        )
        for stop in CAUSES
        if stop in stops | overdue | asked
    ]
    return tuple(sorted(found, key=lambda one: (not one.is_stopped, one.due_on or date.max)))


def is_overdue(one: Watch, on: date) -> bool:
    """Whether its last day is over, or it stopped draws already [期限を過ぎたか]."""
    return one.due_on < on or one.stopped_on is not None


def _reason(stop: Stop, of: Watch | None, opens_on: date | None, stops: frozenset[Stop]) -> Reason:
    is_stopped = stop in stops
    due_on = None if of is None or of.due_on == of.found_on else of.due_on
    asked_on = None if of is None else of.found_on
    return Reason(stop, CAUSES[stop], ACTS[stop], asked_on, due_on, opens_on, is_stopped)


_LAST_MISSED = """
SELECT max((subject->>'due_on')::date), (SELECT bool_or(late_since IS NOT NULL)
    FROM loan_agreement WHERE member_id = %(member)s)
FROM journal_row WHERE member_id = %(member)s AND kind = 'due_missed'
"""


def _opens_on(cursor: Any, member_id: int, of: Watch | None, on: date) -> date | None:
    """The day on which a reason ends by itself, if nothing comes between."""
    if of is None:
        return None
    if of.stop is Stop.SELF_EXCLUDED:
        return None if of.until_on is None else of.until_on + timedelta(days=1)
    if of.stop is not Stop.LATE_OFTEN:
        return None
    cursor.execute(_LAST_MISSED, {"member": member_id})
    last_on, is_late = cursor.fetchone()
    if last_on is None or is_late:
        return None
    clean: date = last_on + timedelta(days=policy(on).late_clean_days + 1)
    return clean


def may_take_back_on(of: Watch) -> date | None:
    """From when a self-exclusion of the member's own wish may be taken back [撤回できる日]."""
    return acting.free_from(of) if of.source.startswith("exclusion own") else None
