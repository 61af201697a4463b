"""What rules, facts and results of screening are called, in both languages [審査の用語]."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from motocho.screening.capacity import Known, Outcome, day_text
from motocho.screening.decision.deciding import Verdict
from motocho.units.errors import Language
from motocho.units.money import rate_text, yen_text

FILE = "words.toml"
_FACTOR = "factor."
_AND = "+"

Words = Mapping[str, Mapping[str, Mapping[str, str]]]


@cache
def words() -> Words:
    """Every word by its section and its name [用語の一覧]."""
    text = (files("motocho.screening") / "data" / FILE).read_text(encoding="utf-8")
    return tomllib.loads(text)


def rule_title(rule_id: str, language: Language) -> str:
    """What a rule is about [規則の見出し].

    >>> rule_title("LEND-021", Language.EN)
    'self-exclusion'
    """
    return words()["rules"][rule_id][language.value]


def fact_name(name: str, language: Language) -> str:
    """What a fact is called; a factor of a score by its own name [事実の名]."""
    if name.startswith(_FACTOR):
        return name.removeprefix(_FACTOR)
    return words()["facts"][name][language.value]


def outcome_word(outcome: Outcome, language: Language) -> str:
    """What an answer is called [判定の表示]."""
    return words()["outcomes"][outcome.value][language.value]


def verdict_word(verdict: Verdict, language: Language) -> str:
    """What a verdict is called [結果の表示]."""
    return words()["verdicts"][verdict.value][language.value]


def fact_text(known: Known, language: Language) -> str:
    """A fact with its value, as a reader sees it [事実の表示].

    >>> fact_text(Known("income_yen", 3_000_000, "w1"), Language.EN)
    'yearly income ¥3,000,000'
    >>> fact_text(Known("rate_ppm", 178_500, ""), Language.JA)
    '利率 17.85%'
    >>> fact_text(Known("changed_on", "2026-11-23", ""), Language.EN)[-10:]
    '2026/11/23'
    """
    name = fact_name(known.name, language)
    if known.value is None or known.value == "":
        return f"{name} —"
    if known.name.endswith("_yen") and isinstance(known.value, int):
        amount = yen_text(known.value)
        return f"{name} {amount}円" if language is Language.JA else f"{name} ¥{amount}"
    if known.name.endswith("_ppm") and isinstance(known.value, int):
        return f"{name} {rate_text(known.value)}"
    parts = [day_text(value_word(part, language)) for part in _parts(known.value)]
    return f"{name} {_AND.join(parts)}"


def _parts(value: int | str) -> list[str]:
    return str(value).split(_AND)


def value_word(value: str, language: Language) -> str:
    """A named value as a reader says it; anything else as it is [値の表示].

    >>> value_word("pay_slips", Language.JA), value_word("2026-11-10", Language.JA)
    ('給与明細', '2026-11-10')
    """
    held = words()["outcomes"].get(value) or words()["values"].get(value)
    return value if held is None else held[language.value]
