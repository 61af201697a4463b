"""`motocho watch …` and the house's figures: who is named and may, sees and ends; nobody else does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.cli.at_book import Command
from tests.database import Database
from tests.loans.crowd import do
from tests.loans.desk import Desk
from tests.office.test_registers_reports import AT, draft
from tests.people.conftest import pepper
from tests.people.house import House, rows

from motocho.contact.directory import shipped
from motocho.loans.commands import Ask, watches
from motocho.loans.policy import Stop
from motocho.office import registers
from motocho.outside import clock
from motocho.people import members
from motocho.people.access import Role

__all__ = ["pepper"]


@pytest.fixture
def desk(database: Database) -> Desk:
    del database
    house = House()
    for name, role in (("rie", Role.REVIEWER), ("ota", Role.OPERATOR), ("mori", Role.SUPERVISOR)):
        house.colleague(name, role)
    return Desk()


def test_reasons_are_listed_confirmed_and_ended_by_who_may(database: Database, desk: Desk) -> None:
    command, today = Command(database), clock.business_date()
    desk.open(today - timedelta(days=90))
    number = str(do(members.one, desk.member_id).member_number)
    asks = [Ask(desk.member_id, one, f"x {one.value}")
            for one in (Stop.DEBTS_ELSEWHERE, Stop.EMPLOYER_CHANGED)]  # fmt: skip
    do(watches.ask, asks, desk.made(today))
    listed = command.done("watch", "list", "--by", "ota", "--json").document["watches"]
    assert {(one["member"], one["reason"]) for one in listed} == {
        (number, "debts_elsewhere"), (number, "employer_changed"),
    }  # fmt: skip
    one = command.done("watch", "list", "--reason", "facts_old", "--by", "ota", "--json")
    assert one.document["watches"] == []
    assert command("watch", "list", "--reason", "x", "--by", "ota").code != 0
    shown = command.done("watch", "show", number, "--by", "ota", "--json").document["watches"]
    assert {each["reason"]: each["by_a_person"] for each in shown} == {
        "debts_elsewhere": True, "employer_changed": False,
    }  # fmt: skip
    # an operator ends nothing; what a paper ends, nobody ends by hand
    assert command("watch", "end", number, "debts_elsewhere", "--by", "ota").code != 0
    assert command("watch", "end", number, "employer_changed", "--by", "rie").code != 0
    employer = ("watch", "confirm", number, "--employer", "new", "--document", "D1")
    assert command(*employer, "--by", "ota").code != 0
    assert "記録しました" in command.done(*employer, "--by", "rie").text
    assert (
        "記録しました"
        in command.done("watch", "end", number, "debts_elsewhere", "--by", "rie").text
    )
    again = command.done("watch", "end", number, "debts_elsewhere", "--by", "rie", "--lang", "en")
    assert "Nothing changed" in again.text
    left = command.done("watch", "show", number, "--by", "rie", "--json").document
    assert left["watches"] == []
    letter = ("watch", "unreached", number, "letter", "--by", "ota", "--ref", "L1")
    assert "記録しました" in command.done(*letter).text
    assert "変わりありません" in command.done(*letter).text
    ended = rows("SELECT reason, ended_by FROM loan_watch WHERE ended_on IS NOT NULL ORDER BY 1")
    assert [reason for reason, _ in ended] == ["debts_elsewhere", "employer_changed"]
    looks = rows("SELECT count(*) FROM journal_row WHERE purpose = 'watch'")
    assert looks[0][0] >= 3


def test_figures_provisions_and_adverts_are_for_who_reads_registers(
    database: Database, desk: Desk
) -> None:
    command = Command(database)
    month = clock.business_date().replace(day=1) - timedelta(days=1)
    key = desk.open(month - timedelta(days=5))
    desk.draw(key, 100_000, month - timedelta(days=3))
    for one in ("figures", "provisions", "adverts"):
        assert command("register", one, "--by", "ota").code != 0
    found = command.done("register", "figures", "--by", "mori", "--json").document
    assert found["last_on"] == month.isoformat()
    assert [one["lent_yen"] for one in found["rows"]] == [100_000]
    assert "100,000" in command.done("register", "figures", "--by", "mori").text
    today = clock.business_date().isoformat()
    over = command("register", "figures", "--month", today, "--by", "mori")
    assert over.code != 0  # the month is not over
    aside = command.done("register", "provisions", "--by", "mori", "--json").document
    assert aside["principal_yen"] == 100_000
    assert sum(one["principal_yen"] for one in aside["provisions"]) == 100_000
    assert "ありません" in command.done("register", "adverts", "--by", "mori").text
    do(registers.propose_advert, draft(), shipped(), "staff 7", AT)
    (advert,) = command.done("register", "adverts", "--by", "mori", "--json").document["adverts"]
    assert (advert["agreed"], advert["runs"]) == ("", "no")
