"""What a consultation shows is what the ledger does; what is agreed happens once, all of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any, NamedTuple

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.database import Database
from tests.loans.crowd import at_once, behind
from tests.loans.desk import Desk, days
from tests.people.house import kinds_of, rows

from motocho.care import resting
from motocho.care.reliefs import limits as policy
from motocho.care.reliefs import offers, scenarios
from motocho.care.reliefs.consultations import Topic
from motocho.care.reliefs.offers import Agreeing, Answer, Draft, Offer, Road
from motocho.care.reliefs.scenarios import OFFERED, Scenario, Told, Way
from motocho.contact import gate, guard
from motocho.contact.guard import Channel, Purpose
from motocho.contact.holds import Source
from motocho.kernel.revolving import Arrangement
from motocho.kernel.schedule import Scheme
from motocho.loans import commands, queries
from motocho.loans.commands import Key, Made
from motocho.outside.clock import JAPAN
from motocho.outside.postgres import Role
from motocho.units.errors import FaultyInput, NotFoundError, RefusedError, StateConflict

OPENED = date(2026, 1, 5)
STAFF, MEMBER = Source("staff 1", "desk form 1"), Source("member", "site form 1")


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk()


def loan(desk: Desk, scheme: Scheme = Scheme.MONTHLY, day: int = 25, yen: int = 200_000) -> Key:
    key = desk.open(OPENED, scheme=scheme, day=day)
    desk.draw(key, yen, OPENED)
    return key


def at(on: date) -> datetime:
    return datetime.combine(on, time(3), UTC)


def beside(desk: Desk, key: Key, told: Told, on: date) -> dict[Way, Scenario]:
    found = desk.do(scenarios.beside, key, told, on)
    return {one.way: one for one in found}


def made_offer(desk: Desk, key: Key, way: Way, told: Told, on: date) -> Offer:
    draft = Draft(key, way, told, Topic.INCOME, "card_loan")
    source = replace(STAFF, ref=f"offer of {way.value}")
    found: Offer = desk.do(offers.make, draft, source, on, at(on))
    return found


def agree(desk: Desk, offer: Offer, on: date, made: Made | None = None) -> Offer:
    mark = offers.figures_of(desk.do(offers.fresh, offer, on)).mark
    wanted = Agreeing(Road.SITE, mark)
    found: Offer = desk.do(offers.agree, offer, wanted, made or desk.made(on))
    return found


# ------------------------------------------------------------ what is shown is what the ledger does
LATE = date(2026, 3, 20)
IN_TIME = date(2026, 1, 12)


def paid_through(desk: Desk, key: Key, shown: Scenario) -> tuple[int, int]:
    """The ledger, where each payment that was shown comes on its day: extra yen, what is due after."""
    assert shown.followed is not None
    extra_yen = 0
    for row in shown.followed.rows:
        on = row.on
        position = desk.do(queries.position, key, on)
        assert position.payoff_yen >= row.paid_yen
        step = desk.receive(key, row.paid_yen, on).step
        cost = step.to_interest_yen + step.to_damages_yen
        assert cost == row.extra_yen, (shown.way, row)
        assert step.to_excess_yen == 0
        extra_yen += cost
    return extra_yen, desk.do(queries.position, key, shown.followed.ends_on).due_yen


@pytest.mark.rule("LEDG-015")
@pytest.mark.rule("LEDG-016")
@pytest.mark.rule("LEDG-027")
@pytest.mark.parametrize("scheme", [Scheme.MONTHLY, Scheme.EVERY_35_DAYS])
@pytest.mark.parametrize("on", [IN_TIME, LATE])
@pytest.mark.parametrize("way", list(Way))
def test_every_way_comes_true_on_the_ledger_to_its_end(
    desk: Desk, scheme: Scheme, on: date, way: Way
) -> None:
    key = loan(desk, scheme)
    told = Told(able_yen=4_000, able_on=on + days(9), times=4, due_day=28)
    shown = beside(desk, key, told, on).get(way)
    if shown is None or shown.followed is None:
        assert shown is None or shown.refusal is not None
        return
    if way is not Way.AS_IS:
        offer = made_offer(desk, key, way, told, on)
        assert offer.shown == offers.figures_of(shown)
        assert agree(desk, offer, on).answer is Answer.AGREED
    extra_yen, due_yen = paid_through(desk, key, shown)
    assert (extra_yen, due_yen) == (shown.followed.extra_yen, 0)


class Life(NamedTuple):
    """A loan, a day, and what was told on it."""

    scheme: Scheme
    yen: int
    on: date
    told: Told
    way: Way


@st.composite
def lives(draw: st.DrawFn) -> Life:
    on = draw(st.dates(date(2026, 1, 10), date(2026, 6, 30)))
    able_on = on + days(draw(st.integers(0, 45)))
    told = Told(
        draw(st.integers(100, 30_000)), able_on, draw(st.integers(1, 6)), draw(st.integers(0, 31))
    )
    yen = draw(st.integers(10, 500)) * 1_000
    return Life(draw(st.sampled_from(list(Scheme))), yen, on, told, draw(st.sampled_from(OFFERED)))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(life=lives())
@example(  # the due date was a Sunday, and may be paid today still
    life=Life(
        Scheme.MONTHLY,
        10_000,
        date(2026, 1, 26),
        Told(100, date(2026, 1, 26), 1),
        Way.INTEREST_ONLY,
    )
)
def test_any_way_comes_true_whatever_was_told(desk: Desk, life: Life) -> None:
    with transaction.atomic():
        key = loan(desk, life.scheme, yen=life.yen)
        shown = beside(desk, key, life.told, life.on).get(life.way)
        if shown is not None and shown.followed is not None:
            agree(desk, made_offer(desk, key, life.way, life.told, life.on), life.on)
            assert paid_through(desk, key, shown)[0] == shown.followed.extra_yen
        transaction.set_rollback(True)  # Django's own signature


@pytest.mark.rule("LEDG-015")
def test_reliefs_cost_less_now_and_more_in_the_end(desk: Desk) -> None:
    key = loan(desk)
    told = Told(able_yen=4_000, able_on=IN_TIME + days(3), times=3, due_day=28)
    found = beside(desk, key, told, IN_TIME)
    now = found[Way.AS_IS].followed
    assert now is not None
    assert Way.MINIMUM not in found
    assert Way.INSTALMENTS not in found
    for way in (Way.INTEREST_ONLY, Way.REDUCED, Way.LONGER):
        then = found[way].followed
        assert then is not None
        assert then.now.paid_yen < now.now.paid_yen
        assert found[way].more_yen > 0
        assert then.payments > now.payments
    longer = found[Way.LONGER].followed
    assert longer is not None
    assert longer.payments <= policy.limits(IN_TIME).longest_payments
    assert found[Way.REDUCED].until == found[Way.REDUCED].followed.rows[2].on  # type: ignore[union-attr]


def test_longer_way_has_the_smallest_payment_that_ends_in_time(desk: Desk) -> None:
    key = loan(desk)
    shown = beside(desk, key, Told(4_000, IN_TIME), IN_TIME)[Way.LONGER]
    assert shown.followed is not None
    change = shown.change
    assert isinstance(change, Arrangement)
    unit = policy.limits(IN_TIME).unit_yen
    less = change._replace(amount_yen=change.amount_yen - unit, until=date.max.toordinal())
    other = desk.do(queries.follow, key, less, shown.first, IN_TIME)
    assert other is None or other.payments > policy.limits(IN_TIME).longest_payments


def test_two_months_on_the_15th_clear_what_was_missed_and_the_next(desk: Desk) -> None:
    key, on = loan(desk), date(2026, 2, 20)
    told = Told(1_000, date(2026, 3, 15))
    shown = beside(desk, key, told, on)[Way.TWO_MONTHS]
    assert shown.followed is not None
    assert shown.followed.now.on == date(2026, 3, 15)
    assert shown.followed.rows[1].on == date(2026, 4, 25)
    offer = made_offer(desk, key, Way.TWO_MONTHS, told, on)
    agree(desk, offer, on)
    desk.receive(key, shown.followed.now.paid_yen, date(2026, 3, 15))
    position = desk.do(queries.position, key, date(2026, 3, 15))
    assert (position.late_since, position.due_on) == (None, date(2026, 4, 25))


def test_nothing_owed_has_no_ways(desk: Desk) -> None:
    key = desk.open(OPENED)
    assert desk.do(scenarios.beside, key, Told(1_000, OPENED), OPENED) == ()


# ------------------------------------------------------------------------------ what policy refuses
@pytest.mark.rule("LEDG-015")
@pytest.mark.rule("LEDG-016")
@pytest.mark.parametrize(("way", "told", "code"), [
    (Way.PROMISE, Told(5_000, LATE - days(1)), "CAR-031"),
    (Way.PROMISE, Told(5_000, LATE + days(46)), "CAR-031"),
    (Way.REDUCED, Told(1, LATE), "CAR-032"),
    (Way.REDUCED, Told(900_000, LATE), "CAR-032"),
    (Way.REDUCED, Told(4_000, LATE, times=7), "CAR-033"),
    (Way.INSTALMENTS, Told(4_000, LATE, times=13), "CAR-033"),
    (Way.INSTALMENTS, Told(4_000, LATE, times=0), "CAR-033"),
    (Way.DUE_DAY, Told(4_000, LATE, due_day=28), "LON-030"),
])  # fmt: skip
def test_what_policy_refuses_is_neither_followed_nor_offered(
    desk: Desk, way: Way, told: Told, code: str
) -> None:
    key = loan(desk)
    shown = desk.do(scenarios.compared, key, way, told, LATE)
    assert shown.followed is None
    assert shown.refusal.code == code
    with pytest.raises(RefusedError) as refused:
        made_offer(desk, key, way, told, LATE)
    assert refused.value.faults[0].code == code
    assert not rows("SELECT 1 FROM care_offer")


@pytest.mark.parametrize("edge", [0, 45])
def test_promise_reaches_to_the_last_day_of_the_policy(desk: Desk, edge: int) -> None:
    key = loan(desk)
    told = Told(5_000, LATE + days(edge))
    agreed = agree(desk, made_offer(desk, key, Way.PROMISE, told, LATE), LATE)
    assert agreed.promise_no is not None
    found = desk.do(commands.open_promise, key)
    assert (found.amount_yen, found.pay_on) == (5_000, LATE + days(edge))


BROKEN = (
    "- {from: 2020-01-01, until: 2020-12-31, reduced_most_payments: 6, instalments_most: 12,"
    " longest_payments: 60, promise_most_days: 45, offer_open_days: 7, grace_days: 3, unit_yen: 100}\n"
)


@pytest.mark.parametrize("text", [
    BROKEN,
    BROKEN + BROKEN.replace("2020-01-01", "2021-01-02").replace("2020-12-31", "null"),
    BROKEN.replace("2020-12-31", "null").replace("grace_days: 3, ", ""),
    BROKEN.replace("2020-12-31", "null").replace("grace_days: 3", "grace_days: 0"),
    BROKEN.replace("2020-12-31", "null").replace("grace_days: 3", "grace_days: three"),
    BROKEN.replace("2020-12-31", "null").replace("grace_days", "graces"),
    BROKEN.replace("2020-12-31", "soon"),
])  # fmt: skip
def test_policy_that_cannot_be_read_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(FaultyInput) as refused:
        policy.read(text)
    assert {one.code for one in refused.value.faults} == {"CAR-030"}


def test_policy_of_a_day_is_the_row_that_holds_then() -> None:
    later = BROKEN.replace("2020-01-01", "2021-01-01").replace("2020-12-31", "null")
    first, second = policy.read(BROKEN + later.replace("grace_days: 3", "grace_days: 5"))
    assert (first.until, second.limits.grace_days) == (date(2020, 12, 31), 5)
    assert policy.limits(date(2019, 1, 1)) == policy.limits(date(2026, 1, 1))


# --------------------------------------------------------------------------------- it is agreed
@pytest.mark.rule("LEDG-015")
@pytest.mark.rule("COLL-003")
@pytest.mark.rule("VULN-002")
def test_agreed_offer_brings_relief_promise_and_rest_at_once(desk: Desk) -> None:
    key, pay_on = loan(desk), LATE + days(10)
    offer = made_offer(desk, key, Way.INSTALMENTS, Told(4_000, pay_on, times=3), LATE)
    noon = datetime.combine(LATE, time(12), JAPAN)
    offered = desk.do(gate.facts_of, key.member_id, noon)
    campaign = guard.hindrances(replace(offered, has_consent=True), Purpose.CAMPAIGN, noon)
    assert "CON-012" in {one.refusal.code for one in campaign}
    agreed = agree(desk, offer, LATE)
    assert agreed.answer is Answer.AGREED
    assert desk.do(commands.open_promise, key).pay_on == pay_on
    assert rows("SELECT kind, actor FROM loan_event WHERE kind = 'arrangement'") == [
        ("arrangement", "operator 1")
    ]
    assert rows("SELECT road, answered_on, answered_by FROM care_offer") == [
        ("site", LATE, "operator 1")
    ]
    promised = desk.do(gate.facts_of, key.member_id, noon)
    for day, refused in ((LATE, True), (pay_on, True), (pay_on + days(1), False)):
        moment = datetime.combine(day, time(12), JAPAN)
        found = guard.hindrances(promised, Purpose.ARREARS, moment, Channel.PHONE)
        assert ("COLL-003" in {one.refusal.rule_id for one in found}) is refused, day
    assert kinds_of(key.member_id)[-1] == "offer_agreed"


def test_agreeing_twice_is_agreeing_once(desk: Desk) -> None:
    key = loan(desk)
    offer = made_offer(desk, key, Way.REDUCED, Told(4_000, LATE), LATE)
    made = desk.made(LATE)
    assert agree(desk, offer, LATE, made) == agree(desk, offer, LATE, made)
    assert agree(desk, offer, LATE).answer is Answer.AGREED
    assert rows("SELECT count(*) FROM loan_event WHERE kind = 'arrangement'") == [(1,)]
    assert rows("SELECT count(*) FROM loan_promise") == [(1,)]


def test_two_who_agree_at_one_time_agree_once(desk: Desk) -> None:
    key = loan(desk)
    offer = made_offer(desk, key, Way.REDUCED, Told(4_000, LATE), LATE)
    answers = at_once([lambda: agree(desk, offer, LATE).answer for _ in range(6)])
    assert answers == [Answer.AGREED] * 6
    assert rows("SELECT count(*) FROM loan_event WHERE kind = 'arrangement'") == [(1,)]


@pytest.mark.rule("LEDG-015")
def test_other_figures_than_were_seen_agree_to_nothing(desk: Desk) -> None:
    key = loan(desk)
    offer = made_offer(desk, key, Way.INTEREST_ONLY, Told(4_000, LATE + days(5)), LATE)
    seen = offers.figures_of(desk.do(offers.fresh, offer, LATE)).mark
    desk.receive(key, 1_000, LATE)
    before = kinds_of(key.member_id)
    with pytest.raises(StateConflict):
        desk.do(offers.agree, offer, Agreeing(Road.SITE, seen), desk.made(LATE))
    assert kinds_of(key.member_id) == before
    assert not rows("SELECT 1 FROM loan_event WHERE kind = 'arrangement'")
    assert agree(desk, offer, LATE).answer is Answer.AGREED


def test_receipt_that_commits_meanwhile_leaves_nothing_agreed(
    database: Database, desk: Desk
) -> None:
    """Whoever agrees waits for who moves money, and then sees that the figures are others."""
    key = loan(desk)
    offer = made_offer(desk, key, Way.REDUCED, Told(4_000, LATE), LATE)
    seen = offers.figures_of(desk.do(offers.fresh, offer, LATE)).mark

    def receipt() -> None:
        with connection.cursor() as cursor:
            commands.receive(cursor, key, 1_000, LATE, desk.made(LATE))

    def agreeing() -> str:
        with pytest.raises(StateConflict):
            desk.do(offers.agree, offer, Agreeing(Road.SITE, seen), desk.made(LATE))
        return "other figures"

    with database.connect("postgres", autocommit=True) as watch:
        assert behind(receipt, agreeing, watch) == "other figures"
    assert rows("SELECT answer FROM care_offer") == [(None,)]


def test_agreeing_and_a_rest_at_one_time_do_not_hold_each_other_up(desk: Desk) -> None:
    for _ in range(3):
        key = loan(desk)
        offer = made_offer(desk, key, Way.REDUCED, Told(4_000, LATE), LATE)
        for number in range(2):
            wanted, made = desk.made(LATE), replace(desk.made(LATE), external_ref=f"{key} {number}")
            work: list[Callable[[], Any]] = [
                partial(agree, desk, offer, LATE, wanted),
                partial(desk.do, resting.begin, key.member_id, 1, made),
            ]
            at_once(work)
        assert desk.do(offers.one, key.member_id, offer.offer_id).answer is Answer.AGREED
        desk.member_id = desk.member()


def test_offer_ends_with_its_first_payment_at_the_latest(desk: Desk) -> None:
    offer = made_offer(desk, loan(desk), Way.PROMISE, Told(4_000, LATE + days(2)), LATE)
    assert offer.last_on == LATE + days(2)


def test_offer_ends_with_its_last_day(desk: Desk) -> None:
    key = loan(desk)
    told = Told(4_000, LATE + days(20))
    offer = made_offer(desk, key, Way.PROMISE, told, LATE)
    assert offer.last_on == LATE + days(7)
    late = offer.last_on + days(1)
    assert desk.do(offers.waiting, key.member_id, offer.last_on) == [offer]
    assert desk.do(offers.waiting, key.member_id, late) == []
    for answer in (lambda: agree(desk, offer, late),
                   lambda: desk.do(offers.decline, offer, MEMBER, late, at(late))):  # fmt: skip
        with pytest.raises(RefusedError) as refused:
            answer()
        assert refused.value.faults[0].code == "CAR-036"
    assert agree(desk, offer, offer.last_on).answer is Answer.AGREED


def test_declined_offer_changes_nothing_and_another_replaces_an_open_one(desk: Desk) -> None:
    key = loan(desk)
    first = made_offer(desk, key, Way.REDUCED, Told(4_000, LATE), LATE)
    assert made_offer(desk, key, Way.REDUCED, Told(5_000, LATE), LATE) == first  # the same form
    second = made_offer(desk, key, Way.PROMISE, Told(4_000, LATE), LATE)
    answers = [one.answer for one in desk.do(offers.of_agreement, key)]
    assert answers == [None, Answer.REPLACED]
    with pytest.raises(RefusedError):
        agree(desk, first, LATE)
    declined = desk.do(offers.decline, second, MEMBER, LATE, at(LATE))
    assert desk.do(offers.decline, second, MEMBER, LATE, at(LATE)) == declined
    with pytest.raises(RefusedError):
        agree(desk, second, LATE)
    assert not rows("SELECT 1 FROM loan_promise")
    with pytest.raises(NotFoundError):
        desk.do(offers.one, key.member_id + 1, first.offer_id)


def test_agreed_offer_takes_the_place_of_an_open_promise(desk: Desk) -> None:
    key = loan(desk)
    desk.do(commands.promise, key, 5_000, LATE + days(3), desk.made(LATE))
    agree(desk, made_offer(desk, key, Way.PROMISE, Told(6_000, LATE + days(9)), LATE), LATE)
    assert rows("SELECT outcome, amount_yen FROM loan_promise ORDER BY promise_no") == [
        ("withdrawn", 5_000), (None, 6_000)
    ]  # fmt: skip


def test_other_due_dates_promise_nothing(desk: Desk) -> None:
    key = loan(desk)
    told = Told(4_000, IN_TIME, due_day=28)
    agreed = agree(desk, made_offer(desk, key, Way.DUE_DAY, told, IN_TIME), IN_TIME)
    assert agreed.promise_no is None
    assert desk.do(queries.plan_of, key, IN_TIME).day_of_month == 28


# --------------------------------------------------------------------------- the database holds it
AGREED = "answer = 'agreed', agreed = '{}', answered_at = made_at, answered_by = 'member'"


@pytest.mark.rule("LEDG-015")
@pytest.mark.parametrize("change", [
    "shown = '{}'",
    "answer = 'agreed'",
    f"{AGREED}, answered_on = made_on, road = 'voice'",
    f"{AGREED}, answered_on = last_on + 1, road = 'site'",
])  # fmt: skip
def test_raw_sql_neither_agrees_by_itself_nor_rewrites_an_offer(
    database: Database, desk: Desk, change: str
) -> None:
    key = loan(desk)
    made_offer(desk, key, Way.PROMISE, Told(4_000, LATE), LATE)
    with (
        database.connect(Role.APP) as raw,
        pytest.raises(Exception, match=r"permission|check|added"),
    ):
        raw.execute(f"UPDATE care_offer SET {change}")


def test_raw_sql_answers_no_offer_twice(desk: Desk) -> None:
    key = loan(desk)
    offer = made_offer(desk, key, Way.PROMISE, Told(4_000, LATE), LATE)
    desk.do(offers.decline, offer, MEMBER, LATE, at(LATE))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE care_offer SET answer = NULL, answered_at = NULL, answered_by = NULL"
        )
