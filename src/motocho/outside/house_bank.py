"""The lender's own bank: our account there, and whom it reaches at once [自社の銀行].

What stands here is the operator's: `house_bank.yaml` is a fictional sample.

>>> bank = house_bank(None)
>>> bank.institution_number, bank.account.bank_code in bank.around_the_clock
('99999', True)
>>> bank_name("0001")
BankName(name_ja='みずほ銀行', name_en='Mizuho Bank')
>>> bank_name("1344").name_ja
'城南信金'
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from motocho.outside import banks
from motocho.units.errors import Fault, FaultyInput

SAMPLE = "house_bank.yaml"
_SHAPES = {
    "bank_code": "[0-9]{4}",
    "bank_ja": ".+",
    "bank_en": ".+",
    "branch_code": "[0-9]{3}",
    "branch_ja": ".+",
    "branch_en": ".+",
    "number": "[0-9]{7}",
    "holder": ".{1,40}",
}


@dataclass(frozen=True, slots=True)
class HouseAccount:
    """Our ordinary account [自社の口座]; `holder` in the signs of banks."""

    bank_code: str
    bank_ja: str
    bank_en: str
    branch_code: str
    branch_ja: str
    branch_en: str
    number: str
    holder: str


@dataclass(frozen=True, slots=True)
class HouseBank:
    """What the operator says of its bank [自社の銀行の設定]."""

    account: HouseAccount
    institution_number: str
    around_the_clock: frozenset[str]


@cache
def house_bank(named: str | None) -> HouseBank:
    """The settings of a file, or of the sample [自社の銀行の読み取り].

    Raises    FaultyInput with each entry that is missing or of another shape, or for a file that
              cannot be read.
    """
    file = named or SAMPLE
    content = _mapping(_content(named))
    account = _mapping(content.get("account"))
    institution = str(content.get("institution_number", ""))
    listed = content.get("around_the_clock") or ()
    faults = [
        _fault(file, name) for name, shape in _SHAPES.items() if not _fits(shape, account, name)
    ]
    if not re.fullmatch("[0-9]{5}", institution):
        faults.append(_fault(file, "institution_number"))
    if not _are_codes(listed):
        faults.append(_fault(file, "around_the_clock"))
    if faults:
        raise FaultyInput(*faults)
    return HouseBank(
        HouseAccount(**{name: str(account[name]) for name in _SHAPES}),
        institution,
        frozenset(listed),
    )


def _content(named: str | None) -> object:
    """What the file holds.

    Raises    FaultyInput where it cannot be read, or is no YAML.
    """
    source = Path(named) if named else files("motocho.outside") / SAMPLE
    try:
        found: object = yaml.load(source.read_text("utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        raise FaultyInput(Fault("MNY-008", file=named or SAMPLE)) from None
    return found


def _mapping(found: object) -> dict[str, Any]:
    return dict(found) if isinstance(found, dict) else {}


def _are_codes(listed: object) -> bool:
    """Whether all are texts of four digits: YAML reads 0001 without quotes as the number 1."""
    return isinstance(listed, list | tuple) and all(
        isinstance(one, str) and re.fullmatch("[0-9]{4}", one) for one in listed
    )


def _fits(shape: str, account: dict[str, Any], name: str) -> bool:
    return re.fullmatch(shape, str(account.get(name, ""))) is not None


def _fault(file: str, name: str) -> Fault:
    return Fault("MNY-001", file=file, details={"name": name})


@dataclass(frozen=True, slots=True)
class BankName:
    """What a bank is called [銀行名]."""

    name_ja: str
    name_en: str


def bank_name(code: str) -> BankName:
    """What a bank is called, whole, by the table of zengin-code [銀行名]; else its code."""
    found = banks.by_code(code)
    if found is None:
        return BankName(code, code)
    roman = found.roman.title()
    return BankName(found.name, f"{roman} Bank" if found.name.endswith("銀行") else roman)
