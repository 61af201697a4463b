"""What happens is told once, on the site and by mail, and to the right address."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from functools import partial
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from tests.close.book import Lender
from tests.loans.crowd import at_once, do
from tests.loans.desk import SATO, Desk
from tests.notices.posting import Refusing, html, mails, office, plain, waiting, work
from tests.people.house import AT, BORN, GOOD, MAIL, OTHER, House, after, kinds_of, rows

from motocho.close import tasks
from motocho.close.plan import Task, TaskKind
from motocho.config import _reminders, worker
from motocho.contact import holds
from motocho.contact.guard import HoldKind
from motocho.contact.holds import Source, Wish
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.kernel import revolving
from motocho.loans import commands, standing
from motocho.loans.commands import Key
from motocho.loans.policy import Stop
from motocho.notices import choices, messages, sending
from motocho.notices.choices import Choices, Style
from motocho.notices.kinds import Kind
from motocho.notices.messages import Told
from motocho.notices.wording import Extra, mail_of, text_of
from motocho.outside.clock import JAPAN
from motocho.outside.mail import FolderPost, Letter, Outcome
from motocho.people import pin, requests
from motocho.people.access import Role
from motocho.people.facts.values import BankAccount, Email, Phone
from motocho.people.facts.values import Kind as Fact
from motocho.people.login import Entered
from motocho.people.members import Member
from motocho.people.requests import Claim, RequestKey, Verdict
from motocho.people.safety import codes, freezes
from motocho.units.errors import Fault, InputError, Language, NotFoundError, OutsideFailure

NIGHT = datetime(2026, 11, 18, 22, 30, tzinfo=JAPAN)
ACCOUNT = BankAccount("9999", "001", "ordinary", "1234567", "サトウ ハナコ")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mail"


def told(member_id: int) -> list[Kind]:
    return [one.kind for one in reversed(do(messages.listed, member_id))]


def states(member_id: int) -> list[str]:
    found = rows("SELECT state FROM notices_mail WHERE member_id = %s ORDER BY mail_id", member_id)
    return [state for (state,) in found]


def happen(member_id: int, name: str, at: datetime = AT, /, **subject: int | str) -> None:
    do(journal.write, [Happening(member_id, name, "test", at, subject)])


def borrow(house: House, desk: Desk, at: datetime = AT, passed: int = 30) -> Key:
    """A loan drawn so many days ago, 35 before its first due date, and never paid."""
    house.tell(desk.member_id, Fact.EMAIL, MAIL, at=at - timedelta(days=2))
    drawn_on = at.date() - timedelta(days=passed)
    key = desk.open(drawn_on)
    desk.draw(key, 100_000, drawn_on)
    return key


def remind(key: Key, kind: Kind = Kind.DUE_SOON, at: datetime = AT) -> None:
    (loan,) = do(standing.see, [key])
    last = revolving.deadline(loan.state, loan.rules)
    assert last is not None
    facts: dict[str, int | str] = {"last_day_to_pay": date.fromordinal(last).isoformat()}
    if kind is Kind.DUE_MISSED:
        facts = {"due_on": "2026-10-06", "short_yen": 4_000}
    told_of = Told(key.member_id, kind, f"task {kind} {at}", key.agreement_id, facts, at)
    do(messages.tell, told_of, at)


# ---------------------------------------------------------------------------------- each kind once
def test_a_login_from_a_new_device_is_told_once(house: House, folder: Path) -> None:
    member = house.member()
    house.session(member.member_id)
    for _ in range(3):
        work(folder, after(seconds=20))
    assert told(member.member_id) == [Kind.NEW_DEVICE, Kind.LOGIN]
    assert Counter(one["To"] for one in mails(folder)) == {MAIL.address: 2}
    assert states(member.member_id) == ["sent", "sent"]


HAPPENINGS: dict[str, tuple[Kind, dict[str, int | str]]] = {
    "login": (Kind.LOGIN, {"session_id": 1, "device_id": 1}),
    "voice_opened": (Kind.VOICE, {"by": "phone"}),
    "login_locked": (Kind.LOCKED, {"lane": 0, "left": 0}),
    "device_learnt": (Kind.NEW_DEVICE, {"device_id": 1}),
    "passkey_added": (Kind.PASSKEY_ADDED, {}),
    "passkey_ended": (Kind.PASSKEY_ENDED, {}),
    "pin_changed": (Kind.PIN_CHANGED, {}),
    "pin_reset": (Kind.PIN_RESET, {}),
    "frozen": (Kind.FROZEN, {"freeze_id": 1, "road": "site"}),
    "unfrozen": (Kind.UNFROZEN, {"freeze_id": 1}),
    "own_request_refused": (Kind.REQUEST_REFUSED, {"request_id": 1, "request": "reopening"}),
    "draws_held": (
        Kind.DRAWS_HELD,
        {"hold_id": 1, "kind": "new_account", "cause": "phone", "replaced_email_no": 0},
    ),
    "drawn": (Kind.DRAW, {"agreement": 1, "amount_yen": 50_000, "event": 1}),
    "draw_sent": (Kind.DRAW_SENT, {"agreement": 1, "amount_yen": 50_000, "entry": 1}),
    "draw_recalled": (Kind.DRAW_RECALLED, {"agreement": 1, "amount_yen": 50_000, "entry": 1}),
    "draw_failed": (Kind.DRAW_FAILED, {"agreement": 1, "entry": 1}),
    "received": (Kind.RECEIPT, {"agreement": 1, "amount_yen": 8_000, "event": 2}),
    "reversed": (Kind.REVERSED, {"agreement": 1, "event": 2}),
    "limit_changed": (Kind.LIMIT_CHANGED, {"agreement": 1, "limit_yen": 300_000, "event": 3}),
    "rate_changed": (Kind.RATE_CHANGED, {"agreement": 1, "event": 3}),
    "plan_changed": (Kind.PLAN_CHANGED, {"agreement": 1, "event": 3}),
    "document_ready": (Kind.DOCUMENT_READY, {"agreement": 1, "document": "receipt"}),
}


@pytest.mark.parametrize("name", HAPPENINGS)
def test_each_happening_gives_one_message_and_one_mail_at_any_hour(
    house: House, folder: Path, name: str
) -> None:
    member_id = house.member().member_id
    kind, subject = HAPPENINGS[name]
    happen(member_id, name, NIGHT, **subject)
    for minutes in (0, 1, 2):
        work(folder, NIGHT + timedelta(minutes=minutes))
    assert told(member_id) == [kind]
    (mail,) = mails(folder)
    assert mail["Subject"] == "お知らせが1件あります"
    assert "暗証番号をメールや電話でたずねることはありません" in plain(mail)


@pytest.mark.parametrize("told_code", ["SCR-312", "SCR-140", "SCR-314"])
def test_a_refused_application_leads_to_its_page_and_tells_its_reason_where_wanted(
    house: House, folder: Path, told_code: str
) -> None:
    member_id = house.member().member_id
    happen(member_id, "application_refused", NIGHT, application=1, told=told_code, agreement=0)
    work(folder, NIGHT)
    (mail,) = mails(folder)
    why = Fault(told_code).what(Language.JA)
    assert "/apply/return/" in plain(mail)  # who has no PIN comes back by their address
    assert why not in plain(mail)  # a discreet mail says that there is a result
    assert mail["Subject"] == "お知らせが1件あります"
    facts = {"told": told_code}
    shown = text_of(Kind.APPLICATION_REFUSED, facts, NIGHT, Language.JA)
    assert why in shown.body
    whole = mail_of(Kind.APPLICATION_REFUSED, shown, Choices(style=Style.PLAIN), Extra())
    assert why in whole.text


def test_money_that_moves_is_told(house: House, folder: Path) -> None:
    desk = Desk()
    house.tell(desk.member_id, Fact.EMAIL, MAIL, at=after(days=-2))
    key = desk.open(AT.date())
    desk.draw(key, 50_000, AT.date())
    desk.receive(key, 8_000, AT.date())
    work(folder, AT)
    assert told(key.member_id)[-2:] == [Kind.DRAW, Kind.RECEIPT]
    draw = do(messages.listed, key.member_id)[1]
    assert "50,000円" in draw.text(Language.JA).body
    assert draw.agreement_id == key.agreement_id
    assert len(mails(folder)) == 2
    for mail in mails(folder):
        assert not re.search("円|融資|入金|借", plain(mail) + mail["Subject"])


def test_what_staff_do_among_themselves_tells_no_member(house: House, folder: Path) -> None:
    house.colleague("yamada")
    work(folder, AT)
    assert rows("SELECT 1 FROM notices_message") == []


def test_a_book_that_comes_in_mails_nobody(house: House, folder: Path) -> None:
    member_id = house.member().member_id
    happen(member_id, "received", after(days=-2), agreement=1, amount_yen=1, event=1)
    work(folder, AT)
    assert told(member_id) == [Kind.RECEIPT]
    assert mails(folder) == []


# ------------------------------------------------------------------------------------- the addresses
def test_a_changed_address_is_told_to_the_old_one_too(house: House, folder: Path) -> None:
    member_id = house.member().member_id
    house.tell(member_id, Fact.EMAIL, Email("new@example.jp"))
    work(folder, AT)
    assert {one["To"] for one in mails(folder)} == {MAIL.address, "new@example.jp"}
    assert told(member_id) == [Kind.FACT_CHANGED, Kind.DRAWS_HELD]
    assert sum("メールアドレス" in plain(one) for one in mails(folder)) == 2


@pytest.mark.rule("AUTH-008")
@pytest.mark.parametrize(("hours", "also"), [
    (1, {MAIL.address}), (23, {MAIL.address}), (25, set()), (240, set()),
])  # fmt: skip
def test_an_address_replaced_within_the_day_is_told_that_draws_wait(
    house: House, folder: Path, hours: int, also: set[str]
) -> None:
    """A thief who changes the address first and the account an hour later is seen by the member."""
    member_id = house.member().member_id
    house.tell(member_id, Fact.EMAIL, Email("thief@example.jp"))
    house.tell(member_id, Fact.EMAIL, Email("thief2@example.jp"), at=after(minutes=1))
    work(folder, after(minutes=2))
    seen = {one["Message-ID"] for one in mails(folder)}
    house.tell(member_id, Fact.BANK_ACCOUNT, ACCOUNT, at=after(hours=hours))
    work(folder, after(hours=hours))
    assert told(member_id)[-2:] == [Kind.FACT_CHANGED, Kind.DRAWS_HELD]
    new = [one for one in mails(folder) if one["Message-ID"] not in seen]
    held = {one["To"] for one in new if "新しい口座への振込" in plain(one)}
    assert held == {"thief2@example.jp"} | also


def test_a_hold_on_all_draws_says_so(house: House, folder: Path) -> None:
    member_id = house.member().member_id
    happen(member_id, "draws_held", hold_id=1, kind="all_draws", cause="email", replaced_email_no=0)
    work(folder, AT)
    assert "24時間、すべての引き出しを止めています" in plain(mails(folder)[0])


@pytest.mark.parametrize("kind", [Fact.BANK_ACCOUNT, Fact.HOME_PHONE])
def test_the_first_account_or_phone_of_an_old_member_is_told(
    house: House, folder: Path, kind: Fact
) -> None:
    value = ACCOUNT if kind is Fact.BANK_ACCOUNT else Phone("0355556666")
    old, new = house.member(), house.member(at=after(hours=-1))
    for member in (old, new):
        house.tell(member.member_id, kind, value)
    work(folder, AT)
    assert told(old.member_id) == [Kind.FACT_CHANGED, Kind.DRAWS_HELD]
    assert told(new.member_id) == []
    assert [one["To"] for one in mails(folder)] == [MAIL.address] * 2


def test_without_an_address_the_site_tells_alone(house: House, folder: Path) -> None:
    desk = Desk()
    happen(desk.member_id, "login", session_id=1, device_id=1)
    work(folder, AT)
    assert told(desk.member_id) == [Kind.LOGIN]
    assert states(desk.member_id) == ["no_address"]


def test_an_address_that_bounces_is_marked_and_left_alone(house: House) -> None:
    member_id = house.member().member_id
    post = Refusing(lambda letter: Outcome.BOUNCED)
    happen(member_id, "login", session_id=1, device_id=1)
    work(post, AT)
    happen(member_id, "login", session_id=2, device_id=1)
    work(post, after(minutes=5))
    assert len(post.seen) == 1
    assert states(member_id) == ["bounced", "bounced"]
    (fact_no,) = rows("SELECT fact_no FROM people_fact WHERE kind = 'email'")[0]
    assert do(sending.bounced_at, member_id, fact_no) == AT
    assert kinds_of(member_id).count("mail_bounced") == 1
    house.tell(member_id, Fact.EMAIL, Email("new@example.jp"), at=after(minutes=6))
    post.fate = lambda letter: Outcome.TAKEN
    work(post, after(minutes=7))
    assert {one.to for one in post.seen[1:]} == {"new@example.jp"}


# ------------------------------------------------------------------------------------------ the links
def test_the_only_link_freezes_once_and_nothing_else(house: House, folder: Path) -> None:
    member_id = house.member().member_id
    happen(member_id, "drawn", agreement=1, amount_yen=1_000, event=1)
    work(folder, AT)
    (mail,) = mails(folder)
    links = re.findall(r"https?://\S+", plain(mail))
    assert len(links) == 1
    assert links[0].startswith("https://site.example/freeze/")
    do(freezes.freeze_by_link, links[0].rpartition("/")[2], after(hours=1))
    assert do(freezes.frozen_at, member_id) == after(hours=1)


def test_reminders_hold_no_link(house: House, folder: Path) -> None:
    remind(borrow(house, Desk()))
    work(folder, AT)
    assert "http" not in plain(mails(folder)[0]) + html(mails(folder)[0])


def test_a_code_goes_out_while_somebody_waits(house: House, folder: Path) -> None:
    member_id = house.member().member_id
    asked = do(codes.ask, member_id, codes.Purpose.LIMIT, "form 1", NIGHT)
    assert isinstance(asked, codes.Asked)
    sent = sending.send_code(member_id, asked.code_id, asked.code, office(folder, NIGHT))
    assert sent is not None
    assert sent.outcome is Outcome.TAKEN
    (mail,) = mails(folder)
    assert asked.code in plain(mail)
    assert asked.code not in mail["Subject"]
    assert rows("SELECT 1 FROM notices_message") == []


# ------------------------------------------------------------------------------------------ the hours
@pytest.mark.parametrize(
    ("asked", "goes_out"),
    [
        (datetime(2026, 11, 18, 20, 59, 59, tzinfo=JAPAN), None),
        (datetime(2026, 11, 18, 21, 0, tzinfo=JAPAN), datetime(2026, 11, 19, 8, 0, tzinfo=JAPAN)),
        (datetime(2026, 11, 19, 0, 0, tzinfo=JAPAN), datetime(2026, 11, 19, 8, 0, tzinfo=JAPAN)),
        (
            datetime(2026, 11, 19, 7, 59, 59, tzinfo=JAPAN),
            datetime(2026, 11, 19, 8, 0, tzinfo=JAPAN),
        ),
        (datetime(2028, 2, 28, 23, 0, tzinfo=JAPAN), datetime(2028, 2, 29, 8, 0, tzinfo=JAPAN)),
    ],
)
def test_reminders_wait_for_the_morning(
    house: House, folder: Path, asked: datetime, goes_out: datetime | None
) -> None:
    key = borrow(house, Desk(), asked)
    remind(key, at=asked)
    work(folder, asked)
    assert len(mails(folder)) == (1 if goes_out is None else 0)
    if goes_out is not None:
        work(folder, goes_out - timedelta(seconds=1))
        assert mails(folder) == []
        work(folder, goes_out)
        work(folder, goes_out + timedelta(minutes=1))
        assert len(mails(folder)) == 1
    assert states(key.member_id) == ["sent"]


def test_who_is_represented_gets_no_reminder_by_mail(house: House, folder: Path) -> None:
    desk = Desk()
    key = borrow(house, desk)
    desk.do(commands.suspend, key, Stop.COUNSEL, desk.made(AT.date()))
    remind(key)
    work(folder, AT)
    assert mails(folder) == []
    (fate,) = do(sending.fates, key.member_id, 1)
    assert (fate.state, fate.reason) == ("refused", "COLL-010")


@pytest.mark.parametrize(("kind", "passed"), [(Kind.DUE_SOON, 30), (Kind.DUE_MISSED, 60)])
def test_what_was_paid_meanwhile_is_not_asked_for(
    house: House, folder: Path, kind: Kind, passed: int
) -> None:
    """Each loan for itself: what the other one asks for is no reason to ask for this one too."""
    desk = Desk()
    paid, owed = borrow(house, desk, passed=passed), borrow(house, desk, passed=passed)
    for key in (paid, owed):
        remind(key, kind)
    desk.receive(paid, 20_000, AT.date())
    work(folder, AT)
    assert states(desk.member_id) == ["moot", "sent"]
    assert len(mails(folder)) == 1


def test_after_a_payment_in_part_the_rest_is_asked_for(house: House, folder: Path) -> None:
    desk = Desk()
    key = borrow(house, desk)
    do(choices.choose, key.member_id, Choices(Style.PLAIN, Language.EN), AT)
    (loan,) = do(standing.see, [key])
    last = revolving.deadline(loan.state, loan.rules)
    assert last is not None
    last_on = date.fromordinal(last)
    asked_yen = standing.asked_yen(loan, last_on, AT.date())
    facts: dict[str, int | str] = {"last_day_to_pay": str(last_on), "asked_yen": asked_yen}
    due = Task(key.member_id, key.agreement_id, TaskKind.DUE_SOON, "x", AT.date(), last_on, facts)
    do(tasks.add, [due], AT.date())
    desk.receive(key, 1_000, AT.date())
    assert do(_reminders.remind, AT) == 1
    desk.receive(key, 500, AT.date())
    work(folder, AT)
    (loan,) = do(standing.see, [key])
    rest_yen = standing.asked_yen(loan, last_on, AT.date())
    assert 0 < rest_yen < asked_yen
    mail = next(one for one in mails(folder) if "payment date" in one["Subject"])
    assert f"¥{rest_yen:,} is due by {last_on}" in plain(mail)
    kept = rows("SELECT facts->>'asked_yen' FROM notices_message WHERE kind = 'due_soon'")
    assert rest_yen < int(kept[0][0]) < asked_yen


@pytest.mark.parametrize(
    ("late", "state"), [(timedelta(days=6), "sent"), (timedelta(days=7), "moot")]
)
def test_a_due_date_that_is_over_is_not_near(
    house: House, folder: Path, late: timedelta, state: str
) -> None:
    """The worker was down: the last day to pay is told of, the day after is not."""
    key = borrow(house, Desk())
    remind(key)
    work(folder, AT + late)
    assert states(key.member_id) == [state]


@pytest.mark.rule("COLL-014")
@pytest.mark.parametrize("is_carried", [False, True])
def test_a_demand_that_is_tried_again_is_one_demand(
    house: House, folder: Path, *, is_carried: bool
) -> None:
    """The server was away, or the worker was killed after it: the letter waits for no other day."""
    key = borrow(house, Desk(), passed=60)
    remind(key, Kind.DUE_MISSED)

    def fail(letter: Letter) -> Outcome:
        if is_carried:
            FolderPost(folder).send(letter)
        raise OutsideFailure(Fault("MAI-001", details={"host": "x"}))

    with pytest.raises(OutsideFailure):
        work(Refusing(fail), AT)
    for passed in (timedelta(minutes=5), timedelta(days=1), timedelta(days=5)):
        work(folder, AT + passed)
        assert states(key.member_id)[-1] == "sent"
    assert len(mails(folder)) == 1


@pytest.mark.rule("COLL-014")
def test_another_demand_waits_for_its_day(house: House, folder: Path) -> None:
    key = borrow(house, Desk(), passed=60)
    for days in (0, 1):
        at = after(days=days)
        remind(key, Kind.DUE_MISSED, at)
        work(folder, at)
    assert states(key.member_id)[-2:] == ["sent", "later"]


def test_of_two_workers_at_once_one_reminds(house: House) -> None:
    members = [house.member().member_id for _ in range(5)]
    due = [Task(one, 1, TaskKind.DUE_SOON, "2026-11-21", AT.date()) for one in members]
    do(tasks.add, due, AT.date())
    assert sorted(at_once([partial(do, _reminders.remind, AT)] * 4)) == [0, 0, 0, 5]
    assert [told(one) for one in members] == [[Kind.DUE_SOON]] * 5


def test_due_dates_are_told_before_on_and_after(house: House, folder: Path, tmp_path: Path) -> None:
    opens_on = date(2026, 11, 2)
    lender = Lender(tmp_path, opens_on)
    house.tell(lender.member_id, Fact.EMAIL, MAIL, at=datetime(2026, 11, 1, 12, tzinfo=JAPAN))
    key = lender.open(opens_on)
    lender.draw(key, 100_000, opens_on)
    seen = []
    for ahead in range(40):
        closed = opens_on + timedelta(days=ahead)
        lender.close(closed)
        morning = datetime(closed.year, closed.month, closed.day, 1, tzinfo=JAPAN) + timedelta(
            days=1
        )
        before = len(mails(folder))
        work(folder, morning)
        work(folder, morning + timedelta(hours=7))
        if len(mails(folder)) > before and told(key.member_id)[-1].value.startswith("due"):
            seen.append((told(key.member_id)[-1], (morning.date() - opens_on).days))
    assert [kind for kind, _ in seen] == [Kind.DUE_SOON, Kind.DUE_TODAY, Kind.DUE_MISSED]
    days = [day for _, day in seen]
    assert (days[1] - days[0], days[2] - days[1]) == (3, 1)


def test_a_worker_that_was_down_tells_of_no_due_date_that_is_over(
    house: House, folder: Path, tmp_path: Path
) -> None:
    opens_on = date(2026, 11, 2)
    lender = Lender(tmp_path, opens_on)
    key = lender.open(opens_on)
    lender.draw(key, 100_000, opens_on)
    lender.close(date(2026, 12, 3))
    assert [task.kind for task in lender.tasks(TaskKind.DUE_SOON)] == [TaskKind.DUE_SOON]
    work(folder, datetime(2026, 12, 10, 9, tzinfo=JAPAN))
    assert told(key.member_id) == [Kind.DRAW]
    assert lender.tasks(TaskKind.DUE_SOON) == []


# --------------------------------------------------------------------------------------- the choices
def test_plain_mails_say_what_happened_in_the_members_language(house: House, folder: Path) -> None:
    member_id = house.member().member_id
    wanted = Choices(Style.PLAIN, Language.EN, "blue apple")
    do(choices.choose, member_id, wanted, AT)
    assert do(choices.of, member_id) == wanted
    happen(member_id, "drawn", agreement=1, amount_yen=50_000, event=1)
    work(folder, AT)
    (mail,) = mails(folder)
    assert mail["Subject"] == "A transaction was made"
    assert "¥50,000" in plain(mail)
    assert "Your watchword: blue apple" in plain(mail)


def test_kinds_can_be_switched_off_but_safety_cannot(house: House, folder: Path) -> None:
    key = borrow(house, Desk())
    member_id = key.member_id
    do(choices.choose, member_id, Choices(switched_off=frozenset({Kind.DUE_SOON})), AT)
    remind(key)
    work(folder, AT)
    assert (told(member_id)[0], mails(folder)) == (Kind.DUE_SOON, [])
    with pytest.raises(InputError):
        do(choices.choose, member_id, Choices(switched_off=frozenset({Kind.LOGIN})), AT)
    with pytest.raises(InputError):
        do(choices.choose, member_id, Choices(watchword="a\r\nBcc: x@example.jp"), AT)


def test_an_opt_out_stops_no_message_of_the_members_own(house: House, folder: Path) -> None:
    key = borrow(house, Desk())
    do(holds.put, key.member_id, Wish(HoldKind.NEVER), Source("member", "form 1"), AT)
    happen(key.member_id, "received", agreement=1, amount_yen=1_000, event=1)
    remind(key)
    work(folder, AT)
    assert len(mails(folder)) == 2


# ------------------------------------------------------------------------------------------ the inbox
def test_the_inbox_lists_and_marks(house: House) -> None:
    member_id, other = house.member().member_id, house.member().member_id
    for session in (1, 2, 3):
        happen(member_id, "login", session_id=session, device_id=1)
    worker.read_news(AT)
    newest, middle, oldest = do(messages.listed, member_id)
    assert do(messages.listed, member_id, middle.message_id) == [oldest]
    assert do(messages.unread, member_id) == 3
    do(messages.mark_read, member_id, middle.message_id, AT)
    do(messages.mark_read, member_id, middle.message_id, after(days=1))
    assert do(messages.one, member_id, middle.message_id) == replace(middle, read_at=AT)
    assert do(messages.mark_all_read, member_id, after(days=1)) == 2
    assert do(messages.unread, member_id) == 0
    for strange in (lambda: do(messages.one, other, newest.message_id),
                    lambda: do(messages.mark_read, other, newest.message_id, AT)):  # fmt: skip
        with pytest.raises(NotFoundError) as seen:
            strange()
        assert seen.value.faults == (Fault("NTC-001"),)


@pytest.mark.parametrize("statement", [
    "DELETE FROM notices_message", "DELETE FROM notices_mail", "UPDATE notices_message SET facts = '{}'",
    "UPDATE notices_mail SET state = 'waiting', settled_at = NULL",
])  # fmt: skip
def test_what_was_told_stays(house: House, folder: Path, statement: str) -> None:
    happen(house.member().member_id, "login", session_id=1, device_id=1)
    work(folder, AT)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_server_that_is_away_is_tried_again_with_the_same_letter(house: House) -> None:
    member_id = house.member().member_id

    def away(letter: object) -> Outcome:
        raise OutsideFailure(Fault("MAI-001", details={"host": "x"}))

    post = Refusing(away)
    happen(member_id, "login", session_id=1, device_id=1)
    worker.read_news(AT)
    (key,) = waiting()
    with pytest.raises(OutsideFailure):
        sending.send(key, office(post, AT))
    post.fate = lambda letter: Outcome.TAKEN
    sending.send(key, office(post, after(minutes=1)))
    sending.send(key, office(post, after(minutes=2)))
    assert len({one.letter_id for one in post.seen}) == 1
    assert len(post.seen) == 2
    assert states(member_id) == ["sent"]


def test_a_letter_that_no_server_takes_is_given_up(house: House) -> None:
    member_id = house.member().member_id
    happen(member_id, "login", session_id=1, device_id=1)

    def refuse(letter: object) -> Outcome:
        raise OutsideFailure(Fault("MAI-001", details={"host": "x"}))

    post = Refusing(refuse)
    for minutes in range(sending.MOST_TRIES):
        with pytest.raises(OutsideFailure):
            work(post, after(minutes=minutes))
    work(post, after(days=4))
    (fate,) = do(sending.fates, member_id, 1)
    assert (fate.state, fate.reason) == ("refused", "not_taken")
    assert len(post.seen) == sending.MOST_TRIES


def may_choose_a_pin(house: House, member: Member, at: datetime = AT) -> RequestKey:
    """A request for a new PIN that two approved."""
    asked = Claim(BORN, MAIL.address, member.member_number, "", f"document {member.member_id}")
    do(requests.ask, requests.Kind.PIN_RESET, asked, at)
    for (claim_id,) in rows("SELECT claim_id FROM people_claim"):
        do(requests.look, claim_id)
    key: RequestKey = do(requests.waiting)[-1].key
    for _ in range(2):
        name = f"reviewer-{next(house.forms)}"
        do(requests.review, key, house.colleague(name, Role.REVIEWER), Verdict.GENUINE, at)
    return key


def link_in(mail: EmailMessage) -> str:
    (token,) = re.findall(r"https://site.example/reset/(\S+)", plain(mail))
    return str(token)


def test_a_letter_sent_twice_holds_the_link_that_works(house: House, folder: Path) -> None:
    """Killed after the letter went out, the worker tries again: the member has the first one."""
    member = house.member()
    key = may_choose_a_pin(house, member)

    def die(letter: Letter) -> Outcome:
        FolderPost(folder).send(letter)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work(Refusing(die), AT)
    work(folder, after(minutes=5))
    (mail,) = mails(folder)
    assert states(member.member_id) == ["sent"]
    assert do(requests.reset_of, link_in(mail), after(minutes=6)) == key


def test_the_link_to_a_new_pin_goes_out_however_late(house: House, folder: Path) -> None:
    member = house.member()
    key = may_choose_a_pin(house, member)
    work(folder, after(days=3))
    (mail,) = mails(folder)
    assert do(requests.reset_of, link_in(mail), after(days=3, hours=23)) == key


def test_a_letter_without_its_link_is_not_sent(house: House, folder: Path) -> None:
    member = house.member()
    key = may_choose_a_pin(house, member)
    do(requests.finish, key, AT)
    work(folder, AT)
    assert (states(member.member_id), mails(folder)) == (["moot"], [])


def test_a_letter_that_got_stuck_is_looked_at_again(house: House, folder: Path) -> None:
    member_id = house.member().member_id
    happen(member_id, "login", session_id=1, device_id=1)
    worker.read_news(AT)
    do(sending._prepare, waiting()[0], office(folder, AT))
    assert do(sending.look_again, after(minutes=59)) == 0
    assert do(sending.look_again, after(minutes=60)) == 1
    work(folder, after(minutes=61))
    assert states(member_id) == ["sent"]


def test_the_new_pin_is_told(house: House, folder: Path) -> None:
    member = house.member()
    entered = house.enter(member.member_number)
    assert isinstance(entered, Entered)
    do(pin.change, entered, OTHER, AT)
    work(folder, AT)
    assert Kind.PIN_CHANGED in told(member.member_id)
    assert not any(one.digits in plain(mail) for mail in mails(folder) for one in (GOOD, OTHER))
    assert SATO.family_name not in "".join(plain(mail) for mail in mails(folder))


def test_the_link_to_a_new_pin_goes_where_it_was_asked_from(house: House) -> None:
    member_id = house.member().member_id
    ((fact_no,),) = rows("SELECT fact_no FROM people_fact WHERE kind = 'email'")
    claim = Claim(BORN, MAIL.address, "10000001", "", "document 1")
    do(requests.ask, requests.Kind.PIN_RESET, claim, AT)
    do(requests.look, rows("SELECT claim_id FROM people_claim")[0][0])
    (waiting,) = do(requests.waiting)
    for name in ("tanaka", "suzuki"):
        reviewer = house.colleague(name, Role.REVIEWER)
        do(requests.review, waiting.key, reviewer, requests.Verdict.GENUINE, AT)
    post = Refusing(lambda letter: Outcome.TAKEN)
    work(post, AT)
    assert [one.to for one in post.seen] == [MAIL.address]
    bound = rows("SELECT fact_no FROM notices_mail WHERE member_id = %s", member_id)
    assert bound == [(fact_no,)]
