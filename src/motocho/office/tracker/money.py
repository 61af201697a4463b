"""The client's money in the office's hands: never less than nothing [預り金].

    put(case_id, Entry(Flow.FROM_LENDER, 500_000, on, "和解金", source), made)
    statement(case_id).balance_yen

The database counts the balance under a lock of its own row: of two who pay out at once one is
refused, whatever they read before. What was written wrongly is put right by another entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

import orjson
from django.db import IntegrityError, connection, transaction

from motocho.office import cases
from motocho.office.tracker import keeping
from motocho.office.tracker.keeping import Made, Told
from motocho.office.tracker.tracks import Kind
from motocho.units.errors import Fault, InputError, RefusedError

MOST_YEN = 1_000_000_000_000
LONGEST_NOTE = 400


class Flow(Enum):
    """Why money came or went [入出金の種類]."""

    FROM_LENDER = "from_lender"
    FROM_CLIENT = "from_client"
    PUT_RIGHT_IN = "put_right_in"
    TO_CLIENT = "to_client"
    FEE = "fee"
    COST = "cost"
    PUT_RIGHT_OUT = "put_right_out"

    @property
    def is_in(self) -> bool:
        """Whether money comes in [入金]."""
        return self in {Flow.FROM_LENDER, Flow.FROM_CLIENT, Flow.PUT_RIGHT_IN}


class Held(Enum):
    """To whom a payment came [入金先]."""

    CLIENT = "client"
    OFFICE = "office"


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement as it is told [入出金]; `source` is the same when it is told again."""

    flow: Flow
    amount_yen: int
    on: date
    note: str
    source: str


@dataclass(frozen=True, slots=True)
class Kept:
    """One movement as it was written, with what is left [預り金の明細]."""

    entry_no: int
    flow: Flow
    amount_yen: int
    balance_yen: int
    on: date
    note: str
    actor: str
    at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class Account:
    """What is held for the client of a case [預り金の口座]."""

    case_id: int
    entries: tuple[Kept, ...]

    @property
    def balance_yen(self) -> int:
        """What is held now [残高]."""
        return self.entries[-1].balance_yen if self.entries else 0

    def total_yen(self, *flows: Flow) -> int:
        """What came or went for some reasons together [種類ごとの合計]."""
        return sum(one.amount_yen for one in self.entries if one.flow in flows)


def put(case_id: int, entry: Entry, made: Made) -> Kept:
    """Write a movement down [入出金の記録]; the same source gives what was written then.

    Raises    InputError for an amount that is none; RefusedError for money that is not there, and
              nothing is written; NotFoundError for a case that is not there.
    """
    cases.load(case_id)
    if not 0 < entry.amount_yen <= MOST_YEN:
        raise InputError(Fault("TRK-007"))
    if len(entry.note) > LONGEST_NOTE:
        raise InputError(Fault("TRK-008", details={"most": str(LONGEST_NOTE)}))
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            _write(cursor, case_id, entry, made)
    except IntegrityError as error:
        if "office_client_money_never_negative" in str(error):
            held = statement(case_id).balance_yen
            details = {"held": f"{held:,}", "amount": f"{entry.amount_yen:,}"}
            raise RefusedError(Fault("TRK-010", details=details)) from None
        if "office_client_money_case_id_source_key" not in str(error):
            raise
        found = _by_source(case_id, entry.source)
        if (found.flow, found.amount_yen, found.on) != (entry.flow, entry.amount_yen, entry.on):
            raise InputError(Fault("TRK-011")) from None
        return found
    return _by_source(case_id, entry.source)


def receive(case_id: int, entry: Entry, made: Made, *, held: Held) -> None:
    """A payment of the lender: noted in the case, and held where it came to us [入金の記録].

    Both are written or neither; the same source writes nothing twice.

    Raises    as `put` and `keeping.note`.
    """
    body = {"amount_yen": entry.amount_yen, "to": held.value}
    with transaction.atomic():
        keeping.note(case_id, Told(Kind.PAID, entry.on, body, entry.source), made)
        if held is Held.OFFICE:
            put(case_id, entry, made)


def take_back(case_id: int, event_no: int, on: date, made: Made) -> None:
    """Take a record of a case back; a payment that came to us leaves the client's money too.

    Both or neither: what was paid out meanwhile cannot be taken back [記録の取消し].

    Raises    as `put` and `keeping.note`.
    """
    with transaction.atomic():
        found = next((one for one in keeping.read(case_id).paid if one.event_no == event_no), None)
        keeping.take_back(case_id, event_no, on, made)
        if found is not None and found.text("to") == Held.OFFICE.value:
            amount_yen = found.number("amount_yen")
            entry = Entry(Flow.PUT_RIGHT_OUT, amount_yen, on, "", f"void-{event_no}")
            put(case_id, entry, made)


def statement(case_id: int) -> Account:
    """Every movement with the balance after it [預り金の明細]."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_READ} WHERE case_id = %s ORDER BY entry_no", (case_id,))
        return Account(case_id, tuple(_kept(case_id, row) for row in cursor.fetchall()))


def _place(case_id: int, source: str) -> str:
    return f"case {case_id} money {source}"


def _write(cursor: Any, case_id: int, entry: Entry, made: Made) -> None:
    body = orjson.dumps({"note": entry.note, "actor": made.actor})
    cursor.execute(
        "INSERT INTO office_client_money (case_id, kind, amount_yen, value_on, body, source, at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (
            case_id,
            entry.flow.value,
            entry.amount_yen,
            entry.on,
            cases.seal_bytes(body, _place(case_id, entry.source)),
            entry.source,
            made.at,
        ),
    )


_READ = (
    "SELECT entry_no, kind, amount_yen, balance_yen, value_on, body, source, at"
    " FROM office_client_money"
)


def _by_source(case_id: int, source: str) -> Kept:
    with connection.cursor() as cursor:
        cursor.execute(f"{_READ} WHERE case_id = %s AND source = %s", (case_id, source))
        return _kept(case_id, cursor.fetchone())


def _kept(case_id: int, row: tuple[Any, ...]) -> Kept:
    entry_no, kind, amount_yen, balance_yen, on, sealed, source, at = row
    body = orjson.loads(cases.opened_bytes(sealed, _place(case_id, source)))
    note, actor = body["note"], body["actor"]
    return Kept(entry_no, Flow(kind), amount_yen, balance_yen, on, note, actor, at, source)
