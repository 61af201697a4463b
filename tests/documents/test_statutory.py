"""Papers of the law: every item on each, by wire with consent alone, made once, kept to the byte."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from django.db import IntegrityError, connection, transaction
from tests.database import Database
from tests.documents.pages import Pdf, close_set
from tests.loans.crowd import do
from tests.loans.desk import CONSENT, Desk
from tests.people.house import House, kinds_of, rows

from motocho.close import tasks
from motocho.close.plan import Task, TaskKind
from motocho.config.worker import ASK_STATEMENTS, FOLLOW_PAPERS, TASKS
from motocho.contact import directory
from motocho.documents import archive
from motocho.documents import paper as sheets
from motocho.documents.archive import About, Delivered, Kind, Road, Signed
from motocho.documents.paper import Paper
from motocho.documents.statutory import following, making
from motocho.documents.statutory.items import ITEMS, faults_of
from motocho.documents.statutory.making import Borrower, Subject
from motocho.kernel.schedule import Scheme
from motocho.loans import commands, queries
from motocho.loans.commands import Key
from motocho.loans.queries import PaidOff
from motocho.outside import clock
from motocho.outside.clock import JAPAN
from motocho.outside.postgres import Role as Login
from motocho.people import consents
from motocho.people.consents import Consent, Told
from motocho.people.facts.values import Address
from motocho.people.facts.values import Kind as Fact
from motocho.units.errors import NotFoundError, OutsideFailure, RefusedError

HOME = Address("1000001", "東京都千代田区千代田1-1")
OPENED = date(2026, 10, 5)
LENDER = directory.shipped().lender
PERIOD = Consent(consents.Kind.PERIOD_STATEMENT)


def by_wire(scope: str) -> Consent:
    return Consent(consents.Kind.ELECTRONIC_DELIVERY, scope)


class Lender:
    """A member with an address, and a book whose journal is followed."""

    def __init__(self, house: House, database: Database) -> None:
        with database.connect(Login.OWNER) as owner:
            owner.execute("UPDATE documents_reader SET since = '2020-01-01'")
        self.house, self.desk = house, Desk()
        self.member = house.member(at=datetime(2026, 9, 1, tzinfo=JAPAN))
        self.member_id = self.member.member_id
        at = datetime(2026, 9, 1, tzinfo=JAPAN)
        house.tell(self.member_id, Fact.ADDRESS, HOME, at=at, effective_on=date(2026, 9, 1))

    def agree(self, *wanted: Consent, at: datetime = datetime(2026, 9, 2, tzinfo=JAPAN)) -> None:
        for one in wanted:
            told = Told("member", f"form {one.scope} {at}", "v1")
            do(consents.give, self.member_id, one, told, at)

    def withdraw(self, wanted: Consent, at: datetime) -> None:
        do(consents.withdraw, self.member_id, wanted, Told("member", f"no {at}"), at)

    def open(self) -> Key:
        return self.desk.open(OPENED, 500_000, Scheme.MONTHLY, 25, member_id=self.member_id)

    def follow(self, at: datetime = datetime(2026, 11, 10, 9, tzinfo=JAPAN)) -> list[archive.Kept]:
        """The journal followed to its end, and each job done by hand."""
        follow_all()
        for (args,) in jobs(following.MAKE):
            do(following.make, (args["member_id"], args["row_id"]), LENDER, at)
        return self.papers()

    def papers(self) -> list[archive.Kept]:
        (agreement_id,) = rows("SELECT max(agreement_id) FROM loan_agreement")[0]
        found: list[archive.Kept] = do(archive.listed, self.member_id, agreement_id)
        return found[::-1]

    def text(self, kept: archive.Kept) -> str:
        return Pdf(do(archive.pages, self.member_id, kept.paper_no)).close_set()


UNREAD = (
    "SELECT 1 FROM journal_row j, documents_reader r"
    " WHERE (j.transaction_id, j.row_id) > (r.transaction_id::text::xid8, r.row_id) LIMIT 1"
)


def follow_all() -> None:
    """To the journal's end: rows wait for transactions that other tests have open on the server."""
    for _ in range(600):
        do(following.follow)
        if not rows(UNREAD):
            return
        time.sleep(0.05)
    raise TimeoutError


def jobs(name: str) -> list[tuple[dict[str, int]]]:
    found = rows("SELECT args FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", name)
    return [(orjson.loads(args),) for (args,) in found]


@pytest.fixture
def lender(house: House, database: Database) -> Lender:
    return Lender(house, database)


def subject_of(lender: Lender, key: Key) -> Subject:
    borrower = Borrower("佐藤 花子", "〒1000001 " + HOME.text, lender.member.member_number)
    return Subject(LENDER, borrower, do(queries.contract, key), OPENED)


def said_on(paper: Paper) -> dict[str, str]:
    return dict(paper.pairs)


# ------------------------------------------------------------------------------------------ items
@pytest.mark.rule("DOC-002")
@pytest.mark.rule("DOC-003")
@pytest.mark.rule("DOC-004")
@pytest.mark.rule("DOC-008")
def test_every_item_stands_on_every_kind_of_paper(lender: Lender) -> None:
    key = lender.open()
    lender.desk.draw(key, 100_000, OPENED)
    lender.desk.receive(key, 8_000, date(2026, 10, 25))
    subject = subject_of(lender, key)
    statement = do(queries.statement, key, OPENED, date(2026, 11, 1))
    drawn, received = (row for row in statement if row.kind in {"draw", "receipt"})
    position = do(queries.position, key, date(2026, 11, 1))
    ended = do(queries.position, key, date(2026, 10, 31))
    draws = {row.event_no: 100_000 for row in (drawn, received)}
    first, last = date(2026, 10, 1), date(2026, 10, 31)
    period = making.Period(first, last, (drawn, received), draws, ended)
    made = {
        Kind.PRE_CONTRACT: making.contract(subject, Kind.PRE_CONTRACT),
        Kind.CONTRACT: making.contract(subject),
        Kind.CHANGE: making.contract(subject, Kind.CHANGE),
        Kind.DRAW: making.draw(subject, drawn, position),
        Kind.DRAW_NOTICE: making.draw_notice(subject, drawn),
        Kind.RECEIPT: making.receipt(subject, received, 100_000),
        Kind.MONTHLY: making.monthly(subject, period, position),
        Kind.CORRECTION: making.correction(subject, "受取証書（書面番号 1）", received),
        Kind.RETURN: making.contract_return(subject, PaidOff(key, OPENED, OPENED)),
    }
    of_arrears = archive.COLLECTING | {Kind.IDENTIFICATION}  # tests/care/test_letters.py
    # A history is of 19条の2 and a settlement of what was agreed: the ordinance has no items of them.
    assert set(made) == set(Kind) - of_arrears - {Kind.HISTORY, Kind.SETTLEMENT}
    for kind, paper in made.items():
        said = said_on(paper)
        shown = Pdf(sheets.pdf(paper)).close_set()
        for item in ITEMS[kind]:
            assert said[item.label].strip(), (kind, item)
            assert close_set(item.label) in shown, (kind, item)
        assert "〓" not in shown, kind
    assert "年18.0%" in said_on(made[Kind.CONTRACT])["貸付けの利率"]
    assert "年20.0%" in said_on(made[Kind.CONTRACT])["賠償額の予定（遅延損害金）"]


@pytest.mark.rule("DOC-004")
def test_receipt_with_a_total_only_is_refused() -> None:
    said = {item.name: "x" for item in ITEMS[Kind.RECEIPT]}
    assert faults_of(Kind.RECEIPT, said) is None
    refusal = faults_of(Kind.RECEIPT, {**said, "received": " "})
    assert refusal is not None
    assert (refusal.rule_id, refusal.code) == ("DOC-004", "DCM-001")
    assert refusal.details["law"] == "貸金業法18条1項4号"


@pytest.mark.rule("DOC-007")
def test_contract_names_the_dispute_body(lender: Lender) -> None:
    named = said_on(making.contract(subject_of(lender, lender.open())))["指定紛争解決機関"]
    assert "日本貸金業協会" in named
    assert "0570-051-051" in named


@pytest.mark.rule("DOC-007")
def test_paper_without_the_dispute_body_is_refused(lender: Lender) -> None:
    subject = subject_of(lender, lender.open())
    with pytest.raises(RefusedError) as refused:
        making.paper_of(Kind.CONTRACT, subject, {"total": "x", "dispute_body": ""})
    assert refused.value.faults[0].details["item"] == "指定紛争解決機関"


@pytest.mark.rule("DOC-006")
def test_type_is_eight_points_or_larger_and_rates_have_a_decimal(lender: Lender) -> None:
    paper = making.contract(subject_of(lender, lender.open()))
    assert Pdf(sheets.pdf(paper)).least_size() >= 8
    rates = re.findall(r"年([0-9.]+)%", "".join(text for _, text in paper.pairs))
    assert rates
    assert all("." in rate for rate in rates)


@pytest.mark.rule("DOC-006")
def test_small_print_is_seen(
    lender: Lender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A template with a footnote of 6 points does not pass the check above."""
    given = sheets.TEMPLATE.read_text(encoding="utf-8")
    small = tmp_path / "paper.typ"
    small.write_text(given.replace("set text(size: 9pt,", "set text(size: 6pt,"), encoding="utf-8")
    monkeypatch.setattr(sheets, "TEMPLATE", small)
    paper = making.contract(subject_of(lender, lender.open()))
    assert Pdf(sheets.pdf(paper)).least_size() < 8


# ----------------------------------------------------------------------------------- the journal
@pytest.mark.rule("DOC-002")
@pytest.mark.rule("DOC-003")
@pytest.mark.rule("DOC-004")
@pytest.mark.rule("DOC-005")
def test_what_happened_brings_its_papers_by_wire_with_consent(lender: Lender) -> None:
    lender.agree(by_wire("contract"), by_wire("draw"), by_wire("receipt"))
    key = lender.open()
    lender.desk.draw(key, 100_000, date(2026, 11, 3))
    lender.desk.receive(key, 5_000, date(2026, 11, 5))
    papers = lender.follow()
    assert [(one.kind, one.road) for one in papers] == [
        (Kind.CONTRACT, Road.ELECTRONIC),
        (Kind.DRAW, Road.ELECTRONIC),
        (Kind.RECEIPT, Road.ELECTRONIC),
    ]
    receipt = lender.text(papers[-1])
    row = do(queries.statement, key, OPENED, date(2026, 11, 5))[-1]
    assert (
        f"利息{row.to_interest_yen:,}円、遅延損害金0円、元本{row.to_principal_yen:,}円" in receipt
    )
    assert f"{row.principal_yen:,}円" in receipt
    assert "東京都千代田区千代田1-1" in lender.text(papers[0])
    assert kinds_of(lender.member_id).count("document_ready") == 3
    assert not do(archive.waiting)
    assert lender.follow() == papers  # jobs that come twice make nothing anew


@pytest.mark.rule("DOC-005")
def test_after_a_withdrawal_papers_go_by_post(lender: Lender) -> None:
    lender.agree(by_wire("draw"))
    key = lender.open()
    lender.withdraw(by_wire("draw"), datetime(2026, 11, 1, tzinfo=JAPAN))
    lender.desk.draw(key, 100_000, date(2026, 11, 3))
    assert [one.road for one in lender.follow()] == [Road.POST, Road.POST]
    letters = do(archive.waiting)
    assert {one.kind for one in letters} == {Kind.CONTRACT, Kind.DRAW}
    assert do(archive.posted, letters, "staff 1", datetime(2026, 11, 11, tzinfo=JAPAN)) == 2
    assert do(archive.posted, letters, "staff 1", datetime(2026, 11, 12, tzinfo=JAPAN)) == 0
    assert not do(archive.waiting)


@pytest.mark.rule("DOC-005")
def test_database_refuses_wire_without_a_consent_in_force(lender: Lender) -> None:
    lender.agree(by_wire("draw"))
    lender.withdraw(by_wire("draw"), datetime(2026, 11, 1, tzinfo=JAPAN))
    lender.open()
    lender.follow()
    with pytest.raises(IntegrityError, match="no consent in force"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO documents_paper (member_id, agreement_id, kind, cause, title, stated, road,"
            " consent_no, dated_on, digest, sealed, pepper_id, delivered_at) SELECT member_id,"
            " agreement_id, 'draw', 'x', 'x', '', 'electronic', (SELECT min(consent_no) FROM"
            " people_consent), dated_on, digest, sealed, pepper_id, '2026-11-03'"
            " FROM documents_paper"
        )


@pytest.mark.rule("DOC-004")
def test_receipt_of_money_to_an_account_waits_to_be_asked_for(lender: Lender) -> None:
    key = lender.open()
    lender.desk.draw(key, 100_000, OPENED)
    made = commands.Made(
        "bank", "line 1", date(2026, 11, 5), datetime(2026, 11, 5, 9, tzinfo=JAPAN), "worker"
    )
    do(commands.receive, key, 5_000, date(2026, 11, 5), made)
    receipt = lender.follow()[-1]
    assert (receipt.kind, receipt.road, receipt.queued_at) == (Kind.RECEIPT, Road.ON_REQUEST, None)
    asked = do(archive.ask_on_paper, lender.member_id, receipt.paper_no, clock.now())
    again = do(archive.ask_on_paper, lender.member_id, receipt.paper_no, clock.now())
    assert asked.queued_at == again.queued_at is not None


@pytest.mark.rule("DOC-004")
@pytest.mark.parametrize(
    ("name", "stands"),
    [("ﾔﾏﾀﾞ ﾀﾛｳ", "振込依頼人の名義:ヤマダタロウ"), ("", "入金された方の名義は確認していません")],
)
def test_receipt_names_who_paid_and_denies_nothing_unchecked(
    lender: Lender, name: str, stands: str
) -> None:
    key = lender.open()
    lender.desk.draw(key, 100_000, OPENED)
    at = datetime(2026, 11, 5, 9, tzinfo=JAPAN)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO close_bank_line (receipt_ref, account, file, loaded_at, value_on,"
            " amount_yen, line) VALUES ('line 1', 'a', 'f', %s, %s, 5000, %s)",
            (at, at.date(), orjson.dumps({"payer_name": name}).decode()),
        )
    made = commands.Made("bank", "line 1", at.date(), at, "worker")
    do(commands.receive, key, 5_000, at.date(), made)
    follow_all()
    for (args,) in jobs(following.MAKE):
        TASKS[following.MAKE](**args)
    receipt = next(one for one in lender.papers() if one.kind is Kind.RECEIPT)
    text = lender.text(receipt)
    assert stands in text
    assert "以外の人の弁済ではありません" not in text


@pytest.mark.rule("DOC-002")
def test_only_worse_terms_ask_for_a_new_paper(lender: Lender) -> None:
    key = lender.open()
    made = lender.desk.made
    do(commands.change_limit, key, 300_000, made(date(2026, 10, 6)))
    lender.desk.raise_limit(key, 500_000, made(date(2026, 10, 7)))
    lender.desk.raise_limit(key, 600_000, made(date(2026, 10, 8)))
    do(commands.change_rate, key, 150_000, made(date(2026, 10, 9)))
    do(commands.change_rate, key, 170_000, made(date(2026, 10, 10)), CONSENT)
    papers = [one for one in lender.follow() if one.kind is Kind.CHANGE]
    assert [one.dated_on.day for one in papers] == [8, 10]


@pytest.mark.rule("DOC-002")
def test_contract_without_an_address_is_told_to_the_staff_not_delivered(
    house: House, database: Database
) -> None:
    lender = Lender(house, database)
    house.tell(
        lender.member_id,
        Fact.ADDRESS,
        None,
        at=datetime(2026, 9, 2, tzinfo=JAPAN),
        effective_on=date(2026, 9, 2),
    )
    lender.open()
    for _ in range(2):
        assert lender.follow() == []
    assert kinds_of(lender.member_id).count("document_lacking") == 1
    before = len(jobs(following.MAKE))
    assert do(following.ask_lacking) == 1
    at = datetime(2026, 11, 11, 9, tzinfo=JAPAN)
    house.tell(lender.member_id, Fact.ADDRESS, HOME, at=at, effective_on=at.date())
    follow_all()
    assert len(jobs(following.MAKE)) == before + 2  # the day's, and for the address that came
    (made,) = lender.follow(at)
    assert made.kind is Kind.CONTRACT
    assert HOME.text in lender.text(made)
    assert do(following.ask_lacking) == 0


def test_correction_is_a_new_paper(lender: Lender) -> None:
    key = lender.open()
    lender.desk.draw(key, 100_000, OPENED)
    done = lender.desk.receive(key, 5_000, date(2026, 11, 5))
    first = lender.follow()
    do(commands.reverse, key, done.event_no, "wrong agreement", lender.desk.made(date(2026, 11, 6)))
    *before, last = lender.follow()
    assert before == first
    assert (last.kind, last.corrects_no) == (Kind.CORRECTION, first[-1].paper_no)
    assert "5,000円" in lender.text(last)


def test_correction_of_a_receipt_that_nobody_asked_for_waits_with_it(lender: Lender) -> None:
    key = lender.open()
    lender.desk.draw(key, 100_000, OPENED)
    made = replace(lender.desk.made(date(2026, 11, 5)), channel="bank")
    done = do(commands.receive, key, 5_000, date(2026, 11, 5), made)
    receipt = lender.follow()[-1]
    assert receipt.road is Road.ON_REQUEST
    do(commands.reverse, key, done.event_no, "wrong agreement", lender.desk.made(date(2026, 11, 6)))
    last = lender.follow()[-1]
    assert (last.kind, last.road) == (Kind.CORRECTION, Road.ON_REQUEST)


def test_change_that_is_cancelled_is_told_as_its_paper_was(lender: Lender) -> None:
    key = lender.open()
    made = lender.desk.made
    done = lender.desk.raise_limit(key, 600_000, made(date(2026, 10, 8)))
    change = lender.follow()[-1]
    assert change.kind is Kind.CHANGE
    do(commands.reverse, key, done.event_no, "never agreed", made(date(2026, 11, 6)))
    last = lender.follow()[-1]
    assert (last.kind, last.corrects_no) == (Kind.CORRECTION, change.paper_no)
    assert "0円）を取り消しました" not in lender.text(last)


def test_payment_of_an_earlier_day_corrects_the_receipts_after_it(lender: Lender) -> None:
    lender.agree(by_wire("receipt"))
    key = lender.open()
    lender.desk.draw(key, 100_000, OPENED)
    lender.desk.receive(key, 5_000, date(2026, 11, 5))
    (receipt,) = [one for one in lender.follow() if one.kind is Kind.RECEIPT]
    lender.desk.receive(key, 4_000, date(2026, 10, 25), on=date(2026, 11, 6))
    *_, later, correction = lender.follow()
    assert (later.kind, correction.kind) == (Kind.RECEIPT, Kind.CORRECTION)
    assert correction.corrects_no == receipt.paper_no
    row = next(
        one
        for one in do(queries.statement, key, OPENED, date(2026, 11, 6))
        if one.on == date(2026, 11, 5)
    )
    assert f"利息{row.to_interest_yen:,}円" in lender.text(correction)
    assert receipt.stated != correction.stated == making.stated_text(row)
    assert lender.follow()[-1] == correction


# ------------------------------------------------------------------------------- monthly statements
@pytest.mark.rule("DOC-003")
def test_consent_brings_a_notice_each_time_and_a_statement_a_month(lender: Lender) -> None:
    lender.agree(PERIOD, by_wire("draw"), by_wire("monthly_statement"))
    key = lender.open()
    lender.desk.draw(key, 50_000, date(2026, 11, 3))
    lender.desk.receive(key, 3_000, date(2026, 11, 20))
    assert [one.kind for one in lender.follow(datetime(2026, 11, 21, tzinfo=JAPAN))] == [
        Kind.CONTRACT, Kind.DRAW_NOTICE, Kind.RECEIPT,
    ]  # fmt: skip
    at = datetime(2026, 12, 1, 6, tzinfo=JAPAN)
    night_late = date(2026, 11, 30)
    assert do(following.ask_statements, at, night_late) == 0
    with transaction.atomic():
        assert do(following.ask_statements, at.replace(day=20), night_late) == 1
        transaction.set_rollback(True)
    assert do(following.ask_statements, at, at.date()) == 1
    ((args,),) = jobs(following.STATEMENT)
    assert date.fromordinal(args["month_id"]) == date(2026, 11, 30)
    delivered = do(following.make_statement, key, date(2026, 11, 30), LENDER, at)
    assert delivered is not None
    assert delivered.road is Road.ELECTRONIC
    again = do(following.make_statement, key, date(2026, 11, 30), LENDER, at)
    assert again == Delivered(delivered.paper_no, Road.ELECTRONIC, is_repeat=True)
    assert do(following.ask_statements, at) == 0
    text = lender.text(lender.papers()[-1])
    assert "50,000円" in text
    assert "3,000円（利息" in text


@pytest.mark.rule("DOC-003")
def test_statement_tells_the_month_s_last_day_and_every_row(lender: Lender) -> None:
    """With what its days bore, and costs; each payment beside the draw before it."""
    lender.agree(PERIOD)
    key = lender.open()
    made = lender.desk.made
    lender.desk.draw(key, 50_000, date(2026, 11, 3))
    lender.desk.receive(key, 3_000, date(2026, 11, 5))
    lender.desk.draw(key, 20_000, date(2026, 11, 8))
    lender.desk.receive(key, 4_000, date(2026, 11, 10))
    do(commands.charge, key, "card_reissue", 1_100, made(date(2026, 11, 11)))
    at = datetime(2026, 12, 9, 6, tzinfo=JAPAN)
    lender.desk.receive(key, 9_000, date(2026, 12, 5))
    do(following.make_statement, key, date(2026, 11, 30), LENDER, at)
    ended = do(queries.position, key, date(2026, 11, 30))
    assert ended.accrued_interest_yen > 0
    assert ended.accrued_damages_yen > 0
    text = lender.text(lender.papers()[-1])
    assert f"期間の末日の残存債務の額{ended.payoff_yen:,}円（元本" in text
    assert f"利息{ended.unpaid_interest_yen + ended.accrued_interest_yen:,}円" in text
    assert "費用1,100円）" in text
    assert "最後の貸付け50,000円" in text
    assert "最後の貸付け20,000円" in text
    assert "費用1,100000" in text  # a row of the table, with three zeros after its yen
    owed = do(queries.position, key, at.date()).principal_yen
    assert f"2026年12月9日(令和8年)の残元金{owed:,}円" in text


@pytest.mark.rule("DOC-003")
def test_statement_is_owed_for_draws_that_had_a_short_notice(lender: Lender) -> None:
    """A consent withdrawn before the month ends does not take back what a notice left out."""
    lender.agree(PERIOD)
    key = lender.open()
    lender.desk.draw(key, 50_000, date(2026, 11, 3))
    kinds = {one.kind for one in lender.follow(datetime(2026, 11, 4, tzinfo=JAPAN))}
    assert Kind.DRAW_NOTICE in kinds
    lender.withdraw(PERIOD, datetime(2026, 11, 20, tzinfo=JAPAN))
    lender.desk.receive(key, 3_000, date(2026, 12, 5))
    assert do(following.ask_statements, datetime(2026, 12, 1, 6, tzinfo=JAPAN)) == 1
    # Of December nothing was told shortly.
    assert do(following.ask_statements, datetime(2027, 1, 1, 6, tzinfo=JAPAN)) == 0


@pytest.mark.rule("DOC-003")
def test_statement_after_its_month_is_refused(lender: Lender) -> None:
    lender.agree(PERIOD)
    key = lender.open()
    lender.desk.draw(key, 50_000, date(2026, 11, 3))
    last = date(2026, 11, 30)
    with pytest.raises(OutsideFailure) as late:
        do(following.make_statement, key, last, LENDER, datetime(2027, 1, 5, tzinfo=JAPAN))
    assert late.value.faults[0].code == "DCM-003"
    delivered = do(
        following.make_statement, key, last, LENDER, datetime(2026, 12, 31, 23, tzinfo=JAPAN)
    )
    assert delivered is not None
    assert not delivered.is_repeat
    paper = making.contract(subject_of(lender, key))
    about = About(key, Kind.MONTHLY, "late", period_last_on=last)
    with pytest.raises(IntegrityError, match="check constraint"):
        do(archive.deliver, paper, about, datetime(2027, 1, 5, tzinfo=JAPAN))


@pytest.mark.rule("DOC-003")
def test_without_consent_there_is_no_statement_in_place_of_papers(lender: Lender) -> None:
    key = lender.open()
    lender.desk.draw(key, 50_000, date(2026, 11, 3))
    assert Kind.DRAW in {one.kind for one in lender.follow()}
    assert do(following.ask_statements, datetime(2026, 12, 1, 6, tzinfo=JAPAN)) == 0


# ---------------------------------------------------------------------------------- pre-contract
def test_contract_needs_its_paper_before(lender: Lender) -> None:
    lender.agree(by_wire("pre_contract"))
    key = lender.open()
    shown_at = datetime(2026, 10, 5, 10, tzinfo=JAPAN)
    paper = making.contract(subject_of(lender, key), Kind.PRE_CONTRACT)
    about = About(Key(lender.member_id, 0), Kind.PRE_CONTRACT, "application 1")
    shown = do(archive.deliver, paper, about, shown_at)
    with pytest.raises(RefusedError) as early:
        do(archive.conclude, key, shown.paper_no, Signed.BY_WIRE, shown_at - timedelta(minutes=20))
    assert early.value.faults[0].code == "DCM-004"
    with pytest.raises(IntegrityError, match="no pre-contract"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO documents_conclusion VALUES (%s, %s, %s, %s)",
            (*key, shown.paper_no, shown_at - timedelta(minutes=20)),
        )
    do(archive.conclude, key, shown.paper_no, Signed.BY_WIRE, shown_at + timedelta(minutes=20))
    assert not do(archive.is_held, key)


def test_paper_that_waits_for_the_post_was_not_delivered_yet(lender: Lender) -> None:
    key = lender.open()
    at = datetime(2026, 10, 5, 10, tzinfo=JAPAN)
    paper = making.contract(subject_of(lender, key), Kind.PRE_CONTRACT)
    about = About(Key(lender.member_id, 0), Kind.PRE_CONTRACT, "application 1")
    shown = do(archive.deliver, paper, about, at)
    assert shown.road is Road.POST
    with pytest.raises(RefusedError):
        do(archive.conclude, key, shown.paper_no, Signed.ON_PAPER, at + timedelta(days=1))
    do(archive.posted, do(archive.waiting), "staff 1", at + timedelta(days=1))
    do(archive.conclude, key, shown.paper_no, Signed.ON_PAPER, at + timedelta(days=2))
    assert do(archive.is_held, key)


# --------------------------------------------------------------------------------------- keeping
def test_paper_is_kept_to_the_byte_and_nobody_changes_it(lender: Lender) -> None:
    lender.open()
    (kept,) = lender.follow()
    pages = do(archive.pages, lender.member_id, kept.paper_no)
    assert pages.startswith(b"%PDF-")
    assert pages == do(archive.pages, lender.member_id, kept.paper_no)
    assert not rows("SELECT 1 FROM documents_paper WHERE position('%%PDF'::bytea in sealed) > 0")
    for change in ("UPDATE documents_paper SET title = 'x'", "DELETE FROM documents_paper"):
        with pytest.raises(Exception, match=r"denied|never changed"), connection.cursor() as cursor:
            cursor.execute(change)
    with pytest.raises(NotFoundError):
        do(archive.one, lender.desk.member_id, kept.paper_no)
    with pytest.raises(NotFoundError):
        do(archive.pages, lender.desk.member_id, kept.paper_no)


def test_worker_s_tasks_deliver_and_end_what_the_night_found(lender: Lender) -> None:
    key = lender.open()
    lender.desk.draw(key, 50_000, date(2026, 11, 3))
    (row_id,) = rows("SELECT row_id FROM journal_row WHERE kind = 'drawn'")[0]
    task = Task(*key, TaskKind.DRAW_DOCUMENT, str(row_id), date(2026, 11, 4), facts={})
    do(tasks.add, [task], date(2026, 11, 3))
    follow_all()
    TASKS[FOLLOW_PAPERS](timestamp=int(clock.now().timestamp()))
    for (args,) in jobs(following.MAKE):
        TASKS[following.MAKE](**args)
    assert {one.kind for one in lender.papers()} == {Kind.CONTRACT, Kind.DRAW}
    assert len(do(tasks.still_open, date(2100, 1, 1))) == 1
    TASKS[ASK_STATEMENTS](timestamp=int(clock.now().timestamp()))
    assert not do(tasks.still_open, date(2100, 1, 1))


def test_worker_s_tasks_make_the_month_s_statements(lender: Lender) -> None:
    lender.agree(PERIOD)
    key = lender.open()
    last_month = clock.now().date().replace(day=1) - timedelta(days=1)
    lender.desk.draw(key, 50_000, max(OPENED, last_month))
    TASKS[ASK_STATEMENTS](timestamp=int(clock.now().timestamp()))
    for (args,) in jobs(following.STATEMENT):
        TASKS[following.STATEMENT](**args)
    assert [one.kind for one in lender.papers()] == [Kind.MONTHLY]


def test_past_of_a_book_brings_no_papers(house: House, database: Database) -> None:
    desk = Desk()
    desk.open(OPENED)
    follow_all()
    assert not jobs(following.MAKE)
