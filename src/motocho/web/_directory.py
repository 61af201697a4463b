"""Which directory this site shows: the operator's, or the fictional one [連絡先の選択]."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings

from motocho.contact.directory import Directory, read_file, shipped


@cache
def directory() -> Directory:
    """The directory of this site, read once [連絡先]."""
    named: str | None = settings.DIRECTORY_FILE
    return read_file(Path(named)) if named else shipped()
