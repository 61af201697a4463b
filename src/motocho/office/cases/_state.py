"""What a case is after its operations: a pure fold [状態].

    state = fold(entries)                 after all of them
    changes(entries)                      each with what stood before and after

Going back is an operation like any other: `undo_to` n makes the state that was after entry n, and
what is done next goes on from there. Nothing is lost: what was gone back from is n more entries
away. Only the entries that count are folded, so that a long undone past costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from motocho.office.cases._operations import COLUMNS, MOST_ROWS, ROLES, SOURCES, Operation
from motocho.units.errors import Fault, InputError, broken, clipped

FIRST_SCENARIO = "主張"
MOST_SCENARIOS = 12


class SheetRow(NamedTuple):
    """One row of a case's sheet, its cells as they were typed [行]."""

    row_id: str
    date: str = ""
    borrow: str = ""
    repay: str = ""
    rate: str = ""
    balance: str = ""
    note: str = ""
    contract: str = ""
    kind: str = ""
    source: str = SOURCES[0]
    mark: str = ""

    def document(self) -> dict[str, str]:
        """The row as `put_rows` takes it [公開形式]."""
        return {"id": self.row_id, **dict(zip(self._fields[1:], self[1:], strict=True))}

    @property
    def is_blank(self) -> bool:
        """Whether nothing is typed in it [空の行]."""
        return not any(getattr(self, name).strip() for name in COLUMNS)


class Entry(NamedTuple):
    """One operation as it stands in the log [記録の一件]."""

    seq: int
    first_seq: int
    """The first entry of its group: what was done at once."""
    operation: Operation
    actor: str
    at: str


class Change(NamedTuple):
    """What one entry changed, at one place [変更]."""

    what: str
    """The operation."""
    place: str
    """A row's id, a scenario, the name of a fact; empty where the whole case is meant."""
    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class State:
    """A case as it stands [事件の状態]."""

    seq: int = 0
    rows: tuple[SheetRow, ...] = ()
    scenarios: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: {FIRST_SCENARIO: {}})
    chosen: Mapping[str, str] = field(default_factory=lambda: {ROLES[0]: FIRST_SCENARIO})
    """`claim` and `reserve`, each with the name of its scenario."""
    heads: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    findings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    confirmed: Mapping[str, str] = field(default_factory=dict)
    """Checks of which somebody said 「これで正しい」, with their words."""
    put_away: str | None = None


def fold(entries: Sequence[Entry]) -> State:
    """The state after some entries, from the first [状態].

    Raises    BrokenInvariant for an entry that could not have been written.
    """
    desk = _Desk()
    for entry in counting(entries):
        try:
            list(desk.do(entry.seq, entry.operation))
        except InputError as error:
            broken("office log", seq=entry.seq, fault=error.faults[0].code)
    return desk.state(entries[-1].seq if entries else 0)


def proposed(entries: Sequence[Entry], more: Iterable[Operation]) -> State:
    """The state with more operations after some entries [操作後の状態].

    Raises    InputError with the place of the first operation that does not fit the case.
    """
    entries = list(entries)
    desk = _Desk()
    for entry in counting(entries):
        list(desk.do(entry.seq, entry.operation))
    seq = entries[-1].seq if entries else 0
    for place, operation in enumerate(more, start=1):
        seq += 1
        entries.append(Entry(seq, seq, operation, "", ""))
        if operation["op"] == "undo_to":
            desk = _gone_back(entries, seq)
            continue
        try:
            list(desk.do(seq, operation))
        except InputError as error:
            raise InputError(*(replace(fault, line=place) for fault in error.faults)) from None
    return desk.state(seq)


def counting(entries: Sequence[Entry]) -> list[Entry]:
    """The entries that count: what was gone back from is left out [有効な操作]."""
    before: dict[int, int] = {}
    effect: dict[int, int] = {0: 0}
    for entry in entries:
        if entry.operation["op"] == "undo_to":
            effect[entry.seq] = effect[entry.operation["seq"]]
        else:
            before[entry.seq] = effect[entry.seq - 1]
            effect[entry.seq] = entry.seq
    found: list[Entry] = []
    at = effect[len(entries)]
    while at:
        found.append(entries[at - 1])
        at = before[at]
    return found[::-1]


def changes(entries: Sequence[Entry]) -> Iterator[tuple[Entry, tuple[Change, ...]]]:
    """Every entry with what it changed [変更の記録]."""
    desk = _Desk()
    for place, entry in enumerate(entries, start=1):
        if entry.operation["op"] == "undo_to":
            desk = _gone_back(entries[:place], entry.seq)
            yield entry, (Change("undo_to", "", "", "", str(entry.operation["seq"])),)
        else:
            yield entry, tuple(desk.do(entry.seq, entry.operation))


def _gone_back(entries: Sequence[Entry], seq: int) -> _Desk:
    wanted = entries[seq - 1].operation["seq"]
    if wanted >= seq:
        raise InputError(Fault("STU-004", excerpt=str(wanted)))
    desk = _Desk()
    for entry in counting(entries):
        list(desk.do(entry.seq, entry.operation))
    return desk


class _Desk:
    """A state on which operations are done one after another."""

    def __init__(self) -> None:
        plain = State()
        self.order: list[str] = []
        self.rows: dict[str, SheetRow] = {}
        self.scenarios: dict[str, dict[str, Any]] = {FIRST_SCENARIO: {}}
        self.chosen = dict(plain.chosen)
        self.heads: dict[str, str] = {}
        self.facts: dict[str, str] = {}
        self.findings: dict[str, Mapping[str, Any]] = {}
        self.confirmed: dict[str, str] = {}
        self.put_away: str | None = None

    def state(self, seq: int) -> State:
        return State(
            seq,
            tuple(self.rows[row_id] for row_id in self.order),
            {name: dict(stated) for name, stated in self.scenarios.items()},
            dict(self.chosen),
            dict(self.heads),
            dict(self.facts),
            dict(self.findings),
            dict(self.confirmed),
            self.put_away,
        )

    def do(self, seq: int, operation: Operation) -> Iterator[Change]:
        """One operation; a generator so that a fold need not make what nobody reads.

        Raises    InputError where it does not fit the case.
        """
        act = getattr(self, f"_{operation['op']}")
        yield from act(seq, operation)

    # ------------------------------------------------------------------------------------- rows
    def _place(self, before: str | None) -> int:
        if before is None:
            return len(self.order)
        self._known(before)
        return self.order.index(before)

    def _known(self, row_id: str) -> SheetRow:
        if row_id not in self.rows:
            raise InputError(Fault("STU-005", excerpt=row_id))
        return self.rows[row_id]

    def _put_rows(self, seq: int, operation: Operation) -> Iterator[Change]:
        if len(self.order) + len(operation["rows"]) > MOST_ROWS:
            raise InputError(Fault("STU-006", details={"most": f"{MOST_ROWS:,}"}))
        at = self._place(operation.get("before"))
        made = []
        for place, cells in enumerate(operation["rows"], start=1):
            given = {name: text for name, text in cells.items() if name != "id"}
            row = SheetRow(cells.get("id") or f"r{seq}-{place}", **given)
            if row.row_id in self.rows:
                raise InputError(Fault("STU-007", excerpt=row.row_id))
            self.rows[row.row_id] = row
            made.append(row.row_id)
            yield Change("put_rows", row.row_id, "", "", _line(row))
        self.order[at:at] = made

    def _set_cells(self, _seq: int, operation: Operation) -> Iterator[Change]:
        source = operation.get("source")
        for cell in operation["cells"]:
            row = self._known(cell["id"])
            column, text = cell["column"], cell["text"]
            changed = row._replace(**{column: text})
            if source is not None and column != "mark":
                changed = changed._replace(source=source)
            self.rows[row.row_id] = changed
            yield Change("set_cells", row.row_id, column, getattr(row, column), text)

    def _delete_rows(self, _seq: int, operation: Operation) -> Iterator[Change]:
        for row_id in dict.fromkeys(operation["ids"]):
            row = self._known(row_id)
            del self.rows[row_id]
            yield Change("delete_rows", row_id, "", _line(row), "")
        self.order = [row_id for row_id in self.order if row_id in self.rows]

    def _move_rows(self, _seq: int, operation: Operation) -> Iterator[Change]:
        ids = list(dict.fromkeys(operation["ids"]))
        for row_id in ids:
            self._known(row_id)
        if operation.get("before") in ids:
            raise InputError(Fault("STU-008", excerpt=str(operation["before"])))
        places = {row_id: at for at, row_id in enumerate(self.order, start=1)}
        moving = set(ids)
        self.order = [row_id for row_id in self.order if row_id not in moving]
        at = self._place(operation.get("before"))
        self.order[at:at] = ids
        for place, row_id in enumerate(ids, start=at + 1):
            yield Change("move_rows", row_id, "", str(places[row_id]), str(place))

    # -------------------------------------------------------------------------------- scenarios
    def _scenario(self, name: str) -> dict[str, Any]:
        if name not in self.scenarios:
            raise InputError(Fault("STU-009", excerpt=clipped(name)))
        return self.scenarios[name]

    def _set_convention(self, _seq: int, operation: Operation) -> Iterator[Change]:
        stated = self._scenario(operation["scenario"])
        key, value = operation["key"], operation["value"]
        before = stated.get(key)
        if value is None:
            stated.pop(key, None)
        else:
            stated[key] = value
        yield Change("set_convention", operation["scenario"], key, _told(before), _told(value))

    def _set_assumptions(self, _seq: int, operation: Operation) -> Iterator[Change]:
        name = operation["scenario"]
        before, after = self._scenario(name), dict(operation["assumptions"])
        self.scenarios[name] = after
        for key in dict.fromkeys((*before, *after)):
            if before.get(key) != after.get(key):
                told = _told(before.get(key)), _told(after.get(key))
                yield Change("set_assumptions", name, key, *told)

    def _add_scenario(self, _seq: int, operation: Operation) -> Iterator[Change]:
        name, copied = operation["name"], operation.get("copy_of")
        if name in self.scenarios:
            raise InputError(Fault("STU-010", excerpt=clipped(name)))
        if len(self.scenarios) >= MOST_SCENARIOS:
            raise InputError(Fault("STU-011", details={"most": str(MOST_SCENARIOS)}))
        self.scenarios[name] = {} if copied is None else dict(self._scenario(copied))
        yield Change("add_scenario", name, "", copied or "", name)

    def _rename_scenario(self, _seq: int, operation: Operation) -> Iterator[Change]:
        name, to = operation["name"], operation["to"]
        self._scenario(name)
        if to in self.scenarios:
            raise InputError(Fault("STU-010", excerpt=clipped(to)))
        self.scenarios = {
            to if one == name else one: stated for one, stated in self.scenarios.items()
        }
        self.chosen = {role: to if one == name else one for role, one in self.chosen.items()}
        yield Change("rename_scenario", to, "", name, to)

    def _remove_scenario(self, _seq: int, operation: Operation) -> Iterator[Change]:
        name = operation["name"]
        self._scenario(name)
        if name == self.chosen[ROLES[0]]:
            raise InputError(Fault("STU-012", excerpt=clipped(name)))
        del self.scenarios[name]
        self.chosen = {role: one for role, one in self.chosen.items() if one != name}
        yield Change("remove_scenario", name, "", name, "")

    def _choose_scenario(self, _seq: int, operation: Operation) -> Iterator[Change]:
        role, name = operation["role"], operation["name"]
        before = self.chosen.get(role, "")
        if name is None:
            if role == ROLES[0]:
                raise InputError(Fault("STU-012", excerpt=clipped(before)))
            self.chosen.pop(role, None)
        else:
            self._scenario(name)
            self.chosen[role] = name
        yield Change("choose_scenario", role, "", before, name or "")

    # ----------------------------------------------------------------------- what is known of it
    def _set_head(self, _seq: int, operation: Operation) -> Iterator[Change]:
        name, value = operation["name"], operation["value"]
        yield Change("set_head", name, "", self.heads.get(name, ""), value)
        self.heads[name] = value

    def _set_fact(self, _seq: int, operation: Operation) -> Iterator[Change]:
        yield from _put("set_fact", self.facts, operation["name"], operation["value"])

    def _set_finding(self, _seq: int, operation: Operation) -> Iterator[Change]:
        yield from _put("set_finding", self.findings, operation["name"], operation["finding"])

    def _confirm(self, _seq: int, operation: Operation) -> Iterator[Change]:
        yield from _put("confirm", self.confirmed, operation["check"], operation["words"])

    def _put_away(self, _seq: int, operation: Operation) -> Iterator[Change]:
        words = operation["words"]
        yield Change("put_away", "", "", self.put_away or "", words or "")
        self.put_away = words


def _put(what: str, kept: dict[str, Any], name: str, value: Any) -> Iterator[Change]:
    before = kept.get(name)
    if value is None:
        kept.pop(name, None)
    else:
        kept[name] = value
    yield Change(what, name, "", _told(before), _told(value))


def _told(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return " · ".join(f"{key}={_told(one)}" for key, one in value.items())
    return str(value)


def _line(row: SheetRow) -> str:
    return " ".join(text for text in row[1 : len(COLUMNS) + 1] if text)
