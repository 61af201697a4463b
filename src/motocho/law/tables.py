"""Dated tables of law: each row with its days, its article, its source and a witness [法令データ].

A table answers one question for one day, and which day that is belongs to the table (`basis`):
Japanese amendments say themselves which event decides. A table that cannot be trusted is refused
with file, line and remedy; a day that no verified row covers raises `LawGap`; a row that was taken
over without its statute being read is returned and says so.

>>> ceiling = table("interest.ceiling").at(date(2012, 4, 1))
>>> ceiling.number(argument=99_999), ceiling.number(argument=100_000)
(200000, 180000)
>>> ceiling.citations[0].text(Language.EN)
'Interest Rate Restriction Act, Article 1'
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from functools import cache
from itertools import pairwise

from motocho.law._reading import BadTable, Item, data_names, data_text, has_data, read_items
from motocho.law.citation import Citation, parse_citations
from motocho.units.errors import Fault, InputError, Language, LawGap, NotFoundError, ensure

__all__ = [
    "BadTable", "Basis", "Bound", "Bracket", "Gap", "Row", "Source", "Standing", "Table", "Unit",
    "Unverified", "Witness", "read_table", "table", "table_ids", "unverified_among",
]  # fmt: skip

Value = int | str
VALUE = "value"
"""Name of the one column of a table that declares a unit and no columns."""
NOT_TABLES = {"laws.yaml", "lenders.yaml", "published.yaml", "rules.yaml"}
NEXT_DAY = timedelta(days=1)


class Unit(Enum):
    """What a number of a table counts [単位]; the list is closed."""

    PPM_PER_YEAR = "ppm_per_year"
    PPM_PER_DAY = "ppm_per_day"
    MULTIPLIER_PPM = "multiplier_ppm"
    YEN = "yen"
    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"
    COUNT = "count"
    CHOICE = "choice"
    TEXT = "text"


WORDED = {Unit.CHOICE, Unit.TEXT}


class Basis(Enum):
    """The event whose date selects the row [基準日]; the list is closed."""

    ACT_ON = "act_on"
    ACTION_FILED_ON = "action_filed_on"
    AGREEMENT_ON = "agreement_on"
    CLAIM_AROSE_ON = "claim_arose_on"
    CONTRACT_ON = "contract_on"
    FILED_ON = "filed_on"
    INTEREST_AROSE_ON = "interest_arose_on"
    LOAN_ON = "loan_on"
    POSTED_ON = "posted_on"
    REQUESTED_ON = "requested_on"


class Standing(Enum):
    """Whether the row was read in its source, or only taken over [確認の状況]."""

    CONFIRMED = "confirmed"
    UNVERIFIED = "unverified"


class Bound(Enum):
    """How the limit of a bracket is meant: 未満 or 以下 [区分の端]."""

    BELOW = "below"
    AT_MOST = "at_most"


@dataclass(frozen=True, slots=True)
class Source:
    """Where the row was read, and when [出典]."""

    checked_on: date
    egov_id: str | None = None
    revision: str | None = None
    title: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Bracket:
    """The values up to a limit of the argument; `limit` None is without limit [区分]."""

    bound: Bound
    limit: int | None
    cells: Mapping[str, Value | None]

    def holds(self, argument: int) -> bool:
        """Whether the argument is inside this limit [該当]."""
        if self.limit is None:
            return True
        return argument < self.limit if self.bound is Bound.BELOW else argument <= self.limit

    def number(self, column: str = VALUE) -> int:
        """The value of this bracket, which is a number and was read [数値]."""
        value = self.cells[column]
        ensure(isinstance(value, int), "not a number", column=column, value=value)
        return int(value or 0)


@dataclass(frozen=True, slots=True)
class Gap:
    """Days that no row covers, and why [空白]; `until_on` None is without end."""

    from_on: date
    until_on: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class Row:
    """What holds from one day to another, both included [行]; `until_on` None is without end."""

    table_id: str
    title_ja: str
    title_en: str
    from_on: date
    until_on: date | None
    brackets: tuple[Bracket, ...]
    citations: tuple[Citation, ...]
    source: Source
    standing: Standing
    note: str

    def covers(self, on: date) -> bool:
        """Whether the day lies in this row [該当]."""
        return self.from_on <= on and (self.until_on is None or on <= self.until_on)

    def bracket(self, argument: int | None = None) -> Bracket:
        """The bracket an argument falls in [該当区分]."""
        first = self.brackets[0]
        if first.limit is None:  # the only one: nights ask millions of times
            return first
        ensure(argument is not None or len(self.brackets) == 1, "argument needed", row=self)
        return next(bracket for bracket in self.brackets if bracket.holds(argument or 0))

    def cell(self, column: str = VALUE, *, argument: int | None = None) -> Value:
        """The value for an argument, of one column where there are several [値].

        Raises    LawGap if the row says that this value was not read.
        """
        cells = self.bracket(argument).cells
        ensure(column in cells, "no such column", table_id=self.table_id, column=column)
        value = cells[column]
        if value is None:
            details = {
                "title_ja": self.title_ja,
                "title_en": self.title_en,
                "from_on": self.from_on.isoformat(),
                "column": column,
            }
            raise LawGap(Fault("LAW-002", details=details))
        return value

    def number(self, column: str = VALUE, *, argument: int | None = None) -> int:
        """The value, which is a number [数値].

        Raises    LawGap if the row says that this value was not read.
        """
        value = self.cell(column, argument=argument)
        ensure(isinstance(value, int), "not a number", table_id=self.table_id, column=column)
        return int(value)

    def word(self, column: str = VALUE, *, argument: int | None = None) -> str:
        """The value, which is a word [語].

        Raises    LawGap if the row says that this value was not read.
        """
        value = self.cell(column, argument=argument)
        ensure(isinstance(value, str), "not a word", table_id=self.table_id, column=column)
        return str(value)


@dataclass(frozen=True, slots=True)
class Witness:
    """A worked case that the table must give back [計算例]."""

    on: date
    argument: int | None
    expect: Mapping[str, Value]
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    """One question of law by date [法令表]."""

    table_id: str
    title_ja: str
    title_en: str
    columns: Mapping[str, Unit]
    choices: tuple[str, ...]
    basis: Basis
    argument: str | None
    commenced_on: date
    rows: tuple[Row, ...]
    gaps: tuple[Gap, ...]
    witnesses: tuple[Witness, ...]

    def at(self, on: date) -> Row:
        """The row in force on a day of the table's basis [適用される行].

        Raises    LawGap if no row covers the day.
        """
        for row in self.rows:
            if row.covers(on):
                return row
        first_on = self.rows[0].from_on
        reasons = [
            gap.reason
            for gap in self.gaps
            if gap.from_on <= on and (gap.until_on is None or on <= gap.until_on)
        ]
        details = {
            "title_ja": self.title_ja,
            "title_en": self.title_en,
            "on": on.isoformat(),
            "first_on": first_on.isoformat(),
            "reason": " ".join(reasons),
        }
        raise LawGap(Fault("LAW-001", excerpt=on.isoformat(), details=details))


@dataclass(frozen=True, slots=True)
class Unverified:
    """A row that was used although its statute was not read [未確認]."""

    table_id: str
    title_ja: str
    title_en: str
    from_on: date
    note: str

    def text(self, language: Language) -> str:
        """What a reader must be told [未確認の表示]."""
        if language is Language.JA:
            return f"{self.title_ja}（{self.from_on.isoformat()}以後）は原典で確認されていません。"
        return f"{self.title_en} (from {self.from_on.isoformat()}) was not confirmed in its source."


def unverified_among(rows: Iterable[Row]) -> tuple[Unverified, ...]:
    """The unverified ones of the rows that were used, each once, for printing [未確認の一覧].

    >>> unverified_among([table("interest.ceiling").at(date(2012, 4, 1))])
    ()
    """
    found = {
        (row.table_id, row.from_on): Unverified(
            row.table_id, row.title_ja, row.title_en, row.from_on, row.note
        )
        for row in rows
        if row.standing is Standing.UNVERIFIED
    }
    return tuple(found.values())


@cache
def table(table_id: str) -> Table:
    """The table of this id, read from its one file and kept [法令表の読込み].

    Raises    NotFoundError if there is none; BadTable if it cannot be trusted.
    """
    name = f"{table_id}.yaml"
    if name in NOT_TABLES or "/" in table_id or not has_data(name):
        details = {"table_id": table_id, "known": ", ".join(table_ids())}
        raise NotFoundError(Fault("LAW-003", excerpt=table_id, details=details))
    return read_table(data_text(name), name)


def table_ids() -> tuple[str, ...]:
    """Ids of all tables that are shipped [法令表の一覧]."""
    names = (name for name in data_names() if name not in NOT_TABLES)
    return tuple(name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))


REQUIRED = {"id", "title_ja", "title_en", "basis", "commenced_on", "rows", "witnesses"}
OPTIONAL = {"unit", "columns", "choices", "argument", "gaps"}
ROW_REQUIRED = {"from", "until", "law", "source", "status"}
ROW_OPTIONAL = {"value", "brackets", "columns", "note"}


def read_table(text: str, file: str) -> Table:
    """A table from the text of its file, every check made [法令表の検査].

    `commenced_on` is the first day on which the law can have applied: its commencement, or its
    promulgation where only that was read.

    Raises    BadTable, naming file, line and remedy, for the first thing that is wrong.
    """
    keys = read_items(text, file).mapping(required=REQUIRED, optional=OPTIONAL)
    table_id = keys["id"].text()
    stem = file.rsplit("/", 1)[-1].removesuffix(".yaml")
    if table_id != stem:
        keys["id"].refuse("LAW-026", file_stem=stem)
    shape = _read_shape(keys)
    rows = tuple(_read_row(item, keys, shape) for item in keys["rows"].sequence())
    gaps = tuple(_read_gap(item) for item in keys["gaps"].sequence()) if "gaps" in keys else ()
    commenced_on = keys["commenced_on"].day()
    _check_days(keys, rows, gaps, commenced_on)
    argument = keys["argument"].text() if "argument" in keys else None
    witnesses = tuple(_read_witness(item, shape) for item in keys["witnesses"].sequence())
    read = Table(
        table_id=table_id,
        title_ja=keys["title_ja"].text(),
        title_en=keys["title_en"].text(),
        columns=shape.columns,
        choices=shape.choices,
        basis=keys["basis"].one_of(Basis),
        argument=argument,
        commenced_on=commenced_on,
        rows=rows,
        gaps=gaps,
        witnesses=witnesses,
    )
    _check_witnesses(keys, read)
    return read


@dataclass(frozen=True, slots=True)
class _Shape:
    """What the rows of one table look like."""

    columns: Mapping[str, Unit]
    choices: tuple[str, ...]
    argument: str | None
    has_columns: str
    """`columns` if the table declares them, else `value`."""


def _read_shape(keys: Mapping[str, Item]) -> _Shape:
    if ("unit" in keys) == ("columns" in keys):
        keys["rows"].refuse("LAW-030")
    if "columns" in keys:
        named = keys["columns"].free_mapping()
        columns = {name: item.one_of(Unit, "LAW-015") for name, item in named.items()}
    else:
        columns = {VALUE: keys["unit"].one_of(Unit, "LAW-015")}
    choices: tuple[str, ...] = ()
    if "choices" in keys:
        choices = tuple(item.text() for item in keys["choices"].sequence())
    if (Unit.CHOICE in columns.values()) != bool(choices):
        keys["rows"].refuse("LAW-012", missing="choices")
    argument = keys["argument"].text() if "argument" in keys else None
    return _Shape(columns, choices, argument, "columns" if "columns" in keys else "value")


def _read_row(item: Item, table_keys: Mapping[str, Item], shape: _Shape) -> Row:
    keys = item.mapping(required=ROW_REQUIRED, optional=ROW_OPTIONAL)
    from_on, until_on = keys["from"].day(), keys["until"].day_or_open()
    if until_on is not None and until_on < from_on:
        keys["until"].refuse("LAW-025", from_on=from_on.isoformat(), until_on=until_on.isoformat())
    return Row(
        table_id=table_keys["id"].text(),
        title_ja=table_keys["title_ja"].text(),
        title_en=table_keys["title_en"].text(),
        from_on=from_on,
        until_on=until_on,
        brackets=_read_values(item, keys, shape),
        citations=_read_law(keys["law"]),
        source=_read_source(keys["source"]),
        standing=keys["status"].one_of(Standing),
        note=keys["note"].text() if "note" in keys else "",
    )


def _read_law(item: Item) -> tuple[Citation, ...]:
    try:
        citations = parse_citations(item.text())
    except InputError:
        item.refuse("LAW-017")
    if not all(citation.has_place for citation in citations):
        item.refuse("LAW-017")
    return citations


def _read_source(item: Item) -> Source:
    keys = item.mapping(required={"checked_on"}, optional={"egov", "revision", "title", "url"})
    if not {"egov", "title", "url"} & keys.keys():
        item.refuse("LAW-012", missing="egov, title, url")
    texts = {name: keys[name].text() for name in keys if name != "checked_on"}
    return Source(
        checked_on=keys["checked_on"].day(),
        egov_id=texts.get("egov"),
        revision=texts.get("revision"),
        title=texts.get("title"),
        url=texts.get("url"),
    )


def _read_values(item: Item, keys: Mapping[str, Item], shape: _Shape) -> tuple[Bracket, ...]:
    given = [name for name in ("value", "brackets", "columns") if name in keys]
    if len(given) != 1:
        item.refuse("LAW-030")
    if given == ["brackets"]:
        return _read_brackets(keys["brackets"], shape)
    if given != [shape.has_columns] or shape.argument is not None:
        keys[given[0]].refuse("LAW-030")
    return (Bracket(Bound.BELOW, None, _read_cells(keys, shape)),)


def _read_cells(keys: Mapping[str, Item], shape: _Shape) -> Mapping[str, Value | None]:
    if shape.has_columns not in keys:
        next(iter(keys.values())).refuse("LAW-030")
    item = keys[shape.has_columns]
    if shape.has_columns == "value":
        return {VALUE: _read_value(item, shape.columns[VALUE], shape)}
    cells = item.mapping(required=set(shape.columns), optional=set())
    return {
        name: None if cells[name].is_null else _read_value(cells[name], unit, shape)
        for name, unit in shape.columns.items()
    }


def _read_value(item: Item, unit: Unit, shape: _Shape) -> Value:
    if unit in WORDED:
        word = item.text()
        if unit is Unit.CHOICE and word not in shape.choices:
            item.refuse("LAW-024", wanted=" / ".join(shape.choices))
        return word
    number = item.whole()
    if number < 0:
        item.refuse("LAW-024", wanted=unit.value)
    return number


def _read_brackets(item: Item, shape: _Shape) -> tuple[Bracket, ...]:
    if shape.argument is None:
        item.refuse("LAW-012", missing="argument")
    brackets = tuple(_read_bracket(entry, shape) for entry in item.sequence())
    limits = [bracket.limit for bracket in brackets]
    closed = [limit for limit in limits[:-1] if limit is not None]
    rises = all(lower < upper for lower, upper in pairwise(closed))
    one_bound = len({bracket.bound for bracket in brackets}) == 1
    if limits[-1] is not None or len(closed) < len(limits) - 1 or not rises or not one_bound:
        item.refuse("LAW-023")
    return brackets


def _read_bracket(item: Item, shape: _Shape) -> Bracket:
    bounds = [bound for bound in Bound if bound.value in item.free_mapping()]
    if len(bounds) != 1:
        item.refuse("LAW-023")
    limit_key = bounds[0].value
    keys = item.mapping(required={limit_key, shape.has_columns}, optional=set())
    limit = None if keys[limit_key].is_null else keys[limit_key].whole()
    return Bracket(bounds[0], limit, _read_cells(keys, shape))


def _read_gap(item: Item) -> Gap:
    keys = item.mapping(required={"from", "until", "reason"}, optional=set())
    return Gap(keys["from"].day(), keys["until"].day_or_open(), keys["reason"].text())


def _check_days(
    keys: Mapping[str, Item], rows: tuple[Row, ...], gaps: tuple[Gap, ...], commenced_on: date
) -> None:
    """Rows in order, none before the law, none over another, and every gap declared."""
    uncovered: list[tuple[date, date | None, Item]] = []
    next_on: date | None = commenced_on
    for item, row in zip(keys["rows"].sequence(), rows, strict=True):
        if row.from_on < commenced_on:
            item.refuse(
                "LAW-020", from_on=row.from_on.isoformat(), commenced_on=commenced_on.isoformat()
            )
        if next_on is None or row.from_on < next_on:
            previous = None if next_on is None else next_on - NEXT_DAY
            _refuse_overlap(item, row.from_on, previous)
        elif row.from_on > next_on:
            uncovered.append((next_on, row.from_on - NEXT_DAY, item))
        next_on = None if row.until_on is None else row.until_on + NEXT_DAY
    if next_on is not None:
        uncovered.append((next_on, None, keys["rows"].sequence()[-1]))
    _check_gaps(keys, uncovered, gaps)


def _refuse_overlap(item: Item, from_on: date, previous: date | None) -> None:
    item.refuse(
        "LAW-018",
        from_on=from_on.isoformat(),
        previous_ja="期限なし" if previous is None else previous.isoformat(),
        previous_en="without end" if previous is None else previous.isoformat(),
    )


def _check_gaps(
    keys: Mapping[str, Item],
    uncovered: list[tuple[date, date | None, Item]],
    gaps: tuple[Gap, ...],
) -> None:
    declared = {(gap.from_on, gap.until_on) for gap in gaps}
    for from_on, until_on, item in uncovered:
        if (from_on, until_on) not in declared:
            item.refuse(
                "LAW-019",
                gap_from=from_on.isoformat(),
                gap_until_ja="期限なし" if until_on is None else until_on.isoformat(),
                gap_until_en="no end" if until_on is None else until_on.isoformat(),
            )
    found = {(from_on, until_on) for from_on, until_on, _ in uncovered}
    for item, gap in zip(keys["gaps"].sequence() if gaps else (), gaps, strict=True):
        if (gap.from_on, gap.until_on) not in found:
            item.refuse("LAW-027", gap_from=gap.from_on.isoformat())


def _read_witness(item: Item, shape: _Shape) -> Witness:
    named = {shape.argument} if shape.argument else set()
    keys = item.mapping(required={"on", "expect", *named}, optional={"case"})
    argument = keys[shape.argument].whole() if shape.argument else None
    if shape.has_columns == "value":
        expect = {VALUE: _read_value(keys["expect"], shape.columns[VALUE], shape)}
    else:
        cells = keys["expect"].mapping(required=set(), optional=set(shape.columns))
        expect = {
            name: _read_value(cell, shape.columns[name], shape) for name, cell in cells.items()
        }
    return Witness(keys["on"].day(), argument, expect, item.line)


def _check_witnesses(keys: Mapping[str, Item], read: Table) -> None:
    witnessed: set[date] = set()
    for item, witness in zip(keys["witnesses"].sequence(), read.witnesses, strict=True):
        row = next((row for row in read.rows if row.covers(witness.on)), None)
        if row is None:
            item.refuse("LAW-029", on=witness.on.isoformat())
        witnessed.add(row.from_on)
        for column, expected in witness.expect.items():
            found = row.cell(column, argument=witness.argument)
            if found != expected:
                item.refuse("LAW-022", found=str(found), expected=str(expected))
    for item, row in zip(keys["rows"].sequence(), read.rows, strict=True):
        if row.from_on not in witnessed:
            item.refuse("LAW-021", from_on=row.from_on.isoformat())
