"""Decisions that were kept: each replays to the same, whatever was written since.

Where a rule is meant to answer otherwise, `RULES_VERSION` rises and the old records stay as they
are: they then say so themselves, and what they concluded is told apart by their version.
"""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from motocho.screening.decision import Verdict, replay
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
