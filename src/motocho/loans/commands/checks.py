"""Monitoring as commands: checks fall due, are met, or stop draws [途上与信の操作].

The night opens checks when periods end and stops draws when a deadline is over; a desk, or a
bureau's door, records what came in. Whatever is recorded decides at once, in the same transaction:
the stop is lifted, evidence is asked for, the limit is cut or draws are stopped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum
from typing import Any

from motocho.journal.rows import Happening, write
from motocho.law.tables import Row
from motocho.loans import _book, _capacity, monitoring, standing
from motocho.loans._book import Key, Loan, Made
from motocho.loans.commands._telling import refuse_day, tell
from motocho.loans.commands.terms import change_limit
from motocho.loans.monitoring import BUREAU, Borrowed, Burden, CheckKind, Income, Period
from motocho.loans.policy import Status, Stop
from motocho.units.errors import Fault, RefusedError, StateConflict
from motocho.units.rows import rows_text

# --------------------------------------------------------------------------------- periods that end
_ENDING = """
SELECT a.member_id, a.agreement_id FROM loan_agreement a
WHERE extract(day FROM a.opened_on)::smallint = ANY(%s) AND a.status = 'open' AND a.opened_on < %s
  AND (SELECT sum(o.principal_yen) FROM loan_agreement o
       WHERE o.member_id = a.member_id AND o.status = 'open') > %s
ORDER BY 1, 2
"""
_BORROWED = f"""
SELECT a.member_id, a.agreement_id, a.opened_on,
    a.stops <> '{{}}' OR a.late_since IS NOT NULL
        OR a.state->>{standing.PLACES["accelerated_on"]} IS NOT NULL,
    (SELECT sum(o.principal_yen)::bigint FROM loan_agreement o
     WHERE o.member_id = a.member_id AND o.status = 'open'),
    (SELECT coalesce(sum((e.content->>'amount_yen')::bigint), 0)::bigint FROM loan_event e
     WHERE e.member_id = a.member_id AND e.kind = 'draw'
       AND e.value_on BETWEEN p.first_on AND %s
       AND NOT EXISTS (
         SELECT FROM loan_event c WHERE c.member_id = e.member_id
           AND c.agreement_id = e.agreement_id AND c.cancels_no = e.event_no))
FROM unnest(%s::bigint[], %s::bigint[]) AS k (member_id, agreement_id)
JOIN loan_agreement a USING (member_id, agreement_id)
JOIN unnest(%s::integer[], %s::date[]) AS p (day_of_month, first_on)
    ON p.day_of_month = extract(day FROM a.opened_on)
ORDER BY 1, 2
"""  # noqa: S608  # places of our own
_OPEN = """
INSERT INTO loan_check (member_id, agreement_id, kind, found_on, due_on)
SELECT c.member_id, c.agreement_id, c.kind, c.found_on, c.due_on
FROM unnest(%s::loan_check[]) AS c
ON CONFLICT DO NOTHING
"""


def periods_ending(cursor: Any, on: date) -> list[Key]:
    """Contracts of which a period ends on a day, of members who owe enough [期間の末日].

    Law       貸金業法施行規則10条の24第1項1号, 10条の25第3項1号.
    """
    days = sorted(monitoring.contract_days_ending(on))
    least_yen = monitoring.law_on(on).number("balance_above_yen")
    cursor.execute(_ENDING, (days, on, least_yen))
    return [Key(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Opened:
    """A check that fell due [調査の発生]."""

    key: Key
    kind: CheckKind
    found_on: date
    due_on: date


def open_checks(cursor: Any, keys: Sequence[Key], made: Made) -> list[Opened]:
    """Open what the end of a period asks for, and tell it [途上与信の調査] · LEND-013, LEND-014.

    Where nothing may be drawn anyway, a regular check waits: draws stay stopped until it is made.

    Lock      agreements whose check waits, one by one.
    """
    law, on = monitoring.law_on(made.business_on), made.business_on
    opened, waiting = [], []
    for key, period, borrowed in _borrowed(cursor, keys, on):
        due = monitoring.checks_due(period, borrowed, law)
        deadline = monitoring.deadline_of(period, law)
        opened += [Opened(key, kind, on, deadline) for kind in due.kinds]
        if due.waits:
            waiting.append(Opened(key, CheckKind.REGULAR, on, deadline))
    _open(cursor, opened, made)
    for one in waiting:
        _wait(cursor, one, made)
    return opened


def _borrowed(cursor: Any, keys: Sequence[Key], on: date) -> Iterator[tuple[Key, Period, Borrowed]]:
    """What stands where a period ends, in one look; no state is read that only says "late"."""
    days = sorted(monitoring.contract_days_ending(on))
    # The first day of a period follows from the day of the month alone, whatever the year.
    firsts = [monitoring.period_ending(date(on.year - 1, 1, day), on) for day in days]
    firsts_on = [period and period.first_on for period in firsts]
    if not keys:
        return
    # As text: the driver writes a list of numbers ten times as slowly.
    columns = ["{" + ",".join(map(str, column)) + "}" for column in zip(*keys, strict=True)]
    cursor.execute(_BORROWED, (on, *columns, days, firsts_on))
    periods: dict[date, Period | None] = {}
    for member_id, agreement_id, opened_on, is_stopped, balance_yen, draws_yen in cursor.fetchall():
        if opened_on not in periods:
            periods[opened_on] = monitoring.period_ending(opened_on, on)
        period = periods[opened_on]
        if period is not None:
            borrowed = Borrowed(draws_yen, balance_yen, is_stopped)
            yield Key(member_id, agreement_id), period, borrowed


def _open(cursor: Any, opened: Sequence[Opened], made: Made) -> None:
    rows = [(*one.key, one.kind.value, one.found_on, one.due_on, None, None) for one in opened]
    if not rows:
        return
    cursor.execute(_OPEN, (rows_text(rows),))
    news = []
    for one in opened:
        subject: dict[str, int | str] = {
            "agreement": one.key.agreement_id,
            "check": one.kind.value,
            "due_on": one.due_on.isoformat(),
        }
        news.append(Happening(one.key.member_id, "check_due", made.actor, made.booked_at, subject))
    write(cursor, news)


# --------------------------------------------------------------------------------- deadlines passed
def overdue(cursor: Any, on: date) -> list[Key]:
    """Members with a check, or an ask, of which a day was the last [期限を過ぎた調査・依頼].

    Gives     keys with agreement 0.
    """
    cursor.execute(
        "SELECT member_id FROM loan_check"
        " WHERE due_on <= %(on)s AND met_on IS NULL AND stopped_on IS NULL"
        " UNION SELECT member_id FROM loan_watch"
        " WHERE due_on <= %(on)s AND ended_on IS NULL AND stopped_on IS NULL ORDER BY 1",
        {"on": on},
    )
    return [Key(row[0], 0) for row in cursor.fetchall()]


def stop_overdue(cursor: Any, member_id: int, made: Made) -> int:
    """Stop draws from the next day on, until what is over is done [調査未了の停止] · LEND-013…015.

    Gives     how many checks and asks were over.
    Lock      the member's agreements.
    """
    loans = open_loans(cursor, member_id)
    cursor.execute(
        "UPDATE loan_check SET stopped_on = %s WHERE member_id = %s AND due_on <= %s"
        " AND met_on IS NULL AND stopped_on IS NULL RETURNING kind",
        (made.business_on, member_id, made.business_on),
    )
    kinds = [CheckKind(row[0]) for row in cursor.fetchall()]
    stops = {
        Stop.INCOME_EVIDENCE_DUE if kind is CheckKind.INCOME else Stop.BUREAU_CHECK_DUE
        for kind in kinds
    }
    cursor.execute(
        "UPDATE loan_watch SET stopped_on = %s WHERE member_id = %s AND due_on <= %s"
        " AND ended_on IS NULL AND stopped_on IS NULL RETURNING reason",
        (made.business_on, member_id, made.business_on),
    )
    asked = {Stop(row[0]) for row in cursor.fetchall()}
    for stop in sorted(stops | asked, key=lambda one: one.value):
        loans = set_stop(cursor, loans, stop, made)
    return len(kinds) + len(asked)


# ------------------------------------------------------------------------------------ what comes in
class Remedy(Enum):
    """What is done where contracts are above a third of the income [基準額超過の措置]."""

    STOP = "stop"
    """No more draws · 施行規則10条の29第2号."""
    CUT = "cut"
    """The limit is cut below, if it can be · 10条の29第1号."""


@dataclass(frozen=True, slots=True)
class BureauAnswer:
    """What a bureau answered [信用情報]: when it was asked, what other money lenders are owed.

    `others_yen` is what the third looks at, `left_out_yen` what 施行規則10条の21 leaves out of it.
    """

    inquired_on: date
    others_yen: int
    bureau_ref: str
    left_out_yen: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """A document that shows an income [収入証明書]."""

    income: Income
    document_ref: str


@dataclass(frozen=True, slots=True)
class Learned:
    """What followed from what came in [調査の結果]."""

    burden: Burden
    evidence_due_on: date | None
    is_over_base: bool
    stops: frozenset[Stop]
    """What stops the member's draws now, on any agreement."""


def record_bureau_answer(
    cursor: Any, member_id: int, answer: BureauAnswer, made: Made, remedy: Remedy = Remedy.STOP
) -> Learned:
    """A bureau's answer: meets the checks that are due, and decides what follows [信用情報の記録].

    Lock      the member's agreements.
    Raises    RefusedError for a day that has not come, or an amount below zero.
    Law       貸金業法13条の3, 13条の4 · LEND-013…016; 施行規則10条の24第1項2号: a stop above the
              base is lifted by a fresh answer alone. An answer meets what fell due before.
    """
    refuse_day(answer.inquired_on, made)
    _refuse_below_zero(min(answer.others_yen, answer.left_out_yen))
    loans = open_loans(cursor, member_id)
    cursor.execute(
        "INSERT INTO loan_bureau_answer (member_id, inquired_on, others_yen, left_out_yen,"
        " bureau_ref, channel, external_ref, business_on, booked_at, actor)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (member_id, channel, external_ref) DO NOTHING",
        (
            member_id, answer.inquired_on, answer.others_yen, answer.left_out_yen,
            answer.bureau_ref, made.channel, made.external_ref, made.business_on, made.booked_at,
            made.actor,
        ),
    )  # fmt: skip
    if cursor.rowcount == 0:
        return _known(cursor, member_id, loans, made)
    tell(cursor, Key(member_id, 0), "bureau_answered", made, on=answer.inquired_on.isoformat())
    _meet(cursor, member_id, BUREAU, answer.inquired_on)
    loans = _lift_if_met(cursor, loans, Stop.BUREAU_CHECK_DUE, made)
    loans = _ask_evidence(cursor, member_id, loans, made)
    return _hold_to_base(cursor, member_id, loans, made, remedy)


def record_income(
    cursor: Any, member_id: int, evidence: Evidence, made: Made, remedy: Remedy = Remedy.STOP
) -> Learned:
    """Evidence of income: meets what asked for it, and decides what follows [収入証明書の記録].

    Lock      the member's agreements.
    Raises    RefusedError for a day that has not come, or an amount below zero.
    Law       貸金業法13条の3第3項, 13条の4 · LEND-015, 016.
    """
    refuse_day(evidence.income.issued_on, made)
    _refuse_below_zero(evidence.income.annual_yen)
    shown = evidence.income.shown
    loans = open_loans(cursor, member_id)
    cursor.execute(
        "INSERT INTO loan_income_evidence (member_id, issued_on, annual_yen, kind, shows_until,"
        " document_ref, channel, external_ref, business_on, booked_at, actor)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (member_id, channel, external_ref) DO NOTHING",
        (
            member_id, evidence.income.issued_on, evidence.income.annual_yen,
            _capacity.UNKNOWN if shown is None else shown.kind.value, shown and shown.until_on,
            evidence.document_ref, made.channel, made.external_ref, made.business_on,
            made.booked_at, made.actor,
        ),
    )  # fmt: skip
    if cursor.rowcount == 0:
        return _known(cursor, member_id, loans, made)
    tell(cursor, Key(member_id, 0), "income_recorded", made)
    law = monitoring.law_on(made.business_on)
    income, burden = _capacity.income(cursor, member_id), _burden(cursor, member_id, loans)
    confirmed = _confirmed(cursor, member_id)
    if not monitoring.needs_evidence(burden, income, made.business_on, law, confirmed):
        _meet(cursor, member_id, (CheckKind.INCOME,), made.business_on)
        loans = _lift_if_met(cursor, loans, Stop.INCOME_EVIDENCE_DUE, made)
    before = any(Stop.OVER_ONE_THIRD in loan.stops for loan in loans)
    if income is not None and not before and monitoring.is_over_base(burden, income, law):
        return _hold_to_base(cursor, member_id, loans, made, remedy)
    return _known(cursor, member_id, loans, made)


def look_at_evidence(cursor: Any, member_id: int, made: Made) -> None:
    """Evidence that counts longer than it did meets what asked for it [収入証明書の再判定].

    Lock      the member's agreements.
    """
    law, on = monitoring.law_on(made.business_on), made.business_on
    loans, income = open_loans(cursor, member_id), _capacity.income(cursor, member_id)
    burden, confirmed = _burden(cursor, member_id, loans), _confirmed(cursor, member_id)
    if not monitoring.needs_evidence(burden, income, on, law, confirmed):
        _meet(cursor, member_id, (CheckKind.INCOME,), on)
        _lift_if_met(cursor, loans, Stop.INCOME_EVIDENCE_DUE, made)


def _confirmed(cursor: Any, member_id: int) -> frozenset[date]:
    """The days on which the employer was found to be the same."""
    cursor.execute(
        "SELECT checked_on FROM loan_employer_check WHERE member_id = %s AND found = 'same'",
        (member_id,),
    )
    return frozenset(row[0] for row in cursor.fetchall())


def _refuse_below_zero(amount_yen: int) -> None:
    if amount_yen < 0:
        raise RefusedError(Fault("LON-063", details={"amount": f"{amount_yen:,}"}))


def _ask_evidence(cursor: Any, member_id: int, loans: list[Loan], made: Made) -> list[Loan]:
    """Evidence of income within a month of learning that it is needed; or none, if it is not."""
    law, on = monitoring.law_on(made.business_on), made.business_on
    burden, income = _burden(cursor, member_id, loans), _capacity.income(cursor, member_id)
    if not monitoring.needs_evidence(burden, income, on, law, _confirmed(cursor, member_id)):
        _meet(cursor, member_id, (CheckKind.INCOME,), on)
        return _lift_if_met(cursor, loans, Stop.INCOME_EVIDENCE_DUE, made)
    if _evidence_due(cursor, member_id) is None:
        due_on = monitoring.a_month_after(on, law.number("months_to_give"))
        _open(cursor, [Opened(Key(member_id, 0), CheckKind.INCOME, on, due_on)], made)
    return loans


def _hold_to_base(
    cursor: Any, member_id: int, loans: list[Loan], made: Made, remedy: Remedy
) -> Learned:
    """Stop draws above a third of the income, or cut the limits; lift the stop below it."""
    law, income = monitoring.law_on(made.business_on), _capacity.income(cursor, member_id)
    burden = _burden(cursor, member_id, loans)
    if income is not None and monitoring.is_over_base(burden, income, law):
        cuts = _cuts(loans, burden, income, law) if remedy is Remedy.CUT else None
        if cuts is None:
            loans = set_stop(cursor, loans, Stop.OVER_ONE_THIRD, made)
        _cut(cursor, cuts or {}, made)
        loans = open_loans(cursor, member_id)
    elif income is not None:
        loans = unset_stop(cursor, loans, Stop.OVER_ONE_THIRD, made)
    return _known(cursor, member_id, loans, made)


def _cuts(loans: Sequence[Loan], burden: Burden, income: Income, law: Row) -> dict[Key, int] | None:
    """The limits that bring lines within the base; None where no cut is enough."""
    if not loans:
        return None
    limits = {loan.key: _limit_yen(loan) for loan in loans}
    unit_yen = max(loan.product.unit_yen for loan in loans)
    return monitoring.limits_within_base(limits, burden, income, law, unit_yen=unit_yen)


def _cut(cursor: Any, cuts: Mapping[Key, int], made: Made) -> None:
    for key, limit_yen in cuts.items():
        cut = replace(made, external_ref=f"{made.external_ref} limit {key.agreement_id}")
        change_limit(cursor, key, limit_yen, cut)


@dataclass(frozen=True, slots=True)
class Third:
    """How a member's lines stand to a third of the income [総量規制の状況].

    `cuts` are the limits as they are, and as they would be within it; None where none is enough.
    """

    base_yen: int
    total_yen: int
    others_yen: int
    is_over: bool
    is_stopped: bool
    answered_on: date | None
    cuts: Mapping[Key, tuple[int, int]] | None


def third_of(cursor: Any, member_id: int, on: date) -> Third | None:
    """What a third of the income leaves for a member's lines [総量規制の枠] · LEND-016.

    Gives     None where no income is known, or no line is open.
    Lock      the member's agreements.
    Law       貸金業法13条の3第5項, 13条の4.
    """
    law, income = monitoring.law_on(on), _capacity.income(cursor, member_id)
    loans = open_loans(cursor, member_id)
    if income is None or not loans:
        return None
    burden, said = _burden(cursor, member_id, loans), _capacity.newest_answer(cursor, member_id)
    is_over = monitoring.is_over_base(burden, income, law)
    cuts = _cuts(loans, burden, income, law) if is_over else {}
    now = {loan.key: _limit_yen(loan) for loan in loans}
    return Third(
        income.annual_yen // law.number("parts_of_income"),
        burden.total_yen,
        burden.others_yen,
        is_over,
        any(Stop.OVER_ONE_THIRD in loan.stops for loan in loans),
        None if said is None else said.inquired_on,
        None if cuts is None else {key: (now[key], to_yen) for key, to_yen in cuts.items()},
    )


def cut_to_third(cursor: Any, member_id: int, limits: Mapping[Key, int], made: Made) -> Learned:
    """Cut the limits to what a third of the income leaves, in place of a stop [基準額までの減額].

    A stop that was set for it is lifted by the cut where the bureau's answer is of the very day;
    else by the next answer, which the lifting asks for. No other stop is touched. Done twice it
    changes nothing.

    Takes     the limits as they were shown: others by now are not cut to.
    Raises    RefusedError where no cut is enough; StateConflict where the limits are others by now.
    Lock      the member's agreements.
    Law       貸金業法13条の4; 施行規則10条の29第1号, 10条の24第1項2号 · LEND-016.
    """
    third, loans = third_of(cursor, member_id, made.business_on), open_loans(cursor, member_id)
    if third is None or not third.is_over:
        return _known(cursor, member_id, loans, made)
    if third.cuts is None:
        raise RefusedError(Fault("LON-110"))
    if {key: to_yen for key, (_, to_yen) in third.cuts.items()} != dict(limits):
        raise StateConflict(Fault("LON-111"))
    _cut(cursor, limits, made)
    loans = open_loans(cursor, member_id)
    if third.answered_on == made.business_on:
        loans = unset_stop(cursor, loans, Stop.OVER_ONE_THIRD, made)
    return _known(cursor, member_id, loans, made)


# ------------------------------------------------------------------------------------ what is known
def open_loans(cursor: Any, member_id: int) -> list[Loan]:
    """The member's contracts on which something could be drawn, locked [有効な契約].

    Lock      all of the member's agreements, in their order.
    """
    cursor.execute(
        "SELECT agreement_id FROM loan_agreement WHERE member_id = %s"
        " ORDER BY agreement_id FOR UPDATE",
        (member_id,),
    )
    loans = [_book.look(cursor, Key(member_id, row[0])) for row in cursor.fetchall()]
    return [loan for loan in loans if loan.status is Status.OPEN]


def _limit_yen(loan: Loan) -> int:
    agreed, shown = loan.state.terms.limit_yen, loan.shown_limit_yen
    return agreed if shown is None else min(agreed, shown)


def _burden(cursor: Any, member_id: int, loans: Sequence[Loan]) -> Burden:
    return _capacity.burden(cursor, member_id, sum(_limit_yen(loan) for loan in loans))


def _evidence_due(cursor: Any, member_id: int) -> date | None:
    cursor.execute(
        "SELECT min(due_on) FROM loan_check"
        " WHERE member_id = %s AND kind = 'income' AND met_on IS NULL",
        (member_id,),
    )
    found: date | None = cursor.fetchone()[0]
    return found


def _known(cursor: Any, member_id: int, loans: Sequence[Loan], made: Made) -> Learned:
    burden, income = _burden(cursor, member_id, loans), _capacity.income(cursor, member_id)
    law = monitoring.law_on(made.business_on)
    is_over = income is not None and monitoring.is_over_base(burden, income, law)
    stops = frozenset(stop for loan in loans for stop in loan.stops)
    return Learned(burden, _evidence_due(cursor, member_id), is_over, stops)


# ----------------------------------------------------------------------------- stops and deadlines
def _meet(cursor: Any, member_id: int, kinds: Sequence[CheckKind], met_on: date) -> None:
    """Checks that fell due before a day are met on it."""
    cursor.execute(
        "UPDATE loan_check SET met_on = %s WHERE member_id = %s AND kind = ANY(%s)"
        " AND met_on IS NULL AND found_on < %s",
        (met_on, member_id, [kind.value for kind in kinds], met_on + _INCLUDED.get(kinds[0], _NO)),
    )


_NO = timedelta(0)
_INCLUDED = {CheckKind.INCOME: timedelta(days=1)}
"""Evidence may come on the day it is asked for; a bureau is asked after a period is over."""


def _lift_if_met(cursor: Any, loans: list[Loan], stop: Stop, made: Made) -> list[Loan]:
    """Lift a stop unless another check that it stands for is over."""
    kinds = [CheckKind.INCOME] if stop is Stop.INCOME_EVIDENCE_DUE else list(BUREAU)
    if not loans:
        return loans
    cursor.execute(
        "SELECT 1 FROM loan_check WHERE member_id = %s AND kind = ANY(%s)"
        " AND met_on IS NULL AND stopped_on IS NOT NULL",
        (loans[0].key.member_id, [kind.value for kind in kinds]),
    )
    return loans if cursor.fetchone() else unset_stop(cursor, loans, stop, made)


def _wait(cursor: Any, waiting: Opened, made: Made) -> None:
    """A check that waits stops draws at once, so that it is made before anything is lent again."""
    cursor.execute(
        "INSERT INTO loan_check (member_id, agreement_id, kind, found_on, due_on, stopped_on)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (*waiting.key, waiting.kind.value, waiting.found_on, waiting.due_on, waiting.found_on),
    )
    set_stop(cursor, [_book.lock(cursor, waiting.key)], Stop.BUREAU_CHECK_DUE, made)


def set_stop(cursor: Any, loans: Sequence[Loan], stop: Stop, made: Made) -> list[Loan]:
    """Stop draws on agreements that are locked, for a reason [停止の設定]."""
    stopped = []
    for loan in loans:
        after = loan
        if stop not in loan.stops:
            after = _book.set_stops(cursor, loan, loan.stops | {stop})
            tell(cursor, loan.key, "suspended", made, stop=stop.value)
        stopped.append(after)
    return stopped


def unset_stop(cursor: Any, loans: Sequence[Loan], stop: Stop, made: Made) -> list[Loan]:
    """Take one reason away from agreements that are locked [停止の解除]."""
    lifted = []
    for loan in loans:
        after = loan
        if stop in loan.stops:
            after = _book.set_stops(cursor, loan, loan.stops - {stop})
            tell(cursor, loan.key, "lifted", made, stop=stop.value)
        lifted.append(after)
    return lifted
