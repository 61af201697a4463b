"""What passes with the credit bureau, as the worker does it [信用情報の授受]."""

from __future__ import annotations

from datetime import date
from typing import Any

from motocho.close import day
from motocho.config import _partners
from motocho.outside import clock
from motocho.screening.bureau import Carrier


def carrier() -> Carrier:
    """How this installation sends and takes in [授受の設定]."""
    return Carrier(_partners.line_to, clock.now, _booking_date)


def _booking_date(cursor: Any) -> date:
    return day.booking_date(cursor, clock.business_date())
