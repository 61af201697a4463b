"""What the dialogue asks the house for, asked of the rooms [照会の実行].

Tries with a PIN go through the same counting as those of the site (`people.login`), by the caller's
number in place of a network. Whatever is asked for an account asks `people.access` again, for a
caller who is known, and leaves a row in the journal that names what, not how much.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string

from motocho.care.ivr import answers, dialogue
from motocho.contact.directory import next_opening
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.rules import Refusal
from motocho.loans import commands, policy, queries
from motocho.loans.commands import Key
from motocho.loans.policy import Status
from motocho.outside.bank import is_business_day
from motocho.outside.clock import JAPAN
from motocho.people import access, login
from motocho.people.access import Action, Self
from motocho.people.credentials import networks, pins
from motocho.people.facts import history, values
from motocho.people.login import Entered, Missed, Origin, Slowed, Typed
from motocho.people.safety import codes
from motocho.screening import watch
from motocho.units.errors import Fault, OutsideFailure, RefusedError, broken
from motocho.web import _commands
from motocho.web._directory import directory

VOICE = "voice"
"""The channel of what is done by telephone."""
_MEMBER = "member"
_CARD_LOAN, _LOST_CARD = "card_loan", "lost_card"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as far as the network tells, and by which request [発信者]."""

    phone: str = field(repr=False)
    """Digits; empty where they are withheld."""
    call_ref: str
    """The same for the whole call."""
    request_ref: str
    """Of this request: what it does is done once."""
    at: datetime


class Sender(Protocol):
    """Sends a code to the member's registered address [送信]: `CODE_SENDER` of the settings."""

    def __call__(self, cursor: Any, member_id: int, asked: codes.Asked) -> Fault | None:
        """Called in the transaction in which the code was made."""


def carry(need: dialogue.Need, caller: Caller) -> answers.Answer:
    """Ask the house for what the dialogue needs [照会の実行].

    Raises    RefusedError where the member may not be told any more (PRIV-003).
    """
    if need.want not in answers.OF_AN_ACCOUNT:
        return _BY_ANYBODY[need.want](need, caller)
    state = need.state
    if not state.known_by:
        broken("an account is told of to a caller who is known", want=need.want.value)
    with transaction.atomic(), connection.cursor() as cursor:
        wants = Action.LOOK if need.want in _LOOKS else Action.ASK_FOR_HELP
        gate = access.ask(cursor, Self(state.member_id), wants, state.member_id, caller.at)
        if isinstance(gate, Refusal):
            raise RefusedError(gate.fault())
        subject = {"what": need.want.value, "agreement_id": state.agreement_id}
        happening = Happening(state.member_id, "voice_asked", _MEMBER, caller.at, subject)
        journal.write(cursor, [happening])
        return _OF_ACCOUNTS[need.want](cursor, state, caller)


_LOOKS = frozenset({answers.Want.BALANCE, answers.Want.DUE, answers.Want.PAYOFF})


# ---------------------------------------------------------------------------------- who is calling
def _check(need: dialogue.Need, caller: Caller) -> answers.Answer:
    """One try, counted in a transaction of its own, as on the site [照合] · AUTH-004…006."""
    typed = Typed(need.state.number, pins.Pin(need.digits), caller.request_ref)
    origin = Origin(networks.of_phone(caller.phone))
    with transaction.atomic(), connection.cursor() as cursor:
        outcome = login.enter(cursor, typed, origin, caller.at)
    if isinstance(outcome, Missed):
        return answers.Missed(outcome.left)
    if isinstance(outcome, Slowed):
        wait = outcome.until - caller.at
        return answers.Later(max(1, int(wait.total_seconds()) + 1))
    if not isinstance(outcome, Entered):
        return answers.LockedOut()
    if outcome.must_change is not None:
        return answers.PinFirst()
    return _known(outcome.member_id, caller)


def _known(member_id: int, caller: Caller) -> answers.Known:
    with transaction.atomic(), connection.cursor() as cursor:
        is_own = history.calls_from(cursor, member_id, caller.phone, caller.at)
        if is_own:
            _tell_opened(cursor, member_id, "phone", caller.at)
        mine = tuple(
            one.key.agreement_id
            for one in queries.agreements(cursor, member_id)
            if one.status is not Status.CLOSED
        )
    return answers.Known(member_id, mine, "own" if is_own else "")


def _tell_opened(cursor: Any, member_id: int, by: str, at: datetime) -> None:
    journal.write(cursor, [Happening(member_id, "voice_opened", _MEMBER, at, {"by": by})])


def _send_code(need: dialogue.Need, caller: Caller) -> answers.Answer:
    """A code to the registered address, bound to this call alone [確認番号の送信] · AUTH-007."""
    member_id = need.state.member_id
    sender: Sender = import_string(settings.CODE_SENDER)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            on = caller.at.astimezone(JAPAN).date()
            if values.Kind.EMAIL not in history.as_of(cursor, member_id, on):
                return answers.NotSent()
            asked = codes.ask(cursor, member_id, codes.Purpose.VOICE, caller.call_ref, caller.at)
            if not isinstance(asked, codes.Asked):
                return answers.NotSent()
            fault = sender(cursor, member_id, asked)
    except OutsideFailure:
        return answers.NotSent()  # the code was not made either
    return answers.Sent(asked.code_id) if fault is None else answers.NotSent()


def _check_code(need: dialogue.Need, caller: Caller) -> answers.Answer:
    member_id, code_id = need.state.member_id, need.state.code_id
    with transaction.atomic(), connection.cursor() as cursor:
        answer = codes.confirm(cursor, member_id, code_id, need.digits, caller.at)
    if isinstance(answer, codes.Wrong):
        return answers.CodeWrong(answer.left)
    if not isinstance(answer, codes.Confirmed):
        return answers.CodeOver()
    with transaction.atomic(), connection.cursor() as cursor:
        refusal = codes.spend(cursor, member_id, codes.Purpose.VOICE, caller.call_ref, caller.at)
        if refusal is not None:
            return answers.CodeOver()
        _tell_opened(cursor, member_id, "code", caller.at)
    return answers.CodeRight()


# ------------------------------------------------------------------------------------- the account
def _key(state: dialogue.State) -> Key:
    return Key(state.member_id, state.agreement_id)


def _balance(cursor: Any, state: dialogue.State, caller: Caller) -> answers.Answer:
    today = _commands.today(cursor, caller.at)
    stood = queries.position(cursor, _key(state), today)
    found = watch.reasons(cursor, state.member_id, [stood], today)
    causes = {one.cause for one in found if one.is_stopped}
    if stood.late_since is not None:
        causes.add(watch.Cause.LATE)
    told = tuple(one.value for one in watch.Cause if one in causes)
    return answers.Balance(today, stood.principal_yen, told)


def _due(cursor: Any, state: dialogue.State, caller: Caller) -> answers.Answer:
    today = _commands.today(cursor, caller.at)
    stood = queries.position(cursor, _key(state), today)
    return answers.Due(stood.due_yen, stood.arrears_yen, stood.pay_by_on)


def _payoff(cursor: Any, state: dialogue.State, caller: Caller) -> answers.Answer:
    today = _commands.today(cursor, caller.at)
    now, then = (
        queries.payoff_quote(cursor, _key(state), today + timedelta(days=ahead)).total_yen
        for ahead in (0, 1)
    )
    return answers.Payoff(now, then)


def _offer(cursor: Any, state: dialogue.State, caller: Caller) -> answers.Answer:
    if access.check_open(caller.at) is not None:
        return answers.Maintenance()
    standing = commands.open_promise(cursor, _key(state))
    if standing is not None:
        return answers.Standing(standing.pay_on, standing.amount_yen)
    today = _commands.today(cursor, caller.at)
    due_yen = queries.position(cursor, _key(state), today).due_yen
    if not due_yen:
        return answers.NothingDue()
    last_on = today + timedelta(days=policy.LONGEST_PROMISE_DAYS)
    owed_yen = queries.payoff_quote(cursor, _key(state), last_on).total_yen
    return answers.Offer(due_yen, max(due_yen, owed_yen), today, last_on)


def _cost(cursor: Any, state: dialogue.State, caller: Caller) -> answers.Answer:
    today = _commands.today(cursor, caller.at)
    pay_on = state.pay_on or broken("a day was chosen")
    waiting = queries.waiting(cursor, _key(state), today, max(pay_on, today))
    return answers.Cost(waiting.interest_yen, waiting.damages_yen)


def _promise(cursor: Any, state: dialogue.State, caller: Caller) -> answers.Answer:
    """The promise, once for its request [お支払約束の登録] · LEDG-016."""
    if access.check_open(caller.at) is not None:
        return answers.Maintenance()
    pay_on = state.pay_on or broken("a day was chosen")
    made = _commands.made(cursor, f"promise {caller.request_ref}", caller.at, channel=VOICE)
    try:
        with transaction.atomic():
            found = commands.promise(cursor, _key(state), state.pay_yen, pay_on, made)
    except RefusedError:
        return answers.NotPromised()
    return answers.Promised(found.pay_on, found.amount_yen)


# ------------------------------------------------------------------------------------------- desks
def _lost_card(_: dialogue.Need, caller: Caller) -> answers.Answer:
    return _desk(_LOST_CARD, caller)


def _card_loan(_: dialogue.Need, caller: Caller) -> answers.Answer:
    return _desk(_CARD_LOAN, caller)


def _desk(desk_id: str, caller: Caller) -> answers.Answer:
    """A desk in its hours, or when it opens [窓口への転送] · DESK-001."""
    here = caller.at.astimezone(JAPAN)
    known = directory()
    desk = known.desk(desk_id)
    if known.refuse_call_back(desk, here, is_business_day) is not None:
        return answers.DeskShut(desk.name_ja, next_opening(desk.hours, here, is_business_day))
    return answers.DeskOpen(desk.name_ja, known.call_back(desk, here.date()).digits)


_BY_ANYBODY: Mapping[answers.Want, Callable[[dialogue.Need, Caller], answers.Answer]] = {
    answers.Want.CHECK: _check,
    answers.Want.SEND_CODE: _send_code,
    answers.Want.CHECK_CODE: _check_code,
    answers.Want.LOST_CARD: _lost_card,
    answers.Want.DESK: _card_loan,
}
_OF_ACCOUNTS: Mapping[answers.Want, Callable[[Any, dialogue.State, Caller], answers.Answer]] = {
    answers.Want.BALANCE: _balance,
    answers.Want.DUE: _due,
    answers.Want.PAYOFF: _payoff,
    answers.Want.OFFER: _offer,
    answers.Want.COST: _cost,
    answers.Want.PROMISE: _promise,
}
