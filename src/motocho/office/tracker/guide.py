"""What a claimant who is led step by step is told in the end, and what stands in the way [ガイド].

    problem = next_problem(case, on)       the next place that the radar would look at, or None
    mended(case, problem)                  what mends it; `confirmed`: that it is right as it is
    found = result(standing)               amount, confidence, what could change it, three routes

Nothing ranks the routes and nothing advises: each has its costs beside it, at the caps of its
profession, and the days that decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum

from motocho.claims import prospects, radar
from motocho.claims.history import History
from motocho.claims.prospects import Acting, Costs, Due, Handling
from motocho.claims.radar import Action, Alarm, Sight, Weight
from motocho.law.court import Court
from motocho.law.published import Way
from motocho.office import cases
from motocho.office.cases import Case, Operation, SheetRow
from motocho.office.tracker import callsheet
from motocho.office.tracker.board import STILL_DEALING, Standing
from motocho.office.tracker.callsheet import Totals
from motocho.office.tracker.plan import Step, step
from motocho.office.tracker.tracks import Deadline
from motocho.units.errors import MotochoError

CONTRACTS = "guide_contracts"
OTHER_DEBTS = "guide_other_debts"
UNKNOWN = "unknown"
FEW_PROBLEMS = 3
THREE_WAYS = (Handling.ALONE, Handling.SCRIVENER, Handling.LAWYER)
"""Always in this order, which means nothing."""
NEAR_DAYS = 180
ASKED = frozenset({Weight.WRONG, Weight.LOOK})
"""What the guide asks row by row; questions of law have pages of their own, or stand at the end."""


# --------------------------------------------------------------------------------------- problems
@dataclass(frozen=True, slots=True)
class Problem:
    """A place that the radar found, with its row [確かめるところ]."""

    alarm: Alarm
    row: SheetRow | None

    @property
    def key(self) -> str:
        """What it is called once somebody said that it is right [確認の名前]; as at the bench."""
        return self.alarm.key

    @property
    def column(self) -> str:
        """The one cell that its mend changes; empty where it changes more than that [直す欄]."""
        mends = self.alarm.mends
        if self.row is None or len(mends) != 1 or mends[0].action is not Action.SET:
            return ""
        return next(iter(mends[0].cells)) if len(mends[0].cells) == 1 else ""

    @property
    def seen(self) -> str:
        """What stands in that cell now [いまの値]."""
        return str(getattr(self.row, self.column)) if self.column else ""

    @property
    def proposed(self) -> str:
        """What would stand there [直したあとの値]."""
        return self.alarm.mends[0].cells[self.column] if self.column else ""


def problems(case: Case, on: date) -> tuple[Problem, ...]:
    """What the radar finds wrong or would look at, but for what was said to be right [点検の一覧].

    Takes     the day of today.
    Gives     nothing without rows, and while the assumptions cannot be read: the page of
              conventions says why.
    """
    if all(row.is_blank for row in case.rows):
        return ()
    read = cases.readable(case)
    history = read.history or History(())
    try:
        agreed = cases.assumptions_of(case, read.history)
        sight = Sight(history, agreed, on, cases.lines_of(case), case.as_of)
        found = radar.survey(sight, unread=read.faults)
    except MotochoError:
        return ()
    return tuple(
        Problem(alarm, case.row_of(alarm.row))
        for alarm in found
        if alarm.weight in ASKED and alarm.key not in case.state.confirmed
    )


def next_problem(case: Case, on: date) -> Problem | None:
    """The first place to look at [次の確認]."""
    found = problems(case, on)
    return found[0] if found else None


def mended(case: Case, problem: Problem) -> list[Operation]:
    """The operations that carry its mend out [提案どおりに直す]."""
    return cases.mend_operations(case, problem.alarm.mends)


def confirmed(problem: Problem) -> list[Operation]:
    """The operations that say that it is right as it is [このままで確認]."""
    return [{"op": "confirm", "check": problem.key, "words": problem.alarm.fault.code}]


AHEAD = 3
WITH_ROWS = ("claim_sent", "claim_served", "settled")
WITHOUT_ROWS = ("disclosure_asked", "history_received", "calculated")


def ahead(standing: Standing) -> tuple[Step, ...]:
    """The next few steps for who claims alone [この先の段階]."""
    if standing.track.done:
        return standing.next_steps[:AHEAD]
    return tuple(step(one) for one in (WITH_ROWS if standing.case.rows else WITHOUT_ROWS))


# ----------------------------------------------------------------------------------------- result
class Confidence(Enum):
    """How much the amount can be relied on [確からしさ]."""

    HIGH = "high"
    MIDDLE = "middle"
    LOW = "low"


class Doubt(Enum):
    """What makes the amount less sure, or could change it [変わる理由]."""

    PROBLEMS = "problems"
    NO_BALANCES = "no_balances"
    ESTIMATED = "estimated"
    OPENING = "opening"
    SEPARATE = "separate"
    TIME = "time"
    STILL = "still"
    INTEREST = "interest"


class Threshold(Enum):
    """Where a person should see a professional [ここから先は専門家に]."""

    ABOVE_LINE = "above_line"
    SEPARATE = "separate"
    TIME = "time"
    DEBT_LEFT = "debt_left"
    OTHER_DEBTS = "other_debts"
    DISTRICT = "district"


@dataclass(frozen=True, slots=True)
class Route:
    """One way to go on, with what it costs [進め方]."""

    handling: Handling
    talks_yen: int
    """What others are paid where talks end it."""
    suit_yen: int | None
    """The same where it takes a suit; None while the total is not known."""
    is_open: bool
    """Whether this profession may act for a claim of this value."""
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What the guide found [ガイドの結果]."""

    totals: Totals | None
    first_overpaid_on: date | None
    confidence: Confidence
    doubts: tuple[Doubt, ...]
    problems: int
    routes: tuple[Route, ...]
    costs: Costs | None
    time_bar: Deadline | None
    thresholds: tuple[Threshold, ...]

    @property
    def is_overpaid(self) -> bool:
        """Whether anything can be claimed [過払いの有無]."""
        return self.totals is not None and self.totals.with_yen > 0


def result(standing: Standing) -> Found:
    """What a case comes to for who is led through it [ガイドの結果]."""
    case, on = standing.case, standing.on
    whole = callsheet.totals(case)
    looked = problems(case, on)
    wrong = [one for one in looked if one.alarm.weight is Weight.WRONG]
    bar = next((one for one in standing.days if one.key == "time-bar"), None)
    doubts = tuple(_doubts(standing, len(looked), bar))
    due = _due(case)
    in_dispute_yen = 0 if due is None else due.in_dispute_yen
    price = prospects.costs(in_dispute_yen, on) if in_dispute_yen else None
    agent = None if due is None else prospects.acting(due, on)
    return Found(
        whole,
        None if due is None else due.statement.result.first_overpaid_on,
        _confidence(doubts, len(wrong)),
        doubts,
        len(looked),
        tuple(_routes(price, whole, agent, on)),
        price,
        bar,
        tuple(_thresholds(standing, doubts, price, agent)),
    )


def _due(case: Case) -> Due | None:
    """What is left of the claim; None while it cannot be calculated."""
    try:
        return prospects.due_of(case.statement(), prospects.read_refunds(case.facts, []))
    except MotochoError:
        return None


def _doubts(standing: Standing, looked: int, bar: Deadline | None) -> Iterator[Doubt]:
    case = standing.case
    rows = [one for one in case.rows if not one.is_blank]
    if looked:
        yield Doubt.PROBLEMS
    if not any(one.balance.strip() for one in rows):
        yield Doubt.NO_BALANCES
    if any(one.source == "estimated" for one in rows):
        yield Doubt.ESTIMATED
    if rows and rows[0].repay.strip() and not rows[0].borrow.strip():
        yield Doubt.OPENING
    if case.facts.get(CONTRACTS, "no") not in {"no", ""}:
        yield Doubt.SEPARATE
    if bar is not None and (bar.safe_on - standing.on).days < NEAR_DAYS:
        yield Doubt.TIME
    if case.facts.get(STILL_DEALING) in {"yes", UNKNOWN}:
        yield Doubt.STILL
    yield Doubt.INTEREST


def _confidence(doubts: tuple[Doubt, ...], wrong: int) -> Confidence:
    grave = {Doubt.ESTIMATED, Doubt.OPENING, Doubt.NO_BALANCES} & set(doubts)
    if grave or wrong > FEW_PROBLEMS:
        return Confidence.LOW
    less = {Doubt.PROBLEMS, Doubt.SEPARATE} & set(doubts)
    return Confidence.MIDDLE if less else Confidence.HIGH


def _routes(
    price: Costs | None, whole: Totals | None, agent: Acting | None, on: date
) -> Iterator[Route]:
    """Alone, by a scrivener, by a lawyer: always in this order, with the caps and not a price."""
    if price is None or whole is None or agent is None:
        return
    letter_yen, action_yen = price.letter.total_yen, price.least_action_yen
    for handling in THREE_WAYS:
        talks = prospects.most_fee(handling, Way.TALKS, whole.with_yen, on)
        suit = prospects.most_fee(handling, Way.SUIT, whole.with_yen, on)
        yield Route(
            handling,
            talks.total_yen + letter_yen,
            None if action_yen is None else suit.total_yen + action_yen,
            handling is not Handling.SCRIVENER or agent.may_talk,
            not (talks.unverified or suit.unverified or price.unverified),
        )


def _thresholds(
    standing: Standing, doubts: tuple[Doubt, ...], price: Costs | None, agent: Acting | None
) -> Iterator[Threshold]:
    case = standing.case
    if agent is not None and not agent.may_talk:
        yield Threshold.ABOVE_LINE
    if price is not None and price.filing.court is Court.DISTRICT:
        yield Threshold.DISTRICT
    if Doubt.SEPARATE in doubts:
        yield Threshold.SEPARATE
    if Doubt.TIME in doubts:
        yield Threshold.TIME
    whole = callsheet.totals(case)
    if whole is not None and whole.owed_yen > 0:
        yield Threshold.DEBT_LEFT
    if case.facts.get(OTHER_DEBTS, "no") not in {"no", ""}:
        yield Threshold.OTHER_DEBTS
