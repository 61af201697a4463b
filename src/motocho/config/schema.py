"""The schema of the database: migrations, run by its owner [スキーマ].

Each room's migrations grant what they make. What libraries make is granted in `libraries.sql`,
because their migrations know nothing of our roles.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from motocho.config.database import address
from motocho.config.settings import setup
from motocho.outside.postgres import Address, Role


def migrate(at: Address | None = None) -> tuple[str, ...]:
    """Bring the schema up to date; gives the migrations that ran [移行].

    Takes     the address, where it is not the one the environment names. Django stays turned to the
              owner; call `setup` for another role.
    Raises    OutsideFailure where the owner cannot log in.
    """
    ran = pending(at)
    from django.core.management import call_command  # noqa: PLC0415  # not before Django is on
    from django.db import connection  # noqa: PLC0415

    call_command("migrate", verbosity=0, interactive=False)
    with connection.cursor() as cursor:
        cursor.execute((files("motocho.config") / "libraries.sql").read_text(encoding="utf-8"))
    return ran


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
