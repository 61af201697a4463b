"""What is due when a claim is made: after set-off, and after what was paid back already [残る請求].

The balances are the statement's own, up to the first day on which the lender paid back. Each part
payment goes to costs, then to interest, then to the overpayment (民法489条), or first to the
overpayment where both agreed so (民法490条); the kernel carries on what is left. A claim whose
overpayment was paid back leaves its interest alone: then that is what is sued for (民事訴訟法9条2項
leaves out only interest that is claimed beside its principal).

Two lines of 1,400,000 yen are weighed here, once, for papers and outlook alike. The court goes by
what one complaint asks for, after set-off. A certified scrivener's power goes by the amount of each
claim by itself (最判平成28年6月27日): not by the benefit a settlement brings (受益額説, refused
there, since it is known only when one is made), and not by the sum of all. So a set-off takes
nothing off: each contract's overpayment and each debt count before it. That the rest alone would be
an action in the summary court (司法書士法3条1項6号) does not help who must first set off, out of
court, a claim above the line (7号).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum
from typing import NamedTuple

from motocho.claims.history import Event, History
from motocho.claims.statement import Statement, recalculate
from motocho.kernel.conventions import EventKind, Series
from motocho.law import court
from motocho.law.rules import Refusal
from motocho.units.days import read_date
from motocho.units.errors import Fault, FaultyInput, Unread, clipped
from motocho.units.money import SignRule, court_yen_text, read_yen

ONE_DAY = timedelta(days=1)
FACTS = ("refunds", "refund_order", "refund_costs_yen")
"""The names under which a case keeps what was paid back."""
_BETWEEN = re.compile(r"[;；\n]+")
_PARTS = re.compile(r"[/／]")


class Order(Enum):
    """To what a part payment goes first [充当の順序]."""

    STATUTORY = "statutory"
    """Costs, interest, overpayment (民法489条)."""
    PRINCIPAL = "principal"
    """The overpayment first, as both agreed (民法490条)."""


class Refund(NamedTuple):
    """What the lender paid back on one day [返還金]."""

    on: date
    yen: int


@dataclass(frozen=True, slots=True)
class Refunds:
    """What was paid back so far, and how it goes [受け取った返還金].

    `costs_yen`: costs that the lender owes beside the claim, if any were fixed.
    """

    paid: tuple[Refund, ...] = ()
    order: Order = Order.STATUTORY
    costs_yen: int = 0


NOTHING_PAID = Refunds()


class Applied(NamedTuple):
    """One part payment, where it went, and what is left of each [充当]."""

    on: date
    yen: int
    costs_yen: int
    interest_yen: int
    overpayment_yen: int
    left_interest_yen: int
    left_overpayment_yen: int


@dataclass(frozen=True, slots=True)
class Due:
    """What both owe each other at the end [残る請求と残債務].

    `statement` ends on the day of the first part payment, if there was one; `before_…` is what was
    due on that day before it; `all_interest_yen` is every yen of interest, paid or not.
    """

    statement: Statement
    overpayment_yen: int
    interest_yen: int
    owed_principal_yen: int
    owed_interest_yen: int
    before_overpayment_yen: int
    before_interest_yen: int
    all_interest_yen: int
    applied: tuple[Applied, ...] = ()

    @property
    def total_yen(self) -> int:
        """Overpayment and interest that are left [請求額]."""
        return self.overpayment_yen + self.interest_yen

    @property
    def owed_yen(self) -> int:
        """What the borrower still owes [残債務]."""
        return self.owed_principal_yen + self.owed_interest_yen

    @property
    def is_interest_alone(self) -> bool:
        """Whether only interest is left of the claim [利息のみの請求]."""
        return self.overpayment_yen == 0 and self.interest_yen > 0

    @property
    def in_dispute_yen(self) -> int:
        """What one action asks for: the overpayment, or the interest where it is alone [訴額].

        Law       民事訴訟法8条1項, 9条2項.
        """
        return self.interest_yen if self.is_interest_alone else self.overpayment_yen

    @property
    def first_overpaid_on(self) -> date | None:
        """The first day of the contracts still overpaid; of none, that of all [最初の発生日]."""
        return first_overpaid_on(self.statement)

    @property
    def counted_on(self) -> date:
        """The day of the balances [計算日]."""
        if self.applied:
            return self.applied[-1].on
        return max(row.event.on for row in self.statement.rows)

    @property
    def charged_until(self) -> date:
        """The last day whose interest is in them [利息の計算の最終日]."""
        last_on = max(row.event.on for row in self.statement.rows)
        return self.counted_on - (last_on - self.statement.charged_until)


def due_of(statement: Statement, refunds: Refunds = NOTHING_PAID) -> Due:
    """What is due by a statement, after set-off and after what was paid back [残る請求].

    Raises    FaultyInput where money moved after the first part payment (PLD-009), or where more
              was paid back than was due (PLD-010).
    Law       民法489条, 490条, 505条, 512条の2.
    """
    paid = sorted(refunds.paid)
    statement = _ended_on(statement, paid[0].on) if paid else _to_one_day(statement)
    overpayment_yen, interest_yen, principal_yen, unpaid_yen = _balances(statement)
    due = Due(
        statement,
        overpayment_yen,
        interest_yen,
        principal_yen,
        unpaid_yen,
        before_overpayment_yen=overpayment_yen,
        before_interest_yen=interest_yen,
        all_interest_yen=int(statement.result.overpayment_interest_yen),
    )
    costs_yen = refunds.costs_yen
    for refund in paid:
        due = _grown_to(due, refund.on)
        due, costs_yen = _paid(due, refund, refunds.order, costs_yen)
    return due


def _ended_on(statement: Statement, on: date) -> Statement:
    """The statement up to a day; days of calculation after it are left out, dealings are not."""
    history = statement.history
    events = tuple(
        each for each in history.events if each.on <= on or each.kind is not EventKind.CLOSING
    )
    moved_on = max(each.on for each in events)
    if moved_on > on:
        details = {"last": moved_on.isoformat()}
        raise FaultyInput(
            Fault("PLD-009", column="refunds", excerpt=on.isoformat(), details=details)
        )
    return recalculate(replace(history, events=events), statement.assumptions, as_of=on)


def _to_one_day(statement: Statement) -> Statement:
    """Every contract with its interest up to the one day from which the papers ask for more.

    Why       a contract that ended earlier would lose its interest of the years between.
    """
    ends = {row.event.contract: row.event.on for row in statement.rows}
    if statement.assumptions.contracts is Series.JOINED or len(set(ends.values())) == 1:
        return statement
    return recalculate(statement.history, statement.assumptions, as_of=max(ends.values()))


def _balances(statement: Statement) -> tuple[int, int, int, int]:
    """Overpayment, its interest, principal and unpaid interest; after set-off where it is set off.

    Law       民法512条の2, 489条: set-off takes interest first, then principal.
    """
    result = statement.result
    claim = [int(result.overpayment_interest_yen), int(result.overpayment_yen)]
    owed = [int(result.unpaid_interest_yen), int(result.outstanding_principal_yen)]
    if statement.assumptions.contracts is Series.SEPARATE_SET_OFF:
        set_off_yen = int(statement.set_off_yen)
        claim, owed = _less(claim, set_off_yen), _less(owed, set_off_yen)
    return claim[1], claim[0], owed[1], owed[0]


def _less(parts: list[int], taken_yen: int) -> list[int]:
    left = []
    for part in parts:
        less = min(part, taken_yen)
        left.append(part - less)
        taken_yen -= less
    return left


def _grown_to(due: Due, on: date) -> Due:
    """What is left, with its interest up to a later day, by the kernel itself."""
    if on == due.counted_on or due.overpayment_yen == 0:
        return due
    first_on = first_overpaid_on(due.statement) or due.counted_on
    carried = Event(
        due.counted_on,
        EventKind.CARRY,
        due.overpayment_yen,
        carried_interest_yen=due.interest_yen,
        arose_on=first_on,
    )
    grown = recalculate(History((carried,)), due.statement.assumptions, as_of=on).result
    interest_yen = int(grown.overpayment_interest_yen)
    more_yen = interest_yen - due.interest_yen
    return replace(due, interest_yen=interest_yen, all_interest_yen=due.all_interest_yen + more_yen)


def first_overpaid_on(statement: Statement) -> date | None:
    """The first day of the contracts still overpaid; of none, that of all [最初の発生日]."""
    owing = [
        own.first_overpaid_on
        for _, own in statement.contract_results
        if own.overpayment_yen > 0 and own.first_overpaid_on is not None
    ]
    return min(owing, default=statement.result.first_overpaid_on)


def _paid(due: Due, refund: Refund, order: Order, costs_yen: int) -> tuple[Due, int]:
    """One part payment, in its order."""
    if refund.yen > due.total_yen + costs_yen:
        details = {"yen": court_yen_text(refund.yen), "due": court_yen_text(due.total_yen)}
        raise FaultyInput(
            Fault("PLD-010", column="refunds", excerpt=refund.on.isoformat(), details=details)
        )
    parts = [costs_yen, due.interest_yen, due.overpayment_yen]
    ranks = (0, 1, 2) if order is Order.STATUTORY else (2, 1, 0)
    left = _less([parts[rank] for rank in ranks], refund.yen)
    left_of = dict(zip(ranks, left, strict=True))
    applied = Applied(
        refund.on,
        refund.yen,
        parts[0] - left_of[0],
        parts[1] - left_of[1],
        parts[2] - left_of[2],
        left_of[1],
        left_of[2],
    )
    paid = replace(
        due,
        interest_yen=left_of[1],
        overpayment_yen=left_of[2],
        applied=(*due.applied, applied),
    )
    return paid, left_of[0]


# ------------------------------------------------------------------------------- as a case keeps it
def read_refunds(stated: Mapping[str, str], faults: list[Fault]) -> Refunds:
    """What was paid back, from a case's texts: `day/yen; day/yen` [返還金の読取り].

    Faults    of each text that cannot be read, with its name as the column.
    """
    paid = tuple(_read_each(stated.get("refunds", ""), faults))
    known = {each.value: each for each in Order}
    order = known.get(stated.get("refund_order", "").strip() or Order.STATUTORY.value)
    if order is None:
        details = {"known": ", ".join(known)}
        excerpt = clipped(stated.get("refund_order", ""))
        faults.append(Fault("PLD-012", column="refund_order", excerpt=excerpt, details=details))
    costs_yen = 0
    text = stated.get("refund_costs_yen", "").strip()
    if text:
        read = read_yen(clipped(text), sign=SignRule.NONE)
        if isinstance(read, Unread):
            faults.append(read.at(column="refund_costs_yen"))
        else:
            costs_yen = read
    return Refunds(paid, order or Order.STATUTORY, costs_yen)


def _read_each(text: str, faults: list[Fault]) -> Iterator[Refund]:
    for one in _BETWEEN.split(text):
        if not one.strip():
            continue
        day, _, yen = (part.strip() for part in _split(one))
        on, amount = read_date(day), read_yen(clipped(yen), sign=SignRule.NONE)
        if isinstance(on, Unread) or isinstance(amount, Unread) or amount == 0:
            faults.append(Fault("PLD-011", column="refunds", excerpt=clipped(one.strip())))
        else:
            yield Refund(on.on, amount)


def _split(text: str) -> tuple[str, str, str]:
    """The day and the yen: the last mark parts them, since a day may be written with marks too."""
    found = list(_PARTS.finditer(text))
    if not found:
        return text, "", ""
    at = found[-1].start()
    return text[:at], text[at], text[at + 1 :]


# ------------------------------------------------------------------------------ the 140万円 line
class Kind(Enum):
    """Whose a single claim is [債権の種類]."""

    OVERPAYMENT = "overpayment"
    DEBT = "debt"


@dataclass(frozen=True, slots=True)
class SingleClaim:
    """One claim by itself, without its interest: what a scrivener's power goes by [個別の債権]."""

    contract: str
    kind: Kind
    yen: int
    scrivener_may_act: bool


@dataclass(frozen=True, slots=True)
class Acting:
    """Who may act for whom, by the 140万円 line [代理の範囲].

    `largest_yen` is the greatest single claim that is asked for or set off.
    """

    claims: tuple[SingleClaim, ...]
    largest_yen: int
    refusal: Refusal | None
    """OVER-011, of an action by a scrivener."""

    @property
    def may_talk(self) -> bool:
        """Whether each claim and each debt is within the line [話合いの代理]."""
        return all(each.scrivener_may_act for each in self.claims)

    @property
    def may_sue(self) -> bool:
        """Whether what one action asks for is within it, too [訴訟の代理]."""
        return self.refusal is None


def acting(due: Due, on: date) -> Acting:
    """Whether a certified scrivener may talk and sue, by each claim before set-off [代理の範囲].

    Raises    LawGap before 2004-04-01.
    Law       司法書士法3条1項6号・7号; 最判平成28年6月27日; 民事訴訟法9条1項.
    """
    claims = tuple(
        SingleClaim(contract, kind, yen, court.scrivener_may_act(yen, on))
        for contract, kind, yen in _single(due)
        if yen
    )
    largest_yen = largest_claim_yen(due)
    refusal = court.check_scrivener(max(largest_yen, due.in_dispute_yen), on)
    return Acting(claims, largest_yen, refusal)


def largest_claim_yen(due: Due) -> int:
    """The greatest single claim that is asked for or set off [最大の債権]."""
    is_set_off = due.statement.assumptions.contracts is Series.SEPARATE_SET_OFF
    return max(
        (yen for _, kind, yen in _single(due) if kind is Kind.OVERPAYMENT or is_set_off), default=0
    )


def _single(due: Due) -> Iterator[tuple[str, Kind, int]]:
    """Each claim by contract, none lessened by set-off.

    Why       a part payment of several contracts is not shared out among them here: each claim
              stands at its own amount, at most at what is left of all.
    """
    statement = due.statement
    results: Sequence[tuple[str, int, int]] = [
        (contract, int(own.overpayment_yen), int(own.outstanding_principal_yen))
        for contract, own in statement.contract_results
    ]
    if statement.assumptions.contracts is Series.JOINED:
        whole = statement.result
        results = [("", int(whole.overpayment_yen), int(whole.outstanding_principal_yen))]
    for contract, overpaid_yen, owed_yen in results:
        left_yen = min(overpaid_yen, due.overpayment_yen) if due.applied else overpaid_yen
        yield contract, Kind.OVERPAYMENT, left_yen
        yield contract, Kind.DEBT, owed_yen
    if due.is_interest_alone:
        yield "", Kind.OVERPAYMENT, due.interest_yen
