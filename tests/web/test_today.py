"""The desk's first page and the board of promises, without a browser: who stands there, who gets whom."""

from __future__ import annotations

import ast
import html
import importlib
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.database import Database
from tests.people.house import SATO, rows
from tests.web.membership import Site, do
from tests.web.office import Seat, browser, seated
from tests.web.test_facts import page

import motocho
from motocho.care.collections.courses import Follow
from motocho.care.reasons import endings, talks
from motocho.care.reasons.catalogue import Reason
from motocho.care.worklist import gathering
from motocho.cli.lending import care
from motocho.contact import holds, tasks
from motocho.contact.directory import shipped
from motocho.contact.guard import JAPAN, HoldKind, Purpose
from motocho.contact.holds import Source, Wish
from motocho.loans import commands
from motocho.loans.commands import Key
from motocho.office.lender import Due
from motocho.outside import clock, mail
from motocho.outside.postgres import ADMIN
from motocho.people import access
from motocho.people.access import Role, Staff
from motocho.people.members import Member
from motocho.web import words
from motocho.web.desk.today import SORTS
from motocho.web.words import Tongue

pytestmark = pytest.mark.usefixtures("database")
NOON = datetime(2027, 2, 10, 12, 0, tzinfo=JAPAN)  # a Wednesday
TODAY = NOON.date()


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    def move(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    move(NOON)
    return move


@pytest.fixture
def site(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: Any) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Site.at(tmp_path)


def late(site: Site, days: int = 8) -> tuple[Member, Key]:
    """A member who is so many days late."""
    made = site.house.member(SATO, NOON - timedelta(days=200))
    drawn_on = TODAY - timedelta(days=35 + days)
    key = site.desk.open(drawn_on, 500_000, member_id=made.member_id)
    site.desk.draw(key, 150_000, drawn_on)
    return made, key


def today(seat: Seat, why: str = "") -> str:
    response = seat.client.get("/desk/today/" + (f"?why={why}" if why else ""))
    assert response.status_code == 200
    return page(response)


def listed(text: str) -> list[str]:
    """Numbers on the list, in order, those for later left out."""
    found = text.split("<h2>あとで", maxsplit=1)[0]
    return re.findall(r'<th scope="row"><a href="/desk/members/\d+/"[^>]*>(\d{8})</a>', found)


def press(seat: Seat, had: int = 0) -> str:
    response = seat.client.post("/desk/today/next/", {"had": had})
    assert response.status_code == 302
    return str(response["Location"])


def address(member: Member) -> str:
    return f"/desk/members/{member.member_id}/"


def test_nobody_comes_next_after_themselves(site: Site) -> None:
    """Who was just spoken to may stand on the list for something else: the next one is another."""
    first, second = late(site, 9)[0], late(site)[0]
    seat = seated("tanaka", Role.OPERATOR)
    assert listed(today(seat)) == [first.member_number, second.member_number]
    assert press(seat, first.member_id) == address(second)
    assert "今日の一覧の理由" in page(seat.client.get(address(second)))
    assert "今日の一覧の理由" not in page(seat.client.get(address(first)))


# ------------------------------------------------------------------------------------ the first page
def test_operator_begins_with_today_and_others_with_what_waits(site: Site) -> None:
    operator = seated("tanaka", Role.OPERATOR)
    assert operator.client.get("/desk/sign-in/")["Location"] == "/desk/today/"
    assert seated("kato", Role.REVIEWER).client.get("/desk/sign-in/")["Location"] == "/desk/"
    assert seated("mori", Role.AUDITOR).client.get("/desk/sign-in/")["Location"] == "/desk/"


def test_reasons_are_counted_and_zeros_shown(site: Site) -> None:
    seat = seated("tanaka", Role.OPERATOR)
    empty = today(seat)
    assert empty.count('<span class="tag">0</span>') == 11
    assert "いま連絡する人はいません" in empty
    assert "今日の予定はすべて終わりました" in empty
    assert "/desk/promises/" in empty
    first, key = late(site)
    second, _ = late(site, 50)
    site.desk.do(commands.promise, key, 5_000, TODAY - timedelta(days=1),
                 site.desk.made(TODAY - timedelta(days=2)))  # fmt: skip
    text = today(seat)
    assert listed(text) == [first.member_number, second.member_number]
    assert "1日超過" in text
    assert "延滞50日 · 31–60日" in text
    assert "21:00 まで" in text
    assert "本日あと3回" in text
    assert listed(today(seat, "late")) == [second.member_number]
    assert listed(today(seat, "papers")) == []
    assert "佐藤" not in text


@pytest.mark.rule("COLL-001")
@pytest.mark.parametrize(("clock_time", "is_open"), [
    ((7, 59), False), ((8, 0), True), ((20, 59), True), ((21, 0), False),
])  # fmt: skip
def test_clock_of_the_law_flips_the_page(
    site: Site, at: Any, clock_time: tuple[int, int], *, is_open: bool
) -> None:
    late(site)
    at(NOON.replace(hour=clock_time[0], minute=clock_time[1]))
    seat = seated("tanaka", Role.OPERATOR)
    text = today(seat)
    assert ("発信できる時間です" in text) is is_open
    assert ("発信できない時間です" in text) is not is_open
    assert len(listed(text)) == int(is_open)
    if not is_open:
        assert "この時間に連絡する人はいません" in text
        assert "8:00 から（あとで 1件）" in text
        assert "連絡できません" in text.split("<h2>あとで")[1]


def test_error_is_no_empty_list(site: Site, database: Database) -> None:
    seat = seated("tanaka", Role.OPERATOR)
    with database.connect(ADMIN, autocommit=True) as admin:
        admin.execute("REVOKE SELECT ON care_claim FROM motocho_app")
    seat.client.raise_request_exception = False
    response = seat.client.get("/desk/today/")
    assert response.status_code >= 500
    assert "連絡する人はいません" not in response.content.decode()


# --------------------------------------------------------------------------------- the next person
def test_next_leads_to_the_first_and_is_written_down(site: Site) -> None:
    seat = seated("tanaka", Role.OPERATOR)
    member, _ = late(site)
    assert press(seat) == address(member)
    looks = rows(
        "SELECT purpose FROM journal_row WHERE kind = 'staff_access' AND member_id = %s",
        member.member_id,
    )
    assert ("queue late",) in looks
    text = today(seat)
    assert "いまの担当" in text
    assert "12:15 まで確保" in text


def test_two_who_press_get_two_and_one_who_presses_twice_gets_one(site: Site) -> None:
    one, other = seated("tanaka", Role.OPERATOR), seated("kato", Role.OPERATOR)
    first, second, third = (late(site, days)[0] for days in (9, 8, 7))
    assert (press(one), press(other)) == (address(first), address(second))
    assert press(one) == address(first)  # the same form, sent twice
    assert press(one, first.member_id) == address(third)
    assert press(one, first.member_id) == address(third)
    assert press(other, second.member_id) == address(first)
    assert len(rows("SELECT 1 FROM care_claim")) == 3
    assert today(one).count("対応中</span>") == 2


def test_claim_ends_by_leaving_by_signing_out_and_by_time(site: Site, at: Any) -> None:
    one, other = seated("tanaka", Role.OPERATOR), seated("kato", Role.OPERATOR)
    member, _ = late(site)
    assert press(one) == address(member)
    assert press(other) == "/desk/today/?none=yes"
    assert "次の人はいません" in page(other.client.post("/desk/today/next/", follow=True))
    one.client.post("/desk/today/leave/")
    assert press(other) == address(member)
    other.client.post("/desk/sign-out/")
    assert rows("SELECT 1 FROM care_claim WHERE until_at > %s", f"{NOON}") == []
    assert press(one) == address(member)
    at(NOON + timedelta(minutes=15))
    assert other.sign_in()["Location"] == "/desk/today/"
    assert press(other) == address(member)


def test_ending_of_a_call_releases_the_member(site: Site) -> None:
    seat = seated("tanaka", Role.OPERATOR)
    member, key = late(site)
    press(seat)
    caller = talks.Caller("田中", f"staff {seat.staff_id}")
    wanted = talks.Wanted(Reason.REPAYMENT, caller, shipped(), key)
    begun = do(talks.begin, member.member_id, wanted, NOON)
    assert isinstance(begun, talks.Begun)
    assert rows("SELECT member_id FROM care_claim") == [(member.member_id,)]
    made = site.desk.made(TODAY)
    do(endings.finish, begun.key, endings.Told("absent"), made, shipped())
    assert rows("SELECT 1 FROM care_claim") == []
    text = today(seat)
    assert listed(text) == []
    assert ("発信</dt><dd>1" in text, "自分の発信</dt><dd>1" in text) == (True, True)


@pytest.mark.rule("PRIV-003")
def test_own_records_and_members_kept_apart_are_not_on_the_list(site: Site) -> None:
    own, _ = late(site)
    barred, _ = late(site, 9)
    seat = seated("tanaka", Role.OPERATOR, own_member_id=own.member_id)
    supervisor = Staff(seated("mori", Role.SUPERVISOR).staff_id, frozenset({Role.SUPERVISOR}), "x")
    do(access.bar, barred.member_id, seat.staff_id, supervisor, NOON)
    text = today(seat)
    assert own.member_number not in text
    assert barred.member_number not in text
    assert press(seat) == "/desk/today/?none=yes"


def test_auditor_looks_and_takes_nobody(site: Site) -> None:
    seat = seated("mori", Role.AUDITOR)
    member, _ = late(site)
    assert listed(today(seat)) == [member.member_number]
    assert seat.client.post("/desk/today/next/").status_code == 409
    assert 'data-key="n"' not in today(seat)


def test_hold_and_hour_that_was_asked_for_count_at_once(site: Site) -> None:
    seat = seated("tanaka", Role.OPERATOR)
    gone, _ = late(site)
    back, _ = late(site, 9)
    source = Source("staff 1", "entry 1")
    do(holds.put, gone.member_id, Wish(HoldKind.HOSPITAL), source, NOON)
    plan = tasks.Plan(tasks.Kind.CALL_BACK, Purpose.ASKED_FOR, NOON - timedelta(minutes=20))
    do(tasks.put, back.member_id, plan, source, NOON - timedelta(hours=1))
    text = today(seat)
    assert listed(text) == [back.member_number]
    assert "手続きが要ります" in text.split("<h2>あとで")[1]
    assert "時刻を過ぎた折り返し</dt><dd>1" in text


# ------------------------------------------------------------------------------------- the promises
def board(seat: Seat, place: str = "today") -> str:
    response = seat.client.get(f"/desk/promises/?at={place}")
    assert response.status_code == 200
    return page(response)


def test_board_shows_each_promise_where_it_stands(site: Site) -> None:
    seat = seated("tanaka", Role.OPERATOR)
    found = {}
    for place, ahead, paid in (
        ("today", 0, 0), ("tomorrow", 1, 0), ("overdue", -2, 0), ("kept", -5, 5_000),
        ("partly", -6, 2_000), ("broken", -7, 0), ("coming", 5, 0),
    ):  # fmt: skip
        member, key = late(site, 20)
        made_on = TODAY - timedelta(days=8)
        pay_on = TODAY + timedelta(days=ahead)
        site.desk.do(commands.promise, key, 5_000, pay_on, site.desk.made(made_on))
        if paid:
            site.desk.receive(key, paid, pay_on)
        found[place] = member.member_number
    for place, number in found.items():
        text = board(seat, place)
        assert listed(text) == [number], place
        assert text.count('<span class="tag">1</span>') == 7
    assert "33.3%" in board(seat)
    assert "3,000円" in board(seat, "partly")
    assert listed(board(seat, "nonsense")) == [found["today"]]


def test_promise_made_on_the_site_is_on_the_board_by_itself(site: Site) -> None:
    seat = seated("tanaka", Role.OPERATOR)
    member, key = late(site)
    assert "約束はありません" in board(seat)
    visitor = browser()
    site.known(visitor, member)
    assert site.sign_in(visitor, member).status_code == 302
    pay_on = TODAY + timedelta(days=2)
    form = f"/member/trouble/{key.agreement_id}/promise/"
    assert visitor.post(form, {"amount": "5000", "on": f"{pay_on}"}).status_code == 302
    text = board(seat, "coming")
    assert listed(text) == [member.member_number]
    assert "会員ページ" in text
    assert listed(today(seat)) == []


def test_a_follow_up_says_what_is_left_and_only_who_decides_is_asked(site: Site) -> None:
    sorts = (*SORTS, "nothing of these")
    for sort in sorts:
        member = site.house.member(SATO, NOON - timedelta(days=200))
        facts: dict[str, int | str] = (
            {"case": 1, "follow": sort}
            if sort in {one.value for one in (*Follow, *Due)}
            else {"what": sort, "by": "2026-12-01"}
            if sort in gathering.WHATS
            else {sort: 1}
        )
        plan = tasks.Plan(tasks.Kind.FOLLOW_UP, facts=facts)
        do(tasks.put, member.member_id, plan, Source("close", f"x {sort}"), NOON)
    for role in (Role.OPERATOR, Role.SUPERVISOR):
        text = today(seated(role.value, role), "follow_up")
        is_there = {
            sort: html.escape(words.plain(key, Tongue.JA)) in text for sort, key in SORTS.items()
        }
        missing = {sort for sort, is_it in is_there.items() if not is_it}
        assert missing == (set() if role is Role.SUPERVISOR else {"acceleration", "violation"})
        assert len(listed(text)) == len(sorts) - len(missing)


def _whats() -> set[str]:
    """Each `what` that a follow-up in the source says of itself, with no other fact of a sort."""
    found = set()
    package = Path(motocho.__file__).parent
    for file in sorted(package.rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        if '"what":' not in text or "Kind.FOLLOW_UP" not in text:
            continue
        parts = file.relative_to(package).with_suffix("").parts
        module = importlib.import_module(".".join(("motocho", *parts)))
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.Dict):
                continue
            facts = {one.value: value for one, value in zip(node.keys, node.values, strict=True)
                     if isinstance(one, ast.Constant)}  # fmt: skip
            what = facts.get("what")
            # A page that is frozen is sought by a statement, whose values are no facts of a task.
            if what is None or not facts.keys().isdisjoint({*gathering.SORTS, "member"}):
                continue
            assert isinstance(what, ast.Constant | ast.Name), f"{file.name}:{node.lineno}"
            said = what.value if isinstance(what, ast.Constant) else getattr(module, what.id)
            found.add(str(said))
    return found


def test_every_follow_up_of_the_source_says_in_words_what_is_left() -> None:
    """On the page and at the command line, in both languages."""
    assert _whats() == set(gathering.WHATS)
    for one in gathering.WHATS:
        plan = tasks.Plan(tasks.Kind.FOLLOW_UP, facts={"what": one, "by": "2026-12-01"})
        assert gathering.sort_of(plan) == one
    assert SORTS.keys() == care.SORTS.keys()
    for key in SORTS.values():
        assert words.plain(key, Tongue.JA) != words.plain(key, Tongue.EN)
