"""`motocho close …`, `motocho bank …` and `motocho worker …` on a real database."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo
from tests.cli.command import Run, motocho
from tests.close.book import Lender, query, today
from tests.close.lives import OURS
from tests.close.test_inbox import borrower
from tests.close.test_run import spoil
from tests.database import Database

from motocho.outside import clock
from motocho.outside.bank import BankLine, BankStatement, StatementKind, write_statements
from motocho.outside.postgres import Role

YESTERDAY = clock.business_date() - timedelta(days=1)
"""The command closes real days that are over, so that the book of these tests begins yesterday."""


class Command:
    """`motocho …` on one database, with its seals in a folder of the test's."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._url = make_conninfo(**database.address.parameters)
        self.folder = folder

    def __call__(self, *arguments: str | Path, stdin: bytes = b"") -> Run:
        return motocho(
            *arguments, stdin=stdin, DATABASE_URL=self._url, MOTOCHO_SEALS=str(self.folder)
        )

    def done(self, *arguments: str | Path, stdin: bytes = b"") -> Run:
        run = self(*arguments, stdin=stdin)
        assert run.code == 0, run.err
        return run

    def refused(self, code: int, *arguments: str | Path) -> str:
        """A run that is refused with an exit code; gives the code of its first fault."""
        run = self(*arguments, "--json")
        assert run.code == code, run.err
        fault: str = run.document["faults"][0]["code"]
        return fault


@pytest.fixture
def command(database: Database, tmp_path: Path) -> Command:
    return Command(database, tmp_path)


@pytest.fixture
def lender(database: Database, tmp_path: Path) -> Lender:
    return Lender(tmp_path, YESTERDAY)


def test_a_book_begins_closes_and_tells(command: Command, database: Database) -> None:
    assert command.refused(4, "close", "status") == "CLS-001"
    assert command.refused(4, "close", "run") == "CLS-001"
    first = YESTERDAY - timedelta(days=1)
    assert command.done("close", "open", "--on", str(first), "--json").document == {
        "schema_version": 1,
        "business_on": first.isoformat(),
    }
    assert command.refused(8, "close", "open") == "CLS-002"
    closed = command.done("close", "run", "--json").document["closed"]
    assert [one["business_on"] for one in closed] == [str(first), str(YESTERDAY)]
    assert {step["step"] for step in closed[0]["steps"] if step["done"]} >= {
        "receipts",
        "next_date",
    }
    assert (command.folder / "seals.txt").read_text().count("\n") == 2
    assert command.done("close", "run").text == "締める日はありません\n"
    status = command.done("close", "status", "--json").document
    assert (status["business_on"], status["days_behind"]) == (str(clock.business_date()), 0)
    assert "業務日付" in command.done("close", "status").text


def test_a_day_that_is_not_over_is_not_closed(command: Command, lender: Lender) -> None:
    assert command.refused(6, "close", "run", "--until", str(clock.business_date())) == "CLS-004"
    assert today() == YESTERDAY


def test_until_a_day(command: Command, database: Database, tmp_path: Path) -> None:
    Lender(tmp_path, YESTERDAY - timedelta(days=3))
    until = YESTERDAY - timedelta(days=2)
    text = command.done("close", "run", "--until", str(until), "--lang", "en").text
    assert text.splitlines()[0].split() == ["Closed", "Looked", "at", "Changed", "Set", "aside", "Entries", "Yen"]  # fmt: skip
    assert today() == until + timedelta(days=1)


def test_what_is_set_aside_is_told_with_its_reason(
    command: Command, database: Database, lender: Lender
) -> None:
    key = lender.open(YESTERDAY)
    lender.draw(key, 10_000, YESTERDAY)
    spoil(database, key)
    run = command("close", "run")
    assert run.code == 0, run.err
    assert "保留" in run.err
    (parked, *_) = command.done("close", "parked", "--json").document["parked"]
    assert (parked["member_id"], parked["step"]) == (key.member_id, "due_dates")
    assert "invalid literal" in command.done("close", "parked").text


def test_an_imbalance_is_an_exit_code_and_every_fault(
    command: Command, database: Database, lender: Lender
) -> None:
    lender.draw(lender.open(YESTERDAY), 10_000, YESTERDAY)
    with database.connect(Role.OWNER) as owner:
        owner.execute("UPDATE ledger_balance SET debit_yen = debit_yen + 1 WHERE account = 1100")
    run = command("close", "run", "--json")
    assert run.code == 8
    assert {fault["code"] for fault in run.document["faults"]} == {"CLS-010", "CLS-011", "CLS-012"}
    assert today() == YESTERDAY


def test_report_and_tasks(command: Command, lender: Lender) -> None:
    key = lender.open(YESTERDAY - timedelta(days=35))
    lender.draw(key, 100_000, YESTERDAY - timedelta(days=35))
    command.done("close", "run")
    report = command.done("close", "report", "--json").document
    (row,) = report["rows"]
    assert (report["on"], row["product"], row["principal_yen"]) == (str(YESTERDAY), "card", 100_000)
    assert "100,000" in command.done("close", "report").text
    assert command.done("close", "report", "--on", "2020-01-01", "--json").document["rows"] == []
    found = command.done("close", "tasks", "--kind", "contract_document", "--json").document[
        "tasks"
    ]
    (task,) = found
    assert task["agreement_id"] == key.agreement_id
    done = command.done("close", "done", str(task["member_id"]), str(task["task_id"]))
    assert str(task["task_id"]) in done.text
    again = command.refused(8, "close", "done", str(task["member_id"]), str(task["task_id"]))
    assert again == "CLS-030"
    assert command.refused(2, "close", "tasks", "--kind", "nonsense") == "CLS-031"
    assert "contract_document" not in command.done("close", "tasks").text


# -------------------------------------------------------------------------------- bank and worker
def file_of(payers: list[tuple[str, int]], path: Path) -> Path:
    lines = tuple(
        BankLine(YESTERDAY, YESTERDAY, amount, number=str(place), payer_name=name)
        for place, (name, amount) in enumerate(payers, start=1)
    )
    days = (YESTERDAY, YESTERDAY, YESTERDAY)
    path.write_bytes(write_statements([BankStatement(StatementKind.MOVEMENTS, OURS, *days, lines)]))
    return path


@pytest.fixture
def borrower_of_february(lender: Lender) -> tuple[int, int]:
    member_id, agreement_id = borrower(lender, "キュウヨ", "イチロウ")
    return member_id, agreement_id


def test_a_file_is_taken_in_booked_and_its_rest_settled(
    command: Command, borrower_of_february: tuple[int, int], tmp_path: Path
) -> None:
    payers = [("ｷﾕｳﾖ ｲﾁﾛｳ", 5_000), ("ﾀﾞﾚｶ", 700), ("ﾍﾞﾂﾉ ﾋﾄ", 800)]
    file = file_of(payers, tmp_path / "a.txt")
    loaded = command.done("bank", "load", file, "--json").document
    assert (loaded["new"], loaded["known"]) == (3, 0)
    assert "受付済み3件" in command.done("bank", "load", file).text
    command.done("close", "run")
    lines = command.done("bank", "exceptions", "list", "--json").document["lines"]
    assert [(line["code"], line["amount_yen"], line["is_booked"]) for line in lines] == [
        ("BNK-080", 700, True),
        ("BNK-080", 800, True),
    ]
    assert "ﾀﾞﾚｶ" in command.done("bank", "exceptions", "list").text
    ((number,),) = query(
        "SELECT member_number FROM people_member WHERE member_id = %s", borrower_of_february[0]
    )
    first, second = (str(line["line_id"]) for line in lines)
    agreement = str(borrower_of_february[1])
    wide = number.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
    command.done("bank", "exceptions", "assign", first, wide, "--agreement", agreement)
    assert command.refused(8, "bank", "exceptions", "return", first) == "CLS-042"
    assert "お金は動いていません" in command("bank", "exceptions", "return", first).err
    assert command.refused(8, "bank", "exceptions", "dismiss", second, "--note", "x") == "CLS-044"
    command.done("bank", "exceptions", "return", second)
    assert command.done("bank", "exceptions", "list", "--json").document["lines"] == []
    assert query("SELECT status FROM close_bank_line ORDER BY line_id") == [
        ("received",),
        ("assigned",),
        ("returned",),
    ]


def test_a_broken_file_is_refused_with_its_faults(command: Command, lender: Lender) -> None:
    run = command("bank", "load", "-", "--json", stdin=b"no bank's file")
    assert run.code == 3
    assert query("SELECT count(*) FROM close_bank_line") == [(0,)]


def test_the_worker_books_lines_at_once(
    command: Command, borrower_of_february: tuple[int, int], tmp_path: Path
) -> None:
    command.done("bank", "load", file_of([("ｷﾕｳﾖ ｲﾁﾛｳ", 5_000)], tmp_path / "a.txt"), "--now")
    command.done("worker", "run", "--once")
    assert query("SELECT status FROM close_bank_line") == [("received",)]
    assert command.done("worker", "failed").text == "失敗したジョブはありません\n"


def test_a_failed_job_is_shown_and_given_back(
    command: Command, database: Database, lender: Lender
) -> None:
    with database.connect() as app:
        app.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status)"
            """ VALUES ('default', 'inbox.take_line', '{"line_id": 999}', 'failed')"""
        )
    (job,) = command.done("worker", "failed", "--json").document["jobs"]
    assert (job["name"], job["ids"]) == ("inbox.take_line", {"line_id": 999})
    assert "inbox.take_line" in command.done("worker", "failed", "--lang", "en").text
    command.done("worker", "retry", str(job["job_id"]))
    assert command.refused(4, "worker", "retry", str(job["job_id"])) == "QUE-001"
    assert command.done("worker", "run", "--once", "--json").document["state"] == "stopped"
    assert query("SELECT status FROM procrastinate_jobs") == []
