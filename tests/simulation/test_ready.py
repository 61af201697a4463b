"""The members of the demonstration stand as they are said to, on the first day and on later ones."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from tests.loans.crowd import do
from tests.people.house import House

from motocho.contact.holds import Source
from motocho.kernel.schedule import Scheme
from motocho.loans import queries
from motocho.loans.queries import Position
from motocho.outside.clock import JAPAN
from motocho.people import members
from motocho.screening import applications, bureau
from motocho.screening.applications import Plan, Said, Use, Wanted
from motocho.simulation.demonstration import bureaus, ready, showcase
from motocho.simulation.demonstration.ready import READY, Moved, OldRow, Standing
from motocho.simulation.demonstration.showcase import Condition

BEGUN = date(2026, 11, 20)
OLD = (
    OldRow(date(2006, 1, 10), Moved.BORROWED, 100_000),
    OldRow(date(2007, 1, 10), Moved.REPAID, 200_000),
)


def prepared(on: date) -> dict[Standing, Position]:
    """How the three stand on a day on which the demonstration is started."""
    do(ready.prepare, OLD, datetime(on.year, on.month, on.day, 12, tzinfo=JAPAN), on)
    found = {}
    for one in READY:
        member = do(members.by_number, one.member_number)
        (listed,) = do(queries.agreements, member.member_id)
        found[one.standing] = do(queries.position, listed.key, on)
    return found


@pytest.mark.usefixtures("database", "pepper")
def test_three_stand_as_they_are_said_to_on_later_days_too() -> None:
    for later in (0, 0, 1, 40, 41, 200):
        seen = prepared(BEGUN + timedelta(days=later))
        assert seen[Standing.ON_TIME].late_since is None, later
        assert seen[Standing.ON_TIME].principal_yen > 0
        late = seen[Standing.LATE]
        assert late.late_since is not None or late.accelerated_on is not None
        assert seen[Standing.OVERPAID].excess_yen > 0


@pytest.mark.usefixtures("database", "pepper")
def test_whoever_applied_on_its_site_makes_it_no_book_of_somebody_else() -> None:
    at, plan = datetime(2026, 11, 20, 12, tzinfo=JAPAN), showcase.plan(20, 1, BEGUN)
    prepared(BEGUN)
    assert do(showcase.condition, plan) is not Condition.ANOTHER
    stranger = House().member()
    assert do(showcase.condition, plan) is Condition.ANOTHER
    wanted = Wanted(
        Plan(ready.PRODUCT.product_id, Scheme.EVERY_35_DAYS, 0),
        300_000,
        Use.LIVING,
        Said(3_000_000, 0, None),
    )
    do(applications.submit, stranger.member_id, wanted, Source("member", "form 1"), at)
    assert do(showcase.condition, plan) is not Condition.ANOTHER


@pytest.mark.usefixtures("database", "pepper")
def test_its_bureau_is_joined_once() -> None:
    prepared(BEGUN)
    for later in (0, 1):
        on = BEGUN + timedelta(days=later)
        do(bureaus.join, datetime(on.year, on.month, on.day, 12, tzinfo=JAPAN), on)
    (joined,) = do(bureau.memberships.every)
    assert (joined.bureau_id, joined.joined_on, joined.is_asked) == ("jicc", BEGUN, True)
