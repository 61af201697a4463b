"""Steps in court: in their order and their time, begun by two persons, stayed by insolvency."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import holidays
import pytest
from django.db import DatabaseError
from hypothesis import given
from hypothesis import strategies as st
from tests.loans.crowd import do
from tests.loans.desk import Desk
from tests.people.house import AT, House, rows

from motocho.care import approvals
from motocho.care.approvals import Decision, Outcome, Request
from motocho.care.collections import counsel, courses, legal
from motocho.care.collections.counsel import Notice, Proceeding, Road, Sender
from motocho.care.collections.courses import Step, Taken, Target
from motocho.care.collections.legal import Case, Noted, Wanted
from motocho.care.collections.settlements import Asking
from motocho.care.worklist import gathering
from motocho.care.worklist.policy import Why
from motocho.contact import gate, tasks
from motocho.contact.gate import Closed, Permit
from motocho.contact.guard import Channel, Hand, Purpose
from motocho.contact.holds import Source
from motocho.loans.commands import Made
from motocho.outside.clock import JAPAN
from motocho.people.access import Role
from motocho.units.errors import InputError, NotAllowedError, NotFoundError, RefusedError

ON = AT.date()
COURT = "東京簡易裁判所"


# ------------------------------------------------------------------------- order and time, purely
def taken(*steps: tuple[Step, date]) -> list[Taken]:
    return [Taken(step, on) for step, on in steps]


CLOSED = holidays.country_holidays("JP", years=range(2025, 2030))


def open_day(on: date) -> date:
    """A second route to the end of a period: by the words of 民事訴訟法95条3項."""
    while (
        on.weekday() >= 5
        or on in CLOSED
        or (on.month, on.day) in {(1, 2), (1, 3), (12, 29), (12, 30), (12, 31)}
    ):
        on += timedelta(days=1)
    return on


@given(st.dates(date(2026, 1, 1), date(2028, 12, 1)))
def test_periods_of_a_payment_order_by_a_second_route(served: date) -> None:
    steps = taken((Step.ORDER_APPLIED, served), (Step.ORDER_SERVED, served))
    objection = open_day(served + timedelta(days=14))
    apply = open_day(objection + timedelta(days=30))
    assert [one.last_on for one in courses.deadlines(steps)] == [objection, apply]
    early = Taken(Step.PROVISIONAL_APPLIED, objection)
    fault = courses.fault_of(steps, early)
    assert fault is not None
    assert fault.code == "LGL-062"
    for on in (objection + timedelta(days=1), apply):
        assert courses.fault_of(steps, Taken(Step.PROVISIONAL_APPLIED, on)) is None
    late = courses.fault_of(
        steps, Taken(Step.PROVISIONAL_APPLIED, apply + timedelta(days=1))
    )  # fmt: skip
    assert late is not None
    assert late.code == "LGL-063"
    assert courses.fault_of(steps, Taken(Step.LAPSED, apply + timedelta(days=1))) is None
    assert courses.fault_of(steps, Taken(Step.LAPSED, apply)) is not None
    # 390条: before provisional execution an objection is in time, however late.
    assert courses.fault_of(steps, Taken(Step.ORDER_OBJECTED, apply)) is None


@pytest.mark.parametrize(("applied", "target", "first"), [
    (date(2020, 3, 31), Target.WAGE, date(2020, 5, 9)),
    (date(2020, 4, 1), Target.WAGE, date(2020, 5, 30)),
    (date(2020, 4, 1), Target.BANK, date(2020, 5, 9)),
])  # fmt: skip
def test_from_when_a_claim_may_be_collected(applied: date, target: Target, first: date) -> None:
    """民事執行法155条: one week from service on the debtor; for wages four, since 2020-04-01."""
    steps = [
        Taken(Step.SEIZURE_APPLIED, applied, target),
        Taken(Step.SEIZURE_SERVED, date(2020, 5, 1)),
    ]
    assert courses.collects_from(steps) == first
    before = courses.fault_of(steps, Taken(Step.COLLECTED, first - timedelta(days=1)))
    assert before is not None
    assert courses.fault_of(steps, Taken(Step.COLLECTED, first)) is None


def test_a_claim_is_collected_after_the_next_open_day() -> None:
    """民事執行法20条, 民事訴訟法95条: a week that ends on a Sunday ends on the Monday after it."""
    steps = [
        Taken(Step.SEIZURE_APPLIED, date(2026, 11, 2), Target.BANK),
        Taken(Step.SEIZURE_SERVED, date(2026, 11, 8)),
    ]
    assert courses.collects_from(steps) == date(2026, 11, 17)
    again = Taken(Step.SEIZURE_APPLIED, date(2026, 12, 1), Target.WAGE)
    assert courses.collects_from([*steps, again]) is None
    # Wages: four weeks end on Monday 4 January, the first day on which courts are open again.
    steps[:] = [
        Taken(Step.SEIZURE_APPLIED, date(2026, 11, 30), Target.WAGE),
        Taken(Step.SEIZURE_SERVED, date(2026, 12, 2)),
    ]
    assert courses.collects_from(steps) == date(2027, 1, 5)


def test_two_years_without_a_payment_are_reported() -> None:
    """民事執行法155条5項, 6項, 8項: two years from the day of collecting, or from the last report."""
    steps = [
        Taken(Step.SEIZURE_APPLIED, date(2026, 11, 2), Target.BANK),
        Taken(Step.SEIZURE_SERVED, date(2026, 11, 10)),
    ]
    assert courses.collects_from(steps) == date(2026, 11, 18)
    (served,) = courses.deadlines(steps)
    assert (served.follows, served.last_on) == (Step.UNPAID_REPORTED, date(2028, 12, 15))
    reported = [*steps, Taken(Step.UNPAID_REPORTED, date(2028, 12, 20))]  # late, and not refused
    assert courses.fault_of(steps, reported[-1]) is None
    (after,) = courses.deadlines(reported)
    assert after.last_on == open_day(date(2030, 12, 20) + timedelta(days=28))
    assert courses.prescription(reported).is_postponed
    old = [Taken(Step.SEIZURE_APPLIED, date(2020, 3, 31), Target.BANK), steps[1]]
    assert courses.deadlines(old) == ()


def test_time_runs_from_the_end_of_a_period_and_not_from_the_day_of_a_paper() -> None:
    """民事訴訟法116条, 392条, 396条: what comes by itself was there as the period ended."""
    order = taken((Step.ORDER_APPLIED, date(2026, 10, 1)), (Step.ORDER_SERVED, date(2026, 10, 8)))
    lapsed = courses.prescription([*order, Taken(Step.LAPSED, date(2027, 1, 20))])
    assert lapsed.postponed_until == date(2027, 5, 24)  # six months from 24 November
    provisional = [
        *order,
        *taken((Step.PROVISIONAL_APPLIED, date(2026, 10, 26)),
               (Step.PROVISIONAL_SERVED, date(2026, 11, 9))),
    ]  # fmt: skip
    for noted in (date(2026, 11, 25), date(2027, 2, 1)):
        final = courses.prescription([*provisional, Taken(Step.ORDER_FINAL, noted)])
        assert final.completes_on == date(2036, 11, 24)
    judged = taken((Step.LAWSUIT_FILED, date(2026, 1, 10)), (Step.JUDGED, date(2026, 4, 1)))
    appealed = [*judged, Taken(Step.APPEALED, date(2026, 4, 10))]
    final = courses.prescription([*appealed, Taken(Step.JUDGMENT_FINAL, date(2026, 9, 1))])
    assert final.completes_on == date(2036, 9, 1)


@pytest.mark.parametrize(("ended", "last"), [
    (date(2026, 11, 20), date(2031, 11, 20)), (date(2027, 3, 1), date(2037, 3, 1)),
])  # fmt: skip
def test_only_what_is_final_has_ten_years(ended: date, last: date) -> None:
    """民法169条1項 is for what is final; before an objection is too late it is the claim's five."""
    steps = [
        *taken((Step.ORDER_SERVED, date(2026, 10, 8)), (Step.PROVISIONAL_SERVED, date(2026, 11, 9))),
        Taken(Step.SEIZURE_APPLIED, date(2026, 11, 10), Target.BANK),
        *taken((Step.SEIZURE_SERVED, date(2026, 11, 11)), (Step.COLLECTED, date(2026, 11, 19)),
               (Step.SEIZURE_ENDED, ended)),
    ]  # fmt: skip
    assert courses.prescription(steps).completes_on == last


def test_what_becomes_of_prescription() -> None:
    """民法147条, 148条, 169条: put off, ended after six months, begun anew for ten years."""
    filed = taken((Step.LAWSUIT_FILED, date(2026, 1, 10)), (Step.JUDGED, date(2026, 4, 1)))
    running = courses.prescription(filed)
    assert running.is_postponed
    assert running.completes_on is None
    withdrawn = courses.prescription(
        [*taken((Step.LAWSUIT_FILED, date(2026, 1, 10)), (Step.WITHDRAWN, date(2026, 5, 20)))]
    )
    assert (withdrawn.is_postponed, withdrawn.postponed_until) == (False, date(2026, 11, 20))
    final = [*filed, Taken(Step.JUDGMENT_FINAL, date(2026, 4, 16))]
    assert courses.prescription(final).completes_on == date(2036, 4, 15)
    seized = [*final, Taken(Step.SEIZURE_APPLIED, date(2026, 6, 1), Target.BANK)]
    assert courses.prescription(seized).is_postponed
    released = courses.prescription([*seized, Taken(Step.SEIZURE_RELEASED, date(2026, 7, 1))])
    assert released.postponed_until == date(2027, 1, 1)
    assert released.completes_on == date(2036, 4, 15)
    assert courses.prescription([]).completes_on is None


def test_every_way_through_ends_and_a_seizure_has_its_title() -> None:
    """Walking the data: nothing is out of reach, and no seizure comes before a title."""
    known, reached = courses.courses(), set()
    ways = [[one] for one in known if not known[one].after]
    while ways:
        way = ways.pop()
        reached.update(way)
        if Step.SEIZURE_APPLIED in way:
            on = date(2026, 1, 1)
            assert courses.title_of([Taken(one, on) for one in way[:-1]]) is not None
            continue
        ways += [[*way, one] for one, course in known.items()
                 if way[-1] in course.after and one not in way]  # fmt: skip
    after_seizure = {
        Step.SEIZURE_SERVED, Step.COLLECTED, Step.UNPAID_REPORTED, Step.SEIZURE_RELEASED,
        Step.SEIZURE_ENDED,
    }  # fmt: skip
    assert reached | after_seizure == set(Step)
    assert all(course.citations for course in known.values())


# ------------------------------------------------------------------------------- with the database
class Office:
    def __init__(self, house: House) -> None:
        house.colleague("root", Role.ADMINISTRATOR)
        self.operator = house.colleague("ueda", Role.OPERATOR)
        self.supervisor = house.colleague("mori", Role.SUPERVISOR)
        desk = Desk()
        opened = ON - timedelta(days=300)
        self.key = desk.open(opened, member_id=house.member().member_id)
        desk.draw(self.key, 200_000, opened)
        self.forms = 0

    def ask(self, noted: Noted, at: datetime, case_no: int = 0) -> Request:
        self.forms += 1
        asking = Asking(self.operator, "連絡がつかない", f"form {self.forms}", at)
        found: Request = do(legal.ask, Wanted(self.key, noted, case_no), asking)
        return found

    def agreed(self, noted: Noted, case_no: int = 0) -> Case:
        at = datetime.combine(noted.on, time(12), JAPAN)
        request = self.ask(noted, at, case_no)
        decision = Decision(Outcome.AGREED, "", request.mark)
        decided = do(approvals.decide, request.ref, decision, self.supervisor, at)
        assert decided.outcome is Outcome.AGREED
        found: Case = do(legal.of_member, self.key.member_id)[0]
        return found

    def note(self, case: Case, step: Step, on: date, amount_yen: int | None = None) -> Case:
        self.forms += 1
        made = self.made(on)
        found: Case = do(legal.note, case.key, Noted(step, on, COURT, "R8(ロ)1", amount_yen), made)
        return found

    def made(self, on: date) -> Made:
        at = datetime.combine(on, time(12), JAPAN)
        return Made("desk", f"form {self.forms}", on, at, "staff 2")

    def tell(self, proceeding: Proceeding) -> None:
        sender = Sender.COURT if proceeding in counsel.STAYS else Sender.LAWYER
        names = ("", "") if sender is Sender.COURT else ("法田 守", "12345")
        notice = Notice(sender, proceeding, "事務所", *names, "", "令和8年(フ)1号", Road.FAX, ON)
        self.forms += 1
        do(counsel.receive, self.key.member_id, notice, self.made(ON))


ORDER = Noted(Step.ORDER_APPLIED, ON, COURT)


@pytest.fixture
def office(house: House) -> Office:
    return Office(house)


def test_from_the_payment_order_to_the_seizure(office: Office) -> None:
    case = office.agreed(ORDER)
    assert case.next_steps() == (Step.ORDER_SERVED, Step.WITHDRAWN, Step.DISMISSED)
    case = office.note(case, Step.ORDER_SERVED, date(2026, 11, 25))
    with pytest.raises(RefusedError, match="cannot be before 2026-12-10"):
        office.note(case, Step.PROVISIONAL_APPLIED, date(2026, 12, 9))
    case = office.note(case, Step.PROVISIONAL_APPLIED, date(2026, 12, 10))
    case = office.note(case, Step.PROVISIONAL_SERVED, date(2026, 12, 21))
    assert courses.deadlines(case.taken)[0].last_on == date(2027, 1, 4)
    case = office.note(case, Step.ORDER_FINAL, date(2027, 1, 5))
    title = courses.title_of(case.taken)
    assert title is not None
    assert title.on == date(2027, 1, 5)
    seizure = Noted(Step.SEIZURE_APPLIED, date(2027, 2, 1), "東京地方裁判所", target=Target.WAGE)
    office.forms += 1
    with pytest.raises(RefusedError, match="two persons"):
        do(legal.note, case.key, seizure, office.made(seizure.on))
    case = office.agreed(seizure, case.key.case_no)
    case = office.note(case, Step.SEIZURE_SERVED, date(2027, 2, 8))
    with pytest.raises(RefusedError, match="cannot be before 2027-03-09"):
        office.note(case, Step.COLLECTED, date(2027, 3, 8), 12_345)
    with pytest.raises(InputError):
        office.note(case, Step.COLLECTED, date(2027, 3, 9))
    case = office.note(case, Step.COLLECTED, date(2027, 3, 9), 12_345)
    case = office.note(case, Step.COLLECTED, date(2027, 4, 9), 12_345)
    case = office.note(case, Step.SEIZURE_ENDED, date(2027, 5, 9))
    assert case.next_steps() == (Step.SEIZURE_APPLIED,)  # a title is good for another claim
    assert courses.prescription(case.taken).completes_on == date(2037, 5, 9)
    same = do(legal.note, case.key, Noted(Step.HEARD, ON, COURT), office.made(date(2027, 5, 9)))
    assert same == case  # the same form again writes nothing


def test_an_objection_leads_to_a_lawsuit(office: Office) -> None:
    case = office.agreed(ORDER)
    case = office.note(case, Step.ORDER_SERVED, ON + timedelta(days=5))
    case = office.note(case, Step.ORDER_OBJECTED, ON + timedelta(days=10))
    assert Step.PROVISIONAL_APPLIED not in case.next_steps()
    case = office.note(case, Step.HEARD, ON + timedelta(days=40))
    case = office.note(case, Step.SETTLED_IN_COURT, ON + timedelta(days=41))
    assert courses.title_of(case.taken) is not None
    with pytest.raises(RefusedError, match="does not follow"):
        office.note(case, Step.JUDGED, ON + timedelta(days=42))
    with pytest.raises(InputError):
        office.note(case, Step.HEARD, ON + timedelta(days=43), 5)


def test_one_person_begins_nothing_and_order_holds(office: Office) -> None:
    request = office.ask(ORDER, AT)
    own = Decision(Outcome.AGREED, "", request.mark)
    with pytest.raises(NotAllowedError):
        do(approvals.decide, request.ref, own, office.operator, AT)
    assert do(legal.of_member, office.key.member_id) == []
    for noted, family in (
        (Noted(Step.HEARD, ON, COURT), RefusedError),
        (Noted(Step.SEIZURE_APPLIED, ON, COURT, target=Target.BANK), RefusedError),
        (Noted(Step.LAWSUIT_FILED, ON, " "), InputError),
        (Noted(Step.LAWSUIT_FILED, ON, COURT, target=Target.BANK), InputError),
    ):
        with pytest.raises(family):
            office.ask(noted, AT + timedelta(days=11))
    with pytest.raises(NotFoundError):
        office.ask(ORDER, AT + timedelta(days=11), 99)


@pytest.mark.parametrize(("proceeding", "code"), [
    (Proceeding.OUT_OF_COURT, "LGL-069"), (Proceeding.BANKRUPTCY, "LGL-068"),
    (Proceeding.REHABILITATION, "LGL-068"),
])  # fmt: skip
def test_counsel_and_insolvency_stay_what_would_begin(
    office: Office, proceeding: Proceeding, code: str
) -> None:
    office.tell(proceeding)
    with pytest.raises(RefusedError) as refused:
        office.ask(ORDER, AT)
    assert refused.value.faults[0].code == code


def test_insolvency_stays_a_case_under_way_and_what_was_asked(office: Office) -> None:
    case = office.agreed(replace(ORDER, on=ON - timedelta(days=30)))
    case = office.note(case, Step.ORDER_SERVED, ON - timedelta(days=20))
    office.tell(Proceeding.BANKRUPTCY)
    with pytest.raises(RefusedError, match="Insolvency"):
        office.note(case, Step.PROVISIONAL_APPLIED, ON)
    ended = office.note(case, Step.WITHDRAWN, ON)
    assert courses.prescription(ended.taken).postponed_until == date(2027, 5, 18)


@pytest.mark.rule("COLL-001")
def test_a_lawsuit_opens_no_hour_that_was_closed(office: Office) -> None:
    office.agreed(replace(ORDER, step=Step.LAWSUIT_FILED))
    wanted = gate.Wanted(Purpose.ARREARS, "case", "staff 2", way=Channel.VISIT)
    night = AT.replace(hour=21)
    assert isinstance(do(gate.ask, office.key.member_id, wanted, night), Closed)
    assert isinstance(do(gate.ask, office.key.member_id, wanted, AT), Permit)


def test_raw_sql_begins_nothing_alone_and_keeps_the_order(office: Office) -> None:
    request = office.ask(ORDER, AT)

    def raw(statement: str, *values: Any) -> None:
        do(lambda cursor: cursor.execute(statement, values))

    begin = "INSERT INTO care_legal_case VALUES (%s, 50, %s, %s, now())"
    with pytest.raises(DatabaseError, match="second person"):
        raw(begin, *office.key, request.ref.request_id)
    decision = Decision(Outcome.AGREED, "", request.mark)
    do(approvals.decide, request.ref, decision, office.supervisor, AT)
    (case,) = do(legal.of_member, office.key.member_id)
    step = (
        "INSERT INTO care_legal_step VALUES (%s, %s, %s, %s, %s, 'c', '', NULL, %s, '', NULL,"
        " 'raw', 'x', now() + interval '9 years')"
    )
    for number, name, on, target in (
        (2, "lawsuit_filed", ON, ""), (2, "seizure_applied", ON, "bank"), (3, "heard", ON, ""),
        (2, "order_served", ON - timedelta(days=1), ""), (2, "collected", ON, ""),
    ):  # fmt: skip
        with pytest.raises(DatabaseError):
            raw(step, *case.key, number, name, on, target)
    raw(step, *case.key, 2, "withdrawn", ON, "")
    with pytest.raises(DatabaseError, match="does not follow"):
        raw(step, *case.key, 3, "order_served", ON, "")
    with pytest.raises(DatabaseError):
        raw("DELETE FROM care_legal_step")
    assert rows("SELECT count(*) FROM care_legal_step") == [(2,)]


# ------------------------------------------------------------------------- what follows on a day
def left(office: Office) -> list[tuple[str, str]]:
    return [
        (str(one.plan.facts["follow"]), str(one.plan.facts["on"]))
        for one in do(tasks.of_member, office.key.member_id)
    ]


def on_list(office: Office, on: date, hour: int = 10) -> list[str]:
    """What the list of a day names of the member's follow-ups."""
    at = datetime.combine(on, time(hour), JAPAN)
    found = do(gathering.people, at)
    mine = [one for one in found if one.member_id == office.key.member_id]
    return [ground.sort for one in mine for ground in one.grounds if ground.sort]


def test_what_a_step_brings_about_stands_on_its_day_once_and_goes_with_the_next(
    office: Office,
) -> None:
    case = office.agreed(ORDER)
    assert left(office) == []
    case = office.note(case, Step.ORDER_SERVED, date(2026, 11, 25))
    over, lapses = ("objection_over", "2026-12-10"), ("order_lapses", "2027-01-09")
    assert left(office) == [over, lapses]
    assert on_list(office, date(2026, 12, 9)) == []
    assert on_list(office, date(2026, 12, 10)) == ["objection_over"]
    assert on_list(office, date(2026, 12, 30)) == ["objection_over"], "until it is done"
    again = do(legal.note, case.key, Noted(Step.ORDER_SERVED, ON, COURT), office.made(ON))
    assert again == case
    assert left(office) == [over, lapses], "the same form again puts nothing down"
    case = office.note(case, Step.PROVISIONAL_APPLIED, date(2026, 12, 10))
    assert left(office) == []
    case = office.note(case, Step.PROVISIONAL_SERVED, date(2026, 12, 21))
    assert left(office) == [("objection_over", "2027-01-05")]
    case = office.note(case, Step.ORDER_FINAL, date(2027, 1, 5))
    assert left(office) == []
    seizure = Noted(Step.SEIZURE_APPLIED, date(2027, 2, 1), "東京地方裁判所", target=Target.WAGE)
    case = office.agreed(seizure, case.key.case_no)
    case = office.note(case, Step.SEIZURE_SERVED, date(2027, 2, 8))
    assert left(office) == [("collects", "2027-03-09"), ("unpaid_report", "2029-03-08")]
    assert on_list(office, date(2027, 3, 9)) == ["collects"]
    office.note(case, Step.COLLECTED, date(2027, 3, 9), 12_345)
    assert left(office) == [("unpaid_report", "2029-03-09")]
    assert on_list(office, date(2029, 3, 9)) == ["unpaid_report"]
    ended = rows("SELECT outcome, count(*) FROM contact_task WHERE outcome <> '' GROUP BY 1")
    assert ended == [("done", 5)]


def test_a_judgment_and_what_ended_without_a_title_are_looked_at_in_time(office: Office) -> None:
    case = office.agreed(replace(ORDER, step=Step.LAWSUIT_FILED))
    case = office.note(case, Step.JUDGED, ON + timedelta(days=60))
    (last,) = courses.deadlines(case.taken)
    assert left(office) == [("appeal_over", str(last.last_on + timedelta(days=1)))]
    case = office.note(case, Step.DISMISSED, ON + timedelta(days=61))
    until = courses.prescription(case.taken).postponed_until
    assert until is not None
    told_on = until - timedelta(days=30)
    assert left(office) == [("time_bar", str(told_on))]
    assert on_list(office, told_on) == ["time_bar"]


def test_a_day_in_court_is_a_task_of_that_day_and_another_day_takes_its_place(
    office: Office,
) -> None:
    case = office.agreed(replace(ORDER, step=Step.LAWSUIT_FILED))

    def named(on: date, form: str, at: date = ON) -> None:
        made = replace(office.made(at), external_ref=form)
        do(legal.name_hearing, case.key, on, made)

    first, second = ON + timedelta(days=30), ON + timedelta(days=44)
    named(first, "form a")
    named(first, "form b")
    assert left(office) == [("hearing", str(first))]
    named(second, "form c")
    named(first, "form d")
    named(second, "form e")
    assert left(office) == [("hearing", str(second))]
    assert on_list(office, first) == []
    assert on_list(office, second) == ["hearing"]
    for on in (ON - timedelta(days=1),):
        with pytest.raises(RefusedError):
            named(on, "form f")
    case = office.note(case, Step.HEARD, second)
    assert left(office) == []
    case = office.note(case, Step.JUDGED, second + timedelta(days=1))
    with pytest.raises(RefusedError):
        named(second + timedelta(days=30), "form g", second)
    assert rows("SELECT count(*) FROM journal_row WHERE kind = 'hearing_named'") == [(4,)]


def test_what_was_handed_over_is_done_when_a_case_begins(office: Office) -> None:
    plan = tasks.Plan(tasks.Kind.FOLLOW_UP, facts={"handover": office.key.agreement_id})
    do(tasks.put, office.key.member_id, plan, Source("close", "stage 9"), AT)
    assert on_list(office, ON) == ["handover"]
    office.agreed(ORDER)
    assert on_list(office, ON) == []


def test_that_all_falls_due_is_on_a_supervisors_list_alone(office: Office) -> None:
    plan = tasks.Plan(tasks.Kind.FOLLOW_UP, facts={"acceleration": office.key.agreement_id})
    do(tasks.put, office.key.member_id, plan, Source("close", "stage 9"), AT)
    assert on_list(office, ON) == ["acceleration"]
    at = datetime.combine(ON, time(10), JAPAN)
    for hand, count in ((Hand.SUPERVISOR, 1), (Hand.STAFF, 0)):
        assert do(gathering.today, at, hand).ranked.counts[Why.FOLLOW_UP] == count
