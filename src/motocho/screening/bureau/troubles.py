"""What may be reported as trouble, and from when; never for an overpayment [異動].

Pure. Arrears yes or no is reported from the first day (施行規則30条の13第2項2号); a long delay is
an entry of its own, with the days of the bureau's terms (`lending.bureau_long_delay`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from motocho.law.citation import parse_citations
from motocho.law.rules import Refusal
from motocho.law.tables import table
from motocho.loans.monitoring import a_month_after
from motocho.outside.bureau import Trouble
from motocho.screening.bureau.memberships import Terms

TABLE = "lending.bureau_long_delay"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an agreement when a report is made [判断の事実].

    `late_after` is the last day on which the oldest missed payment could be made in time.
    `recalculated_yen` is what is owed after a recalculation: 0 or less is an overpayment; None
    where none was made.
    """

    on: date
    late_after: date | None = None
    is_settled: bool = False
    is_written_off: bool = False
    is_assigned: bool = False
    recalculated_yen: int | None = None


def long_from(late_after: date, terms: Terms) -> date:
    """The first day on which a delay is a long one [異動の基準日] · CRED-005.

    Days      the day after the last day to pay in time is day 1; months as 民法143条2項.

    >>> long_from(date(2026, 1, 31), Terms.CIC), long_from(date(2026, 1, 31), Terms.JICC)
    (datetime.date(2026, 4, 2), datetime.date(2026, 4, 30))
    """
    law = table(TABLE).at(late_after)
    if terms is Terms.JICC:
        return a_month_after(late_after, law.number("jicc_months"))
    by_days = late_after + timedelta(days=law.number("cic_days"))
    return min(by_days, a_month_after(late_after, law.number("cic_months")))


def check_trouble(trouble: Trouble, facts: Facts, terms: Terms) -> Refusal | None:
    """Whether something may be reported as trouble [異動の登録の可否] · CRED-005, CRED-006.

    Law       会員規約 of each bureau for a long delay; whose debt was nothing after a recalculation
              had none to be late with, or to settle (利息制限法1条).
    """
    if trouble is Trouble.NONE:
        return None
    if facts.recalculated_yen is not None and facts.recalculated_yen <= 0:
        cited = parse_citations("利息制限法1条1項")
        return Refusal("CRED-006", "BUR-037", cited, {"trouble": trouble.value})
    if trouble is Trouble.LONG_DELAY:
        first = None if facts.late_after is None else long_from(facts.late_after, terms)
        if first is None or facts.on < first:
            cited = parse_citations("貸金業法41条の35第3項")
            details = {"first_on": "-" if first is None else first.isoformat()}
            return Refusal("CRED-005", "BUR-038", cited, details, first)
    return None


_OF_FACTS = (
    ("is_assigned", Trouble.ASSIGNED),
    ("is_written_off", Trouble.WRITTEN_OFF),
    ("is_settled", Trouble.ADJUSTED),
)


def trouble_of(facts: Facts, terms: Terms) -> Trouble:
    """What is reported as trouble now, the gravest alone [異動の別] · CRED-005, CRED-006."""
    wanted = [trouble for name, trouble in _OF_FACTS if getattr(facts, name)]
    for trouble in (*wanted, Trouble.LONG_DELAY):
        if check_trouble(trouble, facts, terms) is None:
            return trouble
    return Trouble.NONE
