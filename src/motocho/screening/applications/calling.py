"""The call that tells an applicant of an approval, as a task of the desk [承認の連絡].

It stands on the list of the day from the approval until the applicant agreed or the application
ended: whoever goes on by the page is not rung for it. Its script is the reason `contract`, which
keeps what was explained, asked and understood.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from motocho.contact import tasks
from motocho.contact.guard import Purpose
from motocho.contact.holds import Source
from motocho.contact.tasks import Ending, Kind, Plan

REASON = "contract"
"""The reason of the desk's catalogue whose script is said."""
_FACT = "application"


def put(cursor: Any, of: tuple[int, int, int], actor: str, at: datetime) -> int:
    """Put the call of an approval down, once [承認の連絡の登録]; gives the task's number.

    Takes     the member, the application and the decision.
    Lock      the member's contacts.
    """
    member_id, application_id, decision_no = of
    facts: dict[str, int | str] = {
        "reason": REASON, _FACT: application_id, "decision": decision_no
    }  # fmt: skip
    source = Source(actor, f"application {application_id} decision {decision_no}")
    return tasks.put(cursor, member_id, Plan(Kind.CALL, Purpose.IDENTITY, at, facts), source, at)


def end(cursor: Any, of: tuple[int, int], actor: str, at: datetime) -> int:
    """Nobody is rung for an application any more [承認の連絡の終了]; gives how many calls ended.

    Takes     the member and the application.
    Lock      the member's contacts.
    """
    member_id, application_id = of
    ending = Ending(tasks.Outcome.WITHDRAWN, actor)
    found = [
        one
        for one in tasks.of_member(cursor, member_id)
        if one.plan.facts.get(_FACT) == application_id and one.plan.facts.get("reason") == REASON
    ]
    for one in found:
        tasks.end(cursor, member_id, one.task_id, ending, at)
    return len(found)
