"""The loader: what it refuses, what it gives, and what it says where nothing was read."""

from __future__ import annotations

import re
import time
from dataclasses import FrozenInstanceError
from datetime import date, timedelta
from pathlib import Path

import pytest

from motocho.law import tables
from motocho.law._reading import data_text
from motocho.law.tables import BadTable, Row, Standing, Table, read_table, table, table_ids
from motocho.units.errors import BrokenInvariant, Language, LawGap, NotFoundError

BAD = sorted((Path(__file__).parent / "bad_tables").glob("*.yaml"))
ALL = table_ids()
SLOWEST_LOAD_NS = 5_000_000


def witnesses() -> list[tuple[str, int]]:
    return [(name, place) for name in ALL for place in range(len(table(name).witnesses))]


def first_days() -> list[tuple[str, int]]:
    return [(name, place) for name in ALL for place in range(len(table(name).rows))]


def some_cells(row: Row) -> dict[str, tables.Value | None]:
    return dict(row.brackets[0].cells)


@pytest.mark.parametrize(("name", "place"), witnesses())
def test_witness_reproduces(name: str, place: int) -> None:
    witness = table(name).witnesses[place]
    row = table(name).at(witness.on)
    for column, expected in witness.expect.items():
        assert row.cell(column, argument=witness.argument) == expected


@pytest.mark.parametrize(("name", "place"), first_days())
def test_row_begins_on_its_first_day_and_ends_on_its_last(name: str, place: int) -> None:
    of_law = table(name)
    row = of_law.rows[place]
    assert of_law.at(row.from_on) is row
    assert of_law.at(row.from_on + timedelta(days=1)) is row
    before = row.from_on - timedelta(days=1)
    if place and of_law.rows[place - 1].until_on == before:
        assert of_law.at(before) is of_law.rows[place - 1]
    else:
        with pytest.raises(LawGap):
            of_law.at(before)
    if row.until_on is None:
        assert of_law.at(date(2100, 1, 1)) is row
    else:
        assert of_law.at(row.until_on) is row
        assert not row.covers(row.until_on + timedelta(days=1))


@pytest.mark.parametrize("name", ALL)
def test_shipped_table_names_article_source_and_day_of_checking(name: str) -> None:
    for row in table(name).rows:
        assert row.citations
        assert all(cited.has_place for cited in row.citations)
        assert row.source.checked_on <= date(2026, 11, 23)
        assert row.standing is Standing.CONFIRMED or row.note
        assert some_cells(row)


@pytest.mark.parametrize("path", BAD, ids=[path.stem for path in BAD])
def test_bad_table_is_refused_with_file_line_and_remedy(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    code, says = (line.split(": ", 1)[1] for line in lines[:2])
    marked = [number for number, line in enumerate(lines, start=1) if "# <- here" in line]
    with pytest.raises(BadTable) as caught:
        read_table(text, path.name)
    fault = caught.value.faults[0]
    assert (fault.code, fault.file) == (code, path.name)
    assert fault.line == marked[0] if marked else fault.line is not None
    assert fault.what(Language.EN) == says
    for language in Language:
        assert fault.fix(language)
        assert not re.search(r"[{}]", fault.what(language) + fault.fix(language))


def test_bad_tables_show_every_code_of_the_loader() -> None:
    shown = {path.read_text(encoding="utf-8").split("\n", 1)[0].split()[-1] for path in BAD}
    assert shown == {f"LAW-{number:03}" for number in range(10, 31)}


def test_empty_text_is_refused() -> None:
    with pytest.raises(BadTable, match="empty"):
        read_table("", "nothing.yaml")


def test_day_without_a_row_is_a_gap_that_names_table_day_and_first_day() -> None:
    with pytest.raises(LawGap) as caught:
        table("court.filing_steps").at(date(2003, 12, 31))
    said = caught.value.faults[0]
    assert said.code == "LAW-001"
    what = said.what(Language.EN)
    assert "filing fee of an action" in what
    assert "2003-12-31" in what
    assert "2004-01-01" in what
    assert "2004-01-01" in said.what(Language.JA)
    assert "were not read" in said.fix(Language.EN)


def test_value_that_was_not_read_is_a_gap() -> None:
    row = table("post.certified_mail").at(date(2014, 4, 1))
    with pytest.raises(LawGap) as caught:
        row.number("delivery_proof_later")
    assert caught.value.faults[0].code == "LAW-002"
    assert "delivery_proof_later" in caught.value.faults[0].what(Language.EN)


@pytest.mark.parametrize("name", ["no.such_table", "rules", "laws", "lenders", "../laws", ""])
def test_unknown_table_is_not_found_and_the_known_ones_are_named(name: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        table(name)
    assert "interest.ceiling" in caught.value.faults[0].fix(Language.EN)


def test_wrong_question_to_a_row_stops_the_program() -> None:
    row = table("interest.ceiling").rows[0]
    with pytest.raises(BrokenInvariant):
        row.number()
    with pytest.raises(BrokenInvariant):
        row.number("no_such_column", argument=1)
    with pytest.raises(BrokenInvariant):
        row.word(argument=1)
    with pytest.raises(BrokenInvariant):
        table("court.postage").rows[0].number()


def test_unverified_rows_are_given_and_named_once() -> None:
    today = date(2026, 11, 21)
    read = table("post.certified_mail").at(today)
    confirmed = table("post.letter").at(today)
    found = tables.unverified_among([read, confirmed, read])
    assert [each.table_id for each in found] == ["post.certified_mail"]
    assert "2024-10-01" in found[0].text(Language.EN)
    assert "内容証明" in found[0].text(Language.JA)


def test_both_forms_of_bracket_are_told_apart() -> None:
    below = table("interest.ceiling").rows[0]
    assert [below.number(argument=yen) for yen in (99_999, 100_000)] == [200_000, 180_000]
    at_most = table("court.jurisdiction").at(date(2026, 11, 21))
    assert [at_most.word(argument=yen) for yen in (1_400_000, 1_400_001)] == ["summary", "district"]


@pytest.mark.parametrize("name", ALL)
def test_table_loads_in_less_than_five_milliseconds(name: str) -> None:
    text = data_text(f"{name}.yaml")
    best = min(_nanoseconds_to_read(text, name) for _ in range(5))
    assert best < SLOWEST_LOAD_NS


def _nanoseconds_to_read(text: str, name: str) -> int:
    start = time.perf_counter_ns()
    read_table(text, f"{name}.yaml")
    return time.perf_counter_ns() - start


def test_table_is_read_once_and_cannot_be_changed() -> None:
    of_law: Table = table("interest.ceiling")
    assert table("interest.ceiling") is of_law
    with pytest.raises(FrozenInstanceError):
        of_law.rows[0].note = "changed"  # type: ignore[misc] # the refusal is the point
