"""The book as a command reaches it: in one transaction, by the role it needs [帳簿への接続].

Every error says whether money moved: a transaction that failed is rolled back, so it did not. Only
a connection that broke while the end was being written leaves it open; the same reference then
finds out.
"""

from __future__ import annotations

import getpass
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from motocho.cli._options import LanguageName, day_of
from motocho.cli._output import Output, language_of
from motocho.outside import clock
from motocho.units.errors import (
    Fault,
    InputError,
    MotochoError,
    NotFoundError,
    OutsideFailure,
    StateConflict,
    Unread,
    clipped,
)
from motocho.units.text import MEMBER_NUMBER, read_digits

if TYPE_CHECKING:
    from motocho.ledger.chart import Account
    from motocho.loans.commands import Key, Made
    from motocho.outside.postgres import Role
    from motocho.people.members import Member

CHANNEL = "cli"
"""The channel of what comes by this command."""

AgreementArgument = Annotated[
    str,
    typer.Argument(
        metavar="AGREEMENT",
        help="会員番号、または 会員番号/契約番号 / Member number, or member number/agreement.",
    ),
]
OnOption = Annotated[
    str | None,
    typer.Option(
        "--on",
        metavar="DATE",
        help="業務日付 / Business date (default: the book's, else today in Japan).",
        show_default=False,
    ),
]
RefOption = Annotated[
    str | None,
    typer.Option(
        "--ref",
        metavar="TEXT",
        help="受付番号。同じ番号は一度だけ / Reference; the same one is done once.",
        show_default=False,
    ),
]
ActorOption = Annotated[
    str | None,
    typer.Option(
        "--actor",
        metavar="NAME",
        help="操作者 / Who does it (default: the user).",
        show_default=False,
    ),
]
AtOption = Annotated[
    str | None,
    typer.Option("--at", metavar="MOMENT", help="日時(今) / The moment; now by default."),
]
_AGREEMENT = re.compile(r"(?P<number>[^/]+)(?:/(?P<agreement>[0-9]{1,18}))?")


def today(on: str | None) -> date:
    """The business date that `--on` names, else today in Japan [業務日付].

    Raises    InputError.
    """
    return day_of(on, "--on") or clock.business_date()


def business_date(cursor: Any, named: date | None) -> date:
    """The business date of a command [業務日付]: what `--on` names, else the book's; else today.

    Lock      the book's is held until the transaction ends, so that no night closes it meanwhile.
    """
    from motocho.close import day

    return day.booking_date(cursor, clock.business_date()) if named is None else named


def reference_of(ref: str | None) -> str:
    """The reference that is given, else a new one [受付番号]."""
    return ref or secrets.token_hex(8)


def made(on: date, reference: str, actor: str | None, money: Account | None = None) -> Made:
    """How a command of this channel came [受付]."""
    from motocho.ledger.chart import Account
    from motocho.loans.commands import Made

    who = actor or getpass.getuser()
    return Made(CHANNEL, reference, on, clock.now(), who, Account.BANK if money is None else money)


def output_in(lang: LanguageName | None) -> Output:
    """Where this run writes [出力先]."""
    return Output(language_of(lang.value if lang else None))


# ------------------------------------------------------------------------------------ transactions
@contextmanager
def reading() -> Iterator[Any]:
    """A cursor that reads as the auditor, all of one moment [照会].

    Raises    as `connect` does.
    """
    from django.db import connection, transaction

    from motocho.outside.postgres import Role

    connect(Role.AUDIT)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield cursor


@contextmanager
def opened() -> Iterator[Any]:
    """A cursor in one transaction that moves no money [帳簿を開く].

    Raises    OutsideFailure where the database does not answer, or has no schema yet.
    """
    from django.db import InterfaceError, OperationalError, connection, transaction

    connect()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            yield cursor
    except (OperationalError, InterfaceError) as error:
        raise _silent(error) from None


@contextmanager
def moving(reference: str) -> Iterator[Any]:
    """A cursor in the one transaction of a command that may move money [記帳].

    Raises    as `connect` and `within` do.
    """
    connect()
    with within(reference) as cursor:
        yield cursor


@contextmanager
def within(reference: str) -> Iterator[Any]:
    """The same for one of several transactions of a command that is connected already [記帳].

    Takes     the command's reference, to be named where the outcome is not known.
    Raises    what the command raises, with a word that no money moved; OutsideFailure where the
              connection broke; StateConflict for a business day that is sealed.
    """
    from django.db import (
        IntegrityError,
        InterfaceError,
        OperationalError,
        connection,
        transaction,
    )

    is_done = False
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            yield cursor
            is_done = True
    except MotochoError as error:
        error.warnings = (*error.warnings, Fault("LNC-010"))
        raise
    except IntegrityError as error:
        said = clipped(str(error).strip().splitlines()[0])
        conflict = StateConflict(Fault("LNC-013", details={"said": said}))
        conflict.warnings = (Fault("LNC-010"),)
        raise conflict from None
    except (OperationalError, InterfaceError) as error:
        failure = _silent(error)
        moved = Fault("LNC-011", details={"ref": reference}) if is_done else Fault("LNC-010")
        failure.warnings = (moved,)
        raise failure from None


def connect(role: Role | None = None) -> None:
    """Django turned to a role, the application's unless named, its schema there [接続].

    Raises    OutsideFailure.
    """
    from django.db import InterfaceError, OperationalError, connection

    from motocho.config.settings import setup
    from motocho.outside.postgres import Role

    setup(role or Role.APP)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('close_day') IS NOT NULL")
            is_there = cursor.fetchone()[0]
    except (OperationalError, InterfaceError) as error:
        raise _silent(error, role) from None
    if not is_there:
        raise OutsideFailure(Fault("LNC-012"))


def _silent(error: Exception, role: Role | None = None) -> OutsideFailure:
    from motocho.outside.postgres import Role

    lines = str(error).strip().splitlines() or [type(error).__name__]
    details = {"user": str(role or Role.APP), "said": clipped(lines[0])}
    return OutsideFailure(Fault("DBS-011", details=details))


# --------------------------------------------------------------------------------- who is meant
def member_of(cursor: Any, text: str) -> Member:
    """The member of a number as people type it [会員].

    Raises    InputError for what is no number, NotFoundError for one that nobody has.
    """
    from motocho.people import members

    number = read_digits(text, MEMBER_NUMBER)
    if isinstance(number, Unread):
        raise InputError(number.at(column="AGREEMENT"))
    return members.by_number(cursor, number)


class Meant(NamedTuple):
    """The agreement that is meant, and how a person calls it [対象の契約]."""

    key: Key
    name: str


def meant(cursor: Any, text: str) -> Meant:
    """The agreement that a text names: a member's only one, or by its number too [契約].

    Raises    InputError for what names none, or where a member has several; NotFoundError.
    """
    from motocho.loans import queries
    from motocho.loans.commands import Key

    read = _AGREEMENT.fullmatch(text.strip())
    if read is None:
        raise InputError(Fault("LNC-001", column="AGREEMENT", excerpt=clipped(text)))
    member = member_of(cursor, read["number"])
    if read["agreement"] is not None:
        key = Key(member.member_id, int(read["agreement"]))
        return Meant(key, f"{member.member_number}/{key.agreement_id}")
    found = queries.agreements(cursor, member.member_id)
    if not found:
        raise NotFoundError(Fault("LNC-003", excerpt=member.member_number))
    if len(found) > 1:
        known = ", ".join(f"{member.member_number}/{one.key.agreement_id}" for one in found)
        details = {"known": clipped(known)}
        raise InputError(Fault("LNC-002", column="AGREEMENT", excerpt=text, details=details))
    key = found[0].key
    return Meant(key, f"{member.member_number}/{key.agreement_id}")


def moment_of(text: str | None) -> datetime:
    """A moment in Japan, or with an offset of its own; now where none is named [日時の読取り].

    Raises    InputError for what is none.
    """
    if text is None:
        return clock.now()
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(Fault("CON-051", column="--at", excerpt=text)) from None
    return read if read.tzinfo else read.replace(tzinfo=clock.JAPAN)
