"""A second person decides, once, in time, on the very figures: in code and in raw SQL."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError
from tests.database import Database
from tests.loans.crowd import at_once, do
from tests.people.house import AT, House, kinds_of, rows

from motocho.care import approvals
from motocho.care.approvals import (
    HOUSE,
    Decided,
    Decision,
    Kind,
    Outcome,
    Queue,
    Ref,
    Request,
    Wanted,
)
from motocho.outside.postgres import Role as DatabaseRole
from motocho.people import access
from motocho.people.access import Role, Staff
from motocho.people.members import Person
from motocho.units.errors import (
    Fault,
    InputError,
    NotAllowedError,
    NotFoundError,
    RefusedError,
    StateConflict,
)

OWED = {"owed_yen": 100}
DONE: list[Ref] = []
SOON = AT + timedelta(hours=1)


def figures(_cursor: Any, _wanted: Wanted, _at: datetime) -> dict[str, int]:
    return dict(OWED)


def carry(cursor: Any, request: Request, _decided: Decided, _on: date) -> None:
    if request.content.get("refuses"):
        raise RefusedError(Fault("LON-061"))
    cursor.execute(
        "SELECT outcome FROM care_approval_decision WHERE member_id = %s AND request_id = %s",
        request.ref,
    )
    assert cursor.fetchone() == ("agreed",)  # what needs two persons can name the decision
    DONE.append(request.ref)


approvals.register(Kind("trial", figures, carry))


@pytest.fixture
def office(database: Database, house: House) -> tuple[Staff, Staff, Staff, int]:
    """Who asks, two who may decide, and a member."""
    OWED["owed_yen"] = 100
    DONE.clear()
    with database.connect(DatabaseRole.OWNER) as owner:
        owner.execute(
            "INSERT INTO care_approval_kind VALUES ('trial', '{operator,supervisor}',"
            " '{supervisor}', '3 days')"
        )
        owner.commit()
    house.colleague("root", Role.ADMINISTRATOR)
    return (
        house.colleague("ueda", Role.OPERATOR),
        house.colleague("mori", Role.SUPERVISOR),
        house.colleague("kato", Role.SUPERVISOR),
        house.member().member_id,
    )


def asked(by: Staff, member_id: int, form: str = "form 1", **content: Any) -> Request:
    wanted = Wanted("trial", member_id, "agreement 1", content or {"yen": 5}, "理由", form)
    return do(approvals.ask, wanted, by, AT)


def say(
    outcome: Outcome, request: Request, by: Staff, words: str = "", at: datetime = SOON
) -> Decided:
    return do(approvals.decide, request.ref, Decision(outcome, words, request.mark), by, at)


Office = tuple[Staff, Staff, Staff, int]


def test_what_another_person_agrees_to_is_done_once(office: Office) -> None:
    operator, mori, kato, member_id = office
    request = asked(operator, member_id)
    assert request.figures == {"owed_yen": 100}
    assert asked(operator, member_id) == request  # the same form again
    assert [one.ref for one in do(approvals.waiting, mori, SOON, Queue(("trial",)))] == [
        request.ref
    ]
    assert say(Outcome.AGREED, request, mori).outcome is Outcome.AGREED
    assert [request.ref] == DONE
    with pytest.raises(StateConflict, match="decided already"):
        say(Outcome.AGREED, request, kato)
    assert [request.ref] == DONE
    assert do(approvals.waiting, mori, SOON, Queue()) == []
    kept = do(approvals.one, request.ref)
    assert kept.decided == Decided(Outcome.AGREED, "", mori.staff_id, SOON)
    assert kinds_of(member_id)[-2:] == ["approval_asked", "approval_decided"]


def test_who_asked_does_not_agree_whatever_the_role(office: Office) -> None:
    _, mori, kato, member_id = office
    request = asked(mori, member_id)
    for outcome in (Outcome.AGREED, Outcome.REFUSED):
        with pytest.raises(NotAllowedError, match="another person"):
            say(outcome, request, mori, "words")
    assert not do(approvals.may_decide, request, mori)
    assert do(approvals.may_decide, request, kato)
    with pytest.raises(NotAllowedError, match="Only who asked"):
        say(Outcome.WITHDRAWN, request, kato)
    assert say(Outcome.WITHDRAWN, request, mori).outcome is Outcome.WITHDRAWN
    assert not DONE


def test_roles_reasons_and_time(office: Office, house: House) -> None:
    operator, mori, _, member_id = office
    auditor = house.colleague("abe", Role.AUDITOR)
    with pytest.raises(NotAllowedError, match="may not ask"):
        asked(auditor, member_id)
    empty = Wanted("trial", member_id, "agreement 1", {}, "  ", "form 9")
    with pytest.raises(InputError, match="reason"):
        do(approvals.ask, empty, operator, AT)
    request = asked(operator, member_id)
    with pytest.raises(StateConflict, match="request"):
        asked(operator, member_id, "form 2")
    with pytest.raises(NotAllowedError, match="may not decide"):
        say(Outcome.AGREED, request, house.colleague("ono", Role.OPERATOR))
    with pytest.raises(InputError, match="reason"):
        say(Outcome.REFUSED, request, mori, " ")
    with pytest.raises(StateConflict, match="over"):
        say(Outcome.AGREED, request, mori, at=request.expires_at)
    again = asked_later(operator, member_id, request.expires_at)
    assert say(
        Outcome.REFUSED, again, mori, "金額が違う", request.expires_at
    ).words == "金額が違う"  # fmt: skip
    with pytest.raises(NotFoundError):
        do(approvals.one, Ref(member_id, 999))
    assert len(do(approvals.of_member, member_id)) == 2
    assert not DONE


def asked_later(by: Staff, member_id: int, at: datetime) -> Request:
    wanted = Wanted("trial", member_id, "agreement 1", {"yen": 5}, "理由", "form 3")
    return do(approvals.ask, wanted, by, at)


def test_other_figures_are_not_agreed_to(office: Office) -> None:
    operator, mori, kato, member_id = office
    request = asked(operator, member_id)
    wrong = Decision(Outcome.AGREED, "", "0" * 64)
    with pytest.raises(StateConflict, match="not the one"):
        do(approvals.decide, request.ref, wrong, mori, SOON)
    OWED["owed_yen"] = 99
    assert say(Outcome.AGREED, request, mori).outcome is Outcome.OUTDATED
    assert not DONE
    anew = asked(operator, member_id, "form 2")
    assert say(Outcome.AGREED, anew, kato).outcome is Outcome.AGREED
    assert [anew.ref] == DONE


def test_what_is_refused_by_its_command_leaves_the_request_open(office: Office) -> None:
    operator, mori, _, member_id = office
    request = asked(operator, member_id, refuses=1)
    with pytest.raises(RefusedError):
        say(Outcome.AGREED, request, mori)
    assert do(approvals.one, request.ref).is_open(SOON)
    assert kinds_of(member_id)[-1] == "approval_asked"


def test_two_approvers_at_once(office: Office) -> None:
    """One of many decides; what is asked is done exactly once."""
    operator, mori, kato, member_id = office
    request = asked(operator, member_id)

    def client(by: Staff, outcome: Outcome) -> str:
        try:
            return say(outcome, request, by, "words").outcome.value
        except StateConflict:
            return "late"

    work = [partial(client, by, Outcome.AGREED) for by in (mori, kato) * 3]
    work += [partial(client, by, Outcome.REFUSED) for by in (mori, kato)]
    found = at_once(work)
    assert found.count("late") == 7
    (first,) = set(found) - {"late"}
    decided = do(approvals.one, request.ref).decided
    assert decided is not None
    assert decided.outcome.value == first
    assert len(DONE) == (decided.outcome is Outcome.AGREED)


def test_a_request_of_the_house_and_members_kept_apart(office: Office) -> None:
    operator, mori, kato, member_id = office
    of_house = do(
        approvals.ask, Wanted("trial", HOUSE, "setting 4", {"days": 3}, "why", "f"), operator, AT
    )
    request = asked(operator, member_id)
    assert do(access.bar, member_id, kato.staff_id, mori, AT) is None
    assert [one.ref for one in do(approvals.waiting, kato, SOON, Queue())] == [of_house.ref]
    both = {one.ref for one in do(approvals.waiting, mori, SOON, Queue())}
    assert both == {of_house.ref, request.ref}
    assert do(approvals.waiting, mori, SOON, Queue(("other",))) == []
    assert say(Outcome.AGREED, of_house, kato).outcome is Outcome.AGREED


INSERT = (
    "INSERT INTO care_approval_decision (member_id, request_id, mark, outcome, words, decided_by,"
    " decided_at) VALUES (%s, %s, %s, %s, 'w', %s, %s)"
)


def raw(statement: str, *values: Any) -> None:
    def run(cursor: Any) -> None:
        cursor.execute(statement, values)

    do(run)


def test_raw_sql_obeys_too(office: Office, house: House) -> None:
    """The application's own role of the database cannot go around it."""
    operator, mori, kato, member_id = office
    request = asked(mori, member_id)
    key = (*request.ref, request.mark)
    with pytest.raises(DatabaseError, match="another person"):
        raw(INSERT, *key, "agreed", mori.staff_id, SOON)
    with pytest.raises(DatabaseError, match="another person"):
        raw(INSERT, *key, "withdrawn", kato.staff_id, SOON)
    with pytest.raises(DatabaseError, match="may not decide"):
        raw(INSERT, *key, "agreed", operator.staff_id, SOON)
    with pytest.raises(DatabaseError, match="is over"):
        raw(INSERT, *key, "agreed", kato.staff_id, request.expires_at)
    with pytest.raises(DatabaseError, match="foreign key"):
        raw(INSERT, *request.ref, "0" * 64, "agreed", kato.staff_id, SOON)
    own = house.colleague("sato", Role.SUPERVISOR)
    raw("UPDATE people_staff SET own_member_id = %s WHERE staff_id = %s", member_id, own.staff_id)
    with pytest.raises(DatabaseError, match="one's own"):
        raw(INSERT, *key, "agreed", own.staff_id, SOON)
    raw(INSERT, *key, "agreed", kato.staff_id, SOON)
    with pytest.raises(DatabaseError, match="duplicate key"):
        raw(INSERT, *key, "refused", kato.staff_id, SOON)
    for table in ("care_approval", "care_approval_decision"):
        with pytest.raises(DatabaseError):
            raw(f"UPDATE {table} SET member_id = member_id")
        with pytest.raises(DatabaseError):
            raw(f"DELETE FROM {table}")
    assert rows("SELECT outcome FROM care_approval_decision") == [("agreed",)]


OF_OWN = "UPDATE people_staff SET own_member_id = %s WHERE staff_id = %s"


@pytest.mark.parametrize(("days", "is_one"), [(0, True), (1, False)])
def test_two_accounts_of_one_person_are_one(
    office: Office, house: House, days: int, *, is_one: bool
) -> None:
    """Known by name's reading and birthday: neither in code nor in raw SQL is it a second one."""
    _, mori, kato, member_id = office
    born = date(1971, 2, 3)
    for staff, (name, on) in {
        mori: ("ミチコ", born),
        kato: ("ミチ コ", born + timedelta(days=days)),
    }.items():
        own = house.member(Person("森", "道子", "モリ", name, on)).member_id
        raw(OF_OWN, own, staff.staff_id)
    request = asked(mori, member_id)
    assert do(approvals.may_decide, request, kato) is not is_one
    if not is_one:
        assert say(Outcome.AGREED, request, kato).outcome is Outcome.AGREED
        return
    for outcome in (Outcome.AGREED, Outcome.REFUSED):
        with pytest.raises(NotAllowedError, match="another person"):
            say(outcome, request, kato, "words")
        with pytest.raises(DatabaseError, match="another person"):
            raw(INSERT, *request.ref, request.mark, outcome.value, kato.staff_id, SOON)
    with pytest.raises(NotAllowedError, match="Only who asked"):
        say(Outcome.WITHDRAWN, request, kato)
    assert say(Outcome.WITHDRAWN, request, mori).outcome is Outcome.WITHDRAWN
    assert not DONE


def test_nobody_decides_on_their_own_under_another_number(office: Office, house: House) -> None:
    operator, mori, kato, member_id = office
    raw(OF_OWN, house.member().member_id, mori.staff_id)  # the same person as the member
    do(access.bar, member_id, kato.staff_id, house.colleague("abe", Role.SUPERVISOR), AT)
    request = asked(operator, member_id)
    for staff in (mori, kato):
        assert do(approvals.waiting, staff, SOON, Queue()) == []
        with pytest.raises(NotAllowedError, match="somebody near"):
            say(Outcome.AGREED, request, staff)
        with pytest.raises(DatabaseError, match="somebody near"):
            raw(INSERT, *request.ref, request.mark, "agreed", staff.staff_id, SOON)
    other = house.colleague("sato", Role.SUPERVISOR)
    assert say(Outcome.AGREED, request, other).outcome is Outcome.AGREED


ASK = (
    "INSERT INTO care_approval (member_id, kind, subject, wanted, figures, mark, reason, source,"
    " asked_by, asked_at, expires_at) VALUES (%s, 'trial', 's', '{}', '{}', %s, 'r', 'x', %s, %s,"
    " %s)"
)
EMPTY_MARK = "e40ec6a3e8d2b1ee5bd1a4a5d8b2b4d6"  # of nothing: a mark that is none


def test_raw_sql_asks_rightly(office: Office, house: House) -> None:
    operator, _, _, member_id = office
    auditor = house.colleague("abe", Role.AUDITOR)
    mark = rows("SELECT encode(sha256(convert_to('{}' || E'\\n' || '{}', 'UTF8')), 'hex')")[0][0]
    good = (member_id, mark, operator.staff_id, AT, SOON)
    with pytest.raises(DatabaseError, match="may not ask"):
        raw(ASK, member_id, mark, auditor.staff_id, AT, SOON)
    with pytest.raises(DatabaseError, match="mark"):
        raw(ASK, member_id, EMPTY_MARK, *good[2:])
    with pytest.raises(DatabaseError, match="at most"):
        raw(ASK, *good[:4], AT + timedelta(days=3, seconds=1))
    with pytest.raises(DatabaseError, match="no member"):
        raw(ASK, 424_242, *good[1:])
    raw(ASK, *good)
