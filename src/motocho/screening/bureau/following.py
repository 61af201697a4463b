"""News of the journal become inquiries and reports: each bureau's reader [日誌からの照会と登録].

Every change of money, arrears or person has its row in the transaction in which it happened, so
that following them misses none. A check that fell due is asked for by itself, and so is what an
application for a higher limit needs; without a consent nothing is asked, and a person is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from motocho.contact import tasks
from motocho.contact.holds import Source
from motocho.journal.rows import News, Position, read
from motocho.law.rules import Refusal
from motocho.ledger.chart import HOUSE
from motocho.loans import standing
from motocho.loans.commands import Key, Made
from motocho.loans.monitoring import BUREAU
from motocho.outside.bureau import Purpose
from motocho.outside.clock import JAPAN
from motocho.screening.bureau import inquiries, memberships, reports, troubles
from motocho.screening.bureau.inquiries import Need
from motocho.screening.bureau.memberships import Bureau
from motocho.screening.bureau.reports import Cause, Why
from motocho.screening.watch import Members

CHUNK = 200
LACKING, SILENT = "bureau_consent", "bureau_silent"
MONEY = frozenset(
    {
        "drawn", "received", "excess_used", "reversed", "charged", "forwarded", "accelerated",
        "arranged", "settled", "written_off", "assigned", "closed", "arrears_stage", "taken_over",
        "overpayment_owed",
    }
)  # fmt: skip
"""After these an agreement may stand otherwise than it was reported · 貸金業法41条の35."""
_WHY = {"drawn": Why.DRAW, "reversed": Why.UNDOING, "overpayment_owed": Why.UNDOING}
PERSONAL = frozenset(
    {"name", "birth_date", "address", "mobile_phone", "home_phone", "work_phone", "employer"}
)
"""Facts that a report holds · 施行規則30条の13第1項."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What a stretch of the journal brought [読み進めた結果]."""

    read: int
    reports: int
    inquiries: int


def read_on(cursor: Any, bureau: Bureau, on: date, at: datetime, most: int = CHUNK) -> Followed:
    """Make inquiries and reports of the next rows of the journal [日誌の読み進め] · CRED-003.

    Lock      the bureau's reader: one at a time.
    """
    news = read(cursor, _lock(cursor, bureau), most)
    reported = asked = 0
    for each in news:
        reported += _report(cursor, bureau, each, on)
        asked += bureau.is_asked and _ask(cursor, each, at)
    if news:
        cursor.execute(
            "UPDATE screening_bureau_reader SET transaction_id = %s, row_id = %s"
            " WHERE bureau_id = %s",
            (*news[-1].position, bureau.bureau_id),
        )
    return Followed(len(news), reported, asked)


def _lock(cursor: Any, bureau: Bureau) -> Position:
    cursor.execute(
        "SELECT transaction_id, row_id FROM screening_bureau_reader WHERE bureau_id = %s"
        " FOR UPDATE",
        (bureau.bureau_id,),
    )
    return Position(*cursor.fetchone())


def hold(cursor: Any, bureau: Bureau) -> None:
    """Hold off the bureau's reader until the transaction ends [読取りの排他]."""
    _lock(cursor, bureau)


# --------------------------------------------------------------------------------------- reports
def _report(cursor: Any, bureau: Bureau, news: News, on: date) -> int:
    happening = news.happening
    if happening.member_id == HOUSE:
        return 0
    ref = f"journal {news.position.row_id}"
    member_id, subject = happening.member_id, happening.subject
    if happening.kind == "fact_changed" and subject.get("kind") in PERSONAL:
        keys, why = reports.reported(cursor, bureau.bureau_id, member_id), Why.PERSON
    elif happening.kind in MONEY and int(subject.get("agreement", 0)):
        keys = [Key(member_id, int(subject["agreement"]))]
        why = _WHY.get(happening.kind, Why.MONEY)
    else:
        return 0
    event_no = int(subject.get("event", 0)) if why is Why.DRAW else 0
    cause = Cause(ref, happening.happened_at, on, why, event_no)
    return sum(reports.report(cursor, bureau, key, cause) is not None for key in keys)


_LATE = """
SELECT member_id, agreement_id FROM loan_agreement
WHERE late_since IS NOT NULL AND late_since <= %s AND status IN ('open', 'written_off')
  AND (member_id, agreement_id) > (%s, %s)
ORDER BY member_id, agreement_id LIMIT %s
"""


def look_at_delays(cursor: Any, bureau: Bureau, on: date, at: datetime) -> int:
    """Report delays that became long ones by the end of a day; how many [長期延滞] · CRED-005.

    Done once a day and bureau; what happens of itself, without news, is nothing else.
    Lock      the bureau's reader.
    """
    _lock(cursor, bureau)
    cursor.execute(
        "SELECT looked_on FROM screening_bureau_reader WHERE bureau_id = %s", (bureau.bureau_id,)
    )
    if cursor.fetchone()[0] >= on:
        return 0
    count, after = 0, Key(0, 0)
    while True:
        cursor.execute(_LATE, (on.toordinal(), *after, CHUNK))
        keys = [Key(*row) for row in cursor.fetchall()]
        for seen in standing.see(cursor, keys):
            state = seen.on(on.toordinal())
            days = standing.days_late(state, seen.rules)
            late_after = date.fromordinal(on.toordinal() - days)
            if days and troubles.long_from(late_after, bureau.terms) <= on:
                cause = Cause(f"long delay {late_after}", at, on)
                count += reports.report(cursor, bureau, seen.key, cause) is not None
        if len(keys) < CHUNK:
            break
        after = keys[-1]
    cursor.execute(
        "UPDATE screening_bureau_reader SET looked_on = %s WHERE bureau_id = %s",
        (on, bureau.bureau_id),
    )
    return count


_OWED = """
SELECT member_id, agreement_id FROM loan_agreement
WHERE principal_yen > 0 AND (member_id, agreement_id) > (%s, %s)
ORDER BY member_id, agreement_id LIMIT %s
"""


def report_all(cursor: Any, bureau: Bureau, after: Key, at: datetime) -> tuple[int, Key | None]:
    """Report what is owed when we join, so many at a time [加入時の登録].

    Gives     how many were reported, and after which agreement to go on; None once all are.
    Law       貸金業法41条の35第1項.
    """
    _lock(cursor, bureau)
    cursor.execute(_OWED, (*after, CHUNK))
    keys = [Key(*row) for row in cursor.fetchall()]
    cause = Cause("joining", at, at.astimezone(JAPAN).date())
    count = sum(reports.report(cursor, bureau, key, cause) is not None for key in keys)
    return count, keys[-1] if len(keys) == CHUNK else None


# ------------------------------------------------------------------------------------- inquiries
def _ask(cursor: Any, news: News, at: datetime) -> int:
    """What a row of the journal needs to know, asked once: a check, an application."""
    happening = news.happening
    need = _need(news)
    if need is None:
        return 0
    known = inquiries.of_need(cursor, happening.member_id, need.ref)
    if known is not None:
        return 0
    asked = inquiries.ask(cursor, happening.member_id, need, "system", at)
    if isinstance(asked, Refusal):
        tell_lacking(cursor, happening.member_id, need, at)
        return 0
    return 1


def tell_lacking(cursor: Any, member_id: int, need: Need, at: datetime) -> None:
    """Tell the staff that a bureau should be asked, and may not be [同意の不足] · CRED-001."""
    facts: dict[str, int | str] = {"what": LACKING, "need": need.purpose.value}
    plan = tasks.Plan(tasks.Kind.FOLLOW_UP, facts=facts)
    tasks.put(cursor, member_id, plan, Source("system", f"{LACKING} {need.ref}"), at)


def _need(news: News) -> Need | None:
    happening = news.happening
    subject = happening.subject
    if happening.kind == "increase_asked":
        return Need(Purpose.INCREASE, f"increase {subject['increase']}")
    if happening.kind == "check_due" and subject["check"] in {one.value for one in BUREAU}:
        # All checks of a member that fell due on a day are met by one answer.
        found_on = happening.happened_at.astimezone(JAPAN).date()
        return Need(Purpose.MONITORING, f"monitoring {found_on}", int(subject["agreement"]))
    return None


_RESUMING = """
SELECT a.member_id, min(a.agreement_id) FROM loan_agreement a
WHERE a.stops = '{bureau_check_due}' AND a.late_since IS NULL AND a.status = 'open'
  AND a.member_id > %(after)s AND a.member_id <= %(upto)s
  AND NOT EXISTS (SELECT FROM screening_inquiry i WHERE i.member_id = a.member_id
      AND i.purpose = 'monitoring' AND (i.state NOT IN ('answered', 'void') OR i.need = %(need)s))
GROUP BY a.member_id ORDER BY a.member_id
"""


def ask_resuming(cursor: Any, some: Members, made: Made) -> None:
    """A bureau is all that draws of some members wait for: it is asked [融資の再開前の照会].

    LEND-014, CRED-001: where it may not be asked, or does not answer, draws stay stopped.
    Law       施行規則10条の24第1項2号.
    """
    if memberships.asked(cursor, made.booked_at.astimezone(JAPAN).date()) is None:
        return
    ref = f"resuming {made.business_on}"
    cursor.execute(_RESUMING, {"after": some.after, "upto": some.upto, "need": ref})
    for member_id, agreement_id in cursor.fetchall():
        need = Need(Purpose.MONITORING, ref, agreement_id)
        asked = inquiries.ask(cursor, member_id, need, made.actor, made.booked_at)
        if isinstance(asked, Refusal):
            tell_lacking(cursor, member_id, need, made.booked_at)


_SILENT = """
SELECT member_id, 'inquiry', inquiry_id FROM screening_inquiry
WHERE bureau_id = %(bureau)s AND state = 'sent' AND sent_at < %(before)s
  AND times_sent >= %(tell_after)s
UNION ALL
SELECT member_id, 'report', report_id FROM screening_report
WHERE bureau_id = %(bureau)s AND state = 'sent' AND sent_at < %(before)s
  AND times_sent >= %(tell_after)s
ORDER BY 1, 2, 3
"""


def tell_silent(cursor: Any, bureau: Bureau, at: datetime) -> int:
    """Tell the staff what went out so often, and has no answer yet [回答のない照会と登録].

    Gives     how many there are; each is told once.
    """
    held = memberships.policy(at.astimezone(JAPAN).date())
    before = at - timedelta(hours=held.repeat_hours)
    wanted = {"bureau": bureau.bureau_id, "before": before, "tell_after": held.tell_after}
    cursor.execute(_SILENT, wanted)
    found = cursor.fetchall()
    new = [
        tasks.New(
            int(member_id),
            tasks.Plan(tasks.Kind.FOLLOW_UP, facts={"what": SILENT, name: int(number)}),
            Source("system", f"{SILENT} {name} {number}"),
        )
        for member_id, name, number in found
    ]
    tasks.put_all(cursor, new, at)
    return len(new)
