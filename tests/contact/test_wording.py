"""Wording that a lender may not use."""

from __future__ import annotations

import pytest

from motocho.contact.wording import PHRASES, faults_of_wording, refuse_wording
from motocho.units.errors import Language


@pytest.mark.rule("ADV-005")
@pytest.mark.parametrize(
    "text", ["審査があります。返済計画を立てて", "ご希望に沿えないことがあります", ""]
)
def test_plain_facts_pass(text: str) -> None:
    assert refuse_wording(text) == ()


@pytest.mark.rule("ADV-005")
@pytest.mark.parametrize(
    "text",
    [
        "審査なしですぐに増額",
        "審 査 な し",
        "誰でも借りられます",
        "No credit check!",
        "おめでとうございます",
    ],
)
def test_lures_are_refused_however_they_are_spaced(text: str) -> None:
    refusals = refuse_wording(text)
    assert refusals
    assert refusals[0].rule_id == "ADV-005"
    assert "16条" in refusals[0].citations[0].text(Language.JA)


def test_each_phrase_is_found_inside_a_sentence() -> None:
    for phrase in PHRASES:
        assert [one.excerpt for one in faults_of_wording(f"いま{phrase}、すぐ")] == [phrase]
