"""`motocho papers …`: what waits for the post is written with its address, and goes once."""

from __future__ import annotations

import csv
import io
import json
from hashlib import sha256
from pathlib import Path

import pytest
from tests.cli.at_book import Command
from tests.database import Database
from tests.documents.test_statutory import Lender
from tests.people.conftest import house, pepper
from tests.people.house import House, kinds_of

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


def test_list_that_is_none_is_refused(lender: Lender, database: Database, tmp_path: Path) -> None:
    command = Command(database)
    assert command("papers", "posted", tmp_path).code == 4
    (tmp_path / "letters.csv").write_text("a,b\n1,2\n")
    found = command("papers", "posted", tmp_path)
    assert found.code == 2
    assert "letters.csv" in found.err
