"""Assumptions: public forms, precedence, and every fault with its fix."""

from __future__ import annotations

from typing import Any

import pytest

from motocho.claims import assumptions as assumed
from motocho.claims.assumptions import PRESETS, Assumptions, read, values_of
from motocho.law import interest
from motocho.units.errors import Language, Unread


def test_defaults_are_the_first_values_of_the_contract() -> None:
    document = Assumptions().document()
    for key in document:
        if values_of(key):
            assert document[key] == values_of(key)[0], key
    assert document["overpayment_rate"] == "0.05"


def test_default_rate_is_the_statutory_rate_of_its_time() -> None:
    assert Assumptions().overpayment_rate_ppm == interest.statutory_interest_rows()[0].ppm


@pytest.mark.parametrize("key", [key for key in assumed.KEYS if values_of(key)])
def test_every_value_reads_back(key: str) -> None:
    for value in values_of(key):
        reading = read({key: value})
        assert not reading.faults
        assert reading.assumptions.document()[key] == value


def test_document_reads_back_whole() -> None:
    stated = {
        "contract_rates": [["1999-01-01", "0.292"], ["2007-06-18", "0.18"]],
        "delay_periods": [
            {"from_on": "2001-01-01", "to_on": "2001-02-01", "contract_rate": "0.2628"},
            {"from_on": "2003-01-01", "to_on": None},
        ],
        "overpayment_rate": "0.03",
        "ceiling_rule": "floating",
    }
    document = read(stated).assumptions.document()
    assert {key: document[key] for key in stated} == stated
    assert read(document).assumptions.document() == document


@pytest.mark.parametrize("name", PRESETS)
def test_presets_read_without_fault(name: str) -> None:
    reading = read(PRESETS[name])
    assert not reading.faults
    assert "contract_rates" not in PRESETS[name]


def test_court_preset_puts_every_choice_back() -> None:
    changed = read({key: values_of(key)[-1] for key in assumed.KEYS if values_of(key)}).assumptions
    back = read(PRESETS["court"], onto=changed).assumptions
    plain = Assumptions().document()
    differing = {key for key, value in back.document().items() if value != plain[key]}
    assert differing == {"lender_kind"}


@pytest.mark.parametrize(
    ("stated", "code", "proposed"),
    [
        ({"year_basis": "365"}, "ASM-005", None),
        ({"year_basis": "fixed-365"}, "ASM-005", "fixed_365"),
        ({"year_basis": 365}, "ASM-005", None),
        ({"year_base": "calendar"}, "ASM-004", "year_basis"),
        ({"overpayment_rate": 0.05}, "RAT-101", "0.05"),
        ({"overpayment_rate": "5%"}, "RAT-003", "0.05"),
        ({"overpayment_rate": "0.0500001"}, "RAT-004", None),
        ({"contract_rates": "0.18"}, "ASM-007", None),
        ({"contract_rates": [["2001-01-01"]]}, "ASM-007", None),
        ({"contract_rates": [["S64.1.8", "0.18"]]}, "DAT-003", "1989-01-08"),
        ({"contract_rates": [[20010101, "0.18"]]}, "ASM-006", None),
        ({"contract_rates": [["2001-01-01", "0.1"], ["2001-01-01", "0.2"]]}, "ASM-008", None),
        ({"delay_periods": {}}, "ASM-009", None),
        ({"delay_periods": [{"to_on": "2001-01-01"}]}, "ASM-009", None),
        ({"delay_periods": [{"from_on": "2001-01-01", "until": None}]}, "ASM-004", None),
        ({"delay_periods": [{"from_on": "2001-02-01", "to_on": "2001-01-01"}]}, "ASM-010", None),
        (
            {
                "delay_periods": [
                    {"from_on": "2001-01-01", "to_on": None},
                    {"from_on": "2002-01-01", "to_on": None},
                ]
            },
            "ASM-011",
            None,
        ),
        (
            {
                "ceiling_rule": "none",
                "delay_periods": [{"from_on": "2001-01-01", "to_on": None}],
            },
            "ASM-012",
            None,
        ),
        ([], "ASM-003", None),
        ("calendar", "ASM-003", None),
    ],
)
def test_faults_say_what_and_propose(stated: Any, code: str, proposed: str | None) -> None:
    faults = read(stated).faults
    assert [fault.code for fault in faults] == [code]
    assert faults[0].proposed == proposed
    for language in Language:
        assert faults[0].what(language)
        assert faults[0].fix(language)


def test_all_faults_are_listed_at_once() -> None:
    stated = {"year_basis": "x", "nonsense": 1, "overpayment_rate": 5, "rounding": "half_up"}
    reading = read(stated)
    assert [fault.column for fault in reading.faults] == [
        "year_basis",
        "nonsense",
        "overpayment_rate",
    ]
    assert reading.assumptions.rounding.public_name == "half_up"


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("year_basis=fixed_365", ("year_basis", "fixed_365")),
        ('year_basis="fixed_365"', ("year_basis", "fixed_365")),
        ("overpayment_rate=0.03", ("overpayment_rate", "0.03")),
        ('contract_rates=[["2001-01-01","0.1"]]', ("contract_rates", [["2001-01-01", "0.1"]])),
        ("note=a=b", ("note", "a=b")),
    ],
)
def test_settings_of_the_command_line(text: str, setting: tuple[str, Any]) -> None:
    assert assumed.setting(text) == setting


@pytest.mark.parametrize("text", ["year_basis", "=x", "delay_periods=[{", '"'])
def test_settings_that_cannot_be_read(text: str) -> None:
    assert isinstance(assumed.setting(text), Unread)
