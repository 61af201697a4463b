"""The chart of accounts: what yen are, and which two accounts one transfer may join [勘定科目].

The numbers are kept for ever; a new account gets a new one. `PAIRS` is the whitelist that the
database holds each leg against: a transfer from accrued interest into principal, say, has no pair,
so that nobody can post it · 民法405条, 出資法5条の4第3項.

>>> Account.PRINCIPAL.title.ja
'営業貸付金'
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, IntEnum
from itertools import product
from typing import Any, NamedTuple

HOUSE = 0
"""In place of a member: entries of the lender's own, such as money that nobody is known for."""


class Side(IntEnum):
    """The side on which an account grows [借方・貸方]."""

    DEBIT = 1
    CREDIT = -1


class Kind(Enum):
    """What an account is in the accounts of the year [科目区分]."""

    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"
    MEMORANDUM = "memorandum"


class Sign(IntEnum):
    """Whether one book's balance may turn over [残高の符号]."""

    KEPT = 1
    """Never below zero on its own side; the database refuses it."""
    FREE = 0


class Title(NamedTuple):
    """An account's names, side and kind [勘定科目名]."""

    ja: str
    en: str
    side: Side
    kind: Kind
    sign: Sign = Sign.FREE


class Account(IntEnum):
    """Every account, by its number [勘定科目]."""

    BANK = 1010
    PARTNER_MACHINES = 1020
    COLLECTION_AGENTS = 1030
    PRINCIPAL = 1100
    COSTS = 1110
    EXCESS = 2100
    UNKNOWN_RECEIPTS = 2110
    HELD_FOR_OTHERS = 2120
    OVERPAYMENTS = 2130
    OPENING = 3900
    INTEREST = 4100
    DAMAGES = 4110
    RECOVERIES = 4120
    LOSSES = 5100
    WAIVERS = 5110
    PRICE_OF_CLAIMS = 5120
    INTEREST_RETURNED = 5130
    WRITTEN_OFF = 9100
    WRITTEN_OFF_CONTRA = 9110

    @property
    def title(self) -> Title:
        """Names, side and kind [科目名]."""
        return TITLES[self]


TITLES = {
    Account.BANK: Title("普通預金", "Bank deposits", Side.DEBIT, Kind.ASSET),
    Account.PARTNER_MACHINES: Title(
        "提携ATM未決済金", "Unsettled partner machines", Side.DEBIT, Kind.ASSET
    ),
    Account.COLLECTION_AGENTS: Title(
        "収納代行未決済金", "Unsettled collection agents", Side.DEBIT, Kind.ASSET
    ),
    Account.PRINCIPAL: Title("営業貸付金", "Loans, principal", Side.DEBIT, Kind.ASSET, Sign.KEPT),
    Account.COSTS: Title("立替費用", "Costs to be repaid", Side.DEBIT, Kind.ASSET, Sign.KEPT),
    Account.EXCESS: Title(
        "仮受金(過入金)", "Held for members", Side.CREDIT, Kind.LIABILITY, Sign.KEPT
    ),
    Account.UNKNOWN_RECEIPTS: Title(
        "仮受金(不明入金)", "Unknown receipts", Side.CREDIT, Kind.LIABILITY, Sign.KEPT
    ),
    Account.HELD_FOR_OTHERS: Title(
        "預り金(譲渡先)", "Held for the new creditor", Side.CREDIT, Kind.LIABILITY, Sign.KEPT
    ),
    Account.OVERPAYMENTS: Title(
        "未払金(過払金)", "Overpayments to be returned", Side.CREDIT, Kind.LIABILITY, Sign.KEPT
    ),
    Account.OPENING: Title("移行勘定", "Opening balances", Side.CREDIT, Kind.EQUITY),
    Account.INTEREST: Title("受取利息", "Interest received", Side.CREDIT, Kind.INCOME),
    Account.DAMAGES: Title("受取遅延損害金", "Damages received", Side.CREDIT, Kind.INCOME),
    Account.RECOVERIES: Title(
        "償却債権取立益", "Recoveries of written-off loans", Side.CREDIT, Kind.INCOME
    ),
    Account.LOSSES: Title("貸倒損失", "Losses on loans", Side.DEBIT, Kind.EXPENSE),
    Account.WAIVERS: Title("債権免除損", "Claims given up", Side.DEBIT, Kind.EXPENSE),
    Account.PRICE_OF_CLAIMS: Title(
        "債権譲渡損", "Loss on claims passed on", Side.DEBIT, Kind.EXPENSE
    ),
    Account.INTEREST_RETURNED: Title("利息返還損失", "Interest returned", Side.DEBIT, Kind.EXPENSE),
    Account.WRITTEN_OFF: Title(
        "償却済債権(備忘)", "Written-off loans", Side.DEBIT, Kind.MEMORANDUM, Sign.KEPT
    ),
    Account.WRITTEN_OFF_CONTRA: Title(
        "償却済債権(対照)", "Written-off loans, contra", Side.CREDIT, Kind.MEMORANDUM
    ),
}

MONEY = frozenset({Account.BANK, Account.PARTNER_MACHINES, Account.COLLECTION_AGENTS})
"""Where money comes from and goes to."""
_LENT = frozenset({Account.PRINCIPAL, Account.COSTS})
"""What members owe in the books."""
_HELD = frozenset({Account.EXCESS, Account.UNKNOWN_RECEIPTS, Account.HELD_FOR_OTHERS})
"""What belongs to others."""
_EARNED = frozenset({Account.INTEREST, Account.DAMAGES, Account.RECOVERIES})
_LOST = frozenset({Account.LOSSES, Account.WAIVERS, Account.PRICE_OF_CLAIMS})


def _all(debits: Iterable[Account], credits_: Iterable[Account]) -> set[tuple[Account, Account]]:
    return {pair for pair in product(debits, credits_) if pair[0] is not pair[1]}


PAIRS = frozenset(
    _all(MONEY, _LENT | _HELD | _EARNED)  # a receipt, and what it is for
    | _all(_LENT | _HELD, MONEY)  # a draw, a cost paid out, a refund, money forwarded
    | _all({Account.EXCESS, Account.UNKNOWN_RECEIPTS}, _LENT | _HELD | _EARNED)  # held money used
    | _all(_LOST, _LENT)  # a loss, a waiver, a claim passed on
    | {(Account.INTEREST_RETURNED, Account.OVERPAYMENTS), (Account.OVERPAYMENTS, Account.BANK)}
    | {(Account.BANK, Account.OVERPAYMENTS)}  # the bank gave a payment back
    | {(Account.EXCESS, Account.OVERPAYMENTS)}  # held money is a part of what a claim comes to
    | _all({Account.BANK}, MONEY)  # a partner settles
    | _all(_LENT | {Account.EXCESS}, {Account.OPENING})  # a book taken over, event by event
    | _all({Account.OPENING}, _LENT | {Account.EXCESS})
    | _all({Account.WRITTEN_OFF}, {Account.WRITTEN_OFF_CONTRA})
    | _all({Account.WRITTEN_OFF_CONTRA}, {Account.WRITTEN_OFF})
)
"""What one leg may join: (debit, credit). A reversal joins them the other way round."""


class Leg(NamedTuple):
    """Yen from one account to another [仕訳の一行]."""

    debit: Account
    credit: Account
    amount_yen: int


def write(cursor: Any) -> None:
    """Put the chart into the database: what is new is added, names are brought up to date [登録].

    Takes     a cursor of the schema's owner.
    """
    for account, title in TITLES.items():
        cursor.execute(
            "INSERT INTO ledger_account (code, title_ja, title_en, side, kind, sign_kept)"
            " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (code) DO UPDATE"
            " SET title_ja = excluded.title_ja, title_en = excluded.title_en",
            (int(account), title.ja, title.en, int(title.side), title.kind.value, int(title.sign)),
        )
    for debit, credit in sorted(PAIRS):
        cursor.execute(
            "INSERT INTO ledger_pair (debit, credit) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            (int(debit), int(credit)),
        )
