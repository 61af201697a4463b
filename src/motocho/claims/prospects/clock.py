"""The prescription clock: which yen are lost when, and by whose argument [時効の時計].

Time runs from the end of the dealing (最判平成21年1月22日), so 一連 or 分断 moves it by years. The
lender argues earlier starts: a stop of lending, or knowledge under the new Code. Each argument is a
count of its own beside the others, with its articles and what is said against it; a demand, written
talks or an action puts each last day off. Nothing here decides a dispute.

>>> dealings = (Dealing("1", date(2018, 11, 23), (Tranche(date(2005, 1, 31), 120_000),), 150_000),)
>>> counts_of(dealings[0], Steps(), date(2026, 11, 23))[0].losses[0].days_left
731
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import Any, NamedTuple

from motocho.claims.prospects.affected import SOON_DAYS
from motocho.claims.prospects.sentences import Sentence
from motocho.claims.statement import Row, Statement
from motocho.kernel.conventions import EventKind, Series
from motocho.law.prescription import (
    RestitutionClaim,
    Talks,
    last_day_of,
    postponed_by_demands,
    postponed_by_talks,
    prescription_completes_on,
)
from motocho.law.tables import Unverified, table
from motocho.units.errors import Language

SCHEMA_VERSION = 1
MONTHS_OF_YEAR = 12


class Start(Enum):
    """From when time is argued to run [起算点]."""

    END_OF_DEALING = "end_of_dealing"
    STOP_OF_LENDING = "stop_of_lending"
    KNOWLEDGE = "knowledge"


class Side(Enum):
    """Whose argument it is [主張する側]."""

    CLAIMANT = "claimant"
    LENDER = "lender"


class State(Enum):
    """What became of the yen by the day [時効の状態]."""

    OPEN = "open"
    HELD = "held"
    LOST = "lost"


class Tranche(NamedTuple):
    """Yen overpaid on one day and still there at the end [過払金の発生]."""

    arose_on: date
    yen: int


@dataclass(frozen=True, slots=True)
class Dealing:
    """One dealing as prescription sees it [一つの取引]; `claim_yen` with its interest."""

    contract: str
    ended_on: date
    tranches: tuple[Tranche, ...]
    claim_yen: int

    @property
    def overpayment_yen(self) -> int:
        """The overpayment without interest [過払金]."""
        return sum(each.yen for each in self.tranches)


@dataclass(frozen=True, slots=True)
class Steps:
    """What happened that starts, holds or renews time [時効にかかわる事実].

    `known_on` when the borrower knew of the claim; `stopped_on` when the lender stopped lending;
    `demanded_on` the days demands arrived; `filed_on` the day of an action.
    """

    known_on: date | None = None
    stopped_on: date | None = None
    demanded_on: tuple[date, ...] = ()
    talks: tuple[Talks, ...] = ()
    filed_on: date | None = None
    part_paid_on: tuple[date, ...] = ()
    """Days on which the lender paid a part back."""
    is_going_on: bool = False
    """Whether the borrower still borrows or pays: then the end is not yet there."""

    def done_by(self, day: date) -> Steps:
        """Without what is only planned: nothing of a later day holds [既成の事実].

        Law       民法97条1項, 150条1項: a demand has effect from the day it arrives.
        """
        talks = (
            each
            if each.refused_on is None or each.refused_on <= day
            else replace(each, refused_on=None)
            for each in self.talks
            if each.agreed_on <= day
        )
        planned = self.filed_on is not None and self.filed_on > day
        return replace(
            self,
            demanded_on=tuple(on for on in self.demanded_on if on <= day),
            part_paid_on=tuple(on for on in self.part_paid_on if on <= day),
            talks=tuple(talks),
            filed_on=None if planned else self.filed_on,
        )

    def demands_after(self, day: date) -> tuple[date, ...]:
        """Days on which a demand is planned to arrive: nothing yet [予定の催告]."""
        return tuple(sorted({on for on in self.demanded_on if on > day}))


@dataclass(frozen=True, slots=True)
class Loss:
    """Yen that are lost together after one last day [時効にかかる金額].

    `completes_on` is the last day by itself, `last_on` after what holds it; `strict_on` the day to
    act by if the other side disputes a repeated demand.
    """

    from_on: date
    completes_on: date
    last_on: date
    strict_on: date
    yen: int
    state: State
    days_left: int

    def document(self) -> dict[str, Any]:
        """The loss in its public form [公開形式]."""
        return {
            "from_on": self.from_on.isoformat(),
            "completes_on": self.completes_on.isoformat(),
            "last_on": self.last_on.isoformat(),
            "strict_on": self.strict_on.isoformat(),
            "overpayment_yen": self.yen,
            "state": self.state.value,
            "days_left": self.days_left,
        }


@dataclass(frozen=True, slots=True)
class Count:
    """One argument about one dealing: from when, until when, which yen [一つの数え方]."""

    contract: str
    start: Start
    side: Side
    losses: tuple[Loss, ...]
    reasons: tuple[Sentence, ...]
    unverified: tuple[Unverified, ...] = ()

    @property
    def lost_yen(self) -> int:
        """The overpayment that is lost by this argument already [失われた過払金]."""
        return sum(each.yen for each in self.losses if each.state is State.LOST)

    @property
    def kept_yen(self) -> int:
        """The overpayment that is not [残る過払金]."""
        return sum(each.yen for each in self.losses if each.state is not State.LOST)

    @property
    def next_on(self) -> date | None:
        """The first last day that is still to come, and holds by nothing but time [次の時効]."""
        return min((each.last_on for each in self.losses if each.state is State.OPEN), default=None)

    def document(self) -> dict[str, Any]:
        """The count in its public form [公開形式]."""
        next_on = self.next_on
        return {
            "contract": self.contract,
            "start": self.start.value,
            "argued_by": self.side.value,
            "lost_yen": self.lost_yen,
            "kept_yen": self.kept_yen,
            "next_on": None if next_on is None else next_on.isoformat(),
            "losses": [each.document() for each in self.losses],
            "reasons": [each.document() for each in self.reasons],
            "unverified": [each.text(Language.JA) for each in self.unverified],
        }


@dataclass(frozen=True, slots=True)
class Clock:
    """Every count of every dealing of one scenario [時効の見込み]."""

    scenario: str
    as_of: date
    dealings: tuple[Dealing, ...]
    counts: tuple[Count, ...]

    @property
    def act_by_on(self) -> date | None:
        """The first day on which any yen may be lost by anybody's argument [急ぐべき日]."""
        return min((each.next_on for each in self.counts if each.next_on), default=None)

    def lost_yen(self, side: Side) -> int:
        """The overpayment lost already by one side's best argument of each dealing [失われる額]."""
        best = max if side is Side.LENDER else min
        by_contract: dict[str, list[int]] = {}
        for count in self.counts:
            if side is Side.LENDER or count.side is Side.CLAIMANT:
                by_contract.setdefault(count.contract, []).append(count.lost_yen)
        return sum(best(amounts) for amounts in by_contract.values())

    def document(self) -> dict[str, Any]:
        """The clock in its public form [公開形式]."""
        act_by_on = self.act_by_on
        return {
            "schema_version": SCHEMA_VERSION,
            "scenario": self.scenario,
            "as_of": self.as_of.isoformat(),
            "act_by_on": None if act_by_on is None else act_by_on.isoformat(),
            "lost_yen": {side.value: self.lost_yen(side) for side in Side},
            "dealings": [
                {
                    "contract": each.contract,
                    "ended_on": each.ended_on.isoformat(),
                    "overpayment_yen": each.overpayment_yen,
                    "claim_yen": each.claim_yen,
                }
                for each in self.dealings
            ],
            "counts": [each.document() for each in self.counts],
        }


def clock(statement: Statement, steps: Steps, as_of: date, *, scenario: str = "") -> Clock:
    """The clock of a recalculated history under its assumptions [時効の時計].

    Law       民法147条, 150条, 151条, 166条; 平成29年法律44号附則10条; 最判平成21年1月22日.
    """
    dealings = dealings_of(statement)
    counts = [count for dealing in dealings for count in counts_of(dealing, steps, as_of)]
    return Clock(scenario, as_of, dealings, tuple(counts))


def dealings_of(statement: Statement) -> tuple[Dealing, ...]:
    """The dealings of a statement that left an overpayment, and when each yen of it arose [取引].

    Why       a new advance is met from the oldest overpayment first, so the younger ones are left.
    """
    joined = statement.assumptions.contracts is Series.JOINED
    groups: dict[str, list[Row]] = {}
    for row in statement.rows:
        groups.setdefault("" if joined else row.event.contract, []).append(row)
    found = []
    for contract, rows in groups.items():
        tranches = _tranches(rows)
        moved = [row.event.on for row in rows if row.event.kind is not EventKind.CLOSING]
        if tranches and moved:
            last = rows[-1]
            claim_yen = int(last.overpayment_yen + last.overpayment_interest_yen)
            found.append(Dealing(contract, moved[-1], tranches, claim_yen))
    return tuple(found)


def _tranches(rows: Sequence[Row]) -> tuple[Tranche, ...]:
    """What each row added to the overpayment, less what later advances took, oldest first."""
    left: list[Tranche] = []
    before = 0
    for row in rows:
        now = int(row.overpayment_yen)
        if now > before:
            arose_on = row.event.arose_on or row.event.on
            left.append(Tranche(arose_on, now - before))
        taken = max(0, before - now)
        while taken:
            oldest = left.pop(0)
            if oldest.yen > taken:
                left.insert(0, Tranche(oldest.arose_on, oldest.yen - taken))
            taken -= min(taken, oldest.yen)
        before = now
    return tuple(left)


def counts_of(dealing: Dealing, steps: Steps, as_of: date) -> tuple[Count, ...]:
    """Every argument about one dealing, the claimant's first [数え方の一覧].

    Law       民法166条1項; 平成29年法律44号附則10条4項; 最判平成21年1月22日.
    Why       the old Code's ten years for a claim that first arose before 2020-04-01; for yen that
              arose later the lender may argue five years from knowledge, the claimant that an old
              contract is the 法律行為 of 附則10条.
    """
    planned = steps.demands_after(as_of)
    steps = steps.done_by(as_of)
    counts = [_from_end(dealing, steps, as_of)]
    young = _young(dealing)
    if young:
        counts.append(_from_knowledge(dealing, young, steps, as_of))
    if steps.stopped_on is not None and steps.stopped_on < dealing.ended_on:
        counts.append(_from_stop(dealing, steps.stopped_on, steps, as_of))
    return tuple(_with_plans(count, steps, planned) for count in counts)


def _with_plans(count: Count, steps: Steps, planned: Sequence[date]) -> Count:
    """The count with what is only planned, or may be disputed, said beside it; no day of it moves.

    Law       民法152条1項: whether a part payment acknowledges the rest goes by its circumstances.
    """
    found = []
    if steps.part_paid_on:
        found.append(Sentence("clock_part_paid", {"on": max(steps.part_paid_on).isoformat()}))
    open_losses = [each for each in count.losses if each.state is State.OPEN]
    for on in planned if open_losses else ():
        completes_on = min(open_losses, key=lambda each: each.completes_on).completes_on
        would = postponed_by_demands(completes_on, (*steps.demanded_on, on))
        details = {"on": on.isoformat(), "until": would.completes_on.isoformat()}
        helps = would.by_demand_on == on
        found.append(Sentence("clock_demand_planned" if helps else "clock_plan_in_vain", details))
    return replace(count, reasons=(*count.reasons, *found)) if found else count


def _young(dealing: Dealing) -> tuple[Tranche, ...]:
    """Yen that arose under the new Code."""
    from_on = table("prescription.from_knowledge").rows[0].from_on
    return tuple(each for each in dealing.tranches if each.arose_on >= from_on)


def _from_end(dealing: Dealing, steps: Steps, as_of: date) -> Count:
    """The claimant's count: ten years from the end, whenever the yen arose."""
    first_on = min(each.arose_on for each in dealing.tranches)
    completion = prescription_completes_on(RestitutionClaim(dealing.ended_on, first_on))
    reasons = [Sentence("clock_end", {"on": dealing.ended_on.isoformat()})]
    if steps.is_going_on:
        reasons.append(Sentence("clock_going_on"))
    if _young(dealing):
        reasons.append(Sentence("clock_old_contract"))
    loss = _loss(dealing.ended_on, completion.completes_on, dealing.overpayment_yen, (steps, as_of))
    reasons += _held_by(loss, steps)
    return Count(
        dealing.contract,
        Start.END_OF_DEALING,
        Side.CLAIMANT,
        (loss,),
        tuple(reasons),
        completion.unverified,
    )


def _from_knowledge(
    dealing: Dealing, young: tuple[Tranche, ...], steps: Steps, as_of: date
) -> Count:
    """The lender's count: five years from knowledge for the yen that arose under the new Code."""
    known_on = steps.known_on or dealing.ended_on
    old_yen = dealing.overpayment_yen - sum(each.yen for each in young)
    claim = RestitutionClaim(dealing.ended_on, young[0].arose_on, known_on)
    completion = prescription_completes_on(claim)
    start_on = max(known_on, dealing.ended_on)
    young_yen = sum(each.yen for each in young)
    losses = [_loss(start_on, completion.completes_on, young_yen, (steps, as_of))]
    if old_yen:
        old = prescription_completes_on(
            RestitutionClaim(dealing.ended_on, dealing.tranches[0].arose_on)
        )
        losses.append(_loss(dealing.ended_on, old.completes_on, old_yen, (steps, as_of)))
    key = "clock_knowledge" if steps.known_on else "clock_knowledge_assumed"
    reasons = [Sentence(key, {"on": known_on.isoformat()}), Sentence("clock_against_new_code")]
    reasons += _held_by(losses[0], steps)
    return Count(
        dealing.contract,
        Start.KNOWLEDGE,
        Side.LENDER,
        tuple(losses),
        tuple(reasons),
        completion.unverified,
    )


def _from_stop(dealing: Dealing, stopped_on: date, steps: Steps, as_of: date) -> Count:
    """The lender's count: from the stop of lending, and each later payment by itself."""
    by_start: dict[date, int] = {}
    years: dict[date, int] = {}
    for each in dealing.tranches:
        start_on = max(each.arose_on, stopped_on)
        by_start[start_on] = by_start.get(start_on, 0) + each.yen
        years[start_on] = table("prescription.from_possible").at(each.arose_on).number()
    losses = tuple(
        _loss(
            start_on, last_day_of(start_on, years[start_on] * MONTHS_OF_YEAR), yen, (steps, as_of)
        )
        for start_on, yen in sorted(by_start.items())
    )
    reasons = (
        Sentence("clock_stop", {"on": stopped_on.isoformat()}),
        Sentence("clock_against_stop"),
        *_held_by(losses[0], steps),
    )
    return Count(dealing.contract, Start.STOP_OF_LENDING, Side.LENDER, losses, reasons)


def _loss(from_on: date, completes_on: date, yen: int, acted: tuple[Steps, date]) -> Loss:
    """One last day, with what puts it off."""
    steps, as_of = acted
    by_demand = postponed_by_demands(completes_on, steps.demanded_on)
    by_talks = postponed_by_talks(completes_on, steps.talks)
    last_on = max(by_demand.completes_on, by_talks.completes_on)
    strict_on = max(by_demand.strict_on, by_talks.strict_on)
    held = steps.filed_on is not None and steps.filed_on <= min(last_on, as_of)
    state = State.HELD if held else State.OPEN if as_of <= last_on else State.LOST
    days_left = max(0, (last_on - as_of).days)
    return Loss(from_on, completes_on, last_on, strict_on, yen, state, days_left)


def _held_by(loss: Loss, steps: Steps) -> Iterable[Sentence]:
    """What put the last day off, what came too late to, and whether it is near."""
    found = []
    by_demand = postponed_by_demands(loss.completes_on, steps.demanded_on)
    if by_demand.by_demand_on is not None:
        details = {
            "demanded": by_demand.by_demand_on.isoformat(),
            "until": by_demand.completes_on.isoformat(),
            "strict": by_demand.strict_on.isoformat(),
        }
        repeated = by_demand.strict_on != by_demand.completes_on
        found.append(Sentence("clock_demands" if repeated else "clock_demand", details))
    found += [
        Sentence("clock_demand_in_vain", {"on": on.isoformat()}) for on in by_demand.without_effect
    ]
    by_talks = postponed_by_talks(loss.completes_on, steps.talks)
    if by_talks.completes_on != loss.completes_on:
        found.append(Sentence("clock_talks", {"until": by_talks.completes_on.isoformat()}))
    found += [
        Sentence("clock_talks_in_vain", {"on": on.isoformat()}) for on in by_talks.without_effect
    ]
    if steps.filed_on is not None:
        key = "clock_filed" if steps.filed_on <= loss.last_on else "clock_filed_late"
        found.append(Sentence(key, {"on": steps.filed_on.isoformat()}))
    if loss.state is State.LOST:
        found.append(Sentence("professional_lost"))
    elif loss.state is State.OPEN and loss.days_left < SOON_DAYS:
        found.append(Sentence("professional_soon", {"days": str(loss.days_left)}))
    return found
