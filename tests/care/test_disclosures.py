"""Requests for the history: never with a reason, of every contract, to the yen, sent with proof."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from tests.database import Database
from tests.loans.crowd import do
from tests.loans.desk import Desk, with_settings
from tests.loans.test_history import recalculated
from tests.loans.test_intake import OLD_CARD, OVER_ON, PAST, printed
from tests.people.house import AT, House, after, rows

from motocho.care.cases import counter, disclosures
from motocho.care.cases._outgoing import Label
from motocho.care.cases.counter import Paper, Seen
from motocho.care.cases.disclosures import (
    Asked,
    Channel,
    Delivery,
    Disclosure,
    Kind,
    Proof,
    Sent,
    State,
    Who,
)
from motocho.contact import tasks
from motocho.contact.holds import Source
from motocho.documents import archive
from motocho.documents.paper import Paper as SheetOfPaper
from motocho.loans import commands, queries
from motocho.loans.commands import Key, Taken
from motocho.loans.takeover import Posting
from motocho.outside.postgres import Role
from motocho.people import requests
from motocho.people.access import Role as Post
from motocho.people.access import Staff
from motocho.people.facts.values import Address, Phone
from motocho.people.facts.values import Kind as Fact
from motocho.units.errors import InputError, Language, NotFoundError, RefusedError, StateConflict

HOME = Address("1000001", "東京都千代田区千代田1-1")
OWN = Asked(Kind.HISTORY, Who.MEMBER, Channel.PHONE, Delivery.REGISTERED_ADDRESS)
COUNSEL = Asked(
    Kind.HISTORY,
    Who.COUNSEL,
    Channel.COUNSEL,
    Delivery.THEIR_ADDRESS,
    "司法書士 山田",
    "大阪市北区1-1",
)
BOSS = Staff(9, frozenset({Post.SUPERVISOR}), "disclosure 1")
CLERK = Staff(8, frozenset({Post.OPERATOR}), "disclosure 1")


class Book:
    """A member with an old contract that is paid off, and one that is used."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.desk = Desk(with_settings(from_on=date(2012, 1, 1)))
        self.member_id = house.member(at=after(days=-4_300)).member_id
        self.old = self.desk.open(date(2015, 2, 2), 500_000, member_id=self.member_id)
        self.desk.draw(self.old, 300_000, date(2015, 2, 3))
        for year in range(2015, 2019):
            self.desk.receive(self.old, 60_000, date(year, 8, 1))
        owed = do(queries.payoff_quote, self.old, date(2019, 3, 1))
        assert owed.total_yen > 0
        self.desk.receive(self.old, owed.total_yen, date(2019, 3, 1))
        self.desk.do(commands.close_agreement, self.old, self.desk.made(date(2019, 3, 2)))
        self.new = self.desk.open(date(2026, 3, 1), 500_000, member_id=self.member_id)
        self.desk.draw(self.new, 150_000, date(2026, 3, 2))
        self.desk.receive(self.new, 8_000, date(2026, 4, 5))

    def take(self, asked: Asked = OWN, ref: str = "phone 1") -> Disclosure:
        taken: Disclosure = do(disclosures.take, self.member_id, asked, Source("staff 8", ref), AT)
        return taken

    def made(
        self, asked: Asked = OWN, proof: Proof = Proof.QUESTIONS, ref: str = "x"
    ) -> Disclosure:
        found = self.take(asked, ref)
        do(disclosures.check, found.key, proof, Source("staff 8", f"{ref} c"), AT)
        made: Disclosure = do(
            disclosures.make, found.key, AT.date(), Source("staff 8", f"{ref} m"), AT
        )
        return made


@pytest.fixture
def book(house: House) -> Book:
    return Book(house)


# ------------------------------------------------------------------------------------- no reason
@pytest.mark.rule("DESK-005")
@pytest.mark.rule("BOOK-003")
@pytest.mark.parametrize("channel", [Channel.PHONE, Channel.POST, Channel.COUNTER])
def test_request_is_logged_and_sent_without_any_reason(book: Book, channel: Channel) -> None:
    book.house.tell(book.member_id, Fact.ADDRESS, HOME, at=after(days=-100))
    asked = Asked(Kind.HISTORY, Who.MEMBER, channel, Delivery.REGISTERED_ADDRESS)
    made = book.made(asked, Proof.LICENCE)
    sent = do(
        disclosures.send,
        made.key,
        Sent(Proof.REGISTERED_MAIL, "１２３-45"),
        Source("staff 8", "s"),
        AT,
    )
    assert [one.state for one in sent.steps] == [
        State.RECEIVED, State.CHECKED, State.MADE, State.SENT,
    ]  # fmt: skip
    assert sent.steps[-1].proof_ref == "123-45"
    assert do(disclosures.open_ones) == []


@pytest.mark.rule("DESK-005")
def test_there_is_nowhere_to_keep_a_reason(book: Book) -> None:
    """Neither a field of the request nor a column of its tables could hold one."""
    columns = rows(
        "SELECT column_name FROM information_schema.columns WHERE table_name LIKE %s",
        "care_disclosure%",
    )
    names = {name for (name,) in columns} | set(Asked.__slots__)
    assert not {name for name in names if "reason" in name or "why" in name or "purpose" in name}
    assert {"to_name", "delivery"} <= names


@pytest.mark.rule("DESK-005")
@pytest.mark.rule("BOOK-003")
def test_no_request_is_refused_for_want_of_a_reason_or_for_what_it_is_used_for(book: Book) -> None:
    key = book.take().key
    found = []
    for ground in ("no_reason", "overpayment claim expected", "questions", ""):
        with pytest.raises(RefusedError) as refused:
            do(disclosures.refuse, key, (ground, BOSS), Source("staff 9", ground or "x"), AT)
        found.append(refused.value.faults[0].code)
    assert found == ["DSC-010", "DSC-011", "DSC-011", "DSC-011"]
    refusal = disclosures.check_refusing("no_reason", BOSS)
    assert refusal is not None
    assert refusal.rule_id == "DESK-005"
    with pytest.raises(RefusedError):  # nor by who is no supervisor
        do(disclosures.refuse, key, ("not_entitled", CLERK), Source("staff 8", "r"), AT)
    assert do(disclosures.one, key).state is State.RECEIVED
    done = do(disclosures.refuse, key, ("not_entitled", BOSS), Source("staff 9", "y"), AT)
    assert (done.state, done.steps[-1].proof) == (State.REFUSED, Proof.NOT_ENTITLED)


@pytest.mark.rule("DESK-005")
def test_database_refuses_other_grounds(database: Database, book: Book) -> None:
    key = book.take().key
    insert = (
        "INSERT INTO care_disclosure_step (member_id, disclosure_id, step_no, state, proof, source,"
        " actor, at) VALUES (%s, %s, 2, 'refused', %s, 'x', 'staff 1', now())"
    )
    for ground in ("", "questions", "no_reason"):
        with database.connect(Role.OWNER) as owner, pytest.raises(Exception, match="check"):
            owner.execute(insert, (*key, ground))


@pytest.mark.rule("PRIV-005")
def test_two_laws_are_two_requests(book: Book) -> None:
    """The history asks for nothing that personal data asks for, and is not refused like it."""
    history = book.take()
    data = book.take(Asked(Kind.PERSONAL_DATA, Who.MEMBER, Channel.POST, OWN.delivery), "post 1")
    assert history.key != data.key
    assert {one.asked.kind for one in do(disclosures.of_member, book.member_id)} == set(Kind)
    with pytest.raises(InputError):
        book.take(Asked(Kind.PERSONAL_DATA, Who.MEMBER, Channel.POST, Delivery.SITE), "site 1")


# -------------------------------------------------------------------------------------- its days
def test_last_day_follows_the_policy_and_the_staff_are_reminded(book: Book) -> None:
    found = book.take()
    assert found.due_on == date(2026, 12, 3)
    assert (found.days_left(AT.date()), found.is_near(AT.date())) == (11, False)
    assert found.is_near(date(2026, 12, 2))
    assert found.days_left(date(2026, 12, 4)) == -1
    (task,) = [one for one in do(tasks.waiting) if "disclosure" in one.plan.facts]
    assert task.plan.planned_at is not None
    assert task.plan.planned_at.date() == date(2026, 12, 1)
    assert book.take().key == found.key  # the same call counts once
    do(disclosures.withdraw, found.key, Source("staff 8", "w"), AT)
    assert not [one for one in do(tasks.waiting) if "disclosure" in one.plan.facts]


# ------------------------------------------------------------------------------ what is handed out
@pytest.mark.rule("BOOK-003")
def test_whole_period_of_every_contract_recalculates_to_the_books_yen(book: Book) -> None:
    """From the first contract on, paid off or not; an office that reads the file finds our yen."""
    book.house.tell(book.member_id, Fact.ADDRESS, HOME, at=after(days=-100))
    made = book.made()
    files = do(disclosures.files, made.key)
    assert {one.agreement_id for one in files} == {book.old.agreement_id, book.new.agreement_id}
    assert {one.form for one in files} == {"pdf", "xlsx", "csv", "case"}
    for key in (book.old, book.new):
        case = do(queries.history_case, key, AT.date())
        kept = json.loads(do(disclosures.content, made.key, key.agreement_id, "case"))
        assert kept == json.loads(json.dumps(case.document(), default=str))
        table = do(disclosures.content, made.key, key.agreement_id, "csv")
        assert table.decode() == case.table()
        assert kept["events"][0]["date"] == str(case.rows[0].on)
        position = do(queries.position, key, AT.date())
        assert kept["events"][-1]["lender_balance"] == position.principal_yen
        pdf = do(disclosures.content, made.key, key.agreement_id, "pdf")
        assert pdf.startswith(b"%PDF")
        end = recalculated(kept).rows[-1]
        found = (end.outstanding_principal_yen, end.unpaid_interest_yen)
        assert found == (case.principal_yen, case.unpaid_yen)


@pytest.mark.rule("BOOK-003")
@pytest.mark.parametrize("posting", list(Posting))
def test_book_that_was_taken_over_is_disclosed_from_its_first_day(
    house: House, posting: Posting
) -> None:
    """What another lender's book told, and what came after it here, recalculates to our yen."""
    desk = Desk(OLD_CARD)
    member_id = house.member(at=after(days=-4_300)).member_id
    past = printed(replace(PAST, posting=posting))
    found = desk.do(commands.take_over, member_id, past, desk.made(OVER_ON))
    assert isinstance(found, Taken), found
    desk.receive(found.key, 9_000, date(2025, 1, 20))
    desk.draw(found.key, 30_000, date(2025, 2, 3))
    by = ("a", "b", "c")
    asked = do(disclosures.take, member_id, COUNSEL, Source("staff 8", by[0]), AT)
    do(disclosures.check, asked.key, Proof.ATTORNEY_LETTER, Source("staff 8", by[1]), AT)
    made = do(disclosures.make, asked.key, AT.date(), Source("staff 8", by[2]), AT)
    text = do(disclosures.content, made.key, found.key.agreement_id, "case")
    kept = json.loads(text)
    told = [(one["date"], one.get("amount")) for one in kept["events"]]
    assert [one for one in told if one[1]][: len(past.rows)] == [
        (str(row.on), row.amount_yen) for row in past.rows
    ]
    assert told[0][0] == str(past.opened_on)
    position = do(queries.position, found.key, AT.date())
    assert kept["events"][-1]["lender_balance"] == position.principal_yen > 0
    end, case = recalculated(kept).rows[-1], do(queries.history_case, found.key, AT.date())
    assert end.outstanding_principal_yen == case.principal_yen == position.principal_yen
    assert end.unpaid_interest_yen == case.unpaid_yen


@pytest.mark.rule("BOOK-003")
def test_database_lets_no_contract_out(database: Database, book: Book) -> None:
    found = book.take()
    do(disclosures.check, found.key, Proof.LICENCE, Source("staff 8", "c"), AT)
    insert = (
        "INSERT INTO care_disclosure_step (member_id, disclosure_id, step_no, state, source, actor,"
        " at) VALUES (%s, %s, 3, 'made', 'x', 'staff 1', now())"
    )
    with database.connect(Role.OWNER) as owner, pytest.raises(Exception, match="missing"):
        owner.execute(insert, tuple(found.key))


def test_own_letters_wait_for_the_post_and_go_by_a_permit(book: Book) -> None:
    made = book.made()
    letters = do(archive.waiting)
    assert [one.kind for one in letters] == [archive.Kind.HISTORY] * 2
    assert do(disclosures.label, made.key, "staff 8", AT) is None  # no address is registered
    book.house.tell(book.member_id, Fact.ADDRESS, HOME, at=after(days=-100))
    label = do(disclosures.label, made.key, "staff 8", AT)
    assert label == Label("佐藤 花子", f"〒{HOME.postcode} {HOME.text}")
    asked = rows("SELECT purpose, channel FROM contact_attempt ORDER BY attempt_id")
    assert set(asked) == {("statutory_document", "post")}
    mail = Sent(Proof.REGISTERED_MAIL, "123")
    do(disclosures.send, made.key, mail, Source("staff 8", "s"), AT)
    assert do(archive.waiting) == []


@pytest.mark.rule("BOOK-003")
def test_counsel_and_heir_get_it_at_their_own_address(book: Book) -> None:
    """With the letter of attorney, the register of the family: also where all was paid long ago."""
    heir = Asked(
        Kind.HISTORY, Who.HEIR, Channel.POST, Delivery.THEIR_ADDRESS, "佐藤 次郎", "京都市1-1"
    )
    for asked, proof in ((COUNSEL, Proof.ATTORNEY_LETTER), (heir, Proof.FAMILY_REGISTER)):
        with pytest.raises(InputError):
            book.made(asked, Proof.QUESTIONS, f"q {asked.who.value}")
        made = book.made(asked, proof, asked.who.value)
        assert do(disclosures.label, made.key, "staff 8", AT) == Label(
            asked.to_name, asked.to_address
        )
        mail = Sent(Proof.REGISTERED_MAIL, "9")
        done = do(disclosures.send, made.key, mail, Source("staff 8", f"s {proof.value}"), AT)
        assert done.state is State.SENT
    assert do(archive.waiting) == []  # nothing goes to the member's own address
    assert not rows("SELECT 1 FROM contact_attempt")  # no way to the member was used
    seen = rows("SELECT count(*) FROM journal_row WHERE kind = 'disclosure_addressed'")
    assert seen == [(2,)]


def test_own_pages_show_it_and_the_member_is_told(book: Book) -> None:
    asked = Asked(Kind.HISTORY, Who.MEMBER, Channel.PHONE, Delivery.SITE)
    made = book.made(asked)
    assert do(archive.waiting) == []
    listed = do(archive.listed, book.member_id, book.old.agreement_id)
    assert [one.kind for one in listed] == [archive.Kind.HISTORY]
    do(disclosures.send, made.key, Sent(Proof.SITE), Source("staff 8", "s"), AT)
    told = rows("SELECT count(*) FROM journal_row WHERE kind = 'document_ready'")
    assert told == [(1,)]


@pytest.mark.rule("PRIV-005")
def test_personal_data_is_whole_and_each_reading_is_kept(book: Book) -> None:
    book.house.tell(book.member_id, Fact.ADDRESS, HOME, at=after(days=-100))
    asked = Asked(Kind.PERSONAL_DATA, Who.MEMBER, Channel.COUNTER, Delivery.COUNTER)
    made = book.made(asked, Proof.PASSPORT)
    table = do(disclosures.content, made.key, 0, "csv").decode()
    for said in (HOME.text, "09011112222", "hanako@example.jp", "佐藤 花子"):
        assert said in table, said
    with pytest.raises(InputError):
        do(disclosures.send, made.key, Sent(Proof.SIGNATURE), Source("staff 8", "n"), AT)
    with pytest.raises(InputError):
        do(disclosures.send, made.key, Sent(Proof.SITE), Source("staff 8", "n"), AT)
    done = do(disclosures.send, made.key, Sent(Proof.SIGNATURE, "R-1"), Source("staff 8", "s"), AT)
    assert done.state is State.SENT
    reads = rows("SELECT DISTINCT purpose FROM journal_row WHERE kind = 'fact_read'")
    assert (f"disclosure {made.key.disclosure_id}",) in reads


@pytest.mark.parametrize("wrong", [
    Asked(Kind.HISTORY, Who.MEMBER, Channel.PHONE, Delivery.THEIR_ADDRESS, "", "大阪"),
    Asked(Kind.HISTORY, Who.MEMBER, Channel.PHONE, Delivery.SITE, "山田"),
    Asked(Kind.HISTORY, Who.HEIR, Channel.POST, Delivery.SITE, "山田"),
    Asked(Kind.HISTORY, Who.HEIR, Channel.POST, Delivery.COUNTER),
    Asked(Kind.HISTORY, Who.HEIR, Channel.POST, Delivery.THEIR_ADDRESS, "山田"),
    Asked(Kind.HISTORY, Who.HEIR, Channel.POST, Delivery.COUNTER, "山田 1234 5678 9018"),
    Asked(Kind.HISTORY, Who.HEIR, Channel.POST, Delivery.COUNTER, "山" * 101),
])  # fmt: skip
def test_request_that_fits_nobody_is_not_taken(book: Book, wrong: Asked) -> None:
    with pytest.raises(InputError):
        book.take(wrong)
    assert not rows("SELECT 1 FROM care_disclosure")


def test_steps_come_in_their_order_and_stay(book: Book) -> None:
    found = book.take()
    with pytest.raises(RefusedError):
        do(disclosures.make, found.key, AT.date(), Source("staff 8", "m"), AT)
    mail = Sent(Proof.REGISTERED_MAIL, "1")
    with pytest.raises(RefusedError):
        do(disclosures.send, found.key, mail, Source("staff 8", "s"), AT)
    counter_ = Asked(Kind.HISTORY, Who.MEMBER, Channel.COUNTER, Delivery.COUNTER)
    other = book.take(counter_, "counter 1")
    with pytest.raises(InputError):  # questions alone do not do at the counter
        do(disclosures.check, other.key, Proof.QUESTIONS, Source("staff 8", "c"), AT)
    do(disclosures.withdraw, found.key, Source("staff 8", "w"), AT)
    with pytest.raises(RefusedError):
        do(disclosures.check, found.key, Proof.LICENCE, Source("staff 8", "d"), AT)
    for write in (
        "UPDATE care_disclosure SET due_on = due_on + 1",
        "DELETE FROM care_disclosure_step",
    ):
        with pytest.raises(DatabaseError):
            do(_raw, write)
    with pytest.raises(NotFoundError):
        do(disclosures.one, disclosures.DisclosureKey(book.member_id, 987))


def _raw(cursor: Any, statement: str) -> None:
    cursor.execute(statement)


def test_member_without_any_contract_has_no_history(house: House) -> None:
    member_id = house.member().member_id
    found = do(disclosures.take, member_id, OWN, Source("staff 8", "p"), AT)
    do(disclosures.check, found.key, Proof.LICENCE, Source("staff 8", "c"), AT)
    with pytest.raises(NotFoundError):
        do(disclosures.make, found.key, AT.date(), Source("staff 8", "m"), AT)


# ------------------------------------------------------------------------------------- the counter
LICENCE = Seen(Paper.LICENCE, "３０１２ 3456 7890", date(2028, 1, 1))


def visit(member_id: int, seen: Seen = LICENCE, ref: str = "v") -> counter.Visit:
    known: counter.Visit = do(counter.check, member_id, seen, Source("staff 8", ref), AT)
    return known


def test_paper_is_looked_at_and_its_number_is_not_kept(house: House) -> None:
    member_id = house.member().member_id
    found = visit(member_id)
    assert found.masked == "*********890"
    assert visit(member_id) == found  # the same form once
    assert not rows("SELECT 1 FROM journal_row WHERE subject::text LIKE %s", "%301234%")
    assert do(counter.present, member_id, after(minutes=59)) == found
    assert do(counter.present, member_id, after(minutes=60)) is None


@pytest.mark.rule("PRIV-001")
@pytest.mark.parametrize(("seen", "code"), [
    (Seen(Paper.LICENCE, "301234567890", date(2026, 11, 17)), "DSC-030"),
    (Seen(Paper.MY_NUMBER_FRONT, "123456789018", date(2030, 1, 1)), "DSC-031"),
    (Seen(Paper.PASSPORT, "123456789018", date(2030, 1, 1)), "DSC-031"),
    (Seen(Paper.LICENCE, "", date(2030, 1, 1)), "DSC-032"),
    (Seen(Paper.LICENCE, "301234567890"), "DSC-033"),
    (Seen(Paper.DRIVING_RECORD, "301234567890", date(2030, 1, 1)), "DSC-033"),
])  # fmt: skip
def test_paper_that_does_not_do_is_refused(house: House, seen: Seen, code: str) -> None:
    member_id = house.member().member_id
    with pytest.raises(InputError) as refused:
        visit(member_id, seen)
    assert refused.value.faults[0].code == code
    assert not rows("SELECT 1 FROM care_counter_visit")


@pytest.mark.rule("PRIV-001")
def test_front_of_a_my_number_card_is_looked_at_alone(house: House) -> None:
    found = visit(house.member().member_id, Seen(Paper.MY_NUMBER_FRONT, "", AT.date()))
    assert (found.masked, found.expires_on) == ("", AT.date())


@pytest.mark.rule("AUTH-002")
def test_new_pin_at_the_counter_needs_a_second_person_and_goes_to_the_member(house: House) -> None:
    member = house.member()
    first = house.colleague("ito", Post.REVIEWER)
    second = house.colleague("mori", Post.SUPERVISOR)
    key = visit(member.member_id).key
    asked = do(counter.ask_new_pin, key, first, AT)
    assert isinstance(asked, requests.RequestKey)
    assert rows("SELECT state, document_ref FROM people_request") == [
        ("once", f"counter {key.visit_id}")
    ]
    with pytest.raises(StateConflict):
        do(counter.ask_new_pin, key, second, AT)
    assert (
        do(requests.review, asked, first, requests.Verdict.GENUINE, AT) != requests.State.APPROVED
    )
    done = do(requests.review, asked, second, requests.Verdict.GENUINE, AT)
    assert done is requests.State.APPROVED
    assert do(requests.reset_link, asked, "letter 1", AT)  # by mail to the registered address


@pytest.mark.rule("AUTH-002")
def test_no_new_pin_without_a_visit_a_role_or_an_address(house: House) -> None:
    member_id = house.member().member_id
    first = house.colleague("ito", Post.REVIEWER)
    operator = house.colleague("kato", Post.OPERATOR)
    key = visit(member_id).key
    with pytest.raises(RefusedError):
        do(counter.ask_new_pin, key, first, after(hours=1))
    refused = do(counter.ask_new_pin, key, operator, AT)
    assert getattr(refused, "code", "") == "PPL-081"
    house.tell(member_id, Fact.EMAIL, None)
    with pytest.raises(StateConflict):
        do(counter.ask_new_pin, key, first, AT)
    assert not rows("SELECT 1 FROM people_request")


def test_paper_that_is_handed_over_is_delivered_and_waits_no_more(book: Book) -> None:
    made = book.made()
    first, second = do(archive.to_hand_over, book.member_id)
    key = visit(book.member_id).key
    by = ("staff 8", AT)
    done = do(counter.hand_over, key, first.paper_no, "R-100", by)
    assert done.handed_at == AT
    assert [one.paper_no for one in do(archive.waiting)] == [second.paper_no]
    for paper_no, receipt, error in (
        (first.paper_no, "R-101", StateConflict), (second.paper_no, " ", InputError),
        (987, "R-1", NotFoundError),
    ):  # fmt: skip
        with pytest.raises(error):
            do(counter.hand_over, key, paper_no, receipt, by)
    with pytest.raises(RefusedError):
        do(counter.hand_over, key, second.paper_no, "R-1", ("staff 8", after(hours=2)))
    letter = next(one for one in do(archive.waiting))
    do(archive.posted, [letter], "staff 8", AT)
    with pytest.raises(StateConflict):
        do(counter.hand_over, key, second.paper_no, "R-102", by)
    assert made.state is State.MADE


def test_terms_that_were_handed_over_count_before_a_contract(
    database: Database, book: Book
) -> None:
    """By hand they are there at once: no letter has to be posted before the contract."""
    shown = SheetOfPaper("契約締結前の書面", AT.date(), (), (), (), (), "", Language.JA)
    about = archive.About(Key(book.member_id, 0), archive.Kind.PRE_CONTRACT, "application 1")
    paper_no = do(archive.deliver, shown, about, after(hours=-1)).paper_no
    signed = archive.Signed.BY_WIRE
    with pytest.raises(RefusedError):
        do(archive.conclude, book.new, paper_no, signed, AT)
    insert = "INSERT INTO documents_conclusion VALUES (%s, %s, %s, %s)"
    with database.connect(Role.OWNER) as owner, pytest.raises(Exception, match="no pre-contract"):
        owner.execute(insert, (*book.new, paper_no, AT))
    do(counter.hand_over, visit(book.member_id).key, paper_no, "R-1", ("staff 8", AT))
    do(archive.conclude, book.new, paper_no, signed, AT)


def test_contact_changes_with_the_paper_seen(house: House) -> None:
    member_id = house.member().member_id
    key = visit(member_id).key
    phone = Phone("08033334444")
    do(counter.change, key, (Fact.MOBILE_PHONE, phone), Source("staff 8", "f"), AT)
    found = rows(
        "SELECT road, actor FROM people_fact WHERE member_id = %s ORDER BY fact_no DESC LIMIT 1",
        member_id,
    )
    assert found == [("desk", "staff 8")]
    assert rows("SELECT 1 FROM people_hold WHERE member_id = %s", member_id)  # AUTH-008
    late = AT + timedelta(hours=1)
    with pytest.raises(RefusedError):
        do(counter.change, key, (Fact.MOBILE_PHONE, phone), Source("staff 8", "g"), late)
