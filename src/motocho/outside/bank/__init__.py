"""The bank: everyone else's bank as files, pure formats in the middle [銀行].

Bytes go out (`write_transfers`, `write_debits`) and come in (`read_debit_answers`,
`read_statements`); nothing here opens a connection or reads a clock. What comes in is checked whole
before any of it counts: lengths, signs, days, every count and sum. `match_receipts` says whose
money came, or why a person must look; it never guesses.

`layouts` is the one table of records, `records` reads and writes by it, `orders` holds what
transfers and debits share.
"""

from __future__ import annotations

from motocho.outside.bank.accounts import AccountType, BankAccount, Novelty, Originator
from motocho.outside.bank.days import (
    Years,
    business_day_from,
    business_day_until,
    is_business_day,
    next_business_day,
    previous_business_day,
)
from motocho.outside.bank.debits import (
    Collected,
    Debit,
    DebitAnswers,
    DebitFile,
    DebitResult,
    Failed,
    Outcome,
    check_payer,
    failure_message,
    read_debit_answers,
    read_debits,
    settle_debits,
    write_debit_answers,
    write_debits,
)
from motocho.outside.bank.hours import Arrival, Order, Speed, arrival
from motocho.outside.bank.matching import (
    Basis,
    Directory,
    ExceptionReason,
    Match,
    Matching,
    Payer,
    Unmatched,
    Wanted,
    match_receipts,
    wanted,
)
from motocho.outside.bank.names import account_name, compared, payee_name
from motocho.outside.bank.records import Separator
from motocho.outside.bank.returns import Returned, ReturnReason, Sent, find_sent, is_return
from motocho.outside.bank.statements import (
    BankLine,
    BankStatement,
    Dialect,
    Direction,
    Effect,
    Numbers,
    ReceiptLine,
    StatementKind,
    read_statements,
    receipts,
    write_statements,
)
from motocho.outside.bank.transfers import (
    Transfer,
    TransferFile,
    read_transfers,
    write_transfers,
)

__all__ = [
    "AccountType",
    "Arrival",
    "BankAccount",
    "BankLine",
    "BankStatement",
    "Basis",
    "Collected",
    "Debit",
    "DebitAnswers",
    "DebitFile",
    "DebitResult",
    "Dialect",
    "Direction",
    "Directory",
    "Effect",
    "ExceptionReason",
    "Failed",
    "Match",
    "Matching",
    "Novelty",
    "Numbers",
    "Order",
    "Originator",
    "Outcome",
    "Payer",
    "ReceiptLine",
    "ReturnReason",
    "Returned",
    "Sent",
    "Separator",
    "Speed",
    "StatementKind",
    "Transfer",
    "TransferFile",
    "Unmatched",
    "Wanted",
    "Years",
    "account_name",
    "arrival",
    "business_day_from",
    "business_day_until",
    "check_payer",
    "compared",
    "failure_message",
    "find_sent",
    "is_business_day",
    "is_return",
    "match_receipts",
    "next_business_day",
    "payee_name",
    "previous_business_day",
    "read_debit_answers",
    "read_debits",
    "read_statements",
    "read_transfers",
    "receipts",
    "settle_debits",
    "wanted",
    "write_debit_answers",
    "write_debits",
    "write_statements",
    "write_transfers",
]
