"""What an office sets for itself: letterhead, how a new case begins [事務所].

Settings are added and never changed; the newest of a name counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from motocho.claims import assumptions as assumed
from motocho.office.cases import _sealing
from motocho.units.errors import Fault, FaultyInput, InputError, clipped

LETTERHEAD = (
    "office_name",
    "office_postal_code",
    "office_address",
    "office_phone",
    "office_fax",
    "office_people",
    "office_seal_note",
)
"""What stands at the head of a paper, in this order; each is a text of a line or some."""
BEGINNING = "beginning_assumptions"
"""The switches that the first scenario of a new case is given."""
LONGEST = 2_000


def office_settings() -> Mapping[str, Any]:
    """Every setting by its name, the newest of each [事務所の設定]."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (name) name, setting_no, body FROM office_setting"
            " ORDER BY name, setting_no DESC"
        )
        found = cursor.fetchall()
    return {name: _sealing.opened(body, _place(name)) for name, _, body in found}


def set_office_settings(settings: Mapping[str, Any], *, at: datetime) -> None:
    """Set some settings; what stands as it is is not written again [事務所の設定の保存].

    Raises    InputError for a name that is none, and a text that is too long; FaultyInput with
              every faulty switch of the conventions.
    """
    for name, value in settings.items():
        if name not in (*LETTERHEAD, BEGINNING):
            raise InputError(Fault("STU-031", excerpt=clipped(name)))
        if name == BEGINNING:
            read = assumed.read(value)
            if read.faults:
                raise FaultyInput(*read.faults)
        elif not isinstance(value, str) or len(value) > LONGEST:
            raise InputError(Fault("STU-032", column=name, details={"length": f"{LONGEST:,}"}))
    with transaction.atomic(), connection.cursor() as cursor:
        known = office_settings()
        cursor.executemany(
            "INSERT INTO office_setting (name, body, at) VALUES (%s, %s, %s)",
            [
                (name, _sealing.seal(value, _place(name)), at)
                for name, value in settings.items()
                if known.get(name) != value
            ],
        )


def _place(name: str) -> str:
    return f"setting {name}"
