"""A claim against us on the desk's pages: who takes it in, who agrees, the forms they send."""

from __future__ import annotations

import html
import itertools
import re
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.people.house import rows
from tests.web.membership import Site, do
from tests.web.office import seated

from motocho.kernel.schedule import Scheme
from motocho.loans.commands import Key
from motocho.office import lender
from motocho.office.lender import Claim, ClaimKey
from motocho.outside import clock
from motocho.people.access import Role

SAMPLE = (files("motocho.claims") / "samples" / "ten_years.csv").read_bytes()


class Scene:
    """An operator, a supervisor, a member with a loan, and a browser each."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.member, _ = site.member()
        self.opened = clock.now().date() - timedelta(days=60)
        member_id = self.member.member_id
        self.key: Key = site.desk.open(
            self.opened, scheme=Scheme.MONTHLY, day=25, member_id=member_id
        )
        site.desk.draw(self.key, 200_000, self.opened)
        self.operator = seated("ueda", Role.OPERATOR)
        self.mori = seated("mori", Role.SUPERVISOR)
        self.home = f"/desk/members/{member_id}/claims/"
        self.refs = (f"reference-{number:012d}" for number in itertools.count())

    def take(self, home: str = "", **other: str) -> str:
        typed = {
            "claimant": "lawyer", "agreement": "before", "received_on": day(0),
            "document_ref": "受-1", "demanded": "900,000", "office": "法田法律事務所",
            "name": "法田 守", "registration": "12345", "phone": "03-1234-5678",
            "ref": next(self.refs),
        }  # fmt: skip
        answer = self.operator.client.post(home or self.home, typed | other)
        assert answer.status_code == 302, page(answer)
        return str(answer["Location"])

    def step(self, at: str, do_: str, **typed: Any) -> Any:
        form = {"do": do_, "ref": next(self.refs), **typed}
        return self.operator.client.post(at, form)

    def done(self, at: str, do_: str, **typed: Any) -> None:
        answer = self.step(at, do_, **typed)
        assert answer.status_code == 302, page(answer)

    def agree(self) -> None:
        ((member_id, number),) = rows(
            "SELECT member_id, request_id FROM care_approval ORDER BY request_id DESC LIMIT 1"
        )
        at = f"/desk/approvals/{member_id}/{number}/"
        seen = page(self.mori.client.get(at))
        found = re.search(r'name="mark" value="([0-9a-f]{64})"', seen)
        assert found is not None
        assert self.mori.client.post(at, {"say": "agreed", "mark": found[1]}).status_code == 302

    def reckon(self, at: str, data: bytes = SAMPLE) -> None:
        named = {name: values[0] for name, values in lender.CONVENTIONS.items()}
        file = SimpleUploadedFile("history.csv", data)
        self.done(at, "reckon", until_on=day(0), file=file, **named)

    def claim(self, at: str) -> Claim:
        _, _, _, member_id, _, claim_id, _ = at.split("/")
        found: Claim = do(lender.one, ClaimKey(int(member_id), int(claim_id)))
        return found

    def settled(self, at: str, amount_yen: int, data: bytes = SAMPLE) -> None:
        """From the paper to the booked settlement, each word of the second person said."""
        self.done(at, "check", proof="attorney_letter", proof_ref="委-1")
        self.reckon(at, data)
        self.done(at, "offer", offer=f"{amount_yen}", answer_until=day(14), pay_by=day(40),
                  offer_reason="早期に")  # fmt: skip
        self.agree()
        self.done(at, "accept", accepted_on=day(0))
        self.done(at, "settle", settle_ref="和-1", settle_reason="合意")
        self.agree()

    def released(self, at: str, pay_on: date, **other: str) -> None:
        typed = {"bank_code": "0001", "branch_code": "001", "account_kind": "1",
                 "account_number": "1234567", "holder": "ホウダ マモル", "late": "ours",
                 "pay_on": f"{pay_on:%Y/%m/%d}", "pay_reason": "和解のとおり"}  # fmt: skip
        self.done(at, "pay", **typed | other)
        self.agree()

    def filed(self, pay_on: date, client: Client | None = None) -> str:
        """The file of a day, made; its address, the newest first."""
        client = client or self.operator.client
        form = {"pay_on": f"{pay_on:%Y/%m/%d}", "originator": "0000099999", "ref": next(self.refs)}
        answer = client.post("/desk/claims/files/", form)
        assert answer.status_code == 302, page(answer)
        shown = page(client.get("/desk/claims/files/"))
        found = re.search(r'href="(/desk/claims/files/\d+/)"', shown)
        assert found is not None
        return found[1]


def page(response: Any) -> str:
    return html.unescape(response.content.decode())


def day(ahead: int) -> str:
    return f"{clock.now() + timedelta(days=ahead):%Y/%m/%d}"
