"""What of claims against us was paid, as the ledger has it [返還した過払金].

A claim is settled in the agreement's own book: held money becomes a part of what we owe back, the
rest is a loss; our bank pays it, and sometimes gets it back. None of that is an event of the loan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from motocho.ledger.chart import MONEY, Account
from motocho.loans._agreements import Key


class Payment(NamedTuple):
    """What our bank paid of a claim on a day, or got back: less than nothing [返還の支払]."""

    on: date
    amount_yen: int


class Returned(NamedTuple):
    """What was paid back of an agreement's claims [返還した過払金]."""

    payments: tuple[Payment, ...] = ()
    turned: tuple[tuple[int, int], ...] = ()
    """Day and yen of held money that became a part of a claim: of that nothing was paid yet."""


NOTHING = Returned()

# Few books ever had such a balance: they are found by their key, and only their entries are read.
_MOVED = """
SELECT e.member_id, e.book_id, e.value_on, l.debit, l.credit, l.amount_yen
FROM ledger_balance b
JOIN ledger_entry e ON (e.member_id, e.book_id) = (b.member_id, b.book_id)
JOIN ledger_leg l ON (l.member_id, l.entry_id) = (e.member_id, e.entry_id)
WHERE b.account = %(owed)s AND b.book_id > 0 AND %(owed)s IN (l.debit, l.credit)
  AND (b.member_id, b.book_id) >= (%(first_member)s, %(first_book)s)
  AND (b.member_id, b.book_id) <= (%(last_member)s, %(last_book)s)
  AND b.member_id BETWEEN %(first_member)s AND %(last_member)s
  AND e.phase IN ('posted', 'post') AND e.value_on <= %(until)s
ORDER BY e.member_id, e.book_id, e.value_on, e.entry_id, l.leg
"""


def of_books(cursor: Any, first: Key, last: Key, until_on: date) -> dict[Key, Returned]:
    """What was paid back up to a day, of the agreements between two keys that have any [返還額]."""
    names = {
        "owed": int(Account.OVERPAYMENTS),
        "until": until_on,
        "first_member": first.member_id,
        "first_book": first.agreement_id,
        "last_member": last.member_id,
        "last_book": last.agreement_id,
    }
    cursor.execute(_MOVED, names)
    rows = [_Moved(Key(*row[:2]), *row[2:]) for row in cursor.fetchall()]
    return {key: _returned(list(own)) for key, own in groupby(rows, key=lambda row: row.key)}


class _Moved(NamedTuple):
    key: Key
    on: date
    debit: int
    credit: int
    amount_yen: int


def _returned(rows: list[_Moved]) -> Returned:
    return Returned(tuple(_payments(rows)), tuple(_turned(rows)))


def _payments(rows: list[_Moved]) -> Iterator[Payment]:
    for row in rows:
        if row.credit in MONEY:
            yield Payment(row.on, row.amount_yen)
        elif row.debit in MONEY:
            yield Payment(row.on, -row.amount_yen)


def _turned(rows: list[_Moved]) -> Iterator[tuple[int, int]]:
    """Held money that went over to the claim, less what was reversed, whatever the order."""
    found: Counter[tuple[int, int]] = Counter()
    for row in rows:
        place = (row.on.toordinal(), row.amount_yen)
        found[place] += (row.debit == Account.EXCESS) - (row.credit == Account.EXCESS)
    return found.elements()
