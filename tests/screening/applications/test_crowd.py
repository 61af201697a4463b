"""Some hundreds of applications, honest, mistaken and fraudulent, with a bureau that fails: what came of
them is judged by the finished record alone, by a judge that shares nothing with the commands."""

from __future__ import annotations

import random
from collections import Counter as Tally
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
from django.db import IntegrityError
from tests.database import Database
from tests.loans.crowd import do
from tests.people.house import rows
from tests.screening.applications.office import LENDER, SLIP, Office

from motocho.outside.fakes.bureau import Claim, Held, Trouble
from motocho.people import members
from motocho.people.facts.values import Kind as Fact
from motocho.people.facts.values import Phone
from motocho.people.members import Person
from motocho.screening import applications
from motocho.screening.applications import ApplicationKey, Check
from motocho.screening.decision import replay
from motocho.units.errors import MotochoError

APPLICANTS, SEED = 200, 20261124
BORN = date(1970, 1, 1)
TROUBLES = [*[Trouble.NONE] * 6, Trouble.LATE, Trouble.LOST, Trouble.DOUBLED, Trouble.PARTIAL,
            Trouble.CLOSED, Trouble.WRONG_SUM, Trouble.CORRECTED, Trouble.DISPUTED]  # fmt: skip
LIMITS_YEN = (100_000, 300_000, 500_000, 510_000, 900_000, 1_000_000, 1_500_000)


def phone(number: int) -> Phone:
    return Phone(f"090{number:08d}")


def held(number: int, chance: random.Random) -> Held:
    """What other lenders told of somebody."""
    born = (BORN + timedelta(days=number)).strftime("%Y%m%d")
    claims = [
        Claim("7777", "money_lender", "20200105", 900_000, chance.choice((50_000, 400_000, 900_000)),
              late=chance.random() < 0.1)
        for _ in range(chance.randrange(3))
    ]  # fmt: skip
    return Held("ｻﾄｳ ﾊﾅｺ", "佐藤 花子", born, [phone(number).digits], "", claims)


@dataclass
class Crowd:
    """Applicants who do things in any order, some of which may not be done."""

    office: Office
    chance: random.Random
    keys: dict[int, ApplicationKey] = field(default_factory=dict)
    papers: dict[int, int] = field(default_factory=dict)
    told: Tally[str] = field(default_factory=Tally)

    def join(self, number: int) -> int:
        born = BORN + timedelta(days=number)
        person = Person("佐藤", "花子", "サトウ", "ハナコ", born)
        at = self.office.at - timedelta(days=30)
        member_id: int = do(members.register, person, f"{20_000_000 + number}", at).member_id
        self.office.counter.tell(member_id, Fact.MOBILE_PHONE, phone(number))
        return member_id

    def attempt(self, member_id: int, deed: str) -> None:
        """One deed, whether it may be done or not."""
        try:
            getattr(self, deed)(member_id)
            self.told[f"{deed} done"] += 1
        except MotochoError as error:
            self.told[error.faults[0].code] += 1
        except IntegrityError as error:
            self.told[f"{deed} {type(error).__name__}"] += 1

    def submit(self, member_id: int) -> None:
        found = self.office.submit(self.chance.choice(LIMITS_YEN), member_id,
                                   self.chance.choice((900_000, 3_000_000, 6_000_000)))  # fmt: skip
        self.keys[member_id] = found.key

    def consent(self, member_id: int) -> None:
        self.office.consent(member_id)

    def identify(self, member_id: int) -> None:
        self.office.identify(member_id)

    def enter(self, member_id: int) -> None:
        paper = replace(
            SLIP,
            year=self.chance.choice((2023, 2025, 2025, 2025)),
            annual_yen=self.chance.choice((1_200_000, 3_000_000, 6_000_000)),
        )
        self.office.enter(self.keys[member_id], paper)

    def enter_another_s(self, member_id: int) -> None:
        other = self.office.document(self.office.member_id)
        entry = applications.Entry(other, SLIP)
        do(
            applications.enter_paper,
            self.keys[member_id],
            entry,
            self.office.enterer,
            self.office.form(),
        )

    def employed(self, member_id: int) -> None:
        self.office.employed(self.keys[member_id])

    def check(self, member_id: int) -> None:
        self.office.checked(self.keys[member_id], self.chance.choice((None,) * 8 + tuple(Check)))

    def decide(self, member_id: int) -> None:
        office = self.office
        self.office.decide(
            self.keys[member_id], self.chance.choice((office.first, office.operator))
        )

    def approve(self, member_id: int) -> None:
        office = self.office
        made = do(applications.decisions.newest, self.keys[member_id])
        if made is not None:
            who = self.chance.choice((office.first, office.second, office.second, office.enterer))
            do(applications.approve, made, who, office.at)

    def agree(self, member_id: int) -> None:
        office = self.office
        made = do(applications.decisions.newest, self.keys[member_id])
        if made is not None:
            if self.chance.random() < 0.8:
                shown = do(applications.show_terms, made, LENDER, office.at)
                self.papers[member_id] = shown.paper_no
            do(applications.accept, made, office.source(), office.at)

    def conclude(self, member_id: int) -> None:
        self.office.conclude(self.keys[member_id], self.papers.get(member_id, 1))

    def refuse(self, member_id: int) -> None:
        made = do(applications.decisions.newest, self.keys[member_id])
        if made is not None:
            do(applications.refuse, made, self.office.first, self.office.at)

    def go_round(self, member_id: int) -> None:
        """Past the application, by hand."""
        self.office.counter.desk.open(self.office.on, 300_000, member_id=member_id)


HONEST = ["consent", "submit", "identify", "enter", "employed", "check", "decide", "approve", "approve",
          "approve", "agree", "conclude"]  # fmt: skip
OTHERS = ["enter", "enter_another_s", "check", "decide", "approve", "agree", "conclude", "go_round",
          "submit", "refuse"]  # fmt: skip


def played(crowd: Crowd, people: list[int]) -> None:
    """Every applicant's deeds, mixed with everybody else's; the bureau in between."""
    for member_id in people:
        crowd.attempt(member_id, "consent" if crowd.chance.random() < 0.9 else "identify")
        crowd.attempt(member_id, "submit")
    left = {member_id: script(crowd.chance) for member_id in people}
    for _ in range(6):
        crowd.office.carry()
        crowd.office.counter.later(hours=7)
    while left:
        member_id = crowd.chance.choice(list(left))
        crowd.attempt(member_id, left[member_id].pop(0))
        if not left[member_id]:
            del left[member_id]
        if crowd.chance.random() < 0.1:
            crowd.office.counter.later(minutes=crowd.chance.randrange(1, 30))


def script(chance: random.Random) -> list[str]:
    deeds = HONEST[2:]
    for _ in range(chance.choice((0, 0, 1, 3))):
        deeds.insert(chance.randrange(len(deeds) + 1), chance.choice(OTHERS))
    if chance.random() < 0.2:
        deeds.remove(chance.choice(deeds))
    if chance.random() < 0.5:  # what was not ready is done again
        deeds += ["decide", "approve", "approve", "agree", "conclude"]
    return deeds


FINISHED = """
SELECT a.member_id, a.limit_yen, c.concluded_at, d.digest, d.document::text, p.outcome, s.basis_ref,
    s.limit_yen, s.others_yen, s.annual_yen, s.evidence_id,
    (SELECT count(*) FROM screening_approval v WHERE (v.member_id, v.application_id, v.decision_no)
        = (c.member_id, c.application_id, c.decision_no) AND v.staff_id NOT IN
        (SELECT e.staff_id FROM screening_paper e WHERE (e.member_id, e.application_id)
            = (c.member_id, c.application_id))),
    (SELECT min(i.accepted_at) FROM screening_acceptance i WHERE (i.member_id, i.application_id, i.decision_no)
        = (c.member_id, c.application_id, c.decision_no)),
    (SELECT min(q.delivered_at) FROM documents_conclusion o JOIN documents_paper q USING (member_id, paper_no)
        WHERE (o.member_id, o.agreement_id) = (a.member_id, a.agreement_id) AND q.kind = 'pre_contract'
          AND q.road = 'electronic'),
    (SELECT count(DISTINCT k.scope) FROM people_consent k WHERE k.member_id = a.member_id AND k.kind = 'bureau'
        AND k.is_given AND k.effective_at <= c.concluded_at),
    (SELECT count(*) FROM screening_identity n WHERE n.member_id = a.member_id),
    (SELECT max(w.decision_no) FROM screening_decision w WHERE (w.member_id, w.application_id)
        = (c.member_id, c.application_id)) = c.decision_no
FROM loan_agreement a
LEFT JOIN screening_contract c ON (c.member_id, c.agreement_id) = (a.member_id, a.agreement_id)
LEFT JOIN screening_application p ON (p.member_id, p.application_id) = (c.member_id, c.application_id)
LEFT JOIN screening_decision d ON (d.member_id, d.application_id, d.decision_no)
    = (c.member_id, c.application_id, c.decision_no)
LEFT JOIN loan_survey s ON (s.member_id, s.survey_id) = (c.member_id, c.survey_id)
"""


def judged(row: tuple[Any, ...]) -> list[str]:
    """What is wrong with a contract, by its record and by plain arithmetic."""
    (_, limit, at, digest, document, outcome, basis, surveyed, others, annual, evidence, approvals, accepted,
     shown, scopes, identified, is_newest) = row  # fmt: skip
    if at is None:
        return ["no application"]
    facts = orjson.loads(document)["facts"]
    offer = orjson.loads(document)["offer"]
    answered = date.fromisoformat(facts["bureau"]["answered_on"])
    wrong = {
        "outcome": outcome != "contracted",
        "survey": basis != digest or surveyed != limit or offer["limit_yen"] != limit,
        "third": 3 * (limit + others) > annual,
        "evidence": evidence is None and (limit > 500_000 or limit + others > 1_000_000),
        "approvals": approvals < (2 if limit >= 1_000_000 else 1),
        "agreed": accepted is None or accepted > at,
        "shown": shown is None or shown > at,
        "consents": scopes != 4,
        "identity": not identified or "identity_confirmed_on" not in facts["applicant"],
        "answer": not 0 <= (at.date() - answered).days <= 31,
        "barred": facts["applicant"].get("has_barred_ties") is not False,
        "newest": not is_newest,
    }
    return [name for name, is_so in wrong.items() if is_so]


def test_no_contract_without_its_survey_consents_evidence_and_papers(
    database: Database, tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    people = [held(number, chance) for number in range(0, APPLICANTS, 2)]
    plan = [chance.choice(TROUBLES) for _ in range(1_000)]
    office = Office(tmp_path, database, people, plan=lambda step: plan[step % len(plan)])
    do(applications.require, office.on, "cli", office.at)
    crowd = Crowd(office, chance)
    played(crowd, [crowd.join(number) for number in range(APPLICANTS)])
    finished = rows(FINISHED)
    assert {row[0]: wrong for row in finished if (wrong := judged(row))} == {}
    assert APPLICANTS // 8 < len(finished) < APPLICANTS, crowd.told
    outcomes = dict(rows("SELECT outcome, count(*) FROM screening_application GROUP BY 1"))
    assert outcomes["contracted"] == len(finished)
    assert outcomes["refused"] > 0
    twice = "SELECT 1 FROM screening_decision GROUP BY member_id, application_id, digest HAVING count(*) > 1"
    assert not rows(twice)
    kept = [orjson.loads(one) for (one,) in rows("SELECT document::text FROM screening_decision")]
    assert all(replay(one).same for one in kept)
    for code in ("SCR-204", "SCR-207", "SCR-208", "SCR-212", "go_round IntegrityError"):
        assert crowd.told[code], f"else nobody tried: {code}"
