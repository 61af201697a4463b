"""A decision: rules first, then an amount, then who must agree [審査の決定].

A score is one named input. It can send an application to a person and lower what is offered until
that person has looked; it refuses nobody, it lets nobody through, and it raises nothing.

The verdict follows from the findings alone: one refusal refuses, else one open answer waits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from functools import cache, partial

from motocho.screening.capacity import Finding, Known, LawOfDay, Outcome, Third, law_of, third_of
from motocho.screening.decision.facts import AskedKind, Facts
from motocho.screening.decision.policy import Policy
from motocho.screening.decision.rules import (
    FOR_A_PERSON,
    HOUSE,
    UNTOLD,
    Ground,
    ground_of,
    income_of,
    limit_now_yen,
    need_at,
    offered_rate_ppm,
    rules_at,
    used_at,
)
from motocho.units.errors import Fault, Language

_GENERAL, _WAITING = "SCR-140", "SCR-141"
_SUSPICION = "KYC-007"


class Verdict(Enum):
    """What comes of an application [審査の結果]."""

    OFFER = "offer"
    """Nothing stands against it; whoever approves may agree to the offer."""
    NEEDS = "needs"
    """Something is not known yet."""
    REFER = "refer"
    """The rules pass; a person looks before an offer is made."""
    REFUSE = "refuse"


_GOES_ON = frozenset({Verdict.OFFER, Verdict.REFER})
"""The verdicts that come with an offer."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be agreed [提示]; `rate_ppm` None where a limit is put back as it was."""

    limit_yen: int
    rate_ppm: int | None
    persons: int
    """How many must approve it: two from the policy's amount on, or where a suspicion is open."""


@dataclass(frozen=True, slots=True)
class Ceilings:
    """The highest limits that would pass the third [上限額]; None where it cannot be said.

    `without_evidence_yen` is the highest that needs no paper.
    """

    with_income_yen: int | None
    without_evidence_yen: int | None


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision with everything it rests on [審査の決定].

    `findings` are the rules at what is offered, or at what was asked where nothing is; `papers` is
    what was found of every paper: one that may not be used decides nothing by itself.
    """

    facts: Facts
    policy: Policy
    on: date
    law: LawOfDay
    verdict: Verdict
    offer: Offer | None
    ceilings: Ceilings
    income: Known
    findings: tuple[Finding, ...]
    papers: tuple[Finding, ...]

    @property
    def open_findings(self) -> tuple[Finding, ...]:
        """The rules that do not pass [適合しない規則]."""
        return tuple(one for one in self.findings if not one.passes)

    @property
    def needs(self) -> tuple[Finding, ...]:
        """What is not known yet, and with it what to ask for [不足しているもの]."""
        return tuple(one for one in self.findings if one.outcome is Outcome.UNKNOWN)

    def told(self, language: Language) -> tuple[tuple[str, str], ...]:
        """What the applicant is told, each with what may be done [申込者への説明].

        Where a rule that is never told decides alone, one general sentence stands for it; where
        others stand too, it is not hinted at.
        """
        if self.verdict is Verdict.OFFER:
            return ()
        decisive = Outcome.FAIL if self.verdict is Verdict.REFUSE else Outcome.UNKNOWN
        said = [
            (one.what(language), one.fix(language))
            for one in self.findings
            if one.outcome is decisive and one.rule_id not in UNTOLD and one.rule_id != "LEND-001"
            and not _is_claim(one)
        ]  # fmt: skip
        if not said:
            code = _GENERAL if self.verdict is Verdict.REFUSE else _WAITING
            said = [(Fault(code).what(language), Fault(code).fix(language))]
        return tuple(dict.fromkeys(said))


def decide(facts: Facts, policy: Policy, on: date, law: LawOfDay | None = None) -> Decision:
    """Decide on an application [審査の決定].

    Takes     the law of another day only to compare; else it is that of the day of the decision.
    Gives     the verdict, what may be offered, every rule with its answer.
    Raises    LawGap for a day on which the third was not law.
    Law       貸金業法13条, 13条の2; 施行規則10条の16 to 10条の23.
    """
    ground = ground_of(facts, policy, on, law or law_of(on))
    ceilings = _ceilings(ground)
    tried = cache(partial(rules_at, ground))
    limit_yen = _capped(ground, tried, _lowered(ground, tried, ceilings))
    findings = tried(limit_yen)
    score = _score(ground)
    verdict = _verdict(findings, score)
    offered = _offer(ground, limit_yen, findings) if verdict in _GOES_ON else None
    return Decision(
        facts,
        policy,
        on,
        ground.law,
        verdict,
        offered,
        ceilings,
        income_of(ground, limit_yen),
        findings if score is None else (*findings, score),
        (*ground.income.findings, *ground.spouse.findings),
    )


def _ceilings(ground: Ground) -> Ceilings:
    house, largest_yen = ground.policy.house, ground.policy.offering.largest_limit_yen
    step_yen = house.limit_step_yen
    without_yen = need_at(ground, 0).most_without_yen
    if without_yen is not None:
        without_yen = min(largest_yen, without_yen) // step_yen * step_yen
    third = third_at(ground, ground.facts.asked.limit_yen)
    highest_yen = None if third is None else third.highest_yen(step_yen, largest_yen)
    return Ceilings(highest_yen, without_yen)


def third_at(ground: Ground, limit_yen: int) -> Third | None:
    """The third an amount is measured by; None without an income or a bureau [総量規制の枠]."""
    income = income_of(ground, limit_yen).value
    if not isinstance(income, int):
        return None
    return third_of(income, ground.lent, ground.law, used_at(ground))


Tried = Callable[[int], tuple[Finding, ...]]
"""The rules at an amount, each amount judged once."""


def _lowered(ground: Ground, tried: Tried, ceilings: Ceilings) -> int:
    """What is asked, or the highest that passes the third where that stands against it."""
    asked_yen = ground.facts.asked.limit_yen
    if ground.facts.asked.kind is AskedKind.RESTORE or ceilings.with_income_yen is None:
        return asked_yen
    failed = {one.rule_id for one in tried(asked_yen) if one.outcome is Outcome.FAIL}
    if "LEND-009" not in failed:
        return asked_yen
    least_yen = max(ground.policy.house.least_limit_yen, limit_now_yen(ground) + 1)
    highest_yen = min(asked_yen, ceilings.with_income_yen)
    return highest_yen if highest_yen >= least_yen else asked_yen


def _capped(ground: Ground, tried: Tried, limit_yen: int) -> int:
    """What a low score lowers an offer to, where both amounts stand without it.

    A lower amount may need less: it must not let through what the rules hold up.
    """
    house, score = ground.policy.house, ground.facts.score
    lower_yen = min(limit_yen, house.capped_limit_yen)
    is_low = score is not None and score.points < house.cap_below_score
    if not is_low or ground.facts.asked.kind is AskedKind.RESTORE:
        return limit_yen
    stands = all(_verdict(tried(yen), None) in _GOES_ON for yen in (limit_yen, lower_yen))
    return lower_yen if stands else limit_yen


def _score(ground: Ground) -> Finding | None:
    """The score as a finding that no verdict of refusal or of passing follows from."""
    score = ground.facts.score
    if score is None:
        return None
    is_low = score.points < ground.policy.house.refer_below_score
    known = (
        Known("points", score.points, score.source),
        Known("model", score.model, score.source),
        *(Known(f"factor.{one.name}", one.points, score.model) for one in score.factors),
    )
    outcome = Outcome.UNKNOWN if is_low else Outcome.PASS
    code = _WAITING if is_low else ""
    return Finding(f"{HOUSE}.score", outcome, code=code, known=known)


def _is_claim(one: Finding) -> bool:
    """Whether a finding is about what was claimed; the third says what came of it."""
    return one.rule_id in {"LEND-010", "LEND-011"}


def _verdict(findings: tuple[Finding, ...], score: Finding | None) -> Verdict:
    rules = [one for one in findings if not _is_claim(one)]
    if any(one.outcome is Outcome.FAIL for one in rules):
        return Verdict.REFUSE
    waiting = [one for one in rules if one.outcome is Outcome.UNKNOWN]
    if any(one.rule_id not in FOR_A_PERSON for one in waiting):
        return Verdict.NEEDS
    is_low = score is not None and not score.passes
    return Verdict.REFER if waiting or is_low else Verdict.OFFER


def _offer(ground: Ground, limit_yen: int, findings: tuple[Finding, ...]) -> Offer:
    persons = _persons(ground, limit_yen, findings)
    is_put_back = ground.facts.asked.kind is AskedKind.RESTORE
    rate_ppm = None if is_put_back else offered_rate_ppm(ground, limit_yen)
    return Offer(limit_yen, rate_ppm, persons)


def _persons(ground: Ground, limit_yen: int, findings: tuple[Finding, ...]) -> int:
    """How many approve: an open suspicion asks for as many whatever the amount (KYC-007).

    Nobody looked and somebody suspects are the same here, as everywhere in a record.
    """
    house = ground.policy.house
    by_amount = 2 if limit_yen >= house.two_persons_from_yen else 1
    is_open = any(one.rule_id == _SUSPICION and not one.passes for one in findings)
    return max(by_amount, house.suspected_persons or 1) if is_open else by_amount


def asked_for(facts: Facts, limit_yen: int) -> Facts:
    """The same facts with another amount asked for [金額を変えた事実]."""
    return replace(facts, asked=replace(facts.asked, limit_yen=limit_yen))
