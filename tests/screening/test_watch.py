"""The daily look at open lines: each threshold by one, a second reading of a year, crashes, skipped days."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.database import Database
from tests.loans.crowd import do
from tests.loans.desk import Desk, days
from tests.people.house import MAIL, House, rows
from tests.screening.bureau.counter import Counter

from motocho.law.rules import Refusal
from motocho.loans import commands, queries
from motocho.loans.commands import BureauAnswer, Key
from motocho.loans.policy import Stop
from motocho.notices import sending
from motocho.outside.clock import JAPAN
from motocho.people import consents
from motocho.people.access import Role, Staff
from motocho.people.consents import Consent, Told
from motocho.people.facts.values import Address, Email, Employer, Kind
from motocho.screening import bureau, watch
from motocho.screening.watch import (
    CAUSES,
    Act,
    Cause,
    Learned,
    Members,
    Road,
    WatchNight,
    policy,
    watch_day,
)
from motocho.units.errors import NotAllowedError

ON = date(2026, 11, 24)
HOUSE = policy(ON)
REVIEWER = Staff(7, frozenset({Role.REVIEWER}))


def noon(on: date) -> datetime:
    return datetime.combine(on, time(12), JAPAN)


def night(on: date, chunk: int = 20_000, *besides: Any) -> WatchNight:
    return WatchNight(lambda: noon(on), chunk=chunk, besides=besides)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk()


def line(desk: Desk, opened: date = date(2026, 6, 1)) -> Key:
    return desk.open(opened, member_id=desk.member())


def asked(member_id: int | None = None) -> set[tuple[int, str]]:
    found = rows("SELECT member_id, reason FROM loan_watch WHERE ended_on IS NULL")
    return {(row[0], row[1]) for row in found if member_id in {None, row[0]}}


def draws(desk: Desk, key: Key, on: date, count: int) -> None:
    for _ in range(count):
        desk.draw(key, 1_000, on)


# --------------------------------------------------------------------------------- each threshold
@pytest.mark.rule("FRAUD-005")
def test_many_draws_are_asked_about_from_the_tenth_within_seven_days(desk: Desk) -> None:
    enough, few, spread = line(desk), line(desk), line(desk)
    first = ON - days(HOUSE.often_days)
    for key, before, last in ((enough, 1, 9), (few, 0, 9)):
        draws(desk, key, first, before)
        draws(desk, key, ON - days(1), last)
    draws(desk, spread, first - days(1), 1)
    draws(desk, spread, ON - days(1), 9)
    assert watch_day(night(ON), ON).asked == 1
    assert asked() == {(enough.member_id, "often_drawn")}
    made = desk.made(ON)
    assert do(watch.own_draws, enough.member_id, made)
    desk.draw(enough, 1_000, ON)
    watch_day(night(ON + days(1)), ON + days(1))  # what was told counts no more
    assert asked() == set()


def test_facts_are_confirmed_every_two_years(desk: Desk) -> None:
    old = line(desk, date(ON.year - HOUSE.facts_years, ON.month, ON.day))
    line(desk, date(ON.year - HOUSE.facts_years, ON.month, ON.day) + days(1))
    watch_day(night(ON), ON)
    assert asked() == {(old.member_id, "facts_old")}
    (one,) = do(queries.watches_of, old.member_id)
    assert (one.due_on, one.stopped_on) == (ON + days(HOUSE.facts_days), None)
    do(watch.confirm_facts, old.member_id, desk.made(ON))
    assert asked(old.member_id) == set()
    watch_day(night(ON + days(2)), ON + days(2))
    assert asked(old.member_id) == set()


def test_another_employer_is_confirmed_by_a_reviewer_with_a_paper(desk: Desk) -> None:
    house, key, calm = House(), line(desk), line(desk)
    for member_id in (key.member_id, calm.member_id):
        house.tell(member_id, Kind.EMPLOYER, Employer("山川商店"), at=noon(ON - days(300)))
    house.tell(key.member_id, Kind.EMPLOYER, Employer("海山工業"), at=noon(ON - days(1)))
    watch_day(night(ON), ON)
    assert asked() == {(key.member_id, "employer_changed")}
    made = desk.made(ON)
    check = commands.watches.EmployerCheck(ON, commands.watches.EmployerFound.NEW, "DOC-1")
    with pytest.raises(NotAllowedError):
        do(
            watch.confirm_employer,
            key.member_id,
            check,
            (Staff(8, frozenset({Role.OPERATOR})), made),
        )
    assert do(watch.confirm_employer, key.member_id, check, (REVIEWER, made))
    assert asked() == set()


def test_who_cannot_be_reached_is_tried_again_and_then_stops(desk: Desk) -> None:
    letter, phone, both = line(desk), line(desk), line(desk)
    for key, roads in (
        (letter, (Road.LETTER,)),
        (phone, (Road.PHONE,)),
        (both, (Road.PHONE, Road.MAIL)),
    ):
        for road in roads:
            assert do(watch.note_unreached, key.member_id, road, desk.made(ON - days(1)))
    watch_day(night(ON), ON)
    assert asked() == {(one.member_id, "unreachable") for one in (letter, both)}
    tasks = rows(
        "SELECT member_id FROM contact_task WHERE facts->>'what' = 'reach_again' ORDER BY 1"
    )
    assert [row[0] for row in tasks] == [letter.member_id, both.member_id]
    House().tell(
        letter.member_id,
        Kind.ADDRESS,
        Address("1000001", "東京都千代田区千代田1-1"),
        at=noon(ON) + timedelta(hours=1),
    )
    watch_day(night(ON + days(1)), ON + days(1))
    assert asked() == {(both.member_id, "unreachable")}
    made = desk.made(ON + days(1))
    assert do(watch.judge, both.member_id, Stop.UNREACHABLE, (REVIEWER, made))
    watch_day(night(ON + days(2)), ON + days(2))
    assert asked() == set()
    assert do(watch.note_unreached, both.member_id, Road.LETTER, desk.made(ON + days(2)))
    watch_day(night(ON + days(3)), ON + days(3))
    assert asked() == {(both.member_id, "unreachable")}


def test_mail_that_came_back_by_itself_counts_as_one_that_a_hand_noted(desk: Desk) -> None:
    """A phone that is not in use and a mail that came back: nobody has to type the second."""
    house, both, phone, mail, mended, late = House(), *(line(desk) for _ in range(5))
    for key in (both, phone, mail, mended, late):
        house.tell(key.member_id, Kind.EMAIL, MAIL, at=noon(ON - days(40)))
    for key in (both, phone, mended, late):
        do(watch.note_unreached, key.member_id, Road.PHONE, desk.made(ON - days(3)))
    for key, back_on in ((both, ON - days(1)), (mail, ON - days(1)), (mended, ON - days(2)),
                         (late, ON)):  # fmt: skip
        ((fact_no,),) = rows(
            "SELECT max(fact_no) FROM people_fact WHERE kind = 'email' AND member_id = %s",
            key.member_id,
        )
        do(sending.note_bounce, key.member_id, fact_no, noon(back_on))
    house.tell(mended.member_id, Kind.EMAIL, Email("new@example.jp"), at=noon(ON - days(1)))
    watch_day(night(ON), ON)
    assert asked() == {(both.member_id, "unreachable")}
    watch_day(night(ON + days(1)), ON + days(1))
    assert asked() == {(both.member_id, "unreachable"), (late.member_id, "unreachable")}
    made = desk.made(ON + days(1))
    assert do(watch.judge, both.member_id, Stop.UNREACHABLE, (REVIEWER, made))
    do(watch.note_unreached, both.member_id, Road.PHONE, desk.made(ON + days(1)))
    watch_day(night(ON + days(2)), ON + days(2))
    assert asked() == {(late.member_id, "unreachable")}, "what came back before the end is past"


def misses(desk: Desk, key: Key, opened: date, times: int) -> tuple[date, date]:
    """Miss so many due dates, paying late after each but the last; the last due date, and the day."""
    desk.draw(key, 300_000, opened)
    for day in range(200):
        on = opened + days(day)
        do(commands.night.pass_days, [key], desk.made(on))
        found = rows("SELECT count(*), max(subject->>'due_on') FROM journal_row WHERE kind = 'due_missed' AND member_id = %s", key.member_id)  # fmt: skip
        if found[0][0] == times:
            return date.fromisoformat(found[0][1]), on
        if do(queries.position, key, on + days(1)).late_since:
            desk.receive(key, 20_000, on + days(1))
    raise AssertionError


@pytest.mark.rule("LEND-020")
def test_three_missed_due_dates_stop_and_ninety_clean_days_open(desk: Desk) -> None:
    opened = date(2026, 1, 5)
    often, twice = line(desk, opened), line(desk, opened)
    misses(desk, twice, opened, 2)
    last_on, on = misses(desk, often, opened, HOUSE.late_times)
    assert (last_on - opened).days < HOUSE.late_days
    watch_day(night(on + days(1)), on + days(1))
    assert asked() == {(often.member_id, "late_often")}
    desk.receive(often, 20_000, on + days(1))
    clean = last_on + days(HOUSE.late_clean_days)
    stood = [do(queries.position, often, on + days(1))]
    (told,) = do(watch.reasons, often.member_id, stood, on + days(1))
    assert (told.act, told.opens_on, told.is_stopped) == (Act.PAY, clean + days(1), True)
    watch_day(night(clean), clean)
    assert asked() == {(often.member_id, "late_often")}
    watch_day(night(clean + days(1)), clean + days(1))
    assert asked() == set()


def test_self_exclusion_of_ones_own_is_kept_to_for_three_months(desk: Desk) -> None:
    key = line(desk)
    standing = do(watch.exclude, key.member_id, desk.made(ON))
    assert (standing.until_on, standing.stopped_on) == (date(2031, 11, 24), ON)
    early, first = date(2027, 2, 24), date(2027, 2, 25)
    refusal = do(watch.take_back_exclusion, key.member_id, desk.made(early))
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.details["day"]) == ("SCR-290", first.isoformat())
    assert do(watch.take_back_exclusion, key.member_id, desk.made(first)) is None
    assert asked() == set()
    do(watch.exclude, key.member_id, desk.made(first))
    over = date(2032, 2, 25)
    watch_day(night(over), over)
    assert asked(key.member_id) == {(key.member_id, "self_excluded")}
    watch_day(night(over + days(1)), over + days(1))
    assert asked(key.member_id) == set()


@pytest.mark.rule("LEND-021")
@pytest.mark.rule("CRED-001")
def test_a_bureaus_answer_brings_and_ends_self_exclusion_and_debts_elsewhere(desk: Desk) -> None:
    key = line(desk)

    def answer(
        others: int, on: date, until: date | None = None, *, is_monitoring: bool = True
    ) -> set[str]:
        made = desk.made(on)
        said = BureauAnswer(on, others, f"JICC {on}")
        do(commands.record_bureau_answer, key.member_id, said, made)
        do(watch.learn, key.member_id, Learned(until, is_monitoring), made)
        return {reason for _, reason in asked()}

    base = HOUSE.elsewhere_rise_yen
    assert answer(0, ON) == set()
    assert answer(base - 1, ON + days(1)) == set()
    assert (
        answer(base, ON + days(2), is_monitoring=False) == set()
    )  # an application decides by itself
    assert answer(base, ON + days(3), ON + days(90)) == {"debts_elsewhere", "self_excluded"}
    refusal = do(watch.take_back_exclusion, key.member_id, desk.made(ON + days(80)))
    assert isinstance(refusal, Refusal)
    assert refusal.code == "SCR-291"
    assert answer(base - 1, ON + days(81)) == set()
    assert answer(base - 1, ON + days(82), ON + days(81)) == set()  # over before the answer


# ------------------------------------------------------------------------------- reasons and causes
def test_six_causes_are_six_and_every_reason_has_its_own(desk: Desk) -> None:
    assert set(CAUSES) == set(Stop) == set(watch.ACTS)
    assert {one for one in Cause if one is not Cause.OTHER} <= set(CAUSES.values())
    key = line(desk)
    for number, stop in enumerate((Stop.OFTEN_DRAWN, Stop.LATE_OFTEN, Stop.FACTS_OLD)):
        due_on = ON + days(20) if stop is Stop.FACTS_OLD else None
        found = commands.watches.Ask(key.member_id, stop, f"test {number}", due_on)
        do(commands.watches.ask, [found], desk.made(ON))
    desk.do(commands.suspend, key, Stop.RESTING, desk.made(ON))
    stood = [do(queries.position, key, ON)]
    told = do(watch.reasons, key.member_id, stood, ON)
    assert [(one.stop, one.is_stopped) for one in told if not one.is_stopped] == [
        (Stop.FACTS_OLD, False)
    ]
    assert {one.stop for one in told if one.is_stopped} == {
        Stop.OFTEN_DRAWN,
        Stop.LATE_OFTEN,
        Stop.RESTING,
    }
    assert told[-1].due_on == ON + days(20)
    assert told[-1].act is Act.CONFIRM_FACTS
    later = do(watch.reasons, key.member_id, stood, ON + days(21))
    assert all(one.is_stopped for one in later)


# ------------------------------------------------------------------ a year, read a second time, slowly
def often_by_hand(drawn: list[date], since: date, on: date) -> bool:
    """Whether ten draws lie in the last seven days before a morning, one of them since the last look."""
    lately = [one for one in drawn if 0 < (on - one).days <= 7]
    return len(lately) >= 10 and any(since <= one < on for one in lately)


def confirmed_long_ago(known: date, since: date, on: date) -> bool:
    """Whether two years or more, to the day, were over on a day after the last look, up to this one."""
    days_of_year = {(known.month, known.day)}
    if (known.month, known.day) == (2, 29):
        days_of_year.add((2, 28))
    return any(
        (each.month, each.day) in days_of_year and each.year - known.year >= 2
        for each in (since + days(one) for one in range(1, (on - since).days + 1))
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_a_year_of_a_small_book_is_asked_what_a_slow_judge_asks(desk: Desk, seed: int) -> None:
    chance = random.Random(seed)  # a test's own throws
    first = date(2026, 1, 5)
    lines = [line(desk, first - days(chance.randrange(600, 1_300))) for _ in range(6)]
    drawn: dict[Key, list[date]] = {key: [] for key in lines}
    known = {key: do(queries.agreements, key.member_id)[0].opened_on for key in lines}
    open_often, open_facts, told_from = set[Key](), set[Key](), dict.fromkeys(lines, date.min)
    since = first - days(1)
    for day in range(150):
        today = first + days(day)
        key = chance.choice(lines)
        if day % 30 < 8 and key not in open_often and key not in open_facts:
            for _ in range(chance.choice((1, 4, 6))):
                desk.draw(key, 1_000, today)
                drawn[key].append(today)
            desk.receive(key, 1_000 * len(drawn[key]), today)
        if chance.random() < 0.6:
            continue
        on = today + days(1)
        watch_day(night(on, chunk=chance.choice((1, 4))), on)
        for one in lines:
            counted = [each for each in drawn[one] if each >= told_from[one]]
            if one not in open_often and often_by_hand(counted, since, on):
                open_often.add(one)
            if one not in open_facts and confirmed_long_ago(known[one], since, on):
                open_facts.add(one)
        since = on
        expected = {(one.member_id, "often_drawn") for one in open_often}
        expected |= {(one.member_id, "facts_old") for one in open_facts}
        assert asked() == expected, on
        for one in list(open_often):
            do(watch.own_draws, one.member_id, desk.made(on))
            open_often.discard(one)
            told_from[one] = on
        for one in list(open_facts):
            do(watch.confirm_facts, one.member_id, desk.made(on))
            open_facts.discard(one)
            known[one] = on
    found = dict(rows("SELECT reason, count(*) FROM loan_watch GROUP BY reason"))
    assert min(found["facts_old"], found["often_drawn"]) > 0


# ----------------------------------------------------------------------------------- crashes, doubles
class Killed(Exception):
    """The worker is gone."""


def test_a_look_that_was_killed_goes_on_and_is_done_once(desk: Desk) -> None:
    old = [line(desk, date(2024, ON.month, ON.day)) for _ in range(5)]
    seen: list[Members] = []

    def die_at_third(cursor: object, some: Members, made: object) -> None:
        seen.append(some)
        if len(seen) == 3:
            raise Killed

    with pytest.raises(Killed):
        watch_day(night(ON, 2, die_at_third), ON)
    assert len(asked()) == 4
    done = watch_day(night(ON, 2), ON)
    assert (done.lines, done.asked) == (5, 5)
    assert asked() == {(one.member_id, "facts_old") for one in old}
    again = watch_day(night(ON, 2), ON)
    assert again == done
    assert rows("SELECT count(*) FROM journal_row WHERE kind = 'watch_asked'") == [(5,)]


def test_a_skipped_day_is_taken_in_by_the_next(desk: Desk) -> None:
    key = line(desk)
    watch_day(night(ON), ON)
    draws(desk, key, ON + days(1), 10)
    watch_day(night(ON + days(4)), ON + days(4))
    assert asked() == {(key.member_id, "often_drawn")}


@pytest.mark.rule("LEND-014")
@pytest.mark.rule("CRED-001")
def test_a_bureau_is_asked_once_where_a_check_is_all_that_draws_wait_for(
    database: Database, tmp_path: Path
) -> None:
    """施行規則10条の24第1項2号; without a consent nothing is asked, a person is told, draws stay stopped."""
    counter = Counter(tmp_path)
    counter.join()
    counter.consent()
    key = counter.opened()
    other = counter.desk.member()
    counter.consent(other)
    silent = counter.desk.open(counter.on, member_id=other)
    told = Told("member", "form x")
    do(consents.withdraw, other, Consent(consents.Kind.BUREAU, ""), told, counter.at)
    for one in (key, silent):
        do(commands.suspend, one, Stop.BUREAU_CHECK_DUE, counter.desk.made(counter.on))
    for on in (counter.on, counter.on, counter.on + days(1)):
        watch_day(night(on, 20_000, bureau.ask_resuming), on)
    assert rows("SELECT member_id, purpose FROM screening_inquiry") == [
        (key.member_id, "monitoring")
    ]
    lacking = rows(
        "SELECT DISTINCT member_id FROM contact_task WHERE facts->>'what' = 'bureau_consent'"
    )
    assert lacking == [(other,)]
    counter.carry()
    assert do(queries.position, key, counter.on).stops == frozenset()
    assert do(queries.position, silent, counter.on).stops == {Stop.BUREAU_CHECK_DUE}
