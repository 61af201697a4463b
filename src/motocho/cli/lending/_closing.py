"""What the commands of the night, the ledger, the bank and the worker share [共通の処理]."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from motocho.cli._options import LanguageName
from motocho.cli._output import Output, language_of
from motocho.outside import clock
from motocho.units.errors import Fault, OutsideFailure, clipped

if TYPE_CHECKING:
    from motocho.loans.commands import Made
    from motocho.outside.postgres import Role

CHANNEL = "cli"
ActorOption = Annotated[
    str | None,
    typer.Option(
        "--actor",
        metavar="NAME",
        help="操作者 / Who does it (default: the user).",
        show_default=False,
    ),
]


def output_in(lang: LanguageName | None) -> Output:
    """Where this run writes [出力先]."""
    return Output(language_of(lang.value if lang else None))


def connect(role: Role | None = None) -> None:
    """Django turned to a role of the database, the application's unless named [接続].

    Raises    OutsideFailure where the database does not answer, or has no schema yet.
    """
    from django.db import InterfaceError, OperationalError, connection

    from motocho.config.settings import setup
    from motocho.outside.postgres import Role

    setup(role or Role.APP)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('close_day') IS NOT NULL")
            is_there = cursor.fetchone() == (True,)
    except (OperationalError, InterfaceError) as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        details = {"user": str(role or Role.APP), "said": clipped(lines[0])}
        raise OutsideFailure(Fault("DBS-011", details=details)) from None
    if not is_there:
        raise OutsideFailure(Fault("CLS-005"))


@contextmanager
def reading() -> Iterator[Any]:
    """A cursor that reads as the auditor, all of one moment [照会]."""
    from django.db import connection, transaction

    from motocho.outside.postgres import Role

    connect(Role.AUDIT)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield cursor


@contextmanager
def writing() -> Iterator[Any]:
    """A cursor in one transaction of the application [記帳]."""
    from django.db import connection, transaction

    connect()
    with transaction.atomic(), connection.cursor() as cursor:
        yield cursor


def made(cursor: Any, reference: str, actor: str | None) -> Made:
    """How a command of this channel came, on the business date [受付]."""
    from motocho.close import day
    from motocho.loans.commands import Made

    on = day.business_date(cursor)
    return Made(CHANNEL, reference, on, clock.now(), actor or getpass.getuser())
