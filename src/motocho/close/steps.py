"""What each step of the night reads and does [締めの工程].

A step finds its agreements, looks at them, asks `plan` what that means, and writes the answer, all
through commands of the rooms below. None decides by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from motocho.care.collections import stages
from motocho.care.reliefs import limits
from motocho.close import _arrears, _trial, accrual, inbox, plan, tasks
from motocho.close.plan import End, Step, Task, TaskKind, Told
from motocho.loans import policy, queries, standing
from motocho.loans.commands import Key, Made, checks, judge_promise, night
from motocho.loans.policy import Status
from motocho.loans.standing import Seen

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PerAgreement:
    """A step that goes through agreements, some in one transaction [契約ごとの工程].

    `find` gives them in the order of members and agreements, `work` does some and gives how many
    changed; done twice, it changes nothing the second time.
    """

    find: Callable[[Any, date], Sequence[Key]]
    work: Callable[[Any, Sequence[Key], Made], int]


@dataclass(frozen=True, slots=True)
class PerNews:
    """A step that goes through the journal from where it stopped [日誌を読む工程]."""

    work: Callable[[Any, Sequence[Told], Made], int]


@dataclass(frozen=True, slots=True)
class AtOnce:
    """A step that is one transaction [一括の工程]; gives how many rows it looked at."""

    work: Callable[[Any, Made], int]


class OneSnapshot(AtOnce):
    """The same, with all it reads as of one moment, whatever is booked meanwhile [同時点の工程]."""


def _morning(made: Made) -> date:
    return made.business_on + ONE_DAY


def _keep(cursor: Any, found: Iterable[Task | End | None], made: Made) -> int:
    """Write what a plan asks for; gives the number of new tasks."""
    listed = list(found)
    tasks.end(cursor, (one for one in listed if isinstance(one, End)), made.business_on)
    return tasks.add(cursor, (one for one in listed if isinstance(one, Task)), made.business_on)


# ----------------------------------------------------------------------------- due dates, arrears
def _pass_days(cursor: Any, keys: Sequence[Key], made: Made) -> int:
    passed = night.pass_days(cursor, keys, made)
    _arrears.mark(cursor, [(one.seen, one.state) for one in passed], _morning(made))
    return sum(1 for one in passed if one.missed)


def _judge(cursor: Any, keys: Sequence[Key], made: Made) -> int:
    waits = limits.waiting(cursor, made.business_on)
    return sum(1 for key in keys if judge_promise(cursor, key, waits, made) is not None)


# ----------------------------------------------------------------------------- limits and consents
def _stop_overdue(cursor: Any, keys: Sequence[Key], made: Made) -> int:
    return sum(checks.stop_overdue(cursor, key.member_id, made) for key in keys)


def _open_checks(cursor: Any, keys: Sequence[Key], made: Made) -> int:
    return len(checks.open_checks(cursor, keys, made))


def _to_renew(cursor: Any, business_on: date) -> list[Key]:
    return standing.opened_on_day(cursor, _renews_on(business_on))


def _renews_on(business_on: date) -> date:
    return business_on + ONE_DAY + timedelta(days=plan.RENEWAL_DAYS)


def _renew(cursor: Any, keys: Sequence[Key], made: Made) -> int:
    renews_on = _renews_on(made.business_on)
    return _keep(cursor, (plan.renewal(one, renews_on) for one in standing.see(cursor, keys)), made)


# ----------------------------------------------------------------------- documents, notices, tasks
def _documents(cursor: Any, news: Sequence[Told], made: Made) -> int:
    found = [plan.from_news(told, plan.DOCUMENTS, _morning(made)) for told in news]
    for told in news:
        if told.happening.kind in plan.CHANGES:
            key = Key(told.happening.member_id, told.agreement_id)
            event_no = int(told.happening.subject["event"])
            before, after = standing.terms_around(cursor, key, event_no)
            largest = queries.contract(cursor, key, event_no).largest_limit_yen
            if policy.asks_for_paper(before, after, largest):
                kinds = {told.happening.kind: TaskKind.CHANGE_DOCUMENT}
                found.append(plan.from_news(told, kinds, _morning(made)))
    return _keep(cursor, found, made)


def _to_remind(cursor: Any, business_on: date) -> list[Key]:
    mornings = [business_on + ONE_DAY + timedelta(days=days) for days in plan.REMIND_DAYS]
    return sorted({key for day in mornings for key in standing.to_pay_until(cursor, day)})


def _remind(cursor: Any, keys: Sequence[Key], made: Made) -> int:
    day = made.business_on.toordinal()
    found = [plan.due_soon(one, one.on(day), day + 1) for one in standing.see(cursor, keys)]
    return _keep(cursor, found, made)


def _notices(cursor: Any, news: Sequence[Told], made: Made) -> int:
    found = [plan.from_news(told, plan.NOTICES, _morning(made)) for told in news]
    found += [plan.of_stop(told, _morning(made)) for told in news]
    return _keep(cursor, found, made)


def _refunds(cursor: Any, keys: Sequence[Key], made: Made) -> int:
    morning = _morning(made).toordinal()
    found = [plan.refund(one, morning) for one in standing.see(cursor, keys) if _is_ours(one)]
    return _keep(cursor, found, made)


def _is_ours(seen: Seen) -> bool:
    return seen.status is not Status.CLOSED


def _work(cursor: Any, news: Sequence[Told], made: Made) -> int:
    morning = _morning(made)
    count = _keep(cursor, [plan.from_news(told, plan.WORK, morning) for told in news], made)
    # In the order of the news: a check that fell due may have been made since.
    of_checks = (found for told in news if (found := plan.of_check(told, morning)) is not None)
    for _, alike in groupby(of_checks, type):
        count += _keep(cursor, alike, made)
    keys = {
        Key(told.happening.member_id, told.agreement_id)
        for told in news
        if told.happening.kind in plan.RESUMING
    }
    seen = standing.see(cursor, sorted(keys))
    return count + _keep(cursor, [plan.resuming(one, morning) for one in seen], made)


def _to_collect(cursor: Any, business_on: date) -> list[Key]:
    return sorted({*_arrears.watched(cursor, business_on), *stages.with_open_tasks(cursor)})


def _end_outdated(cursor: Any, made: Made) -> int:
    return tasks.end_outdated(cursor, made.business_on)


WORK: Mapping[Step, PerAgreement | PerNews | AtOnce] = {
    Step.RECEIPTS: PerAgreement(inbox.waiting, inbox.take),
    Step.DUE_DATES: PerAgreement(night.to_look_at, _pass_days),
    Step.PROMISES: PerAgreement(night.promises_to_judge, _judge),
    Step.ARREARS: PerAgreement(_arrears.to_look_at, _arrears.look),
    Step.CHECKS_OVERDUE: PerAgreement(checks.overdue, _stop_overdue),
    Step.PERIODS: PerAgreement(checks.periods_ending, _open_checks),
    Step.RENEWALS: PerAgreement(_to_renew, _renew),
    Step.DOCUMENTS: PerNews(_documents),
    Step.DUE_SOON: PerAgreement(_to_remind, _remind),
    Step.NOTICES: PerNews(_notices),
    Step.REFUNDS: PerAgreement(standing.booked_on, _refunds),
    Step.TASKS: PerNews(_work),
    Step.COLLECTIONS: PerAgreement(_to_collect, stages.decide),
    Step.OUTDATED: AtOnce(_end_outdated),
    Step.ACCRUAL: OneSnapshot(accrual.report),
    Step.TRIAL_BALANCE: OneSnapshot(_trial.check),
}
"""Every step but the last, which the run itself does."""
