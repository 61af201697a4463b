"""`motocho fee` as the contract has it."""

from __future__ import annotations

import pytest
from tests.cli.command import motocho


def test_before_the_flat_part() -> None:
    run = motocho("fee", "--amount-in-dispute", "1050000", "--on", "2025-04-01", "--json")
    document = run.document
    assert document.pop("citations")
    assert document == {
        "schema_version": 1,
        "on": "2025-04-01",
        "amount_in_dispute_yen": 1_050_000,
        "court": "summary",
        "court_ja": "簡易裁判所",
        "filing_fee_yen": 11_000,
        "routes": [
            {
                "route": "paper",
                "postage_yen": None,
                "postage_rule": "set_by_court",
                "total_yen": None,
            }
        ],
        "scrivener_may_act": True,
        "unverified": [],
    }


def test_with_the_flat_part() -> None:
    document = motocho(
        "fee", "--amount-in-dispute", "140万", "--on", "2026-05-21", "--json"
    ).document
    totals = {route["route"]: route["total_yen"] for route in document["routes"]}
    assert totals == {"paper": 14_500, "electronic": 13_400}
    assert {route["flat_part_yen"] for route in document["routes"]} == {2_500, 1_400}


def test_district_court_above_the_line() -> None:
    document = motocho(
        "fee", "--amount-in-dispute", "1400001", "--on", "2026-05-21", "--json"
    ).document
    assert (document["court"], document["scrivener_may_act"]) == ("district", False)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_text(language: str) -> None:
    run = motocho("fee", "--amount-in-dispute", "105万", "--on", "2026-11-21", "--lang", language)
    assert "13,500" in run.text
    assert "12,400" in run.text
