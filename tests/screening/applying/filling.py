"""Somebody who applies, and a lender with a product: what the tests of drafts share."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from tests.loans.crowd import do
from tests.loans.desk import Desk
from tests.people.house import rows

from motocho.kernel.schedule import Scheme
from motocho.outside.clock import JAPAN
from motocho.people.consents import Consent, Kind
from motocho.people.facts.values import Address, BankAccount, Email, Phone, Value
from motocho.people.facts.values import Kind as Fact
from motocho.people.members import Person
from motocho.screening.applications import Plan, Said, Use, Wanted
from motocho.screening.applying import Applied, drafts
from motocho.screening.bureau.consents import CONTRACT, INQUIRY

AT = datetime(2026, 11, 24, 12, 0, tzinfo=JAPAN)
MAIL = "Hanako@example.jp"
HANAKO = Person("佐藤", "花子", "サトウ", "ハナコ", date(1986, 4, 1))
PHONE = Phone("09011112222")
ACCOUNT = BankAccount("0001", "001", "ordinary", "1234567", "ｻﾄｳ ﾊﾅｺ")
PARTICULARS = {"occupation": "employee", "paper": "driving_licence"}


def after(**passed: int) -> datetime:
    return AT + timedelta(**passed)


def applied(person: Person = HANAKO, mail: str = MAIL, **change: Any) -> Applied:
    facts: dict[Fact, Value] = {
        Fact.ADDRESS: Address("1000001", "東京都千代田区千代田1-1"),
        Fact.MOBILE_PHONE: PHONE,
        Fact.EMAIL: Email(mail),
        Fact.BANK_ACCOUNT: ACCOUNT,
    }
    facts |= change.pop("facts", {})
    given = (INQUIRY, *CONTRACT, Consent(Kind.PERSONAL_DATA))
    wanted = Wanted(
        Plan("card", Scheme.EVERY_35_DAYS), 300_000, Use.LIVING, Said(3_000_000, 0, None)
    )
    known = {"consents": dict.fromkeys(given, "words 1"), "particulars": PARTICULARS}
    return Applied(person, facts, wanted, **{**known, **change})


def confirmed(mail: str = MAIL, device: str = "", at: datetime = AT) -> int:
    """A draft whose address was confirmed."""
    draft_id: int = do(drafts.begin, device, at)
    answers = {"birthday": {"born_on": "1986/4/1"}, "email": {"email": mail}}
    for typed in answers.items():
        do(drafts.save, draft_id, typed, at)
    asked = do(drafts.ask_code, draft_id, mail, at)
    assert asked is not None
    assert do(drafts.confirm, draft_id, asked.code, at) is drafts.Answered.RIGHT
    return draft_id


__all__ = ["Desk", "do", "rows"]
