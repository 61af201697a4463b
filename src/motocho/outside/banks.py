"""Banks of the country and their branches, as transfers name them [銀行・支店の一覧].

The table is that of `zengin-code`; the branches of one bank are read when it is asked for.

>>> found = by_code("0001")
>>> found and found.name, branch_name("0001", "001")
('みずほ銀行', '東京営業部')
>>> [bank.code for bank in search("三菱ＵＦＪ")], search("0005")[0].code
(['0005'], '0005')
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from motocho.units.text import folded, name_key

MOST_FOUND = 8
_FIRST_OF_OTHERS, _POST = "1000", "9900"
"""Codes below the first are of banks; others carry their kind in the name, but the post bank."""
_SHORT = {
    "信用金庫": "信金",
    "信用組合": "信組",
    "労働金庫": "労金",
    "農業協同組合": "農協",
    "銀行": "",
}


@dataclass(frozen=True, slots=True)
class Bank:
    """One bank [金融機関]."""

    code: str
    name: str
    kana: str
    hiragana: str
    roman: str


@cache
def known_banks() -> Mapping[str, Mapping[str, Any]]:
    """Every bank of the country by its code, as the table writes it [銀行の表].

    Why       the banks alone: the package itself would load every branch.
    """
    return _read("banks.json")


@cache
def _banks() -> Mapping[str, Bank]:
    return {
        code: Bank(
            code, _full_name(code, folded(one["name"])), folded(one["kana"]), one["hira"],
            one["roma"],
        )
        for code, one in known_banks().items()
    }  # fmt: skip


def _full_name(code: str, name: str) -> str:
    """The name as people say it: the table leaves 銀行 out."""
    is_whole = name.endswith(("銀行", "信金", "金庫", "組合", "信組", "農協", "漁協"))
    is_bank = code < _FIRST_OF_OTHERS or code == _POST
    return f"{name}銀行" if is_bank and not is_whole else name


def by_code(code: str) -> Bank | None:
    """The bank of four digits [金融機関コードから]; None if there is none."""
    return _banks().get(code)


def search(text: str) -> list[Bank]:
    """Banks that a name, reading or code may mean, the nearest first [金融機関の検索].

    A name that is exactly one bank's gives that bank alone.
    """
    wanted = _short(name_key(text))
    if not wanted:
        return []
    exact = [one for one in _banks().values() if wanted in _keys(one)]
    found = exact or [
        one for one in _banks().values() if any(key.startswith(wanted) for key in _keys(one))
    ]
    return found[:MOST_FOUND]


def _keys(bank: Bank) -> tuple[str, ...]:
    return (_short(name_key(bank.name)), name_key(bank.kana), name_key(bank.hiragana), bank.code)


def _short(name: str) -> str:
    """A name with its kind as the table writes it."""
    for long, short in _SHORT.items():
        if name.endswith(long):
            return name.removesuffix(long) + short
    return name


@cache
def _branches(bank_code: str) -> Mapping[str, str]:
    if by_code(bank_code) is None:
        return {}
    table = _read(f"branches/{bank_code}.json")
    return {code: folded(one["name"]) for code, one in table.items()}


def branch_name(bank_code: str, branch_code: str) -> str | None:
    """The name of a branch [支店名]; None if the bank has no such branch."""
    return _branches(bank_code).get(branch_code)


def branches(bank_code: str, text: str) -> list[tuple[str, str]]:
    """Branches of a bank that a name or a code may mean, with their codes [支店の検索]."""
    wanted = name_key(text).removesuffix("支店")
    known = _branches(bank_code)
    if text in known:
        return [(text, known[text])]
    exact = [one for one in known.items() if name_key(one[1]).removesuffix("支店") == wanted]
    return (
        exact
        or [one for one in known.items() if wanted and wanted in name_key(one[1])][:MOST_FOUND]
    )


def _read(name: str) -> Mapping[str, Mapping[str, Any]]:
    path = files("zengin_code") / "source-data" / "data" / name
    found: Mapping[str, Mapping[str, Any]] = json.loads(path.read_text("utf-8"))
    return found
