"""Three members who can sign in: on time, late, with a past overpaid [実演の会員].

Their agreements are taken over from books of fictional lenders, so they stand as they should on
whatever day the demonstration is begun; on a later day the first has paid what came due since. The
third's old lender took more than the law allowed; its history was counted again at the lawful rates
before it was taken over, and what had been paid too much is held for the member (利息制限法1条;
最二小判平成18年1月13日).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

from motocho.kernel.revolving import Rules
from motocho.kernel.schedule import Scheme
from motocho.law.rules import Refusal
from motocho.loans import products, queries, takeover
from motocho.loans.commands import Made, Parked, receive, take_over
from motocho.loans.takeover import (
    Check,
    PastAgreement,
    PastKind,
    PastRow,
    PastTerms,
    Posting,
    Stated,
)
from motocho.notices import choices
from motocho.notices.choices import Choices
from motocho.people import cards, members, pin
from motocho.people.cards import Validity
from motocho.people.credentials import pins
from motocho.people.facts import history, values
from motocho.people.members import Member, Person
from motocho.simulation import world
from motocho.simulation._replay import CLOSED
from motocho.units.errors import NotFoundError, ensure

PIN = "7305"
"""The PIN of all three."""
WATCHWORD = "朝の コーヒー"
PRODUCT = replace(
    world.products(date(2001, 1, 1))[0],
    product_id="demo",
    from_on=date(2000, 1, 1),
    title_ja="みほんカード",
    title_en="Sample Card",
    free_days=0,
)
_RATE_PPM, _LIMIT_YEN = 180_000, 500_000
_ACTOR = "demo"
_CARD_YEARS = 5


class Standing(Enum):
    """How a member of the demonstration stands [実演の会員の状態]."""

    ON_TIME = "on_time"
    LATE = "late"
    OVERPAID = "overpaid"


class Moved(Enum):
    """What a row of an old history moves [取引の種別]."""

    BORROWED = "borrowed"
    REPAID = "repaid"


@dataclass(frozen=True, slots=True)
class OldRow:
    """A row of an old history [取引]."""

    on: date
    moved: Moved
    amount_yen: int


@dataclass(frozen=True, slots=True)
class Ready:
    """A member who can sign in [ログインできる会員]."""

    standing: Standing
    member_number: str
    person: Person


READY = (
    Ready(
        Standing.ON_TIME,
        "90000001",
        Person("見本", "あかり", "ミホン", "アカリ", date(1990, 4, 12)),
    ),
    Ready(
        Standing.LATE,
        "90000002",
        Person("例示", "たける", "レイジ", "タケル", date(1984, 9, 3)),
    ),
    Ready(
        Standing.OVERPAID,
        "90000003",
        Person("仮名", "みどり", "カメイ", "ミドリ", date(1969, 2, 27)),
    ),
)


def prepare(cursor: Any, old: Sequence[OldRow], at: datetime, business_on: date) -> None:
    """Make the three, or let the first pay what came due since [実演の会員の用意].

    Takes     the cursor of a transaction; the old history of the third; moment and business date.
    """
    if _are_there(cursor):
        _keep_on_time(cursor, Made("demo", "", business_on, at, _ACTOR))
        return
    products.publish(cursor, PRODUCT, at)
    for place, one in enumerate(READY):
        _make(cursor, one, _Day(place, at, business_on), old)


def _are_there(cursor: Any) -> bool:
    try:
        members.by_number(cursor, READY[-1].member_number)
    except NotFoundError:
        return False
    return True


def _keep_on_time(cursor: Any, made: Made) -> None:
    """Who is on time has paid what each due date asked for, since the demonstration ran last."""
    member = members.by_number(cursor, READY[0].member_number)
    for listed in queries.agreements(cursor, member.member_id):
        rows = queries.statement(cursor, listed.key, listed.opened_on, made.business_on)
        on = rows[-1].on
        while True:
            due_on = queries.position(cursor, listed.key, on).due_on
            if due_on is None or due_on >= made.business_on:
                break
            due_yen = queries.position(cursor, listed.key, due_on).due_yen
            paid = replace(made, external_ref=f"paid {listed.key.agreement_id} {due_on}")
            receive(cursor, listed.key, due_yen, due_on, paid)
            on = due_on


@dataclass(frozen=True, slots=True)
class _Day:
    place: int
    at: datetime
    business_on: date


def _make(cursor: Any, one: Ready, day: _Day, old: Sequence[OldRow]) -> None:
    registered_at = day.at - timedelta(days=400)
    member = members.register(cursor, one.person, one.member_number, registered_at)
    for kind, value in _facts(one, day.place):
        change = history.Change(
            member.member_id, kind, value, registered_at.date(), f"demo {kind.value}"
        )
        history.record(
            cursor, change, history.Teller(_ACTOR, history.Road.REGISTRATION), registered_at
        )
    registered = pin.register(cursor, member.member_id, pins.Pin(PIN), _ACTOR, registered_at)
    ensure(not isinstance(registered, Refusal), "a PIN that may be used")
    given_on = registered_at.date()
    validity = Validity(given_on, date(given_on.year + _CARD_YEARS, 12, 31))
    cards.issue(cursor, member.member_id, validity, _ACTOR, registered_at)
    choices.choose(cursor, member.member_id, Choices(watchword=WATCHWORD), day.at)
    _take_over(cursor, member, _past(one, day.business_on, old), day)


def _facts(one: Ready, place: int) -> Iterable[tuple[values.Kind, values.Value]]:
    """Facts of nobody: numbers and names that are given to no one."""
    holder = f"{one.person.family_kana} {one.person.given_kana}"
    return (
        (values.Kind.EMAIL, values.Email(f"member{place + 1}@example.jp")),
        (values.Kind.MOBILE_PHONE, values.Phone(f"0900000{place + 11:04d}")),
        (values.Kind.ADDRESS, values.Address("1000001", f"東京都千代田区見本町{place + 1}-2-3")),
        (values.Kind.EMPLOYER, values.Employer("株式会社みほん商店")),
        (values.Kind.INCOME, values.Income(4_200_000, one.person.born_on.year + 35)),
        (
            values.Kind.BANK_ACCOUNT,
            values.BankAccount(
                "0001", "001", values.AccountKind.ORDINARY.value, f"000000{place + 1}", holder
            ),
        ),
    )


def _take_over(cursor: Any, member: Member, past: PastAgreement, day: _Day) -> None:
    made = Made("demo", past.reference, day.business_on, day.at, _ACTOR)
    taken = take_over(cursor, member.member_id, past, made)
    ensure(not isinstance(taken, Parked), "an agreement that may be taken over")


# -------------------------------------------------------------------------------------- histories
def _past(one: Ready, today: date, old: Sequence[OldRow]) -> PastAgreement:
    rows = old if one.standing is Standing.OVERPAID else _own(one.standing, today)
    opened_on = rows[0].on
    last_on = max(today - timedelta(days=1), rows[-1].on)
    past = PastAgreement(
        book="demo",
        number=one.member_number,
        product_id=PRODUCT.product_id,
        opened_on=opened_on,
        free_from=None,
        free_to=None,
        terms=(
            PastTerms(opened_on, _RATE_PPM, PRODUCT.damages_ppm, _LIMIT_YEN, Scheme.EVERY_35_DAYS),
        ),
        rows=tuple(_past_row(row) for row in rows),
        stated=Stated(last_on, 0),
        check=Check.END,
        posting=Posting.OPENING,
        digest=f"demo {one.member_number}",
    )
    rules: Rules = PRODUCT.rules(CLOSED)
    state = takeover.replay(past, PRODUCT, rules).state
    return replace(past, stated=Stated(last_on, state.principal_yen + state.written_off_yen))


def _past_row(row: OldRow) -> PastRow:
    kind = PastKind.DRAW if row.moved is Moved.BORROWED else PastKind.RECEIPT
    return PastRow(row.on, kind, row.amount_yen)


def _own(standing: Standing, today: date) -> tuple[OldRow, ...]:
    """Eleven months: two draws, a repayment every month; the late one missed the last."""
    first = today - timedelta(days=340)
    rows = [OldRow(first, Moved.BORROWED, 180_000)]
    last = today - timedelta(days=12 if standing is Standing.ON_TIME else 58)
    paid_on = last
    while paid_on > first + timedelta(days=10):
        rows.append(OldRow(paid_on, Moved.REPAID, 9_000))
        paid_on -= timedelta(days=30)
    rows.append(OldRow(today - timedelta(days=150), Moved.BORROWED, 50_000))
    return tuple(sorted(rows, key=lambda row: (row.on, row.moved.value)))
