"""Several reads of a case that see one and the same state of it [同一時点の参照]."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

_ONE_MOMENT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


@contextmanager
def at_one_moment() -> Iterator[None]:
    """What is read inside is of one moment: no half of what somebody writes meanwhile [同一時点].

    Why       each statement by itself sees what was committed before it, so that a log and what
              goes with it could be of two states. Inside a transaction of the caller's the caller's
              own isolation counts.
    """
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ONE_MOMENT)
        yield
