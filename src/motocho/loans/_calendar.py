"""Days on which banks are closed, as the kernel asks for them [銀行休業日]."""

from __future__ import annotations

from collections.abc import Container
from datetime import date
from functools import lru_cache

from motocho.outside.bank import is_business_day


class ClosedDays(Container[int]):
    """Days on which banks are closed, as ordinals [銀行休業日]."""

    def __contains__(self, day: object) -> bool:
        return isinstance(day, int) and _is_closed(day)


@lru_cache(maxsize=65_536)
def _is_closed(day: int) -> bool:
    return not is_business_day(date.fromordinal(day))


CLOSED = ClosedDays()
