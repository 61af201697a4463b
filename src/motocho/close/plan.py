"""The order of the night, and what each step makes of what it reads; pure [締めの計画].

A step reads facts, asks here what they mean, and writes what is answered: tasks for people and for
later rooms, marks of arrears, faults of the books. Which day is which: a night closes a business
day, and what it plans is for the *morning* after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import NamedTuple

from motocho.journal.rows import Happening
from motocho.kernel import revolving
from motocho.kernel.revolving import State
from motocho.ledger.balances import Balance
from motocho.ledger.chart import Account
from motocho.loans.monitoring import CheckKind
from motocho.loans.policy import WATCHED, Status, Stop
from motocho.loans.standing import Lateness, Seen, days_late, lateness_of, next_lateness_on
from motocho.units.errors import Fault


class Step(Enum):
    """A step of the night [締めの工程]; the order here is the order of the night."""

    RECEIPTS = "receipts"
    DUE_DATES = "due_dates"
    PROMISES = "promises"
    ARREARS = "arrears"
    CHECKS_OVERDUE = "checks_overdue"
    PERIODS = "periods"
    RENEWALS = "renewals"
    DOCUMENTS = "documents"
    DUE_SOON = "due_soon"
    NOTICES = "notices"
    REFUNDS = "refunds"
    TASKS = "tasks"
    COLLECTIONS = "collections"
    OUTDATED = "outdated"
    ACCRUAL = "accrual"
    TRIAL_BALANCE = "trial_balance"
    NEXT_DATE = "next_date"


STEPS = tuple(Step)


# ------------------------------------------------------------------------------------------- tasks
class TaskKind(Enum):
    """What the night finds to do [業務の種類]; which room takes it stands beside it."""

    DUE_SOON = "due_soon"
    """notices: a due date comes [返済期日のご案内]."""
    DUE_MISSED = "due_missed"
    """notices: a due date was missed [お支払いのお願い]."""
    DRAWS_STOPPED = "draws_stopped"
    """notices: monitoring stopped draws [ご融資停止のお知らせ]."""
    BUREAU_CHECK = "bureau_check"
    """screening: a bureau's data is due [途上与信]."""
    INCOME_EVIDENCE = "income_evidence"
    """screening: evidence of income is due [収入証明書の徴求]."""
    RENEWAL = "renewal"
    """screening: the contract renews itself [契約の自動更新]."""
    CONTRACT_DOCUMENT = "contract_document"
    """documents: 貸金業法17条2項 [契約時の書面]."""
    CHANGE_DOCUMENT = "change_document"
    """documents: 貸金業法17条2項後段 [変更時の書面]."""
    DRAW_DOCUMENT = "draw_document"
    """documents: 貸金業法17条1項, or with consent 6項 [借入れの書面]."""
    RECEIPT_DOCUMENT = "receipt_document"
    """documents: 貸金業法18条; for a bank transfer on request only [受取証書]."""
    REFUND = "refund"
    """care: held money to be given back or put to use [過入金の返金]."""
    FAILED_DRAW = "failed_draw"
    """contact: a transfer to the member did not arrive [振込不能の連絡]."""
    ESTATE = "estate"
    """care: the member has died [相続の確認]."""


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do [業務]: of one agreement, or of a member with agreement 0.

    The same kind and `ref` is found once. It is due on a day, and void after `until_on`.
    """

    member_id: int
    agreement_id: int
    kind: TaskKind
    ref: str
    due_on: date
    until_on: date | None = None
    facts: Mapping[str, int | str] = field(default_factory=dict)


class End(NamedTuple):
    """Tasks that have no ground any more [業務の取下げ]; agreement 0 for all of the member's."""

    member_id: int
    agreement_id: int
    kinds: tuple[TaskKind, ...]


# ----------------------------------------------------------------------------------------- arrears
class Watched(NamedTuple):
    """A loan in arrears, as the night saw it last [延滞の記録].

    `looks_on` is the morning on which it is looked at again; None where only news brings that.
    """

    late_since: date
    stage: Lateness
    looks_on: date | None


@dataclass(frozen=True, slots=True)
class ArrearsPlan:
    """What became of a loan's arrears overnight [延滞の計画]."""

    watch: Watched | None
    """The row to keep; None for no row."""
    news: Mapping[str, int | str] | None = None
    """What is told in the journal: a new stage, or that the loan is current again."""
    ends: tuple[End, ...] = ()


def is_watched(state: State, status: Status) -> bool:
    """Whether a loan is one to run after [延滞管理の対象]."""
    owed = state.principal_yen + state.interest_yen + state.damages_yen + state.costs_yen
    return state.late_since is not None and owed > 0 and status is Status.OPEN


def arrears(known: Watched | None, seen: Seen, state: State, morning: int) -> ArrearsPlan:
    """What a night makes of a loan that was in arrears, or is now [延滞段階の計画].

    What is done about it is the strategy's alone (`care.collections`): here is only what is told.
    Takes     what was known before, and the state at the end of the business day.
    """
    key = seen.key
    if state.late_since is None or not is_watched(state, seen.status):
        news = None if known is None else {"stage": Lateness.CURRENT.value}
        return ArrearsPlan(None, news, ends=(End(*key, (TaskKind.DUE_MISSED,)),))
    next_day = revolving.advance(state, morning, seen.rules)
    stage = lateness_of(next_day, seen.rules)
    ahead = next_lateness_on(next_day, seen.rules)
    since = date.fromordinal(state.late_since)
    watch = Watched(since, stage, None if ahead is None else date.fromordinal(ahead))
    if known is not None and (known.late_since, known.stage) == (since, stage):
        return ArrearsPlan(watch)
    facts: dict[str, int | str] = {
        "stage": stage.value,
        "days_late": days_late(next_day, seen.rules),
        "late_since": since.isoformat(),
        "arrears_yen": state.arrears_yen,
        "principal_yen": state.principal_yen,
    }
    return ArrearsPlan(watch, facts)


# ----------------------------------------------------------------------------------------- notices
REMIND_DAYS = (3, 0)
"""How many days before the last day to pay a reminder goes out."""


def due_soon(seen: Seen, state: State, morning: int) -> Task | None:
    """A reminder of a due date, with what it will ask for [返済期日の案内]."""
    last = revolving.deadline(state, seen.rules)
    if last is None or state.due_on is None or last < morning:
        return None
    then = revolving.advance(state, last, seen.rules)
    asked_yen = max(0, revolving.required_yen(then) - then.paid_yen)
    if asked_yen == 0:
        return None
    last_on = date.fromordinal(last)
    facts: dict[str, int | str] = {
        "due_on": date.fromordinal(state.due_on).isoformat(),
        "last_day_to_pay": last_on.isoformat(),
        "asked_yen": asked_yen,
        "arrears_yen": state.arrears_yen,
    }
    ref = f"{last_on} {last - morning}"
    day = date.fromordinal(morning)
    return Task(*seen.key, TaskKind.DUE_SOON, ref, day, last_on, facts)


# -------------------------------------------------------------------------------- renewals, refunds
RENEWAL_DAYS = 30
"""How long before it renews itself a contract is looked at."""


def renewal(seen: Seen, renews_on: date) -> Task | None:
    """A contract that renews itself soon [契約の自動更新]."""
    years = seen.product.renewal_years
    age = renews_on.year - seen.opened_on.year
    if seen.status is not Status.OPEN or years == 0 or age == 0 or age % years:
        return None
    ref = renews_on.isoformat()
    return Task(*seen.key, TaskKind.RENEWAL, ref, renews_on, facts={"years": years})


def refund(seen: Seen, morning: int) -> Task | End:
    """Held money of the member's: to be given back, or nothing to do any more [過入金]."""
    if seen.state.excess_yen == 0:
        return End(*seen.key, (TaskKind.REFUND,))
    facts = {"excess_yen": seen.state.excess_yen}
    day = date.fromordinal(morning)
    return Task(*seen.key, TaskKind.REFUND, str(seen.event_no), day, facts=facts)


# -------------------------------------------------------------------------------------------- news
DOCUMENTS: Mapping[str, TaskKind] = {
    "loan_opened": TaskKind.CONTRACT_DOCUMENT,
    "drawn": TaskKind.DRAW_DOCUMENT,
    "received": TaskKind.RECEIPT_DOCUMENT,
    "excess_used": TaskKind.RECEIPT_DOCUMENT,
}
"""The document that each happening asks for; due without delay, so on the next morning."""
CHANGES = frozenset({"limit_changed", "rate_changed", "plan_changed"})
"""Happenings that ask for a document if the new terms are of a kind that does."""
NOTICES: Mapping[str, TaskKind] = {"due_missed": TaskKind.DUE_MISSED}
WORK: Mapping[str, TaskKind] = {"draw_failed": TaskKind.FAILED_DRAW}


class Told(NamedTuple):
    """A row of the journal with its number: what a step of the news takes [日誌の一行]."""

    row_id: int
    happening: Happening

    @property
    def agreement_id(self) -> int:
        """The agreement it is about; 0 for the member alone [契約の番号]."""
        return int(self.happening.subject.get("agreement", 0))


def from_news(told: Told, kinds: Mapping[str, TaskKind], morning: date) -> Task | None:
    """The task that a happening brings, by its kind [日誌からの業務]."""
    happening = told.happening
    kind = kinds.get(happening.kind)
    if kind is None:
        return None
    ref = str(told.row_id)
    member_id, facts = happening.member_id, dict(happening.subject)
    return Task(member_id, told.agreement_id, kind, ref, morning, facts=facts)


CHECKS: Mapping[str, TaskKind] = {
    CheckKind.MONTHLY.value: TaskKind.BUREAU_CHECK,
    CheckKind.REGULAR.value: TaskKind.BUREAU_CHECK,
    CheckKind.INCOME.value: TaskKind.INCOME_EVIDENCE,
}
ANSWERS: Mapping[str, TaskKind] = {
    "bureau_answered": TaskKind.BUREAU_CHECK,
    "income_recorded": TaskKind.INCOME_EVIDENCE,
}


def of_check(told: Told, morning: date) -> Task | End | None:
    """A check that fell due, or one that was made [途上与信の業務]."""
    happening = told.happening
    if happening.kind in ANSWERS:
        return End(happening.member_id, 0, (ANSWERS[happening.kind],))
    if happening.kind != "check_due":
        return None
    kind = CHECKS[str(happening.subject["check"])]
    due = str(happening.subject["due_on"])
    key = (happening.member_id, told.agreement_id)
    return Task(*key, kind, due, morning, facts={"deadline": due})


RESUMING = frozenset({"arrears_stage", "lifted"})
"""Happenings after which draws might begin again."""


def resuming(seen: Seen, morning: date) -> Task | None:
    """A bureau is all that draws wait for: it is asked before more is lent [融資の再開前].

    Law       施行規則10条の24第1項2号.
    """
    waits = seen.stops == {Stop.BUREAU_CHECK_DUE} and seen.state.late_since is None
    if not waits or seen.status is not Status.OPEN:
        return None
    facts = {"resuming": "1"}
    return Task(*seen.key, TaskKind.BUREAU_CHECK, f"resuming {morning}", morning, facts=facts)


STOPS_TOLD = frozenset(
    {
        Stop.BUREAU_CHECK_DUE.value,
        Stop.INCOME_EVIDENCE_DUE.value,
        Stop.OVER_ONE_THIRD.value,
        *(one.value for one in WATCHED),
    }
)


def of_stop(told: Told, morning: date) -> Task | None:
    """What a new stop asks for: a word to the member, or a look at the estate [停止の後]."""
    stop = str(told.happening.subject.get("stop", ""))
    key = (told.happening.member_id, told.agreement_id)
    if told.happening.kind != "suspended":
        return None
    if stop == Stop.DECEASED.value:
        return Task(*key, TaskKind.ESTATE, stop, morning)
    if stop in STOPS_TOLD:
        return Task(*key, TaskKind.DRAWS_STOPPED, str(told.row_id), morning, facts={"stop": stop})
    return None


# ---------------------------------------------------------------------------------------- receipts
class Choice(Enum):
    """Why money of a member has no agreement to go to [消込できない理由]: a message's code."""

    SEVERAL = "CLS-040"
    NONE = "CLS-041"


def amounts_asked(seen: Seen, on: int) -> frozenset[int]:
    """What a member would pay on a day: what is due, overdue, the minimum, all [請求額の候補]."""
    state = seen.on(max(on, seen.state.on))
    owed_yen = revolving.payoff_yen(state)
    if owed_yen == 0:
        return frozenset()
    asked = {owed_yen, state.minimum_yen, state.arrears_yen}
    if state.due_on is not None:
        asked.add(revolving.required_yen(state) - state.paid_yen)
    return frozenset(amount for amount in asked if amount > 0)


def agreement_of(agreements: Sequence[Seen], amount_yen: int, on: int) -> Seen | Choice:
    """The one agreement of a member that money can be for [入金先の契約].

    One that owes, else one that was passed on; of several, the one that asks for this very amount.
    """
    asked = {one.key: amounts_asked(one, on) for one in agreements}
    owing = [
        one
        for one in agreements
        if asked[one.key] and one.status in {Status.OPEN, Status.WRITTEN_OFF}
    ]
    if not owing:
        owing = [one for one in agreements if one.status is Status.ASSIGNED]
    if len(owing) > 1:
        owing = [one for one in owing if amount_yen in asked[one.key]] or owing
    if len(owing) == 1:
        return owing[0]
    return Choice.SEVERAL if owing else Choice.NONE


# --------------------------------------------------------------------------------- the books agree
def imbalances(
    stands: Mapping[Account, Balance], booked: Mapping[Account, Balance]
) -> tuple[Fault, ...]:
    """What of a trial balance does not agree: with itself, or with the entries [不一致].

    Takes     the kept balances of all accounts, and the sums of all entries.
    """
    faults = []
    for part, debit, credit in (
        ("posted", "debit_yen", "credit_yen"),
        ("pending", "pending_debit_yen", "pending_credit_yen"),
    ):
        sums = [sum(getattr(one, side) for one in stands.values()) for side in (debit, credit)]
        if sums[0] != sums[1]:
            details = {"part": part, "debit": f"{sums[0]:,}", "credit": f"{sums[1]:,}"}
            faults.append(Fault("CLS-010", details=details))
    for account in sorted(stands.keys() | booked.keys()):
        kept, added = stands.get(account, Balance()), booked.get(account, Balance())
        if kept != added:
            details = {
                "account": f"{int(account)} {account.title.ja}",
                "kept": f"{kept.on_side(account.title.side):,}",
                "booked": f"{added.on_side(account.title.side):,}",
            }
            faults.append(Fault("CLS-011", details=details))
    return tuple(faults)
