"""The guard against its second opinion, over many situations: each rule, each end, the first moment."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from tests.contact import matrix

from motocho.contact import guard
from motocho.contact.guard import JAPAN
from motocho.law.rules import rule

PARTS = 4
MANY = 1_000_000
BOUND = 24 * 60 * 12
"""Minutes ahead within which the first moment is looked for."""


def compare(seed: int, count: int) -> Counter[str]:
    """Both opinions of so many situations; gives how often each rule refused."""
    dice, said = random.Random(seed), Counter[str]()
    for _ in range(count):
        case = matrix.situation(dice)
        expected = sorted(matrix.judge(case), key=str)
        found = guard.hindrances(*matrix.given(case))
        ours = [(one.refusal.rule_id, matrix.minute_of(one.allowed_at)) for one in found]
        assert sorted(ours, key=str) == expected, case
        said.update({rule_id for rule_id, _ in expected} or {"permitted"})
    return said


def test_two_opinions_agree_in_every_rule_and_every_end() -> None:
    said = compare(5, 12_000)
    named = {cell for row in matrix.CELLS.values() for cell in row.values()}
    named |= {cell.strip("[]()") for row in matrix.WHOM.values() for cell in row.values()}
    assert set(said) == (named - {"-"}) | {"permitted", "COLL-009"}
    assert said["permitted"] > 1_000


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_two_opinions_agree_on_a_million(part: int) -> None:
    said = compare(1_000 + part, MANY // PARTS)
    print(
        f"measured: guard = table in {MANY // PARTS:,} situations of part {part + 1}; {dict(said)}"
    )


def test_first_moment_is_found_minute_by_minute() -> None:
    """What the gate names as the first moment: nothing hinders then, and something did before."""
    dice, opened = random.Random(11), 0
    for _ in range(700):
        case = matrix.situation(dice)
        facts, purpose, at, way = matrix.given(case)
        opens = guard.opens_at(facts, purpose, at, way)
        if opens is None:
            assert not _opens_within(case, BOUND)
            continue
        opened += opens > at
        first = matrix.minute_of(opens)
        assert first is not None
        assert matrix.judge(_then(case, first)) == []
        for before in (1, 2, 30, 61, 24 * 60):
            if first - before >= case.minute:
                assert matrix.judge(_then(case, first - before)) != []
    assert opened > 20


def _opens_within(case: matrix.Case, minutes: int) -> bool:
    ends = range(case.minute, case.minute + minutes, 30)
    return any(not matrix.judge(_then(case, minute)) for minute in ends)


def _then(case: matrix.Case, minute: int) -> matrix.Case:
    """The same situation later: a new day has had no call, a named moment has come."""
    later = matrix.Case(**{**case.__dict__, "minute": minute})
    if later.today != case.today:
        later.calls = 0
    if case.named is not None and case.minute < case.named <= minute:
        later.agreed = (case.named + matrix.JST) // matrix.DAY
    return later


def test_permit_ends_where_something_would_hinder() -> None:
    """A permit of now holds to its last minute; and where hours end, it ends with them."""
    dice = random.Random(23)
    for _ in range(4_000):
        case = matrix.situation(dice)
        facts, purpose, at, way = matrix.given(case)
        if guard.hindrances(facts, purpose, at, way):
            continue
        closes = matrix.minute_of(guard.closes_at(facts, purpose, at, way))
        last = case.minute + 9 if closes is None else min(case.minute + 9, closes - 1)
        assert matrix.judge(_then(case, last)) == [], case


def test_every_refusal_names_a_rule_of_the_catalogue_and_its_article() -> None:
    dice, seen = random.Random(3), set()
    for _ in range(6_000):
        for one in guard.hindrances(*matrix.given(matrix.situation(dice))):
            if one.refusal.rule_id in seen:
                continue
            seen.add(one.refusal.rule_id)
            assert rule(one.refusal.rule_id).module
            assert one.refusal.citations
            assert one.allowed_at is None or one.allowed_at.tzinfo == JAPAN
    assert len(seen) > 18
