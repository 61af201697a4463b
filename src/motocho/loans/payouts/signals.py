"""Signs that somebody else is behind a draw: told by the member, or known by us; pure [詐欺の兆候].

FRAUD-001: one strong sign or two weak ones hold the first draw to an account, and the member is
called back. Which sign is how strong stands in `loans/data/signals.yaml`.

>>> sorted(one.value for one in found(Situation(told=frozenset({Signal.ON_CALL}), quick_codes=1)))
['code_on_call', 'on_call']
>>> check_signals(frozenset({Signal.STORY})) is None, check_signals({Signal.REMOTE}).code
(True, 'FRD-001')
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from motocho.law.rules import Refusal
from motocho.loans.policy import refusal
from motocho.units.errors import ensure

FILE = "signals.yaml"
_PERCENT = 100


class Signal(Enum):
    """One sign [兆候]."""

    REMOTE = "remote"
    NAMED_PAYEE = "named_payee"
    TOLD_BY = "told_by"
    ON_CALL = "on_call"
    UNKNOWN_MONEY = "unknown_money"
    STORY = "story"
    CODE_ON_CALL = "code_on_call"
    NEW_PAYEE_FULL = "new_payee_full"
    SAME_NAME = "same_name"


class Strength(Enum):
    """How much a sign says alone [強さ]."""

    STRONG = "strong"
    WEAK = "weak"


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign as the policy has it [兆候の定義]: its strength, and whether the member tells it."""

    signal: Signal
    strength: Strength
    told: str
    """`told` for a box of the page; empty for what our records show."""
    name_ja: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds a draw [判断の基準]."""

    holds_at: Mapping[Strength, int]
    code_seconds: int
    code_minutes: int
    payee_minutes: int
    full_percent: int
    signs: Mapping[Signal, Sign]


@cache
def policy() -> Policy:
    """The policy of the house, read once and checked as a whole [方針の読込み]."""
    text = (files("motocho.loans") / "data" / FILE).read_text(encoding="utf-8")
    whole: Any = yaml.load(text, Loader=yaml.CSafeLoader)
    signs = [
        Sign(
            Signal(one["id"]), Strength(one["strength"]), "told" if one["told"] else "",
            one["ja"], one["en"],
        )
        for one in whole["signals"]
    ]  # fmt: skip
    ensure({one.signal for one in signs} == set(Signal), "every sign has its strength", file=FILE)
    holds_at = {Strength(name): count for name, count in whole["holds_at"].items()}
    return Policy(holds_at, **whole["limits"], signs={one.signal: one for one in signs})


def boxes() -> tuple[Sign, ...]:
    """What the member is asked before the PIN, in this order [確認の項目]."""
    return tuple(one for one in policy().signs.values() if one.told)


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of a draw before it is made [借入の状況]."""

    told: frozenset[Signal] = frozenset()
    payee_age: timedelta = timedelta(days=365)
    """How long ago the account was registered."""
    limit_yen: int = 0
    used_yen: int = 0
    """Of the limit, once the draw is paid."""
    quick_codes: int = 0
    """One-time codes of the last minutes that came back within seconds."""
    same_name: int = 0
    """Holders of a frozen account with the payee's name."""


def found(known: Situation) -> frozenset[Signal]:
    """Every sign of a situation [兆候の判定]; what the member tells counts as it was told."""
    law = policy()
    signals = {one for one in known.told if law.signs[one].told}
    if known.quick_codes and Signal.ON_CALL in signals:
        signals.add(Signal.CODE_ON_CALL)
    is_new = known.payee_age < timedelta(minutes=law.payee_minutes)
    if is_new and known.used_yen * _PERCENT >= known.limit_yen * law.full_percent:
        signals.add(Signal.NEW_PAYEE_FULL)
    if known.same_name:
        signals.add(Signal.SAME_NAME)
    return frozenset(signals)


def check_signals(signals: Collection[Signal]) -> Refusal | None:
    """FRAUD-001: enough signs hold a draw until the member was called back [借入の保留]."""
    law = policy()
    for strength, most in law.holds_at.items():
        count = sum(law.signs[one].strength is strength for one in signals)
        if count >= most:
            named = ",".join(sorted(one.value for one in signals))
            return refusal("FRAUD-001", "FRD-001", signals=named)
    return None
