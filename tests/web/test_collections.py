"""Arrears at the desk: counts with zeros, a member's steps, a supervisor's word, who collects."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from tests.database import Database
from tests.people.house import kinds_of, rows
from tests.web.browsing import DESKTOP, Device
from tests.web.membership import Site, do
from tests.web.office import browser, joined, seated
from tests.web.test_facts_browser import enter_desk, on_both_sizes

from motocho.care.collections import carrying, stages
from motocho.care.collections.carrying import Office
from motocho.care.collections.stages import Stage
from motocho.care.collections.strategy import Way
from motocho.config import _collections
from motocho.contact import counterparts
from motocho.contact.counterparts import Proof, Reach, Told
from motocho.contact.directory import shipped
from motocho.contact.guard import Whom
from motocho.contact.holds import Source
from motocho.documents import addressees, archive
from motocho.documents.addressees import Registered
from motocho.kernel.schedule import Scheme
from motocho.loans import commands
from motocho.loans.commands import Key, Made
from motocho.outside import clock
from motocho.outside.mail import FolderPost
from motocho.outside.sms import FolderCarrier
from motocho.people.access import Role
from motocho.people.facts.values import Address, Kind

MakeDevice = Callable[..., Device]
BUTTON = re.compile(r'name="ref" value="([^"]+)"><input type="hidden" name="about" value="(\d+)"')


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Site:
    return Site.at(tmp_path)


class Debtor:
    """A member who is late, decided about and posted to on days of the past, up to today."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.today = clock.now().date()
        self.folder = folder
        member, _ = site.member()
        self.member_id, self.number = member.member_id, member.member_number
        home = Address("1000001", "東京都千代田区千代田1-1")
        site.house.tell(self.member_id, Kind.ADDRESS, home, at=clock.now() - timedelta(days=140))
        opened = self.today - timedelta(days=140)
        self.key: Key = site.desk.open(
            opened, scheme=Scheme.MONTHLY, day=25, member_id=self.member_id
        )
        site.desk.draw(self.key, 200_000, opened)

    def night(self, back: int) -> Stage | None:
        """What the night before a day so long ago decided."""
        on = self.today - timedelta(days=back)
        before = len(do(stages.of_members, [self.member_id]))
        at = clock.now() - timedelta(days=back)
        made = Made("close", f"night {back}", on - timedelta(days=1), at, "close")
        do(stages.decide, [self.key], made)
        found = do(stages.of_members, [self.member_id])
        return found[-1] if len(found) > before else None

    def night_of_today(self) -> Stage | None:
        """The same of this morning."""
        return self.night(0)

    def carried(self, back: int) -> None:
        """The worker's day, and the post's."""
        at = (clock.now() - timedelta(days=back)).replace(hour=11)
        office = Office(
            FolderPost(self.folder / "m"), FolderCarrier(self.folder / "s"), shipped(),
            _collections.tell, lambda: at,
        )  # fmt: skip
        for one in do(stages.of_members, [self.member_id]):
            if not one.has_ended and one.way is not Way.ACCELERATION:
                carrying.carry(one.key, office)
        for letter in do(archive.waiting):
            if do(archive.addressed, letter, "staff 1", at) is not None:
                do(archive.posted, [letter], "staff 1", at)

    def to_the_end(self) -> Stage:
        """A demand, a notice, and the step of a person: day after day, whatever the season."""
        late: int = do(stages.outlook, self.member_id, self.today)[0].days_late
        for back in range(late - 45, -1, -1):
            stage = self.night(back)
            if stage is not None and stage.way is Way.ACCELERATION:
                return stage
            self.carried(back)
        raise AssertionError


@pytest.fixture
def debtor(house: Site, tmp_path: Path) -> Debtor:
    return Debtor(house, tmp_path)


def address(debtor: Debtor) -> str:
    return f"/desk/members/{debtor.member_id}/stages/"


def test_the_list_shows_zeros_and_nothing_of_a_member(debtor: Debtor) -> None:
    seat = seated("tanaka", Role.OPERATOR)
    empty = seat.client.get("/desk/collections/").content.decode()
    assert len(re.findall('<td class="number"[^>]*>0</td>', empty)) == 4 * len(Way)
    debtor.night(2)
    found = seat.client.get("/desk/collections/?way=demand").content.decode()
    assert address(debtor) in found
    assert debtor.number not in found
    assert "佐藤" not in found


def test_a_members_steps_say_what_comes_and_why_it_waits(debtor: Debtor) -> None:
    seat = seated("tanaka", Role.OPERATOR)
    assert "まだ何も決まっていません" in seat.client.get(address(debtor)).content.decode()
    on = clock.now().date()
    made = Made("desk", "promise", on, clock.now(), "staff 1")
    do(commands.promise, debtor.key, 10_000, on + timedelta(days=3), made)
    found = seat.client.get(address(debtor)).content.decode()
    assert "お支払約束の期間中" in found
    assert kinds_of(debtor.member_id)[-1] == "staff_access"


def test_members_apart_are_not_there(debtor: Debtor) -> None:
    own = seated("suzuki", Role.OPERATOR, own_member_id=debtor.member_id)
    assert own.client.get(address(debtor)).status_code == 404
    assert own.client.get("/desk/members/999999/stages/").status_code == 404
    administrator = seated("ito", Role.ADMINISTRATOR)
    assert administrator.client.get(address(debtor)).status_code in {403, 409}
    assert browser().get(address(debtor)).status_code == 302


def test_a_supervisor_decides_and_nobody_else(debtor: Debtor) -> None:
    stage = debtor.to_the_end()
    operator = seated("tanaka", Role.OPERATOR)
    page = operator.client.get(address(debtor)).content.decode()
    assert 'value="accelerate"' not in page
    wanted = {"do": "accelerate", "about": str(stage.key.stage_no), "ref": "r" * 20}
    operator.client.post(address(debtor), wanted)
    assert "accelerated" not in kinds_of(debtor.member_id)
    boss = seated("kato", Role.SUPERVISOR)
    shown = boss.client.get(address(debtor)).content.decode()
    found = BUTTON.search(shown)
    assert found is not None
    wanted |= {"ref": found[1], "about": found[2]}
    assert boss.client.post(address(debtor), wanted).status_code == 302
    again = boss.client.post(address(debtor), wanted)
    assert again.status_code == 409
    assert kinds_of(debtor.member_id).count("accelerated") == 1
    assert "判断できる状態ではありません" in again.content.decode()


def test_a_demand_that_never_left_stands_on_the_list_until_it_is_made_anew(debtor: Debtor) -> None:
    seat = seated("tanaka", Role.OPERATOR)
    late = do(stages.outlook, debtor.member_id, debtor.today)[0].days_late
    stage = debtor.night(late - 45)
    assert stage is not None
    assert stage.way is Way.DEMAND
    at = (clock.now() - timedelta(days=late - 45)).replace(hour=11)
    office = Office(
        FolderPost(debtor.folder / "m"), FolderCarrier(debtor.folder / "s"), shipped(),
        _collections.tell, lambda: at,
    )  # fmt: skip
    carrying.carry(stage.key, office)
    listed = seat.client.get("/desk/collections/").content.decode()
    assert "もう発送できません" in listed
    assert address(debtor) in listed
    assert 'value="again"' in seat.client.get(address(debtor)).content.decode()
    wanted = {"do": "again", "about": str(stage.key.stage_no), "ref": "a" * 20}
    done = seat.client.post(address(debtor), wanted)
    assert done.status_code == 302
    assert seat.client.post(address(debtor), wanted).status_code == 409
    assert len(do(archive.waiting)) == 2
    assert "もう発送できません" not in seat.client.get("/desk/collections/").content.decode()


@pytest.mark.rule("COLL-016")
def test_who_collects_is_given_in_writing_under_ones_own_name(debtor: Debtor) -> None:
    seat = seated("tanaka", Role.OPERATOR)
    auditor = seated("ono", Role.AUDITOR)
    page = seat.client.get(address(debtor)).content.decode()
    found = BUTTON.search(page)
    assert found is not None
    wanted = {"do": "identify", "ref": found[1], "about": found[2]}
    auditor.client.post(address(debtor), wanted)
    assert rows("SELECT FROM care_identification") == []
    answers = [seat.client.post(address(debtor), wanted)["Location"] for _ in range(2)]
    assert answers[0] == answers[1]
    assert rows("SELECT staff_id FROM care_identification") == [(seat.staff_id,)]
    assert "郵送待ちに入れました" in seat.client.get(answers[0]).content.decode()
    assert [one.kind for one in do(archive.waiting)] == [archive.Kind.IDENTIFICATION]


def test_texts_demands_and_letters_that_left_stand_in_the_members_history(debtor: Debtor) -> None:
    """As often as they left, by their ways; a letter under its title, and no word of any of them."""
    late = do(stages.outlook, debtor.member_id, debtor.today)[0].days_late
    for back in range(late, late - 21, -1):
        debtor.night(back)
        debtor.carried(back)
    debtor.to_the_end()
    seat = seated("tanaka", Role.OPERATOR)
    shown = seat.client.get(f"/desk/members/{debtor.member_id}/?group=mails").content.decode()
    lines = [
        re.sub(r"<[^>]+>", "", one) for one in re.findall("<li><time.*?</li>", shown, re.DOTALL)
    ]
    left = dict(rows("SELECT way, count(*) FROM care_stage JOIN care_stage_try USING (member_id,"
                     " stage_no) WHERE state = 'done' GROUP BY way"))  # fmt: skip
    assert left[Way.SMS.value]
    assert sum("督促のSMSを送信" in one for one in lines) == left[Way.SMS.value]
    assert sum("督促のメールを送信" in one for one in lines) == left.get(Way.DEMAND_MAIL.value, 0)
    posted = rows("SELECT title FROM documents_paper JOIN documents_post USING (member_id, paper_no)"
                  " WHERE posted_at IS NOT NULL")  # fmt: skip
    assert posted
    assert sum("書面の発送" in one for one in lines) == len(posted)
    for (title,) in posted:
        assert any(title in one for one in lines if "書面の発送" in one), title
    assert "200,000" not in shown


@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.parametrize(
    ("paper", "tongue"), [("light", "ja"), ("dark", "en"), ("dark", "ja"), ("light", "en")]
)
def test_pages_in_a_browser(device: MakeDevice, debtor: Debtor, paper: str, tongue: str) -> None:
    """Both pages on both sizes, axe and width checked; a supervisor decides by keyboard alone."""
    debtor.to_the_end()
    seat = joined("kato", Role.SUPERVISOR)
    one = device(color_scheme=paper, viewport=DESKTOP, tongue=tongue)
    enter_desk(one.page, seat)
    one.page.goto("/desk/collections/?way=acceleration")
    on_both_sizes(one.page, f"collections-{tongue}-{paper}")
    one.page.focus("main a.row-link[href*='/stages/']")
    one.page.keyboard.press("Enter")
    one.page.wait_for_selector("main dl.pairs")
    on_both_sizes(one.page, f"stages-{tongue}-{paper}")
    if tongue == "en":
        assert not re.search("[ぁ-ん]{2}", one.page.locator("main").inner_text())
    one.page.focus('button[value="decline"]')
    one.page.keyboard.press("Enter")
    one.page.wait_for_url("**decided=yes")
    assert not one.page.query_selector('button[value="decline"]')
    assert one.complaints == []


@pytest.mark.rule("COLL-008")
def test_a_demand_to_who_is_registered_is_made_by_one_button(debtor: Debtor) -> None:
    seat = seated("tanaka", Role.OPERATOR)
    at = address(debtor)
    assert "代理人などあての催告書" not in seat.client.get(at).content.decode()
    reach = Reach("相続 一郎", "", "0312340000", "東京都港区芝1-1", "1050014")
    today = clock.now().date()
    family = Proof.FAMILY_REGISTER
    for source, one in (("f1", reach), ("f2", reach._replace(address="", postcode=""))):
        told = Told(Whom.HEIR, family, today, one)
        do(counterparts.register, debtor.member_id, told, Source("staff 1", source), clock.now())
    shown = seat.client.get(at).content.decode()
    assert "代理人などあての催告書" in shown
    assert reach.address not in shown
    (number,) = re.findall(r'name="other" value="(\d+)"', shown)
    form = {"do": "to_other", "about": debtor.key.agreement_id, "other": number, "ref": "a" * 20}
    made = [seat.client.post(at, form)["Location"] for _ in range(2)]
    assert made[0] == made[1], "the same form again makes one letter"
    (letter,) = [one for one in do(archive.waiting) if one.kind is archive.Kind.DEMAND]
    kept = do(addressees.of_paper, letter.member_id, letter.paper_no)
    assert kept == Registered(Whom.HEIR, int(number))
    wrong = seat.client.post(at, form | {"other": "999999", "ref": "b" * 20})
    assert wrong.status_code == 409
    assert "登録簿に住所のある宛先ではありません" in wrong.content.decode()
    auditor = seated("abe", Role.AUDITOR)
    assert auditor.client.post(at, form | {"ref": "c" * 20}).status_code != 302
    assert len(do(archive.waiting)) == 1
