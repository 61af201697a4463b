"""The month in figures, as a lender tells its association: by product and limit [月次計数].

    found = figures(cursor, month)       columns of the book, added up; each sum twice
    found.csv_text()

What stood at the month's end comes from the loans, undone to that day; the same sum is asked of
the ledger alone, and of lending from entries beside events. Two that differ are told to nobody.
"""

from __future__ import annotations

import calendar
import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

from motocho.care.cases import register
from motocho.documents.sheet import plain_text
from motocho.ledger.chart import Account
from motocho.units.errors import Fault, InputError, ensure
from motocho.units.periods import counted, held_on

BANDS_FILE = "association_bands.yaml"
SCHEMA_VERSION = 1
TAKEN_OVER = ("takeover", "takeover-events")
"""Channels of what another lender lent: none of it is our lending."""


@dataclass(frozen=True, slots=True)
class Bands:
    """Where the bands of limits end; the last has no end [極度額の区分]."""

    first_yen: int
    second_yen: int
    third_yen: int
    fourth_yen: int

    @property
    def ends_yen(self) -> tuple[int | None, ...]:
        """The largest limit of each band [区分の上限]."""
        return (self.first_yen, self.second_yen, self.third_yen, self.fourth_yen, None)

    def place(self, limit_yen: int) -> int:
        """The band of a limit, counted from 0 [区分].

        >>> [Bands(100, 300, 500, 1000).place(yen) for yen in (100, 101, 1000, 1001)]
        [0, 1, 3, 4]
        """
        ends = self.ends_yen
        return next(place for place, end in enumerate(ends) if end is None or limit_yen <= end)


class Columns(NamedTuple):
    """Agreements of the book as columns, at a month's end [契約の列]."""

    product: list[str]
    limit_yen: list[int]
    stands: list[int]
    """1 for a contract that had not ended."""
    principal_yen: list[int]
    opened: list[int]
    """1 for a contract of this month."""
    draws: list[int]
    lent_yen: list[int]


@dataclass(frozen=True, slots=True)
class Figure:
    """What there was of a product within a band of limits [区分の計数]."""

    product: str
    limit_to_yen: int | None
    """The largest limit of the band; None for the last."""
    contracts: int
    with_balance: int
    balance_yen: int
    opened: int
    draws: int
    lent_yen: int


def add_up(columns: Columns, bands: Bands) -> tuple[Figure, ...]:
    """Columns added up by product and band; pure [計数の集計].

    Exact     whole yen; every agreement counts once, empty bands are not there.
    """
    sums: dict[tuple[str, int], list[int]] = {}
    for product, limit_yen, stands, principal_yen, opened, draws, lent_yen in zip(
        *columns, strict=True
    ):
        row = sums.setdefault((product, bands.place(limit_yen)), [0] * 6)
        more = (stands, int(principal_yen > 0), principal_yen, opened, draws, lent_yen)
        for place, value in enumerate(more):
            row[place] += value
    return tuple(
        Figure(product, bands.ends_yen[band], *row) for (product, band), row in sorted(sums.items())
    )


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of applications for a product in the month [申込みの計数]."""

    product: str
    submitted: int
    contracted: int
    refused: int
    withdrawn: int
    lapsed: int


@dataclass(frozen=True, slots=True)
class Figures:
    """A month [月次計数]."""

    last_on: date
    rows: tuple[Figure, ...]
    applied: tuple[Applied, ...]
    complaints: Mapping[str, int]
    """Complaints told in the month by category; empty text for those that nobody sorted."""

    @property
    def balance_yen(self) -> int:
        """What all owe of principal [残高の合計]."""
        return sum(one.balance_yen for one in self.rows)

    @property
    def lent_yen(self) -> int:
        """What was lent in the month [貸付額の合計]."""
        return sum(one.lent_yen for one in self.rows)

    def document(self) -> dict[str, Any]:
        """The same as JSON [構造化された計数]."""
        return {
            "schema_version": SCHEMA_VERSION,
            "last_on": self.last_on.isoformat(),
            "rows": [_plain(one) for one in self.rows],
            "applied": [_plain(one) for one in self.applied],
            "complaints": dict(self.complaints),
        }

    def csv_text(self) -> str:
        """The same as CSV: a part after another, each with its head [計数のCSV]."""
        told = [{"category": name, "complaints": count} for name, count in self.complaints.items()]
        parts = ([_plain(one) for one in self.rows], [_plain(one) for one in self.applied], told)
        return tables_text(part for part in parts if part)


def tables_text(parts: Iterable[list[dict[str, Any]]]) -> str:
    """Tables of named cells as CSV, a blank line between [表のCSV]; no cell is a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for place, rows in enumerate(parts):
        if place:
            writer.writerow([])
        writer.writerow(rows[0])
        writer.writerows([_cell(one) for one in row.values()] for row in rows)
    return out.getvalue()


def _cell(value: object) -> object:
    return plain_text(value) if isinstance(value, str) else value


def _plain(one: Any) -> dict[str, Any]:
    return {field.name: getattr(one, field.name) for field in fields(one)}


# ---------------------------------------------------------------------------------- from the book
@cache
def _bands() -> tuple[tuple[date, Bands], ...]:
    text = (files("motocho.office") / "data" / BANDS_FILE).read_text(encoding="utf-8")
    return counted(yaml.load(text, Loader=yaml.CSafeLoader), Bands, "REG-034")


_PRINCIPAL = Account.PRINCIPAL.value
_MOVED = f"""(CASE WHEN l.debit = {_PRINCIPAL} THEN l.amount_yen ELSE 0 END
    - CASE WHEN l.credit = {_PRINCIPAL} THEN l.amount_yen ELSE 0 END)"""
_COLUMNS = f"""
WITH later AS (
    SELECT e.member_id, e.book_id, sum({_MOVED})::bigint AS yen
    FROM ledger_entry e JOIN ledger_leg l USING (member_id, entry_id)
    WHERE e.business_on > %(last)s AND e.phase IN ('posted', 'post') GROUP BY 1, 2
), lent AS (
    SELECT e.member_id, e.agreement_id,
        sum(CASE WHEN e.cancels_no IS NULL THEN 1 ELSE -1 END) AS draws,
        sum(CASE WHEN e.cancels_no IS NULL THEN 1 ELSE -1 END
            * (coalesce(d.content, e.content)->>'amount_yen')::bigint)::bigint AS yen
    FROM loan_event e LEFT JOIN loan_event d
        ON (d.member_id, d.agreement_id, d.event_no) = (e.member_id, e.agreement_id, e.cancels_no)
    WHERE e.business_on BETWEEN %(first)s AND %(last)s AND coalesce(d.kind, e.kind) = 'draw'
        AND coalesce(d.channel, e.channel) <> ALL (%(taken_over)s) GROUP BY 1, 2
)
SELECT a.product_id, (t.content->>'limit_yen')::bigint,
    (NOT (a.status IN ('closed', 'assigned') AND coalesce(ended.ended_on <= %(last)s, false)))::int,
    a.principal_yen - coalesce(later.yen, 0), (a.opened_on >= %(first)s)::int,
    coalesce(lent.draws, 0), coalesce(lent.yen, 0)
FROM loan_agreement a
JOIN LATERAL (SELECT s.terms_no FROM loan_step s JOIN loan_event e USING (member_id, agreement_id,
        event_no) WHERE (s.member_id, s.agreement_id) = (a.member_id, a.agreement_id)
    AND e.business_on <= %(last)s ORDER BY s.step_no DESC LIMIT 1) k ON true
JOIN loan_terms t ON (t.member_id, t.agreement_id, t.terms_no)
    = (a.member_id, a.agreement_id, k.terms_no)
LEFT JOIN later ON (later.member_id, later.book_id) = (a.member_id, a.agreement_id)
LEFT JOIN lent ON (lent.member_id, lent.agreement_id) = (a.member_id, a.agreement_id)
LEFT JOIN LATERAL (SELECT max((j.happened_at AT TIME ZONE 'Asia/Tokyo')::date) AS ended_on
    FROM journal_row j WHERE j.member_id = a.member_id AND j.kind IN ('closed', 'assigned')
    AND (j.subject ->> 'agreement')::bigint = a.agreement_id) ended ON true
WHERE a.opened_on <= %(last)s
ORDER BY a.member_id, a.agreement_id
"""  # noqa: S608  # our own names
_LEDGER = f"""
SELECT coalesce(sum({_MOVED}), 0)::bigint FROM ledger_entry e
JOIN ledger_leg l USING (member_id, entry_id)
WHERE e.business_on <= %(last)s AND e.phase IN ('posted', 'post')
"""  # noqa: S608  # our own names
_LEDGER_LENT = """
SELECT coalesce(sum(CASE e.kind WHEN 'draw' THEN e.total_yen ELSE -e.total_yen END), 0)::bigint
FROM ledger_entry e LEFT JOIN ledger_entry o
    ON (o.member_id, o.entry_id) = (e.member_id, e.reverses_entry_id)
WHERE e.kind IN ('draw', 'draw_reversal') AND e.phase IN ('posted', 'post')
  AND e.business_on BETWEEN %(first)s AND %(last)s
  AND e.channel <> ALL (%(taken_over)s) AND coalesce(o.channel, '') <> ALL (%(taken_over)s)
"""
_APPLIED = """
SELECT a.product_id,
    count(*) FILTER (WHERE (a.submitted_at AT TIME ZONE 'Asia/Tokyo')::date >= %(first)s
        AND (a.submitted_at AT TIME ZONE 'Asia/Tokyo')::date <= %(last)s),
    count(*) FILTER (WHERE a.outcome = 'contracted' AND e.ended_on BETWEEN %(first)s AND %(last)s),
    count(*) FILTER (WHERE a.outcome = 'refused' AND e.ended_on BETWEEN %(first)s AND %(last)s),
    count(*) FILTER (WHERE a.outcome = 'withdrawn' AND e.ended_on BETWEEN %(first)s AND %(last)s),
    count(*) FILTER (WHERE a.outcome = 'lapsed' AND e.ended_on BETWEEN %(first)s AND %(last)s)
FROM screening_application a
CROSS JOIN LATERAL (SELECT (a.ended_at AT TIME ZONE 'Asia/Tokyo')::date AS ended_on) e
WHERE a.submitted_at < (%(last)s::date + 1)::timestamp AT TIME ZONE 'Asia/Tokyo'
  AND (a.ended_at IS NULL OR a.ended_at >= %(first)s::timestamp AT TIME ZONE 'Asia/Tokyo')
GROUP BY 1 ORDER BY 1
"""


def month_of(on: date) -> tuple[date, date]:
    """The first and the last day of the month of a day [月の初日と末日].

    >>> month_of(date(2028, 2, 3))
    (datetime.date(2028, 2, 1), datetime.date(2028, 2, 29))
    """
    return on.replace(day=1), on.replace(day=calendar.monthrange(on.year, on.month)[1])


def figures(cursor: Any, month: date, today: date) -> Figures:
    """The figures of a month that is over [月次計数].

    Exact     balances and lending are added up by a second route, from the ledger alone.
    Raises    InputError for a month that is not over; BrokenInvariant where two routes differ.
    """
    first_on, last_on = month_of(month)
    if last_on >= today:
        raise InputError(Fault("REG-030", excerpt=f"{month:%Y-%m}"))
    asked = {"first": first_on, "last": last_on, "taken_over": list(TAKEN_OVER)}
    cursor.execute(_COLUMNS, asked)
    columns = Columns(*([list(one) for one in zip(*cursor.fetchall(), strict=True)] or [[]] * 7))
    rows = add_up(columns, held_on(last_on, _bands()))
    cursor.execute(_APPLIED, asked)
    applied = tuple(Applied(*row) for row in cursor.fetchall() if any(row[1:]))
    told: dict[str, int] = {}
    for one in register.statistics(cursor, first_on, last_on):
        name = "" if one.category is None else one.category.value
        told[name] = told.get(name, 0) + one.told
    found = Figures(last_on, rows, applied, told)
    for sql, yen in ((_LEDGER, found.balance_yen), (_LEDGER_LENT, found.lent_yen)):
        cursor.execute(sql, asked)
        kept = int(cursor.fetchone()[0])
        ensure(kept == yen, "the ledger says the same", ledger=kept, loans=yen)
    return found
