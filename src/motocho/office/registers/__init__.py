"""Registers of the lender: books, how long they are kept, leaks, partners, staff, reports [備付け].

book = book_of(cursor, key, until_on)                 the statutory book, whole
kept_until(cursor, member_id), due(cursor, by)        what may go when, and what holds it
put_hold, end_hold, ask_erasure, erase                two people for each
"""

from motocho.office.registers._books import (
    Book,
    MoneyEntry,
    PaperEntry,
    TalkEntry,
    TermsEntry,
    TransferEntry,
    book_of,
    talks,
    unfinished,
)
from motocho.office.registers._holding import (
    Hold,
    HoldWanted,
    Kept,
    Reason,
    ask_erasure,
    due,
    elsewhere,
    end_hold,
    erase,
    holds,
    kept_until,
    put_hold,
)

__all__ = [
    "Book",
    "Hold",
    "HoldWanted",
    "Kept",
    "MoneyEntry",
    "PaperEntry",
    "Reason",
    "TalkEntry",
    "TermsEntry",
    "TransferEntry",
    "ask_erasure",
    "book_of",
    "due",
    "elsewhere",
    "end_hold",
    "erase",
    "holds",
    "kept_until",
    "put_hold",
    "talks",
    "unfinished",
]
