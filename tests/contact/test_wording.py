"""Wording that a lender may not use."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.tidy.source import PACKAGE

from motocho.contact.wording import PHRASES, faults_of_wording, refuse_promise, refuse_wording
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


# ------------------------------------------------------------------------------------------ promises
TOLD = sorted(
    path
    for folder in ("web/templates", "web/wording", "notices", "documents/templates", "screening/data", "care/data", "units")
    for path in (PACKAGE / folder).rglob("*")
    if path.suffix in {".html", ".toml", ".txt", ".yaml"}
)  # fmt: skip


@pytest.mark.rule("ORG-002")
@pytest.mark.parametrize("path", TOLD, ids=lambda path: path.name)
def test_nothing_that_is_told_promises_what_is_not_certain(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [one.details["phrase"] for line in lines for one in refuse_promise(line)] == []


@pytest.mark.rule("ORG-002")
@pytest.mark.parametrize("text", [
    "必ず増額できます", "絶対に借りられます", "確実に審査に通ります", "100%ご融資します", "審査の通過を保証します",
    "利息は一切かかりません", "We guarantee you a loan", "You will certainly be approved", "間違いなく ご契約いただけます",
])  # fmt: skip
def test_promise_is_refused(text: str) -> None:
    (found,) = refuse_promise(text)
    assert found.rule_id == "ORG-002"
    assert found.details["phrase"] in found.what(Language.JA)


@pytest.mark.rule("ORG-002")
@pytest.mark.parametrize("text", [
    "審査の結果によります", "返済日は必ず確かめてください", "増額できるかは審査で決まります", "You may apply for an increase",
    "無利息期間の間、利息はかかりません",
])  # fmt: skip
def test_what_says_on_what_it_depends_passes(text: str) -> None:
    assert refuse_promise(text) == ()
