"""An applicant whose offer stands, and what comes by mail: what the tests of joining share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from tests.database import Database
from tests.loans.crowd import do
from tests.notices.posting import mails, plain, work
from tests.people.house import MAIL, rows
from tests.screening.applications.office import LENDER, Office
from tests.web.borrowing import OWN

from motocho.outside import clock, mail, teller
from motocho.people.facts.values import Address, BankAccount, Kind
from motocho.screening import applications
from motocho.screening.applications import ApplicationKey, Kept, joining

HOME = Address("1000001", "東京都千代田区千代田1-1")
LINK = re.compile(r"https?://\S+?(/joining/\S+)")


@dataclass
class Joining:
    """A lender that screens, with one applicant who is known to the site."""

    office: Office
    folder: Path
    key: ApplicationKey
    of: Kept

    def links(self) -> list[str]:
        """Where the mails lead that were sent so far."""
        work(self.folder / "sent", self.office.at)
        found = [LINK.search(plain(one)) for one in mails(self.folder / "sent")]
        return [one[1] for one in found if one is not None]

    def link(self, beginning: str = "/joining/") -> str:
        """The one that was not there before."""
        deep = beginning.count("/")
        (found,) = [
            one for one in self.links() if one.startswith(beginning) and one.count("/") == deep
        ]
        return found

    def concluded(self) -> None:
        """A reviewer concludes what was agreed to."""
        self.office.counter.later(minutes=20)
        paper = do(joining.paper_of, self.of)
        assert paper is not None
        self.office.conclude(self.key, paper.paper_no)

    def agreed(self) -> None:
        """By the commands, for tests of what follows."""
        do(applications.show_terms, self.of, LENDER, self.office.at)
        do(applications.accept, self.of, self.office.source(), self.office.at)

    @property
    def number(self) -> str:
        ((number,),) = rows(
            "SELECT member_number FROM people_member WHERE member_id = %s", self.key.member_id
        )
        return str(number)

    @property
    def born(self) -> str:
        ((born,),) = rows(
            "SELECT born_on FROM people_member WHERE member_id = %s", self.key.member_id
        )
        return str(born)


def joining_of(database: Database, folder: Path, patch: pytest.MonkeyPatch) -> Joining:
    """An application of which everything is known, approved; the site stands at the office's time."""
    patch.setenv(mail.FOLDER_VARIABLE, str(folder / "codes"))
    patch.setenv(teller.VARIABLE, str(folder / "bank"))
    office = Office(folder, database)
    patch.setattr(clock, "now", lambda: office.at)
    account = BankAccount(OWN.bank_code, OWN.branch_code, OWN.kind, OWN.number, "ｻﾄｳ ﾊﾅｺ")
    office.counter.at -= timedelta(days=40)
    for kind, value in ((Kind.EMAIL, MAIL), (Kind.ADDRESS, HOME), (Kind.BANK_ACCOUNT, account)):
        office.counter.tell(office.member_id, kind, value)
    office.counter.at += timedelta(days=40)
    key = office.prepared()
    of = office.approved(key)
    return Joining(office, folder, key, of)
