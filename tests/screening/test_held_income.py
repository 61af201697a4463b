"""Evidence that monitoring asked for: what may be held, and what follows in the book."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from tests.database import Database
from tests.loans.crowd import do
from tests.screening.applications.office import SINCE, SLIP, Office

from motocho.loans import commands, queries
from motocho.loans.commands import BureauAnswer
from motocho.loans.policy import Stop
from motocho.screening.applications import incomes
from motocho.screening.applications.incomes import Seen
from motocho.screening.capacity import Employment, PaperKind
from motocho.units.errors import FaultyInput, InputError, NotAllowedError, RefusedError

SAME = Employment("call", SINCE, new_confirmed_on=SINCE, months_paid=24)


@pytest.mark.rule("LEND-005")
@pytest.mark.rule("LEND-012")
@pytest.mark.rule("LEND-015")
def test_a_held_paper_lifts_the_stop_that_its_lack_brought(
    database: Database, tmp_path: Path
) -> None:
    office = Office(tmp_path, database)
    office.consent()
    office.counter.desk.open(office.on, 700_000, member_id=office.member_id)
    told = BureauAnswer(office.on, 300_001, "B-9", 100_001)
    learned = do(commands.record_bureau_answer, office.member_id, told, office.made())
    assert (
        learned.evidence_due_on is not None
    )  # above 1,000,000 by one yen without what 10条の21 leaves out
    office.counter.later(days=40)
    assert do(commands.checks.stop_overdue, office.member_id, office.made()) == 1
    (key,) = [one.key for one in do(queries.agreements, office.member_id)]
    assert Stop.INCOME_EVIDENCE_DUE in do(queries.position, key, office.on).stops

    def accept(seen: Seen, staff: Any = None) -> Any:
        by = (staff or office.first, office.made())
        return do(incomes.accept_income, office.member_id, seen, by)

    ref = office.document()
    years = {"old": date(2023, 11, 20), "fresh": date(2024, 2, 1)}
    held = replace(SLIP, year=2023, issued_on=years["fresh"])
    for bad in (
        replace(held, issued_on=office.on.replace(year=office.on.year - 3, day=1)),
        replace(held, kind=PaperKind.OTHER),
    ):
        with pytest.raises(RefusedError):
            accept(Seen(ref, bad, SAME))
    with pytest.raises(RefusedError):  # nobody asked about the employer
        accept(Seen(ref, held))
    with pytest.raises(NotAllowedError):
        accept(Seen(ref, held, SAME), office.operator)
    with pytest.raises(InputError):
        accept(Seen(office.document(office.counter.desk.member()), held, SAME))
    done = accept(Seen(ref, held, SAME))
    assert Stop.INCOME_EVIDENCE_DUE not in done.stops
    with connection.cursor() as cursor:
        kept = queries.newest_income(cursor, office.member_id)
        assert kept is not None
        assert (kept.kind, kept.annual_yen) == ("withholding_slip", 6_000_000)
        assert not kept.income.is_latest(office.on)  # held, and no ground for a higher limit
        assert queries.evidence_asked(cursor, office.member_id) is None
    with pytest.raises(FaultyInput):
        incomes.seen_of("D1", {"paper": {"kind": "bankbook"}})
    seen = incomes.seen_of("D1", {"paper": {"kind": "tax_return", "year": 2025}, "employment": {}})
    assert (seen.paper.source, seen.employment) == ("D1", Employment("D1"))
