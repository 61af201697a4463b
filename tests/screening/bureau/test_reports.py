"""Reports: every change reaches the bureau without delay, and its register equals the book."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from tests.database import Database
from tests.loans.crowd import do
from tests.screening.bureau.counter import PHONE, Counter, noon, rows, states, tasks_of
from tests.screening.identity.test_papers import LICENCE, SELF, SELFIE

from motocho.contact.holds import Source
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.loans import commands, queries
from motocho.loans.commands import Key
from motocho.outside.bureau import Form
from motocho.outside.bureau import Trouble as Entry
from motocho.outside.fakes.bureau import Trouble, scripted, seeded
from motocho.people.facts.values import Address, Employer
from motocho.people.facts.values import Kind as Fact
from motocho.screening import bureau, identity
from motocho.screening.bureau import Cause, Facts, ReportKey, Terms, check_trouble
from motocho.screening.identity import Evidence
from motocho.units.errors import NotFoundError, StateConflict

OPENED = date(2026, 1, 5)


@pytest.fixture
def counter(database: Database, tmp_path: Path) -> Counter:
    made = Counter(tmp_path, at=noon(OPENED))
    made.join()
    made.consent()
    return made


def kinds(key: Key) -> list[str]:
    found = rows(
        "SELECT kind FROM screening_report WHERE member_id = %s AND agreement_id = %s"
        " ORDER BY seq_no",
        *key,
    )
    return [kind for (kind,) in found]


# -------------------------------------------------------------------------------- what is reported
@pytest.mark.rule("CRED-003")
@pytest.mark.parametrize("form", Form)
def test_every_field_of_the_law_is_reported(database: Database, tmp_path: Path, form: Form) -> None:
    counter = Counter(tmp_path, at=noon(OPENED), form=form)
    counter.join()
    counter.consent()
    counter.tell(counter.member_id, Fact.ADDRESS, Address("1000001", "東京都千代田区千代田1-1"))
    counter.tell(counter.member_id, Fact.EMPLOYER, Employer("株式会社青空"))
    known = Evidence(SELF, replace(SELFIE, shown=(LICENCE,)))
    do(identity.keep, counter.member_id, known, Source("staff 3", "form 1"), counter.at)
    key = counter.opened()
    counter.draw(key, 50_000)
    counter.carry()
    kept = counter.kept(key)
    wanted = {
        "kana": "ｻﾄｳ ﾊﾅｺ", "name": "佐藤 花子", "address": "東京都千代田区千代田1-1",
        "born_on": "19850401", "phone_1": PHONE.digits, "employer": "株式会社青空",
        "contracted_on": "20260105", "amount_yen": "50000", "balance_yen": "50000",
        "is_late": "0", "excepted": "neither", "kind": "loan", "seq_no": "1",
        "licence_number": "308512345670",
    }  # fmt: skip
    assert {name: kept[name] for name in wanted} == wanted
    assert states("screening_report") == ["taken"]


@pytest.mark.rule("CRED-003")
def test_contract_alone_is_no_loan_and_is_not_reported(counter: Counter) -> None:
    key = counter.opened()
    counter.carry()
    assert kinds(key) == []


@pytest.mark.rule("CRED-003")
def test_each_change_is_reported_by_the_next_round(counter: Counter) -> None:
    key = counter.opened()
    counter.draw(key, 50_000)
    counter.carry()
    counter.later(days=1)
    counter.draw(key, 30_000)
    counter.draw(key, 20_000)
    counter.carry()
    assert counter.kept(key)["balance_yen"] == "100000"
    counter.later(days=1)
    paid = counter.receive(key, 40_000)
    counter.carry()
    assert int(counter.kept(key)["balance_yen"]) == counter.principal_yen(key)
    do(commands.reverse, key, paid, "returned", counter.desk.made(counter.on))
    counter.carry()
    assert (counter.kept(key)["kind"], counter.kept(key)["balance_yen"]) == ("correction", "100000")
    counter.later(days=1)
    counter.receive(key, 120_000)
    held_yen = do(queries.position, key, counter.on).excess_yen
    do(commands.refund, key, held_yen, counter.desk.made(counter.on))
    do(commands.close_agreement, key, counter.desk.made(counter.on))
    counter.carry()
    kept = counter.kept(key)
    assert (kept["balance_yen"], kept["ending"], kept["ended_on"]) == ("0", "paid", "20260108")
    assert kinds(key) == ["loan", "loan", "loan", "balance", "correction", "end"]
    amounts = rows("SELECT standing->>'amount_yen' FROM screening_report ORDER BY seq_no LIMIT 3")
    assert amounts == [("50000",), ("30000",), ("20000",)]


@pytest.mark.rule("CRED-003")
def test_new_phone_or_employer_is_reported_of_every_contract(counter: Counter) -> None:
    keys = [counter.opened(), counter.opened()]
    for key in keys:
        counter.draw(key, 10_000)
    counter.carry()
    counter.tell(counter.member_id, Fact.EMPLOYER, Employer("有限会社夕空"))
    counter.carry()
    for key in keys:
        assert kinds(key) == ["loan", "person"]
        assert counter.kept(key)["employer"] == "有限会社夕空"


@pytest.mark.rule("CRED-003")
def test_what_is_as_it_was_is_not_reported_again(counter: Counter) -> None:
    key = counter.opened()
    counter.draw(key, 10_000)
    counter.carry()
    subject: dict[str, int | str] = {"agreement": key.agreement_id, "stage": "current"}
    do(journal.write, [
        Happening(key.member_id, "arrears_stage", "night", counter.at, subject),
        Happening(key.member_id, "fact_changed", "member", counter.at, {"kind": "employer"}),
        Happening(key.member_id, "login", "member", counter.at, {"agreement": key.agreement_id}),
    ])  # fmt: skip
    counter.carry()
    assert kinds(key) == ["loan"]


def test_what_is_owed_when_we_join_is_reported_first(database: Database, tmp_path: Path) -> None:
    """貸金業法41条の35第1項."""
    counter = Counter(tmp_path, at=noon(OPENED), joined_on=date(2026, 2, 1))
    owing, paid = counter.opened(), counter.opened()
    for key in (owing, paid):
        counter.draw(key, 10_000)
    counter.receive(paid, 10_000)
    counter.at = noon(date(2026, 2, 1))
    counter.join()
    counter.carry()
    assert kinds(owing) == []
    found = do(bureau.following.report_all, counter.bureau, Key(0, 0), counter.at)
    assert found == (1, None)
    counter.carry()
    assert (kinds(owing), kinds(paid)) == (["loan"], [])
    assert counter.kept(owing)["contracted_on"] == "20260105"


# ---------------------------------------------------------------------------------------- arrears
def late(counter: Counter) -> Key:
    """A draw of 5 January, due on 9 February and never paid."""
    key = counter.opened()
    counter.draw(key, 100_000)
    counter.carry()
    return key


def on_day_late(counter: Counter, key: Key, days: int) -> None:
    """Noon of a day so many days after the last day to pay, the night's news told."""
    counter.at = noon(date(2026, 2, 9) + timedelta(days=days))
    news = Happening(key.member_id, "arrears_stage", "night", counter.at,
                     {"agreement": key.agreement_id, "stage": "late"})  # fmt: skip
    do(journal.write, [news])
    counter.carry()


@pytest.mark.rule("CRED-003")
def test_arrears_are_reported_from_their_first_day_and_when_they_end(counter: Counter) -> None:
    key = late(counter)
    on_day_late(counter, key, 0)
    assert counter.kept(key)["is_late"] == "0"
    on_day_late(counter, key, 1)
    kept = counter.kept(key)
    assert (kept["is_late"], kept["late_since"], kept["trouble"]) == ("1", "20260209", "none")
    counter.receive(key, 20_000)
    counter.carry()
    assert counter.kept(key)["is_late"] == "0"


@pytest.mark.rule("CRED-005")
@pytest.mark.parametrize(("terms", "days", "wanted"), [
    (Terms.CIC, 45, "none"), (Terms.CIC, 60, "none"), (Terms.CIC, 61, "long_delay"),
    (Terms.JICC, 61, "none"), (Terms.JICC, 88, "none"), (Terms.JICC, 89, "long_delay"),
])  # fmt: skip
def test_long_delay_is_reported_by_the_bureaus_terms(
    database: Database, tmp_path: Path, terms: Terms, days: int, wanted: str
) -> None:
    """Three months from 9 February end on 9 May, 89 days later; nobody tells it that day."""
    counter = Counter(tmp_path, at=noon(OPENED), terms=terms)
    counter.join()
    counter.consent()
    key = late(counter)
    on_day_late(counter, key, 1)
    do(commands.night.pass_days, [key], counter.desk.made(counter.on))
    counter.at = noon(date(2026, 2, 9) + timedelta(days=days))
    counter.carry()
    kept = counter.kept(key)
    assert kept["trouble"] == wanted
    first = {Terms.CIC: "20260411", Terms.JICC: "20260509"}[terms]
    assert kept["trouble_on"] == (first if wanted == "long_delay" else "")


def test_long_delay_stays_after_it_was_paid_and_is_told_once(counter: Counter) -> None:
    key = late(counter)
    on_day_late(counter, key, 61)
    for _ in range(3):
        counter.later(days=1)
        counter.carry()
    counter.receive(key, 50_000)
    counter.carry()
    kept = counter.kept(key)
    assert (kept["is_late"], kept["trouble"], kept["trouble_on"]) == ("0", "long_delay", "20260411")
    assert kinds(key) == ["loan", "balance", "balance"]


@pytest.mark.rule("CRED-005")
@pytest.mark.parametrize(("after", "cic", "jicc"), [
    (date(2026, 1, 31), date(2026, 4, 2), date(2026, 4, 30)),
    (date(2025, 11, 30), date(2026, 1, 30), date(2026, 2, 28)),
    (date(2027, 11, 30), date(2028, 1, 30), date(2028, 2, 29)),
])  # fmt: skip
def test_first_day_of_a_long_delay_and_the_day_before(after: date, cic: date, jicc: date) -> None:
    for terms, first in ((Terms.CIC, cic), (Terms.JICC, jicc)):
        before = Facts(first - timedelta(days=1), after)
        refusal = check_trouble(Entry.LONG_DELAY, before, terms)
        assert refusal is not None
        assert (refusal.rule_id, refusal.allowed_from) == ("CRED-005", first)
        at_first = replace(before, on=first)
        assert check_trouble(Entry.LONG_DELAY, at_first, terms) is None
        assert bureau.trouble_of(at_first, terms) is Entry.LONG_DELAY
        assert bureau.trouble_of(before, terms) is Entry.NONE


# --------------------------------------------------------------------------- overpaid, and wrong
@pytest.mark.rule("CRED-006")
@pytest.mark.parametrize(("recalculated", "rule"), [
    (-120_000, "CRED-006"), (0, "CRED-006"), (1, ""), (None, ""),
])  # fmt: skip
@pytest.mark.parametrize("trouble", [Entry.ADJUSTED, Entry.WRITTEN_OFF])
def test_claim_for_an_overpayment_alone_is_no_trouble(
    trouble: Entry, recalculated: int | None, rule: str
) -> None:
    facts = Facts(OPENED, OPENED, is_settled=True, is_written_off=True,
                  recalculated_yen=recalculated)  # fmt: skip
    refusal = check_trouble(trouble, facts, Terms.CIC)
    assert ("" if refusal is None else refusal.rule_id) == rule
    if refusal is not None:
        assert bureau.trouble_of(facts, Terms.CIC) is Entry.NONE


@pytest.mark.rule("CRED-006")
def test_entry_of_who_was_overpaid_is_taken_back_and_none_follows(counter: Counter) -> None:
    key = late(counter)
    on_day_late(counter, key, 70)
    assert counter.kept(key)["trouble"] == "long_delay"
    made = counter.desk.made(counter.on)
    do(commands.give_up_claim, key, made)
    do(commands.owe_overpayment, key, 120_000, counter.desk.made(counter.on))
    counter.carry()
    kept = counter.kept(key)
    wanted = ("0", "none", "", "paid", "0")
    names = ("balance_yen", "trouble", "trouble_on", "ending", "is_late")
    assert tuple(kept[name] for name in names) == wanted
    insert = (
        "INSERT INTO screening_report (member_id, bureau_id, agreement_id, seq_no, kind, cause,"
        " as_of_on, person, standing, made_at) VALUES (%s, 'fake', %s, 99, 'balance', 'x', now(),"
        " '{}', '{\"trouble\": \"adjusted\"}', now())"
    )
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(insert, key)


@pytest.mark.rule("CRED-004")
def test_long_delay_that_never_was_is_cleared_by_a_person(counter: Counter) -> None:
    key = late(counter)
    on_day_late(counter, key, 61)

    def clear(ref: str) -> bureau.reports.Made:
        cause = Cause(ref, counter.at, counter.on)
        made: bureau.reports.Made = do(bureau.reports.clear, counter.bureau, key, "staff 7", cause)
        return made

    with pytest.raises(StateConflict):
        clear("a")
    do(commands.receive, key, 100_000, date(2026, 2, 9), counter.desk.made(counter.on))
    counter.carry()
    assert counter.kept(key)["trouble"] == "long_delay"
    assert clear("b").kind.value == "correction"
    counter.carry()
    assert counter.kept(key)["trouble"] == "none"
    with pytest.raises(StateConflict):
        clear("c")


# --------------------------------------------------------------------- sent, lost, not taken
def test_report_without_a_receipt_goes_again_and_stays_one(counter: Counter) -> None:
    counter.fake.plan = scripted(Trouble.LOST, Trouble.LOST)
    key = counter.opened()
    counter.draw(key, 10_000)
    counter.carry()
    assert states("screening_report") == ["sent"]
    counter.later(hours=7)
    counter.carry()
    assert states("screening_report") == ["taken"]
    assert rows("SELECT times_sent FROM screening_report") == [(2,)]
    assert len(counter.fake.seen) == 1


def test_rejected_report_is_a_task_and_is_made_again_by_the_facts_of_then(
    counter: Counter,
) -> None:
    counter.fake.plan = scripted(Trouble.REJECTED)
    key = counter.opened()
    counter.draw(key, 10_000)
    counter.carry()
    assert states("screening_report") == ["rejected"]
    assert tasks_of(key.member_id) == ["bureau_rejected"]
    (one,) = do(bureau.reports.rejected)
    assert one.reason == "E01"
    counter.tell(key.member_id, Fact.EMPLOYER, Employer("株式会社青空"))
    cause = Cause("again 1", counter.at, counter.on)
    made = do(bureau.reports.again, counter.bureau, one.key, "staff 7", cause)
    assert made.person.employer == "株式会社青空"
    counter.carry()
    assert counter.kept(key)["employer"] == "株式会社青空"
    assert tasks_of(key.member_id) == []
    assert do(bureau.reports.rejected) == []
    with pytest.raises(StateConflict):
        do(bureau.reports.again, counter.bureau, one.key, "staff 7", cause)
    with pytest.raises(NotFoundError):
        do(bureau.reports.again, counter.bureau, ReportKey(9, 9), "staff 7", cause)


@contextmanager
def carrying_at_chance(counter: Counter, chance: random.Random) -> Iterator[None]:
    yield
    if chance.random() < 0.6:
        counter.carry()


@pytest.mark.parametrize("seed", [1, 3])
def test_the_bureaus_register_equals_the_book_whatever_went_wrong(
    counter: Counter, seed: int
) -> None:
    chance = random.Random(seed)
    counter.fake.plan = seeded(seed, {
        Trouble.LOST: 150, Trouble.LATE: 150, Trouble.DOUBLED: 100, Trouble.CLOSED: 150,
        Trouble.PARTIAL: 100, Trouble.WRONG_SUM: 50,
    })  # fmt: skip
    keys = [counter.opened() for _ in range(3)]
    drawn: list[tuple[Key, int]] = []
    for _ in range(25):
        with carrying_at_chance(counter, chance):
            key = chance.choice(keys)
            if chance.random() < 0.45 and counter.principal_yen(key) < 400_000:
                drawn.append((key, counter.draw(key, chance.randrange(1, 50) * 1_000)))
            elif counter.principal_yen(key):
                counter.receive(key, chance.randrange(1, 30) * 1_000)
        counter.later(hours=chance.randrange(1, 40))
    counter.fake.plan = scripted()
    for _ in range(3):
        counter.later(hours=7)
        counter.carry()
    assert set(states("screening_report")) == {"taken"}
    for key in keys:
        if kinds(key):
            assert int(counter.kept(key)["balance_yen"]) == counter.principal_yen(key)
    told = rows("SELECT standing->>'amount_yen' FROM screening_report WHERE kind = 'loan'")
    assert len(told) == len(drawn)
    assert len(counter.fake.seen) == len(states("screening_report"))
