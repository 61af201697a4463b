"""Many clients at once, each a thread with a connection of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from django.db import connection, transaction

T = TypeVar("T")
PATIENCE_SECONDS = 120
"""How long a client of a test waits before the test fails; it never hangs."""


def do(command: Callable[..., T], *arguments: Any, **named: Any) -> T:
    """A command in a transaction of its own."""
    with transaction.atomic(), connection.cursor() as cursor:
        return command(cursor, *arguments, **named)


def at_once(work: Sequence[Callable[[], T]]) -> list[T]:
    """Do all of it at once; gives the results in their order, raises what one of them raised."""
    start = threading.Barrier(len(work))

    def client(one: Callable[[], T]) -> T:
        with ready():
            start.wait(PATIENCE_SECONDS)
            return one()

    with ThreadPoolExecutor(len(work)) as pool:
        return [future.result() for future in [pool.submit(client, one) for one in work]]


@contextmanager
def ready() -> Iterator[None]:
    """The thread's connection, opened, with a limit to its patience, and closed afterwards."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = '{PATIENCE_SECONDS}s'")
        yield
    finally:
        connection.close()


def behind(holder: Callable[[], Any], waiter: Callable[[], T], watch: psycopg.Connection[Any]) -> T:
    """Let `waiter` wait for a lock that `holder` took, until the transaction of `holder` commits.

    Takes     a connection of its own in autocommit, to see who waits.
    """

    def client() -> T:
        with ready():
            return waiter()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            holder()
            future: Future[T] = pool.submit(client)
            ends = time.monotonic() + PATIENCE_SECONDS
            while not _somebody_waits(watch):
                assert time.monotonic() < ends, "nobody waits for a lock"
                assert not future.done(), (
                    f"it did not wait: {future.exception() or future.result()}"
                )
                time.sleep(0.01)
        return future.result()


def _somebody_waits(watch: psycopg.Connection[Any]) -> bool:
    found = watch.execute(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    ).fetchone()
    assert found is not None
    return bool(found[0])
