"""Cases in the database: their log, two writers at once, their seal, their way to another PC."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection, connections
from tests.database import Database, fresh_database

from motocho.claims import reading
from motocho.claims.assumptions import Assumptions, read
from motocho.claims.statement import recalculate
from motocho.office import cases
from motocho.office.cases import Arrival
from motocho.outside.clock import JAPAN
from motocho.outside.postgres import Role
from motocho.units.errors import (
    FaultyInput,
    InputError,
    NotAllowedError,
    NotFoundError,
    RefusedError,
    StateConflict,
)

pytestmark = pytest.mark.usefixtures("database")
AT = datetime(2026, 11, 22, 10, 0, tzinfo=JAPAN)
HEADS = {"client": "甲野花子", "lender": "架空ファイナンス", "title": "甲野事件"}
PASSPHRASE = "春はあけぼの やうやう白く"


@pytest.fixture(autouse=True)
def _unlocked() -> Iterator[None]:
    cases.lock()
    yield
    cases.lock()


def opened() -> int:
    return cases.open_case(HEADS, actor="乙山", at=AT)


def with_sample() -> int:
    case_id = opened()
    case = cases.load(case_id)
    operations = cases.import_operations(case, reading.read(cases.sample_bytes()))
    cases.apply(case_id, operations, actor="乙山", at=AT, expected_seq=case.seq)
    return case_id


def do(case_id: int, *operations: dict[str, Any], at: datetime = AT) -> int:
    seq = cases.load(case_id).seq
    return cases.apply(case_id, operations, actor="乙山", at=at, expected_seq=seq)


def test_case_calculates_to_the_yen_of_its_file() -> None:
    """The sheet is read by the reader of files, so that both roads give one result."""
    history = reading.read(cases.sample_bytes())
    stated = history.stated_assumptions
    wanted = recalculate(history, read(stated, onto=Assumptions()).assumptions)
    case = cases.load(with_sample())
    made = case.statement()
    assert made.result == wanted.result
    assert [row.interest_yen for row in made.rows] == [row.interest_yen for row in wanted.rows]
    assert recalculate(reading.read(case.table()), case.assumptions()).result == wanted.result
    assert case.history().lender == HEADS["lender"]


def test_fault_is_placed_in_its_row() -> None:
    case_id = opened()
    do(
        case_id,
        {
            "op": "put_rows",
            "rows": [
                {"id": "good", "date": "2001-01-10", "borrow": "20万"},
                {"id": "bad", "date": "S64.1.8", "repay": "5,000"},
            ],
        },
    )
    case = cases.load(case_id)
    with pytest.raises(FaultyInput) as caught:
        case.statement()
    row = case.row_of(caught.value.faults[0].line)
    assert row is not None
    assert row.row_id == "bad"


def test_reserve_is_calculated_beside_the_claim() -> None:
    case_id = with_sample()
    do(
        case_id,
        {"op": "add_scenario", "name": "利息なし", "copy_of": "主張"},
        {"op": "set_convention", "scenario": "利息なし", "key": "overpayment_appropriation",
         "value": "no_interest"},
        {"op": "choose_scenario", "role": "reserve", "name": "利息なし"},
    )  # fmt: skip
    case = cases.load(case_id)
    assert (case.claimed, case.reserve) == ("主張", "利息なし")
    assert case.statement(case.reserve or "").result.overpayment_interest_yen == 0
    assert int(case.statement().result.overpayment_interest_yen) > 0


def test_writer_who_read_too_little_writes_nothing() -> None:
    case_id = opened()
    seq = cases.load(case_id).seq
    do(case_id, {"op": "set_fact", "name": "court", "value": "東京簡易裁判所"})
    with pytest.raises(StateConflict):
        cases.apply(
            case_id,
            [{"op": "set_fact", "name": "court", "value": "x"}],
            actor="丙川",
            at=AT,
            expected_seq=seq,
        )
    assert cases.load(case_id).facts == {"court": "東京簡易裁判所"}
    (since,) = cases.entries_of(case_id, seq)
    assert (since.actor, since.operation["value"]) == ("乙山", "東京簡易裁判所")


def test_group_with_one_that_does_not_fit_is_not_written() -> None:
    case_id = opened()
    seq = cases.load(case_id).seq
    with pytest.raises(InputError):
        do(
            case_id,
            {"op": "set_fact", "name": "court", "value": "x"},
            {"op": "delete_rows", "ids": ["none"]},
        )
    assert cases.load(case_id).seq == seq


def test_of_writers_at_once_each_number_is_given_once(database: Database) -> None:
    case_id = opened()
    outcomes: list[str] = []
    start = threading.Barrier(4)

    def write(number: int) -> None:
        try:
            start.wait()
            for turn in range(5):
                while True:
                    try:
                        seq = cases.load(case_id).seq
                        fact = {"op": "set_fact", "name": f"{number}-{turn}", "value": "x"}
                        cases.apply(case_id, [fact], actor="x", at=AT, expected_seq=seq)
                    except StateConflict:
                        outcomes.append("again")
                    else:
                        outcomes.append("written")
                        break
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("written") == 20
    assert len(cases.load(case_id).facts) == 20
    entries = cases.entries_of(case_id)
    assert [one.seq for one in entries] == list(range(1, len(entries) + 1))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE office_operation SET body = '\\x0041'",
        "DELETE FROM office_operation",
        "TRUNCATE office_operation",
        "UPDATE office_case SET opened_at = now()",
        "DELETE FROM office_case",
        "UPDATE office_setting SET name = 'x'",
        "TRUNCATE office_lock",
    ],
)
def test_log_is_not_changed_by_raw_sql(database: Database, statement: str) -> None:
    opened()
    for role in (Role.APP, Role.OWNER):
        with database.connect(role) as raw, pytest.raises(psycopg.Error):
            raw.execute(statement)


@pytest.mark.parametrize(
    ("seq", "first"), [(9, 9), (4, 2), (4, 3), (3, 3)], ids=["gap", "group", "other", "twice"]
)
def test_log_is_counted_by_the_database_too(database: Database, seq: int, first: int) -> None:
    case_id = opened()
    assert cases.load(case_id).seq == 3
    statement = "INSERT INTO office_operation VALUES (%s, %s, %s, '\\x0041', now())"
    with database.connect() as raw, pytest.raises(psycopg.errors.IntegrityError):
        raw.execute(statement, (case_id, seq, first))


def test_going_back_and_forth_is_kept_in_the_log() -> None:
    case_id = opened()
    before = do(case_id, {"op": "set_fact", "name": "court", "value": "東京簡易裁判所"})
    after = do(case_id, {"op": "set_fact", "name": "court", "value": "大阪簡易裁判所"})
    seq = cases.undo_to(case_id, before, actor="乙山", at=AT, expected_seq=after)
    assert cases.load(case_id).facts["court"] == "東京簡易裁判所"
    cases.undo_to(case_id, after, actor="丙川", at=AT, expected_seq=seq)
    assert cases.load(case_id).facts["court"] == "大阪簡易裁判所"
    assert cases.load_at(case_id, before).facts["court"] == "東京簡易裁判所"
    told = cases.log(case_id)
    assert [one.entry.actor for one in told][-2:] == ["乙山", "丙川"]
    assert (told[after - 1].changes[0].before, told[after - 1].changes[0].after) == (
        "東京簡易裁判所",
        "大阪簡易裁判所",
    )


def test_case_that_is_not_there_is_not_found() -> None:
    for ask in (
        lambda: cases.load(99),
        lambda: cases.log(99),
        lambda: cases.export_case(99, PASSPHRASE),
        lambda: cases.apply(99, [{"op": "undo_to", "seq": 0}], actor="x", at=AT, expected_seq=0),
    ):
        with pytest.raises(NotFoundError):
            ask()


# -------------------------------------------------------------------------------------- the seal
def stored(database: Database) -> bytes:
    with database.connect() as raw:
        return b"".join(bytes(body) for (body,) in raw.execute("SELECT body FROM office_operation"))


def test_sealed_studio_keeps_nothing_readable(database: Database) -> None:
    cases.set_passphrase(PASSPHRASE, at=AT)
    case_id = with_sample()
    assert "甲野".encode() not in stored(database)
    assert b"2007" not in stored(database)
    cases.lock()
    assert cases.is_locked()
    with pytest.raises(NotAllowedError):
        cases.load(case_id)
    with pytest.raises(RefusedError):
        cases.unlock(PASSPHRASE + ".")
    assert cases.is_locked()
    cases.unlock(PASSPHRASE)
    assert cases.load(case_id).client == "甲野花子"


def test_plain_studio_is_plain_and_takes_no_passphrase_later(database: Database) -> None:
    opened()
    assert "甲野".encode() in stored(database)
    with pytest.raises(RefusedError):
        cases.set_passphrase(PASSPHRASE, at=AT)
    assert not cases.has_passphrase()


def test_locked_studio_takes_no_plain_row() -> None:
    cases.set_passphrase(PASSPHRASE, at=AT)
    cases.lock()
    with pytest.raises(Exception, match="sealed"):
        opened()
    connection.close()


def test_another_passphrase_opens_what_was_kept_before() -> None:
    cases.set_passphrase(PASSPHRASE, at=AT)
    case_id = opened()
    cases.set_passphrase("another sentence", at=AT + timedelta(days=1))
    cases.lock()
    with pytest.raises(RefusedError):
        cases.unlock(PASSPHRASE)
    with pytest.raises(RefusedError):
        cases.set_passphrase("a third sentence", at=AT)
    cases.unlock("another sentence")
    assert cases.load(case_id).client == "甲野花子"


@pytest.mark.parametrize("short", ["", "short", "123456789"])
def test_short_passphrase_is_refused(short: str) -> None:
    with pytest.raises(InputError):
        cases.set_passphrase(short, at=AT)
    with pytest.raises(InputError):
        cases.export_case(opened(), short)


def test_body_that_was_moved_or_changed_is_refused(database: Database) -> None:
    cases.set_passphrase(PASSPHRASE, at=AT)
    case_id, other = opened(), opened()
    with database.connect(Role.OWNER, autocommit=True) as raw:
        raw.execute("ALTER TABLE office_operation DISABLE TRIGGER no_change")
        raw.execute(
            "UPDATE office_operation o SET body = p.body FROM office_operation p"
            " WHERE o.case_id = %s AND p.case_id = %s AND o.seq = p.seq",
            (case_id, other),
        )
    with pytest.raises(RefusedError) as caught:
        cases.load(case_id)
    assert caught.value.faults[0].code == "STU-022"
    assert cases.load(other).client == "甲野花子"


# -------------------------------------------------------------------------------- to another PC
def test_case_arrives_on_another_pc_with_its_figures_and_its_log() -> None:
    case_id = with_sample()
    do(case_id, {"op": "set_fact", "name": "court", "value": "東京簡易裁判所"})
    data = cases.export_case(case_id, PASSPHRASE)
    ours, log = cases.load(case_id), cases.log(case_id)
    assert "甲野".encode() not in data
    with fresh_database():
        arrived = cases.import_case(data, PASSPHRASE)
        assert arrived.how is Arrival.NEW
        theirs = cases.load(arrived.case_id)
        assert (theirs.key, theirs.state) == (ours.key, ours.state)
        assert theirs.statement().document() == ours.statement().document()
        assert cases.log(arrived.case_id) == log
        assert cases.import_case(data, PASSPHRASE).how is Arrival.SAME


def test_case_that_went_on_elsewhere_comes_back_longer_or_apart() -> None:
    case_id = opened()
    early = cases.export_case(case_id, PASSPHRASE)
    do(case_id, {"op": "set_fact", "name": "court", "value": "東京簡易裁判所"})
    late = cases.export_case(case_id, PASSPHRASE)
    with fresh_database():
        here = cases.import_case(early, PASSPHRASE).case_id
        assert cases.import_case(late, PASSPHRASE) == cases.Arrived(here, Arrival.LONGER)
        assert cases.load(here).facts == {"court": "東京簡易裁判所"}
    with fresh_database():
        here = cases.import_case(early, PASSPHRASE).case_id
        do(here, {"op": "set_fact", "name": "court", "value": "大阪簡易裁判所"})
        apart = cases.import_case(late, PASSPHRASE)
        assert apart.how is Arrival.APART
        assert cases.load(here).facts == {"court": "大阪簡易裁判所"}
        assert cases.load(apart.case_id).facts == {"court": "東京簡易裁判所"}


def test_file_that_was_changed_on_its_way_is_refused_whole() -> None:
    data = cases.export_case(opened(), PASSPHRASE)
    for at in (0, 14, 15, 20, 35, 45, len(data) // 2, len(data) - 1):
        changed = bytearray(data)
        changed[at] ^= 1
        with pytest.raises((RefusedError, FaultyInput)):
            cases.import_case(bytes(changed), PASSPHRASE)
    for short in (b"", data[:10], data[:43], data[:-1]):
        with pytest.raises((RefusedError, FaultyInput)):
            cases.import_case(short, PASSPHRASE)
    with pytest.raises(RefusedError):
        cases.import_case(data, PASSPHRASE + " ")
    assert len(cases.case_ids()) == 1
