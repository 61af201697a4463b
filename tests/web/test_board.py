"""The supervisors' board: counts of the day, calls that go on, a sample that anybody draws again."""

from __future__ import annotations

import hashlib
import html
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from tests.database import Database
from tests.people.house import kinds_of, rows
from tests.web.membership import Site, do
from tests.web.office import Seat, seated

from motocho.care.reasons import endings, reviews, talks
from motocho.care.reasons.catalogue import Reason
from motocho.care.reasons.endings import Told
from motocho.care.reasons.reviews import Found, Verdict
from motocho.care.reasons.talks import Begun, Caller, TalkKey, Wanted
from motocho.contact import calls, gate
from motocho.contact.directory import shipped
from motocho.contact.gate import Permit
from motocho.contact.guard import Purpose
from motocho.loans.commands import Made
from motocho.outside import clock, mail
from motocho.people import access
from motocho.people.access import Role, Staff
from motocho.units.errors import InputError, NotAllowedError, StateConflict

pytestmark = pytest.mark.usefixtures("database")
NOON = clock.now().replace(hour=12, minute=0, second=0, microsecond=0)
OURS = "0300000108"


@pytest.fixture
def site(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(hours=1))
    return Site.at(tmp_path)


@pytest.fixture
def mori(site: Site) -> Seat:
    return seated("mori", Role.SUPERVISOR)


@pytest.fixture
def oda(mori: Seat) -> Seat:
    return seated("oda", Role.OPERATOR)


def words(response: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def demanded(member_id: int, times: int) -> None:
    for number in range(times):
        wanted = gate.Wanted(Purpose.ARREARS, f"case {number}", "staff 9", OURS, shipped())
        answer = do(gate.ask, member_id, wanted, NOON + timedelta(minutes=number))
        assert isinstance(answer, Permit), answer


def ended(member_id: int, actor: str, minute: int = 0) -> TalkKey:
    """A call about registered data that nobody answered."""
    at = NOON + timedelta(minutes=minute)
    caller = Caller("佐々木", actor)
    begun = do(talks.begin, member_id, Wanted(Reason.REGISTERED_DATA, caller, shipped()), at)
    assert isinstance(begun, Begun), begun
    made = Made("desk", f"end {actor} {minute}", at.date(), at, actor)
    do(endings.finish, begun.key, Told("absent"), made, shipped())
    return begun.key


@pytest.mark.rule("COLL-002")
def test_the_board_counts_the_calls_of_the_day(site: Site, mori: Seat, oda: Seat) -> None:
    page = words(mori.client.get("/desk/board/"))
    assert "今日の督促の電話はありません" in page
    assert "通話中の人はいません" in page
    assert "判定なし" in page
    assert "Mori" in page
    assert "Oda" in page
    thrice, once, apart = (site.member()[0] for _ in range(3))
    demanded(thrice.member_id, 3)
    demanded(once.member_id, 1)
    demanded(apart.member_id, 2)
    fourth = gate.Wanted(Purpose.ARREARS, "case 9", "staff 9", OURS, shipped())
    do(gate.ask, thrice.member_id, fourth, NOON + timedelta(minutes=9))
    by = Staff(mori.staff_id, frozenset({Role.SUPERVISOR}), "case 1")
    do(access.bar, apart.member_id, mori.staff_id, by, clock.now())
    page = words(mori.client.get("/desk/board/"))
    assert "3/3回 1人" in page
    assert "2/3回 1人" in page
    assert "1/3回 1人" in page
    assert f"••••{thrice.member_number[-4:]} 3/3回" in page
    assert f"••••{once.member_number[-4:]} 1/3回" in page
    assert f"••••{apart.member_number[-4:]} 2/3回" not in page
    assert thrice.member_number not in page
    assert "COLL-002 1" in page
    # A second route: the attempts themselves.
    counted = rows(
        "SELECT member_id, count(*) FROM contact_attempt WHERE purpose = 'arrears'"
        " AND valid_until IS NOT NULL GROUP BY member_id ORDER BY 2 DESC, 1"
    )
    found = [(one.member_id, one.calls) for one in do(calls.demanded_on, NOON.date(), 9)]
    assert sorted(found) == sorted(counted)
    assert do(calls.demanded_on, NOON.date() - timedelta(days=1), 9) == []


def test_who_talks_and_who_owes_an_ending(site: Site, mori: Seat, oda: Seat) -> None:
    member, _ = site.member()
    caller = Caller("織田", f"staff {oda.staff_id}")
    wanted = Wanted(Reason.REGISTERED_DATA, caller, shipped())
    begun = do(talks.begin, member.member_id, wanted, NOON + timedelta(minutes=50))
    assert isinstance(begun, Begun)
    assert "通話中 10分" in words(mori.client.get("/desk/board/"))
    made = Made("desk", "end 1", NOON.date(), NOON + timedelta(minutes=55), caller.actor)
    do(endings.finish, begun.key, Told("absent"), made, shipped())
    assert "通話中の人はいません" in words(mori.client.get("/desk/board/"))


def test_the_sample_is_the_same_for_everybody(site: Site, mori: Seat, oda: Seat) -> None:
    keys = [
        ended(site.member()[0].member_id, f"staff {oda.staff_id}", minute) for minute in range(8)
    ]
    on = NOON.date()
    drawn = [one.key for one in do(reviews.sample, on, 5)]
    ordered = sorted(
        keys, key=lambda key: hashlib.sha256(f"{on} {key.attempt_id}".encode()).digest()
    )
    assert drawn == ordered[:5]
    assert [one.key for one in do(reviews.sample, on, 5)] == drawn
    assert do(reviews.sample, on - timedelta(days=1), 5) == []
    page = mori.client.get(f"/desk/board/reviews/?on={on}").content.decode()
    assert re.findall(r"/desk/board/reviews/\d+/(\d+)/", page) == [
        str(one.attempt_id) for one in drawn
    ]
    assert "この日に終わった通話はありません" in words(mori.client.get("/desk/board/reviews/"))
    assert mori.client.get("/desk/board/reviews/?on=x").status_code == 200


def test_a_review_is_kept_once_and_read_by_who_called(site: Site, mori: Seat, oda: Seat) -> None:
    member, _ = site.member()
    key = ended(member.member_id, f"staff {oda.staff_id}")
    at = f"/desk/board/reviews/{key.member_id}/{key.attempt_id}/"
    assert "応答なし" in words(mori.client.get(at))
    for typed in (
        {"verdict": "better", "better": ""},
        {"verdict": "", "better": "名乗りを先に"},
        {"verdict": "better", "better": "番号は 1234 5678 9012 と言っていた"},
        {"verdict": "better", "better": "x" * 1001},
    ):
        page = mori.client.post(at, typed)
        assert page.status_code == 422, typed
        assert typed["better"] in html.unescape(page.content.decode())
    assert rows("SELECT 1 FROM care_talk_review") == []
    good = {"verdict": "better", "good": "声が落ち着いていた", "better": "名乗りを先に"}
    assert mori.client.post(at, good)["Location"] == "/desk/board/reviews/"
    assert mori.client.post(at, good).status_code == 409  # once
    assert rows("SELECT count(*) FROM care_talk_review") == [(1,)]
    assert "名乗りを先に" in words(oda.client.get("/desk/reviews/"))
    assert "まだ確認はありません" in words(mori.client.get("/desk/reviews/"))
    assert kinds_of(member.member_id)[-1] == "call_reviewed"
    assert "staff_access" in kinds_of(member.member_id)
    assert "名乗りを先に" not in str(rows("SELECT subject FROM journal_row"))


def test_nobody_reviews_a_call_of_their_own(
    site: Site, mori: Seat, oda: Seat, database: Database
) -> None:
    member, _ = site.member()
    own = ended(member.member_id, f"staff {mori.staff_id}")
    at = f"/desk/board/reviews/{own.member_id}/{own.attempt_id}/"
    assert mori.client.get(at).status_code == 404
    assert "自分の通話" in words(mori.client.get(f"/desk/board/reviews/?on={NOON.date()}"))
    supervisor = Staff(mori.staff_id, frozenset({Role.SUPERVISOR}))
    operator = Staff(oda.staff_id, frozenset({Role.OPERATOR}))
    found = Found(Verdict.GOOD, "良い", "")
    for by in (supervisor, operator):
        with pytest.raises(NotAllowedError):
            do(reviews.review, own, found, by, clock.now())
    theirs = ended(member.member_id, f"staff {oda.staff_id}", 1)
    with pytest.raises(InputError):
        do(reviews.review, theirs, Found(Verdict.WRONG, "良い", ""), supervisor, clock.now())
    do(reviews.review, theirs, found, supervisor, clock.now())
    with pytest.raises(StateConflict):
        do(reviews.review, theirs, found, supervisor, clock.now())
    insert = (
        "INSERT INTO care_talk_review (member_id, attempt_id, reviewer, verdict, good, better,"
        " reviewed_at) VALUES (%s, %s, %s, 'good', 'x', '', %s)"
    )
    for values in (
        (*own, mori.staff_id, clock.now()),
        (*theirs, oda.staff_id, clock.now()),
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(insert, values)
    for statement in ("UPDATE care_talk_review SET good = 'y'", "DELETE FROM care_talk_review"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
