"""What each answer would change in yen: against calculations of its own, and fast enough to be live."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import assume, given, settings
from tests.strategies import cases

from motocho.claims import assumptions as assumed
from motocho.claims import reading
from motocho.claims.assumptions import KEYS, Assumptions, values_of
from motocho.claims.effects import QUESTIONS, label, weigh
from motocho.claims.statement import recalculate
from motocho.units.errors import FaultyInput, Language

CASE = b"""date,borrow,repay,balance
2001-01-10,200000,,200000
2001-02-10,,10000,194650
2004-02-29,300000,,
2007-06-18,,1000000,
2009-01-05,100000,,
2012-03-01,,90000,
"""


def test_nine_questions_ask_for_every_switch_once() -> None:
    asked = [key for question in QUESTIONS for key in question.keys]
    assert len(QUESTIONS) == 9
    assert sorted(asked) == sorted(KEYS)


def test_every_answer_has_its_words() -> None:
    weighed = weigh(reading.read(CASE), Assumptions())
    assert set(weighed.effects) == {key for key in KEYS if values_of(key)}
    for key, effects in weighed.effects.items():
        assert [effect.value for effect in effects] == list(values_of(key))
        assert [effect.is_set for effect in effects] == [effect.is_default for effect in effects]
        assert sum(effect.is_set for effect in effects) == 1
        for effect in effects:
            assert effect.text_ja
            assert effect.text_en
        assert label(key, Language.JA) != label(key, Language.EN)
    assert {one.name for one in weighed.presets} == set(assumed.PRESETS)
    assert next(one for one in weighed.presets if one.name == "court").differs == ()


def test_effect_is_the_difference_of_two_calculations() -> None:
    """The second route: each answer read and calculated by itself, from its public name."""
    history = reading.read(CASE)
    weighed = weigh(history, Assumptions())
    moved = 0
    for key, effects in weighed.effects.items():
        for effect in effects:
            other = assumed.read({key: effect.value}).assumptions
            if effect.fault is not None:
                with pytest.raises(FaultyInput) as caught:
                    recalculate(history, other)
                assert effect.fault == caught.value.faults[0]
                continue
            then = recalculate(history, other).document()["result"]
            now = recalculate(history, Assumptions()).document()["result"]
            claim = then["claim_yen"], now["claim_yen"]
            if effect.value != "exact":
                assert effect.claim_change_yen == claim[0] - claim[1], (key, effect.value)
            moved += bool(effect.claim_change_yen)
    assert moved >= 8
    assert weighed.effects["ceiling_rule"][-1].fault is not None  # no agreed rate is known


@settings(max_examples=25)
@given(cases())
def test_effects_of_any_case_are_those_of_whole_calculations(case: dict[str, Any]) -> None:
    history = reading.read(json.dumps(case).encode())
    read = assumed.read(history.stated_assumptions)
    assume(not read.faults)
    weighed = weigh(history, read.assumptions)
    now = recalculate(history, read.assumptions).result
    assert weighed.result == now
    for key, effects in weighed.effects.items():
        for effect in effects:
            if effect.is_set:
                assert (effect.claim_change_yen, effect.owed_change_yen) == (0, 0)
            if effect.fault is None:
                other = assumed.read({key: effect.value}, onto=read.assumptions).assumptions
                then = recalculate(history, other).result
                changed = int(then.claim_yen) - int(now.claim_yen)
                assert effect.claim_change_yen == changed, (key, effect.value)
                assert effect.owed_change_yen == int(then.owed_yen) - int(now.owed_yen)


@pytest.mark.parametrize("rows", [500])
def test_effects_of_many_rows_are_live(rows: int) -> None:
    """500 ms is promised to a person who waits; a busy machine gets four times that."""
    lines = [b"date,borrow,repay,balance"]
    for row in range(rows):
        day = f"{1985 + row // 12}-{row % 12 + 1:02}-05"
        amount = "50000," if row % 10 == 0 else ",12000"
        lines.append(f"{day},{amount},".encode())
    history = reading.read(b"\n".join(lines))
    weigh(history, Assumptions())
    taken = []
    for _ in range(3):
        begun = time.perf_counter()
        weigh(history, Assumptions())
        taken.append(time.perf_counter() - begun)
    assert min(taken) < 2.0
    print(f"{rows} rows, every answer: {min(taken) * 1000:.0f} ms")
