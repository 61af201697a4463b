"""The outlook of a claim: everything that is asked before it is decided, in one document [見通し].

The clock of every scenario, the 140万円 line, offers beside the totals, credit records, side
effects, tax, costs and how long it takes. It gathers; each part reasons for itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from motocho import __version__
from motocho.claims._due import NOTHING_PAID, Due, Refunds, due_of
from motocho.claims.prospects.bureau import BureauEffect, GuaranteedLoan, Standings, bureau_effect
from motocho.claims.prospects.clock import Clock, Side, Steps, clock
from motocho.claims.prospects.costs import Costs, costs
from motocho.claims.prospects.fees import Agreed
from motocho.claims.prospects.line import Line, line
from motocho.claims.prospects.sentences import Sentence
from motocho.claims.prospects.settling import (
    Expenses,
    Offer,
    SettlementTable,
    published_document,
    settlement_table,
    totals_of,
)
from motocho.claims.statement import Statement
from motocho.law.lenders import Lender
from motocho.law.published import Published, Subject, published
from motocho.law.tables import Unverified, table, unverified_among
from motocho.units.errors import ensure
from motocho.units.money import yen_text

SCHEMA_VERSION = 1
NOTHING_DONE = Steps()


class Told(NamedTuple):
    """A scenario and its statement [シナリオと計算書]."""

    scenario: str
    statement: Statement


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the history does not say [事情].

    `lender_balance_yen` None: the last balance that the lender printed, if it printed any.
    `other_income_yen` is other income of the year that is not salary.
    """

    lender: Lender | None = None
    steps: Steps = NOTHING_DONE
    offers: tuple[Offer, ...] = ()
    lender_balance_yen: int | None = None
    shopping_yen: int = 0
    loans: tuple[GuaranteedLoan, ...] = ()
    other_income_yen: int = 0
    letter_sheets: int = 2
    agreed: Agreed | None = None
    """The fee agreed with an office, if one was."""
    refunds: Refunds = NOTHING_PAID
    """What the lender paid back already."""


@dataclass(frozen=True, slots=True)
class TaxNote:
    """What of the claim is income, and whether an employee files a return [税]."""

    interest_yen: int
    limit_yen: int
    return_needed: bool
    reasons: tuple[Sentence, ...]
    unverified: tuple[Unverified, ...]

    def document(self) -> dict[str, Any]:
        """The note in its public form [公開形式]."""
        return {
            "interest_yen": self.interest_yen,
            "limit_yen": self.limit_yen,
            "return_needed": self.return_needed,
            "reasons": [each.document() for each in self.reasons],
        }


@dataclass(frozen=True, slots=True)
class Outlook:
    """Everything about one claim on one day [見通し]; `costs` None while nothing is overpaid."""

    as_of: date
    lender: Lender | None
    clocks: tuple[Clock, ...]
    due: Due
    line: Line
    settling: SettlementTable
    bureau: BureauEffect
    tax: TaxNote
    costs: Costs | None
    durations: tuple[Published, ...]

    @property
    def act_by_on(self) -> date | None:
        """The first day on which yen may be lost by any argument of any scenario [急ぐべき日]."""
        return min((each.act_by_on for each in self.clocks if each.act_by_on), default=None)

    @property
    def professional(self) -> tuple[Sentence, ...]:
        """Every sentence that sends the person to a professional [相談を勧める所見]."""
        counted = [
            each
            for one in self.clocks
            for count in one.counts
            for each in count.reasons
            # That only the other side counts yen as lost is an argument, not yet a loss.
            if count.side is Side.CLAIMANT or each.key != "professional_lost"
        ]
        every = (*counted, *self.line.reasons, *self.bureau.reasons, *self.tax.reasons)
        traps = (trap for each in self.settling.rounds for trap in each.warnings)
        found = (each for each in (*every, *traps) if each.sends_to_a_professional)
        return tuple(dict.fromkeys(found))

    def document(self) -> dict[str, Any]:
        """The outlook in its public form [公開形式]."""
        act_by_on = self.act_by_on
        return {
            "schema_version": SCHEMA_VERSION,
            "engine_version": __version__,
            "as_of": self.as_of.isoformat(),
            "lender": None if self.lender is None else self.lender.lender_id,
            "act_by_on": None if act_by_on is None else act_by_on.isoformat(),
            "clocks": [each.document() for each in self.clocks],
            "paid_back": [
                {**each._asdict(), "on": each.on.isoformat()} for each in self.due.applied
            ],
            "line": self.line.document(),
            "settling": self.settling.document(),
            "bureau": self.bureau.document(),
            "tax": self.tax.document(),
            "costs": None if self.costs is None else self.costs.document(),
            "durations": [published_document(each) for each in self.durations],
            "professional": [each.document() for each in self.professional],
        }


def outlook(told: Sequence[Told], of: Circumstances, as_of: date) -> Outlook:
    """The outlook of a claim; the first scenario is the one that is claimed [見通し].

    Raises    LawGap where the day lies before the tables; InputError for a bad offer.
    """
    ensure(told, "no scenario")
    claimed = told[0].statement
    due = due_of(claimed, of.refunds)
    totals = totals_of(claimed, as_of, of.refunds)
    amount_yen = due.in_dispute_yen
    price = costs(amount_yen, as_of, letter_sheets=of.letter_sheets) if amount_yen else None
    lender_id = None if of.lender is None else of.lender.lender_id
    return Outlook(
        as_of=as_of,
        lender=of.lender,
        clocks=tuple(
            clock(each.statement, of.steps, as_of, scenario=each.scenario) for each in told
        ),
        due=due,
        line=line(claimed, as_of, of.refunds),
        settling=settlement_table(
            totals, of.offers, lender_id=lender_id, expenses=_expenses(price, of.agreed)
        ),
        bureau=bureau_effect(_standings(due, of), of.lender),
        tax=tax_note(due.all_interest_yen, of.other_income_yen, as_of),
        costs=price,
        durations=(
            *published(Subject.DURATION_MONTHS, lender_id=lender_id),
            *published(Subject.STAGE_DAYS, lender_id=lender_id),
        ),
    )


def _expenses(price: Costs | None, agreed: Agreed | None) -> Expenses:
    if price is None:
        return Expenses(agreed=agreed)
    letter_yen = price.letter.total_yen
    return Expenses(letter_yen, price.known_action_yen, agreed)


def _standings(due: Due, of: Circumstances) -> Standings:
    """What decides the record; what was paid back is no longer there to meet another debt."""
    statement = due.statement
    balance_yen = of.lender_balance_yen
    if balance_yen is None:
        balance_yen = _printed_yen(statement)
    return Standings(
        lender_balance_yen=balance_yen,
        owed_yen=int(statement.result.owed_yen),
        claim_yen=int(statement.result.claim_yen) - sum(each.yen for each in due.applied),
        shopping_yen=of.shopping_yen,
        loans=of.loans,
    )


def _printed_yen(statement: Statement) -> int | None:
    """The debt by the lender's books: the last balance of every contract; None if one lacks it.

    Why       an older balance, or that of one contract of two, would say of a debtor that all was
              paid off.
    """
    last = {
        event.contract: event.lender_balance_yen
        for event in statement.history.events
        if event.amount_yen
    }
    if not last or None in last.values():
        return None
    return sum(max(0, yen) for yen in last.values() if yen is not None)


def tax_note(interest_yen: int, other_income_yen: int, on: date) -> TaxNote:
    """What of the claim is income in the year it is paid [税の扱い].

    Days      on: a day of the year in which it is paid.
    Raises    LawGap before 2011-01-01.
    Law       所得税法35条1項, 121条1項1号.

    >>> [tax_note(yen, 50_000, date(2026, 11, 23)).return_needed for yen in (150_000, 150_001)]
    [False, True]
    """
    row = table("tax.no_return").at(on)
    limit_yen = row.number()
    needed = interest_yen + other_income_yen > limit_yen
    limit = {"limit": yen_text(limit_yen)}
    reasons = (
        Sentence("tax_principal"),
        Sentence("tax_interest", {"yen": yen_text(interest_yen)}),
        Sentence("tax_return_needed" if needed else "tax_no_return", limit),
        Sentence("professional_tax"),
    )
    return TaxNote(interest_yen, limit_yen, needed, reasons, unverified_among([row]))
