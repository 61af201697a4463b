"""`motocho register …`: the book of a contract as a file, who is due, clocks, partners, the staff list."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from tests.cli.at_book import Command
from tests.database import Database
from tests.loans.crowd import do
from tests.loans.desk import Desk
from tests.office.test_registers_duties import CALLS, HACKED, ME, OFFICE, entry
from tests.people.conftest import pepper
from tests.people.house import SATO, House

from motocho.office import registers
from motocho.outside.clock import JAPAN
from motocho.people import members
from motocho.people.access import Role

__all__ = ["pepper"]

AT = datetime(2026, 11, 21, 12, tzinfo=JAPAN)
ON = "2026-11-21"


@pytest.fixture
def desk(database: Database) -> Desk:
    del database
    return Desk()


def test_book_is_one_file_with_its_digest(database: Database, desk: Desk, tmp_path: Path) -> None:
    command, out = Command(database), tmp_path / "book.csv"
    key = desk.open(date(2026, 9, 1))
    desk.draw(key, 100_000, date(2026, 9, 2))
    number = str(do(members.one, desk.member_id).member_number)
    document = command.done("register", "books", number, "--on", ON, "--json").document
    assert [one["kind"] for one in document["money"]] == ["draw"]
    told = command.done("register", "books", number, "--on", ON, "--out", out)
    assert document["digest"] in told.text
    assert document["digest"] in out.read_text(encoding="utf-8")
    kept = command.done("register", "retention", number, "--json").document
    assert kept["retention"][0]["until_on"] == ""
    assert command.done("register", "retention", "--json").document["retention"] == []


def test_clocks_partners_and_staff_are_shown(database: Database, desk: Desk) -> None:
    del desk
    command = Command(database)
    do(registers.note_leak, HACKED, ME, AT)
    do(registers.list_partner, CALLS, ME, AT)
    do(registers.open_branch, OFFICE)
    do(registers.write_entry, entry(1), ME, AT)
    (leak,) = command.done("register", "incidents", "--on", ON, "--json").document["incidents"]
    assert (leak["prompt_by"], leak["final_by"]) == ("2026-11-05", "2026-12-30")
    assert leak["late"]
    (report,) = command.done("register", "reports", "--on", "2026-11-15", "--json").document[
        "reports"
    ]
    assert (report["due_on"], report["late"]) == ("2026-11-15", "")
    late = command.done("register", "reports", "--on", "2026-11-16").text
    assert "2026-11-15" in late
    assert "calls" in command.done("register", "partners").text
    staff = command.done("register", "staff", "tokyo", "--on", ON, "--json").document
    assert (staff["needed"], staff["chiefs"]) == (1, 0)
    cure = date(2026, 11, 1) + timedelta(days=14)
    assert staff["cure_by"] == cure.isoformat()
    assert str(cure) in command.done("register", "staff", "tokyo", "--on", ON).text


@pytest.mark.rule("PRIV-006")
def test_folders_and_what_is_left_of_the_erased_are_for_who_reads_registers(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTOCHO_HOME", str(tmp_path))
    command, at = Command(database), datetime(2015, 1, 1, 12, tzinfo=JAPAN)
    for name, role in (("mori", Role.SUPERVISOR), ("ota", Role.OPERATOR)):
        House().colleague(name, role)
    member_id = do(members.register, SATO, "00000007", at).member_id
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "AB.txt").write_text("x")
    listed = command.done("register", "files", "--by", "mori", "--json").document["files"]
    found = {one["folder"]: one for one in listed}
    assert (found["reports"]["lying"], found["reports"]["days"]) == (1, 30)
    assert (found["backups"]["days"], found["by_hand"]["lying"]) == (None, None)
    assert "bureau/out" in command.done("register", "files", "--by", "mori").text
    assert command("register", "files", "--by", "ota").code != 0
    assert command.done("register", "erased", "--by", "mori", "--json").document["erased"] == []
    assert command("register", "erased", str(member_id), "--by", "mori").code != 0
    do(registers.ask_erasure, member_id, "staff 1", AT)
    do(registers.erase, member_id, "staff 2", AT)
    (one,) = command.done("register", "erased", "--by", "mori", "--json").document["erased"]
    assert (one["member_id"], one["files"]) == (member_id, "waiting")
    registers.forget_files(member_id, AT)
    (one,) = command.done("register", "erased", "--by", "mori", "--json").document["erased"]
    assert (one["files"], one["many_until_on"]) == ("gone", "2027-02-19")
    left = command.done("register", "erased", str(member_id), "--by", "mori", "--json").document
    states = {each["folder"]: each["left"] for each in left["erased"]}
    assert (states["mail"], states["bureau/out"], states["by_hand"]) == ("gone", "until", "by_hand")
