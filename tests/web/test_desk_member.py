"""The desk's frame, search, a member's page, calls that come in: without a browser."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from tests.database import Database
from tests.notices.posting import work
from tests.people.house import SATO, kinds_of, rows
from tests.web.membership import Site, do
from tests.web.office import Seat, browser, seated
from tests.web.test_facts import page

from motocho.care.reasons import talks
from motocho.care.reception import checks, happenings, memos
from motocho.care.reliefs import offers
from motocho.contact import gate, holds
from motocho.contact.guard import HoldKind
from motocho.contact.holds import Source, Wish
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.loans.commands import Key
from motocho.notices import messages
from motocho.notices.kinds import Kind as Notice
from motocho.outside import clock, mail
from motocho.people import access, members, staff
from motocho.people.access import Role, Staff
from motocho.people.facts import history, search
from motocho.people.facts.history import Change, Road, Teller
from motocho.people.facts.matching import Item
from motocho.people.facts.search import By, Why
from motocho.people.facts.values import Address, Email, Employer, Kind, Phone, Value
from motocho.people.members import Member
from motocho.units.errors import RefusedError
from motocho.web import pages
from motocho.web.desk import frame

pytestmark = pytest.mark.usefixtures("database")
MOBILE = "09055551234"
MAIL = "hanako@example.jp"
LIVES = Address("1000001", "東京都千代田区千代田1-2-3")
ANSWERS = {
    "birth_date": "1988/4/12",
    "address": "１００－０００１",
    "phone_digits": "１２３４",
    "name_reading": "さとう はなこ",
    "employer": "㈱山川商店",
}
SECRETS = ("1988", "1000001", "千代田", "5551234", "山川", "花子", "ハナコ", MAIL)


@pytest.fixture
def site(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Site.at(tmp_path)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    started = clock.now()

    def move(passed: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: started + passed)

    return move


def tell(member_id: int, kind: Kind, value: Value, on: date | None = None) -> None:
    since = clock.now() - timedelta(days=100)
    form = f"form {kind.value} {value!r:.40} {member_id}"
    change = Change(member_id, kind, value, on or since.date(), form)
    do(history.record, change, Teller("staff 1", Road.DESK), since)


def known(site: Site) -> tuple[Member, Key]:
    """A member with everything registered that a check may ask for."""
    member, key = site.member()
    tell(member.member_id, Kind.MOBILE_PHONE, Phone(MOBILE))
    tell(member.member_id, Kind.EMAIL, Email(MAIL))
    tell(member.member_id, Kind.ADDRESS, LIVES)
    tell(member.member_id, Kind.EMPLOYER, Employer("株式会社 山川商店"))
    return member, key


def of(member: Member) -> str:
    return f"/desk/members/{member.member_id}/"


def sought(seat: Seat, typed: str) -> str:
    led = seat.client.post("/desk/search/", {"sought": typed})
    assert led.status_code == 302
    assert typed not in led["Location"]
    return page(seat.client.get(led["Location"]))


def on_call(seat: Seat, member: Member) -> str:
    """The member calls, the colleague takes it; the address of the page."""
    led = seat.client.post("/desk/inbound/", {"member": str(member.member_id)})
    assert led["Location"] == of(member), led.content.decode()
    return of(member)


def call_of(seat: Seat) -> talks.TalkKey:
    found = do(talks.unfinished, f"staff {seat.staff_id}")
    assert found is not None
    return found


# ------------------------------------------------------------------------------------------ search
@pytest.mark.parametrize(("typed", "why"), [
    ("佐藤花子", "氏名"), ("佐藤　花", "氏名"), ("花子", "氏名"), ("はなこ", "カナ"), ("さとう", "カナ"), ("ｻﾄｳ ﾊﾅｺ", "カナ"), ("サトウハナコ", "カナ"),
    ("090-5555-1234", "電話番号"), ("＋８１ ９０ ５５５５ １２３４", "電話番号"), ("１２３４", "電話番号の下4けた"),
    ("ＨＡＮＡＫＯ＠EXAMPLE.jp", "メール"),
])  # fmt: skip
def test_search_finds_in_any_width(site: Site, typed: str, why: str) -> None:
    member, _ = known(site)
    seat = seated("tanaka", Role.OPERATOR)
    found = sought(seat, typed)
    assert of(member) in found
    assert f'data-label="あてはまったところ">{why}' in re.sub(r"\s*\n\s*", "", found)


def test_search_by_number_new_and_old(site: Site) -> None:
    member, _ = known(site)
    seat = seated("tanaka", Role.OPERATOR)
    number = member.member_number
    assert of(member) in sought(seat, f"{number[:4]} {number[4:]}")
    do(members.renumber, member.member_id, "87654321", "staff 1", clock.now())
    assert "前の会員番号" in sought(seat, number)
    assert "前の会員番号" not in sought(seat, "８７６５-４３２１")


def test_former_phone_is_found_and_said_to_be_former(site: Site) -> None:
    member, _ = known(site)
    tell(member.member_id, Kind.MOBILE_PHONE, Phone("08077770000"), clock.now().date())
    seat = seated("tanaka", Role.OPERATOR)
    assert "前の電話番号" in sought(seat, MOBILE)
    assert "前の電話番号" not in sought(seat, "080-7777-0000")


@pytest.mark.rule("PRIV-003")
def test_results_are_masked_and_doubles_are_flagged(site: Site) -> None:
    known(site)
    site.house.member(SATO, clock.now())
    seat = seated("tanaka", Role.OPERATOR)
    for typed in (MOBILE, "1234", "佐藤"):
        found = sought(seat, typed).replace(f'value="{typed}"', "")
        assert "同じカナと生年月日の会員がいます" in found
        for secret in (*SECRETS, MOBILE):
            assert secret not in found, secret


@pytest.mark.rule("PRIV-003")
def test_each_search_is_kept_without_its_words(site: Site) -> None:
    known(site)
    seat = seated("tanaka", Role.OPERATOR)
    sought(seat, MOBILE)
    sought(seat, "存在しない名")
    found = rows("SELECT actor, subject::text, purpose FROM journal_row"
                 " WHERE kind = 'member_search' ORDER BY row_id")  # fmt: skip
    who = f"staff {seat.staff_id}"
    assert found == [
        (who, '{"by": "phone", "found": 1}', ""),
        (who, '{"by": "name", "found": 0}', ""),
    ]


@pytest.mark.parametrize(("typed", "advice"), [
    ("山田", "カナで、姓だけで"), ("99999999", "番号の数字を聞き直す"), ("0311112222", "前の電話番号でも"),
    ("0000", "電話番号の全体"), ("no@example.jp", "つづりを1字ずつ"), ("12", "会員番号は8けた"),
    ("%", "会員番号は8けた"),
])  # fmt: skip
def test_nobody_found_is_no_error_and_says_what_to_try(site: Site, typed: str, advice: str) -> None:
    """D13."""
    site.house.member(replace(SATO, family_name="佐々木"), clock.now())
    seat = seated("tanaka", Role.OPERATOR)
    found = sought(seat, typed)
    assert "あてはまる会員はいません" in found
    assert advice in found
    assert 'role="alert"' not in found.replace('id="offline" role="alert"', "")


def test_search_finds_places_too(site: Site) -> None:
    assert (
        '<a href="/desk/keys/">'
        in sought(seated("tanaka", Role.OPERATOR), "キー").split('id="places-found"')[1]
    )


@pytest.mark.rule("PRIV-003")
def test_whom_one_may_not_see_is_not_found(site: Site) -> None:
    member, _ = known(site)
    boss = seated("suzuki", Role.SUPERVISOR)
    own = seated("sato", Role.OPERATOR, own_member_id=member.member_id)
    apart = seated("mori", Role.OPERATOR)
    by = Staff(boss.staff_id, frozenset({Role.SUPERVISOR}), "case 1")
    do(access.bar, member.member_id, apart.staff_id, by, clock.now())
    for seat in (own, apart):
        assert "あてはまる会員はいません" in sought(seat, MOBILE)
        assert seat.client.get(of(member)).status_code == 404
        assert seat.client.post("/desk/inbound/", {"member": member.member_id}).status_code == 404
        assert "この番号の会員はいません" in page(seat.client.get(f"/desk/inbound/?from={MOBILE}"))
    assert of(member) in sought(boss, MOBILE)


def test_sought_words_open_for_who_typed_them_alone(site: Site) -> None:
    known(site)
    one = seated("tanaka", Role.OPERATOR)
    other = seated("mori", Role.OPERATOR)
    led = one.client.post("/desk/search/", {"sought": MOBILE})["Location"]
    assert "1件</h2>" in page(one.client.get(led))
    assert "件</h2>" not in page(other.client.get(led))
    for broken in (
        led[:-3],
        "/desk/search/?s=x.!",
        "/desk/search/?s=x.AAAA",
        "/desk/search/?s=日.本",
    ):
        assert one.client.get(broken).status_code == 200


def test_many_hits_are_cut_and_said(site: Site) -> None:
    for _ in range(search.MOST + 2):
        site.house.member(SATO, clock.now())
    asker = Staff(seated("tanaka", Role.OPERATOR).staff_id, frozenset({Role.OPERATOR}))
    found = do(search.find, search.read("佐藤"), asker, clock.now())
    assert len(found.hits) == search.MOST
    assert found.has_more
    assert {one.why for one in found.hits} == {Why.NAME}


@pytest.mark.parametrize(("text", "indexes"), [
    ("どこか", ("people_member_by_name", "people_member_by_reading",
                "people_member_by_given_name", "people_member_by_given_reading")),
    ("12345678", ("people_number_pkey",)),
])  # fmt: skip
def test_a_large_book_is_searched_by_its_indexes(
    site: Site, text: str, indexes: tuple[str, ...]
) -> None:
    """By work, not by time: what is asked is explained, and walks no table."""
    asker = Staff(1, frozenset({Role.OPERATOR}))
    with CaptureQueriesContext(connection) as asked:
        do(search.find, search.read(text), asker, clock.now())
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
        plans = ""
        for one in asked.captured_queries:
            if "FROM people_member\n" in one["sql"] or "FROM people_number" in one["sql"]:
                cursor.execute("EXPLAIN " + one["sql"].replace("%", "%%"))
                plans += "\n".join(line for (line,) in cursor.fetchall())
        cursor.execute("RESET enable_seqscan; RESET enable_bitmapscan")
    for index in indexes:
        assert f"Index Scan using {index}" in plans, plans
    assert "Seq Scan" not in plans
    assert "Sort" not in plans  # in the index's own order: a limit ends it early


def test_only_the_desk_searches_and_only_watchers_see_looks(site: Site) -> None:
    manager = seated("ito", Role.ADMINISTRATOR)
    assert manager.client.get("/desk/search/").status_code == 409
    auditor = seated("abe", Role.AUDITOR)
    assert auditor.client.get("/desk/search/").status_code == 200
    member, _ = known(site)
    assert auditor.client.post("/desk/inbound/", {"member": member.member_id}).status_code == 409
    operator = seated("tanaka", Role.OPERATOR)
    assert operator.client.get("/desk/looks/").status_code == 409
    assert "/desk/looks/" not in page(operator.client.get("/desk/"))
    sought(operator, "だれか")
    for _ in range(3):
        operator.client.get(of(member))
    shown = page(auditor.client.get("/desk/looks/?within=hour"))
    cells = re.findall(r'<td class="number"[^>]*>(\d+)', shown.split("Tanaka")[1])
    assert cells[:4] == ["1", "3", "1", "1"]


# ----------------------------------------------------------------------------------- the page of one
def test_page_is_masked_before_the_check_and_every_look_is_kept(site: Site) -> None:
    """D8: neither an expected answer nor an amount is in the page's source."""
    member, key = known(site)
    seat = seated("tanaka", Role.OPERATOR)
    shown = page(seat.client.get(of(member)))
    assert "佐藤 花＊" in shown
    assert member.member_number not in shown
    for secret in (*SECRETS, "154,", "500,000", "円"):
        assert secret not in shown.split("<main")[1], secret
    address = on_call(seat, member)
    masked = page(seat.client.get(address))
    for secret in (*SECRETS, "500,000"):
        assert secret not in masked, secret
    assert 'name="birth_date"' in masked
    looks = rows("SELECT purpose FROM journal_row WHERE member_id = %s AND kind = 'staff_access'"
                 " ORDER BY row_id", member.member_id)  # fmt: skip
    call = call_of(seat)
    assert looks == [("search",), ("inbound",), (f"call {call.attempt_id}",)]
    assert key.member_id == member.member_id


def test_mails_that_left_stand_in_the_history_by_what_they_are_called(site: Site) -> None:
    """When, by which way and under which title; never a word of what was written."""
    member, _ = known(site)
    for kind in (Notice.TEST, Notice.LOGIN, Notice.LOCKED):
        told = messages.Told(member.member_id, kind, f"test {kind.value}", 0, {}, clock.now())
        do(messages.tell, told, clock.now())
    work(site.codes / "sent", clock.now())
    waits = messages.Told(member.member_id, Notice.PIN_CHANGED, "waits", 0, {}, clock.now())
    do(messages.tell, waits, clock.now())
    do(_returned, member.member_id, Notice.LOCKED)
    seat = seated("tanaka", Role.OPERATOR)
    shown = page(seat.client.get(f"{of(member)}?group=mails"))
    lines = [
        re.sub(r"<[^>]+>", "", one) for one in re.findall("<li><time.*?</li>", shown, re.DOTALL)
    ]
    mailed = [one for one in lines if "メールを送信" in one]
    assert len(mailed) == 3
    assert any("確認のメールです" in one for one in mailed)
    assert [("届かなかった" in one) for one in mailed if "ログインを止めました" in one] == [True]
    assert "暗証番号が変わりました" not in shown  # it waits: nothing left
    assert "お申し出により送りました" not in shown
    seat.client.cookies[pages.TONGUE_COOKIE] = "en"
    english = page(seat.client.get(f"{of(member)}?group=mails"))
    assert "E-mail sent · A mail to check with" in re.sub(r"<[^>]+>", "", english)


def test_many_looks_leave_nothing_else_out_of_the_history(site: Site) -> None:
    member, _ = known(site)
    at = clock.now()
    do(journal.write, [Happening(member.member_id, "frozen", "member", at, {})])
    looks = [Happening(member.member_id, "staff_access", "staff 1", at, {}, "search")]
    do(journal.write, looks * (happenings.MOST + 1))
    found = do(happenings.of_member, member.member_id)
    assert "frozen" in {one.kind for one in found}
    assert sum(one.group is happenings.Group.LOOKS for one in found) == happenings.MOST


def _returned(cursor: Any, member_id: int, kind: Notice) -> None:
    cursor.execute(
        "INSERT INTO notices_return (member_id, mail_id, noted_at) SELECT member_id, mail_id, %s"
        " FROM notices_mail JOIN notices_message USING (member_id, message_id)"
        " WHERE member_id = %s AND kind = %s",
        (clock.now(), member_id, kind.value),
    )


@pytest.mark.rule("COLL-006")
def test_three_right_answers_open_the_page_for_this_colleague_on_this_call(
    site: Site, at: Any
) -> None:
    member, _ = known(site)
    seat, other = seated("tanaka", Role.OPERATOR), seated("mori", Role.OPERATOR)
    address = on_call(seat, member)
    three = {name: ANSWERS[name] for name in ("birth_date", "phone_digits", "employer")}
    wrong = {"address": "大阪府大阪市北区1-2-3", "name_reading": "スズキ"}
    assert seat.client.post(f"{address}check/", three | wrong)["Location"] == address
    shown = page(seat.client.get(address))
    for seen in ("佐藤 花子", member.member_number, "500,000円", "本人確認済み", "東京都…"):
        assert seen in shown, seen
    for hidden in (MOBILE, MAIL, LIVES.text, "山川"):
        assert hidden not in shown, hidden  # whole contacts need a permit even then
    assert "佐藤 花子" not in page(other.client.get(address))
    assert rows("SELECT asked_items, right_items, is_passed FROM care_identity_check") == [
        (["address", "birth_date", "employer", "name_reading", "phone_digits"],
         ["birth_date", "employer", "phone_digits"], True)
    ]  # fmt: skip
    kept = "".join(str(one) for one in rows("SELECT subject::text FROM journal_row"))
    assert not any(secret in kept for secret in SECRETS)
    assert rows("SELECT items FROM care_talk_identity") == [
        (["birth_date", "employer", "phone_digits"],)
    ]
    at(checks.LASTS + timedelta(minutes=1))  # within the sign-in's idle time it is asked once more
    seat.client.cookies.clear()
    seat.sign_in()
    assert "佐藤 花子" not in page(seat.client.get(address))


@pytest.mark.rule("COLL-006")
@pytest.mark.parametrize("told", [
    {"birth_date": "1988/4/12", "phone_digits": "1234", "employer": "別の会社"},
    {"birth_date": "1988/4/13", "phone_digits": "34", "employer": "㈱山川商店"},
    {"birth_date": "?", "address": "東京都", "name_reading": "ハナコ"},
])  # fmt: skip
def test_fewer_right_answers_open_nothing_and_tries_are_counted(
    site: Site, told: dict[str, str]
) -> None:
    member, _ = known(site)
    seat = seated("tanaka", Role.OPERATOR)
    address = on_call(seat, member)
    assert seat.client.post(f"{address}check/", told).status_code == 302
    assert "あと1回" in page(seat.client.get(address))
    seat.client.post(f"{address}check/", told | {"name_reading": "x"})
    shown = page(seat.client.get(address))
    assert "本人確認の回数を使い切りました" in shown
    assert "佐藤 花子" not in shown
    refused = seat.client.post(f"{address}check/", ANSWERS)
    assert refused.status_code == 409
    assert "佐藤 花子" not in page(seat.client.get(address))
    assert "identity_missed" in kinds_of(member.member_id)


def test_two_answers_are_too_few_and_no_try_is_spent(site: Site) -> None:
    member, _ = known(site)
    seat = seated("tanaka", Role.OPERATOR)
    address = on_call(seat, member)
    told = {"birth_date": "1988/4/12", "phone_digits": "1234"}
    answered = seat.client.post(f"{address}check/", told)
    assert answered.status_code == 422
    assert "答えが足りません" in page(answered)
    assert 'value="1988/4/12"' in page(answered)  # what was typed stays, and nothing else
    assert "あと2回" in page(answered)
    assert rows("SELECT 1 FROM care_identity_check") == []


@pytest.mark.rule("COLL-006")
def test_no_check_without_a_call_and_the_database_holds_it(site: Site) -> None:
    member, _ = known(site)
    seat, other = seated("tanaka", Role.OPERATOR), seated("mori", Role.OPERATOR)
    refused = seat.client.post(f"{of(member)}check/", ANSWERS)
    assert refused.status_code == 422
    assert "この会員との通話がありません" in page(refused)
    on_call(other, member)
    call = call_of(other)
    insert = ("INSERT INTO care_identity_check (member_id, attempt_id, asked_items, right_items,"
              " source, actor, checked_at) VALUES (%s, %s, %s, %s, %s, %s, now())")  # fmt: skip
    items = ["birth_date", "employer", "address"]

    def put(cursor: Any, number: int, actor: str, right: list[str]) -> None:
        cursor.execute(insert, (*call, items, right, f"form {number}", actor))

    with pytest.raises(DatabaseError, match="who asks is on the call"):
        do(put, 1, f"staff {seat.staff_id}", items)
    do(put, 2, f"staff {other.staff_id}", [])
    do(put, 3, f"staff {other.staff_id}", [])
    with pytest.raises(DatabaseError, match="not guessed"):
        do(put, 4, f"staff {other.staff_id}", items)


@pytest.mark.rule("COLL-006")
def test_misses_of_a_day_are_counted_over_calls_and_colleagues(site: Site) -> None:
    member, _ = known(site)
    wrong = {"birth_date": "1970/1/1", "phone_digits": "0000", "employer": "別の会社"}
    for name in ("tanaka", "mori"):
        seat = seated(name, Role.OPERATOR)
        address = on_call(seat, member)
        for _ in range(checks.MOST_TRIES):
            seat.client.post(f"{address}check/", wrong)
    third = seated("abe", Role.OPERATOR)
    address = on_call(third, member)
    assert "本人確認の回数を使い切りました" in page(third.client.get(address))
    assert third.client.post(f"{address}check/", ANSWERS).status_code == 409


def test_supervisors_and_auditors_see_all_by_purpose(site: Site) -> None:
    member, _ = known(site)
    for name, role, purpose in (
        ("suzuki", Role.SUPERVISOR, "complaint"), ("abe", Role.AUDITOR, "audit"),
    ):  # fmt: skip
        seat = seated(name, role)
        assert "佐藤 花子" not in page(seat.client.get(of(member)))
        assert "佐藤 花子" not in page(seat.client.get(f"{of(member)}?for=curiosity"))
        assert "佐藤 花子" in page(seat.client.get(f"{of(member)}?for={purpose}"))
        found = rows("SELECT purpose, subject->>'action' FROM journal_row WHERE actor = %s"
                     " AND kind = 'staff_access' ORDER BY row_id", f"staff {seat.staff_id}")  # fmt: skip
        assert found == [("search", "look"), ("search", "look"), (purpose, "see_whole")]
    operator = seated("tanaka", Role.OPERATOR)
    assert "佐藤 花子" not in page(operator.client.get(f"{of(member)}?for=audit"))


def test_flags_and_likely_reason_stand_on_top(site: Site) -> None:
    member, _ = known(site)
    seat = seated("tanaka", Role.OPERATOR)
    assert "注意の旗はありません" in page(seat.client.get(of(member)))
    until = clock.now().date() + timedelta(days=20)
    for wish in (Wish(HoldKind.SELF_EXCLUDED), Wish(HoldKind.BEREAVEMENT, until)):
        do(holds.put, member.member_id, wish, Source("member", wish.kind.value), clock.now())
    journal_row = Happening(member.member_id, "promise_broken", "system", clock.now())
    do(journal.write, [journal_row])
    shown = page(seat.client.get(of(member)))
    for seen in ("貸付自粛", "冠婚葬祭", "守られなかった約束"):
        assert seen in shown, seen
    assert shown.index("用件の見込み") < shown.index("経過")


def test_history_is_filtered_and_hides_amounts_until_known(site: Site) -> None:
    member, key = known(site)
    seat = seated("tanaka", Role.OPERATOR)
    payments = page(seat.client.get(f"{of(member)}?group=payments")).split('class="happened"')[1]
    assert payments.count("入金") == 3
    assert "円" not in payments.split("</ol>")[0]
    assert "閲覧" not in payments.split("</ol>")[0]
    looks = page(seat.client.get(f"{of(member)}?group=looks")).split('class="happened"')[1]
    assert "Tanaka" in looks.split("</ol>")[0]
    assert key.member_id == member.member_id


def test_page_pops_with_bounded_work(site: Site) -> None:
    """D1, by work: a history ten times as long asks the database for nothing more."""
    member, _ = known(site)
    seat = seated("tanaka", Role.OPERATOR)
    address = on_call(seat, member)
    seat.client.post(f"{address}check/", ANSWERS)

    def work() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert seat.client.get(address).status_code == 200
        return len(asked)

    before = work()
    for number in range(300):
        happening = Happening(member.member_id, "login", "member", clock.now(), {"n": number})
        do(journal.write, [happening])
    assert work() <= before
    assert before < 120


# ------------------------------------------------------------------------------------------ calls in
def test_call_of_a_registered_number_opens_the_page_at_once(site: Site) -> None:
    """D1: no click between the ringing and the context; it is no attempt of ours."""
    member, _ = known(site)
    seat = seated("tanaka", Role.OPERATOR)
    rung = "/desk/inbound/?from=%2B819055551234&call=abc"
    assert seat.client.get(rung)["Location"] == of(member)
    assert seat.client.get(rung)["Location"] == of(member)  # rung twice, taken once
    assert rows("SELECT direction, actor FROM care_talk") == [("in", f"staff {seat.staff_id}")]
    assert rows("SELECT count(*) FROM contact_attempt") == [(0,)]
    facts = do(gate.facts_of, member.member_id, clock.now())
    assert facts.demands_today == 0
    assert "受電中" in page(seat.client.get(of(member)))


def test_call_of_nobody_of_several_and_without_number(site: Site) -> None:
    member, _ = known(site)
    seat = seated("tanaka", Role.OPERATOR)
    for told in ("", "anonymous", "非通知"):
        assert "非通知か、番号が届いていません" in page(
            seat.client.get("/desk/inbound/", {"from": told})
        )
    unknown = page(seat.client.get("/desk/inbound/?from=0312345678"))
    assert "この番号の会員はいません" in unknown
    other = site.house.member(replace(SATO, given_name="太郎", given_kana="タロウ"), clock.now())
    tell(other.member_id, Kind.HOME_PHONE, Phone(MOBILE))
    several = page(seat.client.get(f"/desk/inbound/?from={MOBILE}"))
    assert "2人います" in several
    assert rows("SELECT 1 FROM care_talk") == []
    assert f'value="{other.member_id}"' in several
    on_call(seat, other)
    assert call_of(seat).member_id == other.member_id
    busy = seat.client.post("/desk/inbound/", {"member": member.member_id})
    assert busy.status_code == 409


def test_a_strange_page_takes_no_call(site: Site) -> None:
    member, _ = known(site)
    seat = seated("tanaka", Role.OPERATOR)
    address = f"/desk/inbound/?from={MOBILE}"
    shown = seat.client.get(address, headers={"Sec-Fetch-Site": "cross-site"})
    assert shown.status_code == 200
    assert "受電を始める" in page(shown)
    assert rows("SELECT 1 FROM care_talk") == []
    assert seat.client.get("/desk/inbound/", {"from": MOBILE}, HTTP_SEC_FETCH_SITE="none")[
        "Location"
    ]
    assert member.member_id == rows("SELECT member_id FROM care_talk")[0][0]


# ------------------------------------------------------------------------------- an offer on a call
@pytest.mark.rule("LEDG-015")
def test_offer_to_a_member_who_just_calls(site: Site) -> None:
    member, key = known(site)
    seat = seated("tanaka", Role.OPERATOR)
    at_offer = f"{of(member)}offers/{key.agreement_id}/"
    refused = seat.client.get(at_offer)
    assert refused.status_code == 409
    assert "まだ本人確認ができていません" in page(refused)
    address = on_call(seat, member)
    assert seat.client.get(at_offer).status_code == 409
    seat.client.post(f"{address}check/", ANSWERS)
    assert at_offer in page(seat.client.get(address))
    shown = page(seat.client.get(at_offer))
    ref = re.search(r'name="ref" value="([^"]+)"', shown)
    assert ref is not None
    sent = seat.client.post(at_offer, {"way": "interest_only", "ref": ref[1]})
    assert sent.status_code == 302
    (offer,) = do(offers.of_agreement, key)
    assert (offer.draft.consultation_id, offer.draft.attempt_id) == (
        None, call_of(seat).attempt_id,
    )  # fmt: skip
    nobodys = seat.client.get(f"{of(member)}offers/987654/")
    assert nobodys.status_code == 404


@pytest.mark.rule("LEDG-015")
def test_database_refuses_an_offer_to_who_is_not_known(site: Site) -> None:
    member, key = known(site)
    seat = seated("tanaka", Role.OPERATOR)
    on_call(seat, member)
    call = call_of(seat)

    def put(cursor: Any) -> None:
        cursor.execute(
            "INSERT INTO care_offer (member_id, agreement_id, attempt_id, way, reason, desk_id,"
            " told, shown, source, actor, made_on, last_on, made_at)"
            " VALUES (%s, %s, %s, 'minimum', 'late', 'card_loan', '{}', '{}', 'x', %s,"
            " '2026-11-20', '2026-11-20', now())",
            (*key, call.attempt_id, f"staff {seat.staff_id}"),
        )

    with pytest.raises(DatabaseError, match="needs the member on the line"):
        do(put)


# ---------------------------------------------------------------------------------------- the memo
def test_two_who_edit_the_same_memo_lose_nothing(site: Site) -> None:
    """D9: who saved first is named, both texts are shown, and either can be kept."""
    member, _ = known(site)
    one, other = seated("suzuki", Role.SUPERVISOR), seated("kato", Role.SUPERVISOR)
    address = f"{of(member)}memo/?for=review"
    for seat in (one, other):
        assert 'name="version" value="0"' in page(seat.client.get(f"{of(member)}?for=review"))
    assert one.client.post(address, {"version": "0", "memo": "折返しは夕方"}).status_code == 302
    late = other.client.post(address, {"version": "0", "memo": "書類は来週"})
    assert late.status_code == 409
    shown = page(late)
    assert "ほかの担当(Suzuki)が" in shown
    assert "折返しは夕方" in shown
    assert "書類は来週" in shown
    assert do(memos.latest, member.member_id).text == "折返しは夕方"
    assert 'name="version" value="1"' in shown
    both = {"version": "1", "memo": "折返しは夕方。書類は来週"}
    assert other.client.post(address, both).status_code == 302
    kept = rows("SELECT version, text, actor FROM care_memo ORDER BY version")
    assert [text for _, text, _ in kept] == ["折返しは夕方", "折返しは夕方。書類は来週"]


def test_memo_is_scanned_and_only_for_whom_the_page_is_whole(site: Site) -> None:
    member, _ = known(site)
    boss, operator = seated("suzuki", Role.SUPERVISOR), seated("tanaka", Role.OPERATOR)
    address = f"{of(member)}memo/"
    wrong = boss.client.post(f"{address}?for=review", {"version": "0", "memo": "暗証番号は7305"})
    assert wrong.status_code == 422
    assert "暗証番号は7305" in page(wrong)  # what was typed stays on the page
    assert operator.client.post(address, {"version": "0", "memo": "x"}).status_code == 422
    assert rows("SELECT 1 FROM care_memo") == []
    with pytest.raises(DatabaseError):
        do(lambda cursor: cursor.execute("UPDATE care_memo SET text = ''; DELETE FROM care_memo"))


# ---------------------------------------------------------------------------------- frame and keys
def test_places_stand_by_role_and_only_where_they_exist(site: Site) -> None:
    operator = page(seated("tanaka", Role.OPERATOR).client.get("/desk/"))
    assert 'href="/desk/search/"' in operator
    assert "/desk/colleagues/" not in operator
    manager = page(seated("ito", Role.ADMINISTRATOR).client.get("/desk/colleagues/"))
    assert "/desk/search/" not in manager
    assert "desk-left" not in page(browser().get("/desk/sign-in/"))


def test_keys_are_the_persons_own_at_every_seat(site: Site) -> None:
    seat = seated("tanaka", Role.OPERATOR)
    usual = {"search": "/", "next": "n", "call": "c", "promise": "p", "consultation": "s",
             "memo": "m", "documents": "d", "history": "h", "down": "j", "up": "k",
             "approve": "a", "reject": "r", "hand_on": "e", "copy": "w", "take": "i",
             "dial": "t", "copy_phone": "y", "hang_up": "g", "extend": "x",
             "particulars": "b", "sheet": "?"}  # fmt: skip
    sheet = page(seat.client.get("/desk/keys/"))
    for label in (
        "通話が終わった",
        "後処理を1分のばす",
        "書面の請求を受けた",
        "会員から電話がきた",
    ):
        assert label in sheet
    twice = seat.client.post("/desk/keys/", usual | {"call": "ｎ"})
    assert twice.status_code == 422
    assert "nが2つの操作に使われています" in page(twice)
    assert seat.client.post("/desk/keys/", usual | {"call": "xy"}).status_code == 422
    assert seat.client.post("/desk/keys/", usual | {"call": "1"}).status_code == 422
    assert seat.client.post("/desk/keys/", usual | {"call": "-"}).status_code == 422
    taken = seat.client.post("/desk/keys/", usual | {"next": "g"})  # it ends a call already
    assert taken.status_code == 422
    assert seat.client.post("/desk/keys/", usual | {"call": "Ｑ", "memo": ""}).status_code == 302
    kept = rows("SELECT desk_keys::text FROM people_staff WHERE staff_id = %s", seat.staff_id)
    assert kept == [('{"c": "q", "m": ""}',)]
    assert 'data-keys="{&quot;c&quot;: &quot;q&quot;' in seat.client.get("/desk/").content.decode()
    seat.client.post("/desk/keys/", {"do": "off"})
    assert set(do(_keys, seat.staff_id).values()) == {""}
    seat.client.post("/desk/keys/", {"do": "usual"})
    assert do(_keys, seat.staff_id) == {}


def _keys(cursor: Any, staff_id: int) -> dict[str, str]:
    return staff.kept_keys(cursor, staff_id)


def test_check_that_came_twice_counts_once(site: Site) -> None:
    member, _ = known(site)
    seat = seated("tanaka", Role.OPERATOR)
    on_call(seat, member)
    actor = f"staff {seat.staff_id}"
    call = call_of(seat)
    wrong = dict.fromkeys((Item.BIRTH_DATE, Item.ADDRESS, Item.EMPLOYER), "x")
    source = Source(actor, "form 1")
    first = do(checks.check, call, wrong, source, clock.now())
    assert do(checks.check, call, wrong, source, clock.now()) == first
    assert first.tries_left == 1
    do(checks.check, call, wrong, Source(actor, "form 2"), clock.now())
    with pytest.raises(RefusedError):
        do(checks.check, call, wrong, Source(actor, "form 3"), clock.now())


@pytest.mark.parametrize(("text", "by"), [
    ("", By.NOTHING), ("１２３４５６７８", By.NUMBER), ("090", By.NOTHING), ("090-1111-2222", By.PHONE),
    ("****1234", By.LAST_DIGITS), ("a@b", By.EMAIL), ("林", By.NAME), ("()", By.NOTHING),
])  # fmt: skip
def test_what_a_text_asks_for(text: str, by: By) -> None:
    assert search.read(text).by is by


def test_history_says_who_and_what_for_in_words(site: Site) -> None:
    """Neither a colleague nor a purpose stands as it is kept."""
    member, _ = known(site)
    seat = seated("tanaka", Role.OPERATOR)
    on_call(seat, member)
    seat.client.post(f"{of(member)}check/", ANSWERS)
    seat.client.get(f"/desk/members/{member.member_id}/counter/")
    for tongue, words in (
        ("ja", ("閲覧 · 通話", "閲覧 · 店頭", "Tanaka")),
        ("en", ("Looked at · call", "Looked at · counter", "Tanaka")),
    ):
        seat.client.cookies["tongue"] = tongue
        shown = page(seat.client.get(f"{of(member)}?group=all"))
        told = re.sub(r"<[^>]+>", "", shown.partition('class="happened"')[2].partition("</ol>")[0])
        assert all(one in told for one in words), told
        assert not re.search(r"staff \d|operator|call \d|member \d", told), told
        assert ("identity" in told) is (tongue == "en"), told


def test_a_members_page_leads_to_what_is_done_for_them(site: Site) -> None:
    """Whom a form is about goes along by id; the number stands in no address and is not asked."""
    member, _ = known(site)
    seat = seated("tanaka", Role.OPERATOR)
    shown = page(seat.client.get(of(member)))
    numbered = member.member_id
    for address in (
        f"/desk/complaints/new/?member={numbered}",
        f"/desk/disclosures/new/?member={numbered}",
        f"/desk/members/{numbered}/counter/",
        f"/desk/members/{numbered}/care/",
        f"/desk/members/{numbered}/collection/",
        f"/desk/members/{numbered}/stages/",
        f"/desk/frauds/new/{numbered}/",
    ):
        assert f'href="{address}"' in shown, address
        assert seat.client.get(address).status_code == 200, address
    told = {"category": "contact", "severity": "usual", "words": "電話が多い"}
    address = f"/desk/complaints/new/?member={numbered}"
    form = page(seat.client.get(address))
    assert 'name="number"' not in form
    assert member.member_number not in form
    led = seat.client.post(address, told)
    assert led["Location"].startswith(f"/desk/cases/{numbered}/"), page(led)
    assert seat.client.get("/desk/complaints/new/?member=987654").status_code == 404
    assert seat.client.get("/desk/disclosures/new/?member=x").status_code == 404


@pytest.mark.rule("PRIV-003")
def test_counter_and_care_show_nobody_whole_before_a_check(site: Site) -> None:
    member, _ = known(site)
    seat = seated("tanaka", Role.OPERATOR)
    for name in ("counter", "care"):
        shown = page(seat.client.get(f"{of(member)}{name}/"))
        assert member.member_number not in shown, name
        assert "花子" not in shown, name
        assert f"****{member.member_number[-4:]}" in shown, name


def test_each_place_is_for_those_for_whom_its_page_is() -> None:
    """No place leads to a refusal, and none is kept from whom its page is for."""
    for one in frame.PLACES:
        view: Any = resolve(reverse(one.name)).func
        may = {role for role in Role if access.may(Staff(1, frozenset({role})), one.action)}
        opens = {
            role for role in Role if access.may(Staff(1, frozenset({role})), view.staff_action)
        }
        assert may <= opens, one.name


def test_history_says_who_by_name(site: Site) -> None:
    member, _ = known(site)
    seat = seated("tanaka", Role.OPERATOR)
    name = next(one.name for one in do(staff.accounts) if one.staff_id == seat.staff_id)
    shown = page(seat.client.get(on_call(seat, member)))
    happened = shown.partition('class="happened"')[2].partition("</ol>")[0]
    assert f'<span class="hint">{name}</span>' in happened
    assert f"staff {seat.staff_id}" not in happened
