"""Calls of the simulated desk: begun for a reason, heard out, ended [通話の模擬].

What somebody says is thrown by the seed and weighted by their habit; whether they keep a word is
their habit's. The desk writes down what was said, and the house does the rest.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from motocho.care.reasons import catalogue, endings, scripts, talks
from motocho.care.reliefs import consultations
from motocho.contact.gate import Closed
from motocho.loans import queries
from motocho.loans.commands import Key
from motocho.loans.policy import Status
from motocho.loans.products import Product
from motocho.outside.bank import is_business_day
from motocho.outside.clock import JAPAN
from motocho.simulation._clerk import Moment
from motocho.simulation._turns import Word, Worked
from motocho.simulation.desk._doing import Doing, Seat
from motocho.simulation.world import Borrower, Habit, chance, weighted

NOT_NOW = "今のところ必要ありません"
_KNOWN = frozenset({talks.Item.BIRTH_DATE, talks.Item.ADDRESS, talks.Item.NAME_READING})
_LONGEST_PROMISE = 8
_DESK = "card_loan"
_ENDINGS = {
    "absent": 20,
    "voicemail": 8,
    "wrong_number": 1,
    "call_back": 7,
    "complaint": 2,
    "counsel": 1,
    "done": 8,
    "other": 2,
    "promised": 26,
    "says_paid": 5,
    "consult": 7,
    "not_now": 22,
    "never": 3,
    "declined": 8,
    "interested": 4,
    "undecided": 4,
    "will_send": 8,
    "will_not_send": 2,
    "unchanged": 8,
    "changed": 2,
    "somebody_else": 2,
}
"""How often a call ends so, where its reason knows the ending."""
_KEEPS_PER_MILLE = {
    Habit.PUNCTUAL: 950,
    Habit.EARLY: 950,
    Habit.LATE_AT_TIMES: 700,
    Habit.FORGETFUL: 500,
    Habit.IN_TROUBLE: 250,
    Habit.OVERPAYS: 900,
    Habit.PAYS_TWICE: 900,
    Habit.PREPAYS_ALL: 900,
}
_ANSWERS = {"unchanged": catalogue.Answer.AGREED, "changed": catalogue.Answer.AGREED}
NOTHING = Worked(frozenset())


_ABOUT_ONE = frozenset(
    {catalogue.Reason.REPAYMENT, catalogue.Reason.PROMISE, catalogue.Reason.INCREASE}
)
"""What is about one agreement, which is named."""


class Wish(NamedTuple):
    """For what somebody is called, and in whose place [架電の予定]."""

    member_id: int
    reason: catalogue.Reason
    counterpart_id: int | None = None
    key: Key | None = None


class Line:
    """Calls of one seat at one moment [通話]."""

    def __init__(self, doing: Doing, seat: Seat, moment: Moment) -> None:
        self._doing, self._seat, self._moment = doing, seat, moment

    @property
    def _at(self) -> datetime:
        return self._moment.at

    def call(self, wish: Wish, borrower: Borrower, product: Product) -> Worked:
        """Call a member for a reason, and hear what is said [架電から結果まで].

        Takes     the product whose terms an offer tells.
        """
        doing, key = self._doing, wish.key or self._owed(wish.member_id)
        wanted = talks.Wanted(
            wish.reason,
            talks.Caller(self._seat.name, self._seat.actor, self._seat.hand),
            doing.directory,
            key if wish.reason in _ABOUT_ONE else None,
            self._proposed(wish, product),
            counterpart_id=wish.counterpart_id,
        )
        begun = doing.do("begin", talks.begin, wish.member_id, wanted, self._at)
        if isinstance(begun, Closed):
            doing.done["closed"] += 1
        if not isinstance(begun, talks.Begun):
            return NOTHING
        return self._heard(begun.key, key, borrower)

    def taken(self, member_id: int, borrower: Borrower) -> Worked:
        """A member calls us [受電]."""
        incoming = talks.Incoming(talks.Caller(self._seat.name, self._seat.actor))
        key = self._doing.do("inbound", talks.take, member_id, incoming, self._at)
        return NOTHING if key is None else self._heard(key, self._owed(member_id), borrower)

    def _owed(self, member_id: int) -> Key | None:
        """The agreement that is spoken of: the one that is late, else any that is open."""
        listed = self._doing.look(queries.agreements, member_id)
        keys = [one.key for one in listed if one.status in {Status.OPEN, Status.WRITTEN_OFF}]
        on = self._moment.on
        stood = {one: self._doing.look(queries.position, one, on).arrears_yen for one in keys}
        return max(keys, key=lambda one: stood[one], default=None)

    def _proposed(self, wish: Wish, product: Product) -> scripts.Proposed | None:
        if wish.reason not in {catalogue.Reason.INCREASE, catalogue.Reason.WIN_BACK}:
            return None
        return scripts.Proposed(product, self._doing.thrown.choice((100_000, 1_500_000, 3_000_000)))

    # -- what is said ------------------------------------------------------------------------------
    def _heard(self, talk: talks.TalkKey, key: Key | None, borrower: Borrower) -> Worked:
        """Until an ending fits: what somebody says may not be possible, as an hour that is gone."""
        doing, at = self._doing, self._at
        card = doing.look(talks.one, talk).card
        for ending_id in (*self._thrown_endings(card), "absent", "cut_off"):
            ending = card.ending_of(ending_id)
            if ending is None:
                continue
            told = self._told(ending, key, card)
            if told is None:
                continue
            if (
                ending.spoken_with is catalogue.With.MEMBER
                or card.reason is catalogue.Reason.INBOUND
            ):
                doing.do("identify", talks.identify, talk, _KNOWN, self._seat.actor, at)
            made = doing.made(self._seat, self._moment.on, at)
            done = doing.do("finish", endings.finish, talk, told, made, doing.directory)
            if done is not None:
                doing.done[f"ending {ending_id}"] += 1
                return Worked(frozenset({talk.member_id}), self._words(done, borrower))
        return Worked(frozenset({talk.member_id}))

    def _thrown_endings(self, card: catalogue.Card) -> list[str]:
        known = [(one.ending_id, _ENDINGS.get(one.ending_id, 0)) for one in card.endings]
        fitting = [one for one in known if one[1]]
        return [weighted(self._doing.thrown, fitting) for _ in range(3)] if fitting else []

    def _told(
        self, ending: catalogue.Ending, key: Key | None, card: catalogue.Card
    ) -> endings.Told | None:
        thrown, today = self._doing.thrown, self._at.astimezone(JAPAN).date()
        said = NOT_NOW if card.is_offer and ending.ending_id in {"not_now", "other"} else ""
        if not said and catalogue.Need.WORDS in ending.needs:
            said = "電話の時間が困ります" if ending.ending_id == "complaint" else "あとで考えます"
        amount_yen = self._arrears(key) if catalogue.Need.AMOUNT in ending.needs else None
        if catalogue.Need.AMOUNT in ending.needs and not amount_yen:
            return None
        hour = self._hour(ending.ending_id) if catalogue.Need.HOUR in ending.needs else None
        if catalogue.Need.HOUR in ending.needs and hour is None:
            return None
        answer = _ANSWERS.get(ending.ending_id, catalogue.Answer.AGREED)
        answers = (
            {}
            if ending.answered is None
            else {
                one.question_id: endings.Answered(next(iter(ending.answered), answer))
                for one in card.questions
            }
        )
        on = today + timedelta(days=thrown.randrange(_LONGEST_PROMISE))
        return endings.Told(
            ending.ending_id, said=said, amount_yen=amount_yen, hour=hour,
            on=on if catalogue.Need.DAY in ending.needs else None,
            agreement_id=None if key is None else key.agreement_id, answers=answers,
        )  # fmt: skip

    def _arrears(self, key: Key | None) -> int:
        if key is None:
            return 0
        stood = self._doing.look(queries.position, key, self._moment.on)
        owed_yen = stood.arrears_yen or stood.due_yen
        return owed_yen if chance(self._doing.thrown, 800) else owed_yen // 2

    def _hour(self, ending_id: str) -> datetime | None:
        thrown, here = self._doing.thrown, self._at.astimezone(JAPAN)
        if ending_id == "consult":
            return free_hour(self._doing, self._at)
        day = here.date() + timedelta(days=thrown.randrange(3))
        hour = datetime(day.year, day.month, day.day, thrown.randrange(8, 21), tzinfo=JAPAN)
        return hour if hour > here else None

    def _words(self, done: endings.Followed, borrower: Borrower) -> tuple[Word, ...]:
        return tuple(
            word
            for one in done.promises
            for word in word_of(self._doing, borrower, Word(one.key, one.pay_on, one.amount_yen))
        )


def word_of(doing: Doing, borrower: Borrower, word: Word) -> tuple[Word, ...]:
    """What becomes of a word: kept, kept late, in part, or not at all, by habit [約束の行方]."""
    on, thrown = word.on, doing.thrown
    if borrower.in_trouble(on) or not chance(thrown, _KEEPS_PER_MILLE[borrower.habit]):
        half = word._replace(amount_yen=max(1_000, word.amount_yen // 2))
        return (half,) if chance(thrown, 250) else ()
    later = weighted(thrown, ((0, 80), (1, 6), (3, 4), (4, 4), (9, 6)))
    return (word._replace(on=on + timedelta(days=later)),)


def free_hour(doing: Doing, at: datetime) -> datetime | None:
    """An hour at which a consultation can be booked, of those that are offered [空き時間]."""
    offered = offered_hours(doing, at)
    return doing.thrown.choice(offered) if offered else None


def offered_hours(doing: Doing, at: datetime) -> list[datetime]:
    """The hours that a consultation may begin at [相談できる時間]."""
    full = doing.look(consultations.full_hours, at)
    hours = doing.directory.desk(_DESK).hours
    return consultations.hours_to_choose(hours, at, is_business_day, full)
