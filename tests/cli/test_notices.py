"""`motocho notices bounces` on a real database and a real folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.at_book import Command
from tests.database import Database
from tests.notices.posting import Refusing, work
from tests.notices.test_notices import happen
from tests.outside.reports import delayed, exim, gmail, postfix
from tests.people.conftest import pepper
from tests.people.house import AT, House, rows

from motocho.outside.mail import LARGEST_REPORT_BYTES, Outcome

__all__ = ["pepper"]
MADE_UP = "00000000-1111-4222-8333-444444444444"


@pytest.fixture
def command(database: Database, pepper: None) -> Command:
    return Command(database)


def letter_of(house: House) -> str:
    post = Refusing(lambda letter: Outcome.TAKEN)
    happen(house.member().member_id, "login", session_id=1, device_id=1)
    work(post, AT)
    return post.seen[0].letter_id


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.eml"))


def test_what_was_read_is_moved_and_the_rest_stays_with_its_reason(
    command: Command, tmp_path: Path
) -> None:
    letter_id = letter_of(House())
    files = {
        "1.eml": postfix(letter_id),
        "2.eml": gmail(letter_id),
        "3.eml": delayed(letter_id),
        "4.eml": exim(MADE_UP),
        "5.eml": b"Subject: hello\n\nI am away until Monday.\n",
        "6.eml": b"x" * (LARGEST_REPORT_BYTES + 1),
        "note.txt": postfix(letter_id),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "7.eml").mkdir()
    document = json.loads(command.done("notices", "bounces", tmp_path, "--json").out)
    assert document["taken"] == [
        {"file": "1.eml", "result": "marked"},
        {"file": "2.eml", "result": "known"},
        {"file": "3.eml", "result": "under_way"},
    ]
    assert [(one["file"], one["code"]) for one in document["left"]] == [
        ("4.eml", "MAI-014"), ("5.eml", "MAI-011"), ("6.eml", "MAI-010"), ("7.eml", "USE-003"),
    ]  # fmt: skip
    assert left_in(tmp_path) == ["4.eml", "5.eml", "6.eml", "7.eml"]
    assert left_in(tmp_path / "taken") == ["1.eml", "2.eml", "3.eml"]
    assert len(rows("SELECT 1 FROM notices_bounce")) == 1


def test_a_folder_read_again_changes_nothing_and_keeps_both_files(
    command: Command, tmp_path: Path
) -> None:
    letter_id = letter_of(House())
    for _ in range(2):
        (tmp_path / "1.eml").write_bytes(postfix(letter_id))
        last = command.done("notices", "bounces", tmp_path, "--lang", "en")
    assert "known before: 1" in last.out.decode()
    assert left_in(tmp_path / "taken") == ["1-2.eml", "1.eml"]
    empty = command.done("notices", "bounces", tmp_path)
    assert "残した: 0" in empty.out.decode()


def test_a_folder_that_is_none_is_said(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "1.eml"
    file.write_bytes(b"")
    assert "フォルダーではありません" in command("notices", "bounces", file).err
    assert command("notices", "bounces", tmp_path / "nowhere").code == 4
