"""Two persons are two people, nobody approves their own, and a contract is what was decided, shown and agreed to."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from time import sleep
from typing import Any

import psycopg
import pytest
import yaml
from django.db import IntegrityError, connection, transaction
from tests.database import Database
from tests.loans.crowd import do
from tests.people.house import House, rows
from tests.screening.applications.office import LENDER, LINE, SLIP, Office
from tests.screening.applications.test_attacks import another, doubted
from tests.screening.applications.test_path import APPROVE, CONTRACT, raw
from tests.screening.identity.test_papers import BORN

from motocho.documents import archive
from motocho.documents.archive import Signed
from motocho.loans import commands, products
from motocho.loans.commands import Opening
from motocho.outside.clock import JAPAN
from motocho.outside.fakes.bureau import Trouble
from motocho.outside.postgres import Role as Login
from motocho.people import access, consents
from motocho.people.access import Role, Staff
from motocho.people.consents import Consent, Kind, Told
from motocho.people.members import Person
from motocho.screening import applications, bureau, increases
from motocho.screening.applications import Use, reviews
from motocho.screening.applications.conclusions import _survey
from motocho.screening.bureau import inquiries
from motocho.screening.decision import Verdict
from motocho.screening.eligibility import Asked as Wish
from motocho.units.errors import MotochoError, NotFoundError, RefusedError, StateConflict

SAME = Person("佐藤", "花子", "サトウ", "ハナコ", BORN)
OF_OWN = "UPDATE people_staff SET own_member_id = %s WHERE staff_id = %s"


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return Office(tmp_path, database)


def second_account(office: Office, first: Staff, person: Person | None = None) -> Staff:
    """Another account of a colleague, who is a member under two numbers."""
    own = another(office, person or replace(SAME, given_kana="ミチコ"), "30000008")
    also = another(office, person or replace(SAME, given_kana="ミチコ"), "30000009")
    made: Staff = House().colleague("second", Role.REVIEWER)
    raw(OF_OWN, own, first.staff_id)
    raw(OF_OWN, also, made.staff_id)
    return made


def code_of(error: pytest.ExceptionInfo[MotochoError]) -> str:
    return error.value.faults[0].code


# --------------------------------------------------------------------------------------- two people
@pytest.mark.rule("LEND-001")
def test_one_person_with_two_accounts_is_one_person(office: Office) -> None:
    key = office.prepared(1_000_000)
    made = office.decide(key)
    also = second_account(office, office.first)
    do(applications.approve, made, office.first, office.at)
    with pytest.raises(StateConflict) as caught:
        do(applications.approve, made, also, office.at)
    assert code_of(caught) == "SCR-280"
    with pytest.raises(IntegrityError, match="approved it already"):
        raw(APPROVE, *key, 1, also.staff_id, office.at)
    assert do(applications.approve, made, office.second, office.at).is_approved


@pytest.mark.rule("LEND-001")
def test_who_entered_evidence_approves_under_no_other_account(office: Office) -> None:
    key = office.prepared()
    made = office.decide(key)
    also = second_account(office, office.enterer)
    assert [one.code for one in do(reviews.bars, key, also, office.at)] == ["SCR-208"]
    with pytest.raises(StateConflict) as caught:
        do(applications.approve, made, also, office.at)
    assert code_of(caught) == "SCR-208"


@pytest.mark.parametrize(("days", "is_own"), [(0, True), (1, False)])
def test_nobody_approves_their_own_under_another_number(
    office: Office, days: int, *, is_own: bool
) -> None:
    """Written a little otherwise it is the same name; a day beside, another person."""
    key = office.prepared()
    made = office.decide(key)
    other = replace(SAME, given_kana="ハナ・コ", born_on=BORN + timedelta(days=days))
    raw(OF_OWN, another(office, other, "30000001"), office.first.staff_id)
    if not is_own:
        assert do(applications.approve, made, office.first, office.at).is_approved
        return
    assert [one.code for one in do(reviews.bars, key, office.first, office.at)] == ["SCR-261"]
    for act in (
        applications.approve,
        lambda *one: reviews.refuse_own(one[0], key.member_id, *one[2:]),
    ):
        with pytest.raises(StateConflict) as caught:
            do(act, made, office.first, office.at)
        assert code_of(caught) == "SCR-261"
    with pytest.raises(IntegrityError, match="of their own"):
        raw(APPROVE, *key, 1, office.first.staff_id, office.at)


@pytest.mark.rule("PRIV-003")
def test_who_may_not_look_at_a_member_approves_nothing_of_theirs(office: Office) -> None:
    key = office.prepared()
    made = office.decide(key)
    do(access.bar, key.member_id, office.first.staff_id, office.second, office.at)
    with pytest.raises(IntegrityError, match="somebody near"):
        raw(APPROVE, *key, 1, office.first.staff_id, office.at)
    do(access.end_bar, key.member_id, office.first.staff_id, office.second, office.at)
    assert do(applications.approve, made, office.first, office.at).is_approved


@pytest.mark.rule("LEND-009")
@pytest.mark.parametrize(("kana", "verdict"), [
    ("ハナ・コ", Verdict.REFER), ("ハナコー", Verdict.REFER), ("ハナエ", Verdict.OFFER),
])  # fmt: skip
def test_a_name_that_is_written_otherwise_gets_no_second_third(
    office: Office, kana: str, verdict: Verdict
) -> None:
    first = office.prepared(1_000_000)
    office.conclude(first, office.agreed(first))
    person = replace(SAME, given_kana=kana)
    other = office.prepared_again(another(office, person, "30000001"), BORN)
    assert office.decide(other).verdict is verdict


@pytest.mark.parametrize(("days", "counts"), [(0, True), (1, False)])
def test_what_was_handed_on_is_a_supervisor_s_to_the_last_day(
    office: Office, days: int, *, counts: bool
) -> None:
    key = office.prepared()
    made = office.decide(key)
    why = applications.Why(applications.Reason.UNCLEAR)
    do(reviews.hand_on, key, why, office.first, office.form())
    raw("UPDATE people_staff_role SET until_on = %s WHERE staff_id = %s", office.on, office.second.staff_id)  # fmt: skip
    office.counter.later(days=days)
    if counts:
        assert do(applications.approve, made, office.second, office.at).is_approved
        return
    with pytest.raises(IntegrityError):
        raw(APPROVE, *key, 1, office.second.staff_id, office.at)


def test_database_and_policy_ask_for_two_from_the_same_limit_on(office: Office) -> None:
    text = (files("motocho.screening") / "data" / "policy.yaml").read_text("utf-8")
    known = {row["two_persons_from_yen"] for row in yaml.safe_load(text)}
    assert rows("SELECT screening_two_from_yen()") == [(one,) for one in known]
    office.decide(office.prepared(1_000_000))
    forged = (
        "INSERT INTO screening_decision SELECT member_id, application_id, 2, repeat('a', 64),"
        " document || jsonb_build_object('sha256', repeat('a', 64), 'offer',"
        " (document -> 'offer') || jsonb_build_object('limit_yen', {0}, 'persons', 1)), verdict, {0},"
        " rate_ppm, 1, holds_until, evidence_count, decided_on, staff_id, decided_at"
        " FROM screening_decision"
    )
    with pytest.raises(IntegrityError, match="two persons"):
        raw(forged.format(1_000_000))
    raw(forged.format(999_999))


@pytest.mark.rule("LEND-001")
@pytest.mark.parametrize(("days", "holds"), [(-1, False), (0, True), (1, False)])
def test_a_decision_is_of_its_own_day_in_japan(office: Office, days: int, *, holds: bool) -> None:
    made = office.decide(office.prepared())
    assert made.decided_on == made.decided_at.astimezone(JAPAN).date()
    copied = (
        "INSERT INTO screening_decision SELECT member_id, application_id, 2, repeat('a', 64),"
        " document || jsonb_build_object('sha256', repeat('a', 64), 'decided_on', decided_on + %s),"
        " verdict, limit_yen, rate_ppm, persons, holds_until, evidence_count, decided_on + %s,"
        " staff_id, %s FROM screening_decision"
    )
    for hour in (0, 23):  # by the clock of Japan, not by that of Greenwich
        at = made.decided_at.astimezone(JAPAN).replace(hour=hour, minute=30)
        if holds and hour:
            raw(copied, days, days, at)
        elif not holds:
            with pytest.raises(IntegrityError, match="screening_decision_of_its_day"):
                raw(copied, days, days, at)


# ------------------------------------------------------------------------------ shown, then agreed to
@pytest.mark.rule("DOC-001")
def test_nothing_is_agreed_to_before_its_paper_was_there(office: Office) -> None:
    key = office.prepared()
    made = office.approved(key)
    with pytest.raises(StateConflict) as caught:
        do(applications.accept, made, office.source(), office.at)
    assert code_of(caught) == "SCR-214"
    office.counter.later(minutes=1)
    do(applications.show_terms, made, LENDER, office.at)
    agreed = "INSERT INTO screening_acceptance VALUES (%s, %s, 1, 'member', 'x', %s)"
    with pytest.raises(IntegrityError, match="not shown on paper"):
        raw(agreed, *key, office.at - timedelta(microseconds=1))
    raw(agreed, *key, office.at)


@pytest.mark.rule("DOC-001")
def test_a_paper_by_post_is_there_once_it_went_out(office: Office) -> None:
    key = office.prepared()
    told = Told("member", "back", "words 1")
    by_wire = Consent(Kind.ELECTRONIC_DELIVERY, "pre_contract")
    do(consents.withdraw, key.member_id, by_wire, told, office.at)
    made = office.approved(key)
    shown = do(applications.show_terms, made, LENDER, office.at)
    office.counter.later(minutes=5)
    with pytest.raises(StateConflict) as caught:
        do(applications.accept, made, office.source(), office.at)
    assert code_of(caught) == "SCR-214"
    raw("UPDATE documents_post SET posted_at = %s, posted_by = 'staff 1' WHERE paper_no = %s", office.at, shown.paper_no)  # fmt: skip
    do(applications.accept, made, office.source(), office.at)


@pytest.mark.rule("RATE-003")
@pytest.mark.parametrize(("limit_yen", "rate_ppm", "is_made"), [
    (300_000, 150_000, True), (300_000, 150_001, False), (310_000, 150_000, False),
])  # fmt: skip
def test_no_contract_above_the_limit_or_the_rate_that_was_offered(
    office: Office, limit_yen: int, rate_ppm: int, *, is_made: bool
) -> None:
    """With 700,000 yen elsewhere at the house, the offer is at 15 %; a product of 18 % is not it."""
    office.consent()
    office.counter.desk.open(office.on, 700_000, member_id=office.member_id)
    key = office.prepared()
    paper_no = office.agreed(key)
    of = do(applications.decisions.newest, key)
    assert of is not None
    assert (of.limit_yen, of.rate_ppm) == (300_000, 150_000)

    def by_hand(cursor: Any) -> None:
        way = office.made()
        survey_id = _survey(cursor, of, way)
        opening = Opening("card", 300_000, LINE.scheme, 0, survey_id)
        done = commands.open_agreement(cursor, key.member_id, opening, way)
        cursor.execute(
            "INSERT INTO loan_terms SELECT member_id, agreement_id, 7, content || jsonb_build_object("
            "'rate_ppm', %s::int, 'limit_yen', %s::int) FROM loan_terms WHERE agreement_id = %s;"
            " UPDATE loan_agreement SET terms_no = 7, limit_yen = %s WHERE agreement_id = %s",
            (rate_ppm, limit_yen, done.key.agreement_id, limit_yen, done.key.agreement_id),
        )
        archive.conclude(cursor, done.key, paper_no, Signed.BY_WIRE, office.at)
        values = (*key, of.decision_no, survey_id, *done.key[1:], 1, paper_no, office.at)
        cursor.execute(CONTRACT, values)
        raise Made

    class Made(Exception):  # the contract stood; nothing of it is kept
        pass

    expected = (Made, None) if is_made else (IntegrityError, "not what was offered")
    with (
        pytest.raises(expected[0], match=expected[1]),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        by_hand(cursor)


@pytest.mark.rule("LEND-002")
def test_who_approved_and_said_then_whose_an_answer_is_has_approved_nothing(
    database: Database, tmp_path: Path
) -> None:
    trouble = [Trouble.NONE]
    office = Office(tmp_path, database, plan=lambda _: trouble[0])
    key = doubted(office, trouble)
    asked = do(inquiries.of_member, key.member_id)[0]
    do(bureau.judge, asked.key, bureau.Judged(1, None), (office.enterer, office.made()))
    paper_no = office.agreed(key)
    with office.database.connect(Login.OWNER, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO screening_bureau_answer SELECT member_id, inquiry_id, 9, version, bureau_ref,"
            " answered_on, repeat('b', 64), content, 'doubtful', NULL, taken_at"
            " FROM screening_bureau_answer WHERE inquiry_id = %s LIMIT 1",
            (asked.key.inquiry_id,),
        )
    raw("INSERT INTO screening_bureau_judgement VALUES (%s, %s, 9, NULL, %s, %s)",
        key.member_id, asked.key.inquiry_id, office.first.actor, office.at)  # fmt: skip
    application = do(applications.forms.one, key)
    lacking = do(applications.lacking, application, paper_no, office.at)
    assert [one.code for one in lacking] == ["SCR-211"]


# ------------------------------------------------------------------------------------------ the wish
@pytest.mark.rule("LEND-023")
def test_a_wish_ends_once_and_is_granted_by_a_higher_limit_alone(office: Office) -> None:
    first = office.prepared(500_000)
    agreement = office.conclude(first, office.agreed(first)).agreement
    office.counter.later(days=200)
    do(increases.apply, agreement, Wish(600_000, 6_000_000), office.source(), office.at)
    end = "UPDATE screening_increase SET ended_at = asked_at, ended_by = 'x', outcome = %s"
    with pytest.raises(IntegrityError, match="no higher limit"):
        raw(end, "granted")
    do(applications.take_up, office.member_id, Use.LIVING, office.source(), office.at)
    with pytest.raises(IntegrityError, match="no higher limit"):
        raw(end, "granted")
    raw(end, "refused")
    for change in (
        "UPDATE screening_increase SET ended_at = NULL, ended_by = NULL, outcome = NULL",
        "UPDATE screening_increase SET outcome = 'withdrawn'",
    ):
        with (
            office.database.connect(Login.APP) as app,
            pytest.raises(psycopg.errors.RestrictViolation),
        ):
            app.execute(change)


@pytest.mark.rule("LEND-023")
def test_who_withdraws_while_the_limit_is_raised_waits_and_finds_it_raised(office: Office) -> None:
    first = office.prepared(500_000)
    agreement = office.conclude(first, office.agreed(first)).agreement
    office.counter.later(days=200)
    do(increases.apply, agreement, Wish(600_000, 6_000_000), office.source(), office.at)
    key = do(applications.take_up, office.member_id, Use.LIVING, office.source(), office.at).key
    office.enter(key, replace(SLIP, year=2026))
    office.employed(key)
    office.checked(key)
    office.carry()
    made = office.approved(key)

    def withdrawn() -> str:
        try:
            do(increases.withdraw, office.member_id, "member", office.at)
        except NotFoundError as none:
            return none.faults[0].code
        finally:
            connection.close()
        return "withdrawn"

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic(), connection.cursor() as cursor:
            applications.forms.lock(cursor, office.member_id)
            other = pool.submit(withdrawn)
            sleep(0.3)
            applications.agree_raise(cursor, made, office.source(), office.made())
        assert other.result(10) == "SCR-016"
    assert rows("SELECT outcome FROM screening_increase") == [("granted",)]


@pytest.mark.rule("DOC-001")
@pytest.mark.parametrize(("damages_ppm", "days"), [(199_000, 1), (199_000, 0)])
def test_no_contract_by_other_terms_than_those_of_the_paper(
    office: Office, damages_ppm: int, days: int
) -> None:
    """The limit and the rate are the same; what is borne after a missed day is not."""
    key = office.prepared()
    paper_no = office.agreed(key)
    first = do(products.on_day, "card", office.on)
    from_on = office.on + timedelta(days=1)
    changed = replace(first, version=2, from_on=from_on, damages_ppm=damages_ppm)
    do(products.publish, changed, office.at)
    office.counter.later(days=days)
    if not days:
        assert office.conclude(key, paper_no).event_no == 1
        return
    with pytest.raises(RefusedError) as caught:
        office.conclude(key, paper_no)
    assert [one.code for one in caught.value.faults] == ["SCR-211"]
    application = do(applications.forms.one, key)
    seen = do(reviews.seen, application, office.second.actor, office.at)
    assert seen is not None
    assert seen.standing is None
    assert not do(reviews.approve, key, seen.mark, office.second, office.at).is_accepted
    assert rows("SELECT max(decision_no) FROM screening_decision") == [(2,)]
    office.conclude(key, office.agreed(key))
