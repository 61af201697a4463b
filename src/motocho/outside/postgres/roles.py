"""The roles of the database: who logs in, and what each may do [データベースの役割].

The application cannot change a ledger row because its role has no right to, whatever the code above
does. Tables are granted by the migrations that make them; this module makes the roles themselves.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

ADMIN = "postgres"
"""The superuser of an embedded server; of another server, whoever `DATABASE_URL` names."""
DATABASE = "motocho"

SCRAM_ROUNDS = 4096
SCRAM_SALT_BYTES = 16
PASSWORD_BYTES = 32


class Role(StrEnum):
    """A role of the database [役割]."""

    OWNER = "motocho_owner"
    APP = "motocho_app"
    AUDIT = "motocho_audit"
    BACKUP = "motocho_backup"


SUPERUSER_STATEMENTS = (
    *(f"ALTER ROLE {role} SET log_min_messages = 'log'" for role in Role),
    "GRANT pg_read_all_data, pg_monitor TO motocho_backup",
    "GRANT EXECUTE ON FUNCTION pg_switch_wal() TO motocho_backup",
)
"""What a rented server's administrator may not do; such a server brings its own log and backup.

A client's mistake is told to the client and not to the log: its text quotes values, names and all.
The backup reads every table for a dump and closes a WAL segment.
"""


def prepare(
    connection: psycopg.Connection[Any], passwords: Mapping[str, str], database: str
) -> None:
    """Make the roles and set what each may do; the same again changes nothing [役割の用意].

    Takes     a connection of the administrator to that database, in autocommit; a password for each
              role. Only its SCRAM verifier is sent, so that no log can hold a password.
    """
    with connection.transaction():
        # Two starts at once must not both find a role missing.
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('motocho roles'))")
        may_all = _is_superuser(connection)
        for role in Role:
            found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            verb = "ALTER" if found.fetchone() else "CREATE"
            more = " REPLICATION" if role is Role.BACKUP and may_all else ""
            connection.execute(
                sql.SQL(f"{verb} ROLE {{}} LOGIN{more} PASSWORD {{}}").format(
                    sql.Identifier(role), sql.Literal(scram_verifier(passwords[role]))
                )
            )
        if not may_all:
            owner = sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(Role.OWNER))
            connection.execute(owner)
        connection.execute(
            sql.SQL("ALTER DATABASE {} OWNER TO {}").format(
                sql.Identifier(database), sql.Identifier(Role.OWNER)
            )
        )
        connection.execute(sql.SQL(_statements()).format(database=sql.Identifier(database)))
        if may_all:
            for statement in SUPERUSER_STATEMENTS:
                connection.execute(statement)


def _is_superuser(connection: psycopg.Connection[Any]) -> bool:
    found = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    return found.fetchone() == (True,)


def _statements() -> Any:
    """Typed loosely: psycopg wants literal text, and this text is ours."""
    return (files("motocho.outside.postgres") / "roles.sql").read_text(encoding="utf-8")


def version() -> str:
    """Changes when the roles' rights do [役割の版]."""
    everything = _statements() + "".join(SUPERUSER_STATEMENTS)
    return hashlib.sha256(everything.encode()).hexdigest()[:16]


def scram_verifier(password: str) -> str:
    """What PostgreSQL keeps of a password: it can check it and cannot use it [SCRAM].

    Why       RFC 5803's form, so that a password never leaves the client, and roles of a restored
              folder can be given one before any server listens.
    """
    salt = secrets.token_bytes(SCRAM_SALT_BYTES)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, SCRAM_ROUNDS)
    client = hmac.digest(salted, b"Client Key", "sha256")
    stored = base64.b64encode(hashlib.sha256(client).digest()).decode()
    server = base64.b64encode(hmac.digest(salted, b"Server Key", "sha256")).decode()
    return f"SCRAM-SHA-256${SCRAM_ROUNDS}:{base64.b64encode(salt).decode()}${stored}:{server}"


def kept_passwords(path: Path) -> dict[str, str]:
    """The passwords kept in a file; made at random and written where there is none [合言葉]."""
    if not path.exists():
        made = {name: secrets.token_urlsafe(PASSWORD_BYTES) for name in (ADMIN, *Role)}
        write_passwords(path, made)
    return read_passwords(path)


def read_passwords(path: Path) -> dict[str, str]:
    """The passwords of a libpq password file, by role [パスワードファイル].

    Shapes    lines `*:*:*:role:password`, as `write_passwords` writes them.
    """
    lines = path.read_text(encoding="ascii").splitlines()
    return {role: password for *_, role, password in (line.split(":") for line in lines)}


def write_passwords(path: Path, passwords: Mapping[str, str]) -> None:
    """A libpq password file that its owner alone can read [パスワードファイル].

    Why       libpq and all of PostgreSQL's programs take a password from there, so none stands on a
              command line, in an environment or in a setting.
    """
    text = "".join(f"*:*:*:{role}:{password}\n" for role, password in passwords.items())
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    beside.touch(mode=0o600)
    with beside.open("w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
