"""Which rule is held where, and by which tests: `python -m scripts.rules` [規則の対応表].

Reads `law/data/rules.yaml` and the `@pytest.mark.rule("ID")` marks under `tests/`, also those
inside `pytest.param(..., marks=...)`. Every disagreement is named on stderr, and the exit code is
then 1. `--json` prints one document instead of the table.
"""

from __future__ import annotations

import argparse
import ast
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from motocho.law.rules import Enforcement, Rule, rules

ROOT = Path(__file__).resolve().parent.parent
FEWEST_TESTS = 2
"""A rule needs one test that passes and one that is refused."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One `rule` mark: the rule it names and the test that bears it [印]."""

    rule_id: str
    test: str


def marks_in(source: str, file: str) -> Iterator[Mark]:
    """All rule marks of one test file, in the order of its lines [印の一覧].

    >>> text = '@pytest.mark.rule("OVER-005")' + chr(10) + 'def test_court(): ...'
    >>> [mark.rule_id for mark in marks_in(text, "test_court.py")]
    ['OVER-005']
    """
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        for decorator in function.decorator_list:
            for rule_id in _rule_ids(decorator):
                yield Mark(rule_id, f"{file}::{function.name}")


def _rule_ids(node: ast.AST) -> Iterator[str]:
    """Ids named by every `….mark.rule("ID")` call at or below a node."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and _is_rule_mark(call.func):
            named = (argument for argument in call.args if isinstance(argument, ast.Constant))
            yield from (each.value for each in named if isinstance(each.value, str))


def _is_rule_mark(function: ast.expr) -> bool:
    if not isinstance(function, ast.Attribute) or function.attr != "rule":
        return False
    return isinstance(function.value, ast.Attribute) and function.value.attr == "mark"


def marks_under(folder: Path) -> tuple[Mark, ...]:
    """All rule marks of the test files below a folder [印の収集]."""
    found: list[Mark] = []
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder.parent).as_posix()
        found += marks_in(path.read_text(encoding="utf-8"), name)
    return tuple(found)


def marked_tests(marks: Iterable[Mark]) -> Mapping[str, tuple[str, ...]]:
    """The tests of each rule that is named [規則ごとのテスト]."""
    found: dict[str, tuple[str, ...]] = {}
    for mark in marks:
        found[mark.rule_id] = (*found.get(mark.rule_id, ()), mark.test)
    return found


def disagreements(
    catalogue: Sequence[Rule], tests: Mapping[str, tuple[str, ...]], sources: Path
) -> list[str]:
    """Everything in which catalogue, modules and tests do not agree [不一致].

    `sources` is the folder that holds the package of the modules.
    """
    known = {rule.rule_id for rule in catalogue}
    found = [
        f"{rule_id}: marked by {named[0]}, but no such rule"
        for rule_id, named in sorted(tests.items())
        if rule_id not in known
    ]
    for rule in catalogue:
        count = len(tests.get(rule.rule_id, ()))
        found += [f"{rule.rule_id}: {fault}" for fault in _faults(rule, count, sources)]
    return found


def _faults(rule: Rule, count: int, sources: Path) -> Iterator[str]:
    if rule.enforcement is not Enforcement.ENFORCED:
        if count:
            yield f"{rule.enforcement.value}, but {count} tests are marked with it"
        if rule.reason is None:
            yield f"{rule.enforcement.value} without a reason"
        return
    if rule.module is None:
        yield "enforced without a module"
    elif not _has_module(rule.module, sources):
        yield f"enforced in {rule.module}, but there is no such module"
    if count < FEWEST_TESTS:
        yield f"enforced with {count} tests; it needs {FEWEST_TESTS}, one refused among them"


def _has_module(dotted: str, sources: Path) -> bool:
    path = sources.joinpath(*dotted.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def _table(catalogue: Sequence[Rule], tests: Mapping[str, tuple[str, ...]]) -> str:
    lines = [("rule", "status", "tests", "module or reason")]
    for rule in catalogue:
        held = rule.module or f"waits for: {rule.reason}"
        count = str(len(tests.get(rule.rule_id, ())))
        lines.append((rule.rule_id, rule.enforcement.value, count, held))
    return "\n".join(f"{a:<11}{b:<13}{c:>5}  {d}" for a, b, c, d in lines)


def _document(
    catalogue: Sequence[Rule], tests: Mapping[str, tuple[str, ...]], found: list[str]
) -> str:
    entries = [
        {
            "id": rule.rule_id,
            "status": rule.enforcement.value,
            "module": rule.module,
            "reason": rule.reason,
            "tests": tests.get(rule.rule_id, ()),
        }
        for rule in catalogue
    ]
    document = {"schema_version": 1, "rules": entries, "disagreements": found}
    return json.dumps(document, ensure_ascii=False, indent=1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table, name what disagrees; 1 if anything does [対応表の出力]."""
    parser = argparse.ArgumentParser(prog="python -m scripts.rules", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    chosen = parser.parse_args(arguments)
    catalogue, tests = rules(), marked_tests(marks_under(ROOT / "tests"))
    found = disagreements(catalogue, tests, ROOT / "src")
    print(_document(catalogue, tests, found) if chosen.json else _table(catalogue, tests))
    for disagreement in found:
        print(disagreement, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
