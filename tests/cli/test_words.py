"""Everything that is shown by a word has one, in both languages."""

from __future__ import annotations

from enum import Enum

import pytest

from motocho.cli._words import WORDS
from motocho.close.plan import Step, TaskKind
from motocho.kernel.revolving import PieceKind
from motocho.loans.policy import Stop
from motocho.loans.queries import Stage
from motocho.loans.standing import Lateness


@pytest.mark.parametrize("kinds", [Stage, Lateness, Stop, PieceKind, Step, TaskKind])
def test_each_has_its_words(kinds: type[Enum]) -> None:
    shown = [WORDS[one] for one in kinds]
    assert all(japanese and english for japanese, english in shown)
    assert len(set(shown)) == len(shown)
