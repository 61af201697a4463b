"""Calls for a reason: whom each is for, what is told to whom, and all that an ending brings."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from tests.database import Database
from tests.loans.crowd import at_once, do
from tests.loans.desk import CARD, Desk
from tests.people.house import AT, House, after, kinds_of, rows

from motocho.care.collections import counsel, visits
from motocho.care.reasons import endings, talks, targets
from motocho.care.reasons.catalogue import Answer, Part, Reason
from motocho.care.reasons.endings import Answered, AtWork, Followed, Told
from motocho.care.reasons.scripts import Proposed
from motocho.care.reasons.talks import Begun, Caller, Item, TalkKey, Wanted
from motocho.care.reception import checks
from motocho.care.reliefs import consultations
from motocho.contact import calls, gate, tasks
from motocho.contact.calls import Result
from motocho.contact.directory import shipped
from motocho.contact.gate import Closed
from motocho.contact.guard import Channel, HoldKind, Purpose, last_day
from motocho.contact.holds import Source
from motocho.law.rules import Refusal
from motocho.loans import commands
from motocho.loans.commands import Key, Made
from motocho.loans.policy import Demand, Stop
from motocho.outside.clock import JAPAN
from motocho.people import consents
from motocho.people.consents import Consent
from motocho.people.facts import values
from motocho.people.facts.values import Kind, Phone
from motocho.units.errors import (
    InputError,
    NotAllowedError,
    NotFoundError,
    RefusedError,
    StateConflict,
)

SATO = Caller("佐々木", "staff 7")
KNOWN = frozenset({Item.NAME_READING, Item.ADDRESS, Item.EMPLOYER})
SEEDS_WORDS = "ありがとうございます。でも、今のところ増額の必要はありません。"
"""Said by the member of `seeds/000_calls.txt` on an offer of a higher limit."""
WORK = Phone("0355550100")


class Office:
    """A house with a product, and calls that are made from it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.desk = Desk()
        self.count = 0
        self.seats = itertools.count(100)
        """Each call is another colleague's: nobody is on two."""

    def applicant(self) -> int:
        return self.house.member().member_id

    def member(self, opened_on: date = date(2026, 1, 5), limit_yen: int = 500_000) -> Key:
        member_id = self.house.member(at=datetime(2025, 12, 1, tzinfo=JAPAN)).member_id
        consent = consents.Told("member", "form 1", "v1")
        at = datetime(2026, 1, 5, tzinfo=JAPAN)
        do(consents.give, member_id, Consent(consents.Kind.CAMPAIGN), consent, at)
        return self.desk.open(opened_on, limit_yen, member_id=member_id)

    def late(self) -> Key:
        """Somebody whose payment of 5 October is missed."""
        key = self.member(date(2026, 8, 31))
        self.desk.draw(key, 100_000, date(2026, 8, 31))
        return key

    def begin(self, member_id: int, reason: Reason, at: datetime = AT, **named: Any) -> Any:
        caller = named.pop("caller", None) or Caller(SATO.name, f"staff {next(self.seats)}")
        if reason in (Reason.CONTRACT, Reason.INCREASE, Reason.WIN_BACK):
            named.setdefault("proposed", Proposed(CARD, 800_000))
        return do(talks.begin, member_id, Wanted(reason, caller, shipped(), **named), at)

    def begun(self, member_id: int, reason: Reason, at: datetime = AT, **named: Any) -> Begun:
        answer = self.begin(member_id, reason, at, **named)
        assert isinstance(answer, Begun), answer
        return answer

    def identified(
        self, member_id: int, reason: Reason, at: datetime = AT, **named: Any
    ) -> TalkKey:
        key = self.begun(member_id, reason, at, **named).key
        assert do(talks.identify, key, KNOWN, SATO.actor, at) is None
        return key

    def finish(self, key: TalkKey, ending: str, at: datetime = AT, **told: Any) -> Followed:
        self.count += 1
        made = Made("desk", f"call {self.count}", at.date(), at, SATO.actor)
        done: Followed = do(endings.finish, key, Told(ending, **told), made, shipped())
        return done


@pytest.fixture
def office(house: House) -> Office:
    return Office(house)


def rules_of(answer: Any) -> list[str]:
    if isinstance(answer, Closed):
        return [one.refusal.rule_id for one in answer.hindrances]
    assert isinstance(answer, tuple), answer
    return [one.rule_id for one in answer]


def heard(key: TalkKey, at: datetime = AT) -> str:
    parts = do(talks.heard, key, shipped(), at)
    return "\n".join([one.text for one in parts] + [q.ja for one in parts for q in one.questions])


# ----------------------------------------------------------------------------- the seed's own words
@pytest.mark.rule("SOLI-001")
@pytest.mark.rule("SOLI-002")
def test_not_now_on_an_offer_stops_offers_for_six_months_by_itself(office: Office) -> None:
    """Person-wide, all contracts, similar products: the operator presses no key for it."""
    key = office.member()
    talk = office.identified(key.member_id, Reason.INCREASE)
    done = office.finish(talk, "other", said=SEEDS_WORDS)
    (held,) = done.holds
    assert (held.hold.kind, held.hold.last_on) == (HoldKind.NOT_NOW, date(2027, 5, 18))
    assert held.hold.last_on == last_day(HoldKind.NOT_NOW, AT.date())
    other = office.desk.open(date(2026, 2, 1), 300_000, member_id=key.member_id)
    for on in (date(2026, 11, 20), date(2027, 5, 18)):
        at = datetime.combine(on, AT.timetz())
        for each in (key, other):
            refused = office.begin(key.member_id, Reason.INCREASE, at, key=each)
            assert "SOLI-002" in rules_of(refused)
    again = datetime(2027, 5, 19, 12, tzinfo=JAPAN)
    assert isinstance(office.begin(key.member_id, Reason.INCREASE, again, key=key), Begun)


@pytest.mark.rule("SOLI-002")
def test_refusal_holds_for_similar_products_after_the_contract_ends(office: Office) -> None:
    key = office.member()
    talk = office.identified(key.member_id, Reason.INCREASE)
    office.finish(talk, "not_now", said=SEEDS_WORDS)
    made = office.desk.made(AT.date())
    office.desk.do(commands.close_agreement, key, made)
    refused = office.begin(key.member_id, Reason.WIN_BACK, after(days=30))
    assert "SOLI-002" in rules_of(refused)
    late = datetime(2027, 5, 19, 12, tzinfo=JAPAN)
    assert isinstance(office.begin(key.member_id, Reason.WIN_BACK, late), Begun)


@pytest.mark.rule("SOLI-001")
@pytest.mark.parametrize(
    ("ending", "said", "kind"),
    [
        ("not_now", "", HoldKind.NOT_NOW),
        ("declined", "", HoldKind.UNCLEAR),
        ("declined", "今はいらないです", HoldKind.NOT_NOW),
        ("not_now", "今後一切の連絡をしないで", HoldKind.NEVER),
        ("never", "今のところ必要ありません", HoldKind.NEVER),
        ("other", "結構です", HoldKind.UNCLEAR),
    ],
)
def test_the_stronger_refusal_counts(
    office: Office, ending: str, said: str, kind: HoldKind
) -> None:
    key = office.member()
    talk = office.identified(key.member_id, Reason.INCREASE)
    said = said or ("いえ" if ending == "other" else "")
    (held,) = office.finish(talk, ending, said=said).holds
    assert held.hold.kind is kind


def test_words_of_refusal_are_no_interest(office: Office) -> None:
    talk = office.identified(office.member().member_id, Reason.INCREASE)
    for ending in ("interested", "undecided"):
        with pytest.raises(InputError) as caught:
            office.finish(talk, ending, said=SEEDS_WORDS)
        assert [one.code for one in caught.value.faults] == ["RSN-036"]
    assert not rows("SELECT 1 FROM contact_hold")
    done = office.finish(talk, "interested", said="お願いします")
    assert (done.holds, len(done.tasks)) == ((), 1)


@pytest.mark.rule("SOLI-003")
def test_refusal_of_everything_counts_on_any_call(office: Office) -> None:
    key = office.member()
    talk = office.identified(key.member_id, Reason.INCOME_EVIDENCE)
    (held,) = office.finish(talk, "done", said="営業の電話は不要です").holds
    assert held.hold.kind is HoldKind.NOT_NOW
    talk = office.identified(key.member_id, Reason.INCOME_EVIDENCE, after(days=1))
    done = office.finish(talk, "done", after(days=1), said="引越しは必要ないです")
    assert done.holds == ()
    talk = office.identified(key.member_id, Reason.INCOME_EVIDENCE, after(days=2))
    (held,) = office.finish(talk, "done", after(days=2), said="今後一切連絡しないでください").holds
    assert held.hold.kind is HoldKind.NEVER


# -------------------------------------------------------------------------------- whom it is for
@pytest.mark.rule("SOLI-005")
def test_only_who_may_be_offered_is_called_about_a_limit(office: Office) -> None:
    good = office.member()
    assert isinstance(office.begin(good.member_id, Reason.INCREASE), Begun)
    new = office.member(date(2026, 9, 1))
    assert rules_of(office.begin(new.member_id, Reason.INCREASE)) == ["LEND-023"]
    lower = office.begin(good.member_id, Reason.INCREASE, proposed=Proposed(CARD, 500_000))
    assert rules_of(lower) == ["LEND-023"]
    late = office.late()
    assert "LEND-023" in rules_of(office.begin(late.member_id, Reason.INCREASE))
    stopped = office.member()
    office.desk.do(commands.suspend, stopped, Stop.MEMBER_ASKED, office.desk.made(AT.date()))
    assert rules_of(office.begin(stopped.member_id, Reason.INCREASE)) == ["SOLI-005"]
    assert kinds_of(stopped.member_id)[-1] == "call_refused"


@pytest.mark.rule("SOLI-007")
def test_offer_without_consent_is_refused_by_the_gate(office: Office) -> None:
    key = office.member()
    told = consents.Told("member", "form 2")
    do(consents.withdraw, key.member_id, Consent(consents.Kind.CAMPAIGN), told, AT)
    assert rules_of(office.begin(key.member_id, Reason.INCREASE)) == ["SOLI-007"]


@pytest.mark.rule("COLL-018")
def test_reason_that_is_not_true_is_no_way_to_somebody(office: Office) -> None:
    applicant, member = office.applicant(), office.member()
    for reason in (Reason.INCOME_EVIDENCE, Reason.REGISTERED_DATA, Reason.REPAYMENT):
        assert rules_of(office.begin(applicant, reason)) == ["COLL-018"]
    for reason in (Reason.IDENTITY, Reason.CONTRACT, Reason.WIN_BACK, Reason.REPAYMENT):
        assert rules_of(office.begin(member.member_id, reason)) == ["COLL-018"]
    assert not rows("SELECT 1 FROM contact_attempt")
    assert isinstance(office.begin(applicant, Reason.IDENTITY), Begun)
    assert isinstance(office.begin(member.member_id, Reason.REGISTERED_DATA), Begun)


@pytest.mark.rule("COLL-018")
def test_database_keeps_a_call_to_the_purpose_of_its_reason(office: Office) -> None:
    key = office.late()
    begun = office.begun(key.member_id, Reason.REGISTERED_DATA)
    office.finish(begun.key, "absent")
    insert = (
        "INSERT INTO care_talk (member_id, attempt_id, reason, agreement_id, called, caller_name,"
        " actor, began_at) SELECT member_id, attempt_id + %s, 'repayment', %s, 'mobile_phone',"
        " 'x', 'x', now() FROM care_talk"
    )
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(insert, (1, key.agreement_id))
    fourth = [office.begin(key.member_id, Reason.REPAYMENT, after(hours=hour)) for hour in range(4)]
    assert [isinstance(one, Begun) for one in fourth] == [True, True, True, False]
    assert rules_of(fourth[3]) == ["COLL-002"]
    service = office.identified(key.member_id, Reason.REGISTERED_DATA, after(hours=5))
    with pytest.raises(InputError):
        office.finish(service, "promised", after(hours=5), amount_yen=5_000, on=date(2026, 11, 25))


def reasons_of(member_id: int, at: datetime = AT) -> dict[Reason, talks.Choice]:
    return {one.card.reason: one for one in do(talks.choices, member_id, at)}


@pytest.mark.rule("COLL-018")
def test_promise_missed_on_a_loan_that_fell_due_is_spoken_of_as_a_promise(office: Office) -> None:
    """Nothing of it is a missed due date any more; the promise is what the call is about."""
    key, today = office.late(), AT.date()
    demand = Demand(date(2026, 10, 20), date(2026, 11, 5), "paper 1")
    office.desk.do(commands.accelerate, key, demand, office.desk.made(date(2026, 11, 9)))
    promised_on = date(2026, 11, 17)
    office.desk.do(commands.promise, key, 5_000, promised_on, office.desk.made(date(2026, 11, 10)))
    office.desk.receive(key, 2_000, promised_on)
    assert Reason.PROMISE not in reasons_of(key.member_id, after(days=-1))
    listed = reasons_of(key.member_id)
    assert listed[Reason.PROMISE].may_call
    assert [one.code for one in listed[Reason.REPAYMENT].refusals] == ["RSN-022"]
    assert rules_of(office.begin(key.member_id, Reason.REPAYMENT)) == ["COLL-018"]
    talk = office.identified(key.member_id, Reason.PROMISE)
    main = do(talks.heard, talk, shipped(), AT)[0].text
    assert "11月17日火曜日にお約束いただいた" in main
    assert "残りは3000円です" in main
    assert "遅れがなくなります" not in main  # the whole loan is due: 3,000 yen would not mend it
    (again,) = office.finish(talk, "promised", amount_yen=3_000, on=date(2026, 11, 20)).promises
    kept = rows("SELECT outcome FROM loan_promise ORDER BY promise_no")
    assert kept == [("broken",), (None,)]
    assert Reason.PROMISE not in reasons_of(key.member_id, after(days=1))  # another one runs
    late_on = again.pay_on + timedelta(days=10)
    office.desk.do(commands.judge_promise, key, lambda day: day + timedelta(days=3),
                   office.desk.made(late_on))  # fmt: skip
    assert rows("SELECT outcome FROM loan_promise ORDER BY promise_no")[1] == ("broken",)
    assert reasons_of(key.member_id, after(days=12))[Reason.PROMISE].may_call
    assert today < late_on


@pytest.mark.rule("COLL-018")
def test_promise_is_a_reason_only_where_one_was_missed(office: Office) -> None:
    key = office.late()
    assert rules_of(office.begin(key.member_id, Reason.PROMISE)) == ["COLL-018"]
    office.desk.do(commands.promise, key, 3_000, date(2026, 11, 17),
                   office.desk.made(date(2026, 11, 16)))  # fmt: skip
    listed = reasons_of(key.member_id)
    assert listed[Reason.PROMISE].may_call
    assert listed[Reason.REPAYMENT].may_call  # the due date is missed as well
    other = office.late()
    wrong = Key(other.member_id, other.agreement_id)
    with pytest.raises(InputError):
        office.begin(key.member_id, Reason.PROMISE, key=wrong)
    begun = office.begun(key.member_id, Reason.PROMISE)
    assert rows(
        "SELECT purpose FROM contact_attempt WHERE attempt_id = %s", begun.key.attempt_id
    ) == [("arrears",)]
    office.desk.receive(key, 3_000, AT.date())
    office.finish(begun.key, "absent")
    assert Reason.PROMISE not in reasons_of(key.member_id, after(hours=4))


@pytest.mark.rule("COLL-002")
def test_of_many_agents_three_reach_the_same_member(office: Office) -> None:
    member_id = office.late().member_id
    answers = at_once([lambda: office.begin(member_id, Reason.REPAYMENT)] * 8)
    assert sum(isinstance(one, Begun) for one in answers) == 3
    assert rows("SELECT count(*) FROM care_talk") == [(3,)]


def test_list_of_reasons_has_no_offers_for_who_refused(office: Office) -> None:
    key = office.member()
    listed = [one.card.reason for one in do(talks.choices, key.member_id, AT)]
    assert listed == [
        Reason.INCREASE,
        Reason.INCOME_EVIDENCE,
        Reason.REGISTERED_DATA,
        Reason.REPAYMENT,
    ]
    talk = office.identified(key.member_id, Reason.INCREASE)
    office.finish(talk, "not_now")
    found = do(talks.choices, key.member_id, AT)
    assert [one.card.reason for one in found if one.may_call] == [
        Reason.INCOME_EVIDENCE, Reason.REGISTERED_DATA,
    ]  # fmt: skip
    assert Reason.INCREASE not in [one.card.reason for one in found]
    late = {one.card.reason: one for one in do(talks.choices, office.late().member_id, AT)}
    assert late[Reason.REPAYMENT].may_call
    at_night = {one.card.reason: one for one in do(talks.choices, key.member_id, after(hours=10))}
    assert at_night[Reason.INCOME_EVIDENCE].opens_at == datetime(2026, 11, 19, 8, tzinfo=JAPAN)
    applicant = [one.card.reason for one in do(talks.choices, office.applicant(), AT)]
    assert applicant == [
        Reason.IDENTITY, Reason.EMPLOYMENT_CONSENT, Reason.EMPLOYMENT, Reason.CONTRACT,
    ]  # fmt: skip


# ----------------------------------------------------------------------------- what may be said
@pytest.mark.rule("COLL-006")
def test_nothing_is_told_before_two_things_were_said_rightly(office: Office) -> None:
    key = office.late()
    begun = office.begun(key.member_id, Reason.REPAYMENT)
    assert begun.phone == "09011112222"
    assert {one.part for one in begun.parts} == {
        Part.OPENING, Part.THIRD, Part.VOICEMAIL, Part.IDENTIFY,
    }  # fmt: skip
    said = heard(begun.key)
    assert "佐藤様" in said
    assert "佐々木" in said
    for word in (shipped().lender.name_ja, "返済", "支払", "カード", "円", "遅れ"):
        assert word not in said
    for items in (set(), {Item.BIRTH_DATE}, {Item.BIRTH_DATE, Item.EMPLOYER}):
        refusal = do(talks.identify, begun.key, frozenset(items), SATO.actor, AT)
        assert isinstance(refusal, Refusal)
        assert refusal.rule_id == "COLL-006"
        assert heard(begun.key) == said
    assert do(talks.identify, begun.key, KNOWN, SATO.actor, AT) is None
    told = heard(begun.key)
    assert shipped().lender.name_ja in told
    assert "10月5日月曜日のお支払い" in told
    assert "円で遅れがなくなります" in told


@pytest.mark.rule("COLL-006")
def test_nobody_spoke_with_the_member_who_was_not_identified(office: Office) -> None:
    key = office.late()
    begun = office.begun(key.member_id, Reason.REPAYMENT)
    with pytest.raises(InputError) as caught:
        office.finish(begun.key, "1", amount_yen=5_000, on=date(2026, 11, 25))
    assert [one.code for one in caught.value.faults] == ["RSN-031"]
    insert = (
        "INSERT INTO care_talk_end (member_id, attempt_id, ending, spoken_with, actor, ended_at)"
        " VALUES (%s, %s, 'promised', 'member', 'x', now())"
    )
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(insert, begun.key)
    alone = "INSERT INTO care_talk_identity VALUES (%s, %s, '{address,employer}', 'x', now())"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(alone, begun.key)
    assert office.finish(begun.key, "absent").ending.result is Result.NO_ANSWER


def test_wrong_number_is_not_called_again_until_it_is_told_anew(office: Office) -> None:
    key = office.late()
    begun = office.begun(key.member_id, Reason.REPAYMENT)
    done = office.finish(begun.key, "wrong_number")
    assert len(done.tasks) == 1
    (call,) = do(calls.of_member, key.member_id)
    assert call.result is Result.WRONG_PERSON
    with pytest.raises(NotFoundError):
        office.begin(key.member_id, Reason.REPAYMENT, after(hours=1))
    office.house.tell(key.member_id, Kind.HOME_PHONE, Phone("0355551234"), at=after(hours=2))
    assert office.begun(key.member_id, Reason.REPAYMENT, after(hours=3)).phone == "0355551234"
    office.house.tell(key.member_id, Kind.MOBILE_PHONE, Phone("09033334444"), at=after(hours=4))
    assert office.begun(key.member_id, Reason.REPAYMENT, after(hours=5)).phone == "09033334444"


@pytest.mark.rule("DESK-004")
def test_a_complaint_of_a_member_who_calls_is_kept(office: Office) -> None:
    """It is about no call of ours: the member made this one."""
    key = office.late()
    talk = do(talks.take, key.member_id, talks.Incoming(SATO), AT)
    assert do(talks.identify, talk, KNOWN, SATO.actor, AT) is None
    done = office.finish(talk, "complaint", said="電話が多くて困ります。")
    assert len(done.cases) == 1
    assert rules_of(office.begin(key.member_id, Reason.REPAYMENT, after(hours=1))) == ["DESK-004"]


# ----------------------------------------------------------------------------------- at work
def agree(office: Office, member_id: int, hour: int = 14) -> None:
    talk = office.identified(member_id, Reason.EMPLOYMENT_CONSENT)
    begins = datetime(2026, 11, 19, hour, tzinfo=JAPAN)
    at_work = AtWork(begins, begins + timedelta(hours=1), SATO.name)
    office.finish(talk, "workplace_agreed", at_work=at_work)


def at_work(office: Office) -> int:
    member_id = office.applicant()
    office.house.tell(member_id, Kind.WORK_PHONE, WORK)
    return member_id


@pytest.mark.rule("DESK-003")
def test_call_at_work_in_the_agreed_hour_under_a_personal_name(office: Office) -> None:
    member_id = at_work(office)
    agree(office, member_id)
    begun = office.begun(member_id, Reason.EMPLOYMENT, datetime(2026, 11, 19, 14, 0, tzinfo=JAPAN))
    assert begun.phone == WORK.digits
    said = "".join(one.text for one in begun.parts)
    assert "佐々木と申します。" in said
    for word in (shipped().lender.name_ja, "会社", "在籍", "確認", "カード", "申込"):
        assert word not in said
    with pytest.raises(RefusedError):
        do(checks.check, begun.key, {}, Source(SATO.actor, "form 1"), AT)
    refusal = do(talks.identify, begun.key, KNOWN, SATO.actor, AT)
    assert isinstance(refusal, Refusal)
    office.finish(begun.key, "employed_away", begun.valid_until)
    assert rows("SELECT purpose FROM contact_attempt ORDER BY attempt_id DESC LIMIT 1") != [
        (Purpose.ARREARS.value,)
    ]


@pytest.mark.rule("DESK-003")
def test_no_call_at_work_without_consent_or_outside_its_hour_or_name(office: Office) -> None:
    member_id = at_work(office)
    moment = datetime(2026, 11, 19, 14, 0, tzinfo=JAPAN)
    assert rules_of(office.begin(member_id, Reason.EMPLOYMENT, moment)) == ["DESK-003"]
    agree(office, member_id)
    for minutes in (-1, 60, 24 * 60):
        at = moment + timedelta(minutes=minutes)
        assert rules_of(office.begin(member_id, Reason.EMPLOYMENT, at)) == ["DESK-003"]
    other = Caller("山本", "staff 7")
    assert rules_of(office.begin(member_id, Reason.EMPLOYMENT, moment, caller=other)) == [
        "DESK-003"
    ]
    (agreed,) = do(targets.workplaces, member_id, AT)
    last = moment + timedelta(minutes=59)
    begun = office.begun(member_id, Reason.EMPLOYMENT, last)
    do(endings.withdraw_workplace, member_id, agreed.workplace_no, "member", last)
    assert rules_of(office.begin(member_id, Reason.EMPLOYMENT, last)) == ["DESK-003"]
    with pytest.raises(InputError):
        do(endings.withdraw_workplace, member_id, agreed.workplace_no, "member", last)
    insert = (
        "INSERT INTO care_talk (member_id, attempt_id, reason, workplace_no, called, caller_name,"
        " actor, began_at) SELECT member_id, %s, reason, workplace_no, called, caller_name, actor,"
        " began_at FROM care_talk WHERE attempt_id = %s"
    )
    service = office.begun(member_id, Reason.IDENTITY, last)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(insert, (service.key.attempt_id, begun.key.attempt_id))


@pytest.mark.parametrize(("begins", "ends", "name"), [
    (7, 9, "佐々木"), (20, 22, "佐々木"), (15, 14, "佐々木"), (14, 15, " "),
])  # fmt: skip
def test_hours_at_work_are_of_a_day_and_have_a_name(
    office: Office, begins: int, ends: int, name: str
) -> None:
    talk = office.identified(office.applicant(), Reason.EMPLOYMENT_CONSENT)
    day = datetime(2026, 11, 19, tzinfo=JAPAN)
    hours = AtWork(day.replace(hour=begins), day.replace(hour=ends), name)
    with pytest.raises(InputError) as caught:
        office.finish(talk, "workplace_agreed", at_work=hours)
    assert [one.code for one in caught.value.faults] == ["RSN-039"]


@pytest.mark.rule("DESK-003")
@pytest.mark.rule("COLL-006")
@pytest.mark.parametrize(
    "name", ["青葉台ファイナンス", "カード ローンの佐々木", "（株）佐々木", "ﾌｧｲﾅﾝｽ 佐々木"]
)
def test_name_that_anybody_may_hear_is_a_persons(office: Office, name: str) -> None:
    """Neither agreed to for a call at work, nor said on any other call."""
    member_id = office.applicant()
    talk = office.identified(member_id, Reason.EMPLOYMENT_CONSENT)
    begins = datetime(2026, 11, 19, 14, tzinfo=JAPAN)
    with pytest.raises(InputError) as caught:
        office.finish(
            talk, "workplace_agreed", at_work=AtWork(begins, begins + timedelta(hours=1), name)
        )
    assert [one.code for one in caught.value.faults] == ["RSN-049"]
    with pytest.raises(InputError) as caught:
        office.begin(office.late().member_id, Reason.REPAYMENT, caller=Caller(name, "staff 8"))
    assert [one.code for one in caught.value.faults] == ["RSN-049"]
    assert not rows("SELECT 1 FROM contact_attempt WHERE purpose = 'arrears'")


# ------------------------------------------------------------------------------- the contract call
def answers(
    office: Office, talk: TalkKey, answer: Answer = Answer.UNDERSTOOD
) -> dict[str, Answered]:
    card = do(talks.one, talk).card
    return {one.question_id: Answered(answer) for one in card.questions}


def test_contract_call_keeps_explanations_questions_and_understanding(office: Office) -> None:
    talk = office.identified(office.applicant(), Reason.CONTRACT, proposed=Proposed(CARD, 300_000))
    told = heard(talk)
    for words in ("限度額は30万円", "実質年率18.0%", "年率20.0%", "35日ごとか、毎月決まった日"):
        assert words in told
    given = answers(office, talk)
    missing = {name: one for name, one in given.items() if name != "damages"}
    with pytest.raises(InputError) as caught:
        office.finish(talk, "understood", answers=missing)
    assert [one.excerpt for one in caught.value.faults] == ["damages"]
    unclear = given | {"rate": Answered(Answer.UNCLEAR, "1か月でいくらですか")}
    with pytest.raises(InputError) as caught:
        office.finish(talk, "understood", answers=unclear)
    assert [one.code for one in caught.value.faults] == ["RSN-035"]
    assert not rows("SELECT 1 FROM care_talk_answer")
    given["rate"] = Answered(Answer.UNDERSTOOD, "1か月でいくらですか")
    office.finish(talk, "understood", answers=given)
    found = {one.question_id: one for one in do(endings.explained, talk)}
    assert len(found) == len(given)
    assert found["rate"].asked == "1か月でいくらですか"
    assert {one.answer for one in found.values()} == {Answer.UNDERSTOOD}


def test_what_stayed_unclear_is_followed_up_and_raw_sql_cannot_say_otherwise(
    office: Office,
) -> None:
    talk = office.identified(office.applicant(), Reason.CONTRACT)
    given = answers(office, talk) | {"term": Answered(Answer.UNCLEAR)}
    insert = (
        "INSERT INTO care_talk_end (member_id, attempt_id, ending, spoken_with, actor, ended_at)"
        " VALUES (%s, %s, 'understood', 'member', 'x', now())"
    )
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(insert, talk)
    assert len(office.finish(talk, "unclear", answers=given).tasks) == 1
    (held,) = office.finish(
        office.identified(office.applicant(), Reason.CONTRACT), "will_not_contract"
    ).holds
    assert held.hold.kind is HoldKind.UNCLEAR


# ------------------------------------------------------------------------------------ what follows
@pytest.mark.rule("COLL-003")
def test_promise_in_a_call_keeps_the_next_call_away(office: Office) -> None:
    key = office.late()
    talk = office.identified(key.member_id, Reason.REPAYMENT)
    done = office.finish(talk, "1", amount_yen=10_000, on=date(2026, 11, 25), note="::payday")
    (promised,) = done.promises
    assert (promised.key, promised.amount_yen, promised.pay_on) == (key, 10_000, date(2026, 11, 25))
    (told,) = do(talks.of_member, key.member_id)
    assert (told.ending, told.note) == ("promised", "給料日の後に支払うとのこと。")
    refused = office.begin(key.member_id, Reason.REPAYMENT, after(days=2))
    assert rules_of(refused) == ["COLL-003"]
    assert isinstance(office.begin(key.member_id, Reason.REPAYMENT, after(days=8)), Begun)


@pytest.mark.rule("COLL-003")
def test_named_hour_is_kept_and_ends_when_it_was_served(office: Office) -> None:
    key = office.late()
    talk = office.begun(key.member_id, Reason.REPAYMENT).key
    hour = after(hours=6)
    office.finish(talk, "call_back", hour=hour)
    (task,) = do(tasks.of_member, key.member_id)
    assert (task.plan.planned_at, task.plan.purpose) == (hour, Purpose.ARREARS)
    assert rules_of(office.begin(key.member_id, Reason.REPAYMENT, after(hours=5))) == ["COLL-003"]
    office.finish(office.begun(key.member_id, Reason.REPAYMENT, hour).key, "absent", hour)
    assert do(tasks.of_member, key.member_id) == []


def inbound(office: Office, member_id: int, at: datetime = AT) -> TalkKey:
    caller = Caller(SATO.name, f"staff {next(office.seats)}")
    taken: TalkKey = do(talks.take, member_id, talks.Incoming(caller), at)
    return taken


@pytest.mark.rule("COLL-018")
def test_member_who_asked_to_be_called_is_called_for_that(office: Office) -> None:
    """From the named moment on, three times a day at most, until somebody spoke to them."""
    key = office.member()
    assert rules_of(office.begin(key.member_id, Reason.ANSWER)) == ["COLL-018"]
    hour = after(hours=3)
    office.finish(inbound(office, key.member_id), "call_back", hour=hour)
    early = hour - timedelta(minutes=11)
    assert rules_of(office.begin(key.member_id, Reason.ANSWER, early)) == ["COLL-018"]
    assert Reason.ANSWER not in {one.card.reason for one in do(talks.choices, key.member_id, early)}
    listed = {one.card.reason: one for one in do(talks.choices, key.member_id, hour)}
    assert listed[Reason.ANSWER].may_call
    for passed in range(3):
        at = hour + timedelta(minutes=passed)
        office.finish(office.begun(key.member_id, Reason.ANSWER, at).key, "absent", at)
    refused = office.begin(key.member_id, Reason.ANSWER, hour + timedelta(hours=4))
    assert rules_of(refused) == ["COLL-018"]
    night, morning = after(hours=10), after(days=1)
    assert rules_of(office.begin(key.member_id, Reason.ANSWER, night)) == ["COLL-018"]
    talk = office.identified(key.member_id, Reason.ANSWER, morning)
    assert "ご希望をいただいていました" in heard(talk, morning)
    office.finish(talk, "done", morning)
    assert do(tasks.of_member, key.member_id) == []
    assert rules_of(office.begin(key.member_id, Reason.ANSWER, after(days=1, hours=1))) == [
        "COLL-018"
    ]


@pytest.mark.rule("COLL-018")
@pytest.mark.rule("COLL-002")
def test_hour_named_on_a_call_about_arrears_is_no_way_around_the_three(office: Office) -> None:
    key = office.late()
    talk = office.begun(key.member_id, Reason.REPAYMENT).key
    office.finish(talk, "call_back", hour=after(hours=1))
    for hours in (1, 2):
        office.begun(key.member_id, Reason.REPAYMENT, after(hours=hours))
    assert rules_of(office.begin(key.member_id, Reason.REPAYMENT, after(hours=3))) == ["COLL-002"]
    assert rules_of(office.begin(key.member_id, Reason.ANSWER, after(hours=3))) == ["COLL-018"]


@pytest.mark.rule("COLL-018")
def test_database_keeps_a_call_that_was_asked_for_to_its_reason(office: Office) -> None:
    key = office.member()
    office.finish(inbound(office, key.member_id), "call_back", hour=after(minutes=1))
    begun = office.begun(key.member_id, Reason.ANSWER, after(minutes=2))
    office.finish(begun.key, "absent", after(minutes=2))
    wanted = gate.Wanted(Purpose.ASKED_FOR, "raw", "raw", "0300000108", shipped())
    permit = do(gate.ask, key.member_id, wanted, after(minutes=3))
    assert isinstance(permit, gate.Permit)
    insert = (
        "INSERT INTO care_talk (member_id, attempt_id, reason, called, caller_name, actor,"
        " began_at) VALUES (%s, %s, 'registered_data', 'mobile_phone', 'x', 'x', now())"
    )
    with (
        pytest.raises(DatabaseError, match="purpose of its reason"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(insert, (key.member_id, permit.permit_id))


BOOKED = after(hours=3)


def booked(office: Office, hour: datetime = BOOKED) -> Key:
    """Somebody who booked a consultation for an hour."""
    key = office.member()
    wanted = consultations.Wanted(consultations.Topic.LESS, hour, [hour])
    do(consultations.book, key.member_id, wanted, Source("member", "form 1"), AT)
    return key


def outcomes() -> list[Any]:
    return rows("SELECT topic, outcome FROM care_consultation ORDER BY consultation_id")


@pytest.mark.rule("VULN-002")
@pytest.mark.rule("COLL-018")
@pytest.mark.parametrize("minutes", [-11, -10, 0, 90])
def test_consultation_is_called_for_at_its_hour_and_not_before(
    office: Office, minutes: int
) -> None:
    key, at = booked(office), BOOKED + timedelta(minutes=minutes)
    if minutes < -10:
        assert rules_of(office.begin(key.member_id, Reason.CONSULTATION, at)) == ["COLL-018"]
        assert Reason.CONSULTATION not in reasons_of(key.member_id, at)
        assert not rows("SELECT 1 FROM contact_attempt")
        return
    assert reasons_of(key.member_id, at)[Reason.CONSULTATION].may_call
    begun = office.begun(key.member_id, Reason.CONSULTATION, at)
    tried = rows("SELECT purpose, cause FROM contact_attempt")
    assert tried == [("asked_for", "reason consultation")]
    assert not any("相談" in one.text or "支払" in one.text for one in begun.parts)
    with pytest.raises(InputError) as caught:  # nobody knows who it was
        office.finish(begun.key, "held", at)
    assert "RSN-031" in {one.code for one in caught.value.faults}


@pytest.mark.rule("VULN-002")
def test_consultation_that_was_held_is_settled_with_its_call(office: Office) -> None:
    key = booked(office)
    talk = office.identified(key.member_id, Reason.CONSULTATION, BOOKED)
    told = heard(talk, BOOKED)
    assert "ご予約いただいた、お支払いのご相談" in told
    assert "これからの収入" in told
    with pytest.raises(InputError) as caught:  # reason, outlook and own plan are asked
        office.finish(talk, "held", BOOKED)
    assert {one.code for one in caught.value.faults} == {"RSN-034"}
    said = {one.question_id: Answered(Answer.UNDERSTOOD)
            for one in do(talks.one, talk).card.questions}  # fmt: skip
    office.finish(talk, "held", BOOKED, answers=said)
    assert outcomes() == [("less", "held")]
    assert do(tasks.of_member, key.member_id) == []
    assert rows("SELECT result FROM contact_call_result") == [("spoken",)]
    assert kinds_of(key.member_id).count("consultation_ended") == 1
    refused = office.begin(key.member_id, Reason.CONSULTATION, BOOKED + timedelta(minutes=5))
    assert rules_of(refused) == ["COLL-018"]


@pytest.mark.rule("VULN-002")
@pytest.mark.rule("COLL-018")
def test_consultation_that_reaches_nobody_waits_until_it_is_missed_three_times_at_most(
    office: Office,
) -> None:
    key = booked(office)
    for passed in range(3):
        at = BOOKED + timedelta(minutes=10 * passed)
        office.finish(office.begun(key.member_id, Reason.CONSULTATION, at).key, "absent", at)
        assert outcomes() == [("less", None)]
    late = BOOKED + timedelta(minutes=40)
    assert rules_of(office.begin(key.member_id, Reason.CONSULTATION, late)) == ["COLL-018"]
    morning = after(days=1)
    begun = office.begun(key.member_id, Reason.CONSULTATION, morning)
    office.finish(begun.key, "missed", morning)
    assert outcomes() == [("less", "missed")]
    assert do(tasks.of_member, key.member_id) == []


@pytest.mark.rule("VULN-002")
@pytest.mark.parametrize("minutes", [-5, 5])
def test_consultation_is_put_off_before_and_after_its_hour(office: Office, minutes: int) -> None:
    key, at = booked(office), BOOKED + timedelta(minutes=minutes)
    talk = office.identified(key.member_id, Reason.CONSULTATION, at)
    hour = (AT + timedelta(days=1)).replace(hour=14, minute=0)
    done = office.finish(talk, "moved", at, hour=hour)
    assert len(done.consultations) == 1
    assert outcomes() == [("less", "missed"), ("less", None)]
    assert [one.plan.planned_at for one in do(tasks.of_member, key.member_id)] == [hour]


def test_consultation_that_a_colleague_ended_meanwhile_stays_as_it_is(office: Office) -> None:
    key = booked(office)
    begun = office.begun(key.member_id, Reason.CONSULTATION, BOOKED)
    found = do(consultations.due, key.member_id, BOOKED)
    source = Source("staff 9", "form 2")
    do(consultations.end, found, consultations.Outcome.CANCELLED, source, BOOKED)
    office.finish(begun.key, "missed", BOOKED)
    assert outcomes() == [("less", "cancelled")]


@pytest.mark.rule("COLL-018")
@pytest.mark.rule("VULN-002")
def test_database_keeps_the_call_of_a_consultation_to_purpose_and_hour(office: Office) -> None:
    key = booked(office)
    insert = (
        "INSERT INTO care_talk (member_id, attempt_id, reason, called, caller_name, actor,"
        " began_at) VALUES (%s, %s, 'consultation', 'mobile_phone', 'x', 'x', now())"
    )
    for purpose, at, words in (
        (Purpose.DUTY, BOOKED, "purpose of its reason"),
        (Purpose.ASKED_FOR, BOOKED - timedelta(minutes=11), "hour that was booked"),
    ):
        wanted = gate.Wanted(purpose, "raw", "raw", "0300000108", shipped())
        permit = do(gate.ask, key.member_id, wanted, at)
        assert isinstance(permit, gate.Permit)
        with (
            pytest.raises(DatabaseError, match=words),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(insert, (key.member_id, permit.permit_id))


def test_hour_that_was_named_outlives_a_call_of_somebody_else(office: Office) -> None:
    key = office.late()
    office.finish(inbound(office, key.member_id), "call_back", hour=after(hours=1))
    at = after(hours=2)
    office.finish(inbound(office, key.member_id, at), "somebody_else", at)
    office.finish(inbound(office, key.member_id, at), "cut_off", at)
    assert [one.plan.planned_at for one in do(tasks.of_member, key.member_id)] == [after(hours=1)]
    talk = inbound(office, key.member_id, at)
    assert do(talks.identify, talk, KNOWN, SATO.actor, at) is None
    office.finish(talk, "done", at)
    assert do(tasks.of_member, key.member_id) == []


@pytest.mark.rule("FRAUD-004")
def test_member_sees_the_number_of_the_desk_that_calls(office: Office) -> None:
    """Not that of the desk for complaints, which calls out too."""
    key = office.late()
    begun = office.begun(key.member_id, Reason.REPAYMENT)
    assert begun.our_number == "03-0000-0108"
    office.begun(office.applicant(), Reason.IDENTITY)
    assert set(rows("SELECT our_number FROM contact_attempt")) == {("0300000108",)}


@pytest.mark.rule("SOLI-001")
def test_refusal_of_offers_is_not_passed_by_under_the_name_of_an_application(
    office: Office,
) -> None:
    """Who had a contract and refused hears of none by a call that says they applied."""
    key = office.member()
    office.finish(office.identified(key.member_id, Reason.INCREASE), "not_now")
    office.desk.do(commands.close_agreement, key, office.desk.made(AT.date()))
    for reason in (Reason.IDENTITY, Reason.EMPLOYMENT_CONSENT, Reason.CONTRACT):
        refused = office.begin(key.member_id, reason, after(days=1))
        assert rules_of(refused) == ["SOLI-001"]
    applicant = office.applicant()
    office.finish(office.identified(applicant, Reason.CONTRACT), "will_not_contract")
    assert rules_of(office.begin(applicant, Reason.CONTRACT, after(days=1))) == ["SOLI-001"]
    assert isinstance(office.begin(applicant, Reason.IDENTITY, after(days=1)), Begun)


@pytest.mark.rule("COLL-018")
def test_who_owes_what_was_written_off_is_no_applicant(office: Office) -> None:
    key = office.late()
    office.desk.do(commands.write_off, key, office.desk.made(AT.date()))
    for reason in (Reason.IDENTITY, Reason.EMPLOYMENT_CONSENT, Reason.CONTRACT):
        assert rules_of(office.begin(key.member_id, reason, after(hours=1))) == ["COLL-018"]


@pytest.mark.rule("SOLI-001")
def test_refusal_that_stands_in_the_note_of_another_call_counts(office: Office) -> None:
    key = office.member()
    talk = office.identified(key.member_id, Reason.INCOME_EVIDENCE)
    (held,) = office.finish(talk, "done", note="書類は来週。営業の電話は不要とのこと。").holds
    assert held.hold.kind is HoldKind.NOT_NOW
    talk = office.identified(key.member_id, Reason.INCOME_EVIDENCE, after(days=1))
    note = "::told_help 今は不要とのこと。返済の案内をした。"
    assert office.finish(talk, "done", after(days=1), note=note).holds == ()


@pytest.mark.parametrize("hour", [AT - timedelta(hours=1), after(hours=10), after(days=90)])
def test_hour_that_cannot_be_is_refused(office: Office, hour: datetime) -> None:
    talk = office.begun(office.late().member_id, Reason.REPAYMENT).key
    with pytest.raises(InputError):
        office.finish(talk, "call_back", hour=hour)


def test_the_call_that_a_step_asked_for_is_done_by_a_call_about_arrears_alone(
    office: Office,
) -> None:
    key = office.late()
    facts: dict[str, int | str] = {"stage": 3, "step": "first_call"}
    plan = tasks.Plan(tasks.Kind.CALL, Purpose.ARREARS, AT, facts)
    do(tasks.put, key.member_id, plan, Source("close", "stage 3"), AT)
    office.finish(office.begun(key.member_id, Reason.REGISTERED_DATA).key, "absent")
    assert [one.source for one in do(tasks.of_member, key.member_id)] == ["stage 3"]
    at = after(hours=1)
    office.finish(office.begun(key.member_id, Reason.REPAYMENT, at).key, "absent", at)
    assert do(tasks.of_member, key.member_id) == []


@pytest.mark.rule("COLL-010")
def test_word_of_a_lawyer_stops_calls_at_once(office: Office) -> None:
    key = office.late()
    office.finish(office.identified(key.member_id, Reason.REPAYMENT), "counsel")
    refused = office.begin(key.member_id, Reason.REPAYMENT, after(hours=1))
    assert rules_of(refused) == ["COLL-010"]
    (task,) = do(tasks.of_member, key.member_id)
    (kept,) = do(counsel.standing, key.member_id)
    assert (kept.notice.sender, kept.notice.office) == (counsel.Sender.MEMBER, "")
    assert task.plan.facts == {"counsel": kept.counsel_no, "wants": "office"}


@pytest.mark.rule("DESK-004")
@pytest.mark.rule("COLL-010")
def test_complaint_and_counsel_are_heard_from_who_answers_no_questions(office: Office) -> None:
    """Whoever is afraid of questions is not left without a case, or called again."""
    first, second = office.late(), office.late()
    words = "電話が多すぎます。迷惑です"
    talk = office.begun(first.member_id, Reason.REPAYMENT).key
    assert len(office.finish(talk, "complaint", said=words).cases) == 1
    refused = office.begin(first.member_id, Reason.REPAYMENT, after(hours=1))
    assert rules_of(refused) == ["DESK-004"]
    office.finish(office.begun(second.member_id, Reason.REPAYMENT).key, "counsel")
    refused = office.begin(second.member_id, Reason.REPAYMENT, after(hours=1))
    assert rules_of(refused) == ["COLL-010"]


@pytest.mark.rule("COLL-010")
def test_word_of_a_lawyer_takes_back_what_waits_and_can_be_taken_back_itself(
    office: Office,
) -> None:
    """Permits not used, calls planned, visits planned: all of it, in the call's transaction."""
    key = office.late()
    wanted = gate.Wanted(Purpose.SERVICE, "case 1", "staff 8", way=Channel.SMS)
    permit = do(gate.ask, key.member_id, wanted, AT)
    plan = tasks.Plan(tasks.Kind.CALL, Purpose.ARREARS, after(days=1))
    do(tasks.put, key.member_id, plan, Source("staff 8", "stage 1"), AT)
    visit = visits.Plan(key, (8,), after(days=2), "連絡がつかないため")
    do(visits.plan, visit, Source("staff 8", "visit 1"), AT)
    office.finish(office.identified(key.member_id, Reason.REPAYMENT), "counsel")
    with pytest.raises(NotAllowedError):
        do(gate.phone, permit, values.Kind.MOBILE_PHONE, AT)
    assert [one.plan.kind for one in do(tasks.of_member, key.member_id)] == [tasks.Kind.FOLLOW_UP]
    assert [one.cancelled_at is None for one in do(visits.of_member, key.member_id)] == [False]
    (kept,) = do(counsel.standing, key.member_id)
    made = Made("desk", "end 1", AT.date(), after(hours=1), "staff 8")
    mistaken = counsel.Ending(counsel.Reason.MISTAKEN, AT.date(), "聞き間違い")
    do(counsel.end, key.member_id, kept.counsel_no, mistaken, made)
    assert isinstance(office.begin(key.member_id, Reason.REPAYMENT, after(hours=2)), talks.Begun)


def test_complaint_consultation_and_papers_follow_from_their_endings(office: Office) -> None:
    key = office.late()
    done = office.finish(
        office.identified(key.member_id, Reason.REPAYMENT), "complaint", said="説明が足りません"
    )
    assert len(done.cases) == 1
    assert rows("SELECT words FROM care_case_step") == [("説明が足りません",)]
    hour = datetime(2026, 11, 20, 10, tzinfo=JAPAN)
    talk = office.identified(key.member_id, Reason.REPAYMENT, after(minutes=20))
    done = office.finish(talk, "consult", after(minutes=20), hour=hour)
    assert len(done.consultations) == 1
    assert rows("SELECT booked_for FROM care_consultation") == [(hour,)]
    other = office.member()
    talk = office.identified(other.member_id, Reason.INCOME_EVIDENCE)
    office.finish(talk, "will_send", on=date(2026, 11, 20))
    (task,) = do(tasks.of_member, other.member_id)
    assert task.plan.planned_at == datetime(2026, 11, 24, 10, tzinfo=JAPAN)  # after a holiday


def test_consultation_at_an_hour_that_is_not_offered_leaves_nothing_behind(office: Office) -> None:
    key = office.late()
    talk = office.identified(key.member_id, Reason.REPAYMENT)
    with pytest.raises(RefusedError):
        office.finish(talk, "consult", hour=datetime(2026, 11, 21, 3, tzinfo=JAPAN))
    for table in ("care_talk_end", "contact_call_result", "contact_task", "care_consultation"):
        assert not rows(f"SELECT 1 FROM {table}"), table
    with pytest.raises(RefusedError):
        office.finish(talk, "promised", amount_yen=0, on=date(2026, 11, 25))
    assert not rows("SELECT 1 FROM care_talk_end")


@pytest.mark.rule("PRIV-002")
@pytest.mark.rule("PRIV-001")
@pytest.mark.parametrize("note", [
    "うつ病で入院しているとのこと", "暗証番号は7305", "番号は１２３４ ５６７８ ９０１８",
])  # fmt: skip
def test_note_that_may_not_be_kept_ends_nothing(office: Office, note: str) -> None:
    key = office.late()
    talk = office.begun(key.member_id, Reason.REPAYMENT).key
    with pytest.raises(InputError):
        office.finish(talk, "absent", note=note)
    assert not rows("SELECT 1 FROM care_talk_end")
    office.finish(talk, "absent", note="::absent 夕方にもう一度")
    assert rows("SELECT note FROM care_talk_end") == [
        ("ご不在。用件は伝えていない。 夕方にもう一度",)
    ]


def test_of_many_endings_at_once_one_is_kept_with_what_follows(office: Office) -> None:
    key = office.late()
    talk = office.identified(key.member_id, Reason.REPAYMENT)

    def end() -> str:
        try:
            office.finish(talk, "promised", amount_yen=5_000, on=date(2026, 11, 25))
        except (StateConflict, RefusedError):
            return "refused"
        return "kept"

    assert sorted(at_once([end] * 8)) == ["kept", *["refused"] * 7]
    assert rows("SELECT count(*) FROM loan_promise") == [(1,)]
    assert rows("SELECT count(*) FROM care_talk_end") == [(1,)]


def test_call_ends_once_and_its_rows_stay(office: Office, database: Database) -> None:
    key = office.late()
    talk = office.begun(key.member_id, Reason.REPAYMENT).key
    with pytest.raises(InputError):
        office.finish(talk, "nine")
    with pytest.raises(InputError):
        office.finish(talk, "call_back")
    office.finish(talk, "0", said="番号の確認だけでした")
    with pytest.raises(StateConflict):
        office.finish(talk, "absent")
    with pytest.raises(StateConflict):
        do(talks.identify, talk, KNOWN, SATO.actor, AT)
    with pytest.raises(NotFoundError):
        do(talks.one, replace_key(talk))
    for table in ("care_talk", "care_talk_end"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")
    assert kinds_of(key.member_id).count("call_ended") == 1


def replace_key(key: TalkKey) -> TalkKey:
    return key._replace(attempt_id=key.attempt_id + 1)


def test_agreement_is_named_where_there_are_several(office: Office) -> None:
    key = office.member()
    office.desk.open(date(2026, 2, 1), 300_000, member_id=key.member_id)
    with pytest.raises(InputError):
        office.begin(key.member_id, Reason.INCREASE)
    with pytest.raises(InputError):
        office.begin(key.member_id, Reason.INCREASE, key=Key(key.member_id, 0))
    with pytest.raises(InputError):
        office.begin(key.member_id, Reason.INCREASE, key=key, proposed=None)
    assert isinstance(office.begin(key.member_id, Reason.INCREASE, key=key), Begun)
