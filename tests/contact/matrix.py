"""The gate's second opinion: the matrix of the law as a table, read without the guard's code.

Everything is a whole number: minutes since 1970 in UTC, days since 1970 in Japan. The table stands
as the rules are written down: a row for each condition, a column for each kind of contact, in a
cell the rule that refuses. It knows nothing of the guard but the words that name its enums.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone

from motocho.contact.guard import (
    Agreement,
    AgreementKind,
    Basis,
    Channel,
    Facts,
    Hand,
    Hold,
    HoldKind,
    Hours,
    Purpose,
    Way,
    Whom,
)

DAY = 24 * 60
JST = 9 * 60
EPOCH = date(1970, 1, 1).toordinal()
OPENS, CLOSES = 8 * 60, 21 * 60
Span = tuple[int, int]
"""From an hour until another."""


@dataclass
class Case:
    """One situation in numbers and words."""

    minute: int
    zone: int
    purpose: str
    channel: str
    whom: str
    hand: str
    basis: str
    other: str
    overdue: bool = False
    counsel: bool = False
    consent: bool = True
    consulting: bool = False
    asked: bool = True
    calls: int = 0
    promised: int | None = None
    demanded: int | None = None
    agreed: int | None = None
    named: int | None = None
    holds: list[tuple[str, int | None, Span | None, str]] = field(default_factory=list)
    agreements: list[tuple[str, int, int, Span]] = field(default_factory=list)

    @property
    def today(self) -> int:
        return (self.minute + JST) // DAY

    @property
    def clock(self) -> int:
        return (self.minute + JST) % DAY


Found = tuple[str, int | None]
"""A rule that refuses, and the minute from which it does so no more."""


def morning(day: int, minutes: int = 0) -> int:
    return day * DAY - JST + minutes


# ------------------------------------------------------------------------------------- the matrix
# call: about arrears, by telephone or visit; demand: the same in writing; offer: solicitation;
# remind: of a payment to come, in writing; ring: the same by telephone or visit; word: news of the
# contract; duty: what the law has us ask; check: identity, employment; where: asked of somebody else;
# safe: security, transaction, document of law, asked for.
MATRIX = """
condition    | call     demand   offer    remind   ring     word     duty     check    where    safe
night        | COLL-001 COLL-001 COLL-001 COLL-001 COLL-001 COLL-001 COLL-001 COLL-001 COLL-001 COLL-001
wished       | COLL-003 COLL-003 COLL-003 COLL-003 COLL-003 COLL-003 COLL-003 COLL-003 COLL-003 COLL-003
three        | COLL-002 -        -        -        -        -        -        -        -        -
season       | COLL-015 COLL-015 -        -        -        -        -        -        -        -
promise      | COLL-003 COLL-003 -        -        COLL-003 -        -        -        COLL-003 -
named        | COLL-003 COLL-003 -        -        COLL-003 -        -        -        COLL-003 -
promised     | -        -        SOLI-005 -        -        -        -        -        -        -
counsel      | COLL-010 COLL-010 COLL-010 COLL-010 COLL-010 COLL-010 COLL-010 -        COLL-010 -
overdue      | -        -        SOLI-005 -        -        -        -        -        -        -
consulting   | VULN-002 VULN-002 VULN-002 -        -        -        -        -        -        -
no_consent   | -        -        SOLI-007 -        -        -        -        -        -        -
bureau       | -        -        SOLI-006 -        -        -        -        -        -        -
apart        | -        COLL-014 -        -        -        -        -        -        -        -
not_now      | -        -        SOLI-002 -        -        -        -        -        -        -
unclear      | -        -        SOLI-009 -        -        -        -        -        -        -
never        | -        -        SOLI-003 -        -        SOLI-003 -        -        -        -
pause        | -        -        SOLI-005 -        -        -        -        -        -        -
self_excluded| -        -        SOLI-005 -        -        -        -        -        -        -
consultation | -        -        SOLI-005 -        -        -        -        -        -        -
no_judgement | -        -        SOLI-008 -        -        -        -        -        -        -
disputed     | COLL-008 COLL-008 SOLI-005 COLL-008 COLL-008 -        -        -        COLL-008 -
care         | VULN-002 -        SOLI-005 -        -        -        -        -        -        -
shared_mailbox| -        COLL-013 -        -        -        -        -        -        -        -
distress     | COLL-015 COLL-015 COLL-015 COLL-015 COLL-015 COLL-015 COLL-015 -        COLL-015 -
deceased     | COLL-006 COLL-006 COLL-006 COLL-006 COLL-006 COLL-006 COLL-006 COLL-006 COLL-006 -
guarded      | SOLI-008 SOLI-008 SOLI-008 SOLI-008 SOLI-008 SOLI-008 SOLI-008 SOLI-008 SOLI-008 -
complaint    | DESK-004 DESK-004 DESK-004 DESK-004 DESK-004 DESK-004 DESK-004 -        DESK-004 -
"""
# Who is reached × what for: '-' may be; the rule that refuses; in brackets what it needs beforehand.
PEOPLE = """
whom      | arrears    campaign reminder   service    duty       identity   employment whereabouts security   transaction statutory_document asked_for
own       | -          -        -          -          -          -          DESK-003   COLL-018    -          -           -                  -
workplace | [COLL-004] COLL-004 [COLL-004] [COLL-004] [COLL-004] [COLL-004] [DESK-003] COLL-004    [COLL-004] [COLL-004]  [COLL-004]         [COLL-004]
third     | COLL-008   COLL-006 COLL-006   COLL-006   COLL-006   COLL-006   COLL-006   -           COLL-006   COLL-006    COLL-006           COLL-006
counsel   | (COLL-006) COLL-006 (COLL-006) (COLL-006) (COLL-006) COLL-006   COLL-006   COLL-006    COLL-006   (COLL-006)  (COLL-006)         COLL-006
heir      | (COLL-006) COLL-006 (COLL-006) (COLL-006) (COLL-006) COLL-006   COLL-006   COLL-006    COLL-006   (COLL-006)  (COLL-006)         COLL-006
guardian  | (COLL-006) COLL-006 (COLL-006) (COLL-006) (COLL-006) COLL-006   COLL-006   COLL-006    COLL-006   (COLL-006)  (COLL-006)         COLL-006
"""  # a table
# What reaches the member's own self at every hour.
FREE = {
    "email": "security transaction statutory_document asked_for",
    "post": "security transaction statutory_document asked_for",
    "sms": "security transaction statutory_document asked_for",
    "phone": "security",
    "visit": "",
    "site": "security transaction statutory_document asked_for reminder arrears service duty identity employment"
    " whereabouts",
}
COLUMNS = {
    "campaign": "offer", "reminder": "remind", "service": "word", "duty": "duty", "identity": "check",
    "employment": "check", "whereabouts": "where", "security": "safe", "transaction": "safe",
    "statutory_document": "safe", "asked_for": "safe",
}  # fmt: skip
FOR_ANYBODY = ("night", "three", "season")
"""What binds a word to who stands in the member's place, too."""
IN_PLACE = ("counsel", "heir", "guardian")
DISTRESS = ("bereavement", "hospital", "disaster")


def _table(text: str) -> dict[str, dict[str, str]]:
    lines = [line.split("|") for line in text.strip().splitlines()]
    heads = lines[0][1].split()
    return {name.strip(): dict(zip(heads, cells.split(), strict=True)) for name, cells in lines[1:]}


CELLS, WHOM = _table(MATRIX), _table(PEOPLE)


def judge(case: Case) -> list[Found]:
    """Every rule that refuses, each with its end."""
    found = [*_of_people(case)]
    rings = case.channel in ("phone", "visit")
    if case.purpose == "asked_for" and rings and not case.asked:
        found.append(("COLL-018", None))
    if case.whom == "own" and case.purpose in FREE[case.channel].split():
        return found
    column = COLUMNS.get(case.purpose) or ("call" if rings else "demand")
    if column == "remind" and rings:
        column = "ring"
    for condition, ends in _conditions(case, column):
        rule_id = CELLS[condition][column]
        if rule_id != "-" and (case.whom not in IN_PLACE or condition in FOR_ANYBODY):
            found.append((rule_id, ends))
    return found


def _of_people(case: Case) -> Iterator[Found]:
    cell = WHOM[case.whom][case.purpose]
    rule_id = cell.strip("[]()")
    if cell.startswith("["):
        begins = _agreed(case, "employment_check" if rule_id == "DESK-003" else "work_calls")
        if begins != case.minute:
            yield rule_id, begins
    elif cell.startswith("("):
        held = {kind for kind, *_ in case.holds}
        there = {
            "counsel": case.counsel, "heir": "deceased" in held, "guardian": "guarded" in held,
        }  # fmt: skip
        if not there[case.whom]:
            yield rule_id, None
    elif cell != "-":
        yield rule_id, None
    if case.whom == "third":
        refused = [
            1 for kind, _, _, about in case.holds if (kind, about) == ("third_refused", case.other)
        ]
        yield from [("COLL-009", None)] * len(refused)


def _agreed(case: Case, kind: str) -> int | None:
    """The first minute from now on that an agreement covers, looked for day by day."""
    best: int | None = None
    if case.channel != "phone":
        return None
    for name, first, last, (opens, closes) in case.agreements:
        if name != kind:
            continue
        for day in range(max(first, case.today), last + 1):
            begins = max(case.minute, morning(day, opens * 60))
            if begins < morning(day, closes * 60):
                best = begins if best is None else min(best, begins)
                break
    return best


def _opening(case: Case, opens: int, closes: int) -> int | None:
    """None while it is open; else the minute at which it opens."""
    if opens <= case.clock < closes:
        return None
    return morning(case.today + (0 if case.clock < opens else 1), opens)


def _conditions(case: Case, column: str) -> Iterator[tuple[str, int | None]]:
    today, of = case.today, date.fromordinal(EPOCH + case.today)
    if case.channel != "site" and (ends := _opening(case, OPENS, CLOSES)) is not None:
        yield "night", ends
    if case.calls >= 3:
        yield "three", morning(today + 1, OPENS)
    if (of.month, of.day) == (12, 31) or (of.month == 1 and of.day <= 3):
        year = of.year + (of.month == 12)
        yield "season", morning(date(year, 1, 4).toordinal() - EPOCH)
    yield from _promises(case, column)
    for name, is_on in (
        ("counsel", case.counsel), ("overdue", case.overdue), ("no_consent", not case.consent),
        ("bureau", case.basis == "bureau"),
    ):  # fmt: skip
        if is_on:
            yield name, None
    if case.demanded is not None and today - case.demanded <= 3:
        yield "apart", morning(case.demanded + 4)
    for hold in case.holds:
        yield from _of_hold(case, column, *hold)


def _promises(case: Case, column: str) -> Iterator[tuple[str, int | None]]:
    if case.promised is not None:
        yield "promised", None
        if case.today <= case.promised:
            yield "promise", morning(case.promised + 1)
    waits = case.named is not None and case.minute < case.named
    if waits:
        yield "named", case.named
    by_phone = case.purpose == "arrears" and case.channel == "phone"
    if case.consulting and not (by_phone and case.agreed == case.today):
        yield "consulting", case.named if waits and by_phone else None


def _of_hold(
    case: Case, column: str, kind: str, last: int | None, hours: Span | None, _about: str
) -> Iterator[tuple[str, int | None]]:
    over = last is not None and case.today > last
    after = None if last is None else morning(last + 1)
    if hours is not None:
        ends = _opening(case, hours[0] * 60, hours[1] * 60)
        is_asked = case.purpose == "asked_for"  # the hour that was named then counts
        if ends is not None and case.whom == "own" and case.channel != "site" and not is_asked:
            yield "wished", ends
    elif kind == "never":
        if column != "offer" or case.channel != "site":
            yield kind, None
        elif not over:
            yield kind, after
    elif kind == "complaint":
        if column == "offer" or (case.hand != "supervisor" and column != "remind"):
            yield kind, None
    elif kind == "care":
        if not over and (column == "offer" or case.hand != "supervisor"):
            yield kind, after
    elif kind == "shared_mailbox":
        if case.channel == "email":
            yield kind, None
    elif kind == "deceased":
        yield kind, None
    elif not over and kind != "third_refused":
        yield ("distress" if kind in DISTRESS else kind), after


# -------------------------------------------------------------------------------- as the guard has it
def given(case: Case) -> tuple[Facts, Purpose, datetime, Way]:
    """The same situation in the guard's own words, told by a clock of any zone."""

    def on(day: int | None) -> date | None:
        return None if day is None else date.fromordinal(EPOCH + day)

    def certain(day: int) -> date:
        return date.fromordinal(EPOCH + day)

    facts = Facts(
        holds=tuple(
            Hold(HoldKind(kind), date(2020, 1, 1), on(last), Hours(*hours) if hours else None, about)
            for kind, last, hours, about in case.holds
        ),
        is_overdue=case.overdue, has_counsel=case.counsel, has_consent=case.consent,
        promised_on=on(case.promised), demanded_on=on(case.demanded), agreed_on=on(case.agreed),
        named_at=None if case.named is None else moment(case.named, -case.zone),
        demands_today=case.calls, is_consulting=case.consulting, is_asked_for=case.asked,
        agreements=tuple(
            Agreement(AgreementKind(kind), certain(first), certain(last), Hours(*hours))
            for kind, first, last, hours in case.agreements
        ),
    )  # fmt: skip
    way = Way(
        Channel(case.channel), Whom(case.whom), Hand(case.hand), case.other, Basis(case.basis)
    )
    return facts, Purpose(case.purpose), moment(case.minute, case.zone), way


def moment(minute: int, zone: int) -> datetime:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    return at.astimezone(timezone(timedelta(hours=zone)))


def minute_of(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp()) // 60


# ------------------------------------------------------------------------------------- many situations
EDGES = (0, 1, 479, 480, 481, 719, 1259, 1260, 1261, 1439)
"""Minutes of a day in Japan around which something changes."""
DAYS = tuple(
    date(*parts).toordinal() - EPOCH
    for parts in (
        (2028, 2, 28), (2028, 2, 29), (2028, 3, 1), (2027, 2, 28), (2026, 12, 30), (2026, 12, 31),
        (2027, 1, 1), (2027, 1, 3), (2027, 1, 4), (2026, 11, 22),
    )
)  # fmt: skip
ENDING = ("not_now", "unclear", "never", "pause", "consultation", "care", *DISTRESS)
ENDLESS = (
    "self_excluded",
    "deceased",
    "guarded",
    "complaint",
    "no_judgement",
    "shared_mailbox",
    "hospital",
    "disputed",
)


def situation(dice: random.Random) -> Case:
    """A situation, mostly near the edges of something."""

    def maybe(make: Callable[[], int], share: float = 0.15) -> int | None:
        return make() if dice.random() < share else None

    today = dice.choice(DAYS) if dice.random() < 0.4 else dice.randint(14_000, 25_000)
    clock = dice.choice(EDGES) if dice.random() < 0.5 else dice.randrange(DAY)
    minute = morning(today, clock)
    whom = dice.choices(
        ("own", "workplace", "third", "counsel", "heir", "guardian"), (12, 3, 2, 1, 1, 1)
    )[0]
    is_other = whom not in ("own", "workplace")
    case = Case(
        minute=minute, zone=dice.randint(-12, 14), purpose=dice.choice([one.value for one in Purpose]),
        channel=dice.choice([one.value for one in Channel]), whom=whom,
        hand=dice.choice([one.value for one in Hand]), other=dice.choice(("兄", "姉")) if is_other else "",
        basis="bureau" if dice.random() < 0.1 else "own_records",
        overdue=dice.random() < 0.2, counsel=dice.random() < 0.2, consent=dice.random() < 0.8,
        consulting=dice.random() < 0.15, asked=dice.random() < 0.8, calls=dice.choice((0, 0, 0, 1, 2, 3, 4)),
        promised=maybe(lambda: today + dice.randint(-2, 2)), demanded=maybe(lambda: today - dice.randint(0, 6), 0.3),
        agreed=maybe(lambda: today - dice.randint(0, 1)), named=maybe(lambda: minute + dice.choice((-60, -1, 0, 1, 60, DAY))),
    )  # fmt: skip
    for _ in range(dice.choice((0, 0, 0, 1, 1, 2, 3))):
        case.holds.append(_hold(dice, today))
    for _ in range(dice.choice((0, 1, 2)) if whom == "workplace" else 0):
        first = today + dice.randint(-2, 2)
        opens = dice.randint(8, 20)
        kind = dice.choice([one.value for one in AgreementKind])
        case.agreements.append(
            (kind, first, first + dice.randint(0, 3), (opens, dice.randint(opens + 1, 21)))
        )
    return case


def _hold(dice: random.Random, today: int) -> tuple[str, int | None, Span | None, str]:
    kind = dice.choice((*ENDING, *ENDLESS, "preferred_hours", "third_refused"))
    if kind == "preferred_hours":
        opens = dice.randint(0, 23)
        return kind, None, (opens, dice.randint(opens + 1, 24)), ""
    if kind == "third_refused":
        return kind, None, None, dice.choice(("兄", "姉"))
    last = today + dice.randint(-1, 1) if kind in ENDING else None
    return kind, last, None, ""
