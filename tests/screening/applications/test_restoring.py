"""A limit cut because nobody could be reached, and put back without a survey."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from tests.database import Database
from tests.loans.crowd import do
from tests.people.house import rows
from tests.screening.applications.office import Office

from motocho.loans import commands, queries
from motocho.loans.commands import Key, PutBack
from motocho.loans.policy import Consent, Stop
from motocho.screening import applications
from motocho.screening.applications.restoring import Wish, put_back
from motocho.screening.decision import replay
from motocho.units.errors import NotAllowedError, RefusedError


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return Office(tmp_path, database)


def stops(key: Key, *found: Stop) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE loan_agreement SET stops = %s WHERE member_id = %s AND agreement_id = %s",
            ([one.value for one in found], *key),
        )


def cut(office: Office, key: Key, limit_yen: int) -> int:
    done = do(commands.cut_unreached, key, limit_yen, "letters 3", office.made())
    number: int = done.event_no
    return number


def refused(office: Office, key: Key, wish: Wish) -> set[str]:
    with pytest.raises(RefusedError) as caught:
        do(put_back, key, wish, (office.first, office.made()))
    return {one.code for one in caught.value.faults}


@pytest.mark.rule("LEND-001")
@pytest.mark.rule("LEND-002")
@pytest.mark.rule("LEND-022")
def test_what_was_cut_for_being_out_of_reach_is_put_back_and_nothing_more(office: Office) -> None:
    office.consent()
    key = office.counter.desk.open(office.on, 500_000, member_id=office.member_id)
    office.counter.later(days=40)
    do(applications.require, office.on, "cli", office.at)
    with pytest.raises(RefusedError):  # nobody noted that they cannot be reached
        cut(office, key, 200_000)
    stops(key, Stop.UNREACHABLE, Stop.OVER_ONE_THIRD)
    with pytest.raises(RefusedError):  # nor for that alone
        cut(office, key, 200_000)
    stops(key, Stop.UNREACHABLE)
    number = cut(office, key, 200_000)
    cut_on = office.on
    office.counter.later(days=10)
    wish = Wish(500_000, office.on, "call 7", has_barred_ties=False)
    assert refused(office, key, wish) == {"SCR-119"}  # still out of reach
    stops(key)
    assert refused(office, key, replace(wish, limit_yen=501_000)) == {"SCR-119"}
    assert refused(office, key, replace(wish, reached_on=office.on + timedelta(days=1)))
    assert refused(office, key, replace(wish, reached_on=cut_on - timedelta(days=1)))
    assert refused(office, key, replace(wish, has_barred_ties=True)) == {"SCR-140"}
    assert refused(office, key, replace(wish, has_barred_ties=None)) == {"SCR-141"}
    with pytest.raises(NotAllowedError):
        do(put_back, key, wish, (office.operator, office.made()))
    done = do(put_back, key, wish, (office.first, office.made("back 1")))
    assert do(put_back, key, wish, (office.first, office.made("back 1"))).event_no == done.event_no
    terms = do(queries.contract, key).terms
    assert (terms.limit_yen, terms.rate_ppm) == (500_000, 180_000)
    assert rows("SELECT cut_no FROM loan_put_back") == [(number,)]
    ((document,),) = rows("SELECT document::text FROM screening_put_back")
    assert replay(orjson.loads(document)).same
    do(commands.change_limit, key, 300_000, office.made())
    assert refused(office, key, wish) == {"SCR-119"}  # once a cut; another reason is another matter


@pytest.mark.rule("LEND-001")
def test_raw_rises_that_put_nothing_back_are_refused(office: Office) -> None:
    office.consent()
    key = office.counter.desk.open(office.on, 500_000, member_id=office.member_id)
    stops(key, Stop.UNREACHABLE)
    number = cut(office, key, 200_000)
    stops(key)
    by = PutBack(Consent(office.on, "call 7"), office.on, "call 7")
    raised = "UPDATE loan_agreement SET limit_yen = %s WHERE member_id = %s AND agreement_id = %s"
    put = "INSERT INTO loan_put_back VALUES (%s, %s, %s, %s, %s, 'x')"
    for limit_yen in (500_000, 500_001):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(raised, (limit_yen, *key))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{put}; {raised}", (*key, number, number, office.on, 500_001, *key))
    with transaction.atomic(), connection.cursor() as cursor:
        duty = transaction.savepoint()
        applications.require(cursor, office.on, "cli", office.at)
        commands.change_limit(cursor, key, 400_000, office.made(), by)
        with pytest.raises(IntegrityError, match="no application became"), transaction.atomic():
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.savepoint_rollback(duty)
    done = do(commands.change_limit, key, 400_000, office.made(), by)
    assert do(queries.contract, key).terms.limit_yen == 400_000
    for table in ("loan_unreached_cut", "loan_put_back"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")
    assert done.event_no > number


@pytest.mark.rule("LEND-001")
@pytest.mark.parametrize(("forged", "stop"), [
    ("2, 5000000, 500000", Stop.UNREACHABLE),  # a limit that was never surveyed
    ("2, 500000, 400000", Stop.UNREACHABLE),  # no cut: the limit stands higher
    ("2, 500001, 500000", Stop.UNREACHABLE),  # one yen above what was surveyed
    ("2, 500000, 200000", Stop.OVER_ONE_THIRD),  # cut for another reason
])  # fmt: skip
def test_raw_cuts_that_never_were_put_no_limit_up(office: Office, forged: str, stop: Stop) -> None:
    office.consent()
    key = office.counter.desk.open(office.on, 500_000, member_id=office.member_id)
    if stop is Stop.OVER_ONE_THIRD:
        do(commands.change_limit, key, 200_000, office.made())
    stops(key, stop)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO loan_event SELECT member_id, agreement_id, 2, kind, value_on, rank, content,"
            " channel, 'y', business_on, booked_at, actor, NULL FROM loan_event WHERE event_no = 1"
            " ON CONFLICT DO NOTHING"
        )
        cursor.execute("UPDATE loan_agreement SET event_no = 2")
        with pytest.raises(IntegrityError, match="was not cut like this"), transaction.atomic():
            cursor.execute(
                f"INSERT INTO loan_unreached_cut SELECT %s, %s, {forged}, %s, 'x'",
                (*key, office.on),
            )


@pytest.mark.rule("LEND-001")
def test_a_lower_limit_that_is_shown_rises_by_a_survey_alone(office: Office) -> None:
    """貸金業法13条5項: the words in its brackets."""
    office.consent()
    key = office.counter.desk.open(office.on, 500_000, member_id=office.member_id)
    show = (
        "UPDATE loan_agreement SET shown_limit_yen = %s WHERE (member_id, agreement_id) = (%s, %s)"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(show, (100_000, *key))
    for yen in (100_001, None):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(show, (yen, *key))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(show, (99_999, *key))
