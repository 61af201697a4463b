"""Pieces of text for answers to complaints [回答の文例].

>>> [one.name for one in drafts()][0]
'received'
>>> names_body("0570-051-051 に申し立てることができます")
True
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from motocho.care.cases.helplines import Helpline, helplines
from motocho.units.text import folded

FILE = "drafts.yaml"
BODY = "dispute_centre"


@dataclass(frozen=True, slots=True)
class Draft:
    """One piece of text [文例], whole: the outside body stands in it by name and number."""

    name: str
    title_ja: str
    title_en: str
    text: str


@cache
def body() -> Helpline:
    """The designated body for disputes about loans [指定紛争解決機関] · 貸金業法12条の2の2."""
    return next(one for one in helplines() if one.helpline_id == BODY)


@cache
def drafts() -> tuple[Draft, ...]:
    """All of them, in the order of the file [文例の一覧]."""
    text = (files("motocho.care") / "data" / FILE).read_text(encoding="utf-8")
    named = {"body": body().name_ja, "phone": body().phone}
    return tuple(
        Draft(one["name"], one["title_ja"], one["title_en"], one["text"].format(**named))
        for one in yaml.load(text, Loader=yaml.CSafeLoader)
    )


def names_body(words: str) -> bool:
    """Whether an answer says how the outside body is reached [ADRの案内の有無]."""
    return re.sub("[^0-9]", "", body().phone) in re.sub("[^0-9]", "", folded(words))
