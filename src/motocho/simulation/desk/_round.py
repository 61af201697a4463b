"""The worker's round by day: what the night decided leaves, or waits [督促の送信の模擬]."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from motocho.care.collections import carrying, stages, strategy
from motocho.notices import messages
from motocho.notices.kinds import Kind
from motocho.notices.messages import Told
from motocho.outside.mail import FolderPost
from motocho.outside.sms import FolderCarrier
from motocho.simulation._clerk import Moment
from motocho.simulation.desk._doing import Doing

_APART = timedelta(days=3)
_LATELY = timedelta(days=1)


def go(doing: Doing, folder: Path, moment: Moment) -> None:
    """Everything that waits, and what was put off until now [送信の巡回]."""
    at = moment.at
    office = carrying.Office(
        FolderPost(folder / "mail"), FolderCarrier(folder / "sms"), doing.directory, _tell,
        lambda: at,
    )  # fmt: skip
    for key in (*_waiting(doing, moment), *doing.look(stages.to_try, at)):
        carrying.carry(key, office)
        doing.done[f"step {doing.look(stages.one, key).state}"] += 1


def _waiting(doing: Doing, moment: Moment) -> list[stages.StageKey]:
    since = moment.on - _LATELY
    return [
        one.key
        for way in strategy.Way
        if way not in strategy.TO_PERSONS
        for one in doing.look(stages.listed, way, since)
        if one.state == "waiting"
    ]


def _tell(cursor: Any, stage: stages.Stage, at: datetime) -> None:
    """The short mail of a step, as the room of notices makes it."""
    facts = {"due_on": stage.late_since.isoformat()}
    cause, loan = f"stage {stage.key.stage_no}", stage.loan
    told = Told(loan.member_id, Kind.DUE_MISSED, cause, loan.agreement_id, facts, at)
    messages.tell_after(cursor, told, _APART, at)
