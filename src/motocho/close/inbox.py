"""The inbox of bank files: lines wait for the night, which says whose each is [入金明細の受付].

A line is kept once, by the bank's key, however often its file comes. The night matches what waits
(`outside.bank.match_receipts`) and books it; what nobody is known for is booked as an unknown
receipt and waits for a person, who assigns it, gives it back, or ends it where no money came.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from motocho.close import plan
from motocho.close.plan import Choice
from motocho.ledger import posting
from motocho.ledger.chart import HOUSE, Account, Leg
from motocho.ledger.posting import Entry
from motocho.loans import commands, standing
from motocho.loans.commands import Arrived, Done, Key, Made, receive_many
from motocho.loans.policy import Status
from motocho.loans.standing import Seen
from motocho.outside import bank
from motocho.outside.bank import (
    BankLine,
    Dialect,
    Direction,
    Directory,
    Effect,
    ExceptionReason,
    Payer,
    ReceiptLine,
)
from motocho.people import members
from motocho.people.members import Member, payer_key
from motocho.units.errors import Fault, NotFoundError, StateConflict

CHANNEL = "bank"
NO_MONEY = frozenset(
    {
        ExceptionReason.NOT_POSITIVE.value,
        ExceptionReason.ALREADY_SEEN.value,
        ExceptionReason.CANCELLED.value,
        ExceptionReason.RETURNED_TRANSFER.value,
        ExceptionReason.CORRECTION.value,
    }
)
"""Exceptions that book nothing: no money came, or it belongs to something booked elsewhere."""


# ------------------------------------------------------------------------------------ lines come in
@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file brought [受付の結果]."""

    statements: int
    lines: tuple[int, ...]
    """The numbers of the lines that are new."""
    known: int

    @property
    def new(self) -> int:
        """How many are new [新規]."""
        return len(self.lines)


_ADD = """
INSERT INTO close_bank_line (receipt_ref, account, file, loaded_at, value_on, amount_yen, line)
VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (receipt_ref) DO NOTHING
RETURNING line_id
"""


def load(
    cursor: Any, data: bytes, file: str, at: datetime, dialect: Dialect | None = None
) -> Loaded:
    """Keep the receipts of a bank's file for the night [入金明細の受付].

    Raises    FaultyInput with every fault of the file; then nothing is kept.
    """
    statements = bank.read_statements(
        data, near_on=at.date(), dialect=dialect or Dialect(), file=file
    )
    rows = [
        (
            receipt.receipt_ref, str(statement.account), file, at, receipt.value_on,
            receipt.amount_yen, _line_text(receipt.line),
        )
        for statement in statements
        for receipt in bank.receipts(statement)
    ]  # fmt: skip
    new: list[int] = []
    for row in rows:
        cursor.execute(_ADD, row)
        new += [number for (number,) in cursor.fetchall()]
    return Loaded(len(statements), tuple(new), len(rows) - len(new))


def _line_text(line: BankLine) -> str:
    fields = line._asdict()
    for name, value in fields.items():
        if isinstance(value, date):
            fields[name] = value.isoformat()
    return json.dumps(
        {**fields, "direction": line.direction.value, "effect": line.effect.value},
        ensure_ascii=False,
    )


def _line_from(text: str) -> BankLine:
    fields = json.loads(text)
    for name in ("booked_on", "value_on"):
        fields[name] = date.fromisoformat(fields[name])
    fields["direction"], fields["effect"] = Direction(fields["direction"]), Effect(fields["effect"])
    return BankLine(**fields)


# ---------------------------------------------------------------------------------- whose they are
@dataclass(frozen=True, slots=True)
class Line:
    """A line of the inbox [明細]."""

    line_id: int
    receipt: ReceiptLine
    account: str
    status: str
    reason: str
    candidates: tuple[int, ...]
    unknown_entry_id: int | None

    def fault(self, member_numbers: Sequence[str] = ()) -> Fault:
        """Why it waits for a person [理由]."""
        line = self.receipt.line
        details = {
            "name": line.payer_name or "-",
            "amount": f"{line.amount_yen:,}",
            "count": str(len(self.candidates)),
            "numbers": ", ".join(member_numbers[:3]) or "-",
            "line": str(self.line_id),
        }
        return Fault(self.reason, excerpt=line.payer_name, details=details)


_COLUMNS = """line_id, receipt_ref, amount_yen, value_on, line::text, account, status,
    coalesce(reason, ''), candidates, unknown_entry_id"""


def waiting(cursor: Any, business_on: date) -> list[Key]:
    """Lines that count until a day and were not looked at [未処理の明細]: keys of the house."""
    cursor.execute(
        "SELECT line_id FROM close_bank_line WHERE status = 'waiting' AND value_on <= %s"
        " ORDER BY line_id",
        (business_on,),
    )
    return [Key(HOUSE, row[0]) for row in cursor.fetchall()]


def take(cursor: Any, keys: Sequence[Key], made: Made) -> int:
    """Match lines and book each [入金消込]; gives how many found their agreement.

    Lock      the lines; then the members' agreements, in their order.
    """
    lines = _locked(cursor, [key.agreement_id for key in keys], "waiting")
    outcome = bank.match_receipts([line.receipt for line in lines], _directory(cursor, lines))
    by_ref = {line.receipt.receipt_ref: line for line in lines}
    for unmatched in outcome.exceptions:
        line = by_ref[unmatched.receipt.receipt_ref]
        candidates = [int(payer.member_id) for payer in unmatched.candidates]
        _except(cursor, line, unmatched.reason.value, candidates, made)
    matched = [
        _Matched(by_ref[match.receipt.receipt_ref], int(match.payer.member_id))
        for match in outcome.matched
    ]
    return _book(cursor, matched, made)


class _Matched(NamedTuple):
    """A line and the member it is of."""

    line: Line
    member_id: int


def _book(cursor: Any, matched: Sequence[_Matched], made: Made) -> int:
    """Receipts of members, each on the one agreement it can be for."""
    theirs = standing.of_members(cursor, {one.member_id for one in matched})
    arrived: list[tuple[_Matched, Arrived]] = []
    booked = 0
    for one in matched:
        receipt = one.line.receipt
        day = receipt.value_on.toordinal()
        chosen = plan.agreement_of(theirs[one.member_id], receipt.amount_yen, day)
        if isinstance(chosen, Choice):
            _except(cursor, one.line, chosen.value, [one.member_id], made)
        elif chosen.status is Status.ASSIGNED:
            _receive(cursor, one.line, chosen, made)
            _settle(cursor, one.line, "received", made, **_named(chosen.key))
            booked += 1
        else:
            own = _own(one.line, made)
            arrived.append((one, Arrived(chosen.key, receipt.amount_yen, receipt.value_on, own)))
    results = receive_many(cursor, [one for _, one in arrived])
    for (one, wanted), result in zip(arrived, results, strict=True):
        if isinstance(result, Done):
            event_no = result.event_no
            _settle(cursor, one.line, "received", made, event_no=event_no, **_named(wanted.key))
            booked += 1
        else:
            _except(cursor, one.line, result.faults[0].code, [one.member_id], made)
    return booked


def _named(key: Key) -> dict[str, int]:
    return {"member_id": key.member_id, "agreement_id": key.agreement_id}


def _own(line: Line, made: Made) -> Made:
    """How the money of a line came: by the bank, under the bank's key."""
    ref = line.receipt.receipt_ref
    return replace(made, channel=CHANNEL, external_ref=ref, money=Account.BANK)


def _locked(cursor: Any, numbers: Sequence[int], status: str) -> list[Line]:
    cursor.execute(
        f"SELECT {_COLUMNS} FROM close_bank_line WHERE line_id = ANY(%s) AND status = %s"  # noqa: S608  # our own names
        " ORDER BY line_id FOR UPDATE",
        (list(numbers), status),
    )
    return [_line(row) for row in cursor.fetchall()]


def _line(row: tuple[Any, ...]) -> Line:
    receipt = ReceiptLine(row[1], row[2], row[3], _line_from(row[4]))
    return Line(row[0], receipt, row[5], row[6], row[7], tuple(row[8]), row[9])


def _directory(cursor: Any, lines: Sequence[Line]) -> Directory:
    """The members that these lines may be of; what they would pay, where several share a name."""
    wanted = bank.wanted([line.receipt for line in lines])
    # Names come back from the signs of banks: ﾔﾏﾀﾞ is ヤマダ again, and - the long vowel ー.
    names = {
        payer_key(unicodedata.normalize("NFKC", name).replace("-", "ー")) for name in wanted.names
    }
    found = members.who_may_pay(cursor, names, wanted.numbers)
    day = max((line.receipt.value_on for line in lines), default=date.min).toordinal()
    expected = {
        member_id: frozenset[int]().union(*(plan.amounts_asked(one, day) for one in agreements))
        for member_id, agreements in standing.of_members(cursor, _of_one_name(found)).items()
    }
    nothing = frozenset[int]()
    return Directory([_payer(member, expected.get(member.member_id, nothing)) for member in found])


def _of_one_name(found: Iterable[Member]) -> set[int]:
    by_name: dict[str, list[int]] = {}
    for member in found:
        by_name.setdefault(_kana(member), []).append(member.member_id)
    return {number for numbers in by_name.values() if len(numbers) > 1 for number in numbers}


def _kana(member: Member) -> str:
    return payer_key(f"{member.person.family_kana} {member.person.given_kana}")


def _payer(member: Member, expected: frozenset[int]) -> Payer:
    names = (f"{member.person.family_kana} {member.person.given_kana}",)
    return Payer(str(member.member_id), member.member_number, names, expected_yen=expected)


def _receive(cursor: Any, line: Line, seen: Seen, made: Made) -> int | None:
    """Money of a line for one agreement; gives the number of the event, if it is one."""
    amount_yen, value_on = line.receipt.amount_yen, line.receipt.value_on
    if seen.status is Status.ASSIGNED:
        commands.forward(cursor, seen.key, amount_yen, value_on, _own(line, made))
        return None
    return commands.receive(cursor, seen.key, amount_yen, value_on, _own(line, made)).event_no


def _except(cursor: Any, line: Line, reason: str, candidates: Sequence[int], made: Made) -> None:
    """A line waits for a person; its money is booked as an unknown receipt."""
    number = None
    if reason not in NO_MONEY:
        amount_yen, value_on = line.receipt.amount_yen, line.receipt.value_on
        number = commands.keep_unknown(cursor, amount_yen, value_on, _own(line, made))
    cursor.execute(
        "UPDATE close_bank_line SET status = 'exception', reason = %s, candidates = %s,"
        " unknown_entry_id = %s WHERE line_id = %s",
        (reason, list(candidates), number, line.line_id),
    )


def _settle(cursor: Any, line: Line, status: str, made: Made, **found: int | str | None) -> None:
    values = {"member_id": None, "agreement_id": None, "event_no": None, "note": "", **found}
    cursor.execute(
        "UPDATE close_bank_line SET status = %(status)s, member_id = %(member_id)s,"
        " agreement_id = %(agreement_id)s, event_no = %(event_no)s, note = %(note)s,"
        " ended_on = %(on)s, ended_by = %(by)s WHERE line_id = %(line)s",
        {
            "status": status, "on": made.business_on, "by": made.actor, "line": line.line_id,
            **values,
        },
    )  # fmt: skip


def payer_name(cursor: Any, receipt_ref: str) -> str:
    """In whose name the money of a line came, as the bank wrote it [振込依頼人名]; may be empty."""
    cursor.execute(
        "SELECT line->>'payer_name' FROM close_bank_line WHERE receipt_ref = %s", (receipt_ref,)
    )
    row = cursor.fetchone()
    return "" if row is None else str(row[0])


# --------------------------------------------------------------------------------- a person decides
def exceptions(cursor: Any) -> list[Line]:
    """Lines that wait for a person, the oldest first [消込例外の一覧]."""
    cursor.execute(
        f"SELECT {_COLUMNS} FROM close_bank_line WHERE status = 'exception' ORDER BY line_id"  # noqa: S608  # our own names
    )
    return [_line(row) for row in cursor.fetchall()]


def assign(cursor: Any, line_id: int, key: Key, made: Made) -> int | None:
    """A person says which agreement a line is for [消込例外の割当]; gives the event's number.

    The unknown receipt is reversed, and the money received on the day it came.

    Lock      the line, the member's agreements.
    Raises    NotFoundError, StateConflict as `_waits` says; RefusedError as `receive`.
    """
    line = _waits(cursor, line_id)
    found = standing.see(cursor, [key])
    if not found:
        raise NotFoundError(Fault("LON-050", details={"agreement": str(key.agreement_id)}))
    if line.unknown_entry_id is None:
        raise StateConflict(Fault("CLS-043", details={"line": str(line_id)}))
    _take_back(cursor, line, made, f"assigned to agreement {key.agreement_id}")
    event_no = _receive(cursor, line, found[0], made)
    _settle(cursor, line, "assigned", made, event_no=event_no, **_named(key))
    return event_no


def give_back(cursor: Any, line_id: int, made: Made) -> int:
    """Money nobody here is owed goes back to where it came from [組戻し]; gives the entry's number.

    Lock      the line.
    """
    line = _waits(cursor, line_id)
    if line.unknown_entry_id is None:
        raise StateConflict(Fault("CLS-043", details={"line": str(line_id)}))
    entry = Entry(
        HOUSE, 0, "unknown_returned", CHANNEL, f"return {line.receipt.receipt_ref}",
        made.business_on, made.business_on, made.booked_at,
        (Leg(Account.UNKNOWN_RECEIPTS, Account.BANK, line.receipt.amount_yen),),
    )  # fmt: skip
    (number,) = posting.post(cursor, [entry])
    _settle(cursor, line, "returned", made)
    return number


def dismiss(cursor: Any, line_id: int, note: str, made: Made) -> None:
    """A line that booked no money is dealt with [消込例外の終了]: a cancelled notice, a correction.

    Lock      the line.
    Raises    StateConflict for a line whose money is booked.
    """
    line = _waits(cursor, line_id)
    if line.unknown_entry_id is not None:
        details = {"line": str(line_id), "amount": f"{line.receipt.amount_yen:,}"}
        raise StateConflict(Fault("CLS-044", details=details))
    _settle(cursor, line, "dismissed", made, note=note)


def _waits(cursor: Any, line_id: int) -> Line:
    """The line, locked.

    Raises    StateConflict if it does not wait for a person.
    """
    found = _locked(cursor, [line_id], "exception")
    if not found:
        raise StateConflict(Fault("CLS-042", details={"line": str(line_id)}))
    return found[0]


def _take_back(cursor: Any, line: Line, made: Made, reason: str) -> None:
    """The unknown receipt as if it had not been, in the house's book."""
    if line.unknown_entry_id is None:
        return
    (posted,) = posting.find(cursor, HOUSE, [line.unknown_entry_id])
    booking = replace(
        made, channel=CHANNEL, external_ref=f"known {line.receipt.receipt_ref}"
    ).booking()
    posting.post(cursor, [posting.reversal(posted, booking, reason)])
