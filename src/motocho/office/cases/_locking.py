"""The passphrase of a studio: set on its first day, told at each start [合言葉].

The passphrase protects what lies on the disk: whoever takes the machine or a copy of the folder
reads neither rows nor names. It does not protect from a program of the same user while the studio
is open, and what was written before there was one would stay plain: so it is set before the first
case.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from motocho.office.cases import _sealing
from motocho.units.errors import Fault, InputError, RefusedError


def is_locked() -> bool:
    """Whether the passphrase is wanted before anything can be read [施錠中か]."""
    return not _sealing.holds_key() and has_passphrase()


def has_passphrase() -> bool:
    """Whether this studio has one [合言葉の有無]."""
    with connection.cursor() as cursor:
        return _wrapped(cursor) is not None


def unlock(passphrase: str) -> None:
    """Tell this process the passphrase [解錠].

    Raises    RefusedError for another one, and for a studio that has none.
    """
    with connection.cursor() as cursor:
        wrapped = _wrapped(cursor)
    if wrapped is None:
        raise RefusedError(Fault("STU-025"))
    _sealing.hold(_sealing.unwrapped(wrapped, passphrase))


def lock() -> None:
    """Let this process forget the key [施錠]."""
    _sealing.hold(None)


def set_passphrase(passphrase: str, *, at: datetime) -> None:
    """Give a studio its passphrase, or another one [合言葉の設定].

    Raises    InputError for one that is too short; RefusedError where cases were kept without one,
              or while the studio is locked.
    Why       another passphrase wraps the same key anew: nothing has to be sealed again.
    """
    if len(passphrase.strip()) < _sealing.LEAST_PASSPHRASE:
        raise InputError(Fault("STU-023", details={"least": str(_sealing.LEAST_PASSPHRASE)}))
    with transaction.atomic(), connection.cursor() as cursor:
        # Nobody opens a case, and nobody else sets one, before this is done.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('office lock'))")
        had_one = _wrapped(cursor) is not None
        if not had_one and _is_used(cursor):
            raise RefusedError(Fault("STU-024"))
        if had_one and not _sealing.holds_key():
            raise RefusedError(Fault("STU-021"))
        key = _sealing.held_key() or _sealing.new_key()
        cursor.execute(
            "INSERT INTO office_lock (lock_no, wrapped, at)"
            " SELECT coalesce(max(lock_no), 0) + 1, %s, %s FROM office_lock",
            (_sealing.wrapped_anew(key, passphrase), at),
        )
    _sealing.hold(key)


def _wrapped(cursor: Any) -> bytes | None:
    cursor.execute("SELECT wrapped FROM office_lock ORDER BY lock_no DESC LIMIT 1")
    found = cursor.fetchone()
    return None if found is None else bytes(found[0])


def _is_used(cursor: Any) -> bool:
    cursor.execute(
        "SELECT EXISTS (SELECT FROM office_operation) OR EXISTS (SELECT FROM office_setting)"
    )
    return bool(cursor.fetchone()[0])
