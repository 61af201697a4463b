"""Decisions a second, the third of a million open lines, and the monitoring of a million lines.

One core. A decision is everything: papers, income, sums, every rule, the record with its hash.
Beside it the third alone, one line after another and as whole columns; then what the nights of a
month look at and open (途上与信), on a durable PostgreSQL of its own.
"""

from __future__ import annotations

import os
import random
from datetime import date

import numpy as np

from bench import _lender
from bench import _lines as _lines_of
from bench._timing import best
from motocho.screening.capacity import (
    BureauAnswer,
    ContractKind,
    Employment,
    OtherBalance,
    OwnContract,
    Paper,
    PaperKind,
    Slip,
    Strain,
    Third,
    law_of,
)
from motocho.screening.decision import (
    Applicant,
    Asked,
    AskedKind,
    Facts,
    OfferedRate,
    Offering,
    decide,
    document,
    policy_on,
    replay,
)
from motocho.screening.thirds import Columns, third_of_many

ON = date(2026, 11, 10)
DECISIONS = 1_000
LINES = 1_000_000
AIM_SECONDS = 60.0
CALM = Strain(is_late=False, long_delays=0, asked_lately=1, is_disputed=False)
LARGEST_YEN, STEP_YEN = 8_000_000, 1_000


def application(dice: random.Random) -> Facts:
    """An application like many: two pay slips, another lender, a line of ours or none."""
    pay_yen = dice.randrange(150, 600) * 1_000
    slips = tuple(Slip(date(2026, month, 25), pay_yen) for month in (9, 10))
    others = tuple(OtherBalance("x", dice.randrange(0, 900_000)) for _ in range(dice.randrange(3)))
    own = (OwnContract("A", ContractKind.REVOLVING, 0, dice.randrange(1, 60) * 10_000),)
    born_on = date(dice.randrange(1955, 2007), 5, 5)
    return Facts(
        Asked(AskedKind.NEW, dice.randrange(1, 120) * 10_000),
        Applicant(
            "form", born_on, identity_confirmed_on=ON, has_barred_ties=False, is_suspicious=False
        ),
        papers=(Paper("p", PaperKind.PAY_SLIPS, slips=slips),),
        employment=Employment("form"),
        own=own if dice.random() < 0.5 else (),
        bureau=BureauAnswer(
            "B", ON, is_designated=True, others=others, self_exclusions=(), strain=CALM
        ),
    )


def main() -> str:
    """The measures; gives what missed its aim."""
    dice = random.Random(7)
    rates = (OfferedRate(1_000, 180_000), OfferedRate(1_000_000, 150_000))
    policy = policy_on(ON, Offering("standard", 1, rates, LARGEST_YEN))
    asked = [application(dice) for _ in range(DECISIONS)]
    found = [decide(facts, policy, ON) for facts in asked]
    kinds = {one.verdict.value: 0 for one in found}
    for one in found:
        kinds[one.verdict.value] += 1
    print(f"{DECISIONS:,} applications: {kinds}")
    kept = [document(one) for one in found]
    for what, seconds in (
        ("decided", best(lambda: [decide(facts, policy, ON) for facts in asked])),
        ("recorded with its hash", best(lambda: [document(one) for one in found])),
        ("replayed from its record", best(lambda: [replay(one) for one in kept])),
    ):
        print(f"{what:<44}{DECISIONS / seconds:>12,.0f} a second")
    same = all(replay(one).same for one in kept)
    print(f"every record replays to the same: {same}")
    return _lines(dice) or monitored() or ("" if same else "a record did not replay")


def monitored() -> str:
    """Every line of a large book looked at once, by the night's own step."""
    with _lender.copy_of(_lines_of.folder(LINES)) as running:
        count = _lines_of.counted()
        print(
            f"\na book of {count:,} open lines, fsync on; each looked at once by a month's nights"
        )
        looked, asked, seconds = _lines_of.watched()
        print(f"the watch of one night: {looked:,} lines, {asked:,} asked{seconds:>14.1f} s")
        wrong = "the watch misses its aim" if seconds > AIM_SECONDS else ""
        for one in _lines_of.months():
            print(f"{one.name}: {one.lines:,} lines, {one.checks:,} checks{one.seconds:>16.1f} s")
            print(f"  of it on a processor, ours and the server's{one.processor_seconds:>13.1f} s")
            print(f"  beside it, one sum a member over the same lines{one.bare_seconds:>9.1f} s")
            met = "met" if one.seconds <= AIM_SECONDS else "missed"
            load = os.getloadavg()[0]
            print(f"  aim: a million lines within {AIM_SECONDS:g} s: {met} (load {load:.1f})")
            if one.seconds > AIM_SECONDS:
                wrong = "monitoring misses its aim"
        rows, copied = _lines_of.copied(running.address)
        print(f"beside it: COPY of the {rows:,} checks into a plain table{copied:>9.1f} s")
    return wrong


def _lines(dice: random.Random) -> str:
    law = law_of(ON)
    rows = np.array(
        [[dice.randrange(0, 9_000_000) for _ in range(4)] for _ in range(LINES)], dtype=np.int64
    )
    columns = Columns(rows[:, 0], rows[:, 1] // 9, rows[:, 2] // 9, rows[:, 3] // 9)
    whole = best(lambda: third_of_many(columns, law, step_yen=STEP_YEN, largest_yen=LARGEST_YEN))
    listed = [tuple(map(int, row)) for row in rows[: LINES // 10]]

    def singly() -> list[bool]:
        return [
            Third(3, one, two // 9 + three // 9).allows(four // 9)
            for one, two, three, four in listed
        ]

    single = best(singly) * 10
    print(f"the third of {LINES:,} lines, as columns{whole:>20.3f} s")
    print(f"the same, one after another{single:>32.3f} s")
    many = third_of_many(columns, law, step_yen=STEP_YEN, largest_yen=LARGEST_YEN)
    agrees = many.allows[: LINES // 10].tolist() == singly()
    print(f"both give the same answers: {agrees}")
    met = "met" if whole < AIM_SECONDS else "missed"
    print(f"aim: a million lines within {AIM_SECONDS:g} s: {met}")
    return "" if agrees and whole < AIM_SECONDS else "lines miss their aim or their answers"
