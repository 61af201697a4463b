"""Answers: whose each is, what the loans learn, and that nothing of it is read for anything else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.database import Database
from tests.loans.crowd import do
from tests.outside.bureau.samples import FOUND
from tests.screening.bureau.counter import (
    HANAKO,
    ON,
    OTHERS_YEN,
    Counter,
    reviewer,
    rows,
    states,
    tasks_of,
)

from motocho.outside.bureau import Answer, Excepted, Found, LenderKind, Verdict
from motocho.outside.fakes.bureau import Held, Trouble, scripted
from motocho.people.access import Role, Staff
from motocho.screening import bureau
from motocho.screening.bureau import Asked, Became, InquiryKey, Judged
from motocho.screening.bureau.answers import digest_of, others_yen
from motocho.units.errors import NotAllowedError, NotFoundError, StateConflict


@pytest.fixture
def counter(database: Database, tmp_path: Path) -> Counter:
    made = Counter(tmp_path)
    made.join()
    made.consent()
    return made


def plan(counter: Counter, *troubles: Trouble) -> None:
    counter.fake.plan = scripted(*troubles)


def asked(counter: Counter, need: str = "case 1") -> Asked:
    found = counter.ask(need)
    assert isinstance(found, Asked)
    return found


def told() -> list[tuple[date, int]]:
    return rows(
        "SELECT inquired_on, others_yen FROM loan_bureau_answer WHERE channel = 'bureau' ORDER BY answer_id"
    )


def known(counter: Counter, key: InquiryKey) -> bureau.Known | None:
    one = do(bureau.inquiries.one, key)
    found: bureau.Known | None = do(bureau.known, one, "staff 1", counter.at)
    return found


# ------------------------------------------------------------------------------------ what counts
def test_answer_of_the_member_reaches_the_loans(counter: Counter) -> None:
    one = asked(counter)
    done = counter.carry()
    assert (done.counted, done.doubtful) == (1, 0)
    assert told() == [(ON, OTHERS_YEN)]
    found = known(counter, one.key)
    assert found is not None
    assert (found.others_yen, found.is_late, found.long_delays) == (OTHERS_YEN, False, 0)
    assert found.of.verdict is Verdict.SAME


def test_nobody_known_to_the_bureau_owes_nothing_elsewhere(
    database: Database, tmp_path: Path
) -> None:
    counter = Counter(tmp_path, people=[replace_held(born="19900101")])
    counter.join()
    counter.consent()
    one = asked(counter)
    counter.carry()
    assert told() == [(ON, 0)]
    found = known(counter, one.key)
    assert found is not None
    assert (found.others_yen, found.of.verdict) == (0, Verdict.NOBODY)


def replace_held(**changes: object) -> Held:
    return replace(HANAKO, **changes)  # type: ignore[arg-type]


def test_self_exclusion_and_arrears_elsewhere_are_told_to_the_survey(
    database: Database, tmp_path: Path
) -> None:
    claims = [replace(HANAKO.claims[0], late=True, long_delay="20260801")]
    held = replace_held(wishes=[("20260101", "20301231", "self")], claims=claims)
    counter = Counter(tmp_path, people=[held])
    counter.join()
    counter.consent()
    one = asked(counter)
    counter.carry()
    found = known(counter, one.key)
    assert found is not None
    assert (found.is_late, found.long_delays) == (True, 1)
    assert [wish.holds_on(ON) for wish in found.exclusions] == [True]


@settings(max_examples=60)
@given(FOUND, st.sampled_from(["9999", "7777"]))
def test_sum_of_others_is_that_of_money_lenders_counted_one_by_one(found: Found, own: str) -> None:
    total = 0
    for one in found.loans:
        if one.lender_code == own or one.kind is not LenderKind.MONEY_LENDER:
            continue
        if one.excepted in {Excepted.NEITHER, Excepted.EXCEPTION}:
            total += one.balance_yen
    assert others_yen(found, own) == total


# --------------------------------------------------------------------------------------- doubtful
@pytest.mark.parametrize(("place", "others"), [(0, 499_000), (None, 0)])
def test_namesake_counts_for_nobody_until_a_reviewer_says_who_it_is(
    counter: Counter, place: int | None, others: int
) -> None:
    plan(counter, Trouble.NAMESAKE)
    one = asked(counter)
    done = counter.carry()
    assert (done.counted, done.doubtful) == (0, 1)
    assert told() == []
    assert known(counter, one.key) is None
    assert tasks_of(counter.member_id) == ["bureau_doubt"]
    assert [each.key for each in do(bureau.inquiries.doubtful)] == [one.key]
    operator = Staff(3, frozenset({Role.OPERATOR}))
    with pytest.raises(NotAllowedError):
        do(bureau.judge, one.key, Judged(1, place), (operator, counter.made("j")))
    do(bureau.judge, one.key, Judged(1, place), (reviewer(), counter.made("j")))
    assert told() == [(ON, others)]
    assert tasks_of(counter.member_id) == []
    found = known(counter, one.key)
    assert found is not None
    assert (found.others_yen, found.of.place) == (others, place)
    with pytest.raises(StateConflict):
        do(bureau.judge, one.key, Judged(1, None), (reviewer(), counter.made("k")))


def test_only_a_doubtful_answer_is_judged_and_only_those_found(counter: Counter) -> None:
    one = asked(counter)
    counter.carry()
    with pytest.raises(StateConflict):
        do(bureau.judge, one.key, Judged(1, 0), (reviewer(), counter.made("j")))
    with pytest.raises(NotFoundError):
        do(bureau.judge, one.key, Judged(9, 0), (reviewer(), counter.made("j")))
    insert = "INSERT INTO screening_bureau_judgement VALUES (%s, %s, 1, 0, 'staff 7', now())"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(insert, one.key)
    plan(counter, Trouble.NONE, Trouble.NONE, Trouble.NAMESAKE)
    doubt = asked(counter, "case 2")
    counter.carry()
    with pytest.raises(NotFoundError):
        do(bureau.judge, doubt.key, Judged(1, 1), (reviewer(), counter.made("j")))


# ----------------------------------------------------------------------- twice, corrected, strange
def test_the_same_answer_twice_counts_once(counter: Counter) -> None:
    plan(counter, Trouble.NONE, Trouble.DOUBLED)
    asked(counter)
    done = counter.carry()
    assert (done.counted, done.files_in) == (1, 2)
    assert len(told()) == 1


def test_second_version_takes_the_place_of_the_first(counter: Counter) -> None:
    plan(counter, Trouble.CORRECTED)
    one = asked(counter)
    counter.carry()
    assert [others for _, others in told()] == [OTHERS_YEN, OTHERS_YEN + 1_000]
    found = known(counter, one.key)
    assert found is not None
    assert (found.of.version, found.others_yen) == (2, OTHERS_YEN + 1_000)


def test_two_answers_that_differ_under_one_version_are_for_a_person(counter: Counter) -> None:
    one = asked(counter)
    counter.carry()
    (first,) = do(bureau.answers.kept, one.key)
    reading = ("staff 1", "survey match", counter.at)
    answer = do(bureau.answers.read, first, reading)
    other = replace(answer, found=())
    became = do(bureau.answers.take, "fake", other, counter.made("t"))
    assert became is Became.DOUBTFUL
    assert states("screening_inquiry") == ["doubtful"]
    assert known(counter, one.key) is None
    do(bureau.judge, one.key, Judged(2, None), (reviewer(), counter.made("j")))
    found = known(counter, one.key)
    assert found is not None
    assert found.others_yen == 0


def test_disputed_balance_counts_and_says_so(counter: Counter) -> None:
    plan(counter, Trouble.DISPUTED)
    one = asked(counter)
    counter.carry()
    found = known(counter, one.key)
    assert found is not None
    assert (found.is_disputed, found.others_yen) == (True, OTHERS_YEN)


@pytest.mark.parametrize("ref", ["I1-99", "X", "I0-0", "Ia-b", "R1-1"])
def test_answer_to_nothing_that_was_asked_counts_for_nothing(counter: Counter, ref: str) -> None:
    became = do(bureau.answers.take, "fake", Answer(ref, "A", ON), counter.made("t"))
    assert became is Became.UNKNOWN
    assert told() == []


def test_answer_before_anything_was_sent_or_by_another_bureau_counts_for_nothing(
    counter: Counter,
) -> None:
    one = asked(counter)
    answer = Answer(one.key.ref, "A", ON)
    assert do(bureau.answers.take, "fake", answer, counter.made("t")) is Became.UNKNOWN
    counter.carry()
    assert do(bureau.answers.take, "other", answer, counter.made("t")) is Became.UNKNOWN


# ------------------------------------------------------------------------------- late, lost, faulty
@pytest.mark.parametrize("troubles", [
    (Trouble.NONE, Trouble.LATE), (Trouble.CLOSED,), (Trouble.NONE, Trouble.CLOSED),
])  # fmt: skip
def test_late_answer_counts_when_it_comes(counter: Counter, troubles: tuple[Trouble, ...]) -> None:
    plan(counter, *troubles)
    asked(counter)
    counter.carry()
    assert told() == []
    for _ in range(2):
        counter.later(minutes=5)
        counter.carry()
    assert len(told()) == 1
    assert list(counter.fake.asked.values()) == [1]


@pytest.mark.parametrize("trouble", [Trouble.LOST, Trouble.PARTIAL, Trouble.WRONG_SUM])
def test_answer_that_was_lost_is_asked_for_again_and_counted_once(
    counter: Counter, trouble: Trouble
) -> None:
    plan(counter, Trouble.NONE, trouble)
    asked(counter)
    done = counter.carry()
    assert done.faulty == (trouble is not Trouble.LOST)
    counter.later(hours=5, minutes=59)
    counter.carry()
    assert told() == []
    counter.later(minutes=2)
    counter.carry()
    assert len(told()) == 1
    assert list(counter.fake.asked.values()) == [1]
    assert rows("SELECT times_sent FROM screening_inquiry") == [(2,)]


def test_who_never_answers_is_told_to_a_person_once_and_asked_for_the_same(
    counter: Counter,
) -> None:
    plan(counter, *[Trouble.LOST] * 40)
    asked(counter)
    for number in range(1, 9):
        counter.carry()
        counter.later(hours=7)
        assert len(tasks_of(counter.member_id)) == (number > 5)
    assert rows("SELECT times_sent FROM screening_inquiry") == [(8,)]
    assert tasks_of(counter.member_id) == ["bureau_silent"]
    assert list(counter.fake.asked.values()) == [1]


def test_shut_line_leaves_everything_waiting(counter: Counter) -> None:
    shut = counter.folder / "fake" / "shut"
    shut.parent.mkdir()
    shut.touch()
    asked(counter)
    counter.carry()
    assert states("screening_inquiry") == ["sending"]
    shut.unlink()
    counter.carry()
    assert states("screening_inquiry") == ["answered"]
    assert rows("SELECT file_no FROM screening_bureau_file") == [(1,)]


# ---------------------------------------------------------------------------------- what it is for
@pytest.mark.rule("SOLI-006")
def test_answer_is_read_for_a_survey_and_each_reading_is_kept(counter: Counter) -> None:
    one = asked(counter)
    counter.carry()
    assert known(counter, one.key) is not None
    found = rows("SELECT actor, purpose FROM journal_row WHERE kind = 'bureau_read'")
    assert ("staff 1", "survey monitoring") in found


@pytest.mark.rule("SOLI-006")
@pytest.mark.parametrize("purpose", ["campaign", "", "survey", "call 7", "survey campaign"])
def test_answer_is_read_for_nothing_else(counter: Counter, purpose: str) -> None:
    one = asked(counter)
    counter.carry()
    (kept,) = do(bureau.answers.kept, one.key)
    with pytest.raises(DatabaseError):
        do(bureau.answers.read, kept, ("staff 1", purpose, counter.at))
    for column in ("content", "*"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT {column} FROM screening_bureau_answer")


@pytest.mark.parametrize("statement", [
    "DELETE FROM screening_bureau_answer", "UPDATE screening_bureau_answer SET verdict = 'nobody'",
])  # fmt: skip
def test_answer_stays_as_it_was(counter: Counter, statement: str) -> None:
    asked(counter)
    counter.carry()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_digest_is_of_what_an_answer_says(counter: Counter) -> None:
    one = asked(counter)
    counter.carry()
    (kept,) = do(bureau.answers.kept, one.key)
    answer = do(bureau.answers.read, kept, ("staff 1", "survey match", counter.at))
    assert digest_of(answer) == kept.digest
    assert digest_of(replace(answer, version=2)) != kept.digest
