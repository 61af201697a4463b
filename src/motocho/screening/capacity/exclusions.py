"""Loans left out of the third, each with its conditions and its proof [除外貸付け] · LEND-010.

A card loan for any purpose is none of them; the list is closed. A condition that nobody looked at
is unknown, and an unknown condition excludes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from motocho.screening.capacity.day import LawOfDay
from motocho.screening.capacity.findings import Finding, Known, Outcome, answer, worst

_NO_PAPER = "none"
_AND = "+"


class ExclusionKind(Enum):
    """The loans of 施行規則10条の21第1項 [除外の種類]."""

    REAL_ESTATE = "real_estate"
    """1号: to build, buy or better real estate."""
    BRIDGE_TO_REAL_ESTATE = "bridge_to_real_estate"
    """2号: until such a loan is made."""
    CAR = "car"
    """3号: to buy a car whose title the lender has."""
    HIGH_COST_CARE = "high_cost_care"
    """4号: 高額療養費."""
    SECURITIES = "securities"
    """5号: secured by securities, within their value."""
    SECURED_BY_REAL_ESTATE = "secured_by_real_estate"
    """6号: secured by real estate that nobody lives in or lives by."""
    SALE_OF_REAL_ESTATE = "sale_of_real_estate"
    """7号: repaid from real estate that is to be sold."""
    NOT_REGISTERED = "not_registered"
    """8号: what 1条の2の3第2号 to 5号 name."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A loan that is said to be left out, and what was found of it [除外貸付けの事実].

    Each finding is None where nobody looked. `papers` are those that are kept, by name.
    """

    kind: ExclusionKind
    source: str
    papers: tuple[str, ...] = ()
    is_for_that_purpose: bool | None = None
    has_title: bool | None = None
    """3号: the lender has the title, or the car was transferred as security."""
    value_yen: int | None = None
    is_home_or_livelihood: bool | None = None
    """6号: somebody's home, or what somebody lives by."""
    harms_living: bool | None = None
    """7号: whether the sale would make living hard."""
    is_within_capacity: bool | None = None


def check_exclusion(one: Exclusion, asked_yen: int, law: LawOfDay) -> Finding:
    """Whether a loan is left out of the third [除外貸付けの判定] · LEND-010.

    Law       貸金業法13条の2第2項; 施行規則10条の21第1項, 2項.
    """
    conditions = list(_conditions(one, asked_yen))
    missing = missing_papers(law.row("lending.exclusions").word(one.kind.value), one.papers)
    outcome = worst([answer(said) for _, said in conditions] + [answer(not missing)])
    known = (
        *(_known(name, said, one.source) for name, said in conditions),
        Known("missing_papers", _AND.join(missing), one.source),
    )
    code = {Outcome.PASS: "", Outcome.FAIL: "SCR-120", Outcome.UNKNOWN: "SCR-121"}[outcome]
    cited = "貸金業法13条の2第2項、貸金業法施行規則10条の21第1項、10条の21第2項"
    return Finding("LEND-010", outcome, cited, one.kind.value, code, known=known)


def missing_papers(wanted: str, held: Iterable[str]) -> tuple[str, ...]:
    """The papers of a row of law that are not kept [不足する書面].

    >>> missing_papers("a+b", ["b"]), missing_papers("none", [])
    (('a',), ())
    """
    if wanted == _NO_PAPER:
        return ()
    kept = set(held)
    return tuple(name for name in wanted.split(_AND) if name not in kept)


def _conditions(one: Exclusion, asked_yen: int) -> Iterator[tuple[str, bool | None]]:
    yield "is_for_that_purpose", one.is_for_that_purpose
    kind = one.kind
    if kind is ExclusionKind.CAR:
        yield "has_title", one.has_title
    if kind in _WITHIN_VALUE:
        yield "is_within_value", None if one.value_yen is None else asked_yen <= one.value_yen
    if kind is ExclusionKind.SECURED_BY_REAL_ESTATE:
        yield "is_not_home_or_livelihood", _not(one.is_home_or_livelihood)
    if kind is ExclusionKind.SALE_OF_REAL_ESTATE:
        yield "does_not_harm_living", _not(one.harms_living)
    if kind in {ExclusionKind.SECURED_BY_REAL_ESTATE, ExclusionKind.SALE_OF_REAL_ESTATE}:
        yield "is_within_capacity", one.is_within_capacity


_WITHIN_VALUE = {
    ExclusionKind.SECURITIES,
    ExclusionKind.SECURED_BY_REAL_ESTATE,
    ExclusionKind.SALE_OF_REAL_ESTATE,
}


def _not(said: object) -> bool | None:
    return None if said is None else not said


def _known(name: str, said: object, source: str) -> Known:
    return Known(name, answer(said).value, source)
