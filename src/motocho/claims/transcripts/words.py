"""The words of remarks as kinds of row: data, to which a lender's template adds [摘要].

>>> meaning_of("ＡＴＭ出金"), meaning_of("口座振替"), meaning_of("利率変更のご案内")
(<Meaning.LENT: 'lent'>, <Meaning.PAID: 'paid'>, <Meaning.RATE: 'rate'>)
>>> meaning_of("ＧＺ"), meaning_of("ＧＺ", {"GZ": Meaning.PAID})
(None, <Meaning.PAID: 'paid'>)
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from enum import Enum
from functools import cache
from importlib.resources import files

from motocho.claims.reading.words import Kind, kind_of
from motocho.units.text import without_blanks


class Meaning(Enum):
    """What a remark says of its row [摘要の意味]."""

    LENT = "lent"
    PAID = "paid"
    OPENING = "opening"
    CARRIED = "carried"
    RATE = "rate"
    CLOSED = "closed"
    MOVED = "moved"
    FEE = "fee"
    STILL = "still"


_OF_KIND = {
    Kind.LENT: Meaning.LENT,
    Kind.PAID: Meaning.PAID,
    Kind.OPENING: Meaning.OPENING,
    Kind.CARRIED: Meaning.CARRIED,
    Kind.CARRIED_ON: Meaning.CARRIED,
    Kind.RATE_CHANGE: Meaning.RATE,
    Kind.CHARGE: Meaning.FEE,
    Kind.NO_MONEY: Meaning.STILL,
}


@cache
def vocabulary() -> Mapping[str, Meaning]:
    """Every known word with its meaning, from `vocabulary.toml` [摘要の語彙]."""
    source = (files("motocho.claims.transcripts") / "vocabulary.toml").read_text("utf-8")
    return {
        key_of(word): Meaning(name)
        for name, table in tomllib.loads(source).items()
        for word in table["words"]
    }


def key_of(text: str) -> str:
    """A word for comparing: one width, no blanks, no case [照合キー]."""
    return without_blanks(text).casefold()


def meaning_of(text: str, own: Mapping[str, Meaning] | None = None) -> Meaning | None:
    """What a remark means: a template's own word first, then the longest known one [摘要の意味]."""
    key = key_of(text)
    if not key:
        return None
    for words in ({key_of(word): meant for word, meant in (own or {}).items()}, vocabulary()):
        found = [word for word in words if word and word in key]
        if found:
            return words[max(found, key=lambda word: (len(word), key.rfind(word)))]
    kind = kind_of(text)
    return None if kind is None else _OF_KIND.get(kind)
