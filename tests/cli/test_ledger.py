"""`motocho ledger …` on a real database."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.cli.command import motocho
from tests.cli.test_close import YESTERDAY, Command
from tests.close.book import Lender
from tests.database import Database

from motocho.outside.postgres import Role


@pytest.fixture
def command(database: Database, tmp_path: Path) -> Command:
    """A closed day with a draw, and a receipt of the day after."""
    lender = Lender(tmp_path, YESTERDAY)
    key = lender.open(YESTERDAY)
    lender.draw(key, 100_000, YESTERDAY)
    lender.close(YESTERDAY)
    lender.receive(key, 10_000, YESTERDAY + timedelta(days=1))
    return Command(database, tmp_path)


def test_verify_agrees_with_the_seals_kept_outside(command: Command) -> None:
    run = command.done("ledger", "verify", "--json")
    document = run.document
    line = (command.folder / "seals.txt").read_text().strip()
    assert (document["entries"], document["days"], document["kept_outside"]) == (2, 1, True)
    assert document["head"] == line
    assert "食い違いはありません" in command.done("ledger", "verify").text


def test_verify_finds_what_the_owner_changed(command: Command, database: Database) -> None:
    with database.connect(Role.OWNER) as owner:
        owner.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
        owner.execute("UPDATE ledger_entry SET reason = 'x' WHERE entry_id = 1")
    run = command("ledger", "verify", "--json")
    assert (run.code, [fault["code"] for fault in run.document["faults"]]) == (3, ["LDG-004"])


def test_verify_finds_a_seal_that_was_made_anew(command: Command) -> None:
    path = command.folder / "seals.txt"
    path.write_text(path.read_text().replace(" 1 ", " 2 "))
    run = command("ledger", "verify", "--json")
    assert (run.code, [fault["code"] for fault in run.document["faults"]]) == (3, ["LDG-005"])
    path.write_text("nonsense\n")
    run = command("ledger", "verify", "--json")
    assert (run.code, [fault["code"] for fault in run.document["faults"]]) == (3, ["CLS-022"])


def test_trial_balance_now_and_then(command: Command) -> None:
    now = command.done("ledger", "trial", "--json").document
    assert now["debit_yen"] == now["credit_yen"]
    principal = {row["account"]: row["balance_yen"] for row in now["accounts"]}[1100]
    before = command.done("ledger", "trial", "--as-of", str(YESTERDAY), "--json").document
    assert {row["account"]: row["balance_yen"] for row in before["accounts"]} == {
        1010: -100_000,
        1100: 100_000,
    }
    assert 90_000 < principal < 90_100
    assert "営業貸付金" in command.done("ledger", "trial").text
    assert "Loans, principal" in command.done("ledger", "trial", "--lang", "en").text
    none = command.done("ledger", "trial", "--known-at", "2000-01-01T00:00", "--json").document
    assert none["accounts"] == []
    assert command.refused(2, "ledger", "trial", "--known-at", "soon") == "CLS-006"


@pytest.mark.parametrize("form", ["hledger", "ledger", "beancount"])
def test_export_to_stdout_and_to_a_file(command: Command, form: str, tmp_path: Path) -> None:
    text = command.done("ledger", "export", "--form", form).text
    path = tmp_path / "out.txt"
    document = command.done("ledger", "export", "--form", form, "-o", path, "--json").document
    assert (document["form"], document["path"]) == (form, str(path))
    assert path.read_text(encoding="utf-8") == text
    assert text.count(" JPY\n") > 4
    assert not list(tmp_path.glob("*.part"))


def test_export_says_what_it_needs(command: Command, tmp_path: Path) -> None:
    assert command.refused(2, "ledger", "export") == "CLS-007"
    missing = tmp_path / "no" / "folder.txt"
    assert command.refused(7, "ledger", "export", "-o", missing) == "CLS-008"


def test_without_a_database_the_command_says_so(tmp_path: Path) -> None:
    run = motocho("ledger", "trial", "--json", DATABASE_URL="postgresql://127.0.0.1:1/none")
    assert (run.code, run.document["faults"][0]["code"]) == (7, "DBS-011")
