"""A case goes to another PC with its whole way, and a file that was tampered with brings nothing."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import orjson
import pytest
from django.db import connection, transaction
from tests.database import Database

from motocho.office import cases
from motocho.office.cases import _bundle, _keeping
from motocho.office.tracker import bundle, keeping, money, shelf, travel
from motocho.office.tracker.keeping import Made, Told
from motocho.office.tracker.money import Entry, Flow
from motocho.office.tracker.shelf import Paper, Way
from motocho.office.tracker.tracks import Kind
from motocho.outside.clock import JAPAN
from motocho.units.errors import FaultyInput

AT = datetime(2026, 11, 22, 10, tzinfo=JAPAN)
ON = date(2026, 11, 22)
MADE = Made("佐藤", AT)
PASSPHRASE = "とても長い合言葉です 2026"


def as_sent(part: Any) -> Any:
    """A part as the file holds it."""
    return orjson.loads(orjson.dumps(part))


def made() -> int:
    case_id = cases.open_case({"client": "甲野花子"}, actor="佐藤", at=AT)
    keeping.note(case_id, Told(Kind.STEP, ON, {"step": "disclosure_asked"}, "a"), MADE)
    keeping.take_back(case_id, 1, ON, MADE)
    keeping.note(case_id, Told(Kind.NOTE, ON, {"text": "電話した"}, "b"), MADE)
    money.put(case_id, Entry(Flow.FROM_LENDER, 500_000, ON, "", "c"), MADE)
    money.put(case_id, Entry(Flow.FEE, 110_000, ON, "報酬", "d"), MADE)
    shelf.keep(case_id, Paper(Way.IN, ON, "履歴.pdf", "取引履歴", b"%PDF-1.7"), MADE)
    return case_id


def test_everything_arrives_as_it_was(database: Database) -> None:
    case_id = made()
    data = cases.export_case(case_id, PASSPHRASE)
    assert b"PDF" not in data
    document = travel.taken(case_id)
    other = cases.open_case({"client": "別の人"}, actor="x", at=AT)
    travel.brought(other, as_sent(document))
    assert travel.taken(other) == document
    assert money.statement(other).balance_yen == 390_000
    assert shelf.content_of(other, 1) == b"%PDF-1.7"


def test_the_same_file_twice_brings_nothing_twice(database: Database) -> None:
    case_id = made()
    wanted = travel.taken(case_id)
    arrived = cases.import_case(cases.export_case(case_id, PASSPHRASE), PASSPHRASE)
    assert arrived == cases.Arrived(case_id, cases.Arrival.SAME)
    assert travel.taken(case_id) == wanted


def test_what_was_noted_at_the_other_pc_comes_back_with_the_case(database: Database) -> None:
    case_id = made()
    early = cases.export_case(case_id, PASSPHRASE)
    with transaction.atomic():
        keeping.note(case_id, Told(Kind.NOTE, ON, {"text": "期日は来週"}, "e"), MADE)
        money.put(case_id, Entry(Flow.COST, 3_000, ON, "切手", "f"), MADE)
        late, there = cases.export_case(case_id, PASSPHRASE), travel.taken(case_id)
        transaction.set_rollback(True)
    assert cases.import_case(late, PASSPHRASE) == cases.Arrived(case_id, cases.Arrival.LONGER)
    assert travel.taken(case_id) == there
    assert money.statement(case_id).balance_yen == 387_000
    assert cases.import_case(early, PASSPHRASE) == cases.Arrived(case_id, cases.Arrival.SAME)
    assert travel.taken(case_id) == there


def test_ways_that_parted_stand_beside_each_other(database: Database) -> None:
    case_id = made()
    with transaction.atomic():
        money.put(case_id, Entry(Flow.COST, 3_000, ON, "切手", "e"), MADE)
        late, there = cases.export_case(case_id, PASSPHRASE), travel.taken(case_id)
        transaction.set_rollback(True)
    money.put(case_id, Entry(Flow.COST, 5_000, ON, "印紙", "e"), MADE)
    arrived = cases.import_case(late, PASSPHRASE)
    assert arrived.how is cases.Arrival.APART
    assert travel.taken(arrived.case_id) == there
    assert money.statement(case_id).balance_yen == 385_000


def worked_on(case_id: int, source: str) -> None:
    """An entry of the log and an event of the way, committed together."""
    with transaction.atomic():
        known = cases.load(case_id).seq
        operation = {"op": "set_head", "name": "title", "value": source}
        cases.apply(case_id, [operation], actor="鈴木", at=AT, expected_seq=known)
        keeping.note(case_id, Told(Kind.NOTE, ON, {"text": source}, source), MADE)


def apart(work: Callable[[], None]) -> None:
    """Do it in a thread: with a connection of its own, as another window has."""

    def whole() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=whole)
    thread.start()
    thread.join()


def test_log_and_parts_of_a_file_are_of_one_moment(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody works on in another window between the reading of the log and that of a part."""
    case_id = made()
    seq, events = cases.load(case_id).seq, len(keeping.events_of(case_id))
    monkeypatch.setattr("motocho.office.cases._bundle._PARTS", dict(_bundle._PARTS))
    window = cases.Part(
        "a window",  # by its name the first of the parts
        lambda _: apart(lambda: worked_on(case_id, "meanwhile")),
        lambda _case, _document: None,
    )
    cases.register_part(window)
    data = cases.export_case(case_id, PASSPHRASE)
    assert cases.load(case_id).seq == seq + 1
    assert len(keeping.events_of(case_id)) == events + 1
    document = _bundle._opened(data, PASSPHRASE)
    assert len(document["entries"]) == seq
    assert len(document["parts"]["tracker"]["events"]) == events


def test_everything_of_the_archive_is_of_one_moment(database: Database) -> None:
    case_id = made()
    before = cases.load(case_id).seq - len(keeping.events_of(case_id))
    over = threading.Event()

    def working() -> None:
        for number in range(300):
            worked_on(case_id, f"w{number}")
            if over.is_set():
                break

    other = threading.Thread(target=apart, args=(working,))
    other.start()
    seen = set()
    for _ in range(12):
        archive = zipfile.ZipFile(io.BytesIO(bundle.bundle(case_id, AT)))
        document = orjson.loads(archive.read("case.json"))
        assert len(document["log"]) - len(document["events"]) == before
        assert document["heads"].get("title", "") in {"", document["log"][-1]["operation"]["value"]}
        seen.add(len(document["log"]))
    over.set()
    other.join()
    assert len(seen) > 1  # it was written meanwhile


def test_the_sealed_file_of_a_case_carries_the_part(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The case is new where its key is: what the file holds is written there with the log."""
    case_id = made()
    wanted = travel.taken(case_id)
    data = cases.export_case(case_id, PASSPHRASE)
    monkeypatch.setattr("motocho.office.cases._keeping.case_of_key", lambda _key: None)
    monkeypatch.setattr(
        "motocho.office.cases._keeping.open_empty",
        lambda _key, at, real=_keeping.open_empty: real("", at),
    )
    arrived = cases.import_case(data, PASSPHRASE)
    assert arrived.how is cases.Arrival.NEW
    assert arrived.case_id != case_id
    assert travel.taken(arrived.case_id) == wanted


@pytest.mark.parametrize(
    "change",
    [
        lambda part: part["money"][0].update(balance_yen=1),
        lambda part: part["money"].reverse(),
        lambda part: part["events"].pop(0),
        lambda part: part["events"][0].update(kind="nothing"),
        lambda part: part["papers"][0].update(content="!!"),
        lambda part: part.pop("events"),
    ],
)
def test_what_does_not_hold_together_brings_nothing(database: Database, change: object) -> None:
    part = as_sent(travel.taken(made()))
    change(part)  # type: ignore[operator]
    other = cases.open_case({"client": "別の人"}, actor="x", at=AT)
    with pytest.raises(FaultyInput):
        travel.brought(other, part)
    assert travel.taken(other) is None
