"""What must hold of a book, whatever happened to it [不変条件].

Each check looks at one thing, stops the program where it does not hold, and counts what it looked
at. The twin check is the dear one: every agreement is folded again from its events alone, and every
balance, every step and the state that the book keeps must come out the same.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from itertools import zip_longest
from typing import Any, NamedTuple

from motocho.close import inbox
from motocho.kernel import revolving
from motocho.kernel.revolving import PieceKind, State, Step
from motocho.law.interest import business_damages, ceiling_ppm
from motocho.ledger import balances
from motocho.ledger import checks as ledger_checks
from motocho.ledger.chart import MONEY, Account, Side
from motocho.loans.commands import Key
from motocho.simulation._replay import Agreement, Kept, read
from motocho.units.errors import ensure

PARTS = (
    "interest_yen", "damages_yen", "to_costs_yen", "to_damages_yen", "to_interest_yen",
    "to_principal_yen", "to_written_off_yen", "to_excess_yen",
)  # fmt: skip
"""The parts of a step in the order in which the book writes them."""


# ------------------------------------------------------------------------------------------ twins
def touched(cursor: Any, keys: Sequence[Key]) -> Counter[str]:
    """The twin check of some agreements [一部の再計算照合]."""
    return twin(read(cursor, keys)) if keys else Counter()


def everything(cursor: Any) -> Counter[str]:
    """The twin check of all agreements, and what the law asks of each [全契約の照合]."""
    agreements = read(cursor)
    counted = twin(agreements)
    by_member: defaultdict[int, list[Agreement]] = defaultdict(list)
    for one in agreements:
        by_member[one.key.member_id].append(one)
    for theirs in by_member.values():
        counted += lawful(theirs)
    return counted


def twin(agreements: Iterable[Agreement]) -> Counter[str]:
    """Folded again from events alone, each agreement is what the book says [再計算照合].

    Raises    BrokenInvariant with the agreement and both values where it is not.
    """
    counted: Counter[str] = Counter()
    for one in agreements:
        steps = one.steps()
        for kept, step in steps:
            _same_step(one, kept, step)
        _same_state(one, steps[-1][1].state if steps else one.opened())
        _same_balances(one, [step for _, step in steps])
        counted["agreements_replayed"] += 1
        counted["events_replayed"] += len(steps)
    return counted


def _same_step(one: Agreement, kept: Kept, step: Step) -> None:
    stored = one.stored.get(kept.event_no)
    where = {"key": one.key, "event_no": kept.event_no}
    ensure(stored, "an event that counts has its step", **where)
    if stored is None:
        return
    parts = tuple(getattr(step, name) for name in PARTS)
    ensure(parts == stored.parts, "twin: parts", replayed=parts, stored=stored.parts, **where)
    _same_fields(step.state, stored.state, where)
    same = one.terms[stored.terms_no] == step.state.terms
    ensure(same, "twin: terms of a step", terms_no=stored.terms_no, **where)


def _same_fields(state: State, stored: Mapping[str, Any], where: Mapping[str, object]) -> None:
    replayed = state._asdict()
    del replayed["terms"]
    differing = {
        name: (value, stored[name]) for name, value in replayed.items() if value != stored[name]
    }
    ensure(not differing, "twin: state (replayed, stored)", differing=differing, **where)


def _same_state(one: Agreement, last: State) -> None:
    """The agreement's own row, compared as the next day ends.

    It may be further than its last event: nights let due dates pass, so that a due date missed on
    the row's own day stands in it already.
    """
    where, row = {"key": one.key}, one.row
    stored = State(terms=one.terms[row["terms_no"]], **row["state"])
    ensure(stored.on >= last.on, "twin: the row is not behind its events", **where)
    replayed = revolving.advance(last, stored.on + 1, one.rules)
    same = replayed.terms == stored.terms
    ensure(same, "twin: terms of the row", terms_no=row["terms_no"], **where)
    moved = revolving.advance(stored, stored.on + 1, one.rules)
    _same_fields(replayed, moved._asdict(), where)
    deadline = revolving.deadline(stored, one.rules)
    expected = {
        "principal_yen": replayed.principal_yen,
        "limit_yen": replayed.terms.limit_yen,
        "wake_on": None if deadline is None else date.fromordinal(deadline + 1),
    }
    differing = {name: (value, row[name]) for name, value in expected.items() if value != row[name]}
    ensure(not differing, "twin: the row (replayed, stored)", differing=differing, **where)


def _same_balances(one: Agreement, steps: Sequence[Step]) -> None:
    """The ledger's balances of the agreement's book, account by account."""
    state = steps[-1].state if steps else one.opened()
    waived = sum(
        step.event.principal_yen + step.event.costs_yen
        for step in steps
        if isinstance(step.event, revolving.Waiver)
    )
    expected = {
        Account.PRINCIPAL: state.principal_yen,
        Account.COSTS: state.costs_yen,
        Account.EXCESS: state.excess_yen,
        Account.WRITTEN_OFF: state.written_off_yen,
        Account.WRITTEN_OFF_CONTRA: state.written_off_yen,
        Account.INTEREST: sum(step.to_interest_yen for step in steps),
        Account.DAMAGES: sum(step.to_damages_yen for step in steps),
        Account.RECOVERIES: sum(step.to_written_off_yen for step in steps),
        Account.WAIVERS: waived,
    }
    found = {
        account: int(account.title.side) * one.balances.get(int(account), (0, 0))[0]
        for account in expected
    }
    ensure(found == expected, "twin: ledger", key=one.key, replayed=expected, ledger=found)
    pending = one.balances.get(int(Account.PRINCIPAL), (0, 0))[1]
    held = one.row["held_yen"]
    ensure(pending == held, "twin: pending draws", key=one.key, held=held, ledger=pending)


# ------------------------------------------------------------------------------------------- law
class _Row(NamedTuple):
    """A step in the order in which a member's agreements came by theirs."""

    order: tuple[int, int, datetime, int]
    agreement: Agreement
    step: Step


def lawful(theirs: Sequence[Agreement]) -> Counter[str]:
    """What the law asks of one member's agreements, seen with all that is known today [適法性].

    Amounts are not negative, parts add up to what came, no day is charged twice or at two rates,
    and from each draw on the rate keeps below the ceiling of the principal then, own loans added.
    """
    counted: Counter[str] = Counter()
    merged: list[_Row] = []
    for one in theirs:
        before, charged_to = one.opened(), one.opened_on - 1
        steps = one.steps()
        following = [step for _, step in steps[1:]]
        for (kept, step), after in zip_longest(steps, following):
            _adds_up(one, step)
            charged_to = _charged_once(one, before, step, charged_to)
            before = step.state
            counted["lawful_rows"] += 1
            if not _is_overruled(step, after):
                order = (*revolving.order_of(kept.event), kept.booked_at, kept.event_no)
                merged.append(_Row(order, one, step))
    _below_ceilings(merged)
    return counted


def _is_overruled(step: Step, after: Step | None) -> bool:
    """Terms that others replace as the same day begins charge nothing."""
    if after is None or not isinstance(after.event, revolving.NewTerms):
        return False
    return isinstance(step.event, revolving.NewTerms) and step.event.on == after.event.on


def _adds_up(one: Agreement, step: Step) -> None:
    where = {"key": one.key, "event": step.event}
    for name, value in step.state._asdict().items():
        below = name.endswith(("_yen", "_ticks")) and value < 0
        ensure(not below, "no amount is below zero", name=name, value=value, **where)
    parts = sum(getattr(step, name) for name in PARTS[2:])
    if isinstance(step.event, revolving.Receipt):
        ensure(parts == step.event.amount_yen, "parts add up to the receipt", parts=parts, **where)
    if isinstance(step.event, revolving.ExcessUsed):
        ensure(parts == 0, "held money used goes somewhere", parts=parts, **where)


def _charged_once(one: Agreement, before: State, step: Step, charged_to: int) -> int:
    """The days of a row lie after all days charged before; each yen of them bears one rate."""
    amounts: Counter[tuple[int, int]] = Counter()
    cap = business_damages().ppm
    until = step.state.on
    for piece in revolving.pieces(before, until, one.rules):
        where = {"key": one.key, "piece": piece, "event": step.event}
        ensure(charged_to < piece.first <= piece.last <= until, "a day is charged once", **where)
        rates = {
            PieceKind.AGREED: before.terms.rate_ppm,
            PieceKind.DAMAGES: before.terms.damages_ppm,
        }
        ensure(piece.rate_ppm == rates.get(piece.kind, 0), "a day bears an agreed rate", **where)
        ensure(before.terms.damages_ppm <= cap, "damages are below their cap", cap=cap, **where)
        amounts[piece.first, piece.last] += piece.amount_yen
    for days, amount in amounts.items():
        ensure(
            amount == before.principal_yen,
            "each yen of principal bears once",
            key=one.key, event=step.event, days=days,
        )  # fmt: skip
    return max(charged_to, until)


def _below_ceilings(merged: list[_Row]) -> None:
    principal: Counter[Key] = Counter()
    ceilings: dict[Key, int] = {}
    for order, one, step in sorted(merged, key=lambda row: row.order):
        principal[one.key] = step.state.principal_yen
        if isinstance(step.event, revolving.Draw):
            ceiling = ceiling_ppm(principal.total(), date.fromordinal(order[0]))
            ceilings[one.key] = min(ceilings.get(one.key, ceiling), ceiling)
        most = ceilings.get(one.key)
        rate = step.state.terms.rate_ppm
        ensure(
            most is None or rate <= most,
            "the rate is below the ceiling",
            key=one.key, event=step.event, rate=rate, ceiling=most,
        )  # fmt: skip


def booked(cursor: Any, refs: Sequence[str]) -> dict[str, tuple[Key, int]]:
    """Where lines of bank statements were booked, by their keys [明細の入金先]."""
    cursor.execute(
        "SELECT external_ref, member_id, agreement_id, event_no FROM loan_event"
        " WHERE channel = %s AND external_ref = ANY(%s) ORDER BY external_ref",
        (inbox.CHANNEL, list(refs)),
    )
    return {row[0]: (Key(row[1], row[2]), row[3]) for row in cursor.fetchall()}


# ---------------------------------------------------------------------------------------- the book
def sums(cursor: Any, cash: Mapping[Account, int]) -> Counter[str]:
    """The trial balance balances, and money is what the clerk counted [試算表]."""
    found = balances.trial_balance(cursor)
    debits = sum(one.debit_yen for one in found.values())
    credits_ = sum(one.credit_yen for one in found.values())
    ensure(debits == credits_, "debits equal credits", debits=debits, credits=credits_)
    pending = sum(one.pending_on_side(Side.DEBIT) for one in found.values())
    ensure(pending == 0, "pending debits equal pending credits", difference=pending)
    money = {account: _money(found, account) for account in sorted(MONEY)}
    counted = {account: cash.get(account, 0) for account in sorted(MONEY)}
    ensure(money == counted, "money is what was counted", ledger=money, counted=counted)
    return Counter({"trial_balances": 1})


def _money(found: Mapping[Account, balances.Balance], account: Account) -> int:
    balance = found.get(account)
    return 0 if balance is None else balance.on_side(Side.DEBIT)


def journal(cursor: Any, expected: Mapping[str, int]) -> Counter[str]:
    """The journal holds one row for what each command did, and no other [日誌の照合].

    Why       a promise that a new one ends once its day is over ends as its receipts have it: that
              row is held against the receipts by the report of promises, not counted here.
    """
    cursor.execute(
        "SELECT kind, count(*) FROM journal_row"
        " WHERE (actor LIKE 'sim %%' AND kind NOT IN ('promise_kept', 'promise_broken'))"
        " OR kind IN ('bureau_answered', 'income_recorded')"
        " GROUP BY kind",
        (),
    )
    found = dict(cursor.fetchall())
    wanted = {kind: count for kind, count in expected.items() if count}
    kinds = sorted(found.keys() | wanted.keys())
    differing = {
        kind: (found.get(kind, 0), wanted.get(kind, 0))
        for kind in kinds
        if found.get(kind, 0) != wanted.get(kind, 0)
    }
    ensure(not differing, "journal rows (found, expected)", differing=differing)
    return Counter({"journal_rows": sum(found.values())})


def proof(cursor: Any) -> Counter[str]:
    """The ledger's own proof: sums, legs, seals made again [元帳の検証]."""
    verified = ledger_checks.verify(cursor)
    ensure(
        not verified.faults,
        "the ledger verifies",
        faults=[asdict(fault) for fault in verified.faults],
    )
    return Counter({"entries_proved": verified.entries, "seals_proved": verified.days})


# ----------------------------------------------------------------------------------------- digest
_TABLES = """
SELECT t.table_name,
    string_agg(format('%I', c.column_name), ', ' ORDER BY c.ordinal_position),
    (SELECT string_agg(format('%I', a.attname), ', ' ORDER BY p.place)
     FROM pg_index i
     CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS p (number, place)
     JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = p.number
     WHERE i.indrelid = format('%I.%I', t.table_schema, t.table_name)::regclass AND i.indisprimary)
FROM information_schema.tables t
JOIN information_schema.columns c USING (table_schema, table_name)
WHERE t.table_schema = 'public' AND t.table_type = 'BASE TABLE'
  AND t.table_name ~ '^(people|loan|ledger|journal|close)_'
  AND c.data_type NOT IN ('timestamp with time zone', 'xid8')
  AND c.column_name <> 'transaction_id'
  AND has_column_privilege(format('%I.%I', t.table_schema, t.table_name), c.column_name, 'SELECT')
GROUP BY t.table_schema, t.table_name ORDER BY t.table_name
"""


def digest(cursor: Any) -> str:
    """One number for the whole book: every row but moments and transactions [帳簿の要約値].

    Columns that nobody may read without a permit stay out: their secrets differ from run to run.

    Gives     SHA-256 in hex over the tables by name, their rows in the order of their keys.
    """
    cursor.execute(_TABLES.replace("%I", "%%I"), ())
    whole = hashlib.sha256()
    for name, columns, keys in cursor.fetchall():
        whole.update(f"{name} ({columns})\n".encode())
        query = f"COPY (SELECT {columns} FROM {name} ORDER BY {keys}) TO STDOUT"  # noqa: S608  # names from the catalogue, quoted there
        with cursor.copy(query) as rows:
            for block in rows:
                whole.update(block)
    return whole.hexdigest()
