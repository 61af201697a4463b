"""Days of a lender's work as a list of pieces, each one transaction or one night, and the process
that does them and may be killed at any moment.

For each line on stdin, `{"from": n, "again": […]}`, a child does the pieces of `again` once more and
then all from `n` on. It says `pid`, then `done n` or `refused n` when a piece is committed, and `end`;
its parent says `over` with the exit code. A process of its own, because a test's own process has
threads and cannot fork safely.
"""

from __future__ import annotations

import json
import os
import random
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from tests.close.lives import OURS
from tests.loans.desk import Desk

from motocho.close import day, inbox
from motocho.close.run import Night, run
from motocho.config.settings import setup
from motocho.loans import commands
from motocho.loans.commands import Arrived, Key, Made
from motocho.outside.bank import BankLine, BankStatement, StatementKind, write_statements
from motocho.outside.postgres import Address, Role
from motocho.units.errors import RefusedError

BEGINS = date(2026, 1, 5)
AGREEMENTS = 12
POSTINGS_A_DAY = 7
IMPORTED = 24


@dataclass(frozen=True)
class Piece:
    """One thing that is done, or not."""

    kind: str
    on: date
    number: int


def pieces(days: int) -> list[Piece]:
    """Each day: postings, a file imported, a file for the night, the night."""
    found = []
    for passed in range(days):
        on = BEGINS + timedelta(days=passed)
        found += [Piece("posting", on, number) for number in range(POSTINGS_A_DAY)]
        found += [Piece("import", on, 0), Piece("file", on, 0), Piece("night", on, 0)]
    return found


def moment(on: date) -> datetime:
    return datetime.combine(on, time(3), UTC)


def lender() -> None:
    """The book before the first day."""
    desk = Desk()
    desk.do(day.open_book, BEGINS)
    for number in range(AGREEMENTS):
        key = desk.open(BEGINS - timedelta(days=30), 300_000, member_id=desk.member())
        desk.draw(key, 20_000 * (number + 1), BEGINS - timedelta(days=30))


def perform(piece: Piece, seals: Path) -> str:
    """Do a piece; gives `done`, or `refused` where policy refused it."""
    if piece.kind == "night":
        run(Night(lambda: moment(piece.on), seals, chunk=4), piece.on)
        return "done"
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            _book(cursor, piece)
    except RefusedError:
        return "refused"
    return "done"


def _book(cursor: Any, piece: Piece) -> None:
    chance = random.Random(f"{piece}")
    on = day.business_date(cursor)
    assert on >= piece.on, "the night has not run"

    def made(reference: str) -> Made:
        return Made("crash", reference, on, moment(on), "worker")

    def key(place: int) -> Key:
        cursor.execute(
            "SELECT member_id, agreement_id FROM loan_agreement ORDER BY 1, 2 LIMIT 1 OFFSET %s",
            (place,),
        )
        return Key(*cursor.fetchone())

    if piece.kind == "file":
        inbox.load(cursor, _statement(piece.on), f"{piece.on}.txt", moment(piece.on))
    elif piece.kind == "import":
        arrived = []
        for number in range(IMPORTED):
            value_on = piece.on - timedelta(days=chance.choice((0, 0, 0, 1, 4)))
            one = key(chance.randrange(AGREEMENTS))
            amount_yen = chance.randrange(1, 9) * 500
            arrived.append(Arrived(one, amount_yen, value_on, made(reference_of(piece, number))))
        commands.receive_many(cursor, arrived)
    elif chance.random() < 0.5:
        amount_yen = chance.randrange(1, 20) * 1_000
        commands.draw(
            cursor, key(chance.randrange(AGREEMENTS)), amount_yen, made(reference_of(piece))
        )
    else:
        value_on = piece.on - timedelta(days=chance.choice((0, 0, 2, 9)))
        amount_yen = chance.randrange(1, 12) * 1_000
        commands.receive(
            cursor,
            key(chance.randrange(AGREEMENTS)),
            amount_yen,
            value_on,
            made(reference_of(piece)),
        )


def reference_of(piece: Piece, number: int | None = None) -> str:
    """By what a piece, or one receipt of it, is known again."""
    return f"{piece.on} {piece.number if number is None else f'import {number}'}"


def _statement(on: date) -> bytes:
    lines = tuple(
        BankLine(on, on, 1_000 + number, number=str(number), payer_name=f"{number:08d}ｻﾄｳ ﾊﾅｺ")
        for number in (3, 7, 99_999)
    )
    return write_statements([BankStatement(StatementKind.MOVEMENTS, OURS, on, on, on, lines)])


def _child(wanted: dict[str, Any], days: int, seals: Path) -> None:
    def say(text: str) -> None:
        os.write(1, f"{text}\n".encode())

    say(f"pid {os.getpid()}")
    plan = pieces(days)
    for number in wanted["again"]:
        perform(plan[number], seals)
    for number in range(int(wanted["from"]), len(plan)):
        say(f"{perform(plan[number], seals)} {number}")
    say("end")


def main(parameters: str, days: str, seals: str) -> None:
    setup(Role.APP, Address(json.loads(parameters)))
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                _child(json.loads(line), int(days), Path(seals))
            except BaseException as error:  # noqa: BLE001  # the server was killed under it, or it is a fault: told either way
                os.write(
                    1, f"fell {type(error).__name__}: {error}".replace("\n", " ").encode() + b"\n"
                )
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(f"over {os.waitstatus_to_exitcode(status)}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
