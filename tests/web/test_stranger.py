"""The whole way without a script: a stranger applies, is screened at the desk, agrees, sets a PIN, and draws."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.database import Database
from tests.documents.files import photo
from tests.loans.crowd import do
from tests.notices.posting import mails, plain, work
from tests.people.house import rows
from tests.screening.applications.office import Office, noon
from tests.web.applying import ANSWERS, Applicant
from tests.web.borrowing import carry, main
from tests.web.office import Seat, seated
from tests.web.screened import Screened, page_of

from motocho.outside import clock, mail, teller
from motocho.outside.teller import Fate
from motocho.people.access import Role
from motocho.screening.applications import ApplicationKey
from motocho.screening.applying import Slot, handing

HOME = "東京都千代田区千代田1-1"
SUZUKI = {
    **ANSWERS,
    "birthday": {"born_on": "1980/2/3"},
    "name": {"family_name": "鈴木", "given_name": "一郎", "family_kana": "すずき", "given_kana": "いちろう"},
    "phone": {"phone": "090-8888-0000"},
    "income": {"yearly": "600万"},
    "delivery": {"say": "agree"},
}  # fmt: skip
PIN = "7305"


@dataclass
class Way:
    """Who stands on it: the applicant, who enters, who approves; and the house's worker."""

    office: Office
    applicant: Applicant
    enterer: Seat
    approver: Seat
    folder: Path

    @property
    def key(self) -> ApplicationKey:
        ((member_id, application_id),) = rows(
            "SELECT member_id, application_id FROM screening_application"
        )
        return ApplicationKey(member_id, application_id)

    def hand_in(self, slot: str) -> None:
        picture = self.folder / f"{slot}.jpg"
        picture.write_bytes(photo())
        with picture.open("rb") as file:
            done = self.applicant.client.post(f"/apply/status/papers/{slot}/", {"page": file})
        assert done.status_code == 302, main(done)

    def document(self, slot: Slot) -> str:
        (ref,) = [one.document_ref for one in do(handing.of, self.key) if one.slot is slot]
        return ref

    def enter(self, part: str, form: dict[str, str]) -> None:
        """A form of the desk that is taken."""
        self.enterer.sign_in()
        done = self.enterer.client.post(page_of(self.key, part), form)
        assert done.status_code == 302, main(done)

    def state(self) -> str:
        return main(self.applicant.client.get("/apply/status/"))

    def later(self, minutes: int) -> None:
        self.office.counter.later(minutes=minutes)

    def link(self, beginning: str) -> str:
        """Where the newest mail leads that is of this kind."""
        work(self.folder / "sent", self.office.at)
        found = [
            one[1]
            for one in (re.search(r"https?://[^/\s]+(/joining/\S+)", plain(each))
                        for each in mails(self.folder / "sent"))
            if one is not None and one[1].startswith(beginning)
        ]  # fmt: skip
        return found[-1]


@pytest.fixture
def way(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Way:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    monkeypatch.setenv(teller.VARIABLE, str(tmp_path / "bank"))
    held: list[Office] = []
    monkeypatch.setattr(clock, "now", lambda: held[0].at if held else noon())
    office = Screened.at(tmp_path, database).office
    held.append(office)
    browser = Client(SERVER_NAME="127.0.0.1")
    applicant = Applicant(tmp_path, browser, answers=SUZUKI)
    seats = seated("rie", Role.REVIEWER), seated("kai", Role.REVIEWER)
    return Way(office, applicant, *seats, tmp_path)


@pytest.mark.rule("LEND-001")
@pytest.mark.rule("DOC-001")
@pytest.mark.rule("KYC-001")
def test_a_stranger_becomes_a_member_who_draws(way: Way) -> None:
    applied(way)
    screened(way)
    agreed(way)
    drawn(way)
    drew = rows("SELECT kind FROM loan_event WHERE kind = 'draw'")
    assert drew == [("draw",)]
    assert rows("SELECT outcome FROM screening_application") == [("contracted",)]


def applied(way: Way) -> None:
    """Question by question, then the papers; each state says whose turn it is."""
    way.applicant.fill()
    assert way.applicant.send()["Location"] == "/apply/status/"
    assert "あなたの番です" in way.state()
    for slot in ("identity_front", "identity_back", "face", "income"):
        way.hand_in(slot)


def screened(way: Way) -> None:
    """Who enters does not approve; the bureau answers in between."""
    key, on = way.key, way.office.on
    refs = " ".join(
        way.document(one) for one in (Slot.IDENTITY_FRONT, Slot.IDENTITY_BACK, Slot.FACE)
    )
    known = {"name_1": "鈴木 一郎", "born_on_1": "1980/2/3", "address_1": HOME}
    way.enter("identity/", {
        "method": "photo_of_document", "checked_on": f"{on}", "purpose": "生計費のため",
        "occupation": "会社員", "address": HOME, "paper_1": "driving_licence", **known,
        "expires_on_1": "2030/4/1", "number_1": "", "face": "same", "refs": refs,
    })  # fmt: skip
    slip = way.document(Slot.INCOME)
    way.enter(f"paper/?document={slip}&kind=withholding_slip", {
        "do": "enter", "income": "salary", "stream": "見本商事", "whose": "applicant",
        "year": "2025", "annual": "600万",
    })  # fmt: skip
    way.enter("employment/", {
        "by": slip, "employed_since": "2015/4/1", "confirmed_on": f"{on}", "months_paid": "12",
    })  # fmt: skip
    way.enter("checks/", {"barred_ties": "clear", "suspicion": "clear"})
    way.office.carry()
    way.approver.sign_in()
    page = way.approver.client.get(page_of(key))
    assert "300,000円" in main(page)
    (mark, *_) = re.findall(r'name="mark" value="(\w+)"', page.content.decode())
    assert way.enterer.client.get(page_of(key)).content.decode().count('value="approve"') == 0
    form = {"do": "approve", "mark": mark}
    assert way.approver.client.post(page_of(key), form).status_code == 302


def agreed(way: Way) -> None:
    """By the link of the mail; nothing before the paper was opened; then a reviewer concludes."""
    client = way.applicant.client
    assert client.post(way.link("/joining/"), {"born_on": "1980/2/3"}).status_code == 302
    offer = "/joining/offer/"
    assert "300,000円" in main(client.get(offer))
    (digest, *_) = rows("SELECT digest FROM screening_decision ORDER BY decision_no DESC")[0]
    answer = {"offer": bytes(digest).hex() if isinstance(digest, bytes | memoryview) else digest,
              "card": "cardless"}  # fmt: skip
    client.post(f"{offer}paper/", {"road": "wire"})
    assert client.post(f"{offer}agree/", answer).status_code == 422
    assert client.get(f"{offer}paper/pdf/").content.startswith(b"%PDF")
    assert client.post(f"{offer}agree/", answer).status_code == 302
    way.later(20)
    place = page_of(way.key, "conclude/")
    way.approver.sign_in()
    assert "足りないもの" not in main(way.approver.client.get(place))
    done = way.approver.client.post(place, {"do": "conclude", "way": "by_wire"})
    assert done.status_code == 302, main(done)


def drawn(way: Way) -> None:
    """The first PIN by the mail of the contract, then money to the account that was told."""
    client: Any = Client(SERVER_NAME="127.0.0.1")
    chosen = {"new": PIN, "again": PIN, "road": "wire", "style": "plain", "language": "ja"}
    begun = client.post(way.link("/joining/start/"), {**chosen, "born_on": "1980/2/3"})
    assert begun["Location"] == "/joining/welcome/", main(begun)
    ((number,),) = rows(
        "SELECT member_number FROM people_member WHERE member_id = %s", way.key.member_id
    )
    assert number in main(client.get("/joining/welcome/"))
    ((agreement,),) = rows("SELECT agreement_id FROM loan_agreement")
    asked = {"agreement": str(agreement), "amount": "50000", "ref": "a-reference-of-a-test"}
    cost = main(client.post("/member/borrow/confirm/", {**asked, "pin": ""}))
    assert "50,000円" in cost
    assert client.post("/member/borrow/confirm/", {**asked, "pin": PIN}).status_code == 302
    carry(Fate.ARRIVED)
    assert "50,000円" in main(client.get("/member/"))
