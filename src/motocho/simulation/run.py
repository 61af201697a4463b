"""The days of a lender: appointments come up, files arrive, the night closes, all is checked [運用].

One process lives one book, day by day, in an order that the seed alone decides: the same plan fills
an empty database with the same rows. What members and the lender decide is in `life` and `lender`;
here they get to see their agreements, and their deeds are handed to the clerk.
"""

from __future__ import annotations

import heapq
import itertools
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import Enum
from random import Random
from typing import NamedTuple

from django.db import connection, transaction

from motocho.ledger import checks as ledger_checks
from motocho.loans import products
from motocho.loans.commands import Done, Key
from motocho.outside.bank import business_day_from, is_business_day
from motocho.outside.clock import JAPAN
from motocho.simulation import _deeds, checks, lender, life
from motocho.simulation._clerk import RESTS_ON_CODE, Clerk, Moment, Tally
from motocho.simulation._sights import sight_of
from motocho.simulation.world import Borrower, Wish, World, chance

MICROSECONDS_A_SECOND = 1_000_000
SECONDS_A_DAY = 86_400
_LAST_MOMENT = SECONDS_A_DAY * MICROSECONDS_A_SECOND - 1
_EDGE_PER_MILLE = 20
"""How many deeds happen at midnight sharp, and how many a microsecond before the next."""
_FILE_TWICE_PER_MILLE = 40
_AGAIN_PER_MILLE = 150
"""Days on which a message of days ago comes once more."""
Night = Callable[[date], None]
"""What is done after a business day, with the book: the close [夜間処理]."""


class Errand(Enum):
    """What an appointment is for [用件]."""

    JOIN = "join"
    SPEND = "spend"
    PAY = "pay"
    ASK = "ask"
    REVIEW = "review"
    TOLD = "told"
    SET_RIGHT = "set_right"
    NEWS_OF_DEATH = "news_of_death"
    HEIRS = "heirs"


class Appointment(NamedTuple):
    """Something on a day, at a microsecond of it; equal ones in the order they were made [予定]."""

    on: int
    micro: int
    number: int
    errand: Errand
    who: int
    """A borrower for JOIN and NEWS_OF_DEATH, else a dealing."""
    about: object = None


@dataclass(slots=True)
class Dealing:
    """An agreement with the plans around it [契約と予定]."""

    key: Key
    borrower: int
    thrown: Random
    file: lender.File = field(default_factory=lender.File)
    plan_number: int = 0
    """Of the payment planned; an older plan is void."""
    last: tuple[Done, _deeds.Borrow | _deeds.Repay] | None = None


class Line(NamedTuple):
    """A receipt in a bank's file [入金明細]."""

    dealing: int
    deed: _deeds.Repay
    value_on: date


class Told(NamedTuple):
    """The outcome of a transfer, as the bank will tell it [振込結果]."""

    entry_id: int
    deed: _deeds.BorrowByTransfer


class Mistaken(NamedTuple):
    """A receipt booked to somebody else [誤った入金]."""

    other: Key
    done: Done
    line: Line


@dataclass(frozen=True, slots=True)
class Watch:
    """How often the book is checked [点検の間隔]: what was touched and the sums each day."""

    everything_each_days: int = 30
    """The twin of every agreement, and the journal."""
    proof_each_days: int = 365
    """The ledger's own proof, seals and all."""


@dataclass(frozen=True, slots=True)
class Lived:
    """What came of it [結果]."""

    world: World
    days: int
    tally: Tally
    checked: Counter[str]

    @property
    def events(self) -> int:
        """Commands that were done [処理件数]."""
        return self.tally.done.total()


def live(world: World, night: Night, watch: Watch | None = None) -> Lived:
    """Live the days of a world on an empty, migrated database [模擬運用].

    Takes     what is done at night; how often the book is checked.
    Raises    BrokenInvariant where something that must hold does not.
    """
    return _Life(world, night, watch or Watch()).lived()


def seal(on: date) -> None:
    """The least that a night does: seal the day [日締めだけの夜間処理]."""
    with transaction.atomic(), connection.cursor() as cursor:
        ledger_checks.seal(cursor, on, _moment(on, _LAST_MOMENT).at)


def _moment(on: date, micro: int) -> Moment:
    at = datetime.combine(on, time(0), JAPAN) + timedelta(microseconds=micro)
    return Moment(on, at)


class _Life:
    """The days of one world."""

    def __init__(self, world: World, night: Night, watch: Watch) -> None:
        self._world, self._night, self._watch = world, night, watch
        self._clerk = Clerk(world.dice("clerk"))
        self._clock = world.dice("clock")
        self._numbers = itertools.count()
        self._agenda: list[Appointment] = []
        self._files: defaultdict[int, list[Line]] = defaultdict(list)
        self._members: dict[int, int] = {}
        """Ids of members by borrower."""
        self._dealings: list[Dealing] = []
        self._checked: Counter[str] = Counter()
        self._today = world.plan.begins_on

    def lived(self) -> Lived:
        world = self._world
        with transaction.atomic(), connection.cursor() as cursor:
            for product in world.products:
                products.publish(cursor, product, _moment(product.from_on, 0).at)
        for who, borrower in enumerate(world.borrowers):
            for wish in borrower.wishes:
                self._arrange(wish.on.toordinal(), Errand.JOIN, who, wish)
        first, last = world.plan.begins_on.toordinal(), world.ends_on.toordinal()
        for day in range(first, last + 1):
            self._live(date.fromordinal(day))
            self._check(day - first + 1, date.fromordinal(day) == world.ends_on)
        return Lived(world, last - first + 1, self._clerk.tally, self._checked)

    def _live(self, on: date) -> None:
        self._today = on
        if chance(self._clock, _AGAIN_PER_MILLE):
            self._clerk.tell_again()
        while self._agenda and self._agenda[0].on <= on.toordinal():
            self._keep(heapq.heappop(self._agenda))
        if is_business_day(on):
            self._read_file(self._files.pop(on.toordinal(), []))
        self._night(on)

    # -- the agenda --------------------------------------------------------------------------------
    def _arrange(self, on: int, errand: Errand, who: int, about: object = None) -> None:
        edge = self._clock.randrange(1_000)
        micro = self._clock.randrange(_LAST_MOMENT)
        if edge < _EDGE_PER_MILLE:
            micro = 0
        elif edge < 2 * _EDGE_PER_MILLE:
            micro = _LAST_MOMENT
        heapq.heappush(
            self._agenda, Appointment(on, micro, next(self._numbers), errand, who, about)
        )

    def _later(self, days: int, errand: Errand, who: int, about: object = None) -> None:
        self._arrange(self._today.toordinal() + days, errand, who, about)

    def _keep(self, appointment: Appointment) -> None:
        moment = _moment(self._today, appointment.micro)
        who = appointment.who
        if appointment.errand is Errand.JOIN:
            self._join(who, appointment.about, moment)
            return
        if appointment.errand is Errand.NEWS_OF_DEATH:
            self._news_of_death(who, moment)
            return
        dealing = self._dealings[who]
        borrower = self._world.borrowers[dealing.borrower]
        match appointment.errand:
            case Errand.PAY if appointment.about != dealing.plan_number:
                return
            case Errand.SPEND | Errand.PAY | Errand.ASK if borrower.is_dead(self._today):
                return
            case Errand.TOLD:
                self._told(who, appointment.about, moment)
            case Errand.SET_RIGHT:
                self._set_right(appointment.about, moment)
            case _:
                self._act(who, appointment.errand, moment)

    # -- errands -----------------------------------------------------------------------------------
    def _join(self, who: int, about: object, moment: Moment) -> None:
        borrower = self._world.borrowers[who]
        if borrower.is_dead(self._today) or not isinstance(about, Wish):
            return
        if who not in self._members:
            self._members[who] = self._clerk.register(borrower.person, borrower.number, moment)
            if borrower.dies_on is not None:
                news_on = borrower.dies_on.toordinal() + self._clock.randrange(2, 40)
                self._arrange(news_on, Errand.NEWS_OF_DEATH, who)
        key = self._clerk.open(self._members[who], about.opening, moment)
        if key is None:
            return
        number = len(self._dealings)
        thrown = self._world.dice(f"dealing {borrower.number} {about.on}")
        self._dealings.append(Dealing(key, who, thrown))
        self._later(thrown.randrange(12), Errand.SPEND, number)
        self._later(thrown.randrange(20, 50), Errand.REVIEW, number)
        self._later(thrown.randrange(30, 90), Errand.ASK, number)

    def _news_of_death(self, who: int, moment: Moment) -> None:
        theirs = [
            (number, dealing)
            for number, dealing in enumerate(self._dealings)
            if dealing.borrower == who
        ]
        keys = tuple(dealing.key for _, dealing in theirs)
        self._clerk.record_death(self._members[who], keys, moment)
        for number, dealing in theirs:
            self._later(dealing.thrown.randrange(40, 200), Errand.HEIRS, number)

    def _act(self, who: int, errand: Errand, moment: Moment) -> None:
        dealing = self._dealings[who]
        borrower = self._world.borrowers[dealing.borrower]
        sight, thrown = self._sight(dealing), dealing.thrown
        today = self._today.toordinal()
        match errand:
            case Errand.SPEND:
                deeds = life.spend(borrower, sight, thrown)
                self._arrange(life.next_spending(borrower, today, thrown), errand, who)
            case Errand.PAY:
                deeds = life.pay(borrower, sight, thrown)
            case Errand.ASK:
                deeds = life.asks(borrower, sight, thrown)
                self._later(thrown.randrange(20, 45), errand, who)
            case Errand.HEIRS:
                deeds = life.heirs_pay(sight, thrown)
            case _:
                deeds = lender.review(sight, dealing.file, thrown)
                self._arrange(lender.next_review(sight, thrown), errand, who)
        for deed in deeds:
            self._done(who, deed, moment)
        if deeds or errand is Errand.PAY:
            self._plan_payment(who)

    def _done(self, who: int, deed: _deeds.Deed, moment: Moment) -> None:
        dealing = self._dealings[who]
        match deed:
            case _deeds.Borrow():
                done = self._clerk.lend(dealing.key, deed, moment)
                if done is not None:
                    dealing.last = done, deed
                    self._within_limit(dealing)
            case _deeds.BorrowByTransfer():
                entry = self._clerk.send(dealing.key, deed.amount_yen, moment)
                if entry is not None:
                    self._within_limit(dealing)
                    self._later(deed.told_after_days, Errand.TOLD, who, Told(entry, deed))
            case _deeds.Repay(road=road) if road.by_file:
                self._into_file(who, deed)
            case _deeds.Repay():
                self._received(who, Line(who, deed, self._today), moment)
            case _deeds.Undo(reason):
                self._undo(dealing, reason, moment)
            case _:
                was_done = self._clerk.other(self._sight(dealing), deed, moment)
                if was_done and isinstance(deed, _deeds.Assign | _deeds.Close):
                    self._stray(who)

    def _stray(self, who: int) -> None:
        """Somebody pays on, though the agreement is gone."""
        thrown = self._dealings[who].thrown
        if chance(thrown, 400):
            paid = _deeds.Repay(thrown.randrange(1_000, 20_000), _deeds.Road.TRANSFER, 20)
            self._into_file(who, paid)

    # -- draws -------------------------------------------------------------------------------------
    def _within_limit(self, dealing: Dealing) -> None:
        with connection.cursor() as cursor:
            checks.within_limit(cursor, dealing.key)
        self._checked["draws within the limit"] += 1

    def _told(self, who: int, about: object, moment: Moment) -> None:
        if not isinstance(about, Told):
            return
        dealing, (entry_id, deed) = self._dealings[who], about
        if deed.outcome is _deeds.Outcome.FAILS:
            self._clerk.failed(dealing.key, entry_id, moment)
        else:
            self._clerk.arrived(dealing.key, entry_id, deed.amount_yen, moment)
        if chance(dealing.thrown, 30):
            self._clerk.outcome_of_another_file(dealing.key, entry_id, moment)
        self._plan_payment(who)

    def _undo(self, dealing: Dealing, reason: str, moment: Moment) -> None:
        if dealing.last is None:
            return
        done, deed = dealing.last
        dealing.last = None
        if self._clerk.reverse(dealing.key, done, reason, moment):
            back = -deed.amount_yen if isinstance(deed, _deeds.Repay) else deed.amount_yen
            self._clerk.cash_back(deed.road.money, back)

    # -- receipts ----------------------------------------------------------------------------------
    def _into_file(self, who: int, deed: _deeds.Repay) -> None:
        """The line will stand in the file of a business day, with the day on which money came."""
        news_on = self._today + timedelta(days=deed.booked_after_days)
        value_on = self._today
        if deed.road is _deeds.Road.DEBIT:
            value_on = business_day_from(value_on)
            news_on = max(news_on, value_on)
        line = Line(who, deed, value_on)
        self._files[business_day_from(news_on).toordinal()].append(line)

    def _read_file(self, lines: list[Line]) -> None:
        """The evening's file: in any order, and at times with a line that came before."""
        if not lines:
            return
        self._clock.shuffle(lines)
        micro = self._clock.randrange(_LAST_MOMENT)
        for line in lines:
            moment = _moment(self._today, micro)
            match line.deed.payer:
                case _deeds.Payer.UNKNOWN:
                    self._clerk.keep_unknown(line.deed, line.value_on, moment)
                case _deeds.Payer.MISTAKEN:
                    self._mistake(line, moment)
                case _:
                    self._received(line.dealing, line, moment)
            self._plan_payment(line.dealing)
        if chance(self._clock, _FILE_TWICE_PER_MILLE):
            self._clerk.tell_again()

    def _received(self, who: int, line: Line, moment: Moment) -> None:
        dealing = self._dealings[who]
        done = self._clerk.receive(dealing.key, line.deed, line.value_on, moment)
        if isinstance(done, Done):
            dealing.last = done, line.deed

    def _mistake(self, line: Line, moment: Moment) -> None:
        """Booked to somebody of a like name; set right when both notice."""
        other = self._dealings[self._clock.randrange(len(self._dealings))]
        done = self._clerk.receive(other.key, line.deed, line.value_on, moment)
        if isinstance(done, Done):
            about = Mistaken(other.key, done, line)
            self._later(self._clock.randrange(2, 25), Errand.SET_RIGHT, line.dealing, about)
        else:
            self._received(line.dealing, line, moment)

    def _set_right(self, about: object, moment: Moment) -> None:
        if not isinstance(about, Mistaken):
            return
        reason = "同名の別のお客さまの入金でした"
        line = about.line
        if self._clerk.reverse(about.other, about.done, reason, moment):
            self._clerk.cash_back(line.deed.road.money, -line.deed.amount_yen)
            self._received(line.dealing, line, moment)
            self._plan_payment(line.dealing)

    # -- sights and plans --------------------------------------------------------------------------
    def _sight(self, dealing: Dealing) -> _deeds.Sight:
        with connection.cursor() as cursor:
            return sight_of(cursor, dealing.key, self._today)

    def _plan_payment(self, who: int) -> None:
        """When the member means to pay next, as things are now; earlier plans are void."""
        dealing = self._dealings[who]
        borrower: Borrower = self._world.borrowers[dealing.borrower]
        dealing.plan_number += 1
        on = life.next_payment(borrower, self._sight(dealing), dealing.thrown)
        if on is not None:
            self._arrange(on, Errand.PAY, who, dealing.plan_number)

    # -- checks ------------------------------------------------------------------------------------
    def _check(self, day: int, is_last: object) -> None:
        tally = self._clerk.tally
        with connection.cursor() as cursor:
            self._checked.update(checks.touched(cursor, sorted(tally.touched)))
            self._checked.update(checks.sums(cursor, tally.cash))
            if is_last or day % self._watch.everything_each_days == 0:
                self._checked.update(checks.everything(cursor))
                self._checked.update(checks.journal(cursor, tally.journal))
            if is_last or day % self._watch.proof_each_days == 0:
                self._checked.update(checks.proof(cursor))
        tally.touched.clear()


__all__ = ["RESTS_ON_CODE", "Lived", "Night", "Watch", "live", "seal"]
