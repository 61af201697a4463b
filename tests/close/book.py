"""A lender with a business date for the tests of the night, and everything its book says."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from tests.loans.desk import CARD, Desk

from motocho.close import day, tasks
from motocho.close.plan import Task, TaskKind
from motocho.close.run import Closed, Night, run
from motocho.loans.commands import Key
from motocho.loans.products import Product
from motocho.loans.standing import Seen, see

MOMENT = datetime.combine(date(2026, 1, 5), time(15), UTC)


class Lender(Desk):
    """A desk whose business date the night moves on."""

    def __init__(self, folder: Path, opens_on: date, product: Product = CARD) -> None:
        super().__init__(product)
        self.night = Night(lambda: MOMENT, folder)
        self.do(day.open_book, opens_on)

    def close(self, until: date) -> tuple[Closed, ...]:
        return run(self.night, until)

    def news(self, kind: str) -> list[dict[str, Any]]:
        rows = query(
            "SELECT member_id, subject::text FROM journal_row WHERE kind = %s ORDER BY row_id", kind
        )
        return [{"member": member_id, **json.loads(subject)} for member_id, subject in rows]

    def tasks(self, *kinds: TaskKind) -> list[Task]:
        with connection.cursor() as cursor:
            found = tasks.still_open(cursor, date(2100, 1, 1), kinds or tuple(TaskKind))
        return [one.task for one in found]


def query(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def today() -> date:
    with transaction.atomic(), connection.cursor() as cursor:
        return day.business_date(cursor)


def seen(key: Key) -> Seen:
    with connection.cursor() as cursor:
        return see(cursor, [key])[0]


EVERYTHING = {
    "agreements": "SELECT member_id, agreement_id, status, stops, principal_yen, event_no, state::text, wake_on"
    " FROM loan_agreement ORDER BY 1, 2",
    "journal": "SELECT member_id, kind, actor, (subject - '{entry,stage}'::text[])::text, happened_at FROM journal_row ORDER BY 1, 2, 4, 5",
    "tasks": "SELECT member_id, agreement_id, kind, found_on, due_on, until_on, facts::text, ended_on, outcome"
    " FROM close_task ORDER BY 1, 2, 3, 4, 7",
    "arrears": "SELECT * FROM close_arrears ORDER BY 1, 2",
    "checks": "SELECT * FROM loan_check ORDER BY 1, 2, 3, 4",
    "accrual": "SELECT * FROM close_accrual ORDER BY 1, 2, 3",
    "totals": "SELECT * FROM close_total ORDER BY 1, 2",
    "balances": "SELECT member_id, book_id, account, debit_yen, credit_yen FROM ledger_balance ORDER BY 1, 2, 3",
    "seals": "SELECT sealed_on, entries, total_yen FROM ledger_seal ORDER BY 1",
    "entries": "SELECT member_id, book_id, kind, phase, channel, external_ref, value_on, business_on, total_yen"
    " FROM ledger_entry ORDER BY 1, 2, 5, 6",
    "lines": "SELECT receipt_ref, status, reason, member_id, agreement_id, event_no FROM close_bank_line ORDER BY 1",
    "day": "SELECT business_on FROM close_day",
    "stages": "SELECT member_id, agreement_id, late_since, step, way, days_late, decided_on FROM care_stage ORDER BY 1, 2, 3, 4",
    "stage tries": "SELECT s.member_id, s.agreement_id, s.late_since, s.step, t.try_no, t.state, t.reason FROM care_stage s"
    " JOIN care_stage_try t USING (member_id, stage_no) ORDER BY 1, 2, 3, 4, 5",
    "calls": "SELECT member_id, kind, purpose, planned_at FROM contact_task ORDER BY 1, 2, 4",
    "parked": "SELECT member_id, agreement_id, step, reason FROM close_parked WHERE freed_on IS NULL ORDER BY 1, 2, 3",
}
"""What two books must have in common to be the same: all but numbers drawn from sequences."""


def everything() -> dict[str, list[tuple[Any, ...]]]:
    return {name: query(sql) for name, sql in EVERYTHING.items()}
