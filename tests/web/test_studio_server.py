"""The studio on the lender's server: for whose case it is, and nobody else."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.database import Database
from tests.people.house import rows
from tests.web.full_desk import RIGHT, FullDesk
from tests.web.membership import Site, do
from tests.web.office import Seat, seated
from tests.web.test_attacks import NOBODYS, addresses, bare

from motocho.loans import queries
from motocho.loans.commands import Key
from motocho.office import cases, lender, owned
from motocho.office.owned import Opener
from motocho.outside import clock, mail
from motocho.people import access
from motocho.people.access import Role, Staff
from motocho.people.members import Member
from motocho.units.money import yen_text
from motocho.web.studio import _guests

NOON = clock.now().replace(hour=12, minute=0, second=0, microsecond=0)
PAGES = (
    "", "rows/", "conventions/", "compare/", "contracts/", "chart/", "log/", "outlook/",
    "papers/", "papers/recalculation/", "proof/", "export/",
)  # fmt: skip
"""The pages of a case that a person looks at."""


@pytest.fixture
def site(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    monkeypatch.setattr(clock, "now", lambda: NOON)
    return Site.at(tmp_path)


def entered(site: Site, client: Client) -> tuple[Member, Key, int]:
    """A member in their own case, by the button of their history and the code that it asks for."""
    member, key = site.enter(client)
    address = f"/member/dealings/{key.agreement_id}/"
    assert f'action="{address}studio/"' in client.get(address).content.decode()
    led = client.post(f"{address}studio/")
    assert led["Location"] == f"{address}whole/?studio"
    assert 'name="then" value="studio"' in client.get(led["Location"]).content.decode()
    opened = site.check(client, member, key, "studio")
    found = re.fullmatch(r"/studio/cases/(\d+)/", opened["Location"])
    assert found, opened["Location"]
    return member, key, int(found[1])


def by_house(seat: Seat, key: Key) -> int:
    """The house's case, by the button of the recalculation."""
    page = seat.client.get(f"/desk/members/{key.member_id}/recalculated/{key.agreement_id}/")
    address = f"/desk/members/{key.member_id}/studio/{key.agreement_id}/"
    assert f'action="{address}"' in page.content.decode()
    return int(str(seat.client.post(address)["Location"]).split("/")[3])


def text(response: Any) -> str:
    assert response.status_code == 200, response.content.decode()[:400]
    return html.unescape(response.content.decode())


def book(key: Key) -> dict[str, Any]:
    found: dict[str, Any] = do(queries.history_case, key, NOON.date()).document()
    return found


def of_studio(case_id: int | str, **known: str) -> Iterator[tuple[str, str]]:
    """Every address of the studio on the server."""
    named = {f"studio:{name}": value for name, value in known.items()}
    found = addresses(document_ref="x" * 22, **{"studio:case_id": str(case_id), **named})
    return ((name, address) for name, address in found if address.startswith("/studio/"))


# ------------------------------------------------------------------------------------ one tap
def test_a_member_works_in_a_case_of_their_own_and_the_book_stays(
    client: Client, site: Site
) -> None:
    _, key, case_id = entered(site, client)
    before = book(key)
    statement = lender.statement_of(do(lender.own_history, key, NOON.date()), {})
    bench = text(client.get(f"/studio/cases/{case_id}/"))
    assert f"{yen_text(int(statement.result.owed_yen))}円" in bench
    state = client.get(f"/studio/cases/{case_id}/bench.json").json()
    assert len(state["rows"]) == len(statement.rows)
    row = next(one for one in state["rows"] if one.get("repay"))
    cell = {"id": row["id"], "column": "repay", "text": "99000"}
    sent = {"expected_seq": state["seq"], "operations": [
        {"op": "set_cells", "cells": [cell], "source": "typed"}]}  # fmt: skip
    address = f"/studio/cases/{case_id}/bench/write/"
    answer = client.post(address, sent, content_type="application/json")
    assert answer.status_code == 200
    changed = cases.load(case_id).statement().result
    assert changed.owed_yen != statement.result.owed_yen
    assert book(key) == before
    logged = text(client.get(f"/studio/cases/{case_id}/log/"))
    assert "<td>会員</td>" in logged
    again = client.post(f"/member/dealings/{key.agreement_id}/studio/")
    assert again["Location"] == f"/studio/cases/{case_id}/"


def test_nobody_writes_that_the_book_has_it_so(client: Client, site: Site) -> None:
    _, _, case_id = entered(site, client)
    address, seq = f"/studio/cases/{case_id}/bench/write/", cases.load(case_id).seq
    cell = {"id": cases.load(case_id).rows[2].row_id, "column": "repay", "text": "99000"}
    false = (
        {"op": "put_rows", "rows": [{"date": "2026-01-01", "source": "book"}], "before": None},
        {"op": "set_cells", "cells": [cell], "source": "book"},
    )
    for operation in false:
        sent = {"expected_seq": seq, "operations": [operation]}
        answer = client.post(address, sent, content_type="application/json")
        assert answer.status_code == 422, operation["op"]
    assert cases.load(case_id).seq == seq
    sent = {"expected_seq": seq, "operations": [false[1] | {"source": None}]}
    assert client.post(address, sent, content_type="application/json").status_code == 200
    states = client.get(f"/studio/cases/{case_id}/checks.json").json()["states"]
    assert "fixed" in states.values() or states[cell["id"]] in {"wrong", "look"}


@pytest.mark.parametrize("tongue", ["ja", "easy", "en"])
def test_each_page_is_whole_for_a_member_and_leads_to_what_is_there(
    client: Client, site: Site, tongue: str
) -> None:
    _, _, case_id = entered(site, client)
    client.cookies["tongue"] = tongue
    walked(client, case_id, PAGES)


def test_each_page_is_whole_for_a_colleague(site: Site) -> None:
    _, key = site.member()
    seat = seated("ueda", Role.OPERATOR)
    case_id = by_house(seat, key)
    walked(seat.client, case_id, PAGES)
    papers = text(seat.client.get(f"/studio/cases/{case_id}/papers/"))
    assert "papers/recalculation/" in papers
    assert "repayment_demand" not in papers
    for closed in ("papers/repayment_demand/", "papers/repayment_demand.pdf", "papers/pack.zip",
                   "papers/filing.pdf", "papers/certified/"):  # fmt: skip
        assert seat.client.get(f"/studio/cases/{case_id}/{closed}").status_code == 404, closed


def walked(client: Client, case_id: int, pages: tuple[str, ...]) -> None:
    """Every page, and every link and form of it: none leads nowhere."""
    seen: set[str] = set()
    for page in (
        "/studio/",
        "/studio/glossary/",
        *(f"/studio/cases/{case_id}/{one}" for one in pages),
    ):
        shown = text(client.get(page))
        assert shown.count("<h1") == 1, page
        assert "offline" in shown
        seen |= set(re.findall(r'(?:href|src)="(/[^"#?]*)', shown))
        for action in set(re.findall(r'action="(/studio/[^"#?]*)', shown)):
            assert client.get(action).status_code != 404, f"{page}: {action}"
    for address in sorted(seen):
        if "sign-out" not in address:
            assert client.get(address).status_code in {200, 302}, address


# ------------------------------------------------------------------------------- whose it is
@pytest.mark.rule("PRIV-003")
def test_anothers_case_is_as_none_by_every_address(client: Client, site: Site) -> None:
    theirs = Client(SERVER_NAME="127.0.0.1")
    _, key, their_case = entered(site, theirs)
    member, mine, _ = entered(site, client)
    house = by_house(seated("ueda", Role.OPERATOR), key)
    assert member.member_id != key.member_id
    site.check(client, member, mine)
    loose = cases.open_case({}, actor="studio", at=NOON)
    before = [cases.load(one).seq for one in (their_case, house, loose)]
    asked = 0
    for case_id in (their_case, house, loose):
        pairs = zip(of_studio(case_id), of_studio(NOBODYS), strict=True)
        for (name, address), (_, nowhere) in pairs:
            if address == nowhere:
                continue
            asked += 1
            for send in (client.get, client.post):
                seen, none = send(address), send(nowhere)
                assert seen.status_code == none.status_code == 404, f"{name} {case_id}"
                assert bare(seen, address) == bare(none, nowhere), name
    assert asked > 3 * 40
    assert [cases.load(one).seq for one in (their_case, house, loose)] == before


@pytest.mark.rule("PRIV-003")
@pytest.mark.parametrize("role", [None, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_is_nobody_of_it_finds_no_address_at_all(
    client: Client, site: Site, role: Role | None
) -> None:
    _, key = site.member()
    case_id = by_house(seated("ueda", Role.OPERATOR), key)
    visitor = client if role is None else seated("mori", role).client
    visitor.handler.enforce_csrf_checks = False
    for name, address in of_studio(case_id):
        nowhere = visitor.get("/studio/not/there/")
        for send in (visitor.get, visitor.post):
            seen = send(address)
            assert seen.status_code == 404, name
            assert bare(seen, address) == bare(nowhere, "/studio/not/there/"), name


@pytest.mark.rule("PRIV-003")
def test_the_house_sees_its_own_cases_and_each_look_is_written_down(
    client: Client, site: Site
) -> None:
    _, key, theirs = entered(site, client)
    seat = seated("ueda", Role.OPERATOR)
    ours = by_house(seat, key)
    assert ours != theirs
    for _, address in of_studio(theirs):
        if f"/{theirs}/" in address:
            assert seat.client.get(address).status_code == 404, address
    listed = text(seat.client.get("/studio/"))
    assert f"/studio/cases/{ours}/" in listed
    assert f"/studio/cases/{theirs}/" not in listed
    assert "佐藤" not in listed
    assert "全部で1件" in listed
    before = looks(ours)
    seat.client.get(f"/studio/cases/{ours}/")
    seat.client.get(f"/studio/cases/{ours}/bench.json")
    assert looks(ours) == before + 2
    mine = text(client.get("/studio/"))
    assert f"/studio/cases/{theirs}/" in mine
    assert f"/studio/cases/{ours}/" not in mine


def looks(case_id: int) -> int:
    found = rows(
        "SELECT count(*) FROM journal_row WHERE kind = 'staff_access' AND purpose = %s",
        f"studio {case_id}",
    )
    return int(found[0][0])


@pytest.mark.rule("PRIV-003")
def test_who_is_kept_apart_from_a_member_finds_no_case(site: Site) -> None:
    member, key = site.member()
    case_id = by_house(seated("ueda", Role.OPERATOR), key)
    seat = seated("mori", Role.REVIEWER)
    assert seat.client.get(f"/studio/cases/{case_id}/").status_code == 200
    by = Staff(seated("abe", Role.SUPERVISOR).staff_id, frozenset({Role.SUPERVISOR}), "case 1")
    assert do(access.bar, member.member_id, seat.staff_id, by, NOON) is None
    assert seat.client.get(f"/studio/cases/{case_id}/").status_code == 404
    assert f"/studio/cases/{case_id}/" not in text(seat.client.get("/studio/"))
    address = f"/desk/members/{key.member_id}/studio/{key.agreement_id}/"
    assert seat.client.post(address).status_code == 404


@pytest.mark.rule("AUTH-007")
def test_the_check_counts_for_an_hour_and_for_one_login(
    client: Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    member, key, case_id = entered(site, client)
    address, whole = f"/studio/cases/{case_id}/", f"/member/dealings/{key.agreement_id}/whole/"
    for minutes in range(9, 60, 9):
        monkeypatch.setattr(clock, "now", lambda now=minutes: NOON + timedelta(minutes=now))
        assert client.get(address).status_code == 200, minutes
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(minutes=61))
    assert client.get(address)["Location"] == f"{whole}?studio"
    sent = client.post(f"{address}heads/", {"title": "後から", "seq": "1"})
    assert sent.status_code == 409
    assert "1時間" in sent.content.decode()
    assert site.check(client, member, key, "studio")["Location"] == address
    assert client.get(address).status_code == 200
    other = Client(SERVER_NAME="127.0.0.1")
    site.known(other, member)
    site.sign_in(other, member)
    assert other.get(address)["Location"] == f"{whole}?studio"


# --------------------------------------------------------------------------------- the book's news
def test_what_the_book_has_since_is_told_and_taken_over_by_one_button(
    client: Client, site: Site
) -> None:
    _, key, case_id = entered(site, client)
    address = f"/studio/cases/{case_id}/"
    assert "帳簿の内容が変わりました" not in text(client.get(address))
    site.desk.receive(key, 30_000, NOON.date())
    told = text(client.get(address))
    assert "帳簿の内容が変わりました" in told
    before = cases.load(case_id)
    assert client.post(f"{address}book/", {"seq": str(before.seq)})["Location"] == address
    assert "帳簿の内容が変わりました" not in text(client.get(address))
    statement = lender.statement_of(do(lender.own_history, key, NOON.date()), {})
    assert cases.load(case_id).statement().result.owed_yen == statement.result.owed_yen
    client.post(f"{address}log/back/", {"to": str(before.seq), "seq": str(cases.load(case_id).seq)})
    assert cases.load(case_id).rows == before.rows
    assert client.post(f"{address}book/", {"seq": "1"}).status_code == 409


# ------------------------------------------------------------------------------------- bounds
def test_a_member_sends_no_file_and_not_without_end(
    client: Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, case_id = entered(site, client)
    address = f"/studio/cases/{case_id}/"
    seq = cases.load(case_id).seq
    with (Path(__file__)).open("rb") as file:
        sent = client.post(f"{address}proof/", {"theirs": "", "sheet": file})
    assert sent.status_code == 409
    assert "ファイルを受け取りません" in sent.content.decode()
    monkeypatch.setattr(owned._bounds, "MOST_ENTRIES", seq)
    full = client.post(f"{address}heads/", {"title": "もう一つ", "seq": str(seq)})
    assert full.status_code == 409
    assert "上限" in full.content.decode()
    monkeypatch.undo()
    monkeypatch.setattr(clock, "now", lambda: NOON)
    monkeypatch.setattr(owned, "MOST_ROWS", 1)
    many = {"expected_seq": seq, "operations": [{"op": "put_rows", "rows": [{}], "before": None}]}
    answer = client.post(f"{address}bench/write/", many, content_type="application/json")
    assert answer.status_code == 409
    assert cases.load(case_id).seq == seq


def test_what_belongs_to_an_office_alone_is_not_there(client: Client, site: Site) -> None:
    _, _, case_id = entered(site, client)
    open_names = _guests.FOR_ALL | _guests.FOR_MEMBERS | _guests.OWN
    closed = {
        name for name, _ in of_studio(case_id) if name.removeprefix("studio:") not in open_names
    }
    assert {"studio:intake", "studio:arrive", "studio:unlock", "studio:office", "studio:import",
            "studio:enter", "studio:bundle", "studio:exhibit", "studio:template"} <= closed  # fmt: skip
    for name, address in of_studio(case_id):
        if name in closed:
            assert client.get(address).status_code == client.post(address).status_code == 404, name


def test_a_case_that_was_taken_along_opens_in_a_studio_of_ones_own(
    client: Client, site: Site
) -> None:
    _, _, case_id = entered(site, client)
    words = {"passphrase": "長い合言葉をここに置く", "again": "長い合言葉をここに置く"}
    sealed = client.post(f"/studio/cases/{case_id}/export/", words)
    assert sealed.status_code == 200
    before = cases.load(case_id)
    arrived = cases.import_case(sealed.content, words["passphrase"])
    assert arrived.case_id == case_id  # the same database: nothing is lost, nothing doubled
    assert cases.load(case_id).rows == before.rows
    owner = do(owned.owner_of, case_id)
    assert owner is not None
    assert owner.by is Opener.MEMBER


# ------------------------------------------------------------------------------- from the desk
@pytest.fixture
def full(site: Site, tmp_path: Path) -> FullDesk:
    roles = (Role.SUPERVISOR, Role.REVIEWER, Role.OPERATOR)
    return FullDesk(site, tmp_path, seated("tanaka", *roles), seated("mori", *roles))


def test_one_tap_from_the_disclosure_the_claim_and_the_recalculation(full: FullDesk) -> None:
    address = f"/desk/members/{full.member_id}/studio/{full.settled.agreement_id}/"
    for name in ("desk:disclosure", "desk:claim", "desk:recalculated"):
        assert f'action="{address}"' in text(full.looker.client.get(full.addresses[name])), name
    opened = [
        full.looker.client.post(address)["Location"],
        full.other.client.post(address)["Location"],
    ]
    assert opened[0] == opened[1]
    case_id = int(opened[0].split("/")[3])
    statement = lender.statement_of(do(lender.own_history, full.settled, NOON.date()), {})
    made = cases.load(case_id).statement()
    assert made.result.claim_yen == statement.result.claim_yen
    assert made.result.owed_yen == statement.result.owed_yen
    shown = full.looker.client.get(full.addresses["desk:recalculated"]).content.decode()
    for row in made.rows:
        if not row.overpayment_yen:
            assert yen_text(int(row.outstanding_principal_yen)) in shown
    title = {"title": "変えた題", "seq": str(cases.load(case_id).seq)}
    assert full.other.client.post(f"/studio/cases/{case_id}/heads/", title).status_code == 302
    logged = text(full.looker.client.get(f"/studio/cases/{case_id}/log/"))
    assert "<td>Tanaka</td>" in logged
    assert "<td>Mori</td>" in logged


@pytest.mark.rule("COLL-006")
def test_a_case_waits_for_the_identity_check_of_ones_own_call(full: FullDesk) -> None:
    case_id = by_house(full.looker, full.settled)
    addresses_of = [f"/studio/cases/{case_id}/{one}" for one in (*PAGES, "bench.json", "checks.json",
                    "table.csv", "papers/recalculation.pdf")]  # fmt: skip
    seq = cases.load(case_id).seq
    full.called(full.looker)
    for address in addresses_of:
        shown = full.looker.client.get(address).content.decode()
        assert "まだ本人確認がすんでいません" in shown, address
        assert "佐藤 花子" not in shown
        assert full.member.member_number not in shown
        assert "200,000" not in shown
        assert "200000" not in shown
    sent = full.looker.client.post(
        f"/studio/cases/{case_id}/heads/", {"title": "x", "seq": str(seq)}
    )
    assert sent.status_code == 409
    assert cases.load(case_id).seq == seq
    again = f"/desk/members/{full.member_id}/studio/{full.settled.agreement_id}/"
    assert full.looker.client.post(again).status_code == 409
    assert "佐藤 花子" in text(full.other.client.get(addresses_of[0]))
    full.looker.client.post(f"{full.home}check/", RIGHT)
    assert "佐藤 花子" in text(full.looker.client.get(addresses_of[0]))


@pytest.mark.rule("AUTH-010")
def test_a_case_is_looked_at_and_not_changed_in_the_hours_of_maintenance(
    client: Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monday = (NOON - timedelta(days=NOON.weekday())).replace(hour=0, minute=55)
    monkeypatch.setattr(clock, "now", lambda: monday)
    _, key, case_id = entered(site, client)
    address, seq = f"/studio/cases/{case_id}/", cases.load(case_id).seq
    monkeypatch.setattr(clock, "now", lambda: monday + timedelta(minutes=6))
    assert client.get(address).status_code == 200
    assert client.post(f"{address}heads/", {"title": "x", "seq": str(seq)}).status_code == 503
    opening = f"/member/dealings/{key.agreement_id}/studio/"
    assert client.post(opening).status_code == 503
    assert cases.load(case_id).seq == seq
