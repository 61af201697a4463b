r"""The 140万円 line: court and agent, watched while rows change [140万円の線].

The court goes by everything that one complaint asks for (民事訴訟法9条1項), a certified scrivener's
power by each single claim (最判平成28年6月27日); accrued interest counts for neither.

>>> from motocho.claims import reading
>>> from motocho.claims.assumptions import Assumptions
>>> from motocho.claims.statement import recalculate
>>> paper = b"date,borrow,repay\n2001-01-10,100000,\n2001-02-10,,1600000\n"
>>> found = line(recalculate(reading.read(paper), Assumptions()), date(2026, 11, 23))
>>> found.court, found.scrivener_may_act, found.passed_in_row
(<Court.DISTRICT: 'district'>, False, 2)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from motocho.claims.prospects.sentences import Sentence
from motocho.claims.statement import Statement
from motocho.kernel.conventions import Series
from motocho.law.court import Court, competent_court, scrivener_may_act
from motocho.law.tables import table
from motocho.units.money import yen_text

NEAR_YEN = 100_000
"""How near below the line a claim is said to be near it."""


@dataclass(frozen=True, slots=True)
class SingleClaim:
    """The overpayment of one dealing: what a scrivener's power goes by [個別の債権]."""

    contract: str
    yen: int
    scrivener_may_act: bool


@dataclass(frozen=True, slots=True)
class Line:
    """Where a claim stands to the line [140万円の線]; court None while nothing is overpaid.

    `passed_in_row` is the row from which the whole stays above the line.
    """

    on: date
    limit_yen: int
    amount_in_dispute_yen: int
    court: Court | None
    claims: tuple[SingleClaim, ...]
    passed_in_row: int | None
    reasons: tuple[Sentence, ...]

    @property
    def scrivener_may_act(self) -> bool:
        """Whether a certified scrivener may talk for every single claim [代理の可否]."""
        return all(each.scrivener_may_act for each in self.claims)

    @property
    def below_yen(self) -> int:
        """How far the whole is below the line; negative above it [線までの額]."""
        return self.limit_yen - self.amount_in_dispute_yen

    def document(self) -> dict[str, Any]:
        """The line in its public form [公開形式]."""
        return {
            "on": self.on.isoformat(),
            "limit_yen": self.limit_yen,
            "amount_in_dispute_yen": self.amount_in_dispute_yen,
            "below_yen": self.below_yen,
            "court": None if self.court is None else self.court.value,
            "scrivener_may_act": self.scrivener_may_act,
            "passed_in_row": self.passed_in_row,
            "claims": [
                {
                    "contract": each.contract,
                    "overpayment_yen": each.yen,
                    "scrivener_may_act": each.scrivener_may_act,
                }
                for each in self.claims
            ],
            "reasons": [each.document() for each in self.reasons],
        }


def line(statement: Statement, on: date) -> Line:
    """Court and agent of a claim on a day, and the row in which it passed the line [線の確認].

    Raises    LawGap before 2004-04-01.
    Law       裁判所法33条1項1号; 司法書士法3条1項6号・7号; 民事訴訟法9条.
    """
    limit_yen = table("court.scrivener_limit").at(on).number()
    whole_yen = statement.amount_in_dispute_yen
    claims = tuple(
        SingleClaim(contract, yen, scrivener_may_act(yen, on))
        for contract, yen in single_claims(statement)
        if yen
    )
    court = competent_court(whole_yen, on) if whole_yen else None
    passed = _passed_in(statement, limit_yen) if whole_yen > limit_yen else None
    reasons = _reasons(claims, court, limit_yen - whole_yen, limit_yen)
    return Line(on, limit_yen, whole_yen, court, claims, passed, reasons)


def single_claims(statement: Statement) -> list[tuple[str, int]]:
    """Each claim without its interest: one of a joined dealing, else by contract [個別の債権]."""
    if statement.assumptions.contracts is Series.JOINED:
        return [("", int(statement.result.overpayment_yen))]
    return [(contract, int(own.overpayment_yen)) for contract, own in statement.contract_results]


def _passed_in(statement: Statement, limit_yen: int) -> int | None:
    """The first of the rows that end the statement above the line."""
    joined = statement.assumptions.contracts is Series.JOINED
    owed: dict[str, int] = {}
    passed: int | None = None
    for row in statement.rows:
        owed["" if joined else row.event.contract] = int(row.overpayment_yen)
        above = sum(owed.values()) > limit_yen
        passed = (passed or row.row) if above else None
    return passed


def _reasons(
    claims: tuple[SingleClaim, ...], court: Court | None, below_yen: int, limit_yen: int
) -> tuple[Sentence, ...]:
    details = {"limit": yen_text(limit_yen)}
    if court is None:
        return (Sentence("line_nothing"),)
    found = [Sentence("line_summary" if court is Court.SUMMARY else "line_district", details)]
    if not all(each.scrivener_may_act for each in claims):
        found.append(Sentence("professional_lawyer_only", details))
    elif court is Court.DISTRICT:
        found.append(Sentence("professional_lawyer_in_court", details))
    elif below_yen < NEAR_YEN:
        found.append(Sentence("line_near", {"left": yen_text(below_yen)}))
    return tuple(found)
