"""Files of a bureau: both forms carry everything, and a file with one fault counts for nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.outside.bureau.samples import (
    ANSWERS,
    HEAD,
    INQUIRIES,
    ON,
    RECEIPTS,
    REPORTS,
    SATO,
)

from motocho.outside import bureau
from motocho.outside.bureau import (
    LAYOUTS,
    WIDTH,
    Answers,
    Form,
    Head,
    Inquiry,
    Purpose,
    Receipts,
    Sort,
    Tray,
)
from motocho.units.errors import FaultyInput, Language, OutsideFailure

DOCUMENT = Path(__file__).parents[3] / "docs" / "operations" / "bureau.md"
FEW = settings(max_examples=40)


@FEW
@given(st.lists(INQUIRIES, max_size=3), st.sampled_from(Form))
def test_inquiries_come_back_as_they_went(many: list[Inquiry], form: Form) -> None:
    data = bureau.write_inquiries(HEAD, many, form)
    assert bureau.read_inquiries(data, "a") == (HEAD, tuple(many))
    assert data == bureau.write_inquiries(HEAD, many, form)


@FEW
@given(st.lists(REPORTS, max_size=3), st.sampled_from(Form))
def test_reports_come_back_as_they_went(many: list[bureau.Report], form: Form) -> None:
    head = replace(HEAD, kind="reports")
    assert bureau.read_reports(bureau.write_reports(head, many, form), "a") == (head, tuple(many))


@FEW
@given(st.lists(ANSWERS, max_size=3), st.sampled_from(Form))
def test_answers_come_back_as_they_went(many: list[bureau.Answer], form: Form) -> None:
    head = replace(HEAD, kind="answers")
    data = bureau.write_answers(head, many, form)
    assert bureau.read_incoming(data, "a") == Answers(head, tuple(many))
    assert [bureau.Answer.of_document(one.document()) for one in many] == many


@FEW
@given(st.lists(RECEIPTS, max_size=5), st.sampled_from(Form))
def test_receipts_come_back_as_they_went(many: list[bureau.Receipt], form: Form) -> None:
    head = replace(HEAD, kind="receipts")
    data = bureau.write_receipts(head, many, form)
    assert bureau.read_incoming(data, "a") == Receipts(head, tuple(many))


@FEW
@given(REPORTS, st.data())
def test_no_byte_of_a_file_can_change_unseen(report: bureau.Report, data: st.DataObject) -> None:
    whole = bureau.write_reports(replace(HEAD, kind="reports"), [report], Form.FIXED)
    place = data.draw(st.integers(0, len(whole) - 1))
    sign = data.draw(st.integers(0, 255).filter(lambda one: one != whole[place]))
    changed = whole[:place] + bytes([sign]) + whole[place + 1 :]
    blank_end = len(whole) - WIDTH - 2 + 35
    if place >= blank_end:  # blanks after the checksum mean nothing
        return
    with pytest.raises(FaultyInput):
        bureau.read_reports(changed, "a")


@pytest.mark.parametrize("form", Form)
def test_file_that_was_cut_is_refused_with_what_mends_it(form: Form) -> None:
    inquiry = Inquiry("I1-1", Purpose.INCREASE, SATO)
    whole = bureau.write_inquiries(HEAD, [inquiry] * 3, form)
    lines = whole.splitlines(keepends=True)
    for data in (whole[: len(whole) * 2 // 3], b"".join([*lines[:2], lines[-1]]), b"", b"\r\n"):
        with pytest.raises(FaultyInput) as caught:
            bureau.read_inquiries(data, "cut")
        for fault in caught.value.faults:
            assert fault.file == "cut"
            assert fault.fix(Language.JA) != ""


def test_every_fault_of_a_file_is_named_at_its_line() -> None:
    inquiry = Inquiry("I1-1", Purpose.INCREASE, SATO)
    lines = bureau.write_inquiries(HEAD, [inquiry] * 3, Form.FIXED).split(b"\r\n")
    lines[1] = lines[1][:147] + b"19851301" + lines[1][155:]
    lines[2] = b"X" + lines[2][1:]
    lines[3] = lines[3][:25] + b"9" + lines[3][26:]
    with pytest.raises(FaultyInput) as caught:
        bureau.read_inquiries(b"\r\n".join(lines), "f")
    seen = [(one.code, one.line, one.column) for one in caught.value.faults]
    assert seen == [
        ("BUR-012", 2, "148-155 生年月日"),
        ("BUR-011", 3, None),
        ("BUR-012", 4, "26-26 照会の目的"),
    ]


@pytest.mark.parametrize(("change", "code"), [
    (lambda row: {**row, "balance_yen": -1}, "BUR-012"),
    (lambda row: {**row, "balance_yen": True}, "BUR-012"),
    (lambda row: {**row, "balance_yen": 1.5}, "BUR-012"),
    (lambda row: {**row, "is_late": 1}, "BUR-012"),
    (lambda row: {**row, "kind": "gift"}, "BUR-012"),
    (lambda row: {**row, "as_of_on": "2026-02-30"}, "BUR-012"),
    (lambda row: {**row, "more": 1}, "BUR-016"),
    (lambda row: {name: row[name] for name in row if name != "kana"}, "BUR-016"),
    (lambda row: {**row, "record": "gift"}, "BUR-016"),
    (lambda row: [row], "BUR-016"),
])  # fmt: skip
def test_json_line_holds_what_the_table_says_and_nothing_else(
    change: Callable[[dict[str, object]], object], code: str
) -> None:
    standing = bureau.Standing(ON, 1_000, 1_000, is_late=False)
    report = bureau.Report("R1", "A1", 1, bureau.ReportKind.BALANCE, ON, SATO, standing)
    lines = bureau.write_reports(replace(HEAD, kind="reports"), [report], Form.JSON).split(b"\n")
    lines[1] = json.dumps(change(json.loads(lines[1]))).encode()
    with pytest.raises(FaultyInput) as caught:
        bureau.read_reports(b"\n".join(lines), "f")
    assert [(one.code, one.line) for one in caught.value.faults] == [(code, 2)]


@pytest.mark.parametrize("order", [[1, 0, 2, 3], [0, 2, 1, 3], [1, 2, 3]])
def test_details_without_their_answer_are_refused(order: list[int]) -> None:
    loan = bureau.Loan(
        "7777", bureau.LenderKind.BANK, ON, 1, 1, 1, is_late=False, long_delay_on=None,
        excepted=bureau.Excepted.NEITHER, as_of_on=ON,
    )  # fmt: skip
    answer = bureau.Answer("I1", "A", ON, (bureau.Found(SATO, (loan,)), bureau.Found(SATO)))
    records = list(bureau.files._answer_records(answer))
    data = bureau.records.written(
        replace(HEAD, kind="answers"), [records[place] for place in order], Form.FIXED
    )
    with pytest.raises(FaultyInput) as caught:
        bureau.read_incoming(data, "f")
    assert caught.value.faults[0].code == "BUR-017"


def test_a_sign_that_shift_jis_lacks_becomes_a_mark_and_stays_in_json() -> None:
    rare = replace(SATO, name="𠮷田 花子", address="東京都" * 100 + "\n1-1")
    inquiry = Inquiry("I1", Purpose.MONITORING, rare)
    fixed = bureau.read_inquiries(bureau.write_inquiries(HEAD, [inquiry], Form.FIXED), "f")[1][0]
    assert fixed.person.name == "〓田 花子"
    assert fixed.person.address == ("東京都" * 100)[:100]
    whole = bureau.read_inquiries(bureau.write_inquiries(HEAD, [inquiry], Form.JSON), "f")[1][0]
    assert whole == inquiry


def test_the_document_holds_the_table_of_every_record() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for layout in LAYOUTS:
        assert f"### {layout.sign} {layout.title_ja} (`{layout.name}`)" in text
        for one in layout.fields:
            if one.sort is not Sort.FILLER:
                row = rf"\| {one.first}–{one.last} \| `{one.name}` \| {re.escape(one.title_ja)} \|"
                assert re.search(row, text), f"{layout.name}.{one.name}"


# ------------------------------------------------------------------------------------ the folder
def test_file_lies_in_the_tray_once(tmp_path: Path) -> None:
    tray = Tray(tmp_path)
    tray.put("a-1", b"one")
    tray.put("a-1", b"another")
    assert [(path.name, path.read_bytes()) for path in (tmp_path / "out").iterdir()] == [
        ("a-1", b"one")
    ]


def test_shut_tray_takes_nothing_and_hands_out_what_came(tmp_path: Path) -> None:
    tray = Tray(tmp_path)
    assert tray.waiting() == []
    (tmp_path / "in" / "b").write_bytes(b"2")
    (tmp_path / "in" / "a").write_bytes(b"1")
    (tmp_path / "in" / ".draft").write_bytes(b"3")
    (tmp_path / "shut").touch()
    with pytest.raises(OutsideFailure):
        tray.put("a", b"")
    assert list(tray.waiting()) == ["a", "b"]
    assert tray.get("a") == b"1"
    tray.done("a")
    tray.done("a")
    assert list(tray.waiting()) == ["b"]
    with pytest.raises(OutsideFailure):
        tray.get("a")


def test_tray_that_cannot_be_made_takes_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutsideFailure):
        Tray(tmp_path / "file").put("a", b"")


def test_tray_is_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(bureau.VARIABLE, str(tmp_path))
    assert bureau.from_environment("jicc") == Tray(tmp_path / "jicc")
    monkeypatch.delenv(bureau.VARIABLE)
    monkeypatch.setenv("MOTOCHO_HOME", str(tmp_path))
    assert bureau.from_environment("jicc") == Tray(tmp_path / "bureau" / "jicc")


def test_file_of_another_kind_is_none_that_comes_in() -> None:
    head = Head("inquiries", "9999", "fake", 1, ON)
    with pytest.raises(FaultyInput):
        bureau.read_incoming(bureau.write_inquiries(head, [], Form.JSON), "f")


def test_file_to_somebody_else_is_refused() -> None:
    data = bureau.write_receipts(replace(HEAD, kind="receipts"), [], Form.JSON)
    assert isinstance(bureau.read_incoming(data, "f", ("9999", "fake")), Receipts)
    for ours in (("9998", "fake"), ("9999", "jicc")):
        with pytest.raises(FaultyInput) as caught:
            bureau.read_incoming(data, "f", ours)
        assert caught.value.faults[0].code == "BUR-015"
