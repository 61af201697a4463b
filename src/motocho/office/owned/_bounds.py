"""How much a case of a member's own may hold, and how fast it may grow [上限].

What a member does for themselves on the lender's server is kept for as long as the case is. A
person who types is nowhere near these; a program that fills a disk is stopped.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from motocho.units.errors import Fault, RefusedError

MOST_ENTRIES = 5_000
MOST_BYTES = 8 << 20
MOST_ROWS = 5_000
MOST_GROUPS_A_MINUTE = 120
_SPAN = timedelta(minutes=1)


def check_room(cursor: Any, case_id: int, at: datetime) -> None:
    """Whether another entry may be written into a case [記録の上限].

    Raises    RefusedError where it holds as much as a case may, or grew too fast.
    """
    cursor.execute(
        "SELECT count(*), coalesce(sum(length(body)), 0),"
        " count(DISTINCT first_seq) FILTER (WHERE at > %s)"
        " FROM office_operation WHERE case_id = %s",
        (at - _SPAN, case_id),
    )
    entries, size, groups = cursor.fetchone()
    if entries >= MOST_ENTRIES or size >= MOST_BYTES:
        raise RefusedError(Fault("STS-001", details={"most": f"{MOST_ENTRIES:,}"}))
    if groups >= MOST_GROUPS_A_MINUTE:
        raise RefusedError(Fault("STS-002", details={"most": str(MOST_GROUPS_A_MINUTE)}))
