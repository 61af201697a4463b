"""Words of a recalculation: its conditions, headings and remarks [文言].

The texts stand in `wording.toml`, in Japanese and English; numbers of law come from the law tables.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from motocho.claims.assumptions import PRESETS, Assumptions, DelayPeriod, regime
from motocho.documents.sheet import Words
from motocho.kernel.conventions import (
    CeilingRule,
    Convention,
    OverpaymentAppropriation,
    OverpaymentRateRule,
)
from motocho.units.days import era_of
from motocho.units.errors import Language
from motocho.units.money import rate_text


class Described(NamedTuple):
    """One assumption in words [条件の説明]."""

    label: str
    text: str
    is_default: bool


def describe(assumptions: Assumptions, language: Language) -> list[Described]:
    """Every assumption in words a borrower understands, in the order of `assumptions.KEYS` [条件].

    >>> describe(Assumptions(), Language.JA)[2]
    Described(label='1円未満の端数', text='切捨て', is_default=True)
    """
    stated, default = assumptions.document(), Assumptions().document()
    described = []
    for key, value in stated.items():
        attribute = getattr(assumptions, key, None)
        if isinstance(attribute, Convention):
            text = _text(key, attribute.public_name, language, **_law(assumptions, language))
        else:
            text = _OTHERS[key](assumptions, language)
        described.append(Described(_label(key, language), text, value == default[key]))
    return described


def presets_text(assumptions: Assumptions, language: Language) -> str:
    """The presets whose switches all stand as set, the most telling only [設定の組].

    >>> presets_text(Assumptions(), Language.EN)
    'court (the practice of the courts)'
    """
    stated = assumptions.document()
    held = {
        name: switches.items()
        for name, switches in PRESETS.items()
        if all(stated[key] == value for key, value in switches.items())
    }
    names = [
        name
        for name, switches in held.items()
        if not any(_is_part(switches, other) for other in held.values())
    ]
    texts = [_text("presets", name, language) for name in names or ["empty"]]
    return ("、" if language is Language.JA else ", ").join(texts)


def label(key: str, language: Language) -> str:
    """What a switch is called [項目の名前]."""
    return _label(key, language)


def value_text(key: str, value: str, language: Language) -> str:
    """What a value of a switch means, whatever stands now [値の説明]."""
    return _text(key, value, language, **_law(Assumptions(), language))


def preset_text(name: str, language: Language) -> str:
    """What a preset is called [設定の組の名前]."""
    return _text("presets", name, language)


def _is_part(switches: Any, other: Any) -> bool:
    """Whether another preset sets all of these switches alike, and more."""
    return len(switches) < len(other) and all(switch in other for switch in switches)


def day_text(on: date, language: Language) -> str:
    """A day in running text [日付]."""
    return f"{on.year}年{on.month}月{on.day}日" if language is Language.JA else on.isoformat()


def year_text(year: int, language: Language) -> str:
    """A calendar year, with the era that its last day belongs to [年].

    >>> year_text(2019, Language.JA), year_text(2001, Language.EN)
    ('2019年(R1)', '2001')
    """
    if language is Language.EN:
        return str(year)
    era = era_of(date(year, 12, 31))
    return f"{year}年({era.letter}{year - era.first_on.year + 1})"


# ------------------------------------------------------------------------------------ conditions
@cache
def _texts() -> Mapping[str, Any]:
    source = files("motocho.claims") / "wording.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))


def _label(key: str, language: Language) -> str:
    return str(_texts()["conditions"][key][language.value])


def _text(key: str, value: str, language: Language, /, **details: str) -> str:
    template: str = _texts()["conditions"][key]["values"][value][language.value]
    return template.format_map(details)


def _law(assumptions: Assumptions, language: Language) -> dict[str, str]:
    """The numbers of law that texts speak of."""
    numbers = regime(assumptions)
    return {
        "early": rate_text(numbers.early_ppm),
        "late": rate_text(numbers.late_ppm),
        "split_on": day_text(date.fromordinal(numbers.split_on), language),
    }


def _overpayment_rate(assumptions: Assumptions, language: Language) -> str:
    used = (
        assumptions.overpayment_rate_rule is OverpaymentRateRule.CONSTANT
        and assumptions.overpayment_appropriation is not OverpaymentAppropriation.NO_INTEREST
    )
    rate = rate_text(assumptions.overpayment_rate_ppm)
    return _text("overpayment_rate", "used" if used else "unused", language, rate=rate)


def _contract_rates(assumptions: Assumptions, language: Language) -> str:
    key = "contract_rates"
    if not assumptions.contract_rates:
        return _text(key, "empty", language)
    entries = [
        _text(
            key,
            "entry",
            language,
            from_on=day_text(rate.from_on, language),
            rate=rate_text(rate.rate_ppm),
        )
        for rate in assumptions.contract_rates
    ]
    under_ceiling = assumptions.ceiling_rule is not CeilingRule.NONE
    return _listed(entries, language) + (_text(key, "rule", language) if under_ceiling else "")


def _delay_periods(assumptions: Assumptions, language: Language) -> str:
    periods = assumptions.delay_periods
    if not periods:
        return _text("delay_periods", "empty", language)
    return _listed([_delay_period(one, assumptions, language) for one in periods], language)


def _delay_period(period: DelayPeriod, assumptions: Assumptions, language: Language) -> str:
    key = "delay_periods"
    if period.contract_rate_ppm is None:
        rate = _text(key, "cap", language)
    else:
        capped = assumptions.ceiling_rule is not CeilingRule.NONE
        agreed = rate_text(period.contract_rate_ppm)
        rate = _text(key, "rate" if capped else "agreed", language, rate=agreed)
    to_on = period.to_on
    return _text(
        key,
        "entry",
        language,
        from_on=day_text(period.from_on, language),
        to_on=_text(key, "end", language) if to_on is None else day_text(to_on, language),
        rate=rate,
    )


def _listed(entries: list[str], language: Language) -> str:
    return ("、" if language is Language.JA else "; ").join(entries)


_OTHERS = {
    "overpayment_rate": _overpayment_rate,
    "contract_rates": _contract_rates,
    "delay_periods": _delay_periods,
}


# --------------------------------------------------------------------------------- fixed words
def words(language: Language) -> Words:
    """The fixed words of a sheet [用語]."""
    return Words(**{name: said[language.value] for name, said in _texts()["words"].items()})


def heading(key: str) -> tuple[str, str]:
    """The heading of a column, in Japanese and in English [見出し]."""
    said = _texts()["columns"][key]
    return said["ja"], said["en"]


def text(name: str, language: Language, /, **details: str) -> str:
    """A label, remark or note [文言]."""
    template: str = _texts()["texts"][name][language.value]
    return template.format_map(details)
