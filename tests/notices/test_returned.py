"""Mails that came back into a folder: the worker reads each once, and sets aside what it cannot read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.loans.crowd import at_once
from tests.notices.posting import work
from tests.notices.test_bounces import login, sent
from tests.outside.reports import delayed, postfix
from tests.people.house import House, after, kinds_of, rows

from motocho.config import _returned, worker
from motocho.outside import clock, mail
from motocho.outside.mail import LARGEST_REPORT_BYTES
from motocho.units.errors import OutsideFailure

LATER = after(hours=6)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(mail.RETURNED_VARIABLE, str(tmp_path))
    monkeypatch.setattr(clock, "now", lambda: LATER)
    return tmp_path


def laid(folder: Path, name: str, data: bytes) -> None:
    (folder / f"{name}.eml").write_bytes(data)


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir()) if folder.exists() else []


def test_permanent_report_marks_the_address_once_however_often_it_comes(
    house: House, folder: Path
) -> None:
    member_id, letter_id, post = sent(house)
    laid(folder, "a", postfix(letter_id))
    laid(folder, "b", postfix(letter_id))
    assert _returned.take_returned() == {"marked": 1, "known": 1}
    laid(folder, "a", postfix(letter_id))
    worker.take_returned(timestamp=0)
    assert _returned.take_returned() == {}
    assert names(folder / mail.TAKEN) == ["a-2.eml", "a.eml", "b.eml"]
    assert kinds_of(member_id).count("mail_bounced") == 1
    login(member_id, 2)
    work(post, after(hours=7))
    assert len(post.seen) == 1, "nothing more goes to where nobody is"


@pytest.mark.parametrize(("status", "sort"), [
    ("5.1.1", "marked"), ("5.1.10", "marked"), ("5.2.2", "came_back"), ("5.7.1", "came_back"),
    ("4.4.7", "came_back"), ("4.2.2", "came_back"),
])  # fmt: skip
def test_what_is_for_good_counts_and_what_may_pass_does_not(
    house: House, folder: Path, status: str, sort: str
) -> None:
    member_id, letter_id, _ = sent(house)
    laid(folder, "a", postfix(letter_id, "failed", status))
    assert _returned.take_returned() == {sort: 1}
    assert ("mail_bounced" in kinds_of(member_id)) is (sort == "marked")


def test_delay_changes_nothing(house: House, folder: Path) -> None:
    member_id, letter_id, _ = sent(house)
    laid(folder, "a", delayed(letter_id))
    assert _returned.take_returned() == {"under_way": 1}
    assert "mail_bounced" not in kinds_of(member_id)


def test_what_nobody_can_read_is_set_aside_with_its_reason_and_stops_nothing(
    house: House, folder: Path
) -> None:
    member_id, letter_id, _ = sent(house)
    laid(folder, "0-reply", b"Subject: Re\n\nthank you")
    laid(folder, "1-nothing", b"")
    laid(folder, "2-others", postfix("00000000-1111-4222-8333-444444444444"))
    laid(folder, "3-long", postfix(letter_id) + b" " * LARGEST_REPORT_BYTES)
    laid(folder, "4-cut", postfix(letter_id)[:900])
    os.mkfifo(folder / "5-pipe.eml")
    (folder / "6-elsewhere.eml").symlink_to("/dev/zero")
    (folder / "7-folder.eml").mkdir()
    laid(folder, "8-true", postfix(letter_id))
    (folder / ".9-draft.eml").write_bytes(postfix(letter_id))
    assert _returned.take_returned() == {"aside": 8, "marked": 1}
    assert names(folder) == [".9-draft.eml", mail.ASIDE, mail.TAKEN]
    codes = {
        one.name[0]: one.read_text("utf-8").split()[0]
        for one in (folder / mail.ASIDE).glob("*.txt")
    }
    assert codes == {
        "0": "MAI-011", "1": "MAI-011", "2": "MAI-014", "3": "MAI-010", "4": "MAI-011",
        "5": "USE-003", "6": "USE-003", "7": "USE-003",
    }  # fmt: skip
    told = (folder / mail.ASIDE / "2-others.eml.txt").read_text("utf-8")
    assert "このMessage-IDで送ったメールはありません" in told
    assert "No letter with this Message-ID went out" in told
    assert kinds_of(member_id).count("mail_bounced") == 1


def test_nobody_is_marked_by_a_report_that_names_only_an_address(
    house: House, folder: Path
) -> None:
    """Who knows an address can write such a mail; only who had the letter knows its id."""
    member_id, letter_id, _ = sent(house)
    laid(folder, "a", postfix(letter_id).replace(letter_id.encode(), b"some-words"))
    assert _returned.take_returned() == {"aside": 1}
    assert "mail_bounced" not in kinds_of(member_id)


def test_killed_between_noting_and_moving_it_is_known_the_next_time(
    house: House, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    member_id, letter_id, _ = sent(house)
    laid(folder, "a", postfix(letter_id))
    (folder / mail.TAKEN).write_bytes(b"in the way")
    with pytest.raises(OutsideFailure):
        _returned.take_returned()
    assert names(folder) == ["a.eml", mail.TAKEN]
    (folder / mail.TAKEN).unlink()
    assert _returned.take_returned() == {"known": 1}
    assert kinds_of(member_id).count("mail_bounced") == 1


def test_two_workers_at_once_note_it_once(house: House, folder: Path) -> None:
    member_id, letter_id, _ = sent(house)
    for number in range(6):
        laid(folder, f"{number}", postfix(letter_id))
    at_once([_returned.take_returned] * 3)
    assert kinds_of(member_id).count("mail_bounced") == 1
    assert len(names(folder / mail.TAKEN)) == 6
    assert rows("SELECT count(*) FROM notices_return") == [(1,)]


def test_without_a_folder_nothing_is_read(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(mail.RETURNED_VARIABLE, str(tmp_path / "nowhere"))
    assert _returned.take_returned() == {}
