"""The days of a lender: appointments, files, the night, and all is checked [模擬運用の日々].

One process lives one book, day by day, in an order that the seed alone decides: the same plan fills
an empty database with the same rows. What members and the lender decide is in `life` and `lender`;
here they get to see their agreements, and their deeds are handed to the clerk.
"""

from __future__ import annotations

import heapq
import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import partial
from pathlib import Path
from random import Random
from typing import NamedTuple

from django.db import connection, transaction

from motocho.close import day as business_day
from motocho.close import inbox, tasks
from motocho.close.plan import TaskKind
from motocho.close.run import Night, parked
from motocho.close.run import run as close
from motocho.ledger.balances import trial_balance
from motocho.ledger.chart import Account
from motocho.loans import products, standing
from motocho.loans.commands import Done, Key
from motocho.outside.bank import business_day_from, is_business_day
from motocho.outside.clock import JAPAN
from motocho.simulation import _deeds, checks, lender, life
from motocho.simulation._bank import Bank, Coming, name_on_transfer
from motocho.simulation._clerk import FILE_TWICE_PER_MILLE, Clerk, Means, Moment, Tally
from motocho.simulation._sights import sights_of
from motocho.simulation._turns import AtWork
from motocho.simulation.world import PER_MILLE, Road, Wish, World, chance
from motocho.units.errors import ensure

_MICROSECONDS_A_DAY = 86_400 * 1_000_000
_LAST_MOMENT = _MICROSECONDS_A_DAY - 1
_EDGE_PER_MILLE = 20
"""How many deeds happen at midnight sharp, and how many a microsecond before the next."""
_AGAIN_PER_MILLE = 150
"""Days on which a message of days ago comes once more."""
_TASKS_AHEAD_DAYS, _MOST_TASKS = 60, 100_000
_PAYS_ON_PER_MILLE = 400
_MINUTE = 60 * 1_000_000
_EVENING = 22 * 60 * _MINUTE
_TOLD_ELSEWHERE_PER_MILLE = 30


class Errand(Enum):
    """What an appointment is for [用件]."""

    JOIN = "join"
    SPEND = "spend"
    PAY = "pay"
    ASK = "ask"
    REVIEW = "review"
    TOLD = "told"
    MATCH = "match"
    SET_RIGHT = "set_right"
    BUREAU = "bureau"
    INCOME = "income"
    NEWS_OF_DEATH = "news_of_death"
    HEIRS = "heirs"
    DESK = "desk"
    KEEP_WORD = "keep_word"


_OF_THE_LIVING = frozenset({Errand.SPEND, Errand.PAY, Errand.ASK, Errand.KEEP_WORD})
_SEEING = _OF_THE_LIVING | {Errand.REVIEW, Errand.HEIRS}


class Appointment(NamedTuple):
    """Something at a microsecond of a day; equal ones in the order they were made [予定]."""

    micro: int
    number: int
    errand: Errand
    who: int
    """A borrower for JOIN, BUREAU, INCOME and NEWS_OF_DEATH, nobody for DESK, else a dealing."""
    about: object = None


@dataclass(slots=True)
class Dealing:
    """An agreement with the plans around it [契約と予定]."""

    number: int
    key: Key
    borrower: int
    thrown: Random
    file: lender.File = field(default_factory=lender.File)
    plan_number: int = 0
    """Of the payment planned; an older plan is void."""
    last: tuple[Done, _deeds.Borrow | _deeds.Repay] | None = None


class Paid(NamedTuple):
    """A receipt that will stand in a file [ファイルの入金]."""

    dealing: int
    deed: _deeds.Repay
    value_on: date


class Unmatched(NamedTuple):
    """A line of the inbox that waits for a person [消込例外]."""

    line: inbox.Line
    paid: object


class Told(NamedTuple):
    """The outcome of a transfer, as the bank will tell it [振込結果]."""

    entry_id: int
    deed: _deeds.BorrowByTransfer


class Mistaken(NamedTuple):
    """A receipt booked to somebody else [誤った入金]."""

    other: Key
    event_no: int
    paid: Paid


@dataclass(frozen=True, slots=True)
class Watch:
    """How often the book is checked, in days; the last day always is, wholly [点検の間隔]."""

    touched: int = 1
    """The twin of what was touched since, and the sums."""
    everything: int = 30
    """The twin of every agreement, the law, the journal."""
    proof: int = 365
    """The ledger's own proof, seals and all."""


@dataclass(frozen=True, slots=True)
class Lived:
    """What came of it [結果]."""

    world: World
    days: int
    tally: Tally
    checked: Counter[str]
    balances: dict[Account, int]
    """Of each account, on its own side."""
    digest: str

    @property
    def events(self) -> int:
        """Commands that were done [処理件数]."""
        return self.tally.done.total()


def live(
    world: World,
    seals: Path,
    watch: Watch | None = None,
    *,
    until: date | None = None,
    told: Callable[[int], None] = lambda _: None,
    desk: AtWork | None = None,
) -> Lived:
    """Live the days of a world on an empty, migrated database [模擬運用].

    Takes     the folder of the seals' file; how often the book is checked; the last day, where it
              is not the world's; who is told of each day; who works at the contact desk, if any.
    Raises    BrokenInvariant where something that must hold does not.
    """
    life_of = _Life(world, watch or Watch(), desk)
    life_of.begin()
    days = ((until or world.ends_on) - world.plan.begins_on).days + 1
    for number in range(1, days + 1):
        on = world.plan.begins_on + timedelta(days=number - 1)
        life_of.live(on)
        close(Night(partial(_midnight_after, on), seals), until=on)
        life_of.after_night()
        life_of.check(number, days)
        told(1)
    with connection.cursor() as cursor:
        digest = checks.digest(cursor)
        found = trial_balance(cursor)
    life_of.checked["draws_within_limit"] = life_of.tally.draws_within_limit
    balances = {account: one.on_side(account.title.side) for account, one in found.items()}
    return Lived(world, days, life_of.tally, life_of.checked, balances, digest)


def _midnight_after(on: date) -> datetime:
    return _moment(on + timedelta(days=1), 0).at


def _moment(on: date, micro: int) -> Moment:
    at = datetime.combine(on, time(0), JAPAN) + timedelta(microseconds=micro)
    return Moment(on, at)


class _Life:
    """The days of one world."""

    def __init__(self, world: World, watch: Watch, desk: AtWork | None) -> None:
        self._world, self._watch, self._desk = world, watch, desk
        self._clerk = Clerk(world.dice("clerk"))
        self._clock = world.dice("clock")
        self._numbers = itertools.count()
        self._agenda: defaultdict[int, list[Appointment]] = defaultdict(list)
        self._files: defaultdict[int, list[Paid]] = defaultdict(list)
        self._members: dict[int, int] = {}
        """Ids of members by borrower."""
        self._borrowers: dict[int, int] = {}
        """The other way round."""
        self._tasks: set[int] = set()
        """Of the night's tasks those that have their day."""
        self._bank = Bank()
        self._sent: dict[str, object] = {}
        """Lines of statements that are not booked yet, by their keys."""
        self._dealings: list[Dealing] = []
        self._by_key: dict[Key, Dealing] = {}
        self._today = world.plan.begins_on
        self._sights: dict[int, _deeds.Sight] = {}
        """What was seen this morning, less what was touched since."""
        self._to_plan: set[int] = set()
        self.checked: Counter[str] = Counter()

    @property
    def tally(self) -> Tally:
        return self._clerk.tally

    def begin(self) -> None:
        world = self._world
        with transaction.atomic(), connection.cursor() as cursor:
            business_day.open_book(cursor, world.plan.begins_on)
            for product in world.products:
                products.publish(cursor, product, _moment(product.from_on, 0).at)
        for who, borrower in enumerate(world.borrowers):
            for wish in borrower.wishes:
                self._arrange(wish.on.toordinal(), Errand.JOIN, who, wish)

    def live(self, on: date) -> None:
        self._today = on
        day = on.toordinal()
        agenda = self._agenda[day]
        for minute in self._desk.minutes(on) if self._desk else ():
            turn = Appointment(minute * _MINUTE, next(self._numbers), Errand.DESK, 0)
            agenda.append(turn)
        heapq.heapify(agenda)
        self._sights = self._seen(self._to_see(agenda))
        if chance(self._clock, _AGAIN_PER_MILLE):
            self._clerk.tell_again()
        while agenda:
            self._keep(heapq.heappop(agenda))
        if is_business_day(on):
            self._read_files()
        del self._agenda[day]
        self._plan_payments()

    # -- the agenda --------------------------------------------------------------------------------
    def _arrange(self, on: int, errand: Errand, who: int, about: object = None) -> None:
        edge, micro = self._clock.randrange(PER_MILLE), self._clock.randrange(_LAST_MOMENT)
        if edge < _EDGE_PER_MILLE:
            micro = 0
        elif edge < 2 * _EDGE_PER_MILLE:
            micro = _LAST_MOMENT
        appointment = Appointment(micro, next(self._numbers), errand, who, about)
        heapq.heappush(self._agenda[max(on, self._today.toordinal())], appointment)

    def _later(self, days: int, errand: Errand, who: int, about: object = None) -> None:
        self._arrange(self._today.toordinal() + days, errand, who, about)

    def _is_void(self, appointment: Appointment) -> object:
        """An older plan, or something that the dead would do."""
        if appointment.errand not in _OF_THE_LIVING:
            return False
        dealing = self._dealings[appointment.who]
        planned_anew = appointment.errand is Errand.PAY and appointment.about != dealing.plan_number
        return planned_anew or self._world.borrowers[dealing.borrower].is_dead(self._today)

    def _keep(self, appointment: Appointment) -> None:
        if self._is_void(appointment):
            return
        moment = _moment(self._today, appointment.micro)
        who, about = appointment.who, appointment.about
        match appointment.errand:
            case Errand.JOIN:
                self._join(who, about, moment)
            case Errand.NEWS_OF_DEATH:
                self._news_of_death(who, moment)
            case Errand.BUREAU | Errand.INCOME:
                self._screen(who, appointment.errand, moment)
            case Errand.TOLD:
                self._told(self._dealings[who], about, moment)
            case Errand.MATCH:
                self._match(about, moment)
            case Errand.SET_RIGHT:
                self._set_right(about, moment)
            case Errand.DESK:
                self._at_desk(moment)
            case Errand.KEEP_WORD if isinstance(about, _deeds.Repay):
                self._do(self._dealings[who], about, moment)
            case _:
                self._act(self._dealings[who], appointment.errand, moment)

    # -- errands -----------------------------------------------------------------------------------
    def _join(self, who: int, about: object, moment: Moment) -> None:
        borrower = self._world.borrowers[who]
        if borrower.is_dead(self._today) or not isinstance(about, Wish):
            return
        if who not in self._members:
            self._members[who] = self._clerk.register(borrower.person, borrower.number, moment)
            self._borrowers[self._members[who]] = who
            if borrower.dies_on is not None:
                news_on = borrower.dies_on.toordinal() + self._clock.randrange(2, 40)
                self._arrange(news_on, Errand.NEWS_OF_DEATH, who)
        means = Means(borrower.yearly_income_yen, borrower.owed_elsewhere_yen)
        key = self._clerk.open(self._members[who], about.opening, means, moment)
        if key is None:
            return
        number = len(self._dealings)
        thrown = self._world.dice(f"dealing {borrower.number} {about.on}")
        self._by_key[key] = Dealing(number, key, who, thrown)
        self._dealings.append(self._by_key[key])
        self._later(thrown.randrange(12), Errand.SPEND, number)
        self._later(thrown.randrange(20, 50), Errand.REVIEW, number)
        self._later(thrown.randrange(30, 90), Errand.ASK, number)

    def _news_of_death(self, who: int, moment: Moment) -> None:
        theirs = [dealing for dealing in self._dealings if dealing.borrower == who]
        self._clerk.record_death(
            self._members[who], tuple(dealing.key for dealing in theirs), moment
        )
        for dealing in theirs:
            self._touched(dealing)
            self._later(dealing.thrown.randrange(40, 200), Errand.HEIRS, dealing.number)

    def _read_tasks(self) -> None:
        """What the night found due of monitoring gets its day, at times too late a one."""
        wanted = {TaskKind.BUREAU_CHECK: Errand.BUREAU, TaskKind.INCOME_EVIDENCE: Errand.INCOME}
        ahead = self._today + timedelta(days=_TASKS_AHEAD_DAYS)
        with connection.cursor() as cursor:
            found = tasks.still_open(cursor, ahead, tuple(wanted), most=_MOST_TASKS)
        for one in found:
            if one.task_id not in self._tasks:
                self._tasks.add(one.task_id)
                who = self._borrowers[one.task.member_id]
                self._later(self._clock.randrange(1, 32), wanted[one.task.kind], who)

    def _screen(self, who: int, errand: Errand, moment: Moment) -> None:
        borrower, member_id = self._world.borrowers[who], self._members[who]
        if errand is Errand.BUREAU:
            self._clerk.bureau_answers(member_id, borrower.owed_elsewhere_yen, moment)
        elif not borrower.is_dead(self._today):
            self._clerk.shows_income(member_id, borrower.yearly_income_yen, moment)
        for dealing in self._dealings:
            if dealing.borrower == who:
                self._touched(dealing)
                self.tally.touched.add(dealing.key)

    def _at_desk(self, moment: Moment) -> None:
        """A turn at the desk: what it was about is looked at anew; some keep their word."""
        if self._desk is None:
            return
        known = {number: self._world.borrowers[who] for who, number in self._members.items()}
        worked = self._desk.work(moment, known)
        for dealing in self._dealings:
            if self._members[dealing.borrower] in worked.members:
                self._touched(dealing)
                self.tally.touched.add(dealing.key)
        for key, on, amount_yen in worked.words:
            dealing = self._by_key[key]
            about = _deeds.Repay(amount_yen, self._world.borrowers[dealing.borrower].road)
            self._arrange(on.toordinal(), Errand.KEEP_WORD, dealing.number, about)

    def _act(self, dealing: Dealing, errand: Errand, moment: Moment) -> None:
        borrower = self._world.borrowers[dealing.borrower]
        sight, thrown, who = self._sight(dealing), dealing.thrown, dealing.number
        today = self._today.toordinal()
        match errand:
            case Errand.SPEND:
                deeds = life.spend(borrower, sight, thrown)
                self._arrange(life.next_spending(borrower, today, thrown), errand, who)
            case Errand.PAY:
                deeds = life.pay(borrower, sight, thrown)
                self._to_plan.add(who)
            case Errand.ASK:
                deeds = life.asks(sight, thrown)
                self._later(thrown.randrange(20, 45), errand, who)
            case Errand.HEIRS:
                deeds = life.heirs_pay(sight, thrown)
            case _:
                deeds = lender.review(sight, dealing.file, thrown)
                self._arrange(lender.next_review(sight, thrown), errand, who)
        for deed in deeds:
            self._do(dealing, deed, moment)

    def _do(self, dealing: Dealing, deed: _deeds.Deed, moment: Moment) -> None:
        match deed:
            case _deeds.Borrow():
                done = self._clerk.lend(dealing.key, deed, moment)
                if done is not None:
                    dealing.last = done, deed
            case _deeds.BorrowByTransfer():
                entry = self._clerk.send(dealing.key, deed.amount_yen, moment)
                if entry is not None:
                    told = Told(entry, deed)
                    self._later(deed.told_after_days, Errand.TOLD, dealing.number, told)
            case _deeds.Repay(road=road) if road.by_file:
                self._into_file(dealing, deed)
            case _deeds.Repay():
                self._receive(dealing, Paid(dealing.number, deed, self._today), moment)
            case _deeds.Undo(reason):
                self._undo(dealing, reason, moment)
            case _:
                was_done = self._clerk.other(self._sight(dealing), deed, moment)
                if was_done and isinstance(deed, _deeds.Assign | _deeds.Close):
                    self._pay_on(dealing)
        self._touched(dealing)

    def _pay_on(self, dealing: Dealing) -> None:
        """Somebody pays on at times, though the agreement is gone."""
        if chance(dealing.thrown, _PAYS_ON_PER_MILLE):
            amount = dealing.thrown.randrange(1_000, 20_000)
            self._into_file(dealing, _deeds.Repay(amount, Road.TRANSFER, 20))

    # -- draws -------------------------------------------------------------------------------------
    def _told(self, dealing: Dealing, about: object, moment: Moment) -> None:
        if not isinstance(about, Told):
            return
        entry_id, deed = about
        if deed.outcome is _deeds.Outcome.FAILS:
            self._clerk.failed(dealing.key, entry_id, deed.amount_yen, moment)
        else:
            self._clerk.arrived(dealing.key, entry_id, deed.amount_yen, moment)
        if chance(dealing.thrown, _TOLD_ELSEWHERE_PER_MILLE):
            self._clerk.outcome_of_another_file(dealing.key, entry_id, moment)
        self._touched(dealing)

    def _undo(self, dealing: Dealing, reason: str, moment: Moment) -> None:
        if dealing.last is None:
            return
        done, deed = dealing.last
        dealing.last = None
        if self._clerk.reverse(dealing.key, done.event_no, reason, moment):
            back = -deed.amount_yen if isinstance(deed, _deeds.Repay) else deed.amount_yen
            self._clerk.cash_back(deed.road.money, back)

    # -- receipts ----------------------------------------------------------------------------------
    def _into_file(self, dealing: Dealing, deed: _deeds.Repay) -> None:
        """The line will stand in the file of a business day, with the day on which money came."""
        value_on = self._today
        news_on = value_on + timedelta(days=deed.booked_after_days)
        if deed.road is Road.DEBIT:
            value_on = business_day_from(value_on)
            news_on = business_day_from(max(news_on, value_on))
            self._files[news_on.toordinal()].append(Paid(dealing.number, deed, value_on))
            return
        own, everybody = self._world.borrowers[dealing.borrower], self._world.borrowers
        name = name_on_transfer(deed.payer, own, everybody, dealing.thrown)
        paid = Paid(dealing.number, deed, value_on)
        coming = Coming(deed.amount_yen, value_on, name, paid)
        self._bank.coming[business_day_from(news_on)].append(coming)

    def _read_files(self) -> None:
        """The evening's files: debits one by one, the bank's statement into the inbox."""
        thrown = self._clock.randrange(_LAST_MOMENT)
        moment = _moment(self._today, _EVENING + thrown % (_LAST_MOMENT - _EVENING))
        debits = self._files.pop(self._today.toordinal(), [])
        self._clock.shuffle(debits)
        self._clerk.begin_file()
        for paid in debits:
            self._receive(self._dealings[paid.dealing], paid, moment)
        if chance(self._clock, FILE_TWICE_PER_MILLE):
            self._clerk.read_file_again()
        statement = self._bank.statement(self._today, self._clock)
        if statement is not None:
            self._clerk.load(statement, f"{self._today}.txt", moment)
            self._sent |= statement.about

    def _receive(self, dealing: Dealing, paid: Paid, moment: Moment) -> None:
        done = self._clerk.receive(dealing.key, paid.deed, paid.value_on, moment)
        self._touched(dealing)
        if done is not None:
            dealing.last = done, paid.deed

    def after_night(self) -> None:
        """In the morning one sees what the night booked, and to whom [翌朝の確認]."""
        with connection.cursor() as cursor:
            moved = standing.booked_on(cursor, self._today)
            booked = checks.booked(cursor, list(self._sent))
            waiting = inbox.exceptions(cursor)
        self.tally.touched |= set(moved)
        for ref, (key, event_no) in booked.items():
            self._noticed(self._sent.pop(ref), key, event_no)
        for line in waiting:
            if line.receipt.receipt_ref in self._sent:
                about = Unmatched(line, self._sent.pop(line.receipt.receipt_ref))
                self.tally.done["unmatched"] += 1
                self._later(self._clock.randrange(1, 15), Errand.MATCH, 0, about)
        self._to_plan |= {self._by_key[key].number for key in moved}
        self._plan_payments()
        self._read_tasks()

    def _noticed(self, about: object, key: Key, event_no: int) -> None:
        """Both of two people notice in time that money of one went to the other."""
        if not isinstance(about, Paid) or key == self._dealings[about.dealing].key:
            return
        self.tally.done["misbooked"] += 1
        mistaken = Mistaken(key, event_no, about)
        self._later(self._clock.randrange(2, 25), Errand.SET_RIGHT, about.dealing, mistaken)

    def _match(self, about: object, moment: Moment) -> None:
        """The desk asks around: mostly the payer is found, at times the money goes back."""
        if not isinstance(about, Unmatched) or not isinstance(about.paid, Paid):
            return
        dealing = self._dealings[about.paid.dealing]
        found = about.paid.deed.payer is not _deeds.Payer.UNKNOWN or chance(dealing.thrown, 600)
        if found and self._clerk.match_by_hand(about.line.line_id, dealing.key, moment):
            self._touched(dealing)
        else:
            self._clerk.give_back(about.line, moment)

    def _set_right(self, about: object, moment: Moment) -> None:
        if not isinstance(about, Mistaken):
            return
        paid, reason = about.paid, "別のお客さまの入金でした"
        self._touched(self._by_key[about.other])
        if self._clerk.reverse(about.other, about.event_no, reason, moment):
            self._clerk.cash_back(paid.deed.road.money, -paid.deed.amount_yen)
            self._receive(self._dealings[paid.dealing], paid, moment)

    # -- sights and plans --------------------------------------------------------------------------
    def _to_see(self, agenda: Iterable[Appointment]) -> set[int]:
        return {
            appointment.who
            for appointment in agenda
            if appointment.errand in _SEEING and not self._is_void(appointment)
        }

    def _seen(self, numbers: Iterable[int]) -> dict[int, _deeds.Sight]:
        keys = {self._dealings[number].key: number for number in sorted(numbers)}
        if not keys:
            return {}
        with connection.cursor() as cursor:
            found = sights_of(cursor, keys, self._today, self.tally.held)
        return {keys[key]: sight for key, sight in found.items()}

    def _sight(self, dealing: Dealing) -> _deeds.Sight:
        number = dealing.number
        return self._sights.get(number) or self._seen([number])[number]

    def _touched(self, dealing: Dealing) -> None:
        self._sights.pop(dealing.number, None)
        self._to_plan.add(dealing.number)

    def _plan_payments(self) -> None:
        """When members mean to pay next, as things are in the evening; earlier plans are void."""
        for number, sight in sorted(self._seen(self._to_plan).items()):
            dealing = self._dealings[number]
            dealing.plan_number += 1
            borrower = self._world.borrowers[dealing.borrower]
            on = life.next_payment(borrower, sight, dealing.thrown)
            if on is not None:
                self._arrange(on, Errand.PAY, number, dealing.plan_number)
        self._to_plan.clear()

    # -- checks ------------------------------------------------------------------------------------
    def check(self, day: int, last: int) -> None:
        """What must hold after a day: the dearer the check, the less often [点検]."""
        watch, tally = self._watch, self._clerk.tally
        with connection.cursor() as cursor:
            left = parked(cursor)
            ensure(not left, "the night leaves nothing aside", parked=left)
            if day == last or day % watch.touched == 0:
                self.checked.update(checks.touched(cursor, sorted(tally.touched)))
                self.checked.update(checks.sums(cursor, tally.cash))
                tally.touched.clear()
            if day == last or day % watch.everything == 0:
                self.checked.update(checks.everything(cursor))
                self.checked.update(checks.journal(cursor, tally.journal))
            if day == last or day % watch.proof == 0:
                self.checked.update(checks.proof(cursor))
