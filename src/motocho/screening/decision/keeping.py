"""A decision as it is kept, and its replay [審査の記録と再現].

The document holds the facts with their sources, the policy, the rows of law by their values, every
finding and the verdict, under a hash. `replay` decides again from it alone; `compare` decides the
same facts by the law of another day. Its shape is `screening/data/decision.schema.json`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from motocho.screening.capacity import Finding, law_of
from motocho.screening.decision.deciding import Decision, Offer, decide
from motocho.screening.decision.facts import Facts
from motocho.screening.decision.policy import Policy
from motocho.screening.decision.record import plain, read
from motocho.screening.decision.rules import RULES_VERSION
from motocho.units.errors import Fault, FaultyInput, Language

SCHEMA = "motocho.screening.decision"
SCHEMA_VERSION = 1
_HASH = "sha256"


def document(decision: Decision) -> dict[str, Any]:
    """The decision as it is kept, with its hash [審査の記録]."""
    held: dict[str, Any] = {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "rules_version": RULES_VERSION,
        "decided_on": decision.on.isoformat(),
        "law_on": decision.law.on.isoformat(),
        "law": decision.law.document(),
        "policy": plain(decision.policy),
        "facts": plain(decision.facts),
        **_result(decision),
    }
    return {**held, _HASH: digest(held)}


def _result(decision: Decision) -> dict[str, Any]:
    """What was concluded, without what it rests on."""
    income = decision.income
    return {
        "verdict": decision.verdict.value,
        "offer": None if decision.offer is None else _offer(decision.offer),
        "ceilings": {
            "with_income_yen": decision.ceilings.with_income_yen,
            "without_evidence_yen": decision.ceilings.without_evidence_yen,
        },
        "income": {"yen": income.value, "source": income.source},
        "findings": [one.document() for one in decision.findings],
        "papers": [one.document() for one in decision.papers],
        "told": {
            language.value: [{"what": what, "fix": fix} for what, fix in decision.told(language)]
            for language in Language
        },
    }


def _offer(offer: Offer) -> dict[str, Any]:
    return {
        "limit_yen": offer.limit_yen,
        "rate_ppm": offer.rate_ppm,
        "persons": offer.persons,
    }


def digest(held: Mapping[str, Any]) -> str:
    """The hash of a record without its own hash [記録のハッシュ]."""
    body = {name: value for name, value in held.items() if name != _HASH}
    return hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()


# ------------------------------------------------------------------------------------------ again
@dataclass(frozen=True, slots=True)
class Replay:
    """A decision made again from its record [審査の再現].

    `same` says whether everything that was concluded came out again. What may have changed it since
    is named: tables whose row of that day was corrected, and the version of the rules.
    """

    decision: Decision
    same: bool
    changed_tables: tuple[str, ...]
    rules_version: int
    """That of the record; the rules of now have `RULES_VERSION`."""


def replay(kept: Mapping[str, Any]) -> Replay:
    """Decide again from a record, by the law of its day [審査の再現].

    Raises    FaultyInput if it is no record of a decision, or was changed since it was made.
    """
    facts, policy, on, law_on = _opened(kept)
    decision = decide(facts, policy, on, law_of(law_on))
    now = document(decision)
    before = {row["table"]: row for row in kept["law"]}
    after = {row["table"]: row for row in now["law"]}
    # A table that was added since is no correction: what came of it would show in the result.
    changed = tuple(sorted(name for name in before if before[name] != after.get(name)))
    concluded = _result(decision)
    same = all(kept[name] == concluded[name] for name in concluded if name != "told")
    return Replay(decision, same, changed, int(kept["rules_version"]))


@dataclass(frozen=True, slots=True)
class Change:
    """A rule that answers otherwise [判定の差]; empty where it did not apply."""

    rule_id: str
    subject: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same facts by the law of two days [法令の違いによる差]."""

    before: Decision
    after: Decision
    changes: tuple[Change, ...]
    changed_tables: tuple[str, ...]


def compare(kept: Mapping[str, Any], on: date) -> Comparison:
    """What the law of another day would have made of the same facts on their own day [差].

    Takes     the day whose law is asked; ages and times stay those of the decision.
    Raises    FaultyInput as `replay`; LawGap for a day on which the third was not law.
    """
    facts, policy, decided_on, law_on = _opened(kept)
    before = decide(facts, policy, decided_on, law_of(law_on))
    after = decide(facts, policy, decided_on, law_of(on))
    return Comparison(before, after, _changes(before, after), _changed_tables(before, after))


def _changes(before: Decision, after: Decision) -> tuple[Change, ...]:
    one, other = _answers(before), _answers(after)
    return tuple(
        Change(*key, one.get(key, ""), other.get(key, ""))
        for key in sorted({*one, *other})
        if one.get(key) != other.get(key)
    )


def _answers(decision: Decision) -> dict[tuple[str, str], str]:
    both: tuple[Finding, ...] = (*decision.findings, *decision.papers)
    return {(one.rule_id, one.subject): one.outcome.value for one in both}


def _changed_tables(before: Decision, after: Decision) -> tuple[str, ...]:
    one = {row["table"]: row["values"] for row in before.law.document()}
    other = {row["table"]: row["values"] for row in after.law.document()}
    return tuple(sorted(str(name) for name in {*one, *other} if one.get(name) != other.get(name)))


def _opened(kept: Mapping[str, Any]) -> tuple[Facts, Policy, date, date]:
    """What a record rests on.

    Raises    FaultyInput if it is none, or its hash is not that of its content.
    """
    wanted = {"facts", "policy", "decided_on", "law_on", "law", "rules_version", _HASH}
    if kept.get("schema") != SCHEMA or kept.get("schema_version") != SCHEMA_VERSION:
        raise FaultyInput(Fault("SCR-155"))
    if not wanted <= set(kept):
        raise FaultyInput(Fault("SCR-155"))
    if kept[_HASH] != digest(kept):
        raise FaultyInput(Fault("SCR-154"))
    facts, policy = read(Facts, kept["facts"]), read(Policy, kept["policy"])
    return facts, policy, date.fromisoformat(kept["decided_on"]), date.fromisoformat(kept["law_on"])
