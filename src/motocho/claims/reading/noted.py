"""What is found while a table is read: faults, warnings, what is told once [気づき].

Every fault is listed, up to a number that somebody still reads; what repeats in many rows is told
once, with the first place and how often.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from motocho.units.errors import Fault, clipped
from motocho.units.money import yen_text

_FEW = 3

MAX_FAULTS = 200
"""Most faults that are listed; the rest is counted."""


@dataclass
class _Repeated:
    first: Fault
    count: int
    sum_yen: int = 0


@dataclass
class Noted:
    """Faults and warnings of one reading, in the order they were found [気づき]."""

    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    unlisted: int = 0
    _repeated: dict[tuple[str, str | None], _Repeated] = field(default_factory=dict)
    _still: dict[str, int] = field(default_factory=dict)
    _first_still: int | None = None
    _short_years: list[Fault] = field(default_factory=list)

    def fault(self, fault: Fault) -> None:
        """One more fault [誤り]."""
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(fault)
        else:
            self.unlisted += 1

    def count(self) -> int:
        """How many faults there are so far [誤りの数]."""
        return len(self.faults) + self.unlisted + len(self._short_years)

    def warn(self, fault: Fault) -> None:
        """One more warning; beyond MAX_FAULTS of them they are dropped [警告]."""
        if len(self.warnings) < MAX_FAULTS:
            self.warnings.append(fault)

    def once(self, fault: Fault) -> None:
        """A warning told once for each code and column, with its `{count}` [まとめた警告]."""
        self.once_with_sum(fault, 0)

    def once_with_sum(self, fault: Fault, amount_yen: int) -> None:
        """As `once`, with the sum of the rows as `{amount}` [合計つきの警告]."""
        known = self._repeated.setdefault((fault.code, fault.column), _Repeated(fault, 0))
        known.count += 1
        known.sum_yen += amount_yen

    def still(self, label: str, line: int) -> None:
        """One more row without money, by the word that names it [金額のない行]."""
        self._still[label] = self._still.get(label, 0) + 1
        if self._first_still is None:
            self._first_still = line

    def short_year(self, fault: Fault) -> None:
        """One more day whose year has two digits and no era [2けたの年]."""
        self._short_years.append(fault)

    def settle(self) -> None:
        """Tell days of unclear years: each where there are few, else all at once."""
        if len(self._short_years) <= _FEW:
            for fault in self._short_years:
                self.fault(fault)
        else:
            first = self._short_years[0]
            details = {**first.details, "count": f"{len(self._short_years):,}"}
            self.fault(Fault("TAB-042", None, first.line, first.column, first.excerpt, details))
        self._short_years = []

    def all_faults(self) -> tuple[Fault, ...]:
        """The faults, and how many more there are [すべての誤り]."""
        if not self.unlisted:
            return tuple(self.faults)
        more = {"count": f"{self.unlisted:,}"}
        return (*self.faults, Fault("TAB-009", details=more))

    def all_warnings(self) -> tuple[Fault, ...]:
        """The warnings, those that repeat once each [すべての警告]."""
        repeated = (
            with_details(
                known.first, {"count": f"{known.count:,}", "amount": yen_text(known.sum_yen)}
            )
            for known in self._repeated.values()
        )
        return (*self.warnings, *repeated, *self._still_rows())

    def _still_rows(self) -> tuple[Fault, ...]:
        if not self._still:
            return ()
        kinds = "・".join(f"{label}{count:,}" for label, count in self._still.items())
        details = {"count": f"{sum(self._still.values()):,}", "kinds": clipped(kinds)}
        return (Fault("TAB-061", line=self._first_still, details=details),)


def with_details(fault: Fault, details: Mapping[str, str]) -> Fault:
    """The same fault with more details [詳細つきの誤り]."""
    return Fault(
        fault.code,
        fault.file,
        fault.line,
        fault.column,
        fault.excerpt,
        {**fault.details, **details},
        fault.proposed,
    )
