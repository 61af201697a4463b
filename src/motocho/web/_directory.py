"""Which directory this site shows: the settings', the operator's, or the fictional one [連絡先]."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from motocho.care.settings import Setting, standing
from motocho.contact.directory import FILE, Directory, read, read_file, shipped
from motocho.outside import clock

_read = lru_cache(maxsize=4)(read)
_LAST_KNOWN: dict[str, Directory] = {}
"""By the database's name: numbers are shown while the database does not answer, too."""


def directory() -> Directory:
    """The directory of this site today [連絡先]; a version in force counts before the file."""
    base = str(connection.settings_dict["NAME"])
    if not base:  # no database at all: the public pages stand without one
        return _of_file()
    try:
        with connection.cursor() as cursor:
            found = standing(cursor, Setting.DIRECTORY, clock.business_date())
    except (OperationalError, InterfaceError):
        return _LAST_KNOWN.get(base) or _of_file()
    _LAST_KNOWN[base] = _of_file() if found is None else _read(found.text, FILE)
    return _LAST_KNOWN[base]


@cache
def _of_file() -> Directory:
    named: str | None = settings.DIRECTORY_FILE
    return read_file(Path(named), clock.business_date()) if named else shipped()
