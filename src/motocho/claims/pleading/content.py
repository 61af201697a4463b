"""One content object for all papers of a claim: each party, day and amount once [書類の内容].

Whatever is printed comes from here: the letter, the complaint, the workbook. The figures are the
statement's own; what is added is what a claim needs beside them: the rate from the day after, the
court and its fee, what set-off leaves, instalments of a debt that remains.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from motocho import __version__
from motocho.claims._due import Due, due_of
from motocho.claims.pleading.facts import Facts
from motocho.claims.pleading.instalments import Plan, plan, settlement_plan
from motocho.claims.statement import Statement
from motocho.kernel.conventions import (
    OverpaymentAppropriation,
    OverpaymentRateRule,
    Rounding,
)
from motocho.law import interest
from motocho.law.court import (
    Court,
    Filing,
    Petition,
    Route,
    competent_court,
    filing_fee_yen,
    filing_routes,
    flat_part_yen,
    total_fee_yen,
)
from motocho.units.errors import Fault, FaultyInput


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One piece of evidence as the list of exhibits names it [書証]."""

    number: int
    title: str
    form: str
    """原本 or 写し."""
    made_on: str
    author: str
    purpose: str
    file: str = ""
    """The file it is made of; empty where it is added by hand."""

    @property
    def mark(self) -> str:
        """The number as it is stamped [号証番号].

        >>> Exhibit(1, "取引履歴", "写し", "", "", "").mark
        '甲第1号証'
        """
        return f"甲第{self.number}号証"

    @property
    def file_name(self) -> str:
        """The name of its file, as the court's system takes it [ファイル名].

        >>> Exhibit(1, "取引履歴", "写し", "", "", "").file_name
        '甲001_取引履歴.pdf'
        """
        kept = "".join(sign for sign in self.title if sign not in _NO_FILE_SIGNS)
        stem = f"甲{self.number:03d}_{kept}"
        return stem[: MOST_FILE_NAME - len(".pdf")] + ".pdf"


_NO_FILE_SIGNS = frozenset('\\/:*?"<>|\r\n\t ')
MOST_FILE_NAME = 50
"""Characters of a file name that the court's system takes, ending included."""


@dataclass(frozen=True, slots=True)
class Fees:
    """What filing costs on a day by a route [申立手数料]."""

    on: date
    court: Court
    route: Route
    by_value_yen: int
    flat_yen: int
    total_yen: int


@dataclass(frozen=True, slots=True)
class Content:
    """Everything the papers of one claim say [書類の内容]."""

    statement: Statement
    facts: Facts
    title: str
    lender: str
    written_on: date
    due: Due
    """What is left after set-off and what was paid back; its statement is this one."""
    rate_ppm: int | None
    """The rate on the overpayment from the day after; None where no interest runs on."""
    exhibits: tuple[Exhibit, ...]
    fees: Fees | None
    plan: Plan | None
    settlement: Plan | None

    @property
    def overpayment_yen(self) -> int:
        """The overpayment that is left [過払金]."""
        return self.due.overpayment_yen

    @property
    def interest_yen(self) -> int:
        """Its interest that is left [過払金の利息]."""
        return self.due.interest_yen

    @property
    def total_yen(self) -> int:
        """Overpayment and its interest until the last day [請求額]."""
        return self.due.total_yen

    @property
    def in_dispute_yen(self) -> int:
        """The value of the action: interest counts only where it is claimed alone [訴額]."""
        return self.due.in_dispute_yen

    @property
    def owed_principal_yen(self) -> int:
        """The principal that the borrower still owes [残元金]."""
        return self.due.owed_principal_yen

    @property
    def owed_interest_yen(self) -> int:
        """The interest that the borrower still owes [未払利息]."""
        return self.due.owed_interest_yen

    @property
    def owed_yen(self) -> int:
        """What the borrower still owes [残債務]."""
        return self.due.owed_yen

    @property
    def has_claim(self) -> bool:
        """Whether there is anything to ask for, interest alone included [請求の有無]."""
        return self.total_yen > 0

    @property
    def first_on(self) -> date:
        """Day of the first dealing [取引開始日]."""
        return min(row.event.on for row in self.statement.rows)

    @property
    def last_on(self) -> date:
        """Day of the last dealing that moved money [最終取引日]."""
        moved = [row.event.on for row in self.statement.rows if row.event.amount_yen]
        return max(moved or [self.accrued_until])

    @property
    def accrued_until(self) -> date:
        """Day of the balances [計算日]."""
        return self.due.counted_on

    @property
    def interest_until(self) -> date:
        """The last day whose interest is counted [利息を計算した最終日].

        Why       it is not the day of calculation where the day of a payment bears none.
        """
        return self.due.charged_until

    @property
    def interest_from(self) -> date:
        """Day from which interest runs on: no day is lost or counted twice [利息の起算日]."""
        return self.interest_until + timedelta(days=1)

    @property
    def rates(self) -> tuple[tuple[date | None, int], ...]:
        """The rates that run on, each with its last day; the last one has none [利率の変遷]."""
        if self.rate_ppm is None:
            return ()
        rule = self.statement.assumptions.overpayment_rate_rule
        if rule is not OverpaymentRateRule.SPLIT_2020:
            return ((None, self.rate_ppm),)
        found: list[tuple[date | None, int]] = []
        for row in interest.statutory_interest_rows():
            if row.until_on is not None and row.until_on < self.interest_from:
                continue
            if found and found[-1][1] == row.ppm:
                found.pop()
            found.append((row.until_on, row.ppm))
        return (*found[:-1], (None, self.rate_ppm))

    @property
    def engine(self) -> str:
        """What calculated it [計算プログラム]."""
        return f"Motocho {__version__}"

    @property
    def input_sha256(self) -> str:
        """What it was calculated from [入力の指紋]."""
        return self.statement.history.input_sha256

    def amounts(self) -> Mapping[str, int]:
        """Every yen that a paper may say, by name [金額の一覧].

        Why       a paper that says another amount was not made from here: readers of the finished
                  files check against this.
        """
        named = {
            "overpayment": self.overpayment_yen,
            "interest": self.interest_yen,
            "total": self.total_yen,
            "owed_principal": self.owed_principal_yen,
            "owed_interest": self.owed_interest_yen,
            "owed": self.owed_yen,
        }
        if self.fees is not None:
            named |= {
                "fee_by_value": self.fees.by_value_yen,
                "fee_flat": self.fees.flat_yen,
                "fee": self.fees.total_yen,
            }
        for key in ("settlement_yen", "their_claim_yen"):
            number = self.facts.number(key)
            if number is not None:
                named[key.removesuffix("_yen")] = number
        their_yen = named.get("their_claim")
        if their_yen is not None:
            named["their_difference"] = abs(their_yen - self.owed_yen)
        for name, plan_of in (("instalment", self.plan), ("share", self.settlement)):
            for number, instalment in enumerate(plan_of.instalments if plan_of else (), 1):
                named[f"{name}_{number}"] = instalment.amount_yen
                named[f"{name}_{number}_left"] = instalment.left_yen
        return named | self._paid_back()

    def _paid_back(self) -> dict[str, int]:
        """The amounts of what was paid back; none where nothing was."""
        due = self.due
        if not due.applied:
            return {}
        named = {
            "before_overpayment": due.before_overpayment_yen,
            "before_interest": due.before_interest_yen,
            "before": due.before_overpayment_yen + due.before_interest_yen,
        }
        for number, one in enumerate(due.applied, 1):
            parts = one._asdict()
            del parts["on"]
            named |= {f"refund_{number}_{part}": yen for part, yen in parts.items()}
        return named


def content(
    statement: Statement,
    facts: Facts,
    written_on: date,
    *,
    exhibits: Sequence[Exhibit] = (),
) -> Content:
    """The content of the papers of one claim [書類の内容を作る].

    Takes     `written_on`: the day of the papers where no fact names one; `exhibits`: instead of
              those that follow from the facts.
    Raises    FaultyInput where fractions of a yen are kept, no row is there, or what was paid back
              does not fit; LawGap for a day of filing that no table covers.
    """
    if statement.assumptions.rounding is Rounding.EXACT:
        raise FaultyInput(Fault("PLD-004"))
    due = due_of(statement, facts.refunds)
    lender = facts.text("lender_name") or statement.history.lender
    return Content(
        statement=due.statement,
        facts=facts,
        title=statement.history.title,
        lender=lender,
        written_on=facts.day("letter_on") or written_on,
        due=due,
        rate_ppm=_rate_on(due.statement) if due.overpayment_yen else None,
        exhibits=tuple(exhibits) or usual_exhibits(facts, lender),
        fees=_fees(due.in_dispute_yen, facts, written_on),
        plan=plan(due.owed_yen, facts, written_on),
        settlement=settlement_plan(facts),
    )


def _rate_on(statement: Statement) -> int | None:
    """The rate that runs on; under rates that differ by when each yen arose there is not one."""
    assumptions, first_on = statement.assumptions, statement.result.first_overpaid_on
    if (
        first_on is None
        or assumptions.overpayment_appropriation is OverpaymentAppropriation.NO_INTEREST
    ):
        return None
    if assumptions.overpayment_rate_rule is OverpaymentRateRule.CONSTANT:
        return assumptions.overpayment_rate_ppm
    if assumptions.overpayment_rate_rule is OverpaymentRateRule.ORIGIN:
        return _rate_by_origin(statement, first_on)
    if assumptions.overpayment_rate_rule is OverpaymentRateRule.TRANCHE:
        raise FaultyInput(Fault("PLD-005"))
    return interest.statutory_interest_rows()[-1].ppm


def _rate_by_origin(statement: Statement, first_on: date) -> int:
    """The rate of the contracts that are still overpaid; of none, that of the first day of all."""
    owing = [
        own.first_overpaid_on
        for _, own in statement.contract_results
        if own.overpayment_yen > 0 and own.first_overpaid_on is not None
    ]
    rates = {interest.statutory_interest_ppm(on) for on in owing or [first_on]}
    if len(rates) > 1:
        raise FaultyInput(Fault("PLD-005"))
    return rates.pop()


def usual_exhibits(facts: Facts, lender: str) -> tuple[Exhibit, ...]:
    """The exhibits of a plain claim: history, demand, its delivery [書証の標準]."""
    rows = [
        (
            "取引履歴",
            facts.day("history_on"),
            lender,
            "原告と被告との間の取引の経過(別紙計算書の借入れ及び弁済の事実)",
        )
    ]
    sender = facts.text("agent_name") or facts.text("client_name")
    if facts.day("demand_on") is not None:
        rows.append(
            (
                "過払金返還請求書(内容証明郵便)",
                facts.day("demand_on"),
                sender,
                "原告が被告に対し過払金の返還を催告した事実",
            )
        )
    if facts.day("delivered_on") is not None:
        rows.append(
            (
                "郵便物等配達証明書",
                facts.day("delivered_on"),
                "日本郵便株式会社",
                "上記請求書が被告に到達した事実",
            )
        )
    rows += [(title, None, author, purpose) for title, author, purpose in _more(facts)]
    return tuple(
        Exhibit(number, title, "写し", "" if day is None else day.isoformat(), author, purpose)
        for number, (title, day, author, purpose) in enumerate(rows, 1)
    )


def _more(facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Exhibits as a person lists them: title/author/purpose; …"""
    for one in re.split("[;；]", facts.text("more_exhibits")):
        title, author, purpose = (
            [part.strip() for part in re.split("[/／]", one, maxsplit=2)] + ["", ""]
        )[:3]
        if title:
            yield title, author, purpose


def _fees(in_dispute_yen: int, facts: Facts, written_on: date) -> Fees | None:
    if in_dispute_yen <= 0:
        return None
    on = facts.day("filed_on") or written_on
    open_routes = filing_routes(on, facts.agent.filer)
    route = facts.route or open_routes[0]
    return Fees(
        on=on,
        court=competent_court(in_dispute_yen, on),
        route=route,
        by_value_yen=filing_fee_yen(in_dispute_yen, on),
        flat_yen=flat_part_yen(Petition.ACTION, route, on),
        total_yen=total_fee_yen(Filing(in_dispute_yen, on, route=route)),
    )
