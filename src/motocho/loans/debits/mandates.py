"""Mandates: a member lets us debit an account [口座振替の登録]."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from motocho.law.rules import Refusal
from motocho.loans import _book
from motocho.loans._book import Key, Made
from motocho.loans.commands._telling import refused, tell
from motocho.loans.policy import Status, refusal
from motocho.outside.bank import AccountType, BankAccount, account_name, check_payer
from motocho.people.safety import listed
from motocho.units.errors import Fault, FaultyInput, NotFoundError, Unread


@dataclass(frozen=True, slots=True)
class Mandate:
    """An account that may be debited for an agreement [振替口座].

    `holder_kana` is the holder's name in the signs of banks.
    """

    key: Key
    mandate_no: int
    account: BankAccount
    holder_kana: str
    registered_on: date
    ended_on: date | None

    def covers(self, cutoff_on: date, debit_on: date) -> bool:
        """Whether it stands from the cutoff day to the debit day [振替口座の有効性]."""
        ends_later = self.ended_on is None or self.ended_on > debit_on
        return self.registered_on <= cutoff_on and ends_later


COLUMNS = (
    "m.member_id, m.agreement_id, m.mandate_no, m.bank_code, m.branch_code, m.account_type,"
    " m.account_number, m.bank_name, m.branch_name, m.holder_kana, m.registered_on, m.ended_on"
)
"""What `mandate_of` reads, of `loan_mandate m`."""
WIDTH = 12


def mandate_of(row: tuple[Any, ...]) -> Mandate:
    """A mandate from its columns [行の読み取り]."""
    account = BankAccount(row[3], row[4], AccountType(row[5]), *row[6:9])
    return Mandate(Key(row[0], row[1]), row[2], account, *row[9:WIDTH])


def register_mandate(
    cursor: Any, key: Key, account: BankAccount, holder_kana: str, made: Made
) -> Mandate:
    """A new mandate; the one before must have ended [口座振替の登録].

    Takes     the holder's name in kana of any width.
    Lock      the member's agreements.
    Raises    RefusedError while another mandate stands or for an agreement that is over;
              FaultyInput for an account or a name that no bank takes.
    """
    loan = _book.lock(cursor, key)
    earlier = _first(cursor, key, "m.channel = %s AND m.external_ref = %s", made)
    if earlier is not None:
        return earlier
    if loan.status is not Status.OPEN:
        refused(refusal("LEDG-009", "DEB-005"))
    name = account_name(holder_kana)
    if isinstance(name, Unread):
        raise FaultyInput(name.at(column="holder_kana"))
    check_payer(account, name)
    refused(check_listed(cursor, account))
    if standing_mandate(cursor, key) is not None:
        refused(refusal("LEDG-009", "DEB-012"))
    cursor.execute(
        "INSERT INTO loan_mandate AS m (member_id, agreement_id, bank_code, bank_name, branch_code,"  # noqa: S608  # our own names
        " branch_name, account_type, account_number, holder_kana, registered_on, registered_at,"
        " channel, external_ref, actor)"
        f" VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING {COLUMNS}",
        (
            *key, account.bank_code, account.bank_name, account.branch_code, account.branch_name,
            account.account_type.value, account.number, name, made.business_on, made.booked_at,
            made.channel, made.external_ref, made.actor,
        ),
    )  # fmt: skip
    found = mandate_of(cursor.fetchone())
    tell(cursor, key, "mandate_registered", made, mandate=found.mandate_no)
    return found


def check_listed(cursor: Any, account: BankAccount) -> Refusal | None:
    """FRAUD-003: an account that a list has is not debited [凍結口座の拒否]."""
    number = listed.Number(account.bank_code, account.branch_code, account.number)
    return listed.check(cursor, number)


def end_mandate(cursor: Any, key: Key, made: Made) -> Mandate:
    """End the mandate that stands: from today on nothing new is asked by it [口座振替の解約].

    A request that is with the bank already stays one; its answer is taken.

    Lock      the member's agreements.
    Raises    NotFoundError if none stands.
    """
    _book.lock(cursor, key)
    earlier = _first(cursor, key, "m.ended_channel = %s AND m.ended_ref = %s", made)
    if earlier is not None:
        return earlier
    cursor.execute(
        "UPDATE loan_mandate AS m SET ended_on = %s, ended_channel = %s, ended_ref = %s"  # noqa: S608  # our own names
        f" WHERE member_id = %s AND agreement_id = %s AND ended_on IS NULL RETURNING {COLUMNS}",
        (made.business_on, made.channel, made.external_ref, *key),
    )
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("DEB-013"))
    found = mandate_of(row)
    tell(cursor, key, "mandate_ended", made, mandate=found.mandate_no)
    return found


def standing_mandate(cursor: Any, key: Key) -> Mandate | None:
    """The mandate that stands, if one does [登録中の振替口座]."""
    cursor.execute(
        f"SELECT {COLUMNS} FROM loan_mandate m"  # noqa: S608  # our own names
        " WHERE m.member_id = %s AND m.agreement_id = %s AND m.ended_on IS NULL",
        key,
    )
    row = cursor.fetchone()
    return None if row is None else mandate_of(row)


def _first(cursor: Any, key: Key, condition: str, made: Made) -> Mandate | None:
    """What the same reference did when it came first."""
    cursor.execute(
        f"SELECT {COLUMNS} FROM loan_mandate m"  # noqa: S608  # our own names
        f" WHERE m.member_id = %s AND m.agreement_id = %s AND {condition}",
        (*key, made.channel, made.external_ref),
    )
    row = cursor.fetchone()
    return None if row is None else mandate_of(row)
