"""The judge of the applications: by the finished record and plain arithmetic alone [申込みの照合].

It asks no rule of the rooms below, but for the replay of each decision. It holds against the record
what the law asks of a contract (貸金業法13条, 13条の2, 16条の2, 41条の36; 犯収法4条), who may
approve, that nothing was done twice, and that honest people within the law got what they asked for.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import orjson

from motocho.outside.clock import JAPAN
from motocho.screening.decision import replay
from motocho.simulation.applicants.crowd import Lived
from motocho.simulation.applicants.people import FIRST_NUMBER, FRAUDS, STEP_YEN, Applicant, Sort

_OWN_ABOVE_YEN, _TOTAL_ABOVE_YEN, _PARTS = 500_000, 1_000_000, 3
_TWO_FROM_YEN, _ANSWER_DAYS = 1_000_000, 31
_ADULT, _PROVES, _OLDEST = 18, 20, 72
_CORRECTED_YEN = 1_000
"""What a second version of an answer adds to each claim."""


@dataclass(slots=True)
class Judged:
    """What was looked at, and everything that is wrong [照合の結果]."""

    counted: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


class _Contract(NamedTuple):
    """A contract with everything that the record has of it."""

    member_number: str
    limit_yen: int
    opened_on: date
    concluded_at: datetime | None
    digest: str
    document: str
    outcome: str
    basis_ref: str
    surveyed_yen: int
    others_yen: int
    annual_yen: int
    evidence_on: date | None
    has_paper: bool
    fit_approvals: int
    unfit_approvals: int
    accepted_at: datetime | None
    shown_at: datetime | None
    scopes: int
    identified_on: date | None
    is_newest: bool
    born_on: date


@cache
def _contracts() -> str:
    place = files("motocho.simulation.applicants") / "contracts.sql"
    return place.read_text(encoding="utf-8")


def judge(cursor: Any, lived: Lived) -> Judged:
    """Everything that is wrong with what a crowd left behind [申込みの照合]."""
    judged = Judged()
    contracts = _read(cursor)
    for one in contracts:
        judged.faults += [f"{one.member_number}: {wrong}" for wrong in _against(one)]
    judged.counted["contracts"] = len(contracts)
    judged.faults += _fates(lived, contracts, judged.counted)
    judged.faults += _twice(cursor, lived)
    judged.faults += _decisions(cursor, lived, judged.counted)
    return judged


def _read(cursor: Any) -> list[_Contract]:
    cursor.execute(_contracts())
    return [_Contract(*row) for row in cursor.fetchall()]


# ---------------------------------------------------------------------------------- each contract
def _against(one: _Contract) -> Iterator[str]:
    """What is wrong with a contract."""
    if one.concluded_at is None:
        yield "no application"
        return
    at, on = one.concluded_at, one.concluded_at.astimezone(JAPAN).date()
    held = orjson.loads(one.document)
    facts = held["facts"]
    answered = date.fromisoformat(facts["bureau"]["answered_on"])
    total_yen = one.limit_yen + one.others_yen
    needs_paper = one.limit_yen > _OWN_ABOVE_YEN or total_yen > _TOTAL_ABOVE_YEN
    age = _age(one.born_on, on)
    wrong = {
        "ended otherwise": one.outcome != "contracted",
        "another survey": one.basis_ref != one.digest or one.surveyed_yen != one.limit_yen,
        "another limit": held["offer"]["limit_yen"] != one.limit_yen,
        "above a third": _PARTS * total_yen > one.annual_yen,
        "no evidence": needs_paper and one.evidence_on is None,
        "too few approvals": one.fit_approvals < (2 if one.limit_yen >= _TWO_FROM_YEN else 1),
        "an unfit approval": one.unfit_approvals > 0,
        "not agreed to": one.accepted_at is None or one.accepted_at > at,
        "not shown before": one.shown_at is None or one.shown_at > at,
        "a consent is missing": one.scopes != len(("", "report", "members", "other_bureaus")),
        "not identified": one.identified_on is None or one.identified_on > on,
        "identity not weighed": "identity_confirmed_on" not in facts["applicant"],
        "an old answer": not timedelta(0) <= on - answered <= timedelta(days=_ANSWER_DAYS),
        "barred": facts["applicant"].get("has_barred_ties") is not False,
        "not the newest decision": not one.is_newest,
        "too young or old": not _ADULT <= age <= _OLDEST,
        "young without a paper": age < _PROVES and not one.has_paper,
        "opened on another day": one.opened_on != on,
    }
    yield from (name for name, is_so in wrong.items() if is_so)


def _age(born_on: date, on: date) -> int:
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


# ----------------------------------------------------------------------------------- each person
def _fates(lived: Lived, contracts: Sequence[_Contract], counted: Counter[str]) -> Iterator[str]:
    """Whether each kind of applicant came to what is theirs."""
    limits: defaultdict[int, list[int]] = defaultdict(list)
    shown: defaultdict[int, list[int | None]] = defaultdict(list)
    for contract in contracts:
        number = int(contract.member_number) - FIRST_NUMBER
        limits[number].append(contract.limit_yen)
        shown[number].append(contract.annual_yen if contract.evidence_on else None)
    barred = _barred(lived, frozenset(number for number, has in limits.items() if has))
    for one in lived.everyone:
        has = limits[one.number]
        counted[f"{one.sort.value} {'contracted' if has else 'without'}"] += 1
        if len(has) > 1:
            yield f"{one.member_number}: {len(has)} contracts"
        if one.number in barred and has:
            yield f"{one.member_number}: {one.sort.value} has a contract"
        if any(yen not in {None, one.income_yen} for yen in shown[one.number]):
            yield f"{one.member_number}: its papers show {one.income_yen} a year"
        if one.sort is Sort.HONEST and not _is_due(one, has):
            yield f"{one.member_number}: honest, {one.most_yen(sum(one.claims))} due, has {has}"


def _barred(lived: Lived, contracted: frozenset[int]) -> frozenset[int]:
    """Who must get nothing: of those who come twice, whoever has a contract already."""
    never = FRAUDS - {Sort.TWICE} | {Sort.EXCLUDED, Sort.BARRED}
    return frozenset(
        one.number for one in lived.everyone
        if one.sort in never or (one.sort is Sort.TWICE and one.victim in contracted)
    )  # fmt: skip


def _is_due(one: Applicant, has: Sequence[int]) -> bool:
    """What the law lets be lent; a bureau's faults lower it, or hide what others lent."""
    least = one.most_yen(sum(one.claims) + _CORRECTED_YEN * len(one.claims))
    most = one.most_yen(0)
    if not has:
        return least < STEP_YEN
    return all(least <= limit_yen <= most for limit_yen in has)


# ------------------------------------------------------------------------------ nothing done twice
_ONCE = {
    "a decision": "SELECT 1 FROM screening_decision GROUP BY member_id, application_id, digest"
    " HAVING count(*) > 1",
    "a survey": "SELECT 1 FROM loan_survey_use GROUP BY agreement_id HAVING count(*) > 1",
    "a conclusion": "SELECT 1 FROM documents_conclusion GROUP BY agreement_id HAVING count(*) > 1",
    "a paper": "SELECT 1 FROM documents_paper GROUP BY member_id, cause, kind HAVING count(*) > 1",
    "an income": "SELECT 1 FROM loan_income_evidence GROUP BY member_id, external_ref"
    " HAVING count(*) > 1",
    "an answer": "SELECT 1 FROM loan_bureau_answer GROUP BY member_id, external_ref"
    " HAVING count(*) > 1",
}
_TOLD = {
    "application_submitted": "SELECT count(*) FROM screening_application",
    "application_decided": "SELECT count(*) FROM screening_decision",
    "application_approved": "SELECT count(*) FROM screening_approval",
    "application_accepted": "SELECT count(*) FROM screening_acceptance",
    "application_contracted": "SELECT count(*) FROM screening_contract",
    "application_evidence": "SELECT (SELECT count(*) FROM screening_paper)"
    " + (SELECT count(*) FROM screening_employment)",
    "surveyed": "SELECT count(*) FROM loan_survey",
    "loan_opened": "SELECT count(*) FROM loan_agreement",
    "identified": "SELECT count(*) FROM screening_identity",
    "bureau_asked": "SELECT count(*) FROM screening_inquiry",
}
"""What the journal tells once for each row."""


def _twice(cursor: Any, lived: Lived) -> Iterator[str]:
    for what, statement in _ONCE.items():
        cursor.execute(statement)
        if rows := cursor.fetchall():
            yield f"{what} is there twice, {len(rows)} times"
    cursor.execute("SELECT kind, count(*) FROM journal_row GROUP BY kind")
    told = dict(cursor.fetchall())
    for kind, statement in _TOLD.items():
        cursor.execute(statement)
        (count,) = cursor.fetchone()
        if told.get(kind, 0) != count:
            yield f"{kind}: told {told.get(kind, 0)} times, there are {count}"
    again = [ref for ref, times in lived.fake.asked.items() if times != 1]
    if again:
        yield f"the bureau counts {len(again)} inquiries more than once"


# ------------------------------------------------------------------------------------- decisions
def _decisions(cursor: Any, lived: Lived, counted: Counter[str]) -> Iterator[str]:
    """Every decision replays; no fraud and nobody barred was ever offered anything by rule."""
    cursor.execute("SELECT member_number FROM loan_agreement JOIN people_member USING (member_id)")
    contracted = frozenset(int(number) - FIRST_NUMBER for (number,) in cursor.fetchall())
    barred = _barred(lived, contracted)
    cursor.execute(
        "SELECT m.member_number, d.verdict, d.document::text FROM screening_decision d"
        " JOIN people_member m USING (member_id)"
    )
    for number, verdict, document in cursor.fetchall():
        counted["decisions"] += 1
        counted[f"decided {verdict}"] += 1
        if not replay(orjson.loads(document)).same:
            yield f"{number}: a decision does not replay"
        if verdict == "offer" and int(number) - FIRST_NUMBER in barred:
            yield f"{number}: who must get nothing was offered something"
    cursor.execute("SELECT outcome, count(*) FROM screening_application GROUP BY outcome")
    for outcome, count in cursor.fetchall():
        counted[f"ended {outcome or 'open'}"] += count
