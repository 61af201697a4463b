"""Each way to each person: what the law forbids at work, to others, in bad times; and the database's own no."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import fields
from datetime import date, datetime, timedelta
from threading import Thread
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from tests.database import Database
from tests.loans.crowd import at_once, do
from tests.loans.desk import Desk
from tests.people.house import AT, House, after, rows

from motocho.contact import calls, gate, guard, holds, tasks
from motocho.contact.calls import Result
from motocho.contact.directory import shipped
from motocho.contact.gate import Closed, Permit, Wanted
from motocho.contact.guard import (
    JAPAN,
    Agreement,
    AgreementKind,
    Basis,
    Channel,
    Facts,
    Hand,
    Hold,
    HoldKind,
    Hours,
    Purpose,
    Way,
    Whom,
)
from motocho.contact.holds import Source, Wish
from motocho.loans import commands
from motocho.outside.postgres import Role
from motocho.people import consents
from motocho.people.facts.values import Kind, Phone
from motocho.units.errors import InputError, NotAllowedError, NotFoundError

OURS = "0300000108"
STAFF = Source("staff 7", "desk 1")
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=JAPAN)
CLEAN = Facts(has_consent=True)
BY_PHONE, BY_MAIL, BY_POST = Way(Channel.PHONE), Way(Channel.EMAIL), Way(Channel.POST)


def rules_of(facts: Facts, purpose: Purpose, way: Way, at: datetime = NOON) -> list[str]:
    return [one.refusal.rule_id for one in guard.hindrances(facts, purpose, at, way)]


def held(kind: HoldKind, last_on: date | None = None, about: str = "") -> Facts:
    return Facts((Hold(kind, NOON.date(), last_on, about=about),), has_consent=True)


def call(member_id: int, at: datetime = AT, **told: Any) -> Permit | Closed:
    purpose = told.pop("purpose", Purpose.ARREARS)
    wanted = Wanted(purpose, "case 7", "staff 7", OURS, shipped(), **told)
    answer: Permit | Closed = do(gate.ask, member_id, wanted, at)
    return answer


def refused_by(answer: Permit | Closed) -> list[str]:
    return [one.refusal.rule_id for one in answer.hindrances] if isinstance(answer, Closed) else []


# ------------------------------------------------------------------------------------------ at work
AT_WORK = Agreement(AgreementKind.WORK_CALLS, date(2026, 11, 24), date(2026, 12, 24), Hours(12, 13))
CHECK = Agreement(
    AgreementKind.EMPLOYMENT_CHECK, date(2026, 11, 24), date(2026, 11, 25), Hours(14, 15)
)


@pytest.mark.rule("COLL-004")
def test_nobody_is_called_at_work_about_arrears_who_did_not_ask_for_it() -> None:
    work = Way(Channel.PHONE, Whom.WORKPLACE)
    for purpose in (Purpose.ARREARS, Purpose.SERVICE, Purpose.REMINDER, Purpose.SECURITY):
        assert rules_of(Facts(), purpose, work) == ["COLL-004"]
    assert rules_of(Facts(), Purpose.ARREARS, Way(Channel.POST, Whom.WORKPLACE)) == ["COLL-004"]
    assert rules_of(Facts(agreements=(CHECK,)), Purpose.ARREARS, work) == ["COLL-004"]


@pytest.mark.rule("COLL-004")
def test_who_asked_in_writing_is_called_at_work_in_the_agreed_hour() -> None:
    work, facts = Way(Channel.PHONE, Whom.WORKPLACE), Facts(agreements=(AT_WORK,))
    assert rules_of(facts, Purpose.ARREARS, work) == []
    assert rules_of(facts, Purpose.ARREARS, work, NOON.replace(hour=11, minute=59)) == ["COLL-004"]
    (late,) = guard.hindrances(facts, Purpose.ARREARS, NOON.replace(hour=13), work)
    assert late.allowed_at == datetime(2026, 11, 25, 12, tzinfo=JAPAN)
    assert rules_of(facts, Purpose.CAMPAIGN, work)[0] == "COLL-004"
    over = datetime(2026, 12, 25, 12, tzinfo=JAPAN)
    assert rules_of(facts, Purpose.ARREARS, work, over) == ["COLL-004"]
    assert rules_of(facts, Purpose.ARREARS, Way(Channel.VISIT, Whom.WORKPLACE)) == ["COLL-004"]


@pytest.mark.rule("DESK-003")
@pytest.mark.parametrize(("hour", "refused"), [(13, ["DESK-003"]), (14, []), (15, ["DESK-003"])])
def test_employer_is_called_within_what_was_agreed(hour: int, refused: list[str]) -> None:
    work, facts = Way(Channel.PHONE, Whom.WORKPLACE), Facts(agreements=(CHECK,))
    assert rules_of(facts, Purpose.EMPLOYMENT, work, NOON.replace(hour=hour)) == refused
    assert rules_of(Facts(), Purpose.EMPLOYMENT, work, NOON.replace(hour=hour)) == ["DESK-003"]
    letter = Way(Channel.POST, Whom.WORKPLACE)
    assert rules_of(facts, Purpose.EMPLOYMENT, letter, NOON.replace(hour=hour)) == ["DESK-003"]


@pytest.mark.rule("COLL-004")
@pytest.mark.rule("DESK-003")
def test_number_at_work_is_read_by_a_permit_for_work_only(house: House) -> None:
    member_id = house.member().member_id
    house.tell(member_id, Kind.WORK_PHONE, Phone("0312345678"), at=AT)
    own = call(member_id)
    assert isinstance(own, Permit)
    with pytest.raises(NotAllowedError):
        do(gate.phone, own, Kind.WORK_PHONE, AT)
    employment: dict[str, Any] = {"purpose": Purpose.EMPLOYMENT, "whom": Whom.WORKPLACE}
    assert refused_by(call(member_id, **employment)) == ["DESK-003"]
    agreed = Agreement(AgreementKind.EMPLOYMENT_CHECK, AT.date(), AT.date(), Hours(12, 13))
    number = do(holds.agree, member_id, agreed, STAFF, AT)
    assert do(holds.agree, member_id, agreed, STAFF, after(minutes=1)) == number
    permit = call(member_id, after(minutes=55), **employment)
    assert isinstance(permit, Permit)
    assert permit.valid_until == after(hours=1)
    with pytest.raises(NotAllowedError):
        do(gate.phone, permit, Kind.MOBILE_PHONE, after(minutes=55))
    told = do(gate.phone, permit, Kind.WORK_PHONE, after(minutes=55))
    assert told is not None
    assert told.value == Phone("0312345678")
    do(holds.withdraw, member_id, number, "member", after(minutes=56))
    assert refused_by(call(member_id, after(minutes=57), **employment)) == ["DESK-003"]
    with pytest.raises(NotFoundError):
        do(holds.withdraw, member_id, number, "member", after(minutes=58))


@pytest.mark.parametrize(("days", "hours"), [((0, -1), (9, 12)), ((0, 1), (7, 9)), ((0, 1), (20, 22)), ((0, 1), (9, 9))])  # fmt: skip
def test_agreements_that_cannot_be_are_refused(
    house: House, days: tuple[int, int], hours: tuple[int, int]
) -> None:
    first, last = (AT.date() + timedelta(days=one) for one in days)
    agreed = Agreement(AgreementKind.WORK_CALLS, first, last, Hours(*hours))
    with pytest.raises(InputError):
        do(holds.agree, house.member().member_id, agreed, STAFF, AT)


# -------------------------------------------------------------------------------------- other people
@pytest.mark.rule("COLL-006")
def test_nothing_of_a_contract_goes_to_others() -> None:
    others = Way(Channel.PHONE, Whom.THIRD, counterpart="姉")
    for purpose in (Purpose.REMINDER, Purpose.SERVICE, Purpose.TRANSACTION, Purpose.SECURITY):
        assert rules_of(Facts(), purpose, others) == ["COLL-006"]
        assert rules_of(Facts(), purpose, Way(Channel.EMAIL)) == []
    assert rules_of(held(HoldKind.DECEASED), Purpose.ARREARS, BY_POST) == ["COLL-006"]


@pytest.mark.rule("COLL-006")
@pytest.mark.rule("COLL-010")
def test_counsel_and_heirs_are_written_to_where_there_are_some() -> None:
    counsel = Way(Channel.POST, Whom.COUNSEL, counterpart="法律事務所")
    heir = Way(Channel.POST, Whom.HEIR, counterpart="長男")
    assert rules_of(Facts(), Purpose.ARREARS, counsel) == ["COLL-006"]
    assert rules_of(Facts(has_counsel=True), Purpose.ARREARS, counsel) == []
    assert rules_of(Facts(has_counsel=True), Purpose.ARREARS, BY_POST) == ["COLL-010"]
    assert rules_of(Facts(has_counsel=True), Purpose.CAMPAIGN, counsel) == ["COLL-006"]
    assert rules_of(Facts(), Purpose.ARREARS, heir) == ["COLL-006"]
    assert rules_of(held(HoldKind.DECEASED), Purpose.ARREARS, heir) == []


@pytest.mark.rule("COLL-008")
def test_the_member_is_asked_to_pay() -> None:
    for way in (BY_PHONE, BY_MAIL, BY_POST):
        assert rules_of(Facts(), Purpose.ARREARS, way) == []


@pytest.mark.rule("COLL-008")
def test_asking_anybody_else_to_pay_is_refused() -> None:
    for channel in Channel:
        mother = Way(channel, Whom.THIRD, counterpart="母")
        assert rules_of(Facts(), Purpose.ARREARS, mother) == ["COLL-008"]


@pytest.mark.rule("COLL-009")
def test_who_did_not_refuse_may_be_asked_where_somebody_is() -> None:
    sister = Way(Channel.PHONE, Whom.THIRD, counterpart="姉")
    facts = held(HoldKind.THIRD_REFUSED, about="兄")
    assert rules_of(facts, Purpose.WHEREABOUTS, sister) == []
    assert rules_of(Facts(), Purpose.WHEREABOUTS, BY_PHONE) == ["COLL-018"]


@pytest.mark.rule("COLL-009")
def test_who_refused_to_help_is_never_asked_again(house: House) -> None:
    member_id = house.member().member_id
    brother: dict[str, Any] = {
        "purpose": Purpose.WHEREABOUTS,
        "whom": Whom.THIRD,
        "counterpart": "兄 090-1111-3333",
    }
    permit = call(member_id, **brother)
    assert isinstance(permit, Permit)
    assert permit.kinds == frozenset()
    wish = Wish(HoldKind.THIRD_REFUSED, about=str(brother["counterpart"]))
    do(holds.put, member_id, wish, STAFF, AT)
    for later in (1, 400, 4_000):
        assert refused_by(call(member_id, after(days=later), **brother)) == ["COLL-009"]
    for spelling in ("兄　０９０－１１１１－３３３３", "09011113333", "+81 90-1111-3333"):
        same = {**brother, "counterpart": spelling}
        assert refused_by(call(member_id, after(days=1), **same)) == ["COLL-009"]
    sister = {**brother, "counterpart": "姉"}
    assert isinstance(call(member_id, after(days=1), **sister), Permit)


@pytest.mark.parametrize("told", [{"whom": Whom.THIRD}, {"counterpart": "姉"}])
def test_it_is_said_who_else_is_reached(house: House, told: dict[str, Any]) -> None:
    member_id = house.member().member_id
    with pytest.raises(InputError):
        call(member_id, **told)
    with pytest.raises(InputError):
        do(holds.put, member_id, Wish(HoldKind.THIRD_REFUSED), STAFF, AT)


# ------------------------------------------------------------------------------------------ bad times
@pytest.mark.rule("COLL-015")
@pytest.mark.parametrize("kind", sorted(guard.DISTRESS, key=str))
def test_in_bad_times_nobody_is_asked_for_money(kind: HoldKind) -> None:
    facts = held(kind, date(2026, 11, 24))
    for way in (BY_PHONE, BY_MAIL, BY_POST, Way(Channel.SMS), Way(Channel.VISIT)):
        assert rules_of(facts, Purpose.ARREARS, way) == ["COLL-015"]
        assert rules_of(facts, Purpose.ARREARS, way, NOON + timedelta(days=1)) == []
    assert rules_of(facts, Purpose.SERVICE, BY_MAIL) == ["COLL-015"]
    assert rules_of(facts, Purpose.STATUTORY_DOCUMENT, BY_POST) == []
    assert rules_of(facts, Purpose.IDENTITY, BY_PHONE) == []
    (only,) = guard.hindrances(facts, Purpose.ARREARS, NOON, BY_PHONE)
    assert only.allowed_at == datetime(2026, 11, 25, tzinfo=JAPAN)


@pytest.mark.rule("COLL-015")
@pytest.mark.parametrize(("moment", "refused"), [
    ((2026, 12, 30, 20, 59), []), ((2026, 12, 31, 8, 0), ["COLL-015"]), ((2027, 1, 2, 12, 0), ["COLL-015"]),
    ((2027, 1, 3, 20, 59), ["COLL-015"]), ((2027, 1, 4, 8, 0), []),
])  # fmt: skip
def test_around_new_year_nobody_is_asked_for_money(
    moment: tuple[int, ...], refused: list[str]
) -> None:
    at = datetime(*moment, tzinfo=JAPAN)  # type: ignore[misc,arg-type]
    assert rules_of(Facts(), Purpose.ARREARS, BY_PHONE, at) == refused
    assert rules_of(Facts(), Purpose.REMINDER, BY_MAIL, at) == []


@pytest.mark.rule("COLL-015")
def test_a_stay_in_hospital_lasts_until_it_is_lifted(house: House) -> None:
    member_id = house.member().member_id
    told = do(holds.put, member_id, Wish(HoldKind.HOSPITAL), STAFF, AT)
    answer = call(member_id, after(days=100))
    assert refused_by(answer) == ["COLL-015"]
    assert isinstance(answer, Closed)
    assert answer.allowed_at is None
    do(holds.end, member_id, told.hold_id, "staff 7", after(days=101))
    assert isinstance(call(member_id, after(days=101)), Permit)


@pytest.mark.rule("COLL-013")
def test_demand_by_mail_is_refused_where_others_read_it() -> None:
    assert rules_of(held(HoldKind.SHARED_MAILBOX), Purpose.ARREARS, BY_MAIL) == ["COLL-013"]


@pytest.mark.rule("COLL-013")
def test_demands_go_sealed_or_to_a_mailbox_of_ones_own() -> None:
    assert rules_of(held(HoldKind.SHARED_MAILBOX), Purpose.ARREARS, BY_POST) == []
    assert rules_of(Facts(), Purpose.ARREARS, BY_MAIL) == []


@pytest.mark.rule("DESK-004")
def test_who_complained_about_calls_is_called_by_a_supervisor() -> None:
    facts = held(HoldKind.COMPLAINT)
    assert rules_of(facts, Purpose.ARREARS, BY_PHONE) == ["DESK-004"]
    assert rules_of(facts, Purpose.ARREARS, Way(Channel.PHONE, hand=Hand.SUPERVISOR)) == []
    assert rules_of(facts, Purpose.CAMPAIGN, Way(hand=Hand.SUPERVISOR)) == ["DESK-004"]
    assert rules_of(facts, Purpose.REMINDER, BY_MAIL) == []


@pytest.mark.rule("VULN-002")
def test_while_a_consultation_is_open_one_calls_at_the_agreed_time_only(house: House) -> None:
    member_id = house.member().member_id
    named = after(days=1)
    plan = tasks.Plan(tasks.Kind.CONSULTATION, Purpose.ASKED_FOR, named)
    number = do(tasks.put, member_id, plan, STAFF, AT)
    early = call(member_id)
    assert refused_by(early) == ["COLL-003", "VULN-002"]
    assert isinstance(early, Closed)
    assert early.allowed_at == named
    letter = Wanted(Purpose.ARREARS, "case 7", "staff 7", way=Channel.POST)
    assert refused_by(do(gate.ask, member_id, letter, named)) == ["VULN-002"]
    assert isinstance(call(member_id, named), Permit)
    assert refused_by(call(member_id, after(days=2))) == ["VULN-002"]
    do(tasks.end, member_id, number, tasks.Ending(tasks.Outcome.DONE, "staff 7"), after(days=2))
    assert isinstance(call(member_id, after(days=2)), Permit)


# -------------------------------------------------------------------------------------- solicitation
@pytest.mark.rule("SOLI-008")
def test_who_may_not_understand_a_contract_is_not_invited() -> None:
    assert rules_of(held(HoldKind.NO_JUDGEMENT), Purpose.CAMPAIGN, BY_MAIL) == ["SOLI-008"]
    assert rules_of(held(HoldKind.NO_JUDGEMENT), Purpose.SERVICE, BY_MAIL) == []
    assert rules_of(CLEAN, Purpose.CAMPAIGN, BY_MAIL) == []


@pytest.mark.rule("SOLI-006")
@pytest.mark.rule("SOLI-008")
def test_invitation_from_our_own_records_passes() -> None:
    assert rules_of(CLEAN, Purpose.CAMPAIGN, BY_MAIL) == []
    assert rules_of(CLEAN, Purpose.CAMPAIGN, Way(basis=Basis.BUREAU)) == ["SOLI-006"]


@pytest.mark.rule("SOLI-006")
@pytest.mark.rule("SOLI-008")
def test_nobody_is_invited_because_of_what_a_bureau_told(database: Database) -> None:
    desk = Desk()
    key = desk.open(date(2026, 9, 1))
    consent = consents.Consent(consents.Kind.CAMPAIGN)
    do(consents.give, key.member_id, consent, consents.Told("member", "form 1", "v1"), AT)
    chosen: dict[str, Any] = {"way": Channel.SITE}
    own = Wanted(Purpose.CAMPAIGN, "list 1", "staff 7", **chosen)
    bureau = Wanted(Purpose.CAMPAIGN, "list 2", "staff 7", basis=Basis.BUREAU, **chosen)
    assert isinstance(do(gate.ask, key.member_id, own, AT), Permit)
    assert "SOLI-006" in refused_by(do(gate.ask, key.member_id, bureau, AT))
    assert not {one.name for one in fields(Facts)} & {"bureau", "others_yen", "debts"}


@pytest.mark.rule("SOLI-003")
def test_after_the_year_of_a_strong_refusal_only_the_own_pages_invite() -> None:
    facts = held(HoldKind.NEVER, date(2026, 11, 24))
    site, later = Way(Channel.SITE), NOON + timedelta(days=1)
    assert rules_of(facts, Purpose.CAMPAIGN, site) == ["SOLI-003"]
    assert rules_of(facts, Purpose.CAMPAIGN, site, later) == []
    for channel in set(Channel) - {Channel.SITE}:
        assert rules_of(facts, Purpose.CAMPAIGN, Way(channel), later) == ["SOLI-003"]
    assert rules_of(facts, Purpose.SERVICE, BY_MAIL) == ["SOLI-003"]
    assert rules_of(facts, Purpose.DUTY, BY_MAIL) == []


# ------------------------------------------------------------------------------- permits and the table
@pytest.mark.rule("COLL-018")
def test_call_that_nobody_asked_for_is_not_booked_as_one(house: House) -> None:
    member_id = house.member().member_id
    assert refused_by(call(member_id, purpose=Purpose.ASKED_FOR)) == ["COLL-018"]
    do(tasks.put, member_id, tasks.Plan(tasks.Kind.REPLY), STAFF, AT)
    assert isinstance(call(member_id, purpose=Purpose.ASKED_FOR), Permit)


def test_permit_is_used_once_and_within_its_time(house: House) -> None:
    member_id = house.member().member_id
    late = datetime(2026, 11, 18, 20, 55, tzinfo=JAPAN)
    permit = call(member_id, late)
    assert isinstance(permit, Permit)
    assert permit.valid_until == late.replace(hour=21, minute=0)
    for wrong in (late - timedelta(seconds=1), late.replace(hour=21, minute=0)):
        with pytest.raises((NotAllowedError, DatabaseError)):
            do(gate.phone, permit, Kind.MOBILE_PHONE, wrong)
    assert do(gate.phone, permit, Kind.HOME_PHONE, late) is None
    assert do(gate.phone, permit, Kind.MOBILE_PHONE, late) is not None
    with pytest.raises(NotAllowedError):
        do(gate.phone, permit, Kind.MOBILE_PHONE, late)


@pytest.mark.rule("COLL-003")
@pytest.mark.rule("COLL-015")
@pytest.mark.rule("DESK-004")
@pytest.mark.parametrize("wish", [
    Wish(HoldKind.COMPLAINT), Wish(HoldKind.DECEASED), Wish(HoldKind.DISPUTED), Wish(HoldKind.GUARDED),
    Wish(HoldKind.BEREAVEMENT, date(2026, 11, 18)), Wish(HoldKind.PREFERRED_HOURS, hours=Hours(18, 20)),
])  # fmt: skip
def test_what_came_up_after_the_permit_keeps_the_number_from_being_read(
    house: House, wish: Wish
) -> None:
    member_id = house.member().member_id
    permit = call(member_id)
    assert isinstance(permit, Permit)
    held = do(holds.put, member_id, wish, STAFF, after(minutes=1))
    with pytest.raises(NotAllowedError) as caught:
        do(gate.phone, permit, Kind.MOBILE_PHONE, after(minutes=2))
    assert caught.value.faults[0].code == "CON-044"
    assert len(caught.value.faults) > 1  # and why
    do(holds.end, member_id, held.hold_id, "staff 7", after(minutes=3))
    assert do(gate.phone, permit, Kind.MOBILE_PHONE, after(minutes=4)) is not None


@pytest.mark.rule("COLL-003")
def test_number_of_a_call_that_was_begun_is_not_shown_after_a_promise(database: Database) -> None:
    """Nor is it lost to the day's third call: what is counted is the call itself."""
    desk = Desk()
    key = desk.open(date(2026, 9, 1))
    desk.draw(key, 100_000, date(2026, 9, 1))
    for _ in range(2):
        assert isinstance(call(key.member_id), Permit)
    third = call(key.member_id)
    assert isinstance(third, Permit)
    do(gate.phone, third, Kind.MOBILE_PHONE, after(minutes=1))
    begun = (key.member_id, third.permit_id, "staff 7")
    assert do(gate.in_force, *begun, after(minutes=2)) is not None
    desk.do(commands.promise, key, 5_000, date(2026, 11, 25), desk.made(AT.date()))
    assert do(gate.in_force, *begun, after(minutes=3)) is None


def test_of_many_uses_at_once_one_reads_the_number(house: House) -> None:
    permit = call(house.member().member_id)
    assert isinstance(permit, Permit)

    def read() -> bool:
        try:
            return do(gate.phone, permit, Kind.MOBILE_PHONE, AT) is not None
        except NotAllowedError:
            return False

    assert sum(at_once([read] * 6)) == 1


@pytest.mark.rule("COLL-002")
def test_call_whose_number_was_read_counts_whatever_is_said_of_it(house: House) -> None:
    member_id = house.member().member_id
    permits = [call(member_id) for _ in range(3)]
    read, unread = permits[:2]
    assert isinstance(read, Permit)
    assert isinstance(unread, Permit)
    do(gate.phone, read, Kind.MOBILE_PHONE, AT)
    do(calls.note, read, Result.NOT_CALLED, STAFF, AT)
    assert isinstance(call(member_id), Closed)
    do(calls.note, unread, Result.NOT_CALLED, STAFF, AT)
    with pytest.raises(NotAllowedError):
        do(gate.phone, unread, Kind.MOBILE_PHONE, AT)
    assert isinstance(call(member_id), Permit)
    assert isinstance(call(member_id), Closed)


@pytest.mark.rule("COLL-017")
def test_contractors_are_counted_with_us(house: House) -> None:
    member_id = house.member().member_id
    hands = (Hand.STAFF, Hand.CONTRACTOR, Hand.SUPERVISOR)
    assert all(isinstance(call(member_id, hand=one), Permit) for one in hands)
    assert refused_by(call(member_id, hand=Hand.CONTRACTOR)) == ["COLL-002"]
    assert refused_by(call(member_id, after(hours=10), hand=Hand.CONTRACTOR)) == [
        "COLL-001", "COLL-002",
    ]  # fmt: skip
    assert isinstance(call(member_id, after(days=1), hand=Hand.CONTRACTOR), Permit)


RAW = (
    "INSERT INTO contact_attempt (member_id, channel, our_number, purpose, cause, actor, asked_at,"
    " valid_until) VALUES (%s, 'phone', '0300000108', 'arrears', 'raw', 'raw', %s, %s)"
)


def _raw(member_id: int, at: datetime, lasts: timedelta = timedelta(minutes=5)) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(RAW, (member_id, at, at + lasts))


@pytest.mark.rule("COLL-001")
@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Asia/Tokyo"])
def test_the_database_itself_keeps_the_hours_of_japan(house: House, zone: str) -> None:
    member_id = house.member().member_id
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('TimeZone', %s, false)", (zone,))
    day = datetime(2028, 2, 29, tzinfo=JAPAN)
    for minutes in (0, 479, 20 * 60 + 56, 21 * 60, 23 * 60 + 59):
        with pytest.raises(DatabaseError, match="contact_attempt_hours"):
            _raw(member_id, day + timedelta(minutes=minutes))
    _raw(member_id, day + timedelta(minutes=480))
    _raw(member_id, day + timedelta(minutes=20 * 60 + 55))


@pytest.mark.rule("COLL-002")
@pytest.mark.rule("COLL-017")
def test_the_database_itself_refuses_the_fourth_call(database: Database, house: House) -> None:
    member_id = house.member().member_id
    first = datetime(2028, 2, 29, 8, tzinfo=JAPAN)
    for hours in range(3):
        _raw(member_id, first + timedelta(hours=hours))
    with pytest.raises(DatabaseError, match="three calls"):
        _raw(member_id, first + timedelta(hours=12))
    _raw(member_id, first + timedelta(days=1))
    _raw(house.member().member_id, first)
    with database.connect(Role.OWNER) as owner:
        for statement in (
            "DELETE FROM contact_call_slot", "TRUNCATE contact_call_slot CASCADE",
            "UPDATE contact_call_slot SET is_free = true", "UPDATE contact_call_slot SET called_on = '2020-01-01'",
            "DELETE FROM contact_use", "DELETE FROM contact_agreement",
        ):  # fmt: skip
            with pytest.raises(Exception, match=r"counted|never changed"), owner.transaction():
                owner.execute(statement)
        with pytest.raises(Exception, match="three calls"), owner.transaction():
            owner.execute(RAW, (member_id, first, first + timedelta(minutes=5)))
    for statement in (
        "INSERT INTO contact_call_slot VALUES (1, 1, now(), 1)", "UPDATE contact_call_slot SET seq = 1",
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            rows(statement)


@pytest.mark.rule("COLL-002")
def test_the_database_itself_lets_one_of_many_have_the_third(house: House) -> None:
    """Raw rows, without the gate and its lock; repeatable reads see no newer rows, and are refused too."""
    member_id = house.member().member_id
    _raw(member_id, AT)
    _raw(member_id, AT)

    def third() -> bool:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                cursor.execute("SELECT count(*) FROM contact_call_slot")
                cursor.execute(RAW, (member_id, AT, AT + timedelta(minutes=5)))
        except DatabaseError:
            return False
        return True

    assert sum(at_once([third] * 8)) == 1


USE = "INSERT INTO contact_use SELECT member_id, attempt_id, asked_at FROM contact_attempt"
NOT_CALLED = (
    "INSERT INTO contact_call_result SELECT member_id, attempt_id, 'not_called', 'raw', asked_at"
    " FROM contact_attempt WHERE attempt_id = (SELECT min(attempt_id) FROM contact_attempt)"
)


@pytest.mark.rule("COLL-002")
@pytest.mark.parametrize("level", ["READ COMMITTED", "REPEATABLE READ"])
@pytest.mark.parametrize(("first", "second"), [(USE, NOT_CALLED), (NOT_CALLED, USE)])
def test_number_is_not_read_while_its_slot_is_freed(
    house: House, database: Database, level: str, first: str, second: str
) -> None:
    """Raw rows of two transactions at once: a number that was read stays counted, whoever is first."""
    _raw(house.member().member_id, AT)
    with (
        database.connect(autocommit=True) as one,
        database.connect(autocommit=True) as other,
    ):
        for each in (one, other):
            each.execute(f"BEGIN ISOLATION LEVEL {level}")
            each.execute("SELECT count(*) FROM contact_use")
        one.execute(first)
        waits = Thread(target=_try, args=(other, second))
        waits.start()
        waits.join(0.3)
        one.execute("COMMIT")
        waits.join()
        other.execute("COMMIT")
    ((used, free),) = rows(
        "SELECT (SELECT count(*) FROM contact_use), is_free FROM contact_call_slot"
    )
    assert (used == 1) is not free


def _try(other: Any, statement: str) -> None:
    with suppress(psycopg.Error):
        other.execute(statement)


@pytest.mark.rule("SOLI-002")
@pytest.mark.rule("SOLI-003")
@pytest.mark.rule("SOLI-009")
@pytest.mark.parametrize("kind", [HoldKind.NOT_NOW, HoldKind.UNCLEAR, HoldKind.NEVER])
def test_the_database_itself_lets_no_refusal_end_early(house: House, kind: HoldKind) -> None:
    """Each day of five years, told an hour after midnight in Japan: the guard's last day, and no day less."""
    member_id = house.member().member_id
    midnight = datetime(2026, 1, 1, 0, 30, tzinfo=JAPAN)
    raw = (
        "INSERT INTO contact_hold (member_id, kind, told_at, last_on, source, actor)"
        " VALUES (%s, %s, %s, %s, %s, 'raw')"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        for ahead in range(5 * 365 + 1):
            told_at = midnight + timedelta(days=ahead)
            last_on = guard.last_day(kind, told_at.date())
            cursor.execute(raw, (member_id, kind.value, told_at, last_on, f"word {ahead}"))
    for told_on, early_on in (
        (date(2026, 5, 20), date(2026, 11, 19)), (date(2028, 2, 29), date(2028, 8, 28)),
        (date(2026, 8, 31), date(2027, 2, 27)),
    ):  # fmt: skip
        told_at = datetime.combine(told_on, midnight.timetz())
        with (
            pytest.raises(DatabaseError, match="contact_hold_lasts"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(raw, (member_id, kind.value, told_at, early_on, f"early {told_on}"))


def test_the_database_itself_lets_nothing_end_twice(house: House, database: Database) -> None:
    """A consent that was taken back does not come back, nor does a hold end on another day."""
    member_id = house.member().member_id
    agreed = Agreement(AgreementKind.WORK_CALLS, AT.date(), AT.date(), Hours(9, 12))
    number = do(holds.agree, member_id, agreed, STAFF, AT)
    do(holds.withdraw, member_id, number, "member", AT)
    held = do(holds.put, member_id, Wish(HoldKind.SELF_EXCLUDED), STAFF, AT)
    do(holds.end, member_id, held.hold_id, "member", AT)
    task = do(tasks.put, member_id, tasks.Plan(tasks.Kind.REPLY), STAFF, AT)
    do(tasks.end, member_id, task, tasks.Ending(tasks.Outcome.DONE, "staff 7"), AT)
    for table in ("contact_agreement", "contact_hold", "contact_task"):
        outcome = ", outcome = NULL" if table == "contact_task" else ""
        for change in (
            f"ended_at = NULL, ended_by = NULL{outcome}", "ended_at = ended_at + interval '1 day'"
        ):  # fmt: skip
            with pytest.raises(DatabaseError, match="ended once"), transaction.atomic():
                rows(f"UPDATE {table} SET {change}")
    open_one = do(holds.put, member_id, Wish(HoldKind.NEVER), STAFF, AT)
    with (
        database.connect(Role.OWNER) as owner,
        pytest.raises(Exception, match="ended once"),
        owner.transaction(),
    ):
        owner.execute(
            "UPDATE contact_hold SET last_on = NULL WHERE hold_id = %s", (open_one.hold_id,)
        )


@pytest.mark.parametrize("change", [
    ("'arrears'", "'campaign'", ", basis", ", 'bureau'"), ("'arrears'", "'arrears'", ", whom, counterpart", ", 'third', '母'"),
    ("'arrears'", "'employment'", "", ""), ("'arrears'", "'whereabouts'", "", ""),
])  # fmt: skip
def test_the_database_itself_refuses_what_is_never_allowed(
    house: House, change: tuple[str, str, str, str]
) -> None:
    was, purpose, columns, values = change
    statement = RAW.replace(was, purpose).replace(" valid_until)", f" valid_until{columns})")
    statement = statement[:-1] + values + ")"
    with (
        pytest.raises(DatabaseError, match="check"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, (house.member().member_id, AT, AT + timedelta(minutes=5)))


def test_refusals_are_kept_counted_and_shown(house: House) -> None:
    member_id = house.member().member_id
    at_night = datetime(2026, 11, 18, 22, 0, tzinfo=JAPAN)
    call(member_id, at_night, whom=Whom.WORKPLACE)
    call(member_id, at_night)
    call(member_id)
    second, first = do(calls.refused, member_id)
    assert first.rule_ids == ("COLL-004", "COLL-001")
    assert (second.purpose, second.channel, second.actor) == (
        Purpose.ARREARS,
        Channel.PHONE,
        "staff 7",
    )
    day = at_night.replace(hour=0)
    counted = do(calls.refusals, day, day + timedelta(days=1))
    assert counted == {"COLL-001": 2, "COLL-004": 1}
    assert do(calls.refusals, day + timedelta(days=1), day + timedelta(days=2)) == {}


def test_attempt_stays_where_the_server_dies_before_the_call(database: Database) -> None:
    """The permit is committed before the number is told: who dies in between leaves a counted call."""
    desk = Desk()
    key = desk.open(date(2026, 9, 1))

    def die() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            wanted = Wanted(Purpose.ARREARS, "case 7", "staff 7", OURS, shipped())
            assert isinstance(gate.ask(cursor, key.member_id, wanted, AT), Permit)
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(DatabaseError):
        die()
    connection.close()
    assert rows("SELECT 1 FROM contact_attempt") == []  # nobody was told anything either
    call(key.member_id)
    with pytest.raises(DatabaseError):
        rows("SELECT pg_terminate_backend(pg_backend_pid())")
    connection.close()
    assert rows("SELECT seq FROM contact_call_slot") == [(1,)]
    assert [one.result for one in do(calls.of_member, key.member_id)] == [None]
