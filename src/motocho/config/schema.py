"""The schema of the database: migrations, run by its owner [スキーマ].

Each room's migrations grant what they make. What libraries make is granted in `libraries.sql`,
because their migrations know nothing of our roles.
"""

from __future__ import annotations

from importlib.resources import files
from time import sleep
from typing import Any

import psycopg

from motocho.config.database import address
from motocho.config.settings import setup
from motocho.outside.postgres import Address, Role
from motocho.units.errors import Fault, StateConflict

LOCK_TRIES = 60
LOCK_PAUSE_SECONDS = 1


def migrate(at: Address | None = None) -> tuple[str, ...]:
    """Bring the schema up to date; gives the migrations that ran [移行].

    Takes     the address, where it is not the one the environment names. Django stays turned to the
              owner; call `setup` for another role.
    Raises    OutsideFailure where the owner cannot log in; StateConflict where a table stays locked
              by others. Each migration ran wholly or not at all; run it again.
    Why       safe beside a working book: a migration that does not get its lock in a second gives
              up, lets everybody pass, and tries again. Of two at once one waits for the other.
    """
    known = at or address()
    with known.connect(Role.OWNER, autocommit=True) as turn:
        turn.execute("SET lock_timeout = 0")
        turn.execute("SELECT pg_advisory_lock(hashtext('motocho migrate'))")
        ran = pending(known)
        for _ in range(LOCK_TRIES):
            if _migrated():
                return ran
            sleep(LOCK_PAUSE_SECONDS)
    raise StateConflict(Fault("DBS-019", excerpt=str(LOCK_TRIES)))


def _migrated() -> bool:
    """Whether all migrations and grants ran; not, where a lock was not to be had."""
    from django.core.management import call_command  # noqa: PLC0415  # not before Django is on
    from django.db import OperationalError, connection  # noqa: PLC0415

    try:
        call_command("migrate", verbosity=0, interactive=False)
        with connection.cursor() as cursor:
            cursor.execute((files("motocho.config") / "libraries.sql").read_text(encoding="utf-8"))
    except OperationalError as error:
        if isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
            return False
        raise
    return True


def pending(at: Address | None = None) -> tuple[str, ...]:
    """The migrations that have not run yet, in their order, as `app.name` [未適用の移行]."""
    known = at or address()
    known.connect(Role.OWNER).close()  # what hinders it is then said in our words
    setup(Role.OWNER, known)
    from django.db import connection  # noqa: PLC0415
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    executor = MigrationExecutor(connection)
    plan: list[tuple[Any, bool]] = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return tuple(f"{migration.app_label}.{migration.name}" for migration, _ in plan)
