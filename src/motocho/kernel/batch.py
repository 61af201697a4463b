"""Many dealings at once: the source of `kernel.recalculation`, compiled [一括計算].

`recalculate` is handed to numba as it stands, with its helpers; nothing is written twice. Three
places differ. Compiled code has no fractions and no growing lists: `cut` becomes `cut_to_yen`, and
`note_piece` writes into a buffer. And what `new_year` says of every year is looked up, because the
divisions it takes were a tenth of the time.

Everything here is 64-bit. `fits` says which dealings stay exact inside it; the caller hands the
others to the interpreted path, which has no bound. numpy and numba are slow to import and are
imported nowhere else: import this module where it is used.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, cast

import numba
import numba.extending
import numpy as np
import numpy.typing as npt

from motocho.kernel import accrual, appropriation, recalculation
from motocho.kernel.conventions import Rounding, UnpaidInterest
from motocho.kernel.recalculation import (
    AgreedRates,
    Brackets,
    Cursor,
    DamagesCaps,
    Delays,
    Events,
    Place,
    Regime,
    Sheet,
    Terms,
)

Column: TypeAlias = npt.NDArray[np.int64]

MAX_COMPILED_YEN = 2**36 - 1
"""Largest sum of all amounts of one dealing on the compiled path."""
MAX_COMPILED_PPM = 2**22 - 1
"""Largest rate on the compiled path (419 % a year)."""
MAX_COMPILED_DAYS = 125 * 365
"""Longest dealing on the compiled path.

Together: amount x ppm < 2**58, and amount x ppm / 10**6 x weight < 2**39 x 2**24 = 2**63.
"""


BLOCK_ROWS = 1 << 17
"""Rows that go through one scratch sheet at once (8 MB)."""


class Layout(NamedTuple):
    """Which ranges of the columns belong to a dealing [列の割り当て].

    Shapes    the first three have one entry more than dealings: dealing d owns
              events[events_from[d]:events_from[d + 1]], and so on; `regime_at[d]` is the row of the
              regimes that dealing d follows.
    """

    events_from: Column
    agreed_from: Column
    delays_from: Column
    regime_at: Column


class Dealings(NamedTuple):
    """Many dealings as columns [多数の取引]."""

    layout: Layout
    events: Events
    agreed: AgreedRates
    delays: Delays
    regimes: npt.NDArray[np.int64]
    brackets: Brackets
    damages_caps: DamagesCaps


class RowColumns(NamedTuple):
    """The columns of `recalculation.Sheet` without its pieces [計算書の列]."""

    interest_yen: Column
    unpaid_interest_yen: Column
    principal_yen: Column
    overpayment_yen: Column
    earned_yen: Column
    overpayment_interest_yen: Column
    ceiling_ppm: Column
    applied_ppm: Column


class PieceBuffer(NamedTuple):
    """Room for the pieces of one dealing: (row, first, last, ppm, kind) a line [区間の置き場]."""

    lines: npt.NDArray[np.int64]
    first_line: int
    counts: Column
    """Pieces written so far, by dealing."""
    dealing: int


class Pieces(NamedTuple):
    """The pieces of many dealings: dealing d has lines[lines_from[d]:][:counts[d]] [区間の列]."""

    lines: npt.NDArray[np.int64]
    lines_from: Column
    counts: Column

    def packed(self) -> Pieces:
        """The same without the room that was not needed [詰めた区間の列]."""
        from_packed = np.concatenate((_zeros(1), np.cumsum(self.counts)))
        shift = np.repeat(self.lines_from[:-1] - from_packed[:-1], self.counts)
        used = np.arange(int(from_packed[-1])) + shift
        return Pieces(self.lines[used], from_packed, self.counts)


class Results(NamedTuple):
    """The last row of each dealing, as columns [結果の列]."""

    unpaid_interest_yen: Column
    principal_yen: Column
    overpayment_yen: Column
    overpayment_interest_yen: Column
    ceiling_ppm: Column
    first_overpaid_on: Column
    unagreed_row: Column
    unagreed_on: Column


def column(values: Any) -> Column:
    """Values as a 64-bit column [列]."""
    return np.asarray(values, dtype=np.int64)


def regimes_table(regimes: list[Regime]) -> npt.NDArray[np.int64]:
    """Regimes as the rows of one table [条件の表]."""
    return np.asarray(regimes, dtype=np.int64).reshape(len(regimes), len(Regime._fields))


def supports(regime: Regime) -> bool:
    """Whether compiled code knows a regime: all but fractions and capitalising [対応条件]."""
    return regime.rounding != Rounding.EXACT and regime.unpaid_interest != UnpaidInterest.CAPITALIZE


def fits(events: Events, agreed: AgreedRates, delays: Delays, regime: Regime) -> bool:
    """Whether one dealing, as plain sequences, stays exact in 64 bits [64ビットで正確か]."""
    owed = sum(events.amount_yen) + sum(events.carried_interest_yen)
    rates = max(
        max(agreed.ppm, default=0),
        max(delays.ppm, default=0),
        regime.constant_ppm,
    )
    return (
        owed <= MAX_COMPILED_YEN
        and rates <= MAX_COMPILED_PPM
        and events.on[-1] - events.on[0] <= MAX_COMPILED_DAYS
    )


def fitting(dealings: Dealings) -> npt.NDArray[np.bool_]:
    """`fits`, for each of many dealings at once [64ビットで正確か]."""
    starts, stops = dealings.layout.events_from[:-1], dealings.layout.events_from[1:]
    beyond = MAX_COMPILED_YEN + 1
    owed = np.minimum(column(dealings.events.amount_yen), beyond)
    owed += np.minimum(column(dealings.events.carried_interest_yen), beyond)
    # A cumulative sum of bounded amounts cannot pass 2**63 below 2**26 rows; sums go by dealing.
    sums = np.add.reduceat(owed, starts) if len(starts) else owed
    on = column(dealings.events.on)
    rates_fit = max(
        int(np.max(column(dealings.agreed.ppm), initial=0)),
        int(np.max(column(dealings.delays.ppm), initial=0)),
        int(np.max(dealings.regimes[:, Regime._fields.index("constant_ppm")], initial=0)),
    )
    short = on[stops - 1] - on[starts] <= MAX_COMPILED_DAYS
    return (sums <= MAX_COMPILED_YEN) & short & np.bool_(rates_fit <= MAX_COMPILED_PPM)


def recalculate_many(dealings: Dealings, *, threads: int | None = None) -> Results:
    """The result of each of many dealings, their rows forgotten [一括計算].

    Shapes    one entry a dealing. The caller has checked `supports` and `fits`.
    Why       dealings go through in blocks that share one scratch sheet, so that memory does not
              grow with the number of dealings.
    """
    _use_threads(threads)
    events_from = dealings.layout.events_from
    results = _results_for(dealings)
    no_pieces = Pieces(np.zeros((0, 5), dtype=np.int64), events_from, _zeros(1))
    blocks = _blocks(events_from)
    longest = max(
        (int(events_from[stop] - events_from[first]) for first, stop in blocks), default=0
    )
    scratch = _row_columns(longest)
    for first, stop in blocks:
        _compiled()(first, stop, *dealings, scratch, no_pieces, results)
    return results


def rows_of_many(
    dealings: Dealings, *, threads: int | None = None
) -> tuple[RowColumns, Pieces, Results]:
    """Every row of each of many dealings, with its pieces [一括計算の全行].

    Shapes    columns of the events' length. The caller has checked `supports` and `fits`.
    """
    _use_threads(threads)
    layout = dealings.layout
    # A row has one piece, one more for each change inside it, and perhaps an own day; a second
    # tranche doubles the pieces of a row.
    changes = np.diff(layout.agreed_from) + 2 * np.diff(layout.delays_from) + 1
    room = 2 * (2 * np.diff(layout.events_from) + changes)
    lines_from = np.concatenate((_zeros(1), np.cumsum(room)))
    lines = np.zeros((int(lines_from[-1]), 5), dtype=np.int64)
    pieces = Pieces(lines, lines_from, _zeros(len(room)))
    rows = _row_columns(len(dealings.events.on))
    results = _results_for(dealings)
    _compiled()(0, len(room), *dealings, rows, pieces, results)
    return rows, pieces.packed(), results


def _blocks(events_from: Column) -> list[tuple[int, int]]:
    """Ranges of dealings of about BLOCK_ROWS rows each."""
    count = len(events_from) - 1
    marks = np.arange(0, int(events_from[-1]) + BLOCK_ROWS, BLOCK_ROWS)
    edges = np.unique(np.concatenate((np.searchsorted(events_from, marks), [0, count])))
    edges = edges[edges <= count]
    return [(int(first), int(stop)) for first, stop in pairwise(edges)]


def _zeros(length: int) -> Column:
    return np.zeros(length, dtype=np.int64)


def _row_columns(length: int) -> RowColumns:
    return RowColumns(*(_zeros(length) for _ in RowColumns._fields))


def _results_for(dealings: Dealings) -> Results:
    return Results(*(_zeros(len(dealings.layout.regime_at)) for _ in Results._fields))


def _use_threads(threads: int | None) -> int:
    settings: Any = numba.config
    wanted = settings.NUMBA_NUM_THREADS if threads is None else threads
    numba.set_num_threads(wanted)
    return int(wanted)


def _cache_folder(more_sources: Sequence[str] = ()) -> str:
    """Where compiled code is kept: numba looks at one file's date, our sources are several."""
    digest = hashlib.sha256()
    for module in ("accrual", "appropriation", "batch", "conventions", "recalculation"):
        digest.update((files("motocho.kernel") / f"{module}.py").read_bytes())
    for source in more_sources:
        digest.update(Path(source).read_bytes())
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return str(Path(base) / "motocho" / "compiled" / digest.hexdigest()[:16])


def _note_piece_in_buffer(sheet: Any, row: int, piece: Any) -> None:
    """`note_piece` of the compiled path; without room in the buffer nothing is noted."""
    buffer = sheet.pieces
    if len(buffer.lines) == 0:
        return
    line = buffer.first_line + buffer.counts[buffer.dealing]
    buffer.lines[line, 0] = row
    buffer.lines[line, 1] = piece.first
    buffer.lines[line, 2] = piece.last
    buffer.lines[line, 3] = piece.rate_ppm
    buffer.lines[line, 4] = piece.kind
    buffer.counts[buffer.dealing] += 1


_NEW_YEARS: Any = accrual.new_year(cast("Any", np.arange(10_002)))
"""The first days of all years that a date can be of, and of the one after."""


def _new_year_looked_up(year: int) -> int:
    """`new_year` of the compiled path."""
    first: int = _NEW_YEARS[year]
    return first


_HELPERS: tuple[Callable[..., Any], ...] = (
    accrual.march_year,
    accrual.day_in_march_year,
    accrual.calendar_year,
    accrual.leap_days_between,
    accrual.span_between,
    accrual.weight_of,
    accrual.interest_on,
    accrual.cut_to_yen,
    appropriation.repay,
    appropriation.meet_advance,
    recalculation.bracket_ppm,
    recalculation.ceiling_after,
    recalculation.ceiling_now,
    recalculation.damages_ppm,
    recalculation.rate_on_debt,
    recalculation.cursor_at,
    recalculation.last_day_alike,
    recalculation.piece_from,
    recalculation.own_day_piece,
    recalculation.charge_piece,
    recalculation.charge_debt,
    recalculation.overpayment_rates_ppm,
    recalculation.charge_credit,
    recalculation.with_interest,
    recalculation.with_receipt,
    recalculation.with_excess,
    recalculation.after_repayment,
    recalculation.after_carry,
    recalculation.after_advance,
    recalculation.charged_days,
    recalculation.write_balances,
    recalculation.recalculate,
)
"""What `recalculate` calls; each is compiled from the source it has."""


# numba's parallel loops carry flat tuples of columns only; so this is the one function of the house
# with more than five parameters, with what it calls (tests/tidy knows them).
def _loop(  # noqa: PLR0917
    first_dealing: int,
    stop_dealing: int,
    layout: Layout,
    events: Events,
    agreed: AgreedRates,
    delays: Delays,
    regimes: npt.NDArray[np.int64],
    brackets: Brackets,
    damages_caps: DamagesCaps,
    rows: RowColumns,
    pieces: Pieces,
    out: Results,
) -> None:
    """Dealings of a block, each into its own rows, its pieces into its part of the buffer."""
    rows_from = layout.events_from[first_dealing]
    for dealing in numba.prange(first_dealing, stop_dealing):
        terms = Terms(_regime_at(dealing, layout, regimes), brackets, damages_caps, agreed, delays)
        sheet_first = layout.events_from[dealing] - rows_from
        buffer = PieceBuffer(pieces.lines, pieces.lines_from[dealing], pieces.counts, dealing)
        _recalculate_one(dealing, sheet_first, layout, events, terms, rows, buffer, out)


def _regime_at(dealing: int, layout: Layout, regimes: npt.NDArray[np.int64]) -> Regime:
    row = regimes[layout.regime_at[dealing]]
    return Regime(
        row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7],
        row[8], row[9], row[10], row[11], row[12], row[13], row[14], row[15],
    )  # fmt: skip  # compiled code knows no unpacking of a row of a table


def _recalculate_one(  # noqa: PLR0917
    dealing: int,
    sheet_first: int,
    layout: Layout,
    events: Events,
    terms: Terms,
    rows: Any,
    buffer: Any,
    out: Results,
) -> None:
    """One dealing of many: its rows from `sheet_first`, its last row into `out`."""
    sheet = Sheet(
        rows.interest_yen,
        rows.unpaid_interest_yen,
        rows.principal_yen,
        rows.overpayment_yen,
        rows.earned_yen,
        rows.overpayment_interest_yen,
        rows.ceiling_ppm,
        rows.applied_ppm,
        buffer,
    )
    cursor = Cursor(
        layout.agreed_from[dealing],
        layout.agreed_from[dealing + 1],
        layout.delays_from[dealing],
        layout.delays_from[dealing + 1],
    )
    first, stop = layout.events_from[dealing], layout.events_from[dealing + 1]
    outcome = recalculation.recalculate(
        Place(first, stop, sheet_first), events, cursor, terms, sheet
    )
    last = sheet_first + stop - first - 1
    out.unpaid_interest_yen[dealing] = rows.unpaid_interest_yen[last]
    out.principal_yen[dealing] = rows.principal_yen[last]
    out.overpayment_yen[dealing] = rows.overpayment_yen[last]
    out.overpayment_interest_yen[dealing] = rows.overpayment_interest_yen[last]
    out.ceiling_ppm[dealing] = rows.ceiling_ppm[last]
    out.first_overpaid_on[dealing] = outcome.first_overpaid_on
    out.unagreed_row[dealing] = outcome.unagreed_row
    out.unagreed_on[dealing] = outcome.unagreed_on


@cache
def _compiled() -> Callable[..., None]:
    """The loop over dealings, compiled once and kept on disk [コンパイル]."""
    _make_known()
    for helper in (_regime_at, _recalculate_one):
        _known(helper)
    compiled: Callable[..., None] = numba.njit(parallel=True, cache=True)(_loop)
    return compiled


def compile_around(
    loop: Callable[..., Any], helpers: Sequence[Callable[..., Any]], sources: Sequence[str]
) -> Callable[..., Any]:
    """Another loop around `recalculate`, compiled once and kept on disk [コンパイル].

    Takes     what the loop calls beside the kernel, and the files that hold both.
    Gives     a function of one thread that lets other threads of Python run.
    """
    _make_known(tuple(sources))
    for helper in helpers:
        _known(helper)
    options: Any = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}
    compiled: Callable[..., Any] = numba.njit(**options)(loop)
    return compiled


# Without numba's reference counts (nothing is allocated inside) and inlined: six times faster.
_INLINED: dict[str, Any] = {"_nrt": False, "error_model": "numpy", "forceinline": True}


def _known(helper: Callable[..., Any]) -> None:
    numba.extending.register_jitable(**_INLINED)(helper)


def _make_known(more_sources: tuple[str, ...] = ()) -> None:
    """The kernel's functions made known to the compiler; code goes where its sources say."""
    settings: Any = numba.config
    settings.CACHE_DIR = os.environ.get("NUMBA_CACHE_DIR") or _cache_folder(more_sources)
    _make_kernel_known()


@cache
def _make_kernel_known() -> None:
    for helper in _HELPERS:
        _known(helper)
    for function, instead in (
        (accrual.cut, accrual.cut_to_yen),
        (accrual.new_year, _new_year_looked_up),
        (recalculation.note_piece, _note_piece_in_buffer),
    ):
        _stand_in(function, instead, _INLINED)


def _stand_in(function: Callable[..., Any], instead: Callable[..., Any], options: Any) -> None:
    """Let compiled code take another function in the place of one it cannot compile."""
    overload = numba.extending.overload(function, jit_options=options, strict=False)
    overload(lambda *_arguments: instead)
