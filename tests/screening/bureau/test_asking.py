"""Nothing is asked without a consent, no contract is made without three, one need is asked once."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from tests.database import Database
from tests.loans.crowd import at_once, do
from tests.screening.bureau.counter import ON, Counter, noon, rows, states, tasks_of

from motocho.config.invariants import INVARIANTS
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.rules import Refusal
from motocho.outside.bureau import Purpose
from motocho.outside.postgres import ADMIN, violations
from motocho.people.consents import REPORTING, Consent, Kind, Told, give
from motocho.screening import bureau
from motocho.screening.bureau import Asked, Need
from motocho.units.errors import InputError, RefusedError, StateConflict


@pytest.fixture
def counter(database: Database, tmp_path: Path) -> Counter:
    made = Counter(tmp_path)
    made.join()
    return made


# --------------------------------------------------------------------------------------- consents
@pytest.mark.rule("CRED-001")
def test_with_a_consent_of_a_minute_before_it_is_asked(counter: Counter) -> None:
    counter.consent(None, "")
    counter.later(minutes=1)
    asked = counter.ask()
    assert isinstance(asked, Asked)
    assert (asked.state.value, asked.purpose) == ("waiting", Purpose.MONITORING)
    assert rows("SELECT ground FROM screening_inquiry") == [("consent",)]


@pytest.mark.rule("CRED-001")
@pytest.mark.parametrize("case", ["none", "later", "taken back", "another"])
def test_without_a_consent_in_force_nobody_is_asked_about(counter: Counter, case: str) -> None:
    if case == "later":
        counter.consent(None, "", at=counter.at + timedelta(minutes=1))
    if case == "taken back":
        counter.consent(None, "")
        counter.withdraw()
    if case == "another":
        counter.consent(None, *REPORTING)
    refusal = counter.ask()
    assert isinstance(refusal, Refusal)
    assert (refusal.rule_id, refusal.code) == ("CRED-001", "BUR-033")
    assert not rows("SELECT FROM screening_inquiry")


@pytest.mark.rule("CRED-001")
def test_no_statement_of_sql_asks_without_a_consent(counter: Counter) -> None:
    counter.consent(None, "")
    counter.ask()
    (consent_no,) = rows("SELECT consent_no FROM people_consent")[0]
    counter.withdraw()
    insert = (
        "INSERT INTO screening_inquiry (member_id, bureau_id, purpose, need, ground, consent_no,"
        " agreement_id, person, asked_at, actor) VALUES (%s, 'fake', %s, 'x', %s, %s, %s, '{}',"
        " %s, 'me')"
    )
    later = counter.at + timedelta(hours=1)
    key = (counter.member_id, consent_no)
    for purpose, ground, number, agreement in (
        ("monitoring", "consent", consent_no, None),
        ("monitoring", "consent", None, None),
        ("monitoring", "before_joining", None, None),
        ("campaign", "consent", consent_no, None),
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(insert, (key[0], purpose, ground, number, agreement, later))


@pytest.mark.rule("CRED-001")
def test_what_was_contracted_before_we_joined_is_looked_after_without_one(
    database: Database, tmp_path: Path
) -> None:
    counter = Counter(tmp_path, joined_on=ON)
    old = counter.desk.open(ON - timedelta(days=1))
    counter.join()
    counter.consent(None, *REPORTING)
    new = counter.desk.open(ON)

    def ask(purpose: Purpose, agreement_id: int, ref: str) -> Asked | Refusal:
        need = Need(purpose, ref, agreement_id)
        found: Asked | Refusal = do(bureau.ask, counter.member_id, need, "system", counter.at)
        return found

    assert isinstance(ask(Purpose.MONITORING, new.agreement_id, "a"), Refusal)
    assert isinstance(ask(Purpose.INCREASE, old.agreement_id, "b"), Refusal)
    assert isinstance(ask(Purpose.MONITORING, old.agreement_id, "c"), Asked)
    assert rows("SELECT ground, agreement_id FROM screening_inquiry") == [
        ("before_joining", old.agreement_id)
    ]


@pytest.mark.rule("CRED-002")
def test_with_three_consents_a_contract_is_made(counter: Counter) -> None:
    counter.consent()
    assert do(bureau.check_contract, counter.member_id, counter.at) is None
    assert counter.opened()


@pytest.mark.rule("CRED-002")
@pytest.mark.parametrize("lacking", REPORTING)
def test_with_two_of_them_none_is_made(counter: Counter, lacking: str) -> None:
    counter.consent()
    counter.withdraw(lacking)
    refusal = do(bureau.check_contract, counter.member_id, counter.at)
    assert refusal is not None
    assert (refusal.rule_id, refusal.details) == ("CRED-002", {"count": "1", "scopes": lacking})
    with pytest.raises(IntegrityError) as caught:
        counter.opened()
    assert "loan_agreement_bureau_consents" in repr(caught.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]
    counter.consent(None, lacking)
    assert counter.opened()


@pytest.mark.rule("CRED-002")
def test_before_we_join_none_is_asked_for_and_from_that_day_on_it_is(
    database: Database, tmp_path: Path
) -> None:
    counter = Counter(tmp_path, joined_on=ON)
    assert do(bureau.check_contract, counter.member_id, counter.at) is None
    counter.join()
    before = noon(ON - timedelta(days=1))
    assert do(bureau.check_contract, counter.member_id, before) is None
    assert counter.desk.open(ON - timedelta(days=1))
    assert isinstance(do(bureau.check_contract, counter.member_id, counter.at), Refusal)
    with pytest.raises(IntegrityError):
        counter.desk.open(ON)


def test_one_form_gives_all_four_and_no_other_scope_is_known(counter: Counter) -> None:
    told = Told("member", "application 1", "words 1")
    do(bureau.give_all, counter.member_id, told, counter.at)
    assert do(bureau.check_contract, counter.member_id, counter.at) is None
    assert isinstance(counter.ask(), Asked)
    with pytest.raises(InputError):
        do(give, counter.member_id, Consent(Kind.BUREAU, "gifts"), told, counter.at)


# ------------------------------------------------------------------------------- once for a need
def test_one_need_is_asked_once_from_however_many_sides(counter: Counter) -> None:
    counter.consent()
    found = at_once([counter.ask, counter.ask, counter.ask])
    keys = {one.key for one in found if isinstance(one, Asked)}
    assert len(keys) == 1
    other = counter.ask("case 2")
    assert isinstance(other, Asked)
    assert other.key not in keys
    counter.carry()
    assert counter.fake.asked == {f"I{counter.member_id}-{n}": 1 for n in (1, 2)} or (
        sorted(counter.fake.asked.values()) == [1, 1]
    )
    assert counter.ask() == do(bureau.inquiries.one, next(iter(keys)))


def test_consent_taken_back_before_it_went_sends_nothing(counter: Counter) -> None:
    counter.consent()
    counter.ask()
    counter.withdraw()
    counter.carry()
    assert states("screening_inquiry") == ["void"]
    assert not counter.fake.asked


def test_check_that_fell_due_is_asked_for_by_itself_once_a_day(counter: Counter) -> None:
    counter.consent()
    keys = [counter.opened(), counter.opened()]
    do(journal.write, [
        Happening(counter.member_id, "check_due", "night", counter.at,
                  {"agreement": key.agreement_id, "check": check, "due_on": "2026-12-15"})
        for key in keys for check in ("monthly", "regular", "income")
    ])  # fmt: skip
    counter.carry()
    assert states("screening_inquiry") == ["answered"]
    assert rows("SELECT need, purpose FROM screening_inquiry") == [
        ("monitoring 2026-11-24", "monitoring")
    ]


def test_application_for_a_higher_limit_is_asked_for_by_itself(counter: Counter) -> None:
    counter.consent()
    subject = {"agreement": 1, "increase": 5, "limit_yen": 700_000}
    news = Happening(counter.member_id, "increase_asked", "member", counter.at, subject)
    do(journal.write, [news])
    counter.carry()
    (asked,) = do(bureau.inquiries.of_member, counter.member_id)
    assert (asked.need, asked.purpose) == ("increase 5", Purpose.INCREASE)


@pytest.mark.rule("CRED-001")
def test_check_without_a_consent_goes_to_a_person(counter: Counter) -> None:
    counter.consent()
    key = counter.opened()
    counter.withdraw()
    subject: dict[str, int | str] = {
        "agreement": key.agreement_id, "check": "monthly", "due_on": "2026-12-15",
    }  # fmt: skip
    for _ in range(2):
        do(journal.write, [
            Happening(counter.member_id, "check_due", "night", counter.at, subject)
        ])  # fmt: skip
        counter.carry()
    assert not rows("SELECT FROM screening_inquiry")
    assert tasks_of(counter.member_id) == ["bureau_consent"]


# ------------------------------------------------------------------------------------ membership
def test_without_a_bureau_nobody_can_be_asked(database: Database, tmp_path: Path) -> None:
    counter = Counter(tmp_path)
    counter.consent()
    with pytest.raises(RefusedError) as caught:
        counter.ask()
    assert caught.value.faults[0].code == "BUR-031"
    assert counter.carry().files_out == 0


def test_bureau_is_joined_once_and_one_is_asked(counter: Counter) -> None:
    with pytest.raises(StateConflict):
        counter.join()
    second = bureau.Bureau("two", "9999", date(2025, 1, 1), counter.form, counter.terms,
                           is_asked=True)  # fmt: skip
    with pytest.raises(StateConflict):
        do(bureau.join, second, "cli", counter.at)


@pytest.mark.parametrize("statement", [
    "DELETE FROM screening_inquiry", "TRUNCATE screening_report", "DELETE FROM screening_bureau",
    "UPDATE screening_inquiry SET purpose = 'increase'",
    "UPDATE screening_inquiry SET state = 'answered', file_no = 1, ended_at = now()",
    "UPDATE screening_inquiry SET person = '{}'",
])  # fmt: skip
def test_what_was_asked_stays_as_it_was(counter: Counter, statement: str) -> None:
    counter.consent()
    counter.ask()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(("name", "statement"), [
    ("inquiries have their consents",
     "UPDATE screening_inquiry SET asked_at = asked_at - interval '1 day'"),
    ("reports to a bureau have no gap", "UPDATE screening_report SET seq_no = 7"),
])  # fmt: skip
def test_verification_finds_what_was_done_past_the_triggers(
    database: Database, counter: Counter, name: str, statement: str
) -> None:
    counter.consent()
    counter.ask()
    counter.draw(counter.opened(), 10_000)
    counter.carry()
    assert violations(database.address, INVARIANTS) == ()
    with database.connect(ADMIN, autocommit=True) as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute(statement)
    (fault,) = violations(database.address, INVARIANTS)
    assert name in fault.details.values()
