"""`motocho claim`: one document with --json, both languages, each exit code it can give."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.command import EXAMPLES, motocho

SEED = (
    "date,borrow,repay,rate,contract\n"
    "1998-01-10,500000,,0.27375,1\n"
    + "".join(f"{year}-06-10,,150000,,1\n" for year in range(1998, 2011))
    + "2011-11-23,,100000,,1\n2012-03-01,300000,,0.18,2\n"
    + "".join(f"{year}-06-10,,100000,,2\n" for year in range(2012, 2018))
    + "2018-11-23,,50000,,2\n"
).encode()


def test_three_answers() -> None:
    run = motocho(
        "claim", "check", "--began", "H15.3", "--paid-off", "2019-05", "--lender", "アコム",
        "--on", "2026-11-23", "--json",
    )  # fmt: skip
    document = run.document
    assert (document["verdict"], document["see_professional"]) == ("likely", False)
    assert document["lenders"] == [{"id": "acom", "name": "アコム株式会社", "status": "confirmed"}]
    assert {each["key"] for each in document["reasons"]} >= {"in_time", "no_promise"}


@pytest.mark.parametrize(("language", "says"), [("ja", "約束ではありません"), ("en", "no promise")])
def test_three_answers_in_words(language: str, says: str) -> None:
    run = motocho("claim", "check", "--began", "2003", "--lender", "アコム", "--lang", language)
    assert (run.code, says in run.text) == (0, True)


def test_the_seeds_example_in_both_scenarios() -> None:
    run = motocho("claim", "clock", "-", "--as-of", "2026-11-23", "--json", stdin=SEED)
    joined, separate = run.document["clocks"]
    assert (joined["scenario"], separate["scenario"]) == ("一連", "分断")
    assert joined["counts"][0]["losses"][0]["last_on"] == "2028-11-23"
    assert joined["lost_yen"] == {"claimant": 0, "lender": 0}
    assert separate["counts"][0]["losses"][0]["last_on"] == "2021-11-23"
    assert separate["counts"][0]["losses"][0]["state"] == "lost"
    assert separate["lost_yen"]["claimant"] == separate["dealings"][0]["overpayment_yen"]


def test_what_holds_time_is_told() -> None:
    run = motocho(
        "claim", "clock", "-", "--as-of", "2028-11-01", "--demanded", "2028-10-01",
        "--stopped", "2015-01-01", "--lang", "en", stdin=SEED,
    )  # fmt: skip
    assert "2029-04-01" in run.text
    assert "stopped lending on 2015-01-01" in run.text


def test_outlook_has_every_part() -> None:
    run = motocho(
        "claim", "outlook", "-", "--as-of", "2026-11-23", "--lender", "acom", "--offer",
        "2026-11-01:500000", "--offer", "0", "--shopping", "1万", "--json", stdin=SEED,
    )  # fmt: skip
    document = run.document
    assert [each["offered_yen"] for each in document["settling"]["rounds"]] == [500_000, 0]
    assert document["settling"]["rounds"][1]["warnings"][0]["key"] == "trap_zero"
    assert document["bureau"]["record"] == "none"
    assert {"clocks", "line", "tax", "costs", "durations", "professional"} <= document.keys()
    for language in ("ja", "en"):
        text = motocho(
            "claim", "outlook", "-", "--as-of", "2026-11-23", "--offer", "0", "--lang", language,
            stdin=SEED,
        ).text  # fmt: skip
        assert text.count("==") == 8


def test_what_was_paid_back_leaves_the_rest() -> None:
    """By law interest is met first; as both agreed, the overpayment."""
    base = ("claim", "outlook", "-", "--as-of", "2026-11-23", "--json")
    whole = motocho(*base, stdin=SEED).document
    paid = ("--paid-back", "2026-11-20/1000")
    by_law = motocho(*base, *paid, stdin=SEED).document
    agreed = motocho(*base, *paid, "--to-overpayment", stdin=SEED).document
    in_dispute = [each["line"]["amount_in_dispute_yen"] for each in (whole, by_law, agreed)]
    assert in_dispute == [in_dispute[0], in_dispute[0], in_dispute[0] - 1_000]
    assert by_law["paid_back"][0]["interest_yen"] == 1_000
    assert agreed["paid_back"][0]["overpayment_yen"] == 1_000


@pytest.mark.parametrize(
    ("on", "paper", "electronic"), [("2026-05-20", None, None), ("2026-05-21", 15_810, 14_710)]
)
def test_costs_on_both_sides_of_the_flat_part(
    on: str, paper: int | None, electronic: int | None
) -> None:
    run = motocho("claim", "costs", "--amount-in-dispute", "105万", "--on", on, "--json")
    totals = {each["route"]: each["total_yen"] for each in run.document["actions"]}
    assert totals.get("paper") == paper
    assert totals.get("electronic") == electronic


def test_a_lender_is_told_with_what_the_seed_says_and_what_is_newer() -> None:
    (acom,) = motocho("claim", "lender", "アコム", "--json").document["lenders"]
    assert [each["now"] for each in acom["addresses"]] == ["past", "present"]
    assert acom["representative"] == "certificate"
    assert {each["product"] for each in acom["guarantees"]} == {"じぶんローン", "バンクイック"}
    assert "港区東新橋" in motocho("claim", "lender", "acom").text


@pytest.mark.parametrize(
    ("arguments", "code", "fault"),
    [
        (("check", "--began", "むかし", "--lender", "アコム"), 2, "DAT-"),
        (("check", "--began", "2005", "--paid-off", "2004", "--lender", "アコム"), 2, "PRS-002"),
        (("costs", "--amount-in-dispute", "0"), 2, "LAW-042"),
        (("costs", "--amount-in-dispute", "1", "--on", "2000-01-01"), 6, "LAW-001"),
        (("lender", "だれか"), 4, "LAW-044"),
        (("outlook", EXAMPLES / "history.csv", "--offer", "-5"), 2, "PRS-003"),
        (("outlook", EXAMPLES / "history.csv", "--paid-back", "1000"), 3, "PLD-011"),
        (("clock", EXAMPLES), 2, "USE-"),
        (("clock", EXAMPLES / "none.csv"), 4, "USE-"),
    ],
)
def test_faults_have_their_codes(arguments: tuple[str | Path, ...], code: int, fault: str) -> None:
    run = motocho("claim", *arguments, "--json")
    assert run.code == code
    assert run.document["faults"][0]["code"].startswith(fault)


def test_a_bad_history_is_exit_3() -> None:
    run = motocho("claim", "clock", "-", "--json", stdin=b"date,borrow,repay\nx,1,\n")
    assert (run.code, bool(run.document["faults"])) == (3, True)
