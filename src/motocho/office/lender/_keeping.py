"""Claims against us as they are kept: taken in, steps added, read back [当社への請求の記録]."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import Enum
from typing import Any, LiteralString, NamedTuple

import orjson

from motocho.care.collections import counsel
from motocho.contact import tasks
from motocho.contact.holds import Source
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.loans.commands import OF_BEFORE, Key, Made
from motocho.office.lender._rules import OVER, Step, is_released, is_stopped, may_follow
from motocho.outside.clock import JAPAN
from motocho.units.errors import Fault, InputError, NotFoundError, RefusedError
from motocho.units.text import holds_my_number

LONGEST_OFFICE, LONGEST_REF, LONGEST_WORDS = 200, 100, 1_000
PAGE_OF = 50
"""How many lines a page of a list has."""
MORNING = time(9, tzinfo=JAPAN)


class Claimant(Enum):
    """Who claims [請求者]."""

    SELF = "self"
    LAWYER = "lawyer"
    SCRIVENER = "scrivener"
    HEIR = "heir"


COUNSEL = {Claimant.LAWYER: counsel.Sender.LAWYER, Claimant.SCRIVENER: counsel.Sender.SCRIVENER}


class Second(Enum):
    """Which case it is where a claim of the same was taken in before [再度の請求の事情]."""

    SHARE = "share"
    """Another heir claims another share of it [ほかの相続人の持分]."""
    OTHER_DEALINGS = "other_dealings"
    """Other dealings of before, with a history of their own [別の取引]."""
    AFTER_WITHDRAWN = "after_withdrawn"
    AFTER_REFUSED = "after_refused"
    AFTER_ENDED = "after_ended"
    """What was settled and paid is disputed: its settlement counts against what is left."""


class Due(Enum):
    """What is to be done about a claim by a day [請求対応の期限]."""

    ANSWER = "claim_answer"
    THEIR_ANSWER = "claim_their_answer"
    PAY = "claim_pay"
    CORRECT = "claim_correct"


class ClaimKey(NamedTuple):
    """One claim against us [請求の番号]."""

    member_id: int
    claim_id: int


@dataclass(frozen=True, slots=True)
class Told:
    """What a paper says of a claim [請求書の内容].

    `agreement_id` is the agreement it is about; None for dealings of before that are in no
    agreement of ours: their history comes as a file.
    """

    claimant: Claimant
    agreement_id: int | None
    received_on: date
    office: str = ""
    name: str = ""
    registration: str = ""
    phone: str = ""
    document_ref: str = ""
    demanded_yen: int | None = None
    second: Second | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """A step as it is kept [段階の記録]; `content` are whole numbers, days and texts."""

    step: Step
    on: date
    amount_yen: int | None = None
    content: Mapping[str, Any] = field(default_factory=dict)
    request_id: int | None = None
    file_id: int | None = None
    """The file that a transfer was sent in."""
    actor: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim against us with its steps [当社への請求]."""

    key: ClaimKey
    told: Told
    counsel_no: int | None
    actor: str
    taken_at: datetime
    steps: tuple[Noted, ...]

    @property
    def taken(self) -> tuple[Step, ...]:
        """What was done, in its order [段階]."""
        return tuple(one.step for one in self.steps)

    @property
    def book(self) -> Key:
        """The book in which it is settled [記帳先の契約]."""
        return Key(self.key.member_id, self.told.agreement_id or OF_BEFORE)

    @property
    def settled_yen(self) -> int:
        """For how much it was settled; 0 before [和解額]."""
        found = self.last(Step.SETTLED)
        return 0 if found is None else found.amount_yen or 0

    @property
    def pay_by_on(self) -> date:
        """By when we agreed to pay [支払期限].

        Raises    NotFoundError before an offer was accepted.
        """
        found = self.last(Step.ACCEPTED)
        if found is None:
            raise NotFoundError(Fault("CLU-007"))
        return date.fromisoformat(found.content["pay_by_on"])

    @property
    def damages_paid_yen(self) -> int:
        """Damages for a delay that are booked, of a payment that came back [計上済みの損害金]."""
        found = self.last(Step.PAID)
        return 0 if found is None else int(found.content["damages_yen"])

    @property
    def nexts(self) -> frozenset[Step]:
        """What may follow [次の段階]."""
        return may_follow(self.taken, self.settled_yen)

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do [終了]."""
        return self.taken[-1] in OVER

    @property
    def is_stopped(self) -> bool:
        """Whether nothing may be promised or paid now [差止め中]."""
        return is_stopped(self.taken)

    @property
    def is_waiting(self) -> bool:
        """Whether its payment is released and in no file yet [支払待ち]."""
        return is_released(self.taken)

    @property
    def rounds(self) -> int:
        """How often we made an offer [提案の回数]."""
        return self.taken.count(Step.OFFERED)

    def last(self, *steps: Step) -> Noted | None:
        """The newest of some steps; None where there is none [最後の段階]."""
        return next((one for one in reversed(self.steps) if one.step in steps), None)


# --------------------------------------------------------------------------------------- locking
def lock(cursor: Any, member_id: int) -> None:
    """Nobody else moves the member's claims until the transaction ends [請求のロック].

    Taken after an approval's lock, before the locks of agreements and of contacts.
    """
    cursor.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('motocho claim', %s))", (member_id,)
    )


# ------------------------------------------------------------------------------------ its steps
def is_noted(cursor: Any, member_id: int, source: str) -> bool:
    """Whether one sending of a form was written down already [記録済みか]."""
    cursor.execute(
        "SELECT FROM office_claim_step WHERE member_id = %s AND source = %s", (member_id, source)
    )
    return cursor.fetchone() is not None


def begun(cursor: Any, key: ClaimKey, step: Step, made: Made) -> Claim | None:
    """The claim, locked, where a step may be taken now; None where this form was noted [受付].

    Lock      the member's claims.
    Raises    RefusedError for a step that does not follow.
    """
    lock(cursor, key.member_id)
    known = one(cursor, key)
    if is_noted(cursor, key.member_id, made.external_ref):
        return None
    if step not in known.nexts:
        raise RefusedError(Fault("CLU-010"))
    return known


def add(cursor: Any, key: ClaimKey, noted: Noted, made: Made) -> None:
    """Write a step down, with its row in the journal [段階の追加]. Caller holds the lock."""
    cursor.execute(
        "INSERT INTO office_claim_step (member_id, claim_id, step_no, step, amount_yen, on_day,"
        " content, request_id, file_id, source, actor, noted_at)"
        " SELECT %s, %s, count(*) + 1, %s, %s, %s, %s, %s, %s, %s, %s, %s FROM office_claim_step"
        " WHERE member_id = %s AND claim_id = %s",
        (
            *key, noted.step.value, noted.amount_yen, noted.on,
            orjson.dumps(dict(noted.content), option=orjson.OPT_SORT_KEYS).decode(),
            noted.request_id, noted.file_id, made.external_ref, made.actor, made.booked_at, *key,
        ),
    )  # fmt: skip
    subject: dict[str, int | str] = {"claim": key.claim_id, "step": noted.step.value}
    journal.write(
        cursor, [Happening(key.member_id, "claim_step", made.actor, made.booked_at, subject)]
    )


def note(cursor: Any, key: ClaimKey, noted: Noted, made: Made) -> Claim:
    """Write down what was done or said, once for its form; nothing else follows from it [記録].

    Lock      the member's claims.
    Raises    RefusedError for a step that does not follow; InputError for a day to come or words
              that may not be kept.
    """
    if begun(cursor, key, noted.step, made) is None:
        return one(cursor, key)
    if noted.on > made.booked_at.astimezone(JAPAN).date():
        raise InputError(Fault("CLU-002", column="on", excerpt=str(noted.on)))
    words = str(noted.content.get("words", ""))
    if len(words) > LONGEST_WORDS or holds_my_number(words):
        raise InputError(Fault("CLU-004", column="words"))
    add(cursor, key, noted, made)
    if noted.step in OVER:
        end_tasks(cursor, key, made)
    return one(cursor, key)


# ------------------------------------------------------------------------------------ deadlines
def put_task(cursor: Any, key: ClaimKey, due: Due, on: date, made: Made) -> None:
    """Something is to be done by a day: a task of its morning [期限の登録]."""
    facts: dict[str, int | str] = {
        "claim": key.claim_id,
        "follow": due.value,
        "on": on.isoformat(),
    }
    plan = tasks.Plan(tasks.Kind.FOLLOW_UP, planned_at=datetime.combine(on, MORNING), facts=facts)
    source = Source(made.actor, f"claim {key.claim_id} {due.value} {made.external_ref}")
    tasks.put(cursor, key.member_id, plan, source, made.booked_at)


def end_tasks(cursor: Any, key: ClaimKey, made: Made, *dues: Due) -> None:
    """What was to be done is done; all that is left of a claim where none is named [期限の完了]."""
    wanted = {one.value for one in dues or tuple(Due)}
    ending = tasks.Ending(tasks.Outcome.DONE, made.actor)
    for each in deadlines(cursor, key):
        if each.plan.facts["follow"] in wanted:
            tasks.end(cursor, key.member_id, each.task_id, ending, made.booked_at)


def deadlines(cursor: Any, key: ClaimKey) -> list[tasks.Task]:
    """What is to be done about a claim, as the staff have it [期限の一覧]."""
    return [
        each
        for each in tasks.of_member(cursor, key.member_id)
        if each.plan.facts.get("claim") == key.claim_id
    ]


# -------------------------------------------------------------------------------------- reading
OWED_APART: LiteralString = """
WITH steps AS (
    SELECT s.*, coalesce(c.agreement_id, 0) AS book_id
    FROM office_claim c JOIN office_claim_step s USING (member_id, claim_id)
), claims AS (
    SELECT member_id, claim_id, book_id, sum(amount_yen) FILTER (WHERE step = 'settled') AS yen,
        (array_agg((content::json ->> 'damages_yen')::bigint ORDER BY step_no DESC)
            FILTER (WHERE step = 'paid'))[1] AS damages_yen,
        (array_agg(step ORDER BY step_no DESC)
            FILTER (WHERE step IN ('settled', 'released', 'sent', 'returned', 'paid')))[1] AS step
    FROM steps GROUP BY 1, 2, 3
), owed AS (
    SELECT member_id, book_id, sum(yen + coalesce(damages_yen, 0))::bigint AS yen
    FROM claims WHERE step <> 'paid' GROUP BY 1, 2
), kept AS (
    SELECT member_id, book_id, credit_yen - debit_yen AS yen FROM ledger_balance
    WHERE account = 2130
)
SELECT member_id, book_id, owed.yen, kept.yen FROM owed FULL JOIN kept USING (member_id, book_id)
WHERE coalesce(owed.yen, 0) <> coalesce(kept.yen, 0)
"""
"""Books in which the steps of claims and the ledger owe another sum; it finds nothing."""


_COLUMNS = (
    "SELECT member_id, claim_id, agreement_id, claimant, office, counsel_no, received_on,"
    " document_ref, demanded_yen, second, actor, taken_at"
)
_SELECT = f"{_COLUMNS} FROM office_claim"


def one(cursor: Any, key: ClaimKey) -> Claim:
    """A claim [請求の参照].

    Raises    NotFoundError for another's, as for none.
    """
    cursor.execute(f"{_SELECT} WHERE member_id = %s AND claim_id = %s", key)
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("CLU-007"))
    return _claims(cursor, [row])[0]


def of_member(cursor: Any, member_id: int) -> list[Claim]:
    """Claims of a member, the newest first [会員の請求]."""
    cursor.execute(f"{_SELECT} WHERE member_id = %s ORDER BY claim_id DESC", (member_id,))
    return _claims(cursor, cursor.fetchall())


@dataclass(frozen=True, slots=True)
class OpenPage:
    """Some of the claims that are not over, and how many there are [対応中の請求の一覧]."""

    claims: tuple[Claim, ...]
    total: int
    page_no: int
    pages: int


_OPEN = (
    "office_claim c WHERE NOT c.member_id = ANY(%(hidden)s) AND coalesce((SELECT s.step"
    " FROM office_claim_step s WHERE (s.member_id, s.claim_id) = (c.member_id, c.claim_id)"
    " ORDER BY s.step_no DESC LIMIT 1), '') <> ALL(%(over)s)"
)


def open_claims(
    cursor: Any, page_no: int = 1, hidden: Collection[int] = (), page_of: int = PAGE_OF
) -> OpenPage:
    """A page of the claims that are not over, the oldest first [対応中の請求].

    Takes     the page's number, the nearest there is for one beyond; members of whom the reader
              may see nothing (`people.access.kept_from`): of them there is none, in the total too.
    """
    names: dict[str, Any] = {"hidden": list(hidden), "over": [one.value for one in OVER]}
    cursor.execute(f"SELECT count(*) FROM {_OPEN}", names)  # noqa: S608  # our own words
    total = int(cursor.fetchone()[0])
    pages = max(1, -(-total // page_of))
    page_no = min(max(1, page_no), pages)
    names |= {"most": page_of, "before": (page_no - 1) * page_of}
    cursor.execute(
        f"{_COLUMNS} FROM {_OPEN} ORDER BY received_on, claim_id, member_id"
        " LIMIT %(most)s OFFSET %(before)s",
        names,
    )
    return OpenPage(tuple(_claims(cursor, cursor.fetchall())), total, page_no, pages)


def to_pay(cursor: Any) -> list[Claim]:
    """Every claim whose payment was released and is in no file yet [支払待ちの請求]."""
    cursor.execute(
        f"{_SELECT} c WHERE 'released' = (SELECT s.step FROM office_claim_step s"  # noqa: S608  # our own words
        " WHERE (s.member_id, s.claim_id) = (c.member_id, c.claim_id) AND s.step IN"
        " ('released', 'sent', 'returned', 'paid', 'stopped') ORDER BY s.step_no DESC LIMIT 1)"
    )
    return _claims(cursor, cursor.fetchall())


def of_source(cursor: Any, member_id: int, source: str) -> Claim | None:
    """The claim that one sending of a form brought; None for none [受付済みの請求]."""
    cursor.execute(f"{_SELECT} WHERE member_id = %s AND source = %s", (member_id, source))
    rows = cursor.fetchall()
    return _claims(cursor, rows)[0] if rows else None


def _claims(cursor: Any, rows: list[tuple[Any, ...]]) -> list[Claim]:
    steps: dict[ClaimKey, list[Noted]] = {ClaimKey(row[0], row[1]): [] for row in rows}
    cursor.execute(
        "SELECT member_id, claim_id, step, on_day, amount_yen, content, request_id, file_id, actor,"
        " noted_at FROM office_claim_step WHERE (member_id, claim_id) IN"
        " (SELECT * FROM unnest(%s::bigint[], %s::bigint[]))"
        " ORDER BY member_id, claim_id, step_no",
        ([key.member_id for key in steps], [key.claim_id for key in steps]),
    )
    for member_id, claim_id, step, on, amount_yen, content, *rest in cursor.fetchall():
        steps[ClaimKey(member_id, claim_id)].append(
            Noted(Step(step), on, amount_yen, orjson.loads(content), *rest)
        )
    return [_claim(row, steps[ClaimKey(row[0], row[1])]) for row in rows]


def _claim(row: tuple[Any, ...], steps: list[Noted]) -> Claim:
    member_id, claim_id, agreement_id, claimant, office, counsel_no, received_on, *rest = row
    document_ref, demanded_yen, second, actor, taken_at = rest
    told = Told(
        Claimant(claimant), agreement_id, received_on, office, document_ref=document_ref,
        demanded_yen=demanded_yen, second=None if second is None else Second(second),
    )  # fmt: skip
    return Claim(ClaimKey(member_id, claim_id), told, counsel_no, actor, taken_at, tuple(steps))
