"""The credit bureau that the demonstration is in: applications get answers [実演の加入機関]."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from motocho.loans.commands import Key
from motocho.outside.bureau import Form
from motocho.screening import bureau

BUREAU_ID, COMPANY_CODE = "jicc", "1234"
_ACTOR = "demo"


def join(cursor: Any, at: datetime, business_on: date) -> None:
    """Become a member of it, once; what is owed that day waits to be reported [加入]."""
    if bureau.memberships.every(cursor):
        return
    terms = bureau.Terms.JICC
    one = bureau.Bureau(BUREAU_ID, COMPANY_CODE, business_on, Form.FIXED, terms, is_asked=True)
    bureau.join(cursor, one, _ACTOR, at)
    after: Key | None = Key(0, 0)
    while after is not None:
        _, after = bureau.following.report_all(cursor, one, after, at)
