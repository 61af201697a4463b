"""The month in figures, what is set aside, advertisements, partners that are asked."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from tests.database import Database
from tests.loans.crowd import do
from tests.loans.desk import Desk, with_settings
from tests.people.house import rows

from motocho.config import _partners
from motocho.contact.directory import shipped
from motocho.loans import commands
from motocho.office import registers
from motocho.office.registers import (
    Bands,
    Columns,
    Decision,
    Draft,
    Loan,
    Look,
    Medium,
    Partner,
    Road,
    Stage,
)
from motocho.outside import clock
from motocho.outside.clock import JAPAN
from motocho.outside.mail import Letter, Outcome
from motocho.units.errors import (
    BrokenInvariant,
    InputError,
    OutsideFailure,
    RefusedError,
    StateConflict,
)

AT = datetime(2026, 11, 21, 12, tzinfo=JAPAN)
FIRST, SECOND = "staff 1", "staff 2"
GOOD = """青葉台ファイナンス株式会社（架空） 関東財務局長(1)第00000号
実質年率 3.0%～17.8%。遅延損害金 20.0%。返済方式 残高スライド元利定額リボルビング。
返済期間・返済回数 最長8年・96回。担保・保証人 不要。審査があります。
お申込み 03-0000-0101 https://example.jp
日本貸金業協会 貸金業相談・紛争解決センター 0570-051-051"""
DAYS = (date(2026, 12, 1), date(2027, 1, 31))
BANDS = Bands(100_000, 300_000, 500_000, 1_000_000)
yen = st.integers(min_value=0, max_value=2_000_000)


# ----------------------------------------------------------------------------------------- figures
@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), yen, st.integers(0, 1), yen, st.integers(0, 1), yen, yen),
        max_size=30,
    )
)
def test_every_agreement_counts_in_one_band_and_nothing_is_lost(
    lines: list[tuple[str, int, int, int, int, int, int]],
) -> None:
    columns = Columns(*([list(one) for one in zip(*lines, strict=True)] or [[]] * 7))
    found = registers.add_up(columns, BANDS)
    assert sum(one.balance_yen for one in found) == sum(line[3] for line in lines)
    assert sum(one.lent_yen for one in found) == sum(line[6] for line in lines)
    assert sum(one.contracts for one in found) == sum(line[2] for line in lines)
    for one in found:  # a second route: each band asked for by its bounds
        mine = [
            line
            for line in lines
            if line[0] == one.product and BANDS.ends_yen[BANDS.place(line[1])] == one.limit_to_yen
        ]
        assert one.with_balance == sum(line[3] > 0 for line in mine)
        assert one.opened == sum(line[4] for line in mine)
    ends = [one for one in BANDS.ends_yen if one is not None]
    for limit_yen in (line[1] for line in lines):
        assert BANDS.place(limit_yen) == sum(limit_yen > end for end in ends)


@pytest.fixture
def desk(database: Database) -> Desk:
    del database
    return Desk(with_settings(from_on=date(2012, 1, 1)))


@pytest.mark.rule("BOOK-001")
def test_the_month_is_told_as_the_ledger_has_it(desk: Desk) -> None:
    """Draws of the month, cancelled ones taken off, balances of its last day and no later one."""
    key = desk.open(date(2026, 8, 3), 500_000)
    small = desk.open(date(2026, 9, 10), 100_000)
    desk.draw(key, 200_000, date(2026, 8, 3))
    desk.receive(key, 20_000, date(2026, 9, 1))
    desk.draw(key, 50_000, date(2026, 9, 15))
    wrong = desk.draw(small, 30_000, date(2026, 9, 20))
    desk.receive(key, 20_000, date(2026, 9, 28))
    desk.do(commands.reverse, small, wrong.event_no, "entered twice", desk.made(date(2026, 9, 29)))
    september = do(registers.figures, date(2026, 9, 1), date(2026, 10, 5))
    desk.receive(key, 30_000, date(2026, 10, 3))
    desk.draw(small, 10_000, date(2026, 10, 4))
    again = do(registers.figures, date(2026, 9, 30), date(2026, 10, 5))
    assert again == september
    assert (september.lent_yen, september.last_on) == (50_000, date(2026, 9, 30))
    by_band = {one.limit_to_yen: one for one in september.rows}
    assert (by_band[100_000].opened, by_band[100_000].contracts) == (1, 1)
    assert (by_band[500_000].draws, by_band[500_000].with_balance) == (1, 1)
    owed = rows(
        "SELECT sum(CASE WHEN debit = 1100 THEN amount_yen WHEN credit = 1100 THEN -amount_yen END)"
        " FROM ledger_leg JOIN ledger_entry USING (member_id, entry_id)"
        " WHERE business_on <= '2026-09-30'"
    )
    assert owed == [(september.balance_yen,)]
    assert "50000" in september.csv_text()
    with pytest.raises(InputError):
        do(registers.figures, date(2026, 10, 1), date(2026, 10, 31))


def test_a_book_that_differs_from_its_ledger_is_told_to_nobody(desk: Desk) -> None:
    key = desk.open(date(2026, 8, 3), 500_000)
    desk.draw(key, 200_000, date(2026, 8, 3))
    do(registers.provisioning, date(2026, 8, 4))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE loan_agreement SET principal_yen = principal_yen + 1")
        with pytest.raises(BrokenInvariant):
            registers.figures(cursor, date(2026, 8, 1), date(2026, 9, 5))
        transaction.set_rollback(True)


# ------------------------------------------------------------------------------------ provisioning
@pytest.mark.parametrize(("loan", "wanted"), [
    (Loan(1), Stage.NORMAL), (Loan(1, 1), Stage.WATCH), (Loan(1, 60), Stage.WATCH),
    (Loan(1, 61), Stage.DOUBTFUL), (Loan(1, 180), Stage.DOUBTFUL), (Loan(1, 181), Stage.LOST),
    (Loan(1, 5, is_arranged=1), Stage.RESTRUCTURED), (Loan(1, 61, is_arranged=1), Stage.DOUBTFUL),
    (Loan(1, has_counsel=1), Stage.DOUBTFUL), (Loan(1, has_counsel=1, is_due_whole=1), Stage.LOST),
])  # fmt: skip
def test_the_worst_stage_that_fits(loan: Loan, wanted: Stage) -> None:
    assert registers.stage_of(loan, registers.shares(date(2026, 11, 23))) is wanted


@given(st.lists(st.tuples(yen, st.integers(0, 400)), max_size=20))
def test_what_is_set_aside_is_never_more_than_what_is_owed(lines: list[tuple[int, int]]) -> None:
    held = registers.shares(date(2026, 11, 23))
    loans = [Loan(*line) for line in lines]
    found = registers.provisions(loans, held)
    assert sum(one.principal_yen for one in found) == sum(line[0] for line in lines)
    assert sum(one.loans for one in found) == len(lines)
    for one in found:
        most = one.principal_yen * one.share_ppm // 1_000_000
        assert most - one.loans <= one.provision_yen <= most


def test_the_book_by_stage_owes_what_the_ledger_says(desk: Desk) -> None:
    key = desk.open(date(2026, 8, 3), 500_000)
    late = desk.open(date(2026, 2, 2), 500_000)
    desk.draw(key, 200_000, date(2026, 8, 3))
    desk.draw(late, 100_000, date(2026, 2, 2))
    found = do(registers.provisioning, date(2026, 8, 4))
    by_stage = {one.stage: one for one in found.rows}
    assert found.principal_yen == 300_000
    assert by_stage[Stage.NORMAL].provision_yen == 200_000 * 12_000 // 1_000_000
    assert by_stage[Stage.DOUBTFUL].principal_yen + by_stage[Stage.LOST].principal_yen == 100_000
    assert found.csv_text().startswith("stage,")


# -------------------------------------------------------------------------------------- adverts
@pytest.mark.rule("ADV-001")
@pytest.mark.rule("ADV-004")
@pytest.mark.rule("ADV-005")
@pytest.mark.parametrize(("words", "wanted"), [
    (GOOD, set()),
    (GOOD.replace("03-0000-0101", "03-0000-0199"), {"DIR-002", "REG-026"}),
    (GOOD.replace("03-0000-0101", ""), {"REG-026"}),
    (GOOD.replace("03-0000-0101", "").replace("https://example.jp", ""), set()),
    (GOOD.replace("お申込み", "お申込み 090-1234-5678"), {"DIR-002"}),
    (GOOD.replace("17.8%", "18%"), {"REG-025"}),
    (GOOD.replace("１７．８％", "18%").replace("20.0%", "２０％"), {"REG-025"}),
    (GOOD.replace("担保・", ""), {"REG-024"}),
    (GOOD.replace("第00000号", ""), {"REG-024"}),
    (GOOD.replace("0570-051-051", ""), {"REG-024"}),
    (GOOD.replace("審査があります", "審査なしですぐに増額"), {"DIR-020"}),
    (GOOD.replace("審査があります", "必ず借りられます"), {"DIR-020", "REG-023"}),
    ("最大800万円", {"REG-024"}),
])  # fmt: skip
def test_a_text_runs_only_as_the_law_has_it(words: str, wanted: set[str]) -> None:
    found = registers.check_advert(words, shipped(), DAYS)
    assert {one.code for one in found} == wanted


def draft(form: str = "form 1", words: str = GOOD) -> Draft:
    return Draft(Medium.LEAFLET, "年末のチラシ", words, *DAYS, form)


@pytest.mark.rule("ADV-004")
def test_an_advertisement_is_agreed_to_by_another_in_time_and_once(database: Database) -> None:
    del database
    with pytest.raises(RefusedError) as caught:
        do(registers.propose_advert, draft(words="最大800万円を即日"), shipped(), FIRST, AT)
    assert caught.value.faults[0].code == "REG-024"
    one = do(registers.propose_advert, draft(), shipped(), FIRST, AT)
    assert do(registers.propose_advert, draft(), shipped(), FIRST, AT) == one
    with pytest.raises(StateConflict):
        do(registers.decide_advert, one.advert_id, Decision(FIRST, is_agreed=True), AT)
    late = datetime(2026, 12, 2, tzinfo=JAPAN)
    with pytest.raises(StateConflict):
        do(registers.decide_advert, one.advert_id, Decision(SECOND, is_agreed=True), late)
    agreed = do(registers.decide_advert, one.advert_id, Decision(SECOND, is_agreed=True), AT)
    with pytest.raises(StateConflict):
        do(registers.decide_advert, one.advert_id, Decision(SECOND, is_agreed=False), AT)
    assert [agreed.runs_on(day) for day in (DAYS[0] - timedelta(1), *DAYS)] == [False, True, True]
    stopped = do(registers.stop_advert, one.advert_id, date(2026, 12, 5), FIRST, AT)
    assert [stopped.runs_on(date(2026, 12, day)) for day in (5, 6)] == [True, False]
    for statement in (
        "UPDATE office_advert SET words = words || ' '",
        "UPDATE office_advert SET until_on = until_on + 1",
        "DELETE FROM office_advert",
    ):
        with connection.cursor() as cursor, pytest.raises(DatabaseError):
            cursor.execute(statement)
    refused = do(registers.propose_advert, draft("form 2"), shipped(), FIRST, AT)
    do(registers.decide_advert, refused.advert_id, Decision(SECOND, is_agreed=False), AT)
    with pytest.raises(StateConflict):
        do(registers.stop_advert, refused.advert_id, date(2026, 12, 5), FIRST, AT)


# ------------------------------------------------------------------------------ partners are asked
class Box:
    """Where letters arrive."""

    def __init__(self) -> None:
        self.count = 0

    def send(self, letter: Letter) -> Outcome:
        del letter
        self.count += 1
        return Outcome.TAKEN


def partner(partner_id: str, on: date) -> Partner:
    return Partner(partner_id, "相手", "東京都", Road.OUTSOURCING, "送信", "契約1", on, on, FIRST)


@pytest.fixture
def day(database: Database) -> date:
    del database
    return clock.business_date()


@pytest.mark.rule("PRIV-007")
def test_nothing_leaves_to_who_is_not_listed_once_the_list_is_asked(day: date) -> None:
    box = Box()
    way = _partners.ListedPost(box)
    way.send(None)  # type: ignore[arg-type]  # a book without a list asks nobody
    with pytest.raises(RefusedError) as caught:
        do(registers.begin_asking, day, FIRST, AT)
    assert "mail" in caught.value.faults[0].details["partners"]
    for name in registers.OUTBOXES:
        do(registers.list_partner, partner(name, day - timedelta(30)), FIRST, AT)
    do(registers.begin_asking, day, FIRST, AT)
    way.send(None)  # type: ignore[arg-type]
    assert box.count == 2
    _partners.ask("mail")
    (mail,) = [one for one in do(registers.partners) if one.partner_id == "mail"]
    do(registers.end_partner, mail, day - timedelta(1), FIRST, AT)
    with pytest.raises(OutsideFailure) as refused:
        way.send(None)  # type: ignore[arg-type]
    assert refused.value.faults[0].code == "REG-031"
    assert box.count == 2
    with pytest.raises(OutsideFailure):
        _partners.ask(registers.bureau_partner("jicc"))


@pytest.mark.rule("PRIV-007")
@pytest.mark.parametrize(("days", "is_listed"), [(0, 1), (1, 0)])
def test_a_look_at_a_partner_holds_three_years(day: date, days: int, is_listed: int) -> None:
    old = day.replace(year=day.year - 3, day=min(day.day, 28)) - timedelta(days)
    on = day.replace(day=min(day.day, 28))
    do(registers.list_partner, partner("old", old), FIRST, AT)
    assert (do(registers.check_partner, "old", on) is None) is bool(is_listed)
    with transaction.atomic(), connection.cursor() as cursor:
        given_to = (
            "INSERT INTO office_provision (partner_id, given_on, items, persons, digest, actor,"
            " noted_at) VALUES ('old', %s, 'x', 1, %s, 'staff 1', now())"
        )
        values = (on, hashlib.sha256(b"x").digest())
        if is_listed:
            cursor.execute(given_to, values)
        else:
            with pytest.raises(IntegrityError), transaction.atomic():
                cursor.execute(given_to, values)
    do(registers.look_again, Look("old", on, FIRST), FIRST, AT)
    assert do(registers.check_partner, "old", on) is None
    with pytest.raises(StateConflict):
        do(registers.look_again, Look("old", on, FIRST), FIRST, AT)
