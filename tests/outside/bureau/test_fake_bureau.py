"""Our files and a bureau that was written without our tables: what both agree on is the format."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.outside.bureau.samples import HEAD, ON, SATO

from motocho.outside import bureau
from motocho.outside.bureau import (
    Answers,
    Declarer,
    Excepted,
    Form,
    Inquiry,
    LenderKind,
    Purpose,
    Receipts,
    Report,
    ReportKind,
    Standing,
    Trouble,
    Verdict,
)
from motocho.outside.fakes import bureau as fake
from motocho.outside.fakes.bureau import Claim, FakeBureau, Held, scripted
from motocho.units.errors import FaultyInput, OutsideFailure

HANAKO = Held(
    "ｻﾄｳ ﾊﾅｺ", "佐藤 花子", "19850401", ["09011112222"], "308512345670",
    [Claim("7777", "money_lender", "20200105", 500_000, 123_456, late=True, long_delay="20260801"),
     Claim("5555", "bank", "20210105", 900_000, 800_000, excepted="excluded")],
    [("20260101", "20301231", "self")],
)  # fmt: skip
ASKED = Inquiry("I1-1", Purpose.MONITORING, SATO)
REPORT = Report(
    "R1-1", "1-1", 1, ReportKind.LOAN, ON, SATO,
    Standing(date(2026, 1, 5), 50_000, 150_000, is_late=True, late_since=date(2026, 9, 1),
             trouble=Trouble.LONG_DELAY, trouble_on=date(2026, 11, 1)),
)  # fmt: skip


def a_bureau(*troubles: fake.Trouble) -> FakeBureau:
    return FakeBureau("9999", [HANAKO], scripted(*troubles))


def ask(it: FakeBureau, *many: Inquiry, form: Form = Form.FIXED, name: str = "i1") -> None:
    it.take(name, bureau.write_inquiries(HEAD, many or [ASKED], form), ON)


def answers(it: FakeBureau) -> list[bureau.Answer]:
    made = [bureau.read_incoming(data, name) for name, data in it.deliver(ON)]
    return [answer for one in made if isinstance(one, Answers) for answer in one.answers]


@pytest.mark.parametrize("form", Form)
def test_bureau_answers_what_it_holds(form: Form) -> None:
    it = a_bureau()
    ask(it, form=form)
    (answer,) = answers(it)
    (found,) = answer.found
    assert (answer.inquiry_ref, answer.version, found.person.name) == ("I1-1", 1, "佐藤 花子")
    assert bureau.match(SATO, answer.found).verdict is Verdict.SAME
    first, second = found.loans
    assert (first.lender_code, first.kind, first.balance_yen) == (
        "7777", LenderKind.MONEY_LENDER, 123_456,
    )  # fmt: skip
    assert (first.is_late, first.long_delay_on) == (True, date(2026, 8, 1))
    assert (second.kind, second.excepted) == (LenderKind.BANK, Excepted.EXCLUDED)
    (wish,) = found.exclusions
    assert (wish.first_on, wish.last_on) == (date(2026, 1, 1), date(2030, 12, 31))
    assert wish.declarer is Declarer.SELF


@pytest.mark.parametrize("form", Form)
def test_bureau_keeps_what_is_reported_field_by_field(form: Form) -> None:
    it = a_bureau()
    data = bureau.write_reports(replace(HEAD, kind="reports"), [REPORT], form)
    it.take("r1", data, ON)
    kept = it.kept["1-1"]
    wanted = {
        "report_ref": "R1-1", "seq_no": "1", "kind": "loan", "as_of_on": "20261124",
        "kana": "ｻﾄｳ ﾊﾅｺ", "name": "佐藤 花子", "born_on": "19850401", "phone_1": "09011112222",
        "phone_2": "", "address": "東京都千代田区千代田1-1", "employer": "株式会社青空",
        "licence_number": "308512345670", "contracted_on": "20260105", "amount_yen": "50000",
        "balance_yen": "150000", "is_late": "1", "late_since": "20260901",
        "trouble": "long_delay", "trouble_on": "20261101", "ending": "open", "ended_on": "",
        "excepted": "neither",
    }  # fmt: skip
    assert {name: kept[name] for name in wanted} == wanted
    (receipts,) = [bureau.read_incoming(file, name) for name, file in it.deliver(ON)]
    assert isinstance(receipts, Receipts)
    assert receipts.receipts == (bureau.Receipt("R1-1"),)


def test_later_report_stays_whatever_comes_after_it() -> None:
    it = a_bureau()
    head = replace(HEAD, kind="reports")
    for number, balance_yen in ((2, 70_000), (1, 150_000)):
        standing = replace(REPORT.standing, balance_yen=balance_yen)
        report = replace(REPORT, seq_no=number, report_ref=f"R{number}", standing=standing)
        it.take(f"r{number}", bureau.write_reports(head, [report], Form.FIXED), ON)
    assert it.kept["1-1"]["balance_yen"] == "70000"


@pytest.mark.parametrize("trouble", [fake.Trouble.PARTIAL, fake.Trouble.WRONG_SUM])
def test_spoilt_file_is_refused_whole(trouble: fake.Trouble) -> None:
    it = a_bureau(fake.Trouble.NONE, trouble)
    ask(it)
    for name, data in it.deliver(ON):
        with pytest.raises(FaultyInput):
            bureau.read_incoming(data, name)


def test_closed_bureau_takes_nothing_and_late_answers_come_later() -> None:
    it = a_bureau(fake.Trouble.CLOSED, fake.Trouble.NONE, fake.Trouble.LATE, fake.Trouble.CLOSED)
    with pytest.raises(OutsideFailure):
        ask(it)
    ask(it)
    assert it.deliver(ON) == []
    with pytest.raises(OutsideFailure):
        it.deliver(ON)
    assert len(answers(it)) == 1
    assert it.asked == {"I1-1": 1}


def test_lost_answer_comes_once_it_is_asked_for_again_and_is_counted_once() -> None:
    it = a_bureau(fake.Trouble.LOST)
    ask(it)
    assert answers(it) == []
    ask(it, replace(ASKED, is_repeat=True), name="i2")
    assert len(answers(it)) == 1
    assert it.asked == {"I1-1": 1}
    ask(it, ASKED, name="i3")
    assert it.asked == {"I1-1": 2}


def test_doubled_corrected_and_disputed_answers_can_be_told_apart() -> None:
    it = a_bureau(fake.Trouble.CORRECTED, fake.Trouble.DOUBLED, fake.Trouble.DISPUTED)
    ask(it)
    found = answers(it)
    assert [one.version for one in found] == [1, 2, 1, 2]
    assert found[0] == found[2]
    assert found[1].found[0].loans[0].balance_yen == 124_456
    ask(it, replace(ASKED, inquiry_ref="I1-2"), name="i2")
    (disputed,) = answers(it)
    assert disputed.found[0].loans[0].is_disputed


def test_namesake_is_doubtful_and_a_rejected_report_is_kept_once_it_comes_again() -> None:
    it = a_bureau(fake.Trouble.NAMESAKE, fake.Trouble.NONE, fake.Trouble.REJECTED)
    ask(it)
    (answer,) = answers(it)
    assert bureau.match(SATO, answer.found).verdict is Verdict.DOUBTFUL
    data = bureau.write_reports(replace(HEAD, kind="reports"), [REPORT], Form.FIXED)
    it.take("r1", data, ON)
    (receipts,) = [bureau.read_incoming(file, name) for name, file in it.deliver(ON)]
    assert isinstance(receipts, Receipts)
    assert receipts.receipts == (bureau.Receipt("R1-1", "E01"),)
    it.take("r2", data, ON)
    assert it.kept["1-1"]["report_ref"] == "R1-1"


@pytest.mark.parametrize("form", Form)
def test_file_of_ours_that_was_cut_is_not_taken(form: Form) -> None:
    data = bureau.write_inquiries(HEAD, [ASKED, ASKED], form)
    lines = data.splitlines(keepends=True)
    it = a_bureau()
    for spoilt in (data[:-1], b"".join([*lines[:2], lines[-1]])):
        with pytest.raises(OutsideFailure):
            it.take("i", spoilt, ON)
    assert not it.asked


def test_bureau_works_on_a_tray(tmp_path: Path) -> None:
    tray, it = bureau.Tray(tmp_path), a_bureau()
    tray.put("i1", bureau.write_inquiries(HEAD, [ASKED], Form.FIXED))
    assert it.carry(tmp_path, ON) == 2
    (name,) = tray.waiting()
    found = bureau.read_incoming(tray.get(name), name)
    assert isinstance(found, Answers)
    assert found.head.file_no == 1
