"""What a member told us and each step after it: complaints, opinions, answers [苦情・意見・回答].

    case = cases.tell(cursor, member_id, Told(Kind.COMPLAINT, words), source, at)
    cases.sort(cursor, case.key, Sorting(Category.CONTACT), Source("staff 7", "desk 11"), at)
    cases.add(cursor, case.key, Step(State.ANSWERED, words), Source("staff 7", "desk 12"), at)

Each case has a task for the staff until it is answered. A complaint about calls has its hold from
the moment it is told until it is closed. Words stand in these tables alone: tasks and the journal
hold numbers.
"""

from __future__ import annotations

import itertools
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, NamedTuple

from motocho.care.cases import drafts, sorting
from motocho.care.cases.policy import business_days_after, policy
from motocho.care.cases.sorting import Category, Severity, Sorting, Stage
from motocho.contact import tasks
from motocho.contact.holds import Source, lock
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.citation import parse_citations
from motocho.law.rules import Refusal
from motocho.outside.clock import JAPAN
from motocho.units.errors import Fault, InputError, NotFoundError, RefusedError, broken
from motocho.units.text import holds_my_number

LONGEST_WORDS = 2_000
MEMBER = "member"


class Kind(Enum):
    """What was told [種類]."""

    COMPLAINT = "complaint"
    OPINION = "opinion"
    REPLY = "reply"
    """An answer to a call of ours [電話への回答]."""


class State(Enum):
    """How far a case is [対応状況]."""

    RECEIVED = "received"
    """The member told, or told more."""
    LOOKING = "looking"
    ANSWERED = "answered"
    CLOSED = "closed"


_ENDING = frozenset({State.ANSWERED, State.CLOSED})
"""After which the member waits for nothing, until there are words again."""


class CaseKey(NamedTuple):
    """One case of a member [案件]."""

    member_id: int
    case_id: int


@dataclass(frozen=True, slots=True)
class Told:
    """What a member told [申し出]; a reply names the call.

    A complaint may say what it is about and which calls; else its words decide whether it is about
    calls or visits (`sorting.suggested`).
    """

    kind: Kind
    words: str
    attempt_id: int | None = None
    about: Sorting | None = None
    calls: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a case, with the words of who made it [対応の一段]."""

    state: State
    words: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken [対応の記録]."""

    step: Step
    actor: str
    at: datetime

    @property
    def is_ours(self) -> bool:
        """Whether the house took it [当社の対応か]."""
        return self.actor != MEMBER


@dataclass(frozen=True, slots=True)
class Case:
    """A case with its steps, the first one first [案件]."""

    key: CaseKey
    kind: Kind
    attempt_id: int | None
    told_at: datetime
    steps: tuple[Taken, ...]
    sorting: Sorting | None = None
    """What the desk, or the words, say it is about; None until then."""

    @property
    def state(self) -> State:
        """How far it is [対応状況]."""
        return self.steps[-1].step.state

    @property
    def waits_since(self) -> datetime:
        """When the member began to wait: told, or told more after the last answer [受付日時]."""
        since, is_over = self.told_at, False
        for one in self.steps:
            if one.step.state in _ENDING:
                is_over = True
            elif one.step.state is State.RECEIVED and is_over:
                since, is_over = one.at, False
        return since

    @property
    def times_reopened(self) -> int:
        """How often the member was not content with an answer [再申出の回数]."""
        states = [one.step.state for one in self.steps]
        return sum(
            after is State.RECEIVED and before in _ENDING
            for before, after in itertools.pairwise(states)
        )

    @property
    def first_answered_at(self) -> datetime | None:
        """When it was answered for the first time [最初の回答日時]."""
        mine = (one.at for one in self.steps if one.step.state is State.ANSWERED)
        return next(mine, None)

    @property
    def is_about_contact(self) -> bool:
        """Whether it is a complaint about calls or visits [連絡に関する苦情か]."""
        return self.sorting is not None and self.sorting.category is Category.CONTACT

    @property
    def is_seen(self) -> bool:
        """Whether somebody of the house took it up since the member last told [受付確認済みか]."""
        return self.steps[-1].is_ours

    @property
    def seen_by_on(self) -> date:
        """The day by which somebody has seen it [受付確認の期限] · DESK-004."""
        on = self.waits_since.astimezone(JAPAN).date()
        return business_days_after(on, policy(on).first_answer_days)

    @property
    def answered_by_on(self) -> date:
        """The day by which it is answered [回答の期限]; a serious one sooner."""
        on = self.waits_since.astimezone(JAPAN).date()
        held = policy(on)
        is_serious = self.sorting is not None and self.sorting.severity is Severity.SERIOUS
        days = held.serious_answer_days if is_serious else held.final_answer_days
        return business_days_after(on, days)

    @property
    def due_on(self) -> date | None:
        """The next day by which we owe the member something [次の期限]; None once answered."""
        if self.state in _ENDING:
            return None
        return self.answered_by_on if self.is_seen else min(self.seen_by_on, self.answered_by_on)


# --------------------------------------------------------------------------------------- telling
def tell(cursor: Any, member_id: int, told: Told, source: Source, at: datetime) -> Case:
    """Take in what a member tells, once for each form [苦情・意見の受付].

    Raises    InputError without words, or for too many; NotFoundError for a call that is not the
              member's.
    """
    words = readable(told.words)
    if told.attempt_id is not None and not _was_called(cursor, member_id, told.attempt_id):
        raise NotFoundError(Fault("CAR-010"))
    cursor.execute(
        "INSERT INTO care_case (member_id, kind, attempt_id, source, told_at)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (member_id, source) DO NOTHING RETURNING case_id",
        (member_id, told.kind.value, told.attempt_id, source.ref, at),
    )
    row = cursor.fetchone()
    if row is None:
        known = of_source(cursor, member_id, source.ref)
        return case(cursor, known or broken("a case of this form", member=member_id))
    key = CaseKey(member_id, int(row[0]))
    _write(cursor, key, Step(State.RECEIVED, words), Source(MEMBER, source.ref), at)
    if told.kind is Kind.COMPLAINT:
        _sort_told(cursor, key, told, source, at)
    facts = {"case": key.case_id, "kind": told.kind.value}
    plan = tasks.Plan(tasks.Kind.REPLY, facts=facts)
    tasks.put(cursor, member_id, plan, Source(MEMBER, _task_source(key)), at)
    journal.write(cursor, [Happening(member_id, "case_told", source.actor, at, facts)])
    return case(cursor, key)


def _sort_told(cursor: Any, key: CaseKey, told: Told, source: Source, at: datetime) -> None:
    """What a complaint is about, if anybody or its words say so; with its hold, at once."""
    by = Source(source.actor, f"case {key.case_id} told")
    for attempt_id in told.calls:
        sorting.link(cursor, key, attempt_id, by.actor, at)
    category = sorting.suggested(told.words)
    found = told.about or (None if category is None else Sorting(category))
    if found is None:
        return
    sorting.sort(cursor, key, found, by, at)
    if found.category is Category.CONTACT:
        sorting.hold(cursor, key, by, at)


def sort(cursor: Any, key: CaseKey, found: Sorting, source: Source, at: datetime) -> Case:
    """Say what a complaint is about, how grave, whose it is and why it came to it [苦情の分類].

    The hold of a complaint about calls comes and goes with it.

    Lock      the member's contacts.
    Raises    NotFoundError for no such case; InputError for one that is no complaint.
    """
    lock(cursor, key.member_id)
    known = case(cursor, key)
    if known.kind is not Kind.COMPLAINT:
        raise InputError(Fault("CMP-009"))
    sorting.sort(cursor, key, found, source, at)
    after = case(cursor, key)
    _keep_hold(cursor, after, source, at)
    return after


def _keep_hold(cursor: Any, known: Case, source: Source, at: datetime) -> None:
    if known.is_about_contact and known.state is not State.CLOSED:
        sorting.hold(cursor, known.key, source, at)
    else:
        sorting.release(cursor, known.key, source, at)


def _task_source(key: CaseKey) -> str:
    return f"case {key.case_id}"


def _plain(words: str) -> str:
    """Words without what no eye sees; lines, tabs and blanks of every width stay."""
    kept = (one for one in words.replace("\r\n", "\n") if one in "\n\t" or _is_seen(one))
    return "".join(kept).strip()


def _is_seen(sign: str) -> bool:
    return sign.isprintable() or unicodedata.category(sign) == "Zs"


def readable(words: str) -> str:
    """Words without what no eye sees; lines stay [言葉の点検] · PRIV-001: a My Number is not kept.

    Raises    InputError.
    """
    plain = _plain(words)
    if not plain:
        raise InputError(Fault("CAR-001"))
    if len(plain) > LONGEST_WORDS:
        details = {"longest": f"{LONGEST_WORDS:,}", "count": f"{len(plain):,}"}
        raise InputError(Fault("CAR-002", details=details))
    if holds_my_number(plain):
        raise InputError(Fault("CAR-023"))
    return plain


def _was_called(cursor: Any, member_id: int, attempt_id: int) -> bool:
    cursor.execute(
        "SELECT FROM contact_attempt WHERE member_id = %s AND attempt_id = %s"
        " AND channel = 'phone' AND valid_until IS NOT NULL",
        (member_id, attempt_id),
    )
    return cursor.fetchone() is not None


# ---------------------------------------------------------------------------------- what follows
def add(cursor: Any, key: CaseKey, step: Step, source: Source, at: datetime) -> Case:
    """Take one more step, once for each source [対応の記録] · DESK-004.

    The member's further words open an answered or a closed case again.

    Lock      the member's contacts.
    Raises    NotFoundError for no such case; InputError for an answer without words, or for words
              that may not be kept; RefusedError where a complaint would be closed by who handled
              it, or before it was answered.
    """
    lock(cursor, key.member_id)
    known = case(cursor, key)
    cursor.execute(
        "SELECT FROM care_case_step WHERE member_id = %s AND source = %s",
        (key.member_id, source.ref),
    )
    if cursor.fetchone() is not None:
        return known
    if known.state is State.CLOSED and step.state is not State.RECEIVED:
        raise RefusedError(Fault("CMP-010"))
    if step.state is State.CLOSED:
        refusal = check_closing(known, source.actor)
        if refusal is None and known.kind is Kind.COMPLAINT:
            refusal = sorting.check_closing(cursor, key, source.actor, known.times_reopened)
        if refusal is not None:
            raise RefusedError(refusal.fault())
    words = _plain(step.words)
    if words or step.state in {State.RECEIVED, State.ANSWERED}:
        words = readable(words)
    _write(cursor, key, Step(step.state, words), source, at)
    _keep_task(cursor, known, step.state, source, at)
    facts = {"case": key.case_id, "state": step.state.value}
    journal.write(cursor, [Happening(key.member_id, "case_step", source.actor, at, facts)])
    after = case(cursor, key)
    if known.kind is Kind.COMPLAINT:
        if step.state is State.RECEIVED and after.sorting is None:
            after = _sort_more(cursor, after, words, source, at)
        if step.state is State.ANSWERED and drafts.names_body(words):
            sorting.note_adr(cursor, key, Stage.TOLD, None, (source.actor, at))
        _keep_hold(cursor, after, source, at)
    return after


def _sort_more(cursor: Any, known: Case, words: str, source: Source, at: datetime) -> Case:
    """What was told later may be the first that says that it is about calls."""
    category = sorting.suggested(words)
    if category is None:
        return known
    by = Source(source.actor, f"case {known.key.case_id} told {len(known.steps)}")
    sorting.sort(cursor, known.key, Sorting(category), by, at)
    return case(cursor, known.key)


def check_closing(known: Case, actor: str) -> Refusal | None:
    """DESK-004: whether somebody may close a case [苦情の完了の可否].

    Law       貸金業法12条の2の2, 41条の44.
    """
    if known.kind is not Kind.COMPLAINT:
        return None
    law = tuple(parse_citations("貸金業法12条の2の2"))
    handled = {one.actor for one in known.steps if one.step.state in _HANDLING}
    if actor in handled:
        return Refusal("DESK-004", "CAR-012", law)
    if known.state is not State.ANSWERED:
        return Refusal("DESK-004", "CAR-013", law)
    return None


_HANDLING = frozenset({State.LOOKING, State.ANSWERED})


def _keep_task(cursor: Any, known: Case, after: State, source: Source, at: datetime) -> None:
    """The staff has a task as long as the member waits for an answer."""
    key, ref = known.key, _task_source(known.key)
    waits = [one for one in tasks.of_member(cursor, key.member_id) if one.source.startswith(ref)]
    mine = [one for one in waits if one.plan.facts.get("case") == key.case_id]
    if after in _ENDING:
        ending = tasks.Ending(tasks.Outcome.DONE, source.actor)
        for one in mine:
            tasks.end(cursor, key.member_id, one.task_id, ending, at)
    elif after is State.RECEIVED and not mine:
        facts = {"case": key.case_id, "kind": known.kind.value}
        again = Source(source.actor, f"{ref} step {len(known.steps) + 1}")
        plan = tasks.Plan(tasks.Kind.REPLY, facts=facts)
        tasks.put(cursor, key.member_id, plan, again, at)


def _write(cursor: Any, key: CaseKey, step: Step, source: Source, at: datetime) -> None:
    cursor.execute(
        "INSERT INTO care_case_step (member_id, case_id, step_no, state, words, source, actor, at)"
        " SELECT %s, %s, count(*) + 1, %s, %s, %s, %s, %s FROM care_case_step"
        " WHERE member_id = %s AND case_id = %s",
        (*key, step.state.value, step.words, source.ref, source.actor, at, *key),
    )


# --------------------------------------------------------------------------------------- looking
_CASES = (
    "SELECT member_id, case_id, kind, attempt_id, told_at FROM care_case"
    " WHERE member_id = %s{more} ORDER BY case_id DESC LIMIT %s"
)
_STEPS = (
    "SELECT case_id, state, words, actor, at FROM care_case_step"
    " WHERE member_id = %s AND case_id = ANY(%s) ORDER BY case_id, step_no"
)
MOST_SHOWN = 50


def case(cursor: Any, key: CaseKey) -> Case:
    """One case with its steps [案件の照会].

    Raises    NotFoundError if the member has none of that number.
    """
    cursor.execute(_CASES.format(more=" AND case_id = %s"), (*key, 1))
    found = _with_steps(cursor, key.member_id, cursor.fetchall())
    if not found:
        raise NotFoundError(Fault("CAR-011"))
    return found[0]


def of_member(cursor: Any, member_id: int) -> list[Case]:
    """A member's cases, the newest first [会員の案件]."""
    cursor.execute(_CASES.format(more=""), (member_id, MOST_SHOWN))
    return _with_steps(cursor, member_id, cursor.fetchall())


_WAITING = (
    " FROM care_case c WHERE (SELECT s.state FROM care_case_step s WHERE s.member_id = c.member_id"
    " AND s.case_id = c.case_id ORDER BY s.step_no DESC LIMIT 1) <> 'closed'"
)


def count_waiting(cursor: Any) -> int:
    """How many cases wait, however many are listed [未了の件数]."""
    cursor.execute(f"SELECT count(*){_WAITING}")
    return int(cursor.fetchone()[0])


def waiting(cursor: Any, most: int = 100) -> list[Case]:
    """Cases that no answer has ended yet, the oldest first, for the staff [未了の案件]."""
    cursor.execute(
        f"SELECT c.member_id, c.case_id, c.kind, c.attempt_id, c.told_at{_WAITING}"
        " ORDER BY c.told_at LIMIT %s",
        (most,),
    )
    rows = cursor.fetchall()
    return [found for row in rows for found in _with_steps(cursor, row[0], [row])]


def of_source(cursor: Any, member_id: int, ref: str) -> CaseKey | None:
    """The case that a form or a call began [受付元からの照会]; None where none did."""
    cursor.execute(
        "SELECT case_id FROM care_case WHERE member_id = %s AND source = %s", (member_id, ref)
    )
    row = cursor.fetchone()
    return None if row is None else CaseKey(member_id, int(row[0]))


def _with_steps(cursor: Any, member_id: int, rows: list[tuple[Any, ...]]) -> list[Case]:
    cursor.execute(_STEPS, (member_id, [row[1] for row in rows]))
    steps: dict[int, list[Taken]] = {}
    for number, state, words, actor, at in cursor.fetchall():
        steps.setdefault(number, []).append(Taken(Step(State(state), words), actor, at))
    found = sorting.sortings(cursor, member_id, [row[1] for row in rows])
    return [
        Case(
            CaseKey(row[0], row[1]),
            Kind(row[2]),
            row[3],
            row[4],
            tuple(steps[row[1]]),
            found.get(row[1]),
        )
        for row in rows
    ]
