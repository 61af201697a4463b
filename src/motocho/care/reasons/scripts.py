"""Scripts filled with what holds on the day: names, amounts and dates as one says them [台本].

>>> spoken_day(date(2026, 12, 5)), spoken_yen(23_000), spoken_yen(800_000)
('12月5日土曜日', '2万3000円', '80万円')
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from motocho.care.reasons.catalogue import HEARD_BY_ANYBODY, Card, Part, Question
from motocho.contact.directory import Directory
from motocho.kernel.schedule import Scheme, minimum_yen
from motocho.loans.outlook import new_loan, outlook
from motocho.loans.products import Product
from motocho.units.errors import Fault, InputError, broken
from motocho.units.money import court_yen_text, rate_text, yen_text

_WEEKDAYS = "月火水木金土日"


def spoken_day(on: date) -> str:
    """A day as one says it [日付の読み]."""
    return f"{on.month}月{on.day}日{_WEEKDAYS[on.weekday()]}曜日"


def spoken_yen(amount_yen: int) -> str:
    """An amount as one says it: 万, and no comma [金額の読み]."""
    return _without_zeros(court_yen_text(amount_yen))


def _without_zeros(text: str) -> str:
    """`2万0539円` is said 2万539円."""
    head, unit, rest = text.rpartition("万")
    return f"{head}{unit}{rest.lstrip('0')}" if unit else text


@dataclass(frozen=True, slots=True)
class Persons:
    """Who calls whom [話し手と相手]: personal names; the member's is the family name."""

    caller: str
    member: str


@dataclass(frozen=True, slots=True)
class Proposed:
    """A product and a limit whose terms are told [案内する条件]."""

    product: Product
    limit_yen: int
    rate_ppm: int | None = None
    """What was offered below the product's rate; None where it is the product's."""

    @property
    def told_ppm(self) -> int:
        """The rate that is told [案内する利率]."""
        return self.product.rate_ppm(self.limit_yen) if self.rate_ppm is None else self.rate_ppm


def proposed(product: Product, limit_yen: int, column: str) -> Proposed:
    """The terms of a limit that the product has [案内する条件の確認].

    Takes     where the limit stood, for the message.
    Raises    InputError for a limit outside the product, with the range.
    """
    least_yen, most_yen = product.rates[0].limit_from_yen, product.largest_limit_yen
    if not least_yen <= limit_yen <= most_yen:
        details = {"least": yen_text(least_yen), "most": yen_text(most_yen)}
        raise InputError(
            Fault("RSN-050", column=column, excerpt=yen_text(limit_yen), details=details)
        )
    return Proposed(product, limit_yen)


@dataclass(frozen=True, slots=True)
class Late:
    """The payment that is missed [遅れている支払い]."""

    due_on: date
    arrears_yen: int


@dataclass(frozen=True, slots=True)
class Said:
    """One piece of a script, ready to be said [台本]; questions go with the main part."""

    part: Part
    text: str
    questions: tuple[Question, ...] = ()


def persons_said(persons: Persons) -> dict[str, str]:
    """What anybody may hear [名乗り]."""
    return {"caller": persons.caller, "member": persons.member}


def house_said(card: Card, known: Directory, on: date) -> dict[str, str]:
    """Who lends, and which desk is called back [当社の表示] · ADV-001."""
    desk = known.desk(card.desk)
    return {
        "lender": known.lender.name_ja,
        "registration": known.lender.registration,
        "desk": desk.name_ja,
        "number": known.call_back(desk, on).text,
    }


def terms_said(proposed: Proposed, on: date) -> dict[str, str]:
    """The terms of a limit, at the offer's own rate [貸付条件] · ADV-004, RATE-001.

    Takes     a limit that the product has.
    """
    product, limit_yen = proposed.product, proposed.limit_yen
    rate_ppm = proposed.told_ppm
    minimum = minimum_yen(product.minimum, limit_yen, limit_yen)
    course = outlook(new_loan(limit_yen, rate_ppm, on), minimum)
    ways = {
        Scheme.EVERY_35_DAYS: f"{product.cycle_days}日ごと",
        Scheme.MONTHLY: "毎月決まった日",
    }
    payments = broken("a minimum pays a loan off") if course is None else course.payments
    return {
        "limit": spoken_yen(limit_yen),
        "rate": rate_text(rate_ppm),
        "damages": rate_text(product.damages_ppm),
        "method": "か、".join(ways[one] for one in product.schemes),
        "minimum": spoken_yen(minimum),
        "payments": str(payments),
    }


def late_said(late: Late) -> dict[str, str]:
    """The day that was missed, and what makes good for it today [遅れの表示]."""
    return {"due_on": spoken_day(late.due_on), "arrears": spoken_yen(late.arrears_yen)}


def said(card: Card, part: Part, values: Mapping[str, str]) -> Said:
    """A piece of a script with its placeholders filled [台本の差込み]."""
    questions = card.questions if part is Part.MAIN else ()
    return Said(
        part,
        card.parts[part].format_map(values),
        tuple(Question(one.question_id, one.ja.format_map(values), one.en) for one in questions),
    )


def before_identity(card: Card, persons: Persons) -> tuple[Said, ...]:
    """All that may be said to who was not identified [本人確認の前の台本] · COLL-006, DESK-003."""
    return _heard(card, persons, HEARD_BY_ANYBODY - {Part.IN_PLACE})


def before_standing_in(card: Card, persons: Persons) -> tuple[Said, ...]:
    """The same to who stands in the member's place [本人に代わる相手への台本]."""
    return _heard(card, persons, frozenset({Part.IN_PLACE, Part.VOICEMAIL, Part.IDENTIFY}))


def _heard(card: Card, persons: Persons, parts: frozenset[Part]) -> tuple[Said, ...]:
    values = persons_said(persons)
    return tuple(said(card, part, values) for part in Part if part in parts and part in card.parts)
