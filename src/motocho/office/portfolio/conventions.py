"""Under which conventions a whole book is recalculated [計算の前提]."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from motocho.claims.assumptions import Assumptions
from motocho.kernel.conventions import Rounding
from motocho.units.errors import Fault, InputError


@dataclass(frozen=True, slots=True)
class Conventions:
    """The choices of one run, the same for every agreement [計算の前提].

    `as_of` closes every agreement on that day; None: each ends with its last line. Rates and delays
    that an agreement states itself stand in place of those of the run.

    Raises    InputError for `rounding=exact`: columns hold whole yen.
    """

    assumptions: Assumptions = field(default_factory=Assumptions)
    as_of: date | None = None

    def __post_init__(self) -> None:
        if self.assumptions.rounding is Rounding.EXACT:
            raise InputError(Fault("PFO-005", column="rounding"))

    def document(self) -> dict[str, Any]:
        """The conventions in their public form [公開形式]."""
        return {
            "assumptions": self.assumptions.document(),
            "as_of": None if self.as_of is None else str(self.as_of),
        }
