"""Steps about arrears on their way, and the mail that notices makes of one [督促の送信]."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from motocho.care.collections import carrying, stages
from motocho.config import _partners
from motocho.config._papers import directory
from motocho.notices import messages
from motocho.notices.kinds import Kind
from motocho.notices.messages import Told
from motocho.outside import clock

APART = timedelta(days=3)
"""The mail of the missed due date is the first step's, where it went by itself: no second one."""


def office() -> carrying.Office:
    """How steps leave this installation [督促の送信の設定].

    Raises    InputError for an address of a mail server that cannot be read.
    """
    return carrying.Office(_partners.post(), _partners.texts(), directory(), tell, clock.now)


def tell(cursor: Any, stage: stages.Stage, at: datetime) -> None:
    """Make the short mail of a step [段階のメール]; notices asks the gate when it leaves."""
    facts = {"due_on": stage.late_since.isoformat()}
    loan = stage.loan
    cause = f"stage {stage.key.stage_no}"
    told = Told(loan.member_id, Kind.DUE_MISSED, cause, loan.agreement_id, facts, at)
    messages.tell_after(cursor, told, APART, at)


def carry(*, member_id: int, stage_id: int) -> None:
    """Take one step that was decided [段階の実施]."""
    carrying.carry(stages.StageKey(member_id, stage_id), office())


def look_again(*, timestamp: int) -> None:
    """Give steps that were put off to the worker again [督促の再開]."""
    at = datetime.fromtimestamp(timestamp, clock.JAPAN)
    with transaction.atomic(), connection.cursor() as cursor:
        carrying.look_again(cursor, at)
