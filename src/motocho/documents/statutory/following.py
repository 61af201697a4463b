"""From what happened to the paper that the law asks for [法定書面の自動作成].

A reader's cursor moves in the transaction that puts the jobs in; a job makes one paper and delivers
it, in a transaction of its own, and may come twice. What cannot be made, because an item is
not known, is said in the journal, tried again each day and when an address comes, and the night's
task for it stays open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from motocho.contact import gate
from motocho.contact.directory import Lender
from motocho.contact.gate import Permit, Wanted
from motocho.contact.guard import Channel, Purpose
from motocho.documents import archive
from motocho.documents.archive import About, Delivered, Due, Kind
from motocho.documents.paper import Paper
from motocho.documents.statutory import making
from motocho.documents.statutory.making import Borrower, Period, Subject
from motocho.journal import rows as journal
from motocho.journal.rows import Happening, News, Position
from motocho.loans import policy, queries, standing
from motocho.loans.commands import Key
from motocho.loans.queries import StatementRow
from motocho.outside.bank import next_business_day
from motocho.outside.clock import JAPAN
from motocho.outside.queue import enqueue
from motocho.people import consents, members
from motocho.people.consents import Consent
from motocho.people.facts import values
from motocho.units.errors import Fault, OutsideFailure

MAKE = "documents.make"
STATEMENT = "documents.statement"
CHUNK = 200
OF_JOURNAL = "journal "
"""How the cause of a paper begins that a row of the journal asked for; the row's number follows."""
TO_ACCOUNT = frozenset({"bank", "debit", "inbox", "import", "payeasy"})
"""Channels of money that came to an account: a receipt where it is asked for · 18条2項."""
SUBSTITUTE = Consent(consents.Kind.PERIOD_STATEMENT)
_DAY = timedelta(days=1)


# ------------------------------------------------------------------------------------- the journal
def follow(cursor: Any, most: int = CHUNK) -> int:
    """Put in jobs for rows that may ask for a paper [日誌の読み進め]; gives how many were read.

    Lock      the cursor's row: one reader at a time.
    """
    cursor.execute(
        "SELECT since, transaction_id, row_id FROM documents_reader FOR UPDATE",
    )
    since, *position = cursor.fetchone()
    news = journal.read(cursor, Position(*position), most)
    for one in news:
        is_read = one.happening.kind in MAKERS or one.happening.kind in MAY_END
        if is_read and one.happening.happened_at >= since:
            enqueue(MAKE, member_id=one.happening.member_id, row_id=one.position.row_id)
        if _is_of_address(one.happening):
            ask_lacking(cursor, one.happening.member_id)
    if news:
        cursor.execute(
            "UPDATE documents_reader SET transaction_id = %s, row_id = %s", news[-1].position
        )
    return len(news)


PayerOf = Callable[[Any, str], str]
"""In whose name money of a bank's line came, by the line's key: a room above keeps the lines."""
BANK = "bank"
"""The channel of those lines."""


def _unknown(cursor: Any, receipt_ref: str) -> str:  # noqa: ARG001  # as `PayerOf` is called
    return ""


def _is_of_address(happening: Happening) -> bool:
    return (
        happening.kind == "fact_changed"
        and happening.subject.get("kind") == values.Kind.ADDRESS.value
    )


def ask_lacking(cursor: Any, member_id: int | None = None) -> int:
    """Put in jobs once more for papers that lacked an item [未作成の書面の再予約]; gives how many.

    Takes     whose; everybody's, as each day, without: an address may hold from a later day on.
    """
    of_whom = "" if member_id is None else " WHERE member_id = %s"
    cursor.execute(
        f"SELECT member_id, row_id FROM documents_lacking{of_whom} ORDER BY member_id, row_id",  # noqa: S608  # our own words
        () if member_id is None else (member_id,),
    )
    rows = cursor.fetchall()
    for whose, row_id in rows:
        enqueue(MAKE, member_id=whose, row_id=row_id)
    return len(rows)


@dataclass(frozen=True, slots=True)
class _Told:
    """A happening with what its paper is made of."""

    happening: Happening
    cause: str
    lender: Lender
    at: datetime
    payer_of: PayerOf

    @property
    def key(self) -> Key:
        return Key(self.happening.member_id, int(self.happening.subject["agreement"]))

    @property
    def event_no(self) -> int:
        return int(self.happening.subject.get("event", 1))

    @property
    def of_event(self) -> int | None:
        """The event whose terms count; None for those of now."""
        if "event" in self.happening.subject:
            return self.event_no
        return 1 if self.happening.kind == "loan_opened" else None

    @property
    def on(self) -> date:
        return self.happening.happened_at.astimezone(JAPAN).date()


_Made = tuple[Paper, About]


def make(
    cursor: Any,
    row: tuple[int, int],
    lender: Lender,
    at: datetime,
    payer_of: PayerOf = _unknown,
) -> Delivered | None:
    """Make and deliver the paper of a row of the journal [書面の作成]; None if it needs none.

    Takes     the member's id and the row's number; who knows in whose name money came.
    Lock      the member's papers.
    """
    cursor.execute(
        "SELECT pg_advisory_xact_lock(hashtext('documents_paper'), hashtext(%s))", (str(row[0]),)
    )
    news: News = journal.one_row(cursor, *row)
    told = _Told(news.happening, f"{OF_JOURNAL}{news.position.row_id}", lender, at, payer_of)
    maker = MAKERS.get(told.happening.kind)
    found = None if maker is None else maker(cursor, told)
    delivered = None if found is None else archive.deliver(cursor, *found, at)
    if delivered is not None:
        cursor.execute("DELETE FROM documents_lacking WHERE member_id = %s AND row_id = %s", row)
    is_repeat = delivered is not None and delivered.is_repeat
    if told.happening.kind in MAKE_ANEW and not is_repeat:
        for one in _corrections(cursor, told):
            archive.deliver(cursor, *one, at)
    back = _contract_back(cursor, told) if told.happening.kind in MAY_END else None
    if back is not None:
        returned = archive.deliver(cursor, *back, at)
        return delivered or returned
    return delivered


# ----------------------------------------------------------------------------------------- makers
def _subject(cursor: Any, told: _Told, address: str = "") -> Subject:
    member = members.one(cursor, told.key.member_id)
    name = f"{member.person.family_name} {member.person.given_name}"
    borrower = Borrower(name, address, member.member_number)
    agreed = queries.contract(cursor, told.key, told.of_event)
    return Subject(told.lender, borrower, agreed, told.on)


def _address(cursor: Any, told: _Told) -> str:
    """The address that must stand on a contract's paper, by a permit of the gate."""
    wanted = Wanted(Purpose.STATUTORY_DOCUMENT, told.cause, "worker", way=Channel.POST)
    permit = gate.ask(cursor, told.key.member_id, wanted, told.at)
    known = gate.address(cursor, permit, told.at) if isinstance(permit, Permit) else None
    value = None if known is None else known.value
    return f"〒{value.postcode} {value.text}" if isinstance(value, values.Address) else ""


def _contract(cursor: Any, told: _Told, kind: Kind = Kind.CONTRACT) -> _Made | None:
    address = _address(cursor, told)
    if not address:
        _say_lacking(cursor, told, kind)
        return None
    made = making.contract(_subject(cursor, told, address), kind)
    return made, About(told.key, kind, told.cause, told.event_no)


def _say_lacking(cursor: Any, told: _Told, kind: Kind) -> None:
    """Keep that a paper could not be made, and say it once: it is tried again until it can."""
    cursor.execute(
        "INSERT INTO documents_lacking (member_id, row_id, lacking_since) VALUES (%s, %s, %s)"
        " ON CONFLICT (member_id, row_id) DO NOTHING",
        (told.key.member_id, int(told.cause.removeprefix(OF_JOURNAL)), told.at),
    )
    if cursor.rowcount:
        subject: dict[str, int | str] = {"agreement": told.key.agreement_id, "document": kind.value}
        lacking = Happening(told.key.member_id, "document_lacking", "worker", told.at, subject)
        journal.write(cursor, [lacking])


def _opened(cursor: Any, told: _Told) -> _Made | None:
    """貸金業法17条2項前段 · DOC-002."""
    return _contract(cursor, told)


def _changed(cursor: Any, told: _Told) -> _Made | None:
    """貸金業法17条2項後段 · DOC-002."""
    before, after = standing.terms_around(cursor, told.key, told.event_no)
    largest = queries.contract(cursor, told.key, told.of_event).largest_limit_yen
    if not policy.asks_for_paper(before, after, largest):
        return None
    return _contract(cursor, told, Kind.CHANGE)


def _drawn(cursor: Any, told: _Told) -> _Made | None:
    """貸金業法17条1項, or 6項 with consent · DOC-003."""
    row = _row(cursor, told)
    if row is None:
        return None
    subject = _subject(cursor, told)
    if consents.in_force(cursor, told.key.member_id, SUBSTITUTE, told.at):
        return making.draw_notice(subject, row), _about(told, Kind.DRAW_NOTICE)
    position = queries.position(cursor, told.key, told.on)
    return making.draw(subject, row, position), _about(told, Kind.DRAW)


def _received(cursor: Any, told: _Told) -> _Made | None:
    """貸金業法18条1項, 2項 · DOC-004: in full, whatever was agreed."""
    row = _row(cursor, told)
    if row is None:
        return None
    last_draw_yen = _last_draw_yen(_rows(cursor, told.key, told.on), row)
    payer_name = told.payer_of(cursor, row.external_ref) if row.channel == BANK else ""
    made = making.receipt(_subject(cursor, told), row, last_draw_yen, payer_name)
    due = Due.WHEN_ASKED if row.channel in TO_ACCOUNT else Due.ALWAYS
    about = About(
        told.key, Kind.RECEIPT, told.cause, told.event_no, due=due, stated=making.stated_text(row)
    )
    return made, about


def _reversed(cursor: Any, told: _Told) -> _Made | None:
    """What was said of an event that was cancelled is said to hold no more · 貸金業法12条の6."""
    earlier = [
        one
        for one in archive.of_event(cursor, told.key, told.event_no)
        if one.kind in {Kind.CHANGE, Kind.DRAW, Kind.DRAW_NOTICE, Kind.RECEIPT}
    ]
    row = _row(cursor, told, queries.Undone.SHOWN)
    if not earlier or row is None:
        return None
    position = queries.position(cursor, told.key, told.on)
    rest = f"{position.payoff_yen:,}円（元本 {position.principal_yen:,}円）"
    made = making.cancellation(_subject(cursor, told), _named(earlier[0]), row, rest)
    about = About(
        told.key, Kind.CORRECTION, told.cause, told.event_no, corrects_no=earlier[0].paper_no,
        due=_due_of(earlier[0]),
    )  # fmt: skip
    return made, about


MAKE_ANEW = frozenset({"received", "reversed"})
"""What may come with an earlier date, and then makes the rows after it anew."""


def _corrections(cursor: Any, told: _Told) -> list[_Made]:
    """A correction of each receipt whose payment now met something else · 貸金業法12条の6."""
    last: dict[int, archive.Kept] = {}
    first: dict[int, archive.Kept] = {}
    for kept in reversed(archive.listed(cursor, *told.key)):
        if kept.stated:
            last[kept.event_no] = kept
            first.setdefault(kept.event_no, kept)
    now = {row.event_no: row for row in _rows(cursor, told.key, told.on)}
    made: list[_Made] = []
    for event_no, kept in last.items():
        row = now.get(event_no)
        if row is None or making.stated_text(row) == kept.stated:
            continue
        paper = making.correction(_subject(cursor, told), _named(first[event_no]), row)
        about = About(
            told.key, Kind.CORRECTION, f"{told.cause} event {event_no}", event_no,
            corrects_no=first[event_no].paper_no, due=_due_of(first[event_no]),
            stated=making.stated_text(row),
        )  # fmt: skip
        made.append((paper, about))
    return made


RETURN_DAYS = 5
"""Bank business days after it fell due in which a contract paper goes back: house policy. The law
says 遅滞なく and no number (貸金業法22条)."""
MAY_END = frozenset(
    {"closed", "settled", "received", "excess_used", "reversed", "contract_paper_held"}
)
"""Rows after which an agreement may be over and paid, and its contract paper goes back.

A letter that stood already when something was undone goes no more, so that it may need another.
"""


def _contract_back(cursor: Any, told: _Told) -> _Made | None:
    """The letter of a contract paper that we hold, once all is paid · 貸金業法22条 · DOC-008."""
    if not archive.is_held(cursor, told.key) or archive.going_back(cursor, told.key) is not None:
        return None
    paid = queries.paid_off(cursor, told.key, told.on)
    if paid is None or queries.paid_off(cursor, told.key, told.at.astimezone(JAPAN).date()) is None:
        return None  # not by this row, or undone since
    post_by = told.on
    for _ in range(RETURN_DAYS):
        post_by = next_business_day(post_by)
    about = About(told.key, Kind.RETURN, told.cause, post_by=post_by)
    return making.contract_return(_subject(cursor, told), paid), about


def _due_of(kept: archive.Kept) -> Due:
    """A correction goes where its receipt went; one that nobody got waits with it."""
    was_given = kept.road is not archive.Road.ON_REQUEST or kept.queued_at is not None
    return Due.ALWAYS if was_given else Due.WHEN_ASKED


def _named(kept: archive.Kept) -> str:
    return f"{kept.title}（書面番号 {kept.paper_no}、{kept.dated_on}）"


def _about(told: _Told, kind: Kind) -> About:
    return About(told.key, kind, told.cause, told.event_no)


def _rows(
    cursor: Any, key: Key, on: date, undone: queries.Undone = queries.Undone.HIDDEN
) -> list[StatementRow]:
    opened_on = queries.contract(cursor, key).opened_on
    return list(queries.statement(cursor, key, opened_on, on, undone))


def _row(
    cursor: Any, told: _Told, undone: queries.Undone = queries.Undone.HIDDEN
) -> StatementRow | None:
    rows = _rows(cursor, told.key, told.on, undone)
    return next((row for row in rows if row.event_no == told.event_no), None)


def _last_draw_yen(rows: list[StatementRow], until: StatementRow) -> int:
    """The last draw at or before a row; 0 where the book came in without one."""
    found = 0
    for row in rows:
        if row.kind == "draw":
            found = row.amount_yen
        if row.event_no == until.event_no:
            break
    return found


MAKERS: Mapping[str, Callable[[Any, _Told], _Made | None]] = {
    "loan_opened": _opened,
    "limit_changed": _changed,
    "rate_changed": _changed,
    "plan_changed": _changed,
    "drawn": _drawn,
    "received": _received,
    "excess_used": _received,
    "reversed": _reversed,
}
"""Rows of the journal that may ask for a paper."""


# ------------------------------------------------------------------------------ monthly statements
STATEMENT_DAY = 20
"""The day of the month on which statements of the last one go out though its book is open still."""


def ask_statements(cursor: Any, at: datetime, business_on: date | None = None) -> int:
    """Put in a job for each statement of the month that is over [月次明細の予約] · DOC-003.

    For members who agreed to it in place of a paper each time, and for draws of the month that had
    a short notice while they did. Gives how many.
    Takes     the book's business date where a night closes it: while it is in that month, more of
              the month can still be booked, and no statement would tell it. From `STATEMENT_DAY`
              on it waits no longer: the law's month is nearly over.
    Law       貸金業法施行規則13条16項, 17項; 15条4項, 5項: within a month.
    """
    today = at.astimezone(JAPAN).date()
    last_on = today.replace(day=1) - _DAY
    is_booked = business_on is None or business_on > last_on
    if not is_booked and today.day < STATEMENT_DAY:
        return 0
    asked = 0
    for key in queries.moved_between(cursor, last_on.replace(day=1), last_on):
        if archive.is_made(cursor, key.member_id, _month(key, last_on)):
            continue
        is_agreed = consents.in_force(cursor, key.member_id, SUBSTITUTE, at)
        if is_agreed or _was_told_shortly(cursor, key, last_on):
            asked += 1
            enqueue(STATEMENT, **key._asdict(), month_id=last_on.toordinal())
    return asked


def _was_told_shortly(cursor: Any, key: Key, last_on: date) -> bool:
    """Whether a draw of a month had its notice alone: then the statement is owed, consent or not.

    Why       a consent that is withdrawn does not take back what was left out while it held.
    """
    short = archive.noticed(cursor, key)
    return bool(short) and any(
        row.event_no in short for row in _of_month(_rows(cursor, key, last_on + _DAY), last_on)
    )


_CHANGING = frozenset(
    {"draw", "receipt", "excess_used", "refund", "cost", "waiver", "write_off", "departure"}
)
"""What changes what is owed, or what is held for the member."""
_ASKING = frozenset({"draw", "receipt", "excess_used"})
"""What a statement is owed for."""


def _of_month(rows: list[StatementRow], last_on: date) -> tuple[StatementRow, ...]:
    first_on = last_on.replace(day=1)
    return tuple(
        row for row in rows if first_on <= row.business_on <= last_on and row.kind in _CHANGING
    )


def _month(key: Key, last_on: date) -> str:
    return f"statement {key.agreement_id} {last_on:%Y-%m}"


def make_statement(
    cursor: Any, key: Key, last_on: date, lender: Lender, at: datetime
) -> Delivered | None:
    """One month's statement; None where nothing moved [月次明細の交付] · DOC-003.

    Raises    OutsideFailure more than a month after: then full papers are owed instead.
    """
    cause = _month(key, last_on)
    if at.astimezone(JAPAN).date() > _month_after(last_on):
        raise OutsideFailure(Fault("DCM-003", details={"on": last_on.isoformat()}))
    rows = _rows(cursor, key, at.astimezone(JAPAN).date())
    moved = _of_month(rows, last_on)
    if not any(row.kind in _ASKING for row in moved):
        return None
    happening = Happening(key.member_id, "", "worker", at, {"agreement": key.agreement_id})
    told = _Told(happening, cause, lender, at, _unknown)
    last_draws_yen = {row.event_no: _last_draw_yen(rows, row) for row in moved}
    ended = queries.position(cursor, key, last_on)
    period = Period(last_on.replace(day=1), last_on, moved, last_draws_yen, ended)
    position = queries.position(cursor, key, told.on)
    made = making.monthly(_subject(cursor, told), period, position)
    about = About(key, Kind.MONTHLY, cause, period_last_on=last_on)
    return archive.deliver(cursor, made, about, at)


def _month_after(on: date) -> date:
    """The last day of the month after one that ends on a day."""
    following = (on + _DAY).replace(day=28) + timedelta(days=4)
    return following.replace(day=1) - _DAY
