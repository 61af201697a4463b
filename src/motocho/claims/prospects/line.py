r"""The 140万円 line: court and agent, watched while rows change [140万円の線].

The court goes by everything that one complaint asks for (民事訴訟法9条1項), a certified scrivener's
power by each single claim before set-off (最判平成28年6月27日); interest counts for neither unless
it is all that is left. The weighing itself is that of the papers.

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

from motocho.claims._due import NOTHING_PAID, Acting, Due, Refunds, SingleClaim, acting, due_of
from motocho.claims.prospects.sentences import Sentence
from motocho.claims.statement import Statement
from motocho.kernel.conventions import Series
from motocho.law.court import Court, competent_court
from motocho.law.tables import table
from motocho.units.money import yen_text

NEAR_YEN = 100_000
"""How near below the line a claim is said to be near it."""


@dataclass(frozen=True, slots=True)
class Line:
    """Where a claim stands to the line [140万円の線]; court None while nothing is overpaid.

    `passed_in_row` is the row from which the whole stays above the line.
    """

    on: date
    limit_yen: int
    amount_in_dispute_yen: int
    court: Court | None
    acting: Acting
    passed_in_row: int | None
    reasons: tuple[Sentence, ...]

    @property
    def claims(self) -> tuple[SingleClaim, ...]:
        """Each claim and each debt by itself, before set-off [個別の債権]."""
        return self.acting.claims

    @property
    def scrivener_may_act(self) -> bool:
        """Whether a certified scrivener may talk for every single claim [代理の可否]."""
        return self.acting.may_talk

    @property
    def scrivener_may_sue(self) -> bool:
        """Whether a certified scrivener may act in one action for all [訴訟代理の可否]."""
        return self.court is not None and self.acting.may_sue

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
            "scrivener_may_sue": self.scrivener_may_sue,
            "passed_in_row": self.passed_in_row,
            "claims": [
                {
                    "contract": each.contract,
                    "kind": each.kind.value,
                    "yen": each.yen,
                    "scrivener_may_act": each.scrivener_may_act,
                }
                for each in self.claims
            ],
            "reasons": [each.document() for each in self.reasons],
        }


def line(statement: Statement, on: date, refunds: Refunds = NOTHING_PAID) -> Line:
    """Court and agent of a claim on a day, and the row in which it passed the line [線の確認].

    Raises    LawGap before 2004-04-01; FaultyInput for what was paid back and does not fit.
    Law       裁判所法33条1項1号; 司法書士法3条1項6号・7号; 民事訴訟法9条.
    """
    limit_yen = table("court.scrivener_limit").at(on).number()
    due = due_of(statement, refunds)
    whole_yen = due.in_dispute_yen
    found = acting(due, on)
    court = competent_court(whole_yen, on) if whole_yen else None
    passed = (
        _passed_in(due.statement if due.applied else statement, limit_yen)
        if whole_yen > limit_yen
        else None
    )
    reasons = _reasons(due, found, court, limit_yen)
    return Line(on, limit_yen, whole_yen, court, found, passed, reasons)


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


def _reasons(due: Due, agent: Acting, court: Court | None, limit_yen: int) -> tuple[Sentence, ...]:
    details = {"limit": yen_text(limit_yen)}
    above = [] if agent.may_talk else [Sentence("professional_lawyer_only", details)]
    books_yen = _by_books_yen(due.statement)
    if not above and books_yen > limit_yen:
        above = [Sentence("professional_by_books", {**details, "yen": yen_text(books_yen)})]
    if court is None:
        return (Sentence("line_nothing"), *above)
    below_yen = limit_yen - due.in_dispute_yen
    found = [Sentence("line_summary" if court is Court.SUMMARY else "line_district", details)]
    if due.is_interest_alone:
        found.append(Sentence("line_interest_alone", {"yen": yen_text(due.interest_yen)}))
    if not agent.may_talk:
        if due.statement.assumptions.contracts is Series.SEPARATE_SET_OFF:
            found.append(Sentence("line_before_set_off"))
    elif court is Court.DISTRICT:
        found.append(Sentence("professional_lawyer_in_court", details))
    elif below_yen < NEAR_YEN:
        found.append(Sentence("line_near", {"left": yen_text(below_yen)}))
    return (*found, *above)


def _by_books_yen(statement: Statement) -> int:
    """The greatest debt of one contract by the lender's own last balances; 0 where none is printed.

    Why       the judgment goes by the creditor's claim, and some read that as the amount that the
              creditor says, before any recalculation: who may act is then not settled by ours.
    """
    last = {
        event.contract: event.lender_balance_yen
        for event in statement.history.events
        if event.lender_balance_yen is not None
    }
    return max(last.values(), default=0)
