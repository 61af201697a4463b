"""What costs and checks are asked of, read from the book [振込融資の前提].

The account is read through people, where each reading is written down.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from motocho.kernel import revolving
from motocho.kernel.accrual import TICKS_PER_YEN
from motocho.loans import _book, outlook, queries
from motocho.loans._book import Key
from motocho.loans.outlook import Outlook
from motocho.loans.payouts import signals
from motocho.loans.payouts.checks import LATE_DAYS, MANY_DAYS, Caution, Habits, Payee, caution
from motocho.loans.payouts.costs import Costs, Effect, costs_of, effect_of, going_on, least_yen
from motocho.outside.bank import AccountType, BankAccount, account_name
from motocho.outside.clock import JAPAN
from motocho.people.facts import history, values
from motocho.people.safety import codes, listed
from motocho.units.errors import Unread

_TYPES = {
    "ordinary": AccountType.ORDINARY,
    "current": AccountType.CURRENT,
    "savings": AccountType.SAVINGS,
}


def account_of(cursor: Any, member_id: int, on: date, reading: history.Reading) -> Payee | None:
    """The registered account of a member, None where there is none [振込先口座]."""
    found = history.values(cursor, member_id, {values.Kind.BANK_ACCOUNT}, on, reading)
    whole = found.get(values.Kind.BANK_ACCOUNT)
    if whole is None or not isinstance(whole.value, values.BankAccount):
        return None
    kept = whole.value
    account = BankAccount(kept.bank_code, kept.branch_code, _TYPES[kept.kind], kept.number)
    name = account_name(kept.holder)  # orders carry it in the signs of banks, however it was told
    holder = kept.holder if isinstance(name, Unread) else name
    return Payee(account, holder, whole.recorded_at)


def habits(cursor: Any, key: Key, today: date) -> Habits:
    """Draws and late payments of the last weeks [最近の利用]."""
    loan = _book.look(cursor, key)
    from_on = max(loan.opened_on, today - timedelta(days=LATE_DAYS))
    rows = queries.statement(cursor, key, from_on, today)
    since = today - timedelta(days=MANY_DAYS)
    draws = [row for row in rows if row.kind == "draw" and row.on > since]
    cursor.execute(
        "SELECT count(*) FROM loan_payout WHERE member_id = %s AND agreement_id = %s"
        " AND ended_at IS NULL AND purpose = 'draw'",
        key,
    )
    under_way: int = cursor.fetchone()[0]
    late = frozenset(row.on for row in rows if row.to_damages_yen)
    return Habits(len(draws) + under_way, late)


def cost(
    cursor: Any, key: Key, amount_yen: int, on: date, arrives_on: date | None = None
) -> Costs | None:
    """What a draw of today costs [借入の費用の照会].

    Days      interest begins when it arrives. Where a payment falls due before that, nobody knows
              yet whether it comes: then it is reckoned as if it arrived today.
    Raises    NotFoundError if the member has no such agreement.
    """
    loan = _book.look(cursor, key)
    if arrives_on is not None:
        then = loan.facts(arrives_on)
        if then.state.late_since is None and then.state.accelerated_on is None:
            return costs_of(then, loan.rules, amount_yen, arrives_on)
    return costs_of(loan.facts(on), loan.rules, amount_yen, on)


def outlook_of(cursor: Any, key: Key, on: date) -> Outlook | None:
    """How an agreement ends if the minimum is paid on each due date [返済の見通しの照会].

    Gives     None where nothing is owed, or where it is late.
    """
    loan = _book.look(cursor, key)
    return going_on(loan.facts(on).state, loan.rules)


def caution_of(cursor: Any, key: Key, amount_yen: int, on: date) -> Caution | None:
    """What a member is told before a draw of today [借りる前に伝える事実].

    Raises    NotFoundError if the member has no such agreement.
    """
    loan = _book.look(cursor, key)
    return caution(loan.facts(on), loan.rules, habits(cursor, key, on), amount_yen)


def unit_yen(cursor: Any, key: Key) -> int:
    """What a draw is a multiple of [借入の単位]."""
    return _book.look(cursor, key).product.unit_yen


def least_of(cursor: Any, key: Key, on: date) -> int:
    """The least that a payment of today is for [今回の分の下限]."""
    loan = _book.look(cursor, key)
    return least_yen(loan.facts(on), loan.rules)


def effect(cursor: Any, key: Key, amount_yen: int, on: date) -> Effect:
    """What a payment of today does [返済の効果の照会].

    Raises    NotFoundError if the member has no such agreement.
    """
    loan = _book.look(cursor, key)
    return effect_of(loan.facts(on), loan.rules, amount_yen, on)


def interest_if_repaid(cursor: Any, key: Key, amount_yen: int, drawn_on: date, on: date) -> int:
    """What a draw has borne by a day, if it is given back on it [返したときの利息]; whole yen.

    Days      the day of the draw bears nothing, nor do the interest-free days of the contract.
    """
    loan = _book.look(cursor, key)
    agreed = loan.state.terms
    state = outlook.new_loan(amount_yen, agreed.rate_ppm, drawn_on)
    free = state.terms._replace(free_from=agreed.free_from, free_to=agreed.free_to)
    state = state._replace(terms=free)
    after = revolving.advance(state, on.toordinal(), loan.rules)
    return after.interest_ticks // TICKS_PER_YEN


def arrived_on(cursor: Any, member_id: int, entry_id: int) -> date | None:
    """The day on which a draw arrived, as the bank told it [着金の日]; None if it has not."""
    cursor.execute(
        "SELECT value_on FROM ledger_entry"
        " WHERE member_id = %s AND settles_entry_id = %s AND phase = 'post'",
        (member_id, entry_id),
    )
    row = cursor.fetchone()
    return None if row is None else row[0]


def asked_lately(cursor: Any, member_id: int, since: datetime) -> list[datetime]:
    """When a member asked for transfers, whatever became of them, in order [最近の依頼]."""
    cursor.execute(
        "SELECT asked_at FROM loan_payout WHERE member_id = %s AND asked_at > %s"
        " AND purpose = 'draw' ORDER BY asked_at",
        (member_id, since),
    )
    return [at for (at,) in cursor.fetchall()]


_GOES_THERE = ("waiting", "sending", "sent", "arrived")


def is_first(cursor: Any, member_id: int, account: BankAccount) -> bool:
    """Whether no transfer of the member ever went to an account [初めての振込先か]."""
    cursor.execute(
        "SELECT FROM loan_payout WHERE member_id = %s AND bank_code = %s AND branch_code = %s"
        " AND account_number = %s AND state = ANY(%s) AND purpose = 'draw' LIMIT 1",
        (
            member_id, account.bank_code, account.branch_code, account.number, list(_GOES_THERE),
        ),
    )  # fmt: skip
    return cursor.fetchone() is None


def number_of(account: BankAccount) -> listed.Number:
    """An account as lists of frozen ones know it [口座の特定]."""
    return listed.Number(account.bank_code, account.branch_code, account.number)


def situation(
    cursor: Any, loan: _book.Loan, payee: Payee, amount_yen: int, at: datetime
) -> signals.Situation:
    """What our own records show before a draw [借入の状況の照会] · FRAUD-001."""
    law = signals.policy()
    facts = loan.facts(at.astimezone(JAPAN).date())
    since, within = timedelta(minutes=law.code_minutes), timedelta(seconds=law.code_seconds)
    return signals.Situation(
        payee_age=at - payee.registered_at,
        limit_yen=facts.limit_yen,
        used_yen=facts.state.principal_yen + facts.held_yen + amount_yen,
        quick_codes=codes.quick(cursor, loan.key.member_id, at - since, within, at),
        same_name=0 if listed.same_name(cursor, payee.holder) is None else 1,
    )
