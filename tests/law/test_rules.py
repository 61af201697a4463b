"""The catalogue of rules, and the script that compares it with modules and tests."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from scripts import rules as script

from motocho.law._reading import data_text
from motocho.law.rules import FILE, Enforcement, Refusal, Rule, read_rules, rule, rules
from motocho.law.tables import BadTable
from motocho.units.errors import Language, NotFoundError

ONE = """
- {id: X-1, group: g, statement: s, threshold: t, effective_from: 2020-04-01, effective_to: null,
   citation: c, source: [a], source_grade: C1, error_ja: j, error_en: e, guards: g, enforce_in: d,
   examples: {passes: p, refused: r}, status: not_yet, reason: later}
"""


def test_catalogue_holds_182_rules_with_texts_in_both_languages() -> None:
    assert len(rules()) == 182
    for each in rules():
        assert each.error_ja
        assert each.error_en
        assert each.sources
        assert each.source_grade in {"C1", "C2", "C3", "V"}
        assert (each.module is None) == (each.reason is not None)


def test_rules_of_the_recalculation_are_enforced_and_what_waits_says_for_what() -> None:
    for each in rules():
        enforced = each.enforcement is Enforcement.ENFORCED
        assert enforced or not each.rule_id.startswith("OVER-")
        assert enforced == (each.module is not None) == (each.reason is None)


def test_rule_is_found_by_its_id() -> None:
    found = rule("OVER-005")
    assert found.effective_from == date(2004, 4, 1)
    assert found.citation == "裁判所法33条1項1号"
    with pytest.raises(NotFoundError) as caught:
        rule("OVER-999")
    assert caught.value.faults[0].code == "LAW-043"


def test_catalogue_names_no_file_of_a_machine() -> None:
    text = data_text(FILE)
    for word in ("/work", "/home", ".txt", "seeds"):
        assert word not in text


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("guards: g", "remark: g", "LAW-011"),
        ("guards: g, ", "", "LAW-012"),
        ("source: [a]", "source: a", "LAW-013"),
        ("refused: r", "refuses: r", "LAW-013"),
        ("status: not_yet", "status: perhaps", "LAW-016"),
    ],
)
def test_bad_catalogue_is_refused(old: str, new: str, code: str) -> None:
    assert len(read_rules(ONE, FILE)) == 1
    with pytest.raises(BadTable) as caught:
        read_rules(ONE.replace(old, new, 1), FILE)
    assert caught.value.faults[0].code == code
    assert caught.value.faults[0].what(Language.EN)


def test_id_that_stands_twice_is_refused() -> None:
    with pytest.raises(BadTable) as caught:
        read_rules(ONE + ONE, FILE)
    assert caught.value.faults[0].code == "LAW-028"


def test_refusal_speaks_both_languages_and_lists_as_a_fault() -> None:
    details = {"amount_yen": "1400001", "limit_yen": "1400000"}
    refusal = Refusal("OVER-011", "LAW-061", (), details)
    assert "1400001" in refusal.what(Language.JA)
    assert "lawyer" in refusal.fix(Language.EN)
    assert refusal.fault().document()["code"] == "LAW-061"


# ------------------------------------------------------------------------------- python -m scripts.rules
MARKED = """
import pytest
@pytest.mark.rule("OVER-005")
def test_one(): ...
@pytest.mark.parametrize("yen", [
    pytest.param(1, marks=pytest.mark.rule("OVER-006")),
    pytest.param(2, marks=[pytest.mark.rule("OVER-006"), pytest.mark.long]),
    3,
])
def test_two(yen): ...
class TestMore:
    @pytest.mark.rule("NO-1")
    async def test_three(self): ...
@pytest.mark.skip("OVER-007")
def test_four(): ...
"""


def test_marks_are_found_on_tests_and_inside_parameters() -> None:
    found = [(mark.rule_id, mark.test) for mark in script.marks_in(MARKED, "test_x.py")]
    assert sorted(found) == [
        ("NO-1", "test_x.py::test_three"),
        ("OVER-005", "test_x.py::test_one"),
        ("OVER-006", "test_x.py::test_two"),
        ("OVER-006", "test_x.py::test_two"),
    ]


def a_rule(enforcement: Enforcement, module: str | None, reason: str | None = None) -> Rule:
    return replace(rules()[0], rule_id="X-1", enforcement=enforcement, module=module, reason=reason)


@pytest.mark.parametrize(
    ("entry", "tests", "said"),
    [
        (a_rule(Enforcement.ENFORCED, "room.there"), 2, []),
        (a_rule(Enforcement.ENFORCED, "room"), 2, []),
        (a_rule(Enforcement.NOT_YET, None, "later"), 0, []),
        (a_rule(Enforcement.ENFORCED, "room.there"), 1, ["enforced with 1 tests"]),
        (a_rule(Enforcement.ENFORCED, "room.gone"), 2, ["there is no such module"]),
        (a_rule(Enforcement.ENFORCED, None), 2, ["enforced without a module"]),
        (a_rule(Enforcement.NOT_YET, None, "later"), 1, ["not_yet, but 1 tests"]),
        (a_rule(Enforcement.OUT_OF_SCOPE, None), 0, ["out_of_scope without a reason"]),
    ],
)
def test_every_disagreement_is_named(
    tmp_path: Path, entry: Rule, tests: int, said: list[str]
) -> None:
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "__init__.py").touch()
    (tmp_path / "room" / "there.py").touch()
    found = script.disagreements([entry], {"X-1": ("test",) * tests}, tmp_path)
    assert len(found) == len(said)
    for line, words in zip(found, said, strict=True):
        assert line.startswith("X-1: ")
        assert words in line


def test_mark_for_an_unknown_rule_is_named(tmp_path: Path) -> None:
    found = script.disagreements([], {"NO-1": ("test_x.py::test_three",)}, tmp_path)
    assert found == ["NO-1: marked by test_x.py::test_three, but no such rule"]


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_script_prints_every_rule_and_names_what_disagrees(
    capsys: pytest.CaptureFixture[str], form: list[str]
) -> None:
    exit_code = script.main(form)
    out, err = capsys.readouterr()
    assert exit_code == (1 if err else 0)
    for each in rules():
        assert each.rule_id in out
    if form:
        document = json.loads(out)
        assert document["schema_version"] == 1
        assert len(document["disagreements"]) == len(err.splitlines())
        of_court = next(entry for entry in document["rules"] if entry["id"] == "OVER-005")
        assert len(of_court["tests"]) >= 2


def test_rules_of_law_have_their_tests() -> None:
    tests = script.marked_tests(script.marks_under(script.ROOT / "tests" / "law"))
    for each in rules():
        if each.module and each.module.startswith("motocho.law."):
            assert len(tests.get(each.rule_id, ())) >= script.FEWEST_TESTS, each.rule_id
