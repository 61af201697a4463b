"""What members and staff do about what the watch asked, and what it brings [途上管理の手続き].

Each lifts its own reason: facts that are confirmed, draws that were the member's own, an employer
that a paper shows, an address that is known again, a self-exclusion whose time is over, a talk that
a reviewer judged. None lifts another's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum
from typing import Any

from motocho.contact import holds
from motocho.contact.guard import HoldKind
from motocho.contact.holds import Source, Wish
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.rules import Refusal
from motocho.law.tables import table
from motocho.loans import queries
from motocho.loans.commands import Ask, EmployerCheck, Ended, Ending, Made, watches
from motocho.loans.monitoring import a_month_after
from motocho.loans.policy import Stop, refusal
from motocho.loans.queries import Watch
from motocho.people.access import Role, Staff
from motocho.screening.watch.policy import policy
from motocho.units.errors import Fault, NotAllowedError, NotFoundError

REVIEWERS = frozenset({Role.REVIEWER, Role.SUPERVISOR})
BY_A_PERSON = frozenset({Stop.OFTEN_DRAWN, Stop.DEBTS_ELSEWHERE, Stop.UNREACHABLE, Stop.LATE_OFTEN})
"""Reasons that a reviewer may end after a talk; the others end by a paper, a day or the member."""
_MONTHS = 12


# --------------------------------------------------------------------------------------- the member
def confirm_facts(cursor: Any, member_id: int, made: Made) -> None:
    """The member says that everything registered is right [登録情報の確認]; ends what asked for it.

    Lock      the member's agreements.
    """
    cursor.execute(
        "INSERT INTO screening_confirmation (member_id, confirmed_on, source, actor, confirmed_at)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (member_id, source) DO NOTHING",
        (member_id, made.business_on, _source(made), made.actor, made.booked_at),
    )
    if cursor.rowcount:
        journal.write(
            cursor, [Happening(member_id, "facts_confirmed", made.actor, made.booked_at, {})]
        )
    ended = Ended(Ending.DONE, _source(made))
    watches.end(cursor, member_id, Stop.FACTS_OLD, ended, made)


def own_draws(cursor: Any, member_id: int, made: Made) -> bool:
    """The member says that the draws were their own [本人の借入れの確認].

    Who says so proved a second time who they are: that is the page's to ask.
    Gives     whether it was asked.
    """
    ended = Ended(Ending.DONE, _source(made))
    return watches.end(cursor, member_id, Stop.OFTEN_DRAWN, ended, made)


def exclude(cursor: Any, member_id: int, made: Made) -> Watch:
    """The member asks that nothing be lent to them [貸付自粛の申出] · LEND-021, SOLI-005.

    At once, for as long as the rule of the association lasts at most; nobody is invited meanwhile.
    """
    until_on = a_month_after(made.business_on, _MONTHS * _rule(made.business_on, "most_years"))
    _put(cursor, member_id, ("own", until_on), made)
    return _standing(cursor, member_id)


def take_back_exclusion(cursor: Any, member_id: int, made: Made) -> Refusal | None:
    """The member takes their own self-exclusion back [貸付自粛の撤回] · LEND-021.

    Gives     a refusal with the first day on which it may be, within the months of reflection, or
              where a bureau told of it: then the association takes it back, and the bureau says so.
    Raises    NotFoundError where none stands.
    """
    found = _standing(cursor, member_id)
    if not found.source.startswith(_OWN):
        return refusal("LEND-021", "SCR-291")
    first_on = free_from(found)
    if made.business_on < first_on:
        return refusal("LEND-021", "SCR-290", day=first_on.isoformat())
    ended = Ended(Ending.DONE, _source(made))
    watches.end(cursor, member_id, Stop.SELF_EXCLUDED, ended, made)
    end_holds(cursor, member_id, made)
    return None


def free_from(found: Watch) -> date:
    """The first day on which a self-exclusion may be taken back [撤回できる日].

    Law       日本貸金業協会 貸付自粛対応規則: `lending.self_exclusion`.
    """
    months = _rule(found.found_on, "no_withdrawal_months")
    return a_month_after(found.found_on, months) + timedelta(days=1)


# ---------------------------------------------------------------------------------------- the staff
class Road(Enum):
    """By which road a member could not be reached [不着の手段]."""

    LETTER = "letter"
    PHONE = "phone"
    MAIL = "mail"


def note_unreached(cursor: Any, member_id: int, road: Road, made: Made) -> bool:
    """A letter came back, a number is not in use, mails reach nobody [不着の記録].

    Gives     whether it is new: a source counts once.
    """
    cursor.execute(
        "INSERT INTO screening_unreached (member_id, road, noted_on, source, actor, noted_at)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (member_id, source) DO NOTHING",
        (member_id, road.value, made.business_on, _source(made), made.actor, made.booked_at),
    )
    if cursor.rowcount == 0:
        return False
    subject: dict[str, int | str] = {"road": road.value}
    happening = Happening(member_id, "unreached_noted", made.actor, made.booked_at, subject)
    journal.write(cursor, [happening])
    return True


def confirm_employer(
    cursor: Any, member_id: int, check: EmployerCheck, by: tuple[Staff, Made]
) -> bool:
    """A reviewer confirmed where the member works, by a paper or a permitted call [勤務先の確認].

    Raises    NotAllowedError for who does not review; RefusedError without the paper.
    Law       施行規則10条の26第2項 · LEND-012.
    """
    staff, made = by
    _refuse_others(staff)
    return watches.record_employer(cursor, member_id, check, replace(made, actor=staff.actor))


def judge(cursor: Any, member_id: int, stop: Stop, by: tuple[Staff, Made]) -> bool:
    """A reviewer ends a reason after a talk [担当者の判断]; gives whether it was open.

    Raises    NotAllowedError for who does not review, and for a reason that no person ends.
    """
    staff, made = by
    _refuse_others(staff)
    if stop not in BY_A_PERSON:
        watches.refuse_by_hand(stop)
        raise NotAllowedError(Fault("SCR-292"))
    own = replace(made, actor=staff.actor)
    return watches.end(cursor, member_id, stop, Ended(Ending.JUDGED, _source(made)), own)


def _refuse_others(staff: Staff) -> None:
    if not REVIEWERS & staff.roles:
        raise NotAllowedError(Fault("SCR-292"))


# ------------------------------------------------------------------------------- what a bureau told
@dataclass(frozen=True, slots=True)
class Learned:
    """What an answer of a bureau says beside sums [回答の内容].

    `excluded_until` is the last day of the self-exclusions that it names; None for none.
    """

    excluded_until: date | None
    is_monitoring: bool
    """Whether it was asked for an open line: an application is decided by itself."""


def learn(cursor: Any, member_id: int, learned: Learned, made: Made) -> None:
    """What a bureau's answer brings beside the law's third [回答の後] · LEND-021.

    A self-exclusion is kept to from now on, and ends when an answer names none; what others are
    owed is compared with the least of the last months.

    Lock      the member's agreements.
    Law       貸金業法41条の38: used to look into what can be repaid, and for nothing else.
    """
    until_on = learned.excluded_until
    if until_on is not None and until_on >= made.business_on:
        _put(cursor, member_id, ("bureau", until_on), made)
    elif any(_is_told_by_bureau(one) for one in queries.watches_of(cursor, member_id)):
        ended = Ended(Ending.DONE, _source(made))
        watches.end(cursor, member_id, Stop.SELF_EXCLUDED, ended, made)
        end_holds(cursor, member_id, made)
    if learned.is_monitoring:
        _compare(cursor, member_id, made)


_OTHERS = """
SELECT (SELECT min(others_yen) FROM loan_bureau_answer WHERE member_id = %(member)s
    AND inquired_on >= %(from)s AND answer_id <> last.answer_id), last.others_yen
FROM loan_bureau_answer last WHERE last.member_id = %(member)s
ORDER BY last.inquired_on DESC, last.answer_id DESC LIMIT 1
"""


def _compare(cursor: Any, member_id: int, made: Made) -> None:
    house = policy(made.business_on)
    from_on = a_month_after(made.business_on, -house.elsewhere_months)
    cursor.execute(_OTHERS, {"member": member_id, "from": from_on})
    least_yen, now_yen = cursor.fetchone() or (None, 0)
    if least_yen is not None and has_risen(least_yen, now_yen, house.elsewhere_rise_yen):
        found = Ask(member_id, Stop.DEBTS_ELSEWHERE, f"elsewhere {_source(made)}")
        watches.ask(cursor, [found], made)
    else:
        ended = Ended(Ending.DONE, _source(made))
        watches.end(cursor, member_id, Stop.DEBTS_ELSEWHERE, ended, made)


def has_risen(least_yen: int, now_yen: int, rise_yen: int) -> bool:
    """Whether what others are owed grew by so much that a person talks first [他社残高の増加].

    >>> [has_risen(100_000, now, 500_000) for now in (599_999, 600_000)]
    [False, True]
    """
    return now_yen >= least_yen + rise_yen


# --------------------------------------------------------------------------------------- the parts
_OWN = "exclusion own"


def _put(cursor: Any, member_id: int, told: tuple[str, date], made: Made) -> None:
    by, until_on = told
    source = f"exclusion {by} {_source(made)}"
    asked = Ask(member_id, Stop.SELF_EXCLUDED, source, until_on=until_on)
    if watches.ask(cursor, [asked], made):
        wish = Wish(HoldKind.SELF_EXCLUDED)
        holds.put(cursor, member_id, wish, Source(made.actor, source), made.booked_at)


def end_holds(cursor: Any, member_id: int, made: Made) -> None:
    """Invitations may come again once a self-exclusion ended [勧誘停止の解除] · SOLI-005."""
    for one in holds.standing(cursor, member_id, made.business_on):
        if one.hold.kind is HoldKind.SELF_EXCLUDED:
            holds.end(cursor, member_id, one.hold_id, made.actor, made.booked_at)


def _standing(cursor: Any, member_id: int) -> Watch:
    for one in queries.watches_of(cursor, member_id):
        if one.stop is Stop.SELF_EXCLUDED:
            return one
    raise NotFoundError(Fault("SCR-293"))


def _is_told_by_bureau(one: Watch) -> bool:
    return one.stop is Stop.SELF_EXCLUDED and not one.source.startswith(_OWN)


@dataclass(frozen=True, slots=True)
class ExclusionRule:
    """How long a self-exclusion lasts at most, and how long it cannot be taken back [貸付自粛]."""

    most_years: int
    least_months: int


def exclusion_rule(on: date) -> ExclusionRule:
    """The rule of a day [貸付自粛の期間]: `lending.self_exclusion`."""
    return ExclusionRule(_rule(on, "most_years"), _rule(on, "no_withdrawal_months"))


def _rule(on: date, name: str) -> int:
    return table("lending.self_exclusion").at(on).number(name)


def _source(made: Made) -> str:
    return f"{made.channel} {made.external_ref}"
