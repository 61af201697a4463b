"""What goes wrong in which step of a fake: nothing, what is said, or what chance says [障害の計画].

    plans.scripted(Trouble.NONE, Trouble.LATE)      late in the first step, then calm

Each fake has troubles of its own; its `NONE` is the first argument everywhere.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from enum import Enum
from typing import TypeVar

OneTrouble = TypeVar("OneTrouble", bound=Enum)
PER_MILLE = 1_000


def scripted(none: OneTrouble, *troubles: OneTrouble) -> Callable[[int], OneTrouble]:
    """These troubles, step by step from 0, then none [決められた障害]."""
    return lambda step: troubles[step] if step < len(troubles) else none


def seeded(
    none: OneTrouble, seed: int, per_mille: Mapping[OneTrouble, int]
) -> Callable[[int], OneTrouble]:
    """Troubles by chance, the same for the same seed [乱数による障害].

    Units     per_mille: steps of a thousand that have each trouble.
    """

    def plan(step: int) -> OneTrouble:
        drawn = random.Random(f"{seed}/{step}").randrange(PER_MILLE)  # noqa: S311  # no secret
        for trouble, share in per_mille.items():
            if drawn < share:
                return trouble
            drawn -= share
        return none

    return plan
