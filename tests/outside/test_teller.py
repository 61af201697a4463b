"""The tray between us and the bank's program; the lender's own bank."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from motocho.outside import house_bank, teller
from motocho.outside.bank import AccountType, BankAccount
from motocho.outside.clock import JAPAN
from motocho.outside.fakes import carry_out
from motocho.outside.teller import SHUT, Answer, Fate, Order, Tray
from motocho.units.errors import FaultyInput, OutsideFailure

ON = date(2026, 11, 22)
ORDER = Order(
    "7-12",
    BankAccount("0001", "001", AccountType.ORDINARY, "1234567"),
    "ｻﾄｳ ﾊﾅｺ",
    50_000,
    datetime(2026, 11, 22, 23, 0, tzinfo=JAPAN),
)


def test_order_lies_there_once_however_often_it_is_laid(tmp_path: Path) -> None:
    tray = Tray(tmp_path)
    tray.take(ORDER)
    tray.take(replace(ORDER, amount_yen=1))
    assert tray.unanswered() == [ORDER]
    assert [path.name for path in (tmp_path / "orders").iterdir()] == ["7-12.json"]


def test_answer_is_taken_once_it_is_whole_and_the_first_stays(tmp_path: Path) -> None:
    tray = Tray(tmp_path)
    tray.take(ORDER)
    assert tray.answer("7-12") is None
    half = tmp_path / "answers" / "7-12.json"
    for odd in ('{"answer": "arr', '{"answer": "arrived"}', '{"answer": "no", "on": "2026-11-22"}',
                "[]", '{"answer": "arrived", "on": 5}', '"\\ud800"', "null"):  # fmt: skip
        half.write_text(odd)
        with pytest.raises(OutsideFailure) as caught:
            tray.answer("7-12")
        (fault,) = caught.value.faults
        assert (fault.code, fault.file) == ("MNY-007", "7-12.json")
    half.unlink()
    assert carry_out(tray, ON) == [ORDER]
    assert tray.answer("7-12") == Answer(Fate.ARRIVED, ON)
    tray.put_answer("7-12", Answer(Fate.RETURNED, ON, "口座なし"))
    assert tray.answer("7-12") == Answer(Fate.ARRIVED, ON)
    assert carry_out(tray, ON) == []


def test_order_can_be_returned_with_its_reason(tmp_path: Path) -> None:
    tray = Tray(tmp_path)
    tray.take(ORDER)
    carry_out(tray, ON, "名義相違")
    assert tray.answer("7-12") == Answer(Fate.RETURNED, ON, "名義相違")


def test_shut_tray_takes_nothing(tmp_path: Path) -> None:
    tray = Tray(tmp_path)
    tray.ask_open()
    (tmp_path / SHUT).touch()
    for refused in (tray.ask_open, lambda: tray.take(ORDER)):
        with pytest.raises(OutsideFailure) as caught:
            refused()
        assert caught.value.faults[0].code == "MNY-002"
    assert tray.unanswered() == []


def test_tray_that_cannot_be_made_takes_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutsideFailure):
        Tray(tmp_path / "file").ask_open()


def test_tray_is_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTOCHO_HOME", str(tmp_path))
    assert teller.from_environment().folder == tmp_path / "bank"
    monkeypatch.setenv(teller.VARIABLE, str(tmp_path / "elsewhere"))
    assert teller.from_environment().folder == tmp_path / "elsewhere"


# ----------------------------------------------------------------------------------- our own bank
def test_own_bank_stands_in_a_file(tmp_path: Path) -> None:
    sample = Path(house_bank.__file__).with_name("house_bank.yaml").read_text("utf-8")
    file = tmp_path / "bank.yaml"
    file.write_text(sample.replace('"0000001"', '"7654321"'), "utf-8")
    assert house_bank.house_bank(str(file)).account.number == "7654321"


def test_faults_of_the_file_are_named_all_at_once(tmp_path: Path) -> None:
    file = tmp_path / "bank.yaml"
    file.write_text("account: {bank_code: 12}\ninstitution_number: 5\n", "utf-8")
    with pytest.raises(FaultyInput) as caught:
        house_bank.house_bank(str(file))
    named = [fault.details["name"] for fault in caught.value.faults]
    assert named[0] == "bank_code"
    assert named[-1] == "institution_number"
    assert len(named) == 9
    assert {fault.code for fault in caught.value.faults} == {"MNY-001"}


@pytest.mark.parametrize("content", [None, b"\xff", b"account: [", b"a: {b: c"])
def test_settings_that_cannot_be_read_name_their_file(
    tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "bank.yaml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(FaultyInput) as caught:
        house_bank.house_bank(str(file))
    assert [(one.code, one.file) for one in caught.value.faults] == [("MNY-008", str(file))]


@pytest.mark.parametrize("content", ["", "- 1", "account: 5", "account:"])
def test_settings_that_hold_nothing_lack_everything(tmp_path: Path, content: str) -> None:
    file = tmp_path / "bank.yaml"
    file.write_text(content, "utf-8")
    with pytest.raises(FaultyInput) as caught:
        house_bank.house_bank(str(file))
    assert {one.code for one in caught.value.faults} == {"MNY-001"}
    assert len(caught.value.faults) == 9


@pytest.mark.parametrize("listed", ["[0001]", "['1']", "9999", "['9999', '00010']", "{'9999': 1}"])
def test_banks_around_the_clock_are_codes_of_four_digits(tmp_path: Path, listed: str) -> None:
    sample = Path(house_bank.__file__).with_name(house_bank.SAMPLE).read_text("utf-8")
    file = tmp_path / "bank.yaml"
    before, _, _ = sample.partition("around_the_clock:")
    file.write_text(f"{before}around_the_clock: {listed}\n", "utf-8")
    with pytest.raises(FaultyInput) as caught:
        house_bank.house_bank(str(file))
    assert [one.details["name"] for one in caught.value.faults] == ["around_the_clock"]


@pytest.mark.parametrize(
    ("code", "name", "english"),
    [
        ("0001", "みずほ銀行", "Mizuho Bank"),
        ("0288", "三菱UFJ信託銀行", "Mitsubishiufjshintaku Bank"),
        ("1344", "城南信金", "Jiyounanshinkin"),
        ("5030", "西東京農協", "Nishitoukiyounoukiyou"),
        ("9900", "ゆうちょ銀行", "Yuuchiyo Bank"),
    ],
)
def test_bank_is_called_what_it_is(code: str, name: str, english: str) -> None:
    """A credit association is no bank, and the table leaves 銀行 out."""
    assert house_bank.bank_name(code) == house_bank.BankName(name, english)


def test_bank_that_the_table_does_not_know_is_its_code() -> None:
    assert house_bank.bank_name("9998").name_ja == "9998"
