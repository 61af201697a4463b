"""`motocho screening`: one document with --json, both languages, each exit code it can give."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.command import EXAMPLES, motocho

FACTS = EXAMPLES / "screening.toml"
DAY = ("--on", "2026-11-10")


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("ja", ("提示できます", "3,880,000円", "890,000円", "500,000円", "給与明細")),
        ("en", ("may be offered", "3,880,000 yen", "890,000 yen", "approved by 1", "pay slips")),
    ],
)
def test_the_example_in_words(language: str, says: tuple[str, ...]) -> None:
    run = motocho("screening", "capacity", FACTS, *DAY, "--lang", language)
    assert run.code == 0, run.err
    for said in says:
        assert said in run.text, said


def test_the_record_replays_and_is_compared_with_another_day(tmp_path: Path) -> None:
    run = motocho("screening", "capacity", FACTS, *DAY, "--json")
    record = tmp_path / "decision.json"
    record.write_bytes(run.out)
    assert (run.document["verdict"], run.document["offer"]["limit_yen"]) == ("offer", 800_000)
    again = motocho("screening", "replay", record, "--json").document
    assert (again["same"], again["changed_tables"], again["changes"]) == (True, [], [])
    compared = motocho("screening", "replay", record, "--law-on", "2022-03-31", "--lang", "en")
    assert compared.code == 0
    assert "The same result" in compared.text
    assert "LEND-021" not in compared.text
    forged = json.loads(run.out) | {"verdict": "refuse"}
    record.write_text(json.dumps(forged), encoding="utf-8")
    refused = motocho("screening", "replay", record)
    assert (refused.code, "記録したときから変わっています" in refused.err) == (3, True)


def test_what_an_applicant_is_told_stands_apart_from_what_is_never_told(tmp_path: Path) -> None:
    facts = tmp_path / "facts.toml"
    text = FACTS.read_text(encoding="utf-8")
    facts.write_text(
        text.replace("has_barred_ties = false", "has_barred_ties = true"), encoding="utf-8"
    )
    run = motocho("screening", "capacity", facts, *DAY, "--lang", "en")
    told = run.text.split("What the applicant is told")[1]
    assert "All things considered" in told
    assert "ties" not in told


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("[asked", 3, "TOML"),
        ('[asked]\nkind = "new"\n', 3, "limit_yen"),
        ("", 3, "offering"),
    ],
)
def test_a_file_that_says_too_little_is_told_so(text: str, code: int, says: str) -> None:
    run = motocho("screening", "capacity", "-", *DAY, stdin=text.encode())
    assert (run.code, says in run.err) == (code, True), run.err


def test_no_record_and_no_such_law_are_told() -> None:
    assert motocho("screening", "replay", "-", stdin=b"{}").code == 3
    assert motocho("screening", "replay", "-", stdin=b"nothing").code == 3
    assert motocho("screening", "capacity", FACTS, "--on", "2010-06-17").code == 6
    assert motocho("screening", "capacity", "no-such.toml").code == 4
