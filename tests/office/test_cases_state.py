"""The fold of a case's log against a second route that keeps every state it ever was in."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motocho.office.cases import FIRST_SCENARIO, Entry, SheetRow, fold
from motocho.office.cases._operations import COLUMNS, read
from motocho.office.cases._state import changes, counting, proposed
from motocho.units.errors import BrokenInvariant, FaultyInput, InputError

Operation = dict[str, Any]


# ---------------------------------------------------------------------------------- second route
class Naive:
    """Plain dictionaries, one deep copy an entry; nothing is shared with the fold."""

    def __init__(self) -> None:
        self.sheet: list[dict[str, str]] = []
        self.scenarios: dict[str, dict[str, Any]] = {FIRST_SCENARIO: {}}
        self.facts: dict[str, str] = {}
        self.kept = [self.picture()]

    def picture(self) -> Any:
        return copy.deepcopy((self.sheet, self.scenarios, self.facts))

    def do(self, operation: Operation) -> None:
        kind = operation["op"]
        if kind == "undo_to":
            self.sheet, self.scenarios, self.facts = copy.deepcopy(self.kept[operation["seq"]])
        elif kind == "put_rows":
            at = self.index(operation["before"])
            for offset, row in enumerate(operation["rows"]):
                self.sheet.insert(at + offset, dict(row))
        elif kind == "set_cells":
            for cell in operation["cells"]:
                self.sheet[self.index(cell["id"])][cell["column"]] = cell["text"]
        elif kind == "delete_rows":
            self.sheet = [row for row in self.sheet if row["id"] not in operation["ids"]]
        elif kind == "move_rows":
            moved = [self.sheet[self.index(one)] for one in operation["ids"]]
            self.sheet = [row for row in self.sheet if row not in moved]
            at = self.index(operation["before"])
            self.sheet[at:at] = moved
        elif kind == "set_convention":
            self.scenarios[operation["scenario"]][operation["key"]] = operation["value"]
        elif kind == "add_scenario":
            self.scenarios[operation["name"]] = copy.deepcopy(self.scenarios[operation["copy_of"]])
        elif kind == "set_fact":
            self.facts.pop(operation["name"], None)
            if operation["value"] is not None:
                self.facts[operation["name"]] = operation["value"]
        self.kept.append(self.picture())

    def index(self, row_id: str | None) -> int:
        if row_id is None:
            return len(self.sheet)
        return next(at for at, row in enumerate(self.sheet) if row["id"] == row_id)


def shown(rows: tuple[SheetRow, ...]) -> list[dict[str, str]]:
    return [
        {name: text for name, text in row.document().items() if text and name != "source"}
        for row in rows
    ]


@st.composite
def logs(draw: st.DrawFn) -> list[Operation]:
    """A log that could have been written: rows that are there, names that are free."""
    twin = Naive()
    log: list[Operation] = []
    for number in range(1, draw(st.integers(1, 25)) + 1):
        ids = [row["id"] for row in twin.sheet]
        kinds = ["put_rows", "set_fact", "undo_to", "set_convention", "add_scenario"]
        kinds += ["set_cells", "delete_rows", "move_rows"] if ids else []
        operation = draw(operations(draw(st.sampled_from(kinds)), number, ids, twin))
        twin.do(operation)
        log.append(operation)
    return log


@st.composite
def operations(draw: st.DrawFn, kind: str, number: int, ids: list[str], twin: Naive) -> Operation:
    some = st.lists(st.sampled_from(ids), unique=True, min_size=1) if ids else st.nothing()
    text = st.text(alphabet="0123456789/,.甲", min_size=1, max_size=8)
    if kind == "put_rows":
        columns = st.lists(st.sampled_from(COLUMNS), unique=True, max_size=3)
        rows = [
            {"id": f"n{number}-{at}", **{name: draw(text) for name in draw(columns)}}
            for at in range(draw(st.integers(1, 3)))
        ]
        return {"op": kind, "rows": rows, "before": draw(st.sampled_from([None, *ids]))}
    if kind == "set_cells":
        cells = [
            {"id": one, "column": draw(st.sampled_from(COLUMNS)), "text": draw(text)}
            for one in draw(some)
        ]
        return {"op": kind, "cells": cells, "source": None}
    if kind in {"delete_rows", "move_rows"}:
        chosen = draw(some)
        left = [one for one in ids if one not in chosen]
        before = {"before": draw(st.sampled_from([None, *left]))} if kind == "move_rows" else {}
        return {"op": kind, "ids": chosen, **before}
    if kind == "set_convention":
        name = draw(st.sampled_from(sorted(twin.scenarios)))
        return {"op": kind, "scenario": name, "key": "year_basis", "value": draw(text)}
    if kind == "add_scenario":
        return (
            {"op": kind, "name": f"s{number}", "copy_of": FIRST_SCENARIO}
            if len(twin.scenarios) < 10
            else {"op": "set_fact", "name": "full", "value": "yes"}
        )
    if kind == "set_fact":
        name = draw(st.sampled_from(["court", "client_address"]))
        return {"op": kind, "name": name, "value": draw(st.one_of(st.none(), text))}
    return {"op": kind, "seq": draw(st.integers(0, number - 1))}


def entries(log: list[Operation]) -> list[Entry]:
    return [
        Entry(seq, seq, operation, "somebody", "2026-11-22T10:00:00+09:00")
        for seq, operation in enumerate(read(log), start=1)
    ]


@given(logs())
def test_every_prefix_folds_to_what_the_second_route_keeps(log: list[Operation]) -> None:
    twin = Naive()
    whole = entries(log)
    for length, operation in enumerate(log, start=1):
        twin.do(operation)
        state = fold(whole[:length])
        sheet, scenarios, facts = twin.kept[-1]
        assert shown(state.rows) == [
            {name: text for name, text in row.items() if text} for row in sheet
        ]
        assert state.scenarios == scenarios
        assert state.facts == facts
        assert state.seq == length
    assert proposed([], read(log)) == fold(whole)
    assert len(list(changes(whole))) == len(whole)


@given(logs(), st.data())
def test_going_back_is_the_state_of_the_prefix_and_can_be_gone_back_from(
    log: list[Operation], data: st.DataObject
) -> None:
    whole = entries(log)
    seq = data.draw(st.integers(0, len(whole)))
    back = entries([*log, {"op": "undo_to", "seq": seq}])
    again = entries([*log, {"op": "undo_to", "seq": seq}, {"op": "undo_to", "seq": len(log)}])
    as_it_was, now = fold(whole[:seq]), fold(whole)
    for made, wanted in ((fold(back), as_it_was), (fold(again), now)):
        assert (made.rows, made.scenarios, made.facts) == (
            wanted.rows,
            wanted.scenarios,
            wanted.facts,
        )
    assert all(entry.operation["op"] != "undo_to" for entry in counting(again))


@given(logs())
def test_changes_tell_each_cell_before_and_after(log: list[Operation]) -> None:
    whole = entries(log)
    for entry, made in changes(whole):
        if entry.operation["op"] != "set_cells":
            continue
        before = {row.row_id: row for row in fold(whole[: entry.seq - 1]).rows}
        after = {row.row_id: row for row in fold(whole[: entry.seq]).rows}
        for change in made:
            assert change.before == getattr(before[change.place], change.column)
            assert change.after == getattr(after[change.place], change.column)


@pytest.mark.parametrize(
    ("documents", "column"),
    [
        ([{"op": "no_such"}], "op"),
        ([{}], "op"),
        (["text"], "op"),
        ([{"op": "put_rows", "rows": []}], "rows"),
        ([{"op": "put_rows", "rows": [{"secret": "x"}]}], "rows"),
        ([{"op": "put_rows", "rows": [{"date": 5}]}], "rows"),
        ([{"op": "put_rows", "rows": [{"date": "x" * 401}]}], "rows"),
        ([{"op": "put_rows", "rows": [{"id": "<b>"}]}], "rows"),
        ([{"op": "set_cells", "cells": [{"id": "a", "column": "source", "text": "x"}]}], "cells"),
        ([{"op": "undo_to", "seq": True}], "seq"),
        ([{"op": "undo_to", "seq": -1}], "seq"),
        ([{"op": "set_fact", "name": " ", "value": "x"}], "name"),
        ([{"op": "set_fact", "name": "x", "value": "x", "more": 1}], "more"),
        ([{"op": "set_head", "name": "secret", "value": "x"}], "name"),
    ],
)
def test_operation_of_the_wrong_shape_is_named(documents: Any, column: str) -> None:
    with pytest.raises(FaultyInput) as caught:
        read(documents)
    assert caught.value.faults[0].column == column
    assert caught.value.faults[0].line == 1


ROW = {"op": "put_rows", "rows": [{"id": "a", "date": "2001-01-10"}]}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"op": "set_cells", "cells": [{"id": "b", "column": "date", "text": "x"}]}, "STU-005"),
        ({"op": "delete_rows", "ids": ["b"]}, "STU-005"),
        ({"op": "put_rows", "rows": [{"id": "a"}]}, "STU-007"),
        ({"op": "put_rows", "rows": [{}], "before": "b"}, "STU-005"),
        ({"op": "move_rows", "ids": ["a"], "before": "a"}, "STU-008"),
        ({"op": "set_convention", "scenario": "none", "key": "x", "value": "y"}, "STU-009"),
        ({"op": "add_scenario", "name": FIRST_SCENARIO}, "STU-010"),
        ({"op": "add_scenario", "name": "x", "copy_of": "none"}, "STU-009"),
        ({"op": "remove_scenario", "name": FIRST_SCENARIO}, "STU-012"),
        ({"op": "choose_scenario", "role": "claim", "name": None}, "STU-012"),
        ({"op": "rename_scenario", "name": FIRST_SCENARIO, "to": FIRST_SCENARIO}, "STU-010"),
        ({"op": "undo_to", "seq": 2}, "STU-004"),
    ],
)
def test_operation_that_does_not_fit_is_refused_with_its_place(more: Operation, code: str) -> None:
    with pytest.raises(InputError) as caught:
        proposed([], read([ROW, more]))
    assert caught.value.faults[0].code == code
    with pytest.raises((BrokenInvariant, InputError, KeyError)):
        fold(entries([ROW, more]))


def test_renaming_a_scenario_keeps_what_was_chosen() -> None:
    log: list[Operation] = [
        {"op": "add_scenario", "name": "予備"},
        {"op": "choose_scenario", "role": "reserve", "name": "予備"},
        {"op": "rename_scenario", "name": "予備", "to": "分断"},
    ]
    assert fold(entries(log)).chosen == {"claim": FIRST_SCENARIO, "reserve": "分断"}
    log.append({"op": "remove_scenario", "name": "分断"})
    assert fold(entries(log)).chosen == {"claim": FIRST_SCENARIO}
