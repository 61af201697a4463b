"""Each format against bytes typed by hand, and its positions against what banks publish."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.outside.bank import samples

from motocho.outside import bank
from motocho.outside.bank import layouts
from motocho.outside.bank.layouts import Kind, Layout, Need

GOLDEN = Path(__file__).parent / "golden"
WRITES = os.environ.get("MOTOCHO_GOLDEN") == "write"
LAYOUTS = (layouts.TRANSFER, layouts.DEBIT, layouts.NOTICE, layouts.NOTICE_WIDE, layouts.MOVEMENTS)

FILES: dict[str, tuple[bytes, Callable[[], bytes], Callable[[bytes], Any], Any]] = {
    "transfers_21": (
        samples.TRANSFER_BYTES,
        lambda: bank.write_transfers(samples.TRANSFERS),
        lambda data: bank.read_transfers(data, near_on=samples.NEAR_ON),
        samples.TRANSFERS,
    ),
    "debits_91": (
        samples.DEBIT_BYTES,
        lambda: bank.write_debits(samples.DEBITS),
        lambda data: bank.read_debits(data, near_on=samples.NEAR_ON),
        samples.DEBITS,
    ),
    "debit_answers_91": (
        samples.ANSWER_BYTES,
        lambda: bank.write_debit_answers(samples.ANSWERS),
        lambda data: bank.read_debit_answers(data, near_on=samples.NEAR_ON),
        samples.ANSWERS,
    ),
    "movements_03": (
        samples.MOVED_BYTES,
        lambda: bank.write_statements([samples.MOVED]),
        lambda data: bank.read_statements(data, near_on=samples.NEAR_ON),
        (samples.MOVED,),
    ),
    "notices_01a": (
        samples.NOTICE_BYTES,
        lambda: bank.write_statements([samples.NOTICES]),
        lambda data: bank.read_statements(data, near_on=samples.NEAR_ON),
        (samples.NOTICES,),
    ),
    "notices_01b": (
        samples.WIDE_BYTES,
        lambda: bank.write_statements([samples.WIDE]),
        lambda data: bank.read_statements(data, near_on=samples.NEAR_ON),
        (samples.WIDE,),
    ),
}


@pytest.mark.rule("BANK-001")
@pytest.mark.parametrize("name", FILES)
def test_written_bytes_are_those_typed_by_hand(name: str) -> None:
    typed, write, _, _ = FILES[name]
    assert write() == typed


@pytest.mark.parametrize("name", FILES)
def test_bytes_typed_by_hand_are_read(name: str) -> None:
    typed, _, read, expected = FILES[name]
    assert read(typed) == expected


@pytest.mark.parametrize("name", FILES)
def test_golden_file_is_current(name: str) -> None:
    """The files that an implementer may look at."""
    path = GOLDEN / f"{name}.txt"
    if WRITES:
        path.write_bytes(FILES[name][0])
    assert path.read_bytes() == FILES[name][0]


@pytest.mark.parametrize("separator", bank.Separator)
@pytest.mark.parametrize("name", FILES)
def test_every_separator_is_read(name: str, separator: bank.Separator) -> None:
    typed, _, read, expected = FILES[name]
    assert read(typed.replace(b"\r\n", separator.value.encode())) == expected


@pytest.mark.parametrize("tail", [b"\x1a", b""])
@pytest.mark.parametrize("name", FILES)
def test_end_of_file_signs_are_taken(name: str, tail: bytes) -> None:
    """Old programs end a file with 1A; some leave out the last line break."""
    typed, _, read, expected = FILES[name]
    assert read(typed.removesuffix(b"\r\n") + tail) == expected


# ----------------------------------------------------------------------------------------- layouts
WIDTHS = {"21": 120, "91": 120, "01": 200, "03": 200}


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.title_ja)
def test_every_record_has_the_width_of_its_format(layout: Layout) -> None:
    width = WIDTHS[layout.code]
    for record in layout.records.values():
        assert sum(field.width for field in record.fields) == width == record.width
        assert record.fields[-1].last == width


def test_marks_are_those_of_the_four_records() -> None:
    for layout in LAYOUTS:
        assert list(layout.records) == ["1", "2", "8", "9"]


# Byte positions as printed: 参考資料 持込規格 (expydoc.com/doc/8010391), 群馬銀行 z_format1 and 大分銀行
# koufuri_zenginkyou through zengin4j, 阿波銀行 zengin/tsuchi, and 入出金明細 from a Java and a PHP
# reader; each pair is first and last byte.
PUBLISHED: list[tuple[Layout, str, str, int, int]] = [
    (layouts.TRANSFER, "1", "originator_code", 5, 14),
    (layouts.TRANSFER, "1", "originator_name", 15, 54),
    (layouts.TRANSFER, "1", "on", 55, 58),
    (layouts.TRANSFER, "1", "bank_code", 59, 62),
    (layouts.TRANSFER, "1", "bank_name", 63, 77),
    (layouts.TRANSFER, "1", "branch_code", 78, 80),
    (layouts.TRANSFER, "1", "branch_name", 81, 95),
    (layouts.TRANSFER, "1", "account_type", 96, 96),
    (layouts.TRANSFER, "1", "account_number", 97, 103),
    (layouts.TRANSFER, "2", "bank_code", 2, 5),
    (layouts.TRANSFER, "2", "branch_code", 21, 23),
    (layouts.TRANSFER, "2", "account_type", 43, 43),
    (layouts.TRANSFER, "2", "account_number", 44, 50),
    (layouts.TRANSFER, "2", "name", 51, 80),
    (layouts.TRANSFER, "2", "amount_yen", 81, 90),
    (layouts.TRANSFER, "2", "novelty", 91, 91),
    (layouts.TRANSFER, "2", "reference", 92, 111),
    (layouts.TRANSFER, "2", "method", 112, 112),
    (layouts.TRANSFER, "2", "identification", 113, 113),
    (layouts.TRANSFER, "8", "count", 2, 7),
    (layouts.TRANSFER, "8", "sum_yen", 8, 19),
    (layouts.DEBIT, "1", "on", 55, 58),
    (layouts.DEBIT, "2", "account_type", 43, 43),
    (layouts.DEBIT, "2", "name", 51, 80),
    (layouts.DEBIT, "2", "amount_yen", 81, 90),
    (layouts.DEBIT, "2", "reference", 92, 111),
    (layouts.DEBIT, "2", "result", 112, 112),
    (layouts.DEBIT, "8", "done_count", 20, 25),
    (layouts.DEBIT, "8", "done_yen", 26, 37),
    (layouts.DEBIT, "8", "failed_count", 38, 43),
    (layouts.DEBIT, "8", "failed_yen", 44, 55),
    (layouts.NOTICE, "1", "bank_code", 23, 26),
    (layouts.NOTICE, "1", "account_type", 60, 60),
    (layouts.NOTICE, "1", "account_number", 61, 67),
    (layouts.NOTICE, "1", "account_name", 68, 107),
    (layouts.NOTICE, "2", "number", 2, 7),
    (layouts.NOTICE, "2", "amount_yen", 20, 29),
    (layouts.NOTICE, "2", "payer_code", 40, 49),
    (layouts.NOTICE, "2", "payer_name", 50, 97),
    (layouts.NOTICE, "2", "cancelled", 128, 128),
    (layouts.NOTICE, "2", "edi", 129, 148),
    (layouts.NOTICE_WIDE, "2", "wide_yen", 129, 140),
    (layouts.NOTICE_WIDE, "2", "wide_cheques_yen", 141, 152),
    (layouts.NOTICE_WIDE, "2", "edi", 153, 172),
    (layouts.NOTICE, "8", "cancelled_yen", 26, 37),
    (layouts.MOVEMENTS, "1", "reserved", 60, 62),
    (layouts.MOVEMENTS, "1", "account_type", 63, 63),
    (layouts.MOVEMENTS, "1", "account_number", 64, 73),
    (layouts.MOVEMENTS, "1", "account_name", 74, 113),
    (layouts.MOVEMENTS, "1", "sign", 114, 114),
    (layouts.MOVEMENTS, "1", "balance_yen", 116, 129),
    (layouts.MOVEMENTS, "2", "number", 2, 9),
    (layouts.MOVEMENTS, "2", "booked_on", 10, 15),
    (layouts.MOVEMENTS, "2", "value_on", 16, 21),
    (layouts.MOVEMENTS, "2", "direction", 22, 22),
    (layouts.MOVEMENTS, "2", "nature", 23, 24),
    (layouts.MOVEMENTS, "2", "amount_yen", 25, 36),
    (layouts.MOVEMENTS, "2", "payer_code", 72, 81),
    (layouts.MOVEMENTS, "2", "payer_name", 82, 129),
    (layouts.MOVEMENTS, "2", "bank_name", 130, 144),
    (layouts.MOVEMENTS, "2", "branch_name", 145, 159),
    (layouts.MOVEMENTS, "2", "note", 160, 179),
    (layouts.MOVEMENTS, "2", "edi", 180, 199),
    (layouts.MOVEMENTS, "8", "in_yen", 8, 20),
    (layouts.MOVEMENTS, "8", "out_yen", 27, 39),
    (layouts.MOVEMENTS, "8", "balance_yen", 41, 54),
    (layouts.MOVEMENTS, "8", "count", 55, 61),
    (layouts.MOVEMENTS, "9", "total_count", 2, 11),
]


@pytest.mark.parametrize(("layout", "mark", "name", "first", "last"), PUBLISHED)
def test_positions_are_those_that_banks_print(
    layout: Layout, mark: str, name: str, first: int, last: int
) -> None:
    field = layout.records[mark].field(name)
    assert (field.first, field.last) == (first, last)


def test_fields_are_named_in_japanese_and_open_questions_are_told() -> None:
    told = 0
    for layout in LAYOUTS:
        for record in layout.records.values():
            for field in record.fields:
                assert field.title_ja
                assert field.kind in Kind
                assert field.need is Need.FILLER or field.name
                told += bool(field.unconfirmed)
    assert told >= 6
