"""`motocho bank debits …`: what members' banks are asked for each month, and answer [口座振替]."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from motocho.cli._files import read_bytes, write_bytes
from motocho.cli._options import JsonOption, LangOption, day_of
from motocho.cli.lending._book_of_loans import (
    ActorOption,
    business_date,
    made,
    moving,
    output_in,
)
from motocho.cli.lending.net_payment import BANK_VARIABLE
from motocho.outside import clock

if TYPE_CHECKING:
    from motocho.cli._output import Output
    from motocho.loans.debits import Answered, Plan
    from motocho.outside.bank import Originator

SCHEMA_VERSION = 1
_DAY = timedelta(days=1)

app = typer.Typer(help="口座振替 / Direct debits.", no_args_is_help=True, rich_markup_mode=None)
DayOption = Annotated[
    str | None,
    typer.Option(
        "--on", metavar="DATE", help="振替日 / The debit day (default: the next one).",
        show_default=False,
    ),
]  # fmt: skip


@app.command("ask")
def ask(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="書き出すファイル / The file to write.")
    ],
    originator: Annotated[
        str,
        typer.Option(
            "--originator",
            metavar="CODE",
            help="銀行が決めた委託者コード10けた / Ten digits that the bank gave us.",
        ),
    ],
    on: DayOption = None,
    actor: ActorOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """振替依頼の全銀ファイルを作る。1つの振替日に一度だけ決める / Ask for a debit day, once.

    判定日(前月20日)の後、振替日の前に行う。もう一度行うと同じファイルになる /
    Between the cutoff day and the debit day; run again, it writes the same file.

    例 / Examples:  motocho bank debits ask 0406.txt --originator 1234567890 ·
    motocho bank debits ask 0406.txt --originator 1234567890 --on 2026-04-06 --json
    """
    from motocho.loans import debits
    from motocho.outside.bank import write_debits

    named = day_of(on, "--on")
    with moving("debits") as cursor:
        today = business_date(cursor, None)
        debit_on = named or _next_day(today)
        plan = debits.plan_debits(
            cursor, debit_on, _originator(originator), made(today, f"debits {debit_on}", actor)
        )
        content = write_debits(plan.file) if plan.requests else None
    if content is not None:
        write_bytes(content, file)
    _say_asked(plan, (file, debit_on), json_wanted, lang)


def _next_day(today: date) -> date:
    from motocho.loans import debits

    found = debits.debit_day(today.year, today.month)
    if found > today:
        return found
    following = today.replace(day=28) + 7 * _DAY
    return debits.debit_day(following.year, following.month)


def _originator(code: str) -> Originator:
    """Who asks: the lender, with the account that stands in the settings of its bank."""
    from motocho.outside.bank import AccountType, BankAccount, Originator
    from motocho.outside.house_bank import house_bank

    ours = house_bank(os.environ.get(BANK_VARIABLE)).account
    account = BankAccount(ours.bank_code, ours.branch_code, AccountType.ORDINARY, ours.number)
    return Originator(code, ours.holder, account)


def _say_asked(plan: Plan, written: tuple[Path, date], json_wanted: bool, lang: LangOption) -> None:
    output, (file, debit_on) = output_in(lang), written
    sum_yen = sum(one.amount_yen for one in plan.requests)
    if json_wanted:
        output.document(
            {
                "schema_version": SCHEMA_VERSION,
                "debit_on": debit_on.isoformat(),
                "file": str(file) if plan.requests else None,
                "requests": len(plan.requests),
                "amount_yen": sum_yen,
                "left_out": [{**one.key._asdict(), "code": one.code} for one in plan.left_out],
            }
        )
        return
    count = len(plan.requests)
    if count:
        ja = f"{debit_on}の振替依頼{count}件、{sum_yen:,}円を書き出しました: {file}"
        en = f"{count} debits of {debit_on}, ¥{sum_yen:,}, written: {file}"
    else:
        ja = f"{debit_on}に振り替える契約はありません。ファイルは作っていません"
        en = f"Nothing is debited on {debit_on}; no file was written"
    output.data(output.text(ja, en))
    for one in plan.left_out:
        why = one.fault().what(output.language)
        output.data(
            output.text(f"契約{one.key.agreement_id}: ", f"Agreement {one.key.agreement_id}: ")
            + why
        )


@app.command("take")
def take(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="結果ファイル / The bank's answer; - is stdin.")
    ],
    actor: ActorOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """銀行の振替結果を記帳する。同じ結果は一度だけ / Book what the bank collected, once.

    例 / Examples:  motocho bank debits take 0406r.txt · motocho bank debits take - --json
    """
    from motocho.loans import debits
    from motocho.outside.bank import read_debit_answers

    output = output_in(lang)
    data, name = read_bytes(file)
    answers = read_debit_answers(data, near_on=clock.business_date(), file=name)
    reference = f"debits {answers.file.debit_on}"
    with moving(reference) as cursor:
        way = made(business_date(cursor, None), reference, actor)
        done = debits.take_answers(cursor, answers, way)
    _say_taken(done, answers.file.debit_on, output, json_wanted)


def _say_taken(done: Sequence[Answered], debit_on: date, output: Output, json_wanted: bool) -> None:
    from motocho.outside.bank import DebitResult

    requests = [one.request for one in done]
    collected = [one for one in requests if one.result is DebitResult.COLLECTED]
    failed = [one for one in requests if one.result is not DebitResult.COLLECTED]
    sum_yen = sum(one.amount_yen for one in collected)
    new = sum(not one.is_repeat for one in done)
    if json_wanted:
        output.document(
            {
                "schema_version": SCHEMA_VERSION,
                "debit_on": debit_on.isoformat(),
                "new": new,
                "collected": len(collected),
                "amount_yen": sum_yen,
                "failed": [
                    {**one.key._asdict(), "result": one.result and one.result.value}
                    for one in failed
                ],
            }
        )
        return
    ja = f"振替済み{len(collected)}件、{sum_yen:,}円。新しい結果{new}件"
    en = f"{len(collected)} collected, ¥{sum_yen:,}; {new} results are new"
    output.data(output.text(ja, en))
    for result, count in Counter(one.result for one in failed).items():
        if result is not None:
            output.data(output.text(f"{result.name_ja}: {count}件", f"{result.name_en}: {count}"))
