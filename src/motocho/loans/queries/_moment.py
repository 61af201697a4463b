"""Queries read all that they read as of one moment [同一時点の参照]."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.db import transaction

P = ParamSpec("P")
T = TypeVar("T")

_ONE_MOMENT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


def at_one_moment(
    query: Callable[Concatenate[Any, P], T],
) -> Callable[Concatenate[Any, P], T]:
    """A query of several statements, none of which sees half a command of another [同一時点の参照].

    Why       each statement by itself sees what was committed before it, so a command that commits
              between two of them would be seen in one only. Inside a transaction of the caller's
              the caller's own isolation counts.
    """

    @wraps(query)
    def read(cursor: Any, /, *arguments: P.args, **named: P.kwargs) -> T:
        if cursor.db.in_atomic_block:
            return query(cursor, *arguments, **named)
        with transaction.atomic(using=cursor.db.alias):
            cursor.execute(_ONE_MOMENT)
            return query(cursor, *arguments, **named)

    return read
