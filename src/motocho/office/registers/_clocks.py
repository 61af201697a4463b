"""Until when: reports to the authority, leaks, chief staff; days and counts alone [届出等の期限].

Pure: a day, and what happened. What was not foreseen by a table is refused there (`law.tables`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from motocho.law.citation import parse_citations
from motocho.law.rules import Refusal
from motocho.law.tables import table


def report_due(happened_on: date) -> date:
    """The last day for a report to the authority [届出期限] · ASGN-002.

    Days      the day itself is not counted (民法140条).
    Law       貸金業法24条の6の2; 施行規則26条の25第2項: within two weeks.

    >>> report_due(date(2026, 11, 1))
    datetime.date(2026, 11, 15)
    """
    return happened_on + timedelta(table("registers.reports").at(happened_on).number())


def is_late(due_on: date, filed_on: date | None, on: date) -> bool:
    """Whether a report came, or is, after its last day [期限の徒過]."""
    return (filed_on or on) > due_on


# ------------------------------------------------------------------------------------------ leaks
@dataclass(frozen=True, slots=True)
class Leak:
    """What leaked, as far as it is known [漏えい等]; what may be so counts as if it were."""

    known_on: date
    persons: int
    is_sensitive: bool = False
    """要配慮個人情報."""
    may_harm_property: bool = False
    may_be_wrongful: bool = False
    """An attack, a theft, somebody inside who took it."""


@dataclass(frozen=True, slots=True)
class LeakClock:
    """The last days of both reports of a leak [報告期限]."""

    prompt_by: date
    final_by: date


def leak_clock(leak: Leak) -> LeakClock | None:
    """Until when a leak is reported to the commission; None for one that need not be · PRIV-004.

    Days      the day on which it became known is the first one; no holiday lengthens it.
    Law       個人情報保護法26条1項; 施行規則7条, 8条.

    >>> leak_clock(Leak(date(2026, 11, 1), 1, may_harm_property=True)).prompt_by
    datetime.date(2026, 11, 5)
    """
    known = table("registers.leaks").at(leak.known_on)
    is_grave = leak.is_sensitive or leak.may_harm_property or leak.may_be_wrongful
    if leak.persons <= (0 if is_grave else known.number("more_than")):
        return None
    final = known.number("wrongful_within" if leak.may_be_wrongful else "final_within")
    first = leak.known_on - timedelta(1)
    return LeakClock(first + timedelta(known.number("prompt_within")), first + timedelta(final))


# ----------------------------------------------------------------------------------------- chiefs
def chiefs_needed(staff: int, on: date) -> int:
    """How many registered chief staff an office of so many needs [主任者の必要数] · ORG-001.

    Law       貸金業法12条の3第1項; 施行規則10条の8: one in fifty or more.

    >>> [chiefs_needed(staff, date(2026, 11, 1)) for staff in (0, 1, 50, 51, 100, 101)]
    [0, 1, 1, 2, 2, 3]
    """
    return -(-staff // table("registers.staff").at(on).number("staff_to_a_chief"))


def cure_by(lacking_since: date) -> date:
    """Until when a shortfall of chiefs is to be cured [是正期限] · ORG-001.

    Law       貸金業法12条の3第3項: two weeks.
    """
    return lacking_since + timedelta(
        table("registers.staff").at(lacking_since).number("cure_within")
    )


def refusal(rule_id: str, code: str, law: str, **details: str) -> Refusal:
    """A refusal with its article [拒否]."""
    return Refusal(rule_id, code, parse_citations(law), details)
