"""The schema of the database: migrations, run by its owner [スキーマ].

Each room's migrations grant what they make. What libraries make is granted in `libraries.sql`,
because their migrations know nothing of our roles. Migrations may run while the book is in use:
none waits long for a lock, since whoever comes later waits behind it; it steps back and tries
again. `docs/operations/upgrade.md` says what a migration may do then.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from time import sleep
from typing import Any

from psycopg import errors

from motocho.config.database import address
from motocho.config.settings import setup
from motocho.outside.postgres import LOCK_WAIT, Address, Role
from motocho.units.errors import Fault, StateConflict

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""Seconds between tries, in which those who wait get through."""


def migrate(at: Address | None = None, pauses: Iterable[float] = PAUSES) -> tuple[str, ...]:
    """Bring the schema up to date; gives the migrations that ran [移行].

    Takes     the address, where it is not the one the environment names; the seconds to wait after
              each try that did not get its locks. Django stays turned to the owner; call `setup`
              for another role.
    Lock      one migration at a time; two seconds for each lock of a table.
    Raises    StateConflict if the locks were never to be had; the migrations that were done stay
              done, and the same call goes on from there.
    """
    _as_owner(at)
    from django.db import OperationalError, connection  # noqa: PLC0415  # not before Django is on

    ran: list[str] = []
    waits = iter(pauses)
    while True:
        try:
            _migrate(ran)
            break
        except OperationalError as error:
            lacks_lock = isinstance(error.__cause__, errors.LockNotAvailable)
            if not lacks_lock and not isinstance(error.__cause__, errors.DeadlockDetected):
                raise
            pause = next(waits, None)
            if pause is None:
                left = _unapplied()
                details = {"migration": left[0] if left else "libraries", "count": str(len(ran))}
                raise StateConflict(Fault("DBS-045", details=details)) from None
        finally:
            connection.close()  # and with it the session's locks and settings
        sleep(pause)
    return tuple(ran)


def _migrate(ran: list[str]) -> None:
    """One try; adds what it did to the list, also where it fails.

    Raises    OperationalError if a lock is not to be had.
    """
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", (LOCK_WAIT,))
        cursor.execute("SELECT pg_advisory_lock(hashtext('motocho migrations'))")
    before = _unapplied()
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        after = set(_unapplied())
        ran += [name for name in before if name not in after]
    with connection.cursor() as cursor:
        cursor.execute((files("motocho.config") / "libraries.sql").read_text(encoding="utf-8"))


def pending(at: Address | None = None) -> tuple[str, ...]:
    """The migrations that have not run yet, in their order, as `app.name` [未適用の移行]."""
    _as_owner(at)
    return _unapplied()


def _as_owner(at: Address | None) -> None:
    """Turn Django to the schema's owner; what hinders the login is said in our words."""
    known = at or address()
    known.connect(Role.OWNER).close()
    setup(Role.OWNER, known)


def _unapplied() -> tuple[str, ...]:
    from django.db import connection  # noqa: PLC0415
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    executor = MigrationExecutor(connection)
    plan: list[tuple[Any, bool]] = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return tuple(f"{migration.app_label}.{migration.name}" for migration, _ in plan)
