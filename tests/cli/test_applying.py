"""`motocho screening applications`: who is named decides, another agrees, the contract is made once."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from tests.cli.at_book import Command
from tests.database import Database
from tests.loans.crowd import do
from tests.people.conftest import pepper
from tests.people.house import rows
from tests.screening.applications.office import LENDER, Office, noon, wished

from motocho.outside import clock, score
from motocho.screening import applications
from motocho.screening.applications import Check
from motocho.units.errors import Fault, Language

__all__ = ["pepper"]
LOOK = ("screening", "applications")


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    """Two hours ago: what it prepares came before what the command does."""
    made = Office(tmp_path, database)
    made.counter.at = clock.now() - timedelta(hours=2)
    return made


def said(code: str) -> str:
    """The sentence of a refusal, up to what it fills in."""
    return Fault(code).what(Language.JA).partition("{")[0]


def prepared(office: Office, check: Check | None = None) -> tuple[str, str]:
    """The numbers of an application below what asks for a paper."""
    office.consent()
    office.identify()
    key = office.submit().key
    office.checked(key, check)
    office.carry()
    ((number,),) = rows(
        "SELECT member_number FROM people_number WHERE member_id = %s", key.member_id
    )
    return number, str(key.application_id)


def test_decided_approved_concluded_and_replayed(office: Office, database: Database) -> None:
    command, named = Command(database), prepared(office)
    (listed,) = command.done(*LOOK, "list", "--by", "ito", "--json").document["applications"]
    assert (listed["member"], listed["verdict"]) == (named[0], None)
    decided = command.done(*LOOK, "decide", *named, "--by", "ito", "--json").document
    assert (decided["verdict"], decided["persons"]) == ("offer", 1)
    assert command.done(*LOOK, "decide", *named, "--by", "ito", "--json").document == decided
    mark = ("--mark", decided["mark"][:12])
    approve = (*LOOK, "approve", *named)
    assert command(*approve, "--mark", "0" * 12, "--by", "ito").code != 0
    assert said("SCR-208") in command(*approve, *mark, "--by", "akita").err
    assert command(*approve, *mark, "--by", "ueda").code != 0
    assert "1/1" in command.done(*approve, *mark, "--by", "ito").text
    conclude = (*LOOK, "conclude", *named, "--by", "ito", "--ref", "c1")
    lacking = command(*conclude, "--paper", "1").err
    assert said("SCR-213") in lacking
    assert said("SCR-214") in lacking
    key = applications.ApplicationKey(office.member_id, int(named[1]))
    made = do(applications.decisions.newest, key)
    shown = do(applications.show_terms, made, LENDER, clock.now())
    do(applications.accept, made, office.source(), clock.now())
    for _ in range(2):
        command.done(*conclude, "--paper", str(shown.paper_no))
    assert rows("SELECT count(*) FROM loan_agreement") == [(1,)]
    seen = command.done(*LOOK, "show", *named, "--by", "ito", "--json").document
    assert (seen["outcome"], seen["steps"]) == ("contracted", [])
    (again,) = command.done(*LOOK, "replay", *named, "--by", "ito", "--json").document["decisions"]
    assert again["same"] is True


def test_refused_with_one_sentence_and_over(office: Office, database: Database) -> None:
    command, named = Command(database), prepared(office, Check.BARRED_TIES)
    decided = command.done(*LOOK, "decide", *named, "--by", "mori", "--json").document
    assert decided["verdict"] == "refuse"
    assert command.done(*LOOK, "show", *named, "--by", "mori", "--lang", "en").text
    refuse = (*LOOK, "refuse", *named, "--mark", decided["mark"], "--by", "mori", "--reason")
    assert command(*refuse[:-1]).code != 0  # a reason is asked for
    assert said("SCR-263") in command(*refuse, "capacity").err  # the rules refuse, nobody else
    assert "→" in command.done(*refuse, "rules").text
    assert said("SCR-203") in command(*refuse, "rules").err


def test_a_person_s_reason_is_told_and_replays(office: Office, database: Database) -> None:
    command, named = Command(database), prepared(office, Check.SUSPICION)
    decided = command.done(*LOOK, "decide", *named, "--by", "mori", "--json").document
    assert decided["verdict"] == "refer"
    refuse = (*LOOK, "refuse", *named, "--mark", decided["mark"], "--by", "mori", "--reason")
    assert said("SCR-264") in command(*refuse, "other").err  # another reason has words
    assert said("SCR-312") in command.done(*refuse, "capacity", "--words", "家賃が高い").text
    (again,) = command.done(*LOOK, "replay", *named, "--by", "mori", "--json").document["decisions"]
    assert (again["reason"], again["told"], again["told_same"]) == ("capacity", "SCR-312", True)


SPOUSE = "consents = true\n[lent]\nown_yen = 0\nown_third_yen = 0\nothers_yen = 0\nothers_third_yen = 0\n"
PAPER = """
[paper]
kind = "withholding_slip"
year = 2025
annual_yen = 6000000
issued_on = 2026-01-20
[employment]
"""


def test_claims_scores_and_what_is_put_back(
    office: Office, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(score.VARIABLE, str(tmp_path / "score"))
    command, named = Command(database), prepared(office)
    (tmp_path / "spouse.toml").write_text(SPOUSE)
    claim = (*LOOK, "claim", *named, "--kind", "spouse", "--by", "akita", "--facts",
             str(tmp_path / "spouse.toml"))  # fmt: skip
    assert "記録しました" in command.done(*claim, "--paper", f"x={office.document()}").text
    assert said("SCR-204") in command(*claim, "--paper", "x=nothing").err
    assert command(*claim[:-1], str(tmp_path / "none.toml")).code != 0
    assert "依頼 1件" in command.done(*LOOK, "scores", "--by", "ito").text
    assert command(*LOOK, "scores", "--by", "ueda").code != 0
    key = applications.ApplicationKey(office.member_id, int(named[1]))
    do(applications.withdraw, key, office.source(), clock.now())
    assert said("SCR-016") in command(*LOOK, "take-up", named[0], "--by", "ito").err
    agreement = office.counter.desk.open(office.on, 500_000, member_id=office.member_id)
    (tmp_path / "paper.toml").write_text(PAPER)
    income = (*LOOK, "income", named[0], str(tmp_path / "paper.toml"), "--by", "ito")
    assert "利用停止: –" in command.done(*income, "--document", office.document()).text
    assert said("SCR-204") in command(*income, "--document", "nothing").err
    name, today = f"{named[0]}/{agreement.agreement_id}", clock.business_date().isoformat()
    cut = (*LOOK, "cut-unreached", name, "--limit", "10万", "--proof", "letters", "--by", "ito")
    assert said("LON-078") in command(*cut).err
    stop = "UPDATE loan_agreement SET stops = %s"
    with connection.cursor() as cursor:
        cursor.execute(stop, (["unreachable"],))
    command.done(*cut)
    with connection.cursor() as cursor:
        cursor.execute(stop, ([],))
    back = (*LOOK, "put-back", name, "--reached-on", today, "--proof", "call", "--by", "ito")
    assert said("SCR-119") in command(*back, "--limit", "60万", "--ties", "none").err
    assert said("SCR-140") in command(*back, "--limit", "50万", "--ties", "found").err
    assert command.done(*back, "--limit", "50万", "--ties", "none").text
    assert rows("SELECT limit_yen FROM loan_agreement") == [(500_000,)]


def test_a_wish_is_taken_up_once_the_applicant_agreed(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(tmp_path, database)
    office.counter.at = noon(date(2026, 12, 1))
    monkeypatch.setattr(clock, "now", lambda: office.at)
    command = Command(database)
    office.consent()
    line = office.counter.opened()
    wished(line, office.at)
    ((number,),) = rows(
        "SELECT member_number FROM people_number WHERE member_id = %s", line.member_id
    )
    take = (*LOOK, "take-up", number, "--by", "ito")
    assert said("SCR-281") in command(*take).err
    assert not rows("SELECT FROM screening_application")
    assert "審査に上げました" in command.done(*take, "--agreed-to", "form 2026-12").text
    kept = rows("SELECT wording_ref, actor FROM people_consent WHERE kind = 'personal_data'")
    assert kept == [("form 2026-12", office.first.actor)]
