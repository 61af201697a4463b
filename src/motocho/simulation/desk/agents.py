"""A few seeded agents at the contact desk, day by day, through the real commands [担当者の模擬].

    desk = Desk(world, begins_on, 12, folder)
    run.live(world, seals, watch, desk=desk)

They work from the list of the day, and now and then they press on where the law says no: a minute
before eight, at nine sharp, a fourth time, while a promise runs. It is the gate that has to refuse.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

from motocho.care.reasons import catalogue
from motocho.care.worklist import gathering, policy
from motocho.contact import counterparts
from motocho.contact.directory import shipped
from motocho.contact.guard import Channel, Hand, Purpose, Whom
from motocho.loans import standing
from motocho.loans.commands import Key
from motocho.loans.products import Product
from motocho.outside.clock import JAPAN
from motocho.people import consents, staff
from motocho.people.access import Role, Staff
from motocho.people.consents import Consent
from motocho.people.facts import history, values
from motocho.people.staff import Joiner
from motocho.simulation._clerk import Moment
from motocho.simulation._turns import Worked
from motocho.simulation.desk import _round
from motocho.simulation.desk._doing import Doing, Seat
from motocho.simulation.desk._office import Office
from motocho.simulation.desk.talking import NOTHING, Line, Wish
from motocho.simulation.desk.wishes import MEMBER, Asking
from motocho.simulation.world import Borrower, World, chance, weighted

_SEATS = (
    ("sim-lead", "上席 ひかる", Hand.SUPERVISOR, Role.SUPERVISOR),
    ("sim-one", "窓口 いずみ", Hand.STAFF, Role.OPERATOR),
    ("sim-two", "窓口 かえで", Hand.STAFF, Role.OPERATOR),
    ("sim-three", "委託 つばき", Hand.CONTRACTOR, Role.OPERATOR),
)
_EDGES = (7 * 60 + 59, 8 * 60, 20 * 60 + 59, 21 * 60, 23 * 60 + 30)
"""Minutes at which somebody tries whether the law looks."""
_OPENS, _CLOSES = 8 * 60 + 1, 20 * 60 + 58
_CONSENTS_PER_MILLE = 800
_LIST = 12
_JUST_BEFORE = timedelta(microseconds=1)
_REASONS = {
    Purpose.ARREARS: catalogue.Reason.REPAYMENT,
    Purpose.DUTY: catalogue.Reason.INCOME_EVIDENCE,
    Purpose.SERVICE: catalogue.Reason.REGISTERED_DATA,
    Purpose.CAMPAIGN: catalogue.Reason.INCREASE,
}
_OFFERED = (
    catalogue.Reason.INCREASE,
    catalogue.Reason.INCREASE,
    catalogue.Reason.WIN_BACK,
)
_WRITTEN = (Channel.EMAIL, Channel.POST, Channel.SMS, Channel.SITE)


class Desk:
    """The agents and what they have done so far [窓口]."""

    def __init__(self, world: World, begins_on: date, turns_a_day: int, folder: Path) -> None:
        """Takes the folder into which mail and texts go, in place of a carrier."""
        self._begins_on, self._turns, self._folder = begins_on, turns_a_day, folder
        self._went_round: date | None = None
        self._doing = Doing(world.dice("desk"), shipped())
        self._product: Product = world.products[0]
        self._seats: tuple[Seat, ...] = ()
        self._met: set[int] = set()
        self._last: int | None = None
        """Whom somebody called about arrears the last time."""

    @property
    def done(self) -> Counter[str]:
        """What was done, by kind [実績]."""
        return self._doing.done

    @property
    def refused(self) -> Counter[str]:
        """What a person was told could not be, by kind and code [拒否]."""
        return self._doing.refused

    def minutes(self, on: date) -> Iterable[int]:
        """Spread over the day, the edges of the law's hours among them [その日の予定]."""
        if on < self._begins_on:
            return ()
        thrown = self._doing.thrown
        found = {thrown.randrange(_OPENS, _CLOSES) for _ in range(self._turns)}
        return sorted(found | {edge for edge in _EDGES if chance(thrown, 350)})

    def work(self, moment: Moment, known: Mapping[int, Borrower]) -> Worked:
        """One turn of one agent [窓口の一件]."""
        self._meet(moment, known)
        if not known:
            return NOTHING
        if self._went_round != moment.on:
            self._went_round = moment.on
            _round.go(self._doing, self._folder, Moment(moment.on, moment.at - _JUST_BEFORE))
        seat = self._doing.thrown.choice(self._seats)
        clock = moment.at.astimezone(JAPAN)
        if clock.hour * 60 + clock.minute in _EDGES:
            return self._press(seat, moment, known)
        ways: tuple[tuple[Callable[..., Worked], int], ...] = (
            (self._next, 50),
            (self._press, 14),
            (self._invite, 14),
            (self._write, 8),
            (self._elsewhere, 6),
            (self._inbound, 5),
            (self._asked, 12),
            (self._tidy, 8),
        )
        return weighted(self._doing.thrown, ways)(seat, moment, known)

    # -- whom there is -----------------------------------------------------------------------------
    def _meet(self, moment: Moment, known: Mapping[int, Borrower]) -> None:
        """Seats on the first day; for new members a number and, mostly, a consent."""
        if not self._seats:
            self._seats = tuple(self._seated(moment))
        for member_id in sorted(known.keys() - self._met):
            self._met.add(member_id)
            self._register(member_id, moment.at - _JUST_BEFORE)

    def _seated(self, moment: Moment) -> Iterable[Seat]:
        by: Staff | None = None
        for login_name, name, hand, role in _SEATS:
            roles = frozenset({role, Role.ADMINISTRATOR} if by is None else {role})
            joiner = Joiner(login_name, name, moment.on, roles)
            account, _ = self._doing.look(staff.join, joiner, by, moment.at)
            by = by or Staff(account.staff_id, roles)
            yield Seat(account.staff_id, name, hand)

    def _register(self, member_id: int, at: datetime) -> None:
        facts = (
            (values.Kind.MOBILE_PHONE, values.Phone(f"0700000{member_id % 10_000:04d}")),
            (values.Kind.ADDRESS, values.Address("1000001", f"東京都千代田区見本町9-{member_id}")),
            (values.Kind.EMAIL, values.Email(f"member{member_id}@example.jp")),
        )
        for kind, value in facts:
            on = at.astimezone(JAPAN).date()
            change = history.Change(member_id, kind, value, on, f"desk {kind.value}")
            teller = history.Teller(MEMBER, history.Road.REGISTRATION)
            self._doing.do("registered", history.record, change, teller, at)
        if chance(self._doing.thrown, _CONSENTS_PER_MILLE):
            told = consents.Told(MEMBER, "contract", "v1")
            campaign = Consent(consents.Kind.CAMPAIGN)
            self._doing.do("consent", consents.give, member_id, campaign, told, at)

    def _anybody(self, known: Mapping[int, Borrower]) -> int:
        return self._doing.thrown.choice(sorted(known))

    def _behind(self, moment: Moment, known: Mapping[int, Borrower]) -> int:
        """Who is late today, or was called for it the last time; else anybody."""
        thrown = self._doing.thrown
        if self._last is not None and chance(thrown, 400):
            return self._last
        late = {one.key.member_id for one in self._doing.look(standing.late, moment.on)}
        return thrown.choice(sorted(late)) if late else self._anybody(known)

    # -- turns -------------------------------------------------------------------------------------
    def _next(self, seat: Seat, moment: Moment, known: Mapping[int, Borrower]) -> Worked:
        """The next person of the list of the day, taken and called for why they are on it."""
        doing = self._doing
        today = doing.look(gathering.today, moment.at, seat.hand)
        taken = doing.do("taken", gathering.take_next, seat.staff_id, today, seat.hand)
        if taken is None:
            return NOTHING
        member_id, ground = taken.row.person.member_id, taken.row.ground
        doing.done[f"why {ground.why.value}"] += 1
        if ground.why is policy.Why.CONSULTATION:
            return Office(doing, seat, moment).consult(member_id, known[member_id])
        if ground.purpose is None:
            Office(doing, seat, moment).tidy()
            return NOTHING
        if ground.why is policy.Why.PROMISE_MISSED:
            about = Key(member_id, ground.agreement_id)
            wish = Wish(member_id, catalogue.Reason.PROMISE, key=about)
            return self._call(wish, (seat, moment), known)
        reason = _REASONS.get(ground.purpose)
        if reason is None:
            Office(doing, seat, moment).serve(member_id, ground)
            return NOTHING
        return self._call(Wish(member_id, reason), (seat, moment), known)

    def _call(self, wish: Wish, by: tuple[Seat, Moment], known: Mapping[int, Borrower]) -> Worked:
        if wish.reason is catalogue.Reason.REPAYMENT:
            self._last = wish.member_id
        return Line(self._doing, *by).call(wish, known[wish.member_id], self._product)

    def _press(self, seat: Seat, moment: Moment, known: Mapping[int, Borrower]) -> Worked:
        """The same person once more, and again, whatever was promised or named."""
        member_id = self._behind(moment, known)
        found = NOTHING
        for more in range(self._doing.thrown.randrange(1, 5)):
            later = Moment(moment.on, moment.at + timedelta(microseconds=more))
            found = self._call(Wish(member_id, catalogue.Reason.REPAYMENT), (seat, later), known)
            if found.words:
                return found
        return found

    def _invite(self, seat: Seat, moment: Moment, known: Mapping[int, Borrower]) -> Worked:
        """An invitation to borrow, by a call or in writing, to whoever comes to mind."""
        member_id, thrown = self._anybody(known), self._doing.thrown
        if chance(thrown, 500):
            reason = thrown.choice(
                (catalogue.Reason.INCREASE, catalogue.Reason.INCREASE, catalogue.Reason.WIN_BACK)
            )
            return self._down_the_list(reason, (seat, moment), known)
        way = thrown.choice(_WRITTEN)
        Office(self._doing, seat, moment).write(member_id, Purpose.CAMPAIGN, way)
        return NOTHING

    def _down_the_list(
        self, reason: catalogue.Reason, by: tuple[Seat, Moment], known: Mapping[int, Borrower]
    ) -> Worked:
        """One after another, until somebody may be called for it."""
        seat, moment = by
        everybody = self._doing.thrown.sample(sorted(known), min(len(known), _LIST))
        for more, member_id in enumerate(everybody):
            later = Moment(moment.on, moment.at + timedelta(microseconds=more))
            found = self._call(Wish(member_id, reason), (seat, later), known)
            if found.members:
                return found
        return NOTHING

    def _write(self, seat: Seat, moment: Moment, known: Mapping[int, Borrower]) -> Worked:
        """A demand, a reminder, news in writing; a visit."""
        thrown, office = self._doing.thrown, Office(self._doing, seat, moment)
        member_id = self._behind(moment, known)
        if chance(thrown, 120):
            office.visit(member_id)
            return NOTHING
        purposes = (Purpose.ARREARS, Purpose.ARREARS, Purpose.REMINDER, Purpose.SERVICE,
                    Purpose.STATUTORY_DOCUMENT)  # fmt: skip
        office.write(member_id, thrown.choice(purposes), thrown.choice(_WRITTEN))
        return NOTHING

    def _elsewhere(self, seat: Seat, moment: Moment, known: Mapping[int, Borrower]) -> Worked:
        """At work, at a brother's, to who stands in the member's place."""
        thrown, member_id = self._doing.thrown, self._anybody(known)
        others = self._doing.look(counterparts.standing, member_id)
        if others:
            wish = Wish(member_id, catalogue.Reason.REPAYMENT, thrown.choice(others).counterpart_id)
            return Line(self._doing, seat, moment).call(wish, known[member_id], self._product)
        whom = thrown.choice((Whom.WORKPLACE, Whom.WORKPLACE, Whom.THIRD))
        purposes = (Purpose.ARREARS, Purpose.SERVICE, Purpose.WHEREABOUTS, Purpose.EMPLOYMENT)
        Office(self._doing, seat, moment).ring(member_id, thrown.choice(purposes), whom)
        return NOTHING

    def _inbound(self, seat: Seat, moment: Moment, known: Mapping[int, Borrower]) -> Worked:
        member_id = self._anybody(known)
        return Line(self._doing, seat, moment).taken(member_id, known[member_id])

    def _asked(self, seat: Seat, moment: Moment, known: Mapping[int, Borrower]) -> Worked:
        member_id = self._anybody(known)
        Asking(self._doing, seat, moment).anything(member_id)
        return Worked(frozenset({member_id}))

    def _tidy(self, seat: Seat, moment: Moment, _: Mapping[int, Borrower]) -> Worked:
        Office(self._doing, seat, moment).tidy()
        return NOTHING
