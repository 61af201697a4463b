"""A draw by transfer is asked for, hurried, or taken back before it is sent [振込融資の依頼].

The pending entry of the ledger (`commands.send_draw`) and the payout's row stand or fall together.
Everything happens under the lock of the member's agreements, so that taking back and sending never
both happen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

from motocho.law.rules import Refusal
from motocho.loans import _book
from motocho.loans._book import Key, Loan, Made
from motocho.loans.commands import recall_draw, refund_failed, send_draw, send_refund
from motocho.loans.commands._telling import refused, tell
from motocho.loans.payouts.checks import DAY, Payee, check_payee, check_velocity
from motocho.loans.payouts.facts import asked_lately, is_first, number_of, situation
from motocho.loans.payouts.signals import Signal, check_signals, found
from motocho.outside.bank import AccountType, BankAccount
from motocho.outside.clock import JAPAN
from motocho.people.access import MAINTENANCE, check_open
from motocho.people.members import no_such_member
from motocho.people.safety import holds, listed
from motocho.units.errors import Fault, StateConflict

REGRET = timedelta(minutes=30)
"""How long an order waits here before it is sent, so that it can be taken back."""


def send_from(at: datetime) -> datetime:
    """When an order of a moment is sent [送信の時刻]: after `REGRET`, and not in the maintenance.

    >>> from motocho.outside.clock import JAPAN
    >>> send_from(datetime(2026, 11, 23, 0, 45, tzinfo=JAPAN)).isoformat()
    '2026-11-23T05:00:00+09:00'
    """
    later = at + REGRET
    if check_open(later) is None:
        return later
    here = later.astimezone(JAPAN)
    return datetime.combine(here.date(), MAINTENANCE[2], JAPAN)


class State(Enum):
    """How far a transfer is [振込の状態]."""

    WAITING = "waiting"
    SENDING = "sending"
    """Handed to the bank; whether the bank has it is not known yet."""
    SENT = "sent"
    ARRIVED = "arrived"
    RETURNED = "returned"
    """The bank did not carry it out: nothing was lent [振込不能]."""
    RECALLED = "recalled"
    """The member took it back [取消]."""
    STOPPED = "stopped"
    """Stopped here before it was sent: a freeze, or a stop of draws [送信前の停止]."""


class Purpose(Enum):
    """What a transfer is for [振込の目的]."""

    DRAW = "draw"
    REFUND = "refund"
    """Held money of the member's goes back [過入金の返金]."""


class PayoutKey(NamedTuple):
    """A payout [振込の番号]."""

    member_id: int
    payout_id: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for [依頼の内容]: how much, to whom, and when it will be there."""

    amount_yen: int
    payee: Payee
    own_kana: str
    arrives_on: date
    told: frozenset[Signal] = frozenset()
    """What the member told before the PIN, at the first draw to an account · FRAUD-001."""


@dataclass(frozen=True, slots=True)
class Payout:
    """A draw by transfer, or held money that goes back [振込融資・返金]."""

    key: PayoutKey
    agreement_id: int
    entry_id: int
    amount_yen: int
    account: BankAccount
    holder: str
    arrives_on: date
    asked_at: datetime
    send_from: datetime
    state: State
    sending_at: datetime | None
    sent_at: datetime | None
    ended_at: datetime | None
    reason: str
    purpose: Purpose

    @property
    def agreement(self) -> Key:
        """The agreement it is of [契約]."""
        return Key(self.key.member_id, self.agreement_id)

    @property
    def order_ref(self) -> str:
        """What the bank knows it by, for ever [振込依頼番号]."""
        return f"{self.key.member_id}-{self.key.payout_id}"


ENDS_APART = """
SELECT p.member_id, p.payout_id FROM loan_payout p
WHERE (p.ended_at IS NULL) = EXISTS (
    SELECT FROM ledger_entry e WHERE e.member_id = p.member_id AND e.settles_entry_id = p.entry_id)
"""
"""Finds nothing: a payout ends when its entry is settled, not before [振込と仕訳の一致]."""
_COLUMNS = (
    "member_id, payout_id, agreement_id, entry_id, amount_yen, bank_code, branch_code,"
    " account_type, account_number, holder, arrives_on, asked_at, send_from, state, sending_at,"
    " sent_at, ended_at, reason, purpose"
)


def _payout(row: tuple[Any, ...]) -> Payout:
    account = BankAccount(row[5], row[6], AccountType(row[7]), row[8])
    before, state, after = row[2:5], State(row[13]), row[9:13]
    parts = (*before, account, *after, state, *row[14:18], Purpose(row[18]))
    return Payout(PayoutKey(row[0], row[1]), *parts)


# ------------------------------------------------------------------------------------------ asking
def ask(cursor: Any, key: Key, asked: Asked, made: Made) -> Payout:
    """Ask for a draw to the member's own account; sent when `REGRET` is over [振込の依頼].

    The same reference gives the first payout, however far that is by now.

    Lock      the member's agreements.
    Raises    RefusedError as `commands.send_draw`, for an account in another name (FRAUD-002),
              after a change of the account or a reset (AUTH-008), after many draws (FRAUD-005),
              to an account that a list has (FRAUD-003), where somebody else seems behind it
              (FRAUD-001);
              StateConflict if the reference was used for another amount or agreement.
    """
    loan = _book.lock(cursor, key)
    earlier = of_reference(cursor, key.member_id, made)
    if earlier is not None and (earlier.agreement, earlier.amount_yen) == (key, asked.amount_yen):
        return earlier
    if earlier is None:
        at = made.booked_at
        refused(check_payee(asked.payee, asked.own_kana))
        refused(holds.check_draw(cursor, key.member_id, asked.payee.registered_at, at))
        refused(listed.check(cursor, number_of(asked.payee.account)))
        refused(check_velocity(asked_lately(cursor, key.member_id, at - DAY), at))
        refused(_check_signals(cursor, loan, asked, at))
    entry_id = send_draw(cursor, key, asked.amount_yen, made)
    return _put(cursor, _Ordered(key, entry_id, Purpose.DRAW), asked, made)


def ask_refund(cursor: Any, key: Key, asked: Asked, made: Made) -> Payout:
    """Ask that held money goes back to the member's own account; sent as a draw is [返金の依頼].

    The same reference gives the first payout, however far that is by now.

    Lock      the member's agreements.
    Raises    RefusedError as `commands.send_refund`, for an account in another name (FRAUD-002),
              after a change of the account or a reset (AUTH-008), to an account that a list has
              (FRAUD-003); StateConflict if the reference was used for another amount or agreement.
    """
    _book.lock(cursor, key)
    earlier = of_reference(cursor, key.member_id, made)
    if earlier is not None:
        if (earlier.agreement, earlier.amount_yen) != (key, asked.amount_yen):
            raise StateConflict(Fault("LON-056", excerpt=made.external_ref))
        return earlier
    refused(check_payee(asked.payee, asked.own_kana))
    refused(holds.check_draw(cursor, key.member_id, asked.payee.registered_at, made.booked_at))
    refused(listed.check(cursor, number_of(asked.payee.account)))
    entry_id = send_refund(cursor, key, asked.amount_yen, made)
    return _put(cursor, _Ordered(key, entry_id, Purpose.REFUND), asked, made)


class _Ordered(NamedTuple):
    key: Key
    entry_id: int
    purpose: Purpose


def _put(cursor: Any, of: _Ordered, asked: Asked, made: Made) -> Payout:
    account = asked.payee.account
    cursor.execute(
        "INSERT INTO loan_payout (member_id, agreement_id, entry_id, amount_yen, bank_code,"  # noqa: S608  # our own names
        " branch_code, account_type, account_number, holder, arrives_on, asked_at, send_from,"
        " purpose) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        f" RETURNING {_COLUMNS}",
        (
            *of.key, of.entry_id, asked.amount_yen, account.bank_code, account.branch_code,
            account.account_type.value, account.number, asked.payee.holder, asked.arrives_on,
            made.booked_at, send_from(made.booked_at), of.purpose.value,
        ),
    )  # fmt: skip
    return _payout(cursor.fetchone())


def _check_signals(cursor: Any, loan: Loan, asked: Asked, at: datetime) -> Refusal | None:
    """What is told and known at the first draw to an account; later ones are not asked."""
    if not is_first(cursor, loan.key.member_id, asked.payee.account):
        return None
    known = situation(cursor, loan, asked.payee, asked.amount_yen, at)
    return check_signals(found(replace(known, told=asked.told)))


def of_reference(cursor: Any, member_id: int, made: Made) -> Payout | None:
    """What the same reference asked for when it came first [二重依頼の確認]."""
    columns = ", ".join(f"p.{name.strip()}" for name in _COLUMNS.split(","))
    cursor.execute(
        f"SELECT {columns} FROM ledger_entry e JOIN loan_payout p USING (member_id, entry_id)"  # noqa: S608  # our own names
        " WHERE e.member_id = %s AND e.channel = %s AND e.external_ref = %s",
        (member_id, made.channel, made.external_ref),
    )
    row = cursor.fetchone()
    return None if row is None else _payout(row)


def one(cursor: Any, key: PayoutKey) -> Payout:
    """A payout of a member [振込の照会].

    Raises    NotFoundError for another's, as for none.
    """
    cursor.execute(
        f"SELECT {_COLUMNS} FROM loan_payout WHERE member_id = %s AND payout_id = %s",  # noqa: S608  # our own names
        key,
    )
    row = cursor.fetchone()
    if row is None:
        raise no_such_member()
    return _payout(row)


def latest(cursor: Any, member_id: int, most: int, purpose: Purpose = Purpose.DRAW) -> list[Payout]:
    """A member's payouts for one purpose, the newest first [最近の振込]."""
    cursor.execute(
        f"SELECT {_COLUMNS} FROM loan_payout WHERE member_id = %s AND purpose = %s"  # noqa: S608  # our own names
        " ORDER BY payout_id DESC LIMIT %s",
        (member_id, purpose.value, most),
    )
    return [_payout(row) for row in cursor.fetchall()]


# ------------------------------------------------------------------------------- before it is sent
def recall(cursor: Any, key: PayoutKey, made: Made) -> Payout:
    """Take a draw, or a refund, back that was not sent [取消]; a second time changes nothing.

    Lock      the member's agreements, the payout.
    Raises    StateConflict once it is with the bank: then it can be repaid.
    """
    payout = locked(cursor, key)
    if payout.state is State.RECALLED:
        return payout
    if payout.state is not State.WAITING:
        raise StateConflict(Fault("MNY-003", details={"amount": f"{payout.amount_yen:,}"}))
    undo(cursor, payout, made)
    return moved(cursor, payout, State.RECALLED, made.booked_at)


def undo(cursor: Any, payout: Payout, made: Made) -> None:
    """Nothing leaves the house: the pending entry ends [未送信の取消]. Caller holds its lock."""
    take_back = recall_draw if payout.purpose is Purpose.DRAW else refund_failed
    take_back(cursor, payout.agreement, payout.entry_id, made)


def hurry(cursor: Any, key: PayoutKey, made: Made) -> Payout:
    """Send it without waiting for the time to regret to end [待たずに送信]; no way back from here.

    Lock      the member's agreements, the payout.
    """
    payout = locked(cursor, key)
    if payout.state is not State.WAITING or payout.send_from <= made.booked_at:
        return payout
    cursor.execute(
        "UPDATE loan_payout SET send_from = %s WHERE member_id = %s AND payout_id = %s",
        (made.booked_at, *key),
    )
    subject = {"payout": key.payout_id}
    tell(cursor, payout.agreement, "draw_hurried", made, **subject)
    return replace(payout, send_from=made.booked_at)


# ------------------------------------------------------------------------------ for who sends them
def locked(cursor: Any, key: PayoutKey) -> Payout:
    """A payout as it is under the locks of its member's agreements and its own row [振込のロック].

    Raises    NotFoundError for another's, as for none.
    """
    _book.lock(cursor, one(cursor, key).agreement)
    cursor.execute(
        f"SELECT {_COLUMNS} FROM loan_payout WHERE member_id = %s AND payout_id = %s FOR UPDATE",  # noqa: S608  # our own names
        key,
    )
    return _payout(cursor.fetchone())


_MOMENTS = {State.SENDING: "sending_at", State.SENT: "sent_at"}


def moved(cursor: Any, payout: Payout, state: State, at: datetime, reason: str = "") -> Payout:
    """A payout goes on, or ends [振込の状態の更新]. Caller holds its lock."""
    moment = _MOMENTS.get(state, "ended_at")
    cursor.execute(
        f"UPDATE loan_payout SET state = %s, reason = %s, {moment} = %s"  # noqa: S608  # our own names
        f" WHERE member_id = %s AND payout_id = %s RETURNING {_COLUMNS}",
        (state.value, reason, at, *payout.key),
    )
    return _payout(cursor.fetchone())
