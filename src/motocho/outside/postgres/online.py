"""Changes of a schema while the book is in use [無停止の移行].

`docs/operations/upgrade.md` says which change may run beside draws and receipts, and how. What
needs more than one statement to be harmless is written here once, for migrations to use.
"""

from __future__ import annotations

from motocho.units.errors import ensure

LOCK_WAIT = "2s"
"""How long a migration stands in the way at most: well below what the application waits."""
PATIENCE = "15min"
"""How long an index waits for transactions that began before it: it holds nobody up."""


def add_index(name: str, definition: str) -> tuple[str, ...]:
    """The statements that make an index beside running commands [索引の追加].

    Takes     its name; what follows the name in `CREATE INDEX`. For a migration with
              `atomic = False`, each statement by itself.
    Why       an attempt that failed leaves an invalid index behind, which must go first; so the
              migration may be run again as it is.
    """
    ensure(name.isidentifier(), "an index has a plain name", name=name)
    return (
        f"SET lock_timeout = '{PATIENCE}'",
        f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
        f"CREATE INDEX CONCURRENTLY {name} {definition}",
        f"SET lock_timeout = '{LOCK_WAIT}'",
    )


def drop_index(name: str) -> tuple[str, ...]:
    """The statements that take an index away beside running commands [索引の削除]."""
    ensure(name.isidentifier(), "an index has a plain name", name=name)
    return (
        f"SET lock_timeout = '{PATIENCE}'",
        f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
        f"SET lock_timeout = '{LOCK_WAIT}'",
    )
