"""Pages about a member, while who looks is on a call with somebody who is not known yet."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.database import Database
from tests.people.house import rows
from tests.web.full_desk import RIGHT, FullDesk
from tests.web.membership import Site, do
from tests.web.office import seated
from tests.web.test_attacks import patterns

from motocho.care.collections import counsel
from motocho.care.reasons import talks
from motocho.care.reasons.catalogue import Reason
from motocho.care.reasons.talks import Begun, Caller, Wanted
from motocho.contact.directory import shipped
from motocho.contact.holds import Source
from motocho.outside import clock, mail
from motocho.people.access import Role
from motocho.screening import increases
from motocho.screening.eligibility import Asked

NOON = clock.now().replace(hour=12, minute=0, second=0, microsecond=0)
NAME, WHY = "佐藤 花子", "まだ本人確認がすんでいません"
YEN = re.compile(r"[0-9]円")
OF_NOBODY = {"desk:setting", "desk:family"}
"""Pages that tell of no member."""
ELSEWHERE = {
    "desk:check", "desk:memo", "desk:take", "desk:case_note", "desk:counter_act",
    "desk:disclosure_step", "desk:disclosure_label", "desk:in_studio",  # forms alone, that show no page
    "desk:talk", "desk:offer_on_call",  # of a call: they have tests of their own
    "desk:increase",  # of a member who pays in time, below
    "desk:bureau_answer",  # of an answer in doubt: test_registers_desk walks over it
    "desk:application", "desk:application_paper", "desk:application_employment",
    "desk:application_checks", "desk:application_claims", "desk:application_identity", "desk:application_replay",
    "desk:application_conclude",  # of an applicant: test_screening_desk walks over them
}  # fmt: skip
"""What of the desk's addresses of a member is not walked over, and why."""


@pytest.fixture
def full(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FullDesk:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    monkeypatch.setattr(clock, "now", lambda: NOON)
    site = Site.at(tmp_path)
    roles = (Role.SUPERVISOR, Role.REVIEWER, Role.OPERATOR)
    made = FullDesk(site, tmp_path, seated("tanaka", *roles), seated("mori", *roles))
    made.defrauded()
    return made


def test_each_page_about_a_member_is_walked(full: FullDesk) -> None:
    """A new one fails here until it stands in `full_desk`, or says here why it need not."""
    full.defended()
    about = {
        name for name, address, _ in patterns() if "/desk/" in address and "member_id" in address
    }
    assert about - full.addresses.keys() - ELSEWHERE == set()
    assert about >= ELSEWHERE


def main(response: Any) -> str:
    """What is in the page, with its panel, without what stands on every page."""
    text = html.unescape(response.content.decode(errors="replace"))
    return text[text.find("<main") :]


def told_by(response: Any, full: FullDesk) -> set[str]:
    """Which facts of the member a page tells."""
    if "html" not in response.headers.get("Content-Type", ""):
        return {"file"}
    text = main(response)
    found = {one for one in (NAME, full.member.member_number) if one in text}
    return found | ({"yen"} if YEN.search(text) else set())


def walked(full: FullDesk) -> dict[str, Any]:
    """Every page about the member, as the looker has it."""
    kept = {name: one for name, one in full.addresses.items() if name not in OF_NOBODY}
    return {name: full.looker.client.get(address) for name, address in kept.items()}


@pytest.mark.rule("COLL-006")
@pytest.mark.parametrize("direction", ["in", "out"])
def test_no_page_tells_of_the_member_before_the_check_of_the_call(
    full: FullDesk, direction: str
) -> None:
    if direction == "in":  # counsel's word ends calls of ours
        full.defended()
    before = walked(full)
    telling = {name for name, page in before.items() if told_by(page, full)}
    assert len(telling) >= 20, sorted(telling)
    assert all(page.status_code == 200 for page in before.values())
    assert not any(WHY in main(page) for page in before.values())
    if direction == "in":
        full.called(full.looker)
    else:
        caller = Caller("田中", f"staff {full.looker.staff_id}")
        wanted = Wanted(Reason.REGISTERED_DATA, caller, shipped())
        assert isinstance(do(talks.begin, full.member_id, wanted, NOON), Begun)
    for name, page in walked(full).items():
        assert told_by(page, full) == set(), name
        if name in telling:
            assert WHY in main(page), name
            assert f"{full.home}#check" in main(page), name
    assert full.looker.client.post(f"{full.home}check/", RIGHT)["Location"] == full.home
    for name, page in walked(full).items():
        assert told_by(page, full) >= told_by(before[name], full), name
        assert WHY not in main(page), name


@pytest.mark.rule("PRIV-003")
def test_colleagues_without_a_call_look_by_their_purpose_as_before(full: FullDesk) -> None:
    full.called(full.looker)
    address = full.addresses["desk:collection"]
    assert NAME in main(full.other.client.get(address))
    full.looker.client.get(address)
    looks = rows("SELECT actor, purpose FROM journal_row WHERE kind = 'staff_access'"
                 " ORDER BY row_id DESC LIMIT 2")  # fmt: skip
    ((number,),) = rows("SELECT max(attempt_id) FROM care_talk")
    assert looks == [
        (f"staff {full.looker.staff_id}", f"call {number}"),
        (f"staff {full.other.staff_id}", "collection"),
    ]


@pytest.mark.rule("COLL-006")
def test_what_is_sent_from_an_older_page_is_not_done_before_the_check(full: FullDesk) -> None:
    full.called(full.looker)
    count = "SELECT count(*), (SELECT count(*) FROM care_approval_decision) FROM care_approval"
    before = rows(count)
    form = {"road": "voice", "agreed_on": f"{NOON:%Y/%m/%d}", "reason": "減収", "ref": "x" * 20}
    for name in ("desk:settlement", "desk:write_off", "desk:approval", "desk:stages"):
        answer = full.looker.client.post(full.addresses[name], form | {"say": "agreed"})
        assert answer.status_code == 409, name
        assert "何も保存していません" in main(answer), name
        assert told_by(answer, full) == set(), name
    assert rows(count) == before


@pytest.mark.rule("COLL-010")
def test_a_notice_of_counsel_is_taken_in_at_once_from_whoever_calls(full: FullDesk) -> None:
    """It stops everything: that does not wait for the member's answers."""
    full.called(full.looker)
    form = {
        "sender": "lawyer", "proceeding": "out_of_court", "office": "丸の内法律事務所",
        "name": "法田守", "registration": "12345", "phone": "", "case_ref": "", "road": "phone",
        "received_on": f"{NOON:%Y/%m/%d}", "document_ref": "", "ref": "n" * 20,
    }  # fmt: skip
    taken = full.looker.client.post(full.addresses["desk:counsel"], form)
    assert taken["Location"] == full.addresses["desk:collection"]
    assert len(do(counsel.standing, full.member_id)) == 1


@pytest.mark.rule("COLL-006")
def test_a_check_that_ran_out_masks_again(full: FullDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    full.called(full.looker)
    full.looker.client.post(f"{full.home}check/", RIGHT)
    address = full.addresses["desk:collection"]
    assert NAME in main(full.looker.client.get(address))
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(minutes=31))
    full.looker.client.cookies.clear()
    full.looker.sign_in()
    assert told_by(full.looker.client.get(address), full) == set()


@pytest.mark.rule("COLL-006")
def test_an_application_is_masked_before_the_check(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    site = Site.at(tmp_path)
    member = site.house.member(at=clock.now() - timedelta(days=300))
    key = site.desk.open(
        clock.now().date() - timedelta(days=270), 300_000, member_id=member.member_id
    )
    site.desk.draw(key, 100_000, clock.now().date() - timedelta(days=20))
    asked, form = Asked(600_000, 4_000_000), Source("member", "form 1")
    kept = do(increases.apply, key, asked, form, clock.now())
    assert isinstance(kept, increases.Increase)
    seat = seated("tanaka", Role.OPERATOR)
    address = f"/desk/increases/{member.member_id}/{kept.increase_id}/"
    assert "600,000円" in main(seat.client.get(address))
    seat.client.post("/desk/inbound/", {"member": f"{member.member_id}"})
    masked = main(seat.client.get(address))
    assert "円" not in masked
    assert WHY in masked
