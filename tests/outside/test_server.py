"""The embedded server: started once by whoever comes first, as root and as anybody, after any end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import sleep

import psycopg
import pytest
from tests.database import folder_for_anyone

from motocho.outside.postgres import ADMIN, DURABLE, FLEETING, Role, Server, State
from motocho.outside.postgres import programs as running
from motocho.outside.postgres import server as serving
from motocho.units.errors import Language, OutsideFailure, StateConflict

ROOT = os.getuid() == 0
NOBODY = 65534
as_root = pytest.mark.skipif(not ROOT, reason="only root gives its rights away")


SAFE = {**DURABLE, "fsync": "off"}
"""Durable against everything but a power cut, which a test cannot make."""


def value(server: Server, query: str, user: str = ADMIN) -> object:
    with server.address.connect(user) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def one_more_row(server: Server) -> int:
    with server.address.connect(ADMIN, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS kept (id bigint GENERATED ALWAYS AS IDENTITY)"
        )
        connection.execute("INSERT INTO kept DEFAULT VALUES")
        [(count,)] = connection.execute("SELECT count(*) FROM kept")
    assert isinstance(count, int)
    return count


def kill(processes: Iterable[int]) -> None:
    for process in processes:
        with suppress(ProcessLookupError):  # the first one's end may have ended it
            os.kill(process, signal.SIGKILL)


def kill_all(server: Server) -> None:
    kill(server.processes() or [])
    while server.processes():
        sleep(0.01)
    assert server.state() is State.STOPPED


def test_first_start_makes_a_server_as_it_should_be(home: Path) -> None:
    server = Server(home / "postgres")
    assert server.state() is State.NEW
    server.start()
    wanted = {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "data_checksums": "on",
        "archive_mode": "on",
        "password_encryption": "scram-sha-256",
        "listen_addresses": "127.0.0.1",
        "server_encoding": "UTF8",
        "TimeZone": "Asia/Tokyo",
    }
    for name, setting in wanted.items():
        assert value(server, f"SELECT current_setting('{name}')") == setting, name
    collation = (
        "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'motocho'"
    )
    assert value(server, collation) == "bC.UTF-8"
    rules = "SELECT string_agg(DISTINCT auth_method, ',') FROM pg_hba_file_rules"
    assert value(server, rules) == "scram-sha-256"
    assert server.passwords.stat().st_mode & 0o777 == 0o600
    assert server.data.stat().st_mode & 0o777 == 0o700


def test_starting_again_gives_the_same_server(home: Path) -> None:
    server = Server(home / "postgres", FLEETING)
    first = server.start()
    started = value(server, "SELECT pg_postmaster_start_time()")
    assert Server(home / "postgres", FLEETING).start() == first
    assert value(server, "SELECT pg_postmaster_start_time()") == started


START = """
import sys
from pathlib import Path
from motocho.outside.postgres import FLEETING, Server
print(Server(Path(sys.argv[1]), FLEETING).start().show())
"""


def test_processes_that_start_at_once_share_one_server(home: Path) -> None:
    many = [
        subprocess.Popen([sys.executable, "-c", START, home / "postgres"], stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    places = {started.communicate()[0] for started in many}
    assert [started.returncode for started in many] == [0] * 4
    assert len(places) == 1
    assert one_more_row(Server(home / "postgres", FLEETING)) == 1


def test_settings_of_the_operator_s_own_are_heeded(home: Path) -> None:
    server = Server(home / "postgres", SAFE)
    (server.folder / "postgresql.conf").write_text("work_mem = '7MB'\n")
    server.start()
    assert value(server, "SELECT current_setting('work_mem')") == "7MB"


def test_stop_leaves_no_process(home: Path) -> None:
    server = Server(home / "postgres", FLEETING)
    server.start()
    assert server.stop()
    assert server.state() is State.STOPPED
    assert not server.processes()
    assert not server.stop()


def test_nothing_committed_is_lost_when_everything_is_killed(home: Path) -> None:
    server = Server(home / "postgres", SAFE)
    server.start()
    for expected in (1, 2, 3):
        assert one_more_row(server) == expected
        kill_all(server)
        server.start()
    assert one_more_row(server) == 4


@contextmanager
def process_of_the_server_s_user(*command: str) -> Iterator[int]:
    with subprocess.Popen(command, user=NOBODY if ROOT else None) as started:
        yield started.pid
        started.kill()


@pytest.mark.parametrize("command", [("sleep", "600"), ("true",)], ids=["somebody else", "zombie"])
def test_lock_file_with_a_foreign_process_number_does_not_stop_a_start(
    home: Path, command: tuple[str, ...]
) -> None:
    """PostgreSQL alone would refuse: a process with that number, of its own user, is there."""
    server = Server(home / "postgres", FLEETING)
    server.start()
    kill_all(server)
    lock = server.data / "postmaster.pid"
    lines = lock.read_text().splitlines()
    with process_of_the_server_s_user(*command) as number:
        sleep(0.2)
        lock.write_text("\n".join([str(number), *lines[1:]]) + "\n")
        server.start()
        assert one_more_row(server) == 1


def test_orphans_at_work_are_waited_for_and_named(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second server beside a live backend of the first would destroy the data."""
    monkeypatch.setattr(serving, "ORPHAN_SECONDS", 2)
    server = Server(home / "postgres", FLEETING)
    server.start()
    connection = server.address.connect(ADMIN)
    orphan = connection.info.backend_pid
    os.kill(orphan, signal.SIGSTOP)
    while others := set(server.processes() or []) - {orphan}:  # one may just be coming up
        kill(others)
        sleep(0.3)
    try:
        with pytest.raises(StateConflict) as refused:
            server.start()
        assert str(orphan) in refused.value.faults[0].what(Language.EN)
        assert server.processes() == [orphan]
    finally:
        os.kill(orphan, signal.SIGKILL)
        connection.close()
    server.start()
    assert server.state() is State.RUNNING


def test_long_recovery_is_waited_for_and_told(home: Path) -> None:
    server = Server(home / "postgres", SAFE)
    server.start()
    server.stop()
    (server.data / "recovery.signal").touch()
    slow = Server(home / "postgres", {**SAFE, "restore_command": "sleep 3; exit 1"})
    waited: list[int] = []
    slow.start(waited.append)
    assert waited[:2] == [1, 2]
    assert slow.state() is State.RUNNING


def test_wrong_password_is_refused_on_socket_and_loopback(home: Path) -> None:
    server = Server(home / "postgres", FLEETING)
    at = server.start()
    wrong = home / "wrong"
    wrong.write_text("*:*:*:*:no\n")
    wrong.chmod(0o600)
    for host in at.parameters["host"].split(","):
        same = {**at.parameters, "host": host}
        with type(at)(same).connect(Role.APP) as connection:
            connection.execute("SELECT 1")
        for passfile in (str(wrong), str(home / "none")):
            with pytest.raises(OutsideFailure):
                type(at)({**same, "passfile": passfile}).connect(Role.APP)


def test_foreign_major_version_is_refused_with_the_way_out(home: Path) -> None:
    server = Server(home / "postgres", FLEETING)
    server.start()
    server.stop()
    (server.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(StateConflict) as refused:
        server.start()
    fault = refused.value.faults[0]
    assert "17" in fault.what(Language.EN)
    assert "db dump" in fault.fix(Language.JA)
    assert not server.processes()


@pytest.mark.parametrize("name", ["a" * 90 + "/" + "b" * 60, '元帳 100% o\'clock "x" \\ ;$HOME'])
def test_long_and_odd_paths_serve(home: Path, name: str) -> None:
    folder = home / name
    server = Server(folder, FLEETING)
    try:
        at = server.start()
        assert len(os.fsencode(at.parameters["host"].split(",")[0])) < 90
        assert one_more_row(server) == 1
    finally:
        server.stop()
        if not server.sockets.is_relative_to(server.folder):
            server.sockets.rmdir()


def test_port_that_is_taken_is_left_alone(home: Path) -> None:
    first, second = Server(home / "one" / "postgres", FLEETING), Server(home / "postgres", FLEETING)
    port = first.start().parameters["port"]
    second.start()
    second.stop()
    (second.folder / "server.json").write_text(f'{{"port": {port}}}')
    assert second.start().parameters["port"] != port
    assert one_more_row(second) == 1


def test_socket_that_was_taken_away_is_no_end(home: Path) -> None:
    server = Server(home / "postgres", SAFE)
    server.start()
    for socket in server.sockets.iterdir():
        socket.unlink()
    assert one_more_row(server) == 1
    assert server.stop()
    assert not server.processes()
    server.start()
    assert one_more_row(server) == 2


def test_stop_of_what_was_killed_clears_up(home: Path) -> None:
    server = Server(home / "postgres", SAFE)
    server.start()
    kill_all(server)
    assert not server.stop()
    assert not (server.data / "postmaster.pid").exists()


def test_foreign_server_on_our_port_is_not_taken_for_ours(home: Path) -> None:
    first, second = Server(home / "one" / "postgres", FLEETING), Server(home / "postgres", FLEETING)
    second.start()
    second.stop()
    port = second.address.parameters["port"]
    (first.folder / "server.json").write_text(f'{{"port": {port}}}')
    first.start()
    assert first.address.parameters["port"] == port
    assert second.state() is State.STOPPED
    second.start()
    assert one_more_row(second) == 1
    assert value(first, "SELECT to_regclass('kept') IS NULL") is True


def test_lost_passwords_are_made_anew(home: Path) -> None:
    server = Server(home / "postgres", SAFE)
    server.start()
    assert one_more_row(server) == 1
    before = server.passwords.read_text()
    server.passwords.unlink()
    server.start()
    assert one_more_row(server) == 2
    assert value(server, "SELECT current_user", Role.APP) == "motocho_app"
    assert server.passwords.read_text() != before


def test_failed_start_names_its_reason(home: Path) -> None:
    Server(home / "postgres", FLEETING).start()
    Server(home / "postgres", FLEETING).stop()
    with pytest.raises(OutsideFailure) as failed:
        Server(home / "postgres", {"shared_buffers": "none"}).start()
    assert "configuration file" in failed.value.faults[0].what(Language.EN)


def test_logs_and_command_lines_hold_no_secret(home: Path) -> None:
    server = Server(home / "postgres", SAFE)
    at = server.start()
    secrets = [line.split(":")[-1] for line in server.passwords.read_text().splitlines()]
    with at.connect(Role.OWNER, autocommit=True) as connection:
        connection.execute("CREATE TABLE person (name text PRIMARY KEY CHECK (name <> '鈴木'))")
        connection.execute("INSERT INTO person VALUES ('佐藤')")
        for statement in (
            "INSERT INTO person VALUES ('佐藤')",
            "INSERT INTO person VALUES ('鈴木')",
            "SELECT '佐藤'::int",
            "SELECT * FROM nowhere WHERE name = '佐藤'",
        ):
            with pytest.raises(psycopg.Error):
                connection.execute(statement)
    commands = []
    for process in server.processes() or []:
        with suppress(FileNotFoundError):  # it has ended since
            commands.append(Path(f"/proc/{process}/cmdline").read_text())
    with pytest.raises(OutsideFailure):
        at.named("佐藤").connect(Role.OWNER)  # a process bears the name of its database
    server.stop()
    said = "".join(log.read_text() for log in (server.folder / "log").iterdir())
    assert "FATAL" in said
    assert not [name for name in ("佐藤", "鈴木") if name in "".join(commands)]
    assert "鈴木" not in said
    assert "佐藤" not in said.replace('database "佐藤" does not exist', "")
    assert not [secret for secret in secrets if secret in "".join((said, repr(at), *commands))]


@as_root
def test_server_of_root_runs_without_rights(home: Path) -> None:
    server = Server(home / "postgres", FLEETING)
    server.start()
    owners = set()
    for process in server.processes() or []:
        with suppress(FileNotFoundError):  # some end while they are looked at
            owners.add(Path(f"/proc/{process}").stat().st_uid)
    assert owners == {server.data.stat().st_uid}
    assert owners != {0}


@as_root
def test_programs_are_copied_where_the_server_could_not_read_them(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy finds its libraries by relative places, or initdb would not even start."""
    monkeypatch.setattr(running, "open_to_all", lambda _folder: False)
    server = Server(home / "postgres", FLEETING)
    server.start()
    assert server.programs.binaries.is_relative_to(server.folder)
    assert one_more_row(server) == 1
    server.stop()
    server.start()
    server.stop()


@as_root
def test_closed_folder_stays_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    closed, elsewhere = folder_for_anyone(), folder_for_anyone()
    closed.chmod(0o700)
    monkeypatch.setattr(serving, "ROOT_HOME", elsewhere)
    server = Server(closed / "deep" / "postgres", FLEETING)
    try:
        server.start()
        assert (closed / "deep" / "postgres").is_symlink()
        assert server.folder.is_relative_to(elsewhere)
        assert closed.stat().st_mode & 0o777 == 0o700
        assert Server(closed / "deep" / "postgres", FLEETING).state() is State.RUNNING
    finally:
        server.stop()
        subprocess.run(["rm", "-rf", closed, elsewhere], check=True)


AS_NOBODY = """
import encodings.ascii, encodings.idna, os, sys
from pathlib import Path
from motocho.outside.postgres import FLEETING, Role, Server
from motocho.units.errors import Fault, Language, StateConflict
Fault("DBS-008").what(Language.EN)
os.setgroups([]); os.setgid(65534); os.setuid(65534)
server = Server(Path(sys.argv[1]), FLEETING)
try:
    at = server.start()
except StateConflict as refused:
    print(refused.faults[0].code)
    raise SystemExit
with at.connect(Role.APP) as connection:
    print(connection.execute("SELECT current_user").fetchone()[0])
server.stop()
server.start()
print(oct(server.folder.stat().st_mode), server.folder.stat().st_uid, server.programs.binaries)
server.stop()
"""


@as_root
def test_ordinary_user_needs_no_copy_and_nothing_of_root_s(home: Path) -> None:
    (home / "theirs").mkdir()
    os.chown(home / "theirs", NOBODY, NOBODY)
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, home / "theirs" / "postgres"],
        capture_output=True,
        text=True,
        check=True,
    )
    role, facts = done.stdout.splitlines()
    assert role == "motocho_app"
    assert facts.startswith(f"0o40700 {NOBODY} ")
    assert str(home) not in facts


@as_root
def test_folder_of_another_user_is_named_as_such(home: Path) -> None:
    server = Server(home / "postgres", FLEETING)
    server.start()
    server.folder.chmod(0o700)
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, home / "postgres"],
        capture_output=True,
        text=True,
        check=True,
    )
    server.folder.chmod(0o711)
    assert done.stdout == "DBS-008\n"
