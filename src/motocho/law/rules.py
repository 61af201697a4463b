"""The catalogue of rules: what the product must hold to, and where it does [規則集].

`data/rules.yaml` holds every rule with its article, its texts and where it is enforced. A rule that
speaks returns a `Refusal`: an expected no, shown and recorded, with its article. Whether each rule
has its module and its tests is checked by `python -m scripts.rules`.

>>> rule("OVER-005").module
'motocho.law.court'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from functools import cache
from typing import NoReturn

import yaml

from motocho.law._reading import BadTable, data_text
from motocho.law.citation import Citation
from motocho.units.errors import Fault, Language, NotFoundError, clipped

FILE = "rules.yaml"


class Enforcement(Enum):
    """Whether the product holds to the rule yet [実施の状況]."""

    ENFORCED = "enforced"
    NOT_YET = "not_yet"
    OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the catalogue [規則].

    `source_grade` is C1 statute or court, C2 official page, C3 secondary page, V not verified.
    `reason` says what brings a rule that is not enforced.
    """

    rule_id: str
    group: str
    statement: str
    threshold: str
    effective_from: date | None
    effective_to: date | None
    citation: str
    sources: tuple[str, ...]
    source_grade: str
    error_ja: str
    error_en: str
    guards: str
    enforce_in: str
    example_pass: str
    example_refuse: str
    note: str
    enforcement: Enforcement
    module: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """An expected no: which rule, which article, and the facts that decided [拒否].

    `code` names the message; `allowed_from` is the first day the same thing would be allowed,
    where there is one.
    """

    rule_id: str
    code: str
    citations: tuple[Citation, ...]
    details: Mapping[str, str] = field(default_factory=dict)
    allowed_from: date | None = None

    def what(self, language: Language) -> str:
        """Why it is refused, in one sentence [理由]."""
        return self.fault().what(language)

    def fix(self, language: Language) -> str:
        """What would be allowed, in one sentence [直し方]."""
        return self.fault().fix(language)

    def fault(self) -> Fault:
        """The refusal in the shape of a fault, for lists and JSON [一覧用]."""
        return Fault(code=self.code, details=self.details)


def rule(rule_id: str) -> Rule:
    """The rule of this id [規則の検索].

    Raises    NotFoundError if there is none.
    """
    found = {each.rule_id: each for each in rules()}.get(rule_id)
    if found is None:
        shown = clipped(rule_id)
        raise NotFoundError(Fault("LAW-043", excerpt=shown, details={"rule_id": shown}))
    return found


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, in the order of the catalogue [規則の一覧].

    Raises    BadTable if the file cannot be trusted.
    """
    return read_rules(data_text(FILE), FILE)


def read_rules(text: str, file: str) -> tuple[Rule, ...]:
    """Rules from the text of their file [規則集の検査].

    Raises    BadTable if an entry holds an unknown key or value, lacks a key, or repeats an id.
    """
    entries = yaml.load(text, Loader=yaml.CSafeLoader)
    found = tuple(_rule(_Entry(file, entry)) for entry in entries)
    if len({each.rule_id for each in found}) != len(found):
        raise BadTable(Fault("LAW-028", file=file, details={"key": "id"}))
    return found


TEXTS = (
    "group", "statement", "threshold", "citation", "source_grade", "error_ja", "error_en",
    "guards", "enforce_in",
)  # fmt: skip
REQUIRED = {"id", "effective_from", "effective_to", "source", "examples", "status", *TEXTS}
OPTIONAL = {"note", "module", "reason"}


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of the file as it was read."""

    file: str
    keys: Mapping[str, object]

    def refuse(self, code: str, **details: str) -> NoReturn:
        column = str(self.keys.get("id"))
        raise BadTable(Fault(code, file=self.file, column=column, details=details))


def _rule(entry: _Entry) -> Rule:
    keys = entry.keys
    for key in sorted(keys.keys() - REQUIRED - OPTIONAL):
        entry.refuse("LAW-011", key=key, known=", ".join(sorted(REQUIRED | OPTIONAL)))
    for key in sorted(REQUIRED - keys.keys()):
        entry.refuse("LAW-012", missing=key)
    sources, examples = keys["source"], keys["examples"]
    if not isinstance(sources, list):
        entry.refuse("LAW-013", key="source", wanted_ja="列", wanted_en="a list")
    if not isinstance(examples, dict) or examples.keys() != {"passes", "refused"}:
        wanted = {"wanted_ja": "passesとrefused", "wanted_en": "passes and refused"}
        entry.refuse("LAW-013", key="examples", **wanted)
    known = {each.value: each for each in Enforcement}
    if keys["status"] not in known:
        entry.refuse("LAW-016", key="status", known=", ".join(known))
    return Rule(
        rule_id=str(keys["id"]),
        effective_from=_day(keys["effective_from"]),
        effective_to=_day(keys["effective_to"]),
        sources=tuple(str(source) for source in sources),
        example_pass=str(examples["passes"]),
        example_refuse=str(examples["refused"]),
        note=str(keys.get("note", "")),
        enforcement=known[str(keys["status"])],
        module=_text_or_none(keys, "module"),
        reason=_text_or_none(keys, "reason"),
        **{name: str(keys[name]) for name in TEXTS},
    )


def _day(value: object) -> date | None:
    return value if isinstance(value, date) else None


def _text_or_none(keys: Mapping[str, object], name: str) -> str | None:
    return str(keys[name]) if name in keys else None
