"""`motocho papers …`: what waits for the post is written with its address, and goes once."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from tests.cli.at_book import Command
from tests.database import Database
from tests.documents.test_statutory import Lender
from tests.loans.crowd import do
from tests.people.conftest import house, pepper
from tests.people.house import House, kinds_of, rows

from motocho.loans import commands
from motocho.loans.commands import Key
from motocho.outside import clock
from motocho.outside.postgres import Role

__all__ = ["house", "pepper"]


@pytest.fixture
def lender(house: House, database: Database) -> Lender:  # pytest's way to ask
    made = Lender(house, database)
    made.open()
    made.follow()
    return made


def test_letters_are_listed_written_and_posted_once(
    lender: Lender, database: Database, tmp_path: Path
) -> None:
    command = Command(database)
    listed = json.loads(command.done("papers", "queue", "--json").out)
    assert [one["kind"] for one in listed["letters"]] == ["contract"]
    folder = tmp_path / "letters"
    assert "1通を書き出しました" in command.done("papers", "print", folder).out.decode()
    (row,) = csv.DictReader(io.StringIO((folder / "letters.csv").read_text()))
    assert (row["name"], row["postcode"]) == ("佐藤 花子", "1000001")
    pages = (folder / row["file"]).read_bytes()
    assert sha256(pages).hexdigest() == row["sha256"]
    assert (folder / row["file"]).stat().st_mode & 0o077 == 0
    assert (
        "1通を発送済み"
        in command.done("papers", "posted", folder, "--actor", "tanaka").out.decode()
    )
    assert "0通を発送済み" in command.done("papers", "posted", folder).out.decode()
    assert "0件" in command.done("papers", "queue").out.decode()
    assert kinds_of(lender.member_id)[-1] == "paper_posted"


_PAPERS = """
INSERT INTO documents_paper (member_id, agreement_id, event_no, kind, cause, title, stated, road,
    consent_no, period_last_on, dated_on, digest, sealed, pepper_id, corrects_no, delivered_at)
SELECT member_id, agreement_id, event_no, kind, cause || ' copy ' || n, title, stated, road,
    consent_no, period_last_on, dated_on, digest, sealed, pepper_id, corrects_no, delivered_at
FROM documents_paper, generate_series(1, 1000) n WHERE kind = 'contract'
"""
_QUEUED = """
INSERT INTO documents_post (member_id, paper_no, queued_at, reason)
SELECT member_id, paper_no, delivered_at - interval '1 day', 'asked' FROM documents_paper
WHERE cause LIKE '% copy %'
"""


@pytest.mark.usefixtures("lender")
def test_many_letters_hide_none(database: Database) -> None:
    """The one that came last stands behind a thousand that nobody posts."""
    with database.connect(autocommit=True) as there:
        there.execute(_PAPERS)
        there.execute(_QUEUED)
    found = json.loads(Command(database).done("papers", "queue", "--json").out)["letters"]
    assert len(found) == 1_001
    assert len({one["paper_no"] for one in found}) == 1_001


@pytest.mark.rule("DOC-008")
def test_contract_paper_is_held_listed_enclosed_and_posted_once(
    lender: Lender, database: Database, tmp_path: Path
) -> None:
    command, number = Command(database), lender.member.member_number
    folder = tmp_path / "first"
    command.done("papers", "print", folder)
    command.done("papers", "posted", folder)
    assert "契約書の保管を記録しました" in command.done("papers", "hold", number).out.decode()
    again = json.loads(command.done("papers", "hold", number, "--json").out)
    assert (again["member_id"], again["is_new"]) == (lender.member_id, False)
    (agreement_id,) = rows("SELECT agreement_id FROM loan_agreement")[0]
    key = Key(lender.member_id, agreement_id)
    today = clock.business_date()
    do(commands.close_agreement, key, lender.desk.made(today))
    lender.follow(clock.now())
    (listed,) = json.loads(command.done("papers", "queue", "--json").out)["letters"]
    assert (listed["kind"], listed["is_overdue"]) == ("contract_return", False)
    assert today + timedelta(days=7) <= date.fromisoformat(listed["post_by"])
    assert listed["post_by"] in command.done("papers", "queue").out.decode()
    with database.connect(Role.OWNER) as owner:
        owner.execute("ALTER TABLE documents_post DISABLE TRIGGER posted_once")
        owner.execute("UPDATE documents_post SET post_by = '2026-01-05' WHERE post_by IS NOT NULL")
        owner.execute("ALTER TABLE documents_post ENABLE TRIGGER posted_once")
    assert "2026-01-05（期限超過）" in command.done("papers", "queue").out.decode()
    folder = tmp_path / "second"
    assert "1通には契約書の原本を同封" in command.done("papers", "print", folder).out.decode()
    (row,) = csv.DictReader(io.StringIO((folder / "letters.csv").read_text()))
    assert row["enclosed"] == f"契約書の原本（契約番号 {agreement_id}）"
    assert "1通を発送済み" in command.done("papers", "posted", folder).out.decode()
    assert "0通を発送済み" in command.done("papers", "posted", folder).out.decode()
    gone = command("papers", "release", number, "--reason", "紛失")
    assert (gone.code, "保管していません" in gone.err) == (8, True)


def test_paper_that_is_not_held_any_more_is_released(lender: Lender, database: Database) -> None:
    command, number = Command(database), lender.member.member_number
    command.done("papers", "hold", number)
    released = command.done("papers", "release", number, "--reason", "記録の誤り")
    assert "契約書の保管を終えました" in released.out.decode()


def test_paper_of_an_agreement_that_is_none_cannot_be_held(
    lender: Lender, database: Database
) -> None:
    number = lender.member.member_number
    assert Command(database)("papers", "hold", f"{number}/99").code == 4


def test_list_that_is_none_is_refused(lender: Lender, database: Database, tmp_path: Path) -> None:
    command = Command(database)
    assert command("papers", "posted", tmp_path).code == 4
    (tmp_path / "letters.csv").write_text("a,b\n1,2\n")
    found = command("papers", "posted", tmp_path)
    assert found.code == 2
    assert "letters.csv" in found.err
