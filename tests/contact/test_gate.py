"""The gate with the database: what is decided is kept, and nobody slips through beside it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from tests.database import Database
from tests.loans.crowd import at_once, do
from tests.loans.desk import Desk
from tests.people.house import AT, MAIL, House, after, kinds_of, rows

from motocho.contact import gate, holds
from motocho.contact.gate import Closed, Permit, Wanted
from motocho.contact.guard import Channel, HoldKind, Hours, Purpose, Whom
from motocho.contact.holds import Source, Wish
from motocho.loans import commands
from motocho.loans.policy import Stop
from motocho.outside.clock import JAPAN
from motocho.outside.postgres import Role
from motocho.people import consents
from motocho.people.consents import Consent, Told
from motocho.units.errors import InputError, NotAllowedError, NotFoundError

NIGHT = datetime(2026, 11, 18, 22, 0, tzinfo=JAPAN)


def ask(member_id: int, purpose: Purpose, at: datetime = AT) -> Permit | Closed:
    answer: Permit | Closed = do(gate.ask, member_id, Wanted(purpose, "message 1", "worker"), at)
    return answer


def rules_of(answer: Permit | Closed) -> list[str]:
    assert isinstance(answer, Closed)
    return [one.refusal.rule_id for one in answer.hindrances]


def agree(member_id: int) -> None:
    told = Told("member", "form 1", "v1")
    do(consents.give, member_id, Consent(consents.Kind.CAMPAIGN), told, AT)


def put(member_id: int, wish: Wish, at: datetime = AT, ref: str = "form 7") -> holds.Standing:
    standing: holds.Standing = do(holds.put, member_id, wish, Source("member", ref), at)
    return standing


def test_a_permit_opens_the_address_for_ten_minutes(house: House) -> None:
    member_id = house.member().member_id
    permit = ask(member_id, Purpose.SECURITY, NIGHT)
    assert isinstance(permit, Permit)
    told = do(gate.email, permit, NIGHT + timedelta(minutes=9))
    assert told is not None
    assert told.value == MAIL
    with pytest.raises(NotAllowedError):
        do(gate.email, permit, NIGHT + timedelta(minutes=10))
    readings = rows("SELECT purpose FROM journal_row WHERE kind = 'fact_read' ORDER BY row_id")
    assert readings[-1] == (f"permit {permit.permit_id} security message 1",)


def test_refused_tries_are_kept_too(house: House) -> None:
    member_id = house.member().member_id
    answer = ask(member_id, Purpose.REMINDER, NIGHT)
    assert rules_of(answer) == ["COLL-001"]
    assert isinstance(answer, Closed)
    assert answer.allowed_at == datetime(2026, 11, 19, 8, tzinfo=JAPAN)
    kept = rows("SELECT attempt_id, purpose, refused_by, valid_until FROM contact_attempt")
    assert kept == [(answer.attempt_id, "reminder", ["COLL-001"], None)]


@pytest.mark.parametrize("statement", [
    "UPDATE contact_attempt SET purpose = 'security'", "DELETE FROM contact_attempt",
    "TRUNCATE contact_attempt", "DELETE FROM contact_hold", "UPDATE contact_hold SET last_on = NULL",
])  # fmt: skip
def test_attempts_and_holds_stay_as_they_are(house: House, statement: str) -> None:
    member_id = house.member().member_id
    ask(member_id, Purpose.SECURITY)
    put(member_id, Wish(HoldKind.NOT_NOW))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_database_refuses_a_refused_alert(database: Database, house: House) -> None:
    member_id = house.member().member_id
    with database.connect(Role.OWNER) as owner, pytest.raises(Exception, match="check"):
        owner.execute(
            "INSERT INTO contact_attempt (member_id, channel, purpose, cause, actor, asked_at,"
            " refused_by) VALUES (%s, 'email', 'security', 'x', 'x', now(), '{COLL-001}')",
            (member_id,),
        )


def test_campaigns_follow_consent_and_opt_out(house: House) -> None:
    member_id = house.member().member_id
    assert rules_of(ask(member_id, Purpose.CAMPAIGN)) == ["SOLI-007"]
    agree(member_id)
    assert isinstance(ask(member_id, Purpose.CAMPAIGN), Permit)
    standing = put(member_id, Wish(HoldKind.NOT_NOW))
    assert standing.hold.last_on == date(2027, 5, 18)
    assert rules_of(ask(member_id, Purpose.CAMPAIGN)) == ["SOLI-002"]
    last = datetime(2027, 5, 18, 20, 59, tzinfo=JAPAN)
    assert rules_of(ask(member_id, Purpose.CAMPAIGN, last)) == ["SOLI-002"]
    assert isinstance(ask(member_id, Purpose.CAMPAIGN, last + timedelta(hours=12)), Permit)


@pytest.mark.rule("SOLI-004")
def test_a_weaker_refusal_after_a_strong_one_changes_nothing(house: House) -> None:
    member_id = house.member().member_id
    agree(member_id)
    put(member_id, Wish(HoldKind.NEVER))
    put(member_id, Wish(HoldKind.NOT_NOW), after(days=200), "form 8")
    assert rules_of(ask(member_id, Purpose.CAMPAIGN, after(days=250))) == ["SOLI-002", "SOLI-003"]
    assert rules_of(ask(member_id, Purpose.CAMPAIGN, after(days=1000))) == ["SOLI-003"]


def test_an_opt_out_is_told_once_and_taken_back_by_the_member(house: House) -> None:
    member_id = house.member().member_id
    first = put(member_id, Wish(HoldKind.NOT_NOW))
    assert put(member_id, Wish(HoldKind.NOT_NOW), after(minutes=1)) == first
    assert [one.hold.kind for one in do(holds.standing, member_id, AT.date())] == [HoldKind.NOT_NOW]
    do(holds.end, member_id, first.hold_id, "member", after(hours=1))
    assert do(holds.standing, member_id, AT.date()) == []
    assert kinds_of(member_id)[-2:] == ["contact_held", "contact_hold_ended"]
    with pytest.raises(NotFoundError):
        do(holds.end, member_id, first.hold_id, "member", after(hours=2))


def test_a_hold_told_just_before_midnight_in_japan_is_of_that_day(house: House) -> None:
    member_id = house.member().member_id
    late = datetime(2026, 5, 20, 23, 59, 59, tzinfo=JAPAN)
    assert put(member_id, Wish(HoldKind.NOT_NOW), late).hold.last_on == date(2026, 11, 20)
    next_day = put(member_id, Wish(HoldKind.NOT_NOW), late + timedelta(seconds=1), "form 8")
    assert next_day.hold.last_on == date(2026, 11, 21)


@pytest.mark.parametrize("wish", [
    Wish(HoldKind.PAUSE), Wish(HoldKind.PAUSE, date(2026, 11, 17)), Wish(HoldKind.PAUSE, date(2099, 1, 1)),
    Wish(HoldKind.PREFERRED_HOURS), Wish(HoldKind.PREFERRED_HOURS, hours=Hours(12, 12)),
    Wish(HoldKind.PREFERRED_HOURS, hours=Hours(20, 25)),
    Wish(HoldKind.PREFERRED_HOURS, hours=Hours(21, 24)), Wish(HoldKind.PREFERRED_HOURS, hours=Hours(0, 8)),
])  # fmt: skip
def test_holds_that_cannot_be_are_refused(house: House, wish: Wish) -> None:
    with pytest.raises(InputError):
        put(house.member().member_id, wish)


def test_counsel_arrears_and_promises_are_read_from_the_loans(database: Database) -> None:
    desk = Desk()
    key = desk.open(date(2026, 9, 1))
    desk.draw(key, 100_000, date(2026, 9, 1))
    agree(key.member_id)
    assert rules_of(ask(key.member_id, Purpose.CAMPAIGN)) == ["SOLI-005"]
    assert isinstance(ask(key.member_id, Purpose.ARREARS), Permit)
    assert rules_of(ask(key.member_id, Purpose.ARREARS, after(days=3))) == ["COLL-014"]
    assert isinstance(ask(key.member_id, Purpose.ARREARS, after(days=4)), Permit)
    today = AT.date()
    desk.do(commands.promise, key, 5_000, today + timedelta(days=10), desk.made(today))
    assert rules_of(ask(key.member_id, Purpose.ARREARS, after(days=10))) == ["COLL-003"]
    assert rules_of(ask(key.member_id, Purpose.CAMPAIGN)) == ["SOLI-005", "SOLI-005"]
    desk.do(commands.suspend, key, Stop.COUNSEL, desk.made(today))
    assert rules_of(ask(key.member_id, Purpose.REMINDER)) == ["COLL-010"]


@pytest.mark.rule("COLL-006")
def test_a_death_that_stands_with_the_loans_closes_the_gate(database: Database) -> None:
    """It counts once, whether a hold says it too; who inherits may be written to."""
    desk = Desk()
    key = desk.open(date(2026, 9, 1))
    desk.draw(key, 100_000, date(2026, 9, 1))
    heir = Wanted(Purpose.ARREARS, "letter 1", "staff 1", way=Channel.POST, whom=Whom.HEIR,
                  counterpart="counterpart 1")  # fmt: skip
    assert rules_of(do(gate.ask, key.member_id, heir, AT)) == ["COLL-006"]
    desk.do(commands.record_death, key.member_id, desk.made(AT.date()))
    for _ in range(2):
        assert rules_of(ask(key.member_id, Purpose.ARREARS)) == ["COLL-006"]
        assert rules_of(ask(key.member_id, Purpose.REMINDER)) == ["COLL-006"]
        put(key.member_id, Wish(HoldKind.DECEASED))
    assert isinstance(do(gate.ask, key.member_id, heir, AT), Permit)


@pytest.mark.rule("COLL-014")
@pytest.mark.parametrize("way", [Channel.POST, Channel.EMAIL])
def test_a_demand_by_letter_counts_as_one_by_mail_does(database: Database, way: Channel) -> None:
    desk = Desk()
    key = desk.open(date(2026, 9, 1))
    desk.draw(key, 100_000, date(2026, 9, 1))
    wanted = Wanted(Purpose.ARREARS, "case 1", "staff 1", way=way)
    assert isinstance(do(gate.ask, key.member_id, wanted, AT), Permit)
    answer = ask(key.member_id, Purpose.ARREARS, after(days=1))
    assert rules_of(answer) == ["COLL-014"]
    assert isinstance(answer, Closed)
    assert answer.allowed_at == datetime(2026, 11, 22, 8, tzinfo=JAPAN)


@pytest.mark.rule("COLL-014")
def test_of_many_demands_at_once_one_goes_out(database: Database) -> None:
    desk = Desk()
    key = desk.open(date(2026, 9, 1))
    desk.draw(key, 100_000, date(2026, 9, 1))
    answers = at_once([lambda: ask(key.member_id, Purpose.ARREARS)] * 6)
    assert sum(isinstance(one, Permit) for one in answers) == 1
