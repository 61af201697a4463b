"""The desk's page of cards that came back, reached from the list of the day."""

from __future__ import annotations

from html import unescape
from pathlib import Path
from typing import Any

import pytest
from tests.database import Database
from tests.people.test_card_orders import HOME
from tests.web.membership import Site, do
from tests.web.office import seated

from motocho.contact import tasks
from motocho.contact.holds import Source
from motocho.notices import carding
from motocho.outside import clock, mail
from motocho.people import card_orders
from motocho.people.access import Role
from motocho.people.card_orders import Cause, Step, Wanted
from motocho.people.facts.values import Kind


@pytest.fixture
def site(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Site.at(tmp_path)


def text_of(answer: Any) -> str:
    return unescape(answer.content.decode())


def test_a_returned_card_leads_from_today_to_its_end(site: Site) -> None:
    reviewer, operator = seated("mori", Role.REVIEWER), seated("suzuki", Role.OPERATOR)
    member, _ = site.member()
    site.house.tell(member.member_id, Kind.ADDRESS, HOME, at=clock.now())
    at, today = clock.now(), clock.business_date()
    key = do(card_orders.order, member.member_id, Wanted(Cause.FIRST), ("member", "a"), at)
    for step in (Step.HANDED, Step.SENT, Step.RETURNED):
        do(card_orders.note, key, step, (today, "worker"), at)
    plan = tasks.Plan(tasks.Kind.FOLLOW_UP, facts={carding.RETURNED: key.order_id})
    do(tasks.put, member.member_id, plan, Source("worker", "card"), at)
    assert "カードが戻ってきた" in text_of(operator.client.get("/desk/today/"))
    page = f"/desk/members/{member.member_id}/cards/"
    assert page in text_of(operator.client.get(f"/desk/members/{member.member_id}/"))
    seen = text_of(operator.client.get(page))
    assert "もう一枚送るのは、審査の担当者か責任者です" in seen
    assert 'value="sent_again"' not in seen  # no button that only refuses
    again = {"do": "sent_again", "order": str(key.order_id), "ref": "call 7"}
    assert operator.client.post(page, again).status_code == 422
    assert reviewer.client.post(page, again | {"ref": ""}).status_code == 422
    assert reviewer.client.post(page, {"do": "kept", "order": "x"}).status_code == 422
    done = reviewer.client.post(page, again)
    assert done["Location"].endswith("?done=yes")
    after = text_of(reviewer.client.get(page))
    assert "もう一枚送った" in after
    assert "call 7" in after
    assert 'value="destroyed"' not in after
    assert "カードが戻ってきた" not in text_of(operator.client.get("/desk/today/"))
    assert reviewer.client.post(page, again).status_code == 422  # a second form
