"""The ledger in other programs' forms: what they add up is the trial balance."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import subprocess
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import connection, transaction
from tests.database import Database
from tests.loans.desk import Desk, days

from motocho.ledger import balances, posting
from motocho.ledger.chart import HOUSE, Account, Leg
from motocho.ledger.export import Form, account_name, export
from motocho.ledger.posting import Entry
from motocho.loans import commands

JAN_5 = date(2026, 1, 5)
POSTED, PENDING = "*", "!"


@pytest.fixture
def book(database: Database) -> Desk:
    """Draws, receipts, a late one that reposts, a reversal, transfers pending, posted and failed."""
    desk = Desk()
    keys = [desk.open(JAN_5, member_id=desk.member()) for _ in range(4)]
    for key in keys:
        desk.draw(key, 100_000, JAN_5)
    desk.receive(keys[0], 30_000, JAN_5 + days(40))
    desk.receive(keys[0], 10_000, JAN_5 + days(20), JAN_5 + days(41))
    paid = desk.receive(keys[1], 5_000, JAN_5 + days(10))
    desk.do(commands.reverse, keys[1], paid.event_no, 'a, "wrong" one; really', desk.made(JAN_5 + days(12)))  # fmt: skip
    for outcome in ("pending", "arrived", "failed"):
        entry = desk.do(commands.send_draw, keys[2], 20_000, desk.made(JAN_5 + days(1)))
        if outcome == "arrived":
            desk.do(
                commands.draw_arrived, keys[2], entry, JAN_5 + days(2), desk.made(JAN_5 + days(2))
            )
        if outcome == "failed":
            desk.do(commands.draw_failed, keys[2], entry, desk.made(JAN_5 + days(2)))
    desk.do(commands.write_off, keys[3], desk.made(JAN_5 + days(30)))
    unusual = Entry(HOUSE, 0, "unknown_receipt", "bank", 'ref, with; "all"\nof it\\', JAN_5, JAN_5,
                    datetime(2026, 1, 5, 3, tzinfo=UTC),
                    (Leg(Account.BANK, Account.UNKNOWN_RECEIPTS, 7),))  # fmt: skip
    desk.do(posting.post, [unusual])
    return desk


def text_of(form: Form) -> str:
    with transaction.atomic(), connection.cursor() as cursor:
        return "".join(export(cursor, form))


def trial() -> tuple[dict[str, int], dict[str, int]]:
    """Posted and pending balances by the number of the account, debits positive."""
    with connection.cursor() as cursor:
        found = balances.trial_balance(cursor)
    posted = {str(int(account)): one.debit_yen - one.credit_yen for account, one in found.items()}
    pending = {
        str(int(account)): one.pending_debit_yen - one.pending_credit_yen
        for account, one in found.items()
    }
    return not_zero(posted), not_zero(pending)


def not_zero(sums: dict[str, int]) -> dict[str, int]:
    return {account: yen for account, yen in sums.items() if yen}


HEAD = re.compile(r"(\d{4}-\d\d-\d\d) ([*!]) ")
POSTING = re.compile(r"[ ]{2,4}([A-Z]\S*:(\d{4}).*?)[ ]{2,}(-?\d+) JPY")


def read(text: str, mark: str) -> dict[str, int]:
    """A reader that knows nothing of the writer: postings under heads with a mark, added up."""
    sums: Counter[str] = Counter()
    current = ""
    for line in text.splitlines():
        if head := HEAD.match(line):
            current = head[2]
        elif (posting_ := POSTING.fullmatch(line)) and current == mark:
            sums[posting_[2]] += int(posting_[3])
    return not_zero(dict(sums))


@pytest.mark.parametrize("form", Form)
def test_a_small_reader_reaches_the_trial_balance(book: Desk, form: Form) -> None:
    posted, pending = trial()
    text = text_of(form)
    assert read(text, POSTED) == posted
    assert read(text, PENDING) == pending
    assert pending == {"1010": -20_000, "1100": 20_000}


@pytest.mark.parametrize("form", Form)
def test_each_entry_stands_once_with_its_times(book: Desk, form: Form) -> None:
    text = text_of(form)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_entry")
        (entries,) = cursor.fetchone()
    told = len(re.findall(r"^; entry \d+ (?:voids|draw .* settled)", text, re.MULTILINE))
    assert (len(re.findall(HEAD, text)), told) == (entries - 3, 3)
    late = re.search(r"2026-01-25 \* .*\n(?:.*\n)*?.*booked: ?\"?2026-02-15", text)
    assert late, "value date as date, booking date beside it"


def test_text_comes_piece_by_piece(book: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = text_of(Form.HLEDGER)
    monkeypatch.setattr("motocho.ledger.export.AT_ONCE", 3)
    with transaction.atomic(), connection.cursor() as cursor:
        pieces = list(export(cursor, Form.HLEDGER))
    assert "".join(pieces) == whole
    assert max(map(len, pieces)) < 1_000


def test_an_empty_ledger_is_a_head(database: Database) -> None:
    assert text_of(Form.BEANCOUNT).count(" open ") == len(Account)


def test_accounts_have_both_names_and_stay_apart() -> None:
    for form in Form:
        names = {account_name(account, form) for account in Account}
        assert len(names) == len(Account)
    assert "営業貸付金 Loans, principal" in account_name(Account.PRINCIPAL)


# -------------------------------------------------------------------------------- outside programs
def by_program(program: str, text: str, path: Path, *arguments: str) -> str:
    """What a program makes of the journal; the test is skipped where the program is not installed."""
    if shutil.which(program) is None:
        pytest.skip(
            f"{program} is not installed here: scripts/outside_programs.sh asks Debian for it"
        )
    path.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C.UTF-8", "LEDGER_FILE": str(path)},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def numbers(rows: list[tuple[str, str]]) -> dict[str, int]:
    sums = {}
    for account, amount in rows:
        if found := re.search(r":(\d{4}) ", account):
            sums[found[1]] = int(amount.replace(",", "").replace("JPY", ""))
    return not_zero(sums)


@pytest.mark.parametrize(("status", "mark"), [("--cleared", 0), ("--pending", 1)])
def test_hledger_reaches_the_trial_balance(
    book: Desk, tmp_path: Path, status: str, mark: int
) -> None:
    path = tmp_path / "ledger.journal"
    said = by_program("hledger", text_of(Form.HLEDGER), path, "-f", str(path), "balance", "--flat",
                      "--no-total", status, "-O", "csv")  # fmt: skip
    rows = [(row[0], row[1]) for row in csv.reader(io.StringIO(said))][1:]
    assert numbers(rows) == trial()[mark]


def test_hledger_finds_no_fault(book: Desk, tmp_path: Path) -> None:
    path = tmp_path / "ledger.journal"
    by_program("hledger", text_of(Form.HLEDGER), path, "-f", str(path), "check", "--strict")


@pytest.mark.parametrize(("status", "mark"), [("--cleared", 0), ("--pending", 1)])
def test_ledger_reaches_the_trial_balance(
    book: Desk, tmp_path: Path, status: str, mark: int
) -> None:
    path = tmp_path / "ledger.dat"
    said = by_program("ledger", text_of(Form.LEDGER), path, "-f", str(path), "balance", "--flat",
                      "--no-total", status, "--format", "%(account)\t%(display_total)\n")  # fmt: skip
    rows = [(account, total) for account, total in (line.split("\t") for line in said.splitlines())]
    assert numbers(rows) == trial()[mark]


def test_beancount_finds_no_fault(book: Desk, tmp_path: Path) -> None:
    path = tmp_path / "ledger.beancount"
    by_program("bean-check", text_of(Form.BEANCOUNT), path, str(path))
