"""All falls due: a person decides, once a notice ran out unpaid [期限の利益の喪失].

The clause (催告して期限までに支払いがないとき: `documents.statutory.making`) needs a demand that
arrived, and a period that passed. On which day a letter arrives is not known here: it counts as
received some days after it was posted (`Strategy.arrival_days`), and the period runs from then, or
to the day that stands on the letter, whichever is later. Above the ceiling of the interest law
nothing falls due by the clause (最二小判平成18年1月13日). Law: 民法97条1項, 136条, 140条, 541条.
"""

from __future__ import annotations

from typing import Any

from motocho.care.collections import stages, strategy
from motocho.care.collections.stages import Stage, StageKey, Tried
from motocho.care.collections.strategy import Way
from motocho.contact import tasks
from motocho.contact.holds import Source
from motocho.contact.tasks import Ending, Outcome, Plan
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.loans import commands, standing
from motocho.loans.commands import Done, Made
from motocho.loans.policy import Demand
from motocho.outside.clock import JAPAN
from motocho.units.errors import Fault, RefusedError, StateConflict

ACCELERATED = "accelerated"
DECLINED = "declined"


def demand_of(cursor: Any, stage: Stage) -> Demand | None:
    """The notice on which all may fall due, with its days [催告]; None before it was posted."""
    for one in stages.of_members(cursor, [stage.key.member_id]):
        is_it = one.loan == stage.loan and one.late_since == stage.late_since
        if not is_it or one.way is not Way.NOTICE or one.state != "done":
            continue
        held = strategy.in_force(cursor, one.decided_on)
        runs_until = stages.runs_until(one, held)
        if runs_until is not None:
            received_on = stages.received_on(one, held)
            return Demand(received_on, runs_until, f"paper {one.paper_no}")
    return None


def accelerate(cursor: Any, key: StageKey, made: Made) -> Done:
    """All falls due, by the decision of a person [期限の利益を失わせる] · LEDG-023.

    Everything that stands against it is looked at again, under the lock of the step.
    Raises    StateConflict if it was decided already; RefusedError while something stands against
              it, without a notice that ran out unpaid, or for a rate above the ceiling.
    """
    stage = _open(cursor, key)
    seen = standing.see(cursor, [stage.loan])[0]
    held = strategy.in_force(cursor, stage.decided_on).step(stage.step_id)
    against = stages.standing_against(cursor, seen, made.booked_at)
    found = sorted(one.value for one in against if held is None or one in held.unless)
    if found:
        raise RefusedError(Fault("COL-013"))
    state = seen.on(made.business_on.toordinal())
    if state.late_since is None or state.late_since != stage.late_since.toordinal():
        raise RefusedError(Fault("COL-012"))
    done = commands.accelerate(cursor, stage.loan, demand_of(cursor, stage), made)
    _end(cursor, stage, Tried("done", ACCELERATED), made)
    return done


def decline(cursor: Any, key: StageKey, made: Made) -> None:
    """Not now: nothing falls due for this missed due date [期限の利益を失わせない].

    Raises    StateConflict if it was decided already.
    """
    stage = _open(cursor, key)
    _end(cursor, stage, Tried("dropped", DECLINED), made)


def _open(cursor: Any, key: StageKey) -> Stage:
    stage = stages.lock(cursor, key)
    if stage.way is not Way.ACCELERATION or stage.has_ended:
        raise StateConflict(Fault("COL-014"))
    return stage


def _end(cursor: Any, stage: Stage, tried: Tried, made: Made) -> None:
    stages.note(cursor, stage.key, tried, made.booked_at)
    member_id, source = stage.key.member_id, Source(made.actor, f"stage {stage.key.stage_no}")
    # The task of the night: put again for its source, it is the same one.
    task_id = tasks.put(cursor, member_id, Plan(tasks.Kind.FOLLOW_UP), source, made.booked_at)
    if any(one.task_id == task_id for one in tasks.of_member(cursor, member_id)):
        ending = Ending(Outcome.DONE, made.actor)
        tasks.end(cursor, member_id, task_id, ending, made.booked_at)
    subject: dict[str, int | str] = {
        "agreement": stage.loan.agreement_id, "stage": stage.key.stage_no,
        "decision": tried.reason, "on": made.booked_at.astimezone(JAPAN).date().isoformat(),
    }  # fmt: skip
    told = Happening(member_id, "acceleration_decided", made.actor, made.booked_at, subject)
    journal.write(cursor, [told])
