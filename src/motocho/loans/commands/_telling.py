"""What every command does: refuse with a reason, and write its row in the journal [共通の処理]."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from motocho.journal.rows import Happening, write
from motocho.law.rules import Refusal
from motocho.loans._book import Key, Made
from motocho.units.errors import Fault, RefusedError


def refused(refusal: Refusal | None) -> None:
    """Raise what policy refuses [拒否].

    Raises    RefusedError with the refusal's rule and reason.
    """
    if refusal is not None:
        fault = refusal.fault()
        raise RefusedError(replace(fault, details={**fault.details, "rule": refusal.rule_id}))


def refuse_amount(amount_yen: int) -> None:
    """Raise for an amount that is no money [金額の点検]."""
    if amount_yen < 1:
        raise RefusedError(Fault("LON-063", details={"amount": f"{amount_yen:,}"}))


def refuse_day(value_on: date, made: Made) -> None:
    """Raise for a day that has not come [日付の点検]."""
    if value_on > made.business_on:
        details = {"on": str(value_on), "today": str(made.business_on)}
        raise RefusedError(Fault("LON-064", details=details))


def tell(cursor: Any, key: Key, kind: str, made: Made, **subject: int | str) -> None:
    """The command's row in the journal [日誌]."""
    about = {"agreement": key.agreement_id, **subject}
    write(cursor, [Happening(key.member_id, kind, made.actor, made.booked_at, about)])
