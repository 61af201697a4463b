"""The choices of a calculation as nine questions, and what each answer changes [約束ごと].

    for question in QUESTIONS: …                        nine, each with its switches
    weighed = weigh(history, assumptions)               every other answer, alone, against these

An effect is the claim under the changed switch less the claim as it stands; what is still owed goes
beside it, since a switch may move the one or the other. A switch that cannot be set alone (a rate
that would then be lacking) says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, TypeAlias

from motocho.claims import _wording
from motocho.claims import assumptions as assumed
from motocho.claims.assumptions import PRESETS, Assumptions, values_of
from motocho.claims.history import History
from motocho.claims.statement import Result, result_of
from motocho.kernel.conventions import EventKind
from motocho.units.errors import Fault, FaultyInput, Language, Unread
from motocho.units.money import RateRule, rate_text, read_rate_ppm


class Question(NamedTuple):
    """One of the nine questions [質問]."""

    name: str
    keys: tuple[str, ...]
    """The switches it sets, by their public names."""


QUESTIONS = (
    Question("ceiling", ("ceiling_rule", "bracket_base", "contract_rates")),
    Question("days", ("year_basis",)),
    Question("ends", ("first_day",)),
    Question("fractions", ("rounding", "rounding_stage", "unpaid_interest")),
    Question("interest", ("overpayment_rate_rule", "overpayment_rate")),
    Question("set_off", ("overpayment_appropriation",)),
    Question("damages", ("delay_periods", "lender_kind", "damages_cap_basis")),
    Question("opening", ("opening_balance",)),
    Question("series", ("contracts", "same_day_order")),
)
"""In the order in which they are asked; every switch stands in one of them."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What one answer would change [効果]."""

    key: str
    value: str
    is_set: bool
    """Whether this is the answer as it stands."""
    is_default: bool
    claim_change_yen: int | None
    """None where it cannot be calculated: `fault` says why."""
    owed_change_yen: int | None
    fault: Fault | None

    @property
    def text_ja(self) -> str:
        """The answer in words [答え]."""
        return value_text(self.key, self.value, Language.JA)

    @property
    def text_en(self) -> str:
        """The same in English [答えの英文]."""
        return value_text(self.key, self.value, Language.EN)


@dataclass(frozen=True, slots=True)
class PresetEffect:
    """What a preset would set, and what that would change [設定の組の効果]."""

    name: str
    switches: Mapping[str, str]
    differs: tuple[str, ...]
    """The switches that stand otherwise now."""
    claim_change_yen: int | None
    owed_change_yen: int | None
    fault: Fault | None

    @property
    def text_ja(self) -> str:
        """Its name in words [組の名前]."""
        return _wording.preset_text(self.name, Language.JA)

    @property
    def text_en(self) -> str:
        """The same in English [組の英名]."""
        return _wording.preset_text(self.name, Language.EN)


@dataclass(frozen=True, slots=True)
class Weighed:
    """Every answer beside the one that stands [効果の一覧]."""

    result: Result
    effects: Mapping[str, tuple[Effect, ...]]
    presets: tuple[PresetEffect, ...]


def label(key: str, language: Language) -> str:
    """What a switch is called [項目の名前].

    >>> label("year_basis", Language.JA)
    '1年の日数'
    """
    return _wording.label(key, language)


def weigh(history: History, assumptions: Assumptions, *, as_of: date | None = None) -> Weighed:
    """What each other answer to each question would change [効果].

    Exact     whole yen of whole calculations: each answer is calculated, none is estimated.
    Raises    FaultyInput, InputError as `claims.statement.recalculate` for what stands now.
    """
    now = result_of(history, assumptions, as_of=as_of)
    idle = frozenset(_idle(history, assumptions))
    trial = _Trial(history, assumptions, as_of, now, idle, {assumptions: (0, 0, None)})
    keys = [key for question in QUESTIONS for key in question.keys if values_of(key)]
    return Weighed(
        now,
        {key: tuple(_answers(key, trial)) for key in keys},
        tuple(_preset(name, switches, trial) for name, switches in PRESETS.items()),
    )


_Change: TypeAlias = tuple[int | None, int | None, Fault | None]
"""By how much claim and debt change, or why that cannot be told."""


def _idle(history: History, assumptions: Assumptions) -> Iterator[str]:
    """Switches that this history cannot feel: nothing has to be calculated to know their effect."""
    if not assumptions.delay_periods:
        yield from ("lender_kind", "damages_cap_basis")
    if all(event.kind is not EventKind.OPENING for event in history.events):
        yield "opening_balance"
    if len(history.contracts()) < 2:
        yield "contracts"
    if len({event.on for event in history.events}) == len(history.events):
        yield "same_day_order"


class _Trial(NamedTuple):
    history: History
    assumptions: Assumptions
    as_of: date | None
    now: Result
    idle: frozenset[str]
    known: dict[Assumptions, _Change]
    """What was calculated: a preset may set what an answer sets."""

    def of(self, changes: Mapping[str, Any]) -> _Change:
        """By how much the claim and the debt change, or why they cannot be told."""
        felt = {key: value for key, value in changes.items() if key not in self.idle}
        read = assumed.read(felt, onto=self.assumptions)
        if read.faults:
            return None, None, read.faults[0]
        if read.assumptions not in self.known:
            self.known[read.assumptions] = self._calculated(read.assumptions)
        return self.known[read.assumptions]

    def _calculated(self, assumptions: Assumptions) -> _Change:
        try:
            then = result_of(self.history, assumptions, as_of=self.as_of)
        except FaultyInput as error:
            return None, None, error.faults[0]
        claim = int(then.claim_yen) - int(self.now.claim_yen)
        return claim, int(then.owed_yen) - int(self.now.owed_yen), None


def _answers(key: str, trial: _Trial) -> list[Effect]:
    stated = trial.assumptions.document()[key]
    found = []
    for value in values_of(key):
        change = (0, 0, None) if value == stated else trial.of({key: value})
        default = Assumptions().document()[key]
        found.append(Effect(key, value, value == stated, value == default, *change))
    return found


def _preset(name: str, switches: Mapping[str, Any], trial: _Trial) -> PresetEffect:
    stated = trial.assumptions.document()
    differs = tuple(key for key, value in switches.items() if stated[key] != value)
    change = trial.of(switches) if differs else (0, 0, None)
    shown = {key: str(value) for key, value in switches.items()}
    return PresetEffect(name, shown, differs, *change)


def value_text(key: str, value: str, language: Language) -> str:
    """What a value of a switch means [値の説明].

    >>> value_text("overpayment_rate", "0.05", Language.JA)
    '年5.0%'
    """
    if key == "presets":
        return _wording.preset_text(value, language)
    if values_of(key):
        return _wording.value_text(key, value, language)
    rate = read_rate_ppm(value, rule=RateRule.FRACTION)
    shown = value if isinstance(rate, Unread) else rate_text(rate)
    return f"年{shown}" if language is Language.JA else f"{shown} a year"
