"""A draft becomes an application: once, whole or not at all, with what it has in common kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest
from psycopg.errors import RestrictViolation
from tests.database import Database
from tests.loans.crowd import at_once
from tests.people.house import House, rows
from tests.screening.applying.filling import (
    ACCOUNT,
    AT,
    HANAKO,
    MAIL,
    PARTICULARS,
    PHONE,
    Desk,
    after,
    applied,
    confirmed,
    do,
)

from motocho.contact.holds import Source
from motocho.outside.postgres import Role
from motocho.people import consents
from motocho.people.consents import Kind
from motocho.people.facts.values import Kind as Fact
from motocho.people.facts.values import Phone
from motocho.people.members import Person
from motocho.people.safety import listed
from motocho.screening import applications
from motocho.screening.applications import ApplicationKey, Outcome, forms
from motocho.screening.applying import (
    Alike,
    Applied,
    Signal,
    drafts,
    links,
    particulars,
    signals,
    submit,
)
from motocho.screening.bureau.consents import INQUIRY
from motocho.units.errors import InputError, Language, StateConflict

pytestmark = pytest.mark.usefixtures("database", "pepper")
TARO = Person("田中", "太郎", "タナカ", "タロウ", date(1990, 5, 6))


@pytest.fixture(autouse=True)
def _lender(database: object) -> None:
    assert database is not None
    Desk()


def sent(
    person: Person = HANAKO, mail: str = MAIL, device: str = "", **change: Any
) -> ApplicationKey:
    key: ApplicationKey = do(submit, confirmed(mail, device), applied(person, mail, **change), AT)
    return key


def counted() -> list[tuple[int, ...]]:
    return rows("SELECT (SELECT count(*) FROM people_member),"
                " (SELECT count(*) FROM screening_application),"
                " (SELECT count(*) FROM people_consent), (SELECT count(*) FROM people_fact)")  # fmt: skip


@pytest.mark.rule("LEND-001")
def test_person_facts_consents_and_application_are_made_at_once() -> None:
    draft_id = confirmed()
    key = do(submit, draft_id, applied(), AT)
    application = do(forms.one, key)
    assert application.is_open
    assert (application.wanted.limit_yen, application.wanted.said.income_yen) == (
        300_000,
        3_000_000,
    )
    given = do(consents.history, key.member_id)
    assert [one.consent.kind for one in given].count(Kind.BUREAU) == 4
    assert {one.wording_ref for one in given} == {"words 1"}
    assert Kind.ELECTRONIC_DELIVERY not in {one.consent.kind for one in given}
    assert do(drafts.load, draft_id, AT).became == key
    assert do(drafts.load, draft_id, AT).answers == {}
    assert rows("SELECT sealed FROM screening_draft") == [(None,)]
    assert do(particulars, key, "staff 1", AT) == PARTICULARS
    assert rows("SELECT count(*) FROM journal_row WHERE kind = 'particulars_read'") == [(1,)]
    assert do(signals.of, key) == ()


def test_what_was_told_is_not_changed_by_hand(database: Database) -> None:
    key = sent()
    for verb in ("UPDATE screening_particulars SET sealed = 'x'", "TRUNCATE screening_particulars",
                 "DELETE FROM screening_particulars"):  # fmt: skip
        with database.connect(Role.OWNER) as owner, pytest.raises(RestrictViolation):
            owner.execute(verb)
    assert do(particulars, key, "staff 1", AT) == PARTICULARS


def test_sent_twice_at_once_it_is_one_application() -> None:
    draft_id = confirmed()
    found = at_once([partial(do, submit, draft_id, applied(), AT)] * 4)
    assert len(set(found)) == 1
    assert counted()[0][:2] == (2, 1)  # the lender has a member already
    assert do(submit, draft_id, applied(), after(days=1)) == found[0]


def test_two_drafts_of_one_person_are_one_member_and_one_open_application() -> None:
    first, second = confirmed(), confirmed()
    key = do(submit, first, applied(), AT)
    before = counted()
    with pytest.raises(StateConflict):
        do(submit, second, applied(), AT)
    assert counted() == before
    do(applications.withdraw, key, Source("member", "form 9"), after(minutes=1))
    again = do(submit, second, applied(), after(minutes=2))
    assert again.member_id == key.member_id


@pytest.mark.rule("CRED-001")
@pytest.mark.parametrize("what", ["mailbox", "consent", "amount"])
def test_what_is_refused_leaves_nothing_behind(what: str) -> None:
    draft_id = confirmed()
    before = counted()
    whole = applied()
    wrong: dict[str, Applied] = {
        "mailbox": applied(mail="other@example.jp"),
        "consent": replace(
            whole, consents={k: v for k, v in whole.consents.items() if k != INQUIRY}
        ),
        "amount": replace(whole, wanted=replace(whole.wanted, limit_yen=9_000_000)),
    }
    with pytest.raises((InputError, StateConflict)):
        do(submit, draft_id, wrong[what], AT)
    assert counted() == before
    assert do(drafts.load, draft_id, AT).became is None


def test_member_with_a_pin_is_led_to_the_member_s_pages() -> None:
    person = replace(HANAKO, born_on=date(1988, 4, 12))
    House().member(person, after(days=-90))
    draft_id = confirmed("hanako@example.jp")
    with pytest.raises(StateConflict) as told:
        do(submit, draft_id, applied(person, "hanako@example.jp"), AT)
    assert [one.code for one in told.value.faults] == ["APY-005"]


@pytest.mark.rule("FRAUD-003")
def test_what_is_alike_is_kept_for_who_screens_and_for_nobody_else() -> None:
    first = sent(device="browser 1")
    other = {Fact.MOBILE_PHONE: Phone("08033334444")}
    same_phone = sent(
        TARO, "taro@example.jp", facts={Fact.BANK_ACCOUNT: replace(ACCOUNT, number="7654321")}
    )
    same_account = sent(replace(TARO, born_on=date(1991, 1, 1)), "jiro@example.jp", facts=other)
    same_device = sent(
        replace(TARO, born_on=date(1992, 1, 1)), "goro@example.jp", "browser 1",
        facts={Fact.MOBILE_PHONE: Phone("08055556666"), Fact.BANK_ACCOUNT: replace(ACCOUNT, number="1111111")},
    )  # fmt: skip
    assert do(signals.of, same_phone) == (Signal(Alike.PHONE, first.member_id),)
    assert do(signals.of, same_account) == (Signal(Alike.ACCOUNT, first.member_id),)
    assert do(signals.of, same_device) == (Signal(Alike.DEVICE, first.member_id),)
    assert do(signals.of, first) == ()
    kinds = rows("SELECT DISTINCT kind FROM journal_row WHERE strpos(kind, 'signal') > 0")
    assert kinds == []
    assert PHONE.digits not in str(rows("SELECT t::text FROM screening_signal t"))


def test_account_in_a_list_is_kept_nowhere_and_the_applicant_learns_nothing() -> None:
    line = listed.Line(2, listed.Number("0001", "001", "1234567"), "")
    do(listed.bring_in, listed.Incoming("police", b"list", (line,)), "staff 1", AT)
    key = sent()
    assert do(signals.of, key) == (Signal(Alike.LISTED_ACCOUNT, None),)
    kinds = rows("SELECT kind FROM people_fact WHERE member_id = %s", key.member_id)
    assert ("bank_account",) not in kinds
    assert ("email",) in kinds


def test_link_after_sending_leads_to_the_state_of_it() -> None:
    key = sent()
    do(links.ask, MAIL, Language.JA, AT)
    ((claim_id,),) = rows("SELECT claim_id FROM screening_link_claim")
    mail = do(links.look, claim_id, AT)
    assert mail is not None
    assert do(links.enter, mail.token, HANAKO.born_on, AT) == links.Seat(key=key)
    assert do(forms.one, key).outcome is not Outcome.WITHDRAWN


def test_others_are_found_by_indexes_and_not_by_reading_every_member(database: Database) -> None:
    with database.connect(Role.OWNER) as owner:
        body = owner.execute("SELECT prosrc FROM pg_proc WHERE proname = 'screening_alike'")
        row = body.fetchone()
        assert row is not None
        owner.execute("SET enable_seqscan = off")
        statement = str(row[0]).replace("wanted_member", "1")
        plan = "\n".join(line for (line,) in owner.execute(f"EXPLAIN {statement}").fetchall())
    assert "Seq Scan" not in plan, plan
    for index in ("by_phone", "by_account", "by_email", "by_reading"):
        assert index in plan, plan
