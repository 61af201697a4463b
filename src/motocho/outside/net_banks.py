"""Banks from whose pages a payment can be made, and on what device [ネット返済の対応金融機関].

Names come from the table of `zengin-code`; which banks take part stands in `net_banks.yaml`.

>>> [bank.name for bank in net_banks()][:1]
['みずほ']
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from motocho.outside.banks import known_banks
from motocho.units.text import folded, name_key


@dataclass(frozen=True, slots=True)
class NetBank:
    """One bank from which a payment can be made on the net [対応金融機関]."""

    code: str
    name: str
    kana: str
    katakana: str
    roman: str
    on_smartphones: bool

    def matches(self, wanted: str) -> bool:
        """Whether a search by name, kana, code or Roman letters finds it [検索]."""
        key = name_key(wanted)
        texts = (self.name, self.kana, self.katakana, self.roman, self.code)
        return any(key in name_key(text) for text in texts)


@cache
def net_banks() -> tuple[NetBank, ...]:
    """The banks in the order of their list [一覧].

    Raises    KeyError where the list names a bank that the table does not know.
    """
    known = known_banks()
    text = (files("motocho.outside") / "net_banks.yaml").read_text(encoding="utf-8")
    listed = yaml.load(text, Loader=yaml.CSafeLoader)["banks"]
    return tuple(
        NetBank(
            one["code"],
            folded(known[one["code"]]["name"]),
            known[one["code"]]["hira"],
            known[one["code"]]["kana"],
            known[one["code"]]["roma"],
            one["smartphone"],
        )
        for one in listed
    )
