"""Decisions that were kept: each replays to the same, whatever was written since.

Where a rule is meant to answer otherwise, `RULES_VERSION` rises and the old records stay as they
are: they then say so themselves, and what they concluded is told apart by their version.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from motocho.cli.lending.screening import app
from motocho.screening.decision import Verdict, compare, document, replay
from motocho.screening.decision.rules import RULES_VERSION

RECORDS = sorted((Path(__file__).parent / "records").glob("*.json"))


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_a_record_of_then_replays_to_the_same(path: Path) -> None:
    again = replay(orjson.loads(path.read_bytes()))
    is_explained = bool(again.changed_tables) or again.rules_version != RULES_VERSION
    assert again.same or is_explained


def test_the_records_show_every_verdict() -> None:
    kept = {orjson.loads(path.read_bytes())["verdict"] for path in RECORDS}
    assert kept == {one.value for one in Verdict}


def test_some_records_are_of_the_rules_of_now() -> None:
    versions = [orjson.loads(path.read_bytes())["rules_version"] for path in RECORDS]
    assert max(versions) == RULES_VERSION


def kept(name: str) -> dict[str, Any]:
    """A record of then, as it was written."""
    found: dict[str, Any] = orjson.loads((RECORDS[0].parent / f"{name}.json").read_bytes())
    return found


TODAY = date(2026, 11, 23)


@pytest.mark.rule("LEND-017")
@pytest.mark.parametrize("name", ["2022-nineteen", "2024-noto", "2025-lowered", "2025-offer"])
def test_a_decision_of_years_ago_replays_to_the_same_by_the_law_of_its_day(name: str) -> None:
    again = replay(kept(name))
    assert again.same
    assert again.changed_tables == ()
    assert document(again.decision) == kept(name)  # to the last byte of its hash


@pytest.mark.rule("LEND-018")
@pytest.mark.rule("LEND-024")
@pytest.mark.parametrize(("name", "law_on", "wanted"), [
    ("2022-nineteen", date(2022, 3, 31), set()),
    ("2022-nineteen", date(2022, 4, 1), {("LEND-018", "fail", "pass")}),
    ("2022-nineteen", TODAY, {("LEND-018", "fail", "pass")}),
    ("2024-noto", date(2024, 7, 31), set()),
    ("2024-noto", date(2024, 8, 1), {("LEND-011", "pass", "fail")}),
    ("2025-offer", TODAY, set()),
    ("2025-lowered", TODAY, set()),
])  # fmt: skip
def test_the_difference_under_the_law_of_another_day_is_shown(
    name: str, law_on: date, wanted: set[tuple[str, str, str]]
) -> None:
    found = compare(kept(name), law_on)
    seen = {(one.rule_id, one.before, one.after) for one in found.changes if one.before}
    assert seen >= wanted
    assert bool(found.changes) is bool(wanted)
    assert bool(found.changed_tables) or not wanted


def test_without_the_relief_less_would_have_been_offered() -> None:
    found = compare(kept("2024-noto"), date(2024, 8, 1))
    offers = [one.offer and one.offer.limit_yen for one in (found.before, found.after)]
    assert offers == [100_000, 60_000]  # a third of 200,000 yen, in whole steps


def test_the_terminal_shows_both() -> None:
    path = RECORDS[0].parent / "2022-nineteen.json"
    shown = CliRunner().invoke(app, ["replay", str(path), "--law-on", "2026-11-23", "--lang", "en"])
    assert shown.exit_code == 0
    plain = CliRunner().invoke(app, ["replay", str(path), "--law-on", "2026-11-23", "--json"])
    held = orjson.loads(plain.output)
    assert (held["same"], held["verdict"]) == (True, "refuse")
    assert "LEND-018" in {one["rule_id"] for one in held["changes"]}
