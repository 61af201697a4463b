"""The night asks for what happened that day, by indexes; only the reports on the whole book read it all."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from django.db import connections
from tests.close.book import Lender, query
from tests.database import Database
from tests.large_book import multiply, patterns
from tests.loans.desk import days

from motocho.outside.postgres import ADMIN

TODAY = date(2026, 2, 10)
WHOLE = {"loan_agreement", "loan_terms", "ledger_balance"}
"""Read by the accrual report and the trial balance, which are of the whole book."""
SMALL = {"loan_product", "close_day"}


def test_the_night_goes_by_the_keys(database: Database, tmp_path: Path) -> None:
    lender = Lender(tmp_path, TODAY)
    patterns(lender, TODAY)
    multiply(database.address, 10)
    connections.close_all()
    with database.connect(ADMIN, autocommit=True) as admin:
        # So that a table of some thousand rows is read as one of millions is: by an index if one fits.
        admin.execute(f'ALTER DATABASE "{database.address.database}" SET enable_seqscan = off')
        admin.execute("SELECT pg_stat_reset()")
        lender.close(TODAY + days(1))
        query("SELECT pg_stat_force_next_flush()")
        connections.close_all()
        rows = admin.execute(
            "SELECT relname, seq_scan, seq_tup_read FROM pg_stat_user_tables WHERE seq_tup_read > 0"
        ).fetchall()
    assert {name for name, *_ in rows} <= WHOLE | SMALL, rows
