"""What each step of the night reads and does [締めの工程]."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from motocho.close import _trial
from motocho.close.plan import Step
from motocho.loans.commands import Key, Made, night


class PerAgreement(NamedTuple):
    """A step that goes through agreements, some in one transaction [契約ごとの工程].

    `find` gives them in the order of members and agreements, `work` does them and gives how many
    changed; done twice, it changes nothing the second time.
    """

    find: Callable[[Any, date], Sequence[Key]]
    work: Callable[[Any, Sequence[Key], Made], int]


class AtOnce(NamedTuple):
    """A step that is one transaction [一括の工程]; gives how many rows it looked at."""

    work: Callable[[Any, Made], int]


def _pass_days(cursor: Any, keys: Sequence[Key], made: Made) -> int:
    return sum(1 for one in night.pass_days(cursor, keys, made) if one.missed)


WORK: Mapping[Step, PerAgreement | AtOnce] = {
    Step.DUE_DATES: PerAgreement(night.to_look_at, _pass_days),
    Step.TRIAL_BALANCE: AtOnce(_trial.check),
}
"""Every step but the last, which the run itself does."""
