"""Everything that is shown by a word has one, in both languages."""

from __future__ import annotations

from datetime import date
from enum import Enum

import pytest

from motocho.cli._words import WORDS
from motocho.cli.db import LoginName
from motocho.cli.lending._applying_values import ClaimName, ReasonName, UseName
from motocho.cli.lending.ledger import FormName
from motocho.cli.lending.loan import UndoneName
from motocho.cli.lending.watch import RoadName
from motocho.close.plan import Step, TaskKind
from motocho.kernel.revolving import PieceKind
from motocho.ledger.export import Form
from motocho.loans.policy import Stop
from motocho.loans.queries import Stage, Undone
from motocho.loans.standing import Lateness
from motocho.outside.postgres import Role as Login
from motocho.screening.applications import claims, forms, refusals
from motocho.screening.watch import acting


@pytest.mark.parametrize("kinds", [Stage, Lateness, Stop, PieceKind, Step, TaskKind])
def test_each_has_its_words(kinds: type[Enum]) -> None:
    shown = [WORDS[one] for one in kinds]
    assert all(japanese and english for japanese, english in shown)
    assert len(set(shown)) == len(shown)


@pytest.mark.parametrize(
    ("offered", "known"),
    [
        (ClaimName, claims.Kind), (UseName, forms.Use),
        (RoadName, acting.Road), (FormName, Form), (UndoneName, Undone),
    ],
)  # fmt: skip
def test_a_command_offers_just_what_its_room_knows(offered: type[Enum], known: type[Enum]) -> None:
    """A command is read without its room, so its values stand beside it once more."""
    assert {one.value for one in offered} == {one.value for one in known}


def test_a_refusal_is_offered_for_the_reasons_of_the_list_and_the_rules() -> None:
    known = {one.reason for one in refusals.listed(date(2026, 11, 23))} | {refusals.Reason.RULES}
    assert {one.value for one in ReasonName} == {one.value for one in known}


def test_a_login_is_offered_for_each_role_and_the_server_s_own() -> None:
    assert {one.name for one in LoginName} == {one.name for one in Login} | {"ADMIN"}
