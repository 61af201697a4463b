"""A day of many agents on the same debtors: callbacks, contractors, changes of desk; nobody is called a fourth time."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from tests.database import Database
from tests.loans.crowd import at_once, do
from tests.people.house import SATO, House, rows

from motocho.contact import calls, gate, holds, tasks
from motocho.contact.calls import Result
from motocho.contact.directory import shipped
from motocho.contact.gate import Permit, Wanted
from motocho.contact.guard import JAPAN, Hand, HoldKind, Hours, Purpose
from motocho.contact.holds import Source, Wish
from motocho.people import members
from motocho.people.facts.values import Kind, Phone
from motocho.units.errors import NotAllowedError, StateConflict

OURS = ("0300000108", "0300000104")
DAWN = datetime(2028, 2, 29, 7, 50, tzinfo=JAPAN)
_PHONE = Phone("09011112222")
MINUTES = 13 * 60 + 20
"""Until ten past nine in the evening."""


@dataclass
class Agent:
    """One agent, staff or contractor, with a day's work in the order of its moments."""

    number: int
    debtors: list[int]
    tries: int
    met: Counter[str] = field(default_factory=Counter)

    def work(self) -> Counter[str]:
        dice = random.Random(self.number)
        for minute in sorted(dice.randrange(MINUTES) for _ in range(self.tries)):
            self._try(dice, DAWN + timedelta(minutes=minute, seconds=dice.randrange(60)))
        return self.met

    def _try(self, dice: random.Random, at: datetime) -> None:
        member_id, name = dice.choice(self.debtors), f"agent {self.number}"
        hand = Hand.CONTRACTOR if self.number % 4 == 0 else Hand.STAFF
        purpose = dice.choices((Purpose.ARREARS, Purpose.SERVICE, Purpose.ASKED_FOR), (8, 1, 1))[0]
        wanted = Wanted(purpose, f"case {member_id}", name, dice.choice(OURS), shipped(), hand=hand)
        answer = do(gate.ask, member_id, wanted, at)
        self.met[type(answer).__name__] += 1
        if isinstance(answer, Permit):
            self._call(dice, answer, at)
        elif dice.random() < 0.02:
            plan = tasks.Plan(tasks.Kind.CALL, Purpose.ARREARS, at + timedelta(minutes=30))
            do(tasks.put, member_id, plan, Source(name, f"callback {self.number} {at}"), at)

    def _call(self, dice: random.Random, permit: Permit, at: datetime) -> None:
        if dice.random() < 0.8:
            later = at + timedelta(minutes=dice.choice((0, 1, 5, 12)))
            for _ in range(dice.choice((1, 2))):
                try:
                    told = do(gate.phone, permit, Kind.MOBILE_PHONE, later)
                    self.met["read"] += told is not None
                except NotAllowedError:
                    self.met["not read"] += 1
        if dice.random() < 0.7:
            try:
                result = dice.choice(list(Result))
                do(calls.note, permit, result, Source(permit.actor, "result"), at)
            except StateConflict:
                self.met["result refused"] += 1


def day(house: House, agents: int, debtors: int, tries: int) -> Counter[str]:
    """A day's race; gives what was met."""
    who = [
        do(members.register, SATO, f"{20_000_000 + one}", DAWN).member_id for one in range(debtors)
    ]
    for member_id in who:
        house.tell(member_id, Kind.MOBILE_PHONE, _PHONE, at=DAWN)
    wish = Wish(HoldKind.PREFERRED_HOURS, hours=Hours(18, 21))
    for member_id in who[: debtors // 4]:
        do(holds.put, member_id, wish, Source("member", "form 1"), DAWN)
    crowd = [Agent(number, who, tries) for number in range(agents)]
    met = sum(at_once([one.work for one in crowd]), Counter[str]())
    check(who)
    return met


def check(who: list[int]) -> None:
    """The finished record, read anew and without the gate: who was called, when, by what permit."""
    uses = {(one, number): at for one, number, at in rows("SELECT * FROM contact_use")}
    results = dict(rows("SELECT attempt_id, result FROM contact_call_result"))
    called: Counter[int] = Counter()
    attempts = rows(
        "SELECT member_id, attempt_id, purpose, asked_at, valid_until, refused_by FROM contact_attempt"
    )
    for member_id, number, purpose, at, until, refused in attempts:
        here, used_at = at.astimezone(JAPAN), uses.pop((member_id, number), None)
        if until is None:
            assert refused
            assert used_at is None
            assert number not in results
            continue
        last = until.astimezone(JAPAN)
        assert 8 <= here.hour < 21
        assert (last.hour, last.minute) <= (21, 0)
        if used_at is not None:
            assert at <= used_at < until
        is_undone = results.get(number) == "not_called" and used_at is None
        called[member_id] += purpose == "arrears" and not is_undone
    assert uses == {}  # no number was read without a permit, and none twice: the key of the table
    assert max(called.values()) == 3
    assert sum(count == 3 for count in called.values()) >= len(who) * 2 // 3


@pytest.mark.rule("COLL-001")
@pytest.mark.rule("COLL-002")
@pytest.mark.rule("COLL-017")
def test_agents_in_a_race_call_nobody_a_fourth_time(database: Database, house: House) -> None:
    met = day(house, agents=12, debtors=8, tries=25)
    assert met["Permit"] > 24
    assert met["Closed"] > 50
    assert met["read"] > 0
    assert met["not read"] > 0


@pytest.mark.long
def test_sixty_four_agents_race_for_two_hundred_debtors(database: Database, house: House) -> None:
    met = day(house, agents=64, debtors=200, tries=60)
    print(f"measured: 64 agents × 200 debtors, a day: no fourth call, no permit twice; {dict(met)}")
