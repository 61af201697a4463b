"""Am I affected? Three answers before anything is typed [過払金の簡易確認].

When the dealing began, when it was paid off (or that it is not), and with whom. The answer says how
likely an overpayment is, on which day and article that rests, and never promises anything: only the
history decides.

>>> answers = Answers(read_period("2003年"), read_period("2019-05"), "アコム")
>>> check(answers, date(2026, 11, 23)).verdict
<Verdict.LIKELY: 'likely'>
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, NamedTuple

from motocho.claims.prospects.sentences import Sentence
from motocho.law.interest import ceiling_ppm
from motocho.law.lenders import Business, Duty, Lender, find_lenders, lender_by_id
from motocho.law.prescription import last_day_of
from motocho.law.tables import Standing, table
from motocho.units.days import read_date
from motocho.units.errors import Fault, InputError, Unread
from motocho.units.money import rate_text
from motocho.units.text import folded

SCHEMA_VERSION = 1
MONTHS_OF_YEAR = 12
SOON_DAYS = 183
"""A last day that is nearer than this is said to be near."""
ABOUT = re.compile(r"(?:頃|ごろ|ころ|くらい|ぐらい)$")
PARTS = re.compile(r"\D+")
LAST_GREY_ON = date(2010, 6, 17)
"""The last day of the criminal cap above the ceiling, for a lender of whom no day is known."""


class Verdict(Enum):
    """What the three answers say, the graver first [判定]."""

    UNLIKELY = "unlikely"
    TIME_BARRED = "time_barred"
    PROFESSIONAL = "professional"
    LIKELY = "likely"


class Period(NamedTuple):
    """A day as a person remembers it: a day, a month or a year, both ends included [時期]."""

    first_on: date
    last_on: date


@dataclass(frozen=True, slots=True)
class Answers:
    """The three answers; `paid_off` is None while the person is still paying [回答]."""

    began: Period
    paid_off: Period | None
    lender: str


@dataclass(frozen=True, slots=True)
class Check:
    """The verdict and why [確認の結果]; `last_on` the last day before prescription, if known."""

    verdict: Verdict
    reasons: tuple[Sentence, ...]
    lenders: tuple[Lender, ...]
    last_on: date | None

    @property
    def see_professional(self) -> bool:
        """Whether a reason sends the person to a lawyer or scrivener [相談を勧めるか]."""
        return any(each.sends_to_a_professional for each in self.reasons)

    def document(self) -> dict[str, Any]:
        """The check in its public form [公開形式]."""
        return {
            "schema_version": SCHEMA_VERSION,
            "verdict": self.verdict.value,
            "see_professional": self.see_professional,
            "lenders": [
                {"id": each.lender_id, "name": each.name, "status": each.standing.value}
                for each in self.lenders
            ],
            "last_on": None if self.last_on is None else self.last_on.isoformat(),
            "reasons": [each.document() for each in self.reasons],
        }


def read_period(text: str) -> Period:
    """A day, a month or a year, in any era, as people remember it [時期の読取り].

    Raises    InputError.

    >>> read_period("平成17年ごろ")
    Period(first_on=datetime.date(2005, 1, 1), last_on=datetime.date(2005, 12, 31))
    >>> read_period("H17.3").last_on
    datetime.date(2005, 3, 31)
    """
    plain = ABOUT.sub("", folded(text).strip())
    numbers = [part for part in PARTS.split(plain.replace("元", "1")) if part]
    read = read_date(plain)
    if not isinstance(read, Unread):
        return Period(read.on, read.on)
    body = plain.rstrip("年月./-")
    tail = {1: "年1月1日", 2: "月1日"}.get(len(numbers))
    if tail is None:
        raise InputError(read.at())
    first = read_date(_with_units(body) + tail)
    if isinstance(first, Unread):
        raise InputError(first.at())
    if len(numbers) == 1:
        return Period(date(first.on.year, 1, 1), date(first.on.year, 12, 31))
    length = monthrange(first.on.year, first.on.month)[1]
    return Period(first.on.replace(day=1), first.on.replace(day=length))


def _with_units(body: str) -> str:
    """`H17.3` and `2005-3` as `H17年3`, so that the rest of a day can be put behind."""
    return re.sub(r"(?<=\d)[./-](?=\d)", "年", body)


def check(answers: Answers, today: date) -> Check:
    """How likely an overpayment is, by dated data of the lender [簡易確認].

    Raises    InputError if it was paid off before it began, or lies in the future.
    Law       利息制限法1条; 民法166条1項; 最判平成21年1月22日.
    Why       several lenders of one name that lead to different answers are a professional's case.
    """
    _check_order(answers, today)
    lenders = _bearing_the_name(answers)
    found = [_of_lender(answers, lender, today) for lender in lenders] or [
        _of_lender(answers, None, today)
    ]
    verdicts = {each.verdict for each in found}
    reasons = list(dict.fromkeys(each for one in found for each in one.reasons))
    verdict = found[0].verdict
    if len(verdicts) > 1:
        verdict = Verdict.PROFESSIONAL
        names = "、".join(lender.name for lender in lenders)
        reasons.insert(0, Sentence("professional_names", {"names": names}))
    reasons.append(Sentence("no_promise"))
    last_on = max((each.last_on for each in found if each.last_on), default=None)
    return Check(verdict, tuple(reasons), lenders, last_on)


def _bearing_the_name(answers: Answers) -> tuple[Lender, ...]:
    """The lenders that bore the name when the dealing began; all that ever did if none then."""
    every = find_lenders(answers.lender)
    then = tuple(lender for lender in every if _bore(lender, answers))
    return then or every


def _bore(lender: Lender, answers: Answers) -> bool:
    return any(
        (name.from_on is None or name.from_on <= answers.began.last_on)
        and (name.until_on is None or answers.began.first_on <= name.until_on)
        for name in lender.names_like(answers.lender)
    )


def _check_order(answers: Answers, today: date) -> None:
    paid_off = answers.paid_off
    if answers.began.first_on > today or (paid_off is not None and paid_off.first_on > today):
        raise InputError(Fault("PRS-001", details={"today": today.isoformat()}))
    if paid_off is not None and paid_off.last_on < answers.began.first_on:
        details = {"began": answers.began.first_on.isoformat()}
        raise InputError(Fault("PRS-002", excerpt=paid_off.last_on.isoformat(), details=details))


def _of_lender(answers: Answers, lender: Lender | None, today: date) -> Check:
    lenders = () if lender is None else (lender,)
    barred = [] if lender is None else _nothing_to_claim(lender, answers.lender)
    if barred:
        return Check(Verdict.UNLIKELY, tuple(barred), lenders, None)
    began = _when_it_began(answers, lender)
    if began[0] is Verdict.UNLIKELY:
        return Check(Verdict.UNLIKELY, (began[1],), lenders, None)
    verdict, time, last_on = _whether_in_time(answers.paid_off, today)
    taken_over = [] if lender is None else _taken_over(lender)
    if verdict is Verdict.LIKELY and any(each.sends_to_a_professional for each in taken_over):
        verdict = Verdict.PROFESSIONAL
    reasons = (began[1], *time, *taken_over)
    return Check(verdict, reasons, lenders, last_on)


def _nothing_to_claim(lender: Lender, asked: str) -> list[Sentence]:
    """Lenders against whom nothing arises or nothing is left."""
    name = {"lender": _shown(lender, asked)}
    if lender.discharged is not None:
        day = {**name, "on": lender.discharged.on.isoformat()}
        return [
            Sentence("lender_discharged", day, lender.discharged.source, lender.discharged.standing)
        ]
    if lender.business is Business.BANK:
        return [Sentence("lender_bank", name, lender.source, lender.standing)]
    return []


def _shown(lender: Lender, asked: str) -> str:
    """The name that was asked for, and whose it is today."""
    asked = asked.strip()
    return lender.name if asked in lender.name else f"{asked}({lender.name})"


def _when_it_began(answers: Answers, lender: Lender | None) -> tuple[Verdict, Sentence]:
    """Whether the first dealing lies before the lender came down to the ceiling."""
    began = answers.began
    above = None if lender is None else lender.above_ceiling
    until_on = LAST_GREY_ON if above is None else above.until_on
    details = {
        "lender_ja": "この貸金業者" if lender is None else _shown(lender, answers.lender),
        "lender_en": "this lender" if lender is None else _shown(lender, answers.lender),
        "until": until_on.isoformat(),
        "ceiling": rate_text(ceiling_ppm(100_000, until_on)),
    }
    source = "" if above is None else above.source
    standing = Standing.UNVERIFIED if above is None else above.standing
    if above is not None and above.highest_ppm is not None:
        details["highest"] = rate_text(above.highest_ppm)
    if began.first_on > until_on:
        key = "began_after" if above is not None else "began_after_law"
        return Verdict.UNLIKELY, Sentence(key, details, source, standing)
    if began.last_on > until_on:
        return Verdict.LIKELY, Sentence("began_near", details, source, standing)
    if above is None:
        return Verdict.LIKELY, Sentence("began_before_law", details)
    key = "began_before" if above.highest_ppm is None else "began_before_at_rate"
    return Verdict.LIKELY, Sentence(key, details, source, standing)


def _whether_in_time(
    paid_off: Period | None, today: date
) -> tuple[Verdict, list[Sentence], date | None]:
    """Ten years from the end of the dealing; five beside them where the new Code may apply."""
    if paid_off is None:
        return Verdict.LIKELY, [Sentence("still_paying"), Sentence("bureau_while_paying")], None
    years = table("prescription.from_possible").at(paid_off.first_on).number()
    first_on = last_day_of(paid_off.first_on, years * MONTHS_OF_YEAR)
    last_on = last_day_of(paid_off.last_on, years * MONTHS_OF_YEAR)
    details = {"last_on": last_on.isoformat(), "first_on": first_on.isoformat()}
    if today > last_on:
        reasons = [Sentence("time_over", details), Sentence("professional_borrowed_again")]
        return Verdict.TIME_BARRED, reasons, last_on
    if today > first_on:
        return Verdict.PROFESSIONAL, [Sentence("professional_edge", details)], last_on
    reasons = [Sentence("in_time", {"last_on": first_on.isoformat()})]
    if (first_on - today).days < SOON_DAYS:
        reasons.append(Sentence("professional_soon", {"days": str((first_on - today).days)}))
    new_code = table("prescription.from_knowledge").rows[0]
    if paid_off.last_on >= new_code.from_on:
        paid_on = max(paid_off.first_on, new_code.from_on)
        shorter = last_day_of(paid_on, new_code.number() * MONTHS_OF_YEAR)
        reasons.append(_five_years(shorter, today))
    return Verdict.LIKELY, reasons, last_on


def _five_years(last_on: date, today: date) -> Sentence:
    """What the other side may argue of yen of the new Code: past, near, or still to come."""
    left = (last_on - today).days
    if left < 0:
        return Sentence("professional_five_years", {"on": last_on.isoformat()})
    if left < SOON_DAYS:
        details = {"on": last_on.isoformat(), "days": str(left)}
        return Sentence("professional_five_years_soon", details)
    return Sentence("new_code_may_apply", {"on": last_on.isoformat()})


def _taken_over(lender: Lender) -> Iterable[Sentence]:
    """Who is to be claimed from now, and whether that is fought over."""
    found = []
    for each in lender.successions:
        details = {"lender": lender.name, "to": lender_by_id(each.to).name}
        key = {
            Duty.CARRIED: "taken_over",
            Duty.DISPUTED: "professional_disputed",
            Duty.NOT_CARRIED: "professional_not_carried",
            Duty.UNKNOWN: "professional_unknown",
        }[each.duty]
        found.append(Sentence(key, details, each.source, each.standing))
    return found
