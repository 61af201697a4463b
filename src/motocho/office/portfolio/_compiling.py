"""The compiled loop made ready: what it needs of the conventions, and room to work [コンパイル].

Import this module where it is used: it brings numba.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import numpy as np

from motocho.claims import assumptions as assumed
from motocho.kernel import batch
from motocho.kernel.conventions import CeilingRule, OpeningBalance, Series
from motocho.kernel.recalculation import (
    NEVER,
    NO_RATE,
    AgreedRates,
    Brackets,
    DamagesCaps,
    Delays,
    Events,
    Sheet,
)
from motocho.office.portfolio import _folding as folding
from motocho.office.portfolio.conventions import Conventions


@dataclass(frozen=True, slots=True)
class _Ready:
    """What every block under the same conventions needs."""

    common: folding.Common
    law: folding.Law


@cache
def _ready(conventions: Conventions) -> _Ready:
    assumptions = conventions.assumptions
    rates, periods = assumptions.contract_rates, assumptions.delay_periods
    dated_on = batch.column([rate.from_on.toordinal() for rate in rates])
    delays: Any = (
        [period.from_on.toordinal() for period in periods],
        [(period.to_on or date.max).toordinal() for period in periods],
        [
            NO_RATE if period.contract_rate_ppm is None else period.contract_rate_ppm
            for period in periods
        ],
    )
    dated: Any = (dated_on, dated_on, batch.column([rate.rate_ppm for rate in rates]))
    has_ceiling = assumptions.ceiling_rule is not CeilingRule.NONE
    common = folding.Common(
        dated=AgreedRates(*dated),
        delays=Delays(*map(batch.column, delays)),  # type: ignore[arg-type]
        as_of=NEVER if conventions.as_of is None else conventions.as_of.toordinal(),
        order=int(assumptions.same_day_order),
        takes_opening_as_zero=int(assumptions.opening_balance is OpeningBalance.ZERO),
        needs_damages_rate=int(not has_ceiling),
        is_split=int(assumptions.contracts is not Series.JOINED),
        known_from=assumed.ceilings_known_from().toordinal() if has_ceiling else NEVER,
        max_yen=batch.MAX_COMPILED_YEN,
        max_ppm=batch.MAX_COMPILED_PPM,
        max_days=batch.MAX_COMPILED_DAYS,
    )
    law = folding.Law(
        assumed.regime(assumptions),
        Brackets(*map(batch.column, assumed.brackets())),  # type: ignore[arg-type]
        DamagesCaps(*map(batch.column, assumed.damages_caps())),  # type: ignore[arg-type]
    )
    return _Ready(common, law)


def fold(lines: folding.Lines, conventions: Conventions, found: folding.Found) -> None:
    """Fold the agreements that are plain; the others stay BY_HAND [一括計算]."""
    regime = assumed.regime(conventions.assumptions)
    if not len(lines.kind_at) or not batch.supports(regime):
        return
    ready = _ready(conventions)
    most_ppm = max(*ready.common.dated.ppm, *ready.common.delays.ppm, regime.constant_ppm, 0)
    if most_ppm > batch.MAX_COMPILED_PPM:
        return
    longest = int(np.diff(lines.starts).max())
    room = _room(longest + max(len(ready.common.dated.ppm), len(ready.common.delays.ppm)) + 2)
    _loop()(lines, ready.common, ready.law, room, found)


@cache
def _loop() -> Any:
    sources = [str(folding.__file__)]
    return batch.compile_around(folding.fold_agreements, folding.HELPERS, sources)


def _room(length: int) -> folding.Room:
    def blank(kind: Any, count: int) -> Any:
        return kind(*(np.zeros(length, np.int64) for _ in range(count)))

    no_pieces = np.zeros((0, 5), np.int64)
    pieces = batch.PieceBuffer(no_pieces, 0, np.zeros(1, np.int64), 0)
    sheet: Any = (*(np.zeros(length, np.int64) for _ in Sheet._fields[:-1]), pieces)
    return folding.Room(
        keys=np.zeros(length, np.int64),
        events=blank(Events, len(Events._fields)),
        stated_ppm=np.zeros(length, np.int64),
        dated=blank(AgreedRates, len(AgreedRates._fields)),
        agreed=blank(AgreedRates, len(AgreedRates._fields)),
        delays=blank(Delays, len(Delays._fields)),
        sheet=Sheet(*sheet),
    )
