"""Which directory this site shows: the operator's, or the fictional one [連絡先の選択]."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings

from motocho.contact.directory import Desk, Directory, Lender, read_file, shipped
from motocho.outside import clock
from motocho.web.words import Tongue


@cache
def directory() -> Directory:
    """The directory of this site, read once [連絡先]."""
    named: str | None = settings.DIRECTORY_FILE
    return read_file(Path(named), clock.business_date()) if named else shipped()


def name_of(thing: Desk | Lender, tongue: Tongue) -> str:
    """The name of a desk or of the lender in a tongue [名称]."""
    return thing.name_en if tongue is Tongue.EN else thing.name_ja
