"""Audit: every deed of the staff found once, in order, masked; the search is a deed itself."""

from __future__ import annotations

import csv
import hashlib
import html
import io
import itertools
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as rounds
from hypothesis import strategies as st
from tests.database import Database
from tests.people.house import rows
from tests.web.membership import Site, do
from tests.web.office import Seat, seated

from motocho.contact import gate
from motocho.contact.audit import trail
from motocho.contact.audit.trail import Deed, Place, Wanted, What
from motocho.contact.directory import shipped
from motocho.contact.guard import Hand, HoldKind, Purpose
from motocho.contact.holds import Source, Wish, put
from motocho.documents import spreadsheet
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.outside import clock, mail
from motocho.outside.postgres import Role as DatabaseRole
from motocho.people import access
from motocho.people.access import Action, Role, Staff
from motocho.web.desk import auditing

pytestmark = pytest.mark.usefixtures("database")
OURS = "0300000108"
NOON = clock.now().replace(hour=12, minute=0, second=0, microsecond=0)
WIDE = (NOON - timedelta(days=60), NOON + timedelta(days=60))


@pytest.fixture
def site(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(hours=1))
    return Site.at(tmp_path)


@pytest.fixture
def ono(site: Site) -> Seat:
    return seated("ono", Role.AUDITOR)


@pytest.fixture
def mori(ono: Seat) -> Seat:
    return seated("mori", Role.SUPERVISOR)


def words(response: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def reader(seat: Seat, *roles: Role) -> Staff:
    return Staff(seat.staff_id, frozenset(roles or (Role.AUDITOR,)), "audit")


def tried(member_id: int, by: Seat, minute: int = 0, hand: Hand = Hand.STAFF) -> Any:
    wanted = gate.Wanted(
        Purpose.ARREARS, "case 7", f"staff {by.staff_id}", OURS, shipped(), hand=hand,
        override="苦情の件で本人に謝罪",
    )  # fmt: skip
    return do(gate.ask, member_id, wanted, NOON + timedelta(minutes=minute))


def looked(member_id: int, by: Seat) -> None:
    staff = Staff(by.staff_id, frozenset({Role.SUPERVISOR}), "case 7")
    do(access.ask, staff, Action.LOOK, member_id, NOON)


def kinds(ono: Seat, what: str, **more: str) -> list[str]:
    asked = {"what": what, **more}
    text = ono.client.get("/desk/audit/", asked).content.decode()
    return re.findall(r"data-label=\"操作\">[^\n]*?<code class=\"hint\">(\w+)</code>", text)


# ---------------------------------------------------------------------------------- what is found
@pytest.mark.rule("PRIV-003")
def test_each_sort_of_deed_is_found_and_nothing_else(site: Site, ono: Seat, mori: Seat) -> None:
    member, _ = site.member()
    looked(member.member_id, mori)
    tried(member.member_id, mori)
    for minute in range(1, 5):
        tried(member.member_id, mori, minute)
    by = Source(f"staff {mori.staff_id}", "case 1")
    do(put, member.member_id, Wish(HoldKind.COMPLAINT), by, NOON + timedelta(minutes=6))
    tried(member.member_id, mori, 7, Hand.SUPERVISOR)
    other, _ = site.member()
    tried(other.member_id, mori, 5, Hand.SUPERVISOR)  # nothing stood before others: no override
    do(put, other.member_id, Wish(HoldKind.COMPLAINT), by, NOON + timedelta(minutes=6))
    tried(other.member_id, mori, 8, Hand.SUPERVISOR)
    assert set(kinds(ono, "looks")) == {"staff_access"}
    assert set(kinds(ono, "calls")) == {"permitted_phone"}
    assert len(kinds(ono, "calls")) == 5
    assert kinds(ono, "refusals") == ["refused_phone"] * 3
    assert kinds(ono, "overrides") == ["permitted_phone"]
    overrides = words(ono.client.get("/desk/audit/?what=overrides"))
    assert "overruled=DESK-004 reason=苦情の件で本人に謝罪" in overrides
    assert "contact_held" in kinds(ono, "changes")
    assert {"signed_in", "staff_enrolled"} <= set(kinds(ono, "sign_ins"))
    everything = kinds(ono, "all")
    assert {"staff_access", "permitted_phone", "refused_phone", "signed_in"} <= set(everything)
    assert "COLL-002" in words(ono.client.get("/desk/audit/?what=refusals"))


def test_conditions_narrow_and_what_cannot_be_is_said(site: Site, ono: Seat, mori: Seat) -> None:
    member, _ = site.member()
    tried(member.member_id, mori)
    looked(member.member_id, mori)
    assert kinds(ono, "all", staff="mori", kind="permitted_phone") == ["permitted_phone"]
    assert kinds(ono, "calls", staff="ono") == []
    assert kinds(ono, "calls", purpose="arrears case 7") == ["permitted_phone"]
    assert kinds(ono, "calls", purpose="arrears case 8") == []
    tomorrow = (NOON + timedelta(days=1)).date().isoformat()
    assert kinds(ono, "calls", first=tomorrow, last=tomorrow) == []
    yesterday = (NOON - timedelta(days=1)).date().isoformat()
    for wrong in (
        {"first": tomorrow, "last": yesterday},
        {"first": "x"},
        {"staff": "nobody"},
        {"member": "12"},
    ):
        page = ono.client.get("/desk/audit/", wrong)
        assert page.status_code == 422, wrong
        for typed in wrong.values():
            assert f'value="{typed}"' in page.content.decode()
    assert ono.client.get("/desk/audit/?before=1.2").status_code == 200
    assert ono.client.get("/desk/audit/?before=9999999999999999999.1.1").status_code == 200
    assert "この条件の記録はありません" in words(ono.client.get("/desk/audit/?what=overrides"))


@pytest.mark.rule("PRIV-003")
def test_members_are_masked_and_one_members_rows_are_a_look(
    site: Site, ono: Seat, mori: Seat
) -> None:
    member, _ = site.member()
    tried(member.member_id, mori)
    page = words(ono.client.get("/desk/audit/?what=calls"))
    assert f"••••{member.member_number[-4:]}" in page
    assert member.member_number not in page
    assert member.person.family_name not in page
    before = rows("SELECT count(*) FROM journal_row WHERE kind = 'staff_access'")
    found = kinds(ono, "all", member=member.member_number)
    assert "permitted_phone" in found
    assert "signed_in" not in found
    assert rows("SELECT count(*) FROM journal_row WHERE kind = 'staff_access'") > before
    by = Staff(mori.staff_id, frozenset({Role.SUPERVISOR}), "case 1")
    do(access.bar, member.member_id, ono.staff_id, by, clock.now())
    assert kinds(ono, "calls") == []
    barred = ono.client.get("/desk/audit/", {"member": member.member_number})
    nobody = ono.client.get("/desk/audit/", {"member": "99999999"})
    assert barred.status_code == nobody.status_code == 404


def test_each_search_is_a_row_of_its_own(site: Site, ono: Seat) -> None:
    counted = "SELECT count(*) FROM journal_row WHERE kind = 'audit_searched'"
    ono.client.get("/desk/audit/?what=looks")
    assert rows(counted) == [(1,)]
    ((actor, purpose, told),) = rows(
        "SELECT actor, purpose, subject->>'what' FROM journal_row WHERE kind = 'audit_searched'"
    )
    assert (actor, purpose, told) == (f"staff {ono.staff_id}", "audit", "looks")
    assert "audit_searched" in kinds(ono, "changes")
    assert rows(counted) == [(2,)]


@pytest.mark.rule("PRIV-003")
def test_supervisors_see_a_part_and_export_nothing(site: Site, ono: Seat, mori: Seat) -> None:
    member, _ = site.member()
    looked(member.member_id, ono)
    for what in ("looks", "all", "changes", "sign_ins", ""):
        found = kinds(mori, what)
        assert "staff_access" not in found, what
        assert "signed_in" not in found, what
    assert "/desk/audit/export/" not in mori.client.get("/desk/audit/").content.decode()
    assert mori.client.post("/desk/audit/export/", {"form": "csv"}).status_code == 409


# ------------------------------------------------------------------------------------ order, pages
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from("jas")), max_size=30),
       st.integers(1, 7))  # fmt: skip
@rounds(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_give_each_row_once_in_order_while_rows_are_added(
    database: Database, ono: Seat, steps: list[tuple[int, str]], most: int
) -> None:
    """A second route: all rows of the three tables, read plainly and sorted here."""
    first = NOON + next(APART) * timedelta(days=1)  # each example in a day of its own
    last = first + timedelta(hours=1)
    with database.connect(DatabaseRole.OWNER) as owner:
        for second, kept in steps:
            _put(owner, kept, ono.staff_id, first + timedelta(seconds=second))
        owner.commit()
        asked = Wanted(reader(ono), first, last)
        expected = sorted(_plain(owner, first, last), reverse=True)
        assert len(expected) == len(steps)
        found: list[Place] = []
        before: Place | None = None
        while True:
            page = do(trail.page, asked, before, most)
            assert len(page) <= most
            found += [one.place for one in page]
            _put(owner, "j", ono.staff_id, first + timedelta(seconds=9))  # later comes on top
            owner.commit()
            if len(page) < most:
                break
            before = page[-1].place
        assert [tuple(one) for one in found] == expected
        assert len(do(_listed, asked, most)) == len(list(_plain(owner, first, last)))


APART = itertools.count(30)


def _listed(cursor: Any, asked: Wanted, most: int) -> list[Deed]:
    return list(trail.all_of(cursor, asked, most))


def _put(owner: Any, kept: str, staff_id: int, at: datetime) -> None:
    actor = f"staff {staff_id}"
    if kept == "j":
        owner.execute(
            "INSERT INTO journal_row (member_id, kind, actor, subject, happened_at)"
            " VALUES (0, 'case_step', %s, '{}', %s)",
            (actor, at),
        )
    elif kept == "a":
        owner.execute(
            "INSERT INTO contact_attempt (member_id, channel, purpose, cause, actor, asked_at,"
            " refused_by) VALUES (1, 'email', 'campaign', 'x', %s, %s, '{SOLI-001}')",
            (actor, at),
        )
    else:
        owner.execute(
            "INSERT INTO people_staff_session (staff_id, began_at, last_used_at)"
            " VALUES (%s, %s, %s)",
            (staff_id, at, at),
        )


def _plain(owner: Any, first: datetime, last: datetime) -> Iterator[tuple[datetime, int, int]]:
    for rank, statement in (
        (2, "SELECT happened_at, row_id FROM journal_row"),
        (1, "SELECT asked_at, attempt_id FROM contact_attempt"),
        (0, "SELECT began_at, session_id FROM people_staff_session"),
    ):
        for at, number in owner.execute(statement).fetchall():
            if first <= at < last:
                yield at, rank, number


def test_the_next_page_goes_on_where_the_last_one_ended(site: Site, ono: Seat) -> None:
    told = [
        Happening(0, f"kind_{number}", "staff 7", NOON + timedelta(seconds=number // 3))
        for number in range(120)
    ]
    do(journal.write, told)
    seen: list[str] = []
    address = "/desk/audit/?what=changes"
    for _ in range(4):
        page = ono.client.get(address).content.decode()
        found = re.findall(r"data-label=\"操作\">[^\n]*?<code class=\"hint\">(\w+)</code>", page)
        seen += [one for one in found if "kind_" in one]
        more = re.search(r'href="\?([^"]+)" data-key="1"', page)
        if more is None:
            break
        address = f"/desk/audit/?{html.unescape(more[1])}"
    assert sorted(seen) == sorted(one.kind for one in told)


# ---------------------------------------------------------------------------------------- exports
def test_exports_are_counted_hashed_and_safe(
    site: Site, ono: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = Happening(0, "=cmd|' /C calc'!A0", "staff 7", NOON, {"x": "@SUM(1)"}, "+1+1")
    do(journal.write, [evil])
    for form in ("csv", "xlsx"):
        response = ono.client.post("/desk/audit/export/", {"form": form, "what": "changes"})
        assert response.status_code == 200
        digest = hashlib.sha256(response.content).hexdigest()
        ((told,),) = rows(
            "SELECT subject FROM journal_row WHERE kind = 'audit_exported' ORDER BY row_id DESC"
            " LIMIT 1"
        )
        assert digest in str(told)
        table = _table(form, response.content)
        assert len(table) - 1 == int(re.search(r'"rows": ?(\d+)', str(told).replace("'", '"'))[1])  # type: ignore[index]
        assert all(str(cell)[:1] not in "=+@" for row in table for cell in row if cell)
        assert any("cmd|" in str(cell) for row in table for cell in row)
        assert digest in words(ono.client.get("/desk/audit/"))
    assert ono.client.post("/desk/audit/export/", {"form": "exe"}).status_code == 404
    assert ono.client.post("/desk/audit/export/", {"form": "csv", "first": "x"}).status_code == 422
    monkeypatch.setattr(auditing, "MOST_EXPORTED", 0)
    assert ono.client.post("/desk/audit/export/", {"form": "csv"}).status_code == 422


def _table(form: str, data: bytes) -> list[list[Any]]:
    if form == "csv":
        return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    page = openpyxl.load_workbook(io.BytesIO(data)).active
    assert page is not None
    assert all(cell.data_type != "f" for row in page.iter_rows() for cell in row)
    return [[cell.value for cell in row] for row in page.iter_rows()]


def test_the_same_rows_give_the_same_file() -> None:
    told = [("a", 1), ("=b", 2)]
    first = spreadsheet.list_workbook("x", ("n", "c"), told, NOON.date())
    assert first == spreadsheet.list_workbook("x", ("n", "c"), told, NOON.date())


def test_a_search_writes_nothing_but_itself(database: Database, site: Site, ono: Seat) -> None:
    before = rows("SELECT kind FROM journal_row ORDER BY row_id")
    ono.client.get("/desk/audit/")
    after = rows("SELECT kind FROM journal_row ORDER BY row_id")
    assert after == [*before, ("audit_searched",)]
    with database.connect(DatabaseRole.AUDIT) as auditor:  # the same rows by the auditor's rights
        asked = Wanted(reader(ono), *WIDE, What.ALL)
        with auditor.cursor() as cursor:
            found = trail.page(cursor, asked, None, 100)
    assert [one.place for one in found] == [one.place for one in do(trail.page, asked, None, 100)]
    assert len(found) > 2
