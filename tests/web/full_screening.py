"""Somebody whose application stands before a reviewer, and the addresses of every page of its way.

From the first question on the site to the offer that is answered: the public's pages with a draft,
the applicant's own, the desk's, and an open line that is watched.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from tests.database import Database
from tests.documents.files import photo
from tests.loans.crowd import do
from tests.web.applying import ANSWERS, Applicant
from tests.web.joined import Joining, joining_of
from tests.web.office import seated
from tests.web.screened import page_of
from tests.web.test_apply_status import seated as following

from motocho.documents import intake
from motocho.documents.intake import Kept, Purpose, Upload
from motocho.loans.commands import Ask, watches
from motocho.loans.policy import Stop
from motocho.people.access import Role

Visit = tuple[Client, dict[str, str]]
LEFT_OPEN = "papers"
"""The question up to which the draft is answered."""


def visits(database: Database, folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Visit]:
    """Browsers with what each of them looks at, by a name for its picture."""
    joined = joining_of(database, folder, patch)
    yield _public(folder)
    yield (
        following(joined.key),
        {
            f"apply-status{part}": f"/apply/status/{address}"
            for part, address in (("", ""), ("-papers", "papers/income/"))
        },
    )
    yield _joining(joined)
    yield _desk(joined)


def _public(folder: Path) -> Visit:
    applicant = Applicant(folder / "codes")
    applicant.fill(until=LEFT_OPEN)
    asked = list(ANSWERS)[: list(ANSWERS).index(LEFT_OPEN) + 1]
    pages = {"apply-start": "/apply/", "apply-check": "/apply/check/",
             "apply-return": "/apply/return/"}  # fmt: skip
    return applicant.client, pages | {f"apply-{one}": f"/apply/form/{one}/" for one in asked}


def _joining(joined: Joining) -> Visit:
    link = joined.link()
    client = Client(SERVER_NAME="127.0.0.1")
    answer = client.post(link, {"born_on": joined.born})
    assert answer.status_code == 302, "the link leads to the offer"
    return client, {"joining-offer": "/joining/offer/", "joining-enter": link}


def _desk(joined: Joining) -> Visit:
    office, key = joined.office, joined.key
    kept = do(intake.keep, key.member_id, Purpose.INCOME, Upload("a.jpg", photo()), office.at)
    assert isinstance(kept, Kept)
    watched = office.counter.desk.member()
    office.consent(watched)
    line = office.counter.desk.open(office.on, 500_000, member_id=watched)
    asks = [Ask(line.member_id, one, f"look {one.value}")
            for one in (Stop.UNREACHABLE, Stop.EMPLOYER_CHANGED, Stop.DEBTS_ELSEWHERE)]  # fmt: skip
    do(watches.ask, asks, office.made())
    own = do(intake.keep, line.member_id, Purpose.INCOME, Upload("b.jpg", photo()), office.at)
    assert isinstance(own, Kept)
    ref, home = kept.document_ref, f"/desk/members/{line.member_id}/"
    seat = seated("rie", Role.REVIEWER, Role.SUPERVISOR)
    parts = {
        "": "", "-employment": "employment/", "-checks": "checks/", "-identity": "identity/",
        "-claims": "claims/", "-claims-spouse": f"claims/?kind=spouse&document={ref}",
        "-claims-refinance": "claims/?kind=stepwise_refinance", "-replay": "replay/",
        "-conclude": "conclude/", "-paper": f"paper/?document={ref}&kind=pay_slips",
    }  # fmt: skip
    pages = {f"screening-application{name}": page_of(key, part) for name, part in parts.items()}
    return seat.client, pages | {
        "screening-queue": "/desk/screening/",
        "screening-watch": "/desk/watch/",
        "screening-watch-member": f"{home}watch/",
        "screening-income": f"{home}income/?document={own.document_ref}&kind=withholding_slip",
        "screening-limit": f"{home}limit/{line.agreement_id}/",
        "screening-registers": "/desk/registers/",
        "screening-figures": "/desk/registers/figures/",
        "screening-provisioning": "/desk/registers/provisioning/",
        "screening-adverts": "/desk/registers/adverts/",
        "screening-bureau": "/desk/bureau/",
    }
