"""Lines of bank files: matched by the night, or given to a person, and never counted twice."""

from __future__ import annotations

import itertools
import unicodedata
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.close.book import Lender, query, seen
from tests.close.lives import OURS, receive_file
from tests.database import Database
from tests.loans.desk import balances_of, days

from motocho.close import inbox
from motocho.close.plan import agreement_of
from motocho.ledger import checks
from motocho.ledger.balances import trial_balance
from motocho.ledger.chart import Account
from motocho.loans import commands
from motocho.loans.commands import Key
from motocho.outside.bank import (
    BankLine,
    BankStatement,
    Effect,
    StatementKind,
    compared,
    write_statements,
)
from motocho.people import members
from motocho.people.members import Person, payer_key
from motocho.units.errors import FaultyInput, NotFoundError, RefusedError, StateConflict

TODAY = date(2026, 2, 2)
OPENED = date(2026, 1, 5)
NUMBERS = itertools.count(70_000_000)


@pytest.fixture
def lender(database: Database, tmp_path: Path) -> Lender:
    return Lender(tmp_path, TODAY)


def member(family: str, given: str) -> int:
    person = Person("会員", "某", family, given, date(1985, 4, 1))
    with transaction.atomic(), connection.cursor() as cursor:
        at = datetime(2026, 1, 1, tzinfo=UTC)
        return members.register(cursor, person, str(next(NUMBERS)), at).member_id


def borrower(lender: Lender, family: str, given: str, amount_yen: int = 100_000) -> Key:
    key = lender.open(OPENED, member_id=member(family, given))
    lender.draw(key, amount_yen, OPENED)
    return key


def totals() -> dict[Account, int]:
    with connection.cursor() as cursor:
        found = trial_balance(cursor)
        assert checks.verify(cursor).faults == ()
    return {account: one.on_side(account.title.side) for account, one in found.items()}


def line_of(payer: str) -> tuple[object, ...]:
    (found,) = query(
        "SELECT status, reason, member_id, agreement_id, event_no FROM close_bank_line"
        " WHERE line->>'payer_name' = %s",
        payer,
    )
    return found


def waiting_line(payer: str) -> int:
    return int(query("SELECT line_id FROM close_bank_line WHERE line->>'payer_name' = %s", payer)[0][0])  # fmt: skip


# ------------------------------------------------------------------------------------- what matches
@pytest.mark.rule("BANK-005")
def test_a_line_of_one_member_is_received_on_the_day_it_came(lender: Lender) -> None:
    key = borrower(lender, "キュウヨ", "イチロウ")
    receive_file(lender, [("ｷﾕｳﾖ ｲﾁﾛｳ", 5_000)], TODAY - days(1))
    lender.close(TODAY)
    assert line_of("ｷﾕｳﾖ ｲﾁﾛｳ") == ("received", None, *key, 3)
    (entry,) = query(
        "SELECT channel, external_ref, value_on, business_on FROM ledger_entry WHERE kind = 'receipt'"
    )
    assert entry == ("bank", f"03/{OURS}/20260201/1", TODAY - days(1), TODAY)


@pytest.mark.rule("LEDG-020")
def test_the_same_file_twice_counts_once(lender: Lender) -> None:
    key = borrower(lender, "キュウヨ", "イチロウ")
    payers = [("ｷﾕｳﾖ ｲﾁﾛｳ", 5_000)]
    first = receive_file(lender, payers, TODAY)
    again = receive_file(lender, payers, TODAY)
    assert (first.new, first.known, again.new, again.known) == (1, 0, 0, 1)
    lender.close(TODAY)
    receive_file(lender, payers, TODAY)
    lender.close(TODAY + days(1))
    assert balances_of(key)[Account.BANK] == -95_000


def test_a_line_of_a_day_to_come_waits_for_its_night(lender: Lender) -> None:
    borrower(lender, "キュウヨ", "イチロウ")
    receive_file(lender, [("ｷﾕｳﾖ ｲﾁﾛｳ", 5_000)], TODAY + days(1))
    lender.close(TODAY)
    assert line_of("ｷﾕｳﾖ ｲﾁﾛｳ")[0] == "waiting"
    lender.close(TODAY + days(1))
    assert line_of("ｷﾕｳﾖ ｲﾁﾛｳ")[0] == "received"


def test_a_broken_file_leaves_nothing(lender: Lender) -> None:
    with pytest.raises(FaultyInput), transaction.atomic(), connection.cursor() as cursor:
        inbox.load(cursor, b"not a bank's file", "x.txt", datetime(2026, 2, 2, tzinfo=UTC))
    assert query("SELECT count(*) FROM close_bank_line") == [(0,)]


def test_money_for_an_assigned_claim_is_held_for_the_new_creditor(lender: Lender) -> None:
    key = borrower(lender, "キュウヨ", "イチロウ")
    lender.do(commands.assign, key, lender.made(TODAY))
    receive_file(lender, [("ｷﾕｳﾖ ｲﾁﾛｳ", 5_000)], TODAY)
    lender.close(TODAY)
    assert line_of("ｷﾕｳﾖ ｲﾁﾛｳ")[0] == "received"
    assert totals()[Account.HELD_FOR_OTHERS] == 5_000


def test_of_two_agreements_the_one_that_asks_for_the_amount(lender: Lender) -> None:
    key = borrower(lender, "キュウヨ", "イチロウ", 100_000)
    other = lender.open(OPENED, member_id=key.member_id)
    lender.draw(other, 200_000, OPENED)
    receive_file(lender, [("ｷﾕｳﾖ ｲﾁﾛｳ", 6_000)], TODAY)
    lender.close(TODAY)
    assert line_of("ｷﾕｳﾖ ｲﾁﾛｳ")[:4] == ("received", None, *other)


# -------------------------------------------------------------------------------- what waits for one
@pytest.mark.parametrize(
    ("payer", "reason"),
    [
        ("ﾀﾞﾚｶ ｼﾗﾅｲ", "BNK-080"),
        ("ﾔﾏﾀﾞ ﾀﾛｳ", "BNK-081"),
        ("99999999ﾔﾏﾀﾞ ﾀﾛｳ", "BNK-086"),
        ("ﾅﾆﾓ ﾅｼ", "CLS-041"),
        ("ﾆｺ ｱﾘ", "CLS-040"),
    ],
)
@pytest.mark.rule("BANK-005")
def test_what_is_not_sure_is_an_unknown_receipt(lender: Lender, payer: str, reason: str) -> None:
    for _ in range(2):
        borrower(lender, "ヤマダ", "タロウ")
    lender.open(OPENED, member_id=member("ナニモ", "ナシ"))
    one = borrower(lender, "ニコ", "アリ")
    lender.draw(lender.open(OPENED, member_id=one.member_id), 50_000, OPENED)
    receive_file(lender, [(payer, 4_321)], TODAY)
    lender.close(TODAY)
    assert line_of(payer)[:2] == ("exception", reason)
    assert totals()[Account.UNKNOWN_RECEIPTS] == 4_321
    with connection.cursor() as cursor:
        (line,) = inbox.exceptions(cursor)
    assert line.fault().code == reason


def test_one_of_a_name_who_asks_for_the_amount_is_meant(lender: Lender) -> None:
    """Two of one name: the payoff of one alone tells who paid."""
    keys = [borrower(lender, "ヤマダ", "タロウ", amount) for amount in (100_000, 150_000)]
    payoff = 150_000 + 150_000 * 18 * 28 // 36_500
    receive_file(lender, [("ﾔﾏﾀﾞ ﾀﾛｳ", payoff)], TODAY)
    lender.close(TODAY)
    assert line_of("ﾔﾏﾀﾞ ﾀﾛｳ")[:4] == ("received", None, *keys[1])
    assert seen(keys[1]).state.principal_yen == 0


def load_lines(lender: Lender, *lines: BankLine, kind: StatementKind = StatementKind.MOVEMENTS) -> None:  # fmt: skip
    statement = BankStatement(kind, OURS, TODAY, TODAY, TODAY, lines)
    data = write_statements([statement])
    lender.do(inbox.load, data, "a.txt", datetime(2026, 2, 2, tzinfo=UTC))


def test_a_cancelled_notice_books_nothing_and_is_ended_by_hand(lender: Lender) -> None:
    borrower(lender, "キュウヨ", "イチロウ")
    line = BankLine(
        TODAY, TODAY, 5_000, effect=Effect.CANCELLED, number="7", payer_name="ｷﾕｳﾖ ｲﾁﾛｳ"
    )
    load_lines(lender, line, kind=StatementKind.NOTICE)
    lender.close(TODAY)
    assert line_of("ｷﾕｳﾖ ｲﾁﾛｳ")[:2] == ("exception", "BNK-088")
    assert Account.UNKNOWN_RECEIPTS not in totals()
    number = waiting_line("ｷﾕｳﾖ ｲﾁﾛｳ")
    for command in (inbox.give_back,):
        with pytest.raises(StateConflict) as refused:
            lender.do(command, number, lender.made(TODAY + days(1)))
        assert refused.value.faults[0].code == "CLS-043"
    lender.do(inbox.dismiss, number, "the receipt was reversed", lender.made(TODAY + days(1)))
    assert line_of("ｷﾕｳﾖ ｲﾁﾛｳ")[0] == "dismissed"


def test_a_returned_transfer_of_ours_is_no_receipt(lender: Lender) -> None:
    borrower(lender, "キュウヨ", "イチロウ")
    load_lines(lender, BankLine(TODAY, TODAY, 50_000, number="9", payer_name="ﾌﾘｺﾐﾌﾉｳ ｷﾕｳﾖ", note="ﾌﾘｺﾐ ｸﾐﾓﾄﾞｼ"))  # fmt: skip
    lender.close(TODAY)
    assert query("SELECT reason FROM close_bank_line") == [("BNK-089",)]
    assert Account.UNKNOWN_RECEIPTS not in totals()


def test_money_before_the_contract_is_given_to_a_person(lender: Lender) -> None:
    """The command refuses it; the line is an exception with the command's own reason."""
    borrower(lender, "キュウヨ", "イチロウ")
    receive_file(lender, [("ｷﾕｳﾖ ｲﾁﾛｳ", 5_000)], OPENED - days(3))
    lender.close(TODAY)
    assert line_of("ｷﾕｳﾖ ｲﾁﾛｳ")[:2] == ("exception", "LON-054")
    assert totals()[Account.UNKNOWN_RECEIPTS] == 5_000


# ------------------------------------------------------------------------------- a person decides
@pytest.fixture
def unknown(lender: Lender) -> int:
    receive_file(lender, [("ﾅｲｼﾖ ﾉ ﾋﾄ", 5_000)], TODAY)
    lender.close(TODAY)
    return waiting_line("ﾅｲｼﾖ ﾉ ﾋﾄ")


def test_assigned_money_counts_from_the_day_it_came(lender: Lender) -> None:
    key = borrower(lender, "キュウヨ", "イチロウ")
    receive_file(lender, [("ﾅｲｼﾖ ﾉ ﾋﾄ", 5_000)], TODAY)
    on = TODAY + days(3)
    lender.close(on - days(1))
    unknown = waiting_line("ﾅｲｼﾖ ﾉ ﾋﾄ")
    lender.do(inbox.assign, unknown, key, lender.made(on))
    assert totals()[Account.UNKNOWN_RECEIPTS] == 0
    (receipt,) = query("SELECT value_on, business_on FROM ledger_entry WHERE kind = 'receipt'")
    assert receipt == (TODAY, on)
    assert line_of("ﾅｲｼﾖ ﾉ ﾋﾄ")[:4] == ("assigned", "BNK-080", *key)
    with pytest.raises(StateConflict) as refused:
        lender.do(inbox.assign, unknown, key, lender.made(on))
    assert refused.value.faults[0].code == "CLS-042"


def test_money_given_back_leaves_the_bank(lender: Lender, unknown: int) -> None:
    assert totals()[Account.BANK] == 5_000
    lender.do(inbox.give_back, unknown, lender.made(TODAY + days(1)))
    assert (totals()[Account.BANK], totals()[Account.UNKNOWN_RECEIPTS]) == (0, 0)
    assert line_of("ﾅｲｼﾖ ﾉ ﾋﾄ")[0] == "returned"


def test_booked_money_is_not_dismissed(lender: Lender, unknown: int) -> None:
    with pytest.raises(StateConflict) as refused:
        lender.do(inbox.dismiss, unknown, "never mind", lender.made(TODAY + days(1)))
    assert refused.value.faults[0].code == "CLS-044"


def test_an_assignment_that_is_refused_leaves_the_line_waiting(
    lender: Lender, unknown: int
) -> None:
    with pytest.raises(NotFoundError):
        lender.do(inbox.assign, unknown, Key(1, 999), lender.made(TODAY + days(1)))
    key = lender.open(TODAY + days(1), member_id=member("キュウヨ", "イチロウ"))
    with pytest.raises(RefusedError):  # the money came before the contract
        lender.do(inbox.assign, unknown, key, lender.made(TODAY + days(1)))
    assert line_of("ﾅｲｼﾖ ﾉ ﾋﾄ")[0] == "exception"
    assert totals()[Account.UNKNOWN_RECEIPTS] == 5_000


# ------------------------------------------------------------------------------------------- names
KANA = "".join(chr(code) for code in range(ord("ァ"), ord("ヶ") + 1)) + "ー・ "


def test_the_database_makes_the_same_key_of_every_kana(database: Database) -> None:
    found = query(
        "SELECT translate(%s, 'ァィゥェォッャュョヮヵヶヰヱヲ・ ', 'アイウエオツヤユヨワカケイエオ')",
        KANA,
    )
    assert found == [(payer_key(KANA),)]


@given(
    st.text(KANA.replace(" ", ""), min_size=1, max_size=8), st.text(KANA, min_size=1, max_size=8)
)
@settings(deadline=None)
def test_every_name_is_found_again_from_the_signs_of_a_bank(family: str, given_name: str) -> None:
    """What `inbox` looks up for a bank's name is the key under which the member stands."""
    by_bank = compared(f"{family} {given_name}")
    looked_up = payer_key(unicodedata.normalize("NFKC", by_bank).replace("-", "ー"))
    if not {"(", ")"} & set(by_bank):  # kana that spell a corporate form are no person's
        assert looked_up == payer_key(family + given_name)


def test_the_choice_of_an_agreement_is_pure(lender: Lender) -> None:
    key = borrower(lender, "キュウヨ", "イチロウ")
    one = seen(key)
    assert agreement_of([one], 1, TODAY.toordinal()) == one
