"""What a server lacks before the book may stand on it [サーバーの点検]."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg

from motocho.outside.postgres.address import Address
from motocho.outside.postgres.roles import Role
from motocho.units.errors import Fault, OutsideFailure

LEAST_VERSION = 18
"""The one dialect that migrations and queries are written in."""

FACTS = """
SELECT current_setting('server_version_num')::int / 10000,
       pg_encoding_to_char(encoding),
       has_schema_privilege('public', 'public', 'CREATE'),
       has_database_privilege('public', datname, 'TEMP')
FROM pg_database WHERE datname = current_database()
"""
MIGHTY = """
SELECT rolname FROM pg_roles
WHERE rolname = ANY (%(roles)s)
  AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls
       OR (rolname <> 'motocho_owner' AND pg_has_role(oid, 'motocho_owner', 'MEMBER')))
ORDER BY rolname
"""
ARCHIVE = """
SELECT last_failed_wal FROM pg_stat_archiver
WHERE last_failed_time > coalesce(last_archived_time, '-infinity')
"""


def lacking(at: Address) -> tuple[Fault, ...]:
    """Everything a server lacks, all at once; nothing where the book may stand on it [不足].

    Why       asked of the server as the application would, so it tells what will really happen.
    """
    refused: list[Fault] = []
    looked: tuple[Fault, ...] | None = None
    for role in Role:
        try:
            connection = at.connect(role, autocommit=True)
        except OutsideFailure as failure:
            refused += failure.faults
        else:
            with connection:
                looked = looked or tuple(_seen(connection))
    return (*refused, *(looked or ()))


def _seen(connection: psycopg.Connection[Any]) -> Iterator[Fault]:
    row = connection.execute(FACTS).fetchone()
    major, encoding, anyone_creates, anyone_shadows = row or (0, "", True, True)
    if major < LEAST_VERSION:
        details = {"found": str(major), "least": str(LEAST_VERSION)}
        yield Fault("DBS-012", excerpt=str(major), details=details)
    if encoding != "UTF8":
        yield Fault("DBS-013", excerpt=encoding)
    if anyone_creates or anyone_shadows:
        yield Fault("DBS-014")
    if major >= LEAST_VERSION:
        mighty = connection.execute(MIGHTY, {"roles": list(Role)})
        yield from (Fault("DBS-015", excerpt=name) for (name,) in mighty)
    yield from (Fault("DBS-017", excerpt=name) for (name,) in connection.execute(ARCHIVE))
