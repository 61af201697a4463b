"""Backup, restoring to a moment, checks and dump, on servers that live and servers that died."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.database import folder_for_anyone
from tests.outside.test_server import SAFE, kill_all

from motocho.outside.postgres import (
    ADMIN,
    Backup,
    Invariant,
    Role,
    Server,
    State,
    check_server,
    dump,
    latest_backup,
    listed_backups,
    load,
    prune_backups,
    rehearse_backup,
    restore_backup,
    take_backup,
    violations,
)
from motocho.units.errors import (
    FaultyInput,
    InputError,
    Language,
    NotFoundError,
    OutsideFailure,
    StateConflict,
)

BALANCED = Invariant("entries balance", "SELECT id, amount_yen FROM entry WHERE amount_yen <= 0")


def book_of(server: Server) -> None:
    with server.start().connect(Role.OWNER) as connection:
        connection.execute(
            "CREATE TABLE entry (id bigint PRIMARY KEY, amount_yen bigint, booked_at timestamptz "
            "DEFAULT clock_timestamp())"
        )
        connection.execute("GRANT SELECT, INSERT ON entry TO motocho_app")
        connection.execute("GRANT SELECT ON entry TO motocho_audit")


def post(server: Server, entry: int) -> datetime:
    """Commit an entry; gives a moment after its commit."""
    with server.address.connect(Role.APP, autocommit=True) as connection:
        connection.execute("INSERT INTO entry VALUES (%s, 1000)", [entry])
        [(moment,)] = connection.execute("SELECT clock_timestamp()")
    assert isinstance(moment, datetime)
    return moment


def entries(server: Server) -> list[int]:
    with server.address.connect(Role.AUDIT) as connection:
        return [entry for (entry,) in connection.execute("SELECT id FROM entry ORDER BY id")]


class Story(NamedTuple):
    """1 before the backup, 2 after it, 3 later still."""

    server: Server
    backups: Path
    backup: Backup
    after_two: datetime
    after_three: datetime


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    home = folder_for_anyone()
    server = Server(home / "postgres", SAFE)
    book_of(server)
    post(server, 1)
    backup = take_backup(server, home / "backups")
    after_two = post(server, 2)
    after_three = post(server, 3)
    yield Story(server, home / "backups", backup, after_two, after_three)
    server.stop()
    shutil.rmtree(home)


def test_backup_has_a_manifest_with_the_hash_of_each_file(story: Story) -> None:
    manifest = json.loads((story.backup.folder / "data" / "backup_manifest").read_text())
    assert len(manifest["Files"]) > 900
    assert {file["Checksum-Algorithm"] for file in manifest["Files"]} == {"SHA256"}
    assert story.backup.name == f"{story.backup.started_at:%Y%m%dT%H%M%S.%f%z}"
    assert listed_backups(story.backups) == (story.backup,)
    mine = story.backup.folder.stat()
    assert (mine.st_mode & 0o777, mine.st_uid) == (0o700, os.getuid())


def test_passwords_are_not_in_a_backup(story: Story) -> None:
    secrets = [line.split(":")[-1] for line in story.server.passwords.read_text().splitlines()]
    for file in story.backup.folder.rglob("*"):
        if file.is_file():
            assert not [secret for secret in secrets if secret.encode() in file.read_bytes()]


def test_restoring_to_a_moment_has_all_before_and_nothing_after(story: Story, home: Path) -> None:
    restored = restore_backup(story.backup, story.server, home / "new", story.after_two)
    assert entries(restored) == [1, 2]
    assert entries(story.server) == [1, 2, 3]
    # It is a server like any other: it writes, archives, stops, starts, and is backed up.
    post(restored, 20)
    again = take_backup(restored, home / "backups")
    restored.stop()
    Server(home / "new" / "postgres").start()
    assert entries(restored) == [1, 2, 20]
    assert check_server(restored, [BALANCED]) == ()
    restored.stop()
    shutil.rmtree(home / "new")
    assert entries(restore_backup(again, restored, home / "third")) == [1, 2, 20]
    Server(home / "third" / "postgres").stop()


def test_restored_server_has_passwords_of_its_own(story: Story, home: Path) -> None:
    restored = restore_backup(story.backup, story.server, home / "new")
    assert entries(restored) == [1, 2, 3]
    old = {**restored.address.parameters, "passfile": str(story.server.passwords)}
    for role in (ADMIN, *Role):
        with pytest.raises(OutsideFailure):
            type(restored.address)(old).connect(role)
    restored.stop()


def test_moment_after_the_last_commit_is_reached(story: Story, home: Path) -> None:
    """Nothing happened since; the book at that moment is the book now."""
    restored = restore_backup(story.backup, story.server, home / "new", story.after_three)
    assert entries(restored) == [1, 2, 3]
    restored.stop()


def test_moments_out_of_reach_are_refused_and_leave_nothing(story: Story, home: Path) -> None:
    for until in (story.backup.ended_at - timedelta(seconds=1), story.after_three + timedelta(1)):
        with pytest.raises(InputError):
            restore_backup(story.backup, story.server, home / "new", until)
        assert not (home / "new").exists()


def test_folder_with_something_in_it_is_not_touched(story: Story, home: Path) -> None:
    (home / "new").mkdir()
    (home / "new" / "kept").touch()
    with pytest.raises(StateConflict):
        restore_backup(story.backup, story.server, home / "new")
    assert [file.name for file in (home / "new").iterdir()] == ["kept"]


def test_rehearsal_checks_the_restored_book_and_clears_up(story: Story, home: Path) -> None:
    assert rehearse_backup(story.backup, story.server, [BALANCED], home / "aside") == ()
    assert not (home / "aside").exists()
    wrong = Invariant("no second entry", "SELECT id FROM entry WHERE id = 2")
    [fault] = rehearse_backup(story.backup, story.server, [wrong], home / "aside")
    assert (fault.code, fault.excerpt) == ("DBS-041", "2")


def test_changed_file_of_a_backup_is_found(story: Story, home: Path) -> None:
    copy = home / "copy"
    shutil.copytree(story.backup.folder, copy, symlinks=True)
    table = max((copy / "data" / "base").rglob("*"), key=lambda file: file.stat().st_size)
    with table.open("r+b") as file:
        file.seek(100)
        file.write(b"x")
    damaged = Backup(copy, *(getattr(story.backup, name) for name in list(Backup.__slots__)[1:]))
    with pytest.raises(OutsideFailure) as found:
        rehearse_backup(damaged, story.server, [], home / "aside")
    assert table.name in found.value.faults[0].what(Language.EN)
    assert not (home / "aside").exists()


def test_what_the_dead_had_not_archived_is_not_lost(home: Path) -> None:
    server = Server(home / "postgres", SAFE)
    book_of(server)
    backup = take_backup(server, home / "backups")
    moments = [post(server, entry) for entry in range(1, 6)]
    kill_all(server)
    restored = restore_backup(backup, server, home / "new")
    assert entries(restored) == [1, 2, 3, 4, 5]
    restored.stop()
    shutil.rmtree(home / "new")
    restored = restore_backup(backup, server, home / "new", moments[2])
    assert entries(restored) == [1, 2, 3]
    restored.stop()
    shutil.rmtree(home / "new")
    with pytest.raises(InputError) as refused:
        restore_backup(backup, server, home / "new", moments[-1] + timedelta(hours=1))
    assert f"{moments[-1]:%Y-%m-%d %H:%M}" in refused.value.faults[0].what(Language.EN)
    assert not (home / "new").exists()


def test_backup_and_archive_are_enough_when_the_machine_is_lost(home: Path) -> None:
    odd = home / '元帳 o\'clock 100% "x"'
    server = Server(odd / "postgres", SAFE)
    book_of(server)
    take_backup(server, odd / "backups")
    post(server, 1)
    take_backup(server, odd / "backups2")  # seals the archive as time would
    server.stop()
    saved = home / "offsite 50%"
    (saved / "postgres").mkdir(parents=True)
    subprocess.run(["cp", "-a", odd / "backups", saved / "backups"], check=True)
    subprocess.run(["cp", "-a", server.archive, saved / "postgres" / "archive"], check=True)
    shutil.rmtree(odd)
    source = Server(saved / "postgres")
    assert source.state() is State.NEW
    restored = restore_backup(latest_backup(saved / "backups"), source, home / "new o'1%p")
    assert entries(restored) == [1]
    restored.stop()


def test_old_backups_go_with_the_wal_that_only_they_needed(home: Path) -> None:
    server = Server(home / "postgres", SAFE)
    book_of(server)
    made = []
    for entry in range(3):
        post(server, entry)
        made.append(take_backup(server, home / "backups"))
    assert prune_backups(server, home / "backups", keep=2) == (made[0],)
    assert listed_backups(home / "backups") == tuple(made[1:])
    kept = sorted(file.name for file in server.archive.iterdir() if len(file.name) == 24)
    assert kept[0] >= made[1].first_segment
    restored = restore_backup(made[1], server, home / "new")
    assert entries(restored) == [0, 1, 2]
    restored.stop()


def test_newest_backup_that_serves_a_moment(story: Story, tmp_path: Path) -> None:
    assert latest_backup(story.backups, story.after_two) == story.backup
    for until, place in ((story.backup.started_at, story.backups), (None, tmp_path)):
        with pytest.raises(NotFoundError):
            latest_backup(place, until)


def test_failed_backup_leaves_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(home / "postgres", {**SAFE, "max_wal_senders": "0"})
    server.start()
    with pytest.raises(OutsideFailure):
        take_backup(server, home / "backups")
    assert not list((home / "backups").iterdir())


def test_damaged_page_is_found(home: Path) -> None:
    server = Server(home / "postgres", SAFE)
    book_of(server)
    post(server, 1)
    with server.address.connect(Role.OWNER) as connection:
        [(path,)] = connection.execute("SELECT pg_relation_filepath('entry')")
    assert check_server(server, [BALANCED]) == ()
    server.stop()
    with (server.data / str(path)).open("r+b") as file:
        file.seek(8100)
        file.write(b"\xff" * 40)
    [fault, *_] = check_server(server, [])
    assert fault.code == "DBS-042"


def test_invariants_name_what_breaks_them(story: Story) -> None:
    assert violations(story.server.address, [BALANCED]) == ()
    broken = Invariant("none over 500", "SELECT id FROM entry WHERE amount_yen > 500 ORDER BY id")
    [fault] = violations(story.server.address, [BALANCED, broken])
    assert fault.details == {"name": "none over 500", "rows": "3"}
    assert fault.excerpt == "1"


def test_dump_carries_the_book_into_a_new_data_folder(story: Story, home: Path) -> None:
    """The way to another major version, rehearsed within one."""
    dump(story.server.address, home / "dump")
    new = Server(home / "new" / "postgres", SAFE)
    load(home / "dump", new.start(), ADMIN)
    assert entries(new) == [1, 2, 3]
    shown = "SELECT md5(string_agg(entry::text, ';' ORDER BY id)) FROM entry"
    grants = (
        "SELECT grantee, privilege_type FROM information_schema.role_table_grants "
        "WHERE table_name = 'entry' ORDER BY 1, 2"
    )
    seen: list[object] = []
    for server in (story.server, new):
        with server.address.connect(ADMIN) as connection:
            seen += [connection.execute(query).fetchall() for query in (shown, grants)]
    assert seen[:2] == seen[2:]
    post(new, 4)
    with new.address.connect(Role.APP) as connection, pytest.raises(Exception, match="denied"):
        connection.execute("DELETE FROM entry")
    assert check_server(new, [BALANCED]) == ()
    with pytest.raises(StateConflict):
        load(home / "dump", new.address, ADMIN)
    new.stop()


def test_dump_that_was_changed_is_refused(story: Story, home: Path) -> None:
    dump(story.server.address, home / "dump")
    with pytest.raises(StateConflict):
        dump(story.server.address, home / "dump")
    (home / "dump" / "rows" / "toc.dat").write_bytes(b"")
    (home / "dump" / "rows" / "more").touch()
    with pytest.raises(FaultyInput) as refused:
        load(home / "dump", story.server.address, ADMIN)
    assert len(refused.value.faults) == 2
    with pytest.raises(NotFoundError):
        load(home / "none", story.server.address, ADMIN)
