"""Lists of frozen accounts: read with every fault or not at all, kept as marks, found after a new pepper too."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError
from hypothesis import given
from hypothesis import strategies as st
from tests.loans.crowd import do
from tests.people.house import AT, House, rows

from motocho.law.rules import Refusal
from motocho.people.credentials import hashing
from motocho.people.facts import history
from motocho.people.facts.history import Change, Recorded, Road, Teller
from motocho.people.facts.values import BankAccount, Kind
from motocho.people.safety import listed
from motocho.people.safety.listed import Incoming, InForce, Number, read
from motocho.units.errors import FaultyInput, InputError

HEADER = "金融機関コード,支店コード,口座番号,口座名義,理由\n"
ONE = HEADER + "0001,001,1234567,ヤマダ　タロウ,凍結\n"
HIS = Number("0001", "001", "1234567")
DIGITS = st.text("0123456789", min_size=7, max_size=7)


def bring(text: str, source: str = "police", days: int = 0) -> InForce:
    data = text.encode()
    incoming = Incoming(source, data, read(data, "list.csv"))
    found: InForce = do(listed.bring_in, incoming, "operator 1", AT + timedelta(days=days))
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_list_is_read_in_the_encodings_that_come(encoding: str) -> None:
    (one,) = read(ONE.encode(encoding), "list.csv")
    assert (one.number, one.holder, one.line_no) == (HIS, "ﾔﾏﾀﾞ ﾀﾛｳ", 2)
    assert "ﾔﾏﾀﾞ" not in repr(one)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [("FRD-011", 1)]),
        ("金融機関コード,支店コード,口座番号\n", [("FRD-011", 1)]),
        (HEADER, [("FRD-013", None)]),
        (HEADER + "0001,0012,123,ヤマダ\n", [("FRD-012", 2)]),
        (
            HEADER + "0001,001,1234567,山田\nx,001,y,ヤマダ\n",
            [("BNK-042", 2), ("FRD-012", 3), ("FRD-012", 3)],
        ),
    ],
)
def test_every_fault_is_told_and_nothing_taken(
    text: str, found: list[tuple[str, int | None]]
) -> None:
    with pytest.raises(FaultyInput) as caught:
        read(text.encode(), "list.csv")
    assert [(one.code, one.line) for one in caught.value.faults] == found
    assert {one.file for one in caught.value.faults} == {"list.csv"}


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(FaultyInput) as caught:
        read(b"\x81\xff\xfe\x00", "list.csv")
    assert caught.value.faults[0].code == "FRD-014"


@given(DIGITS)
def test_zeros_that_a_spreadsheet_ate_come_back(number: str) -> None:
    text = f"{HEADER}1,1,{int(number)},ヤマダ\n"
    (one,) = read(text.encode(), "list.csv")
    assert one.number == Number("0001", "001", number)


@pytest.mark.rule("FRAUD-003")
def test_listed_account_cannot_be_registered_and_another_can(house: House) -> None:
    bring(ONE)
    member_id = house.member().member_id
    refused = told(member_id, "1234567", Road.DESK)
    assert isinstance(refused, Refusal)
    assert (refused.rule_id, refused.code, refused.details["line"]) == ("FRAUD-003", "FRD-010", "2")
    assert rows("SELECT 1 FROM people_fact WHERE kind = 'bank_account'") == []
    assert isinstance(told(member_id, "1234568", Road.DESK), Recorded)
    assert isinstance(
        told(member_id, "1234567", Road.IMPORT), Recorded
    )  # a book that is taken over


def told(member_id: int, number: str, road: Road) -> Recorded | Refusal:
    account = BankAccount("0001", "001", "ordinary", number, "ｻﾄｳ ﾊﾅｺ")
    change = Change(member_id, Kind.BANK_ACCOUNT, account, AT.date(), f"form {number} {road}")
    answer: Recorded | Refusal = do(history.record, change, Teller("staff 1", road), AT)
    return answer


@pytest.mark.usefixtures("house")
@pytest.mark.rule("FRAUD-003")
def test_list_stands_in_the_place_of_the_one_before_of_its_source() -> None:
    first = bring(ONE)
    assert bring(ONE) == first  # the same file again
    bring(HEADER + "0001,001,7654321,スズキ\n", "bank")
    assert do(listed.hit, HIS) == listed.Hit("police", first.list_id, 2, AT)
    newer = bring(HEADER + "0009,001,7654321,スズキ\n", days=1)
    assert do(listed.check, HIS) is None
    assert [one.source for one in do(listed.in_force)] == ["bank", "police"]
    assert do(listed.in_force)[1] == newer
    assert rows("SELECT count(*) FROM people_listed_account") == [(3,)]  # what was known then stays
    with pytest.raises(InputError):
        bring(ONE, "警察")


@pytest.mark.usefixtures("house")
def test_same_name_is_found_and_refuses_nobody() -> None:
    bring(ONE)
    assert do(listed.same_name, "ﾔﾏﾀﾞﾀﾛｳ") is not None
    assert do(listed.same_name, "ﾔﾏﾀﾞ ｼﾞﾛｳ") is None


@pytest.mark.usefixtures("house")
def test_marks_are_found_after_the_peppers_were_rotated(monkeypatch: pytest.MonkeyPatch) -> None:
    bring(ONE)
    old = hashing.peppers().by_id
    newer = hashing.Peppers({**old, "newer": b"n" * hashing.PEPPER_BYTES})
    before = hashing.mark("x", "y")
    monkeypatch.setattr(hashing, "peppers", lambda: newer)
    assert hashing.mark("x", "y") != before
    assert hashing.marks("x", "y")[0] == before
    assert do(listed.hit, HIS) is not None


@pytest.mark.usefixtures("house")
def test_nothing_of_an_account_can_be_read_back() -> None:
    bring(ONE)
    kept = rows("SELECT row_to_json(a)::text || row_to_json(l)::text FROM people_listed_account a"
                " JOIN people_account_list l USING (list_id)")  # fmt: skip
    assert "1234567" not in kept[0][0]
    assert "ﾔﾏﾀﾞ" not in kept[0][0]
    with pytest.raises(DatabaseError):
        do(lambda cursor: cursor.execute("DELETE FROM people_listed_account"))
