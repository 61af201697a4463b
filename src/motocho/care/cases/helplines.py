"""Who else helps people in debt, for nothing: public desks, numbers, sources [公的な窓口].

>>> [one.helpline_id for one in helplines()][:2]
['dispute_centre', 'legal_support']
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

import yaml

FILE = "helplines.yaml"


@dataclass(frozen=True, slots=True)
class Helpline:
    """One desk of somebody else's [窓口], with where its number was read.

    Easy Japanese has the reading after each run of kanji: `返《かえ》す`.
    """

    helpline_id: str
    name_ja: str
    name_en: str
    name_easy: str
    for_ja: str
    for_en: str
    for_easy: str
    phone: str
    hours_ja: str
    hours_en: str
    hours_easy: str
    source: str
    checked_on: date


@cache
def helplines() -> tuple[Helpline, ...]:
    """All of them, in the order in which they are shown [公的な窓口の一覧]."""
    text = (files("motocho.care") / "data" / FILE).read_text(encoding="utf-8")
    return tuple(Helpline(**one) for one in yaml.load(text, Loader=yaml.CSafeLoader))
