"""Calls as they stand between two turns [通話の保管]: sealed, each turn answered once.

A provider signs its requests but sets no time in them, so that a request that was taken down could
be sent again. Each turn has an address of its own, random and good for one request of one call; the
same request again within a minute, as providers send it when an answer was slow, gets the same
answer, and later none. Nothing here tells a number, a PIN or an amount to whoever reads the table.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias

import orjson

from motocho.care.ivr.answers import Offer
from motocho.care.ivr.dialogue import Stage, State
from motocho.people.credentials import hashing

LONGEST = timedelta(minutes=20)
"""How long a call may take."""
REPEATED = timedelta(minutes=1)
"""How long an answer is given again to the same request."""
KEPT = timedelta(days=1)
"""How long a call is known, so that its first request is not taken twice."""
MOST_TURNS = 100
_TOKEN_BYTES = 24
_KIND = "ivr call"
FIRST = ""
"""The token of the address at which a call begins."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request of the provider [着信要求]: which call, to which address, with which contents."""

    call_id: str
    token: str = field(repr=False)
    content: str = field(repr=False)

    @property
    def call_mark(self) -> bytes:
        """The mark that the call is kept under [通話の印]."""
        return hashing.mark("ivr call", self.call_id)

    @property
    def mark(self) -> bytes:
        """The mark of the whole request [要求の印]."""
        return hashing.mark("ivr request", self.call_id, self.token, self.content)

    @property
    def ref(self) -> str:
        """What the request does is done under this, once [要求の識別子]."""
        return f"voice {self.mark.hex()}"


@dataclass(frozen=True, slots=True)
class New:
    """The first request of a call [新しい通話]."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A call that waits for this turn [継続中の通話]."""

    state: State
    turn_no: int


@dataclass(frozen=True, slots=True)
class Told:
    """A request that was answered a moment ago, with its answer [応答済み]."""

    answer: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Past:
    """A request that is answered no more: of another turn, or of a call that is over [期限切れ]."""


@dataclass(frozen=True, slots=True)
class Late:
    """The turn that a call waits for, of a call that took too long [時間切れ]."""


Found: TypeAlias = New | Standing | Told | Past | Late


@contextmanager
def alone(cursor: Any, request: Request) -> Iterator[None]:
    """One request of a call at a time [通話ごとの順番待ち]: what comes twice at once waits.

    Takes     a cursor outside any transaction: what is done meanwhile commits by itself, as a miss
              must that counts whatever follows.
    Lock      the call, in this session of the database, until the end.
    """
    lock_id = int.from_bytes(request.call_mark[:8], signed=True)
    cursor.execute("SELECT pg_advisory_lock(%s)", (lock_id,))
    try:
        yield
    finally:
        cursor.execute("SELECT pg_advisory_unlock(%s)", (lock_id,))


def find(cursor: Any, request: Request, at: datetime) -> Found:
    """What a request belongs to [通話の照会]."""
    cursor.execute(
        "SELECT turn_mark, request_mark, turn_no, state_sealed, answer_sealed, pepper_id, begun_at,"
        " told_at, is_over FROM care_ivr_call WHERE call_mark = %s",
        (request.call_mark,),
    )
    row = cursor.fetchone()
    if row is None:
        return New() if request.token == FIRST else Past()
    turn_mark, request_mark, turn_no, state, answer, pepper_id, begun_at, told_at, is_over = row
    owner = request.call_mark.hex()
    if bytes(request_mark) == request.mark:
        if at > told_at + REPEATED:
            return Past()
        return Told(hashing.unseal(_KIND, owner, hashing.Sealed(bytes(answer), pepper_id)))
    is_meant = bytes(turn_mark) == _turn_mark(request.token)
    if not is_meant or is_over:
        return Past()
    if at > begun_at + LONGEST or turn_no >= MOST_TURNS:
        return Late()
    text = hashing.unseal(_KIND, owner, hashing.Sealed(bytes(state), pepper_id))
    return Standing(_state(text), int(turn_no))


def new_token() -> str:
    """The token of the next turn's address [次の要求先]."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


@dataclass(frozen=True, slots=True)
class Answered:
    """How a turn was answered [応答]: the state after it, the words, the next turn's token."""

    state: State
    answer: str = field(repr=False)
    token: str = field(repr=False)
    """Empty where the call ends."""


def keep(cursor: Any, request: Request, found: New | Standing, done: Answered, at: datetime) -> str:
    """Keep how a turn was answered; gives the answer that counts [応答の保管].

    Of two requests of one turn that came at once, the first one's answer counts for both.
    """
    owner = request.call_mark.hex()
    state = hashing.seal(_KIND, owner, orjson.dumps(asdict(done.state), default=_plain).decode())
    answer = hashing.seal(_KIND, owner, done.answer)
    values = (
        _turn_mark(done.token), request.mark, state.data, answer.data, state.pepper_id, at,
        not done.token,
    )  # fmt: skip
    if isinstance(found, New):
        cursor.execute(
            "INSERT INTO care_ivr_call (call_mark, begun_at, turn_mark, request_mark, turn_no,"
            " state_sealed, answer_sealed, pepper_id, told_at, is_over)"
            " VALUES (%s, %s, %s, %s, 1, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (request.call_mark, at, *values),
        )
    else:
        cursor.execute(
            "UPDATE care_ivr_call SET turn_mark = %s, request_mark = %s, state_sealed = %s,"
            " answer_sealed = %s, pepper_id = %s, told_at = %s, is_over = %s,"
            " turn_no = turn_no + 1 WHERE call_mark = %s AND turn_no = %s",
            (*values, request.call_mark, found.turn_no),
        )
    if cursor.rowcount:
        return done.answer
    cursor.execute(
        "SELECT answer_sealed, pepper_id FROM care_ivr_call WHERE call_mark = %s",
        (request.call_mark,),
    )
    sealed, pepper_id = cursor.fetchone()
    return hashing.unseal(_KIND, owner, hashing.Sealed(bytes(sealed), pepper_id))


def clear(cursor: Any, at: datetime) -> int:
    """Clear away calls of another day [通話記録の消去]; gives how many."""
    cursor.execute("DELETE FROM care_ivr_call WHERE told_at < %s", (at - KEPT,))
    return int(cursor.rowcount)


def _turn_mark(token: str) -> bytes:
    return hashing.mark("ivr turn", token)


def _plain(value: object) -> object:
    """Enums by their value; days orjson writes itself."""
    return value.value if isinstance(value, Stage) else str(value)


def _state(text: str) -> State:
    kept: dict[str, Any] = orjson.loads(text)
    offer = kept["offer"]
    if offer is not None:
        days = {name: date.fromisoformat(offer[name]) for name in ("first_on", "last_on")}
        offer = Offer(**offer | days)
    return State(
        **kept
        | {
            "stage": Stage(kept["stage"]),
            "agreement_ids": tuple(kept["agreement_ids"]),
            "offer": offer,
            "pay_on": None if kept["pay_on"] is None else date.fromisoformat(kept["pay_on"]),
        }
    )
