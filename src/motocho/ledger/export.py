"""The ledger as a text that other programs add up: hledger, ledger, beancount [書き出し].

One transaction an entry, on its value date; member, book, booking and reference stand beside it.
Two postings a leg: debits are positive, credits negative. A pending entry that is neither posted
nor voided yet is marked `!`; one that is stands as a comment: the entry that settled it counts.

The text comes piece by piece, so that a ledger of any size passes through.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from enum import Enum
from typing import Any, NamedTuple

from motocho.ledger.chart import Account, Kind, Leg
from motocho.ledger.posting import Phase

CURRENCY = "JPY"
BEGINNING = date(1900, 1, 1)
"""Accounts are open from then on, in the form that asks for a day."""


class Form(Enum):
    """A program's form of a journal [書式]."""

    HLEDGER = "hledger"
    LEDGER = "ledger"
    BEANCOUNT = "beancount"


ROOTS = {
    Kind.ASSET: "Assets",
    Kind.LIABILITY: "Liabilities",
    Kind.EQUITY: "Equity",
    Kind.INCOME: "Income",
    Kind.EXPENSE: "Expenses",
    Kind.MEMORANDUM: "Memorandum",
}
_WITHOUT_MEMORANDUM = {**ROOTS, Kind.MEMORANDUM: "Equity:Memorandum"}
"""beancount knows five roots; accounts of record add up to nothing and may stand there."""


def account_name(account: Account, form: Form = Form.HLEDGER) -> str:
    """The name of an account: root, number, Japanese and English [勘定科目の名前].

    >>> account_name(Account.EXCESS)
    'Liabilities:2100 仮受金(過入金) Held for members'
    >>> account_name(Account.EXCESS, Form.BEANCOUNT)
    'Liabilities:2100-仮受金-過入金-Held-for-members'
    """
    title = account.title
    name = f"{int(account)} {title.ja} {title.en}"
    if form is not Form.BEANCOUNT:
        return f"{ROOTS[title.kind]}:{name}"
    plain = re.sub(r"[^\w]+", "-", name).strip("-")
    return f"{_WITHOUT_MEMORANDUM[title.kind]}:{plain}"


class _Line(NamedTuple):
    """An entry with its legs, and what settled it."""

    entry_id: int
    member_id: int
    book_id: int
    kind: str
    phase: Phase
    channel: str
    external_ref: str
    value_on: date
    business_on: date
    booked_at: datetime
    settles_entry_id: int | None
    reverses_entry_id: int | None
    reason: str
    settled_by: int | None
    legs: tuple[Leg, ...]

    @property
    def is_only_told(self) -> bool:
        """Whether it counts in no balance: it voids another, or was settled by another."""
        return self.phase is Phase.VOID or self.settled_by is not None

    def mark(self) -> str:
        return "!" if self.phase is Phase.PENDING else "*"

    def tags(self) -> dict[str, str]:
        """What stands beside the transaction, by name."""
        found: dict[str, object] = {
            "entry": self.entry_id,
            "member": self.member_id,
            "book": self.book_id,
            "booked": self.business_on.isoformat(),
            "booked-at": self.booked_at.isoformat(),
            "channel": self.channel,
            "ref": self.external_ref,
        }
        if self.settles_entry_id is not None:
            found["settles"] = self.settles_entry_id
        if self.reverses_entry_id is not None:
            found |= {"reverses": self.reverses_entry_id, "reason": self.reason}
        return {name: str(value) for name, value in found.items()}

    def told(self) -> str:
        """What a comment says of an entry that counts in no balance."""
        total = sum(leg.amount_yen for leg in self.legs)
        if self.phase is Phase.VOID:
            return f"entry {self.entry_id} voids entry {self.settles_entry_id}"
        return f"entry {self.entry_id} {self.kind} {total} {CURRENCY} settled by {self.settled_by}"


_ENTRIES = """
DECLARE ledger_export NO SCROLL CURSOR FOR
SELECT e.entry_id, e.member_id, e.book_id, e.kind, e.phase, e.channel, e.external_ref, e.value_on,
    e.business_on, e.booked_at, e.settles_entry_id, e.reverses_entry_id, e.reason,
    (SELECT s.entry_id FROM ledger_entry s
     WHERE s.member_id = e.member_id AND s.settles_entry_id = e.entry_id),
    (SELECT array_agg(ARRAY[l.debit, l.credit, l.amount_yen] ORDER BY l.leg) FROM ledger_leg l
     WHERE l.member_id = e.member_id AND l.entry_id = e.entry_id)
FROM ledger_entry e ORDER BY e.business_on, e.member_id, e.entry_id
"""
AT_ONCE = 2_000
"""Entries fetched at once."""


def export(cursor: Any, form: Form) -> Iterator[str]:
    """The whole ledger in a program's form, piece by piece [仕訳帳の書き出し].

    Takes     a cursor in a transaction, which sees one moment of the ledger until the last piece.
    """
    yield from _HEADS[form]()
    write = _WRITERS[form]
    cursor.execute(_ENTRIES)
    while True:
        cursor.execute(f"FETCH {AT_ONCE} FROM ledger_export")
        rows = cursor.fetchall()
        for row in rows:
            yield write(_line(row))
        if len(rows) < AT_ONCE:
            break
    cursor.execute("CLOSE ledger_export")


def _line(row: tuple[Any, ...]) -> _Line:
    legs = tuple(Leg(Account(debit), Account(credit), yen) for debit, credit, yen in row[14])
    return _Line._make((*row[:4], Phase(row[4]), *row[5:14], legs))


# ------------------------------------------------------------------------------- hledger and ledger
def _hledger_head() -> Iterator[str]:
    yield f"commodity 1000. {CURRENCY}\n"
    yield from _plain_head()


def _plain_head() -> Iterator[str]:
    yield "; Motocho 元帳: whole yen, debits positive, credits negative\n\n"
    for account in Account:
        yield f"account {account_name(account)}\n"
    yield "\n"


def _plain(line: _Line) -> str:
    if line.is_only_told:
        return f"; {line.told()}\n\n"
    # A tag ends at a comma, a comment at the end of its line.
    tags = ", ".join(f"{name}:{_one_line(value)}" for name, value in line.tags().items())
    head = f"{line.value_on} {line.mark()} ({line.entry_id}) {line.kind}\n    ; {tags}\n"
    return (
        head
        + "".join(
            f"    {account_name(account)}  {yen} {CURRENCY}\n" for account, yen in _postings(line)
        )
        + "\n"
    )


def _one_line(text: str) -> str:
    return re.sub(r"[\s,;]+", " ", text).strip()


def _postings(line: _Line) -> Iterator[tuple[Account, int]]:
    for leg in line.legs:
        yield leg.debit, leg.amount_yen
        yield leg.credit, -leg.amount_yen


# ---------------------------------------------------------------------------------------- beancount
def _beancount_head() -> Iterator[str]:
    yield f'option "title" "Motocho 元帳"\noption "operating_currency" "{CURRENCY}"\n\n'
    for account in Account:
        yield f"{BEGINNING} open {account_name(account, Form.BEANCOUNT)} {CURRENCY}\n"
    yield "\n"


def _beancount(line: _Line) -> str:
    if line.is_only_told:
        return f"; {line.told()}\n\n"
    head = f'{line.value_on} {line.mark()} "{_quoted(line.kind)}"\n'
    tags = "".join(f'  {name}: "{_quoted(value)}"\n' for name, value in line.tags().items())
    return (
        head
        + tags
        + "".join(
            f"  {account_name(account, Form.BEANCOUNT)}  {yen} {CURRENCY}\n"
            for account, yen in _postings(line)
        )
        + "\n"
    )


def _quoted(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("\\", "\\\\").replace('"', '\\"')


_HEADS: dict[Form, Callable[[], Iterator[str]]] = {
    Form.HLEDGER: _hledger_head,
    Form.LEDGER: _plain_head,
    Form.BEANCOUNT: _beancount_head,
}
_WRITERS: dict[Form, Callable[[_Line], str]] = {
    Form.HLEDGER: _plain,
    Form.LEDGER: _plain,
    Form.BEANCOUNT: _beancount,
}
