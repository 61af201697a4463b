"""The dialogue of the push-phone service: a state, tones, the next lines [自動音声の対話]. Pure.

`begin` greets. `hear` takes what was pressed and gives a turn to say, or a need: something that the
house must be asked for. `told` takes the answer and goes on. The PIN is in the need alone, never in
a state; an account is told of only after number, PIN and either a registered phone or a code.

>>> turn = begin()
>>> turn.then.digits, hear(turn.state, Heard("1")).state.stage
(1, <Stage.NUMBER: 'number'>)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from typing import Any, TypeAlias

from motocho.care.ivr import answers, speech
from motocho.care.ivr.answers import OF_AN_ACCOUNT, Answer, Want
from motocho.care.ivr.lines import Line
from motocho.units.errors import broken, ensure

MOST_MISHEARD = 3
"""Silence or wrong shapes in a row, after which the call ends."""
LONGEST_PAUSE_SECONDS = 60
"""Longer waits are not spent on the line."""
MOST_AGREEMENTS = 9


class Stage(Enum):
    """Where a call stands [段階]."""

    WELCOME = "welcome"
    NUMBER = "number"
    PIN = "pin"
    CODE = "code"
    CHOOSE = "choose"
    MENU = "menu"
    PROMISE_DAY = "promise_day"
    PROMISE_WHAT = "promise_what"
    PROMISE_AMOUNT = "promise_amount"
    PROMISE_SURE = "promise_sure"
    DIALLED = "dialled"


@dataclass(frozen=True, slots=True)
class State:
    """All that a call is at [通話の状態]; kept sealed between two turns."""

    stage: Stage = Stage.WELCOME
    misheard: int = 0
    number: str = field(default="", repr=False)
    """The member's number, until the PIN came."""
    member_id: int = 0
    """Whose PIN was right."""
    known_by: str = ""
    """`phone` or `code` once the account may be told of."""
    code_id: int = 0
    agreement_ids: tuple[int, ...] = ()
    agreement_id: int = 0
    offer: answers.Offer | None = field(default=None, repr=False)
    pay_on: date | None = None
    pay_yen: int = field(default=0, repr=False)


@dataclass(frozen=True, slots=True)
class Heard:
    """What came from the caller [聞き取った内容]; a dialled desk answers with its outcome."""

    digits: str = field(default="", repr=False)
    dial_outcome: str = ""


@dataclass(frozen=True, slots=True)
class Gather:
    """Listen for tones: so many, or up to # where `digits` is None [番号の聞き取り]."""

    digits: int | None
    key: str
    """The line that asks for them."""


@dataclass(frozen=True, slots=True)
class Dial:
    """Put through to a desk [転送]."""

    digits: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call [終話]."""


Then: TypeAlias = Gather | Dial | HangUp


@dataclass(frozen=True, slots=True)
class Turn:
    """What is said, and what happens after it [応答]."""

    state: State
    said: tuple[Line, ...]
    then: Then
    pause_seconds: int = 0
    """Silence between what is said and the next question."""


@dataclass(frozen=True, slots=True)
class Need:
    """Something to ask the house for [照会]; `digits` is what it is asked with, a PIN or a code."""

    want: Want
    state: State
    digits: str = field(default="", repr=False)


Next: TypeAlias = Turn | Need
_ASKED: Mapping[Stage, int | None] = {
    Stage.WELCOME: 1,
    Stage.NUMBER: 8,
    Stage.PIN: 4,
    Stage.CODE: 6,
    Stage.CHOOSE: 1,
    Stage.MENU: 1,
    Stage.PROMISE_DAY: 4,
    Stage.PROMISE_WHAT: 1,
    Stage.PROMISE_AMOUNT: None,
    Stage.PROMISE_SURE: 1,
}
"""How many tones a stage listens for."""
_PROMISING = frozenset(
    {Stage.PROMISE_DAY, Stage.PROMISE_WHAT, Stage.PROMISE_AMOUNT, Stage.PROMISE_SURE}
)
"""From here 0 leads back: nobody must promise to go on."""
_MOST_AMOUNT_DIGITS = 9
_TONES = re.compile("[0-9]+")


def begin() -> Turn:
    """The first words of a call [応答の開始]."""
    return _ask(State())


def hear(state: State, heard: Heard) -> Next:
    """What follows what was pressed [聞き取り]; silence and wrong shapes are asked for again."""
    if state.stage is Stage.DIALLED:
        return _after_dialling(state, heard)
    digits, wanted = heard.digits, _ASKED[state.stage]
    if state.stage in _PROMISING and digits == "0":
        return _menu(state)
    fits = len(digits) == wanted if wanted else len(digits) <= _MOST_AMOUNT_DIGITS
    if not fits or not _TONES.fullmatch(digits):
        return _misheard(state)
    return _HEARING[state.stage](state, digits)


def too_long() -> Turn:
    """The last words of a call that took too long, or that comes back from a desk [時間切れ]."""
    return Turn(State(), (Line("too_long"),), HangUp())


def told(need: Need, answer: Answer) -> Next:
    """What follows an answer of the house [回答の案内]."""
    going_on = _TELLING.get(type(answer)) or broken("an answer that is known", answer=answer)
    return going_on(replace(need.state, misheard=0), answer)


# ------------------------------------------------------------------------------------ asking again
def _ask(state: State, *said: Line, pause_seconds: int = 0) -> Turn:
    """Say what there is to say, then ask for what the stage listens for."""
    key = state.stage.value
    question = Line(key, _details(state))
    return Turn(state, (*said, question), Gather(_ASKED[state.stage], key), pause_seconds)


def _details(state: State) -> dict[str, str]:
    if state.stage is Stage.CHOOSE:
        return {"count": speech.number(len(state.agreement_ids))}
    if state.offer is None:
        return {}
    details = {
        "first": speech.day(state.offer.first_on),
        "last": speech.day(state.offer.last_on),
        "due": speech.yen(state.offer.due_yen),
        "amount": speech.yen(state.pay_yen),
    }
    return details | ({} if state.pay_on is None else {"on": speech.day(state.pay_on)})


def _misheard(state: State) -> Turn:
    """Once more, from where the call stands; the third time it ends."""
    misheard = state.misheard + 1
    if misheard == MOST_MISHEARD:
        return Turn(State(), (Line("silence"),), HangUp())
    return _ask(replace(state, misheard=misheard), Line("misheard"))


def _start(*said: Line) -> Turn:
    """Back to the first words, with nothing known of the caller."""
    return _ask(State(), *said)


def _menu(state: State, *said: Line) -> Turn:
    """Back to what may be asked, with what was begun put away."""
    return _ask(
        replace(state, stage=Stage.MENU, misheard=0, offer=None, pay_on=None, pay_yen=0), *said
    )


def _base(state: State, *said: Line) -> Turn:
    """Back to the menu of a known caller, to the first words for any other."""
    return _menu(state, *said) if state.known_by else _start(*said)


def _need(want: Want, state: State, digits: str = "") -> Need:
    ensure(want not in OF_AN_ACCOUNT or state.known_by, "a caller who is known", want=want)
    return Need(want, state, digits)


# ----------------------------------------------------------------------------------- what is heard
def _welcome(state: State, digits: str) -> Next:
    if digits == "1":
        return _ask(replace(state, stage=Stage.NUMBER, misheard=0))
    wants = {"5": Want.LOST_CARD, "9": Want.DESK}
    return _need(wants[digits], state) if digits in wants else _misheard(state)


def _number(state: State, digits: str) -> Next:
    return _ask(replace(state, stage=Stage.PIN, misheard=0, number=digits))


def _pin(state: State, digits: str) -> Next:
    return _need(Want.CHECK, state, digits)


def _code(state: State, digits: str) -> Next:
    return _need(Want.CHECK_CODE, state, digits)


def _choose(state: State, digits: str) -> Next:
    place = int(digits)
    if not 1 <= place <= len(state.agreement_ids):
        return _misheard(state)
    return _menu(replace(state, agreement_id=state.agreement_ids[place - 1]))


_MENU_WANTS = {
    "1": Want.BALANCE,
    "2": Want.DUE,
    "3": Want.PAYOFF,
    "4": Want.OFFER,
    "9": Want.DESK,
}


def _chosen(state: State, digits: str) -> Next:
    if digits == "0":
        return Turn(State(), (Line("goodbye"),), HangUp())
    return _need(_MENU_WANTS[digits], state) if digits in _MENU_WANTS else _misheard(state)


def _promise_day(state: State, digits: str) -> Next:
    offer = _offer(state)
    pay_on = meant_day(int(digits[:2]), int(digits[2:]), offer.first_on, offer.last_on)
    if pay_on is None:
        again = _misheard(state)
        return again if isinstance(again.then, HangUp) else _wrong(state, "promise_day_wrong")
    return _ask(replace(state, stage=Stage.PROMISE_WHAT, misheard=0, pay_on=pay_on))


def _wrong(state: State, key: str) -> Turn:
    """The same question with the reason; counted as misheard, so that it ends some time."""
    most = speech.yen(_offer(state).most_yen)
    return _ask(replace(state, misheard=state.misheard + 1), Line(key, {"most": most}))


def meant_day(month: int, day_of_month: int, first_on: date, last_on: date) -> date | None:
    """The day between two days that has this month and day [日付の特定]; None if none has.

    >>> meant_day(1, 3, date(2026, 12, 28), date(2027, 1, 11))
    datetime.date(2027, 1, 3)
    """
    for year in range(first_on.year, last_on.year + 1):
        try:
            found = date(year, month, day_of_month)
        except ValueError:
            continue
        if first_on <= found <= last_on:
            return found
    return None


def _promise_what(state: State, digits: str) -> Next:
    if digits == "1":
        return _need(Want.COST, replace(state, pay_yen=_offer(state).due_yen))
    if digits == "2":
        return _ask(replace(state, stage=Stage.PROMISE_AMOUNT, misheard=0))
    return _misheard(state)


def _promise_amount(state: State, digits: str) -> Next:
    amount_yen = int(digits)
    if not 1 <= amount_yen <= _offer(state).most_yen:
        again = _misheard(state)
        return again if isinstance(again.then, HangUp) else _wrong(state, "promise_amount_wrong")
    return _need(Want.COST, replace(state, pay_yen=amount_yen))


def _promise_sure(state: State, digits: str) -> Next:
    if digits == "1":
        return _need(Want.PROMISE, state)
    if digits == "2":
        return _ask(replace(state, stage=Stage.PROMISE_DAY, misheard=0, pay_on=None, pay_yen=0))
    return _misheard(state)


def _offer(state: State) -> answers.Offer:
    return state.offer or broken("what may be promised was asked for", stage=state.stage)


def _after_dialling(state: State, heard: Heard) -> Turn:
    if heard.dial_outcome == "completed":
        return Turn(State(), (Line("goodbye"),), HangUp())
    return _base(state, Line("not_connected"))


_HEARING: Mapping[Stage, Callable[[State, str], Next]] = {
    Stage.WELCOME: _welcome,
    Stage.NUMBER: _number,
    Stage.PIN: _pin,
    Stage.CODE: _code,
    Stage.CHOOSE: _choose,
    Stage.MENU: _chosen,
    Stage.PROMISE_DAY: _promise_day,
    Stage.PROMISE_WHAT: _promise_what,
    Stage.PROMISE_AMOUNT: _promise_amount,
    Stage.PROMISE_SURE: _promise_sure,
}


# ---------------------------------------------------------------------------------- who is calling
def _known(state: State, answer: answers.Known) -> Next:
    if not answer.agreement_ids:
        return _start(Line("no_agreement"))
    mine = answer.agreement_ids[:MOST_AGREEMENTS]
    state = replace(state, number="", member_id=answer.member_id, agreement_ids=mine)
    if answer.by_own_phone:
        return _open(replace(state, known_by="phone"))
    return _need(Want.SEND_CODE, state)


def _open(state: State) -> Turn:
    if len(state.agreement_ids) > 1:
        return _ask(replace(state, stage=Stage.CHOOSE))
    return _menu(replace(state, agreement_id=state.agreement_ids[0]))


def _missed(state: State, answer: answers.Missed) -> Turn:
    line = Line("missed", {"left": speech.number(answer.left)})
    return _ask(replace(state, stage=Stage.NUMBER, number=""), line)


def _locked(_: State, __: answers.LockedOut) -> Turn:
    return _start(Line("locked"))


def _later(state: State, answer: answers.Later) -> Turn:
    if answer.seconds > LONGEST_PAUSE_SECONDS:
        minutes = speech.number(-(-answer.seconds // 60))
        return Turn(State(), (Line("call_later", {"minutes": minutes}),), HangUp())
    again = replace(state, stage=Stage.NUMBER, number="")
    return _ask(again, Line("later"), pause_seconds=answer.seconds)


def _pin_first(_: State, __: answers.PinFirst) -> Turn:
    return _start(Line("pin_first"))


def _sent(state: State, answer: answers.Sent) -> Turn:
    return _ask(replace(state, stage=Stage.CODE, code_id=answer.code_id))


def _not_sent(_: State, __: answers.NotSent) -> Turn:
    return _start(Line("no_code"))


def _code_right(state: State, _: answers.CodeRight) -> Turn:
    return _open(replace(state, known_by="code", code_id=0))


def _code_wrong(state: State, answer: answers.CodeWrong) -> Turn:
    return _ask(state, Line("code_wrong", {"left": speech.number(answer.left)}))


def _code_over(_: State, __: answers.CodeOver) -> Turn:
    return _start(Line("code_over"))


# ------------------------------------------------------------------------------------- the account
def _balance(state: State, answer: answers.Balance) -> Turn:
    key = "balance" if answer.principal_yen else "balance_none"
    details = {"on": speech.day(answer.on), "principal": speech.yen(answer.principal_yen)}
    causes = [Line(f"stopped_{cause}") for cause in answer.stopped]
    return _menu(state, Line(key, details), *causes)


def _due(state: State, answer: answers.Due) -> Turn:
    details = {"due": speech.yen(answer.due_yen), "arrears": speech.yen(answer.arrears_yen)}
    if not answer.due_yen:
        return _menu(state, Line("due_none"))
    if answer.arrears_yen or answer.by_on is None:
        key = "due_late" if answer.arrears_yen else "due_all"
        return _menu(state, Line(key, details), Line("due_help"))
    return _menu(state, Line("due", details | {"by": speech.day(answer.by_on)}))


def _payoff(state: State, answer: answers.Payoff) -> Turn:
    details = {
        "today": speech.yen(answer.today_yen),
        "tomorrow": speech.yen(answer.tomorrow_yen),
    }
    return _menu(state, Line("payoff", details))


def _offered(state: State, answer: answers.Offer) -> Turn:
    return _ask(replace(state, stage=Stage.PROMISE_DAY, offer=answer))


def _standing(state: State, answer: answers.Standing) -> Turn:
    details = {"on": speech.day(answer.on), "amount": speech.yen(answer.amount_yen)}
    return _menu(state, Line("promise_open", details))


def _nothing_due(state: State, _: answers.NothingDue) -> Turn:
    return _menu(state, Line("promise_none"))


def _maintenance(state: State, _: answers.Maintenance) -> Turn:
    return _menu(state, Line("maintenance"))


def _cost(state: State, answer: answers.Cost) -> Turn:
    details = {
        "on": speech.day(state.pay_on or broken("a day was chosen")),
        "interest": speech.yen(answer.interest_yen),
        "damages": speech.yen(answer.damages_yen),
    }
    return _ask(replace(state, stage=Stage.PROMISE_SURE), Line("promise_cost", details))


def _promised(state: State, answer: answers.Promised) -> Turn:
    details = {"on": speech.day(answer.on), "amount": speech.yen(answer.amount_yen)}
    return _menu(state, Line("promised", details))


def _not_promised(state: State, _: answers.NotPromised) -> Turn:
    return _menu(state, Line("not_promised"))


# ------------------------------------------------------------------------------------------- desks
def _desk_open(state: State, answer: answers.DeskOpen) -> Turn:
    line = Line("connecting", {"desk": answer.name})
    return Turn(replace(state, stage=Stage.DIALLED), (line,), Dial(answer.digits))


def _desk_shut(state: State, answer: answers.DeskShut) -> Turn:
    details = {
        "desk": answer.name,
        "on": speech.day(answer.opens_at.date()),
        "opens": speech.clock(answer.opens_at.time()),
    }
    return _base(state, Line("desk_shut", details))


_TELLING: Mapping[type, Callable[[State, Any], Next]] = {
    answers.Known: _known,
    answers.Missed: _missed,
    answers.LockedOut: _locked,
    answers.Later: _later,
    answers.PinFirst: _pin_first,
    answers.Sent: _sent,
    answers.NotSent: _not_sent,
    answers.CodeRight: _code_right,
    answers.CodeWrong: _code_wrong,
    answers.CodeOver: _code_over,
    answers.Balance: _balance,
    answers.Due: _due,
    answers.Payoff: _payoff,
    answers.Offer: _offered,
    answers.Standing: _standing,
    answers.NothingDue: _nothing_due,
    answers.Maintenance: _maintenance,
    answers.Cost: _cost,
    answers.Promised: _promised,
    answers.NotPromised: _not_promised,
    answers.DeskOpen: _desk_open,
    answers.DeskShut: _desk_shut,
}
