"""Lines above a third of the income: the cut in place of a stop [基準額超過の措置].

    remedies.third(cursor, member_id, on)                   what a third leaves, what a cut would be
    remedies.cut(cursor, member_id, limits, (staff, made))  to just the limits that were shown
    remedies.look_at_thirds(cursor, members, made)          a task of the desk while it stands

Draws stop at once where an answer or evidence finds it. The law leaves the choice to cut instead:
a reviewer makes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from motocho.contact import tasks
from motocho.contact.holds import Source
from motocho.law.rules import Refusal
from motocho.loans.commands import Key, Learned, Made, Third, checks
from motocho.loans.policy import Stop
from motocho.outside.bureau import Purpose
from motocho.people.access import Role, Staff
from motocho.screening.bureau import following, inquiries, memberships
from motocho.screening.bureau.inquiries import Need
from motocho.screening.watch import Members
from motocho.units.errors import Fault, NotAllowedError

__all__ = ["THIRD", "Third", "cut", "look_at_thirds", "third"]

THIRD = "third"
"""The fact by which a task of the desk says that lines are above a third [業務の種別]."""
REVIEWERS = frozenset({Role.REVIEWER, Role.SUPERVISOR})

third = checks.third_of


def cut(cursor: Any, member_id: int, limits: Mapping[Key, int], by: tuple[Staff, Made]) -> Learned:
    """Cut limits to what a third leaves; the stop that stood for it is lifted [基準額までの減額].

    Lifted at once by a bureau's answer of the very day; else the bureau is asked, and its answer
    lifts it. The task of the desk ends with the cut.

    Takes     the limits as they were shown.
    Raises    NotAllowedError for who does not review; RefusedError and StateConflict as
              `checks.cut_to_third`.
    Lock      the member's agreements.
    Law       貸金業法13条の4; 施行規則10条の29第1号, 10条の24第1項2号 · LEND-016.
    """
    staff, made = by
    if not REVIEWERS & staff.roles:
        raise NotAllowedError(Fault("SCR-292"))
    own = replace(made, actor=staff.actor)
    learned = checks.cut_to_third(cursor, member_id, limits, own)
    if not learned.is_over_base:
        _end(cursor, member_id, own)
        if limits and Stop.OVER_ONE_THIRD in learned.stops:
            _ask(cursor, member_id, min(limits), own)
    return learned


def _ask(cursor: Any, member_id: int, key: Key, made: Made) -> None:
    if memberships.asked(cursor, made.business_on) is None:
        return
    need = Need(Purpose.MONITORING, f"{THIRD} {made.business_on}", key.agreement_id)
    asked = inquiries.ask(cursor, member_id, need, made.actor, made.booked_at)
    if isinstance(asked, Refusal):
        following.tell_lacking(cursor, member_id, need, made.booked_at)


_STOPPED = """
SELECT DISTINCT member_id FROM loan_agreement
WHERE member_id > %s AND member_id <= %s AND status = 'open' AND 'over_one_third' = ANY (stops)
ORDER BY member_id
"""


def look_at_thirds(cursor: Any, some: Members, made: Made) -> None:
    """A task of the desk for who stands above a third, once while it stands [措置の業務].

    Once a cut or an answer brought the lines within it, the task is not wanted any more.
    """
    cursor.execute(_STOPPED, some)
    stopped = [int(member_id) for (member_id,) in cursor.fetchall()]
    for member_id in stopped:
        found = third(cursor, member_id, made.business_on)
        has_task = bool(_tasks(cursor, member_id))
        if found is not None and found.is_over and not has_task:
            plan = tasks.Plan(tasks.Kind.FOLLOW_UP, facts={THIRD: 1})
            source = Source(made.actor, f"{THIRD} {made.business_on}")
            tasks.put(cursor, member_id, plan, source, made.booked_at)
        elif has_task and (found is None or not found.is_over):
            _end(cursor, member_id, made)
    for member_id in sorted(_with_tasks(cursor, some) - set(stopped)):
        _end(cursor, member_id, made)


_WITH_TASKS = """
SELECT DISTINCT member_id FROM contact_task
WHERE member_id > %s AND member_id <= %s AND kind = 'follow_up' AND ended_at IS NULL
  AND facts ? 'third'
"""


def _with_tasks(cursor: Any, some: Members) -> set[int]:
    cursor.execute(_WITH_TASKS, some)
    return {int(member_id) for (member_id,) in cursor.fetchall()}


def _tasks(cursor: Any, member_id: int) -> list[tasks.Task]:
    return [one for one in tasks.of_member(cursor, member_id) if THIRD in one.plan.facts]


def _end(cursor: Any, member_id: int, made: Made) -> None:
    ending = tasks.Ending(tasks.Outcome.DONE, made.actor)
    for one in _tasks(cursor, member_id):
        tasks.end(cursor, member_id, one.task_id, ending, made.booked_at)
