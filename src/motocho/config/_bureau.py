"""What passes with the credit bureau, as the worker does it [信用情報の授受]."""

from __future__ import annotations

from datetime import date
from typing import Any

from motocho.close import day
from motocho.outside import bureau, clock
from motocho.screening.bureau import Carrier, carry


def carrier() -> Carrier:
    """How this installation sends and takes in [授受の設定]."""
    return Carrier(bureau.from_environment, clock.now, _booking_date)


def _booking_date(cursor: Any) -> date:
    return day.booking_date(cursor, clock.business_date())


def pass_on(*, timestamp: int) -> None:  # noqa: ARG001  # the clock is read at each step
    """News become inquiries and reports; files go out and come in [信用情報の授受]."""
    carry(carrier())
