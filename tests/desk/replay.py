"""The finished record of a desk, read again alone: every attempt in the moment it was made.

Nothing of the gate is asked. What stood at a moment is put together from the rows by their spans
(holds, agreements, tasks, promises, stops, consents, calls, letters, what was booked), and given to
the table of `tests.contact.matrix`. Moments count strictly: what was written in the same moment was
written after.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from tests.contact import matrix
from tests.contact.matrix import Case

from motocho.kernel import revolving
from motocho.loans.commands import Key
from motocho.outside.clock import JAPAN
from motocho.simulation import _replay

WRITING = ("email", "post", "sms")
RINGING = ("phone", "visit")
NAMED = ("consultation", "call_back")
AWAITED = ("consultation", "call_back", "reply")


def rows(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def day(at: datetime) -> int:
    return (matrix.minute_of(at) + matrix.JST) // matrix.DAY  # type: ignore[operator]


class Attempt(NamedTuple):
    """A row of the gate's book."""

    member_id: int
    attempt_id: int
    channel: str
    whom: str
    counterpart: str
    hand: str
    basis: str
    purpose: str
    cause: str
    actor: str
    at: datetime
    valid_until: datetime | None
    refused_by: list[str]


class Span(NamedTuple):
    """Something that stood from a moment until another."""

    what: Any
    begins: datetime
    ends: datetime | None

    def stands(self, at: datetime) -> bool:
        return self.begins < at and (self.ends is None or self.ends >= at)


Spans = defaultdict[int, list[Span]]


@dataclass
class Record:
    """Everything the desk left behind, by member."""

    attempts: list[Attempt] = field(default_factory=list)
    holds: Spans = field(default_factory=lambda: defaultdict(list))
    agreements: Spans = field(default_factory=lambda: defaultdict(list))
    tasks: Spans = field(default_factory=lambda: defaultdict(list))
    promises: Spans = field(default_factory=lambda: defaultdict(list))
    counsel: Spans = field(default_factory=lambda: defaultdict(list))
    dead: Spans = field(default_factory=lambda: defaultdict(list))
    consents: Spans = field(default_factory=lambda: defaultdict(list))
    not_called: dict[int, datetime] = field(default_factory=dict)
    """When it was written down that a permit was not used, by its number."""

    @classmethod
    def read(cls) -> Record:
        found = cls()
        found.attempts = [
            Attempt(*row)
            for row in rows(
                "SELECT member_id, attempt_id, channel, whom, counterpart, hand, basis, purpose,"
                " cause, actor, asked_at, valid_until, refused_by FROM contact_attempt"
                " ORDER BY asked_at, attempt_id"
            )
        ]
        for member_id, kind, last_on, opens, closes, about, begins, ends in rows(
            "SELECT member_id, kind, last_on, from_hour, until_hour, about, told_at, ended_at"
            " FROM contact_hold"
        ):
            hours = None if opens is None else (opens, closes)
            last = None if last_on is None else last_on.toordinal() - matrix.EPOCH
            found.holds[member_id].append(Span((kind, last, hours, about), begins, ends))
        for member_id, kind, first, last_on, opens, closes, begins, ends in rows(
            "SELECT member_id, kind, from_on, last_on, from_hour, until_hour, agreed_at, ended_at"
            " FROM contact_agreement"
        ):
            days = (first.toordinal() - matrix.EPOCH, last_on.toordinal() - matrix.EPOCH)
            found.agreements[member_id].append(Span((kind, *days, (opens, closes)), begins, ends))
        for member_id, kind, purpose, planned_at, begins, ends in rows(
            "SELECT member_id, kind, purpose, planned_at, put_at, ended_at FROM contact_task"
        ):
            found.tasks[member_id].append(Span((kind, purpose, planned_at), begins, ends))
        found.not_called = dict(
            rows(
                "SELECT attempt_id, noted_at FROM contact_call_result r WHERE result = 'not_called'"
                " AND NOT EXISTS (SELECT FROM contact_use u WHERE u.attempt_id = r.attempt_id)"
            )
        )
        found._read_loans()
        found._read_consents()
        return found

    def _read_loans(self) -> None:
        ended = endings()
        for member_id, number, pay_on, begins in rows(
            "SELECT member_id, promise_no, pay_on, made_at FROM loan_promise"
        ):
            last = pay_on.toordinal() - matrix.EPOCH
            self.promises[member_id].append(Span(last, begins, ended.get(number)))
        stops: dict[tuple[int, int, str], datetime] = {}
        for member_id, kind, agreement, stop, at in rows(
            "SELECT member_id, kind, (subject->>'agreement')::bigint, subject->>'stop', happened_at"
            " FROM journal_row WHERE kind IN ('suspended', 'lifted')"
            " AND subject->>'stop' IN ('counsel', 'deceased') ORDER BY row_id"
        ):
            spans = self.counsel if stop == "counsel" else self.dead
            if kind == "suspended":
                stops.setdefault((member_id, agreement, stop), at)
            elif (member_id, agreement, stop) in stops:
                begins = stops.pop((member_id, agreement, stop))
                spans[member_id].append(Span(agreement, begins, at))
        for (member_id, agreement, stop), begins in stops.items():
            spans = self.counsel if stop == "counsel" else self.dead
            spans[member_id].append(Span(agreement, begins, None))

    def _read_consents(self) -> None:
        since: dict[int, datetime] = {}
        for member_id, is_given, at in rows(
            "SELECT member_id, is_given, effective_at FROM people_consent"
            " WHERE kind = 'campaign' ORDER BY effective_at, consent_no"
        ):
            if is_given:
                since.setdefault(member_id, at)
            elif member_id in since:
                self.consents[member_id].append(Span(None, since.pop(member_id), at))
        for member_id, at in since.items():
            self.consents[member_id].append(Span(None, at, None))


@dataclass
class Told:
    """What the second opinion found."""

    counts: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)


def compare(record: Record) -> Told:
    """Every attempt, as the table of the law judges the moment in which it was made."""
    told = Told()
    before: defaultdict[int, list[Attempt]] = defaultdict(list)
    for one in record.attempts:
        case = situation(record, one, before[one.member_id])
        expected = sorted(rule_id for rule_id, _ in matrix.judge(case))
        if expected != sorted(one.refused_by):
            told.differences.append(f"{one} the table says {expected}: {case}")
        told.counts.update(set(expected) or {"permitted"})
        told.counts["attempts"] += 1
        before[one.member_id].append(one)
    return told


def situation(record: Record, one: Attempt, before: list[Attempt]) -> Case:
    """The situation of an attempt in the table's words."""
    at, member = one.at, one.member_id
    minute = matrix.minute_of(at)
    assert minute is not None

    def standing(spans: Spans) -> list[Any]:
        return [span.what for span in spans[member] if span.stands(at)]

    tasks = standing(record.tasks)
    named = [planned for kind, _, planned in tasks if kind in NAMED]
    passed = [planned for planned in named if planned <= at]
    permitted = [each for each in before if each.valid_until is not None]
    demands = [
        day(each.at)
        for each in permitted
        if each.purpose == "arrears" and each.channel in WRITING and not _is_same(each, one)
    ]
    holds = standing(record.holds)
    if standing(record.dead) and not any(kind == "deceased" for kind, *_ in holds):
        holds.append(("deceased", None, None, ""))
    return Case(
        minute=minute, zone=9, purpose=one.purpose, channel=one.channel, whom=one.whom,
        hand=one.hand, basis=one.basis, other=one.counterpart,
        overdue=one.purpose == "campaign" and _is_overdue(member, at),
        counsel=bool(standing(record.counsel)), consent=bool(standing(record.consents)),
        consulting=any(kind == "consultation" for kind, *_ in tasks),
        asked=any(kind in AWAITED or purpose == "asked_for" for kind, purpose, _ in tasks),
        calls=sum(_counts(record, each, at) for each in permitted),
        promised=max(standing(record.promises), default=None),
        demanded=max(demands, default=None),
        agreed=max((day(planned) for planned in passed), default=None),
        named=min((matrix.minute_of(each) or 0 for each in named if each > at), default=None),
        holds=holds, agreements=standing(record.agreements),
    )  # fmt: skip


def _is_same(earlier: Attempt, one: Attempt) -> bool:
    """A step of collections asks until it may: its tries are one letter."""
    return one.actor == "worker" and earlier.cause == one.cause


def _counts(record: Record, earlier: Attempt, at: datetime) -> bool:
    """Whether a call of before takes one of the day's three."""
    if earlier.purpose != "arrears" or earlier.channel not in RINGING:
        return False
    freed_at = record.not_called.get(earlier.attempt_id)
    is_free = freed_at is not None and freed_at < at
    return day(earlier.at) == day(at) and not is_free


def _is_overdue(member_id: int, at: datetime) -> bool:
    """Whether anything was late, folded again from what was booked by then."""
    keys = rows(
        "SELECT member_id, agreement_id FROM loan_agreement WHERE member_id = %s", member_id
    )
    on = at.astimezone(JAPAN).date().toordinal()
    with connection.cursor() as cursor:
        found = _replay.read(cursor, [Key(*key) for key in keys], until=at)
    for one in found:
        if one.opened_on > on:
            continue
        steps = one.steps()
        state = steps[-1][1].state if steps else one.opened()
        state = revolving.advance(state, max(on, state.on), one.rules)
        if state.late_since is not None or state.accelerated_on is not None:
            return True
    return False


# --------------------------------------------------------------------------- what must hold besides
def in_six_months(on: date) -> date:
    """The day of the same number six months on; the month's last where it has none."""
    year, month = (on.year, on.month + 6) if on.month <= 6 else (on.year + 1, on.month - 6)
    for number in range(on.day, 27, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    return date(year, month, on.day)


def of_the_day(record: Record) -> Counter[str]:
    """No debtor is called a fourth time on a day, nobody by night; gives how often a third time."""
    calls: Counter[tuple[int, int]] = Counter()
    for one in record.attempts:
        if one.valid_until is None:
            continue
        here = one.at.astimezone(JAPAN)
        is_free = one.channel not in RINGING and one.purpose == "asked_for"
        if one.purpose not in ("security", "transaction", "statutory_document") and not is_free:
            assert one.channel == "site" or 8 <= here.hour < 21, one
        if one.purpose == "arrears" and one.channel in RINGING:
            calls[one.member_id, day(one.at)] += one.attempt_id not in record.not_called
    assert max(calls.values(), default=0) <= 3
    return Counter({f"days of {count} calls": sum(n == count for n in calls.values()) for count in (1, 2, 3)})  # fmt: skip


def used_once() -> int:
    """No permit was used twice, nor after its end; gives how many were used."""
    used = rows(
        "SELECT u.used_at, a.asked_at, a.valid_until FROM contact_use u"
        " JOIN contact_attempt a USING (member_id, attempt_id)"
    )
    assert all(asked <= at < until for at, asked, until in used)
    twice = rows("SELECT attempt_id FROM contact_use GROUP BY attempt_id HAVING count(*) > 1")
    assert not twice
    return len(used)


def ended_talks() -> int:
    """Each talk has its one ending; a call of ours has its result too."""
    left = rows(
        "SELECT t.attempt_id FROM care_talk t LEFT JOIN care_talk_end e USING (member_id, attempt_id)"
        " LEFT JOIN contact_call_result r USING (member_id, attempt_id)"
        " WHERE e.attempt_id IS NULL OR t.direction = 'out' AND r.attempt_id IS NULL"
    )
    assert not left
    return int(rows("SELECT count(*) FROM care_talk")[0][0])


def silence(record: Record, words: str) -> int:
    """Who said so on an offer, or chose it on the site, is offered nothing for six months.

    By no way at all, unless they took it back. Gives how often it was said.
    """
    said = rows(
        "SELECT t.member_id, e.ended_at FROM care_talk t JOIN care_talk_end e"
        " USING (member_id, attempt_id) WHERE t.reason IN ('increase', 'win_back') AND e.said = %s",
        words,
    ) + rows("SELECT member_id, told_at FROM contact_hold WHERE kind = 'not_now'")
    lifted = rows("SELECT member_id, ended_at FROM contact_hold WHERE ended_at IS NOT NULL")
    for member_id, at in said:
        last_on = in_six_months(at.astimezone(JAPAN).date())
        taken_back = [ended for member, ended in lifted if member == member_id and ended >= at]
        for one in record.attempts:
            on = one.at.astimezone(JAPAN).date()
            is_offer = one.purpose == "campaign" and one.valid_until is not None
            if one.member_id == member_id and is_offer and one.at > at and on <= last_on:
                assert any(ended < one.at for ended in taken_back), one
    return len(said)


GRACE = timedelta(days=3)


def promises(last_on: date) -> Counter[str]:
    """Each promise against the money of the ledger, counted by hand; gives the outcomes."""
    found: Counter[str] = Counter()
    ended = endings()
    for member_id, book, number, amount_yen, pay_on, made_on, made_at, outcome in rows(
        "SELECT member_id, agreement_id, promise_no, amount_yen, pay_on, made_on, made_at, outcome"
        " FROM loan_promise"
    ):
        at = ended.get(number)
        days = (made_on, pay_on + GRACE)
        paid_yen = sum(
            amount
            for amount, booked_at, reversed_at in _money(member_id, book, days)
            if made_at <= booked_at
            and (at is None or booked_at <= at)
            and (reversed_at is None or (at is not None and reversed_at > at))
        )
        is_paid = paid_yen >= amount_yen
        told = (member_id, book, amount_yen, pay_on, made_at, outcome, at, paid_yen)
        if outcome == "kept":
            assert is_paid, told
        elif outcome == "broken":
            assert not is_paid, told
            assert at is not None, told
            assert at >= midnight_after(pay_on), told
        elif outcome is None:
            assert not is_paid, told
            assert last_on <= pay_on + GRACE, told
        found[outcome or "open"] += 1
    return found


def endings() -> dict[int, datetime]:
    """When each promise ended, by its number."""
    return dict(
        rows(
            "SELECT (subject->>'promise')::bigint, min(happened_at) FROM journal_row"
            " WHERE kind IN ('promise_kept', 'promise_broken', 'promise_withdrawn') GROUP BY 1"
        )
    )


def midnight_after(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, tzinfo=JAPAN) + timedelta(days=1)


def _money(member_id: int, book: int, days: tuple[date, date]) -> Iterator[tuple[Any, ...]]:
    """Entries of receipts by day of value, with the moment in which each was reversed."""
    yield from rows(
        "SELECT e.total_yen, e.booked_at, (SELECT min(r.booked_at) FROM ledger_entry r"
        " WHERE r.member_id = e.member_id AND r.reverses_entry_id = e.entry_id)"
        " FROM ledger_entry e WHERE e.member_id = %s AND e.book_id = %s AND e.kind = 'receipt'"
        " AND e.value_on BETWEEN %s AND %s",
        member_id, book, *days,
    )  # fmt: skip
