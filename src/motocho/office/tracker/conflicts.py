"""Whether a new case stands against another: one person, or the other side; pure [利益相反の確認].

Names are compared as people write them: any width, hiragana as katakana, variant forms of a kanji,
株式会社 in any place. A hit is a question for a person, never an answer; what was decided is noted.

>>> key("髙橋　花子") == key("高橋花子"), key("アコム株式会社") == key("（株）ｱｺﾑ")
(True, True)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files

import yaml

from motocho.law.lenders import find_lenders
from motocho.units.text import folded, name_key

FILE = "name_variants.yaml"
_FORMS = re.compile(r"株式会社|合同会社|有限会社|\((?:株|同|有)\)|[・･.]")
_HIRAGANA_FIRST, _HIRAGANA_LAST, _TO_KATAKANA = "ぁ", "ゖ", 0x60
SHORTEST = 2


class Why(Enum):
    """How two cases touch [重なり]."""

    SAME_CLIENT = "same_client"
    """Another case of the same person: of another lender it belongs together."""
    SAME_CLAIM = "same_claim"
    """The same person against the same lender: perhaps the case is there already."""
    OPPONENT_IS_CLIENT = "opponent_is_client"
    """Whom we are to act against is a client of ours."""
    CLIENT_IS_OPPONENT = "client_is_opponent"
    """Whom we are to act for is the other side of a case of ours."""
    SAME_ADDRESS = "same_address"
    """The same address under another name: perhaps one family with interests of its own."""


HARD = frozenset({Why.OPPONENT_IS_CLIENT, Why.CLIENT_IS_OPPONENT})
"""What keeps an office from acting until somebody has decided (弁護士法25条, 司法書士法22条)."""


@dataclass(frozen=True, slots=True)
class Party:
    """A case as far as it is compared [照合の対象]."""

    case_id: int
    clients: tuple[str, ...]
    """The client's names: written, in kana, of before."""
    opponents: tuple[str, ...]
    address: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """Another case that touches this one [該当]."""

    case_id: int
    why: Why
    name: str


@cache
def _variants() -> dict[int, str]:
    text = (files("motocho.office") / "data" / FILE).read_text(encoding="utf-8")
    rows: list[str] = yaml.load(text, Loader=yaml.CSafeLoader)
    return {ord(sign): row[0] for row in rows for sign in row[1:]}


def key(name: str) -> str:
    """What spellings of one name have in common [氏名の照合キー].

    Why       wider than `units.text.name_key`: here too many hits do less harm than too few.
    """
    plain = _FORMS.sub("", folded(name))
    shared = name_key(plain).translate(_variants())
    return "".join(
        chr(ord(one) + _TO_KATAKANA) if _HIRAGANA_FIRST <= one <= _HIRAGANA_LAST else one
        for one in shared
    )


def keys(names: Iterable[str]) -> frozenset[str]:
    """The keys of several names, of a lender under every name it bore [照合キーの一覧]."""
    found = set()
    for name in names:
        found.add(key(name))
        for lender in find_lenders(name):
            found |= {key(each.name) for each in lender.names}
    return frozenset(one for one in found if len(one) >= SHORTEST)


def hits(new: Party, others: Sequence[Party]) -> tuple[Hit, ...]:
    """Every other case that touches a new one, the grave ones first [重なりの一覧]."""
    clients, opponents = keys(new.clients), keys(new.opponents)
    address = key(new.address)
    found: list[Hit] = []
    for other in others:
        if other.case_id == new.case_id:
            continue
        their_clients, their_opponents = keys(other.clients), keys(other.opponents)
        if opponents & their_clients:
            found.append(Hit(other.case_id, Why.OPPONENT_IS_CLIENT, new.opponents[0]))
        if clients & their_opponents:
            found.append(Hit(other.case_id, Why.CLIENT_IS_OPPONENT, new.clients[0]))
        if clients & their_clients:
            why = Why.SAME_CLAIM if opponents & their_opponents else Why.SAME_CLIENT
            found.append(Hit(other.case_id, why, other.clients[0]))
        elif len(address) > SHORTEST and address == key(other.address):
            found.append(Hit(other.case_id, Why.SAME_ADDRESS, other.clients[0]))
    return tuple(sorted(found, key=lambda one: (one.why not in HARD, one.case_id)))
