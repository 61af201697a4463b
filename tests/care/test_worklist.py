"""Whom to call next: the list agrees with the gate and with the table beside it, and stays in order."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.contact import matrix

from motocho.care.worklist import hours, policy, ranking
from motocho.care.worklist.hours import Best, Experience, Grounds, Rate, Slot
from motocho.care.worklist.policy import STAGES, Why, periods, read
from motocho.care.worklist.ranking import Called, Ground, Person, Ranked
from motocho.contact import guard
from motocho.contact.guard import JAPAN, Facts, Hand, Hold, HoldKind, Hours, Purpose
from motocho.loans.standing import Lateness
from motocho.units.errors import FaultyInput

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=JAPAN)  # a Wednesday
HELD = policy.policy(NOON.date())
LATE = Ground(Why.LATE, Purpose.ARREARS, days=5, yen=4_000, stage="late_1_to_30")
PLAIN = Facts(is_asked_for=False)


def ranked(*people: Person, at: datetime = NOON, hand: Hand = Hand.STAFF) -> Ranked:
    return ranking.rank(people, HELD, at, hand)


def person(number: int, *grounds: Ground, facts: Facts = PLAIN, called: Called | None = None) -> Person:  # fmt: skip
    return Person(number, facts, grounds or (LATE,), called)


def order(found: Ranked) -> list[int]:
    return [row.person.member_id for row in found.rows]


# ------------------------------------------------------------------------------- the gate's answer
CALLED_FOR = ("arrears", "reminder", "duty", "asked_for", "service", "campaign", "identity")
WHY_OF = {"arrears": Why.LATE, "reminder": Why.DUE_SOON, "duty": Why.PAPERS}


@pytest.mark.rule("COLL-001")
@pytest.mark.rule("COLL-002")
@pytest.mark.rule("COLL-003")
def test_list_agrees_with_the_table_of_the_law_on_many_situations() -> None:
    """A second route to the gate: the table of `tests.contact.matrix`, which knows no guard."""
    dice, met = random.Random(23), Counter[str]()
    for number in range(2_500):
        case = matrix.situation(dice)
        case.channel, case.whom, case.other, case.basis = "phone", "own", "", "own_records"
        case.hand = dice.choice(("staff", "supervisor"))
        facts, _, at, way = matrix.given(case)
        purposes = dice.sample(CALLED_FOR, dice.randrange(1, 4))
        grounds = tuple(Ground(WHY_OF.get(one, Why.TASK), Purpose(one)) for one in purposes)
        found = ranked(person(number, *grounds, facts=facts), at=at, hand=way.hand)
        allowed = set()
        for one in purposes:
            case.purpose = one
            if not matrix.judge(case):
                allowed.add(Purpose(one))
        if allowed:
            (row,) = found.rows
            assert row.ground.purpose in allowed, case
            first = min(HELD.order.index(one.why) for one in grounds if one.purpose in allowed)
            assert HELD.order.index(row.ground.why) == first
        else:
            (later,) = found.later
            assert later.hindrances, case
            assert later.opens_at is None or later.opens_at > at
        met["now" if allowed else "later"] += 1
    assert min(met.values()) > 300


def test_first_moment_of_later_is_one_at_which_the_list_shows_the_person() -> None:
    dice, opened = random.Random(5), 0
    for number in range(1_500):
        case = matrix.situation(dice)
        case.channel, case.whom, case.other, case.basis = "phone", "own", "", "own_records"
        facts, _, at, _ = matrix.given(case)
        found = ranked(person(number, facts=facts), at=at)
        if found.rows or found.later[0].opens_at is None:
            continue
        then = found.later[0].opens_at
        ahead = guard.as_on(facts, at, then)
        assert order(ranked(person(number, facts=ahead), at=then)) == [number], case
        opened += 1
    assert opened > 200


@pytest.mark.parametrize(("clock", "shown"), [
    ((7, 59), 0), ((8, 0), 1), ((20, 59), 1), ((21, 0), 0),
])  # fmt: skip
def test_hours_of_the_law_flip_the_list(clock: tuple[int, int], shown: int) -> None:
    found = ranked(person(1), at=NOON.replace(hour=clock[0], minute=clock[1]))
    assert (len(found.rows), len(found.later)) == (shown, 1 - shown)
    assert (found.counts[Why.LATE], found.later_counts[Why.LATE]) == (shown, 1 - shown)


def test_promise_of_today_waits_for_tomorrow_and_a_missed_one_comes_first() -> None:
    running = replace(PLAIN, promised_on=NOON.date())
    over = replace(PLAIN, promised_on=NOON.date() - timedelta(days=1))
    missed = Ground(Why.PROMISE_MISSED, Purpose.ARREARS, days=1, yen=500)
    today = Ground(Why.PROMISE_TODAY, Purpose.ARREARS)
    found = ranked(
        person(1), person(2, LATE, missed, facts=over), person(3, LATE, today, facts=running)
    )
    assert order(found) == [2, 1]
    assert found.rows[0].ground is missed
    assert found.rows[0].others == (LATE,)
    (later,) = found.later
    assert (later.ground, later.opens_at) == (today, datetime(2026, 11, 26, 8, tzinfo=JAPAN))


def test_complaint_leaves_it_to_a_supervisor() -> None:
    hold = Hold(HoldKind.COMPLAINT, NOON.date(), None)
    one = person(1, facts=replace(PLAIN, holds=(hold,)))
    assert order(ranked(one)) == []
    assert order(ranked(one, hand=Hand.SUPERVISOR)) == [1]


# ------------------------------------------------------------------------------- hours and rests
def asked_for(at: datetime) -> Ground:
    return Ground(Why.CALL_BACK, Purpose.ASKED_FOR, at)


@pytest.mark.parametrize(("minutes", "shown"), [(-11, 0), (-10, 1), (0, 1), (300, 1)])
def test_agreed_hour_is_shown_ten_minutes_before(minutes: int, shown: int) -> None:
    ground = asked_for(NOON)
    facts = replace(PLAIN, is_asked_for=True)
    found = ranked(person(1, ground, facts=facts), at=NOON + timedelta(minutes=minutes))
    assert len(found.rows) == shown
    if not shown:
        assert found.later[0].opens_at == NOON - timedelta(minutes=10)


def test_agreed_hour_wakes_nobody_up_at_night() -> None:
    night = NOON.replace(hour=22)
    facts = replace(PLAIN, is_asked_for=True)
    one = person(1, asked_for(night), facts=facts)
    for minutes in (-10, 0, 61):
        missed = ranked(one, at=night + timedelta(minutes=minutes))
        assert missed.rows == ()
        assert missed.later[0].opens_at == datetime(2026, 11, 26, 8, tzinfo=JAPAN)
    assert order(ranked(one, at=datetime(2026, 11, 26, 8, tzinfo=JAPAN))) == [1]


def test_who_was_called_rests_and_who_was_spoken_to_waits_for_tomorrow() -> None:
    tried = Called(NOON - timedelta(minutes=179), is_reached=False)
    (later,) = ranked(person(1, called=tried)).later
    assert later.opens_at == NOON + timedelta(minutes=1)
    assert later.hindrances == ()
    assert order(ranked(person(1, called=tried), at=NOON + timedelta(minutes=1))) == [1]
    spoken = ranked(person(1, called=Called(NOON, is_reached=True)))
    assert spoken.later[0].opens_at == datetime(2026, 11, 26, 8, tzinfo=JAPAN)
    wanted = person(1, asked_for(NOON), facts=replace(PLAIN, is_asked_for=True), called=tried)
    assert order(ranked(wanted)) == [1]


def test_call_back_that_reached_nobody_is_made_again_after_a_rest() -> None:
    missed = Called(NOON + timedelta(minutes=1), is_reached=False)
    facts = replace(PLAIN, is_asked_for=True)
    one = person(1, asked_for(NOON), facts=facts, called=missed)
    (later,) = ranked(one, at=NOON + timedelta(minutes=5)).later
    assert later.opens_at == NOON + timedelta(minutes=181)
    assert order(ranked(one, at=NOON + timedelta(minutes=181))) == [1]


# -------------------------------------------------------------------------------------------- order
GROUNDS = st.builds(
    Ground,
    st.sampled_from([Why.LATE, Why.PAPERS, Why.DUE_SOON, Why.PROMISE_MISSED, Why.FOLLOW_UP]),
    st.none(),
    at=st.none(),
    agreement_id=st.just(0),
    yen=st.just(0),
    ref=st.integers(0, 9),
    days=st.integers(0, 200),
    stage=st.sampled_from(STAGES),
)


@given(st.lists(st.lists(GROUNDS, min_size=1, max_size=3), max_size=12), st.randoms())
def test_order_is_total_and_the_same_whoever_comes_first(
    many: list[list[Ground]], dice: random.Random
) -> None:
    people = [person(number, *grounds) for number, grounds in enumerate(many)]
    found = ranked(*people)
    dice.shuffle(people)
    assert order(ranked(*people)) == order(found)
    assert len(found.rows) + len(found.later) == len(many)
    assert sum(found.counts.values()) == len(found.rows)
    places = [HELD.order.index(row.ground.why) for row in found.rows]
    assert places == sorted(places)
    for row in found.rows:
        assert all(
            HELD.order.index(row.ground.why) <= HELD.order.index(one.why) for one in row.others
        )


def test_stage_then_longest_wait() -> None:
    def late(days: int, stage: str) -> Ground:
        return LATE._replace(days=days, stage=stage)

    found = ranked(
        person(1, late(95, "late_from_91")), person(2, late(4, "late_1_to_30")),
        person(3, late(20, "late_1_to_30")), person(4, late(40, "late_31_to_60")),
        person(5, late(20, "late_1_to_30")),
    )  # fmt: skip
    assert order(found) == [3, 5, 2, 4, 1]
    papers = [Ground(Why.PAPERS, Purpose.DUTY, days=days) for days in (9, 2)]
    assert order(ranked(person(1, papers[0]), person(2, papers[1]))) == [2, 1]


def test_good_hour_comes_first_within_a_reason_and_a_stage() -> None:
    far = LATE._replace(days=99, stage="late_from_91")
    found = ranked(person(1), person(2), person(3, far), person(4, far))
    later = Best(NOON + timedelta(hours=6), Grounds.OWN)
    now = Best(NOON, Grounds.OWN)
    rows = ranking.timed(found.rows, {1: later, 2: now, 3: later, 4: now}, HELD, NOON)
    assert [row.person.member_id for row in rows] == [2, 1, 4, 3]


# ---------------------------------------------------------------------------------------- good hours
def plain_score(slot: Slot, known: Experience) -> tuple[int, int]:
    """A second route in fractions of a common denominator: numerator, denominator."""
    weight = HELD.weight_tries
    tries = sum(rate.tries for rate in known.house.values())
    spoken = sum(rate.reached for rate in known.house.values())
    overall = (spoken, tries) if tries else (1, 2)
    prior = overall
    if tries >= HELD.house_least_tries:
        rate = known.house.get(slot, Rate(0, 0))
        prior = rate.reached * overall[1] + weight * overall[0], (rate.tries + weight) * overall[1]
    if len(known.own) < HELD.own_least_tries:
        return prior
    own = [reached for at, reached in known.own if hours.slot_of(at) == slot]
    return sum(own) * prior[1] + weight * prior[0], (len(own) + weight) * prior[1]


CALLS = st.tuples(
    st.integers(0, 24 * 60).map(lambda hour: NOON - timedelta(hours=hour)), st.booleans()
)
HOUSES = st.dictionaries(
    st.builds(Slot, st.booleans(), st.integers(8, 20)),
    st.tuples(st.integers(1, 200), st.integers(0, 200)).map(lambda two: Rate(max(two), min(two))),
    max_size=6,
)


@given(st.lists(CALLS, max_size=12), HOUSES, st.integers(0, 24 * 7))
def test_best_hour_agrees_with_a_search_over_every_hour(
    own: list[tuple[datetime, bool]], house: dict[Slot, Rate], ahead: int
) -> None:
    at = NOON + timedelta(hours=ahead)
    known = Experience(tuple(own), house)
    found = hours.best(known, HELD, at)
    assert found.at >= at
    assert 8 <= found.at.hour < 21
    if found.grounds is Grounds.NONE:
        assert found.rate == Rate(0, 0)
        return
    best = plain_score(hours.slot_of(found.at), known)
    for hour in range(24 * 7):
        other = (at + timedelta(hours=hour)).replace(minute=0)
        if 8 <= other.hour < 21:
            score = plain_score(hours.slot_of(other), known)
            # In parts of a million, as the scores are kept.
            assert score[0] * 1_000_000 // score[1] <= best[0] * 1_000_000 // best[1] + 1


def test_little_data_claims_nothing() -> None:
    few = tuple((NOON - timedelta(days=day), True) for day in range(HELD.own_least_tries - 1))
    found = hours.best(Experience(few), HELD, NOON)
    assert (found.at, found.grounds) == (NOON, Grounds.NONE)
    night = hours.best(Experience(), HELD, NOON.replace(hour=23))
    assert (night.at, night.grounds) == (datetime(2026, 11, 26, 8, tzinfo=JAPAN), Grounds.NONE)


def test_own_calls_speak_and_an_hour_that_never_answers_falls_behind() -> None:
    evening = NOON.replace(hour=19) - timedelta(days=7)
    answered = tuple((evening - timedelta(days=7 * week), True) for week in range(5))
    found = hours.best(Experience(answered), HELD, NOON)
    assert (found.at, found.grounds) == (NOON.replace(hour=19), Grounds.OWN)
    assert found.rate == Rate(5, 5)
    silent = tuple((at, False) for at, _ in answered)
    assert hours.slot_of(hours.best(Experience(silent), HELD, NOON).at).hour != 19


def test_wish_comes_before_everything_that_was_observed() -> None:
    calls = tuple((NOON - timedelta(days=7 * week), True) for week in range(9))
    found = hours.best(Experience(calls, {}, (Hours(18, 20),)), HELD, NOON)
    assert (found.at, found.grounds) == (NOON.replace(hour=18), Grounds.WISH)
    none = hours.best(Experience(calls, {}, (Hours(8, 9), Hours(18, 20))), HELD, NOON)
    assert none.grounds is Grounds.NONE


def slot(hour: int) -> Slot:
    return Slot(is_weekend=False, hour=hour)


def test_house_speaks_where_there_is_enough_of_it() -> None:
    house = {slot(18): Rate(100, 60), slot(10): Rate(99, 10)}
    assert hours.best(Experience((), house), HELD, NOON).grounds is Grounds.NONE
    enough = {**house, slot(11): Rate(1, 0)}
    found = hours.best(Experience((), enough), HELD, NOON)
    assert (found.at.hour, found.grounds, found.rate) == (18, Grounds.HOUSE, Rate(100, 60))


# -------------------------------------------------------------------------------------------- policy
def test_stages_are_those_of_the_loans() -> None:
    assert set(STAGES) == {one.value for one in Lateness} - {"current", "uncounted", "accelerated"}


def written() -> str:
    (one,) = periods()
    held = one.policy
    lines = [
        f"order: [{', '.join(why.value for why in held.order)}]",
        f"stages: [{', '.join(held.stages)}]",
        *(f"{name}: {getattr(held, name)}" for name in policy.COUNTS),
    ]
    return "- from: 2020-01-01\n  until: null\n" + "".join(f"  {line}\n" for line in lines)


@pytest.mark.parametrize(("before", "after", "key"), [
    ("claim_minutes: 15", "claim_minutes: 0", "claim_minutes"),
    ("claim_minutes: 15", "claim_minutes: soon", "claim_minutes"),
    ("claim_minutes: 15\n", "claim_minute: 15\n", "claim_minute"),
    ("[consultation,", "[call_back,", "order"),
    ("stages: [late_1_to_30, ", "stages: [", "stages"),
    ("until: null", "until: 2030-01-01", "until"),
    ("from: 2020-01-01", "from: yesterday", "from"),
])  # fmt: skip
def test_policy_that_lacks_something_is_refused(before: str, after: str, key: str) -> None:
    assert read(written())[0].policy == HELD
    with pytest.raises(FaultyInput) as refused:
        read(written().replace(before, after))
    assert key in {fault.details["key"] for fault in refused.value.faults}


def test_policy_of_a_day_and_a_gap_between_two() -> None:
    ended = written().replace("until: null", "until: 2027-03-31")
    next_one = written().replace("2020-01-01", "2027-04-01").replace("minutes: 15", "minutes: 5")
    assert [one.policy.claim_minutes for one in read(ended + next_one)] == [15, 5]
    with pytest.raises(FaultyInput):
        read(ended + next_one.replace("2027-04-01", "2027-04-02"))
    assert policy.policy(date(2019, 1, 1)) == HELD
