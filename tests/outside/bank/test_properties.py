"""What holds for every file: written and read it is the same; spoiled, it is read or refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.outside.bank.samples import UNHURRIED
from tests.outside.bank.test_formats import FILES

from motocho.outside import bank
from motocho.outside.bank import (
    AccountType,
    BankAccount,
    BankLine,
    BankStatement,
    Debit,
    DebitAnswers,
    DebitFile,
    DebitResult,
    Direction,
    Effect,
    Novelty,
    Originator,
    Separator,
    StatementKind,
    Transfer,
    TransferFile,
    layouts,
    records,
)
from motocho.outside.bank import days as bank_days
from motocho.outside.bank.layouts import Kind
from motocho.units.errors import FaultyInput, Language

DIGITS = "0123456789"
KANA = "ｱｲｳｴｵｶｷｸｹｺﾔﾕﾖﾗﾝﾞﾟ"


def digits(width: int) -> st.SearchStrategy[str]:
    return st.text(DIGITS, min_size=width, max_size=width)


def signs(extra: str, most: int, least: int = 0) -> st.SearchStrategy[str]:
    """Text that neither begins nor ends with a blank: blanks at the end are padding."""
    text = st.text(KANA + "AZ09" + extra, min_size=least, max_size=most).map(str.strip)
    return text.filter(bool) if least else text


BRANCHES = signs("-", 15)
BUSINESS_DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31)).map(bank_days.business_day_from)
NAMES = signs(" ()-.", 30, least=1)


def accounts(*types: str) -> st.SearchStrategy[BankAccount]:
    kinds = st.sampled_from([AccountType(each) for each in types])
    return st.builds(BankAccount, digits(4), digits(3), kinds, digits(7), BRANCHES, BRANCHES)


ORIGINATORS = st.builds(Originator, digits(10), signs(" ()-.", 40), accounts("1", "2", "9"))
AMOUNTS = st.integers(1, 9_999_999_999)
CODES = st.integers(0, 9_999_999_999)
PLAIN_TRANSFERS = st.builds(
    Transfer, accounts("1", "2", "4", "9"), NAMES, AMOUNTS, st.sampled_from(Novelty),
    st.tuples(CODES, CODES),
)  # fmt: skip
EDI_TRANSFERS = st.builds(
    Transfer, accounts("1", "2", "4", "9"), NAMES, AMOUNTS, st.sampled_from(Novelty),
    edi=signs(" ¥｢｣()-/.ｦ", 20, least=1),
)  # fmt: skip
TRANSFER_FILES = st.builds(
    TransferFile,
    ORIGINATORS,
    BUSINESS_DAYS,
    st.lists(PLAIN_TRANSFERS | EDI_TRANSFERS, min_size=1, max_size=4).map(tuple),
)
DEBITS = st.builds(
    Debit, accounts("1", "2", "3", "9"), NAMES, AMOUNTS, st.integers(0, 10**20 - 1),
    st.sampled_from(Novelty),
)  # fmt: skip
DEBIT_FILES = st.builds(
    DebitFile,
    ORIGINATORS,
    BUSINESS_DAYS,
    st.lists(DEBITS, min_size=1, max_size=4, unique_by=lambda each: each.reference).map(tuple),
)
APART = st.integers(-170, 170).map(lambda count: timedelta(days=count))
SEPARATORS = st.sampled_from(Separator)


@UNHURRIED
@given(TRANSFER_FILES, APART, SEPARATORS)
def test_transfers_come_back(file: TransferFile, apart: timedelta, separator: Separator) -> None:
    data = bank.write_transfers(file, separator=separator)
    lines = len(file.transfers) + 3
    assert len(data) == lines * (120 + len(separator.value))
    assert bank.read_transfers(data, near_on=file.pay_on + apart) == file


@UNHURRIED
@given(DEBIT_FILES, APART, SEPARATORS, st.data())
def test_debits_and_their_answers_come_back(
    file: DebitFile, apart: timedelta, separator: Separator, data: st.DataObject
) -> None:
    near_on = file.debit_on + apart
    asked = bank.write_debits(file, separator=separator)
    assert bank.read_debits(asked, near_on=near_on) == file
    count = len(file.debits)
    results = data.draw(st.lists(st.sampled_from(DebitResult), min_size=count, max_size=count))
    answers = DebitAnswers(file, tuple(results))
    back = bank.read_debit_answers(bank.write_debit_answers(answers), near_on=near_on)
    assert back == answers
    outcome = bank.settle_debits(file, back)
    assert len(outcome.collected) + len(outcome.failed) == count
    collected = sum(each.amount_yen for each in outcome.collected)
    assert collected + sum(each.amount_yen for each in outcome.failed) == file.sum_yen


DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
NUMBERS = st.integers(1, 999_999).map(str)


def lines(most_yen: int, **more: st.SearchStrategy[Any]) -> st.SearchStrategy[BankLine]:
    return st.builds(
        BankLine,
        booked_on=DAYS,
        value_on=DAYS,
        amount_yen=st.integers(0, most_yen),
        number=NUMBERS | st.just(""),
        payer_code=st.just("") | digits(10).filter(lambda text: text.strip("0") != ""),
        payer_name=signs(" ()-.", 48),
        bank_name=BRANCHES,
        branch_name=BRANCHES,
        edi=signs(" ¥｢｣()-/.ｦ", 20),
        **more,
    )


MOVEMENT_LINES = lines(
    999_999_999_999,
    direction=st.sampled_from(Direction),
    effect=st.just(Effect.TOLD),
    nature=st.just("") | st.sampled_from(["10", "11", "14", "16", "19"]),
    note=signs(" ()-.", 20),
    cheques_yen=st.integers(0, 999_999_999_999),
)
NOTICE_LINES = lines(
    9_999_999_999,
    direction=st.just(Direction.IN),
    effect=st.sampled_from(Effect),
    nature=st.just(""),
    note=st.just(""),
    cheques_yen=st.integers(0, 9_999_999_999),
)


def one_of_a_number(came: list[BankLine]) -> bool:
    keys = [(each.booked_on, each.number, each.effect) for each in came if each.number]
    return len(set(keys)) == len(keys)


@st.composite
def statements(draw: st.DrawFn) -> BankStatement:
    kind = draw(st.sampled_from([StatementKind.MOVEMENTS, StatementKind.NOTICE]))
    each = MOVEMENT_LINES if kind is StatementKind.MOVEMENTS else NOTICE_LINES
    came = draw(st.lists(each, max_size=3).filter(one_of_a_number))
    opening = closing = None
    if kind is StatementKind.MOVEMENTS and draw(st.booleans()):
        opening = draw(st.integers(-(10**12), 10**12))
        signed = [(1 if each.direction is Direction.IN else -1) * each.amount_yen for each in came]
        closing = opening + sum(signed)
    account = draw(accounts("1", "2", "4"))
    made, first, last = draw(DAYS), draw(DAYS), draw(DAYS)
    return BankStatement(
        kind, account, made, first, last, tuple(came), draw(signs(" ()-.", 40)), opening, closing
    )


@UNHURRIED
@given(st.lists(statements(), min_size=1, max_size=2), SEPARATORS)
def test_statements_come_back(drawn: list[BankStatement], separator: Separator) -> None:
    same = [each for each in drawn if each.kind is drawn[0].kind]
    data = bank.write_statements(same, separator=separator)
    found = bank.read_statements(data, near_on=date(2026, 7, 1))
    assert found == tuple(same)
    for each in found:
        assert len(set(each.refs)) == len(each.lines)


# --------------------------------------------------------------------------------- spoiled files
FILE_NAMES = sorted(FILES)


def outcome(read: Callable[[bytes], Any], data: bytes) -> Any:
    """What reading gives, or None where it is refused; anything else is a failure."""
    try:
        return read(data)
    except FaultyInput as refused:
        messages = [(each.what(Language.JA), each.fix(Language.EN)) for each in refused.faults]
    assert messages
    assert all(what and fix for what, fix in messages)
    return None


@UNHURRIED
@given(st.sampled_from(FILE_NAMES), st.data())
def test_changed_byte_never_breaks_the_reader(name: str, data: st.DataObject) -> None:
    typed, _, read, expected = FILES[name]
    place = data.draw(st.integers(0, len(typed) - 1))
    byte = data.draw(st.integers(0, 255))
    outcome(read, typed[:place] + bytes([byte]) + typed[place + 1 :])
    assert read(typed) == expected


@UNHURRIED
@given(st.sampled_from(FILE_NAMES), st.data())
def test_every_cut_is_refused(name: str, data: st.DataObject) -> None:
    """But for the last line break: without it the file is whole."""
    typed, _, read, _ = FILES[name]
    end = data.draw(st.integers(0, len(typed) - 3))
    assert outcome(read, typed[:end]) is None


@UNHURRIED
@given(st.sampled_from(FILE_NAMES), st.data())
def test_lost_or_doubled_line_is_refused(name: str, data: st.DataObject) -> None:
    """Counts, sums and keys see every line that is gone or there twice."""
    typed, _, read, _ = FILES[name]
    parts = typed.split(b"\r\n")[:-1]
    place = data.draw(st.integers(0, len(parts) - 1))
    times = data.draw(st.sampled_from([0, 2]))
    spoiled = [*parts[:place], *parts[place : place + 1] * times, *parts[place + 1 :]]
    assert outcome(read, b"".join(part + b"\r\n" for part in spoiled)) is None


@UNHURRIED
@given(st.binary(max_size=600), st.sampled_from(FILE_NAMES))
def test_any_bytes_are_read_or_refused(junk: bytes, name: str) -> None:
    _, _, read, _ = FILES[name]
    for data in (junk, b"1210" + junk, b"1030" + junk * 3):
        outcome(read, data)


@pytest.mark.parametrize("name", FILE_NAMES)
def test_each_digit_of_an_amount_counts(name: str) -> None:
    """A changed digit of any amount, count or sum is seen."""
    typed, _, read, _ = FILES[name]
    parts = typed.split(b"\r\n")
    kind = parts[0][1:3].decode()
    wide = name.endswith("b")
    layout = next(
        each
        for each in (layouts.TRANSFER, layouts.DEBIT, layouts.NOTICE_WIDE, layouts.NOTICE, layouts.MOVEMENTS)
        if each.code == kind and (each is layouts.NOTICE_WIDE) == wide
    )  # fmt: skip
    counted = {"amount_yen", "wide_yen", "sum_yen", "count", "in_yen", "out_yen", "done_yen"}
    tried = 0
    for number, part in enumerate(parts[:-1]):
        for field in layout.records[part[:1].decode()].fields:
            if field.kind is not Kind.NUMBER or field.name not in counted:
                continue
            for place in range(field.first - 1, field.last):
                other = b"1" if part[place : place + 1] != b"1" else b"2"
                spoiled = [*parts]
                spoiled[number] = part[:place] + other + part[place + 1 :]
                assert outcome(read, b"\r\n".join(spoiled)) is None, (number, field.name, place)
                tried += 1
    assert tried > 40


@UNHURRIED
@given(st.sampled_from(FILE_NAMES), st.data())
def test_quick_pattern_and_fields_agree(name: str, data: st.DataObject) -> None:
    """A record is taken by its pattern just where no field of it has a fault."""
    typed = FILES[name][0]
    parts = records.decoded(typed).split("\r\n")
    line = data.draw(st.sampled_from(parts[:-1]))
    layout = {"21": layouts.TRANSFER, "91": layouts.DEBIT, "03": layouts.MOVEMENTS}.get(
        parts[0][1:3], layouts.NOTICE_WIDE if name.endswith("b") else layouts.NOTICE
    )
    record = layout.records[line[0]]
    place = data.draw(st.integers(1, len(line) - 1))
    sign = data.draw(st.sampled_from(" 01235Aｱ,\ue083\r"))
    changed = line[:place] + sign + line[place + 1 :]
    faults = records.Faults(None)
    for field in record.fields:
        records._field_fault(1, changed[field.first - 1 : field.last], field, faults)
    taken = record.pattern.fullmatch(changed) is not None
    assert taken is not bool(faults)
    if sign not in "\ue083\r":
        assert (record.quick_pattern.fullmatch(changed) is not None) is taken
