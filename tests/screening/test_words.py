"""Words of screening: every rule, fact and named value has its own, in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.screening.facts import application, decided, increase

from motocho.law.tables import table
from motocho.loans.policy import Stop
from motocho.screening.applications.looking import _ANSWERED, _GIVEN_UP
from motocho.screening.capacity import (
    ContractKind,
    ExclusionKind,
    IncomeKind,
    Known,
    Method,
    Outcome,
    PaperKind,
    Whose,
)
from motocho.screening.decision import (
    Verdict,
    fact_text,
    outcome_word,
    rule_title,
    value_word,
    verdict_word,
    words,
)
from motocho.units.errors import Language

SOURCE = Path(__file__).parents[2] / "src" / "motocho" / "screening"
RULES = SOURCE / "decision" / "rules.py"


def trees() -> Iterator[ast.AST]:
    for folder in ("capacity", "decision"):
        for path in (SOURCE / folder).glob("*.py"):
            yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def first_texts(name: str) -> set[str]:
    """The first argument of every call of a name, where it is a text."""
    return {
        node.args[0].value
        for node in trees()
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == name
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def conditions() -> set[str]:
    """The names of conditions: `yield "name", answer`."""
    return {
        node.value.elts[0].value
        for node in trees()
        if isinstance(node, ast.Yield)
        and isinstance(node.value, ast.Tuple)
        and isinstance(node.value.elts[0], ast.Constant)
        and isinstance(node.value.elts[0].value, str)
    }


def test_every_fact_a_rule_looks_at_has_its_name_and_no_other_is_there() -> None:
    used = first_texts("Known") | conditions() | {"has_barred_ties"}
    assert len(conditions()) > 25
    assert set(words()["facts"]) == used


def test_every_rule_that_is_judged_has_its_title() -> None:
    judged = {
        one.rule_id for one in (*decided(application()).findings, *decided(increase()).findings)
    }
    assert judged <= set(words()["rules"])
    named = {each for each in first_texts("Finding") if "-" in each}
    assert named <= set(words()["rules"])
    house = {
        f"house.{one}"
        for one in re.findall(r'Finding\(f"{HOUSE}\.(\w+)"', RULES.read_text("utf-8"))
    }
    assert len(house) > 3
    assert house <= set(words()["rules"])


def test_every_named_value_has_its_word() -> None:
    listed = {
        one.value for kind in (PaperKind, IncomeKind, Whose, Method, ExclusionKind) for one in kind
    }
    papers = {
        paper
        for name in ("lending.exclusions", "lending.exceptions")
        for value in table(name).rows[0].brackets[0].cells.values()
        if isinstance(value, str)
        for paper in value.split("+")
    }
    assert listed | (papers - {"none"}) <= set(words()["values"])
    troubles = {one.value for one in (*_GIVEN_UP, *(set(Stop) - _ANSWERED))} | {"late"}
    assert troubles <= set(words()["values"])
    assert not {one.value for one in ContractKind} & set(words()["values"])


@pytest.mark.parametrize("language", list(Language))
def test_words_stand_in_both_languages(language: Language) -> None:
    for section in words().values():
        for name, texts in section.items():
            assert texts[language.value].strip(), name
            assert set(texts) == {"ja", "en"}, name
    for outcome in Outcome:
        assert outcome_word(outcome, language)
    for verdict in Verdict:
        assert verdict_word(verdict, language)
    assert rule_title("LEND-009", language)


def test_facts_are_shown_as_a_reader_says_them() -> None:
    assert fact_text(Known("missing_papers", "use_receipt+bureau_record", "d"), Language.EN) == (
        "missing papers receipt+bureau record"
    )
    assert fact_text(Known("is_late", "false", "book"), Language.JA) == "延滞中か いいえ"
    assert fact_text(Known("factor.age_of_line", 12, "m"), Language.JA) == "age_of_line 12"
    assert fact_text(Known("year", None, "d"), Language.EN) == "year —"
    assert value_word("fail", Language.EN) == "fail"
