"""`motocho db …` as an operator runs it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from tests.cli.command import Run, motocho
from tests.database import Database, run_server

from motocho.outside.postgres import ADMIN, Address, Role, Server


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("MOTOCHO_HOME", str(home))
    monkeypatch.delenv("DATABASE_URL", raising=False)


def good(*arguments: str | Path, **environment: str) -> Run:
    done = motocho("db", *arguments, stdin=b"", **environment)
    assert done.code == 0, done.err
    return done


def rows(home: Path, query: str) -> list[object]:
    with Server(home / "postgres").address.connect(ADMIN, autocommit=True) as connection:
        found = connection.execute(query)
        return [row[0] for row in found] if found.description else []


def test_life_of_the_embedded_server(home: Path) -> None:
    assert good("status", "--json").document["state"] == "new"
    assert not list(home.iterdir())
    assert "127.0.0.1" in good("start").text
    assert good("start", "--json").document["state"] == "running"
    first = good("status", "--json").document
    assert first["server"] == "embedded"
    assert "procrastinate.0001_initial" in first["pending"]
    assert f"Pending: {len(first['pending'])}" in good("status", "--lang", "en").text
    ran = good("migrate", "--json").document["ran"]
    assert ran == first["pending"]
    assert good("migrate", "--json").document["ran"] == []
    second = good("status", "--json").document
    assert (second["pending"], second["faults"]) == ([], [])
    shown = good("status", "--lang", "en").text
    assert str(home) in shown
    assert "Pending" not in shown
    assert good("stop", "--json").document["was_running"] is True
    assert good("stop", "--json").document["was_running"] is False
    assert good("status", "--json").document["state"] == "stopped"


def test_psql_is_the_auditor_unless_told_otherwise() -> None:
    who = ("--", "-XAtc", "SELECT current_user")
    assert good("psql", *who).text == "motocho_audit\n"
    assert good("psql", "--role", "owner", *who).text == "motocho_owner\n"
    assert good("psql", "--role", "admin", *who).text == "postgres\n"


def test_backup_restore_to_a_moment_verify(home: Path) -> None:
    good("start")
    rows(home, "CREATE TABLE kept AS SELECT 1 AS id")
    first = good("backup", "--json").document["backup"]
    rows(home, "INSERT INTO kept VALUES (2)")
    [moment] = rows(home, "SELECT clock_timestamp()")
    assert isinstance(moment, datetime)
    rows(home, "INSERT INTO kept VALUES (3)")
    until = f"{moment:%Y-%m-%d %H:%M:%S.%f}"
    into = home / "restored"
    assert "MOTOCHO_HOME" in good("restore", "--until", until, "--into", into).text
    assert rows(into, "SELECT id FROM kept ORDER BY id") == [1, 2]
    assert rows(home, "SELECT id FROM kept ORDER BY id") == [1, 2, 3]
    assert good("status", "--json", MOTOCHO_HOME=str(into)).document["faults"] == []
    assert motocho("db", "restore", "--into", into).code == 8
    assert good("verify", "--json").document["faults"] == []
    good("verify", "--rehearse")
    second = good("backup", "--keep", "1", "--json").document
    assert second["deleted"] == [first["name"]]
    [left] = good("backups", "--json").document["backups"]
    assert left == second["backup"]
    assert left["name"] in good("backups").text


@pytest.mark.parametrize(
    ("arguments", "code", "fault"),
    [
        (("restore", "--into", "new"), 4, "DBS-033"),
        (("restore", "--into", "new", "--backup", "none"), 4, "DBS-033"),
        (("restore", "--into", "new", "--until", "yesterday"), 2, "DBS-018"),
        (("verify", "--rehearse"), 4, "DBS-033"),
        (("backup", "--keep", "0"), 2, "USE-010"),
    ],
)
def test_faults_have_their_exit_codes(
    arguments: tuple[str, ...], code: int, fault: str, home: Path
) -> None:
    done = motocho("db", *arguments, "--json")
    assert (done.code, done.document["faults"][0]["code"]) == (code, fault)


def test_verify_says_what_does_not_hold(home: Path) -> None:
    good("start")
    rows(home, "CREATE TABLE kept (id bigint)")
    rows(home, "ALTER TABLE kept ADD CONSTRAINT later CHECK (id > 0) NOT VALID")
    done = motocho("db", "verify", "--lang", "en")
    assert done.code == 3
    assert "constraints are validated" in done.err


def test_dump_is_loaded_into_a_new_home(home: Path) -> None:
    good("migrate")
    rows(home, "CREATE TABLE kept AS SELECT 7 AS id")
    good("dump", "--into", home / "dump")
    new = home / "new"
    good("load", home / "dump", MOTOCHO_HOME=str(new))
    assert rows(new, "SELECT id FROM kept") == [7]
    assert good("status", "--json", MOTOCHO_HOME=str(new)).document["pending"] == []
    assert motocho("db", "load", home / "dump", MOTOCHO_HOME=str(new)).code == 8


def test_server_of_the_operator_is_used_and_none_is_started(database: Database, home: Path) -> None:
    """DATABASE_URL of an administrator: what is missing is named, made, migrated, dumped."""
    server = run_server()
    password = next(
        line.split(":")[-1]
        for line in server.passwords.read_text().splitlines()
        if f":{ADMIN}:" in line
    )
    known = {**database.address.login(ADMIN), "password": password}
    known.pop("passfile")
    url = " ".join(f"{name}='{value}'" for name, value in known.items())
    lacking = motocho("db", "status", "--json", DATABASE_URL=url)
    assert lacking.code == 3
    assert {fault["code"] for fault in lacking.document["faults"]} == {"DBS-011"}
    assert lacking.document["server"] == "url"
    for refused in ("start", "stop", "backup", "verify"):
        assert motocho("db", refused, DATABASE_URL=url).code == 6
    # The roles' passwords are the whole run's, so this home has them already.
    (home / "passwords").write_bytes(server.passwords.read_bytes())
    (home / "passwords").chmod(0o600)
    good("prepare", DATABASE_URL=url)
    found = good("status", "--json", DATABASE_URL=url).document
    assert (found["faults"], found["pending"]) == ([], [])
    good("dump", "--into", home / "dump", DATABASE_URL=url)
    who = good("psql", "--role", "app", "--", "-XAtc", "SELECT current_user", DATABASE_URL=url)
    assert who.text == "motocho_app\n"
    assert not (home / "postgres").exists()
    assert password not in lacking.err + lacking.text


def test_unreadable_url_is_not_repeated() -> None:
    done = motocho("db", "status", "--json", DATABASE_URL="postgresql://a:s3cret@host/%zz")
    assert (done.code, done.document["faults"][0]["code"]) == (2, "DBS-010")
    assert "s3cret" not in done.text + done.err


def test_address_of_a_role_without_any_password_is_refused(home: Path) -> None:
    at = Server(home / "postgres").start()
    bare = {name: value for name, value in at.parameters.items() if name != "passfile"}
    url = " ".join(f"{name}='{value}'" for name, value in bare.items())
    done = motocho("db", "migrate", "--json", DATABASE_URL=url)
    assert (done.code, done.document["faults"][0]["code"]) == (7, "DBS-011")
    assert Address(bare).login(Role.APP)["user"] == "motocho_app"
