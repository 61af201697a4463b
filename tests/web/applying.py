"""Somebody who applies on the site, page by page, as a browser without scripts does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path
from typing import Any

from django.test import Client
from tests.people.house import rows

from motocho.config import _applying

MAIL = "hanako@example.jp"
BORN = "1985/4/1"
ANSWERS: Mapping[str, Mapping[str, str]] = {
    "birthday": {"born_on": BORN},
    "email": {"email": MAIL},
    "name": {"family_name": "佐藤", "given_name": "花子", "family_kana": "さとう", "given_kana": "ハナコ"},
    "address": {"postcode": "100-0001", "address": "東京都千代田区千代田1-1"},
    "phone": {"phone": "090-1111-2222"},
    "work": {"work": "employee"},
    "employer": {
        "employer": "見本商事", "since": "2015/4/1", "work_address": "東京都港区芝1-1",
        "work_phone": "03-1234-5678",
    },
    "income": {"yearly": "300万"},
    "debts": {"others": "0"},
    "amount": {"amount": "30万"},
    "due": {"scheme": "every_35_days", "day": ""},
    "use": {"use": "living"},
    "account": {"bank": "0001", "branch": "001", "account_kind": "ordinary", "number": "1234567"},
    "papers": {"paper": "driving_licence"},
    "call": {"way": "papers", "hours": "", "caller": ""},
    "bureau": {"say": "agree"},
    "delivery": {"say": "refuse"},
    "data": {"say": "agree"},
}  # fmt: skip
"""In the order in which the pages come."""


def body(path: Path) -> str:
    plain = message_from_bytes(path.read_bytes(), policy=SMTP).get_body(("plain",))
    assert plain is not None
    text: str = plain.get_content()
    return text


def newest_code(mails: Path) -> str:
    newest = max(mails.glob("apply-code-*.eml"), key=lambda one: int(one.stem.rpartition("-")[2]))
    found: list[str] = re.findall(r"(?<![0-9])[0-9]{6}(?![0-9])", body(newest))
    return found[0]


def newest_link(mails: Path) -> str:
    """What the worker sends, and the address in it."""
    for (claim_id,) in rows("SELECT claim_id FROM screening_link_claim ORDER BY claim_id"):
        _applying.write_link(claim_id=claim_id)
    newest = max(mails.glob("apply-link-*.eml"), key=lambda one: int(one.stem.rpartition("-")[2]))
    found: list[str] = re.findall(r"/apply/link/[\w-]+/", body(newest))
    return found[0]


def main(response: Any) -> str:
    text = response.content.decode().split("<main", 1)[1]
    return re.sub("<[^>]*>", "", text)


@dataclass
class Applicant:
    """A browser and its mailbox."""

    mails: Path
    client: Client = field(default_factory=lambda: Client(SERVER_NAME="127.0.0.1"))
    seen: list[str] = field(default_factory=list)
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: ANSWERS)

    def begin(self) -> str:
        found: str = self.client.post("/apply/").headers["Location"]
        return found

    def answer(self, question: str, typed: Mapping[str, str] | None = None) -> Any:
        wanted = self.answers[question] if typed is None else typed
        return self.client.post(f"/apply/form/{question}/", {**wanted, "tongue": "ja"})

    def confirm(self) -> Any:
        return self.client.post("/apply/form/code/", {"code": newest_code(self.mails)})

    def fill(self, *, until: str = "") -> None:
        """Each page as it comes, up to one that is left open."""
        self.begin()
        for question in self.answers:
            if question == until:
                return
            page = self.client.get("/apply/form/", follow=True)
            assert page.redirect_chain[-1][0] == f"/apply/form/{question}/"
            self.seen.append(page.content.decode())
            done = self.answer(question)
            assert done.status_code == 302, (question, main(done))
            if question == "email":
                assert done["Location"] == "/apply/form/code/"
                assert self.confirm().status_code == 302

    def send(self) -> Any:
        return self.client.post("/apply/form/review/")
