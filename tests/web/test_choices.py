"""A list of a form: nothing chosen, or what its page offered yesterday, is refused and nothing noted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.people.house import rows
from tests.web.test_collection_cases import DONE, REF, Scene, begun_case, page, scene, today

from motocho.outside import clock

__all__ = ["scene"]

NOTHING = "何も選ばれていません"
TABLES = (
    "care_approval", "care_counsel", "care_counsel_end", "care_visit", "care_visit_log",
    "care_legal_step", "contact_counterpart", "contact_hold",
)  # fmt: skip
NOTICE = {
    "sender": "lawyer", "proceeding": "out_of_court", "office": "法田法律事務所", "name": "法田 守",
    "registration": "12345", "phone": "", "case_ref": "", "road": "letter", "document_ref": "",
}  # fmt: skip
PERSON = {
    "whom": "guardian", "proof": "register", "proof_on": "2026/11/1", "person": "後見太郎",
    "office": "帳面事務所", "phone": "03-5555-0123", "address": "",
}  # fmt: skip


def counts() -> list[Any]:
    found = []
    for name in TABLES:
        known = rows("SELECT to_regclass(%s)::text", name)
        found.append(rows(f"SELECT count(*) FROM {name}") if known != [(None,)] else None)
    return found


def forms(scene: Scene) -> dict[str, tuple[str, dict[str, str], tuple[str, ...]]]:
    """Each form: its address, what it takes, which of its boxes are lists."""
    number = scene.key.agreement_id
    settle = {"road": "voice", "agreed_on": today(), "reason": "収入が減った"}
    plan = {"agreement": f"{number}", "planned_on": f"{clock.now() + timedelta(days=1):%Y/%m/%d}", "planned_time": "12:00",
            "reason": "手紙が戻る"}  # fmt: skip
    step = {"step": "order_applied", "court": "東京簡易裁判所", "reason": "返済がない"}
    off = {"cause": "no_means", "reason": "生活保護"}
    person = f"/desk/members/{scene.key.member_id}/call/counterparts/"
    return {
        "settle": (f"{scene.at}settlement/{number}/?paid=160000&instalment=10000", settle,
                   ("road",)),
        "write_off": (f"{scene.at}write-off/{number}/", off, ("cause",)),
        "notice": (f"{scene.at}counsel/", NOTICE | {"received_on": today()},
                   ("sender", "proceeding", "road")),
        "plan": (f"{scene.at}visits/", plan, ("agreement", "second")),
        "begin": (f"{scene.at}legal/{number}/", step, ("step",)),
        "counterpart": (person, PERSON, ("whom", "proof")),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["settle", "write_off", "notice", "plan", "begin", "counterpart"])
def test_nothing_chosen_or_what_is_not_offered_is_refused_and_nothing_noted(
    scene: Scene, name: str
) -> None:
    address, typed, lists = forms(scene)[name]
    before = counts()
    client = scene.operator.client
    for one in lists:
        for given in ({}, {one: "stale"}, {one: ""}):
            if one == "second" and given.get(one) != "stale":
                continue  # alone is one of the choices
            sent = {key: value for key, value in typed.items() if key != one} | given
            answer = client.post(address, sent | {"ref": REF})
            assert answer.status_code == 422, (one, given)
            assert NOTHING in page(answer)
            for key, value in sent.items():
                kept = f'value="{value}"' in page(answer) or value in page(answer)
                assert kept or key == one, f"{key} is kept"
    assert counts() == before
    assert client.post(address, typed | {"ref": REF}).status_code == 302
    assert counts() != before


def test_an_end_of_counsel_needs_its_reason(scene: Scene) -> None:
    client = scene.operator.client
    taken = client.post(f"{scene.at}counsel/", NOTICE | {"received_on": today(), "ref": REF})
    assert taken.status_code == 302
    at = f"{scene.at}counsel/1/end/"
    typed = {"ended_on": today(), "words": "辞任の通知", "ref": DONE + "4"}
    assert client.get(at).status_code == 200
    for given in ({}, {"why": "stale"}):
        answer = client.post(at, typed | given)
        assert answer.status_code == 422
        assert NOTHING in page(answer)
        assert "辞任の通知" in page(answer)
    assert rows("SELECT count(*) FROM care_counsel WHERE ended_on IS NOT NULL") == [(0,)]


def test_a_stale_page_of_a_case_in_court_notes_no_other_step(scene: Scene) -> None:
    """What may follow changed under the page: the step of yesterday is not taken as the first one."""
    at = begun_case(scene)
    typed = {"taken_on": today(), "court": "東京簡易裁判所", "note": "yes"}
    for given in ({}, {"step": "judgment"}, {"step": "seizure_served"}):
        answer = scene.operator.client.post(at, typed | given | {"ref": DONE + "6"})
        assert answer.status_code == 422
        assert NOTHING in page(answer)
    assert rows("SELECT count(*) FROM care_legal_step") == [(1,)]
    served = typed | {"step": "order_served", "ref": DONE + "6"}
    for _ in range(2):  # the same sending twice is one step, though it is not offered any more
        assert scene.operator.client.post(at, served)["Location"] == at
    assert rows("SELECT count(*) FROM care_legal_step") == [(2,)]
