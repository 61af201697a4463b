"""The facts of an application, gathered from what is stored [審査の資料の収集].

    looked = looking.look(cursor, application, staff.actor, at)
    decision = decide(looked.facts, looked.policy, day)

Nothing is asked of anybody here, and nothing concluded: register, bureau's answer, own contracts,
identity, papers, employment, the house's look-ups, each with its source.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from motocho.loans import products, queries
from motocho.loans.policy import Status, Stop
from motocho.loans.queries import conduct
from motocho.outside.clock import JAPAN
from motocho.people import members
from motocho.screening import gathering
from motocho.screening.applications import claims, evidence, scores
from motocho.screening.applications.evidence import Check
from motocho.screening.applications.forms import Application, agreement_of
from motocho.screening.bureau import answers, inquiries, memberships
from motocho.screening.bureau.inquiries import State
from motocho.screening.capacity import BureauAnswer, ContractKind, OwnContract
from motocho.screening.decision import (
    Applicant,
    Asked,
    Facts,
    LineUse,
    Policy,
    offering_of,
    policy_on,
)
from motocho.screening.identity import records


@dataclass(frozen=True, slots=True)
class Looked:
    """What a decision is made of, and how much of it people entered [審査の資料]."""

    facts: Facts
    policy: Policy
    evidence_count: int


def look(cursor: Any, application: Application, actor: str, at: datetime) -> Looked:
    """Everything that is known for an application on a day [審査の資料の収集].

    Takes     who looks: the bureau's answer is read for this survey, and the reading is kept.
    Law       貸金業法13条1項, 2項; 41条の38.
    """
    on = at.astimezone(JAPAN).date()
    key, wanted = application.key, application.wanted
    product = products.on_day(cursor, wanted.plan.product_id, on)
    asked = Asked(application.kind, wanted.limit_yen, _raised(application))
    # What was shown before counts where nothing was handed in anew: two papers about one income,
    # read by two people under two names, must not be added up.
    found = evidence.papers(cursor, key) or evidence.held_papers(cursor, key)
    said = claims.gathered(cursor, key)
    facts = Facts(
        asked,
        _applicant(cursor, application, on),
        papers=tuple(one.paper for one in found),
        employment=evidence.employment(cursor, key),
        own=own_contracts(cursor, key.member_id),
        bureau=_bureau(cursor, key.member_id, actor, at),
        use=_use(cursor, application, on),
        score=scores.newest(cursor, key),
        spouse_employment=said.spouse_employment,
        spouse_lent=said.spouse_lent,
        exclusion=said.exclusion,
        special=said.special,
        own_troubles=own_troubles(cursor, key.member_id, on),
    )
    return Looked(facts, policy_on(on, offering_of(product)), evidence.count(cursor, key))


def _raised(application: Application) -> str | None:
    return None if application.agreement_id is None else str(application.agreement_id)


def _applicant(cursor: Any, application: Application, on: date) -> Applicant:
    key = application.key
    found = evidence.checks(cursor, key)
    days = [one.checked_on for one in records.of_member(cursor, key.member_id)]
    return Applicant(
        # With how much was entered: facts that came back to what they were are others.
        f"application {key.application_id} entries {evidence.count(cursor, key)}",
        members.one(cursor, key.member_id).person.born_on,
        application.wanted.said.income_yen,
        max((one for one in days if one <= on), default=None),
        found.get(Check.BARRED_TIES),
        _suspicion(cursor, key.member_id, found.get(Check.SUSPICION)),
    )


def _suspicion(cursor: Any, member_id: int, looked_up: bool | None) -> bool | None:  # noqa: FBT001  # a fact, not a switch
    """What the house looked up; open again where a suspicion stands, so that a person looks.

    So does it where somebody may be a member of ours under another number: each of the two would
    get a third of the income (貸金業法13条の2).

    Why       the record of a decision is seen by more than may see a suspicion (犯収法8条4項): it
              says no more than where nobody looked.
    """
    cursor.execute("SELECT screening_stands_suspected(%s)", (member_id,))
    return None if cursor.fetchone()[0] and not looked_up else looked_up


def own_contracts(cursor: Any, member_id: int) -> tuple[OwnContract, ...]:
    """What a member has with us, each as the book counts it [自社の契約] · 貸金業法13条3項1号."""
    whole_yen = queries.own_yen(cursor, member_id)
    found = []
    for one in queries.agreements(cursor, member_id):
        number = one.key.agreement_id
        counted_yen = whole_yen - queries.own_yen(cursor, member_id, number)
        if one.status is Status.OPEN:
            shown_yen = counted_yen if counted_yen < one.limit_yen else None
            kind, limit_yen = ContractKind.REVOLVING, one.limit_yen
            found.append(OwnContract(str(number), kind, one.principal_yen, limit_yen, shown_yen))
        elif counted_yen:
            found.append(OwnContract(str(number), ContractKind.TERM, counted_yen))
    return tuple(found)


_ANSWERED = frozenset(
    {
        Stop.RESTING, Stop.CARD_LOST, Stop.BUREAU_CHECK_DUE, Stop.INCOME_EVIDENCE_DUE,
        Stop.OVER_ONE_THIRD, Stop.NO_BUREAU_CONSENT,
    }
)  # fmt: skip
"""Stops that this survey answers by itself, or that say nothing of the person."""
_GIVEN_UP = frozenset({Status.WRITTEN_OFF, Status.ASSIGNED})


def own_troubles(cursor: Any, member_id: int, on: date) -> tuple[str, ...]:
    """What stands against a member in our own book on a day [自社での状況]: a person looks at it.

    Law       貸金業法13条1項 (返済能力に関する事項); of stops, every one that is not named above.
    """
    found: set[str] = set()
    for one in queries.agreements(cursor, member_id):
        if one.status is Status.CLOSED:
            continue
        if one.status in _GIVEN_UP:
            found.add(one.status.value)
        used = conduct(cursor, one.key, on, 1)
        found |= {stop.value for stop in used.stops - _ANSWERED}
        if used.is_late:
            found.add("late")
    return tuple(sorted(found))


def _bureau(cursor: Any, member_id: int, actor: str, at: datetime) -> BureauAnswer | None:
    """The newest answer that counts, whatever survey it was asked for [信用情報の回答].

    None while a newer one is in doubt: what may be of this person is not passed over.
    """
    for asked in inquiries.of_member(cursor, member_id):
        if asked.state is State.DOUBTFUL:
            return None
        if asked.state is not State.ANSWERED:
            continue
        counted = answers.found_by(cursor, asked, actor, at)
        if counted is not None:
            of, found = counted
            code = memberships.one(cursor, asked.bureau_id).company_code
            return gathering.bureau_answer(
                f"{asked.bureau_id} {asked.key.ref} {of.answer_no}", of.answered_on, found, code
            )
    return None


def _use(cursor: Any, application: Application, on: date) -> LineUse | None:
    key = agreement_of(application)
    if key is None:
        return None
    found = conduct(cursor, key, on, _MONTHS)
    return LineUse("book", found.opened_on, found.is_late, found.last_late_on)


_MONTHS = 24
"""So far back a late payment is looked for: further than any policy asks."""
__all__ = ["Looked", "look", "own_contracts", "own_troubles"]
