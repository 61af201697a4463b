"""The facts of an application, each with its source, and nothing that was concluded [審査の事実].

`None` is what nobody said or looked at. It is not the same as no, and no rule takes it for yes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from motocho.screening.capacity import (
    Base,
    BureauAnswer,
    Cut,
    Employment,
    Exclusion,
    OwnContract,
    Paper,
    Special,
)


class AskedKind(Enum):
    """What is asked for [申込みの種類]."""

    NEW = "new"
    INCREASE = "increase"
    RESTORE = "restore"
    """A limit that was cut because the person could not be reached, put back · 10条の19."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the applicant asks for [申込み]; `contract_id` names the line that is to be raised."""

    kind: AskedKind
    limit_yen: int
    contract_id: str | None = None


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who asks [申込者].

    `has_barred_ties` (LEND-022) and `is_suspicious` (KYC-007) the house finds, and never tells.
    """

    source: str
    born_on: date | None = None
    stated_income_yen: int | None = None
    identity_confirmed_on: date | None = None
    has_barred_ties: bool | None = None
    is_suspicious: bool | None = None


@dataclass(frozen=True, slots=True)
class LineUse:
    """How the line that is to be raised was used [利用状況]."""

    source: str
    opened_on: date
    is_late: bool
    last_late_on: date | None = None


@dataclass(frozen=True, slots=True)
class Factor:
    """One part of a score [評点の内訳]."""

    name: str
    points: int


@dataclass(frozen=True, slots=True)
class Score:
    """A score as a named input, with everything it was made of [評点]."""

    source: str
    model: str
    points: int
    factors: tuple[Factor, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a decision looks at [審査の事実].

    `spouse_lent` is the sum and the income of a spouse who has a contract of ours on both incomes
    (施行規則10条の23第3項); None where there is none.
    """

    asked: Asked
    applicant: Applicant
    papers: tuple[Paper, ...] = ()
    employment: Employment | None = None
    spouse_employment: Employment | None = None
    spouse_lent: Base | None = None
    own: tuple[OwnContract, ...] = ()
    bureau: BureauAnswer | None = None
    use: LineUse | None = None
    score: Score | None = None
    exclusion: Exclusion | None = None
    special: Special | None = None
    cut: Cut | None = None
    own_troubles: tuple[str, ...] = ()
    """What stands against the person in our own book: `late`, a stop, a claim given up."""
