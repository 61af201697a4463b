"""What is set aside for loans that may be lost, by stage: a report for the auditor [貸倒引当].

Pure but for the last function. Stages and shares are house policy, dated
(`data/provisioning.yaml`); what a claim for overpaid interest may cost is another reserve
(`office.portfolio`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

from motocho.ledger.chart import Account
from motocho.loans import standing
from motocho.loans.commands import Key
from motocho.loans.policy import Status, Stop
from motocho.loans.standing import Seen
from motocho.office.registers._figures import tables_text
from motocho.units.errors import ensure
from motocho.units.periods import counted, held_on

FILE = "provisioning.yaml"
_MILLION = 1_000_000
CHUNK = 5_000


class Stage(Enum):
    """How likely a loan is paid [債務者区分]."""

    NORMAL = "normal"
    WATCH = "watch"
    """Late by a day or more."""
    RESTRUCTURED = "restructured"
    """Paid by an arrangement that asks less than the contract [条件緩和]."""
    DOUBTFUL = "doubtful"
    """Long late, or somebody acts for the member [破綻懸念]."""
    LOST = "lost"
    """Longer late, fallen due as a whole, or the member died [実質破綻]."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Which day begins a stage, and what part of the principal is set aside [引当率]."""

    doubtful_from_days: int
    lost_from_days: int
    normal_ppm: int
    watch_ppm: int
    restructured_ppm: int
    doubtful_ppm: int
    lost_ppm: int

    def ppm(self, stage: Stage) -> int:
        """The share of a stage [引当率]."""
        return {
            Stage.NORMAL: self.normal_ppm,
            Stage.WATCH: self.watch_ppm,
            Stage.RESTRUCTURED: self.restructured_ppm,
            Stage.DOUBTFUL: self.doubtful_ppm,
            Stage.LOST: self.lost_ppm,
        }[stage]


class Loan(NamedTuple):
    """What a loan's stage depends on [区分の判定材料]."""

    principal_yen: int
    days_late: int = 0
    is_arranged: int = 0
    has_counsel: int = 0
    is_due_whole: int = 0
    """Fallen due as a whole, or of who died."""


def stage_of(loan: Loan, shares: Shares) -> Stage:
    """The stage of a loan; pure, the worst that fits [債務者区分の判定].

    >>> held = shares(date(2026, 11, 23))
    >>> [stage_of(Loan(1, days), held).value for days in (0, 1, 60, 61, 180, 181)]
    ['normal', 'watch', 'watch', 'doubtful', 'doubtful', 'lost']
    """
    if loan.is_due_whole or loan.days_late >= shares.lost_from_days:
        return Stage.LOST
    if loan.has_counsel or loan.days_late >= shares.doubtful_from_days:
        return Stage.DOUBTFUL
    if loan.is_arranged:
        return Stage.RESTRUCTURED
    return Stage.WATCH if loan.days_late else Stage.NORMAL


@dataclass(frozen=True, slots=True)
class SetAside:
    """What is set aside for a stage [区分別の引当額]."""

    stage: Stage
    loans: int
    principal_yen: int
    share_ppm: int
    provision_yen: int


def provisions(loans: Iterable[Loan], held: Shares) -> tuple[SetAside, ...]:
    """Loans by stage with what is set aside for each; pure, zeros too [引当の集計].

    Exact     the share of each loan is dropped to whole yen, then added.

    >>> held = shares(date(2026, 11, 23))
    >>> [one.provision_yen for one in provisions([Loan(100), Loan(199, 1)], held)]
    [1, 11, 0, 0, 0]
    """
    counts, sums, set_aside = (dict.fromkeys(Stage, 0) for _ in range(3))
    for loan in loans:
        stage = stage_of(loan, held)
        counts[stage] += 1
        sums[stage] += loan.principal_yen
        set_aside[stage] += loan.principal_yen * held.ppm(stage) // _MILLION
    return tuple(
        SetAside(stage, counts[stage], sums[stage], held.ppm(stage), set_aside[stage])
        for stage in Stage
    )


@dataclass(frozen=True, slots=True)
class Provisioning:
    """The whole book by stage on a day [引当の報告]."""

    on: date
    rows: tuple[SetAside, ...]

    @property
    def provision_yen(self) -> int:
        """What is set aside in all [引当額の合計]."""
        return sum(one.provision_yen for one in self.rows)

    @property
    def principal_yen(self) -> int:
        """What all owe of principal [元本の合計]."""
        return sum(one.principal_yen for one in self.rows)

    def table(self) -> list[dict[str, Any]]:
        """Rows of named cells [表]."""
        return [
            {
                "stage": one.stage.value,
                "loans": one.loans,
                "principal_yen": one.principal_yen,
                "share_ppm": one.share_ppm,
                "provision_yen": one.provision_yen,
            }
            for one in self.rows
        ]

    def csv_text(self) -> str:
        """The same as CSV [引当のCSV]."""
        return tables_text([self.table()])


@cache
def _periods() -> tuple[tuple[date, Shares], ...]:
    text = (files("motocho.office") / "data" / FILE).read_text(encoding="utf-8")
    return counted(yaml.load(text, Loader=yaml.CSafeLoader), Shares, "REG-034")


def shares(on: date) -> Shares:
    """The shares of a day [その日の引当率]."""
    return held_on(on, _periods())


def _loans(seen: Iterable[Seen], on: date) -> Iterator[Loan]:
    for one in seen:
        state = one.on(on.toordinal())
        if state.principal_yen:
            yield Loan(
                state.principal_yen,
                standing.days_late(state, one.rules),
                int(state.arrangement is not None),
                int(Stop.COUNSEL in one.stops),
                int(state.accelerated_on is not None or Stop.DECEASED in one.stops),
            )


def provisioning(cursor: Any, on: date) -> Provisioning:
    """The book as it stands, by stage, on a day that nothing was booked after [引当の報告].

    Exact     the principal of all stages is that of the ledger's balances, asked beside.
    Raises    BrokenInvariant where the two differ.
    """
    cursor.execute(
        "SELECT member_id, agreement_id FROM loan_agreement WHERE principal_yen > 0"
        " AND status <> %s ORDER BY 1, 2",
        (Status.CLOSED.value,),
    )
    keys = [Key(*row) for row in cursor.fetchall()]
    parts = [keys[first : first + CHUNK] for first in range(0, len(keys), CHUNK)]
    found = [loan for part in parts for loan in _loans(standing.see(cursor, part), on)]
    made = Provisioning(on, provisions(found, shares(on)))
    cursor.execute(
        "SELECT coalesce(sum(debit_yen - credit_yen), 0)::bigint FROM ledger_balance"
        " WHERE account = %s",
        (Account.PRINCIPAL.value,),
    )
    kept = int(cursor.fetchone()[0])
    ensure(kept == made.principal_yen, "the ledger says the same", ledger=kept)
    return made
