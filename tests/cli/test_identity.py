"""`motocho identity …`: what counts on a day, a duty from a day on, records with their last day."""

from __future__ import annotations

import pytest
from tests.cli.at_book import Command
from tests.cli.command import motocho
from tests.database import Database
from tests.loans.crowd import do
from tests.loans.desk import Desk
from tests.people.house import rows
from tests.screening.identity.test_papers import JPKI, SELF
from tests.screening.identity.test_records import AT

from motocho.cli.lending import identity as command_of
from motocho.contact.holds import Source
from motocho.people import members
from motocho.screening import identity
from motocho.screening.identity import Evidence, Method, Paper


@pytest.mark.rule("KYC-003")
@pytest.mark.parametrize(("on", "is_open", "card"), [
    ("2025-12-01", True, "pair"), ("2025-12-02", True, "not_accepted"),
    ("2027-03-31", True, "not_accepted"), ("2027-04-01", False, "not_accepted"),
])  # fmt: skip
def test_what_counts_on_a_day(database: Database, on: str, is_open: object, card: str) -> None:
    found = Command(database)("identity", "accepted", "--on", on, "--json").document
    assert found["methods"]["photo_of_document"] is is_open
    assert found["methods"]["public_key_certificate"] is True
    assert found["papers"]["health_insurance_card"] == card


def test_it_needs_no_database_and_says_it_in_words() -> None:
    said = motocho("identity", "accepted", "--on", "2026-11-23")
    assert said.code == 0
    assert "健康保険証" in said.text
    assert "2026-05-23以後" in said.text
    english = motocho("identity", "accepted", "--on", "2026-11-23", "--lang", "en")
    assert "certificate of the card" in english.text
    assert motocho("identity", "accepted", "--on", "x").code == 2


def test_every_paper_and_way_has_its_words() -> None:
    assert set(command_of.PAPERS) == {one.value for one in Paper}
    assert set(command_of.METHODS) == {one.value for one in Method}
    assert set(command_of.COUNTS) == {one.value for one in identity.CountsAs}


def test_duty_and_records_of_a_member(database: Database) -> None:
    desk, command = Desk(), Command(database)
    number = str(desk.do(members.one, desk.member_id).member_number)
    assert "ありません" in command.done("identity", "show", number).text
    do(identity.keep, desk.member_id, Evidence(SELF, JPKI), Source("staff 3", "f"), AT)
    found = command.done("identity", "show", number, "--json").document
    assert (found["records"][0]["method"], found["kept_until"]) == (
        "public_key_certificate", "2033-11-21",
    )  # fmt: skip
    desk.open(AT.date())
    assert "契約中" in command.done("identity", "show", number).text
    assert "2026-04-01" in command.done("identity", "require", "2026-04-01").text
    assert "2026-04-01" in command.done("identity", "require", "2026-05-01").text
    assert rows("SELECT from_on::text FROM screening_identity_duty") == [("2026-04-01",)]
