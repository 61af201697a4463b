"""Signs of a fraud: a second count of them agrees, and only the first draw to an account is asked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motocho.loans import payouts
from motocho.loans.payouts import Signal, check_signals
from motocho.loans.payouts.signals import Situation, Strength, found, policy
from motocho.web.money import borrowing

TOLD = {
    Signal.REMOTE,
    Signal.NAMED_PAYEE,
    Signal.TOLD_BY,
    Signal.ON_CALL,
    Signal.UNKNOWN_MONEY,
    Signal.STORY,
}
STRONG = {Signal.REMOTE, Signal.NAMED_PAYEE, Signal.CODE_ON_CALL}


@pytest.mark.rule("FRAUD-001")
@given(
    st.frozensets(st.sampled_from(Signal)), st.integers(0, 20), st.integers(0, 100), st.integers(0, 2),
    st.integers(0, 1),
)  # fmt: skip
def test_one_strong_or_two_weak_signs_hold(
    told: frozenset[Signal], minutes: int, percent: int, quick_codes: int, same_name: int
) -> None:
    """The policy counted once more, from the rule's words."""
    age = timedelta(minutes=minutes)
    known = Situation(told, age, 500_000, 5_000 * percent, quick_codes, same_name)
    signs = set(told & TOLD)
    if Signal.ON_CALL in signs and quick_codes:
        signs.add(Signal.CODE_ON_CALL)
    if minutes < 10 and percent >= 90:
        signs.add(Signal.NEW_PAYEE_FULL)
    if same_name:
        signs.add(Signal.SAME_NAME)
    assert found(known) == signs
    is_held = bool(signs & STRONG) or len(signs - STRONG) >= 2
    refusal = check_signals(found(known))
    assert (refusal is not None) is is_held
    if refusal is not None:
        assert (refusal.rule_id, refusal.code) == ("FRAUD-001", "FRD-001")
        assert set(refusal.details["signals"].split(",")) == {one.value for one in signs}


def test_policy_and_page_know_the_same_signs() -> None:
    assert {one.signal for one in payouts.boxes()} == TOLD == set(borrowing.BOXES)
    strong = {one.signal for one in policy().signs.values() if one.strength is Strength.STRONG}
    assert strong == STRONG
