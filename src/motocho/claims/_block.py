"""Dealings of many histories, gathered into the columns of the compiled kernel [一括計算の束].

Import this module where it is used: it brings numba. Compiled columns are numpy arrays standing in
for the kernel's sequences, which its types do not say; hence the `Any` here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from motocho.claims import assumptions as assumed
from motocho.kernel import batch
from motocho.kernel.recalculation import (
    AgreedRates,
    Brackets,
    DamagesCaps,
    Delays,
    Events,
    Outcome,
    Piece,
    Regime,
    Sheet,
)


class Block:
    """Dealings gathered, and their folds taken apart again [束]."""

    def __init__(self) -> None:
        self._columns: tuple[list[list[int]], ...] = (
            [[], [], [], [], []],
            [[], [], []],
            [[], [], []],
        )
        self._starts: tuple[list[int], ...] = ([0], [0], [0])
        self._regimes: dict[Regime, int] = {}
        self._regime_at: list[int] = []

    def add(
        self, events: Events, agreed: AgreedRates, delays: Delays, regime: Regime
    ) -> int | None:
        """One dealing more: its number in the block, or None where 64 bits would not be exact."""
        if not (batch.supports(regime) and batch.fits(events, agreed, delays, regime)):
            return None
        for gathered, starts, more in zip(
            self._columns, self._starts, (events, agreed, delays), strict=True
        ):
            for column, values in zip(gathered, more, strict=True):
                column.extend(values)
            starts.append(len(gathered[0]))
        self._regime_at.append(self._regimes.setdefault(regime, len(self._regimes)))
        return len(self._regime_at) - 1

    def folded(self) -> Iterator[tuple[Sheet, Outcome]]:
        """The sheet and the outcome of each dealing, in the order of their numbers."""
        if not self._regime_at:
            return
        rows, pieces, results = batch.rows_of_many(self._dealings())
        columns: list[Any] = [values.tolist() for values in rows]
        lines, lines_from = pieces.lines.tolist(), pieces.lines_from.tolist()
        counts = pieces.counts.tolist()
        outcomes = zip(
            results.first_overpaid_on.tolist(),
            results.unagreed_row.tolist(),
            results.unagreed_on.tolist(),
            strict=True,
        )
        for number, outcome in enumerate(outcomes):
            first, stop = self._starts[0][number : number + 2]
            first_line = lines_from[number]
            written = [
                (line[0] - first, Piece(line[1], line[2], line[3], line[4]))
                for line in lines[first_line : first_line + counts[number]]
            ]
            own: Any = (*(values[first:stop] for values in columns), written)
            yield Sheet(*own), Outcome(*outcome)

    def _dealings(self) -> batch.Dealings:
        def columns(values: Any) -> Any:
            return [batch.column(column) for column in values]

        layout = batch.Layout(*columns((*self._starts, self._regime_at)))
        return batch.Dealings(
            layout,
            Events(*columns(self._columns[0])),
            AgreedRates(*columns(self._columns[1])),
            Delays(*columns(self._columns[2])),
            batch.regimes_table(list(self._regimes)),
            Brackets(*columns(assumed.brackets())),
            DamagesCaps(*columns(assumed.damages_caps())),
        )
