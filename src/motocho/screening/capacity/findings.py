"""What a rule found: its answer, the facts it looked at with their source, its article [判定].

An answer has three values. What is not known is never taken for a pass, and never for a refusal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from motocho.law.citation import Citation, parse_citations
from motocho.units.errors import Fault, Language

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Outcome(Enum):
    """The answer of a rule [判定の結果]."""

    PASS = "pass"  # noqa: S105  # an answer, not a secret
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Known:
    """One fact that a rule looked at, and where it comes from [根拠となる事実].

    `value` is None where nobody said; `source` is a paper, an answer of a bureau, the person, or
    the house's own book.
    """

    name: str
    value: int | str | None
    source: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule found [判定].

    `subject` says about which paper, contract or condition it is where there are several. `code`
    names the message that tells it; a passing rule needs none. `law` is cited as in the tables.
    """

    rule_id: str
    outcome: Outcome
    law: str = ""
    subject: str = ""
    code: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    known: tuple[Known, ...] = ()

    @property
    def passes(self) -> bool:
        """Whether the rule lets it pass [適合]."""
        return self.outcome is Outcome.PASS

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The articles it rests on [根拠条文]."""
        return tuple(parse_citations(self.law)) if self.law else ()

    def what(self, language: Language) -> str:
        """What was found, in one sentence; empty where it passes [内容]."""
        return self._fault().what(language) if self.code else ""

    def fix(self, language: Language) -> str:
        """What would mend it, in one sentence; empty where it passes [直し方]."""
        return self._fault().fix(language) if self.code else ""

    def _fault(self) -> Fault:
        """The message that tells it; its record keeps days as ISO writes them."""
        told = {name: day_text(value) for name, value in self.details.items()}
        return Fault(self.code, details=told)

    def document(self) -> dict[str, object]:
        """The finding in its public form [公開形式]."""
        return {
            "rule": self.rule_id,
            "outcome": self.outcome.value,
            "law": self.law,
            "subject": self.subject,
            "code": self.code,
            "details": dict(sorted(self.details.items())),
            "inputs": [
                {"name": one.name, "value": one.value, "source": one.source} for one in self.known
            ],
        }


def shown(value: date | Enum | int | str | None) -> int | str | None:
    """A fact as it is kept: days and words as text [記録する値]."""
    if isinstance(value, Enum):
        return str(value.value)
    return value.isoformat() if isinstance(value, date) else value


def day_text(word: str) -> str:
    """A day that is kept as text, as the house writes it; anything else as it is [日付の表示].

    >>> day_text("2026-11-23"), day_text("new_contract")
    ('2026/11/23', 'new_contract')
    """
    return word.replace("-", "/") if _DAY.fullmatch(word) else word


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """One answer for several that must all pass: a refusal, else what is unknown [総合の結果].

    >>> worst([Outcome.PASS, Outcome.UNKNOWN]).value, worst([]).value
    ('unknown', 'pass')
    """
    found = set(outcomes)
    for outcome in (Outcome.FAIL, Outcome.UNKNOWN):
        if outcome in found:
            return outcome
    return Outcome.PASS


def answer(said: object) -> Outcome:
    """The answer of a condition that somebody looked at, or did not [確認の結果].

    >>> [answer(said).value for said in (True, False, None)]
    ['pass', 'fail', 'unknown']
    """
    if said is None:
        return Outcome.UNKNOWN
    return Outcome.PASS if said else Outcome.FAIL
