"""The demonstration's book: filled or found, closed, one member of it shown [実演の帳簿]."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from django.db import connection, transaction

from motocho.claims import checksum, reading
from motocho.cli._demonstration import SAMPLE, mend, sample_bytes
from motocho.cli._grid import columns
from motocho.cli._output import Output
from motocho.cli._words import word
from motocho.close.plan import Step
from motocho.close.run import Night, StepDone, run, steps_of
from motocho.config import trial
from motocho.documents.sheet import Align
from motocho.kernel.conventions import EventKind
from motocho.loans import queries
from motocho.loans.queries import Position, StatementRow
from motocho.outside import clock
from motocho.simulation.demonstration import bureaus, colleagues, morning, ready, showcase
from motocho.simulation.world import Plan
from motocho.units.errors import Fault, RefusedError
from motocho.units.money import rate_text, yen_text

CALLED_AS = "MOTOCHO_CALLED_AS"
"""What the person typed to get here, where it was not `motocho`."""
_LEFT, _RIGHT = Align.LEFT, Align.RIGHT


@dataclass(frozen=True, slots=True)
class Wanted:
    """The book that is asked for [実演の指定]."""

    members: int
    years: int


def show(wanted: Wanted, output: Output) -> tuple[colleagues.Seat, ...]:
    """Fill or find the book, close up to yesterday, show it and one member of it [実演の帳簿].

    Gives     the colleagues who can sign in.
    Raises    RefusedError where the installation holds another book.
    """
    today = clock.business_date()
    plan = showcase.plan(wanted.members, wanted.years, today)
    seals = _filled(plan, output)
    yesterday = today - timedelta(days=1)
    with output.stage("夜間処理", "Closing"):
        run(Night(clock.now, seals), until=yesterday)
    with transaction.atomic(), connection.cursor() as cursor:
        ready.prepare(cursor, _old_rows(), clock.now(), today)
        seats = colleagues.seat(cursor, clock.now(), today)
        told = morning.prepare(cursor, clock.now(), today)
        bureaus.join(cursor, clock.now(), today)
    with connection.cursor() as cursor:
        output.data(_book(showcase.book(cursor), output))
        output.data("\n".join(_night(yesterday, steps_of(cursor, yesterday), output)))
        example = showcase.example(cursor, today)
        output.data("\n".join(_member(example, output)))
        output.data("\n".join(_further(example, output)))
    output.data(
        output.text(
            f"   朝の窓口: 延滞 {told.late}件、待っている会員 {told.waiting}人",
            f"   The desk's morning: {told.late} late, {told.waiting} members who wait",
        )
    )
    return seats


def _old_rows() -> tuple[ready.OldRow, ...]:
    """The shipped history, its slips mended: what the third member's old lender wrote down."""
    history = reading.read(sample_bytes(), file=SAMPLE)
    mended = mend(history, checksum.check_balances(history).slips)
    kinds = {EventKind.BORROW: ready.Moved.BORROWED, EventKind.REPAY: ready.Moved.REPAID}
    return tuple(
        ready.OldRow(event.on, kinds[event.kind], event.amount_yen)
        for event in mended.events
        if event.kind in kinds
    )


def _filled(plan: Plan, output: Output) -> Path:
    """The folder of the seals, once the book is there."""
    with output.stage("データベースを用意しています", "Preparing the database"):
        seals = trial.own_server()
    with connection.cursor() as cursor:
        condition = showcase.condition(cursor, plan)
    if condition is showcase.Condition.ANOTHER:
        raise RefusedError(Fault("SIM-002"))
    if condition is showcase.Condition.OURS:
        return seals
    if condition is showcase.Condition.UNFINISHED:
        seals = trial.begin_anew()
    text = f"{plan.members}人・{plan.years}年分の帳簿を作っています(日)"
    with output.progress(text, f"Filling a book, {plan.members} members (days)") as told:
        showcase.fill(plan, seals, told)
    return seals


# --------------------------------------------------------------------------------------- the book
def _book(book: showcase.Book, output: Output) -> str:
    principal = yen_text(book.principal_yen)
    return output.text(
        f"4. 架空の会員{book.members}人の帳簿({book.begins_on} – {book.ends_on})\n"
        f"   契約 {book.agreements:,}件、取引 {book.events:,}件、営業貸付金 {principal}円",
        f"4. A book of {book.members} fictional members ({book.begins_on} – {book.ends_on})\n"
        f"   {book.agreements:,} agreements, {book.events:,} events, {principal} yen lent",
    )


def _night(on: date, steps: tuple[StepDone, ...], output: Output) -> Iterator[str]:
    yield output.text(f"5. 昨夜の締め({on})", f"5. Last night's close ({on})")
    heads = output.text("工程 見た件数 変わった件数 保留", "step looked changed parked").split(" ")
    rows = [tuple(heads)]
    rows += [
        (
            word(done.step, output),
            f"{done.looked:,}",
            f"{done.changed:,}",
            f"{done.parked:,}",
        )
        for done in steps
        if done.step is not Step.NEXT_DATE and done.looked
    ]
    yield from _indented(columns(rows, (_LEFT, _RIGHT, _RIGHT, _RIGHT)))


# ------------------------------------------------------------------------------------ one member
def _member(example: showcase.Example, output: Output) -> Iterator[str]:
    person, number = example.member.person, example.member.member_number
    name = f"{person.family_name} {person.given_name}"
    kana = f"{person.family_kana} {person.given_kana}"
    agreement = example.key.agreement_id
    yield output.text(
        f"6. 会員 {number} {name}さま({kana})· 契約 {agreement}",
        f"6. Member {number}, {name} ({kana}), agreement {agreement}",
    )
    on = example.position.on
    yield output.text(f"   {on} の残高・状態", f"   As of {on}")
    pairs = [(label, value) for label, value in _position(example.position, output) if value]
    yield from _indented(columns(pairs, (_LEFT, _RIGHT)))
    shown, in_all = len(example.rows), example.rows_in_all
    yield output.text(
        f"   取引明細({in_all}件のうち最近の{shown}件)", f"   The last {shown} of {in_all} rows"
    )
    yield from _indented(_statement(example.rows, output))
    if example.explanation is not None:
        yield output.text("   最後の入金の説明", "   Why the last receipt is what it is")
        yield f"     {example.explanation.text(output.language)}"


def _further(example: showcase.Example, output: Output) -> Iterator[str]:
    number, call = example.member.member_number, os.environ.get(CALLED_AS) or "motocho"
    yield output.text("7. 続けて見るには", "7. To look further")
    yield from _indented(
        columns(
            [
                (f"{call} loan show {number}", output.text("残高と状態", "where it stands")),
                (f"{call} loan history {number}", output.text("取引履歴", "its rows")),
                (
                    f"{call} close tasks",
                    output.text("締めが見つけた業務", "what is to be done"),
                ),
                (
                    f"{call} ivr",
                    output.text("電話の自動音声を試す", "the voice service, in the terminal"),
                ),
                (f"{call} ledger trial", output.text("試算表", "the trial balance")),
                (f"{call} ledger verify", output.text("元帳の検証", "the ledger proved again")),
                (f"{call} db stop", output.text("データベースを止める", "stop the database")),
            ],
            (_LEFT, _LEFT),
        )
    )


def _position(found: Position, output: Output) -> Iterator[tuple[str, str]]:
    say = output.text
    yield say("状態", "stage"), word(found.stage, output)
    yield say("元金", "principal"), yen_text(found.principal_yen)
    yield say("経過利息", "accrued interest"), yen_text(found.accrued_interest_yen)
    yield say("未払利息", "unpaid interest"), _some(found.unpaid_interest_yen)
    yield say("遅延損害金", "damages"), _some(found.unpaid_damages_yen)
    yield say("費用", "costs"), _some(found.costs_yen)
    yield say("完済額", "payoff"), yen_text(found.payoff_yen)
    yield say("お預り金", "held for the member"), _some(found.excess_yen)
    yield say("約定返済額", "minimum payment"), yen_text(found.minimum_yen)
    yield say("今回のお支払額", "to be paid now"), yen_text(found.due_yen)
    yield say("次回返済期日", "next due date"), _day(found.due_on)
    yield say("お支払期限", "to be paid by"), _day(found.pay_by_on)
    yield say("利用限度額", "limit"), yen_text(found.limit_yen)
    yield say("ご利用可能額", "available"), yen_text(found.available_yen)
    yield say("約定利率", "rate a year"), rate_text(found.rate_ppm)


def _statement(rows: tuple[StatementRow, ...], output: Output) -> list[str]:
    heads = output.text(
        "取引日 種別 金額 利率 利息 損害金 利息充当 元金充当 元金残高",
        "date kind amount rate interest damages to-interest to-principal principal",
    )
    lines = [tuple(heads.split(" "))]
    for row in rows:
        cells = (
            str(row.on), queries.kind_name(row.kind, output.language), _some(row.amount_yen),
            "" if row.rate_ppm is None else rate_text(row.rate_ppm), _some(row.interest_yen),
            _some(row.damages_yen), _some(row.to_interest_yen), _some(row.to_principal_yen),
            "" if row.principal_yen is None else yen_text(row.principal_yen),
        )  # fmt: skip
        lines.append(cells)
    return columns(lines, (_LEFT, _LEFT, *(_RIGHT,) * 7))


def _indented(lines: list[str]) -> Iterator[str]:
    return (f"   {line}" for line in lines)


def _some(amount_yen: int) -> str:
    return yen_text(amount_yen) if amount_yen else ""


def _day(on: date | None) -> str:
    return "" if on is None else str(on)
