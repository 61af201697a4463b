"""The clerk carries deeds out through the commands, and counts what must be found later [事務].

Now and then a command is cut off before its transaction commits and comes again, or is told twice:
the second time must give what the first gave, and change nothing. What the clerk counts (money by
account, journal rows by kind) is held against the book by `checks`.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, NamedTuple, TypeVar

from django.db import connection, transaction

from motocho.close import inbox
from motocho.close.inbox import Line, Loaded
from motocho.kernel.revolving import State
from motocho.law.lending import PaperKind, Shown
from motocho.law.tables import table
from motocho.ledger.chart import Account
from motocho.loans import commands, monitoring, queries, standing
from motocho.loans.commands import (
    BureauAnswer,
    Done,
    Evidence,
    Key,
    Made,
    Opening,
    Raise,
    Remedy,
    Surveyed,
    checks,
)
from motocho.loans.monitoring import Income
from motocho.loans.policy import Consent, Stop
from motocho.people import members
from motocho.people.members import Person
from motocho.simulation import _deeds
from motocho.simulation._bank import Statement
from motocho.simulation.world import chance
from motocho.units.errors import Fault, RefusedError, StateConflict, broken, ensure

CUT_OFF_PER_MILLE = 6
REPEATED_PER_MILLE = 25
ASSIGNED_CODE = "LON-044"
SCREENING, MATCHING = "screening", "matching"
"""Channels, and actors, of what leads to journal rows that nobody here can count."""
FILE_TWICE_PER_MILLE = 40

Result = TypeVar("Result")


class PowerCutError(Exception):
    """The machine stopped before the transaction committed [中断]."""


class Moment(NamedTuple):
    """When something is done: the business date, and the moment it is written down [処理時点]."""

    on: date
    at: datetime


class Means(NamedTuple):
    """What somebody earns, and owes to other money lenders [返済能力]."""

    annual_yen: int
    owed_elsewhere_yen: int


@dataclass(slots=True)
class Tally:
    """What was done so far [集計]."""

    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    cut_off: int = 0
    journal: Counter[str] = field(default_factory=Counter)
    """Rows that the journal must hold, by kind."""
    cash: Counter[Account] = field(default_factory=Counter)
    """What money accounts must hold: in, less out."""
    held: Counter[Key] = field(default_factory=Counter)
    """Draws under way, by agreement."""
    draws_within_limit: int = 0
    touched: set[Key] = field(default_factory=set)
    """Agreements that something was done to since they were last checked."""


class Clerk:
    """Carries deeds out, each in its transaction [事務担当]."""

    def __init__(self, thrown: Random) -> None:
        self.tally = Tally()
        self._thrown = thrown
        self._references = itertools.count(1)
        self._earlier: list[Callable[[Any], object]] = []
        self._file: list[Callable[[Any], object]] = []
        self._means: dict[int, Means] = {}

    # -- doing -------------------------------------------------------------------------------------
    def _made(self, moment: Moment, channel: str, money: Account = Account.BANK) -> Made:
        reference = f"S{next(self._references):07d}"
        actor = channel if channel in {SCREENING, MATCHING} else f"sim {channel}"
        return Made(channel, reference, moment.on, moment.at, actor, money)

    def _once(self, command: Callable[[Any], Result]) -> Result:
        with transaction.atomic(), connection.cursor() as cursor:
            return command(cursor)

    def _do(self, kind: str, command: Callable[[Any], Result]) -> Result | Fault:
        """A command in its transaction, now and then told twice."""
        result = self._try(kind, command)
        if not isinstance(result, Fault) and chance(self._thrown, REPEATED_PER_MILLE):
            self._told_twice(command, result)
        return result

    def _try(self, kind: str, command: Callable[[Any], Result]) -> Result | Fault:
        """A command in its transaction; gives its result, or why it was refused."""
        if chance(self._thrown, CUT_OFF_PER_MILLE):
            self.tally.cut_off += 1
            with suppress(PowerCutError, RefusedError), transaction.atomic():
                self._once(command)
                raise PowerCutError
        try:
            result = self._once(command)
        except RefusedError as error:
            self.tally.refused[error.faults[0].code] += 1
            return error.faults[0]
        self.tally.done[kind] += 1
        return result

    def _told_twice(self, command: Callable[[Any], object], first: object) -> None:
        """The same again at once: the same result, and nothing new."""
        self.tally.repeated += 1
        again = self._once(command)
        if isinstance(first, Done) and isinstance(again, Done):
            ensure(again.is_repeat, "the same reference is done once", first=first)
            same = (again.event_no, again.entry_id) == (first.event_no, first.entry_id)
            ensure(same, "the same reference gives the same result", first=first, again=again)
        else:
            ensure(again == first, "the same reference gives the same result", first=first)

    def _keep(self, command: Callable[[Any], object]) -> None:
        """A few commands are kept, to come again days later."""
        if chance(self._thrown, REPEATED_PER_MILLE):
            self._earlier.append(command)

    def tell_again(self) -> None:
        """A message of days ago comes once more: nothing may happen [再着]."""
        if self._earlier:
            self._again(self._earlier.pop(self._thrown.randrange(len(self._earlier))))

    def begin_file(self) -> None:
        """Another file begins [ファイルの読み始め]."""
        self._file.clear()

    def read_file_again(self) -> None:
        """The whole file once more, in another order: nothing may happen [ファイルの二重読み]."""
        self._thrown.shuffle(self._file)
        for command in self._file:
            self._again(command)

    def _again(self, command: Callable[[Any], object]) -> None:
        self.tally.repeated += 1
        try:
            again = self._once(command)
        except RefusedError as error:
            self.tally.refused[error.faults[0].code] += 1
        else:
            ensure(not isinstance(again, Done) or again.is_repeat, "done once", again=again)

    # -- people and agreements ---------------------------------------------------------------------
    def register(self, person: Person, number: str, moment: Moment) -> int:
        """A new member; gives the member's id [会員登録]."""
        member = self._once(lambda cursor: members.register(cursor, person, number, moment.at))
        self.tally.done["member"] += 1
        return member.member_id

    def _survey(self, member_id: int, limit_yen: int, moment: Moment, number: int = 0) -> int:
        """A bureau is asked and an income looked at, for a limit [返済能力の調査].

        Raises    RefusedError for a limit above what the income bears.
        """
        made = self._made(moment, SCREENING)
        means = self._means[member_id]

        def looked_into(cursor: Any) -> tuple[int, list[str]]:
            return _surveyed(cursor, Key(member_id, number), limit_yen, means, made)

        survey_id, rows = self._once(looked_into)
        self.tally.journal.update(rows)
        return survey_id

    def open(self, member_id: int, opening: Opening, means: Means, moment: Moment) -> Key | None:
        """A new agreement after a survey, unless it is refused [契約]."""
        self._means[member_id] = means
        try:
            surveyed = self._survey(member_id, opening.limit_yen, moment)
        except RefusedError as error:
            self.tally.refused[error.faults[0].code] += 1
            return None
        opening = replace(opening, survey_id=surveyed)
        made = self._made(moment, "counter")
        opened = self._do(
            "open", lambda cursor: commands.open_agreement(cursor, member_id, opening, made)
        )
        if isinstance(opened, Fault):
            return None
        self.tally.journal["loan_opened"] += 1
        self.tally.touched.add(opened.key)
        return opened.key

    def record_death(self, member_id: int, keys: tuple[Key, ...], moment: Moment) -> None:
        """News of a death [死亡]; takes the agreements that are not stopped for it yet."""
        made = self._made(moment, "counter")
        self._do("death", lambda cursor: commands.record_death(cursor, member_id, made))
        self.tally.journal["suspended"] += len(keys)
        self.tally.touched |= set(keys)

    # -- monitoring --------------------------------------------------------------------------------
    def bureau_answers(self, member_id: int, others_yen: int, moment: Moment) -> None:
        """What a bureau says of the member [信用情報]."""
        made = self._made(moment, SCREENING)
        answer = BureauAnswer(moment.on, others_yen, f"BUREAU-{made.external_ref}")
        self._do(
            "bureau",
            lambda cursor: checks.record_bureau_answer(cursor, member_id, answer, made),
        )
        self.tally.journal["bureau_answered"] += 1

    def shows_income(self, member_id: int, annual_yen: int, moment: Moment) -> None:
        """Evidence of income comes in [収入証明書]; where it is too little, the limit is cut."""
        made = self._made(moment, SCREENING)
        evidence = Evidence(Income(moment.on, annual_yen), f"INCOME-{made.external_ref}")
        remedy = self._thrown.choice(tuple(Remedy))
        self._do(
            "income",
            lambda cursor: checks.record_income(cursor, member_id, evidence, made, remedy),
        )
        self.tally.journal["income_recorded"] += 1

    # -- money -------------------------------------------------------------------------------------
    def lend(self, key: Key, deed: _deeds.Borrow, moment: Moment) -> Done | None:
        """Money out of a machine [借入]."""
        made = self._made(moment, deed.road.value, deed.road.money)

        def command(cursor: Any) -> Done:
            return commands.draw(cursor, key, deed.amount_yen, made)

        done = self._do("draw", command)
        if isinstance(done, Fault):
            return None
        self._keep(command)
        self._noted(key, "drawn", made.money, -deed.amount_yen)
        self._within_limit(key, done.step.state)
        return done

    def _within_limit(self, key: Key, state: State) -> None:
        """Right after a draw, or its sending, nothing is above the limit · LEND-019.

        Not when a transfer arrives: the limit may have been lowered while it was on its way.
        """
        lent = state.principal_yen + self.tally.held[key]
        ensure(lent <= state.terms.limit_yen, "a draw keeps the limit", lent=lent, state=state)
        self.tally.draws_within_limit += 1

    def send(self, key: Key, amount_yen: int, moment: Moment) -> int | None:
        """A transfer to the member; gives its pending entry [振込融資の依頼]."""
        made = self._made(moment, "transfer_out")
        entry = self._do("send", lambda cursor: commands.send_draw(cursor, key, amount_yen, made))
        if isinstance(entry, Fault):
            return None
        self._noted(key, "draw_sent")
        self.tally.held[key] += amount_yen
        with connection.cursor() as cursor:
            (seen,) = standing.see(cursor, [key])
        self._within_limit(key, seen.state)
        return entry

    def arrived(self, key: Key, entry_id: int, amount_yen: int, moment: Moment) -> Done | None:
        """The bank says that a transfer arrived [振込の完了]."""
        made = self._made(moment, "transfer_out")
        on = made.business_on
        done = self._do(
            "draw", lambda cursor: commands.draw_arrived(cursor, key, entry_id, on, made)
        )
        if isinstance(done, Fault):
            return None
        self._noted(key, "drawn", Account.BANK, -amount_yen)
        self.tally.held[key] -= amount_yen
        return done

    def failed(self, key: Key, entry_id: int, amount_yen: int, moment: Moment) -> None:
        """The bank says that a transfer failed [振込不能]."""
        made = self._made(moment, "transfer_out")
        self._do("draw_failed", lambda cursor: commands.draw_failed(cursor, key, entry_id, made))
        self._noted(key, "draw_failed")
        self.tally.held[key] -= amount_yen

    def outcome_of_another_file(self, key: Key, entry_id: int, moment: Moment) -> None:
        """A second file tells an outcome under another reference: it must conflict [二重の結果]."""
        made = self._made(moment, "transfer_out")
        self.tally.repeated += 1
        try:
            on = made.business_on
            self._once(lambda cursor: commands.draw_arrived(cursor, key, entry_id, on, made))
        except StateConflict as error:
            self.tally.refused[error.faults[0].code] += 1
        else:
            ensure(condition=False, what="a transfer is settled once", entry=entry_id)

    def receive(self, key: Key, deed: _deeds.Repay, value_on: date, moment: Moment) -> Done | None:
        """Money that came; for a claim that was assigned it is held for the new creditor [入金]."""
        made = self._made(moment, deed.road.value, deed.road.money)

        def command(cursor: Any) -> Done:
            return commands.receive(cursor, key, deed.amount_yen, value_on, made)

        def forwarded(cursor: Any) -> int:
            return commands.forward(cursor, key, deed.amount_yen, value_on, made)

        done = self._do("receipt", command)
        if isinstance(done, Done):
            if value_on < moment.on:
                self.tally.done["receipt_later"] += 1
            self._keep(command)
            self._file.append(command)
            self._noted(key, "received", made.money, deed.amount_yen)
            return done
        if done.code == ASSIGNED_CODE:
            self._do("forwarded", forwarded)
            self._file.append(forwarded)
            self._noted(key, "forwarded", made.money, deed.amount_yen)
        return None

    def load(self, statement: Statement, file: str, moment: Moment) -> None:
        """A bank's file into the inbox of the night, at times twice [明細の受付]."""

        def command(cursor: Any) -> Loaded:
            return inbox.load(cursor, statement.data, file, moment.at)

        loaded = self._try("bank_file", command)
        lines = len(statement.about)
        if isinstance(loaded, Fault):
            broken("every line of a file is new", loaded=loaded)
        seen = (loaded.statements, loaded.new, loaded.known)
        ensure(seen == (1, lines, 0), "every line of a file is new", loaded=loaded)
        self.tally.cash[Account.BANK] += statement.amount_yen
        self.tally.done["bank_line"] += lines
        if chance(self._thrown, FILE_TWICE_PER_MILLE):
            self.tally.repeated += lines
            again = self._once(command)
            ensure(again == Loaded(1, (), lines), "a line is kept once", again=again)

    def match_by_hand(self, line_id: int, key: Key, moment: Moment) -> bool:
        """A person says whose a line is [消込例外の割当]; gives whether it could be booked."""
        made = self._made(moment, MATCHING)
        event = self._try("by_hand", lambda cursor: inbox.assign(cursor, line_id, key, made))
        self.tally.touched.add(key)
        return not isinstance(event, Fault)

    def give_back(self, line: Line, moment: Moment) -> None:
        """Money nobody here is owed goes back [組戻し]."""
        made = self._made(moment, MATCHING)
        self._try("given_back", lambda cursor: inbox.give_back(cursor, line.line_id, made))
        self.tally.cash[Account.BANK] -= line.receipt.amount_yen

    def reverse(self, key: Key, event_no: int, reason: str, moment: Moment) -> bool:
        """Undo what was done; gives whether it could be [取消]."""
        made = self._made(moment, "counter")
        undone = self._do(
            "reversal",
            lambda cursor: commands.reverse(cursor, key, event_no, reason, made),
        )
        if isinstance(undone, Fault):
            return False
        self._noted(key, "reversed")
        return True

    def cash_back(self, money: Account, amount_yen: int) -> None:
        """Count money of something undone [取消された資金]; in is above zero."""
        self.tally.cash[money] += amount_yen

    def _noted(
        self, key: Key, kind: str, money: Account | None = None, amount_yen: int = 0
    ) -> None:
        self.tally.touched.add(key)
        self.tally.journal[kind] += 1
        if money is not None:
            self.tally.cash[money] += amount_yen

    # -- everything else ---------------------------------------------------------------------------
    def _looked_into(
        self, sight: _deeds.Sight, deed: _deeds.ChangeLimit, moment: Moment
    ) -> _deeds.ChangeLimit:
        """A higher limit with its survey; without, where the income does not bear it."""
        member_id, number = sight.key
        try:
            surveyed = self._survey(member_id, deed.limit_yen, moment, number)
        except RefusedError as error:
            self.tally.refused[error.faults[0].code] += 1
            return deed
        return deed._replace(survey_id=surveyed)

    def other(self, sight: _deeds.Sight, deed: _deeds.Deed, moment: Moment) -> bool:
        """A deed that brings no money into the house; gives whether it was done [その他]."""
        made = self._made(moment, "counter")
        kind, journal = _NEWS[type(deed)]
        if isinstance(deed, _deeds.ChangeLimit) and deed.limit_yen > sight.state.terms.limit_yen:
            deed = self._looked_into(sight, deed, moment)
        result = self._do(kind, _command(sight.key, deed, made))
        if isinstance(result, Fault):
            return False
        self.tally.touched.add(sight.key)
        for row in journal:
            self.tally.journal[row] += _rows_of(sight, deed)
        if isinstance(deed, _deeds.Settle):
            self.tally.journal["suspended"] += int(Stop.CREDIT not in sight.stops)
        if isinstance(deed, _deeds.GiveBack | _deeds.Charge):
            self.tally.cash[Account.BANK] -= deed.amount_yen
        return True


def _rows_of(sight: _deeds.Sight, deed: _deeds.Deed) -> int:
    """A stop that stands already, or is not there, is no news."""
    if isinstance(deed, _deeds.Suspend):
        return int(deed.stop not in sight.stops)
    if isinstance(deed, _deeds.Lift):
        return int(deed.stop in sight.stops)
    return 1


_NEWS: dict[type[Any], tuple[str, tuple[str, ...]]] = {
    _deeds.ChangePlan: ("plan", ("plan_changed",)),
    _deeds.Arrange: ("arrangement", ("arranged",)),
    _deeds.Promised: ("promise", ("promised",)),
    _deeds.GiveBack: ("refund", ("refunded",)),
    _deeds.UseHeld: ("excess_used", ("excess_used",)),
    _deeds.Suspend: ("suspended", ("suspended",)),
    _deeds.Lift: ("lifted", ("lifted",)),
    _deeds.ChangeLimit: ("limit", ("limit_changed",)),
    _deeds.ChangeRate: ("rate", ("rate_changed",)),
    _deeds.Charge: ("cost", ("charged",)),
    _deeds.Accelerate: ("acceleration", ("accelerated",)),
    _deeds.Settle: ("settlement", ("settled",)),
    _deeds.WriteOff: ("write_off", ("written_off",)),
    _deeds.Assign: ("assignment", ("assigned",)),
    _deeds.Close: ("closing", ("closed",)),
}
"""How a deed is counted, and the journal rows that it leaves."""


def _surveyed(
    cursor: Any, key: Key, limit_yen: int, means: Means, made: Made
) -> tuple[int, list[str]]:
    """A survey's number, and the journal rows that what came in left.

    Who could not have joined with what is owed elsewhere borrowed it afterwards.
    """
    asks = table("lending.income_evidence").at(made.business_on)
    parts = monitoring.law_on(made.business_on).number("parts_of_income")
    own_yen = limit_yen + queries.own_yen(cursor, *key)
    fits = parts * (own_yen + means.owed_elsewhere_yen) <= means.annual_yen
    others_yen = means.owed_elsewhere_yen if fits else 0
    answer = BureauAnswer(made.business_on, others_yen, f"BUREAU-{made.external_ref}")
    checks.record_bureau_answer(cursor, key.member_id, answer, made)
    said, evidence, rows = queries.newest_answer(cursor, key.member_id), None, ["bureau_answered"]
    if said is None:
        broken("the bureau answered", member=key.member_id)
    total_yen = own_yen + others_yen
    if own_yen > asks.number("own_above_yen") or total_yen > asks.number("total_above_yen"):
        paid = Shown(PaperKind.PAY_SLIPS, made.business_on)
        income = Income(made.business_on, means.annual_yen, paid)
        checks.record_income(
            cursor, key.member_id, Evidence(income, f"INCOME-{made.external_ref}"), made
        )
        evidence = queries.newest_income(cursor, key.member_id)
        rows.append("income_recorded")
    basis = f"SIM-{made.external_ref}"
    looked = Surveyed(limit_yen, said, means.annual_yen, basis, evidence, key.agreement_id)
    return commands.surveys.make(cursor, key.member_id, looked, made), rows


def _command(key: Key, deed: _deeds.Deed, made: Made) -> Callable[[Any], object]:
    return lambda cursor: _carried_out(cursor, key, deed, made)


def _carried_out(cursor: Any, key: Key, deed: _deeds.Deed, made: Made) -> object:
    consent = Consent(made.business_on, f"CONSENT-{made.external_ref}")
    match deed:
        case _deeds.ChangePlan(plan):
            return commands.change_plan(cursor, key, plan, made)
        case _deeds.Arrange(arrangement):
            return commands.arrange(cursor, key, arrangement, made)
        case _deeds.Promised(amount_yen, after_days):
            pay_on = made.business_on + timedelta(days=after_days)
            return commands.promise(cursor, key, amount_yen, pay_on, made)
        case _deeds.GiveBack(amount_yen):
            return commands.refund(cursor, key, amount_yen, made)
        case _deeds.UseHeld(amount_yen):
            return commands.use_excess(cursor, key, amount_yen, consent, made)
        case _deeds.Suspend(stop):
            commands.suspend(cursor, key, stop, made)
        case _deeds.Lift(stop):
            commands.lift(cursor, key, stop, made)
        case _deeds.ChangeLimit(limit_yen, consented, survey_id):
            higher = Raise(consent, survey_id) if consented is _deeds.Consented.YES else None
            return commands.change_limit(cursor, key, limit_yen, made, higher)
        case _deeds.ChangeRate(rate_ppm, consented):
            agreed = consent if consented is _deeds.Consented.YES else None
            return commands.change_rate(cursor, key, rate_ppm, made, agreed)
        case _:
            return _ended(cursor, key, deed, made)
    return None


def _ended(cursor: Any, key: Key, deed: _deeds.Deed, made: Made) -> object:
    match deed:
        case _deeds.Charge(kind, amount_yen):
            return commands.charge(cursor, key, kind, amount_yen, made)
        case _deeds.Accelerate(demand):
            return commands.accelerate(cursor, key, demand, made)
        case _deeds.Settle(settlement):
            return commands.settle(cursor, key, settlement, made)
        case _deeds.WriteOff():
            return commands.write_off(cursor, key, made)
        case _deeds.Assign():
            return commands.assign(cursor, key, made)
        case _:
            ensure(isinstance(deed, _deeds.Close), "a deed that the clerk knows", deed=deed)
            commands.close_agreement(cursor, key, made)
    return None
