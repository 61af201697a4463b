"""Prescription of a claim to recover overpaid interest: its last day, and demands [消滅時効].

Time runs from the end of the dealing (最判平成21年1月22日). It has effect only when it is invoked,
so nothing here refuses a claim: it gives a last day, and a warning.

>>> ended = date(1999, 1, 1)
>>> prescription_completes_on(RestitutionClaim(ended)).completes_on
datetime.date(2009, 1, 1)
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from motocho.law.citation import Citation, parse_citations
from motocho.law.tables import Unverified, table, unverified_among
from motocho.units.errors import Fault

MONTHS_OF_YEAR = 12
ONE_DAY = timedelta(days=1)
FROM_END_OF_DEALING = "最判平成21年1月22日"
COUNTING = "民法140条・143条2項"


@dataclass(frozen=True, slots=True)
class RestitutionClaim:
    """A claim to recover an overpayment, by the days that decide [過払金返還請求権].

    `dealing_ended_on` is the day of the last dealing; `first_arose_on` the day the overpayment
    first arose (default: that same day); `known_on` the day the borrower knew that he could claim.
    """

    dealing_ended_on: date
    first_arose_on: date | None = None
    known_on: date | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """The last day before prescription completes, and the two counts behind it [時効の完成].

    `completes_on` is the last day, to its end. `from_knowledge_on` is None where the old Code
    applies or no day of knowledge is given.
    """

    completes_on: date
    from_possible_on: date
    from_knowledge_on: date | None
    citations: tuple[Citation, ...]
    unverified: tuple[Unverified, ...]


@dataclass(frozen=True, slots=True)
class Postponement:
    """What demands do to the last day [完成猶予].

    `completes_on` follows the last demand made before the original last day; `strict_on` only the
    first one that reaches beyond it, the day to act by if the other side disputes repetition.
    """

    completes_on: date
    strict_on: date
    by_demand_on: date | None
    without_effect: tuple[date, ...]
    citations: tuple[Citation, ...]


def prescription_completes_on(claim: RestitutionClaim) -> Completion:
    """The last day on which the claim is free of prescription [時効の完成日].

    Days      the first day is not counted; the period ends the day before its corresponding day, or
              at the end of a month that lacks it.
    Law       民法140条, 143条, 166条1項; 平成29年法律44号附則10条4項; 最判平成21年1月22日.
    Why       a claim that arose before 2020-04-01 has ten years only; a later one has five from
              knowledge beside them, and the earlier end counts.

    >>> late = RestitutionClaim(date(2021, 3, 31), date(2020, 5, 1), date(2021, 6, 10))
    >>> prescription_completes_on(late).completes_on
    datetime.date(2026, 6, 10)
    """
    arose_on = claim.first_arose_on or claim.dealing_ended_on
    possible = table("prescription.from_possible").at(arose_on)
    used = [possible]
    ends = [last_day_of(claim.dealing_ended_on, possible.number() * MONTHS_OF_YEAR)]
    by_knowledge = table("prescription.from_knowledge")
    if claim.known_on is not None and arose_on >= by_knowledge.rows[0].from_on:
        known = by_knowledge.at(arose_on)
        used.append(known)
        # Nobody knows that he can claim before he can: not before the dealing has ended.
        start = max(claim.known_on, claim.dealing_ended_on)
        ends.append(last_day_of(start, known.number() * MONTHS_OF_YEAR))
    citations = [cited for row in used for cited in row.citations]
    return Completion(
        completes_on=min(ends),
        from_possible_on=ends[0],
        from_knowledge_on=ends[1] if len(ends) > 1 else None,
        citations=(*citations, *parse_citations(f"{FROM_END_OF_DEALING};{COUNTING}")),
        unverified=unverified_among(used),
    )


def postponed_by_demands(completes_on: date, demanded_on: Iterable[date]) -> Postponement:
    """The last day after demands: six months from the last one that counts, once [催告].

    Days      `demanded_on` are the days the demands arrived.
    Law       民法150条1項・2項; 高松高判令和7年4月18日.
    Why       a demand made while completion is put off has no effect (2項). One repeated before the
              original last day is not such a demand, as a high court held; no ruling of the Supreme
              Court was found, so the day of the strict reading stands beside it.

    >>> found = postponed_by_demands(date(2026, 12, 31), [date(2026, 11, 21), date(2026, 12, 20)])
    >>> found.completes_on, found.strict_on
    (datetime.date(2027, 6, 20), datetime.date(2027, 5, 21))
    """
    days = sorted(set(demanded_on))
    ends: dict[date, date] = {}
    for demanded in days:
        until_on = last_day_of(demanded, table("prescription.demand").at(demanded).number())
        if demanded <= completes_on < until_on:
            ends[demanded] = until_on
    by_demand_on = max(ends, default=None)
    if by_demand_on is None:
        unchanged = parse_citations("民法150条1項")
        return Postponement(completes_on, completes_on, None, tuple(days), unchanged)
    return Postponement(
        completes_on=ends[by_demand_on],
        strict_on=min(ends.values()),
        by_demand_on=by_demand_on,
        without_effect=tuple(day for day in days if day not in ends),
        citations=table("prescription.demand").at(by_demand_on).citations,
    )


@dataclass(frozen=True, slots=True)
class Talks:
    """A written agreement to talk about the claim [協議を行う旨の合意].

    `until_on` is a last day that it names, if that is less than a year on; `refused_on` the day a
    written refusal to talk on arrived.
    """

    agreed_on: date
    until_on: date | None = None
    refused_on: date | None = None


def postponed_by_talks(completes_on: date, talks: Iterable[Talks]) -> Postponement:
    """The last day after agreements to talk, again and again but five years in all [協議の合意].

    Gives     `strict_on` after the first agreement alone; `without_effect` the days of agreements
              that came too late, too early, or before the law knew them.
    Law       民法151条1項・2項・3項; 平成29年法律44号附則10条3項.
    Why       an agreement made while only a demand holds prescription does nothing (3項), so each
              must come before the original last day or while an earlier agreement holds.

    >>> held = postponed_by_talks(date(2026, 12, 31), [Talks(date(2026, 12, 1))])
    >>> held.completes_on
    datetime.date(2027, 12, 1)
    """
    of_law = table("prescription.talks")
    citations = of_law.rows[-1].citations
    ends: list[date] = []
    without: list[date] = []
    for each in sorted(talks, key=lambda one: one.agreed_on):
        held_on = max([completes_on, *ends])
        if each.agreed_on < of_law.rows[0].from_on or each.agreed_on > held_on:
            without.append(each.agreed_on)
            continue
        row = of_law.at(each.agreed_on)
        at_most_on = last_day_of(completes_on, row.number("in_all_years") * MONTHS_OF_YEAR)
        until = [at_most_on, last_day_of(each.agreed_on, row.number("longest_months"))]
        until += [each.until_on] if each.until_on is not None else []
        if each.refused_on is not None:
            until.append(last_day_of(each.refused_on, row.number("refused_months")))
        if min(until) > completes_on:
            ends.append(min(until))
        else:
            without.append(each.agreed_on)
    return Postponement(
        completes_on=max([completes_on, *ends]),
        strict_on=ends[0] if ends else completes_on,
        by_demand_on=None,
        without_effect=tuple(without),
        citations=citations,
    )


def time_bar_warning(claim: RestitutionClaim, claimed_on: date) -> Fault | None:
    """OVER-004: a warning if the claim may be time-barred on the day it is made [時効の警告].

    Law       民法145条, 166条1項; 最判平成21年1月22日.
    Why       a warning and no refusal: prescription must be invoked, and may have been renewed.

    >>> time_bar_warning(RestitutionClaim(date(2017, 3, 1)), date(2026, 11, 21)) is None
    True
    """
    completes_on = prescription_completes_on(claim).completes_on
    if claimed_on <= completes_on:
        return None
    return Fault("LAW-054", details={"completes_on": completes_on.isoformat()})


def last_day_of(event_on: date, months: int) -> date:
    """The last day of months after an event, whose own day is not counted [期間の満了日].

    Law       民法140条, 143条2項.

    >>> last_day_of(date(2026, 5, 20), 6).isoformat()
    '2026-11-20'
    >>> last_day_of(date(2028, 2, 29), 12).isoformat()
    '2029-02-28'
    """
    first = event_on + ONE_DAY
    total = first.year * MONTHS_OF_YEAR + first.month - 1 + months
    year, month = total // MONTHS_OF_YEAR, total % MONTHS_OF_YEAR + 1
    length = monthrange(year, month)[1]
    if first.day > length:
        return date(year, month, length)
    return date(year, month, first.day) - ONE_DAY
