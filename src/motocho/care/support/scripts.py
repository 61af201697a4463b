"""What is said to a family, from data that is linted as a whole [家族への台本].

>>> Choice("gambling", "賭けごと", "Gambling") in shipped().concerns
True
>>> [one.details["phrase"] for one in faults_of("ご主人は延滞しています")]
['延滞']
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from motocho.care.cases import helplines
from motocho.contact.wording import faults_of_wording
from motocho.units.errors import Fault, broken, ensure
from motocho.units.text import without_blanks

FILE = "support.yaml"
PARTS = ("opening", "listen", "answer", "guide", "closing")


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose, in both languages [選択肢]."""

    choice_id: str
    name_ja: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Shipped:
    """The file as a whole [台本と選択肢]."""

    parts: tuple[str, ...]
    telling: tuple[str, ...]
    relations: tuple[Choice, ...]
    concerns: tuple[Choice, ...]
    categories: tuple[Choice, ...]


@cache
def shipped() -> Shipped:
    """Script and choices, read once [台本の読込み]; a sentence that tells too much stops it."""
    text = (files("motocho.care") / "data" / FILE).read_text(encoding="utf-8")
    whole: Any = yaml.load(text, Loader=yaml.CSafeLoader)
    found = Shipped(
        tuple(whole["script"][part] for part in PARTS),
        tuple(whole["telling"]),
        *(_choices(whole[name]) for name in ("relations", "concerns", "categories")),
    )
    wrong = [one for part in found.parts for one in _faults(part, found.telling)]
    ensure(not wrong, "a script that tells a family nothing", file=FILE)
    return found


def _choices(rows: list[dict[str, str]]) -> tuple[Choice, ...]:
    return tuple(Choice(one["id"], one["ja"], one["en"]) for one in rows)


def faults_of(text: str) -> tuple[Fault, ...]:
    """Every phrase that may not be said to a family [表現の点検] · VULN-001, ADV-005."""
    return _faults(text, shipped().telling)


def _faults(text: str, telling: tuple[str, ...]) -> tuple[Fault, ...]:
    plain = without_blanks(text)
    told = (found[0] for one in telling for found in re.finditer(one, plain))
    return (
        *faults_of_wording(text),
        *(Fault("FRD-030", details={"phrase": phrase}) for phrase in told),
    )


def script(lender: str, report_id: int) -> tuple[str, ...]:
    """The five parts as they are spoken [台本]; the same whoever it is about."""
    phones = {one.helpline_id: one.phone for one in helplines.helplines()}
    filled = {
        "lender": lender,
        "report": str(report_id),
        "exclusion_phone": phones.get("dispute_centre") or broken("the desk for self-exclusion"),
        "advice_phone": phones.get("legal_support") or broken("the desk for advice"),
    }
    return tuple(part.format_map(filled).strip() for part in shipped().parts)
