"""A member with one of everything that the desk has a page for, and the addresses of these pages.

Made as colleagues make it, by the desk's own forms; only what the night and the member do by
themselves is called below the pages. Attacks, masks and pictures of the desk walk over it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.test import Client
from tests.documents.files import photo
from tests.people.house import BORN, MOBILE, SATO, rows
from tests.web.membership import Site, do
from tests.web.office import Seat
from tests.web.test_board import ended
from tests.web.test_collections import Debtor
from tests.web.test_facts import asking, looked_at
from tests.web.test_frauds_browser import held

from motocho.care import settings
from motocho.care.reliefs import consultations
from motocho.care.reliefs.consultations import Topic, Wanted
from motocho.care.settings import Draft, Setting
from motocho.contact.holds import Source
from motocho.documents import intake
from motocho.loans.commands import Key
from motocho.office import lender
from motocho.outside import clock
from motocho.people import members, requests
from motocho.people.access import Role, Staff
from motocho.people.facts.values import Employer, Kind
from motocho.people.members import Member

WORDS = "電話の声が小さかった"


@dataclass
class FullDesk:
    """Two colleagues, a member, and an address for each kind of page."""

    site: Site
    folder: Path
    looker: Seat
    other: Seat
    nights: Callable[[Debtor], object] = Debtor.night_of_today
    """What the nights before decided of the member's arrears."""
    addresses: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.debtor = Debtor(self.site, self.folder)
        self.member_id = self.debtor.member_id
        self.member: Member = do(members.one, self.member_id)
        self.opened = clock.now().date() - timedelta(days=300)
        self.settled: Key = self.site.desk.open(self.opened, member_id=self.member_id)
        self.site.desk.draw(self.settled, 200_000, self.opened)
        since = clock.now() - timedelta(days=90)
        self.site.house.tell(self.member_id, Kind.EMPLOYER, Employer("山川商店"), at=since)
        self.nights(self.debtor)
        self._plain()
        self._collecting()
        self._told()
        self._reviewed()

    @property
    def home(self) -> str:
        return f"/desk/members/{self.member_id}/"

    def _plain(self) -> None:
        for name, part in (
            ("member", ""), ("call", "call/"), ("counterparts", "call/counterparts/"),
            ("counter", "counter/"), ("care", "care/"), ("stages", "stages/"),
            ("collection", "collection/"), ("visits", "collection/visits/"),
            ("counsel", "collection/counsel/"), ("member_watch", "watch/"),
            ("member_income", "income/"),
            ("member_limit", f"limit/{self.debtor.key.agreement_id}/"),
            ("member_cards", "cards/"),
        ):  # fmt: skip
            self.addresses[f"desk:{name}"] = f"{self.home}{part}"
        self.addresses["desk:fraud_new"] = f"/desk/frauds/new/{self.member_id}/"

    def _sent(self, seat: Seat, address: str, form: Mapping[str, Any]) -> str:
        answer = seat.client.post(address, dict(form))
        assert answer.status_code == 302, f"{address}: {_text(answer)}"
        return str(answer["Location"])

    def _decided(self) -> str:
        """The address of the newest request, agreed to by who did not ask."""
        ((number,),) = rows("SELECT max(request_id) FROM care_approval")
        address = f"/desk/approvals/{self.member_id}/{number}/"
        seen = self.looker.client.get(address).content.decode()
        mark = re.findall(r'name="mark" value="(\w+)"', seen)[0]
        self._sent(self.looker, address, {"say": "agreed", "mark": mark})
        return str(number)

    def _collecting(self) -> None:
        """A visit, a case in court, a settlement that is kept and one that waits."""
        home, key = f"{self.home}collection/", self.debtor.key
        today, tomorrow = (clock.now() + timedelta(days=one) for one in (0, 1))
        plan = {"agreement": f"{key.agreement_id}", "planned_on": f"{tomorrow:%Y/%m/%d}",
                "planned_time": "14:00", "reason": "電話がつながらない", "ref": "v" * 20}  # fmt: skip
        self._sent(self.looker, f"{home}visits/", plan)
        ((visit_no,),) = rows("SELECT max(visit_no) FROM care_visit")
        asked = {"step": "order_applied", "court": "東京簡易裁判所", "reason": "返済がない",
                 "ref": "l" * 20}  # fmt: skip
        legal = f"{home}legal/{key.agreement_id}/"
        self._sent(self.other, legal, asked)
        self._decided()
        ((case_no,),) = rows("SELECT max(case_no) FROM care_legal_case")
        number = self.settled.agreement_id
        settle = f"{home}settlement/{number}/"
        form = {
            "road": "voice",
            "agreed_on": f"{today:%Y/%m/%d}",
            "reason": "収入が減った",
            "ref": "s" * 20,
        }
        reckoned = f"{settle}?paid=160,000&instalment=10000"
        self._sent(self.other, reckoned, form)
        settled = self._decided()
        late = f"{home}settlement/{key.agreement_id}/?paid=160,000&instalment=10000"
        self._sent(self.other, late, form | {"ref": "w" * 20})
        ((waiting,),) = rows("SELECT max(request_id) FROM care_approval")
        self.addresses |= {
            "desk:visit": f"{home}visits/{visit_no}/",
            "desk:legal": legal,
            "desk:legal_case": f"{home}cases/{case_no}/",
            "desk:settlement": late,
            "desk:write_off": f"{home}write-off/{key.agreement_id}/",
            "desk:held": f"{home}held/{key.agreement_id}/",
            "desk:settlement_paper": f"{home}settlements/{settled}/paper/",
            "desk:approval": f"/desk/approvals/{self.member_id}/{waiting}/",
        }

        self._claimed()

    def _claimed(self) -> None:
        """A claim of the member's against us, reckoned; their agreement recalculated."""
        home, number = f"{self.home}claims/", self.settled.agreement_id
        typed = {"claimant": "self", "agreement": f"{number}", "ref": "k" * 20,
                 "received_on": f"{clock.now():%Y/%m/%d}"}  # fmt: skip
        claim = self._sent(self.looker, home, typed)
        usual = {name: values[0] for name, values in lender.CONVENTIONS.items()}
        reckon = {"do": "reckon", "until_on": f"{clock.now():%Y/%m/%d}", "ref": "r" * 20}
        self._sent(self.looker, claim, reckon | usual)
        own = f"{self.home}recalculated/{number}/"
        self.addresses |= {
            "desk:member_claims": home,
            "desk:claim": claim,
            "desk:claim_sheet": f"{claim}csv/",
            "desk:claim_paper": f"{claim}paper/",
            "desk:recalculated": own,
            "desk:recalculated_file": f"{own}csv/",
        }

    def _told(self) -> None:
        """What the member and others told: a complaint, a disclosure, fraud, a family's worry."""
        seat, of = self.looker, f"?member={self.member_id}"
        told = {"category": "service", "severity": "usual", "words": WORDS}
        self.addresses["desk:case"] = self._sent(seat, f"/desk/complaints/new/{of}", told)
        asked = {"kind": "history", "who": "member", "channel": "phone",
                 "delivery": "registered_address"}  # fmt: skip
        disclosure = self._sent(seat, f"/desk/disclosures/new/{of}", asked)
        for step in ({"do": "check", "proof": "questions"}, {"do": "make"}):
            self._sent(seat, f"{disclosure}step/", step)
        soon = clock.now() + timedelta(minutes=5)
        wanted, source = Wanted(Topic.LESS, soon, [soon]), Source("member", "booked")
        talk = do(consultations.book, self.member_id, wanted, source, clock.now())
        consulted = f"/desk/consultations/{self.member_id}/{talk.consultation_id}/"
        check = held(self.settled)
        worry = {"relation": "spouse", "concern": "gambling", "born": f"{BORN}", "words": "",
                 "kana": f"{SATO.family_kana} {SATO.given_kana}"}  # fmt: skip
        receipt = self._sent(seat, "/desk/families/", worry)
        self.addresses |= {
            "desk:disclosure": disclosure,
            "desk:disclosure_file": f"{disclosure}{self.debtor.key.agreement_id}-pdf/",
            "desk:consultation": consulted,
            "desk:offering": f"{consulted}offers/{self.debtor.key.agreement_id}/",
            "desk:fraud_check": f"/desk/frauds/checks/{self.member_id}/{check.key.check_id}/",
            "desk:family": receipt,
            "desk:family_look": f"/desk/families/{self.member_id}/{receipt.split('/')[-2]}/",
        }

    def _reviewed(self) -> None:
        """What reviewers look at: a new PIN, a new card, a document; a setting that waits."""
        client = Client(SERVER_NAME="127.0.0.1")
        client.post("/member/forgotten/pin/", asking(self.member))
        assert looked_at() == 1
        ((reset_id,),) = rows("SELECT max(request_id) FROM people_request")
        card = do(requests.ask_own, self.member_id, requests.Kind.NEW_CARD, clock.now())
        upload = intake.Upload("a.jpg", photo())
        kept = do(intake.keep, self.member_id, intake.Purpose.INCOME, upload, clock.now())
        assert isinstance(kept, intake.Kept)
        by = Staff(self.other.staff_id, frozenset({Role.SUPERVISOR}))
        text = settings.shipped(Setting.IVR).replace("失礼いたします。", "失礼します。")
        on = clock.now().date() + timedelta(days=2)
        do(settings.propose, Draft(Setting.IVR, text, on, "短くする", "form"), by, clock.now())
        talk = ended(self.member_id, "staff 99", -60 * 24)
        resets = f"/desk/resets/{self.member_id}/{reset_id}/"
        self.addresses |= {
            "desk:reset": resets,
            "desk:reset_page": f"{resets}pages/1/",
            "desk:document_page": f"/desk/documents/{kept.document_ref}/1/",
            "desk:review": f"/desk/board/reviews/{self.member_id}/{talk.attempt_id}/",
            "desk:own": f"/desk/requests/{self.member_id}/{card.request_id}/",
            "desk:document": f"/desk/documents/{kept.document_ref}/",
            "desk:setting": "/desk/settings/ivr/",
        }

    def defrauded(self) -> str:
        """A report that stops everything: the last that is told. Gives its address."""
        typed = {"kind": "name_used", "reporter": "named", "words": "身に覚えのない借入",
                 "disputed": f"{self.settled.agreement_id}-0"}  # fmt: skip
        found = self._sent(self.looker, self.addresses["desk:fraud_new"], typed)
        self.addresses["desk:fraud"] = found
        return found

    def defended(self) -> str:
        """A lawyer's notice: from here on nobody calls. Gives the address of its end."""
        form = {
            "sender": "lawyer", "proceeding": "out_of_court", "office": "大手町法律事務所",
            "name": "法田守", "registration": "12345", "phone": "", "case_ref": "", "road": "fax",
            "received_on": f"{clock.now():%Y/%m/%d}", "document_ref": "", "ref": "c" * 20,
        }  # fmt: skip
        self._sent(self.looker, self.addresses["desk:counsel"], form)
        ((number,),) = rows("SELECT max(counsel_no) FROM care_counsel")
        found = f"{self.addresses['desk:counsel']}{number}/end/"
        self.addresses["desk:counsel_end"] = found
        return found

    def called(self, seat: Seat) -> str:
        """The member calls, and a colleague takes it. Gives the address of the call."""
        self._sent(seat, "/desk/inbound/", {"member": f"{self.member_id}"})
        return str(seat.client.get("/desk/call/")["Location"])


RIGHT = {
    "birth_date": f"{BORN}",
    "phone_digits": MOBILE.digits[-4:],
    "name_reading": f"{SATO.family_kana}{SATO.given_kana}",
}
"""Three right answers of the member."""


def _text(answer: Any) -> str:
    return re.sub(r"<[^>]+>|\s+", " ", answer.content.decode())[:2000]
